//! The head of the answer: which message it is, from whom for whom, and the form that changes that.

use egui::{RichText, Ui};

use super::MessagesPane;
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use crate::ui::command::{Command, UiCommand};
use crate::ui::document::{Document, Run};
use crate::ui::icons::{self, Status};
use crate::ui::text::{messages as words, what_if};
use crate::ui::tokens::{SPACE_S, tokens};
use crate::ui::widgets::fields;
use crate::ui::widgets::heading::heading_ui;
use crate::ui::{Ctx, text};

/// An envelope while it is edited.
#[derive(Clone, Debug)]
pub(crate) struct EnvelopeDraft {
    from: String,
    to: String,
    error: Option<String>,
}

impl EnvelopeDraft {
    /// The envelope as it is.
    pub(super) fn of(envelope: &Envelope) -> Self {
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
    heading_ui(ui, &text::plain(&document.name), |ui| buttons_ui(ui, ctx, document));
    ui.spacing_mut().interact_size.y = 18.0;
    ui.horizontal_wrapped(|ui| {
        let to: Vec<String> =
            document.envelope.forward_paths.iter().take(6).map(|path| text::plain(&path.to_string())).collect();
        let more = document.envelope.forward_paths.len().saturating_sub(6);
        let from = text::plain(&document.envelope.reverse_path.to_string());
        let route = text::document::route_sentence(document.operation, &from, &to, more);
        ui.label(RichText::new(route).color(tokens(ui).dim));
    });
    if let Some(about) = &document.about {
        ui.label(RichText::new(about).color(tokens(ui).dim));
    }
    if document.envelope.origin == EnvelopeOrigin::Derived {
        ui.horizontal_wrapped(|ui| {
            icons::status_ui(ui, Status::Warning);
            ui.label(words::ASSUMED);
        });
    }
    edit_ui(pane, ui, ctx, document);
    ui.add_space(SPACE_S);
}

fn buttons_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    if ui.button(words::RUN).on_hover_text(words::RUN_HINT).clicked() {
        ctx.queue.push(Command::Run(document.id, document.operation));
    }
    if ui.button(words::EDIT_ENVELOPE).on_hover_text(UiCommand::EditEnvelope.entry().tooltip).clicked() {
        ctx.ask(UiCommand::EditEnvelope);
    }
    if ui.button(what_if::TITLE).on_hover_text(UiCommand::WhatIf.entry().tooltip).clicked() {
        ctx.ask(UiCommand::WhatIf);
    }
    if matches!(document.run, Run::Running(_)) {
        ui.spinner();
    }
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
        fields::text_field_ui(ui, id, text::document::MAIL_FROM, &mut draft.from, words::SENDER_HINT);
        let id = ui.make_persistent_id("edit-to");
        fields::text_field_ui(ui, id, text::document::RCPT_TO, &mut draft.to, words::RECIPIENTS_HINT);
        if let Some(error) = &draft.error {
            fields::field_error_ui(ui, error);
        }
        ui.horizontal(|ui| {
            if fields::primary_ui(ui, words::APPLY).clicked() {
                match draft.apply(&document.envelope) {
                    Ok(envelope) => {
                        ctx.queue.push(Command::SetEnvelope(document.id, envelope));
                        close = true;
                    }
                    Err(error) => draft.error = Some(error),
                }
            }
            close |= ui.button(words::CANCEL).clicked();
        });
    });
    if close {
        pane.editing = None;
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
