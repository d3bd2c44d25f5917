//! Messages: the list on the left, and in the middle the answer with its evidence.

mod actions;
mod agents;
mod answer;
mod cause;
mod chains;
mod dates;
mod difference;
mod envelope;
mod expected;
mod exposure;
mod facts;
mod headers;
mod hypothetical;
mod list;
mod matrix;
mod people;
mod steps;
mod supposing;
mod tabs;
mod triage;

pub(crate) use chains::judged_ui;
pub(crate) use envelope::addresses;
pub(crate) use facts::of_signer;
pub(crate) use headers::ui as headers_ui;
pub(crate) use matrix::verdict_of;
pub(crate) use people::signer_issuer;
pub(crate) use steps::ui as steps_ui;

use std::collections::HashSet;

use egui::Ui;

use super::checks::{ChecksPane, ConformancePane};
use super::export::ExportForm;
use crate::agent::StepName;
use crate::ui::Ctx;
use crate::ui::command::UiCommand;
use crate::ui::document::{Document, Ran};
use crate::ui::examining::{Examination, Examined};
use crate::ui::icons::Icon;
use crate::ui::selection::DocumentId;
use crate::ui::settings::{AnswerView, Layout};
use crate::ui::state::State;
use crate::ui::text::messages as words;
use crate::ui::tokens::{SPACE_S, SPACE_XS};
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::ui::widgets::verdict;

/// What the pane remembers from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct MessagesPane {
    list: list::ListState,
    /// Steps whose rows are the other way round than they start.
    toggled: HashSet<(DocumentId, StepName)>,
    editing: Option<(DocumentId, envelope::EnvelopeDraft)>,
    supposing: Option<supposing::Supposing>,
    header_filter: String,
    checks: ChecksPane,
    conformance: ConformancePane,
    exposure: exposure::ExposureView,
}

impl MessagesPane {
    /// The list.
    pub(crate) fn list_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, focus: bool) {
        self.list.ui(ui, ctx, focus);
    }

    /// Opens the form that edits the current message's envelope, or the one that supposes something of it.
    pub(crate) fn open_form(&mut self, state: &State, command: UiCommand) {
        let Some(document) = state.current() else { return };
        if command == UiCommand::EditEnvelope {
            self.editing = Some((document.id, envelope::EnvelopeDraft::of(&document.envelope)));
        } else {
            self.supposing = Some(supposing::Supposing::of(state, document));
        }
    }

    /// The file of a group that waits for its place.
    pub(crate) fn export(&mut self) -> Option<&mut ExportForm> {
        self.list.triage.export()
    }

    /// It is written.
    pub(crate) fn exported(&mut self) {
        self.list.triage.exported();
    }

    /// The answer for the current message, or what the messages of a group have in common.
    pub(crate) fn centre_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if self.list.triage.page_ui(ui, ctx) {
            return;
        }
        let Some(document) = ctx.state.current() else {
            empty_ui(ui, ctx);
            return;
        };
        envelope::title_ui(self, ui, ctx, document);
        tabs::strip_ui(ui, ctx);
        supposing::form_ui(self, ui, ctx, document);
        let Some(ran) = document.ran() else {
            match ctx.state.settings.answer {
                AnswerView::Exposure => self.exposure.ui(ui, ctx, document),
                _ => answer::verdict_ui(ui, ctx, document),
            }
            return;
        };
        hypothetical::banner_ui(ui, ctx, document, ran);
        match ctx.state.settings.answer {
            AnswerView::Steps => self.steps_ui(ui, ctx, document, ran),
            AnswerView::Exposure => {
                answer::line_ui(ui, &ran.report);
                ui.add_space(SPACE_S);
                self.exposure.ui(ui, ctx, document);
            }
            view => {
                answer::line_ui(ui, &ran.report);
                ui.add_space(SPACE_S);
                tabs::view_ui(ui, ctx, document, view);
            }
        }
    }

    fn steps_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, ran: &Ran) {
        answer::verdict_ui(ui, ctx, document);
        let report = &ran.report;
        people::recipients_ui(ui, ctx, document, report);
        matrix::ui(ui, ctx, document, report);
        steps::ui(self, ui, ctx, document, report);
        people::signers_ui(ui, ctx, document, ran);
        chains::ui(ui, ctx, document, ran);
        headers::filtered_ui(ui, ctx, document, &mut self.header_filter);
    }

    /// Whether what is shown is one table that fills the centre, rather than an answer that scrolls as a whole.
    pub(crate) fn is_table(state: &State) -> bool {
        match state.settings.answer {
            AnswerView::Conformance => true,
            view => state.settings.layout == Layout::Test && view == AnswerView::Steps,
        }
    }

    /// The outcome in one line, and every check of the run, or every row of the test tools, in one table.
    pub(crate) fn table_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if self.list.triage.is_looked_at(ctx) {
            egui::ScrollArea::vertical().auto_shrink(false).show_following(ui, |ui| self.list.triage.page_ui(ui, ctx));
            return;
        }
        let Some(document) = ctx.state.current() else {
            empty_ui(ui, ctx);
            return;
        };
        // The table reaches to the edge, as its scroll bar does elsewhere.
        ui.set_width(ui.available_width() - 14.0);
        envelope::title_ui(self, ui, ctx, document);
        tabs::strip_ui(ui, ctx);
        supposing::form_ui(self, ui, ctx, document);
        let Some(ran) = document.ran() else {
            answer::verdict_ui(ui, ctx, document);
            return;
        };
        hypothetical::banner_ui(ui, ctx, document, ran);
        answer::line_ui(ui, &ran.report);
        ui.add_space(SPACE_XS);
        if ctx.state.settings.answer == AnswerView::Conformance {
            tabs::examined_ui(ui, ctx, document, Examination::Conformance, |ui, examined| {
                if let Examined::Conformance(rows) = examined {
                    self.conformance.ui(ui, ctx, document, rows);
                }
            });
        } else {
            self.checks.ui(ui, ctx, document, &ran.report);
        }
    }
}

fn empty_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    verdict::empty_ui(ui, Icon::Envelope, words::NONE_YET_DROP, |ui| {
        ui.horizontal(|ui| {
            let spare = (ui.available_width() - 330.0) / 2.0;
            ui.add_space(spare.max(0.0));
            if ui.button(words::OPEN).clicked() {
                ctx.ask(UiCommand::Open);
            }
            if ui.button(UiCommand::OpenDemo.name()).clicked() {
                ctx.ask(UiCommand::OpenDemo);
            }
        });
    });
}
