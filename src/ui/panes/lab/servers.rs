//! The two servers: whether they run, where, and the buttons that start and stop them.

use egui::{Button, Id, Label, RichText, TextEdit, Ui};

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
    for (index, (server, typed, wrong)) in ports.typed.iter_mut().enumerate() {
        if index > 0 {
            ui.add_space(SPACE_M);
        }
        let state = ctx.state.lab.server(*server);
        head_ui(ui, ctx, *server, state, typed, wrong);
        match state {
            ServerState::On { address, about } => on_ui(ui, ctx, *server, &address.to_string(), about),
            ServerState::Failed(why) => fields::field_error_ui(ui, why),
            ServerState::Off if *wrong => fields::field_error_ui(ui, words::BAD_PORT),
            ServerState::Off | ServerState::Changing => {
                let hint = if ctx.state.workspace.is_some() { words::about(*server) } else { words::NO_WORKSPACE };
                ui.add(Label::new(RichText::new(hint).small().color(tokens(ui).dim)).wrap());
            }
        }
    }
}

fn head_ui(ui: &mut Ui, ctx: &Ctx<'_>, server: LabServer, state: &ServerState, typed: &mut String, wrong: &mut bool) {
    ui.horizontal(|ui| {
        let runs = matches!(state, ServerState::On { .. });
        icons::status_ui(ui, if runs { Status::Passed } else { Status::NotChecked });
        ui.label(RichText::new(words::server(server)).text_style(tokens::strong_style()));
        if runs {
            let stop = ui.add(named(words::STOP));
            stop.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Button, true, words::button(words::STOP, server))
            });
            if stop.clicked() {
                ctx.queue.push(Command::Lab(LabCommand::Stop(server)));
            }
            return;
        }
        if *state == ServerState::Changing {
            ui.spinner();
            ui.label(words::CHANGING);
            return;
        }
        let label = ui.label(RichText::new(words::PORT).small().color(tokens(ui).dim));
        let field = TextEdit::singleline(typed)
            .id(Id::unique(("lab-port", words::server(server))))
            .align(egui::Align2::LEFT_CENTER)
            .desired_width(PORT);
        let response = ui.add(field).labelled_by(label.id).on_hover_text(words::PORT_HINT);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let enabled = ctx.state.workspace.is_some();
        let start = ui.add_enabled(enabled, named(words::START));
        let name = words::button(words::START, server);
        start.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, &name));
        let start = start.on_hover_text(words::about(server)).on_disabled_hover_text(words::NO_WORKSPACE);
        if start.clicked() || (entered && enabled) {
            match typed.trim().parse() {
                Ok(port) => ctx.queue.push(Command::Lab(LabCommand::Start(server, port))),
                Err(_) => *wrong = true,
            }
        }
        *wrong &= typed.trim().parse::<u16>().is_err();
    });
}

fn named(words: &str) -> Button<'_> {
    Button::new(words).min_size(egui::vec2(56.0, 0.0))
}

fn on_ui(ui: &mut Ui, ctx: &Ctx<'_>, server: LabServer, address: &str, about: &str) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(address).monospace());
        let copy = ui.small_button(common::COPY);
        let name = words::button(words::COPY_ADDRESS, server);
        copy.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if copy.on_hover_text(name).clicked() {
            ctx.queue.push(Command::Copy(address.to_owned()));
        }
    });
    let received = (server == LabServer::Mail).then(|| words::received(ctx.state.lab.received));
    let about = received.map_or_else(|| about.to_owned(), |received| format!("{about}. {received}"));
    ui.add(Label::new(RichText::new(about).small().color(tokens(ui).dim)).wrap());
    if server == LabServer::Dns {
        ui.add_space(SPACE_XS);
        use_ui(ui, ctx);
    }
}

// Whether this workspace asks the name server.
fn use_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    if ctx.state.lab_is_asked() {
        ui.horizontal(|ui| {
            icons::status_ui(ui, Status::Passed);
            ui.label(words::IN_USE);
            if ui.button(words::USE_SYSTEM).on_hover_text(words::USE_SYSTEM_HINT).clicked() {
                ctx.queue.push(Command::Lab(LabCommand::UseNameServer(None)));
            }
        });
    } else if ui.button(words::USE_DNS).on_hover_text(words::USE_DNS_HINT).clicked() {
        ctx.ask(UiCommand::UseLabDns);
    }
}
