//! `sealscope check`: the rows of the test tools, one message at a time.

use clap::Args;
use serde_json::json;

use super::common::Common;
use super::console::{Console, Detail, Tone};
use super::error::{CliError, Exit};
use super::input::MessageArgs;
use super::output;
use super::session::{Keys, Session};
use crate::agent::{MakingOptions, Operation};
use crate::conformance::{self, Checked, RowResult, Suite, check_json};
use crate::finding::counted;

/// Characters of a cell of the table.
const CELL: usize = 56;

const AFTER: &str = "\
Prints one table: the message checks of the Edge Testing Tool (ett, rows DTS-…), the rules of the DirectTrust \
interoperability tool (directtrust, rows DT-…), and the Applicability Statement (as-1.2, as-1.3). A row about messages \
stands there twice, for the outer message and for the one that was wrapped. Rows about the inside need a private key \
that opens the message; without one they are not checked.

Examples:
  sealscope check secured.eml
  sealscope check secured.eml --suite as-1.3 --from alice@a.example --to bob@b.example
  sealscope check secured.eml --without-keys
  sealscope check secured.eml --json | jq '.rows[] | select(.result == \"fail\")'

Exit status: 0 no row fails, 3 a row fails, 1 could not run, 2 wrong use.";

/// Check a message against the rows of the test tools and of the Applicability Statement
///
/// Each row has its name, its rule and clause, what was found and what was expected. Opens the message with the
/// workspace's keys as `incoming` does, and delivers nothing.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    message: MessageArgs,
    /// Only the rows of these suites, comma-separated: ett, directtrust, as-1.2, as-1.3
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    suite: Vec<Suite>,
    /// Check only what needs no private key
    #[arg(long)]
    without_keys: bool,
}

pub(super) fn run(args: &CheckArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let envelopes = args.message.envelopes(console)?;
    let keys = if args.without_keys { Keys::Locked } else { Keys::Opened };
    let session = Session::load(keys, common, console)?;
    let agent = session.agent(&[], MakingOptions::default());
    let mut all = Vec::with_capacity(envelopes.len());
    for envelope in &envelopes {
        let report = agent.account(envelope, Operation::Incoming).map_err(CliError::failed)?;
        let mut rows = conformance::check(envelope, Some(&report));
        rows.retain(|row| args.suite.is_empty() || args.suite.contains(&row.row.suite));
        all.push(rows);
    }
    if console.wants_json() {
        console.object(&object(&all))?;
    } else {
        print_all(&all, console)?;
    }
    let failed = all.iter().any(|rows| conformance::count(rows, RowResult::Fail) > 0);
    Ok(if failed { Exit::Rejected } else { Exit::Success })
}

// One message gives its object, several a list of them, as outcomes do.
fn object(all: &[Vec<Checked>]) -> serde_json::Value {
    match all {
        [rows] => check_json(rows),
        several => json!({
            "schema": "sealscope.checks/1",
            "checks": several.iter().map(|rows| check_json(rows)).collect::<Vec<_>>(),
        }),
    }
}

fn print_all(all: &[Vec<Checked>], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for (number, rows) in all.iter().enumerate() {
        if all.len() > 1 {
            console.line(&format!("Message {} of {}", number.saturating_add(1), all.len()))?;
        }
        summary(rows, console)?;
        if console.detail > Detail::Verdict {
            console.line("")?;
            table(rows, console)?;
        }
        if number.saturating_add(1) < all.len() {
            console.line("")?;
        }
    }
    Ok(())
}

fn summary(rows: &[Checked], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let [failed, warned, passed, open] = [RowResult::Fail, RowResult::Warning, RowResult::Pass, RowResult::NotChecked]
        .map(|result| conformance::count(rows, result));
    let rest = format!(
        ": {}, {}, {} passed, {} not checked",
        counted(failed, "row") + if failed == 1 { " fails" } else { " fail" },
        counted(warned, "warning"),
        counted(passed, "row"),
        counted(open, "row"),
    );
    let (tone, word) = if failed > 0 { (Tone::Bad, "Does not conform") } else { (Tone::Good, "Conforms") };
    console.toned("", tone, word, &rest)
}

// What is looked for first stands first: a terminal may cut the rest off.
fn table(rows: &[Checked], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let head = ["row", "of", "result", "found", "expected", "rule", "clause"].map(ToOwned::to_owned);
    let whole = console.detail == Detail::Everything;
    let cell = |text: &str| if whole { text.to_owned() } else { shortened(text) };
    let mut cells = vec![Vec::from(head)];
    for checked in rows {
        cells.push(vec![
            checked.row.id.to_owned(),
            checked.place.to_string(),
            checked.result.to_string(),
            cell(&checked.found),
            cell(&checked.expected),
            checked.row.rule.to_owned(),
            checked.row.clause.to_owned(),
        ]);
    }
    output::table(&cells, console)?;
    if console.detail == Detail::Everything {
        console.line("")?;
        for checked in rows.iter().filter(|checked| checked.result > RowResult::NotChecked) {
            if let Some(note) = checked.row.note {
                console.line(&format!("{}: {note}", checked.row.id))?;
            }
        }
    }
    Ok(())
}

/// A cell that leaves room for others; `--verbose` and JSON have the whole text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
