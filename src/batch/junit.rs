//! Outcomes as JUnit XML, for the programs that show the results of tests: a suite for each folder, a case for each
//! message.
//!
//! Such files are handed on and kept, so they are redacted: codes, closed lists of sentences, file names and counts, but
//! no address, no name from a certificate, no header value and no content.

use std::collections::BTreeMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::expectation::Difference;
use super::outcome::{JudgedMessage, MessageOutcome, Verdict};
use crate::agent::ReasonCode;
use crate::finding::escape_controls;

const NAME: &str = "sealscope batch";
const NOT_JUDGED: &str = "The message could not be read or judged";
const NO_MESSAGE: &str = "The file is no message";
const UNEXPECTED: &str = "Nothing is expected of this message: add a line to the expectations";
const MISSING: &str = "The message is expected, and was not there";
/// The suite of the folder that was named.
const ROOT: &str = ".";

/// A report under construction. It holds a line or so for each message.
#[derive(Debug, Default)]
pub struct JunitReport {
    suites: BTreeMap<String, TestSuite>,
}

/// The report could not be written as XML.
#[derive(Debug, thiserror::Error)]
#[error("the JUnit report cannot be written: {0}")]
pub struct JunitError(String);

impl JunitReport {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one outcome in: without expectations a message fails that goes to nobody.
    pub fn add(&mut self, outcome: &MessageOutcome) {
        let status = match outcome.verdict() {
            Verdict::Accepted | Verdict::AcceptedInPart => TestCaseStatus::success(),
            Verdict::Rejected => failure(code(outcome.code()), outcome),
            Verdict::NotJudged => not_judged(outcome),
            Verdict::NoMessage => skipped(NO_MESSAGE),
        };
        self.push(outcome, status);
    }

    /// Takes one outcome in that is compared with expectations: a message fails that came otherwise, or of which
    /// nothing is expected (`None`).
    pub fn add_compared(&mut self, outcome: &MessageOutcome, differences: Option<&[Difference]>) {
        let status = match differences {
            Some([]) => TestCaseStatus::success(),
            Some(differences) => {
                let mut status = failure("mismatch", outcome);
                let told: Vec<String> = differences.iter().map(told).collect();
                status.set_message(told.join("; "));
                status
            }
            None if outcome.verdict() == Verdict::NoMessage => skipped(NO_MESSAGE),
            None => described(NonSuccessKind::Failure, "unexpected", UNEXPECTED),
        };
        self.push(outcome, status);
    }

    /// Takes in an expected message that was not there.
    pub fn add_missing(&mut self, name: &str) {
        let (folder, _) = name.rsplit_once('/').unwrap_or(("", name));
        let status = described(NonSuccessKind::Error, "missing", MISSING);
        self.case(folder, name, status, Duration::ZERO);
    }

    fn push(&mut self, outcome: &MessageOutcome, status: TestCaseStatus) {
        self.case(outcome.place.folder(), &outcome.place.name(), status, outcome.duration);
    }

    fn case(&mut self, folder: &str, name: &str, status: TestCaseStatus, took: Duration) {
        let folder = if folder.is_empty() { ROOT.to_owned() } else { escape_controls(folder) };
        let mut case = TestCase::new(escape_controls(name), status);
        case.set_classname(folder.clone()).set_time(took);
        let suite = self.suites.entry(folder.clone()).or_insert_with(|| TestSuite::new(folder));
        let so_far = suite.time.unwrap_or_default();
        suite.set_time(so_far.saturating_add(took));
        suite.add_test_case(case);
    }

    /// The XML; `took` is the time by the clock on the wall.
    ///
    /// # Errors
    /// [`JunitError`], where a name cannot be written.
    pub fn into_xml(self, took: Duration) -> Result<String, JunitError> {
        let mut report = Report::new(NAME);
        report.set_time(took);
        report.add_test_suites(self.suites.into_values());
        report.to_string().map_err(|error| JunitError(error.to_string()))
    }
}

fn code(code: Option<ReasonCode>) -> &'static str {
    code.map_or("rejected", ReasonCode::as_str)
}

fn failure(kind: &'static str, outcome: &MessageOutcome) -> TestCaseStatus {
    let mut status = described(NonSuccessKind::Failure, kind, outcome.cause().map_or(kind, ReasonCode::as_str));
    status.set_description(outcome.judged().map_or_else(|| NOT_JUDGED.to_owned(), explanation));
    status
}

fn not_judged(outcome: &MessageOutcome) -> TestCaseStatus {
    described(NonSuccessKind::Error, outcome.code().map_or("not-judged", ReasonCode::as_str), NOT_JUDGED)
}

fn described(kind: NonSuccessKind, name: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(name).set_message(message);
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

/// The cause in the words of closed lists, and each recipient by number.
fn explanation(judged: &JudgedMessage) -> String {
    let mut lines = Vec::new();
    if let Some(reason) = &judged.rejection {
        lines.push(format!("Rejected: {}", reason.code));
    }
    if let Some(cause) = judged.cause {
        let proven = if judged.proven { ", proven" } else { "" };
        lines.push(format!("Cause: {cause}{proven}"));
        lines.push(format!("What would change the answer: {}", cause.advice()));
    }
    for one in &judged.transformations {
        lines.push(format!("{} ({one}). {}", one.happened(), one.remedy()));
    }
    for (place, recipient) in judged.recipients.iter().enumerate() {
        let outcome = recipient.code.map_or(recipient.outcome, ReasonCode::as_str);
        lines.push(format!("Recipient {} of {}: {outcome}", place.saturating_add(1), judged.recipients.len()));
    }
    lines.join("\n")
}

/// A difference without the address that it may be about.
fn told(difference: &Difference) -> String {
    let Difference { member, expected, found } = difference;
    let what = if member.contains('@') { "the outcome of a recipient" } else { member };
    format!("{what}: expected {expected}, found {found}")
}
