//! The header fields that name nobody, outside and inside.

use super::sources::{Header, Sources};
use crate::agent::{HeaderComparison, compare_headers};
use crate::mail::HeaderSection;
use crate::span::{Buffer, Span};

/// The fields that the rows of addresses are made of.
const NAMING: [&str; 11] = [
    "from",
    "sender",
    "to",
    "cc",
    "bcc",
    "reply-to",
    "return-path",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "errors-to",
];

/// Compares them as the agent does; a message that has no inside has outer fields only.
pub(super) fn compare(sources: &Sources<'_>) -> Vec<HeaderComparison> {
    let outer = sources.outer.as_ref().map(alone);
    let inner = sources.inner.as_ref().map(alone);
    let nothing = Buffer::new(crate::span::BufferName::Unwrapped, Vec::new());
    let rows = compare_headers(
        outer.as_ref().map_or(&nothing, |(buffer, _)| buffer),
        inner.as_ref().map_or(&nothing, |(buffer, _)| buffer),
        sources.limits,
    );
    let moved = |span: Option<Span>, side: &Option<(Buffer, usize)>| {
        let by = side.as_ref().map(|(_, start)| *start).unwrap_or_default();
        span.map(|span| Span { start: span.start.saturating_add(by), end: span.end.saturating_add(by), ..span })
    };
    let names_nobody = |name: &str| {
        let name = name.to_ascii_lowercase();
        !NAMING.contains(&name.as_str()) && !name.starts_with("resent-") && !name.ends_with("-notification-to")
    };
    rows.into_iter()
        .filter(|row| names_nobody(&row.name))
        .map(|row| HeaderComparison {
            outer_span: moved(row.outer_span, &outer),
            inner_span: moved(row.inner_span, &inner),
            name: crate::mail::escape_controls(&row.name),
            ..row
        })
        .collect()
}

/// The header section as a buffer of its own, and where it starts in the one that it is in.
fn alone(header: &Header) -> (Buffer, usize) {
    let HeaderSection { range, .. } = &header.section;
    (header.buffer.part(header.buffer.name(), range.clone()), range.start)
}
