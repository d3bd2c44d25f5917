//! Making the new message: wrap, sign, encrypt, outer headers.

use super::super::outcome::{RecipientInfoOutcome, RecipientOutcome, SignatureState, SignerOutcome, is_for};
use super::super::run::{Halt, Run};
use super::super::trace::OpenStep;
use super::super::{AgentError, LineEndPolicy};
use super::outer;
use crate::finding::{Finding, Ledger, Rule, Severity, counted};
use crate::limits::Limits;
use crate::mail::{Address, Envelope, HeaderSection, mailbox_list};
use crate::mime::canonical::{self, LineEnds};
use crate::mime::{multipart, wrap as wrapping};
use crate::pki::Certificate;
use crate::smime::{EncryptionOptions, EnvelopedData, RecipientInfo, SigningOptions, encrypt, enveloped_entity, sign};
use crate::span::{Buffer, BufferName};
use crate::trust::NamedKey;

const LINE_ENDS: Rule = Rule::new("outgoing.canonical-line-ends", "RFC 8551 §3.1.1");
const WRAPPED: Rule = Rule::new("outgoing.wrapped", "RFC 8551 §3.1");
const HEADERS: Rule = Rule::new("outgoing.message-headers", "RFC 5322 §3.6");
const SIGNED: Rule = Rule::new("outgoing.signed", "RFC 1847 §2.1");
const ENCRYPTED: Rule = Rule::new("outgoing.encrypted", "RFC 8551 §3.3");
const OUTER: Rule = Rule::new("outgoing.outer-headers", "Direct AS 1.2 §3, outgoing");
const LEAK: Rule = Rule::new("outgoing.removed-recipient-inside", "Direct AS 1.2 §3, outgoing");

/// The original in its final form, and the entity around it.
pub(super) struct Wrapped {
    original: Buffer,
    entity: Buffer,
}

/// The encrypted entity: MIME headers and base64.
pub(super) struct Secured(Vec<u8>);

pub(super) fn wrap(run: &mut Run<'_>, step: &mut OpenStep, envelope: &Envelope) -> Result<(Wrapped, String), Halt> {
    let limits = run.agent.limits;
    step.before = Some(envelope.message.whole());
    let original = original(run, &envelope.message, &mut step.ledger);
    check_headers(&original, &limits, &mut step.ledger);
    let entity = Buffer::new(BufferName::Wrapped, wrapping::wrap(original.octets(), b""));
    step.ledger.pass(WRAPPED, "The whole message is inside message/rfc822, octet for octet");
    step.after = Some(entity.whole());
    run.report.buffers.push(entity.clone());
    let summary = format!("message/rfc822, {} octets", entity.octets().len());
    Ok((Wrapped { original, entity }, summary))
}

fn original(run: &Run<'_>, message: &Buffer, ledger: &mut Ledger) -> Buffer {
    if run.agent.making.line_ends == LineEndPolicy::Canonical
        && let Some(octets) = canonical::local_to_crlf(message.octets())
    {
        ledger.info(
            LINE_ENDS,
            "The file has bare LF line ends throughout, the local form: they are made CRLF before signing",
        );
        return Buffer::new(message.name(), octets);
    }
    match canonical::line_ends(message.octets()) {
        LineEnds::Crlf | LineEnds::None => ledger.pass(LINE_ENDS, "Every line ends with CRLF"),
        ends => ledger.warn(
            LINE_ENDS,
            format!("Line ends are {ends} and are left as they are; an agent that changes them breaks the signature"),
        ),
    }
    message.clone()
}

fn check_headers(original: &Buffer, limits: &Limits, ledger: &mut Ledger) {
    let octets = original.octets();
    let header = HeaderSection::scan(octets, 0..octets.len(), limits);
    header.note_faults(original, ledger);
    for name in ["From", "Date", "Message-ID"] {
        if header.first(octets, name).is_none() {
            ledger.warn(HEADERS, format!("The message has no {name} field; some agents refuse that"));
        }
    }
}

pub(super) fn sign_and_encrypt(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    wrapped: &Wrapped,
    keys: &[&NamedKey],
    recipients: &[Certificate],
) -> Result<(Secured, String), Halt> {
    step.before = Some(wrapped.entity.whole());
    let making = run.agent.making;
    let [digest, cipher] = [making.digest.as_str(), making.content.as_str()].map(str::to_uppercase);
    let options = SigningOptions { digest: making.digest, ..SigningOptions::at(run.agent.now) };
    let entries: Vec<_> = keys.iter().map(|key| key.entry.clone()).collect();
    let content = wrapped.entity.octets();
    let signature = sign::sign_detached(content, &entries, &options).map_err(making_failed)?;
    let boundary = multipart::unused_boundary(content, &run.agent.seed);
    let signed = Buffer::new(
        BufferName::Signed,
        sign::multipart_signed(content, &signature, &sign::micalg_of(&entries, &options), &boundary),
    );
    run.report.buffers.push(Buffer::new(BufferName::SignatureCms, signature));
    run.report.buffers.push(signed.clone());
    run.report.signers = keys.iter().map(|key| signer_made(key, digest.clone())).collect();
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    step.ledger.note(
        Finding::new(SIGNED, Severity::Pass, format!("Signed detached with {} ({})", names.join(", "), digest))
            .at(signed.whole()),
    );

    let key_transport = making.key_transport.unwrap_or(run.agent.profile.key_transport);
    let options = EncryptionOptions { content: making.content, key_transport, ..EncryptionOptions::default() };
    let cms = encrypt(signed.octets(), recipients, &options).map_err(making_failed)?;
    let cms = Buffer::new(BufferName::EncryptedCms, cms);
    run.report.content_encryption = Some(cipher.clone());
    list_recipient_infos(run, &cms);
    step.ledger
        .pass(ENCRYPTED, format!("Encrypted once with {cipher} for {}", counted(recipients.len(), "certificate")));
    step.after = Some(cms.whole());
    let entity = enveloped_entity(cms.octets());
    run.report.buffers.push(cms);
    let summary = format!("{digest}, {cipher}, {}", counted(recipients.len(), "key"));
    Ok((Secured(entity), summary))
}

fn making_failed(error: impl std::fmt::Display) -> Halt {
    Halt::Failed(AgentError::Making(error.to_string()))
}

fn signer_made(key: &NamedKey, digest: String) -> SignerOutcome {
    let certificate = key.entry.certificate();
    SignerOutcome {
        identifier: format!("{}, serial {}", certificate.issuer(), certificate.serial()),
        signature_algorithm: certificate.key_algorithm().to_string(),
        certificate: Some(certificate.clone()),
        digest,
        claimed_time: None,
        signature: SignatureState::Valid,
        bound_to_sender: true,
        reasons: Vec::new(),
        trust: Vec::new(),
        findings: Vec::new(),
    }
}

// What was made is read back, so that the account shows what a receiver sees.
fn list_recipient_infos(run: &mut Run<'_>, cms: &Buffer) {
    let Ok(data) = EnvelopedData::read(cms, &run.agent.limits) else { return };
    let accepted = |info: &RecipientInfo, recipient: &RecipientOutcome| {
        recipient.candidates.iter().any(|candidate| candidate.trust.is_ok() && is_for(info, &candidate.certificate))
    };
    let infos = data.recipients.iter().map(|info| {
        let held_by = run.report.recipients.iter().filter(|recipient| accepted(info, recipient));
        RecipientInfoOutcome {
            held_by: held_by.map(|recipient| recipient.address.to_string()).collect(),
            ..RecipientInfoOutcome::of(info)
        }
    });
    run.report.recipient_infos = infos.collect();
}

pub(super) fn new_message(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    wrapped: &Wrapped,
    secured: &Secured,
) -> Result<(Buffer, String), Halt> {
    let removed: Vec<Address> =
        run.report.recipients.iter().filter(|r| !r.is_accepted()).map(|r| r.address.clone()).collect();
    let mut message = outer::fields(&wrapped.original, &removed, &run.agent.limits);
    step.ledger.pass(
        OUTER,
        "From, To, Cc, Date, Message-ID and the reference fields leave in the clear; Subject and Bcc do not",
    );
    note_leaks(run, &wrapped.original, &removed, &mut step.ledger);
    message.extend_from_slice(&secured.0);
    let message = Buffer::new(BufferName::Secured, message);
    step.after = Some(message.whole());
    run.report.buffers.push(message.clone());
    let summary = format!("{} octets for {}", message.octets().len(), counted(run.remaining().len(), "recipient"));
    Ok((message.renamed(BufferName::Received), summary))
}

fn note_leaks(run: &Run<'_>, original: &Buffer, removed: &[Address], ledger: &mut Ledger) {
    let octets = original.octets();
    let header = HeaderSection::scan(octets, 0..octets.len(), &run.agent.limits);
    for name in ["To", "Cc", "Bcc"] {
        for field in header.all(octets, name) {
            let named = mailbox_list(field.value(octets)).into_iter().filter_map(|entry| entry.address.ok());
            for address in named.filter(|address| removed.iter().any(|other| other.same_mailbox(address))) {
                let detail = format!(
                    "{address} was removed, but the message inside still names them in {name}, for all its readers to see"
                );
                ledger.note(Finding::new(LEAK, Severity::Warning, detail).at(original.span(field.whole.clone())));
            }
        }
    }
}
