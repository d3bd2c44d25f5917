//! Which commands were called by keyboard in this frame.

use egui::KeyboardShortcut;
use egui::text_selection::LabelSelectionState;

use super::{REGISTRY, UiCommand};

/// The commands whose shortcut was pressed in this frame.
#[must_use]
pub fn pressed(ctx: &egui::Context) -> Vec<UiCommand> {
    // Longer chords first: Ctrl+Shift+L must not be taken for Ctrl+L.
    let mut chords: Vec<(&KeyboardShortcut, UiCommand)> = REGISTRY
        .iter()
        .flat_map(|entry| entry.shortcuts.iter().map(move |shortcut| (shortcut, entry.command)))
        .collect();
    chords.sort_by_key(|(shortcut, _)| {
        let modifiers = shortcut.modifiers;
        std::cmp::Reverse([modifiers.shift, modifiers.alt, modifiers.command].into_iter().filter(|held| *held).count())
    });
    // A field has an undo of its own.
    let focused = ctx.memory(egui::Memory::focused);
    let typing = focused.is_some_and(|id| egui::text_edit::TextEditState::load(ctx, id).is_some());
    // An open menu closes by Escape; what runs goes on.
    let menu = egui::Popup::is_any_open(ctx);
    let copied = !typing && copies(ctx);
    let mut commands: Vec<UiCommand> = ctx.input_mut(|input| {
        chords
            .into_iter()
            .filter(|(_, command)| !(typing && matches!(command, UiCommand::Undo | UiCommand::Redo | UiCommand::Copy)))
            .filter(|(_, command)| !(menu && *command == UiCommand::Cancel))
            .filter(|(shortcut, _)| input.consume_shortcut(shortcut))
            .map(|(_, command)| command)
            .collect()
    });
    if copied && !commands.contains(&UiCommand::Copy) {
        commands.push(UiCommand::Copy);
    }
    commands
}

// The system's key for copying comes as an event of its own; words marked by the pointer are copied by egui.
fn copies(ctx: &egui::Context) -> bool {
    let marked = ctx.with_plugin(|words: &mut LabelSelectionState| words.has_selection()).unwrap_or(false);
    !marked && ctx.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy)))
}
