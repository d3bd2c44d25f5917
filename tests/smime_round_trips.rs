//! What is signed and encrypted here verifies and decrypts here, in every variant, and nothing else does.
#![cfg(test)]

use openssl::pkey::{Id, PKey};
use openssl::pkey_ctx::PkeyCtx;
use sealscope::limits::Limits;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{Certificate, NewKey, PrivateKeyEntry};
use sealscope::smime::{
    ContentError, DecryptFailure, EncryptionOptions, EnvelopeKind, EnvelopedData, IdentifierForm, KeyTransport,
    MakingCipher, MakingDigest, OaepDigest, RsaSignature, SignatureFailure, SignedData, SigningOptions, UnwrapError,
    decrypt, decrypt_content, encrypt, micalg_of, sign_detached, unwrap_key, verify_signer, verify_signers,
};
use sealscope::span::{Buffer, BufferName};
use time::OffsetDateTime;
use time::macros::datetime;

const LIMITS: Limits = Limits::DEFAULT;
const BEGIN: OffsetDateTime = datetime!(2020-01-01 0:00 UTC);
const END: OffsetDateTime = datetime!(2040-01-01 0:00 UTC);
const SIGNED_AT: OffsetDateTime = datetime!(2026-03-04 5:06:07 UTC);
const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nTake one tablet.\r\n";

struct Lab {
    authority: Authority,
}

impl Lab {
    fn new() -> Self {
        let root = CertificateBuilder::authority("Lab root", BEGIN, END).key(NewKey::P256);
        Self { authority: Authority::self_signed(&root).unwrap() }
    }

    fn entry(&self, address: &str, key: NewKey) -> PrivateKeyEntry {
        self.authority.issue(&CertificateBuilder::for_address(address, BEGIN, END).key(key)).unwrap()
    }
}

fn certificates(entries: &[PrivateKeyEntry]) -> Vec<Certificate> {
    entries.iter().map(|entry| entry.certificate().clone()).collect()
}

fn signature(cms: &[u8]) -> SignedData {
    SignedData::read(&Buffer::new(BufferName::SignatureCms, cms), &LIMITS).unwrap()
}

fn envelope(cms: &[u8]) -> EnvelopedData {
    EnvelopedData::read(&Buffer::new(BufferName::EncryptedCms, cms), &LIMITS).unwrap()
}

#[test]
fn every_signer_of_every_kind_verifies_and_a_changed_octet_is_noticed() {
    let lab = Lab::new();
    let signers = [
        lab.entry("rsa@example.test", NewKey::Rsa2048),
        lab.entry("p256@example.test", NewKey::P256),
        lab.entry("p384@example.test", NewKey::P384),
    ];
    for digest in MakingDigest::ALL {
        for identifier in [IdentifierForm::IssuerSerial, IdentifierForm::SubjectKeyId] {
            for padding in [RsaSignature::Pkcs1V15, RsaSignature::Pss] {
                let options = SigningOptions { digest, identifier, padding, ..SigningOptions::at(SIGNED_AT) };
                let cms = sign_detached(ENTITY, &signers, &options).unwrap();
                let signed = signature(&cms);
                assert_eq!(signed.micalg(), digest.micalg());
                let checks = verify_signers(&signed, ENTITY, &LIMITS);
                assert_eq!(checks.len(), 3);
                for check in &checks {
                    assert!(check.signature.is_ok(), "{options:?}: {:?}", check.signature);
                    assert_eq!(check.signing_time, Some(SIGNED_AT));
                    assert_eq!(check.digest_algorithm.micalg(), digest.micalg());
                    assert!(certificates(&signers).contains(check.certificate.as_ref().unwrap()));
                    assert!(
                        check.findings.iter().all(|f| f.severity == sealscope::finding::Severity::Pass),
                        "{check:?}"
                    );
                }
                let changed = ENTITY.to_ascii_uppercase();
                for check in verify_signers(&signed, &changed, &LIMITS) {
                    assert!(matches!(check.signature, Err(SignatureFailure::DigestMismatch { .. })));
                }
            }
        }
    }
}

#[test]
fn every_recipient_of_every_kind_decrypts_in_every_variant() {
    let lab = Lab::new();
    let recipients = [
        lab.entry("rsa@example.test", NewKey::Rsa2048),
        lab.entry("p256@example.test", NewKey::P256),
        lab.entry("p384@example.test", NewKey::P384),
    ];
    let stranger = lab.entry("eve@example.test", NewKey::Rsa2048);
    let transports = [KeyTransport::Pkcs1V15].into_iter().chain(OaepDigest::ALL.map(KeyTransport::Oaep));
    for key_transport in transports {
        for content in MakingCipher::ALL {
            for identifier in [IdentifierForm::IssuerSerial, IdentifierForm::SubjectKeyId] {
                let options = EncryptionOptions { content, key_transport, identifier, ..EncryptionOptions::default() };
                let envelope = envelope(&encrypt(ENTITY, &certificates(&recipients), &options).unwrap());
                assert_eq!(envelope.recipients.len(), 3);
                for recipient in &recipients {
                    let opened =
                        decrypt(&envelope, &[&stranger, recipient]).unwrap_or_else(|e| panic!("{options:?}: {e}"));
                    assert_eq!(opened.plaintext.octets(), ENTITY);
                    assert_eq!(opened.authenticated, envelope.kind == EnvelopeKind::AuthEnveloped);
                }
                assert_eq!(decrypt(&envelope, &[&stranger]).unwrap_err(), DecryptFailure::NotForTheseKeys);
            }
        }
    }
}

#[test]
fn recipients_and_signers_named_twice_are_served_once() {
    let lab = Lab::new();
    let bob = lab.entry("bob@example.test", NewKey::Rsa2048);
    let twice = [bob.clone(), bob];
    let cms = encrypt(ENTITY, &certificates(&twice), &EncryptionOptions::default()).unwrap();
    assert_eq!(envelope(&cms).recipients.len(), 1);
    let signed = signature(&sign_detached(ENTITY, &twice, &SigningOptions::at(SIGNED_AT)).unwrap());
    assert_eq!((signed.signers.len(), signed.certificates.len()), (1, 1));
}

#[test]
fn a_wrong_rsa_key_never_succeeds() {
    let lab = Lab::new();
    let bob = CertificateBuilder::for_address("bob@example.test", BEGIN, END).serial(&[7]);
    let wanted = lab.authority.issue(&bob).unwrap();
    // The same issuer and serial number over another key: the envelope names it, but was not made for it.
    let wrong = lab.authority.issue(&bob.clone()).unwrap();
    for key_transport in [KeyTransport::Pkcs1V15, KeyTransport::OAEP_SHA256] {
        let options = EncryptionOptions { key_transport, ..EncryptionOptions::default() };
        for _ in 0..100 {
            let envelope = envelope(&encrypt(ENTITY, &[wanted.certificate().clone()], &options).unwrap());
            let outcome = unwrap_key(&envelope, &wrong).unwrap();
            assert_eq!(outcome.unwrap_err(), UnwrapError::DoesNotUnwrap);
        }
    }
}

#[test]
fn no_octet_of_an_authenticated_envelope_can_be_changed() {
    let lab = Lab::new();
    let bob = lab.entry("bob@example.test", NewKey::P256);
    let options = EncryptionOptions { content: MakingCipher::Aes256Gcm, ..EncryptionOptions::default() };
    let cms = encrypt(ENTITY, &[bob.certificate().clone()], &options).unwrap();
    let key = unwrap_key(&envelope(&cms), &bob).unwrap().unwrap();
    let start = cms.len() - ENTITY.len() - 18;
    for place in start..cms.len() {
        let mut changed = cms.clone();
        changed[place] ^= 1;
        let buffer = Buffer::new(BufferName::EncryptedCms, changed);
        let Ok(envelope) = EnvelopedData::read(&buffer, &LIMITS) else { continue };
        assert_eq!(decrypt_content(&envelope, &key).unwrap_err(), ContentError::DoesNotDecrypt, "octet {place}");
    }
}

#[test]
fn no_changed_bit_of_a_signature_leaves_it_valid_with_other_facts() {
    let lab = Lab::new();
    let alice = lab.entry("alice@example.test", NewKey::P256);
    let cms = sign_detached(ENTITY, std::slice::from_ref(&alice), &SigningOptions::at(SIGNED_AT)).unwrap();
    for place in 0..cms.len() {
        for bit in 0..8 {
            let mut changed = cms.clone();
            changed[place] ^= 1 << bit;
            let Ok(signed) = SignedData::read(&Buffer::new(BufferName::SignatureCms, changed), &LIMITS) else {
                continue;
            };
            for check in verify_signers(&signed, ENTITY, &LIMITS) {
                // Octets that nothing signs may change: versions, announced digests, the embedded certificate.
                if check.signature.is_ok() {
                    assert_eq!(check.signing_time, Some(SIGNED_AT), "octet {place}");
                    assert_eq!(check.digest_algorithm.micalg(), "sha-256", "octet {place}");
                }
            }
        }
    }
}

#[test]
fn truncation_at_every_length_is_an_error_and_never_a_panic() {
    let lab = Lab::new();
    let bob = lab.entry("bob@example.test", NewKey::P256);
    let signed = sign_detached(ENTITY, std::slice::from_ref(&bob), &SigningOptions::at(SIGNED_AT)).unwrap();
    let sealed = encrypt(ENTITY, &[bob.certificate().clone()], &EncryptionOptions::default()).unwrap();
    for length in 0..signed.len() {
        assert!(SignedData::read(&Buffer::new(BufferName::SignatureCms, &signed[..length]), &LIMITS).is_err());
    }
    for length in 0..sealed.len() {
        assert!(EnvelopedData::read(&Buffer::new(BufferName::EncryptedCms, &sealed[..length]), &LIMITS).is_err());
    }
}

#[test]
fn a_signature_with_content_of_its_own_is_refused_as_detached() {
    let lab = Lab::new();
    let alice = lab.entry("alice@example.test", NewKey::P256);
    let cms = openssl::cms::CmsContentInfo::sign(
        Some(alice.certificate().x509()),
        Some(alice.key()),
        None,
        Some(ENTITY),
        openssl::cms::CMSOptions::BINARY,
    );
    let signed = signature(&cms.unwrap().to_der().unwrap());
    assert_eq!(signed.embedded_content().as_deref(), Some(ENTITY));
    let check = verify_signer(&signed, 0, ENTITY, &LIMITS).unwrap();
    assert_eq!(check.signature.unwrap_err(), SignatureFailure::EmbeddedContent);
    let check = sealscope::smime::verify_embedded_signers(&signed, &LIMITS).remove(0);
    assert!(check.signature.is_ok(), "{:?}", check.signature);
}

#[test]
fn keys_of_one_scheme_sign_with_it_whatever_is_asked_for() {
    let lab = Lab::new();
    let mut pss = PkeyCtx::new_id(Id::RSA_PSS).unwrap();
    pss.keygen_init().unwrap();
    pss.set_rsa_keygen_bits(2048).unwrap();
    for (key, micalg) in [(PKey::generate_ed25519().unwrap(), "sha-512"), (pss.keygen().unwrap(), "sha-256")] {
        let builder = CertificateBuilder::for_address("alice@example.test", BEGIN, END);
        let certificate = lab.authority.certify(&builder, &key).unwrap();
        let entry = PrivateKeyEntry::new(certificate, Vec::new(), key).unwrap();
        let options = SigningOptions::at(SIGNED_AT);
        let signed = signature(&sign_detached(ENTITY, std::slice::from_ref(&entry), &options).unwrap());
        assert_eq!(signed.micalg(), micalg);
        assert_eq!(micalg_of(&[entry], &options), micalg);
        let check = verify_signer(&signed, 0, ENTITY, &LIMITS).unwrap();
        assert!(check.signature.is_ok(), "{check:?}");
    }
}

#[test]
fn no_changed_bit_of_an_envelope_is_a_panic_or_a_second_plaintext_under_a_tag() {
    let lab = Lab::new();
    let bob = lab.entry("bob@example.test", NewKey::P256);
    for content in [MakingCipher::Aes256Cbc, MakingCipher::Aes256Gcm] {
        let options = EncryptionOptions { content, ..EncryptionOptions::default() };
        let cms = encrypt(ENTITY, &[bob.certificate().clone()], &options).unwrap();
        for place in 0..cms.len() {
            let mut changed = cms.clone();
            changed[place] ^= 1 << (place % 8);
            let Ok(envelope) = EnvelopedData::read(&Buffer::new(BufferName::EncryptedCms, changed), &LIMITS) else {
                continue;
            };
            if let Ok(opened) = decrypt(&envelope, &[&bob])
                && opened.authenticated
            {
                assert_eq!(opened.plaintext.octets(), ENTITY, "octet {place}");
            }
        }
    }
}
