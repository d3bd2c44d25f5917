//! The frame around the panes: menus and view switch above, what is going on below.

use crate::ui::widgets::scroll::FollowsFocus as _;
use egui::{Align, Button, Frame, Layout, Margin, MenuBar, RichText, ScrollArea, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::Ctx;
use super::clock;
use super::command::{Command, Menu, REGISTRY, UiCommand, shortcut_text};
use super::icons::{self, Icon, Status};
use super::layouts;
use super::settings::View;
use super::text;
use super::text::shell::{self, status as words};
use super::tokens::{self, SPACE_S, SPACE_XS, tokens};
use super::widgets::{fields, paint};

/// Below this width there is no room for the menus beside the views.
const NARROW: f32 = 880.0;
const TOGGLES: f32 = 230.0;
const PALETTE: f32 = 100.0;

/// The bar at the top.
pub(crate) fn top_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    ui.horizontal_centered(|ui| {
        let accent = tokens(ui).accent;
        icons::sized_icon_ui(ui, Icon::Mark, 22.0, accent);
        // A menu bar takes all the width there is; this one shares its line. In a narrow window it is one menu of menus.
        let narrow = ui.available_width() < NARROW;
        ui.allocate_ui(vec2(if narrow { 56.0 } else { 232.0 }, tokens::ROW), |ui| {
            MenuBar::new().ui(ui, |ui| {
                if narrow {
                    ui.menu_button(shell::MENU, |ui| menus_ui(ui, ctx));
                } else {
                    menus_ui(ui, ctx);
                }
            });
        });
        ui.add_space(SPACE_S);
        switch_ui(ui, ctx);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| right_ui(ui, ctx));
    });
}

fn menus_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    for menu in Menu::ALL {
        ui.menu_button(menu.title(), |ui| menu_ui(ui, ctx, menu));
    }
}

fn menu_ui(ui: &mut Ui, ctx: &Ctx<'_>, menu: Menu) {
    ui.set_min_width(260.0);
    // In a low window a menu scrolls: none of it lies below the edge.
    let room = (ui.ctx().content_rect().height() - 72.0).max(160.0);
    ScrollArea::vertical().max_height(room).min_scrolled_height(room).show_following(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for entry in REGISTRY.iter().filter(|entry| entry.menu == menu) {
            let button = Button::new(entry.name).shortcut_text(shortcut_text(ui.ctx(), entry));
            let reason = ctx.why_not(entry.command);
            let response = ui.add_enabled(reason.is_none(), button).on_hover_text(entry.tooltip);
            if response.on_disabled_hover_text(reason.unwrap_or_default()).clicked() {
                ctx.ask(entry.command);
                ui.close();
            }
        }
    });
}

fn switch_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let look = tokens(ui);
    Frame::new().fill(look.raised).corner_radius(8).inner_margin(Margin::same(2)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.horizontal(|ui| {
            for view in View::ALL {
                let selected = !ctx.state.welcome && ctx.state.settings.view == view;
                let words = view.title();
                let style = if selected { tokens::strong_style() } else { egui::TextStyle::Body };
                let size = vec2(paint::width(ui, words, tokens::strong_style()) + 24.0, 26.0);
                let (rect, response) = ui.allocate_exact_size(size, Sense::click());
                response.widget_info(|| WidgetInfo::selected(egui::Role::Tab, true, selected, words));
                if selected {
                    ui.painter().rect(rect, 6.0, look.canvas, Stroke::new(1.0, look.edge), egui::StrokeKind::Inside);
                } else if response.hovered() {
                    ui.painter().rect_filled(rect, 6.0, look.hover);
                }
                if response.has_focus() {
                    ui.painter().rect_stroke(rect, 6.0, Stroke::new(1.5, look.accent), egui::StrokeKind::Inside);
                }
                let ink = if selected { look.text } else { look.dim };
                let width = paint::width(ui, words, style.clone());
                let left = rect.center().x - width / 2.0;
                paint::line(ui, paint::between(rect, left, rect.right()), words, style, ink);
                if response.on_hover_text(view_tooltip(ui, view)).clicked() {
                    ctx.queue.push(Command::Show(view));
                }
            }
        });
    });
}

fn view_tooltip(ui: &Ui, view: View) -> String {
    let command = match view {
        View::Messages => UiCommand::ViewMessages,
        View::Send => UiCommand::ViewSend,
        View::Addresses => UiCommand::ViewAddresses,
        View::Structure => UiCommand::ViewStructure,
    };
    let entry = command.entry();
    format!("{}  {}", entry.tooltip, shortcut_text(ui.ctx(), entry))
}

fn right_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let settings = &ctx.state.settings;
    let toggles = [
        (Icon::PanelRight, UiCommand::ToggleInspector, settings.inspector_open),
        (Icon::PanelBottom, UiCommand::ToggleDrawer, settings.drawer_open),
        (Icon::PanelLeft, UiCommand::ToggleList, settings.list_open),
    ];
    ui.spacing_mut().item_spacing.x = SPACE_XS;
    // What has no room in a large font is in the menus, and keeps its keys.
    if ui.available_width() > tokens::ROW {
        command_button_ui(ui, ctx, Icon::Theme, UiCommand::ToggleTheme, false);
    }
    if !ctx.state.welcome && ui.available_width() > TOGGLES {
        for (icon, command, on) in toggles {
            command_button_ui(ui, ctx, icon, command, on);
        }
    }
    ui.add_space(SPACE_S);
    if !ctx.state.welcome {
        layouts::switch_ui(ui, ctx);
    }
    if ui.available_width() > PALETTE {
        palette_button_ui(ui, ctx);
    }
    if ui.available_width() > 80.0 {
        command_button_ui(ui, ctx, Icon::ArrowRight, UiCommand::Forward, false);
        command_button_ui(ui, ctx, Icon::ArrowLeft, UiCommand::Back, false);
    }
}

fn command_button_ui(ui: &mut Ui, ctx: &Ctx<'_>, icon: Icon, command: UiCommand, on: bool) {
    let entry = command.entry();
    let name = format!("{}  {}", entry.name, shortcut_text(ui.ctx(), entry));
    let enabled = ctx.enabled(command);
    let response = ui.add_enabled_ui(enabled, |ui| fields::icon_button_ui(ui, icon, name.trim_end(), on)).inner;
    if response.clicked() {
        ctx.ask(command);
    }
}

fn palette_button_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let wide = ui.available_width() > 260.0;
    let shortcut = shortcut_text(ui.ctx(), UiCommand::Palette.entry());
    let words = if wide { shell::palette::FIND } else { "" };
    let size = vec2(if wide { 196.0 } else { 84.0 }, tokens::ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, UiCommand::Palette.name()));
    let look = tokens(ui);
    let edge = if response.hovered() || response.has_focus() { look.accent } else { look.edge };
    ui.painter().rect(rect, tokens::RADIUS, look.canvas, Stroke::new(1.0, edge), egui::StrokeKind::Inside);
    let left = paint::icon(ui, rect.left() + 8.0, rect, Icon::Search, look.dim);
    paint::line(ui, paint::between(rect, left, rect.right() - 60.0), words, egui::TextStyle::Body, look.dim);
    paint::line_right(ui, paint::between(rect, left, rect.right() - 8.0), &shortcut, egui::TextStyle::Small, look.dim);
    if response.on_hover_text(UiCommand::Palette.entry().tooltip).clicked() {
        ctx.ask(UiCommand::Palette);
    }
}

/// The line under the top bar, while there is something to say.
pub(crate) fn notice_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let Some(notice) = &ctx.state.notice else { return };
    let tone = notice.status.tone(ui);
    Frame::new().fill(tone.tint).inner_margin(Margin::symmetric(12, 6)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_width(ui.available_width());
            icons::icon_ui(ui, notice.status.icon(), tone.ink);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if fields::icon_button_ui(ui, Icon::Cross, words::DISMISS, false).clicked() {
                    ctx.queue.push(Command::DismissNotice);
                }
                if ui.button(text::common::COPY).clicked() {
                    ctx.queue.push(Command::Copy(notice.sentence.clone()));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(&notice.sentence).wrap());
                });
            });
        });
    });
}

/// The bar at the bottom.
pub(crate) fn status_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let state = ctx.state;
    ui.horizontal_centered(|ui| {
        ui.style_mut().override_text_style = Some(egui::TextStyle::Small);
        let problems = state.messages_with_problems() + state.workspace_problems();
        let (status, words) = if problems == 0 {
            (Status::Passed, words::NO_PROBLEMS.to_owned())
        } else {
            (Status::Warning, words::problems(problems))
        };
        icons::sized_icon_ui(ui, status.icon(), 13.0, status.tone(ui).ink);
        let next = ui.add(Button::new(RichText::new(words).small()).frame(false));
        if next.on_hover_text(words::NEXT_PROBLEM).clicked() {
            ctx.ask(UiCommand::NextProblem);
        }
        separator_ui(ui);
        clock::status_ui(ui, ctx);
        separator_ui(ui);
        network_ui(ui, ctx);
        separator_ui(ui);
        keys_ui(ui, ctx);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.style_mut().override_text_style = Some(egui::TextStyle::Small);
            job_ui(ui, ctx);
        });
    });
}

fn separator_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(9.0, 14.0), Sense::hover());
    ui.painter().vline(rect.center().x, rect.y_range(), Stroke::new(1.0, tokens(ui).edge));
}

fn fact_ui(ui: &mut Ui, words: &str, tooltip: &str) {
    ui.label(RichText::new(words).small().color(tokens(ui).dim)).on_hover_text(tooltip);
}

fn network_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let online = ctx.state.workspace.as_ref().is_some_and(|loaded| loaded.is_online());
    let (words, hint) = if online {
        (text::network::ONLINE, words::ONLINE_HINT)
    } else {
        (text::network::OFFLINE, words::OFFLINE_HINT)
    };
    let button = ui.add(Button::new(RichText::new(words).small().color(tokens(ui).dim)).frame(false));
    if button.on_hover_text(hint).clicked() {
        ctx.ask(UiCommand::Network);
    }
}

fn keys_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let (open, locked) = (ctx.state.open_keys(), ctx.state.locked_keys());
    if locked == 0 {
        fact_ui(ui, &words::unlocked(open), words::UNLOCKED_HINT);
        return;
    }
    let ink = tokens(ui).warning.ink;
    icons::sized_icon_ui(ui, Icon::Lock, 13.0, ink);
    let unlock = ui.add(Button::new(RichText::new(words::locked(locked)).small()).frame(false));
    if unlock.on_hover_text(words::LOCKED_HINT).clicked() {
        ctx.ask(UiCommand::UnlockKeys);
    }
}

fn job_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let state = ctx.state;
    let Some(job) = state.running.first() else {
        if let Some(loaded) = &state.workspace {
            let name = loaded.title();
            fact_ui(ui, &name, &crate::workspace::path_text(loaded.workspace.root()));
        }
        return;
    };
    if ui.add(Button::new(RichText::new(text::common::CANCEL).small())).clicked() {
        ctx.queue.push(Command::CancelJob);
    }
    let words = match state.batch {
        Some((done, of)) => shell::processing(done, of),
        None if job.progress.doing.is_empty() => job.name.clone(),
        None => format!("{}, {}", job.name, job.progress.doing),
    };
    fact_ui(ui, &text::elided(&words, 80), words::WORKING);
}
