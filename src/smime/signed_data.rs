//! SignedData read over its octets (RFC 5652 §5). Nothing is verified here.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use super::attribute::Attribute;
use super::cms::{CmsError, Fields, Trailing, check_extent, content_info, well_formed};
use super::identifier::CertificateIdentifier;
use crate::asn1::{Element, Oid, Tree, oid, tag};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::Limits;
use crate::pki::Certificate;
use crate::span::{Buffer, Span};

const VERSION: Rule = Rule::new("cms.signed-data-version", "RFC 5652 §5.1");
const SIGNER_VERSION: Rule = Rule::new("cms.signer-info-version", "RFC 5652 §5.3");
const CERTIFICATES: Rule = Rule::new("cms.certificates-readable", "RFC 5652 §10.2");

/// A SignedData with the places of its parts.
#[derive(Clone, Debug)]
pub struct SignedData {
    buffer: Buffer,
    /// The version it states.
    pub version: i64,
    /// The digests it announces.
    pub digest_algorithms: Vec<DigestAlgorithm>,
    /// The type of the content.
    pub content_type: Oid,
    /// The certificates it carries, each once.
    pub certificates: Vec<Certificate>,
    /// Where each CRL is.
    pub crls: Vec<Span>,
    /// The signers; none in a mere carrier of certificates.
    pub signers: Vec<SignerInfo>,
    /// What was noticed while reading.
    pub findings: Vec<Finding>,
    content: Option<Vec<Range<usize>>>,
}

/// One SignerInfo.
#[derive(Clone, Debug)]
pub struct SignerInfo {
    /// Its octets.
    pub span: Span,
    /// The version it states.
    pub version: i64,
    /// How it names its certificate.
    pub identifier: CertificateIdentifier,
    /// The digest of the content.
    pub digest_algorithm: DigestAlgorithm,
    /// The signature's algorithm.
    pub signature_algorithm: SignatureAlgorithm,
    /// What is signed beside the content; `None` if the signature is over the content itself.
    pub signed_attributes: Option<Vec<Attribute>>,
    /// What is not signed.
    pub unsigned_attributes: Vec<Attribute>,
    /// The signature.
    pub signature: Vec<u8>,
    /// Those who signed this signature (RFC 5652 §11.4); one that cannot be read is left out.
    pub countersignatures: Vec<SignerInfo>,
    /// The octets of both algorithm identifiers, to compare with what is protected (RFC 6211).
    pub(super) algorithm_identifiers: [Range<usize>; 2],
}

impl SignedData {
    /// Reads a ContentInfo that holds a SignedData.
    ///
    /// # Errors
    /// [`CmsError`] when the octets are not one, or pass a cap.
    pub fn read(buffer: &Buffer, limits: &Limits) -> Result<Self, CmsError> {
        let tree = Tree::parse(buffer.octets(), limits);
        let (kind, content) = content_info(&tree, limits)?;
        if kind != oid::SIGNED_DATA {
            return Err(CmsError::WrongType { expected: "signed-data", found: kind });
        }
        let mut ledger = Ledger::new();
        check_extent(&tree, buffer, Trailing::Refuse, &mut ledger)?;
        let mut fields = Fields::of(&content, "SignedData")?;
        let version = fields.version()?;
        let digests = fields.universal("digestAlgorithms", tag::SET)?;
        let encapsulated = fields.universal("encapContentInfo", tag::SEQUENCE)?;
        let certificates = fields.optional(|field| field.is_context(0));
        let crls = fields.optional(|field| field.is_context(1));
        let signer_infos = fields.universal("signerInfos", tag::SET)?;
        fields.finish("end of SignedData")?;
        let (content_type, content) = read_encapsulated(&encapsulated)?;
        Limits::check("number of signers", signer_infos.children().count(), limits.signers)?;
        let mut signed = Self {
            buffer: buffer.clone(),
            version,
            digest_algorithms: digests.children().filter_map(|digest| DigestAlgorithm::read(&digest)).collect(),
            content_type,
            certificates: Vec::new(),
            crls: crls.iter().flat_map(Element::children).map(|crl| buffer.span(crl.range())).collect(),
            signers: signer_infos.children().map(|info| read_signer(&info, buffer)).collect::<Result<_, _>>()?,
            findings: Vec::new(),
            content,
        };
        if let Some(set) = certificates {
            signed.certificates = read_certificates(&set, buffer, limits, &mut ledger)?;
        }
        signed.check_versions(certificates.as_ref(), &mut ledger);
        signed.findings = ledger.into_findings();
        Ok(signed)
    }

    /// The octets it was read from.
    #[must_use]
    pub const fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// The content, if it is inside; segments of a constructed string are joined.
    #[must_use]
    pub fn embedded_content(&self) -> Option<Cow<'_, [u8]>> {
        let segments = self.content.as_ref()?;
        if let [only] = segments.as_slice() {
            return Some(Cow::Borrowed(self.buffer.slice(only.clone())));
        }
        Some(Cow::Owned(segments.iter().map(|range| self.buffer.slice(range.clone())).collect::<Vec<_>>().concat()))
    }

    /// The `micalg` that fits the signers, in their order.
    #[must_use]
    pub fn micalg(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for name in self.signers.iter().map(|signer| signer.digest_algorithm.micalg()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(",")
    }

    fn check_versions(&self, certificates: Option<&Element<'_, '_>>, ledger: &mut Ledger) {
        let holds = |number| certificates.is_some_and(|set| set.children().any(|choice| choice.is_context(number)));
        let by_key_id = self.signers.iter().any(|signer| signer.version == 3);
        let expected = if holds(3) {
            5
        } else if holds(2) {
            4
        } else if holds(1) || by_key_id || self.content_type != oid::DATA {
            3
        } else {
            1
        };
        if self.version != expected {
            let finding =
                Finding::new(VERSION, Severity::Warning, "The version does not fit what the SignedData holds");
            ledger.note(finding.values(self.version.to_string(), expected.to_string()));
        }
        for signer in &self.signers {
            let expected = if matches!(signer.identifier, CertificateIdentifier::SubjectKeyId(_)) { 3 } else { 1 };
            if signer.version != expected {
                let detail = "The version does not fit how the SignerInfo names its certificate";
                let finding = Finding::new(SIGNER_VERSION, Severity::Warning, detail).at(signer.span);
                ledger.note(finding.values(signer.version.to_string(), expected.to_string()));
            }
        }
    }
}

impl SignerInfo {
    /// The signed attributes of that type.
    pub fn signed<'a>(&'a self, oid: &'a str) -> impl Iterator<Item = &'a Attribute> {
        self.signed_attributes.iter().flatten().filter(move |attribute| attribute.oid == oid)
    }
}

pub(super) type Encapsulated = (Oid, Option<Vec<Range<usize>>>);

/// The content must be an OCTET STRING: other types are PKCS #7's, whose digest is over other octets (§5.2.1).
pub(super) fn read_encapsulated(encapsulated: &Element<'_, '_>) -> Result<Encapsulated, CmsError> {
    let mut fields = Fields::of(encapsulated, "encapContentInfo")?;
    let content_type = fields.oid("eContentType")?;
    let Some(content) = fields.optional(|field| field.is_context(0)) else { return Ok((content_type, None)) };
    let string = content.child(0).filter(|string| string.is(tag::OCTET_STRING));
    let segments = string.and_then(|string| string.octet_string_segments());
    Ok((content_type, Some(well_formed(segments, "eContent", &content)?)))
}

pub(super) fn read_certificates(
    set: &Element<'_, '_>,
    buffer: &Buffer,
    limits: &Limits,
    ledger: &mut Ledger,
) -> Result<Vec<Certificate>, CmsError> {
    Limits::check("number of certificates", set.children().count(), limits.certificates)?;
    let mut certificates = Vec::new();
    let mut seen = HashSet::new();
    for choice in set.children() {
        let span = buffer.span(choice.range());
        let note = |severity, detail| Finding::new(CERTIFICATES, severity, detail).at(span);
        if !choice.is(tag::SEQUENCE) {
            ledger.note(note(Severity::Info, "A certificate of another format than X.509 is left out"));
        } else if !seen.insert(choice.whole()) {
            ledger.note(note(Severity::Info, "A certificate is included more than once"));
        } else {
            match Certificate::from_der(choice.whole()) {
                Ok(certificate) => certificates.push(certificate),
                Err(_) => ledger.note(note(Severity::Warning, "A certificate cannot be read and is left out")),
            }
        }
    }
    Ok(certificates)
}

/// Countersignatures that are looked at, at each of so many levels.
const MOST_COUNTERSIGNATURES: usize = 4;

fn read_signer(info: &Element<'_, '_>, buffer: &Buffer) -> Result<SignerInfo, CmsError> {
    read_signer_at(info, buffer, 0)
}

/// The values of the countersignature attributes, one level after the other.
fn read_countersignatures(unsigned: &Element<'_, '_>, buffer: &Buffer, level: usize) -> Vec<SignerInfo> {
    if level >= MOST_COUNTERSIGNATURES {
        return Vec::new();
    }
    let is_counter = |attribute: &Element<'_, '_>| {
        attribute.child(0).and_then(|kind| kind.oid()).is_some_and(|kind| kind == oid::COUNTERSIGNATURE)
    };
    let values = unsigned.children().filter(is_counter).filter_map(|attribute| attribute.child(1));
    let infos = values.flat_map(|values| values.children().collect::<Vec<_>>());
    infos
        .filter_map(|info| read_signer_at(&info, buffer, level.saturating_add(1)).ok())
        .take(MOST_COUNTERSIGNATURES)
        .collect()
}

fn read_signer_at(info: &Element<'_, '_>, buffer: &Buffer, level: usize) -> Result<SignerInfo, CmsError> {
    let mut fields = Fields::of(info, "SignerInfo")?;
    let version = fields.version()?;
    let identifier = fields.required("sid", |_| true)?;
    let digest = fields.universal("digestAlgorithm", tag::SEQUENCE)?;
    let signed = fields.optional(|field| field.is_context(0));
    let algorithm = fields.universal("signatureAlgorithm", tag::SEQUENCE)?;
    let signature = fields.universal("signature", tag::OCTET_STRING)?;
    let unsigned = fields.optional(|field| field.is_context(1));
    fields.finish("end of SignerInfo")?;
    Ok(SignerInfo {
        span: buffer.span(info.range()),
        version,
        digest_algorithm: well_formed(DigestAlgorithm::read(&digest), "digestAlgorithm", &digest)?,
        signature_algorithm: well_formed(SignatureAlgorithm::read(&algorithm), "signatureAlgorithm", &algorithm)?,
        signed_attributes: signed.as_ref().map(Attribute::read_all).transpose()?,
        unsigned_attributes: unsigned.as_ref().map(Attribute::read_all).transpose()?.unwrap_or_default(),
        signature: well_formed(signature.octet_string(), "signature", &signature)?.into_owned(),
        countersignatures: unsigned
            .as_ref()
            .map(|unsigned| read_countersignatures(unsigned, buffer, level))
            .unwrap_or_default(),
        algorithm_identifiers: [digest.range(), algorithm.range()],
        identifier: well_formed(CertificateIdentifier::read(&identifier), "sid", &identifier)?,
    })
}
