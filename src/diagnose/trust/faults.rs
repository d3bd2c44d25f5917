//! A check that did not hold on a link of the path that came furthest.

use time::OffsetDateTime;

use super::super::place::{Place, Source};
use super::candidate::CandidatePath;
use super::case::Case;
use super::missing::{Missing, MissingKind};
use crate::agent::ReasonCode;
use crate::finding::sentence_case;
use crate::pki::{Certificate, PathError, binding};

/// What is missing by that check; nothing where it only says that the path breaks off, or that the search did.
pub(super) fn of_error(case: &Case<'_>, path: &CandidatePath, error: &PathError) -> Option<Missing> {
    let certificate = error.certificate()?;
    let (kind, code) = kind(error)?;
    let base = sentence_case(&error.to_string());
    let missing = match error {
        PathError::Expired { .. } | PathError::NotYetValid { .. } => date(case, certificate, code, Some(path)),
        PathError::Revoked { .. } => Missing::new(kind, code, format!("{base}, as its issuer, {}, has published", certificate.issuer()))
            .advising(new_one(certificate, "one that is not revoked")),
        PathError::RevocationUnknown { status, .. } => {
            let mut missing = Missing::new(kind, code, format!(
                    "This profile demands to know whether “{}” (serial number {}) was revoked, and its issuer, {}, has not \
                     said so here; {status}",
                    certificate.common_name(),
                    certificate.serial(),
                    certificate.issuer(),
                ));
            missing.sources = lists(certificate).collect();
            missing.advice.push(match missing.sources.first() {
                Some(source) => format!("Import the current revocation list of {} (it names {}), or allow the network (--online on the command line)", certificate.issuer(), source.place),
                None => format!("Import the current revocation list of {}; the certificate does not say where it is", certificate.issuer()),
            });
            missing
        }
        PathError::CertificateSignatureInvalid { .. } => Missing::new(kind, code, format!("{base} (serial number {})", certificate.serial()))
            .advising(format!("Compare the certificate (SHA-256 {}) with the copy of its issuer: it was altered, or another authority has that name", certificate.fingerprint_colons())),
        PathError::NameConstraints { reason, .. } => {
            Missing::new(kind, code, constrained(path, certificate, reason)).advising(remedy(error, certificate))
        }
        PathError::CertificatePolicy { reason, .. } => {
            let sentence = format!(
                "An authority above “{}” (serial number {}, issued by {}) demands a certificate policy, and none holds along \
                 the whole chain ({reason})",
                certificate.common_name(),
                certificate.serial(),
                certificate.issuer(),
            );
            Missing::new(kind, code, sentence).advising(remedy(error, certificate))
        }
        _ => Missing::new(kind, code, format!("{base} (serial number {}, issued by {})", certificate.serial(), certificate.issuer()))
            .advising(remedy(error, certificate)),
    };
    Some(Missing { kind, ..missing }.about(certificate))
}

/// Names that the authorities above may not certify, and which of them says so.
fn constrained(path: &CandidatePath, certificate: &Certificate, reason: &str) -> String {
    let limits = |certificate: &&Certificate| certificate.extensions().constrained_names > 0;
    let above = path.links.iter().map(|link| &link.certificate).filter(|one| *one != certificate).find(limits);
    let by =
        above.map_or_else(|| "an authority above it".to_owned(), |above| format!("“{}” above it", above.common_name()));
    format!(
        "The certificate “{}” (serial number {}, issued by {}) names {}, for which {by} may not vouch ({reason})",
        certificate.common_name(),
        certificate.serial(),
        certificate.issuer(),
        binding::names(certificate),
    )
}

const fn kind(error: &PathError) -> Option<(MissingKind, ReasonCode)> {
    Some(match error {
        PathError::Expired { .. } => (MissingKind::Date, ReasonCode::Expired),
        PathError::NotYetValid { .. } => (MissingKind::Date, ReasonCode::NotYetValid),
        PathError::Revoked { .. } => (MissingKind::Revocation, ReasonCode::Revoked),
        PathError::RevocationUnknown { .. } => (MissingKind::Revocation, ReasonCode::RevocationUnknown),
        PathError::NotACa { .. } => (MissingKind::Constraint, ReasonCode::NotACa),
        PathError::PathLength { .. } => (MissingKind::Constraint, ReasonCode::PathLength),
        PathError::NameConstraints { .. } => (MissingKind::Constraint, ReasonCode::NameConstraints),
        PathError::CertificatePolicy { .. } => (MissingKind::Constraint, ReasonCode::CertificatePolicy),
        PathError::KeyUsage { .. } => (MissingKind::Use, ReasonCode::KeyUsage),
        PathError::UnknownCriticalExtension { .. } => (MissingKind::Form, ReasonCode::UnknownCriticalExtension),
        PathError::Malformed { .. } => (MissingKind::Form, ReasonCode::MalformedCertificate),
        PathError::WeakKey { .. } => (MissingKind::Strength, ReasonCode::WeakKey),
        PathError::WeakAlgorithm { .. } => (MissingKind::Strength, ReasonCode::WeakAlgorithm),
        PathError::CertificateSignatureInvalid { .. } => {
            (MissingKind::Signature, ReasonCode::CertificateSignatureInvalid)
        }
        PathError::LimitExceeded(_) | PathError::NoAnchors | PathError::NoPathToAnchor { .. } => return None,
    })
}

/// A certificate outside its dates, and when the whole chain would have been inside.
pub(super) fn date(
    case: &Case<'_>,
    certificate: &Certificate,
    code: ReasonCode,
    path: Option<&CandidatePath>,
) -> Missing {
    let now = case.search.now();
    let (from, until) = (certificate.not_before(), certificate.not_after());
    let what = match code {
        ReasonCode::Expired => format!("expired on {}", day(until)),
        _ => format!("is not valid before {}", day(from)),
    };
    let window = window(certificate, path);
    let whole = match window {
        Some((first, last)) if (first, last) != (from, until) => {
            format!("; all of its chain was valid together from {} until {}", day(first), day(last))
        }
        Some(_) => String::new(),
        None => "; at no time were all certificates of its chain valid together".to_owned(),
    };
    let sentence = format!(
        "The certificate “{}” (serial number {}) {what}: it is valid from {} until {}, and it is judged as of {}{whole}",
        certificate.common_name(),
        certificate.serial(),
        day(from),
        day(until),
        day(now),
    );
    let mut missing = Missing::new(MissingKind::Date, code, sentence).about(certificate);
    missing.window = window;
    let moment = window.map(|(first, last)| if code == ReasonCode::Expired { last } else { first });
    missing.shown = moment.and_then(|then| {
        let path = case.search.at(case.leaf, case.anchors, then)?;
        Some(format!(
            "Judged as of {}, a path from “{}” to “{}” holds in every check",
            crate::agent::timestamp(then),
            case.leaf.common_name(),
            path.anchor().common_name(),
        ))
    });
    missing.advice = date_advice(certificate, code, moment);
    missing
}

fn date_advice(certificate: &Certificate, code: ReasonCode, moment: Option<OffsetDateTime>) -> Vec<String> {
    let own = match code {
        ReasonCode::Expired => format!(
            "Let the owner of “{}” renew the certificate that ended on {}",
            certificate.common_name(),
            day(certificate.not_after())
        ),
        _ => format!(
            "Wait until {}, and check the clocks of this computer and of who issued “{}”",
            day(certificate.not_before()),
            certificate.common_name()
        ),
    };
    let at = moment.map(|then| {
        format!(
            "To judge the message as of a time when the dates hold, evaluate as of {} (--at on the command line)",
            crate::agent::timestamp(then)
        )
    });
    std::iter::once(own).chain(at).collect()
}

fn day(time: OffsetDateTime) -> time::Date {
    time.date()
}

// The dates of an anchor do not count (RFC 5280 §6.1.1 (d)).
fn window(certificate: &Certificate, path: Option<&CandidatePath>) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let mut all: Vec<&Certificate> = vec![certificate];
    if let Some(path) = path {
        let anchor = |certificate: &Certificate| path.end == super::PathEnd::Anchor && path.last() == Some(certificate);
        all.extend(path.links.iter().map(|link| &link.certificate).filter(|certificate| !anchor(certificate)));
    }
    let first = all.iter().map(|certificate| certificate.not_before()).max()?;
    let last = all.iter().map(|certificate| certificate.not_after()).min()?;
    (first <= last).then_some((first, last))
}

pub(super) fn new_one(certificate: &Certificate, what: &str) -> String {
    format!(
        "The owner of “{}” needs another certificate, {what}: ask {} for it",
        certificate.common_name(),
        certificate.issuer()
    )
}

fn remedy(error: &PathError, certificate: &Certificate) -> String {
    let (name, issuer) = (certificate.common_name(), certificate.issuer());
    match error {
        PathError::NotACa { .. } => format!(
            "“{name}” may not issue certificates: the owner of the certificate below it needs one from an authority"
        ),
        PathError::PathLength { .. } => format!(
            "“{name}” allows fewer authorities below it than there are: its owner has to have the chain issued anew"
        ),
        PathError::NameConstraints { .. } => format!(
            "The authorities above “{name}” may not vouch for its names: its owner needs a certificate from one that may"
        ),
        PathError::CertificatePolicy { .. } => format!(
            "An authority above demands a policy that the chain of “{name}” does not hold: {issuer} has to issue it anew with that policy"
        ),
        PathError::KeyUsage { .. } => {
            format!("The key of “{name}” is not meant to sign certificates: {issuer} has to certify it for that")
        }
        PathError::UnknownCriticalExtension { oid, .. } => format!(
            "Ask {issuer} what the extension {oid} of “{name}” means, and for a certificate without it or in which it is not critical"
        ),
        PathError::Malformed { .. } => {
            format!("Let {issuer} issue the certificate of “{name}” anew, without that fault")
        }
        PathError::WeakKey { minimum, .. } => format!(
            "The owner of “{name}” needs a key of at least {minimum} bits; to judge old mail there is the profile legacy"
        ),
        _ => new_one(certificate, "signed over SHA-256"),
    }
}

fn lists(certificate: &Certificate) -> impl Iterator<Item = Source> + '_ {
    let urls = certificate.extensions().list_urls.iter();
    urls.map(|url| Source { place: Place::Url(url.clone()), certificate: None })
}
