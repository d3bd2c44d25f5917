//! The agent's own search for a path, made again with one thing changed: what would have been if.
//!
//! Nothing is fetched and nothing is kept. That a path holds so is the proof that the one thing was missing and no other.

use std::cell::Cell;

use time::OffsetDateTime;

use super::super::known::Known;
use super::super::place::Place;
use crate::agent::{Agent, Report};
use crate::pki::path::{self, CertificateSource};
use crate::pki::{Certificate, Crl, PathGraph, PathReport, Pool, ValidatedPath};
use crate::smime::SignedData;

/// What the search is made with.
pub(super) struct Search<'a> {
    agent: &'a Agent<'a>,
    /// The certificates that the message brings.
    pub(super) sent: Vec<Certificate>,
    /// Everything that is kept here, with its place.
    pub(super) known: Vec<Known>,
    pool: Pool,
    crls: Vec<Crl>,
    left: Cell<usize>,
}

impl<'a> Search<'a> {
    pub(super) fn new(agent: &'a Agent<'a>, report: &Report) -> Self {
        let signatures: Vec<SignedData> =
            report.buffers.iter().filter_map(|buffer| SignedData::read(buffer, &agent.limits).ok()).collect();
        let sent: Vec<Certificate> = signatures.iter().flat_map(|data| data.certificates.iter().cloned()).collect();
        let lists = signatures
            .iter()
            .flat_map(|data| data.crls.iter().filter_map(|span| Crl::from_der(data.buffer().slice(span.range())).ok()));
        let crls: Vec<Crl> = agent.crls.iter().cloned().chain(lists.take(agent.limits.crls)).collect();
        let of_message = sent.iter().map(|one| (CertificateSource::Message, one.clone()));
        let authorities = agent.authorities.iter().map(|one| (CertificateSource::Authorities, one.clone()));
        let of_parties = agent.parties.all().iter().flat_map(|party| {
            party.authorities().map(|one| (CertificateSource::Party(party.name.to_string()), one.clone()))
        });
        Self {
            agent,
            pool: Pool::from_sources(of_message.chain(authorities).chain(of_parties)),
            crls,
            known: Known::everywhere(agent),
            sent,
            left: Cell::new(agent.limits.diagnosis_searches),
        }
    }

    /// Whether the most searches were made.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// The time at which the run judged certificates.
    pub(super) fn now(&self) -> OffsetDateTime {
        self.agent.now
    }

    /// The graph for a run that did not ask for one.
    pub(super) fn graph(&self, leaf: &Certificate, anchors: &[Certificate]) -> Option<PathGraph> {
        Some(self.made(leaf, &self.pool, anchors, self.now())?.graph)
    }

    /// The path that holds with these anchors.
    pub(super) fn with_anchors(&self, leaf: &Certificate, anchors: &[Certificate]) -> Option<ValidatedPath> {
        self.made(leaf, &self.pool, anchors, self.now())?.outcome.ok()
    }

    /// The path that holds at that time.
    pub(super) fn at(
        &self,
        leaf: &Certificate,
        anchors: &[Certificate],
        then: OffsetDateTime,
    ) -> Option<ValidatedPath> {
        self.made(leaf, &self.pool, anchors, then)?.outcome.ok()
    }

    /// The path that holds where everything may complete it that is kept anywhere here, as an anchor of others too.
    pub(super) fn with_everything(&self, leaf: &Certificate, anchors: &[Certificate]) -> Option<ValidatedPath> {
        let all = self.known.iter().map(|known| (CertificateSource::Caller, known.certificate.clone()));
        self.made(leaf, &self.pool.with(all), anchors, self.now())?.outcome.ok()
    }

    /// Where an authority's certificate is that could be `issuer` of `certificate`, by name and by signature.
    pub(super) fn issuers_of(&self, certificate: &Certificate) -> Vec<&Known> {
        self.known.iter().filter(|known| certificate.is_issued_by(&known.certificate)).collect()
    }

    /// Where a certificate is kept; nothing for one that only the message has.
    pub(super) fn places_of(&self, certificate: &Certificate) -> Vec<Place> {
        let kept = self.known.iter().filter(|known| known.certificate == *certificate).map(|known| known.kept.clone());
        let sent = self.sent.contains(certificate).then_some(Place::Message);
        kept.chain(sent).collect()
    }

    fn made(
        &self,
        leaf: &Certificate,
        pool: &Pool,
        anchors: &[Certificate],
        now: OffsetDateTime,
    ) -> Option<PathReport> {
        self.left.set(self.left.get().checked_sub(1)?);
        let policy = self.agent.profile.path_policy();
        Some(path::explain(leaf, pool, anchors, &self.crls, now, &policy, &self.agent.limits))
    }
}
