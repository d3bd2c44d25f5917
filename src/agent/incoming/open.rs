//! From what arrived to the decrypted entity.
//!
//! Every local recipient's keys are tried on their own: one recipient's key never opens the message for another. The
//! content is decrypted once; a recipient whose key gives another content key than the one that opened it is removed.
//! A decryption counts only if the plaintext is a MIME entity: with CBC, one wrong key in 256 gives no error.

use std::collections::HashMap;

use super::super::outcome::{Reason, ReasonCode, RecipientInfoOutcome, is_for};
use super::super::profile::{Profile, Weakness};
use super::super::run::{Halt, LIMITS, Removal, Run, limit_reason, refuse, refuse_value};
use super::super::trace::OpenStep;
use super::KeyHolder;
use super::layers::{self, CmsPart, Layer, Layers};
use crate::asn1::oid;
use crate::finding::{Ledger, Rule, counted, sentence_case};
use crate::limits::LimitExceeded;
use crate::mail::Envelope;
use crate::mime::Entity;
use crate::pki::Validity;
use crate::smime::decrypt::{self, ContentError, ContentKey, UnwrapError};
use crate::smime::enveloped_data::EnvelopeKind;
use crate::smime::{CertificateIdentifier, ContentCipher, EnvelopedData, KeyEncryption, Originator, RecipientKind};
use crate::span::{Buffer, BufferName};
use crate::trust::NamedKey;

const TRANSFER: Rule = Rule::new("smime.enveloped-transfer-encoding", "RFC 2045 §6");
const STRUCTURE: Rule = Rule::new("cms.enveloped-data", "RFC 5652 §6");
const CIPHER: Rule = Rule::new("smime.content-cipher", "RFC 8551 §2.7");
const RECIPIENT_KEY: Rule = Rule::new("incoming.recipient-key", "RFC 5652 §6.2");
const KEY_ENCRYPTION: Rule = Rule::new("smime.key-encryption", "RFC 8551 §2.3");
const KEY_VALIDITY: Rule = Rule::new("incoming.key-validity", "Direct AS 1.2 §4");
const CONTENT_TYPE: Rule = Rule::new("cms.content-is-data", "RFC 8551 §2.4.1");
/// What content may be encrypted with.
const STRONG: &str = "AES with 128, 192 or 256 bits, in CBC or GCM";
const RELABELLED: Rule = Rule::new("cms.cipher-fits-type", "RFC 9709 §1");
const ORIGINATOR: Rule = Rule::new("cms.originator-certificate", "RFC 5753 §3.1.1");
const PLAINTEXT: Rule = Rule::new("incoming.plaintext-is-mime", "RFC 8551 §3.3");

/// The encrypted layer, read but not opened.
struct Enveloped {
    data: EnvelopedData,
}

/// What decryption gave: a well-formed MIME entity.
pub(super) struct Decrypted {
    pub(super) entity: Entity,
    pub(super) layers: Layers,
}

/// A recipient with the content keys that their private keys gave, mostly one.
struct Opened<'a> {
    recipient: usize,
    content_keys: Vec<(&'a NamedKey, ContentKey)>,
}

/// The content, and the key that opened it.
struct Content {
    entity: Entity,
    key_name: String,
    content_key: ContentKey,
}

/// Why a content key did not give the content.
enum NoContent {
    /// Nothing was decided.
    Limit(LimitExceeded),
    /// The tag fits, so this is what was encrypted: no message.
    NotMime(String),
    /// The key is wrong, or the ciphertext was altered.
    NotDecryptable(String),
}

pub(super) fn decrypt(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    envelope: &Envelope,
    holders: &[KeyHolder<'_>],
) -> Result<(Decrypted, String), Halt> {
    step.before = Some(envelope.message.whole());
    let mut layers = Layers::default();
    let entity = Entity::parse_whole(&envelope.message, &run.agent.limits, &mut step.ledger)
        .map_err(|limit| refuse(LIMITS, limit_reason(&limit), &mut step.ledger))?;
    let part = layers::find_envelope(run, step, entity, &mut layers)?;
    let (entity, summary) = open_layer(run, step, part, holders)?;
    let entity = descend(run, step, entity, holders, &mut layers)?;
    Ok((Decrypted { entity, layers }, summary))
}

/// Opens what is encrypted again and expands what is compressed, down to what is neither.
fn descend(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    mut entity: Entity,
    holders: &[KeyHolder<'_>],
    layers: &mut Layers,
) -> Result<Entity, Halt> {
    loop {
        entity = match layers::classify(entity) {
            Layer::Cms(part) if part.is_enveloped() => {
                let part = layers::enter(run, step, part, layers)?;
                open_layer(run, step, part, holders)?.0
            }
            Layer::Cms(part) if part.is_compressed() => layers::expand(run, step, part, layers)?,
            Layer::Cms(CmsPart { entity, .. }) | Layer::Multipart(entity) | Layer::Plain(entity) => {
                step.after = Some(entity.span());
                return Ok(entity);
            }
        };
    }
}

/// Opens an encrypted layer that was found under a signature, and what is encrypted or compressed in it.
pub(super) fn open_inner(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    part: CmsPart,
    holders: &[KeyHolder<'_>],
    layers: &mut Layers,
) -> Result<Entity, Halt> {
    let (entity, _) = open_layer(run, step, part, holders)?;
    descend(run, step, entity, holders, layers)
}

/// Whether one of these keys is named by an encrypted layer; one that is for others is content like any other.
pub(super) fn is_for_one_of(run: &Run<'_>, part: &CmsPart, holders: &[KeyHolder<'_>]) -> bool {
    let cms = Buffer::new(BufferName::EncryptedCms, part.decoded.octets.as_slice());
    let Ok(data) = EnvelopedData::read(&cms, &run.agent.limits) else { return false };
    let mut keys = holders.iter().flat_map(|holder| holder.keys);
    keys.any(|key| data.recipients.iter().any(|info| is_for(info, key.entry.certificate())))
}

fn open_layer(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    part: CmsPart,
    holders: &[KeyHolder<'_>],
) -> Result<(Entity, String), Halt> {
    let mut enveloped = read_enveloped(run, part, &mut step.ledger)?;
    find_originators(run, &mut enveloped.data, &mut step.ledger);
    list_recipient_infos(run, &enveloped.data);
    let cipher = accept_cipher(run, &enveloped.data, &mut step.ledger)?;
    let opened = unwrap_keys(run, &enveloped.data, holders, &mut step.ledger);
    let (entity, key_name) = open_content(run, step, &enveloped.data, opened)?;
    Ok((entity, format!("{cipher}, key {key_name}")))
}

fn read_enveloped(run: &mut Run<'_>, part: CmsPart, ledger: &mut Ledger) -> Result<Enveloped, Halt> {
    let limits = run.agent.limits;
    for note in &part.decoded.notes {
        ledger.warn(TRANSFER, sentence_case(&note.to_string()));
    }
    let cms = layers::keep(run, Buffer::new(BufferName::EncryptedCms, part.decoded.octets));
    let data = EnvelopedData::read(&cms, &limits)
        .map_err(|error| refuse(STRUCTURE, super::verify::cms_reason(&error, ReasonCode::NotEncrypted), ledger))?;
    for finding in &data.findings {
        ledger.note(finding.clone());
    }
    if data.content_type != oid::DATA {
        let detail = format!("The encrypted content is {}, not the data that mail is", data.content_type);
        return Err(refuse(CONTENT_TYPE, Reason::new(ReasonCode::MalformedCms, detail), ledger).into());
    }
    ledger.pass(STRUCTURE, format!("{} for {}", data.kind.smime_type(), counted(data.recipients.len(), "key")));
    Ok(Enveloped { data })
}

// A long-term key of the originator is a certificate's (RFC 5753 §3.1): where the envelope does not bring it, one that
// is kept here may be it. It proves nothing about the sender.
fn find_originators(run: &Run<'_>, data: &mut EnvelopedData, ledger: &mut Ledger) {
    let mut missing: Vec<&CertificateIdentifier> = Vec::new();
    for info in &data.recipients {
        let RecipientKind::KeyAgreement { agreement, .. } = &info.kind else { continue };
        let Some(Originator::Certificate(identifier)) = &agreement.originator else { continue };
        let brought = data.originator_certificates.iter().any(|certificate| identifier.names(certificate));
        if !brought && !missing.contains(&identifier) {
            missing.push(identifier);
        }
    }
    if missing.is_empty() {
        return;
    }
    let mut found = Vec::new();
    for party in run.agent.parties.all() {
        let kept = party.certificates.iter().map(|kept| &kept.certificate);
        let own = party.keys.iter().map(|key| key.entry.certificate());
        for certificate in kept.chain(own).filter(|own| missing.iter().any(|identifier| identifier.names(own))) {
            ledger.info(ORIGINATOR, format!("The originator's key is that of a certificate kept for {}", party.name));
            found.push(certificate.clone());
        }
    }
    data.originator_certificates.extend(found);
}

fn list_recipient_infos(run: &mut Run<'_>, data: &EnvelopedData) {
    let parties = run.agent.parties.all();
    let infos: Vec<RecipientInfoOutcome> = data
        .recipients
        .iter()
        .map(|info| RecipientInfoOutcome {
            held_by: parties
                .iter()
                .filter(|party| party.keys.iter().any(|key| is_for(info, key.entry.certificate())))
                .map(|party| party.name.to_string())
                .collect(),
            ..RecipientInfoOutcome::of(info)
        })
        .collect();
    run.report.recipient_infos.extend(infos);
}

fn accept_cipher(run: &mut Run<'_>, data: &EnvelopedData, ledger: &mut Ledger) -> Result<String, Reason> {
    let cipher = &data.cipher;
    let name = cipher.to_string();
    // Outermost first, where one encryption is inside another.
    run.report.content_encryption = Some(match run.report.content_encryption.take() {
        Some(outer) => format!("{outer}, {name}"),
        None => name.clone(),
    });
    let profile = &run.agent.profile;
    let tolerated = match cipher {
        ContentCipher::TripleDesCbc => profile.triple_des == Weakness::Warn,
        ContentCipher::Rc2Cbc { effective_bits: 128 } => profile.rc2 == Weakness::Warn,
        _ => false,
    };
    let weak = format!("The content is encrypted with {name}, which is weak");
    if cipher.is_weak() && !tolerated {
        return Err(refuse_value(CIPHER, Reason::new(ReasonCode::WeakAlgorithm, weak), name, STRONG, ledger));
    }
    if let ContentCipher::Unknown(_) = cipher {
        let detail = format!("The content is encrypted with {name}, which is not known here");
        let reason = Reason::new(ReasonCode::UnsupportedAlgorithm, detail);
        return Err(refuse_value(CIPHER, reason, name, STRONG, ledger));
    }
    // A cipher without a tag under a type that promises one, or the reverse, is a relabelled message (RFC 9709 §1).
    if cipher.is_authenticated() != (data.kind == EnvelopeKind::AuthEnveloped) {
        let detail = format!("The content is encrypted with {name}, which does not go with {}", data.kind.smime_type());
        return Err(refuse(RELABELLED, Reason::new(ReasonCode::UnsupportedAlgorithm, detail), ledger));
    }
    if tolerated {
        ledger.warn(CIPHER, weak);
    } else {
        ledger.pass(CIPHER, format!("The content is encrypted with {name}"));
    }
    Ok(name)
}

/// What each private key gave, by its certificate's SHA-256: recipients who share one, as those of a domain do, cost one
/// operation.
type TriedKeys = HashMap<[u8; 32], Option<Result<ContentKey, UnwrapError>>>;

fn unwrap_keys<'a>(
    run: &mut Run<'_>,
    data: &EnvelopedData,
    holders: &[KeyHolder<'a>],
    ledger: &mut Ledger,
) -> Vec<Opened<'a>> {
    let mut opened = Vec::new();
    let remaining = run.remaining();
    let mut tried = TriedKeys::new();
    for holder in holders.iter().filter(|holder| remaining.contains(&holder.recipient)) {
        match unwrap_for(data, holder, &mut tried) {
            Ok(content_keys) => {
                let names: Vec<&str> = content_keys.iter().map(|(key, _)| key.name.as_str()).collect();
                let detail = format!("{} is addressed: key {}", address_of(run, holder.recipient), names.join(", "));
                ledger.pass(RECIPIENT_KEY, detail);
                for (_, content_key) in &content_keys {
                    note_key_encryption(&run.agent.profile, data, content_key, ledger);
                }
                opened.push(Opened { recipient: holder.recipient, content_keys });
            }
            Err(reason) => {
                let removal = not_opened(RECIPIENT_KEY, reason, recipient_infos(data));
                run.remove(holder.recipient, removal, ledger);
            }
        }
    }
    opened
}

fn note_key_encryption(profile: &Profile, data: &EnvelopedData, content_key: &ContentKey, ledger: &mut Ledger) {
    let info = data.recipients.get(content_key.recipient_index());
    let Some(algorithm) = info.and_then(|info| info.key_encryption()) else { return };
    let detail = format!("The content key is encrypted with {algorithm}");
    match algorithm {
        KeyEncryption::RsaOaep { digest, .. } if digest.is_weak() => {
            ledger.info(KEY_ENCRYPTION, format!("{detail}; new mail takes SHA-256"));
        }
        KeyEncryption::RsaPkcs1V15 if profile.pkcs1_key_transport == Weakness::Warn => {
            ledger.warn(KEY_ENCRYPTION, format!("{detail}; this profile wants RSA-OAEP"));
        }
        _ => ledger.pass(KEY_ENCRYPTION, detail),
    }
}

// The sentences name what did not fit; none of them leaves the program for the sender to see.
fn unwrap_for<'a>(
    data: &EnvelopedData,
    holder: &KeyHolder<'a>,
    tried: &mut TriedKeys,
) -> Result<Vec<(&'a NamedKey, ContentKey)>, Reason> {
    let mut opened = Vec::new();
    let mut broken: Option<Reason> = None;
    for key in holder.keys {
        let unwrap = || decrypt::unwrap_key(data, &key.entry);
        match tried.entry(*key.entry.certificate().fingerprint()).or_insert_with(unwrap).clone() {
            Some(Ok(content_key)) => opened.push((key, content_key)),
            Some(Err(error)) => {
                let code = match error {
                    UnwrapError::Unsupported(_) => ReasonCode::UnsupportedAlgorithm,
                    UnwrapError::DoesNotUnwrap => ReasonCode::NotDecryptable,
                };
                let reason = Reason::new(code, format!("Key {} is addressed, but {error}", key.name));
                broken.get_or_insert(reason);
            }
            None => {}
        }
    }
    if opened.is_empty() { Err(broken.unwrap_or_else(|| not_addressed(data, holder))) } else { Ok(opened) }
}

fn not_addressed(data: &EnvelopedData, holder: &KeyHolder<'_>) -> Reason {
    let mut detail = match holder.keys.len() {
        1 => "The private key is not addressed".to_owned(),
        count => format!("None of the {count} private keys is addressed"),
    };
    if holder.locked > 0 {
        detail.push_str(&format!(" ({} not tried)", counted(holder.locked, "locked key")));
    }
    // Where no certificate is named at all, no key could be the right one.
    let for_certificates = data.recipients.iter().any(|info| info.identifier().is_some());
    let code = if for_certificates || data.recipients.is_empty() {
        ReasonCode::NotDecryptable
    } else {
        ReasonCode::UnsupportedAlgorithm
    };
    let infos = recipient_infos(data);
    Reason::new(code, format!("{detail}; the message is encrypted for {infos}"))
}

fn recipient_infos(data: &EnvelopedData) -> String {
    const TOLD: usize = 5;
    let names = data.recipients.iter().map(|info| RecipientInfoOutcome::of(info).identifier);
    let mut told = names.take(TOLD).collect::<Vec<_>>().join("; ");
    if let Some(others) = data.recipients.len().checked_sub(TOLD).filter(|others| *others > 0) {
        told.push_str(&format!("; and {}", counted(others, "other")));
    }
    told
}

fn not_opened(rule: Rule, reason: Reason, found: String) -> Removal {
    Removal { rule, reason, found, expected: "a private key that opens the message".to_owned() }
}

fn note_validity(run: &Run<'_>, key: &NamedKey, ledger: &mut Ledger) {
    let certificate = key.entry.certificate();
    match certificate.validity_at(run.agent.now) {
        Validity::Valid => {}
        Validity::Expired => ledger.warn(
            KEY_VALIDITY,
            format!("The certificate of key {} expired; the key still decrypts, it no longer signs", key.name),
        ),
        Validity::NotYetValid => {
            ledger.warn(
                KEY_VALIDITY,
                format!("The certificate of key {} is not valid yet; the key decrypts all the same", key.name),
            );
        }
    }
}

fn open_content(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    data: &EnvelopedData,
    opened: Vec<Opened<'_>>,
) -> Result<(Entity, String), Halt> {
    let mut success: Option<Content> = None;
    for candidate in opened {
        match open_for(run, step, data, &mut success, &candidate.content_keys)? {
            Ok(key) => {
                note_validity(run, key, &mut step.ledger);
                if let Some(recipient) = run.report.recipients.get_mut(candidate.recipient) {
                    recipient.opened_with = Some(key.name.clone());
                }
            }
            Err(detail) => {
                let reason = Reason::new(ReasonCode::NotDecryptable, detail);
                let removal = not_opened(PLAINTEXT, reason, "no MIME entity".to_owned());
                run.remove(candidate.recipient, removal, &mut step.ledger);
            }
        }
    }
    let Some(Content { entity, key_name, .. }) = success else {
        return Err(nobody_left(run).into());
    };
    step.ledger.pass(PLAINTEXT, format!("The plaintext is a MIME entity, {}", entity.content_type.essence()));
    step.after = Some(entity.span());
    run.report.buffers.push(entity.buffer.clone());
    Ok((entity, key_name))
}

// The first of one recipient's content keys that gives the content, or gave it to somebody before.
fn open_for<'a>(
    run: &Run<'_>,
    step: &mut OpenStep,
    data: &EnvelopedData,
    success: &mut Option<Content>,
    content_keys: &[(&'a NamedKey, ContentKey)],
) -> Result<Result<&'a NamedKey, String>, Halt> {
    if let Some(content) = success {
        let same = content_keys.iter().find(|(_, content_key)| *content_key == content.content_key);
        let other = "The content key in this recipient's RecipientInfo is not the one that opens the content";
        return Ok(same.map(|(key, _)| *key).ok_or_else(|| other.to_owned()));
    }
    let mut failure = String::new();
    for (key, content_key) in content_keys {
        match plaintext(run, data, content_key, &mut step.ledger) {
            Ok(entity) => {
                *success = Some(Content { entity, key_name: key.name.clone(), content_key: content_key.clone() });
                return Ok(Ok(key));
            }
            Err(NoContent::NotDecryptable(detail)) => failure = detail,
            Err(NoContent::NotMime(detail)) => {
                let reason = Reason::new(ReasonCode::MalformedMime, detail);
                return Err(refuse(PLAINTEXT, reason, &mut step.ledger).into());
            }
            Err(NoContent::Limit(limit)) => {
                return Err(refuse(LIMITS, limit_reason(&limit), &mut step.ledger).into());
            }
        }
    }
    Ok(Err(failure))
}

fn plaintext(
    run: &Run<'_>,
    data: &EnvelopedData,
    content_key: &ContentKey,
    ledger: &mut Ledger,
) -> Result<Entity, NoContent> {
    let authenticated = data.cipher.is_authenticated();
    let buffer = decrypt::decrypt_content(data, content_key).map_err(|error| match error {
        ContentError::NotMime if authenticated => {
            NoContent::NotMime("The encrypted content is not a MIME entity".to_owned())
        }
        error => NoContent::NotDecryptable(error.to_string()),
    })?;
    let buffer = match run.report.buffer(buffer.name()) {
        Some(_) => buffer.renamed(layers::nested_name(run)),
        None => buffer,
    };
    let mut noticed = Ledger::new();
    let entity = Entity::parse_whole(&buffer, &run.agent.limits, &mut noticed).map_err(NoContent::Limit)?;
    // Without a tag only the content itself can tell a wrong key; with one, no Content-Type means text (RFC 2045 §5.2).
    if !authenticated && entity.field("Content-Type").is_none() {
        let detail = "What decryption gave is not a MIME entity: the key is wrong or the ciphertext was altered";
        return Err(NoContent::NotDecryptable(detail.to_owned()));
    }
    ledger.extend(noticed);
    Ok(entity)
}

fn nobody_left(run: &Run<'_>) -> Reason {
    Reason::new(
        ReasonCode::NoTrustedRecipients,
        format!("The message could be opened for no local recipient: {}", run.removals()),
    )
}

fn address_of(run: &Run<'_>, recipient: usize) -> String {
    run.report.recipients.get(recipient).map(|outcome| outcome.address.to_string()).unwrap_or_default()
}
