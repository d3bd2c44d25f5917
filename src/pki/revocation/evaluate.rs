//! What lists say about one certificate: RFC 5280 §6.3.3, step by step.

use std::cmp::Reverse;

use openssl::error::ErrorStack;
use openssl::x509::{CrlStatus, ReasonCode, X509RevokedRef};
use time::OffsetDateTime;

use super::fields::at_least;
use super::{Crl, RevocationReason, RevocationStatus, UnknownCause};
use crate::limits::LimitExceeded;
use crate::pki::certificate::{Certificate, moment};
use crate::pki::distribution_point::{CertificateScope, DistributionPoint, IssuerScope, Reasons};
use crate::pki::key_usage::KeyUsage;

/// Who else than the issuer's certificate may have signed a list, and what that costs.
pub(in crate::pki) trait Signers {
    /// Called before each check of a list's signature.
    ///
    /// # Errors
    /// When there were too many.
    fn count(&self) -> Result<(), LimitExceeded>;

    /// Certificates with the name of the list's issuer; nothing is known about them yet.
    fn named(&self, crl: &Crl) -> Vec<Certificate>;

    /// Whether a certificate has a path to the anchor of the path that is judged (RFC 5280 §6.3.3 (f)).
    ///
    /// # Errors
    /// Why it has none; the outer error is a limit.
    fn validate(&self, signer: &Certificate) -> Result<Result<(), UnknownCause>, LimitExceeded>;
}

/// Nobody but the issuer's own certificate.
struct IssuerAlone;

impl Signers for IssuerAlone {
    fn count(&self) -> Result<(), LimitExceeded> {
        Ok(())
    }

    fn named(&self, _crl: &Crl) -> Vec<Certificate> {
        vec![]
    }

    fn validate(&self, _signer: &Certificate) -> Result<Result<(), UnknownCause>, LimitExceeded> {
        Ok(Err(UnknownCause::SignatureInvalid))
    }
}

/// What `crls` that `issuer` signed say about `certificate`, which `issuer` issued, as of `now`.
///
/// Of several lists about the same certificates the newest counts (RFC 8550 §4.1).
#[must_use]
pub fn status(certificate: &Certificate, issuer: &Certificate, crls: &[Crl], now: OffsetDateTime) -> RevocationStatus {
    judge(certificate, issuer, crls, now, &IssuerAlone).map_or(RevocationStatus::NotChecked, |told| told.status)
}

/// What lists say, and the last of them that counted.
pub(in crate::pki) struct Told {
    pub(in crate::pki) status: RevocationStatus,
    pub(in crate::pki) list: Option<Crl>,
}

/// What `crls` say about `certificate`, whose issuer's certificate is `issuer`, as of `now`.
///
/// # Errors
/// The limit that `signers` sets; nothing is known then.
pub(in crate::pki) fn judge(
    certificate: &Certificate,
    issuer: &Certificate,
    crls: &[Crl],
    now: OffsetDateTime,
    signers: &dyn Signers,
) -> Result<Told, LimitExceeded> {
    if crls.is_empty() {
        return Ok(Told { status: RevocationStatus::NotChecked, list: None });
    }
    let covered = Reasons::NONE;
    let mut evaluation = Evaluation { certificate, issuer, crls, now, signers, covered, cause: None, list: None };
    let own = DistributionPoint::of_issuer(certificate.x509().issuer_name());
    for point in certificate.distribution_points().iter().chain([&own]) {
        if evaluation.covered.covers(Reasons::ALL) {
            break;
        }
        if let Some(status) = evaluation.at(point)? {
            return Ok(Told { status, list: evaluation.list });
        }
    }
    Ok(evaluation.conclude())
}

struct Evaluation<'e> {
    certificate: &'e Certificate,
    issuer: &'e Certificate,
    crls: &'e [Crl],
    now: OffsetDateTime,
    signers: &'e dyn Signers,
    /// reasons_mask: what the lists so far are about.
    covered: Reasons,
    /// The first thing that kept a list from counting.
    cause: Option<UnknownCause>,
    /// The last list that counted.
    list: Option<Crl>,
}

impl<'e> Evaluation<'e> {
    /// The lists of one distribution point, the newest first.
    fn at(&mut self, point: &DistributionPoint) -> Result<Option<RevocationStatus>, LimitExceeded> {
        for crl in self.candidates(point) {
            let reasons = point.reasons().and(crl.0.fields.scope.reasons());
            if self.covered.covers(reasons) {
                continue;
            }
            if let Err(cause) = in_scope(crl, self.certificate, point) {
                self.fails(cause);
                continue;
            }
            let signer = match self.signer(crl)? {
                Ok(signer) => signer,
                Err(cause) => {
                    self.fails(cause);
                    continue;
                }
            };
            let says = self.says(crl, &signer)?;
            self.list = Some(crl.clone());
            match says {
                RevocationStatus::Good => self.covered = self.covered.or(reasons),
                revoked => return Ok(Some(revoked)),
            }
        }
        Ok(None)
    }

    fn candidates(&self, point: &DistributionPoint) -> Vec<&'e Crl> {
        let issuer = self.certificate.x509().issuer_name();
        let named = self.crls.iter().filter(|crl| point.is_issued_by(crl.0.crl.issuer_name(), issuer));
        let mut candidates: Vec<&'e Crl> = named.collect();
        candidates.sort_by_key(|crl| (Reverse(crl.this_update()), Reverse(crl.0.fields.number.clone())));
        candidates
    }

    /// The certificate whose key signed the list, which may be another of the issuer's or another issuer's.
    fn signer(&self, crl: &Crl) -> Result<Result<Certificate, UnknownCause>, LimitExceeded> {
        if let Err(cause) = usable(crl, self.now) {
            return Ok(Err(cause));
        }
        let mut refused = UnknownCause::SignatureInvalid;
        let issuer = Some(self.issuer).filter(|issuer| issuer.has_subject(crl.0.crl.issuer_name()));
        if let Some(issuer) = issuer {
            self.signers.count()?;
            if is_signed_by(crl, issuer) {
                return Ok(may_sign(issuer).map(|()| issuer.clone()));
            }
        }
        for other in self.signers.named(crl) {
            if Some(&other) == issuer {
                continue;
            }
            self.signers.count()?;
            if !is_signed_by(crl, &other) {
                continue;
            }
            let allowed = may_sign(&other);
            match allowed.map_or_else(|cause| Ok(Err(cause)), |()| self.signers.validate(&other))? {
                Ok(()) => return Ok(Ok(other)),
                Err(cause) => refused = cause,
            }
        }
        Ok(Err(refused))
    }

    /// (i) to (k): the changes first, then the list itself.
    fn says(&self, crl: &Crl, signer: &Certificate) -> Result<RevocationStatus, LimitExceeded> {
        for delta in self.changes_to(crl) {
            self.signers.count()?;
            if !is_signed_by(delta, signer) || usable(delta, self.now).is_err() {
                continue;
            }
            match delta.0.crl.get_by_cert(&self.certificate.x509().to_owned()) {
                CrlStatus::NotRevoked => break,
                CrlStatus::RemoveFromCrl(_) => return Ok(RevocationStatus::Good),
                CrlStatus::Revoked(entry) => return Ok(entry_status(entry)),
            }
        }
        Ok(match crl.0.crl.get_by_cert(&self.certificate.x509().to_owned()) {
            CrlStatus::NotRevoked | CrlStatus::RemoveFromCrl(_) => RevocationStatus::Good,
            CrlStatus::Revoked(entry) => entry_status(entry),
        })
    }

    /// RFC 5280 §6.3.3 (c): same issuer, same scope, same key, and made for this list or an older one; the newest first.
    fn changes_to(&self, crl: &Crl) -> Vec<&Crl> {
        let complete = &crl.0.fields;
        let Some(number) = &complete.number else { return vec![] };
        let fits = |delta: &&Crl| {
            let fields = &delta.0.fields;
            super::name::same(delta.0.crl.issuer_name(), crl.0.crl.issuer_name())
                && fields.scope.octets == complete.scope.octets
                && fields.authority_key_id == complete.authority_key_id
                && fields.base.as_ref().is_some_and(|base| at_least(number, base))
                && fields.number.as_ref().is_some_and(|newer| newer != number && at_least(newer, number))
        };
        let mut changes: Vec<&Crl> = self.crls.iter().filter(fits).collect();
        changes.sort_by_key(|delta| Reverse(delta.this_update()));
        changes
    }

    fn fails(&mut self, cause: UnknownCause) {
        self.cause.get_or_insert(cause);
    }

    fn conclude(self) -> Told {
        if self.covered.covers(Reasons::ALL) {
            return Told { status: RevocationStatus::Good, list: self.list };
        }
        let partly = (!Reasons::NONE.covers(self.covered)).then_some(UnknownCause::OnlySomeReasons);
        let status = match self.cause.or(partly) {
            Some(cause) => RevocationStatus::Unknown(cause),
            None => RevocationStatus::NotChecked,
        };
        Told { status, list: None }
    }
}

/// (b): whether the list is about this certificate at all.
fn in_scope(crl: &Crl, certificate: &Certificate, point: &DistributionPoint) -> Result<(), UnknownCause> {
    if let Some(cause) = &crl.0.fields.unusable {
        return Err(cause.clone());
    }
    if crl.0.fields.base.is_some() {
        return Err(UnknownCause::Delta);
    }
    let scope = &crl.0.fields.scope;
    if point.names_crl_issuer() && scope.issuers == IssuerScope::Own {
        return Err(UnknownCause::NotIndirect);
    }
    match (scope.certificates, certificate.is_ca()) {
        (CertificateScope::AttributeCertificates, _) => return Err(UnknownCause::OnlyAttributeCertificates),
        (CertificateScope::Contradictory, _) => return Err(UnknownCause::Malformed),
        (CertificateScope::Authorities, false) => return Err(UnknownCause::OnlyAuthorities),
        (CertificateScope::EndEntities, true) => return Err(UnknownCause::OnlyEndEntities),
        _ => {}
    }
    if scope.is_for(point, crl.0.crl.issuer_name()) { Ok(()) } else { Err(UnknownCause::DistributionPoint) }
}

/// Whether the list counts at this moment, whoever signed it.
fn usable(crl: &Crl, now: OffsetDateTime) -> Result<(), UnknownCause> {
    if let Some(cause) = &crl.0.fields.unusable {
        return Err(cause.clone());
    }
    if now.unix_timestamp() < crl.this_update().unix_timestamp() {
        return Err(UnknownCause::NotYetCurrent { this_update: crl.this_update() });
    }
    match crl.next_update() {
        None => Err(UnknownCause::NoNextUpdate),
        Some(next_update) if next_update.unix_timestamp() < now.unix_timestamp() => {
            Err(UnknownCause::Stale { next_update })
        }
        Some(_) => Ok(()),
    }
}

fn may_sign(signer: &Certificate) -> Result<(), UnknownCause> {
    let refused = signer.key_usage().is_some_and(|usage| !usage.contains(KeyUsage::CRL_SIGN));
    if refused { Err(UnknownCause::IssuerMayNotSign) } else { Ok(()) }
}

fn is_signed_by(crl: &Crl, signer: &Certificate) -> bool {
    let signed = signer.x509().public_key().and_then(|key| crl.0.crl.verify(&key));
    drop(ErrorStack::get());
    signed.unwrap_or(false)
}

fn entry_status(entry: &X509RevokedRef) -> RevocationStatus {
    let code = entry.extension::<ReasonCode>().ok().flatten().and_then(|(_, code)| code.get_i64().ok());
    drop(ErrorStack::get());
    let at = moment(entry.revocation_date()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    RevocationStatus::Revoked { at, reason: code.map(RevocationReason::from_code).unwrap_or_default() }
}
