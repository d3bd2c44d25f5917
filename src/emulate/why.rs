//! The rule behind a difference that no step of an emulation has explained.

use super::EmulatedAgent;
use super::account::Known;
use crate::agent::ReasonCode;

/// Why an agent lets pass what we refuse for this reason.
pub(super) fn laxer(kind: EmulatedAgent, ours: Option<ReasonCode>) -> Known {
    match kind {
        EmulatedAgent::Java => java(ours),
        EmulatedAgent::CSharp => csharp(ours),
    }
}

fn java(ours: Option<ReasonCode>) -> Known {
    match ours {
        Some(ReasonCode::KeyUsage) => Known::measured(
            "The Java agent checks no key usage and no extended key usage unless a policy asks for it",
            "Java reference agent 8.1.0, measured (v70, v71)",
        ),
        Some(ReasonCode::WeakAlgorithm) => Known::measured(
            "The Java agent checks the digest neither of a signature nor of a certificate when it receives",
            "Java reference agent 8.1.0, measured (v10, f11, v72)",
        ),
        Some(ReasonCode::NotWrapped) => Known::measured(
            "The Java agent takes messages that are not wrapped",
            "Java reference agent 8.1.0, measured (v25)",
        ),
        Some(ReasonCode::SignedAttributesInvalid) => Known::measured(
            "The Java agent takes signatures without signed attributes",
            "Java reference agent 8.1.0, measured (f19)",
        ),
        Some(ReasonCode::Revoked | ReasonCode::RevocationUnknown) => Known::read(
            "The Java agent looks at the revocation of the signer alone, and takes a missing list for a good answer",
            "Java reference agent 8.1.0, read (CRLRevocationManager)",
        ),
        Some(ReasonCode::MalformedMime) => Known::measured(
            "The Java agent reads a multipart/signed whatever its protocol, micalg, preamble and number of parts are",
            "Java reference agent 8.1.0, measured (f28, f29, f33)",
        ),
        Some(ReasonCode::CertificateNotFound | ReasonCode::CertificateNotBound) => Known::read(
            "The Java agent takes the first certificate that a resolver finds, and asks for its path alone",
            "Java reference agent 8.1.0, read (DefaultNHINDAgent, binding of addresses)",
        ),
        _ => Known::inferred(
            "The Java agent makes no such check, or makes it another way",
            "Java reference agent 8.1.0, inferred",
        ),
    }
}

fn csharp(ours: Option<ReasonCode>) -> Known {
    match ours {
        Some(ReasonCode::KeyUsage) => Known::read(
            "The C# agent ignores a wrong usage of a certificate (IgnoreWrongUsage)",
            "C# reference agent (2025-07), read (X509ChainEngine)",
        ),
        Some(ReasonCode::WeakKey) => {
            Known::read("The C# agent has no smallest key", "C# reference agent (2025-07), read (Cryptography)")
        }
        Some(ReasonCode::WeakAlgorithm) => Known::read(
            "The C# agent takes Triple DES and checks no digest when it receives",
            "C# reference agent (2025-07), read (Cryptography)",
        ),
        Some(ReasonCode::NotWrapped) => Known::read(
            "The C# agent takes messages that are not wrapped, unless told otherwise (AllowNonWrappedIncoming)",
            "C# reference agent (2025-07), read (DirectAgent)",
        ),
        Some(ReasonCode::RoutingMismatch) => Known::read(
            "The C# agent also looks in Bcc for a recipient, and does not compare the sender",
            "C# reference agent (2025-07), read (ValidateRoutingHeaders)",
        ),
        _ => Known::inferred(
            "The C# agent makes no such check, or makes it another way",
            "C# reference agent (2025-07), inferred",
        ),
    }
}

/// Why an agent refuses what we let pass.
pub(super) const fn stricter(kind: EmulatedAgent) -> Known {
    match kind {
        EmulatedAgent::Java => {
            Known::inferred("The Java agent's own rules do not let it pass", "Java reference agent 8.1.0, inferred")
        }
        EmulatedAgent::CSharp => {
            Known::inferred("The C# agent's own rules do not let it pass", "C# reference agent (2025-07), inferred")
        }
    }
}
