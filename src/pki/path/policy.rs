//! What a path must satisfy: the inputs of RFC 5280 §6.1.1 that are a choice, and what a profile adds.

use crate::asn1::Oid;

/// What a path must satisfy besides RFC 5280.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathPolicy {
    /// The smallest RSA key, in bits, anywhere in the path.
    pub rsa_bits: u32,
    /// The smallest elliptic curve key, in bits, anywhere in the path.
    pub ec_bits: u32,
    /// The digests that certificates may be signed with; an anchor's own signature does not matter.
    pub digests: DigestPolicy,
    /// What is made of revocation.
    pub revocation: RevocationPolicy,
    /// The certificate policies that the path has to be valid for.
    pub certificate_policies: CertificatePolicies,
}

impl PathPolicy {
    /// A policy that is content with any elliptic curve and any certificate policy.
    #[must_use]
    pub const fn new(rsa_bits: u32, digests: DigestPolicy, revocation: RevocationPolicy) -> Self {
        Self { rsa_bits, ec_bits: 0, digests, revocation, certificate_policies: CertificatePolicies::ANY }
    }
}

/// The digests that certificates may be signed with. MD5 is always refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigestPolicy {
    /// SHA-1 is taken.
    AcceptSha1,
    /// SHA-1 is refused.
    RefuseSha1,
}

/// What is made of revocation. A revoked certificate ends a path under either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationPolicy {
    /// What is unknown is reported and changes nothing.
    Report,
    /// What is unknown ends the path.
    Require,
}

/// The user's side of certificate policies (RFC 5280 §6.1.1 (c), (e) to (g)).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CertificatePolicies {
    /// user-initial-policy-set.
    pub initial: InitialPolicies,
    /// initial-explicit-policy.
    pub explicit: ExplicitPolicy,
    /// initial-policy-mapping-inhibit.
    pub mapping: PolicyMapping,
    /// initial-any-policy-inhibit.
    pub any_policy: AnyPolicy,
}

impl CertificatePolicies {
    /// Every policy will do, and none is needed unless a certificate demands one.
    pub const ANY: Self = Self {
        initial: InitialPolicies::Any,
        explicit: ExplicitPolicy::AsCertificatesSay,
        mapping: PolicyMapping::Allow,
        any_policy: AnyPolicy::Allow,
    };
}

/// The policies that are acceptable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum InitialPolicies {
    /// All of them.
    #[default]
    Any,
    /// These.
    Of(Vec<Oid>),
}

/// Whether the path has to be valid for at least one acceptable policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExplicitPolicy {
    /// Where a certificate's policyConstraints demand it.
    #[default]
    AsCertificatesSay,
    /// Always.
    Require,
}

/// Whether an authority may declare two policies equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PolicyMapping {
    /// It may, unless a certificate above it forbids it.
    #[default]
    Allow,
    /// It may not.
    Inhibit,
}

/// Whether anyPolicy in a certificate stands for every policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AnyPolicy {
    /// It does, unless a certificate above forbids it.
    #[default]
    Allow,
    /// It does not.
    Inhibit,
}
