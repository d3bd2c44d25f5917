//! The outer headers beside the wrapped ones, in wire order: what the network saw, and what the sender wrote.

use egui::{RichText, Ui};

use crate::agent::{HeaderComparison, HeaderMark};
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::{HeaderLayer, Item};
use crate::ui::text::headers as words;
use crate::ui::tokens::{ROW, strong_style, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{fields, paint, verdict};
use crate::ui::{Ctx, text};

/// Shows them, where a message was wrapped or unwrapped.
pub(crate) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    shown_ui(ui, ctx, document, None);
}

/// The same with a filter; what is left stays in wire order, duplicates included.
pub(crate) fn filtered_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, filter: &mut String) {
    shown_ui(ui, ctx, document, Some(filter));
}

fn shown_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, filter: Option<&mut String>) {
    let Some(ran) = document.ran() else { return };
    if ran.headers.is_empty() {
        return;
    }
    verdict::section_ui(ui, words::HEADING, |ui| {
        ui.add(egui::Label::new(RichText::new(words::ABOUT).small().color(tokens(ui).dim)).truncate());
    });
    let mut wanted = String::new();
    if let Some(filter) = filter {
        fields::filter_ui(ui, egui::Id::unique("headers-filter"), filter, words::FILTER);
        wanted = filter.to_lowercase();
    }
    let places: Vec<usize> = ran
        .headers
        .iter()
        .enumerate()
        .filter(|(_, field)| wanted.is_empty() || words::line(field).to_lowercase().contains(&wanted))
        .map(|(place, _)| place)
        .collect();
    if places.is_empty() {
        ui.label(RichText::new(words::NO_MATCH).color(tokens(ui).dim));
        return;
    }
    head_ui(ui);
    let selected = match ctx.state.selection.current() {
        Some(Item::Header(id, _, index)) if *id == document.id => places.iter().position(|place| place == index),
        _ => None,
    };
    let field = |row: usize| places.get(row).and_then(|place| ran.headers.get(*place));
    let info = |row: usize| RowInfo { name: field(row).map(words::line).unwrap_or_default(), ..RowInfo::default() };
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a count of rows becomes a height")]
    let height = ROW * places.len().min(30) as f32;
    let outcome = Rows::new("headers", words::TABLE, Kind::Table, places.len())
        .max_height(height)
        .selected(selected)
        .show(ui, info, |ui, row, rect| {
            if let Some(field) = field(row) {
                row_ui(ui, field, rect);
            }
        });
    if let Some(row) = outcome.chosen
        && let Some(place) = places.get(row)
    {
        let layer = if field(row).is_some_and(|field| field.outer.is_none()) {
            HeaderLayer::Wrapped
        } else {
            HeaderLayer::Outer
        };
        ctx.queue.push(Command::Select(Item::Header(document.id, layer, *place)));
    }
}

struct Columns {
    name: egui::Rect,
    outer: egui::Rect,
    inner: egui::Rect,
    mark: egui::Rect,
}

impl Columns {
    fn of(rect: egui::Rect) -> Self {
        let left = rect.left() + 10.0;
        let right = rect.right() - 10.0;
        let mark = right - 112.0;
        let name = left + 150.0;
        let half = f32::midpoint(name, mark);
        Self {
            name: paint::between(rect, left, name - 8.0),
            outer: paint::between(rect, name, half - 12.0),
            inner: paint::between(rect, half, mark - 12.0),
            mark: paint::between(rect, mark, right),
        }
    }
}

fn head_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 22.0), egui::Sense::hover());
    let columns = Columns::of(rect);
    let ink = tokens(ui).dim;
    let cells = [
        (columns.name, words::NAME),
        (columns.outer, words::OUTER),
        (columns.inner, words::WRAPPED),
        (columns.mark, words::COMPARED),
    ];
    for (cell, head) in cells {
        paint::line(ui, cell, head, egui::TextStyle::Small, ink);
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(1.0, tokens(ui).line));
}

fn row_ui(ui: &Ui, field: &HeaderComparison, rect: egui::Rect) {
    let look = tokens(ui);
    let columns = Columns::of(rect);
    paint::line(ui, columns.name, &text::plain(&field.name), strong_style(), look.text);
    for (cell, value) in [(columns.outer, &field.outer), (columns.inner, &field.inner)] {
        match value {
            Some(value) => paint::line(ui, cell, &text::plain(value), egui::TextStyle::Body, look.text),
            None => paint::line(ui, cell, words::NO_VALUE, egui::TextStyle::Body, look.dim),
        };
    }
    let (icon, ink) = match field.mark {
        HeaderMark::Same => (Icon::Skipped, look.dim),
        HeaderMark::Differs => (Icon::Warning, Status::Warning.tone(ui).ink),
        HeaderMark::OuterOnly | HeaderMark::InnerOnly => (Icon::NotChecked, look.dim),
    };
    let left = paint::icon(ui, columns.mark.left(), rect, icon, ink);
    paint::line(
        ui,
        paint::between(rect, left, columns.mark.right()),
        words::compared(field),
        egui::TextStyle::Small,
        ink,
    );
}
