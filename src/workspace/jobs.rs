//! Slow work off the window's thread.
//!
//! A job is a closure on a thread of its own. It belongs to a *slot* (what the result is for); starting another job in
//! the slot supersedes the first, whose result is dropped even if it arrives. Results wait in a channel until the owner
//! drains them; `wake` tells the owner that there is something to drain. A panic inside a job becomes a value.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Called from a job's thread when there is something to drain.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// One started job; never used twice in a run of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(u64);

/// How far a job says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What it does now, in the user's words.
    pub doing: String,
    /// Steps done.
    pub done: usize,
    /// Steps there are, where known.
    pub of: Option<usize>,
}

/// Why a job gave no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// The job's code panicked: a fault in this program.
    #[error("\"{name}\" stopped because of a fault in this program: {message}; please report it")]
    Panicked {
        /// The job's name.
        name: String,
        /// What the panic said.
        message: String,
    },
    /// The system gave no thread.
    #[error("\"{name}\" could not start: {message}; close other programs and try again")]
    NotStarted {
        /// The job's name.
        name: String,
        /// What the system said.
        message: String,
    },
}

/// A job's result, or a part that it handed over, drained by the owner.
#[derive(Debug)]
pub struct Finished<S, T> {
    /// Which job.
    pub id: JobId,
    /// What the result is for.
    pub slot: S,
    /// The job's name.
    pub name: String,
    /// The value, or why there is none.
    pub result: Result<T, JobError>,
}

/// A job that has not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running<S> {
    /// Which job.
    pub id: JobId,
    /// What its result is for.
    pub slot: S,
    /// Its name.
    pub name: String,
    /// How far it is.
    pub progress: Progress,
}

/// What a job's closure is given.
pub struct JobContext<T> {
    id: JobId,
    cancelled: Arc<AtomicBool>,
    sender: Sender<Event<T>>,
    wake: Wake,
}

impl<T> fmt::Debug for JobContext<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JobContext({}, cancelled: {})", self.id.0, self.is_cancelled())
    }
}

impl<T> JobContext<T> {
    /// Whether nobody wants the result any more; ask between steps and return early.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// The flag itself, for code that knows nothing of jobs.
    #[must_use]
    pub fn cancel_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancelled)
    }

    /// Says how far the job is.
    pub fn report(&self, doing: impl Into<String>, done: usize, of: Option<usize>) {
        if self.is_cancelled() {
            return;
        }
        self.send(Event::Progress(self.id, Progress { doing: doing.into(), done, of }));
    }

    /// Hands over a part of the result while the job goes on.
    pub fn hand_over(&self, part: T) {
        if !self.is_cancelled() {
            self.send(Event::Part(self.id, part));
        }
    }

    fn send(&self, event: Event<T>) {
        // The owner may be gone: then nobody wants the result.
        if self.sender.send(event).is_ok() {
            (self.wake)();
        }
    }
}

enum Event<T> {
    Progress(JobId, Progress),
    Part(JobId, T),
    Finished(JobId, Result<T, JobError>),
}

struct Entry<S> {
    status: Running<S>,
    cancelled: Arc<AtomicBool>,
}

/// Starts jobs and keeps account of them. Dropping it cancels them all.
pub struct Jobs<S, T> {
    sender: Sender<Event<T>>,
    receiver: Receiver<Event<T>>,
    entries: BTreeMap<JobId, Entry<S>>,
    next: u64,
    wake: Wake,
}

impl<S: fmt::Debug, T> fmt::Debug for Jobs<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries.values().map(|entry| &entry.status)).finish()
    }
}

impl<S: Clone + PartialEq, T: Send + 'static> Jobs<S, T> {
    /// No jobs yet.
    #[must_use]
    pub fn new(wake: Wake) -> Self {
        let (sender, receiver) = channel();
        Self { sender, receiver, entries: BTreeMap::new(), next: 0, wake }
    }

    /// Starts `work` on a thread and supersedes what ran in the slot.
    pub fn start(
        &mut self,
        slot: S,
        name: impl Into<String>,
        work: impl FnOnce(&JobContext<T>) -> T + Send + 'static,
    ) -> JobId {
        self.cancel_slot(&slot);
        let id = JobId(self.next);
        self.next = self.next.saturating_add(1);
        let name = name.into();
        let cancelled = Arc::new(AtomicBool::new(false));
        let context = self.context(id, &cancelled);
        let status = Running { id, slot, name: name.clone(), progress: Progress::default() };
        self.entries.insert(id, Entry { status, cancelled });
        let label = name.clone();
        let spawned = thread::Builder::new().name("job".to_owned()).spawn(move || run(&context, label, work));
        if let Err(error) = spawned {
            let _ =
                self.sender.send(Event::Finished(id, Err(JobError::NotStarted { name, message: error.to_string() })));
            (self.wake)();
        }
        id
    }

    /// Asks a job to stop; its result will be dropped.
    pub fn cancel(&mut self, id: JobId) {
        if let Some(entry) = self.entries.remove(&id) {
            entry.cancelled.store(true, Ordering::Release);
        }
    }

    /// Asks whatever runs in the slot to stop.
    pub fn cancel_slot(&mut self, slot: &S) {
        self.cancel_where(|status| status.slot == *slot);
    }

    /// Asks every job to stop.
    pub fn cancel_all(&mut self) {
        self.cancel_where(|_| true);
    }

    fn cancel_where(&mut self, matches: impl Fn(&Running<S>) -> bool) {
        self.entries.retain(|_, entry| {
            let stop = matches(&entry.status);
            if stop {
                entry.cancelled.store(true, Ordering::Release);
            }
            !stop
        });
    }

    /// Takes what has arrived: progress into [`Jobs::running`], results to the caller, oldest first.
    pub fn drain(&mut self) -> Vec<Finished<S, T>> {
        let events: Vec<_> = self.receiver.try_iter().collect();
        events.into_iter().filter_map(|event| self.take(event)).collect()
    }

    /// Waits for the next result; `None` where no job runs. For programs without a window, and tests.
    pub fn wait(&mut self) -> Option<Finished<S, T>> {
        while !self.entries.is_empty() {
            let event = self.receiver.recv().ok()?;
            if let Some(finished) = self.take(event) {
                return Some(finished);
            }
        }
        None
    }

    fn take(&mut self, event: Event<T>) -> Option<Finished<S, T>> {
        match event {
            Event::Progress(id, progress) => {
                if let Some(entry) = self.entries.get_mut(&id) {
                    entry.status.progress = progress;
                }
                None
            }
            Event::Part(id, part) => {
                let Running { slot, name, .. } = self.entries.get(&id)?.status.clone();
                Some(Finished { id, slot, name, result: Ok(part) })
            }
            Event::Finished(id, result) => {
                let Running { slot, name, .. } = self.entries.remove(&id)?.status;
                Some(Finished { id, slot, name, result })
            }
        }
    }

    /// The jobs that have not finished, oldest first.
    pub fn running(&self) -> impl Iterator<Item = &Running<S>> {
        self.entries.values().map(|entry| &entry.status)
    }

    /// Whether something runs in the slot.
    #[must_use]
    pub fn is_busy(&self, slot: &S) -> bool {
        self.running().any(|status| status.slot == *slot)
    }

    fn context(&self, id: JobId, cancelled: &Arc<AtomicBool>) -> JobContext<T> {
        JobContext { id, cancelled: Arc::clone(cancelled), sender: self.sender.clone(), wake: Arc::clone(&self.wake) }
    }
}

impl<S, T> Drop for Jobs<S, T> {
    fn drop(&mut self) {
        for entry in self.entries.values() {
            entry.cancelled.store(true, Ordering::Release);
        }
    }
}

fn run<T>(context: &JobContext<T>, name: String, work: impl FnOnce(&JobContext<T>) -> T) {
    // The closure is consumed, so no half-changed state of its own outlives a panic.
    let result = catch_unwind(AssertUnwindSafe(|| work(context)))
        .map_err(|payload| JobError::Panicked { name, message: panic_text(payload.as_ref()) });
    context.send(Event::Finished(context.id, result));
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs() -> Jobs<&'static str, u32> {
        Jobs::new(Arc::new(|| {}))
    }

    #[test]
    fn a_result_arrives_with_its_slot_and_wakes_the_owner() {
        let (woken, was_woken) = channel();
        let mut jobs = Jobs::new(Arc::new(move || woken.send(()).unwrap()));
        let id = jobs.start("run", "Add", |_| 1 + 1);
        let finished = jobs.wait().unwrap();
        assert_eq!((finished.id, finished.slot, finished.result), (id, "run", Ok(2)));
        assert!(jobs.wait().is_none());
        assert_eq!(was_woken.recv(), Ok(()));
    }

    #[test]
    fn a_cancelled_job_sees_the_flag_and_its_late_result_is_dropped() {
        let (started, has_started) = channel();
        let (ended, has_ended) = channel();
        let mut jobs = jobs();
        let id = jobs.start("run", "Endless", move |context| {
            started.send(()).unwrap();
            while !context.is_cancelled() {
                thread::yield_now();
            }
            ended.send(()).unwrap();
            7
        });
        has_started.recv().unwrap();
        jobs.cancel(id);
        has_ended.recv().unwrap();
        assert!(jobs.drain().is_empty());
        assert!(jobs.wait().is_none());
    }

    #[test]
    fn a_newer_job_in_the_slot_supersedes_the_older() {
        let (release, gate) = channel::<()>();
        let mut jobs = jobs();
        jobs.start("run", "Old", move |_| {
            let _ = gate.recv();
            1
        });
        let newer = jobs.start("run", "New", |_| 2);
        release.send(()).unwrap();
        let finished = jobs.wait().unwrap();
        assert_eq!((finished.id, finished.result), (newer, Ok(2)));
        assert!(jobs.wait().is_none());
    }

    #[test]
    fn jobs_of_other_slots_go_on() {
        let mut jobs = jobs();
        jobs.start("a", "A", |_| 1);
        jobs.start("b", "B", |_| 2);
        jobs.cancel_slot(&"a");
        assert_eq!(jobs.wait().unwrap().slot, "b");
    }

    #[test]
    fn a_panic_in_a_job_is_a_value() {
        let mut jobs = jobs();
        jobs.start("run", "Fail", |_| panic!("no such thing"));
        let error = jobs.wait().unwrap().result.unwrap_err();
        assert_eq!(error, JobError::Panicked { name: "Fail".into(), message: "no such thing".into() });
    }

    #[test]
    fn progress_shows_while_the_job_runs() {
        let (release, gate) = channel::<()>();
        let (reported, has_reported) = channel();
        let mut jobs = jobs();
        jobs.start("run", "Long", move |context| {
            context.report("Half way", 1, Some(2));
            reported.send(()).unwrap();
            let _ = gate.recv();
            3
        });
        has_reported.recv().unwrap();
        assert!(jobs.drain().is_empty());
        let progress = jobs.running().next().unwrap().progress.clone();
        assert_eq!(progress, Progress { doing: "Half way".into(), done: 1, of: Some(2) });
        release.send(()).unwrap();
        assert_eq!(jobs.wait().unwrap().result, Ok(3));
    }

    #[test]
    fn a_part_of_the_result_comes_before_the_job_is_done() {
        let (release, gate) = channel::<()>();
        let mut jobs = jobs();
        jobs.start("list", "List", move |context| {
            context.hand_over(1);
            let _ = gate.recv();
            2
        });
        assert_eq!(jobs.wait().unwrap().result, Ok(1));
        assert!(jobs.is_busy(&"list"));
        release.send(()).unwrap();
        assert_eq!(jobs.wait().unwrap().result, Ok(2));
        assert!(!jobs.is_busy(&"list"));
    }

    #[test]
    fn dropping_the_account_cancels_what_runs() {
        let (ended, has_ended) = channel();
        let mut jobs = jobs();
        jobs.start("run", "Endless", move |context| {
            while !context.is_cancelled() {
                thread::yield_now();
            }
            ended.send(()).unwrap();
            0
        });
        drop(jobs);
        assert_eq!(has_ended.recv(), Ok(()));
    }
}
