//! The rows of the test tools and of the Applicability Statement: one table that is filtered by suite, result and word,
//! and below it the selected row in full.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};

use egui::{ComboBox, Frame, Id, Margin, RichText, ScrollArea, TextStyle, Ui};

use super::suites::{self, Count};
use crate::conformance::{Checked, RowResult, Suite};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::{DocumentId, Item};
use crate::ui::text::{self, conformance as words, outcome as outcome_text};
use crate::ui::tokens::{RADIUS, ROW, SPACE_L, SPACE_S, SPACE_XS, strong_style, tokens};
use crate::ui::widgets::table::{self, Cell, Column, Sort, Width};
use crate::ui::widgets::{fields, verdict};

const ROW_ID: usize = 0;
const STATUS: usize = 1;
const SUITE: usize = 2;
const PLACE: usize = 3;
const RULE: usize = 4;
const FOUND: usize = 5;
const EXPECTED: usize = 6;

/// Every column: in a wide table, and as copied.
const COLUMNS: [Column; 8] = {
    let [row, status, suite, place, rule, found, expected, clause] = words::COLUMNS;
    [
        column(row, Width::Fixed(128.0)),
        column(status, Width::Fixed(104.0)),
        column(suite, Width::Fixed(116.0)),
        column(place, Width::Fixed(72.0)),
        column(rule, Width::Share(1.3)),
        column(found, Width::Share(1.2)),
        column(expected, Width::Share(1.0)),
        column(clause, Width::Share(0.8)),
    ]
};
const WIDE: f32 = 1000.0;
const MIDDLE: f32 = 700.0;
const NARROW: f32 = 560.0;
const MIDDLE_COLUMNS: [usize; 6] = [ROW_ID, STATUS, PLACE, RULE, FOUND, EXPECTED];
const NARROW_COLUMNS: [usize; 5] = [ROW_ID, STATUS, PLACE, RULE, FOUND];
/// The rest is read where the selected row is told in full.
const FEWEST_COLUMNS: [usize; 3] = [ROW_ID, STATUS, RULE];

/// The room for the selected row in full.
const DETAILS: f32 = 176.0;
/// Rows in sight where the table lies in something that scrolls.
const IN_SIGHT: f32 = 14.0;

const RESULTS: [RowResult; 5] =
    [RowResult::Fail, RowResult::Warning, RowResult::NotChecked, RowResult::Info, RowResult::Pass];

const fn column(title: &'static str, width: Width) -> Column {
    Column { title, width, sorts: true }
}

/// What the choice of rows is made of: made anew only when one of these is different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Made {
    document: Option<DocumentId>,
    revision: u64,
    rows: usize,
    filter: String,
    suite: Option<Suite>,
    result: Option<RowResult>,
    sort: Sort,
    columns: usize,
}

/// What the table remembers from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct ConformancePane {
    filter: String,
    suite: Option<Suite>,
    result: Option<RowResult>,
    sort: Sort,
    selected: Option<(DocumentId, usize)>,
    made: Made,
    counts: Vec<Count>,
    // The rows that are left, in their order.
    shown: Vec<usize>,
}

impl ConformancePane {
    /// The table of `rows`, with the choices above it and the selected row below.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, rows: &[Checked]) {
        if rows.is_empty() {
            verdict::empty_ui(ui, Icon::Send, words::NOTHING_SENT, |_| {});
            return;
        }
        let columns = columns_in(ui.available_width());
        self.refresh(ctx.state.documents.revision(), document, rows, &columns);
        suites::ui(ui, &self.counts, &mut self.suite);
        self.bar_ui(ui, ctx, rows);
        if self.shown.is_empty() {
            self.nothing_ui(ui);
            return;
        }
        let selected = self.selected.filter(|(id, _)| *id == document.id).map(|(_, row)| row);
        let details = selected.and_then(|row| rows.get(row));
        let room = ui.available_height();
        let below = if details.is_some() { DETAILS.min(room * 0.5) } else { 0.0 };
        let height = if room.is_finite() { (room - below - table::HEAD).max(ROW * 3.0) } else { ROW * IN_SIGHT };
        self.table_ui(ui, ctx, document, rows, &columns, height);
        if let Some(checked) = details {
            details_ui(ui, checked, if room.is_finite() { below } else { DETAILS });
        }
    }

    fn table_ui(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        document: &Document,
        rows: &[Checked],
        columns: &[usize],
        height: f32,
    ) {
        let of_table: Vec<Column> = columns.iter().filter_map(|column| COLUMNS.get(*column).copied()).collect();
        let look = *tokens(ui);
        let inks = RESULTS.map(|result| (result, Status::from(result).tone(ui).ink));
        let cell = |row: usize, column: usize| {
            let checked = self.shown.get(row).and_then(|row| rows.get(*row));
            let column = columns.get(column).copied().unwrap_or_default();
            let ink = checked.and_then(|checked| inks.iter().find(|(result, _)| *result == checked.result));
            let icon = checked.zip(ink).filter(|_| column == STATUS);
            let icon = icon.map(|(checked, (_, ink))| (Status::from(checked.result).icon(), *ink));
            let (style, ink) = match column {
                ROW_ID => (TextStyle::Small, look.text),
                STATUS | RULE | FOUND | EXPECTED => (TextStyle::Body, icon.map_or(look.text, |(_, ink)| ink)),
                _ => (TextStyle::Small, look.dim),
            };
            Cell { words: checked.map(|checked| cell_words(checked, column)).unwrap_or_default(), icon, style, ink }
        };
        let selected = self.selected.filter(|(id, _)| *id == document.id);
        let selected = selected.and_then(|(_, row)| self.shown.iter().position(|shown| *shown == row));
        let list = table::rows("conformance", words::TABLE, self.shown.len()).max_height(height).selected(selected);
        let mut sort = self.sort;
        let outcome = table::show(list, ui, &of_table, Some(&mut sort), cell);
        self.sort = sort;
        if let Some(row) = outcome.chosen.and_then(|row| self.shown.get(row)) {
            self.selected = Some((document.id, *row));
            let span = rows.get(*row).and_then(|checked| checked.span);
            // Octets of a buffer that nobody kept cannot be shown.
            let span = span.filter(|span| document.buffers().iter().any(|buffer| buffer.name() == span.buffer));
            let item = span.map_or(Item::Message(document.id), |span| Item::Octets(document.id, span));
            ctx.queue.push(Command::Select(item));
        }
    }

    fn refresh(&mut self, revision: u64, document: &Document, rows: &[Checked], columns: &[usize]) {
        if self.made.columns != columns.len() {
            // A column that is not there any more sorts nothing.
            self.sort = Sort::default();
        }
        let made = Made {
            document: Some(document.id),
            revision,
            rows: rows.len(),
            filter: self.filter.to_lowercase(),
            suite: self.suite,
            result: self.result,
            sort: self.sort,
            columns: columns.len(),
        };
        if made == self.made {
            return;
        }
        self.counts = Count::all(rows);
        let wanted = |checked: &Checked| {
            made.suite.is_none_or(|suite| suite == checked.row.suite)
                && made.result.is_none_or(|result| result == checked.result)
                && (made.filter.is_empty() || says(checked, &made.filter))
        };
        self.shown = rows.iter().enumerate().filter(|(_, checked)| wanted(checked)).map(|(place, _)| place).collect();
        // What does not hold is looked for first; the rest stands as the tools have it.
        self.shown.sort_by_key(|row| rows.get(*row).map(|checked| Reverse(checked.result.max(RowResult::NotChecked))));
        made.sort.order(&mut self.shown, |column, one, other| {
            let column = columns.get(column).copied().unwrap_or_default();
            match (rows.get(one), rows.get(other)) {
                // The status sorts by how grave it is, not by its word.
                (Some(one), Some(other)) if column == STATUS => other.result.cmp(&one.result),
                (Some(one), Some(other)) => cell_words(one, column).cmp(&cell_words(other, column)),
                _ => Ordering::Equal,
            }
        });
        self.made = made;
    }

    fn bar_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, rows: &[Checked]) {
        ui.horizontal(|ui| {
            result_ui(ui, rows, self.suite, &mut self.result);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button(words::COPY).on_hover_text(words::COPY_HINT).clicked() {
                    ctx.queue.push(Command::Copy(self.csv(rows)));
                }
                let shown = words::shown(self.shown.len(), rows.len());
                ui.label(RichText::new(shown).small().color(tokens(ui).dim)).on_hover_text(words::ABOUT);
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    fields::filter_ui(ui, Id::unique("conformance-filter"), &mut self.filter, words::FILTER);
                });
            });
        });
        ui.add_space(SPACE_XS);
    }

    fn nothing_ui(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(words::NO_MATCH).color(tokens(ui).dim));
            if ui.button(words::SHOW_ALL).clicked() {
                self.filter.clear();
                (self.suite, self.result) = (None, None);
            }
        });
    }

    fn csv(&self, rows: &[Checked]) -> String {
        table::csv(&COLUMNS, self.shown.len(), |row, column| {
            let checked = self.shown.get(row).and_then(|row| rows.get(*row));
            checked.map(|checked| cell_words(checked, column).into_owned()).unwrap_or_default()
        })
    }
}

fn columns_in(width: f32) -> Vec<usize> {
    if width >= WIDE {
        (0..COLUMNS.len()).collect()
    } else if width >= MIDDLE {
        MIDDLE_COLUMNS.into()
    } else if width >= NARROW {
        NARROW_COLUMNS.into()
    } else {
        FEWEST_COLUMNS.into()
    }
}

fn cell_words(checked: &Checked, column: usize) -> Cow<'_, str> {
    match column {
        ROW_ID => checked.row.id.into(),
        STATUS => text::severity(checked.result).into(),
        RULE => checked.row.rule.into(),
        SUITE => words::suite(checked.row.suite).into(),
        PLACE => words::place(checked.place).into(),
        FOUND => text::plain(&checked.found).into(),
        EXPECTED => text::plain(&checked.expected).into(),
        _ => checked.row.clause.into(),
    }
}

fn says(checked: &Checked, wanted: &str) -> bool {
    (0..COLUMNS.len()).any(|column| cell_words(checked, column).to_lowercase().contains(wanted))
}

fn result_ui(ui: &mut Ui, rows: &[Checked], suite: Option<Suite>, chosen: &mut Option<RowResult>) {
    let count = |result: Option<RowResult>| {
        let of_suite = rows.iter().filter(|checked| suite.is_none_or(|suite| suite == checked.row.suite));
        of_suite.filter(|checked| result.is_none_or(|result| result == checked.result)).count()
    };
    let combo = ComboBox::from_id_salt("conformance-result").selected_text(words::choice(*chosen, count(*chosen)));
    let combo = combo.show_ui(ui, |ui| {
        for choice in std::iter::once(None).chain(RESULTS.map(Some)) {
            ui.selectable_value(chosen, choice, words::choice(choice, count(choice)));
        }
    });
    combo.response.accessible_name(words::RESULT);
}

fn details_ui(ui: &mut Ui, checked: &Checked, height: f32) {
    let look = *tokens(ui);
    ui.add_space(SPACE_XS);
    Frame::new().fill(look.raised).corner_radius(RADIUS).inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        let inside = (height - SPACE_L - SPACE_S).max(ROW);
        ScrollArea::vertical().id_salt("conformance-details").max_height(inside).auto_shrink([false, true]).show(
            ui,
            |ui| {
                ui.horizontal_wrapped(|ui| {
                    icons::status_ui(ui, Status::from(checked.result));
                    ui.label(RichText::new(words::title(checked)).text_style(strong_style()));
                });
                let expected = if checked.expected.is_empty() {
                    words::NOTHING_EXPECTED.into()
                } else {
                    text::plain(&checked.expected)
                };
                verdict::fact_ui(ui, outcome_text::FOUND, &text::plain(&checked.found));
                verdict::fact_ui(ui, outcome_text::EXPECTED, &expected);
                verdict::fact_ui(ui, outcome_text::BECAUSE, checked.row.clause);
                if let Some(note) = checked.row.note {
                    verdict::fact_ui(ui, words::REMARK, note);
                }
            },
        );
    });
}
