//! How a message conforms, row by row.

use egui::{Label, Ui};

use crate::conformance::{Checked, RowResult};
use crate::ui::icons::{self, Status};
use crate::ui::text;

/// The rows that do not hold.
pub(super) fn ui(ui: &mut Ui, rows: &[Checked]) {
    for row in rows.iter().filter(|row| matches!(row.result, RowResult::Fail | RowResult::Warning)) {
        ui.horizontal_top(|ui| {
            icons::status_ui(ui, Status::from(row.result));
            ui.vertical(|ui| {
                ui.add(Label::new(text::plain(&format!("{} {}", row.row.id, row.row.rule))).wrap());
                ui.add(Label::new(text::plain(&row.found)).wrap());
            });
        });
    }
}
