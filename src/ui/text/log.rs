//! What happened in the program.

use super::severity;
use crate::finding::Severity;

/// The list's name.
pub const LIST: &str = "Log";
/// It is empty.
pub const NOTHING: &str = "Nothing has gone wrong";

/// A line, read aloud.
#[must_use]
pub fn line(how_bad: Severity, message: &str) -> String {
    format!("{}: {message}", severity(how_bad))
}
