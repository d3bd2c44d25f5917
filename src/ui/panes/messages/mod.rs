//! Messages: the list on the left, and in the middle the answer with its evidence.

mod answer;
mod headers;
mod list;
mod people;
mod steps;

pub(crate) use answer::addresses;
pub(crate) use headers::ui as headers_ui;
pub(crate) use steps::ui as steps_ui;

use std::collections::HashSet;

use egui::Ui;

use crate::agent::StepName;
use crate::ui::Ctx;
use crate::ui::command::UiCommand;
use crate::ui::icons::Icon;
use crate::ui::selection::DocumentId;
use crate::ui::widgets::verdict;

/// Which messages the list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Quick {
    #[default]
    All,
    Problems,
    Accepted,
}

/// What the pane remembers from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct MessagesPane {
    filter: String,
    quick: Quick,
    /// Steps whose rows are the other way round than they start.
    toggled: HashSet<(DocumentId, StepName)>,
    editing: Option<(DocumentId, answer::EnvelopeDraft)>,
}

impl MessagesPane {
    /// The list.
    pub(crate) fn list_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, focus: bool) {
        list::ui(self, ui, ctx, focus);
    }

    /// The answer for the current message.
    pub(crate) fn centre_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(document) = ctx.state.current() else {
            verdict::empty_ui(ui, Icon::Envelope, "No messages yet. Drop an .eml here", |ui| {
                ui.horizontal(|ui| {
                    let spare = (ui.available_width() - 330.0) / 2.0;
                    ui.add_space(spare.max(0.0));
                    if ui.button("Open message…").clicked() {
                        ctx.ask(UiCommand::Open);
                    }
                    if ui.button("Explore the demo workspace").clicked() {
                        ctx.ask(UiCommand::OpenDemo);
                    }
                });
            });
            return;
        };
        answer::title_ui(self, ui, ctx, document);
        answer::verdict_ui(ui, ctx, document);
        let Some(report) = document.report() else { return };
        people::recipients_ui(ui, ctx, document, report);
        steps::ui(self, ui, ctx, document, report);
        people::signers_ui(ui, ctx, document, report);
        headers::ui(ui, ctx, document);
    }
}
