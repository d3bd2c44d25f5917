//! Octets as offset, hexadecimal and text: sixteen to a row, only the rows in view laid out.
//!
//! The first row in view is an integer, not a pixel offset: a 32-bit float cannot name every row of a hundred
//! megabytes, and a stock scroll area jumps there.
#![expect(clippy::as_conversions, reason = "rows are counted in integers and placed in pixels")]
#![expect(clippy::cast_precision_loss, reason = "the scroll bar's handle need not be exact")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position on the screen is small and not negative"
)]

use std::fmt::Write as _;
use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Color32, EventFilter, FontId, Id, Key, Modifiers, Pos2, Rect, Response, Role, Sense, TextStyle, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::ui::text;
use crate::ui::tokens::{SPACE_S, tokens};

/// Octets to a row, where there is room.
pub(crate) const PER_ROW: usize = 16;
const BAR: f32 = 10.0;

/// Where in the octets one looks.
#[derive(Clone, Debug)]
pub(crate) struct BytesView {
    per_row: usize,
    wanted: Option<usize>,
    top: usize,
    rest: f32,
    caret: Option<usize>,
}

impl Default for BytesView {
    fn default() -> Self {
        Self { per_row: PER_ROW, wanted: None, top: 0, rest: 0.0, caret: None }
    }
}

/// What became of the octets in this frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    /// The octet that was chosen by pointer or keyboard.
    pub(crate) chosen: Option<usize>,
    /// The octet under the pointer.
    pub(crate) hovered: Option<usize>,
}

struct Grid {
    font: FontId,
    row: f32,
    glyph: f32,
    area: Rect,
    per_row: usize,
}

impl Grid {
    fn hex_left(&self) -> f32 {
        self.area.left() + self.glyph * 10.0
    }

    // Two digits and a blank for each octet, one blank more after the eighth.
    fn hex_column(column: usize) -> usize {
        column * 3 + usize::from(column >= 8)
    }

    fn text_left(&self) -> f32 {
        self.hex_left() + self.glyph * (self.per_row * 3 + 2) as f32
    }

    fn column_at(&self, x: f32) -> Option<usize> {
        let text = (x - self.text_left()) / self.glyph;
        if text >= 0.0 {
            return Some((text as usize).min(self.per_row - 1));
        }
        let hex = (x - self.hex_left()) / self.glyph;
        (hex >= -1.0)
            .then(|| (0..self.per_row).rev().find(|column| hex + 0.5 >= Self::hex_column(*column) as f32).unwrap_or(0))
    }
}

impl BytesView {
    /// The width that offset, digits and text take.
    #[must_use]
    pub(crate) fn width(ui: &Ui) -> f32 {
        let font = TextStyle::Monospace.resolve(ui.style());
        let glyph = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
        glyph * (10 + PER_ROW * 4 + 4) as f32 + BAR
    }

    /// Brings the row of `offset` into view.
    pub(crate) fn reveal(&mut self, offset: usize) {
        self.wanted = Some(offset);
    }

    // Eight octets to a row where sixteen would be cut off; what was at the top stays there.
    fn fit(&mut self, room: f32, natural: f32) {
        let per_row = if room < natural { PER_ROW / 2 } else { PER_ROW };
        if per_row != self.per_row {
            self.top = self.top * self.per_row / per_row;
            self.per_row = per_row;
        }
        if let Some(offset) = self.wanted.take() {
            self.top = (offset / per_row).saturating_sub(2);
            self.rest = 0.0;
        }
    }

    /// Shows `octets` with `marked` filled and `ringed` outlined.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        octets: &[u8],
        marked: Option<&Range<usize>>,
        ringed: Option<usize>,
    ) -> Outcome {
        self.fit(ui.available_width(), Self::width(ui));
        let per_row = self.per_row;
        let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
        let id = ui.make_persistent_id("octets");
        let font = TextStyle::Monospace.resolve(ui.style());
        let (row, glyph) = ui.fonts_mut(|fonts| (fonts.row_height(&font) + 3.0, fonts.glyph_width(&font, '0')));
        let area = Rect::from_min_max(rect.min, pos2(rect.right() - BAR, rect.bottom()));
        let grid = Grid { font, row, glyph, area, per_row };
        let response = ui.interact(area, id, Sense::click());
        response.widget_info(|| {
            WidgetInfo::labeled(Role::Grid, true, format!("Bytes, {}", text::count(octets.len(), "octet", "octets")))
        });
        let rows = octets.len().div_ceil(per_row);
        let visible = (area.height() / row) as usize;
        let mut outcome = Outcome { chosen: self.keys(ui, &response, octets.len(), visible), ..Outcome::default() };
        self.scroll(ui, &response, rows, visible, row);
        let painter_ui = &mut ui.new_child(egui::UiBuilder::new().max_rect(area));
        painter_ui.set_clip_rect(area.intersect(ui.clip_rect()));
        for index in 0..visible + 2 {
            let line = self.top + index;
            if line >= rows {
                break;
            }
            let top = area.top() + index as f32 * row - self.rest;
            row_ui(
                painter_ui,
                id,
                &grid,
                octets,
                line,
                top,
                marked,
                ringed.or(self.caret.filter(|_| response.has_focus())),
            );
        }
        let at = |pos: Pos2| {
            let line = self.top + ((pos.y - area.top() + self.rest) / row).max(0.0) as usize;
            grid.column_at(pos.x).map(|column| line * per_row + column).filter(|offset| *offset < octets.len())
        };
        outcome.hovered = response.hover_pos().and_then(at);
        if response.clicked() {
            response.request_focus();
            outcome.chosen = response.interact_pointer_pos().and_then(at);
        }
        if outcome.chosen.is_some() {
            self.caret = outcome.chosen;
        }
        self.bar(ui, rect, rows, visible);
        outcome
    }

    fn scroll(&mut self, ui: &Ui, response: &Response, rows: usize, visible: usize, row: f32) {
        if response.contains_pointer() {
            let by = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            self.rest -= by;
        }
        while self.rest < 0.0 && self.top > 0 {
            self.top -= 1;
            self.rest += row;
        }
        while self.rest >= row {
            self.top += 1;
            self.rest -= row;
        }
        let last = rows.saturating_sub(visible.saturating_sub(1));
        if self.top >= last {
            self.top = last;
            self.rest = 0.0;
        }
        self.rest = self.rest.max(0.0);
    }

    fn keys(&mut self, ui: &Ui, response: &Response, len: usize, visible: usize) -> Option<usize> {
        if !response.has_focus() || len == 0 {
            return None;
        }
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let caret = self.caret.unwrap_or(self.top * self.per_row);
        let page = visible.saturating_sub(1).max(1) * self.per_row;
        let target = if pressed(Key::ArrowDown) {
            caret.saturating_add(self.per_row)
        } else if pressed(Key::ArrowUp) {
            caret.saturating_sub(self.per_row)
        } else if pressed(Key::ArrowRight) {
            caret.saturating_add(1)
        } else if pressed(Key::ArrowLeft) {
            caret.saturating_sub(1)
        } else if pressed(Key::PageDown) {
            caret.saturating_add(page)
        } else if pressed(Key::PageUp) {
            caret.saturating_sub(page)
        } else if pressed(Key::Home) {
            0
        } else if pressed(Key::End) {
            len
        } else {
            return None;
        };
        let target = target.min(len - 1);
        let line = target / self.per_row;
        if line < self.top {
            self.top = line;
        } else if line >= self.top + visible {
            self.top = (line + 1).saturating_sub(visible);
        }
        Some(target)
    }

    fn bar(&mut self, ui: &Ui, rect: Rect, rows: usize, visible: usize) {
        if rows <= visible || visible == 0 {
            return;
        }
        let track = Rect::from_min_max(pos2(rect.right() - BAR + 2.0, rect.top()), rect.max);
        let response = ui.interact(track, ui.make_persistent_id("octets-bar"), Sense::DRAG | Sense::CLICK);
        let share = visible as f32 / rows as f32;
        let handle = (track.height() * share).max(20.0);
        let room = track.height() - handle;
        let last = rows.saturating_sub(visible.saturating_sub(1)).max(1);
        if let Some(pos) = response.interact_pointer_pos() {
            let part = ((pos.y - track.top() - handle / 2.0) / room.max(1.0)).clamp(0.0, 1.0);
            self.top = (f64::from(part) * last as f64) as usize;
            self.rest = 0.0;
        }
        let top = track.top() + room * (self.top as f32 / last as f32).min(1.0);
        let shape = Rect::from_min_size(pos2(track.left(), top), vec2(track.width() - 2.0, handle));
        let look = tokens(ui);
        ui.painter().rect_filled(
            shape,
            3.0,
            if response.hovered() || response.dragged() { look.dim } else { look.edge },
        );
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one row")]
fn row_ui(
    ui: &Ui,
    id: Id,
    grid: &Grid,
    octets: &[u8],
    line: usize,
    top: f32,
    marked: Option<&Range<usize>>,
    ringed: Option<usize>,
) {
    let start = line * grid.per_row;
    let end = (start + grid.per_row).min(octets.len());
    let Some(row) = octets.get(start..end) else { return };
    let look = tokens(ui);
    let rect = Rect::from_min_size(pos2(grid.area.left(), top), vec2(grid.area.width(), grid.row));
    let column_rects = |column: usize| {
        let hex = pos2(grid.hex_left() + grid.glyph * Grid::hex_column(column) as f32 - grid.glyph * 0.5, top);
        let text = pos2(grid.text_left() + grid.glyph * column as f32, top);
        [
            Rect::from_min_size(hex, vec2(grid.glyph * 3.0, grid.row)),
            Rect::from_min_size(text, vec2(grid.glyph, grid.row)),
        ]
    };
    for column in 0..row.len() {
        if marked.is_some_and(|range| range.contains(&(start + column))) {
            for rect in column_rects(column) {
                ui.painter().rect_filled(rect, 0.0, look.octet_mark);
            }
        }
        if ringed == Some(start + column) {
            for rect in column_rects(column) {
                ui.painter().rect_stroke(rect, 2.0, egui::Stroke::new(1.0, look.accent), egui::StrokeKind::Inside);
            }
        }
    }
    let (hex, shown) = (hex_of(row), text_of(row));
    let mut job = LayoutJob::default();
    let mut append = |text: &str, ink: Color32| job.append(text, 0.0, TextFormat::simple(grid.font.clone(), ink));
    append(&format!("{start:08x}  "), look.dim);
    append(&format!("{hex:width$}", width = grid.per_row * 3 + 2), look.text);
    append(&shown, look.dim);
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(rect.min + vec2(0.0, (grid.row - galley.size().y) / 2.0), galley, look.text);
    let response = ui.interact(rect.shrink2(vec2(SPACE_S, 0.0)), id.with(("row", line)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, format!("{start:08x}  {hex}")));
}

fn hex_of(row: &[u8]) -> String {
    let mut hex = String::with_capacity(PER_ROW * 3 + 1);
    for (column, octet) in row.iter().enumerate() {
        if column == 8 {
            hex.push(' ');
        }
        // Writing into a String does not fail.
        let _ = write!(hex, "{octet:02x} ");
    }
    hex
}

fn text_of(row: &[u8]) -> String {
    row.iter().map(|octet| if octet.is_ascii_graphic() || *octet == b' ' { char::from(*octet) } else { '.' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_every_octet_as_two_digits_and_as_text() {
        assert_eq!(hex_of(b"A\x00z"), "41 00 7a ");
        assert_eq!(text_of(b"A\x00 \xffz"), "A. .z");
    }

    #[test]
    fn a_point_over_the_digits_belongs_to_their_octet() {
        let area = Rect::from_min_size(pos2(0.0, 0.0), vec2(900.0, 300.0));
        let grid = Grid { font: FontId::monospace(12.0), row: 16.0, glyph: 8.0, area, per_row: PER_ROW };
        for column in 0..PER_ROW {
            let x = grid.hex_left() + 8.0 * Grid::hex_column(column) as f32 + 8.0;
            assert_eq!(grid.column_at(x), Some(column));
            assert_eq!(grid.column_at(grid.text_left() + 8.0 * column as f32 + 4.0), Some(column));
        }
        assert_eq!(grid.column_at(4.0), None);
    }

    #[test]
    fn a_hundred_megabytes_have_a_row_for_every_octet() {
        let mut view = BytesView::default();
        view.reveal(100_000_000 - 1);
        view.fit(900.0, 600.0);
        assert_eq!(view.top, (100_000_000 - 1) / PER_ROW - 2);
    }

    #[test]
    fn fewer_octets_to_a_row_keep_what_was_at_the_top() {
        let mut view = BytesView { top: 10, ..BytesView::default() };
        view.fit(500.0, 600.0);
        assert_eq!((view.per_row, view.top), (8, 20));
        view.fit(700.0, 600.0);
        assert_eq!((view.per_row, view.top), (16, 10));
    }
}
