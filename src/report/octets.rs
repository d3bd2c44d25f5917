//! Octets in a report: excerpts of structure, and what kind of octets a changed place has.

use super::mask::Redaction;
use super::shown::Shown;
use crate::agent::Report;
use crate::finding::counted;
use crate::span::{Buffer, BufferName, Span};

/// Octets of an excerpt.
const OCTETS: usize = 96;
/// Octets of an excerpt of the message inside, which only a full report has.
const CONTENT_OCTETS: usize = 2048;
/// Octets on a line.
const LINE: usize = 16;
/// Runs of octets that the shape of a place is told in; the rest is counted.
const RUNS: usize = 12;

/// Octets of a buffer with their place, in hexadecimal and as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    title: &'static str,
    span: Span,
    octets: Vec<u8>,
}

impl Excerpt {
    /// What it shows.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// Where it stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Lines of an offset, octets in hexadecimal, and the same as text, where what is not ASCII is a dot.
    pub fn lines(&self) -> impl Iterator<Item = (usize, String, String)> {
        self.octets.chunks(LINE).enumerate().map(|(number, line)| {
            let hex: Vec<String> = line.iter().map(|octet| format!("{octet:02x}")).collect();
            let visible = |octet: &u8| if matches!(octet, b' '..=b'~') { char::from(*octet) } else { '.' };
            let offset = self.span.start.saturating_add(number.saturating_mul(LINE));
            (offset, hex.join(" "), line.iter().map(visible).collect())
        })
    }

    fn of(title: &'static str, buffer: &Buffer, start: usize, octets: usize) -> Option<Self> {
        let span = buffer.span(start..start.saturating_add(octets));
        (!span.is_empty()).then(|| Self { title, span, octets: buffer.slice(span.range()).to_vec() })
    }
}

/// The excerpts that a report may have: the start of each CMS structure, which names its kind, its algorithms and its
/// recipients. Of a signature that carries its content nothing is shown unless everything is. A full report has the message
/// inside too.
pub(super) fn excerpts(report: &Report, redaction: Redaction) -> Vec<Excerpt> {
    let mut found: Vec<Excerpt> = Vec::new();
    let full = redaction == Redaction::Full;
    let opaque = report.buffer(BufferName::SignedContent).is_some();
    let mut add = |name, title, octets| {
        found.extend(report.buffer(name).and_then(|buffer| Excerpt::of(title, buffer, 0, octets)));
    };
    // A subject or address in the names of recipients and signers is what this policy masks.
    if redaction != Redaction::WithoutNames {
        // A structure without recipients may be one that carries its content in the clear.
        if full || !report.recipient_infos.is_empty() {
            add(BufferName::EncryptedCms, "The start of the encrypted structure (CMS)", OCTETS);
        }
        if full || !opaque {
            add(BufferName::SignatureCms, "The start of the signature (CMS)", DETACHED_HEAD);
        }
    }
    if full {
        add(BufferName::Received, "The start of the message as it was read", CONTENT_OCTETS);
        add(BufferName::Decrypted, "The start of what was decrypted", CONTENT_OCTETS);
        add(BufferName::Unwrapped, "The start of the message inside", CONTENT_OCTETS);
    }
    found
}

/// A detached signature begins with its version, digest algorithms and the type of a content that is elsewhere; then
/// certificates follow.
const DETACHED_HEAD: usize = 64;

/// The kinds of octets of a place: `CR LF`, `12 letters, space`; never the octets themselves.
pub(super) fn kinds(octets: &[u8], of: usize) -> Shown {
    if of == 0 {
        return Shown::fixed("nothing");
    }
    let mut runs: Vec<(Kind, usize)> = Vec::new();
    for octet in octets {
        let kind = Kind::of(*octet);
        match runs.last_mut() {
            Some((last, count)) if *last == kind => *count = count.saturating_add(1),
            _ => runs.push((kind, 1)),
        }
    }
    let told = runs.iter().take(RUNS);
    let within: usize = told.clone().map(|(_, count)| count).sum();
    let mut words: Vec<String> = told.map(|(kind, count)| kind.words(*count)).collect();
    if within < of {
        words.push(format!("and {} more", counted(of.saturating_sub(within), "octet")));
    }
    Shown::pass(&words.join(", "))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    CarriageReturn,
    Control,
    Digit,
    EightBit,
    Letter,
    LineFeed,
    Sign,
    Space,
    Structure(char),
    Tab,
}

impl Kind {
    const fn of(octet: u8) -> Self {
        match octet {
            b'\r' => Self::CarriageReturn,
            b'\n' => Self::LineFeed,
            b'\t' => Self::Tab,
            b' ' => Self::Space,
            b'0'..=b'9' => Self::Digit,
            b'a'..=b'z' | b'A'..=b'Z' => Self::Letter,
            b'>' => Self::Structure('>'),
            b'.' => Self::Structure('.'),
            b'=' => Self::Structure('='),
            b'!'..=b'~' => Self::Sign,
            0x80..=0xff => Self::EightBit,
            _ => Self::Control,
        }
    }

    fn words(self, count: usize) -> String {
        let several = |name: &str| if count == 1 { name.to_owned() } else { format!("{count} × {name}") };
        match self {
            Self::CarriageReturn => several("CR"),
            Self::LineFeed => several("LF"),
            Self::Tab => several("tab"),
            Self::Structure(sign) => several(&format!("“{sign}”")),
            Self::Control => counted(count, "control character"),
            Self::Digit => counted(count, "digit"),
            Self::EightBit => counted(count, "octet") + " beyond ASCII",
            Self::Letter => counted(count, "letter"),
            Self::Sign => counted(count, "sign"),
            Self::Space => counted(count, "space"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_by_the_kinds_of_its_octets() {
        let rows: [(&[u8], &str); 5] = [
            (b"\r\n", "CR, LF"),
            (b"take 9", "4 letters, 1 space, 1 digit"),
            (b">From", "“>”, 4 letters"),
            ("=\u{e9}_\t".as_bytes(), "“=”, 2 octets beyond ASCII, 1 sign, tab"),
            (b"", "nothing"),
        ];
        for (octets, told) in rows {
            assert_eq!(kinds(octets, octets.len()).as_str(), told);
        }
        assert_eq!(kinds(b"abc", 90).as_str(), "3 letters, and 87 octets more");
    }

    #[test]
    fn an_excerpt_has_lines_of_sixteen_octets_with_their_places() {
        let buffer = Buffer::new(BufferName::EncryptedCms, (0x1e..0x40).collect::<Vec<u8>>());
        let excerpt = Excerpt::of("", &buffer, 1, 17).unwrap();
        let lines: Vec<_> = excerpt.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].0, 1);
        assert!(lines[0].1.starts_with("1f 20 21") && lines[0].2.starts_with(". !"), "{lines:?}");
        assert_eq!(lines[1], (17, "2f".to_owned(), "/".to_owned()));
    }
}
