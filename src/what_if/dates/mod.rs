//! When the result of a run changes: the agent, run on either side of every date that can matter.
//!
//! Which dates those are only the runs can tell, since a run that stops at an expired signer looks for no path: each run
//! adds the certificates and lists that it came upon, until none is new. A certificate counts from the first second of
//! notBefore to the last of notAfter (RFC 5280 §4.1.2.5), a revocation list likewise from thisUpdate to nextUpdate
//! (§5.1.2.4, §5.1.2.5); an anchor's dates do not count (§6.1.1 (d)). Nothing is taken on trust from the dates: the
//! agent answers for the first and for the last second between two of them, and where these differ all the same, the
//! second at which the answer changes is searched by halving.
//!
//! Nothing is fetched in these runs. What a name server or a web server would answer at another time nobody can know.

mod answer;
mod events;
mod json;

pub use answer::Answer;
pub use events::{Bar, BarKind, Event, EventKind};
pub use json::timeline_json;

use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::agent::{Agent, AgentError, NoProgress, Operation, ProfileName};
use crate::mail::Envelope;
use events::Events;

/// The results of a message over time.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Which way the message goes.
    pub operation: Operation,
    /// By which rules.
    pub profile: ProfileName,
    /// The time of evaluation, in whole seconds.
    pub evaluated_at: OffsetDateTime,
    /// Stretches of time with one result each, without gaps, the earliest first. At least one.
    pub intervals: Vec<Interval>,
    /// The place of the interval that the time of evaluation is in.
    pub now: usize,
    /// What was in play: certificates and revocation lists with their dates.
    pub bars: Vec<Bar>,
    /// How many times the agent ran.
    pub runs: usize,
    /// Dates that were not tried because there were too many.
    pub left_out: usize,
}

/// A stretch of time with one result.
#[derive(Clone, Debug)]
pub struct Interval {
    /// Its first second; nothing where it has no beginning.
    pub from: Option<OffsetDateTime>,
    /// Its last second; nothing where it has no end.
    pub until: Option<OffsetDateTime>,
    /// The result.
    pub answer: Answer,
    /// What begins or ends at its first second: of several things those that either result speaks of, else all.
    pub because: Vec<Event>,
}

/// Why there is no timeline.
#[derive(Debug, thiserror::Error)]
pub enum TimelineError {
    /// A run could not be finished.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// The caller wanted no more of it.
    #[error("the search for dates was given up")]
    Stopped,
}

impl Timeline {
    /// The interval that the time of evaluation is in.
    #[must_use]
    pub fn current(&self) -> Option<&Interval> {
        self.intervals.get(self.now)
    }

    /// The intervals that begin with a change of the result, in order.
    pub fn changes(&self) -> impl Iterator<Item = &Interval> {
        self.intervals.iter().skip(1)
    }
}

impl Interval {
    /// A second of the interval at which it may be looked at: its first, or its last where it has no beginning.
    #[must_use]
    pub fn sample(&self) -> Option<OffsetDateTime> {
        self.from.or(self.until)
    }

    /// What begins or ends at its first second, as one sentence; nothing of the first interval.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        self.from?;
        if self.because.is_empty() {
            return Some("No date of a certificate or revocation list that is known here falls on it".to_owned());
        }
        let all: Vec<String> = self.because.iter().map(Event::phrase).collect();
        Some(crate::finding::sentence_case(&all.join("; ")))
    }
}

/// Finds out when the result of `envelope` changes. `agent` says as of when it is judged, with what, and how many runs
/// there may be; what it would fetch is not fetched. `stopped` is asked before each run.
///
/// # Errors
/// [`TimelineError::Stopped`] when `stopped` says so, [`TimelineError::Agent`] when a run could not be finished.
pub fn timeline(
    agent: &Agent<'_>,
    envelope: &Envelope,
    operation: Operation,
    stopped: &dyn Fn() -> bool,
) -> Result<Timeline, TimelineError> {
    let agent = Agent { online: None, progress: &NoProgress, ..*agent };
    let mut search =
        Search { agent, envelope, operation, stopped, answers: BTreeMap::new(), events: Events::default() };
    let now = agent.now.unix_timestamp();
    search.judge(now)?;
    while let Some(second) = search.next(now) {
        search.judge(second)?;
    }
    Ok(search.conclude(now))
}

struct Search<'a> {
    agent: Agent<'a>,
    envelope: &'a Envelope,
    operation: Operation,
    stopped: &'a dyn Fn() -> bool,
    /// What the agent said, by the second as of which it was asked.
    answers: BTreeMap<i64, Answer>,
    events: Events,
}

impl Search<'_> {
    fn judge(&mut self, second: i64) -> Result<(), TimelineError> {
        if (self.stopped)() {
            return Err(TimelineError::Stopped);
        }
        let now = OffsetDateTime::from_unix_timestamp(second).unwrap_or(self.agent.now);
        let report = Agent { now, ..self.agent }.account(self.envelope, self.operation)?;
        self.events.add(&self.agent, &report);
        self.answers.insert(second, Answer::of(&report));
        Ok(())
    }

    /// The next second to ask about: one beside a date, the nearest to the time of evaluation first, so that the far ones
    /// are left out where there are too many; then one between two answers that differ.
    fn next(&self, now: i64) -> Option<i64> {
        if self.answers.len() >= self.agent.limits.timeline_runs {
            return None;
        }
        self.unasked().min_by_key(|second| second.abs_diff(now)).or_else(|| self.between())
    }

    fn unasked(&self) -> impl Iterator<Item = i64> {
        let beside = self.events.seconds().flat_map(|second| [second.saturating_sub(1), second]);
        let known = |second: &i64| OffsetDateTime::from_unix_timestamp(*second).is_ok();
        beside.filter(known).filter(|second| !self.answers.contains_key(second))
    }

    fn between(&self) -> Option<i64> {
        let pairs = self.answers.iter().zip(self.answers.iter().skip(1));
        let mut apart =
            pairs.filter(|((one, before), (other, after))| other.abs_diff(**one) > 1 && !before.is_same(after));
        apart.next().map(|((one, _), (other, _))| one.midpoint(*other))
    }

    fn conclude(self, now: i64) -> Timeline {
        let left_out = self.events.seconds().filter(|second| !self.answers.contains_key(second)).count();
        let runs = self.answers.len();
        let mut intervals: Vec<Interval> = Vec::new();
        let mut current = 0;
        for (second, answer) in self.answers {
            let at = OffsetDateTime::from_unix_timestamp(second).ok();
            match intervals.last_mut() {
                Some(last) if last.answer.is_same(&answer) => {}
                Some(last) => {
                    last.until = OffsetDateTime::from_unix_timestamp(second.saturating_sub(1)).ok();
                    let because = causes(self.events.at(second), &last.answer, &answer);
                    intervals.push(Interval { from: at, until: None, answer, because });
                }
                None => intervals.push(Interval { from: None, until: None, answer, because: Vec::new() }),
            }
            if second <= now {
                current = intervals.len().saturating_sub(1);
            }
        }
        Timeline {
            operation: self.operation,
            profile: self.agent.profile.name,
            evaluated_at: OffsetDateTime::from_unix_timestamp(now).unwrap_or(self.agent.now),
            intervals,
            now: current,
            bars: self.events.into_bars(),
            runs,
            left_out,
        }
    }
}

/// Certificates of one day often end in one second. Those that neither result names are not what changes it.
fn causes(events: &[Event], before: &Answer, after: &Answer) -> Vec<Event> {
    let speaks_of = |event: &&Event| before.speaks_of(event) || after.speaks_of(event);
    let named: Vec<Event> = events.iter().filter(speaks_of).cloned().collect();
    if named.is_empty() { events.to_vec() } else { named }
}
