//! Running the agent over one or several messages, and concluding: report, output, exit status.

use std::path::Path;

use serde_json::json;

use super::console::Console;
use super::error::{CliError, Exit};
use super::output;
use super::verdict;
use crate::agent::{IncomingMessage, OutgoingMessage, Report, Stopped, outcome_json};
use crate::mail::Envelope;

/// A message that the agent let pass.
pub(super) struct Passed {
    pub(super) envelope: Envelope,
    pub(super) report: Report,
}

/// What came of every message of a file.
pub(super) struct Finished {
    passed: Vec<Envelope>,
    reports: Vec<Report>,
}

impl From<OutgoingMessage> for Passed {
    fn from(message: OutgoingMessage) -> Self {
        Self { envelope: message.envelope, report: message.report }
    }
}

impl From<IncomingMessage> for Passed {
    fn from(message: IncomingMessage) -> Self {
        Self { envelope: message.envelope, report: message.report }
    }
}

/// Runs the agent over each message; a rejection is a result, not an error.
pub(super) fn each(
    envelopes: &[Envelope],
    run: impl Fn(&Envelope) -> Result<Passed, Stopped>,
) -> Result<Finished, CliError> {
    let mut finished = Finished { passed: Vec::new(), reports: Vec::new() };
    for envelope in envelopes {
        tracing::info!(octets = envelope.message.octets().len(), recipients = envelope.forward_paths.len(), "message");
        let outcome = run(envelope);
        log_steps(&outcome);
        match outcome {
            Ok(passed) => {
                finished.passed.push(passed.envelope);
                finished.reports.push(passed.report);
            }
            Err(Stopped::Rejected(rejected)) => finished.reports.push(rejected.report),
            Err(Stopped::Failed(error)) => return Err(CliError::failed(error)),
        }
    }
    Ok(finished)
}

fn log_steps(outcome: &Result<Passed, Stopped>) {
    let report = match outcome {
        Ok(passed) => &passed.report,
        Err(Stopped::Rejected(rejected)) => &rejected.report,
        Err(Stopped::Failed(error)) => return tracing::warn!(%error, "the agent could not run"),
    };
    for step in &report.trace.steps {
        tracing::info!(step = step.name.as_str(), outcome = step.outcome.as_str(), took = ?step.duration, "step");
    }
}

impl Finished {
    pub(super) const fn has_passed(&self) -> bool {
        !self.passed.is_empty()
    }

    /// Writes OUT and prints the reports; the worst verdict is the exit status.
    pub(super) fn conclude(&self, out: Option<&Path>, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
        if let Some(out) = out.filter(|_| self.has_passed()) {
            output::write(out, &self.passed, console)?;
        }
        if console.wants_json() {
            console.object(&self.json())?;
        } else {
            for (number, report) in self.reports.iter().enumerate() {
                if self.reports.len() > 1 {
                    console.line(&format!("Message {} of {}", number + 1, self.reports.len()))?;
                }
                verdict::print(report, console)?;
                if number + 1 < self.reports.len() {
                    console.line("")?;
                }
            }
        }
        if out.is_some() && !self.has_passed() {
            console.remark("nothing was written: the message was rejected");
        }
        let all = self.reports.iter().all(Report::is_accepted);
        Ok(if all { Exit::Success } else { Exit::Rejected })
    }

    // One message gives the object of DESIGN §5 itself; several are listed in one object, so that there is always one.
    fn json(&self) -> serde_json::Value {
        match self.reports.as_slice() {
            [report] => outcome_json(report),
            reports => json!({
                "schema": "sealscope.outcomes/1",
                "outcomes": reports.iter().map(outcome_json).collect::<Vec<_>>(),
            }),
        }
    }
}
