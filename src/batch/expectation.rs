//! What is expected of messages, and how what came differs from it.
//!
//! Expectations are JSON Lines: one object a message, so that two files can be compared line by line. `file` names the
//! message as [`Place::name`](super::Place::name) does; every other member may be left out, and is then not compared:
//!
//! ```json
//! {"file":"inbox/7.eml","verdict":"rejected","code":"digest-mismatch","transformations":["line-ends-lf"]}
//! {"file":"archive.mbox#3","verdict":"accepted","recipients":{"bob@b.example":"accepted","carol@b.example":"expired"}}
//! ```

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::outcome::{JudgedMessage, MessageOutcome, Verdict};
use crate::agent::{Operation, ReasonCode};
use crate::diagnose::Transformation;
use crate::finding::escape_controls;
use crate::mail::Address;
use crate::workspace::demo::{self, ExpectedRecipient};

/// What is expected of one message; what is `None` is not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// Which way the message is to be run.
    pub operation: Option<Operation>,
    /// `accepted`, `rejected` or `not-judged`.
    pub verdict: Option<String>,
    /// The code with which the whole message is rejected; the inner `None` says that there is none.
    pub code: Option<Option<ReasonCode>>,
    /// The cause that the diagnosis names.
    pub cause: Option<Option<ReasonCode>>,
    /// What happened to the message on its way.
    pub transformations: Option<Vec<Transformation>>,
    /// Of each recipient named, `accepted`, `not-local`, or the code with which they are removed.
    pub recipients: BTreeMap<String, String>,
}

/// What is expected of many messages.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    messages: HashMap<String, Expectation>,
    order: Vec<String>,
}

/// A line that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the expectations: {why}")]
pub struct ExpectationError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it, and what would be right.
    pub why: String,
}

/// One thing that came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `verdict`, `code`, `cause`, `transformations`, or the address of a recipient.
    pub member: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub found: String,
}

/// What became of the expectations: fed with each outcome in turn.
#[derive(Debug)]
pub struct Comparison<'e> {
    expectations: &'e Expectations,
    met: HashSet<&'e str>,
    mismatched: usize,
    unexpected: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    file: String,
    operation: Option<String>,
    verdict: Option<String>,
    #[serde(default, deserialize_with = "present")]
    code: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    cause: Option<Option<String>>,
    transformations: Option<Vec<String>>,
    #[serde(default)]
    recipients: BTreeMap<String, String>,
}

/// A member that is there, be it null, is told from one that is left out.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Expectations {
    /// Reads JSON Lines; empty lines are passed over.
    ///
    /// # Errors
    /// [`ExpectationError`] for the first line that is no expectation, or names a message again.
    pub fn parse(text: &str) -> Result<Self, ExpectationError> {
        let mut expectations = Self::default();
        for (number, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            // Names are quoted as they stand in the file.
            let wrong = |why: String| ExpectationError { line: number.saturating_add(1), why: escape_controls(&why) };
            let line: Line = serde_json::from_str(text).map_err(|error| wrong(json_words(&error)))?;
            let (name, expectation) = expectation(line).map_err(wrong)?;
            if !expectations.add(name.clone(), expectation) {
                return Err(wrong(format!("“{name}” is named a second time")));
            }
        }
        Ok(expectations)
    }

    /// What the messages of the demo workspace are made to show.
    #[must_use]
    pub fn of_demo() -> Self {
        let mut expectations = Self::default();
        for case in &demo::CASES {
            let verdict = if case.rejection.is_some() { Verdict::Rejected } else { Verdict::Accepted };
            let outcome = |expected: &ExpectedRecipient| match expected {
                ExpectedRecipient::Accepted => "accepted",
                ExpectedRecipient::Removed(code) => code.as_str(),
            };
            let recipients = case.recipients.iter();
            expectations.add(
                format!("{}.bsmtp", case.id),
                Expectation {
                    operation: Some(case.operation),
                    verdict: Some(verdict.as_str().to_owned()),
                    code: Some(case.rejection),
                    recipients: recipients.map(|(who, what)| ((*who).to_owned(), outcome(what).to_owned())).collect(),
                    ..Expectation::default()
                },
            );
        }
        expectations
    }

    fn add(&mut self, name: String, expectation: Expectation) -> bool {
        let is_new = self.messages.insert(name.clone(), expectation).is_none();
        self.order.push(name);
        is_new
    }

    /// What is expected of the message of that name.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<&Expectation> {
        self.messages.get(name)
    }

    /// How many messages something is expected of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether nothing is expected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}

fn expectation(line: Line) -> Result<(String, Expectation), String> {
    let operation = line.operation.map(|name| match name.as_str() {
        "incoming" => Ok(Operation::Incoming),
        "outgoing" => Ok(Operation::Outgoing),
        other => Err(format!("“{other}” is no operation; write incoming or outgoing")),
    });
    if let Some(verdict) = line.verdict.as_deref().filter(|one| !["accepted", "rejected", "not-judged"].contains(one)) {
        return Err(format!("“{verdict}” is no verdict; write accepted, rejected or not-judged"));
    }
    let transformations = line.transformations.map(|names| names.iter().map(|name| transformation(name)).collect());
    for (address, outcome) in &line.recipients {
        Address::parse(address).map_err(|error| format!("“{address}” is no address: {error}"))?;
        if !["accepted", "not-local"].contains(&outcome.as_str()) {
            code(outcome)?;
        }
    }
    let optional = |name: Option<Option<String>>| name.map(|name| name.as_deref().map(code).transpose()).transpose();
    let expectation = Expectation {
        operation: operation.transpose()?,
        verdict: line.verdict,
        code: optional(line.code)?,
        cause: optional(line.cause)?,
        transformations: transformations.transpose()?,
        recipients: line.recipients,
    };
    Ok((line.file, expectation))
}

fn code(name: &str) -> Result<ReasonCode, String> {
    let found = ReasonCode::ALL.iter().find(|code| code.as_str() == name).copied();
    found.ok_or_else(|| format!("“{name}” is no reason code; `sealscope batch --json` prints those there are"))
}

fn transformation(name: &str) -> Result<Transformation, String> {
    let found = Transformation::ALL.iter().find(|one| one.as_str() == name).copied();
    found.ok_or_else(|| format!("“{name}” is no transformation; docs/json.md lists those there are"))
}

/// What serde says, without its own count of lines: each is parsed alone.
fn json_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line 1").next().unwrap_or(&text).to_owned()
}

impl Expectation {
    /// What came otherwise than expected; nothing where all is met.
    #[must_use]
    pub fn differences(&self, outcome: &MessageOutcome) -> Vec<Difference> {
        let mut differences = Vec::new();
        let mut compare = |member: &str, expected: Option<String>, found: String| {
            if let Some(expected) = expected.filter(|expected| *expected != found) {
                differences.push(Difference { member: member.to_owned(), expected, found });
            }
        };
        compare("verdict", self.verdict.clone(), outcome.verdict().as_str().to_owned());
        compare("code", self.code.map(code_name), code_name(outcome.code()));
        compare("cause", self.cause.map(code_name), code_name(outcome.cause()));
        let happened = outcome.judged().map(|judged| judged.transformations.as_slice()).unwrap_or_default();
        compare("transformations", self.transformations.as_deref().map(names), names(happened));
        for (address, expected) in &self.recipients {
            compare(address, Some(expected.clone()), recipient(outcome.judged(), address));
        }
        differences
    }
}

fn code_name(code: Option<ReasonCode>) -> String {
    code.map_or("none", ReasonCode::as_str).to_owned()
}

fn names(transformations: &[Transformation]) -> String {
    let mut names: Vec<&str> = transformations.iter().map(|one| one.as_str()).collect();
    names.sort_unstable();
    if names.is_empty() { "none".to_owned() } else { names.join(" and ") }
}

fn recipient(judged: Option<&JudgedMessage>, address: &str) -> String {
    let wanted = Address::parse(address).ok();
    let known = judged.map(|judged| judged.recipients.as_slice()).unwrap_or_default();
    let found = known.iter().find(|recipient| Some(&recipient.address) == wanted.as_ref());
    let outcome = found.map(|recipient| recipient.code.map_or(recipient.outcome, ReasonCode::as_str));
    outcome.unwrap_or("not a recipient").to_owned()
}

impl<'e> Comparison<'e> {
    /// Nothing has come yet.
    #[must_use]
    pub fn new(expectations: &'e Expectations) -> Self {
        Self { expectations, met: HashSet::new(), mismatched: 0, unexpected: Vec::new() }
    }

    /// Compares one outcome with what is expected of it. `None` where nothing is: unless the file is no message, it is
    /// then an unexpected one.
    pub fn compare(&mut self, outcome: &MessageOutcome) -> Option<Vec<Difference>> {
        let name = outcome.place.name();
        let Some((name, expectation)) = self.expectations.messages.get_key_value(&name) else {
            if outcome.verdict() != Verdict::NoMessage {
                self.unexpected.push(name);
            }
            return None;
        };
        self.met.insert(name);
        let differences = expectation.differences(outcome);
        self.mismatched = self.mismatched.saturating_add(usize::from(!differences.is_empty()));
        Some(differences)
    }

    /// How many came as expected.
    #[must_use]
    pub fn matched(&self) -> usize {
        self.met.len().saturating_sub(self.mismatched)
    }

    /// How many came otherwise.
    #[must_use]
    pub const fn mismatched(&self) -> usize {
        self.mismatched
    }

    /// Names of expected messages that were not there, in the order of the expectations.
    #[must_use]
    pub fn missing(&self) -> Vec<&'e str> {
        let expected = self.expectations.order.iter().map(String::as_str);
        expected.filter(|name| !self.met.contains(name)).collect()
    }

    /// Names of messages of which nothing was expected.
    #[must_use]
    pub fn unexpected(&self) -> &[String] {
        &self.unexpected
    }

    /// Whether everything came as expected, and nothing else.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.mismatched == 0 && self.unexpected.is_empty() && self.met.len() == self.expectations.len()
    }
}

/// The line that expects what came, for a baseline; `None` for a file that is no message.
#[must_use]
pub fn expectation_line(outcome: &MessageOutcome) -> Option<Value> {
    if outcome.verdict() == Verdict::NoMessage {
        return None;
    }
    let judged = outcome.judged();
    let recipients: serde_json::Map<String, Value> = judged
        .map(|judged| judged.recipients.as_slice())
        .unwrap_or_default()
        .iter()
        .map(|one| (one.address.to_string(), json!(one.code.map_or(one.outcome, ReasonCode::as_str))))
        .collect();
    let happened = judged.map(|judged| judged.transformations.as_slice()).unwrap_or_default();
    Some(json!({
        "file": outcome.place.name(),
        "operation": outcome.operation.as_str(),
        "verdict": outcome.verdict().as_str(),
        "code": outcome.code().map(ReasonCode::as_str),
        "cause": outcome.cause().map(ReasonCode::as_str),
        "transformations": happened.iter().map(|one| one.as_str()).collect::<Vec<_>>(),
        "recipients": recipients,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> ExpectationError {
        Expectations::parse(text).unwrap_err()
    }

    #[test]
    fn a_line_that_cannot_be_used_is_named_with_what_would_be_right() {
        let error = wrong("{\"file\":\"a\"}\n\n{\"file\":\"b\",\"verdict\":\"fine\"}");
        assert_eq!(
            error.to_string(),
            "line 3 of the expectations: “fine” is no verdict; write accepted, rejected or not-judged"
        );
        assert!(wrong("{\"file\":\"a\",\"code\":\"bad-hair\"}").why.contains("no reason code"));
        assert!(wrong("{\"file\":\"a\",\"verdikt\":\"accepted\"}").why.contains("verdikt"));
        assert!(wrong("{\"file\":\"a\",\"recipients\":{\"bob\":\"accepted\"}}").why.contains("no address"));
        assert!(wrong("{\"file\":\"a\"}\n{\"file\":\"a\"}").why.contains("second time"));
        assert!(wrong("nonsense").why.starts_with("expected"));
    }

    // Found by fuzzing: U+007F went to the terminal as it was.
    #[test]
    fn a_name_that_would_steer_a_terminal_is_escaped_in_the_sentence() {
        for line in ["{\"file\":\"a\",\"c\u{7f}de\":null}", "{\"file\":\"a\",\"code\":\"\\u001b[2J\"}"] {
            let error = wrong(line).to_string();
            assert!(!error.contains(char::is_control), "{error:?}");
        }
    }

    #[test]
    fn a_code_that_is_null_is_an_expectation_and_one_that_is_left_out_is_none() {
        let expectations = Expectations::parse("{\"file\":\"a\",\"code\":null}\n{\"file\":\"b\"}").unwrap();
        assert_eq!(expectations.of("a").unwrap().code, Some(None));
        assert_eq!(expectations.of("b").unwrap().code, None);
    }
}
