//! The ways to break a copy of a message; those that are not possible say why.

use egui::{Button, Grid, Label, RichText, ScrollArea, Ui, vec2};

use crate::trust::Parties;
use crate::ui::breaking::why_not;
use crate::ui::command::{Command, UiCommand};
use crate::ui::document::Document;
use crate::ui::text::{breaking as words, common};
use crate::ui::tokens::{ROW, SPACE_M, SPACE_S, tokens};
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::ui::{Ctx, icons};
use crate::workspace::breaking::Breakage;

const NAMES: f32 = 210.0;
const SENTENCES: f32 = 380.0;

/// The button that offers them, for the message that the view is about.
pub(crate) fn button_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let enabled = ctx.enabled(UiCommand::BreakIt);
    let button = ui.add_enabled(enabled, Button::new(words::BUTTON));
    let hint = UiCommand::BreakIt.entry().tooltip;
    if button.on_hover_text(hint).on_disabled_hover_text(words::NOT_RUN).clicked() {
        ctx.ask(UiCommand::BreakIt);
    }
}

/// All ways; with `focus` the keyboard goes to the first that is possible.
pub(crate) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, focus: bool) {
    ui.set_width(NAMES + SENTENCES + SPACE_M);
    ui.heading(words::heading(&document.name));
    ui.add(Label::new(RichText::new(words::EXPLANATION).color(tokens(ui).dim)).wrap());
    ui.add_space(SPACE_S);
    let nobody = Parties::default();
    let parties = ctx.state.workspace.as_ref().map_or(&nobody, |loaded| &loaded.contents.parties);
    let room = (ui.ctx().content_rect().height() - 240.0).max(ROW * 4.0);
    ScrollArea::vertical().max_height(room).show_following(ui, |ui| {
        let mut focus = focus;
        Grid::new("ways-to-break").num_columns(2).spacing(vec2(SPACE_M, SPACE_S)).show(ui, |ui| {
            for breakage in Breakage::ALL {
                way_ui(ui, ctx, document, parties, breakage, &mut focus);
                ui.end_row();
            }
        });
    });
    ui.add_space(SPACE_S);
    if ui.button(common::CANCEL).clicked() {
        ctx.queue.push(Command::CloseOverlay);
    }
}

fn way_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, parties: &Parties, breakage: Breakage, focus: &mut bool) {
    let why = why_not(document, parties, breakage);
    let button = Button::new(words::name(breakage)).min_size(vec2(NAMES, ROW));
    let response = ui.add_enabled(why.is_none(), button);
    if why.is_none() && std::mem::take(focus) {
        response.request_focus();
    }
    if response.clicked() {
        ctx.queue.push(Command::Break(document.id, breakage));
    }
    ui.vertical(|ui| {
        ui.set_width(SENTENCES);
        ui.add(Label::new(words::lesson(breakage)).wrap());
        if let Some(why) = why {
            ui.horizontal_top(|ui| {
                icons::status_ui(ui, icons::Status::NotChecked);
                let why = RichText::new(words::impossible(&why)).color(tokens(ui).dim);
                ui.add(Label::new(why).wrap());
            });
        }
    });
}
