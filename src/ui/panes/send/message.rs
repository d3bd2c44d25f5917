//! What is sent: written here, read from a file, or one of the list.

use std::path::PathBuf;

use egui::{ComboBox, RichText, TextEdit, Ui};

use super::{Loaded, Origin, SendPane};
use crate::ui::command::Command;
use crate::ui::icons::{self, Status};
use crate::ui::tokens::{self, SPACE_XS, tokens};
use crate::ui::widgets::fields;
use crate::ui::{Ctx, text};

impl SendPane {
    pub(super) fn message_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Message").text_style(tokens::strong_style()));
            ui.add_space(SPACE_XS);
            ui.selectable_value(&mut self.origin, Origin::Written, "Write");
            ui.selectable_value(&mut self.origin, Origin::File, "From file");
            ui.selectable_value(&mut self.origin, Origin::Listed, "From list");
        });
        match self.origin {
            Origin::Written => self.write_ui(ui),
            Origin::File => self.file_ui(ui, ctx),
            Origin::Listed => self.listed_ui(ui, ctx),
        }
    }

    fn write_ui(&mut self, ui: &mut Ui) {
        let id = ui.make_persistent_id("send-subject");
        fields::text_field_ui(ui, id, "Subject", &mut self.subject, "It travels encrypted");
        let label = ui.label(RichText::new("Text").small().color(tokens(ui).dim));
        let field = TextEdit::multiline(&mut self.body).desired_rows(8).desired_width(f32::INFINITY);
        ui.add(field).labelled_by(label.id);
    }

    fn file_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let id = ui.make_persistent_id("send-path");
        let response = fields::text_field_ui(ui, id, "Path", &mut self.path, "/home/me/message.eml");
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        ui.horizontal(|ui| {
            let typed = !self.path.trim().is_empty();
            let load = ui.add_enabled(typed, egui::Button::new("Load"));
            if load.on_disabled_hover_text("Type the path of a message first").clicked() || (entered && typed) {
                ctx.queue.push(Command::LoadToSend(PathBuf::from(self.path.trim())));
            }
            if ui.button("Choose…").clicked() {
                ctx.queue.push(Command::ChooseToSend);
            }
        });
        match &self.file {
            Loaded::Nothing => dim_ui(ui, "An .eml or .bsmtp file; it is sent octet for octet"),
            Loaded::Loading => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("Reading");
                });
            }
            Loaded::Ready(path, message) => {
                ui.horizontal(|ui| {
                    icons::status_ui(ui, Status::Passed);
                    let name = path.file_name().map(|name| text::plain(&name.to_string_lossy())).unwrap_or_default();
                    let words = format!("{name}, {}, with its envelope", text::size(message.octets().len()));
                    ui.add(egui::Label::new(words).truncate());
                });
            }
            Loaded::Failed(why) => fields::field_error_ui(ui, why),
        }
    }

    fn listed_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if ctx.state.documents.is_empty() {
            dim_ui(ui, "No message is open: the list of Messages is empty");
            return;
        }
        let before = self.listed;
        let shown = before.and_then(|id| ctx.state.document(id));
        let words = shown
            .map_or_else(|| "Choose a message".to_owned(), |document| text::elided(&text::plain(&document.name), 44));
        let label = ui.label(RichText::new("Message of the list").small().color(tokens(ui).dim));
        let width = ui.available_width();
        let combo = ComboBox::from_id_salt("send-listed").selected_text(words).width(width).show_ui(ui, |ui| {
            for document in ctx.state.documents.iter().take(500) {
                ui.selectable_value(&mut self.listed, Some(document.id), text::plain(&document.name));
            }
        });
        combo.response.labelled_by(label.id);
        if let Some(document) = self.listed.filter(|_| self.listed != before).and_then(|id| ctx.state.document(id)) {
            self.take_envelope(&document.envelope);
        }
        dim_ui(ui, "It is sent octet for octet, as it was opened");
    }
}

fn dim_ui(ui: &mut Ui, words: &str) {
    let ink = tokens(ui).dim;
    ui.label(RichText::new(words).small().color(ink));
}
