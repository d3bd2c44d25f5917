//! Both answers for people, and what differs.

use super::Answers;
use crate::agent::Step;
use crate::cli::console::{Console, Detail, Tone};
use crate::cli::error::CliError;
use crate::cli::verdict;
use crate::finding::{Finding, Severity, counted, sentence_case};
use crate::what_if::{Change, Difference, FindingChange, FindingChangeKind, StepDifference, WhatIf, difference};

/// Prints both verdicts, then what differs: the recipients, the signers, the steps with their checks.
pub(super) fn print(what_if: &WhatIf, answers: &Answers, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for (before, report) in [("As it is   ", &answers.before), ("What if    ", &answers.after)] {
        let (tone, word, rest) = verdict::sentence(report);
        console.toned(before, tone, word, &rest)?;
    }
    if console.detail == Detail::Verdict {
        return Ok(());
    }
    for phrase in what_if.words() {
        console.line(&format!("           {phrase}"))?;
    }
    let found = difference(&answers.before, &answers.after);
    console.line("")?;
    console.toned("", Tone::Strong, "Difference", &format!(": {}", found.verdict()))?;
    if found.is_nothing() {
        return Ok(());
    }
    recipients(&found, console)?;
    signers(&found, console)?;
    steps(&found, answers, console)
}

fn recipients(found: &Difference, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    console.line("")?;
    console.toned("", Tone::Strong, "Recipients", "")?;
    for recipient in &found.recipients {
        console.line(&format!("  {}  {}", recipient.address, both(&recipient.words())))?;
    }
    Ok(())
}

fn signers(found: &Difference, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    if found.signers.is_empty() {
        return Ok(());
    }
    console.line("")?;
    console.toned("", Tone::Strong, "Signers", "")?;
    for signer in &found.signers {
        console.line(&format!("  {}  {}", signer.name, both(&signer.words())))?;
    }
    Ok(())
}

fn both(change: &Change<String>) -> String {
    if change.is_same() { format!("{}, as before", change.after) } else { arrow(&change.before, &change.after) }
}

fn arrow(before: &str, after: &str) -> String {
    format!("{before} → {after}")
}

fn steps(found: &Difference, answers: &Answers, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    console.line("")?;
    console.toned("", Tone::Strong, "Steps", "")?;
    findings(&found.envelope, console)?;
    let wide = found.steps.iter().map(|step| step.name.title().len()).max().unwrap_or_default();
    for (number, step) in found.steps.iter().enumerate() {
        let title = format!("  {}  {:wide$}  ", number.saturating_add(1), step.name.title());
        if step.is_same() {
            console.toned(&title, Tone::Dim, "the same", "")?;
            continue;
        }
        let words = step.words();
        let told =
            if words.is_same() { format!("{}, as before", words.after) } else { arrow(words.before, words.after) };
        console.toned(&title, Tone::Strong, &told, &summary(step, answers))?;
        findings(&step.findings, console)?;
    }
    Ok(())
}

// What the step says of itself, in the run that got further.
fn summary(step: &StepDifference, answers: &Answers) -> String {
    let reached = |step: &&Step| !matches!(step.outcome, crate::agent::StepOutcome::Skipped);
    let [before, after] = [&answers.before, &answers.after].map(|report| report.trace.step(step.name).filter(reached));
    match (before, after) {
        (_, Some(after)) => format!(": {}", after.summary),
        (Some(before), None) => format!(": before, {}", before.summary),
        (None, None) => String::new(),
    }
}

// A check that came with a step that was not reached before, and held, is told by number alone.
fn findings(changes: &[FindingChange], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let everything = console.detail == Detail::Everything;
    let quiet = |change: &&FindingChange| {
        let held = change.latest().is_some_and(|finding| matches!(finding.severity, Severity::Pass | Severity::Info));
        held && matches!(change.kind(), FindingChangeKind::Appeared | FindingChangeKind::Vanished)
    };
    for change in changes.iter().filter(|change| everything || !quiet(change)) {
        finding(change, console)?;
    }
    if everything {
        return Ok(());
    }
    for (kind, word) in [(FindingChangeKind::Appeared, "more"), (FindingChangeKind::Vanished, "fewer")] {
        let count = changes.iter().filter(quiet).filter(|change| change.kind() == kind).count();
        if count > 0 {
            let checks = counted(count, "check").replacen(' ', &format!(" {word} "), 1);
            console.line(&format!("       {} without a fault", sentence_case(&checks)))?;
        }
    }
    Ok(())
}

fn finding(change: &FindingChange, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let Some(latest) = change.latest() else { return Ok(()) };
    let severity = |finding: &Option<Finding>| finding.as_ref().map(|finding| finding.severity.as_str());
    let word = match (severity(&change.before), severity(&change.after)) {
        (Some(before), Some(after)) if before == after => after.to_owned(),
        (Some(before), Some(after)) => arrow(before, after),
        (None, Some(after)) => format!("new: {after}"),
        (Some(before), None) => format!("gone: {before}"),
        (None, None) => String::new(),
    };
    console.line(&format!("       {word}  {}  [{}, {}]", latest.detail, latest.rule.id, latest.rule.clause))
}
