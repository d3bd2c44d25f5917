//! Messages to and from a program that we did not write: `openssl cms`.
#![cfg(test)]

mod support;

use sealscope::pki::NewKey;
use sealscope::pki::PrivateKeyEntry;
use sealscope::pki::issue::CertificateBuilder;
use support::command::Done;
use support::program::{House, PASSPHRASE, openssl_is_installed, pkcs12};
use support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, message};

/// Alice and Bob, known to both programs.
struct Pair {
    house: House,
    original: Vec<u8>,
}

impl Pair {
    fn new(alice: &PrivateKeyEntry, bob: &PrivateKeyEntry, circle: &Circle) -> Self {
        let house = House::new();
        let root = circle.root.certificate();
        house.key(ALICE, alice).trusts(ALICE, root).key(BOB, bob).trusts(BOB, root);
        house.for_openssl("alice", alice);
        house.for_openssl("bob", bob);
        house.put("root.pem", root.pem().as_bytes());
        let original = message(ALICE, &[BOB]);
        house.put("original.eml", &original);
        Self { house, original }
    }

    fn rsa() -> Self {
        let circle = Circle::new("Good");
        Self::new(&circle.address(ALICE), &circle.address(BOB), &circle)
    }

    fn wrapped(&self) -> Vec<u8> {
        support::handmade::wrapped(&self.original)
    }

    /// `sealscope outgoing`, then `openssl cms -decrypt` and `-verify`: the octets that openssl vouches for.
    fn out_to_openssl(&self, making: &[&str]) -> Vec<u8> {
        let arguments = ["outgoing", "original.eml", "--via", "local", "--from", ALICE, "--to", BOB, "-o", "sent.eml"];
        let sent = self.house.sealscope(&[&arguments[..], making].concat());
        assert_eq!(sent.exit, 0, "{making:?}: {}", sent.stderr);
        let decrypt =
            ["cms", "-decrypt", "-in", "sent.eml", "-recip", "bob.crt", "-inkey", "bob.key", "-out", "signed.eml"];
        self.house.openssl(&decrypt);
        let verify = ["cms", "-verify", "-in", "signed.eml", "-CAfile", "root.pem", "-out", "verified.eml"];
        self.house.openssl(&verify);
        self.house.read("verified.eml")
    }

    /// `openssl cms -sign` and `-encrypt` of `content`, then `sealscope incoming`.
    fn in_from_openssl(&self, content: &[u8], sign: &[&str], encrypt: &[&str]) -> Done {
        self.house.put("content.eml", content);
        let signing = [
            "cms",
            "-sign",
            "-in",
            "content.eml",
            "-signer",
            "alice.crt",
            "-inkey",
            "alice.key",
            "-certfile",
            "alice.chain",
            "-out",
            "signed.eml",
        ];
        self.house.openssl(&[&signing, sign].concat());
        let encrypting = ["cms", "-encrypt", "-in", "signed.eml", "-from", ALICE, "-to", BOB, "-out", "sealed.eml"];
        let recipient: &[&str] = if encrypt.contains(&"-recip") { &[] } else { &["bob.crt"] };
        self.house.openssl(&[&encrypting, encrypt, recipient].concat());
        let arguments = [
            "incoming",
            "sealed.eml",
            "--from",
            ALICE,
            "--to",
            BOB,
            "-o",
            "received.eml",
            "--json",
            "--profile",
            "direct-1.2",
        ];
        self.house.sealscope(&arguments)
    }
}

#[test]
fn what_we_send_is_decrypted_and_verified_by_openssl() {
    if !openssl_is_installed("what_we_send_is_decrypted_and_verified_by_openssl") {
        return;
    }
    let pair = Pair::rsa();
    assert_eq!(pair.out_to_openssl(&[]), pair.wrapped());
}

#[test]
fn every_choice_of_algorithms_is_read_by_openssl() {
    if !openssl_is_installed("every_choice_of_algorithms_is_read_by_openssl") {
        return;
    }
    let pair = Pair::rsa();
    for cipher in ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-gcm", "aes-256-gcm"] {
        for (digest, transport) in [("sha256", "pkcs1"), ("sha384", "oaep-sha256"), ("sha512", "oaep-sha256")] {
            let making = ["--cipher", cipher, "--digest", digest, "--key-transport", transport];
            assert_eq!(pair.out_to_openssl(&making), pair.wrapped(), "{making:?}");
        }
    }
}

#[test]
fn both_signatures_of_a_sender_with_two_keys_are_verified_by_openssl() {
    if !openssl_is_installed("both_signatures_of_a_sender_with_two_keys_are_verified_by_openssl") {
        return;
    }
    let circle = Circle::new("Good");
    let pair = Pair::new(&circle.address(ALICE), &circle.address(BOB), &circle);
    let second = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
    let second = circle.intermediate.issue(&second).unwrap();
    pair.house.put(&format!("workspace/parties/{ALICE}/keys/second.p12"), &pkcs12(&second, PASSPHRASE));
    assert_eq!(pair.out_to_openssl(&[]), pair.wrapped());
    let signers = pair.house.openssl(&["cms", "-cmsout", "-print", "-noout", "-in", "signed.eml"]);
    let printed = String::from_utf8(signers.stdout).unwrap();
    assert_eq!(printed.matches("signatureAlgorithm").count(), 2, "{printed}");
}

/// How `openssl cms -sign` is asked to treat line ends, and whether `-encrypt` leaves them alone.
const LINE_ENDS: [(&str, &[&str], &[&str]); 4] = [
    ("CRLF", &["-crlfeol", "-binary"], &["-binary"]),
    ("CRLF content in an entity of LF lines", &["-binary"], &["-binary"]),
    ("LF, signed in CRLF form", &[], &["-binary"]),
    ("LF, made CRLF before encryption", &[], &[]),
];

/// The matrix of the field: definite and streamed encodings, line ends, both identifiers, key transports.
#[test]
fn what_openssl_sends_is_accepted() {
    if !openssl_is_installed("what_openssl_sends_is_accepted") {
        return;
    }
    let pair = Pair::rsa();
    let oaep = ["-recip", "bob.crt", "-keyopt", "rsa_padding_mode:oaep"];
    let oaep_sha256 = [&oaep[..], &["-keyopt", "rsa_oaep_md:sha256"]].concat();
    let transports: [&[&str]; 3] = [&[], &oaep, &oaep_sha256];
    for (encoding, first_octets) in [("-noindef", "MII"), ("-stream", "MIAG")] {
        for identifier in [&[][..], &["-keyid"]] {
            for transport in transports {
                for (line_ends, sign, encrypt) in LINE_ENDS {
                    let row = format!("{encoding} {identifier:?} {transport:?} {line_ends}");
                    let content = in_line_ends(line_ends, &pair.wrapped());
                    let encrypt = [&[encoding, "-aes256"], encrypt, identifier, transport].concat();
                    let done = pair.in_from_openssl(&content, &[sign, identifier].concat(), &encrypt);
                    assert_eq!(done.exit, 0, "{row}: {}", done.stderr);
                    assert_eq!(done.object()["signers"][0]["signature"], "valid", "{row}: {}", done.text());
                    assert_eq!(pair.house.read("received.eml"), pair.original, "{row}");
                    let sealed = String::from_utf8(pair.house.read("sealed.eml")).unwrap();
                    let body = sealed.split_once("\n\n").unwrap().1;
                    assert!(body.starts_with(first_octets), "{row}: {body}");
                }
            }
        }
    }
}

fn in_line_ends(line_ends: &str, content: &[u8]) -> Vec<u8> {
    if line_ends.starts_with("LF") {
        content.iter().copied().filter(|octet| *octet != b'\r').collect()
    } else {
        content.to_vec()
    }
}

#[test]
fn what_openssl_sends_with_other_algorithms_is_accepted() {
    if !openssl_is_installed("what_openssl_sends_with_other_algorithms_is_accepted") {
        return;
    }
    let pair = Pair::rsa();
    let pss = ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest"];
    let cases: [(&str, &[&str], &[&str]); 6] = [
        ("AES-128-CBC", &[], &["-aes128"]),
        ("AES-192-CBC", &[], &["-aes192"]),
        ("AES-256-GCM", &[], &["-aes-256-gcm"]),
        ("SHA-384", &["-md", "sha384"], &["-aes256"]),
        ("SHA-512", &["-md", "sha512"], &["-aes256"]),
        ("RSA-PSS", &pss, &["-aes256"]),
    ];
    for (case, sign, encrypt) in cases {
        let sign = [&["-crlfeol", "-binary"], sign].concat();
        let done = pair.in_from_openssl(&pair.wrapped(), &sign, &[&["-binary"], encrypt].concat());
        assert_eq!(done.exit, 0, "{case}: {}", done.stderr);
        assert_eq!(pair.house.read("received.eml"), pair.original, "{case}");
    }
}

#[test]
fn elliptic_curve_keys_work_with_openssl_both_ways() {
    if !openssl_is_installed("elliptic_curve_keys_work_with_openssl_both_ways") {
        return;
    }
    let circle = Circle::new("Good");
    let of = |address: &str| {
        let builder = CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
        circle.intermediate.issue(&builder).unwrap()
    };
    let pair = Pair::new(&of(ALICE), &of(BOB), &circle);
    assert_eq!(pair.out_to_openssl(&[]), pair.wrapped());
    let done = pair.in_from_openssl(&pair.wrapped(), &["-crlfeol", "-binary"], &["-binary", "-aes256"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    assert_eq!(pair.house.read("received.eml"), pair.original);
}

#[test]
fn what_openssl_signed_and_something_changed_is_rejected() {
    if !openssl_is_installed("what_openssl_signed_and_something_changed_is_rejected") {
        return;
    }
    let pair = Pair::rsa();
    let done = pair.in_from_openssl(&pair.wrapped(), &["-crlfeol", "-binary"], &["-binary", "-aes256"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    let signed = String::from_utf8(pair.house.read("signed.eml")).unwrap();
    pair.house.put("changed.eml", signed.replace("All is well", "All is lost").as_bytes());
    let encrypt = ["cms", "-encrypt", "-in", "changed.eml", "-binary", "-aes256", "-out", "sealed.eml", "bob.crt"];
    pair.house.openssl(&encrypt);
    let done = pair.house.sealscope(&["incoming", "sealed.eml", "--from", ALICE, "--to", BOB, "--json"]);
    assert_eq!(done.exit, 3, "{}", done.stderr);
    assert_eq!(done.object()["rejection"]["code"], "digest-mismatch", "{}", done.stderr);
}
