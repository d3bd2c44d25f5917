//! Elliptic curve Diffie-Hellman, its key derivation and the key unwrap (RFC 5753 §7, SEC 1 §3.6.1, RFC 3394).

use openssl::aes::{AesKey, unwrap_key};
use openssl::bn::BigNumContext;
use openssl::derive::Deriver;
use openssl::ec::{EcKey, EcPoint};
use openssl::error::ErrorStack;
use openssl::hash::Hasher;
use openssl::pkey::{PKey, PKeyRef, Private};
use zeroize::Zeroizing;

use super::algorithm::{DigestAlgorithm, KeyEncryption};
use super::enveloped_data::KeyAgreement;
use crate::asn1::der;

/// Why there is no content key.
pub(super) enum Fault {
    DoesNotUnwrap,
    Unsupported,
}

/// The content key. The unwrap has a check of its own, so a wrong key never gives one.
pub(super) fn unwrap(
    agreement: &KeyAgreement,
    encrypted_key: &[u8],
    key: &PKeyRef<Private>,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let KeyEncryption::Ecdh { derivation, wrap } = &agreement.algorithm else { return Err(Fault::Unsupported) };
    let originator = agreement.originator.as_deref().ok_or(Fault::Unsupported)?;
    let length: usize = match wrap.as_str() {
        "2.16.840.1.101.3.4.1.5" => 16,
        "2.16.840.1.101.3.4.1.25" => 24,
        "2.16.840.1.101.3.4.1.45" => 32,
        _ => return Err(Fault::Unsupported),
    };
    let shared = shared_secret(originator, key).map_err(|_| Fault::DoesNotUnwrap)?;
    let key_encryption_key = derive(agreement, derivation, &shared, length)?;
    let unwrapped_length = encrypted_key.len().checked_sub(8).ok_or(Fault::DoesNotUnwrap)?;
    // Content keys have at most 32 octets.
    if unwrapped_length > 64 || unwrapped_length % 8 != 0 {
        return Err(Fault::DoesNotUnwrap);
    }
    let aes = AesKey::new_decrypt(&key_encryption_key).map_err(|_| Fault::DoesNotUnwrap)?;
    let mut content_key = Zeroizing::new(vec![0; unwrapped_length]);
    unwrap_key(&aes, None, &mut content_key, encrypted_key).map_err(|_| Fault::DoesNotUnwrap)?;
    Ok(content_key)
}

/// Reading the originator's point refuses one that is not on the recipient's curve.
fn shared_secret(originator: &[u8], key: &PKeyRef<Private>) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let own = key.ec_key()?;
    let mut context = BigNumContext::new()?;
    let point = EcPoint::from_bytes(own.group(), originator, &mut context)?;
    let peer = EcKey::from_public_key(own.group(), &point)?;
    peer.check_key()?;
    let peer = PKey::from_ec_key(peer)?;
    let mut deriver = Deriver::new(key)?;
    deriver.set_peer(&peer)?;
    deriver.derive_to_vec().map(Zeroizing::new)
}

/// The X9.63 key derivation over ECC-CMS-SharedInfo.
fn derive(
    agreement: &KeyAgreement,
    derivation: &DigestAlgorithm,
    shared: &[u8],
    length: usize,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let bits = u32::try_from(length.saturating_mul(8)).map_err(|_| Fault::Unsupported)?;
    let public_info = der::value(0xa2, &der::value(0x04, &bits.to_be_bytes()));
    let material = agreement.material.as_deref().map(|material| der::value(0xa0, &der::value(0x04, material)));
    let information = der::sequence(&[&agreement.wrap_identifier, &material.unwrap_or_default(), &public_info]);
    let digest = derivation.message_digest().ok_or(Fault::Unsupported)?;
    let block = |counter: u32| -> Result<Vec<u8>, ErrorStack> {
        let mut hasher = Hasher::new(digest)?;
        hasher.update(shared)?;
        hasher.update(&counter.to_be_bytes())?;
        hasher.update(&information)?;
        Ok(hasher.finish()?.to_vec())
    };
    let mut derived = Zeroizing::new(Vec::with_capacity(128));
    let mut counter = 1;
    while derived.len() < length {
        derived.extend_from_slice(&block(counter).map_err(|_| Fault::Unsupported)?);
        counter += 1;
    }
    derived.truncate(length);
    Ok(derived)
}
