//! What if: the form that supposes other circumstances for one message, and the striped banner over an answer that rests
//! on them. Trust is never added here; for that one has to go to Addresses.

use std::collections::HashSet;

use egui::{ComboBox, Frame, Label, Margin, RichText, Shape, Stroke, Ui, pos2};

use super::MessagesPane;
use crate::agent::ProfileName;
use crate::pki::Certificate;
use crate::trust::PartyName;
use crate::ui::Ctx;
use crate::ui::chain::End;
use crate::ui::command::Command;
use crate::ui::document::{Document, Ran};
use crate::ui::icons::{self, Status};
use crate::ui::selection::DocumentId;
use crate::ui::state::State;
use crate::ui::text::{self, what_if as words};
use crate::ui::tokens::{SPACE_S, SPACE_XS, strong_style, tokens};
use crate::ui::what_if::{WhatIf, time_of};
use crate::ui::widgets::fields;
use crate::what_if::{SupposedAnchor, Whose};

const WIDTH: f32 = 320.0;

/// A supposition while it is put together.
#[derive(Clone, Debug)]
pub(super) struct Supposing {
    id: DocumentId,
    at: String,
    refused: bool,
    profile: Option<ProfileName>,
    anchor: Option<Certificate>,
    without: Option<PartyName>,
    anchors: Vec<Certificate>,
    parties: Vec<PartyName>,
    focus: bool,
}

impl Supposing {
    /// Begins with what is supposed already.
    pub(super) fn of(state: &State, document: &Document) -> Self {
        let known = document.what_if.clone().unwrap_or_default();
        let with_keys = |party: &&crate::trust::Party| !party.keys.is_empty() || !party.locked.is_empty();
        Self {
            id: document.id,
            at: known.at.map(text::minute).unwrap_or_default(),
            refused: false,
            profile: known.profile,
            anchor: known.anchors.first().map(|anchor| anchor.certificate.clone()),
            without: known.without_keys_of.first().cloned(),
            anchors: candidates(state, document),
            parties: state.parties().iter().filter(with_keys).map(|party| party.name.clone()).collect(),
            focus: true,
        }
    }

    fn what_if(&self) -> Option<WhatIf> {
        let at = time_of(&self.at);
        if at.is_none() && !self.at.trim().is_empty() {
            return None;
        }
        let anchors = self.anchor.iter().map(|certificate| SupposedAnchor {
            certificate: certificate.clone(),
            whose: Whose::Everybody,
            direction: None,
        });
        Some(WhatIf {
            at,
            profile: self.profile,
            anchors: anchors.collect(),
            without_keys_of: self.without.iter().cloned().collect(),
            ..WhatIf::default()
        })
    }
}

// Authorities that one might trust: of the message's own chains, of the workspace, and the anchors of other parties.
fn candidates(state: &State, document: &Document) -> Vec<Certificate> {
    let chains = document.ran().into_iter().flat_map(|ran| &ran.chains);
    let links = chains.flat_map(|judged| {
        let end = match &judged.chain.end {
            End::Anchor(certificate) | End::Untrusted(certificate) => Some(certificate),
            End::Gap(_) => None,
        };
        judged.chain.links.iter().map(|link| &link.certificate).chain(end)
    });
    let contents = state.workspace.iter().map(|loaded| &loaded.contents);
    let authorities = contents.flat_map(|contents| contents.authorities.iter().map(|named| &named.certificate));
    let anchors = state.parties().iter().flat_map(|party| party.anchors().map(|anchor| &anchor.certificate));
    let mut seen = HashSet::new();
    let all = links.filter(|certificate| certificate.is_ca()).chain(authorities).chain(anchors);
    all.filter(|certificate| seen.insert(certificate.sha256().to_owned())).cloned().collect()
}

/// The form, while it is open.
pub(super) fn form_ui(pane: &mut MessagesPane, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document) {
    let Some(supposing) = &mut pane.supposing else { return };
    if supposing.id != document.id {
        pane.supposing = None;
        return;
    }
    let mut close = false;
    let look = tokens(ui);
    let card = Frame::new().fill(look.panel).stroke(Stroke::new(1.0, look.edge)).corner_radius(10);
    card.inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(words::TITLE).text_style(strong_style()));
        ui.add(Label::new(RichText::new(words::ABOUT).color(tokens(ui).dim)).wrap());
        ui.add_space(SPACE_XS);
        fields_ui(ui, supposing);
        ui.add_space(SPACE_XS);
        ui.horizontal(|ui| {
            if fields::primary_ui(ui, words::SUPPOSE).clicked() {
                match supposing.what_if() {
                    Some(what_if) => {
                        ctx.queue.push(Command::Suppose(document.id, Some(what_if)));
                        close = true;
                    }
                    None => supposing.refused = true,
                }
            }
            close |= ui.button(words::CANCEL).clicked();
        });
    });
    ui.add_space(SPACE_S);
    if close {
        pane.supposing = None;
    }
}

fn fields_ui(ui: &mut Ui, supposing: &mut Supposing) {
    let id = ui.make_persistent_id("supposed-time");
    ui.scope(|ui| {
        ui.set_max_width(WIDTH);
        let field = fields::text_field_ui(ui, id, words::AT, &mut supposing.at, words::AT_HINT);
        if std::mem::take(&mut supposing.focus) {
            field.request_focus();
        }
        supposing.refused &= !field.changed();
        if supposing.refused {
            fields::field_error_ui(ui, words::NOT_A_TIME);
        }
    });
    let profiles: Vec<(ProfileName, String)> =
        ProfileName::ALL.into_iter().map(|profile| (profile, profile.as_str().to_owned())).collect();
    choice_ui(ui, words::PROFILE, words::AS_IS, &mut supposing.profile, &profiles);
    let anchors: Vec<(Certificate, String)> = supposing
        .anchors
        .iter()
        .map(|certificate| (certificate.clone(), text::elided(&text::plain(&certificate.common_name()), 60)))
        .collect();
    choice_ui(ui, words::ANCHOR, words::NOBODY_ELSE, &mut supposing.anchor, &anchors);
    let parties: Vec<(PartyName, String)> =
        supposing.parties.iter().map(|party| (party.clone(), text::plain(&party.to_string()))).collect();
    choice_ui(ui, words::WITHOUT, words::NOBODY, &mut supposing.without, &parties);
}

fn choice_ui<T: Clone + PartialEq>(
    ui: &mut Ui,
    name: &str,
    none: &str,
    chosen: &mut Option<T>,
    choices: &[(T, String)],
) {
    let label = ui.label(RichText::new(name).small().color(tokens(ui).dim)).id;
    let shown = choices.iter().find(|(choice, _)| chosen.as_ref() == Some(choice)).map_or(none, |(_, words)| words);
    let combo = ComboBox::from_id_salt(name).selected_text(shown).width(WIDTH).show_ui(ui, |ui| {
        ui.selectable_value(chosen, None, none);
        for (choice, words) in choices {
            ui.selectable_value(chosen, Some(choice.clone()), words);
        }
    });
    combo.response.labelled_by(label);
}

/// The banner over an answer that rests on a supposition, with the answer that counts and the way back to it.
pub(super) fn banner_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, ran: &Ran) {
    if ran.supposed.is_nothing() {
        return;
    }
    let tone = tokens(ui).warning;
    let back = |ctx: &Ctx<'_>| {
        if document.what_if.is_some() {
            ctx.queue.push(Command::Suppose(document.id, None));
        } else {
            ctx.queue.push(Command::SupposeAll(WhatIf::default()));
        }
    };
    let stripes = ui.painter().add(Shape::Noop);
    let frame = Frame::new().inner_margin(Margin::symmetric(10, 12)).show(ui, |ui| {
        Frame::new().fill(tone.tint).corner_radius(6).inner_margin(Margin::symmetric(10, 6)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                icons::status_ui(ui, Status::Warning);
                ui.label(RichText::new(words::HYPOTHETICAL).text_style(strong_style()).color(tone.ink));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if ui.button(words::BACK).on_hover_text(words::BACK_HINT).clicked() {
                        back(ctx);
                    }
                });
            });
            ui.add(Label::new(RichText::new(words::supposed(&ran.supposed.words())).color(tokens(ui).text)).wrap());
            if let Some(real) = &ran.real {
                ui.horizontal_top(|ui| {
                    icons::status_ui(ui, real.status);
                    ui.add(Label::new(RichText::new(words::instead_of(&real.words)).color(tokens(ui).text)).wrap());
                });
            }
        });
    });
    let shape = striped(ui, frame.response.rect);
    ui.painter().set(stripes, shape);
    ui.add_space(SPACE_S);
}

// Slanted stripes, as around what is under construction: told apart from a real answer without colour.
fn striped(ui: &Ui, rect: egui::Rect) -> Shape {
    const STEP: f32 = 14.0;
    let tone = tokens(ui).warning;
    let mut shapes = vec![Shape::rect_filled(rect, 0.0, tone.tint)];
    let height = rect.height();
    let mut left = rect.left() - height;
    while left < rect.right() {
        // Cut at both ends, so that no stripe leaves the banner.
        let start = (rect.left() - left).max(0.0);
        let end = (rect.right() - left).min(height);
        if end > start {
            let (from, to) = (pos2(left + start, rect.bottom() - start), pos2(left + end, rect.bottom() - end));
            shapes.push(Shape::line_segment([from, to], Stroke::new(STEP * 0.32, tone.ink.gamma_multiply(0.55))));
        }
        left += STEP;
    }
    Shape::Vec(shapes)
}
