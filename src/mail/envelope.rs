//! The envelope: who the message is from and for, and the message itself (RFC 5321 §2.3.1).
//!
//! Routing and trust use MAIL FROM and RCPT TO. Only where there is no envelope, for a bare `.eml`, is one derived from
//! the header, and a finding says so.

use std::collections::HashSet;
use std::fmt;

use super::address::Address;
use super::header::{HeaderField, HeaderSection};
use super::mailbox_list::{MailboxEntry, mailbox_list};
use super::text::escape_controls;
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::span::Buffer;

const ASSUMED: Rule = Rule::new("envelope.assumed-from-header", "RFC 5321 §2.3.1");
const SENDER: Rule = Rule::new("envelope.sender", "RFC 5322 §3.6.2");
const RECIPIENT: Rule = Rule::new("envelope.recipient", "RFC 5322 §3.6.3");

/// MAIL FROM.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath {
    /// `<>`: the message is a report and gets none (RFC 5321 §4.5.5).
    Null,
    /// The sender.
    Mailbox(Address),
}

impl ReversePath {
    /// The sender's address, if there is one.
    #[must_use]
    pub const fn address(&self) -> Option<&Address> {
        match self {
            Self::Null => None,
            Self::Mailbox(address) => Some(address),
        }
    }
}

impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("<>"),
            Self::Mailbox(address) => address.fmt(f),
        }
    }
}

/// Where an envelope's addresses come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EnvelopeOrigin {
    /// Assumed from the header: there was no envelope.
    Derived,
    /// Changed by the user.
    Edited,
    /// MAIL FROM and RCPT TO of a file or a transaction.
    Explicit,
}

/// Why no envelope could be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The header is larger than is read, or names more recipients.
    #[error("the envelope cannot be made: {0}")]
    Limit(#[from] LimitExceeded),
}

/// A message with its envelope.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// MAIL FROM.
    pub reverse_path: ReversePath,
    /// RCPT TO, in order.
    pub forward_paths: Vec<Address>,
    /// The message.
    pub message: Buffer,
    /// Where the addresses come from.
    pub origin: EnvelopeOrigin,
}

impl Envelope {
    /// Makes an envelope from From (or Sender), To, Cc and Bcc, within the default limits. What is missing or
    /// unreadable is a finding: the envelope then has the null sender or fewer recipients, and can be edited.
    ///
    /// # Errors
    /// [`EnvelopeError`] when a limit is passed.
    pub fn derive(message: Buffer, ledger: &mut Ledger) -> Result<Self, EnvelopeError> {
        Self::derive_within(message, &Limits::DEFAULT, ledger)
    }

    /// [`Envelope::derive`] within given limits.
    ///
    /// # Errors
    /// [`EnvelopeError`] when a limit is passed.
    pub fn derive_within(message: Buffer, limits: &Limits, ledger: &mut Ledger) -> Result<Self, EnvelopeError> {
        let header = HeaderSection::scan(message.octets(), 0..message.octets().len(), limits);
        header.check_size(limits)?;
        ledger.warn(ASSUMED, "Sender and recipients are assumed from the header: there is no envelope");
        header.note_faults(&message, ledger);
        let reverse_path = derive_sender(&message, &header, ledger);
        let forward_paths = derive_recipients(&message, &header, limits, ledger)?;
        Ok(Self { reverse_path, forward_paths, message, origin: EnvelopeOrigin::Derived })
    }

    /// What is unclear about the addresses in the header of an envelope that was derived from it: authors of whom one
    /// was chosen, and addresses that cannot be read, so that nobody is left out in silence.
    #[must_use]
    pub fn doubts(&self) -> Vec<Finding> {
        if self.origin != EnvelopeOrigin::Derived {
            return Vec::new();
        }
        let mut ledger = Ledger::new();
        // The envelope exists, so no limit was passed.
        let _ = Self::derive(self.message.clone(), &mut ledger);
        let findings = ledger.into_findings().into_iter();
        findings.filter(|finding| finding.rule == SENDER || finding.rule == RECIPIENT).collect()
    }
}

/// From if it names one sender; Sender where From names several or none (RFC 5322 §3.6.2).
fn derive_sender(message: &Buffer, header: &HeaderSection, ledger: &mut Ledger) -> ReversePath {
    let from = mailboxes(message, header, "From", SENDER, ledger);
    if let [only] = from.as_slice() {
        return ReversePath::Mailbox(only.clone());
    }
    let sender = mailboxes(message, header, "Sender", SENDER, ledger);
    let (chosen, sentence) = match (sender.first(), from.first()) {
        (Some(sender), Some(_)) => (Some(sender), "From names several senders: the one in Sender is assumed"),
        (Some(sender), None) => (Some(sender), "From names no sender: the one in Sender is assumed"),
        (None, Some(first)) => (Some(first), "From names several senders and there is no Sender: the first is assumed"),
        (None, None) => (None, "Neither From nor Sender names a sender: set one before running"),
    };
    ledger.warn(SENDER, sentence);
    chosen.map_or(ReversePath::Null, |address| ReversePath::Mailbox(address.clone()))
}

fn derive_recipients(
    message: &Buffer,
    header: &HeaderSection,
    limits: &Limits,
    ledger: &mut Ledger,
) -> Result<Vec<Address>, LimitExceeded> {
    let mut known = HashSet::new();
    let mut recipients = Vec::new();
    for name in ["To", "Cc", "Bcc"] {
        for address in mailboxes(message, header, name, RECIPIENT, ledger) {
            if known.insert(address.clone()) {
                recipients.push(address);
            }
        }
    }
    Limits::check("number of recipients", recipients.len(), limits.recipients)?;
    if recipients.is_empty() {
        ledger.warn(RECIPIENT, "To, Cc and Bcc name no recipient: add one before running");
    }
    Ok(recipients)
}

/// The readable addresses of all fields of that name; each unreadable one is a finding, up to a few.
fn mailboxes(message: &Buffer, header: &HeaderSection, name: &str, rule: Rule, ledger: &mut Ledger) -> Vec<Address> {
    let mut addresses = Vec::new();
    let mut unreadable = 0_usize;
    for field in header.all(message.octets(), name) {
        for entry in mailbox_list(field.value(message.octets())) {
            match &entry.address {
                Ok(address) => addresses.push(address.clone()),
                Err(_) => {
                    unreadable = unreadable.saturating_add(1);
                    if unreadable <= SHOWN_UNREADABLE {
                        note_unreadable(message, field, name, &entry, rule, ledger);
                    }
                }
            }
        }
    }
    if unreadable > SHOWN_UNREADABLE {
        ledger.warn(rule, format!("{name} holds {unreadable} addresses that cannot be read"));
    }
    addresses
}

/// Unreadable addresses of one field name that get a finding each.
const SHOWN_UNREADABLE: usize = 10;

fn note_unreadable(
    message: &Buffer,
    field: &HeaderField,
    name: &str,
    entry: &MailboxEntry,
    rule: Rule,
    ledger: &mut Ledger,
) {
    let Err(error) = &entry.address else { return };
    let start = field.value.start.saturating_add(entry.range.start);
    let end = field.value.start.saturating_add(entry.range.end);
    let detail = format!("An address in {} cannot be read: {error}", escape_controls(name));
    ledger.note(Finding::new(rule, Severity::Warning, detail).at(message.span(start..end)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::BufferName;

    fn derive(header: &str) -> (Envelope, Vec<String>) {
        let message = Buffer::new(BufferName::Received, format!("{header}\r\nbody").into_bytes());
        let mut ledger = Ledger::new();
        let envelope = Envelope::derive(message, &mut ledger).unwrap();
        (envelope, ledger.into_findings().into_iter().map(|finding| finding.detail).collect())
    }

    fn recipients(envelope: &Envelope) -> Vec<&str> {
        envelope.forward_paths.iter().map(Address::as_str).collect()
    }

    #[test]
    fn recipients_come_from_to_cc_and_bcc_in_order_and_once() {
        let (envelope, findings) = derive(
            "Cc: C <c@d.example>, a@B.example\r\nFrom: S <s@d.example>\r\nBcc: b@d.example\r\n\
             To: a@b.example,\r\n g: c@d.example, A@b.example;\r\nTo: e@d.example\r\n",
        );
        assert_eq!(envelope.reverse_path.to_string(), "s@d.example");
        assert_eq!(recipients(&envelope), ["a@b.example", "c@d.example", "A@b.example", "e@d.example", "b@d.example"]);
        assert_eq!(envelope.origin, EnvelopeOrigin::Derived);
        assert_eq!(findings, ["Sender and recipients are assumed from the header: there is no envelope"]);
    }

    #[test]
    fn the_sender_is_from_unless_it_names_several_or_none() {
        for (header, sender, finding) in [
            ("From: a@d.example\r\nSender: s@d.example\r\n", "a@d.example", None),
            (
                "From: a@d.example, b@d.example\r\nSender: s@d.example\r\n",
                "s@d.example",
                Some("From names several senders: the one in Sender is assumed"),
            ),
            (
                "From: a@d.example\r\nFrom: b@d.example\r\n",
                "a@d.example",
                Some("From names several senders and there is no Sender: the first is assumed"),
            ),
            ("Sender: s@d.example\r\n", "s@d.example", Some("From names no sender: the one in Sender is assumed")),
            ("X: y\r\n", "<>", Some("Neither From nor Sender names a sender: set one before running")),
        ] {
            let (envelope, findings) = derive(&format!("{header}To: r@d.example\r\n"));
            assert_eq!(envelope.reverse_path.to_string(), sender, "{header}");
            assert_eq!(findings.get(1).map(String::as_str), finding, "{header}");
        }
    }

    #[test]
    fn unreadable_addresses_are_findings() {
        let (envelope, findings) = derive("From: a@d.example\r\nTo: nobody, r@d.example\r\n");
        assert_eq!(recipients(&envelope), ["r@d.example"]);
        assert!(findings[1].starts_with("An address in To cannot be read: `nobody` has no @"), "{findings:?}");
        let (envelope, findings) = derive("From: a@d.example\r\n");
        assert!(envelope.forward_paths.is_empty());
        assert_eq!(findings[1], "To, Cc and Bcc name no recipient: add one before running");
        let (_, findings) = derive(&format!("From: a@d.example\r\nTo: {}\r\n", "x,\r\n ".repeat(5_000)));
        assert_eq!(findings.len(), 1 + SHOWN_UNREADABLE + 2);
    }

    #[test]
    fn recipients_are_limited() {
        let message = Buffer::new(BufferName::Received, b"From: a@b.c\r\nTo: b@b.c, c@b.c\r\n\r\n".as_slice());
        let limits = Limits { recipients: 1, ..Limits::DEFAULT };
        assert!(Envelope::derive_within(message.clone(), &limits, &mut Ledger::new()).is_err());
        let limits = Limits { recipients: 2, ..Limits::DEFAULT };
        assert!(Envelope::derive_within(message, &limits, &mut Ledger::new()).is_ok());
    }
}
