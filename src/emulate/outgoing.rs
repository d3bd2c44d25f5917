//! Both agents, sending: as far as it is known whom they would send to, and with which code they would give up.

use super::account::{Account, Known};
use super::chains::{self, DotnetRefusal, JavaTrust};
use super::csharp::OFFLINE;
use super::java::FETCHED;
use super::{EmulatedOutcome, Refusal};
use crate::finding::{Ledger, sentence_case};
use crate::mail::Address;
use crate::mime::{Entity, wrap};
use crate::pki::{Certificate, SubjectDnNames, binding};

const SUCCESS: &str = "Success";
const FAILED: &str = "Failed";

const NO_DOMAIN_CHECK: Known = Known::measured(
    "The Java agent does not ask whether the sender is in one of its domains",
    "Java reference agent 8.1.0, measured (E7)",
);
const WRAPPED_ALREADY: Known = Known::measured(
    "The Java agent does not wrap a message again that is message/rfc822 on the outside, so that every outer header, the subject too, \
     leaves in the clear",
    "Java reference agent 8.1.0, measured (E11)",
);
const ONE_LEVEL: Known = Known::read(
    "The Java agent takes the certificates of the address or those of the domain, never both: an expired one of the address hides the \
     domain's",
    "Java reference agent 8.1.0, read (resolvers, issue #185)",
);
const KEY_IDENTIFIER: Known = Known::measured(
    "The Java agent trusts any certificate whose subject key identifier equals an anchor's, without looking at a signature or a \
     date: anybody can make one",
    "Java reference agent 8.1.0, measured (v68)",
);
const MISSING_INTERMEDIATES: Known = Known::measured(
    "The Java agent knows no intermediate certificates of its own: it fetches them by the address (AIA) in the certificate, and \
     without one the path breaks off",
    "Java reference agent 8.1.0, measured (v40)",
);
const OWN_KEY: Known = Known::read(
    "The Java agent leaves out private keys whose certificate has expired, is not valid yet or is revoked",
    "Java reference agent 8.1.0, read (CertificateStore.filterUsable)",
);
const UNTRUSTED_SENDER: Known = Known::read(
    "The C# agent sends for addresses of its own domains alone",
    "C# reference agent (2025-07), read (DirectAgent)",
);
const RSA_ONLY: Known = Known::read(
    "The C# agent takes certificates with RSA keys alone when it looks them up",
    "C# reference agent (2025-07), read (DnsX509Cert)",
);

/// A certificate that was found for a recipient by our lookups.
fn found(account: &Account<'_>, place: usize) -> Vec<Certificate> {
    let Some(address) = account.address(place) else { return Vec::new() };
    let ours = account.ours.recipients.iter().find(|recipient| recipient.address == *address);
    let candidates = ours.map(|recipient| recipient.candidates.as_slice()).unwrap_or_default();
    candidates.iter().map(|candidate| candidate.certificate.clone()).collect()
}

fn outgoing_anchors(account: &Account<'_>, sender: &Address) -> Vec<Certificate> {
    let anchors = account.agent.parties.outgoing_anchors(sender);
    anchors.map(|(_, anchors)| anchors.certificates()).unwrap_or_default()
}

pub(super) fn java(account: &mut Account<'_>) -> Result<(), Refusal> {
    if account.envelope.forward_paths.is_empty() {
        return Err(Refusal::new("NoRecipients", "The envelope names no recipient"));
    }
    let Some(sender) = account.envelope.reverse_path.address().cloned() else {
        return Err(Refusal::new("NoSender", "The null sender (MAIL FROM:<>) is no sender"));
    };
    let entity = Entity::parse_whole(&account.envelope.message, &account.agent.limits, &mut Ledger::new()).ok();
    if entity.as_ref().is_none_or(|entity| entity.field("From").is_none()) {
        return Err(Refusal::new("MissingFrom", "The message has no From"));
    }
    if entity.as_ref().is_some_and(wrap::is_wrapped) {
        account.deviates("The message is not wrapped again", &WRAPPED_ALREADY);
    }
    java_keys(account, &sender)?;
    if !account.is_local(&sender) && !account.ours.is_accepted() {
        account.deviates(format!("{sender} is in no local domain, and may send"), &NO_DOMAIN_CHECK);
    }
    let anchors = outgoing_anchors(account, &sender);
    for place in account.judged() {
        java_recipient(account, place, &anchors);
    }
    finish(account)
}

fn java_keys(account: &mut Account<'_>, sender: &Address) -> Result<(), Refusal> {
    let agent = account.agent;
    let keys = agent.parties.key_holder(sender).map(|party| party.keys.as_slice()).unwrap_or_default();
    if keys.iter().any(|key| chains::is_usable_for_java(agent, key.entry.certificate())) {
        return Ok(());
    }
    let why = match keys.first() {
        None => format!("{sender} has no private key"),
        Some(key) => {
            if account.ours.is_accepted() {
                account
                    .deviates(format!("The key {} is not used: its certificate is not valid now", key.name), &OWN_KEY);
            }
            format!("No certificate of a private key of {sender} is valid now")
        }
    };
    Err(Refusal::new("MissingSenderCertificate", why))
}

/// The certificates of the address, or else those of the domain; then those that are valid now.
fn java_certificates(account: &mut Account<'_>, place: usize) -> Vec<Certificate> {
    let agent = account.agent;
    let all = found(account, place);
    let Some(address) = account.address(place).cloned() else { return Vec::new() };
    let names_address = |certificate: &&Certificate| {
        let binding = binding::bind(certificate, &address, SubjectDnNames::Ignore);
        matches!(binding, Some(binding::Binding::Address(_)))
    };
    let own: Vec<Certificate> = all.iter().filter(names_address).cloned().collect();
    let hidden = !own.is_empty() && own.len() < all.len();
    let level = if own.is_empty() { all } else { own };
    let usable: Vec<Certificate> =
        level.into_iter().filter(|certificate| chains::is_usable_for_java(agent, certificate)).collect();
    if usable.is_empty() && hidden {
        account.deviates(format!("The domain's certificate is not used for {address}"), &ONE_LEVEL);
    }
    usable.into_iter().filter(|certificate| !chains::is_short_for_java(certificate)).collect()
}

fn java_recipient(account: &mut Account<'_>, place: usize, anchors: &[Certificate]) {
    let agent = account.agent;
    let certificates = java_certificates(account, place);
    let mut why = "No certificate was found that is valid now".to_owned();
    for certificate in &certificates {
        match chains::java(agent, certificate, &[], anchors) {
            Ok(trust) => {
                let name = certificate.common_name();
                if matches!(trust, JavaTrust::KeyIdentifier) {
                    let what = format!("{name} is trusted for its key identifier, which is an anchor's");
                    account.deviates(what, &KEY_IDENTIFIER);
                }
                if matches!(trust, JavaTrust::Path { fetched: true }) {
                    account.assumes(format!("The intermediates of {name} are fetched"), &FETCHED);
                }
                account.accept(place, SUCCESS, format!("Encrypted for {name}"));
                return;
            }
            Err(error) => {
                if chains::is_path_over_sent(agent, certificate, &[], anchors) {
                    let name = certificate.common_name();
                    account.deviates(format!("The path of {name} breaks off"), &MISSING_INTERMEDIATES);
                }
                why = sentence_case(&error.to_string());
            }
        }
    }
    account.remove(place, FAILED, why);
}

pub(super) fn csharp(account: &mut Account<'_>) -> Result<(), Refusal> {
    let Some(sender) = account.envelope.reverse_path.address().cloned() else {
        return Err(Refusal::new("NoSender", "The null sender (MAIL FROM:<>) is no sender"));
    };
    if account.envelope.forward_paths.is_empty() {
        return Err(Refusal::new("NoRecipients", "The envelope names no recipient"));
    }
    if !account.is_local(&sender) {
        let why = format!("{sender} is in no local domain");
        if account.ours.is_accepted() {
            account.deviates(why.clone(), &UNTRUSTED_SENDER);
        }
        return Err(Refusal::new("UntrustedSender", why));
    }
    if account.agent.parties.key_holder(&sender).is_none_or(|party| party.keys.is_empty()) {
        return Err(Refusal::new("CouldNotResolvePrivateKey", format!("{sender} has no private key")));
    }
    let anchors = outgoing_anchors(account, &sender);
    for place in account.judged() {
        csharp_recipient(account, place, &anchors);
    }
    finish(account)
}

fn csharp_recipient(account: &mut Account<'_>, place: usize, anchors: &[Certificate]) {
    let agent = account.agent;
    let mut why = "No certificate was found".to_owned();
    let mut passed_over = None;
    for certificate in found(account, place) {
        if !chains::has_rsa_key(&certificate) {
            let name = certificate.common_name();
            why = format!("The key of {name} is {}, not RSA", certificate.key_algorithm());
            passed_over.get_or_insert_with(|| format!("{why}, so that the certificate is not taken"));
            continue;
        }
        match chains::dotnet(agent, &certificate, &[], anchors) {
            Ok(_) => {
                account.accept(place, SUCCESS, format!("Encrypted for {}", certificate.common_name()));
                return;
            }
            Err(DotnetRefusal::NoPath(error)) => why = sentence_case(&error.to_string()),
            Err(DotnetRefusal::RevocationOffline(whose)) => {
                why = format!("Whether {whose} is revoked cannot be asked");
                account.deviates(why.clone(), &OFFLINE);
            }
        }
    }
    // A key that is left beside one that does makes no difference.
    if let Some(what) = passed_over {
        account.deviates(what, &RSA_ONLY);
    }
    account.remove(place, FAILED, why);
}

fn finish(account: &Account<'_>) -> Result<(), Refusal> {
    if account.any_accepted() {
        return Ok(());
    }
    let removed = account.recipients.iter().find(|one| one.outcome == EmulatedOutcome::Removed);
    let why = removed.map_or_else(|| "There is no recipient".to_owned(), |one| one.why.clone());
    Err(Refusal::new("NoTrustedRecipients", why))
}
