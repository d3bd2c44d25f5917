//! The keys that sign: which of the sender's may, and why the others do not (RFC 8550 §4.4.2, RFC 8551 §2.2).

use std::collections::HashSet;

use time::OffsetDateTime;

use super::super::json;
use super::super::outcome::{Reason, ReasonCode};
use super::super::profile::Profile;
use super::super::run::{Halt, Run, refuse_value};
use crate::finding::{Ledger, Rule, counted};
use crate::mail::{Address, Envelope};
use crate::pki::{Certificate, KeyAlgorithm, Validity, binding};
use crate::trust::{NamedKey, Party};

const SENDER_KEY: Rule = Rule::new("outgoing.sender-key", "Direct AS 1.2, outgoing");
const SENDER_BOUND: Rule = Rule::new("outgoing.sender-bound", "RFC 8550 §3");
const SIGNER_COUNT: Rule = Rule::new("outgoing.signer-count", "RFC 5652 §5.1");

/// The sender's keys that sign, at least one and no more than a receiver reads.
// An expired key decrypts, but it never signs.
pub(super) fn find_keys<'a>(
    run: &mut Run<'a>,
    envelope: &Envelope,
    ledger: &mut Ledger,
) -> Result<(Vec<&'a NamedKey>, String), Halt> {
    let sender = run.check_envelope(envelope, ledger)?;
    let Some(party) = run.agent.parties.key_holder(&sender) else {
        let detail = format!("No private key is held for {sender} or its domain");
        let expected = format!("a private key of {sender} or of {}", sender.domain());
        let reason = Reason::new(ReasonCode::NoPrivateKey, detail);
        return Err(refuse_value(SENDER_KEY, reason, "no private key", expected, ledger).into());
    };
    let mut usable = Vec::new();
    let mut refused = Vec::new();
    for key in &party.keys {
        match why_not_signing(key.entry.certificate(), &run.agent.profile, run.agent.now) {
            None => usable.push(key),
            Some(why) => {
                ledger.warn(SENDER_KEY, format!("Key {} of {} does not sign: {why}", key.name, party.name));
                refused.push(format!("key {}: {why}", key.name));
            }
        }
    }
    if usable.is_empty() {
        return Err(nobody_signs(party, &sender, refused, ledger).into());
    }
    let usable = within_cap(run, usable, &sender, ledger);
    for key in &usable {
        ledger.pass(SENDER_KEY, format!("Key {} of {} may sign", key.name, party.name));
        note_binding(run, key, &sender, ledger);
    }
    let names: Vec<&str> = usable.iter().map(|key| key.name.as_str()).collect();
    let summary = format!("{} of {}", names.join(", "), party.name);
    Ok((usable, summary))
}

fn nobody_signs(party: &Party, sender: &Address, mut refused: Vec<String>, ledger: &mut Ledger) -> Reason {
    if !party.locked.is_empty() {
        refused.push(match party.locked.len() {
            1 => "one key is locked".to_owned(),
            count => format!("{count} keys are locked"),
        });
    }
    let detail = format!("No private key of {} can sign for {sender}: {}", party.name, refused.join("; "));
    ledger.fail(SENDER_KEY, detail.clone());
    Reason::new(ReasonCode::NoPrivateKey, detail)
}

/// Each certificate once, and no more signers than a receiver looks at: those that name the sender come first, then
/// those that are valid longest.
fn within_cap<'a>(
    run: &Run<'_>,
    mut usable: Vec<&'a NamedKey>,
    sender: &Address,
    ledger: &mut Ledger,
) -> Vec<&'a NamedKey> {
    let mut known = HashSet::new();
    usable.retain(|key| {
        let first = known.insert(key.entry.certificate().sha256());
        if !first {
            ledger.info(SIGNER_COUNT, format!("Key {} is there twice and signs once", key.name));
        }
        first
    });
    let cap = run.agent.limits.signers;
    if usable.len() <= cap {
        return usable;
    }
    let mut ranked: Vec<&NamedKey> = usable.clone();
    ranked.sort_by_cached_key(|key| {
        let certificate = key.entry.certificate();
        let bound = binding::bind(certificate, sender, run.agent.profile.subject_names).is_some();
        (!bound, std::cmp::Reverse(certificate.not_after()), certificate.sha256().to_owned())
    });
    let chosen: HashSet<&str> = ranked.iter().take(cap).map(|key| key.entry.certificate().sha256()).collect();
    let (signing, passed): (Vec<_>, Vec<_>) =
        usable.into_iter().partition(|key| chosen.contains(key.entry.certificate().sha256()));
    let names: Vec<&str> = passed.iter().map(|key| key.name.as_str()).collect();
    ledger.warn(
        SIGNER_COUNT,
        format!(
            "Receivers look at {} at most; these keys are passed over: {}",
            counted(cap, "signature"),
            names.join(", ")
        ),
    );
    signing
}

/// Why the key of that certificate does not sign, if it does not.
#[must_use]
pub fn why_not_signing(certificate: &Certificate, profile: &Profile, now: OffsetDateTime) -> Option<String> {
    match certificate.validity_at(now) {
        Validity::Expired => {
            return Some(format!("its certificate expired on {}", json::timestamp(certificate.not_after())));
        }
        Validity::NotYetValid => {
            let from = json::timestamp(certificate.not_before());
            return Some(format!("its certificate is not valid before {from}"));
        }
        Validity::Valid => {}
    }
    if let Some(usage) = certificate.key_usage().filter(|usage| !usage.allows_signing()) {
        return Some(format!("its certificate is not for signing; its key usage is {usage}"));
    }
    if !certificate.allows_email_protection() {
        return Some("the extended key usage of its certificate does not allow mail".to_owned());
    }
    let algorithm = certificate.key_algorithm();
    if !matches!(
        algorithm,
        KeyAlgorithm::Rsa { .. } | KeyAlgorithm::RsaPss { .. } | KeyAlgorithm::Ec { .. } | KeyAlgorithm::Ed25519
    ) {
        return Some(format!("it is a {algorithm} key, with which nothing can be signed here"));
    }
    let (bits, minimum) = profile.short_key(algorithm)?;
    Some(format!("its key has {bits} bits, fewer than {minimum}"))
}

fn note_binding(run: &Run<'_>, key: &NamedKey, sender: &Address, ledger: &mut Ledger) {
    let certificate = key.entry.certificate();
    if binding::bind(certificate, sender, run.agent.profile.subject_names).is_none() {
        let names = binding::names(certificate);
        ledger.warn(
            SENDER_BOUND,
            format!(
                "The certificate of key {} names {names}, not {sender}: recipients will not accept the signature",
                key.name
            ),
        );
    }
}
