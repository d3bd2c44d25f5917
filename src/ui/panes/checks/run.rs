//! Every check of a run in one table, as testers know it: name, status, found, expected, reference.

use std::cmp::Ordering;

use egui::{Id, RichText, TextStyle, Ui};

use crate::agent::{Report, StepOutcome};
use crate::finding::{Finding, Severity};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::Status;
use crate::ui::selection::{CheckPlace, DocumentId, Item};
use crate::ui::text::{self, checks as words, outcome as outcome_text};
use crate::ui::tokens::{SPACE_XS, tokens};
use crate::ui::widgets::fields;
use crate::ui::widgets::table::{self, Cell, Column, Sort, Width};

const STATUS: usize = 2;

const COLUMNS: [Column; 6] = {
    let [step, name, status, found, expected, reference] = words::COLUMNS;
    [
        column(step, Width::Fixed(40.0)),
        column(name, Width::Share(1.2)),
        column(status, Width::Fixed(104.0)),
        column(found, Width::Share(1.8)),
        column(expected, Width::Share(1.0)),
        column(reference, Width::Share(0.7)),
    ]
};

const fn column(title: &'static str, width: Width) -> Column {
    Column { title, width, sorts: true }
}

/// One row.
#[derive(Clone, Debug)]
struct Check {
    item: Item,
    status: Status,
    severity: Option<Severity>,
    // In the order of the columns.
    cells: [String; 6],
}

/// Where a check was made.
#[derive(Clone, Copy)]
enum Whose<'a> {
    /// In the step of this number.
    Step(usize),
    /// Of somebody, or of the envelope.
    Of(&'a str),
}

impl Check {
    fn of(document: DocumentId, place: CheckPlace, whose: Whose<'_>, finding: &Finding) -> Self {
        let rule = outcome_text::rule(finding.rule);
        // What a check that held would have wanted says nothing beyond that it held.
        let wanted = finding.severity == Severity::Fail || finding.expected.is_some();
        let (step, name) = match whose {
            Whose::Step(number) => (number.to_string(), rule),
            Whose::Of(whose) => (String::new(), words::of(whose, &rule)),
        };
        Self {
            item: Item::Check(document, place),
            status: Status::from(finding.severity),
            severity: Some(finding.severity),
            cells: [
                step,
                name,
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
    sort: Sort,
}

/// What the table remembers from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct ChecksPane {
    filter: String,
    sort: Sort,
    made: Made,
    rows: Vec<Check>,
    // The rows that are left, in their order.
    shown: Vec<usize>,
}

impl ChecksPane {
    /// The table with its filter.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
        self.refresh(ctx.state.documents.revision(), document, report);
        self.bar_ui(ui, ctx);
        if self.shown.is_empty() {
            ui.label(RichText::new(words::NO_MATCH).color(tokens(ui).dim));
            return;
        }
        let selected = ctx.state.selection.current();
        let selected = self.shown().position(|row| Some(&row.item) == selected);
        let look = *tokens(ui);
        let inks: Vec<_> = self.shown().map(|row| row.status.tone(ui).ink).collect();
        let cell = |row: usize, column: usize| {
            let check = self.row(row);
            let words = check.and_then(|check| check.cells.get(column)).map(String::as_str).unwrap_or_default();
            let shape = check.zip(inks.get(row)).filter(|_| column == STATUS);
            let icon = shape.map(|(check, ink)| (check.status.icon(), *ink));
            let (style, ink) = match column {
                0 | 5 => (TextStyle::Small, look.dim),
                _ => (TextStyle::Body, icon.map_or(look.text, |(_, ink)| ink)),
            };
            Cell { words: words.into(), icon, style, ink }
        };
        let list = table::rows("checks", words::TABLE, self.shown.len()).selected(selected);
        let mut sort = self.sort;
        let outcome = table::show(list, ui, &COLUMNS, Some(&mut sort), cell);
        if let Some(check) = outcome.chosen.and_then(|row| self.row(row)) {
            ctx.queue.push(Command::Select(check.item.clone()));
        }
        self.sort = sort;
    }

    fn shown(&self) -> impl Iterator<Item = &Check> {
        self.shown.iter().filter_map(|row| self.rows.get(*row))
    }

    fn row(&self, row: usize) -> Option<&Check> {
        self.shown.get(row).and_then(|row| self.rows.get(*row))
    }

    fn refresh(&mut self, revision: u64, document: &Document, report: &Report) {
        let made = Made { document: Some(document.id), revision, filter: self.filter.to_lowercase(), sort: self.sort };
        if made == self.made {
            return;
        }
        self.rows = rows(document.id, report);
        let left = self.rows.iter().enumerate().filter(|(_, row)| made.filter.is_empty() || row.says(&made.filter));
        self.shown = left.map(|(place, _)| place).collect();
        let rows = &self.rows;
        made.sort.order(&mut self.shown, |column, one, other| match (rows.get(one), rows.get(other)) {
            // The status sorts by how grave it is, not by its word.
            (Some(one), Some(other)) if column == STATUS => other.severity.cmp(&one.severity),
            (Some(one), Some(other)) => one.cells.get(column).cmp(&other.cells.get(column)),
            _ => Ordering::Equal,
        });
        self.made = made;
    }

    fn bar_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.horizontal(|ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button(words::COPY).on_hover_text(words::COPY_HINT).clicked() {
                    let cell = |row: usize, column: usize| self.row(row)?.cells.get(column).cloned();
                    let copied =
                        table::csv(&COLUMNS, self.shown.len(), |row, column| cell(row, column).unwrap_or_default());
                    ctx.queue.push(Command::Copy(copied));
                }
                let of = |status: Status| self.shown().filter(|row| row.status == status).count();
                let counted = words::counted(self.shown.len(), of(Status::Failed), of(Status::Warning));
                ui.label(RichText::new(counted).small().color(tokens(ui).dim));
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    fields::filter_ui(ui, Id::unique("checks-filter"), &mut self.filter, words::FILTER);
                });
            });
        });
        ui.add_space(SPACE_XS);
    }
}

// The envelope's checks, those of each step, and those of recipients and signers that no step has told already.
fn rows(document: DocumentId, report: &Report) -> Vec<Check> {
    let check = |place, whose: Whose<'_>, finding: &Finding| Check::of(document, place, whose, finding);
    let envelope = report.envelope_findings.iter().enumerate();
    let of_envelope = Whose::Of(words::ENVELOPE);
    let mut rows: Vec<Check> =
        envelope.map(|(index, finding)| check(CheckPlace::Envelope(index), of_envelope, finding)).collect();
    for (place, step) in report.trace.steps.iter().enumerate() {
        let number = place + 1;
        let findings = step.findings.iter().enumerate();
        rows.extend(
            findings.map(|(index, finding)| check(CheckPlace::Step(step.name, index), Whose::Step(number), finding)),
        );
        if step.outcome == StepOutcome::Skipped {
            rows.push(Check {
                item: Item::Step(document, step.name),
                status: Status::Skipped,
                severity: None,
                cells: [&number.to_string(), step.name.title(), words::SKIPPED, words::NOT_REACHED, "", ""]
                    .map(str::to_owned),
            });
        }
    }
    let told = |finding: &Finding| report.trace.findings().any(|known| known == finding);
    for (place, recipient) in report.recipients.iter().enumerate() {
        let whose = text::plain(&recipient.address.to_string());
        let own = recipient.findings.iter().enumerate().filter(|(_, finding)| !told(finding));
        rows.extend(own.map(|(index, finding)| check(CheckPlace::Recipient(place, index), Whose::Of(&whose), finding)));
    }
    for (place, signer) in report.signers.iter().enumerate() {
        let whose = words::signer(place + 1);
        let own = signer.findings.iter().enumerate().filter(|(_, finding)| !told(finding));
        rows.extend(own.map(|(index, finding)| check(CheckPlace::Signer(place, index), Whose::Of(&whose), finding)));
    }
    rows
}
