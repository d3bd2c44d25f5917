//! What is missing for trust, where it could come from, and the way there.

use egui::{RichText, Ui};

use super::super::actions::show_anchors;
use super::{card_ui, sentence_ui};
use crate::agent::{Operation, ReasonCode};
use crate::diagnose::{Diagnosis, Missing, MissingKind, Place, Source};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::{Direction, Item};
use crate::ui::text::{self, cause as words, messages, what_if};
use crate::ui::tokens::{SPACE_XS, tokens};
use crate::ui::what_if::WhatIf;
use crate::ui::widgets::{fields, verdict};

/// Sources of one thing that are shown.
const MOST: usize = 6;

/// Shows it.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, diagnosis: &Diagnosis) {
    if diagnosis.missing.is_empty() {
        return;
    }
    verdict::section_ui(ui, words::MISSING, |_| {});
    for missing in &diagnosis.missing {
        // Where it is the cause, it stands above, perhaps after whose it is.
        let tail: String = missing.sentence.chars().skip(1).collect();
        let told = diagnosis.explanation.iter().any(|sentence| sentence.ends_with(&tail));
        card_ui(ui, |ui| missing_ui(ui, ctx, document, missing, told));
    }
}

fn missing_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, missing: &Missing, told: bool) {
    ui.horizontal_wrapped(|ui| {
        verdict::badge_ui(ui, words::missing(missing.kind), Status::Failed);
        ui.label(RichText::new(missing.code.as_str()).monospace().color(tokens(ui).dim));
        for address in missing.recipients.iter().take(3) {
            ui.label(RichText::new(text::plain(&address.to_string())).small().color(tokens(ui).dim));
        }
    });
    if !told {
        sentence_ui(ui, RichText::new(text::plain(&missing.sentence)));
    }
    if !missing.sources.is_empty() {
        ui.label(RichText::new(words::FROM).small().color(tokens(ui).dim));
        for source in missing.sources.iter().take(MOST) {
            source_ui(ui, ctx, source);
        }
    }
    ui.add_space(SPACE_XS);
    ui.horizontal_wrapped(|ui| buttons_ui(ui, ctx, document, missing));
}

fn source_ui(ui: &mut Ui, ctx: &Ctx<'_>, source: &Source) {
    if let Place::Url(url) = &source.place {
        ui.horizontal_wrapped(|ui| {
            let url = text::plain(url);
            ui.label(RichText::new(&url).monospace()).on_hover_text(words::URL_HINT);
            if ui.small_button(words::COPY_URL).on_hover_text(words::URL_HINT).clicked() {
                ctx.queue.push(Command::Copy(url));
            }
        });
        return;
    }
    let (Some(certificate), icon) = (&source.certificate, icon(&source.place)) else { return };
    let said = words::source(&source.place, Some(&certificate.common_name()));
    ui.horizontal_wrapped(|ui| {
        if fields::chip_ui(ui, icon, &said, tokens(ui).accent).clicked() {
            ctx.queue
                .push(Command::Select(item(&source.place).unwrap_or_else(|| Item::Certificate(certificate.clone()))));
        }
    });
}

const fn icon(place: &Place) -> Icon {
    match place {
        Place::IncomingAnchors(..) | Place::OutgoingAnchors(..) => Icon::Anchor,
        Place::Keys(..) => Icon::Key,
        Place::Message => Icon::Envelope,
        Place::Authorities | Place::Certificates(..) | Place::Url(_) => Icon::Certificate,
    }
}

fn item(place: &Place) -> Option<Item> {
    Some(match place {
        Place::IncomingAnchors(party, name) => Item::Anchor(party.clone(), Direction::Incoming, name.clone()),
        Place::OutgoingAnchors(party, name) => Item::Anchor(party.clone(), Direction::Outgoing, name.clone()),
        Place::Keys(party, name) => Item::Key(party.clone(), name.clone()),
        Place::Authorities | Place::Certificates(..) | Place::Message | Place::Url(_) => return None,
    })
}

// What can be done about it here.
fn buttons_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, missing: &Missing) {
    if matches!(missing.kind, MissingKind::Anchor | MissingKind::Direction | MissingKind::Intermediate) {
        anchors_button_ui(ui, ctx, document, missing);
    }
    if matches!(missing.kind, MissingKind::Intermediate | MissingKind::Certificate)
        && ui.button(messages::IMPORT_CERTIFICATE).on_hover_text(messages::IMPORT_HINT).clicked()
    {
        ctx.queue.push(Command::ChooseImport);
    }
    if let Some((from, until)) = missing.window {
        let then = if missing.code == ReasonCode::Expired { until } else { from };
        let what_if = WhatIf { at: Some(then), ..WhatIf::default() };
        if ui.button(what_if::evaluate_at(&text::date(then))).on_hover_text(what_if::ABOUT_ONE).clicked() {
            ctx.queue.push(Command::Suppose(document.id, Some(what_if)));
        }
    }
    if let Some(certificate) = &missing.certificate
        && fields::chip_ui(ui, Icon::Certificate, &text::plain(&certificate.common_name()), tokens(ui).accent).clicked()
    {
        ctx.queue.push(Command::Select(Item::Certificate(certificate.clone())));
    }
}

fn anchors_button_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, missing: &Missing) {
    let Some(report) = document.report() else { return };
    let (owner, direction) = match report.operation {
        Operation::Incoming => (missing.recipients.first(), Direction::Incoming),
        Operation::Outgoing => (report.sender.address(), Direction::Outgoing),
    };
    let Some(owner) = owner else { return };
    let name = messages::show_anchors(&text::plain(owner.local_part()));
    if ui.button(name).on_hover_text(messages::SHOW_ANCHORS_HINT).clicked() {
        show_anchors(ctx, owner, direction);
    }
}
