//! The causes of a run that no signature explains: each told once, worst first, with whose it is.

use super::Diagnosis;
use super::decryption::{self, DecryptionDiagnosis};
use super::fault::{self, Explained};
use super::signature::Changes;
use super::trust::{Missing, TrustDiagnosis};
use crate::agent::{Agent, Reason, ReasonCode, Report};
use crate::finding::{after_colon, counted};
use crate::mail::Address;

/// Causes that are told in sentences; the list of them is whole.
const TOLD: usize = 5;
/// Recipients of a cause that are told by name.
const NAMED: usize = 3;
/// Faults that nobody was refused for yet, told besides.
const BESIDES: usize = 2;

/// One cause, and the recipients whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The agent's reason.
    pub reason: Reason,
    /// Whose; nobody in particular where the whole message is refused and nobody was in question.
    pub recipients: Vec<Address>,
}

/// Every distinct reason, worst first.
pub(super) fn all(report: &Report) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for recipient in report.judged_recipients() {
        let Some(reason) = recipient.reason() else { continue };
        match causes.iter_mut().find(|cause| cause.reason == *reason) {
            Some(cause) => cause.recipients.push(recipient.address.clone()),
            None => causes.push(Cause { reason: reason.clone(), recipients: vec![recipient.address.clone()] }),
        }
    }
    if let Some(reason) = &report.rejection
        && !causes.iter().any(|cause| cause.reason == *reason)
        && (causes.is_empty() || reason.code != ReasonCode::NoTrustedRecipients)
    {
        causes.insert(0, Cause { reason: reason.clone(), recipients: Vec::new() });
    }
    // A fault of the whole message comes first, whatever its rank among those of one signer.
    let of_all = |cause: &Cause| report.rejection.as_ref() == Some(&cause.reason);
    causes.sort_by_key(|cause| (!of_all(cause), std::cmp::Reverse(cause.reason.code.rank())));
    causes
}

/// What is missing, worst first.
pub(super) fn worst_first(mut missing: Vec<Missing>) -> Vec<Missing> {
    missing.sort_by_key(|missing| std::cmp::Reverse(missing.code.rank()));
    missing
}

/// A diagnosis of which only this is known yet.
pub(super) fn told(report: &Report, cause: Option<ReasonCode>, explanation: Vec<String>) -> Diagnosis {
    Diagnosis {
        rejection: report.rejection.clone(),
        cause,
        proven: false,
        proof: None,
        causes: Vec::new(),
        transformations: Vec::new(),
        explanation,
        advice: Vec::new(),
        changed: Changes::default(),
        tried: Vec::new(),
        effort: None,
        missing: Vec::new(),
        recipient_infos: Vec::new(),
        recipient_infos_omitted: 0,
        candidates: Vec::new(),
    }
}

/// What was found about a run whose signature holds, or is not the question.
pub(super) struct Findings<'f> {
    pub(super) agent: &'f Agent<'f>,
    pub(super) report: &'f Report,
    pub(super) decryption: &'f DecryptionDiagnosis,
    pub(super) trust: &'f TrustDiagnosis,
}

impl Findings<'_> {
    /// All causes in sentences.
    pub(super) fn diagnosis(&self) -> Diagnosis {
        let causes = all(self.report);
        let mut explanation = Vec::new();
        let mut advice: Vec<String> = Vec::new();
        let mut proof = None;
        if self.report.is_accepted() {
            explanation.push(accepted(self.report, &causes));
        }
        for (number, cause) in causes.iter().take(TOLD).enumerate() {
            let explained = self.explain(cause);
            let mut sentences =
                explained.explanation.into_iter().filter(|one| !explanation.contains(one)).collect::<Vec<_>>();
            if let Some(first) = sentences.first_mut().filter(|_| causes.len() > 1 || self.is_of_some(cause)) {
                *first = format!("{}: {}", whose(cause), after_colon(first));
            }
            explanation.append(&mut sentences);
            advice.extend(explained.advice);
            if number == 0 {
                proof = explained.proof;
            }
        }
        explanation.extend(self.besides(&causes));
        let mut seen = std::collections::HashSet::new();
        advice.retain(|one| seen.insert(one.clone()));
        Diagnosis {
            proven: proof.is_some(),
            proof,
            advice,
            ..told(self.report, causes.first().map(|cause| cause.reason.code), explanation)
        }
    }

    fn explain(&self, cause: &Cause) -> Explained {
        let code = cause.reason.code;
        let concerns = |missing: &&Missing| {
            missing.code == code && cause.recipients.iter().any(|address| missing.recipients.contains(address))
        };
        let mut found = self.trust.missing.iter().filter(concerns).peekable();
        if let Some(first) = found.peek() {
            let proof = fault::of_missing(first).proof;
            let all: Vec<Explained> = found.map(fault::of_missing).collect();
            let explanation = all.iter().flat_map(|one| one.explanation.clone()).collect();
            return Explained { explanation, advice: all.into_iter().flat_map(|one| one.advice).collect(), proof };
        }
        let mut explained = fault::explain(self.agent, self.report, &cause.reason);
        let of_message = self.report.rejection.as_ref() == Some(&cause.reason);
        let shut = decryption::is_about(code) || code == ReasonCode::UnsupportedAlgorithm && !of_message;
        if shut && !self.decryption.explanation.is_empty() {
            self.with_envelope(code, &mut explained);
        }
        explained
    }

    /// The envelope says more than the fault of it does.
    fn with_envelope(&self, code: ReasonCode, explained: &mut Explained) {
        if code == ReasonCode::NoPrivateKey {
            explained.explanation.extend(self.decryption.explanation.iter().cloned());
            return;
        }
        explained.explanation.clone_from(&self.decryption.explanation);
        explained.advice.clone_from(&self.decryption.advice);
        explained.proof.clone_from(&self.decryption.proof);
    }

    fn is_of_some(&self, cause: &Cause) -> bool {
        !cause.recipients.is_empty() && cause.recipients.len() < self.report.judged_recipients().count()
    }

    /// What is missing besides, and would be the cause once the first is mended.
    fn besides(&self, causes: &[Cause]) -> Vec<String> {
        let is_cause = |missing: &&Missing| causes.iter().any(|cause| cause.reason.code == missing.code);
        let others = self.trust.missing.iter().filter(|missing| !is_cause(missing)).take(BESIDES);
        let mut besides: Vec<String> = others
            .map(|missing| format!("Besides, that alone would not do: {}", after_colon(&missing.sentence)))
            .collect();
        if self.trust.exhausted {
            besides.push(format!(
                "The most searches for a path that a diagnosis makes ({}) were made, so not everything was looked at",
                self.agent.limits.diagnosis_searches
            ));
        }
        besides
    }
}

fn accepted(report: &Report, causes: &[Cause]) -> String {
    if causes.is_empty() {
        return "The agent accepted the message for everybody: there is nothing to explain".to_owned();
    }
    let removed = report.judged_recipients().filter(|recipient| recipient.reason().is_some()).count();
    format!("The agent accepted the message, but left {} out", counted(removed, "recipient"))
}

fn whose(cause: &Cause) -> String {
    let mut names: Vec<String> = cause.recipients.iter().take(NAMED).map(ToString::to_string).collect();
    if let Some(others) = cause.recipients.len().checked_sub(NAMED).filter(|others| *others > 0) {
        names.push(counted(others, "other"));
    }
    if names.is_empty() { "The whole message".to_owned() } else { format!("For {}", names.join(", ")) }
}
