//! One address or domain: whether it is ready, its keys, whom it trusts and who trusts it.

use egui::{RichText, Ui};

use super::rows::{self, Row};
use super::{AddressesPane, published, readiness};
use crate::trust::{Party, PartyName};
use crate::ui::command::{Command, UiCommand};
use crate::ui::icons::{self, Icon, Status};
use crate::ui::panes::export::ExportForm;
use crate::ui::selection::Item;
use crate::ui::text::{addresses, importing, keys as words, trust};
use crate::ui::tokens::{SPACE_S, SPACE_XS, tokens};
use crate::ui::trust_map::met_certificate;
use crate::ui::widgets::heading::heading_ui;
use crate::ui::widgets::{fields, verdict};
use crate::ui::{Ctx, text};

impl AddressesPane {
    pub(super) fn party_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, party: &Party) {
        self.head_ui(ui, ctx, party);
        readiness::ui(ui, ctx, party);
        let facts = self.facts.of(ctx, party);
        keys_ui(ui, ctx, party, &facts.keys);
        if let Some(row) = rows::selected(ctx, &facts.keys) {
            self.actions_ui(ui, ctx, row);
        }
        anchors_ui(ui, ctx, party, &facts.anchors);
        if let Some(row) = rows::selected(ctx, &facts.anchors) {
            self.actions_ui(ui, ctx, row);
        }
        trusted_by_ui(ui, ctx, party);
        published::ui(ui, ctx, &party.name);
    }

    fn head_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, party: &Party) {
        heading_ui(ui, &text::plain(&party.name.to_string()), |ui| {
            // One primary button at a time: a file that waits to be taken in has its own.
            let waiting = ctx.state.import.is_some() || self.making.is_some();
            let import = if waiting { ui.button(words::IMPORT) } else { fields::primary_ui(ui, words::IMPORT) };
            egui::Popup::menu(&import).show(|ui| self.import_menu_ui(ui, ctx, party));
            let create = UiCommand::GenerateKey.entry();
            if ui.button(create.name).on_hover_text(create.tooltip).clicked() {
                ctx.ask(UiCommand::GenerateKey);
            }
            // Without any open key the line below says so, and has the button.
            if !party.locked.is_empty() && !party.keys.is_empty() && ui.button(trust::UNLOCK).clicked() {
                ctx.ask(UiCommand::UnlockKeys);
            }
            if !party.keys.is_empty() && ui.button(addresses::LOCK).on_hover_text(addresses::LOCK_HINT).clicked() {
                ctx.ask(UiCommand::LockKeys);
            }
        });
    }

    fn import_menu_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, party: &Party) {
        let mut chosen = None;
        if ui.button(importing::CHOOSE_FILE).clicked() {
            chosen = Some(Command::ChooseImport);
        }
        if ui.button(importing::BY_PATH).clicked() {
            chosen = Some(Command::Ui(UiCommand::OpenByPath));
        }
        if ui.button(importing::FROM_CLIPBOARD).clicked() {
            chosen = Some(Command::Ui(UiCommand::Paste));
        }
        ui.label(RichText::new(importing::OR_DROP).small().color(tokens(ui).dim));
        if let Some(command) = chosen {
            self.import.suggest(&party.name);
            ctx.queue.push(command);
            ui.close();
        }
    }

    // What can be done with the selected row, beside what the Inspector tells of it.
    pub(super) fn actions_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, row: &Row) {
        ui.add_space(SPACE_XS);
        ui.horizontal_wrapped(|ui| {
            ui.add_space(34.0);
            if let Some(certificate) = &row.certificate {
                if ui.button(addresses::SAVE_CERTIFICATE).clicked() {
                    self.export = Some(ExportForm::certificate(ctx, certificate));
                }
                if ui.button(words::COPY_PEM).clicked() {
                    ctx.queue.push(Command::Copy(certificate.pem()));
                }
            }
            if let Item::Key(party, name) = &row.item {
                let open = ctx.state.party(party).is_some_and(|party| party.keys.iter().any(|key| key.name == *name));
                let export = ui.add_enabled(open, egui::Button::new(words::EXPORT_KEY));
                if export.on_disabled_hover_text(importing::KEY_IS_LOCKED).clicked() {
                    self.export = Some(ExportForm::key(ctx, party, name));
                }
            }
            self.shared_actions_ui(ui, ctx, &row.item);
            let remove = match &row.item {
                Item::Anchor(..) => addresses::STOP_TRUSTING,
                _ => addresses::REMOVE,
            };
            if ui.button(remove).on_hover_text(addresses::REMOVE_HINT).clicked() {
                ctx.queue.push(Command::RemoveAll(row.items.clone()));
            }
        });
        let done = self.export.as_mut().is_some_and(|form| form.ui(ui, ctx));
        if done {
            self.export = None;
        }
    }

    // Copies of what belongs to the whole workspace.
    fn shared_actions_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, item: &Item) {
        let Some(loaded) = &ctx.state.workspace else { return };
        let contents = &loaded.contents;
        if let Item::Authority(name) = item
            && contents.authority_keys.iter().any(|key| key.name == *name)
            && ui.button(words::EXPORT_KEY).clicked()
        {
            self.export = Some(ExportForm::authority_key(ctx, name));
        }
        if let Item::RevocationList(name) = item
            && let Some(named) = contents.crls.iter().find(|named| named.name == *name)
        {
            if ui.button(words::SAVE_THE_LIST).clicked() {
                self.export = Some(ExportForm::list(ctx, &named.crl, name));
            }
            if ui.button(words::COPY_PEM).clicked() {
                ctx.queue.push(Command::Copy(named.crl.pem()));
            }
        }
    }
}

fn keys_ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &Party, rows: &[Row]) {
    verdict::section_ui(ui, addresses::KEYS, |_| {});
    if !rows.is_empty() {
        rows::ui(ui, ctx, "keys", addresses::KEYS, rows);
    }
    if party.keys.is_empty() && party.locked.is_empty() {
        let name = text::plain(&party.name.to_string());
        let served = served_by_domain(ctx, party, |holder| !holder.keys.is_empty() || !holder.locked.is_empty());
        let words = match (&served, &party.name) {
            (Some(domain), _) => addresses::served_by_key_of(domain),
            (None, PartyName::Address(_)) => addresses::address_without_key(&name),
            (None, PartyName::Domain(_)) => addresses::domain_without_key(&name),
        };
        let button = served.is_none().then_some(trust::IMPORT_KEY);
        empty_line_ui(ui, ctx, &words, button);
    }
}

fn anchors_ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &Party, rows: &[Row]) {
    verdict::section_ui(ui, addresses::TRUSTS, |_| {});
    if !rows.is_empty() {
        rows::ui(ui, ctx, "anchors", addresses::TRUSTS, rows);
    }
    let name = text::plain(&party.name.to_string());
    if party.incoming.is_empty() {
        let domain = served_by_domain(ctx, party, |holder| !holder.incoming.is_empty());
        let words = match &domain {
            Some(domain) => addresses::receives_as(domain),
            None => addresses::receives_from_nobody(&name),
        };
        empty_line_ui(ui, ctx, &words, domain.is_none().then_some(addresses::ADD_ANCHOR));
    }
    if party.outgoing.is_empty() {
        let domain = served_by_domain(ctx, party, |holder| !holder.outgoing.is_empty());
        let words = match &domain {
            Some(domain) => addresses::sends_as(domain),
            None => addresses::sends_to_nobody(&name),
        };
        empty_line_ui(
            ui,
            ctx,
            &words,
            (domain.is_none() && !party.incoming.is_empty()).then_some(addresses::ADD_ANCHOR),
        );
    }
}

fn empty_line_ui(ui: &mut Ui, ctx: &Ctx<'_>, words: &str, button: Option<&str>) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(words).color(tokens(ui).dim));
        if let Some(button) = button
            && ui.button(button).clicked()
        {
            ctx.queue.push(Command::ChooseImport);
        }
    });
}

// What an address lacks is taken from its domain.
fn served_by_domain(ctx: &Ctx<'_>, party: &Party, has: impl Fn(&Party) -> bool) -> Option<String> {
    let PartyName::Address(address) = &party.name else { return None };
    let domain = PartyName::Domain(address.domain().clone());
    ctx.state.party(&domain).filter(|holder| has(holder)).map(|holder| text::plain(&holder.name.to_string()))
}

fn trusted_by_ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &Party) {
    let Some(loaded) = &ctx.state.workspace else { return };
    let Some(certificate) = met_certificate(&loaded.contents.parties, party) else { return };
    verdict::section_ui(ui, trust::TRUSTED_BY, |ui| {
        let map = UiCommand::TrustMap.entry();
        if ui.button(map.name).on_hover_text(map.tooltip).clicked() {
            ctx.ask(UiCommand::TrustMap);
        }
        let words = text::plain(&certificate.common_name());
        ui.label(RichText::new(text::elided(&words, 70)).small().color(tokens(ui).dim));
    });
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
    let others = || trusters.iter().filter(|truster| truster.party != party.name);
    if others().next().is_none() {
        ui.label(RichText::new(trust::NOBODY).color(tokens(ui).dim));
    }
    for truster in others().take(100) {
        let words = trust::both_directions(truster);
        let status = match (&truster.as_signer, &truster.as_recipient) {
            (Some(Ok(_)), Some(Ok(_))) => Status::Passed,
            _ if truster.trusts() => Status::Warning,
            _ => Status::Failed,
        };
        ui.horizontal(|ui| {
            ui.add_space(SPACE_S);
            let icon = match truster.party {
                PartyName::Address(_) => Icon::Person,
                PartyName::Domain(_) => Icon::Domain,
            };
            let ink = status.tone(ui).ink;
            icons::status_ui(ui, status);
            if fields::chip_ui(ui, icon, &text::plain(&truster.party.to_string()), ink).clicked() {
                ctx.queue.push(Command::Select(Item::Party(truster.party.clone())));
            }
            ui.add(egui::Label::new(RichText::new(words).color(tokens(ui).dim)).truncate());
        });
    }
}
