//! Paths to anchors: the agent's side of path validation, with errors as reason codes.

use std::rc::Rc;
use std::sync::Arc;

use super::Agent;
use super::online::{Fetching, Search};
use super::outcome::{Reason, ReasonCode};
use super::profile::Profile;
use super::ranking;
use crate::finding::{Ledger, Rule, sentence_case};
use crate::limits::{LimitExceeded, Limits};
use crate::pki::path::{self, CertificateSource};
use crate::pki::{
    Certificate, Crl, PathError, PathGraph, PathReport, RevocationStatus, RevocationWitness, ValidatedPath,
};
use crate::smime::SignedData;

const REVOCATION: Rule = Rule::new("path.revocation", "RFC 5280 §6.3");
const KEY_SIZE: Rule = Rule::new("path.key-size", "RFC 8551 §4");
const DIGEST: Rule = Rule::new("path.digest", "RFC 8550 §4.3");
const KEY_IDENTIFIER: Rule = Rule::new("path.key-identifier", "RFC 5280 §4.2.1.1");
const SERIAL: Rule = Rule::new("path.serial-number", "RFC 5280 §4.1.2.2");
const EMPTY_SUBJECT: Rule = Rule::new("path.empty-subject", "RFC 5280 §4.1.2.6");
const MESSAGE_LISTS: Rule = Rule::new("path.lists-in-message", "RFC 8550 §4.1");
const ANCHOR_DATES: Rule = Rule::new("path.anchor-validity", "RFC 5280 §6.1.1 (d)");

/// Why a leaf has no path, and how specific that is.
#[derive(Clone)]
pub(super) struct Failure {
    pub(super) reason: Reason,
    /// The certificate at fault, or where the path breaks off.
    pub(super) found: String,
    /// Where the chain is complete, the authority it ends at, which is no anchor here.
    end: Option<Certificate>,
}

impl Failure {
    /// Of two the one that came closer.
    pub(super) fn worse(first: Option<Self>, second: Self) -> Option<Self> {
        match first {
            Some(first) if ranking::closest([&first.reason, &second.reason]) == Some(&first.reason) => Some(first),
            _ => Some(second),
        }
    }
}

impl Failure {
    /// As a recipient sees it: nothing is missing from a chain that comes whole, with the authority at its end, in the
    /// message; that authority is not trusted.
    pub(super) fn of_sender(self, sent: &[Certificate]) -> Self {
        let Some(end) = self.end.as_ref().filter(|end| sent.contains(end)) else { return self };
        let end = end.common_name();
        let detail = format!("The sender's chain is complete and ends at {end}, which this recipient does not trust");
        Self { reason: Reason::new(ReasonCode::SenderUntrusted, detail), ..self }
    }
}

/// What paths are made of: certificates that may complete one, and revocation lists.
pub(super) struct Known<'a> {
    pool: path::Pool,
    crls: Vec<Crl>,
    /// What the run may fetch, and has fetched.
    fetching: Option<Rc<Fetching<'a>>>,
}

impl<'a> Known<'a> {
    /// The same for a run that may fetch what is missing.
    pub(super) fn fetching(self, fetching: Option<Rc<Fetching<'a>>>) -> Self {
        Self { fetching, ..self }
    }
}

/// What came of one search.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) path: Result<ValidatedPath, Failure>,
    /// Every candidate, with what held and what did not.
    pub(super) graph: Arc<PathGraph>,
}

/// The certificates of `authorities/` and of the parties, which may complete any path.
pub(super) fn authorities(agent: &Agent<'_>) -> Arc<path::Pool> {
    let authorities = agent.authorities.iter().map(|certificate| (CertificateSource::Authorities, certificate));
    let parties = agent.parties.all().iter().flat_map(|party| {
        party.authorities().map(|certificate| (CertificateSource::Party(party.name.to_string()), certificate))
    });
    let all = authorities.chain(parties);
    Arc::new(path::Pool::from_sources(all.map(|(source, certificate)| (source, certificate.clone()))))
}

/// The certificates of the message and `authorities`, which several searches share; the workspace's revocation lists.
pub(super) fn known_over(
    agent: &Agent<'_>,
    authorities: &Arc<path::Pool>,
    certificates: &[Certificate],
) -> Known<'static> {
    let message = certificates.iter().map(|certificate| (CertificateSource::Message, certificate.clone()));
    Known { pool: path::Pool::over(authorities, message), crls: agent.crls.to_vec(), fetching: None }
}

/// The certificates of the message, of `authorities/`, and of the parties; these revocation lists.
pub(super) fn known_with_lists(agent: &Agent<'_>, certificates: &[Certificate], crls: Vec<Crl>) -> Known<'static> {
    Known { crls, ..known_over(agent, &authorities(agent), certificates) }
}

/// The workspace's revocation lists and those that a signature carries; which of them counts is decided by their dates.
///
/// # Errors
/// When the signature carries too many.
pub(super) fn lists(agent: &Agent<'_>, data: &SignedData, ledger: &mut Ledger) -> Result<Vec<Crl>, LimitExceeded> {
    Limits::check("revocation lists in a signature", data.crls.len(), agent.limits.crls)?;
    let mut crls = agent.crls.to_vec();
    for span in &data.crls {
        match Crl::from_der(data.buffer().slice(span.start..span.end)) {
            Ok(crl) if crls.contains(&crl) => {}
            Ok(crl) => {
                let detail = format!("The signature carries a revocation list of {}, used if it counts", crl.issuer());
                ledger.info(MESSAGE_LISTS, detail);
                crls.push(crl);
            }
            Err(error) => ledger.warn(MESSAGE_LISTS, sentence_case(&format!("In the signature, {error}"))),
        }
    }
    Ok(crls)
}

/// Looks for a path from `leaf` to one of `anchors` under the agent's profile, time and caps.
pub(super) fn find(
    agent: &Agent<'_>,
    leaf: &Certificate,
    known: &Known<'_>,
    anchors: &[Certificate],
    ledger: &mut Ledger,
) -> Found {
    let policy = agent.profile.path_policy();
    let report = match &known.fetching {
        Some(fetching) => {
            let search = Search { leaf, pool: &known.pool, anchors, lists: &known.crls, policy };
            fetching.find(&search, ledger)
        }
        None => path::explain(leaf, &known.pool, anchors, &known.crls, agent.now, &policy, &agent.limits),
    };
    match &report.outcome {
        Ok(path) => note_path(agent, path, known, ledger),
        Err(_) => note_revoked(agent, &report, known, ledger),
    }
    Found { path: report.outcome.map_err(failure), graph: Arc::new(report.graph) }
}

/// Of a run that may fetch, who told; of any other everything is by hand or in the message.
fn source(agent: &Agent<'_>, witness: Option<&RevocationWitness>, known: &Known<'_>) -> String {
    let fetching = known.fetching.as_ref().zip(witness);
    fetching.map(|(fetching, witness)| format!(" ({})", fetching.source(witness, agent.crls))).unwrap_or_default()
}

/// Who revoked a certificate, where the run may fetch: the reason alone does not tell.
fn note_revoked(agent: &Agent<'_>, report: &PathReport, known: &Known<'_>, ledger: &mut Ledger) {
    if known.fetching.is_none() {
        return;
    }
    let mut told = Vec::new();
    for tried in &report.tried {
        for ((certificate, status), witness) in tried.certificates.iter().zip(&tried.revocation).zip(&tried.witnesses) {
            if matches!(status, RevocationStatus::Revoked { .. }) && !told.contains(&certificate) {
                told.push(certificate);
                let source = source(agent, witness.as_ref(), known);
                ledger.fail(REVOCATION, format!("{}: {status}{source}", certificate.common_name()));
            }
        }
    }
}

fn note_path(agent: &Agent<'_>, path: &ValidatedPath, known: &Known<'_>, ledger: &mut Ledger) {
    let told = path.revocation().iter().zip(path.witnesses());
    for (certificate, (status, witness)) in path.certificates().iter().zip(told) {
        let detail = format!("{}: {status}{}", certificate.common_name(), source(agent, witness.as_ref(), known));
        match status {
            RevocationStatus::Good => ledger.pass(REVOCATION, detail),
            _ => ledger.not_checked(REVOCATION, detail),
        }
    }
    note_weakness(path, ledger);
    note_form(path, ledger);
    if path.anchor_validity_at(agent.now) == crate::pki::Validity::Expired {
        let name = path.anchor().common_name();
        let detail = format!("The anchor {name} has expired; an anchor is a name and a key, its dates do not count");
        ledger.warn(ANCHOR_DATES, detail);
    }
}

/// What RFC 5280 asks of those who make certificates, and not of those who validate paths.
fn note_form(path: &ValidatedPath, ledger: &mut Ledger) {
    for certificate in path.certificates().iter().filter(|certificate| *certificate != path.anchor()) {
        let name = certificate.common_name();
        if let Some(serial) = certificate.odd_serial() {
            ledger.warn(SERIAL, format!("The serial number of {name} is {serial}"));
        }
        if certificate.hides_its_names() {
            let detail =
                format!("{name} has no subject, and its subjectAltName, which alone names it, is not critical");
            ledger.warn(EMPTY_SUBJECT, detail);
        }
    }
    let pairs = path.certificates().iter().zip(path.certificates().iter().skip(1));
    for (certificate, issuer) in pairs.filter(|(certificate, issuer)| certificate.differs_from_key_of(issuer)) {
        let (name, issuer) = (certificate.common_name(), issuer.common_name());
        let detail = format!(
            "{name} names another key identifier than {issuer} has; the key of {issuer} made the signature, which is what \
             counts, though programs that go by identifiers refuse this path"
        );
        ledger.warn(KEY_IDENTIFIER, detail);
    }
}

/// That a key is shorter than every profile but the most tolerant one wants, in words.
pub(super) fn short_key(certificate: &Certificate) -> Option<String> {
    let algorithm = certificate.key_algorithm();
    let (bits, _) = Profile::default().short_key(algorithm)?;
    Some(format!("The key of {} ({algorithm}) has only {bits} bits", certificate.common_name()))
}

// What the profile tolerates is told all the same; an anchor's own signature does not matter.
fn note_weakness(path: &ValidatedPath, ledger: &mut Ledger) {
    let issuing = path.certificates().iter().skip(1);
    for certificate in issuing {
        if let Some(detail) = short_key(certificate) {
            ledger.warn(KEY_SIZE, detail);
        }
    }
    for certificate in path.certificates().iter().filter(|certificate| *certificate != path.anchor()) {
        let digest = certificate.signature_digest();
        if digest.is_weak() {
            let name = certificate.common_name();
            ledger
                .warn(DIGEST, format!("The certificate {name} is signed over {digest}, which is not considered safe"));
        }
    }
}

fn failure(error: PathError) -> Failure {
    let end = match &error {
        PathError::NoPathToAnchor { certificate, .. } => Some(certificate.clone()).filter(Certificate::is_self_issued),
        _ => None,
    };
    let found = match &error {
        PathError::NoPathToAnchor { missing_issuer, .. } => format!("a path that ends at {missing_issuer}"),
        other => match other.certificate() {
            Some(certificate) => format!("a path refused at {}", certificate.common_name()),
            None => "nothing".to_owned(),
        },
    };
    Failure { end, reason: Reason::new(code(&error), error.to_string()), found }
}

const fn code(error: &PathError) -> ReasonCode {
    match error {
        PathError::NoAnchors => ReasonCode::NoAnchors,
        PathError::NoPathToAnchor { .. } => ReasonCode::NoPathToAnchor,
        PathError::Expired { .. } => ReasonCode::Expired,
        PathError::NotYetValid { .. } => ReasonCode::NotYetValid,
        PathError::NotACa { .. } => ReasonCode::NotACa,
        PathError::PathLength { .. } => ReasonCode::PathLength,
        PathError::NameConstraints { .. } => ReasonCode::NameConstraints,
        PathError::UnknownCriticalExtension { .. } => ReasonCode::UnknownCriticalExtension,
        PathError::CertificateSignatureInvalid { .. } => ReasonCode::CertificateSignatureInvalid,
        PathError::KeyUsage { .. } => ReasonCode::KeyUsage,
        PathError::Revoked { .. } => ReasonCode::Revoked,
        PathError::RevocationUnknown { .. } => ReasonCode::RevocationUnknown,
        PathError::WeakKey { .. } => ReasonCode::WeakKey,
        PathError::WeakAlgorithm { .. } => ReasonCode::WeakAlgorithm,
        PathError::LimitExceeded(_) => ReasonCode::LimitExceeded,
        PathError::Malformed { .. } => ReasonCode::MalformedCertificate,
        PathError::CertificatePolicy { .. } => ReasonCode::CertificatePolicy,
    }
}
