//! Chains of certificates, link by link.

use crate::pki::path::EdgeRule;

/// Over all of them.
pub const HEADING: &str = "Chains";
/// What they are.
pub const ABOUT: &str = "From each signer to an anchor, or to where the chain stops";
/// What they are of a message that leaves.
pub const ABOUT_OUTGOING: &str =
    "From each recipient's certificate to an anchor of the sender, or to where the chain stops";
/// At the link that stops a chain.
pub const STOPS: &str = "The chain stops here";
/// A certificate without a known issuer.
pub const NO_ISSUER: &str = "No certificate of its issuer is known here";
/// A root.
pub const SELF_ISSUED: &str = "Issued by itself";
/// A candidate that the search did not come to.
pub const NOT_TRIED: &str = "Not checked: the search had no reason to look at it";
/// Where no run asked for a chain.
pub const NOT_ASKED: &str = "The run did not come this far; the chain is shown for what it is worth";
/// Where nobody is trusted.
pub const NO_ANCHORS: &str = "No anchors are set up, so nobody is trusted";
/// Before the anchors that were looked for.
pub const CONSULTED: &str = "Anchors consulted";
/// Nothing to show.
pub const NONE: &str = "The message does not carry this signer's certificate, so there is no chain to look at";

/// The title of a chain.
#[must_use]
pub fn title(subject: &str, whose: &str) -> String {
    format!("{subject}, judged by the anchors of {whose}")
}

/// What is written at an anchor.
#[must_use]
pub fn anchor_of(whose: &str) -> String {
    format!("A trust anchor of {whose}")
}

/// What is written at an authority that is no anchor.
#[must_use]
pub fn not_an_anchor(whose: &str, anchors: usize) -> String {
    match anchors {
        1 => format!("Not the one anchor that {whose} trusts"),
        count => format!("Not one of the {count} anchors that {whose} trusts"),
    }
}

/// What is written where an issuer is missing.
#[must_use]
pub fn gap(issuer: &str) -> String {
    format!("Gap: no certificate of “{issuer}” is known here")
}

/// How many more there are.
#[must_use]
pub fn more(count: usize) -> String {
    format!("{count} more: select a signer to see its own")
}

/// What held on a link, and what was not looked at.
#[must_use]
pub fn held(held: usize, open: &[&str], tolerated: bool) -> String {
    let checks = super::count(held, "check", "checks");
    let identifiers = if tolerated { "; the key identifiers differ, which is tolerated" } else { "" };
    match open {
        [] => format!("Issued by the next one, {checks} held{identifiers}"),
        open => format!("Issued by the next one, {checks} held, not checked: {}{identifiers}", open.join(", ")),
    }
}

/// A check of a link in a few words.
#[must_use]
pub const fn rule(rule: EdgeRule) -> &'static str {
    match rule {
        EdgeRule::IssuerKnown => "issuer",
        EdgeRule::Name => "name",
        EdgeRule::KeyIdentifier => "key identifier",
        EdgeRule::Signature => "signature",
        EdgeRule::Digest => "digest",
        EdgeRule::Validity => "validity",
        EdgeRule::Revocation => "revocation",
        EdgeRule::NameConstraints => "name constraints",
        EdgeRule::Policy => "policy",
        EdgeRule::Extensions => "extensions",
        EdgeRule::Authority => "authority",
        EdgeRule::PathLength => "path length",
        EdgeRule::KeyUsage => "key usage",
        EdgeRule::KeySize => "key size",
        EdgeRule::Limits => "limits",
    }
}
