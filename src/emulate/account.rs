//! An emulation under way: who is in question, what was decided for them, and where that departs from ours.

use std::collections::HashSet;

use super::{Deviation, Emulated, EmulatedAgent, EmulatedOutcome, EmulatedRecipient, Evidence, Refusal, why};
use crate::agent::{Agent, Operation, RecipientOutcome, Report};
use crate::finding::{counted, escape_controls};
use crate::mail::{Address, Domain, Envelope};
use crate::trust::NamedKey;

/// Deviations of one rule that are listed: a message may have a thousand recipients.
const MOST_OF_A_RULE: usize = 10;

/// A local recipient with the keys that serve them.
pub(super) struct Bound<'a> {
    /// The place among the recipients.
    pub(super) recipient: usize,
    pub(super) address: Address,
    pub(super) keys: Vec<&'a NamedKey>,
}

pub(super) struct Account<'a> {
    pub(super) kind: EmulatedAgent,
    pub(super) envelope: &'a Envelope,
    pub(super) agent: &'a Agent<'a>,
    pub(super) ours: &'a Report,
    pub(super) recipients: Vec<EmulatedRecipient>,
    deviations: Vec<Deviation>,
    /// How many of them say what was assumed, and so explain no difference.
    assumed: usize,
}

impl<'a> Account<'a> {
    pub(super) fn new(kind: EmulatedAgent, envelope: &'a Envelope, agent: &'a Agent<'a>, ours: &'a Report) -> Self {
        let local = local_domains(agent);
        let outgoing = ours.operation == Operation::Outgoing;
        let mut known = HashSet::new();
        let recipients = envelope
            .forward_paths
            .iter()
            .filter(|address| known.insert(*address))
            .map(|address| {
                let judged = outgoing || local.contains(address.domain());
                EmulatedRecipient {
                    address: address.clone(),
                    outcome: if judged { EmulatedOutcome::Removed } else { EmulatedOutcome::NotLocal },
                    status: None,
                    why: if judged { String::new() } else { "Not of a local domain".to_owned() },
                }
            })
            .collect();
        Self { kind, envelope, agent, ours, recipients, deviations: Vec::new(), assumed: 0 }
    }

    /// The places of the recipients in question.
    pub(super) fn judged(&self) -> Vec<usize> {
        let places = self.recipients.iter().enumerate();
        places.filter(|(_, one)| one.outcome != EmulatedOutcome::NotLocal).map(|(place, _)| place).collect()
    }

    pub(super) fn address(&self, place: usize) -> Option<&Address> {
        self.recipients.get(place).map(|recipient| &recipient.address)
    }

    pub(super) fn is_local(&self, address: &Address) -> bool {
        local_domains(self.agent).contains(address.domain())
    }

    /// Each recipient in question with the keys of the address, or else of its domain, that `usable` lets pass.
    pub(super) fn bind(&self, usable: impl Fn(&NamedKey) -> bool) -> Vec<Bound<'a>> {
        let agent = self.agent;
        self.judged()
            .into_iter()
            .filter_map(|recipient| {
                let address = self.address(recipient)?.clone();
                let keys = agent.parties.key_holder(&address).map(|party| party.keys.as_slice()).unwrap_or_default();
                Some(Bound { recipient, address, keys: keys.iter().filter(|key| usable(key)).collect() })
            })
            .collect()
    }

    pub(super) fn accept(&mut self, place: usize, status: &'static str, why: impl Into<String>) {
        self.decide(place, EmulatedOutcome::Accepted, status, why.into());
    }

    pub(super) fn remove(&mut self, place: usize, status: &'static str, why: impl Into<String>) {
        self.decide(place, EmulatedOutcome::Removed, status, why.into());
    }

    fn decide(&mut self, place: usize, outcome: EmulatedOutcome, status: &'static str, why: String) {
        if let Some(recipient) = self.recipients.get_mut(place) {
            *recipient = EmulatedRecipient {
                address: recipient.address.clone(),
                outcome,
                status: Some(status),
                why: escape_controls(&why),
            };
        }
    }

    /// Whether anybody gets the message.
    pub(super) fn any_accepted(&self) -> bool {
        self.recipients.iter().any(|recipient| recipient.outcome == EmulatedOutcome::Accepted)
    }

    /// Notes a rule of the agent that ours does not have, each once.
    pub(super) fn deviates(&mut self, what: impl Into<String>, rule: &Known) {
        let deviation = Deviation {
            what: escape_controls(&what.into()),
            why: rule.why,
            evidence: rule.evidence,
            reference: rule.reference,
        };
        let same = self.deviations.iter().filter(|known| known.why == deviation.why).count();
        if same < MOST_OF_A_RULE && !self.deviations.contains(&deviation) {
            self.deviations.push(deviation);
        }
    }

    /// Notes what the answer rests on, where it cannot be known here.
    pub(super) fn assumes(&mut self, what: impl Into<String>, rule: &Known) {
        let before = self.deviations.len();
        self.deviates(what, rule);
        self.assumed = self.assumed.saturating_add(self.deviations.len().saturating_sub(before));
    }

    /// The answer. Whoever fares otherwise than with us has that explained, by a rule or at least by its absence.
    pub(super) fn conclude(mut self, operation: Operation, ended: Result<(), Refusal>) -> Emulated {
        let (code, why) = match ended {
            Ok(()) => (None, self.accepted_sentence()),
            Err(refusal) => {
                for recipient in &mut self.recipients {
                    if recipient.outcome != EmulatedOutcome::NotLocal {
                        recipient.outcome = EmulatedOutcome::Removed;
                        if recipient.why.is_empty() || recipient.status.is_none() {
                            recipient.why = "The whole message is rejected".to_owned();
                        }
                    }
                }
                (Some(refusal.code), refusal.why)
            }
        };
        let mut emulated = Emulated {
            agent: self.kind,
            operation,
            code,
            why: escape_controls(&why),
            recipients: std::mem::take(&mut self.recipients),
            deviations: Vec::new(),
        };
        if self.deviations.len() == self.assumed {
            self.explain_difference(&emulated);
        }
        emulated.deviations = self.deviations;
        emulated
    }

    fn accepted_sentence(&self) -> String {
        let judged = self.judged().len();
        let accepted =
            self.recipients.iter().filter(|recipient| recipient.outcome == EmulatedOutcome::Accepted).count();
        format!("Accepted for {accepted} of {}", counted(judged, "recipient"))
    }

    fn explain_difference(&mut self, emulated: &Emulated) {
        let refused = (!emulated.is_accepted()).then_some(&emulated.why);
        let mut found = Vec::new();
        for (place, theirs) in emulated.recipients.iter().enumerate() {
            if !emulated.differs_for(place, self.ours) {
                continue;
            }
            if theirs.outcome == EmulatedOutcome::Accepted {
                let ours = self.ours.recipients.get(place).and_then(RecipientOutcome::reason);
                let reason = ours.or(self.ours.rejection.as_ref());
                let because = reason.map(|reason| reason.detail.clone()).unwrap_or_default();
                let rule = why::laxer(self.kind, reason.map(|reason| reason.code));
                found.push((format!("{} gets the message although: {because}", theirs.address), rule));
            } else {
                let reason = refused.unwrap_or(&theirs.why);
                found.push((format!("{} is left out: {reason}", theirs.address), why::stricter(self.kind)));
            }
        }
        for (what, rule) in found {
            self.deviates(what, &rule);
        }
    }
}

/// A rule of an agent, with its evidence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) why: &'static str,
    pub(super) evidence: Evidence,
    pub(super) reference: &'static str,
}

impl Known {
    pub(super) const fn measured(why: &'static str, reference: &'static str) -> Self {
        Self { why, evidence: Evidence::Measured, reference }
    }

    pub(super) const fn read(why: &'static str, reference: &'static str) -> Self {
        Self { why, evidence: Evidence::Read, reference }
    }

    pub(super) const fn inferred(why: &'static str, reference: &'static str) -> Self {
        Self { why, evidence: Evidence::Inferred, reference }
    }

    pub(super) const fn assumed(why: &'static str, reference: &'static str) -> Self {
        Self { why, evidence: Evidence::Assumed, reference }
    }
}

fn local_domains(agent: &Agent<'_>) -> HashSet<Domain> {
    if agent.local_domains.is_empty() {
        agent.parties.key_domains().into_iter().collect()
    } else {
        agent.local_domains.iter().cloned().collect()
    }
}
