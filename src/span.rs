//! Octets and the places in them.
//!
//! A message is one immutable buffer; every parsed thing is a [`Span`] into a named [`Buffer`], so that whatever is
//! hashed, shown or reported is a slice of what arrived. Nothing here knows mail or cryptography.

mod mapped;

pub use mapped::MappedFile;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The name of a buffer of a run; the window's byte tabs and the `buffer` member of JSON spans use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BufferName {
    /// The message as it was read from a file, the network or the composer.
    Received,
    /// The CMS of the outer, encrypted layer, transfer encoding undone.
    EncryptedCms,
    /// What decryption gave: the signed entity with its MIME headers.
    Decrypted,
    /// The CMS of the signature, transfer encoding undone.
    SignatureCms,
    /// The content inside an opaque signed-data.
    SignedContent,
    /// The CMS around compressed content, transfer encoding undone.
    CompressedCms,
    /// What compressed content expanded to.
    Expanded,
    /// CMS or content of a layer beyond the usual two, in the order in which they were opened, from 1.
    Nested(u8),
    /// The message that was inside: what the sender wrote.
    Unwrapped,
    /// Outgoing: the `message/rfc822` entity around the original.
    Wrapped,
    /// Outgoing: the `multipart/signed` entity before encryption.
    Signed,
    /// Outgoing: the new message as it leaves.
    Secured,
}

impl BufferName {
    /// The name in JSON and in file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::EncryptedCms => "encrypted-cms",
            Self::Decrypted => "decrypted",
            Self::SignatureCms => "signature-cms",
            Self::SignedContent => "signed-content",
            Self::CompressedCms => "compressed-cms",
            Self::Expanded => "expanded",
            Self::Nested(number) => nested(number),
            Self::Unwrapped => "unwrapped",
            Self::Wrapped => "wrapped",
            Self::Signed => "signed",
            Self::Secured => "secured",
        }
    }
}

/// Ten layers have twenty buffers.
const fn nested(number: u8) -> &'static str {
    match number {
        1 => "nested-1",
        2 => "nested-2",
        3 => "nested-3",
        4 => "nested-4",
        5 => "nested-5",
        6 => "nested-6",
        7 => "nested-7",
        8 => "nested-8",
        9 => "nested-9",
        10 => "nested-10",
        11 => "nested-11",
        12 => "nested-12",
        13 => "nested-13",
        14 => "nested-14",
        15 => "nested-15",
        16 => "nested-16",
        17 => "nested-17",
        18 => "nested-18",
        19 => "nested-19",
        20 => "nested-20",
        _ => "nested",
    }
}

impl fmt::Display for BufferName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A half-open range of octets, `start..end`, in the buffer of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// Which buffer.
    pub buffer: BufferName,
    /// First octet, counted from 0.
    pub start: usize,
    /// One past the last octet.
    pub end: usize,
}

impl Span {
    /// The range of octets, without the buffer's name.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Number of octets.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span holds no octet.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// Octets on their way into a [`Buffer`]: a vector and a mapped file are taken over as they are, a slice is copied.
pub struct Octets(Storage);

enum Storage {
    Mapped(MappedFile),
    // A vector, since `Arc<[u8]>` would copy every body once more.
    Owned(Vec<u8>),
}

impl Storage {
    fn len(&self) -> usize {
        match self {
            Self::Mapped(file) => file.len(),
            Self::Owned(octets) => octets.len(),
        }
    }

    fn octets(&self) -> &[u8] {
        match self {
            Self::Mapped(file) => file.octets(),
            Self::Owned(octets) => octets,
        }
    }
}

impl From<Vec<u8>> for Octets {
    fn from(octets: Vec<u8>) -> Self {
        Self(Storage::Owned(octets))
    }
}

impl From<&[u8]> for Octets {
    fn from(octets: &[u8]) -> Self {
        Self(Storage::Owned(octets.to_vec()))
    }
}

impl From<MappedFile> for Octets {
    fn from(file: MappedFile) -> Self {
        Self(Storage::Mapped(file))
    }
}

/// An immutable run of octets with a name. Cloning shares the octets, and so does taking a part.
#[derive(Clone)]
pub struct Buffer {
    name: BufferName,
    whole: Arc<Storage>,
    range: Range<usize>,
}

impl Buffer {
    /// Names `octets`: a `Vec<u8>` or a [`MappedFile`], which is not copied, or a slice, which is.
    pub fn new(name: BufferName, octets: impl Into<Octets>) -> Self {
        let Octets(whole) = octets.into();
        Self { name, range: 0..whole.len(), whole: Arc::new(whole) }
    }

    /// The octets of `range`, clamped to what there is, as a buffer with a name and offsets of its own. Nothing is
    /// copied.
    #[must_use]
    pub fn part(&self, name: BufferName, range: Range<usize>) -> Self {
        let Range { start, end } = self.span(range).range();
        let from = self.range.start;
        let range = from.saturating_add(start)..from.saturating_add(end);
        Self { name, whole: Arc::clone(&self.whole), range }
    }

    /// The octets as they were taken over, and where in them this buffer lies.
    ///
    /// # Errors
    /// The buffer, where others share the octets or they are a mapped file.
    pub fn reclaim(self) -> Result<(Vec<u8>, Range<usize>), Self> {
        let Self { name, whole, range } = self;
        match Arc::try_unwrap(whole) {
            Ok(Storage::Owned(octets)) => Ok((octets, range)),
            Ok(mapped @ Storage::Mapped(_)) => Err(Self { name, whole: Arc::new(mapped), range }),
            Err(whole) => Err(Self { name, whole, range }),
        }
    }

    /// The buffer's name.
    #[must_use]
    pub const fn name(&self) -> BufferName {
        self.name
    }

    /// All the octets; of a mapped file that has changed since, none.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.whole.octets().get(self.range.clone()).unwrap_or_default()
    }

    /// Number of octets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Whether the octets are those that were parsed: false once a mapped file has changed.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        match &*self.whole {
            Storage::Mapped(file) => file.is_intact(),
            Storage::Owned(_) => true,
        }
    }

    /// The same octets under another name.
    #[must_use]
    pub fn renamed(&self, name: BufferName) -> Self {
        Self { name, ..self.clone() }
    }

    /// A span of this buffer; `range` is clamped to what there is.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let end = range.end.min(self.range.len());
        Span { buffer: self.name, start: range.start.min(end), end }
    }

    /// The span of the whole buffer.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.span(0..self.range.len())
    }

    /// The octets of `range`, clamped to what there is.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> &[u8] {
        self.octets().get(self.span(range).range()).unwrap_or_default()
    }
}

impl PartialEq for Buffer {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.octets() == other.octets()
    }
}

impl Eq for Buffer {}

// The octets may be a message body: a log line gets their number only.
impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({}, {} octets)", self.name, self.range.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_past_the_end_is_clamped() {
        let buffer = Buffer::new(BufferName::Received, b"abc".as_slice());
        assert_eq!(buffer.span(2..9).range(), 2..3);
        assert_eq!(buffer.slice(7..9), b"");
    }

    #[test]
    fn a_part_counts_from_its_own_start_and_shares_the_octets() {
        let buffer = Buffer::new(BufferName::Decrypted, b"abcdef".to_vec());
        let part = buffer.part(BufferName::Unwrapped, 2..9);
        assert_eq!((part.octets(), part.whole().range()), (b"cdef".as_slice(), 0..4));
        assert_eq!(part.octets().as_ptr(), buffer.slice(2..6).as_ptr());
        let inner = part.part(BufferName::Unwrapped, 1..3);
        assert_eq!((inner.octets(), inner.span(1..7).range()), (b"de".as_slice(), 1..2));
        assert_eq!(inner, Buffer::new(BufferName::Unwrapped, b"de".as_slice()));
        assert!(buffer.part(BufferName::Unwrapped, 7..9).octets().is_empty());
    }

    #[test]
    fn octets_are_given_back_once_nobody_shares_them() {
        let octets = b"abcdef".to_vec();
        let place = octets.as_ptr();
        let buffer = Buffer::new(BufferName::Wrapped, octets);
        let part = buffer.part(BufferName::Wrapped, 2..4);
        let part = part.reclaim().unwrap_err();
        assert_eq!(part.octets(), b"cd");
        drop(buffer);
        let (octets, range) = part.reclaim().unwrap();
        assert_eq!((octets.as_slice(), octets.as_ptr(), range), (b"abcdef".as_slice(), place, 2..4));
    }

    #[test]
    fn a_part_of_a_mapped_file_is_a_part_of_the_mapping() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abcdef").unwrap();
        let buffer = Buffer::new(BufferName::Received, MappedFile::open(file.path()).unwrap());
        let part = buffer.part(BufferName::Unwrapped, 2..4);
        assert_eq!((part.octets(), part.octets().as_ptr()), (b"cd".as_slice(), buffer.slice(2..4).as_ptr()));
        file.as_file().set_len(3).unwrap();
        assert_eq!((part.octets(), part.len(), part.is_intact()), (b"".as_slice(), 2, false));
        assert_eq!(buffer.slice(0..2), b"");
    }

    #[test]
    fn debug_shows_no_octet_of_the_message() {
        let buffer = Buffer::new(BufferName::Decrypted, b"a patient's name".as_slice());
        assert_eq!(format!("{buffer:?}"), "Buffer(decrypted, 16 octets)");
    }
}
