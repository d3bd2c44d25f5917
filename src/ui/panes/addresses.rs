//! Addresses: who has which keys, certificates and anchors, and how to give them more.

use egui::{ComboBox, Frame, Id, Margin, RichText, Stroke, Ui};

use crate::pki::container::Item as Content;
use crate::pki::{Certificate, Passphrase, PrivateKeyEntry};
use crate::trust::{Party, PartyName};
use crate::ui::command::{Command, ImportRole, UiCommand};
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::{Direction, Item};
use crate::ui::tasks::{ImportState, PendingImport};
use crate::ui::tokens::{self, ROW_TALL, SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{fields, paint, verdict};
use crate::ui::{Ctx, text};

/// What the pane remembers from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct AddressesPane {
    filter: String,
    shown: Option<PartyName>,
    import_for: String,
    import_for_error: Option<String>,
    role: Option<ImportRole>,
    file_passphrase: fields::PassphraseField,
    new_passphrase: fields::PassphraseField,
    offered: Option<std::path::PathBuf>,
}

impl AddressesPane {
    /// The parties.
    pub(crate) fn list_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, focus: bool) {
        let parties = ctx.state.parties();
        if let Some(Item::Party(name) | Item::Key(name, _) | Item::Anchor(name, _, _)) = ctx.state.selection.current() {
            self.shown = Some(name.clone());
        }
        if self.shown.as_ref().and_then(|name| ctx.state.party(name)).is_none() {
            self.shown = parties.first().map(|party| party.name.clone());
        }
        ui.horizontal(|ui| {
            ui.label(RichText::new("Addresses").text_style(tokens::strong_style()));
            ui.label(RichText::new(parties.len().to_string()).color(tokens(ui).dim));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if fields::icon_button_ui(ui, Icon::Plus, "Import keys, certificates or anchors…", false).clicked() {
                    ctx.queue.push(Command::ChooseImport);
                }
            });
        });
        let response = fields::filter_ui(ui, Id::unique("addresses-filter"), &mut self.filter, "Filter addresses");
        if focus {
            response.request_focus();
        }
        ui.add_space(SPACE_S);
        let wanted = self.filter.to_lowercase();
        let shown: Vec<&Party> =
            parties.iter().filter(|party| party.name.to_string().to_lowercase().contains(&wanted)).collect();
        if shown.is_empty() {
            let words = if parties.is_empty() {
                "Nobody is set up yet".to_owned()
            } else {
                format!("Nothing matches “{}”", self.filter)
            };
            ui.label(RichText::new(words).color(tokens(ui).dim));
            return;
        }
        let selected = shown.iter().position(|party| Some(&party.name) == self.shown.as_ref());
        let info = |row: usize| RowInfo {
            name: shown.get(row).map(|party| format!("{}, {}", party.name, facts(party))).unwrap_or_default(),
            ..RowInfo::default()
        };
        let outcome = Rows::new("addresses", "Addresses", Kind::List, shown.len())
            .row_height(ROW_TALL)
            .selected(selected)
            .show(ui, info, |ui, row, rect| {
                if let Some(party) = shown.get(row) {
                    party_row_ui(ui, party, rect);
                }
            });
        if let Some(party) = outcome.chosen.and_then(|row| shown.get(row)) {
            self.shown = Some(party.name.clone());
            ctx.queue.push(Command::Select(Item::Party(party.name.clone())));
        }
    }

    /// The party that is shown, and what waits to be imported.
    pub(crate) fn centre_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if let Some(pending) = &ctx.state.import {
            self.import_ui(ui, ctx, pending);
        }
        let party = self.shown.as_ref().and_then(|name| ctx.state.party(name)).or_else(|| ctx.state.parties().first());
        let Some(party) = party else {
            if ctx.state.import.is_none() {
                empty_ui(ui, ctx);
            }
            return;
        };
        ui.horizontal(|ui| {
            ui.label(RichText::new(text::plain(&party.name.to_string())).heading());
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if fields::primary_ui(ui, "Import…").clicked() {
                    self.import_for = party.name.to_string();
                    ctx.queue.push(Command::ChooseImport);
                }
                if !party.locked.is_empty() && ui.button("Unlock…").clicked() {
                    ctx.ask(UiCommand::UnlockKeys);
                }
                if !party.keys.is_empty() && ui.button("Lock").on_hover_text("Lock all private keys").clicked() {
                    ctx.ask(UiCommand::LockKeys);
                }
            });
        });
        ui.label(RichText::new(readiness(party)).color(tokens(ui).dim));
        keys_ui(ui, ctx, party);
        anchors_ui(ui, ctx, party, Direction::Incoming);
        anchors_ui(ui, ctx, party, Direction::Outgoing);
    }

    fn import_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, pending: &PendingImport) {
        if self.offered.as_ref() != Some(&pending.path) {
            self.offered = Some(pending.path.clone());
            self.import_for_error = None;
            self.role = None;
            if let ImportState::Ready(items) = &pending.state
                && let Some(name) = owner_of(items)
            {
                self.import_for = name;
            }
        }
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
    }

    fn locked_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, error: Option<&str>) {
        ui.label(RichText::new("The file is locked with a passphrase of its own").color(tokens(ui).dim));
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
                fields::text_field_ui(left, id, "For the address or domain", &mut self.import_for, "bob@b.example");
                if let Some(error) = &self.import_for_error {
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
            ui.label("Open or create a workspace first: imported things are kept there");
            if ui.button("Explore the demo workspace").clicked() {
                ctx.ask(UiCommand::OpenDemo);
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
        match crate::workspace::party_name(self.import_for.trim()) {
            Ok(party) => {
                self.import_for_error = None;
                self.shown = Some(party.clone());
                let role = self.role.unwrap_or(ImportRole::Certificate);
                ctx.queue.push(Command::Import { party, role, passphrase });
            }
            Err(error) => self.import_for_error = Some(error.to_string()),
        }
    }
}

fn empty_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    verdict::empty_ui(
        ui,
        Icon::Person,
        "No address has keys or anchors yet. Drop a .p12 or a certificate here",
        |ui| {
            if fields::primary_ui(ui, "Import…").clicked() {
                ctx.queue.push(Command::ChooseImport);
            }
        },
    );
}

fn facts(party: &Party) -> String {
    let keys = party.keys.len() + party.locked.len();
    let anchors = party.incoming.anchors().len().max(party.outgoing.anchors().len());
    let keys = if keys == 0 { "no key".to_owned() } else { text::count(keys, "key", "keys") };
    let anchors = if anchors == 0 { "trusts nobody".to_owned() } else { text::count(anchors, "anchor", "anchors") };
    format!("{keys}, {anchors}")
}

fn readiness(party: &Party) -> String {
    let until = |keys: &[crate::trust::NamedKey]| {
        keys.iter().map(|key| key.entry.certificate().not_after()).max().map(text::date)
    };
    let has_keys = !party.keys.is_empty() || !party.locked.is_empty();
    let who = match party.name {
        PartyName::Address(_) => "This address",
        PartyName::Domain(_) => "Every address of this domain without settings of its own",
    };
    match (has_keys, until(&party.keys)) {
        (true, Some(until)) => format!("{who} can sign and decrypt until {until}"),
        (true, None) => format!("{who} has keys, and they are locked"),
        (false, _) => format!("{who} has no private key here, so nothing sent to it can be decrypted here"),
    }
}

fn party_row_ui(ui: &Ui, party: &Party, rect: egui::Rect) {
    let look = tokens(ui);
    let icon = match party.name {
        PartyName::Address(_) => Icon::Person,
        PartyName::Domain(_) => Icon::Domain,
    };
    let inner = rect.shrink2(egui::vec2(8.0, 5.0));
    let (upper, lower) = inner.split_top_bottom_at_fraction(0.52);
    let left = paint::icon(ui, inner.left(), inner, icon, look.dim);
    let name = text::plain(&party.name.to_string());
    paint::line(ui, paint::between(upper, left, upper.right() - 20.0), &name, egui::TextStyle::Body, look.text);
    paint::line(ui, paint::between(lower, left, lower.right()), &facts(party), egui::TextStyle::Small, look.dim);
    if !party.locked.is_empty() {
        paint::icon(ui, inner.right() - 16.0, inner, Icon::Lock, look.warning.ink);
    }
}

struct Row {
    icon: Icon,
    name: String,
    kind: &'static str,
    until: String,
    names: String,
    status: Status,
    item: Item,
}

fn keys_ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &Party) {
    verdict::section_ui(ui, "Keys and certificates", |_| {});
    let key = |name: &str, entry: &PrivateKeyEntry| {
        row_of(ctx, Icon::Key, name, "key", entry.certificate(), Item::Key(party.name.clone(), name.to_owned()))
    };
    let mut rows: Vec<Row> = party.keys.iter().map(|named| key(&named.name, &named.entry)).collect();
    rows.extend(party.locked.iter().map(|locked| Row {
        icon: Icon::Lock,
        name: locked.name.clone(),
        kind: "key, locked",
        until: String::new(),
        names: text::plain(&locked.reason),
        status: Status::NotChecked,
        item: Item::Key(party.name.clone(), locked.name.clone()),
    }));
    rows.extend(party.certificates.iter().map(|named| {
        let item = Item::Certificate(named.certificate.clone());
        row_of(ctx, Icon::Certificate, &named.name, "certificate", &named.certificate, item)
    }));
    if rows.is_empty() {
        ui.label(RichText::new("Neither key nor certificate").color(tokens(ui).dim));
        return;
    }
    rows_ui(ui, ctx, "keys", "Keys and certificates", &rows);
}

fn anchors_ui(ui: &mut Ui, ctx: &Ctx<'_>, party: &Party, direction: Direction) {
    let (title, empty, anchors) = match direction {
        Direction::Incoming => (
            "Trusts for mail that arrives",
            "Trusts nobody yet, so every message is rejected unless the domain has anchors",
            party.incoming.anchors(),
        ),
        Direction::Outgoing => (
            "Trusts for mail that leaves",
            "Trusts nobody yet, so nothing can be sent unless the domain has anchors",
            party.outgoing.anchors(),
        ),
    };
    verdict::section_ui(ui, title, |_| {});
    if anchors.is_empty() {
        ui.horizontal(|ui| {
            ui.label(RichText::new(empty).color(tokens(ui).dim));
            if ui.button("Add anchor…").clicked() {
                ctx.queue.push(Command::ChooseImport);
            }
        });
        return;
    }
    let rows: Vec<Row> = anchors
        .iter()
        .map(|anchor| {
            let item = Item::Anchor(party.name.clone(), direction, anchor.name.clone());
            row_of(ctx, Icon::Anchor, &anchor.name, "trust anchor", &anchor.certificate, item)
        })
        .collect();
    rows_ui(ui, ctx, title, title, &rows);
}

fn row_of(ctx: &Ctx<'_>, icon: Icon, name: &str, kind: &'static str, certificate: &Certificate, item: Item) -> Row {
    let valid = matches!(certificate.validity_at(ctx.state.now), crate::pki::Validity::Valid);
    let bound: Vec<&str> =
        certificate.email_addresses().iter().chain(certificate.dns_names()).map(String::as_str).collect();
    let names = if bound.is_empty() { certificate.common_name() } else { bound.join(", ") };
    Row {
        icon,
        name: name.to_owned(),
        kind,
        until: format!("until {}", text::date(certificate.not_after())),
        names: text::plain(&names),
        status: if valid { Status::Passed } else { Status::Failed },
        item,
    }
}

fn rows_ui(ui: &mut Ui, ctx: &Ctx<'_>, salt: &str, title: &str, rows: &[Row]) {
    let selected = rows.iter().position(|row| ctx.state.selection.is(&row.item));
    let info = |index: usize| RowInfo {
        name: rows
            .get(index)
            .map(|row| format!("{}, {}, {} {}", row.name, row.kind, row.names, row.until))
            .unwrap_or_default(),
        ..RowInfo::default()
    };
    let outcome = Rows::new(salt, title, Kind::Table, rows.len())
        .max_height(tokens::ROW * 8.0)
        .selected(selected)
        .show(ui, info, |ui, index, rect| {
            let Some(row) = rows.get(index) else { return };
            let look = tokens(ui);
            let left = paint::icon(ui, rect.left() + 10.0, rect, row.icon, look.dim);
            let third = (rect.width() - 60.0) / 3.0;
            paint::line(
                ui,
                paint::between(rect, left, left + third - 8.0),
                &row.name,
                tokens::strong_style(),
                look.text,
            );
            paint::line(
                ui,
                paint::between(rect, left + third, left + third + 100.0),
                row.kind,
                egui::TextStyle::Body,
                look.dim,
            );
            let right = rect.right() - 10.0;
            let ink = if row.status == Status::Failed { row.status.tone(ui).ink } else { look.dim };
            let taken = paint::line_right(
                ui,
                paint::between(rect, right - 130.0, right),
                &row.until,
                egui::TextStyle::Body,
                ink,
            );
            let rest = paint::between(rect, left + third + 108.0, right - taken - 12.0);
            paint::line(ui, rest, &row.names, egui::TextStyle::Body, look.text);
        });
    if let Some(row) = outcome.chosen.and_then(|index| rows.get(index)) {
        ctx.queue.push(Command::Select(row.item.clone()));
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
