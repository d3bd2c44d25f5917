//! What one recipient makes of one signer, and the eight facts that this rests on.

use egui::{RichText, Ui};

use super::parts::{heading_ui, status_line_ui, title_ui};
use crate::agent::SignerOutcome;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::facts::{self, Fact};
use crate::ui::icons::{self, Icon, Status};
use crate::ui::outlook::{Judged, Subject};
use crate::ui::panes::messages;
use crate::ui::selection::Item;
use crate::ui::text::{facts as words, messages as said};
use crate::ui::tokens::{SPACE_XS, tokens};
use crate::ui::{Ctx, text};

/// The page of a cell of the matrix.
pub(super) fn trust_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, place: usize, recipient_place: usize) {
    let Some(ran) = document.ran() else { return };
    let (Some(signer), Some(recipient)) = (document.signer(place), document.recipient(recipient_place)) else {
        return;
    };
    let address = text::plain(&recipient.address.to_string());
    title_ui(ui, Icon::Anchor, &said::trust_of(&address, &messages::signer_issuer(signer)));
    let (status, word, detail) = messages::verdict_of(recipient, signer);
    status_line_ui(ui, status, &word);
    if !detail.is_empty() {
        ui.label(detail);
    }
    ui.horizontal_wrapped(|ui| {
        if ui.button(said::SHOW_SIGNER).clicked() {
            ctx.queue.push(Command::Select(Item::Signer(document.id, place)));
        }
        if ui.button(said::SHOW_RECIPIENT).clicked() {
            ctx.queue.push(Command::Select(Item::Recipient(document.id, recipient_place)));
        }
    });
    let is_theirs =
        |judged: &&Judged| judged.subject == Subject::Signer(place) && judged.recipients.contains(&recipient.address);
    let judged: Vec<&Judged> = ran.chains.iter().filter(is_theirs).collect();
    facts_ui(ui, &facts::of(signer, &judged));
    for judged in judged {
        heading_ui(ui, text::chains::HEADING);
        messages::judged_ui(ui, ctx, &ran.report, judged);
    }
}

/// The facts of a signer, one under the other.
pub(super) fn signer_facts_ui(ui: &mut Ui, document: &Document, place: usize, signer: &SignerOutcome) {
    if let Some(ran) = document.ran() {
        facts_ui(ui, &messages::of_signer(ran, place, signer));
    }
}

fn facts_ui(ui: &mut Ui, facts: &[Fact]) {
    heading_ui(ui, words::HEADING);
    ui.label(RichText::new(words::ABOUT).small().color(tokens(ui).dim));
    for fact in facts {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            icons::status_ui(ui, fact.status);
            let line = words::line(fact.kind, &fact.word);
            let ink = if fact.status == Status::Failed { fact.status.tone(ui).ink } else { tokens(ui).text };
            ui.label(RichText::new(line).color(ink)).on_hover_text(words::question(fact.kind));
        });
    }
    ui.add_space(SPACE_XS);
}
