//! Signatures made: a SignedData, detached or with its content, and the entities around both (RFC 5652 §5, RFC 8551
//! §3.5, RFC 1847 §2.1).
//!
//! The structure is written here and the mathematics are OpenSSL's. The content is read once, however many signers.

use std::collections::HashSet;

use openssl::error::ErrorStack;
use openssl::hash::Hasher;
use time::OffsetDateTime;

use super::choices::{AttributeSet, EmbedChain, Encoding, MakingDigest, RsaSignature};
use super::identifier::IdentifierForm;
use super::make_signers::{digest_for, message_digest, signer_info, version};
use super::write::{CONTEXT_0, Frame, Frames, OCTET_STRING, PIECE, SEQUENCE, digest_algorithm, object, small};
use crate::asn1::{der, oid};
use crate::mime::transfer::{base64_lines_length, push_base64_lines};
use crate::pki::{Certificate, PrivateKeyEntry};

/// What a signature is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningOptions {
    /// The digest.
    pub digest: MakingDigest,
    /// How signers are named.
    pub identifier: IdentifierForm,
    /// What is included.
    pub chain: EmbedChain,
    /// How RSA keys sign; other keys sign as their kind does.
    pub padding: RsaSignature,
    /// The attributes besides content-type and message-digest.
    pub attributes: AttributeSet,
    /// How the SignedData is encoded; its attributes are always DER.
    pub encoding: Encoding,
    /// The signing-time attribute.
    pub signing_time: OffsetDateTime,
}

impl SigningOptions {
    /// What most programs read, signed at `signing_time`.
    #[must_use]
    pub fn at(signing_time: OffsetDateTime) -> Self {
        Self {
            digest: MakingDigest::default(),
            identifier: IdentifierForm::default(),
            chain: EmbedChain::default(),
            padding: RsaSignature::default(),
            attributes: AttributeSet::default(),
            encoding: Encoding::default(),
            signing_time,
        }
    }
}

/// Why no signature was made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SignError {
    /// Nobody signs.
    #[error("there is no key to sign with: import a private key for the sender")]
    NoSigner,
    /// Named by key identifier without having one.
    #[error("the certificate “{certificate}” has no key identifier: name the signer by issuer and serial number")]
    NoKeyIdentifier {
        /// Its common name.
        certificate: String,
    },
    /// OpenSSL refused.
    #[error("the signature could not be made: {0}")]
    OpenSsl(#[from] ErrorStack),
    /// Out of the calendar.
    #[error("the signing time {0} cannot be written in a signature")]
    Time(OffsetDateTime),
    /// A key that cannot sign mail.
    #[error("the certificate “{certificate}” has a {key} key, which cannot sign: use an RSA, EC or Ed25519 one")]
    UnsupportedKey {
        /// Its common name.
        certificate: String,
        /// The kind of its key.
        key: String,
    },
}

/// A detached SignedData over exactly `content`: one SignerInfo per key, each key once.
///
/// # Errors
/// [`SignError`]
pub fn sign_detached(
    content: &[u8],
    signers: &[PrivateKeyEntry],
    options: &SigningOptions,
) -> Result<Vec<u8>, SignError> {
    let parts = Parts::make(content, signers, options)?;
    let without_content = der::sequence(&[&object(oid::DATA)]);
    let before = [parts.before.as_slice(), &without_content].concat();
    Ok(parts.frame(&before, Vec::new(), None, content, options))
}

/// A SignedData that carries `content` itself (RFC 8551 §3.5.2): one SignerInfo per key, each key once.
///
/// # Errors
/// [`SignError`]
pub fn sign_opaque(
    content: &[u8],
    signers: &[PrivateKeyEntry],
    options: &SigningOptions,
) -> Result<Vec<u8>, SignError> {
    let parts = Parts::make(content, signers, options)?;
    let content_type = object(oid::DATA);
    let inner = vec![Frame::new(SEQUENCE, &content_type), Frame::new(CONTEXT_0, &[])];
    Ok(parts.frame(&parts.before, inner, Some(OCTET_STRING), content, options))
}

/// What stands before and after the content.
struct Parts {
    /// version and digestAlgorithms.
    before: Vec<u8>,
    /// certificates and signerInfos.
    after: Vec<u8>,
}

impl Parts {
    fn make(content: &[u8], signers: &[PrivateKeyEntry], options: &SigningOptions) -> Result<Self, SignError> {
        let mut known: HashSet<&[u8]> = HashSet::new();
        let signers: Vec<&PrivateKeyEntry> =
            signers.iter().filter(|entry| known.insert(entry.certificate().der())).collect();
        if signers.is_empty() {
            return Err(SignError::NoSigner);
        }
        let digests = content_digests(content, &signers, options)?;
        let infos = signers.iter().map(|entry| {
            let wanted = digest_for(entry.certificate(), options.digest);
            let digest = digests.iter().find(|(digest, _)| *digest == wanted).map(|(_, value)| value.as_slice());
            signer_info(entry, digest.unwrap_or_default(), options)
        });
        let infos = infos.collect::<Result<Vec<_>, _>>()?;
        let algorithms: Vec<Vec<u8>> = digests.iter().map(|(digest, _)| digest_algorithm(*digest)).collect();
        let certificates = included(&signers, options.chain);
        Ok(Self {
            before: [&small(version(options.identifier)), der::sorted_set(&slices(&algorithms)).as_slice()].concat(),
            after: [certificates, der::sorted_set(&slices(&infos))].concat(),
        })
    }

    fn frame(
        &self,
        before: &[u8],
        inner: Vec<Frame<'_>>,
        string: Option<u8>,
        content: &[u8],
        options: &SigningOptions,
    ) -> Vec<u8> {
        let content_type = object(oid::SIGNED_DATA);
        let mut frames = vec![
            Frame::new(SEQUENCE, &content_type),
            Frame::new(CONTEXT_0, &[]),
            Frame::new(SEQUENCE, before).followed_by(self.after.len()),
        ];
        frames.extend(inner);
        let frames = Frames { encoding: options.encoding, frames, string };
        let content = if string.is_some() { content } else { &[] };
        let mut out = frames.open(content.len());
        for piece in content.chunks(PIECE) {
            frames.piece(&mut out, piece.len());
            out.extend_from_slice(piece);
        }
        frames.close(&mut out, &self.after);
        out
    }
}

fn slices(values: &[Vec<u8>]) -> Vec<&[u8]> {
    values.iter().map(Vec::as_slice).collect()
}

/// Each digest that a signer needs, once, of a content that is read once.
fn content_digests(
    content: &[u8],
    signers: &[&PrivateKeyEntry],
    options: &SigningOptions,
) -> Result<Vec<(MakingDigest, Vec<u8>)>, ErrorStack> {
    let mut hashers: Vec<(MakingDigest, Hasher)> = Vec::new();
    for digest in signers.iter().map(|entry| digest_for(entry.certificate(), options.digest)) {
        if !hashers.iter().any(|(known, _)| *known == digest) {
            hashers.push((digest, Hasher::new(message_digest(digest))?));
        }
    }
    for piece in content.chunks(PIECE) {
        hashers.iter_mut().try_for_each(|(_, hasher)| hasher.update(piece))?;
    }
    hashers.into_iter().map(|(digest, mut hasher)| Ok((digest, hasher.finish()?.to_vec()))).collect()
}

/// The certificates, each once, as the SET OF under `[0]`; nothing at all where there are none.
fn included(signers: &[&PrivateKeyEntry], chain: EmbedChain) -> Vec<u8> {
    let own = signers.iter().map(|entry| entry.certificate());
    let chains = signers.iter().flat_map(|entry| entry.chain()).filter(|certificate| !certificate.is_self_issued());
    let certificates: Vec<&Certificate> = match chain {
        EmbedChain::Nothing => return Vec::new(),
        EmbedChain::SignerOnly => own.collect(),
        EmbedChain::WithIntermediates => own.chain(chains).collect(),
    };
    let mut known = HashSet::new();
    let ders: Vec<&[u8]> =
        certificates.into_iter().map(Certificate::der).filter(|certificate| known.insert(*certificate)).collect();
    let mut set = der::sorted_set(&ders);
    if let Some(tag) = set.first_mut() {
        *tag = CONTEXT_0;
    }
    set
}

/// The `micalg` parameter for a signature by these keys: Ed25519 ones have a digest of their own.
#[must_use]
pub fn micalg_of(signers: &[PrivateKeyEntry], options: &SigningOptions) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in signers.iter().map(|entry| digest_for(entry.certificate(), options.digest).micalg()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(",")
}

/// The `application/pkcs7-mime` entity around a signature that carries its content (RFC 8551 §3.5.2).
#[must_use]
pub fn opaque_entity(cms: &[u8]) -> Vec<u8> {
    let mut entity = Vec::new();
    push_pkcs7_mime(&mut entity, "signed-data", cms);
    entity
}

/// Adds an entity of type `application/pkcs7-mime`, with the name that RFC 8551 §3.2.1 gives it: header fields, an
/// empty line, base64.
pub(super) fn push_pkcs7_mime(out: &mut Vec<u8>, smime_type: &str, cms: &[u8]) {
    let header = format!(
        "Content-Type: application/pkcs7-mime; smime-type={smime_type};\r\n\
         \tname=\"smime.p7m\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\
         \r\n"
    );
    out.reserve(header.len().saturating_add(base64_lines_length(cms.len())));
    out.extend_from_slice(header.as_bytes());
    push_base64_lines(cms, out);
}
