//! The header section of a message or MIME entity (RFC 5322 §2.2, §3.6; RFC 6532), as spans of what arrived.
//!
//! The section ends at the first empty line and nowhere else, found line by line: the header may have bare LF and the
//! body CRLF. Malformed lines are kept and flagged; nothing is repaired. What a value means is other modules' part.

use std::borrow::Cow;
use std::ops::Range;

use super::lines::{Line, LineEnd, LineEnds, lines};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::span::Buffer;

/// RFC 5322 §2.1.1.
const LINE_OCTETS: usize = 998;

/// The fields on which routing, trust or structure depends: past the cap on fields they are named, not just counted.
const TRUST_RELEVANT: [&[u8]; 15] = [
    b"bcc",
    b"cc",
    b"content-disposition",
    b"content-transfer-encoding",
    b"content-type",
    b"date",
    b"from",
    b"message-id",
    b"mime-version",
    b"reply-to",
    b"resent-from",
    b"return-path",
    b"sender",
    b"subject",
    b"to",
];

/// One header field, as offsets into the buffer that was scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderField {
    /// All lines of the field with their line ends.
    pub whole: Range<usize>,
    /// The name; empty for a line that is no field.
    pub name: Range<usize>,
    /// What follows the colon, folding included, without the last line end.
    pub value: Range<usize>,
}

impl HeaderField {
    /// The name, for comparison without case and for display.
    #[must_use]
    pub fn name<'o>(&self, octets: &'o [u8]) -> Cow<'o, str> {
        String::from_utf8_lossy(octets.get(self.name.clone()).unwrap_or_default())
    }

    /// The value as it arrived.
    #[must_use]
    pub fn value<'o>(&self, octets: &'o [u8]) -> &'o [u8] {
        octets.get(self.value.clone()).unwrap_or_default()
    }

    /// Whether the field has this name, case aside.
    #[must_use]
    pub fn is_named(&self, octets: &[u8], name: &str) -> bool {
        octets.get(self.name.clone()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
    }
}

/// What is out of order in a header section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderFaultKind {
    /// A CR that no LF follows.
    BareCr,
    /// Octets above 127 that are UTF-8 (RFC 6532).
    EightBit,
    /// Octets above 127 that are not UTF-8.
    NotUtf8,
    /// A field past the cap on fields that routing, trust or structure depends on.
    FieldPastCap,
    /// A line longer than 998 octets.
    LongLine,
    /// The header section runs to the end without an empty line.
    NoEmptyLine,
    /// A line with no colon, with no name before it, or with a name that cannot be one.
    NotAField,
    /// A NUL.
    Nul,
    /// Blanks between the name and the colon.
    SpaceBeforeColon,
    /// More fields than the cap; the rest was counted, not kept.
    TooManyFields,
}

impl HeaderFaultKind {
    const fn judgement(self) -> (Rule, Severity, &'static str) {
        match self {
            Self::BareCr => (BARE_CR, Severity::Warning, "The header holds a CR that is no line end"),
            Self::EightBit => (EIGHT_BIT, Severity::Info, "The header holds UTF-8 text"),
            Self::NotUtf8 => (EIGHT_BIT, Severity::Warning, "The header holds octets that are no UTF-8 text"),
            Self::FieldPastCap => {
                (LIMIT, Severity::Warning, "A field that trust depends on comes after the last field that is read")
            }
            Self::LongLine => (LINE_LENGTH, Severity::Info, "A header line is longer than 998 octets"),
            Self::NoEmptyLine => (EMPTY_LINE, Severity::Info, "No empty line ends the header section"),
            Self::NotAField => (FIELD_NAME, Severity::Warning, "A header line is no field: it is kept and not read"),
            Self::Nul => (NUL, Severity::Warning, "The header holds NUL octets"),
            Self::SpaceBeforeColon => {
                (FIELD_NAME, Severity::Warning, "A field name has blanks before its colon: read as if it had none")
            }
            Self::TooManyFields => (LIMIT, Severity::Warning, "The header has more fields than are read"),
        }
    }
}

const BARE_CR: Rule = Rule::new("header.bare-cr", "RFC 5322 §2.2");
const EIGHT_BIT: Rule = Rule::new("header.utf-8", "RFC 6532 §3.2");
const EMPTY_LINE: Rule = Rule::new("header.empty-line", "RFC 5322 §2.1");
const FIELD_NAME: Rule = Rule::new("header.field-name", "RFC 5322 §2.2");
const LIMIT: Rule = Rule::new("header.limit", "Sealscope limits");
const LINE_LENGTH: Rule = Rule::new("header.line-length", "RFC 5322 §2.1.1");
const NUL: Rule = Rule::new("header.nul", "RFC 5322 §4");
const ONCE: Rule = Rule::new("header.field-count", "RFC 5322 §3.6");

/// Something out of order: where it is first, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderFault {
    /// What.
    pub kind: HeaderFaultKind,
    /// The first place.
    pub first: Range<usize>,
    /// Number of places.
    pub count: usize,
}

/// A header section, its fields in wire order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderSection {
    /// The section without the empty line that ends it.
    pub range: Range<usize>,
    /// The fields that were kept: all, or as many as the cap.
    pub fields: Vec<HeaderField>,
    /// How many fields there are.
    pub field_count: usize,
    /// Where the body starts: after the empty line, or at the end.
    pub body_start: usize,
    /// How the header's lines end.
    pub line_ending: LineEnds,
    /// What is out of order, one entry a kind.
    pub faults: Vec<HeaderFault>,
}

impl HeaderSection {
    /// Finds the header section at the start of `range`, which is clamped to what there is. Takes linear time.
    #[must_use]
    pub fn scan(octets: &[u8], range: Range<usize>, limits: &Limits) -> Self {
        let end = range.end.min(octets.len());
        let start = range.start.min(end);
        let mut scan = Scan::new(octets, limits.header_fields);
        let mut body_start = None;
        for line in lines(octets, start..end) {
            if line.content.is_empty() {
                scan.note_line_end(line.end);
                body_start = Some(line.next());
                scan.section_end = line.content.start;
                break;
            }
            scan.line(&line);
        }
        if body_start.is_none() {
            scan.section_end = end;
            scan.fault(HeaderFaultKind::NoEmptyLine, end..end);
        }
        scan.finish(start, body_start.unwrap_or(end))
    }

    /// The fields of that name, case aside, in wire order.
    pub fn all<'s>(&'s self, octets: &'s [u8], name: &'s str) -> impl Iterator<Item = &'s HeaderField> {
        self.fields.iter().filter(move |field| field.is_named(octets, name))
    }

    /// The first field of that name.
    #[must_use]
    pub fn first(&self, octets: &[u8], name: &str) -> Option<&HeaderField> {
        self.fields.iter().find(|field| field.is_named(octets, name))
    }

    /// Fails when the section is larger than its cap.
    ///
    /// # Errors
    /// [`LimitExceeded`] when it is.
    pub fn check_size(&self, limits: &Limits) -> Result<(), LimitExceeded> {
        Limits::check("header section size in octets", self.range.len(), limits.header_octets)
    }

    /// Records what is out of order. `buffer` is the one that was scanned.
    pub fn note_faults(&self, buffer: &Buffer, ledger: &mut Ledger) {
        for fault in &self.faults {
            let (rule, severity, sentence) = fault.kind.judgement();
            let detail = match fault.count {
                1 => sentence.to_owned(),
                count => format!("{sentence} ({count} times)"),
            };
            ledger.note(Finding::new(rule, severity, detail).at(buffer.span(fault.first.clone())));
        }
    }

    /// Checks how often the fields of a message occur (RFC 5322 §3.6), and records the result.
    pub fn check_message_fields(&self, buffer: &Buffer, ledger: &mut Ledger) {
        let mut in_order = true;
        for name in ["From", "Date"] {
            if self.first(buffer.octets(), name).is_none() {
                in_order = false;
                ledger.warn(ONCE, format!("The message has no {name} field"));
            }
        }
        for name in ["From", "Date", "Sender", "Reply-To", "To", "Cc", "Subject", "Message-ID", "Return-Path"] {
            let mut fields = self.all(buffer.octets(), name);
            if let (Some(_), Some(second)) = (fields.next(), fields.next()) {
                in_order = false;
                let count = fields.count().saturating_add(2);
                ledger.note(
                    Finding::new(ONCE, Severity::Warning, format!("The message has {count} {name} fields"))
                        .at(buffer.span(second.whole.clone()))
                        .values(count.to_string(), "1"),
                );
            }
        }
        if in_order {
            ledger.pass(ONCE, "The fields that may occur once occur once");
        }
    }
}

struct Scan<'o> {
    octets: &'o [u8],
    cap: usize,
    fields: Vec<HeaderField>,
    field_count: usize,
    faults: Vec<HeaderFault>,
    section_end: usize,
    crlf: bool,
    lf: bool,
}

impl<'o> Scan<'o> {
    const fn new(octets: &'o [u8], cap: usize) -> Self {
        Self {
            octets,
            cap,
            fields: Vec::new(),
            field_count: 0,
            faults: Vec::new(),
            section_end: 0,
            crlf: false,
            lf: false,
        }
    }

    fn line(&mut self, line: &Line) {
        self.note_line_end(line.end);
        let content = self.octets.get(line.content.clone()).unwrap_or_default();
        self.inspect_octets(content, line);
        if matches!(content.first(), Some(b' ' | b'\t')) && self.field_count > 0 {
            // A continuation of a field past the cap belongs to nothing that was kept.
            if self.field_count <= self.cap
                && let Some(field) = self.fields.last_mut()
            {
                field.whole.end = line.next();
                field.value.end = line.content.end;
            }
            return;
        }
        self.field_count = self.field_count.saturating_add(1);
        let field = self.field(content, line);
        if self.field_count <= self.cap {
            self.fields.push(field);
            return;
        }
        self.fault(HeaderFaultKind::TooManyFields, field.whole.clone());
        let name = self.octets.get(field.name.clone()).unwrap_or_default();
        if TRUST_RELEVANT.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            self.fault(HeaderFaultKind::FieldPastCap, field.whole);
        }
    }

    fn field(&mut self, content: &[u8], line: &Line) -> HeaderField {
        let start = line.content.start;
        let colon = content.iter().position(|&octet| octet == b':');
        let before = colon.and_then(|colon| content.get(..colon)).unwrap_or_default();
        let name = before.trim_ascii_end();
        let is_name = !name.is_empty() && name.iter().all(|octet| matches!(octet, 33..=126));
        let (Some(colon), true) = (colon, is_name) else {
            self.fault(HeaderFaultKind::NotAField, line.content.clone());
            return HeaderField { whole: line.whole(), name: start..start, value: line.content.clone() };
        };
        if name.len() < before.len() {
            self.fault(HeaderFaultKind::SpaceBeforeColon, line.content.clone());
        }
        let value_start = start.saturating_add(colon).saturating_add(1);
        HeaderField {
            whole: line.whole(),
            name: start..start.saturating_add(name.len()),
            value: value_start..line.content.end,
        }
    }

    fn inspect_octets(&mut self, content: &[u8], line: &Line) {
        if content.len() > LINE_OCTETS {
            self.fault(HeaderFaultKind::LongLine, line.content.clone());
        }
        if content.contains(&0) {
            self.fault(HeaderFaultKind::Nul, line.content.clone());
        }
        if content.contains(&b'\r') {
            self.fault(HeaderFaultKind::BareCr, line.content.clone());
        }
        if !content.is_ascii() {
            let utf8 = std::str::from_utf8(content).is_ok();
            let kind = if utf8 { HeaderFaultKind::EightBit } else { HeaderFaultKind::NotUtf8 };
            self.fault(kind, line.content.clone());
        }
    }

    const fn note_line_end(&mut self, end: LineEnd) {
        match end {
            LineEnd::Crlf => self.crlf = true,
            LineEnd::Lf => self.lf = true,
            LineEnd::Missing => {}
        }
    }

    fn fault(&mut self, kind: HeaderFaultKind, first: Range<usize>) {
        match self.faults.iter_mut().find(|fault| fault.kind == kind) {
            Some(fault) => fault.count = fault.count.saturating_add(1),
            None => self.faults.push(HeaderFault { kind, first, count: 1 }),
        }
    }

    fn finish(self, start: usize, body_start: usize) -> HeaderSection {
        let line_ending = match (self.crlf, self.lf) {
            (true, true) => LineEnds::Mixed,
            (true, false) => LineEnds::Crlf,
            (false, true) => LineEnds::Lf,
            (false, false) => LineEnds::None,
        };
        HeaderSection {
            range: start..self.section_end,
            fields: self.fields,
            field_count: self.field_count,
            body_start,
            line_ending,
            faults: self.faults,
        }
    }
}
