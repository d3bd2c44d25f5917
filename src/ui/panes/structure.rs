//! The parts of the current message as a tree: MIME parts of every layer, and the values of its cryptographic
//! structures.

use std::collections::HashSet;

use egui::{Id, RichText, Ui};

use crate::span::Span;
use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand};
use crate::ui::document::Document;
use crate::ui::icons::Icon;
use crate::ui::selection::{DocumentId, Item};
use crate::ui::structure::Node;
use crate::ui::text;
use crate::ui::tokens::{self, SPACE_S, tokens};
use crate::ui::widgets::bytes::BytesView;
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{fields, paint, verdict};

/// Which parts are open, and what is looked for.
#[derive(Debug, Default)]
pub(crate) struct StructurePane {
    filter: String,
    toggled: HashSet<(DocumentId, usize)>,
    view: BytesView,
    followed: Option<Item>,
}

impl StructurePane {
    /// The tree.
    pub(crate) fn list_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, focus: bool) {
        let Some(document) = ctx.state.current() else {
            verdict::empty_ui(ui, Icon::Layers, "No message is open", |ui| {
                if ui.button("Open message…").clicked() {
                    ctx.ask(UiCommand::Open);
                }
            });
            return;
        };
        ui.label(RichText::new("Structure").text_style(tokens::strong_style()));
        ui.add(egui::Label::new(RichText::new(&document.name).color(tokens(ui).dim)).truncate());
        let response = fields::filter_ui(ui, Id::unique("structure-filter"), &mut self.filter, "Filter parts");
        if focus {
            response.request_focus();
        }
        ui.add_space(SPACE_S);
        let nodes = document.structure().nodes();
        let rows = self.visible(document);
        if rows.is_empty() {
            ui.label(RichText::new(format!("Nothing matches “{}”", self.filter)).color(tokens(ui).dim));
            return;
        }
        let selected = match ctx.state.selection.current() {
            Some(Item::Node(id, index)) if *id == document.id => rows.iter().position(|row| row == index),
            _ => None,
        };
        let node = |row: usize| rows.get(row).and_then(|index| nodes.get(*index));
        let is_open = |row: usize| rows.get(row).is_some_and(|index| self.is_open(document, *index));
        let info = |row: usize| RowInfo {
            name: node(row).map(|node| format!("{} {}", node.title, node.detail)).unwrap_or_default(),
            expanded: node(row).filter(|node| node.parent).map(|_| is_open(row)),
            level: node(row).map_or(0, |node| node.depth),
        };
        let outcome = Rows::new("structure", "Parts of the message", Kind::Tree, rows.len())
            .row_height(26.0)
            .selected(selected)
            .show(ui, info, |ui, row, rect| {
                if let Some(node) = node(row) {
                    node_ui(ui, node, rect, is_open(row));
                }
            });
        if let Some(index) = outcome.chosen.and_then(|row| rows.get(row)) {
            ctx.queue.push(Command::Select(Item::Node(document.id, *index)));
        }
        let toggled = outcome.toggled.map(|(row, _)| row).or(outcome.activated);
        if let Some(index) = toggled.and_then(|row| rows.get(row)) {
            let key = (document.id, *index);
            if !self.toggled.remove(&key) {
                self.toggled.insert(key);
            }
        }
    }

    // Layers and MIME parts start open, the values of ASN.1 below the second level closed: they are many.
    fn is_open(&self, document: &Document, index: usize) -> bool {
        let starts_open = document
            .structure()
            .nodes()
            .get(index)
            .is_some_and(|node| node.icon != Icon::ChevronRight || node.depth < 3);
        starts_open != self.toggled.contains(&(document.id, index))
    }

    fn visible(&self, document: &Document) -> Vec<usize> {
        let nodes = document.structure().nodes();
        let wanted = self.filter.to_lowercase();
        if !wanted.is_empty() {
            let says = |node: &Node| format!("{} {}", node.title, node.detail).to_lowercase().contains(&wanted);
            return nodes.iter().enumerate().filter(|(_, node)| says(node)).map(|(index, _)| index).collect();
        }
        let mut rows = Vec::new();
        let mut closed_at: Option<usize> = None;
        for (index, node) in nodes.iter().enumerate() {
            if closed_at.is_some_and(|depth| node.depth > depth) {
                continue;
            }
            rows.push(index);
            closed_at = (node.parent && !self.is_open(document, index)).then_some(node.depth);
        }
        rows
    }

    /// The octets of the selected part.
    pub(crate) fn centre_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(document) = ctx.state.current() else {
            verdict::empty_ui(ui, Icon::Layers, "Open a message to see what it is made of", |ui| {
                if ui.button("Explore the demo workspace").clicked() {
                    ctx.ask(UiCommand::OpenDemo);
                }
            });
            return;
        };
        let current = ctx.state.selection.current().filter(|item| item.document() == Some(document.id));
        let span = current.and_then(|item| super::bytes::span_of(document, item));
        let name = span.map_or(crate::span::BufferName::Received, |span| span.buffer);
        let Some(buffer) = document.buffer(name) else { return };
        if self.followed.as_ref() != current {
            self.followed = current.cloned();
            self.view.reveal(span.map_or(0, |span| span.start));
        }
        ui.horizontal(|ui| {
            ui.heading(text::buffer(buffer.name()));
            ui.label(RichText::new(text::size(buffer.octets().len())).color(tokens(ui).dim));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let words = match span {
                    Some(span) => text::place(span.start, span.len()),
                    None => "Select a part to mark its octets, or an octet to find its part".to_owned(),
                };
                ui.label(RichText::new(words).color(tokens(ui).dim));
            });
        });
        ui.add_space(SPACE_S);
        let outcome = self.view.ui(ui, buffer.octets(), span.map(Span::range).as_ref(), None);
        if let Some(node) = outcome.chosen.and_then(|offset| document.structure().deepest_at(buffer.name(), offset)) {
            let item = Item::Node(document.id, node);
            self.followed = Some(item.clone());
            ctx.queue.push(Command::Select(item));
        }
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a depth becomes an indent in pixels")]
fn node_ui(ui: &Ui, node: &Node, rect: egui::Rect, open: bool) {
    let look = tokens(ui);
    let indent = rect.left() + 6.0 + 16.0 * (node.depth.min(24) as f32);
    let mut left = indent;
    if node.parent {
        let chevron = if open { Icon::ChevronDown } else { Icon::ChevronRight };
        let square = egui::Rect::from_min_size(egui::pos2(indent, rect.center().y - 6.0), egui::Vec2::splat(12.0));
        crate::ui::icons::paint(ui.painter(), chevron, square, look.dim, look.panel);
    }
    left += 18.0;
    if node.icon != Icon::ChevronRight {
        left = paint::icon(ui, left, rect, node.icon, look.dim) - 2.0;
    }
    let style = if node.depth == 0 { tokens::strong_style() } else { egui::TextStyle::Body };
    let used = paint::line(ui, paint::between(rect, left, rect.right() - 6.0), &node.title, style, look.text);
    let rest = paint::between(rect, left + used + 10.0, rect.right() - 6.0);
    paint::line(ui, rest, &text::plain(&node.detail), egui::TextStyle::Small, look.dim);
}
