//! Sending: which keys sign, and the wrapped message against the original.

/// Over the keys that may sign.
pub const SIGN_WITH: &str = "Sign with";
/// Why the last key stays.
pub const ONE_SIGNS: &str = "A message leaves signed, so one key has to stay";
/// Opens the comparison.
pub const COMPARE: &str = "Compare with original";
/// Closes it.
pub const COMPARED: &str = "Hide the comparison";
/// What it does.
pub const COMPARE_HINT: &str = "Show both line by line, with the octets marked that differ";
/// What was wrapped.
pub const ORIGINAL: &str = "Original";
/// What it is in the wrapper.
pub const WRAPPED: &str = "Wrapped";
/// Both are one.
pub const SAME: &str = "The wrapped message is the original, octet for octet";
/// They differ in line ends alone.
pub const CRLF_FORM: &str = "The wrapped message is the original with its line ends made CRLF";
/// They differ.
pub const DIFFERS: &str = "The wrapped message differs from the original";
/// A line that is on one side only.
pub const NO_LINE: &str = "no such line";
/// Names the table.
pub const TABLE: &str = "Original and wrapped message, line by line";
/// A line end as mail has it.
pub const CRLF: &str = "CRLF";
/// A line end as most files have it.
pub const LF: &str = "LF";
/// A line that ends the file.
pub const NO_LINE_END: &str = "end";

/// The key that signs without a question.
#[must_use]
pub fn signed_with(key: &str, until: &str) -> String {
    format!("Signed with {key}, until {until}")
}

/// A key that may be chosen.
#[must_use]
pub fn key_until(key: &str, until: &str) -> String {
    format!("{key}, until {until}")
}

/// A line that is the same on both sides.
#[must_use]
pub fn equal_line(number: usize, line: &str) -> String {
    format!("Line {number}, equal, {line}")
}

/// A line that is not.
#[must_use]
pub fn differing_line(number: usize, original: &str, wrapped: &str) -> String {
    format!("Line {number}, different, original {original}, wrapped {wrapped}")
}

/// How many lines differ.
#[must_use]
pub fn lines_differ(count: usize, all: usize) -> String {
    match count {
        0 => format!("All {all} lines are equal"),
        1 => format!("1 of {all} lines differs"),
        many => format!("{many} of {all} lines differ"),
    }
}
