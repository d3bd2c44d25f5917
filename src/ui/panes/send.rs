//! Send: write or load a message, set its envelope, secure it, and see for whom.

use std::fmt::Write as _;

use egui::{RichText, TextEdit, Ui};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::messages::addresses;
use crate::agent::RecipientOutcome;
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use crate::span::{Buffer, BufferName};
use crate::trust::PartyName;
use crate::ui::command::{Command, UiCommand};
use crate::ui::document::Document;
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::Item;
use crate::ui::state::Sent;
use crate::ui::tokens::{self, ROW_TALL, SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{fields, paint, verdict};
use crate::ui::{Ctx, outcome_text, text};

/// Where the message comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Origin {
    #[default]
    Written,
    Listed,
}

/// What is being written.
#[derive(Debug, Default)]
pub(crate) struct SendPane {
    from: String,
    to: String,
    subject: String,
    body: String,
    origin: Origin,
    error: Option<String>,
    /// Whether the shortcut asked to process.
    pub(crate) process: bool,
}

impl SendPane {
    /// Starts a new message.
    pub(crate) fn clear(&mut self) {
        let from = std::mem::take(&mut self.from);
        *self = Self { from, ..Self::default() };
    }

    /// Envelope and message.
    pub(crate) fn list_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.label(RichText::new("Envelope").text_style(tokens::strong_style()));
        self.from_ui(ui, ctx);
        let id = ui.make_persistent_id("send-to");
        fields::text_field_ui(ui, id, "RCPT TO", &mut self.to, "bob@b.example, eve@e.example");
        self.suggestions_ui(ui, ctx);
        ui.add_space(SPACE_M);
        ui.horizontal(|ui| {
            ui.label(RichText::new("Message").text_style(tokens::strong_style()));
            ui.selectable_value(&mut self.origin, Origin::Written, "Write");
            ui.selectable_value(&mut self.origin, Origin::Listed, "From list");
        });
        match self.origin {
            Origin::Written => self.write_ui(ui),
            Origin::Listed => self.listed_ui(ui, ctx),
        }
        if let Some(error) = &self.error {
            fields::field_error_ui(ui, error);
        }
        ui.add_space(SPACE_S);
        let pressed = fields::primary_ui(ui, "Process")
            .on_hover_text("Find certificates, sign and encrypt  Ctrl+Enter")
            .clicked();
        if pressed || std::mem::take(&mut self.process) {
            self.submit(ctx);
        }
    }

    fn from_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let holders: Vec<String> = ctx
            .state
            .parties()
            .iter()
            .filter(|party| !party.keys.is_empty() && matches!(party.name, PartyName::Address(_)))
            .map(|party| party.name.to_string())
            .collect();
        if self.from.is_empty()
            && let Some(first) = holders.first()
        {
            self.from.clone_from(first);
        }
        let id = ui.make_persistent_id("send-from");
        fields::text_field_ui(ui, id, "MAIL FROM", &mut self.from, "alice@a.example");
        if holders.len() > 1 {
            ui.menu_button("Addresses with a key", |ui| {
                for holder in holders {
                    if ui.button(&holder).clicked() {
                        self.from = holder;
                        ui.close();
                    }
                }
            });
        }
    }

    fn suggestions_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let known: Vec<String> = ctx
            .state
            .parties()
            .iter()
            .filter(|party| matches!(party.name, PartyName::Address(_)))
            .map(|party| party.name.to_string())
            .filter(|name| *name != self.from && !self.to.contains(name.as_str()))
            .collect();
        if known.is_empty() {
            return;
        }
        ui.menu_button("Add a known address", |ui| {
            for name in known {
                if ui.button(&name).clicked() {
                    if !self.to.trim().is_empty() {
                        self.to.push_str(", ");
                    }
                    self.to.push_str(&name);
                    ui.close();
                }
            }
        });
    }

    fn write_ui(&mut self, ui: &mut Ui) {
        let id = ui.make_persistent_id("send-subject");
        fields::text_field_ui(ui, id, "Subject", &mut self.subject, "it travels encrypted");
        let label = ui.label(RichText::new("Text").small().color(tokens(ui).dim));
        let field = TextEdit::multiline(&mut self.body).desired_rows(8).desired_width(f32::INFINITY);
        ui.add(field).labelled_by(label.id);
    }

    fn listed_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        match ctx.state.current() {
            Some(document) => {
                let size = text::size(document.envelope.message.octets().len());
                ui.label(format!("{}, {size}", text::plain(&document.name)));
                if ui.button("Take its envelope").clicked() {
                    self.from = document.envelope.reverse_path.address().map(ToString::to_string).unwrap_or_default();
                    let to: Vec<String> = document.envelope.forward_paths.iter().map(ToString::to_string).collect();
                    self.to = to.join(", ");
                }
                ui.label(
                    RichText::new("The message selected in Messages is sent octet for octet")
                        .small()
                        .color(tokens(ui).dim),
                );
            }
            None => {
                ui.label(RichText::new("No message is open").color(tokens(ui).dim));
            }
        }
        if ui.button("Open message…").clicked() {
            ctx.ask(UiCommand::Open);
        }
    }

    fn submit(&mut self, ctx: &Ctx<'_>) {
        match self.envelope(ctx) {
            Ok(envelope) => {
                self.error = None;
                ctx.queue.push(Command::Send(envelope));
            }
            Err(error) => self.error = Some(error),
        }
    }

    fn envelope(&self, ctx: &Ctx<'_>) -> Result<Envelope, String> {
        let from = Address::parse(self.from.trim()).map_err(|error| format!("MAIL FROM: {error}"))?;
        let to = addresses(&self.to)?;
        if to.is_empty() {
            return Err("RCPT TO: give at least one recipient".to_owned());
        }
        let octets = match self.origin {
            Origin::Written => compose(&from, &to, &self.subject, &self.body, ctx.state.now).into_bytes(),
            Origin::Listed => {
                let document = ctx.state.current().ok_or("Open the message that is to be sent")?;
                document.envelope.message.octets().to_vec()
            }
        };
        Ok(Envelope {
            reverse_path: ReversePath::Mailbox(from),
            forward_paths: to,
            message: Buffer::new(BufferName::Received, octets),
            origin: EnvelopeOrigin::Explicit,
        })
    }

    /// What came of it.
    pub(crate) fn centre_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        match &ctx.state.sent {
            Sent::Nothing => {
                let words = "Nothing has been sent yet. Fill in the envelope on the left and press Process";
                verdict::empty_ui(ui, Icon::Send, words, |_| {});
            }
            Sent::Running => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("Looking for certificates, signing and encrypting");
                });
            }
            Sent::Failed(why) => verdict::verdict_ui(ui, Status::Failed, "Could not be processed", why, |_| {}),
            Sent::Done(id) => {
                if let Some(document) = ctx.state.document(*id) {
                    outcome_ui(ui, ctx, document);
                }
            }
        }
    }
}

fn compose(from: &Address, to: &[Address], subject: &str, body: &str, now: OffsetDateTime) -> String {
    let to: Vec<String> = to.iter().map(ToString::to_string).collect();
    let date = now.format(&Rfc2822).unwrap_or_default();
    let subject = encoded(&subject.replace(['\r', '\n'], " "));
    let mut message = String::new();
    // Writing into a String does not fail.
    let _ = write!(message, "From: {from}\r\nTo: {}\r\nSubject: {subject}\r\nDate: {date}\r\n", to.join(",\r\n "));
    let _ = write!(message, "Message-ID: <{:x}@{}>\r\n", now.unix_timestamp_nanos(), from.domain().ascii());
    message.push_str(
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
    );
    for line in body.lines() {
        message.push_str(line);
        message.push_str("\r\n");
    }
    message
}

// RFC 2047 §2: words of at most 75 characters, cut between characters.
fn encoded(subject: &str) -> String {
    use base64::Engine as _;
    if subject.is_ascii() {
        return subject.to_owned();
    }
    let mut words: Vec<String> = vec![String::new()];
    for character in subject.chars() {
        if let Some(last) = words.last_mut() {
            if last.len() + character.len_utf8() > 42 {
                words.push(character.to_string());
            } else {
                last.push(character);
            }
        }
    }
    let word = |word: &String| format!("=?utf-8?B?{}?=", base64::engine::general_purpose::STANDARD.encode(word));
    words.iter().map(word).collect::<Vec<_>>().join("\r\n ")
}

fn outcome_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    let Some(report) = document.report() else { return };
    let status = outcome_text::report_status(report);
    verdict::verdict_ui(ui, status, &outcome_text::headline(report), &outcome_text::cause(report), |ui| {
        ui.horizontal(|ui| {
            ui.add_space(44.0);
            let saved = document.ran().is_some_and(|ran| ran.result.is_some());
            let save = ui.add_enabled(saved, egui::Button::new("Save .eml or .bsmtp…"));
            if save.on_disabled_hover_text("Nothing was made: nobody is left to send it to").clicked() {
                ctx.ask(UiCommand::Save);
            }
            if saved && ui.button(receive_words(report.recipients.as_slice())).clicked() {
                ctx.queue.push(Command::ReceiveBack(document.id));
            }
            if ui.button("Show the steps").clicked() {
                ctx.queue.push(Command::Show(crate::ui::settings::View::Messages));
            }
        });
    });
    recipients_ui(ui, ctx, document, &report.recipients);
    ui.add_space(SPACE_S);
    super::messages::headers_ui(ui, ctx, document);
}

fn receive_words(recipients: &[RecipientOutcome]) -> String {
    let kept: Vec<&RecipientOutcome> = recipients.iter().filter(|recipient| recipient.is_accepted()).collect();
    match kept.as_slice() {
        [only] => format!("Receive as {}", text::elided(&text::plain(&only.address.to_string()), 40)),
        several => format!("Receive as its {} recipients", several.len()),
    }
}

fn recipients_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, recipients: &[RecipientOutcome]) {
    verdict::section_ui(ui, "Recipients and their certificates", |_| {});
    let selected = match ctx.state.selection.current() {
        Some(Item::Recipient(id, index)) if *id == document.id => Some(*index),
        _ => None,
    };
    let words = |recipient: &RecipientOutcome| {
        let word = if recipient.is_accepted() { "Kept" } else { "Removed" };
        format!("{} {word}, {}", text::plain(&recipient.address.to_string()), lookups_words(recipient))
    };
    let info = |row: usize| RowInfo { name: recipients.get(row).map(words).unwrap_or_default(), ..RowInfo::default() };
    let outcome = Rows::new("sent", "Recipients", Kind::Table, recipients.len())
        .row_height(ROW_TALL)
        .max_height(ROW_TALL * 6.0)
        .selected(selected)
        .show(ui, info, |ui, row, rect| {
            let Some(recipient) = recipients.get(row) else { return };
            let look = tokens(ui);
            let status = outcome_text::recipient_status(&recipient.state);
            let inner = rect.shrink2(egui::vec2(10.0, 5.0));
            let (upper, lower) = inner.split_top_bottom_at_fraction(0.52);
            let left = paint::icon(ui, inner.left(), inner, status.icon(), status.tone(ui).ink);
            let name = text::plain(&recipient.address.to_string());
            let used = paint::line(
                ui,
                paint::between(upper, left, upper.right() - 80.0),
                &name,
                egui::TextStyle::Body,
                look.text,
            );
            let why = recipient
                .reason()
                .map_or_else(|| "Kept".to_owned(), |reason| format!("Removed: {}", outcome_text::reason(reason.code)));
            let rest = paint::between(upper, left + used + 12.0, upper.right());
            paint::line(ui, rest, &why, tokens::strong_style(), status.tone(ui).ink);
            let rest = paint::between(lower, left, lower.right());
            paint::line(ui, rest, &lookups_words(recipient), egui::TextStyle::Small, look.dim);
        });
    if let Some(row) = outcome.chosen {
        ctx.queue.push(Command::Select(Item::Recipient(document.id, row)));
    }
    ui.add_space(SPACE_XS);
    ui.label(RichText::new("Select a recipient to see every lookup and certificate").small().color(tokens(ui).dim));
}

fn lookups_words(recipient: &RecipientOutcome) -> String {
    let looked: Vec<String> = recipient
        .lookups
        .iter()
        .map(|lookup| format!("{} for {}: {}", lookup.method, lookup.subject, lookup.answer))
        .collect();
    if looked.is_empty() { "nothing was looked up".to_owned() } else { format!("looked in {}", looked.join("; ")) }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_written_message_has_crlf_lines_and_the_headers_that_mail_needs() {
        let from = Address::parse("alice@a.example").unwrap();
        let to = [Address::parse("bob@b.example").unwrap()];
        let message = compose(&from, &to, "Grüße", "one\ntwo", datetime!(2026-03-01 12:00 UTC));
        assert!(message.contains("Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n"), "{message}");
        assert!(message.ends_with("\r\n\r\none\r\ntwo\r\n"));
        assert!(!message.replace("\r\n", "").contains(['\r', '\n']));
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let from = Address::parse("alice@a.example").unwrap();
        let message = compose(&from, &[], "x\r\nBcc: eve@e.example", "", datetime!(2026-03-01 12:00 UTC));
        assert!(!message.contains("\nBcc:"), "{message}");
    }
}
