//! Header fields: outer beside wrapped, and how the two relate.

use super::plain;
use crate::agent::{HeaderComparison, HeaderMark};

/// Over the outer and the wrapped ones.
pub const HEADING: &str = "Headers";
/// What protects which.
pub const ABOUT: &str = "Outer headers travel unprotected; wrapped ones are signed and encrypted";
/// The table's name.
pub const TABLE: &str = "Headers, outer beside wrapped";
/// Over the headers of a part.
pub const OF_PART: &str = "Headers in wire order";
/// A part without headers of its own.
pub const NONE_OF_PART: &str = "This part has no headers of its own";
/// Their filter.
pub const FILTER: &str = "Filter headers";
/// Nothing left of them.
pub const NO_MATCH: &str = "No header matches";
/// What a filter over those of a part hides.
pub const HIDDEN: &str = "headers";
/// The head of the column of names.
pub const NAME: &str = "Name";
/// The head of the column of values.
pub const VALUE: &str = "Value";
/// What stands outside.
pub const OUTER: &str = "Outer";
/// What stands inside.
pub const WRAPPED: &str = "Wrapped";
/// The head of the column of marks.
pub const COMPARED: &str = "Compared";
/// In a cell without a value.
pub const NO_VALUE: &str = "—";

/// How a header relates to the other side of the wrapping.
#[must_use]
pub fn compared(field: &HeaderComparison) -> &'static str {
    match field.mark {
        // Content-Type and its like describe their own layer: that they differ is no difference between the messages.
        HeaderMark::Same if field.outer != field.inner => "of its layer",
        HeaderMark::Same => "same",
        HeaderMark::Differs => "differs",
        HeaderMark::OuterOnly => "outer only",
        HeaderMark::InnerOnly => "wrapped only",
    }
}

/// What that means.
#[must_use]
pub const fn meaning(mark: HeaderMark) -> &'static str {
    match mark {
        HeaderMark::Same => "The same outside and inside",
        HeaderMark::Differs => "Outside and inside differ: the wrapped one is what the sender signed",
        HeaderMark::OuterOnly => "Only outside: nothing protects it, and anybody on the way may have added it",
        HeaderMark::InnerOnly => "Only inside: kept from the eyes of those on the way",
    }
}

/// A value of one side.
#[must_use]
pub fn value(value: Option<&str>) -> String {
    value.map_or_else(|| "absent".to_owned(), plain)
}

/// A header of both sides, read aloud.
#[must_use]
pub fn line(field: &HeaderComparison) -> String {
    let (outer, wrapped) = (value(field.outer.as_deref()), value(field.inner.as_deref()));
    format!("{} {}: outer {outer}, wrapped {wrapped}", plain(&field.name), compared(field))
}
