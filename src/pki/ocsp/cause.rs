//! Why an OCSP response does not count.

use time::OffsetDateTime;

/// Why an OCSP response does not count, or none could be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OcspCause {
    /// A critical extension that nothing here processes.
    #[error("the OCSP response has the critical extension {0}, which is not understood")]
    CriticalExtension(String),
    /// Not the structure of RFC 6960 §4.2.1, or not in DER.
    #[error("the OCSP response cannot be read")]
    Malformed,
    /// It has no nextUpdate, so it is true for the moment only, and that has passed (RFC 6960 §2.4).
    #[error("the OCSP response was made on {} and does not say how long it is true", this_update.date())]
    NoNextUpdate {
        /// When it was true.
        this_update: OffsetDateTime,
    },
    /// It repeats another nonce than that of the question: an old answer, sent again (RFC 9654 §2.1).
    #[error("the OCSP response has another nonce than the question: it is an answer to another question")]
    NonceDiffers,
    /// A response of a type that RFC 6960 does not know.
    #[error("the OCSP response is of the type {0}, which is not understood")]
    NotBasic(String),
    /// Made after the moment that is asked about.
    #[error("the OCSP response was made later, on {}", this_update.date())]
    NotYetCurrent {
        /// When.
        this_update: OffsetDateTime,
    },
    /// No CertID in it is the question's (RFC 6960 §3.2 (1)).
    #[error("the OCSP response is about another certificate")]
    OtherCertificate,
    /// It said that it will not or cannot answer (RFC 6960 §4.2.1, OCSPResponseStatus).
    #[error("the OCSP responder refused to answer: {0}")]
    Responder(&'static str),
    /// Not made by the key of the responder that it names.
    #[error("the OCSP response's signature is not its responder's")]
    SignatureInvalid,
    /// Whoever signed has no extended key usage OCSPSigning (RFC 6960 §4.2.2.2).
    #[error(
        "the certificate that signed the OCSP response is not one for OCSP responders: it lacks the extended key usage OCSPSigning"
    )]
    SignerMayNotSign,
    /// Whoever signed was not charged with it by the issuer itself (RFC 6960 §4.2.2.2).
    #[error(
        "the certificate that signed the OCSP response was not issued by the issuer of the certificate asked about"
    )]
    SignerNotIssued,
    /// Outside its validity.
    #[error("the certificate that signed the OCSP response is not valid at this time")]
    SignerOutOfDate,
    /// It names a responder of whom there is no certificate.
    #[error("the certificate of the OCSP responder is not known")]
    SignerUnknown,
    /// A newer one should exist.
    #[error("the OCSP response is out of date since {}", next_update.date())]
    Stale {
        /// Until when it counted.
        next_update: OffsetDateTime,
    },
    /// The question could not be put together.
    #[error("no OCSP request can be made for this certificate")]
    Unaskable,
    /// The responder knows nothing of the certificate, which is not "good" (RFC 6960 §2.2).
    #[error("the OCSP responder does not know the certificate")]
    UnknownCertificate,
}
