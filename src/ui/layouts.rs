//! The switch between layouts in the top bar: what is shown at once, for whom.

use egui::{ComboBox, Ui};

use super::Ctx;
use super::command::{UiCommand, shortcut_text};
use super::settings::Layout;
use super::text::checks as words;

const WIDTH: f32 = 92.0;

const fn command(layout: Layout) -> UiCommand {
    match layout {
        Layout::Investigate => UiCommand::LayoutInvestigate,
        Layout::Explain => UiCommand::LayoutExplain,
        Layout::Test => UiCommand::LayoutTest,
    }
}

/// Shows it.
pub(crate) fn switch_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let current = ctx.state.settings.layout;
    let combo = ComboBox::from_id_salt("layout").selected_text(current.title()).width(WIDTH).show_ui(ui, |ui| {
        for layout in Layout::ALL {
            let entry = command(layout).entry();
            let hint = format!("{}  {}", entry.tooltip, shortcut_text(ui.ctx(), entry));
            if ui.selectable_label(current == layout, layout.title()).on_hover_text(hint).clicked() {
                ctx.ask(command(layout));
            }
        }
    });
    combo.response.accessible_name(words::LAYOUT).on_hover_text(words::LAYOUT);
}
