//! How shortcuts are written, in menus, tooltips, the palette and the sheet alike.

use egui::{Key, KeyboardShortcut};

use super::Entry;

/// How the first shortcut of a command is written: `Ctrl+Shift+L`.
#[must_use]
pub fn shortcut_text(ctx: &egui::Context, entry: &Entry) -> String {
    entry.shortcuts.first().map(|shortcut| chord_text(ctx, shortcut)).unwrap_or_default()
}

/// How a shortcut is written, with the sign that stands on the key: `Ctrl+,`.
#[must_use]
pub fn chord_text(ctx: &egui::Context, shortcut: &KeyboardShortcut) -> String {
    let words = ctx.format_shortcut(shortcut);
    let sign = match shortcut.logical_key {
        Key::Comma => ",",
        Key::Equals => "=",
        Key::Minus => "-",
        Key::Plus => "+",
        Key::Escape => "Esc",
        _ => return words,
    };
    words.strip_suffix(shortcut.logical_key.name()).map(|held| format!("{held}{sign}")).unwrap_or(words)
}
