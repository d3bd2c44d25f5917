//! The report as one JSON object, schema `sealscope.outcome/1`. Members may be added, never renamed.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::outcome::{Countersignature, Reason, RecipientInfoOutcome, RecipientOutcome, SignerOutcome};
use super::path_json::{path_graph, path_graphs};
use super::report::{Operation, Report};
use super::trace::Step;
use crate::discovery::fetch::Fetch;
use crate::discovery::{Brought, Dnssec, Judgement, Lookup};
use crate::finding::Finding;
use crate::mail::ReversePath;
use crate::pki::Certificate;
use crate::span::Span;

/// The whole report. No key material, no message content.
#[must_use]
pub fn outcome_json(report: &Report) -> Value {
    let sender = match &report.sender {
        ReversePath::Null => String::new(),
        ReversePath::Mailbox(address) => address.to_string(),
    };
    let judged = || report.judged_recipients();
    let untrusted: Vec<String> =
        judged().filter(|recipient| !recipient.is_accepted()).map(|recipient| recipient.address.to_string()).collect();
    let local: Vec<String> = report
        .recipients
        .iter()
        .filter(|recipient| recipient.local)
        .map(|recipient| recipient.address.to_string())
        .collect();
    let mut outcome = json!({
        "schema": "sealscope.outcome/1",
        "operation": report.operation.as_str(),
        "profile": report.profile.as_str(),
        "evaluated_at": timestamp(report.evaluated_at),
        "verdict": if report.is_accepted() { "accepted" } else { "rejected" },
        "rejection": report.rejection.as_ref().map(reason_json),
        "sender": sender,
        "recipients": report.recipients.iter().map(|r| recipient_json(r, report.operation)).collect::<Vec<_>>(),
        "domain_recipients": local,
        "untrusted_recipients": untrusted,
        "signers": report.signers.iter().map(signer_json).collect::<Vec<_>>(),
        "recipient_infos": report.recipient_infos.iter().map(recipient_info_json).collect::<Vec<_>>(),
        "content_encryption": report.content_encryption,
        "steps": report.trace.steps.iter().map(step_json).collect::<Vec<_>>(),
        "findings": report.findings().map(finding_json).collect::<Vec<_>>(),
    });
    // A run that fetched nothing says nothing of fetching.
    if let (false, Some(members)) = (report.fetches.is_empty(), outcome.as_object_mut()) {
        members.insert("fetches".to_owned(), report.fetches.iter().map(fetch_json).collect());
    }
    outcome
}

/// A time as RFC 3339 in UTC.
pub(crate) fn timestamp(time: OffsetDateTime) -> String {
    let whole_seconds = time.replace_nanosecond(0).unwrap_or(time);
    whole_seconds.to_offset(time::UtcOffset::UTC).format(&Rfc3339).unwrap_or_default()
}

fn reason_json(reason: &Reason) -> Value {
    json!({ "code": reason.code.as_str(), "detail": reason.detail, "advice": reason.code.advice() })
}

fn recipient_json(recipient: &RecipientOutcome, operation: Operation) -> Value {
    let mut value = json!({
        "address": recipient.address.to_string(),
        "local": recipient.local,
        "outcome": recipient.state.as_str(),
        "reason": recipient.reason().map(reason_json),
    });
    if let Some(members) = value.as_object_mut() {
        if operation == Operation::Outgoing {
            let candidates = recipient.candidates.iter().map(|candidate| {
                json!({
                    "certificate": certificate_json(&candidate.certificate),
                    "trusted": candidate.trust.is_ok(),
                    "reason": candidate.trust.as_ref().err().map(reason_json),
                    "path_graph": candidate.graph.as_ref().map(|graph| path_graph(graph)),
                })
            });
            members.insert("certificates".to_owned(), candidates.collect());
            members.insert("lookups".to_owned(), recipient.lookups.iter().map(lookup_json).collect());
        } else {
            members.insert("opened_with".to_owned(), json!(recipient.opened_with));
        }
    }
    value
}

/// One query and its answer.
pub(crate) fn lookup_json(lookup: &Lookup) -> Value {
    json!({
        "method": lookup.method.as_str(),
        "subject": lookup.subject.to_string(),
        "query": lookup.query,
        "server": lookup.server,
        "transport": lookup.transport,
        "answer": lookup.answer.to_string(),
        "octets": lookup.octets,
        "milliseconds": lookup.duration.as_secs_f64() * 1000.0,
        "dnssec": lookup.dnssec.map(Dnssec::as_str),
        "from_cache": lookup.from_cache.is_some(),
        "certificates": lookup.certificates.iter().map(brought_json).collect::<Vec<_>>(),
        "notes": lookup.notes,
    })
}

/// One fetch and what came of it.
pub(crate) fn fetch_json(fetch: &Fetch) -> Value {
    json!({
        "kind": fetch.kind.as_str(),
        "url": fetch.url,
        "redirects": fetch.hops,
        "address": fetch.address.map(|address| address.to_string()),
        "media_type": fetch.media_type,
        "outcome": fetch.outcome.as_str(),
        "detail": fetch.outcome.to_string(),
        "octets": fetch.octets,
        "milliseconds": fetch.duration.as_secs_f64() * 1000.0,
        "from_cache": fetch.kept_until.is_some(),
        "fresh_until": fetch.kept_until.map(timestamp),
        "notes": fetch.notes,
    })
}

fn brought_json(brought: &Brought) -> Value {
    let (judgement, why) = match &brought.judgement {
        Judgement::Unjudged => ("unjudged", None),
        Judgement::Taken => ("taken", None),
        Judgement::PassedOver(why) => ("passed-over", Some(why)),
    };
    json!({ "sha256": brought.certificate.sha256(), "judgement": judgement, "reason": why })
}

/// The facts that tell one certificate from another.
pub(crate) fn certificate_json(certificate: &Certificate) -> Value {
    json!({
        "subject": certificate.subject(),
        "issuer": certificate.issuer(),
        "serial": certificate.serial(),
        "sha256": certificate.sha256(),
        "not_before": timestamp(certificate.not_before()),
        "not_after": timestamp(certificate.not_after()),
    })
}

fn signer_json(signer: &SignerOutcome) -> Value {
    let certificate = signer.certificate.as_ref();
    let path = signer.trust.iter().find_map(|trust| trust.path.as_ref().ok());
    let path: Vec<Value> =
        path.map(|path| path.certificates().iter().map(certificate_json).collect()).unwrap_or_default();
    let trusted_by: Vec<String> =
        signer.trust.iter().filter(|trust| trust.path.is_ok()).map(|trust| trust.recipient.to_string()).collect();
    let untrusted_by: Vec<Value> = signer
        .trust
        .iter()
        .filter_map(|trust| Some((trust.recipient.to_string(), trust.path.as_ref().err()?)))
        .map(|(address, reason)| json!({ "address": address, "reason": reason_json(reason) }))
        .collect();
    json!({
        "identifier": signer.identifier,
        "subject": certificate.map(Certificate::subject),
        "issuer": certificate.map(Certificate::issuer),
        "serial": certificate.map(Certificate::serial),
        "sha256": certificate.map(Certificate::sha256),
        "digest": signer.digest,
        "signature_algorithm": signer.signature_algorithm,
        "signing_time": signer.claimed_time.map(timestamp),
        "signature": signer.signature.as_str(),
        "bound_to_sender": signer.bound_to_sender,
        "countersignatures": signer.countersignatures.iter().map(countersignature_json).collect::<Vec<_>>(),
        "path": path,
        "path_graphs": path_graphs(&signer.trust),
        "trusted_by": trusted_by,
        "untrusted_by": untrusted_by,
        "reasons": signer.reasons.iter().map(reason_json).collect::<Vec<_>>(),
    })
}

fn countersignature_json(counter: &Countersignature) -> Value {
    json!({
        "identifier": counter.identifier,
        "subject": counter.certificate.as_ref().map(Certificate::subject),
        "signing_time": counter.claimed_time.map(timestamp),
        "signature": counter.signature.as_str(),
    })
}

fn recipient_info_json(info: &RecipientInfoOutcome) -> Value {
    json!({
        "kind": info.kind,
        "identifier": info.identifier,
        "key_encryption": info.key_encryption,
        "key_held_by": info.held_by,
    })
}

fn step_json(step: &Step) -> Value {
    json!({
        "step": step.name.as_str(),
        "outcome": step.outcome.as_str(),
        "summary": step.summary,
        "milliseconds": step.duration.as_secs_f64() * 1000.0,
        "findings": step.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

/// One finding.
pub(crate) fn finding_json(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule.id,
        "clause": finding.rule.clause,
        "severity": finding.severity.as_str(),
        "detail": finding.detail,
        "found": finding.found,
        "expected": finding.expected,
        "span": finding.span.map(span_json),
    })
}

pub(crate) fn span_json(span: Span) -> Value {
    json!({ "buffer": span.buffer.as_str(), "start": span.start, "end": span.end })
}
