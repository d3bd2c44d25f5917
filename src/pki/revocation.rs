//! Certificate revocation lists (RFC 5280 §5), given by hand, and what they say about a certificate.

use std::fmt;
use std::sync::Arc;

use openssl::x509::{X509Crl, X509CrlRef};
use time::OffsetDateTime;

use super::certificate::moment;
use super::name;

/// A certificate revocation list. Cloning shares it; equality is equality of octets.
#[derive(Clone)]
pub struct Crl(Arc<CrlInner>);

struct CrlInner {
    crl: X509Crl,
    der: Vec<u8>,
    issuer: String,
    this_update: OffsetDateTime,
    next_update: Option<OffsetDateTime>,
}

impl Crl {
    /// Reads one list.
    ///
    /// # Errors
    /// [`CrlError`] when the octets are no revocation list.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        let crl = X509Crl::from_der(der).map_err(|_| CrlError::Malformed)?;
        let der = crl.to_der().map_err(|_| CrlError::Malformed)?;
        let inner = CrlInner {
            issuer: name::rfc4514(crl.issuer_name()),
            this_update: moment(crl.last_update()).ok_or(CrlError::DatesUnreadable)?,
            next_update: crl.next_update().map(|date| moment(date).ok_or(CrlError::DatesUnreadable)).transpose()?,
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
}
