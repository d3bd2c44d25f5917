//! Why there is no path, in words, and which of several causes says most.

use time::OffsetDateTime;

use crate::limits::LimitExceeded;
use crate::pki::certificate::Certificate;
use crate::pki::digest::SignatureDigest;
use crate::pki::key_usage::KeyUsage;
use crate::pki::revocation::{RevocationReason, RevocationStatus};

/// Why a certificate has no valid path. Each names the certificate at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// A policy extension that contradicts itself, or no policy that holds along the path where one is demanded
    /// (RFC 5280 §6.1.3 (d) to (f), §6.1.5 (g)).
    #[error("the policies of the path of “{}” do not hold: {reason}", certificate.common_name())]
    CertificatePolicy {
        /// The certificate at fault, or the leaf where it is the path as a whole.
        certificate: Certificate,
        /// OpenSSL's words.
        reason: String,
    },
    /// Certificates of the issuer's name are known, and none of their keys made the signature.
    #[error("the signature on the certificate “{}” is not that of its issuer {}", certificate.common_name(), certificate.issuer())]
    CertificateSignatureInvalid {
        /// The certificate whose signature is wrong.
        certificate: Certificate,
    },
    /// Past its last second.
    #[error("the certificate “{}” expired on {}", certificate.common_name(), not_after.date())]
    Expired {
        /// Which one.
        certificate: Certificate,
        /// Its last second.
        not_after: OffsetDateTime,
    },
    /// An issuer whose keyUsage is without keyCertSign (RFC 5280 §4.2.1.3).
    #[error("the certificate “{}” may not sign certificates; its key usage is {usage}", certificate.common_name())]
    KeyUsage {
        /// The issuer.
        certificate: Certificate,
        /// What it may do.
        usage: KeyUsage,
    },
    /// The search was given up; nothing was decided about trust.
    #[error("the search for a path was given up: {0}")]
    LimitExceeded(#[from] LimitExceeded),
    /// An extension that cannot be read or occurs twice, or whatever else OpenSSL refuses.
    #[error("the certificate “{}” is not well-formed: {reason}", certificate.common_name())]
    Malformed {
        /// Which one.
        certificate: Certificate,
        /// OpenSSL's words, or ours.
        reason: String,
    },
    /// A name that an issuer excludes or does not permit (RFC 5280 §4.2.1.10).
    #[error("a name in the certificate “{}” is not one that its issuers may certify: {reason}", certificate.common_name())]
    NameConstraints {
        /// The certificate with the name.
        certificate: Certificate,
        /// OpenSSL's words.
        reason: String,
    },
    /// There is nothing a path could end in.
    #[error("no trust anchor is set")]
    NoAnchors,
    /// The path breaks off.
    #[error("no path to a trust anchor: {}", breaking_point(.certificate, .missing_issuer))]
    NoPathToAnchor {
        /// The last certificate that was found.
        certificate: Certificate,
        /// The issuer that is missing or not trusted.
        missing_issuer: String,
    },
    /// An issuer that is no certification authority (RFC 5280 §4.2.1.9).
    #[error("the certificate “{}” issued another and is not a certification authority's", certificate.common_name())]
    NotACa {
        /// The issuer.
        certificate: Certificate,
    },
    /// Before its first second.
    #[error("the certificate “{}” is not valid before {}", certificate.common_name(), not_before.date())]
    NotYetValid {
        /// Which one.
        certificate: Certificate,
        /// Its first second.
        not_before: OffsetDateTime,
    },
    /// More intermediates follow than pathLenConstraint allows.
    #[error("more certification authorities follow “{}” than it allows", certificate.common_name())]
    PathLength {
        /// The authority that sets the limit, as far as it is known.
        certificate: Certificate,
    },
    /// Only where revocation must be known.
    #[error("whether the certificate “{}” is revoked must be known and is not ({status})", certificate.common_name())]
    RevocationUnknown {
        /// Which one.
        certificate: Certificate,
        /// Why it is not.
        status: RevocationStatus,
    },
    /// On a list that counts.
    #[error("the certificate “{}” was revoked on {} ({reason})", certificate.common_name(), at.date())]
    Revoked {
        /// Which one.
        certificate: Certificate,
        /// Since when.
        at: OffsetDateTime,
        /// Why.
        reason: RevocationReason,
    },
    /// A critical extension that nothing here processes (RFC 5280 §4.2).
    #[error("the certificate “{}” has the critical extension {oid}, which is not understood", certificate.common_name())]
    UnknownCriticalExtension {
        /// Which one.
        certificate: Certificate,
        /// The extension, dotted.
        oid: String,
    },
    /// Signed over a digest that can be forged.
    #[error("the certificate “{}” is signed over {digest}, which is not considered safe", certificate.common_name())]
    WeakAlgorithm {
        /// Which one.
        certificate: Certificate,
        /// The digest.
        digest: SignatureDigest,
    },
    /// A key that is too short.
    #[error("the key of the certificate “{}” ({}) has {bits} bits, fewer than {minimum}", certificate.common_name(), certificate.key_algorithm())]
    WeakKey {
        /// Which one.
        certificate: Certificate,
        /// How many it has.
        bits: u32,
        /// How many are wanted.
        minimum: u32,
    },
}

impl PathError {
    /// How much the error says; of several, the one with the highest rank is reported.
    ///
    /// A limit outranks all, because then nothing was decided. What is wrong with a whole path outranks a path that
    /// breaks off: with an expired intermediate the answer is "expired", not "no path". Within a path the order is that
    /// of RFC 5280 §6.1.3.
    #[must_use]
    pub const fn rank(&self) -> u32 {
        match self {
            Self::LimitExceeded(_) => 200,
            Self::Expired { .. } => 100,
            Self::NotYetValid { .. } => 95,
            Self::Revoked { .. } => 90,
            Self::NameConstraints { .. } => 85,
            Self::NotACa { .. } => 80,
            Self::PathLength { .. } => 75,
            Self::KeyUsage { .. } => 70,
            Self::CertificatePolicy { .. } => 68,
            Self::UnknownCriticalExtension { .. } => 65,
            Self::Malformed { .. } => 60,
            Self::WeakKey { .. } => 55,
            Self::WeakAlgorithm { .. } => 50,
            Self::RevocationUnknown { .. } => 45,
            Self::CertificateSignatureInvalid { .. } => 20,
            Self::NoPathToAnchor { .. } => 10,
            Self::NoAnchors => 0,
        }
    }

    /// The certificate at fault, where there is one.
    #[must_use]
    pub const fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::LimitExceeded(_) | Self::NoAnchors => None,
            Self::CertificatePolicy { certificate, .. }
            | Self::CertificateSignatureInvalid { certificate }
            | Self::Expired { certificate, .. }
            | Self::KeyUsage { certificate, .. }
            | Self::Malformed { certificate, .. }
            | Self::NameConstraints { certificate, .. }
            | Self::NoPathToAnchor { certificate, .. }
            | Self::NotACa { certificate }
            | Self::NotYetValid { certificate, .. }
            | Self::PathLength { certificate }
            | Self::RevocationUnknown { certificate, .. }
            | Self::Revoked { certificate, .. }
            | Self::UnknownCriticalExtension { certificate, .. }
            | Self::WeakAlgorithm { certificate, .. }
            | Self::WeakKey { certificate, .. } => Some(certificate),
        }
    }
}

/// A chain that is complete and untrusted is another matter than one with a gap.
fn breaking_point(certificate: &Certificate, missing_issuer: &str) -> String {
    let name = certificate.common_name();
    if certificate.is_self_issued() {
        format!("the chain ends at “{name}”, which is not among the trust anchors")
    } else {
        format!("no certificate of “{missing_issuer}”, the issuer of “{name}”, is known")
    }
}
