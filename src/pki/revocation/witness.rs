//! Who told what is known of a revocation, and how lists and OCSP answers are weighed against each other.

use super::evaluate::Told;
use super::{Crl, RevocationStatus};
use crate::pki::certificate::Certificate;
use crate::pki::ocsp::OcspAnswer;

/// All that can tell about revocation.
#[derive(Clone, Copy, Debug, Default)]
pub struct RevocationEvidence<'e> {
    /// Revocation lists, wherever they came from.
    pub lists: &'e [Crl],
    /// OCSP answers, judged already.
    pub answers: &'e [OcspAnswer],
}

/// Who told that a certificate is revoked, or is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevocationWitness {
    /// An OCSP answer.
    Answer(OcspAnswer),
    /// A revocation list; of several the last that counted.
    List(Crl),
}

/// What is known of one certificate, and who told; nobody where nothing is known.
#[derive(Clone, Debug)]
pub(in crate::pki) struct Judged {
    pub(in crate::pki) status: RevocationStatus,
    pub(in crate::pki) witness: Option<RevocationWitness>,
}

impl Judged {
    /// "Revoked" weighs more than "good", whoever says it; "good" more than not knowing; and why a list does not count
    /// says more than why an answer does not, where there are both.
    pub(in crate::pki) fn of(
        certificate: &Certificate,
        issuer: &Certificate,
        lists: Told,
        answers: &[OcspAnswer],
    ) -> Self {
        let told = |answer: &&OcspAnswer| answer.certificate == *certificate && answer.issuer.same_name_and_key(issuer);
        let about: Vec<&OcspAnswer> = answers.iter().filter(told).collect();
        let by_list = Self { status: lists.status, witness: lists.list.map(RevocationWitness::List) };
        let revoked = |status: &RevocationStatus| matches!(status, RevocationStatus::Revoked { .. });
        if revoked(&by_list.status) {
            return by_list;
        }
        let says = |wanted: &dyn Fn(&RevocationStatus) -> bool| about.iter().find(|answer| wanted(&answer.status));
        if let Some(answer) = says(&revoked) {
            return Self::by(answer);
        }
        if by_list.status == RevocationStatus::Good {
            return by_list;
        }
        if let Some(answer) = says(&|status| *status == RevocationStatus::Good) {
            return Self::by(answer);
        }
        match (about.first(), &by_list.status) {
            (Some(answer), RevocationStatus::NotChecked) => Self { status: answer.status.clone(), witness: None },
            _ => by_list,
        }
    }

    fn by(answer: &OcspAnswer) -> Self {
        Self { status: answer.status.clone(), witness: Some(RevocationWitness::Answer(answer.clone())) }
    }
}
