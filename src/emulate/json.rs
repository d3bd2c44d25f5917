//! Our answer and theirs, side by side, as JSON.

use serde_json::{Value, json};

use super::{Emulated, EmulatedRecipient};
use crate::agent::Report;

/// The object of `sealscope.emulation/1`: our answer, and that of each agent.
#[must_use]
pub fn emulation_json(ours: &Report, theirs: &[Emulated]) -> Value {
    json!({
        "schema": "sealscope.emulation/1",
        "operation": ours.operation.as_str(),
        "profile": ours.profile.as_str(),
        "evaluated_at": crate::agent::timestamp(ours.evaluated_at),
        "ours": ours_json(ours),
        "agents": theirs.iter().map(emulated_json).collect::<Vec<_>>(),
    })
}

const fn verdict(accepted: bool) -> &'static str {
    if accepted { "accepted" } else { "rejected" }
}

fn ours_json(ours: &Report) -> Value {
    let recipients: Vec<Value> = ours
        .recipients
        .iter()
        .map(|recipient| {
            json!({
                "address": recipient.address.to_string(),
                "outcome": recipient.state.as_str(),
                "code": recipient.reason().map(|reason| reason.code.as_str()),
                "why": recipient.reason().map(|reason| reason.detail.as_str()),
            })
        })
        .collect();
    json!({
        "verdict": verdict(ours.is_accepted()),
        "code": ours.rejection.as_ref().map(|reason| reason.code.as_str()),
        "why": ours.rejection.as_ref().map(|reason| reason.detail.as_str()),
        "recipients": recipients,
    })
}

fn emulated_json(emulated: &Emulated) -> Value {
    let deviations: Vec<Value> = emulated
        .deviations
        .iter()
        .map(|deviation| {
            json!({
                "what": deviation.what,
                "why": deviation.why,
                "evidence": deviation.evidence.as_str(),
                "reference": deviation.reference,
            })
        })
        .collect();
    json!({
        "agent": emulated.agent.as_str(),
        "title": emulated.agent.title(),
        "verdict": verdict(emulated.is_accepted()),
        "code": emulated.code,
        "why": emulated.why,
        "recipients": emulated.recipients.iter().map(recipient_json).collect::<Vec<_>>(),
        "deviations": deviations,
    })
}

fn recipient_json(recipient: &EmulatedRecipient) -> Value {
    json!({
        "address": recipient.address.to_string(),
        "outcome": recipient.outcome.as_str(),
        "status": recipient.status,
        "why": recipient.why,
    })
}
