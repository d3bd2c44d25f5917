//! The difference as JSON.

use serde_json::{Value, json};

use super::{Change, Difference, FindingChange, RecipientDifference, SignerDifference, SignerSide, StepDifference};
use crate::agent::{Reason, RecipientState, finding_json, timestamp};

/// What differs between two runs, and what does not: the member `difference` of `sealscope.what-if/1`.
#[must_use]
pub fn difference_json(difference: &Difference) -> Value {
    json!({
        "same_result": difference.is_same_result(),
        "sentences": difference.sentences(),
        "evaluated_at": change(&difference.evaluated_at, |at| json!(timestamp(*at))),
        "profile": change(&difference.profile, |profile| json!(profile.as_str())),
        "verdict": change(&difference.rejection, |reason| json!(verdict(reason))),
        "code": change(&difference.rejection, |reason| json!(reason.as_ref().map(|reason| reason.code.as_str()))),
        "recipients": difference.recipients.iter().map(recipient).collect::<Vec<_>>(),
        "signers": difference.signers.iter().map(signer).collect::<Vec<_>>(),
        "envelope": difference.envelope.iter().map(finding).collect::<Vec<_>>(),
        "steps": difference.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

fn change<T>(change: &Change<T>, one: impl Fn(&T) -> Value) -> Value {
    json!({ "before": one(&change.before), "after": one(&change.after) })
}

fn verdict(rejection: &Option<Reason>) -> &'static str {
    if rejection.is_none() { "accepted" } else { "rejected" }
}

fn short(reason: &Reason) -> Value {
    json!({ "code": reason.code.as_str(), "detail": reason.detail })
}

fn recipient(recipient: &RecipientDifference) -> Value {
    let state = |state: &Option<RecipientState>| {
        let reason = match state {
            Some(RecipientState::Removed(reason)) => Some(short(reason)),
            _ => None,
        };
        json!({ "outcome": state.as_ref().map(RecipientState::as_str), "reason": reason })
    };
    json!({
        "address": recipient.address.to_string(),
        "same": recipient.is_same(),
        "before": state(&recipient.state.before),
        "after": state(&recipient.state.after),
    })
}

fn signer(signer: &SignerDifference) -> Value {
    let side = |side: &Option<SignerSide>| side.as_ref().map(side_json);
    json!({
        "signer": signer.name,
        "same": signer.is_same(),
        "before": side(&signer.sides.before),
        "after": side(&signer.sides.after),
    })
}

fn side_json(side: &SignerSide) -> Value {
    let trust = side.trust.iter().map(|(address, path)| {
        json!({
            "address": address.to_string(),
            "path": path.as_ref().ok(),
            "reason": path.as_ref().err().map(short),
        })
    });
    json!({
        "signature": side.signature.as_str(),
        "reasons": side.reasons.iter().map(short).collect::<Vec<_>>(),
        "trust": trust.collect::<Vec<_>>(),
    })
}

fn step(step: &StepDifference) -> Value {
    json!({
        "step": step.name.as_str(),
        "same": step.is_same(),
        "outcome": change(&step.outcome, |outcome| json!(outcome.map(crate::agent::StepOutcome::as_str))),
        "summary": change(&step.summary, |summary| json!(summary)),
        "findings": step.findings.iter().map(finding).collect::<Vec<_>>(),
        "same_findings": step.same,
    })
}

fn finding(finding: &FindingChange) -> Value {
    json!({
        "kind": finding.kind().as_str(),
        "subject": finding.subject,
        "before": finding.before.as_ref().map(finding_json),
        "after": finding.after.as_ref().map(finding_json),
    })
}
