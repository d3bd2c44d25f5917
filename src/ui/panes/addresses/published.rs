//! What the DNS publishes for an address: that nobody asked it, and when somebody will.
//!
//! Looking at an address asks nothing, so that a correspondent's name server does not learn who looks.

use egui::{RichText, Ui};

use crate::discovery::Method;
use crate::ui::Ctx;
use crate::ui::icons::{self, Status};
use crate::ui::tasks::Loaded;
use crate::ui::text::published as words;
use crate::ui::tokens::{SPACE_S, tokens};
use crate::ui::widgets::verdict;

pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let Some(loaded) = &ctx.state.workspace else { return };
    verdict::section_ui(ui, words::HEADING, |_| {});
    ui.horizontal_top(|ui| {
        ui.add_space(SPACE_S);
        icons::status_ui(ui, Status::NotChecked);
        ui.add(egui::Label::new(RichText::new(answer(loaded)).color(tokens(ui).dim)).wrap());
    });
}

fn answer(loaded: &Loaded) -> &'static str {
    if !loaded.is_online() {
        words::OFFLINE
    } else if loaded.settings.resolver_order.iter().any(|stage| stage.method == Method::Dns) {
        words::WHEN_SENDING
    } else {
        words::LEFT_OUT
    }
}
