//! Content-Transfer-Encoding (RFC 2045 §6): decoding that is total, and the one encoding that is made here.
//!
//! A decoder never fails: it gives what can be had and notes what is out of order, so that a caller who needs exact
//! octets (a CMS) can insist on [`Decoded::is_exact`].

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::mail::lines::{Line, LineEnd, lines};
use crate::mail::{escape_controls, unfold};

/// RFC 2045 §6.8.
const BASE64_COLUMNS: usize = 76;

/// RFC 7468 §2, and what `openssl` writes.
const PEM_COLUMNS: usize = 64;

/// Whole lines and whole groups of four; small enough for the processor's nearest cache.
const BLOCK_CHARACTERS: usize = BASE64_COLUMNS * 128;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// How a body is encoded for transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferEncoding {
    /// Three octets in four characters.
    Base64,
    /// Any octets.
    Binary,
    /// Lines with octets above 127.
    EightBit,
    /// Something else, lower case: the body cannot be decoded.
    Other(String),
    /// Text with `=XX`.
    QuotedPrintable,
    /// Lines of ASCII; what holds without the field.
    SevenBit,
}

impl TransferEncoding {
    /// Reads a field value as it arrived.
    #[must_use]
    pub fn parse(value: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&unfold(value)).to_lowercase();
        // A comment is allowed; what is left of it is the mechanism.
        let mechanism = text.split(['(', ';']).next().unwrap_or_default().trim();
        match mechanism {
            "" | "7bit" => Self::SevenBit,
            "8bit" => Self::EightBit,
            "base64" => Self::Base64,
            "binary" => Self::Binary,
            "quoted-printable" => Self::QuotedPrintable,
            other => Self::Other(other.chars().take(80).collect()),
        }
    }

    /// Whether the body is as it is: 7bit, 8bit or binary.
    #[must_use]
    pub const fn is_identity(&self) -> bool {
        matches!(self, Self::SevenBit | Self::EightBit | Self::Binary)
    }
}

impl fmt::Display for TransferEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base64 => f.write_str("base64"),
            Self::Binary => f.write_str("binary"),
            Self::EightBit => f.write_str("8bit"),
            Self::Other(other) => f.write_str(&escape_controls(other)),
            Self::QuotedPrintable => f.write_str("quoted-printable"),
            Self::SevenBit => f.write_str("7bit"),
        }
    }
}

/// What is out of order in an encoded body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferNote {
    /// base64: characters after the padding; they are left out.
    DataAfterPadding,
    /// base64: characters outside the alphabet; they are skipped.
    ForeignCharacters,
    /// quoted-printable: `=` that no two hexadecimal digits follow; it is kept as text.
    InvalidEscape,
    /// quoted-printable: lower-case hexadecimal digits; they are read.
    LowerCaseHex,
    /// base64: the last characters lack their padding.
    MissingPadding,
    /// The last characters are too few to mean anything; they are left out.
    Truncated,
    /// An encoding that is not known; the body is as it is.
    UnknownEncoding,
}

impl fmt::Display for TransferNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataAfterPadding => "The base64 goes on after its padding; what follows is left out",
            Self::ForeignCharacters => "The base64 holds characters that are none; they are skipped",
            Self::InvalidEscape => "The quoted-printable holds = without two hexadecimal digits; it is kept as text",
            Self::LowerCaseHex => "The quoted-printable has lower-case hexadecimal digits",
            Self::MissingPadding => "The base64 lacks padding at its end",
            Self::Truncated => "The encoded text ends too early; its last characters are left out",
            Self::UnknownEncoding => "The transfer encoding is not known; the body is taken as it is",
        })
    }
}

/// A decoded body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The octets.
    pub octets: Vec<u8>,
    /// What was out of order, each kind once.
    pub notes: Vec<TransferNote>,
}

impl Decoded {
    /// Whether the encoded text was in order, so that nothing was guessed or left out.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.notes.iter().all(|note| *note == TransferNote::LowerCaseHex)
    }

    fn note(&mut self, note: TransferNote) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// Undoes a transfer encoding.
#[must_use]
pub fn decode(encoding: &TransferEncoding, body: &[u8]) -> Decoded {
    match encoding {
        TransferEncoding::Base64 => decode_base64(body),
        TransferEncoding::QuotedPrintable => decode_quoted_printable(body),
        TransferEncoding::Other(_) => Decoded { octets: body.to_vec(), notes: vec![TransferNote::UnknownEncoding] },
        TransferEncoding::SevenBit | TransferEncoding::EightBit | TransferEncoding::Binary => {
            Decoded { octets: body.to_vec(), notes: Vec::new() }
        }
    }
}

/// Base64 in order takes the fast way; anything that deserves a note takes the slow one, which looks at each character.
fn decode_base64(body: &[u8]) -> Decoded {
    match decode_orderly_base64(body) {
        Some(octets) => Decoded { octets, notes: Vec::new() },
        None => decode_any_base64(body),
    }
}

/// Lines of base64 with CRLF or LF, padded as they should be; `None` for everything else.
fn decode_orderly_base64(body: &[u8]) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let mut block = Vec::with_capacity(BLOCK_CHARACTERS);
    let (mut next, mut width) = (0_usize, 0_usize);
    while let Some(left) = body.get(next..).filter(|left| !left.is_empty()) {
        let copied = match width {
            BASE64_COLUMNS => copy_lines::<BASE64_COLUMNS>(left, &mut block),
            PEM_COLUMNS => copy_lines::<PEM_COLUMNS>(left, &mut block),
            _ => 0,
        };
        if copied > 0 {
            next += copied;
            continue;
        }
        let line = line_at(body, next, width)?;
        (next, width) = (line.next(), line.content.len());
        let mut rest = body.get(line.content)?;
        while !rest.is_empty() {
            // Only the last block can hold padding, so a full one is decoded when more follows.
            if block.len() == BLOCK_CHARACTERS {
                base64_simd::STANDARD_NO_PAD.decode_append(&block, &mut octets).ok()?;
                block.clear();
            }
            let (fits, after) = rest.split_at_checked(BLOCK_CHARACTERS - block.len()).unwrap_or((rest, &[]));
            block.extend_from_slice(fits);
            rest = after;
        }
    }
    base64_simd::STANDARD.decode_append(&block, &mut octets).ok()?;
    Some(octets)
}

/// Copies the lines of so many characters with CRLF that `body` begins with, as far as the block has room; tells how many
/// octets they take. What is known to have that length is copied without a call.
fn copy_lines<const COLUMNS: usize>(body: &[u8], block: &mut Vec<u8>) -> usize {
    let (begun, room) = (block.len(), BLOCK_CHARACTERS - block.len());
    for line in body.chunks_exact(COLUMNS + 2).take(room / COLUMNS) {
        match line.split_first_chunk::<COLUMNS>() {
            Some((characters, b"\r\n")) => block.extend_from_slice(characters),
            _ => break,
        }
    }
    (block.len() - begun) / COLUMNS * (COLUMNS + 2)
}

/// The line that begins at `start`. Nearly all are as wide as the one before, so that is where its end is looked for
/// first; a line end before that would be no base64, and the decoder finds it.
fn line_at(body: &[u8], start: usize, width: usize) -> Option<Line> {
    let content = start..start.saturating_add(width);
    if width > 0 && body.get(content.end..).is_some_and(|after| after.starts_with(b"\r\n")) {
        return Some(Line { content, end: LineEnd::Crlf });
    }
    lines(body, start..body.len()).next()
}

fn decode_any_base64(body: &[u8]) -> Decoded {
    let mut decoded = Decoded { octets: Vec::new(), notes: Vec::new() };
    let mut characters = Vec::with_capacity(body.len());
    let mut padding = 0_usize;
    for &octet in body {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => characters.push(octet),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => {
                decoded.note(TransferNote::DataAfterPadding);
                break;
            }
            b'=' => padding = padding.saturating_add(1),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => decoded.note(TransferNote::ForeignCharacters),
        }
    }
    let surplus = characters.len() % 4;
    if surplus == 1 {
        characters.pop();
        decoded.note(TransferNote::Truncated);
    } else if surplus > 1 && padding.saturating_add(surplus) < 4 {
        decoded.note(TransferNote::MissingPadding);
    }
    match LENIENT.decode(&characters) {
        Ok(octets) => decoded.octets = octets,
        // Only the alphabet is left and no lone character: kept total all the same.
        Err(_) => decoded.note(TransferNote::Truncated),
    }
    decoded
}

/// RFC 2045 §6.7: blanks before a line end are transport's and go; `=` before a line end joins lines.
fn decode_quoted_printable(body: &[u8]) -> Decoded {
    let mut decoded = Decoded { octets: Vec::with_capacity(body.len()), notes: Vec::new() };
    for line in lines(body, 0..body.len()) {
        let content = body.get(line.content.clone()).unwrap_or_default();
        let content = trim_blanks_end(content);
        let (text, soft) = match content.strip_suffix(b"=") {
            Some(text) => (text, true),
            None => (content, false),
        };
        decode_escapes(text, &mut decoded);
        if soft && line.end == LineEnd::Missing {
            decoded.note(TransferNote::Truncated);
        }
        if !soft {
            let end = body.get(line.content.end..line.next()).unwrap_or_default();
            decoded.octets.extend_from_slice(end);
        }
    }
    decoded
}

fn trim_blanks_end(content: &[u8]) -> &[u8] {
    let kept =
        content.iter().rposition(|octet| !matches!(octet, b' ' | b'\t')).map_or(0, |last| last.saturating_add(1));
    content.get(..kept).unwrap_or_default()
}

fn decode_escapes(text: &[u8], decoded: &mut Decoded) {
    let mut rest = text;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        if octet != b'=' {
            decoded.octets.push(octet);
            continue;
        }
        match after {
            [high, low, left @ ..] if hex_octet(*high, *low).is_some() => {
                if high.is_ascii_lowercase() || low.is_ascii_lowercase() {
                    decoded.note(TransferNote::LowerCaseHex);
                }
                decoded.octets.extend(hex_octet(*high, *low));
                rest = left;
            }
            _ => {
                decoded.note(TransferNote::InvalidEscape);
                decoded.octets.push(octet);
            }
        }
    }
}

/// The octet of two hexadecimal digits.
pub(super) fn hex_octet(high: u8, low: u8) -> Option<u8> {
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|value| u8::try_from(value).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

/// Encodes as base64 in lines of 76 characters, each ended by CRLF.
#[must_use]
pub fn encode_base64_lines(octets: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(base64_lines_length(octets.len()));
    push_base64_lines(octets, &mut encoded);
    encoded
}

/// How many octets [`push_base64_lines`] makes of so many.
#[must_use]
pub const fn base64_lines_length(octets: usize) -> usize {
    let characters = octets.div_ceil(3).saturating_mul(4);
    characters.saturating_add(characters.div_ceil(BASE64_COLUMNS).saturating_mul(2))
}

/// [`encode_base64_lines`], at the end of what is there already.
pub fn push_base64_lines(octets: &[u8], encoded: &mut Vec<u8>) {
    encoded.reserve(base64_lines_length(octets.len()));
    let mut block = Vec::with_capacity(BLOCK_CHARACTERS);
    for piece in octets.chunks(BLOCK_CHARACTERS / 4 * 3) {
        block.clear();
        base64_simd::STANDARD.encode_append(piece, &mut block);
        let (lines, rest) = block.as_chunks::<BASE64_COLUMNS>();
        for line in lines {
            encoded.extend_from_slice(line);
            encoded.extend_from_slice(b"\r\n");
        }
        if !rest.is_empty() {
            encoded.extend_from_slice(rest);
            encoded.extend_from_slice(b"\r\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn encodings_are_named_without_case_and_comments() {
        for (value, expected) in [
            (b" Base64 ".as_slice(), TransferEncoding::Base64),
            (b"QUOTED-PRINTABLE (x)", TransferEncoding::QuotedPrintable),
            (b"\r\n 8bit", TransferEncoding::EightBit),
            (b"", TransferEncoding::SevenBit),
            (b"x-uuencode", TransferEncoding::Other("x-uuencode".to_owned())),
        ] {
            assert_eq!(TransferEncoding::parse(value), expected, "{value:?}");
        }
    }

    /// Where the fast way answers, the slow one gives the same octets and has nothing to note.
    fn assert_both_ways_agree(body: &[u8]) -> bool {
        let (fast, slow) = (decode_orderly_base64(body), decode_any_base64(body));
        if let Some(octets) = &fast {
            assert_eq!((octets, slow.notes.as_slice()), (&slow.octets, [].as_slice()), "{body:?}");
        }
        fast.is_some()
    }

    /// Base64 in lines of `columns`, with `noise` put in at the places that go with it.
    fn noisy(octets: &[u8], columns: usize, line_end: &[u8], noise: &[(usize, u8)]) -> Vec<u8> {
        let text = base64::engine::general_purpose::STANDARD.encode(octets);
        let mut body: Vec<u8> = text.as_bytes().chunks(columns).flat_map(|line| [line, line_end].concat()).collect();
        for (place, octet) in noise {
            let place = place % (body.len() + 1);
            body.insert(place, *octet);
        }
        body
    }

    proptest! {
        #[test]
        fn orderly_base64_takes_the_fast_way_and_gives_the_same(
            octets in proptest::collection::vec(any::<u8>(), 0..600), columns in 1_usize..200, crlf in any::<bool>()) {
            let body = noisy(&octets, columns, if crlf { b"\r\n" } else { b"\n" }, &[]);
            prop_assert!(assert_both_ways_agree(&body));
            prop_assert_eq!(decode(&TransferEncoding::Base64, &body).octets, octets);
        }

        #[test]
        fn noise_is_read_the_same_both_ways(
            octets in proptest::collection::vec(any::<u8>(), 0..200), columns in 1_usize..100,
            noise in proptest::collection::vec((any::<usize>(), prop_oneof![
                proptest::sample::select(b"=\r\n \tA/+-_".to_vec()), any::<u8>()]), 0..4)) {
            let body = noisy(&octets, columns, b"\r\n", &noise);
            assert_both_ways_agree(&body);
        }

        #[test]
        fn any_characters_are_read_the_same_both_ways(
            body in proptest::collection::vec(proptest::sample::select(b"ABab09+/==\r\n ".to_vec()), 0..40)) {
            assert_both_ways_agree(&body);
        }
    }

    #[test]
    fn blocks_are_cut_anywhere_and_come_back() {
        for length in [BLOCK_CHARACTERS / 4 * 3 - 1, BLOCK_CHARACTERS / 4 * 3, BLOCK_CHARACTERS, 100_003] {
            let octets: Vec<u8> = (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect();
            for columns in [1, 4, 64, 75, 76, 77, 10_000, 1 << 20] {
                assert!(assert_both_ways_agree(&noisy(&octets, columns, b"\r\n", &[])), "{length} {columns}");
            }
            // Padding in the middle ends the text, on a border of blocks too.
            let twice = [noisy(&octets, 76, b"\r\n", &[]), noisy(&octets, 76, b"\r\n", &[])].concat();
            assert_eq!(assert_both_ways_agree(&twice), length % 3 == 0);
            let encoded = encode_base64_lines(&octets);
            assert_eq!((encoded.len(), &encoded), (base64_lines_length(length), &noisy(&octets, 76, b"\r\n", &[])));
        }
    }

    #[test]
    fn base64_is_decoded_as_far_as_it_goes() {
        for (text, octets, notes) in [
            (b"".as_slice(), b"".as_slice(), [].as_slice()),
            (b"YWJj", b"abc", &[]),
            (b"YW\r\nJj\r\n", b"abc", &[]),
            (b"YWI=", b"ab", &[]),
            (b"YQ==\r\n", b"a", &[]),
            (b"YWI", b"ab", &[TransferNote::MissingPadding]),
            (b"YQ=", b"a", &[TransferNote::MissingPadding]),
            (b"YWJjY", b"abc", &[TransferNote::Truncated]),
            (b"YW!Jj", b"abc", &[TransferNote::ForeignCharacters]),
            (b"YQ==YWJj", b"a", &[TransferNote::DataAfterPadding]),
            (b"YR==", b"a", &[]),
            (b"====", b"", &[]),
            (b"\0\xff", b"", &[TransferNote::ForeignCharacters]),
        ] {
            let decoded = decode(&TransferEncoding::Base64, text);
            assert_eq!((decoded.octets.as_slice(), decoded.notes.as_slice()), (octets, notes), "{text:?}");
        }
    }

    #[test]
    fn quoted_printable_is_decoded_as_far_as_it_goes() {
        for (text, octets, notes) in [
            (b"a=3Db".as_slice(), b"a=b".as_slice(), [].as_slice()),
            (b"a=\r\nb\r\n", b"ab\r\n", &[]),
            (b"a= \t\r\nb", b"ab", &[]),
            (b"a \t\r\nb ", b"a\r\nb", &[]),
            (b"a=20\nb", b"a \nb", &[]),
            (b"=c3=A9", b"\xc3\xa9", &[TransferNote::LowerCaseHex]),
            (b"a=zz=4", b"a=zz=4", &[TransferNote::InvalidEscape]),
            (b"a=", b"a", &[TransferNote::Truncated]),
            (b"==41", b"=A", &[TransferNote::InvalidEscape]),
            (b"\xff\0", b"\xff\0", &[]),
        ] {
            let decoded = decode(&TransferEncoding::QuotedPrintable, text);
            assert_eq!((decoded.octets.as_slice(), decoded.notes.as_slice()), (octets, notes), "{text:?}");
        }
    }

    #[test]
    fn encoded_lines_have_76_characters() {
        let encoded = encode_base64_lines(&[7; 58]);
        let lengths: Vec<usize> = encoded.split(|&octet| octet == b'\n').map(<[u8]>::len).collect();
        assert_eq!(lengths, [77, 5, 0]);
        assert_eq!(encode_base64_lines(b""), b"");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
            let decoded = decode(&TransferEncoding::Base64, &encode_base64_lines(&octets));
            prop_assert!(decoded.is_exact());
            prop_assert_eq!(decoded.octets, octets);
        }

        #[test]
        fn any_octets_are_decoded_without_panic(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = decode(&TransferEncoding::Base64, &octets);
            let _ = decode(&TransferEncoding::QuotedPrintable, &octets);
        }
    }
}
