//! Signatures and envelopes that were built to deceive, and what each of them gets.
#![cfg(test)]

use openssl::hash::MessageDigest;
use openssl::sign::Signer;
use sealscope::asn1::{Tree, der, oid};
use sealscope::finding::Severity;
use sealscope::limits::Limits;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{NewKey, PrivateKeyEntry};
use sealscope::smime::{
    AttributeFault, CmsError, ContentError, EncryptionOptions, EnvelopedData, IdentifierForm, MakingCipher,
    SignatureFailure, SignedData, SignerCheck, SigningOptions, UnwrapError, decrypt, decrypt_content, encrypt,
    sign_detached, unwrap_key, verify_embedded_signers, verify_signer, verify_signers,
};
use sealscope::span::{Buffer, BufferName};
use time::OffsetDateTime;
use time::macros::datetime;

const LIMITS: Limits = Limits::DEFAULT;
const BEGIN: OffsetDateTime = datetime!(2020-01-01 0:00 UTC);
const END: OffsetDateTime = datetime!(2040-01-01 0:00 UTC);
const SIGNED_AT: OffsetDateTime = datetime!(2026-03-04 5:06:07 UTC);
const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nTake one tablet.\r\n";
const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";

fn authority() -> Authority {
    Authority::self_signed(&CertificateBuilder::authority("Lab root", BEGIN, END).key(NewKey::P256)).unwrap()
}

fn address() -> CertificateBuilder {
    CertificateBuilder::for_address("alice@example.test", BEGIN, END).key(NewKey::P256)
}

fn alice() -> PrivateKeyEntry {
    authority().issue(&address()).unwrap()
}

fn oid_der(dotted: &str) -> Vec<u8> {
    der::oid(dotted).unwrap()
}

fn identifier(dotted: &str) -> Vec<u8> {
    der::sequence(&[&oid_der(dotted)])
}

fn attribute(dotted: &str, values: &[&[u8]]) -> Vec<u8> {
    der::sequence(&[&oid_der(dotted), &der::set(values)])
}

fn digest(octets: &[u8]) -> Vec<u8> {
    openssl::hash::hash(MessageDigest::sha256(), octets).unwrap().to_vec()
}

fn content_type_attribute() -> Vec<u8> {
    attribute(oid::CONTENT_TYPE, &[&oid_der(oid::DATA)])
}

fn message_digest_attribute() -> Vec<u8> {
    attribute(oid::MESSAGE_DIGEST, &[&der::value(4, &digest(ENTITY))])
}

/// What a SignedData is put together from.
struct Forge {
    entry: PrivateKeyEntry,
    content_type: &'static str,
    digest_algorithm: &'static str,
    signature_algorithm: &'static str,
    attributes: Option<Vec<Vec<u8>>>,
    signed_octets: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    content: Option<Vec<u8>>,
}

impl Forge {
    /// Signs over exactly these attributes, in this order.
    fn with(attributes: &[Vec<u8>]) -> Self {
        let entry = alice();
        let slices: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
        Self {
            content_type: oid::DATA,
            digest_algorithm: SHA256,
            signature_algorithm: ECDSA_SHA256,
            attributes: Some(attributes.to_vec()),
            signed_octets: der::set(&slices),
            certificates: vec![entry.certificate().der().to_vec()],
            content: None,
            entry,
        }
    }

    fn good() -> Self {
        Self::with(&[content_type_attribute(), message_digest_attribute()])
    }

    fn signer_info(&self) -> Vec<u8> {
        let x509 = self.entry.certificate().x509();
        let mut serial = x509.serial_number().to_bn().unwrap().to_vec();
        if serial[0] & 0x80 != 0 {
            serial.insert(0, 0);
        }
        let sid = der::sequence(&[&x509.issuer_name().to_der().unwrap(), &der::value(2, &serial)]);
        let mut signer = Signer::new(MessageDigest::sha256(), self.entry.key()).unwrap();
        let signature = signer.sign_oneshot_to_vec(&self.signed_octets).unwrap();
        let attributes = self.attributes.as_ref().map(|all| der::value(0xa0, &all.concat())).unwrap_or_default();
        der::sequence(&[
            &der::value(2, &[1]),
            &sid,
            &identifier(self.digest_algorithm),
            &attributes,
            &identifier(self.signature_algorithm),
            &der::value(4, &signature),
        ])
    }

    fn build(&self) -> Vec<u8> {
        self.build_with(&[&self.signer_info()])
    }

    fn build_with(&self, signer_infos: &[&[u8]]) -> Vec<u8> {
        let content = self.content.as_ref().map(|content| der::value(0xa0, content)).unwrap_or_default();
        let signed = der::sequence(&[
            &der::value(2, &[1]),
            &der::set(&[&identifier(SHA256)]),
            &der::sequence(&[&oid_der(self.content_type), &content]),
            &der::value(0xa0, &self.certificates.concat()),
            &der::set(signer_infos),
        ]);
        der::sequence(&[&oid_der(oid::SIGNED_DATA), &der::value(0xa0, &signed)])
    }

    fn check(&self) -> SignerCheck {
        check(&self.build(), ENTITY)
    }

    fn failure(&self) -> SignatureFailure {
        self.check().signature.unwrap_err()
    }
}

fn read(cms: &[u8]) -> Result<SignedData, CmsError> {
    SignedData::read(&Buffer::new(BufferName::SignatureCms, cms), &LIMITS)
}

fn check(cms: &[u8], content: &[u8]) -> SignerCheck {
    verify_signer(&read(cms).unwrap(), 0, content, &LIMITS).unwrap()
}

fn warnings(check: &SignerCheck) -> Vec<&str> {
    check.findings.iter().filter(|f| f.severity == Severity::Warning).map(|f| f.rule.id).collect()
}

#[test]
fn what_is_put_together_here_is_a_good_signature() {
    let check = Forge::good().check();
    assert!(check.signature.is_ok(), "{check:?}");
    assert_eq!(warnings(&check), [""; 0]);
}

#[test]
fn content_that_parses_as_attributes_is_refused() {
    let good = Forge::good();
    let forged = Forge { attributes: None, ..Forge::good() };
    let forged = Forge { entry: good.entry.clone(), certificates: good.certificates.clone(), ..forged };
    // The signature over the attributes is served as one over content: the mathematics is right.
    let check = check(&forged.build(), &good.signed_octets);
    assert_eq!(check.signature.unwrap_err(), SignatureFailure::ContentParsesAsAttributes);
}

#[test]
fn a_bare_signature_over_content_is_accepted_with_a_finding() {
    let bare = Forge { attributes: None, signed_octets: ENTITY.to_vec(), ..Forge::good() };
    let check = bare.check();
    assert!(check.signature.is_ok());
    assert!(!check.has_signed_attributes);
    assert_eq!(warnings(&check), ["cms.signed-attributes-present"]);
    assert_eq!(Forge { signed_octets: b"else".to_vec(), ..bare }.failure(), SignatureFailure::SignatureInvalid);
}

#[test]
fn every_rule_of_the_signed_attributes_is_held() {
    let other = digest(b"other");
    let wrong_type = attribute(oid::CONTENT_TYPE, &[&oid_der(oid::SIGNED_DATA)]);
    let wrong_protection = attribute(
        oid::ALGORITHM_PROTECTION,
        &[&der::sequence(&[&identifier("1.3.14.3.2.26"), &der::value(0xa1, &oid_der(ECDSA_SHA256))])],
    );
    let wrong_certificate = der::sequence(&[&der::sequence(&[&der::sequence(&[&der::value(4, &other)])])]);
    let (kind, message_digest) = (content_type_attribute(), message_digest_attribute());
    let two_values = attribute(oid::MESSAGE_DIGEST, &[&der::value(4, &digest(ENTITY)), &der::value(4, &other)]);
    let unreadable = attribute(oid::MESSAGE_DIGEST, &[&der::value(5, &[])]);
    let missing = |attribute| AttributeFault::Missing { attribute };
    let not_single = AttributeFault::NotSingle { attribute: "messageDigest" };
    for (attributes, expected) in [
        (vec![kind.clone()], missing("messageDigest")),
        (vec![message_digest.clone()], missing("contentType")),
        (vec![kind.clone(), message_digest.clone(), message_digest.clone()], not_single.clone()),
        (vec![kind.clone(), two_values], not_single),
        (vec![kind.clone(), unreadable], AttributeFault::Unreadable { attribute: "messageDigest" }),
        (
            vec![wrong_type, message_digest.clone()],
            AttributeFault::ContentType { found: oid::SIGNED_DATA.into(), expected: oid::DATA.into() },
        ),
        (vec![kind.clone(), message_digest.clone(), wrong_protection], AttributeFault::AlgorithmProtection),
        (
            vec![kind, message_digest, attribute(oid::SIGNING_CERTIFICATE_V2, &[&wrong_certificate])],
            AttributeFault::SigningCertificate,
        ),
    ] {
        assert_eq!(Forge::with(&attributes).failure(), SignatureFailure::AttributesInvalid(expected));
    }
}

#[test]
fn attributes_that_name_the_right_algorithms_and_certificate_pass() {
    let protection = der::sequence(&[&identifier(SHA256), &der::value(0xa1, &oid_der(ECDSA_SHA256))]);
    let protection = attribute(oid::ALGORITHM_PROTECTION, &[&protection]);
    let mut forge = Forge::good();
    let hash = der::value(4, &digest(forge.entry.certificate().der()));
    let certificate = der::sequence(&[&der::sequence(&[&der::sequence(&[&hash])])]);
    let certificate = attribute(oid::SIGNING_CERTIFICATE_V2, &[&certificate]);
    let attributes = vec![content_type_attribute(), message_digest_attribute(), protection, certificate];
    forge.signed_octets = der::set(&attributes.iter().map(Vec::as_slice).collect::<Vec<_>>());
    forge.attributes = Some(attributes);
    assert!(forge.check().signature.is_ok(), "{:?}", forge.check());
}

#[test]
fn unsorted_attributes_verify_as_received_and_as_sorted_with_a_finding() {
    let unsorted = [message_digest_attribute(), content_type_attribute()];
    let as_received = Forge::with(&unsorted).check();
    assert!(as_received.signature.is_ok());
    assert_eq!(warnings(&as_received), ["cms.signed-attributes-der"]);
    let mut sorted = Forge::with(&unsorted);
    sorted.signed_octets = Forge::good().signed_octets;
    let as_sorted = sorted.check();
    assert!(as_sorted.signature.is_ok());
    assert_eq!(warnings(&as_sorted), ["cms.signed-attributes-der"]);
}

#[test]
fn one_broken_check_at_a_time_is_the_one_named() {
    let other = attribute(oid::MESSAGE_DIGEST, &[&der::value(4, &digest(b"other"))]);
    let wrong_digest = Forge::with(&[content_type_attribute(), other]);
    assert!(matches!(wrong_digest.failure(), SignatureFailure::DigestMismatch { .. }));
    let wrong_signature = Forge { signed_octets: b"else".to_vec(), ..Forge::good() };
    assert_eq!(wrong_signature.failure(), SignatureFailure::SignatureInvalid);
    let no_certificate = Forge { certificates: vec![], ..Forge::good() };
    assert!(matches!(no_certificate.failure(), SignatureFailure::CertificateMissing { .. }));
    let two_digests = Forge { digest_algorithm: "2.16.840.1.101.3.4.2.3", ..Forge::good() };
    assert!(matches!(two_digests.failure(), SignatureFailure::AlgorithmMismatch { .. }));
    let another_kind = Forge { signature_algorithm: "1.2.840.113549.1.1.11", ..Forge::good() };
    assert!(matches!(another_kind.failure(), SignatureFailure::KeyOfAnotherKind { .. }));
    let post_quantum = Forge { signature_algorithm: "2.16.840.1.101.3.4.3.18", ..Forge::good() };
    assert!(post_quantum.failure().to_string().contains("ML-DSA-65"));
}

#[test]
fn a_signer_with_an_unknown_digest_does_not_spoil_the_others() {
    let good = Forge::good();
    let unknown = Forge { digest_algorithm: "1.2.643.7.1.1.2.2", ..Forge::good() };
    let cms = good.build_with(&[&unknown.signer_info(), &good.signer_info()]);
    let checks = verify_signers(&read(&cms).unwrap(), ENTITY, &LIMITS);
    assert!(checks[0].signature.is_err());
    assert!(checks[1].signature.is_ok());
}

#[test]
fn nothing_may_follow_a_signature_but_empty_lines() {
    let cms = Forge::good().build();
    assert!(matches!(read(&[&cms, b"x".as_slice()].concat()), Err(CmsError::TrailingOctets { count: 1, .. })));
    assert!(read(&[&cms, b"\r\n".as_slice()].concat()).is_ok());
}

#[test]
fn content_that_is_no_octet_string_is_refused() {
    let forge = Forge { content: Some(der::sequence(&[])), ..Forge::good() };
    assert!(matches!(read(&forge.build()), Err(CmsError::Malformed { field: "eContent", .. })));
}

#[test]
fn segments_of_opaque_content_are_hashed_without_their_headers() {
    let segments = [der::value(4, &ENTITY[..9]), der::value(4, &ENTITY[9..])].concat();
    let string = [b"\x24\x80".as_slice(), &segments, b"\0\0"].concat();
    let signed = read(&Forge { content: Some(string), ..Forge::good() }.build()).unwrap();
    assert_eq!(signed.embedded_content().as_deref(), Some(ENTITY));
    assert!(verify_embedded_signers(&signed, &LIMITS)[0].signature.is_ok());
}

#[test]
fn of_several_certificates_with_one_key_identifier_the_right_one_is_found() {
    let authority = authority();
    let id = [7; 20];
    let decoy = authority.issue(&address().subject_key_id(&id)).unwrap();
    let alice = authority.issue(&address().subject_key_id(&id)).unwrap();
    let options = SigningOptions { identifier: IdentifierForm::SubjectKeyId, ..SigningOptions::at(SIGNED_AT) };
    let alice =
        PrivateKeyEntry::new(alice.certificate().clone(), vec![decoy.certificate().clone()], alice.key().to_owned());
    let alice = alice.unwrap();
    let cms = sign_detached(ENTITY, std::slice::from_ref(&alice), &options).unwrap();
    let check = check(&cms, ENTITY);
    assert!(check.signature.is_ok());
    assert_eq!(check.certificate.as_ref(), Some(alice.certificate()));
    assert_eq!(warnings(&check), ["smime.signer-certificate-included"]);
}

#[test]
fn a_key_above_the_cap_is_refused_before_the_mathematics() {
    let bob = authority().issue(&address().key(NewKey::Rsa2048)).unwrap();
    let cms = sign_detached(ENTITY, &[bob], &SigningOptions::at(SIGNED_AT)).unwrap();
    let with = |rsa_bits| verify_signer(&read(&cms).unwrap(), 0, ENTITY, &Limits { rsa_bits, ..LIMITS }).unwrap();
    assert!(with(2048).signature.is_ok());
    assert!(matches!(with(2047).signature, Err(SignatureFailure::Limit(_))));
}

#[test]
fn more_signers_certificates_or_recipients_than_the_caps_are_a_limit_not_a_verdict() {
    let forge = Forge::good();
    let info = forge.signer_info();
    let cms = Buffer::new(BufferName::SignatureCms, forge.build_with(&[&info, &info]));
    assert!(SignedData::read(&cms, &Limits { signers: 2, ..LIMITS }).is_ok());
    assert!(matches!(SignedData::read(&cms, &Limits { signers: 1, ..LIMITS }), Err(CmsError::Limit(_))));
    assert!(matches!(SignedData::read(&cms, &Limits { certificates: 0, ..LIMITS }), Err(CmsError::Limit(_))));
    assert!(matches!(SignedData::read(&cms, &Limits { asn1_nodes: 9, ..LIMITS }), Err(CmsError::Limit(_))));
    let sealed = sealed(MakingCipher::Aes128Cbc).1;
    let cms = Buffer::new(BufferName::EncryptedCms, sealed);
    assert!(EnvelopedData::read(&cms, &Limits { recipients: 1, ..LIMITS }).is_ok());
    assert!(matches!(EnvelopedData::read(&cms, &Limits { recipients: 0, ..LIMITS }), Err(CmsError::Limit(_))));
}

fn sealed(content: MakingCipher) -> (PrivateKeyEntry, Vec<u8>) {
    let bob = alice();
    let options = EncryptionOptions { content, ..EncryptionOptions::default() };
    let cms = encrypt(ENTITY, &[bob.certificate().clone()], &options).unwrap();
    (bob, cms)
}

fn open(cms: &[u8]) -> Result<EnvelopedData, CmsError> {
    EnvelopedData::read(&Buffer::new(BufferName::EncryptedCms, cms), &LIMITS)
}

/// The children of the envelope within its ContentInfo.
fn fields(cms: &[u8]) -> Vec<Vec<u8>> {
    let tree = Tree::parse(cms, &LIMITS);
    let envelope = tree.root().unwrap().child(1).unwrap().child(0).unwrap();
    envelope.children().map(|field| field.whole().to_vec()).collect()
}

fn content_info(kind: &str, fields: &[&[u8]]) -> Vec<u8> {
    der::sequence(&[&oid_der(kind), &der::value(0xa0, &der::sequence(fields))])
}

#[test]
fn a_cipher_without_a_tag_is_refused_where_one_is_promised() {
    let (bob, cms) = sealed(MakingCipher::Aes256Cbc);
    let fields = fields(&cms);
    let mac = der::value(4, &[0; 16]);
    let relabelled = content_info(oid::AUTH_ENVELOPED_DATA, &[&fields[0], &fields[1], &fields[2], &mac]);
    let envelope = open(&relabelled).unwrap();
    let key = unwrap_key(&envelope, &bob).unwrap().unwrap();
    assert!(matches!(decrypt_content(&envelope, &key), Err(ContentError::Unsupported(_))));
}

#[test]
fn an_authenticated_cipher_is_refused_where_nothing_checks_its_tag() {
    let (bob, cms) = sealed(MakingCipher::Aes256Gcm);
    let fields = fields(&cms);
    let relabelled = content_info(oid::ENVELOPED_DATA, &[&fields[0], &fields[1], &fields[2]]);
    let envelope = open(&relabelled).unwrap();
    let key = unwrap_key(&envelope, &bob).unwrap().unwrap();
    assert!(matches!(decrypt_content(&envelope, &key), Err(ContentError::Unsupported(_))));
}

#[test]
fn a_shortened_tag_is_refused() {
    let (bob, cms) = sealed(MakingCipher::Aes256Gcm);
    let fields = fields(&cms);
    for length in [0, 4, 12, 15] {
        let mac = der::value(4, &fields[3][2..2 + length]);
        let shortened = content_info(oid::AUTH_ENVELOPED_DATA, &[&fields[0], &fields[1], &fields[2], &mac]);
        let envelope = open(&shortened).unwrap();
        let key = unwrap_key(&envelope, &bob).unwrap().unwrap();
        assert_eq!(decrypt_content(&envelope, &key).unwrap_err(), ContentError::DoesNotDecrypt, "{length} octets");
    }
}

#[test]
fn a_content_key_of_another_length_than_the_ciphers_is_refused() {
    let bob = authority().issue(&address().key(NewKey::Rsa2048)).unwrap();
    let options = EncryptionOptions { content: MakingCipher::Aes128Cbc, ..EncryptionOptions::default() };
    let mut cms = encrypt(ENTITY, &[bob.certificate().clone()], &options).unwrap();
    let (aes128, aes256) = (oid_der("2.16.840.1.101.3.4.1.2"), oid_der("2.16.840.1.101.3.4.1.42"));
    let place = cms.windows(aes128.len()).position(|window| window == aes128).unwrap();
    cms[place..place + aes256.len()].copy_from_slice(&aes256);
    assert_eq!(unwrap_key(&open(&cms).unwrap(), &bob).unwrap().unwrap_err(), UnwrapError::DoesNotUnwrap);
}

#[test]
fn an_originator_key_off_the_curve_is_refused() {
    let (bob, mut cms) = sealed(MakingCipher::Aes256Cbc);
    let place = cms.windows(4).position(|window| window == [0x03, 0x42, 0x00, 0x04]).unwrap();
    cms[place + 20] ^= 1;
    assert_eq!(unwrap_key(&open(&cms).unwrap(), &bob).unwrap().unwrap_err(), UnwrapError::DoesNotUnwrap);
}

#[test]
fn ciphertext_in_segments_of_any_size_decrypts_to_the_same_octets() {
    let (bob, cms) = sealed(MakingCipher::Aes256Cbc);
    let fields = fields(&cms);
    let tree = Tree::parse(&fields[2], &LIMITS);
    let parts: Vec<&[u8]> = tree.root().unwrap().children().map(|part| part.whole()).collect();
    let ciphertext = tree.root().unwrap().child(2).unwrap().content();
    for size in [1, 7, 16, 1000] {
        let segments = ciphertext.chunks(size).map(|segment| der::value(4, segment)).collect::<Vec<_>>().concat();
        let string = [b"\xa0\x80".as_slice(), &segments, b"\0\0"].concat();
        let encrypted = [b"\x30\x80".as_slice(), parts[0], parts[1], &string, b"\0\0"].concat();
        let cms = content_info(oid::ENVELOPED_DATA, &[&fields[0], &fields[1], &encrypted]);
        assert_eq!(decrypt(&open(&cms).unwrap(), &[&bob]).unwrap().plaintext.octets(), ENTITY, "segments of {size}");
    }
}

#[test]
fn content_that_is_no_mime_entity_is_not_a_decrypted_message() {
    let bob = alice();
    let cms = encrypt(&[0x17; 200], &[bob.certificate().clone()], &EncryptionOptions::default()).unwrap();
    let envelope = open(&cms).unwrap();
    let key = unwrap_key(&envelope, &bob).unwrap().unwrap();
    assert_eq!(decrypt_content(&envelope, &key).unwrap_err(), ContentError::NotMime);
}
