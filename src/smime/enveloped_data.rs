//! EnvelopedData and AuthEnvelopedData read over their octets (RFC 5652 §6, 5083). Nothing is decrypted here.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::algorithm::{ContentCipher, KeyEncryption};
use super::cms::{CmsError, Fields, Trailing, check_extent, content_info, well_formed};
use super::identifier::CertificateIdentifier;
use crate::asn1::{Element, Oid, Tree, oid, tag};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::Limits;
use crate::span::{Buffer, Span};

const RECIPIENT_VERSION: Rule = Rule::new("cms.recipient-info-version", "RFC 5652 §6.2");
const CIPHER: Rule = Rule::new("cms.content-encryption", "RFC 8551 §2.7");

/// Which of the two types it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeKind {
    /// RFC 5083: a change of the ciphertext is noticed.
    AuthEnveloped,
    /// RFC 5652 §6: it is not.
    Enveloped,
}

impl EnvelopeKind {
    /// The value of `smime-type`.
    #[must_use]
    pub const fn smime_type(self) -> &'static str {
        match self {
            Self::AuthEnveloped => "authEnveloped-data",
            Self::Enveloped => "enveloped-data",
        }
    }
}

/// An envelope with the places of its parts.
#[derive(Clone, Debug)]
pub struct EnvelopedData {
    buffer: Buffer,
    /// Which type it is.
    pub kind: EnvelopeKind,
    /// The version it states.
    pub version: i64,
    /// For whom it is; each recipient of a key agreement counts on its own.
    pub recipients: Vec<RecipientInfo>,
    /// The type of the content.
    pub content_type: Oid,
    /// The cipher of the content.
    pub cipher: ContentCipher,
    /// What was noticed while reading.
    pub findings: Vec<Finding>,
    /// The octets of the initialisation vector or nonce.
    pub(super) vector: Vec<u8>,
    /// Octets of the authentication tag, as the parameters state it.
    pub(super) tag_length: usize,
    /// Where the ciphertext is; several segments for a constructed string.
    pub(super) ciphertext: Vec<Range<usize>>,
    /// The authenticated attributes, as a set of values to hash.
    pub(super) authenticated: Option<Vec<Range<usize>>>,
    /// The authentication tag.
    pub(super) mac: Vec<u8>,
}

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
    /// `kekri`: a key that both hold already.
    KeyEncryptionKey,
    /// `ktri`: the content key is encrypted with the recipient's public key.
    KeyTransport {
        /// Whose key is needed.
        identifier: CertificateIdentifier,
        /// How.
        algorithm: KeyEncryption,
        /// The encrypted content key.
        encrypted_key: Vec<u8>,
    },
    /// `ori`: any other kind, such as KEMs (RFC 9629).
    Other(Option<Oid>),
    /// `pwri`: a password.
    Password,
}

/// How a key is agreed upon, for any number of recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAgreement {
    /// How the key is derived and wrapped.
    pub algorithm: KeyEncryption,
    /// The octets of the originator's public key, a point of the recipient's curve.
    pub originator: Option<Vec<u8>>,
    /// The user keying material.
    pub material: Option<Vec<u8>>,
    /// The octets of the key wrap algorithm's identifier, which the derivation hashes.
    pub wrap_identifier: Vec<u8>,
}

impl RecipientInfo {
    /// The name of the kind: `key-transport`.
    #[must_use]
    pub const fn kind_name(&self) -> &'static str {
        match &self.kind {
            RecipientKind::KeyAgreement { .. } => "key-agreement",
            RecipientKind::KeyEncryptionKey => "key-encryption-key",
            RecipientKind::KeyTransport { .. } => "key-transport",
            RecipientKind::Other(_) => "other",
            RecipientKind::Password => "password",
        }
    }

    /// Whose certificate it names, if it names one.
    #[must_use]
    pub const fn identifier(&self) -> Option<&CertificateIdentifier> {
        match &self.kind {
            RecipientKind::KeyAgreement { identifier, .. } | RecipientKind::KeyTransport { identifier, .. } => {
                Some(identifier)
            }
            _ => None,
        }
    }

    /// How the content key is encrypted, where public keys are used.
    #[must_use]
    pub fn key_encryption(&self) -> Option<&KeyEncryption> {
        match &self.kind {
            RecipientKind::KeyAgreement { agreement, .. } => Some(&agreement.algorithm),
            RecipientKind::KeyTransport { algorithm, .. } => Some(algorithm),
            _ => None,
        }
    }
}

impl EnvelopedData {
    /// Reads a ContentInfo that holds an EnvelopedData or AuthEnvelopedData.
    ///
    /// # Errors
    /// [`CmsError`] when the octets are neither, or pass a cap.
    pub fn read(buffer: &Buffer, limits: &Limits) -> Result<Self, CmsError> {
        let tree = Tree::parse(buffer.octets(), limits);
        let (type_, content) = content_info(&tree, limits)?;
        let kind = match type_.as_str() {
            oid::ENVELOPED_DATA => EnvelopeKind::Enveloped,
            oid::AUTH_ENVELOPED_DATA => EnvelopeKind::AuthEnveloped,
            _ => return Err(CmsError::WrongType { expected: "enveloped-data", found: type_ }),
        };
        let mut ledger = Ledger::new();
        check_extent(&tree, buffer, Trailing::Report, &mut ledger)?;
        let mut fields = Fields::of(&content, "EnvelopedData")?;
        let version = fields.version()?;
        fields.optional(|field| field.is_context(0));
        let infos = fields.universal("recipientInfos", tag::SET)?;
        let encrypted = fields.universal("encryptedContentInfo", tag::SEQUENCE)?;
        let recipients = read_recipients(&infos, buffer, limits, &mut ledger)?;
        let mut envelope = read_content(&encrypted, buffer, kind)?;
        if kind == EnvelopeKind::AuthEnveloped {
            let attributes = fields.optional(|field| field.is_context(1));
            let mac = fields.universal("mac", tag::OCTET_STRING)?;
            envelope.authenticated = attributes.map(|set| set.children().map(|value| value.range()).collect());
            envelope.mac = well_formed(mac.octet_string(), "mac", &mac)?.into_owned();
        }
        if envelope.cipher.is_weak() {
            ledger.warn(CIPHER, format!("The content is encrypted with {}, which is weak", envelope.cipher));
        }
        Ok(Self { version, recipients, findings: ledger.into_findings(), ..envelope })
    }

    /// The octets it was read from.
    #[must_use]
    pub const fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// Number of octets of the ciphertext.
    #[must_use]
    pub fn ciphertext_length(&self) -> usize {
        self.ciphertext.iter().map(ExactSizeIterator::len).sum()
    }
}

fn read_content(encrypted: &Element<'_, '_>, buffer: &Buffer, kind: EnvelopeKind) -> Result<EnvelopedData, CmsError> {
    let mut fields = Fields::of(encrypted, "encryptedContentInfo")?;
    let content_type = fields.oid("contentType")?;
    let algorithm = fields.universal("contentEncryptionAlgorithm", tag::SEQUENCE)?;
    let content = fields.required("encryptedContent", |field| field.is_context(0))?;
    let name = algorithm.child(0).and_then(|field| field.oid());
    let cipher = ContentCipher::from_oid(&well_formed(name, "contentEncryptionAlgorithm", &algorithm)?);
    let (vector, tag_length) = read_parameters(&cipher, &algorithm)?;
    Ok(EnvelopedData {
        buffer: buffer.clone(),
        kind,
        version: 0,
        recipients: Vec::new(),
        content_type,
        cipher,
        findings: Vec::new(),
        vector,
        tag_length,
        ciphertext: well_formed(content.octet_string_segments(), "encryptedContent", &content)?,
        authenticated: None,
        mac: Vec::new(),
    })
}

/// The initialisation vector (RFC 3565 §2.2, 3370 §5.1), or the nonce and the length of the tag (RFC 5084 §3.2).
fn read_parameters(cipher: &ContentCipher, algorithm: &Element<'_, '_>) -> Result<(Vec<u8>, usize), CmsError> {
    const FIELD: &str = "contentEncryptionAlgorithm parameters";
    if cipher.cipher().is_none() {
        return Ok((Vec::new(), 0));
    }
    let parameters = well_formed(algorithm.child(1), FIELD, algorithm)?;
    if !cipher.is_authenticated() {
        let vector = well_formed(parameters.octet_string(), FIELD, &parameters)?;
        return Ok((vector.into_owned(), 0));
    }
    let mut fields = Fields::of(&parameters, FIELD)?;
    let nonce = fields.universal(FIELD, tag::OCTET_STRING)?;
    let vector = well_formed(nonce.octet_string(), FIELD, &nonce)?.into_owned();
    let tag_length = match fields.optional(|field| field.is(tag::INTEGER)) {
        Some(field) => {
            field.small_integer().and_then(|length| usize::try_from(length).ok()).filter(|l| (12..=16).contains(l))
        }
        None => Some(12),
    };
    Ok((vector, well_formed(tag_length, FIELD, &parameters)?))
}

fn read_recipients(
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
            let keys = read_agreement(&info)?;
            recipients.extend(keys.into_iter().map(|kind| RecipientInfo { span, kind }));
        } else if info.is_context(2) {
            recipients.push(RecipientInfo { span, kind: RecipientKind::KeyEncryptionKey });
        } else if info.is_context(3) {
            recipients.push(RecipientInfo { span, kind: RecipientKind::Password });
        } else {
            let kind = info.child(0).and_then(|field| field.oid());
            recipients.push(RecipientInfo { span, kind: RecipientKind::Other(kind) });
        }
        Limits::check("number of recipients of the envelope", recipients.len(), limits.recipients)?;
    }
    Ok(recipients)
}

fn read_transport(info: &Element<'_, '_>, span: Span, ledger: &mut Ledger) -> Result<RecipientKind, CmsError> {
    let mut fields = Fields::of(info, "KeyTransRecipientInfo")?;
    let version = fields.version()?;
    let rid = fields.required("rid", |_| true)?;
    let algorithm = fields.universal("keyEncryptionAlgorithm", tag::SEQUENCE)?;
    let key = fields.universal("encryptedKey", tag::OCTET_STRING)?;
    let identifier = well_formed(CertificateIdentifier::read(&rid), "rid", &rid)?;
    let expected = if matches!(identifier, CertificateIdentifier::SubjectKeyId(_)) { 2 } else { 0 };
    if version != expected {
        let detail = "The version does not fit how the RecipientInfo names its certificate";
        let finding = Finding::new(RECIPIENT_VERSION, Severity::Warning, detail).at(span);
        ledger.note(finding.values(version.to_string(), expected.to_string()));
    }
    Ok(RecipientKind::KeyTransport {
        identifier,
        algorithm: well_formed(KeyEncryption::read(&algorithm), "keyEncryptionAlgorithm", &algorithm)?,
        encrypted_key: well_formed(key.octet_string(), "encryptedKey", &key)?.into_owned(),
    })
}

fn read_agreement(info: &Element<'_, '_>) -> Result<Vec<RecipientKind>, CmsError> {
    let mut fields = Fields::under(info);
    fields.version()?;
    let originator = fields.required("originator", |field| field.is_context(0))?;
    let material = fields.optional(|field| field.is_context(1));
    let algorithm = fields.universal("keyEncryptionAlgorithm", tag::SEQUENCE)?;
    let keys = fields.universal("recipientEncryptedKeys", tag::SEQUENCE)?;
    // originatorKey is [1]: algorithm and public key. The other forms name a certificate, which mail never uses.
    let public_key = originator.child(0).filter(|choice| choice.is_context(1));
    // Shared, because an envelope may name a thousand recipients after one large originator key.
    let agreement = Arc::new(KeyAgreement {
        algorithm: well_formed(KeyEncryption::read(&algorithm), "keyEncryptionAlgorithm", &algorithm)?,
        originator: public_key.and_then(|choice| choice.child(1)?.bit_string().map(<[u8]>::to_vec)),
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
