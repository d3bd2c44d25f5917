//! Octets as offset, hexadecimal and text: only the rows in view are laid out, a range is selected by dragging or by
//! Shift and the arrows, and the pointer outlines without selecting or scrolling.

mod grid;

use std::ops::Range;

use egui::{
    EventFilter, Id, Key, Modifiers, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
};

use self::grid::Grid;
use super::menu;
use super::rows::{self, BAR, Scroller};
use crate::ui::text;
use crate::ui::tokens::tokens;

pub(crate) use grid::{PER_ROW, hex_of, text_of};

/// What is shown of the octets beside themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks<'a> {
    /// The octets of the selection.
    pub(crate) marked: Option<Range<usize>>,
    /// How many of them are tag and length.
    pub(crate) head: usize,
    /// Outlined: what the pointer is on, here or elsewhere.
    pub(crate) rings: [Option<Range<usize>>; 2],
    /// Where what was looked for begins, in order.
    pub(crate) hits: &'a [usize],
    /// How long it is.
    pub(crate) hit_len: usize,
}

impl Marks<'_> {
    fn hits_in(&self, row: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let first = self.hits.partition_point(|hit| hit + self.hit_len <= row.start);
        let hits = self.hits.iter().skip(first).take_while(move |hit| **hit < row.end);
        hits.map(|hit| *hit..*hit + self.hit_len)
    }
}

/// What became of the octets in this frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// The octet that was chosen by pointer or keyboard.
    pub(crate) chosen: Option<usize>,
    /// The octets that were chosen together.
    pub(crate) ranged: Option<Range<usize>>,
    /// The octet under the pointer.
    pub(crate) hovered: Option<usize>,
}

/// Where in the octets one is.
#[derive(Clone, Debug)]
pub(crate) struct BytesView {
    per_row: usize,
    wanted: Option<usize>,
    followed: Option<usize>,
    anchor: Option<usize>,
    caret: Option<usize>,
    dragged: Option<Range<usize>>,
}

impl Default for BytesView {
    fn default() -> Self {
        Self { per_row: PER_ROW, wanted: None, followed: None, anchor: None, caret: None, dragged: None }
    }
}

impl BytesView {
    /// The width that offset, digits and text take.
    #[must_use]
    pub(crate) fn width(ui: &Ui) -> f32 {
        Grid::width(ui)
    }

    /// Brings the row of `offset` into view, whatever was done before.
    pub(crate) fn reveal(&mut self, offset: usize) {
        self.wanted = Some(offset);
        self.caret = Some(offset);
        self.anchor = Some(offset);
    }

    /// Brings the row of `offset` into view, where a selection may scroll.
    pub(crate) fn follow(&mut self, offset: usize) {
        self.followed = Some(offset);
        self.caret = Some(offset);
        self.anchor = Some(offset);
    }

    /// The octet that the keyboard is on.
    #[must_use]
    pub(crate) const fn caret(&self) -> usize {
        match self.caret {
            Some(caret) => caret,
            None => 0,
        }
    }

    // Eight octets to a row where sixteen would be cut off; what was at the top stays there.
    fn fit(&mut self, ui: &Ui, id: Id, room: f32) {
        let per_row = if room < Grid::width(ui) { PER_ROW / 2 } else { PER_ROW };
        if per_row != self.per_row {
            let scroller = Scroller { id, rows: usize::MAX, height: 1.0 };
            let mut place = scroller.place(ui.ctx());
            place.top = place.top * self.per_row / per_row;
            scroller.go(ui.ctx(), place);
            self.per_row = per_row;
        }
    }

    /// Shows `octets`, and `add` for the context menu. The place that one scrolled to is kept under `salt`.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        salt: impl std::hash::Hash,
        octets: &[u8],
        mut marks: Marks<'_>,
        add: impl FnOnce(&mut Ui),
    ) -> Outcome {
        let id = Id::unique(("octets", ui.unique_id(), egui::util::hash(salt)));
        self.fit(ui, id, ui.available_width());
        let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
        let area = Rect::from_min_max(rect.min, pos2((rect.right() - BAR).max(rect.left()), rect.bottom()));
        let grid = Grid::new(ui, area.left() + 4.0, self.per_row);
        let scroller = Scroller { id, rows: octets.len().div_ceil(self.per_row), height: grid.row };
        let response = ui.interact(area, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Grid, true, text::octets::grid(octets.len())));
        let mut outcome = Outcome::default();
        let at = |pos: Pos2| {
            let row = scroller.row_at(ui.ctx(), rect, pos.y.clamp(rect.top(), rect.bottom()));
            grid.column_at(pos.x.max(area.left() + grid.glyph * 10.0)).map(|column| row * grid.per_row + column)
        };
        let within = |pos: Pos2| grid.column_at(pos.x).and_then(|_| at(pos)).filter(|offset| *offset < octets.len());
        self.pointed(&response, octets.len(), &at, &within, &mut outcome);
        let mut reveal = self.keys(ui, &response, octets.len(), scroller.page(rect), &mut outcome);
        reveal = self.wanted.take().or(reveal).or_else(|| {
            let followed = self.followed.take();
            followed.filter(|_| rows::may_follow(ui.ctx()))
        });
        if self.dragged.is_some() {
            marks.marked.clone_from(&self.dragged);
            marks.head = 0;
        }
        let caret = self.caret.filter(|_| response.has_focus());
        let [ring, _] = marks.rings;
        marks.rings = [ring, caret.map(|caret| caret..caret + 1)];
        scroller.show(ui, rect, reveal.map(|offset| offset / self.per_row), |ui, line, place| {
            let start = line * self.per_row;
            let Some(row) = octets.get(start..(start + self.per_row).min(octets.len())) else { return };
            grid.row_ui(ui, place, start, row, &marks);
            let response = ui.interact(place, id.with(("row", line)), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Row, true, format!("{start:08x}  {}", hex_of(row))));
        });
        if response.has_focus() {
            ui.painter().rect_stroke(rect, 3.0, Stroke::new(1.5, tokens(ui).accent), StrokeKind::Inside);
        }
        self.menu(ui, &response, add);
        outcome
    }

    fn pointed(
        &mut self,
        response: &Response,
        len: usize,
        at: &impl Fn(Pos2) -> Option<usize>,
        within: &impl Fn(Pos2) -> Option<usize>,
        outcome: &mut Outcome,
    ) {
        outcome.hovered = response.hover_pos().and_then(within);
        if response.is_pointer_button_down_on() && response.ctx.input(|input| input.pointer.primary_pressed()) {
            response.request_focus();
            let pressed = response.interact_pointer_pos().and_then(within);
            if !response.ctx.input(|input| input.modifiers.shift) {
                self.anchor = pressed;
            }
        }
        let pos = response.interact_pointer_pos();
        if response.dragged()
            && let (Some(anchor), Some(to)) = (self.anchor, pos.and_then(at))
        {
            let to = to.min(len.saturating_sub(1));
            self.caret = Some(to);
            self.dragged = Some(span(anchor, to));
        }
        if response.drag_stopped() {
            outcome.ranged = self.dragged.take();
        }
        if response.clicked()
            && let Some(to) = pos.and_then(within)
        {
            let shift = response.ctx.input(|input| input.modifiers.shift);
            match self.anchor.filter(|_| shift) {
                Some(anchor) => outcome.ranged = Some(span(anchor, to)),
                None => outcome.chosen = Some(to),
            }
            self.caret = Some(to);
        }
    }

    // Returns the octet that has to come into view.
    fn keys(&mut self, ui: &Ui, response: &Response, len: usize, page: usize, outcome: &mut Outcome) -> Option<usize> {
        if !response.has_focus() || len == 0 {
            return None;
        }
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let caret = self.caret.unwrap_or(0).min(len - 1);
        let page = page.saturating_sub(1).max(1) * self.per_row;
        let targets = [
            (Key::ArrowDown, caret.saturating_add(self.per_row)),
            (Key::ArrowUp, caret.checked_sub(self.per_row).unwrap_or(caret)),
            (Key::ArrowRight, caret.saturating_add(1)),
            (Key::ArrowLeft, caret.saturating_sub(1)),
            (Key::PageDown, caret.saturating_add(page)),
            (Key::PageUp, caret.saturating_sub(page)),
            (Key::Home, 0),
            (Key::End, len),
        ];
        let pressed = |modifiers: Modifiers| {
            let found = targets.iter().find(|(key, _)| ui.input_mut(|input| input.consume_key(modifiers, *key)));
            found.map(|(_, target)| (*target).min(len - 1))
        };
        if let Some(target) = pressed(Modifiers::SHIFT) {
            let anchor = *self.anchor.get_or_insert(caret);
            self.caret = Some(target);
            outcome.ranged = Some(span(anchor, target));
            return Some(target);
        }
        let target = pressed(Modifiers::NONE)?;
        self.caret = Some(target);
        self.anchor = Some(target);
        outcome.chosen = Some(target);
        Some(target)
    }

    fn menu(&self, ui: &Ui, response: &Response, add: impl FnOnce(&mut Ui)) {
        let opened = if response.secondary_clicked() {
            response.interact_pointer_pos()
        } else if response.has_focus() && menu::take_asked(ui.ctx()) {
            Some(response.rect.center_top())
        } else {
            None
        };
        menu::show(ui, response.id, opened.map(|pos| (pos, self.caret())), |ui, _| add(ui));
    }
}

// Both ends are in it.
const fn span(one: usize, other: usize) -> Range<usize> {
    if one <= other { one..other + 1 } else { other..one + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hits_of_a_row_are_looked_at() {
        let marks = Marks { hits: &[3, 14, 40], hit_len: 4, ..Marks::default() };
        assert_eq!(marks.hits_in(0..16).collect::<Vec<_>>(), [3..7, 14..18]);
        assert_eq!(marks.hits_in(16..32).next(), Some(14..18));
        assert_eq!(marks.hits_in(32..40).count(), 0);
    }

    #[test]
    fn a_range_holds_both_of_its_ends_whichever_came_first() {
        assert_eq!(span(3, 5), 3..6);
        assert_eq!(span(5, 3), 3..6);
    }
}
