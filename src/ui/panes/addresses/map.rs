//! The trust map in the centre of Addresses: whose certificate which party accepts, and why.

use egui::{Label, RichText, Ui};

use crate::trust::PartyName;
use crate::ui::command::Command;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::Item;
use crate::ui::text::trust as words;
use crate::ui::tokens::{self, ROW, SPACE_S, SPACE_XS, tokens};
use crate::ui::trust_map::{Judgement, Shown, TrustMap};
use crate::ui::widgets::fields;
use crate::ui::widgets::heading::heading_ui;
use crate::ui::widgets::matrix::{Cell, Matrix};
use crate::ui::{Ctx, text};

const CELL: f32 = 132.0;
// What stands below the table.
const BELOW: f32 = 124.0;

/// What the map remembers from frame to frame.
#[derive(Debug, Default)]
pub(super) struct MapPane {
    // The party of the row, and that of the column: they stay where the table changes.
    selected: Option<(PartyName, PartyName)>,
}

impl MapPane {
    /// Shows it, and asks for it where nobody has.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        head_ui(ui, ctx);
        match &ctx.state.trust_map {
            Shown::Known(map) => self.known_ui(ui, ctx, map),
            Shown::Wanted => ctx.queue.push(Command::AskTrustMap),
            Shown::Asked | Shown::Closed => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(RichText::new(words::FINDING_MAP).color(tokens(ui).dim));
                });
            }
        }
    }

    fn known_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, map: &TrustMap) {
        let about = words::map_about(&text::minute(map.at));
        ui.add(Label::new(RichText::new(about).color(tokens(ui).dim)).wrap());
        if map.left_out > 0 {
            let left_out = words::map_left_out(map.parties.len(), map.left_out);
            ui.label(RichText::new(left_out).color(tokens(ui).warning.ink));
        }
        ui.add_space(SPACE_S);
        let names: Vec<String> = map.parties.iter().map(|party| text::plain(&party.to_string())).collect();
        let place = self.selected.as_ref().and_then(|(signer, judge)| {
            let at = |name: &PartyName| map.parties.iter().position(|party| party == name);
            at(signer).zip(at(judge))
        });
        // Where it stands does not depend on how far the pane is scrolled.
        let above = ui.cursor().top() - ui.min_rect().top();
        let table = Matrix {
            salt: "trust-map",
            name: words::MAP,
            corner: words::MAP_ROWS,
            rows: &names,
            columns: &names,
            selected: place,
            cell_width: CELL,
            max_height: (ui.clip_rect().height() - above - BELOW).max(ROW * 6.0),
        };
        let chosen = table.show(ui, |row, column| cell(map, &names, row, column));
        if let Some((row, column)) = chosen {
            self.selected = map.parties.get(row).cloned().zip(map.parties.get(column).cloned());
        }
        ui.add_space(SPACE_S);
        match chosen.or(place) {
            Some((row, column)) => answer_ui(ui, ctx, map, &names, (row, column)),
            None => {
                ui.label(RichText::new(words::MAP_HINT).color(tokens(ui).dim));
            }
        }
    }
}

fn head_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    heading_ui(ui, words::MAP, |ui| {
        if ui.button(words::BACK).clicked() {
            ctx.queue.push(Command::CloseTrustMap);
        }
    });
}

const fn status_of(judgement: Judgement<'_>) -> Status {
    match judgement {
        Judgement::Accepted(_) => Status::Passed,
        Judgement::Refused(_) => Status::Failed,
        Judgement::NoCertificate => Status::NotChecked,
        Judgement::NoAnchors => Status::Skipped,
    }
}

fn cell(map: &TrustMap, names: &[String], row: usize, column: usize) -> Cell {
    let judgement = map.judgement(row, column);
    let name = |place: usize| names.get(place).map(String::as_str).unwrap_or_default();
    Cell {
        status: status_of(judgement),
        word: words::judgement(judgement).to_owned(),
        name: words::map_cell(name(column), name(row), judgement),
    }
}

fn answer_ui(ui: &mut Ui, ctx: &Ctx<'_>, map: &TrustMap, names: &[String], (row, column): (usize, usize)) {
    let (Some(signer), Some(judge)) = (names.get(row), names.get(column)) else { return };
    let judgement = map.judgement(row, column);
    let (sentence, detail) = words::map_answer(judge, signer, judgement);
    ui.horizontal(|ui| {
        icons::status_ui(ui, status_of(judgement));
        ui.add(Label::new(RichText::new(sentence).text_style(tokens::strong_style())).truncate());
    });
    ui.add(Label::new(RichText::new(detail).color(tokens(ui).dim)).wrap());
    ui.add_space(SPACE_XS);
    ui.horizontal_wrapped(|ui| {
        party_ui(ui, ctx, map.parties.get(row));
        if row != column {
            party_ui(ui, ctx, map.parties.get(column));
        }
    });
}

// Leads to the keys and anchors that the answer comes from.
fn party_ui(ui: &mut Ui, ctx: &Ctx<'_>, party: Option<&PartyName>) {
    let Some(party) = party else { return };
    let icon = match party {
        PartyName::Address(_) => Icon::Person,
        PartyName::Domain(_) => Icon::Domain,
    };
    let ink = tokens(ui).dim;
    if fields::chip_ui(ui, icon, &text::plain(&party.to_string()), ink).clicked() {
        ctx.queue.push(Command::CloseTrustMap);
        ctx.queue.push(Command::Select(Item::Party(party.clone())));
    }
}
