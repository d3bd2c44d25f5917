//! What a message gives away, as JSON.

use serde_json::{Value, json};

use super::{Exposure, Layer, Leak, Mention, Named, Observer, RoutingRule};
use crate::agent::{HeaderComparison, HeaderMark, finding_json, span_json};

/// The object of `sealscope.exposure/1`. Header values are in it, the text of bodies is not.
#[must_use]
pub fn exposure_json(exposure: &Exposure) -> Value {
    json!({
        "schema": "sealscope.exposure/1",
        "stage": exposure.stage.as_str(),
        "protection": exposure.protection.as_str(),
        "worst": exposure.worst().as_str(),
        "names": exposure.names.iter().map(name_json).collect::<Vec<_>>(),
        "names_left_out": exposure.names_left_out,
        "mismatches": exposure.mismatches.iter().map(finding_json).collect::<Vec<_>>(),
        "routing": routing_json(&exposure.routing),
        "fields": exposure.fields.iter().map(field_json).collect::<Vec<_>>(),
        "observers": exposure.observers.iter().map(observer_json).collect::<Vec<_>>(),
        "leaks": exposure.leaks.iter().map(leak_json).collect::<Vec<_>>(),
    })
}

fn name_json(named: &Named) -> Value {
    let within = |layer: Layer| named.within(layer).map(mention_json).collect::<Vec<_>>();
    json!({
        "address": named.address,
        "envelope": within(Layer::Envelope),
        "outer": within(Layer::Outer),
        "inner": within(Layer::Inner),
        "notes": named.notes,
    })
}

fn mention_json(mention: &Mention) -> Value {
    json!({ "field": mention.field, "span": mention.span.map(span_json) })
}

fn routing_json(routing: &RoutingRule) -> Value {
    let consequence = |demands: bool| match (routing.holds, demands) {
        (true, _) => "holds",
        (false, true) => "rejects",
        (false, false) => "reports",
    };
    let profiles: Vec<Value> = routing
        .consequences
        .iter()
        .map(|one| json!({ "profile": one.profile.as_str(), "consequence": consequence(one.demands) }))
        .collect();
    json!({
        "holds": routing.holds,
        "judged_by": routing.judged_by.as_str(),
        "sender": routing.mismatch.sender.as_ref().map(ToString::to_string),
        "recipients": routing.mismatch.recipients.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "finding": finding_json(&routing.finding),
        "profiles": profiles,
    })
}

fn field_json(field: &HeaderComparison) -> Value {
    let mark = match field.mark {
        HeaderMark::Same => "same",
        HeaderMark::Differs => "differs",
        HeaderMark::OuterOnly => "outer-only",
        HeaderMark::InnerOnly => "inner-only",
    };
    json!({
        "name": field.name,
        "outer": field.outer,
        "inner": field.inner,
        "mark": mark,
        "outer_span": field.outer_span.map(span_json),
        "inner_span": field.inner_span.map(span_json),
    })
}

fn observer_json(observer: &Observer) -> Value {
    let seen: Vec<Value> = observer
        .seen
        .iter()
        .map(|seen| {
            json!({
                "fact": seen.fact.as_str(),
                "sight": seen.sight.as_str(),
                "detail": seen.detail,
                "span": seen.span.map(span_json),
            })
        })
        .collect();
    json!({ "kind": observer.kind.as_str(), "name": observer.name, "seen": seen })
}

fn leak_json(leak: &Leak) -> Value {
    let mut value = finding_json(&leak.finding);
    if let Some(members) = value.as_object_mut() {
        members.insert("because".to_owned(), json!(leak.because));
        members.insert("remedy".to_owned(), json!(leak.remedy));
    }
    value
}
