//! EnvelopedData and AuthEnvelopedData read over their octets (RFC 5652 §6, 5083). Nothing is decrypted here.

use std::ops::Range;

use super::cms::{CmsError, Fields, Trailing, check_extent, content_info, well_formed};
use super::content_cipher::{ContentAlgorithm, ContentCipher};
use super::identifier::CertificateIdentifier;
use super::key_encryption::KeyEncryption;
use super::recipient_info::{RecipientInfo, RecipientKind, read_recipients};
use super::signed_data::read_certificates;
use crate::asn1::{Element, Oid, Tree, oid, tag};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::Limits;
use crate::pki::Certificate;
use crate::span::{Buffer, Span};

const CIPHER: Rule = Rule::new("cms.content-encryption", "RFC 8551 §2.7");
const VERSION: Rule = Rule::new("cms.enveloped-data-version", "RFC 5652 §6.1, RFC 5083 §2.1");
const DERIVATION: Rule = Rule::new("cms.content-key-derivation", "RFC 9709 §2");
const WRAP_STRENGTH: Rule = Rule::new("cms.wrap-strength", "RFC 8551 §2.3");

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
    /// Certificates it brings for originators of key agreements (RFC 5652 §6.1).
    pub originator_certificates: Vec<Certificate>,
    /// The cipher with its parameters.
    pub(super) algorithm: ContentAlgorithm,
    /// Where the ciphertext is; several segments for a constructed string.
    pub(super) ciphertext: Vec<Range<usize>>,
    /// The authenticated attributes, as a set of values to hash.
    pub(super) authenticated: Option<Vec<Range<usize>>>,
    /// The authentication tag.
    pub(super) mac: Vec<u8>,
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
        let originator = fields.optional(|field| field.is_context(0));
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
        if let Some(set) = originator.as_ref().and_then(|info| info.children().find(|field| field.is_context(0))) {
            envelope.originator_certificates = read_certificates(&set, buffer, limits, &mut ledger)?;
        }
        let mut envelope = Self { version, recipients, ..envelope };
        let more = fields.optional(|field| field.is_context(1)).is_some();
        envelope.check_version(originator, more, &mut ledger);
        envelope.note_strength(&mut ledger);
        envelope.findings = ledger.into_findings();
        Ok(envelope)
    }

    /// Whether the content's key is derived from the transported one and the cipher's identifier (RFC 9709).
    #[must_use]
    pub const fn derives_content_key(&self) -> bool {
        self.algorithm.derivation.is_some()
    }

    /// A wrong version says nothing about what is encrypted, so it is a finding.
    fn check_version(&self, originator: Option<Element<'_, '_>>, has_unprotected: bool, ledger: &mut Ledger) {
        let expected = match self.kind {
            EnvelopeKind::AuthEnveloped => 0,
            EnvelopeKind::Enveloped => self.expected_version(originator, has_unprotected),
        };
        if self.version == expected {
            ledger.pass(VERSION, format!("The version of the envelope is {expected}, as its content demands"));
            return;
        }
        let finding = Finding::new(VERSION, Severity::Warning, "The version does not fit what the envelope holds");
        ledger.note(finding.values(self.version.to_string(), expected.to_string()));
    }

    /// RFC 5652 §6.1, from the top: what its parts need decides.
    fn expected_version(&self, originator: Option<Element<'_, '_>>, has_unprotected: bool) -> i64 {
        use RecipientKind::{KeyEncapsulation, KeyTransport, Other, Password};
        let brings = |form: fn(&Element<'_, '_>) -> bool| {
            originator.is_some_and(|info| info.children().any(|list| list.children().any(|one| form(&one))))
        };
        let kinds = || self.recipients.iter().map(|info| &info.kind);
        let is_version_0 = |kind: &RecipientKind| {
            matches!(kind, KeyTransport { identifier: CertificateIdentifier::IssuerSerial { .. }, .. })
        };
        // CertificateChoices: v2AttrCert is [2] and other [3]; RevocationInfoChoice: other is [1] (§10.2).
        if brings(|one| {
            one.is_context(3) || one.is_context(1) && one.child(0).is_some_and(|type_| type_.is(tag::OBJECT_IDENTIFIER))
        }) {
            4
        } else if brings(|one| one.is_context(2))
            || kinds().any(|kind| matches!(kind, Password { .. } | Other(_) | KeyEncapsulation { .. }))
        {
            3
        } else if originator.is_none() && !has_unprotected && kinds().all(is_version_0) {
            0
        } else {
            2
        }
    }

    fn note_strength(&self, ledger: &mut Ledger) {
        if self.cipher.is_weak() {
            ledger.warn(CIPHER, format!("The content is encrypted with {}, which is weak", self.cipher));
        }
        if self.derives_content_key() {
            ledger.pass(DERIVATION, "The content key depends on the cipher's identifier: it cannot be relabelled");
        }
        // The recipients of one RecipientInfo stand next to each other and share its algorithm.
        let mut told = None;
        for recipient in &self.recipients {
            let Some(algorithm) = recipient.key_encryption() else { continue };
            if told.replace(recipient.span) != Some(recipient.span) {
                self.note_wrap(algorithm, recipient.span, ledger);
            }
        }
    }

    /// The content is no better protected than the key that its key is wrapped under.
    fn note_wrap(&self, algorithm: &KeyEncryption, span: Span, ledger: &mut Ledger) {
        let KeyEncryption::Ecdh { wrap, .. } = algorithm else { return };
        let (Some(content), Some(strength)) = (self.cipher.strength_bits(), wrap.strength_bits()) else { return };
        if strength < content {
            let detail = format!("{} content is only as strong as the {wrap} around its key", self.cipher);
            let finding = Finding::new(WRAP_STRENGTH, Severity::Warning, detail).at(span);
            ledger.note(finding.values(format!("{strength} bits"), format!("{content} bits")));
        }
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
    let identifier = fields.universal("contentEncryptionAlgorithm", tag::SEQUENCE)?;
    let content = fields.required("encryptedContent", |field| field.is_context(0))?;
    let algorithm = ContentAlgorithm::read(&identifier)?;
    Ok(EnvelopedData {
        buffer: buffer.clone(),
        kind,
        version: 0,
        recipients: Vec::new(),
        content_type,
        cipher: algorithm.cipher.clone(),
        findings: Vec::new(),
        originator_certificates: Vec::new(),
        algorithm,
        ciphertext: well_formed(content.octet_string_segments(), "encryptedContent", &content)?,
        authenticated: None,
        mac: Vec::new(),
    })
}
