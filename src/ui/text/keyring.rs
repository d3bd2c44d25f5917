//! The system's keyring: what it is offered for, and what is said when it does not do it.

use super::plain;
use crate::finding::sentence_case;
use crate::ui::keyring::PassphraseOrigin;
use crate::workspace::keyring::KeyringError;

/// What the passphrase is, and where it goes.
pub const ABOUT: &str =
    "The passphrase of this workspace stays in memory, and goes nowhere else unless the keyring is to remember it";
/// The box beside the field.
pub const REMEMBER: &str = "Remember in the system's keyring";
/// What that means.
pub const REMEMBER_HINT: &str = "Whoever is logged in as you, and every program that runs as you, can then ask for it";
/// The button that needs no typing.
pub const UNLOCK: &str = "Unlock with the keyring";
/// What it does.
pub const UNLOCK_HINT: &str = "Ask the system's keyring for the passphrase; it may want to be unlocked first";
/// It has been asked.
pub const WAITING: &str =
    "Waiting for the keyring, which may ask you something in a window of its own; you can type the passphrase as well";
/// It has none.
pub const NOT_KEPT: &str =
    "The keyring keeps no passphrase for this workspace: type it, and tick the box to have it remembered";
/// It keeps the passphrase now.
pub const REMEMBERED: &str = "The system's keyring remembers the passphrase of this workspace";
/// What it keeps, in the settings.
pub const SETTING: &str = "Keyring";
/// The button there.
pub const FORGET: &str = "Forget the passphrase in the keyring";
/// What it does.
pub const FORGET_HINT: &str =
    "The passphrase of the open workspace then has to be typed; keys that are unlocked stay so";
/// Why it does nothing.
pub const NO_WORKSPACE: &str = "Open a workspace first: the keyring keeps a passphrase for each";
/// It has been pressed.
pub const FORGETTING: &str = "Waiting for the keyring, which may ask you something in a window of its own";
/// It kept one.
pub const FORGOTTEN: &str = "The keyring no longer keeps the passphrase of this workspace";
/// It kept none.
pub const NOTHING_TO_FORGET: &str = "The keyring kept no passphrase for this workspace";
/// Nobody waits for it any more.
pub const NOT_WAITED_FOR: &str =
    "The keyring is no longer waited for; if it is still asking you something, answer there as you want it";

/// A passphrase opens no key.
#[must_use]
pub const fn wrong(origin: PassphraseOrigin) -> &'static str {
    match origin {
        PassphraseOrigin::Typed | PassphraseOrigin::TypedToRemember => super::secrets::WRONG,
        PassphraseOrigin::Keyring => {
            "The passphrase in the keyring opens no key here, perhaps because it was changed since: type the right one, \
             and tick the box to have that remembered instead"
        }
    }
}

/// Why the keyring gave no passphrase.
#[must_use]
pub fn not_recalled(error: &KeyringError) -> String {
    sentence_case(&format!("{}: {} and try again, or type the passphrase", cause(error), remedy(error)))
}

/// Why it does not keep one that opened the keys.
#[must_use]
pub fn not_remembered(error: &KeyringError) -> String {
    format!(
        "The keys are unlocked, but the passphrase is not remembered, because {}: {}, then lock the keys and unlock them \
         with the box ticked",
        cause(error),
        remedy(error)
    )
}

/// Why it may keep one still.
#[must_use]
pub fn not_forgotten(error: &KeyringError) -> String {
    format!(
        "The passphrase is not forgotten, because {}: {} and try again, or remove the entry “sealscope” with the \
         system's own program for passwords",
        cause(error),
        remedy(error)
    )
}

fn cause(error: &KeyringError) -> String {
    match error {
        KeyringError::Absent(why) => format!("no keyring of this system answers ({})", plain(why)),
        KeyringError::Refused(why) => format!("the system's keyring refused ({})", plain(why)),
    }
}

// A program that found no keyring looks for none again.
const fn remedy(error: &KeyringError) -> &'static str {
    match error {
        KeyringError::Absent(_) => "start one, then start Sealscope anew",
        KeyringError::Refused(_) => "unlock it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The error's own words are those of the command line.
    #[test]
    fn every_failure_names_cause_and_remedy_and_no_option_of_the_command_line() {
        let locked = KeyringError::Refused("it is locked".to_owned());
        let off = KeyringError::Absent("it is off".to_owned());
        for (error, why, remedy) in [(off, "(it is off)", "start one"), (locked, "(it is locked)", "unlock it")] {
            for sentence in [not_recalled(&error), not_remembered(&error), not_forgotten(&error)] {
                assert!(sentence.contains(why) && sentence.contains(remedy), "{sentence}");
                assert!(!sentence.contains("--") && sentence.starts_with(char::is_uppercase), "{sentence}");
            }
        }
    }
}
