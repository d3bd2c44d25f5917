//! Changes to the workspace: what was taken in, added, removed, and taken back.

use super::plain;
use crate::trust::PartyName;

/// An import of what is there.
pub const NOTHING_NEW: &str = "Nothing new: the workspace has it all";
/// Why nothing was removed.
pub const NOT_REMOVABLE: &str = "Only keys, certificates and anchors can be removed here";
/// There is nothing to change.
pub const NO_WORKSPACE: &str = "No workspace is open";
/// There is nothing to import into.
pub const NOWHERE_TO_IMPORT: &str = "Open or create a workspace first: imported things are kept there";
/// Another program wrote to the workspace while it was open here.
pub const CHANGED_OUTSIDE: &str =
    "Another program changed this workspace: it was read again, and nothing of it was written over";

/// Another program did something to the workspace that this one cannot read.
#[must_use]
pub fn gone_outside(why: &str) -> String {
    format!("The workspace was changed outside and cannot be read again, so what is shown is as it was: {}", plain(why))
}

/// Something was taken in, and perhaps more with it.
#[must_use]
pub fn imported(first: &str, more: usize, party: &str) -> String {
    match more {
        0 => format!("Imported {first} for {party}"),
        more => format!("Imported {first} and {more} more for {party}"),
    }
}

/// An address or a domain is new.
#[must_use]
pub fn added(party: &PartyName) -> String {
    format!("Added {}", name(party))
}

/// A key went.
#[must_use]
pub fn removed_key(key: &str, party: &PartyName) -> String {
    format!("Removed the key {} of {}; its certificate stays", plain(key), name(party))
}

/// An anchor went.
#[must_use]
pub fn removed_anchor(anchor: &str, party: &PartyName) -> String {
    format!("{} no longer trusts {}", name(party), plain(anchor))
}

/// A certificate went.
#[must_use]
pub fn removed_certificate(certificate: &str, party: &PartyName) -> String {
    format!("Removed the certificate {} of {}", plain(certificate), name(party))
}

/// A change was taken back.
#[must_use]
pub fn undone(what: &str) -> String {
    format!("Undone: {what}")
}

/// A change was done again.
#[must_use]
pub fn redone(what: &str) -> String {
    format!("Done again: {what}")
}

fn name(party: &PartyName) -> String {
    plain(&party.to_string())
}
