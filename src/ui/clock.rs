//! The time of evaluation: where the status bar shows it, and the form that chooses another for all messages.

use egui::{Button, RichText, Ui};
use time::OffsetDateTime;

use super::Ctx;
use super::command::{Command, UiCommand};
use super::icons::{self, Icon};
use super::text::{self, what_if as words};
use super::tokens::{SPACE_S, tokens};
use super::what_if::{WhatIf, days_on, months_on, time_of};
use super::widgets::fields;
use crate::workspace::Clock;

/// The time in the status bar, as a button; another time than the real one stands out.
pub(crate) fn status_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let fixed = matches!(ctx.state.workspace.as_ref().map(|loaded| loaded.settings.clock), Some(Clock::Fixed(_)));
    let other = fixed || ctx.state.what_if.at.is_some();
    let look = tokens(ui);
    let ink = if other { look.warning.ink } else { look.dim };
    let shown = if other {
        icons::sized_icon_ui(ui, Icon::Warning, 13.0, ink);
        words::evaluated_at(&text::minute(ctx.state.evaluated_at()))
    } else {
        words::EVALUATED_NOW.to_owned()
    };
    let button = ui.add(Button::new(RichText::new(shown).small().color(ink)).frame(false));
    if button.on_hover_text(words::EVALUATED_HINT).clicked() {
        ctx.ask(UiCommand::EvaluationTime);
    }
}

/// What is typed into the form.
#[derive(Debug, Default)]
pub(crate) struct ClockForm {
    typed: String,
    refused: bool,
}

impl ClockForm {
    /// The form; `opened` in its first frame.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, opened: bool) {
        if opened {
            self.set(ctx.state.evaluated_at());
        }
        ui.set_width(520.0);
        ui.heading(words::TIME_TITLE);
        ui.label(RichText::new(words::TIME_ABOUT).color(tokens(ui).dim));
        ui.add_space(SPACE_S);
        let id = ui.make_persistent_id("evaluation-time");
        let field = fields::text_field_ui(ui, id, words::AT, &mut self.typed, words::AT_HINT);
        if opened {
            field.request_focus();
        }
        if field.changed() {
            self.refused = false;
        }
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if self.refused {
            fields::field_error_ui(ui, words::NOT_A_TIME);
        }
        self.steps_ui(ui, ctx);
        ui.add_space(SPACE_S);
        ui.horizontal(|ui| {
            if fields::primary_ui(ui, words::APPLY).clicked() || entered {
                self.apply(ctx);
            }
            if ui.button(words::CANCEL).clicked() {
                ctx.queue.push(Command::CloseOverlay);
            }
        });
    }

    fn steps_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let at = time_of(&self.typed).unwrap_or_else(|| ctx.state.evaluated_at());
        ui.horizontal_wrapped(|ui| {
            let steps = [
                (words::MONTH_EARLIER, months_on(at, -1)),
                (words::DAY_EARLIER, days_on(at, -1)),
                (words::DAY_LATER, days_on(at, 1)),
                (words::MONTH_LATER, months_on(at, 1)),
            ];
            for (name, then) in steps {
                if ui.button(name).clicked() {
                    self.set(then);
                }
            }
            if ui.button(words::NOW).clicked() {
                self.typed.clear();
            }
        });
    }

    fn set(&mut self, at: OffsetDateTime) {
        self.typed = text::minute(at);
        self.refused = false;
    }

    // An empty field is the real time.
    fn apply(&mut self, ctx: &Ctx<'_>) {
        // The field shows no seconds: left as it was, it changes nothing.
        if self.typed == text::minute(ctx.state.evaluated_at()) {
            ctx.queue.push(Command::CloseOverlay);
            return;
        }
        let at = time_of(&self.typed);
        if at.is_none() && !self.typed.trim().is_empty() {
            self.refused = true;
            return;
        }
        ctx.queue.push(Command::SupposeAll(WhatIf { at, ..ctx.state.what_if.clone() }));
        ctx.queue.push(Command::CloseOverlay);
    }
}
