//! What is published for an address: asked only when a person says so, and shown query by query.
//!
//! Looking at an address asks nothing, so that a correspondent's name server does not learn who looks.

use egui::{Button, Label, RichText, Ui};

use crate::discovery::survey::Survey;
use crate::discovery::{Brought, Judgement, Lookup, LookupAnswer};
use crate::trust::PartyName;
use crate::ui::command::{Command, ShellCommand};
use crate::ui::icons::{self, Icon, Status};
use crate::ui::network::Surveyed;
use crate::ui::selection::Item;
use crate::ui::text::{lookups, published as words};
use crate::ui::tokens::{SPACE_L, SPACE_S, tokens};
use crate::ui::widgets::{fields, verdict};
use crate::ui::{Ctx, text};

pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &PartyName) {
    let surveyed = ctx.state.surveys.get(party);
    verdict::section_ui(ui, words::HEADING, |ui| {
        let busy = matches!(surveyed, Some(Surveyed::Asked));
        let name = if surveyed.is_some() { words::ASK_AGAIN } else { words::ASK };
        if ui.add_enabled(!busy, Button::new(name)).on_hover_text(words::ASK_HINT).clicked() {
            ctx.queue.push(Command::Shell(ShellCommand::Survey(party.clone())));
        }
    });
    match surveyed {
        None => line_ui(ui, Status::NotChecked, words::NOT_ASKED),
        Some(Surveyed::Asked) => line_ui(ui, Status::Info, words::ASKING),
        Some(Surveyed::Failed(why)) => line_ui(ui, Status::Failed, why),
        Some(Surveyed::Known(survey)) => survey_ui(ui, ctx, survey),
    }
}

fn line_ui(ui: &mut Ui, status: Status, words: &str) {
    ui.horizontal_top(|ui| {
        ui.add_space(SPACE_S);
        icons::status_ui(ui, status);
        ui.add(Label::new(RichText::new(words).color(tokens(ui).dim)).wrap());
    });
}

fn survey_ui(ui: &mut Ui, ctx: &Ctx<'_>, survey: &Survey) {
    let (found, passed_over) = survey.counts();
    let status = if found > passed_over { Status::Passed } else { Status::Warning };
    line_ui(ui, status, &words::found(found, passed_over));
    for (place, lookup) in survey.steps().chain(&survey.mail).enumerate() {
        lookup_ui(ui, place + 1, lookup);
        for brought in &lookup.certificates {
            certificate_ui(ui, ctx, brought);
        }
    }
}

fn lookup_ui(ui: &mut Ui, number: usize, lookup: &Lookup) {
    let ink = match lookup.answer {
        LookupAnswer::Found(_) | LookupAnswer::Told(_) => tokens(ui).text,
        LookupAnswer::TimedOut | LookupAnswer::Failed(_) => Status::Warning.tone(ui).ink,
        _ => tokens(ui).dim,
    };
    ui.add_space(SPACE_S);
    indented(ui, SPACE_S, |ui| {
        ui.add(Label::new(RichText::new(lookups::lookup(number, lookup)).color(ink)).wrap());
        let query = RichText::new(text::plain(&lookup.query)).monospace().color(tokens(ui).dim);
        ui.add(Label::new(query).wrap());
        for said in lookups::answered(lookup).into_iter().chain(lookup.notes.iter().cloned()) {
            ui.add(Label::new(RichText::new(text::plain(&said)).small().color(tokens(ui).dim)).wrap());
        }
    });
}

fn certificate_ui(ui: &mut Ui, ctx: &Ctx<'_>, brought: &Brought) {
    let name = text::plain(&brought.certificate.common_name());
    let (status, said) = match &brought.judgement {
        Judgement::PassedOver(why) => (Status::Warning, words::passed_over(&name, &text::plain(why))),
        Judgement::Taken | Judgement::Unjudged => (Status::Passed, words::usable(&name)),
    };
    let ink = status.tone(ui).ink;
    indented(ui, SPACE_L, |ui| {
        if fields::chip_ui(ui, Icon::Certificate, &text::elided(&said, 120), ink).clicked() {
            ctx.queue.push(Command::Select(Item::Certificate(brought.certificate.clone())));
        }
    });
}

fn indented(ui: &mut Ui, by: f32, add: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        ui.add_space(by);
        ui.vertical(add);
    });
}
