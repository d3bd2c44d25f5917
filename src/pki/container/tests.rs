use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::pki::issue::{Authority, CertificateBuilder, CrlBuilder};
use crate::pki::key::NewKey;

const FROM: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
const UNTIL: OffsetDateTime = datetime!(2030-12-31 23:59:59 UTC);

fn authority() -> Authority {
    Authority::self_signed(&CertificateBuilder::authority("Lab Root", FROM, UNTIL).key(NewKey::P256)).unwrap()
}

fn entry() -> PrivateKeyEntry {
    let middle =
        authority().issue_authority(&CertificateBuilder::authority("Middle", FROM, UNTIL).key(NewKey::P256)).unwrap();
    middle.issue(&CertificateBuilder::for_address("alice@a.example", FROM, UNTIL).key(NewKey::P256)).unwrap()
}

fn words(text: &str) -> Passphrase {
    Passphrase::new(text)
}

fn only_key(items: Vec<Item>) -> PrivateKeyEntry {
    match items.into_iter().next() {
        Some(Item::Key(entry)) => entry,
        other => panic!("{other:?}"),
    }
}

fn only_certificate(items: &[Item]) -> &Certificate {
    match items {
        [Item::Certificate(certificate)] => certificate,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_written_keystore_reads_back_with_its_chain() {
    let entry = entry();
    let octets = write_pkcs12(&entry, &words("pä55")).unwrap();
    assert_eq!(Kind::of(&octets), Some(Kind::Pkcs12));
    let back = only_key(read(&octets, Some(&words("pä55"))).unwrap());
    assert_eq!(back.certificate(), entry.certificate());
    assert_eq!(back.chain(), entry.chain());
    assert!(back.key().public_eq(entry.key()));
}

#[test]
fn a_written_keystore_is_encrypted_with_aes_256() {
    let octets = write_pkcs12(&entry(), &words("x")).unwrap();
    // The key; certificates are no secret.
    let aes_256_cbc = crate::asn1::der::oid("2.16.840.1.101.3.4.1.42").unwrap();
    assert_eq!(octets.windows(aes_256_cbc.len()).filter(|window| *window == aes_256_cbc.as_slice()).count(), 1);
}

#[test]
fn a_keystore_without_a_passphrase_is_not_written() {
    assert!(matches!(write_pkcs12(&entry(), &words("")), Err(ContainerError::PassphraseEmpty)));
    assert!(matches!(write_pkcs12(&entry(), &words("a\0b")), Err(ContainerError::PassphraseHasNul)));
}

#[test]
fn a_wrong_passphrase_a_missing_one_and_a_damaged_keystore_are_told_apart() {
    let octets = write_pkcs12(&entry(), &words("right")).unwrap();
    let wrong = read(&octets, Some(&words("wrong"))).unwrap_err();
    assert!(matches!(wrong, ContainerError::WrongPassphrase { kind: Kind::Pkcs12 }), "{wrong}");
    let missing = read(&octets, None).unwrap_err();
    assert!(matches!(missing, ContainerError::PassphraseNeeded { .. }), "{missing}");
    for end in [40, 200, octets.len() - 1] {
        let cut = read(&octets[..end], Some(&words("right"))).unwrap_err();
        assert!(matches!(cut, ContainerError::Damaged { .. }), "{end}: {cut}");
    }
}

#[test]
fn pem_der_pkcs7_and_bare_base64_are_told_apart_by_content() {
    use base64::Engine as _;
    let certificate = authority().certificate().clone();
    let bare = base64::engine::general_purpose::STANDARD.encode(certificate.der());
    let commented = format!("Bag Attributes\r\n{}", certificate.pem().replace('\n', "\r\n"));
    for (octets, kind) in [
        (certificate.der().to_vec(), Kind::Certificate),
        (certificate.pem().into_bytes(), Kind::Pem),
        (commented.into_bytes(), Kind::Pem),
        (bare.into_bytes(), Kind::Base64),
        (certs_only(&certificate), Kind::Pkcs7),
        (pem::encode("PKCS7", &certs_only(&certificate)).into_bytes(), Kind::Pem),
    ] {
        assert_eq!(Kind::of(&octets), Some(kind));
        assert_eq!(only_certificate(&read(&octets, None).unwrap()), &certificate, "{kind:?}");
    }
}

#[test]
fn pem_may_mix_certificate_key_and_list() {
    let root = authority();
    let leaf = root.issue(&CertificateBuilder::for_domain("a.example", FROM, UNTIL).key(NewKey::P256)).unwrap();
    let crl = root.crl(&CrlBuilder::new(FROM, UNTIL)).unwrap();
    let key = String::from_utf8(leaf.key().private_key_to_pem_pkcs8().unwrap()).unwrap();
    let text = [crl.pem(), root.certificate().pem(), key, leaf.certificate().pem()].concat();
    let items = read(text.as_bytes(), None).unwrap();
    let [Item::Crl(list), Item::Key(entry)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(*list, crl);
    assert_eq!(entry.certificate(), leaf.certificate());
    assert_eq!(entry.chain(), [root.certificate().clone()]);
}

#[test]
fn an_encrypted_pem_key_needs_its_passphrase() {
    let entry = entry();
    let cipher = openssl::symm::Cipher::aes_256_cbc();
    let modern = entry.key().private_key_to_pem_pkcs8_passphrase(cipher, b"right").unwrap();
    let old = entry.key().ec_key().unwrap().private_key_to_pem_passphrase(cipher, b"right").unwrap();
    for key in [modern, old] {
        let text = [entry.certificate().pem(), String::from_utf8(key).unwrap()].concat();
        assert!(matches!(read(text.as_bytes(), None), Err(ContainerError::PassphraseNeeded { .. })));
        let wrong = read(text.as_bytes(), Some(&words("wrong")));
        assert!(matches!(wrong, Err(ContainerError::WrongPassphrase { .. })), "{wrong:?}");
        assert!(only_key(read(text.as_bytes(), Some(&words("right"))).unwrap()).key().public_eq(entry.key()));
    }
}

#[test]
fn a_key_alone_is_refused_with_the_remedy() {
    let key = entry().key().private_key_to_pem_pkcs8().unwrap();
    let error = read(&key, None).unwrap_err();
    assert!(matches!(error, ContainerError::KeyWithoutCertificate));
    assert!(error.to_string().contains("put both into one"));
    let der = entry().key().private_key_to_der().unwrap();
    assert!(matches!(read(&der, None), Err(ContainerError::KeyWithoutCertificate)));
}

// RC2-40 and triple DES under a MAC of SHA-1, and a MAC of RFC 9579.
#[test]
fn keystores_of_older_and_newer_programs_open() {
    let rc2 = include_bytes!("testdata/rc2-40.p12").as_slice();
    let triple_des = include_bytes!("testdata/3des.p12").as_slice();
    let pbmac1 = include_bytes!("testdata/pbmac1.p12").as_slice();
    for octets in [rc2, triple_des, pbmac1] {
        let entry = only_key(read(octets, Some(&words("changeit"))).unwrap());
        assert_eq!(entry.certificate().dns_names(), ["old.example"]);
        let wrong = read(octets, Some(&words("wrong"))).unwrap_err();
        assert!(matches!(wrong, ContainerError::WrongPassphrase { .. }), "{wrong}");
    }
}

#[test]
fn every_key_of_a_keystore_is_found_not_only_the_first() {
    let octets = include_bytes!("testdata/two-keys.p12");
    let items = read(octets, Some(&words("changeit"))).unwrap();
    let mut names: Vec<String> = items
        .iter()
        .map(|item| match item {
            Item::Key(entry) => entry.certificate().common_name(),
            other => panic!("{other:?}"),
        })
        .collect();
    names.sort();
    assert_eq!(names, ["one.example", "two.example"]);
}

#[test]
fn what_is_no_container_is_refused_in_a_sentence() {
    assert!(matches!(read(b"", None), Err(ContainerError::Empty)));
    for octets in [b"From: a@b\r\n\r\nhello".as_slice(), b"\x30\x03\x02\x01", b"\x30", b"\0\0\0\0", b"MIIB"] {
        let error = read(octets, None).unwrap_err();
        assert!(matches!(error, ContainerError::NotRecognised | ContainerError::Damaged { .. }), "{octets:?}: {error}");
    }
    let unclosed = b"-----BEGIN CERTIFICATE-----\nMIIB\n";
    assert!(read(unclosed, None).unwrap_err().to_string().contains("is missing"));
    let nothing = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    assert!(matches!(read(nothing, None), Err(ContainerError::NothingInside)));
}

#[test]
fn octets_after_a_certificate_are_not_swallowed() {
    let octets = [authority().certificate().der(), b"\0\0"].concat();
    let error = read(&octets, None).unwrap_err();
    assert!(matches!(error, ContainerError::Certificate(CertificateError::TrailingOctets { count: 2 })), "{error}");
}

// Found by the fuzz target `certificate`: OpenSSL reads a length in more octets than it needs, and writes it anew.
#[test]
fn a_certificate_that_is_not_quite_der_keeps_its_octets_and_its_fingerprint() {
    let entry = entry();
    let certificate = entry.certificate().der();
    let length = u16::from_be_bytes([certificate[2], certificate[3]]).to_be_bytes();
    let long = [&[0x30, 0x83, 0, length[0], length[1]], &certificate[4..]].concat();
    let items = read(&long, None).unwrap();
    let found = only_certificate(&items);
    assert_eq!(found.der(), long);
    assert_eq!(found.sha256(), openssl::sha::sha256(&long).map(|octet| format!("{octet:02x}")).concat());
    assert_ne!(found, entry.certificate());
    let error = read(&[&long, b"x".as_slice()].concat(), None).unwrap_err();
    assert!(matches!(error, ContainerError::Certificate(CertificateError::TrailingOctets { count: 1 })), "{error}");
}

#[test]
fn a_keystore_that_would_cost_minutes_is_refused() {
    let octets = write_pkcs12(&entry(), &words("x")).unwrap();
    let iterations = [0x02, 0x03, 0x03, 0x34, 0x50];
    let at = octets.windows(5).rposition(|window| window == iterations).unwrap();
    let mut hostile = octets;
    hostile.splice(at..at + 5, [0x02, 0x04, 0x7f, 0xff, 0xff, 0xff]);
    // The two lengths that grow: of the whole, in long form, and of the MacData at its end, in short form.
    let length = u16::from_be_bytes([hostile[2], hostile[3]]) + 1;
    hostile[2..4].copy_from_slice(&length.to_be_bytes());
    let ends_here =
        |start: usize| hostile[start] == 0x30 && start + 3 + usize::from(hostile[start + 1]) == hostile.len();
    let mac_data = (0..at).rev().find(|start| ends_here(*start)).unwrap();
    hostile[mac_data + 1] += 1;
    let error = read(&hostile, Some(&words("x"))).unwrap_err();
    assert!(matches!(error, ContainerError::Limit(_)), "{error}");
}

#[test]
fn no_cut_and_no_flipped_octet_of_a_keystore_makes_us_panic() {
    let words = Passphrase::published("x");
    let octets = write_pkcs12(&entry(), &words).unwrap();
    for place in (0..octets.len()).step_by(23) {
        let mut changed = octets.clone();
        changed[place] ^= 0x11;
        let _ = read(&changed, Some(&words));
        let _ = read(&octets[..place], Some(&words));
    }
}

/// A certs-only signed-data (RFC 8551 §3.8).
fn certs_only(certificate: &Certificate) -> Vec<u8> {
    use crate::asn1::der;
    let version = der::value(0x02, &[1]);
    let content = der::sequence(&[&der::oid(DATA).unwrap()]);
    let certificates = der::value(0xa0, certificate.der());
    let signed_data = der::sequence(&[&version, &der::set(&[]), &content, &certificates, &der::set(&[])]);
    der::sequence(&[&der::oid(SIGNED_DATA).unwrap(), &der::value(0xa0, &signed_data)])
}

/// An EncryptedPrivateKeyInfo whose key derivation is `derivation`, an AlgorithmIdentifier.
fn encrypted_key(derivation: &[u8]) -> Vec<u8> {
    use crate::asn1::der;

    let aes = der::sequence(&[&der::oid("2.16.840.1.101.3.4.1.42").unwrap(), &der::value(4, &[0; 16])]);
    let pbes2 = der::sequence(&[derivation, &aes]);
    let algorithm = der::sequence(&[&der::oid("1.2.840.113549.1.5.13").unwrap(), &pbes2]);
    der::sequence(&[&algorithm, &der::value(4, &[7; 32])])
}

fn derivation(oid: &str, counts: &[&[u8]]) -> Vec<u8> {
    use crate::asn1::der;

    let counts: Vec<u8> = counts.iter().flat_map(|count| der::value(2, count)).collect();
    der::sequence(&[&der::oid(oid).unwrap(), &der::sequence(&[&der::value(4, b"12345678"), &counts])])
}

const PBKDF2: &str = "1.2.840.113549.1.5.12";
const SCRYPT: &str = "1.3.6.1.4.1.11591.4.11";

fn is_limit(outcome: &Result<Vec<Item>, ContainerError>) -> bool {
    matches!(outcome, Err(ContainerError::Limit(_)))
}

// 65 536 × 1 × 100 000: each number is small, the three together are half an hour.
#[test]
fn what_scrypt_costs_is_the_product_of_its_numbers() {
    let costly = encrypted_key(&derivation(SCRYPT, &[&[1, 0, 0], &[1], &[1, 0x86, 0xa0]]));
    assert!(is_limit(&read(&costly, Some(&words("x")))));
    let usual = encrypted_key(&derivation(SCRYPT, &[&[0x40, 0], &[8], &[1]]));
    assert!(!is_limit(&read(&usual, Some(&words("x")))));
}

#[test]
fn the_iterations_of_all_keys_of_one_file_count_together() {
    let one = encrypted_key(&derivation(PBKDF2, &[&[0x07, 0xd0], &[32]]));
    let block = pem::encode("ENCRYPTED PRIVATE KEY", &one);
    let limits = Limits { passphrase_iterations: 3_999, ..Limits::DEFAULT };
    assert!(!is_limit(&read_within(block.as_bytes(), Some(&words("x")), &limits)));
    let mut found = Found::within(limits);
    assert!(found.spend_iterations(&one).is_ok());
    assert!(matches!(found.spend_iterations(&one), Err(ContainerError::Limit(_))));
}

// Found by the fuzz target `container`: -----BEGIN CER\x01\0FICATE-----
#[test]
fn a_label_that_would_steer_a_terminal_is_escaped() {
    for text in ["-----BEGIN A\x1b[2J-----\nAAAA\n", "-----BEGIN \u{202e}PRIVATE KEY-----\nA\x07"] {
        let sentence = read(text.as_bytes(), None).unwrap_err().to_string();
        assert!(!sentence.contains(|found: char| found.is_control() || found == '\u{202e}'), "{sentence:?}");
    }
}
