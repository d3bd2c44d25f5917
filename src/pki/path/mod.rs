//! Paths from a certificate to an anchor (RFC 5280 §6, RFC 4158).
//!
//! Candidates are looked for by name and by actual signature; key identifiers only decide what is tried first and prove
//! nothing. A path ends at an anchor when the anchor's name and key issued the last certificate: an anchor is a name and
//! a key, need not be self-signed, and its dates do not count. Each candidate is then validated, by our own checks and
//! by OpenSSL's, and every fault is kept, so that the most specific one over all candidates can be reported.

mod error;
mod search;
mod validate;

pub use error::PathError;

use std::collections::{HashMap, HashSet};

use time::OffsetDateTime;

use super::certificate::Certificate;
use super::revocation::{Crl, RevocationStatus};
use crate::limits::Limits;
use search::Search;

/// Certificates that may complete a path; none of them is trusted for being here.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// By OpenSSL's hash of the canonical subject; a hash is no proof, names are compared besides.
    by_subject: HashMap<u32, Vec<Certificate>>,
}

impl Pool {
    /// Gathers certificates; what occurs twice is kept once.
    pub fn new(certificates: impl IntoIterator<Item = Certificate>) -> Self {
        let mut seen = HashSet::new();
        let mut pool = Self::default();
        for certificate in certificates {
            if seen.insert(certificate.clone()) {
                pool.by_subject.entry(certificate.x509().subject_name_hash()).or_default().push(certificate);
            }
        }
        pool
    }

    /// Those with the name that `certificate` has as issuer.
    fn issuers_of<'p>(&'p self, certificate: &'p Certificate) -> impl Iterator<Item = &'p Certificate> {
        let bucket = self.by_subject.get(&certificate.x509().issuer_name_hash());
        bucket.into_iter().flatten().filter(|candidate| certificate.names_as_issuer(candidate))
    }
}

/// What a path must satisfy besides RFC 5280.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathPolicy {
    /// The smallest RSA key, in bits, anywhere in the path.
    pub rsa_bits: u32,
    /// The digests that certificates may be signed with; an anchor's own signature does not matter.
    pub digests: DigestPolicy,
    /// What is made of revocation.
    pub revocation: RevocationPolicy,
}

/// The digests that certificates may be signed with. MD5 is always refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestPolicy {
    /// SHA-1 is taken.
    AcceptSha1,
    /// SHA-1 is refused.
    RefuseSha1,
}

/// What is made of revocation. A revoked certificate ends a path under either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationPolicy {
    /// What is unknown is reported and changes nothing.
    Report,
    /// What is unknown ends the path.
    Require,
}

/// A path that was found good. There is no other way to one than [`find_path`].
#[derive(Clone, Debug)]
pub struct ValidatedPath {
    certificates: Vec<Certificate>,
    anchor: Certificate,
    revocation: Vec<RevocationStatus>,
}

impl ValidatedPath {
    /// From the leaf to the anchor; a leaf that is itself an anchor is a path of one.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The anchor the path ends in.
    #[must_use]
    pub fn anchor(&self) -> &Certificate {
        &self.anchor
    }

    /// What is known of the revocation of each certificate in the order of the path; nothing for the anchor.
    #[must_use]
    pub fn revocation(&self) -> &[RevocationStatus] {
        &self.revocation
    }

    /// Whether the anchor's certificate is outside its dates, which do not count (RFC 5280 §6.1.1 (d)).
    #[must_use]
    pub fn anchor_validity_at(&self, now: OffsetDateTime) -> super::certificate::Validity {
        self.anchor.validity_at(now)
    }
}

/// One candidate that was tried.
#[derive(Clone, Debug)]
pub struct TriedPath {
    /// From the leaf on; it ends in an anchor, or where no issuer was found.
    pub certificates: Vec<Certificate>,
    /// The anchor it ends in, if it does.
    pub anchor: Option<Certificate>,
    /// What is known of the revocation of each certificate but the anchor.
    pub revocation: Vec<RevocationStatus>,
    /// Every fault; none for a good path.
    pub faults: Vec<PathError>,
}

/// Everything that was tried for one certificate.
#[derive(Clone, Debug)]
pub struct PathReport {
    /// The candidates in the order they were tried; the last is the good one, if there is one.
    pub tried: Vec<TriedPath>,
    /// What came of it.
    pub outcome: Result<ValidatedPath, PathError>,
}

/// Looks for a path from `leaf` over certificates of `pool` to one of `anchors`, valid as of `now`.
///
/// # Errors
/// The most specific [`PathError`] over all candidates.
pub fn find_path(
    leaf: &Certificate,
    pool: &Pool,
    anchors: &[Certificate],
    crls: &[Crl],
    now: OffsetDateTime,
    policy: &PathPolicy,
    limits: &Limits,
) -> Result<ValidatedPath, PathError> {
    explain(leaf, pool, anchors, crls, now, policy, limits).outcome
}

/// Does what [`find_path`] does and tells what was tried.
#[must_use]
pub fn explain(
    leaf: &Certificate,
    pool: &Pool,
    anchors: &[Certificate],
    crls: &[Crl],
    now: OffsetDateTime,
    policy: &PathPolicy,
    limits: &Limits,
) -> PathReport {
    if anchors.is_empty() {
        return PathReport { tried: vec![], outcome: Err(PathError::NoAnchors) };
    }
    let check = validate::Validation { crls, now, policy, limits };
    Search::new(pool, anchors, check).run(leaf)
}

#[cfg(test)]
mod tests;
