//! What differs between two runs of the agent on the same message: the verdict, each recipient, each signer, each step,
//! each check.
//!
//! Checks are told from one another by their rule and by whom they are about, not by their place: a check that an earlier
//! step let in or kept out moves no other. What two runs differ in without anybody having changed it (how long a step
//! took, where octets lie) is no difference.

mod checks;
mod json;
mod sentences;

pub use checks::{FindingChange, FindingChangeKind};
pub use json::difference_json;

use time::OffsetDateTime;

use crate::agent::{
    ProfileName, Reason, RecipientOutcome, RecipientState, Report, SignatureState, SignerOutcome, StepName, StepOutcome,
};
use crate::mail::Address;
use crate::pki::Certificate;
use checks::Subjects;

/// A fact of both runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<T> {
    /// In the first run.
    pub before: T,
    /// In the second.
    pub after: T,
}

impl<T: PartialEq> Change<T> {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.before == self.after
    }
}

/// Everything in which two runs differ, and what they have in common.
#[derive(Clone, Debug)]
pub struct Difference {
    /// As of when certificates were judged.
    pub evaluated_at: Change<OffsetDateTime>,
    /// By which rules.
    pub profile: Change<ProfileName>,
    /// Why the message as a whole was rejected; nothing where it was accepted.
    pub rejection: Change<Option<Reason>>,
    /// How many recipients the message was accepted for.
    pub accepted: Change<usize>,
    /// How many recipients were in question.
    pub judged: Change<usize>,
    /// Each recipient of either run.
    pub recipients: Vec<RecipientDifference>,
    /// Each signer of either run.
    pub signers: Vec<SignerDifference>,
    /// Checks of the envelope that differ.
    pub envelope: Vec<FindingChange>,
    /// Each step, in order.
    pub steps: Vec<StepDifference>,
}

/// One recipient in both runs; nothing where a run does not have it.
#[derive(Clone, Debug)]
pub struct RecipientDifference {
    /// RCPT TO.
    pub address: Address,
    /// What happens for them.
    pub state: Change<Option<RecipientState>>,
}

/// One signer in both runs; nothing where a run did not come to it.
#[derive(Clone, Debug)]
pub struct SignerDifference {
    /// The certificate's name, or how the signature names its signer.
    pub name: String,
    /// How it was judged.
    pub sides: Change<Option<SignerSide>>,
}

/// How a signer fared in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerSide {
    /// Whether content, attributes and signature agree.
    pub signature: SignatureState,
    /// Why the signer does not count; empty for a good one.
    pub reasons: Vec<Reason>,
    /// For each recipient that was asked, the names along the path to the anchor, or why there is none.
    pub trust: Vec<(Address, Result<Vec<String>, Reason>)>,
}

/// One step in both runs.
#[derive(Clone, Debug)]
pub struct StepDifference {
    /// Which.
    pub name: StepName,
    /// How it came out; nothing where the other run goes another way.
    pub outcome: Change<Option<StepOutcome>>,
    /// The fact that matters most.
    pub summary: Change<String>,
    /// Its checks that differ.
    pub findings: Vec<FindingChange>,
    /// How many checks are the same in both.
    pub same: usize,
}

impl Difference {
    /// Whether the runs agree in everything but what was asked of them.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.is_same_result()
            && self.signers.iter().all(SignerDifference::is_same)
            && self.envelope.is_empty()
            && self.steps.iter().all(StepDifference::is_same)
    }

    /// Whether the verdict, its code, and what happens for each recipient are the same.
    #[must_use]
    pub fn is_same_result(&self) -> bool {
        let code = |reason: &Option<Reason>| reason.as_ref().map(|reason| reason.code);
        code(&self.rejection.before) == code(&self.rejection.after)
            && self.recipients.iter().all(RecipientDifference::is_same)
    }

    /// The steps that differ.
    pub fn changed_steps(&self) -> impl Iterator<Item = &StepDifference> {
        self.steps.iter().filter(|step| !step.is_same())
    }
}

impl RecipientDifference {
    /// Whether the same happens for the recipient, for the same reason.
    #[must_use]
    pub fn is_same(&self) -> bool {
        facts(&self.state.before) == facts(&self.state.after)
    }
}

fn facts(state: &Option<RecipientState>) -> Option<(&'static str, Option<&Reason>)> {
    let reason = match state {
        Some(RecipientState::Removed(reason)) => Some(reason),
        _ => None,
    };
    state.as_ref().map(|state| (state.as_str(), reason))
}

impl SignerDifference {
    /// Whether the signer fared the same.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.sides.is_same()
    }
}

impl StepDifference {
    /// Whether the step came out the same, check for check.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.outcome.is_same() && self.summary.is_same() && self.findings.is_empty()
    }
}

/// Compares two runs on the same message.
#[must_use]
pub fn difference(before: &Report, after: &Report) -> Difference {
    let accepted = |report: &Report| report.judged_recipients().filter(|recipient| recipient.is_accepted()).count();
    let both = [before, after].map(Subjects::of);
    let [first, second] = &both;
    Difference {
        evaluated_at: Change { before: before.evaluated_at, after: after.evaluated_at },
        profile: Change { before: before.profile, after: after.profile },
        rejection: Change { before: before.rejection.clone(), after: after.rejection.clone() },
        accepted: Change { before: accepted(before), after: accepted(after) },
        judged: Change { before: before.judged_recipients().count(), after: after.judged_recipients().count() },
        recipients: recipients(before, after),
        signers: signers(before, after),
        envelope: checks::changes(first.named(&before.envelope_findings), second.named(&after.envelope_findings))
            .changes,
        steps: steps(before, after, first, second),
    }
}

fn recipients(before: &Report, after: &Report) -> Vec<RecipientDifference> {
    let state = |report: &Report, address: &Address| {
        report.recipients.iter().find(|one| one.address == *address).map(|one| one.state.clone())
    };
    let known = |one: &&RecipientOutcome| before.recipients.iter().all(|other| other.address != one.address);
    let all = before.recipients.iter().chain(after.recipients.iter().filter(known));
    all.map(|recipient| RecipientDifference {
        address: recipient.address.clone(),
        state: Change { before: state(before, &recipient.address), after: state(after, &recipient.address) },
    })
    .collect()
}

/// Signers are told by what the signature calls them; of two of one name the first is the first in both runs.
fn signers(before: &Report, after: &Report) -> Vec<SignerDifference> {
    let mut left: Vec<&SignerOutcome> = after.signers.iter().collect();
    let mut found = Vec::new();
    for signer in &before.signers {
        let place = left.iter().position(|other| other.identifier == signer.identifier);
        let other = place.map(|place| left.remove(place));
        found.push(SignerDifference {
            name: signer_name(signer),
            sides: Change { before: Some(side(signer)), after: other.map(side) },
        });
    }
    let new = left.into_iter().map(|signer| SignerDifference {
        name: signer_name(signer),
        sides: Change { before: None, after: Some(side(signer)) },
    });
    found.extend(new);
    found
}

fn signer_name(signer: &SignerOutcome) -> String {
    signer.certificate.as_ref().map_or_else(|| signer.identifier.clone(), Certificate::common_name)
}

fn side(signer: &SignerOutcome) -> SignerSide {
    let trust = signer.trust.iter().map(|trust| {
        let names =
            |path: &crate::pki::ValidatedPath| path.certificates().iter().map(Certificate::common_name).collect();
        (trust.recipient.clone(), trust.path.as_ref().map(names).map_err(Clone::clone))
    });
    SignerSide { signature: signer.signature, reasons: signer.reasons.clone(), trust: trust.collect() }
}

fn steps(before: &Report, after: &Report, first: &Subjects<'_>, second: &Subjects<'_>) -> Vec<StepDifference> {
    let names = |report: &Report| report.trace.steps.iter().map(|step| step.name).collect::<Vec<_>>();
    let mut all = names(before);
    let more: Vec<StepName> = names(after).into_iter().filter(|name| !all.contains(name)).collect();
    all.extend(more);
    let one = |name: StepName| {
        let [was, is] = [before, after].map(|report| report.trace.step(name));
        let findings = checks::changes(
            first.named(was.map(|step| step.findings.as_slice()).unwrap_or_default()),
            second.named(is.map(|step| step.findings.as_slice()).unwrap_or_default()),
        );
        let summary = |step: Option<&crate::agent::Step>| step.map(|step| step.summary.clone()).unwrap_or_default();
        StepDifference {
            name,
            outcome: Change { before: was.map(|step| step.outcome), after: is.map(|step| step.outcome) },
            summary: Change { before: summary(was), after: summary(is) },
            findings: findings.changes,
            same: findings.same,
        }
    };
    all.into_iter().map(one).collect()
}
