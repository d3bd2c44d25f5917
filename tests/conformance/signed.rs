//! Rows about the signed layer: signed messages that lie open, each with one thing changed.

use openssl::cms::CMSOptions;
use openssl::hash::MessageDigest;
use sealscope::conformance::{Place, RowResult};
use sealscope::pki::NewKey;
use sealscope::pki::PrivateKeyEntry;
use sealscope::pki::issue::CertificateBuilder;

use super::Case;
use super::fields::{plain, with};
use super::support::cms::{Maker, identifier, oid, signed_data};
use super::support::der::constructed;
use super::support::handmade::{
    content_info, detached, multipart_signed, opaque, opaque_entity, signature, signed_data as parts_of, wrapped,
};
use super::support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, message};
use RowResult::{Fail, Pass, Warning};

/// An entity as a message of its own.
fn as_message(entity: &[u8]) -> Vec<u8> {
    let header =
        b"From: alice@a.example\r\nTo: bob@b.example\r\nSubject: x\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\n\
        Message-ID: <1@a.example>\r\nMIME-Version: 1.0\r\n";
    [header.as_slice(), entity].concat()
}

struct Bench {
    signer: PrivateKeyEntry,
    content: Vec<u8>,
    cms: Vec<u8>,
    cases: Vec<Case>,
}

impl Bench {
    fn new() -> Self {
        let circle = Circle::new("Good");
        let key = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).key(NewKey::Rsa2048);
        let signer = circle.intermediate.issue(&key).unwrap();
        let content = [b"Content-Transfer-Encoding: 7bit\r\n".as_slice(), &wrapped(&message(ALICE, &[BOB]))].concat();
        let cms = detached(&content, &signer);
        Self { signer, content, cms, cases: Vec::new() }
    }

    fn entity(&self) -> Vec<u8> {
        multipart_signed(&self.content, &self.cms)
    }

    fn case(&mut self, id: &'static str, expected: RowResult, what: &str, entity: &[u8]) {
        self.cases.push(plain(id, Place::Whole, expected, what, &as_message(entity)));
    }

    /// The good message passes, and does not any more with `from` in place of `to`.
    fn edit(&mut self, id: &'static str, expected: RowResult, from: &str, to: &str) {
        let text = String::from_utf8(self.entity()).unwrap();
        assert!(text.contains(from), "{id}: {from}");
        self.case(id, expected, to, text.replacen(from, to, 1).as_bytes());
    }

    /// The same with another signature.
    fn with_signature(&mut self, id: &'static str, expected: RowResult, what: &str, cms: &[u8]) {
        let entity = multipart_signed(&self.content, cms);
        self.case(id, expected, what, &entity);
    }

    fn by_digest(&self, digest: (&'static str, MessageDigest), algorithm: &str) -> Vec<u8> {
        let sign = |octets: &[u8]| {
            let mut signing = openssl::sign::Signer::new(digest.1, self.signer.key()).unwrap();
            signing.sign_oneshot_to_vec(octets).unwrap()
        };
        let algorithm = identifier(algorithm, &[vec![5, 0]]);
        Maker { signer: &self.signer, digest, algorithm, sign: &sign }.detached(&self.content)
    }
}

const MIME_ROWS: &[(&str, RowResult, &str, &str)] = &[
    ("DTS-160", Fail, "micalg=sha-256; ", ""),
    ("DTS-160", Fail, "micalg=sha-256", "micalg=whirlpool"),
    ("DTS-160", Pass, "micalg=sha-256", "micalg=sha512"),
    ("DTS-160", Warning, "micalg=sha-256", "micalg=sha1"),
    ("DTS-205", Pass, "\"application/pkcs7-signature\"", "application/pkcs7-signature"),
    ("DTS-205", Fail, "application/pkcs7-signature", "application/pgp-signature"),
    ("DTS-206", Warning, "Content-Transfer-Encoding: 7bit\r\n", ""),
    ("DTS-206", Fail, "Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: 8bit"),
    ("DTS-207", Fail, "--=_hand--", "--=_hand\r\n\r\nmore\r\n--=_hand--"),
    ("DTS-139", Fail, "Content-Transfer-Encoding: 7bit\r\n", "Content-Transfer-Encoding: 7bit\r\nno field\r\n"),
    ("DTS-152", Fail, "\r\n\r\nM", "\r\n\r\nAAAAM"),
    ("DTS-155", Fail, "Content-Type: application/pkcs7-signature", "Content-Type: application/x-pkcs7-signature"),
    ("DTS-158", Fail, "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: binary"),
    ("DTS-164", Fail, "\r\n\r\nM", "\r\n\r\nAAAAM"),
    ("DTS-165", Fail, "micalg=sha-256", "micalg=sha-512"),
    ("DTS-C1", Fail, "All is well", "All is lost"),
    ("AS12-SIGNED", Fail, "--=_hand--", "--=_hand\r\n\r\nmore\r\n--=_hand--"),
    ("AS13-SIGNED", Fail, "--=_hand--", "--=_hand\r\n\r\nmore\r\n--=_hand--"),
];

const GOOD: [&str; 22] = [
    "DTS-133b",
    "DTS-160",
    "DTS-205",
    "DTS-206",
    "DTS-207",
    "DTS-139",
    "DTS-151",
    "DTS-152",
    "DTS-155",
    "DTS-158",
    "DTS-182",
    "DTS-164",
    "DTS-166",
    "DTS-167",
    "DTS-165",
    "DTS-C1",
    "DTS-GATE-WRAPPED",
    "AS12-SIGNED",
    "AS13-SIGNED",
    "AS12-DIGEST",
    "AS13-DIGEST",
    "DT-SIGNER-DIGEST",
];

pub(crate) fn cases() -> Vec<Case> {
    let mut bench = Bench::new();
    let good = bench.entity();
    for id in GOOD {
        bench.case(id, Pass, "good", &good);
    }
    for (id, expected, from, to) in MIME_ROWS {
        bench.edit(id, *expected, from, to);
    }
    let opaque = opaque_entity(&opaque(&bench.content, &bench.signer));
    for id in ["DTS-133b", "AS12-SIGNED", "AS13-SIGNED"] {
        bench.case(id, Fail, "opaque", &opaque);
    }
    let broken = b"Content-Type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\n\r\nx\r\n".to_vec();
    let entity = multipart_signed(&broken, &detached(&broken, &bench.signer));
    bench.case("DTS-151", Fail, "a boundary that is not closed", &entity);
    for id in ["DTS-GATE-WRAPPED", "DT-WRAPPED", "AS13-WRAPPED"] {
        bench.case(id, Fail, "not wrapped", &entity);
    }
    bench.case("AS12-WRAPPED", Warning, "not wrapped", &entity);
    for id in ["DT-WRAPPED", "AS13-WRAPPED", "AS12-WRAPPED"] {
        bench.case(id, Pass, "wrapped", &good);
    }
    signature_cases(&mut bench);
    bench.cases.push(plain("DTS-GATE-SIGNED", Place::Whole, Fail, "not signed", &with("", "All is well.\r\n")));
    bench.case("DTS-GATE-SIGNED", Pass, "signed", &good);
    bench.cases
}

fn signature_cases(bench: &mut Bench) {
    let carries = signature(&bench.content, &bench.signer, CMSOptions::BINARY);
    bench.with_signature("DTS-182", Fail, "a detached signature with content", &carries);
    let bare =
        signature(&bench.content, &bench.signer, CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::CMS_NOCERTS);
    // OpenSSL keeps the chain that it was given; without any certificate it is taken out by hand.
    let mut parts = parts_of(&bare);
    parts.retain(|part| part[0] != 0xa0);
    let bare = content_info(&bare, &parts);
    bench.with_signature("DTS-167", Fail, "without certificates", &bare);
    bench.with_signature("AS12-CERTIFICATE-ATTACHED", Fail, "without certificates", &bare);
    let good = bench.cms.clone();
    bench.with_signature("AS12-CERTIFICATE-ATTACHED", Pass, "with certificates", &good);
    let maker_info = parts_of(&good);
    let other = {
        let mut parts = maker_info.clone();
        let place = parts.iter().position(|part| part[0] == 0x30).unwrap();
        parts[place] = constructed(0x30, &[oid("1.2.840.113549.1.9.16.1.4")]);
        content_info(&good, &parts)
    };
    bench.with_signature("DTS-166", Fail, "content of another type", &other);
    let sha1 = bench.by_digest(("1.3.14.3.2.26", MessageDigest::sha1()), "1.2.840.113549.1.1.1");
    for (id, expected) in [("DT-SIGNER-DIGEST", Fail), ("AS13-DIGEST", Fail), ("AS12-DIGEST", Warning)] {
        bench.with_signature(id, expected, "SHA-1", &sha1);
    }
    let sha384 = bench.by_digest(("2.16.840.1.101.3.4.2.2", MessageDigest::sha384()), "1.2.840.113549.1.1.1");
    let md5 = bench.by_digest(("1.2.840.113549.2.5", MessageDigest::md5()), "1.2.840.113549.1.1.1");
    bench.with_signature("AS12-DIGEST", Fail, "MD5", &md5);
    for (id, micalg, cms, expected) in [
        ("DTS-165", "sha-384", &sha384, Pass),
        ("DTS-165", "sha-1", &sha1, Warning),
        ("DTS-165", "md5", &md5, Fail),
        ("DTS-C1", "sha-384", &sha384, Pass),
    ] {
        let entity = String::from_utf8(multipart_signed(&bench.content, cms)).unwrap();
        bench.case(id, expected, micalg, entity.replacen("micalg=sha-256", &format!("micalg={micalg}"), 1).as_bytes());
    }
    let nobody = signed_data(&[&bench.signer], &[]);
    bench.with_signature("DTS-C1", Fail, "nobody signs", &nobody);
    let elliptic = Circle::new("Curves").address(ALICE);
    let cms = detached(&bench.content, &elliptic);
    bench.with_signature("DTS-C1", Pass, "ECDSA", &cms);
}
