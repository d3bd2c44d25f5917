//! The cases of the Direct Certificate Discovery Tool: how an agent finds certificates (D1 to D18), and whether an
//! organisation's own are published as they should be (H1 to H4).
//!
//! Here is what each case sets up, what has to come of it, and what came of it; pure data, no socket. The servers are
//! set up and the agent is run by `lab::dcdt`; [`hosting::check`] asks whatever resolvers it is given.

mod cases;
mod clients;
pub mod hosting;
mod withdrawal;

pub use cases::CASES;
pub use clients::{Clients, Lots, TIMEOUT};

use std::fmt;
use std::time::Duration;

use super::fetch::Fetch;
use super::order::{Scope, Stage};
use super::{Lookup, Method};
use crate::finding::Finding;

/// One case of the suite.
#[derive(Debug, PartialEq, Eq)]
pub struct Case {
    /// `D1` to `D18`, `H1` to `H4`.
    pub id: &'static str,
    /// What is tried, in a few words.
    pub title: &'static str,
    /// The clauses it comes from.
    pub clause: &'static str,
    /// What is published where.
    pub setup: &'static str,
    /// What has to come of it.
    pub expected: Expected,
}

impl Case {
    /// The case of that name, in capitals or not.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.id.eq_ignore_ascii_case(id))
    }
}

/// What has to come of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The message is encrypted for the certificate at this place, and for no other.
    Used(Stage),
    /// No message leaves, because nothing that may be used is found.
    NothingSent,
    /// The organisation's certificates are found at this place, and one of them is good.
    Hosted(Stage),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Used(place) => write!(f, "the certificate of {} is used", place_words(*place)),
            Self::NothingSent => f.write_str("nothing is sent"),
            Self::Hosted(place) => write!(f, "a good certificate is published for {}", place_words(*place)),
        }
    }
}

/// A place of the order in words: `the address in the DNS`.
#[must_use]
pub fn place_words(place: Stage) -> String {
    let subject = match place.scope {
        Scope::Address => "the address",
        Scope::Domain => "the domain",
        Scope::Both => "the address or its domain",
    };
    let method = match place.method {
        Method::Dns | Method::Smimea => "in the DNS",
        Method::Ldap => "in a directory",
        Method::Local => "in the workspace",
    };
    format!("{subject} {method}")
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As it has to; what happened.
    Passed(String),
    /// Otherwise; what happened.
    Failed(String),
    /// The case could not be run; why. It says nothing about the agent.
    NotRun(String),
}

impl Ending {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Passed(_) => "passed",
            Self::Failed(_) => "failed",
            Self::NotRun(_) => "not-run",
        }
    }

    /// What happened, or why nothing did.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Passed(words) | Self::Failed(words) | Self::NotRun(words) => words,
        }
    }
}

/// What came of a case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The case.
    pub case: &'static Case,
    /// How it ended.
    pub ending: Ending,
    /// Every query, in order, with what became of each certificate.
    pub lookups: Vec<Lookup>,
    /// Every fetch of what certificates point at, in order, after the queries.
    pub fetches: Vec<Fetch>,
    /// Checks of the certificates, where the case is about what is published.
    pub findings: Vec<Finding>,
    /// How long it took, servers included.
    pub duration: Duration,
}

/// Hears how a run of the suite goes on, and may end it between two cases.
pub trait Watch {
    /// A case begins.
    fn begins(&self, _case: &'static Case) {}

    /// A case has ended.
    fn ended(&self, _result: &CaseResult) {}

    /// Whether no further case is wanted.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Hears nothing and ends nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWatch;

impl Watch for NoWatch {}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_suite_has_eighteen_cases_of_discovery_and_four_of_hosting() {
        let ids: HashSet<&str> = CASES.iter().map(|case| case.id).collect();
        let wanted: HashSet<String> =
            (1..=18).map(|number| format!("D{number}")).chain((1..=4).map(|number| format!("H{number}"))).collect();
        assert_eq!(ids.len(), CASES.len());
        assert_eq!(ids, wanted.iter().map(String::as_str).collect());
        assert_eq!(Case::named("d17").map(|case| case.id), Some("D17"));
        assert_eq!(Case::named("D19"), None);
    }
}
