//! The message between DATA and the line with a single dot (RFC 5321 §4.1.1.4, §4.5.2).
//!
//! Only CRLF ends a line, and only CRLF `.` CRLF ends the message. A bare CR or LF makes the whole message refused, and
//! reading goes on to the one true end: what some other server might take for the end of the message and the start of
//! the next command is neither here.

use memchr::memchr3;

use super::rules;
use crate::finding::{Finding, Severity, counted};

/// Octets of a text line with its CRLF, RFC 5321 §4.5.3.1.6.
const TEXT_LINE_OCTETS: usize = 1_000;

/// What is read of a message at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataLimits {
    /// Octets of the message, transparency undone.
    pub(super) message: usize,
    /// Octets of a line.
    pub(super) line: usize,
}

/// Why the message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    BareCr,
    BareLf,
    LineTooLong,
    NoRoom,
    Nul,
    TooLarge,
}

// Where the reader stands, as the specification counts lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    LineStart,
    // A dot at the start of a line.
    Dot,
    // A dot at the start of a line and CR.
    DotCr,
    Inside,
    Cr,
}

// Where a server stands that takes a bare CR or LF for the end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loosely {
    LineStart,
    Dot,
    Inside,
}

/// Reads one message, chunk by chunk.
#[derive(Debug)]
pub(super) struct DataReader {
    limits: DataLimits,
    message: Vec<u8>,
    at: At,
    loosely: Loosely,
    // Counted from 1.
    line: usize,
    line_octets: usize,
    octets: usize,
    faults: Vec<(Fault, usize)>,
    // The line that another server would have taken for the end.
    false_end: Option<usize>,
    long_lines: usize,
    longest: usize,
    unstuffed: Option<usize>,
}

/// A message that has come to its end.
#[derive(Debug)]
pub(super) struct Data {
    /// The message, transparency undone; empty where it is refused.
    pub(super) message: Vec<u8>,
    /// Octets of it, also where it is refused.
    pub(super) octets: usize,
    /// The gravest reason to refuse it.
    pub(super) fault: Option<Fault>,
    /// What was checked, and how it came out.
    pub(super) findings: Vec<Finding>,
}

impl DataReader {
    pub(super) const fn new(limits: DataLimits) -> Self {
        Self {
            limits,
            message: Vec::new(),
            at: At::LineStart,
            loosely: Loosely::LineStart,
            line: 1,
            line_octets: 0,
            octets: 0,
            faults: Vec::new(),
            false_end: None,
            long_lines: 0,
            longest: 0,
            unstuffed: None,
        }
    }

    /// Takes octets off the wire. Gives how many belong to the message with its end, if the end is among them; else
    /// all of them do.
    pub(super) fn feed(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut position = 0;
        while let Some((&octet, _)) = chunk.get(position..).and_then(<[u8]>::split_first) {
            if self.at == At::Inside && self.loosely == Loosely::Inside {
                let rest = chunk.get(position..).unwrap_or_default();
                let plain = memchr3(b'\r', b'\n', 0, rest).unwrap_or(rest.len());
                if plain > 0 {
                    self.push(rest.get(..plain).unwrap_or_default());
                    position = position.saturating_add(plain);
                    continue;
                }
            }
            position = position.saturating_add(1);
            if self.step(octet) {
                return Some(position);
            }
        }
        None
    }

    /// Octets that are kept in memory.
    pub(super) fn kept(&self) -> usize {
        self.message.len()
    }

    /// Refuses the message because there is no room for it.
    pub(super) fn give_up(&mut self) {
        self.refuse(Fault::NoRoom);
    }

    /// Whether the client may believe that it has ended the message, in a way that does not end it.
    pub(super) const fn seems_ended(&self) -> bool {
        self.false_end.is_some()
    }

    /// The message, once its end has come.
    pub(super) fn finish(self) -> Data {
        let findings = self.findings();
        let fault = self.faults.first().map(|(fault, _)| *fault);
        Data { message: self.message, octets: self.octets, fault, findings }
    }

    // True at the end of the message.
    fn step(&mut self, octet: u8) -> bool {
        self.follow_loosely(octet);
        match (self.at, octet) {
            (At::DotCr, b'\n') => return true,
            (At::LineStart, b'.') => self.at = At::Dot,
            (At::Dot, b'\r') => self.at = At::DotCr,
            (At::Cr, b'\n') => {
                self.push(b"\n");
                self.end_line();
            }
            (At::DotCr, _) => {
                // Held back, since it might have been part of the end.
                self.push(b"\r");
                self.refuse(Fault::BareCr);
                self.text(octet);
            }
            (At::Cr, _) => {
                self.refuse(Fault::BareCr);
                self.text(octet);
            }
            (At::Dot, _) => {
                if !matches!(octet, b'.' | b'\n') && self.unstuffed.is_none() {
                    self.unstuffed = Some(self.line);
                }
                self.text(octet);
            }
            (At::LineStart | At::Inside, _) => self.text(octet),
        }
        false
    }

    fn text(&mut self, octet: u8) {
        match octet {
            b'\n' => self.refuse(Fault::BareLf),
            0 => self.refuse(Fault::Nul),
            _ => {}
        }
        self.push(&[octet]);
        self.at = if octet == b'\r' { At::Cr } else { At::Inside };
    }

    fn follow_loosely(&mut self, octet: u8) {
        let line_end = matches!(octet, b'\r' | b'\n');
        // A dot on a line of its own; the true end is told apart when its LF comes.
        let ends = self.loosely == Loosely::Dot && line_end && !(self.at == At::Dot && octet == b'\r');
        let held = self.at == At::DotCr && octet != b'\n';
        if (ends || held) && self.false_end.is_none() {
            self.false_end = Some(self.line);
        }
        self.loosely = match octet {
            _ if line_end => Loosely::LineStart,
            b'.' if self.loosely == Loosely::LineStart => Loosely::Dot,
            _ => Loosely::Inside,
        };
    }

    fn push(&mut self, octets: &[u8]) {
        self.octets = self.octets.saturating_add(octets.len());
        self.line_octets = self.line_octets.saturating_add(octets.len());
        if self.octets > self.limits.message {
            self.refuse(Fault::TooLarge);
        }
        if self.line_octets > self.limits.line {
            self.refuse(Fault::LineTooLong);
        }
        if self.faults.is_empty() {
            self.message.extend_from_slice(octets);
        }
    }

    fn end_line(&mut self) {
        if self.line_octets > TEXT_LINE_OCTETS {
            self.long_lines = self.long_lines.saturating_add(1);
        }
        self.longest = self.longest.max(self.line_octets);
        self.line_octets = 0;
        self.line = self.line.saturating_add(1);
        self.at = At::LineStart;
    }

    // Nothing of a refused message is kept.
    fn refuse(&mut self, fault: Fault) {
        if !self.faults.iter().any(|(known, _)| *known == fault) {
            self.faults.push((fault, self.line));
        }
        self.message = Vec::new();
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.faults.iter().map(|(fault, line)| self.refusal(*fault, *line)).collect();
        match self.false_end {
            Some(line) => findings.push(Finding::new(
                rules::END_OF_DATA,
                Severity::Fail,
                format!(
                    "Line {line} of the message is a dot between line ends that are not CRLF: some servers would take \
                     it for the end of the message and run what follows as commands"
                ),
            )),
            None => findings.push(Finding::new(
                rules::END_OF_DATA,
                Severity::Pass,
                "The message ends in CRLF, a dot and CRLF, and nowhere before",
            )),
        }
        if self.long_lines > 0 {
            let lines = counted(self.long_lines, "line");
            let detail =
                format!("{lines} of the message exceed 998 octets; this lab keeps them, other servers may not");
            findings.push(
                Finding::new(rules::TEXT_LINE, Severity::Warning, detail)
                    .values(self.longest.to_string(), TEXT_LINE_OCTETS.to_string()),
            );
        }
        if let Some(line) = self.unstuffed {
            let detail = format!(
                "Line {line} of the message began with a dot that was not doubled: the dot was removed, as the rules say"
            );
            findings.push(Finding::new(rules::TRANSPARENCY, Severity::Warning, detail));
        }
        findings
    }

    fn refusal(&self, fault: Fault, line: usize) -> Finding {
        let (rule, detail) = match fault {
            Fault::BareCr => {
                (rules::BARE_LINE_END, format!("Line {line} of the message has a CR without an LF after it"))
            }
            Fault::BareLf => {
                (rules::BARE_LINE_END, format!("Line {line} of the message has an LF without a CR before it"))
            }
            Fault::LineTooLong => {
                let limit = self.limits.line;
                (rules::TEXT_LINE, format!("Line {line} of the message exceeds the {limit} octets that are taken here"))
            }
            Fault::NoRoom => (rules::MESSAGE_SIZE, "There was no room for the message beside others".to_owned()),
            Fault::Nul => (rules::NUL, format!("Line {line} of the message has a NUL octet")),
            Fault::TooLarge => {
                let limit = self.limits.message;
                (rules::MESSAGE_SIZE, format!("The message exceeds the {limit} octets that are taken here"))
            }
        };
        Finding::new(rule, Severity::Fail, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: DataLimits = DataLimits { message: 2_000, line: 1_500 };

    /// The message and what is left over, read in chunks of each size.
    fn read(octets: &[u8]) -> Option<(Data, Vec<u8>)> {
        let whole = read_in(octets, octets.len());
        for size in 1..octets.len().min(8) {
            let parts = read_in(octets, size);
            assert_eq!(format!("{whole:?}"), format!("{parts:?}"), "in chunks of {size}");
        }
        whole
    }

    fn read_in(octets: &[u8], size: usize) -> Option<(Data, Vec<u8>)> {
        let mut reader = DataReader::new(LIMITS);
        let mut fed = 0;
        for chunk in octets.chunks(size.max(1)) {
            if let Some(own) = reader.feed(chunk) {
                return Some((reader.finish(), octets[fed + own..].to_vec()));
            }
            fed += chunk.len();
        }
        None
    }

    #[test]
    fn the_octets_of_a_message_are_those_that_were_sent() {
        for (sent, message) in [
            (b".\r\n".as_slice(), b"".as_slice()),
            (b"\r\n.\r\n", b"\r\n"),
            (b"a\r\n.\r\n", b"a\r\n"),
            (b"..\r\n.\r\n", b".\r\n"),
            (b"...a\r\n..\r\n\r\n.\r\n", b"..a\r\n.\r\n\r\n"),
            (b"a.\r\nb\xff\xfe\r\n.\r\n", b"a.\r\nb\xff\xfe\r\n"),
            (b".a\r\n.\r\n", b"a\r\n"),
        ] {
            let (data, rest) = read(&[sent, b"QUIT\r\n"].concat()).unwrap();
            assert_eq!((data.fault, data.message.as_slice(), rest.as_slice()), (None, message, b"QUIT\r\n".as_slice()));
            assert_eq!(data.octets, message.len());
        }
    }

    #[test]
    fn nothing_but_crlf_dot_crlf_ends_a_message() {
        for false_end in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r.\r", "\r.\r\n", "\r.\n", "\n.\r", "\r\n\n.\r\n"]
        {
            let sent = format!("a{false_end}MAIL FROM:<x@x.example>\r\n.\r\nQUIT\r\n");
            let (data, rest) = read(sent.as_bytes()).unwrap();
            assert!(matches!(data.fault, Some(Fault::BareCr | Fault::BareLf)), "{false_end:?}: {:?}", data.fault);
            assert_eq!((data.message.len(), rest.as_slice()), (0, b"QUIT\r\n".as_slice()), "{false_end:?}");
            let smuggling = data.findings.iter().find(|finding| finding.rule == rules::END_OF_DATA).unwrap();
            assert_eq!(smuggling.severity, Severity::Fail, "{false_end:?}");
        }
    }

    #[test]
    fn a_bare_line_end_that_ends_nothing_is_refused_without_a_suspicion() {
        for bare in ["a\nb\r\n", "a\rb\r\n", "a\r\r\n", "\n\r\n", ".\ra\r\n"] {
            let (data, _) = read(format!("{bare}.\r\n").as_bytes()).unwrap();
            assert!(data.fault.is_some(), "{bare:?}");
            let suspicion = data.findings.iter().any(|finding| finding.detail.contains("some servers would take it"));
            assert_eq!(suspicion, bare.starts_with('.'), "{bare:?}");
        }
    }

    #[test]
    fn the_limits_hold_at_the_cap_and_not_one_above() {
        let line = |octets: usize| [vec![b'x'; octets - 2], b"\r\n".to_vec()].concat();
        for (octets, fault, warned) in [
            (1_000, None, false),
            (1_001, None, true),
            (LIMITS.line, None, true),
            (LIMITS.line + 1, Some(Fault::LineTooLong), true),
        ] {
            let (data, _) = read_in(&[line(octets), b".\r\n".to_vec()].concat(), 4_096).unwrap();
            assert_eq!(data.fault, fault, "{octets}");
            let warning = data.findings.iter().any(|finding| finding.rule == rules::TEXT_LINE);
            assert_eq!(warning, warned, "{octets}");
        }
        for (octets, fault) in [(LIMITS.message, None), (LIMITS.message + 1, Some(Fault::TooLarge))] {
            let (data, _) = read_in(&[line(1_000), line(octets - 1_000), b".\r\n".to_vec()].concat(), 512).unwrap();
            assert_eq!((data.fault, data.octets), (fault, octets));
        }
    }

    #[test]
    fn a_nul_is_refused_and_a_dot_that_was_not_doubled_is_told() {
        let (data, _) = read(b"a\0b\r\n.\r\n").unwrap();
        assert_eq!(data.fault, Some(Fault::Nul));
        let (data, _) = read(b"a\r\n.b\r\n.\r\n").unwrap();
        let told: Vec<_> = data.findings.iter().filter(|finding| finding.rule == rules::TRANSPARENCY).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].detail.starts_with("Line 2 "), "{}", told[0].detail);
    }

    #[test]
    fn a_message_that_does_not_end_is_not_there() {
        for sent in ["", ".", ".\r", "a\r\n", "a\r\n.", "a\n.\n"] {
            assert!(read(sent.as_bytes()).is_none(), "{sent:?}");
        }
    }
}
