//! Passphrases and private keys: asking for them, how long they stay open, and what is said once they are locked.

use crate::ui::settings::KeepKeys;

/// Over the field for the workspace's passphrase.
pub const UNLOCK_HEADING: &str = "Unlock keys";
/// What it is, and where it does not go.
pub const UNLOCK_WORDS: &str = "The passphrase of this workspace stays in memory and is never written down";
/// The field.
pub const PASSPHRASE: &str = "Passphrase";
/// The button beside it.
pub const UNLOCK: &str = "Unlock";
/// Over the choice of how long.
pub const KEEP: &str = "Keep the keys unlocked";
/// The keys were locked by hand.
pub const LOCKED: &str = "All private keys are locked; outcomes are those without keys";
/// They were open for as long as was chosen.
pub const TIME_IS_UP: &str = "Ten minutes are over: all private keys are locked; outcomes are those without keys";
/// They have done what they were opened for.
pub const DONE_WITH: &str = "The private keys are locked again; outcomes stay until the messages are processed again";
/// The passphrase opens no key.
pub const WRONG: &str = "Wrong passphrase: no key was unlocked";

/// How long keys stay open, to choose from.
#[must_use]
pub const fn keep_name(keep: KeepKeys) -> &'static str {
    match keep {
        KeepKeys::UntilLocked => "Until they are locked or the window closes",
        KeepKeys::TenMinutes => "For ten minutes",
        KeepKeys::AskEachTime => "Only while they are needed",
    }
}

/// What that means.
#[must_use]
pub const fn keep_hint(keep: KeepKeys) -> &'static str {
    match keep {
        KeepKeys::UntilLocked => "Ctrl+L locks them at any time",
        KeepKeys::TenMinutes => "Then they are locked, and the messages are judged again without them",
        KeepKeys::AskEachTime => {
            "They are locked as soon as the messages are processed, and in Addresses when you leave that view"
        }
    }
}

/// What the workspace's owner wrote down about the passphrase.
#[must_use]
pub fn hint(hint: &str) -> String {
    format!("Hint: {hint}")
}
