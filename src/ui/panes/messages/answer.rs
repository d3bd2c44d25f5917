//! The verdict: what came of it and why, with what was found, expected, the clause, and what to try.

use egui::{RichText, Ui};

use super::actions;
use crate::agent::{Operation, ReasonCode, Report};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::{Document, Run};
use crate::ui::icons::{self, Status};
use crate::ui::text::{messages as words, outcome as outcome_text, reference};
use crate::ui::tokens::{SPACE_XS, strong_style, tokens};
use crate::ui::widgets::{fields, verdict};

/// The verdict.
pub(crate) fn verdict_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    if let Run::Failed(why) = &document.run {
        verdict::verdict_ui(ui, Status::Failed, words::COULD_NOT_PROCESS, why, |_| {});
        return;
    }
    let Some(report) = document.report() else {
        let (headline, about) = match document.run {
            Run::Running(_) => (words::PROCESSING, words::PROCESSING_ABOUT),
            _ => (words::NOT_PROCESSED, words::NOT_PROCESSED_ABOUT),
        };
        verdict::verdict_ui(ui, Status::NotChecked, headline, about, |ui| {
            ui.horizontal(|ui| {
                ui.add_space(INDENT);
                if fields::primary_ui(ui, words::PROCESS_INCOMING).clicked() {
                    ctx.queue.push(Command::Run(document.id, Operation::Incoming));
                }
                if ui.button(words::PROCESS_OUTGOING).clicked() {
                    ctx.queue.push(Command::Run(document.id, Operation::Outgoing));
                }
            });
        });
        return;
    };
    let status = outcome_text::report_status(report);
    verdict::verdict_ui(ui, status, &outcome_text::headline(report), &outcome_text::cause(report), |ui| {
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        because_ui(ui, document, report);
        code_ui(ui, report);
        ui.add_space(SPACE_XS);
        ui.horizontal(|ui| {
            ui.add_space(if ui.available_width() > 560.0 { INDENT } else { 0.0 });
            // Within an indented column of its own, so that a second row of buttons begins under the first.
            ui.vertical(|ui| ui.horizontal_wrapped(|ui| actions::ui(ui, ctx, document, report)));
        });
    });
}

const INDENT: f32 = 44.0;

/// The outcome in one line, with the code of its cause.
pub(crate) fn line_ui(ui: &mut Ui, report: &Report) {
    ui.horizontal_wrapped(|ui| {
        icons::status_ui(ui, outcome_text::report_status(report));
        ui.label(RichText::new(outcome_text::headline(report)).text_style(strong_style()));
        if let Some(reason) = outcome_text::main_reason(report) {
            codes_ui(ui, reason.code, report.operation);
        }
    });
}

// Our code, and beside it the names that the logs of the reference implementations have for it.
fn code_ui(ui: &mut Ui, report: &Report) {
    let Some(reason) = outcome_text::main_reason(report) else { return };
    verdict::fact_row_ui(ui, reference::CODE, |ui| {
        ui.vertical(|ui| ui.horizontal_wrapped(|ui| codes_ui(ui, reason.code, report.operation)));
    });
}

fn codes_ui(ui: &mut Ui, code: ReasonCode, operation: Operation) {
    let dim = tokens(ui).dim;
    ui.label(RichText::new(code.as_str()).monospace().color(dim)).on_hover_text(reference::CODE_HINT);
    ui.label(RichText::new(reference::ALSO).small().color(dim));
    let names = reference::words(code, operation);
    ui.label(RichText::new(names).monospace().color(dim)).on_hover_text(reference::ABOUT);
}

fn because_ui(ui: &mut Ui, document: &Document, report: &Report) {
    let reason = outcome_text::main_reason(report);
    let Some(reason) = reason else { return };
    if let Some((_, finding)) = document.decisive_check() {
        // Without values of its own a check would say here what stands above and below already.
        if finding.found.is_some() {
            verdict::fact_ui(ui, outcome_text::FOUND, &outcome_text::found(finding));
        }
        if finding.expected.is_some() {
            verdict::fact_ui(ui, outcome_text::EXPECTED, &outcome_text::expected(finding));
        }
        verdict::fact_ui(ui, outcome_text::BECAUSE, &outcome_text::because(finding));
    }
    verdict::fact_ui(ui, outcome_text::TRY, reason.code.advice());
}
