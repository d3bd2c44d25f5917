//! Whether one certificate may be used for one recipient (Direct AS 1.2 §4, RFC 8550 §4.4).

use super::super::outcome::{CandidateCertificate, Reason, ReasonCode};
use super::super::profile::SanBinding;
use super::super::{Agent, json, paths, ranking};
use crate::finding::{Ledger, Rule};
use crate::mail::Address;
use crate::pki::{Certificate, KeyAlgorithm, KeyUsage, Validity, binding};
use crate::smime::Choice as _;
use crate::trust::{AnchorSet, Outgoing};

const KEY_SIZE: Rule = Rule::new("outgoing.key-size", "RFC 8551 §4");

/// The path to one of the sender's anchors, or what speaks against the certificate; of several faults the one that says
/// most.
pub(super) fn judge(
    agent: &Agent<'_>,
    certificate: &Certificate,
    address: &Address,
    anchors: Option<&AnchorSet<Outgoing>>,
    known: &paths::Known<'_>,
    account: &mut Ledger,
) -> CandidateCertificate {
    let refused = |reason| CandidateCertificate { certificate: certificate.clone(), trust: Err(reason), graph: None };
    if let Err(reason) = check_binding(agent, certificate, address) {
        return refused(reason);
    }
    let own = [check_validity(agent, certificate), check_usage(certificate), check_key(agent, certificate, account)];
    let anchors = anchors.map(AnchorSet::certificates).unwrap_or_default();
    let found = paths::find(agent, certificate, known, &anchors, account);
    let path = found.path.map_err(|failure| failure.reason);
    let faults = own.into_iter().filter_map(Result::err).chain(path.as_ref().err().cloned());
    let trust = match ranking::most_specific(faults) {
        Some(reason) => Err(reason),
        None => path,
    };
    CandidateCertificate { certificate: certificate.clone(), trust, graph: Some(found.graph) }
}

fn check_binding(agent: &Agent<'_>, certificate: &Certificate, address: &Address) -> Result<(), Reason> {
    if binding::bind(certificate, address, agent.profile.subject_names).is_none() {
        let detail = format!("The certificate names {}, not {address} or its domain", binding::names(certificate));
        return Err(Reason::new(ReasonCode::CertificateNotBound, detail));
    }
    let (name, names) = (certificate.common_name(), certificate.name_count());
    if agent.profile.san_binding == SanBinding::SingleName && names != 1 {
        let detail = format!("The certificate {name} has {names} subjectAltNames where this profile wants one");
        return Err(Reason::new(ReasonCode::CertificateNotBound, detail));
    }
    Ok(())
}

fn check_validity(agent: &Agent<'_>, certificate: &Certificate) -> Result<(), Reason> {
    let name = certificate.common_name();
    match certificate.validity_at(agent.now) {
        Validity::Valid => Ok(()),
        Validity::Expired => {
            let until = json::timestamp(certificate.not_after());
            Err(Reason::new(ReasonCode::Expired, format!("The certificate {name} expired on {until}")))
        }
        Validity::NotYetValid => {
            let from = json::timestamp(certificate.not_before());
            Err(Reason::new(ReasonCode::NotYetValid, format!("The certificate {name} is not valid before {from}")))
        }
    }
}

fn check_usage(certificate: &Certificate) -> Result<(), Reason> {
    let (name, algorithm) = (certificate.common_name(), certificate.key_algorithm());
    let refused = |code, detail| Err(Reason::new(code, detail));
    // A content key is encrypted for an RSA key, and agreed with the others; a usage that allows only the other of the
    // two is not enough (RFC 5280 §4.2.1.3).
    let needed = match algorithm {
        KeyAlgorithm::Rsa { .. } => KeyUsage::KEY_ENCIPHERMENT,
        KeyAlgorithm::Ec { .. } | KeyAlgorithm::X25519 => KeyUsage::KEY_AGREEMENT,
        _ => {
            let detail = format!("The certificate {name} has a {algorithm} key, for which nothing can be encrypted");
            return refused(ReasonCode::UnsupportedAlgorithm, detail);
        }
    };
    if let Some(usage) = certificate.key_usage().filter(|usage| !usage.contains(needed)) {
        let detail = format!(
            "The certificate {name} is not for encryption with its {algorithm} key, which takes {needed}; its key usage is {usage}"
        );
        return refused(ReasonCode::KeyUsage, detail);
    }
    if !certificate.allows_email_protection() {
        let detail = format!("The extended key usage of the certificate {name} does not allow mail");
        return refused(ReasonCode::KeyUsage, detail);
    }
    Ok(())
}

fn check_key(agent: &Agent<'_>, certificate: &Certificate, account: &mut Ledger) -> Result<(), Reason> {
    let transport = agent.key_transport();
    let fewest = transport.fewest_bits(agent.making.content);
    if let Some(bits) = certificate.key_algorithm().rsa_bits().filter(|bits| *bits < fewest) {
        let detail = format!(
            "The RSA key of {} has {bits} bits, and {} takes {fewest}",
            certificate.common_name(),
            transport.described().label
        );
        return Err(Reason::new(ReasonCode::WeakKey, detail));
    }
    if let Some((bits, minimum)) = agent.profile.short_key(certificate.key_algorithm()) {
        let detail = format!("The key of {} has {bits} bits, fewer than {minimum}", certificate.common_name());
        return Err(Reason::new(ReasonCode::WeakKey, detail));
    }
    if let Some(detail) = paths::short_key(certificate) {
        account.warn(KEY_SIZE, detail);
    }
    Ok(())
}
