//! Envelopes of rarer kinds, as `openssl cms` makes them, received as a whole.
#![cfg(test)]

mod support;

use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::{NewKey, PrivateKeyEntry};
use serde_json::Value;
use support::handmade::wrapped;
use support::program::{House, openssl_is_installed};
use support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, message};

/// Alice, who has `openssl`, and Bob, who has the program under test.
struct Pair {
    house: House,
    original: Vec<u8>,
}

impl Pair {
    fn new(key: NewKey) -> Self {
        let circle = Circle::new("Good");
        let of = |address: &str| -> PrivateKeyEntry {
            let builder = CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER).key(key);
            circle.intermediate.issue(&builder).unwrap()
        };
        let (alice, bob) = (of(ALICE), of(BOB));
        let house = House::new();
        house.key(BOB, &bob).trusts(BOB, circle.root.certificate());
        house.for_openssl("alice", &alice);
        house.for_openssl("bob", &bob);
        let original = message(ALICE, &[BOB]);
        house.put("content.eml", &wrapped(&original));
        let pair = Self { house, original };
        pair.sign("content.eml", "signed.eml");
        pair
    }

    fn sign(&self, from: &str, to: &str) {
        let arguments = [
            "cms",
            "-sign",
            "-binary",
            "-crlfeol",
            "-in",
            from,
            "-signer",
            "alice.crt",
            "-inkey",
            "alice.key",
            "-certfile",
            "alice.chain",
            "-out",
            to,
        ];
        self.house.openssl(&arguments);
    }

    fn seal(&self, from: &str, to: &str, options: &[&str]) {
        let arguments = ["cms", "-encrypt", "-binary", "-in", from, "-from", ALICE, "-to", BOB, "-out", to];
        self.house.openssl(&[&arguments, options].concat());
    }

    /// The outcome of the message in this file, as the program prints it.
    #[track_caller]
    fn incoming(&self, file: &str) -> Value {
        let arguments = ["incoming", file, "--from", ALICE, "--to", BOB, "-o", "received.eml", "--json"];
        let done = self.house.sealscope(&arguments);
        serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{file}: {}", done.stderr))
    }

    #[track_caller]
    fn accepted(&self, file: &str) -> Value {
        let outcome = self.incoming(file);
        assert_eq!(outcome["verdict"], "accepted", "{file}: {}", outcome["rejection"]);
        assert_eq!(self.house.read("received.eml"), self.original, "{file}");
        outcome
    }
}

#[test]
fn agreements_with_other_derivations_wraps_and_names_are_opened() {
    if !openssl_is_installed("agreements_with_other_derivations_wraps_and_names_are_opened") {
        return;
    }
    let pair = Pair::new(NewKey::P384);
    let option = ["-keyopt"];
    let cases: [(&str, &[&str]); 6] = [
        ("ECDH with SHA-256", &["ecdh_kdf_md:sha256"]),
        ("ECDH with SHA-384", &["ecdh_kdf_md:sha384"]),
        ("ECDH with SHA-512", &["ecdh_kdf_md:sha512"]),
        ("cofactor ECDH with SHA-256", &["ecdh_kdf_md:sha256", "-keyopt", "ecdh_cofactor_mode:1"]),
        ("Triple DES wrap", &["ecdh_kdf_md:sha256", "-des3-wrap"]),
        ("AES-192-wrap", &["ecdh_kdf_md:sha256", "-aes192-wrap", "-keyid"]),
    ];
    for (name, options) in cases {
        // Options of a recipient follow its certificate.
        let options = [&["-aes256", "-recip", "bob.crt"], &option[..], options].concat();
        pair.seal("signed.eml", "sealed.eml", &options);
        let outcome = pair.accepted("sealed.eml");
        let told = outcome["recipient_infos"][0]["key_encryption"].as_str().unwrap();
        assert!(told.contains(name), "{told} is not {name}");
    }
}

#[test]
fn recipients_by_key_and_by_password_are_listed_beside_bob() {
    if !openssl_is_installed("recipients_by_key_and_by_password_are_listed_beside_bob") {
        return;
    }
    let pair = Pair::new(NewKey::Rsa2048);
    let others = ["-aes256", "-secretkey", "000102030405060708090a0b0c0d0e0f", "-secretkeyid", "C0FFEE"];
    let password = ["-pwri_password", "open sesame"];
    pair.seal("signed.eml", "sealed.eml", &[&others[..], &password, &["bob.crt"]].concat());
    let outcome = pair.accepted("sealed.eml");
    let infos = outcome["recipient_infos"].to_string();
    for words in ["key-transport", "key-encryption-key", "shared key C0FFEE", "AES-128-wrap", "password", "PBKDF2"] {
        assert!(infos.contains(words), "{words}: {infos}");
    }
    // Without a recipient that has a certificate there is no key that could open it.
    pair.seal("signed.eml", "sealed.eml", &[&others[..], &password].concat());
    let outcome = pair.incoming("sealed.eml");
    assert_eq!(outcome["recipients"][0]["reason"]["code"], "unsupported-algorithm");
}

#[test]
fn layers_that_openssl_puts_around_one_another_are_taken_off() {
    if !openssl_is_installed("layers_that_openssl_puts_around_one_another_are_taken_off") {
        return;
    }
    let pair = Pair::new(NewKey::Rsa2048);
    pair.seal("signed.eml", "once.eml", &["-aes256", "bob.crt"]);
    pair.seal("once.eml", "twice.eml", &["-aes-128-gcm", "bob.crt"]);
    pair.sign("twice.eml", "outer.eml");
    assert_eq!(pair.accepted("twice.eml")["content_encryption"], "AES-128-GCM, AES-256-CBC");
    let outcome = pair.accepted("outer.eml");
    assert!(outcome["findings"].to_string().contains("incoming.outer-signature"));
    assert_eq!(outcome["signers"].as_array().map(Vec::len), Some(1));
}
