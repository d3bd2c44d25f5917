//! Our walker and `openssl asn1parse` find the same values at the same places.
#![cfg(test)]

mod support;

use std::io::Write as _;
use std::process::{Command, Stdio};

use sealscope::asn1::Tree;
use sealscope::limits::Limits;
use sealscope::pki::issue::{Authority, CertificateBuilder, CrlBuilder};
use sealscope::pki::{NewKey, PrivateKeyEntry, RevocationReason};
use sealscope::smime::{EncryptionOptions, SigningOptions, encrypt, sign_detached};
use time::macros::datetime;

/// Offset, depth, header length and content length of each value, as `asn1parse` prints them; `None` where it cannot
/// be run or read.
fn asn1parse(octets: &[u8]) -> Option<Vec<(usize, usize, usize)>> {
    let mut child = Command::new("openssl")
        .args(["asn1parse", "-inform", "DER"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(octets).ok()?;
    let output = String::from_utf8_lossy(&child.wait_with_output().ok()?.stdout).into_owned();
    let lines = output.lines().filter(|line| !line.contains("prim: EOC"));
    lines.map(|line| Some((number(line, "")?, number(line, "d=")?, number(line, "hl=")?))).collect()
}

fn number(line: &str, after: &str) -> Option<usize> {
    let rest = line.get(line.find(after)?.checked_add(after.len())?..)?.trim_start();
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn walk(octets: &[u8]) -> Vec<(usize, usize, usize)> {
    let tree = Tree::parse(octets, &Limits::DEFAULT);
    assert_eq!(tree.error, None);
    let place = |n: &sealscope::asn1::Node| (n.range().start, n.depth(), n.content_range().start - n.range().start);
    tree.nodes.iter().map(place).collect()
}

#[test]
fn the_walker_finds_what_asn1parse_finds() {
    if !support::program::openssl_is_installed("the_walker_finds_what_asn1parse_finds") {
        return;
    }
    let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
    let root = CertificateBuilder::authority("Lab root", begin, end).key(NewKey::P256);
    let authority = Authority::self_signed(&root).unwrap();
    let bob = authority.issue(&CertificateBuilder::for_address("bob@example.test", begin, end)).unwrap();
    let content = b"Content-Type: text/plain\r\n\r\nHello.";
    let signed = sign_detached(content, std::slice::from_ref(&bob), &SigningOptions::at(begin)).unwrap();
    let sealed = encrypt(content, &[bob.certificate().clone()], &EncryptionOptions::default()).unwrap();
    let indefinite = b"\x30\x80\x24\x80\x04\x02ab\x04\x00\0\0\xa0\x80\x02\x01\x05\0\0\x1f\x81\x01\x01x\0\0".to_vec();
    let revoked = CrlBuilder::new(begin, end).revoke(bob.certificate(), begin, RevocationReason::KeyCompromise);
    let crl = authority.crl(&revoked).unwrap().der().to_vec();
    let mut all = vec![signed, sealed, bob.certificate().der().to_vec(), crl, indefinite];
    all.extend(streamed(&bob));
    for octets in all {
        assert_eq!(Some(walk(&octets)), asn1parse(&octets));
    }
}

/// What `openssl` writes as it goes: BER with indefinite lengths and constructed strings.
fn streamed(bob: &PrivateKeyEntry) -> Vec<Vec<u8>> {
    let house = support::program::House::new();
    // Octets that `asn1parse` shows in hexadecimal, on one line.
    house.put("letter", &(0..=255).cycle().take(100_000).collect::<Vec<u8>>());
    house.for_openssl("bob", bob);
    let made = [
        "-encrypt -aes128 -recip bob.crt",
        "-encrypt -aes-128-gcm -recip bob.crt",
        "-sign -nodetach -signer bob.crt -inkey bob.key",
        "-sign -nodetach -cades -signer bob.crt -inkey bob.key",
    ];
    let make = |arguments: &str| {
        let fixed = "-stream -binary -in letter -outform DER -out made".split(' ');
        let arguments: Vec<&str> = ["cms"].into_iter().chain(arguments.split(' ')).chain(fixed).collect();
        house.openssl(&arguments);
        let octets = house.read("made");
        assert!(Tree::parse(&octets, &Limits::DEFAULT).nodes.iter().any(|node| node.indefinite));
        octets
    };
    made.map(make).into()
}
