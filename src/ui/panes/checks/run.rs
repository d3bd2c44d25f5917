//! Every check of a run in one table, as testers know it: name, status, found, expected, reference.

use std::cmp::Reverse;

use egui::{Id, Rect, RichText, Sense, TextStyle, Ui, WidgetInfo, vec2};

use crate::agent::{Report, StepOutcome};
use crate::finding::{Finding, Severity};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::{CheckPlace, DocumentId, Item};
use crate::ui::text::{self, checks as words, outcome as outcome_text};
use crate::ui::tokens::{ROW, SPACE_XS, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{fields, paint};

/// One row.
#[derive(Clone, Debug)]
struct Check {
    item: Item,
    status: Status,
    severity: Option<Severity>,
    // The name where there is little room: the number of the step stands for its name.
    short: String,
    // In the order of the columns.
    cells: [String; 5],
}

impl Check {
    fn of(document: DocumentId, place: CheckPlace, (mark, whose): (&str, &str), finding: &Finding) -> Self {
        let rule = outcome_text::rule(finding.rule);
        // What a check that held would have wanted says nothing beyond that it held.
        let wanted = finding.severity == Severity::Fail || finding.expected.is_some();
        Self {
            item: Item::Check(document, place),
            status: Status::from(finding.severity),
            severity: Some(finding.severity),
            short: words::marked(mark, &rule),
            cells: [
                words::in_step(whose, &rule),
                text::severity(finding.severity).to_owned(),
                outcome_text::found(finding),
                if wanted { outcome_text::expected(finding) } else { String::new() },
                finding.rule.clause.to_owned(),
            ],
        }
    }

    fn says(&self, wanted: &str) -> bool {
        self.cells.iter().any(|cell| cell.to_lowercase().contains(wanted))
    }
}

/// What the rows are made of: made anew only when one of these is different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Made {
    document: Option<DocumentId>,
    revision: u64,
    filter: String,
    sort: Option<(usize, Order)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Up,
    Down,
}

/// What the table remembers from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct ChecksPane {
    filter: String,
    sort: Option<(usize, Order)>,
    made: Made,
    rows: Vec<Check>,
}

impl ChecksPane {
    /// The table with its filter.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
        self.refresh(ctx.state.documents.revision(), document, report);
        self.bar_ui(ui, ctx);
        if self.rows.is_empty() {
            ui.label(RichText::new(words::NO_MATCH).color(tokens(ui).dim));
            return;
        }
        self.head_ui(ui);
        let selected = ctx.state.selection.current();
        let selected = self.rows.iter().position(|row| Some(&row.item) == selected);
        let info = |row: usize| RowInfo {
            name: self.rows.get(row).map(|row| row.cells.join(", ")).unwrap_or_default(),
            ..RowInfo::default()
        };
        let outcome = Rows::new("checks", words::TABLE, Kind::Table, self.rows.len()).selected(selected).show(
            ui,
            info,
            |ui, row, rect| {
                if let Some(check) = self.rows.get(row) {
                    row_ui(ui, check, rect);
                }
            },
        );
        if let Some(check) = outcome.chosen.and_then(|row| self.rows.get(row)) {
            ctx.queue.push(Command::Select(check.item.clone()));
        }
    }

    fn refresh(&mut self, revision: u64, document: &Document, report: &Report) {
        let made = Made { document: Some(document.id), revision, filter: self.filter.to_lowercase(), sort: self.sort };
        if made == self.made {
            return;
        }
        self.rows = rows(document.id, report);
        if !made.filter.is_empty() {
            self.rows.retain(|row| row.says(&made.filter));
        }
        match made.sort {
            // The status sorts by how grave it is, not by its word.
            Some((1, Order::Up)) => self.rows.sort_by_key(|row| Reverse(row.severity)),
            Some((1, Order::Down)) => self.rows.sort_by_key(|row| row.severity),
            Some((column, order)) => self.rows.sort_by(|one, other| {
                let by = one.cells.get(column).cmp(&other.cells.get(column));
                if order == Order::Up { by } else { by.reverse() }
            }),
            None => {}
        }
        self.made = made;
    }

    fn bar_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.horizontal(|ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button(words::COPY).on_hover_text(words::COPY_HINT).clicked() {
                    ctx.queue.push(Command::Copy(self.csv()));
                }
                let failed = self.rows.iter().filter(|row| row.status == Status::Failed).count();
                let warned = self.rows.iter().filter(|row| row.status == Status::Warning).count();
                let counted = words::counted(self.rows.len(), failed, warned);
                ui.label(RichText::new(counted).small().color(tokens(ui).dim));
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    fields::filter_ui(ui, Id::unique("checks-filter"), &mut self.filter, words::FILTER);
                });
            });
        });
        ui.add_space(SPACE_XS);
    }

    fn head_ui(&mut self, ui: &mut Ui) {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        for (column, (cell, name)) in columns(rect).into_iter().zip(words::COLUMNS).enumerate() {
            let response = ui.interact(cell, Id::unique(("checks-head", column)), Sense::click());
            let sorted = self.sort.filter(|(by, _)| *by == column).map(|(_, order)| order);
            let said = words::head(name, sorted.map(|order| order == Order::Up));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::ColumnHeader, true, &said));
            let look = tokens(ui);
            let lit = response.hovered() || response.has_focus();
            let ink = if lit { look.accent } else { look.dim };
            let used = paint::line(ui, cell, name, TextStyle::Small, ink);
            if let Some(order) = sorted {
                let icon = if order == Order::Up { Icon::ChevronDown } else { Icon::ChevronRight };
                let square = Rect::from_center_size(cell.left_center() + vec2(used + 9.0, 0.0), vec2(10.0, 10.0));
                icons::paint(ui.painter(), icon, square, ink, look.canvas);
            }
            if response.on_hover_text(words::SORT_HINT).clicked() {
                self.sort = match sorted {
                    None => Some((column, Order::Up)),
                    Some(Order::Up) => Some((column, Order::Down)),
                    Some(Order::Down) => None,
                };
            }
        }
        ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(1.0, tokens(ui).line));
    }

    fn csv(&self) -> String {
        let mut lines = vec![words::COLUMNS.map(quoted).join(",")];
        lines.extend(self.rows.iter().map(|row| row.cells.each_ref().map(|cell| quoted(cell)).join(",")));
        lines.push(String::new());
        lines.join("\r\n")
    }
}

// RFC 4180: quoted where it has to be. What a spreadsheet would take for a formula is text here.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

// The envelope's checks, those of each step, and those of recipients and signers that no step has told already.
fn rows(document: DocumentId, report: &Report) -> Vec<Check> {
    let check = |place, whose: (&str, &str), finding: &Finding| Check::of(document, place, whose, finding);
    let envelope = report.envelope_findings.iter().enumerate();
    let mut rows: Vec<Check> =
        envelope.map(|(index, finding)| check(CheckPlace::Envelope(index), ("0", words::ENVELOPE), finding)).collect();
    for (place, step) in report.trace.steps.iter().enumerate() {
        let (number, title) = ((place + 1).to_string(), step.name.title());
        let findings = step.findings.iter().enumerate();
        rows.extend(
            findings.map(|(index, finding)| check(CheckPlace::Step(step.name, index), (&number, title), finding)),
        );
        if step.outcome == StepOutcome::Skipped {
            rows.push(Check {
                item: Item::Step(document, step.name),
                status: Status::Skipped,
                severity: None,
                short: words::marked(&number, title),
                cells: [title, words::SKIPPED, words::NOT_REACHED, "", ""].map(str::to_owned),
            });
        }
    }
    let told = |finding: &Finding| report.trace.findings().any(|known| known == finding);
    for (place, recipient) in report.recipients.iter().enumerate() {
        let whose = text::plain(&recipient.address.to_string());
        let own = recipient.findings.iter().enumerate().filter(|(_, finding)| !told(finding));
        rows.extend(own.map(|(index, finding)| check(CheckPlace::Recipient(place, index), (&whose, &whose), finding)));
    }
    for (place, signer) in report.signers.iter().enumerate() {
        let whose = words::signer(place + 1);
        let own = signer.findings.iter().enumerate().filter(|(_, finding)| !told(finding));
        rows.extend(own.map(|(index, finding)| check(CheckPlace::Signer(place, index), (&whose, &whose), finding)));
    }
    rows
}

fn columns(rect: Rect) -> [Rect; 5] {
    let inner = paint::between(rect, rect.left() + 8.0, rect.right() - 8.0);
    let (status, reference) = (104.0, (inner.width() * 0.18).clamp(90.0, 170.0));
    let rest = inner.width() - status - reference;
    let (name, found) = (rest * 0.36, rest * 0.38);
    let mut left = inner.left();
    [name, status, found, rest - name - found, reference].map(|width| {
        let cell = paint::between(inner, left, left + width - 10.0);
        left += width;
        cell
    })
}

fn row_ui(ui: &Ui, check: &Check, rect: Rect) {
    let look = tokens(ui);
    let ink = check.status.tone(ui).ink;
    let cells = columns(rect);
    let [_, _, found, expected, _] = cells;
    let alone = check.cells.get(3).is_some_and(String::is_empty);
    for (column, (cell, words)) in cells.into_iter().zip(&check.cells).enumerate() {
        match column {
            0 => {
                paint::line(ui, cell, &check.short, TextStyle::Body, look.text);
            }
            // Nothing beside it: what was found may use the room.
            2 if alone => {
                let wide = paint::between(found, found.left(), expected.right());
                paint::line(ui, wide, words, TextStyle::Body, look.text);
            }
            1 => {
                let left = paint::icon(ui, cell.left(), cell, check.status.icon(), ink);
                paint::line(ui, paint::between(cell, left, cell.right()), words, TextStyle::Body, ink);
            }
            4 => {
                paint::line(ui, cell, words, TextStyle::Small, look.dim);
            }
            _ => {
                paint::line(ui, cell, words, TextStyle::Body, look.text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_becomes_a_formula() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("one, \"two\""), "\"one, \"\"two\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
    }
}
