//! The discovery cases: what each is about, how it came out, and its steps.

use super::{count, plain, took};
use crate::discovery::dcdt::{Ending, Expected, place_words};
use crate::discovery::fetch::Fetch;
use crate::discovery::{Brought, Judgement, Lookup};
use crate::finding::{Finding, after_colon, sentence_case};
use crate::ui::dcdt::{CaseRow, Turn};
use crate::ui::icons::Status;

/// The choice beside the lists of the lab.
pub const CASES: &str = "Discovery cases";
/// The table, read aloud.
pub const TABLE: &str = "Discovery cases";
/// The columns.
pub const COLUMNS: [&str; 5] = ["Case", "Status", "What is tried", "Expected", "Outcome"];
/// Runs all.
pub const ALL: &str = "Run all";
/// What that does.
pub const ALL_HINT: &str = "Run every case against servers on this computer, with certificates made for the run";
/// What running one does.
pub const ONE_HINT: &str = "Run the selected case alone; Enter does the same";
/// Ends the run.
pub const CANCEL_HINT: &str = "Finish the case that runs and begin no other";
/// Copies the table.
pub const COPY: &str = "Copy table";
/// What that gives.
pub const COPY_HINT: &str = "Copy every case and its outcome as CSV, for a spreadsheet";
/// The steps of a case.
pub const STEPS: &str = "Steps of the case";
/// It has none yet.
pub const NO_STEPS: &str = "Run the case to see its queries, fetches and certificates in order";
/// It ended before anything was asked.
pub const NOTHING_ASKED: &str = "Nothing was asked";
/// The job.
pub const JOB: &str = "Running the discovery cases";

/// The button that runs one case.
#[must_use]
pub fn one(id: &str) -> String {
    format!("Run {id}")
}

/// How many have passed; nothing before any was run.
#[must_use]
pub fn counted(rows: &[CaseRow]) -> Option<String> {
    let ended = |wanted: fn(&Ending) -> bool| {
        rows.iter().filter_map(|row| row.result.as_ref()).filter(|result| wanted(&result.ending)).count()
    };
    let (all, passed) = (ended(|_| true), ended(|ending| matches!(ending, Ending::Passed(_))));
    (all > 0).then(|| format!("{passed} of {all} passed"))
}

/// How a case is or came out.
#[must_use]
pub fn status(row: &CaseRow) -> (Status, &'static str) {
    match (row.turn, row.result.as_ref().map(|result| &result.ending)) {
        (Turn::Running, _) => (Status::Info, "Running"),
        (Turn::Waiting, _) => (Status::Skipped, "Waiting"),
        (Turn::Idle, None) => (Status::NotChecked, "Not run"),
        (Turn::Idle, Some(Ending::Passed(_))) => (Status::Passed, "Passed"),
        (Turn::Idle, Some(Ending::Failed(_))) => (Status::Failed, "Failed"),
        (Turn::Idle, Some(Ending::NotRun(_))) => (Status::Warning, "Could not run"),
    }
}

/// What happened, as a sentence; nothing where nothing did yet.
#[must_use]
pub fn outcome(row: &CaseRow) -> String {
    let words = row.result.as_ref().map(|result| plain(result.ending.words()));
    words.map(|words| sentence_case(&words)).unwrap_or_default()
}

/// What has to come of it, in few words: whose certificate has to be found where.
#[must_use]
pub fn expected(row: &CaseRow) -> String {
    match row.case.expected {
        Expected::Used(place) | Expected::Hosted(place) => sentence_case(&place_words(place)),
        Expected::NothingSent => "Nothing is sent".to_owned(),
    }
}

/// The head of a case.
#[must_use]
pub fn title(row: &CaseRow) -> String {
    format!("{}: {}", row.case.id, row.case.title)
}

/// How a case came out, and how long it took.
#[must_use]
pub fn ended(row: &CaseRow) -> String {
    let (_, word) = status(row);
    match &row.result {
        Some(result) if row.turn == Turn::Idle => {
            format!("{word} in {}: {}", took(result.duration), plain(result.ending.words()))
        }
        _ => word.to_owned(),
    }
}

/// What is set up, and what has to come of it.
#[must_use]
pub fn about(row: &CaseRow) -> String {
    format!("{}. Expected: {} ({})", row.case.setup, row.case.expected, row.case.clause)
}

/// A query: its number, the way, the server and what came of it.
#[must_use]
pub fn lookup(number: usize, lookup: &Lookup) -> String {
    super::lookups::lookup(number, lookup)
}

/// A query as it is read aloud: with the question and how the answer came.
#[must_use]
pub fn lookup_in_full(number: usize, lookup: &Lookup) -> String {
    let said = std::iter::once(plain(&lookup.query)).chain(super::lookups::answered(lookup));
    let said = said.chain(lookup.notes.iter().map(|note| plain(note)));
    format!("{}; {}", self::lookup(number, lookup), said.collect::<Vec<String>>().join("; "))
}

/// A fetch: its number, what was fetched, what came of it and how long it took.
#[must_use]
pub fn fetch(number: usize, fetch: &Fetch) -> String {
    let size = if fetch.octets > 0 { format!(", {}", count(fetch.octets, "octet", "octets")) } else { String::new() };
    let outcome = plain(&fetch.outcome.to_string());
    format!("{number}. {}: {outcome}{size}, {}", fetch.kind, took(fetch.duration))
}

/// A certificate that a query brought, and what became of it.
#[must_use]
pub fn certificate(brought: &Brought) -> (Status, String) {
    let name = || plain(&brought.certificate.common_name());
    match &brought.judgement {
        Judgement::Taken => (Status::Passed, format!("Taken: {}", name())),
        Judgement::PassedOver(why) => (Status::Warning, format!("Passed over: {}", plain(&after_colon(why)))),
        Judgement::Unjudged => (Status::NotChecked, format!("Not judged: {}", name())),
    }
}

/// A check of a published certificate.
#[must_use]
pub fn finding(finding: &Finding) -> String {
    format!("{} ({})", plain(&finding.detail), finding.rule.clause)
}

/// A case that begins, for the status bar.
#[must_use]
pub fn begins(id: &str, title: &str) -> String {
    format!("{id}: {title}")
}

/// How a run ended.
#[must_use]
pub fn summary(rows: &[&CaseRow]) -> (Status, String) {
    let ended = |wanted: Status| rows.iter().filter(|row| status(row).0 == wanted).count();
    let (passed, failed, not_run) = (ended(Status::Passed), ended(Status::Failed), ended(Status::Warning));
    let all = rows.len();
    if passed == all {
        let words =
            if all == 1 { "The discovery case passed".to_owned() } else { format!("All {all} discovery cases passed") };
        return (Status::Passed, words);
    }
    let mut words = format!("Of {}, {passed} passed", count(all, "discovery case", "discovery cases"));
    if failed > 0 {
        words = format!("{words}, {failed} failed");
    }
    if not_run > 0 {
        words = format!("{words}, {not_run} could not be run");
    }
    (if failed > 0 { Status::Failed } else { Status::Warning }, words)
}
