//! The striped banner over an answer that rests on a supposition: what is supposed, the answer that counts, what differs,
//! and the way back.

use egui::{Frame, Label, Margin, RichText, Shape, Stroke, Ui, pos2};

use super::difference;
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::{Document, Ran};
use crate::ui::icons::{self, Status};
use crate::ui::settings::AnswerView;
use crate::ui::text::what_if as words;
use crate::ui::tokens::{SPACE_S, strong_style, tokens};
use crate::ui::what_if::WhatIf;

/// The banner over an answer that rests on a supposition, with the answer that counts and the way back to it.
pub(super) fn banner_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, ran: &Ran) {
    if ran.supposed.is_nothing() {
        return;
    }
    let tone = tokens(ui).warning;
    let back = |ctx: &Ctx<'_>| {
        if document.what_if.is_some() {
            ctx.queue.push(Command::Suppose(document.id, None));
        } else {
            ctx.queue.push(Command::SupposeAll(WhatIf::default()));
        }
    };
    let stripes = ui.painter().add(Shape::Noop);
    let frame = Frame::new().inner_margin(Margin::symmetric(10, 12)).show(ui, |ui| {
        Frame::new().fill(tone.tint).corner_radius(6).inner_margin(Margin::symmetric(10, 6)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                icons::status_ui(ui, Status::Warning);
                ui.label(RichText::new(words::HYPOTHETICAL).text_style(strong_style()).color(tone.ink));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if ui.button(words::BACK).on_hover_text(words::BACK_HINT).clicked() {
                        back(ctx);
                    }
                });
            });
            ui.add(Label::new(RichText::new(words::supposed(&ran.supposed.words())).color(tokens(ui).text)).wrap());
            if let Some(real) = &ran.real {
                ui.horizontal_top(|ui| {
                    icons::status_ui(ui, real.status);
                    ui.add(Label::new(RichText::new(words::instead_of(&real.words)).color(tokens(ui).text)).wrap());
                });
                let in_sight = ctx.state.settings.answer == AnswerView::Steps;
                difference::ui(ui, &real.difference, ran.report.operation, in_sight);
            }
        });
    });
    let shape = striped(ui, frame.response.rect);
    ui.painter().set(stripes, shape);
    ui.add_space(SPACE_S);
}

// Slanted stripes, as around what is under construction: told apart from a real answer without colour.
fn striped(ui: &Ui, rect: egui::Rect) -> Shape {
    const STEP: f32 = 14.0;
    let tone = tokens(ui).warning;
    let mut shapes = vec![Shape::rect_filled(rect, 0.0, tone.tint)];
    let height = rect.height();
    let mut left = rect.left() - height;
    while left < rect.right() {
        // Cut at both ends, so that no stripe leaves the banner.
        let start = (rect.left() - left).max(0.0);
        let end = (rect.right() - left).min(height);
        if end > start {
            let (from, to) = (pos2(left + start, rect.bottom() - start), pos2(left + end, rect.bottom() - end));
            shapes.push(Shape::line_segment([from, to], Stroke::new(STEP * 0.32, tone.ink.gamma_multiply(0.55))));
        }
        left += STEP;
    }
    Shape::Vec(shapes)
}
