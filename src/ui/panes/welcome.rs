//! The first view: three ways to begin, and what was open before.

use egui::{Align, Frame, Layout, Margin, RichText, Sense, Stroke, Ui, WidgetInfo, vec2};

use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand, shortcut_text};
use crate::ui::icons::{self, Icon};
use crate::ui::text;
use crate::ui::tokens::{self, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::{fields, paint};

const WIDTH: f32 = 720.0;

/// Shows it.
pub(crate) fn ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let look = tokens(ui);
    let width = WIDTH.min(ui.available_width() - 2.0 * SPACE_L);
    let indent = (ui.available_width() - width) / 2.0;
    let space = ((ui.available_height() - 520.0) / 2.0).clamp(SPACE_L, 140.0);
    ui.add_space(space);
    ui.horizontal(|ui| {
        ui.add_space(indent);
        ui.vertical(|ui| {
            ui.set_width(width);
            ui.horizontal(|ui| {
                icons::sized_icon_ui(ui, Icon::Mark, 44.0, look.accent);
                ui.add_space(SPACE_S);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.label(RichText::new(text::NAME).text_style(tokens::title_style()));
                    ui.label(RichText::new("See why secured mail is accepted or rejected").size(14.0).color(look.dim));
                });
            });
            ui.add_space(SPACE_L);
            open_ui(ui, ctx);
            ui.add_space(SPACE_M);
            demo_ui(ui, ctx);
            ui.add_space(SPACE_M);
            recent_ui(ui, ctx);
        });
    });
}

fn open_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    card_ui(ui, |ui| {
        ui.label(RichText::new("Open what you have").text_style(tokens::strong_style()).size(15.0));
        let words = "Drop a message, certificate, .p12 or trust anchor anywhere in this window, or choose a file. Its content decides what it is, not its name.";
        ui.label(RichText::new(words).color(tokens(ui).dim));
        ui.add_space(SPACE_XS);
        ui.horizontal(|ui| {
            for (words, command) in [
                ("Open message…", UiCommand::Open),
                ("Open by path…", UiCommand::OpenByPath),
                ("Paste", UiCommand::Paste),
            ] {
                let shortcut = shortcut_text(ui.ctx(), command.entry());
                let response = ui.button(words).on_hover_text(format!("{}  {shortcut}", command.entry().tooltip));
                if response.clicked() {
                    ctx.ask(command);
                }
            }
        });
    });
}

fn demo_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    card_ui(ui, |ui| {
        ui.label(RichText::new("New here?").text_style(tokens::strong_style()).size(15.0));
        let words = "15 messages between made-up addresses, each with a different outcome: accepted, tampered with, expired, untrusted… Keys are made on this computer. Nothing touches the network.";
        ui.label(RichText::new(words).color(tokens(ui).dim));
        ui.add_space(SPACE_XS);
        ui.horizontal(|ui| {
            let making = ctx.state.running.iter().find(|job| job.slot == crate::ui::state::Slot::Workspace);
            if fields::primary_ui(ui, "Explore the demo workspace").clicked() && making.is_none() {
                ctx.ask(UiCommand::OpenDemo);
            }
            if let Some(job) = making {
                ui.spinner();
                ui.label(RichText::new(format!("{}…", job.name)).color(tokens(ui).dim));
                if ui.button("Cancel").clicked() {
                    ctx.queue.push(Command::CancelJob);
                }
            }
        });
    });
}

fn recent_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let settings = &ctx.state.settings;
    let known = settings.workspace.iter().chain(settings.recent.iter());
    let paths: Vec<_> = known.take(6).collect();
    if paths.is_empty() {
        return;
    }
    ui.label(RichText::new("Recent").text_style(tokens::strong_style()));
    for path in paths {
        let name = path.file_name().map(|name| text::plain(&name.to_string_lossy())).unwrap_or_default();
        let folder = path.parent().map(crate::workspace::path_text).unwrap_or_default();
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), tokens::ROW), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Open {name} again")));
        let look = tokens(ui);
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, tokens::RADIUS, look.hover);
        }
        let icon = if path.extension().is_some() { Icon::Envelope } else { Icon::Folder };
        let left = paint::icon(ui, rect.left() + 8.0, rect, icon, look.dim);
        let used = paint::line(ui, paint::between(rect, left, rect.right()), &name, egui::TextStyle::Body, look.text);
        let rest = paint::between(rect, left + used + 16.0, rect.right() - 8.0);
        paint::line_right(ui, rest, &folder, egui::TextStyle::Small, look.dim);
        if response.clicked() {
            ctx.queue.push(Command::OpenPaths(vec![path.clone()]));
        }
    }
}

fn card_ui(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let look = tokens(ui);
    Frame::new()
        .fill(look.panel)
        .stroke(Stroke::new(1.0, look.line))
        .corner_radius(10)
        .inner_margin(Margin::same(20))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.with_layout(Layout::top_down(Align::Min), add);
        });
}
