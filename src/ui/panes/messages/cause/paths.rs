//! Every candidate path: certificate after certificate to the anchor, or to where it stops, and why.

use egui::{Label, RichText, Ui};

use super::card_ui;
use crate::diagnose::{CandidatePath, Candidates, Diagnosis, PathEnd};
use crate::pki::Certificate;
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::Item;
use crate::ui::text::{self, cause as words};
use crate::ui::tokens::{strong_style, tokens};
use crate::ui::widgets::{fields, verdict};

/// Certificates whose paths are shown, and paths of each.
const MOST: usize = 6;

/// Shows them.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, diagnosis: &Diagnosis) {
    if diagnosis.candidates.is_empty() {
        return;
    }
    verdict::section_ui(ui, words::PATHS, |ui| {
        ui.add(Label::new(RichText::new(words::PATHS_ABOUT).small().color(tokens(ui).dim)).truncate());
    });
    for candidates in diagnosis.candidates.iter().take(MOST) {
        card_ui(ui, |ui| candidates_ui(ui, ctx, candidates));
    }
}

fn candidates_ui(ui: &mut Ui, ctx: &Ctx<'_>, candidates: &Candidates) {
    ui.add(Label::new(RichText::new(words::paths_of(candidates)).text_style(strong_style())).wrap());
    for path in candidates.paths.iter().take(MOST) {
        path_ui(ui, ctx, path);
    }
    let more = candidates.paths.len().saturating_sub(MOST).saturating_add(candidates.omitted);
    if more > 0 {
        ui.label(RichText::new(words::more_paths(more)).color(tokens(ui).dim));
    }
}

fn path_ui(ui: &mut Ui, ctx: &Ctx<'_>, path: &CandidatePath) {
    ui.horizontal_wrapped(|ui| {
        let (word, status) =
            if path.is_good() { (words::PATH_GOOD, Status::Passed) } else { (words::PATH_STOPS, Status::Failed) };
        verdict::badge_ui(ui, word, status);
        for (place, link) in path.links.iter().enumerate() {
            if place > 0 {
                icons::icon_ui(ui, Icon::ArrowRight, tokens(ui).dim);
            }
            link_ui(ui, ctx, path, place, &link.certificate);
        }
        if let PathEnd::Gap(issuer) = &path.end {
            icons::icon_ui(ui, Icon::ArrowRight, tokens(ui).dim);
            icons::icon_ui(ui, Icon::NotChecked, tokens(ui).failed.ink);
            ui.label(text::elided(&text::common_name_of(issuer), 48)).on_hover_text(words::PATH_GAP);
        }
    });
    if !path.is_good() {
        ui.add(Label::new(RichText::new(text::plain(&path.why)).small().color(tokens(ui).dim)).wrap());
    }
}

fn link_ui(ui: &mut Ui, ctx: &Ctx<'_>, path: &CandidatePath, place: usize, certificate: &Certificate) {
    let last = place.saturating_add(1) == path.links.len();
    let stops = path.stops_at == Some(place);
    let icon = match (stops, last && path.end == PathEnd::Anchor) {
        (true, _) => Icon::Failed,
        (false, true) => Icon::Anchor,
        (false, false) => Icon::Certificate,
    };
    let ink = if stops { tokens(ui).failed.ink } else { tokens(ui).passed.ink };
    if fields::chip_ui(ui, icon, &text::plain(&certificate.common_name()), ink).clicked() {
        ctx.queue.push(Command::Select(Item::Certificate(certificate.clone())));
    }
}
