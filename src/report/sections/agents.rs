//! What others say: the reference agents and the test tools.

use super::super::document::{Block, Row, Section, Table, Tone};
use super::super::evidence::Evidence;
use super::super::mask::Mask;
use super::super::shown::Shown;
use super::judged::accepted_for;
use super::{place, tone};
use crate::conformance::{Checked, RowResult, count};
use crate::emulate::{Emulated, EmulatedOutcome};

pub(super) fn section(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let mut blocks = Vec::new();
    for emulated in &run.emulated {
        let why = match emulated.code {
            Some(code) => Shown::joined(&[code.into(), ": ".into(), mask.sentence(&emulated.why)]),
            None => Shown::joined(&["accepted ".into(), mask.fact(&accepted_for(emulated))]),
        };
        blocks.push(Block::Facts(vec![(emulated.agent.title(), why)]));
        blocks.extend(recipients(emulated, mask));
        blocks.extend(deviations(emulated, mask));
    }
    Section::of("agents", "What the reference agents would have said", blocks)
}

fn recipients(emulated: &Emulated, mask: &Mask) -> Option<Block> {
    let rows = emulated.recipients.iter().map(|recipient| {
        let tone = match recipient.outcome {
            EmulatedOutcome::Accepted => Tone::Good,
            EmulatedOutcome::Removed => Tone::Bad,
            EmulatedOutcome::NotLocal => Tone::Plain,
        };
        let cells = vec![
            Shown::fixed(recipient.outcome.as_str()),
            mask.address(&recipient.address),
            recipient.status.map(Shown::fixed).unwrap_or_default(),
            mask.sentence(&recipient.why),
        ];
        Row::new(tone, cells)
    });
    let caption = Shown::joined(&["Recipients, as the ".into(), emulated.agent.title().into(), " has them".into()]);
    Table::of(caption, &["Outcome", "Recipient", "Its own name for it", "Why"], rows.collect())
}

fn deviations(emulated: &Emulated, mask: &Mask) -> Option<Block> {
    let rows = emulated.deviations.iter().map(|deviation| {
        let cells = vec![
            mask.sentence(&deviation.what),
            Shown::fixed(deviation.why),
            Shown::fixed(deviation.evidence.as_str()),
            Shown::fixed(deviation.reference),
        ];
        Row::new(Tone::Plain, cells)
    });
    let caption = Shown::joined(&["Where the ".into(), emulated.agent.title().into(), " departs from ours".into()]);
    Table::of(caption, &["What it does", "Its rule", "Known because", "Reference"], rows.collect())
}

/// The rows that failed or warned.
pub(super) fn rows(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    if run.checked.is_empty() {
        return None;
    }
    let facts = [RowResult::Fail, RowResult::Warning, RowResult::Pass, RowResult::NotChecked]
        .map(|result| (title(result), Shown::number(count(&run.checked, result))));
    let found = run.checked.iter().filter(|checked| checked.result >= RowResult::Warning);
    let table = Table::of(
        "Rows that fail or warn",
        &["Result", "Row", "Of", "Rule", "Clause", "Found", "Expected", "Place"],
        found.map(|checked| row(checked, mask)).collect(),
    );
    let mut blocks = vec![Block::Facts(facts.into())];
    blocks.extend(table);
    Section::of("conformance", "Conformance", blocks)
}

const fn title(result: RowResult) -> &'static str {
    match result {
        RowResult::Fail => "Rows that fail",
        RowResult::Warning => "Rows that warn",
        RowResult::Pass => "Rows that hold",
        RowResult::NotChecked => "Rows not checked",
        RowResult::Info => "Rows for information",
    }
}

fn row(checked: &Checked, mask: &Mask) -> Row {
    let expected = if checked.expected == checked.row.expected {
        Shown::fixed(checked.row.expected)
    } else {
        mask.row(checked, &checked.expected)
    };
    let cells = vec![
        Shown::fixed(checked.result.as_str()),
        Shown::fixed(checked.row.id),
        Shown::fixed(checked.place.as_str()),
        Shown::fixed(checked.row.rule),
        Shown::fixed(checked.row.clause),
        mask.row(checked, &checked.found),
        expected,
        place(checked.span),
    ];
    Row::new(tone(checked.result), cells)
}
