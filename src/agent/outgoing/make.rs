//! Making the new message: wrap, sign, encrypt, outer headers.

use std::borrow::Cow;

use super::super::outcome::{RecipientInfoOutcome, RecipientOutcome, SignatureState, SignerOutcome, is_for};
use super::super::routing::{self, Mailboxes};
use super::super::run::{Halt, LIMITS, Run, limit_reason, refuse};
use super::super::trace::OpenStep;
use super::super::{AgentError, LineEndPolicy, SignatureForm};
use super::{outer, recipients};
use crate::finding::{Finding, Ledger, Rule, Severity, counted};
use crate::limits::Limits;
use crate::mail::{Envelope, HeaderSection, mailbox_list, message};
use crate::mime::canonical::{self, LineEnds, TextForm};
use crate::mime::seven_bit::{self, Hazard};
use crate::mime::{multipart, wrap as wrapping};
use crate::pki::{Certificate, binding};
use crate::smime::{
    self, Choice as _, CmsError, EncryptionOptions, EnvelopedData, IdentifierForm, RecipientInfo, SignatureLayout,
    SignedData, SigningOptions,
};
use crate::span::{Buffer, BufferName};
use crate::trust::NamedKey;

const LINE_ENDS: Rule = Rule::new("outgoing.canonical-line-ends", "RFC 8551 §3.1.1");
const WRAPPED: Rule = Rule::new("outgoing.wrapped", "RFC 8551 §3.1");
const HEADERS: Rule = Rule::new("outgoing.message-headers", "RFC 5322 §3.6");
const SIGNED: Rule = Rule::new("outgoing.signed", "RFC 1847 §2.1");
const FORM: Rule = Rule::new("outgoing.signature-form", "RFC 8551 §3.5");
const IDENTIFIER: Rule = Rule::new("outgoing.identifier-form", "RFC 5652 §6.2.1");
const TRANSPORT: Rule = Rule::new("outgoing.transport-safe", "RFC 8551 §3.1.3");
const ENCRYPTED: Rule = Rule::new("outgoing.encrypted", "RFC 8551 §3.3");
const OUTER: Rule = Rule::new("outgoing.outer-headers", "Direct AS 1.2, outgoing");
const BCC: Rule = Rule::new("outgoing.bcc-inside", "RFC 5322 §3.6.3");
const LEAK: Rule = Rule::new("outgoing.removed-recipient-inside", "Direct AS 1.2, outgoing");

/// The original in its final form, inside the entity around it.
pub(super) struct Wrapped {
    entity: Buffer,
    /// NUL and octets above 127 of the original, which are those of the entity: what is around it is ASCII.
    form: TextForm,
    /// The original's header, as a part of the entity: so every span lies in a buffer of the report.
    header: HeaderSection,
}

/// The envelope, not yet in its entity.
pub(super) struct Secured(Buffer);

pub(super) fn wrap(run: &mut Run<'_>, step: &mut OpenStep, envelope: &Envelope) -> Result<(Wrapped, String), Halt> {
    let limits = run.agent.limits;
    step.before = Some(envelope.message.whole());
    let form = TextForm::of(envelope.message.octets());
    let original = original(run, &envelope.message, form, &mut step.ledger);
    let mut octets = smime::room_for(original.len());
    let start = octets.len();
    wrapping::push_wrapped(&mut octets, &original, form, b"");
    let entity = start..octets.len();
    let entity = Buffer::new(BufferName::Wrapped, octets).part(BufferName::Wrapped, entity);
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
    let recipients = run.report.recipients.iter().filter(|recipient| recipient.is_accepted());
    routing::check(run, &entity, &header, recipients.map(|recipient| &recipient.address), &mut step.ledger)?;
    let summary = format!("message/rfc822, {end} octets");
    Ok((Wrapped { entity, form, header }, summary))
}

fn original<'o>(run: &Run<'_>, received: &'o Buffer, form: TextForm, ledger: &mut Ledger) -> Cow<'o, [u8]> {
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
    wrapped: &mut Wrapped,
    keys: &[&NamedKey],
) -> Result<(Secured, String), Halt> {
    step.before = Some(wrapped.entity.whole());
    let recipients = &recipients::certificates(run);
    let signed = sign(run, step, wrapped, keys)?;
    let cms = encrypt(run, step, &signed, recipients)?;
    step.after = Some(cms.whole());
    let making = run.agent.making;
    let (digest, cipher) = (making.digest.described().label, making.content.described().label);
    Ok((Secured(cms), format!("{digest}, {cipher}, {}", counted(recipients.len(), "key"))))
}

fn sign(run: &mut Run<'_>, step: &mut OpenStep, wrapped: &mut Wrapped, keys: &[&NamedKey]) -> Result<Buffer, Halt> {
    let making = run.agent.making;
    let entries: Vec<_> = keys.iter().map(|key| key.entry.clone()).collect();
    let options = SigningOptions {
        digest: making.digest,
        identifier: identifier_form(making.signer_id, entries.iter().map(|e| e.certificate()), &mut step.ledger),
        chain: making.certificates,
        padding: making.rsa_signature,
        attributes: making.attributes,
        encoding: making.encoding,
        signing_time: run.agent.now,
    };
    let micalg = smime::micalg_of(&entries, &options);
    let content = wrapped.entity.octets();
    let (signature, signed) = match making.layout {
        SignatureLayout::Detached => {
            note_transport(wrapped, &mut step.ledger);
            let signature = smime::sign_detached(content, &entries, &options).map_err(making_failed)?;
            let boundary = multipart::unused_boundary(content, &run.agent.seed);
            let signed = around(run, wrapped, &signature, &micalg, &boundary);
            (signature, signed)
        }
        SignatureLayout::Opaque => {
            note_opaque(run, &mut step.ledger);
            let signature = smime::sign_opaque(content, &entries, &options).map_err(making_failed)?;
            let signed = Buffer::new(BufferName::Signed, smime::opaque_entity(&signature));
            (signature, signed)
        }
    };
    let signature = Buffer::new(BufferName::SignatureCms, signature);
    list_signers(run, &signature, keys, &mut step.ledger)?;
    run.report.buffers.push(signature);
    run.report.buffers.push(signed.clone());
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    let how = match making.layout {
        SignatureLayout::Detached => "detached",
        SignatureLayout::Opaque => "with its content inside",
    };
    let digests = micalg.to_uppercase();
    let detail = format!("Signed {how} with {} ({digests})", names.join(", "));
    step.ledger.note(Finding::new(SIGNED, Severity::Pass, detail).at(signed.whole()));
    Ok(signed)
}

// The content becomes a part of the signed entity where it lies: nobody else has it yet but the report.
fn around(run: &mut Run<'_>, wrapped: &mut Wrapped, signature: &[u8], micalg: &str, boundary: &str) -> Buffer {
    let place = run.report.buffers.iter().position(|buffer| buffer.name() == BufferName::Wrapped);
    let nothing = Buffer::new(BufferName::Wrapped, Vec::new());
    let entity = std::mem::replace(&mut wrapped.entity, nothing);
    drop(place.map(|place| run.report.buffers.remove(place)));
    let (octets, content) = entity.reclaim().unwrap_or_else(|shared| (shared.octets().to_vec(), 0..shared.len()));
    let made = smime::multipart_signed_around(octets, content, signature, micalg, boundary);
    let whole = Buffer::new(BufferName::Signed, made.octets);
    wrapped.entity = whole.part(BufferName::Wrapped, made.content);
    run.report.buffers.insert(place.unwrap_or_default(), wrapped.entity.clone());
    whole.part(BufferName::Signed, made.entity)
}

fn note_opaque(run: &Run<'_>, ledger: &mut Ledger) {
    if run.agent.profile.signature_form == SignatureForm::DetachedOnly {
        let profile = run.agent.profile.name;
        ledger.warn(FORM, format!("The signature carries its content; agents under {profile} refuse that form"));
    }
}

// One form holds for all, so that a program which reads only the other is not served half.
fn identifier_form<'c>(
    wanted: IdentifierForm,
    mut certificates: impl Iterator<Item = &'c Certificate>,
    ledger: &mut Ledger,
) -> IdentifierForm {
    let unnamed = certificates.find(|certificate| certificate.subject_key_id().is_none());
    match (wanted, unnamed) {
        (IdentifierForm::SubjectKeyId, Some(certificate)) => {
            let name = certificate.common_name();
            let detail = format!("{name} has no key identifier: issuer and serial number are used instead");
            ledger.warn(IDENTIFIER, detail);
            IdentifierForm::IssuerSerial
        }
        _ => wanted,
    }
}

// A detached content crosses the last stretch, between the receiving agent and the reader, as it is.
fn note_transport(wrapped: &Wrapped, ledger: &mut Ledger) {
    let hazards = seven_bit::hazards_in_form(wrapped.entity.octets(), wrapped.form);
    if hazards.is_empty() {
        ledger.pass(TRANSPORT, "The signed part is 7-bit, with lines that every transport keeps");
        return;
    }
    let named: Vec<String> = hazards.iter().map(ToString::to_string).collect();
    let detail = format!(
        "The signed part has {}; once it is decrypted, a transport that alters this breaks the signature",
        named.join(", ")
    );
    let severity = if hazards.iter().any(Hazard::is_forbidden) { Severity::Warning } else { Severity::Info };
    ledger.note(Finding::new(TRANSPORT, severity, detail).at(wrapped.entity.whole()));
}

fn encrypt(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    signed: &Buffer,
    recipients: &[Certificate],
) -> Result<Buffer, Halt> {
    let making = run.agent.making;
    let options = EncryptionOptions {
        content: making.content,
        key_transport: run.agent.key_transport(),
        identifier: identifier_form(making.recipient_id, recipients.iter(), &mut step.ledger),
        encoding: making.encoding,
    };
    let cms = smime::encrypt(signed.octets(), recipients, &options).map_err(making_failed)?;
    let cms = Buffer::new(BufferName::EncryptedCms, cms);
    let cipher = making.content.described().label;
    run.report.content_encryption = Some(cipher.to_owned());
    list_recipient_infos(run, &cms, &mut step.ledger)?;
    let detail = format!("Encrypted once with {cipher} for {}", counted(recipients.len(), "certificate"));
    step.ledger.pass(ENCRYPTED, detail);
    run.report.buffers.push(cms.clone());
    Ok(cms)
}

fn making_failed(error: impl std::fmt::Display) -> Halt {
    Halt::Failed(AgentError::Making(error.to_string()))
}

/// What this program would itself refuse does not leave.
fn unreadable(error: CmsError, ledger: &mut Ledger) -> Halt {
    match error {
        CmsError::Limit(limit) => refuse(LIMITS, limit_reason(&limit), ledger).into(),
        other => making_failed(other),
    }
}

// What was made is read back, so that the account shows what a receiver sees.
fn list_signers(run: &mut Run<'_>, cms: &Buffer, keys: &[&NamedKey], ledger: &mut Ledger) -> Result<(), Halt> {
    let data = SignedData::read(cms, &run.agent.limits).map_err(|error| unreadable(error, ledger))?;
    let (sender, names) = (run.sender().cloned(), run.agent.profile.subject_names);
    let signers = data.signers.iter().map(|signer| {
        // The certificates may have been left out; the keys' own are known.
        let own = keys.iter().map(|key| key.entry.certificate());
        let certificate = own.into_iter().find(|certificate| signer.identifier.names(certificate));
        let bound = |certificate, sender| binding::bind(certificate, sender, names).is_some();
        SignerOutcome {
            countersignatures: Vec::new(),
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
    Ok(())
}

fn list_recipient_infos(run: &mut Run<'_>, cms: &Buffer, ledger: &mut Ledger) -> Result<(), Halt> {
    let data = EnvelopedData::read(cms, &run.agent.limits).map_err(|error| unreadable(error, ledger))?;
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
    Ok(())
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
    smime::push_enveloped_entity(&mut message, secured.0.octets());
    Limits::check("message size in octets", message.len(), run.agent.limits.message_octets)
        .map_err(|limit| refuse(LIMITS, limit_reason(&limit), &mut step.ledger))?;
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
