//! Multipart bodies (RFC 2046 §5.1.1): a strict delimiter scanner.
//!
//! A delimiter is a whole line: it starts a line, is `--` and the boundary and nothing more but blanks, and the line
//! end before it (CRLF or bare LF) is its own. `x--b` in mid-line and `--bXYZ` are content; lines of the latter kind
//! are named in a finding, since laxer programs cut there. One pass; what is inside the parts is not looked at.

use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem::{self, Finder};

use super::entity::Entity;
use super::transfer::TransferEncoding;
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::mail::lines::{Line, lines};

/// RFC 2046 §5.1.1.
const BOUNDARY_CHARACTERS: usize = 70;

const BOUNDARY: Rule = Rule::new("mime.boundary", "RFC 2046 §5.1.1");
const CLOSED: Rule = Rule::new("mime.boundary-closed", "RFC 2046 §5.1.1");
const LOOKALIKE: Rule = Rule::new("mime.boundary-lookalike", "RFC 2046 §5.1.1");
const AFTER_CLOSE: Rule = Rule::new("mime.delimiter-after-close", "RFC 2046 §5.1.1");

/// A multipart body taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multipart {
    /// What stands before the first delimiter; not content.
    pub preamble: Range<usize>,
    /// The parts, header and body, without the line end that belongs to the next delimiter.
    pub parts: Vec<Range<usize>>,
    /// What stands after the closing delimiter; not content.
    pub epilogue: Range<usize>,
    /// Whether the closing delimiter is there.
    pub closed: bool,
}

/// Why a body could not be taken apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    /// Programs would read this Content-Type differently.
    #[error("the Content-Type can be read in more than one way: give it, and each of its parameters, once")]
    Ambiguous,
    /// No boundary parameter, or an empty one.
    #[error("the multipart has no boundary: its Content-Type must name one")]
    BoundaryMissing,
    /// A transfer encoding where RFC 2045 §6.4 allows none.
    #[error("the multipart is encoded as {0}: only 7bit, 8bit and binary are allowed")]
    Encoded(TransferEncoding),
    /// Too many parts.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// Not a multipart at all.
    #[error("the entity is {0}, not a multipart")]
    NotMultipart(String),
}

/// Takes a multipart entity apart, and records what is out of order.
///
/// # Errors
/// [`MultipartError`] when the entity is no multipart, its boundary is missing or doubtful, or a limit is passed.
pub fn split(entity: &Entity, limits: &Limits, ledger: &mut Ledger) -> Result<Multipart, MultipartError> {
    let scan = scan_entity(entity, limits.mime_parts, ledger)?;
    if scan.truncated {
        Limits::check("number of MIME parts", limits.mime_parts.saturating_add(1), limits.mime_parts)?;
    }
    Ok(scan.multipart)
}

/// What a scan found.
pub(super) struct Scan {
    pub(super) multipart: Multipart,
    /// There are more parts than were asked for.
    pub(super) truncated: bool,
    lookalikes: Occurrences,
    after_close: Occurrences,
}

#[derive(Default)]
struct Occurrences {
    first: Option<Range<usize>>,
    count: usize,
}

impl Occurrences {
    fn add(&mut self, range: Range<usize>) {
        self.count = self.count.saturating_add(1);
        self.first.get_or_insert(range);
    }

    fn note(&self, rule: Rule, sentence: &str, entity: &Entity, ledger: &mut Ledger) {
        if let Some(first) = &self.first {
            let detail = format!("{sentence} ({} times)", self.count);
            ledger.note(Finding::new(rule, Severity::Warning, detail).at(entity.buffer.span(first.clone())));
        }
    }
}

/// Checks the boundary, scans for at most `cap` parts, and records what is out of order.
pub(super) fn scan_entity(entity: &Entity, cap: usize, ledger: &mut Ledger) -> Result<Scan, MultipartError> {
    let boundary = checked_boundary(entity, ledger)?;
    let scan = scan(entity.buffer.octets(), entity.body.clone(), boundary.as_bytes(), cap);
    scan.lookalikes.note(
        LOOKALIKE,
        "A line starts like a delimiter and goes on: it is content here, other programs may cut there",
        entity,
        ledger,
    );
    scan.after_close.note(AFTER_CLOSE, "A delimiter follows the closing one: it is passed over", entity, ledger);
    if scan.multipart.closed {
        ledger.pass(CLOSED, "The multipart ends with its closing delimiter");
    } else if !scan.truncated {
        let finding =
            Finding::new(CLOSED, Severity::Warning, "The closing delimiter is missing: the last part runs to the end");
        ledger.note(finding.at(entity.body_span()).values("no closing delimiter", format!("--{boundary}--")));
    }
    Ok(scan)
}

fn checked_boundary(entity: &Entity, ledger: &mut Ledger) -> Result<String, MultipartError> {
    if entity.content_type.media_type != "multipart" {
        return Err(MultipartError::NotMultipart(entity.content_type.essence()));
    }
    if entity.content_type.ambiguous {
        return Err(MultipartError::Ambiguous);
    }
    if !entity.transfer_encoding.is_identity() {
        return Err(MultipartError::Encoded(entity.transfer_encoding.clone()));
    }
    let stated = entity.content_type.param("boundary").unwrap_or_default();
    // A delimiter line may have blanks at its end, so a boundary cannot end in one.
    let boundary = stated.trim_end_matches([' ', '\t']);
    if boundary.is_empty() {
        return Err(MultipartError::BoundaryMissing);
    }
    let is_bchar = |octet: u8| octet.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&octet);
    if boundary.len() > BOUNDARY_CHARACTERS || boundary.len() < stated.len() || !boundary.bytes().all(is_bchar) {
        let detail = "The boundary is longer than 70 characters, ends in a blank or holds characters that it may not";
        let place = entity.field("Content-Type").map_or(0..0, |field| field.whole.clone());
        ledger.note(Finding::new(BOUNDARY, Severity::Warning, detail).at(entity.buffer.span(place)));
    }
    Ok(boundary.to_owned())
}

enum DelimiterLine {
    Close,
    /// Starts like a delimiter and goes on.
    Lookalike,
    Open,
    /// Something else.
    Content,
}

fn classify(line: &[u8], boundary: &[u8]) -> DelimiterLine {
    let Some(rest) = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary)) else {
        return DelimiterLine::Content;
    };
    let is_padding = |rest: &[u8]| rest.iter().all(|octet| matches!(octet, b' ' | b'\t'));
    match rest.strip_prefix(b"--") {
        _ if is_padding(rest) => DelimiterLine::Open,
        Some(rest) if is_padding(rest) => DelimiterLine::Close,
        _ => DelimiterLine::Lookalike,
    }
}

fn scan(octets: &[u8], body: Range<usize>, boundary: &[u8], cap: usize) -> Scan {
    let mut scan = Scan {
        multipart: Multipart { preamble: body.clone(), parts: Vec::new(), epilogue: body.end..body.end, closed: false },
        truncated: false,
        lookalikes: Occurrences::default(),
        after_close: Occurrences::default(),
    };
    let mut part_start = None;
    for line in lines_with_delimiter(octets, body.clone(), boundary) {
        let kind = classify(octets.get(line.content.clone()).unwrap_or_default(), boundary);
        let delimits = matches!(kind, DelimiterLine::Open | DelimiterLine::Close);
        if scan.multipart.closed {
            if delimits {
                scan.after_close.add(line.content);
            }
            continue;
        }
        if matches!(kind, DelimiterLine::Lookalike) {
            scan.lookalikes.add(line.content.clone());
        }
        if delimits {
            let content_end = end_before(octets, body.start, line.content.start);
            match part_start {
                None => scan.multipart.preamble = body.start..content_end,
                Some(start) => scan.multipart.parts.push(start..content_end.max(start)),
            }
            if matches!(kind, DelimiterLine::Close) {
                scan.multipart.closed = true;
                scan.multipart.epilogue = line.next()..body.end;
            } else if scan.multipart.parts.len() >= cap {
                scan.truncated = true;
                return scan;
            }
            part_start = Some(line.next());
        }
    }
    if let (Some(start), false) = (part_start, scan.multipart.closed) {
        scan.multipart.parts.push(start..body.end);
    }
    scan
}

/// The lines of `body` that start with `--` and the boundary, one after the other.
fn lines_with_delimiter<'o>(octets: &'o [u8], body: Range<usize>, boundary: &[u8]) -> impl Iterator<Item = Line> + 'o {
    let delimiter = [b"--", boundary].concat();
    // No line holds a line feed. Without one in the delimiter, no two places where it stands at the start of a line overlap.
    let searched = if delimiter.contains(&b'\n') { 0..0 } else { body.clone() };
    let range = searched.start..searched.end.min(octets.len());
    let places = Finder::new(&delimiter).into_owned();
    let mut next = range.start;
    std::iter::from_fn(move || {
        loop {
            let place = next + places.find(octets.get(next..range.end)?)?;
            next = place + delimiter.len();
            if place == range.start || octets.get(place.checked_sub(1)?) == Some(&b'\n') {
                let line = lines(octets, place..range.end).next()?;
                next = line.next();
                return Some(line);
            }
        }
    })
}

/// Where the line before the one at `line_start` ends, without its line end: that one is the delimiter's.
fn end_before(octets: &[u8], body_start: usize, line_start: usize) -> usize {
    let before = octets.get(body_start..line_start).unwrap_or_default();
    let content = before.strip_suffix(b"\n").map_or(before, |line| line.strip_suffix(b"\r").unwrap_or(line));
    body_start + content.len()
}

/// A boundary that does not occur in `content`, made from `random` octets.
///
/// It is looked for, anywhere in a line, so this holds also where `random` is known to whoever wrote the content, and
/// for readers that match a boundary in mid-line or by its start. Takes linear time.
#[must_use]
pub fn unused_boundary(content: &[u8], random: &[u8]) -> String {
    const COUNTER: usize = 8;
    // 16 octets of it: 70 characters are the most that a boundary may have.
    let hex: String = random.iter().take(16).map(|octet| format!("{octet:02x}")).collect();
    let stem = format!("sealscope_{hex}_");
    let ends = stem.len()..stem.len().saturating_add(COUNTER);
    // The stem cannot overlap itself: it ends in `_`, and no part of it that does is its start.
    let used: HashSet<&[u8]> = memmem::find_iter(content, &stem)
        .filter_map(|place| content.get(place.checked_add(ends.start)?..place.checked_add(ends.end)?))
        .collect();
    let mut counters = (0..=u32::MAX).map(|counter| format!("{counter:08x}"));
    // There are more counters than octets in any message that is read.
    let counter = counters.find(|counter| !used.contains(counter.as_bytes())).unwrap_or_default();
    format!("{stem}{counter}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Buffer, BufferName};

    fn split_message(content_type: &str, body: &[u8]) -> (Entity, Result<Multipart, MultipartError>, Vec<Finding>) {
        let octets = [format!("Content-Type: {content_type}\r\n\r\n").as_bytes(), body].concat();
        let buffer = Buffer::new(BufferName::Received, octets);
        let mut ledger = Ledger::new();
        let entity = Entity::parse_whole(&buffer, &Limits::DEFAULT, &mut ledger).unwrap();
        let result = split(&entity, &Limits::DEFAULT, &mut ledger);
        (entity, result, ledger.into_findings())
    }

    fn parts(body: &[u8]) -> (Vec<Vec<u8>>, bool) {
        let (entity, multipart, _) = split_message("multipart/mixed; boundary=b", body);
        let multipart = multipart.unwrap();
        let parts = multipart.parts.into_iter().map(|range| entity.buffer.slice(range).to_vec());
        (parts.collect(), multipart.closed)
    }

    #[test]
    fn a_delimiter_is_a_whole_line() {
        for (body, expected, closed) in [
            (b"--b\r\n1\r\n--b\r\n2\r\n--b--\r\n".as_slice(), [b"1".as_slice(), b"2"].as_slice(), true),
            (b"--b\r\n1\r\nx--b\r\n2\r\n--b--", &[b"1\r\nx--b\r\n2"], true),
            (b"--b\r\n1\r\n--bX\r\n2\r\n--b--", &[b"1\r\n--bX\r\n2"], true),
            (b"--b\r\n1\r\n--b  \t\r\n2\r\n--b-- \r\n", &[b"1", b"2"], true),
            (b"--b\r\n1\r\n --b\r\n2\r\n--b--", &[b"1\r\n --b\r\n2"], true),
            (b"--b\r\n1\r\n--b--x\r\n2\r\n--b--", &[b"1\r\n--b--x\r\n2"], true),
            (b"--b\r\n1\r\n--B\r\n2\r\n--b--", &[b"1\r\n--B\r\n2"], true),
            (b"--b\r\n1\r--b\r2\r\n--b--", &[b"1\r--b\r2"], true),
            (b"--b\r\n1\r\n--b\r\r\n2\r\n--b--", &[b"1\r\n--b\r\r\n2"], true),
            (b"--b\r\n1\r\n\r\n--b--", &[b"1\r\n"], true),
            (b"--b\r\n1\r\r\n--b--", &[b"1\r"], true),
            (b"--b\n1\n--b\n2\n--b--\n", &[b"1", b"2"], true),
            (b"--b\r\n1\n--b\r\n2\r\n--b--", &[b"1", b"2"], true),
            (b"--b\r\n--b\r\n\r\n--b--", &[b"", b""], true),
            (b"--b--", &[], true),
            (b"--b\r\n1\r\n--b\r\n2", &[b"1", b"2"], false),
            (b"--b\r\n1\r\n--b", &[b"1", b""], false),
            (b"no delimiter", &[], false),
            (b"", &[], false),
        ] {
            let (found, found_closed) = parts(body);
            assert_eq!(
                (found.as_slice(), found_closed),
                (expected.iter().map(|part| part.to_vec()).collect::<Vec<_>>().as_slice(), closed),
                "{:?}",
                String::from_utf8_lossy(body)
            );
        }
    }

    /// Every line looked at, the way a reader of RFC 2046 would.
    fn scan_line_by_line(octets: &[u8], body: Range<usize>, boundary: &[u8]) -> Multipart {
        let mut found =
            Multipart { preamble: body.clone(), parts: Vec::new(), epilogue: body.end..body.end, closed: false };
        let (mut part_start, mut content_end) = (None, body.start);
        for line in lines(octets, body.clone()) {
            let kind = classify(&octets[line.content.clone()], boundary);
            if !found.closed && matches!(kind, DelimiterLine::Open | DelimiterLine::Close) {
                match part_start {
                    None => found.preamble = body.start..content_end,
                    Some(start) => found.parts.push(start..content_end.max(start)),
                }
                part_start = Some(line.next());
                found.closed = matches!(kind, DelimiterLine::Close);
                if found.closed {
                    found.epilogue = line.next()..body.end;
                }
            }
            content_end = line.content.end;
        }
        found.parts.extend(part_start.filter(|_| !found.closed).map(|start| start..body.end));
        found
    }

    proptest::proptest! {
        #[test]
        fn looking_for_delimiters_finds_what_looking_at_every_line_does(
            pieces in proptest::collection::vec(proptest::sample::select(
                ["--b", "--b\r\n", "--b--", "\r\n", "\n", "\r", "-", "--", "b", "x", " ", "\r\n--b\r\n", "\n--b--\n"].to_vec()
            ), 0..16),
            boundary in proptest::sample::select(["b", "-b", "b--", "b\r", "-", "b\n--b"].to_vec()), start in 0_usize..4) {
            let octets = pieces.concat().into_bytes();
            let body = start.min(octets.len())..octets.len();
            let found = scan(&octets, body.clone(), boundary.as_bytes(), usize::MAX).multipart;
            proptest::prop_assert_eq!(found, scan_line_by_line(&octets, body, boundary.as_bytes()));
        }
    }

    #[test]
    fn preamble_and_epilogue_are_not_content() {
        let (entity, multipart, _) =
            split_message("multipart/mixed; boundary=b", b"pre\r\n--b\r\n1\r\n--b--\r\nepi\r\n");
        let multipart = multipart.unwrap();
        assert_eq!(entity.buffer.slice(multipart.preamble), b"pre");
        assert_eq!(entity.buffer.slice(multipart.epilogue), b"epi\r\n");
    }

    #[test]
    fn what_laxer_programs_take_for_a_delimiter_is_named() {
        let (_, _, findings) = split_message("multipart/mixed; boundary=b", b"--b\r\n--bX\r\n--by\r\n--b--\r\n--b\r\n");
        let rules: Vec<_> = findings.iter().map(|finding| (finding.rule.id, finding.severity)).collect();
        assert_eq!(
            rules,
            [
                ("mime.boundary-lookalike", Severity::Warning),
                ("mime.delimiter-after-close", Severity::Warning),
                ("mime.boundary-closed", Severity::Pass)
            ]
        );
        assert!(findings[0].detail.ends_with("(2 times)"));
    }

    #[test]
    fn doubtful_boundaries_are_refused_and_long_ones_noted() {
        let error = |content_type: &str| split_message(content_type, b"--b\r\n\r\n--b--").1.unwrap_err();
        assert_eq!(error("multipart/mixed"), MultipartError::BoundaryMissing);
        assert_eq!(error("multipart/mixed; boundary=\"  \""), MultipartError::BoundaryMissing);
        assert_eq!(error("multipart/mixed; boundary=b; boundary=c"), MultipartError::Ambiguous);
        assert_eq!(error("text/plain; boundary=b"), MultipartError::NotMultipart("text/plain".to_owned()));
        let base64 = "multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64";
        assert_eq!(error(base64), MultipartError::Encoded(TransferEncoding::Base64));
        for (boundary, noted) in
            [("x".repeat(70), false), ("x".repeat(71), true), ("x ".to_owned(), true), ("x*".to_owned(), true)]
        {
            let body = format!("--{0}\r\n\r\n--{0}--", boundary.trim_end());
            let (_, multipart, findings) =
                split_message(&format!("multipart/mixed; boundary=\"{boundary}\""), body.as_bytes());
            assert_eq!(multipart.unwrap().parts.len(), 1, "{boundary}");
            assert_eq!(findings.iter().any(|finding| finding.rule.id == "mime.boundary"), noted, "{boundary}");
        }
    }

    #[test]
    fn parts_are_limited() {
        let split_parts = |count: usize, limits: &Limits| {
            let octets = [
                b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec(),
                b"--b\r\n".repeat(count),
                b"--b--".to_vec(),
            ];
            let buffer = Buffer::new(BufferName::Received, octets.concat());
            let entity = Entity::parse_whole(&buffer, limits, &mut Ledger::new()).unwrap();
            split(&entity, limits, &mut Ledger::new()).map(|multipart| multipart.parts.len())
        };
        let limits = Limits { mime_parts: 3, ..Limits::DEFAULT };
        assert_eq!(split_parts(3, &limits), Ok(3));
        assert!(matches!(
            split_parts(4, &limits),
            Err(MultipartError::Limit(LimitExceeded { limit: 3, found: 4, .. }))
        ));
    }

    #[test]
    fn a_made_boundary_never_occurs_in_the_content() {
        let first = unused_boundary(b"", &[0xab; 32]);
        assert_eq!(first, format!("sealscope_{}_00000000", "ab".repeat(16)));
        assert!(first.len() <= BOUNDARY_CHARACTERS);
        let mut content = Vec::new();
        for _ in 0..50 {
            let boundary = unused_boundary(&content, &[0xab; 32]);
            let delimiter = format!("--{boundary}");
            assert!(!content.windows(delimiter.len()).any(|window| window == delimiter.as_bytes()));
            content.extend_from_slice(b"x");
            content.extend_from_slice(delimiter.as_bytes());
            content.extend_from_slice(b"--\r\n");
        }
    }
}
