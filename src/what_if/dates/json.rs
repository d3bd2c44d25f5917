//! The timeline as JSON.

use serde_json::{Value, json};

use super::{Answer, Bar, Event, Interval, Timeline};
use crate::agent::{RecipientState, timestamp};

/// The object of `sealscope.timeline/1`.
#[must_use]
pub fn timeline_json(timeline: &Timeline) -> Value {
    let intervals = timeline.intervals.iter().enumerate();
    json!({
        "schema": "sealscope.timeline/1",
        "operation": timeline.operation.as_str(),
        "profile": timeline.profile.as_str(),
        "evaluated_at": timestamp(timeline.evaluated_at),
        "intervals": intervals.map(|(place, one)| interval(one, place == timeline.now)).collect::<Vec<_>>(),
        "in_play": timeline.bars.iter().map(bar).collect::<Vec<_>>(),
        "runs": timeline.runs,
        "left_out": timeline.left_out,
    })
}

fn interval(interval: &Interval, now: bool) -> Value {
    json!({
        "from": interval.from.map(timestamp),
        "until": interval.until.map(timestamp),
        "now": now,
        "verdict": if interval.answer.is_accepted() { "accepted" } else { "rejected" },
        "code": interval.answer.rejection.as_ref().map(|reason| reason.code.as_str()),
        "recipients": recipients(&interval.answer),
        "because": interval.because.iter().map(event).collect::<Vec<_>>(),
    })
}

fn recipients(answer: &Answer) -> Vec<Value> {
    let one = |(address, state): &(crate::mail::Address, RecipientState)| {
        let code = match state {
            RecipientState::Removed(reason) => Some(reason.code.as_str()),
            _ => None,
        };
        json!({ "address": address.to_string(), "outcome": state.as_str(), "code": code })
    };
    answer.recipients.iter().map(one).collect()
}

fn event(event: &Event) -> Value {
    json!({
        "kind": event.kind.as_str(),
        "at": timestamp(event.at),
        "name": event.name,
        "sha256": event.sha256,
        "detail": event.phrase(),
    })
}

fn bar(bar: &Bar) -> Value {
    json!({
        "kind": bar.kind.as_str(),
        "name": bar.name,
        "sha256": bar.sha256,
        "from": timestamp(bar.from),
        "until": bar.until.map(timestamp),
        "revoked": bar.revoked.map(timestamp),
    })
}
