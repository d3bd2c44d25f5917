//! What is missing for trust: from the graphs of candidate paths that a run leaves, and from the faults of the leaf.
//!
//! **What is proven.** That one thing is missing is proven by supplying it: the agent's own search is made once more with
//! that anchor, that certificate or that time, and finds a good path. What a certificate says of itself (its dates, its
//! names, its uses) is a fact of its octets, and a revocation counts only from a list that its issuer signed; these are
//! the cause whether or not anything else is missing besides. That a chain has a gap is a fact, that what would close it
//! leads to an anchor is not, as long as nobody has it. Nothing is fetched, and nothing becomes trusted by a diagnosis.

mod candidate;
mod case;
mod ends;
mod faults;
mod leaf;
mod missing;
mod search;

pub use candidate::{CandidatePath, Candidates, PathEnd, PathLink};
pub use missing::{Missing, MissingKind};

use std::sync::Arc;

use super::known::Known;
use super::place::{Place, Source};
use crate::agent::{Agent, Operation, ReasonCode, RecipientOutcome, Report, SignerOutcome};
use crate::mail::Address;
use crate::pki::{Certificate, PathGraph, binding};
use crate::trust::PartyName;
use case::Case;
use search::Search;

/// What was found about trust.
#[derive(Default)]
pub(super) struct TrustDiagnosis {
    pub(super) missing: Vec<Missing>,
    pub(super) candidates: Vec<Candidates>,
    /// The most searches were made, so that not everything was looked for.
    pub(super) exhausted: bool,
}

/// Says what is missing, for each signer of mail that arrives and each certificate found for mail that leaves.
pub(super) fn diagnose(agent: &Agent<'_>, report: &Report) -> TrustDiagnosis {
    let search = Search::new(agent, report);
    let mut found = TrustDiagnosis::default();
    match report.operation {
        Operation::Incoming => of_signers(agent, report, &search, &mut found),
        Operation::Outgoing => of_candidates(agent, report, &search, &mut found),
    }
    found.exhausted = search.is_exhausted();
    found
}

/// Recipients who share anchors, and with them the answer.
struct Group {
    recipients: Vec<Address>,
    party: Option<PartyName>,
    anchors: Vec<Certificate>,
}

fn groups(agent: &Agent<'_>, report: &Report) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for recipient in report.judged_recipients() {
        let found = agent.parties.incoming_anchors(&recipient.address);
        let party = found.map(|(party, _)| party.name.clone());
        match groups.iter_mut().find(|group| group.party == party) {
            Some(group) => group.recipients.push(recipient.address.clone()),
            None => groups.push(Group {
                recipients: vec![recipient.address.clone()],
                party,
                anchors: found.map(|(_, anchors)| anchors.certificates()).unwrap_or_default(),
            }),
        }
    }
    groups
}

fn of_signers(agent: &Agent<'_>, report: &Report, search: &Search<'_>, found: &mut TrustDiagnosis) {
    let groups = groups(agent, report);
    for signer in &report.signers {
        let Some(certificate) = &signer.certificate else { continue };
        for group in &groups {
            let asked = asked_for(signer, group);
            let graph = match &asked {
                Some(graph) => Arc::clone(graph),
                None => match search.graph(certificate, &group.anchors) {
                    Some(graph) => Arc::new(graph),
                    None => continue,
                },
            };
            let refused =
                signer.trust.iter().any(|trust| group.recipients.contains(&trust.recipient) && trust.path.is_err());
            let case = Case {
                agent,
                search,
                operation: Operation::Incoming,
                leaf: certificate,
                recipients: &group.recipients,
                party: group.party.as_ref(),
                owner: group.recipients.first(),
                anchors: &group.anchors,
                code: code_for(signer, group),
            };
            let candidates = case.candidates(&graph, asked.is_some());
            let own = leaf::of_signer(&case, signer, report.sender.address());
            let judged = refused || asked.is_none();
            if judged {
                case.note(case.of_paths(&candidates).into_iter().chain(own), &mut found.missing);
            }
            found.candidates.push(candidates);
        }
    }
}

fn asked_for(signer: &SignerOutcome, group: &Group) -> Option<Arc<PathGraph>> {
    let trust = signer.trust.iter().find(|trust| group.recipients.contains(&trust.recipient))?;
    Some(Arc::clone(&trust.graph))
}

// The code that the recipients of the group have for a path that ends in no anchor.
fn code_for(signer: &SignerOutcome, group: &Group) -> ReasonCode {
    let reasons = signer.trust.iter().filter(|trust| group.recipients.contains(&trust.recipient));
    let told = reasons
        .filter_map(|trust| trust.path.as_ref().err())
        .map(|reason| reason.code)
        .find(|code| matches!(code, ReasonCode::NoPathToAnchor | ReasonCode::SenderUntrusted | ReasonCode::NoAnchors));
    told.unwrap_or(if group.anchors.is_empty() { ReasonCode::NoAnchors } else { ReasonCode::NoPathToAnchor })
}

fn of_candidates(agent: &Agent<'_>, report: &Report, search: &Search<'_>, found: &mut TrustDiagnosis) {
    let anchors = report.sender.address().and_then(|sender| agent.parties.outgoing_anchors(sender));
    let party = anchors.map(|(party, _)| &party.name);
    let anchors = anchors.map(|(_, anchors)| anchors.certificates()).unwrap_or_default();
    for recipient in &report.recipients {
        let recipients = [recipient.address.clone()];
        for candidate in &recipient.candidates {
            let case = Case {
                agent,
                search,
                operation: Operation::Outgoing,
                leaf: &candidate.certificate,
                recipients: &recipients,
                party,
                owner: report.sender.address(),
                anchors: &anchors,
                code: if anchors.is_empty() { ReasonCode::NoAnchors } else { ReasonCode::NoPathToAnchor },
            };
            let candidates = candidate.graph.as_ref().map(|graph| case.candidates(graph, true));
            if let Err(reason) = &candidate.trust {
                let own = leaf::of_candidate(&case, reason, &recipient.address);
                let of_paths = candidates.iter().flat_map(|candidates| case.of_paths(candidates));
                case.note(of_paths.chain(own), &mut found.missing);
            }
            found.candidates.extend(candidates);
        }
        if recipient.candidates.is_empty() && !recipient.is_accepted() {
            found.missing.extend(certificate_not_found(agent, recipient, search));
        }
    }
}

/// A recipient of whom no certificate was found, although one may be kept where nobody looks for it.
fn certificate_not_found(agent: &Agent<'_>, recipient: &RecipientOutcome, search: &Search<'_>) -> Option<Missing> {
    let reason = recipient.reason().filter(|reason| reason.code == ReasonCode::CertificateNotFound)?;
    let address = &recipient.address;
    let bound = |known: &&Known| {
        !known.certificate.is_ca() && binding::bind(&known.certificate, address, agent.profile.subject_names).is_some()
    };
    let sources: Vec<Source> = search
        .known
        .iter()
        .filter(bound)
        .map(|known| Source { place: known.kept.clone(), certificate: Some(known.certificate.clone()) })
        .collect();
    let looked = reason.detail.strip_prefix("No certificate was found").unwrap_or_default();
    let sentence = format!("No certificate of {address} or {} was found{looked}", address.domain());
    let mut missing = Missing::new(MissingKind::Certificate, reason.code, sentence);
    missing.advice.push(match sources.first() {
        Some(Source { place, .. }) => {
            format!(
                "Import the certificate for {address}, where it is looked for: {place} have one that is bound to it"
            )
        }
        None => format!(
            "Ask the HISP of {} where the certificate of {address} is published, or import it (certs import FILE --for \
             {address})",
            address.domain()
        ),
    });
    missing.sources = sources;
    missing.recipients = vec![address.clone()];
    Some(missing)
}

/// Where everything is kept that could be had as a source.
fn sources_of(certificate: &Certificate, places: Vec<Place>) -> Vec<Source> {
    places.into_iter().map(|place| Source { place, certificate: Some(certificate.clone()) }).collect()
}
