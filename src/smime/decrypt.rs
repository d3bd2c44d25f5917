//! Decryption in two steps: the content key for one recipient, the content once (RFC 5652 §6, 5083, 8017 §7).
//!
//! A key is tried only where a RecipientInfo names its certificate. OpenSSL answers a wrong RSA key with a random content
//! key, and CBC takes one in 256 random keys for right; therefore the PKCS #1 v1.5 padding is checked here, explicitly,
//! and what comes out must be a MIME entity. The reasons are for the local screen: whoever answers a sender says one and
//! the same thing for every failure.

use std::fmt;
use std::ops::Range;

use openssl::error::ErrorStack;
use openssl::md::MdRef;
use openssl::pkey::{PKeyRef, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use zeroize::Zeroizing;

use super::algorithm::DigestAlgorithm;
use super::content_cipher::{Ciphertext, ContentCipher};
use super::enveloped_data::{EnvelopeKind, EnvelopedData};
use super::key_agreement;
use super::key_encryption::KeyEncryption;
use super::recipient_info::{KeyAgreement, Originator, RecipientInfo, RecipientKind};
use super::signature::implementation;
use crate::asn1::{der, oid};
use crate::pki::PrivateKeyEntry;
use crate::span::{Buffer, BufferName};

/// One certificate may be served more than once, with different paddings; a thousand times is an attack on our time.
const MOST_ATTEMPTS: usize = 8;

/// The key of the content, and the recipient it was found for.
#[derive(Clone)]
pub struct ContentKey {
    octets: Zeroizing<Vec<u8>>,
    recipient_index: usize,
}

impl ContentKey {
    /// The place among the recipients of the envelope.
    #[must_use]
    pub const fn recipient_index(&self) -> usize {
        self.recipient_index
    }
}

impl PartialEq for ContentKey {
    fn eq(&self, other: &Self) -> bool {
        self.octets.len() == other.octets.len() && openssl::memcmp::eq(&self.octets, &other.octets)
    }
}

// The key is a secret.
impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentKey(for recipient {})", self.recipient_index)
    }
}

/// Why a key that an envelope names does not give the content key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// The padding, the check value or the length is wrong.
    #[error("the content key does not decrypt with this private key: it was encrypted for another key, or altered")]
    DoesNotUnwrap,
    /// Known by name at most.
    #[error("the content key is encrypted with {0}, which cannot be decrypted here")]
    Unsupported(String),
}

/// Why the content does not decrypt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Padding, tag or length is wrong.
    #[error("the encrypted content does not decrypt: it was altered or cut off on the way")]
    DoesNotDecrypt,
    /// Octets came out, but no message.
    #[error("what decrypts is not a MIME entity: the content was altered on the way, or is no message")]
    NotMime,
    /// Known by name at most.
    #[error("the content is encrypted with {0}, which cannot be decrypted here")]
    Unsupported(String),
}

/// Why an envelope stays closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecryptFailure {
    /// The content key is there, the content is not.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// None of the keys is one that the envelope names.
    #[error("the message was not encrypted for any of the keys held here")]
    NotForTheseKeys,
    /// A key is named, but gives no content key.
    #[error(transparent)]
    Unwrap(#[from] UnwrapError),
}

/// An opened envelope.
#[derive(Clone, Debug)]
pub struct Decryption {
    /// The content.
    pub plaintext: Buffer,
    /// Its cipher.
    pub cipher: ContentCipher,
    /// The place among the recipients of the envelope.
    pub recipient_index: usize,
    /// Whether a change of the ciphertext would have been noticed.
    pub authenticated: bool,
}

/// Opens an envelope with the first of the keys that does.
///
/// # Errors
/// [`DecryptFailure`] when none does; the last failure, if several keys are named.
pub fn decrypt(envelope: &EnvelopedData, keys: &[&PrivateKeyEntry]) -> Result<Decryption, DecryptFailure> {
    let mut failure = DecryptFailure::NotForTheseKeys;
    for unwrapped in keys.iter().filter_map(|key| unwrap_key(envelope, key)) {
        match unwrapped {
            Ok(key) => {
                return Ok(Decryption {
                    plaintext: decrypt_content(envelope, &key)?,
                    cipher: envelope.cipher.clone(),
                    recipient_index: key.recipient_index,
                    authenticated: envelope.kind == EnvelopeKind::AuthEnveloped,
                });
            }
            Err(error) => failure = error.into(),
        }
    }
    Err(failure)
}

/// The content key by way of `entry`; `None` if no RecipientInfo names its certificate.
#[must_use]
pub fn unwrap_key(envelope: &EnvelopedData, entry: &PrivateKeyEntry) -> Option<Result<ContentKey, UnwrapError>> {
    let mut outcome = None;
    let named = |recipient: &RecipientInfo| recipient.identifier().is_some_and(|id| id.names(entry.certificate()));
    let recipients = envelope.recipients.iter().enumerate().filter(|(_, recipient)| named(recipient));
    for (recipient_index, recipient) in recipients.take(MOST_ATTEMPTS) {
        let unwrapped = unwrap_recipient(envelope, recipient, entry);
        // OpenSSL's reasons would tell more than may be told, to whoever asks next.
        drop(ErrorStack::get());
        match unwrapped {
            Ok(octets) => return Some(Ok(ContentKey { octets, recipient_index })),
            Err(error) => outcome = Some(Err(error)),
        }
    }
    outcome
}

/// The content key by way of `entry` out of one RecipientInfo, whatever certificate that names: a certificate that was
/// renewed over the same key has another serial number. `None` if there is no RecipientInfo of that place.
///
/// Only for explaining on the local screen. A key of another length than the cipher's, wrong padding and a wrong key are
/// one failure, as in [`unwrap_key`]; with PKCS #1 v1.5 a success proves nothing before the content decrypts as well.
#[must_use]
pub fn unwrap_key_of(
    envelope: &EnvelopedData,
    recipient_index: usize,
    entry: &PrivateKeyEntry,
) -> Option<Result<ContentKey, UnwrapError>> {
    let recipient = envelope.recipients.get(recipient_index)?;
    let unwrapped = unwrap_recipient(envelope, recipient, entry);
    drop(ErrorStack::get());
    Some(unwrapped.map(|octets| ContentKey { octets, recipient_index }))
}

fn unwrap_recipient(
    envelope: &EnvelopedData,
    recipient: &RecipientInfo,
    entry: &PrivateKeyEntry,
) -> Result<Zeroizing<Vec<u8>>, UnwrapError> {
    let length = key_length(&envelope.cipher)?;
    let key = match &recipient.kind {
        RecipientKind::KeyTransport { algorithm, encrypted_key, .. } => match algorithm {
            KeyEncryption::RsaPkcs1V15 => unwrap_pkcs1(entry.key(), encrypted_key, length)?,
            KeyEncryption::RsaOaep { digest, mask_digest, label } => {
                let (digest, mask) = (oaep_digest(digest)?, oaep_digest(mask_digest)?);
                unwrap_oaep(entry.key(), encrypted_key, digest, mask, label).map_err(|_| UnwrapError::DoesNotUnwrap)?
            }
            other => return Err(UnwrapError::Unsupported(other.to_string())),
        },
        RecipientKind::KeyAgreement { agreement, encrypted_key, .. } => {
            let certificates = &envelope.originator_certificates;
            key_agreement::unwrap(agreement, encrypted_key, entry.key(), certificates).map_err(|fault| match fault {
                key_agreement::Fault::DoesNotUnwrap => UnwrapError::DoesNotUnwrap,
                key_agreement::Fault::Unsupported => UnwrapError::Unsupported(unsupported_agreement(agreement)),
            })?
        }
        _ => {
            let name = recipient.algorithm_name();
            return Err(UnwrapError::Unsupported(name.unwrap_or_else(|| recipient.kind_name().to_owned())));
        }
    };
    if key.len() == length { Ok(key) } else { Err(UnwrapError::DoesNotUnwrap) }
}

fn key_length(cipher: &ContentCipher) -> Result<usize, UnwrapError> {
    cipher.key_length().ok_or_else(|| UnwrapError::Unsupported(cipher.to_string()))
}

/// A certificate that is named and not brought along is the only thing that an agreement may lack beside its algorithm.
fn unsupported_agreement(agreement: &KeyAgreement) -> String {
    match (&agreement.originator, &agreement.algorithm) {
        (Some(Originator::Certificate(identifier)), KeyEncryption::Ecdh { .. }) => {
            format!("{} and a key of the certificate with {identifier}", agreement.algorithm)
        }
        _ => agreement.algorithm.to_string(),
    }
}

fn oaep_digest(digest: &DigestAlgorithm) -> Result<&'static MdRef, UnwrapError> {
    implementation(digest).ok_or_else(|| UnwrapError::Unsupported(format!("RSA-OAEP with {digest}")))
}

/// EME-PKCS1-v1_5 (RFC 8017 §7.2.2) for a key of known length: `00 02`, nonzero octets, `00`, the key.
///
/// Every octet is looked at whatever the ones before it say, and there is one failure.
fn unwrap_pkcs1(key: &PKeyRef<Private>, encrypted: &[u8], length: usize) -> Result<Zeroizing<Vec<u8>>, UnwrapError> {
    let failed = |_: ErrorStack| UnwrapError::DoesNotUnwrap;
    let rsa = key.rsa().map_err(failed)?;
    let size = usize::try_from(rsa.size()).unwrap_or_default();
    // 00 02, at least eight octets of padding, 00.
    let Some(separator) = size.checked_sub(length.saturating_add(1)).filter(|separator| *separator >= 10) else {
        return Err(UnwrapError::DoesNotUnwrap);
    };
    if encrypted.len() > size {
        return Err(UnwrapError::DoesNotUnwrap);
    }
    let mut block = Zeroizing::new(vec![0; size]);
    rsa.private_decrypt(encrypted, &mut block, Padding::NONE).map_err(failed)?;
    let wrong = block.iter().enumerate().take(separator.saturating_add(1)).fold(0_u8, |wrong, (place, octet)| {
        wrong
            | match place {
                0 => *octet,
                1 => *octet ^ 2,
                _ if place == separator => *octet,
                _ => u8::from(*octet == 0),
            }
    });
    let content_key = Zeroizing::new(block.get(separator.saturating_add(1)..).unwrap_or_default().to_vec());
    if wrong == 0 { Ok(content_key) } else { Err(UnwrapError::DoesNotUnwrap) }
}

fn unwrap_oaep(
    key: &PKeyRef<Private>,
    encrypted: &[u8],
    digest: &MdRef,
    mask: &MdRef,
    label: &[u8],
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.decrypt_init()?;
    context.set_rsa_padding(Padding::PKCS1_OAEP)?;
    context.set_rsa_oaep_md(digest)?;
    context.set_rsa_mgf1_md(mask)?;
    if !label.is_empty() {
        context.set_rsa_oaep_label(label)?;
    }
    let mut content_key = Zeroizing::new(Vec::new());
    context.decrypt_to_vec(encrypted, &mut content_key)?;
    Ok(content_key)
}

/// The content. Of an authenticated cipher nothing is given out before the tag was checked.
///
/// # Errors
/// [`ContentError`] when it does not decrypt, or to something that is no MIME entity.
pub fn decrypt_content(envelope: &EnvelopedData, key: &ContentKey) -> Result<Buffer, ContentError> {
    let authenticated = envelope.kind == EnvelopeKind::AuthEnveloped;
    if envelope.cipher.is_authenticated() != authenticated {
        // A cipher without a tag under a type that promises one, or the reverse, is a relabelled message (RFC 9709 §1).
        let kind = envelope.kind.smime_type();
        return Err(ContentError::Unsupported(format!("{} in {kind}", envelope.cipher)));
    }
    let plaintext = run_cipher(envelope, key);
    drop(ErrorStack::get());
    let plaintext = plaintext?;
    if envelope.content_type == oid::DATA && !is_mime_entity(&plaintext) {
        return Err(ContentError::NotMime);
    }
    Ok(Buffer::new(BufferName::Decrypted, plaintext))
}

fn run_cipher(envelope: &EnvelopedData, key: &ContentKey) -> Result<Vec<u8>, ContentError> {
    let slices = |ranges: &[Range<usize>]| -> Vec<&[u8]> {
        ranges.iter().map(|range| envelope.buffer().slice(range.clone())).collect()
    };
    let attributes = envelope.authenticated.as_deref().map(|ranges| der::sorted_set(&slices(ranges)));
    let segments = slices(&envelope.ciphertext);
    let message = Ciphertext { segments: &segments, authenticated: attributes.as_deref(), tag: &envelope.mac };
    envelope.algorithm.decrypt(&key.octets, &message).map_err(|failure| match failure {
        None => ContentError::Unsupported(envelope.cipher.to_string()),
        Some(_) => ContentError::DoesNotDecrypt,
    })
}

/// Whether there is a header field before the first empty line. What a wrong key gives never looks like that.
#[must_use]
pub fn is_mime_entity(octets: &[u8]) -> bool {
    let lines = octets.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut header = lines.take(100).take_while(|line| !line.is_empty());
    header.any(|line| {
        let name = line.split(|octet| *octet == b':').next().unwrap_or_default();
        name.len() < line.len() && name.len() > 2 && name.iter().all(u8::is_ascii_graphic)
    })
}
