//! A strip of tabs over what they show: the one that is shown is underlined, and what has no room goes to a second line.

use egui::{Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::paint;
use crate::ui::tokens::{self, tokens};

const MARGIN: f32 = 10.0;

/// Shows `tabs` (a value, its name, what it is for) and gives the one that was chosen. `name` is for those who do not see
/// the strip.
pub(crate) fn tabs_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    shown: T,
    tabs: impl IntoIterator<Item = (T, &'static str, String)>,
) -> Option<T> {
    let mut chosen = None;
    let strip = ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(2.0, 2.0);
        for (tab, words, hint) in tabs {
            if tab_ui(ui, words, tab == shown, &hint) {
                chosen = Some(tab);
            }
        }
    });
    strip.response.widget_info(|| WidgetInfo::labeled(egui::Role::TabList, true, name));
    let rect = strip.response.rect;
    ui.painter().hline(ui.max_rect().x_range(), rect.bottom() + 1.0, Stroke::new(1.0, tokens(ui).line));
    chosen
}

fn tab_ui(ui: &mut Ui, words: &str, selected: bool, hint: &str) -> bool {
    let style = if selected { tokens::strong_style() } else { egui::TextStyle::Body };
    // As wide as the stronger letters, so that the others do not move when it is chosen.
    let size = vec2(paint::width(ui, words, tokens::strong_style()) + 2.0 * MARGIN, tokens::ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(egui::Role::Tab, true, selected, words));
    let look = tokens(ui);
    if response.hovered() && !selected {
        ui.painter().rect_filled(rect, tokens::RADIUS, look.hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, tokens::RADIUS, Stroke::new(1.5, look.accent), StrokeKind::Inside);
    }
    if selected {
        ui.painter().hline(rect.shrink2(vec2(MARGIN, 0.0)).x_range(), rect.bottom(), Stroke::new(2.0, look.accent));
    }
    let ink = if selected { look.text } else { look.dim };
    let left = rect.center().x - paint::width(ui, words, style.clone()) / 2.0;
    paint::line(ui, paint::between(rect, left, rect.right()), words, style, ink);
    response.on_hover_text(hint).clicked()
}
