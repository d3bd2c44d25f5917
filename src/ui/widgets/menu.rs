//! The context menu of a row: opened by the secondary button of the pointer, or by keyboard where the row is.

use egui::{Context, Id, Popup, PopupAnchor, PopupKind, Pos2, SetOpenCommand, Ui};

fn asked_id() -> Id {
    Id::unique("context menu asked")
}

/// The keyboard asks for the menu of whatever has the focus; the next frame opens it.
pub(crate) fn ask(ctx: &Context) {
    let frame = ctx.cumulative_frame_nr();
    ctx.data_mut(|data| data.insert_temp(asked_id(), frame));
    ctx.request_repaint();
}

/// Whether the keyboard asked for it; asked and answered once.
pub(crate) fn take_asked(ctx: &Context) -> bool {
    let frame = ctx.cumulative_frame_nr();
    let asked = ctx.data(|data| data.get_temp::<u64>(asked_id()));
    let fresh = asked.is_some_and(|asked| frame <= asked + 1);
    if fresh {
        ctx.data_mut(|data| data.remove_temp::<u64>(asked_id()));
    }
    fresh
}

/// The menu of a widget: `opened` says where, in the frame in which it opens, and for which row.
pub(crate) fn show(ui: &Ui, owner: Id, opened: Option<(Pos2, usize)>, add: impl FnOnce(&mut Ui, usize)) {
    let id = owner.with("context-menu");
    let key = id.with("where");
    if let Some(place) = opened {
        ui.data_mut(|data| data.insert_temp(key, place));
        // The owner keeps the arrow keys while it has the focus.
        ui.memory_mut(|memory| memory.surrender_focus(owner));
    }
    let Some((pos, row)) = ui.data(|data| data.get_temp::<(Pos2, usize)>(key)) else { return };
    let open = opened.map(|_| SetOpenCommand::Bool(true));
    let was_open = Popup::is_id_open(ui.ctx(), id);
    let menu = Popup::new(id, ui.ctx().clone(), PopupAnchor::Position(pos), ui.layer_id())
        .kind(PopupKind::Menu)
        .layout(egui::Layout::top_down_justified(egui::Align::Min))
        .style(egui::containers::menu::menu_style)
        .anchor_widget(owner)
        .open_memory(open);
    menu.show(|ui| {
        ui.set_min_width(180.0);
        add(ui, row);
    });
    if was_open && !Popup::is_id_open(ui.ctx(), id) {
        ui.data_mut(|data| data.remove_temp::<(Pos2, usize)>(key));
        ui.memory_mut(|memory| memory.request_focus(owner));
    }
}
