//! The suites as cards: how the rows of each came out, and which one is shown alone.

use egui::{Rect, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::conformance::{Checked, RowResult, Suite};
use crate::ui::icons::{self, Status};
use crate::ui::text::conformance as words;
use crate::ui::tokens::{RADIUS, ROW_TALL, SPACE_S, SPACE_XS, strong_style, tokens};
use crate::ui::widgets::paint;

const SHAPE: f32 = 12.0;

/// How the rows of a suite came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    suite: Suite,
    failed: usize,
    warned: usize,
    passed: usize,
    open: usize,
}

impl Count {
    /// Of each suite.
    pub(super) fn all(rows: &[Checked]) -> Vec<Self> {
        let of = |suite: Suite| {
            let of = |result: RowResult| {
                rows.iter().filter(|checked| checked.row.suite == suite && checked.result == result).count()
            };
            let [failed, warned, passed, open] =
                [RowResult::Fail, RowResult::Warning, RowResult::Pass, RowResult::NotChecked].map(of);
            Self { suite, failed, warned, passed, open }
        };
        Suite::ALL.map(of).into()
    }
}

/// Shows the cards; a click on one shows its rows alone, and one more all.
pub(super) fn ui(ui: &mut Ui, counts: &[Count], chosen: &mut Option<Suite>) {
    ui.columns(counts.len().max(1), |columns| {
        for (column, count) in columns.iter_mut().zip(counts) {
            let is_chosen = *chosen == Some(count.suite);
            if card_ui(column, *count, is_chosen) {
                *chosen = if is_chosen { None } else { Some(count.suite) };
            }
        }
    });
    ui.add_space(SPACE_XS);
}

fn card_ui(ui: &mut Ui, count: Count, chosen: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_TALL), Sense::CLICK);
    let said = words::counted(count.suite, count.failed, count.warned, count.passed, count.open);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &said));
    response.ctx.accesskit_node_builder(response.id, |node| node.set_toggled(chosen.into()));
    let look = tokens(ui);
    let fill = match (chosen, response.hovered()) {
        (true, _) => look.selected,
        (false, true) => look.hover,
        (false, false) => look.raised,
    };
    let edge = if response.has_focus() || chosen { look.accent } else { look.line };
    ui.painter().rect(rect, RADIUS, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let (upper, lower) = rect.shrink2(vec2(SPACE_S, SPACE_XS)).split_top_bottom_at_fraction(0.5);
    paint::line(ui, upper, words::suite(count.suite), strong_style(), look.text);
    let mut left = lower.left();
    for (status, number) in
        [(Status::Failed, count.failed), (Status::Warning, count.warned), (Status::Passed, count.passed)]
    {
        // What did not happen takes no attention.
        let ink = if number == 0 { look.dim } else { status.tone(ui).ink };
        let square = Rect::from_center_size(pos2(left + SHAPE / 2.0, lower.center().y), vec2(SHAPE, SHAPE));
        icons::paint(ui.painter(), status.icon(), square, ink, fill);
        let place = paint::between(lower, left + SHAPE + SPACE_XS, lower.right());
        let used = paint::line(ui, place, &number.to_string(), TextStyle::Small, ink);
        left += SHAPE + SPACE_XS + used + SPACE_S + SPACE_XS;
    }
    let clicked = response.clicked();
    response.on_hover_text(format!("{}. {said}. {}", words::about_suite(count.suite), words::SUITE_HINT));
    clicked
}
