//! What the fields of a CMS are called: RFC 5652 for the message, RFC 5280 for the certificates in it.
//!
//! A shape says what the values inside a value are; it is found out from the content type at the top and never
//! guessed. What does not fit its shape keeps its plain ASN.1 type.

use std::collections::HashMap;

use crate::asn1::{Class, Element, Oid, Tree, oid, tag};
use crate::mail::escape_controls;

/// What a value is in its structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldName {
    /// The field's name, or that of the type where it is one of several.
    pub name: &'static str,
    /// What identifies it at a glance: the algorithm, the attribute, how many there are.
    pub summary: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Algorithm,
    Attribute,
    Attributes,
    AuthEnvelopedContent,
    AuthEnvelopedData,
    Certificate,
    Certificates,
    ContentInfo,
    EncapsulatedContent,
    EncryptedContent,
    EnvelopedContent,
    EnvelopedData,
    Extension,
    Extensions,
    IssuerAndSerial,
    KeyAgreement,
    KeyTransport,
    Name,
    Opaque,
    PublicKeyInfo,
    RecipientEncryptedKey,
    RecipientEncryptedKeys,
    RecipientInfos,
    RelativeName,
    Rdn,
    SignedContent,
    SignedData,
    SignerInfo,
    SignerInfos,
    SetOfAlgorithms,
    TbsCertificate,
    TypedExtensions,
    Validity,
}

/// The names of the fields, by the place of the value's first octet.
#[must_use]
pub fn field_names(tree: &Tree<'_>) -> HashMap<usize, FieldName> {
    let mut names = HashMap::new();
    let Some(root) = tree.root() else { return names };
    names.insert(root.range().start, FieldName { name: "ContentInfo", summary: None });
    let mut open = vec![(root, Shape::ContentInfo)];
    while let Some((element, shape)) = open.pop() {
        for (place, child) in element.children().enumerate() {
            let Some((name, inside)) = field(shape, &element, place, &child) else { continue };
            names.insert(child.range().start, FieldName { name, summary: summary(inside, &child) });
            if child.node().constructed && inside != Shape::Opaque {
                open.push((child, inside));
            }
        }
    }
    names
}

fn summary(shape: Shape, element: &Element<'_, '_>) -> Option<String> {
    let first_oid = |element: &Element<'_, '_>| {
        let oid = element.child(0)?.oid()?;
        Some(oid.name().map_or_else(|| oid.to_string(), str::to_owned))
    };
    match shape {
        Shape::Algorithm
        | Shape::Attribute
        | Shape::EncapsulatedContent
        | Shape::EncryptedContent
        | Shape::Extension => first_oid(element),
        Shape::Certificates
        | Shape::RecipientInfos
        | Shape::SignerInfos
        | Shape::SetOfAlgorithms
        | Shape::Attributes
        | Shape::Extensions
        | Shape::RecipientEncryptedKeys => Some(element.children().count().to_string()),
        Shape::Certificate => name_text(&element.child(0)?, tbs_name(&element.child(0)?)),
        Shape::IssuerAndSerial => last_name(&element.child(0)?),
        Shape::Name => last_name(element),
        _ => None,
    }
}

// Where the subject is: one place later where a version is given.
fn tbs_name(tbs: &Element<'_, '_>) -> usize {
    if tbs.child(0).is_some_and(|first| first.is_context(0)) { 5 } else { 4 }
}

fn name_text(tbs: &Element<'_, '_>, place: usize) -> Option<String> {
    last_name(&tbs.child(place)?)
}

// The common name, or whatever the name ends with.
fn last_name(name: &Element<'_, '_>) -> Option<String> {
    const COMMON_NAME: &str = "2.5.4.3";
    let pairs = || name.children().flat_map(|rdn| rdn.children());
    let value = |pair: &Element<'_, '_>| pair.child(1).and_then(|value| value.string());
    let is_common = |pair: &Element<'_, '_>| {
        pair.child(0).and_then(|kind| kind.oid()).is_some_and(|kind| kind.as_str() == COMMON_NAME)
    };
    let found = pairs().find(is_common).as_ref().and_then(value);
    found.or_else(|| pairs().last().as_ref().and_then(value)).map(|text| escape_controls(&text))
}

fn field(
    shape: Shape,
    parent: &Element<'_, '_>,
    place: usize,
    child: &Element<'_, '_>,
) -> Option<(&'static str, Shape)> {
    use Shape as S;
    let context = (child.class() == Class::ContextSpecific).then(|| child.tag());
    Some(match shape {
        S::ContentInfo => match (place, context) {
            (0, _) => ("contentType", S::Opaque),
            (_, Some(0)) => ("content", content_of(parent)),
            _ => return None,
        },
        S::SignedData | S::EnvelopedData | S::AuthEnvelopedData | S::EncapsulatedContent | S::EncryptedContent => {
            return content_field(shape, place, context, child);
        }
        S::SignedContent => ("SignedData", S::SignedData),
        S::EnvelopedContent => ("EnvelopedData", S::EnvelopedData),
        S::AuthEnvelopedContent => ("AuthEnvelopedData", S::AuthEnvelopedData),
        S::SignerInfo => return signer_field(place, context, child),
        S::KeyTransport | S::KeyAgreement | S::RecipientEncryptedKey => {
            return recipient_field(shape, place, context, child);
        }
        S::SetOfAlgorithms => ("digestAlgorithm", S::Algorithm),
        S::SignerInfos => ("SignerInfo", S::SignerInfo),
        S::Certificates => match context {
            None => ("certificate", S::Certificate),
            Some(_) => ("other certificate", S::Opaque),
        },
        S::RecipientInfos => match context {
            None => ("KeyTransRecipientInfo", S::KeyTransport),
            Some(1) => ("KeyAgreeRecipientInfo", S::KeyAgreement),
            Some(2) => ("KEKRecipientInfo", S::Opaque),
            Some(3) => ("PasswordRecipientInfo", S::Opaque),
            Some(_) => ("OtherRecipientInfo", S::Opaque),
        },
        S::RecipientEncryptedKeys => ("RecipientEncryptedKey", S::RecipientEncryptedKey),
        S::Attributes => ("attribute", S::Attribute),
        S::Attribute => pick(place, &[("attrType", S::Opaque), ("attrValues", S::Opaque)])?,
        S::Algorithm => pick(place, &[("algorithm", S::Opaque), ("parameters", S::Opaque)])?,
        S::IssuerAndSerial => pick(place, &[("issuer", S::Name), ("serialNumber", S::Opaque)])?,
        S::Name => ("relative name", S::RelativeName),
        S::RelativeName => ("name part", S::Rdn),
        S::Rdn => pick(place, &[("type", S::Opaque), ("value", S::Opaque)])?,
        S::Certificate | S::TbsCertificate | S::Validity | S::PublicKeyInfo | S::Extension => {
            return certificate_field(shape, parent, place, child);
        }
        S::TypedExtensions => ("Extensions", S::Extensions),
        S::Extensions => ("extension", S::Extension),
        S::Opaque => return None,
    })
}

fn pick(place: usize, fields: &[(&'static str, Shape)]) -> Option<(&'static str, Shape)> {
    fields.get(place).copied()
}

// What is in `[0]` is told by the content type beside it.
fn content_of(info: &Element<'_, '_>) -> Shape {
    let kind = info.child(0).and_then(|kind| kind.oid());
    match kind.as_ref().map(Oid::as_str) {
        Some(oid::SIGNED_DATA) => Shape::SignedContent,
        Some(oid::ENVELOPED_DATA) => Shape::EnvelopedContent,
        Some(oid::AUTH_ENVELOPED_DATA) => Shape::AuthEnvelopedContent,
        _ => Shape::Opaque,
    }
}

fn content_field(
    shape: Shape,
    place: usize,
    context: Option<u32>,
    child: &Element<'_, '_>,
) -> Option<(&'static str, Shape)> {
    use Shape as S;
    Some(match (shape, place, context) {
        (S::EncapsulatedContent, 0, _) => ("eContentType", S::Opaque),
        (S::EncapsulatedContent, _, Some(0)) => ("eContent", S::Opaque),
        (S::EncryptedContent, 0, _) => ("contentType", S::Opaque),
        (S::EncryptedContent, 1, _) => ("contentEncryptionAlgorithm", S::Algorithm),
        (S::EncryptedContent, _, Some(0)) => ("encryptedContent", S::Opaque),
        (S::EncapsulatedContent | S::EncryptedContent, ..) => return None,
        (_, 0, None) => ("version", S::Opaque),
        (S::SignedData, 1, _) => ("digestAlgorithms", S::SetOfAlgorithms),
        (S::SignedData, 2, _) => ("encapContentInfo", S::EncapsulatedContent),
        (S::SignedData, _, Some(0)) => ("certificates", S::Certificates),
        (S::SignedData, _, Some(1)) => ("crls", S::Opaque),
        (S::SignedData, _, None) => ("signerInfos", S::SignerInfos),
        (_, _, Some(0)) => ("originatorInfo", S::Opaque),
        (_, _, None) if child.is(tag::SET) => ("recipientInfos", S::RecipientInfos),
        (S::EnvelopedData, _, None) => ("encryptedContentInfo", S::EncryptedContent),
        (S::EnvelopedData, _, Some(1)) => ("unprotectedAttrs", S::Attributes),
        (S::AuthEnvelopedData, _, None) if child.is(tag::OCTET_STRING) => ("mac", S::Opaque),
        (S::AuthEnvelopedData, _, None) => ("authEncryptedContentInfo", S::EncryptedContent),
        (S::AuthEnvelopedData, _, Some(1)) => ("authAttrs", S::Attributes),
        (S::AuthEnvelopedData, _, Some(2)) => ("unauthAttrs", S::Attributes),
        _ => return None,
    })
}

fn signer_field(place: usize, context: Option<u32>, child: &Element<'_, '_>) -> Option<(&'static str, Shape)> {
    Some(match (place, context) {
        (0, None) => ("version", Shape::Opaque),
        (1, None) => ("sid, issuerAndSerialNumber", Shape::IssuerAndSerial),
        (1, Some(0)) => ("sid, subjectKeyIdentifier", Shape::Opaque),
        (2, None) => ("digestAlgorithm", Shape::Algorithm),
        (_, Some(0)) => ("signedAttrs", Shape::Attributes),
        (_, Some(1)) => ("unsignedAttrs", Shape::Attributes),
        (_, None) if child.is(tag::OCTET_STRING) => ("signature", Shape::Opaque),
        (_, None) => ("signatureAlgorithm", Shape::Algorithm),
        _ => return None,
    })
}

fn recipient_field(
    shape: Shape,
    place: usize,
    context: Option<u32>,
    child: &Element<'_, '_>,
) -> Option<(&'static str, Shape)> {
    use Shape as S;
    let is_algorithm = || child.child(0).is_some_and(|first| first.is(tag::OBJECT_IDENTIFIER));
    Some(match (shape, place, context) {
        (S::RecipientEncryptedKey, 0, None) => ("rid, issuerAndSerialNumber", S::IssuerAndSerial),
        (S::RecipientEncryptedKey, 0, Some(_)) => ("rid, rKeyId", S::Opaque),
        (S::RecipientEncryptedKey, _, _) => ("encryptedKey", S::Opaque),
        (_, 0, _) => ("version", S::Opaque),
        (S::KeyTransport, 1, None) => ("rid, issuerAndSerialNumber", S::IssuerAndSerial),
        (S::KeyTransport, 1, Some(0)) => ("rid, subjectKeyIdentifier", S::Opaque),
        (S::KeyTransport, 2, _) => ("keyEncryptionAlgorithm", S::Algorithm),
        (S::KeyTransport, 3, _) => ("encryptedKey", S::Opaque),
        (S::KeyAgreement, _, Some(0)) => ("originator", S::Opaque),
        (S::KeyAgreement, _, Some(1)) => ("ukm", S::Opaque),
        (S::KeyAgreement, _, None) if is_algorithm() => ("keyEncryptionAlgorithm", S::Algorithm),
        (S::KeyAgreement, _, None) => ("recipientEncryptedKeys", S::RecipientEncryptedKeys),
        _ => return None,
    })
}

fn certificate_field(
    shape: Shape,
    parent: &Element<'_, '_>,
    place: usize,
    child: &Element<'_, '_>,
) -> Option<(&'static str, Shape)> {
    use Shape as S;
    const CERTIFICATE: [(&str, Shape); 3] =
        [("tbsCertificate", S::TbsCertificate), ("signatureAlgorithm", S::Algorithm), ("signatureValue", S::Opaque)];
    const TBS: [(&str, Shape); 6] = [
        ("serialNumber", S::Opaque),
        ("signature", S::Algorithm),
        ("issuer", S::Name),
        ("validity", S::Validity),
        ("subject", S::Name),
        ("subjectPublicKeyInfo", S::PublicKeyInfo),
    ];
    match shape {
        S::Certificate => pick(place, &CERTIFICATE),
        S::TbsCertificate => {
            let versioned = parent.child(0).is_some_and(|first| first.is_context(0));
            match (place, child.class() == Class::ContextSpecific, child.tag()) {
                (0, true, 0) => Some(("version", S::Opaque)),
                (_, true, 1) => Some(("issuerUniqueID", S::Opaque)),
                (_, true, 2) => Some(("subjectUniqueID", S::Opaque)),
                (_, true, 3) => Some(("extensions", S::TypedExtensions)),
                _ => pick(place.checked_sub(usize::from(versioned))?, &TBS),
            }
        }
        S::Validity => pick(place, &[("notBefore", S::Opaque), ("notAfter", S::Opaque)]),
        S::PublicKeyInfo => pick(place, &[("algorithm", S::Algorithm), ("subjectPublicKey", S::Opaque)]),
        S::Extension if child.is(tag::BOOLEAN) => Some(("critical", S::Opaque)),
        S::Extension if place == 0 => Some(("extnID", S::Opaque)),
        S::Extension => Some(("extnValue", S::Opaque)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::limits::Limits;
    use crate::pki::issue::{Authority, CertificateBuilder};
    use crate::pki::{NewKey, PrivateKeyEntry};
    use crate::smime::{EncryptionOptions, SigningOptions, encrypt, sign_detached};

    fn bob(key: NewKey) -> PrivateKeyEntry {
        let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
        let root = CertificateBuilder::authority("Lab root", begin, end).key(NewKey::P256);
        let authority = Authority::self_signed(&root).unwrap();
        authority.issue(&CertificateBuilder::for_address("bob@example.test", begin, end).key(key)).unwrap()
    }

    fn names(der: &[u8]) -> Vec<(&'static str, Option<String>)> {
        let tree = Tree::parse(der, &Limits::DEFAULT);
        let mut named: Vec<(usize, FieldName)> = field_names(&tree).into_iter().collect();
        named.sort_by_key(|(start, _)| *start);
        named.into_iter().map(|(_, field)| (field.name, field.summary)).collect()
    }

    #[test]
    fn the_fields_of_a_signature_have_the_names_of_the_standard() {
        let options = SigningOptions::at(datetime!(2026-01-02 3:04 UTC));
        let cms = sign_detached(b"content", &[bob(NewKey::P256)], &options).unwrap();
        let names = names(&cms);
        let plain: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        for name in ["SignedData", "digestAlgorithms", "encapContentInfo", "certificates", "tbsCertificate", "subject"]
        {
            assert!(plain.contains(&name), "{name}: {plain:?}");
        }
        for name in ["signerInfos", "SignerInfo", "signedAttrs", "signatureAlgorithm", "signature"] {
            assert!(plain.contains(&name), "{name}: {plain:?}");
        }
        assert!(names.contains(&("signerInfos", Some("1".to_owned()))), "{names:?}");
    }

    #[test]
    fn the_fields_of_an_envelope_are_named_for_both_kinds_of_keys() {
        for (key, kind) in [(NewKey::P256, "KeyAgreeRecipientInfo"), (NewKey::Rsa2048, "KeyTransRecipientInfo")] {
            let bob = bob(key);
            let cms = encrypt(b"content", &[bob.certificate().clone()], &EncryptionOptions::default()).unwrap();
            let names: Vec<&str> = names(&cms).into_iter().map(|(name, _)| name).collect();
            for name in [kind, "keyEncryptionAlgorithm", "encryptedKey", "contentEncryptionAlgorithm"] {
                assert!(names.contains(&name), "{name}: {names:?}");
            }
        }
    }

    #[test]
    fn a_name_that_would_steer_a_terminal_is_escaped() {
        let cms = sign_detached(b"content", &[bob(NewKey::P256)], &SigningOptions::at(datetime!(2026-01-02 3:04 UTC)));
        let mut cms = cms.unwrap();
        let place = cms.windows(8).position(|window| window == b"Lab root").unwrap();
        cms[place + 3] = 0x1b;
        let summaries: Vec<String> = names(&cms).into_iter().filter_map(|(_, summary)| summary).collect();
        assert!(summaries.contains(&"Lab\\u{1b}root".to_owned()), "{summaries:?}");
        assert!(!summaries.concat().contains(char::is_control));
    }

    #[test]
    fn what_is_no_cms_gets_no_names_but_the_first() {
        assert!(names(b"\x30\x05\x06\x03\x55\x04\x03").len() <= 2);
        assert!(names(b"").is_empty());
    }
}
