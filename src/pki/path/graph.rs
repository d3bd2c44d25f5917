//! The whole of what a search looked at: every certificate, every candidate issuer, and what held between them.
//!
//! An edge leads from a certificate to one that may have issued it. Checks that need a whole path (path length, name
//! constraints, policies, revocation) are those of the complete paths over the edge: one that failed on any of them is
//! failed here, so that each refused path has an edge that explains it. A certificate whose issuer is not known, and a
//! leaf that is itself an anchor, have an edge to nobody.

mod build;

pub(super) use build::build;

use std::fmt;

use super::error::PathError;
use super::pool::CertificateSource;
use crate::pki::certificate::Certificate;
use crate::pki::revocation::RevocationStatus;

/// Certificates and the edges between them. The first node is the leaf.
#[derive(Clone, Debug, Default)]
pub struct PathGraph {
    /// Each certificate once.
    pub nodes: Vec<PathNode>,
    /// Each pair of a certificate and a candidate issuer once.
    pub edges: Vec<PathEdge>,
    /// Candidates beyond the most that a graph holds.
    pub omitted: usize,
}

/// One certificate.
#[derive(Clone, Debug)]
pub struct PathNode {
    /// The certificate.
    pub certificate: Certificate,
    /// Where it came from; nothing for a leaf that is only in the question.
    pub sources: Vec<CertificateSource>,
}

impl PathNode {
    /// Whether it is a trust anchor.
    #[must_use]
    pub fn is_anchor(&self) -> bool {
        self.sources.contains(&CertificateSource::Anchors)
    }
}

/// A certificate and a candidate for its issuer.
#[derive(Clone, Debug)]
pub struct PathEdge {
    /// The certificate, as a place in [`PathGraph::nodes`].
    pub child: usize,
    /// The candidate; nothing where no issuer is known, or none is needed.
    pub issuer: Option<usize>,
    /// Whether the good path leads over this edge.
    pub on_path: bool,
    /// What was checked, in the order of RFC 5280 §6.1.3.
    pub checks: Vec<EdgeCheck>,
}

impl PathEdge {
    /// The checks that did not hold.
    pub fn failed(&self) -> impl Iterator<Item = (EdgeRule, &PathError)> {
        self.checks.iter().filter_map(|check| match &check.outcome {
            CheckOutcome::Failed(error) => Some((check.rule, error)),
            _ => None,
        })
    }

    /// `good`: on the path that was found; `refused`: a check failed; `not-tried`: the signature was not checked;
    /// `open`: nothing failed, and no path over it was complete.
    #[must_use]
    pub fn state(&self) -> &'static str {
        let not_tried = |check: &EdgeCheck| {
            check.rule == EdgeRule::Signature && matches!(check.outcome, CheckOutcome::NotChecked(_))
        };
        if self.on_path {
            "good"
        } else if self.failed().next().is_some() {
            "refused"
        } else if self.checks.iter().any(not_tried) {
            "not-tried"
        } else {
            "open"
        }
    }
}

/// One check on an edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeCheck {
    /// Which.
    pub rule: EdgeRule,
    /// What came of it.
    pub outcome: CheckOutcome,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It did not hold, and that ends the path.
    Failed(PathError),
    /// It held.
    Held,
    /// It was not made.
    NotChecked(NotChecked),
    /// It did not hold, and that alone ends no path.
    Tolerated,
}

impl CheckOutcome {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Failed(_) => "failed",
            Self::Held => "held",
            Self::NotChecked(_) => "not-checked",
            Self::Tolerated => "tolerated",
        }
    }

    /// Particulars, where there are any.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Failed(error) => Some(error.to_string()),
            Self::NotChecked(cause) => Some(cause.to_string()),
            Self::Tolerated => {
                Some("the identifiers of the keys differ; they guide a search and decide nothing".to_owned())
            }
            Self::Held => None,
        }
    }
}

/// Why a check was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotChecked {
    /// The candidate has the name and the key of an anchor, which ends the path.
    AnchorEndsPath,
    /// The certificates do not say.
    NotStated,
    /// No complete path leads over the edge.
    NoCompletePath,
    /// A good path was found, or the limit reached, before the candidate's turn came.
    NotTried,
    /// No list that counts is known.
    Revocation(RevocationStatus),
    /// The key did not make the signature, so the rest says nothing.
    WrongKey,
}

impl fmt::Display for NotChecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnchorEndsPath => f.write_str("an anchor of the same name and key ends the path"),
            Self::NotStated => f.write_str("the certificates do not say"),
            Self::NoCompletePath => f.write_str("no complete path leads over it"),
            Self::NotTried => f.write_str("the search ended before its turn came"),
            Self::Revocation(status) => status.fmt(f),
            Self::WrongKey => f.write_str("the key did not make the signature"),
        }
    }
}

/// What is checked between a certificate and its issuer, in the order of RFC 5280 §6.1.3 and §6.1.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeRule {
    /// There is a candidate of the issuer's name.
    IssuerKnown,
    /// Issuer and subject are the same name.
    Name,
    /// The authority key identifier is the issuer's: a hint.
    KeyIdentifier,
    /// The issuer's key made the signature.
    Signature,
    /// The signature is over a digest that the policy takes.
    Digest,
    /// The certificate is within its dates.
    Validity,
    /// The certificate is not revoked.
    Revocation,
    /// Its names are ones that the authorities above may certify.
    NameConstraints,
    /// The policies of the path hold.
    Policy,
    /// Its extensions can be read, none occurs twice, and the critical ones are understood.
    Extensions,
    /// The issuer is a certification authority.
    Authority,
    /// No more authorities follow than the issuer allows.
    PathLength,
    /// The issuer's key may sign certificates.
    KeyUsage,
    /// The keys are long enough.
    KeySize,
    /// The caps of a search.
    Limits,
}

impl EdgeRule {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IssuerKnown => "issuer-known",
            Self::Name => "name",
            Self::KeyIdentifier => "key-identifier",
            Self::Signature => "signature",
            Self::Digest => "digest",
            Self::Validity => "validity",
            Self::Revocation => "revocation",
            Self::NameConstraints => "name-constraints",
            Self::Policy => "policy",
            Self::Extensions => "extensions",
            Self::Authority => "authority",
            Self::PathLength => "path-length",
            Self::KeyUsage => "key-usage",
            Self::KeySize => "key-size",
            Self::Limits => "limits",
        }
    }

    /// Where it is written.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::IssuerKnown => "RFC 5280 §6.1",
            Self::Name => "RFC 5280 §6.1.3 (a)(4)",
            Self::KeyIdentifier => "RFC 5280 §4.2.1.1",
            Self::Signature => "RFC 5280 §6.1.3 (a)(1)",
            Self::Digest => "RFC 8550 §4.3",
            Self::Validity => "RFC 5280 §6.1.3 (a)(2)",
            Self::Revocation => "RFC 5280 §6.1.3 (a)(3)",
            Self::NameConstraints => "RFC 5280 §6.1.3 (b), (c)",
            Self::Policy => "RFC 5280 §6.1.3 (d) to (f)",
            Self::Extensions => "RFC 5280 §6.1.4 (o), §6.1.5 (f)",
            Self::Authority => "RFC 5280 §6.1.4 (k)",
            Self::PathLength => "RFC 5280 §6.1.4 (l), (m)",
            Self::KeyUsage => "RFC 5280 §6.1.4 (n)",
            Self::KeySize => "RFC 8551 §4",
            Self::Limits => "CVE-2018-16875",
        }
    }
}

impl PathError {
    /// The check that an error is about, and whether it is about the certificate as an issuer.
    const fn rule(&self) -> (EdgeRule, Side) {
        match self {
            Self::CertificatePolicy { .. } => (EdgeRule::Policy, Side::Child),
            Self::CertificateSignatureInvalid { .. } => (EdgeRule::Signature, Side::Child),
            Self::Expired { .. } | Self::NotYetValid { .. } => (EdgeRule::Validity, Side::Child),
            Self::KeyUsage { .. } => (EdgeRule::KeyUsage, Side::Issuer),
            Self::LimitExceeded(_) => (EdgeRule::Limits, Side::Child),
            Self::Malformed { .. } | Self::UnknownCriticalExtension { .. } => (EdgeRule::Extensions, Side::Child),
            Self::NameConstraints { .. } => (EdgeRule::NameConstraints, Side::Child),
            Self::NoAnchors | Self::NoPathToAnchor { .. } => (EdgeRule::IssuerKnown, Side::Child),
            Self::NotACa { .. } => (EdgeRule::Authority, Side::Issuer),
            Self::PathLength { .. } => (EdgeRule::PathLength, Side::Issuer),
            Self::RevocationUnknown { .. } | Self::Revoked { .. } => (EdgeRule::Revocation, Side::Child),
            Self::WeakAlgorithm { .. } => (EdgeRule::Digest, Side::Child),
            Self::WeakKey { .. } => (EdgeRule::KeySize, Side::Issuer),
        }
    }
}

/// The end of an edge that a check is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Child,
    Issuer,
}
