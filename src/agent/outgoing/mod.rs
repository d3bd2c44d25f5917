//! Mail that leaves: find keys and certificates, enforce trust, wrap, sign, encrypt, make the new envelope.

mod candidate;
mod make;
mod outer;
mod recipients;
mod sender;

pub use sender::why_not_signing;

use super::report::{Operation, OutgoingMessage};
use super::run::{Halt, Run};
use super::trace::StepName;
use super::{Agent, Stopped};
use crate::mail::{Envelope, EnvelopeOrigin};
use crate::span::Buffer;

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
    let keys = run.step(StepName::FindSenderKeys, |run, step| sender::find_keys(run, envelope, &mut step.ledger))?;
    let account =
        run.step(StepName::FindRecipientCertificates, |run, step| Ok(recipients::find(run, &mut step.ledger)))?;
    run.step(StepName::EnforceTrust, |run, step| recipients::enforce(run, &mut step.ledger, account))?;
    let mut wrapped = run.step(StepName::Wrap, |run, step| make::wrap(run, step, envelope))?;
    let secured =
        run.step(StepName::SignAndEncrypt, |run, step| make::sign_and_encrypt(run, step, &mut wrapped, &keys))?;
    run.step(StepName::NewEnvelope, |run, step| make::new_message(run, step, &wrapped, &secured))
}
