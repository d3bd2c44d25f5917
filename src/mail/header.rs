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

/// The fields that say what a body is.
const STRUCTURAL: [&[u8]; 2] = [b"content-transfer-encoding", b"content-type"];

/// The fields on which routing or trust depends: past the cap on fields they are named, not just counted.
const TRUST_RELEVANT: [&[u8]; 12] = [
    b"bcc",
    b"cc",
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
    /// Content-Type or Content-Transfer-Encoding past the cap on fields: whoever reads it sees another structure.
    ContentTypePastCap,
    /// A field past the cap on fields that routing or trust depends on.
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
            Self::ContentTypePastCap => {
                (LIMIT, Severity::Warning, "A field that says what the body is comes after the last field that is read")
            }
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

    /// Whether something of that kind is out of order.
    #[must_use]
    pub fn has_fault(&self, kind: HeaderFaultKind) -> bool {
        self.faults.iter().any(|fault| fault.kind == kind)
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
        if STRUCTURAL.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            self.fault(HeaderFaultKind::ContentTypePastCap, field.whole);
        } else if TRUST_RELEVANT.iter().any(|known| name.eq_ignore_ascii_case(known)) {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample;

    use super::*;
    use crate::span::BufferName;

    fn scan(octets: &[u8]) -> HeaderSection {
        HeaderSection::scan(octets, 0..octets.len(), &Limits::DEFAULT)
    }

    fn kinds(section: &HeaderSection) -> Vec<HeaderFaultKind> {
        section.faults.iter().map(|fault| fault.kind).collect()
    }

    #[test]
    fn fields_are_spans_in_wire_order() {
        let octets = b"From: a@b\r\nSubject: one\r\n\ttwo\r\nfrom: c@d\r\n\r\nbody\r\n";
        let section = scan(octets);
        assert_eq!(section.fields.len(), 3);
        let subject = section.first(octets, "subject").unwrap();
        assert_eq!(&octets[subject.whole.clone()], b"Subject: one\r\n\ttwo\r\n");
        assert_eq!(subject.value(octets), b" one\r\n\ttwo");
        let senders: Vec<&[u8]> = section.all(octets, "FROM").map(|field| field.value(octets)).collect();
        assert_eq!(senders, [b" a@b".as_slice(), b" c@d"]);
        assert_eq!(&octets[section.body_start..], b"body\r\n");
        assert_eq!(section.line_ending, LineEnds::Crlf);
        assert!(section.faults.is_empty());
    }

    #[test]
    fn the_header_ends_at_the_first_empty_line_only() {
        for (octets, body) in [
            (b"A: b\n\nbody\r\n\r\nmore".as_slice(), b"body\r\n\r\nmore".as_slice()),
            (b"A: b\r\n\r\nbody\n\nmore", b"body\n\nmore"),
            (b"A: b\r\n \r\nC: d\r\n\r\nbody", b"body"),
            (b"A: b\r\n\n\r\nbody", b"\r\nbody"),
            (b"\r\nbody", b"body"),
            (b"A: b\r\n\r", b""),
            (b"A: b\r\n", b""),
            (b"A: b", b""),
            (b"", b""),
        ] {
            assert_eq!(&octets[scan(octets).body_start..], body, "{:?}", String::from_utf8_lossy(octets));
        }
    }

    #[test]
    fn malformed_lines_are_kept_and_flagged() {
        let octets = b"From : x\r\nno colon\r\n: no name\r\nA b: c\r\nTo: y\r\n\r\nbody";
        let section = scan(octets);
        assert_eq!(section.fields.len(), 5);
        assert_eq!(section.first(octets, "From").unwrap().value(octets), b" x");
        assert_eq!(section.fields[1].name(octets), "");
        assert_eq!(section.fields[1].value(octets), b"no colon");
        assert_eq!(kinds(&section), [HeaderFaultKind::SpaceBeforeColon, HeaderFaultKind::NotAField]);
        assert_eq!(section.faults[1].count, 3);
        assert_eq!(&octets[section.body_start..], b"body");
    }

    #[test]
    fn a_continuation_before_any_field_is_no_field() {
        let section = scan(b" From: x\r\nTo: y\r\n\r\n");
        assert_eq!(kinds(&section), [HeaderFaultKind::NotAField]);
        assert_eq!(section.fields.len(), 2);
    }

    #[test]
    fn nul_eight_bit_and_bare_cr_are_preserved_and_flagged() {
        let octets = b"A: x\0y\r\nB: \xff\r\nC: \xc3\xa9\r\nD: a\rFrom: b\r\n\r\n";
        let section = scan(octets);
        assert_eq!(section.first(octets, "a").unwrap().value(octets), b" x\0y");
        assert!(section.first(octets, "From").is_none());
        assert_eq!(
            kinds(&section),
            [HeaderFaultKind::Nul, HeaderFaultKind::NotUtf8, HeaderFaultKind::EightBit, HeaderFaultKind::BareCr]
        );
    }

    #[test]
    fn lines_above_998_octets_are_flagged() {
        let line = |octets: usize| format!("A: {}\r\n\r\n", "x".repeat(octets - 3));
        assert!(scan(line(998).as_bytes()).faults.is_empty());
        assert_eq!(kinds(&scan(line(999).as_bytes())), [HeaderFaultKind::LongLine]);
    }

    #[test]
    fn a_trust_relevant_field_past_the_cap_is_named() {
        let octets = [b"X: y\r\n".repeat(1_000), b"From: z\r\n folded\r\nX: y\r\n\r\nbody".to_vec()].concat();
        let section = scan(&octets);
        assert_eq!((section.fields.len(), section.field_count), (1_000, 1_002));
        assert_eq!(section.fields[999].value(&octets), b" y");
        assert_eq!(kinds(&section), [HeaderFaultKind::TooManyFields, HeaderFaultKind::FieldPastCap]);
        assert_eq!(&octets[section.body_start..], b"body");
        let mut ledger = Ledger::new();
        section.note_faults(&Buffer::new(BufferName::Received, octets.clone()), &mut ledger);
        let past_cap = &ledger.findings()[1];
        assert_eq!(past_cap.severity, Severity::Warning);
        assert!(octets[past_cap.span.unwrap().range()].starts_with(b"From: z"));
    }

    #[test]
    fn a_range_is_scanned_within_its_bounds() {
        let octets = b"junkA: b\r\n\r\nbody\r\n";
        let section = HeaderSection::scan(octets, 4..12, &Limits::DEFAULT);
        assert_eq!((section.range.clone(), section.body_start), (4..10, 12));
        let past = HeaderSection::scan(octets, 90..95, &Limits::DEFAULT);
        assert_eq!((past.body_start, past.fields.len()), (octets.len(), 0));
    }

    #[test]
    fn the_size_of_a_header_is_limited() {
        let limits = Limits { header_octets: 6, ..Limits::DEFAULT };
        let section = |octets: &[u8]| HeaderSection::scan(octets, 0..octets.len(), &limits);
        assert!(section(b"A: b\r\n\r\n").check_size(&limits).is_ok());
        assert!(section(b"A: bc\r\n\r\n").check_size(&limits).is_err());
    }

    proptest! {
        #[test]
        fn fields_follow_one_another_without_gaps(octets in proptest::collection::vec(
            prop_oneof![sample::select(b"Ab: \t\r\n".to_vec()), any::<u8>()], 0..80)) {
            let section = scan(&octets);
            let mut next = 0;
            for field in &section.fields {
                prop_assert_eq!(field.whole.start, next);
                prop_assert!(field.name.end <= field.value.end && field.value.end <= field.whole.end);
                next = field.whole.end;
            }
            prop_assert_eq!(section.range.end, next);
            prop_assert!(section.body_start - next <= 2);
        }
    }
}
