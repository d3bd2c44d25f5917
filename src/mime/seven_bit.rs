//! What a transport may alter on its way: octets above 127, long lines, lines that begin with `From ` (RFC 1847 §2.1,
//! RFC 8551 §3.1.3, RFC 5322 §2.1.1); and the encoding that keeps composed text from it (RFC 2045 §6.7).

use std::fmt;

use memchr::{memmem, memrchr};

use super::canonical::TextForm;
use crate::mail::lines::lines;

/// RFC 2045 §6.7 (5): a line of quoted-printable, the soft line break included.
const COLUMNS: usize = 76;

/// RFC 5322 §2.1.1, without the line end.
const LONGEST_LINE: usize = 998;

/// Something in an entity that not every transport keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hazard {
    /// Octets above 127: a transport without 8BITMIME encodes them anew.
    EightBit,
    /// Lines that begin with `From `: mailbox files put `>` in front of them.
    FromLine,
    /// Lines longer than 998 octets: they are cut (RFC 5322 §2.1.1).
    LongLine {
        /// The longest, in octets without its line end.
        octets: usize,
    },
    /// NUL: removed, or the end of what is read.
    Nul,
}

impl Hazard {
    /// Whether mail that is sent may not have it at all, not even with 8BITMIME.
    #[must_use]
    pub const fn is_forbidden(&self) -> bool {
        matches!(self, Self::LongLine { .. } | Self::Nul)
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EightBit => f.write_str("octets above 127"),
            Self::FromLine => f.write_str("a line that begins with “From ”"),
            Self::LongLine { octets } => write!(f, "a line of {octets} octets"),
            Self::Nul => f.write_str("NUL octets"),
        }
    }
}

/// Every hazard of these octets, each kind once.
#[must_use]
pub fn hazards(octets: &[u8]) -> Vec<Hazard> {
    hazards_in_form(octets, TextForm::of(octets))
}

/// The same for octets of which `form` is known to tell.
#[must_use]
pub fn hazards_in_form(octets: &[u8], form: TextForm) -> Vec<Hazard> {
    let mut hazards = Vec::new();
    if !form.is_ascii {
        hazards.push(Hazard::EightBit);
    }
    if octets.starts_with(b"From ") || memmem::find(octets, b"\nFrom ").is_some() {
        hazards.push(Hazard::FromLine);
    }
    if may_have_long_lines(octets) {
        let longest = lines(octets, 0..octets.len()).map(|line| line.content.len()).max().unwrap_or_default();
        if longest > LONGEST_LINE {
            hazards.push(Hazard::LongLine { octets: longest });
        }
    }
    if form.has_nul {
        hazards.push(Hazard::Nul);
    }
    hazards
}

/// Whether some line ends later than the longest that is allowed. Of each stretch as long as that its last line end is
/// enough to know, so most octets are not looked at.
fn may_have_long_lines(octets: &[u8]) -> bool {
    let mut rest = octets;
    while rest.len() > LONGEST_LINE {
        let stretch = rest.get(..=LONGEST_LINE).unwrap_or(rest);
        match memrchr(b'\n', stretch).and_then(|feed| rest.get(feed.saturating_add(1)..)) {
            Some(after) => rest = after,
            None => return true,
        }
    }
    false
}

/// Whether text with CRLF line ends crosses every transport as it is: 7-bit, no line above 76 octets, none that begins
/// with `From ` or ends in a blank.
#[must_use]
pub fn is_safe_text(text: &str) -> bool {
    text.is_ascii()
        && !text.contains('\0')
        && text.split("\r\n").all(|line| {
            line.len() <= COLUMNS && !line.starts_with("From ") && !line.ends_with([' ', '\t']) && line != "."
        })
}

/// Text with CRLF line ends as quoted-printable (RFC 2045 §6.7): no line above 76 octets, none that a transport alters.
#[must_use]
pub fn quoted_printable(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len().saturating_add(text.len() / 8));
    for (index, line) in text.split("\r\n").enumerate() {
        if index > 0 {
            encoded.push_str("\r\n");
        }
        push_line(&mut encoded, line);
    }
    encoded
}

fn push_line(encoded: &mut String, line: &str) {
    let mut column = 0;
    let last = line.len().saturating_sub(1);
    for (place, octet) in line.bytes().enumerate() {
        let rest = line.as_bytes().get(place..).unwrap_or_default();
        let mut width = width_at(column, rest, place == last);
        // One column is left for the soft line break.
        if column + width > COLUMNS - usize::from(place < last) {
            encoded.push_str("=\r\n");
            column = 0;
            width = width_at(column, rest, place == last);
        }
        if width == 1 {
            encoded.push(char::from(octet));
        } else {
            encoded.push_str(&format!("={octet:02X}"));
        }
        column += width;
    }
}

/// 1 for an octet that stands for itself, 3 for one that is encoded.
fn width_at(column: usize, rest: &[u8], last: bool) -> usize {
    let plain = match rest.first() {
        Some(b' ' | b'\t') => !last,
        Some(b'.' | b'F') => column > 0 || !(rest.starts_with(b".") || rest.starts_with(b"From ")),
        Some(b'=') | None => false,
        Some(octet) => octet.is_ascii_graphic(),
    };
    if plain { 1 } else { 3 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::transfer::{TransferEncoding, decode};
    use super::*;

    #[test]
    fn what_a_transport_may_alter_is_named_once_each() {
        assert_eq!(hazards(b"Subject: x\r\n\r\nall is well\r\n"), []);
        let long = [b"a\r\nFrom me\r\nFrom you\r\n\xc3\xa9\0\r\n".as_slice(), &[b'x'; 999], b"\r\n"].concat();
        let expected = [Hazard::EightBit, Hazard::FromLine, Hazard::LongLine { octets: 999 }, Hazard::Nul];
        assert_eq!(hazards(&long), expected);
        assert_eq!(hazards(&[b'x'; 998]), []);
    }

    #[test]
    fn a_long_line_is_measured_wherever_it_stands() {
        for (before, octets) in [(0, 999), (1, 998), (997, 999), (998, 1000), (999, 1500), (5000, 4000), (40, 997)] {
            for end in [b"\r\n".as_slice(), b"\n", b""] {
                let text = [&b"ab\r\n".repeat(before), &vec![b'x'; octets], end].concat();
                let expected = if octets > 998 { vec![Hazard::LongLine { octets }] } else { Vec::new() };
                assert_eq!(hazards(&text), expected, "{before} {octets} {end:?}");
            }
        }
    }

    #[test]
    fn text_is_encoded_only_where_it_has_to_be() {
        assert!(is_safe_text("one\r\ntwo\r\n"));
        for text in ["é", "From me", "blank \r\nx", "\0", ".", &"x".repeat(77)] {
            assert!(!is_safe_text(text), "{text:?}");
            assert!(is_safe_text(&quoted_printable(text)), "{text:?}");
        }
        assert_eq!(quoted_printable("a=b \r\nFrom é"), "a=3Db=20\r\n=46rom =C3=A9");
    }

    proptest! {
        #[test]
        fn quoted_printable_is_safe_and_decodes_to_what_it_was(
            lines in proptest::collection::vec("(From |\\.|[ -~é\t=]){0,200}", 0..6)
        ) {
            let text = lines.join("\r\n");
            let encoded = quoted_printable(&text);
            prop_assert!(is_safe_text(&encoded), "{encoded:?}");
            let decoded = decode(&TransferEncoding::QuotedPrintable, encoded.as_bytes());
            prop_assert_eq!(decoded.octets, text.as_bytes());
            prop_assert!(decoded.notes.is_empty());
        }
    }
}
