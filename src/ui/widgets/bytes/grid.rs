//! Where each octet stands: offset, digits and text, sixteen to a row; and how rows are painted and marked.
#![expect(clippy::as_conversions, reason = "columns are counted in integers and placed in pixels")]
#![expect(clippy::cast_precision_loss, reason = "a row has sixteen columns")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position on the screen is small and not negative"
)]

use std::fmt::Write as _;
use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId, Rect, Stroke, TextStyle, Ui, pos2, vec2};

use super::Marks;
use crate::ui::tokens::tokens;
use crate::ui::widgets::rows::BAR;

/// Octets to a row, where there is room.
pub(crate) const PER_ROW: usize = 16;
// Digits of an offset and the gap after it.
const OFFSET: usize = 10;

/// The places of one width.
pub(super) struct Grid {
    pub(super) font: FontId,
    pub(super) row: f32,
    pub(super) glyph: f32,
    pub(super) left: f32,
    pub(super) per_row: usize,
}

impl Grid {
    pub(super) fn new(ui: &Ui, left: f32, per_row: usize) -> Self {
        let font = TextStyle::Monospace.resolve(ui.style());
        let (row, glyph) = ui.fonts_mut(|fonts| (fonts.row_height(&font) + 3.0, fonts.glyph_width(&font, '0')));
        Self { font, row, glyph, left, per_row }
    }

    /// The width that sixteen octets take.
    pub(super) fn width(ui: &Ui) -> f32 {
        Self::new(ui, 0.0, PER_ROW).glyph.mul_add((OFFSET + PER_ROW * 4 + 4) as f32, BAR)
    }

    fn hex_left(&self) -> f32 {
        self.glyph.mul_add(OFFSET as f32, self.left)
    }

    // Two digits and a blank for each octet, one blank more after the eighth.
    fn hex_column(column: usize) -> usize {
        column * 3 + usize::from(column >= 8)
    }

    fn text_left(&self) -> f32 {
        self.glyph.mul_add((self.per_row * 3 + 2) as f32, self.hex_left())
    }

    /// The column at a place from the left.
    pub(super) fn column_at(&self, x: f32) -> Option<usize> {
        let text = (x - self.text_left()) / self.glyph;
        if text >= 0.0 {
            return Some((text as usize).min(self.per_row - 1));
        }
        let hex = (x - self.hex_left()) / self.glyph;
        (hex >= -1.0)
            .then(|| (0..self.per_row).rev().find(|column| hex + 0.5 >= Self::hex_column(*column) as f32).unwrap_or(0))
    }

    // A run of columns as digits and as text.
    fn runs(&self, columns: &Range<usize>, rect: Rect) -> [Rect; 2] {
        let last = columns.end.saturating_sub(1);
        let hex = self.glyph.mul_add(Self::hex_column(columns.start) as f32 - 0.5, self.hex_left());
        let hex_end = self.glyph.mul_add(Self::hex_column(last) as f32 + 2.5, self.hex_left());
        let text = self.glyph.mul_add(columns.start as f32, self.text_left());
        let text_end = self.glyph.mul_add(columns.end as f32, self.text_left());
        [(hex, hex_end), (text, text_end)]
            .map(|(from, to)| Rect::from_min_max(pos2(from, rect.top()), pos2(to, rect.bottom())))
    }

    /// Paints a row of octets that begins at `start`.
    pub(super) fn row_ui(&self, ui: &Ui, rect: Rect, start: usize, row: &[u8], marks: &Marks<'_>) {
        let look = tokens(ui);
        let fill = |range: &Range<usize>, ink: Color32| {
            if let Some(columns) = columns_of(range, start, row.len()) {
                for run in self.runs(&columns, rect) {
                    ui.painter().rect_filled(run, 0.0, ink);
                }
            }
        };
        for hit in marks.hits_in(start..start + row.len()) {
            fill(&hit, look.octet_found);
        }
        if let Some(marked) = &marks.marked {
            let value = (marked.start + marks.head).min(marked.end);
            fill(&(marked.start..value), look.octet_head);
            fill(&(value..marked.end), look.octet_mark);
        }
        let mut job = LayoutJob::default();
        let mut append = |text: &str, ink: Color32| job.append(text, 0.0, TextFormat::simple(self.font.clone(), ink));
        append(&format!("{start:08x}  "), look.dim);
        append(&format!("{:width$}", hex_of(row), width = self.per_row * 3 + 2), look.text);
        append(&text_of(row), look.text);
        let galley = ui.painter().layout_job(job);
        let top = rect.min + vec2(0.0, (self.row - galley.size().y) / 2.0);
        ui.painter().galley(pos2(self.left, top.y), galley, look.text);
        for ring in marks.rings.iter().flatten() {
            self.ring_ui(ui, rect, start, row.len(), ring);
        }
    }

    // The outline of a range runs around all its rows, not around each.
    fn ring_ui(&self, ui: &Ui, rect: Rect, start: usize, len: usize, ring: &Range<usize>) {
        let Some(columns) = columns_of(ring, start, len) else { return };
        let stroke = Stroke::new(1.0, tokens(ui).accent);
        let painter = ui.painter();
        // Columns of the row above, or below, that the range holds as well: no line between.
        let above = if ring.start >= start { self.per_row } else { (ring.start + self.per_row).saturating_sub(start) };
        let below = ring.end.saturating_sub(start + self.per_row).min(self.per_row);
        for (index, run) in self.runs(&columns, rect).into_iter().enumerate() {
            painter.vline(run.left(), rect.y_range(), stroke);
            painter.vline(run.right(), rect.y_range(), stroke);
            let part = |columns: Range<usize>| self.runs(&columns, rect).into_iter().nth(index);
            if above > columns.start {
                let open = above.min(columns.end);
                if let Some(line) = part(columns.start..open) {
                    painter.hline(line.x_range(), rect.top() + 0.5, stroke);
                }
            }
            if below < columns.end {
                let open = below.max(columns.start);
                if let Some(line) = part(open..columns.end) {
                    painter.hline(line.x_range(), rect.bottom() - 0.5, stroke);
                }
            }
        }
    }
}

// The columns of a range in the row that begins at `start`.
fn columns_of(range: &Range<usize>, start: usize, len: usize) -> Option<Range<usize>> {
    let from = range.start.max(start);
    let to = range.end.min(start + len);
    (from < to).then(|| from - start..to - start)
}

/// Octets as digits, two blanks after the eighth.
pub(crate) fn hex_of(row: &[u8]) -> String {
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

/// Octets as ASCII, a point for what has no letter.
pub(crate) fn text_of(row: &[u8]) -> String {
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
        let grid = Grid { font: FontId::monospace(12.0), row: 16.0, glyph: 8.0, left: 0.0, per_row: PER_ROW };
        for column in 0..PER_ROW {
            let x = grid.hex_left() + 8.0 * Grid::hex_column(column) as f32 + 8.0;
            assert_eq!(grid.column_at(x), Some(column));
            assert_eq!(grid.column_at(grid.text_left() + 8.0 * column as f32 + 4.0), Some(column));
        }
        assert_eq!(grid.column_at(4.0), None);
    }

    #[test]
    fn a_range_has_columns_in_the_rows_that_it_touches() {
        assert_eq!(columns_of(&(20..40), 16, 16), Some(4..16));
        assert_eq!(columns_of(&(20..40), 32, 16), Some(0..8));
        assert_eq!(columns_of(&(20..40), 48, 16), None);
    }
}
