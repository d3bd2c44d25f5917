//! A file of keys or certificates that waits to be taken in: what it holds, for whom, and as what.

use std::path::PathBuf;

use egui::{ComboBox, Frame, Margin, RichText, Stroke, Ui};

use super::contents;
use crate::pki::Passphrase;
use crate::pki::container::Item as Content;
use crate::trust::PartyName;
use crate::ui::command::{Command, ImportRole, UiCommand};
use crate::ui::icons::{self, Icon};
use crate::ui::selection::Item;
use crate::ui::tasks::{ImportState, PendingImport};
use crate::ui::text::{importing, keys as words};
use crate::ui::tokens::{self, SPACE_M, SPACE_XS, tokens};
use crate::ui::widgets::fields;
use crate::ui::{Ctx, text};

/// What is typed and chosen for it.
#[derive(Debug, Default)]
pub(super) struct ImportForm {
    owner: String,
    owner_error: Option<String>,
    role: Option<ImportRole>,
    file_passphrase: fields::PassphraseField,
    new_passphrase: fields::PassphraseField,
    offered: Option<(PathBuf, bool)>,
    asked: Option<PartyName>,
    asked_authority: bool,
    done: Option<Item>,
    focus: bool,
}

impl ImportForm {
    /// The party whose Import button was pressed.
    pub(super) fn suggest(&mut self, party: &PartyName) {
        self.asked = Some(party.clone());
        self.asked_authority = false;
    }

    /// The Import button of the authorities was pressed.
    pub(super) fn suggest_authority(&mut self) {
        self.asked = None;
        self.asked_authority = true;
    }

    /// Shows it; gives back what it was taken in for.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        pending: &PendingImport,
        shown: Option<&PartyName>,
    ) -> Option<Item> {
        self.follow(pending, shown);
        let look = tokens(ui);
        let frame = Frame::new().fill(look.panel).stroke(Stroke::new(1.0, look.accent)).corner_radius(10);
        frame.inner_margin(Margin::same(16)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                icons::icon_ui(ui, Icon::Certificate, look.accent);
                let name = crate::workspace::path_text(&pending.path);
                ui.label(
                    RichText::new(importing::heading(&text::elided(&name, 70))).text_style(tokens::strong_style()),
                );
                if let Some((at, of)) = ctx.state.import_queue.place() {
                    ui.label(RichText::new(words::place(at, of)).color(look.dim));
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if fields::icon_button_ui(ui, Icon::Cross, importing::DO_NOT_IMPORT, false).clicked() {
                        ctx.queue.push(Command::DropImport);
                    }
                });
            });
            match &pending.state {
                ImportState::Locked(error) => self.locked_ui(ui, ctx, error.as_deref()),
                ImportState::Ready(items) => self.ready_ui(ui, ctx, items),
            }
        });
        ui.add_space(SPACE_M);
        self.done.take()
    }

    // A file that is new, or that has just been unlocked, says whose it is; else the party one came from is meant.
    fn follow(&mut self, pending: &PendingImport, shown: Option<&PartyName>) {
        let ready = matches!(pending.state, ImportState::Ready(_));
        let offered = Some((pending.path.clone(), ready));
        if self.offered == offered {
            return;
        }
        self.offered = offered;
        self.owner_error = None;
        self.role = None;
        match &pending.state {
            ImportState::Ready(items) => {
                let meant = self.asked.take();
                self.role = Some(suggested_role(items, std::mem::take(&mut self.asked_authority)));
                let meant = owner_of(items).or_else(|| meant.as_ref().or(shown).map(ToString::to_string));
                self.owner = meant.unwrap_or_default();
            }
            ImportState::Locked(_) => self.focus = true,
        }
    }

    fn locked_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, error: Option<&str>) {
        ui.label(RichText::new(importing::FILE_IS_LOCKED).color(tokens(ui).dim));
        if self.focus {
            // An overlay that has just closed takes the focus back for one frame more.
            self.focus = !fields::PassphraseField::focus(ui, "file-passphrase");
        }
        if let Some(passphrase) =
            self.file_passphrase.ui(ui, "file-passphrase", text::common::FILE_PASSPHRASE, text::common::OPEN)
        {
            ctx.queue.push(Command::FilePassphrase(passphrase));
        }
        if let Some(error) = error {
            fields::field_error_ui(ui, error);
        }
    }

    fn ready_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, items: &[Content]) {
        contents::ui(ui, ctx, items);
        let has_key = items.iter().any(|item| matches!(item, Content::Key(_)));
        ui.add_space(SPACE_XS);
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                if self.needs_owner(items) {
                    self.owner_ui(left);
                }
                let authority_key =
                    items.iter().any(|item| matches!(item, Content::Key(entry) if entry.certificate().is_ca()));
                if has_key && authority_key {
                    self.role_ui(right, &[ImportRole::Authority, ImportRole::Certificate], key_role_name);
                } else if !has_key && items.iter().any(|item| matches!(item, Content::Certificate(_))) {
                    self.role_ui(right, &ImportRole::ALL, ImportRole::name);
                }
            }
        });
        if items.iter().any(|item| matches!(item, Content::Crl(_))) {
            ui.label(RichText::new(words::LISTS_ARE_SHARED).small().color(tokens(ui).dim));
        }
        self.confirm_ui(ui, ctx, has_key);
    }

    // Authorities and revocation lists are the whole workspace's.
    fn needs_owner(&self, items: &[Content]) -> bool {
        self.role != Some(ImportRole::Authority) && items.iter().any(|item| !matches!(item, Content::Crl(_)))
    }

    fn owner_ui(&mut self, ui: &mut Ui) {
        let id = ui.make_persistent_id("import-for");
        fields::text_field_ui(ui, id, words::FOR, &mut self.owner, text::common::ADDRESS_EXAMPLE);
        if let Some(error) = &self.owner_error {
            fields::field_error_ui(ui, error);
        }
    }

    fn role_ui(&mut self, ui: &mut Ui, choices: &[ImportRole], name: fn(ImportRole) -> &'static str) {
        let mut role = self.role.unwrap_or(ImportRole::Certificate);
        let label = ui.label(RichText::new(importing::USE_AS).small().color(tokens(ui).dim));
        let combo = ComboBox::from_id_salt("role").selected_text(name(role)).width(240.0).show_ui(ui, |ui| {
            for choice in choices {
                ui.selectable_value(&mut role, *choice, name(*choice));
            }
        });
        combo.response.labelled_by(label.id);
        self.role = Some(role);
    }

    fn confirm_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, has_key: bool) {
        let Some(loaded) = &ctx.state.workspace else {
            ui.label(importing::NO_WORKSPACE);
            let open = UiCommand::OpenOwn.entry();
            if fields::primary_ui(ui, open.name).on_hover_text(open.tooltip).clicked() {
                ctx.ask(UiCommand::OpenOwn);
            }
            return;
        };
        if has_key && loaded.passphrase.is_none() {
            let stored = ctx.state.locked_keys() + ctx.state.open_keys() > 0;
            if stored {
                ui.label(words::LOCKED);
                if fields::primary_ui(ui, words::UNLOCK).clicked() {
                    ctx.ask(UiCommand::UnlockKeys);
                }
                return;
            }
            ui.label(words::FIRST_KEY);
            if let Some(chosen) = self.new_passphrase.ui(ui, "new-passphrase", words::NEW_PASSPHRASE, importing::IMPORT)
            {
                self.import(ctx, Some(chosen));
            }
            return;
        }
        if fields::primary_ui(ui, importing::IMPORT).clicked() {
            self.import(ctx, None);
        }
    }

    fn import(&mut self, ctx: &Ctx<'_>, passphrase: Option<Passphrase>) {
        let role = self.role.unwrap_or(ImportRole::Certificate);
        let items = match ctx.state.import.as_ref().map(|pending| &pending.state) {
            Some(ImportState::Ready(items)) => items.as_slice(),
            _ => &[],
        };
        if !self.needs_owner(items) {
            self.done = Some(Item::Authorities);
            ctx.queue.push(Command::Import { party: None, role, passphrase });
            return;
        }
        match crate::workspace::party_name(self.owner.trim()) {
            Ok(party) => {
                self.owner_error = None;
                self.done = Some(Item::Party(party.clone()));
                ctx.queue.push(Command::Import { party: Some(party), role, passphrase });
            }
            Err(error) => self.owner_error = Some(error.to_string()),
        }
    }
}

const fn key_role_name(role: ImportRole) -> &'static str {
    match role {
        ImportRole::Authority => words::ISSUING_KEY,
        _ => words::OWN_KEY,
    }
}

// An authority comes as an anchor, unless it is asked for on the page of those that are not; its key comes to issue.
fn suggested_role(items: &[Content], asked_for_authority: bool) -> ImportRole {
    let has_key = items.iter().any(|item| matches!(item, Content::Key(_)));
    let authority_key = items.iter().any(|item| matches!(item, Content::Key(entry) if entry.certificate().is_ca()));
    let authority = items.iter().any(|item| matches!(item, Content::Certificate(certificate) if certificate.is_ca()));
    match (has_key, authority_key, authority) {
        (true, true, _) => ImportRole::Authority,
        (true, false, _) | (false, _, false) => ImportRole::Certificate,
        (false, _, true) if asked_for_authority => ImportRole::Authority,
        (false, _, true) => ImportRole::BothAnchors,
    }
}

// The name in a key's or an end entity's certificate says whose it is.
fn owner_of(items: &[Content]) -> Option<String> {
    let certificate = items.iter().find_map(|item| match item {
        Content::Key(entry) => Some(entry.certificate().clone()),
        Content::Certificate(certificate) if !certificate.is_ca() => Some(certificate.clone()),
        _ => None,
    })?;
    certificate.email_addresses().first().or_else(|| certificate.dns_names().first()).cloned()
}
