//! Mail that leaves: find keys and certificates, enforce trust, wrap, sign, encrypt, make the new envelope.

mod candidate;
mod make;
mod outer;
mod recipients;

use super::outcome::{Reason, ReasonCode};
use super::report::{Operation, OutgoingMessage};
use super::run::{Halt, Run};
use super::trace::StepName;
use super::{Agent, Stopped};
use crate::finding::{Ledger, Rule};
use crate::mail::{Address, Envelope, EnvelopeOrigin};
use crate::pki::{Certificate, KeyAlgorithm, Validity, binding};
use crate::span::Buffer;
use crate::trust::NamedKey;

const SENDER_KEY: Rule = Rule::new("outgoing.sender-key", "Direct AS 1.2, outgoing");
const SENDER_BOUND: Rule = Rule::new("outgoing.sender-bound", "RFC 8550 §3");

impl Agent<'_> {
    /// Secures a message that leaves, for each recipient on their own.
    ///
    /// # Errors
    /// [`Stopped::Rejected`] when the message may go to nobody; the report tells why. [`Stopped::Failed`] when OpenSSL
    /// could not sign or encrypt.
    pub fn process_outgoing(&self, envelope: &Envelope) -> Result<OutgoingMessage, Stopped> {
        let mut run = Run::new(self, Operation::Outgoing, envelope);
        match send(&mut run, envelope) {
            Ok(message) => {
                let secured = Envelope {
                    reverse_path: envelope.reverse_path.clone(),
                    forward_paths: run.remaining_addresses(),
                    message,
                    origin: EnvelopeOrigin::Explicit,
                };
                Ok(OutgoingMessage { envelope: secured, report: run.finish() })
            }
            Err(halt) => Err(run.stop(halt, &StepName::OUTGOING)),
        }
    }
}

fn send(run: &mut Run<'_>, envelope: &Envelope) -> Result<Buffer, Halt> {
    let keys = run.step(StepName::FindSenderKeys, |run, step| find_sender_keys(run, envelope, &mut step.ledger))?;
    let account =
        run.step(StepName::FindRecipientCertificates, |run, step| Ok(recipients::find(run, &mut step.ledger)))?;
    run.step(StepName::EnforceTrust, |run, step| recipients::enforce(run, &mut step.ledger, account))?;
    let wrapped = run.step(StepName::Wrap, |run, step| make::wrap(run, step, envelope))?;
    let secured = run.step(StepName::SignAndEncrypt, |run, step| make::sign_and_encrypt(run, step, &wrapped, &keys))?;
    run.step(StepName::NewEnvelope, |run, step| make::new_message(run, step, &wrapped, &secured))
}

// An expired key decrypts, but it never signs.
fn find_sender_keys<'a>(
    run: &mut Run<'a>,
    envelope: &Envelope,
    ledger: &mut Ledger,
) -> Result<(Vec<&'a NamedKey>, String), Halt> {
    let sender = run.check_envelope(envelope, ledger)?;
    let Some(party) = run.agent.parties.key_holder(&sender) else {
        let detail = format!("No private key is held for {sender} or its domain");
        ledger.fail(SENDER_KEY, detail.clone());
        return Err(Reason::new(ReasonCode::NoPrivateKey, detail).into());
    };
    let mut usable = Vec::new();
    let mut refused = Vec::new();
    for key in &party.keys {
        match unusable(run.agent, key.entry.certificate()) {
            None => {
                ledger.pass(SENDER_KEY, format!("Key {} of {} may sign", key.name, party.name));
                note_binding(run.agent, key, &sender, ledger);
                usable.push(key);
            }
            Some(why) => {
                ledger.warn(SENDER_KEY, format!("Key {} of {} does not sign: {why}", key.name, party.name));
                refused.push(format!("key {}: {why}", key.name));
            }
        }
    }
    if usable.is_empty() {
        if !party.locked.is_empty() {
            refused.push(match party.locked.len() {
                1 => "one key is locked".to_owned(),
                count => format!("{count} keys are locked"),
            });
        }
        let detail = format!("No private key of {} can sign for {sender}: {}", party.name, refused.join("; "));
        ledger.fail(SENDER_KEY, detail.clone());
        return Err(Reason::new(ReasonCode::NoPrivateKey, detail).into());
    }
    let names: Vec<&str> = usable.iter().map(|key| key.name.as_str()).collect();
    let summary = format!("{} of {}", names.join(", "), party.name);
    Ok((usable, summary))
}

fn unusable(agent: &Agent<'_>, certificate: &Certificate) -> Option<String> {
    match certificate.validity_at(agent.now) {
        Validity::Expired => {
            return Some(format!("its certificate expired on {}", super::json::timestamp(certificate.not_after())));
        }
        Validity::NotYetValid => {
            return Some(format!(
                "its certificate is not valid before {}",
                super::json::timestamp(certificate.not_before())
            ));
        }
        Validity::Valid => {}
    }
    if let Some(usage) = certificate.key_usage().filter(|usage| !usage.allows_signing()) {
        return Some(format!("its certificate is not for signing; its key usage is {usage}"));
    }
    if !certificate.allows_email_protection() {
        return Some("the extended key usage of its certificate does not allow mail".to_owned());
    }
    if let KeyAlgorithm::Other(name) = certificate.key_algorithm() {
        return Some(format!("it is a {name} key, with which nothing can be signed here"));
    }
    let (bits, minimum) = agent.profile.short_key(certificate.key_algorithm())?;
    Some(format!("its key has {bits} bits, fewer than {minimum}"))
}

fn note_binding(agent: &Agent<'_>, key: &NamedKey, sender: &Address, ledger: &mut Ledger) {
    let certificate = key.entry.certificate();
    if binding::bind(certificate, sender, agent.profile.subject_names).is_none() {
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
