//! What is missing for a certificate to be trusted.

use time::OffsetDateTime;

use super::super::place::Source;
use crate::agent::ReasonCode;
use crate::mail::Address;
use crate::pki::Certificate;

/// What kind of thing is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MissingKind {
    /// A trust anchor at the end of a chain that is complete.
    Anchor,
    /// A certificate of the recipient, of mail that leaves.
    Certificate,
    /// What an authority above must allow: that it is one, how long the chain is, which names it vouches for.
    Constraint,
    /// A time at which every certificate of the chain is valid.
    Date,
    /// The anchor is there, for the other direction of mail.
    Direction,
    /// A well-formed certificate, of which everything is understood.
    Form,
    /// A certificate between the leaf and an anchor.
    Intermediate,
    /// A name: the certificate is bound to somebody else.
    Name,
    /// A certificate that was not revoked, or the knowledge whether it was.
    Revocation,
    /// A signature of the named issuer on a certificate.
    Signature,
    /// A key or a digest that is strong enough.
    Strength,
    /// A key that may be used for this.
    Use,
}

impl MissingKind {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anchor => "anchor",
            Self::Certificate => "certificate",
            Self::Constraint => "constraint",
            Self::Date => "date",
            Self::Direction => "direction",
            Self::Form => "form",
            Self::Intermediate => "intermediate",
            Self::Name => "name",
            Self::Revocation => "revocation",
            Self::Signature => "signature",
            Self::Strength => "strength",
            Self::Use => "use",
        }
    }
}

/// One thing that is missing, for whom, and where it could come from.
#[derive(Clone, Debug)]
pub struct Missing {
    /// What kind of thing.
    pub kind: MissingKind,
    /// The agent's code for it.
    pub code: ReasonCode,
    /// What is missing, one sentence without full stop.
    pub sentence: String,
    /// What would change the answer, likewise.
    pub advice: Vec<String>,
    /// The recipients for whom it is missing.
    pub recipients: Vec<Address>,
    /// The certificate that the sentence is about.
    pub certificate: Option<Certificate>,
    /// Where it could come from, what is nearest first.
    pub sources: Vec<Source>,
    /// The time at which the dates of the whole chain would have held: first and last second; only of dates.
    pub window: Option<(OffsetDateTime, OffsetDateTime)>,
    /// That nothing else is missing, where that was shown: with this supplied, the whole path was found good.
    pub shown: Option<String>,
}

impl Missing {
    pub(super) fn new(kind: MissingKind, code: ReasonCode, sentence: String) -> Self {
        Self {
            kind,
            code,
            sentence,
            advice: Vec::new(),
            recipients: Vec::new(),
            certificate: None,
            sources: Vec::new(),
            window: None,
            shown: None,
        }
    }

    pub(super) fn about(self, certificate: &Certificate) -> Self {
        Self { certificate: Some(certificate.clone()), ..self }
    }

    pub(super) fn advising(mut self, advice: impl Into<String>) -> Self {
        self.advice.push(advice.into());
        self
    }

    /// Whether it is the same thing, for whomever. An anchor is missing to somebody, so that it is another one for each.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let to_somebody = matches!(self.kind, MissingKind::Anchor | MissingKind::Direction);
        (self.kind, self.code) == (other.kind, other.code)
            && self.certificate == other.certificate
            && (!to_somebody || self.sentence == other.sentence)
    }
}
