//! Candidate paths in the Inspector: each certificate with each candidate for its issuer, and what did not hold between.

use std::sync::Arc;

use egui::{CollapsingHeader, RichText, Ui};

use super::parts::certificate_chip_ui;
use crate::agent::SignerTrust;
use crate::pki::PathGraph;
use crate::pki::path::{CheckOutcome, EdgeCheck, PathEdge};
use crate::ui::icons::{self, Status};
use crate::ui::text::{inspector as words, outcome as outcome_text};
use crate::ui::tokens::tokens;
use crate::ui::{Ctx, text};

/// One section for each set of anchors; recipients with the same anchors share it.
pub(super) fn signer_paths_ui(ui: &mut Ui, ctx: &Ctx<'_>, trust: &[SignerTrust]) {
    for (place, first) in trust.iter().enumerate() {
        let shares = |other: &&SignerTrust| Arc::ptr_eq(&other.graph, &first.graph);
        if trust.iter().take(place).any(|earlier| shares(&earlier)) {
            continue;
        }
        let addresses: Vec<String> =
            trust.iter().filter(shares).map(|trust| text::plain(&trust.recipient.to_string())).collect();
        let title = words::candidate_paths_for(&text::elided(&addresses.join(", "), 60));
        graph_ui(ui, ctx, &title, ("signer", place), &first.graph);
    }
}

/// One graph, closed until it is asked for.
pub(super) fn graph_ui(ui: &mut Ui, ctx: &Ctx<'_>, title: &str, id: (&str, usize), graph: &PathGraph) {
    CollapsingHeader::new(title).id_salt(("candidate-paths", id)).show(ui, |ui| {
        for edge in graph.edges.iter().take(100) {
            edge_ui(ui, ctx, graph, edge);
        }
        let more = graph.omitted + graph.edges.len().saturating_sub(100);
        if more > 0 {
            ui.label(RichText::new(words::not_shown(more)).color(tokens(ui).dim));
        }
    });
}

fn edge_ui(ui: &mut Ui, ctx: &Ctx<'_>, graph: &PathGraph, edge: &PathEdge) {
    let Some(child) = graph.nodes.get(edge.child) else { return };
    let status = match edge.state() {
        "good" => Status::Passed,
        "refused" => Status::Failed,
        _ => Status::NotChecked,
    };
    certificate_chip_ui(ui, ctx, &child.certificate, status);
    match edge.issuer.and_then(|place| graph.nodes.get(place)) {
        Some(issuer) => {
            let sources: Vec<String> = issuer.sources.iter().map(|source| text::plain(&source.to_string())).collect();
            let from = words::issued_by_candidate(&sources);
            ui.label(RichText::new(from).small().color(tokens(ui).dim));
            certificate_chip_ui(ui, ctx, &issuer.certificate, status);
        }
        None if edge.on_path => {
            ui.label(RichText::new(words::IS_ANCHOR).small().color(tokens(ui).dim));
        }
        None => {
            ui.label(RichText::new(words::ISSUER_UNKNOWN).small().color(tokens(ui).dim));
        }
    }
    let held = edge.checks.iter().filter(|check| check.outcome == CheckOutcome::Held).count();
    ui.label(RichText::new(words::checks_held(held, edge.checks.len())).small().color(tokens(ui).dim));
    for check in &edge.checks {
        check_ui(ui, check);
    }
    ui.separator();
}

fn check_ui(ui: &mut Ui, check: &EdgeCheck) {
    let Some(detail) = check.outcome.detail() else { return };
    let status = match check.outcome {
        CheckOutcome::Failed(_) => Status::Failed,
        CheckOutcome::Tolerated => Status::Warning,
        CheckOutcome::Held | CheckOutcome::NotChecked(_) => Status::NotChecked,
    };
    ui.horizontal_top(|ui| {
        icons::status_ui(ui, status);
        let line = format!("{}: {}", check.rule.as_str(), text::plain(&outcome_text::sentence(&detail)));
        ui.add(egui::Label::new(line).wrap()).on_hover_text(check.rule.clause());
    });
}
