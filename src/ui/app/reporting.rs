//! Reports that may be sent away, prepared by a job while their form is open.

use super::App;
use super::running::Steps;
use crate::ui::examining::Subject;
use crate::ui::reporting::prepare;
use crate::ui::sending::SendOptions;
use crate::ui::state::{Overlay, Slot};
use crate::ui::tasks::{Done, Setting};
use crate::ui::text::report as words;

impl App {
    /// Opens the form for a report of the message that is shown, and prepares it.
    pub(super) fn offer_report(&mut self) {
        let Some(document) = self.state.current() else { return };
        let (id, name) = (document.id, document.name.clone());
        let subject = Subject::of(document);
        // As the run that is shown was made, at the time at which it was made.
        let supposed = subject.ran.as_ref().map(|ran| ran.supposed.clone()).unwrap_or_default();
        let setting = self.setting_with(SendOptions::default(), supposed);
        let now = subject.ran.as_ref().map_or(setting.now, |ran| ran.finished);
        let setting = Setting { now, ..setting };
        self.open_overlay(Overlay::Report(id));
        self.jobs.start(Slot::Report, words::preparing(&name), move |job| {
            Done::Reported(id, Box::new(prepare(&subject, &name, &setting, &Steps(job))))
        });
    }
}
