//! The trust map: opened, found out off this thread, and closed.

use super::App;
use crate::ui::settings::View;
use crate::ui::state::Slot;
use crate::ui::tasks::Done;
use crate::ui::text::trust as words;
use crate::ui::trust_map::{Shown, TrustMap};

impl App {
    pub(super) fn open_trust_map(&mut self) {
        self.state.show(View::Addresses);
        if !self.state.trust_map.is_open() {
            self.state.trust_map = Shown::Wanted;
        }
    }

    pub(super) fn ask_trust_map(&mut self) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        if !matches!(self.state.trust_map, Shown::Wanted) {
            return;
        }
        self.state.trust_map = Shown::Asked;
        let at = self.state.evaluated_at();
        self.jobs.start(Slot::TrustMap, words::FINDING_MAP, move |job| {
            Done::TrustMap(Box::new(TrustMap::of(&loaded, at, || job.is_cancelled())))
        });
    }

    pub(super) fn trust_map_known(&mut self, map: Box<TrustMap>) {
        if self.state.trust_map.is_open() {
            self.state.trust_map = Shown::Known(map);
        }
    }

    pub(super) fn close_trust_map(&mut self) {
        self.jobs.cancel_slot(&Slot::TrustMap);
        self.state.trust_map = Shown::Closed;
    }
}
