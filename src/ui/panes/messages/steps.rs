//! The steps of the run; each opens to its checks, and each failed check to what was found and expected.

use egui::{Rect, Ui};

use super::MessagesPane;
use crate::agent::{Report, Step, StepOutcome};
use crate::finding::{Finding, Severity};
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::{CheckPlace, Item};
use crate::ui::text::{messages as words, outcome as outcome_text};
use crate::ui::tokens::{ROW, strong_style, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{paint, verdict};
use crate::ui::{Ctx, text};

enum Line<'a> {
    Step { number: usize, step: &'a Step, open: bool },
    Check { place: CheckPlace, finding: &'a Finding },
    Value { place: CheckPlace, name: &'static str, value: String },
}

/// Shows them.
pub(crate) fn ui(pane: &mut MessagesPane, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
    let took = text::took(report.duration);
    verdict::section_ui(ui, words::STEPS, |ui| {
        ui.label(egui::RichText::new(words::in_all(&took)).small().color(tokens(ui).dim));
    });
    let lines = lines(pane, document, report);
    let selected = ctx.state.selection.current().filter(|item| item.document() == Some(document.id));
    let selected = lines.iter().position(|line| match (line, selected) {
        (Line::Step { step, .. }, Some(Item::Step(_, name))) => step.name == *name,
        (Line::Check { place, .. }, Some(Item::Check(_, wanted))) => place == wanted,
        _ => false,
    });
    let info = |row: usize| lines.get(row).map(info_of).unwrap_or_default();
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a count of rows becomes a height")]
    let height = ROW * lines.len() as f32;
    let outcome = Rows::new("steps", words::STEPS_TREE, Kind::Tree, lines.len())
        .max_height(height)
        .selected(selected)
        .show(ui, info, |ui, row, rect| {
            if let Some(line) = lines.get(row) {
                line_ui(ui, line, rect);
            }
        });
    if let Some(line) = outcome.chosen.and_then(|row| lines.get(row)) {
        let item = match line {
            Line::Step { step, .. } => Item::Step(document.id, step.name),
            Line::Check { place, .. } | Line::Value { place, .. } => Item::Check(document.id, *place),
        };
        // A click on a step that is selected already opens or closes it.
        if let Line::Step { step, .. } = line
            && ctx.state.selection.is(&item)
        {
            toggle(pane, document, step);
        }
        ctx.queue.push(Command::Select(item));
    }
    let toggled = outcome.toggled.map(|(row, _)| row).or(outcome.activated);
    if let Some(Line::Step { step, .. }) = toggled.and_then(|row| lines.get(row))
        && outcome.chosen.is_none()
    {
        toggle(pane, document, step);
    }
}

fn toggle(pane: &mut MessagesPane, document: &Document, step: &Step) {
    let key = (document.id, step.name);
    if !pane.toggled.remove(&key) {
        pane.toggled.insert(key);
    }
}

// What went wrong starts open, what held starts closed.
fn is_open(pane: &MessagesPane, document: &Document, step: &Step) -> bool {
    let starts_open = matches!(step.outcome, StepOutcome::Failed | StepOutcome::Warning);
    starts_open != pane.toggled.contains(&(document.id, step.name))
}

fn lines<'a>(pane: &MessagesPane, document: &Document, report: &'a Report) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for (index, step) in report.trace.steps.iter().enumerate() {
        let open = is_open(pane, document, step);
        lines.push(Line::Step { number: index + 1, step, open });
        if !open {
            continue;
        }
        for (check, finding) in step.findings.iter().enumerate() {
            let place = CheckPlace::Step(step.name, check);
            lines.push(Line::Check { place, finding });
            if finding.severity != Severity::Fail {
                continue;
            }
            let values = [
                (outcome_text::FOUND, outcome_text::found(finding)),
                (outcome_text::EXPECTED, outcome_text::expected(finding)),
            ];
            lines.extend(values.map(|(name, value)| Line::Value { place, name, value }));
            lines.push(Line::Value { place, name: outcome_text::BECAUSE, value: outcome_text::because(finding) });
        }
    }
    lines
}

fn info_of(line: &Line<'_>) -> RowInfo {
    match line {
        Line::Step { number, step, open } => RowInfo {
            name: format!(
                "{number} {} {}, {}",
                step.name.title(),
                outcome_text::step_outcome(step.outcome),
                text::plain(&step.summary)
            ),
            expanded: (!step.findings.is_empty()).then_some(*open),
            level: 0,
        },
        Line::Check { finding, .. } => {
            RowInfo { name: text::log::line(finding.severity, &text::plain(&finding.detail)), expanded: None, level: 1 }
        }
        Line::Value { name, value, .. } => RowInfo { name: format!("{name} {value}"), expanded: None, level: 2 },
    }
}

fn line_ui(ui: &Ui, line: &Line<'_>, rect: Rect) {
    let look = tokens(ui);
    match line {
        Line::Step { number, step, open } => step_ui(ui, *number, step, *open, rect),
        Line::Check { finding, .. } => {
            let status = Status::from(finding.severity);
            let left = paint::icon(ui, rect.left() + 44.0, rect, status.icon(), status.tone(ui).ink);
            let right = rect.right() - 10.0;
            let clause = paint::line_right(
                ui,
                paint::between(rect, right - 220.0, right),
                finding.rule.clause,
                egui::TextStyle::Small,
                look.dim,
            );
            let words = text::plain(&finding.detail);
            paint::line(
                ui,
                paint::between(rect, left, right - clause - 16.0),
                &words,
                egui::TextStyle::Body,
                look.text,
            );
        }
        Line::Value { name, value, .. } => {
            let left = rect.left() + 68.0;
            paint::line(ui, paint::between(rect, left, left + 70.0), name, egui::TextStyle::Small, look.dim);
            paint::line(
                ui,
                paint::between(rect, left + 70.0, rect.right() - 10.0),
                value,
                egui::TextStyle::Body,
                look.text,
            );
        }
    }
}

fn step_ui(ui: &Ui, number: usize, step: &Step, open: bool, rect: Rect) {
    let look = tokens(ui);
    let status = Status::from(step.outcome);
    if !step.findings.is_empty() {
        let chevron = if open { Icon::ChevronDown } else { Icon::ChevronRight };
        let square = Rect::from_min_size(egui::pos2(rect.left() + 6.0, rect.center().y - 6.0), egui::Vec2::splat(12.0));
        icons::paint(ui.painter(), chevron, square, look.dim, look.canvas);
    }
    let left = paint::icon(ui, rect.left() + 24.0, rect, status.icon(), status.tone(ui).ink);
    let words = format!("{number}  {}", step.name.title());
    paint::line(ui, paint::between(rect, left, left + 210.0), &words, strong_style(), look.text);
    let word = paint::between(rect, left + 216.0, left + 286.0);
    paint::line(ui, word, outcome_text::step_outcome(step.outcome), egui::TextStyle::Body, status.tone(ui).ink);
    let right = rect.right() - 10.0;
    let took = if step.outcome == StepOutcome::Skipped { String::new() } else { text::took(step.duration) };
    let taken =
        paint::line_right(ui, paint::between(rect, right - 70.0, right), &took, egui::TextStyle::Small, look.dim);
    let rest = paint::between(rect, left + 292.0, right - taken - 12.0);
    paint::line(ui, rest, &text::plain(&step.summary), egui::TextStyle::Body, look.dim);
}
