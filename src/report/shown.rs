//! Text that may stand in a report.

use crate::finding::{counted, escape_controls};

/// A piece of text that has been through the policy of the report that it stands in.
///
/// There is no way from a `String` to a `Shown` but through the policy (`Mask`), whose every method says what kind of thing
/// the text is; only what the program itself says is made here. A document made of these cannot hold what its policy
/// masks, so that a renderer cannot forget to mask it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown(String);

impl Shown {
    /// Words of the program.
    #[must_use]
    pub fn fixed(words: &'static str) -> Self {
        Self(words.to_owned())
    }

    /// A number: a count, a size, a place.
    #[must_use]
    pub fn number(number: usize) -> Self {
        Self(number.to_string())
    }

    /// `1 octet`, `2 octets`.
    #[must_use]
    pub fn counted(number: usize, noun: &'static str) -> Self {
        Self(counted(number, noun))
    }

    /// Several pieces, one after the other.
    #[must_use]
    pub fn joined<'a>(pieces: impl IntoIterator<Item = &'a Self>) -> Self {
        Self(pieces.into_iter().map(Self::as_str).collect())
    }

    /// Several pieces with words of the program between them.
    #[must_use]
    pub fn list(pieces: &[Self], between: &'static str) -> Self {
        Self(pieces.iter().map(Self::as_str).collect::<Vec<_>>().join(between))
    }

    /// The text. What could steer a terminal or turn text round is escaped in it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lets a text pass: for the policy alone.
    pub(super) fn pass(text: &str) -> Self {
        Self(escape_controls(text))
    }
}

impl From<&'static str> for Shown {
    fn from(words: &'static str) -> Self {
        Self::fixed(words)
    }
}
