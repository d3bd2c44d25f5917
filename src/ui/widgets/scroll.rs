//! Scroll areas that the keyboard moves: what it comes to is brought into view.

use egui::scroll_area::ScrollAreaOutput;
use egui::{Id, Key, ScrollArea, Ui};

/// A scroll area whose content follows the keyboard's focus, as one would expect of Tab.
pub(crate) trait FollowsFocus {
    /// Shows the content, and scrolls to what in it has just got the focus.
    fn show_following<R>(self, ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> ScrollAreaOutput<R>;
}

impl FollowsFocus for ScrollArea {
    fn show_following<R>(self, ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> ScrollAreaOutput<R> {
        self.show(ui, |ui| {
            let shown = add(ui);
            follow(ui);
            shown
        })
    }
}

fn follow(ui: &Ui) {
    if !is_by_tab(ui) {
        return;
    }
    let focused = ui.memory(egui::Memory::focused).and_then(|id| ui.ctx().read_response(id));
    let here = |response: &egui::Response| {
        response.gained_focus() && response.layer_id == ui.layer_id() && ui.min_rect().contains(response.rect.center())
    };
    if let Some(response) = focused.filter(here) {
        ui.scroll_to_rect(response.rect, None);
    }
}

// What is clicked is in sight, and must not move away below the pointer. The focus comes a frame after the key.
fn is_by_tab(ui: &Ui) -> bool {
    let pass = ui.ctx().cumulative_pass_nr();
    let pressed = ui.input(|input| input.key_pressed(Key::Tab));
    ui.data_mut(|data| {
        let last = data.get_temp_mut_or_default::<u64>(Id::unique("tab was pressed"));
        if pressed {
            *last = pass;
        }
        pass <= last.saturating_add(2)
    })
}
