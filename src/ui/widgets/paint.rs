//! Text painted at a place: one line, cut with an ellipsis where there is no room.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align, Color32, FontId, FontSelection, Id, Pos2, Rect, TextStyle, Ui, Vec2, pos2};

use crate::ui::icons::{self, Icon};
use crate::ui::tokens::{ICON, SPACE_XS, tokens};

/// Paints `text` on one line into `rect`, in the middle of its height, and returns the width it took.
pub(crate) fn line(ui: &Ui, rect: Rect, text: &str, style: TextStyle, ink: Color32) -> f32 {
    line_aligned(ui, rect, text, style.resolve(ui.style()), ink, Align::Min)
}

/// Paints `text` against the right end of `rect` and returns the width it took.
pub(crate) fn line_right(ui: &Ui, rect: Rect, text: &str, style: TextStyle, ink: Color32) -> f32 {
    line_aligned(ui, rect, text, style.resolve(ui.style()), ink, Align::Max)
}

fn line_aligned(ui: &Ui, rect: Rect, text: &str, font: FontId, ink: Color32, align: Align) -> f32 {
    if rect.width() < 4.0 || text.is_empty() {
        return 0.0;
    }
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, ink));
    job.wrap = TextWrapping::truncate_at_width(rect.width());
    job.break_on_newline = false;
    let galley = ui.painter().layout_job(job);
    if galley.elided {
        ui.data_mut(|data| data.insert_temp(elided_id(), true));
    }
    let width = galley.size().x;
    let left = match align {
        Align::Max => rect.right() - width,
        _ => rect.left(),
    };
    let top = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(left, top), galley, ink);
    width
}

fn elided_id() -> Id {
    Id::unique("something was cut")
}

/// Whether any line was cut since this was last asked.
pub(crate) fn take_elided(ui: &Ui) -> bool {
    ui.data_mut(|data| data.remove_temp::<bool>(elided_id())).unwrap_or(false)
}

/// Paints an icon with its left edge at `left`, in the middle of `rect`'s height; returns where text may start.
pub(crate) fn icon(ui: &Ui, left: f32, rect: Rect, icon: Icon, ink: Color32) -> f32 {
    let square = Rect::from_min_size(pos2(left, rect.center().y - ICON / 2.0), Vec2::splat(ICON));
    icons::paint(ui.painter(), icon, square, ink, tokens(ui).canvas);
    left + ICON + SPACE_XS * 2.0
}

/// The width that `text` takes on one line.
pub(crate) fn width(ui: &Ui, text: &str, font: impl Into<FontSelection>) -> f32 {
    let font = font.into().resolve(ui.style());
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::WHITE).size().x
}

/// `rect` without what lies left of `left` and right of `right`.
#[must_use]
pub(crate) fn between(rect: Rect, left: f32, right: f32) -> Rect {
    Rect::from_min_max(Pos2::new(left, rect.top()), Pos2::new(right.max(left), rect.bottom()))
}
