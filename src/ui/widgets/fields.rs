//! Buttons, fields and rows of facts.

use egui::text_edit::TextEditState;
use egui::{Button, Color32, Id, Key, Response, RichText, Sense, Stroke, TextEdit, TextStyle, Ui, WidgetInfo, vec2};

use super::secret::SecretText;
use crate::pki::Passphrase;
use crate::ui::icons::{self, Icon};
use crate::ui::text;
use crate::ui::tokens::{self, ICON, ROW, SPACE_XS, tokens};

/// The one primary button of a view.
pub(crate) fn primary_ui(ui: &mut Ui, words: &str) -> Response {
    let look = tokens(ui);
    let label = RichText::new(words).text_style(tokens::strong_style()).color(look.on_accent);
    // An edge, so that it is as high as the buttons beside it.
    ui.add(Button::new(label).fill(look.accent_fill).stroke(Stroke::new(1.0, look.accent_fill)))
}

/// A button that shows only an icon; `name` is read aloud and shown when the pointer rests on it.
pub(crate) fn icon_button_ui(ui: &mut Ui, icon: Icon, name: &str, on: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ROW, ROW), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name));
    let look = tokens(ui);
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, tokens::RADIUS, look.hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, tokens::RADIUS, Stroke::new(1.5, look.accent), egui::StrokeKind::Inside);
    }
    let ink = if on { look.accent } else { look.dim };
    icons::paint(ui.painter(), icon, icons::centred(rect, ICON), ink, look.panel);
    response.on_hover_text(name)
}

/// A name in a column and its value beside it; the value may be copied by a click.
pub(crate) fn property_ui(ui: &mut Ui, name: &str, value: &str) {
    property_in(ui, name, value, TextStyle::Body);
}

/// The same with a value of octets or identifiers.
pub(crate) fn property_mono_ui(ui: &mut Ui, name: &str, value: &str) {
    property_in(ui, name, value, TextStyle::Monospace);
}

fn property_in(ui: &mut Ui, name: &str, value: &str, style: TextStyle) {
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.label(RichText::new(name).small().color(tokens(ui).dim));
    let label = egui::Label::new(RichText::new(value).text_style(style)).wrap().selectable(true);
    ui.add(label);
    ui.add_space(SPACE_XS);
}

/// A filter field; returns what was typed into it.
pub(crate) fn filter_ui(ui: &mut Ui, id: Id, filter: &mut String, hint: &str) -> Response {
    let response = ui.add(
        TextEdit::singleline(filter)
            .id(id)
            .hint_text(hint.to_owned())
            .align(egui::Align2::LEFT_CENTER)
            .desired_width(f32::INFINITY)
            .margin(egui::Margin { left: 28, right: 8, top: 5, bottom: 5 }),
    );
    let square = egui::Rect::from_center_size(
        egui::pos2(response.rect.left() + 15.0, response.rect.center().y),
        egui::Vec2::splat(14.0),
    );
    icons::paint(ui.painter(), Icon::Search, square, tokens(ui).dim, tokens(ui).canvas);
    response.accessible_name(hint)
}

/// A labelled field of one line.
pub(crate) fn text_field_ui(ui: &mut Ui, id: Id, name: &str, value: &mut String, hint: &str) -> Response {
    let label = ui.label(RichText::new(name).small().color(tokens(ui).dim));
    let field = TextEdit::singleline(value).id(id).hint_text(hint.to_owned());
    ui.add(field.align(egui::Align2::LEFT_CENTER).desired_width(f32::INFINITY)).labelled_by(label.id)
}

/// What a field says under itself when its value will not do.
pub(crate) fn field_error_ui(ui: &mut Ui, error: &str) {
    ui.horizontal_top(|ui| {
        let ink = tokens(ui).failed.ink;
        icons::icon_ui(ui, Icon::Failed, ink);
        ui.add(egui::Label::new(RichText::new(error).color(ink)).wrap());
    });
}

/// A passphrase while it is typed: masked, wiped when submitted or dropped.
#[derive(Debug, Default)]
pub(crate) struct PassphraseField {
    typed: SecretText,
}

impl PassphraseField {
    /// Shows the field and a button; returns the passphrase once it is submitted.
    pub(crate) fn ui(&mut self, ui: &mut Ui, salt: &str, name: &str, submit: &str) -> Option<Passphrase> {
        let id = ui.make_persistent_id(salt);
        let mut submitted = false;
        ui.horizontal(|ui| {
            let label = ui.label(name);
            self.typed.take_over(ui, id);
            let field = TextEdit::singleline(&mut self.typed)
                .id(id)
                .password(true)
                .align(egui::Align2::LEFT_CENTER)
                .desired_width(220.0);
            let response = ui.add(field).labelled_by(label.id);
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let pressed = primary_ui(ui, submit).clicked();
            submitted = entered || pressed;
        });
        if !submitted {
            return None;
        }
        // Wrong or right, the keyboard stays here: a second try needs no click.
        ui.memory_mut(|memory| memory.request_focus(id));
        Some(self.take(ui, id))
    }

    /// Shows the field alone; [`Self::submit`] takes what is typed into it.
    pub(crate) fn field_ui(&mut self, ui: &mut Ui, salt: &str, name: &str) -> Response {
        let id = ui.make_persistent_id(salt);
        let label = ui.label(RichText::new(name).small().color(tokens(ui).dim));
        self.typed.take_over(ui, id);
        let field = TextEdit::singleline(&mut self.typed).id(id).password(true);
        ui.add(field.align(egui::Align2::LEFT_CENTER).desired_width(f32::INFINITY)).labelled_by(label.id)
    }

    /// Puts the cursor into the field that [`Self::ui`] shows under `salt`; whether it was there already.
    pub(crate) fn focus(ui: &Ui, salt: &str) -> bool {
        let id = ui.make_persistent_id(salt);
        let had = ui.memory(|memory| memory.has_focus(id));
        if !had {
            ui.memory_mut(|memory| memory.request_focus(id));
            ui.ctx().request_repaint();
        }
        had
    }

    /// Submits what is typed into the field that [`Self::ui`] shows under `salt`, as its button does.
    pub(crate) fn submit(&mut self, ui: &Ui, salt: &str) -> Passphrase {
        self.take(ui, ui.make_persistent_id(salt))
    }

    // Without its history: undoing after a wrong try would only confuse.
    fn take(&mut self, ui: &Ui, id: Id) -> Passphrase {
        if let Some(mut state) = TextEditState::load(ui.ctx(), id) {
            state.clear_undoer();
            state.store(ui.ctx(), id);
        }
        self.typed.submit()
    }
}

/// A link to a thing in the window: select it.
pub(crate) fn chip_ui(ui: &mut Ui, icon: Icon, words: &str, ink: Color32) -> Response {
    let shown = text::elided(words, 64);
    let width = super::paint::width(ui, &shown, TextStyle::Body) + ICON + 26.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, words));
    let look = tokens(ui);
    let edge = if response.hovered() || response.has_focus() { look.accent } else { look.line };
    ui.painter().rect(rect, 13.0, look.raised, Stroke::new(1.0, edge), egui::StrokeKind::Inside);
    let left = super::paint::icon(ui, rect.left() + 9.0, rect, icon, ink) - 2.0;
    super::paint::line(ui, super::paint::between(rect, left, rect.right() - 6.0), &shown, TextStyle::Body, look.text);
    if shown == words { response } else { response.on_hover_text(words) }
}
