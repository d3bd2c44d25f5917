//! The cause of an answer.

use egui::{Label, Ui};

use crate::diagnose::Diagnosis;
use crate::ui::text;

/// The sentences of a diagnosis.
pub(super) fn ui(ui: &mut Ui, diagnosis: &Diagnosis) {
    for sentence in diagnosis.explanation.iter().chain(&diagnosis.advice) {
        ui.add(Label::new(text::plain(sentence)).wrap());
    }
}
