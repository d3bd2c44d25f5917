//! The encrypted layer: made again around something else, or with one octet of its ciphertext changed.

use super::octets::{flip, with_body};
use super::{BreakError, Change};
use crate::asn1::{Tree, tag};
use crate::finding::Ledger;
use crate::limits::Limits;
use crate::mime::Entity;
use crate::pki::Certificate;
use crate::smime::{
    CertificateIdentifier, ContentCipher, EncryptionOptions, EnvelopedData, IdentifierForm, KeyEncryption,
    KeyTransport, MakingCipher, OaepDigest, RecipientInfo, encrypt,
};
use crate::span::{Buffer, BufferName};

/// A message with something else inside its encryption.
pub(super) struct Sealed {
    pub(super) message: Vec<u8>,
    /// How many it was encrypted for that the new one is not.
    pub(super) left_out: usize,
}

/// Whether the outermost layer is an encryption, as far as its header tells.
pub(super) fn check(message: &Buffer) -> Result<(), BreakError> {
    entity(message).map(drop)
}

fn entity(message: &Buffer) -> Result<Entity, BreakError> {
    let entity = Entity::parse_whole(message, &Limits::DEFAULT, &mut Ledger::new())?;
    let kind = &entity.content_type;
    let is_cms = ["pkcs7-mime", "x-pkcs7-mime", "octet-stream"].iter().any(|subtype| kind.is("application", subtype));
    if is_cms { Ok(entity) } else { Err(BreakError::NotEncrypted) }
}

/// The message with `inside` encrypted for the same certificates, as far as they are among `known`.
pub(super) fn again(message: &Buffer, inside: &[u8], known: &[&Certificate]) -> Result<Sealed, BreakError> {
    let carrier = entity(message)?;
    let cms = Buffer::new(BufferName::EncryptedCms, carrier.decoded_body().octets);
    let data = EnvelopedData::read(&cms, &Limits::DEFAULT)?;
    let certificate = |info: &RecipientInfo| {
        let identifier = info.identifier()?;
        known.iter().find(|certificate| identifier.names(certificate)).map(|found| (*found).clone())
    };
    let recipients: Vec<Certificate> = data.recipients.iter().filter_map(certificate).collect();
    if recipients.is_empty() {
        return Err(BreakError::NobodyToEncryptFor);
    }
    let left_out = data.recipients.len().saturating_sub(recipients.len());
    let cms = encrypt(inside, &recipients, &options(&data))?;
    Ok(Sealed { message: with_body(&carrier, &cms)?, left_out })
}

// The same algorithms, as far as they are still made.
fn options(data: &EnvelopedData) -> EncryptionOptions {
    let content = match &data.cipher {
        ContentCipher::Aes128Cbc => MakingCipher::Aes128Cbc,
        ContentCipher::Aes192Cbc => MakingCipher::Aes192Cbc,
        ContentCipher::Aes128Gcm | ContentCipher::Aes128Ccm => MakingCipher::Aes128Gcm,
        ContentCipher::Aes192Gcm | ContentCipher::Aes192Ccm => MakingCipher::Aes192Gcm,
        authenticated if authenticated.is_authenticated() => MakingCipher::Aes256Gcm,
        _ => MakingCipher::Aes256Cbc,
    };
    let transport = data.recipients.iter().find_map(|info| match info.key_encryption()? {
        KeyEncryption::RsaPkcs1V15 => Some(KeyTransport::Pkcs1V15),
        KeyEncryption::RsaOaep { digest, .. } => {
            let named = digest.to_string();
            OaepDigest::ALL.into_iter().find(|oaep| oaep.as_str() == named).map(KeyTransport::Oaep)
        }
        _ => None,
    });
    let by_key = |info: &RecipientInfo| matches!(info.identifier(), Some(CertificateIdentifier::SubjectKeyId(_)));
    let identifier =
        if data.recipients.iter().all(by_key) { IdentifierForm::SubjectKeyId } else { IdentifierForm::IssuerSerial };
    EncryptionOptions {
        content,
        key_transport: transport.unwrap_or_default(),
        identifier,
        ..EncryptionOptions::default()
    }
}

/// The message with an octet in the middle of its ciphertext changed.
pub(super) fn flip_ciphertext(message: &Buffer) -> Result<(Vec<u8>, Change), BreakError> {
    let carrier = entity(message)?;
    let mut cms = carrier.decoded_body().octets;
    let (place, at) = middle(&cms).ok_or(BreakError::NotEncrypted)?;
    let change = match flip(&mut cms, place)? {
        Change::Octet { was, is, .. } => Change::Octet { at, was, is },
        other => other,
    };
    Ok((with_body(&carrier, &cms)?, change))
}

/// Where the middle of the ciphertext is: in the CMS, and in the ciphertext.
fn middle(cms: &[u8]) -> Option<(usize, usize)> {
    let tree = Tree::parse(cms, &Limits::DEFAULT);
    let envelope = tree.root()?.child(1)?.child(0)?;
    let info = envelope.children().find(|field| field.is(tag::SEQUENCE))?;
    let segments = info.children().find(|field| field.is_context(0))?.octet_string_segments()?;
    let half = segments.iter().map(ExactSizeIterator::len).sum::<usize>() / 2;
    let mut before: usize = 0;
    for segment in segments {
        let within = half.saturating_sub(before);
        if within < segment.len() {
            return Some((segment.start.saturating_add(within), half));
        }
        before = before.saturating_add(segment.len());
    }
    None
}
