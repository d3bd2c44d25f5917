//! Conformance rows: what the test tools of the Direct world ask of a message, one row a check.
//!
//! A row is data: its identifier, its rule, its clause, what it expects and how grave a failure is. Three suites share
//! the table: the message checks of the Edge Testing Tool (ETT, by their DTS numbers), the rules of the DirectTrust
//! interoperability tool, and the Applicability Statement in the versions 1.2 and 1.3. Where the ETT contradicts the
//! standards the row follows the standards and says so in its note.
//!
//! Rows about the outer message need no key. Those about what is inside read what the agent opened; without that they are
//! "not checked". Nothing here decides whether a message is accepted: that is the agent's.

mod certificates;
mod directtrust;
mod encrypted;
mod entities;
mod headers;
mod json;
mod mdn;
mod signatures;
mod statement;
mod subject;
mod syntax;
mod trace;

pub use json::check_json;

use std::fmt;
use std::str::FromStr;

use crate::agent::Report;
use crate::finding::escape_controls;
use crate::mail::Envelope;
use crate::mime::Entity;
use crate::span::Span;
use subject::{Message, Subject};

/// Characters of a found value that are quoted; more is cut off.
const QUOTED: usize = 200;

/// Whose rule a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    /// The message checks of the Edge Testing Tool.
    Ett,
    /// The interoperability tool of DirectTrust.
    DirectTrust,
    /// Applicability Statement for Secure Health Transport 1.2 (2015).
    Statement12,
    /// The same, 1.3 (ANSI/DS 2019-01-100-2021).
    Statement13,
}

impl Suite {
    /// Every suite.
    pub const ALL: [Self; 4] = [Self::Ett, Self::DirectTrust, Self::Statement12, Self::Statement13];

    /// The name on the command line and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ett => "ett",
            Self::DirectTrust => "directtrust",
            Self::Statement12 => "as-1.2",
            Self::Statement13 => "as-1.3",
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A suite that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a suite; the suites are ett, directtrust, as-1.2 and as-1.3")]
pub struct UnknownSuite(pub String);

impl FromStr for Suite {
    type Err = UnknownSuite;

    fn from_str(name: &str) -> Result<Self, UnknownSuite> {
        Self::ALL.into_iter().find(|suite| suite.as_str() == name).ok_or_else(|| UnknownSuite(name.to_owned()))
    }
}

/// How grave it is when a row does not hold at all; a smaller fault of the same row may weigh less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowSeverity {
    /// Shown, and never held against a message.
    Info,
    /// Tolerated.
    Warning,
    /// The message does not conform.
    Error,
}

impl RowSeverity {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    const fn result(self) -> RowResult {
        match self {
            Self::Info => RowResult::Info,
            Self::Warning => RowResult::Warning,
            Self::Error => RowResult::Fail,
        }
    }
}

/// How a row came out, on the scale of findings.
pub use crate::finding::Severity as RowResult;

/// What a result is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The message as it travels.
    Outer,
    /// What was decrypted, with all its parts.
    Inner,
    /// The message inside: the one that was wrapped.
    Wrapped,
    /// The message as a whole, with its envelope and its signers.
    Whole,
}

impl Place {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outer => "outer",
            Self::Inner => "inner",
            Self::Wrapped => "wrapped",
            Self::Whole => "whole",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its stable name: `DTS-` with the number of the ETT, `DT-…`, `AS12-…` or `AS13-…`.
    pub id: &'static str,
    /// Whose rule it is.
    pub suite: Suite,
    /// What has to hold, in one sentence without a full stop.
    pub rule: &'static str,
    /// The clause it comes from, as one would cite it.
    pub clause: &'static str,
    /// What is expected, in a few words.
    pub expected: &'static str,
    /// How grave it is when the row does not hold at all.
    pub severity: RowSeverity,
    /// Where the row departs from the tool that it is taken from, and why.
    pub note: Option<&'static str>,
    check: Check,
}

/// How a row is decided.
#[derive(Clone, Copy, Debug)]
enum Check {
    /// Nobody implements it: the ETT has the row and no check behind it.
    Stub,
    /// For the outer message and for the wrapped one.
    Messages(fn(&Message) -> Judged),
    /// For each MIME entity of the outer message and of what is inside; `None` where the entity has no such field.
    Entities(fn(&Entity) -> Option<Judged>),
    /// Once.
    Once(fn(&Subject<'_>) -> Judged),
    /// Holds where none of the rows with these names failed, outside and inside.
    RollUp(&'static [&'static str]),
}

impl Row {
    const fn error(id: &'static str, suite: Suite, rule: &'static str, clause: &'static str, check: Check) -> Self {
        Self { id, suite, rule, clause, expected: "", severity: RowSeverity::Error, note: None, check }
    }

    const fn warning(mut self) -> Self {
        self.severity = RowSeverity::Warning;
        self
    }

    const fn info(mut self) -> Self {
        self.severity = RowSeverity::Info;
        self
    }

    const fn expects(mut self, expected: &'static str) -> Self {
        self.expected = expected;
        self
    }

    const fn note(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }
}

/// What a check says, before it is joined with its row.
#[derive(Clone, Debug)]
struct Judged {
    found: String,
    result: RowResult,
    span: Option<Span>,
    expected: Option<String>,
}

impl Judged {
    fn new(result: RowResult, found: impl Into<String>) -> Self {
        Self { found: found.into(), result, span: None, expected: None }
    }

    fn pass(found: impl Into<String>) -> Self {
        Self::new(RowResult::Pass, found)
    }

    fn info(found: impl Into<String>) -> Self {
        Self::new(RowResult::Info, found)
    }

    fn warn(found: impl Into<String>) -> Self {
        Self::new(RowResult::Warning, found)
    }

    fn fail(found: impl Into<String>) -> Self {
        Self::new(RowResult::Fail, found)
    }

    fn not_checked(why: impl Into<String>) -> Self {
        Self::new(RowResult::NotChecked, why)
    }

    /// Holds or does not, in the same words.
    fn when(holds: bool, found: impl Into<String>) -> Self {
        Self::new(if holds { RowResult::Pass } else { RowResult::Fail }, found)
    }

    /// A failure that is only a warning.
    fn softened(self) -> Self {
        if self.result == RowResult::Fail { Self { result: RowResult::Warning, ..self } } else { self }
    }

    fn at(mut self, span: Option<Span>) -> Self {
        self.span = span;
        self
    }
}

/// One row, checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The row.
    pub row: &'static Row,
    /// What the result is about; a row about messages has one for the outer and one for the wrapped message.
    pub place: Place,
    /// What was there, or why nothing could be said. Control characters are escaped.
    pub found: String,
    /// What would have passed.
    pub expected: String,
    /// How it came out.
    pub result: RowResult,
    /// The octets in question, where they are known.
    pub span: Option<Span>,
}

impl Checked {
    fn of(row: &'static Row, place: Place, judged: Judged) -> Self {
        let found = escape_controls(&cut(&judged.found));
        let expected = judged.expected.map_or_else(|| row.expected.to_owned(), |text| escape_controls(&cut(&text)));
        // A row that is only shown accuses nobody.
        let result = if judged.result > RowResult::NotChecked {
            judged.result.min(row.severity.result())
        } else {
            judged.result
        };
        Self { row, place, found, expected, result, span: judged.span }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The table, by area; a row that sums others up comes after them.
const AREAS: [&[Row]; 10] = [
    trace::ROWS,
    headers::ROWS,
    encrypted::ROWS,
    signatures::ROWS,
    entities::ROWS,
    certificates::ROWS,
    mdn::ROWS,
    directtrust::ROWS,
    statement::ROWS_12,
    statement::ROWS_13,
];

/// Every row, in the order in which they are shown.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    AREAS.into_iter().flatten()
}

/// Checks a message against every row.
///
/// `report` is the account of the agent's run over the same envelope: what it opened is what the rows about the inside
/// read, and its verdict on signers is what those about trust repeat. Takes time in proportion to the message and to the
/// number of its parts, which the caps bound.
#[must_use]
pub fn check(envelope: &Envelope, report: Option<&Report>) -> Vec<Checked> {
    let subject = Subject::open(envelope, report);
    let mut checked: Vec<Checked> = Vec::new();
    for row in rows() {
        match row.check {
            Check::Stub => {
                let judged = Judged::not_checked("Only listed: the test tool has no check behind this row");
                checked.push(Checked::of(row, Place::Whole, judged));
            }
            Check::Once(judge) => checked.push(Checked::of(row, Place::Whole, judge(&subject))),
            Check::Messages(judge) => {
                checked.extend(subject.messages().map(|message| Checked::of(row, message.place, judge(message))));
            }
            Check::Entities(judge) => {
                let places = subject.places();
                checked.extend(places.map(|(place, entities)| Checked::of(row, place, worst_of(entities, judge))));
            }
            Check::RollUp(names) => {
                let rolled = roll_up(row, names, &checked);
                checked.extend(rolled);
            }
        }
    }
    checked
}

/// The gravest of what is said of these entities.
fn worst_of(entities: &[Entity], judge: fn(&Entity) -> Option<Judged>) -> Judged {
    let mut worst: Option<Judged> = None;
    let mut count = 0_usize;
    for judged in entities.iter().filter_map(judge) {
        count = count.saturating_add(1);
        if worst.as_ref().is_none_or(|known| judged.result > known.result) {
            worst = Some(judged);
        }
    }
    match worst {
        None => Judged::info("No part has such a field"),
        Some(judged) if count > 1 && judged.result == RowResult::Pass => {
            Judged::pass(crate::finding::counted(count, "part") + " in order")
        }
        Some(judged) => judged,
    }
}

fn roll_up(row: &'static Row, names: &[&str], checked: &[Checked]) -> Vec<Checked> {
    let places = [Place::Outer, Place::Inner, Place::Wrapped];
    let of = |place: Place| {
        let parts: Vec<&Checked> =
            checked.iter().filter(|part| part.place == place && names.contains(&part.row.id)).collect();
        if parts.is_empty() {
            return None;
        }
        let failed: Vec<&str> =
            parts.iter().filter(|part| part.result == RowResult::Fail).map(|part| part.row.id).collect();
        let judged = if failed.is_empty() {
            Judged::pass(format!("{} without a failure", crate::finding::counted(parts.len(), "row")))
        } else {
            Judged::fail(format!("Failed: {}", failed.join(", ")))
        };
        Some(Checked::of(row, place, judged))
    };
    places.into_iter().filter_map(of).collect()
}

/// How many of these rows came out so.
#[must_use]
pub fn count(checked: &[Checked], result: RowResult) -> usize {
    checked.iter().filter(|row| row.result == result).count()
}
