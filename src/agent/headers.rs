//! The outer headers beside those of the wrapped message, in wire order.

use crate::limits::Limits;
use crate::mail::{HeaderField, HeaderSection, decode_text, unfold};
use crate::span::{Buffer, Span};

/// How an outer field relates to the wrapped message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderMark {
    /// The same value on both sides.
    Same,
    /// On both sides, with different values.
    Differs,
    /// Only outside: added on the way, or by the agent; nothing protects it.
    OuterOnly,
    /// Only inside: kept from the eyes of those on the way.
    InnerOnly,
}

/// One field name with its value on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderComparison {
    /// The name as it is written.
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

/// Compares two messages' headers: first the outer fields in wire order, then those only inside, in wire order.
///
/// The n-th field of a name outside is compared with the n-th of that name inside. MIME fields (`Content-*`,
/// `MIME-Version`) describe their own layer; they are listed, and never marked as differing.
#[must_use]
pub fn compare_headers(outer: &Buffer, inner: &Buffer, limits: &Limits) -> Vec<HeaderComparison> {
    let outside = fields(outer, limits);
    let inside = fields(inner, limits);
    let mut taken = vec![false; inside.len()];
    let mut rows = Vec::with_capacity(outside.len());
    for field in &outside {
        let twin = inside.iter().zip(taken.iter_mut()).find(|(other, used)| !**used && other.key == field.key);
        let twin = twin.map(|(other, used)| {
            *used = true;
            other
        });
        rows.push(row(Some(field), twin));
    }
    rows.extend(inside.iter().zip(&taken).filter(|(_, used)| !**used).map(|(field, _)| row(None, Some(field))));
    rows
}

struct Field {
    key: String,
    name: String,
    value: String,
    span: Span,
}

impl Field {
    fn describes_its_layer(&self) -> bool {
        self.key.starts_with("content-") || self.key == "mime-version"
    }
}

fn fields(buffer: &Buffer, limits: &Limits) -> Vec<Field> {
    let octets = buffer.octets();
    let section = HeaderSection::scan(octets, 0..octets.len(), limits);
    let read = |field: &HeaderField| {
        let name = field.name(octets).into_owned();
        Field {
            key: name.to_ascii_lowercase(),
            name,
            value: decode_text(&unfold(field.value(octets))).trim().to_owned(),
            span: buffer.span(field.whole.clone()),
        }
    };
    section.fields.iter().map(read).collect()
}

fn row(outer: Option<&Field>, inner: Option<&Field>) -> HeaderComparison {
    let mark = match (outer, inner) {
        (Some(outer), Some(inner)) if outer.value == inner.value || outer.describes_its_layer() => HeaderMark::Same,
        (Some(_), Some(_)) => HeaderMark::Differs,
        (Some(_), None) => HeaderMark::OuterOnly,
        (None, _) => HeaderMark::InnerOnly,
    };
    HeaderComparison {
        name: outer.or(inner).map(|field| field.name.clone()).unwrap_or_default(),
        outer: outer.map(|field| field.value.clone()),
        inner: inner.map(|field| field.value.clone()),
        outer_span: outer.map(|field| field.span),
        inner_span: inner.map(|field| field.span),
        mark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::BufferName;

    fn marks(outer: &str, inner: &str) -> Vec<(String, HeaderMark)> {
        let outer = Buffer::new(BufferName::Received, outer.as_bytes());
        let inner = Buffer::new(BufferName::Unwrapped, inner.as_bytes());
        let rows = compare_headers(&outer, &inner, &Limits::DEFAULT);
        rows.into_iter().map(|row| (row.name, row.mark)).collect()
    }

    #[test]
    fn outer_fields_come_first_in_wire_order_and_differences_are_marked() {
        let rows = marks(
            "Received: x\r\nFrom: a@a.example\r\nContent-Type: application/pkcs7-mime\r\n\r\n",
            "Subject: secret\r\nFrom: b@b.example\r\nContent-Type: text/plain\r\n\r\n",
        );
        let expected = [
            ("Received", HeaderMark::OuterOnly),
            ("From", HeaderMark::Differs),
            ("Content-Type", HeaderMark::Same),
            ("Subject", HeaderMark::InnerOnly),
        ];
        assert_eq!(rows, expected.map(|(name, mark)| (name.to_owned(), mark)));
    }

    #[test]
    fn refolding_is_no_difference() {
        let rows = marks("To: a@a.example,\r\n b@b.example\r\n\r\n", "To: a@a.example, b@b.example\r\n\r\n");
        assert_eq!(rows, [("To".to_owned(), HeaderMark::Same)]);
    }
}
