//! A group as text: a table for a spreadsheet, JSON lines for scripts, JUnit XML for programs that show results of tests.

use std::time::Duration;

use crate::agent::ReasonCode;
use crate::batch::{JunitReport, MessageOutcome, message_json};
use crate::ui::text::triage as words;

/// A head, and a line for each message, with tabs between the cells.
pub(super) fn tab_separated(outcomes: impl Iterator<Item = MessageOutcome>) -> String {
    let mut table = words::COLUMNS.join("\t");
    for outcome in outcomes {
        table.push('\n');
        table.push_str(&line(&outcome).join("\t"));
    }
    table.push('\n');
    table
}

fn line(outcome: &MessageOutcome) -> [String; 6] {
    let judged = outcome.judged();
    let happened = judged.iter().flat_map(|judged| &judged.transformations).map(|one| one.as_str());
    let recipients = judged.iter().flat_map(|judged| &judged.recipients).map(|one| one.address.to_string());
    let cells = [
        outcome.place.name(),
        outcome.verdict().as_str().to_owned(),
        outcome.cause().map_or("", ReasonCode::as_str).to_owned(),
        happened.collect::<Vec<_>>().join(" "),
        judged.map(|judged| judged.sender.to_string()).unwrap_or_default(),
        recipients.collect::<Vec<_>>().join(" "),
    ];
    // Neither a cell nor a line ends within a name.
    cells.map(|cell| crate::ui::text::plain(&cell).replace(['\t', '\n', '\r'], " "))
}

/// As `sealscope batch --json` prints them, without the line for the whole.
pub(super) fn json_lines(outcomes: impl Iterator<Item = MessageOutcome>) -> Vec<u8> {
    let numbered = outcomes.enumerate().map(|(index, outcome)| MessageOutcome { index, ..outcome });
    numbered.map(|outcome| format!("{}\n", message_json(&outcome, None))).collect::<String>().into_bytes()
}

/// As `sealscope batch --junit` writes it; nothing where a name cannot be written.
pub(super) fn junit(outcomes: impl Iterator<Item = MessageOutcome>) -> Option<Vec<u8>> {
    let mut report = JunitReport::new();
    let mut took = Duration::ZERO;
    outcomes.for_each(|outcome| {
        took = took.saturating_add(outcome.duration);
        report.add(&outcome);
    });
    report.into_xml(took).ok().map(String::into_bytes)
}
