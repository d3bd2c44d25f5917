//! The authorities and revocation lists of the workspace: a row at the end of the list, and a page in the centre.

use egui::{Rect, RichText, Ui};

use super::AddressesPane;
use super::rows::{self, Row};
use crate::pki::Certificate;
use crate::trust::NamedCertificate;
use crate::ui::command::{Command, UiCommand};
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::Item;
use crate::ui::tasks::Loaded;
use crate::ui::text::keys as words;
use crate::ui::tokens::{SPACE_XS, tokens};
use crate::ui::widgets::heading::heading_ui;
use crate::ui::widgets::{fields, paint, verdict};
use crate::ui::{Ctx, text};
use crate::workspace::NamedCrl;

/// What the row in the list says beside its name.
pub(super) fn facts(loaded: &Loaded) -> String {
    let contents = &loaded.contents;
    text::addresses::shared_facts(contents.authorities.len(), contents.crls.len())
}

/// Paints that row.
pub(super) fn list_row_ui(ui: &Ui, loaded: &Loaded, rect: Rect) {
    let look = tokens(ui);
    let inner = rect.shrink2(egui::vec2(8.0, 5.0));
    let (upper, lower) = inner.split_top_bottom_at_fraction(0.52);
    let left = paint::icon(ui, inner.left(), inner, Icon::Certificate, look.dim);
    let name = paint::between(upper, left, upper.right());
    paint::line(ui, name, words::AUTHORITIES, egui::TextStyle::Body, look.text);
    paint::line(ui, paint::between(lower, left, lower.right()), &facts(loaded), egui::TextStyle::Small, look.dim);
}

impl AddressesPane {
    pub(super) fn authorities_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, loaded: &Loaded) {
        heading_ui(ui, words::AUTHORITIES, |ui| {
            let waiting = ctx.state.import.is_some() || self.making.is_some();
            let import = if waiting { ui.button(words::IMPORT) } else { fields::primary_ui(ui, words::IMPORT) };
            if import.clicked() {
                self.import.suggest_authority();
                ctx.queue.push(Command::ChooseImport);
            }
            let entry = UiCommand::GenerateAuthority.entry();
            if ui.button(entry.name).on_hover_text(entry.tooltip).clicked() {
                ctx.ask(UiCommand::GenerateAuthority);
            }
        });
        ui.add(egui::Label::new(RichText::new(words::AUTHORITIES_HINT).color(tokens(ui).dim)).wrap());
        verdict::section_ui(ui, words::KNOWN_AUTHORITIES, |_| {});
        self.part_ui(ui, ctx, words::KNOWN_AUTHORITIES, &authority_rows(ctx, loaded), words::NO_AUTHORITIES);
        ui.add_space(SPACE_XS);
        verdict::section_ui(ui, words::LISTS, |_| {});
        let lists: Vec<Row> = loaded.contents.crls.iter().map(|named| list_row(ctx, named)).collect();
        self.part_ui(ui, ctx, words::LISTS, &lists, words::NO_LISTS);
    }

    fn part_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, title: &str, rows: &[Row], none: &str) {
        if rows.is_empty() {
            ui.add(egui::Label::new(RichText::new(none).color(tokens(ui).dim)).wrap());
            return;
        }
        rows::ui(ui, ctx, title, title, rows);
        if let Some(row) = rows::selected(ctx, rows) {
            self.actions_ui(ui, ctx, row);
        }
    }
}

fn authority_rows(ctx: &Ctx<'_>, loaded: &Loaded) -> Vec<Row> {
    let contents = &loaded.contents;
    let kept = |name: &str| contents.authorities.iter().any(|named| named.name == *name);
    let mut rows: Vec<Row> = contents.authorities.iter().map(|named| authority_row(ctx, loaded, named)).collect();
    for key in contents.authority_keys.iter().filter(|key| !kept(&key.name)) {
        rows.push(row_of(ctx, &key.name, words::CAN_ISSUE, key.entry.certificate()));
    }
    for key in contents.locked_authority_keys.iter().filter(|key| !kept(&key.name)) {
        rows.push(Row {
            icon: Icon::Lock,
            name: text::plain(&key.name),
            kind: words::KEY_LOCKED.to_owned(),
            names: text::plain(&key.reason),
            status: Status::NotChecked,
            until: words::NOT_READABLE.to_owned(),
            item: Item::Authority(key.name.clone()),
            items: vec![Item::Authority(key.name.clone())],
            certificate: None,
        });
    }
    rows
}

fn authority_row(ctx: &Ctx<'_>, loaded: &Loaded, named: &NamedCertificate) -> Row {
    let contents = &loaded.contents;
    let open = contents.authority_keys.iter().any(|key| key.name == named.name);
    let locked = contents.locked_authority_keys.iter().any(|key| key.name == named.name);
    let kind = match (open, locked) {
        (true, _) => words::CAN_ISSUE,
        (false, true) => words::KEY_LOCKED,
        (false, false) => words::CERTIFICATE_ALONE,
    };
    row_of(ctx, &named.name, kind, &named.certificate)
}

fn row_of(ctx: &Ctx<'_>, name: &str, kind: &'static str, certificate: &Certificate) -> Row {
    let icon = match kind {
        words::CAN_ISSUE => Icon::Key,
        words::KEY_LOCKED => Icon::Lock,
        _ => Icon::Certificate,
    };
    let issuer =
        if certificate.is_self_issued() { words::ROOT.to_owned() } else { words::issued_by(certificate.issuer()) };
    let item = Item::Authority(name.to_owned());
    Row { names: issuer, ..Row::new(ctx, icon, &certificate.common_name(), kind, certificate, item) }
}

fn list_row(ctx: &Ctx<'_>, named: &NamedCrl) -> Row {
    let (status, until) = match named.crl.next_update() {
        Some(next) if next < ctx.state.evaluated_at() => (Status::Warning, words::overdue(next)),
        Some(next) => (Status::Passed, words::until(next)),
        None => (Status::NotChecked, words::NO_END.to_owned()),
    };
    let item = Item::RevocationList(named.name.clone());
    Row {
        icon: Icon::Certificate,
        name: words::issuer(named.crl.issuer()),
        kind: words::revoked(named.crl.entries()),
        names: words::made(named.crl.this_update()),
        status,
        until,
        items: vec![item.clone()],
        item,
        certificate: None,
    }
}
