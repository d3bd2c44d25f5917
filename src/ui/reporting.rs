//! Reports of a run, made by a job: the same one under every policy, so that one can look before one chooses.

use super::examining::Subject;
use super::judging;
use super::tasks::Setting;
use super::text::examining as words;
use crate::agent::Progress;
use crate::report::{Document, Evidence, Redaction, compose};

/// A report under each policy.
#[derive(Clone, Debug)]
pub struct Prepared {
    redacted: Document,
    without_names: Document,
    full: Document,
}

impl Prepared {
    /// The report under one of them.
    #[must_use]
    pub const fn under(&self, redaction: Redaction) -> &Document {
        match redaction {
            Redaction::Redacted => &self.redacted,
            Redaction::WithoutNames => &self.without_names,
            Redaction::Full => &self.full,
        }
    }
}

/// Gathers the evidence of a run and makes its reports. `name` is what the message is called here.
///
/// # Errors
///
/// A sentence, where there was no run or the agent cannot be made again.
pub fn prepare(subject: &Subject, name: &str, setting: &Setting, progress: &dyn Progress) -> Result<Prepared, String> {
    let Some(ran) = &subject.ran else { return Err(words::NOT_RUN.to_owned()) };
    judging::with_agent(setting, &subject.envelope, subject.operation, progress, |agent| {
        let runs = [Evidence::gather(agent, &subject.envelope, &ran.report, Some(name))];
        Ok(Prepared {
            redacted: compose(&runs, Redaction::Redacted),
            without_names: compose(&runs, Redaction::WithoutNames),
            full: compose(&runs, Redaction::Full),
        })
    })
}
