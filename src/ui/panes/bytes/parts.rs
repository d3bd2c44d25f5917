//! What an octet is part of: from the whole down to the smallest part.

use egui::{RichText, Sense, TextStyle, Ui, WidgetInfo, vec2};

use crate::span::BufferName;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::selection::Item;
use crate::ui::tokens::{RADIUS, tokens};
use crate::ui::widgets::paint;
use crate::ui::{Ctx, text};

const LINE: f32 = 20.0;
// The innermost are what one wants to know.
const MOST: usize = 8;

/// Shows the parts around the octet at `at`; a click selects one.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, buffer: BufferName, at: Option<usize>) {
    let look = tokens(ui);
    let Some(at) = at else {
        ui.label(RichText::new(text::octets::REST_ON_OCTET).color(look.dim));
        return;
    };
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.label(RichText::new(text::octets::octet(at)).color(look.dim));
    let structure = document.structure();
    let Some(deepest) = structure.deepest_at(buffer, at) else { return };
    let mut around: Vec<usize> = structure.around(deepest).take(MOST).collect();
    around.reverse();
    for index in around {
        let Some(node) = structure.nodes().get(index) else { continue };
        let detail = text::plain(&node.detail);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
        let words = format!("{} {detail}", node.title);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &words));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, RADIUS, look.hover);
        }
        let used = paint::line(ui, rect, &node.title, TextStyle::Body, look.text);
        let rest = paint::between(rect, rect.left() + used + 10.0, rect.right());
        paint::line(ui, rest, &detail, TextStyle::Small, look.dim);
        if response.clicked() {
            ctx.queue.push(Command::Select(Item::Node(document.id, index)));
        }
    }
}
