//! Emulations: what the two reference agents of the Direct Project would have answered for an envelope.
//!
//! Their rules, as measured on the Java agent 8.1.0 and read in the C# agent of 2025-07, are applied over this
//! workspace's keys, anchors and time: small functions over the readers that our own agent uses, no second agent. The
//! answer comes with *their* code names, and with every point in which it departs from ours, each explained in a
//! sentence. These are their rules with their faults; nothing here decides what is delivered.
//!
//! Not emulated: listeners, policies, audit, notifications, the transport around the agents, and what would have been
//! fetched from the network. Where an answer depends on that, a deviation says so.

mod account;
mod chains;
mod csharp;
mod enforce;
mod java;
mod json;
mod layers;
mod names;
mod outgoing;
mod why;

pub use json::emulation_json;

use std::fmt;

use crate::agent::{Agent, Operation, RecipientState, Report};
use crate::mail::{Address, Envelope};
use account::Account;

/// One of the reference agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EmulatedAgent {
    /// The Java reference agent 8.1.0.
    Java,
    /// The C# reference agent of July 2025.
    CSharp,
}

impl EmulatedAgent {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Java, Self::CSharp];

    /// The name on the command line and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Java => "java-ri",
            Self::CSharp => "csharp-ri",
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Java => "Java reference agent 8.1.0",
            Self::CSharp => "C# reference agent (2025-07)",
        }
    }
}

impl fmt::Display for EmulatedAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How it is known what an agent does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// It was run.
    Measured,
    /// Its source was read.
    Read,
    /// It is concluded from what was read, and was seen nowhere.
    Inferred,
    /// It depends on what is not known here, such as an answer from the network, which is assumed.
    Assumed,
}

impl Evidence {
    /// Whether it may be otherwise: neither seen nor read.
    #[must_use]
    pub const fn is_guess(self) -> bool {
        matches!(self, Self::Inferred | Self::Assumed)
    }

    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Read => "read",
            Self::Inferred => "inferred",
            Self::Assumed => "assumed",
        }
    }
}

/// One point in which an agent departs from ours for this envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// What it does with this message. Control characters are escaped.
    pub what: String,
    /// The rule behind it, in one sentence.
    pub why: &'static str,
    /// How that is known.
    pub evidence: Evidence,
    /// Where it is known from: the agent, and the measured case or the part of its source.
    pub reference: &'static str,
}

/// What happens for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EmulatedOutcome {
    /// The message is sent or delivered to them.
    Accepted,
    /// They are left out, alone or with everybody.
    Removed,
    /// Not of a local domain: left alone.
    NotLocal,
}

impl EmulatedOutcome {
    /// The name in JSON, as in an outcome of ours.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Removed => "removed",
            Self::NotLocal => "not-local",
        }
    }
}

/// One recipient, as the agent would have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmulatedRecipient {
    /// RCPT TO.
    pub address: Address,
    /// What happens for them.
    pub outcome: EmulatedOutcome,
    /// The agent's own name for it (TrustEnforcementStatus), where it comes to one.
    pub status: Option<&'static str>,
    /// Why, in a sentence. Control characters are escaped.
    pub why: String,
}

/// What an agent would have answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emulated {
    /// Which agent.
    pub agent: EmulatedAgent,
    /// Which way the message went.
    pub operation: Operation,
    /// The agent's own code, where it rejects the message.
    pub code: Option<&'static str>,
    /// What that code stands for here, or how the message is accepted, in a sentence. Control characters are escaped.
    pub why: String,
    /// Each recipient.
    pub recipients: Vec<EmulatedRecipient>,
    /// Where it departs from ours.
    pub deviations: Vec<Deviation>,
}

impl Emulated {
    /// Whether the message goes to anybody.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.code.is_none()
    }

    /// Whether the recipient at this place fares otherwise than with `ours`, the account of the same envelope.
    #[must_use]
    pub fn differs_for(&self, place: usize, ours: &Report) -> bool {
        let (Some(ours_one), Some(theirs)) = (ours.recipients.get(place), self.recipients.get(place)) else {
            return false;
        };
        let accepted_by_us = ours_one.is_accepted() && ours.is_accepted();
        let judged = !matches!(ours_one.state, RecipientState::NotLocal);
        judged && accepted_by_us != (theirs.outcome == EmulatedOutcome::Accepted)
    }

    /// Whether the message or any recipient fares otherwise than with `ours`.
    #[must_use]
    pub fn differs_from(&self, ours: &Report) -> bool {
        self.is_accepted() != ours.is_accepted()
            || (0..self.recipients.len()).any(|place| self.differs_for(place, ours))
    }
}

/// Why an agent rejects a message, in its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    code: &'static str,
    why: String,
}

impl Refusal {
    fn new(code: &'static str, why: impl Into<String>) -> Self {
        Self { code, why: why.into() }
    }
}

/// What `kind` would have answered for a message that arrives. `ours` is our own account of the same envelope, to which
/// the answer is compared.
#[must_use]
pub fn emulate_incoming(kind: EmulatedAgent, envelope: &Envelope, agent: &Agent<'_>, ours: &Report) -> Emulated {
    let mut account = Account::new(kind, envelope, agent, ours);
    let ended = match kind {
        EmulatedAgent::Java => java::receive(&mut account),
        EmulatedAgent::CSharp => csharp::receive(&mut account),
    };
    account.conclude(Operation::Incoming, ended)
}

/// What `kind` would have answered for a message that is sent. `ours` is our own account of the same envelope; its
/// lookups are the ones that the agent is given.
#[must_use]
pub fn emulate_outgoing(kind: EmulatedAgent, envelope: &Envelope, agent: &Agent<'_>, ours: &Report) -> Emulated {
    let mut account = Account::new(kind, envelope, agent, ours);
    let ended = match kind {
        EmulatedAgent::Java => outgoing::java(&mut account),
        EmulatedAgent::CSharp => outgoing::csharp(&mut account),
    };
    account.conclude(Operation::Outgoing, ended)
}
