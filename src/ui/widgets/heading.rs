//! What a pane shows, and beside it what can be done with it.

use egui::{Align, Label, Layout, RichText, Ui};

/// Below this the buttons stand under the name.
const ABREAST: f32 = 400.0;

/// The name, and at the right edge the buttons, the first of them outermost.
pub(crate) fn heading_ui(ui: &mut Ui, name: &str, buttons: impl FnOnce(&mut Ui)) {
    let name = Label::new(RichText::new(name).heading()).truncate();
    beside_ui(ui, |ui| drop(ui.add(name)), buttons);
}

/// Something, and at the right edge its buttons, the first of them outermost; in a narrow pane they stand below, in as
/// many rows as it takes.
pub(crate) fn beside_ui(ui: &mut Ui, left: impl FnOnce(&mut Ui), buttons: impl FnOnce(&mut Ui)) {
    if ui.available_width() < ABREAST {
        ui.horizontal_wrapped(left);
        ui.horizontal_wrapped(buttons);
        return;
    }
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            buttons(ui);
            // Last, so that it gets what room is left.
            ui.with_layout(Layout::left_to_right(Align::Center), left);
        });
    });
}
