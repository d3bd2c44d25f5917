//! Why a message was rejected: the cause, with proof where there is one.
//!
//! [`diagnose`] works on the [`Report`] that a run of the agent leaves. For a signature that does not hold it looks at the
//! octets again, as they arrived, and finds what was done to them ([`Transformation`]); this it does also where the agent
//! stopped earlier, because a message was not encrypted or no key is held for it, since a signature needs no key to be
//! explained. Every other cause is the report's own, in a sentence.
//!
//! Not here: what would change the answer (the agent run again with other settings), and anything that a sender could
//! learn from; a diagnosis stays with those who operate the agent.

mod json;
mod known;
mod signature;

pub use json::diagnosis_json;
pub use signature::{Attempt, Change, Changes, Effort, Transformation};

use crate::agent::{Agent, Reason, ReasonCode, Report};
use crate::finding::counted;
use known::Known;
use signature::SignatureDiagnosis;

/// Why a message was rejected.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// What the agent said of the whole message; `None` where it accepted it for somebody.
    pub rejection: Option<Reason>,
    /// The cause; `None` where there is nothing to explain.
    pub cause: Option<ReasonCode>,
    /// Whether the cause is proven: for a changed content, the signed octets were found again, and the signature over them
    /// is valid.
    pub proven: bool,
    /// What happened to the message on its way, in the order of the closed list.
    pub transformations: Vec<Transformation>,
    /// Sentences, each in sentence case and without full stop.
    pub explanation: Vec<String>,
    /// What would change the answer, likewise.
    pub advice: Vec<String>,
    /// Where the octets were changed.
    pub changed: Changes,
    /// What was undone to find the signed octets, in the order in which it was tried.
    pub tried: Vec<Attempt>,
    /// What that cost; `None` where nothing had to be searched.
    pub effort: Option<Effort>,
}

impl Diagnosis {
    /// The explanation as one text of whole sentences.
    #[must_use]
    pub fn text(&self) -> String {
        let sentences: Vec<String> = self.explanation.iter().map(|sentence| format!("{sentence}.")).collect();
        sentences.join(" ")
    }
}

/// Explains a run. `agent` is the one that made the report: its certificates may explain a signature.
#[must_use]
pub fn diagnose(agent: &Agent<'_>, report: &Report) -> Diagnosis {
    let known = Known::of(agent);
    match signature::diagnose(report, &known, &agent.limits) {
        Some(found) => of_signature(report, found),
        None => of_report(report),
    }
}

fn of_signature(report: &Report, found: SignatureDiagnosis) -> Diagnosis {
    let mut explanation = found.explanation;
    match &report.rejection {
        None => explanation.push(
            "The profile tolerates that, and the agent accepted the message all the same; other agents may not"
                .to_owned(),
        ),
        Some(reason) if reason.code != found.code => {
            explanation.push(format!("The agent stopped before it came to the signature: {reason}"));
        }
        Some(_) => {}
    }
    Diagnosis {
        rejection: report.rejection.clone(),
        cause: Some(found.code),
        proven: found.proven,
        transformations: found.transformations,
        explanation,
        advice: found.advice,
        changed: found.changed,
        tried: found.tried,
        effort: found.effort,
    }
}

/// The report's own reason: of a message that goes to nobody for reasons of each recipient's own, the one that says most.
fn of_report(report: &Report) -> Diagnosis {
    let removals: Vec<&Reason> = report.judged_recipients().filter_map(|recipient| recipient.reason()).collect();
    let told = match &report.rejection {
        Some(reason) if reason.code == ReasonCode::NoTrustedRecipients => {
            removals.iter().copied().max_by_key(|reason| reason.code.rank()).or(Some(reason))
        }
        Some(reason) => Some(reason),
        None => None,
    };
    let mut explanation = Vec::new();
    let mut advice = Vec::new();
    match told {
        Some(reason) => {
            explanation.push(reason.detail.clone());
            advice.push(reason.code.advice().to_owned());
        }
        None if removals.is_empty() => {
            explanation.push("The agent accepted the message for everybody: there is nothing to explain".to_owned());
        }
        None => {
            let left_out = counted(removals.len(), "recipient");
            explanation.push(format!("The agent accepted the message, but {left_out} left out"));
        }
    }
    for reason in removals.iter().copied().filter(|reason| told != Some(*reason)).take(5) {
        explanation.push(reason.to_string());
    }
    Diagnosis {
        rejection: report.rejection.clone(),
        cause: told
            .or_else(|| removals.iter().copied().max_by_key(|reason| reason.code.rank()))
            .map(|reason| reason.code),
        proven: false,
        transformations: Vec::new(),
        explanation,
        advice,
        changed: Changes::default(),
        tried: Vec::new(),
        effort: None,
    }
}
