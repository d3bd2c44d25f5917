//! The parts of the current message: their tree on the left, headers and octets of the selected one in the centre.

mod headers;
mod tree;

use egui::{Id, RichText, Ui};

use self::headers::Headers;
use self::tree::Tree;
use super::bytes::span_of;
use super::bytes::tools::{Field, Octets};
use super::export::ExportForm;
use super::hover::Hover;
use crate::span::{Buffer, BufferName};
use crate::ui::Ctx;
use crate::ui::command::UiCommand;
use crate::ui::document::Document;
use crate::ui::icons::Icon;
use crate::ui::selection::Item;
use crate::ui::text;
use crate::ui::tokens::{self, SPACE_S, tokens};
use crate::ui::widgets::{fields, verdict};

/// What is open in the tree, what is looked for, and where in the octets one is.
#[derive(Debug, Default)]
pub(crate) struct StructurePane {
    filter: String,
    tree: Tree,
    headers: Headers,
    octets: Octets,
    shown: Option<BufferName>,
}

impl StructurePane {
    /// Puts the cursor into a field of the octets.
    pub(crate) const fn focus(&mut self, field: Field) {
        self.octets.focus(field);
    }

    /// Where a part is being saved.
    pub(crate) const fn export(&mut self) -> Option<&mut ExportForm> {
        self.octets.export.as_mut()
    }

    /// The part is written.
    pub(crate) fn exported(&mut self) {
        self.octets.export = None;
    }

    /// The tree with its filter.
    pub(crate) fn list_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, focus: bool, hover: &mut Hover) {
        let Some(document) = ctx.state.current() else {
            verdict::empty_ui(ui, Icon::Layers, text::octets::NO_MESSAGE, |ui| command_ui(ui, ctx, UiCommand::Open));
            return;
        };
        ui.label(RichText::new(text::octets::STRUCTURE).text_style(tokens::strong_style()));
        let name = RichText::new(text::plain(&document.name)).color(tokens(ui).dim);
        ui.add(egui::Label::new(name).truncate());
        let id = Id::unique("structure-filter");
        let response = fields::filter_ui(ui, id, &mut self.filter, text::octets::FILTER_PARTS);
        if focus {
            response.request_focus();
        }
        ui.add_space(SPACE_S);
        self.tree.ui(ui, ctx, document, &mut self.filter, hover);
    }

    /// The headers and the octets of the selected part.
    pub(crate) fn centre_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, hover: &mut Hover) {
        let Some(document) = ctx.state.current() else {
            verdict::empty_ui(ui, Icon::Layers, text::octets::OPEN_A_MESSAGE, |ui| {
                command_ui(ui, ctx, UiCommand::OpenDemo);
            });
            return;
        };
        if let Some(buffer) = self.octets.follow(ctx, document) {
            self.shown = Some(buffer);
        }
        let Some(buffer) = self.buffer(document) else { return };
        let item = ctx.state.selection.current().filter(|item| item.document() == Some(document.id));
        if let Some(part) = part_of(document, buffer, item) {
            self.headers.ui(ui, ctx, document, buffer, part);
        }
        ui.horizontal(|ui| {
            ui.heading(text::buffer(buffer.name())).on_hover_text(text::buffer_purpose(buffer.name()));
            ui.label(RichText::new(text::size(buffer.octets().len())).color(tokens(ui).dim));
            ui.add_space(SPACE_S);
            self.octets.actions_ui(ui, ctx, document, buffer);
            Octets::words_ui(ui, ctx, document, buffer);
        });
        ui.horizontal(|ui| self.octets.tools_ui(ui, ctx, document, buffer));
        self.octets.ui(ui, ctx, document, buffer, hover);
    }

    fn buffer<'a>(&self, document: &'a Document) -> Option<&'a Buffer> {
        let buffers = document.buffers();
        let shown = buffers.iter().find(|buffer| Some(buffer.name()) == self.shown);
        shown.or_else(|| buffers.first()).copied()
    }
}

fn command_ui(ui: &mut Ui, ctx: &Ctx<'_>, command: UiCommand) {
    if ui.button(command.name()).clicked() {
        ctx.ask(command);
    }
}

// The MIME part whose headers belong to what is selected: itself, or the nearest around it.
fn part_of(document: &Document, buffer: &Buffer, item: Option<&Item>) -> Option<usize> {
    let structure = document.structure();
    let node = match item {
        Some(Item::Node(_, index)) => Some(*index),
        Some(item) => {
            let span = span_of(document, item).filter(|span| span.buffer == buffer.name());
            structure.deepest_at(buffer.name(), span.map_or(0, |span| span.start))
        }
        None => structure.deepest_at(buffer.name(), 0),
    }?;
    let has_headers = |index: &usize| structure.nodes().get(*index).is_some_and(|node| node.headers.is_some());
    // A layer's own row stands for the entity that it is.
    let around = structure.around(node).find(has_headers);
    around.or_else(|| Some(node + 1).filter(has_headers).filter(|child| structure.inside(node).contains(child)))
}
