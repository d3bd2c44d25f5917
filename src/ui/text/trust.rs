//! Whether an address can send and receive, and who accepts whose certificate.

use time::OffsetDateTime;

use super::{date, outcome, plain};
use crate::ui::changes::Truster;
use crate::ui::text::outcome as outcome_text;
use crate::ui::trust_map::Judgement;

/// Over the parties that accept a certificate.
pub const TRUSTED_BY: &str = "Trusted by";
/// No other party has anchors.
pub const NOBODY: &str = "Nobody else here has anchors";
/// The table of who accepts whom.
pub const MAP: &str = "Trust map";
/// Over its rows.
pub const MAP_ROWS: &str = "Whose certificate";
/// While no cell of it is selected.
pub const MAP_HINT: &str = "Select a cell to see why";
/// Leaves it.
pub const BACK: &str = "Back to addresses";
/// While it is being made.
pub const FINDING_MAP: &str = "Finding out who accepts whom";
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

/// What the rows and columns of the trust map are.
#[must_use]
pub fn map_about(minute: &str) -> String {
    format!("Whose certificate (row) is accepted by whom (column) on mail that arrives, as of {minute}")
}

/// The word of one of its cells.
#[must_use]
pub const fn judgement(judgement: Judgement<'_>) -> &'static str {
    match judgement {
        Judgement::Accepted(_) => "Yes",
        Judgement::Refused(_) => "No",
        Judgement::NoCertificate => "No certificate",
        Judgement::NoAnchors => "No anchors",
    }
}

/// A cell, read aloud.
#[must_use]
pub fn map_cell(judge: &str, signer: &str, judgement: Judgement<'_>) -> String {
    let answer = match judgement {
        Judgement::Accepted(anchor) => format!("yes, through {}", plain(anchor)),
        Judgement::Refused(why) => format!("no, {}", plain(why)),
        Judgement::NoCertificate => "no certificate".to_owned(),
        Judgement::NoAnchors => "no anchors".to_owned(),
    };
    format!("{judge} accepts {signer}: {answer}")
}

/// The selected cell as a sentence, and what is behind it.
#[must_use]
pub fn map_answer(judge: &str, signer: &str, judgement: Judgement<'_>) -> (String, String) {
    match judgement {
        Judgement::Accepted(anchor) => {
            (format!("{judge} accepts {signer} as a signer"), format!("Through {}", plain(anchor)))
        }
        Judgement::Refused(why) => {
            (format!("{judge} does not accept {signer} as a signer"), outcome_text::sentence(why))
        }
        Judgement::NoCertificate => {
            (format!("{judge} has nothing to judge"), format!("No certificate of {signer} is kept here"))
        }
        Judgement::NoAnchors => {
            (format!("{judge} accepts nobody as a signer"), format!("{judge} trusts nobody for receiving"))
        }
    }
}

/// Parties that the map has no room for.
#[must_use]
pub fn map_left_out(shown: usize, left_out: usize) -> String {
    format!("The first {shown} are shown; {left_out} more are left out")
}
