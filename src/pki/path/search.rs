//! The search for candidates: depth first, by name and actual signature, within a budget (RFC 4158).

use std::ops::ControlFlow;

use super::validate::Validation;
use super::{PathError, PathReport, Pool, TriedPath, ValidatedPath};
use crate::limits::LimitExceeded;
use crate::pki::certificate::{Certificate, Validity};

/// Candidates kept for the report; the search goes on beyond them.
const KEPT: usize = 64;

/// A stopped search: a path was found, or the budget is spent.
type Step = ControlFlow<Result<ValidatedPath, PathError>>;

pub(super) struct Search<'s> {
    pool: &'s Pool,
    anchors: &'s [Certificate],
    validation: Validation<'s>,
    signatures: usize,
    tried: Vec<TriedPath>,
    worst: Option<PathError>,
}

impl<'s> Search<'s> {
    pub(super) fn new(pool: &'s Pool, anchors: &'s [Certificate], validation: Validation<'s>) -> Self {
        Self { pool, anchors, validation, signatures: 0, tried: vec![], worst: None }
    }

    pub(super) fn run(mut self, leaf: &Certificate) -> PathReport {
        let outcome = match self.start(leaf) {
            ControlFlow::Break(outcome) => outcome,
            ControlFlow::Continue(()) => Err(self.worst.unwrap_or(PathError::NoAnchors)),
        };
        PathReport { tried: self.tried, outcome }
    }

    /// A leaf is its own anchor only as the very same certificate: with the same name and key alone, the holder of the
    /// key could have written any address into it.
    fn start(&mut self, leaf: &Certificate) -> Step {
        if self.anchors.contains(leaf) {
            self.complete(vec![leaf.clone()], leaf)?;
        }
        self.extend(&mut vec![leaf.clone()])
    }

    /// Ends the path at each anchor that issued its last certificate, then goes on over each issuer in the pool.
    fn extend(&mut self, path: &mut Vec<Certificate>) -> Step {
        let Some(last) = path.last().cloned() else { return ControlFlow::Continue(()) };
        let mut signed = false;
        let mut refused = false;
        let named = self.anchors.iter().filter(|anchor| **anchor != last && last.names_as_issuer(anchor)).collect();
        for anchor in by_likelihood(named, &last, self.validation.now) {
            if self.verify(&last, anchor)? {
                signed = true;
                let mut certificates = path.clone();
                certificates.push(anchor.clone());
                self.complete(certificates, anchor)?;
            } else {
                refused |= claims(&last, anchor);
            }
        }
        let named = self.pool.issuers_of(&last).filter(|issuer| self.is_new(issuer, path)).collect();
        for issuer in by_likelihood(named, &last, self.validation.now) {
            if self.verify(&last, issuer)? {
                signed = true;
                self.descend(path, issuer)?;
            } else {
                refused |= claims(&last, issuer);
            }
        }
        if !signed {
            self.dead_end(path, &last, refused);
        }
        ControlFlow::Continue(())
    }

    fn descend(&mut self, path: &mut Vec<Certificate>, issuer: &Certificate) -> Step {
        // The anchor needs a place as well.
        let deepest = self.validation.limits.path_depth;
        if path.len() + 2 > deepest {
            let error = PathError::LimitExceeded(exceeded("certificates of one path", path.len() + 2, deepest));
            self.record(TriedPath {
                certificates: path.clone(),
                anchor: None,
                revocation: vec![],
                faults: vec![error],
            });
            return ControlFlow::Continue(());
        }
        path.push(issuer.clone());
        let step = self.extend(path);
        path.pop();
        step
    }

    /// The same name with the same key is not visited again (RFC 4158 §5.2), nor is an anchor's: that path has ended.
    fn is_new(&self, issuer: &Certificate, path: &[Certificate]) -> bool {
        !path.iter().chain(self.anchors).any(|seen| seen.same_name_and_key(issuer))
    }

    fn verify(
        &mut self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> ControlFlow<Result<ValidatedPath, PathError>, bool> {
        let limit = self.validation.limits.path_signatures;
        if self.signatures >= limit {
            let error = PathError::LimitExceeded(exceeded("signature checks for one path", limit + 1, limit));
            return ControlFlow::Break(Err(error));
        }
        self.signatures += 1;
        // An oversized key is refused before any arithmetic with it.
        if issuer.key_algorithm().rsa_bits().is_some_and(|bits| bits > self.validation.limits.rsa_bits) {
            return ControlFlow::Continue(false);
        }
        ControlFlow::Continue(certificate.is_signed_by(issuer))
    }

    fn complete(&mut self, certificates: Vec<Certificate>, anchor: &Certificate) -> Step {
        let (revocation, faults) = self.validation.judge(&certificates, anchor);
        let good = faults.is_empty();
        let path = ValidatedPath {
            certificates: certificates.clone(),
            anchor: anchor.clone(),
            revocation: revocation.clone(),
        };
        self.record(TriedPath { certificates, anchor: Some(anchor.clone()), revocation, faults });
        if good { ControlFlow::Break(Ok(path)) } else { ControlFlow::Continue(()) }
    }

    /// The path breaks off: its last certificate's issuer is not known, or is (`refused`) and did not sign it.
    fn dead_end(&mut self, path: &[Certificate], last: &Certificate, refused: bool) {
        let is_own_issuer = last.is_self_issued() && last.is_signed_by(last);
        let error = if refused && !is_own_issuer {
            PathError::CertificateSignatureInvalid { certificate: last.clone() }
        } else {
            PathError::NoPathToAnchor { certificate: last.clone(), missing_issuer: last.issuer().to_owned() }
        };
        self.record(TriedPath { certificates: path.to_vec(), anchor: None, revocation: vec![], faults: vec![error] });
    }

    fn record(&mut self, tried: TriedPath) {
        let leaf = tried.certificates.first();
        let weight = |error: &PathError| {
            let limit = matches!(error, PathError::LimitExceeded(_));
            (limit, !breaks_off(error), error.certificate().is_some() && error.certificate() == leaf, error.rank())
        };
        for fault in &tried.faults {
            if self.worst.as_ref().is_none_or(|worst| weight(fault) > weight(worst)) {
                self.worst = Some(fault.clone());
            }
        }
        if self.tried.len() < KEPT || tried.faults.is_empty() {
            self.tried.push(tried);
        }
    }
}

const fn breaks_off(error: &PathError) -> bool {
    matches!(
        error,
        PathError::CertificateSignatureInvalid { .. } | PathError::NoPathToAnchor { .. } | PathError::NoAnchors
    )
}

/// Whether the key identifiers let `issuer` be the one that `certificate` means; silence does.
fn claims(certificate: &Certificate, issuer: &Certificate) -> bool {
    match (certificate.authority_key_id(), issuer.subject_key_id()) {
        (Some(wanted), Some(found)) => wanted == found,
        _ => true,
    }
}

/// Matching key identifiers first, then what is valid now, then the newest: an order of trying, not a proof.
fn by_likelihood<'c>(
    mut candidates: Vec<&'c Certificate>,
    certificate: &Certificate,
    now: time::OffsetDateTime,
) -> Vec<&'c Certificate> {
    candidates.sort_by_key(|issuer| {
        let unlikely = !claims(certificate, issuer);
        let outdated = issuer.validity_at(now) != Validity::Valid;
        (unlikely, outdated, std::cmp::Reverse(issuer.not_after()))
    });
    candidates
}

fn exceeded(what: &'static str, found: usize, limit: usize) -> LimitExceeded {
    let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    LimitExceeded { what, found: wide(found), limit: wide(limit) }
}
