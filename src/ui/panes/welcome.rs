//! The first view: three ways to begin, and what was open before.

use egui::{
    Align, Button, Frame, Layout, Margin, RichText, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, vec2,
};

use crate::ui::command::{Command, ShellCommand, UiCommand, shortcut_text};
use crate::ui::icons::{self, Icon};
use crate::ui::recent::Recent;
use crate::ui::text::{self, shell as words, welcome};
use crate::ui::tokens::{self, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::{fields, paint};
use crate::ui::{Ctx, settings};

const WIDTH: f32 = 720.0;
const REMOVE_WIDTH: f32 = 88.0;
// Its icon alone: words keep their contrast.
const MISSING_INK: f32 = 0.6;
const MOST_RECENT: usize = 6;

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
                    ui.label(RichText::new(welcome::PURPOSE).size(14.0).color(look.dim));
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
        ui.label(RichText::new(welcome::OPEN_HEADING).text_style(tokens::strong_style()).size(15.0));
        ui.label(RichText::new(welcome::OPEN_ABOUT).color(tokens(ui).dim));
        ui.add_space(SPACE_XS);
        ui.horizontal(|ui| {
            for (name, command) in [
                (welcome::OPEN_MESSAGE, UiCommand::Open),
                (UiCommand::OpenByPath.name(), UiCommand::OpenByPath),
                (welcome::PASTE, UiCommand::Paste),
            ] {
                let shortcut = shortcut_text(ui.ctx(), command.entry());
                let response = ui.button(name).on_hover_text(format!("{}  {shortcut}", command.entry().tooltip));
                if response.clicked() {
                    ctx.ask(command);
                }
            }
        });
    });
}

fn demo_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    card_ui(ui, |ui| {
        ui.label(RichText::new(welcome::DEMO_HEADING).text_style(tokens::strong_style()).size(15.0));
        ui.label(RichText::new(welcome::DEMO_ABOUT).color(tokens(ui).dim));
        ui.add_space(SPACE_XS);
        ui.horizontal(|ui| {
            let making = ctx.state.running.iter().find(|job| job.slot == crate::ui::state::Slot::Workspace);
            if fields::primary_ui(ui, UiCommand::OpenDemo.name()).clicked() && making.is_none() {
                ctx.ask(UiCommand::OpenDemo);
            }
            if let Some(job) = making {
                ui.spinner();
                ui.label(RichText::new(welcome::doing(&job.name)).color(tokens(ui).dim));
                if ui.button(text::common::CANCEL).clicked() {
                    ctx.queue.push(Command::CancelJob);
                }
            }
        });
        purposes_ui(ui, ctx);
    });
}

fn purposes_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(words::WANT_TO).color(tokens(ui).dim));
        for layout in settings::Layout::ALL {
            let button = ui.button(words::purpose(layout)).on_hover_text(words::purpose_hint(layout));
            if button.clicked() {
                ctx.queue.push(Command::Shell(ShellCommand::OpenDemoFor(layout)));
            }
        }
    });
}

fn recent_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let recent = &ctx.state.settings.recent;
    if recent.is_empty() {
        return;
    }
    ui.label(RichText::new(words::RECENT).text_style(tokens::strong_style()));
    ui.spacing_mut().item_spacing.y = 0.0;
    for known in recent.iter().take(MOST_RECENT) {
        if ctx.state.missing.contains(&known.path) {
            missing_ui(ui, ctx, known);
        } else {
            known_ui(ui, ctx, known);
        }
    }
}

fn name_of(known: &Recent) -> String {
    known.path.file_name().map(|name| text::plain(&name.to_string_lossy())).unwrap_or_default()
}

fn icon_of(known: &Recent) -> Icon {
    if known.path.extension().is_some() { Icon::Envelope } else { Icon::Folder }
}

// Name, contents, folder and age, in columns that a narrow window cuts from the right.
fn known_ui(ui: &mut Ui, ctx: &Ctx<'_>, known: &Recent) {
    let name = name_of(known);
    let contents = known.contents.clone().unwrap_or_default();
    let folder = known.path.parent().map(crate::workspace::path_text).unwrap_or_default();
    let age = known.age_secs(ctx.state.now).map(words::ago).unwrap_or_default();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), tokens::ROW), Sense::click());
    let facts = [contents.as_str(), folder.as_str(), age.as_str()];
    let facts: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, welcome::open_again(&name, &facts)));
    let look = tokens(ui);
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, tokens::RADIUS, look.hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, tokens::RADIUS, Stroke::new(1.5, look.accent), StrokeKind::Inside);
    }
    let inner =
        paint::between(rect, paint::icon(ui, rect.left() + 8.0, rect, icon_of(known), look.dim), rect.right() - 8.0);
    let (left, width) = (inner.left(), inner.width());
    let column =
        |from: f32, to: f32| paint::between(inner, width.mul_add(from, left), width.mul_add(to, left) - SPACE_M);
    paint::line(ui, column(0.0, 0.28), &name, TextStyle::Body, look.text);
    paint::line(ui, column(0.28, 0.64), &contents, TextStyle::Small, look.dim);
    paint::line(ui, column(0.64, 0.88), &folder, TextStyle::Small, look.dim);
    paint::line_right(
        ui,
        paint::between(inner, width.mul_add(0.86, left), inner.right()),
        &age,
        TextStyle::Small,
        look.dim,
    );
    if response.on_hover_text(crate::workspace::path_text(&known.path)).clicked() {
        ctx.queue.push(Command::OpenPaths(vec![known.path.clone()]));
    }
}

fn missing_ui(ui: &mut Ui, ctx: &Ctx<'_>, known: &Recent) {
    ui.horizontal(|ui| {
        let name = name_of(known);
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width() - REMOVE_WIDTH, tokens::ROW), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, false, welcome::gone(&name)));
        let look = tokens(ui);
        let ink = look.dim.gamma_multiply(MISSING_INK);
        let left = paint::icon(ui, rect.left() + 8.0, rect, icon_of(known), ink);
        let used = paint::line(ui, paint::between(rect, left, rect.right()), &name, TextStyle::Body, look.dim);
        let rest = paint::between(rect, left + used + SPACE_M, rect.right());
        paint::line(ui, rest, words::MISSING, TextStyle::Small, look.dim);
        response.on_hover_text(crate::workspace::path_text(&known.path));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = ui.add(Button::new(RichText::new(words::REMOVE).small()));
            if button.on_hover_text(words::REMOVE_HINT).clicked() {
                ctx.queue.push(Command::Shell(ShellCommand::Forget(known.path.clone())));
            }
        });
    });
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
