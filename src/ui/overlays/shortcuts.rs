//! The sheet of shortcuts: every command that has one, in two columns where there is room.

use egui::{Align, Layout, RichText, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, vec2};

use crate::ui::Ctx;
use crate::ui::command::{Command, Entry, Menu, REGISTRY, chord_text};
use crate::ui::icons::Icon;
use crate::ui::text::shell::shortcuts as words;
use crate::ui::tokens::{self, SPACE_L, SPACE_S, tokens};
use crate::ui::widgets::{fields, paint};

const COLUMN: f32 = 430.0;
const LINE: f32 = 20.0;
// What lies above and below the list: the bar, the heading, the margins.
const AROUND: f32 = 210.0;
// The left column; the others stand on the right.
const LEFT: [Menu; 2] = [Menu::File, Menu::Message];

/// Shows it.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let room = ui.ctx().content_rect().size();
    let two = room.x > 2.0 * COLUMN + SPACE_L + 80.0;
    let width = if two { 2.0 * COLUMN + SPACE_L } else { COLUMN.min(room.x - 80.0) };
    ui.set_width(width);
    ui.horizontal(|ui| {
        ui.heading(words::TITLE);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if fields::icon_button_ui(ui, Icon::Cross, words::CLOSE, false).clicked() {
                ctx.queue.push(Command::CloseOverlay);
            }
        });
    });
    let height = (room.y - AROUND).max(160.0);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
        let (left, right): (Vec<Menu>, Vec<Menu>) = Menu::ALL.into_iter().partition(|menu| LEFT.contains(menu));
        if two {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = SPACE_L;
                for menus in [left, right] {
                    ui.vertical(|ui| column_ui(ui, &menus));
                }
            });
        } else {
            column_ui(ui, &Menu::ALL);
        }
        ui.add_space(SPACE_S);
        ui.add(egui::Label::new(RichText::new(words::LISTS).color(tokens(ui).dim)).wrap());
    });
}

fn column_ui(ui: &mut Ui, menus: &[Menu]) {
    ui.set_width(COLUMN.min(ui.available_width() - SPACE_S));
    ui.spacing_mut().item_spacing.y = 0.0;
    for menu in menus {
        ui.add_space(SPACE_S);
        ui.label(RichText::new(menu.title()).text_style(tokens::strong_style()));
        for entry in REGISTRY.iter().filter(|entry| entry.menu == *menu && !entry.shortcuts.is_empty()) {
            line_ui(ui, entry);
        }
    }
}

fn line_ui(ui: &mut Ui, entry: &Entry) {
    let shortcuts: Vec<String> = entry.shortcuts.iter().map(|shortcut| chord_text(ui.ctx(), shortcut)).collect();
    let shortcuts = shortcuts.join(words::OR);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, words::line(entry.name, &shortcuts)));
    let look = tokens(ui);
    if response.hovered() {
        ui.painter().rect_filled(rect, tokens::RADIUS, look.hover);
    }
    let inner = rect.shrink2(vec2(SPACE_S, 0.0));
    let taken = paint::line_right(ui, inner, &shortcuts, TextStyle::Monospace, look.text);
    paint::line(
        ui,
        paint::between(inner, inner.left(), inner.right() - taken - SPACE_S),
        entry.name,
        TextStyle::Body,
        look.text,
    );
    response.on_hover_text(entry.tooltip);
}
