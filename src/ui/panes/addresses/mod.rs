//! Addresses: who has which keys, certificates and anchors, and how to give them more.

mod authorities;
mod contents;
mod facts;
mod generate;
mod import;
mod map;
mod party;
mod published;
mod readiness;
mod rows;

use std::path::Path;

use egui::{Id, RichText, Ui};

use super::export::ExportForm;
use crate::trust::{Party, PartyName};
use crate::ui::command::{Command, UiCommand};
use crate::ui::icons::Icon;
use crate::ui::selection::Item;
use crate::ui::settings::View;
use crate::ui::state::State;
use crate::ui::text::{addresses, keys as words};
use crate::ui::tokens::{self, ROW_TALL, SPACE_S, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{fields, paint, verdict};
use crate::ui::{Ctx, text};

/// What the pane remembers from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct AddressesPane {
    filter: String,
    shown: Option<PartyName>,
    adding: Option<Adding>,
    /// Whether the authorities and revocation lists are shown instead of a party.
    authorities: bool,
    making: Option<generate::GenerateForm>,
    import: import::ImportForm,
    export: Option<ExportForm>,
    facts: facts::FactsCache,
    map: map::MapPane,
}

/// An address that is being added.
#[derive(Debug, Default)]
struct Adding {
    typed: String,
    error: Option<String>,
    focused: bool,
}

impl AddressesPane {
    /// The parties.
    pub(crate) fn list_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, focus: bool) {
        let parties = ctx.state.parties();
        self.follow(ctx, parties);
        ui.horizontal(|ui| {
            ui.label(RichText::new(addresses::HEADING).text_style(tokens::strong_style()));
            ui.label(RichText::new(parties.len().to_string()).color(tokens(ui).dim));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let open = ctx.state.workspace.is_some();
                let add = ui.add_enabled_ui(open, |ui| {
                    fields::icon_button_ui(ui, Icon::Plus, addresses::ADD_HINT, self.adding.is_some())
                });
                if add.inner.clicked() {
                    self.adding = if self.adding.is_some() { None } else { Some(Adding::default()) };
                }
            });
        });
        self.adding_ui(ui, ctx);
        let response = fields::filter_ui(ui, Id::unique("addresses-filter"), &mut self.filter, addresses::FILTER);
        if focus {
            response.request_focus();
        }
        ui.add_space(SPACE_S);
        self.rows_ui(ui, ctx, parties);
    }

    // The party of what is selected is shown; without one the first.
    fn follow(&mut self, ctx: &Ctx<'_>, parties: &[Party]) {
        if let Some(Item::Authorities | Item::Authority(_) | Item::RevocationList(_)) = ctx.state.selection.current() {
            self.export = self.export.take().filter(|_| self.authorities);
            self.authorities = true;
        }
        if let Some(
            Item::Party(name) | Item::Key(name, _) | Item::PartyCertificate(name, _) | Item::Anchor(name, _, _),
        ) = ctx.state.selection.current()
        {
            if self.shown.as_ref() != Some(name) {
                self.export = None;
            }
            self.shown = Some(name.clone());
            self.authorities = false;
        }
        if self.shown.as_ref().and_then(|name| ctx.state.party(name)).is_none() {
            self.shown = parties.first().map(|party| party.name.clone());
        }
    }

    fn adding_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(adding) = &mut self.adding else { return };
        let id = ui.make_persistent_id("add-party");
        let response = fields::text_field_ui(ui, id, addresses::NEW, &mut adding.typed, addresses::NEW_EXAMPLE);
        if !adding.focused {
            response.request_focus();
            adding.focused = true;
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if let Some(error) = &adding.error {
            fields::field_error_ui(ui, error);
        }
        let mut done = false;
        ui.horizontal(|ui| {
            if ui.button(addresses::ADD).clicked() || entered {
                match crate::workspace::party_name(adding.typed.trim()) {
                    Ok(party) => {
                        ctx.queue.push(Command::AddParty(party));
                        done = true;
                    }
                    Err(error) => {
                        adding.error = Some(error.to_string());
                        response.request_focus();
                    }
                }
            }
            done |= ui.button(text::common::CANCEL).clicked();
        });
        ui.add_space(SPACE_S);
        if done {
            self.adding = None;
        }
    }

    fn rows_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, parties: &[Party]) {
        let wanted = self.filter.to_lowercase();
        let shown: Vec<&Party> =
            parties.iter().filter(|party| party.name.to_string().to_lowercase().contains(&wanted)).collect();
        let loaded = ctx.state.workspace.as_deref();
        let loaded = loaded.filter(|_| words::AUTHORITIES.to_lowercase().contains(&wanted));
        if shown.is_empty() {
            self.nobody_ui(ui, parties.len());
            if !parties.is_empty() {
                return;
            }
        }
        let total = shown.len() + usize::from(loaded.is_some());
        let selected = if self.authorities {
            loaded.map(|_| shown.len())
        } else {
            shown.iter().position(|party| Some(&party.name) == self.shown.as_ref())
        };
        let info = |row: usize| RowInfo {
            name: match (shown.get(row), loaded) {
                (Some(party), _) => format!("{}, {}", party.name, facts(party)),
                (None, Some(loaded)) => format!("{}, {}", words::AUTHORITIES, authorities::facts(loaded)),
                (None, None) => String::new(),
            },
            ..RowInfo::default()
        };
        let outcome = Rows::new("addresses", addresses::HEADING, Kind::List, total)
            .row_height(ROW_TALL)
            .selected(selected)
            .show(ui, info, |ui, row, rect| match (shown.get(row), loaded) {
                (Some(party), _) => party_row_ui(ui, party, rect),
                (None, Some(loaded)) => authorities::list_row_ui(ui, loaded, rect),
                (None, None) => {}
            });
        if let Some(row) = outcome.chosen {
            self.export = None;
            ctx.queue.push(Command::CloseTrustMap);
            let item = shown.get(row).map_or(Item::Authorities, |party| Item::Party(party.name.clone()));
            ctx.queue.push(Command::Select(item));
        }
    }

    fn nobody_ui(&mut self, ui: &mut Ui, parties: usize) {
        let dim = tokens(ui).dim;
        if parties == 0 {
            ui.label(RichText::new(addresses::NOBODY).color(dim));
            return;
        }
        let hidden = text::messages::nothing_matches(&self.filter, parties);
        ui.label(RichText::new(hidden).color(dim));
        if ui.button(text::messages::CLEAR).clicked() {
            self.filter.clear();
        }
    }

    /// The party that is shown, and what waits to be imported.
    pub(crate) fn centre_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if let Some(pending) = &ctx.state.import
            && let Some(taken_for) = self.import.ui(ui, ctx, pending, self.shown.as_ref())
        {
            ctx.queue.push(Command::Select(taken_for));
        }
        if self.making.as_mut().is_some_and(|form| form.ui(ui, ctx)) {
            self.making = None;
        }
        if ctx.state.trust_map.is_open() {
            self.map.ui(ui, ctx);
            return;
        }
        if let Some(loaded) = ctx.state.workspace.as_ref().filter(|_| self.authorities) {
            self.authorities_ui(ui, ctx, loaded);
            return;
        }
        let party = self.shown.as_ref().and_then(|name| ctx.state.party(name)).or_else(|| ctx.state.parties().first());
        match party {
            Some(party) => self.party_ui(ui, ctx, party),
            None if ctx.state.import.is_none() && self.making.is_none() => empty_ui(ui, ctx),
            None => {}
        }
    }

    /// Where the file dialog says the export is to go.
    pub(crate) fn export_to(&mut self, path: &Path) {
        if let Some(form) = &mut self.export {
            form.set_path(path);
        }
    }

    /// Opens the field for a new address.
    pub(crate) fn add_address(&mut self) {
        self.adding = Some(Adding::default());
    }

    /// Opens the form for a key.
    pub(crate) fn make_key(&mut self, state: &State) {
        self.making = Some(generate::GenerateForm::key(state, self.shown.as_ref().filter(|_| !self.authorities)));
    }

    /// Opens the form for a lab CA.
    pub(crate) fn make_authority(&mut self, state: &State) {
        self.making = Some(generate::GenerateForm::authority(state));
    }

    /// What the form asked for is made.
    pub(crate) fn generated(&mut self) {
        self.making = None;
    }

    /// It could not be made.
    pub(crate) fn not_generated(&mut self, why: String) {
        if let Some(form) = &mut self.making {
            form.set_error(why);
        }
    }

    /// Closes the form that makes something, where it is in sight; returns whether there was one.
    pub(crate) fn close_form(&mut self, state: &State) -> bool {
        state.settings.view == View::Addresses && !state.welcome && self.making.take().is_some()
    }

    /// The export is written.
    pub(crate) fn exported(&mut self) {
        self.export = None;
    }

    /// The export failed.
    pub(crate) fn export_failed(&mut self, why: &str) {
        if let Some(form) = &mut self.export {
            form.set_error(why.to_owned());
        }
    }
}

fn empty_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let words = if ctx.state.workspace.is_some() { addresses::EMPTY } else { addresses::NO_WORKSPACE };
    verdict::empty_ui(ui, Icon::Person, words, |ui| {
        if ctx.state.workspace.is_none() {
            if fields::primary_ui(ui, UiCommand::OpenDemo.name()).clicked() {
                ctx.ask(UiCommand::OpenDemo);
            }
            return;
        }
        if fields::primary_ui(ui, words::IMPORT).clicked() {
            ctx.queue.push(Command::ChooseImport);
        }
        for command in [UiCommand::GenerateKey, UiCommand::GenerateAuthority, UiCommand::NewAddress] {
            if ui.button(command.name()).on_hover_text(command.entry().tooltip).clicked() {
                ctx.ask(command);
            }
        }
    });
}

fn facts(party: &Party) -> String {
    let keys = party.keys.len() + party.locked.len();
    let anchors = party.incoming.anchors().len().max(party.outgoing.anchors().len());
    addresses::facts(keys, anchors)
}

fn party_row_ui(ui: &Ui, party: &Party, rect: egui::Rect) {
    let look = tokens(ui);
    let icon = match party.name {
        PartyName::Address(_) => Icon::Person,
        PartyName::Domain(_) => Icon::Domain,
    };
    let inner = rect.shrink2(egui::vec2(8.0, 5.0));
    let (upper, lower) = inner.split_top_bottom_at_fraction(0.52);
    let left = paint::icon(ui, inner.left(), inner, icon, look.dim);
    let name = text::plain(&party.name.to_string());
    paint::line(ui, paint::between(upper, left, upper.right() - 20.0), &name, egui::TextStyle::Body, look.text);
    paint::line(ui, paint::between(lower, left, lower.right()), &facts(party), egui::TextStyle::Small, look.dim);
    if !party.locked.is_empty() {
        paint::icon(ui, inner.right() - 16.0, inner, Icon::Lock, look.warning.ink);
    }
}
