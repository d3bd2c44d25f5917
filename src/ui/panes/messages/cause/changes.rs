//! What was done to a message after it was signed, and where: the octets that were signed beside those that arrived.

use egui::{Frame, Label, Margin, RichText, Ui};

use super::{card_ui, labelled_ui};
use crate::diagnose::{Change, Diagnosis};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon};
use crate::ui::selection::Item;
use crate::ui::text::{self, cause as words};
use crate::ui::tokens::{RADIUS, Tone, strong_style, tokens};
use crate::ui::widgets::verdict;

/// Places that are shown.
const MOST: usize = 8;

/// Shows them.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, diagnosis: &Diagnosis) {
    if !diagnosis.transformations.is_empty() {
        verdict::section_ui(ui, words::DONE, |_| {});
    }
    for one in &diagnosis.transformations {
        card_ui(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                icons::icon_ui(ui, Icon::Warning, tokens(ui).warning.ink);
                ui.add(Label::new(RichText::new(one.happened()).text_style(strong_style())).wrap());
                ui.label(RichText::new(one.as_str()).monospace().color(tokens(ui).dim));
            });
            labelled_ui(ui, words::WHO, one.who());
            labelled_ui(ui, words::REMEDY, one.remedy());
        });
    }
    places_ui(ui, ctx, document, diagnosis);
    tried_ui(ui, diagnosis);
}

fn places_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, diagnosis: &Diagnosis) {
    let changed = &diagnosis.changed;
    if changed.places.is_empty() {
        return;
    }
    verdict::section_ui(ui, words::CHANGED, |ui| {
        ui.label(RichText::new(words::CHANGED_ABOUT).small().color(tokens(ui).dim));
    });
    for change in changed.places.iter().take(MOST) {
        card_ui(ui, |ui| place_ui(ui, ctx, document, change));
    }
    let more = changed.count.saturating_sub(changed.places.len().min(MOST));
    if more > 0 {
        ui.label(RichText::new(words::more_places(more)).color(tokens(ui).dim));
    }
}

fn place_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, change: &Change) {
    let span = change.span;
    if ui.link(words::line(change.line, span.buffer.as_str(), span.start, span.len())).clicked() {
        ctx.queue.push(Command::Select(Item::Octets(document.id, span)));
    }
    let look = tokens(ui);
    octets_ui(ui, words::SIGNED, &change.signed_excerpt(), look.passed);
    octets_ui(ui, words::ARRIVED, &change.received_excerpt(), look.failed);
}

fn octets_ui(ui: &mut Ui, name: &str, excerpt: &str, tone: Tone) {
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(64.0, 18.0), egui::Sense::hover());
        crate::ui::widgets::paint::line(ui, rect, name, egui::TextStyle::Body, tokens(ui).dim);
        Frame::new().fill(tone.tint).corner_radius(RADIUS).inner_margin(Margin::symmetric(6, 2)).show(ui, |ui| {
            let said = RichText::new(text::plain(excerpt)).monospace().color(tokens(ui).text);
            ui.add(Label::new(said).wrap().selectable(true));
        });
    });
}

fn tried_ui(ui: &mut Ui, diagnosis: &Diagnosis) {
    let Some(effort) = diagnosis.effort else { return };
    let alone = diagnosis.tried.iter().filter(|one| one.transformations.len() == 1).count();
    let pairs = diagnosis.tried.len().saturating_sub(alone);
    verdict::section_ui(ui, words::TRIED, |_| {});
    let said = words::tried(alone, pairs, effort.candidates, effort.exhausted);
    ui.add(Label::new(RichText::new(said).color(tokens(ui).dim)).wrap());
}
