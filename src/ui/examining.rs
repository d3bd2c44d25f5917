//! What can be found out about a run beyond the run itself: the cause with its proof, what other agents would have said,
//! how the message conforms. Each costs time, so it is asked for when it is looked at, found out by a job, and kept for
//! as long as the run that it belongs to is shown.

use std::sync::Arc;

use super::document::{Document, Ran};
use super::judging;
use super::selection::DocumentId;
use super::tasks::Setting;
use crate::agent::{Operation, Progress};
use crate::conformance::{self, Checked};
use crate::diagnose::{self, Diagnosis};
use crate::emulate::{Emulated, EmulatedAgent, emulate_incoming, emulate_outgoing};
use crate::mail::Envelope;

/// What can be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Examination {
    /// Why the message was rejected, with proof where there is one.
    Cause,
    /// What the reference agents would have answered.
    Agents,
    /// How the message conforms, row by row.
    Conformance,
}

/// What was found out.
#[derive(Clone, Debug)]
pub enum Examined {
    /// Why the message was rejected.
    Cause(Box<Diagnosis>),
    /// What each of the reference agents would have answered.
    Agents(Vec<Emulated>),
    /// The rows of every suite.
    Conformance(Vec<Checked>),
}

/// A message with the run that it is examined after.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The message.
    pub id: DocumentId,
    /// The same, as it is.
    pub envelope: Envelope,
    /// Which way it goes.
    pub operation: Operation,
    /// The run; nothing where there was none.
    pub ran: Option<Arc<Ran>>,
}

impl Subject {
    /// A message of the list, after the run that is shown.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        Self {
            id: document.id,
            envelope: document.envelope.clone(),
            operation: document.operation,
            ran: document.ran().cloned(),
        }
    }
}

/// Finds it out.
///
/// # Errors
///
/// A sentence, where it could not be found out.
pub fn examine(
    what: Examination,
    subject: &Subject,
    setting: &Setting,
    progress: &dyn Progress,
) -> Result<Examined, String> {
    let (envelope, operation) = (&subject.envelope, subject.operation);
    let report = subject.ran.as_ref().map(|ran| &ran.report);
    if what == Examination::Conformance {
        return Ok(Examined::Conformance(conformance::check(envelope, report)));
    }
    let Some(report) = report else { return Err(super::text::examining::NOT_RUN.to_owned()) };
    judging::with_agent(setting, envelope, operation, progress, |agent| {
        let emulate = |kind| match operation {
            Operation::Incoming => emulate_incoming(kind, envelope, agent, report),
            Operation::Outgoing => emulate_outgoing(kind, envelope, agent, report),
        };
        Ok(match what {
            Examination::Cause => Examined::Cause(Box::new(diagnose::diagnose(agent, report))),
            Examination::Agents => Examined::Agents(EmulatedAgent::ALL.map(emulate).into()),
            Examination::Conformance => Examined::Conformance(conformance::check(envelope, Some(report))),
        })
    })
}

/// How far an examination is.
#[derive(Debug)]
enum State {
    UnderWay,
    Done(Result<Examined, String>),
}

/// One examination of one run.
#[derive(Debug)]
struct Kept {
    what: Examination,
    id: DocumentId,
    ran: Option<Arc<Ran>>,
    state: State,
}

/// Examinations that were asked for, the latest last.
#[derive(Debug, Default)]
pub struct Examinations {
    kept: Vec<Kept>,
}

/// What is known of an examination.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    /// Nobody asked for it.
    Nothing,
    /// It is being found out.
    UnderWay,
    /// It could not be found out, and why.
    Failed(&'a str),
    /// It was found out.
    Done(&'a Examined),
}

impl Examinations {
    // As many runs as one goes back and forth between.
    const MOST: usize = 24;

    /// What is known of a message after the run that is shown.
    #[must_use]
    pub fn of(&self, document: &Document, what: Examination) -> Known<'_> {
        let found = self.kept.iter().find(|kept| kept.is(what, document.id) && same(&kept.ran, document.ran()));
        match found.map(|kept| &kept.state) {
            None => Known::Nothing,
            Some(State::UnderWay) => Known::UnderWay,
            Some(State::Done(Err(why))) => Known::Failed(why),
            Some(State::Done(Ok(examined))) => Known::Done(examined),
        }
    }

    /// It is being found out; what an earlier run of the message gave is forgotten.
    pub fn begins(&mut self, what: Examination, subject: &Subject) {
        self.kept.retain(|kept| kept.id != subject.id || (kept.what != what && same(&kept.ran, subject.ran.as_ref())));
        if self.kept.len() >= Self::MOST {
            self.kept.remove(0);
        }
        self.kept.push(Kept { what, id: subject.id, ran: subject.ran.clone(), state: State::UnderWay });
    }

    /// It was found out, or could not be.
    pub fn ended(&mut self, what: Examination, id: DocumentId, result: Result<Examined, String>) {
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.is(what, id)) {
            kept.state = State::Done(result);
        }
    }
}

impl Kept {
    fn is(&self, what: Examination, id: DocumentId) -> bool {
        self.what == what && self.id == id
    }
}

fn same(kept: &Option<Arc<Ran>>, shown: Option<&Arc<Ran>>) -> bool {
    match (kept, shown) {
        (Some(kept), Some(shown)) => Arc::ptr_eq(kept, shown),
        (None, None) => true,
        _ => false,
    }
}
