//! What is looked at: the message that travels, the message inside it, and the encryption between the two.
//!
//! Everything is read once, by the readers that the agent uses. Spans are octets of buffers that the agent's report has,
//! as far as it has them.

use super::{Protection, Stage};
use crate::agent::{Operation, Report};
use crate::asn1::oid;
use crate::finding::Ledger;
use crate::limits::Limits;
use crate::mail::{Envelope, HeaderField, HeaderSection, decode_text};
use crate::mime::{ContentType, Entity, MimeTree, TransferEncoding, multipart, wrap};
use crate::smime::{CompressedData, EnvelopedData, SignedData, content_type};
use crate::span::{Buffer, BufferName, Span};

/// A header section and the buffer that it lies in.
pub(super) struct Header {
    pub(super) buffer: Buffer,
    pub(super) section: HeaderSection,
}

impl Header {
    fn of(entity: &Entity) -> Self {
        Self { buffer: entity.buffer.clone(), section: entity.header.clone() }
    }

    /// The fields of that name, case aside.
    pub(super) fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h HeaderField> {
        self.section.all(self.buffer.octets(), name)
    }

    /// The first field of that name.
    pub(super) fn first(&self, name: &str) -> Option<&HeaderField> {
        self.section.first(self.buffer.octets(), name)
    }

    /// A field's value as it arrived.
    pub(super) fn value(&self, field: &HeaderField) -> &[u8] {
        field.value(self.buffer.octets())
    }

    /// A field's value as text that is safe to show.
    pub(super) fn text(&self, field: &HeaderField) -> String {
        decode_text(self.value(field))
    }

    /// The value of the first field of that name that says anything.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        self.all(name).map(|field| self.text(field)).find(|text| !text.is_empty())
    }

    /// A field's name as it is written.
    pub(super) fn name(&self, field: &HeaderField) -> String {
        decode_text(field.name(self.buffer.octets()).as_bytes())
    }

    /// All octets of a field.
    pub(super) fn span(&self, field: &HeaderField) -> Span {
        self.buffer.span(field.whole.clone())
    }
}

/// The encrypted part of the message that travels.
pub(super) struct Sealed {
    /// Its MIME entity.
    pub(super) part: Entity,
    /// The envelope in it.
    pub(super) data: EnvelopedData,
    /// The CMS itself.
    pub(super) cms: Buffer,
    /// Octets of what travels in it.
    pub(super) octets: usize,
}

/// All that is looked at.
pub(super) struct Sources<'a> {
    pub(super) envelope: &'a Envelope,
    pub(super) report: Option<&'a Report>,
    pub(super) limits: &'a Limits,
    pub(super) stage: Stage,
    pub(super) protection: Protection,
    /// The header of the message that travels; nothing where nothing left.
    pub(super) outer: Option<Header>,
    /// The entities of the message that travels; empty where nothing left.
    pub(super) outer_tree: MimeTree,
    pub(super) sealed: Option<Sealed>,
    /// The header of the message inside, where it is a whole one and open to view.
    pub(super) inner: Option<Header>,
    /// The entities inside, where they are open to view.
    pub(super) inside: MimeTree,
    /// Whether content was compressed before it was encrypted.
    pub(super) is_compressed: bool,
}

impl<'a> Sources<'a> {
    pub(super) fn open(envelope: &'a Envelope, report: Option<&'a Report>, limits: &'a Limits) -> Self {
        let stage = stage(report);
        let outer = travelling(envelope, report);
        let outer_tree = outer.as_ref().map(|buffer| MimeTree::parse(buffer, limits).0).unwrap_or_default();
        let sealed = outer_tree.nodes().iter().find_map(|node| read_sealed(&node.entity, report, limits));
        let mut search = Search { report, limits, is_compressed: false };
        let start = search.start(envelope, &outer_tree, sealed.is_some());
        let content = start.map(|entity| search.descend(entity));
        let (inner, inside) = match content {
            Some(Content::Message(entity)) => (Some(Header::of(&entity)), tree_of(&entity, limits)),
            Some(Content::Bare(entity)) => (None, tree_of(&entity, limits)),
            None => (None, MimeTree::default()),
        };
        let opened = report.is_some_and(|report| report.buffer(BufferName::Decrypted).is_some());
        let is_signed = outer_tree.root().is_some_and(|root| signs(&root.entity));
        let protection = match (sealed.is_some(), stage) {
            (true, Stage::Leaving) => Protection::Opened,
            (true, _) if opened => Protection::Opened,
            (true, _) => Protection::Sealed,
            (false, _) if is_signed => Protection::SignedOnly,
            (false, _) => Protection::Plain,
        };
        let outer = outer_tree.root().map(|root| Header::of(&root.entity));
        let is_compressed = search.is_compressed;
        Self { envelope, report, limits, stage, protection, outer, outer_tree, sealed, inner, inside, is_compressed }
    }

    /// The header that readers go by: the one inside, or else the outer one.
    pub(super) fn read(&self) -> Option<&Header> {
        self.inner.as_ref().or(self.outer.as_ref())
    }

    /// Whether the content can be read by whoever carries the message.
    pub(super) const fn lies_open(&self) -> bool {
        matches!(self.protection, Protection::SignedOnly | Protection::Plain)
    }

    /// Whether what is inside is known: it lies open, or it was opened.
    pub(super) const fn knows_inside(&self) -> bool {
        !matches!(self.protection, Protection::Sealed)
    }
}

fn stage(report: Option<&Report>) -> Stage {
    match report {
        None => Stage::AsItStands,
        Some(report) if report.operation == Operation::Incoming => Stage::Arrived,
        Some(report) if report.buffer(BufferName::Secured).is_some() => Stage::Leaving,
        Some(_) => Stage::Stopped,
    }
}

/// The message as it travels; nothing where the sender's agent let none go.
fn travelling(envelope: &Envelope, report: Option<&Report>) -> Option<Buffer> {
    match report {
        Some(report) if report.operation == Operation::Outgoing => report.buffer(BufferName::Secured).cloned(),
        _ => Some(envelope.message.clone()),
    }
}

fn is_cms(entity: &Entity) -> bool {
    ["pkcs7-mime", "x-pkcs7-mime", "octet-stream"].iter().any(|subtype| entity.content_type.is("application", subtype))
}

fn signs(entity: &Entity) -> bool {
    let is_signed_data =
        || content_type(&entity.decoded_body().octets).is_some_and(|kind| kind.as_str() == oid::SIGNED_DATA);
    entity.content_type.is("multipart", "signed") || is_cms(entity) && is_signed_data()
}

fn read_sealed(entity: &Entity, report: Option<&Report>, limits: &Limits) -> Option<Sealed> {
    if !is_cms(entity) {
        return None;
    }
    let octets = entity.decoded_body().octets;
    let kind = content_type(&octets)?;
    if ![oid::ENVELOPED_DATA, oid::AUTH_ENVELOPED_DATA].contains(&kind.as_str()) {
        return None;
    }
    let known = report.and_then(|report| report.buffer(BufferName::EncryptedCms)).cloned();
    let cms = known
        .filter(|known| known.octets() == octets.as_slice())
        .unwrap_or_else(|| Buffer::new(BufferName::EncryptedCms, octets));
    let data = EnvelopedData::read(&cms, limits).ok()?;
    let octets = cms.octets().len();
    Some(Sealed { part: entity.clone(), data, cms, octets })
}

/// What stands at the end of the layers.
enum Content {
    /// A whole message.
    Message(Entity),
    /// Content without a header of its own.
    Bare(Entity),
}

/// The way from the decrypted content to the message in it.
struct Search<'a> {
    report: Option<&'a Report>,
    limits: &'a Limits,
    is_compressed: bool,
}

impl Search<'_> {
    fn buffer(&self, name: BufferName) -> Option<&Buffer> {
        self.report?.buffer(name)
    }

    fn whole(&self, buffer: &Buffer) -> Option<Entity> {
        Entity::parse_whole(buffer, self.limits, &mut Ledger::new()).ok()
    }

    /// Where the layers begin: what was decrypted, what is being sealed, or what lies open.
    fn start(&self, envelope: &Envelope, outer: &MimeTree, is_sealed: bool) -> Option<Entity> {
        match stage(self.report) {
            Stage::Leaving => self.whole(self.buffer(BufferName::Wrapped)?),
            // Nothing was wrapped, or nothing came of it: what the sender wrote is what would be inside.
            Stage::Stopped => {
                let wrapped = self.buffer(BufferName::Wrapped).and_then(|buffer| self.whole(buffer));
                wrapped.or_else(|| self.as_wrapped(envelope))
            }
            Stage::Arrived if is_sealed => self.whole(self.buffer(BufferName::Decrypted)?),
            Stage::AsItStands if is_sealed => None,
            Stage::Arrived | Stage::AsItStands => outer.root().map(|root| root.entity.clone()),
        }
    }

    fn as_wrapped(&self, envelope: &Envelope) -> Option<Entity> {
        let mut entity = self.whole(&envelope.message)?;
        entity.body = entity.range.clone();
        entity.content_type = ContentType::parse(b"message/rfc822");
        entity.transfer_encoding = TransferEncoding::SevenBit;
        Some(entity)
    }

    fn descend(&mut self, start: Entity) -> Content {
        let mut entity = start;
        for _ in 0..=self.limits.smime_layers {
            if wrap::is_wrapped(&entity) {
                return self.message(&entity).map_or(Content::Bare(entity), Content::Message);
            }
            match self.content_of(&entity) {
                Some(next) => entity = next,
                None => break,
            }
        }
        Content::Bare(entity)
    }

    /// What is inside a signature or a compression.
    fn content_of(&mut self, entity: &Entity) -> Option<Entity> {
        if entity.content_type.is("multipart", "signed") {
            let parts = multipart::split(entity, self.limits, &mut Ledger::new()).ok()?.parts;
            return Entity::parse(&entity.buffer, parts.into_iter().next()?, self.limits, &mut Ledger::new()).ok();
        }
        if !is_cms(entity) {
            return None;
        }
        let octets = entity.decoded_body().octets;
        let kind = content_type(&octets)?;
        match kind.as_str() {
            oid::SIGNED_DATA => {
                let cms = Buffer::new(BufferName::SignatureCms, octets);
                let content = SignedData::read(&cms, self.limits).ok()?.embedded_content()?.into_owned();
                self.whole(&self.known(BufferName::SignedContent, content))
            }
            oid::COMPRESSED_DATA => {
                self.is_compressed = true;
                let cms = Buffer::new(BufferName::CompressedCms, octets);
                let expanded = CompressedData::read(&cms, self.limits).ok()?.expand(self.limits).ok()?;
                self.whole(&self.known(BufferName::Expanded, expanded.octets().to_vec()))
            }
            _ => None,
        }
    }

    /// The report's buffer of that name where it holds these octets, so that spans can be looked up.
    fn known(&self, name: BufferName, octets: Vec<u8>) -> Buffer {
        let known = self.buffer(name).filter(|known| known.octets() == octets.as_slice()).cloned();
        known.unwrap_or_else(|| Buffer::new(name, octets))
    }

    fn message(&self, wrapper: &Entity) -> Option<Entity> {
        let unwrapped = wrap::unwrap(wrapper, self.limits, &mut Ledger::new()).ok()??.message;
        let known = self.buffer(BufferName::Unwrapped).filter(|known| known.octets() == unwrapped.octets());
        match known {
            Some(known) => self.whole(known),
            None if wrapper.transfer_encoding.is_identity() => {
                Entity::parse(&wrapper.buffer, wrapper.body.clone(), self.limits, &mut Ledger::new()).ok()
            }
            None => self.whole(&unwrapped),
        }
    }
}

fn tree_of(entity: &Entity, limits: &Limits) -> MimeTree {
    MimeTree::parse(&entity.buffer.part(entity.buffer.name(), entity.range.clone()), limits).0
}
