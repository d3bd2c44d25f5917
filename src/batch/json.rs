//! Outcomes and their summary as `sealscope.batch-message/1` and `sealscope.batch/1`.

use std::time::Duration;

use serde_json::{Value, json};

use super::expectation::{Comparison, Difference};
use super::outcome::{JudgedMessage, MessageOutcome, Verdict};
use super::run::Ended;
use super::summary::{Group, Summary};
use super::tally::Tally;
use crate::agent::ReasonCode;

/// Names of a tally that are printed.
const NAMES: usize = 10;

/// One outcome; with what came otherwise than expected, where something was expected of the whole.
#[must_use]
pub fn message_json(outcome: &MessageOutcome, differences: Option<&[Difference]>) -> Value {
    let judged = outcome.judged();
    let rejection = judged.and_then(|judged| judged.rejection.as_ref());
    json!({
        "schema": "sealscope.batch-message/1",
        "index": outcome.index,
        "name": outcome.place.name(),
        "file": outcome.place.file.to_string_lossy(),
        "number": outcome.place.number,
        "operation": outcome.operation.as_str(),
        "sender": judged.map(|judged| judged.sender.address().map(ToString::to_string).unwrap_or_default()),
        "octets": outcome.octets,
        "milliseconds": milliseconds(outcome.duration),
        "verdict": outcome.verdict().as_str(),
        "rejection": rejection.map(|reason| json!({ "code": reason.code.as_str(), "detail": reason.detail })),
        "recipients": judged.map(recipients).unwrap_or_default(),
        "cause": outcome.cause().map(ReasonCode::as_str),
        "proven": judged.is_some_and(|judged| judged.proven),
        "transformations": judged.map(|judged| judged.transformations.iter().map(|one| one.as_str()).collect::<Vec<_>>())
            .unwrap_or_default(),
        "explanation": outcome.explanation(),
        "advice": judged.map(|judged| judged.advice.clone()).unwrap_or_default(),
        "issuers": judged.map(|judged| judged.issuers.clone()).unwrap_or_default(),
        "differences": differences.map(|all| all.iter().map(difference).collect::<Vec<_>>()),
    })
}

fn recipients(judged: &JudgedMessage) -> Vec<Value> {
    let recipient = |one: &super::JudgedRecipient| {
        json!({
            "address": one.address.to_string(),
            "local": one.local,
            "outcome": one.outcome,
            "code": one.code.map(ReasonCode::as_str),
        })
    };
    judged.recipients.iter().map(recipient).collect()
}

fn difference(difference: &Difference) -> Value {
    json!({ "member": difference.member, "expected": difference.expected, "found": difference.found })
}

/// The last line: what all outcomes come to. `took` is the time by the clock on the wall.
#[must_use]
pub fn summary_json(summary: &Summary, comparison: Option<&Comparison<'_>>, ended: Ended, took: Duration) -> Value {
    json!({
        "schema": "sealscope.batch/1",
        "messages": summary.messages(),
        "accepted": summary.count(Verdict::Accepted),
        "accepted_in_part": summary.count(Verdict::AcceptedInPart),
        "rejected": summary.count(Verdict::Rejected),
        "not_judged": summary.count(Verdict::NotJudged),
        "no_message": summary.count(Verdict::NoMessage),
        "octets": summary.octets(),
        "milliseconds": milliseconds(took),
        "complete": ended == Ended::Whole,
        "groups": summary.groups().into_iter().map(group_json).collect::<Vec<_>>(),
        "mends_most": summary.mends_most().map(|group| json!({
            "cause": group.cause.code.map(ReasonCode::as_str),
            "transformations": group.cause.transformations.iter().map(|one| one.as_str()).collect::<Vec<_>>(),
            "count": group.count,
            "of": summary.troubles(),
            "advice": group.advice,
        })),
        "expectations": comparison.map(|comparison| json!({
            "hold": comparison.holds() && ended == Ended::Whole,
            "matched": comparison.matched(),
            "mismatched": comparison.mismatched(),
            "missing": if ended == Ended::Whole { comparison.missing() } else { Vec::new() },
            "unexpected": comparison.unexpected(),
        })),
    })
}

fn group_json(group: &Group) -> Value {
    json!({
        "verdict": group.cause.verdict.as_str(),
        "in_part": group.cause.verdict == Verdict::AcceptedInPart,
        "cause": group.cause.code.map(ReasonCode::as_str),
        "transformations": group.cause.transformations.iter().map(|one| one.as_str()).collect::<Vec<_>>(),
        "count": group.count,
        "proven": group.proven,
        "examples": group.examples,
        "explanation": group.explanation,
        "advice": group.advice,
        "senders": tally_json(&group.senders),
        "recipients": tally_json(&group.recipients),
        "issuers": tally_json(&group.issuers),
    })
}

fn tally_json(tally: &Tally) -> Vec<Value> {
    let ranked = tally.ranked().into_iter().take(NAMES);
    ranked.map(|(name, count)| json!({ "name": name, "count": count })).collect()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
