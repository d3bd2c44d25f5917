//! Before anything is sent: what will leave in the clear, what will be encrypted, and by which steps.

use egui::{Align, Frame, Layout, Margin, RichText, Stroke, Ui, vec2};

use super::{Origin, SendPane};
use crate::agent::StepName;
use crate::ui::Ctx;
use crate::ui::icons::{self, Icon};
use crate::ui::state::Sent;
use crate::ui::text::outcome as outcome_text;
use crate::ui::text::sending::{actions, preview as words};
use crate::ui::tokens::{self, SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::verdict;

impl SendPane {
    pub(super) fn preview_ui(&self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let running = matches!(ctx.state.sent, Sent::Running);
        ui.horizontal(|ui| {
            ui.heading(if running { actions::SECURING } else { words::HEADING });
            if running {
                ui.spinner();
            }
        });
        ui.label(RichText::new(words::EACH_ALONE).color(tokens(ui).dim));
        ui.add_space(SPACE_M);
        let sealed = match self.origin {
            Origin::Written => words::SEALED_WRITTEN,
            _ => words::SEALED_ORIGINAL,
        };
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                left_ui(left, |ui| card_ui(ui, Icon::Envelope, words::CLEAR_HEADING, &words::CLEAR));
                left_ui(right, |ui| card_ui(ui, Icon::Lock, words::SEALED_HEADING, &sealed));
            }
        });
        verdict::section_ui(ui, words::STEPS, |_| {});
        for (index, step) in StepName::OUTGOING.into_iter().enumerate() {
            step_ui(ui, index + 1, step);
        }
    }
}

/// Columns stretch their lines; words are to start at the left and end where they end.
pub(super) fn left_ui(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.with_layout(Layout::top_down(Align::Min), add);
}

fn card_ui(ui: &mut Ui, icon: Icon, title: &str, lines: &[&str]) {
    let look = tokens(ui);
    let frame = Frame::new().fill(look.panel).stroke(Stroke::new(1.0, look.line)).corner_radius(8);
    frame.inner_margin(Margin::same(12)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        ui.horizontal_wrapped(|ui| {
            icons::icon_ui(ui, icon, look.accent);
            ui.label(RichText::new(title).text_style(tokens::strong_style()));
        });
        for line in lines {
            ui.add(egui::Label::new(RichText::new(*line).color(look.dim)).wrap());
        }
    });
}

fn step_ui(ui: &mut Ui, number: usize, step: StepName) {
    ui.horizontal_top(|ui| {
        let look = tokens(ui);
        let (rect, _) = ui.allocate_exact_size(vec2(22.0, 22.0), egui::Sense::hover());
        ui.painter().circle_stroke(rect.center(), 10.0, Stroke::new(1.0, look.edge));
        let number = number.to_string();
        ui.painter().text(
            rect.center(),
            egui::Align2::CENTER_CENTER,
            number,
            egui::TextStyle::Small.resolve(ui.style()),
            look.dim,
        );
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.label(RichText::new(step.title()).text_style(tokens::strong_style()));
            let words = RichText::new(outcome_text::step_purpose(step)).small().color(look.dim);
            ui.add(egui::Label::new(words).wrap());
            ui.add_space(SPACE_S);
        });
    });
}
