//! A run under construction: the report that grows step by step.

use std::collections::HashSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::online::Fetching;
use super::outcome::{Reason, ReasonCode, RecipientOutcome, RecipientState};
use super::report::{Operation, Rejected, Report};
use super::trace::{OpenStep, StepName, Trace};
use super::{Agent, AgentError, Stopped};
use crate::finding::{Finding, Ledger, Rule, Severity, after_colon, counted};
use crate::limits::{LimitExceeded, Limits};
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};

const ENVELOPE_ORIGIN: Rule = Rule::new("envelope.origin", "RFC 5321 §3.3");
const ENVELOPE_COMPLETE: Rule = Rule::new("envelope.complete", "RFC 5321 §3.3");
const RECIPIENT_ONCE: Rule = Rule::new("envelope.recipient-once", "RFC 5321 §3.3");
pub(super) const LIMITS: Rule = Rule::new("run.limits", "Sealscope limits");

/// Why a step did not go on.
pub(super) enum Halt {
    Rejected(Reason),
    Failed(AgentError),
}

impl From<Reason> for Halt {
    fn from(reason: Reason) -> Self {
        Self::Rejected(reason)
    }
}

/// Why a recipient is left out, with what was there and what would have passed.
pub(super) struct Removal {
    pub(super) rule: Rule,
    pub(super) reason: Reason,
    pub(super) found: String,
    pub(super) expected: String,
}

pub(super) struct Run<'a> {
    pub(super) agent: &'a Agent<'a>,
    pub(super) report: Report,
    /// What is fetched in this run; nothing where it is offline.
    pub(super) fetching: Option<Rc<Fetching<'a>>>,
    started: Instant,
}

impl<'a> Run<'a> {
    pub(super) fn new(agent: &'a Agent<'a>, operation: Operation, envelope: &Envelope) -> Self {
        let local_domains = agent.local_domains();
        let mut known = HashSet::new();
        let recipients: Vec<RecipientOutcome> = envelope
            .forward_paths
            .iter()
            .filter(|address| known.insert(*address))
            .map(|address| {
                let outcome = RecipientOutcome::new(address.clone(), local_domains.contains(address.domain()));
                // Mail that leaves is for every recipient; only mail that arrives is left alone where it is not local.
                match operation {
                    Operation::Outgoing => RecipientOutcome { state: RecipientState::Accepted, ..outcome },
                    Operation::Incoming => outcome,
                }
            })
            .collect();
        let mut envelope_findings = vec![origin_finding(envelope)];
        envelope_findings.extend(envelope.doubts());
        let repeated = envelope.forward_paths.len().saturating_sub(recipients.len());
        if repeated > 0 {
            let detail = format!("{} named before, and served once", counted(repeated, "repeated recipient"));
            envelope_findings.push(Finding::new(RECIPIENT_ONCE, Severity::Info, detail));
        }
        let report = Report {
            operation,
            profile: agent.profile.name,
            evaluated_at: agent.now,
            rejection: None,
            sender: envelope.reverse_path.clone(),
            recipients,
            signers: Vec::new(),
            recipient_infos: Vec::new(),
            content_encryption: None,
            trace: Trace::default(),
            envelope_findings,
            fetches: Vec::new(),
            buffers: vec![envelope.message.clone()],
            duration: Duration::ZERO,
        };
        Self { agent, report, fetching: Fetching::of(agent).map(Rc::new), started: Instant::now() }
    }

    /// Runs one step: its findings and outcome are recorded whether it goes on or not.
    pub(super) fn step<T>(
        &mut self,
        name: StepName,
        work: impl FnOnce(&mut Self, &mut OpenStep) -> Result<(T, String), Halt>,
    ) -> Result<T, Halt> {
        self.agent.progress.begins(name);
        let mut step = OpenStep::start(name);
        match work(self, &mut step) {
            Ok((value, summary)) => {
                self.report.trace.steps.push(step.passed(summary));
                Ok(value)
            }
            Err(halt) => {
                let summary = match &halt {
                    Halt::Rejected(reason) => reason.detail.clone(),
                    Halt::Failed(error) => error.to_string(),
                };
                self.report.trace.steps.push(step.failed(summary));
                Err(halt)
            }
        }
    }

    /// Ends the run unless there is a sender, a recipient, and no more of anything than is judged.
    pub(super) fn check_envelope(&self, envelope: &Envelope, ledger: &mut Ledger) -> Result<Address, Reason> {
        let limits = &self.agent.limits;
        let (recipients, octets) = (envelope.forward_paths.len(), envelope.message.octets().len());
        let within = Limits::check("number of recipients", recipients, limits.recipients)
            .and_then(|()| Limits::check("message size in octets", octets, limits.message_octets));
        if let Err(limit) = within {
            return Err(refuse(LIMITS, limit_reason(&limit), ledger));
        }
        let Some(sender) = self.sender() else {
            let reason = Reason::new(ReasonCode::NoSender, "The envelope names no sender (MAIL FROM:<>)");
            return Err(refuse_value(ENVELOPE_COMPLETE, reason, "MAIL FROM:<>", "the sender's address", ledger));
        };
        if recipients == 0 {
            let reason = Reason::new(ReasonCode::NoRecipients, "The envelope names no recipient (RCPT TO)");
            return Err(refuse_value(ENVELOPE_COMPLETE, reason, "no RCPT TO", "at least one recipient", ledger));
        }
        Ok(sender.clone())
    }

    /// The mailbox of MAIL FROM.
    pub(super) const fn sender(&self) -> Option<&Address> {
        match &self.report.sender {
            ReversePath::Mailbox(address) => Some(address),
            ReversePath::Null => None,
        }
    }

    /// Leaves one recipient out.
    pub(super) fn remove(&mut self, index: usize, removal: Removal, ledger: &mut Ledger) {
        let Removal { rule, reason, found, expected } = removal;
        if let Some(recipient) = self.report.recipients.get_mut(index) {
            let detail = format!("{}: {}", recipient.address, after_colon(&reason.detail));
            let finding = Finding::new(rule, Severity::Fail, detail).values(found, expected);
            recipient.findings.push(finding.clone());
            recipient.state = RecipientState::Removed(reason);
            ledger.note(finding);
        }
    }

    /// The places of the recipients that are still in question.
    pub(super) fn remaining(&self) -> Vec<usize> {
        let judged = |recipient: &RecipientOutcome| {
            recipient.is_accepted() && (self.report.operation == Operation::Outgoing || recipient.local)
        };
        let places = self.report.recipients.iter().enumerate();
        places.filter(|(_, recipient)| judged(recipient)).map(|(index, _)| index).collect()
    }

    /// The addresses of the recipients that are still in question.
    pub(super) fn remaining_addresses(&self) -> Vec<Address> {
        let remaining = self.remaining();
        remaining.iter().filter_map(|index| self.report.recipients.get(*index)).map(|r| r.address.clone()).collect()
    }

    /// Why recipients were removed, the first few of them by name.
    pub(super) fn removals(&self) -> String {
        const TOLD: usize = 5;
        let told = |recipient: &RecipientOutcome| {
            Some(format!("{}: {}", recipient.address, after_colon(&recipient.reason()?.detail)))
        };
        let all: Vec<String> = self.report.recipients.iter().filter_map(told).collect();
        let mut words = all.iter().take(TOLD).cloned().collect::<Vec<_>>().join("; ");
        if let Some(others) = all.len().checked_sub(TOLD).filter(|others| *others > 0) {
            words.push_str(&format!("; and {}", counted(others, "other")));
        }
        words
    }

    /// Ends an accepted run.
    pub(super) fn finish(mut self) -> Report {
        self.report.duration = self.started.elapsed();
        self.report.fetches = self.fetching.as_ref().map(|fetching| fetching.fetches()).unwrap_or_default();
        self.report
    }

    /// Ends a run that goes no further: a fault of the message is every remaining recipient's reason.
    pub(super) fn stop(mut self, halt: Halt, plan: &[StepName]) -> Stopped {
        let reason = match halt {
            Halt::Failed(error) => return Stopped::Failed(error),
            Halt::Rejected(reason) => reason,
        };
        for index in self.remaining() {
            if let Some(recipient) = self.report.recipients.get_mut(index) {
                recipient.state = RecipientState::Removed(reason.clone());
            }
        }
        self.report.trace.skip_rest(plan);
        self.report.rejection = Some(reason.clone());
        Stopped::Rejected(Box::new(Rejected { reason, report: self.finish() }))
    }
}

/// Records why the run ends.
pub(super) fn refuse(rule: Rule, reason: Reason, ledger: &mut Ledger) -> Reason {
    ledger.fail(rule, reason.detail.clone());
    reason
}

/// The same with what was there, and what would have passed.
pub(super) fn refuse_value(
    rule: Rule,
    reason: Reason,
    found: impl Into<String>,
    expected: impl Into<String>,
    ledger: &mut Ledger,
) -> Reason {
    ledger.note(Finding::new(rule, Severity::Fail, reason.detail.clone()).values(found, expected));
    reason
}

/// A cap that was passed: the message is not judged.
pub(super) fn limit_reason(limit: &LimitExceeded) -> Reason {
    Reason::new(ReasonCode::LimitExceeded, limit.to_string())
}

fn origin_finding(envelope: &Envelope) -> Finding {
    match envelope.origin {
        EnvelopeOrigin::Explicit => Finding::new(
            ENVELOPE_ORIGIN,
            Severity::Pass,
            "Sender and recipients are those of the envelope (MAIL FROM, RCPT TO)",
        ),
        EnvelopeOrigin::Edited => Finding::new(
            ENVELOPE_ORIGIN,
            Severity::Info,
            "Sender or recipients were given by hand and replace those of the file",
        ),
        EnvelopeOrigin::Derived => Finding::new(
            ENVELOPE_ORIGIN,
            Severity::Warning,
            "The file has no envelope: sender and recipients are assumed from the headers, which never route mail",
        ),
    }
}
