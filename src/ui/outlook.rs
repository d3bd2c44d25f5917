//! The chains of a run: of every signer with every recipient's anchors, and of every certificate found for a recipient.
//!
//! A run that ends early asks nobody whether they trust a signer. A tampered message is rejected for its tampering; that
//! its signer's chain is whole and trusted is a fact of its own, so the chain is looked for here with the same search,
//! and marked as not asked for. It never changes an outcome.

use std::sync::Arc;

use super::chain::Chain;
use super::tasks::Setting;
use crate::agent::{Operation, Profile, RecipientOutcome, Report, SignerOutcome};
use crate::limits::Limits;
use crate::mail::Address;
use crate::pki::path::{self, CertificateSource};
use crate::pki::{Certificate, Crl, PathGraph, Pool};
use crate::smime::SignedData;
use crate::span::BufferName;
use crate::trust::{Parties, PartyName, TrustAnchor};

/// Whose certificate a chain begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A signer of the message.
    Signer(usize),
    /// A certificate found for a recipient: which recipient, which certificate.
    Candidate(usize, usize),
}

/// A chain with the anchors that it was judged by.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Whose it is.
    pub subject: Subject,
    /// The recipients that share these anchors; of a message that leaves, the one that the certificate is for.
    pub recipients: Vec<Address>,
    /// Whose anchors they are; nobody's where none are set up.
    pub party: Option<PartyName>,
    /// The anchors that were looked for.
    pub anchors: Vec<TrustAnchor>,
    /// The chain.
    pub chain: Chain,
    /// Whether the run itself asked for it.
    pub asked: bool,
}

/// Every chain of a run.
#[must_use]
pub fn all(report: &Report, setting: &Setting, parties: &Parties) -> Vec<Judged> {
    match report.operation {
        Operation::Incoming => of_signers(report, setting, parties),
        Operation::Outgoing => of_candidates(report, parties),
    }
}

fn of_signers(report: &Report, setting: &Setting, parties: &Parties) -> Vec<Judged> {
    let mut judged = Vec::new();
    let mut search = None;
    for (place, signer) in report.signers.iter().enumerate() {
        let Some(leaf) = &signer.certificate else { continue };
        for recipient in report.recipients.iter().filter(|recipient| recipient.local) {
            let (party, anchors) = match parties.incoming_anchors(&recipient.address) {
                Some((party, anchors)) => (Some(party.name.clone()), anchors.anchors().to_vec()),
                None => (None, Vec::new()),
            };
            let subject = Subject::Signer(place);
            let shared = judged.iter_mut().find(|known: &&mut Judged| known.subject == subject && known.party == party);
            if let Some(shared) = shared {
                shared.recipients.push(recipient.address.clone());
                shared.asked |= was_asked(signer, recipient);
                continue;
            }
            let graph = asked_for(signer, recipient).unwrap_or_else(|| {
                search.get_or_insert_with(|| Search::new(report, setting, parties)).graph(leaf, &anchors)
            });
            judged.push(Judged {
                subject,
                recipients: vec![recipient.address.clone()],
                party,
                anchors,
                chain: Chain::of(&graph),
                asked: was_asked(signer, recipient),
            });
        }
    }
    judged
}

fn asked_for(signer: &SignerOutcome, recipient: &RecipientOutcome) -> Option<Arc<PathGraph>> {
    let trust = signer.trust.iter().find(|trust| trust.recipient == recipient.address)?;
    Some(Arc::clone(&trust.graph))
}

fn was_asked(signer: &SignerOutcome, recipient: &RecipientOutcome) -> bool {
    signer.trust.iter().any(|trust| trust.recipient == recipient.address)
}

fn of_candidates(report: &Report, parties: &Parties) -> Vec<Judged> {
    let sender = report.sender.address();
    let (party, anchors) = match sender.and_then(|sender| parties.outgoing_anchors(sender)) {
        Some((party, anchors)) => (Some(party.name.clone()), anchors.anchors().to_vec()),
        None => (None, Vec::new()),
    };
    let mut judged = Vec::new();
    for (place, recipient) in report.recipients.iter().enumerate() {
        for (number, candidate) in recipient.candidates.iter().enumerate() {
            let Some(graph) = &candidate.graph else { continue };
            judged.push(Judged {
                subject: Subject::Candidate(place, number),
                recipients: vec![recipient.address.clone()],
                party: party.clone(),
                anchors: anchors.clone(),
                chain: Chain::of(graph),
                asked: true,
            });
        }
    }
    judged
}

// What the agent would have searched with.
struct Search<'a> {
    report: &'a Report,
    pool: Pool,
    crls: Vec<Crl>,
}

impl<'a> Search<'a> {
    fn new(report: &'a Report, setting: &Setting, parties: &Parties) -> Self {
        let contents = setting.loaded.as_deref().map(|loaded| &loaded.contents);
        let authorities = contents.iter().flat_map(|contents| &contents.authorities);
        let authorities = authorities.filter(|named| !setting.what_if.without.contains(&named.certificate));
        let authorities = authorities.map(|named| (CertificateSource::Authorities, named.certificate.clone()));
        let of_parties = parties.all().iter().flat_map(|party| {
            party
                .authorities()
                .map(|certificate| (CertificateSource::Party(party.name.to_string()), certificate.clone()))
        });
        let sent = sent(report).into_iter().map(|certificate| (CertificateSource::Message, certificate));
        let crls = contents.iter().flat_map(|contents| contents.crls.iter().map(|named| named.crl.clone())).collect();
        Self { report, pool: Pool::from_sources(sent.chain(authorities).chain(of_parties)), crls }
    }

    fn graph(&self, leaf: &Certificate, anchors: &[TrustAnchor]) -> Arc<PathGraph> {
        let anchors: Vec<Certificate> = anchors.iter().map(|anchor| anchor.certificate.clone()).collect();
        let policy = Profile::named(self.report.profile).path_policy();
        let now = self.report.evaluated_at;
        Arc::new(path::explain(leaf, &self.pool, &anchors, &self.crls, now, &policy, &Limits::DEFAULT).graph)
    }
}

// The certificates that the signature carries.
fn sent(report: &Report) -> Vec<Certificate> {
    let read = report.buffer(BufferName::SignatureCms).map(|buffer| SignedData::read(buffer, &Limits::DEFAULT));
    read.and_then(Result::ok).map(|data| data.certificates).unwrap_or_default()
}
