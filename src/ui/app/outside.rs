//! Changes that other programs make to the workspace while it is open here.

use std::time::Duration;

use time::OffsetDateTime;

use super::App;
use crate::ui::icons::Status;
use crate::ui::state::Slot;
use crate::ui::tasks::{Done, Loaded};
use crate::ui::text::{changes as words, jobs};
use crate::workspace::jobs::Running;

/// Often enough that what is shown is what one expects to see, and seldom enough that it costs nothing.
pub(super) const EVERY: Duration = Duration::from_secs(2);

/// When it was looked last.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outside {
    /// At this time.
    Looked(OffsetDateTime),
    /// It cannot be read any more, which was said once: nobody looks until it is read again.
    Gone,
}

impl From<OffsetDateTime> for Outside {
    fn from(now: OffsetDateTime) -> Self {
        Self::Looked(now)
    }
}

impl App {
    /// Looks, if it is time, whether another program has changed the workspace. Not while anything else is under way: a
    /// change that is made here reads the workspace by itself.
    pub(super) fn look_outside(&mut self) {
        let (Some(loaded), Outside::Looked(last)) = (self.state.workspace.clone(), self.outside) else {
            return self.watch.set(None);
        };
        self.watch.set(Some((&loaded.workspace, loaded.stamp)));
        if (self.state.now - last).unsigned_abs() < EVERY || !self.is_idle() {
            return;
        }
        self.outside = Outside::Looked(self.state.now);
        self.jobs.start(Slot::Outside, jobs::LOOKING_OUTSIDE, move |_| Done::Outside(loaded.changed_outside()));
    }

    pub(super) fn looked(&mut self, found: Result<Option<Box<Loaded>>, String>) {
        let same = |loaded: &Loaded| {
            let open = self.state.workspace.as_ref().map(|open| open.workspace.root());
            open == Some(loaded.workspace.root())
        };
        match found {
            Ok(Some(loaded)) if same(&loaded) => {
                // The demo's keys open by themselves: who has locked them wants them locked.
                let loaded = if self.state.keys_are_locked() { loaded.locked() } else { *loaded };
                self.state.say(Status::Info, words::CHANGED_OUTSIDE);
                self.reload(loaded);
            }
            Ok(_) => {}
            Err(why) => {
                self.outside = Outside::Gone;
                self.state.say(Status::Warning, words::gone_outside(&why));
            }
        }
    }

    /// What is under way as far as somebody waits for it.
    pub(super) fn jobs_to_show(&self) -> Vec<Running<Slot>> {
        self.jobs.running().filter(|job| job.slot != Slot::Outside).cloned().collect()
    }
}
