//! Authorities and revocation lists of the workspace in the Inspector.

use egui::{RichText, Ui};

use super::certificates::certificate_ui;
use super::parts::{status_line_ui, title_ui};
use crate::ui::icons::{Icon, Status};
use crate::ui::text::keys as words;
use crate::ui::tokens::tokens;
use crate::ui::widgets::fields;
use crate::ui::{Ctx, text};

/// All of them: what they are for, and how many there are.
pub(super) fn authorities_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let Some(loaded) = &ctx.state.workspace else { return };
    title_ui(ui, Icon::Certificate, words::AUTHORITIES);
    ui.label(RichText::new(words::AUTHORITIES_HINT).color(tokens(ui).dim));
    fields::property_ui(ui, words::KNOWN_AUTHORITIES, &text::grouped(loaded.contents.authorities.len()));
    fields::property_ui(ui, words::LISTS, &text::grouped(loaded.contents.crls.len()));
}

/// An authority: whether it can issue here, and its certificate.
pub(super) fn authority_ui(ui: &mut Ui, ctx: &Ctx<'_>, name: &str) {
    let Some(loaded) = &ctx.state.workspace else { return };
    let contents = &loaded.contents;
    let open = contents.authority_keys.iter().find(|key| key.name == name);
    if open.is_some() {
        ui.label(RichText::new(words::KEY_IS_HERE).color(tokens(ui).dim));
    } else if let Some(locked) = contents.locked_authority_keys.iter().find(|key| key.name == name) {
        ui.label(RichText::new(text::plain(&locked.reason)).color(tokens(ui).dim));
    }
    let kept = contents.authorities.iter().find(|named| named.name == name).map(|named| &named.certificate);
    if let Some(certificate) = kept.or_else(|| open.map(|key| key.entry.certificate())) {
        certificate_ui(ui, ctx, certificate);
    }
}

/// A revocation list.
pub(super) fn revocation_list_ui(ui: &mut Ui, ctx: &Ctx<'_>, name: &str) {
    let Some(loaded) = &ctx.state.workspace else { return };
    let Some(named) = loaded.contents.crls.iter().find(|named| named.name == name) else { return };
    let list = &named.crl;
    title_ui(ui, Icon::Certificate, &text::plain(name));
    let overdue = list.next_update().is_some_and(|next| next < ctx.state.evaluated_at());
    let (status, says) =
        if overdue { (Status::Warning, words::LIST_OVERDUE) } else { (Status::Passed, words::LIST_CURRENT) };
    status_line_ui(ui, status, says);
    fields::property_ui(ui, words::LIST_ISSUER, &text::plain(list.issuer()));
    fields::property_ui(ui, words::LIST_MADE, &text::minute(list.this_update()));
    let next = list.next_update().map_or_else(|| words::NO_NEXT.to_owned(), text::minute);
    fields::property_ui(ui, words::LIST_NEXT, &next);
    fields::property_ui(ui, words::LIST_ENTRIES, &text::grouped(list.entries()));
}
