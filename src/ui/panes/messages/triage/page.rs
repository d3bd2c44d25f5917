//! The page of a group: the cause in words, how many messages, who is concerned, what would change it, and the group as
//! a file.

use egui::{Label, RichText, Ui};

use super::groups::{Group, Groups};
use super::{Key, rows, table};
use crate::batch::{Summary, Tally};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::panes::export::ExportForm;
use crate::ui::text::{self, triage as words};
use crate::ui::tokens::{SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::verdict;

/// Names of a tally that are shown.
const NAMES: usize = 6;
/// Height of a line that leads to a message.
const LINE: f32 = 18.0;
/// Messages that are shown as a way in.
const MESSAGES: usize = 8;

/// What the page remembers from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Page {
    of: Option<(u64, Key)>,
    group: Option<crate::batch::Group>,
    export: Option<(Key, ExportForm)>,
}

impl Page {
    pub(super) fn export(&mut self) -> Option<&mut ExportForm> {
        self.export.as_mut().map(|(_, form)| form)
    }

    pub(super) fn exported(&mut self) {
        self.export = None;
    }

    // Counted when the groups change, never per frame.
    fn refresh(&mut self, ctx: &Ctx<'_>, group: &Group, generation: u64) {
        let of = Some((generation, group.key.clone()));
        if self.of == of {
            return;
        }
        let mut summary = Summary::default();
        let documents = group.places.iter().filter_map(|place| ctx.state.documents.get(*place));
        documents.filter_map(|document| document.outcome()).for_each(|outcome| summary.add(&outcome));
        self.group = summary.groups().first().map(|group| (*group).clone());
        self.of = of;
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &Group, groups: &Groups) {
        self.refresh(ctx, group, groups.generation);
        let cause = group.key.as_ref();
        let all = groups.list().iter().map(|one| one.places.len()).sum();
        let share = words::share(group.places.len(), all);
        let about = match (cause, self.group.as_ref()) {
            (None, _) => words::PENDING_ABOUT,
            (Some(_), None) => words::NOT_JUDGED_ABOUT,
            (Some(cause), Some(_)) if !cause.is_trouble() => words::ACCEPTED_ABOUT,
            (Some(_), Some(counted)) => counted.explanation.as_str(),
        };
        let several = group.places.len() > 1 && is_trouble(cause) && self.group.is_some();
        let about = if several { words::in_the_first(about) } else { text::plain(about) };
        verdict::verdict_ui(ui, rows::status(&group.key), words::title(cause), &about, |ui| {
            ui.spacing_mut().item_spacing.y = SPACE_XS;
            verdict::fact_ui(ui, words::MESSAGES_OF, &self.counted(share));
            if let Some(code) = cause.and_then(|cause| cause.code) {
                verdict::fact_ui(ui, words::CODE, code.as_str());
            }
            for one in cause.iter().flat_map(|cause| &cause.transformations) {
                verdict::fact_ui(ui, words::HAPPENED, one.happened());
                verdict::fact_ui(ui, words::WHO, one.who());
            }
            for advice in self.group.iter().filter(|_| is_trouble(cause)).flat_map(|counted| &counted.advice) {
                verdict::fact_ui(ui, words::REMEDY, &text::plain(advice));
            }
        });
        ui.add_space(SPACE_S);
        let (troubles, most) = groups.troubles();
        if most.is_some_and(|most| most.key == group.key && most.places.len() > 1 && most.places.len() < troubles) {
            ui.add(Label::new(words::mends_most(group.places.len(), troubles)).wrap());
        }
        self.files_ui(ui, ctx, group);
        self.concerned_ui(ui, is_trouble(cause));
        messages_ui(ui, ctx, group);
    }

    fn counted(&self, share: String) -> String {
        match &self.group {
            Some(counted) if counted.proven > 0 => format!("{share}. {}", words::proven(counted.proven, counted.count)),
            _ => share,
        }
    }

    fn files_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, group: &Group) {
        let outcomes = || {
            let documents = group.places.iter().filter_map(|place| ctx.state.documents.get(*place));
            documents.filter_map(|document| document.outcome())
        };
        ui.add_space(SPACE_XS);
        ui.horizontal_wrapped(|ui| {
            if ui.button(words::COPY_TABLE).on_hover_text(words::COPY_TABLE_HINT).clicked() {
                ctx.queue.push(Command::Copy(table::tab_separated(outcomes())));
            }
            let name = group.key.as_ref().and_then(|cause| cause.code).map_or("", |code| code.as_str());
            let name = format!("{}-{name}", words::FILE).trim_end_matches('-').to_owned();
            if ui.button(words::SAVE_JUNIT).on_hover_text(words::SAVE_JUNIT_HINT).clicked()
                && let Some(octets) = table::junit(outcomes())
            {
                self.export = Some((group.key.clone(), ExportForm::octets(ctx, octets, &name, "xml")));
            }
            if ui.button(words::SAVE_JSON).on_hover_text(words::SAVE_JSON_HINT).clicked() {
                let octets = table::json_lines(outcomes());
                self.export = Some((group.key.clone(), ExportForm::octets(ctx, octets, &name, "jsonl")));
            }
        });
        if let Some((_, form)) = self.export.as_mut().filter(|(key, _)| *key == group.key)
            && form.ui(ui, ctx)
        {
            self.export = None;
        }
    }

    fn concerned_ui(&self, ui: &mut Ui, trouble: bool) {
        let Some(counted) = &self.group else { return };
        let recipients = if trouble { words::LEFT_OUT } else { words::RECIPIENTS };
        let tallies =
            [(words::SENDERS, &counted.senders), (recipients, &counted.recipients), (words::ISSUERS, &counted.issuers)];
        if tallies.iter().all(|(_, tally)| tally.ranked().is_empty()) {
            return;
        }
        verdict::section_ui(ui, words::CONCERNED, |_| {});
        for (title, tally) in tallies {
            tally_ui(ui, title, tally);
        }
    }
}

fn is_trouble(cause: Option<&crate::batch::Cause>) -> bool {
    cause.is_some_and(crate::batch::Cause::is_trouble)
}

fn tally_ui(ui: &mut Ui, title: &str, tally: &Tally) {
    let ranked = tally.ranked();
    if ranked.is_empty() {
        return;
    }
    let mut names: Vec<String> = ranked.iter().take(NAMES).map(|(name, times)| words::named(name, *times)).collect();
    if ranked.len() > NAMES {
        names.push(words::others(ranked.len().saturating_sub(NAMES)));
    }
    ui.label(RichText::new(title).small().color(tokens(ui).dim));
    ui.add(Label::new(names.join(", ")).wrap());
    ui.add_space(SPACE_XS);
}

fn messages_ui(ui: &mut Ui, ctx: &Ctx<'_>, group: &Group) {
    verdict::section_ui(ui, words::MESSAGES, |_| {});
    let first = group.places.iter().take(MESSAGES).filter_map(|place| ctx.state.documents.get(*place));
    for document in first {
        let name = text::plain(&document.name);
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = LINE;
            if ui.link(name).clicked() {
                ctx.queue.push(Command::ShowMessage(document.id));
            }
            ui.add(Label::new(RichText::new(document.route()).small().color(tokens(ui).dim)).truncate());
        });
    }
    let rest = group.places.len().saturating_sub(MESSAGES);
    if rest > 0 {
        ui.label(RichText::new(words::others(rest)).color(tokens(ui).dim));
    }
}
