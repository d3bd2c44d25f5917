//! The tree of parts. Its rows are worked out when something has changed, not in every frame: a structure may have a
//! hundred thousand.

use std::collections::HashSet;

use egui::{RichText, TextStyle, Ui};

use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::copying::{Copyable, menu};
use crate::ui::document::Document;
use crate::ui::panes::hover::{Hover, Hovered};
use crate::ui::selection::{DocumentId, Item};
use crate::ui::structure::{Node, Structure};
use crate::ui::text;
use crate::ui::tokens::{self, tokens};
use crate::ui::widgets::list::RowInfo;
use crate::ui::widgets::{paint, tree};

const HEIGHT: f32 = 26.0;

/// What the rows were worked out from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Basis {
    document: Option<DocumentId>,
    revision: u64,
    toggles: u64,
    filter: String,
}

/// What is open, and the rows that follow from it.
#[derive(Debug, Default)]
pub(super) struct Tree {
    toggled: HashSet<(DocumentId, usize)>,
    toggles: u64,
    basis: Basis,
    rows: Vec<usize>,
    followed: Option<Item>,
}

impl Tree {
    /// Shows it.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        document: &Document,
        filter: &mut String,
        hover: &mut Hover,
    ) {
        let structure = document.structure();
        let nodes = structure.nodes();
        let selected = match ctx.state.selection.current() {
            Some(item @ Item::Node(id, index)) if *id == document.id => {
                self.follow(document, item, *index);
                Some(*index)
            }
            _ => None,
        };
        self.work_out(ctx, document, filter);
        if self.rows.is_empty() {
            let words = text::octets::nothing_matches(filter, nodes.len(), text::structure::HIDDEN);
            ui.label(RichText::new(words).color(tokens(ui).dim));
            if ui.button(text::octets::CLEAR).clicked() {
                filter.clear();
            }
            return;
        }
        let row_of = |index: usize| self.rows.binary_search(&index).ok();
        let node = |row: usize| self.rows.get(row).and_then(|index| nodes.get(*index));
        let info = |row: usize| RowInfo {
            name: node(row).map(words).unwrap_or_default(),
            expanded: node(row)
                .filter(|node| node.parent && filter.is_empty())
                .map(|_| self.is_open_row(document, row)),
            level: node(row).map_or(0, |node| node.depth),
        };
        // What the pointer is on may lie in a closed part: then that is outlined.
        let ringed = hover.node(document.id).and_then(|index| structure.around(index).find_map(row_of));
        let mut asked = None;
        let rows = tree::rows("structure", text::octets::PARTS, self.rows.len())
            .row_height(HEIGHT)
            .selected(selected.and_then(row_of))
            .ringed(ringed)
            .menu(|ui, row| {
                if let Some(index) = self.rows.get(row) {
                    asked = menu_ui(ui, ctx, document, *index).map(|open| (*index, open)).or(asked);
                }
            });
        let outcome = tree::show(rows, ui, info, |ui, row, rect| {
            if let Some(node) = node(row) {
                node_ui(ui, node, rect);
            }
        });
        if let Some(index) = outcome.hovered.and_then(|row| self.rows.get(row))
            && let Some(node) = nodes.get(*index)
        {
            hover.set(Hovered { document: document.id, span: node.span, node: Some(*index) });
        }
        if let Some(index) = outcome.chosen.and_then(|row| self.rows.get(row)) {
            let item = Item::Node(document.id, *index);
            self.followed = Some(item.clone());
            ctx.queue.push(Command::Select(item));
        }
        if let Some(index) = outcome.toggled.and_then(|(row, _)| self.rows.get(row)).copied() {
            self.toggle(document.id, index);
        }
        if let Some((index, open)) = asked {
            self.open_all(document, index, open);
        }
    }

    // What was selected elsewhere has to be in sight: whatever it lies in is opened.
    fn follow(&mut self, document: &Document, item: &Item, index: usize) {
        if self.followed.as_ref() == Some(item) {
            return;
        }
        self.followed = Some(item.clone());
        let structure = document.structure();
        for around in structure.around(index).skip(1) {
            if !self.is_open(structure, document.id, around) {
                self.toggle(document.id, around);
            }
        }
    }

    fn toggle(&mut self, document: DocumentId, index: usize) {
        let key = (document, index);
        if !self.toggled.remove(&key) {
            self.toggled.insert(key);
        }
        self.toggles += 1;
    }

    fn open_all(&mut self, document: &Document, index: usize, open: bool) {
        let structure = document.structure();
        for inside in std::iter::once(index).chain(structure.inside(index)) {
            let parent = structure.nodes().get(inside).is_some_and(|node| node.parent);
            if parent && self.is_open(structure, document.id, inside) != open {
                self.toggle(document.id, inside);
            }
        }
    }

    // Layers and MIME parts start open, the values of ASN.1 below the second level closed: they are many.
    fn is_open(&self, structure: &Structure, document: DocumentId, index: usize) -> bool {
        let node = structure.nodes().get(index);
        let starts_open = node.is_some_and(|node| node.head == 0 || node.depth < 4);
        starts_open != self.toggled.contains(&(document, index))
    }

    fn is_open_row(&self, document: &Document, row: usize) -> bool {
        self.rows.get(row).is_some_and(|index| self.is_open(document.structure(), document.id, *index))
    }

    fn work_out(&mut self, ctx: &Ctx<'_>, document: &Document, filter: &str) {
        let basis = Basis {
            document: Some(document.id),
            revision: ctx.state.documents.revision(),
            toggles: self.toggles,
            filter: filter.to_lowercase(),
        };
        if basis == self.basis {
            return;
        }
        let structure = document.structure();
        let nodes = structure.nodes();
        let mut rows = Vec::new();
        if basis.filter.is_empty() {
            let mut closed_at: Option<usize> = None;
            for (index, node) in nodes.iter().enumerate() {
                if closed_at.is_some_and(|depth| node.depth > depth) {
                    continue;
                }
                rows.push(index);
                closed_at = (node.parent && !self.is_open(structure, document.id, index)).then_some(node.depth);
            }
        } else {
            let says = |node: &Node| words(node).to_lowercase().contains(&basis.filter);
            rows.extend(nodes.iter().enumerate().filter(|(_, node)| says(node)).map(|(index, _)| index));
        }
        self.rows = rows;
        self.basis = basis;
    }
}

fn words(node: &Node) -> String {
    format!("{} {}", node.title, text::plain(&node.detail))
}

// Whether everything below is to be opened, or closed.
fn menu_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, index: usize) -> Option<bool> {
    let node = document.structure().nodes().get(index)?;
    if let Some(thing) = Copyable::octets(document, node.span, Some(index)) {
        menu::forms_ui(ui, ctx, &thing);
    }
    if !node.parent {
        return None;
    }
    ui.separator();
    let mut asked = None;
    for (name, open) in [(text::octets::OPEN_ALL, true), (text::octets::CLOSE_ALL, false)] {
        if ui.button(name).clicked() {
            asked = Some(open);
            ui.close();
        }
    }
    asked
}

fn node_ui(ui: &Ui, node: &Node, rect: egui::Rect) {
    let look = tokens(ui);
    let right = rect.right() - 6.0;
    let mut left = rect.left();
    if node.head == 0 {
        left = paint::icon(ui, left, rect, node.icon, look.dim) - 2.0;
    }
    let style = if node.depth == 0 { tokens::strong_style() } else { TextStyle::Body };
    left += paint::line(ui, paint::between(rect, left, right), &node.title, style, look.text) + 10.0;
    let detail = text::plain(&node.detail);
    // An object identifier's name is read, its number is looked up.
    let (name, number) = identifier(&detail);
    left += paint::line(ui, paint::between(rect, left, right), name, TextStyle::Small, look.text);
    paint::line(ui, paint::between(rect, left, right), number, TextStyle::Small, look.dim);
}

fn identifier(detail: &str) -> (&str, &str) {
    let number = detail.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match number {
        Some((name, number)) if number.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.') => {
            detail.split_at(name.len())
        }
        _ => ("", detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_identifier_is_told_from_its_number() {
        assert_eq!(identifier("signedData (1.2.840.113549.1.7.2)"), ("signedData", " (1.2.840.113549.1.7.2)"));
        assert_eq!(identifier("2 octets (A0 01)"), ("", "2 octets (A0 01)"));
        assert_eq!(identifier("3"), ("", "3"));
    }
}
