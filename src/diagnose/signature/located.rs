//! Finding the signature that is to be explained, its content octet for octet, and what stands around that.
//!
//! Where the agent came as far as verifying, it is the signature that the agent judged. Where it stopped before, as with a
//! message that nobody encrypted, it is the outermost signature of the message as it arrived: for that no key is needed.

use std::ops::Range;

use crate::agent::{Report, StepName};
use crate::asn1::oid;
use crate::finding::Ledger;
use crate::limits::Limits;
use crate::mail::lines::lines;
use crate::mime::{Entity, MimeTree, SignedEntity, multipart};
use crate::smime::{SignedData, content_type};
use crate::span::{Buffer, BufferName, Span};

/// A signature with its content.
pub(super) struct Located {
    /// The buffer that holds the content.
    pub(super) buffer: Buffer,
    /// Where the content is in it.
    pub(super) range: Range<usize>,
    /// The signature.
    pub(super) data: SignedData,
    /// Whether the content is inside the signature.
    pub(super) opaque: bool,
    /// What stands around a content beside its signature.
    pub(super) surroundings: Option<Surroundings>,
}

/// What stands around the signed part of a `multipart/signed`, as it arrived.
pub(super) struct Surroundings {
    /// From the start of the body to the first delimiter.
    pub(super) preamble: Vec<u8>,
    /// The delimiter line before the content, with its line end.
    pub(super) delimiter: Vec<u8>,
    /// The line end and the delimiter line after the content.
    pub(super) next_delimiter: Vec<u8>,
    /// Everything after the content to the end of the multipart.
    pub(super) rest: Vec<u8>,
    /// What follows the closing delimiter.
    pub(super) epilogue: Vec<u8>,
}

impl Located {
    /// The content as it arrived.
    pub(super) fn octets(&self) -> &[u8] {
        self.buffer.slice(self.range.clone())
    }

    /// Where it is.
    pub(super) fn span(&self) -> Span {
        self.buffer.span(self.range.clone())
    }

    /// Finds the signature of a run.
    pub(super) fn find(report: &Report, limits: &Limits) -> Option<Self> {
        let verify = report.trace.steps.iter().find(|step| step.name == StepName::VerifySignature);
        match verify.and_then(|step| step.before) {
            Some(span) => Self::judged(report, span, limits),
            None => Self::in_the_clear(report.buffer(BufferName::Received)?, limits),
        }
    }

    /// The signature that the agent judged: it covers the octets of that span.
    fn judged(report: &Report, span: Span, limits: &Limits) -> Option<Self> {
        let buffer = report.buffer(span.buffer)?;
        let (tree, _) = MimeTree::parse(buffer, limits);
        let signed = tree.nodes().iter().map(|node| &node.entity);
        let detached = signed.filter_map(|entity| Self::detached(entity, limits)).find(|found| found.span() == span);
        detached.or_else(|| {
            let whole = buffer.slice(span.range());
            let data = report.buffers.iter().rev().filter_map(|kept| SignedData::read(kept, limits).ok());
            let data = data.into_iter().find(|data| data.embedded_content().as_deref() == Some(whole))?;
            Some(Self { buffer: buffer.clone(), range: span.range(), data, opaque: true, surroundings: None })
        })
    }

    /// The outermost signature that covers content, not another layer of encryption.
    fn in_the_clear(received: &Buffer, limits: &Limits) -> Option<Self> {
        let (tree, _) = MimeTree::parse(received, limits);
        let entities = tree.nodes().iter().map(|node| &node.entity);
        entities.filter_map(|entity| Self::detached(entity, limits).or_else(|| Self::embedded(entity, limits))).next()
    }

    fn detached(entity: &Entity, limits: &Limits) -> Option<Self> {
        if !entity.content_type.is("multipart", "signed") {
            return None;
        }
        let signed = SignedEntity::open(entity.clone(), limits, &mut Ledger::new()).ok()?;
        let cms = Buffer::new(BufferName::SignatureCms, signed.signature().decoded_body().octets);
        let data = SignedData::read(&cms, limits).ok()?;
        let is_layer = is_cms(signed.content());
        let range = signed.content().range.clone();
        let surroundings = Surroundings::of(entity, &range, limits);
        (!is_layer && !data.signers.is_empty()).then(|| Self {
            buffer: entity.buffer.clone(),
            range,
            data,
            opaque: false,
            surroundings,
        })
    }

    fn embedded(entity: &Entity, limits: &Limits) -> Option<Self> {
        if !is_cms(entity) {
            return None;
        }
        let decoded = entity.decoded_body().octets;
        if content_type(&decoded).is_none_or(|kind| kind != oid::SIGNED_DATA) {
            return None;
        }
        let data = SignedData::read(&Buffer::new(BufferName::SignatureCms, decoded), limits).ok()?;
        let buffer = Buffer::new(BufferName::SignedContent, data.embedded_content()?.into_owned());
        let range = 0..buffer.octets().len();
        (!data.signers.is_empty()).then_some(Self { buffer, range, data, opaque: true, surroundings: None })
    }
}

fn is_cms(entity: &Entity) -> bool {
    ["pkcs7-mime", "x-pkcs7-mime"].iter().any(|subtype| entity.content_type.is("application", subtype))
}

impl Surroundings {
    fn of(entity: &Entity, content: &Range<usize>, limits: &Limits) -> Option<Self> {
        let parts = multipart::split(entity, limits, &mut Ledger::new()).ok()?;
        let (octets, next) = (entity.buffer.octets(), parts.parts.get(1)?);
        let before = entity.body.start..content.start;
        let delimiter = lines(octets, before.clone()).last()?.whole();
        Some(Self {
            preamble: octets.get(before.start..delimiter.start)?.to_vec(),
            delimiter: octets.get(delimiter)?.to_vec(),
            next_delimiter: octets.get(content.end..next.start)?.to_vec(),
            rest: octets.get(content.end..entity.range.end)?.to_vec(),
            epilogue: octets.get(parts.epilogue)?.to_vec(),
        })
    }
}
