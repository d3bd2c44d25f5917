//! The height of the drawer, which is remembered for each kind of thing that it shows.

use super::lab::LabPane;
use crate::ui::settings::{DrawerTab, Settings};

/// What the drawer shows, as far as its height is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drawer {
    /// A table with the steps of a case, which need more room than lines do.
    Cases,
    /// Anything.
    Lines,
    /// Beside a step that fills the centre a few rows of octets are enough.
    Step,
}

impl Drawer {
    pub(super) const fn of(settings: &Settings, lab: &LabPane) -> Self {
        if matches!(settings.drawer_tab, DrawerTab::Lab) && lab.shows_cases() {
            Self::Cases
        } else if settings.explains() {
            Self::Step
        } else {
            Self::Lines
        }
    }

    /// Its identity for egui.
    pub(super) const fn salt(self) -> &'static str {
        match self {
            Self::Cases => "cases-drawer",
            Self::Lines => "drawer",
            Self::Step => "step-drawer",
        }
    }

    /// The height that is remembered.
    pub(super) const fn height(self, settings: &mut Settings) -> &mut f32 {
        match self {
            Self::Cases => &mut settings.cases_drawer_height,
            Self::Lines => &mut settings.drawer_height,
            Self::Step => &mut settings.step_drawer_height,
        }
    }
}
