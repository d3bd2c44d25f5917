//! What the rows look at: the outer message, what was decrypted, the signature, the message inside.
//!
//! Everything is read once and by the readers that the agent uses; nothing is decided here. The spans are octets of
//! buffers that the agent's report has, as far as it has them.

use super::Place;
use crate::agent::{Report, SignerOutcome};
use crate::asn1::oid;
use crate::finding::Ledger;
use crate::limits::Limits;
use crate::mail::header::HeaderFaultKind;
use crate::mail::{Envelope, HeaderField};
use crate::mime::{Entity, MimeTree, SignedEntity, multipart, wrap};
use crate::pki::Certificate;
use crate::smime::{EnvelopedData, SignedData, content_type};
use crate::span::{Buffer, BufferName, Span};

/// Why a row about the inside cannot be decided.
pub(super) const NOT_DECRYPTED: &str = "Not decrypted: no key held here opened the message";
pub(super) const NOT_SIGNED: &str = "There is no signature that could be read";

/// Whether the message inside is a whole one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrapping {
    /// `message/rfc822`.
    Wrapped,
    /// The signed content has no header of its own.
    Unwrapped,
    /// Not known: the message is encrypted and was not opened.
    Unknown,
}

/// One message: a header section and what follows.
pub(super) struct Message {
    pub(super) place: Place,
    pub(super) entity: Entity,
    /// Whether another message inside has the header that counts, so that what is absent here is no fault.
    pub(super) relaxed: bool,
    /// Whether this message was wrapped, or wraps one.
    pub(super) wrapping: Wrapping,
}

impl Message {
    /// The first field of that name.
    pub(super) fn field(&self, name: &str) -> Option<&HeaderField> {
        self.entity.field(name)
    }

    /// Its value as it arrived.
    pub(super) fn value(&self, field: &HeaderField) -> Vec<u8> {
        field.value(self.entity.buffer.octets()).to_vec()
    }

    /// All fields of that name.
    pub(super) fn all(&self, name: &str) -> Vec<&HeaderField> {
        let octets = self.entity.buffer.octets();
        self.entity.header.fields.iter().filter(|field| field.is_named(octets, name)).collect()
    }

    /// Where a field is.
    pub(super) fn place_of(&self, field: &HeaderField) -> Option<Span> {
        Some(self.entity.buffer.span(field.whole.clone()))
    }

    /// Every entity of the message.
    pub(super) fn parts(&self) -> Vec<Entity> {
        parts_of(&self.entity.buffer, &Limits::DEFAULT)
    }

    pub(super) fn has_fault(&self, kind: HeaderFaultKind) -> Option<Span> {
        let fault = self.entity.header.faults.iter().find(|fault| fault.kind == kind)?;
        Some(self.entity.buffer.span(fault.first.clone()))
    }
}

/// The signed entity, taken apart as far as it goes.
pub(super) struct Signed {
    /// `multipart/signed`, or the opaque form.
    pub(super) entity: Entity,
    /// The parts of the multipart, however many there are.
    pub(super) parts: Vec<Entity>,
    /// The first part, or the content inside an opaque signature.
    pub(super) content: Option<Entity>,
    /// The second part.
    pub(super) signature: Option<Entity>,
    /// Whether RFC 1847 is kept; the reason if not.
    pub(super) multipart: Result<(), String>,
    /// The CMS of the signature.
    pub(super) data: Option<SignedData>,
}

impl Signed {
    pub(super) fn is_detached(&self) -> bool {
        self.entity.content_type.is("multipart", "signed")
    }
}

/// All that the rows look at.
pub(super) struct Subject<'a> {
    pub(super) envelope: &'a Envelope,
    pub(super) report: Option<&'a Report>,
    pub(super) outer: Option<Entity>,
    /// The encrypted layer.
    pub(super) enveloped: Option<EnvelopedData>,
    /// What was decrypted; of a message that is not encrypted, the message itself.
    pub(super) inner: Option<Entity>,
    pub(super) signed: Option<Signed>,
    messages: Vec<Message>,
    outer_parts: Vec<Entity>,
    inner_parts: Vec<Entity>,
    pub(super) wrapping: Wrapping,
    pub(super) limits: Limits,
}

impl<'a> Subject<'a> {
    pub(super) fn open(envelope: &'a Envelope, report: Option<&'a Report>) -> Self {
        let limits = Limits::DEFAULT;
        let outer = Entity::parse_whole(&envelope.message, &limits, &mut Ledger::new()).ok();
        let enveloped = outer.as_ref().and_then(|outer| read_envelope(outer, report, &limits));
        let inner = match (&enveloped, report) {
            (Some(_), report) => report.and_then(decrypted).and_then(|buffer| whole(buffer, &limits)),
            // An envelope that cannot be read hides what is in it; anything else lies open.
            (None, _) => outer.clone().filter(|outer| !claims_encryption(outer)),
        };
        let signed = inner.clone().and_then(|inner| open_signed(inner, report, &limits));
        let content = signed.as_ref().and_then(|signed| signed.content.clone());
        // A message that was encrypted without a signature is wrapped all the same.
        let wrapping_part = content.as_ref().or(inner.as_ref().filter(|_| signed.is_none()));
        let wrapped = wrapping_part.and_then(|part| open_wrapped(part, report, &limits));
        let wrapping = match (&content, &wrapped) {
            (_, Some(_)) => Wrapping::Wrapped,
            (Some(_), None) => Wrapping::Unwrapped,
            (None, None) if inner.is_some() => Wrapping::Unwrapped,
            (None, None) => Wrapping::Unknown,
        };
        let outer_parts: Vec<Entity> = match (&enveloped, &outer) {
            (None, Some(outer)) if !claims_encryption(outer) => parts_of(&outer.buffer, &limits),
            (_, outer) => outer.iter().cloned().collect(),
        };
        let inner_parts = match &inner {
            Some(inner) if enveloped.is_some() => parts_of(&inner.buffer, &limits),
            _ => Vec::new(),
        };
        let mut subject = Self {
            envelope,
            report,
            outer,
            enveloped,
            inner,
            signed,
            messages: Vec::new(),
            outer_parts,
            inner_parts,
            wrapping,
            limits,
        };
        subject.messages = subject.list_messages(wrapped);
        subject
    }

    fn list_messages(&self, wrapped: Option<Entity>) -> Vec<Message> {
        let relaxed = self.enveloped.is_some() && self.wrapping != Wrapping::Unwrapped;
        let outer =
            self.outer.clone().map(|entity| Message { place: Place::Outer, entity, relaxed, wrapping: self.wrapping });
        let wrapped = wrapped.map(|entity| Message {
            place: Place::Wrapped,
            entity,
            relaxed: false,
            wrapping: Wrapping::Wrapped,
        });
        outer.into_iter().chain(wrapped).collect()
    }

    /// The outer message, and the wrapped one where it was opened.
    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter()
    }

    /// The message that counts: the wrapped one, or else the outer one.
    pub(super) fn message(&self) -> Option<&Message> {
        self.messages.last().filter(|message| message.place == Place::Wrapped || self.wrapping == Wrapping::Unwrapped)
    }

    /// The entities of the outer message, and those of what was decrypted.
    pub(super) fn places(&self) -> impl Iterator<Item = (Place, &[Entity])> {
        let inner = (!self.inner_parts.is_empty()).then_some((Place::Inner, self.inner_parts.as_slice()));
        std::iter::once((Place::Outer, self.outer_parts.as_slice())).chain(inner)
    }

    /// Every entity of the inside; of a message that is not encrypted, of the message.
    pub(super) fn inside(&self) -> &[Entity] {
        if self.inner_parts.is_empty() { &self.outer_parts } else { &self.inner_parts }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.enveloped.is_some()
    }

    pub(super) fn data(&self) -> Option<&SignedData> {
        self.signed.as_ref()?.data.as_ref()
    }

    /// The certificates of those who signed, each once; not the authorities that came along.
    pub(super) fn signer_certificates(&self) -> Vec<&Certificate> {
        let Some(data) = self.data() else { return Vec::new() };
        let named = |certificate: &&Certificate| data.signers.iter().any(|signer| signer.identifier.names(certificate));
        data.certificates.iter().filter(named).collect()
    }

    /// What the agent made of the signers; empty where it did not come so far.
    pub(super) fn signers(&self) -> &[SignerOutcome] {
        self.report.map(|report| report.signers.as_slice()).unwrap_or_default()
    }

    /// Why nothing is known of the inside.
    pub(super) fn why_closed(&self) -> &'static str {
        match (self.is_encrypted(), self.inner.is_some()) {
            (_, true) => NOT_SIGNED,
            (true, false) => NOT_DECRYPTED,
            (false, false) => "The encrypted content cannot be read",
        }
    }
}

fn whole(buffer: &Buffer, limits: &Limits) -> Option<Entity> {
    Entity::parse_whole(buffer, limits, &mut Ledger::new()).ok()
}

/// What is encrypted was opened by whoever received it, or is what was sealed by whoever sent it.
fn decrypted(report: &Report) -> Option<&Buffer> {
    report.buffer(BufferName::Decrypted).or_else(|| report.buffer(BufferName::Signed))
}

fn claims_encryption(entity: &Entity) -> bool {
    let kind = &entity.content_type;
    ["pkcs7-mime", "x-pkcs7-mime"].iter().any(|subtype| kind.is("application", subtype))
        && kind.param("smime-type").is_none_or(|stated| !stated.eq_ignore_ascii_case("signed-data"))
}

fn read_envelope(outer: &Entity, report: Option<&Report>, limits: &Limits) -> Option<EnvelopedData> {
    let candidate = ["pkcs7-mime", "x-pkcs7-mime", "octet-stream"];
    if !candidate.iter().any(|subtype| outer.content_type.is("application", subtype)) {
        return None;
    }
    let known = report.and_then(|report| report.buffer(BufferName::EncryptedCms)).cloned();
    let buffer = known.unwrap_or_else(|| Buffer::new(BufferName::EncryptedCms, outer.decoded_body().octets));
    let kind = content_type(buffer.octets())?;
    if ![oid::ENVELOPED_DATA, oid::AUTH_ENVELOPED_DATA].contains(&kind.as_str()) {
        return None;
    }
    EnvelopedData::read(&buffer, limits).ok()
}

fn open_signed(entity: Entity, report: Option<&Report>, limits: &Limits) -> Option<Signed> {
    if entity.content_type.is("multipart", "signed") {
        return Some(open_detached(entity, report, limits));
    }
    let opaque = ["pkcs7-mime", "x-pkcs7-mime"].iter().any(|subtype| entity.content_type.is("application", subtype));
    if !opaque {
        return None;
    }
    let data = read_signature(&entity, report, limits)?;
    let content = data.embedded_content().map(|content| {
        let known = report.and_then(|report| report.buffer(BufferName::SignedContent)).cloned();
        known.unwrap_or_else(|| Buffer::new(BufferName::SignedContent, content.into_owned()))
    });
    let content = content.and_then(|buffer| whole(&buffer, limits));
    Some(Signed {
        multipart: Err("The signature is opaque (signed-data), not multipart/signed".to_owned()),
        parts: Vec::new(),
        content,
        signature: None,
        data: Some(data),
        entity,
    })
}

fn open_detached(entity: Entity, report: Option<&Report>, limits: &Limits) -> Signed {
    let mut quiet = Ledger::new();
    let multipart =
        SignedEntity::open(entity.clone(), limits, &mut quiet).map(|_| ()).map_err(|error| error.to_string());
    let ranges = multipart::split(&entity, limits, &mut quiet).map(|split| split.parts).unwrap_or_default();
    let parts: Vec<Entity> =
        ranges.into_iter().filter_map(|range| Entity::parse(&entity.buffer, range, limits, &mut quiet).ok()).collect();
    let (content, signature) = match parts.as_slice() {
        [content, signature, ..] => (Some(content.clone()), Some(signature.clone())),
        [content] => (Some(content.clone()), None),
        [] => (None, None),
    };
    let data = signature.as_ref().and_then(|signature| read_signature(signature, report, limits));
    Signed { entity, parts, content, signature, multipart, data }
}

fn read_signature(entity: &Entity, report: Option<&Report>, limits: &Limits) -> Option<SignedData> {
    let octets = entity.decoded_body().octets;
    // The report's buffer is the same octets, and the one that spans are looked up in.
    let known = report.and_then(|report| report.buffer(BufferName::SignatureCms)).cloned();
    let known = known.filter(|known| known.octets() == octets.as_slice());
    let buffer = known.unwrap_or_else(|| Buffer::new(BufferName::SignatureCms, octets));
    SignedData::read(&buffer, limits).ok()
}

/// The wrapped message, as the report has it, or as a part of the buffer that it is in.
fn open_wrapped(content: &Entity, report: Option<&Report>, limits: &Limits) -> Option<Entity> {
    let mut quiet = Ledger::new();
    let unwrapped = wrap::unwrap(content, limits, &mut quiet).ok()??;
    let known = report.and_then(|report| report.buffer(BufferName::Unwrapped)).cloned();
    if let Some(known) = known.filter(|known| known.octets() == unwrapped.message.octets()) {
        return whole(&known, limits);
    }
    if content.transfer_encoding.is_identity() {
        return Entity::parse(&content.buffer, content.body.clone(), limits, &mut quiet).ok();
    }
    whole(&unwrapped.message.renamed(BufferName::Unwrapped), limits)
}

fn parts_of(buffer: &Buffer, limits: &Limits) -> Vec<Entity> {
    let (tree, _) = MimeTree::parse(buffer, limits);
    tree.nodes().iter().map(|node| node.entity.clone()).collect()
}
