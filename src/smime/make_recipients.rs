//! RecipientInfos made: the content key for each recipient (RFC 5652 §6.2, 3370 §4.2, 3560, 5753, 8418).
//!
//! RSA keys get it by key transport. EC and X25519 keys agree with a key made for this one recipient; the derivation
//! fits the curve (RFC 5753 §8) and the wrap is as strong as the content cipher (RFC 8551 §2.3).

use openssl::bn::BigNumContext;
use openssl::ec::{EcKey, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::md::{Md, MdRef};
use openssl::pkey::{Id, PKey, PKeyRef, Private, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;

use super::algorithm::DigestAlgorithm;
use super::choices::{KeyTransport, OaepDigest};
use super::encrypt::{EncryptError, EncryptionOptions};
use super::identifier::IdentifierForm;
use super::key_agreement::{Fault, derive_key, shared_info, shared_secret, wrap_key};
use super::key_encryption::{KeyDerivation, KeyWrap};
use super::write::{
    CONTEXT_0, CONTEXT_1, NULL, OCTET_STRING, algorithm, digest_and_mask, identifier, issuer_and_serial, object, small,
};
use crate::asn1::{der, oid};
use crate::pki::{Certificate, KeyAlgorithm};

const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
const RSAES_OAEP: &str = "1.2.840.113549.1.1.7";
const X25519: &str = "1.3.101.110";
const BIT_STRING: u8 = 0x03;

/// The RecipientInfos of an envelope.
pub(super) struct RecipientInfos {
    /// The SET OF, sorted.
    pub(super) set: Vec<u8>,
    /// Whether all are of version 0, which decides the version of an EnvelopedData (RFC 5652 §6.1).
    pub(super) all_version_0: bool,
}

struct RecipientInfo {
    octets: Vec<u8>,
    version: u8,
}

/// One RecipientInfo for each certificate.
pub(super) fn recipient_infos(
    certificates: &[&Certificate],
    content_key: &[u8],
    options: &EncryptionOptions,
) -> Result<RecipientInfos, EncryptError> {
    let infos = certificates.iter().map(|certificate| recipient_info(certificate, content_key, options));
    let infos = infos.collect::<Result<Vec<RecipientInfo>, EncryptError>>()?;
    let octets: Vec<&[u8]> = infos.iter().map(|info| info.octets.as_slice()).collect();
    Ok(RecipientInfos { set: der::sorted_set(&octets), all_version_0: infos.iter().all(|info| info.version == 0) })
}

fn recipient_info(
    certificate: &Certificate,
    content_key: &[u8],
    options: &EncryptionOptions,
) -> Result<RecipientInfo, EncryptError> {
    let key = certificate.x509().public_key()?;
    let unnamed = || EncryptError::NoKeyIdentifier { certificate: certificate.common_name() };
    match certificate.key_algorithm() {
        KeyAlgorithm::Rsa { .. } => {
            let named = identifier(certificate, options.identifier)?.ok_or_else(unnamed)?;
            Ok(key_transport(&key, &named, content_key, options)?)
        }
        KeyAlgorithm::Ec { .. } | KeyAlgorithm::X25519 => {
            let named = agreement_identifier(certificate, options.identifier)?.ok_or_else(unnamed)?;
            key_agreement(&key, &named, content_key)
        }
        other => Err(EncryptError::UnsupportedKey { certificate: certificate.common_name(), key: other.to_string() }),
    }
}

/// KeyTransRecipientInfo.
fn key_transport(
    key: &PKeyRef<Public>,
    named: &[u8],
    content_key: &[u8],
    options: &EncryptionOptions,
) -> Result<RecipientInfo, ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.encrypt_init()?;
    let how = match options.key_transport {
        KeyTransport::Pkcs1V15 => {
            context.set_rsa_padding(Padding::PKCS1)?;
            algorithm(RSA_ENCRYPTION, &NULL)
        }
        KeyTransport::Oaep(digest) => {
            context.set_rsa_padding(Padding::PKCS1_OAEP)?;
            context.set_rsa_oaep_md(oaep_md(digest))?;
            context.set_rsa_mgf1_md(oaep_md(digest))?;
            algorithm(RSAES_OAEP, &der::sequence(&[&digest_and_mask(digest)]))
        }
    };
    let mut encrypted = Vec::new();
    context.encrypt_to_vec(content_key, &mut encrypted)?;
    let version = match options.identifier {
        IdentifierForm::IssuerSerial => 0,
        IdentifierForm::SubjectKeyId => 2,
    };
    let octets = der::sequence(&[&small(version), named, &how, &der::value(OCTET_STRING, &encrypted)]);
    Ok(RecipientInfo { octets, version })
}

fn oaep_md(digest: OaepDigest) -> &'static MdRef {
    match digest {
        OaepDigest::Sha1 => Md::sha1(),
        OaepDigest::Sha256 => Md::sha256(),
        OaepDigest::Sha384 => Md::sha384(),
        OaepDigest::Sha512 => Md::sha512(),
    }
}

/// KeyAgreeRecipientIdentifier: the key identifier is in a sequence of its own.
fn agreement_identifier(certificate: &Certificate, form: IdentifierForm) -> Result<Option<Vec<u8>>, ErrorStack> {
    match form {
        IdentifierForm::IssuerSerial => issuer_and_serial(certificate).map(Some),
        IdentifierForm::SubjectKeyId => {
            let id = certificate.subject_key_id().map(|id| der::value(OCTET_STRING, id));
            Ok(id.map(|id| der::value(CONTEXT_0, &id)))
        }
    }
}

/// The key agreement and its derivation that fit the key: X9.63 with a digest as strong as the curve for EC keys
/// (RFC 5753 §8), HKDF for X25519 (RFC 8418 §2.2).
fn scheme(key: &PKeyRef<Public>) -> (&'static str, KeyDerivation) {
    if key.id() == Id::X25519 {
        return ("1.2.840.113549.1.9.16.3.19", KeyDerivation::Hkdf(DigestAlgorithm::Sha256));
    }
    match key.bits() {
        0..=256 => ("1.3.132.1.11.1", KeyDerivation::X963(DigestAlgorithm::Sha256)),
        257..=384 => ("1.3.132.1.11.2", KeyDerivation::X963(DigestAlgorithm::Sha384)),
        _ => ("1.3.132.1.11.3", KeyDerivation::X963(DigestAlgorithm::Sha512)),
    }
}

/// KeyAgreeRecipientInfo, ephemeral-static. No ukm is sent, so nothing of it goes into the derivation.
fn key_agreement(key: &PKeyRef<Public>, named: &[u8], content_key: &[u8]) -> Result<RecipientInfo, EncryptError> {
    let (ephemeral, originator) = ephemeral(key)?;
    let shared = shared_secret(&ephemeral, key)?;
    let (agreement, derivation) = scheme(key);
    let length = content_key.len();
    let (wrap, dotted) = match length {
        0..=16 => (KeyWrap::Aes128, "2.16.840.1.101.3.4.1.5"),
        17..=24 => (KeyWrap::Aes192, "2.16.840.1.101.3.4.1.25"),
        _ => (KeyWrap::Aes256, "2.16.840.1.101.3.4.1.45"),
    };
    let wrap_identifier = algorithm(dotted, &[]);
    let information = shared_info(&wrap_identifier, None, length);
    // OpenSSL's reasons are in its queue.
    let failed = |_: Fault| EncryptError::OpenSsl(ErrorStack::get());
    let wrapping_key = derive_key(&derivation, &shared, &[], &information, length).map_err(failed)?;
    let wrapped = wrap_key(&wrap, &wrapping_key, content_key).map_err(failed)?;
    let encrypted_key = der::sequence(&[named, &der::value(OCTET_STRING, &wrapped)]);
    let fields = [
        small(3).to_vec(),
        der::value(CONTEXT_0, &originator),
        algorithm(agreement, &wrap_identifier),
        der::sequence(&[&encrypted_key]),
    ];
    // Among the kinds of RecipientInfo this is [1].
    Ok(RecipientInfo { octets: der::value(CONTEXT_1, &fields.concat()), version: 3 })
}

/// A new key on the recipient's curve, and its public part as OriginatorPublicKey.
fn ephemeral(key: &PKeyRef<Public>) -> Result<(PKey<Private>, Vec<u8>), ErrorStack> {
    let (ephemeral, kind, public) = if key.id() == Id::X25519 {
        let ephemeral = PKey::generate_x25519()?;
        let public = ephemeral.raw_public_key()?;
        (ephemeral, X25519, public)
    } else {
        let peer = key.ec_key()?;
        let own = EcKey::generate(peer.group())?;
        let mut context = BigNumContext::new()?;
        let public = own.public_key().to_bytes(peer.group(), PointConversionForm::UNCOMPRESSED, &mut context)?;
        (PKey::from_ec_key(own)?, oid::EC_PUBLIC_KEY, public)
    };
    let public = der::value(BIT_STRING, &[&[0], public.as_slice()].concat());
    // The curve is the recipient's: parameters are absent (RFC 5753 §3.1.1).
    let kind = der::sequence(&[&object(kind)]);
    Ok((ephemeral, der::value(CONTEXT_1, &[kind, public].concat())))
}
