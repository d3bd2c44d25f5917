//! What stays of a run when the run itself is forgotten: of ten thousand messages nobody looks at the buffers of all.

use std::time::Duration;

use super::icons::Status;
use super::text::outcome as outcome_text;
use crate::agent::{Agent, Report};
use crate::batch::JudgedMessage;

/// Octets that the search for what changed a message may hash while many are judged: enough for a message of some ten
/// kilobytes. The view of the cause searches with the whole budget.
const DIAGNOSIS_OCTETS: usize = 8 << 20;

/// A finished run, in short.
#[derive(Clone, Debug)]
pub struct Brief {
    /// The shape in the list.
    pub status: Status,
    /// The one fact in the list.
    pub fact: String,
    /// The outcome and its cause.
    pub judged: JudgedMessage,
    /// How long the run took.
    pub duration: Duration,
}

impl Brief {
    /// What a report comes to; `agent` made it.
    #[must_use]
    pub fn of(agent: &Agent<'_>, report: &Report) -> Self {
        let mut agent = *agent;
        agent.limits.diagnosis_octets = agent.limits.diagnosis_octets.min(DIAGNOSIS_OCTETS);
        Self {
            status: outcome_text::report_status(report),
            fact: outcome_text::report_fact(report),
            judged: JudgedMessage::of(&agent, report),
            duration: report.duration,
        }
    }
}
