//! Explain: one step fills the centre, with what was there before and after it; beside it what happened, and what the
//! specification says.

mod cards;
mod digests;
mod head;
mod incoming;
mod outgoing;
mod pieces;

use std::sync::Arc;

use egui::{Key, Label, Modifiers, RichText, ScrollArea, Ui};

use crate::agent::{Operation, Report, Step, StepName};
use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand};
use crate::ui::document::{Document, Ran, Run};
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::{CheckPlace, Item};
use crate::ui::settings::View;
use crate::ui::text::what_happened::what_happened;
use crate::ui::text::{explain as words, outcome as outcome_text};
use crate::ui::tokens::{SPACE_M, SPACE_S, tokens};
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::ui::widgets::{fields, verdict};

use digests::DigestPair;

/// What the pane remembers from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct ExplainPane {
    /// The step's place, which stays when another message is chosen.
    place: usize,
    digests: Option<(Arc<Ran>, Vec<DigestPair>)>,
}

/// The steps of a message, in order.
const fn steps(operation: Operation) -> [StepName; 6] {
    match operation {
        Operation::Incoming => StepName::INCOMING,
        Operation::Outgoing => StepName::OUTGOING,
    }
}

/// Which way the message went, or would go.
fn operation(document: &Document) -> Operation {
    document.report().map_or(document.operation, |report| report.operation)
}

fn step_item(document: &Document, place: usize) -> Option<Item> {
    steps(operation(document)).get(place).map(|step| Item::Step(document.id, *step))
}

impl ExplainPane {
    /// The step in the centre.
    pub(crate) fn centre_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(document) = ctx.state.subject() else { return empty_ui(ui, ctx) };
        self.follow(ctx, document);
        if ctx.state.overlay.is_none() {
            self.keys(ui, ctx, document);
        }
        head::message_ui(ui, ctx, document, self.place);
        let Some((ran, step)) = self.step(document) else { return not_run_ui(ui, ctx, document) };
        head::step_ui(ui, ctx, document, self.place, step);
        head::steps_ui(ui, ctx, document, &ran.report, self.place);
        ui.add_space(SPACE_S);
        let pairs = self.pairs(ran);
        let made = match ran.report.operation {
            Operation::Incoming => incoming::cards(document, &ran.report, step, pairs),
            Operation::Outgoing => outgoing::cards(document, &ran.report, step, pairs),
        };
        cards::ui(ui, ctx, document, &made.completed(step));
        if !ctx.state.settings.inspector_open {
            ui.add_space(SPACE_S);
            account_ui(ui, &ran.report, step);
        }
    }

    /// What happened, in the Inspector's place. `false` where something else is selected that the Inspector explains.
    pub(crate) fn side_ui(&self, ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
        let Some(document) = ctx.state.subject() else { return false };
        let Some((ran, step)) = self.step(document) else { return false };
        let own = |item: &Item| {
            matches!(item, Item::Step(..) | Item::Message(_) | Item::Octets(..)) && item.document() == Some(document.id)
        };
        if ctx.state.selection.current().is_some_and(|item| !own(item)) {
            if ui.button(words::BACK_TO_STEP).clicked()
                && let Some(item) = step_item(document, self.place)
            {
                ctx.queue.push(Command::Select(item));
            }
            return false;
        }
        ScrollArea::vertical().id_salt("explain-side").auto_shrink(false).show_following(ui, |ui| {
            ui.set_width(ui.available_width() - 6.0);
            account_ui(ui, &ran.report, step);
            ui.add_space(SPACE_M);
        });
        true
    }

    fn step<'d>(&self, document: &'d Document) -> Option<(&'d Arc<Ran>, &'d Step)> {
        let ran = document.ran()?;
        let name = *steps(ran.report.operation).get(self.place)?;
        Some((ran, ran.report.trace.step(name)?))
    }

    // A step that is selected anywhere is the one that is explained.
    fn follow(&mut self, ctx: &Ctx<'_>, document: &Document) {
        let name = match ctx.state.selection.current() {
            Some(Item::Step(id, name) | Item::Check(id, CheckPlace::Step(name, _))) if *id == document.id => *name,
            _ => return,
        };
        if let Some(place) = steps(operation(document)).iter().position(|step| *step == name) {
            self.place = place;
        }
    }

    // Lists and the octets take their keys before the centre is drawn; a field keeps its own.
    fn keys(&self, ui: &Ui, ctx: &Ctx<'_>, document: &Document) {
        let focused = ui.memory(egui::Memory::focused);
        let typing = focused.is_some_and(|id| egui::text_edit::TextEditState::load(ui.ctx(), id).is_some());
        if typing || egui::Popup::is_any_open(ui.ctx()) {
            return;
        }
        let last = steps(operation(document)).len().saturating_sub(1);
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let place = if pressed(Key::ArrowLeft) {
            self.place.saturating_sub(1)
        } else if pressed(Key::ArrowRight) {
            self.place.saturating_add(1).min(last)
        } else if pressed(Key::Home) {
            0
        } else if pressed(Key::End) {
            last
        } else {
            return;
        };
        if let Some(item) = step_item(document, place) {
            ctx.queue.push(Command::Select(item));
        }
    }

    // Computed once for each run: a large content takes a moment.
    fn pairs(&mut self, ran: &Arc<Ran>) -> &[DigestPair] {
        let known = self.digests.as_ref().is_some_and(|(of, _)| Arc::ptr_eq(of, ran));
        if !known {
            self.digests = None;
        }
        let (_, pairs) = self.digests.get_or_insert_with(|| (Arc::clone(ran), digests::pairs(&ran.report)));
        pairs
    }
}

fn account_ui(ui: &mut Ui, report: &Report, step: &Step) {
    verdict::section_ui(ui, words::WHAT_HAPPENED, |_| {});
    let sentences = what_happened(report, step, outcome_text::step_purpose(step.name));
    ui.add(Label::new(sentences.join(" ")).wrap());
    verdict::section_ui(ui, words::SPECIFICATION, |_| {});
    let specification = words::specification_of(step.name, report.operation);
    ui.label(RichText::new(specification.heading).text_style(crate::ui::tokens::strong_style()));
    ui.add(Label::new(specification.words).wrap());
    ui.add(Label::new(RichText::new(specification.clause).small().color(tokens(ui).dim)).wrap());
}

fn empty_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let settings = &ctx.state.settings;
    if settings.view != View::Send {
        verdict::empty_ui(ui, Icon::Envelope, words::NO_MESSAGE, |ui| {
            if ui.button(words::OPEN_DEMO).clicked() {
                ctx.ask(UiCommand::OpenDemo);
            }
        });
    } else if settings.list_open {
        verdict::empty_ui(ui, Icon::Send, words::COMPOSER_IS_LEFT, |_| {});
    } else {
        verdict::empty_ui(ui, Icon::Send, words::NOTHING_SENT, |ui| {
            if ui.button(words::SHOW_COMPOSER).clicked() {
                ctx.ask(UiCommand::ToggleList);
            }
        });
    }
}

fn not_run_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    match &document.run {
        Run::Running(_) => {
            ui.spinner();
        }
        Run::Failed(why) => verdict::verdict_ui(ui, Status::Failed, words::FAILED, why, |_| {}),
        _ => verdict::empty_ui(ui, Icon::Play, words::NOT_PROCESSED, |ui| {
            if fields::primary_ui(ui, words::PROCESS).clicked() {
                ctx.queue.push(Command::Run(document.id, document.operation));
            }
        }),
    }
}
