//! Send: write or load a message, set its envelope, secure it, and see for whom.

mod compare;
mod draft;
mod envelope;
mod message;
mod options;
mod outcome;
mod preview;

use std::path::PathBuf;

use egui::{Frame, Margin, Panel, ScrollArea, Ui};

use super::messages::{MessagesPane, addresses};
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use crate::span::{Buffer, BufferName};
use crate::ui::command::{Command, UiCommand, shortcut_text};
use crate::ui::icons::Status;
use crate::ui::selection::DocumentId;
use crate::ui::sending::SendOptions;
use crate::ui::state::Sent;
use crate::ui::text::sending as words;
use crate::ui::tokens::{SPACE_M, SPACE_S, tokens};
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::ui::widgets::{fields, verdict};
use crate::ui::{Ctx, text};

/// Where the message comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Origin {
    #[default]
    Written,
    File,
    Listed,
}

/// The file that is sent, as far as it has been read.
#[derive(Debug, Default)]
enum Loaded {
    #[default]
    Nothing,
    Loading,
    Ready(PathBuf, Buffer),
    Failed(String),
}

/// What is being written.
#[derive(Debug, Default)]
pub(crate) struct SendPane {
    from: String,
    to: Vec<String>,
    adding: String,
    adding_error: Option<String>,
    subject: String,
    body: String,
    origin: Origin,
    path: String,
    file: Loaded,
    listed: Option<DocumentId>,
    options: SendOptions,
    error: Option<String>,
    steps: MessagesPane,
    shown: outcome::Shown,
    /// Whether the shortcut asked to process.
    pub(crate) process: bool,
}

impl SendPane {
    /// Starts a new message.
    pub(crate) fn clear(&mut self) {
        let from = std::mem::take(&mut self.from);
        let options = std::mem::take(&mut self.options);
        *self = Self { from, options, ..Self::default() };
    }

    /// A file is being read.
    pub(crate) fn loading(&mut self) {
        self.file = Loaded::Loading;
    }

    /// No file dialog could be shown.
    pub(crate) fn no_dialog(&mut self) {
        self.file = Loaded::Failed(words::message::NO_DIALOG.to_owned());
    }

    /// A file was read; its envelope is taken.
    pub(crate) fn loaded(&mut self, path: PathBuf, envelope: Result<Envelope, String>) {
        self.file = match envelope {
            Ok(envelope) => {
                self.take_envelope(&envelope);
                self.path = crate::workspace::path_text(&path);
                Loaded::Ready(path, envelope.message)
            }
            Err(why) => Loaded::Failed(why),
        };
    }

    fn take_envelope(&mut self, envelope: &Envelope) {
        if let Some(address) = envelope.reverse_path.address() {
            self.from = address.to_string();
        }
        self.to = envelope.forward_paths.iter().map(ToString::to_string).collect();
        self.adding.clear();
        self.adding_error = None;
    }

    /// Envelope and message, and below them the button that secures it.
    pub(crate) fn list_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let frame = Frame::new().inner_margin(Margin { left: 0, right: 0, top: 8, bottom: 0 });
        let actions = Panel::bottom("send-actions").resizable(false).show_separator_line(false).frame(frame);
        actions.show(ui, |ui| self.actions_ui(ui, ctx));
        ScrollArea::vertical().id_salt("composer").auto_shrink(false).show_following(ui, |ui| {
            ui.set_width(ui.available_width() - 6.0);
            ui.spacing_mut().item_spacing.y = 5.0;
            self.envelope_ui(ui, ctx);
            ui.add_space(SPACE_M);
            self.message_ui(ui, ctx);
            ui.add_space(SPACE_M);
            self.options_ui(ui, ctx);
            ui.add_space(SPACE_S);
        });
    }

    fn actions_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if let Some(error) = &self.error {
            fields::field_error_ui(ui, error);
        }
        let mut pressed = std::mem::take(&mut self.process);
        ui.horizontal(|ui| {
            if matches!(ctx.state.sent, Sent::Running) {
                ui.spinner();
                ui.label(words::actions::SECURING);
                if ui.button(text::common::CANCEL).clicked() {
                    ctx.queue.push(Command::CancelJob);
                }
                pressed = false;
                return;
            }
            let process = fields::primary_ui(ui, words::actions::PROCESS);
            pressed |= process.on_hover_text(words::actions::PROCESS_HINT).clicked();
            let ink = tokens(ui).dim;
            let entry = UiCommand::Run.entry();
            let keys = entry.shortcuts.last().map(|shortcut| ui.ctx().format_shortcut(shortcut));
            let keys = keys.unwrap_or_else(|| shortcut_text(ui.ctx(), entry));
            ui.label(egui::RichText::new(keys).small().color(ink));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button(words::actions::NEW).on_hover_text(UiCommand::NewMessage.entry().tooltip).clicked() {
                    ctx.ask(UiCommand::NewMessage);
                }
            });
        });
        if pressed {
            self.submit(ctx);
        }
    }

    fn submit(&mut self, ctx: &Ctx<'_>) {
        self.add_typed();
        if self.adding_error.is_some() {
            return;
        }
        match self.envelope(ctx) {
            Ok(envelope) => {
                self.error = None;
                ctx.queue.push(Command::Send(envelope, self.options.clone()));
            }
            Err(error) => self.error = Some(error),
        }
    }

    // What was typed into the field for recipients joins the list; what is no address stays where it is.
    fn add_typed(&mut self) {
        self.adding_error = None;
        if self.adding.trim().is_empty() {
            return;
        }
        match addresses(&self.adding) {
            Ok(added) => {
                for address in added {
                    let address = address.to_string();
                    if !self.to.contains(&address) {
                        self.to.push(address);
                    }
                }
                self.adding.clear();
            }
            Err(error) => self.adding_error = Some(error),
        }
    }

    fn envelope(&self, ctx: &Ctx<'_>) -> Result<Envelope, String> {
        let from = Address::parse(self.from.trim()).map_err(|error| words::envelope::bad_sender(&error.to_string()))?;
        let parse = |typed: &String| {
            Address::parse(typed).map_err(|error| words::envelope::bad_recipient(typed, &error.to_string()))
        };
        let to: Vec<Address> = self.to.iter().map(parse).collect::<Result<_, _>>()?;
        if to.is_empty() {
            return Err(words::envelope::NO_RECIPIENT.to_owned());
        }
        Ok(Envelope {
            message: self.message(ctx, &from, &to)?,
            reverse_path: ReversePath::Mailbox(from),
            forward_paths: to,
            origin: EnvelopeOrigin::Explicit,
        })
    }

    fn message(&self, ctx: &Ctx<'_>, from: &Address, to: &[Address]) -> Result<Buffer, String> {
        match self.origin {
            Origin::Written => {
                let octets = draft::compose(from, to, &self.subject, &self.body, ctx.state.now).into_bytes();
                Ok(Buffer::new(BufferName::Received, octets))
            }
            Origin::File => match &self.file {
                Loaded::Ready(_, message) => Ok(message.clone()),
                Loaded::Loading => Err(words::message::STILL_READING.to_owned()),
                Loaded::Nothing | Loaded::Failed(_) => Err(words::message::NOT_LOADED.to_owned()),
            },
            Origin::Listed => {
                let document = self.listed.and_then(|id| ctx.state.document(id));
                let document = document.ok_or(words::message::NOT_CHOSEN)?;
                Ok(document.envelope.message.clone())
            }
        }
    }

    /// What came of it.
    pub(crate) fn centre_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        match &ctx.state.sent {
            Sent::Nothing | Sent::Running => self.preview_ui(ui, ctx),
            Sent::Failed(why) => verdict::verdict_ui(ui, Status::Failed, text::explain::FAILED, why, |_| {}),
            Sent::Done(id) => {
                if let Some(document) = ctx.state.document(*id) {
                    self.outcome_ui(ui, ctx, document);
                }
            }
        }
    }
}
