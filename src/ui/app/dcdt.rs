//! The discovery cases: run in a job, case by case, and what they tell taken into the state.

use std::cell::Cell;
use std::sync::Arc;

use super::App;
use crate::discovery::dcdt::{Case, CaseResult, Watch};
use crate::finding::Severity;
use crate::ui::dcdt::{CaseEvent, CaseNews, CaseRow};
use crate::ui::panes::lab::LabList;
use crate::ui::state::Slot;
use crate::ui::tasks::Done;
use crate::ui::text::{self, dcdt as words};
use crate::workspace::jobs::JobContext;

/// Tells of a run: how far it is, and what came of each case.
struct Told<'a> {
    job: &'a JobContext<Done>,
    news: CaseNews,
    done: Cell<usize>,
    of: usize,
}

impl Watch for Told<'_> {
    fn begins(&self, case: &'static Case) {
        self.job.report(words::begins(case.id, case.title), self.done.get(), Some(self.of));
        self.news.tell(CaseEvent::Begins(case));
    }

    fn ended(&self, result: &CaseResult) {
        self.done.set(self.done.get().saturating_add(1));
        self.news.tell(CaseEvent::Ended(Box::new(result.clone())));
    }

    fn is_cancelled(&self) -> bool {
        self.job.is_cancelled()
    }
}

// Also where a case panics: then none is at work any more.
impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.news.tell(CaseEvent::Over);
    }
}

impl App {
    pub(super) fn run_cases(&mut self, cases: Vec<&'static Case>) {
        if self.state.cases.is_running() {
            return;
        }
        self.show_lab(Some(LabList::Cases));
        let news = CaseNews::new(self.servers.wake());
        self.state.cases.begin(&cases, news.clone());
        let suite = Arc::clone(&self.config.discovery);
        let (now, seed) = ((self.config.now)(), (self.config.seed)());
        self.jobs.start(Slot::Cases, words::JOB, move |job| {
            let told = Told { job, news, done: Cell::new(0), of: cases.len() };
            suite.run(&cases, now, seed, &told);
            Done::CasesRun(cases)
        });
    }

    /// No further case is begun.
    pub(super) fn stop_cases(&mut self) {
        self.jobs.cancel_slot(&Slot::Cases);
        self.state.cases.stop();
        self.state.log(Severity::Info, text::jobs::cancelled(words::JOB));
    }

    pub(super) fn cases_run(&mut self, cases: &[&'static Case]) {
        self.state.cases.hear();
        let rows: Vec<&CaseRow> = self.state.cases.rows().iter().filter(|row| cases.contains(&row.case)).collect();
        let (status, sentence) = words::summary(&rows);
        self.state.say(status, sentence);
    }
}
