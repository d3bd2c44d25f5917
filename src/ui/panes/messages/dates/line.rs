//! The line of time: one coloured stretch for each result, each a button with a shape and a word; the mark; and the bars of
//! certificates and lists.

use egui::{Align2, Color32, FontId, Rect, Sense, Shape, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::scale::Scale;
use super::status;
use crate::ui::icons::{self, Icon};
use crate::ui::text::{self, dates as words};
use crate::ui::tokens::{RADIUS, ROW, SPACE_S, tokens};
use crate::ui::widgets::{paint, verdict};
use crate::what_if::{Bar, BarKind, Timeline};

const NAMES: f32 = 220.0;
const RESULT_HEIGHT: f32 = 40.0;
const LABELS: f32 = 18.0;
const BAR_ROW: f32 = 24.0;

/// Paints it; gives back the stretch that was chosen.
pub(super) fn ui(ui: &mut Ui, timeline: &Timeline, chosen: Option<usize>) -> Option<usize> {
    let width = ui.available_width();
    let names = NAMES.min(width * 0.32);
    let (rect, response) = ui.allocate_exact_size(vec2(width, RESULT_HEIGHT + 2.0 * LABELS), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Group, true, words::TIMELINE));
    let across = egui::Rangef::new(rect.left() + names, rect.right() - SPACE_S);
    let scale = Scale::of(timeline, across);
    let top = rect.top() + LABELS;
    let name = Rect::from_min_size(pos2(rect.left(), top), vec2(names - SPACE_S, RESULT_HEIGHT));
    paint::line(ui, name, words::RESULT, TextStyle::Body, tokens(ui).dim);
    let mut clicked = None;
    for place in 0..timeline.intervals.len() {
        let Some(stretch) = scale.stretch(place) else { continue };
        let segment = Rect::from_x_y_ranges(stretch, top..=top + RESULT_HEIGHT).shrink2(vec2(1.0, 0.0));
        if segment_ui(ui, timeline, place, segment, chosen == Some(place)) {
            clicked = Some(place);
        }
    }
    changes(ui, timeline, &scale, top + RESULT_HEIGHT, across.max);
    verdict::section_ui(ui, words::IN_PLAY, |_| {});
    ui.add(egui::Label::new(egui::RichText::new(words::IN_PLAY_ABOUT).small().color(tokens(ui).dim)).wrap());
    let begin = ui.cursor().top();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        timeline.bars.iter().for_each(|bar| bar_ui(ui, bar, &scale, names));
    });
    let end = ui.min_rect().bottom();
    mark(ui, timeline, &scale, (rect.top(), top + RESULT_HEIGHT), (begin, end));
    clicked
}

fn segment_ui(ui: &Ui, timeline: &Timeline, place: usize, rect: Rect, chosen: bool) -> bool {
    let Some(interval) = timeline.intervals.get(place) else { return false };
    let response = ui.interact(rect, ui.scope_id().with(("interval", place)), Sense::click());
    let name = words::interval(interval, place == timeline.now);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
    let status = status(&interval.answer);
    let (tone, look) = (status.tone(ui), tokens(ui));
    ui.painter().rect_filled(rect, RADIUS, tone.tint);
    let edge = match (response.has_focus() || chosen, response.hovered()) {
        (true, _) => Stroke::new(2.0, look.accent),
        (_, true) => Stroke::new(1.5, look.accent),
        _ => Stroke::new(1.0, tone.ink),
    };
    ui.painter().rect_stroke(rect, RADIUS, edge, StrokeKind::Inside);
    let inside = rect.shrink2(vec2(6.0, 0.0));
    let word = words::short(&interval.answer);
    if paint::width(ui, &word, TextStyle::Body) + ROW < inside.width() {
        let left = paint::icon(ui, inside.left(), inside, status.icon(), tone.ink);
        paint::line(ui, paint::between(inside, left, inside.right()), &word, TextStyle::Body, tone.ink);
    } else {
        let square = icons::centred(rect, 16.0_f32.min(rect.width() - 6.0));
        icons::paint(ui.painter(), status.icon(), square, tone.ink, tone.tint);
    }
    let clicked = response.clicked();
    response.on_hover_text(name);
    clicked
}

// The day of each change under its place, as many as have room.
fn changes(ui: &Ui, timeline: &Timeline, scale: &Scale, top: f32, right: f32) {
    let font = TextStyle::Small.resolve(ui.style());
    let mut free = f32::NEG_INFINITY;
    for at in timeline.changes().filter_map(|interval| interval.from) {
        let day = text::date(at);
        let half = paint::width(ui, &day, TextStyle::Small) / 2.0;
        let middle = scale.place(at).min(right - half);
        if middle - half < free {
            continue;
        }
        ui.painter().text(pos2(middle, top + 2.0), Align2::CENTER_TOP, day, font.clone(), tokens(ui).dim);
        free = middle + half + SPACE_S;
    }
}

fn bar_ui(ui: &mut Ui, bar: &Bar, scale: &Scale, names: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), BAR_ROW), Sense::hover());
    let name = words::bar(bar);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &name));
    let look = tokens(ui);
    let cell = Rect::from_min_size(rect.min, vec2(names - SPACE_S, BAR_ROW));
    let kind = words::kind(bar.kind);
    let used = paint::line(ui, cell, kind, TextStyle::Small, look.dim) + 6.0;
    let rest = paint::between(cell, cell.left() + used, cell.right());
    paint::line(ui, rest, &text::plain(&bar.name), TextStyle::Small, look.text);
    let until = bar.until.map_or(rect.right() - SPACE_S, |until| scale.place(until));
    let shape = Rect::from_x_y_ranges(scale.place(bar.from)..=until, rect.top() + 6.0..=rect.bottom() - 6.0);
    let shape = shape.with_max_x(shape.right().max(shape.left() + 3.0));
    match bar.kind {
        BarKind::Anchor => hatched(ui, shape, look.edge),
        _ => {
            ui.painter().rect_filled(shape, 3.0, look.octet_mark);
            ui.painter().rect_stroke(shape, 3.0, Stroke::new(1.0, look.accent), StrokeKind::Inside);
        }
    }
    if let Some(at) = bar.revoked {
        let square = Rect::from_center_size(pos2(scale.place(at), rect.center().y), vec2(14.0, 14.0));
        icons::paint(ui.painter(), Icon::Failed, square, look.failed.ink, look.canvas);
    }
    response.on_hover_text(name);
}

// Slanted lines within an outline: told apart from a bar that counts without colour.
fn hatched(ui: &Ui, rect: Rect, ink: Color32) {
    const STEP: f32 = 7.0;
    let mut shapes = vec![Shape::rect_stroke(rect, 3.0, Stroke::new(1.0, ink), StrokeKind::Inside)];
    let mut left = rect.left();
    while left + rect.height() < rect.right() {
        let (from, to) = (pos2(left, rect.bottom()), pos2(left + rect.height(), rect.top()));
        shapes.push(Shape::line_segment([from, to], Stroke::new(1.0, ink)));
        left += STEP;
    }
    ui.painter().extend(shapes);
}

// The time of evaluation: a word and a triangle above the results, and a line down through the bars.
fn mark(ui: &Ui, timeline: &Timeline, scale: &Scale, results: (f32, f32), bars: (f32, f32)) {
    let place = scale.place(timeline.evaluated_at);
    let look = tokens(ui);
    let (top, bottom) = results;
    let stroke = Stroke::new(1.5, look.accent);
    ui.painter().vline(place, top + LABELS - 4.0..=bottom, stroke);
    ui.painter().vline(place, bars.0..=bars.1, stroke);
    let tip = pos2(place, top + LABELS);
    let triangle = vec![tip, tip + vec2(-5.0, -7.0), tip + vec2(5.0, -7.0)];
    ui.painter().add(Shape::convex_polygon(triangle, look.accent, Stroke::NONE));
    let word = format!("{} {}", words::MARK, text::date(timeline.evaluated_at));
    let font: FontId = TextStyle::Small.resolve(ui.style());
    let room = ui.max_rect().right() - place;
    let wide = paint::width(ui, &word, TextStyle::Small) + 12.0;
    let (align, at) = if room > wide { (Align2::LEFT_TOP, 9.0) } else { (Align2::RIGHT_TOP, -9.0) };
    ui.painter().text(pos2(place + at, top), align, word, font, look.accent);
}
