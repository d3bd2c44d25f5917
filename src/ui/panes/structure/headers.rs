//! The headers of a part, in wire order, duplicates kept, each with how it relates to the other side of the wrapping.

use egui::{Id, RichText, TextStyle, Ui};

use crate::agent::{HeaderComparison, HeaderMark};
use crate::limits::Limits;
use crate::mail::{HeaderSection, decode_text, unfold};
use crate::span::{Buffer, Span};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::{DocumentId, HeaderLayer, Item};
use crate::ui::text::{self, headers as words};
use crate::ui::tokens::{self, SPACE_S, tokens};
use crate::ui::widgets::table::{self, Cell, Column, HEAD, Sort, Width};
use crate::ui::widgets::{fields, verdict};

const ROW: f32 = 24.0;
// The octets below keep the larger part of a small window.
const MOST_ROWS: f32 = 7.0;

const COLUMNS: [Column; 3] = [
    Column { title: words::NAME, width: Width::Share(1.0), sorts: true },
    Column { title: words::VALUE, width: Width::Share(2.6), sorts: true },
    Column { title: words::COMPARED, width: Width::Fixed(116.0), sorts: true },
];

/// A field as it is shown.
#[derive(Debug)]
struct Field {
    name: String,
    value: String,
    mark: Option<HeaderMark>,
    compared: &'static str,
    item: Item,
}

/// The fields of the part that is shown, read when another one is.
#[derive(Debug, Default)]
pub(super) struct Headers {
    of: Option<(DocumentId, u64, usize)>,
    fields: Vec<Field>,
    filter: String,
    sort: Sort,
}

impl Headers {
    /// Shows them.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, buffer: &Buffer, part: usize) {
        let of = (document.id, ctx.state.documents.revision(), part);
        if self.of != Some(of) {
            self.of = Some(of);
            self.fields = read(document, buffer, part);
        }
        if self.fields.is_empty() {
            ui.label(RichText::new(words::NONE_OF_PART).color(tokens(ui).dim));
            return;
        }
        let mut copy = false;
        verdict::section_ui(ui, words::OF_PART, |ui| {
            copy = ui.button(text::octets::COPY_TABLE).on_hover_text(text::octets::COPY_TABLE_HINT).clicked();
            ui.scope(|ui| {
                ui.set_max_width(ui.available_width().min(180.0));
                let id = Id::unique("headers-filter");
                fields::filter_ui(ui, id, &mut self.filter, words::FILTER);
            });
        });
        if copy {
            let cell = |row: usize, column: usize| {
                self.fields.get(row).map(|field| field.cell(column).to_owned()).unwrap_or_default()
            };
            ctx.queue.push(Command::Copy(table::csv(&COLUMNS, self.fields.len(), cell)));
        }
        let rows = self.rows();
        if rows.is_empty() {
            let said = text::octets::nothing_matches(&self.filter, self.fields.len(), words::HIDDEN);
            ui.label(RichText::new(said).color(tokens(ui).dim));
        } else {
            self.table_ui(ui, ctx, &rows);
        }
        ui.add_space(SPACE_S);
    }

    fn rows(&self) -> Vec<usize> {
        let wanted = self.filter.to_lowercase();
        let says = |field: &Field| {
            wanted.is_empty() || (0..COLUMNS.len()).any(|column| field.cell(column).to_lowercase().contains(&wanted))
        };
        let mut rows: Vec<usize> =
            self.fields.iter().enumerate().filter(|(_, field)| says(field)).map(|(row, _)| row).collect();
        let key = |row: usize, column: usize| self.fields.get(row).map(|field| field.cell(column).to_lowercase());
        self.sort.order(&mut rows, |column, one, other| key(one, column).cmp(&key(other, column)));
        rows
    }

    fn table_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, rows: &[usize]) {
        let look = tokens(ui);
        let warning = Status::Warning.tone(ui).ink;
        let all = &self.fields;
        let field = |row: usize| rows.get(row).and_then(|index| all.get(*index));
        let current = ctx.state.selection.current();
        let selected = rows.iter().position(|index| all.get(*index).map(|field| &field.item) == current);
        let most = (ui.available_height() * 0.4 - HEAD).clamp(ROW * 3.0, ROW * MOST_ROWS);
        let list =
            table::rows("part-headers", words::OF_PART, rows.len()).row_height(ROW).max_height(most).selected(selected);
        let cell = |row: usize, column: usize| {
            let Some(field) = field(row) else {
                return Cell { words: "".into(), icon: None, style: TextStyle::Body, ink: look.text };
            };
            let icon = match (column, field.mark) {
                (2, Some(HeaderMark::Differs)) => Some((Icon::Warning, warning)),
                (2, Some(HeaderMark::Same)) => Some((Icon::Skipped, look.dim)),
                (2, Some(_)) => Some((Icon::NotChecked, look.dim)),
                _ => None,
            };
            let (style, ink) = match column {
                0 => (tokens::strong_style(), look.text),
                1 => (TextStyle::Body, look.text),
                _ => (TextStyle::Small, icon.map_or(look.dim, |(_, ink)| ink)),
            };
            Cell { words: field.cell(column).into(), icon, style, ink }
        };
        let outcome = table::show(list, ui, &COLUMNS, Some(&mut self.sort), cell);
        if let Some(field) = outcome.chosen.and_then(field) {
            ctx.queue.push(Command::Select(field.item.clone()));
        }
    }
}

impl Field {
    fn cell(&self, column: usize) -> &str {
        match column {
            0 => &self.name,
            1 => &self.value,
            _ => self.compared,
        }
    }
}

fn read(document: &Document, buffer: &Buffer, part: usize) -> Vec<Field> {
    let range = document.structure().nodes().get(part).and_then(|node| node.headers.clone());
    let Some(range) = range else { return Vec::new() };
    let octets = buffer.octets();
    let section = HeaderSection::scan(octets, range, &Limits::DEFAULT);
    let field = |field: &crate::mail::HeaderField| {
        let span = buffer.span(field.whole.clone());
        let (compared, item) = known(document, span);
        Field {
            name: text::plain(&field.name(octets)),
            value: text::plain(decode_text(&unfold(field.value(octets))).trim()),
            mark: compared.map(|compared| compared.mark),
            compared: compared.map_or("", words::compared),
            item,
        }
    };
    section.fields.iter().map(field).collect()
}

// A field of the outer or the wrapped header is that item; one of another part is its octets.
fn known(document: &Document, span: Span) -> (Option<&HeaderComparison>, Item) {
    let all = document.ran().map(|ran| ran.headers.as_slice()).unwrap_or_default();
    let found = all.iter().enumerate().find_map(|(index, compared)| {
        let layer = if compared.outer_span == Some(span) {
            HeaderLayer::Outer
        } else if compared.inner_span == Some(span) {
            HeaderLayer::Wrapped
        } else {
            return None;
        };
        Some((Some(compared), Item::Header(document.id, layer, index)))
    });
    found.unwrap_or((None, Item::Octets(document.id, span)))
}
