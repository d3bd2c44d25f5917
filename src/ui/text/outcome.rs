//! The agent's outcomes in the window's words, and the shape that goes with each.

use super::rules;
use crate::agent::{
    Operation, Reason, ReasonCode, RecipientOutcome, RecipientState, Report, SignatureState, StepName, StepOutcome,
};
use crate::finding::{Finding, Rule, Severity, after_colon, sentence_case};
use crate::ui::document::Document;
use crate::ui::icons::Status;
use crate::ui::text;

impl From<StepOutcome> for Status {
    fn from(outcome: StepOutcome) -> Self {
        match outcome {
            StepOutcome::Passed => Self::Passed,
            StepOutcome::Warning => Self::Warning,
            StepOutcome::Failed => Self::Failed,
            StepOutcome::Skipped => Self::Skipped,
        }
    }
}

/// Before what a check found.
pub(crate) const FOUND: &str = "Found";
/// Before what it would have passed with.
pub(crate) const EXPECTED: &str = "Expected";
/// Before what its rule says.
pub(crate) const BECAUSE: &str = "Because";
/// Before what may help.
pub(crate) const TRY: &str = "Try";

/// The word for a step's outcome.
#[must_use]
pub(crate) const fn step_outcome(outcome: StepOutcome) -> &'static str {
    match outcome {
        StepOutcome::Passed => "Passed",
        StepOutcome::Warning => "Warning",
        StepOutcome::Failed => "Failed",
        StepOutcome::Skipped => "Skipped",
    }
}

/// What a step is for, in one sentence.
#[must_use]
pub(crate) const fn step_purpose(step: StepName) -> &'static str {
    match step {
        StepName::FindSenderKeys => {
            "The sender needs a private key to sign with; it is looked for under the address, then under its domain"
        }
        StepName::FindRecipientCertificates => {
            "To encrypt for somebody one needs their certificate; every place that was asked is listed"
        }
        StepName::EnforceTrust => {
            "A certificate counts only if a chain leads from it to an anchor that the other side trusts; each recipient is judged alone"
        }
        StepName::Wrap => {
            "The whole message, with its subject, goes inside another one, so that its headers are protected too"
        }
        StepName::SignAndEncrypt => {
            "The wrapped message is signed, and the result is encrypted once for all who are left"
        }
        StepName::NewEnvelope => "The outer message gets only the headers that may be seen on the way",
        StepName::FindRecipientKeys => {
            "Only recipients in a local domain are served, and each needs a private key to open the message"
        }
        StepName::Decrypt => {
            "The content key is unwrapped with a recipient's private key, and the content is decrypted once"
        }
        StepName::ExtractSignedPart => {
            "What was encrypted must be a signed message: content and signature are told apart here"
        }
        StepName::VerifySignature => "The exact octets are hashed and compared with what the signer signed",
        StepName::Unwrap => "The message that was inside is taken out, octet for octet",
    }
}

/// A reason in a few plain words.
#[must_use]
pub(crate) const fn reason(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::NoSender => "No sender",
        ReasonCode::NoRecipients => "No recipients",
        ReasonCode::NoLocalRecipients => "No local recipients",
        ReasonCode::NoPrivateKey => "No private key",
        ReasonCode::NoTrustedRecipients => "Nobody left to process it for",
        ReasonCode::CertificateNotFound => "No certificate found",
        ReasonCode::CertificateNotBound => "Certificate names somebody else",
        ReasonCode::NoPathToAnchor => "No chain to a trust anchor",
        ReasonCode::NoAnchors => "Trusts nobody yet",
        ReasonCode::NotACa => "Issuer is not a certificate authority",
        ReasonCode::PathLength => "Chain is longer than a CA in it allows",
        ReasonCode::NameConstraints => "CA may not vouch for this name",
        ReasonCode::CertificatePolicy => "Certificate policy does not hold",
        ReasonCode::MalformedCertificate => "Broken certificate",
        ReasonCode::UnknownCriticalExtension => "Certificate demands something unknown",
        ReasonCode::CertificateSignatureInvalid => "Certificate was not signed by its issuer",
        ReasonCode::Expired => "Certificate has expired",
        ReasonCode::NotYetValid => "Certificate is not valid yet",
        ReasonCode::Revoked => "Certificate was revoked",
        ReasonCode::RevocationUnknown => "Revocation could not be checked",
        ReasonCode::KeyUsage => "Certificate is not meant for this",
        ReasonCode::WeakKey => "Key is too short",
        ReasonCode::WeakAlgorithm => "Algorithm is too weak",
        ReasonCode::NotEncrypted => "Not encrypted",
        ReasonCode::NotDecryptable => "Cannot be decrypted",
        ReasonCode::UnsupportedAlgorithm => "Unknown algorithm",
        ReasonCode::MalformedMime => "Broken message structure",
        ReasonCode::MalformedCms => "Broken cryptographic structure",
        ReasonCode::Unsigned => "Not signed",
        ReasonCode::DigestMismatch => "Changed after it was signed",
        ReasonCode::SignatureInvalid => "Signature does not fit the signer",
        ReasonCode::SignedAttributesInvalid => "Signed attributes break the rules",
        ReasonCode::SignerCertificateMissing => "Signer's certificate is missing",
        ReasonCode::SignerNotBound => "Signer is not the sender",
        ReasonCode::SenderUntrusted => "Sender is not trusted",
        ReasonCode::RoutingMismatch => "Envelope and headers disagree",
        ReasonCode::NotWrapped => "Message is not wrapped",
        ReasonCode::LimitExceeded => "Too large to judge",
    }
}

/// What became of a recipient, as a word.
#[must_use]
pub(crate) const fn recipient_word(state: &RecipientState, operation: Operation) -> &'static str {
    match (state, operation) {
        (RecipientState::Accepted, Operation::Incoming) => "Delivered",
        (RecipientState::Accepted, Operation::Outgoing) => "Kept",
        (RecipientState::Removed(_), _) => "Removed",
        (RecipientState::NotLocal, _) => "Not local",
    }
}

/// The shape of a recipient's outcome.
#[must_use]
pub(crate) const fn recipient_status(state: &RecipientState) -> Status {
    match state {
        RecipientState::Accepted => Status::Passed,
        RecipientState::Removed(_) => Status::Failed,
        RecipientState::NotLocal => Status::NotChecked,
    }
}

/// The word for what the mathematics of a signature say.
#[must_use]
pub(crate) const fn signature(state: SignatureState) -> &'static str {
    match state {
        SignatureState::Valid => "Signature valid",
        SignatureState::Invalid => "Signature invalid",
        SignatureState::NotChecked => "Signature not checked",
    }
}

/// The shape of a whole run.
#[must_use]
pub(crate) fn report_status(report: &Report) -> Status {
    if !report.is_accepted() {
        Status::Failed
    } else if report.judged_recipients().all(RecipientOutcome::is_accepted) {
        Status::Passed
    } else {
        Status::Warning
    }
}

/// `1/2`: for how many of those in question.
#[must_use]
pub(crate) fn report_fact(report: &Report) -> String {
    let accepted = report.judged_recipients().filter(|recipient| recipient.is_accepted()).count();
    let accepted = if report.is_accepted() { accepted } else { 0 };
    format!("{accepted}/{}", report.judged_recipients().count())
}

/// The outcome and for whom: the first half of the sentence.
#[must_use]
pub(crate) fn headline(report: &Report) -> String {
    let judged: Vec<&RecipientOutcome> = report.judged_recipients().collect();
    let accepted: Vec<&&RecipientOutcome> = judged.iter().filter(|recipient| recipient.is_accepted()).collect();
    let whom = match judged.as_slice() {
        [] => String::new(),
        [only] => format!(" for {}", text::plain(&only.address.to_string())),
        several => format!(" for all {} recipients", several.len()),
    };
    if !report.is_accepted() {
        return format!("Rejected{whom}");
    }
    let word = match report.operation {
        Operation::Incoming => "Accepted",
        Operation::Outgoing => "Secured",
    };
    if accepted.len() == judged.len() {
        format!("{word}{whom}")
    } else {
        format!("{word} for {} of {}", accepted.len(), text::count(judged.len(), "recipient", "recipients"))
    }
}

/// Why, in plain words: the second half of the sentence.
#[must_use]
pub(crate) fn cause(report: &Report) -> String {
    let removed: Vec<(&RecipientOutcome, &Reason)> =
        report.judged_recipients().filter_map(|recipient| Some((recipient, recipient.reason()?))).collect();
    match (&report.rejection, removed.as_slice()) {
        (Some(reason), _) if reason.code != ReasonCode::NoTrustedRecipients => text::plain(&reason.detail),
        (_, [(recipient, reason)]) => removed_words(recipient, reason),
        (_, [(first, reason), rest @ ..]) => format!(
            "{} and {} were removed. First cause: {}",
            text::plain(&first.address.to_string()),
            text::count(rest.len(), "other", "others"),
            after_colon(&text::plain(&reason.detail))
        ),
        (Some(reason), []) => text::plain(&reason.detail),
        (None, []) => match report.operation {
            Operation::Incoming => {
                "It was opened, its signature holds, and every recipient trusts who signed it".to_owned()
            }
            Operation::Outgoing => {
                "Every recipient has a trusted certificate; the message is signed and encrypted".to_owned()
            }
        },
    }
}

// The code says that there is no path; the sentence says where the chain ends, which is what one looks for.
fn removed_words(recipient: &RecipientOutcome, reason: &Reason) -> String {
    let detail = text::plain(&reason.detail);
    let (general, particular) = detail.split_once(": ").unwrap_or(("", detail.as_str()));
    let cause = if general.eq_ignore_ascii_case("no path to a trust anchor") { particular } else { detail.as_str() };
    format!("{} was removed: {}", text::plain(&recipient.address.to_string()), after_colon(cause))
}

/// A sentence that stands alone starts with a capital, unless it starts with a name.
#[must_use]
pub(crate) fn sentence(words: &str) -> String {
    let first_word = words.split([' ', ',']).next().unwrap_or_default();
    let plain = text::plain(words);
    if !first_word.chars().all(char::is_alphabetic) {
        return plain;
    }
    let mut characters = plain.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// The reason that stands for the run: of the message, or of the first recipient that was removed.
#[must_use]
pub(crate) fn main_reason(report: &Report) -> Option<&Reason> {
    let of_message = report.rejection.as_ref().filter(|reason| reason.code != ReasonCode::NoTrustedRecipients);
    of_message.or_else(|| report.judged_recipients().find_map(RecipientOutcome::reason)).or(report.rejection.as_ref())
}

/// Whether an open private key could change the answer.
#[must_use]
pub(crate) fn needs_keys(report: &Report) -> bool {
    report
        .judged_recipients()
        .filter_map(RecipientOutcome::reason)
        .any(|reason| reason.code == ReasonCode::NoPrivateKey)
        || report.rejection.as_ref().is_some_and(|reason| reason.code == ReasonCode::NoPrivateKey)
}

/// Why a check exists: what its rule says, and the clause.
#[must_use]
pub(crate) fn because(finding: &Finding) -> String {
    let says = rules::sentence(finding.rule).map_or_else(|| rule(finding.rule), str::to_owned);
    format!("{says} ({})", finding.rule.clause)
}

/// What a check found: the value that was there, else what the check says of it.
#[must_use]
pub(crate) fn found(finding: &Finding) -> String {
    text::plain(finding.found.as_deref().unwrap_or(&finding.detail))
}

/// What it would have passed with: the value, else what its rule demands.
#[must_use]
pub(crate) fn expected(finding: &Finding) -> String {
    let demanded = || rules::sentence(finding.rule).map_or_else(|| rule(finding.rule), str::to_owned);
    finding.expected.as_deref().map_or_else(demanded, text::plain)
}

/// A rule's name as words: `mime.boundary-closed` is "Boundary closed".
#[must_use]
pub(crate) fn rule(rule: Rule) -> String {
    let words = rule.id.rsplit('.').next().unwrap_or(rule.id).replace('-', " ");
    sentence_case(&words)
}

/// The verdict and its causes as text for a ticket: no key, no passphrase, no content of the message.
#[must_use]
pub(crate) fn why(document: &Document) -> Option<String> {
    let ran = document.ran()?;
    let report = &ran.report;
    let mut lines = Vec::new();
    if !ran.supposed.is_nothing() {
        lines.push(format!("{}: {}", text::what_if::HYPOTHETICAL, text::what_if::supposed(&ran.supposed.words())));
        lines.extend(ran.real.as_ref().map(|real| text::what_if::instead_of(&real.words)));
    }
    lines.extend([
        format!("{}: {}", headline(report), cause(report)),
        format!("Message       {}", text::plain(&document.name)),
        format!("From          {}", text::plain(&report.sender.to_string())),
        format!("Evaluated at  {}", text::minute(report.evaluated_at)),
        format!("Profile       {}", report.profile),
    ]);
    if let Some(reason) = &report.rejection {
        lines.push(format!("Rejection     {} ({})", text::plain(&reason.detail), reason.code));
    }
    for recipient in &report.recipients {
        let word = recipient_word(&recipient.state, report.operation);
        let why = recipient.reason().map(|reason| format!(": {} ({})", text::plain(&reason.detail), reason.code));
        lines.push(format!(
            "Recipient     {} {word}{}",
            text::plain(&recipient.address.to_string()),
            why.unwrap_or_default()
        ));
    }
    if let Some(reason) = main_reason(report) {
        let names = text::reference::words(reason.code, report.operation);
        lines.push(format!("Reference     {names}"));
    }
    for signer in &report.signers {
        let name = signer.certificate.as_ref().map_or_else(|| signer.identifier.clone(), |c| c.subject().to_owned());
        lines.push(format!("Signer        {}, {}", text::plain(&name), signature(signer.signature)));
        if let Some(certificate) = &signer.certificate {
            lines.push(format!("  SHA-256     {}", certificate.fingerprint_colons()));
        }
    }
    for step in &report.trace.steps {
        lines.push(format!("Step          {} {}", step.name.title(), step_outcome(step.outcome)));
        for finding in step.findings.iter().filter(|finding| finding.severity == Severity::Fail) {
            lines.push(format!("  failed      {} [{}]", text::plain(&finding.detail), finding.rule.clause));
        }
    }
    lines.push(String::new());
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_goes_on_in_lower_case_unless_it_starts_with_a_name() {
        assert_eq!(after_colon("The chain ends"), "the chain ends");
        assert_eq!(after_colon("RSA keys"), "RSA keys");
        assert_eq!(after_colon("bob@b.example holds none"), "bob@b.example holds none");
    }
}
