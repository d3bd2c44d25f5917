//! What a run leaves behind: the same record whether the message was accepted or rejected.

use std::time::Duration;

use time::OffsetDateTime;

use super::outcome::{Reason, RecipientInfoOutcome, RecipientOutcome, SignerOutcome};
use super::profile::ProfileName;
use super::trace::Trace;
use crate::discovery::fetch::Fetch;
use crate::finding::Finding;
use crate::mail::{Envelope, ReversePath};
use crate::span::{Buffer, BufferName};

/// Which way the message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// From a local sender out into the world.
    Outgoing,
    /// From the world to local recipients.
    Incoming,
}

impl Operation {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outgoing => "outgoing",
            Self::Incoming => "incoming",
        }
    }

    /// The opposite direction.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Outgoing => Self::Incoming,
            Self::Incoming => Self::Outgoing,
        }
    }
}

/// The record of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which way.
    pub operation: Operation,
    /// The rules applied.
    pub profile: ProfileName,
    /// The time at which certificates were judged.
    pub evaluated_at: OffsetDateTime,
    /// Why the message as a whole was rejected, if it was.
    pub rejection: Option<Reason>,
    /// MAIL FROM.
    pub sender: ReversePath,
    /// RCPT TO, each judged on their own.
    pub recipients: Vec<RecipientOutcome>,
    /// The SignerInfos. Outgoing: those made.
    pub signers: Vec<SignerOutcome>,
    /// The RecipientInfos of the encrypted layer.
    pub recipient_infos: Vec<RecipientInfoOutcome>,
    /// Name of the content-encryption algorithm, once known.
    pub content_encryption: Option<String>,
    /// Steps and their findings.
    pub trace: Trace,
    /// Findings about the envelope, made before the first step.
    pub envelope_findings: Vec<Finding>,
    /// What was fetched of what certificates point at, in order; nothing where the run was offline.
    pub fetches: Vec<Fetch>,
    /// Every buffer that spans refer to.
    pub buffers: Vec<Buffer>,
    /// How long the run took.
    pub duration: Duration,
}

impl Report {
    /// Whether the message goes to anybody.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.rejection.is_none()
    }

    /// The buffer of that name, if the run made it.
    #[must_use]
    pub fn buffer(&self, name: BufferName) -> Option<&Buffer> {
        self.buffers.iter().find(|buffer| buffer.name() == name)
    }

    /// Every finding: of the envelope, then step by step.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.envelope_findings.iter().chain(self.trace.findings())
    }

    /// The recipients that were in question: all of them when sending, the local ones when receiving.
    pub fn judged_recipients(&self) -> impl Iterator<Item = &RecipientOutcome> {
        self.recipients.iter().filter(|recipient| self.operation == Operation::Outgoing || recipient.local)
    }
}

/// An outgoing message that was accepted for at least one recipient.
#[derive(Clone, Debug)]
pub struct OutgoingMessage {
    /// What leaves: trusted recipients only, the message signed and encrypted.
    pub envelope: Envelope,
    /// How it came about.
    pub report: Report,
}

/// An incoming message that was accepted for at least one recipient.
#[derive(Clone, Debug)]
pub struct IncomingMessage {
    /// What is delivered: the recipients that were accepted, the message as its sender wrote it.
    pub envelope: Envelope,
    /// How it came about.
    pub report: Report,
}

/// A message that goes to nobody.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// The code and the particulars.
    pub reason: Reason,
    /// How it came about.
    pub report: Report,
}
