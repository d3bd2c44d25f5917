//! Where the parameters of a field are, octet for octet: what the reader of Content-Type leaves out.

use std::ops::Range;

use crate::mail::HeaderField;

/// A parameter as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    /// Name, equals sign and value.
    pub(super) whole: Range<usize>,
    /// The name.
    pub(super) name: Range<usize>,
    /// The value, within its quotation marks if it has any.
    pub(super) value: Range<usize>,
    /// Whether it has quotation marks.
    pub(super) quoted: bool,
}

/// Parameters of one field that are looked at.
const MOST: usize = 16;
/// Octets of a field in which they are looked for.
const LONGEST: usize = 64 << 10;

/// The parameters of a MIME field; what is no parameter is passed over.
pub(super) fn of(octets: &[u8], field: &HeaderField) -> Vec<Parameter> {
    let is_mime = octets.get(field.name.clone()).is_some_and(|name| name.to_ascii_lowercase().starts_with(b"content-"));
    let value = octets.get(field.value.clone()).unwrap_or_default();
    let mut found = Vec::new();
    if !is_mime || value.len() > LONGEST {
        return found;
    }
    let mut start = None;
    for end in ends(value) {
        if let Some(start) = start.filter(|_| found.len() < MOST) {
            found.extend(parameter(value, start..end, field.value.start));
        }
        start = Some(end.saturating_add(1));
    }
    found
}

/// The semicolons outside quotation marks, and the end.
fn ends(value: &[u8]) -> Vec<usize> {
    let (mut quoted, mut escaped) = (false, false);
    let mut ends = Vec::new();
    for (place, octet) in value.iter().enumerate() {
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => ends.push(place),
            _ => {}
        }
    }
    ends.push(value.len());
    ends
}

fn parameter(value: &[u8], range: Range<usize>, offset: usize) -> Option<Parameter> {
    let text = value.get(range.clone())?;
    let lead = text.iter().take_while(|octet| octet.is_ascii_whitespace()).count();
    let trail = text.iter().rev().take_while(|octet| octet.is_ascii_whitespace()).count();
    let equals = text.iter().position(|octet| *octet == b'=')?;
    let end = text.len().checked_sub(trail)?;
    let (quote, close) = (equals.checked_add(1)?, end.checked_sub(1)?);
    let quoted = close > quote && text.get(quote) == Some(&b'"') && text.get(close) == Some(&b'"');
    let value = if quoted { quote.checked_add(1)?..close } else { quote..end };
    let at = |place: usize| offset.saturating_add(range.start).saturating_add(place);
    (lead < equals && value.start <= value.end).then(|| Parameter {
        whole: at(lead)..at(end),
        name: at(lead)..at(equals),
        value: at(value.start)..at(value.end),
        quoted,
    })
}
