//! The system's keyring: asked by jobs, since it waits for the user, and only where the user said so.

use std::path::Path;

use super::App;
use crate::finding::Severity;
use crate::pki::Passphrase;
use crate::ui::icons::Status;
use crate::ui::keyring::{KeyringAnswer, KeyringTask, PassphraseOrigin};
use crate::ui::state::{Notice, Overlay, Slot};
use crate::ui::tasks::Done;
use crate::ui::text::{jobs, keyring as words};
use crate::workspace::keyring::{Keyring, KeyringError, place};

impl App {
    pub(super) fn unlock_with_keyring(&mut self) {
        self.state.passphrase_error = None;
        // Meanwhile it can be typed.
        self.overlays.call_attention();
        self.ask_keyring(KeyringTask::Recall, jobs::ASKING_KEYRING, |keyring, root| {
            KeyringAnswer::Recalled(root.to_owned(), keyring.recall(&place(root)))
        });
    }

    pub(super) fn forget_in_keyring(&mut self) {
        self.state.keyring.told = None;
        self.ask_keyring(KeyringTask::Forget, jobs::FORGETTING_IN_KEYRING, |keyring, root| {
            KeyringAnswer::Forgot(keyring.forget(&place(root)))
        });
    }

    /// Has the keyring remember the words that have just opened the workspace.
    pub(super) fn remember_in_keyring(&mut self, passphrase: Passphrase) {
        self.ask_keyring(KeyringTask::Remember, jobs::REMEMBERING_IN_KEYRING, move |keyring, root| {
            KeyringAnswer::Remembered(keyring.remember(&place(root), &passphrase))
        });
    }

    fn ask_keyring(
        &mut self,
        task: KeyringTask,
        name: &str,
        ask: impl FnOnce(&dyn Keyring, &Path) -> KeyringAnswer + Send + 'static,
    ) {
        let (Some(keyring), Some(loaded)) = (self.config.keyring.clone(), &self.state.workspace) else { return };
        let root = loaded.workspace.root().to_owned();
        self.jobs.start(Slot::Keyring(task), name, move |_| Done::Keyring(ask(&*keyring, &root)));
    }

    pub(super) fn keyring_answered(&mut self, answer: KeyringAnswer) {
        match answer {
            KeyringAnswer::Recalled(root, kept) => self.recalled(&root, kept),
            KeyringAnswer::Remembered(Ok(())) => self.state.say(Status::Passed, words::REMEMBERED),
            KeyringAnswer::Remembered(Err(error)) => self.state.say(Status::Warning, words::not_remembered(&error)),
            KeyringAnswer::Forgot(Ok(true)) => self.tell_forgotten(Status::Passed, words::FORGOTTEN.to_owned()),
            KeyringAnswer::Forgot(Ok(false)) => self.tell_forgotten(Status::Info, words::NOTHING_TO_FORGET.to_owned()),
            KeyringAnswer::Forgot(Err(error)) => self.tell_forgotten(Status::Failed, words::not_forgotten(&error)),
        }
    }

    fn recalled(&mut self, root: &Path, kept: Result<Option<Passphrase>, KeyringError>) {
        // Who has opened another workspace meanwhile wants nothing of this one.
        if self.state.workspace.as_ref().is_none_or(|loaded| loaded.workspace.root() != root) {
            return;
        }
        match kept {
            Ok(Some(passphrase)) => self.unlock(passphrase, PassphraseOrigin::Keyring),
            Ok(None) => self.keyring_does_not_unlock(words::NOT_KEPT.to_owned()),
            Err(error) => self.keyring_does_not_unlock(words::not_recalled(&error)),
        }
    }

    /// Says so where the passphrase can be typed, and puts the keyboard there.
    pub(super) fn keyring_does_not_unlock(&mut self, why: String) {
        if self.state.overlay == Some(Overlay::Unlock) {
            self.overlays.call_attention();
        }
        self.not_unlocked(why);
    }

    // The line under the top bar lies behind the settings.
    fn tell_forgotten(&mut self, status: Status, sentence: String) {
        if self.state.overlay != Some(Overlay::Settings) {
            self.state.say(status, sentence);
            return;
        }
        let severity = if status == Status::Failed { Severity::Fail } else { Severity::Info };
        self.state.log(severity, sentence.clone());
        self.state.keyring.told = Some(Notice { status, sentence });
        self.overlays.call_attention();
    }
}
