//! Broken copies: made off this thread, added to the list, judged at once.

use super::App;
use crate::agent::Operation;
use crate::finding::Severity;
use crate::trust::Parties;
use crate::ui::breaking;
use crate::ui::icons::Status;
use crate::ui::selection::{DocumentId, Item};
use crate::ui::settings::{Layout, View};
use crate::ui::state::{Overlay, Slot};
use crate::ui::tasks::{Done, NewDocument};
use crate::ui::text::jobs;
use crate::workspace::breaking::Breakage;

impl App {
    /// Shows the ways there are for the message that the view is about.
    pub(super) fn offer_to_break(&mut self) {
        if let Some(id) = self.state.subject().map(|document| document.id) {
            self.open_overlay(Overlay::BreakIt(id));
        }
    }

    pub(super) fn break_it(&mut self, id: DocumentId, breakage: Breakage) {
        self.close_overlay();
        let Some(document) = self.state.document(id).cloned() else { return };
        let loaded = self.state.workspace.clone();
        let base = document.what_if.clone().unwrap_or_default();
        self.jobs.start(Slot::Break(id), jobs::breaking(&document.name), move |_| {
            let nobody = Parties::default();
            let parties = loaded.as_ref().map_or(&nobody, |loaded| &loaded.contents.parties);
            Done::Broken(breakage, breaking::copy(&document, parties, breakage, base).map(Box::new))
        });
    }

    pub(super) fn broken(&mut self, breakage: Breakage, made: Result<Box<NewDocument>, String>) {
        let new = match made {
            Ok(new) => *new,
            Err(why) => return self.state.say(Status::Failed, jobs::not_broken(&why)),
        };
        self.state.log(Severity::Info, jobs::broken(&new.name));
        let id = self.add(new);
        self.state.show(View::Messages);
        self.state.select(match self.state.settings.layout {
            Layout::Explain => Item::Step(id, breakage.shows_in()),
            _ => Item::Message(id),
        });
        self.run(id, Operation::Incoming);
    }
}
