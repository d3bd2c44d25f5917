//! What the window asks of the system's keyring, and what comes back.
//!
//! It is asked on a click alone, since it may ask the user something itself; so nothing is known of what it keeps until
//! then.

use std::path::PathBuf;

use super::state::{Notice, Slot, State};
use crate::pki::Passphrase;
use crate::workspace::keyring::KeyringError;

/// What the window has of the keyring.
#[derive(Debug, Default)]
pub struct KeyringView {
    /// Whether the build has one; nothing of it is shown otherwise.
    pub is_offered: bool,
    /// What came of forgetting, while the settings are open.
    pub told: Option<Notice>,
}

/// Something to do that takes as long as the keyring takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyringTask {
    /// Give back what is kept for the workspace.
    Recall,
    /// Keep the passphrase of the workspace.
    Remember,
    /// Remove it.
    Forget,
}

impl KeyringTask {
    /// Whether it has been asked for and has not been answered.
    #[must_use]
    pub fn is_under_way(self, state: &State) -> bool {
        state.running.iter().any(|job| job.slot == Slot::Keyring(self))
    }
}

/// What the keyring answered.
#[derive(Debug)]
pub enum KeyringAnswer {
    /// What it keeps for the workspace in that folder.
    Recalled(PathBuf, Result<Option<Passphrase>, KeyringError>),
    /// Whether it keeps the passphrase now.
    Remembered(Result<(), KeyringError>),
    /// Whether it had kept one.
    Forgot(Result<bool, KeyringError>),
}

/// Where a passphrase comes from, and what becomes of one that is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassphraseOrigin {
    /// Somebody typed it.
    Typed,
    /// Somebody typed it, and the keyring is to remember it.
    TypedToRemember,
    /// The keyring kept it.
    Keyring,
}
