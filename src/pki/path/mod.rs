//! Paths from a certificate to an anchor (RFC 5280 §6, RFC 4158).
//!
//! Candidates are looked for by name and by actual signature; key identifiers only decide what is tried first and prove
//! nothing. A path ends at an anchor when the anchor's name and key issued the last certificate: an anchor is a name and
//! a key, need not be self-signed, and its dates do not count. Each candidate is then validated, by our own checks and
//! by OpenSSL's, and every fault is kept, so that the most specific one over all candidates can be reported.

mod error;
mod graph;
mod mailbox_constraints;
mod policy;
mod pool;
mod search;
mod validate;

pub use error::PathError;
pub use graph::{CheckOutcome, EdgeCheck, EdgeRule, NotChecked, PathEdge, PathGraph, PathNode};
pub use policy::{
    AnyPolicy, CertificatePolicies, DigestPolicy, ExplicitPolicy, InitialPolicies, PathPolicy, PolicyMapping,
    RevocationPolicy,
};
pub use pool::{CertificateSource, Pool};

use time::OffsetDateTime;

use super::certificate::Certificate;
use super::revocation::{Crl, RevocationEvidence, RevocationStatus, RevocationWitness};
use crate::limits::Limits;
use search::{Budget, Search};

/// A path that was found good. There is no other way to one than [`find_path`].
#[derive(Clone, Debug)]
pub struct ValidatedPath {
    certificates: Vec<Certificate>,
    anchor: Certificate,
    revocation: Vec<RevocationStatus>,
    witnesses: Vec<Option<RevocationWitness>>,
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

    /// Who told each of [`Self::revocation`]; nobody where nothing is known.
    #[must_use]
    pub fn witnesses(&self) -> &[Option<RevocationWitness>] {
        &self.witnesses
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
    /// Who told each of them; nobody where nothing is known.
    pub witnesses: Vec<Option<RevocationWitness>>,
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
    /// Every candidate issuer of every certificate, with what held and what did not.
    pub graph: PathGraph,
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
    let budget = Budget::new(limits);
    let evidence = RevocationEvidence { lists: crls, answers: &[] };
    let validation = validate::Validation { pool, evidence, now, policy, budget: &budget, within: None };
    Search::new(anchors, validation).run(leaf).outcome
}

/// Does what [`find_path`] does and tells what was tried, as a list and as a graph.
///
/// The graph costs no check of a signature beyond those of the search: what the search had no need to try is in it, and
/// said not to have been tried.
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
    explain_over(leaf, pool, anchors, RevocationEvidence { lists: crls, answers: &[] }, now, policy, limits)
}

/// Does what [`explain`] does where OCSP has been asked as well.
#[must_use]
pub fn explain_over(
    leaf: &Certificate,
    pool: &Pool,
    anchors: &[Certificate],
    evidence: RevocationEvidence<'_>,
    now: OffsetDateTime,
    policy: &PathPolicy,
    limits: &Limits,
) -> PathReport {
    let budget = Budget::new(limits);
    let validation = validate::Validation { pool, evidence, now, policy, budget: &budget, within: None };
    let searched = Search::new(anchors, validation).run(leaf);
    let graph = graph::build(leaf, anchors, &validation, &searched);
    PathReport { tried: searched.tried, outcome: searched.outcome, graph }
}

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod tests;
