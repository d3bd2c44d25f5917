//! The message: RFC 5652, 5083 (AuthEnvelopedData), 3274 (CompressedData), 5753, 9629 (KEMRecipientInfo), 7292 (PFX).

use super::algorithms::ALGORITHM;
use super::attributes::{ATTRIBUTES, RECEIPT_CONTENT, TST_CONTENT};
use super::grammar::{
    ANY, BIT_STRING, INTEGER, Inside, Is, Meaning, OCTET_STRING, OID, SEQUENCE, SET, Table, Type, member,
};
use super::meaning::{count, hex, identifier, size, time};
use super::{meaning, pkix};
use crate::asn1::{Element, oid, tag};

/// What the first values say that the whole is.
pub(super) fn root(element: &Element<'_, '_>) -> &'static Type {
    let (first, second) = (element.child(0), element.child(1));
    match (first, second) {
        (Some(first), _) if first.is(tag::OBJECT_IDENTIFIER) => &CONTENT_INFO,
        (Some(version), Some(content)) if version.is(tag::INTEGER) && is_content_info(&content) => &PFX,
        (Some(tbs), Some(algorithm)) if tbs.is(tag::SEQUENCE) && algorithm.is(tag::SEQUENCE) => {
            if tbs.children().any(|field| Is::Time.matches(&field)) { &pkix::CRL } else { &pkix::CERTIFICATE }
        }
        _ => &ANY,
    }
}

fn is_content_info(element: &Element<'_, '_>) -> bool {
    element.is(tag::SEQUENCE) && element.child(0).is_some_and(|first| first.is(tag::OBJECT_IDENTIFIER))
}

/// Whether the type is one that a ContentInfo holds.
pub(super) fn is_outer(type_name: &str) -> bool {
    [&SIGNED_DATA, &ENVELOPED_DATA, &AUTH_ENVELOPED_DATA, &COMPRESSED_DATA]
        .into_iter()
        .chain([&DIGESTED_DATA, &ENCRYPTED_DATA, &AUTHENTICATED_DATA])
        .any(|outer| outer.name == type_name)
}

fn content(oid: &str) -> Option<&'static Type> {
    Some(match oid {
        oid::SIGNED_DATA => &SIGNED_DATA,
        oid::ENVELOPED_DATA => &ENVELOPED_DATA,
        oid::AUTH_ENVELOPED_DATA => &AUTH_ENVELOPED_DATA,
        oid::COMPRESSED_DATA => &COMPRESSED_DATA,
        oid::DIGESTED_DATA => &DIGESTED_DATA,
        oid::ENCRYPTED_DATA => &ENCRYPTED_DATA,
        oid::AUTHENTICATED_DATA => &AUTHENTICATED_DATA,
        oid::DATA => &DATA,
        _ => return None,
    })
}

/// What the content of a signature is, where that is a structure of its own.
fn encapsulated(oid: &str) -> Option<&'static Type> {
    match oid {
        oid::TST_INFO => Some(&TST_CONTENT),
        "1.2.840.113549.1.9.16.1.1" => Some(&RECEIPT_CONTENT),
        _ => Some(&DATA),
    }
}

const fn fields(name: &'static str, members: &'static [super::Member], meaning: Meaning) -> Type {
    Type { name, inside: Inside::Fields(members), meaning }
}

const fn open(name: &'static str, table: Table) -> Type {
    Type::new(name, Inside::ExplicitOpen(table))
}

pub(super) static HEX: Type = Type::leaf("", hex);
pub(super) static SIZE: Type = Type::leaf("", size);
pub(super) static TIME: Type = Type::leaf("", time);
static DATA: Type = Type::leaf("", size);

static CONTENT_INFO: Type =
    fields("ContentInfo", &[member("contentType", OID, &ANY), member("content", Is::C(0), &CONTENT)], |_| None);
pub(super) static CONTENT: Type = open("", content);

static SIGNED_DATA: Type = fields(
    "SignedData",
    &[
        member("version", INTEGER, &ANY),
        member("digestAlgorithms", SET, &DIGEST_ALGORITHMS),
        member("encapContentInfo", SEQUENCE, &ENCAPSULATED),
        member("certificates", Is::C(0), &CERTIFICATES),
        member("crls", Is::C(1), &CRLS),
        member("signerInfos", SET, &SIGNER_INFOS),
    ],
    |_| None,
);
static DIGEST_ALGORITHMS: Type = Type::new("", Inside::Each(&ALGORITHM)).meaning(count);
static ENCAPSULATED: Type = fields(
    "EncapsulatedContentInfo",
    &[member("eContentType", OID, &ANY), member("eContent", Is::C(0), &E_CONTENT)],
    meaning::first_oid,
);
static E_CONTENT: Type = open("", encapsulated);
static CERTIFICATES: Type = Type::new("", Inside::Each(&CERTIFICATE_CHOICES)).meaning(count);
static CERTIFICATE_CHOICES: Type = Type::new(
    "",
    Inside::Choice(&[
        member("certificate", SEQUENCE, &pkix::CERTIFICATE),
        member("extendedCertificate", Is::C(0), &ANY),
        member("v1AttrCert", Is::C(1), &ANY),
        member("v2AttrCert", Is::C(2), &ANY),
        member("other", Is::C(3), &OTHER_FORMAT),
    ]),
);
static OTHER_FORMAT: Type =
    fields("", &[member("format", OID, &ANY), member("value", Is::Any, &ANY)], meaning::first_oid);
static CRLS: Type = Type::new("", Inside::Each(&CRL_CHOICES)).meaning(count);
static CRL_CHOICES: Type =
    Type::new("", Inside::Choice(&[member("crl", SEQUENCE, &pkix::CRL), member("other", Is::C(1), &OTHER_FORMAT)]));
static SIGNER_INFOS: Type = Type::new("", Inside::Each(&SIGNER_INFO)).meaning(count);

pub(super) static SIGNER_INFO: Type = fields(
    "SignerInfo",
    &[
        member("version", INTEGER, &ANY),
        member("sid", Is::Any, &CERTIFICATE_ID),
        member("digestAlgorithm", SEQUENCE, &ALGORITHM),
        member("signedAttrs", Is::C(0), &ATTRIBUTES),
        member("signatureAlgorithm", SEQUENCE, &ALGORITHM),
        member("signature", OCTET_STRING, &SIZE),
        member("unsignedAttrs", Is::C(1), &ATTRIBUTES),
    ],
    |signer| identifier(&signer.child(1)?),
);

/// SignerIdentifier, RecipientIdentifier.
pub(super) static CERTIFICATE_ID: Type = Type::new(
    "",
    Inside::Choice(&[
        member("issuerAndSerialNumber", SEQUENCE, &ISSUER_AND_SERIAL),
        member("subjectKeyIdentifier", Is::C(0), &HEX),
    ]),
);
pub(super) static ISSUER_AND_SERIAL: Type = fields(
    "IssuerAndSerialNumber",
    &[member("issuer", SEQUENCE, &pkix::NAME), member("serialNumber", INTEGER, &HEX)],
    meaning::issuer_and_serial,
);

static ENVELOPED_DATA: Type = fields(
    "EnvelopedData",
    &[
        member("version", INTEGER, &ANY),
        member("originatorInfo", Is::C(0), &ORIGINATOR_INFO),
        member("recipientInfos", SET, &RECIPIENT_INFOS),
        member("encryptedContentInfo", SEQUENCE, &ENCRYPTED_CONTENT),
        member("unprotectedAttrs", Is::C(1), &ATTRIBUTES),
    ],
    |_| None,
);
static AUTH_ENVELOPED_DATA: Type = fields(
    "AuthEnvelopedData",
    &[
        member("version", INTEGER, &ANY),
        member("originatorInfo", Is::C(0), &ORIGINATOR_INFO),
        member("recipientInfos", SET, &RECIPIENT_INFOS),
        member("authEncryptedContentInfo", SEQUENCE, &ENCRYPTED_CONTENT),
        member("authAttrs", Is::C(1), &ATTRIBUTES),
        member("mac", OCTET_STRING, &HEX),
        member("unauthAttrs", Is::C(2), &ATTRIBUTES),
    ],
    |_| None,
);
static ORIGINATOR_INFO: Type =
    fields("OriginatorInfo", &[member("certs", Is::C(0), &CERTIFICATES), member("crls", Is::C(1), &CRLS)], |_| None);
static ENCRYPTED_CONTENT: Type = fields(
    "EncryptedContentInfo",
    &[
        member("contentType", OID, &ANY),
        member("contentEncryptionAlgorithm", SEQUENCE, &ALGORITHM),
        member("encryptedContent", Is::C(0), &SIZE),
    ],
    |info| meaning::algorithm(&info.child(1)?),
);

static RECIPIENT_INFOS: Type = Type::new("", Inside::Each(&RECIPIENT_INFO)).meaning(count);
static RECIPIENT_INFO: Type = Type::new(
    "RecipientInfo",
    Inside::Choice(&[
        member("ktri", SEQUENCE, &KEY_TRANSPORT),
        member("kari", Is::C(1), &KEY_AGREEMENT),
        member("kekri", Is::C(2), &KEY_ENCRYPTION_KEY),
        member("pwri", Is::C(3), &PASSWORD),
        member("ori", Is::C(4), &OTHER_RECIPIENT),
    ]),
);
static KEY_TRANSPORT: Type = fields(
    "KeyTransRecipientInfo",
    &[
        member("version", INTEGER, &ANY),
        member("rid", Is::Any, &CERTIFICATE_ID),
        member("keyEncryptionAlgorithm", SEQUENCE, &ALGORITHM),
        member("encryptedKey", OCTET_STRING, &SIZE),
    ],
    |info| identifier(&info.child(1)?),
);
static KEY_AGREEMENT: Type = fields(
    "KeyAgreeRecipientInfo",
    &[
        member("version", INTEGER, &ANY),
        member("originator", Is::C(0), &ORIGINATOR),
        member("ukm", Is::C(1), &UKM),
        member("keyEncryptionAlgorithm", SEQUENCE, &ALGORITHM),
        member("recipientEncryptedKeys", SEQUENCE, &ENCRYPTED_KEYS),
    ],
    |info| meaning::algorithm(&info.children().find(|field| field.is(tag::SEQUENCE))?),
);
static UKM: Type = Type::new("", Inside::Explicit(&HEX));
static ORIGINATOR: Type = Type::new("", Inside::Explicit(&ORIGINATOR_CHOICES));
static ORIGINATOR_CHOICES: Type = Type::new(
    "",
    Inside::Choice(&[
        member("issuerAndSerialNumber", SEQUENCE, &ISSUER_AND_SERIAL),
        member("subjectKeyIdentifier", Is::C(0), &HEX),
        member("originatorKey", Is::C(1), &ORIGINATOR_KEY),
    ]),
);
static ORIGINATOR_KEY: Type = fields(
    "OriginatorPublicKey",
    &[member("algorithm", SEQUENCE, &ALGORITHM), member("publicKey", BIT_STRING, &SIZE)],
    meaning::public_key,
);
static ENCRYPTED_KEYS: Type = Type::new("", Inside::Each(&ENCRYPTED_KEY)).meaning(count);
static ENCRYPTED_KEY: Type = fields(
    "RecipientEncryptedKey",
    &[member("rid", Is::Any, &AGREEMENT_ID), member("encryptedKey", OCTET_STRING, &SIZE)],
    |key| identifier(&key.child(0)?),
);
static AGREEMENT_ID: Type = Type::new(
    "",
    Inside::Choice(&[
        member("issuerAndSerialNumber", SEQUENCE, &ISSUER_AND_SERIAL),
        member("rKeyId", Is::C(0), &RECIPIENT_KEY_ID),
    ]),
);
pub(super) static RECIPIENT_KEY_ID: Type = fields(
    "RecipientKeyIdentifier",
    &[
        member("subjectKeyIdentifier", OCTET_STRING, &HEX),
        member("date", Is::U(tag::GENERALIZED_TIME), &TIME),
        member("other", SEQUENCE, &OTHER_KEY_ATTRIBUTE),
    ],
    meaning::key_identifier,
);
static OTHER_KEY_ATTRIBUTE: Type =
    fields("OtherKeyAttribute", &[member("keyAttrId", OID, &ANY), member("keyAttr", Is::Any, &ANY)], |_| None);
static KEY_ENCRYPTION_KEY: Type = fields(
    "KEKRecipientInfo",
    &[
        member("version", INTEGER, &ANY),
        member("kekid", SEQUENCE, &KEK_ID),
        member("keyEncryptionAlgorithm", SEQUENCE, &ALGORITHM),
        member("encryptedKey", OCTET_STRING, &SIZE),
    ],
    |info| meaning::key_identifier(&info.child(1)?),
);
static KEK_ID: Type = fields(
    "KEKIdentifier",
    &[
        member("keyIdentifier", OCTET_STRING, &HEX),
        member("date", Is::U(tag::GENERALIZED_TIME), &TIME),
        member("other", SEQUENCE, &OTHER_KEY_ATTRIBUTE),
    ],
    meaning::key_identifier,
);
static PASSWORD: Type = fields(
    "PasswordRecipientInfo",
    &[
        member("version", INTEGER, &ANY),
        member("keyDerivationAlgorithm", Is::C(0), &ALGORITHM),
        member("keyEncryptionAlgorithm", SEQUENCE, &ALGORITHM),
        member("encryptedKey", OCTET_STRING, &SIZE),
    ],
    |info| meaning::algorithm(&info.child(1).filter(|kdf| kdf.is_context(0))?),
);
static OTHER_RECIPIENT: Type = fields(
    "OtherRecipientInfo",
    &[member("oriType", OID, &ANY), member("oriValue", Is::Any, &OTHER_VALUE)],
    meaning::first_oid,
);
static OTHER_VALUE: Type =
    Type::new("", Inside::Open(|oid| (oid == "1.2.840.113549.1.9.16.13.3").then_some(&KEM_RECIPIENT)));
static KEM_RECIPIENT: Type = fields(
    "KEMRecipientInfo",
    &[
        member("version", INTEGER, &ANY),
        member("rid", Is::Any, &CERTIFICATE_ID),
        member("kem", SEQUENCE, &ALGORITHM),
        member("kemct", OCTET_STRING, &SIZE),
        member("kdf", SEQUENCE, &ALGORITHM),
        member("kekLength", INTEGER, &ANY),
        member("ukm", Is::C(0), &UKM),
        member("wrap", SEQUENCE, &ALGORITHM),
        member("encryptedKey", OCTET_STRING, &SIZE),
    ],
    |info| identifier(&info.child(1)?),
);

static COMPRESSED_DATA: Type = fields(
    "CompressedData",
    &[
        member("version", INTEGER, &ANY),
        member("compressionAlgorithm", SEQUENCE, &ALGORITHM),
        member("encapContentInfo", SEQUENCE, &ENCAPSULATED),
    ],
    |_| None,
);
static DIGESTED_DATA: Type = fields(
    "DigestedData",
    &[
        member("version", INTEGER, &ANY),
        member("digestAlgorithm", SEQUENCE, &ALGORITHM),
        member("encapContentInfo", SEQUENCE, &ENCAPSULATED),
        member("digest", OCTET_STRING, &HEX),
    ],
    |_| None,
);
static ENCRYPTED_DATA: Type = fields(
    "EncryptedData",
    &[
        member("version", INTEGER, &ANY),
        member("encryptedContentInfo", SEQUENCE, &ENCRYPTED_CONTENT),
        member("unprotectedAttrs", Is::C(1), &ATTRIBUTES),
    ],
    |_| None,
);
static AUTHENTICATED_DATA: Type = fields(
    "AuthenticatedData",
    &[
        member("version", INTEGER, &ANY),
        member("originatorInfo", Is::C(0), &ORIGINATOR_INFO),
        member("recipientInfos", SET, &RECIPIENT_INFOS),
        member("macAlgorithm", SEQUENCE, &ALGORITHM),
        member("digestAlgorithm", Is::C(1), &ALGORITHM),
        member("encapContentInfo", SEQUENCE, &ENCAPSULATED),
        member("authAttrs", Is::C(2), &ATTRIBUTES),
        member("mac", OCTET_STRING, &HEX),
        member("unauthAttrs", Is::C(3), &ATTRIBUTES),
    ],
    |_| None,
);

static PFX: Type = fields(
    "PFX",
    &[
        member("version", INTEGER, &ANY),
        member("authSafe", SEQUENCE, &AUTH_SAFE),
        member("macData", SEQUENCE, &MAC_DATA),
    ],
    |_| None,
);
static AUTH_SAFE: Type = fields(
    "ContentInfo",
    &[member("contentType", OID, &ANY), member("content", Is::C(0), &AUTH_SAFE_CONTENT)],
    meaning::first_oid,
);
static AUTH_SAFE_CONTENT: Type = Type::new("", Inside::Explicit(&AUTH_SAFE_OCTETS));
static AUTH_SAFE_OCTETS: Type = Type::new("", Inside::Encapsulates(&AUTHENTICATED_SAFE)).meaning(size);
static AUTHENTICATED_SAFE: Type = Type::new("AuthenticatedSafe", Inside::Each(&CONTENT_INFO)).meaning(count);
static MAC_DATA: Type = fields(
    "MacData",
    &[
        member("mac", SEQUENCE, &DIGEST_INFO),
        member("macSalt", OCTET_STRING, &HEX),
        member("iterations", INTEGER, &ANY),
    ],
    |_| None,
);
static DIGEST_INFO: Type = fields(
    "DigestInfo",
    &[member("digestAlgorithm", SEQUENCE, &ALGORITHM), member("digest", OCTET_STRING, &HEX)],
    |_| None,
);
