//! Causes that are neither a signature's nor a key's nor trust's: what is wrong with the envelope or the message, and where.

use super::trust::Missing;
use crate::agent::{Agent, Operation, Reason, ReasonCode, Report, StepOutcome};
use crate::finding::{Finding, Severity, after_colon, counted};
use crate::mail::{HeaderSection, escape_controls};
use crate::span::{BufferName, Span};

/// Parties and domains that are told by name.
const TOLD: usize = 5;
/// Characters of a header field that are told.
const VALUE: usize = 80;

/// A cause in sentences.
#[derive(Default)]
pub(super) struct Explained {
    pub(super) explanation: Vec<String>,
    pub(super) advice: Vec<String>,
    /// How it is proven, if it is.
    pub(super) proof: Option<String>,
}

/// What is missing for trust, told as a cause.
pub(super) fn of_missing(missing: &Missing) -> Explained {
    let plain = match missing.code {
        ReasonCode::NoAnchors => Some(PLAIN_SETTINGS),
        ReasonCode::Revoked => Some(PLAIN_LIST),
        code if is_plain(code) => Some(PLAIN_CERTIFICATE),
        _ => None,
    };
    Explained {
        explanation: vec![missing.sentence.clone()],
        advice: missing.advice.clone(),
        proof: missing.shown.clone().or(plain.map(str::to_owned)),
    }
}

const PLAIN_CERTIFICATE: &str = "The certificate itself says so, and anybody can read it there";
const PLAIN_LIST: &str = "A revocation list says so that its issuer signed and that holds at this time";
const PLAIN_MESSAGE: &str = "The octets that arrived show it, whatever keys and anchors there are";
const PLAIN_SETTINGS: &str = "The envelope and the settings of this workspace show it";

/// Whether a certificate that has this fault shows it by itself, so that nothing else can be the cause of it.
const fn is_plain(code: ReasonCode) -> bool {
    matches!(
        code,
        ReasonCode::Expired
            | ReasonCode::NotYetValid
            | ReasonCode::NotACa
            | ReasonCode::PathLength
            | ReasonCode::UnknownCriticalExtension
            | ReasonCode::KeyUsage
            | ReasonCode::WeakKey
            | ReasonCode::WeakAlgorithm
            | ReasonCode::SignerNotBound
            | ReasonCode::CertificateNotBound
            | ReasonCode::NameConstraints
    )
}

/// The cause in sentences, with what this message has to show for it.
pub(super) fn explain(agent: &Agent<'_>, report: &Report, reason: &Reason) -> Explained {
    let mut explained = match reason.code {
        ReasonCode::NoSender => no_sender(report),
        ReasonCode::NoRecipients => no_recipients(report),
        ReasonCode::NoLocalRecipients => no_local_recipients(agent, report, reason),
        ReasonCode::NoPrivateKey => no_private_key(agent, report, reason),
        ReasonCode::NotEncrypted
        | ReasonCode::Unsigned
        | ReasonCode::NotWrapped
        | ReasonCode::RoutingMismatch
        | ReasonCode::WeakAlgorithm
        | ReasonCode::UnsupportedAlgorithm
        | ReasonCode::LimitExceeded => of_message(report, reason, Some(PLAIN_MESSAGE)),
        _ => of_message(report, reason, None),
    };
    if explained.advice.is_empty() {
        let advice = advice(report, reason);
        explained.advice.push(advice.unwrap_or_else(|| reason.code.advice().to_owned()));
    }
    explained
}

fn no_sender(report: &Report) -> Explained {
    let to: Vec<String> = report.recipients.iter().map(|recipient| recipient.address.to_string()).collect();
    let whom = if to.is_empty() { "nobody".to_owned() } else { listed(&to) };
    let mut explanation = vec![format!(
        "The envelope to {whom} has the null sender (MAIL FROM:<>), as notifications have: there is nobody whose certificate \
         the message ({}) could be compared with",
        counted(report.buffers.first().map_or(0, |buffer| buffer.octets().len()), "octet"),
    )];
    explanation.extend(field(report, "From").map(|from| format!("The header's From is {from}, which routes no mail")));
    Explained {
        explanation,
        advice: vec!["Give the sender's address: MAIL FROM in the envelope, or --from on the command line".to_owned()],
        proof: Some(PLAIN_SETTINGS.to_owned()),
    }
}

fn no_recipients(report: &Report) -> Explained {
    let mut explanation =
        vec![format!("The envelope from {} names no recipient (RCPT TO), so the message is for nobody", report.sender)];
    explanation.extend(field(report, "To").map(|to| format!("The header's To is {to}, which routes no mail")));
    Explained { explanation, advice: Vec::new(), proof: Some(PLAIN_SETTINGS.to_owned()) }
}

fn no_local_recipients(agent: &Agent<'_>, report: &Report, reason: &Reason) -> Explained {
    let recipients: Vec<String> = report.recipients.iter().map(|recipient| recipient.address.to_string()).collect();
    let whom = if recipients.is_empty() {
        reason.detail.clone()
    } else {
        format!("No domain of {} is local here", listed(&recipients))
    };
    let (domains, why) = match agent.local_domains {
        [] => (agent.parties.key_domains(), ", since private keys are held for them"),
        set => (set.to_vec(), ", as is set in this workspace"),
    };
    let names: Vec<String> = domains.iter().map(ToString::to_string).collect();
    let local = match names.as_slice() {
        [] => "no domain is local here, since none is set and no private key is held".to_owned(),
        names => format!("mail is received for {}{why}", listed(names)),
    };
    Explained {
        explanation: vec![format!("{whom}: {local}")],
        advice: vec![
            "Check the envelope's RCPT TO, or add the recipient's domain to the local ones (--domain on the command line)".to_owned(),
        ],
        proof: Some(PLAIN_SETTINGS.to_owned()),
    }
}

fn no_private_key(agent: &Agent<'_>, report: &Report, reason: &Reason) -> Explained {
    let holders = agent.parties.all().iter().filter(|party| !party.keys.is_empty());
    let names: Vec<String> = holders.map(|party| party.name.to_string()).collect();
    let held = match names.as_slice() {
        [] => "No private key is open in this workspace at all".to_owned(),
        names => format!("Private keys are held for {}", listed(names)),
    };
    let locked = agent.parties.all().iter().map(|party| party.locked.len()).sum::<usize>();
    let advice = match (locked, report.operation) {
        (0, Operation::Incoming) => "Import the private key (PKCS#12) for the recipient or the recipient's domain",
        (0, Operation::Outgoing) => {
            "Import the private key (PKCS#12) that is to sign for the sender or the sender's domain"
        }
        _ => "Unlock the keys with their passphrase, or import the private key (PKCS#12) that is wanted",
    };
    Explained {
        explanation: vec![reason.detail.clone(), held],
        advice: vec![advice.to_owned()],
        proof: (locked == 0).then(|| PLAIN_SETTINGS.to_owned()),
    }
}

fn of_message(report: &Report, reason: &Reason, proof: Option<&str>) -> Explained {
    let mut explanation = vec![reason.detail.clone()];
    explanation.extend(shows(report, reason));
    if explanation.len() < 2 {
        explanation.extend(arrived(report));
    }
    Explained { explanation, advice: Vec::new(), proof: proof.map(str::to_owned) }
}

/// Where it shows, by the check that failed.
fn shows(report: &Report, reason: &Reason) -> Option<String> {
    let failed = || report.findings().filter(|finding| finding.severity == Severity::Fail);
    let of_reason = |finding: &&Finding| after_colon(&reason.detail).contains(&after_colon(&finding.detail));
    let finding = failed().filter(of_reason).find(|finding| finding.span.is_some());
    let finding = finding.or_else(|| failed().find(|finding| finding.span.is_some()))?;
    let span = finding.span?;
    let values = match (&finding.found, &finding.expected) {
        (Some(found), Some(expected)) => format!(": found {found}, expected {expected}"),
        _ => String::new(),
    };
    Some(format!("It shows at {}{values}", place(span)))
}

/// The last that was read, where no check names a place.
fn arrived(report: &Report) -> Option<String> {
    let buffer = report.buffers.last()?;
    let octets = counted(buffer.octets().len(), "octet");
    let step = report.trace.steps.iter().find(|step| step.outcome == StepOutcome::Failed);
    let step = step.map(|step| format!(" in the step “{}”", step.name.title())).unwrap_or_default();
    Some(format!(
        "The agent stopped{step}, having read {} ({octets}) of the message from {}",
        words(buffer.name()),
        report.sender
    ))
}

/// What would change the answer, said to whoever can.
fn advice(report: &Report, reason: &Reason) -> Option<String> {
    let sender = &report.sender;
    let cipher = report.content_encryption.as_deref().unwrap_or("this algorithm");
    Some(match reason.code {
        ReasonCode::NotEncrypted => format!(
            "Ask {sender} to send by way of a security agent, and look for a system on the way that takes the encryption off"
        ),
        ReasonCode::Unsigned => format!(
            "Ask the operators of the agent of {sender} to sign (multipart/signed) before they encrypt: some mail programs only \
             encrypt"
        ),
        ReasonCode::NotWrapped => format!(
            "Let the agent of {sender} wrap the whole message (message/rfc822) before it signs, or judge under direct-1.2 \
             (--profile direct-1.2 on the command line)"
        ),
        ReasonCode::RoutingMismatch => format!(
            "Let {sender} name the recipients in To or Cc and themselves in From, or judge under direct-1.2, which allows blind \
             copies (--profile direct-1.2 on the command line)"
        ),
        ReasonCode::MalformedMime => format!(
            "Ask {sender} for the message as it left their agent, and compare the octets: MIME that is broken was sent so, or \
             rewritten on the way"
        ),
        ReasonCode::MalformedCms => format!(
            "Ask {sender} to send the message again, and compare the base64 of the part with theirs if it is damaged once more"
        ),
        ReasonCode::WeakAlgorithm if reason.detail.contains(cipher) => format!(
            "Ask {sender} to encrypt with AES in place of {cipher}; to read old mail there is the profile legacy (--profile legacy on the command line)"
        ),
        ReasonCode::UnsupportedAlgorithm if reason.detail.contains(cipher) => {
            format!("Ask {sender} to encrypt with AES, which every agent knows, in place of {cipher}")
        }
        ReasonCode::LimitExceeded => format!(
            "Ask {sender} for a smaller or simpler message: the limit protects this program, and nothing was decided about trust"
        ),
        _ => return None,
    })
}

fn place(span: Span) -> String {
    if span.is_empty() {
        return format!("octet {} of {}", span.start, words(span.buffer));
    }
    format!("octets {} to {} of {}", span.start, span.end, words(span.buffer))
}

/// A buffer in words, with the name that JSON and the window have for it where it is not plain.
const fn words(buffer: BufferName) -> &'static str {
    match buffer {
        BufferName::Received => "the message as it arrived",
        BufferName::EncryptedCms => "the encrypted part (encrypted-cms)",
        BufferName::Decrypted => "the decrypted content",
        BufferName::SignatureCms => "the signature (signature-cms)",
        BufferName::SignedContent => "the content inside the signature",
        BufferName::CompressedCms => "the compressed part (compressed-cms)",
        BufferName::Expanded => "what the compressed part expanded to",
        BufferName::Nested(_) => "a layer further inside",
        BufferName::Unwrapped => "the message that was inside",
        BufferName::Wrapped => "the wrapped message",
        BufferName::Signed => "the signed message",
        BufferName::Secured => "the message as it leaves",
    }
}

/// A header field of the message as it arrived, which anybody on its way could read.
fn field(report: &Report, name: &str) -> Option<String> {
    let buffer = report.buffer(BufferName::Received)?;
    let octets = buffer.octets();
    let header = HeaderSection::scan(octets, 0..octets.len(), &crate::limits::Limits::DEFAULT);
    let value = header.first(octets, name)?.value(octets);
    let text: String = String::from_utf8_lossy(value).trim().chars().take(VALUE).collect();
    Some(escape_controls(&text))
}

fn listed(names: &[String]) -> String {
    let told = names.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(TOLD) {
        None | Some(0) => told,
        Some(others) => format!("{told} and {}", counted(others, "other")),
    }
}
