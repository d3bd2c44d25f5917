//! Multipart bodies (RFC 2046 §5.1.1): a strict delimiter scanner.
//!
//! A delimiter is a whole line: it starts a line, is `--` and the boundary and nothing more but blanks, and the line
//! end before it (CRLF or bare LF) is its own. `x--b` in mid-line and `--bXYZ` are content; lines of the latter kind
//! are named in a finding, since laxer programs cut there. One pass; what is inside the parts is not looked at.

use std::collections::HashSet;
use std::ops::Range;

use super::entity::Entity;
use super::transfer::TransferEncoding;
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::mail::lines::lines;

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
    // The end of the line before, without its line end: that one is the delimiter's.
    let mut content_end = body.start;
    for line in lines(octets, body.clone()) {
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
        content_end = line.content.end;
    }
    if let (Some(start), false) = (part_start, scan.multipart.closed) {
        scan.multipart.parts.push(start..body.end);
    }
    scan
}

/// A boundary that does not occur in `content`, made from `random` octets.
///
/// Any two contents can share a boundary; what counts is that none of their lines starts with it. The result is looked
/// for in the content, so that holds also where `random` is known to whoever wrote the content. Takes linear time.
#[must_use]
pub fn unused_boundary(content: &[u8], random: &[u8]) -> String {
    const COUNTER: usize = 8;
    // 16 octets of it: 70 characters are the most that a boundary may have.
    let hex: String = random.iter().take(16).map(|octet| format!("{octet:02x}")).collect();
    let stem = format!("sealscope_{hex}_");
    let mut used = HashSet::new();
    for line in lines(content, 0..content.len()) {
        let line = content.get(line.content).unwrap_or_default();
        let after = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(stem.as_bytes()));
        if let Some(counter) = after.and_then(|rest| rest.get(..COUNTER)) {
            used.insert(counter.to_vec());
        }
    }
    (0..=u32::MAX)
        .map(|counter| format!("{counter:08x}"))
        .find(|counter| !used.contains(counter.as_bytes()))
        .map_or_else(|| stem.clone(), |counter| format!("{stem}{counter}"))
}
