//! The dates at which the result changes, as a table.

use serde_json::json;

use crate::agent::{Operation, timestamp};
use crate::cli::common::Common;
use crate::cli::console::{Console, Detail, Tone};
use crate::cli::error::{CliError, Exit};
use crate::cli::output;
use crate::cli::resolvers::{self, Asking};
use crate::cli::session::Session;
use crate::discovery::Resolver;
use crate::finding::counted;
use crate::mail::Envelope;
use crate::what_if::{Bar, BarKind, Interval, Timeline, TimelineError, WhatIf, timeline, timeline_json};

/// Finds and prints the timeline of each message.
pub(super) fn run(
    session: &Session,
    operation: Operation,
    envelopes: &[Envelope],
    what_if: &WhatIf,
    common: &Common,
    console: &mut Console<'_, '_>,
) -> Result<Exit, CliError> {
    if session.is_online(common) {
        console.remark("the dates are those of what is at hand: these runs ask no server and fetch nothing");
    }
    let resolvers = resolvers::build(session, Asking::Forbidden, common)?;
    let arranged = resolvers.arranged();
    let asked: Vec<&dyn Resolver> = arranged.iter().map(|scoped| -> &dyn Resolver { scoped }).collect();
    let agent = session.agent(&asked, session.settings.making);
    let all: Vec<Timeline> = envelopes
        .iter()
        .map(|envelope| timeline(&agent, envelope, operation, &|| false))
        .collect::<Result<_, TimelineError>>()
        .map_err(CliError::failed)?;
    if console.wants_json() {
        // One message gives the object itself; several are listed in one object, so that there is always one.
        console.object(&match all.as_slice() {
            [only] => timeline_json(only),
            several => json!({
                "schema": "sealscope.timelines/1",
                "timelines": several.iter().map(timeline_json).collect::<Vec<_>>(),
            }),
        })?;
    }
    for (number, timeline) in all.iter().enumerate() {
        if all.len() > 1 {
            console.line(&format!("Message {} of {}", number.saturating_add(1), all.len()))?;
        }
        print(timeline, what_if, console)?;
    }
    Ok(Exit::Success)
}

fn print(timeline: &Timeline, what_if: &WhatIf, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let changes = timeline.changes().count();
    let now = timestamp(timeline.evaluated_at);
    let answer = timeline.current().map(|interval| interval.answer.words()).unwrap_or_default();
    let rest = match changes {
        0 => ", at any time".to_owned(),
        _ => format!(" as of {now}; the result changes {}", times(changes)),
    };
    let (tone, word) = match timeline.current().is_some_and(|interval| interval.answer.is_accepted()) {
        true => (Tone::Good, "Accepted"),
        false => (Tone::Bad, "Rejected"),
    };
    let words = answer.strip_prefix(&word.to_lowercase()).unwrap_or(&answer).to_owned();
    console.toned("", tone, word, &format!("{words}{rest}"))?;
    if console.detail == Detail::Verdict {
        return Ok(());
    }
    for phrase in what_if.words() {
        console.line(&format!("  {phrase}"))?;
    }
    console.line("")?;
    let head = ["", "from", "until", "result", "because"].map(ToOwned::to_owned).to_vec();
    let rows = timeline.intervals.iter().enumerate().map(|(place, interval)| row(interval, place == timeline.now));
    output::table(&std::iter::once(head).chain(rows).collect::<Vec<_>>(), console)?;
    if console.detail == Detail::Everything {
        console.line("")?;
        output::table(&timeline.bars.iter().map(bar).collect::<Vec<_>>(), console)?;
    }
    if timeline.left_out > 0 {
        let left_out = counted(timeline.left_out, "date");
        console.remark(&format!("{left_out} were not tried, the farthest ones: there are too many"));
    }
    Ok(())
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

fn row(interval: &Interval, now: bool) -> Vec<String> {
    vec![
        if now { ">".to_owned() } else { String::new() },
        interval.from.map_or_else(|| "always".to_owned(), timestamp),
        interval.until.map_or_else(|| "for ever".to_owned(), timestamp),
        interval.answer.words(),
        interval.reason().unwrap_or_default(),
    ]
}

fn bar(bar: &Bar) -> Vec<String> {
    let note = match (bar.kind, bar.revoked) {
        (BarKind::Anchor, _) => "its dates do not count".to_owned(),
        (_, Some(at)) => format!("revoked {}", timestamp(at)),
        _ => String::new(),
    };
    let until = bar.until.map_or_else(|| "not said".to_owned(), timestamp);
    vec![bar.kind.as_str().to_owned(), bar.name.clone(), timestamp(bar.from), until, note]
}
