//! Certificates that are known here, wherever they are kept, with the place in words.

use crate::agent::Agent;
use crate::pki::Certificate;

/// A certificate with the place where it is kept.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) certificate: Certificate,
    /// `the certificates of bob@b.example`
    pub(super) place: String,
}

impl Known {
    /// Every certificate that the agent was given, each once.
    pub(super) fn of(agent: &Agent<'_>) -> Vec<Self> {
        let mut known: Vec<Self> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut add = |certificate: &Certificate, place: String| {
            if seen.insert(*certificate.fingerprint()) {
                known.push(Self { certificate: certificate.clone(), place });
            }
        };
        for party in agent.parties.all() {
            for kept in &party.certificates {
                add(&kept.certificate, format!("the certificates of {}", party.name));
            }
            for key in &party.keys {
                add(key.entry.certificate(), format!("the keys of {}", party.name));
                key.entry.chain().iter().for_each(|one| add(one, format!("the keys of {}", party.name)));
            }
            for anchor in party.anchors() {
                add(&anchor.certificate, format!("the trust anchors of {}", party.name));
            }
        }
        agent.authorities.iter().for_each(|authority| add(authority, "the authorities".to_owned()));
        known
    }

    /// Whether both name the same subject, address or domain.
    pub(super) fn is_of_same_name(&self, other: &Certificate) -> bool {
        let own = &self.certificate;
        let shares = |left: &[String], right: &[String]| {
            left.iter().any(|one| right.iter().any(|two| one.eq_ignore_ascii_case(two)))
        };
        own.subject() == other.subject()
            || shares(own.email_addresses(), other.email_addresses())
            || shares(own.dns_names(), other.dns_names())
    }
}
