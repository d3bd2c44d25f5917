//! The dialog that hands a message to a mail server.

use egui::{Id, Key, Label, RichText, ScrollArea, TextEdit, Ui};

use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Status};
use crate::ui::lab::LabCommand;
use crate::ui::submitting::{ServerDraft, submittable};
use crate::ui::text::lab::submit as words;
use crate::ui::text::{common, plain};
use crate::ui::tokens::{SPACE_M, SPACE_S, tokens};
use crate::ui::widgets::fields;
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::workspace::submission::{ServerTrust, SubmissionSecurity};

const WIDTH: f32 = 520.0;
const PORT: f32 = 90.0;
// The bar above and the margins.
const AROUND: f32 = 130.0;
const SALT: &str = "submit-password";

/// What is typed into it.
#[derive(Debug, Default)]
pub(crate) struct SubmitForm {
    draft: ServerDraft,
    password: fields::PassphraseField,
    error: Option<String>,
    fresh: bool,
    focus: bool,
}

impl SubmitForm {
    /// Prepares for being shown; what was typed of a server stays.
    pub(crate) fn open(&mut self) {
        self.error = None;
        self.fresh = true;
        self.focus = true;
    }

    /// Shows it.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
        if std::mem::take(&mut self.fresh) {
            self.draft.prefill(ctx.state);
        }
        ui.set_width(WIDTH);
        // In a low window it scrolls: its last button is never below the edge.
        let room = (ui.ctx().content_rect().height() - AROUND).max(160.0);
        ScrollArea::vertical().max_height(room).show_following(ui, |ui| self.form_ui(ui, ctx, document));
    }

    fn form_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
        ui.heading(words::TITLE);
        let dim = tokens(ui).dim;
        if let Some(envelope) = submittable(document) {
            let sender = plain(&envelope.reverse_path.to_string());
            let octets = envelope.message.octets().len();
            let what = words::what(&document.name, &sender, envelope.forward_paths.len(), octets);
            ui.add(Label::new(RichText::new(what).color(dim)).wrap());
        }
        if ctx.state.lab.mail.address().is_some() {
            ui.label(RichText::new(words::LAB_FILLED_IN).small().color(dim));
        }
        ui.add_space(SPACE_S);
        let mut entered = self.server_ui(ui);
        ui.add_space(SPACE_S);
        self.security_ui(ui);
        ui.add_space(SPACE_S);
        let id = Id::unique("submit-user");
        let user = fields::text_field_ui(ui, id, words::USER, &mut self.draft.user, words::USER_HINT);
        entered |= is_entered(ui, &user);
        ui.add_space(SPACE_S);
        let typed = self.password.ui(ui, SALT, words::PASSWORD, words::SUBMIT);
        let password = typed.or_else(|| entered.then(|| self.password.submit(ui, SALT)));
        if let Some(error) = &self.error {
            fields::field_error_ui(ui, error);
        }
        ui.add_space(SPACE_M);
        if ui.button(common::CANCEL).clicked() {
            ctx.queue.push(Command::CloseOverlay);
        }
        if let Some(password) = password {
            match self.draft.options(password) {
                Ok(options) => ctx.queue.push(Command::Lab(LabCommand::Submit(document.id, Box::new(options)))),
                Err(error) => self.error = Some(error),
            }
        }
    }

    // Whether Enter was pressed in it.
    fn server_ui(&mut self, ui: &mut Ui) -> bool {
        ui.horizontal(|ui| {
            let width = ui.available_width() - PORT - ui.spacing().item_spacing.x;
            let server = ui
                .vertical(|ui| {
                    ui.set_width(width);
                    let id = Id::unique("submit-server");
                    fields::text_field_ui(ui, id, words::SERVER, &mut self.draft.host, words::SERVER_EXAMPLE)
                })
                .inner;
            let port = ui
                .vertical(|ui| {
                    ui.set_width(PORT);
                    let label = ui.label(RichText::new(words::PORT).small().color(tokens(ui).dim));
                    let usual = self.draft.security.usual_port().to_string();
                    let field =
                        TextEdit::singleline(&mut self.draft.port).id(Id::unique("submit-port")).hint_text(usual);
                    ui.add(field.align(egui::Align2::LEFT_CENTER).desired_width(f32::INFINITY)).labelled_by(label.id)
                })
                .inner;
            // The button that opened the dialog may take the focus back for a frame.
            if self.focus {
                self.focus = !server.has_focus();
                server.request_focus();
            }
            is_entered(ui, &server) || is_entered(ui, &port)
        })
        .inner
    }

    fn security_ui(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(words::SECURITY).small().color(tokens(ui).dim));
            for security in SubmissionSecurity::ALL {
                let choice = ui.radio_value(&mut self.draft.security, security, words::security(security));
                choice.on_hover_text(words::security_hint(security));
            }
        });
        if self.draft.security == SubmissionSecurity::None {
            if self.draft.is_in_the_clear() {
                ui.horizontal_top(|ui| {
                    icons::status_ui(ui, Status::Warning);
                    ui.add(Label::new(words::IN_THE_CLEAR).wrap());
                });
            }
            return;
        }
        let mut anyone = self.draft.trust == ServerTrust::Anyone;
        ui.checkbox(&mut anyone, words::ANYONE).on_hover_text(words::ANYONE_HINT);
        self.draft.trust = if anyone { ServerTrust::Anyone } else { ServerTrust::SystemRoots };
    }
}

fn is_entered(ui: &Ui, field: &egui::Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}
