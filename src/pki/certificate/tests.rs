use openssl::hash::{MessageDigest, hash};
use time::macros::datetime;

use super::*;
use crate::pki::issue::{Authority, CertificateBuilder};
use crate::pki::key::NewKey;

fn made(builder: CertificateBuilder) -> Certificate {
    Authority::self_signed(&builder.key(NewKey::P256)).unwrap().certificate().clone()
}

fn end_entity(common_name: &str) -> CertificateBuilder {
    CertificateBuilder::end_entity(common_name, datetime!(2026-01-01 0:00 UTC), datetime!(2049-12-31 23:59:59 UTC))
}

#[test]
fn a_serial_number_is_written_as_openssl_does() {
    for (octets, text) in [(&[0x0f][..], "0F"), (&[0xab, 0xcd], "ABCD"), (&[0], "00")] {
        assert_eq!(made(end_entity("x").serial(octets)).serial(), text);
    }
}

#[test]
fn fingerprints_are_of_the_whole_certificate() {
    let certificate = made(end_entity("x"));
    let digest = hash(MessageDigest::sha256(), certificate.der()).unwrap();
    assert_eq!(certificate.sha256(), lower_hex(&digest));
    assert_eq!(certificate.fingerprint_colons().len(), 95);
    assert_eq!(certificate.fingerprint_colons().replace(':', "").to_lowercase(), certificate.sha256());
}

#[test]
fn the_short_name_falls_back_to_what_the_certificate_is_bound_to() {
    assert_eq!(made(end_entity("Alice").email("alice@a.example")).common_name(), "Alice");
    assert_eq!(made(end_entity("").email("alice@a.example")).common_name(), "alice@a.example");
    assert_eq!(made(end_entity("").domain("a.example")).common_name(), "a.example");
    assert_eq!(made(end_entity("").serial(&[7])).common_name(), "serial 07");
    assert_eq!(made(end_entity("a\u{1b}[2Jb")).common_name(), "a\\1B[2Jb");
}

#[test]
fn equal_octets_are_equal_certificates() {
    let certificate = made(end_entity("x"));
    assert_eq!(Certificate::from_der(certificate.der()).unwrap(), certificate);
    assert_ne!(made(end_entity("x")), certificate);
}

#[test]
fn dates_beyond_2049_are_read() {
    let until = datetime!(2051-02-03 4:05:06 UTC);
    let certificate = made(CertificateBuilder::end_entity("x", datetime!(1999-01-01 0:00 UTC), until));
    assert_eq!(certificate.not_after(), until);
    assert_eq!(certificate.not_before(), datetime!(1999-01-01 0:00 UTC));
}

#[test]
fn extended_key_usage_that_is_there_must_allow_mail() {
    assert!(made(end_entity("x")).allows_email_protection());
    assert!(made(end_entity("x").extended_key_usage("1.3.6.1.5.5.7.3.4")).allows_email_protection());
    assert!(made(end_entity("x").extended_key_usage("2.5.29.37.0")).allows_email_protection());
    assert!(!made(end_entity("x").extended_key_usage("1.3.6.1.5.5.7.3.1")).allows_email_protection());
}
