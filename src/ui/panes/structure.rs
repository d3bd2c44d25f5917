//! The parts of the current message as a tree: MIME parts of every layer, and the values of its cryptographic
//! structures.

use std::collections::HashSet;
use std::path::Path;

use egui::{Id, RichText, Ui};

use super::export::ExportForm;
use crate::span::{Buffer, BufferName, Span};
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
    export: Option<ExportForm>,
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
            .is_some_and(|node| node.icon != Icon::ChevronRight || node.depth < 4);
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
        let name = span.map_or(BufferName::Received, |span| span.buffer);
        let Some(buffer) = document.buffer(name) else { return };
        if self.followed.as_ref() != current {
            self.followed = current.cloned();
            self.view.reveal(span.map_or(0, |span| span.start));
        }
        ui.horizontal(|ui| {
            ui.heading(text::buffer(buffer.name()));
            ui.label(RichText::new(text::size(buffer.octets().len())).color(tokens(ui).dim));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add_space(SPACE_S);
                let words = match span {
                    Some(span) => text::place(span.start, span.len()),
                    None => "Select a part to mark its octets, or an octet to find its part".to_owned(),
                };
                ui.label(RichText::new(words).color(tokens(ui).dim));
            });
        });
        self.actions_ui(ui, ctx, document, buffer, span.unwrap_or_else(|| buffer.whole()));
        ui.add_space(SPACE_S);
        // A whole buffer needs no mark.
        let marked = span.filter(|span| *span != buffer.whole()).map(Span::range);
        let outcome = self.view.ui(ui, buffer.octets(), marked.as_ref(), None);
        if let Some(node) = outcome.chosen.and_then(|offset| document.structure().deepest_at(buffer.name(), offset)) {
            let item = Item::Node(document.id, node);
            self.followed = Some(item.clone());
            ctx.queue.push(Command::Select(item));
        }
    }

    fn actions_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, buffer: &Buffer, span: Span) {
        let title = match ctx.state.selection.current() {
            Some(Item::Node(_, index)) => document.structure().nodes().get(*index).map(|node| node.title.as_str()),
            _ => None,
        };
        let octets = buffer.slice(span.range());
        ui.horizontal(|ui| {
            let copy = ui.button("Copy as…");
            egui::Popup::menu(&copy).show(|ui| {
                for form in Form::ALL {
                    let label = pem_label(buffer.name(), title, span == buffer.whole());
                    if form == Form::Pem && label.is_none() {
                        continue;
                    }
                    let fits = ui.add_enabled(octets.len() <= COPY_LIMIT, egui::Button::new(form.name()));
                    if fits.on_disabled_hover_text("Too large for the clipboard: save it instead").clicked() {
                        ctx.queue.push(Command::Copy(form.of(octets, label.unwrap_or_default())));
                        ui.close();
                    }
                }
            });
            if ui.button("Save part…").on_hover_text("The marked octets, or all of the buffer").clicked() {
                let name = title.unwrap_or_else(|| text::buffer(buffer.name()));
                let ending = if octets.first() == Some(&0x30) { "der" } else { "eml" };
                self.export = Some(ExportForm::octets(ctx, octets.into(), &name.to_lowercase(), ending));
            }
            let what = title.map_or_else(|| "the whole buffer".to_owned(), text::plain);
            ui.label(RichText::new(format!("{what}, {}", text::size(octets.len()))).color(tokens(ui).dim));
        });
        if self.export.as_mut().is_some_and(|form| form.ui(ui, ctx)) {
            self.export = None;
        }
    }

    /// Where the file dialog says the part is to go.
    pub(crate) fn export_to(&mut self, path: &Path) {
        if let Some(form) = &mut self.export {
            form.set_path(path);
        }
    }

    /// The part is written.
    pub(crate) fn exported(&mut self) {
        self.export = None;
    }

    /// The part could not be written.
    pub(crate) fn export_failed(&mut self, why: &str) {
        if let Some(form) = &mut self.export {
            form.set_error(why.to_owned());
        }
    }
}

// More than any program takes from a clipboard in reasonable time.
const COPY_LIMIT: usize = 4 << 20;

/// The ways to copy octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Hex,
    Base64,
    Pem,
    Text,
    Array,
}

impl Form {
    const ALL: [Self; 5] = [Self::Hex, Self::Base64, Self::Pem, Self::Text, Self::Array];

    const fn name(self) -> &'static str {
        match self {
            Self::Hex => "Hexadecimal",
            Self::Base64 => "Base64",
            Self::Pem => "PEM",
            Self::Text => "Text",
            Self::Array => "Array of bytes",
        }
    }

    fn of(self, octets: &[u8], label: &str) -> String {
        use base64::Engine as _;
        let base64 = || base64::engine::general_purpose::STANDARD.encode(octets);
        match self {
            Self::Hex => octets.iter().map(|octet| format!("{octet:02x}")).collect(),
            Self::Base64 => base64(),
            Self::Pem => {
                let encoded = base64();
                let lines: Vec<&str> = (0..encoded.len())
                    .step_by(64)
                    .filter_map(|start| encoded.get(start..(start + 64).min(encoded.len())))
                    .collect();
                format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
            }
            Self::Text => String::from_utf8_lossy(octets).into_owned(),
            Self::Array => {
                let words: Vec<String> = octets.iter().map(|octet| format!("0x{octet:02x}")).collect();
                format!("[{}]", words.join(", "))
            }
        }
    }
}

// Only what has a name in PEM is copied as PEM (RFC 7468 §5, §9).
fn pem_label(buffer: BufferName, title: Option<&str>, whole: bool) -> Option<&'static str> {
    let cms = matches!(buffer, BufferName::EncryptedCms | BufferName::SignatureCms);
    match title {
        Some("certificate") if cms => Some("CERTIFICATE"),
        Some("ContentInfo") if cms => Some("CMS"),
        _ => (cms && whole).then_some("CMS"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_copied_in_the_form_that_is_asked_for() {
        let octets = b"\x30\x03abc";
        assert_eq!(Form::Hex.of(octets, ""), "3003616263");
        assert_eq!(Form::Array.of(&octets[..2], ""), "[0x30, 0x03]");
        assert_eq!(Form::Base64.of(octets, ""), "MANhYmM=");
        assert_eq!(Form::Pem.of(octets, "CMS"), "-----BEGIN CMS-----\nMANhYmM=\n-----END CMS-----\n");
    }

    #[test]
    fn only_what_pem_has_a_name_for_is_offered_as_pem() {
        assert_eq!(pem_label(BufferName::SignatureCms, Some("certificate"), false), Some("CERTIFICATE"));
        assert_eq!(pem_label(BufferName::SignatureCms, Some("version"), false), None);
        assert_eq!(pem_label(BufferName::Received, None, true), None);
    }
}
