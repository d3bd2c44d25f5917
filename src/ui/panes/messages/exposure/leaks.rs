//! The leaks, gravest first: what lies open, why it matters, and what keeps it in.

use egui::{Frame, Label, Layout, Margin, RichText, Ui};

use super::select;
use crate::exposure::{Exposure, Leak};
use crate::ui::document::Document;
use crate::ui::icons::{self, Status};
use crate::ui::text::exposure as words;
use crate::ui::tokens::{RADIUS, SPACE_S, SPACE_XS, strong_style, tokens};
use crate::ui::widgets::verdict;
use crate::ui::{Ctx, text};

/// Shows them.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, exposure: &Exposure) {
    verdict::section_ui(ui, words::LEAKS, |ui| {
        ui.add(Label::new(RichText::new(words::LEAKS_ABOUT).small().color(tokens(ui).dim)).truncate());
    });
    if exposure.leaks.is_empty() {
        super::sentence_ui(ui, Status::Passed, words::NO_LEAKS);
    }
    for (number, leak) in exposure.leaks.iter().enumerate() {
        ui.push_id(("leak", number), |ui| leak_ui(ui, ctx, document, leak));
        ui.add_space(SPACE_XS);
    }
}

fn leak_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, leak: &Leak) {
    let look = tokens(ui);
    Frame::new().fill(look.raised).corner_radius(RADIUS).inner_margin(Margin::symmetric(12, 10)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = SPACE_S;
            icons::status_ui(ui, Status::from(leak.finding.severity));
            ui.with_layout(Layout::right_to_left(egui::Align::Min), |ui| {
                if let Some(span) = leak.finding.span
                    && ui.small_button(words::SHOW).clicked()
                {
                    select(ctx, document, span);
                }
                ui.with_layout(Layout::left_to_right(egui::Align::Min), |ui| {
                    let found = RichText::new(text::plain(&leak.finding.detail)).text_style(strong_style());
                    ui.add(Label::new(found).wrap());
                });
            });
        });
        for (name, sentence) in [(words::BECAUSE, leak.because), (words::TRY, leak.remedy)] {
            reason_ui(ui, name, sentence);
        }
        ui.horizontal(|ui| {
            ui.add_space(24.0);
            let rule = format!("{}   {}", leak.finding.rule.id, leak.finding.rule.clause);
            ui.label(RichText::new(rule).small().color(tokens(ui).dim));
        });
    });
}

fn reason_ui(ui: &mut Ui, name: &str, sentence: &str) {
    ui.horizontal_top(|ui| {
        ui.add_space(24.0);
        let (rect, _) = ui.allocate_exact_size(egui::vec2(64.0, 18.0), egui::Sense::hover());
        crate::ui::widgets::paint::line(ui, rect, name, egui::TextStyle::Body, tokens(ui).dim);
        ui.add(Label::new(sentence).wrap());
    });
}
