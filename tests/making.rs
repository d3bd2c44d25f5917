//! What is made, in every variant: read by our own reader, and DER where DER was asked for.
#![cfg(test)]

mod support;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use sealscope::asn1::{Tree, der, tag};
use sealscope::finding::Severity;
use sealscope::limits::Limits;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::{Certificate, NewKey, PrivateKeyEntry};
use sealscope::smime::{
    AttributeSet, Choice, EmbedChain, Encoding, EncryptionOptions, EnvelopedData, IdentifierForm, KeyTransport,
    MakingCipher, MakingDigest, OptionalAttribute, RsaSignature, SignedData, SigningOptions, decrypt, encrypt,
    sign_detached, sign_opaque, verify_embedded_signers, verify_signers,
};
use sealscope::span::{Buffer, BufferName};
use support::{Circle, NOT_AFTER, NOT_BEFORE};
use time::OffsetDateTime;
use time::macros::datetime;

const LIMITS: Limits = Limits::DEFAULT;
const SIGNED_AT: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

fn entry(circle: &Circle, name: &str, key: NewKey) -> PrivateKeyEntry {
    circle.intermediate.issue(&CertificateBuilder::for_address(name, NOT_BEFORE, NOT_AFTER).key(key)).unwrap()
}

/// The content of a message, about that long.
fn entity(octets: usize) -> Vec<u8> {
    let mut entity = b"Content-Type: text/plain\r\n\r\n".to_vec();
    entity.extend((0..octets).map(|place| b"All is well. \r\n"[place % 15]));
    entity
}

fn envelope(cms: &[u8]) -> EnvelopedData {
    EnvelopedData::read(&Buffer::new(BufferName::EncryptedCms, cms), &LIMITS).unwrap()
}

fn signed_data(cms: &[u8]) -> SignedData {
    SignedData::read(&Buffer::new(BufferName::SignatureCms, cms), &LIMITS).unwrap()
}

/// Every length definite and minimal, every string in one piece, every SET sorted.
fn assert_der(cms: &[u8]) {
    let tree = Tree::parse(cms, &LIMITS);
    let mut open = vec![tree.root().unwrap()];
    while let Some(element) = open.pop() {
        let children: Vec<_> = element.children().collect();
        let whole: Vec<&[u8]> = children.iter().map(|child| child.whole()).collect();
        if element.is(tag::SET) {
            assert!(der::is_sorted(&whole), "a SET is not sorted: {:02x?}", element.whole());
        }
        assert!(!element.is(tag::OCTET_STRING) || children.is_empty(), "a string is in pieces");
        // Written again, it is the same.
        let identifier = element.whole()[0];
        if children.is_empty() {
            let mut header = Vec::new();
            der::push_header(&mut header, identifier, element.content().len());
            assert!(element.whole().starts_with(&header), "{:02x?}", &element.whole()[..8.min(element.whole().len())]);
        } else {
            assert_eq!(der::value(identifier, &whole.concat()), element.whole());
        }
        open.extend(children);
    }
}

fn is_streamed(cms: &[u8]) -> bool {
    cms[1] == 0x80 && cms.ends_with(&[0, 0])
}

fn check_encoding(cms: &[u8], encoding: Encoding) {
    match encoding {
        Encoding::Der => assert_der(cms),
        Encoding::StreamedBer => assert!(is_streamed(cms)),
    }
}

#[test]
fn every_kind_of_recipient_opens_every_kind_of_envelope() {
    let circle = Circle::new("Good");
    let kinds = [NewKey::Rsa2048, NewKey::P256, NewKey::P384, NewKey::P521, NewKey::X25519];
    let recipients: Vec<PrivateKeyEntry> = kinds.iter().map(|key| entry(&circle, "bob@b.example", *key)).collect();
    let certificates: Vec<Certificate> = recipients.iter().map(|entry| entry.certificate().clone()).collect();
    let content = entity(100);
    for content_cipher in MakingCipher::ALL {
        for key_transport in KeyTransport::ALL {
            for identifier in IdentifierForm::CHOICES {
                for encoding in Encoding::CHOICES {
                    let options = EncryptionOptions {
                        content: content_cipher,
                        key_transport,
                        identifier: *identifier,
                        encoding: *encoding,
                    };
                    let cms = encrypt(&content, &certificates, &options).unwrap();
                    check_encoding(&cms, *encoding);
                    let envelope = envelope(&cms);
                    assert_eq!(envelope.recipients.len(), kinds.len());
                    for recipient in &recipients {
                        let opened = decrypt(&envelope, &[recipient]).unwrap_or_else(|e| panic!("{options:?}: {e}"));
                        assert_eq!(opened.plaintext.octets(), content, "{options:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn content_of_every_length_about_a_block_and_a_piece_comes_out_as_it_went_in() {
    let circle = Circle::new("Good");
    let (alice, bob) = (entry(&circle, "a@a.example", NewKey::P256), entry(&circle, "b@b.example", NewKey::P256));
    let piece = 16 << 10;
    let lengths = (0..40).chain([piece - 30, piece - 29, piece - 28, piece - 27, 2 * piece - 28, 3 * piece, 100_000]);
    for length in lengths {
        let content = entity(length);
        for encoding in Encoding::CHOICES {
            for cipher in [MakingCipher::Aes128Cbc, MakingCipher::Aes256Gcm] {
                let options =
                    EncryptionOptions { content: cipher, encoding: *encoding, ..EncryptionOptions::default() };
                let cms = encrypt(&content, &[bob.certificate().clone()], &options).unwrap();
                check_encoding(&cms, *encoding);
                assert_eq!(decrypt(&envelope(&cms), &[&bob]).unwrap().plaintext.octets(), content, "{length}");
            }
            let options = SigningOptions { encoding: *encoding, ..SigningOptions::at(SIGNED_AT) };
            let cms = sign_opaque(&content, std::slice::from_ref(&alice), &options).unwrap();
            check_encoding(&cms, *encoding);
            let signed = signed_data(&cms);
            assert!(verify_embedded_signers(&signed, &LIMITS).iter().all(|check| check.signature.is_ok()), "{length}");
        }
    }
}

/// RFC 5652 §6.1: an EnvelopedData is of version 0 only where every RecipientInfo is.
#[test]
fn versions_are_those_that_the_recipients_and_signers_ask_for() {
    let circle = Circle::new("Good");
    let rsa = entry(&circle, "rsa@b.example", NewKey::Rsa2048);
    let ec = entry(&circle, "ec@b.example", NewKey::P256);
    let versions = |recipients: &[&PrivateKeyEntry], content, identifier| {
        let certificates: Vec<Certificate> = recipients.iter().map(|entry| entry.certificate().clone()).collect();
        let options = EncryptionOptions { content, identifier, ..EncryptionOptions::default() };
        let cms = encrypt(&entity(10), &certificates, &options).unwrap();
        let tree = Tree::parse(&cms, &LIMITS);
        let data = tree.root().unwrap().child(1).unwrap().child(0).unwrap();
        let infos = data.child(1).unwrap();
        let version = |element: &sealscope::asn1::Element<'_, '_>| element.child(0).unwrap().small_integer().unwrap();
        let mut of_infos: Vec<_> = infos.children().map(|info| version(&info)).collect();
        of_infos.sort_unstable();
        (version(&data), of_infos)
    };
    let (by_serial, by_key) = (IdentifierForm::IssuerSerial, IdentifierForm::SubjectKeyId);
    let (cbc, gcm) = (MakingCipher::Aes256Cbc, MakingCipher::Aes256Gcm);
    assert_eq!(versions(&[&rsa], cbc, by_serial), (0, vec![0]));
    assert_eq!(versions(&[&rsa], cbc, by_key), (2, vec![2]));
    assert_eq!(versions(&[&rsa, &ec], cbc, by_serial), (2, vec![0, 3]));
    assert_eq!(versions(&[&rsa, &ec], gcm, by_key), (0, vec![2, 3]));

    for (identifier, data, info) in [(by_serial, 1, 1), (by_key, 3, 3)] {
        let options = SigningOptions { identifier, ..SigningOptions::at(SIGNED_AT) };
        let cms = sign_detached(&entity(10), std::slice::from_ref(&rsa), &options).unwrap();
        let tree = Tree::parse(&cms, &LIMITS);
        let signed = tree.root().unwrap().child(1).unwrap().child(0).unwrap();
        let infos = signed.children().last().unwrap();
        let version = infos.child(0).unwrap().child(0).unwrap().small_integer();
        assert_eq!((signed.child(0).unwrap().small_integer(), version), (Some(data), Some(info)));
    }
}

fn signing_options() -> impl Strategy<Value = SigningOptions> {
    let attributes = subsequence(OptionalAttribute::CHOICES, 0..=OptionalAttribute::CHOICES.len());
    (
        select(MakingDigest::CHOICES),
        select(IdentifierForm::CHOICES),
        select(EmbedChain::CHOICES),
        select(RsaSignature::CHOICES),
        attributes,
        select(Encoding::CHOICES),
    )
        .prop_map(|(digest, identifier, chain, padding, attributes, encoding)| SigningOptions {
            digest,
            identifier,
            chain,
            padding,
            attributes: AttributeSet::of(&attributes),
            encoding,
            signing_time: SIGNED_AT,
        })
}

#[test]
fn signatures_in_any_variant_by_any_keys_verify_and_are_der() {
    let circle = Circle::new("Good");
    let kinds = [NewKey::Rsa2048, NewKey::P256, NewKey::P384, NewKey::P521, NewKey::Ed25519];
    let signers: Vec<PrivateKeyEntry> = kinds.iter().map(|key| entry(&circle, "alice@a.example", *key)).collect();
    let content = entity(3_000);
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(options in signing_options(), signers in subsequence(signers, 1..=5))| {
        let detached = sign_detached(&content, &signers, &options).unwrap();
        check_encoding(&detached, options.encoding);
        let opaque = sign_opaque(&content, &signers, &options).unwrap();
        check_encoding(&opaque, options.encoding);
        let (detached, opaque) = (signed_data(&detached), signed_data(&opaque));
        let certificates = match options.chain {
            EmbedChain::Nothing => 0,
            EmbedChain::SignerOnly => signers.len(),
            EmbedChain::WithIntermediates => signers.len() + 1,
        };
        prop_assert_eq!(detached.certificates.len(), certificates);
        for checks in [verify_signers(&detached, &content, &LIMITS), verify_embedded_signers(&opaque, &LIMITS)] {
            prop_assert_eq!(checks.len(), signers.len());
            for check in checks.iter().filter(|_| options.chain != EmbedChain::Nothing) {
                prop_assert!(check.signature.is_ok(), "{:?}: {:?}", options, check.signature);
                let timed = options.attributes.contains(OptionalAttribute::SigningTime);
                prop_assert_eq!(check.signing_time, timed.then_some(SIGNED_AT));
                prop_assert!(check.findings.iter().all(|finding| finding.severity == Severity::Pass), "{:?}", check);
            }
        }
    });
}

/// What has no randomness in it, RSA v1.5 and Ed25519, is the same in every run.
#[test]
fn the_same_input_at_the_same_time_gives_the_same_signature() {
    let circle = Circle::new("Good");
    for key in [NewKey::Rsa2048, NewKey::Ed25519] {
        let signer = [entry(&circle, "alice@a.example", key)];
        let options = SigningOptions::at(SIGNED_AT);
        let first = sign_detached(&entity(50), &signer, &options).unwrap();
        assert_eq!(sign_detached(&entity(50), &signer, &options).unwrap(), first);
    }
}

/// A nonce that comes back with the same key gives AES-GCM away.
#[test]
fn no_two_envelopes_share_a_key_or_a_nonce() {
    let circle = Circle::new("Good");
    let bob = entry(&circle, "bob@b.example", NewKey::P256);
    for content in MakingCipher::ALL {
        let options = EncryptionOptions { content, ..EncryptionOptions::default() };
        let vector = |_| {
            let cms = encrypt(&entity(50), &[bob.certificate().clone()], &options).unwrap();
            let tree = Tree::parse(&cms, &LIMITS);
            let data = tree.root().unwrap().child(1).unwrap().child(0).unwrap();
            data.child(2).unwrap().child(1).unwrap().whole().to_vec()
        };
        let vectors: std::collections::HashSet<Vec<u8>> = (0..20).map(vector).collect();
        assert_eq!(vectors.len(), 20);
    }
}
