//! RecipientInfo: for whom an envelope is, and how each gets the content key (RFC 5652 §6.2, 5753, 9629).

use std::borrow::Cow;
use std::sync::Arc;

use super::cms::{CmsError, Fields, well_formed};
use super::identifier::CertificateIdentifier;
use super::key_encryption::{KeyEncryption, KeyWrap};
use crate::asn1::{Element, Oid, oid, tag};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::Limits;
use crate::span::{Buffer, Span};

const VERSION: Rule = Rule::new("cms.recipient-info-version", "RFC 5652 §6.2");

/// One way to the content key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientInfo {
    /// Its octets.
    pub span: Span,
    /// For whom and how.
    pub kind: RecipientKind,
}

/// The kinds of RecipientInfo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecipientKind {
    /// `kari`: the content key is wrapped under a key agreed upon (RFC 5753).
    KeyAgreement {
        /// Whose key is needed.
        identifier: CertificateIdentifier,
        /// What the recipients of one agreement share.
        agreement: Arc<KeyAgreement>,
        /// The wrapped content key.
        encrypted_key: Vec<u8>,
    },
    /// `ori` of the kind KEMRecipientInfo: the content key is wrapped under an encapsulated key (RFC 9629); named only.
    KeyEncapsulation {
        /// Whose key is needed.
        identifier: CertificateIdentifier,
        /// The key encapsulation, such as ML-KEM.
        algorithm: Oid,
        /// How the content key is wrapped.
        wrap: KeyWrap,
    },
    /// `kekri`: a key that both hold already; named only.
    KeyEncryptionKey {
        /// The name that both have for it.
        key_identifier: Vec<u8>,
        /// How the content key is wrapped.
        wrap: KeyWrap,
    },
    /// `ktri`: the content key is encrypted with the recipient's public key.
    KeyTransport {
        /// Whose key is needed.
        identifier: CertificateIdentifier,
        /// How.
        algorithm: KeyEncryption,
        /// The encrypted content key.
        encrypted_key: Vec<u8>,
    },
    /// `ori` of another kind, or a choice that RFC 5652 does not have.
    Other(Option<Oid>),
    /// `pwri`: a password; named only.
    Password {
        /// How the key is derived from it, if that is said.
        derivation: Option<Oid>,
        /// How the content key is encrypted.
        algorithm: Option<Oid>,
    },
}

/// How a key is agreed upon, for any number of recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAgreement {
    /// How the key is derived and wrapped.
    pub algorithm: KeyEncryption,
    /// The other side of the agreement.
    pub originator: Option<Originator>,
    /// The user keying material.
    pub material: Option<Vec<u8>>,
    /// The octets of the key wrap algorithm's identifier, which the derivation hashes.
    pub wrap_identifier: Vec<u8>,
}

/// The other side of a key agreement (RFC 5652 §6.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Originator {
    /// A long-term key, by its certificate.
    Certificate(CertificateIdentifier),
    /// A key made for this message.
    Key {
        /// The kind of key it says it is.
        algorithm: Option<Oid>,
        /// A point of the recipient's curve.
        public_key: Vec<u8>,
    },
}

impl RecipientInfo {
    /// The name of the kind: `key-transport`.
    #[must_use]
    pub const fn kind_name(&self) -> &'static str {
        match &self.kind {
            RecipientKind::KeyAgreement { .. } => "key-agreement",
            RecipientKind::KeyEncapsulation { .. } => "key-encapsulation",
            RecipientKind::KeyEncryptionKey { .. } => "key-encryption-key",
            RecipientKind::KeyTransport { .. } => "key-transport",
            RecipientKind::Other(_) => "other",
            RecipientKind::Password { .. } => "password",
        }
    }

    /// Whose certificate it names, if it names one.
    #[must_use]
    pub const fn identifier(&self) -> Option<&CertificateIdentifier> {
        match &self.kind {
            RecipientKind::KeyAgreement { identifier, .. }
            | RecipientKind::KeyEncapsulation { identifier, .. }
            | RecipientKind::KeyTransport { identifier, .. } => Some(identifier),
            _ => None,
        }
    }

    /// How the content key is encrypted, where public keys of kinds known here are used.
    #[must_use]
    pub fn key_encryption(&self) -> Option<&KeyEncryption> {
        match &self.kind {
            RecipientKind::KeyAgreement { agreement, .. } => Some(&agreement.algorithm),
            RecipientKind::KeyTransport { algorithm, .. } => Some(algorithm),
            _ => None,
        }
    }

    /// Who is meant, in words: a certificate, or the name of a shared key.
    #[must_use]
    pub fn recipient_name(&self) -> Option<String> {
        match &self.kind {
            RecipientKind::KeyEncryptionKey { key_identifier, .. } => {
                let octets = key_identifier.iter().take(64).map(|octet| format!("{octet:02X}"));
                Some(format!("shared key {}", octets.collect::<String>()))
            }
            RecipientKind::Password { .. } => Some("whoever knows the password".to_owned()),
            _ => self.identifier().map(ToString::to_string),
        }
    }

    /// How the content key is encrypted, in words.
    #[must_use]
    pub fn algorithm_name(&self) -> Option<String> {
        match &self.kind {
            RecipientKind::KeyEncapsulation { algorithm, wrap, .. } => Some(format!("{algorithm} with {wrap}")),
            RecipientKind::KeyEncryptionKey { wrap, .. } => Some(wrap.to_string()),
            RecipientKind::Password { derivation: Some(derivation), algorithm: Some(algorithm) } => {
                Some(format!("{derivation} with {algorithm}"))
            }
            RecipientKind::Password { algorithm, .. } => algorithm.as_ref().map(ToString::to_string),
            RecipientKind::Other(kind) => kind.as_ref().map(ToString::to_string),
            _ => self.key_encryption().map(ToString::to_string),
        }
    }
}

pub(super) fn read_recipients(
    infos: &Element<'_, '_>,
    buffer: &Buffer,
    limits: &Limits,
    ledger: &mut Ledger,
) -> Result<Vec<RecipientInfo>, CmsError> {
    let mut recipients = Vec::new();
    for info in infos.children() {
        let span = buffer.span(info.range());
        if info.is(tag::SEQUENCE) {
            recipients.push(RecipientInfo { span, kind: read_transport(&info, span, ledger)? });
        } else if info.is_context(1) {
            let keys = read_agreement(&info, span, ledger)?;
            recipients.extend(keys.into_iter().map(|kind| RecipientInfo { span, kind }));
        } else {
            // What serves others than holders of certificates is named as far as it can be read, and never an error.
            recipients.push(RecipientInfo { span, kind: read_other(&info) });
        }
        Limits::check("number of recipients of the envelope", recipients.len(), limits.recipients)?;
    }
    Ok(recipients)
}

fn check_version(found: i64, expected: i64, span: Span, ledger: &mut Ledger) {
    if found != expected {
        let detail = "The version does not fit the kind of RecipientInfo, or how it names its certificate";
        let finding = Finding::new(VERSION, Severity::Warning, detail).at(span);
        ledger.note(finding.values(found.to_string(), expected.to_string()));
    }
}

fn read_transport(info: &Element<'_, '_>, span: Span, ledger: &mut Ledger) -> Result<RecipientKind, CmsError> {
    let mut fields = Fields::of(info, "KeyTransRecipientInfo")?;
    let version = fields.version()?;
    let rid = fields.required("rid", |_| true)?;
    let algorithm = fields.universal("keyEncryptionAlgorithm", tag::SEQUENCE)?;
    let key = fields.universal("encryptedKey", tag::OCTET_STRING)?;
    let identifier = well_formed(CertificateIdentifier::read(&rid), "rid", &rid)?;
    let by_key_id = matches!(identifier, CertificateIdentifier::SubjectKeyId(_));
    check_version(version, if by_key_id { 2 } else { 0 }, span, ledger);
    Ok(RecipientKind::KeyTransport {
        identifier,
        algorithm: well_formed(KeyEncryption::read(&algorithm), "keyEncryptionAlgorithm", &algorithm)?,
        encrypted_key: well_formed(key.octet_string(), "encryptedKey", &key)?.into_owned(),
    })
}

fn read_agreement(info: &Element<'_, '_>, span: Span, ledger: &mut Ledger) -> Result<Vec<RecipientKind>, CmsError> {
    let mut fields = Fields::under(info);
    check_version(fields.version()?, 3, span, ledger);
    let originator = fields.required("originator", |field| field.is_context(0))?;
    let material = fields.optional(|field| field.is_context(1));
    let algorithm = fields.universal("keyEncryptionAlgorithm", tag::SEQUENCE)?;
    let keys = fields.universal("recipientEncryptedKeys", tag::SEQUENCE)?;
    // Shared, because an envelope may name a thousand recipients after one large originator key.
    let agreement = Arc::new(KeyAgreement {
        algorithm: well_formed(KeyEncryption::read(&algorithm), "keyEncryptionAlgorithm", &algorithm)?,
        originator: originator.child(0).and_then(|choice| read_originator(&choice)),
        material: material.and_then(|field| field.child(0)?.octet_string().map(Cow::into_owned)),
        wrap_identifier: algorithm.child(1).map(|wrap| wrap.whole().to_vec()).unwrap_or_default(),
    });
    let read = |key: Element<'_, '_>| {
        let mut fields = Fields::of(&key, "RecipientEncryptedKey")?;
        let rid = fields.required("rid", |_| true)?;
        let encrypted_key = fields.universal("encryptedKey", tag::OCTET_STRING)?;
        Ok(RecipientKind::KeyAgreement {
            identifier: well_formed(CertificateIdentifier::read(&rid), "rid", &rid)?,
            agreement: Arc::clone(&agreement),
            encrypted_key: well_formed(encrypted_key.octet_string(), "encryptedKey", &encrypted_key)?.into_owned(),
        })
    };
    keys.children().map(read).collect()
}

/// OriginatorIdentifierOrKey: `[1]` is a key with its algorithm, the other choices name a certificate.
fn read_originator(choice: &Element<'_, '_>) -> Option<Originator> {
    if !choice.is_context(1) {
        return CertificateIdentifier::read(choice).map(Originator::Certificate);
    }
    Some(Originator::Key {
        algorithm: choice.child(0).and_then(|identifier| identifier.child(0)?.oid()),
        public_key: choice.child(1)?.bit_string()?.to_vec(),
    })
}

fn read_other(info: &Element<'_, '_>) -> RecipientKind {
    let named = |identifier: Option<Element<'_, '_>>| identifier.and_then(|identifier| identifier.child(0)?.oid());
    if info.is_context(2) {
        // version, kekid, keyEncryptionAlgorithm, encryptedKey
        let name = info.child(1).and_then(|id| id.child(0)?.octet_string().map(Cow::into_owned));
        let wrap = named(info.child(2)).map(|wrap| KeyWrap::from_oid(&wrap));
        return match (name, wrap) {
            (Some(key_identifier), Some(wrap)) => RecipientKind::KeyEncryptionKey { key_identifier, wrap },
            _ => RecipientKind::Other(None),
        };
    }
    if info.is_context(3) {
        // version, keyDerivationAlgorithm [0] OPTIONAL, keyEncryptionAlgorithm, encryptedKey
        let derivation = info.children().find(|field| field.is_context(0));
        let algorithm = info.children().find(|field| field.is(tag::SEQUENCE));
        return RecipientKind::Password { derivation: named(derivation), algorithm: named(algorithm) };
    }
    let kind = info.child(0).and_then(|field| field.oid());
    if info.is_context(4) && kind.as_ref().is_some_and(|kind| *kind == oid::ORI_KEM) {
        return info.child(1).and_then(|value| read_encapsulation(&value)).unwrap_or(RecipientKind::Other(kind));
    }
    RecipientKind::Other(kind)
}

/// KEMRecipientInfo (RFC 9629 §3): version, rid, kem, kemct, kdf, kekLength, ukm `[0]` OPTIONAL, wrap, encryptedKey.
fn read_encapsulation(value: &Element<'_, '_>) -> Option<RecipientKind> {
    let wrap = value.children().skip(6).find(|field| field.is(tag::SEQUENCE))?.child(0)?.oid()?;
    Some(RecipientKind::KeyEncapsulation {
        identifier: CertificateIdentifier::read(&value.child(1)?)?,
        algorithm: value.child(2)?.child(0)?.oid()?,
        wrap: KeyWrap::from_oid(&wrap),
    })
}
