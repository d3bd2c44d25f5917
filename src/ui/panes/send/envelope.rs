//! From whom and to whom, and with which keys it will be signed.

use egui::{Checkbox, Popup, RichText, TextEdit, Ui, vec2};

use super::SendPane;
use crate::agent::{Profile, ProfileName, why_not_signing};
use crate::mail::Address;
use crate::trust::{NamedKey, Party, PartyName};
use crate::ui::command::{Command, UiCommand};
use crate::ui::icons::{self, Icon, Status};
use crate::ui::settings::View;
use crate::ui::text::sending as words;
use crate::ui::tokens::{self, ICON, ROW, SPACE_S, tokens};
use crate::ui::widgets::{fields, paint};
use crate::ui::{Ctx, text};

impl SendPane {
    pub(super) fn envelope_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.label(RichText::new(words::envelope::HEADING).text_style(tokens::strong_style()));
        self.sender_ui(ui, ctx);
        self.signing_ui(ui, ctx);
        ui.add_space(SPACE_S);
        self.recipients_field_ui(ui, ctx);
    }

    fn sender_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let holders: Vec<String> =
            addresses_where(ctx, |party| !party.keys.is_empty() || !party.locked.is_empty()).collect();
        if self.from.is_empty()
            && let Some(first) = holders.first()
        {
            self.from.clone_from(first);
        }
        let id = ui.make_persistent_id("send-from");
        let label = ui.label(RichText::new(words::envelope::FROM).small().color(tokens(ui).dim));
        ui.horizontal(|ui| {
            let width = ui.available_width() - ROW - ui.spacing().item_spacing.x;
            let field = TextEdit::singleline(&mut self.from)
                .id(id)
                .hint_text(words::envelope::FROM_EXAMPLE)
                .desired_width(width);
            ui.add(field).labelled_by(label.id);
            if let Some(chosen) = choice_ui(ui, words::envelope::CHOOSE_SENDER, &holders) {
                self.from = chosen;
            }
        });
    }

    fn signing_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Ok(sender) = Address::parse(self.from.trim()) else { return };
        let workspace = ctx.state.workspace.as_ref();
        let holder = workspace.and_then(|loaded| Some((loaded, loaded.contents.parties.key_holder(&sender)?)));
        let Some((loaded, party)) = holder else {
            fact_ui(ui, Status::Warning, words::envelope::NO_KEY, |ui| {
                if ui.small_button(text::keys::IMPORT).clicked() {
                    ctx.queue.push(Command::Show(View::Addresses));
                    ctx.queue.push(Command::ChooseImport);
                }
            });
            return;
        };
        let profile = Profile::named(loaded.settings.profile.parse::<ProfileName>().unwrap_or_default());
        let now = ctx.state.evaluated_at();
        let mut able = Vec::new();
        for key in &party.keys {
            match why_not_signing(key.entry.certificate(), &profile, now) {
                None => able.push(key),
                Some(why) => {
                    let words = words::envelope::does_not_sign(&text::plain(&key.name), &text::plain(&why));
                    fact_ui(ui, Status::Warning, &words, |_| {});
                }
            }
        }
        self.signers_ui(ui, &able);
        for locked in &party.locked {
            let words = words::envelope::is_locked(&text::plain(&locked.name));
            fact_ui(ui, Status::Warning, &words, |ui| {
                if ui.small_button(text::trust::UNLOCK).clicked() {
                    ctx.ask(UiCommand::UnlockKeys);
                }
            });
        }
    }

    // One key signs without a question; of several, each may be left out but the last.
    fn signers_ui(&mut self, ui: &mut Ui, able: &[&NamedKey]) {
        if let [only] = able {
            let until = text::date(only.entry.certificate().not_after());
            fact_ui(ui, Status::Passed, &words::signed_with(&text::plain(&only.name), &until), |_| {});
        }
        if able.len() < 2 {
            self.options.signers = None;
            return;
        }
        ui.label(RichText::new(words::SIGN_WITH).small().color(tokens(ui).dim));
        let is_chosen = |key: &&&NamedKey| match &self.options.signers {
            Some(names) => names.contains(&key.name),
            None => true,
        };
        let mut chosen: Vec<String> = able.iter().filter(is_chosen).map(|key| key.name.clone()).collect();
        if chosen.is_empty() {
            chosen = able.iter().map(|key| key.name.clone()).collect();
        }
        for key in able {
            let mut signs = chosen.contains(&key.name);
            let only = signs && chosen.len() == 1;
            let until = text::date(key.entry.certificate().not_after());
            let checkbox = Checkbox::new(&mut signs, words::key_until(&text::plain(&key.name), &until));
            ui.add_enabled(!only, checkbox).on_disabled_hover_text(words::ONE_SIGNS);
            chosen.retain(|name| *name != key.name || signs);
            if signs && !chosen.contains(&key.name) {
                chosen.push(key.name.clone());
            }
        }
        self.options.signers = (chosen.len() < able.len()).then_some(chosen);
    }

    fn recipients_field_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let label = ui.label(RichText::new(words::envelope::TO).small().color(tokens(ui).dim));
        let mut removed = None;
        for (index, address) in self.to.iter().enumerate() {
            if recipient_ui(ui, address) {
                removed = Some(index);
            }
        }
        if let Some(index) = removed {
            self.to.remove(index);
        }
        let known: Vec<String> =
            addresses_where(ctx, |_| true).filter(|name| *name != self.from && !self.to.contains(name)).collect();
        let id = ui.make_persistent_id("send-to");
        ui.horizontal(|ui| {
            let width = ui.available_width() - ROW - ui.spacing().item_spacing.x;
            let hint = if self.to.is_empty() { text::common::ADDRESS_EXAMPLE } else { words::envelope::ANOTHER };
            let field = TextEdit::singleline(&mut self.adding).id(id).hint_text(hint).desired_width(width);
            let response = ui.add(field).labelled_by(label.id);
            let separated = self.adding.ends_with([',', ';', ' ', '\n']);
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if separated || response.lost_focus() {
                self.add_typed();
            }
            if entered {
                response.request_focus();
            }
            if let Some(chosen) = choice_ui(ui, words::envelope::CHOOSE_RECIPIENT, &known) {
                self.to.push(chosen);
            }
        });
        if let Some(error) = &self.adding_error {
            fields::field_error_ui(ui, error);
        }
    }
}

fn addresses_where<'a>(ctx: &'a Ctx<'_>, wanted: impl Fn(&Party) -> bool + 'a) -> impl Iterator<Item = String> + 'a {
    let of_people = |party: &&Party| matches!(party.name, PartyName::Address(_));
    let parties = ctx.state.parties().iter().filter(of_people);
    parties.filter(move |party| wanted(party)).map(|party| party.name.to_string())
}

// A small button with a menu of addresses below it.
fn choice_ui(ui: &mut Ui, name: &str, choices: &[String]) -> Option<String> {
    let response =
        ui.add_enabled_ui(!choices.is_empty(), |ui| fields::icon_button_ui(ui, Icon::ChevronDown, name, false)).inner;
    let mut chosen = None;
    Popup::menu(&response).show(|ui| {
        for choice in choices {
            if ui.button(text::plain(choice)).clicked() {
                chosen = Some(choice.clone());
                ui.close();
            }
        }
    });
    chosen
}

// One recipient of the envelope; returns whether it is to be removed.
fn recipient_ui(ui: &mut Ui, address: &str) -> bool {
    let look = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), egui::Sense::hover());
    let shown = text::plain(address);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &shown));
    ui.painter().rect_filled(rect, tokens::RADIUS, look.raised);
    let left = paint::icon(ui, rect.left() + 8.0, rect, Icon::Person, look.dim);
    paint::line(ui, paint::between(rect, left, rect.right() - ROW - 4.0), &shown, egui::TextStyle::Body, look.text);
    let place = paint::between(rect, rect.right() - ROW, rect.right());
    let mut button = ui.new_child(egui::UiBuilder::new().max_rect(place));
    fields::icon_button_ui(&mut button, Icon::Cross, &words::envelope::remove(&shown), false).clicked()
}

fn fact_ui(ui: &mut Ui, status: Status, words: &str, action: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let ink = status.tone(ui).ink;
        icons::sized_icon_ui(ui, status.icon(), ICON - 2.0, ink);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            action(ui);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let ink = tokens(ui).dim;
                ui.add(egui::Label::new(RichText::new(words).small().color(ink)).truncate());
            });
        });
    });
}
