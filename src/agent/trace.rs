//! The steps of a run, in the order and under the names of the specification.

use std::time::{Duration, Instant};

use crate::finding::{Finding, Ledger, Severity};
use crate::span::Span;

/// A step of the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepName {
    /// Outgoing 1: the sender's private keys.
    FindSenderKeys,
    /// Outgoing 2: each recipient's certificates.
    FindRecipientCertificates,
    /// Both directions: whose certificates are trusted, recipient by recipient.
    EnforceTrust,
    /// Outgoing 4: the message goes into `message/rfc822`.
    Wrap,
    /// Outgoing 5: sign detached, encrypt once for all.
    SignAndEncrypt,
    /// Outgoing 6: outer headers and the CMS.
    NewEnvelope,
    /// Incoming 1: local recipients and their private keys.
    FindRecipientKeys,
    /// Incoming 2: undo the encryption.
    Decrypt,
    /// Incoming 3: the signed part and its signature.
    ExtractSignedPart,
    /// Incoming 4: each signer on their own.
    VerifySignature,
    /// Incoming 6: the message that was inside.
    Unwrap,
}

impl StepName {
    /// The steps of an outgoing run, in order.
    pub const OUTGOING: [Self; 6] = [
        Self::FindSenderKeys,
        Self::FindRecipientCertificates,
        Self::EnforceTrust,
        Self::Wrap,
        Self::SignAndEncrypt,
        Self::NewEnvelope,
    ];

    /// The steps of an incoming run, in order.
    pub const INCOMING: [Self; 6] = [
        Self::FindRecipientKeys,
        Self::Decrypt,
        Self::ExtractSignedPart,
        Self::VerifySignature,
        Self::EnforceTrust,
        Self::Unwrap,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FindSenderKeys => "find-sender-keys",
            Self::FindRecipientCertificates => "find-recipient-certificates",
            Self::EnforceTrust => "enforce-trust",
            Self::Wrap => "wrap",
            Self::SignAndEncrypt => "sign-and-encrypt",
            Self::NewEnvelope => "new-envelope",
            Self::FindRecipientKeys => "find-recipient-keys",
            Self::Decrypt => "decrypt",
            Self::ExtractSignedPart => "extract-signed-part",
            Self::VerifySignature => "verify-signature",
            Self::Unwrap => "unwrap",
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::FindSenderKeys => "Find sender keys",
            Self::FindRecipientCertificates => "Find recipient certificates",
            Self::EnforceTrust => "Enforce trust",
            Self::Wrap => "Wrap",
            Self::SignAndEncrypt => "Sign and encrypt",
            Self::NewEnvelope => "New envelope",
            Self::FindRecipientKeys => "Find recipient keys",
            Self::Decrypt => "Decrypt",
            Self::ExtractSignedPart => "Extract signed part",
            Self::VerifySignature => "Verify signature",
            Self::Unwrap => "Unwrap",
        }
    }
}

/// How a step came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    /// Every check held.
    Passed,
    /// The run went on, with something out of the ordinary or with somebody left out.
    Warning,
    /// It ended the run.
    Failed,
    /// Not reached: an earlier step ended the run.
    Skipped,
}

impl StepOutcome {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// One step with its checks.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which step.
    pub name: StepName,
    /// How it came out.
    pub outcome: StepOutcome,
    /// The fact that matters most, a few words: `AES-256-CBC, key bob#1`.
    pub summary: String,
    /// Its checks, in the order they were made.
    pub findings: Vec<Finding>,
    /// How long it took.
    pub duration: Duration,
    /// The octets it started from.
    pub before: Option<Span>,
    /// The octets it made.
    pub after: Option<Span>,
}

/// The steps of a run, all of them, also those not reached.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// In the order of the specification.
    pub steps: Vec<Step>,
}

impl Trace {
    /// Every finding of every step.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.steps.iter().flat_map(|step| step.findings.iter())
    }

    /// The step of that name, if the run has it.
    #[must_use]
    pub fn step(&self, name: StepName) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// Adds the steps of `plan` that were not reached.
    pub(super) fn skip_rest(&mut self, plan: &[StepName]) {
        for name in plan.iter().skip(self.steps.len()) {
            self.steps.push(Step {
                name: *name,
                outcome: StepOutcome::Skipped,
                summary: "not reached".to_owned(),
                findings: Vec::new(),
                duration: Duration::ZERO,
                before: None,
                after: None,
            });
        }
    }
}

/// A step under way.
pub(super) struct OpenStep {
    name: StepName,
    started: Instant,
    /// Its findings so far.
    pub(super) ledger: Ledger,
    /// See [`Step::before`].
    pub(super) before: Option<Span>,
    /// See [`Step::after`].
    pub(super) after: Option<Span>,
}

impl OpenStep {
    pub(super) fn start(name: StepName) -> Self {
        Self { name, started: Instant::now(), ledger: Ledger::new(), before: None, after: None }
    }

    /// Ends a step after which the run goes on: a check that failed left somebody out, no more.
    pub(super) fn passed(self, summary: impl Into<String>) -> Step {
        let outcome = match self.ledger.worst() {
            Severity::Fail | Severity::Warning => StepOutcome::Warning,
            Severity::Pass | Severity::Info | Severity::NotChecked => StepOutcome::Passed,
        };
        self.close(outcome, summary.into())
    }

    /// Ends the step that ends the run.
    pub(super) fn failed(self, summary: impl Into<String>) -> Step {
        self.close(StepOutcome::Failed, summary.into())
    }

    fn close(self, outcome: StepOutcome, summary: String) -> Step {
        Step {
            name: self.name,
            outcome,
            summary,
            findings: self.ledger.into_findings(),
            duration: self.started.elapsed(),
            before: self.before,
            after: self.after,
        }
    }
}
