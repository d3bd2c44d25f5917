//! What a message gives away: the three layers side by side, the routing rule, leaks, and who learns what.

mod layers;
mod leaks;
mod sight;

use egui::{Label, RichText, Ui};

use super::tabs;
use crate::exposure::{Exposure, Stage};
use crate::finding::Severity;
use crate::span::Span;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::examining::{Examination, Examined};
use crate::ui::icons::{self, Status};
use crate::ui::selection::{DocumentId, Item};
use crate::ui::text::exposure as words;
use crate::ui::tokens::{SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::verdict;
use crate::ui::{Ctx, text};

/// What the view remembers from frame to frame.
#[derive(Debug, Default)]
pub(super) struct ExposureView {
    /// The cell of who learns what that was chosen: its row, its column.
    chosen: Option<(DocumentId, (usize, usize))>,
}

impl ExposureView {
    /// Shows it, after a run or before any.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
        tabs::examined_ui(ui, ctx, document, Examination::Exposure, |ui, examined| {
            if let Examined::Exposure(exposure) = examined {
                self.exposure_ui(ui, ctx, document, exposure);
            }
        });
    }

    fn exposure_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, exposure: &Exposure) {
        headline_ui(ui, exposure);
        layers::ui(ui, ctx, document, exposure);
        routing_ui(ui, exposure);
        leaks::ui(ui, ctx, document, exposure);
        sight::ui(ui, ctx, document, exposure, &mut self.chosen);
        ui.add_space(SPACE_M);
    }
}

fn status_of(exposure: &Exposure) -> Status {
    match exposure.worst() {
        Severity::Pass if exposure.stage == Stage::Stopped => Status::Info,
        worst => Status::from(worst),
    }
}

/// The answer and what was looked at: the picture below says the rest.
fn headline_ui(ui: &mut Ui, exposure: &Exposure) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = SPACE_S;
        icons::status_ui(ui, status_of(exposure));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = SPACE_XS;
            ui.add(Label::new(RichText::new(words::headline(exposure)).heading().color(tokens(ui).text)).wrap());
            ui.add(Label::new(RichText::new(words::standing(exposure)).color(tokens(ui).dim)).wrap());
        });
    });
}

fn routing_ui(ui: &mut Ui, exposure: &Exposure) {
    let rule = &exposure.routing;
    verdict::section_ui(ui, words::ROUTING, |ui| {
        ui.label(RichText::new(rule.finding.rule.clause).small().color(tokens(ui).dim));
    });
    sentence_ui(ui, Status::from(rule.finding.severity), &words::routing(rule));
    ui.horizontal_top(|ui| {
        ui.add_space(SPACE_M + SPACE_S);
        ui.add(Label::new(RichText::new(words::consequences(rule)).small().color(tokens(ui).dim)).wrap());
    });
    if exposure.mismatches.is_empty() {
        return;
    }
    verdict::section_ui(ui, words::DIFFERENCES, |_| {});
    for finding in &exposure.mismatches {
        sentence_ui(ui, Status::from(finding.severity), &finding.detail);
    }
}

/// A shape and a sentence.
fn sentence_ui(ui: &mut Ui, status: Status, sentence: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = SPACE_S;
        icons::status_ui(ui, status);
        ui.add(Label::new(text::plain(sentence)).wrap());
    });
    ui.add_space(SPACE_XS);
}

/// Selects octets of the message.
fn select(ctx: &Ctx<'_>, document: &Document, span: Span) {
    ctx.queue.push(Command::Select(Item::Octets(document.id, span)));
}
