//! Opening and saving: dialogs, the path field, files dropped on the window, and what is said of them.

use super::{count, size};

/// The path field, for opening.
pub const OPEN_BY_PATH: &str = "Open by path";
/// What may be opened.
pub const OPEN_BY_PATH_ABOUT: &str =
    "A message, an mbox, a folder of messages, a workspace, a key or a certificate. Its content decides, not its name.";
/// The path field, for saving.
pub const SAVE_BY_PATH: &str = "Save by path";
/// What the name decides.
pub const SAVE_BY_PATH_ABOUT: &str =
    "A name that ends in .bsmtp saves the message with its envelope, any other the message alone.";

/// Over files that hover over the window.
pub const DROP_HEADING: &str = "Drop to open";
/// What becomes of them.
pub const DROP_ABOUT: &str = "Messages go to the list, keys and certificates to Addresses";
/// One whose name is not known.
pub const A_FILE: &str = "a file";

/// The title of the dialog that opens anything.
pub const DIALOG_OPEN: &str = "Open messages, keys or certificates";
/// The title of the dialog for a message that is to be sent.
pub const DIALOG_TO_SEND: &str = "Open the message to send";
/// The title of the dialog for a workspace.
pub const DIALOG_WORKSPACE: &str = "Open a workspace";
/// The title of the dialog for a copy.
pub const DIALOG_EXPORT: &str = "Export";
/// The title of the dialog for a message.
pub const DIALOG_SAVE: &str = "Save the message";
/// The system showed no dialog.
pub const NO_DIALOG: &str = "No file dialog could be shown here: type the path";

/// What the demo workspace is called.
pub const DEMO: &str = "DEMO workspace";
/// There is no place for the demo.
pub const NO_DEMO_FOLDER: &str = "This system names no folder for the demo workspace: start with --workspace DIR";
/// There is no place for a workspace.
pub const NO_OWN_FOLDER: &str = "This system names no folder for a workspace: start with --workspace DIR";
/// The passphrase opens nothing.
pub const WRONG_PASSPHRASE: &str = "Wrong passphrase or damaged file";

/// A workspace was opened.
#[must_use]
pub fn opened_workspace(messages: usize) -> String {
    format!("Opened the workspace with {}", count(messages, "message", "messages"))
}

/// A file was written.
#[must_use]
pub fn saved(octets: usize, place: &str) -> String {
    format!("Saved {} to {place}", size(octets))
}

/// Of a folder there is no one message to send.
#[must_use]
pub fn is_a_folder(file: &str) -> String {
    format!("{file} holds several messages: choose the file of one")
}

/// What a folder holds beside messages.
#[must_use]
pub fn passed_over(folder: &str, files: usize) -> String {
    format!("{folder} holds {} without a message that could be read", count(files, "file", "files"))
}

/// What was learnt of a folder could not be kept.
#[must_use]
pub fn not_remembered(why: &str) -> String {
    format!("The folder will be read again the next time: {why}")
}

/// A message that is shown out of its file, which another program wrote to.
#[must_use]
pub fn changed_meanwhile(file: &str) -> String {
    format!("{file} was changed by another program while it was shown; open it again")
}

/// There is nothing in a file to send.
#[must_use]
pub fn holds_no_message(file: &str) -> String {
    format!("{file} holds no message")
}

/// The same, and what there is instead.
#[must_use]
pub fn holds_keys(file: &str) -> String {
    format!("{file} holds keys or certificates, not a message")
}

/// The same.
#[must_use]
pub fn is_a_workspace(file: &str) -> String {
    format!("{file} is a workspace, not a message")
}

/// The settings of the window cannot be written.
#[must_use]
pub fn settings_not_kept(place: &str, why: &str) -> String {
    format!("The window's settings could not be kept in {place}: {why}")
}
