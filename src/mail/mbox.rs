//! mbox files (RFC 4155): messages one after the other, each behind a `From ` line.
//!
//! RFC 4155 asks readers to tolerate what writers do. A `From ` line starts a message where it looks like one (ends in
//! a year) and an empty line or the start of the file stands before it. Quoting (`>From `) is left as it is: whether a
//! writer quoted cannot be known, and undoing it would change signed octets.

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

    #[test]
    fn an_empty_message_is_one() {
        assert_eq!(messages(b"From a Mon Jan  1 00:00:00 2024\n"), [b"".as_slice()]);
    }
}
