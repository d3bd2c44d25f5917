//! mbox files (RFC 4155): messages one after the other, each behind a `From ` line.
//!
//! RFC 4155 asks readers to tolerate what writers do. A `From ` line starts a message where it looks like one (ends in
//! a year) and an empty line or the start of the file stands before it. Quoting (`>From `) is left as it is: whether a
//! writer quoted cannot be known, and undoing it would change signed octets.

use std::io::{self, BufRead};
use std::ops::Range;

use super::lines::lines;

/// Whether a file looks like an mbox.
#[must_use]
pub fn looks_like(octets: &[u8]) -> bool {
    let first = lines(octets, 0..octets.len()).next();
    first.is_some_and(|line| is_from_line(octets.get(line.content).unwrap_or_default()))
}

/// The messages of an mbox, each without its `From ` line and without the empty line that the format puts after it.
#[must_use]
pub fn split(octets: &[u8]) -> Vec<Range<usize>> {
    let mut messages: Vec<Range<usize>> = Vec::new();
    let mut start = None;
    // Where the empty line before this one starts; at the start of the file, there.
    let mut empty_before = Some(0);
    for line in lines(octets, 0..octets.len()) {
        let content = octets.get(line.content.clone()).unwrap_or_default();
        if let Some(empty) = empty_before
            && is_from_line(content)
        {
            messages.extend(start.map(|start: usize| start..empty.max(start)));
            start = Some(line.next());
        }
        empty_before = content.is_empty().then_some(line.content.start);
    }
    let end = empty_before.unwrap_or(octets.len());
    messages.extend(start.map(|start| start..end.max(start)));
    messages
}

/// The messages of an mbox, read one after the other, so that a file of any size lies in memory one message at a time.
/// They are those of [`split`].
#[derive(Debug)]
pub struct Messages<R> {
    source: R,
    /// Octets that one message may have.
    limit: usize,
    position: u64,
    line: Capped,
    message: Option<Capped>,
    /// Where in the message the empty line before this one starts; at the start of the file, there.
    empty_before: Option<usize>,
    ended: bool,
}

/// One message of an mbox that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MboxMessage {
    /// More octets than one message may have: how many. They were passed over.
    TooLarge(usize),
    /// Its octets, as those of [`split`].
    Whole(Vec<u8>),
}

/// Octets up to a limit, and how many there were.
#[derive(Debug, Default)]
struct Capped {
    kept: Vec<u8>,
    octets: usize,
}

impl Capped {
    fn push(&mut self, octets: &[u8], limit: usize) {
        self.octets = self.octets.saturating_add(octets.len());
        if self.octets <= limit {
            self.kept.extend_from_slice(octets);
        } else {
            self.kept = Vec::new();
        }
    }
}

impl<R: BufRead> Messages<R> {
    /// Starts at the first line of the file.
    pub fn new(source: R, limit: usize) -> Self {
        let (line, message) = (Capped::default(), None);
        Self { source, limit, position: 0, line, message, empty_before: Some(0), ended: false }
    }

    /// Octets of the file that were read so far.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Reads one line with its line end; one that is longer than a message may be is counted and not kept.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line = Capped::default();
        loop {
            let piece = self.source.fill_buf()?;
            if piece.is_empty() {
                return Ok(self.line.octets > 0);
            }
            let end = memchr::memchr(b'\n', piece).map(|at| at.saturating_add(1));
            let taken = end.unwrap_or(piece.len());
            self.line.push(piece.get(..taken).unwrap_or_default(), self.limit);
            self.source.consume(taken);
            self.position = self.position.saturating_add(u64::try_from(taken).unwrap_or(u64::MAX));
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    fn finish(&mut self, end: Option<usize>) -> Option<MboxMessage> {
        let Capped { mut kept, octets } = self.message.take()?;
        if octets > self.limit {
            return Some(MboxMessage::TooLarge(octets));
        }
        kept.truncate(end.unwrap_or(octets));
        Some(MboxMessage::Whole(kept))
    }

    fn next_message(&mut self) -> io::Result<Option<MboxMessage>> {
        while self.read_line()? {
            let content = self.line.kept.strip_suffix(b"\n").unwrap_or(&self.line.kept);
            let content = content.strip_suffix(b"\r").filter(|_| self.line.kept.ends_with(b"\n")).unwrap_or(content);
            let is_empty = content.is_empty() && self.line.octets <= 2;
            if self.empty_before.is_some() && is_from_line(content) {
                let finished = self.finish(self.empty_before);
                self.message = Some(Capped::default());
                self.empty_before = None;
                if finished.is_some() {
                    return Ok(finished);
                }
                continue;
            }
            let start = self.message.as_ref().map_or(0, |message| message.octets);
            if let Some(message) = &mut self.message {
                message.octets = message.octets.saturating_add(self.line.octets.saturating_sub(self.line.kept.len()));
                message.push(&self.line.kept, self.limit);
            }
            self.empty_before = is_empty.then_some(start);
        }
        self.ended = true;
        Ok(self.finish(self.empty_before))
    }
}

impl<R: BufRead> Iterator for Messages<R> {
    type Item = io::Result<MboxMessage>;

    /// The next message; after an error nothing more comes.
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_message();
        self.ended = self.ended || next.is_err();
        next.transpose()
    }
}

/// `From`, an address or so, and a date that ends in a year, a time zone perhaps after it.
fn is_from_line(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let is_year = |word: &[u8]| word.len() == 4 && word.iter().all(u8::is_ascii_digit);
    let has_time = rest.split(|&octet| octet == b':').count() > 1;
    has_time && rest.split(|&octet| octet == b' ').any(is_year)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(octets: &[u8]) -> Vec<&[u8]> {
        split(octets).into_iter().map(|range| &octets[range]).collect()
    }

    #[test]
    fn messages_lie_between_from_lines() {
        let file = b"From a@b Mon Jan  1 00:00:00 2024\nSubject: 1\n\nFrom here on\n\nFrom hell\n\n\
            From c@d Tue Jan  2 00:00:00 2024 +0100\nSubject: 2\n\nx\n\n";
        assert_eq!(messages(file), [b"Subject: 1\n\nFrom here on\n\nFrom hell\n".as_slice(), b"Subject: 2\n\nx\n"]);
    }

    #[test]
    fn a_from_line_needs_an_empty_line_before_it() {
        let file = b"From a@b Mon Jan  1 00:00:00 2024\r\nS: 1\r\n\r\nx\r\nFrom c@d Tue Jan  2 00:00:00 2024\r\ny\r\n";
        assert_eq!(messages(file).len(), 1);
    }

    #[test]
    fn quoting_is_left_alone_and_other_files_give_nothing() {
        let file = b"From a Mon Jan  1 00:00:00 2024\n\n>From x\n";
        assert_eq!(messages(file), [b"\n>From x\n".as_slice()]);
        assert!(messages(b"Subject: x\n\nbody").is_empty());
        assert!(!looks_like(b"From: a@b\n\n"));
        assert!(looks_like(file));
        assert!(messages(b"").is_empty());
    }

    fn streamed(octets: &[u8], buffer: usize) -> Vec<Vec<u8>> {
        let whole = |message: io::Result<MboxMessage>| match message.unwrap() {
            MboxMessage::Whole(octets) => octets,
            MboxMessage::TooLarge(octets) => panic!("{octets} octets"),
        };
        Messages::new(io::BufReader::with_capacity(buffer, octets), 1 << 20).map(whole).collect()
    }

    #[test]
    fn read_one_after_the_other_the_messages_are_the_same() {
        let line = ["From a@b Mon Jan  1 00:00:00 2024", "From here on", "Subject: 1", "", "", ">From x", "\r", "a\rb"];
        for seed in 0_usize..2_000 {
            let chosen = (0..9).map(|place| (seed * 7 + place * place * (seed % 11) + place) % (line.len() + 1));
            let mut octets = Vec::new();
            for number in chosen {
                octets.extend_from_slice(line.get(number).copied().unwrap_or_default().as_bytes());
                octets.extend_from_slice(if (seed + number) % 3 == 0 { b"\r\n" } else { b"\n" });
            }
            if seed % 4 == 0 {
                octets.pop();
            }
            assert_eq!(streamed(&octets, 1 + seed % 40), messages(&octets), "{:?}", String::from_utf8_lossy(&octets));
        }
    }

    #[test]
    fn a_message_that_is_too_large_is_passed_over_and_the_next_one_read() {
        let from = b"From a@b Mon Jan  1 00:00:00 2024\n";
        let many = [from.as_slice(), &b"line\n".repeat(30), b"\n", from, b"x\n\n", from, &[b'y'; 101]].concat();
        let read: Vec<MboxMessage> = Messages::new(many.as_slice(), 100).map(Result::unwrap).collect();
        let whole = MboxMessage::Whole(b"x\n".to_vec());
        assert_eq!(read, [MboxMessage::TooLarge(151), whole, MboxMessage::TooLarge(101)]);
    }

    #[test]
    fn an_empty_message_is_one() {
        assert_eq!(messages(b"From a Mon Jan  1 00:00:00 2024\n"), [b"".as_slice()]);
    }
}
