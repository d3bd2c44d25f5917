//! The words that open a container of private keys.
//!
//! Kept in memory that is wiped when it is dropped; never shown by `Debug`, never logged.

use std::fmt;

use zeroize::Zeroizing;

/// A passphrase. Cloning copies it into memory that is wiped as well.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes the words as they are; the caller's string becomes ours and is wiped with us.
    pub fn new(words: impl Into<String>) -> Self {
        Self(Zeroizing::new(words.into()))
    }

    /// Takes the content of a passphrase file: its first line, without the line end.
    ///
    /// # Errors
    /// [`PassphraseError`] when the file is empty or its first line is not UTF-8.
    pub fn from_file_content(content: &[u8]) -> Result<Self, PassphraseError> {
        let line = content.split(|octet| *octet == b'\n').next().unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Err(PassphraseError::Empty);
        }
        std::str::from_utf8(line).map(Self::new).map_err(|_| PassphraseError::NotUtf8)
    }

    /// The words. Keep them no longer than the call they are for.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there are no words at all; some containers are sealed with the empty passphrase.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// Why a passphrase file gave no passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Nothing on the first line.
    #[error("the passphrase file's first line is empty: write the passphrase there")]
    Empty,
    /// Octets that are no text.
    #[error("the passphrase file's first line is not UTF-8 text: save it as UTF-8")]
    NotUtf8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_a_file_is_the_passphrase() {
        assert_eq!(Passphrase::from_file_content(b"open sesame\r\nrest").unwrap().expose(), "open sesame");
        assert_eq!(Passphrase::from_file_content(b"no newline").unwrap().expose(), "no newline");
    }

    #[test]
    fn an_empty_or_binary_file_is_refused() {
        assert_eq!(Passphrase::from_file_content(b"\nsecond"), Err(PassphraseError::Empty));
        assert_eq!(Passphrase::from_file_content(b"\xff\xfe"), Err(PassphraseError::NotUtf8));
    }

    #[test]
    fn debug_does_not_show_the_words() {
        assert!(!format!("{:?}", Passphrase::new("changeit")).contains("changeit"));
    }
}
