//! What if: the form that supposes other circumstances for one message. Trust is never added here; for that one has to go
//! to Addresses.

use std::collections::HashSet;
use std::path::PathBuf;

use egui::{ComboBox, Frame, Label, Margin, RichText, Stroke, Ui};

use super::MessagesPane;
use crate::agent::ProfileName;
use crate::pki::Certificate;
use crate::trust::PartyName;
use crate::ui::Ctx;
use crate::ui::chain::End;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::selection::DocumentId;
use crate::ui::state::State;
use crate::ui::text::{self, what_if as words};
use crate::ui::tokens::{SPACE_M, SPACE_S, SPACE_XS, strong_style, tokens};
use crate::ui::what_if::{KeysFromFile, WhatIf, domains_of, time_of};
use crate::ui::widgets::fields::{self, PassphraseField};
use crate::what_if::{SupposedAnchor, Whose};

const WIDTH: f32 = 320.0;
const PASSPHRASE: &str = "supposed-keys-passphrase";

/// A supposition while it is put together.
#[derive(Debug)]
pub(super) struct Supposing {
    id: DocumentId,
    at: String,
    refused: Refused,
    domains: String,
    profile: Option<ProfileName>,
    anchor: Option<Certificate>,
    anchor_of: Option<PartyName>,
    without_keys_of: Option<PartyName>,
    without: Option<Certificate>,
    keys: String,
    passphrase: PassphraseField,
    /// The keys are being read.
    reading: bool,
    /// Certificates that one might trust.
    authorities: Vec<Certificate>,
    /// Certificates that are known here.
    known: Vec<Certificate>,
    /// Everybody, and those of them with keys.
    parties: Vec<PartyName>,
    holders: Vec<PartyName>,
    focus: bool,
}

/// What could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Refused {
    at: bool,
    domains: bool,
}

impl Supposing {
    /// Begins with what is supposed already; keys of a file have to be read again.
    pub(super) fn of(state: &State, document: &Document) -> Self {
        let supposed = document.what_if.clone().unwrap_or_default();
        let with_keys = |party: &&crate::trust::Party| !party.keys.is_empty() || !party.locked.is_empty();
        let anchor = supposed.anchors.first();
        let domains: Vec<String> = supposed.local_domains.iter().map(ToString::to_string).collect();
        Self {
            id: document.id,
            at: supposed.at.map(text::minute).unwrap_or_default(),
            refused: Refused::default(),
            domains: domains.join(", "),
            profile: supposed.profile,
            anchor: anchor.map(|anchor| anchor.certificate.clone()),
            anchor_of: anchor.and_then(|anchor| match &anchor.whose {
                Whose::Everybody => None,
                Whose::Party(party) => Some(party.clone()),
            }),
            without_keys_of: supposed.without_keys_of.first().cloned(),
            without: supposed.without.first().cloned(),
            keys: String::new(),
            passphrase: PassphraseField::default(),
            reading: false,
            authorities: candidates(state, document),
            known: known(state),
            parties: state.parties().iter().map(|party| party.name.clone()).collect(),
            holders: state.parties().iter().filter(with_keys).map(|party| party.name.clone()).collect(),
            focus: true,
        }
    }

    /// What is supposed; nothing where a field cannot be read, which is then marked.
    fn what_if(&mut self) -> Option<WhatIf> {
        let at = time_of(&self.at);
        let domains = domains_of(&self.domains);
        self.refused = Refused { at: at.is_none() && !self.at.trim().is_empty(), domains: domains.is_none() };
        if self.refused != Refused::default() {
            return None;
        }
        let whose = || self.anchor_of.clone().map_or(Whose::Everybody, Whose::Party);
        let anchor = self.anchor.iter().map(|certificate| SupposedAnchor {
            certificate: certificate.clone(),
            whose: whose(),
            direction: None,
        });
        Some(WhatIf {
            at,
            profile: self.profile,
            local_domains: domains.unwrap_or_default(),
            anchors: anchor.collect(),
            keys: Vec::new(),
            without_keys_of: self.without_keys_of.iter().cloned().collect(),
            without: self.without.iter().cloned().collect(),
        })
    }
}

// What the workspace knows, each once: anchors, authorities, and the certificates of parties.
fn known(state: &State) -> Vec<Certificate> {
    let contents = state.workspace.iter().map(|loaded| &loaded.contents);
    let authorities = contents.flat_map(|contents| contents.authorities.iter().map(|named| &named.certificate));
    let of_parties = state.parties().iter().flat_map(|party| {
        let kept = party.certificates.iter().map(|kept| &kept.certificate);
        party.anchors().map(|anchor| &anchor.certificate).chain(kept)
    });
    let mut seen = HashSet::new();
    let all = authorities.chain(of_parties).filter(|certificate| seen.insert(certificate.sha256().to_owned()));
    all.cloned().collect()
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
    let read = supposing.reading && document.what_if.as_ref().is_some_and(|what_if| !what_if.keys.is_empty());
    if supposing.id != document.id || read {
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
        fields_ui(ui, ctx, supposing);
        ui.add_space(SPACE_XS);
        ui.horizontal(|ui| {
            if fields::primary_ui(ui, words::SUPPOSE).clicked() {
                close = suppose(ui, ctx, document, supposing);
            }
            close |= ui.button(words::CANCEL).clicked();
        });
    });
    ui.add_space(SPACE_S);
    if close {
        pane.supposing = None;
    }
}

// Whether the form is done with: keys of a file are read first, and may be refused.
fn suppose(ui: &Ui, ctx: &Ctx<'_>, document: &Document, supposing: &mut Supposing) -> bool {
    let Some(what_if) = supposing.what_if() else { return false };
    let path = supposing.keys.trim();
    if path.is_empty() {
        ctx.queue.push(Command::Suppose(document.id, Some(what_if)));
        return true;
    }
    let path = PathBuf::from(path);
    let typed = supposing.passphrase.submit(ui, PASSPHRASE);
    let passphrase = (!typed.is_empty()).then_some(typed);
    supposing.reading = true;
    let wanted = KeysFromFile { document: document.id, what_if, path, passphrase };
    ctx.queue.push(Command::SupposeKeys(Box::new(wanted)));
    false
}

fn fields_ui(ui: &mut Ui, ctx: &Ctx<'_>, supposing: &mut Supposing) {
    // Beside one another where there is room: the answer below stays in sight.
    if ui.available_width() < 2.0 * WIDTH + SPACE_M {
        circumstances_ui(ui, supposing);
        trust_ui(ui, ctx, supposing);
        return;
    }
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width(WIDTH);
            circumstances_ui(ui, supposing);
        });
        ui.add_space(SPACE_M);
        ui.vertical(|ui| {
            ui.set_width(WIDTH);
            trust_ui(ui, ctx, supposing);
        });
    });
}

fn circumstances_ui(ui: &mut Ui, supposing: &mut Supposing) {
    ui.scope(|ui| {
        ui.set_max_width(WIDTH);
        let id = ui.make_persistent_id("supposed-time");
        let field = fields::text_field_ui(ui, id, words::AT, &mut supposing.at, words::AT_HINT);
        if std::mem::take(&mut supposing.focus) {
            field.request_focus();
        }
        supposing.refused.at &= !field.changed();
        if supposing.refused.at {
            fields::field_error_ui(ui, words::NOT_A_TIME);
        }
        let profiles: Vec<(ProfileName, String)> =
            ProfileName::ALL.into_iter().map(|profile| (profile, profile.as_str().to_owned())).collect();
        choice_ui(ui, words::PROFILE, words::AS_IS, &mut supposing.profile, &profiles);
        let id = ui.make_persistent_id("supposed-domains");
        let field = fields::text_field_ui(ui, id, words::DOMAINS, &mut supposing.domains, words::DOMAINS_HINT);
        supposing.refused.domains &= !field.changed();
        if supposing.refused.domains {
            fields::field_error_ui(ui, words::NOT_DOMAINS);
        }
        let holders = named(&supposing.holders);
        choice_ui(ui, words::WITHOUT, words::NOBODY, &mut supposing.without_keys_of, &holders);
    });
}

fn trust_ui(ui: &mut Ui, ctx: &Ctx<'_>, supposing: &mut Supposing) {
    ui.scope(|ui| {
        ui.set_max_width(WIDTH);
        choice_ui(ui, words::ANCHOR, words::NO_OTHER, &mut supposing.anchor, &called(&supposing.authorities));
        if supposing.anchor.is_some() {
            choice_ui(ui, words::ANCHOR_OF, words::EVERYBODY, &mut supposing.anchor_of, &named(&supposing.parties));
        }
        choice_ui(ui, words::WITHOUT_CERTIFICATE, words::NONE, &mut supposing.without, &called(&supposing.known));
        let id = ui.make_persistent_id("supposed-keys");
        fields::text_field_ui(ui, id, words::KEYS_OF, &mut supposing.keys, words::KEYS_HINT);
        if supposing.keys.trim().is_empty() {
            return;
        }
        supposing.passphrase.field_ui(ui, PASSPHRASE, words::KEYS_PASSPHRASE);
        if let Some((id, why)) = &ctx.state.keys_refused
            && *id == supposing.id
        {
            fields::field_error_ui(ui, &text::plain(why));
        }
    });
}

fn named(parties: &[PartyName]) -> Vec<(PartyName, String)> {
    parties.iter().map(|party| (party.clone(), text::plain(&party.to_string()))).collect()
}

// Two certificates of one name are told apart by the beginning of their fingerprints.
fn called(certificates: &[Certificate]) -> Vec<(Certificate, String)> {
    let name = |certificate: &Certificate| text::elided(&text::plain(&certificate.common_name()), 60);
    let shared = |wanted: &str| certificates.iter().filter(|other| name(other) == wanted).count() > 1;
    let one = |certificate: &Certificate| {
        let name = name(certificate);
        let print: String = certificate.sha256().chars().take(8).collect();
        let name = if shared(&name) { words::told_apart(&name, &print) } else { name };
        (certificate.clone(), name)
    };
    certificates.iter().map(one).collect()
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
