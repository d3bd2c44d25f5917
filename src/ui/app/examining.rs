//! Examinations, found out by jobs of their own.

use super::App;
use super::running::Steps;
use crate::ui::examining::{Examination, Examined, Known, Subject, examine};
use crate::ui::selection::DocumentId;
use crate::ui::sending::SendOptions;
use crate::ui::state::Slot;
use crate::ui::tasks::{Done, Setting};
use crate::ui::text::examining as words;

impl App {
    /// Finds out what was asked, unless it is known or under way.
    pub(super) fn examine(&mut self, id: DocumentId, what: Examination) {
        let Some(document) = self.state.document(id) else { return };
        if !matches!(self.state.examinations.of(document, what), Known::Nothing) {
            return;
        }
        let subject = Subject::of(document);
        let name = words::examining(what, &document.name);
        // As the run that is shown was made, at the time at which it was made.
        let supposed = subject.ran.as_ref().map(|ran| ran.supposed.clone()).unwrap_or_default();
        let setting = self.setting_with(SendOptions::default(), supposed);
        let now = subject.ran.as_ref().map_or(setting.now, |ran| ran.finished);
        let setting = Setting { now, ..setting };
        self.state.examinations.begins(what, &subject);
        self.jobs.start(Slot::Examine(id, what), name, move |job| {
            Done::Examined(id, what, examine(what, &subject, &setting, &Steps(job)))
        });
    }

    pub(super) fn examined(&mut self, id: DocumentId, what: Examination, found: Result<Examined, String>) {
        self.state.examinations.ended(what, id, found);
    }
}
