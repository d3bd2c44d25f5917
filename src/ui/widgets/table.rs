//! A table: a head with the columns' names, rows of cells that assistive technology sees one by one, and its text for
//! a spreadsheet.

use std::borrow::Cow;
use std::cmp::Ordering;

use egui::{Color32, Id, Rect, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, vec2};

use super::list::{Kind, Outcome, RowInfo, Rows};
use super::paint;
use crate::ui::icons::{self, Icon};
use crate::ui::text;
use crate::ui::tokens::{SPACE_S, tokens};

/// Height of the head.
pub(crate) const HEAD: f32 = 24.0;
const MARGIN: f32 = 10.0;
const GAP: f32 = 12.0;
const SHAPE: f32 = 10.0;

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Width {
    /// So many pixels.
    Fixed(f32),
    /// So many shares of what the others leave.
    Share(f32),
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) title: &'static str,
    /// Its width.
    pub(crate) width: Width,
    /// Whether a click on its name sorts by it.
    pub(crate) sorts: bool,
}

/// What a cell shows.
#[derive(Clone, Debug)]
pub(crate) struct Cell<'a> {
    /// Its words.
    pub(crate) words: Cow<'a, str>,
    /// A shape before them.
    pub(crate) icon: Option<(Icon, Color32)>,
    /// Their type.
    pub(crate) style: TextStyle,
    /// Their colour.
    pub(crate) ink: Color32,
}

/// Which column the rows are sorted by; without one they stand as they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sort {
    by: Option<(usize, Way)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

impl Sort {
    // Up, down, and back to how they came.
    fn clicked(&mut self, column: usize) {
        self.by = match self.by {
            Some((by, Way::Up)) if by == column => Some((column, Way::Down)),
            Some((by, Way::Down)) if by == column => None,
            _ => Some((column, Way::Up)),
        };
    }

    /// Puts row numbers in order; `compare` compares two rows by a column.
    pub(crate) fn order(self, rows: &mut [usize], compare: impl Fn(usize, usize, usize) -> Ordering) {
        let Some((column, way)) = self.by else { return };
        rows.sort_by(|one, other| {
            let order = compare(column, *one, *other);
            if way == Way::Up { order } else { order.reverse() }
        });
    }
}

/// Shows the head and the rows. `cell` says what stands in a row's column.
pub(crate) fn show<'c>(
    rows: Rows<'_>,
    ui: &mut Ui,
    columns: &[Column],
    sort: Option<&mut Sort>,
    cell: impl Fn(usize, usize) -> Cell<'c>,
) -> Outcome {
    head_ui(ui, columns, sort);
    let name = |row: usize| {
        let cells = (0..columns.len()).map(|column| cell(row, column).words.into_owned());
        cells.filter(|words| !words.is_empty()).collect::<Vec<String>>().join(", ")
    };
    let info = |row: usize| RowInfo { name: name(row), ..RowInfo::default() };
    rows.show_nested(ui, info, |ui, row, rect| {
        for (column, place) in places(columns, rect).into_iter().enumerate() {
            cell_ui(ui, row.id.with(column), place, &cell(row.index, column));
        }
    })
}

/// Rows of a table; see [`Rows::new`].
#[must_use]
pub(crate) const fn rows<'a>(salt: &'a str, name: &'a str, len: usize) -> Rows<'a> {
    Rows::new(salt, name, Kind::Table, len)
}

fn cell_ui(ui: &Ui, id: Id, place: Rect, cell: &Cell<'_>) {
    let response = ui.interact(place, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Cell, true, cell.words.as_ref()));
    let left = match cell.icon {
        Some((icon, ink)) => paint::icon(ui, place.left(), place, icon, ink),
        None => place.left(),
    };
    paint::line(ui, paint::between(place, left, place.right()), &cell.words, cell.style.clone(), cell.ink);
}

fn places(columns: &[Column], rect: Rect) -> Vec<Rect> {
    let inner = rect.shrink2(vec2(MARGIN, 0.0));
    let (mut fixed, mut shares) = (0.0, 0.0);
    for column in columns {
        match column.width {
            Width::Fixed(width) => fixed += width,
            Width::Share(share) => shares += share,
        }
    }
    let free = (inner.width() - fixed).max(0.0);
    let mut left = inner.left();
    let place = |column: &Column| {
        let width = match column.width {
            Width::Fixed(width) => width,
            Width::Share(share) => free * share / f32::max(shares, 1.0e-3),
        };
        let from = left;
        left += width;
        let right = if left + GAP < inner.right() { left - GAP } else { left.min(inner.right()) };
        paint::between(rect, from.min(inner.right()), right)
    };
    columns.iter().map(place).collect()
}

fn head_ui(ui: &mut Ui, columns: &[Column], mut sort: Option<&mut Sort>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::hover());
    ui.add_space(-ui.spacing().item_spacing.y);
    let look = tokens(ui);
    for (index, (column, place)) in columns.iter().zip(places(columns, rect)).enumerate() {
        let sense = if column.sorts && sort.is_some() { Sense::click() } else { Sense::hover() };
        let response = ui.interact(place, ui.make_persistent_id(("head", index, column.title)), sense);
        let by = sort.as_ref().and_then(|sort| sort.by).filter(|(by, _)| *by == index);
        response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, column.title));
        response.ctx.accesskit_node_builder(response.id, |node| {
            if let Some((_, way)) = by {
                node.set_sort_direction(match way {
                    Way::Up => egui::accesskit::SortDirection::Ascending,
                    Way::Down => egui::accesskit::SortDirection::Descending,
                });
            }
        });
        let marked = by.is_some() || response.hovered() && sense.senses_click();
        let ink = if marked { look.text } else { look.dim };
        let used = paint::line(ui, place, column.title, TextStyle::Small, ink);
        if let Some((_, way)) = by {
            let at = egui::pos2(place.left() + used + SPACE_S, place.center().y);
            let shape = Rect::from_center_size(at, egui::Vec2::splat(SHAPE));
            let icon = if way == Way::Up { Icon::ChevronUp } else { Icon::ChevronDown };
            icons::paint(ui.painter(), icon, shape, ink, look.canvas);
        }
        if response.has_focus() {
            let ring = Stroke::new(1.5, look.accent);
            ui.painter().rect_stroke(place, 3.0, ring, egui::StrokeKind::Inside);
        }
        if response.clicked()
            && let Some(sort) = &mut sort
        {
            sort.clicked(index);
        }
        if sense.senses_click() {
            response.on_hover_text(text::octets::SORT_HINT);
        }
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, look.line));
}

/// The table as text for a spreadsheet (RFC 4180).
#[must_use]
pub(crate) fn csv(columns: &[Column], rows: usize, cell: impl Fn(usize, usize) -> String) -> String {
    let mut out = String::new();
    let mut line = |cells: Vec<String>| {
        out.push_str(&cells.iter().map(|words| quoted(words)).collect::<Vec<String>>().join(","));
        out.push_str("\r\n");
    };
    line(columns.iter().map(|column| column.title.to_owned()).collect());
    for row in 0..rows {
        line((0..columns.len()).map(|column| cell(row, column)).collect());
    }
    out
}

fn quoted(words: &str) -> String {
    // A spreadsheet computes what begins like a formula, and these words may be an attacker's.
    let guard = if words.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !words.contains([',', '"', '\r', '\n']) {
        return words.to_owned();
    }
    format!("\"{guard}{}\"", words.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column { title: "Name", width: Width::Share(1.0), sorts: true },
        Column { title: "Value", width: Width::Share(3.0), sorts: true },
        Column { title: "Mark", width: Width::Fixed(80.0), sorts: false },
    ];

    #[test]
    fn columns_share_what_the_fixed_ones_leave() {
        let rect = Rect::from_min_size(egui::pos2(0.0, 0.0), vec2(500.0, 28.0));
        let lefts: Vec<f32> = places(&COLUMNS, rect).iter().map(Rect::left).collect();
        assert_eq!(lefts, [10.0, 110.0, 410.0]);
    }

    #[test]
    fn a_column_sorts_up_then_down_then_not_at_all() {
        let values = ["b", "c", "a"];
        let by_value = |_, one: usize, other: usize| values[one].cmp(values[other]);
        let mut sort = Sort::default();
        for wanted in [[2, 0, 1], [1, 0, 2], [0, 1, 2]] {
            sort.clicked(0);
            let mut rows = [0, 1, 2];
            sort.order(&mut rows, by_value);
            assert_eq!(rows, wanted);
        }
    }

    #[test]
    fn a_table_is_copied_so_that_a_spreadsheet_reads_it_and_computes_nothing() {
        let cells = [["Subject", "a, \"b\"", ""], ["X", "=1+1", "differs"]];
        let text = csv(&COLUMNS, 2, |row, column| cells[row][column].to_owned());
        assert_eq!(text, "Name,Value,Mark\r\nSubject,\"a, \"\"b\"\"\",\r\nX,\"'=1+1\",differs\r\n");
    }
}
