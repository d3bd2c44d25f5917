//! What speaks against the certificate of a signer or a recipient itself, whatever its path: names, dates, use, strength.

use super::super::known::Known;
use super::super::place::Source;
use super::case::Case;
use super::faults::{date, new_one};
use super::missing::{Missing, MissingKind};
use crate::agent::{Reason, ReasonCode, SignerOutcome};
use crate::finding::after_colon;
use crate::mail::Address;
use crate::pki::{Certificate, Validity, binding};

/// The faults of a signer's certificate.
pub(super) fn of_signer(case: &Case<'_>, signer: &SignerOutcome, sender: Option<&Address>) -> Vec<Missing> {
    signer.reasons.iter().filter_map(|reason| of_reason(case, reason, sender)).collect()
}

/// The fault of a certificate that was found for a recipient.
pub(super) fn of_candidate(case: &Case<'_>, reason: &Reason, address: &Address) -> Option<Missing> {
    of_reason(case, reason, Some(address))
}

fn of_reason(case: &Case<'_>, reason: &Reason, expected: Option<&Address>) -> Option<Missing> {
    let leaf = case.leaf;
    let plain = |kind| {
        let sentence = format!(
            "“{}” (serial number {}, issued by {}): {}",
            leaf.common_name(),
            leaf.serial(),
            leaf.issuer(),
            after_colon(&reason.detail)
        );
        Missing::new(kind, reason.code, sentence)
    };
    let missing = match reason.code {
        ReasonCode::SignerNotBound | ReasonCode::CertificateNotBound => name(case, reason, expected?),
        // What the whole chain says is with its paths, where the same dates are looked at.
        ReasonCode::Expired | ReasonCode::NotYetValid if concerns_leaf(case, reason) => {
            date(case, leaf, reason.code, None)
        }
        ReasonCode::Revoked if concerns_leaf(case, reason) => {
            plain(MissingKind::Revocation).advising(new_one(leaf, "one that is not revoked"))
        }
        ReasonCode::KeyUsage if concerns_leaf(case, reason) => {
            plain(MissingKind::Use).advising(new_one(leaf, "for mail, with a key that may be used for it"))
        }
        ReasonCode::WeakKey if concerns_leaf(case, reason) => plain(MissingKind::Strength)
            .advising(new_one(leaf, "with a longer key"))
            .advising("To judge old mail there is the profile legacy"),
        ReasonCode::WeakAlgorithm => plain(MissingKind::Strength).advising(
            "The sender's agent has to sign over SHA-256 or better; to judge old mail there is the profile legacy",
        ),
        ReasonCode::UnsupportedAlgorithm => {
            plain(MissingKind::Use).advising(new_one(leaf, "with an RSA or elliptic curve key"))
        }
        _ => return None,
    };
    Some(missing.about(leaf))
}

// Of a candidate the reason may be that of an authority above.
fn concerns_leaf(case: &Case<'_>, reason: &Reason) -> bool {
    let leaf = case.leaf;
    match reason.code {
        ReasonCode::Expired => leaf.validity_at(case.search.now()) == Validity::Expired,
        ReasonCode::NotYetValid => leaf.validity_at(case.search.now()) == Validity::NotYetValid,
        _ => !reason.detail.contains('“') || reason.detail.contains(&format!("“{}”", leaf.common_name())),
    }
}

/// A certificate that speaks for somebody else, and the one that would do.
fn name(case: &Case<'_>, reason: &Reason, expected: &Address) -> Missing {
    let leaf = case.leaf;
    let bound = |certificate: &Certificate| {
        !certificate.is_ca() && binding::bind(certificate, expected, case.agent.profile.subject_names).is_some()
    };
    let names = binding::names(leaf);
    let whom = match reason.code {
        ReasonCode::SignerNotBound => format!("the message says that it comes from {expected} (MAIL FROM)"),
        _ => format!("it was found for {expected}"),
    };
    let sentence = if bound(leaf) {
        format!("{} (serial number {})", reason.detail, leaf.serial())
    } else {
        format!(
            "The certificate “{}” (serial number {}) is bound to {names}, and {whom}",
            leaf.common_name(),
            leaf.serial()
        )
    };
    let mut missing = Missing::new(MissingKind::Name, reason.code, sentence);
    let serves = |known: &&Known| {
        bound(&known.certificate) && known.certificate.validity_at(case.search.now()) == Validity::Valid
    };
    let others = case.search.known.iter().filter(serves);
    missing.sources = others
        .map(|known| Source { place: known.kept.clone(), certificate: Some(known.certificate.clone()) })
        .collect();
    missing.advice.push(match (reason.code, missing.sources.first()) {
        (ReasonCode::SignerNotBound, _) => format!(
            "Let the sender sign with the key of a certificate whose subjectAltName is {expected} or {}, or send as {names}",
            expected.domain()
        ),
        (_, Some(source)) => format!("Use the certificate that is bound to {expected}: {} have it", source.place),
        (_, None) => format!("Ask for a certificate whose subjectAltName is {expected} or {}", expected.domain()),
    });
    missing
}
