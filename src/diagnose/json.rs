//! A diagnosis as `sealscope.diagnosis/1`.

use serde_json::{Value, json};

use super::{Change, Diagnosis};

/// The object that `sealscope diagnose --json` prints. No content of the message is in it: places are told as spans.
#[must_use]
pub fn diagnosis_json(diagnosis: &Diagnosis) -> Value {
    let rejection = diagnosis.rejection.as_ref();
    json!({
        "schema": "sealscope.diagnosis/1",
        "cause": diagnosis.cause.map(|code| code.as_str()),
        "proven": diagnosis.proven,
        "transformations": diagnosis.transformations.iter().map(|one| one.as_str()).collect::<Vec<_>>(),
        "explanation": diagnosis.text(),
        "advice": diagnosis.advice,
        "changed": diagnosis.changed.places.iter().map(change_json).collect::<Vec<_>>(),
        "changed_places": diagnosis.changed.count,
        "tried": diagnosis.tried.iter().map(|attempt| attempt.name()).collect::<Vec<_>>(),
        "search": diagnosis.effort.map(|effort| json!({
            "digests": effort.candidates,
            "octets": effort.octets,
            "complete": !effort.exhausted,
            "cut_short": diagnosis.tried.iter().filter(|one| !one.complete).map(|one| one.name()).collect::<Vec<_>>(),
        })),
        "verdict": if rejection.is_some() { "rejected" } else { "accepted" },
        "rejection": rejection.map(|reason| json!({ "code": reason.code.as_str(), "detail": reason.detail })),
    })
}

fn change_json(change: &Change) -> Value {
    json!({
        "buffer": change.span.buffer.as_str(),
        "start": change.span.start,
        "end": change.span.end,
        "line": change.line,
        "signed_octets": change.signed_octets,
    })
}
