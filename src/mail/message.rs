//! What RFC 5322 and 5321 ask of a whole message: fields that occur once, a Sender beside several authors, CRLF.
//!
//! Nothing here rejects: each check leaves a finding, and a profile decides what it weighs.

use super::header::HeaderSection;
use super::lines::LineEnds;
use super::mailbox_list::mailbox_list;
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::span::Buffer;

const ONCE: Rule = Rule::new("header.field-count", "RFC 5322 §3.6");
const SENDER: Rule = Rule::new("header.sender", "RFC 5322 §3.6.2");
const LINE_ENDS: Rule = Rule::new("message.line-ends", "RFC 5321 §2.3.8");

/// The fields of which there may be one at most (Return-Path: RFC 5321 §4.4).
const AT_MOST_ONE: [&str; 11] =
    ["From", "Date", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Message-ID", "MIME-Version", "Return-Path"];

/// Checks how often the fields of a message occur, and that several authors name a sender.
pub fn check_fields(buffer: &Buffer, header: &HeaderSection, ledger: &mut Ledger) {
    let mut in_order = true;
    for name in ["From", "Date"] {
        if header.first(buffer.octets(), name).is_none() {
            in_order = false;
            ledger.warn(ONCE, format!("The message has no {name} field"));
        }
    }
    for name in AT_MOST_ONE {
        let mut fields = header.all(buffer.octets(), name);
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
    check_sender(buffer, header, ledger);
}

fn check_sender(buffer: &Buffer, header: &HeaderSection, ledger: &mut Ledger) {
    let Some(from) = header.first(buffer.octets(), "From") else { return };
    let authors = mailbox_list(from.value(buffer.octets())).len();
    if authors > 1 && header.first(buffer.octets(), "Sender").is_none() {
        let detail = format!("From names {authors} authors and there is no Sender");
        ledger.note(Finding::new(SENDER, Severity::Warning, detail).at(buffer.span(from.whole.clone())));
    }
}

/// Checks that the lines of a message end in CRLF, as SMTP has them; nothing is repaired.
pub fn check_line_ends(buffer: &Buffer, ledger: &mut Ledger) {
    note_line_ends(buffer, LineEnds::of(buffer.octets()), ledger);
}

/// [`check_line_ends`] where the line ends of `buffer` are known.
pub fn note_line_ends(buffer: &Buffer, line_ends: LineEnds, ledger: &mut Ledger) {
    match line_ends {
        LineEnds::Crlf | LineEnds::None => ledger.pass(LINE_ENDS, "All lines end in CRLF"),
        found => {
            let detail = format!("The message has {found} where SMTP has CRLF");
            ledger.note(
                Finding::new(LINE_ENDS, Severity::Info, detail).at(buffer.whole()).values(found.to_string(), "CRLF"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::span::BufferName;

    fn details(check: impl Fn(&Buffer, &mut Ledger)) -> impl Fn(&[u8]) -> Vec<String> {
        move |octets| {
            let mut ledger = Ledger::new();
            check(&Buffer::new(BufferName::Received, octets), &mut ledger);
            ledger.into_findings().into_iter().map(|finding| finding.detail).collect()
        }
    }

    fn check_header(buffer: &Buffer, ledger: &mut Ledger) {
        let header = HeaderSection::scan(buffer.octets(), 0..buffer.octets().len(), &Limits::DEFAULT);
        check_fields(buffer, &header, ledger);
    }

    #[test]
    fn fields_that_occur_once_are_counted() {
        let check = details(check_header);
        assert_eq!(check(b"From: a\r\nDate: b\r\n\r\n"), ["The fields that may occur once occur once"]);
        assert_eq!(
            check(b"From: a\r\nFrom: b\r\nfrom: c\r\nReturn-Path: d\r\nReturn-Path: e\r\n\r\n"),
            ["The message has no Date field", "The message has 3 From fields", "The message has 2 Return-Path fields"]
        );
    }

    #[test]
    fn several_authors_need_a_sender() {
        let check = details(check_header);
        let authors = "From: a@b.example, c@d.example\r\nDate: x\r\n";
        assert_eq!(check(authors.as_bytes())[1], "From names 2 authors and there is no Sender");
        assert_eq!(check(format!("{authors}Sender: a@b.example\r\n").as_bytes()).len(), 1);
    }

    #[test]
    fn line_ends_other_than_crlf_are_named() {
        let check = details(check_line_ends);
        assert_eq!(check(b"A: b\r\n\r\n"), ["All lines end in CRLF"]);
        assert_eq!(check(b"A: b\n\n"), ["The message has bare LF where SMTP has CRLF"]);
        assert_eq!(check(b"A: b\r\n\n"), ["The message has mixed line ends where SMTP has CRLF"]);
    }
}
