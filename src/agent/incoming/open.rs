//! From what arrived to the decrypted entity.
//!
//! Every local recipient's keys are tried on their own: one recipient's key never opens the message for another. The
//! content is decrypted once; a recipient whose key gives another content key than the one that opened it is removed.
//! A decryption counts only if the plaintext is a MIME entity: with CBC, one wrong key in 256 gives no error.

use super::super::outcome::{Reason, ReasonCode, RecipientInfoOutcome, is_for};
use super::super::profile::Weakness;
use super::super::run::{Halt, Removal, Run};
use super::super::trace::OpenStep;
use super::KeyHolder;
use crate::finding::{Finding, Ledger, Rule, Severity, counted, sentence_case};
use crate::mail::Envelope;
use crate::mime::Entity;
use crate::pki::Validity;
use crate::smime::decrypt::{self, ContentKey};
use crate::smime::{ContentCipher, EnvelopedData};
use crate::span::{Buffer, BufferName};
use crate::trust::NamedKey;

const MEDIA_TYPE: Rule = Rule::new("smime.enveloped-media-type", "RFC 8551 §3.2");
const TRANSFER: Rule = Rule::new("smime.enveloped-transfer-encoding", "RFC 2045 §6");
const STRUCTURE: Rule = Rule::new("cms.enveloped-data", "RFC 5652 §6");
const CIPHER: Rule = Rule::new("smime.content-cipher", "RFC 8551 §2.7");
const RECIPIENT_KEY: Rule = Rule::new("incoming.recipient-key", "RFC 5652 §6.2");
const KEY_VALIDITY: Rule = Rule::new("incoming.key-validity", "Direct AS 1.2 §4");
const PLAINTEXT: Rule = Rule::new("incoming.plaintext-is-mime", "RFC 8551 §3.3");

/// The encrypted layer, read but not opened.
struct Enveloped {
    data: EnvelopedData,
}

/// What decryption gave: a well-formed MIME entity.
pub(super) struct Decrypted {
    pub(super) entity: Entity,
}

/// A recipient with a content key that one of their private keys gave.
struct Opened<'a> {
    recipient: usize,
    key: &'a NamedKey,
    content_key: ContentKey,
}

pub(super) fn decrypt(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    envelope: &Envelope,
    holders: &[KeyHolder<'_>],
) -> Result<(Decrypted, String), Halt> {
    step.before = Some(envelope.message.whole());
    let enveloped = read_enveloped(run, &envelope.message, &mut step.ledger)?;
    list_recipient_infos(run, &enveloped.data);
    let cipher = accept_cipher(run, &enveloped.data, &mut step.ledger)?;
    let opened = unwrap_keys(run, &enveloped.data, holders, &mut step.ledger);
    let (entity, key_name) = open_content(run, step, &enveloped.data, opened)?;
    Ok((Decrypted { entity }, format!("{cipher}, key {key_name}")))
}

fn read_enveloped(run: &mut Run<'_>, message: &Buffer, ledger: &mut Ledger) -> Result<Enveloped, Halt> {
    let limits = run.agent.limits;
    let entity = Entity::parse_whole(message, &limits, ledger)
        .map_err(|limit| Reason::new(ReasonCode::LimitExceeded, limit.to_string()))?;
    check_media_type(&entity, ledger)?;
    let decoded = entity.decoded_body();
    for note in &decoded.notes {
        ledger.warn(TRANSFER, sentence_case(&note.to_string()));
    }
    let cms = Buffer::new(BufferName::EncryptedCms, decoded.octets);
    run.report.buffers.push(cms.clone());
    let data = EnvelopedData::read(&cms, &limits).map_err(|error| {
        let reason = super::verify::cms_reason(&error, ReasonCode::NotEncrypted);
        ledger.fail(STRUCTURE, reason.detail.clone());
        reason
    })?;
    ledger.pass(STRUCTURE, format!("{} for {}", data.kind.smime_type(), counted(data.recipients.len(), "key")));
    Ok(Enveloped { data })
}

fn check_media_type(entity: &Entity, ledger: &mut Ledger) -> Result<(), Reason> {
    let content_type = &entity.content_type;
    let named_p7m = || entity.safe_file_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".p7m"));
    let found = content_type.essence();
    if content_type.is("application", "pkcs7-mime") {
        ledger.pass(MEDIA_TYPE, format!("The message is {found}"));
    } else if content_type.is("application", "x-pkcs7-mime") {
        ledger.warn(MEDIA_TYPE, format!("The message is {found}, the name used before the type was registered"));
    } else if content_type.is("application", "octet-stream") && named_p7m() {
        ledger.warn(MEDIA_TYPE, "The message is application/octet-stream; its file name ends in .p7m".to_owned());
    } else {
        let detail = format!("The message is {found}, not application/pkcs7-mime");
        ledger.note(
            Finding::new(MEDIA_TYPE, Severity::Fail, detail.clone())
                .at(entity.span())
                .values(found, "application/pkcs7-mime"),
        );
        return Err(Reason::new(ReasonCode::NotEncrypted, detail));
    }
    match content_type.param("smime-type") {
        Some("enveloped-data" | "authEnveloped-data") => {}
        Some(other) => ledger.warn(MEDIA_TYPE, format!("smime-type says {other}; it is only a hint")),
        None => ledger.info(MEDIA_TYPE, "The optional smime-type parameter is missing"),
    }
    Ok(())
}

fn list_recipient_infos(run: &mut Run<'_>, data: &EnvelopedData) {
    let parties = run.agent.parties.all();
    run.report.recipient_infos = data
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
}

fn accept_cipher(run: &mut Run<'_>, data: &EnvelopedData, ledger: &mut Ledger) -> Result<String, Reason> {
    let cipher = &data.cipher;
    let name = cipher.to_string();
    run.report.content_encryption = Some(name.clone());
    let weak = Reason::new(ReasonCode::WeakAlgorithm, format!("The content is encrypted with {name}, which is weak"));
    match cipher {
        ContentCipher::Unknown(_) => {
            let reason = Reason::new(
                ReasonCode::UnsupportedAlgorithm,
                format!("The content is encrypted with {name}, which is not known here"),
            );
            ledger.fail(CIPHER, reason.detail.clone());
            return Err(reason);
        }
        ContentCipher::TripleDesCbc if run.agent.profile.triple_des == Weakness::Warn => {
            ledger.warn(CIPHER, weak.detail);
        }
        ContentCipher::TripleDesCbc => {
            ledger.fail(CIPHER, weak.detail.clone());
            return Err(weak);
        }
        _ => ledger.pass(CIPHER, format!("The content is encrypted with {name}")),
    }
    Ok(name)
}

fn unwrap_keys<'a>(
    run: &mut Run<'_>,
    data: &EnvelopedData,
    holders: &[KeyHolder<'a>],
    ledger: &mut Ledger,
) -> Vec<Opened<'a>> {
    let mut opened = Vec::new();
    for holder in holders {
        match unwrap_for(data, holder.keys) {
            Ok((key, content_key)) => {
                note_validity(run, key, ledger);
                ledger.pass(
                    RECIPIENT_KEY,
                    format!("{} is addressed: key {}", address_of(run, holder.recipient), key.name),
                );
                opened.push(Opened { recipient: holder.recipient, key, content_key });
            }
            Err(detail) => {
                let found = recipient_infos(data);
                run.remove(holder.recipient, not_decryptable(RECIPIENT_KEY, detail, found), ledger);
            }
        }
    }
    opened
}

// The sentences name what did not fit; none of them leaves the program for the sender to see.
fn unwrap_for<'a>(data: &EnvelopedData, keys: &'a [NamedKey]) -> Result<(&'a NamedKey, ContentKey), String> {
    let mut broken = None;
    for key in keys {
        match decrypt::unwrap_key(data, &key.entry) {
            Some(Ok(content_key)) => return Ok((key, content_key)),
            Some(Err(error)) => broken = Some(format!("Key {} is addressed, but {error}", key.name)),
            None => {}
        }
    }
    Err(broken.unwrap_or_else(|| {
        format!(
            "{}; the message is encrypted for {}",
            match keys.len() {
                1 => "The private key is not addressed".to_owned(),
                count => format!("None of the {count} private keys is addressed"),
            },
            recipient_infos(data)
        )
    }))
}

fn recipient_infos(data: &EnvelopedData) -> String {
    let infos: Vec<String> = data.recipients.iter().map(|info| RecipientInfoOutcome::of(info).identifier).collect();
    infos.join("; ")
}

fn not_decryptable(rule: Rule, detail: String, found: String) -> Removal {
    let reason = Reason::new(ReasonCode::NotDecryptable, detail);
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
    if opened.is_empty() {
        return Err(nobody_left(run).into());
    }
    let mut success: Option<(Entity, String, ContentKey)> = None;
    for candidate in opened {
        let outcome = match &success {
            Some((_, _, content_key)) if *content_key == candidate.content_key => Ok(()),
            Some(_) => {
                Err("The content key in this recipient's RecipientInfo is not the one that opens the content"
                    .to_owned())
            }
            None => plaintext(run, data, &candidate.content_key).map(|entity| {
                success = Some((entity, candidate.key.name.clone(), candidate.content_key));
            }),
        };
        match outcome {
            Ok(()) => {
                if let Some(recipient) = run.report.recipients.get_mut(candidate.recipient) {
                    recipient.opened_with = Some(candidate.key.name.clone());
                }
            }
            Err(detail) => {
                let removal = not_decryptable(PLAINTEXT, detail, "no MIME entity".to_owned());
                run.remove(candidate.recipient, removal, &mut step.ledger);
            }
        }
    }
    let Some((entity, key_name, _)) = success else {
        return Err(nobody_left(run).into());
    };
    step.ledger.pass(PLAINTEXT, format!("The plaintext is a MIME entity, {}", entity.content_type.essence()));
    step.after = Some(entity.span());
    run.report.buffers.push(entity.buffer.clone());
    Ok((entity, key_name))
}

fn plaintext(run: &Run<'_>, data: &EnvelopedData, content_key: &ContentKey) -> Result<Entity, String> {
    let buffer = decrypt::decrypt_content(data, content_key).map_err(|error| error.to_string())?;
    let entity =
        Entity::parse_whole(&buffer, &run.agent.limits, &mut Ledger::new()).map_err(|limit| limit.to_string())?;
    if entity.field("Content-Type").is_none() {
        return Err(
            "What decryption gave is not a MIME entity: the key is wrong or the ciphertext was altered".to_owned()
        );
    }
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
