//! The header that everybody sees beside the one that is protected, and octets of the structure.

use super::super::document::{Block, Row, Section, Table, Tone};
use super::super::evidence::Evidence;
use super::super::mask::Mask;
use super::super::octets;
use super::super::shown::Shown;
use crate::agent::{HeaderMark, compare_headers};
use crate::limits::Limits;
use crate::span::BufferName;

pub(super) fn section(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let report = run.report;
    let received = report.buffer(BufferName::Received)?;
    let empty = received.part(BufferName::Unwrapped, 0..0);
    // Outgoing, what was read is the message inside, and what leaves is the outer one.
    let (outer, inner) = match report.buffer(BufferName::Secured) {
        Some(secured) => (secured, received),
        None => (received, report.buffer(BufferName::Unwrapped).unwrap_or(&empty)),
    };
    let compared = compare_headers(outer, inner, &Limits::DEFAULT);
    let rows = compared.iter().map(|row| {
        let (tone, word) = mark(row.mark);
        let value = |value: &Option<String>| value.as_ref().map(|value| mask.header_value(value)).unwrap_or_default();
        Row::new(tone, vec![Shown::fixed(word), mask.fact(&row.name), value(&row.outer), value(&row.inner)])
    });
    let table = Table::of(
        "Header fields outside, which nothing protects, and inside",
        &["Relation", "Field", "Outside", "Inside"],
        rows.collect(),
    );
    Section::of("headers", "Headers outside and inside", table.into_iter().collect())
}

const fn mark(mark: HeaderMark) -> (Tone, &'static str) {
    match mark {
        HeaderMark::Same => (Tone::Plain, "the same"),
        HeaderMark::Differs => (Tone::Warning, "differs"),
        HeaderMark::OuterOnly => (Tone::Plain, "only outside"),
        HeaderMark::InnerOnly => (Tone::Plain, "only inside"),
    }
}

pub(super) fn octets(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let excerpts = octets::excerpts(run.report, mask.redaction());
    Section::of("octets", "Octets", excerpts.into_iter().map(Block::Octets).collect())
}
