//! Which checks of two runs belong together: those of one rule about the same signer, recipient or certificate.

use crate::agent::Report;
use crate::finding::Finding;

/// A check that is not the same in both runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingChange {
    /// The signer, recipient or certificate that it is about; empty where the rule alone names it.
    pub subject: String,
    /// In the first run, if it was made there.
    pub before: Option<Finding>,
    /// In the second, if it was made there.
    pub after: Option<Finding>,
}

/// What happened to a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingChangeKind {
    /// The first run did not make it.
    Appeared,
    /// Both made it, and say other things of the same gravity.
    Reworded,
    /// It came out otherwise.
    Severity,
    /// The second run did not make it.
    Vanished,
}

impl FindingChangeKind {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Reworded => "reworded",
            Self::Severity => "severity",
            Self::Vanished => "vanished",
        }
    }
}

impl FindingChange {
    /// What happened to the check.
    #[must_use]
    pub fn kind(&self) -> FindingChangeKind {
        match (&self.before, &self.after) {
            (None, _) => FindingChangeKind::Appeared,
            (_, None) => FindingChangeKind::Vanished,
            (Some(before), Some(after)) if before.severity == after.severity => FindingChangeKind::Reworded,
            _ => FindingChangeKind::Severity,
        }
    }

    /// The check as the second run has it; as the first had it, where the second has none.
    #[must_use]
    pub fn latest(&self) -> Option<&Finding> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

/// Whom the checks of one run are about.
pub(super) struct Subjects<'r> {
    report: &'r Report,
}

/// A check and whom it is about.
pub(super) struct Named<'r> {
    subject: String,
    finding: &'r Finding,
}

impl<'r> Subjects<'r> {
    pub(super) const fn of(report: &'r Report) -> Self {
        Self { report }
    }

    /// The checks with their subjects. Those of signers stand in the step in the order of the signers, so that of two
    /// signers with the same finding each has one.
    pub(super) fn named(&self, findings: &'r [Finding]) -> Vec<Named<'r>> {
        let mut of_signers: Vec<(&str, &Finding)> = self
            .report
            .signers
            .iter()
            .flat_map(|signer| signer.findings.iter().map(|finding| (signer.identifier.as_str(), finding)))
            .collect();
        let mut named = Vec::with_capacity(findings.len());
        for finding in findings {
            let place = of_signers.iter().position(|(_, known)| *known == finding);
            let subject = match place.map(|place| of_signers.remove(place)) {
                Some((signer, _)) => signer.to_owned(),
                None => self.subject_in(finding),
            };
            named.push(Named { subject, finding });
        }
        named
    }

    /// The recipient that the sentence begins with, else what stands before its colon: `Lab CA: not revoked`.
    fn subject_in(&self, finding: &Finding) -> String {
        let addresses = self.report.recipients.iter().map(|recipient| recipient.address.as_str());
        let begins = |address: &&str| {
            let rest = finding.detail.strip_prefix(*address);
            rest.is_some_and(|rest| rest.starts_with([' ', ':']))
        };
        if let Some(address) = addresses.into_iter().find(begins) {
            return address.to_owned();
        }
        finding.detail.split_once(": ").map(|(subject, _)| subject.to_owned()).unwrap_or_default()
    }
}

/// What differs, and how much does not.
pub(super) struct Changes {
    pub(super) changes: Vec<FindingChange>,
    pub(super) same: usize,
}

/// Pairs the checks of two runs. Equal ones go first, so that a check that came or went moves no other of its rule.
pub(super) fn changes(before: Vec<Named<'_>>, after: Vec<Named<'_>>) -> Changes {
    let mut left: Vec<Option<Named<'_>>> = after.into_iter().map(Some).collect();
    let mut unpaired = Vec::new();
    let mut same = 0;
    for named in before {
        if take(&mut left, |other| is_equal(&named, other)).is_some() {
            same += 1;
        } else {
            unpaired.push(named);
        }
    }
    let mut changes: Vec<FindingChange> = unpaired
        .into_iter()
        .map(|named| {
            let after = take(&mut left, |other| is_about_the_same(&named, other));
            FindingChange {
                before: Some(named.finding.clone()),
                after: after.map(|other| other.finding.clone()),
                subject: named.subject,
            }
        })
        .collect();
    changes.extend(left.into_iter().flatten().map(|named| FindingChange {
        subject: named.subject,
        before: None,
        after: Some(named.finding.clone()),
    }));
    Changes { changes, same }
}

fn take<'r>(left: &mut [Option<Named<'r>>], fits: impl Fn(&Named<'r>) -> bool) -> Option<Named<'r>> {
    left.iter_mut().find(|other| other.as_ref().is_some_and(&fits))?.take()
}

fn is_about_the_same(one: &Named<'_>, other: &Named<'_>) -> bool {
    one.finding.rule.id == other.finding.rule.id && one.subject == other.subject
}

/// Values and places are left out: they tell the time of the run, or where its octets lie.
fn is_equal(one: &Named<'_>, other: &Named<'_>) -> bool {
    is_about_the_same(one, other)
        && one.finding.severity == other.finding.severity
        && one.finding.detail == other.finding.detail
}
