//! A tree: rows that lie within others, opened and closed in place.

use egui::{Key, Rect, Sense, Ui, Vec2, pos2};

use super::list::{Kind, Outcome, RowInfo, Rows};
use crate::ui::icons::{self, Icon};
use crate::ui::tokens::tokens;

const INDENT: f32 = 16.0;
const CHEVRON: f32 = 12.0;
// Deeper than this, rows are indented no further: their names have to stay in sight.
const DEEPEST_INDENT: usize = 24;

/// Shows the rows of a tree. `paint` paints what is right of the shape that opens and closes a row.
pub(crate) fn show(
    rows: Rows<'_>,
    ui: &mut Ui,
    info: impl Fn(usize) -> RowInfo,
    mut paint: impl FnMut(&mut Ui, usize, Rect),
) -> Outcome {
    let mut clicked = None;
    let mut outcome = rows.show(ui, &info, |ui, row, rect| {
        let here = info(row);
        let left = rect.left() + 6.0 + indent(here.level);
        if let Some(open) = here.expanded {
            let square = Rect::from_min_size(pos2(left, rect.center().y - CHEVRON / 2.0), Vec2::splat(CHEVRON));
            let look = tokens(ui);
            let target = Rect::from_center_size(square.center(), Vec2::splat(rect.height()));
            let response = ui.interact(target, ui.unique_id().with(("chevron", row)), Sense::CLICK);
            let ink = if response.hovered() { look.accent } else { look.dim };
            let chevron = if open { Icon::ChevronDown } else { Icon::ChevronRight };
            icons::paint(ui.painter(), chevron, square, ink, look.panel);
            if response.clicked() {
                clicked = Some((row, !open));
            }
        }
        let rest = Rect::from_min_max(pos2((left + CHEVRON + 6.0).min(rect.right()), rect.top()), rect.max);
        paint(ui, row, rest);
    });
    outcome.toggled = outcome.toggled.or(clicked);
    // A second click opens what can be opened.
    if let Some(row) = outcome.activated
        && outcome.toggled.is_none()
        && let Some(open) = info(row).expanded
    {
        outcome.toggled = Some((row, !open));
    }
    outcome
}

/// Rows of a tree; see [`Rows::new`].
#[must_use]
pub(crate) const fn rows<'a>(salt: &'a str, name: &'a str, len: usize) -> Rows<'a> {
    Rows::new(salt, name, Kind::Tree, len)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a depth becomes an indent in pixels")]
fn indent(level: usize) -> f32 {
    INDENT * level.min(DEEPEST_INDENT) as f32
}

/// What the arrows to the right and to the left do: open and go in, close and go out.
pub(super) fn keys(
    row: usize,
    info: &impl Fn(usize) -> RowInfo,
    pressed: &impl Fn(Key) -> bool,
    outcome: &mut Outcome,
) -> Option<usize> {
    let here = info(row);
    if pressed(Key::ArrowRight) {
        match here.expanded {
            Some(false) => outcome.toggled = Some((row, true)),
            Some(true) => return Some(row + 1),
            None => {}
        }
    } else if pressed(Key::ArrowLeft) {
        if here.expanded == Some(true) {
            outcome.toggled = Some((row, false));
        } else {
            return (0..row).rev().find(|above| info(*above).level < here.level);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    // A root with an open child that has two leaves, and a closed one.
    fn info(row: usize) -> RowInfo {
        let (level, expanded) = [(0, Some(true)), (1, Some(true)), (2, None), (2, None), (1, Some(false))][row];
        RowInfo { name: row.to_string(), expanded, level }
    }

    fn press(row: usize, key: Key) -> (Option<usize>, Option<(usize, bool)>) {
        let mut outcome = Outcome::default();
        let target = keys(row, &info, &|asked| asked == key, &mut outcome);
        (target, outcome.toggled)
    }

    #[test]
    fn the_right_arrow_opens_and_then_goes_in() {
        assert_eq!(press(4, Key::ArrowRight), (None, Some((4, true))));
        assert_eq!(press(1, Key::ArrowRight), (Some(2), None));
        assert_eq!(press(2, Key::ArrowRight), (None, None));
    }

    #[test]
    fn the_left_arrow_closes_and_then_goes_out() {
        assert_eq!(press(1, Key::ArrowLeft), (None, Some((1, false))));
        assert_eq!(press(3, Key::ArrowLeft), (Some(1), None));
        assert_eq!(press(4, Key::ArrowLeft), (Some(0), None));
    }
}
