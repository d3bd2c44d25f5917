//! Parties, keys, anchors and certificates in the Inspector.

use egui::{RichText, Ui};

use super::parts::{heading_ui, status_line_ui, title_ui};
use crate::pki::Certificate;
use crate::trust::PartyName;
use crate::ui::command::Command;
use crate::ui::copying::{Copyable, menu};
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::{Direction, Item};
use crate::ui::settings::View;
use crate::ui::text::{inspector as words, keys, trust};
use crate::ui::tokens::{SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::{fields, verdict};
use crate::ui::{Ctx, text};

pub(super) fn party_ui(ui: &mut Ui, ctx: &Ctx<'_>, name: &PartyName) {
    let Some(party) = ctx.state.party(name) else { return };
    let icon = match name {
        PartyName::Address(_) => Icon::Person,
        PartyName::Domain(_) => Icon::Domain,
    };
    title_ui(ui, icon, &text::plain(&name.to_string()));
    let held = party.keys.len() + party.locked.len();
    fields::property_ui(ui, words::PRIVATE_KEYS, &held.to_string());
    fields::property_ui(ui, words::CERTIFICATES, &party.certificates.len().to_string());
    fields::property_ui(ui, words::TRUSTS_RECEIVING, &words::anchors(party.incoming.anchors().len()));
    fields::property_ui(ui, words::TRUSTS_SENDING, &words::anchors(party.outgoing.anchors().len()));
}

pub(super) fn key_ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &PartyName, name: &str, item: &Item) {
    let Some(found) = ctx.state.party(party) else { return };
    title_ui(ui, Icon::Key, &text::plain(name));
    ui.label(RichText::new(words::key_of(&party.to_string())).color(tokens(ui).dim));
    ui.add_space(SPACE_XS);
    if let Some(locked) = found.locked.iter().find(|locked| locked.name == name) {
        status_line_ui(ui, Status::NotChecked, words::LOCKED);
        ui.label(text::plain(&locked.reason));
    }
    remove_ui(ui, ctx, item, words::REMOVE_KEY, words::REMOVE_KEY_HINT);
    let readable = found.certificates.iter().find(|named| named.name == name);
    if let Some(named) = readable.filter(|_| found.locked.iter().any(|locked| locked.name == name)) {
        ui.separator();
        certificate_ui(ui, ctx, &named.certificate);
    }
    if let Some(key) = found.keys.iter().find(|key| key.name == name) {
        status_line_ui(ui, Status::Passed, words::UNLOCKED);
        ui.separator();
        certificate_ui(ui, ctx, key.entry.certificate());
    }
}

pub(super) fn anchor_ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &PartyName, direction: Direction, name: &str, item: &Item) {
    let Some(found) = ctx.state.party(party) else { return };
    let anchors = match direction {
        Direction::Incoming => found.incoming.anchors(),
        Direction::Outgoing => found.outgoing.anchors(),
    };
    let Some(anchor) = anchors.iter().find(|anchor| anchor.name == name) else { return };
    ui.label(RichText::new(words::trusts_this(&party.to_string(), direction)).color(tokens(ui).dim));
    certificate_ui(ui, ctx, &anchor.certificate);
    remove_ui(ui, ctx, item, words::REMOVE_ANCHOR, words::REMOVE_ANCHOR_HINT);
}

pub(super) fn remove_ui(ui: &mut Ui, ctx: &Ctx<'_>, item: &Item, name: &str, hint: &str) {
    ui.menu_button(name, |ui| {
        ui.label(hint);
        if ui.button(words::REMOVE).clicked() {
            ctx.queue.push(Command::Remove(item.clone()));
            ui.close();
        }
    });
    ui.add_space(SPACE_XS);
}

pub(super) fn certificate_ui(ui: &mut Ui, ctx: &Ctx<'_>, certificate: &Certificate) {
    title_ui(ui, Icon::Certificate, &text::plain(&certificate.common_name()));
    if ctx.state.is_demo() {
        verdict::badge_ui(ui, words::DEMO, Status::Info);
    }
    let (status, validity) = words::validity(certificate, ctx.state.evaluated_at());
    status_line_ui(ui, status, &validity);
    fields::property_ui(ui, words::VALIDITY, &words::valid_range(certificate));
    fields::property_ui(ui, words::NAMES, &words::names(certificate));
    fields::property_ui(ui, words::SUBJECT, &text::plain(certificate.subject()));
    fields::property_ui(ui, words::ISSUER, &text::plain(certificate.issuer()));
    fields::property_ui(ui, words::KIND, words::kind(certificate.is_ca()));
    fields::property_ui(ui, words::KEY, &certificate.key_algorithm().to_string());
    fields::property_ui(ui, words::SIGNED_WITH, certificate.signature_algorithm());
    fields::property_mono_ui(ui, words::SERIAL, certificate.serial());
    fields::property_mono_ui(ui, words::SHA256, &certificate.fingerprint_colons());
    trusters_ui(ui, ctx, certificate);
    ui.add_space(SPACE_S);
    ui.horizontal_wrapped(|ui| {
        if ui.button(keys::COPY_PEM).clicked() {
            ctx.queue.push(Command::Copy(certificate.pem()));
        }
        if ui.button(words::COPY_FINGERPRINT).clicked() {
            ctx.queue.push(Command::Copy(certificate.fingerprint_colons()));
        }
        menu::button_ui(ui, ctx, || Some(Copyable::certificate(certificate)));
        if ui.button(keys::COPY_OPENSSL).on_hover_text(keys::COPY_OPENSSL_HINT).clicked() {
            ctx.queue.push(Command::Copy(keys::openssl_command(&certificate.pem())));
        }
    });
}

// Whose anchors a path from it leads to, not only who holds it as an anchor.
fn trusters_ui(ui: &mut Ui, ctx: &Ctx<'_>, certificate: &Certificate) {
    if ctx.state.workspace.is_none() {
        return;
    }
    heading_ui(ui, words::WHO_TRUSTS);
    let trusters = match ctx.state.trusters.get(certificate.sha256()) {
        Some(Some(trusters)) => trusters,
        Some(None) => {
            ui.spinner();
            return;
        }
        None => {
            ctx.queue.push(Command::AskTrust(certificate.clone()));
            return;
        }
    };
    let trusting = || trusters.iter().filter(|truster| truster.trusts());
    if trusting().next().is_none() {
        ui.label(RichText::new(words::NOBODY_TRUSTS).color(tokens(ui).dim));
    }
    for truster in trusting().take(50) {
        let icon = match truster.party {
            PartyName::Address(_) => Icon::Person,
            PartyName::Domain(_) => Icon::Domain,
        };
        let ink = tokens(ui).accent;
        if fields::chip_ui(ui, icon, &text::plain(&truster.party.to_string()), ink).clicked() {
            ctx.queue.push(Command::Show(View::Addresses));
            ctx.queue.push(Command::Select(Item::Party(truster.party.clone())));
        }
        ui.label(RichText::new(trust::accepted_as(truster)).small().color(tokens(ui).dim));
    }
}
