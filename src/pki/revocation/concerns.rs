//! Whether a list is about a certificate at all, and since when it has it: facts, without a judgement of the list.

use openssl::x509::CrlStatus;
use time::OffsetDateTime;

use super::Crl;
use crate::pki::certificate::{Certificate, moment};
use crate::pki::distribution_point::DistributionPoint;

impl Crl {
    /// Whether the list could tell about `certificate`: it was made by the certificate's issuer, or by one that the
    /// certificate names for that (RFC 5280 §6.3.3 (a)). Whether it counts is another question.
    #[must_use]
    pub fn concerns(&self, certificate: &Certificate) -> bool {
        let issuer = certificate.x509().issuer_name();
        let own = DistributionPoint::of_issuer(issuer);
        let points = certificate.distribution_points().iter().chain([&own]);
        points.into_iter().any(|point| point.is_issued_by(self.x509_crl().issuer_name(), issuer))
    }

    /// The date under which the list has `certificate` as revoked (RFC 5280 §5.1.2.6); nothing where it does not have it.
    #[must_use]
    pub fn revoked_at(&self, certificate: &Certificate) -> Option<OffsetDateTime> {
        match self.x509_crl().get_by_cert(&certificate.x509().to_owned()) {
            CrlStatus::Revoked(entry) => moment(entry.revocation_date()),
            CrlStatus::NotRevoked | CrlStatus::RemoveFromCrl(_) => None,
        }
    }
}
