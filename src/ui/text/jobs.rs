//! What the program is doing: the names of jobs, and what is said once they are done.

use super::plain;
use crate::mail::Address;

/// A workspace that was chosen.
pub const OPENING_WORKSPACE: &str = "Opening the workspace";
/// The person's own one.
pub const OPENING_OWN: &str = "Opening your workspace";
/// The demo.
pub const MAKING_DEMO: &str = "Making the demo workspace";
/// Files of any kind.
pub const OPENING_FILES: &str = "Opening files";
/// A folder of messages.
#[must_use]
pub fn listing(folder: &str) -> String {
    format!("Listing {folder}")
}

/// A file for the composer.
pub const READING_TO_SEND: &str = "Reading the message to send";
/// What was opened before.
pub const LOOKING_FOR_RECENT: &str = "Looking for recent files";
/// The passphrase of a file.
pub const UNLOCKING_FILE: &str = "Unlocking the file";
/// The passphrase of the workspace.
pub const UNLOCKING_KEYS: &str = "Unlocking keys";
/// What the keyring keeps for the workspace.
pub const ASKING_KEYRING: &str = "Asking the keyring";
/// That it keeps the passphrase.
pub const REMEMBERING_IN_KEYRING: &str = "Remembering the passphrase in the keyring";
/// That it keeps it no longer.
pub const FORGETTING_IN_KEYRING: &str = "Forgetting the passphrase in the keyring";
/// Keys, certificates, anchors.
pub const IMPORTING: &str = "Importing";
/// A key or an authority.
pub const MAKING_KEY: &str = "Making a key";
/// Anything of the workspace.
pub const REMOVING: &str = "Removing";
/// An address or a domain.
pub const ADDING_ADDRESS: &str = "Adding an address";
/// The last change, back or forward.
pub const UNDOING: &str = "Undoing";
/// Some of very many messages.
pub const PROCESSING_MANY: &str = "Processing messages";
/// A copy of a key, a certificate, octets.
pub const EXPORTING: &str = "Exporting";
/// A secured message.
pub const SAVING: &str = "Saving";
/// What the workspace prefers.
pub const CHANGING_SETTINGS: &str = "Changing the workspace's settings";
/// Whether another program has changed the workspace.
pub const LOOKING_OUTSIDE: &str = "Looking for changes by other programs";
/// Who accepts a certificate.
pub const FINDING_TRUSTERS: &str = "Finding out who trusts it";
/// The system's own window.
pub const WAITING_FOR_DIALOG: &str = "Waiting for the file dialog";

/// The account of a verdict is in the clipboard.
pub const COPIED_WHY: &str = "Copied the verdict and its causes";

/// A message is judged.
#[must_use]
pub fn processing(message: &str) -> String {
    format!("Processing {message}")
}

/// It could not be.
#[must_use]
pub fn not_processed(message: &str, why: &str) -> String {
    format!("{message} could not be processed: {why}")
}

/// What asks the network could not be made.
#[must_use]
pub fn no_network(why: &str) -> String {
    format!("Nothing beyond this computer is asked: {why}")
}

/// Something was stopped.
#[must_use]
pub fn cancelled(job: &str) -> String {
    format!("Cancelled: {job}")
}

/// A copy is being broken.
#[must_use]
pub fn breaking(message: &str) -> String {
    format!("Breaking a copy of {message}")
}

/// It was.
#[must_use]
pub fn broken(copy: &str) -> String {
    format!("Made a broken copy: {copy}")
}

/// It could not be.
#[must_use]
pub fn not_broken(why: &str) -> String {
    format!("The copy could not be made: {why}")
}

/// What a message that was made here is called.
#[must_use]
pub fn sent_to(recipients: &[Address]) -> String {
    match recipients {
        [] => "Sent to nobody".to_owned(),
        [only] => format!("Sent to {}", plain(&only.to_string())),
        [first, rest @ ..] => format!("Sent to {} and {} more", plain(&first.to_string()), rest.len()),
    }
}

/// What that is called once everybody has it.
#[must_use]
pub fn received(message: &str) -> String {
    format!("{message} (received)")
}

/// What that is called once one of its recipients has it.
#[must_use]
pub fn received_by(message: &str, recipient: &Address) -> String {
    format!("{message} (received by {})", plain(&recipient.to_string()))
}
