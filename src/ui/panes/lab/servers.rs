//! The two servers: whether they run, where, and the buttons that start and stop them.

use egui::{Button, Id, Label, Response, RichText, TextEdit, Ui, WidgetInfo};

use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand};
use crate::ui::icons::{self, Status};
use crate::ui::lab::{LabCommand, LabPorts, LabServer, ServerState};
use crate::ui::text::{common, lab as words};
use crate::ui::tokens::{self, SPACE_M, SPACE_XS, tokens};
use crate::ui::widgets::fields;

const PORT: f32 = 64.0;

/// What is typed for the ports, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Ports {
    typed: [(LabServer, String, bool); 2],
}

impl Default for Ports {
    fn default() -> Self {
        Self::offering(LabPorts::default())
    }
}

impl Ports {
    pub(super) fn offering(ports: LabPorts) -> Self {
        Self { typed: LabServer::ALL.map(|server| (server, ports.of(server).to_string(), false)) }
    }

    pub(super) fn read(&mut self, server: LabServer) -> Result<u16, String> {
        let typed = self.typed.iter_mut().find(|(which, ..)| *which == server);
        let port = typed.and_then(|(_, typed, wrong)| {
            let port = typed.trim().parse().ok();
            *wrong = port.is_none();
            port
        });
        port.ok_or_else(|| words::BAD_PORT.to_owned())
    }
}

pub(super) fn ui(ports: &mut Ports, ui: &mut Ui, ctx: &Ctx<'_>) {
    ui.spacing_mut().item_spacing.y = SPACE_XS;
    for (index, (server, typed, wrong)) in ports.typed.iter_mut().enumerate() {
        if index > 0 {
            ui.add_space(SPACE_M);
        }
        let state = ctx.state.lab.server(*server);
        // In a narrow window the buttons go below the name.
        ui.horizontal_wrapped(|ui| {
            let runs = matches!(state, ServerState::On { .. });
            icons::status_ui(ui, if runs { Status::Passed } else { Status::NotChecked });
            ui.label(RichText::new(words::server(*server)).text_style(tokens::strong_style()));
            match state {
                ServerState::On { address, .. } => running_ui(ui, ctx, *server, &address.to_string()),
                ServerState::Changing => {
                    ui.spinner();
                    ui.label(words::CHANGING);
                }
                ServerState::Off | ServerState::Failed(_) => stopped_ui(ui, ctx, *server, typed, wrong),
            }
        });
        match state {
            ServerState::On { about, .. } => about_ui(ui, ctx, *server, about),
            ServerState::Failed(why) => fields::field_error_ui(ui, why),
            ServerState::Off if *wrong => fields::field_error_ui(ui, words::BAD_PORT),
            ServerState::Off | ServerState::Changing => {
                let hint = if ctx.state.workspace.is_some() { words::about(*server) } else { words::NO_WORKSPACE };
                ui.add(Label::new(RichText::new(hint).small().color(tokens(ui).dim)).wrap());
            }
        }
    }
}

fn stopped_ui(ui: &mut Ui, ctx: &Ctx<'_>, server: LabServer, typed: &mut String, wrong: &mut bool) {
    let label = ui.label(RichText::new(words::PORT).small().color(tokens(ui).dim));
    let field = TextEdit::singleline(typed)
        .id(Id::unique(("lab-port", words::server(server))))
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(PORT);
    let response = ui.add(field).labelled_by(label.id).on_hover_text(words::PORT_HINT);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let enabled = ctx.state.workspace.is_some();
    let start = button_ui(ui, enabled, words::START, server);
    let start = start.on_hover_text(words::about(server)).on_disabled_hover_text(words::NO_WORKSPACE);
    if start.clicked() || (entered && enabled) {
        match typed.trim().parse() {
            Ok(port) => ctx.queue.push(Command::Lab(LabCommand::Start(server, port))),
            Err(_) => *wrong = true,
        }
    }
    *wrong &= typed.trim().parse::<u16>().is_err();
}

fn running_ui(ui: &mut Ui, ctx: &Ctx<'_>, server: LabServer, address: &str) {
    ui.label(RichText::new(address).monospace());
    let copy = button_ui(ui, true, common::COPY, server);
    if copy.on_hover_text(words::COPY_ADDRESS).clicked() {
        ctx.queue.push(Command::Copy(address.to_owned()));
    }
    if button_ui(ui, true, words::STOP, server).clicked() {
        ctx.queue.push(Command::Lab(LabCommand::Stop(server)));
    }
}

// Both servers have these buttons: read aloud, each says whose it is.
fn button_ui(ui: &mut Ui, enabled: bool, verb: &str, server: LabServer) -> Response {
    let response = ui.add_enabled(enabled, Button::new(verb));
    let name = words::button(verb, server);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, enabled, &name));
    response
}

fn about_ui(ui: &mut Ui, ctx: &Ctx<'_>, server: LabServer, about: &str) {
    let dim = tokens(ui).dim;
    let words = match server {
        LabServer::Dns => about.to_owned(),
        LabServer::Mail => words::and_received(about, ctx.state.lab.received),
    };
    ui.add(Label::new(RichText::new(words).small().color(dim)).wrap());
    if server == LabServer::Dns {
        ui.horizontal_wrapped(|ui| use_ui(ui, ctx));
    }
}

// Whether this workspace asks the name server.
fn use_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    if !ctx.state.lab_is_asked() {
        if ui.button(words::USE_DNS).on_hover_text(words::USE_DNS_HINT).clicked() {
            ctx.ask(UiCommand::UseLabDns);
        }
        return;
    }
    icons::status_ui(ui, Status::Passed);
    ui.label(words::IN_USE);
    if ui.button(words::USE_SYSTEM).on_hover_text(words::USE_SYSTEM_HINT).clicked() {
        ctx.queue.push(Command::Lab(LabCommand::UseNameServer(None)));
    }
}
