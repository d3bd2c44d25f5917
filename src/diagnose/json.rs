//! A diagnosis as `sealscope.diagnosis/1`.

use serde_json::{Value, json};

use super::{
    Addressed, CandidatePath, Candidates, Cause, Change, Diagnosis, Holding, Missing, PathEnd, PathLink, Source,
};
use crate::agent::{certificate_json, span_json, timestamp};
use crate::mail::Address;
use crate::pki::path::CheckOutcome;

/// The object that `sealscope diagnose --json` prints. No content of the message is in it: places are told as spans.
#[must_use]
pub fn diagnosis_json(diagnosis: &Diagnosis) -> Value {
    let rejection = diagnosis.rejection.as_ref();
    json!({
        "schema": "sealscope.diagnosis/1",
        "cause": diagnosis.cause.map(|code| code.as_str()),
        "proven": diagnosis.proven,
        "proof": diagnosis.proof,
        "causes": diagnosis.causes.iter().map(cause_json).collect::<Vec<_>>(),
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
        "missing": diagnosis.missing.iter().map(missing_json).collect::<Vec<_>>(),
        "recipient_infos": diagnosis.recipient_infos.iter().map(addressed_json).collect::<Vec<_>>(),
        "recipient_infos_omitted": diagnosis.recipient_infos_omitted,
        "candidate_paths": diagnosis.candidates.iter().map(candidates_json).collect::<Vec<_>>(),
        "verdict": if rejection.is_some() { "rejected" } else { "accepted" },
        "rejection": rejection.map(|reason| json!({ "code": reason.code.as_str(), "detail": reason.detail })),
    })
}

fn cause_json(cause: &Cause) -> Value {
    json!({
        "code": cause.reason.code.as_str(),
        "detail": cause.reason.detail,
        "addresses": addresses(&cause.recipients),
    })
}

fn addresses(addresses: &[Address]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
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

fn missing_json(missing: &Missing) -> Value {
    json!({
        "kind": missing.kind.as_str(),
        "code": missing.code.as_str(),
        "sentence": missing.sentence,
        "advice": missing.advice,
        "addresses": addresses(&missing.recipients),
        "certificate": missing.certificate.as_ref().map(certificate_json),
        "sources": missing.sources.iter().map(source_json).collect::<Vec<_>>(),
        "valid_from": missing.window.map(|(from, _)| timestamp(from)),
        "valid_until": missing.window.map(|(_, until)| timestamp(until)),
        "shown": missing.shown,
    })
}

fn source_json(source: &Source) -> Value {
    json!({
        "place": source.place.as_str(),
        "party": source.place.party().map(ToString::to_string),
        "name": source.place.name(),
        "text": source.place.to_string(),
        "certificate": source.certificate.as_ref().map(certificate_json),
    })
}

fn addressed_json(addressed: &Addressed) -> Value {
    json!({
        "number": addressed.number,
        "kind": addressed.kind,
        "identifier": addressed.identifier,
        "key_encryption": addressed.key_encryption,
        "certificate": addressed.certificate.as_ref().map(certificate_json),
        "span": span_json(addressed.span),
        "sentence": addressed.sentence,
        "holdings": addressed.holdings.iter().map(holding_json).collect::<Vec<_>>(),
    })
}

fn holding_json(holding: &Holding) -> Value {
    json!({
        "relation": holding.relation.as_str(),
        "party": holding.party.to_string(),
        "name": holding.name,
        "certificate": holding.certificate.as_ref().map(certificate_json),
        "opens": holding.opens.as_str(),
    })
}

fn candidates_json(candidates: &Candidates) -> Value {
    json!({
        "certificate": certificate_json(&candidates.certificate),
        "addresses": addresses(&candidates.recipients),
        "party": candidates.party.as_ref().map(ToString::to_string),
        "asked": candidates.asked,
        "paths": candidates.paths.iter().map(path_json).collect::<Vec<_>>(),
        "omitted": candidates.omitted,
    })
}

fn path_json(path: &CandidatePath) -> Value {
    json!({
        "links": path.links.iter().map(link_json).collect::<Vec<_>>(),
        "end": path.end.as_str(),
        "missing_issuer": match &path.end { PathEnd::Gap(issuer) => Some(issuer), _ => None },
        "stops_at": path.stops_at,
        "why": path.why,
    })
}

fn link_json(link: &PathLink) -> Value {
    let not_checked = link.checks.iter().filter(|check| matches!(check.outcome, CheckOutcome::NotChecked(_)));
    json!({
        "certificate": certificate_json(&link.certificate),
        "sources": link.sources.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "state": link.state,
        "held": link.held(),
        "not_checked": not_checked.map(|check| check.rule.as_str()).collect::<Vec<_>>(),
        "failed": link.failed().map(|(rule, error)| json!({
            "rule": rule.as_str(), "clause": rule.clause(), "detail": error.to_string(),
        })),
    })
}
