//! What happened in one step of one run, in two to four plain sentences made from what the step found.

use super::{count, plain, size};
use crate::agent::{Operation, Report, SignerOutcome, Step, StepName, StepOutcome};
use crate::finding::{Finding, Severity, after_colon};
use crate::mail::escape_controls;
use crate::pki::Certificate;
use crate::span::BufferName;

/// Sentences of a step that failed or left somebody out; what is beyond is in the list of checks.
const MOST: usize = 3;

/// Rules whose failure is told by the sentences about the step itself.
const SAID_OTHERWISE: [&str; 3] = ["incoming.good-signer", "cms.message-digest-equal", "cms.signature-valid"];

/// The account, one sentence each, with its full stop.
#[must_use]
pub fn what_happened(report: &Report, step: &Step, purpose: &str) -> Vec<String> {
    if step.outcome == StepOutcome::Skipped {
        return not_reached(report, purpose);
    }
    let mut sentences = match step.name {
        StepName::FindRecipientKeys => find_recipient_keys(report, step),
        StepName::Decrypt => decrypt(report, step),
        StepName::ExtractSignedPart => extract(report, step),
        StepName::VerifySignature => verify(report, step),
        StepName::EnforceTrust if report.operation == Operation::Incoming => trust_signer(report),
        StepName::EnforceTrust => trust_recipients(report),
        StepName::Unwrap => unwrap(step),
        StepName::FindSenderKeys => find_sender_keys(report, step),
        StepName::FindRecipientCertificates => find_certificates(report),
        StepName::Wrap => wrap(report, step),
        StepName::SignAndEncrypt => sign_and_encrypt(report, step),
        StepName::NewEnvelope => new_envelope(report, step),
    };
    let told = format!("{} {}", sentences.concat(), step.summary);
    let more = problems(step).filter(|detail| !is_told(&told, detail));
    let room = MOST.saturating_sub(sentences.len()).max(1);
    sentences.extend(more.take(room).map(sentence));
    match step.outcome {
        StepOutcome::Failed => sentences.push(format!("That ended the run: {}.", ended_by(step))),
        StepOutcome::Warning => sentences.push("The run went on all the same.".to_owned()),
        StepOutcome::Passed | StepOutcome::Skipped => {}
    }
    sentences
}

fn not_reached(report: &Report, purpose: &str) -> Vec<String> {
    let ended = report.trace.steps.iter().find(|step| step.outcome == StepOutcome::Failed);
    let why = ended.map(|step| format!("The run had ended before, at “{}”: {}.", step.name.title(), ended_by(step)));
    ["This step was not reached.".to_owned()].into_iter().chain(why).chain([sentence(purpose)]).collect()
}

fn ended_by(step: &Step) -> String {
    stop(&after_colon(&plain(&step.summary))).to_owned()
}

// A finding about one recipient begins with the address; what follows may have been said with other words around it.
fn is_told(told: &str, detail: &str) -> bool {
    let said = |words: &str| told.to_lowercase().contains(&words.to_lowercase());
    said(detail) || detail.split_once(": ").is_some_and(|(_, cause)| said(cause))
}

// What failed comes before what is merely out of the ordinary; each once.
fn problems(step: &Step) -> impl Iterator<Item = String> {
    let of = |severity| {
        let findings = step.findings.iter().filter(move |finding| finding.severity == severity);
        findings.filter(|finding| !SAID_OTHERWISE.contains(&finding.rule.id))
    };
    let mut told: Vec<String> = Vec::new();
    for finding in of(Severity::Fail).chain(of(Severity::Warning)) {
        let detail = escape_controls(&finding.detail);
        if !told.contains(&detail) {
            told.push(detail);
        }
    }
    told.into_iter()
}

fn stop(words: &str) -> &str {
    words.trim_end_matches('.')
}

fn sentence(words: impl AsRef<str>) -> String {
    format!("{}.", stop(&crate::finding::sentence_case(words.as_ref())))
}

fn found<'s>(step: &'s Step, rule: &str) -> impl Iterator<Item = &'s Finding> {
    step.findings.iter().filter(move |finding| finding.rule.id == rule)
}

fn held<'s>(step: &'s Step, rule: &str) -> impl Iterator<Item = String> + 's {
    let held: Vec<&Finding> = found(step, rule).filter(|finding| finding.severity == Severity::Pass).collect();
    held.into_iter().map(|finding| escape_controls(&finding.detail))
}

fn octets(step: &Step) -> Option<String> {
    step.after.map(|span| size(span.len()))
}

fn recipients(report: &Report) -> String {
    count(report.recipients.len(), "recipient", "recipients")
}

fn signer_name(signer: &SignerOutcome) -> String {
    plain(&signer.certificate.as_ref().map_or_else(|| signer.identifier.clone(), Certificate::common_name))
}

fn find_recipient_keys(report: &Report, step: &Step) -> Vec<String> {
    let local = report.recipients.iter().filter(|recipient| recipient.local).count();
    let mut sentences = vec![format!(
        "The envelope names {}, and {} in a domain that mail is received for here.",
        recipients(report),
        match local {
            0 => "none is".to_owned(),
            1 => "1 is".to_owned(),
            many => format!("{many} are"),
        }
    )];
    let keys: Vec<String> = held(step, "incoming.private-key").take(MOST).collect();
    if !keys.is_empty() {
        sentences.push(format!("Their private keys were looked up: {}.", keys.join("; ")));
    }
    sentences
}

fn decrypt(report: &Report, step: &Step) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(cipher) = &report.content_encryption {
        let ways = count(report.recipient_infos.len(), "certificate", "certificates");
        sentences
            .push(format!("The content is encrypted with {cipher}, and its key is there once for each of {ways}."));
    }
    let opened = report.recipients.iter().filter_map(|recipient| {
        let key = recipient.opened_with.as_ref()?;
        Some(format!("the key {} for {}", plain(key), plain(&recipient.address.to_string())))
    });
    let opened: Vec<String> = opened.take(MOST).collect();
    if !opened.is_empty() {
        sentences.push(format!("The content key was opened with {}.", opened.join(" and ")));
    }
    sentences.extend(
        octets(step).map(|size| format!("With the content key, {size} came out: what is inside the encryption.")),
    );
    sentences
}

fn extract(report: &Report, step: &Step) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(content) = octets(step) {
        sentences.push(format!("What was inside is in two parts: {content} of content, and the signature over it."));
    }
    sentences.extend(held(step, "cms.signers").map(sentence));
    if sentences.is_empty() && report.buffer(BufferName::Decrypted).is_some() {
        sentences.push("A signed message was looked for inside the encryption.".to_owned());
    }
    sentences
}

fn verify(report: &Report, step: &Step) -> Vec<String> {
    let mut sentences = Vec::new();
    if let (Some(signer), Some(content)) = (report.signers.first(), step.before) {
        sentences.push(format!(
            "The receiver computed the {} digest of exactly these {} and compared it with the one that was signed.",
            signer.digest,
            count(content.len(), "octet", "octets")
        ));
    }
    let digests: Vec<Severity> = found(step, "cms.message-digest-equal").map(|finding| finding.severity).collect();
    if !digests.is_empty() {
        let equal = digests.iter().all(|severity| *severity == Severity::Pass);
        sentences.push(if equal {
            "They are equal, so nobody changed the content.".to_owned()
        } else {
            "They differ, so this is not the content that was signed.".to_owned()
        });
    }
    for signer in report.signers.iter().take(MOST).filter(|signer| signer.is_good()) {
        sentences.push(format!("The signature fits the key of {}, which names the sender.", signer_name(signer)));
    }
    sentences
}

fn trust_signer(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    for signer in &report.signers {
        for trust in &signer.trust {
            let (name, whom) = (signer_name(signer), plain(&trust.recipient.to_string()));
            sentences.push(match &trust.path {
                Ok(path) => format!(
                    "For {whom}, the chain of {name} leads to {}, which {whom} trusts.",
                    plain(&path.anchor().common_name())
                ),
                Err(reason) => {
                    format!("For {whom}, the chain of {name} does not hold: {}.", after_colon(&plain(&reason.detail)))
                }
            });
        }
    }
    sentences.truncate(MOST);
    sentences
}

fn trust_recipients(report: &Report) -> Vec<String> {
    let told = report.recipients.iter().map(|recipient| {
        let whom = plain(&recipient.address.to_string());
        let path = recipient.candidates.iter().find_map(|candidate| candidate.trust.as_ref().ok());
        match (path, recipient.reason()) {
            (Some(path), _) => {
                format!(
                    "The certificate for {whom} leads to {}, which the sender trusts.",
                    plain(&path.anchor().common_name())
                )
            }
            (None, Some(reason)) => format!("{whom} is left out: {}.", after_colon(&plain(&reason.detail))),
            (None, None) => format!("No certificate for {whom} was judged."),
        }
    });
    told.take(MOST).collect()
}

fn unwrap(step: &Step) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(size) = octets(step) {
        sentences.push(format!("The message that was inside, {size}, is delivered as its sender wrote it."));
    }
    sentences.extend(held(step, "incoming.headers-agree").map(sentence));
    sentences
}

fn find_sender_keys(report: &Report, step: &Step) -> Vec<String> {
    let sender = plain(&report.sender.to_string());
    let mut sentences =
        vec![format!("{sender} sends, so a private key of this address or of its domain was looked for.")];
    sentences.extend(held(step, "outgoing.sender-key").take(MOST).map(sentence));
    sentences
}

fn find_certificates(report: &Report) -> Vec<String> {
    let told = report.recipients.iter().map(|recipient| {
        let whom = plain(&recipient.address.to_string());
        let places = count(recipient.lookups.len(), "place was", "places were");
        match recipient.candidates.len() {
            0 => format!("For {whom}, {places} asked, and no certificate was found."),
            found => format!("For {whom}, {places} asked: {}.", count(found, "certificate", "certificates")),
        }
    });
    let told: Vec<String> = told.take(MOST).collect();
    ["A certificate was looked for, recipient by recipient, first for the address and then for its domain.".to_owned()]
        .into_iter()
        .chain(told)
        .collect()
}

fn wrap(report: &Report, step: &Step) -> Vec<String> {
    let original = report.buffer(BufferName::Received).map(|buffer| size(buffer.octets().len()));
    let made = original.zip(octets(step)).map(|(original, wrapped)| {
        format!("The whole message, {original} with all its headers, is now the content of a new part of {wrapped}.")
    });
    let mut sentences: Vec<String> = made.into_iter().collect();
    if !sentences.is_empty() {
        sentences.push("From here on its subject and its other headers are protected like its text.".to_owned());
    }
    sentences
}

fn sign_and_encrypt(report: &Report, step: &Step) -> Vec<String> {
    let mut sentences: Vec<String> = held(step, "outgoing.signed").map(sentence).collect();
    if let Some(signed) = report.buffer(BufferName::Signed) {
        let size = size(signed.octets().len());
        sentences.push(format!("Content and signature together are {size}; only after that were they encrypted."));
    }
    sentences.extend(held(step, "outgoing.encrypted").map(sentence));
    sentences
}

fn new_envelope(report: &Report, step: &Step) -> Vec<String> {
    let accepted = report.recipients.iter().filter(|recipient| recipient.is_accepted()).count();
    let mut sentences = Vec::new();
    if let Some(size) = octets(step) {
        let whom = count(accepted, "recipient", "recipients");
        sentences.push(format!("The encrypted part got a header of its own, and {size} leave for {whom}."));
    }
    sentences.extend(held(step, "outgoing.outer-headers").map(sentence));
    sentences
}
