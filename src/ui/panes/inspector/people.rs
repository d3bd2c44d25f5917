//! Recipients and signers in the Inspector.

use egui::{RichText, Ui};

use super::candidates::{graph_ui, signer_paths_ui};
use super::certificates::certificate_ui;
use super::parts::{certificate_chip_ui, findings_ui, heading_ui, status_line_ui, title_ui};
use super::trust::signer_facts_ui;
use crate::agent::{Operation, RecipientOutcome, SignatureState, SignerOutcome};
use crate::pki::Certificate;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::{Direction, Item};
use crate::ui::text::{inspector as words, lookups, outcome as outcome_text};
use crate::ui::tokens::{SPACE_XS, tokens};
use crate::ui::widgets::fields;
use crate::ui::{Ctx, text};

pub(super) fn recipient_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, recipient: &RecipientOutcome) {
    let operation = document.report().map_or(Operation::Incoming, |report| report.operation);
    title_ui(ui, Icon::Person, &text::plain(&recipient.address.to_string()));
    let status = outcome_text::recipient_status(&recipient.state);
    status_line_ui(ui, status, outcome_text::recipient_word(&recipient.state, operation));
    if let Some(reason) = recipient.reason() {
        ui.label(outcome_text::sentence(&reason.detail));
        ui.add_space(SPACE_XS);
        fields::property_ui(ui, outcome_text::TRY, reason.code.advice());
        fields::property_mono_ui(ui, words::REASON_CODE, reason.code.as_str());
    }
    if let Some(key) = &recipient.opened_with {
        fields::property_ui(ui, words::OPENED_WITH, &text::plain(key));
    }
    if operation == Operation::Incoming {
        signers_for_ui(ui, ctx, document, recipient);
        anchors_for_ui(ui, ctx, recipient);
    }
    candidates_ui(ui, ctx, recipient);
    lookups_ui(ui, recipient);
    findings_ui(ui, &recipient.findings);
}

fn signers_for_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, recipient: &RecipientOutcome) {
    let Some(report) = document.report() else { return };
    let mut headed = false;
    for (index, signer) in report.signers.iter().enumerate() {
        for trust in signer.trust.iter().filter(|trust| trust.recipient == recipient.address) {
            if !headed {
                heading_ui(ui, words::TRUST_IN_SIGNERS);
                headed = true;
            }
            let (status, says) = match &trust.path {
                Ok(path) => (Status::Passed, words::through(&path.anchor().common_name())),
                Err(reason) => (Status::Failed, outcome_text::sentence(&reason.detail)),
            };
            let name = signer.certificate.as_ref().map_or_else(|| signer.identifier.clone(), Certificate::common_name);
            let ink = status.tone(ui).ink;
            if fields::chip_ui(ui, status.icon(), &text::plain(&name), ink).clicked() {
                ctx.queue.push(Command::Select(Item::Signer(document.id, index)));
            }
            ui.label(RichText::new(says).color(tokens(ui).dim));
        }
    }
}

pub(super) fn anchors_for_ui(ui: &mut Ui, ctx: &Ctx<'_>, recipient: &RecipientOutcome) {
    if !recipient.local {
        return;
    }
    let Some(loaded) = &ctx.state.workspace else { return };
    heading_ui(ui, words::INCOMING_ANCHORS);
    let Some((party, anchors)) = loaded.contents.parties.incoming_anchors(&recipient.address) else {
        ui.label(RichText::new(words::NO_ANCHORS).color(tokens(ui).dim));
        return;
    };
    for anchor in anchors.anchors() {
        let ink = tokens(ui).accent;
        if fields::chip_ui(ui, Icon::Anchor, &text::plain(&anchor.certificate.common_name()), ink).clicked() {
            ctx.queue.push(Command::Select(Item::Anchor(party.name.clone(), Direction::Incoming, anchor.name.clone())));
        }
    }
    ui.label(RichText::new(words::set_up_for(&party.name.to_string())).small().color(tokens(ui).dim));
}

pub(super) fn candidates_ui(ui: &mut Ui, ctx: &Ctx<'_>, recipient: &RecipientOutcome) {
    if recipient.candidates.is_empty() {
        return;
    }
    heading_ui(ui, words::CERTIFICATES_FOUND);
    for (place, candidate) in recipient.candidates.iter().enumerate() {
        let (status, says) = match &candidate.trust {
            Ok(path) => (Status::Passed, words::trusted_through(&path.anchor().common_name())),
            Err(reason) => (Status::Failed, format!("{} ({})", outcome_text::sentence(&reason.detail), reason.code)),
        };
        certificate_chip_ui(ui, ctx, &candidate.certificate, status);
        ui.label(RichText::new(says).color(tokens(ui).dim));
        if let Some(graph) = &candidate.graph {
            graph_ui(ui, ctx, words::CANDIDATE_PATHS, ("candidate", place), graph);
        }
    }
}

/// Every query made for a recipient.
fn lookups_ui(ui: &mut Ui, recipient: &RecipientOutcome) {
    if recipient.lookups.is_empty() {
        return;
    }
    heading_ui(ui, lookups::HEADING);
    for (place, lookup) in recipient.lookups.iter().enumerate() {
        ui.label(lookups::lookup(place + 1, lookup));
        ui.label(RichText::new(text::plain(&lookup.query)).monospace().color(tokens(ui).dim));
        let brought = lookup.certificates.iter().filter_map(lookups::passed_over);
        for said in lookups::answered(lookup).into_iter().chain(brought).chain(lookup.notes.iter().cloned()) {
            ui.label(RichText::new(text::plain(&said)).small().color(tokens(ui).dim));
        }
    }
}

pub(super) fn signer_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, place: usize, signer: &SignerOutcome) {
    let name = signer.certificate.as_ref().map_or_else(|| signer.identifier.clone(), Certificate::common_name);
    title_ui(ui, Icon::Certificate, &text::plain(&name));
    let status = match signer.signature {
        SignatureState::Valid => Status::Passed,
        SignatureState::Invalid => Status::Failed,
        SignatureState::NotChecked => Status::NotChecked,
    };
    status_line_ui(ui, status, outcome_text::signature(signer.signature));
    for reason in &signer.reasons {
        status_line_ui(ui, Status::Failed, outcome_text::reason(reason.code));
        ui.label(outcome_text::sentence(&reason.detail));
        fields::property_ui(ui, outcome_text::TRY, reason.code.advice());
    }
    if document.report().is_some_and(|report| report.operation == Operation::Incoming) {
        signer_facts_ui(ui, document, place, signer);
    }
    fields::property_ui(ui, words::BOUND, words::bound(signer));
    fields::property_ui(ui, words::ALGORITHMS, &format!("{}, {}", signer.signature_algorithm, signer.digest));
    if let Some(time) = signer.claimed_time {
        fields::property_ui(ui, words::CLAIMED_TIME, &text::minute(time));
    }
    if document.report().is_some_and(|report| report.operation == Operation::Incoming) {
        trust_ui(ui, ctx, signer);
    }
    findings_ui(ui, &signer.findings);
    if let Some(certificate) = &signer.certificate {
        ui.separator();
        certificate_ui(ui, ctx, certificate);
    }
}

pub(super) fn trust_ui(ui: &mut Ui, ctx: &Ctx<'_>, signer: &SignerOutcome) {
    if signer.trust.is_empty() {
        return;
    }
    heading_ui(ui, words::WHO_ACCEPTS);
    for trust in &signer.trust {
        let (status, says) = match &trust.path {
            Ok(_) => (Status::Passed, words::ACCEPTS.to_owned()),
            Err(reason) => (Status::Failed, outcome_text::sentence(&reason.detail)),
        };
        ui.horizontal_top(|ui| {
            icons::status_ui(ui, status);
            let line = format!("{}: {says}", text::plain(&trust.recipient.to_string()));
            ui.add(egui::Label::new(line).wrap());
        });
        if let Ok(path) = &trust.path {
            chain_ui(ui, ctx, path.certificates());
        }
    }
    signer_paths_ui(ui, ctx, &signer.trust);
}

// From the leaf to the anchor, each link under the other.
pub(super) fn chain_ui(ui: &mut Ui, ctx: &Ctx<'_>, certificates: &[Certificate]) {
    let last = certificates.len().saturating_sub(1);
    for (index, certificate) in certificates.iter().enumerate() {
        ui.horizontal(|ui| {
            ui.add_space(24.0);
            let icon = if index == last { Icon::Anchor } else { Icon::Certificate };
            let ink = Status::Passed.tone(ui).ink;
            if fields::chip_ui(ui, icon, &text::plain(&certificate.common_name()), ink).clicked() {
                ctx.queue.push(Command::Select(Item::Certificate(certificate.clone())));
            }
        });
    }
}
