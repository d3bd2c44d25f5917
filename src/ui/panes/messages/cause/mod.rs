//! The cause of an answer: the sentence with its proof, what to try, and what it rests on.

mod changes;
mod keys;
mod missing;
mod paths;

use egui::{Align, Frame, Label, Layout, Margin, RichText, Ui, vec2};

use crate::diagnose::Diagnosis;
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::text::{self, cause as words};
use crate::ui::tokens::{RADIUS, ROW, SPACE_S, SPACE_XS, strong_style, tokens};
use crate::ui::widgets::verdict;

/// Causes beside the first that are named.
const MORE_CAUSES: usize = 5;

/// Shows a diagnosis.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, diagnosis: &Diagnosis) {
    head_ui(ui, ctx, diagnosis);
    advice_ui(ui, diagnosis);
    changes::ui(ui, ctx, document, diagnosis);
    missing::ui(ui, ctx, document, diagnosis);
    keys::ui(ui, ctx, document, diagnosis);
    paths::ui(ui, ctx, diagnosis);
}

// The first sentence is read, the others are there for who wants to know more.
fn head_ui(ui: &mut Ui, ctx: &Ctx<'_>, diagnosis: &Diagnosis) {
    let told = |sentence: &&String| {
        diagnosis
            .transformations
            .iter()
            .all(|one| one.who() != sentence.as_str() && one.happened() != sentence.as_str())
    };
    let mut sentences = diagnosis.explanation.iter().filter(told);
    card_ui(ui, |ui| {
        let room = vec2(ui.available_width(), ROW);
        ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
            let (word, status) = certainty(diagnosis);
            verdict::badge_ui(ui, word, status);
            if let Some(cause) = diagnosis.cause {
                ui.label(RichText::new(cause.as_str()).monospace().color(tokens(ui).dim));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button(words::COPY).on_hover_text(words::COPY_HINT).clicked() {
                    ctx.queue.push(Command::Copy(account(diagnosis)));
                }
            });
        });
        if let Some(first) = sentences.next() {
            sentence_ui(ui, RichText::new(text::plain(first)).text_style(strong_style()));
        }
        for sentence in sentences {
            sentence_ui(ui, RichText::new(text::plain(sentence)));
        }
        if let Some(proof) = &diagnosis.proof {
            labelled_ui(ui, words::PROOF, &text::plain(proof));
        }
        for cause in diagnosis.causes.iter().skip(1).take(MORE_CAUSES) {
            let addresses: Vec<String> =
                cause.recipients.iter().take(3).map(|address| text::plain(&address.to_string())).collect();
            let said = words::cause_of(cause.reason.code.as_str(), &addresses);
            sentence_ui(ui, RichText::new(said).small().color(tokens(ui).dim));
        }
    });
}

const fn certainty(diagnosis: &Diagnosis) -> (&'static str, Status) {
    match (diagnosis.cause, diagnosis.proven) {
        (None, _) => (words::NO_CAUSE, Status::Passed),
        (Some(_), true) => (words::PROVEN, Status::Passed),
        (Some(_), false) => (words::NOT_PROVEN, Status::NotChecked),
    }
}

fn advice_ui(ui: &mut Ui, diagnosis: &Diagnosis) {
    if diagnosis.advice.is_empty() {
        return;
    }
    verdict::section_ui(ui, words::TRY, |_| {});
    for advice in &diagnosis.advice {
        ui.horizontal_top(|ui| {
            icons::icon_ui(ui, Icon::ArrowRight, tokens(ui).accent);
            sentence_ui(ui, RichText::new(text::plain(advice)));
        });
    }
}

// For another program or a letter: nothing of the content is in it.
fn account(diagnosis: &Diagnosis) -> String {
    let (certainty, _) = certainty(diagnosis);
    let code = diagnosis.cause.map_or("", |cause| cause.as_str());
    let mut lines = vec![format!("{certainty}: {code}")];
    lines.extend(diagnosis.explanation.iter().map(|sentence| format!("{}.", text::plain(sentence))));
    lines.extend(diagnosis.proof.iter().map(|proof| format!("{}: {}.", words::PROOF, text::plain(proof))));
    lines.extend(diagnosis.advice.iter().map(|advice| format!("{}: {}.", words::TRY, text::plain(advice))));
    lines.join("\n")
}

/// A card of its own, as wide as there is room.
fn card_ui(ui: &mut Ui, body: impl FnOnce(&mut Ui)) {
    let look = tokens(ui);
    Frame::new().fill(look.raised).corner_radius(RADIUS).inner_margin(Margin::symmetric(12, 10)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        body(ui);
    });
    ui.add_space(SPACE_S);
}

fn sentence_ui(ui: &mut Ui, said: RichText) {
    ui.add(Label::new(said).wrap().selectable(true));
}

/// A dim word, and after it a sentence.
fn labelled_ui(ui: &mut Ui, name: &str, said: &str) {
    ui.horizontal_top(|ui| {
        ui.label(RichText::new(name).color(tokens(ui).dim));
        sentence_ui(ui, RichText::new(said).color(tokens(ui).text));
    });
}
