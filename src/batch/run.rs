//! The run over a source.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use super::expectation::Expectations;
use super::order::{Bounds, in_order};
use super::outcome::{MessageOutcome, Place};
use super::source::Source;
use super::units::Units;
use crate::agent::{Agent, Operation};

/// Octets that the search for what changed one message may hash. 64 MiB: a twentieth of a second, in which pairs of
/// transformations of a message of 100 KB are still found.
const DIAGNOSIS_OCTETS: usize = 64 << 20;
/// Units under way for each processor: so many small messages are judged while one takes a fifth of a second.
const UNITS: usize = 128;
/// Octets of an mbox that wait to be judged.
const WAITING_OCTETS: usize = 32 << 20;

/// A run over many messages.
pub struct Batch<'a> {
    pub(super) agent: Agent<'a>,
    operation: Operation,
    expectations: Option<&'a Expectations>,
    jobs: NonZeroUsize,
}

// Parties hold private keys, which are not shown.
impl std::fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batch({}, {} jobs)", self.operation.as_str(), self.jobs)
    }
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything was judged.
    Whole,
    /// It was stopped: what was handed over is a beginning.
    Stopped,
}

/// No run.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The system gave no threads.
    #[error("the work could not be spread over {jobs} threads: {message}; try fewer (--jobs)")]
    Threads {
        /// How many were asked for.
        jobs: NonZeroUsize,
        /// What the system said.
        message: String,
    },
}

impl<'a> Batch<'a> {
    /// Judges with this agent, every message as `operation`, `jobs` at a time.
    #[must_use]
    pub fn new(agent: Agent<'a>, operation: Operation, jobs: NonZeroUsize) -> Self {
        let mut agent = agent;
        agent.limits.diagnosis_octets = agent.limits.diagnosis_octets.min(DIAGNOSIS_OCTETS);
        Self { agent, operation, expectations: None, jobs }
    }

    /// The same, each message the way that is expected of it.
    #[must_use]
    pub const fn expecting(self, expectations: &'a Expectations) -> Self {
        Self { expectations: Some(expectations), ..self }
    }

    pub(super) fn operation_of(&self, place: &Place) -> Operation {
        let expected = self.expectations.and_then(|expectations| expectations.of(&place.name()));
        expected.and_then(|expectation| expectation.operation).unwrap_or(self.operation)
    }

    /// As many jobs as there are processors.
    #[must_use]
    pub fn processors() -> NonZeroUsize {
        std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
    }

    /// Judges every message of the source and hands the outcomes over, in the order of the source, on this thread; with
    /// each, how many octets of the source are done. Stops soon after `stop` is set, or where `each` breaks off.
    ///
    /// # Errors
    /// [`BatchError`]. What is wrong with a message is its outcome.
    pub fn judge(
        &self,
        source: &Source,
        stop: &AtomicBool,
        each: &mut dyn FnMut(MessageOutcome, u64) -> ControlFlow<()>,
    ) -> Result<Ended, BatchError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.jobs.get())
            .thread_name(|number| format!("batch-{number}"))
            .build()
            .map_err(|error| BatchError::Threads { jobs: self.jobs, message: error.to_string() })?;
        let units = Units::of(source, self.agent.limits).map(|unit| {
            let weight = unit.weight();
            (unit, weight)
        });
        let (mut index, mut done) = (0_usize, 0_u64);
        let mut hand_over = |finished: super::judge::Finished| {
            done = done.saturating_add(finished.passed);
            finished.outcomes.into_iter().try_for_each(|outcome| {
                let outcome = MessageOutcome { index, ..outcome };
                index = index.saturating_add(1);
                each(outcome, done)
            })
        };
        let bounds = Bounds { pieces: self.jobs.get().saturating_mul(UNITS), octets: WAITING_OCTETS };
        let work = |unit| self.judge_unit(unit);
        let whole = in_order(units, &pool, bounds, stop, &work, &mut hand_over);
        Ok(if whole { Ended::Whole } else { Ended::Stopped })
    }
}
