//! The search for candidates: depth first, by name and actual signature, within a budget (RFC 4158).

use std::cell::Cell;
use std::ops::ControlFlow;

use super::validate::Validation;
use super::{PathError, TriedPath, ValidatedPath};
use crate::limits::{LimitExceeded, Limits};
use crate::pki::certificate::{Certificate, Validity};

/// A stopped search: a path was found, or the budget is spent.
type Step = ControlFlow<Result<ValidatedPath, PathError>>;

/// What may still be spent on one question, the searches for signers of revocation lists included.
pub(super) struct Budget<'l> {
    pub(super) limits: &'l Limits,
    signatures: Cell<usize>,
    candidates: Cell<usize>,
    lists: Cell<usize>,
}

impl<'l> Budget<'l> {
    pub(super) const fn new(limits: &'l Limits) -> Self {
        Self { limits, signatures: Cell::new(0), candidates: Cell::new(0), lists: Cell::new(0) }
    }

    fn signature(&self) -> Result<(), LimitExceeded> {
        count(&self.signatures, "signature checks for one path", self.limits.path_signatures)
    }

    fn candidate(&self) -> Result<(), LimitExceeded> {
        count(&self.candidates, "candidate paths of one certificate", self.limits.path_candidates)
    }

    pub(super) fn list(&self) -> Result<(), LimitExceeded> {
        count(&self.lists, "signature checks of revocation lists for one path", self.limits.revocation_signatures)
    }
}

fn count(counter: &Cell<usize>, what: &'static str, limit: usize) -> Result<(), LimitExceeded> {
    Limits::check(what, counter.get() + 1, limit)?;
    counter.set(counter.get() + 1);
    Ok(())
}

/// Whether a key made a signature; each pair is checked once.
#[derive(Clone, Debug)]
pub(super) struct SignatureCheck {
    pub(super) certificate: Certificate,
    pub(super) issuer: Certificate,
    pub(super) valid: bool,
}

/// What came of a search.
pub(super) struct Searched {
    pub(super) tried: Vec<TriedPath>,
    pub(super) signatures: Vec<SignatureCheck>,
    pub(super) outcome: Result<ValidatedPath, PathError>,
}

pub(super) struct Search<'s> {
    anchors: &'s [Certificate],
    validation: Validation<'s>,
    signatures: Vec<SignatureCheck>,
    tried: Vec<TriedPath>,
    worst: Option<PathError>,
}

impl<'s> Search<'s> {
    pub(super) const fn new(anchors: &'s [Certificate], validation: Validation<'s>) -> Self {
        Self { anchors, validation, signatures: vec![], tried: vec![], worst: None }
    }

    pub(super) fn run(mut self, leaf: &Certificate) -> Searched {
        let outcome = if self.anchors.is_empty() {
            Err(PathError::NoAnchors)
        } else {
            match self.start(leaf) {
                ControlFlow::Break(outcome) => outcome,
                ControlFlow::Continue(()) => Err(self.worst.unwrap_or(PathError::NoAnchors)),
            }
        };
        Searched { tried: self.tried, signatures: self.signatures, outcome }
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
            if self.verify(path, &last, anchor)? {
                signed = true;
                let mut certificates = path.clone();
                certificates.push(anchor.clone());
                self.complete(certificates, anchor)?;
            } else {
                refused |= claims(&last, anchor);
            }
        }
        let pool = self.validation.pool;
        let named = pool.issuers_of(&last).into_iter().filter(|issuer| self.is_new(issuer, path)).collect();
        for issuer in by_likelihood(named, &last, self.validation.now) {
            if self.verify(path, &last, issuer)? {
                signed = true;
                self.descend(path, issuer)?;
            } else {
                refused |= claims(&last, issuer);
            }
        }
        if !signed {
            return self.dead_end(path, &last, refused);
        }
        ControlFlow::Continue(())
    }

    fn descend(&mut self, path: &mut Vec<Certificate>, issuer: &Certificate) -> Step {
        // The anchor needs a place as well.
        if let Err(exceeded) =
            Limits::check("certificates of one path", path.len() + 2, self.validation.budget.limits.path_depth)
        {
            return self.broken_off(path, PathError::LimitExceeded(exceeded));
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
        path: &[Certificate],
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> ControlFlow<Result<ValidatedPath, PathError>, bool> {
        let known = self.signatures.iter().find(|known| known.certificate == *certificate && known.issuer == *issuer);
        if let Some(known) = known {
            return ControlFlow::Continue(known.valid);
        }
        // An oversized key is refused before any arithmetic with it: whether it signed is not known, and another may have.
        if let Err(exceeded) = issuer.check_rsa_size(self.validation.budget.limits) {
            if claims(certificate, issuer) {
                self.broken_off(path, PathError::LimitExceeded(exceeded))?;
            }
            return ControlFlow::Continue(false);
        }
        if let Err(exceeded) = self.validation.budget.signature() {
            return self.give_up(path, exceeded);
        }
        let valid = certificate.is_signed_by(issuer);
        let check = SignatureCheck { certificate: certificate.clone(), issuer: issuer.clone(), valid };
        self.signatures.push(check);
        ControlFlow::Continue(valid)
    }

    /// The search ends with nothing decided.
    fn give_up<C>(
        &mut self,
        path: &[Certificate],
        exceeded: LimitExceeded,
    ) -> ControlFlow<Result<ValidatedPath, PathError>, C> {
        let error = PathError::LimitExceeded(exceeded);
        self.record(TriedPath {
            certificates: path.to_vec(),
            anchor: None,
            revocation: vec![],
            witnesses: vec![],
            faults: vec![error.clone()],
        });
        ControlFlow::Break(Err(error))
    }

    fn complete(&mut self, certificates: Vec<Certificate>, anchor: &Certificate) -> Step {
        if let Err(exceeded) = self.validation.budget.candidate() {
            return self.give_up(&certificates, exceeded);
        }
        let (judged, faults) = self.validation.judge(&certificates, anchor);
        let good = faults.is_empty();
        let (revocation, witnesses): (Vec<_>, Vec<_>) =
            judged.into_iter().map(|known| (known.status, known.witness)).unzip();
        let path = ValidatedPath {
            certificates: certificates.clone(),
            anchor: anchor.clone(),
            revocation: revocation.clone(),
            witnesses: witnesses.clone(),
        };
        self.record(TriedPath { certificates, anchor: Some(anchor.clone()), revocation, witnesses, faults });
        if good { ControlFlow::Break(Ok(path)) } else { ControlFlow::Continue(()) }
    }

    /// The path breaks off: its last certificate's issuer is not known, or is (`refused`) and did not sign it.
    fn dead_end(&mut self, path: &[Certificate], last: &Certificate, refused: bool) -> Step {
        let is_own_issuer = last.is_self_issued() && last.is_signed_by(last);
        let error = if refused && !is_own_issuer {
            PathError::CertificateSignatureInvalid { certificate: last.clone() }
        } else {
            PathError::NoPathToAnchor { certificate: last.clone(), missing_issuer: last.issuer().to_owned() }
        };
        self.broken_off(path, error)
    }

    fn broken_off(&mut self, path: &[Certificate], error: PathError) -> Step {
        if let Err(exceeded) = self.validation.budget.candidate() {
            return self.give_up(path, exceeded);
        }
        self.record(TriedPath {
            certificates: path.to_vec(),
            anchor: None,
            revocation: vec![],
            witnesses: vec![],
            faults: vec![error],
        });
        ControlFlow::Continue(())
    }

    fn record(&mut self, tried: TriedPath) {
        let leaf = tried.certificates.first();
        let weight = |error: &PathError| {
            let limit = matches!(error, PathError::LimitExceeded(_));
            // What is not known of the leaf says less than what is known of those above it.
            let known = !matches!(error, PathError::RevocationUnknown { .. });
            let of_leaf = known && error.certificate().is_some() && error.certificate() == leaf;
            (limit, !breaks_off(error), of_leaf, error.rank())
        };
        for fault in &tried.faults {
            if self.worst.as_ref().is_none_or(|worst| weight(fault) > weight(worst)) {
                self.worst = Some(fault.clone());
            }
        }
        self.tried.push(tried);
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
    !certificate.differs_from_key_of(issuer)
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
