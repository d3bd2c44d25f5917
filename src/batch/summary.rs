//! What many outcomes come to: groups by cause, and the one change that would mend most.

use std::collections::BTreeMap;

use super::outcome::{JudgedMessage, MessageOutcome, Verdict};
use super::tally::Tally;
use crate::agent::ReasonCode;
use crate::diagnose::Transformation;

/// Messages of a group that are named.
const EXAMPLES: usize = 3;

/// What the messages of a group have in common. There are not many of them: each part is of a closed list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause {
    /// The answer.
    pub verdict: Verdict,
    /// Why; `None` where there is nothing to explain, or it is no code.
    pub code: Option<ReasonCode>,
    /// What happened to the messages on their way.
    pub transformations: Vec<Transformation>,
}

impl Cause {
    /// The cause of one outcome.
    #[must_use]
    pub fn of(outcome: &MessageOutcome) -> Self {
        match outcome.judged() {
            Some(judged) => Self::of_judged(judged),
            None => Self { verdict: outcome.verdict(), code: outcome.code(), transformations: Vec::new() },
        }
    }

    /// The cause of a message that was judged.
    #[must_use]
    pub fn of_judged(judged: &JudgedMessage) -> Self {
        Self { verdict: judged.verdict(), code: judged.cause, transformations: judged.transformations.clone() }
    }

    /// Whether something is to be mended: somebody did not get a message.
    #[must_use]
    pub const fn is_trouble(&self) -> bool {
        matches!(self.verdict, Verdict::AcceptedInPart | Verdict::Rejected | Verdict::NotJudged)
    }

    /// The code and the transformations by name, `digest-mismatch: line-ends-lf and footer-added`; empty where there is
    /// neither.
    #[must_use]
    pub fn names(&self) -> String {
        let happened: Vec<&str> = self.transformations.iter().map(|one| one.as_str()).collect();
        let code = self.code.map_or("", ReasonCode::as_str);
        if happened.is_empty() { code.to_owned() } else { format!("{code}: {}", happened.join(" and ")) }
    }
}

/// The messages with one cause.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they have in common.
    pub cause: Cause,
    /// How many there are.
    pub count: usize,
    /// Of how many the cause is proven.
    pub proven: usize,
    /// Names of the first.
    pub examples: Vec<String>,
    /// Why, as it is told of the first.
    pub explanation: String,
    /// What would change the answer, as it is told of the first.
    pub advice: Vec<String>,
    /// Domains that the messages come from.
    pub senders: Tally,
    /// Domains of the recipients that do not get them; of accepted messages of all.
    pub recipients: Tally,
    /// Issuers of the certificates that signed them.
    pub issuers: Tally,
}

impl Group {
    fn new(cause: Cause) -> Self {
        Self {
            cause,
            count: 0,
            proven: 0,
            examples: Vec::new(),
            explanation: String::new(),
            advice: Vec::new(),
            senders: Tally::default(),
            recipients: Tally::default(),
            issuers: Tally::default(),
        }
    }

    fn add(&mut self, outcome: &MessageOutcome) {
        if self.count == 0 {
            outcome.explanation().clone_into(&mut self.explanation);
            self.advice = outcome.judged().map(|judged| judged.advice.clone()).unwrap_or_default();
            if let Some(code) = self.cause.code.filter(|_| self.advice.is_empty()) {
                self.advice.push(code.advice().to_owned());
            }
        }
        self.count = self.count.saturating_add(1);
        if self.examples.len() < EXAMPLES {
            self.examples.push(outcome.place.name());
        }
        if let Some(judged) = outcome.judged() {
            self.proven = self.proven.saturating_add(usize::from(judged.proven));
            self.tally(judged);
        }
    }

    fn tally(&mut self, judged: &JudgedMessage) {
        if let Some(sender) = judged.sender.address() {
            self.senders.add(sender.domain().ascii());
        }
        let mut domains: Vec<&str> = judged
            .recipients
            .iter()
            .filter(|recipient| recipient.code.is_some() || !self.cause.is_trouble())
            .map(|recipient| recipient.address.domain().ascii())
            .collect();
        domains.sort_unstable();
        domains.dedup();
        domains.into_iter().for_each(|domain| self.recipients.add(domain));
        judged.issuers.iter().for_each(|issuer| self.issuers.add(issuer));
    }

    /// The name that tells the messages of this group apart from others best: of a question of trust the issuer, else
    /// the domain that most of them come from. With it, how many of the group it is.
    #[must_use]
    pub fn most_concerned(&self) -> Option<(&str, usize)> {
        let of_trust = self.cause.code.is_some_and(is_of_trust);
        let issuer = of_trust.then(|| self.issuers.ranked().first().copied()).flatten();
        issuer.or_else(|| self.senders.ranked().first().copied())
    }
}

/// Whether a code is about the chain above a certificate.
const fn is_of_trust(code: ReasonCode) -> bool {
    use ReasonCode as Code;
    matches!(
        code,
        Code::NoPathToAnchor
            | Code::NotACa
            | Code::PathLength
            | Code::NameConstraints
            | Code::CertificatePolicy
            | Code::MalformedCertificate
            | Code::UnknownCriticalExtension
            | Code::CertificateSignatureInvalid
            | Code::Expired
            | Code::NotYetValid
            | Code::Revoked
            | Code::RevocationUnknown
            | Code::SenderUntrusted
    )
}

/// What many outcomes come to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    groups: BTreeMap<Cause, Group>,
    octets: u64,
}

impl Summary {
    /// Takes one outcome in.
    pub fn add(&mut self, outcome: &MessageOutcome) {
        let cause = Cause::of(outcome);
        self.groups.entry(cause.clone()).or_insert_with(|| Group::new(cause)).add(outcome);
        self.octets = self.octets.saturating_add(u64::try_from(outcome.octets).unwrap_or(u64::MAX));
    }

    /// How many messages came out so.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.groups.values().filter(|group| group.cause.verdict == verdict).map(|group| group.count).sum()
    }

    /// How many messages there were; files that are none are not counted.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.groups.values().map(|group| group.count).sum::<usize>().saturating_sub(self.count(Verdict::NoMessage))
    }

    /// Octets of the messages.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    /// The groups: rejected, accepted in part and not judged first, then accepted, then what is no message; the largest
    /// first.
    #[must_use]
    pub fn groups(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.groups.values().collect();
        let last = |group: &Group| match group.cause.verdict {
            Verdict::Rejected | Verdict::AcceptedInPart | Verdict::NotJudged => 0,
            Verdict::Accepted => 1,
            Verdict::NoMessage => 2,
        };
        groups.sort_by(|left, right| last(left).cmp(&last(right)).then(right.count.cmp(&left.count)));
        groups
    }

    /// The group whose cause, if it were mended, would mend most messages.
    #[must_use]
    pub fn mends_most(&self) -> Option<&Group> {
        let mended = |group: &&Group| group.cause.code.is_some() && group.cause.verdict != Verdict::NotJudged;
        self.groups().into_iter().filter(|group| group.cause.is_trouble()).find(mended)
    }

    /// How many messages somebody did not get.
    #[must_use]
    pub fn troubles(&self) -> usize {
        self.groups.values().filter(|group| group.cause.is_trouble()).map(|group| group.count).sum()
    }
}
