//! The preferences: how the window looks, what it remembers, whether the network may be asked.

use egui::{Align, Button, RichText, ScrollArea, Ui, vec2};

use crate::ui::Ctx;
use crate::ui::command::{Command, ShellCommand, UiCommand};
use crate::ui::icons::Status;
use crate::ui::keyring::KeyringTask;
use crate::ui::settings::{Layout, ThemeChoice};
use crate::ui::text::keyring;
use crate::ui::text::shell::settings as words;
use crate::ui::tokens::{self, SPACE_M, SPACE_S, tokens};
use crate::ui::widgets::fields;
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::workspace::Network;

const WIDTH: f32 = 520.0;
const NAMES: f32 = 120.0;
// What lies above and below the rows: the bar, the words, the button, the margins.
const AROUND: f32 = 260.0;
const SIZES: [(f32, &str); 5] = [(0.8, "80 %"), (1.0, "100 %"), (1.25, "125 %"), (1.5, "150 %"), (2.0, "200 %")];

/// Shows them; `attend` where what was told last has to come into view.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, attend: bool) {
    let room = ui.ctx().content_rect().size();
    ui.set_width(WIDTH.min(room.x - 80.0));
    ui.heading(words::TITLE);
    ui.add(egui::Label::new(RichText::new(words::KEPT).color(tokens(ui).dim)).wrap());
    ui.add_space(SPACE_M);
    let height = (room.y - AROUND).max(120.0);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).show_following(ui, |ui| {
        ui.spacing_mut().item_spacing.y = SPACE_S;
        row_ui(ui, words::THEME, |ui| theme_ui(ui, ctx));
        row_ui(ui, words::SIZE, |ui| size_ui(ui, ctx));
        row_ui(ui, words::LAYOUT, |ui| layout_ui(ui, ctx));
        row_ui(ui, words::PANES, |ui| {
            if ui.button(words::RESET).clicked() {
                ctx.queue.push(Command::Shell(ShellCommand::ResetPanes));
            }
        });
        row_ui(ui, words::REMEMBERED, |ui| recent_ui(ui, ctx));
        row_ui(ui, words::FOLDERS, |ui| folders_ui(ui, ctx));
        row_ui(ui, words::NETWORK, |ui| network_ui(ui, ctx));
        if ctx.state.keyring.is_offered {
            row_ui(ui, keyring::SETTING, |ui| forget_ui(ui, ctx));
            told_ui(ui, ctx);
            if attend && ctx.state.keyring.told.is_some() {
                ui.scroll_to_cursor(Some(Align::BOTTOM));
            }
        }
    });
    ui.add_space(SPACE_M);
    if fields::primary_ui(ui, words::CLOSE).clicked() {
        ctx.queue.push(Command::CloseOverlay);
    }
}

fn folders_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let choices =
        [(true, words::REMEMBER_FOLDERS, words::FOLDERS_HINT), (false, words::READ_FOLDERS, words::READ_FOLDERS_HINT)];
    for (remember, name, hint) in choices {
        let chosen = ctx.state.settings.remember_folders == remember;
        if ui.selectable_label(chosen, name).on_hover_text(hint).clicked() && !chosen {
            ctx.queue.push(Command::Shell(ShellCommand::RememberFolders(remember)));
        }
    }
}

fn row_ui(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(NAMES, tokens::ROW), egui::Sense::hover());
        let mut column = ui.new_child(egui::UiBuilder::new().max_rect(rect));
        column.horizontal_centered(|ui| ui.label(RichText::new(name).color(tokens(ui).dim)));
        ui.horizontal_wrapped(add);
    });
}

fn theme_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    for choice in [ThemeChoice::System, ThemeChoice::Dark, ThemeChoice::Light] {
        let chosen = ctx.state.settings.theme == choice;
        if ui.selectable_label(chosen, words::theme(choice)).clicked() {
            ctx.queue.push(Command::Shell(ShellCommand::Colour(choice)));
        }
    }
}

fn size_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    for (zoom, name) in SIZES {
        let chosen = (ctx.state.settings.zoom - zoom).abs() < 0.01;
        if ui.selectable_label(chosen, name).clicked() {
            ctx.queue.push(Command::Shell(ShellCommand::Zoom(zoom)));
        }
    }
}

fn layout_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    for layout in Layout::ALL {
        let command = match layout {
            Layout::Investigate => UiCommand::LayoutInvestigate,
            Layout::Explain => UiCommand::LayoutExplain,
            Layout::Test => UiCommand::LayoutTest,
        };
        let chosen = ctx.state.settings.layout == layout;
        let label = ui.selectable_label(chosen, layout.title()).on_hover_text(command.entry().tooltip);
        if label.clicked() {
            ctx.ask(command);
        }
    }
}

fn recent_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let number = ctx.state.settings.recent.len();
    ui.label(words::remembered(number));
    if ui.add_enabled(number > 0, Button::new(words::CLEAR)).clicked() {
        ctx.queue.push(Command::Shell(ShellCommand::ForgetAll));
    }
}

fn network_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let allowed = ctx.state.workspace.as_ref().map(|loaded| loaded.settings.network);
    for (network, name) in [(Network::Offline, words::OFFLINE), (Network::Online, words::ONLINE)] {
        let label = Button::selectable(allowed == Some(network), name);
        let response = ui.add_enabled(allowed.is_some(), label).on_hover_text(words::NETWORK_HINT);
        if response.on_disabled_hover_text(words::NO_WORKSPACE).clicked() {
            ctx.queue.push(Command::Shell(ShellCommand::Allow(network)));
        }
    }
    if ui.button(UiCommand::Network.name()).on_hover_text(UiCommand::Network.entry().tooltip).clicked() {
        ctx.ask(UiCommand::Network);
    }
}

fn forget_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let is_open = ctx.state.workspace.is_some();
    // Forgetting what is just being remembered would leave it to chance which of the two is done last.
    let waiting = [KeyringTask::Forget, KeyringTask::Remember].iter().any(|task| task.is_under_way(ctx.state));
    let button = ui.add_enabled(is_open && !waiting, Button::new(keyring::FORGET)).on_hover_text(keyring::FORGET_HINT);
    let why_not = if is_open { keyring::FORGETTING } else { keyring::NO_WORKSPACE };
    if button.on_disabled_hover_text(why_not).clicked() {
        ctx.queue.push(Command::Shell(ShellCommand::ForgetInKeyring));
    }
}

// What came of it, below the button.
fn told_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let waits = KeyringTask::Forget.is_under_way(ctx.state);
    if ctx.state.keyring.told.is_none() && !waits {
        return;
    }
    row_ui(ui, "", |ui| match &ctx.state.keyring.told {
        Some(told) if told.status == Status::Failed => fields::field_error_ui(ui, &told.sentence),
        Some(told) => {
            ui.add(egui::Label::new(&told.sentence).wrap());
        }
        None => {
            ui.add(egui::Label::new(RichText::new(keyring::FORGETTING).color(tokens(ui).dim)).wrap());
        }
    });
}
