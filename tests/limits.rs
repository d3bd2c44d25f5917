//! Every cap, one row each: at the cap the input passes, one above it is `limit-exceeded`, never "untrusted".
#![cfg(test)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use sealscope::agent::Report;
use sealscope::asn1::{der, oid};
use sealscope::discovery::dns_cert::domain_owner;
use sealscope::discovery::fetch::{FetchBudget, FetchOutcome, FetchRequest, Fetcher as _, Purpose, Reach, Refusal};
use sealscope::discovery::{Resolver, Subject};
use sealscope::finding::{Ledger, Severity};
use sealscope::io::dns::DnsClient;
use sealscope::io::fetch::{FetchOptions, NetworkFetcher};
use sealscope::io::ldap::LdapOptions;
use sealscope::lab::dns::{LabDns, Zone};
use sealscope::lab::http::{LabHttp, Page};
use sealscope::lab::ldap::{Directory, LabLdap, Protection};
use sealscope::limits::Limits;
use sealscope::mail::{Domain, HeaderSection};
use sealscope::mime::{Entity, MimeTree, multipart};
use sealscope::pki::container::{self, ContainerError};
use sealscope::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
use sealscope::pki::{Crl, CrlError, NewKey, Passphrase, PrivateKeyEntry, write_pkcs12};
use sealscope::smime::{CmsError, CompressedData, EnvelopedData, ExpandError, SignedData, inspect};
use sealscope::span::{Buffer, BufferName};
use sealscope::workspace::{DocumentError, Opened, open_file};
use support::directories::{Names, address_subject, certificate};
use support::handmade::{
    content_info, detached, enveloped, enveloped_data, joined, multipart_signed, opaque, opaque_entity, signed_data,
    wrapped,
};
use support::hostile::{Hostile, ok};
use support::receiver::{Receiver, signed};
use support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, envelope, message};

use Outcome::{Exceeded, Other, Within};

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Exceeded,
    Other(String),
    Within,
}

/// What an input gets at the cap, and what it gets where the cap is one smaller.
type Row = (&'static str, fn() -> [Outcome; 2]);

const ROWS: &[Row] = &[
    ("message_octets", message_octets),
    ("opened_octets", opened_octets),
    ("header_octets", header_octets),
    ("header_fields", header_fields),
    ("mime_parts", mime_parts),
    ("mime_depth", mime_depth),
    ("smime_layers", smime_layers),
    ("expansion_free", expansion_free),
    ("expansion_factor", expansion_factor),
    ("expansion_octets", expansion_octets),
    ("asn1_depth", asn1_depth),
    ("asn1_nodes", asn1_nodes),
    ("signers", signers),
    ("recipients", recipients),
    ("certificates", certificates),
    ("path_depth", path_depth),
    ("path_signatures", path_signatures),
    ("path_candidates", path_candidates),
    ("name_comparisons", name_comparisons),
    ("revocation_signatures", revocation_signatures),
    ("rsa_bits", rsa_bits),
    ("rsa_exponent_bits", rsa_exponent_bits),
    ("crls", crls),
    ("crl_octets", crl_octets),
    ("fetch_time", fetch_time),
    ("fetch_redirects", fetch_redirects),
    ("fetches", fetches),
    ("issuer_octets", issuer_octets),
    ("ocsp_octets", ocsp_octets),
    ("dns_records", dns_records),
    ("ldap_certificates", ldap_certificates),
    ("exposure_addresses", exposure_addresses),
    ("passphrase_iterations", passphrase_iterations),
];

/// Caps that are held where a whole server or a whole search is at hand.
const ELSEWHERE: [(&str, &str); 7] = [
    ("ldap_message_octets", "io::ldap::message"),
    ("ldap_octets", "io::ldap::message"),
    ("ldap_entries", "tests/ldap.rs"),
    ("diagnosis_octets", "tests/diagnose_signatures.rs"),
    ("timeline_runs", "tests/what_if.rs"),
    ("diagnosis_unwraps", "tests/diagnose_decryption.rs"),
    ("diagnosis_searches", "tests/diagnose_trust.rs"),
];

#[test]
fn at_each_cap_the_input_passes_and_one_above_it_is_a_limit() {
    let mut wrong = Vec::new();
    println!("{:<24} {:<10} one above", "cap", "at the cap");
    for (field, row) in ROWS {
        let found = row();
        println!("{field:<24} {:<10} {:?}", format!("{:?}", found[0]), found[1]);
        if found != [Within, Exceeded] {
            wrong.push((field, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_cap_has_its_row() {
    let shown = format!("{:?}", Limits::DEFAULT);
    let inside = shown.split_once('{').unwrap().1;
    let fields: Vec<&str> =
        inside.split(',').filter_map(|field| field.split_once(':')).map(|(name, _)| name.trim()).collect();
    let elsewhere = ELSEWHERE.iter().map(|(field, _)| *field);
    let rows: Vec<&str> = ROWS.iter().map(|(field, _)| *field).chain(elsewhere).collect();
    for field in &fields {
        assert!(rows.contains(field), "{field} has no row in tests/limits.rs");
    }
    assert_eq!(rows.len(), fields.len(), "a row is no field: {rows:?}");
}

fn both<T>(
    at: T,
    read: impl Fn(&Limits) -> Outcome,
    set: impl Fn(&mut Limits, T),
    one_less: impl Fn(T) -> T,
) -> [Outcome; 2]
where
    T: Copy,
{
    [at, one_less(at)].map(|cap| {
        let mut limits = Limits::DEFAULT;
        set(&mut limits, cap);
        read(&limits)
    })
}

fn count(at: usize, read: impl Fn(&Limits) -> Outcome, set: impl Fn(&mut Limits, usize)) -> [Outcome; 2] {
    both(at, read, set, |cap| cap - 1)
}

fn buffer(octets: &[u8]) -> Buffer {
    Buffer::new(BufferName::Received, octets)
}

/// Whether the ledger says that something was cut.
fn cut(ledger: &Ledger, rule: &str) -> Outcome {
    let told = |finding: &sealscope::finding::Finding| finding.rule.id == rule && finding.severity == Severity::Warning;
    if ledger.findings().iter().any(told) { Exceeded } else { Within }
}

fn cms<T>(read: Result<T, CmsError>) -> Outcome {
    match read {
        Ok(_) => Within,
        Err(CmsError::Limit(_)) => Exceeded,
        Err(error) => Other(error.to_string()),
    }
}

fn judged(report: &Report) -> Outcome {
    let reason = report.recipients.first().and_then(|bob| bob.reason());
    match reason.or(report.rejection.as_ref()).map(|reason| reason.code.as_str()) {
        None => Within,
        Some("limit-exceeded") => Exceeded,
        Some(code) => Other(code.to_owned()),
    }
}

fn fetched(limits: &Limits, purpose: Purpose, url: &str) -> Outcome {
    let options = FetchOptions { cache: None, limits: *limits, ..FetchOptions::system(Reach::Anywhere) };
    match NetworkFetcher::new(options).fetch(&FetchRequest { purpose, url: url.to_owned() }).account.outcome {
        FetchOutcome::Fetched => Within,
        FetchOutcome::TimedOut
        | FetchOutcome::Refused(Refusal::Size { .. } | Refusal::RedirectLimit { .. } | Refusal::Budget { .. }) => {
            Exceeded
        }
        other => Other(other.to_string()),
    }
}

fn web() -> LabHttp {
    LabHttp::start(0, Arc::new(|_| ())).unwrap()
}

// The server takes its time, which lies between the two caps.
fn fetch_time() -> [Outcome; 2] {
    let server = Hostile::answering(|_| {
        std::thread::sleep(Duration::from_millis(300));
        ok("application/pkix-crl", b"list")
    });
    [Limits::DEFAULT.fetch_time, Duration::from_millis(100)]
        .map(|fetch_time| fetched(&Limits { fetch_time, ..Limits::DEFAULT }, Purpose::RevocationList, &server.url("/")))
}

fn fetch_redirects() -> [Outcome; 2] {
    let server = web();
    server.publish("/0", Page::Redirect("/1".to_owned()));
    server.publish("/1", Page::Redirect("/2".to_owned()));
    server.publish("/2", Page::octets("application/pkix-crl", b"list"));
    let read = |limits: &Limits| fetched(limits, Purpose::RevocationList, &server.url("/0"));
    count(2, read, |limits, cap| limits.fetch_redirects = cap)
}

fn fetches() -> [Outcome; 2] {
    let read = |limits: &Limits| {
        let mut budget = FetchBudget::new(limits);
        if (0..3).all(|_| budget.take().is_ok()) { Within } else { Exceeded }
    };
    count(3, read, |limits, cap| limits.fetches = cap)
}

fn issuer_octets() -> [Outcome; 2] {
    let server = web();
    server.publish("/ca", Page::octets("application/pkix-cert", &[b'x'; 1000]));
    let read = |limits: &Limits| fetched(limits, Purpose::Issuer, &server.url("/ca"));
    count(1000, read, |limits, cap| limits.issuer_octets = cap)
}

fn ocsp_octets() -> [Outcome; 2] {
    let server = web();
    server.publish("/", Page::responder("application/ocsp-response", |_| vec![b'x'; 1000]));
    let asked = || Purpose::Ocsp { request: vec![1], about: [0; 32] };
    let read = |limits: &Limits| fetched(limits, asked(), &server.url("/"));
    count(1000, read, |limits, cap| limits.ocsp_octets = cap)
}

fn message_octets() -> [Outcome; 2] {
    let mut receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let message = enveloped(ALICE, BOB, &signed(&alice), &[receiver.bob.certificate()]);
    [message.len(), message.len() - 1].map(|cap| {
        receiver.world.limits.message_octets = cap;
        match receiver.world.incoming(&envelope(ALICE, &[BOB], &message)) {
            Ok(accepted) => judged(&accepted.report),
            Err(report) => judged(&report),
        }
    })
}

fn opened_octets() -> [Outcome; 2] {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"From: a@a.example\r\n\r\nHi\r\n").unwrap();
    let open = |limits: &Limits| match open_file(file.path(), &Limits { message_octets: 1, ..*limits }) {
        Ok(Opened::Messages(_)) => Within,
        Err(DocumentError::TooLarge { .. }) => Exceeded,
        other => Other(format!("{other:?}")),
    };
    both(file.path().metadata().unwrap().len(), open, |limits, cap| limits.opened_octets = cap, |cap| cap - 1)
}

fn header_octets() -> [Outcome; 2] {
    let read = |limits: &Limits| match Entity::parse_whole(&buffer(b"X: yz\r\n\r\nbody"), limits, &mut Ledger::new()) {
        Ok(_) => Within,
        Err(_) => Exceeded,
    };
    count(b"X: yz\r\n".len(), read, |limits, cap| limits.header_octets = cap)
}

fn header_fields() -> [Outcome; 2] {
    let message = buffer(b"A: 1\r\nB: 2\r\nC: 3\r\n\r\n");
    let read = |limits: &Limits| {
        let mut ledger = Ledger::new();
        HeaderSection::scan(message.octets(), 0..message.octets().len(), limits).note_faults(&message, &mut ledger);
        cut(&ledger, "header.limit")
    };
    count(3, read, |limits, cap| limits.header_fields = cap)
}

fn mime_parts() -> [Outcome; 2] {
    let message = buffer(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--\r\n");
    let read = |limits: &Limits| {
        let mut ledger = Ledger::new();
        let entity = Entity::parse_whole(&message, limits, &mut ledger).unwrap();
        match multipart::split(&entity, limits, &mut ledger) {
            Ok(_) => Within,
            Err(multipart::MultipartError::Limit(_)) => Exceeded,
            Err(error) => Other(error.to_string()),
        }
    };
    count(2, read, |limits, cap| limits.mime_parts = cap)
}

fn mime_depth() -> [Outcome; 2] {
    let message = buffer(&[b"Content-Type: message/rfc822\r\n\r\n".repeat(4), b"X: y\r\n\r\n".to_vec()].concat());
    let read = |limits: &Limits| cut(&MimeTree::parse(&message, limits).1, "mime.limit");
    count(4, read, |limits, cap| limits.mime_depth = cap)
}

fn smime_layers() -> [Outcome; 2] {
    let alice = Circle::new("Good").address(ALICE);
    let layer = |inner: Vec<u8>, _| opaque_entity(&opaque(&inner, &alice));
    let message = buffer(&(0..3).fold(b"X: y\r\n\r\n".to_vec(), layer));
    let read = |limits: &Limits| {
        let findings = inspect(&message, limits).findings;
        let told = findings
            .iter()
            .any(|finding| finding.rule.id == "smime.layers-within-limit" && finding.severity == Severity::Warning);
        if told { Exceeded } else { Within }
    };
    count(3, read, |limits, cap| limits.smime_layers = cap)
}

/// A CompressedData of 256 octets of nothing, which zlib makes into a handful.
fn compressed() -> (CompressedData, usize) {
    let stored = |block: &[u8]| {
        let length = u16::try_from(block.len()).unwrap().to_le_bytes();
        let adler = block.iter().fold((1_u32, 0_u32), |(a, b), octet| {
            let a = (a + u32::from(*octet)) % 65_521;
            (a, (b + a) % 65_521)
        });
        let sum = (adler.1 << 16 | adler.0).to_be_bytes();
        [&[0x78, 0x01, 0x01][..], &length, &length.map(|octet| !octet), block, &sum].concat()
    };
    let packed = stored(&[b'x'; 256]);
    let content = der::sequence(&[&der::oid(oid::DATA).unwrap(), &der::value(0xa0, &der::value(4, &packed))]);
    let algorithm = der::sequence(&[&der::oid(oid::ZLIB_COMPRESS).unwrap()]);
    let data = der::sequence(&[&der::value(2, &[0]), &algorithm, &content]);
    let info = der::sequence(&[&der::oid(oid::COMPRESSED_DATA).unwrap(), &der::value(0xa0, &data)]);
    (CompressedData::read(&buffer(&info), &Limits::DEFAULT).unwrap(), packed.len())
}

fn expanded(limits: &Limits) -> Outcome {
    match compressed().0.expand(limits) {
        Ok(content) => {
            assert_eq!(content.octets(), [b'x'; 256]);
            Within
        }
        Err(ExpandError::Limit(_)) => Exceeded,
        Err(error) => Other(error.to_string()),
    }
}

fn expansion_free() -> [Outcome; 2] {
    let set = |limits: &mut Limits, cap| (limits.expansion_free, limits.expansion_factor) = (cap, 0);
    count(256, expanded, set)
}

fn expansion_factor() -> [Outcome; 2] {
    count(1, expanded, |limits, cap| (limits.expansion_free, limits.expansion_factor) = (0, cap))
}

fn expansion_octets() -> [Outcome; 2] {
    count(256, expanded, |limits, cap| limits.expansion_octets = cap)
}

fn signature(limits: &Limits, octets: &[u8]) -> Outcome {
    cms(SignedData::read(&buffer(octets), limits))
}

fn alice_signs() -> (PrivateKeyEntry, Vec<u8>) {
    let alice = Circle::new("Good").address(ALICE);
    let cms = detached(b"content", &alice);
    (alice, cms)
}

fn asn1_depth() -> [Outcome; 2] {
    let inner =
        |depth| (0..depth).fold(Vec::new(), |inner: Vec<u8>, _| [b"\x30\x80".as_slice(), &inner, b"\0\0"].concat());
    let octets = inner(9);
    let read = |limits: &Limits| match SignedData::read(&buffer(&octets), limits) {
        Err(CmsError::Limit(_)) => Exceeded,
        _ => Within,
    };
    count(9, read, |limits, cap| limits.asn1_depth = cap)
}

fn asn1_nodes() -> [Outcome; 2] {
    let (_, cms) = alice_signs();
    let nodes = sealscope::asn1::Tree::parse(&cms, &Limits::DEFAULT).nodes.len();
    count(nodes, |limits| signature(limits, &cms), |limits, cap| limits.asn1_nodes = cap)
}

fn signers() -> [Outcome; 2] {
    let (alice, cms) = alice_signs();
    let two = joined(&cms, &detached(b"content", &alice));
    count(2, |limits| signature(limits, &two), |limits, cap| limits.signers = cap)
}

fn certificates() -> [Outcome; 2] {
    let (_, cms) = alice_signs();
    let included = SignedData::read(&buffer(&cms), &Limits::DEFAULT).unwrap().certificates.len();
    count(included, |limits| signature(limits, &cms), |limits, cap| limits.certificates = cap)
}

fn recipients() -> [Outcome; 2] {
    let circle = Circle::new("Good");
    let (bob, alice) = (circle.address(BOB), circle.address(ALICE));
    let two = enveloped_data(
        b"X: y\r\n\r\n",
        &[bob.certificate(), alice.certificate()],
        openssl::symm::Cipher::aes_128_cbc(),
    );
    let read = |limits: &Limits| cms(EnvelopedData::read(&buffer(&two), limits));
    count(2, read, |limits, cap| limits.recipients = cap)
}

/// The smallest cap under which Bob accepts what `signer` sends, and one less.
fn smallest(receiver: &mut Receiver, signer: &PrivateKeyEntry, set: fn(&mut Limits, usize)) -> [Outcome; 2] {
    let message = signed(signer);
    let mut with = |cap| {
        set(&mut receiver.world.limits, cap);
        judged(&receiver.receive(&message))
    };
    let cap = (1..50).find(|cap| with(*cap) == Within).expect("accepted under a cap of fifty");
    [with(cap), with(cap - 1)]
}

fn path_depth() -> [Outcome; 2] {
    let mut receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    // OpenSSL, and every reader, counts the leaf, the intermediate and the anchor.
    receiver.world.limits.path_depth = 3;
    assert_eq!(judged(&receiver.receive_from(&alice)), Within);
    smallest(&mut receiver, &alice, |limits, cap| limits.path_depth = cap)
}

fn path_signatures() -> [Outcome; 2] {
    let mut receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    smallest(&mut receiver, &alice, |limits, cap| limits.path_signatures = cap)
}

fn path_candidates() -> [Outcome; 2] {
    let mut receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    smallest(&mut receiver, &alice, |limits, cap| limits.path_candidates = cap)
}

fn name_comparisons() -> [Outcome; 2] {
    let mut receiver = Receiver::new();
    // permittedSubtrees [0]: rfc822Name [1], any mailbox of a.example.
    let subtree = der::value(0xa0, &der::sequence(&[&der::value(0x81, b"a.example")]));
    let constraints = der::sequence(&[&subtree]);
    let constrained = CertificateBuilder::authority("Constrained", NOT_BEFORE, NOT_AFTER);
    let constrained = constrained.extension("2.5.29.30", Criticality::Critical, &constraints);
    let constrained: Authority = receiver.circle.root.issue_authority(&constrained).unwrap();
    let alice = constrained.issue(&CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)).unwrap();
    smallest(&mut receiver, &alice, |limits, cap| limits.name_comparisons = cap)
}

fn revocation_signatures() -> [Outcome; 2] {
    let mut receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let list = CrlBuilder::new(NOT_BEFORE, NOT_AFTER);
    receiver.world.crls =
        [&receiver.circle.root, &receiver.circle.intermediate].map(|by| by.crl(&list).unwrap()).into();
    smallest(&mut receiver, &alice, |limits, cap| limits.revocation_signatures = cap)
}

fn rsa_bits() -> [Outcome; 2] {
    let mut receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    [2_048, 2_047].map(|cap| {
        receiver.world.limits.rsa_bits = cap;
        judged(&receiver.receive_from(&alice))
    })
}

// Of the signer, and of an authority above it: 65 537 has 17 bits.
fn rsa_exponent_bits() -> [Outcome; 2] {
    let mut receiver = Receiver::new();
    let alice = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
    let signers = [receiver.circle.address(ALICE), receiver.circle.intermediate.issue(&alice).unwrap()];
    let [first, second] = signers.map(|signer| {
        [17, 16].map(|cap| {
            receiver.world.limits.rsa_exponent_bits = cap;
            judged(&receiver.receive_from(&signer))
        })
    });
    assert_eq!(first, second);
    first
}

fn crls() -> [Outcome; 2] {
    let mut receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let content = wrapped(&message(ALICE, &[BOB]));
    let cms = detached(&content, &alice);
    let list = CrlBuilder::new(NOT_BEFORE, NOT_AFTER);
    let carried =
        [&receiver.circle.root, &receiver.circle.intermediate].map(|by| by.crl(&list).unwrap().der().to_vec());
    let mut parts = signed_data(&cms);
    // crls [1] stands between the certificates and the signers (RFC 5652 §5.1).
    parts.insert(parts.len() - 1, support::der::constructed(0xa1, &carried));
    let entity = multipart_signed(&content, &content_info(&cms, &parts));
    [2, 1].map(|cap| {
        receiver.world.limits.crls = cap;
        judged(&receiver.receive(&entity))
    })
}

fn crl_octets() -> [Outcome; 2] {
    let cap = Limits::DEFAULT.crl_octets;
    [cap, cap + 1].map(|octets| match Crl::from_der(&vec![0; octets]) {
        Err(CrlError::Malformed) => Within,
        Err(CrlError::TooLarge { .. }) => Exceeded,
        other => Other(format!("{other:?}")),
    })
}

fn ldap_certificates() -> [Outcome; 2] {
    let cap = Limits::DEFAULT.ldap_certificates;
    let every: Vec<_> = (0..=cap).map(|number| certificate(&format!("bob+{number}@b.example"))).collect();
    [cap, cap + 1].map(|certificates| {
        let mut directory = Directory::of_domain(&Domain::parse("b.example").unwrap());
        for known in &every[..certificates] {
            directory.publish(BOB, "userCertificate", known.der());
        }
        let server = LabLdap::start(directory, 0, Protection::Plain, Arc::new(|_: &_| {})).unwrap();
        let mut names = Names::new();
        names.server("b.example", 0, 0, server.address());
        let resolution = names.resolver(LdapOptions::default()).resolve(&address_subject(BOB));
        assert_eq!(resolution.found.len(), cap);
        let notes = &resolution.tried.last().unwrap().notes;
        if notes.iter().any(|note| note.starts_with("more certificates came")) { Exceeded } else { Within }
    })
}

fn dns_records() -> [Outcome; 2] {
    let domain = Domain::parse("a.example").unwrap();
    assert!(domain_owner(domain.ascii()).is_ok());
    let cap = Limits::DEFAULT.dns_records;
    [cap, cap + 1].map(|records| {
        let mut zone = Zone::new();
        for record in 0..records {
            zone.publish_domain(&domain, &[0x30, u8::try_from(record).unwrap()]).unwrap();
        }
        let server = LabDns::start(zone, 0, Arc::new(|_: &_| {})).unwrap();
        let client = DnsClient::new(server.address(), Duration::from_secs(5)).unwrap();
        let resolution = client.resolve(&Subject::Domain(domain.clone()));
        let notes = &resolution.tried[0].notes;
        // Each record that was looked at is no certificate, and has a note for that.
        assert_eq!(notes.iter().filter(|note| note.starts_with("record passed over")).count(), cap);
        if notes.iter().any(|note| note.contains("only the first")) { Exceeded } else { Within }
    })
}

fn exposure_addresses() -> [Outcome; 2] {
    let letter = envelope(ALICE, &[BOB], &message(ALICE, &[BOB]));
    let read = |limits: &Limits| {
        let exposure = sealscope::exposure::expose(&letter, None, limits);
        if exposure.names_left_out > 0 { Exceeded } else { Within }
    };
    count(2, read, |limits, cap| limits.exposure_addresses = cap)
}

fn passphrase_iterations() -> [Outcome; 2] {
    let (alice, _) = alice_signs();
    let words = Passphrase::new("sesame");
    let file = write_pkcs12(&alice, &words).unwrap();
    let read = |limits: &Limits| match container::read_within(&file, Some(&words), limits) {
        Ok(_) => Within,
        Err(ContainerError::Limit(limit)) => {
            assert!(limit.found > limit.limit);
            Exceeded
        }
        Err(error) => Other(error.to_string()),
    };
    let Err(ContainerError::Limit(cost)) =
        container::read_within(&file, Some(&words), &Limits { passphrase_iterations: 0, ..Limits::DEFAULT })
    else {
        panic!("no iterations are enough")
    };
    both(cost.found, read, |limits, cap| limits.passphrase_iterations = cap, |cap| cap - 1)
}
