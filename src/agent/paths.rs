//! Paths to anchors: the agent's side of path validation, with errors as reason codes.

use super::Agent;
use super::outcome::{Reason, ReasonCode};
use super::profile::Profile;
use crate::finding::{Ledger, Rule};
use crate::pki::path;
use crate::pki::{Certificate, PathError, ValidatedPath};

pub(super) use crate::pki::path::Pool;

const REVOCATION: Rule = Rule::new("path.revocation", "RFC 5280 §6.3");
const KEY_SIZE: Rule = Rule::new("path.key-size", "RFC 8551 §4");
const DIGEST: Rule = Rule::new("path.digest", "RFC 8550 §4.3");
const ANCHOR_DATES: Rule = Rule::new("path.anchor-validity", "RFC 5280 §6.1.1 (d)");

/// Why a leaf has no path, and how specific that is.
#[derive(Clone)]
pub(super) struct Failure {
    pub(super) reason: Reason,
    /// The certificate at fault, or where the path breaks off.
    pub(super) found: String,
    rank: u32,
}

impl Failure {
    /// The more specific of two.
    pub(super) fn worse(first: Option<Self>, second: Self) -> Option<Self> {
        match first {
            Some(first) if first.rank >= second.rank => Some(first),
            _ => Some(second),
        }
    }
}

/// Every certificate that may complete a path: those of the message, of `authorities/`, and of the parties.
pub(super) fn pool(agent: &Agent<'_>, certificates: &[Certificate]) -> Pool {
    let known = agent.authorities.iter().chain(agent.parties.authorities());
    Pool::new(certificates.iter().chain(known).cloned())
}

/// Looks for a path from `leaf` to one of `anchors` under the agent's profile, time and caps.
pub(super) fn find(
    agent: &Agent<'_>,
    leaf: &Certificate,
    pool: &Pool,
    anchors: &[Certificate],
    ledger: &mut Ledger,
) -> Result<ValidatedPath, Failure> {
    let policy = agent.profile.path_policy();
    let found = path::find_path(leaf, pool, anchors, agent.crls, agent.now, &policy, &agent.limits);
    let path = found.map_err(failure)?;
    for (certificate, status) in path.certificates().iter().zip(path.revocation()) {
        let detail = format!("{}: {status}", certificate.common_name());
        match status {
            crate::pki::RevocationStatus::Good => ledger.pass(REVOCATION, detail),
            _ => ledger.not_checked(REVOCATION, detail),
        }
    }
    note_weakness(&path, ledger);
    if path.anchor_validity_at(agent.now) == crate::pki::Validity::Expired {
        ledger.warn(
            ANCHOR_DATES,
            format!(
                "The anchor {} has expired; an anchor is a name and a key, its dates do not count",
                path.anchor().common_name()
            ),
        );
    }
    Ok(path)
}

/// That a key is shorter than every profile but the most tolerant one wants, in words.
pub(super) fn short_key(certificate: &Certificate) -> Option<String> {
    let algorithm = certificate.key_algorithm();
    let (bits, _) = Profile::default().short_key(algorithm)?;
    Some(format!("The key of {} ({algorithm}) has only {bits} bits", certificate.common_name()))
}

// What the profile tolerates is told all the same; an anchor's own signature does not matter.
fn note_weakness(path: &ValidatedPath, ledger: &mut Ledger) {
    let issuing = path.certificates().iter().skip(1);
    for certificate in issuing {
        if let Some(detail) = short_key(certificate) {
            ledger.warn(KEY_SIZE, detail);
        }
    }
    for certificate in path.certificates().iter().filter(|certificate| *certificate != path.anchor()) {
        let digest = certificate.signature_digest();
        if digest.is_weak() {
            let name = certificate.common_name();
            ledger
                .warn(DIGEST, format!("The certificate {name} is signed over {digest}, which is not considered safe"));
        }
    }
}

fn failure(error: PathError) -> Failure {
    let found = match &error {
        PathError::NoPathToAnchor { missing_issuer, .. } => format!("a path that ends at {missing_issuer}"),
        other => other.certificate().map(Certificate::common_name).unwrap_or_else(|| "nothing".to_owned()),
    };
    Failure { rank: error.rank(), reason: Reason::new(code(&error), error.to_string()), found }
}

const fn code(error: &PathError) -> ReasonCode {
    match error {
        PathError::NoAnchors => ReasonCode::NoAnchors,
        PathError::NoPathToAnchor { .. } => ReasonCode::NoPathToAnchor,
        PathError::Expired { .. } => ReasonCode::Expired,
        PathError::NotYetValid { .. } => ReasonCode::NotYetValid,
        PathError::NotACa { .. } => ReasonCode::NotACa,
        PathError::PathLength { .. } => ReasonCode::PathLength,
        PathError::NameConstraints { .. } => ReasonCode::NameConstraints,
        PathError::UnknownCriticalExtension { .. } => ReasonCode::UnknownCriticalExtension,
        PathError::CertificateSignatureInvalid { .. } => ReasonCode::CertificateSignatureInvalid,
        PathError::KeyUsage { .. } => ReasonCode::KeyUsage,
        PathError::Revoked { .. } => ReasonCode::Revoked,
        PathError::RevocationUnknown { .. } => ReasonCode::RevocationUnknown,
        PathError::WeakKey { .. } => ReasonCode::WeakKey,
        PathError::WeakAlgorithm { .. } => ReasonCode::WeakAlgorithm,
        PathError::LimitExceeded(_) => ReasonCode::LimitExceeded,
        PathError::Malformed { .. } => ReasonCode::MalformedCertificate,
        PathError::CertificatePolicy { .. } => ReasonCode::CertificatePolicy,
    }
}
