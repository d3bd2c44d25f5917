//! The mathematics of one signature, by OpenSSL (RFC 8017 §8, 5754 §3, 8419).

use openssl::error::ErrorStack;
use openssl::md::{Md, MdRef};
use openssl::pkey::{Id, PKeyRef, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};

use super::algorithm::{DigestAlgorithm, SignatureAlgorithm};

/// What a signature is over: the octets, and their digest.
pub(super) struct Signed<'a> {
    pub(super) octets: &'a [u8],
    pub(super) digest: &'a [u8],
    pub(super) digest_algorithm: &'a DigestAlgorithm,
}

/// Why a signature is not good.
pub(super) enum Fault {
    /// The key is of another kind than the algorithm needs.
    KeyOfAnotherKind,
    NotEqual,
    Unsupported,
}

/// Checks `signature` with `key`. OpenSSL builds the whole padded block again and compares it (RFC 8017 §8.2.2).
pub(super) fn check(
    key: &PKeyRef<Public>,
    algorithm: &SignatureAlgorithm,
    signed: &Signed<'_>,
    signature: &[u8],
) -> Result<(), Fault> {
    let fits = match algorithm {
        SignatureAlgorithm::RsaPkcs1V15(_) => key.id() == Id::RSA,
        SignatureAlgorithm::RsaPss { .. } => matches!(key.id(), Id::RSA | Id::RSA_PSS),
        SignatureAlgorithm::Ecdsa(_) => key.id() == Id::EC,
        SignatureAlgorithm::Ed25519 => key.id() == Id::ED25519,
        SignatureAlgorithm::Ed448 => key.id() == Id::ED448,
        SignatureAlgorithm::Unknown(_) => return Err(Fault::Unsupported),
    };
    if !fits {
        return Err(Fault::KeyOfAnotherKind);
    }
    let implementation = |digest: &DigestAlgorithm| implementation(digest).ok_or(Fault::Unsupported);
    let verified = match algorithm {
        SignatureAlgorithm::Ed25519 | SignatureAlgorithm::Ed448 => {
            Verifier::new_without_digest(key).and_then(|mut v| v.verify_oneshot(signature, signed.octets))
        }
        SignatureAlgorithm::RsaPss { mask_digest, salt_length, .. } => {
            let (digest, mask) = (implementation(signed.digest_algorithm)?, implementation(mask_digest)?);
            check_pss(key, digest, mask, i32::from(*salt_length), signed.digest, signature)
        }
        SignatureAlgorithm::RsaPkcs1V15(_) => {
            let digest = implementation(signed.digest_algorithm)?;
            check_digest(key, digest, Some(Padding::PKCS1), signed.digest, signature)
        }
        SignatureAlgorithm::Ecdsa(_) | SignatureAlgorithm::Unknown(_) => {
            check_digest(key, implementation(signed.digest_algorithm)?, None, signed.digest, signature)
        }
    };
    // OpenSSL answers some bad signatures with an error instead of "no"; both leave nothing in its queue.
    drop(ErrorStack::get());
    if verified.unwrap_or(false) { Ok(()) } else { Err(Fault::NotEqual) }
}

fn check_digest(
    key: &PKeyRef<Public>,
    md: &MdRef,
    padding: Option<Padding>,
    digest: &[u8],
    signature: &[u8],
) -> Result<bool, ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.verify_init()?;
    if let Some(padding) = padding {
        context.set_rsa_padding(padding)?;
    }
    context.set_signature_md(md)?;
    context.verify(digest, signature)
}

fn check_pss(
    key: &PKeyRef<Public>,
    md: &MdRef,
    mask: &MdRef,
    salt: i32,
    digest: &[u8],
    signature: &[u8],
) -> Result<bool, ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.verify_init()?;
    context.set_rsa_padding(Padding::PKCS1_PSS)?;
    context.set_signature_md(md)?;
    context.set_rsa_mgf1_md(mask)?;
    context.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt))?;
    context.verify(digest, signature)
}

pub(super) fn implementation(algorithm: &DigestAlgorithm) -> Option<&'static MdRef> {
    Md::from_nid(algorithm.message_digest()?.type_())
}
