//! Quoted-printable and base64 as the common programs write them.

use crate::mail::lines::lines;
use crate::mime::transfer::encode_base64_lines;

/// How a program writes quoted-printable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct QuotedPrintable {
    /// Characters of a line, the `=` of a soft break included.
    pub(super) width: usize,
    /// The last piece of a line may fill the width, since no `=` follows.
    pub(super) fills_last: bool,
    /// What is encoded at the start of a line for the sake of mbox and SMTP.
    pub(super) guard: Guard,
    /// Punctuation that some EBCDIC gateways change is encoded too (RFC 2045 §6.7).
    pub(super) guards_punctuation: bool,
    /// Lines break after a blank where there is one.
    pub(super) breaks_at_blanks: bool,
}

/// What is encoded at the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    From,
    FromAndDots,
    /// A line that is nothing but a dot, which would end a message in SMTP.
    LoneDot,
    Nothing,
}

impl Guard {
    const ALL: [Self; 4] = [Self::Nothing, Self::LoneDot, Self::From, Self::FromAndDots];

    fn guards(self, octet: u8, line: &[u8]) -> bool {
        match self {
            Self::From => line.starts_with(b"From "),
            Self::FromAndDots => octet == b'.' || line.starts_with(b"From "),
            Self::LoneDot => line == b".",
            Self::Nothing => false,
        }
    }
}

impl QuotedPrintable {
    /// What most programs do.
    pub(super) const USUAL: Self =
        Self { width: 76, fills_last: true, guard: Guard::Nothing, guards_punctuation: false, breaks_at_blanks: false };

    /// The ways that are tried, the usual ones first.
    pub(super) fn ways() -> Vec<Self> {
        let mut ways = Vec::new();
        for width in [76, 73, 72, 75, 74, 78, 70, 71, 77] {
            for (guard, guards_punctuation) in Guard::ALL
                .map(|guard| (guard, false))
                .into_iter()
                .chain([(Guard::Nothing, true), (Guard::FromAndDots, true)])
            {
                for (fills_last, breaks_at_blanks) in [(true, false), (false, false), (true, true)] {
                    ways.push(Self { width, fills_last, guard, guards_punctuation, breaks_at_blanks });
                }
            }
        }
        ways
    }

    /// Encodes text; its line ends stay.
    pub(super) fn encode(self, text: &[u8]) -> Vec<u8> {
        let mut encoded = Vec::with_capacity(text.len().saturating_add(text.len() / 8));
        for line in lines(text, 0..text.len()) {
            let content = text.get(line.content.clone()).unwrap_or_default();
            self.wrap(&self.tokens(content), line_end_of(text), &mut encoded);
            encoded.extend_from_slice(text.get(line.content.end..line.next()).unwrap_or_default());
        }
        encoded
    }

    fn tokens(self, line: &[u8]) -> Vec<Token> {
        let last = line.len().saturating_sub(1);
        let guarded = |place: usize, octet: u8| {
            place == 0 && self.guard.guards(octet, line)
                || self.guards_punctuation && b"!\"#$@[\\]^`{|}~".contains(&octet)
        };
        let token = |(place, octet): (usize, &u8)| match octet {
            b' ' | b'\t' if place == last => Token::escaped(*octet),
            b' ' | b'\t' => Token::plain(*octet),
            b'=' | 0..=32 | 127..=255 => Token::escaped(*octet),
            octet if guarded(place, *octet) => Token::escaped(*octet),
            octet => Token::plain(*octet),
        };
        line.iter().enumerate().map(token).collect()
    }

    fn wrap(self, tokens: &[Token], line_end: &[u8], encoded: &mut Vec<u8>) {
        let mut rest = tokens;
        let mut left: usize = tokens.iter().map(Token::len).sum();
        loop {
            let most = self.width.saturating_sub(1);
            if left <= if self.fills_last { self.width } else { most } {
                rest.iter().for_each(|token| encoded.extend_from_slice(token.text()));
                return;
            }
            let mut fits = fitting(rest, most);
            if self.breaks_at_blanks {
                let blank = rest.get(..fits).unwrap_or_default().iter().rposition(|token| token.is_blank());
                fits = blank.map_or(fits, |place| place.saturating_add(1));
            }
            let Some((piece, after)) = rest.split_at_checked(fits.max(1)) else { return };
            piece.iter().for_each(|token| encoded.extend_from_slice(token.text()));
            encoded.push(b'=');
            encoded.extend_from_slice(line_end);
            left = left.saturating_sub(piece.iter().map(Token::len).sum());
            rest = after;
        }
    }
}

/// How many of the tokens fit into so many characters.
fn fitting(tokens: &[Token], most: usize) -> usize {
    let mut length = 0_usize;
    let fits = |token: &&Token| {
        length = length.saturating_add(token.len());
        length <= most
    };
    tokens.iter().take_while(fits).count()
}

/// One octet, as it is or as `=XX`.
#[derive(Clone, Copy)]
struct Token {
    text: [u8; 3],
    length: u8,
}

impl Token {
    const fn plain(octet: u8) -> Self {
        Self { text: [octet, 0, 0], length: 1 }
    }

    fn escaped(octet: u8) -> Self {
        let digit = |value: u8| {
            if value < 10 { b'0'.saturating_add(value) } else { b'A'.saturating_add(value.saturating_sub(10)) }
        };
        Self { text: [b'=', digit(octet >> 4), digit(octet & 15)], length: 3 }
    }

    fn len(&self) -> usize {
        usize::from(self.length)
    }

    fn text(&self) -> &[u8] {
        self.text.get(..self.len()).unwrap_or_default()
    }

    fn is_blank(&self) -> bool {
        matches!(self.text(), b" " | b"\t")
    }
}

/// How the lines of a text end: as the first does.
pub(super) fn line_end_of(text: &[u8]) -> &'static [u8] {
    match memchr::memchr(b'\n', text) {
        Some(feed) if feed.checked_sub(1).and_then(|before| text.get(before)) != Some(&b'\r') => b"\n",
        _ => b"\r\n",
    }
}

/// Base64 without line ends.
pub(super) fn base64(octets: &[u8]) -> Vec<u8> {
    let mut lines = encode_base64_lines(octets);
    lines.retain(|octet| !matches!(octet, b'\r' | b'\n'));
    lines
}

/// Text in lines of `width` characters; the last one has a line end if `ended`.
pub(super) fn wrapped(text: &[u8], width: usize, line_end: &[u8], ended: bool) -> Vec<u8> {
    let mut lines = Vec::with_capacity(text.len().saturating_add(text.len() / width.max(1) * 2).saturating_add(2));
    for (place, line) in text.chunks(width.max(1)).enumerate() {
        if place > 0 {
            lines.extend_from_slice(line_end);
        }
        lines.extend_from_slice(line);
    }
    if ended {
        lines.extend_from_slice(line_end);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::TransferEncoding;
    use crate::mime::transfer::decode;

    #[test]
    fn every_way_decodes_to_the_same_text_and_keeps_its_width() {
        let text = "From here: é = ü, a line that goes on and on and on and on, until it is far too long for one line. \r\n.dot\r\n\r\ntab\t\r\nend".as_bytes();
        for way in QuotedPrintable::ways() {
            let encoded = way.encode(text);
            assert_eq!(decode(&TransferEncoding::QuotedPrintable, &encoded).octets, text, "{way:?}");
            let longest = encoded.split(|octet| *octet == b'\n').map(|line| line.trim_ascii_end().len()).max();
            assert!(longest.unwrap() <= way.width, "{way:?}");
        }
    }

    #[test]
    fn a_line_that_just_fits_has_no_soft_break() {
        let text = [b"x".repeat(76).as_slice(), b"\r\n"].concat();
        assert_eq!(QuotedPrintable::USUAL.encode(&text), text);
        let narrow = QuotedPrintable { fills_last: false, ..QuotedPrintable::USUAL };
        assert_eq!(narrow.encode(&text), [b"x".repeat(75).as_slice(), b"=\r\nx\r\n"].concat());
    }

    #[test]
    fn text_is_wrapped_with_and_without_a_last_line_end() {
        assert_eq!(wrapped(b"abcde", 2, b"\r\n", false), b"ab\r\ncd\r\ne");
        assert_eq!(wrapped(b"abcd", 2, b"\n", true), b"ab\ncd\n");
    }
}
