//! The drawer's octets of the current message, buffer by buffer, with those of the selection marked.

mod find;
mod parts;
pub(crate) mod tools;

use egui::{RichText, Ui};

use self::tools::{Field, Octets};
use super::export::ExportForm;
use super::hover::Hover;
use crate::span::{Buffer, BufferName, Span};
use crate::ui::Ctx;
use crate::ui::document::Document;
use crate::ui::icons::Icon;
use crate::ui::selection::{HeaderLayer, Item};
use crate::ui::text;
use crate::ui::tokens::{SPACE_M, tokens};
use crate::ui::widgets::bytes::BytesView;
use crate::ui::widgets::verdict;

/// Which buffer is shown, and where in it.
#[derive(Debug, Default)]
pub(crate) struct BytesPane {
    octets: Octets,
    tab: Option<BufferName>,
}

// The least room for the parts beside the octets.
const PARTS: f32 = 260.0;

impl BytesPane {
    /// Puts the cursor into a field.
    pub(crate) const fn focus(&mut self, field: Field) {
        self.octets.focus(field);
    }

    /// Where octets are being saved.
    pub(crate) const fn export(&mut self) -> Option<&mut ExportForm> {
        self.octets.export.as_mut()
    }

    /// They are written.
    pub(crate) fn exported(&mut self) {
        self.octets.export = None;
    }

    /// The buffers' tabs, and the tools where they fit beside them.
    pub(crate) fn tabs_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(document) = ctx.state.current() else { return };
        if let Some(buffer) = self.octets.follow(ctx, document) {
            self.tab = Some(buffer);
        }
        for buffer in document.buffers() {
            let name = buffer.name();
            let shown = self.buffer_of(document).map(Buffer::name) == Some(name);
            let response = ui.selectable_label(shown, text::buffer(name));
            let hint = format!("{}, {}", text::buffer_purpose(name), text::size(buffer.octets().len()));
            if response.on_hover_text(hint).clicked() {
                self.tab = Some(name);
            }
        }
    }

    /// The octets.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, hover: &mut Hover) {
        let Some(document) = ctx.state.current() else {
            verdict::empty_ui(ui, Icon::Layers, text::octets::NO_BYTES, |_| {});
            return;
        };
        let Some(buffer) = self.buffer_of(document) else { return };
        self.line_ui(ui, ctx, document, buffer);
        let natural = BytesView::width(ui);
        let wide = ui.available_width() > natural + PARTS;
        let room = if wide { natural } else { ui.available_width() };
        ui.horizontal_top(|ui| {
            let height = ui.available_height();
            let mut hovered = None;
            ui.allocate_ui(egui::vec2(room, height), |ui| {
                hovered = self.octets.ui(ui, ctx, document, buffer, hover);
            });
            if wide {
                ui.add_space(SPACE_M);
                let item = ctx.state.selection.current();
                let selected = item.and_then(|item| span_of(document, item));
                let selected = selected.filter(|span| span.buffer == buffer.name() && *span != buffer.whole());
                let at = hovered.or_else(|| selected.map(|span| span.start));
                ui.vertical(|ui| parts::ui(ui, ctx, document, buffer.name(), at));
            }
        });
    }

    fn line_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, buffer: &Buffer) {
        ui.horizontal(|ui| {
            self.octets.tools_ui(ui, ctx, document, buffer);
            ui.separator();
            self.octets.actions_ui(ui, ctx, document, buffer);
            Octets::words_ui(ui, ctx, document, buffer);
        });
    }

    fn buffer_of<'a>(&self, document: &'a Document) -> Option<&'a Buffer> {
        let buffers = document.buffers();
        let chosen = buffers.iter().find(|buffer| Some(buffer.name()) == self.tab);
        chosen.or_else(|| buffers.first()).copied()
    }
}

/// Where the octets of an item lie.
pub(crate) fn span_of(document: &Document, item: &Item) -> Option<Span> {
    match item {
        Item::Step(_, name) => document.step(*name).and_then(|step| step.after.or(step.before)),
        Item::Check(_, place) => document.check(*place)?.span,
        Item::Header(_, layer, index) => {
            let field = document.ran()?.headers.get(*index)?;
            match layer {
                HeaderLayer::Outer => field.outer_span.or(field.inner_span),
                HeaderLayer::Wrapped => field.inner_span.or(field.outer_span),
            }
        }
        Item::Node(_, index) => document.structure().nodes().get(*index).map(|node| node.span),
        Item::Octets(_, span) => Some(*span),
        _ => None,
    }
}

/// A line of octets in small type, for the Inspector.
pub(crate) fn preview_ui(ui: &mut Ui, octets: &[u8]) {
    let shown: String = octets.iter().take(48).map(|octet| format!("{octet:02x} ")).collect();
    let more = if octets.len() > 48 { "…" } else { "" };
    ui.label(RichText::new(format!("{shown}{more}")).monospace().color(tokens(ui).dim));
}
