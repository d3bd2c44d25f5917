//! Certificate revocation lists (RFC 5280 §5), and what they say about a certificate.
//!
//! A list counts only when its issuer's key signed it, the issuer may sign lists, it is about this certificate, it is
//! current, and nothing in it is critical that is not understood. Otherwise the answer is `Unknown` with the cause:
//! never "revoked", never "good". Lists of changes, of some reasons, and indirect ones are evaluated as §6.3.3 says.
//! Nothing is fetched. OCSP answers, which are judged in [`super::ocsp`], count beside the lists.

mod concerns;
mod evaluate;
mod fields;
mod witness;

pub use evaluate::status;
pub(super) use evaluate::{Signers, judge};
pub(super) use witness::Judged;
pub use witness::{RevocationEvidence, RevocationWitness};

use std::fmt;
use std::sync::Arc;

use openssl::x509::{X509Crl, X509CrlRef};
use time::OffsetDateTime;

use super::certificate::moment;
use super::name;
use super::ocsp::OcspCause;
use crate::limits::Limits;
use fields::Fields;

/// A certificate revocation list. Cloning shares it; equality is equality of octets.
#[derive(Clone)]
pub struct Crl(Arc<Inner>);

struct Inner {
    crl: X509Crl,
    der: Vec<u8>,
    issuer: String,
    this_update: OffsetDateTime,
    next_update: Option<OffsetDateTime>,
    fields: Fields,
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
            fields: Fields::read(&der),
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

/// Why the lists that could tell do not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownCause {
    /// The list's signer is judged by the very list that it signed.
    #[error("whether the certificate that signed the revocation list is revoked depends on that list")]
    Circular,
    /// An entry with a critical extension that nothing here processes (RFC 5280 §5.3).
    #[error("an entry of the revocation list has the critical extension {0}, which is not understood")]
    CriticalEntryExtension(String),
    /// A critical extension that nothing here processes.
    #[error("the revocation list has the critical extension {0}, which is not understood")]
    CriticalExtension(String),
    /// A deltaCRLIndicator, and the list that it changes is not there (RFC 5280 §5.2.4).
    #[error("the revocation list has only the changes since another list, which is not known")]
    Delta,
    /// The certificate's distribution points are not the list's (RFC 5280 §6.3.3 (b)(2)(i)).
    #[error("the revocation list is for another distribution point than the certificate's")]
    DistributionPoint,
    /// The issuer's keyUsage is without cRLSign.
    #[error("the issuer's certificate does not allow it to sign revocation lists")]
    IssuerMayNotSign,
    /// Its fields could not be read.
    #[error("the revocation list's extensions cannot be read")]
    Malformed,
    /// Without nextUpdate nobody can tell whether it is current (RFC 5280 §5.1.2.5).
    #[error("the revocation list does not say when the next one comes")]
    NoNextUpdate,
    /// The certificate names the list's issuer as its cRLIssuer, and the list is not an indirect one (RFC 5280 §5.2.5).
    #[error("the revocation list is not one for the certificates of other issuers")]
    NotIndirect,
    /// Made after the moment that is asked about.
    #[error("the revocation list was made later, on {}", this_update.date())]
    NotYetCurrent {
        /// When.
        this_update: OffsetDateTime,
    },
    /// There is an OCSP response, and it does not count.
    #[error(transparent)]
    Ocsp(#[from] OcspCause),
    /// onlyContainsAttributeCerts.
    #[error("the revocation list is about attribute certificates only")]
    OnlyAttributeCertificates,
    /// onlyContainsCACerts, and the certificate is none.
    #[error("the revocation list is about certification authorities only")]
    OnlyAuthorities,
    /// onlyContainsUserCerts, and the certificate is an authority's.
    #[error("the revocation list is about end entities only")]
    OnlyEndEntities,
    /// onlySomeReasons, and no other list is about the rest.
    #[error("the revocation list covers only some of the reasons to revoke, and no other list covers the rest")]
    OnlySomeReasons,
    /// Not made by the issuer's key.
    #[error("the revocation list's signature is not its issuer's")]
    SignatureInvalid,
    /// It was signed by a certificate that has no valid path to the same anchor (RFC 5280 §6.3.3 (f)).
    #[error("the certificate that signed the revocation list is not trusted: {0}")]
    SignerUntrusted(String),
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

    pub(in crate::pki) fn from_code(code: i64) -> Self {
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

#[cfg(test)]
mod tests;
