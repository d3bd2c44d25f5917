//! The discovery cases as the window knows them: which run, which are still to come, and what came of each.
//!
//! The servers and the agent of a case are adapters; the application alone builds them, behind [`DiscoverySuite`]. A run
//! tells what happens through [`CaseNews`], also after nobody waits for it any more: the case under way is finished.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use crate::discovery::dcdt::{CASES, Case, CaseResult, Watch};
use crate::workspace::jobs::Wake;

/// Runs cases, on this computer alone.
pub trait DiscoverySuite: Send + Sync {
    /// Runs cases one after the other, with certificates made for `now` and boundaries made of `seed`, until the last or
    /// until `watch` wants no more; `watch` hears the results.
    fn run(&self, cases: &[&'static Case], now: OffsetDateTime, seed: [u8; 16], watch: &dyn Watch);
}

/// Whether a case is at work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turn {
    /// It is not.
    #[default]
    Idle,
    /// Others come first.
    Waiting,
    /// It runs.
    Running,
}

/// One case.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// The case.
    pub case: &'static Case,
    /// Whether it is at work.
    pub turn: Turn,
    /// What came of it last.
    pub result: Option<Box<CaseResult>>,
}

/// What a run tells.
#[derive(Clone, Debug)]
pub enum CaseEvent {
    /// A case begins.
    Begins(&'static Case),
    /// A case has ended.
    Ended(Box<CaseResult>),
    /// The run is over, whether or not it came to its last case.
    Over,
}

/// Where a run puts what happens. It never holds more than three lines for each case.
#[derive(Clone)]
pub struct CaseNews {
    events: Arc<Mutex<Vec<CaseEvent>>>,
    wake: Wake,
}

impl std::fmt::Debug for CaseNews {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaseNews({} events)", self.lock().len())
    }
}

impl CaseNews {
    /// Nothing has happened; `wake` is called when something does.
    #[must_use]
    pub fn new(wake: Wake) -> Self {
        Self { events: Arc::default(), wake }
    }

    /// Tells what happened.
    pub fn tell(&self, event: CaseEvent) {
        self.lock().push(event);
        (self.wake)();
    }

    fn take(&self) -> Vec<CaseEvent> {
        std::mem::take(&mut *self.lock())
    }

    // A panic while it was held cannot have left it half-changed.
    fn lock(&self) -> MutexGuard<'_, Vec<CaseEvent>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All cases, in order.
#[derive(Clone, Debug)]
pub struct DiscoveryCases {
    rows: Vec<CaseRow>,
    news: Option<CaseNews>,
}

impl Default for DiscoveryCases {
    fn default() -> Self {
        let row = |case| CaseRow { case, turn: Turn::Idle, result: None };
        Self { rows: CASES.iter().map(row).collect(), news: None }
    }
}

impl DiscoveryCases {
    /// The cases.
    #[must_use]
    pub fn rows(&self) -> &[CaseRow] {
        &self.rows
    }

    /// Whether any is at work or waits for its turn.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.rows.iter().any(|row| row.turn != Turn::Idle)
    }

    /// Whether any waits for its turn: then there is something to cancel.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.rows.iter().any(|row| row.turn == Turn::Waiting)
    }

    /// A run of these begins, and tells through `news`; what came of them before stays visible until then.
    pub fn begin(&mut self, cases: &[&'static Case], news: CaseNews) {
        self.change(|row| row.turn = if cases.contains(&row.case) { Turn::Waiting } else { Turn::Idle });
        self.news = Some(news);
    }

    /// Those that wait no longer do; the one at work is finished.
    pub fn stop(&mut self) {
        self.change(|row| {
            if row.turn == Turn::Waiting {
                row.turn = Turn::Idle;
            }
        });
    }

    /// Takes note of what the run has told.
    pub fn hear(&mut self) {
        let events = self.news.as_ref().map(CaseNews::take).unwrap_or_default();
        for event in events {
            match event {
                CaseEvent::Begins(case) => self.change_one(case, |row| row.turn = Turn::Running),
                CaseEvent::Ended(result) => self.change_one(result.case, |row| {
                    row.turn = Turn::Idle;
                    row.result = Some(result);
                }),
                CaseEvent::Over => {
                    self.change(|row| row.turn = Turn::Idle);
                    self.news = None;
                }
            }
        }
    }

    fn change(&mut self, change: impl FnMut(&mut CaseRow)) {
        self.rows.iter_mut().for_each(change);
    }

    fn change_one(&mut self, case: &Case, change: impl FnOnce(&mut CaseRow)) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.case == case) {
            change(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::discovery::dcdt::Ending;

    fn result(case: &'static Case) -> Box<CaseResult> {
        Box::new(CaseResult {
            case,
            ending: Ending::Passed(String::new()),
            lookups: Vec::new(),
            fetches: Vec::new(),
            findings: Vec::new(),
            duration: Duration::ZERO,
        })
    }

    #[test]
    fn cases_that_wait_are_given_up_and_the_one_at_work_still_ends() {
        let mut cases = DiscoveryCases::default();
        let news = CaseNews::new(Arc::new(|| {}));
        cases.begin(&[&CASES[0], &CASES[1]], news.clone());
        news.tell(CaseEvent::Begins(&CASES[0]));
        cases.hear();
        let turns: Vec<Turn> = cases.rows().iter().take(3).map(|row| row.turn).collect();
        assert_eq!(turns, [Turn::Running, Turn::Waiting, Turn::Idle]);
        cases.stop();
        assert!(cases.is_running() && !cases.is_waiting());
        news.tell(CaseEvent::Ended(result(&CASES[0])));
        news.tell(CaseEvent::Over);
        cases.hear();
        assert!(!cases.is_running());
        assert!(cases.rows()[0].result.is_some() && cases.rows()[1].result.is_none());
    }

    #[test]
    fn a_run_that_breaks_off_leaves_nothing_at_work() {
        let mut cases = DiscoveryCases::default();
        let news = CaseNews::new(Arc::new(|| {}));
        cases.begin(&[&CASES[0], &CASES[1]], news.clone());
        news.tell(CaseEvent::Begins(&CASES[0]));
        news.tell(CaseEvent::Over);
        cases.hear();
        assert!(!cases.is_running());
    }
}
