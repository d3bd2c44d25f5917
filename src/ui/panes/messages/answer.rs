//! The head of the answer: which message, and the verdict with what was found, expected, why, and what to try.

use egui::{RichText, Ui};

use super::MessagesPane;
use crate::agent::{Operation, Report};
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use crate::ui::command::{Command, UiCommand};
use crate::ui::document::{Document, Run};
use crate::ui::icons::{self, Status};
use crate::ui::selection::Item;
use crate::ui::tokens::{SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::{fields, verdict};
use crate::ui::{Ctx, outcome_text, text};

/// An envelope while it is edited.
#[derive(Clone, Debug)]
pub(crate) struct EnvelopeDraft {
    from: String,
    to: String,
    error: Option<String>,
}

impl EnvelopeDraft {
    fn of(envelope: &Envelope) -> Self {
        let from = envelope.reverse_path.address().map(ToString::to_string).unwrap_or_default();
        let to: Vec<String> = envelope.forward_paths.iter().map(ToString::to_string).collect();
        Self { from, to: to.join(", "), error: None }
    }

    fn apply(&self, envelope: &Envelope) -> Result<Envelope, String> {
        let reverse_path = match self.from.trim() {
            "" | "<>" => ReversePath::Null,
            from => ReversePath::Mailbox(Address::parse(from).map_err(|error| error.to_string())?),
        };
        Ok(Envelope {
            reverse_path,
            forward_paths: addresses(&self.to)?,
            message: envelope.message.clone(),
            origin: EnvelopeOrigin::Edited,
        })
    }
}

/// The addresses in a list that people type: separated by commas, semicolons or blanks.
pub(crate) fn addresses(typed: &str) -> Result<Vec<Address>, String> {
    let words = typed.split([',', ';', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| Address::parse(word).map_err(|error| format!("{word}: {error}"))).collect()
}

/// Name, route and origin of the message.
pub(crate) fn title_ui(pane: &mut MessagesPane, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button("Run  F5").on_hover_text("Process this message again").clicked() {
                ctx.queue.push(Command::Run(document.id, document.operation));
            }
            if ui.button("Edit envelope").on_hover_text("Change who it is from and for").clicked() {
                pane.editing = Some((document.id, EnvelopeDraft::of(&document.envelope)));
            }
            if matches!(document.run, Run::Running(_)) {
                ui.spinner();
            }
            // Last, so that the name gets what room is left.
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(text::plain(&document.name)).heading()).truncate());
            });
        });
    });
    ui.spacing_mut().interact_size.y = 18.0;
    ui.horizontal_wrapped(|ui| {
        let arrow = match document.operation {
            Operation::Incoming => "Received",
            Operation::Outgoing => "To be sent",
        };
        let to: Vec<String> =
            document.envelope.forward_paths.iter().take(6).map(|path| text::plain(&path.to_string())).collect();
        let more = document.envelope.forward_paths.len().saturating_sub(6);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let from = text::plain(&document.envelope.reverse_path.to_string());
        ui.label(RichText::new(format!("{arrow} from {from} for {}{more}", to.join(", "))).color(tokens(ui).dim));
    });
    if let Some(about) = &document.about {
        ui.label(RichText::new(about).color(tokens(ui).dim));
    }
    if document.envelope.origin == EnvelopeOrigin::Derived {
        ui.horizontal_wrapped(|ui| {
            icons::status_ui(ui, Status::Warning);
            ui.label("Sender and recipients are assumed from the headers: the file has no envelope");
        });
    }
    edit_ui(pane, ui, ctx, document);
    ui.add_space(SPACE_S);
}

fn edit_ui(pane: &mut MessagesPane, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    let Some((id, draft)) = &mut pane.editing else { return };
    if *id != document.id {
        pane.editing = None;
        return;
    }
    let mut close = false;
    ui.group(|ui| {
        let id = ui.make_persistent_id("edit-from");
        fields::text_field_ui(ui, id, "MAIL FROM", &mut draft.from, "the sender's address; empty for the null sender");
        let id = ui.make_persistent_id("edit-to");
        fields::text_field_ui(ui, id, "RCPT TO", &mut draft.to, "recipients, separated by commas");
        if let Some(error) = &draft.error {
            fields::field_error_ui(ui, error);
        }
        ui.horizontal(|ui| {
            if fields::primary_ui(ui, "Apply and run").clicked() {
                match draft.apply(&document.envelope) {
                    Ok(envelope) => {
                        ctx.queue.push(Command::SetEnvelope(document.id, envelope));
                        close = true;
                    }
                    Err(error) => draft.error = Some(error),
                }
            }
            close |= ui.button("Cancel").clicked();
        });
    });
    if close {
        pane.editing = None;
    }
}

/// The verdict.
pub(crate) fn verdict_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    if let Run::Failed(why) = &document.run {
        verdict::verdict_ui(ui, Status::Failed, "Could not be processed", why, |_| {});
        return;
    }
    let Some(report) = document.report() else {
        let (headline, words) = match document.run {
            Run::Running(_) => ("Processing…", "The agent is at work"),
            _ => ("Not processed yet", "Nothing is known about this message until the agent has judged it"),
        };
        verdict::verdict_ui(ui, Status::NotChecked, headline, words, |ui| {
            ui.horizontal(|ui| {
                ui.add_space(44.0);
                if fields::primary_ui(ui, "Process as incoming").clicked() {
                    ctx.queue.push(Command::Run(document.id, Operation::Incoming));
                }
                if ui.button("Process as outgoing").clicked() {
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
        ui.add_space(SPACE_XS);
        let roomy = ui.available_width() > 560.0;
        let code = outcome_text::main_reason(report).map(|reason| reason.code.as_str());
        let code_ui = |ui: &mut Ui, code: &str| {
            let code = RichText::new(code).monospace().color(tokens(ui).dim);
            ui.label(code).on_hover_text("The reason code in JSON and logs");
        };
        if let Some(code) = code.filter(|_| !roomy) {
            ui.horizontal(|ui| {
                ui.add_space(44.0);
                code_ui(ui, code);
            });
        }
        ui.horizontal_wrapped(|ui| {
            ui.add_space(if roomy { 44.0 } else { 0.0 });
            actions_ui(ui, ctx, document, report);
            if let Some(code) = code.filter(|_| roomy) {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| code_ui(ui, code));
            }
        });
    });
}

fn because_ui(ui: &mut Ui, document: &Document, report: &Report) {
    let reason = outcome_text::main_reason(report);
    let Some(reason) = reason else { return };
    if let Some((_, finding)) = document.decisive_check() {
        if let Some(found) = &finding.found {
            verdict::fact_ui(ui, "Found", &text::plain(found));
        }
        if let Some(expected) = &finding.expected {
            verdict::fact_ui(ui, "Expected", &text::plain(expected));
        }
        verdict::fact_ui(ui, "Because", &outcome_text::because(finding));
    }
    verdict::fact_ui(ui, "Try", reason.code.advice());
}

fn actions_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, report: &Report) {
    if ui.button("Copy why").on_hover_text(UiCommand::CopyWhy.entry().tooltip).clicked() {
        ctx.ask(UiCommand::CopyWhy);
    }
    if let Some((place, _)) = document.decisive_check()
        && ui.button("Show the check").on_hover_text("Select the check that decided, with its octets").clicked()
    {
        ctx.queue.push(Command::Select(Item::Check(document.id, place)));
    }
    if document.ran().is_some_and(|ran| ran.result.is_some()) {
        let words = if report.operation == Operation::Outgoing {
            "Save secured message…"
        } else {
            "Save delivered message…"
        };
        if ui.button(words).on_hover_text("Octet for octet; with its envelope where the name ends in .bsmtp").clicked()
        {
            ctx.ask(UiCommand::Save);
        }
        if report.operation == Operation::Outgoing
            && ui
                .button("Receive it")
                .on_hover_text("Take the secured message in again, as its recipients would")
                .clicked()
        {
            ctx.queue.push(Command::ReceiveBack(document.id));
        }
    }
    if ctx.state.locked_keys() > 0
        && outcome_text::needs_keys(report)
        && fields::primary_ui(ui, "Unlock keys…").clicked()
    {
        ctx.ask(UiCommand::UnlockKeys);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_may_be_separated_by_commas_semicolons_or_blanks() {
        let read = addresses("bob@b.example, eve@e.example;carol@c.example dan@d.example").unwrap();
        assert_eq!(read.len(), 4);
        assert!(addresses("bob@b.example, nonsense").unwrap_err().starts_with("nonsense"));
    }
}
