//! The workspace's passphrase: typed, or taken from the system's keyring, and how long it is to hold.

use egui::{Button, Label, RichText, ScrollArea, Ui};

use crate::ui::Ctx;
use crate::ui::command::{Command, ShellCommand};
use crate::ui::keyring::{KeyringTask, PassphraseOrigin};
use crate::ui::settings::KeepKeys;
use crate::ui::text::{self, keyring, secrets};
use crate::ui::tokens::{SPACE_M, SPACE_S, tokens};
use crate::ui::widgets::fields::{self, PassphraseField};
use crate::ui::widgets::scroll::FollowsFocus as _;

const SALT: &str = "unlock";
const WIDTH: f32 = 460.0;
// What lies above and below the rows: the bar, the heading, the margins.
const AROUND: f32 = 160.0;

/// What is typed and ticked.
#[derive(Debug, Default)]
pub(super) struct UnlockForm {
    passphrase: PassphraseField,
    remember: bool,
}

impl UnlockForm {
    /// Prepares for being shown: what was ticked the last time is not ticked any more.
    pub(super) const fn open(&mut self) {
        self.remember = false;
    }

    /// The form; the keyboard goes to its field while `focus` is set.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, focus: &mut bool) {
        let room = ui.ctx().content_rect().size();
        ui.set_width(WIDTH.min(room.x - 80.0));
        ui.heading(secrets::UNLOCK_HEADING);
        let height = (room.y - AROUND).max(120.0);
        let rows = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
        rows.show_following(ui, |ui| self.rows_ui(ui, ctx, focus));
    }

    fn rows_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, focus: &mut bool) {
        let offered = ctx.state.keyring.is_offered;
        let about = if offered { keyring::ABOUT } else { secrets::UNLOCK_WORDS };
        ui.add(Label::new(RichText::new(about).color(tokens(ui).dim)).wrap());
        let hint = ctx.state.workspace.as_ref().and_then(|loaded| loaded.settings.passphrase_hint.clone());
        if let Some(hint) = hint {
            ui.label(secrets::hint(&text::plain(&hint)));
        }
        ui.add_space(SPACE_S);
        if *focus {
            *focus = !PassphraseField::focus(ui, SALT);
        }
        if let Some(passphrase) = self.passphrase.ui(ui, SALT, secrets::PASSPHRASE, secrets::UNLOCK) {
            let remember = offered && self.remember;
            let origin = if remember { PassphraseOrigin::TypedToRemember } else { PassphraseOrigin::Typed };
            ctx.queue.push(Command::WorkspacePassphrase(passphrase, origin));
        }
        if let Some(error) = &ctx.state.passphrase_error {
            fields::field_error_ui(ui, error);
        }
        if offered {
            self.keyring_ui(ui, ctx);
        }
        ui.add_space(SPACE_S);
        keep_keys_ui(ui, ctx);
    }

    fn keyring_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.checkbox(&mut self.remember, keyring::REMEMBER);
        ui.add(Label::new(RichText::new(keyring::REMEMBER_HINT).small().color(tokens(ui).dim)).wrap());
        ui.add_space(SPACE_S);
        let waiting = KeyringTask::Recall.is_under_way(ctx.state);
        let unlock = ui.add_enabled(!waiting, Button::new(keyring::UNLOCK)).on_hover_text(keyring::UNLOCK_HINT);
        if unlock.clicked() {
            ctx.queue.push(Command::Shell(ShellCommand::UnlockWithKeyring));
        }
        if waiting {
            ui.add(Label::new(RichText::new(keyring::WAITING).small().color(tokens(ui).dim)).wrap());
        }
        ui.add_space(SPACE_M);
    }
}

fn keep_keys_ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    ui.label(RichText::new(secrets::KEEP).small().color(tokens(ui).dim));
    let chosen = ctx.state.settings.keep_keys;
    for keep in KeepKeys::ALL {
        if ui.radio(chosen == keep, secrets::keep_name(keep)).clicked() {
            ctx.queue.push(Command::KeepKeys(keep));
        }
    }
    ui.label(RichText::new(secrets::keep_hint(chosen)).small().color(tokens(ui).dim));
}
