//! Parties, keys, anchors and certificates in the Inspector.

use egui::{RichText, Ui};

use super::parts::{heading_ui, status_line_ui, title_ui};
use crate::pki::{Certificate, Validity};
use crate::trust::PartyName;
use crate::ui::command::Command;
use crate::ui::copying::{Copyable, menu};
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::{Direction, Item};
use crate::ui::settings::View;
use crate::ui::text::keys as words;
use crate::ui::text::trust;
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
    let keys = party.keys.len() + party.locked.len();
    fields::property_ui(ui, "Private keys", &keys.to_string());
    fields::property_ui(ui, "Certificates", &party.certificates.len().to_string());
    fields::property_ui(ui, "Trusts when receiving", &text::count(party.incoming.anchors().len(), "anchor", "anchors"));
    fields::property_ui(ui, "Trusts when sending", &text::count(party.outgoing.anchors().len(), "anchor", "anchors"));
}

pub(super) fn key_ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &PartyName, name: &str, item: &Item) {
    let Some(found) = ctx.state.party(party) else { return };
    title_ui(ui, Icon::Key, &text::plain(name));
    ui.label(RichText::new(format!("Private key of {}", text::plain(&party.to_string()))).color(tokens(ui).dim));
    ui.add_space(SPACE_XS);
    if let Some(locked) = found.locked.iter().find(|locked| locked.name == name) {
        status_line_ui(ui, Status::NotChecked, "Locked");
        ui.label(text::plain(&locked.reason));
    }
    remove_ui(ui, ctx, item, "Remove this key…", "The key is deleted; its certificate stays");
    let readable = found.certificates.iter().find(|named| named.name == name);
    if let Some(named) = readable.filter(|_| found.locked.iter().any(|locked| locked.name == name)) {
        ui.separator();
        certificate_ui(ui, ctx, &named.certificate);
    }
    if let Some(key) = found.keys.iter().find(|key| key.name == name) {
        status_line_ui(ui, Status::Passed, "Unlocked");
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
    let way = match direction {
        Direction::Incoming => "mail that arrives",
        Direction::Outgoing => "mail that leaves",
    };
    ui.label(RichText::new(format!("{} trusts this for {way}", text::plain(&party.to_string()))).color(tokens(ui).dim));
    certificate_ui(ui, ctx, &anchor.certificate);
    remove_ui(ui, ctx, item, "Stop trusting it…", "Chains that end here no longer count for this party");
}

pub(super) fn remove_ui(ui: &mut Ui, ctx: &Ctx<'_>, item: &Item, words: &str, hint: &str) {
    ui.menu_button(words, |ui| {
        ui.label(hint);
        if ui.button("Yes, remove it").clicked() {
            ctx.queue.push(Command::Remove(item.clone()));
            ui.close();
        }
    });
    ui.add_space(SPACE_XS);
}

pub(super) fn certificate_ui(ui: &mut Ui, ctx: &Ctx<'_>, certificate: &Certificate) {
    title_ui(ui, Icon::Certificate, &text::plain(&certificate.common_name()));
    if ctx.state.is_demo() {
        verdict::badge_ui(ui, "DEMO", Status::Info);
    }
    let (status, words) = match certificate.validity_at(ctx.state.evaluated_at()) {
        Validity::Valid => (Status::Passed, "Valid now".to_owned()),
        Validity::Expired => (Status::Failed, format!("Expired on {}", text::date(certificate.not_after()))),
        Validity::NotYetValid => (Status::Failed, format!("Not valid before {}", text::date(certificate.not_before()))),
    };
    status_line_ui(ui, status, &words);
    let range = format!("{} to {}", text::date(certificate.not_before()), text::date(certificate.not_after()));
    fields::property_ui(ui, "Validity", &range);
    fields::property_ui(ui, "Names", &names_of(certificate));
    fields::property_ui(ui, "Subject", &text::plain(certificate.subject()));
    fields::property_ui(ui, "Issuer", &text::plain(certificate.issuer()));
    let kind =
        if certificate.is_ca() { "certificate authority" } else { "end entity: a person, a domain or a service" };
    fields::property_ui(ui, "Kind", kind);
    fields::property_ui(ui, "Key", &certificate.key_algorithm().to_string());
    fields::property_ui(ui, "Signed with", certificate.signature_algorithm());
    fields::property_mono_ui(ui, "Serial number", certificate.serial());
    fields::property_mono_ui(ui, "SHA-256", &certificate.fingerprint_colons());
    trusters_ui(ui, ctx, certificate);
    ui.add_space(SPACE_S);
    ui.horizontal_wrapped(|ui| {
        if ui.button("Copy PEM").clicked() {
            ctx.queue.push(Command::Copy(certificate.pem()));
        }
        if ui.button("Copy fingerprint").clicked() {
            ctx.queue.push(Command::Copy(certificate.fingerprint_colons()));
        }
        menu::button_ui(ui, ctx, || Some(Copyable::certificate(certificate)));
        if ui.button(words::COPY_OPENSSL).on_hover_text(words::COPY_OPENSSL_HINT).clicked() {
            ctx.queue.push(Command::Copy(words::openssl_command(&certificate.pem())));
        }
    });
}

// Whose anchors a path from it leads to, not only who holds it as an anchor.
fn trusters_ui(ui: &mut Ui, ctx: &Ctx<'_>, certificate: &Certificate) {
    if ctx.state.workspace.is_none() {
        return;
    }
    heading_ui(ui, "Who trusts this?");
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
        ui.label(RichText::new("Nobody here: no path from it ends at an anchor").color(tokens(ui).dim));
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

pub(super) fn names_of(certificate: &Certificate) -> String {
    let addresses = certificate.email_addresses().iter().map(|name| format!("{} (address)", text::plain(name)));
    let domains = certificate.dns_names().iter().map(|name| format!("{} (domain)", text::plain(name)));
    let names: Vec<String> = addresses.chain(domains).collect();
    if names.is_empty() { "none: it is bound to no address and no domain".to_owned() } else { names.join("\n") }
}
