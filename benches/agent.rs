//! How long the agent takes, as a ratio to the cryptography that it cannot do without, measured in the same run.
//!
//! `cargo bench --bench agent --no-default-features` prints a table. The floor of a message that leaves is one RSA
//! private operation, one digest and one encryption of its content; of one that arrives, one RSA private operation, one
//! digest and one decryption. Nothing here passes or fails: machines differ, ratios hold.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a bench stops where it cannot go on"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::Write as _;
use std::time::{Duration, Instant};

use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::Signer;
use openssl::symm::{Cipher, decrypt, encrypt};
use sealscope::agent::outcome_json;
use support::{ALICE, BOB, Circle, alice_and_bob, arrived, envelope};

const SIZES: [(&str, usize); 3] = [("2 KB", 2 << 10), ("100 KB", 100 << 10), ("10 MB", 10 << 20)];

fn main() {
    let world = alice_and_bob(&Circle::new("bench"));
    let rsa = Rsa::generate(2048).unwrap();
    let key = PKey::from_rsa(rsa.clone()).unwrap();
    let mut out = std::io::stdout().lock();
    writeln!(out, "message    outgoing   of floor   incoming   of floor   (median of runs; floor / time, in percent)")
        .unwrap();
    for (name, octets) in SIZES {
        let original = text(octets);
        let draft = envelope(ALICE, &[BOB], &original);
        let sent = world.outgoing(&draft).unwrap();
        let received = arrived(&sent);
        let wire = sent.envelope.message.octets();
        let outgoing = median(|| assert!(world.outgoing(&draft).is_ok()));
        let incoming = median(|| assert!(world.incoming(&received).is_ok()));
        let [sending, receiving] = floors(&rsa, &key, &original);
        writeln!(
            out,
            "{name:<8} {:>8.2} ms {:>8.0} % {:>8.2} ms {:>8.0} %   {} octets on the wire, {} checks",
            milliseconds(outgoing),
            percent(sending, outgoing),
            milliseconds(incoming),
            percent(receiving, incoming),
            wire.len(),
            outcome_json(&world.incoming(&received).unwrap().report)["findings"].as_array().map_or(0, Vec::len),
        )
        .unwrap();
    }
}

/// The primitives alone: signing and encrypting, then digesting and decrypting, the same octets.
fn floors(rsa: &Rsa<Private>, key: &PKey<Private>, content: &[u8]) -> [Duration; 2] {
    let (secret, vector) = ([1; 32], [2; 16]);
    let ciphertext = encrypt(Cipher::aes_256_cbc(), &secret, Some(&vector), content).unwrap();
    let mut wrapped = vec![0; 256];
    rsa.public_encrypt(&secret, &mut wrapped, Padding::PKCS1).unwrap();
    let sending = median(|| {
        let mut signer = Signer::new(MessageDigest::sha256(), key).unwrap();
        signer.update(content).unwrap();
        assert!(signer.sign_to_vec().is_ok());
        assert!(encrypt(Cipher::aes_256_cbc(), &secret, Some(&vector), content).is_ok());
    });
    let receiving = median(|| {
        let mut unwrapped = vec![0; 256];
        assert!(rsa.private_decrypt(&wrapped, &mut unwrapped, Padding::PKCS1).is_ok());
        assert!(decrypt(Cipher::aes_256_cbc(), &secret, Some(&vector), &ciphertext).is_ok());
        assert!(openssl::hash::hash(MessageDigest::sha256(), content).is_ok());
    });
    [sending, receiving]
}

fn text(octets: usize) -> Vec<u8> {
    let mut message = support::message(ALICE, &[BOB]);
    while message.len() < octets {
        message.extend_from_slice(b"All is well, and this line is as long as a line of a letter tends to be.\r\n");
    }
    message
}

fn median(mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<Duration> = Vec::new();
    let begun = Instant::now();
    while times.len() < 5 || (begun.elapsed() < Duration::from_secs(1) && times.len() < 1001) {
        let started = Instant::now();
        work();
        times.push(started.elapsed());
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn percent(floor: Duration, time: Duration) -> f64 {
    floor.as_secs_f64() / time.as_secs_f64() * 100.0
}
