//! Envelopes made: content encrypted once, its key for each recipient (RFC 5652 §6, 5083, RFC 8551 §3.3).

use std::collections::HashSet;

use openssl::error::ErrorStack;
use openssl::md::{Md, MdRef};
use openssl::symm::Cipher;

use super::cms::content_type;
use super::enveloped_data::EnvelopeKind;
use super::identifier::IdentifierForm;
use super::sign::MakingDigest;
use crate::asn1::oid;
use crate::mime::transfer::encode_base64_lines;
use crate::openssl_ffi::{self, NewRecipient, Transport};
use crate::pki::{Certificate, KeyAlgorithm};

/// The content ciphers that are made; Triple DES is not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MakingCipher {
    /// AES-128-CBC
    Aes128Cbc,
    /// AES-192-CBC
    Aes192Cbc,
    /// AES-256-CBC: read by every program.
    #[default]
    Aes256Cbc,
    /// AES-128-GCM: notices changes; the reference agents cannot read it.
    Aes128Gcm,
    /// AES-256-GCM: notices changes; the reference agents cannot read it.
    Aes256Gcm,
}

impl MakingCipher {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Aes128Cbc, Self::Aes192Cbc, Self::Aes256Cbc, Self::Aes128Gcm, Self::Aes256Gcm];

    /// The name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aes128Cbc => "aes-128-cbc",
            Self::Aes192Cbc => "aes-192-cbc",
            Self::Aes256Cbc => "aes-256-cbc",
            Self::Aes128Gcm => "aes-128-gcm",
            Self::Aes256Gcm => "aes-256-gcm",
        }
    }

    fn cipher(self) -> Cipher {
        match self {
            Self::Aes128Cbc => Cipher::aes_128_cbc(),
            Self::Aes192Cbc => Cipher::aes_192_cbc(),
            Self::Aes256Cbc => Cipher::aes_256_cbc(),
            Self::Aes128Gcm => Cipher::aes_128_gcm(),
            Self::Aes256Gcm => Cipher::aes_256_gcm(),
        }
    }
}

/// How the content key is encrypted for RSA keys; elliptic curve keys always agree on one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyTransport {
    /// RSAES-OAEP; the digest is the mask's too.
    Oaep(MakingDigest),
    /// RSAES-PKCS1-v1_5: read by every program.
    #[default]
    Pkcs1V15,
}

impl KeyTransport {
    /// What DirectTrust demands from 2026 on.
    pub const OAEP_SHA256: Self = Self::Oaep(MakingDigest::Sha256);

    fn padding(self) -> Transport<'static> {
        match self {
            Self::Oaep(digest) => Transport::Oaep(md(digest)),
            Self::Pkcs1V15 => Transport::Pkcs1V15,
        }
    }
}

fn md(digest: MakingDigest) -> &'static MdRef {
    match digest {
        MakingDigest::Sha256 => Md::sha256(),
        MakingDigest::Sha384 => Md::sha384(),
        MakingDigest::Sha512 => Md::sha512(),
    }
}

/// What an envelope is made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EncryptionOptions {
    /// The cipher of the content.
    pub content: MakingCipher,
    /// How RSA recipients get the key.
    pub key_transport: KeyTransport,
    /// How recipients are named.
    pub identifier: IdentifierForm,
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

/// An EnvelopedData (CBC) or AuthEnvelopedData (GCM), in DER, of exactly `content`: encrypted once, each certificate
/// served once.
///
/// # Errors
/// [`EncryptError`]
pub fn encrypt(
    content: &[u8],
    recipients: &[Certificate],
    options: &EncryptionOptions,
) -> Result<Vec<u8>, EncryptError> {
    let mut served: HashSet<&[u8]> = HashSet::new();
    let mut infos = Vec::new();
    for certificate in recipients.iter().filter(|certificate| served.insert(certificate.der())) {
        if !matches!(certificate.key_algorithm(), KeyAlgorithm::Rsa { .. } | KeyAlgorithm::Ec { .. }) {
            let key = certificate.key_algorithm().to_string();
            return Err(EncryptError::UnsupportedKey { certificate: certificate.common_name(), key });
        }
        let by_key_identifier = options.identifier == IdentifierForm::SubjectKeyId;
        if by_key_identifier && certificate.subject_key_id().is_none() {
            return Err(EncryptError::NoKeyIdentifier { certificate: certificate.common_name() });
        }
        let transport = options.key_transport.padding();
        infos.push(NewRecipient { certificate: certificate.x509(), transport, by_key_identifier });
    }
    if infos.is_empty() {
        return Err(EncryptError::NoRecipient);
    }
    Ok(openssl_ffi::envelope(content, &infos, options.content.cipher())?)
}

/// The `application/pkcs7-mime` entity around an envelope: header fields, an empty line, base64.
#[must_use]
pub fn enveloped_entity(cms: &[u8]) -> Vec<u8> {
    let authenticated = content_type(cms).is_some_and(|kind| kind == oid::AUTH_ENVELOPED_DATA);
    let kind = if authenticated { EnvelopeKind::AuthEnveloped } else { EnvelopeKind::Enveloped };
    let header = format!(
        "Content-Type: application/pkcs7-mime; smime-type={};\r\n\
         \tname=\"smime.p7m\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\
         \r\n",
        kind.smime_type()
    );
    let mut entity = header.into_bytes();
    entity.extend(encode_base64_lines(cms));
    entity
}
