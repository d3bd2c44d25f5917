//! From the signed content to the message as its sender wrote it.

use super::super::headers::{self, HeaderMark};
use super::super::outcome::{Reason, ReasonCode};
use super::super::profile::Demand;
use super::super::routing;
use super::super::run::{Halt, LIMITS, Run, limit_reason, refuse};
use super::super::trace::OpenStep;
use super::enforce::Trusted;
use super::layers::{self, CmsPart, Layer, Layers};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::mail::{Envelope, HeaderSection, message};
use crate::mime::Entity;
use crate::mime::transfer::TransferEncoding;
use crate::mime::wrap::{self, UnwrapError};
use crate::span::{Buffer, BufferName};

const WRAPPED: Rule = Rule::new("incoming.wrapped", "RFC 8551 §3.1");
const ENCODED: Rule = Rule::new("incoming.wrapper-encoding", "RFC 2046 §5.2.1");
const INNER: Rule = Rule::new("incoming.inner-layer", "RFC 8551 §3.7");
const HEADERS: Rule = Rule::new("incoming.headers-agree", "RFC 8551 §3.1");

pub(super) fn unwrap(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    envelope: &Envelope,
    trusted: Trusted,
) -> Result<(Buffer, String), Halt> {
    step.before = Some(trusted.content.span());
    let content = expanded(run, step, trusted.content)?;
    let limits = run.agent.limits;
    let unwrapped = wrap::unwrap(&content, &limits, &mut step.ledger).map_err(|error| match error {
        UnwrapError::Limit(limit) => refuse(LIMITS, limit_reason(&limit), &mut step.ledger),
        error => refuse(WRAPPED, Reason::new(ReasonCode::MalformedMime, error.to_string()), &mut step.ledger),
    })?;
    let wrapped = unwrapped.is_some();
    if wrapped {
        check_encoding(run, step, &content)?;
    }
    let (buffer, summary) = match unwrapped {
        Some(inner) => {
            step.ledger.pass(WRAPPED, "The signed content is a whole message (message/rfc822)");
            (inner.message.renamed(BufferName::Unwrapped), "the wrapped message is delivered")
        }
        None => {
            let message = unwrapped_message(run, step, envelope, &content)?;
            (Buffer::new(BufferName::Unwrapped, message), "the outer headers are delivered")
        }
    };
    step.after = Some(buffer.whole());
    run.report.buffers.push(buffer.clone());
    if wrapped {
        compare(&envelope.message, &buffer, run, &mut step.ledger);
    }
    let header = HeaderSection::scan(buffer.octets(), 0..buffer.octets().len(), &limits);
    header.check_size(&limits).map_err(|limit| refuse(LIMITS, limit_reason(&limit), &mut step.ledger))?;
    header.note_faults(&buffer, &mut step.ledger);
    message::check_fields(&buffer, &header, &mut step.ledger);
    message::check_line_ends(&buffer, &mut step.ledger);
    let recipients = run.report.recipients.iter().map(|recipient| &recipient.address);
    routing::check(run, &buffer, &header, recipients, &mut step.ledger)?;
    Ok((buffer, summary.to_owned()))
}

// RFC 2046 allows a wrapped message no encoding, since programs on the way may not see into it; that it was undone has
// been told.
fn check_encoding(run: &Run<'_>, step: &mut OpenStep, content: &Entity) -> Result<(), Reason> {
    let encoding = &content.transfer_encoding;
    let plain = matches!(encoding, TransferEncoding::SevenBit | TransferEncoding::EightBit | TransferEncoding::Binary);
    if plain || run.agent.profile.plain_wrapper == Demand::Report {
        return Ok(());
    }
    let detail = format!("The wrapped message is {encoding}, which this profile forbids");
    step.ledger.note(
        Finding::new(ENCODED, Severity::Fail, detail.clone())
            .at(content.body_span())
            .values(encoding.to_string(), "7bit, 8bit or binary"),
    );
    Err(Reason::new(ReasonCode::MalformedMime, detail))
}

/// What was compressed before it was signed is expanded; what was signed before is delivered with that signature.
fn expanded(run: &mut Run<'_>, step: &mut OpenStep, mut content: Entity) -> Result<Entity, Halt> {
    let mut layers = Layers::default();
    loop {
        content = match layers::classify(content) {
            Layer::Cms(part) if part.is_compressed() => layers::expand(run, step, part, &mut layers)?,
            Layer::Plain(content) => return Ok(content),
            Layer::Cms(CmsPart { entity, .. }) | Layer::Multipart(entity) => {
                step.ledger.info(INNER, "The signed content is a layer of S/MIME itself: it is delivered as it is");
                return Ok(entity);
            }
        };
    }
}

// AS 1.2 tolerates content that was not wrapped: the message is then the outer headers, which nothing protects, and
// the signed entity.
fn unwrapped_message(
    run: &Run<'_>,
    step: &mut OpenStep,
    envelope: &Envelope,
    content: &Entity,
) -> Result<Vec<u8>, Reason> {
    let detail =
        "The signed content is not a whole message: the outer headers are all there is, and nothing protects them";
    if run.agent.profile.wrapping == Demand::Require {
        step.ledger.fail(WRAPPED, detail);
        return Err(Reason::new(ReasonCode::NotWrapped, detail));
    }
    step.ledger.warn(WRAPPED, detail);
    let outer = envelope.message.octets();
    let header = HeaderSection::scan(outer, 0..outer.len(), &run.agent.limits);
    let mut message = Vec::new();
    for field in &header.fields {
        let name = field.name(outer).to_ascii_lowercase();
        // What is signed counts where both layers have a field.
        if !name.starts_with("content-") && content.field(&name).is_none() {
            message.extend_from_slice(outer.get(field.whole.clone()).unwrap_or_default());
        }
    }
    message.extend_from_slice(content.octets());
    Ok(message)
}

fn compare(outer: &Buffer, inner: &Buffer, run: &Run<'_>, ledger: &mut Ledger) {
    let comparison = headers::compare_headers(outer, inner, &run.agent.limits);
    let differing: Vec<_> = comparison.iter().filter(|row| row.mark == HeaderMark::Differs).collect();
    if differing.is_empty() {
        ledger.pass(HEADERS, "No outer header contradicts the wrapped message");
    }
    for row in differing {
        let finding = Finding::new(
            HEADERS,
            Severity::Warning,
            format!("The outer {} differs from the wrapped one; the wrapped one counts", row.name),
        );
        let finding = finding.values(row.outer.clone().unwrap_or_default(), row.inner.clone().unwrap_or_default());
        ledger.note(match row.outer_span {
            Some(span) => finding.at(span),
            None => finding,
        });
    }
}
