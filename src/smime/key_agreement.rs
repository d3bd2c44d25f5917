//! Diffie-Hellman on curves, the derivation of a key and the key wrap, for both directions (RFC 5753 §7, 8418 §2).
//!
//! The wrap has a check of its own (RFC 3394, 3217), so a wrong key never gives a content key.

use openssl::aes::{self, AesKey};
use openssl::bn::{BigNum, BigNumContext};
use openssl::cipher::Cipher;
use openssl::cipher_ctx::{CipherCtx, CipherCtxFlags};
use openssl::derive::Deriver;
use openssl::ec::{EcKey, EcPoint};
use openssl::error::ErrorStack;
use openssl::hash::Hasher;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, PKeyRef, Private, Public};
use openssl::pkey_ctx::PkeyCtx;
use zeroize::Zeroizing;

use super::algorithm::DigestAlgorithm;
use super::key_encryption::{DhScheme, KeyDerivation, KeyEncryption, KeyWrap};
use super::recipient_info::{KeyAgreement, Originator};
use super::signature::implementation;
use crate::asn1::der;
use crate::pki::Certificate;

/// Content keys have at most 32 octets.
const LONGEST_CONTENT_KEY: usize = 64;

/// Why there is no content key.
#[derive(Debug)]
pub(super) enum Fault {
    DoesNotUnwrap,
    Unsupported,
}

impl From<ErrorStack> for Fault {
    fn from(_: ErrorStack) -> Self {
        Self::DoesNotUnwrap
    }
}

/// The content key. `certificates` are those that the envelope brings for its originator.
pub(super) fn unwrap(
    agreement: &KeyAgreement,
    encrypted_key: &[u8],
    key: &PKeyRef<Private>,
    certificates: &[Certificate],
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let KeyEncryption::Ecdh { scheme, derivation, wrap } = &agreement.algorithm else { return Err(Fault::Unsupported) };
    let length = wrap.key_length().ok_or(Fault::Unsupported)?;
    if *scheme == DhScheme::Cofactor && has_cofactor(key)? {
        return Err(Fault::Unsupported);
    }
    let peer = originator_key(agreement.originator.as_ref().ok_or(Fault::Unsupported)?, key, certificates)?;
    let shared = shared_secret(key, &peer)?;
    let material = agreement.material.as_deref();
    let information = shared_info(&agreement.wrap_identifier, material, length);
    let with_salt = |salt: &[u8]| {
        let wrapping_key = derive_key(derivation, &shared, salt, &information, length)?;
        unwrap_key(wrap, &wrapping_key, encrypted_key)
    };
    match (derivation, material) {
        // RFC 8418 §2.2 takes the keying material as salt; BouncyCastle leaves the salt empty.
        (KeyDerivation::Hkdf(_), Some(material)) => with_salt(material).or_else(|_| with_salt(&[])),
        _ => with_salt(&[]),
    }
}

/// Whether the curve's cofactor is another than 1, so that the two primitives of Diffie-Hellman differ.
fn has_cofactor(key: &PKeyRef<Private>) -> Result<bool, ErrorStack> {
    if key.id() != Id::EC {
        return Ok(true);
    }
    let (mut cofactor, mut context) = (BigNum::new()?, BigNumContext::new()?);
    key.ec_key()?.group().cofactor(&mut cofactor, &mut context)?;
    Ok(cofactor != BigNum::from_u32(1)?)
}

fn originator_key(
    originator: &Originator,
    own: &PKeyRef<Private>,
    certificates: &[Certificate],
) -> Result<PKey<Public>, Fault> {
    match originator {
        Originator::Key { public_key, .. } => Ok(public_key_beside(own, public_key)?),
        Originator::Certificate(identifier) => {
            let named = certificates.iter().find(|certificate| identifier.names(certificate));
            Ok(named.ok_or(Fault::Unsupported)?.x509().public_key()?)
        }
    }
}

/// A public key of the same curve as `own`; reading refuses a point that is not on it.
pub(super) fn public_key_beside(own: &PKeyRef<Private>, octets: &[u8]) -> Result<PKey<Public>, ErrorStack> {
    if own.id() != Id::EC {
        return PKey::public_key_from_raw_bytes(octets, own.id());
    }
    let own = own.ec_key()?;
    let mut context = BigNumContext::new()?;
    let point = EcPoint::from_bytes(own.group(), octets, &mut context)?;
    let peer = EcKey::from_public_key(own.group(), &point)?;
    peer.check_key()?;
    PKey::from_ec_key(peer)
}

/// The shared secret. OpenSSL refuses a peer of another curve, and with X25519 and X448 a secret of zeros.
pub(super) fn shared_secret(own: &PKeyRef<Private>, peer: &PKeyRef<Public>) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let mut deriver = Deriver::new(own)?;
    deriver.set_peer(peer)?;
    deriver.derive_to_vec().map(Zeroizing::new)
}

/// ECC-CMS-SharedInfo (RFC 5753 §7.2): the wrap's identifier as it is encoded, the keying material, and the length of
/// the wrapping key in octets, which is written in bits.
pub(super) fn shared_info(wrap_identifier: &[u8], material: Option<&[u8]>, length: usize) -> Vec<u8> {
    let bits = u32::try_from(length.saturating_mul(8)).unwrap_or(u32::MAX);
    let public_info = der::value(0xa2, &der::value(0x04, &bits.to_be_bytes()));
    let material = material.map(|material| der::value(0xa0, &der::value(0x04, material))).unwrap_or_default();
    der::sequence(&[wrap_identifier, &material, &public_info])
}

/// A key of `length` octets. Only HKDF takes a salt; an empty one stands for none (RFC 5869 §2.2).
pub(super) fn derive_key(
    derivation: &KeyDerivation,
    shared: &[u8],
    salt: &[u8],
    information: &[u8],
    length: usize,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    match derivation {
        KeyDerivation::X963(digest) => x963(digest, shared, information, length),
        KeyDerivation::Hkdf(digest) => hkdf(digest, shared, salt, information, length),
    }
}

fn x963(
    digest: &DigestAlgorithm,
    shared: &[u8],
    information: &[u8],
    length: usize,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let digest = digest.message_digest().ok_or(Fault::Unsupported)?;
    let block = |counter: u32| -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
        let mut hasher = Hasher::new(digest)?;
        hasher.update(shared)?;
        hasher.update(&counter.to_be_bytes())?;
        hasher.update(information)?;
        Ok(Zeroizing::new(hasher.finish()?.to_vec()))
    };
    let mut derived = Zeroizing::new(Vec::with_capacity(128));
    let mut counter = 1;
    while derived.len() < length {
        derived.extend_from_slice(&block(counter)?);
        counter += 1;
    }
    derived.truncate(length);
    Ok(derived)
}

/// HKDF, extract and expand (RFC 5869).
pub(super) fn hkdf(
    digest: &DigestAlgorithm,
    secret: &[u8],
    salt: &[u8],
    information: &[u8],
    length: usize,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let digest = implementation(digest).ok_or(Fault::Unsupported)?;
    let mut context = PkeyCtx::new_id(Id::HKDF)?;
    context.derive_init()?;
    context.set_hkdf_md(digest)?;
    context.set_hkdf_key(secret)?;
    if !salt.is_empty() {
        context.set_hkdf_salt(salt)?;
    }
    context.add_hkdf_info(information)?;
    let mut derived = Zeroizing::new(vec![0; length]);
    context.derive(Some(&mut derived))?;
    Ok(derived)
}

/// Wraps a content key.
pub(super) fn wrap_key(wrap: &KeyWrap, wrapping_key: &[u8], content_key: &[u8]) -> Result<Vec<u8>, Fault> {
    match wrap {
        KeyWrap::TripleDes => {
            let mut context = triple_des_context()?;
            context.encrypt_init(Some(triple_des()?), Some(wrapping_key), None)?;
            let mut wrapped = Vec::new();
            context.cipher_update_vec(content_key, &mut wrapped)?;
            Ok(wrapped)
        }
        KeyWrap::Unknown(_) => Err(Fault::Unsupported),
        KeyWrap::Aes128 | KeyWrap::Aes192 | KeyWrap::Aes256 => {
            let aes = AesKey::new_encrypt(wrapping_key).map_err(|_| Fault::Unsupported)?;
            if !content_key.len().is_multiple_of(8) || content_key.len() > LONGEST_CONTENT_KEY {
                return Err(Fault::Unsupported);
            }
            let mut wrapped = vec![0; content_key.len().saturating_add(8)];
            aes::wrap_key(&aes, None, &mut wrapped, content_key).map_err(|_| Fault::Unsupported)?;
            Ok(wrapped)
        }
    }
}

/// Unwraps a content key.
pub(super) fn unwrap_key(wrap: &KeyWrap, wrapping_key: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
    // Triple DES puts an initialisation vector and a checksum of eight octets each before and after the key.
    let overhead = if *wrap == KeyWrap::TripleDes { 16 } else { 8 };
    let length = wrapped.len().checked_sub(overhead).ok_or(Fault::DoesNotUnwrap)?;
    if length > LONGEST_CONTENT_KEY || !length.is_multiple_of(8) || length == 0 {
        return Err(Fault::DoesNotUnwrap);
    }
    match wrap {
        KeyWrap::TripleDes => {
            let mut context = triple_des_context()?;
            context.decrypt_init(Some(triple_des()?), Some(wrapping_key), None)?;
            let mut content_key = Zeroizing::new(Vec::with_capacity(wrapped.len()));
            context.cipher_update_vec(wrapped, &mut content_key)?;
            Ok(content_key)
        }
        KeyWrap::Unknown(_) => Err(Fault::Unsupported),
        KeyWrap::Aes128 | KeyWrap::Aes192 | KeyWrap::Aes256 => {
            let aes = AesKey::new_decrypt(wrapping_key).map_err(|_| Fault::DoesNotUnwrap)?;
            let mut content_key = Zeroizing::new(vec![0; length]);
            aes::unwrap_key(&aes, None, &mut content_key, wrapped).map_err(|_| Fault::DoesNotUnwrap)?;
            Ok(content_key)
        }
    }
}

fn triple_des() -> Result<&'static openssl::cipher::CipherRef, Fault> {
    Cipher::from_nid(Nid::ID_SMIME_ALG_CMS3DESWRAP).ok_or(Fault::Unsupported)
}

fn triple_des_context() -> Result<CipherCtx, ErrorStack> {
    let mut context = CipherCtx::new()?;
    context.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
    Ok(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 24] = [0x33; 24];

    #[test]
    fn what_is_wrapped_unwraps_and_a_changed_bit_is_noticed() {
        for wrap in [KeyWrap::Aes128, KeyWrap::Aes192, KeyWrap::Aes256, KeyWrap::TripleDes] {
            let wrapping_key = vec![0x11; wrap.key_length().unwrap()];
            let mut wrapped = wrap_key(&wrap, &wrapping_key, &KEY).unwrap();
            assert_eq!(**unwrap_key(&wrap, &wrapping_key, &wrapped).unwrap(), KEY, "{wrap}");
            wrapped[9] ^= 1;
            assert!(matches!(unwrap_key(&wrap, &wrapping_key, &wrapped), Err(Fault::DoesNotUnwrap)), "{wrap}");
            assert!(unwrap_key(&wrap, &wrapping_key, &wrapped[..7]).is_err());
        }
    }

    /// RFC 5869, appendix A.1 and A.3.
    #[test]
    fn hkdf_gives_the_keys_of_its_test_vectors() {
        let information: Vec<u8> = (0xf0..=0xf9).collect();
        let salt: Vec<u8> = (0x00..=0x0c).collect();
        let key = hkdf(&DigestAlgorithm::Sha256, &[0x0b; 22], &salt, &information, 4).unwrap();
        assert_eq!(**key, [0x3c, 0xb2, 0x5f, 0x25]);
        let key = hkdf(&DigestAlgorithm::Sha256, &[0x0b; 22], &[], &[], 4).unwrap();
        assert_eq!(**key, [0x8d, 0xa4, 0xe7, 0x75]);
    }
}
