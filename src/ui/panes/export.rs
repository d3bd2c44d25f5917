//! Writing a certificate, a key or a part of a message to a file: a row below what is exported.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{RichText, Ui};

use crate::pki::{Certificate, Crl};
use crate::trust::PartyName;
use crate::ui::changes::{self, Export};
use crate::ui::command::Command;
use crate::ui::copying::Copyable;
use crate::ui::copying::forms;
use crate::ui::text::{importing, keys as words};
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
    Certificate { form: Form, chain: Vec<Certificate>, certificate: Certificate },
    Key(PartyName, String),
    AuthorityKey(String),
    List(Arc<[u8]>),
    Octets(Arc<[u8]>),
}

/// The form in which a certificate is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Pem,
    Der,
    Chain,
}

impl Form {
    const fn ending(self) -> &'static str {
        match self {
            Self::Pem | Self::Chain => "pem",
            Self::Der => "der",
        }
    }
}

impl ExportForm {
    fn new(ctx: &Ctx<'_>, what: What, name: &str, ending: &str) -> Self {
        let folder = ctx.state.workspace.as_ref().and_then(|loaded| loaded.workspace.root().parent());
        let path = changes::export_path(folder, name, ending);
        let path = crate::workspace::path_text(&path);
        Self { what, path, passphrase: fields::PassphraseField::default(), error: None }
    }

    /// A certificate, alone or with its issuers.
    pub(crate) fn certificate(ctx: &Ctx<'_>, certificate: &Certificate) -> Self {
        let loaded = ctx.state.workspace.as_deref();
        let chain = loaded.map(|loaded| changes::chain_of(loaded, certificate)).unwrap_or_default();
        let what = What::Certificate { form: Form::Pem, chain, certificate: certificate.clone() };
        Self::new(ctx, what, &certificate.common_name(), Form::Pem.ending())
    }

    /// The private key of an authority as PKCS#12.
    pub(crate) fn authority_key(ctx: &Ctx<'_>, name: &str) -> Self {
        Self::new(ctx, What::AuthorityKey(name.to_owned()), name, "p12")
    }

    /// A revocation list as DER.
    pub(crate) fn list(ctx: &Ctx<'_>, list: &Crl, name: &str) -> Self {
        Self::new(ctx, What::List(list.der().into()), name, "crl")
    }

    /// A private key as PKCS#12.
    pub(crate) fn key(ctx: &Ctx<'_>, party: &PartyName, name: &str) -> Self {
        Self::new(ctx, What::Key(party.clone(), name.to_owned()), name, "p12")
    }

    /// Octets of a message or a certificate as they are.
    pub(crate) fn copyable(ctx: &Ctx<'_>, thing: &Copyable<'_>) -> Self {
        let ending = match thing.octets.first() {
            Some(&0x30) => "der",
            _ if thing.usual == forms::Form::Text => "eml",
            _ => "bin",
        };
        Self::new(ctx, What::Octets(thing.octets.as_ref().into()), &thing.what.to_lowercase(), ending)
    }

    /// Octets that were written for a file of this name and ending.
    pub(crate) fn octets(ctx: &Ctx<'_>, octets: Vec<u8>, name: &str, ending: &str) -> Self {
        Self::new(ctx, What::Octets(octets.into()), name, ending)
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
            What::Certificate { .. } => importing::SAVE_CERTIFICATE,
            What::Key(..) | What::AuthorityKey(_) => words::SAVE_KEY,
            What::List(_) => words::SAVE_LIST,
            What::Octets(_) => importing::SAVE_OCTETS,
        };
        fields::text_field_ui(ui, id, name, &mut self.path, importing::PATH_EXAMPLE);
        if let Some(error) = &self.error {
            fields::field_error_ui(ui, error);
        }
        self.form_ui(ui);
        let path = PathBuf::from(self.path.trim());
        let public = match &self.what {
            What::Certificate { form: Form::Pem, certificate, .. } => Export::Certificate(certificate.clone()),
            What::Certificate { form: Form::Der, certificate, .. } => Export::Der(certificate.clone()),
            What::Certificate { form: Form::Chain, chain, .. } => Export::Chain(chain.clone()),
            What::Octets(octets) | What::List(octets) => Export::Octets(Arc::clone(octets)),
            What::Key(..) | What::AuthorityKey(_) => {
                self.key_ui(ui, ctx, path);
                return self.place_ui(ui, ctx);
            }
        };
        if fields::primary_ui(ui, text::common::SAVE).clicked() {
            self.error = None;
            ctx.queue.push(Command::Export(Box::new(public), path));
        }
        self.place_ui(ui, ctx)
    }

    // The ending of the file follows the form.
    fn form_ui(&mut self, ui: &mut Ui) {
        let What::Certificate { form, chain, .. } = &mut self.what else { return };
        let before = *form;
        ui.horizontal_wrapped(|ui| {
            ui.radio_value(form, Form::Pem, words::AS_PEM);
            ui.radio_value(form, Form::Der, words::AS_DER);
            if chain.len() > 1 {
                ui.radio_value(form, Form::Chain, words::as_chain(chain.len()));
            }
        });
        if let Some(stem) = self.path.strip_suffix(before.ending()).filter(|_| before != *form) {
            self.path = format!("{stem}{}", form.ending());
        }
    }

    fn key_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, path: PathBuf) {
        ui.label(RichText::new(importing::OWN_PASSPHRASE).small().color(tokens(ui).dim));
        let name = text::common::FILE_PASSPHRASE;
        let Some(chosen) = self.passphrase.ui(ui, "export-passphrase", name, importing::EXPORT) else { return };
        self.error = None;
        if chosen.is_empty() {
            self.error = Some(importing::NO_PASSPHRASE.to_owned());
            return;
        }
        let export = match &self.what {
            What::Key(party, key) => Export::Key(party.clone(), key.clone(), chosen),
            What::AuthorityKey(name) => Export::AuthorityKey(name.clone(), chosen),
            _ => return,
        };
        ctx.queue.push(Command::Export(Box::new(export), path));
    }

    fn place_ui(&self, ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
        let mut given_up = false;
        ui.horizontal(|ui| {
            if ui.button(importing::CHOOSE_PLACE).clicked() {
                let suggestion = Path::new(&self.path).file_name().map(|name| name.to_string_lossy().into_owned());
                ctx.queue.push(Command::ChooseExport(text::plain(&suggestion.unwrap_or_default())));
            }
            given_up = ui.button(text::common::CANCEL).clicked();
        });
        given_up
    }
}
