//! When the result changes: the results on a line of time with a mark at the time of evaluation, the certificates and
//! revocation lists in play under it on the same scale, and each stretch of time as a row with what begins or ends there.

mod line;
mod scale;

use egui::{Frame, Label, Margin, RichText, Ui};

use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Status};
use crate::ui::text::{self, dates as words};
use crate::ui::tokens::{RADIUS, SPACE_S, SPACE_XS, strong_style, tokens};
use crate::ui::what_if::WhatIf;
use crate::ui::widgets::verdict;
use crate::what_if::{Answer, Interval, Timeline};

/// The view.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, timeline: &Timeline) {
    ui.add(Label::new(RichText::new(words::summary(timeline)).text_style(strong_style())).wrap());
    ui.add(Label::new(RichText::new(words::ABOUT).color(tokens(ui).dim)).wrap());
    if timeline.left_out > 0 {
        verdict::badge_ui(ui, &words::left_out(timeline.left_out), Status::Warning);
    }
    ui.add_space(SPACE_S);
    let chosen = ui.scope_id().with(("chosen interval", document.id));
    let before: Option<usize> = ui.data(|data| data.get_temp(chosen));
    let clicked = line::ui(ui, timeline, before);
    if let Some(place) = clicked {
        ui.data_mut(|data| data.insert_temp(chosen, place));
    }
    verdict::section_ui(ui, words::INTERVALS, |_| {});
    for (place, interval) in timeline.intervals.iter().enumerate() {
        let look = tokens(ui);
        let fill = if clicked.or(before) == Some(place) { look.selected } else { look.panel };
        let frame = Frame::new().fill(fill).corner_radius(RADIUS).inner_margin(Margin::symmetric(10, 6));
        let row = frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            interval_ui(ui, ctx, document, interval, place == timeline.now);
        });
        if clicked == Some(place) {
            row.response.scroll_to_me(None);
        }
        ui.add_space(SPACE_XS);
    }
}

fn interval_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, interval: &Interval, current: bool) {
    ui.horizontal_top(|ui| {
        icons::status_ui(ui, status(&interval.answer));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(words::span(interval)).text_style(strong_style()));
                if current {
                    ui.label(RichText::new(words::CURRENT).small().color(tokens(ui).accent));
                } else if let Some(at) = interval.sample()
                    && ui.small_button(words::SUPPOSE).on_hover_text(words::SUPPOSE_HINT).clicked()
                {
                    let supposed = document.ran().map(|ran| ran.supposed.clone()).unwrap_or_default();
                    let what_if = WhatIf { at: Some(at), ..supposed };
                    ctx.queue.push(Command::Suppose(document.id, Some(what_if)));
                }
            });
            ui.horizontal_wrapped(|ui| {
                ui.label(words::answer(&interval.answer));
                ui.label(RichText::new(words::codes(&interval.answer)).monospace().color(tokens(ui).dim));
            });
            if let Some(reason) = interval.reason() {
                ui.add(Label::new(RichText::new(text::plain(&reason)).color(tokens(ui).dim)).wrap());
            }
        });
    });
}

/// The shape of a result.
fn status(answer: &Answer) -> Status {
    match (answer.is_accepted(), answer.accepted() == answer.recipients.len()) {
        (false, _) => Status::Failed,
        (true, true) => Status::Passed,
        (true, false) => Status::Warning,
    }
}
