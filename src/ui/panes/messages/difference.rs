//! What differs between the answer that is supposed and the real one: recipients, signers, steps and checks, each with
//! what it was and what it is. What is the same is said in one line.

use egui::{CollapsingHeader, Label, RichText, Sense, Ui, WidgetInfo, vec2};

use crate::agent::{Operation, RecipientState, StepOutcome};
use crate::finding::{Finding, Severity};
use crate::ui::icons::{self, Icon, Status};
use crate::ui::text::{self, outcome as outcome_text, what_if as words};
use crate::ui::tokens::{SPACE_XS, strong_style, tokens};
use crate::what_if::{
    Change, Difference, FindingChange, FindingChangeKind, RecipientDifference, SignerDifference, StepDifference,
};

/// The difference, open at first where it is `in_sight`: above another view it would push that away.
pub(super) fn ui(ui: &mut Ui, difference: &Difference, operation: Operation, in_sight: bool) {
    if difference.is_nothing() {
        ui.add(Label::new(RichText::new(words::NOTHING_DIFFERS).color(tokens(ui).text)).wrap());
        return;
    }
    let head = RichText::new(words::DIFFERS).text_style(strong_style()).color(tokens(ui).text);
    CollapsingHeader::new(head).id_salt(("what-differs", in_sight)).default_open(in_sight).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        for recipient in difference.recipients.iter().filter(|recipient| !recipient.is_same()) {
            recipient_ui(ui, recipient, operation);
        }
        for signer in difference.signers.iter().filter(|signer| !signer.is_same()) {
            signer_ui(ui, signer);
        }
        difference.envelope.iter().for_each(|change| check_ui(ui, change));
        difference.changed_steps().for_each(|step| step_ui(ui, step));
        ui.label(RichText::new(words::REST_SAME).color(tokens(ui).dim));
    });
}

/// A shape with its word.
type Side = (Status, String);

fn recipient_ui(ui: &mut Ui, recipient: &RecipientDifference, operation: Operation) {
    let side = |state: &Option<RecipientState>| match state {
        Some(state) => {
            let word = outcome_text::recipient_word(state, operation);
            let code = match state {
                RecipientState::Removed(reason) => format!("{word} ({})", reason.code),
                _ => word.to_owned(),
            };
            (outcome_text::recipient_status(state), code)
        }
        None => (Status::NotChecked, words::NOT_THERE.to_owned()),
    };
    let Change { before, after } = &recipient.state;
    row_ui(ui, &text::plain(&recipient.address.to_string()), &side(before), &side(after));
}

fn signer_ui(ui: &mut Ui, signer: &SignerDifference) {
    let status = |side: &Option<crate::what_if::SignerSide>| match side {
        None => Status::Skipped,
        Some(side) if !side.reasons.is_empty() => Status::Failed,
        Some(side) if side.trust.iter().any(|(_, path)| path.is_err()) => Status::Warning,
        Some(_) => Status::Passed,
    };
    let Change { before, after } = signer.words();
    let sentence = |words: String| text::plain(&outcome_text::sentence(&words));
    let sides = (&signer.sides.before, &signer.sides.after);
    row_ui(ui, &text::plain(&signer.name), &(status(sides.0), sentence(before)), &(status(sides.1), sentence(after)));
}

fn step_ui(ui: &mut Ui, step: &StepDifference) {
    let side = |outcome: Option<StepOutcome>| match outcome {
        Some(outcome) => (Status::from(outcome), outcome_text::step_outcome(outcome).to_owned()),
        None => (Status::NotChecked, words::NOT_THERE.to_owned()),
    };
    row_ui(ui, step.name.title(), &side(step.outcome.before), &side(step.outcome.after));
    let quiet = |change: &&FindingChange| {
        let held = change.latest().is_some_and(|finding| matches!(finding.severity, Severity::Pass | Severity::Info));
        held && matches!(change.kind(), FindingChangeKind::Appeared | FindingChangeKind::Vanished)
    };
    step.findings.iter().filter(|change| !quiet(change)).for_each(|change| check_ui(ui, change));
    let count = |kind| step.findings.iter().filter(quiet).filter(|change| change.kind() == kind).count();
    let told = words::quiet_checks(count(FindingChangeKind::Appeared), count(FindingChangeKind::Vanished));
    if let Some(told) = told {
        ui.horizontal(|ui| {
            ui.add_space(INDENT);
            ui.label(RichText::new(told).small().color(tokens(ui).dim));
        });
    }
}

const INDENT: f32 = 24.0;

fn check_ui(ui: &mut Ui, change: &FindingChange) {
    let side = |finding: &Option<Finding>| finding.as_ref().map(|finding| Status::from(finding.severity));
    let Some(latest) = change.latest() else { return };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = SPACE_XS;
        ui.add_space(INDENT);
        let dim = tokens(ui).dim;
        match (side(&change.before), side(&change.after)) {
            (Some(before), Some(after)) if before != after => {
                status_ui(ui, before);
                arrow_ui(ui);
                status_ui(ui, after);
            }
            (None, Some(after)) => {
                ui.label(RichText::new(words::NEW_CHECK).small().color(dim));
                status_ui(ui, after);
            }
            (before, None) => {
                if let Some(before) = before {
                    status_ui(ui, before);
                }
                arrow_ui(ui);
                ui.label(RichText::new(words::GONE_CHECK).small().color(dim));
            }
            (_, Some(after)) => {
                status_ui(ui, after);
            }
        }
        let says = RichText::new(text::plain(&latest.detail)).small().color(tokens(ui).text);
        ui.add(Label::new(says).wrap()).on_hover_text(format!("{} ({})", latest.rule.id, latest.rule.clause));
    });
}

fn status_ui(ui: &mut Ui, status: Status) {
    let ink = status.tone(ui).ink;
    icons::sized_icon_ui(ui, status.icon(), 13.0, ink);
}

fn arrow_ui(ui: &mut Ui) {
    let ink = tokens(ui).dim;
    icons::sized_icon_ui(ui, Icon::ArrowRight, 13.0, ink);
}

// The name of the thing, what it was, an arrow, what it is.
fn row_ui(ui: &mut Ui, what: &str, before: &Side, after: &Side) {
    let told = words::changed(what, &before.1, &after.1);
    let row = ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = SPACE_XS;
        ui.label(RichText::new(what).text_style(strong_style()).color(tokens(ui).text));
        ui.add_space(SPACE_XS);
        side_ui(ui, before);
        if before.1 != after.1 {
            arrow_ui(ui);
            side_ui(ui, after);
        }
    });
    let whole = ui.interact(row.response.rect, ui.scope_id().with(("differs", what)), Sense::hover());
    whole.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &told));
}

fn side_ui(ui: &mut Ui, (status, word): &Side) {
    status_ui(ui, *status);
    ui.spacing_mut().interact_size = vec2(0.0, 0.0);
    ui.label(RichText::new(word).color(status.tone(ui).ink));
}
