//! Recipients and signers: one row each, every one judged on their own.

use egui::Ui;

use super::facts;
use crate::agent::{Operation, RecipientOutcome, Report, SignerOutcome};
use crate::ui::command::Command;
use crate::ui::document::{Document, Ran};
use crate::ui::icons::Status;
use crate::ui::selection::Item;
use crate::ui::text::{messages as words, outcome as outcome_text};
use crate::ui::tokens::{ROW_TALL, SPACE_XS, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{paint, verdict};
use crate::ui::{Ctx, text};

/// One row for each recipient.
pub(crate) fn recipients_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
    if report.recipients.is_empty() {
        return;
    }
    let title = words::numbered(words::RECIPIENTS, report.recipients.len());
    verdict::section_ui(ui, &title, |_| {});
    let selected = match ctx.state.selection.current() {
        Some(Item::Recipient(id, index)) if *id == document.id => Some(*index),
        _ => None,
    };
    let recipient = |row: usize| report.recipients.get(row);
    let info = |row: usize| RowInfo {
        name: recipient(row).map(|recipient| recipient_words(recipient, report.operation)).unwrap_or_default(),
        ..RowInfo::default()
    };
    let outcome = Rows::new("recipients", words::RECIPIENTS, Kind::Table, report.recipients.len())
        .row_height(ROW_TALL)
        .max_height(ROW_TALL * 5.0)
        .selected(selected)
        .show(ui, info, |ui, row, rect| {
            if let Some(recipient) = recipient(row) {
                recipient_ui(ui, recipient, report.operation, rect);
            }
        });
    if let Some(row) = outcome.chosen {
        ctx.queue.push(Command::Select(Item::Recipient(document.id, row)));
    }
}

fn recipient_words(recipient: &RecipientOutcome, operation: Operation) -> String {
    let word = outcome_text::recipient_word(&recipient.state, operation);
    let why =
        recipient.reason().map(|reason| format!(": {} ({})", outcome_text::sentence(&reason.detail), reason.code));
    format!("{} {word}{}", text::plain(&recipient.address.to_string()), why.unwrap_or_default())
}

fn recipient_ui(ui: &Ui, recipient: &RecipientOutcome, operation: Operation, rect: egui::Rect) {
    let look = tokens(ui);
    let status = outcome_text::recipient_status(&recipient.state);
    let tone = status.tone(ui);
    let inner = rect.shrink2(egui::vec2(10.0, 5.0));
    let (upper, lower) = inner.split_top_bottom_at_fraction(0.52);
    let left = paint::icon(ui, inner.left(), inner, status.icon(), tone.ink);
    let code = recipient.reason().map(|reason| reason.code.as_str()).unwrap_or_default();
    let taken = paint::line_right(ui, upper, code, egui::TextStyle::Monospace, look.dim);
    let name = paint::between(upper, left, upper.right() - taken - 12.0);
    let used = paint::line(ui, name, &text::plain(&recipient.address.to_string()), egui::TextStyle::Body, look.text);
    let word = outcome_text::recipient_word(&recipient.state, operation);
    let rest = paint::between(name, left + used + 12.0, name.right());
    paint::line(ui, rest, word, crate::ui::tokens::strong_style(), tone.ink);
    let detail = match (recipient.reason(), &recipient.opened_with) {
        (Some(reason), _) => outcome_text::sentence(&reason.detail),
        (None, Some(key)) => words::opened_with(key),
        (None, None) => trusted_words(recipient),
    };
    paint::line(ui, paint::between(lower, left, lower.right()), &detail, egui::TextStyle::Small, look.dim);
}

fn trusted_words(recipient: &RecipientOutcome) -> String {
    let path = recipient.candidates.iter().find_map(|candidate| candidate.trust.as_ref().ok());
    match path {
        Some(path) => words::certificate_trusted(&path.anchor().common_name()),
        None if recipient.local => String::new(),
        None => words::IN_NO_DOMAIN.to_owned(),
    }
}

/// One row for each signer.
pub(crate) fn signers_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, ran: &Ran) {
    let report = &ran.report;
    if report.signers.is_empty() {
        return;
    }
    verdict::section_ui(ui, &words::numbered(words::SIGNERS, report.signers.len()), |_| {});
    let selected = match ctx.state.selection.current() {
        Some(Item::Signer(id, index)) if *id == document.id => Some(*index),
        _ => None,
    };
    let signer = |row: usize| report.signers.get(row);
    let info = |row: usize| RowInfo {
        name: signer(row).map(|s| signer_words(s, report)).unwrap_or_default(),
        ..RowInfo::default()
    };
    let outcome = Rows::new("signers", words::SIGNERS, Kind::Table, report.signers.len())
        .row_height(ROW_TALL)
        .max_height(ROW_TALL * 4.0)
        .selected(selected)
        .show(ui, info, |ui, row, rect| {
            if let Some(signer) = signer(row) {
                signer_ui(ui, signer, report, rect);
            }
        });
    if let Some(row) = outcome.chosen {
        ctx.queue.push(Command::Select(Item::Signer(document.id, row)));
    }
    if report.operation == Operation::Incoming {
        facts_ui(ui, ran, selected);
    }
}

// The facts of the signer that is selected, else of every one of the few that there mostly are.
fn facts_ui(ui: &mut Ui, ran: &Ran, selected: Option<usize>) {
    const MOST: usize = 3;
    let several = ran.report.signers.len() > 1;
    for (place, signer) in ran.report.signers.iter().enumerate() {
        let wanted = selected.map_or(place < MOST, |selected| selected == place);
        if !wanted {
            continue;
        }
        ui.add_space(SPACE_XS);
        if several {
            let name = words::signer(place + 1, &signer_issuer(signer));
            ui.label(egui::RichText::new(name).small().color(tokens(ui).dim));
        }
        facts::ui(ui, &facts::of_signer(ran, place, signer));
    }
}

/// Whose certificate it is by its issuer: two signers of one name are told apart by that.
pub(crate) fn signer_issuer(signer: &SignerOutcome) -> String {
    let issuer =
        signer.certificate.as_ref().map(|certificate| text::plain(&text::common_name_of(certificate.issuer())));
    issuer.unwrap_or_else(|| signer_name(signer))
}

/// What a signer is called.
pub(super) fn signer_name(signer: &SignerOutcome) -> String {
    signer
        .certificate
        .as_ref()
        .map_or_else(|| text::plain(&signer.identifier), |certificate| text::plain(&certificate.common_name()))
}

fn signer_status(signer: &SignerOutcome, report: &Report) -> (Status, String) {
    if report.operation == Operation::Outgoing {
        return (Status::Passed, words::SIGNED.to_owned());
    }
    if let Some(reason) = signer.reasons.first() {
        return (Status::Failed, outcome_text::reason(reason.code).to_owned());
    }
    let trusting = signer.trust.iter().filter(|trust| trust.path.is_ok()).count();
    match (trusting, signer.trust.len()) {
        (_, 0) => (Status::NotChecked, words::TRUST_NOT_REACHED.to_owned()),
        (0, _) => (Status::Failed, words::TRUSTED_BY_NOBODY.to_owned()),
        (some, all) => {
            let status = if some < all { Status::Warning } else { Status::Passed };
            (status, words::signature_trusted(some, all, signer.is_used()))
        }
    }
}

fn signer_words(signer: &SignerOutcome, report: &Report) -> String {
    format!("{}: {}", signer_name(signer), signer_status(signer, report).1)
}

fn signer_ui(ui: &Ui, signer: &SignerOutcome, report: &Report, rect: egui::Rect) {
    let look = tokens(ui);
    let (status, says) = signer_status(signer, report);
    let inner = rect.shrink2(egui::vec2(10.0, 5.0));
    let (upper, lower) = inner.split_top_bottom_at_fraction(0.52);
    let left = paint::icon(ui, inner.left(), inner, status.icon(), status.tone(ui).ink);
    let algorithm = format!("{}, {}", signer.signature_algorithm, signer.digest);
    let taken = paint::line_right(ui, lower, &algorithm, egui::TextStyle::Small, look.dim);
    let name = paint::between(upper, left, upper.right());
    let used = paint::line(ui, name, &signer_name(signer), egui::TextStyle::Body, look.text);
    let rest = paint::between(name, left + used + 12.0, name.right());
    paint::line(ui, rest, &says, crate::ui::tokens::strong_style(), status.tone(ui).ink);
    let issuer = signer.certificate.as_ref().map_or_else(
        || words::NO_CERTIFICATE.to_owned(),
        |certificate| {
            let until = text::date(certificate.not_after());
            words::issued_by(&text::plain(&text::elided(certificate.issuer(), 90)), &until)
        },
    );
    paint::line(
        ui,
        paint::between(lower, left, lower.right() - taken - 12.0),
        &issuer,
        egui::TextStyle::Small,
        look.dim,
    );
}
