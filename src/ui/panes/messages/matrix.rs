//! Who accepts which signer: a grid of recipients and signers, where there is more than one of both.

use egui::Ui;

use super::people::signer_issuer;
use crate::agent::{Operation, RecipientOutcome, Report, SignerOutcome};
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::Status;
use crate::ui::selection::Item;
use crate::ui::text::{messages as words, outcome as outcome_text};
use crate::ui::tokens::{ROW, tokens};
use crate::ui::widgets::matrix::{Cell, Matrix};
use crate::ui::widgets::verdict;
use crate::ui::{Ctx, text};

/// Shows it.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
    let judged: Vec<(usize, &RecipientOutcome)> =
        report.recipients.iter().enumerate().filter(|(_, recipient)| recipient.local).collect();
    if report.operation == Operation::Outgoing || report.signers.len() < 2 || judged.len() < 2 {
        return;
    }
    verdict::section_ui(ui, words::MATRIX, |ui| {
        ui.label(egui::RichText::new(words::MATRIX_ABOUT).small().color(tokens(ui).dim));
    });
    let rows: Vec<String> = judged.iter().map(|(_, r)| text::plain(&r.address.to_string())).collect();
    let columns: Vec<String> = report
        .signers
        .iter()
        .enumerate()
        .map(|(number, signer)| words::signer(number + 1, &signer_issuer(signer)))
        .collect();
    let selected = match ctx.state.selection.current() {
        Some(Item::Trust(id, signer, recipient)) if *id == document.id => {
            judged.iter().position(|(place, _)| place == recipient).map(|row| (row, *signer))
        }
        _ => None,
    };
    let matrix = Matrix {
        salt: "signers-and-recipients",
        name: words::MATRIX,
        corner: words::RECIPIENT,
        rows: &rows,
        columns: &columns,
        selected,
        cell_width: 168.0,
        max_height: ROW * 9.0,
    };
    let chosen = matrix.show(ui, |row, column| {
        let pair = judged.get(row).zip(report.signers.get(column));
        pair.map_or_else(
            || Cell { status: Status::NotChecked, word: String::new(), name: String::new() },
            |((_, recipient), signer)| cell(recipient, signer, columns.get(column)),
        )
    });
    if let Some((row, signer)) = chosen
        && let Some((recipient, _)) = judged.get(row)
    {
        ctx.queue.push(Command::Select(Item::Trust(document.id, signer, *recipient)));
    }
}

fn cell(recipient: &RecipientOutcome, signer: &SignerOutcome, column: Option<&String>) -> Cell {
    let (status, word, detail) = verdict_of(recipient, signer);
    let who = column.map(String::as_str).unwrap_or_default();
    let said = if detail.is_empty() { word.clone() } else { format!("{word}. {detail}") };
    Cell { status, name: words::cell(who, &text::plain(&recipient.address.to_string()), &said), word }
}

/// Whether a recipient accepts a signer: the shape, a word, and why.
pub(crate) fn verdict_of(recipient: &RecipientOutcome, signer: &SignerOutcome) -> (Status, String, String) {
    let trust = signer.trust.iter().find(|trust| trust.recipient == recipient.address);
    match trust.map(|trust| &trust.path) {
        Some(Ok(path)) => {
            let through = words::through(&text::plain(&path.anchor().common_name()));
            (Status::Passed, words::ACCEPTS.to_owned(), through)
        }
        Some(Err(reason)) => (Status::Failed, words::REJECTS.to_owned(), outcome_text::sentence(&reason.detail)),
        None => {
            let why = signer.reasons.first().or_else(|| recipient.reason());
            let why = why.map(|reason| outcome_text::sentence(&reason.detail)).unwrap_or_default();
            (Status::Skipped, words::NOT_REACHED.to_owned(), why)
        }
    }
}
