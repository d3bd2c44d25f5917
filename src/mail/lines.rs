//! Lines of octets: the one place that says where a line ends.
//!
//! RFC 5322 knows CRLF only; files on disk have bare LF as well, so both end a line here and a bare CR never does.

use std::fmt;
use std::ops::Range;

use memchr::memchr;

/// How one line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// CR LF.
    Crlf,
    /// A bare LF.
    Lf,
    /// The octets end without a line end.
    Missing,
}

impl LineEnd {
    /// Number of octets.
    #[must_use]
    pub const fn octets(self) -> usize {
        match self {
            Self::Crlf => 2,
            Self::Lf => 1,
            Self::Missing => 0,
        }
    }
}

/// One line, as offsets into the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Without its line end.
    pub content: Range<usize>,
    /// How it ends.
    pub end: LineEnd,
}

impl Line {
    /// With its line end.
    #[must_use]
    pub const fn whole(&self) -> Range<usize> {
        self.content.start..self.next()
    }

    /// Where the next line starts.
    #[must_use]
    pub const fn next(&self) -> usize {
        self.content.end.saturating_add(self.end.octets())
    }
}

/// The lines of a range, one after the other.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    octets: &'a [u8],
    next: usize,
    end: usize,
}

/// Goes through the lines of `range`, which is clamped to what there is.
#[must_use]
pub fn lines(octets: &[u8], range: Range<usize>) -> Lines<'_> {
    let end = range.end.min(octets.len());
    Lines { octets, next: range.start.min(end), end }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.next >= self.end {
            return None;
        }
        let rest = self.octets.get(self.next..self.end)?;
        let start = self.next;
        let line = match memchr(b'\n', rest) {
            None => Line { content: start..self.end, end: LineEnd::Missing },
            Some(feed) => {
                let crlf = feed > 0 && rest.get(feed.saturating_sub(1)) == Some(&b'\r');
                let end = if crlf { LineEnd::Crlf } else { LineEnd::Lf };
                let content_octets = if crlf { feed.saturating_sub(1) } else { feed };
                Line { content: start..start.saturating_add(content_octets), end }
            }
        };
        self.next = line.next();
        Some(line)
    }
}

/// Which line ends a run of octets has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnds {
    /// Bare CR only.
    Cr,
    /// CR LF throughout.
    Crlf,
    /// Bare LF throughout: the local form of most systems.
    Lf,
    /// More than one of them.
    Mixed,
    /// No line end at all.
    None,
}

impl LineEnds {
    /// Looks at every octet.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        TextForm::of(octets).line_ends
    }

    const fn named(crlf: bool, lf: bool, cr: bool) -> Self {
        match (crlf, lf, cr) {
            (false, false, false) => Self::None,
            (true, false, false) => Self::Crlf,
            (false, true, false) => Self::Lf,
            (false, false, true) => Self::Cr,
            _ => Self::Mixed,
        }
    }
}

/// What one look at every octet tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextForm {
    /// How lines end.
    pub line_ends: LineEnds,
    /// Whether there is a NUL, which no text has (RFC 5322 §4).
    pub has_nul: bool,
    /// Whether all octets are below 128.
    pub is_ascii: bool,
}

impl TextForm {
    /// Looks at every octet once.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        let mut sum = Tally::default();
        if let Some((first, others)) = octets.split_first() {
            sum.add(&[0], std::slice::from_ref(first));
            // A piece is counted in octets, so that many are added in one instruction.
            octets.chunks(PIECE).zip(others.chunks(PIECE)).for_each(|(before, piece)| sum.add(before, piece));
        }
        let line_ends = LineEnds::named(sum.crlf > 0, sum.lf > sum.crlf, sum.cr > sum.crlf);
        Self { line_ends, has_nul: sum.nul > 0, is_ascii: sum.bits < 128 }
    }
}

/// Fewer than a count in one octet holds, and whole registers of them.
const PIECE: usize = 224;

#[derive(Default)]
struct Tally {
    cr: usize,
    lf: usize,
    crlf: usize,
    nul: usize,
    bits: u8,
}

impl Tally {
    /// Counts a piece; `before` are the octets before each of its own.
    fn add(&mut self, before: &[u8], piece: &[u8]) {
        let (mut cr, mut lf, mut crlf, mut nul) = (0_u8, 0_u8, 0_u8, 0_u8);
        for (before, octet) in before.iter().zip(piece) {
            cr = cr.wrapping_add(u8::from(*octet == b'\r'));
            lf = lf.wrapping_add(u8::from(*octet == b'\n'));
            crlf = crlf.wrapping_add(u8::from(*before == b'\r') & u8::from(*octet == b'\n'));
            nul = nul.wrapping_add(u8::from(*octet == 0));
            self.bits |= octet;
        }
        self.cr += usize::from(cr);
        self.lf += usize::from(lf);
        self.crlf += usize::from(crlf);
        self.nul += usize::from(nul);
    }
}

impl fmt::Display for LineEnds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cr => "bare CR",
            Self::Crlf => "CRLF",
            Self::Lf => "bare LF",
            Self::Mixed => "mixed line ends",
            Self::None => "no line end",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crlf_and_lf_end_lines_and_cr_does_not() {
        let octets = b"a\r\nb\nc\rd\r\n\r\ne";
        let found: Vec<(&[u8], LineEnd)> =
            lines(octets, 0..octets.len()).map(|line| (&octets[line.content], line.end)).collect();
        assert_eq!(
            found,
            [
                (b"a".as_slice(), LineEnd::Crlf),
                (b"b", LineEnd::Lf),
                (b"c\rd", LineEnd::Crlf),
                (b"", LineEnd::Crlf),
                (b"e", LineEnd::Missing)
            ]
        );
    }

    #[test]
    fn a_range_cut_between_cr_and_lf_stays_inside() {
        let octets = b"a\r\nb";
        let found: Vec<Range<usize>> = lines(octets, 2..9).map(|line| line.content).collect();
        assert_eq!(found, [2..2, 3..4]);
        assert_eq!(lines(octets, 9..9).next(), None);
    }

    /// One octet after the other, as a sentence would say it.
    fn octet_by_octet(octets: &[u8]) -> TextForm {
        let after = |index: usize| octets.get(index + 1);
        let before = |index: usize| index.checked_sub(1).and_then(|index| octets.get(index));
        let places = |wanted: u8| (0..octets.len()).filter(move |index| octets[*index] == wanted);
        TextForm {
            line_ends: LineEnds::named(
                places(b'\n').any(|index| before(index) == Some(&b'\r')),
                places(b'\n').any(|index| before(index) != Some(&b'\r')),
                places(b'\r').any(|index| after(index) != Some(&b'\n')),
            ),
            has_nul: octets.contains(&0),
            is_ascii: octets.is_ascii(),
        }
    }

    proptest::proptest! {
        #[test]
        fn many_octets_at_once_tell_what_one_after_the_other_does(
            fill in 0_usize..520, octets in proptest::collection::vec(
                proptest::sample::select(b"\r\n\r\na\0\x80".to_vec()), 0..12)) {
            for first in [b"\r\n".as_slice(), b"aa"] {
                let octets = [&first.repeat(fill / 2), octets.as_slice(), b"a"].concat();
                proptest::prop_assert_eq!(TextForm::of(&octets), octet_by_octet(&octets));
                let octets = &octets[..octets.len() - 1];
                proptest::prop_assert_eq!(TextForm::of(octets), octet_by_octet(octets));
            }
        }
    }

    #[test]
    fn line_ends_are_named() {
        for (octets, expected) in [
            (b"".as_slice(), LineEnds::None),
            (b"a", LineEnds::None),
            (b"a\r\nb\r\n", LineEnds::Crlf),
            (b"a\nb", LineEnds::Lf),
            (b"a\rb", LineEnds::Cr),
            (b"a\r", LineEnds::Cr),
            (b"a\r\nb\n", LineEnds::Mixed),
            (b"a\nb\r", LineEnds::Mixed),
            (b"a\r\r\n", LineEnds::Mixed),
        ] {
            assert_eq!(LineEnds::of(octets), expected, "{octets:?}");
        }
    }
}
