//! The views of an answer, one at a time under the message's title: the steps, and what is found out about the run.

use egui::{RichText, Ui};

use super::{agents, cause, conformance};
use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand, shortcut_text};
use crate::ui::document::Document;
use crate::ui::examining::{Examination, Examined, Known};
use crate::ui::icons::Status;
use crate::ui::settings::AnswerView;
use crate::ui::text::examining as words;
use crate::ui::tokens::{SPACE_S, tokens};
use crate::ui::widgets::{tabs, verdict};

/// The strip of tabs.
pub(super) fn strip_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let hint = |view: AnswerView| {
        let entry = command(view).entry();
        format!("{}  {}", entry.tooltip, shortcut_text(ui.ctx(), entry))
    };
    let all: Vec<(AnswerView, &'static str, String)> =
        AnswerView::ALL.map(|view| (view, words::title(view), hint(view))).into();
    if let Some(view) = tabs::tabs_ui(ui, words::TABS, ctx.state.settings.answer, all) {
        ctx.ask(command(view));
    }
    ui.add_space(SPACE_S);
}

const fn command(view: AnswerView) -> UiCommand {
    match view {
        AnswerView::Steps => UiCommand::AnswerSteps,
        AnswerView::Cause => UiCommand::AnswerCause,
        AnswerView::Agents => UiCommand::AnswerAgents,
        AnswerView::Conformance => UiCommand::AnswerConformance,
    }
}

/// A view that is found out about the run.
pub(super) fn view_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, view: AnswerView) {
    let what = match view {
        AnswerView::Steps => return,
        AnswerView::Cause => Examination::Cause,
        AnswerView::Agents => Examination::Agents,
        AnswerView::Conformance => Examination::Conformance,
    };
    examined_ui(ui, ctx, document, what, |ui, examined| match examined {
        Examined::Cause(diagnosis) => cause::ui(ui, diagnosis),
        Examined::Agents(agents) => agents::ui(ui, agents),
        Examined::Conformance(rows) => conformance::ui(ui, rows),
    });
}

/// Shows what was found out, and asks for it where it is not known yet.
pub(super) fn examined_ui(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    document: &Document,
    what: Examination,
    show: impl FnOnce(&mut Ui, &Examined),
) {
    match ctx.state.examinations.of(document, what) {
        Known::Done(examined) => show(ui, examined),
        Known::Failed(why) => verdict::verdict_ui(ui, Status::Failed, words::FAILED, why, |_| {}),
        known => {
            if matches!(known, Known::Nothing) {
                ctx.queue.push(Command::Examine(document.id, what));
            }
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(RichText::new(words::UNDER_WAY).color(tokens(ui).dim));
            });
        }
    }
}
