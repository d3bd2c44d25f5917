//! The menu of forms: under a button, in a context menu, and over the window for the keyboard.

use egui::{Button, RichText, Ui};

use super::forms::{Form, LIMIT};
use super::{Copyable, selected};
use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand};
use crate::ui::panes::export::ExportForm;
use crate::ui::text;
use crate::ui::tokens::{ROW, SPACE_S, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::paint;

/// A button that opens the menu of forms of what `thing` gives.
pub(crate) fn button_ui<'a>(ui: &mut Ui, ctx: &Ctx<'_>, thing: impl FnOnce() -> Option<Copyable<'a>>) {
    let button = ui.button(text::octets::COPY_AS).on_hover_text(UiCommand::CopyAs.entry().tooltip);
    egui::Popup::menu(&button).show(|ui| {
        ui.set_min_width(180.0);
        if let Some(thing) = thing() {
            forms_ui(ui, ctx, &thing);
        }
    });
}

/// The forms as items of a menu.
pub(crate) fn forms_ui(ui: &mut Ui, ctx: &Ctx<'_>, thing: &Copyable<'_>) {
    let what = text::octets::copy_what(&text::elided(&thing.what, 40), thing.octets.len());
    ui.label(RichText::new(what).small().color(tokens(ui).dim));
    let fits = thing.octets.len() <= LIMIT;
    for form in Form::of(thing) {
        let item = ui.add_enabled(fits, Button::new(form.name()));
        if item.on_disabled_hover_text(text::octets::TOO_LARGE).clicked() {
            copy(ctx, thing, form);
            ui.close();
        }
    }
}

/// Puts something into the clipboard.
pub(crate) fn copy(ctx: &Ctx<'_>, thing: &Copyable<'_>, form: Form) {
    ctx.queue.push(Command::Copy(form.write(ctx.state, thing)));
}

/// The menu of forms over the window.
#[derive(Debug, Default)]
pub(crate) struct CopyMenu {
    chosen: usize,
    /// Where what is selected is saved.
    pub(crate) export: Option<ExportForm>,
}

impl CopyMenu {
    /// Shows the forms of what is selected.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.set_width(360.0);
        let Some(thing) = selected(ctx.state) else {
            ui.label(RichText::new(text::octets::NOTHING_TO_COPY).color(tokens(ui).dim));
            return;
        };
        let what = text::octets::copy_what(&text::elided(&thing.what, 48), thing.octets.len());
        ui.label(RichText::new(what).text_style(crate::ui::tokens::strong_style()));
        ui.add_space(SPACE_S);
        if let Some(form) = &mut self.export {
            if form.ui(ui, ctx) {
                self.export = None;
            }
            return;
        }
        self.rows_ui(ui, ctx, &thing);
    }

    fn rows_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thing: &Copyable<'_>) {
        let forms: Vec<Form> = Form::of(thing).collect();
        // The last row saves.
        let name = |row: usize| forms.get(row).map_or(text::octets::SAVE_OCTETS, |form| form.name());
        let last = forms.len();
        self.chosen = self.chosen.min(last);
        let rows = Rows::new("copy-as", text::octets::FORMS, Kind::List, last + 1).selected(Some(self.chosen));
        let too_large = thing.octets.len() > LIMIT;
        let info = |row: usize| RowInfo { name: name(row).to_owned(), ..RowInfo::default() };
        #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a few rows become a height")]
        let height = ROW * (last + 1) as f32;
        let id = ui.make_persistent_id("copy-as");
        let outcome = rows.max_height(height).show(ui, info, |ui, row, rect| {
            let look = tokens(ui);
            let ink = if too_large && row < last { look.dim } else { look.text };
            let inner = rect.shrink2(egui::vec2(10.0, 0.0));
            paint::line(ui, inner, name(row), egui::TextStyle::Body, ink);
        });
        if ui.memory(|memory| memory.focused().is_none()) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let clicked = ui.input(|input| input.pointer.any_click());
        let picked = outcome.activated.or_else(|| outcome.chosen.filter(|_| clicked));
        self.chosen = outcome.chosen.unwrap_or(self.chosen);
        if too_large {
            ui.label(RichText::new(text::octets::TOO_LARGE).small().color(tokens(ui).dim));
        }
        match picked {
            Some(row) if row == last => self.export = Some(ExportForm::copyable(ctx, thing)),
            Some(row) if !too_large => {
                if let Some(form) = forms.get(row) {
                    copy(ctx, thing, *form);
                    ctx.queue.push(Command::CloseOverlay);
                }
            }
            _ => {}
        }
    }
}
