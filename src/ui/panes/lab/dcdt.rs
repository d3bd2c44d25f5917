//! The discovery cases: a table of all, and beside it the steps of the one that is selected.

use egui::{Button, Label, Rect, RichText, TextStyle, Ui, UiBuilder, vec2};

use crate::discovery::dcdt::CaseResult;
use crate::discovery::fetch::{Fetch, FetchOutcome};
use crate::discovery::{Brought, Lookup, LookupAnswer};
use crate::finding::Finding;
use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand};
use crate::ui::dcdt::CaseRow;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::lab::LabCommand;
use crate::ui::selection::Item;
use crate::ui::text::{self, common, dcdt as words};
use crate::ui::tokens::{self, SPACE_L, SPACE_XS, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::paint;
use crate::ui::widgets::table::{self, Cell, Column, Width};

/// The share of the room that the table has.
const TABLE: f32 = 0.62;
const LINE: f32 = 22.0;
/// Room below the steps for the whole of the one that is selected.
const WHOLE: f32 = 64.0;
/// Room for the numbers of the steps; what a step brought stands further in.
const INDENT: f32 = 26.0;

const COLUMNS: [Column; 5] = {
    let [case, status, tried, expected, outcome] = words::COLUMNS;
    [
        column(case, Width::Fixed(48.0)),
        column(status, Width::Fixed(122.0)),
        column(tried, Width::Share(1.5)),
        column(expected, Width::Fixed(168.0)),
        column(outcome, Width::Share(1.0)),
    ]
};

const fn column(title: &'static str, width: Width) -> Column {
    Column { title, width, sorts: false }
}

/// What is remembered of the table.
#[derive(Debug, Default)]
pub(super) struct CasesPane {
    case: usize,
    step: Option<usize>,
}

/// A line of the steps.
enum Line<'a> {
    Lookup(usize, &'a Lookup),
    Certificate(&'a Brought),
    Fetch(usize, &'a Fetch),
    Finding(&'a Finding),
}

impl CasesPane {
    /// What can be done, beside the choice of the lists.
    pub(super) fn bar_ui(&self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let cases = &ctx.state.cases;
        let idle = !cases.is_running();
        if ui.add_enabled(idle, Button::new(words::ALL)).on_hover_text(words::ALL_HINT).clicked() {
            ctx.ask(UiCommand::DiscoveryCases);
        }
        if let Some(row) = cases.rows().get(self.case) {
            let one = ui.add_enabled(idle, Button::new(words::one(row.case.id)));
            if one.on_hover_text(words::ONE_HINT).clicked() {
                run_one(ctx, row);
            }
        }
        let cancel = ui.add_enabled(cases.is_waiting(), Button::new(common::CANCEL));
        if cancel.on_hover_text(words::CANCEL_HINT).clicked() {
            ctx.queue.push(Command::Lab(LabCommand::StopCases));
        }
        if ui.add(Button::new(words::COPY)).on_hover_text(words::COPY_HINT).clicked() {
            let cell = |row: usize, column: usize| cases.rows().get(row).map(|row| cell_words(row, column));
            let csv = table::csv(&COLUMNS, cases.rows().len(), |row, column| cell(row, column).unwrap_or_default());
            ctx.queue.push(Command::Copy(csv));
        }
        if let Some(counted) = words::counted(cases.rows()) {
            ui.label(RichText::new(counted).small().color(tokens(ui).dim));
        }
    }

    /// The table and the steps.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let room = ui.available_rect_before_wrap();
        let (left, right) = room.split_left_right_at_x(room.left() + room.width() * TABLE);
        self.table_ui(&mut ui.new_child(UiBuilder::new().max_rect(left)), ctx);
        let right = right.with_min_x(right.left() + SPACE_L);
        if let Some(row) = ctx.state.cases.rows().get(self.case) {
            self.case_ui(&mut ui.new_child(UiBuilder::new().max_rect(right)), ctx, row);
        }
        ui.allocate_exact_size(vec2(room.width(), room.height()), egui::Sense::hover());
    }

    fn table_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let rows = ctx.state.cases.rows();
        let look = *tokens(ui);
        let shapes = rows.iter().map(|row| words::status(row).0).map(|status| (status, status.tone(ui).ink));
        let shapes: Vec<(Status, egui::Color32)> = shapes.collect();
        let cell = |row: usize, column: usize| {
            let words = rows.get(row).map(|row| cell_words(row, column)).unwrap_or_default();
            let shape = shapes.get(row).filter(|_| column == 1);
            let ink = match column {
                1 => shape.map_or(look.text, |(_, ink)| *ink),
                3 => look.dim,
                _ => look.text,
            };
            let style = if column == 0 { tokens::strong_style() } else { TextStyle::Body };
            Cell { words: words.into(), icon: shape.map(|(status, ink)| (status.icon(), *ink)), style, ink }
        };
        let list = table::rows("discovery-cases", words::TABLE, rows.len()).selected(Some(self.case));
        let outcome = table::show(list, ui, &COLUMNS, None, cell);
        if let Some(row) = outcome.chosen {
            self.step = self.step.filter(|_| self.case == row);
            self.case = row;
        }
        if let Some(row) = outcome.activated.and_then(|row| rows.get(row))
            && !ctx.state.cases.is_running()
        {
            run_one(ctx, row);
        }
    }

    fn case_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, row: &CaseRow) {
        let dim = tokens(ui).dim;
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        ui.add(Label::new(RichText::new(words::title(row)).text_style(tokens::strong_style())).truncate());
        ui.horizontal_top(|ui| {
            icons::status_ui(ui, words::status(row).0);
            ui.add(Label::new(words::ended(row)).wrap());
        });
        ui.add(Label::new(RichText::new(words::about(row)).small().color(dim)).wrap());
        let lines = row.result.as_deref().map(lines).unwrap_or_default();
        if lines.is_empty() {
            let nothing = if row.result.is_some() { words::NOTHING_ASKED } else { words::NO_STEPS };
            ui.add(Label::new(RichText::new(nothing).color(dim)).wrap());
            return;
        }
        self.steps_ui(ui, ctx, &lines);
    }

    fn steps_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, lines: &[Line<'_>]) {
        let selected = self.step.filter(|step| *step < lines.len());
        let whole = selected.and_then(|step| lines.get(step)).map(Line::words);
        let room = ui.available_rect_before_wrap();
        let below = if whole.is_some() { WHOLE.min(room.height() * 0.4) } else { 0.0 };
        let (above, below) = room.split_top_bottom_at_y(room.bottom() - below);
        // What did not fit its row is read without a pointer too.
        if let Some(whole) = whole {
            ui.new_child(UiBuilder::new().max_rect(below)).add(Label::new(RichText::new(whole).small()).wrap());
        }
        let info =
            |row: usize| RowInfo { name: lines.get(row).map(Line::words).unwrap_or_default(), ..RowInfo::default() };
        let outcome = Rows::new("case-steps", words::STEPS, Kind::List, lines.len())
            .row_height(LINE)
            .selected(selected)
            .show(&mut ui.new_child(UiBuilder::new().max_rect(above)), info, |ui, row, rect| {
                if let Some(line) = lines.get(row) {
                    line.paint(ui, rect);
                }
            });
        self.step = outcome.chosen.or(self.step);
        if let Some(Line::Certificate(brought)) = outcome.activated.or(outcome.chosen).and_then(|row| lines.get(row)) {
            ctx.queue.push(Command::Select(Item::Certificate(brought.certificate.clone())));
        }
    }
}

fn run_one(ctx: &Ctx<'_>, row: &CaseRow) {
    ctx.queue.push(Command::Lab(LabCommand::RunCases(vec![row.case])));
}

fn cell_words(row: &CaseRow, column: usize) -> String {
    match column {
        0 => row.case.id.to_owned(),
        1 => words::status(row).1.to_owned(),
        2 => row.case.title.to_owned(),
        3 => words::expected(row),
        _ => words::outcome(row),
    }
}

fn lines(result: &CaseResult) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for (place, lookup) in result.lookups.iter().enumerate() {
        lines.push(Line::Lookup(place + 1, lookup));
        lines.extend(lookup.certificates.iter().map(Line::Certificate));
    }
    let before = result.lookups.len();
    lines.extend(result.fetches.iter().enumerate().map(|(place, fetch)| Line::Fetch(before + place + 1, fetch)));
    lines.extend(result.findings.iter().map(Line::Finding));
    lines
}

impl Line<'_> {
    fn words(&self) -> String {
        match self {
            Self::Lookup(number, lookup) => words::lookup_in_full(*number, lookup),
            Self::Certificate(brought) => words::certificate(brought).1,
            Self::Fetch(number, fetch) => format!("{}; {}", words::fetch(*number, fetch), text::plain(&fetch.url)),
            Self::Finding(finding) => words::finding(finding),
        }
    }

    fn paint(&self, ui: &Ui, rect: Rect) {
        match self {
            Self::Lookup(number, lookup) => {
                let came = matches!(lookup.answer, LookupAnswer::Found(_) | LookupAnswer::Told(_));
                let bad = matches!(lookup.answer, LookupAnswer::TimedOut | LookupAnswer::Failed(_));
                step_paint(ui, rect, &words::lookup(*number, lookup), &lookup.query, came, bad);
            }
            Self::Fetch(number, fetch) => {
                let came = fetch.outcome == FetchOutcome::Fetched;
                step_paint(ui, rect, &words::fetch(*number, fetch), &fetch.url, came, !came);
            }
            Self::Certificate(brought) => {
                let (status, said) = words::certificate(brought);
                result_paint(ui, rect, Icon::Certificate, status, &said);
            }
            Self::Finding(finding) => {
                let status = Status::from(finding.severity);
                result_paint(ui, rect, status.icon(), status, &words::finding(finding));
            }
        }
    }
}

// A step in words, and behind it the question as it was asked.
fn step_paint(ui: &Ui, rect: Rect, said: &str, question: &str, came: bool, bad: bool) {
    let look = tokens(ui);
    let ink = match (came, bad) {
        (_, true) => Status::Warning.tone(ui).ink,
        (true, false) => look.text,
        (false, false) => look.dim,
    };
    let (left, right) = (rect.left() + SPACE_XS, rect.right() - SPACE_XS);
    let used = paint::line(ui, paint::between(rect, left, right), said, TextStyle::Body, ink);
    let rest = paint::between(rect, left + used + SPACE_L, right);
    paint::line(ui, rest, &text::plain(question), TextStyle::Monospace, look.dim);
}

fn result_paint(ui: &Ui, rect: Rect, icon: Icon, status: Status, said: &str) {
    let left = paint::icon(ui, rect.left() + INDENT, rect, icon, status.tone(ui).ink);
    paint::line(ui, paint::between(rect, left, rect.right() - SPACE_XS), said, TextStyle::Body, tokens(ui).text);
}
