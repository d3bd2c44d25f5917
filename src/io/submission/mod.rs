//! Submission over SMTP (RFC 5321, RFC 6409): an envelope goes to a server of the user's choice, octets untouched.
//!
//! Commands are written and replies are read with `lettre`. The connection is our own, because lettre's has no time
//! limit for a whole session, reads a line without end before it looks at its length, throws the greeting away, keeps
//! passwords in memory that is not wiped, and puts a line end after every message. MAIL, RCPT and DATA are said one
//! after another and each reply is kept, so that a server which takes some recipients and refuses others is shown as
//! it is. Octets are exact as far as SMTP can carry them; what it cannot carry is a finding.

mod dialogue;
mod link;
mod login;
mod message;
mod words;

use crate::finding::Finding;
use crate::mail::{Address, Envelope, TranscriptLine};
use crate::workspace::submission::{
    Submission, SubmissionOptions, SubmissionOutcome, SubmissionReply, SubmissionStep, SubmissionWatch, Submitter,
};
use dialogue::{Dialogue, Stop};

/// Submits over the network.
#[derive(Clone, Copy, Debug, Default)]
pub struct SmtpSubmitter;

impl Submitter for SmtpSubmitter {
    fn submit(&self, envelope: &Envelope, options: &SubmissionOptions, watch: &SubmissionWatch<'_>) -> Submission {
        let mut account = Account { watch, transcript: Vec::new(), findings: Vec::new(), answers: Vec::new() };
        let outcome = match deliver(envelope, options, &mut account) {
            Ok(reply) => SubmissionOutcome::Accepted(reply),
            Err((step, Stop::Refused(reply))) => SubmissionOutcome::Refused { step, reply },
            Err((step, Stop::Failed(cause))) => SubmissionOutcome::Failed { step, cause },
        };
        account.conclude(envelope, outcome)
    }
}

/// What is kept of a submission while it goes on.
pub(super) struct Account<'w> {
    watch: &'w SubmissionWatch<'w>,
    transcript: Vec<TranscriptLine>,
    pub(super) findings: Vec<Finding>,
    // What the server said to each recipient, in order.
    answers: Vec<(Address, SubmissionReply)>,
}

impl Account<'_> {
    pub(super) fn said(&mut self, line: TranscriptLine) {
        (self.watch.said)(&line);
        self.transcript.push(line);
    }

    fn conclude(self, envelope: &Envelope, outcome: SubmissionOutcome) -> Submission {
        let answered = self.answers.len();
        let (taken, mut refused): (Vec<_>, Vec<_>) =
            self.answers.into_iter().partition(|(_, reply)| reply.is_positive());
        let unasked = envelope.forward_paths.iter().skip(answered).cloned();
        let (accepted, undecided) = match &outcome {
            SubmissionOutcome::Accepted(_) => (taken, unasked.collect()),
            SubmissionOutcome::Refused { reply, .. } => {
                let addresses = taken.into_iter().map(|(address, _)| address).chain(unasked);
                refused.extend(addresses.map(|address| (address, reply.clone())));
                (Vec::new(), Vec::new())
            }
            SubmissionOutcome::Failed { .. } => {
                (Vec::new(), taken.into_iter().map(|(address, _)| address).chain(unasked).collect())
            }
        };
        Submission { accepted, refused, undecided, transcript: self.transcript, findings: self.findings, outcome }
    }
}

type Stopped = (SubmissionStep, Stop);

fn deliver(
    envelope: &Envelope,
    options: &SubmissionOptions,
    account: &mut Account<'_>,
) -> Result<SubmissionReply, Stopped> {
    let prepare = |cause: String| (SubmissionStep::Prepare, Stop::Failed(cause));
    if envelope.forward_paths.is_empty() {
        return Err(prepare("The envelope names no recipient: add one".to_owned()));
    }
    let prepared = message::prepare(envelope).map_err(|unfit| {
        account.findings.extend(unfit.findings);
        prepare(unfit.cause)
    })?;
    account.findings.extend(prepared.findings.iter().cloned());
    let mut dialogue = Dialogue::open(options, account.watch.cancelled, account)?;
    let outcome = dialogue.run(envelope, &prepared, account);
    dialogue.close(account);
    outcome
}
