//! The caps as they stand: the numbers, and, wherever an input of that size can be made here, the input at the cap and the
//! one above it, through the real agent where a message comes to that cap. `limits` holds every cap with a small number.
//!
//! `cargo test --test limits_by_default -- --nocapture` prints the table.
#![cfg(test)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use openssl::bn::BigNum;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::symm::Cipher;
use sealscope::agent::Report;
use sealscope::asn1::{der, oid};
use sealscope::discovery::fetch::{FetchBudget, FetchOutcome, FetchRequest, Fetcher as _, Purpose, Reach, Refusal};
use sealscope::finding::Severity;
use sealscope::io::fetch::{FetchOptions, NetworkFetcher};
use sealscope::lab::http::{LabHttp, Page};
use sealscope::limits::Limits;
use sealscope::mail::Envelope;
use sealscope::mime::MimeTree;
use sealscope::pki::issue::{CertificateBuilder, Criticality};
use sealscope::pki::{Certificate, Crl, CrlError, NewKey, PrivateKeyEntry};
use sealscope::smime::{CmsError, SignedData, inspect};
use sealscope::span::{Buffer, BufferName};
use support::der::{constructed, members};
use support::handmade::{
    content_info, detached, enveloped_data, joined, multipart_signed, opaque, opaque_entity, sealed, signed_data,
    wrapped,
};
use support::receiver::{Receiver, signed};
use support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, envelope, message};

const LIMITS: Limits = Limits::DEFAULT;

/// What the input at the cap gets, and that one above it.
type Row = (&'static str, fn() -> [String; 2]);

/// The answer that says that a cap was passed.
const LIMIT: &str = "limit-exceeded";

const ROWS: &[Row] = &[
    ("message 64 MiB", message_octets),
    ("header section 1 MiB", header_octets),
    ("1 000 header fields", header_fields),
    ("1 000 MIME parts", mime_parts),
    ("MIME depth 32", mime_depth),
    ("10 layers of S/MIME", smime_layers),
    ("content may expand to 1 MiB", expansion_free),
    ("content may expand 16 times", expansion_factor),
    ("ASN.1 depth 64", asn1_depth),
    ("16 signers", signers),
    ("1 000 RecipientInfos", recipient_infos),
    ("1 000 recipients", recipients),
    ("500 certificates", certificates),
    ("path of 8 certificates", path_depth),
    ("100 signature checks", path_signatures),
    ("250 000 comparisons of names", name_comparisons),
    ("RSA of 16 384 bits", rsa_bits),
    ("RSA exponent of 64 bits", rsa_exponent_bits),
    ("CRL 20 MiB", crl_octets),
    ("3 redirects", fetch_redirects),
    ("8 fetches", fetches),
];

#[test]
fn at_each_cap_as_it_stands_the_input_is_judged_and_one_above_it_is_a_limit() {
    println!("{:<30} {:<26} one above", "cap", "at the cap");
    let mut wrong = Vec::new();
    for (name, row) in ROWS {
        let [at, above] = row();
        println!("{name:<30} {at:<26} {above}");
        if at == LIMIT || above != LIMIT {
            wrong.push(format!("{name}: {at} at the cap, {above} above it"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_caps_are_those_that_are_proposed() {
    let found = [
        ("message octets", LIMITS.message_octets, 64 << 20),
        ("header octets", LIMITS.header_octets, 1 << 20),
        ("header fields", LIMITS.header_fields, 1_000),
        ("MIME parts", LIMITS.mime_parts, 1_000),
        ("MIME depth", LIMITS.mime_depth, 32),
        ("S/MIME layers", LIMITS.smime_layers, 10),
        ("expansion, times", LIMITS.expansion_factor, 16),
        ("expansion, octets", LIMITS.expansion_octets, 256 << 20),
        ("ASN.1 depth", LIMITS.asn1_depth, 64),
        ("signers", LIMITS.signers, 16),
        ("recipients", LIMITS.recipients, 1_000),
        ("certificates", LIMITS.certificates, 500),
        ("path depth", LIMITS.path_depth, 8),
        ("signature checks", LIMITS.path_signatures, 100),
        ("name comparisons", LIMITS.name_comparisons, 250_000),
        ("CRL octets", LIMITS.crl_octets, 20 << 20),
        ("redirects", LIMITS.fetch_redirects, 3),
        ("fetches", LIMITS.fetches, 8),
        ("DNS records", LIMITS.dns_records, 16),
    ];
    for (name, found, proposed) in found {
        assert_eq!(found, proposed, "{name}");
    }
    assert_eq!((LIMITS.rsa_bits, LIMITS.rsa_exponent_bits), (16_384, 64));
    assert_eq!((LIMITS.passphrase_iterations, LIMITS.fetch_time), (10_000_000, Duration::from_secs(10)));
}

/// The code for Bob, or of the whole message, after a limit was found to be told as one: with the numbers.
fn told(report: &Report) -> String {
    let reason = report.recipients.first().and_then(|bob| bob.reason()).or(report.rejection.as_ref());
    let Some(reason) = reason else { return "accepted".to_owned() };
    if reason.code.as_str() == LIMIT {
        let told = [Some(reason), report.rejection.as_ref()].into_iter().flatten();
        assert!(told.into_iter().any(|reason| reason.detail.contains("exceeds the limit of")), "{reason:?}");
    }
    reason.code.as_str().to_owned()
}

fn arrive(receiver: &Receiver, envelope: &Envelope) -> String {
    match receiver.world.incoming(envelope) {
        Ok(accepted) => told(&accepted.report),
        Err(report) => told(&report),
    }
}

fn plain(receiver: &Receiver, octets: &[u8]) -> String {
    arrive(receiver, &envelope(ALICE, &[BOB], octets))
}

/// Bob, and Alice with her key.
fn people() -> (Receiver, PrivateKeyEntry) {
    let receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    (receiver, alice)
}

fn p256(address: &str) -> CertificateBuilder {
    CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER).key(NewKey::P256)
}

fn authority(name: &str) -> CertificateBuilder {
    CertificateBuilder::authority(name, NOT_BEFORE, NOT_AFTER).key(NewKey::P256)
}

fn message_octets() -> [String; 2] {
    let (receiver, alice) = people();
    let mut octets =
        sealed(ALICE, BOB, &enveloped_data(&signed(&alice), &[receiver.bob.certificate()], Cipher::aes_128_cbc()));
    // White space after the base64 is passed over.
    octets.resize(LIMITS.message_octets, b' ');
    let at = plain(&receiver, &octets);
    octets.push(b' ');
    [at, plain(&receiver, &octets)]
}

fn header_octets() -> [String; 2] {
    let (receiver, alice) = people();
    let good =
        sealed(ALICE, BOB, &enveloped_data(&signed(&alice), &[receiver.bob.certificate()], Cipher::aes_128_cbc()));
    let header = good.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 2;
    [0, 1].map(|more| {
        let mut octets = b"X-Long: ".to_vec();
        let rest = LIMITS.header_octets - header - octets.len() - 2 + more;
        for place in 0..rest {
            octets.push(if place % 78 == 77 { b'-' } else { b'x' });
        }
        octets.extend_from_slice(b"\r\n");
        octets.extend_from_slice(&good);
        plain(&receiver, &octets)
    })
}

/// Whether a rule warns, as the code that it stands for.
fn warned(findings: &[sealscope::finding::Finding], rule: &str) -> String {
    let told = findings.iter().any(|finding| finding.rule.id == rule && finding.severity == Severity::Warning);
    if told { LIMIT } else { "told whole" }.to_owned()
}

// More fields are counted and not kept, and that is told: the message is judged by those that are.
fn header_fields() -> [String; 2] {
    [0, 1].map(|more| {
        let octets = "X: y\r\n".repeat(LIMITS.header_fields + more) + "\r\n";
        let (_, ledger) = MimeTree::parse(&Buffer::new(BufferName::Received, octets.into_bytes()), &LIMITS);
        warned(ledger.findings(), "header.limit")
    })
}

// The message and its parts.
fn mime_parts() -> [String; 2] {
    [0, 1].map(|more| {
        let part = "--b\r\n\r\nx\r\n".repeat(LIMITS.mime_parts - 1 + more);
        let octets = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{part}--b--\r\n");
        let (_, ledger) = MimeTree::parse(&Buffer::new(BufferName::Received, octets.into_bytes()), &LIMITS);
        warned(ledger.findings(), "mime.limit")
    })
}

fn mime_depth() -> [String; 2] {
    [0, 1].map(|more| {
        let octets = "Content-Type: message/rfc822\r\n\r\n".repeat(LIMITS.mime_depth + more) + "X: y\r\n\r\n";
        let (_, ledger) = MimeTree::parse(&Buffer::new(BufferName::Received, octets.into_bytes()), &LIMITS);
        warned(ledger.findings(), "mime.limit")
    })
}

fn compressed(content: &[u8]) -> Vec<u8> {
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(content, 1);
    let content = der::sequence(&[&der::oid(oid::DATA).unwrap(), &der::value(0xa0, &der::value(4, &packed))]);
    let algorithm = der::sequence(&[&der::oid(oid::ZLIB_COMPRESS).unwrap()]);
    let data = der::sequence(&[&der::value(2, &[0]), &algorithm, &content]);
    der::sequence(&[&der::oid(oid::COMPRESSED_DATA).unwrap(), &der::value(0xa0, &data)])
}

fn compressed_entity(content: &[u8]) -> Vec<u8> {
    let entity = String::from_utf8(opaque_entity(&compressed(content))).unwrap();
    entity.replace("signed-data", "compressed-data").into_bytes()
}

// The envelope is one, the signature another; what is compressed lies between.
fn smime_layers() -> [String; 2] {
    let (receiver, alice) = people();
    let around = LIMITS.smime_layers - 2;
    [0, 1].map(|more| {
        let entity = (0..around + more).fold(signed(&alice), |inner, _| compressed_entity(&inner));
        told(&receiver.receive(&entity))
    })
}

/// A compressed message with so many octets of content.
fn expanding(receiver: &Receiver, content: &[u8]) -> String {
    told(&receiver.receive(&compressed_entity(content)))
}

fn expansion_free() -> [String; 2] {
    let receiver = Receiver::new();
    [0, 1].map(|more| expanding(&receiver, &padded(LIMITS.expansion_free + more, b'x')))
}

/// An entity of exactly so many octets.
fn padded(octets: usize, with: u8) -> Vec<u8> {
    let mut content = b"Content-Type: text/plain\r\n\r\n".to_vec();
    content.resize(octets, with);
    content
}

// 128 KiB that are stored as they are, and sixteen times as much altogether.
fn expansion_factor() -> [String; 2] {
    let receiver = Receiver::new();
    let mut state = 1_u64;
    let mut octet = || {
        // xorshift64 (Marsaglia, 2003): nothing to compress.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[3]
    };
    let noise: Vec<u8> = (0..1 << 17).map(|_| octet()).collect();
    let made = |octets: usize| {
        let mut content = [padded(64, b'x'), noise.clone()].concat();
        content.resize(octets, b'x');
        content
    };
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(&made(2 << 20), 1).len();
    // A run that is longer or shorter changes the compressed size by a few octets; `limits` has the exact number.
    let (octets, few) = (LIMITS.expansion_factor * packed, LIMITS.expansion_factor * 1_024);
    assert!(octets > LIMITS.expansion_free + few, "{octets} are free");
    [expanding(&receiver, &made(octets - few)), expanding(&receiver, &made(octets + few))]
}

// Openings without a length, which a reader must follow.
fn asn1_depth() -> [String; 2] {
    [0, 1].map(|more| {
        let depth = LIMITS.asn1_depth + more;
        let cms = [b"\x30\x80".repeat(depth), b"\0\0".repeat(depth)].concat();
        match SignedData::read(&Buffer::new(BufferName::SignatureCms, cms), &LIMITS) {
            Err(CmsError::Limit(_)) => LIMIT.to_owned(),
            Err(error) => error.to_string(),
            Ok(_) => "read".to_owned(),
        }
    })
}

fn signers() -> [String; 2] {
    let (receiver, alice) = people();
    let content = wrapped(&message(ALICE, &[BOB]));
    let one = detached(&content, &alice);
    [0, 1].map(|more| {
        let all = (1..LIMITS.signers + more).fold(one.clone(), |all, _| joined(&all, &one));
        told(&receiver.receive(&multipart_signed(&content, &all)))
    })
}

fn recipient_infos() -> [String; 2] {
    let (receiver, alice) = people();
    let stranger = Circle::new("Other").address(BOB);
    let cms =
        enveloped_data(&signed(&alice), &[receiver.bob.certificate(), stranger.certificate()], Cipher::aes_128_cbc());
    [0, 1].map(|more| {
        let mut parts = signed_data(&cms);
        let set = parts.iter().position(|part| part[0] == 0x31).unwrap();
        let infos = members(&parts[set]);
        let other = infos.iter().find(|info| *info != &infos[0]).unwrap().clone();
        let many: Vec<Vec<u8>> = infos.into_iter().chain(vec![other; LIMITS.recipients - 2 + more]).collect();
        parts[set] = constructed(0x31, &many);
        plain(&receiver, &sealed(ALICE, BOB, &content_info(&cms, &parts)))
    })
}

fn recipients() -> [String; 2] {
    let (receiver, alice) = people();
    let octets =
        sealed(ALICE, BOB, &enveloped_data(&signed(&alice), &[receiver.bob.certificate()], Cipher::aes_128_cbc()));
    [0, 1].map(|more| {
        let others: Vec<String> = (1..LIMITS.recipients + more).map(|number| format!("x{number}@c.example")).collect();
        let to: Vec<&str> = std::iter::once(BOB).chain(others.iter().map(String::as_str)).collect();
        arrive(&receiver, &envelope(ALICE, &to, &octets))
    })
}

/// A message whose signature carries these certificates as well.
fn with_certificates(receiver: &Receiver, signer: &PrivateKeyEntry, more: &[Certificate]) -> String {
    let content = wrapped(&message(ALICE, &[BOB]));
    let cms = detached(&content, signer);
    let mut parts = signed_data(&cms);
    let bag = parts.iter().position(|part| part[0] == 0xa0).unwrap();
    let all: Vec<Vec<u8>> =
        members(&parts[bag]).into_iter().chain(more.iter().map(|certificate| certificate.der().to_vec())).collect();
    parts[bag] = constructed(0xa0, &all);
    told(&receiver.receive(&multipart_signed(&content, &content_info(&cms, &parts))))
}

fn certificates() -> [String; 2] {
    let (receiver, alice) = people();
    let own = 1 + alice.chain().len();
    let other = Circle::new("Other").root.certificate().clone();
    [0, 1].map(|more| with_certificates(&receiver, &alice, &vec![other.clone(); LIMITS.certificates - own + more]))
}

fn path_depth() -> [String; 2] {
    let mut receiver = Receiver::new();
    let mut below = receiver.circle.root.issue_authority(&authority("1")).unwrap();
    let mut chain = vec![below.certificate().clone()];
    // The root and the leaf are two.
    for number in 2..=LIMITS.path_depth - 2 {
        below = below.issue_authority(&authority(&number.to_string())).unwrap();
        chain.push(below.certificate().clone());
    }
    let one_more = below.issue_authority(&authority("one more")).unwrap();
    receiver.world.authorities = chain.into_iter().chain([one_more.certificate().clone()]).collect();
    [below, one_more].map(|issuer| told(&receiver.receive_from(&issuer.issue(&p256(ALICE)).unwrap())))
}

// All have the issuer's name and none has its key; the search must try each.
fn path_signatures() -> [String; 2] {
    let (receiver, _) = people();
    let issuer = receiver.circle.root.issue_authority(&authority("Issuer")).unwrap();
    let alice = issuer.issue(&p256(ALICE)).unwrap();
    let alone = PrivateKeyEntry::new(alice.certificate().clone(), vec![], alice.key().to_owned()).unwrap();
    let others: Vec<Certificate> = (0..=LIMITS.path_signatures)
        .map(|_| receiver.circle.root.issue_authority(&authority("Issuer")).unwrap().certificate().clone())
        .collect();
    [0, 1].map(|more| with_certificates(&receiver, &alone, &others[..LIMITS.path_signatures + more]))
}

fn name_comparisons() -> [String; 2] {
    let receiver = Receiver::new();
    let constraints = 500;
    let subtree = der::value(0xa0, &vec![der::sequence(&[&der::value(0x81, b"a.example")]); constraints].concat());
    let constrained = authority("Constrained");
    let constrained = constrained.extension("2.5.29.30", Criticality::Critical, &der::sequence(&[&subtree]));
    let constrained = receiver.circle.root.issue_authority(&constrained).unwrap();
    let names = LIMITS.name_comparisons / constraints;
    // A certificate has its subject's name as well as these.
    [names - 1, names].map(|names| {
        let other: Vec<Vec<u8>> =
            (1..names).map(|place| der::value(0x81, format!("x{place}@a.example").as_bytes())).collect();
        let names = [der::value(0x81, ALICE.as_bytes()), other.concat()].concat();
        let alice = CertificateBuilder::end_entity("Alice", NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
        let alice = alice.extension("2.5.29.17", Criticality::NonCritical, &der::value(0x30, &names));
        told(&receiver.receive_from(&constrained.issue(&alice).unwrap()))
    })
}

/// What becomes of a message whose signer's certificate has this key; nobody holds the private half.
fn signed_with(receiver: &Receiver, bits: i32, exponent: &BigNum) -> String {
    // A product of two primes it is not; that is not looked at.
    let mut modulus = BigNum::new().unwrap();
    modulus.rand(bits, openssl::bn::MsbOption::ONE, true).unwrap();
    let key = Rsa::from_public_components(modulus, BigNum::from_slice(&exponent.to_vec()).unwrap()).unwrap();
    let key = PKey::from_rsa(key).unwrap();
    let issuer = &receiver.circle.intermediate;
    let builder = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).serial(&[0x11; 8]);
    let large = issuer.certify(&builder, &key).unwrap();
    // Another of the same issuer and serial number signs; the certificate is then put in its place.
    let small = issuer.issue(&builder).unwrap();
    let content = wrapped(&message(ALICE, &[BOB]));
    let cms = detached(&content, &small);
    let mut parts = signed_data(&cms);
    let bag = parts.iter().position(|part| part[0] == 0xa0).unwrap();
    parts[bag] = constructed(0xa0, &[large.der().to_vec(), issuer.certificate().der().to_vec()]);
    told(&receiver.receive(&multipart_signed(&content, &content_info(&cms, &parts))))
}

fn rsa_bits() -> [String; 2] {
    let receiver = Receiver::new();
    let exponent = BigNum::from_u32(65_537).unwrap();
    let bits = i32::try_from(LIMITS.rsa_bits).unwrap();
    [bits, bits + 1].map(|bits| signed_with(&receiver, bits, &exponent))
}

fn rsa_exponent_bits() -> [String; 2] {
    let receiver = Receiver::new();
    let cap = i32::try_from(LIMITS.rsa_exponent_bits).unwrap();
    [cap, cap + 1].map(|bits| {
        let mut exponent = BigNum::from_u32(1).unwrap();
        exponent.set_bit(bits - 1).unwrap();
        assert_eq!(exponent.num_bits(), bits);
        signed_with(&receiver, 2_048, &exponent)
    })
}

fn crl_octets() -> [String; 2] {
    [0, 1].map(|more| match Crl::from_der(&vec![0; LIMITS.crl_octets + more]) {
        Err(CrlError::Malformed) => "malformed".to_owned(),
        Err(CrlError::TooLarge { .. }) => LIMIT.to_owned(),
        other => format!("{other:?}"),
    })
}

fn fetch_redirects() -> [String; 2] {
    let server = LabHttp::start(0, Arc::new(|_| ())).unwrap();
    for number in 0..=LIMITS.fetch_redirects {
        server.publish(&format!("/{number}"), Page::Redirect(format!("/{}", number + 1)));
    }
    server.publish(&format!("/{}", LIMITS.fetch_redirects + 1), Page::octets("application/pkix-crl", b"list"));
    [1, 0].map(|from| {
        let options = FetchOptions { cache: None, limits: LIMITS, ..FetchOptions::system(Reach::Anywhere) };
        let request = FetchRequest { purpose: Purpose::RevocationList, url: server.url(&format!("/{from}")) };
        match NetworkFetcher::new(options).fetch(&request).account.outcome {
            FetchOutcome::Fetched => "fetched".to_owned(),
            FetchOutcome::Refused(Refusal::RedirectLimit { .. }) => LIMIT.to_owned(),
            other => other.to_string(),
        }
    })
}

fn fetches() -> [String; 2] {
    [0, 1].map(|more| {
        let mut budget = FetchBudget::new(&LIMITS);
        let all = (0..LIMITS.fetches + more).all(|_| budget.take().is_ok());
        if all { "fetched" } else { LIMIT }.to_owned()
    })
}

/// What no key is needed for is bounded likewise.
#[test]
fn without_keys_more_layers_than_the_cap_are_told() {
    let alice = Circle::new("Good").address(ALICE);
    let nested =
        |layers: usize| (0..layers).fold(b"X: y\r\n\r\n".to_vec(), |inner, _| opaque_entity(&opaque(&inner, &alice)));
    let told = [0, 1].map(|more| {
        let message = Buffer::new(BufferName::Received, nested(LIMITS.smime_layers + more));
        warned(&inspect(&message, &LIMITS).findings, "smime.layers-within-limit")
    });
    assert_eq!(told, ["told whole", LIMIT]);
}
