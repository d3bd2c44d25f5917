//! The layers of a message as the agents take them apart: envelope, signed entity, wrapped message.

use std::collections::HashMap;

use crate::finding::Ledger;
use crate::limits::Limits;
use crate::mail::lines::lines;
use crate::mail::{Envelope, HeaderSection};
use crate::mime::{Entity, TransferEncoding, multipart};
use crate::smime::decrypt::{ContentKey, decrypt_content, unwrap_key};
use crate::smime::verify::{SignerCheck, verify_embedded_signers, verify_signers};
use crate::smime::{EnvelopedData, RecipientKind, SignedData};
use crate::span::{Buffer, BufferName};
use crate::trust::NamedKey;

/// The outer entity.
pub(super) fn outer(envelope: &Envelope, limits: &Limits) -> Option<Entity> {
    Entity::parse_whole(&envelope.message, limits, &mut Ledger::new()).ok()
}

/// The envelope in an entity.
pub(super) fn read_envelope(entity: &Entity, limits: &Limits) -> Option<EnvelopedData> {
    let cms = Buffer::new(BufferName::EncryptedCms, entity.decoded_body().octets);
    EnvelopedData::read(&cms, limits).ok()
}

/// Whether a RecipientInfo of the kind that both agents know, key transport, names this key.
fn is_transported_to(data: &EnvelopedData, key: &NamedKey) -> bool {
    let certificate = key.entry.certificate();
    data.recipients.iter().any(|info| {
        matches!(info.kind, RecipientKind::KeyTransport { .. })
            && info.identifier().is_some_and(|identifier| identifier.names(certificate))
    })
}

/// An encrypted layer with the keys that were tried on it: each once, however many recipients share it, and the content
/// decrypted once for each content key.
pub(super) struct Opening<'d> {
    data: &'d EnvelopedData,
    tried: HashMap<[u8; 32], Option<ContentKey>>,
    opened: Option<(ContentKey, Buffer)>,
}

impl<'d> Opening<'d> {
    pub(super) fn of(data: &'d EnvelopedData) -> Self {
        Self { data, tried: HashMap::new(), opened: None }
    }

    /// Whether one of these keys opens the content.
    pub(super) fn opens(&mut self, keys: &[&NamedKey]) -> bool {
        keys.iter().any(|key| self.opens_by(key))
    }

    fn opens_by(&mut self, key: &NamedKey) -> bool {
        let data = self.data;
        let tried = self.tried.entry(*key.entry.certificate().fingerprint());
        let Some(content_key) = tried.or_insert_with(|| unwrapped(data, key)).clone() else { return false };
        match &self.opened {
            Some((known, _)) => *known == content_key,
            None => {
                let content = decrypt_content(data, &content_key).ok();
                self.opened = content.map(|content| (content_key, content));
                self.opened.is_some()
            }
        }
    }

    /// The content, once a key has opened it.
    pub(super) fn content(self) -> Option<Buffer> {
        self.opened.map(|(_, content)| content)
    }
}

fn unwrapped(data: &EnvelopedData, key: &NamedKey) -> Option<ContentKey> {
    if is_transported_to(data, key) { unwrap_key(data, &key.entry)?.ok() } else { None }
}

/// A signature with the content that it is about.
pub(super) struct Signed {
    pub(super) content: Entity,
    pub(super) data: Option<SignedData>,
    pub(super) is_opaque: bool,
}

impl Signed {
    /// Each signer over `octets`; over what is inside, where the signature is opaque.
    pub(super) fn check(&self, octets: &[u8], limits: &Limits) -> Vec<SignerCheck> {
        match &self.data {
            None => Vec::new(),
            Some(data) if self.is_opaque => verify_embedded_signers(data, limits),
            Some(data) => verify_signers(data, octets, limits),
        }
    }
}

/// What a decrypted entity is to an agent.
pub(super) enum Content {
    Detached(Signed),
    Opaque(Option<Signed>),
    Unsigned,
}

fn read_signature(octets: Vec<u8>, limits: &Limits) -> Option<SignedData> {
    SignedData::read(&Buffer::new(BufferName::SignatureCms, octets), limits).ok()
}

fn is_signature(part: &Entity) -> bool {
    ["pkcs7-signature", "x-pkcs7-signature"].iter().any(|subtype| part.content_type.is("application", subtype))
}

/// Takes a decrypted entity apart; of several parts the last that is no signature is the content.
pub(super) fn signed(decrypted: &Buffer, limits: &Limits) -> Content {
    let mut quiet = Ledger::new();
    let Ok(entity) = Entity::parse_whole(decrypted, limits, &mut quiet) else { return Content::Unsigned };
    let kind = &entity.content_type;
    if kind.is("application", "pkcs7-mime") || kind.is("application", "x-pkcs7-mime") {
        return opaque(&entity, limits);
    }
    if !kind.is("multipart", "signed") {
        return Content::Unsigned;
    }
    let ranges = multipart::split(&entity, limits, &mut quiet).map(|split| split.parts).unwrap_or_default();
    let parts: Vec<Entity> =
        ranges.into_iter().filter_map(|range| Entity::parse(&entity.buffer, range, limits, &mut quiet).ok()).collect();
    let signature = parts.iter().find(|part| is_signature(part));
    let Some(content) = parts.iter().rfind(|part| !is_signature(part)) else { return Content::Unsigned };
    let data = signature.and_then(|signature| read_signature(signature.decoded_body().octets, limits));
    Content::Detached(Signed { content: content.clone(), data, is_opaque: false })
}

fn opaque(entity: &Entity, limits: &Limits) -> Content {
    let Some(data) = read_signature(entity.decoded_body().octets, limits) else { return Content::Unsigned };
    let Some(content) = data.embedded_content() else { return Content::Opaque(None) };
    let buffer = Buffer::new(BufferName::SignedContent, content.into_owned());
    let content = Entity::parse_whole(&buffer, limits, &mut Ledger::new()).ok();
    Content::Opaque(content.map(|content| Signed { content, data: Some(data), is_opaque: true }))
}

/// The entity as JavaMail writes it again before it is hashed: header lines with CRLF, the body as it is.
pub(super) fn reemitted(entity: &Entity) -> Vec<u8> {
    let octets = entity.buffer.octets();
    let mut written = Vec::with_capacity(entity.range.len());
    for line in lines(octets, entity.header.range.clone()) {
        written.extend_from_slice(octets.get(line.content).unwrap_or_default());
        written.extend_from_slice(b"\r\n");
    }
    written.extend_from_slice(b"\r\n");
    written.extend_from_slice(entity.body_octets());
    written
}

/// Which encodings of a wrapped message an agent undoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undoes {
    /// Quoted-printable alone.
    QuotedPrintable,
    /// That and base64.
    Both,
}

/// The message that an agent goes on with: the wrapped one, or the outer headers over the signed entity.
pub(super) fn delivered(envelope: &Envelope, content: &Entity, undoes: Undoes, limits: &Limits) -> Buffer {
    if content.content_type.is_message() {
        let decoded = match (&content.transfer_encoding, undoes) {
            (TransferEncoding::QuotedPrintable, _) | (TransferEncoding::Base64, Undoes::Both) => {
                content.decoded_body().octets
            }
            _ => content.body_octets().to_vec(),
        };
        return Buffer::new(BufferName::Unwrapped, decoded);
    }
    let octets = envelope.message.octets();
    let header = HeaderSection::scan(octets, 0..octets.len(), limits);
    let mut message = Vec::new();
    for field in header.fields.iter().filter(|field| !field.name(octets).to_ascii_lowercase().starts_with("content-")) {
        message.extend_from_slice(octets.get(field.whole.clone()).unwrap_or_default());
    }
    message.extend_from_slice(content.octets());
    Buffer::new(BufferName::Unwrapped, message)
}
