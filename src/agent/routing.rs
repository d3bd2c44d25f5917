//! Whom the header of a message names, beside whom its envelope does (RFC 8550 §3, Direct AS 1.3).

use std::collections::HashSet;

use super::outcome::{Reason, ReasonCode};
use super::profile::Demand;
use super::run::Run;
use crate::finding::{Finding, Ledger, Rule, Severity, counted};
use crate::mail::{Address, Domain, HeaderSection, mailbox_list};
use crate::span::Buffer;

const SENDER: Rule = Rule::new("message.sender-agrees", "RFC 8550 §3");
const RECIPIENTS: Rule = Rule::new("message.recipients-agree", "RFC 5321 §3.3");
const DEMAND: Rule = Rule::new("message.routing", "Direct AS 1.3, MAIL FROM and RCPT TO");

/// Recipients of a mismatch that are told by name.
const TOLD: usize = 5;

/// Addresses that can be looked up, however many there are, without regard to ASCII case in the local part.
pub(super) struct Mailboxes(HashSet<(String, Domain)>);

impl Mailboxes {
    /// These addresses.
    pub(super) fn of<'a>(addresses: impl IntoIterator<Item = &'a Address>) -> Self {
        Self(addresses.into_iter().map(mailbox_key).collect())
    }

    /// The readable addresses in all fields of these names.
    fn named_in(buffer: &Buffer, header: &HeaderSection, names: &[&str]) -> Self {
        let octets = buffer.octets();
        let fields = names.iter().flat_map(|name| header.all(octets, name));
        let entries = fields.flat_map(|field| mailbox_list(field.value(octets)));
        Self(entries.filter_map(|entry| entry.address.ok()).map(|address| mailbox_key(&address)).collect())
    }

    /// Whether this mailbox is among them.
    pub(super) fn contains(&self, address: &Address) -> bool {
        self.0.contains(&mailbox_key(address))
    }
}

/// What tells one mailbox from another, the ASCII case of the local part aside.
pub(crate) fn mailbox_key(address: &Address) -> (String, Domain) {
    (address.unquoted_local_part().to_ascii_lowercase(), address.domain().clone())
}

/// Where the envelope names people whom the header of a message does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoutingMismatch {
    /// MAIL FROM, where it is neither From nor Sender.
    pub sender: Option<Address>,
    /// Every RCPT TO that is in neither To nor Cc, in order.
    pub recipients: Vec<Address>,
}

impl RoutingMismatch {
    /// Compares MAIL FROM with From and Sender, and RCPT TO with To and Cc, without regard to ASCII case in local parts.
    pub fn of<'a>(
        sender: Option<&Address>,
        recipients: impl IntoIterator<Item = &'a Address>,
        buffer: &Buffer,
        header: &HeaderSection,
    ) -> Self {
        let authors = Mailboxes::named_in(buffer, header, &["From", "Sender"]);
        let readers = Mailboxes::named_in(buffer, header, &["To", "Cc"]);
        Self {
            sender: sender.filter(|sender| !authors.contains(sender)).cloned(),
            recipients: recipients.into_iter().filter(|address| !readers.contains(address)).cloned().collect(),
        }
    }

    /// Whether the header names everybody.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.sender.is_none() && self.recipients.is_empty()
    }

    /// What is said of the sender.
    #[must_use]
    pub fn sender_words(&self) -> Option<String> {
        Some(format!("MAIL FROM {} is neither From nor Sender", self.sender.as_ref()?))
    }

    /// What is said of the recipients, the first few of them by name.
    #[must_use]
    pub fn recipient_words(&self) -> Option<String> {
        (!self.recipients.is_empty()).then(|| format!("RCPT TO {} in neither To nor Cc", names(&self.recipients)))
    }
}

/// Compares the envelope with the header, and ends the run where the profile wants them to agree.
///
/// Blind copies, lists and notifications make them differ, so that a profile decides whether a message is refused for it.
/// A sender who differs weighs more: who reads the message sees a name that no signature was checked for.
pub(super) fn check<'a>(
    run: &Run<'_>,
    buffer: &Buffer,
    header: &HeaderSection,
    recipients: impl Iterator<Item = &'a Address>,
    ledger: &mut Ledger,
) -> Result<(), Reason> {
    let mismatch = RoutingMismatch::of(run.sender(), recipients, buffer, header);
    let (sender, recipients) = (mismatch.sender_words(), mismatch.recipient_words());
    match &sender {
        None => ledger.pass(SENDER, "MAIL FROM is named as From or Sender"),
        Some(detail) => {
            let finding = Finding::new(SENDER, Severity::Warning, format!("{detail}: readers see another name"));
            let from = header.first(buffer.octets(), "From");
            let span = from.map_or_else(|| buffer.span(header.range.clone()), |field| buffer.span(field.whole.clone()));
            ledger.note(finding.at(span));
        }
    }
    match &recipients {
        None => ledger.pass(RECIPIENTS, "Every RCPT TO is named in To or Cc"),
        Some(detail) => {
            ledger.info(RECIPIENTS, format!("{detail}: legitimate for blind copies, lists and notifications"))
        }
    }
    let mismatches: Vec<String> = [sender, recipients].into_iter().flatten().collect();
    if mismatches.is_empty() || run.agent.profile.routing == Demand::Report {
        return Ok(());
    }
    let reason = Reason::new(ReasonCode::RoutingMismatch, mismatches.join("; "));
    ledger.fail(DEMAND, reason.detail.clone());
    Err(reason)
}

fn names(addresses: &[Address]) -> String {
    let mut told: Vec<String> = addresses.iter().take(TOLD).map(ToString::to_string).collect();
    if let Some(others) = addresses.len().checked_sub(TOLD).filter(|others| *others > 0) {
        told.push(counted(others, "other"));
    }
    format!("{} {}", told.join(", "), if addresses.len() == 1 { "is" } else { "are" })
}
