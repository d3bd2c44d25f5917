//! Structure and Bytes: fields, octets, finding them and copying them.

use super::{count, grouped, place, size};

/// Over the tree.
pub const STRUCTURE: &str = "Structure";
/// The tree's name.
pub const PARTS: &str = "Parts of the message";
/// Its filter.
pub const FILTER_PARTS: &str = "Filter parts";
/// Nothing is open.
pub const NO_MESSAGE: &str = "No message is open";
/// What to do about it.
pub const OPEN_A_MESSAGE: &str = "Open a message to see what it is made of";
/// The table as text.
pub const COPY_TABLE: &str = "Copy table";
/// What that does.
pub const COPY_TABLE_HINT: &str = "Copy all rows as comma-separated values, for a spreadsheet";
/// What a click on a column's head does.
pub const SORT_HINT: &str = "Sort by this column; again the other way round, once more as it was";
/// The offset field.
pub const GO_TO: &str = "Go to offset";
/// What may be typed there.
pub const GO_TO_HINT: &str = "Offset";
/// How it may be typed.
pub const GO_TO_FORMS: &str = "Decimal as 412, hexadecimal as 0x19c, from here as +16 or -16; Enter goes there";
/// Not a number.
pub const NOT_AN_OFFSET: &str = "Not an offset";
/// The field to find octets.
pub const FIND: &str = "Find text or octets";
/// How it may be typed.
pub const FIND_FORMS: &str = "Text in any case, or octets as 30 82; Enter finds the next, Shift+Enter the previous";
/// To the next.
pub const NEXT: &str = "Next match";
/// To the previous.
pub const PREVIOUS: &str = "Previous match";
/// Nothing like it.
pub const NOT_FOUND: &str = "not found";
/// Still at it: how much of the octets was looked through.
#[must_use]
pub fn searching(done: usize, of: usize) -> String {
    format!("searching, {} %", done.saturating_mul(100).checked_div(of).unwrap_or(100))
}
/// The menu of forms.
pub const COPY_AS: &str = "Copy as…";
/// Saves what is marked.
pub const SAVE_PART: &str = "Save part…";
/// What that saves.
pub const SAVE_HINT: &str = "Save the marked octets, or all of the buffer where nothing is marked";
/// What is marked where nothing is.
pub const WHOLE_BUFFER: &str = "The whole buffer";
/// Nothing is selected that could be copied.
pub const NOTHING_TO_COPY: &str = "Select something to copy";
/// Too much to copy.
pub const TOO_LARGE: &str = "Too large for the clipboard: save it instead";
/// Before an octet is pointed at.
pub const REST_ON_OCTET: &str = "Rest on an octet to see what it is part of; click to select that part";
/// Nothing is open in the drawer.
pub const NO_BYTES: &str = "Select an item to see its bytes";
/// Opens all of a part.
pub const OPEN_ALL: &str = "Open all below";
/// Closes all of a part.
pub const CLOSE_ALL: &str = "Close all below";
/// Shows the octets in the drawer.
pub const SHOW_BYTES: &str = "Show bytes";

/// The octets' name for who cannot see them.
#[must_use]
pub fn grid(len: usize) -> String {
    format!("Bytes, {}", count(len, "octet", "octets"))
}

/// Which octet is pointed at.
#[must_use]
pub fn octet(at: usize) -> String {
    format!("Octet {}", grouped(at))
}

/// What is marked, and where.
#[must_use]
pub fn marked(what: Option<&str>, start: usize, len: usize) -> String {
    match what {
        Some(what) => format!("{what}, {}", place(start, len)),
        None => place(start, len),
    }
}

/// A whole buffer.
#[must_use]
pub fn whole(len: usize) -> String {
    format!("{WHOLE_BUFFER}, {}", size(len))
}

/// An offset after the last octet.
#[must_use]
pub fn past_the_end(len: usize) -> String {
    format!("The buffer ends at {}", grouped(len))
}

/// `3 of 17`.
#[must_use]
pub fn hit(at: Option<usize>, hits: usize, more: bool) -> String {
    let of = if more { format!("more than {}", grouped(hits)) } else { grouped(hits) };
    match at {
        Some(at) => format!("{} of {of}", grouped(at + 1)),
        None if more => of,
        None => count(hits, "match", "matches"),
    }
}

/// Nothing passes the filter.
#[must_use]
pub fn nothing_matches(filter: &str, hidden: usize, what: &str) -> String {
    format!("Nothing matches “{}”. {} {what} hidden", super::plain(filter), grouped(hidden))
}

/// What was copied, in which form.
#[must_use]
pub fn copied(what: &str, form: &str) -> String {
    format!("Copied {what}: {form}")
}

/// The title of the menu of forms.
#[must_use]
pub fn copy_what(what: &str, len: usize) -> String {
    format!("Copy {what} ({}) as", size(len))
}

/// A header field.
pub const HEADER: &str = "Header field";
/// The forms' names.
pub const FORMS: &str = "Forms";
/// Digits.
pub const HEX: &str = "Hexadecimal";
/// Offset, digits and text.
pub const HEX_DUMP: &str = "Hex dump";
/// RFC 4648.
pub const BASE64: &str = "Base64";
/// RFC 7468.
pub const PEM: &str = "PEM";
/// With those that issued it.
pub const CHAIN_PEM: &str = "Chain as PEM";
/// Of a certificate.
pub const FINGERPRINT: &str = "SHA-256 fingerprint";
/// Characters.
pub const TEXT: &str = "Text";
/// Source code.
pub const ARRAY: &str = "Array of bytes";
/// Octets as they are, in a file.
pub const SAVE_OCTETS: &str = "Save to a file as it is…";

/// Octets that were selected by hand.
#[must_use]
pub fn selected(len: usize) -> String {
    count(len, "selected octet", "selected octets")
}

/// Shows everything again.
pub const CLEAR: &str = "Clear";
