//! What a message gives away: envelope, outer and inner headers beside one another, who learns what, and leaks.
//!
//! Mail names people three times. MAIL FROM and RCPT TO of the envelope route it (RFC 5321 §2.3.1); the outer headers
//! travel in the clear and nothing protects them; the inner ones are those of the wrapped message, signed and encrypted
//! (RFC 8551 §3.1). [`expose`] sets them side by side, says who of those on the way learns which fact, and lists what
//! lies outside without need. What the specification wants outside (From, To, Date, Message-ID) is a fact, not a leak.
//!
//! Nothing here decides whether a message is accepted: that is the agent's. Without a run, or without a key, it tells what
//! can be read without one. Header values are told, the text of bodies never.

mod evidence;
mod fields;
mod hosts;
mod json;
mod leaks;
mod mismatches;
mod names;
mod routing;
mod sight;
mod sources;
mod vocabulary;

pub use json::exposure_json;
pub use leaks::Leak;
pub use names::{Mention, Named};
pub use routing::{Consequence, RoutingRule};
pub use sight::{Observer, Seen};
pub use vocabulary::{Fact, ObserverKind, Sight};

use crate::agent::{HeaderComparison, Report};
use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use crate::mail::Envelope;
use sources::Sources;

/// How far the message is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// No agent has looked at it: this is what there is.
    AsItStands,
    /// The recipients' agent judged it.
    Arrived,
    /// The sender's agent let it go.
    Leaving,
    /// The sender's agent refused it: nothing leaves.
    Stopped,
}

impl Stage {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsItStands => "as-it-stands",
            Self::Arrived => "arrived",
            Self::Leaving => "leaving",
            Self::Stopped => "stopped",
        }
    }
}

/// What protects the content of the message that travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protection {
    /// It is encrypted, and what is inside is known here.
    Opened,
    /// Nothing: whoever carries it reads it.
    Plain,
    /// It is encrypted, and nothing here opened it.
    Sealed,
    /// A signature alone: whoever carries it reads it.
    SignedOnly,
}

impl Protection {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Plain => "plain",
            Self::Sealed => "sealed",
            Self::SignedOnly => "signed-only",
        }
    }
}

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// MAIL FROM and RCPT TO.
    Envelope,
    /// The header that travels in the clear.
    Outer,
    /// The header of the message inside.
    Inner,
}

impl Layer {
    /// All of them, from the outside.
    pub const ALL: [Self; 3] = [Self::Envelope, Self::Outer, Self::Inner];

    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Outer => "outer",
            Self::Inner => "inner",
        }
    }
}

/// What a message gives away.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// How far it is.
    pub stage: Stage,
    /// What protects its content.
    pub protection: Protection,
    /// Whether the message inside has a header of its own that is open to view here.
    pub has_inner: bool,
    /// Every address, in one row each, with all places where it stands.
    pub names: Vec<Named>,
    /// How many further places name addresses past the cap on them.
    pub names_left_out: usize,
    /// What does not agree between the layers, each with the reading that fits. No place on it is a fault by itself.
    pub mismatches: Vec<Finding>,
    /// The rule of 1.3 that the envelope has to agree with the headers.
    pub routing: RoutingRule,
    /// The header fields that name nobody, outer ones in wire order first.
    pub fields: Vec<HeaderComparison>,
    /// Who could learn something, from the way to the recipients, each with what they learn of every fact.
    pub observers: Vec<Observer>,
    /// What lies open without need, gravest first.
    pub leaks: Vec<Leak>,
}

impl Exposure {
    /// The gravest of the leaks; `Pass` where there is none.
    #[must_use]
    pub fn worst(&self) -> Severity {
        self.leaks.iter().map(|leak| leak.finding.severity).max().unwrap_or(Severity::Pass)
    }
}

/// Says what a message gives away.
///
/// `report` is the account of the agent's run over the same envelope, in either direction; without one, the message is
/// taken as it stands. Takes time in proportion to the message and its headers.
#[must_use]
pub fn expose(envelope: &Envelope, report: Option<&Report>, limits: &Limits) -> Exposure {
    let sources = Sources::open(envelope, report, limits);
    let mut names = names::gather(&sources);
    let routing = routing::judge(&sources);
    let mismatches = mismatches::find(&sources, &mut names.list);
    Exposure {
        stage: sources.stage,
        protection: sources.protection,
        has_inner: sources.inner.is_some(),
        mismatches,
        routing,
        fields: fields::compare(&sources),
        observers: sight::observers(&sources, &names),
        leaks: leaks::find(&sources, &names),
        names: names.list,
        names_left_out: names.left_out,
    }
}
