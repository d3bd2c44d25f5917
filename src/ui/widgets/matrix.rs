//! A grid of outcomes: one row for each of these, one column for each of those, in every cell a shape and a word.
//!
//! The grid holds the keyboard's focus and the arrows walk over its cells; assistive technology sees cells with names
//! and with whether they are selected (WAI-ARIA 1.2 grid pattern). Only the cells in view are laid out, and
//! the heads stay in sight while they scroll.
#![expect(clippy::as_conversions, reason = "cells are counted in integers and placed in pixels")]
#![expect(clippy::cast_precision_loss, reason = "a screen does not show 16 million cells at once")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position on the screen is small and not negative"
)]

use std::ops::Range;

use egui::{
    Align2, EventFilter, Id, Key, Modifiers, Pos2, Rangef, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind,
    TextStyle, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::paint;
use crate::ui::icons::Status;
use crate::ui::tokens::{RADIUS, ROW, tokens};

const WIDEST_HEAD: f32 = 200.0;

/// One cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// Its shape.
    pub(crate) status: Status,
    /// Its word.
    pub(crate) word: String,
    /// Everything that it says, read aloud.
    pub(crate) name: String,
}

/// A grid with a head for each row and column.
#[derive(Debug)]
pub(crate) struct Matrix<'a> {
    /// Tells this grid from others.
    pub(crate) salt: &'a str,
    /// Read aloud.
    pub(crate) name: &'a str,
    /// What the rows are.
    pub(crate) corner: &'a str,
    /// The heads of the rows.
    pub(crate) rows: &'a [String],
    /// The heads of the columns.
    pub(crate) columns: &'a [String],
    /// The cell that is selected: its row, its column.
    pub(crate) selected: Option<(usize, usize)>,
    /// How wide a cell is.
    pub(crate) cell_width: f32,
    /// The height after which it scrolls.
    pub(crate) max_height: f32,
}

impl Matrix<'_> {
    /// Shows it; gives back the cell that was chosen.
    pub(crate) fn show(&self, ui: &mut Ui, cell: impl Fn(usize, usize) -> Cell) -> Option<(usize, usize)> {
        let id = ui.make_persistent_id(self.salt);
        let focused = ui.memory(|memory| memory.has_focus(id));
        let moved = if focused { self.keys(ui, id) } else { None };
        let mut clicked = None;
        let head = self.head_width(ui);
        let width = self.cell_width.mul_add(self.columns.len() as f32, head);
        let output = ScrollArea::both().id_salt(self.salt).max_height(self.max_height).auto_shrink([false, true]).show(
            ui,
            |ui| {
                let height = ROW * (self.rows.len() + 1) as f32;
                let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
                if let Some(place) = moved {
                    let mut sought = self.cell_rect(rect, head, place);
                    sought.min -= vec2(head, ROW);
                    ui.scroll_to_rect(sought, None);
                }
                let view = ui.clip_rect();
                let pinned = pos2(rect.left().max(view.left()), rect.top().max(view.top()));
                let body = Rect::from_min_max(pinned + vec2(head, ROW), view.max);
                let rows = in_view(body.y_range(), rect.top() + ROW, ROW, self.rows.len());
                let columns = in_view(body.x_range(), rect.left() + head, self.cell_width, self.columns.len());
                let mut cells = ui.new_child(UiBuilder::new().max_rect(rect));
                cells.shrink_clip_rect(body);
                for row in rows.clone() {
                    for column in columns.clone() {
                        if self.cell_ui(
                            &cells,
                            id,
                            (row, column),
                            self.cell_rect(rect, head, (row, column)),
                            focused,
                            &cell,
                        ) {
                            clicked = Some((row, column));
                        }
                    }
                }
                self.row_heads(ui, rect, pinned, head, rows);
                self.column_heads(ui, rect, pinned, head, columns);
            },
        );
        let grid = ui.interact(output.inner_rect, id, Sense::focusable_noninteractive());
        grid.widget_info(|| WidgetInfo::labeled(Role::Grid, true, self.name));
        if clicked.is_some() {
            grid.request_focus();
        }
        clicked.or(moved)
    }

    // As wide as the widest of them, and never more than half of what there is.
    fn head_width(&self, ui: &Ui) -> f32 {
        let widest = self.rows.iter().map(|words| paint::width(ui, words, TextStyle::Body)).fold(80.0, f32::max);
        (widest + 24.0).min(WIDEST_HEAD).min(ui.available_width() / 2.0)
    }

    fn column_heads(&self, ui: &mut Ui, rect: Rect, pinned: Pos2, head: f32, columns: Range<usize>) {
        let look = tokens(ui);
        let mut heads = ui.new_child(UiBuilder::new().max_rect(rect));
        heads.shrink_clip_rect(Rect::everything_right_of(pinned.x + head));
        for (column, words) in self.columns.iter().enumerate().take(columns.end).skip(columns.start) {
            let left = self.cell_width.mul_add(column as f32, rect.left() + head + 8.0);
            let place = Rect::from_min_size(pos2(left, pinned.y), vec2(self.cell_width - 12.0, ROW));
            paint::line(&heads, place, words, TextStyle::Small, look.dim);
        }
        let corner = Rect::from_min_size(pinned + vec2(10.0, 0.0), vec2(head - 22.0, ROW));
        paint::line(ui, corner, self.corner, TextStyle::Small, look.dim);
        ui.painter().hline(rect.x_range(), pinned.y + ROW, Stroke::new(1.0, look.line));
    }

    fn row_heads(&self, ui: &mut Ui, rect: Rect, pinned: Pos2, head: f32, rows: Range<usize>) {
        let mut heads = ui.new_child(UiBuilder::new().max_rect(rect));
        heads.shrink_clip_rect(Rect::everything_below(pinned.y + ROW));
        for (row, words) in self.rows.iter().enumerate().take(rows.end).skip(rows.start) {
            let top = ROW.mul_add((row + 1) as f32, rect.top());
            let place = Rect::from_min_size(pos2(pinned.x + 10.0, top), vec2(head - 18.0, ROW));
            paint::line(&heads, place, words, TextStyle::Body, tokens(ui).text);
        }
    }

    fn cell_ui(
        &self,
        ui: &Ui,
        grid: Id,
        place: (usize, usize),
        rect: Rect,
        focused: bool,
        cell: &impl Fn(usize, usize) -> Cell,
    ) -> bool {
        let cell = cell(place.0, place.1);
        let selected = self.selected == Some(place);
        let response = ui.interact(rect, grid.with(place), Sense::CLICK);
        response.widget_info(|| WidgetInfo::labeled(Role::Cell, true, &cell.name));
        response.ctx.accesskit_node_builder(response.id, |node| node.set_selected(selected));
        let look = tokens(ui);
        let plate = rect.shrink(1.0);
        if selected {
            ui.painter().rect_filled(plate, RADIUS, look.selected);
        } else if response.hovered() {
            ui.painter().rect_filled(plate, RADIUS, look.hover);
        }
        if selected && focused {
            ui.painter().rect_stroke(plate, RADIUS, Stroke::new(1.5, look.accent), StrokeKind::Inside);
        }
        let ink = cell.status.tone(ui).ink;
        let left = paint::icon(ui, rect.left() + 8.0, rect, cell.status.icon(), ink);
        paint::line(ui, paint::between(rect, left, rect.right() - 6.0), &cell.word, TextStyle::Body, ink);
        let clicked = response.clicked();
        response.on_hover_text(cell.name);
        clicked
    }

    fn keys(&self, ui: &Ui, id: Id) -> Option<(usize, usize)> {
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let (last_row, last_column) = (self.rows.len().checked_sub(1)?, self.columns.len().checked_sub(1)?);
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let step = [Key::ArrowDown, Key::ArrowUp, Key::ArrowRight, Key::ArrowLeft, Key::Home, Key::End]
            .into_iter()
            .find(|key| pressed(*key))?;
        let Some((row, column)) = self.selected else { return Some((0, 0)) };
        Some(match step {
            Key::ArrowDown => ((row + 1).min(last_row), column),
            Key::ArrowUp => (row.saturating_sub(1), column),
            Key::ArrowRight => (row, (column + 1).min(last_column)),
            Key::ArrowLeft => (row, column.saturating_sub(1)),
            Key::Home => (row, 0),
            _ => (row, last_column),
        })
    }

    fn cell_rect(&self, rect: Rect, head: f32, (row, column): (usize, usize)) -> Rect {
        let left = self.cell_width.mul_add(column as f32, rect.left() + head);
        let corner = pos2(left, ROW.mul_add((row + 1) as f32, rect.top()));
        Align2::LEFT_TOP.anchor_size(corner, vec2(self.cell_width, ROW))
    }
}

// Which of `count` things of this size, one after the other from `start`, lie at least partly in sight.
fn in_view(sight: Rangef, start: f32, size: f32, count: usize) -> Range<usize> {
    let first = ((sight.min - start) / size).floor().max(0.0) as usize;
    let end = (((sight.max - start) / size).ceil().max(0.0) as usize).min(count);
    first.min(end)..end
}
