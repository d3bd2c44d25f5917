//! The rules of signed attributes, and the octets that the signature is over (RFC 5652 §5.4, §11; 6211; 5035).

use time::OffsetDateTime;

use super::algorithm::DigestAlgorithm;
use super::attribute::Attribute;
use super::signed_data::{SignedData, SignerInfo};
use crate::asn1::{Element, Oid, Tree, der, oid, tag};
use crate::limits::Limits;
use crate::pki::Certificate;

/// A rule of the signed attributes that is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttributeFault {
    /// RFC 6211 §2.
    #[error("CMSAlgorithmProtection names other algorithms than the signature uses")]
    AlgorithmProtection,
    /// RFC 5652 §11.1.
    #[error("contentType is {found}, but the content is {expected}")]
    ContentType {
        /// In the attribute.
        found: Oid,
        /// In encapContentInfo.
        expected: Oid,
    },
    /// RFC 5652 §11.4.
    #[error("{attribute} has no place in a countersignature")]
    Forbidden {
        /// Its name.
        attribute: &'static str,
    },
    /// RFC 5652 §5.3.
    #[error("{attribute} is missing")]
    Missing {
        /// Its name.
        attribute: &'static str,
    },
    /// RFC 5652 §11.
    #[error("{attribute} does not have exactly one value in exactly one attribute")]
    NotSingle {
        /// Its name.
        attribute: &'static str,
    },
    /// RFC 5652 §5.3.
    #[error("content of type {content} demands signed attributes")]
    RequiredFor {
        /// The content's type.
        content: Oid,
    },
    /// RFC 5035 §3, RFC 2634 §5.4.
    #[error("signingCertificate names another certificate than the signer's")]
    SigningCertificate,
    /// A value of the wrong type.
    #[error("{attribute} cannot be read")]
    Unreadable {
        /// Its name.
        attribute: &'static str,
    },
}

/// Signed attributes that follow the rules which need no key.
pub(super) struct SignedAttributes {
    pub(super) message_digest: Vec<u8>,
    pub(super) signing_time: Option<OffsetDateTime>,
    /// What is signed, in the order received.
    pub(super) received: Vec<u8>,
    /// What is signed, in DER, if that is different.
    pub(super) canonical: Option<Canonical>,
    certificate_hashes: Vec<CertificateHash>,
}

/// Signed attributes as DER has them, where they came otherwise.
pub(super) struct Canonical {
    pub(super) octets: Vec<u8>,
    /// What is not as DER has it: the order alone, or the encoding too.
    pub(super) difference: &'static str,
}

/// What a signature is over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// The content of a SignedData.
    Content,
    /// Another signature (RFC 5652 §11.4).
    Signature,
}

/// The digest by which signingCertificate names the signer's certificate.
struct CertificateHash {
    algorithm: DigestAlgorithm,
    value: Vec<u8>,
}

impl SignedAttributes {
    pub(super) fn read(signed: &SignedData, signer: &SignerInfo, subject: Subject) -> Result<Self, AttributeFault> {
        let values = Values { signed, signer };
        if subject == Subject::Content {
            let content_type = values.required(oid::CONTENT_TYPE, "contentType", |value| value.oid())?;
            if content_type != signed.content_type {
                let expected = signed.content_type.clone();
                return Err(AttributeFault::ContentType { found: content_type, expected });
            }
        } else if signer.signed(oid::CONTENT_TYPE).next().is_some() {
            return Err(AttributeFault::Forbidden { attribute: "contentType" });
        }
        let digest = |value: &Element<'_, '_>| value.octet_string().map(std::borrow::Cow::into_owned);
        let message_digest = values.required(oid::MESSAGE_DIGEST, "messageDigest", digest)?;
        let signing_time = values.optional(oid::SIGNING_TIME, "signingTime", |value| value.time())?;
        let protects = |value: &Element<'_, '_>| Some(protects_these(value, signed, signer));
        if values.optional(oid::ALGORITHM_PROTECTION, "CMSAlgorithmProtection", protects)? == Some(false) {
            return Err(AttributeFault::AlgorithmProtection);
        }
        let mut certificate_hashes = Vec::new();
        for (oid, name) in
            [(oid::SIGNING_CERTIFICATE, "signingCertificate"), (oid::SIGNING_CERTIFICATE_V2, "signingCertificateV2")]
        {
            certificate_hashes.extend(values.optional(oid, name, |value| read_certificate_hash(value, oid))?);
        }
        let octets: Vec<&[u8]> =
            signer.signed_attributes.iter().flatten().map(|a| signed.buffer().slice(a.range.clone())).collect();
        Ok(Self {
            message_digest,
            signing_time,
            received: der::set(&octets),
            canonical: canonical(&octets),
            certificate_hashes,
        })
    }

    /// Whether signingCertificate, if there, names `certificate`.
    pub(super) fn check_signing_certificate(&self, certificate: &Certificate) -> Result<(), AttributeFault> {
        let names =
            |named: &CertificateHash| named.algorithm.digest(certificate.der()).is_some_and(|own| own == named.value);
        if self.certificate_hashes.iter().all(names) { Ok(()) } else { Err(AttributeFault::SigningCertificate) }
    }
}

/// The set that is signed, where it is another in DER (RFC 5652 §5.4).
fn canonical(attributes: &[&[u8]]) -> Option<Canonical> {
    let reencode = |attribute: &&[u8]| {
        Tree::parse(attribute, &Limits::DEFAULT).root().map_or_else(|| attribute.to_vec(), |root| der::reencoded(&root))
    };
    let encoded: Vec<Vec<u8>> = attributes.iter().map(reencode).collect();
    let encoded: Vec<&[u8]> = encoded.iter().map(Vec::as_slice).collect();
    let octets = || der::sorted_set(&encoded);
    if encoded != attributes {
        return Some(Canonical { octets: octets(), difference: "not encoded in DER" });
    }
    (!der::is_sorted(attributes)).then(|| Canonical { octets: octets(), difference: "not in the order of DER" })
}

struct Values<'a> {
    signed: &'a SignedData,
    signer: &'a SignerInfo,
}

impl Values<'_> {
    fn required<T>(
        &self,
        oid: &str,
        name: &'static str,
        reader: impl Fn(&Element<'_, '_>) -> Option<T>,
    ) -> Result<T, AttributeFault> {
        self.optional(oid, name, reader)?.ok_or(AttributeFault::Missing { attribute: name })
    }

    fn optional<T>(
        &self,
        oid: &str,
        name: &'static str,
        reader: impl Fn(&Element<'_, '_>) -> Option<T>,
    ) -> Result<Option<T>, AttributeFault> {
        let found: Vec<&Attribute> = self.signer.signed(oid).collect();
        let [only] = found.as_slice() else {
            return if found.is_empty() { Ok(None) } else { Err(AttributeFault::NotSingle { attribute: name }) };
        };
        let [value] = only.values.as_slice() else { return Err(AttributeFault::NotSingle { attribute: name }) };
        let tree = Tree::parse(self.signed.buffer().slice(value.clone()), &Limits::DEFAULT);
        let value = tree.root().and_then(|value| reader(&value));
        value.map(Some).ok_or(AttributeFault::Unreadable { attribute: name })
    }
}

/// CMSAlgorithmProtection holds the same identifiers as the SignerInfo.
fn protects_these(value: &Element<'_, '_>, signed: &SignedData, signer: &SignerInfo) -> bool {
    let [digest, algorithm] = signer.algorithm_identifiers.clone().map(|range| {
        let tree = Tree::parse(signed.buffer().slice(range), &Limits::DEFAULT);
        tree.root().and_then(|identifier| comparable(&identifier))
    });
    let mut fields = value.children();
    let protected_digest = fields.next().and_then(|identifier| comparable(&identifier));
    let protected_algorithm = fields.next().filter(|field| field.is_context(1)).and_then(|field| comparable(&field));
    digest.is_some() && digest == protected_digest && algorithm.is_some() && algorithm == protected_algorithm
}

/// An AlgorithmIdentifier's type and parameters; NULL and absent parameters are the same.
fn comparable(identifier: &Element<'_, '_>) -> Option<(Oid, Vec<u8>)> {
    let parameters = identifier.child(1).filter(|parameters| !parameters.is(tag::NULL));
    Some((identifier.child(0)?.oid()?, parameters.map(|parameters| parameters.whole().to_vec()).unwrap_or_default()))
}

/// The first ESSCertID or ESSCertIDv2, which names the signer's certificate.
fn read_certificate_hash(value: &Element<'_, '_>, oid: &str) -> Option<CertificateHash> {
    let first = value.child(0)?.child(0)?;
    let stated = first.child(0).filter(|field| oid == oid::SIGNING_CERTIFICATE_V2 && field.is(tag::SEQUENCE));
    let (algorithm, hash) = match stated {
        Some(identifier) => (DigestAlgorithm::read(&identifier)?, first.child(1)?),
        None if oid == oid::SIGNING_CERTIFICATE_V2 => (DigestAlgorithm::Sha256, first.child(0)?),
        None => (DigestAlgorithm::Sha1, first.child(0)?),
    };
    Some(CertificateHash { algorithm, value: hash.octet_string()?.into_owned() })
}
