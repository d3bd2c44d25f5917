//! After it was processed: for whom, with every lookup, the steps, and what left in the clear.

use egui::{Popup, Rect, Ui};

use super::SendPane;
use super::compare::Comparison;
use super::preview::left_ui;
use crate::agent::{CandidateCertificate, Operation, Reason, RecipientOutcome, Report};
use crate::discovery::{Lookup, LookupAnswer};
use crate::ui::command::{Command, Form, UiCommand};
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::panes::breaking;
use crate::ui::selection::{DocumentId, Item};
use crate::ui::text::lab::submit;
use crate::ui::text::{outcome as outcome_text, sending as words};
use crate::ui::tokens::{self, ROW, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{fields, paint, verdict};
use crate::ui::{Ctx, text};

// Room for the recipients beside the wrapped message.
const TWO_COLUMNS: f32 = 980.0;

/// What is remembered of the outcome that is shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    cursor: Option<(DocumentId, usize)>,
    compared: Option<(DocumentId, Comparison)>,
    comparing: bool,
    /// Whether the lines have just been opened and are to come into view.
    reveal: bool,
}

enum Line<'a> {
    Recipient(usize, &'a RecipientOutcome),
    Why(usize, &'a Reason),
    Lookup(usize, Place, &'a Lookup),
    /// Below the lookup that brought it.
    Certificate(&'a CandidateCertificate, Option<&'a Reason>),
}

/// The place of a lookup among those for its recipient, counted from 1.
#[derive(Clone, Copy)]
struct Place(usize);

impl SendPane {
    pub(super) fn outcome_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
        let Some(report) = document.report() else { return };
        let status = outcome_text::report_status(report);
        verdict::verdict_ui(ui, status, &outcome_text::headline(report), &outcome_text::cause(report), |ui| {
            ui.horizontal(|ui| {
                ui.add_space(44.0);
                // Within an indented column of its own, so that a second row of buttons begins under the first.
                ui.vertical(|ui| ui.horizontal_wrapped(|ui| actions_ui(ui, ctx, document, report)));
            });
        });
        if ui.available_width() < TWO_COLUMNS {
            self.recipients_ui(ui, ctx, document, report);
            super::super::messages::steps_ui(&mut self.steps, ui, ctx, document, report);
            self.wrapped_ui(ui, ctx, document, report);
            return;
        }
        ui.spacing_mut().item_spacing.x = SPACE_L;
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                for column in [&mut *left, &mut *right] {
                    column.spacing_mut().item_spacing.x = SPACE_S;
                }
                left_ui(left, |ui| self.wrapped_ui(ui, ctx, document, report));
                left_ui(right, |ui| {
                    self.recipients_ui(ui, ctx, document, report);
                    super::super::messages::steps_ui(&mut self.steps, ui, ctx, document, report);
                });
            }
        });
    }

    fn recipients_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
        let kept = report.recipients.iter().filter(|recipient| recipient.is_accepted()).count();
        let title = words::outcome::sent_to(kept, report.recipients.len());
        verdict::section_ui(ui, &title, |_| {});
        let lines = lines(&report.recipients);
        let cursor = self.shown.cursor.filter(|(id, _)| *id == document.id).map(|(_, row)| row);
        let is_selected =
            |row: &usize| lines.get(*row).is_some_and(|line| ctx.state.selection.is(&line.item(document.id)));
        let selected = cursor.filter(is_selected).or_else(|| (0..lines.len().min(1_000)).find(is_selected));
        let info = |row: usize| lines.get(row).map(Line::info).unwrap_or_default();
        #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a count of rows becomes a height")]
        let height = ROW * lines.len().min(24) as f32;
        let outcome = Rows::new("sent-to", words::outcome::RECIPIENTS, Kind::Tree, lines.len())
            .max_height(height)
            .selected(selected)
            .show(ui, info, |ui, row, rect| {
                if let Some(line) = lines.get(row) {
                    line.paint(ui, rect);
                }
            });
        if let Some((row, line)) = outcome.chosen.and_then(|row| Some((row, lines.get(row)?))) {
            self.shown.cursor = Some((document.id, row));
            ctx.queue.push(Command::Select(line.item(document.id)));
        }
    }

    fn wrapped_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
        if self.shown.compared.as_ref().is_none_or(|(id, _)| *id != document.id) {
            self.shown.compared = Comparison::of(report).map(|comparison| (document.id, comparison));
        }
        let Some((_, comparison)) = &self.shown.compared else { return };
        let open = &mut self.shown.comparing;
        verdict::section_ui(ui, words::outcome::WRAPPED, |ui| {
            let button = ui.button(if *open { words::COMPARED } else { words::COMPARE });
            if button.on_hover_text(words::COMPARE_HINT).clicked() {
                *open = !*open;
                if *open {
                    self.shown.reveal = true;
                    ctx.queue.push(Command::Select(Item::Octets(document.id, comparison.inside)));
                }
            }
        });
        let (status, sentence) = comparison.verdict.words();
        ui.horizontal(|ui| {
            icons::status_ui(ui, status);
            ui.add(egui::Label::new(format!("{sentence} ({})", text::size(comparison.inside.len()))).wrap());
        });
        if *open {
            let lines = ui.scope(|ui| comparison.ui(ui, report)).response;
            if std::mem::take(&mut self.shown.reveal) {
                lines.scroll_to_me(None);
            }
        }
        super::super::messages::headers_ui(ui, ctx, document);
        ui.add_space(SPACE_M);
    }
}

fn actions_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
    let made = document.ran().is_some_and(|ran| ran.result.is_some());
    for (form, name, hint) in [
        (Form::Message, words::outcome::SAVE_EML, words::outcome::SAVE_EML_HINT),
        (Form::Bsmtp, words::outcome::SAVE_BSMTP, words::outcome::SAVE_BSMTP_HINT),
    ] {
        let button = ui.add_enabled(made, egui::Button::new(name));
        if button.on_hover_text(hint).on_disabled_hover_text(words::outcome::NOTHING_MADE).clicked() {
            ctx.queue.push(Command::SaveAs(document.id, form));
        }
    }
    let button = ui.add_enabled(made, egui::Button::new(submit::BUTTON));
    if button.on_hover_text(submit::HINT).on_disabled_hover_text(words::outcome::NOTHING_MADE).clicked() {
        ctx.ask(UiCommand::Submit);
    }
    let kept: Vec<&RecipientOutcome> = report.recipients.iter().filter(|recipient| recipient.is_accepted()).collect();
    match kept.as_slice() {
        _ if !made => {}
        [] => {}
        [only] => {
            let name = text::elided(&text::plain(&only.address.to_string()), 40);
            let button = ui.button(words::outcome::receive_as(&name));
            if button.on_hover_text(words::outcome::RECEIVE_HINT).clicked() {
                ctx.queue.push(Command::ReceiveAs(document.id, only.address.clone()));
            }
        }
        several => receive_menu_ui(ui, ctx, document, several),
    }
    breaking::button_ui(ui, ctx);
    if ctx.state.locked_keys() > 0
        && outcome_text::needs_keys(report)
        && fields::primary_ui(ui, UiCommand::UnlockKeys.name()).clicked()
    {
        ctx.ask(UiCommand::UnlockKeys);
    }
}

fn receive_menu_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, kept: &[&RecipientOutcome]) {
    let button = ui.button(words::outcome::RECEIVE_AS).on_hover_text(words::outcome::RECEIVE_AS_HINT);
    Popup::menu(&button).show(|ui| {
        for recipient in kept.iter().take(50) {
            if ui.button(text::plain(&recipient.address.to_string())).clicked() {
                ctx.queue.push(Command::ReceiveAs(document.id, recipient.address.clone()));
                ui.close();
            }
        }
        if ui.button(words::outcome::receive_as_all(kept.len())).clicked() {
            ctx.queue.push(Command::ReceiveBack(document.id));
            ui.close();
        }
    });
}

fn lines(recipients: &[RecipientOutcome]) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for (index, recipient) in recipients.iter().enumerate() {
        lines.push(Line::Recipient(index, recipient));
        if let Some(reason) = recipient.reason() {
            lines.push(Line::Why(index, reason));
        }
        // The agent judges what a lookup brought before it makes the next.
        let mut judged = recipient.candidates.iter();
        for (place, lookup) in recipient.lookups.iter().enumerate() {
            lines.push(Line::Lookup(index, Place(place + 1), lookup));
            let brought = judged.by_ref().take(lookup.certificates.len());
            lines.extend(brought.map(|candidate| Line::Certificate(candidate, recipient.reason())));
        }
        lines.extend(judged.map(|candidate| Line::Certificate(candidate, recipient.reason())));
    }
    lines
}

impl Line<'_> {
    fn item(&self, document: DocumentId) -> Item {
        match self {
            Self::Recipient(index, _) | Self::Why(index, _) | Self::Lookup(index, ..) => {
                Item::Recipient(document, *index)
            }
            Self::Certificate(candidate, _) => Item::Certificate(candidate.certificate.clone()),
        }
    }

    fn info(&self) -> RowInfo {
        let (name, level) = match self {
            Self::Recipient(_, recipient) => {
                let address = text::plain(&recipient.address.to_string());
                (format!("{address} {}", state_words(recipient)), 0)
            }
            Self::Why(_, reason) => (format!("{} ({})", outcome_text::sentence(&reason.detail), reason.code), 1),
            Self::Certificate(candidate, known) => (certificate_words(candidate, *known), 2),
            Self::Lookup(_, Place(number), lookup) => (words::outcome::looked_in(*number, lookup), 1),
        };
        let open = match self {
            Self::Recipient(..) => Some(true),
            Self::Lookup(_, _, lookup) => (!lookup.certificates.is_empty()).then_some(true),
            Self::Why(..) | Self::Certificate(..) => None,
        };
        RowInfo { name, expanded: open, level }
    }

    fn paint(&self, ui: &Ui, rect: Rect) {
        let look = tokens(ui);
        let right = rect.right() - 10.0;
        match self {
            Self::Recipient(_, recipient) => recipient_paint(ui, recipient, rect),
            Self::Why(_, reason) => {
                let left = rect.left() + 34.0;
                let code = reason.code.as_str();
                let room = paint::between(rect, left, right);
                let taken = paint::line_right(ui, room, code, egui::TextStyle::Monospace, look.dim);
                let words = outcome_text::sentence(&reason.detail);
                let rest = paint::between(rect, left, right - taken - 12.0);
                paint::line(ui, rest, &words, egui::TextStyle::Body, look.text);
            }
            Self::Certificate(candidate, known) => {
                let status = if candidate.trust.is_ok() { Status::Passed } else { Status::Failed };
                let left = paint::icon(ui, rect.left() + 58.0, rect, Icon::Certificate, status.tone(ui).ink);
                let words = certificate_words(candidate, *known);
                paint::line(ui, paint::between(rect, left, right), &words, egui::TextStyle::Body, look.text);
            }
            Self::Lookup(_, Place(number), lookup) => lookup_paint(ui, *number, lookup, rect),
        }
    }
}

fn state_words(recipient: &RecipientOutcome) -> String {
    let word = outcome_text::recipient_word(&recipient.state, Operation::Outgoing);
    let why = recipient.reason().map(|reason| format!(": {}", outcome_text::reason(reason.code)));
    format!("{word}{}", why.unwrap_or_default())
}

// What was said of the recipient already is not said again of the certificate.
fn certificate_words(candidate: &CandidateCertificate, known: Option<&Reason>) -> String {
    let name = text::plain(&candidate.certificate.common_name());
    match &candidate.trust {
        Ok(path) => words::outcome::trusted_through(&name, &text::plain(&path.anchor().common_name())),
        Err(reason) if known == Some(reason) => words::outcome::not_used(&name),
        Err(reason) => words::outcome::not_used_because(&name, &text::plain(&reason.detail)),
    }
}

fn recipient_paint(ui: &Ui, recipient: &RecipientOutcome, rect: Rect) {
    let look = tokens(ui);
    let status = outcome_text::recipient_status(&recipient.state);
    let tone = status.tone(ui);
    let right = rect.right() - 10.0;
    let left = paint::icon(ui, rect.left() + 10.0, rect, status.icon(), tone.ink);
    let name = text::plain(&recipient.address.to_string());
    let room = paint::between(rect, left, right);
    let used = paint::line(ui, room, &name, tokens::strong_style(), look.text);
    let rest = paint::between(room, left + used + 12.0, room.right());
    paint::line(ui, rest, &state_words(recipient), egui::TextStyle::Body, tone.ink);
}

fn lookup_paint(ui: &Ui, number: usize, lookup: &Lookup, rect: Rect) {
    let look = tokens(ui);
    let ink = match lookup.answer {
        LookupAnswer::Found(_) | LookupAnswer::Told(_) => Status::Passed.tone(ui).ink,
        LookupAnswer::TimedOut | LookupAnswer::Failed(_) => Status::Warning.tone(ui).ink,
        _ => look.dim,
    };
    let counted = paint::between(rect, rect.left() + 28.0, rect.left() + 50.0);
    paint::line_right(ui, counted, &format!("{number}."), egui::TextStyle::Small, look.dim);
    let left = rect.left() + 58.0;
    let right = rect.right() - 10.0;
    let time = paint::between(rect, right - 52.0, right);
    paint::line_right(ui, time, &text::took(lookup.duration), egui::TextStyle::Small, look.dim);
    let answer = paint::between(rect, right - 190.0, right - 60.0);
    paint::line_right(ui, answer, &lookup.answer.to_string(), egui::TextStyle::Small, ink);
    let room = paint::between(rect, left, answer.left() - SPACE_XS);
    let used = paint::line(ui, room, lookup.method.as_str(), egui::TextStyle::Small, look.text);
    let rest = paint::between(room, left + used.max(36.0) + 10.0, room.right());
    paint::line(ui, rest, &text::plain(&lookup.query), egui::TextStyle::Monospace, look.dim);
}
