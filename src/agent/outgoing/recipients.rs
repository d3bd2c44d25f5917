//! Each recipient's certificates: looked for in order, judged one by one.
//!
//! The search for a recipient ends with the first place that has a trusted certificate. What was found there is all
//! used: a recipient with two current keys can open the message with either.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::Agent;
use super::super::outcome::{CandidateCertificate, Reason, ReasonCode, RecipientOutcome};
use super::super::run::{Halt, Removal, Run};
use super::super::{paths, ranking};
use super::candidate;
use crate::discovery::{Judgement, LookupAnswer, Method, Subject};
use crate::finding::{Ledger, Rule, after_colon, counted};
use crate::mail::Address;
use crate::pki::binding::{self, Binding};
use crate::pki::{Certificate, Pool};
use crate::trust::{AnchorSet, Outgoing};

const LOOKUP: Rule = Rule::new("outgoing.lookup", "RFC 4398 §3");
const DNS_USED: Rule = Rule::new("outgoing.dns-method", "Direct AS 1.2 §5.3");
const TRUST: Rule = Rule::new("outgoing.trust", "Direct AS 1.2 §4");
const PASSED_OVER: Rule = Rule::new("outgoing.certificate-passed-over", "Direct AS 1.2 §4");

/// The findings of trust, made while looking.
pub(super) struct TrustAccount(Ledger);

/// Looks for certificates for every recipient.
pub(super) fn find(run: &mut Run<'_>, ledger: &mut Ledger) -> (TrustAccount, String) {
    if !run.agent.resolvers.iter().any(|resolver| resolver.method() == Method::Dns) {
        ledger.warn(
            DNS_USED,
            "The DNS was not asked: this run is offline, though the specification demands the DNS method when sending",
        );
    }
    let mut account = Ledger::new();
    let authorities = paths::authorities(run.agent);
    let mut found = 0;
    for index in run.remaining() {
        let Some(address) = run.report.recipients.get(index).map(|outcome| outcome.address.clone()) else { continue };
        found += search(run, index, &address, &authorities, (&mut *ledger, &mut account));
    }
    (TrustAccount(account), counted(found, "certificate"))
}

fn search(
    run: &mut Run<'_>,
    index: usize,
    address: &Address,
    authorities: &Arc<Pool>,
    (ledger, account): (&mut Ledger, &mut Ledger),
) -> usize {
    let agent = run.agent;
    let anchors = run.sender().and_then(|sender| agent.parties.outgoing_anchors(sender)).map(|(_, anchors)| anchors);
    // As with settings: the address, the address without its suffix, the domain.
    let base = address.without_suffix().map(Subject::Address);
    let subjects = [Some(Subject::Address(address.clone())), base, Some(Subject::Domain(address.domain().clone()))];
    let mut found = 0;
    for resolver in agent.resolvers {
        for subject in subjects.iter().flatten().filter(|subject| resolver.scope().includes(subject)) {
            let mut resolution = resolver.resolve(subject);
            for lookup in &resolution.tried {
                let detail = format!("{address}: {} {} — {}", lookup.method, lookup.query, lookup.answer);
                match lookup.answer {
                    LookupAnswer::Found(_) => ledger.pass(LOOKUP, detail),
                    LookupAnswer::TimedOut | LookupAnswer::Failed(_) => ledger.warn(LOOKUP, detail),
                    _ => ledger.info(LOOKUP, detail),
                }
            }
            found += resolution.found.len();
            let known = paths::known_over(agent, authorities, &resolution.found).fetching(run.fetching.clone());
            let candidates: Vec<CandidateCertificate> = resolution
                .found
                .iter()
                .map(|certificate| judge(agent, certificate, address, anchors, &known, account))
                .collect();
            for candidate in &candidates {
                resolution.judge(&candidate.certificate, &judgement(candidate));
            }
            let trusted = candidates.iter().any(|candidate| candidate.trust.is_ok());
            if let Some(recipient) = run.report.recipients.get_mut(index) {
                recipient.lookups.extend(resolution.tried);
                recipient.candidates.extend(candidates);
            }
            if trusted {
                return found;
            }
        }
    }
    found
}

fn judgement(candidate: &CandidateCertificate) -> Judgement {
    match &candidate.trust {
        Ok(_) => Judgement::Taken,
        Err(reason) => Judgement::PassedOver(reason.detail.clone()),
    }
}

fn judge(
    agent: &Agent<'_>,
    certificate: &Certificate,
    address: &Address,
    anchors: Option<&AnchorSet<Outgoing>>,
    known: &paths::Known<'_>,
    account: &mut Ledger,
) -> CandidateCertificate {
    let judged = candidate::judge(agent, certificate, address, anchors, known, account);
    match &judged.trust {
        Ok(path) => {
            let name = anchors.and_then(|anchors| anchors.name_of(path.anchor())).unwrap_or("an anchor");
            account.pass(TRUST, format!("{address}: the path of {} ends in {name}", certificate.common_name()));
        }
        Err(reason) => account.info(
            PASSED_OVER,
            format!("{address}: {} is passed over: {}", certificate.common_name(), after_colon(&reason.detail)),
        ),
    }
    judged
}

/// Removes the recipients who have no trusted certificate.
pub(super) fn enforce(run: &mut Run<'_>, ledger: &mut Ledger, account: TrustAccount) -> Result<((), String), Halt> {
    ledger.extend(account.0);
    let total = run.report.recipients.len();
    for index in run.remaining() {
        let Some(recipient) = run.report.recipients.get(index) else { continue };
        if !recipient.candidates.iter().any(|candidate| candidate.trust.is_ok()) {
            let removal = removal(recipient);
            run.remove(index, removal, ledger);
        }
    }
    let kept = run.remaining().len();
    if kept == 0 {
        let detail = format!("No recipient has a trusted certificate: {}", run.removals());
        return Err(Reason::new(ReasonCode::NoTrustedRecipients, detail).into());
    }
    Ok(((), format!("{kept} of {} trusted", counted(total, "recipient"))))
}

/// The trusted certificates of the recipients who are left, each once: two recipients of one organisation may share one,
/// and one RecipientInfo serves both.
pub(super) fn certificates(run: &Run<'_>) -> Vec<Certificate> {
    let mut known = HashSet::new();
    let remaining = run.remaining().into_iter().filter_map(|index| run.report.recipients.get(index));
    let trusted = remaining.flat_map(|recipient| chosen(run.agent, recipient));
    trusted.filter(|certificate| known.insert(*certificate.fingerprint())).collect()
}

// Of what was found in one place, certificates bound to the address come before those bound to its domain.
fn chosen(agent: &Agent<'_>, recipient: &RecipientOutcome) -> Vec<Certificate> {
    let trusted = || recipient.candidates.iter().filter(|c| c.trust.is_ok()).map(|c| &c.certificate);
    let names_address = |certificate: &&Certificate| {
        let bound = binding::bind(certificate, &recipient.address, agent.profile.subject_names);
        matches!(bound, Some(Binding::Address(_)))
    };
    let own: Vec<Certificate> = trusted().filter(names_address).cloned().collect();
    if own.is_empty() { trusted().cloned().collect() } else { own }
}

// The certificate that came closest tells most; one that names somebody else tells least.
fn removal(recipient: &RecipientOutcome) -> Removal {
    let expected = "a trusted certificate".to_owned();
    let reasons = recipient.candidates.iter().filter_map(|candidate| candidate.trust.as_ref().err());
    if let Some(reason) = ranking::closest(reasons).cloned() {
        let found = format!("{}, none trusted", counted(recipient.candidates.len(), "certificate"));
        return Removal { rule: TRUST, reason, found, expected };
    }
    let places: Vec<String> =
        recipient.lookups.iter().map(|lookup| format!("{} ({})", lookup.query, lookup.answer)).collect();
    let detail = if places.is_empty() {
        "No certificate was found: no place to look is configured".to_owned()
    } else {
        format!("No certificate was found; looked in {}", places.join(", "))
    };
    let reason = Reason::new(ReasonCode::CertificateNotFound, detail);
    Removal { rule: LOOKUP, reason, found: "no certificate".to_owned(), expected }
}
