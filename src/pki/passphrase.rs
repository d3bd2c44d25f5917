//! The words that open a container of private keys.
//!
//! Kept in memory that never moves, that the system is asked to keep out of the swap space and of core dumps, and that
//! is wiped when it is dropped ([`SecretOctets`]); never shown by `Debug`, never logged.

use std::ffi::CStr;
use std::fmt;
use std::ops::Range;

use zeroize::Zeroize as _;

use crate::openssl_ffi::SecretOctets;

/// A passphrase. Cloning copies it into memory that is wiped as well.
pub struct Passphrase {
    /// The words, and at least one NUL behind them: OpenSSL takes them as they lie.
    room: SecretOctets,
    length: usize,
    published: bool,
}

impl Passphrase {
    /// The environment variable in which scripts put a workspace's passphrase. It is read once and handed to no program
    /// that is started; the process's own copy of its environment is the system's, and is not wiped.
    pub const VARIABLE: &str = "SEALSCOPE_PASSPHRASE";

    /// Takes the words as they are; the string that is handed over is wiped.
    pub fn new(words: impl Into<String>) -> Self {
        let mut words = words.into();
        let mut taken = Self::with_room(words.len());
        taken.insert(0, &words);
        words.zeroize();
        taken
    }

    /// Takes words that everybody may know, as those of the demo. They protect nothing, so that a container sealed with
    /// them does without the long stretching that makes guesses costly.
    #[must_use]
    pub fn published(words: &str) -> Self {
        Self { published: true, ..Self::new(words) }
    }

    /// An empty passphrase with room for so many octets, to be typed into.
    #[must_use]
    pub fn with_room(octets: usize) -> Self {
        Self { room: SecretOctets::zeroed(octets.saturating_add(1)), length: 0, published: false }
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
        // Text alone goes in, cut only between characters.
        self.room.get(..self.length).and_then(|octets| std::str::from_utf8(octets).ok()).unwrap_or_default()
    }

    /// The words as C has them; `None` where a NUL among them would cut them short.
    #[must_use]
    pub(crate) fn expose_to_c(&self) -> Option<&CStr> {
        self.room.get(..=self.length).and_then(|octets| CStr::from_bytes_with_nul(octets).ok())
    }

    /// Whether there are no words at all; some containers are sealed with the empty passphrase.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether everybody may know the words.
    #[must_use]
    pub const fn is_published(&self) -> bool {
        self.published
    }

    /// Puts text in at that octet, as much of it as there is room for; says how much that was. Nothing goes in where no
    /// character begins.
    pub fn insert<'t>(&mut self, at: usize, text: &'t str) -> &'t str {
        let free = self.room.len().saturating_sub(1).saturating_sub(self.length);
        let fits = (0..=text.len().min(free)).rev().find_map(|end| text.get(..end)).unwrap_or_default();
        if !self.expose().is_char_boundary(at) {
            return "";
        }
        let end = at.saturating_add(fits.len());
        self.room.copy_within(at..self.length, end);
        if let Some(place) = self.room.get_mut(at..end) {
            place.copy_from_slice(fits.as_bytes());
        }
        self.length = self.length.saturating_add(fits.len());
        fits
    }

    /// Takes these octets out; nothing where they are not whole characters.
    pub fn remove(&mut self, octets: Range<usize>) {
        if self.expose().get(octets.clone()).is_none() {
            return;
        }
        self.room.copy_within(octets.end..self.length, octets.start);
        let left = self.length.saturating_sub(octets.len());
        self.wipe_from(left);
    }

    /// Takes all words out; the memory stays where it is, its octets do not.
    pub fn clear(&mut self) {
        self.wipe_from(0);
    }

    fn wipe_from(&mut self, left: usize) {
        if let Some(rest) = self.room.get_mut(left..) {
            rest.zeroize();
        }
        self.length = left;
    }
}

impl Default for Passphrase {
    fn default() -> Self {
        Self::with_room(0)
    }
}

impl Clone for Passphrase {
    fn clone(&self) -> Self {
        let mut copy = Self { published: self.published, ..Self::with_room(self.length) };
        copy.insert(0, self.expose());
        copy
    }
}

impl PartialEq for Passphrase {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Passphrase {}

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

    #[test]
    fn text_goes_in_and_out_between_characters_and_what_is_left_is_wiped() {
        let mut words = Passphrase::with_room(6);
        assert_eq!(words.insert(0, "aΩc"), "aΩc");
        assert_eq!((words.insert(2, "x"), words.insert(4, "zzz")), ("", "zz"), "in the middle of a character; no room");
        words.remove(1..2);
        assert_eq!(words.expose(), "aΩczz");
        words.remove(1..3);
        assert_eq!((words.expose(), &words.room[..]), ("aczz", b"aczz\0\0\0".as_slice()));
        let place = words.expose().as_ptr();
        words.clear();
        assert_eq!((words.expose().as_ptr(), &words.room[..]), (place, [0; 7].as_slice()));
    }

    #[test]
    fn c_gets_the_words_where_they_lie_unless_it_would_cut_them_short() {
        let words = Passphrase::new("sesame Ω");
        let shown = words.expose_to_c().unwrap();
        assert_eq!((shown.to_bytes(), shown.as_ptr().cast()), ("sesame Ω".as_bytes(), words.expose().as_ptr()));
        assert!(Passphrase::new("a\0b").expose_to_c().is_none());
        assert_eq!(Passphrase::default().expose_to_c().unwrap().to_bytes(), b"");
    }

    #[test]
    fn a_copy_has_the_same_words_and_memory_of_its_own() {
        let words = Passphrase::published("demo");
        let copy = words.clone();
        assert!(copy == words && copy.is_published() && copy.expose().as_ptr() != words.expose().as_ptr());
    }
}
