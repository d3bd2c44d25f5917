//! A result as far as two times are compared by it: verdict, code, and what happens for each recipient.

use super::events::{Event, EventKind};
use crate::agent::{Reason, ReasonCode, RecipientState, Report};
use crate::finding::counted;
use crate::mail::Address;

/// A result: what the agent decided, without how it came to it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Why the message as a whole is rejected; nothing where it is accepted.
    pub rejection: Option<Reason>,
    /// What happens for each recipient in question.
    pub recipients: Vec<(Address, RecipientState)>,
}

impl Answer {
    pub(super) fn of(report: &Report) -> Self {
        let recipients = report.judged_recipients().map(|one| (one.address.clone(), one.state.clone()));
        Self { rejection: report.rejection.clone(), recipients: recipients.collect() }
    }

    /// Whether the message goes to anybody.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.rejection.is_none()
    }

    /// How many recipients it goes to.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.recipients.iter().filter(|(_, state)| matches!(state, RecipientState::Accepted)).count()
    }

    /// Whether both decide the same for everybody, for the same codes; the sentences may name other dates.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.codes().eq(other.codes())
    }

    /// Every code of the result once: that of the message, then those of recipients.
    #[must_use]
    pub fn distinct_codes(&self) -> Vec<ReasonCode> {
        let mut distinct = Vec::new();
        for code in self.codes().filter_map(|(_, code)| code) {
            if !distinct.contains(&code) {
                distinct.push(code);
            }
        }
        distinct
    }

    /// The result in a few words: `accepted for 1 of 2 recipients`, `rejected (expired)`.
    #[must_use]
    pub fn words(&self) -> String {
        let judged = self.recipients.len();
        let removed: Vec<String> = self.recipients.iter().filter_map(removed).collect();
        match &self.rejection {
            // That nobody is left is said by the reason of each.
            Some(reason) if reason.code == ReasonCode::NoTrustedRecipients && !removed.is_empty() => {
                format!("rejected: {}", removed.join(", "))
            }
            Some(reason) => format!("rejected ({})", reason.code),
            None if removed.is_empty() => format!("accepted for {}", counted(judged, "recipient")),
            None => {
                let accepted = self.accepted();
                format!("accepted for {accepted} of {}: {}", counted(judged, "recipient"), removed.join(", "))
            }
        }
    }

    /// Whether a reason of the result names the certificate, or rests on what revocation lists say.
    pub(super) fn speaks_of(&self, event: &Event) -> bool {
        let of_recipients = self.recipients.iter().filter_map(|(_, state)| match state {
            RecipientState::Removed(reason) => Some(reason),
            _ => None,
        });
        self.rejection.iter().chain(of_recipients).any(|reason| match event.kind {
            EventKind::ListBegins | EventKind::ListEnds => {
                matches!(reason.code, ReasonCode::Revoked | ReasonCode::RevocationUnknown)
            }
            _ => reason.detail.contains(&event.name),
        })
    }

    fn codes(&self) -> impl Iterator<Item = (&'static str, Option<ReasonCode>)> {
        let message = ("message", self.rejection.as_ref().map(|reason| reason.code));
        let recipients = self.recipients.iter().map(|(_, state)| match state {
            RecipientState::Removed(reason) => (state.as_str(), Some(reason.code)),
            _ => (state.as_str(), None),
        });
        std::iter::once(message).chain(recipients)
    }
}

fn removed((address, state): &(Address, RecipientState)) -> Option<String> {
    match state {
        RecipientState::Removed(reason) => Some(format!("{address} {}", reason.code)),
        _ => None,
    }
}
