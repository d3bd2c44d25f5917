//! Every candidate path: certificate after certificate to the anchor, or to where it stops, and why.

use egui::{Label, RichText, Ui};

use super::card_ui;
use crate::diagnose::{CandidatePath, Candidates, Diagnosis, PathEnd};
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
        for (place, link) in path.links.iter().enumerate() {
            if place > 0 {
                icons::icon_ui(ui, Icon::ArrowRight, tokens(ui).dim);
            }
            let last = place.saturating_add(1) == path.links.len();
            let icon = if last && path.end == PathEnd::Anchor { Icon::Anchor } else { Icon::Certificate };
            let stops = path.stops_at == Some(place);
            let ink = if stops { tokens(ui).failed.ink } else { tokens(ui).passed.ink };
            let name = text::plain(&link.certificate.common_name());
            if fields::chip_ui(ui, icon, &name, ink).clicked() {
                ctx.queue.push(Command::Select(Item::Certificate(link.certificate.clone())));
            }
            if stops {
                verdict::badge_ui(ui, words::PATH_STOPS, Status::Failed);
            }
        }
        if let PathEnd::Gap(issuer) = &path.end {
            icons::icon_ui(ui, Icon::ArrowRight, tokens(ui).dim);
            icons::icon_ui(ui, Icon::NotChecked, tokens(ui).failed.ink);
            ui.label(text::elided(&text::common_name_of(issuer), 64)).on_hover_text(words::PATH_GAP);
        }
        if path.is_good() {
            verdict::badge_ui(ui, words::PATH_GOOD, Status::Passed);
        }
    });
    if !path.is_good() {
        ui.add(Label::new(RichText::new(text::plain(&path.why)).small().color(tokens(ui).dim)).wrap());
    }
}
