//! What every kind of item shows in the Inspector: a title, how it stands, where it is.

use egui::{RichText, Ui};

use crate::finding::Finding;
use crate::pki::Certificate;
use crate::ui::command::{Command, UiCommand};
use crate::ui::copying::{self, menu};
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::panes::bytes;
use crate::ui::selection::Item;
use crate::ui::text::inspector as words;
use crate::ui::tokens::{self, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::{fields, verdict};
use crate::ui::{Ctx, text};

pub(super) fn title_ui(ui: &mut Ui, icon: Icon, title: &str) {
    ui.horizontal_top(|ui| {
        let ink = tokens(ui).accent;
        icons::sized_icon_ui(ui, icon, 20.0, ink);
        ui.add(egui::Label::new(RichText::new(title).heading().size(15.0)).wrap());
    });
    ui.add_space(SPACE_XS);
}

pub(super) fn status_line_ui(ui: &mut Ui, status: Status, says: &str) {
    verdict::badge_ui(ui, says, status);
    ui.add_space(SPACE_XS);
}

pub(super) fn heading_ui(ui: &mut Ui, heading: &str) {
    ui.add_space(SPACE_S);
    ui.label(RichText::new(heading).text_style(tokens::strong_style()));
}

pub(super) fn crumb_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    let name = text::elided(&text::plain(&document.name), 40);
    if ui.link(RichText::new(name).small()).on_hover_text(words::CRUMB_HINT).clicked() {
        ctx.queue.push(Command::Select(Item::Message(document.id)));
    }
}

pub(super) fn octets_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, item: &Item) {
    let Some(span) = bytes::span_of(document, item) else { return };
    heading_ui(ui, words::WHERE);
    ui.label(format!("{}, {}", text::buffer(span.buffer), text::place(span.start, span.len())));
    if let Some(buffer) = document.buffer(span.buffer) {
        let octets = buffer.slice(span.range());
        bytes::preview_ui(ui, octets);
        ui.horizontal(|ui| {
            if !ctx.state.settings.drawer_open && ui.button(text::octets::SHOW_BYTES).clicked() {
                ctx.ask(UiCommand::ToggleDrawer);
            }
            menu::button_ui(ui, ctx, || copying::selected(ctx.state));
        });
    }
}

pub(super) fn certificate_chip_ui(ui: &mut Ui, ctx: &Ctx<'_>, certificate: &Certificate, status: Status) {
    let ink = status.tone(ui).ink;
    let name = text::plain(&certificate.common_name());
    if fields::chip_ui(ui, status.icon(), &name, ink).clicked() {
        ctx.queue.push(Command::Select(Item::Certificate(certificate.clone())));
    }
}

pub(super) fn findings_ui(ui: &mut Ui, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    heading_ui(ui, words::CHECKS);
    for finding in findings {
        ui.horizontal_top(|ui| {
            icons::status_ui(ui, Status::from(finding.severity));
            ui.add(egui::Label::new(text::plain(&finding.detail)).wrap()).on_hover_text(finding.rule.clause);
        });
    }
}
