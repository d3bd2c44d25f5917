//! The account of many messages for people: the summary by cause, what failed, what came otherwise than expected.

use std::time::Duration;

use super::super::console::{Console, Detail, Tone};
use super::super::error::CliError;
use super::bar::{Bar, aside};
use crate::agent::ReasonCode;
use crate::batch::{Cause, Comparison, Difference, Ended, Group, MessageOutcome, Summary, Tally, Verdict};
use crate::finding::counted;

/// Lines of a kind that are printed at the end; with --verbose all are, as they come.
const SHOWN: usize = 30;
/// Names of a tally that are printed.
const NAMES: usize = 4;

/// What is told of single messages.
pub(super) struct Told {
    detail: Detail,
    failed: Lines,
    mismatched: Lines,
}

/// The first lines of a kind, and how many there were.
#[derive(Default)]
struct Lines {
    first: Vec<String>,
    count: usize,
}

impl Lines {
    fn add(&mut self, line: String) {
        self.count = self.count.saturating_add(1);
        if self.first.len() < SHOWN {
            self.first.push(line);
        }
    }

    fn print(&self, title: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
        if self.count == 0 {
            return Ok(());
        }
        console.line("")?;
        console.toned("", Tone::Strong, title, "")?;
        self.first.iter().try_for_each(|line| console.line(&format!("  {line}")))?;
        let rest = self.count.saturating_sub(self.first.len());
        if rest > 0 {
            console.line(&format!("  and {}: --verbose prints all", counted(rest, "other")))?;
        }
        Ok(())
    }
}

impl Told {
    pub(super) fn new(detail: Detail) -> Self {
        Self { detail, failed: Lines::default(), mismatched: Lines::default() }
    }

    /// Takes one outcome in; with --verbose prints a line of it. `compared` is what came otherwise, where something is
    /// expected of the whole.
    pub(super) fn take(
        &mut self,
        outcome: &MessageOutcome,
        compared: Option<Option<&[Difference]>>,
        bar: Option<&Bar>,
        console: &mut Console<'_, '_>,
    ) -> Result<(), CliError> {
        let failed = matches!(outcome.verdict(), Verdict::Rejected | Verdict::NotJudged);
        let line = format!("{}: {}", outcome.place, sentence(outcome));
        if let Some(Some(differences)) = compared.filter(|differences| differences.is_some_and(|all| !all.is_empty())) {
            let told: Vec<String> = differences.iter().map(difference).collect();
            self.mismatched.add(format!("{}: {}", outcome.place, told.join("; ")));
        }
        if self.detail == Detail::Everything {
            return aside(bar, || console.line(&line));
        }
        if failed && compared.is_none() {
            self.failed.add(line);
        }
        Ok(())
    }
}

fn difference(difference: &Difference) -> String {
    format!("{} should be {} and is {}", difference.member, difference.expected, difference.found)
}

/// The outcome of one message in a line.
fn sentence(outcome: &MessageOutcome) -> String {
    let cause = Cause::of(outcome);
    match cause.verdict {
        Verdict::NotJudged | Verdict::NoMessage => outcome.explanation().to_owned(),
        Verdict::Accepted => "accepted".to_owned(),
        Verdict::AcceptedInPart => format!("accepted, with recipients left out ({})", cause.names()),
        Verdict::Rejected => {
            let code = outcome.code().map_or("", ReasonCode::as_str);
            let names = cause.names();
            if names.is_empty() || names == code {
                format!("rejected, {code}")
            } else {
                format!("rejected, {code}; {names}")
            }
        }
    }
}

/// The summary by cause.
pub(super) fn summary(
    summary: &Summary,
    told: &Told,
    took: Duration,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    headline(summary, took, console)?;
    if console.detail == Detail::Verdict {
        return Ok(());
    }
    let troubles: Vec<&Group> = summary.groups().into_iter().filter(|group| group.cause.is_trouble()).collect();
    for one in &troubles {
        console.line("")?;
        group(one, console)?;
    }
    if let Some(most) = summary.mends_most().filter(|most| most.count > 1 && troubles.len() > 1) {
        console.line("")?;
        let of = format!(" {} of {}", most.count, counted(summary.troubles(), "message"));
        console.toned("", Tone::Strong, "One change would mend", &format!("{of}: that of “{}”", most.cause.names()))?;
    }
    told.failed.print("Failed", console)
}

fn headline(summary: &Summary, took: Duration, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let mut parts = vec![format!("{} accepted", summary.count(Verdict::Accepted))];
    for (verdict, words) in [
        (Verdict::AcceptedInPart, "accepted with recipients left out"),
        (Verdict::Rejected, "rejected"),
        (Verdict::NotJudged, "not judged"),
    ] {
        let count = summary.count(verdict);
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    let messages = summary.messages();
    let seconds = took.as_secs_f64();
    let tone = if summary.troubles() == 0 { Tone::Good } else { Tone::Bad };
    console.toned("", tone, &counted(messages, "message"), &format!(": {}", parts.join(", ")))?;
    let passed = summary.count(Verdict::NoMessage);
    if console.detail > Detail::Verdict {
        let others = match passed {
            0 => String::new(),
            1 => "; 1 file is no message and was passed over".to_owned(),
            many => format!("; {many} files are no messages and were passed over"),
        };
        let rate = f64::from(u32::try_from(messages).unwrap_or(u32::MAX)) / seconds.max(f64::EPSILON);
        console.line(&format!("Judged in {seconds:.1} s, {rate:.0} a second{others}"))?;
    }
    Ok(())
}

fn group(group: &Group, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let (tone, verdict) = match group.cause.verdict {
        Verdict::AcceptedInPart => (Tone::Warning, "left out"),
        Verdict::NotJudged => (Tone::Bad, "not judged"),
        _ => (Tone::Bad, "rejected"),
    };
    let names = group.cause.names();
    let proven = match group.proven {
        0 => String::new(),
        all if all == group.count => ", proven".to_owned(),
        some => format!(", proven for {some}"),
    };
    let names = if names.is_empty() { String::new() } else { format!("  {names}{proven}") };
    console.toned(&format!("{:>7}  ", group.count), tone, verdict, &names)?;
    // Of a message that others got, the second sentence says why these did not.
    let place = usize::from(group.cause.verdict == Verdict::AcceptedInPart);
    if let Some(sentence) = group.explanation.split_inclusive(". ").nth(place).filter(|text| !text.is_empty()) {
        console.line(&format!("           {}", sentence.trim_end()))?;
    }
    tally("from", &group.senders, console)?;
    tally("to", &group.recipients, console)?;
    tally("issuer", &group.issuers, console)?;
    let rest = group.count.saturating_sub(group.examples.len());
    let others = if rest > 0 { format!(" and {}", counted(rest, "other")) } else { String::new() };
    console.line(&format!("  {:<8} {}{others}", "such as", group.examples.join(", ")))?;
    group.advice.iter().try_for_each(|advice| console.line(&format!("  {:<8} {advice}", "try")))
}

fn tally(title: &str, tally: &Tally, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let ranked = tally.ranked();
    if ranked.is_empty() {
        return Ok(());
    }
    let mut names: Vec<String> = ranked.iter().take(NAMES).map(|(name, count)| format!("{name} ({count})")).collect();
    if ranked.len() > NAMES {
        names.push(format!("and {}", counted(ranked.len().saturating_sub(NAMES), "other")));
    }
    console.line(&format!("  {title:<8} {}", names.join(", ")))
}

/// What became of the expectations.
pub(super) fn comparison(
    comparison: &Comparison<'_>,
    told: &Told,
    ended: Ended,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    let missing = if ended == Ended::Whole { comparison.missing() } else { Vec::new() };
    let unexpected = comparison.unexpected();
    console.line("")?;
    if comparison.holds() {
        return console.toned(
            "",
            Tone::Good,
            "As expected",
            &format!(": all {}", counted(comparison.matched(), "message")),
        );
    }
    let counts = format!(
        ": {} as expected, {} otherwise, {} missing, {} of which nothing is expected",
        comparison.matched(),
        comparison.mismatched(),
        missing.len(),
        unexpected.len()
    );
    console.toned("", Tone::Bad, "Not as expected", &counts)?;
    if console.detail == Detail::Verdict {
        return Ok(());
    }
    told.mismatched.print("Otherwise", console)?;
    lines(missing.iter().copied()).print("Missing", console)?;
    lines(unexpected.iter().map(String::as_str)).print("Nothing is expected of", console)
}

fn lines<'n>(names: impl Iterator<Item = &'n str>) -> Lines {
    let mut lines = Lines::default();
    names.for_each(|name| lines.add(name.to_owned()));
    lines
}
