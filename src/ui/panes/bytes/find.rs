//! Finding text or octets in a buffer of any size: a little in each frame, so that the window never waits.

use std::time::{Duration, Instant};

use memchr::{memchr2_iter, memmem};

/// More places than anybody steps through.
pub(super) const MOST: usize = 100_000;
const EACH_FRAME: Duration = Duration::from_millis(2);
const CHUNK: usize = 1 << 18;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// Exactly these octets.
    Octets(Vec<u8>),
    /// This text, ASCII letters in either case.
    Text(Vec<u8>),
}

impl Wanted {
    // Pairs of digits with blanks between them, or after 0x, are octets; all else is text.
    fn of(typed: &str) -> Option<Self> {
        let trimmed = typed.trim();
        if let Some(octets) = octets(trimmed) {
            return Some(Self::Octets(octets));
        }
        (!typed.is_empty()).then(|| Self::Text(typed.as_bytes().to_vec()))
    }

    fn len(&self) -> usize {
        match self {
            Self::Octets(octets) | Self::Text(octets) => octets.len(),
        }
    }

    fn places(&self, octets: &[u8]) -> Vec<usize> {
        match self {
            Self::Octets(wanted) => memmem::find_iter(octets, wanted).collect(),
            Self::Text(wanted) => {
                let Some(first) = wanted.first() else { return Vec::new() };
                let starts = memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), octets);
                let is_there = |start: &usize| {
                    octets.get(*start..*start + wanted.len()).is_some_and(|found| found.eq_ignore_ascii_case(wanted))
                };
                starts.filter(is_there).collect()
            }
        }
    }
}

fn octets(typed: &str) -> Option<Vec<u8>> {
    let digits = match typed.strip_prefix("0x") {
        Some(digits) => digits.replace(' ', ""),
        None => {
            let mut pairs = typed.split_whitespace();
            let paired = typed.contains(' ') && pairs.all(|pair| pair.len() == 2);
            paired.then(|| typed.split_whitespace().collect::<String>())?
        }
    };
    if digits.is_empty() || !digits.is_ascii() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let pair = |start: usize| u8::from_str_radix(digits.get(start..start + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// A search through one buffer.
#[derive(Debug, Default)]
pub(super) struct Search {
    typed: String,
    wanted: Option<Wanted>,
    scanned: usize,
    done: bool,
    hits: Vec<usize>,
    /// Which hit one is at.
    pub(super) at: Option<usize>,
}

impl Search {
    /// Looks for something else, or through another buffer.
    pub(super) fn start(&mut self, typed: &str) {
        *self = Self { typed: typed.to_owned(), wanted: Wanted::of(typed), ..Self::default() };
    }

    /// What is looked for, as it was typed.
    pub(super) fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether anything is looked for.
    pub(super) const fn is_on(&self) -> bool {
        self.wanted.is_some()
    }

    /// Goes on through `octets` for a moment; whether there is more to do.
    pub(super) fn go_on(&mut self, octets: &[u8]) -> bool {
        let started = Instant::now();
        while self.step(octets, CHUNK) {
            if started.elapsed() > EACH_FRAME {
                return true;
            }
        }
        false
    }

    fn step(&mut self, octets: &[u8], chunk: usize) -> bool {
        let Some(wanted) = self.wanted.as_ref().filter(|_| !self.done) else { return false };
        let end = self.scanned.saturating_add(chunk).min(octets.len());
        // A match may begin in this chunk and end in the next.
        let reach = end.saturating_add(wanted.len() - 1).min(octets.len());
        let places = wanted.places(octets.get(self.scanned..reach).unwrap_or_default());
        let from = self.scanned;
        let last = self.hits.last().map_or(0, |last| last + 1);
        self.hits.extend(places.into_iter().map(|place| place + from).filter(|place| *place >= last));
        self.hits.truncate(MOST + 1);
        self.scanned = end;
        self.done = end >= octets.len() || self.hits.len() > MOST;
        !self.done
    }

    /// How many octets have been looked through.
    pub(super) const fn scanned(&self) -> usize {
        self.scanned
    }

    /// Whether all of the buffer has been looked through.
    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    /// Whether there are more than are counted.
    pub(super) const fn has_more(&self) -> bool {
        self.hits.len() > MOST
    }

    /// Where each match begins.
    pub(super) fn hits(&self) -> &[usize] {
        self.hits.get(..self.hits.len().min(MOST)).unwrap_or_default()
    }

    /// How long a match is.
    pub(super) fn len(&self) -> usize {
        self.wanted.as_ref().map_or(0, Wanted::len)
    }

    /// Goes to the next match after `from`, or before it; at the end it goes on at the other end.
    pub(super) fn turn(&mut self, from: usize, forwards: bool) -> Option<usize> {
        let hits = self.hits();
        let last = hits.len().checked_sub(1)?;
        let next = match (self.at, forwards) {
            (Some(at), true) => {
                if at >= last {
                    0
                } else {
                    at + 1
                }
            }
            (Some(at), false) => at.checked_sub(1).unwrap_or(last),
            (None, true) => {
                let next = hits.partition_point(|hit| *hit < from);
                if next > last { 0 } else { next }
            }
            (None, false) => hits.partition_point(|hit| *hit < from).checked_sub(1).unwrap_or(last),
        };
        self.at = Some(next);
        self.hits().get(next).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(typed: &str, octets: &[u8], chunk: usize) -> Vec<usize> {
        let mut search = Search::default();
        search.start(typed);
        while search.step(octets, chunk) {}
        search.hits().to_vec()
    }

    #[test]
    fn pairs_of_digits_are_octets_and_all_else_is_text() {
        assert_eq!(Wanted::of("30 82"), Some(Wanted::Octets(vec![0x30, 0x82])));
        assert_eq!(Wanted::of("0x3082"), Some(Wanted::Octets(vec![0x30, 0x82])));
        for text in ["3082", "be", "30 8", "de ad be ef!", "0x308", "a bc"] {
            assert_eq!(Wanted::of(text), Some(Wanted::Text(text.as_bytes().to_vec())), "{text}");
        }
        assert_eq!(Wanted::of(""), None);
    }

    #[test]
    fn a_match_across_two_chunks_is_found_once() {
        let octets = b"..abc..ABC..abc";
        for chunk in 1..=octets.len() {
            assert_eq!(hits("abc", octets, chunk), [2, 7, 12], "in chunks of {chunk}");
        }
        assert_eq!(hits("61 62", octets, 3), [2, 12]);
    }

    #[test]
    fn the_next_match_after_the_last_is_the_first() {
        let mut search = Search::default();
        search.start("a");
        while search.step(b"a.a.a", 2) {}
        assert_eq!(search.turn(1, true), Some(2));
        assert_eq!(search.turn(0, true), Some(4));
        assert_eq!(search.turn(0, true), Some(0));
        assert_eq!(search.turn(0, false), Some(4));
    }
}
