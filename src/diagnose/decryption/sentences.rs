//! What is said of an envelope that stays shut, for people who operate mail systems.

use super::holding::{Holding, Opens, Relation};
use super::keyring::Keyring;
use super::{Addressed, LISTED};
use crate::finding::{after_colon, counted};
use crate::pki::{Certificate, Validity};
use crate::smime::{RecipientInfo, RecipientKind};

/// RecipientInfos that are told one by one.
const TOLD: usize = 5;

/// For whom a RecipientInfo is, and what is held.
pub(super) fn addressed(addressed: &Addressed, info: &RecipientInfo, keyring: &Keyring<'_>) -> String {
    let head = format!("RecipientInfo {} is for {}", addressed.number, whose(addressed, info));
    if info.identifier().is_none() {
        return head;
    }
    let mut tails: Vec<String> = Vec::new();
    let mut told: Vec<Relation> = Vec::new();
    for holding in &addressed.holdings {
        if !told.contains(&holding.relation) {
            told.push(holding.relation);
            tails.push(tail(holding, addressed, keyring));
        }
    }
    if tails.is_empty() {
        let known = if addressed.certificate.is_some() {
            "its private key is not held here"
        } else {
            "nothing here belongs to it"
        };
        tails.push(known.to_owned());
    }
    // The nearest says all where it is the key itself.
    let most = if told.first().is_some_and(|first| *first <= Relation::Twin) { 1 } else { 3 };
    tails.truncate(most);
    format!("{head}; {}", tails.join("; "))
}

fn whose(addressed: &Addressed, info: &RecipientInfo) -> String {
    match &info.kind {
        RecipientKind::KeyEncryptionKey { .. } => {
            format!(
                "a key that sender and recipient share ({}), not for a certificate: mail of this kind does not use it",
                addressed.identifier
            )
        }
        RecipientKind::Password { .. } => {
            "whoever knows a password, not for a certificate: mail of this kind does not use it".to_owned()
        }
        RecipientKind::Other(_) => {
            format!("a kind of recipient that is not known here ({}), not for a certificate", addressed.key_encryption)
        }
        _ => match &addressed.certificate {
            Some(certificate) => {
                format!(
                    "the certificate with {}, which is that of {} ({})",
                    addressed.identifier,
                    certificate.common_name(),
                    dates(certificate)
                )
            }
            None => format!("a certificate that is not known here, with {}", addressed.identifier),
        },
    }
}

fn dates(certificate: &Certificate) -> String {
    format!("valid from {} until {}", certificate.not_before().date(), certificate.not_after().date())
}

fn tail(holding: &Holding, addressed: &Addressed, keyring: &Keyring<'_>) -> String {
    let (party, key) = (&holding.party, format!("“{}”", holding.name));
    let certificate = holding.certificate.as_ref().map(described).unwrap_or_default();
    let opens = if holding.opens == Opens::Yes { ", and it opens the message" } else { "" };
    match holding.relation {
        Relation::Key => {
            let failure = addressed.number.checked_sub(1).and_then(|place| keyring.unwrap_failure(place));
            let outcome = match failure {
                Some(error) => format!(", but {}", after_colon(&error.to_string())),
                None => opens.to_owned(),
            };
            format!("{party} holds its key {key}{outcome}{}", expired(holding, keyring))
        }
        Relation::KeyOfAnother => {
            format!("its key {key} is that of {party}, for whom the message did not come{opens}")
        }
        Relation::Twin => {
            format!("{party} holds the same private key under another certificate ({key}, {certificate}){opens}")
        }
        Relation::Successor => {
            format!(
                "{party} holds the key of its successor ({key}, {certificate}), so the sender used an old certificate"
            )
        }
        Relation::Predecessor => {
            format!(
                "{party} holds the key of its predecessor ({key}, {certificate}), so the sender used a newer certificate than this workspace has the key of"
            )
        }
        Relation::SameIssuer => {
            format!(
                "{party} holds the key of another certificate of that issuer ({key}, {certificate}): perhaps an older or newer one"
            )
        }
        Relation::CertificateOnly => format!("it is kept for {party} as {key}, without its private key"),
        Relation::Locked => format!("{party} has the locked private key {key}, which may be the one"),
    }
}

// RFC 5280 does not forbid it, and mail that was sent in time arrives late.
fn expired(holding: &Holding, keyring: &Keyring<'_>) -> String {
    match &holding.certificate {
        Some(certificate) if certificate.validity_at(keyring.agent.now) == Validity::Expired => {
            format!(
                " (its certificate expired on {}, which is no hindrance for decrypting)",
                certificate.not_after().date()
            )
        }
        _ => String::new(),
    }
}

fn described(certificate: &Certificate) -> String {
    format!("serial number {}, {}", certificate.serial(), dates(certificate))
}

/// How far what is held is from what a RecipientInfo needs: to be compared, smallest first.
pub(super) fn distance(addressed: &Addressed) -> (bool, usize) {
    let first = addressed.holdings.first();
    (first.is_none_or(|first| first.opens != Opens::Yes), first.map_or(usize::MAX, |first| rank(first.relation)))
}

/// The one sentence that everybody reads.
fn lead(nearest: Option<&Holding>) -> String {
    let Some(Holding { relation, party, .. }) = nearest else {
        return "The message was encrypted for somebody whose private key is not held here".to_owned();
    };
    match relation {
        Relation::Key => {
            format!(
                "The message was encrypted for a certificate of {party} whose key is held here, and it does not open it"
            )
        }
        Relation::KeyOfAnother => format!("The message was encrypted for {party}, for whom it did not come"),
        Relation::Twin => {
            format!("The message was encrypted for another certificate over the same private key that {party} holds")
        }
        Relation::Successor => format!("The message was encrypted for a former certificate of {party}"),
        Relation::Predecessor => {
            format!("The message was encrypted for a newer certificate of {party} than the one whose key is held here")
        }
        Relation::SameIssuer => {
            format!(
                "The message was encrypted for a certificate that is not known here and is none of those of {party}"
            )
        }
        Relation::CertificateOnly => {
            format!("The message was encrypted for a certificate of {party} whose private key is not held here")
        }
        Relation::Locked => format!("The message may be for a private key of {party}, which is locked"),
    }
}

/// What is told of the whole envelope.
pub(super) fn explanation(all: &[Addressed], keyring: &Keyring<'_>) -> Vec<String> {
    let mut nearest: Vec<&Addressed> = all.iter().collect();
    nearest.sort_by_key(|addressed| distance(addressed));
    let mut told = vec![lead(nearest.first().and_then(|addressed| addressed.holdings.first()))];
    told.extend(nearest.iter().take(TOLD).map(|addressed| addressed.sentence.clone()));
    if let Some(others) = all.len().checked_sub(TOLD).filter(|others| *others > 0) {
        let listed = if all.len() > LISTED {
            format!("; {LISTED} of all are listed, those first of which something is held")
        } else {
            ", which are listed with the rest".to_owned()
        };
        told.push(format!("The envelope has {} more{listed}", counted(others, "RecipientInfo")));
    }
    if all.is_empty() {
        told.push("The envelope has no RecipientInfo at all, so nobody can open it".to_owned());
    }
    let locked = keyring.locked();
    if locked > 0 {
        told.push(format!("{} locked here and could not be compared", are(locked, "private key")));
    }
    if keyring.is_exhausted() {
        told.push(format!(
            "The most private-key operations that a diagnosis makes ({}) were made, so not every key was tried",
            keyring.agent.limits.diagnosis_unwraps
        ));
    }
    told
}

fn are(count: usize, noun: &str) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { "is" } else { "are" })
}

const fn rank(relation: Relation) -> usize {
    match relation {
        Relation::Key => 0,
        Relation::KeyOfAnother => 1,
        Relation::Twin => 2,
        Relation::Successor => 3,
        Relation::Predecessor => 4,
        Relation::CertificateOnly => 5,
        Relation::Locked => 6,
        Relation::SameIssuer => 7,
    }
}

/// What would change the answer: for the nearest that is held.
pub(super) fn advice(all: &[Addressed], keyring: &Keyring<'_>) -> Vec<String> {
    let holdings = all.iter().flat_map(|addressed| addressed.holdings.iter().map(move |holding| (addressed, holding)));
    let nearest = holdings.min_by_key(|(_, holding)| (holding.opens != Opens::Yes, rank(holding.relation)));
    let mut advice = Vec::new();
    match nearest {
        Some((addressed, holding)) => advice.extend(for_holding(addressed, holding)),
        None => advice.extend(keyring.own_certificates().into_iter().take(2).map(|own| encrypt_for(&own))),
    }
    if nearest.is_none() {
        let of_certificates = all.iter().filter(|addressed| is_for_certificate(addressed.kind));
        advice.extend(of_certificates.take(2).map(|addressed| {
            format!(
                "If that certificate is one of your own, import its private key (PKCS#12): {}",
                addressed.identifier
            )
        }));
    }
    if all.is_empty() {
        advice.push(
            "Let the sender's agent encrypt for the recipients: an envelope for nobody is a fault of that program"
                .to_owned(),
        );
    }
    advice
}

fn for_holding(addressed: &Addressed, holding: &Holding) -> Vec<String> {
    let (party, key, named) = (&holding.party, &holding.name, &addressed.identifier);
    let own = holding.certificate.as_ref().map(encrypt_for);
    match holding.relation {
        Relation::Key => vec![
            "Ask the sender to send the message again, and compare the encrypted part with the sender's copy if that fails too"
                .to_owned(),
        ],
        Relation::KeyOfAnother => vec![
            format!("If the message is meant for {party}, give it to them: RCPT TO, or --to {party} on the command line"),
            format!("Else ask the sender to encrypt for the recipient's own certificate, not for that of {party}"),
        ],
        Relation::Twin => {
            let again = format!("Import the key “{key}” of {party} once more, with the certificate that is named ({named})");
            std::iter::once(again).chain(own).collect()
        }
        Relation::Successor => {
            let import = format!("To read this one message, import the private key of the old certificate for {party} ({named})");
            own.into_iter().chain([import]).collect()
        }
        Relation::Predecessor | Relation::CertificateOnly => {
            vec![format!("Import the private key (PKCS#12) of that certificate for {party}: {named}")]
        }
        Relation::SameIssuer => own.into_iter().collect(),
        Relation::Locked => vec![format!("Unlock the private keys of {party} with their passphrase and look again")],
    }
}

fn encrypt_for(certificate: &Certificate) -> String {
    format!(
        "Ask the sender to look the certificate up again, and to encrypt for the one of {} with serial number {} that {} issued",
        certificate.common_name(),
        certificate.serial(),
        certificate.issuer()
    )
}

/// How it is proven that a key opens the message after all, or that nobody's does.
pub(super) fn proof(all: &[Addressed], keyring: &Keyring<'_>) -> Option<String> {
    let holdings = || all.iter().flat_map(|addressed| &addressed.holdings);
    let opener = |holding: &&Holding| holding.opens == Opens::Yes && holding.relation != Relation::Key;
    if let Some(holding) = holdings().find(opener) {
        return Some(format!(
            "With the private key “{}” of {} the content key unwraps and the content decrypts to a message",
            holding.name, holding.party
        ));
    }
    let named_for_certificates = all.iter().all(|addressed| is_for_certificate(addressed.kind));
    let failed = holdings().any(|holding| holding.opens == Opens::No);
    if failed || !named_for_certificates || keyring.locked() > 0 || keyring.is_exhausted() {
        return None;
    }
    let opened = holdings().any(|holding| holding.opens == Opens::Yes);
    Some(match keyring.open() {
        0 => "No private key at all is held in this workspace, open or locked".to_owned(),
        _ if opened => {
            "Which certificates the envelope names is plain from its octets; who was refused holds the key of none of them"
                .to_owned()
        }
        1 => "Which certificates the envelope names is plain from its octets; the one private key held here belongs to none \
              of them"
            .to_owned(),
        open => format!(
            "Which certificates the envelope names is plain from its octets; none of the {open} private keys held here belongs \
             to one of them"
        ),
    })
}

fn is_for_certificate(kind: &str) -> bool {
    matches!(kind, "key-transport" | "key-agreement" | "key-encapsulation")
}
