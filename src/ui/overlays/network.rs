//! What of the network the workspace may ask, and where certificates are looked for first.

use std::net::SocketAddr;

use egui::{RichText, ScrollArea, Ui};

use crate::discovery::fetch::{Consent, Reach};
use crate::discovery::ldap::TlsMode;
use crate::discovery::order::{self, Stage};
use crate::discovery::reach::server_address;
use crate::ui::Ctx;
use crate::ui::command::{Command, ShellCommand};
use crate::ui::icons::Icon;
use crate::ui::network::NetworkChoice;
use crate::ui::text::{common, network as words};
use crate::ui::tokens::{self, SPACE_M, SPACE_S, tokens};
use crate::ui::widgets::fields;
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::workspace::{Network, Settings};

const WIDTH: f32 = 560.0;
// The bar, the heading and the buttons above and below what scrolls.
const AROUND: f32 = 250.0;

/// What is chosen and typed, until it is saved.
#[derive(Debug)]
pub(super) struct NetworkForm {
    network: Network,
    server: String,
    refused: bool,
    ldap: TlsMode,
    issuers: bool,
    private: bool,
    /// Every place there is, those that are asked ticked.
    places: Vec<(Stage, bool)>,
}

impl Default for NetworkForm {
    fn default() -> Self {
        Self::of(&Settings::default())
    }
}

impl NetworkForm {
    fn of(settings: &Settings) -> Self {
        Self {
            network: settings.network,
            server: settings.dns_server.map(|server| server.to_string()).unwrap_or_default(),
            refused: false,
            ldap: settings.ldap,
            issuers: settings.consent == Consent::AnyChain,
            private: settings.reach == Reach::Anywhere,
            places: places(&settings.resolver_order),
        }
    }

    /// The form; `opened` in its first frame.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, opened: bool) {
        let room = ui.ctx().content_rect().size();
        ui.set_width(WIDTH.min(room.x - 80.0));
        ui.heading(words::TITLE);
        let Some(loaded) = &ctx.state.workspace else {
            ui.label(words::NO_WORKSPACE);
            return close_ui(ui, ctx);
        };
        if opened {
            *self = Self::of(&loaded.settings);
        }
        ui.add(egui::Label::new(RichText::new(words::ABOUT).color(tokens(ui).dim)).wrap());
        ui.add_space(SPACE_S);
        ScrollArea::vertical().max_height((room.y - AROUND).max(120.0)).show_following(ui, |ui| {
            self.network_ui(ui, opened);
            ui.add_space(SPACE_M);
            self.places_ui(ui);
            ui.add_space(SPACE_M);
            self.fetching_ui(ui);
        });
        ui.add_space(SPACE_M);
        ui.horizontal(|ui| {
            if fields::primary_ui(ui, words::SAVE).clicked() {
                self.save(ctx);
            }
            if ui.button(common::CANCEL).clicked() {
                ctx.queue.push(Command::CloseOverlay);
            }
        });
    }

    fn network_ui(&mut self, ui: &mut Ui, opened: bool) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(words::NETWORK).text_style(tokens::strong_style()));
            let offline = ui.radio_value(&mut self.network, Network::Offline, words::OFFLINE);
            if opened {
                offline.request_focus();
            }
            ui.radio_value(&mut self.network, Network::Online, words::ONLINE);
        });
        ui.add(egui::Label::new(RichText::new(words::ONLINE_ABOUT).small().color(tokens(ui).dim)).wrap());
        ui.add_space(SPACE_S);
        let id = ui.make_persistent_id("name-server");
        let field = fields::text_field_ui(ui, id, words::SERVER, &mut self.server, words::SERVER_HINT);
        if field.changed() {
            self.refused = false;
        }
        if self.refused {
            fields::field_error_ui(ui, words::NOT_A_SERVER);
        }
    }

    fn places_ui(&mut self, ui: &mut Ui) {
        ui.label(RichText::new(words::ORDER).text_style(tokens::strong_style()));
        ui.add(egui::Label::new(RichText::new(words::ORDER_ABOUT).small().color(tokens(ui).dim)).wrap());
        let last = self.places.len().saturating_sub(1);
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut moved = None;
        for (index, (stage, asked)) in self.places.iter_mut().enumerate() {
            ui.horizontal(|ui| {
                ui.add_enabled_ui(index > 0, |ui| {
                    if fields::icon_button_ui(ui, Icon::ChevronUp, &words::earlier(*stage), false).clicked() {
                        moved = index.checked_sub(1).map(|above| (above, index));
                    }
                });
                ui.add_enabled_ui(index < last, |ui| {
                    if fields::icon_button_ui(ui, Icon::ChevronDown, &words::later(*stage), false).clicked() {
                        moved = Some((index, index + 1));
                    }
                });
                ui.checkbox(asked, words::place(*stage));
            });
        }
        if let Some((one, other)) = moved {
            self.places.swap(one, other);
        }
        if self.order().is_empty() {
            fields::field_error_ui(ui, words::NOWHERE);
        }
        if self.order() != order::DEFAULT && ui.button(words::RESTORE).clicked() {
            self.places = places(&order::DEFAULT);
        }
    }

    fn fetching_ui(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(words::LDAP).text_style(tokens::strong_style()));
            for mode in TlsMode::ALL {
                ui.radio_value(&mut self.ldap, mode, words::tls(mode));
            }
        });
        ui.add_space(SPACE_M);
        ui.label(RichText::new(words::FETCHING).text_style(tokens::strong_style()));
        ui.add(egui::Label::new(RichText::new(words::FETCHING_ABOUT).small().color(tokens(ui).dim)).wrap());
        ui.checkbox(&mut self.issuers, words::ISSUERS).on_hover_text(words::ISSUERS_HINT);
        ui.checkbox(&mut self.private, words::PRIVATE).on_hover_text(words::PRIVATE_HINT);
    }

    fn order(&self) -> Vec<Stage> {
        let asked: Vec<Stage> = self.places.iter().filter(|(_, asked)| *asked).map(|(stage, _)| *stage).collect();
        order::together(&asked)
    }

    // None where what was typed is no address; an empty field is the system's server.
    fn server(&self) -> Option<Option<SocketAddr>> {
        match self.server.trim() {
            "" => Some(None),
            typed => server_address(typed).map(Some),
        }
    }

    fn save(&mut self, ctx: &Ctx<'_>) {
        let Some(dns_server) = self.server() else {
            self.refused = true;
            return;
        };
        let order = self.order();
        if order.is_empty() {
            return;
        }
        let choice = NetworkChoice {
            network: self.network,
            dns_server,
            order,
            ldap: self.ldap,
            consent: if self.issuers { Consent::AnyChain } else { Consent::ValidatedChains },
            reach: if self.private { Reach::Anywhere } else { Reach::Public },
        };
        ctx.queue.push(Command::Shell(ShellCommand::KeepNetwork(Box::new(choice))));
        ctx.queue.push(Command::CloseOverlay);
    }
}

// Those that are asked come first, in their order.
fn places(order: &[Stage]) -> Vec<(Stage, bool)> {
    let mut places: Vec<(Stage, bool)> = order::apart(order).into_iter().map(|stage| (stage, true)).collect();
    for stage in order::PLACES {
        if places.iter().all(|(known, _)| *known != stage) {
            places.push((stage, false));
        }
    }
    places
}

fn close_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    if fields::primary_ui(ui, common::CANCEL).clicked() {
        ctx.queue.push(Command::CloseOverlay);
    }
}
