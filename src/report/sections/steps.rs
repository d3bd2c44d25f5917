//! The steps of the agent, and every check that it made.

use super::super::document::{Block, Row, Section, Table, Tone};
use super::super::evidence::Evidence;
use super::super::mask::Mask;
use super::super::shown::Shown;
use super::{place, tone};
use crate::agent::{Step, StepOutcome};
use crate::finding::{Finding, Severity};

pub(super) fn steps(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let rejection = run.report.rejection.as_ref();
    let rows = run.report.trace.steps.iter().enumerate().map(|(number, step)| {
        // The step that ends the run is summed up by its reason.
        let summary = match (step.outcome, rejection) {
            (StepOutcome::Failed, Some(reason)) => mask.reason(reason),
            _ => mask.sentence(&step.summary),
        };
        let name = Shown::joined(&[Shown::number(number.saturating_add(1)), ". ".into(), step.name.title().into()]);
        Row::new(outcome(step), vec![Shown::fixed(step.outcome.as_str()), name, summary])
    });
    let table = Table::of(
        "The agent's steps, in the order of the specification",
        &["Outcome", "Step", "What was found"],
        rows.collect(),
    );
    Section::of("steps", "Steps", table.into_iter().collect())
}

const fn outcome(step: &Step) -> Tone {
    match step.outcome {
        StepOutcome::Passed => Tone::Good,
        StepOutcome::Warning => Tone::Warning,
        StepOutcome::Failed => Tone::Bad,
        StepOutcome::Skipped => Tone::Plain,
    }
}

/// Every finding: those that matter first, then those that held.
pub(super) fn findings(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    const COLUMNS: &[&str] = &["Result", "Rule", "Clause", "What is so", "Found", "Expected", "Place"];
    let (held, open): (Vec<&Finding>, Vec<&Finding>) =
        run.report.findings().partition(|finding| finding.severity == Severity::Pass);
    let rows = |findings: &[&Finding]| findings.iter().map(|finding| row(finding, mask)).collect::<Vec<Row>>();
    let blocks: Vec<Block> = [
        Table::of("Checks that did not simply hold", COLUMNS, rows(&open)),
        Table::of("Checks that held", COLUMNS, rows(&held)),
    ]
    .into_iter()
    .flatten()
    .collect();
    Section::of("findings", "Every check", blocks)
}

fn row(finding: &Finding, mask: &Mask) -> Row {
    let value = |value: &Option<String>| value.as_ref().map(|value| mask.value(finding, value)).unwrap_or_default();
    let cells = vec![
        Shown::fixed(finding.severity.as_str()),
        Shown::fixed(finding.rule.id),
        Shown::fixed(finding.rule.clause),
        mask.detail(finding),
        value(&finding.found),
        value(&finding.expected),
        place(finding.span),
    ];
    Row::new(tone(finding.severity), cells)
}
