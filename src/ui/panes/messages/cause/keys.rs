//! Every RecipientInfo of the envelope, with what is held of the key that it needs.

use egui::{Label, RichText, Ui};

use super::{card_ui, sentence_ui};
use crate::diagnose::{Addressed, Diagnosis, Holding, Opens, Relation};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::Item;
use crate::ui::text::{self, cause as words};
use crate::ui::tokens::{ICON, SPACE_S, strong_style, tokens};
use crate::ui::widgets::{fields, verdict};

/// Shows them.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, diagnosis: &Diagnosis) {
    if diagnosis.recipient_infos.is_empty() {
        return;
    }
    verdict::section_ui(ui, words::KEYS, |ui| {
        ui.add(Label::new(RichText::new(words::KEYS_ABOUT).small().color(tokens(ui).dim)).truncate());
    });
    for addressed in &diagnosis.recipient_infos {
        let told = diagnosis.explanation.contains(&addressed.sentence);
        card_ui(ui, |ui| addressed_ui(ui, ctx, document, addressed, told));
    }
    if diagnosis.recipient_infos_omitted > 0 {
        let more = words::more_recipient_infos(diagnosis.recipient_infos_omitted);
        ui.label(RichText::new(more).color(tokens(ui).dim));
    }
}

fn addressed_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, addressed: &Addressed, told: bool) {
    ui.horizontal_wrapped(|ui| {
        icons::status_ui(ui, status(addressed));
        ui.label(RichText::new(words::recipient_info(addressed.number)).text_style(strong_style()));
        ui.label(RichText::new(addressed.kind).monospace().color(tokens(ui).dim));
        ui.label(RichText::new(text::plain(&addressed.key_encryption)).color(tokens(ui).dim));
        if ui.link(words::SHOW_OCTETS).clicked() {
            ctx.queue.push(Command::Select(Item::Octets(document.id, addressed.span)));
        }
    });
    // Where it is the cause, it stands above.
    if !told {
        sentence_ui(ui, RichText::new(text::plain(&addressed.sentence)));
    }
    for holding in &addressed.holdings {
        holding_ui(ui, ctx, holding);
    }
    if addressed.holdings.is_empty() {
        ui.label(RichText::new(words::NOTHING_HELD).color(tokens(ui).dim));
    }
}

fn status(addressed: &Addressed) -> Status {
    let holds = |relation| addressed.holdings.iter().any(|holding: &Holding| holding.relation == relation);
    match addressed.holdings.first() {
        Some(first) if first.opens == Opens::Yes => Status::Passed,
        Some(first) if first.opens == Opens::No => Status::Failed,
        Some(_) if holds(Relation::Key) || holds(Relation::KeyOfAnother) => Status::Passed,
        _ => Status::Skipped,
    }
}

fn holding_ui(ui: &mut Ui, ctx: &Ctx<'_>, holding: &Holding) {
    let (icon, item) = match (holding.relation, &holding.certificate) {
        (Relation::CertificateOnly, Some(certificate)) => {
            (Icon::Certificate, Item::PartyCertificate(holding.party.clone(), certificate.clone()))
        }
        (Relation::Locked, _) => (Icon::Lock, Item::Party(holding.party.clone())),
        _ => (Icon::Key, Item::Key(holding.party.clone(), holding.name.clone())),
    };
    ui.horizontal_wrapped(|ui| {
        ui.add_space(ICON + SPACE_S);
        let name = words::holder(&holding.party.to_string(), &holding.name);
        if fields::chip_ui(ui, icon, &name, tokens(ui).accent).clicked() {
            ctx.queue.push(Command::Select(item));
        }
        ui.label(words::relation(holding.relation));
    });
    let serial = holding.certificate.as_ref().map(|certificate| words::serial(certificate.serial()));
    ui.horizontal(|ui| {
        ui.add_space(ICON + SPACE_S);
        if let Some(said) = words::opens(holding.opens) {
            let status = if holding.opens == Opens::Yes { Status::Passed } else { Status::Failed };
            verdict::badge_ui(ui, said, status);
        }
        if let Some(serial) = serial {
            ui.add(Label::new(RichText::new(serial).small().color(tokens(ui).dim)).truncate());
        }
    });
}
