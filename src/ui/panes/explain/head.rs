//! Above the cards: which message, which step, and the six steps to jump to.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align, Button, Label, Layout, Rect, RichText, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use super::{operation, step_item, steps};
use crate::agent::{Report, Step, StepName, StepOutcome};
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::panes::breaking;
use crate::ui::settings::View;
use crate::ui::text::{explain as words, outcome as outcome_text};
use crate::ui::tokens::{self, ICON, RADIUS, ROW, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::heading::beside_ui;
use crate::ui::widgets::{fields, verdict};
use crate::ui::{Ctx, text};

const CELL: f32 = 40.0;
/// Below this the name of the message stands under the way to its neighbours.
const NAME_BESIDE: f32 = 400.0;
/// Below this width a name takes three lines.
const NARROW: f32 = 112.0;
const CELL_NARROW: f32 = 50.0;

/// Which message, with the way to its neighbours.
pub(super) fn message_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, place: usize) {
    let neighbours = ctx.state.settings.view != View::Send;
    let documents = &ctx.state.documents;
    let at = documents.iter().position(|other| other.id == document.id).unwrap_or(0);
    let name = Label::new(RichText::new(text::plain(&document.name)).text_style(tokens::strong_style())).truncate();
    let ways_ui = |ui: &mut Ui| {
        if neighbours {
            let before = at.checked_sub(1).and_then(|at| documents.get(at));
            neighbour_ui(ui, ctx, Icon::ArrowLeft, words::PREVIOUS_MESSAGE, before, place);
            neighbour_ui(ui, ctx, Icon::ArrowRight, words::NEXT_MESSAGE, documents.get(at + 1), place);
        }
    };
    if ui.available_width() < NAME_BESIDE {
        ui.horizontal_wrapped(|ui| {
            ways_ui(ui);
            breaking::button_ui(ui, ctx);
        });
        ui.add(name);
        return;
    }
    ui.horizontal(|ui| {
        ways_ui(ui);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            breaking::button_ui(ui, ctx);
            let count = words::message_of(at, documents.len(), operation(document));
            if neighbours {
                ui.label(RichText::new(count).small().color(tokens(ui).dim));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(name));
        });
    });
}

fn neighbour_ui(ui: &mut Ui, ctx: &Ctx<'_>, icon: Icon, name: &str, other: Option<&Document>, place: usize) {
    let response = ui.add_enabled_ui(other.is_some(), |ui| fields::icon_button_ui(ui, icon, name, false)).inner;
    if response.clicked()
        && let Some(item) = other.and_then(|other| step_item(other, place))
    {
        ctx.queue.push(Command::Select(item));
    }
}

/// Which step, how it came out, and the way to its neighbours.
pub(super) fn step_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, place: usize, step: &Step) {
    let all = steps(operation(document)).len();
    let name_ui = |ui: &mut Ui| {
        ui.label(RichText::new(words::step_of(place, all)).color(tokens(ui).dim));
        ui.label(RichText::new(step.name.title()).heading());
        verdict::badge_ui(ui, outcome_text::step_outcome(step.outcome), Status::from(step.outcome));
    };
    beside_ui(ui, name_ui, |ui| {
        let ways = [
            (words::NEXT_STEP, words::NEXT_STEP_KEYS, Some(place + 1).filter(|next| *next < all)),
            (words::PREVIOUS_STEP, words::PREVIOUS_STEP_KEYS, place.checked_sub(1)),
        ];
        for (name, keys, to) in ways {
            let button = ui.add_enabled(to.is_some(), Button::new(name)).on_hover_text(keys);
            if button.clicked()
                && let Some(item) = to.and_then(|to| step_item(document, to))
            {
                ctx.queue.push(Command::Select(item));
            }
        }
    });
}

/// All six, each with its shape.
pub(super) fn steps_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report, place: usize) {
    let names = steps(report.operation);
    let gap = SPACE_XS;
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "six cells share a width in pixels")]
    let width = ((ui.available_width() - gap * (names.len() as f32 - 1.0)) / names.len() as f32).max(ROW * 2.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (at, name) in names.into_iter().enumerate() {
            let outcome = report.trace.step(name).map_or(StepOutcome::Skipped, |step| step.outcome);
            if cell_ui(ui, width, at, name, outcome, at == place)
                && let Some(item) = step_item(document, at)
            {
                ctx.queue.push(Command::Select(item));
            }
        }
    });
}

fn cell_ui(ui: &mut Ui, width: f32, at: usize, name: StepName, outcome: StepOutcome, selected: bool) -> bool {
    let look = tokens(ui);
    let status = Status::from(outcome);
    let (height, rows, gap) = if width < NARROW { (CELL_NARROW, 3, SPACE_XS) } else { (CELL, 2, SPACE_S) };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    let said = words::step_name(at, name, outcome_text::step_outcome(outcome));
    response.widget_info(|| WidgetInfo::selected(egui::Role::Tab, true, selected, &said));
    let fill = match (selected, response.hovered()) {
        (true, _) => look.selected,
        (false, true) => look.hover,
        (false, false) => look.panel,
    };
    let edge = if response.has_focus() { look.accent } else { look.line };
    ui.painter().rect(rect, RADIUS, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    let square = Rect::from_min_size(pos2(rect.left() + gap, rect.center().y - ICON / 2.0), egui::Vec2::splat(ICON));
    icons::paint(ui.painter(), status.icon(), square, status.tone(ui).ink, fill);
    let left = square.right() + gap;
    let font = TextStyle::Small.resolve(ui.style());
    let mut job = LayoutJob::single_section(name.title().to_owned(), TextFormat::simple(font, look.text));
    job.wrap = TextWrapping { max_width: rect.right() - SPACE_XS - left, max_rows: rows, ..TextWrapping::default() };
    let galley = ui.painter().layout_job(job);
    let top = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(left, top), galley, look.text);
    response.on_hover_text(said).clicked()
}
