//! Whether an address can send and receive, and who accepts whose certificate.

use time::OffsetDateTime;

use super::{date, outcome, plain};
use crate::ui::changes::Truster;

/// Over the parties that accept a certificate.
pub const TRUSTED_BY: &str = "Trusted by";
/// No other party has anchors.
pub const NOBODY: &str = "Nobody else here has anchors";
/// The button that takes in a key.
pub const IMPORT_KEY: &str = "Import .p12…";
/// The button that asks for the passphrase.
pub const UNLOCK: &str = "Unlock…";
/// Why a key is of no use.
pub const LOCKED: &str = "it has keys, and they are locked";
/// The same.
pub const NO_KEY: &str = "it has no private key";
/// The same.
pub const NOT_VALID: &str = "no certificate of its keys is valid then";
/// Why nothing is accepted.
pub const NO_INCOMING: &str = "it trusts nobody for receiving";
/// Why nobody can be written to.
pub const NO_OUTGOING: &str = "it trusts nobody for sending";
/// Mail for it is taken in.
pub const LOCAL: &str = "The domain is local: mail for it is taken in here";
/// Mail for it is not.
pub const NOT_LOCAL: &str = "The domain is not local: mail for it is not taken in here";

/// It can sign and encrypt.
#[must_use]
pub fn can_send(until: OffsetDateTime) -> String {
    format!("Can send until {}", date(until))
}

/// Why not.
#[must_use]
pub fn cannot_send(why: &str) -> String {
    format!("Cannot send, because {why}")
}

/// It can decrypt, and there is somebody whom it believes.
#[must_use]
pub fn can_receive(until: OffsetDateTime) -> String {
    format!("Can receive until {}", date(until))
}

/// The same with certificates that nobody encrypts for any more.
#[must_use]
pub fn can_receive_old(since: OffsetDateTime) -> String {
    format!("Can receive what was encrypted for its key; senders refuse its certificate since {}", date(since))
}

/// Why not.
#[must_use]
pub fn cannot_receive(why: &str) -> String {
    format!("Cannot receive, because {why}")
}

/// In which directions a party accepts a certificate.
#[must_use]
pub const fn accepted_as(truster: &Truster) -> &'static str {
    match (&truster.as_signer, &truster.as_recipient) {
        (Some(Ok(_)), Some(Ok(_))) => "as a signer and as a recipient",
        (Some(Ok(_)), _) => "as a signer",
        (_, Some(Ok(_))) => "as a recipient",
        _ => "in neither direction",
    }
}

/// Both directions in words: one sentence where they agree.
#[must_use]
pub fn both_directions(truster: &Truster) -> String {
    match (&truster.as_signer, &truster.as_recipient) {
        (signer, recipient) if signer == recipient => judged(signer.as_ref()),
        (signer, recipient) => {
            format!("As a signer {}, as a recipient {}", lower(signer.as_ref()), lower(recipient.as_ref()))
        }
    }
}

fn judged(path: Option<&Result<String, String>>) -> String {
    match path {
        Some(Ok(anchor)) => format!("Yes, through {}", plain(anchor)),
        Some(Err(why)) => outcome::sentence(why),
        None => "No anchors".to_owned(),
    }
}

fn lower(path: Option<&Result<String, String>>) -> String {
    match path {
        Some(Ok(anchor)) => format!("through {}", plain(anchor)),
        Some(Err(_)) => "not".to_owned(),
        None => "not, for want of anchors".to_owned(),
    }
}
