//! Keystores as they are written, in the eyes of the program `openssl`; old ones are read in `src/pki/container/tests.rs`
//! and `tests/receiving_keys.rs`.
#![cfg(test)]

mod support;

use sealscope::pki::{Passphrase, PrivateKeyEntry, write_pkcs12};
use support::program::{House, openssl_is_installed};
use support::{ALICE, Circle};

fn alice() -> PrivateKeyEntry {
    Circle::new("keystore").address(ALICE)
}

#[test]
fn openssl_finds_pbes2_with_aes_256_and_sha_256_stretched_two_hundred_thousand_times() {
    if !openssl_is_installed("openssl_finds_pbes2_with_aes_256_and_sha_256_stretched_two_hundred_thousand_times") {
        return;
    }
    let house = House::new();
    house.put("alice.p12", &write_pkcs12(&alice(), &Passphrase::new("sesame Ω")).unwrap());
    let info = house.openssl(&["pkcs12", "-info", "-noout", "-in", "alice.p12", "-passin", "pass:sesame Ω"]).stderr;
    let mac = "MAC: sha256, Iteration 210000";
    let key = "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 210000, PRF hmacWithSHA256";
    assert!(info.contains(mac) && info.contains(key), "{info}");
    let opened = house.openssl(&["pkcs12", "-nodes", "-in", "alice.p12", "-passin", "pass:sesame Ω"]).text();
    assert!(opened.contains("BEGIN PRIVATE KEY") && opened.matches("BEGIN CERTIFICATE").count() == 2, "{opened}");
}

// The demo's, which stands in the workspace's hint: nothing is gained by making it slow.
#[test]
fn a_passphrase_that_everybody_knows_is_not_stretched_for_long() {
    if !openssl_is_installed("a_passphrase_that_everybody_knows_is_not_stretched_for_long") {
        return;
    }
    let house = House::new();
    house.put("demo.p12", &write_pkcs12(&alice(), &Passphrase::published("demo")).unwrap());
    let info = house.openssl(&["pkcs12", "-info", "-noout", "-in", "demo.p12", "-passin", "pass:demo"]).stderr;
    assert_eq!(info.matches("Iteration 2048").count(), 2, "{info}");
}
