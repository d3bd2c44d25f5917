//! Private keys: opened with the workspace's passphrase, and locked on demand or when the time that was chosen is over.

use std::sync::Arc;
use std::time::Duration;

use egui::Context;

use super::App;
use crate::pki::Passphrase;
use crate::ui::icons::Status;
use crate::ui::keyring::{KeyringTask, PassphraseOrigin};
use crate::ui::settings::{KeepKeys, View};
use crate::ui::state::{Overlay, Slot};
use crate::ui::tasks::{Done, Loaded};
use crate::ui::text::keyring::wrong;
use crate::ui::text::{jobs, secrets as words};

impl App {
    pub(super) fn unlock(&mut self, passphrase: Passphrase, origin: PassphraseOrigin) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        // Whoever types does not wait for the keyring any more.
        self.jobs.cancel_slot(&Slot::Keyring(KeyringTask::Recall));
        let root = loaded.workspace.root().to_owned();
        self.jobs.start(Slot::Workspace, jobs::UNLOCKING_KEYS, move |_| {
            let read = Loaded::read(&root, Some(passphrase)).and_then(|loaded| {
                if loaded.passphrase.is_some() { Ok(Box::new(loaded)) } else { Err(wrong(origin).to_owned()) }
            });
            Done::Unlocked(origin, read)
        });
    }

    pub(super) fn unlocked(&mut self, origin: PassphraseOrigin, read: Result<Box<Loaded>, String>) {
        match read {
            Ok(loaded) => {
                self.state.passphrase_error = None;
                // The keyring takes its time: something else may be open by now.
                if self.state.overlay == Some(Overlay::Unlock) {
                    self.state.overlay = None;
                }
                let remember = origin == PassphraseOrigin::TypedToRemember;
                let words = loaded.passphrase.as_ref().filter(|_| remember).cloned();
                self.reload(*loaded);
                if let Some(words) = words {
                    self.remember_in_keyring(words);
                }
            }
            Err(why) if origin == PassphraseOrigin::Keyring => self.keyring_does_not_unlock(why),
            Err(why) => self.not_unlocked(why),
        }
    }

    pub(super) fn not_unlocked(&mut self, why: String) {
        if self.state.overlay == Some(Overlay::Unlock) {
            self.state.passphrase_error = Some(why);
        } else {
            self.state.say(Status::Failed, why);
        }
    }

    pub(super) fn lock(&mut self) {
        self.lock_and_judge_again(words::LOCKED);
    }

    /// Locks the keys when they have been open for as long as was chosen.
    pub(super) fn lock_in_time(&mut self, ctx: &Context) {
        if self.state.open_keys() == 0 {
            self.state.keys_open_since = None;
            return;
        }
        let since = *self.state.keys_open_since.get_or_insert(self.state.now);
        match self.state.settings.keep_keys {
            KeepKeys::UntilLocked => {}
            KeepKeys::TenMinutes => {
                // A change that is being written has its own copy of the keys, and would bring them back.
                if self.jobs.is_busy(&Slot::Import) {
                    return;
                }
                match Duration::try_from(KeepKeys::MOST - (self.state.now - since)) {
                    Ok(left) if !left.is_zero() => ctx.request_repaint_after(left),
                    _ => self.lock_and_judge_again(words::TIME_IS_UP),
                }
            }
            KeepKeys::AskEachTime => {
                if !self.keys_are_needed() {
                    // What they showed stays: it is what they were opened for.
                    self.forget_keys();
                    self.state.say(Status::Info, words::DONE_WITH);
                }
            }
        }
    }

    // By a job, by something that waits to be taken in, by whoever looks after keys, or by who is about to choose.
    fn keys_are_needed(&self) -> bool {
        let looked_after = self.state.settings.view == View::Addresses && !self.state.welcome;
        // The keyring has words of its own, and may take as long as a person takes.
        let works = self.jobs.running().any(|job| !matches!(job.slot, Slot::Keyring(_))) || self.waiting.len() > 0;
        works || self.state.import.is_some() || looked_after || self.state.overlay == Some(Overlay::Unlock)
    }

    fn lock_and_judge_again(&mut self, sentence: &str) {
        // What it gives later would open them again.
        self.jobs.cancel_slot(&Slot::Keyring(KeyringTask::Recall));
        self.forget_keys();
        self.forget_trusters();
        self.run_all();
        self.state.say(Status::Info, sentence);
    }

    fn forget_keys(&mut self) {
        let Some(before) = self.state.workspace.take() else { return };
        self.state.workspace = Some(Arc::new(before.locked()));
    }
}
