//! Certificates that are known here, wherever they are kept, with the place in words.

use super::place::Place;
use crate::agent::Agent;
use crate::pki::Certificate;
use crate::trust::Party;

/// A certificate with the place where it is kept.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) certificate: Certificate,
    /// `the certificates of bob@b.example`
    pub(super) place: String,
    /// The same with the name that it is kept under.
    pub(super) kept: Place,
}

impl Known {
    /// Every certificate that the agent was given, each once.
    pub(super) fn of(agent: &Agent<'_>) -> Vec<Self> {
        let mut seen = std::collections::HashSet::new();
        let mut known = Self::everywhere(agent);
        known.retain(|known| seen.insert(*known.certificate.fingerprint()));
        known
    }

    /// Every certificate that the agent was given, once for each place where it is kept.
    pub(super) fn everywhere(agent: &Agent<'_>) -> Vec<Self> {
        let of_parties = agent.parties.all().iter().flat_map(Self::of_party);
        let authorities = agent.authorities.iter().map(|authority| Self {
            certificate: authority.clone(),
            place: "the authorities".to_owned(),
            kept: Place::Authorities,
        });
        of_parties.chain(authorities).collect()
    }

    fn of_party(party: &Party) -> Vec<Self> {
        let owner = &party.name;
        let mut known = Vec::new();
        let mut add = |certificate: &Certificate, kept: Place, what: &str| {
            known.push(Self { certificate: certificate.clone(), place: format!("the {what} of {owner}"), kept });
        };
        for kept in &party.certificates {
            add(&kept.certificate, Place::Certificates(owner.clone(), kept.name.clone()), "certificates");
        }
        for key in &party.keys {
            let place = Place::Keys(owner.clone(), key.name.clone());
            add(key.entry.certificate(), place.clone(), "keys");
            key.entry.chain().iter().for_each(|one| add(one, place.clone(), "keys"));
        }
        for anchor in party.incoming.anchors() {
            add(&anchor.certificate, Place::IncomingAnchors(owner.clone(), anchor.name.clone()), "trust anchors");
        }
        for anchor in party.outgoing.anchors() {
            add(&anchor.certificate, Place::OutgoingAnchors(owner.clone(), anchor.name.clone()), "trust anchors");
        }
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
