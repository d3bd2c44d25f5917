//! The header fields that name nobody, outside and inside.

use super::Layer;
use super::sources::{Header, Sources};
use crate::agent::{HeaderMark, compare_headers};
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

/// One field with its value on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name as it is written.
    pub name: String,
    /// The value outside, unfolded and decoded.
    pub outer: Option<String>,
    /// The value inside, unfolded and decoded.
    pub inner: Option<String>,
    /// Where the outer field is.
    pub outer_span: Option<Span>,
    /// Where the inner field is.
    pub inner_span: Option<Span>,
    /// How they relate.
    pub mark: HeaderMark,
}

impl Field {
    /// Its value in a layer.
    #[must_use]
    pub fn value(&self, layer: Layer) -> Option<&str> {
        match layer {
            Layer::Envelope => None,
            Layer::Outer => self.outer.as_deref(),
            Layer::Inner => self.inner.as_deref(),
        }
    }
}

/// Compares them as the agent does; a message that has no inside has outer fields only.
pub(super) fn compare(sources: &Sources<'_>) -> Vec<Field> {
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
        .map(|row| Field {
            outer_span: moved(row.outer_span, &outer),
            inner_span: moved(row.inner_span, &inner),
            name: crate::mail::escape_controls(&row.name),
            outer: row.outer,
            inner: row.inner,
            mark: row.mark,
        })
        .collect()
}

/// The header section as a buffer of its own, and where it starts in the one that it is in.
fn alone(header: &Header) -> (Buffer, usize) {
    let HeaderSection { range, .. } = &header.section;
    (header.buffer.part(header.buffer.name(), range.clone()), range.start)
}
