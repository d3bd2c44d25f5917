//! Where the octets that arrived differ from those that were signed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use super::located::Located;
use crate::mail::escape_controls;
use crate::mail::lines::lines;
use crate::span::Span;

/// Places that are kept; more are counted.
const KEPT: usize = 50;
/// Octets of an excerpt.
const EXCERPT: usize = 72;
/// Lines that are looked ahead, of each side, for where both go on alike.
const AHEAD: usize = 48;
/// The same for messages of more than [`MANY`] lines, to which the square of it would be dear.
const AHEAD_OF_MANY: usize = 6;
const MANY: usize = 20_000;
/// Lines that are compared; more are told as one change.
const MOST: usize = 1_000_000;

/// One place where the octets were changed after they were signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The octets as they arrived; empty where some were taken away.
    pub span: Span,
    /// The line of the buffer on which they start, counted from 1.
    pub line: usize,
    /// The first octets that were signed here.
    pub signed: Vec<u8>,
    /// How many there were.
    pub signed_octets: usize,
    /// The first octets that arrived here.
    pub received: Vec<u8>,
}

impl Change {
    /// The octets that were signed here, for people.
    #[must_use]
    pub fn signed_excerpt(&self) -> String {
        excerpt(&self.signed, self.signed_octets)
    }

    /// The octets that arrived here, for people.
    #[must_use]
    pub fn received_excerpt(&self) -> String {
        excerpt(&self.received, self.span.len())
    }
}

/// What was changed, place by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The first places, in order.
    pub places: Vec<Change>,
    /// How many places there are.
    pub count: usize,
}

/// Compares what arrived with what was signed.
pub(super) fn compare(located: &Located, signed: &[u8]) -> Changes {
    let received = located.octets();
    let hunks = hunks(received, signed);
    let count = hunks.len();
    let lines_before = memchr::memchr_iter(b'\n', located.buffer.slice(0..located.range.start)).count();
    let mut line = lines_before.saturating_add(1);
    let mut counted = 0;
    let mut places = Vec::new();
    for (arrived, was) in hunks.into_iter().take(KEPT) {
        line = line.saturating_add(
            memchr::memchr_iter(b'\n', received.get(counted..arrived.start).unwrap_or_default()).count(),
        );
        counted = arrived.start;
        let first = |octets: &[u8], range: &Range<usize>| {
            octets.get(range.start..range.end.min(range.start.saturating_add(EXCERPT))).unwrap_or_default().to_vec()
        };
        let offset = located.range.start;
        places.push(Change {
            line,
            signed: first(signed, &was),
            signed_octets: was.len(),
            received: first(received, &arrived),
            span: located.buffer.span(offset.saturating_add(arrived.start)..offset.saturating_add(arrived.end)),
        });
    }
    Changes { places, count }
}

/// A line, and what it is compared by.
struct Hashed {
    range: Range<usize>,
    exact: u64,
    /// Without blanks and line ends.
    loose: u64,
}

fn hashed(octets: &[u8]) -> Vec<Hashed> {
    let hash = |line: &[u8], loose: bool| {
        let mut hasher = DefaultHasher::new();
        if loose {
            line.split(u8::is_ascii_whitespace).for_each(|word| hasher.write(word));
        } else {
            line.hash(&mut hasher);
        }
        hasher.finish()
    };
    let line = |range: Range<usize>| {
        let text = octets.get(range.clone()).unwrap_or_default();
        Hashed { exact: hash(text, false), loose: hash(text, true), range }
    };
    lines(octets, 0..octets.len()).map(|found| line(found.whole())).collect()
}

/// Ranges of what arrived with the ranges of what was signed in their place, each as short as it can be.
fn hunks(received: &[u8], signed: &[u8]) -> Vec<(Range<usize>, Range<usize>)> {
    let count = |octets: &[u8]| memchr::memchr_iter(b'\n', octets).count();
    if count(received).max(count(signed)) > MOST {
        return vec![trimmed(received, signed, 0..received.len(), 0..signed.len())];
    }
    let (one, other) = (hashed(received), hashed(signed));
    let ahead = if one.len().max(other.len()) > MANY { AHEAD_OF_MANY } else { AHEAD };
    let (mut left, mut right) = (0_usize, 0_usize);
    let mut hunks: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    // Lines that have nothing in common are told as one change.
    let mut joins = false;
    while left < one.len() || right < other.len() {
        let pair = (one.get(left), other.get(right));
        if let (Some(a), Some(b)) = pair
            && a.exact == b.exact
        {
            (left, right, joins) = (left.saturating_add(1), right.saturating_add(1), false);
            continue;
        }
        let akin = matches!(pair, (Some(a), Some(b)) if a.loose == b.loose);
        let (more, others) = if akin { (1, 1) } else { next_alike(&one, &other, (left, right), ahead) };
        let arrived = extent(&one, left..left.saturating_add(more), received.len());
        let was = extent(&other, right..right.saturating_add(others), signed.len());
        match hunks.last_mut() {
            Some((before, was_before)) if joins && !akin => {
                (before.end, was_before.end) = (arrived.end, was.end);
            }
            _ => hunks.push((arrived, was)),
        }
        joins = !akin;
        (left, right) = (left.saturating_add(more), right.saturating_add(others));
    }
    hunks.into_iter().map(|(arrived, was)| trimmed(received, signed, arrived, was)).collect()
}

/// How many lines of each side to pass over until both go on alike; one of each where that is not in sight.
fn next_alike(one: &[Hashed], other: &[Hashed], (left, right): (usize, usize), ahead: usize) -> (usize, usize) {
    let (rest, others) = (one.len().saturating_sub(left), other.len().saturating_sub(right));
    for both in 1..=ahead.saturating_mul(2) {
        for more in both.saturating_sub(ahead)..=both.min(ahead) {
            let less = both.saturating_sub(more);
            let pair = (one.get(left.saturating_add(more)), other.get(right.saturating_add(less)));
            if matches!(pair, (Some(a), Some(b)) if a.loose == b.loose) {
                return (more, less);
            }
            // Both end here.
            if more == rest && less == others {
                return (more, less);
            }
        }
    }
    (rest.min(1), others.min(1))
}

fn extent(lines: &[Hashed], places: Range<usize>, end: usize) -> Range<usize> {
    let start = lines.get(places.start).map_or(end, |line| line.range.start);
    let last = places.end.checked_sub(1).filter(|last| *last >= places.start).and_then(|last| lines.get(last));
    start..last.map_or(start, |line| line.range.end)
}

/// Without what both have in common at their starts and ends.
fn trimmed(received: &[u8], signed: &[u8], arrived: Range<usize>, was: Range<usize>) -> (Range<usize>, Range<usize>) {
    let a = received.get(arrived.clone()).unwrap_or_default();
    let b = signed.get(was.clone()).unwrap_or_default();
    let start = a.iter().zip(b).take_while(|(one, other)| one == other).count();
    let (a, b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(one, other)| one == other).count();
    let cut = |range: Range<usize>| range.start.saturating_add(start)..range.end.saturating_sub(end);
    (cut(arrived), cut(was))
}

/// Octets for people: what cannot be seen is shown as a sign.
fn excerpt(octets: &[u8], of: usize) -> String {
    if octets.is_empty() {
        return "nothing".to_owned();
    }
    let mut shown = String::new();
    for chunk in octets.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\r' => shown.push('␍'),
                '\n' => shown.push('␊'),
                '\t' => shown.push('␉'),
                '\u{feff}' => shown.push_str("\\u{feff}"),
                other => shown.push(other),
            }
        }
        chunk.invalid().iter().for_each(|octet| shown.push_str(&format!("\\x{octet:02x}")));
    }
    if shown.trim_matches(' ') != shown {
        shown = shown.replace(' ', "␠");
    }
    let more = if of > octets.len() { format!("… ({of} octets)") } else { String::new() };
    format!("“{}{more}”", escape_controls(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(received: &[u8], signed: &[u8]) -> Vec<(String, String)> {
        let text = |octets: &[u8]| excerpt(octets, octets.len());
        hunks(received, signed).into_iter().map(|(a, b)| (text(&received[a]), text(&signed[b]))).collect()
    }

    fn pair(one: &str, other: &str) -> (String, String) {
        (one.to_owned(), other.to_owned())
    }

    #[test]
    fn line_ends_are_told_line_by_line() {
        assert_eq!(told(b"a\nb\n", b"a\r\nb\r\n"), [pair("nothing", "“␍”"), pair("nothing", "“␍”")]);
    }

    #[test]
    fn what_was_added_is_told_alone() {
        type Case = (&'static [u8], &'static [u8], (String, String));
        let cases: [Case; 5] = [
            (b"a\r\nb\r\n_\r\nfooter\r\n", b"a\r\nb\r\n", pair("“_␍␊footer␍␊”", "nothing")),
            (b"a\r\n>From b\r\nc", b"a\r\nFrom b\r\nc", pair("“>”", "nothing")),
            (b"aaa\r\nbbb\r\nc\r\n", b"aaabbb\r\nc\r\n", pair("“␍␊”", "nothing")),
            (b"x\r\ny", b"x \r\ny", pair("nothing", "“␠”")),
            (b"y", b"head\r\ny", pair("nothing", "“head␍␊”")),
        ];
        for (received, signed, expected) in cases {
            assert_eq!(told(received, signed), [expected]);
        }
    }

    #[test]
    fn lines_with_nothing_in_common_are_one_change() {
        assert_eq!(told(b"h\r\nabc\r\ndef\r\n", b"h\r\nabcd\r\nef\r\n").len(), 1);
        assert!(told(b"same", b"same").is_empty());
        assert_eq!(told(b"", b"x"), [pair("nothing", "“x”")]);
    }

    #[test]
    fn what_cannot_be_seen_is_shown_as_a_sign() {
        assert_eq!(excerpt(b"a\tb\x00\xe9 ", 6), "“a␉b\\u{00}\\xe9␠”");
        assert_eq!(excerpt(b"abc", 9), "“abc… (9 octets)”");
    }
}
