use time::macros::datetime;

use super::*;
use crate::pki::revocation::RevocationReason;

const FROM: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
const UNTIL: OffsetDateTime = datetime!(2030-12-31 23:59:59 UTC);

fn root() -> Authority {
    Authority::self_signed(&CertificateBuilder::authority("Lab Root", FROM, UNTIL).key(NewKey::P256)).unwrap()
}

#[test]
fn a_root_says_what_was_asked_of_it() {
    let root = Authority::self_signed(
        &CertificateBuilder::authority("Lab Root", FROM, UNTIL).organization("Lab").path_len(1).key(NewKey::P256),
    )
    .unwrap();
    let certificate = root.certificate();
    assert_eq!(certificate.subject(), "CN=Lab Root,O=Lab");
    assert!(certificate.is_ca() && certificate.is_self_issued() && certificate.is_issued_by(certificate));
    assert_eq!(certificate.path_len(), Some(1));
    assert_eq!((certificate.not_before(), certificate.not_after()), (FROM, UNTIL));
    assert_eq!(certificate.key_usage().unwrap().to_string(), "keyCertSign, cRLSign");
    assert_eq!(certificate.key_algorithm().to_string(), "EC P-256");
    assert_eq!(certificate.signature_digest(), SignatureDigest::Sha256);
}

#[test]
fn serial_numbers_are_positive_and_short_enough() {
    let certificate = root().certificate().clone();
    assert_eq!(certificate.serial().len(), 32);
    assert!(!certificate.serial().starts_with('-'));
}

#[test]
fn an_address_bound_certificate_has_its_address_as_rfc822_name() {
    let entry =
        root().issue(&CertificateBuilder::for_address("alice@a.example", FROM, UNTIL).key(NewKey::P256)).unwrap();
    assert_eq!(entry.certificate().email_addresses(), ["alice@a.example"]);
    assert!(entry.certificate().dns_names().is_empty() && !entry.certificate().is_ca());
}

#[test]
fn a_domain_bound_certificate_has_its_domain_as_dns_name() {
    let entry = root().issue(&CertificateBuilder::for_domain("a.example", FROM, UNTIL).key(NewKey::P256)).unwrap();
    assert_eq!(entry.certificate().dns_names(), ["a.example"]);
}

#[test]
fn an_address_that_is_not_ascii_becomes_a_smtp_utf8_mailbox() {
    let entry =
        root().issue(&CertificateBuilder::for_address("médecin@a.example", FROM, UNTIL).key(NewKey::P256)).unwrap();
    assert_eq!(entry.certificate().email_addresses(), ["médecin@a.example"]);
    assert!(entry.certificate().extensions().malformed_names.is_empty());
}

#[test]
fn the_key_made_by_default_is_rsa_2048() {
    let entry = root().issue(&CertificateBuilder::for_domain("a.example", FROM, UNTIL)).unwrap();
    assert_eq!(entry.certificate().key_algorithm().rsa_bits(), Some(2048));
}

#[test]
fn the_chain_of_a_leaf_leaves_the_root_out() {
    let root = root();
    let middle = root.issue_authority(&CertificateBuilder::authority("Middle", FROM, UNTIL).key(NewKey::P256)).unwrap();
    let leaf = middle.issue(&CertificateBuilder::for_domain("a.example", FROM, UNTIL).key(NewKey::P256)).unwrap();
    assert_eq!(leaf.chain(), [middle.certificate().clone()]);
}

#[test]
fn a_list_says_when_it_was_made_and_whom_it_revokes() {
    let root = root();
    let leaf = root.issue(&CertificateBuilder::for_domain("a.example", FROM, UNTIL).key(NewKey::P256)).unwrap();
    let day = datetime!(2026-02-03 4:05:06 UTC);
    let list = CrlBuilder::new(day, UNTIL).revoke(leaf.certificate(), day, RevocationReason::KeyCompromise);
    let crl = root.crl(&list).unwrap();
    assert_eq!((crl.this_update(), crl.next_update(), crl.entries()), (day, Some(UNTIL), 1));
    assert_eq!(crl.issuer(), "CN=Lab Root");
}

#[test]
fn a_key_does_not_go_with_another_certificate() {
    let root = root();
    let leaf = root.issue(&CertificateBuilder::for_domain("a.example", FROM, UNTIL).key(NewKey::P256)).unwrap();
    let other = NewKey::P256.generate().unwrap();
    let error = PrivateKeyEntry::new(leaf.certificate().clone(), vec![], other).unwrap_err();
    assert_eq!(error.certificate, "a.example");
}

#[test]
fn debug_of_an_entry_shows_no_key() {
    let entry = root().issue(&CertificateBuilder::for_domain("a.example", FROM, UNTIL).key(NewKey::P256)).unwrap();
    assert!(!format!("{entry:?}").to_lowercase().contains("private key"));
}
