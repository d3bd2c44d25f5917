//! The eight facts about a signer, none of which stands for another.

use crate::ui::facts::FactKind;
use crate::ui::icons::Status;

/// Over the eight.
pub const HEADING: &str = "Facts";
/// Why there are eight.
pub const ABOUT: &str = "Each is judged alone; one that holds says nothing about the others";

/// The name of a fact.
#[must_use]
pub const fn name(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Integrity => "Integrity",
        FactKind::Signature => "Signature",
        FactKind::Chain => "Chain",
        FactKind::Anchor => "Trust",
        FactKind::Validity => "Validity",
        FactKind::Revocation => "Revocation",
        FactKind::Binding => "Address",
        FactKind::Strength => "Strength",
    }
}

/// What a fact is about.
#[must_use]
pub const fn question(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Integrity => "Whether the content is the one that was signed",
        FactKind::Signature => "Whether the mathematics of the signature hold with the signer's key",
        FactKind::Chain => "Whether each certificate is signed by the next, up to an authority",
        FactKind::Anchor => "Whether the chain ends at an anchor that the recipient trusts",
        FactKind::Validity => "Whether the certificates were within their dates at the time of evaluation",
        FactKind::Revocation => "Whether an issuer has withdrawn a certificate",
        FactKind::Binding => "Whether the certificate names the sender",
        FactKind::Strength => "Whether digest and keys are strong enough for the profile",
    }
}

/// The word for how it came out.
#[must_use]
pub const fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "Passed",
        Status::Failed => "Failed",
        Status::Warning => "Partly",
        Status::Skipped => "Not reached",
        Status::NotChecked => "Not checked",
        Status::Info => "Note",
    }
}

/// Trust, where recipients differ.
#[must_use]
pub fn trusted_by(some: usize, all: usize) -> String {
    format!("{some} of {all}")
}

/// A fact as a line.
#[must_use]
pub fn line(kind: FactKind, word: &str) -> String {
    format!("{}: {word}", name(kind))
}
