//! The octets of the current message, buffer by buffer, with those of the selection marked.

use std::ops::Range;

use egui::{RichText, TextEdit, Ui};

use crate::span::{BufferName, Span};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::Icon;
use crate::ui::selection::{HeaderLayer, Item};
use crate::ui::text;
use crate::ui::tokens::tokens;
use crate::ui::widgets::bytes::{BytesView, Outcome};
use crate::ui::widgets::{paint, verdict};

/// Which buffer is shown, and where in it.
#[derive(Debug, Default)]
pub(crate) struct BytesPane {
    view: BytesView,
    tab: Option<BufferName>,
    followed: Option<Item>,
    go_to: String,
}

impl BytesPane {
    /// The buffers' tabs and the field for an offset.
    pub(crate) fn tabs_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(document) = ctx.state.current() else { return };
        self.follow(ctx, document);
        for buffer in document.buffers() {
            let name = buffer.name();
            let shown = self.buffer_of(document) == Some(name);
            let response = ui.selectable_label(shown, text::buffer(name));
            let hint = format!("{}, {}", text::buffer_purpose(name), text::size(buffer.octets().len()));
            if response.on_hover_text(hint).clicked() {
                self.tab = Some(name);
                self.view = BytesView::default();
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let field = TextEdit::singleline(&mut self.go_to)
                .hint_text("go to offset")
                .align(egui::Align2::LEFT_CENTER)
                .desired_width(110.0);
            let response = ui.add(field).accessible_name("Go to offset");
            if response.lost_focus()
                && ui.input(|input| input.key_pressed(egui::Key::Enter))
                && let Some(offset) = offset_of(&self.go_to)
            {
                self.view.reveal(offset);
            }
        });
    }

    /// The octets.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(document) = ctx.state.current() else {
            verdict::empty_ui(ui, Icon::Layers, "Select an item to see its bytes", |_| {});
            return;
        };
        let Some(buffer) = self.buffer_of(document).and_then(|name| document.buffer(name)) else { return };
        let span = ctx.state.selection.current().and_then(|item| span_of(document, item));
        let marked: Option<Range<usize>> = span.filter(|span| span.buffer == buffer.name()).map(Span::range);
        let mut outcome = Outcome::default();
        let natural = BytesView::width(ui);
        let wide = ui.available_width() > natural + PARTS;
        let room = if wide { natural } else { ui.available_width() };
        ui.horizontal_top(|ui| {
            let height = ui.available_height();
            ui.allocate_ui(egui::vec2(room, height), |ui| {
                outcome = self.view.ui(ui, buffer.octets(), marked.as_ref(), None);
            });
            if wide {
                ui.add_space(crate::ui::tokens::SPACE_M);
                let at = outcome.hovered.or_else(|| marked.as_ref().map(|range| range.start));
                ui.vertical(|ui| parts_ui(ui, document, buffer.name(), at));
            }
        });
        if let Some(offset) = outcome.chosen {
            let item = match document.structure().deepest_at(buffer.name(), offset) {
                Some(node) => Item::Node(document.id, node),
                None => Item::Octets(document.id, buffer.span(offset..offset + 1)),
            };
            self.followed = Some(item.clone());
            ctx.queue.push(Command::Select(item));
        }
    }

    fn buffer_of(&self, document: &Document) -> Option<BufferName> {
        let buffers = document.buffers();
        let chosen = buffers.iter().find(|buffer| Some(buffer.name()) == self.tab);
        chosen.or_else(|| buffers.first()).map(|buffer| buffer.name())
    }

    // A new selection brings its octets into view; one's own scrolling afterwards is left alone.
    fn follow(&mut self, ctx: &Ctx<'_>, document: &Document) {
        let current = ctx.state.selection.current();
        if self.followed.as_ref() == current {
            return;
        }
        self.followed = current.cloned();
        if let Some(span) = current.and_then(|item| span_of(document, item)) {
            self.tab = Some(span.buffer);
            self.view.reveal(span.start);
        }
    }
}

// The least room for the parts beside the octets.
const PARTS: f32 = 260.0;

// What the octet under the pointer, else the selection, is part of: from the whole down to the smallest.
fn parts_ui(ui: &mut Ui, document: &Document, buffer: BufferName, at: Option<usize>) {
    let look = tokens(ui);
    let Some(at) = at else {
        ui.label(
            RichText::new("Rest on an octet to see what it is part of; click to select that part").color(look.dim),
        );
        return;
    };
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.label(RichText::new(format!("Octet {}", text::grouped(at))).color(look.dim));
    let nodes = document.structure().nodes();
    let around = nodes.iter().filter(|node| node.span.buffer == buffer && node.span.range().contains(&at));
    let around: Vec<_> = around.collect();
    for node in around.iter().skip(around.len().saturating_sub(8)) {
        let (rect, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 20.0), egui::Sense::hover());
        let words = format!("{} {}", node.title, text::plain(&node.detail));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
        let used = paint::line(ui, rect, &node.title, egui::TextStyle::Body, look.text);
        let rest = paint::between(rect, rect.left() + used + 10.0, rect.right());
        paint::line(ui, rest, &text::plain(&node.detail), egui::TextStyle::Small, look.dim);
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

fn offset_of(typed: &str) -> Option<usize> {
    let typed = typed.trim();
    match typed.strip_prefix("0x") {
        Some(hex) => usize::from_str_radix(hex, 16).ok(),
        None => typed.parse().ok(),
    }
}

/// A line of octets in small type, for the Inspector.
pub(crate) fn preview_ui(ui: &mut Ui, octets: &[u8]) {
    let shown: String = octets.iter().take(48).map(|octet| format!("{octet:02x} ")).collect();
    let more = if octets.len() > 48 { "…" } else { "" };
    ui.label(RichText::new(format!("{shown}{more}")).monospace().color(tokens(ui).dim));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_may_be_typed_in_either_base() {
        assert_eq!(offset_of(" 0x1f "), Some(31));
        assert_eq!(offset_of("31"), Some(31));
        assert_eq!(offset_of("here"), None);
    }
}
