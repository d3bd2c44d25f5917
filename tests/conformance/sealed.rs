//! Rows about the encrypted layer, certificates and trust: messages that Bob receives, and what his agent says of them.

use openssl::symm::Cipher;
use sealscope::agent::Report;
use sealscope::conformance::{Place, RowResult};
use sealscope::mail::Envelope;
use sealscope::pki::issue::{CertificateBuilder, Criticality, CrlBuilder};
use sealscope::pki::{Certificate, KeyUsage, NewKey, PrivateKeyEntry, RevocationReason, SignatureDigest};
use sealscope::smime::{EncryptionOptions, KeyTransport, MakingCipher, encrypt};
use time::Duration;

use super::Case;
use super::fields::{notification, plain};
use super::support::der::{constructed, element};
use super::support::handmade::{detached, enveloped_data, multipart_signed, sealed, wrapped};
use super::support::receiver::Receiver;
use super::support::{ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, envelope, message};
use RowResult::{Fail, NotChecked, Pass, Warning};

struct Bench {
    receiver: Receiver,
    cases: Vec<Case>,
}

impl Bench {
    fn received(&mut self, id: &'static str, place: Place, expected: RowResult, what: &str, envelope: Envelope) {
        let report = report(&self.receiver.world, &envelope);
        self.cases.push(Case { id, place, expected, what: what.to_owned(), envelope, report: Some(report) });
    }

    /// A message from Alice to Bob whose inner message is this one.
    fn wrapping(&mut self, id: &'static str, place: Place, expected: RowResult, what: &str, inner: &[u8]) {
        let signer = self.receiver.circle.address(ALICE);
        let content = wrapped(inner);
        let entity = multipart_signed(&content, &detached(&content, &signer));
        let envelope = self.sealed(&entity);
        self.received(id, place, expected, what, envelope);
    }

    fn sealed(&self, entity: &[u8]) -> Envelope {
        let cms = enveloped_data(entity, &[self.receiver.bob.certificate()], Cipher::aes_256_cbc());
        envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &cms))
    }

    /// A good message whose signer has this certificate.
    fn signed_by(&mut self, id: &'static str, expected: RowResult, what: &str, signer: &PrivateKeyEntry) {
        let content = wrapped(&message(ALICE, &[BOB]));
        let entity = multipart_signed(&content, &detached(&content, signer));
        let envelope = self.sealed(&entity);
        self.received(id, Place::Whole, expected, what, envelope);
    }

    fn issued(&self, builder: &CertificateBuilder) -> PrivateKeyEntry {
        self.receiver.circle.intermediate.issue(builder).unwrap()
    }
}

fn report(world: &World, envelope: &Envelope) -> Report {
    match world.incoming(envelope) {
        Ok(message) => message.report,
        Err(report) => *report,
    }
}

fn for_alice() -> CertificateBuilder {
    CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)
}

/// A CMS for Bob, made with these choices.
fn made(bob: &Certificate, content: MakingCipher, key_transport: KeyTransport) -> Vec<u8> {
    let options = EncryptionOptions { content, key_transport, ..EncryptionOptions::default() };
    encrypt(b"Content-Type: text/plain\r\n\r\nAll is well.\r\n", std::slice::from_ref(bob), &options).unwrap()
}

const OUTER: &[(&str, RowResult, &str, &str)] = &[
    ("DTS-133a", Fail, "application/pkcs7-mime", "application/x-pkcs7-mime"),
    ("DT-MEDIA-TYPE", Fail, "application/pkcs7-mime", "application/octet-stream"),
    ("DTS-201", Fail, "; name=smime.p7m", ""),
    ("DTS-201", Warning, "name=smime.p7m", "name=secret.p7m"),
    ("DTS-202", Warning, "smime-type=enveloped-data; ", ""),
    ("DTS-202", Fail, "smime-type=enveloped-data", "smime-type=signed-data"),
    ("DTS-203", Fail, "Content-Disposition: attachment; filename=smime.p7m\r\n", ""),
    ("DTS-203", Warning, "filename=smime.p7m", "filename=secret.p7m"),
    ("DT-BASE64", Fail, "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: 7bit"),
    ("DTS-GATE-ENCRYPTED", Fail, "application/pkcs7-mime", "text/plain"),
    ("AS12-ENCRYPTED", Fail, "application/pkcs7-mime", "text/plain"),
    ("AS13-ENCRYPTED", Fail, "application/pkcs7-mime", "text/plain"),
];

const OUTER_GOOD: [&str; 9] = [
    "DTS-133a",
    "DT-MEDIA-TYPE",
    "DTS-201",
    "DTS-202",
    "DTS-203",
    "DT-BASE64",
    "DTS-GATE-ENCRYPTED",
    "AS12-ENCRYPTED",
    "AS13-ENCRYPTED",
];

pub(crate) fn cases() -> Vec<Case> {
    let mut bench = Bench { receiver: Receiver::new(), cases: Vec::new() };
    outer(&mut bench);
    ciphers(&mut bench);
    insides(&mut bench);
    certificates(&mut bench);
    trust(&mut bench);
    routing(&mut bench);
    recipients(&mut bench);
    bench.cases
}

fn outer(bench: &mut Bench) {
    let cms = enveloped_data(
        b"Content-Type: text/plain\r\n\r\nx\r\n",
        &[bench.receiver.bob.certificate()],
        Cipher::aes_256_cbc(),
    );
    let text = String::from_utf8(sealed(ALICE, BOB, &cms)).unwrap();
    let disposition = "Content-Disposition: attachment; filename=smime.p7m\r\nContent-Transfer-Encoding";
    let good = text.replacen("Content-Transfer-Encoding", disposition, 1);
    for id in OUTER_GOOD {
        bench.cases.push(plain(id, Place::Whole, Pass, "good", good.as_bytes()));
    }
    for (id, expected, from, to) in OUTER {
        assert!(good.contains(from), "{from}");
        bench.cases.push(plain(id, Place::Whole, *expected, to, good.replacen(from, to, 1).as_bytes()));
    }
    let subject = good.replacen("From:", "Subject: Results\r\nFrom:", 1);
    bench.cases.push(plain("AS12-SUBJECT-HIDDEN", Place::Whole, Warning, "subject outside", subject.as_bytes()));
    bench.cases.push(plain("AS12-SUBJECT-HIDDEN", Place::Whole, Pass, "no subject outside", good.as_bytes()));
    let absent = good.replacen("Message-ID: <2@a.example>\r\n", "", 1).replacen("MIME-Version: 1.0\r\n", "", 1);
    for (id, expected) in [("DTS-121", Warning), ("DTS-102b", Warning), ("DTS-124", RowResult::Info)] {
        bench.cases.push(plain(id, Place::Outer, expected, "absent outside", absent.as_bytes()));
    }
    bench.cases.push(plain("DTS-129", Place::Whole, NotChecked, "no key", good.as_bytes()));
}

fn ciphers(bench: &mut Bench) {
    let bob = bench.issued(&CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER).key(NewKey::Rsa2048));
    let bob = bob.certificate();
    let v15 = KeyTransport::Pkcs1V15;
    let old = enveloped_data(b"x", &[bob], Cipher::des_ede3_cbc());
    let oaep = made(bob, MakingCipher::Aes256Cbc, KeyTransport::OAEP_SHA256);
    let gcm = made(bob, MakingCipher::Aes256Gcm, v15);
    let plain_key = made(bob, MakingCipher::Aes128Cbc, v15);
    for (id, expected, cms) in [
        ("DT-CONTENT-CIPHER", Pass, &oaep),
        ("DT-CONTENT-CIPHER", Fail, &gcm),
        ("DT-CONTENT-CIPHER", Fail, &old),
        ("DT-KEY-TRANSPORT", Pass, &oaep),
        ("DT-KEY-TRANSPORT", Warning, &plain_key),
        ("AS12-CIPHER", Pass, &gcm),
        ("AS12-CIPHER", Fail, &old),
        ("AS13-CIPHER", Pass, &oaep),
        ("AS13-CIPHER", Fail, &old),
        ("AS13-KEY-TRANSPORT", Pass, &oaep),
        ("AS13-KEY-TRANSPORT", Warning, &plain_key),
    ] {
        bench.cases.push(plain(id, Place::Whole, expected, "cipher", &sealed(ALICE, BOB, cms)));
    }
    let named = String::from_utf8(sealed(ALICE, BOB, &gcm)).unwrap();
    let right = named.replacen("smime-type=enveloped-data", "smime-type=authEnveloped-data", 1);
    bench.cases.push(plain("DTS-202", Place::Whole, Pass, "AES-GCM by its name", right.as_bytes()));
    bench.cases.push(plain("DTS-202", Place::Whole, Fail, "AES-GCM by another name", named.as_bytes()));
}

fn insides(bench: &mut Bench) {
    let good = message(ALICE, &[BOB]);
    bench.wrapping("DTS-129", Place::Whole, Pass, "opened", &good);
    let stranger = Circle::new("Other").address(BOB);
    let cms = enveloped_data(&good, &[stranger.certificate()], Cipher::aes_256_cbc());
    bench.received(
        "DTS-129",
        Place::Whole,
        Fail,
        "for another key",
        envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &cms)),
    );
    let eight_bit = String::from_utf8(good.clone()).unwrap().replacen("Results", "R\u{e9}sultats", 1);
    bench.wrapping("DTS-196", Place::Wrapped, Fail, "UTF-8 in the wrapped header", eight_bit.as_bytes());
    bench.wrapping("DTS-196", Place::Wrapped, Pass, "ASCII in the wrapped header", &good);
    let undated = String::from_utf8(good.clone()).unwrap().replacen("Date:", "X-Date:", 1);
    bench.wrapping("DTS-114", Place::Wrapped, Fail, "no Date inside", undated.as_bytes());
    bench.wrapping("DTS-195", Place::Inner, Fail, "a bare LF inside", &[good.as_slice(), b"x\n"].concat());
    bench.wrapping("DTS-450", Place::Whole, Pass, "a secured notification", &notification("", ""));
    bench.wrapping(
        "DTS-460",
        Place::Whole,
        Fail,
        "a secured notification for nobody",
        &notification("", "Final-Recipient"),
    );
}

fn certificates(bench: &mut Bench) {
    let policy = |dotted: &str| {
        let oid = openssl::asn1::Asn1Object::from_str(dotted).unwrap();
        constructed(0x30, &[constructed(0x30, &[element(6, oid.as_slice())])])
    };
    let good = for_alice().extension("2.5.29.32", Criticality::NonCritical, &policy("1.3.6.1.4.1.41179.1.3"));
    let good = bench.issued(&good.key(NewKey::Rsa2048));
    for id in [
        "DTS-225",
        "DTS-240",
        "DTS-C4",
        "DTS-C5",
        "DTS-SVAP-ALGORITHM",
        "DTS-SVAP-NAMES",
        "DTS-SVAP-WILDCARD",
        "DTS-SVAP-VALIDITY",
        "DTS-SVAP-KEY",
        "DT-SIGNER-KEY-USAGE",
        "DT-CERTIFICATE-KEY-USAGE",
        "DT-CERTIFICATE-KEY-SIZE",
        "DT-CERTIFICATE-POLICY",
        "AS13-SINGLE-NAME",
        "AS13-NO-WILDCARD",
        "AS13-KEY-SIZE",
        "AS13-CERTIFICATE-DIGEST",
    ] {
        bench.signed_by(id, Pass, "good", &good);
    }
    let domain = bench.receiver.circle.domain("a.example");
    bench.signed_by("DTS-C7", Pass, "a domain", &domain);
    let end_entity = |name: &str| CertificateBuilder::end_entity(name, NOT_BEFORE, NOT_AFTER);
    let star = |name: &str| end_entity("x").domain(name);
    let bad: Vec<(&'static str, RowResult, CertificateBuilder)> = vec![
        ("DTS-225", Fail, end_entity("")),
        ("DTS-225", Warning, end_entity("").email(ALICE)),
        ("DTS-240", Fail, end_entity("Alice")),
        ("DTS-240", Warning, for_alice().domain("a.example")),
        ("DTS-C4", Fail, end_entity("Alice")),
        ("DTS-C5", Fail, end_entity("Alice").email("alice at a.example")),
        ("DTS-C7", Fail, star("a_.example")),
        ("DTS-SVAP-ALGORITHM", Fail, for_alice().signature_digest(SignatureDigest::Sha1)),
        ("AS13-CERTIFICATE-DIGEST", Fail, for_alice().signature_digest(SignatureDigest::Sha1)),
        ("DTS-SVAP-NAMES", Fail, for_alice().domain("a.example")),
        ("AS13-SINGLE-NAME", Fail, for_alice().domain("a.example")),
        ("DTS-SVAP-WILDCARD", Fail, star("*.example")),
        ("AS13-NO-WILDCARD", Fail, star("*.example")),
        ("DTS-SVAP-VALIDITY", Fail, CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOW - Duration::days(1))),
        ("DTS-SVAP-KEY", Fail, for_alice().key(NewKey::Rsa(1024))),
        ("AS13-KEY-SIZE", Fail, for_alice().key(NewKey::Rsa(1024))),
        ("DT-CERTIFICATE-KEY-SIZE", Fail, for_alice().key(NewKey::Rsa(1024))),
        ("DT-SIGNER-KEY-USAGE", Fail, for_alice().key_usage(Some(KeyUsage::KEY_ENCIPHERMENT))),
        ("DT-CERTIFICATE-KEY-USAGE", Fail, for_alice().key_usage(Some(KeyUsage::KEY_AGREEMENT))),
        ("DT-CERTIFICATE-POLICY", Warning, for_alice()),
        ("DTS-SVAP-KEY", Pass, for_alice().key(NewKey::Rsa(3072))),
        ("DTS-SVAP-KEY", Pass, for_alice().key(NewKey::P256)),
    ];
    for (id, expected, builder) in bad {
        let signer = bench.issued(&builder);
        bench.signed_by(id, expected, "a certificate", &signer);
    }
}

fn trust(bench: &mut Bench) {
    let good = bench.receiver.circle.address(ALICE);
    for id in [
        "DT-VALID-SIGNER",
        "DT-CURRENT-SIGNER",
        "DT-TRUSTED-SIGNER",
        "AS12-CURRENT",
        "AS12-SIGNATURE",
        "AS12-BOUND",
        "AS12-TRUSTED",
        "AS12-RECIPIENTS",
        "AS13-CURRENT",
        "AS13-SIGNATURE",
        "AS13-BOUND",
        "AS13-TRUSTED",
    ] {
        bench.signed_by(id, Pass, "good", &good);
    }
    let expired = bench.issued(&CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOW - Duration::days(1)));
    let stranger = Circle::new("Other").address(ALICE);
    let other_name = bench.receiver.circle.address("mallory@a.example");
    for (ids, signer) in [
        (["DT-CURRENT-SIGNER", "AS12-CURRENT", "AS13-CURRENT"], &expired),
        (["DT-TRUSTED-SIGNER", "AS12-TRUSTED", "AS13-TRUSTED"], &stranger),
        (["AS12-BOUND", "AS13-BOUND", "AS12-BOUND"], &other_name),
    ] {
        for id in ids {
            bench.signed_by(id, Fail, "a signer", signer);
        }
    }
    // Nobody looked for an anchor of a signer who is somebody else.
    bench.signed_by("AS12-TRUSTED", NotChecked, "another name", &other_name);
    bench.signed_by("AS12-RECIPIENTS", Warning, "a stranger", &stranger);
    let content = wrapped(&message(ALICE, &[BOB]));
    let altered = String::from_utf8(content.clone()).unwrap().replacen("well", "lost", 1);
    let entity = multipart_signed(altered.as_bytes(), &detached(&content, &good));
    for id in ["DT-VALID-SIGNER", "AS12-SIGNATURE", "AS13-SIGNATURE"] {
        let envelope = bench.sealed(&entity);
        bench.received(id, Place::Whole, Fail, "altered", envelope);
    }
    let clean = CrlBuilder::new(NOW - Duration::days(1), NOW + Duration::days(1));
    let revoking = clean.clone().revoke(good.certificate(), NOW - Duration::hours(1), RevocationReason::KeyCompromise);
    let issued = |list: &CrlBuilder, bench: &Bench| vec![bench.receiver.circle.intermediate.crl(list).unwrap()];
    let (clean, revoking) = (issued(&clean, bench), issued(&revoking, bench));
    for (lists, expected, what) in
        [(clean, Pass, "not on the list"), (revoking, Fail, "revoked"), (Vec::new(), NotChecked, "no list")]
    {
        bench.receiver.world.crls = lists;
        for id in ["DT-UNREVOKED-SIGNER", "AS12-UNREVOKED", "AS13-UNREVOKED"] {
            bench.signed_by(id, expected, what, &good);
        }
    }
}

fn routing(bench: &mut Bench) {
    let good = message(ALICE, &[BOB]);
    bench.wrapping("AS13-MAIL-FROM", Place::Whole, Pass, "From", &good);
    bench.wrapping("AS13-RCPT-TO", Place::Whole, Pass, "To", &good);
    bench.wrapping("AS13-MAIL-FROM", Place::Whole, Fail, "another author", &message("eve@a.example", &[BOB]));
    bench.wrapping("AS13-RCPT-TO", Place::Whole, Fail, "a blind copy", &message(ALICE, &[CAROL]));
}

/// What is sent knows the recipients' certificates.
fn recipients(bench: &mut Bench) {
    for (usage, expected) in
        [(KeyUsage::KEY_ENCIPHERMENT.union(KeyUsage::KEY_AGREEMENT), Pass), (KeyUsage::KEY_AGREEMENT, Fail)]
    {
        let circle = Circle::new("Good");
        let builder = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER).key_usage(Some(usage));
        let bob = circle.intermediate.issue(&builder.key(NewKey::P256)).unwrap();
        let mut world = World::default();
        world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root).certificate(BOB, bob.certificate());
        let sent = match world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))) {
            Ok(sent) => sent,
            Err(report) => panic!("{:?}", report.rejection),
        };
        bench.cases.push(Case {
            id: "DT-RECIPIENT-KEY-USAGE",
            place: Place::Whole,
            expected,
            what: usage.to_string(),
            envelope: sent.envelope,
            report: Some(sent.report),
        });
    }
    let nothing = plain("DT-RECIPIENT-KEY-USAGE", Place::Whole, NotChecked, "not known", &message(ALICE, &[BOB]));
    bench.cases.push(nothing);
}
