//! What lies open without need, each with what would have kept it in.
//!
//! A leak that the content itself makes (a subject, a text, blind recipients named) is a failure; one that tells of the
//! content or of people is a warning; what seldom matters is a fact. What has to be outside is none.

mod content;
mod headers;
mod people;

pub(super) use headers::PROGRAMS;

use super::names::Names;
use super::sources::Sources;
use crate::finding::{Finding, Rule, Severity};
use crate::span::Span;

/// One leak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// What lies open, where, and by which rule it should not.
    pub finding: Finding,
    /// Why it matters: who learns what from it. One sentence.
    pub because: &'static str,
    /// What keeps it in. One sentence.
    pub remedy: &'static str,
}

/// The words that a rule of leaks has for everybody.
#[derive(Clone, Copy)]
struct LeakRule {
    rule: Rule,
    because: &'static str,
    remedy: &'static str,
}

impl LeakRule {
    const fn new(id: &'static str, clause: &'static str, because: &'static str, remedy: &'static str) -> Self {
        Self { rule: Rule::new(id, clause), because, remedy }
    }

    fn leak(&self, severity: Severity, detail: impl Into<String>, span: Option<Span>) -> Leak {
        let finding = Finding::new(self.rule, severity, detail);
        let finding = match span {
            Some(span) => finding.at(span),
            None => finding,
        };
        Leak { finding, because: self.because, remedy: self.remedy }
    }
}

/// Finds them; the gravest come first, and among equals those outside.
pub(super) fn find(sources: &Sources<'_>, names: &Names) -> Vec<Leak> {
    let mut leaks = content::find(sources);
    leaks.extend(headers::find(sources));
    leaks.extend(people::find(sources, names));
    leaks.sort_by_key(|leak| std::cmp::Reverse(leak.finding.severity));
    leaks
}
