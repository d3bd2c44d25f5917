//! Which of several reasons is told: the ranking of the codes, in one place.
//!
//! Two questions are asked. Of one certificate, path or signer with several faults, which fault says most? That is
//! [`ReasonCode::rank`], and its order is that of RFC 5652 §5.6 and then RFC 5280 §6.1.3: first whether a signature holds,
//! for without it nothing that is signed counts; then whose certificate it is, dates, revocation, names, and what only a
//! policy minds. Of several certificates or signers, none of which is good, which came closest? That is
//! [`ReasonCode::closeness`]: one that somebody else owns, or that leads nowhere, says little about the others.

use super::outcome::{Reason, ReasonCode};

impl ReasonCode {
    /// How much the code says about one certificate, path or signer; of several faults the highest is told.
    ///
    /// A limit outranks all, because then nothing was decided; faults of the whole message stop a run before anything
    /// else is found, and never compete.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::LimitExceeded => 250,
            Self::UnsupportedAlgorithm => 200,
            Self::MalformedCms => 198,
            Self::SignerCertificateMissing => 196,
            Self::DigestMismatch => 194,
            Self::SignatureInvalid => 192,
            Self::SignedAttributesInvalid => 190,
            Self::CertificateSignatureInvalid => 120,
            Self::SignerNotBound | Self::CertificateNotBound => 110,
            Self::Expired => 100,
            Self::NotYetValid => 95,
            Self::Revoked => 90,
            Self::NameConstraints => 85,
            Self::NotACa => 80,
            Self::PathLength => 75,
            Self::KeyUsage => 70,
            Self::CertificatePolicy => 68,
            Self::UnknownCriticalExtension => 65,
            Self::MalformedCertificate => 60,
            Self::WeakKey => 55,
            Self::WeakAlgorithm => 50,
            Self::RevocationUnknown => 45,
            Self::MalformedMime => 40,
            Self::SenderUntrusted => 15,
            Self::NoPathToAnchor => 10,
            _ => 0,
        }
    }

    /// How near to being used a certificate or signer was that has this fault; of several the nearest is told.
    #[must_use]
    pub const fn closeness(self) -> u8 {
        match self {
            Self::CertificateNotBound | Self::SignerNotBound => 0,
            Self::NoAnchors => 1,
            Self::NoPathToAnchor | Self::SenderUntrusted | Self::CertificateSignatureInvalid => 2,
            Self::LimitExceeded => 4,
            _ => 3,
        }
    }
}

/// The reason that says most about one certificate, path or signer; of equals the first.
pub(super) fn most_specific(reasons: impl IntoIterator<Item = Reason>) -> Option<Reason> {
    reasons.into_iter().reduce(|best, next| if next.code.rank() > best.code.rank() { next } else { best })
}

/// The reason of the certificate or signer that came closest; of equals the first.
pub(super) fn closest<'r>(reasons: impl IntoIterator<Item = &'r Reason>) -> Option<&'r Reason> {
    let key = |reason: &Reason| (reason.code.closeness(), reason.code.rank());
    reasons.into_iter().reduce(|best, next| if key(next) > key(best) { next } else { best })
}
