//! What is sent: written here, read from a file, or one of the list.

use std::path::PathBuf;

use egui::{ComboBox, RichText, TextEdit, Ui};

use super::{Loaded, Origin, SendPane};
use crate::ui::command::Command;
use crate::ui::icons::{self, Status};
use crate::ui::text::sending::message as words;
use crate::ui::tokens::{self, SPACE_XS, tokens};
use crate::ui::widgets::fields;
use crate::ui::{Ctx, text};

impl SendPane {
    pub(super) fn message_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(words::HEADING).text_style(tokens::strong_style()));
            ui.add_space(SPACE_XS);
            ui.selectable_value(&mut self.origin, Origin::Written, words::WRITE);
            ui.selectable_value(&mut self.origin, Origin::File, words::FROM_FILE);
            ui.selectable_value(&mut self.origin, Origin::Listed, words::FROM_LIST);
        });
        match self.origin {
            Origin::Written => self.write_ui(ui),
            Origin::File => self.file_ui(ui, ctx),
            Origin::Listed => self.listed_ui(ui, ctx),
        }
    }

    fn write_ui(&mut self, ui: &mut Ui) {
        let id = ui.make_persistent_id("send-subject");
        fields::text_field_ui(ui, id, words::SUBJECT, &mut self.subject, words::SUBJECT_HINT);
        let label = ui.label(RichText::new(words::BODY).small().color(tokens(ui).dim));
        let field = TextEdit::multiline(&mut self.body).desired_rows(8).desired_width(f32::INFINITY);
        ui.add(field).labelled_by(label.id);
    }

    fn file_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let id = ui.make_persistent_id("send-path");
        let response = fields::text_field_ui(ui, id, text::common::PATH, &mut self.path, text::common::PATH_EXAMPLE);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        ui.horizontal(|ui| {
            let typed = !self.path.trim().is_empty();
            let load = ui.add_enabled(typed, egui::Button::new(words::LOAD));
            if load.on_disabled_hover_text(words::NO_PATH).clicked() || (entered && typed) {
                ctx.queue.push(Command::LoadToSend(PathBuf::from(self.path.trim())));
            }
            if ui.button(words::CHOOSE).clicked() {
                ctx.queue.push(Command::ChooseToSend);
            }
        });
        match &self.file {
            Loaded::Nothing => dim_ui(ui, words::FILE_HINT),
            Loaded::Loading => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(words::READING);
                });
            }
            Loaded::Ready(path, message) => {
                ui.horizontal(|ui| {
                    icons::status_ui(ui, Status::Passed);
                    let name = path.file_name().map(|name| text::plain(&name.to_string_lossy())).unwrap_or_default();
                    let words = words::loaded(&name, message.octets().len());
                    ui.add(egui::Label::new(words).truncate());
                });
            }
            Loaded::Failed(why) => fields::field_error_ui(ui, why),
        }
    }

    fn listed_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if ctx.state.documents.is_empty() {
            dim_ui(ui, words::EMPTY_LIST);
            return;
        }
        let before = self.listed;
        let shown = before.and_then(|id| ctx.state.document(id));
        let words = shown
            .map_or_else(|| words::CHOOSE_LISTED.to_owned(), |document| text::elided(&text::plain(&document.name), 44));
        let label = ui.label(RichText::new(words::LISTED).small().color(tokens(ui).dim));
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
        dim_ui(ui, words::LISTED_HINT);
    }
}

fn dim_ui(ui: &mut Ui, words: &str) {
    let ink = tokens(ui).dim;
    ui.label(RichText::new(words).small().color(ink));
}
