//! The eight facts about a signer, kept apart: integrity, signature, chain, trust, validity, revocation, address and
//! strength. A mail client merges them into one word; whoever looks for a fault needs to know which one it was.
//!
//! What was not looked at says so. In particular revocation passes only where a list that counts was consulted.

use super::icons::Status;
use super::outlook::Judged;
use super::text;
use crate::agent::{ReasonCode, SignatureState, SignerOutcome};
use crate::finding::{Finding, Severity};
use crate::pki::path::EdgeRule;

/// Which fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FactKind {
    /// The content is the one that was signed.
    Integrity,
    /// The mathematics of the signature hold.
    Signature,
    /// A chain of certificates can be built.
    Chain,
    /// It ends at an anchor that the recipient trusts.
    Anchor,
    /// The certificates are within their dates.
    Validity,
    /// None of them was withdrawn.
    Revocation,
    /// The certificate names the sender.
    Binding,
    /// Digest and keys are strong enough.
    Strength,
}

/// A fact and how it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Which.
    pub kind: FactKind,
    /// How it came out.
    pub status: Status,
    /// The same as a word.
    pub word: String,
}

impl Fact {
    fn new(kind: FactKind, status: Status) -> Self {
        Self { kind, status, word: text::facts::word(status).to_owned() }
    }
}

/// The facts about a signer, as far as these recipients are concerned.
#[must_use]
pub fn of(signer: &SignerOutcome, judged: &[&Judged]) -> [Fact; 8] {
    [
        Fact::new(FactKind::Integrity, integrity(signer)),
        Fact::new(FactKind::Signature, signature(signer)),
        Fact::new(FactKind::Chain, along(judged, |judged| judged.chain.builds())),
        anchor(judged),
        Fact::new(FactKind::Validity, both(rules(signer, &["signer.validity"]), links(judged, &[EdgeRule::Validity]))),
        Fact::new(FactKind::Revocation, revocation(signer, judged)),
        Fact::new(FactKind::Binding, binding(signer)),
        Fact::new(FactKind::Strength, strength(signer, judged)),
    ]
}

// The digest of the content has a check of its own, so that a changed content is told from a wrong key.
fn integrity(signer: &SignerOutcome) -> Status {
    match (rules(signer, &["cms.message-digest-equal"]), signer.signature) {
        (Status::NotChecked, SignatureState::Valid) => Status::Passed,
        (known, _) => known,
    }
}

fn signature(signer: &SignerOutcome) -> Status {
    let attributes = rules(signer, &["cms.attributes-signature-valid"]);
    match (signer.signature, attributes) {
        (SignatureState::Valid, _) | (_, Status::Passed) => Status::Passed,
        (SignatureState::Invalid, _) => Status::Failed,
        (SignatureState::NotChecked, _) => Status::NotChecked,
    }
}

fn anchor(judged: &[&Judged]) -> Fact {
    let trusting: usize = judged.iter().filter(|judged| judged.chain.is_anchored()).map(|j| j.recipients.len()).sum();
    let all: usize = judged.iter().map(|judged| judged.recipients.len()).sum();
    let status = match (trusting, all) {
        (_, 0) => Status::Skipped,
        (0, _) => Status::Failed,
        (some, all) if some < all => Status::Warning,
        _ => Status::Passed,
    };
    let word = if status == Status::Warning {
        text::facts::trusted_by(trusting, all)
    } else {
        text::facts::word(status).to_owned()
    };
    Fact { kind: FactKind::Anchor, status, word }
}

fn revocation(signer: &SignerOutcome, judged: &[&Judged]) -> Status {
    match rules(signer, &["signer.revocation"]) {
        Status::Failed => Status::Failed,
        _ => along(judged, |judged| judged.chain.worst(&[EdgeRule::Revocation])).or_not_checked(),
    }
}

fn binding(signer: &SignerOutcome) -> Status {
    let other = signer.reasons.iter().any(|reason| reason.code == ReasonCode::SignerNotBound);
    match (other, signer.bound_to_sender) {
        (true, _) => Status::Failed,
        (false, true) => Status::Passed,
        (false, false) => Status::NotChecked,
    }
}

fn strength(signer: &SignerOutcome, judged: &[&Judged]) -> Status {
    let own = rules(signer, &["signer.digest-algorithm", "signer.key-size"]);
    both(own, links(judged, &[EdgeRule::Digest, EdgeRule::KeySize]))
}

// What is known of the signer and what is known of the chain: the worse of both, where both are known.
fn both(own: Status, chain: Status) -> Status {
    match (own, chain) {
        (Status::Failed, _) | (_, Status::Failed) => Status::Failed,
        (Status::NotChecked, other) => other.or_not_checked(),
        (own, _) => own,
    }
}

fn links(judged: &[&Judged], rules: &[EdgeRule]) -> Status {
    along(judged, |judged| judged.chain.worst(rules))
}

// Over several chains: any that failed, else any that is open; not reached where there is none.
fn along(judged: &[&Judged], status: impl Fn(&Judged) -> Status) -> Status {
    let found: Vec<Status> = judged.iter().map(|judged| status(judged)).collect();
    [Status::Failed, Status::NotChecked, Status::Passed]
        .into_iter()
        .find(|wanted| found.contains(wanted))
        .unwrap_or(Status::Skipped)
}

// The gravest outcome of these rules among a signer's checks.
fn rules(signer: &SignerOutcome, ids: &[&str]) -> Status {
    let made = signer.findings.iter().filter(|finding: &&Finding| ids.contains(&finding.rule.id));
    match made.map(|finding| finding.severity).max() {
        Some(Severity::Fail) => Status::Failed,
        Some(Severity::Warning) => Status::Warning,
        Some(Severity::Pass) => Status::Passed,
        Some(Severity::Info | Severity::NotChecked) | None => Status::NotChecked,
    }
}

impl Status {
    // Where a chain was never asked for, what it would have said of dates or revocation is simply not known.
    const fn or_not_checked(self) -> Self {
        match self {
            Self::Skipped => Self::NotChecked,
            other => other,
        }
    }
}
