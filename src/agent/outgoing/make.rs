//! Making the new message: wrap, sign, encrypt, outer headers.

use std::borrow::Cow;

use super::super::outcome::{RecipientInfoOutcome, RecipientOutcome, SignatureState, SignerOutcome, is_for};
use super::super::routing::{self, Mailboxes};
use super::super::run::{Halt, LIMITS, Run, limit_reason, refuse};
use super::super::trace::OpenStep;
use super::super::{AgentError, LineEndPolicy};
use super::{outer, recipients};
use crate::finding::{Finding, Ledger, Rule, Severity, counted};
use crate::mail::{Envelope, HeaderSection, mailbox_list, message};
use crate::mime::canonical::{self, LineEnds, TextForm};
use crate::mime::{multipart, wrap as wrapping};
use crate::pki::binding;
use crate::smime::{
    EncryptionOptions, EnvelopedData, RecipientInfo, SignedData, SigningOptions, encrypt, enveloped_entity, sign,
};
use crate::span::{Buffer, BufferName};
use crate::trust::NamedKey;

const LINE_ENDS: Rule = Rule::new("outgoing.canonical-line-ends", "RFC 8551 §3.1.1");
const WRAPPED: Rule = Rule::new("outgoing.wrapped", "RFC 8551 §3.1");
const HEADERS: Rule = Rule::new("outgoing.message-headers", "RFC 5322 §3.6");
const SIGNED: Rule = Rule::new("outgoing.signed", "RFC 1847 §2.1");
const ENCRYPTED: Rule = Rule::new("outgoing.encrypted", "RFC 8551 §3.3");
const OUTER: Rule = Rule::new("outgoing.outer-headers", "Direct AS 1.2, outgoing");
const BCC: Rule = Rule::new("outgoing.bcc-inside", "RFC 5322 §3.6.3");
const LEAK: Rule = Rule::new("outgoing.removed-recipient-inside", "Direct AS 1.2, outgoing");

/// The original in its final form, inside the entity around it.
pub(super) struct Wrapped {
    entity: Buffer,
    /// The original's header, as a part of the entity: so every span lies in a buffer of the report.
    header: HeaderSection,
}

/// The encrypted entity: MIME headers and base64.
pub(super) struct Secured(Vec<u8>);

pub(super) fn wrap(run: &mut Run<'_>, step: &mut OpenStep, envelope: &Envelope) -> Result<(Wrapped, String), Halt> {
    let limits = run.agent.limits;
    step.before = Some(envelope.message.whole());
    let original = original(run, &envelope.message, &mut step.ledger);
    let entity = Buffer::new(BufferName::Wrapped, wrapping::wrap(&original, b""));
    step.ledger.pass(WRAPPED, "The whole message is inside message/rfc822, octet for octet");
    step.after = Some(entity.whole());
    run.report.buffers.push(entity.clone());
    let end = entity.octets().len();
    let header = HeaderSection::scan(entity.octets(), end.saturating_sub(original.len())..end, &limits);
    header.check_size(&limits).map_err(|limit| refuse(LIMITS, limit_reason(&limit), &mut step.ledger))?;
    header.note_faults(&entity, &mut step.ledger);
    message::check_fields(&entity, &header, &mut step.ledger);
    if header.first(entity.octets(), "Message-ID").is_none() {
        step.ledger.warn(HEADERS, "The message has no Message-ID field; some agents refuse that");
    }
    routing::check(run, &entity, &header, &mut step.ledger)?;
    let summary = format!("message/rfc822, {end} octets");
    Ok((Wrapped { entity, header }, summary))
}

fn original<'o>(run: &Run<'_>, received: &'o Buffer, ledger: &mut Ledger) -> Cow<'o, [u8]> {
    let form = TextForm::of(received.octets());
    message::note_line_ends(received, form.line_ends, ledger);
    if run.agent.making.line_ends == LineEndPolicy::Canonical && canonical::is_local(form) {
        ledger.info(
            LINE_ENDS,
            "The file has bare LF line ends throughout, the local form: they are made CRLF before signing",
        );
        return Cow::Owned(canonical::to_crlf(received.octets()));
    }
    match form.line_ends {
        LineEnds::Crlf | LineEnds::None => {}
        ends => ledger.warn(
            LINE_ENDS,
            format!("Line ends are {ends} and are left as they are; an agent that changes them breaks the signature"),
        ),
    }
    Cow::Borrowed(received.octets())
}

pub(super) fn sign_and_encrypt(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    wrapped: &Wrapped,
    keys: &[&NamedKey],
) -> Result<(Secured, String), Halt> {
    step.before = Some(wrapped.entity.whole());
    let recipients = &recipients::certificates(run);
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
    let signature = Buffer::new(BufferName::SignatureCms, signature);
    list_signers(run, &signature);
    run.report.buffers.push(signature);
    run.report.buffers.push(signed.clone());
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

// What was made is read back, so that the account shows what a receiver sees.
fn list_signers(run: &mut Run<'_>, cms: &Buffer) {
    let Ok(data) = SignedData::read(cms, &run.agent.limits) else { return };
    let (sender, names) = (run.sender().cloned(), run.agent.profile.subject_names);
    let signers = data.signers.iter().map(|signer| {
        let certificate = data.certificates.iter().find(|certificate| signer.identifier.names(certificate));
        let bound = |certificate, sender| binding::bind(certificate, sender, names).is_some();
        SignerOutcome {
            identifier: signer.identifier.to_string(),
            certificate: certificate.cloned(),
            digest: signer.digest_algorithm.to_string(),
            signature_algorithm: signer.signature_algorithm.to_string(),
            claimed_time: Some(run.agent.now),
            signature: SignatureState::Valid,
            bound_to_sender: certificate.zip(sender.as_ref()).is_some_and(|(own, sender)| bound(own, sender)),
            reasons: Vec::new(),
            trust: Vec::new(),
            findings: Vec::new(),
        }
    });
    run.report.signers = signers.collect();
}

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
    // Somebody who is also among the others in another spelling is not removed.
    let accepted = |accepted: bool| run.report.recipients.iter().filter(move |r| r.is_accepted() == accepted);
    let kept = Mailboxes::of(accepted(true).map(|recipient| &recipient.address));
    let removed = accepted(false).map(|recipient| &recipient.address).filter(|address| !kept.contains(address));
    let removed = Mailboxes::of(removed);
    let mut message = outer::fields(&wrapped.entity, &wrapped.header, &removed);
    step.ledger.pass(
        OUTER,
        "From, To, Cc, Date, Message-ID and the reference fields leave in the clear; Subject and Bcc do not",
    );
    note_leaks(wrapped, &removed, &mut step.ledger);
    message.extend_from_slice(&secured.0);
    let message = Buffer::new(BufferName::Secured, message);
    step.after = Some(message.whole());
    run.report.buffers.push(message.clone());
    let summary = format!("{} octets for {}", message.octets().len(), counted(run.remaining().len(), "recipient"));
    Ok((message.renamed(BufferName::Received), summary))
}

fn note_leaks(wrapped: &Wrapped, removed: &Mailboxes, ledger: &mut Ledger) {
    let octets = wrapped.entity.octets();
    for name in ["To", "Cc", "Bcc"] {
        for field in wrapped.header.all(octets, name) {
            let span = wrapped.entity.span(field.whole.clone());
            let named = mailbox_list(field.value(octets)).into_iter().filter_map(|entry| entry.address.ok());
            for address in named.filter(|address| removed.contains(address)) {
                let detail = format!(
                    "{address} was removed, but the message inside still names them in {name}, for all its readers to see"
                );
                ledger.note(Finding::new(LEAK, Severity::Warning, detail).at(span));
            }
            if name == "Bcc" && !field.value(octets).trim_ascii().is_empty() {
                let detail = "The message inside has a Bcc field, for all its readers to see";
                ledger.note(Finding::new(BCC, Severity::Warning, detail).at(span));
            }
        }
    }
}
