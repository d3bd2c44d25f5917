//! What the two reference implementations of the Direct Project call a cause, so that their logs can be searched for it.
//!
//! Taken from `AgentError.java`, `TrustError.java`, `MimeError.java` and `AgentError.cs`, spelling included.
//! Where neither has a name, their logs say nothing that could be searched for.

use crate::agent::{Operation, ReasonCode};

/// The names of one cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// In the Java implementation.
    pub java: &'static str,
    /// In the C# implementation.
    pub csharp: &'static str,
}

const fn both(name: &'static str) -> Option<Names> {
    names(name, name)
}

const fn names(java: &'static str, csharp: &'static str) -> Option<Names> {
    Some(Names { java, csharp })
}

/// What they call it, if they do.
#[must_use]
pub const fn of(code: ReasonCode, operation: Operation) -> Option<Names> {
    use ReasonCode as Code;
    match (code, operation) {
        (Code::NoSender, Operation::Incoming) => names("UntrustedSender", "NoSender"),
        (Code::NoSender, Operation::Outgoing) => both("NoSender"),
        (Code::NoRecipients, _) => both("NoRecipients"),
        (Code::NoLocalRecipients, _) => names("NoTrustedRecipients", "NoDomainRecipients"),
        (Code::NoPrivateKey, Operation::Incoming) => names("UntrustedMessage", "CouldNotResolvePrivateKey"),
        (Code::NoPrivateKey, Operation::Outgoing) => names("MissingSenderCertificate", "CouldNotResolvePrivateKey"),
        (Code::CertificateNotFound, _) => names("NoTrustedRecipients", "CouldNotResolvePublicCert"),
        (Code::NotEncrypted, _) => both("UntrustedMessage"),
        (Code::NotDecryptable, _) => names("UntrustedMessage", "InvalidEncryption"),
        (Code::Unsigned, _) => both("UnsignedMessage"),
        (Code::SignerNotBound | Code::SignerCertificateMissing, _) => both("MissingSenderSignature"),
        (Code::RoutingMismatch, _) => names("MessageTamperDectection", "RecipientMismatch"),
        (Code::MalformedMime, _) => both("InvalidMimeEntity"),
        (Code::UnsupportedAlgorithm, _) => names("DisallowedEncryptionAlgorithm", "InvalidEncryption"),
        (Code::Expired | Code::NotYetValid | Code::Revoked, Operation::Outgoing) => {
            names("AllCertsInResolverInvalid", "NoTrustedRecipients")
        }
        (
            Code::NoTrustedRecipients
            | Code::NoPathToAnchor
            | Code::NoAnchors
            | Code::NotACa
            | Code::PathLength
            | Code::NameConstraints
            | Code::CertificatePolicy
            | Code::MalformedCertificate
            | Code::UnknownCriticalExtension
            | Code::CertificateSignatureInvalid
            | Code::CertificateNotBound
            | Code::Expired
            | Code::NotYetValid
            | Code::Revoked
            | Code::RevocationUnknown
            | Code::DigestMismatch
            | Code::SignatureInvalid
            | Code::SenderUntrusted,
            _,
        ) => both("NoTrustedRecipients"),
        // Neither of them looks at this, or neither has a code for it.
        (
            Code::KeyUsage
            | Code::WeakKey
            | Code::WeakAlgorithm
            | Code::MalformedCms
            | Code::SignedAttributesInvalid
            | Code::NotWrapped
            | Code::LimitExceeded,
            _,
        ) => None,
    }
}

/// The same as words: `UntrustedMessage (Java), InvalidEncryption (C#)`.
#[must_use]
pub fn words(code: ReasonCode, operation: Operation) -> String {
    match of(code, operation) {
        Some(Names { java, csharp }) if java == csharp => java.to_owned(),
        Some(Names { java, csharp }) => format!("{java} (Java), {csharp} (C#)"),
        None => NO_NAME.to_owned(),
    }
}

/// Before the names.
pub const CODE: &str = "Code";
/// What ours is.
pub const CODE_HINT: &str = "The reason code in JSON and logs";
/// Between ours and theirs.
pub const ALSO: &str = "in their logs";
/// Where neither has a name.
pub const NO_NAME: &str = "under no name of its own";
/// What the names are, for a tooltip.
pub const ABOUT: &str = "What the reference implementations of the Direct Project write into their logs for this; their \
                         NoTrustedRecipients covers many causes";

#[cfg(test)]
mod tests {
    use super::*;

    // Every name that the tables of the two implementations have, where this one uses it.
    const KNOWN: [&str; 18] = [
        "AllCertsInResolverInvalid",
        "CouldNotResolvePrivateKey",
        "CouldNotResolvePublicCert",
        "DisallowedEncryptionAlgorithm",
        "InvalidEncryption",
        "InvalidMimeEntity",
        "MessageTamperDectection",
        "MissingRecipientCertificate",
        "MissingSenderCertificate",
        "MissingSenderSignature",
        "NoDomainRecipients",
        "NoRecipients",
        "NoSender",
        "NoTrustedRecipients",
        "RecipientMismatch",
        "UnsignedMessage",
        "UntrustedMessage",
        "UntrustedSender",
    ];

    #[test]
    fn every_code_has_a_name_that_the_reference_implementations_know_or_says_that_it_has_none() {
        for code in ReasonCode::ALL {
            for operation in [Operation::Incoming, Operation::Outgoing] {
                let words = words(*code, operation);
                match of(*code, operation) {
                    Some(names) => {
                        assert!(KNOWN.contains(&names.java) && KNOWN.contains(&names.csharp), "{code}: {words}");
                    }
                    None => assert_eq!(words, NO_NAME, "{code}"),
                }
            }
        }
    }
}
