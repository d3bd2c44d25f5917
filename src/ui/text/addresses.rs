//! The list of addresses, and the page of one: its keys, its anchors, and what is missing.

use time::OffsetDateTime;

use super::{count, date};

/// Over the list.
pub const HEADING: &str = "Addresses";
/// Opens the field for a new one.
pub const ADD_HINT: &str = "Add an address or a domain";
/// That field.
pub const NEW: &str = "New address or domain";
/// What may be typed there.
pub const NEW_EXAMPLE: &str = "bob@b.example or b.example";
/// Adds it.
pub const ADD: &str = "Add";
/// The filter above the list.
pub const FILTER: &str = "Filter addresses";
/// The list is empty.
pub const NOBODY: &str = "Nobody is set up yet";
/// The page of a workspace without anybody.
pub const EMPTY: &str = "No address has keys or anchors yet. Drop a .p12 or a certificate here";
/// The page without a workspace.
pub const NO_WORKSPACE: &str = "No workspace is open, so there is nowhere to keep keys and anchors";

/// Locks the keys.
pub const LOCK: &str = "Lock";
/// What that does.
pub const LOCK_HINT: &str = "Lock all private keys";
/// Takes a certificate out.
pub const SAVE_CERTIFICATE: &str = "Save certificate…";
/// Takes an anchor away.
pub const STOP_TRUSTING: &str = "Stop trusting";
/// Takes anything else away.
pub const REMOVE: &str = "Remove";
/// The way back from both.
pub const REMOVE_HINT: &str = "Ctrl+Z brings it back";
/// Over keys and certificates.
pub const KEYS: &str = "Keys and certificates";
/// Over anchors.
pub const TRUSTS: &str = "Trusts";
/// Takes an anchor in.
pub const ADD_ANCHOR: &str = "Add anchor…";

/// A key that is open.
pub const PRIVATE_KEY: &str = "private key";
/// A key that is not.
pub const LOCKED_KEY: &str = "locked key";
/// A certificate that may issue.
pub const CA_CERTIFICATE: &str = "CA certificate";
/// Any other certificate.
pub const CERTIFICATE: &str = "certificate";
/// An anchor in one direction.
pub const FOR_RECEIVING: &str = "for receiving";
/// An anchor in the other.
pub const FOR_SENDING: &str = "for sending";
/// An anchor in both.
pub const FOR_BOTH: &str = "for sending and receiving";

/// A certificate that no longer counts.
#[must_use]
pub fn expired(at: OffsetDateTime) -> String {
    format!("expired {}", date(at))
}

/// A certificate that does not count yet.
#[must_use]
pub fn not_before(at: OffsetDateTime) -> String {
    format!("not before {}", date(at))
}

/// What an address has.
#[must_use]
pub fn facts(keys: usize, anchors: usize) -> String {
    let keys = if keys == 0 { "no key".to_owned() } else { count(keys, "key", "keys") };
    let anchors = if anchors == 0 { "no anchor".to_owned() } else { count(anchors, "anchor", "anchors") };
    format!("{keys}, {anchors}")
}

/// What the workspace has for everybody.
#[must_use]
pub fn shared_facts(authorities: usize, lists: usize) -> String {
    let authorities = count(authorities, "authority", "authorities");
    format!("{authorities}, {}", count(lists, "revocation list", "revocation lists"))
}

/// It has no key, and its domain has one.
#[must_use]
pub fn served_by_key_of(domain: &str) -> String {
    format!("No private key of its own; the key of {domain} serves it")
}

/// An address that has no key at all.
#[must_use]
pub fn address_without_key(name: &str) -> String {
    format!("No private key for {name}, so nothing sent to it can be decrypted here")
}

/// A domain that has no key.
#[must_use]
pub fn domain_without_key(name: &str) -> String {
    format!("No private key for the addresses of {name}")
}

/// It has no anchors for receiving, and its domain has some.
#[must_use]
pub fn receives_as(domain: &str) -> String {
    format!("No anchors of its own for receiving; those of {domain} count")
}

/// Nothing it receives is accepted.
#[must_use]
pub fn receives_from_nobody(name: &str) -> String {
    format!("{name} trusts nobody yet, so every message to it is rejected")
}

/// It has no anchors for sending, and its domain has some.
#[must_use]
pub fn sends_as(domain: &str) -> String {
    format!("No anchors of its own for sending; those of {domain} count")
}

/// It can write to nobody.
#[must_use]
pub fn sends_to_nobody(name: &str) -> String {
    format!("{name} trusts nobody for sending, so it can send to nobody")
}
