//! Words that stand in several places of the window.

/// Gives up what is open or runs.
pub const CANCEL: &str = "Cancel";
/// Shows what a file holds.
pub const OPEN: &str = "Open";
/// Writes a file.
pub const SAVE: &str = "Save";
/// Into the clipboard.
pub const COPY: &str = "Copy";
/// Where a file lies.
pub const PATH: &str = "Path";
/// What that looks like, for a message.
pub const PATH_EXAMPLE: &str = "/home/me/message.eml";
/// What an address looks like.
pub const ADDRESS_EXAMPLE: &str = "bob@b.example";
/// The passphrase that a file has of its own.
pub const FILE_PASSPHRASE: &str = "File passphrase";

/// What a list leaves out at its end.
#[must_use]
pub fn and_more(more: usize) -> String {
    format!("and {more} more")
}
