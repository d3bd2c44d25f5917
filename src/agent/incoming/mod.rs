//! Mail that arrives: find keys, decrypt, extract the signed part, verify, enforce trust, unwrap.
//!
//! Each state is made from the one before and consumes it: [`open::Enveloped`] → [`open::Decrypted`] →
//! [`verify::Signed`] → [`verify::Verified`] → [`enforce::Trusted`]. What is delivered can only come from the last.

mod enforce;
mod layers;
mod media_type;
mod open;
mod unwrap;
mod verify;

use std::collections::BTreeSet;

use super::outcome::{Reason, ReasonCode};
use super::report::{IncomingMessage, Operation};
use super::run::{Halt, Removal, Run, refuse_value};
use super::trace::StepName;
use super::{Agent, Stopped};
use crate::finding::{Ledger, Rule, counted};
use crate::mail::{Envelope, EnvelopeOrigin};
use crate::span::Buffer;
use crate::trust::NamedKey;

const LOCAL_RECIPIENTS: Rule = Rule::new("incoming.local-recipients", "Direct AS 1.2, incoming");
const PRIVATE_KEY: Rule = Rule::new("incoming.private-key", "Direct AS 1.2, incoming");

/// A local recipient with the private keys that serve them.
struct KeyHolder<'a> {
    /// The recipient's place in the report.
    recipient: usize,
    keys: &'a [NamedKey],
    /// How many more keys there are that could not be opened.
    locked: usize,
}

impl Agent<'_> {
    /// Judges a message that arrives, for each local recipient on their own.
    ///
    /// # Errors
    /// [`Stopped::Rejected`] when the message goes to nobody; the report tells why. [`Stopped::Failed`] does not occur
    /// when receiving.
    pub fn process_incoming(&self, envelope: &Envelope) -> Result<IncomingMessage, Stopped> {
        let mut run = Run::new(self, Operation::Incoming, envelope);
        match receive(&mut run, envelope) {
            Ok(message) => {
                let delivered = Envelope {
                    reverse_path: envelope.reverse_path.clone(),
                    forward_paths: run.remaining_addresses(),
                    message,
                    origin: EnvelopeOrigin::Explicit,
                };
                Ok(IncomingMessage { envelope: delivered, report: run.finish() })
            }
            Err(halt) => Err(run.stop(halt, &StepName::INCOMING)),
        }
    }
}

fn receive<'a>(run: &mut Run<'a>, envelope: &Envelope) -> Result<Buffer, Halt> {
    let holders =
        run.step(StepName::FindRecipientKeys, |run, step| find_recipient_keys(run, envelope, &mut step.ledger))?;
    let decrypted = run.step(StepName::Decrypt, |run, step| open::decrypt(run, step, envelope, &holders))?;
    let signed = run.step(StepName::ExtractSignedPart, |run, step| verify::extract(run, step, decrypted, &holders))?;
    let verified = run.step(StepName::VerifySignature, |run, step| verify::verify(run, step, signed))?;
    let trusted = run.step(StepName::EnforceTrust, |run, step| enforce::enforce(run, step, verified))?;
    run.step(StepName::Unwrap, |run, step| unwrap::unwrap(run, step, envelope, trusted))
}

fn find_recipient_keys<'a>(
    run: &mut Run<'a>,
    envelope: &Envelope,
    ledger: &mut Ledger,
) -> Result<(Vec<KeyHolder<'a>>, String), Halt> {
    run.check_envelope(envelope, ledger)?;
    let local = run.remaining();
    let remote = run.report.recipients.len() - local.len();
    if local.is_empty() {
        let reason = Reason::new(
            ReasonCode::NoLocalRecipients,
            match run.report.recipients.len() {
                1 => "The recipient is not in a local domain".to_owned(),
                count => format!("None of the {count} recipients is in a local domain"),
            },
        );
        let domains: BTreeSet<String> =
            run.report.recipients.iter().map(|recipient| recipient.address.domain().to_string()).collect();
        let found = domains.into_iter().collect::<Vec<_>>().join(", ");
        return Err(refuse_value(LOCAL_RECIPIENTS, reason, found, "a recipient in a local domain", ledger).into());
    }
    ledger.pass(
        LOCAL_RECIPIENTS,
        format!("{} in local domains, {remote} elsewhere, left alone", counted(local.len(), "recipient")),
    );
    let agent = run.agent;
    let mut holders = Vec::new();
    let mut count = 0;
    for recipient in local {
        let Some(address) = run.report.recipients.get(recipient).map(|outcome| outcome.address.clone()) else {
            continue;
        };
        let party = agent.parties.key_holder(&address);
        let keys = party.map(|party| party.keys.as_slice()).unwrap_or_default();
        match party {
            Some(party) if !keys.is_empty() => {
                ledger
                    .pass(PRIVATE_KEY, format!("{address}: {} of {}", counted(keys.len(), "private key"), party.name));
                count += keys.len();
                holders.push(KeyHolder { recipient, keys, locked: party.locked.len() });
            }
            Some(party) => {
                let detail =
                    format!("The private keys of {} are locked, so nothing can be decrypted for {address}", party.name);
                run.remove(recipient, no_key(detail, counted(party.locked.len(), "locked key")), ledger);
            }
            None => {
                let detail = format!("No private key is held for {address} or its domain");
                run.remove(recipient, no_key(detail, "none".to_owned()), ledger);
            }
        }
    }
    Ok((holders, counted(count, "private key")))
}

fn no_key(detail: String, found: String) -> Removal {
    let reason = Reason::new(ReasonCode::NoPrivateKey, detail);
    Removal { rule: PRIVATE_KEY, reason, found, expected: "a private key of the address or its domain".to_owned() }
}
