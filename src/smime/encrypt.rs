//! Envelopes made: content encrypted once, its key for each recipient (RFC 5652 §6, 5083, 5084, RFC 8551 §3.3).
//!
//! The structure is written here and the mathematics are OpenSSL's. The content goes through the cipher once, straight
//! into the envelope, for which room was made beforehand. Content keys and nonces are made for one message only.

use std::collections::HashSet;

use openssl::cipher::{Cipher, CipherRef};
use openssl::cipher_ctx::CipherCtx;
use openssl::error::ErrorStack;
use openssl::rand::rand_bytes;
use zeroize::Zeroizing;

use super::choices::{Encoding, KeyTransport, MakingCipher};
use super::cms::content_type;
use super::enveloped_data::EnvelopeKind;
use super::identifier::IdentifierForm;
use super::make_recipients::{RecipientInfos, recipient_infos};
use super::sign::push_pkcs7_mime;
use super::write::{CONTEXT_0, Frame, Frames, IMPLICIT_0, OCTET_STRING, PIECE, SEQUENCE, algorithm, object, small};
use crate::asn1::{der, oid};
use crate::openssl_ffi::cipher_append;
use crate::pki::Certificate;

/// What an envelope is made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EncryptionOptions {
    /// The cipher of the content.
    pub content: MakingCipher,
    /// How RSA recipients get the key.
    pub key_transport: KeyTransport,
    /// How recipients are named.
    pub identifier: IdentifierForm,
    /// How the envelope is encoded.
    pub encoding: Encoding,
}

/// Why no envelope was made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EncryptError {
    /// Nobody to encrypt for.
    #[error("there is no certificate to encrypt for: find or import one for a recipient")]
    NoRecipient,
    /// Named by key identifier without having one.
    #[error("the certificate “{certificate}” has no key identifier: name recipients by issuer and serial number")]
    NoKeyIdentifier {
        /// Its common name.
        certificate: String,
    },
    /// OpenSSL refused.
    #[error("the message could not be encrypted: {0}")]
    OpenSsl(#[from] ErrorStack),
    /// A key that cannot receive content keys.
    #[error(
        "the certificate “{certificate}” has a {key} key, for which nothing can be encrypted: ask for an RSA or EC one"
    )]
    UnsupportedKey {
        /// Its common name.
        certificate: String,
        /// The kind of its key.
        key: String,
    },
}

/// An EnvelopedData (CBC) or AuthEnvelopedData (GCM) of exactly `content`: encrypted once, each certificate served once.
///
/// # Errors
/// [`EncryptError`]
pub fn encrypt(
    content: &[u8],
    recipients: &[Certificate],
    options: &EncryptionOptions,
) -> Result<Vec<u8>, EncryptError> {
    let mut served: HashSet<&[u8]> = HashSet::new();
    let recipients: Vec<&Certificate> =
        recipients.iter().filter(|certificate| served.insert(certificate.der())).collect();
    if recipients.is_empty() {
        return Err(EncryptError::NoRecipient);
    }
    let secrets = Secrets::generate(options.content)?;
    let infos = recipient_infos(&recipients, &secrets.key, options)?;
    Ok(envelope(content, &infos, &secrets, options)?)
}

/// What is made for one message and never used again.
struct Secrets {
    key: Zeroizing<Vec<u8>>,
    /// Initialisation vector or nonce.
    vector: Vec<u8>,
}

impl Secrets {
    fn generate(cipher: MakingCipher) -> Result<Self, ErrorStack> {
        let implementation = implementation(cipher);
        let mut key = Zeroizing::new(vec![0; implementation.key_length()]);
        let mut vector = vec![0; implementation.iv_length()];
        rand_bytes(&mut key)?;
        rand_bytes(&mut vector)?;
        Ok(Self { key, vector })
    }
}

fn implementation(cipher: MakingCipher) -> &'static CipherRef {
    match cipher {
        MakingCipher::Aes128Cbc => Cipher::aes_128_cbc(),
        MakingCipher::Aes192Cbc => Cipher::aes_192_cbc(),
        MakingCipher::Aes256Cbc => Cipher::aes_256_cbc(),
        MakingCipher::Aes128Gcm => Cipher::aes_128_gcm(),
        MakingCipher::Aes192Gcm => Cipher::aes_192_gcm(),
        MakingCipher::Aes256Gcm => Cipher::aes_256_gcm(),
    }
}

const fn cipher_oid(cipher: MakingCipher) -> &'static str {
    match cipher {
        MakingCipher::Aes128Cbc => "2.16.840.1.101.3.4.1.2",
        MakingCipher::Aes192Cbc => "2.16.840.1.101.3.4.1.22",
        MakingCipher::Aes256Cbc => "2.16.840.1.101.3.4.1.42",
        MakingCipher::Aes128Gcm => "2.16.840.1.101.3.4.1.6",
        MakingCipher::Aes192Gcm => "2.16.840.1.101.3.4.1.26",
        MakingCipher::Aes256Gcm => "2.16.840.1.101.3.4.1.46",
    }
}

/// Octets of a tag; RFC 5084 §3.2 takes 12 where nothing is said, so it is said.
const TAG: u8 = 16;

/// The parameters are the initialisation vector (RFC 3565 §4.1), or nonce and length of the tag (RFC 5084 §3.2).
fn cipher_algorithm(cipher: MakingCipher, vector: &[u8]) -> Vec<u8> {
    let vector = der::value(OCTET_STRING, vector);
    let parameters = if cipher.is_authenticated() { der::sequence(&[&vector, &small(TAG)]) } else { vector };
    algorithm(cipher_oid(cipher), &parameters)
}

fn envelope(
    content: &[u8],
    infos: &RecipientInfos,
    secrets: &Secrets,
    options: &EncryptionOptions,
) -> Result<Vec<u8>, ErrorStack> {
    let authenticated = options.content.is_authenticated();
    let (content_type, version) = match (authenticated, infos.all_version_0) {
        (true, _) => (oid::AUTH_ENVELOPED_DATA, 0),
        (false, true) => (oid::ENVELOPED_DATA, 0),
        (false, false) => (oid::ENVELOPED_DATA, 2),
    };
    let content_type = object(content_type);
    let before_content = [&small(version), infos.set.as_slice()].concat();
    let content_info = [object(oid::DATA), cipher_algorithm(options.content, &secrets.vector)].concat();
    let tag = usize::from(TAG);
    let after_content = if authenticated { der::header_length(tag).saturating_add(tag) } else { 0 };
    let frames = Frames {
        encoding: options.encoding,
        frames: vec![
            Frame::new(SEQUENCE, &content_type),
            Frame::new(CONTEXT_0, &[]),
            Frame::new(SEQUENCE, &before_content).followed_by(after_content),
            Frame::new(SEQUENCE, &content_info),
        ],
        string: Some(IMPLICIT_0),
    };
    let block = implementation(options.content).block_size();
    // CBC adds 1 to 16 octets of padding (RFC 5652 §6.3); GCM adds none.
    let length = if authenticated { content.len() } else { (content.len() / block).saturating_add(1) * block };
    let mut out = frames.open(length);
    let mac = encrypt_into(&mut out, content, length, secrets, options, &frames)?;
    frames.close(&mut out, &mac);
    Ok(out)
}

/// The content, piece by piece; gives the mac as it is encoded, or nothing.
fn encrypt_into(
    out: &mut Vec<u8>,
    content: &[u8],
    length: usize,
    secrets: &Secrets,
    options: &EncryptionOptions,
    frames: &Frames<'_>,
) -> Result<Vec<u8>, ErrorStack> {
    let mut context = CipherCtx::new()?;
    context.encrypt_init(Some(implementation(options.content)), Some(&secrets.key), Some(&secrets.vector))?;
    let last = content.len().saturating_sub(1) / PIECE * PIECE;
    let (pieces, rest) = content.split_at_checked(last).unwrap_or((&[], content));
    for piece in pieces.chunks(PIECE) {
        frames.piece(out, piece.len());
        cipher_append(&mut context, piece, out)?;
    }
    frames.piece(out, length.saturating_sub(last));
    cipher_append(&mut context, rest, out)?;
    context.cipher_final_vec(out)?;
    if !options.content.is_authenticated() {
        return Ok(Vec::new());
    }
    let mut mac = [0; 16];
    context.tag(&mut mac)?;
    Ok(der::value(OCTET_STRING, &mac))
}

/// The `application/pkcs7-mime` entity around an envelope: header fields, an empty line, base64.
#[must_use]
pub fn enveloped_entity(cms: &[u8]) -> Vec<u8> {
    let mut entity = Vec::new();
    push_enveloped_entity(&mut entity, cms);
    entity
}

/// Adds what [`enveloped_entity`] gives to header fields that are there already.
pub fn push_enveloped_entity(message: &mut Vec<u8>, cms: &[u8]) {
    let authenticated = content_type(cms).is_some_and(|kind| kind == oid::AUTH_ENVELOPED_DATA);
    let kind = if authenticated { EnvelopeKind::AuthEnveloped } else { EnvelopeKind::Enveloped };
    push_pkcs7_mime(message, kind.smime_type(), cms);
}
