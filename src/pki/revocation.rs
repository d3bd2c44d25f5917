//! Certificate revocation lists (RFC 5280 §5), given by hand, and what they say about a certificate.
//!
//! A list counts only when its issuer's key signed it, the issuer may sign lists, it is current, and nothing in it is
//! critical that is not understood. Otherwise the answer is `Unknown` with the cause: never "revoked", never "good".
//! Deltas, partial and indirect lists are not evaluated; they are `Unknown` too. Nothing is fetched.

use std::fmt;
use std::sync::Arc;

use openssl::error::ErrorStack;
use openssl::x509::{CertificateIssuer, CrlStatus, ReasonCode, X509Crl, X509CrlRef, X509RevokedRef};
use time::OffsetDateTime;

use super::certificate::{Certificate, moment};
use super::extension;
use super::key_usage::KeyUsage;
use super::name;
use crate::asn1::Tree;
use crate::limits::Limits;

/// Deep enough for the fields of a list; its entries stay unopened, there may be hundreds of thousands.
const FIELDS_ONLY: usize = 2;

/// A certificate revocation list. Cloning shares it; equality is equality of octets.
#[derive(Clone)]
pub struct Crl(Arc<Inner>);

struct Inner {
    crl: X509Crl,
    der: Vec<u8>,
    issuer: String,
    this_update: OffsetDateTime,
    next_update: Option<OffsetDateTime>,
    unusable: Option<UnknownCause>,
}

impl Crl {
    /// Reads one list.
    ///
    /// # Errors
    /// [`CrlError`] when the octets are no revocation list.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        let limit = Limits::DEFAULT.crl_octets;
        if der.len() > limit {
            return Err(CrlError::TooLarge { octets: der.len(), limit });
        }
        let crl = X509Crl::from_der(der).map_err(|_| CrlError::Malformed)?;
        let der = crl.to_der().map_err(|_| CrlError::Malformed)?;
        let inner = Inner {
            issuer: name::rfc4514(crl.issuer_name()),
            this_update: moment(crl.last_update()).ok_or(CrlError::DatesUnreadable)?,
            next_update: crl.next_update().map(|date| moment(date).ok_or(CrlError::DatesUnreadable)).transpose()?,
            unusable: critical_extension(&der),
            der,
            crl,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// The list's DER octets.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The list as PEM text.
    #[must_use]
    pub fn pem(&self) -> String {
        super::pem::encode("X509 CRL", self.der())
    }

    /// Who made it, as RFC 4514 text.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// When it was made.
    #[must_use]
    pub fn this_update(&self) -> OffsetDateTime {
        self.0.this_update
    }

    /// When a newer one is promised.
    #[must_use]
    pub fn next_update(&self) -> Option<OffsetDateTime> {
        self.0.next_update
    }

    /// How many certificates it lists.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.0.crl.get_revoked().map_or(0, |entries| entries.len())
    }

    /// OpenSSL's view of it.
    #[must_use]
    pub fn x509_crl(&self) -> &X509CrlRef {
        &self.0.crl
    }

    /// Whether the list may be believed, given its issuer's certificate.
    fn usable(&self, issuer: &Certificate, now: OffsetDateTime) -> Result<(), UnknownCause> {
        let signed = issuer.x509().public_key().and_then(|key| self.0.crl.verify(&key));
        drop(ErrorStack::get());
        if !signed.unwrap_or(false) {
            return Err(UnknownCause::SignatureInvalid);
        }
        if issuer.key_usage().is_some_and(|usage| !usage.contains(KeyUsage::CRL_SIGN)) {
            return Err(UnknownCause::IssuerMayNotSign);
        }
        if let Some(cause) = &self.0.unusable {
            return Err(cause.clone());
        }
        if now.unix_timestamp() < self.this_update().unix_timestamp() {
            return Err(UnknownCause::NotYetCurrent { this_update: self.this_update() });
        }
        match self.next_update() {
            None => Err(UnknownCause::NoNextUpdate),
            Some(next_update) if next_update.unix_timestamp() < now.unix_timestamp() => {
                Err(UnknownCause::Stale { next_update })
            }
            Some(_) => Ok(()),
        }
    }

    fn says(&self, certificate: &Certificate) -> RevocationStatus {
        match self.0.crl.get_by_serial(certificate.x509().serial_number()) {
            CrlStatus::NotRevoked | CrlStatus::RemoveFromCrl(_) => RevocationStatus::Good,
            CrlStatus::Revoked(entry) => entry_status(entry),
        }
    }
}

/// What `crls` say about `certificate`, whose issuer's certificate is `issuer`, as of `now`.
///
/// Of several usable lists the newest counts.
#[must_use]
pub fn status(certificate: &Certificate, issuer: &Certificate, crls: &[Crl], now: OffsetDateTime) -> RevocationStatus {
    let mut cause = None;
    let mut newest: Option<&Crl> = None;
    for crl in crls.iter().filter(|crl| name::same(crl.0.crl.issuer_name(), certificate.x509().issuer_name())) {
        match crl.usable(issuer, now) {
            Ok(()) if newest.is_none_or(|other| crl.this_update() > other.this_update()) => newest = Some(crl),
            Ok(()) => {}
            Err(found) => cause = cause.or(Some(found)),
        }
    }
    match (newest, cause) {
        (Some(crl), _) => crl.says(certificate),
        (None, Some(cause)) => RevocationStatus::Unknown(cause),
        (None, None) => RevocationStatus::NotChecked,
    }
}

/// What is known about a certificate's revocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevocationStatus {
    /// A list that counts does not have it.
    Good,
    /// There is no list of its issuer.
    NotChecked,
    /// A list that counts has it.
    Revoked {
        /// Since when.
        at: OffsetDateTime,
        /// Why.
        reason: RevocationReason,
    },
    /// There are lists of its issuer, but none counts.
    Unknown(UnknownCause),
}

impl fmt::Display for RevocationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good => f.write_str("not revoked"),
            Self::NotChecked => f.write_str("revocation not checked: no revocation list of its issuer is known"),
            Self::Revoked { at, reason } => write!(f, "revoked since {} ({reason})", at.date()),
            Self::Unknown(cause) => write!(f, "revocation unknown: {cause}"),
        }
    }
}

/// Why a list of the right issuer does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownCause {
    /// A critical extension that nothing here processes.
    #[error("the revocation list has the critical extension {0}, which is not understood")]
    CriticalExtension(String),
    /// A deltaCRLIndicator: changes only (RFC 5280 §5.2.4).
    #[error("the revocation list has only the changes since another list")]
    Delta,
    /// The entry is about another issuer's certificate (RFC 5280 §5.3.3).
    #[error("the revocation list's entry names another issuer")]
    IndirectEntry,
    /// The issuer's keyUsage is without cRLSign.
    #[error("the issuer's certificate does not allow it to sign revocation lists")]
    IssuerMayNotSign,
    /// Its fields could not be read.
    #[error("the revocation list's extensions cannot be read")]
    Malformed,
    /// Without nextUpdate nobody can tell whether it is current (RFC 5280 §5.1.2.5).
    #[error("the revocation list does not say when the next one comes")]
    NoNextUpdate,
    /// Made after the moment that is asked about.
    #[error("the revocation list was made later, on {}", this_update.date())]
    NotYetCurrent {
        /// When.
        this_update: OffsetDateTime,
    },
    /// An issuingDistributionPoint: only part of the issuer's certificates (RFC 5280 §5.2.5).
    #[error("the revocation list covers only part of its issuer's certificates")]
    PartialScope,
    /// Not made by the issuer's key.
    #[error("the revocation list's signature is not its issuer's")]
    SignatureInvalid,
    /// A newer one should exist.
    #[error("the revocation list is out of date since {}", next_update.date())]
    Stale {
        /// Until when it counted.
        next_update: OffsetDateTime,
    },
}

/// Why a certificate was revoked (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// Code 10.
    AaCompromise,
    /// Code 3.
    AffiliationChanged,
    /// Code 2.
    CaCompromise,
    /// Code 6: suspended; for the time being this is revoked.
    CertificateHold,
    /// Code 5.
    CessationOfOperation,
    /// Code 1.
    KeyCompromise,
    /// Code 9.
    PrivilegeWithdrawn,
    /// Code 4.
    Superseded,
    /// Code 0, no code, or one that RFC 5280 does not know.
    #[default]
    Unspecified,
}

impl RevocationReason {
    const CODES: [(Self, u8, &'static str); 9] = [
        (Self::Unspecified, 0, "unspecified"),
        (Self::KeyCompromise, 1, "keyCompromise"),
        (Self::CaCompromise, 2, "cACompromise"),
        (Self::AffiliationChanged, 3, "affiliationChanged"),
        (Self::Superseded, 4, "superseded"),
        (Self::CessationOfOperation, 5, "cessationOfOperation"),
        (Self::CertificateHold, 6, "certificateHold"),
        (Self::PrivilegeWithdrawn, 9, "privilegeWithdrawn"),
        (Self::AaCompromise, 10, "aACompromise"),
    ];

    fn from_code(code: i64) -> Self {
        Self::CODES
            .into_iter()
            .find(|(_, known, _)| i64::from(*known) == code)
            .map(|(reason, ..)| reason)
            .unwrap_or_default()
    }

    /// The code of RFC 5280.
    #[must_use]
    pub fn code(self) -> u8 {
        Self::CODES.into_iter().find(|(reason, ..)| *reason == self).map_or(0, |(_, code, _)| code)
    }

    /// The name of RFC 5280.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::CODES.into_iter().find(|(reason, ..)| *reason == self).map_or("unspecified", |(.., name)| name)
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for Crl {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Crl {}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({}, {})", self.issuer(), self.this_update())
    }
}

/// Why octets are no revocation list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrlError {
    /// A date outside what a calendar holds.
    #[error("the revocation list's dates cannot be read: fetch it again from its issuer")]
    DatesUnreadable,
    /// Not the structure of RFC 5280 §5.1.
    #[error("these octets are not a revocation list, or a damaged one: fetch it again from its issuer")]
    Malformed,
    /// Beyond the cap.
    #[error(
        "the revocation list has {octets} octets, more than the limit of {limit}: ask its issuer for a smaller one"
    )]
    TooLarge {
        /// Its size.
        octets: usize,
        /// The cap.
        limit: usize,
    },
}

fn entry_status(entry: &X509RevokedRef) -> RevocationStatus {
    if !matches!(entry.extension::<CertificateIssuer>(), Ok(None)) {
        return RevocationStatus::Unknown(UnknownCause::IndirectEntry);
    }
    let code = entry.extension::<ReasonCode>().ok().flatten().and_then(|(_, code)| code.get_i64().ok());
    drop(ErrorStack::get());
    let at = moment(entry.revocation_date()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    RevocationStatus::Revoked { at, reason: code.map(RevocationReason::from_code).unwrap_or_default() }
}

/// What in the list's own extensions keeps it from counting.
fn critical_extension(der: &[u8]) -> Option<UnknownCause> {
    let fields = Tree::parse(der, &Limits { asn1_depth: FIELDS_ONLY, ..Limits::DEFAULT });
    if fields.error.is_some() {
        return Some(UnknownCause::Malformed);
    }
    let tagged = fields.root()?.child(0)?.children().find(|field| field.is_context(0))?;
    let tree = Tree::parse(tagged.whole(), &Limits::DEFAULT);
    let Some(tagged) = tree.root().filter(|_| tree.error.is_none()) else { return Some(UnknownCause::Malformed) };
    extension::list(tagged).into_iter().filter(|extension| extension.critical).find_map(|extension| {
        match extension.oid.as_str() {
            "2.5.29.20" | "2.5.29.35" => None,
            "2.5.29.27" => Some(UnknownCause::Delta),
            "2.5.29.28" => Some(UnknownCause::PartialScope),
            other => Some(UnknownCause::CriticalExtension(other.to_owned())),
        }
    })
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;
    use crate::asn1::der;
    use crate::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
    use crate::pki::key::NewKey;

    const FROM: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
    const UNTIL: OffsetDateTime = datetime!(2030-12-31 23:59:59 UTC);
    const MADE: OffsetDateTime = datetime!(2027-01-01 0:00 UTC);
    const NEXT: OffsetDateTime = datetime!(2027-02-01 0:00 UTC);
    const NOW: OffsetDateTime = datetime!(2027-01-15 0:00 UTC);

    fn root() -> Authority {
        Authority::self_signed(&CertificateBuilder::authority("Root", FROM, UNTIL).key(NewKey::P256)).unwrap()
    }

    fn leaf(issuer: &Authority) -> Certificate {
        let builder = CertificateBuilder::for_domain("a.example", FROM, UNTIL).key(NewKey::P256);
        issuer.issue(&builder).unwrap().certificate().clone()
    }

    fn unknown(status: RevocationStatus) -> UnknownCause {
        match status {
            RevocationStatus::Unknown(cause) => cause,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_listed_certificate_is_revoked_with_date_and_reason_and_another_is_good() {
        let root = root();
        let (listed, other) = (leaf(&root), leaf(&root));
        let crl = root.crl(&CrlBuilder::new(MADE, NEXT).revoke(&listed, MADE, RevocationReason::Superseded)).unwrap();
        let crls = [crl];
        let status = status(&listed, root.certificate(), &crls, NOW);
        assert_eq!(status, RevocationStatus::Revoked { at: MADE, reason: RevocationReason::Superseded });
        assert_eq!(status.to_string(), "revoked since 2027-01-01 (superseded)");
        assert_eq!(super::status(&other, root.certificate(), &crls, NOW), RevocationStatus::Good);
    }

    #[test]
    fn a_certificate_on_hold_is_revoked_now() {
        let root = root();
        let leaf = leaf(&root);
        let crl =
            root.crl(&CrlBuilder::new(MADE, NEXT).revoke(&leaf, MADE, RevocationReason::CertificateHold)).unwrap();
        let status = status(&leaf, root.certificate(), &[crl], NOW);
        assert_eq!(status, RevocationStatus::Revoked { at: MADE, reason: RevocationReason::CertificateHold });
    }

    #[test]
    fn without_a_list_of_the_issuer_nothing_was_checked() {
        let root = root();
        let builder = CertificateBuilder::authority("Elsewhere", FROM, UNTIL).key(NewKey::P256);
        let elsewhere = Authority::self_signed(&builder).unwrap();
        let crl = elsewhere.crl(&CrlBuilder::new(MADE, NEXT)).unwrap();
        assert_eq!(status(&leaf(&root), root.certificate(), &[crl], NOW), RevocationStatus::NotChecked);
    }

    #[test]
    fn a_list_of_a_namesake_is_neither_good_nor_revoked() {
        let (root, namesake) = (root(), root());
        let leaf = leaf(&root);
        let list = CrlBuilder::new(MADE, NEXT).revoke(&leaf, MADE, RevocationReason::KeyCompromise);
        let crl = namesake.crl(&list).unwrap();
        assert_eq!(unknown(status(&leaf, root.certificate(), &[crl], NOW)), UnknownCause::SignatureInvalid);
    }

    #[test]
    fn a_list_counts_from_its_date_to_the_promised_next_one() {
        let root = root();
        let leaf = leaf(&root);
        let crls = [root.crl(&CrlBuilder::new(MADE, NEXT)).unwrap()];
        let at = |now| status(&leaf, root.certificate(), &crls, now);
        assert_eq!(at(MADE), RevocationStatus::Good);
        assert_eq!(at(NEXT), RevocationStatus::Good);
        let early = unknown(at(MADE - Duration::seconds(1)));
        assert_eq!(early, UnknownCause::NotYetCurrent { this_update: MADE });
        assert_eq!(unknown(at(NEXT + Duration::seconds(1))), UnknownCause::Stale { next_update: NEXT });
    }

    #[test]
    fn an_issuer_that_may_not_sign_lists_makes_none_that_count() {
        let builder = CertificateBuilder::authority("Root", FROM, UNTIL).key(NewKey::P256);
        let root = Authority::self_signed(&builder.key_usage(Some(KeyUsage::KEY_CERT_SIGN))).unwrap();
        let crl = root.crl(&CrlBuilder::new(MADE, NEXT)).unwrap();
        assert_eq!(unknown(status(&leaf(&root), root.certificate(), &[crl], NOW)), UnknownCause::IssuerMayNotSign);
    }

    #[test]
    fn delta_partial_and_not_understood_lists_are_each_unknown_by_their_own_cause() {
        let root = root();
        let leaf = leaf(&root);
        for (oid, value, cause) in [
            ("2.5.29.27", der::value(0x02, &[1]), UnknownCause::Delta),
            ("2.5.29.28", der::sequence(&[&der::value(0x81, &[0xff])]), UnknownCause::PartialScope),
            ("1.2.3.4", der::value(0x05, b""), UnknownCause::CriticalExtension("1.2.3.4".to_owned())),
        ] {
            let list = CrlBuilder::new(MADE, NEXT).extension(oid, Criticality::Critical, &value);
            let crl = root.crl(&list).unwrap();
            assert_eq!(unknown(status(&leaf, root.certificate(), &[crl], NOW)), cause, "{oid}");
        }
    }

    #[test]
    fn of_two_lists_the_newer_counts() {
        let root = root();
        let leaf = leaf(&root);
        let old = root.crl(&CrlBuilder::new(MADE, NEXT)).unwrap();
        let newer = CrlBuilder::new(MADE + Duration::days(1), NEXT).number(2);
        let newer = root.crl(&newer.revoke(&leaf, MADE, RevocationReason::Unspecified)).unwrap();
        for crls in [[old.clone(), newer.clone()], [newer, old]] {
            let status = status(&leaf, root.certificate(), &crls, NOW);
            assert_eq!(status, RevocationStatus::Revoked { at: MADE, reason: RevocationReason::Unspecified });
        }
    }

    #[test]
    fn no_flipped_octet_of_a_list_makes_us_panic_or_believe_it() {
        let root = root();
        let leaf = leaf(&root);
        let list = CrlBuilder::new(MADE, NEXT).revoke(&leaf, MADE, RevocationReason::KeyCompromise);
        let crl = root.crl(&list).unwrap();
        for place in 0..crl.der().len() {
            let mut octets = crl.der().to_vec();
            octets[place] ^= 0x41;
            if let Ok(changed) = Crl::from_der(&octets) {
                let status = status(&leaf, root.certificate(), &[changed], NOW);
                assert!(
                    !matches!(status, RevocationStatus::Revoked { .. } | RevocationStatus::Good),
                    "{place}: {status}"
                );
            }
        }
    }

    #[test]
    fn octets_that_are_no_list_are_refused() {
        assert_eq!(Crl::from_der(b"\x30\x03\x02\x01\x05"), Err(CrlError::Malformed));
    }
}
