//! The answer: a large shape, the sentence, and below it what was found, expected, why and what to try.

use egui::{Frame, Margin, RichText, Ui, vec2};

use crate::ui::icons::{self, Icon, Status};
use crate::ui::tokens::{self, SPACE_M, SPACE_S, SPACE_XS, tokens};

// Hexadecimal digits of a SHA-256 digest.
const DIGEST: usize = 64;

/// The banner of a verdict; `body` adds what belongs under the sentence.
pub(crate) fn verdict_ui(ui: &mut Ui, status: Status, headline: &str, cause: &str, body: impl FnOnce(&mut Ui)) {
    let tone = status.tone(ui);
    Frame::new().fill(tone.tint).corner_radius(10).inner_margin(Margin::symmetric(16, 14)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(36.0, 36.0), egui::Sense::hover());
            icons::paint(ui.painter(), status.icon(), rect.shrink(2.0), tone.ink, tone.tint);
            ui.add_space(SPACE_XS);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = SPACE_XS;
                let heading = RichText::new(headline).text_style(tokens::title_style()).size(20.0);
                ui.label(heading.color(tokens(ui).text));
                ui.add(egui::Label::new(RichText::new(cause).size(13.5).color(tokens(ui).text)).wrap());
            });
        });
        ui.add_space(SPACE_XS);
        body(ui);
    });
}

/// One line of the explanation: a name in a column of its own, then the value.
pub(crate) fn fact_ui(ui: &mut Ui, name: &str, value: &str) {
    fact_row_ui(ui, name, |ui| {
        ui.vertical(|ui| {
            // A digest or a serial number is compared digit by digit, and broken in the middle rather than anywhere.
            let digits = value.len() > 24 && value.bytes().all(|octet| octet.is_ascii_hexdigit() || octet == b':');
            let halves = if digits && value.len() == DIGEST { value.split_at(DIGEST / 2) } else { (value, "") };
            let broken = if halves.1.is_empty() { value.to_owned() } else { format!("{}\n{}", halves.0, halves.1) };
            let words = RichText::new(broken).color(tokens(ui).text);
            ui.add(egui::Label::new(if digits { words.monospace() } else { words }).wrap());
        });
    });
}

/// A line of the explanation whose value is more than words.
pub(crate) fn fact_row_ui(ui: &mut Ui, name: &str, value: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        ui.add_space(44.0);
        let (rect, _) = ui.allocate_exact_size(vec2(76.0, 18.0), egui::Sense::hover());
        let ink = tokens(ui).dim;
        super::paint::line(ui, rect, name, egui::TextStyle::Body, ink);
        value(ui);
    });
}

/// A section's head: words, and what may be done at its right end.
pub(crate) fn section_ui(ui: &mut Ui, title: &str, right: impl FnOnce(&mut Ui)) {
    ui.add_space(SPACE_S);
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).text_style(tokens::strong_style()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), right);
    });
    ui.add_space(SPACE_XS);
}

/// A word on a tint: what something is, in one glance.
pub(crate) fn badge_ui(ui: &mut Ui, word: &str, status: Status) -> egui::Response {
    let tone = status.tone(ui);
    Frame::new()
        .fill(tone.tint)
        .corner_radius(9)
        .inner_margin(Margin::symmetric(8, 2))
        .show(ui, |ui| {
            ui.spacing_mut().interact_size.y = 14.0;
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = SPACE_XS;
                icons::sized_icon_ui(ui, status.icon(), 12.0, tone.ink);
                ui.label(RichText::new(word).small().color(tone.ink));
            });
        })
        .response
}

/// A large icon with one sentence and one action: what a pane shows while it has nothing to show.
pub(crate) fn empty_ui(ui: &mut Ui, icon: Icon, sentence: &str, action: impl FnOnce(&mut Ui)) {
    let ink = tokens(ui).dim;
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.3).clamp(SPACE_M, 160.0));
        icons::sized_icon_ui(ui, icon, 40.0, tokens(ui).edge);
        ui.add_space(SPACE_S);
        ui.label(RichText::new(sentence).color(ink));
        ui.add_space(SPACE_S);
        action(ui);
    });
}
