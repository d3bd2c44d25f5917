//! What other agents would have answered.

use egui::{Label, Ui};

use crate::emulate::Emulated;
use crate::ui::text;
use crate::ui::widgets::verdict;

/// Each agent with its answer.
pub(super) fn ui(ui: &mut Ui, agents: &[Emulated]) {
    for emulated in agents {
        verdict::section_ui(ui, emulated.agent.title(), |ui| {
            ui.label(emulated.code.unwrap_or_default());
        });
        ui.add(Label::new(text::plain(&emulated.why)).wrap());
        for deviation in &emulated.deviations {
            ui.add(Label::new(text::plain(&deviation.what)).wrap());
            ui.add(Label::new(deviation.why).wrap());
        }
    }
}
