//! The form for a report that may be sent away: its format, what it shows, what is masked, and where it goes.

use std::path::{Path, PathBuf};

use egui::{Id, Label, RichText, ScrollArea, TextStyle, Ui};

use crate::report::{Document, Format, Redaction, render};
use crate::ui::Ctx;
use crate::ui::changes::{Export, export_path};
use crate::ui::command::Command;
use crate::ui::icons::{self, Status};
use crate::ui::reporting::Prepared;
use crate::ui::selection::DocumentId;
use crate::ui::text::{common, importing, report as words};
use crate::ui::tokens::{SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::fields;
use crate::ui::widgets::scroll::FollowsFocus as _;

const WIDTH: f32 = 680.0;
// The bar above and the margins.
const AROUND: f32 = 130.0;
const PREVIEW: f32 = 220.0;
// All of the form but that.
const REST: f32 = 620.0;
/// Characters of the preview: what is masked shows early, and a frame lays all of them out.
const PREVIEWED: usize = 6000;

/// What is chosen in it, and the report once it is prepared.
#[derive(Debug, Default)]
pub(crate) struct ReportForm {
    format: Format,
    redaction: Redaction,
    path: String,
    error: Option<String>,
    prepared: Option<Result<Box<Prepared>, String>>,
    /// The beginning of the text under the policy that is chosen.
    preview: String,
}

impl ReportForm {
    /// Prepares for being shown: redacted, whatever was chosen before.
    pub(crate) fn open(&mut self) {
        *self = Self { format: self.format, ..Self::default() };
    }

    /// The report is ready, or cannot be made.
    pub(crate) fn prepared(&mut self, prepared: Result<Prepared, String>) {
        self.prepared = Some(prepared.map(Box::new));
        self.look();
    }

    /// The place that the file dialog gave.
    pub(crate) fn set_path(&mut self, path: &Path) {
        self.path = crate::workspace::path_text(path);
    }

    /// Why the file was not written.
    pub(crate) fn set_error(&mut self, why: &str) {
        self.error = Some(why.to_owned());
    }

    /// Shows it.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, id: DocumentId) {
        if self.path.is_empty() {
            self.suggest(ctx);
        }
        ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 80.0));
        // In a low window it scrolls: its last button is never below the edge.
        let room = (ui.ctx().content_rect().height() - AROUND).max(160.0);
        // It grows when the report is ready, which an area alone would not let it.
        ScrollArea::vertical().id_salt(id).max_height(room).min_scrolled_height(room).show_following(ui, |ui| {
            ui.heading(words::TITLE);
            ui.add(Label::new(RichText::new(words::ABOUT).color(tokens(ui).dim)).wrap());
            ui.add_space(SPACE_S);
            self.format_ui(ui);
            ui.add_space(SPACE_S);
            self.redaction_ui(ui);
            ui.add_space(SPACE_S);
            self.report_ui(ui);
            ui.add_space(SPACE_M);
            self.place_ui(ui, ctx);
        });
    }

    fn suggest(&mut self, ctx: &Ctx<'_>) {
        let folder = ctx.state.workspace.as_ref().and_then(|loaded| loaded.workspace.root().parent());
        self.path = crate::workspace::path_text(&export_path(folder, words::FILE, self.format.ending()));
    }

    // The ending of the file follows the form.
    fn format_ui(&mut self, ui: &mut Ui) {
        ui.label(RichText::new(words::FORMAT).small().color(tokens(ui).dim));
        let before = self.format;
        ui.horizontal_wrapped(|ui| {
            for format in Format::ALL {
                ui.radio_value(&mut self.format, format, words::format(format));
            }
        });
        if before != self.format {
            let path = PathBuf::from(self.path.trim());
            if path.extension().is_some_and(|ending| ending == before.ending()) {
                self.set_path(&path.with_extension(self.format.ending()));
            }
        }
    }

    fn redaction_ui(&mut self, ui: &mut Ui) {
        ui.label(RichText::new(words::SHOWS).small().color(tokens(ui).dim));
        let before = self.redaction;
        ui.horizontal_wrapped(|ui| {
            for redaction in [Redaction::Redacted, Redaction::WithoutNames, Redaction::Full] {
                ui.radio_value(&mut self.redaction, redaction, words::redaction(redaction));
            }
        });
        if before != self.redaction {
            self.look();
        }
        if self.redaction == Redaction::Full {
            ui.horizontal_top(|ui| {
                icons::status_ui(ui, Status::Warning);
                ui.add(Label::new(words::WARNING).wrap());
            });
        } else {
            ui.add(Label::new(RichText::new(self.redaction.sentence()).color(tokens(ui).dim)).wrap());
        }
    }

    fn report_ui(&self, ui: &mut Ui) {
        let dim = tokens(ui).dim;
        let document = match &self.prepared {
            None => {
                ui.label(RichText::new(words::PREPARING).color(dim));
                return;
            }
            Some(Err(why)) => {
                fields::field_error_ui(ui, why);
                return;
            }
            Some(Ok(prepared)) => prepared.under(self.redaction),
        };
        ui.label(RichText::new(words::MASKED).small().color(dim));
        masked_ui(ui, document);
        ui.add_space(SPACE_XS);
        ui.label(RichText::new(words::PREVIEW).small().color(dim));
        let height = (ui.ctx().content_rect().height() - REST).clamp(90.0, PREVIEW);
        ScrollArea::vertical().id_salt("report-preview").max_height(height).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.add(Label::new(RichText::new(&self.preview).text_style(TextStyle::Monospace)).wrap());
        });
    }

    fn look(&mut self) {
        self.preview = match &self.prepared {
            Some(Ok(prepared)) => {
                let text = render(prepared.under(self.redaction), Format::Markdown);
                text.char_indices().nth(PREVIEWED).and_then(|(end, _)| text.get(..end)).unwrap_or(&text).to_owned()
            }
            _ => String::new(),
        };
    }

    fn place_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        fields::text_field_ui(ui, Id::unique("report-path"), common::PATH, &mut self.path, importing::PATH_EXAMPLE);
        if let Some(error) = &self.error {
            fields::field_error_ui(ui, error);
        }
        ui.add_space(SPACE_S);
        let document = match &self.prepared {
            Some(Ok(prepared)) => Some(prepared.under(self.redaction)),
            _ => None,
        };
        let mut saved = false;
        ui.horizontal_wrapped(|ui| {
            if let Some(document) = document {
                if fields::primary_ui(ui, common::SAVE).clicked() {
                    let octets = render(document, self.format).into_bytes();
                    let export = Export::Octets(octets.into());
                    ctx.queue.push(Command::Export(Box::new(export), PathBuf::from(self.path.trim())));
                    saved = true;
                }
                if ui.button(words::COPY).on_hover_text(words::COPY_HINT).clicked() {
                    ctx.queue.push(Command::Copy(render(document, Format::Markdown)));
                }
            }
            if ui.button(words::CHOOSE).on_hover_text(words::CHOOSE_HINT).clicked() {
                ctx.queue.push(Command::ChooseExport(format!("{}.{}", words::FILE, self.format.ending())));
            }
            if ui.button(common::CANCEL).clicked() {
                ctx.queue.push(Command::CloseOverlay);
            }
        });
        if saved {
            self.error = None;
        }
    }
}

fn masked_ui(ui: &mut Ui, document: &Document) {
    let masked: Vec<String> = document.masked.iter().map(|(kind, count)| kind.words(*count)).collect();
    let told = if masked.is_empty() { words::NOTHING_MASKED.to_owned() } else { masked.join(", ") };
    ui.add(Label::new(told).wrap());
}
