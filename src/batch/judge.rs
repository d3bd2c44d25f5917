//! Judging one message of many: the agent, and where it did not accept for everybody, the diagnosis.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};

use super::outcome::{JudgedMessage, JudgedRecipient, Judgement, MessageOutcome, Place};
use super::run::Batch;
use super::units::{Content, Unit};
use crate::agent::{Agent, Operation, ReasonCode, RecipientOutcome, Report};
use crate::diagnose::{Diagnosis, diagnose};
use crate::finding::{Ledger, escape_controls};
use crate::limits::{LimitExceeded, Limits};
use crate::mail::Envelope;
use crate::span::{Buffer, BufferName};
use crate::workspace::{DocumentError, Opened, OpenedMessage, open_file, path_text};

/// All that one unit gave, and how many octets of the source it was.
pub(super) struct Finished {
    pub(super) outcomes: Vec<MessageOutcome>,
    pub(super) passed: u64,
}

impl Batch<'_> {
    /// Judges a unit. Whatever happens, at least one outcome comes of it.
    pub(super) fn judge_unit(&self, unit: Unit) -> Finished {
        let started = Instant::now();
        let Unit { place, content, passed } = unit;
        let alone = |judgement| vec![self.not_run(&place, judgement, started)];
        let outcomes = match content {
            Content::File => self.judge_file(&place, started),
            Content::Message(octets) => vec![self.judge_octets(place, octets, started)],
            Content::TooLarge(limit) => alone(too_large(&place, &limit)),
            Content::Fault(why) => alone(Judgement::NotJudged { code: None, why }),
            Content::Passed(why) => alone(Judgement::NoMessage(why)),
        };
        Finished { outcomes, passed }
    }

    fn judge_file(&self, place: &Place, started: Instant) -> Vec<MessageOutcome> {
        // What is too large to be judged need not be opened.
        let most = u64::try_from(self.agent.limits.message_octets).unwrap_or(u64::MAX);
        let limits = Limits { opened_octets: most, ..self.agent.limits };
        let opened = match guarded(|| open_file(&place.file, &limits)) {
            Err(why) => return vec![self.not_run(place, fault(place, &why), started)],
            Ok(Err(error)) => return vec![self.not_run(place, not_opened(&error), started)],
            Ok(Ok(opened)) => opened,
        };
        let Opened::Messages(messages) = opened else {
            let why = format!("{} holds no message", path_text(&place.file));
            return vec![self.not_run(place, Judgement::NoMessage(why), started)];
        };
        let several = messages.len() > 1;
        let judge = |(index, message): (usize, OpenedMessage)| {
            // What reading the file took is the first one's.
            let started = if index == 0 { started } else { Instant::now() };
            let number = several.then(|| index.saturating_add(1));
            self.judge_envelope(Place { number, ..place.clone() }, &message.envelope, started)
        };
        messages.into_par_iter().enumerate().map(judge).collect()
    }

    fn judge_octets(&self, place: Place, octets: Vec<u8>, started: Instant) -> MessageOutcome {
        let message = Buffer::new(BufferName::Received, octets);
        match guarded(|| Envelope::derive_within(message, &self.agent.limits, &mut Ledger::new())) {
            Err(why) => {
                let judgement = fault(&place, &why);
                self.not_run(&place, judgement, started)
            }
            Ok(Err(error)) => {
                let why = format!("{}: {error}", escape_controls(&place.name()));
                let judgement = Judgement::NotJudged { code: Some(ReasonCode::LimitExceeded), why };
                self.not_run(&place, judgement, started)
            }
            Ok(Ok(envelope)) => self.judge_envelope(place, &envelope, started),
        }
    }

    fn judge_envelope(&self, place: Place, envelope: &Envelope, started: Instant) -> MessageOutcome {
        let operation = self.operation_of(&place);
        let judgement = guarded(|| judge(&self.agent, operation, envelope)).unwrap_or_else(|why| fault(&place, &why));
        let octets = envelope.message.octets().len();
        MessageOutcome { index: 0, place, operation, octets, duration: started.elapsed(), judgement }
    }

    fn not_run(&self, place: &Place, judgement: Judgement, started: Instant) -> MessageOutcome {
        let operation = self.operation_of(place);
        MessageOutcome { index: 0, place: place.clone(), operation, octets: 0, duration: started.elapsed(), judgement }
    }
}

fn judge(agent: &Agent<'_>, operation: Operation, envelope: &Envelope) -> Judgement {
    match agent.account(envelope, operation) {
        Ok(report) => Judgement::Judged(Box::new(JudgedMessage::of(agent, &report))),
        Err(error) => Judgement::NotJudged { code: None, why: error.to_string() },
    }
}

impl JudgedMessage {
    /// What is kept of a report, with the cause where it was rejected or somebody was left out. `agent` is the one that
    /// made it; [`diagnosis_octets`](crate::limits::Limits::diagnosis_octets) of its limits bounds the search.
    #[must_use]
    pub fn of(agent: &Agent<'_>, report: &Report) -> Self {
        let left_out = report.judged_recipients().any(|recipient| recipient.reason().is_some());
        let diagnosis = (report.rejection.is_some() || left_out).then(|| diagnose(agent, report));
        let explanation = diagnosis.as_ref().map(Diagnosis::text).unwrap_or_default();
        let (cause, proven, transformations, advice) =
            diagnosis.map(|found| (found.cause, found.proven, found.transformations, found.advice)).unwrap_or_default();
        Self {
            sender: report.sender.clone(),
            recipients: report.recipients.iter().map(recipient).collect(),
            rejection: report.rejection.clone(),
            issuers: issuers(report),
            cause,
            proven,
            transformations,
            explanation,
            advice,
        }
    }
}

/// Issuers of the signers' certificates, each once.
fn issuers(report: &Report) -> Vec<String> {
    let mut issuers: Vec<String> = Vec::new();
    for certificate in report.signers.iter().filter_map(|signer| signer.certificate.as_ref()) {
        let issuer = escape_controls(certificate.issuer());
        if !issuers.contains(&issuer) {
            issuers.push(issuer);
        }
    }
    issuers
}

fn recipient(outcome: &RecipientOutcome) -> JudgedRecipient {
    let code = outcome.reason().map(|reason| reason.code);
    JudgedRecipient { outcome: outcome.state.as_str(), code, local: outcome.local, address: outcome.address.clone() }
}

/// Files that are no messages are passed over; what may be one and cannot be read is told.
fn not_opened(error: &DocumentError) -> Judgement {
    let why = error.to_string();
    match error {
        DocumentError::Container { .. }
        | DocumentError::Empty(_)
        | DocumentError::PassphraseNeeded(_)
        | DocumentError::PassphraseWrong(_)
        | DocumentError::Unknown(_) => Judgement::NoMessage(why),
        DocumentError::TooLarge { .. } => Judgement::NotJudged { code: Some(ReasonCode::LimitExceeded), why },
        DocumentError::Changed(_)
        | DocumentError::EmptyFolder { .. }
        | DocumentError::File(_)
        | DocumentError::Message { .. } => Judgement::NotJudged { code: None, why },
    }
}

fn too_large(place: &Place, limit: &LimitExceeded) -> Judgement {
    let why = format!("{}: {limit}", escape_controls(&place.name()));
    Judgement::NotJudged { code: Some(ReasonCode::LimitExceeded), why }
}

fn fault(place: &Place, said: &str) -> Judgement {
    let name = escape_controls(&place.name());
    let why = format!("{name} was not judged because of a fault in this program: {said}; please report it");
    Judgement::NotJudged { code: None, why }
}

/// Keeps a fault of this program to the one message in which it shows.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // Nothing outlives the work that it could have left half changed: the agent only reads what it was given.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| escape_controls(panic_text(payload.as_ref())))
}

fn panic_text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
