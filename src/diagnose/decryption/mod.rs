//! Why a message could not be decrypted: each RecipientInfo of the envelope against every key and certificate held.
//!
//! **What is proven.** That a key opens the message is proven by doing it: the content key unwraps, and the content
//! decrypts to a MIME entity. That a message is for nobody here is a fact of its octets where every RecipientInfo names
//! a certificate, none of them that of a private key, and no private key is locked. That something was altered on the
//! way is never proven: a sender's agent may have made it like that.
//!
//! **What is not told.** A private key that the envelope names and that does not give the content key is one failure
//! with one sentence, whatever the cause: wrong padding, another length than the cipher's, a wrong check value. Telling
//! them apart would make an oracle of the program for whoever can send it envelopes and see what it says (Bleichenbacher
//! 1998, Manger 2001), and no time is told either. A key that the envelope does not name is tried as well, since
//! certificates are renewed over the same key; only a success is ever told, and only once the whole content decrypted.
//! Of a content without a tag (CBC) that comes to nothing, wrong padding and text that is no message are one sentence
//! (Vaudenay 2002); that its length is no whole number of blocks is plain without any key. A wrong tag (GCM) is told: it
//! says nothing about the plaintext. All this stays with those who operate the agent; senders are told nothing.
//!
//! **What does not matter.** A key whose certificate has expired decrypts all the same (RFC 5280 §4.2.1.4 is about
//! signatures that are made), and where such a one is named, that is said.

mod content;
mod garbled;
mod holding;
mod keyring;
mod sentences;

pub use holding::{Holding, Opens, Relation};

use std::collections::HashSet;

use super::known::Known;
use crate::agent::{Agent, Operation, ReasonCode, RecipientOutcome, Report};
use crate::pki::Certificate;
use crate::smime::{EnvelopedData, Originator, RecipientKind, content_type};
use crate::span::{BufferName, Span};
use keyring::Keyring;

/// RecipientInfos that are listed: an envelope may have thousands, each for a certificate that is held a dozen times.
const LISTED: usize = 50;

/// One RecipientInfo, with what is held of the key that it needs.
#[derive(Clone, Debug)]
pub struct Addressed {
    /// Counted from 1, in the order of the envelope; each recipient of a key agreement counts.
    pub number: usize,
    /// Its octets.
    pub span: Span,
    /// `key-transport`, `key-agreement`, ….
    pub kind: &'static str,
    /// Whose key is needed: issuer and serial number, a key identifier, or the name of a shared key.
    pub identifier: String,
    /// How the content key is encrypted.
    pub key_encryption: String,
    /// The certificate that it names, where that is known here.
    pub certificate: Option<Certificate>,
    /// What is held, what comes nearest first.
    pub holdings: Vec<Holding>,
    /// What it is for and what is held, one sentence without full stop.
    pub sentence: String,
}

/// What was found about an envelope.
#[derive(Default)]
pub(super) struct DecryptionDiagnosis {
    pub(super) addressed: Vec<Addressed>,
    /// How many more there are.
    pub(super) omitted: usize,
    /// Sentences, where the message was not opened for somebody.
    pub(super) explanation: Vec<String>,
    pub(super) advice: Vec<String>,
    /// How the cause is proven, if it is.
    pub(super) proof: Option<String>,
    /// That the message opened, and its ciphertext was altered all the same by the look of it.
    pub(super) garbled: Option<String>,
}

/// The codes that a recipient gets for whom the message could not be opened.
pub(super) const fn is_about(code: ReasonCode) -> bool {
    matches!(code, ReasonCode::NoPrivateKey | ReasonCode::NotDecryptable)
}

/// Compares the envelope of a run with what is held; nothing where the run came to no envelope.
pub(super) fn diagnose(agent: &Agent<'_>, report: &Report, known: &[Known]) -> DecryptionDiagnosis {
    if report.operation == Operation::Outgoing {
        return DecryptionDiagnosis::default();
    }
    let shut = |recipient: &&RecipientOutcome| {
        recipient.reason().is_some_and(|reason| is_about(reason.code) || is_about_keys(reason.code, recipient, report))
    };
    let shut: Vec<&RecipientOutcome> = report.judged_recipients().filter(shut).collect();
    let Some(data) = envelope(agent, report, known, !shut.is_empty()) else { return DecryptionDiagnosis::default() };
    let mut keyring = Keyring::new(agent, report, known, &data, !shut.is_empty());
    let addressed: Vec<Addressed> = (0..data.recipients.len()).filter_map(|place| keyring.addressed(place)).collect();
    let told = told(report, &data, &keyring, &addressed, shut.is_empty());
    DecryptionDiagnosis { omitted: addressed.len().saturating_sub(LISTED), addressed: listed(addressed), ..told }
}

/// Those that are listed, in the order of the envelope.
fn listed(mut addressed: Vec<Addressed>) -> Vec<Addressed> {
    if addressed.len() > LISTED {
        addressed.sort_by_key(sentences::distance);
        addressed.truncate(LISTED);
        addressed.sort_by_key(|one| one.number);
        addressed.shrink_to_fit();
    }
    addressed
}

/// What is said of all of them.
fn told(
    report: &Report,
    data: &EnvelopedData,
    keyring: &Keyring<'_>,
    addressed: &[Addressed],
    is_open: bool,
) -> DecryptionDiagnosis {
    let mut diagnosis = DecryptionDiagnosis::default();
    if is_open {
        let decrypted = report.buffer(BufferName::Decrypted).filter(|_| !report.is_accepted());
        let noise = decrypted.and_then(|decrypted| garbled::find(data, decrypted));
        diagnosis.garbled = noise.map(|span| garbled::sentence(data, span));
        return diagnosis;
    }
    if let Some(content) = keyring.content_failure() {
        (diagnosis.explanation, diagnosis.proof) = content::explain(data, &content);
        diagnosis.advice = vec![content::advice(data)];
        return diagnosis;
    }
    diagnosis.explanation = sentences::explanation(addressed, keyring);
    diagnosis.advice = sentences::advice(addressed, keyring);
    diagnosis.proof = sentences::proof(addressed, keyring);
    diagnosis
}

// An algorithm of the content is the message's fault; one of the key's encryption is a matter of the RecipientInfo.
fn is_about_keys(code: ReasonCode, recipient: &RecipientOutcome, report: &Report) -> bool {
    let of_message = report.rejection.as_ref().is_some_and(|reason| Some(reason) == recipient.reason());
    code == ReasonCode::UnsupportedAlgorithm && !of_message
}

/// The envelope that stayed shut, which is the last one read; else the outermost.
fn envelope(agent: &Agent<'_>, report: &Report, known: &[Known], shut: bool) -> Option<EnvelopedData> {
    let read = |place: usize| {
        let buffer = report.buffers.get(place)?;
        content_type(buffer.octets())?;
        EnvelopedData::read(buffer, &agent.limits).ok()
    };
    let places = 0..report.buffers.len();
    let mut data = if shut { places.rev().find_map(read) } else { places.into_iter().find_map(read) }?;
    // A long-term key of the originator is a certificate's (RFC 5753 §3.1), which may be one that is known here.
    let named = data.recipients.iter().filter_map(|info| match &info.kind {
        RecipientKind::KeyAgreement { agreement, .. } => match &agreement.originator {
            Some(Originator::Certificate(identifier)) => Some(identifier.clone()),
            _ => None,
        },
        _ => None,
    });
    let named: HashSet<_> = named.collect();
    let found = known.iter().filter(|known| named.iter().any(|identifier| identifier.names(&known.certificate)));
    data.originator_certificates.extend(found.map(|known| known.certificate.clone()));
    Some(data)
}
