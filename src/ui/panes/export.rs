//! Writing a certificate, a key or a part of a message to a file: a row below what is exported.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{RichText, Ui};

use crate::pki::Certificate;
use crate::trust::PartyName;
use crate::ui::changes::{self, Export};
use crate::ui::command::Command;
use crate::ui::copying::Copyable;
use crate::ui::copying::forms::Form;
use crate::ui::tokens::{SPACE_XS, tokens};
use crate::ui::widgets::fields;
use crate::ui::{Ctx, text};

/// What is exported, and where to.
#[derive(Debug)]
pub(crate) struct ExportForm {
    what: What,
    path: String,
    passphrase: fields::PassphraseField,
    error: Option<String>,
}

#[derive(Clone, Debug)]
enum What {
    Certificate(Certificate),
    Key(PartyName, String),
    Octets(Arc<[u8]>),
}

impl ExportForm {
    fn new(ctx: &Ctx<'_>, what: What, name: &str, ending: &str) -> Self {
        let folder = ctx.state.workspace.as_ref().and_then(|loaded| loaded.workspace.root().parent());
        let path = changes::export_path(folder, name, ending);
        let path = crate::workspace::path_text(&path);
        Self { what, path, passphrase: fields::PassphraseField::default(), error: None }
    }

    /// A certificate as PEM.
    pub(crate) fn certificate(ctx: &Ctx<'_>, certificate: &Certificate) -> Self {
        Self::new(ctx, What::Certificate(certificate.clone()), &certificate.common_name(), "pem")
    }

    /// A private key as PKCS#12.
    pub(crate) fn key(ctx: &Ctx<'_>, party: &PartyName, name: &str) -> Self {
        Self::new(ctx, What::Key(party.clone(), name.to_owned()), name, "p12")
    }

    /// Octets of a message or a certificate as they are.
    pub(crate) fn copyable(ctx: &Ctx<'_>, thing: &Copyable<'_>) -> Self {
        let ending = match thing.octets.first() {
            Some(&0x30) => "der",
            _ if thing.usual == Form::Text => "eml",
            _ => "bin",
        };
        Self::new(ctx, What::Octets(thing.octets.as_ref().into()), &thing.what.to_lowercase(), ending)
    }

    /// The place that the file dialog gave.
    pub(crate) fn set_path(&mut self, path: &Path) {
        self.path = crate::workspace::path_text(path);
    }

    /// Why the file was not written.
    pub(crate) fn set_error(&mut self, why: String) {
        self.error = Some(why);
    }

    /// Shows it; returns whether it is given up.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
        let mut given_up = false;
        ui.add_space(SPACE_XS);
        ui.horizontal_top(|ui| {
            ui.add_space(34.0);
            ui.vertical(|ui| given_up = self.fields_ui(ui, ctx));
        });
        given_up
    }

    fn fields_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
        let id = ui.make_persistent_id("export-path");
        let name = match &self.what {
            What::Certificate(_) => "Save the certificate to",
            What::Key(..) => "Export the key to",
            What::Octets(_) => "Save the octets to",
        };
        fields::text_field_ui(ui, id, name, &mut self.path, "/home/me/file");
        if let Some(error) = &self.error {
            fields::field_error_ui(ui, error);
        }
        let path = PathBuf::from(self.path.trim());
        match self.what.clone() {
            What::Certificate(certificate) => {
                if fields::primary_ui(ui, "Save").clicked() {
                    self.error = None;
                    ctx.queue.push(Command::Export(Box::new(Export::Certificate(certificate)), path));
                }
            }
            What::Octets(octets) => {
                if fields::primary_ui(ui, "Save").clicked() {
                    self.error = None;
                    ctx.queue.push(Command::Export(Box::new(Export::Octets(octets)), path));
                }
            }
            What::Key(party, key) => {
                let words = "The file gets a passphrase of its own; the workspace's stays here";
                ui.label(RichText::new(words).small().color(tokens(ui).dim));
                if let Some(chosen) = self.passphrase.ui(ui, "export-passphrase", "File passphrase", "Export") {
                    self.error = None;
                    if chosen.is_empty() {
                        self.error = Some("Choose a passphrase for the file".to_owned());
                    } else {
                        ctx.queue.push(Command::Export(Box::new(Export::Key(party, key, chosen)), path));
                    }
                }
            }
        }
        let mut given_up = false;
        ui.horizontal(|ui| {
            if ui.button("Choose a place…").clicked() {
                let suggestion = Path::new(&self.path).file_name().map(|name| name.to_string_lossy().into_owned());
                ctx.queue.push(Command::ChooseExport(text::plain(&suggestion.unwrap_or_default())));
            }
            given_up = ui.button("Cancel").clicked();
        });
        given_up
    }
}
