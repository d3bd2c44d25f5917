//! The rows in view of ever so many: the one core under lists, trees, tables and octets.
//!
//! The first row in view is an integer, not a pixel offset: a 32-bit float cannot name every row of a hundred
//! megabytes, and a stock scroll area jumps there. Where each list is scrolled to is kept in one place, so that going
//! back in the selection can bring back what one saw with it.
#![expect(clippy::as_conversions, reason = "rows are counted in integers and placed in pixels")]
#![expect(clippy::cast_precision_loss, reason = "the scroll bar's handle need not be exact")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position on the screen is small and not negative"
)]

use std::collections::HashMap;

use egui::scroll_area::State;
use egui::{Context, Id, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use crate::ui::tokens::tokens;

/// The width of a scroll bar with the gap before it.
pub(crate) const BAR: f32 = 10.0;
const LEAST_HANDLE: f32 = 20.0;

/// Where a list is scrolled to: the first row in view, and how many pixels of it are above the edge.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Place {
    /// The first row.
    pub(crate) top: usize,
    /// Of its height, what is out of sight.
    pub(crate) rest: f32,
}

/// Where everything was scrolled to at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    lists: Vec<(Id, Place)>,
    areas: Vec<(Id, State)>,
}

#[derive(Clone, Debug, Default)]
struct Scrolls {
    lists: HashMap<Id, (Place, u64)>,
    areas: HashMap<Id, (State, u64)>,
    restored: Option<u64>,
}

fn with_scrolls<T>(ctx: &Context, read: impl FnOnce(&mut Scrolls) -> T) -> T {
    ctx.data_mut(|data| read(data.get_temp_mut_or_default(Id::unique("scrolls"))))
}

impl Seen {
    /// What is in sight in this frame.
    pub(crate) fn now(ctx: &Context) -> Self {
        let frame = ctx.cumulative_frame_nr();
        with_scrolls(ctx, |scrolls| {
            let lists = scrolls.lists.iter().filter(|(_, (_, seen))| *seen == frame);
            let areas = scrolls.areas.iter().filter(|(_, (_, seen))| *seen == frame);
            Self {
                lists: lists.map(|(id, (place, _))| (*id, *place)).collect(),
                areas: areas.map(|(id, (state, _))| (*id, *state)).collect(),
            }
        })
    }

    /// Scrolls everything back; the next frame lets no selection move it.
    pub(crate) fn restore(&self, ctx: &Context) {
        let frame = ctx.cumulative_frame_nr();
        with_scrolls(ctx, |scrolls| {
            scrolls.lists.extend(self.lists.iter().map(|(id, place)| (*id, (*place, frame))));
            scrolls.restored = Some(frame);
        });
        for (id, state) in &self.areas {
            state.store(ctx, *id);
        }
    }
}

/// Notes where one of egui's own scroll areas is.
pub(crate) fn note_area(ctx: &Context, id: Id, state: State) {
    let frame = ctx.cumulative_frame_nr();
    with_scrolls(ctx, |scrolls| scrolls.areas.insert(id, (state, frame)));
}

/// Whether a selection that has changed may scroll to where it is: not where one has just gone back.
pub(crate) fn may_follow(ctx: &Context) -> bool {
    let frame = ctx.cumulative_frame_nr();
    with_scrolls(ctx, |scrolls| scrolls.restored.is_none_or(|restored| frame > restored + 1))
}

/// Rows of equal height in a rectangle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scroller {
    /// Whose place it is.
    pub(crate) id: Id,
    /// How many rows there are.
    pub(crate) rows: usize,
    /// The height of one.
    pub(crate) height: f32,
}

impl Scroller {
    /// Number of whole rows that a rectangle shows.
    #[must_use]
    pub(crate) fn page(&self, rect: Rect) -> usize {
        (rect.height() / self.height).max(0.0) as usize
    }

    /// Where the rows are scrolled to.
    pub(crate) fn place(&self, ctx: &Context) -> Place {
        with_scrolls(ctx, |scrolls| scrolls.lists.get(&self.id).map(|(place, _)| *place)).unwrap_or_default()
    }

    /// Scrolls to a place.
    pub(crate) fn go(&self, ctx: &Context, place: Place) {
        let frame = ctx.cumulative_frame_nr();
        with_scrolls(ctx, |scrolls| scrolls.lists.insert(self.id, (place, frame)));
    }

    /// The rectangle of the rows: without the bar, where there is one.
    #[must_use]
    pub(crate) fn area(&self, rect: Rect) -> Rect {
        let bar = if self.rows > self.page(rect) { BAR } else { 0.0 };
        Rect::from_min_max(rect.min, pos2((rect.right() - bar).max(rect.left()), rect.bottom()))
    }

    /// Takes the wheel and the bar, brings `reveal` into view and calls `add` for every row that is in view.
    pub(crate) fn show(
        &self,
        ui: &mut Ui,
        rect: Rect,
        reveal: Option<usize>,
        mut add: impl FnMut(&mut Ui, usize, Rect),
    ) {
        let page = self.page(rect);
        let mut place = self.place(ui.ctx());
        if let Some(row) = reveal {
            place = self.revealing(place, row, page);
        }
        place = self.wheeled(ui, rect, place, page);
        place = self.bar(ui, rect, place, page);
        self.go(ui.ctx(), place);
        let area = self.area(rect);
        let child = &mut ui.new_child(UiBuilder::new().max_rect(area).accessibility_parent(self.id));
        child.set_clip_rect(area.intersect(ui.clip_rect()));
        for index in 0..page + 2 {
            let row = place.top + index;
            if row >= self.rows {
                break;
            }
            let top = (index as f32).mul_add(self.height, area.top() - place.rest);
            // A row that lies wholly below the edge would be read aloud without being in sight.
            if top >= area.bottom() {
                break;
            }
            add(child, row, Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), self.height)));
        }
    }

    /// The row at a height on the screen.
    pub(crate) fn row_at(&self, ctx: &Context, rect: Rect, y: f32) -> usize {
        let place = self.place(ctx);
        place.top + ((y - rect.top() + place.rest) / self.height).max(0.0) as usize
    }

    // What is in view stays where it is; a neighbour comes just into view, what is far away with some rows around it.
    fn revealing(&self, place: Place, row: usize, page: usize) -> Place {
        let page = page.max(1);
        let around = page / 4;
        let first = if place.rest > 0.0 { place.top + 1 } else { place.top };
        let top = if row < first {
            if first - row > 1 + around { row.saturating_sub(around) } else { row }
        } else if row >= place.top + page {
            let least = (row + 1).saturating_sub(page);
            if least - place.top > 1 + around { row.saturating_sub(around) } else { least }
        } else {
            return place;
        };
        self.within(Place { top, rest: 0.0 }, page)
    }

    fn last(&self, page: usize) -> usize {
        self.rows.saturating_sub(page)
    }

    fn within(&self, mut place: Place, page: usize) -> Place {
        while place.rest < 0.0 && place.top > 0 {
            place.top -= 1;
            place.rest += self.height;
        }
        while place.rest >= self.height {
            place.top += 1;
            place.rest -= self.height;
        }
        if place.top >= self.last(page) {
            place = Place { top: self.last(page), rest: 0.0 };
        }
        place.rest = place.rest.max(0.0);
        place
    }

    // At either end the wheel is left to whatever lies around.
    fn wheeled(&self, ui: &Ui, rect: Rect, place: Place, page: usize) -> Place {
        let by = ui.input(|input| input.smooth_scroll_delta.y);
        if by == 0.0 || !ui.rect_contains_pointer(rect) {
            return self.within(place, page);
        }
        let moved = self.within(Place { top: place.top, rest: place.rest - by }, page);
        if moved != place {
            ui.input_mut(|input| input.smooth_scroll_delta.y = 0.0);
        }
        moved
    }

    fn bar(&self, ui: &Ui, rect: Rect, mut place: Place, page: usize) -> Place {
        if self.rows <= page || page == 0 {
            return place;
        }
        let track = Rect::from_min_max(pos2(rect.right() - BAR + 2.0, rect.top()), rect.max);
        let response = ui.interact(track, self.id.with("bar"), Sense::DRAG | Sense::CLICK);
        let share = page as f32 / self.rows as f32;
        let handle = (track.height() * share).max(LEAST_HANDLE).min(track.height());
        let room = track.height() - handle;
        let last = self.last(page).max(1);
        if let Some(pos) = response.interact_pointer_pos() {
            let part = ((pos.y - track.top() - handle / 2.0) / room.max(1.0)).clamp(0.0, 1.0);
            place = Place { top: (f64::from(part) * last as f64) as usize, rest: 0.0 };
        }
        let top = room.mul_add((place.top as f32 / last as f32).min(1.0), track.top());
        let shape = Rect::from_min_size(pos2(track.left(), top), vec2(track.width() - 2.0, handle));
        let look = tokens(ui);
        let ink = if response.hovered() || response.dragged() { look.dim } else { look.edge };
        ui.painter().rect_filled(shape, 3.0, ink);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scroller(rows: usize) -> Scroller {
        Scroller { id: Id::unique("test"), rows, height: 20.0 }
    }

    #[test]
    fn a_row_in_view_does_not_move_what_is_seen() {
        let place = Place { top: 10, rest: 3.0 };
        assert_eq!(scroller(100).revealing(place, 12, 10), place);
    }

    #[test]
    fn the_next_row_moves_by_one_and_a_far_one_comes_with_rows_around_it() {
        let rows = scroller(1_000);
        assert_eq!(rows.revealing(Place::default(), 10, 10), Place { top: 1, rest: 0.0 });
        assert_eq!(rows.revealing(Place::default(), 500, 10), Place { top: 498, rest: 0.0 });
        assert_eq!(rows.revealing(Place::default(), 999, 10), Place { top: 990, rest: 0.0 });
        assert_eq!(rows.revealing(Place { top: 500, rest: 0.0 }, 499, 10), Place { top: 499, rest: 0.0 });
    }

    #[test]
    fn the_last_of_ten_million_rows_is_reached_exactly() {
        let rows = scroller(10_000_000);
        let place = rows.within(Place { top: 9_999_985, rest: 20.0 * 4.0 }, 10);
        assert_eq!(place, Place { top: 9_999_989, rest: 0.0 });
        assert_eq!(rows.within(Place { top: 9_999_989, rest: 55.0 }, 10).top, 9_999_990);
    }

    #[test]
    fn fewer_rows_than_fit_do_not_scroll() {
        assert_eq!(scroller(3).within(Place { top: 2, rest: 5.0 }, 10), Place::default());
    }
}
