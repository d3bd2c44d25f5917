//! Lines of octets: the one place that says where a line ends.
//!
//! RFC 5322 knows CRLF only; files on disk have bare LF as well, so both end a line here and a bare CR never does.

use std::fmt;
use std::ops::Range;

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
        let line = match rest.iter().position(|&octet| octet == b'\n') {
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
        let (mut crlf, mut lf, mut cr) = (false, false, false);
        let mut after_cr = false;
        for &octet in octets {
            match octet {
                b'\n' if after_cr => crlf = true,
                b'\n' => lf = true,
                _ if after_cr => cr = true,
                _ => {}
            }
            after_cr = octet == b'\r';
        }
        match (crlf, lf, cr || after_cr) {
            (false, false, false) => Self::None,
            (true, false, false) => Self::Crlf,
            (false, true, false) => Self::Lf,
            (false, false, true) => Self::Cr,
            _ => Self::Mixed,
        }
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
