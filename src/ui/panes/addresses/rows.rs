//! Keys, certificates and anchors as rows: what each is, for whom, and until when.

use egui::{Rect, Ui};

use crate::pki::{Certificate, Validity};
use crate::trust::{NamedCertificate, Party, TrustAnchor};
use crate::ui::command::Command;
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::{Direction, Item};
use crate::ui::text::addresses as words;
use crate::ui::tokens::{self, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::paint;
use crate::ui::{Ctx, text};

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its kind as a picture.
    pub(super) icon: Icon,
    /// What it is called.
    pub(super) name: String,
    /// Its kind in words.
    pub(super) kind: String,
    /// Whom it is bound to.
    pub(super) names: String,
    /// Whether it is valid.
    pub(super) status: Status,
    /// Until when.
    pub(super) until: String,
    /// What it selects.
    pub(super) item: Item,
    /// What removing it removes.
    pub(super) items: Vec<Item>,
    /// Its certificate, where that can be read.
    pub(super) certificate: Option<Certificate>,
}

impl Row {
    /// The row of a certificate, with or without its key.
    pub(super) fn new(
        ctx: &Ctx<'_>,
        icon: Icon,
        name: &str,
        kind: &str,
        certificate: &Certificate,
        item: Item,
    ) -> Self {
        let (status, until) = validity(ctx, certificate);
        Self {
            icon,
            name: text::plain(name),
            kind: kind.to_owned(),
            names: names_of(certificate),
            status,
            until,
            items: vec![item.clone()],
            item,
            certificate: Some(certificate.clone()),
        }
    }

    fn words(&self) -> String {
        format!("{}, {}, {}, {}", self.name, self.kind, self.names, self.until)
    }
}

// A word and a shape, not only a colour.
fn validity(ctx: &Ctx<'_>, certificate: &Certificate) -> (Status, String) {
    match certificate.validity_at(ctx.state.evaluated_at()) {
        Validity::Valid => (Status::Passed, text::keys::until(certificate.not_after())),
        Validity::Expired => (Status::Failed, words::expired(certificate.not_after())),
        Validity::NotYetValid => (Status::Failed, words::not_before(certificate.not_before())),
    }
}

fn names_of(certificate: &Certificate) -> String {
    let addresses = certificate.email_addresses().iter().map(String::as_str);
    let bound: Vec<&str> = addresses.chain(certificate.dns_names().iter().map(String::as_str)).collect();
    match bound.as_slice() {
        [] => text::plain(&certificate.common_name()),
        [only] => text::plain(only),
        [first, rest @ ..] => text::messages::and_more(&text::plain(first), rest.len()),
    }
}

/// The certificate that is stored for a locked key, under the key's own name.
fn of_locked<'a>(party: &'a Party, name: &str) -> Option<&'a NamedCertificate> {
    party.certificates.iter().find(|named| named.name == name)
}

/// Keys first; a certificate that is a key's is not shown again.
pub(super) fn keys(ctx: &Ctx<'_>, party: &Party) -> Vec<Row> {
    let mut rows = Vec::new();
    for key in &party.keys {
        let item = Item::Key(party.name.clone(), key.name.clone());
        rows.push(Row::new(ctx, Icon::Key, &key.name, words::PRIVATE_KEY, key.entry.certificate(), item));
    }
    for locked in &party.locked {
        let item = Item::Key(party.name.clone(), locked.name.clone());
        rows.push(match of_locked(party, &locked.name) {
            Some(named) => Row::new(ctx, Icon::Lock, &locked.name, words::LOCKED_KEY, &named.certificate, item),
            None => Row {
                icon: Icon::Lock,
                name: text::plain(&locked.name),
                kind: words::LOCKED_KEY.to_owned(),
                names: text::plain(&locked.reason),
                status: Status::NotChecked,
                until: text::keys::NOT_READABLE.to_owned(),
                items: vec![item.clone()],
                item,
                certificate: None,
            },
        });
    }
    let is_of_a_key = |named: &NamedCertificate| {
        let open = party.keys.iter().any(|key| *key.entry.certificate() == named.certificate);
        open || party.locked.iter().any(|locked| locked.name == named.name)
    };
    let mut others: Vec<&NamedCertificate> = party.certificates.iter().filter(|named| !is_of_a_key(named)).collect();
    others.sort_by_key(|named| named.certificate.is_ca());
    for named in others {
        let kind = if named.certificate.is_ca() { words::CA_CERTIFICATE } else { words::CERTIFICATE };
        let item = Item::PartyCertificate(party.name.clone(), named.certificate.clone());
        rows.push(Row::new(ctx, Icon::Certificate, &named.name, kind, &named.certificate, item));
    }
    rows
}

/// Each anchor once, with the directions that it counts for.
pub(super) fn anchors(ctx: &Ctx<'_>, party: &Party) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for anchor in party.incoming.anchors() {
        let item = Item::Anchor(party.name.clone(), Direction::Incoming, anchor.name.clone());
        rows.push(self::anchor(ctx, words::FOR_RECEIVING, anchor, item));
    }
    for anchor in party.outgoing.anchors() {
        let item = Item::Anchor(party.name.clone(), Direction::Outgoing, anchor.name.clone());
        match rows.iter_mut().find(|row| row.certificate.as_ref() == Some(&anchor.certificate)) {
            Some(row) => {
                words::FOR_BOTH.clone_into(&mut row.kind);
                row.items.push(item);
            }
            None => rows.push(self::anchor(ctx, words::FOR_SENDING, anchor, item)),
        }
    }
    rows
}

// An anchor is known by its own name, and bound to nobody.
fn anchor(ctx: &Ctx<'_>, kind: &'static str, anchor: &TrustAnchor, item: Item) -> Row {
    let name = anchor.certificate.common_name();
    Row { names: String::new(), ..Row::new(ctx, Icon::Anchor, &name, kind, &anchor.certificate, item) }
}

/// The row that is selected.
pub(super) fn selected<'a>(ctx: &Ctx<'_>, rows: &'a [Row]) -> Option<&'a Row> {
    let current = ctx.state.selection.current()?;
    rows.iter().find(|row| row.items.contains(current))
}

/// Shows rows.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, salt: &str, title: &str, rows: &[Row]) {
    let current = ctx.state.selection.current();
    let selected = rows.iter().position(|row| current.is_some_and(|item| row.items.contains(item)));
    let info =
        |index: usize| RowInfo { name: rows.get(index).map(Row::words).unwrap_or_default(), ..RowInfo::default() };
    let outcome = Rows::new(salt, title, Kind::Table, rows.len())
        .max_height(tokens::ROW * 10.0)
        .selected(selected)
        .show(ui, info, |ui, index, rect| {
            if let Some(row) = rows.get(index) {
                row_ui(ui, row, rect);
            }
        });
    if let Some(row) = outcome.chosen.and_then(|index| rows.get(index)) {
        ctx.queue.push(Command::Select(row.item.clone()));
    }
}

fn row_ui(ui: &Ui, row: &Row, rect: Rect) {
    const DATE: f32 = 150.0;
    const FOUR_COLUMNS: f32 = 260.0;
    let look = tokens(ui);
    let left = paint::icon(ui, rect.left() + 10.0, rect, row.icon, look.dim);
    let right = rect.right() - 10.0;
    let room = right - DATE - left;
    // In a narrow pane the name and the date are worth more than four beginnings of words; the inspector has the rest.
    let narrow = room < FOUR_COLUMNS;
    let [name, kind] = if narrow { [right - DATE; 2] } else { [left + room * 0.42, left + room * 0.66] };
    paint::line(ui, paint::between(rect, left, name - 12.0), &row.name, tokens::strong_style(), look.text);
    if !narrow {
        let end = if row.names.is_empty() { right - DATE } else { kind };
        paint::line(ui, paint::between(rect, name, end - 12.0), &row.kind, egui::TextStyle::Body, look.dim);
        paint::line(ui, paint::between(rect, kind, right - DATE - 8.0), &row.names, egui::TextStyle::Body, look.text);
    }
    let tone = row.status.tone(ui);
    let date = paint::icon(ui, right - DATE, rect, row.status.icon(), tone.ink);
    let ink = if row.status == Status::Passed { look.dim } else { tone.ink };
    paint::line(ui, paint::between(rect, date, right), &row.until, egui::TextStyle::Body, ink);
}
