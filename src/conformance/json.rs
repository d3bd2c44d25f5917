//! The rows of one message as JSON.

use serde_json::{Value, json};

use super::{Checked, RowResult, count};
use crate::agent::span_json;

/// The object of `sealscope.check/1`.
#[must_use]
pub fn check_json(checked: &[Checked]) -> Value {
    json!({
        "schema": "sealscope.check/1",
        "conforms": count(checked, RowResult::Fail) == 0,
        "failed": count(checked, RowResult::Fail),
        "warnings": count(checked, RowResult::Warning),
        "not_checked": count(checked, RowResult::NotChecked),
        "rows": checked.iter().map(row_json).collect::<Vec<_>>(),
    })
}

fn row_json(checked: &Checked) -> Value {
    json!({
        "id": checked.row.id,
        "suite": checked.row.suite.as_str(),
        "place": checked.place.as_str(),
        "rule": checked.row.rule,
        "clause": checked.row.clause,
        "severity": checked.row.severity.as_str(),
        "found": checked.found,
        "expected": checked.expected,
        "result": checked.result.as_str(),
        "note": checked.row.note,
        "span": checked.span.map(span_json),
    })
}
