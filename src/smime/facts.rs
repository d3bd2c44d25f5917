//! The facts of one CMS, out of its dissection: recipients, signers, attributes, lists.
//!
//! Nothing is judged and no key is needed. What breaks off or does not fit its type gives the facts that are there.

use crate::asn1::{Oid, Tree, oid};
use crate::limits::Limits;
use crate::pki::{Certificate, Crl};
use crate::span::{Buffer, Span};

use super::algorithm::SignatureAlgorithm;
use super::fields::Dissection;
use super::identifier::CertificateIdentifier;
use super::key_encryption::KeyEncryption;

/// Values that are kept with name and meaning: a thousand recipients have 20 000, 64 MiB in chunks of 1 KiB 65 000.
const FIELDS: usize = 200_000;

/// What is in a CMS.
#[derive(Clone, Debug)]
pub struct CmsFacts {
    /// The octets, transfer encoding undone.
    pub buffer: Buffer,
    /// Every value in them.
    pub dissection: Dissection,
    /// The contentType, where one can be read.
    pub content_type: Option<Oid>,
    /// The version stated.
    pub version: Option<i64>,
    /// The digests announced.
    pub digest_algorithms: Vec<String>,
    /// The type of what is inside.
    pub inner_type: Option<Oid>,
    /// The cipher with its parameters.
    pub content_encryption: Option<String>,
    /// Octets of the ciphertext.
    pub ciphertext_octets: Option<usize>,
    /// Octets of the authentication tag.
    pub mac_octets: Option<usize>,
    /// How many certificates and lists the originator adds, in words.
    pub originator: Option<String>,
    /// Ways to the content key.
    pub recipients: Vec<RecipientFacts>,
    /// Signers.
    pub signers: Vec<SignerFacts>,
    /// Attributes of an envelope that are authenticated.
    pub authenticated_attributes: Vec<AttributeFacts>,
    /// Attributes of an envelope that nothing protects.
    pub unprotected_attributes: Vec<AttributeFacts>,
    /// Revocation lists.
    pub crls: Vec<CrlFacts>,
    root: Option<usize>,
}

/// One way to the content key.
#[derive(Clone, Debug)]
pub struct RecipientFacts {
    /// `key-transport`, `key-agreement`, `key-encryption-key`, `password`, `key-encapsulation` or `other`.
    pub kind: &'static str,
    /// Its octets; of a key agreement those of one recipient.
    pub span: Span,
    /// The version stated.
    pub version: Option<i64>,
    /// The certificate named, where one is.
    pub certificate: Option<CertificateIdentifier>,
    /// Whose key is needed, in words.
    pub identifier: Option<String>,
    /// How the content key is encrypted.
    pub key_encryption: Option<String>,
    /// The same with all parameters, the defaults spelled out.
    pub key_encryption_parameters: Option<String>,
    /// How the key that encrypts it comes about: of a password or a KEM.
    pub key_derivation: Option<String>,
    /// Of a key agreement, the other side's key or certificate; of a KEM, which.
    pub originator: Option<String>,
    /// The user keying material.
    pub user_keying_material: Option<String>,
    /// Octets of the encrypted content key.
    pub encrypted_key_octets: usize,
    /// The field of the RecipientInfo, which recipients of one key agreement share.
    pub field: usize,
}

/// One SignerInfo, also a countersigner's.
#[derive(Clone, Debug)]
pub struct SignerFacts {
    /// Its octets.
    pub span: Span,
    /// The version stated.
    pub version: Option<i64>,
    /// How it names its certificate.
    pub certificate: Option<CertificateIdentifier>,
    /// The same in words.
    pub identifier: String,
    /// The digest of the content.
    pub digest: String,
    /// The signature's algorithm.
    pub signature_algorithm: String,
    /// The same with all parameters, the defaults spelled out.
    pub signature_parameters: String,
    /// Octets of the signature.
    pub signature_octets: usize,
    /// Whether the signed attributes are in the order of DER; `None` where there are none.
    pub attributes_sorted: Option<bool>,
    /// What is signed beside the content.
    pub signed_attributes: Vec<AttributeFacts>,
    /// What is not signed.
    pub unsigned_attributes: Vec<AttributeFacts>,
    /// Its field.
    pub field: usize,
}

/// One attribute, decoded.
#[derive(Clone, Debug)]
pub struct AttributeFacts {
    /// Its type.
    pub oid: Option<Oid>,
    /// The name of its type, or its number.
    pub name: String,
    /// What each value says; of an unknown type, its outline.
    pub values: Vec<String>,
    /// Its octets.
    pub span: Span,
    /// Countersigners, each a SignerInfo over the signature (RFC 5652 §11.4).
    pub countersigners: Vec<SignerFacts>,
}

/// One revocation list.
#[derive(Clone, Debug)]
pub struct CrlFacts {
    /// Its octets.
    pub span: Span,
    /// The list; `None` where it cannot be read.
    pub crl: Option<Crl>,
}

impl CmsFacts {
    /// Reads what is there to read.
    #[must_use]
    pub fn of(buffer: &Buffer, limits: &Limits) -> Self {
        let narrower = Limits { asn1_nodes: limits.asn1_nodes.min(FIELDS), ..*limits };
        let dissection = Dissection::of(buffer.octets(), &narrower);
        let reader = Reader { buffer, dissection: &dissection };
        let root = dissection.child(0, "content").and_then(|content| dissection.children(content).next());
        let under = |name| root.and_then(|root| dissection.child(root, name));
        let encrypted = under("encryptedContentInfo").or_else(|| under("authEncryptedContentInfo"));
        let inner = encrypted.or_else(|| under("encapContentInfo"));
        let inner_type = inner.and_then(|inner| {
            reader.oid(dissection.child(inner, "contentType").or_else(|| dissection.child(inner, "eContentType"))?)
        });
        let text = |parent: Option<usize>, name| Some(dissection.text(parent?, name)?.to_owned());
        let count = |name: &'static str| under(name).map(|list| dissection.children(list).collect::<Vec<_>>());
        let facts = Self {
            buffer: buffer.clone(),
            content_type: dissection.child(0, "contentType").and_then(|field| reader.oid(field)),
            version: root.and_then(|root| reader.version(root)),
            digest_algorithms: reader.texts(&count("digestAlgorithms").unwrap_or_default()),
            inner_type,
            content_encryption: text(encrypted, "contentEncryptionAlgorithm"),
            ciphertext_octets: encrypted.and_then(|info| reader.octets(dissection.child(info, "encryptedContent")?)),
            mac_octets: under("mac").and_then(|mac| reader.octets(mac)),
            originator: under("originatorInfo").map(|info| reader.originator(info)),
            recipients: count("recipientInfos")
                .unwrap_or_default()
                .into_iter()
                .flat_map(|i| reader.recipient(i))
                .collect(),
            signers: count("signerInfos").unwrap_or_default().into_iter().map(|info| reader.signer(info, 0)).collect(),
            authenticated_attributes: under("authAttrs").map(|set| reader.attributes(set, 0)).unwrap_or_default(),
            unprotected_attributes: ["unprotectedAttrs", "unauthAttrs"]
                .into_iter()
                .filter_map(under)
                .flat_map(|set| reader.attributes(set, 0))
                .collect(),
            crls: count("crls").unwrap_or_default().into_iter().map(|list| reader.crl(list)).collect(),
            root,
            dissection: Dissection { fields: Vec::new(), error: None, trailing: 0..0 },
        };
        Self { dissection, ..facts }
    }

    /// Where the field of that name directly in the outermost structure is.
    #[must_use]
    pub fn span_of(&self, name: &str) -> Option<Span> {
        let field = self.dissection.fields.get(self.dissection.child(self.root?, name)?)?;
        Some(self.buffer.span(field.line.range()))
    }

    pub(super) fn find_inside(&self, field: usize, name: &str) -> Option<Span> {
        let inner = self.dissection.fields.get(self.dissection.child(field, name)?)?;
        Some(self.buffer.span(inner.line.range()))
    }

    /// As [`CmsFacts::span_of`] for any field; its own octets where it has none of that name.
    pub(super) fn span_inside(&self, field: usize, name: &str) -> Span {
        let own = || self.dissection.fields.get(field).map(|field| self.buffer.span(field.line.range()));
        self.find_inside(field, name).or_else(own).unwrap_or_else(|| self.buffer.whole())
    }

    /// The indexes of the fields that are no recipient's, signer's, certificate's or list's.
    #[must_use]
    pub fn own_fields(&self) -> Vec<usize> {
        let Some(root) = self.root else { return (0..self.dissection.fields.len()).collect() };
        let lists = ["recipientInfos", "signerInfos", "certificates", "crls"];
        let listed: Vec<_> = lists.iter().filter_map(|name| self.dissection.child(root, name)).collect();
        let inside = |index: usize| listed.iter().any(|list| self.dissection.inside(*list).contains(&index));
        (0..self.dissection.fields.len()).filter(|index| !inside(*index)).collect()
    }
}

impl RecipientFacts {
    /// The identifier in words, or that there is none.
    #[must_use]
    pub fn whom(&self) -> &str {
        self.identifier.as_deref().unwrap_or(match self.kind {
            "password" => "whoever knows the password",
            _ => "somebody unnamed",
        })
    }

    /// Whether this names `certificate`.
    #[must_use]
    pub fn names(&self, certificate: &Certificate) -> bool {
        self.certificate.as_ref().is_some_and(|identifier| identifier.names(certificate))
    }
}

struct Reader<'d> {
    buffer: &'d Buffer,
    dissection: &'d Dissection,
}

impl Reader<'_> {
    fn span(&self, field: usize) -> Span {
        let range = self.dissection.fields.get(field).map(|field| field.line.range());
        self.buffer.span(range.unwrap_or_default())
    }

    fn slice(&self, field: usize) -> &[u8] {
        self.buffer.slice(self.span(field).range())
    }

    /// Reads the value of a field again, alone.
    fn read<T>(&self, field: usize, reader: impl Fn(&crate::asn1::Element<'_, '_>) -> Option<T>) -> Option<T> {
        let tree = Tree::parse(self.slice(field), &Limits::DEFAULT);
        tree.root().and_then(|root| reader(&root))
    }

    fn oid(&self, field: usize) -> Option<Oid> {
        self.read(field, |value| value.oid())
    }

    fn version(&self, parent: usize) -> Option<i64> {
        self.read(self.dissection.child(parent, "version")?, |value| value.small_integer())
    }

    fn octets(&self, field: usize) -> Option<usize> {
        self.read(field, |value| Some(value.octet_string_segments()?.iter().map(ExactSizeIterator::len).sum()))
    }

    fn texts(&self, fields: &[usize]) -> Vec<String> {
        let text = |field: &usize| self.dissection.fields.get(*field)?.text().map(str::to_owned);
        fields.iter().filter_map(text).collect()
    }

    fn identifier(&self, parent: usize, name: &str) -> Option<CertificateIdentifier> {
        self.read(self.dissection.child(parent, name)?, CertificateIdentifier::read)
    }

    fn originator(&self, info: usize) -> String {
        let count = |name| self.dissection.child(info, name).map_or(0, |list| self.dissection.children(list).count());
        let (certificates, crls) = (count("certs"), count("crls"));
        format!(
            "{}, {}",
            crate::finding::counted(certificates, "certificate"),
            crate::finding::counted(crls, "revocation list")
        )
    }

    /// The recipients of one RecipientInfo: several of a key agreement.
    fn recipient(&self, info: usize) -> Vec<RecipientFacts> {
        let d = self.dissection;
        let alternative = d.fields.get(info).and_then(|field| field.name.as_ref()).and_then(|name| name.alternative());
        let text = |parent: usize, name: &str| d.text(parent, name).map(str::to_owned);
        let mut facts = RecipientFacts {
            kind: "other",
            span: self.span(info),
            version: self.version(info),
            certificate: self.identifier(info, "rid"),
            identifier: None,
            key_encryption: self.key_encryption(info),
            key_encryption_parameters: text(info, "keyEncryptionAlgorithm"),
            key_derivation: text(info, "keyDerivationAlgorithm"),
            originator: None,
            user_keying_material: None,
            encrypted_key_octets: self.key_octets(info),
            field: info,
        };
        match alternative {
            Some("ktri") => facts.kind = "key-transport",
            Some("kari") => return self.agreement(info, &facts),
            Some("kekri") => {
                facts.kind = "key-encryption-key";
                facts.identifier = text(info, "kekid");
            }
            Some("pwri") => facts.kind = "password",
            _ => self.other(info, &mut facts),
        }
        facts.identifier = facts.certificate.as_ref().map(ToString::to_string).or(facts.identifier);
        vec![facts]
    }

    fn key_encryption(&self, info: usize) -> Option<String> {
        let field = self.dissection.child(info, "keyEncryptionAlgorithm")?;
        match self.read(field, KeyEncryption::read)? {
            KeyEncryption::Unknown(_) => self.dissection.text(info, "keyEncryptionAlgorithm").map(str::to_owned),
            known => Some(known.to_string()),
        }
    }

    fn signature_algorithm(&self, info: usize) -> Option<String> {
        let field = self.dissection.child(info, "signatureAlgorithm")?;
        self.read(field, SignatureAlgorithm::read).map(|algorithm| algorithm.to_string())
    }

    fn key_octets(&self, parent: usize) -> usize {
        self.dissection.child(parent, "encryptedKey").and_then(|key| self.octets(key)).unwrap_or_default()
    }

    fn agreement(&self, info: usize, shared: &RecipientFacts) -> Vec<RecipientFacts> {
        let d = self.dissection;
        let under_tag = |name| {
            let inner = d.children(d.child(info, name)?).next()?;
            d.fields.get(inner)?.text().map(str::to_owned)
        };
        let shared = RecipientFacts {
            kind: "key-agreement",
            originator: under_tag("originator"),
            user_keying_material: under_tag("ukm"),
            ..shared.clone()
        };
        let Some(keys) = d.child(info, "recipientEncryptedKeys") else { return vec![shared] };
        let one = |key: usize| {
            let certificate = self.identifier(key, "rid");
            RecipientFacts {
                span: self.span(key),
                identifier: certificate.as_ref().map(ToString::to_string),
                certificate,
                encrypted_key_octets: self.key_octets(key),
                ..shared.clone()
            }
        };
        d.children(keys).map(one).collect()
    }

    fn other(&self, info: usize, facts: &mut RecipientFacts) {
        let d = self.dissection;
        facts.identifier = d.text(info, "oriType").map(|kind| format!("a recipient of kind {kind}"));
        let Some(value) = d.child(info, "oriValue") else { return };
        let is_kem = d.fields.get(value).and_then(|field| field.name.as_ref());
        if is_kem.is_none_or(|name| name.type_name() != "KEMRecipientInfo") {
            return;
        }
        facts.kind = "key-encapsulation";
        facts.version = self.version(value);
        facts.certificate = self.identifier(value, "rid");
        facts.originator = d.text(value, "kem").map(str::to_owned);
        facts.key_derivation = d.text(value, "kdf").map(str::to_owned);
        facts.key_encryption = d.text(value, "wrap").map(str::to_owned);
        facts.key_encryption_parameters.clone_from(&facts.key_encryption);
        facts.encrypted_key_octets = self.key_octets(value);
    }

    /// A signer; its countersigners too, a few deep.
    fn signer(&self, info: usize, depth: usize) -> SignerFacts {
        let d = self.dissection;
        let text = |name| d.text(info, name).unwrap_or("unreadable").to_owned();
        let certificate = self.identifier(info, "sid");
        let signed = d.child(info, "signedAttrs");
        let attributes = |set: Option<usize>| set.map(|set| self.attributes(set, depth)).unwrap_or_default();
        SignerFacts {
            span: self.span(info),
            version: self.version(info),
            identifier: certificate.as_ref().map_or_else(|| "unreadable identifier".to_owned(), ToString::to_string),
            certificate,
            digest: text("digestAlgorithm"),
            signature_algorithm: self.signature_algorithm(info).unwrap_or_else(|| text("signatureAlgorithm")),
            signature_parameters: text("signatureAlgorithm"),
            signature_octets: d.child(info, "signature").and_then(|field| self.octets(field)).unwrap_or_default(),
            attributes_sorted: signed.map(|set| {
                let values: Vec<&[u8]> = d.children(set).map(|attribute| self.slice(attribute)).collect();
                crate::asn1::der::is_sorted(&values)
            }),
            signed_attributes: attributes(signed),
            unsigned_attributes: attributes(d.child(info, "unsignedAttrs")),
            field: info,
        }
    }

    fn attributes(&self, set: usize, depth: usize) -> Vec<AttributeFacts> {
        self.dissection.children(set).map(|attribute| self.attribute(attribute, depth)).collect()
    }

    fn attribute(&self, attribute: usize, depth: usize) -> AttributeFacts {
        let d = self.dissection;
        let type_ = d.child(attribute, "attrType").and_then(|field| self.oid(field));
        let values: Vec<usize> =
            d.child(attribute, "attrValues").map(|set| d.children(set).collect()).unwrap_or_default();
        let is_countersignature = type_.as_ref().is_some_and(|kind| *kind == oid::COUNTERSIGNATURE) && depth < 4;
        let say = |value: &usize| self.read(*value, |element| Some(super::fields::sketch(element)));
        let said = |value: &usize| {
            d.fields
                .get(*value)
                .and_then(|field| field.meaning.as_deref().map(ToOwned::to_owned))
                .or_else(|| say(value))
        };
        let name = |kind: &Oid| kind.name().map_or_else(|| kind.to_string(), str::to_owned);
        AttributeFacts {
            name: type_.as_ref().map_or_else(|| "unreadable type".to_owned(), name),
            oid: type_,
            values: values.iter().filter_map(said).collect(),
            span: self.span(attribute),
            countersigners: if is_countersignature {
                values.iter().map(|value| self.signer(*value, depth.saturating_add(1))).collect()
            } else {
                Vec::new()
            },
        }
    }

    fn crl(&self, list: usize) -> CrlFacts {
        CrlFacts { span: self.span(list), crl: Crl::from_der(self.slice(list)).ok() }
    }
}
