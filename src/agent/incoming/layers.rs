//! Layers of S/MIME inside one another, in any order (RFC 8551 §3.7).
//!
//! The signature that is judged is the outermost one inside the innermost encryption: that one covers what is delivered,
//! and nobody on the way can have put it there. Signatures outside an encryption are reported, and prove nothing about
//! the content. What an entity is, its type says, or, for untyped octets with a name of S/MIME's, its octets
//! (§3.2.1, §3.10).

use super::super::outcome::{Reason, ReasonCode};
use super::super::run::{Halt, LIMITS, Run, limit_reason, refuse};
use super::super::trace::{OpenStep, StepName};
use super::KeyHolder;
use super::media_type::{self, MEDIA_TYPE, check_one_type};
use super::open::is_for_one_of;
use super::verify::{Signed, cms_reason, read_signed};
use crate::asn1::{Oid, oid};
use crate::finding::{Finding, Ledger, Rule, Severity, counted, sentence_case};
use crate::limits::{LimitExceeded, Limits};
use crate::mime::transfer::Decoded;
use crate::mime::{Entity, SignedEntity};
use crate::pki::Certificate;
use crate::smime::{CompressedData, ExpandError, content_type};
use crate::span::{Buffer, BufferName};

const COMPRESSED: Rule = Rule::new("cms.compressed-data", "RFC 3274 §1.1");
const OUTER_SIGNATURE: Rule = Rule::new("incoming.outer-signature", "RFC 8551 §3.7");

/// A CMS with its transfer encoding undone.
pub(super) struct CmsPart {
    pub(super) entity: Entity,
    pub(super) decoded: Decoded,
    /// The contentType, if the octets begin as a ContentInfo does.
    pub(super) kind: Option<Oid>,
}

impl CmsPart {
    fn of(entity: Entity) -> Self {
        let decoded = entity.decoded_body();
        let kind = content_type(&decoded.octets);
        Self { entity, decoded, kind }
    }

    fn is(&self, kinds: &[&str]) -> bool {
        self.kind.as_ref().is_some_and(|kind| kinds.contains(&kind.as_str()))
    }

    pub(super) fn is_enveloped(&self) -> bool {
        self.is(&[oid::ENVELOPED_DATA, oid::AUTH_ENVELOPED_DATA])
    }

    pub(super) fn is_signed(&self) -> bool {
        self.is(&[oid::SIGNED_DATA])
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.is(&[oid::COMPRESSED_DATA])
    }
}

/// What an entity is.
pub(super) enum Layer {
    /// `application/pkcs7-mime`, or octets with a name of S/MIME's that begin as a CMS does.
    Cms(CmsPart),
    /// `multipart/signed`
    Multipart(Entity),
    /// Anything else: content.
    Plain(Entity),
}

pub(super) fn classify(entity: Entity) -> Layer {
    let kind = &entity.content_type;
    if kind.is("multipart", "signed") {
        return Layer::Multipart(entity);
    }
    if ["pkcs7-mime", "x-pkcs7-mime"].iter().any(|subtype| kind.is("application", subtype)) {
        return Layer::Cms(CmsPart::of(entity));
    }
    if !kind.is("application", "octet-stream") || !has_smime_name(&entity) {
        return Layer::Plain(entity);
    }
    let part = CmsPart::of(entity);
    if part.kind.is_some() { Layer::Cms(part) } else { Layer::Plain(part.entity) }
}

/// A name counts for untyped octets alone: `.p7s` on a text says nothing (RFC 8551 §3.2.1).
pub(super) fn has_smime_name(entity: &Entity) -> bool {
    entity.safe_file_name().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        [".p7m", ".p7s", ".p7c", ".p7z"].iter().any(|ending| name.ends_with(ending))
    })
}

/// How many layers were entered.
#[derive(Clone, Copy, Default)]
pub(super) struct Layers {
    entered: usize,
}

impl Layers {
    pub(super) fn enter(&mut self, limits: &Limits) -> Result<(), LimitExceeded> {
        self.entered = self.entered.saturating_add(1);
        Limits::check("number of S/MIME layers", self.entered, limits.smime_layers)
    }

    /// As [`Layers::enter`], ending the run.
    pub(super) fn enter_or_stop(&mut self, run: &Run<'_>, ledger: &mut Ledger) -> Result<(), Halt> {
        self.enter(&run.agent.limits).map_err(|limit| refuse(LIMITS, limit_reason(&limit), ledger).into())
    }
}

/// The next name for the buffer of a layer beyond the usual two.
pub(super) fn nested_name(run: &Run<'_>) -> BufferName {
    let nested = run.report.buffers.iter().filter(|kept| matches!(kept.name(), BufferName::Nested(_))).count();
    BufferName::Nested(u8::try_from(nested).unwrap_or(u8::MAX).saturating_add(1))
}

/// Keeps a buffer for the report: under its name, or, where a layer has that name already, as a nested one.
pub(super) fn keep(run: &mut Run<'_>, buffer: Buffer) -> Buffer {
    let buffer = match run.report.buffer(buffer.name()) {
        None => buffer,
        Some(_) => buffer.renamed(nested_name(run)),
    };
    run.report.buffers.push(buffer.clone());
    buffer
}

/// The outermost encrypted layer. What stands around it is undone: signatures are reported, compression is expanded.
pub(super) fn find_envelope(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    mut entity: Entity,
    layers: &mut Layers,
) -> Result<CmsPart, Halt> {
    loop {
        let named = entity.content_type.is("application", "octet-stream") && has_smime_name(&entity);
        entity = match classify(entity) {
            Layer::Cms(part) if part.is_compressed() => expand(run, step, part, layers)?,
            Layer::Cms(part) if part.is_signed() => {
                media_type::check(&part.entity, part.kind.as_ref(), &mut step.ledger)?;
                let span = part.entity.span();
                layers.enter_or_stop(run, &mut step.ledger)?;
                let signed = read_signed(run, step, Layer::Cms(part)).map_err(|halt| not_encrypted(halt, step))?;
                if !leads_on(&signed.content) {
                    let detail = "The message is signed, but not encrypted";
                    let finding = Finding::new(MEDIA_TYPE, Severity::Fail, detail).at(span);
                    step.ledger.note(finding.values("signed-data", "enveloped-data"));
                    return Err(Reason::new(ReasonCode::NotEncrypted, detail).into());
                }
                report_outer(&signed, run, &mut step.ledger);
                signed.content
            }
            // What is inside decides, and whoever reads it says what it is instead of an envelope.
            Layer::Cms(part) => return enter(run, step, part, layers),
            Layer::Plain(entity) if named => return enter(run, step, CmsPart::of(entity), layers),
            Layer::Multipart(entity) if covers_layer(run, &entity) => {
                layers.enter_or_stop(run, &mut step.ledger)?;
                let signed = read_signed(run, step, Layer::Multipart(entity))?;
                report_outer(&signed, run, &mut step.ledger);
                signed.content
            }
            Layer::Multipart(entity) | Layer::Plain(entity) => {
                media_type::check(&entity, None, &mut step.ledger)?;
                return Err(Reason::new(ReasonCode::NotEncrypted, "The message is not encrypted").into());
            }
        };
    }
}

/// Whether the first part of a `multipart/signed` is a layer of S/MIME.
fn covers_layer(run: &Run<'_>, entity: &Entity) -> bool {
    let opened = SignedEntity::open(entity.clone(), &run.agent.limits, &mut Ledger::new());
    opened.is_ok_and(|opened| leads_on(opened.content()))
}

pub(super) fn enter(run: &Run<'_>, step: &mut OpenStep, part: CmsPart, layers: &mut Layers) -> Result<CmsPart, Halt> {
    media_type::check(&part.entity, part.kind.as_ref(), &mut step.ledger)?;
    check_one_type(&part.entity, &mut step.ledger)?;
    layers.enter_or_stop(run, &mut step.ledger)?;
    Ok(part)
}

/// Whatever ails a signature around nothing encrypted: what is missing is the encryption.
fn not_encrypted(halt: Halt, step: &mut OpenStep) -> Halt {
    match halt {
        Halt::Rejected(reason) if reason.code == ReasonCode::Unsigned => {
            let detail = format!("The message is not encrypted: {}", crate::finding::after_colon(&reason.detail));
            refuse(MEDIA_TYPE, Reason::new(ReasonCode::NotEncrypted, detail), &mut step.ledger).into()
        }
        halt => halt,
    }
}

/// Whether there is a layer of S/MIME inside.
fn leads_on(content: &Entity) -> bool {
    !matches!(classify(content.clone()), Layer::Plain(_))
}

/// The encrypted layer that a signature covers, with the signatures between; `None` where it covers content.
pub(super) fn sealed_inside(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    content: &Entity,
    holders: &[KeyHolder<'_>],
    layers: &mut Layers,
) -> Result<Option<(CmsPart, Vec<Signed>)>, Halt> {
    let mut between = Vec::new();
    let mut depth = *layers;
    let mut entity = content.clone();
    loop {
        entity = match classify(entity) {
            Layer::Plain(_) => return Ok(None),
            Layer::Cms(part) if part.is_enveloped() => {
                if !is_for_one_of(run, &part, holders) {
                    return Ok(None);
                }
                *layers = depth;
                return Ok(Some((enter(run, step, part, layers)?, between)));
            }
            Layer::Cms(part) if part.is_compressed() => expand(run, step, part, &mut depth)?,
            layer => {
                depth.enter_or_stop(run, &mut step.ledger)?;
                // A signature that cannot be read is content like any other.
                let quiet = &mut OpenStep::start(StepName::ExtractSignedPart);
                let Ok(signed) = read_signed(run, quiet, layer) else { return Ok(None) };
                let content = signed.content.clone();
                between.push(signed);
                content
            }
        };
    }
}

/// The entity inside compressed content.
pub(super) fn expand(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    part: CmsPart,
    layers: &mut Layers,
) -> Result<Entity, Halt> {
    layers.enter_or_stop(run, &mut step.ledger)?;
    let limits = run.agent.limits;
    let cms = keep(run, Buffer::new(BufferName::CompressedCms, part.decoded.octets));
    let data = CompressedData::read(&cms, &limits)
        .map_err(|error| refuse(COMPRESSED, cms_reason(&error, ReasonCode::MalformedCms), &mut step.ledger))?;
    for finding in &data.findings {
        step.ledger.note(finding.clone());
    }
    let expanded = data.expand(&limits).map_err(|error| {
        let code = match &error {
            ExpandError::Limit(limit) => return refuse(LIMITS, limit_reason(limit), &mut step.ledger),
            ExpandError::Damaged => ReasonCode::MalformedCms,
            ExpandError::Unsupported(_) => ReasonCode::UnsupportedAlgorithm,
        };
        refuse(COMPRESSED, Reason::new(code, error.to_string()), &mut step.ledger)
    })?;
    let detail = format!(
        "Compressed content: {} became {}",
        counted(data.compressed_length(), "octet"),
        counted(expanded.octets().len(), "octet")
    );
    step.ledger.note(Finding::new(COMPRESSED, Severity::Info, detail).at(cms.whole()));
    let expanded = keep(run, expanded);
    let entity = Entity::parse_whole(&expanded, &limits, &mut step.ledger)
        .map_err(|limit| refuse(LIMITS, limit_reason(&limit), &mut step.ledger))?;
    Ok(entity)
}

/// Tells of each signer of a signature that stands outside an encryption; it is checked, and not judged.
pub(super) fn report_outer(signed: &Signed, run: &Run<'_>, ledger: &mut Ledger) {
    for check in signed.check(&run.agent.limits) {
        let name = check.certificate.as_ref().map_or_else(|| check.identifier.to_string(), Certificate::common_name);
        let (severity, state) = match &check.signature {
            Ok(_) => (Severity::Info, "valid".to_owned()),
            Err(failure) => (Severity::Warning, format!("not good: {}", sentence_case(&failure.to_string()))),
        };
        let detail = format!("A signature outside the encryption, by {name}, is {state}; the one inside is judged");
        ledger.note(Finding::new(OUTER_SIGNATURE, severity, detail).at(check.span));
    }
}
