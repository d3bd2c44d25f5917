//! Envelope files: batch SMTP (RFC 2442), the client's side of an SMTP session (RFC 5321) in a file.
//!
//! Read with tolerance: EHLO and QUIT may be missing, ESMTP parameters are passed over, several transactions may follow
//! one another, and a file with bare LF is read as one. What ends DATA is not a matter of tolerance: in a CRLF session
//! only CRLF `.` CRLF does (RFC 5321 §2.3.8), so a bare LF inside a message can neither end it nor start a command.
//!
//! DATA holds whole lines. A message without a line end at its end cannot be represented: [`write()`] adds one, and
//! [`fidelity`] tells so beforehand. Every other message is read back octet for octet.

use std::fmt;

use super::address::{Address, AddressError};
use super::envelope::{Envelope, EnvelopeOrigin, ReversePath};
use super::lines::{Line, LineEnd, LineEnds, lines};
use super::text::{excerpt, unquoted};
use crate::limits::{LimitExceeded, Limits};
use crate::span::{Buffer, BufferName};

/// The client's name in EHLO of files that are written here (RFC 2606 §2: no host has it).
const CLIENT: &str = "sealscope.invalid";

/// Lines at the start of a file among which the first MAIL FROM is looked for.
const LEADING_LINES: usize = 10;

/// Why a file is no readable envelope file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BsmtpError {
    /// An address that cannot be read.
    #[error("line {line}: {error}")]
    Address {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        error: AddressError,
    },
    /// Neither a command nor inside DATA.
    #[error("line {line}: `{found}` is no SMTP command: put MAIL FROM, RCPT TO and DATA before the message")]
    Command {
        /// Counted from 1.
        line: usize,
        /// The line's start, controls escaped.
        found: String,
    },
    /// The dot that ends DATA stands between bare LF in a file of CRLF lines.
    #[error(
        "the message that starts at line {line} does not end: its commands end in CRLF and its last dot in a bare LF; \
         give all lines of the file the same line end"
    )]
    DotBetweenBareLf {
        /// The first line of the message, counted from 1.
        line: usize,
    },
    /// No transaction at all.
    #[error("the file holds no message: an envelope file has MAIL FROM, RCPT TO and DATA")]
    Empty,
    /// More recipients, octets or so than a limit allows.
    #[error("line {line}: {error}")]
    Limit {
        /// Counted from 1.
        line: usize,
        /// The limit.
        error: LimitExceeded,
    },
    /// RCPT TO or DATA without MAIL FROM before it.
    #[error("line {line}: the sender is missing: put MAIL FROM:<address> before it, or MAIL FROM:<> for none")]
    SenderMissing {
        /// Counted from 1.
        line: usize,
    },
    /// DATA without the line that ends it.
    #[error("the message that starts at line {line} does not end: put a line with a single dot after it")]
    Unterminated {
        /// The first line of the message, counted from 1.
        line: usize,
    },
}

/// Whether DATA can hold a message as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fidelity {
    /// Read back octet for octet.
    Exact,
    /// The message does not end in a line end; a file, like SMTP itself, adds one.
    LineEndAdded,
}

/// Says whether an envelope file keeps this message octet for octet.
#[must_use]
pub fn fidelity(message: &[u8]) -> Fidelity {
    if message.is_empty() || message.ends_with(b"\n") { Fidelity::Exact } else { Fidelity::LineEndAdded }
}

/// Whether a file looks like an envelope file: MAIL FROM stands among its first lines, after nothing but commands.
#[must_use]
pub fn looks_like(octets: &[u8]) -> bool {
    for line in lines(octets, 0..octets.len()).take(LEADING_LINES) {
        match Command::read(octets.get(line.content).unwrap_or_default()) {
            Command::Mail(path) => return path.trim_ascii_start().starts_with(b"<"),
            Command::Blank | Command::Reset | Command::Ignored => {}
            Command::Data | Command::Recipient(_) | Command::Unknown => return false,
        }
    }
    false
}

/// Reads all transactions of a file.
///
/// # Errors
/// [`BsmtpError`] names the line and what is wrong there.
pub fn parse(octets: &[u8], limits: &Limits) -> Result<Vec<Envelope>, BsmtpError> {
    let mut session = Session { octets, limits, line: 0, next: 0, transaction: None, envelopes: Vec::new() };
    while let Some(line) = lines(octets, session.next..octets.len()).next() {
        session.next = line.next();
        session.line = session.line.saturating_add(1);
        session.command(&line)?;
    }
    if session.envelopes.is_empty() { Err(BsmtpError::Empty) } else { Ok(session.envelopes) }
}

/// Writes one transaction, from EHLO to QUIT.
///
/// A message that ends in a bare LF, or has bare LF throughout, makes a file with bare LF, since that is the only way
/// to keep it; every other makes one with CRLF.
#[must_use]
pub fn write(envelope: &Envelope) -> Vec<u8> {
    let message = envelope.message.octets();
    let end = session_line_end(message);
    let mut file = Vec::with_capacity(message.len().saturating_add(512));
    let mut command = |text: String| {
        file.extend_from_slice(text.as_bytes());
        file.extend_from_slice(end);
    };
    command(format!("EHLO {CLIENT}"));
    command(match &envelope.reverse_path {
        ReversePath::Null => "MAIL FROM:<>".to_owned(),
        ReversePath::Mailbox(address) => format!("MAIL FROM:<{address}>"),
    });
    for address in &envelope.forward_paths {
        command(format!("RCPT TO:<{address}>"));
    }
    command("DATA".to_owned());
    for line in DataLines::new(message, end) {
        if line.starts_with(b".") {
            file.push(b'.');
        }
        file.extend_from_slice(line);
    }
    if fidelity(message) == Fidelity::LineEndAdded {
        file.extend_from_slice(end);
    }
    for last in [b".".as_slice(), b"QUIT"] {
        file.extend_from_slice(last);
        file.extend_from_slice(end);
    }
    file
}

const CRLF: &[u8] = b"\r\n";
const LF: &[u8] = b"\n";

fn session_line_end(message: &[u8]) -> &'static [u8] {
    let ends_bare = message.ends_with(LF) && !message.ends_with(CRLF);
    if ends_bare || LineEnds::of(message) == LineEnds::Lf { LF } else { CRLF }
}

/// The lines of a message as a session with that line end sees them, line ends included.
struct DataLines<'o> {
    rest: &'o [u8],
    end: &'static [u8],
}

impl<'o> DataLines<'o> {
    const fn new(rest: &'o [u8], end: &'static [u8]) -> Self {
        Self { rest, end }
    }
}

impl<'o> Iterator for DataLines<'o> {
    type Item = &'o [u8];

    fn next(&mut self) -> Option<&'o [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let mut searched = 0;
        loop {
            let unsearched = self.rest.get(searched..).unwrap_or_default();
            let line_octets = match unsearched.iter().position(|&octet| octet == b'\n') {
                Some(feed) => searched.saturating_add(feed).saturating_add(1),
                None => self.rest.len(),
            };
            let (line, rest) = self.rest.split_at_checked(line_octets)?;
            if line.ends_with(self.end) || rest.is_empty() {
                self.rest = rest;
                return Some(line);
            }
            searched = line_octets;
        }
    }
}

enum Command<'o> {
    Blank,
    Data,
    /// A command that changes nothing here.
    Ignored,
    Mail(&'o [u8]),
    Recipient(&'o [u8]),
    /// A command after which no transaction is open.
    Reset,
    Unknown,
}

impl<'o> Command<'o> {
    fn read(line: &'o [u8]) -> Self {
        if let Some(path) = strip_prefix_ignoring_case(line, b"MAIL FROM:") {
            return Self::Mail(path);
        }
        if let Some(path) = strip_prefix_ignoring_case(line, b"RCPT TO:") {
            return Self::Recipient(path);
        }
        let verb = line.split(|octet| matches!(octet, b' ' | b'\t')).next().unwrap_or_default();
        match verb.to_ascii_uppercase().as_slice() {
            b"" => Self::Blank,
            b"DATA" if line.trim_ascii_end().len() == verb.len() => Self::Data,
            b"EHLO" | b"HELO" | b"LHLO" | b"RSET" | b"QUIT" => Self::Reset,
            b"NOOP" | b"VRFY" | b"HELP" | b"EXPN" => Self::Ignored,
            _ => Self::Unknown,
        }
    }
}

fn strip_prefix_ignoring_case<'o>(line: &'o [u8], prefix: &[u8]) -> Option<&'o [u8]> {
    let (start, rest) = line.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

struct Transaction {
    reverse_path: ReversePath,
    forward_paths: Vec<Address>,
}

struct Session<'o> {
    octets: &'o [u8],
    limits: &'o Limits,
    line: usize,
    next: usize,
    transaction: Option<Transaction>,
    envelopes: Vec<Envelope>,
}

impl Session<'_> {
    fn command(&mut self, line: &Line) -> Result<(), BsmtpError> {
        let content = self.octets.get(line.content.clone()).unwrap_or_default();
        match Command::read(content) {
            Command::Blank | Command::Ignored => {}
            Command::Reset => self.transaction = None,
            Command::Mail(path) => {
                let reverse_path = match self.path(path)? {
                    None => ReversePath::Null,
                    Some(address) => ReversePath::Mailbox(address),
                };
                self.transaction = Some(Transaction { reverse_path, forward_paths: Vec::new() });
            }
            Command::Recipient(path) => self.recipient(path)?,
            Command::Data => self.data(line.end)?,
            Command::Unknown => {
                let found = super::text::escape_controls(&excerpt(&String::from_utf8_lossy(content)));
                return Err(BsmtpError::Command { line: self.line, found });
            }
        }
        Ok(())
    }

    fn recipient(&mut self, path: &[u8]) -> Result<(), BsmtpError> {
        let line = self.line;
        let address = self.path(path)?.ok_or(BsmtpError::Address { line, error: AddressError::Empty })?;
        let transaction = self.transaction.as_mut().ok_or(BsmtpError::SenderMissing { line })?;
        transaction.forward_paths.push(address);
        Limits::check("number of recipients", transaction.forward_paths.len(), self.limits.recipients)
            .map_err(|error| BsmtpError::Limit { line, error })
    }

    /// The address of a path; `None` for `<>`. ESMTP parameters behind it are passed over.
    fn path(&self, argument: &[u8]) -> Result<Option<Address>, BsmtpError> {
        let located = |error| BsmtpError::Address { line: self.line, error };
        let text = std::str::from_utf8(argument.trim_ascii()).map_err(|_| located(AddressError::NotUtf8))?;
        let path = text.get(..path_octets(text)).unwrap_or_default();
        if path == "<>" { Ok(None) } else { Address::parse_path(path).map(Some).map_err(located) }
    }

    fn data(&mut self, command_end: LineEnd) -> Result<(), BsmtpError> {
        let started = self.line.saturating_add(1);
        let transaction = self.transaction.take().ok_or(BsmtpError::SenderMissing { line: self.line })?;
        let end = if command_end == LineEnd::Lf { LF } else { CRLF };
        let rest = self.octets.get(self.next..).unwrap_or_default();
        let mut message = Vec::new();
        let mut closed = false;
        for line in DataLines::new(rest, end) {
            self.next = self.next.saturating_add(line.len());
            let feeds = line.iter().filter(|&&octet| octet == b'\n').count();
            self.line = self.line.saturating_add(feeds);
            if is_end_of_data(line, end) {
                closed = true;
                break;
            }
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        }
        if !closed {
            return Err(match lines(rest, 0..rest.len()).any(|line| rest.get(line.content) == Some(b".")) {
                true => BsmtpError::DotBetweenBareLf { line: started },
                false => BsmtpError::Unterminated { line: started },
            });
        }
        Limits::check("message size in octets", message.len(), self.limits.message_octets)
            .map_err(|error| BsmtpError::Limit { line: started, error })?;
        self.envelopes.push(Envelope {
            reverse_path: transaction.reverse_path,
            forward_paths: transaction.forward_paths,
            message: Buffer::new(BufferName::Received, message),
            origin: EnvelopeOrigin::Explicit,
        });
        Ok(())
    }
}

/// A single dot. At the end of a file its line end may be missing.
fn is_end_of_data(line: &[u8], end: &[u8]) -> bool {
    let content = line.strip_suffix(end).unwrap_or(line);
    let content = if end == LF { content.strip_suffix(b"\r").unwrap_or(content) } else { content };
    content == b"."
}

/// Octets of the path at the start of an argument: to its `>`, or to the first blank outside quotation marks.
fn path_octets(text: &str) -> usize {
    let bracketed = text.starts_with('<');
    let end = unquoted(text).find(|(_, found)| *found == '>' || (!bracketed && matches!(found, ' ' | '\t')));
    match end {
        Some((offset, '>')) => offset.saturating_add(1),
        Some((offset, _)) => offset,
        None => text.len(),
    }
}

impl fmt::Display for Fidelity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "the file keeps the message octet for octet",
            Self::LineEndAdded => "the message has no line end at its end: the file adds one, as SMTP does",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn envelope(message: &[u8]) -> Envelope {
        Envelope {
            reverse_path: ReversePath::Mailbox(Address::parse("alice@a.example").unwrap()),
            forward_paths: vec![
                Address::parse("\"b >o\"@b.example").unwrap(),
                Address::parse("c@[192.0.2.1]").unwrap(),
            ],
            message: Buffer::new(BufferName::Received, message),
            origin: EnvelopeOrigin::Explicit,
        }
    }

    fn read(octets: &[u8]) -> Result<Vec<Envelope>, BsmtpError> {
        parse(octets, &Limits::DEFAULT)
    }

    #[test]
    fn a_transaction_is_read() {
        let file = b"EHLO x\r\nMAIL FROM:<a@b.example> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<c@d.example> NOTIFY=NEVER\r\n\
            rcpt to: <@r.example,@s.example:e@f.example>\r\nDATA\r\nSubject: x\r\n\r\n..\r\n..a\r\n.\r\nQUIT\r\n";
        let envelopes = read(file).unwrap();
        assert_eq!(envelopes.len(), 1);
        assert_eq!(envelopes[0].reverse_path.to_string(), "a@b.example");
        assert_eq!(
            envelopes[0].forward_paths.iter().map(Address::as_str).collect::<Vec<_>>(),
            ["c@d.example", "e@f.example"]
        );
        assert_eq!(envelopes[0].message.octets(), b"Subject: x\r\n\r\n.\r\n.a\r\n");
        assert_eq!(envelopes[0].origin, EnvelopeOrigin::Explicit);
        assert!(looks_like(file));
    }

    #[test]
    fn several_transactions_without_ehlo_and_quit_are_read() {
        let file = b"MAIL FROM:<>\nRCPT TO:<c@d.example>\nDATA\n1\n.\n\nRSET\nmail from:a@b.example\nRCPT TO:<e@f.example>\nDATA\n.\n";
        let envelopes = read(file).unwrap();
        assert_eq!(envelopes[0].reverse_path, ReversePath::Null);
        assert_eq!(envelopes[0].message.octets(), b"1\n");
        assert_eq!(envelopes[1].reverse_path.to_string(), "a@b.example");
        assert_eq!(envelopes[1].message.octets(), b"");
        assert_eq!(envelopes.len(), 2);
    }

    #[test]
    fn a_bare_line_feed_ends_no_data_in_a_crlf_session() {
        let file = b"MAIL FROM:<a@b.example>\r\nDATA\r\nx\n.\nMAIL FROM:<evil@b.example>\r\n\n.\r\ny\r\n.\r\n";
        let envelopes = read(file).unwrap();
        assert_eq!(envelopes.len(), 1);
        assert_eq!(envelopes[0].message.octets(), b"x\n.\nMAIL FROM:<evil@b.example>\r\n\n.\r\ny\r\n");
    }

    #[test]
    fn errors_name_the_line() {
        let start = "MAIL FROM:<a@b.example>\r\n";
        for (rest, expected) in [
            ("Subject: x\r\n", "line 2: `Subject: x` is no SMTP command"),
            ("RCPT TO:<b>\r\n", "line 2: `b` has no @"),
            ("RCPT TO:<>\r\n", "line 2: the address is empty"),
            ("RCPT TO:<a@b.example\r\n", "line 2: a quotation mark, bracket"),
            ("DATA\r\nx\r\n", "the message that starts at line 3 does not end: put a line"),
            ("DATA\r\nx\n.\n", "the message that starts at line 3 does not end: its commands end in CRLF"),
            ("DATA\r\nx\r\n.\r\nDATA\r\n", "line 5: the sender is missing"),
            ("", "the file holds no message"),
        ] {
            let error = read(format!("{start}{rest}").as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{rest:?}: {error}");
        }
        assert!(matches!(read(b"RCPT TO:<a@b.example>"), Err(BsmtpError::SenderMissing { line: 1 })));
    }

    #[test]
    fn recipients_are_limited() {
        let limits = Limits { recipients: 2, ..Limits::DEFAULT };
        let recipients = |count| "RCPT TO:<a@b.example>\r\n".repeat(count);
        let file = |count| format!("MAIL FROM:<>\r\n{}DATA\r\n.\r\n", recipients(count));
        assert!(parse(file(2).as_bytes(), &limits).is_ok());
        assert!(matches!(parse(file(3).as_bytes(), &limits), Err(BsmtpError::Limit { line: 4, .. })));
    }

    #[test]
    fn messages_and_other_files_do_not_look_like_envelopes() {
        for file in [
            b"From: a@b\r\nTo: c@d\r\n\r\nx".as_slice(),
            b"MAIL FROM: someone\r\n",
            b"",
            b"EHLO x\r\nRCPT TO:<a@b>\r\n",
        ] {
            assert!(!looks_like(file), "{file:?}");
        }
    }

    #[test]
    fn a_message_without_a_final_line_end_gets_one_and_the_caller_can_know() {
        let written = write(&envelope(b"Subject: x\r\n\r\nend"));
        assert_eq!(read(&written).unwrap()[0].message.octets(), b"Subject: x\r\n\r\nend\r\n");
        assert_eq!(fidelity(b"end"), Fidelity::LineEndAdded);
        assert_eq!(fidelity(b"end\n"), Fidelity::Exact);
    }

    fn message() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"\r\n".to_vec()),
            Just(b"\n".to_vec()),
            Just(b"\r".to_vec()),
            Just(b".".to_vec()),
            Just(b"QUIT".to_vec()),
            Just(b"\0\xff".to_vec()),
            "[a-z. ]{0,5}".prop_map(String::into_bytes),
        ];
        proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_octet_for_octet(body in message(), lf in any::<bool>()) {
            let end = if lf { LF } else { CRLF };
            let original = envelope(&[body.as_slice(), end].concat());
            prop_assert_eq!(fidelity(original.message.octets()), Fidelity::Exact);
            let written = write(&original);
            prop_assert!(looks_like(&written));
            let envelopes = read(&written).unwrap();
            prop_assert_eq!(envelopes.len(), 1);
            prop_assert_eq!(envelopes[0].message.octets(), original.message.octets());
            prop_assert_eq!(&envelopes[0].forward_paths, &original.forward_paths);
            prop_assert_eq!(&envelopes[0].reverse_path, &original.reverse_path);
        }

        #[test]
        fn any_octets_are_read_without_panic(octets in message()) {
            let _ = read(&octets);
            let _ = read(&[b"MAIL FROM:<>\r\nDATA\r\n".as_slice(), &octets].concat());
        }
    }
}
