//! A file of keys or certificates that waits to be taken in: what it holds, for whom, and as what.

use std::path::PathBuf;

use egui::{ComboBox, Frame, Margin, RichText, Stroke, Ui};

use crate::pki::Passphrase;
use crate::pki::container::Item as Content;
use crate::trust::PartyName;
use crate::ui::command::{Command, ImportRole, UiCommand};
use crate::ui::icons::{self, Icon};
use crate::ui::tasks::{ImportState, PendingImport};
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
    done: Option<PartyName>,
    focus: bool,
}

impl ImportForm {
    /// The party whose Import button was pressed.
    pub(super) fn suggest(&mut self, party: &PartyName) {
        self.asked = Some(party.clone());
    }

    /// Shows it; gives back the party that it was taken in for.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        pending: &PendingImport,
        shown: Option<&PartyName>,
    ) -> Option<PartyName> {
        self.follow(pending, shown);
        let look = tokens(ui);
        let frame = Frame::new().fill(look.panel).stroke(Stroke::new(1.0, look.accent)).corner_radius(10);
        frame.inner_margin(Margin::same(16)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                icons::icon_ui(ui, Icon::Certificate, look.accent);
                let name = crate::workspace::path_text(&pending.path);
                ui.label(
                    RichText::new(format!("Import {}", text::elided(&name, 70))).text_style(tokens::strong_style()),
                );
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if fields::icon_button_ui(ui, Icon::Cross, "Do not import", false).clicked() {
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
                let meant = owner_of(items).or_else(|| meant.as_ref().or(shown).map(ToString::to_string));
                self.owner = meant.unwrap_or_default();
            }
            ImportState::Locked(_) => self.focus = true,
        }
    }

    fn locked_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, error: Option<&str>) {
        ui.label(RichText::new("The file is locked with a passphrase of its own").color(tokens(ui).dim));
        if self.focus {
            // An overlay that has just closed takes the focus back for one frame more.
            self.focus = !fields::PassphraseField::focus(ui, "file-passphrase");
        }
        if let Some(passphrase) = self.file_passphrase.ui(ui, "file-passphrase", "File passphrase", "Open") {
            ctx.queue.push(Command::FilePassphrase(passphrase));
        }
        if let Some(error) = error {
            fields::field_error_ui(ui, error);
        }
    }

    fn ready_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, items: &[Content]) {
        for item in items.iter().take(12) {
            let (icon, words) = content_words(item);
            ui.horizontal(|ui| {
                icons::icon_ui(ui, icon, tokens(ui).dim);
                ui.add(egui::Label::new(words).truncate());
            });
        }
        if items.len() > 12 {
            ui.label(format!("and {} more", items.len() - 12));
        }
        let has_key = items.iter().any(|item| matches!(item, Content::Key(_)));
        ui.add_space(SPACE_XS);
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                let id = left.make_persistent_id("import-for");
                fields::text_field_ui(left, id, "For the address or domain", &mut self.owner, "bob@b.example");
                if let Some(error) = &self.owner_error {
                    fields::field_error_ui(left, error);
                }
                if !has_key {
                    self.role_ui(right, items);
                }
            }
        });
        self.confirm_ui(ui, ctx, has_key);
    }

    fn role_ui(&mut self, ui: &mut Ui, items: &[Content]) {
        let authority =
            items.iter().any(|item| matches!(item, Content::Certificate(certificate) if certificate.is_ca()));
        let suggested = if authority { ImportRole::BothAnchors } else { ImportRole::Certificate };
        let mut role = self.role.unwrap_or(suggested);
        let label = ui.label(RichText::new("Use it as").small().color(tokens(ui).dim));
        let combo = ComboBox::from_id_salt("role").selected_text(role.name()).width(240.0).show_ui(ui, |ui| {
            for choice in ImportRole::ALL {
                ui.selectable_value(&mut role, choice, choice.name());
            }
        });
        combo.response.labelled_by(label.id);
        self.role = Some(role);
    }

    fn confirm_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, has_key: bool) {
        let Some(loaded) = &ctx.state.workspace else {
            ui.label("No workspace is open: imported things are kept in one");
            if fields::primary_ui(ui, "Open my workspace").on_hover_text(UiCommand::OpenOwn.entry().tooltip).clicked() {
                ctx.ask(UiCommand::OpenOwn);
            }
            return;
        };
        if has_key && loaded.passphrase.is_none() {
            let stored = ctx.state.locked_keys() + ctx.state.open_keys() > 0;
            if stored {
                ui.label(
                    "The workspace's keys are locked: unlock them first, so that the new one gets the same passphrase",
                );
                if fields::primary_ui(ui, "Unlock keys…").clicked() {
                    ctx.ask(UiCommand::UnlockKeys);
                }
                return;
            }
            ui.label("This is the workspace's first private key: choose the passphrase that will lock all of them");
            if let Some(chosen) = self.new_passphrase.ui(ui, "new-passphrase", "New passphrase", "Import") {
                self.import(ctx, Some(chosen));
            }
            return;
        }
        if fields::primary_ui(ui, "Import").clicked() {
            self.import(ctx, None);
        }
    }

    fn import(&mut self, ctx: &Ctx<'_>, passphrase: Option<Passphrase>) {
        match crate::workspace::party_name(self.owner.trim()) {
            Ok(party) => {
                self.owner_error = None;
                self.done = Some(party.clone());
                let role = self.role.unwrap_or(ImportRole::Certificate);
                ctx.queue.push(Command::Import { party, role, passphrase });
            }
            Err(error) => self.owner_error = Some(error.to_string()),
        }
    }
}

fn content_words(item: &Content) -> (Icon, String) {
    match item {
        Content::Key(entry) => {
            (Icon::Key, format!("Private key with certificate {}", text::plain(entry.certificate().subject())))
        }
        Content::Certificate(certificate) if certificate.is_ca() => {
            (Icon::Certificate, format!("CA certificate {}", text::plain(certificate.subject())))
        }
        Content::Certificate(certificate) => {
            (Icon::Certificate, format!("Certificate {}", text::plain(certificate.subject())))
        }
        Content::Crl(_) => (Icon::Certificate, "Revocation list".to_owned()),
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
