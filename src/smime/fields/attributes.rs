//! Attributes: RFC 5652 §11, 8551 §2.5, ESS (2634, 5035), 6211, time stamps (3161), and Microsoft's.

use super::algorithms::ALGORITHM;
use super::cms::{CONTENT, HEX, ISSUER_AND_SERIAL, RECIPIENT_KEY_ID, SIGNER_INFO, SIZE, TIME};
use super::grammar::{ANY, BOOLEAN, INTEGER, Inside, Is, OCTET_STRING, OID, SEQUENCE, SET, Type, member};
use super::meaning::{self, count, size};
use super::pkix::{EXTENSIONS, GENERAL_NAME, GENERAL_NAMES};
use crate::asn1::{oid, tag};

pub(super) static ATTRIBUTES: Type = Type::new("", Inside::Each(&ATTRIBUTE)).meaning(count);
static ATTRIBUTE: Type = Type {
    name: "Attribute",
    inside: Inside::Fields(&[member("attrType", OID, &ANY), member("attrValues", SET, &VALUES)]),
    meaning: meaning::attribute,
};
static VALUES: Type = Type::new("", Inside::EachOpen(values));

/// The type of an attribute's values.
pub(super) fn values(oid: &str) -> Option<&'static Type> {
    Some(match oid {
        oid::MESSAGE_DIGEST => &HEX,
        oid::SIGNING_TIME => &TIME,
        "1.2.840.113549.1.9.6" => &SIGNER_INFO,
        "1.2.840.113549.1.9.15" => &CAPABILITIES,
        oid::ALGORITHM_PROTECTION => &ALGORITHM_PROTECTION,
        "1.2.840.113549.1.9.16.2.1" => &RECEIPT_REQUEST,
        "1.2.840.113549.1.9.16.2.2" => &SECURITY_LABEL,
        "1.2.840.113549.1.9.16.2.4" => &CONTENT_HINTS,
        "1.2.840.113549.1.9.16.2.7" => &HEX,
        "1.2.840.113549.1.9.16.2.9" => &EQUIVALENT_LABELS,
        "1.2.840.113549.1.9.16.2.10" => &CONTENT_REFERENCE,
        "1.2.840.113549.1.9.16.2.11" => &KEY_PREFERENCE,
        oid::SIGNING_CERTIFICATE => &SIGNING_CERTIFICATE,
        oid::SIGNING_CERTIFICATE_V2 => &SIGNING_CERTIFICATE_V2,
        "1.2.840.113549.1.9.16.2.14"
        | "1.2.840.113549.1.9.16.2.20"
        | "1.2.840.113549.1.9.16.2.27"
        | "1.2.840.113549.1.9.16.2.48"
        | "1.3.6.1.4.1.311.3.3.1" => &TIME_STAMP_TOKEN,
        "1.2.840.113549.1.9.16.2.46" => &BINARY_TIME,
        "1.3.6.1.4.1.311.16.4" => &ISSUER_AND_SERIAL,
        _ => return None,
    })
}

static CAPABILITIES: Type =
    Type { name: "SMIMECapabilities", inside: Inside::Each(&CAPABILITY), meaning: meaning::capabilities };
static CAPABILITY: Type = Type {
    name: "SMIMECapability",
    inside: Inside::Fields(&[member("capabilityID", OID, &ANY), member("parameters", Is::Any, &ANY)]),
    meaning: meaning::capability,
};
static ALGORITHM_PROTECTION: Type = Type {
    name: "CMSAlgorithmProtection",
    inside: Inside::Fields(&[
        member("digestAlgorithm", SEQUENCE, &ALGORITHM),
        member("signatureAlgorithm", Is::C(1), &ALGORITHM),
        member("macAlgorithm", Is::C(2), &ALGORITHM),
    ]),
    meaning: meaning::algorithm_protection,
};
static RECEIPT_REQUEST: Type = Type {
    name: "ReceiptRequest",
    inside: Inside::Fields(&[
        member("signedContentIdentifier", OCTET_STRING, &HEX),
        member("receiptsFrom", Is::Any, &RECEIPTS_FROM),
        member("receiptsTo", SEQUENCE, &RECEIPTS_TO),
    ]),
    meaning: meaning::receipt_request,
};
static RECEIPTS_FROM: Type = Type::new(
    "",
    Inside::Choice(&[member("allOrFirstTier", Is::C(0), &TIER), member("receiptList", Is::C(1), &RECEIPTS_TO)]),
);
static TIER: Type = Type::leaf("", meaning::tier);
static RECEIPTS_TO: Type = Type::new("", Inside::Each(&GENERAL_NAMES)).meaning(count);

static SECURITY_LABEL: Type = Type {
    name: "ESSSecurityLabel",
    inside: Inside::Fields(&[
        member("security-policy-identifier", OID, &ANY),
        member("security-classification", INTEGER, &CLASSIFICATION),
        member("privacy-mark", Is::U(tag::PRINTABLE_STRING), &ANY),
        member("privacy-mark", Is::U(tag::UTF8_STRING), &ANY),
        member("security-categories", SET, &CATEGORIES),
    ]),
    meaning: meaning::security_label,
};
static CLASSIFICATION: Type = Type::leaf("", meaning::classification);
static CATEGORIES: Type = Type::new("", Inside::Each(&CATEGORY)).meaning(count);
static CATEGORY: Type = Type {
    name: "SecurityCategory",
    inside: Inside::Fields(&[member("type", Is::C(0), &IMPLICIT_OID), member("value", Is::C(1), &ANY)]),
    meaning: |_| None,
};
static IMPLICIT_OID: Type = Type::leaf("", meaning::implicit_oid);
static EQUIVALENT_LABELS: Type =
    Type { name: "EquivalentLabels", inside: Inside::Each(&SECURITY_LABEL), meaning: meaning::equivalent_labels };

static CONTENT_HINTS: Type = Type {
    name: "ContentHints",
    inside: Inside::Fields(&[
        member("contentDescription", Is::U(tag::UTF8_STRING), &ANY),
        member("contentType", OID, &ANY),
    ]),
    meaning: meaning::each_value,
};
static CONTENT_REFERENCE: Type = Type {
    name: "ContentReference",
    inside: Inside::Fields(&[
        member("contentType", OID, &ANY),
        member("signedContentIdentifier", OCTET_STRING, &HEX),
        member("originatorSignatureValue", OCTET_STRING, &SIZE),
    ]),
    meaning: meaning::each_value,
};

static KEY_PREFERENCE: Type = Type {
    name: "SMIMEEncryptionKeyPreference",
    inside: Inside::Choice(&[
        member("issuerAndSerialNumber", Is::C(0), &ISSUER_AND_SERIAL),
        member("recipientKeyId", Is::C(1), &RECIPIENT_KEY_ID),
        member("subjectAltKeyIdentifier", Is::C(2), &HEX),
    ]),
    meaning: meaning::key_preference,
};

static SIGNING_CERTIFICATE: Type = Type {
    name: "SigningCertificate",
    inside: Inside::Fields(&[member("certs", SEQUENCE, &CERT_IDS), member("policies", SEQUENCE, &ANY)]),
    meaning: meaning::signing_certificate,
};
static SIGNING_CERTIFICATE_V2: Type = Type {
    name: "SigningCertificateV2",
    inside: Inside::Fields(&[member("certs", SEQUENCE, &CERT_IDS_V2), member("policies", SEQUENCE, &ANY)]),
    meaning: meaning::signing_certificate_v2,
};
static CERT_IDS: Type = Type::new("", Inside::Each(&CERT_ID)).meaning(count);
static CERT_IDS_V2: Type = Type::new("", Inside::Each(&CERT_ID_V2)).meaning(count);
static CERT_ID: Type = Type {
    name: "ESSCertID",
    inside: Inside::Fields(&[member("certHash", OCTET_STRING, &HEX), member("issuerSerial", SEQUENCE, &ISSUER_SERIAL)]),
    meaning: |_| None,
};
static CERT_ID_V2: Type = Type {
    name: "ESSCertIDv2",
    inside: Inside::Fields(&[
        member("hashAlgorithm", SEQUENCE, &ALGORITHM),
        member("certHash", OCTET_STRING, &HEX),
        member("issuerSerial", SEQUENCE, &ISSUER_SERIAL),
    ]),
    meaning: |_| None,
};
static ISSUER_SERIAL: Type = Type {
    name: "IssuerSerial",
    inside: Inside::Fields(&[member("issuer", SEQUENCE, &GENERAL_NAMES), member("serialNumber", INTEGER, &HEX)]),
    meaning: |_| None,
};
static BINARY_TIME: Type = Type::leaf("BinaryTime", meaning::binary_time);

// A ContentInfo, told in words of its own.
static TIME_STAMP_TOKEN: Type = Type {
    name: "TimeStampToken",
    inside: Inside::Fields(&[member("contentType", OID, &ANY), member("content", Is::C(0), &CONTENT)]),
    meaning: meaning::time_stamp,
};

pub(super) static TST_CONTENT: Type = Type { name: "", inside: Inside::Encapsulates(&TST_INFO), meaning: size };
static TST_INFO: Type = Type {
    name: "TSTInfo",
    inside: Inside::Fields(&[
        member("version", INTEGER, &ANY),
        member("policy", OID, &ANY),
        member("messageImprint", SEQUENCE, &MESSAGE_IMPRINT),
        member("serialNumber", INTEGER, &HEX),
        member("genTime", Is::Time, &TIME),
        member("accuracy", SEQUENCE, &ANY),
        member("ordering", BOOLEAN, &ANY),
        member("nonce", INTEGER, &HEX),
        member("tsa", Is::C(0), &TSA),
        member("extensions", Is::C(1), &EXTENSIONS),
    ]),
    meaning: |_| None,
};
static MESSAGE_IMPRINT: Type = Type {
    name: "MessageImprint",
    inside: Inside::Fields(&[
        member("hashAlgorithm", SEQUENCE, &ALGORITHM),
        member("hashedMessage", OCTET_STRING, &HEX),
    ]),
    meaning: |_| None,
};
static TSA: Type = Type::new("", Inside::Explicit(&GENERAL_NAME));

pub(super) static RECEIPT_CONTENT: Type = Type { name: "", inside: Inside::Encapsulates(&RECEIPT), meaning: size };
static RECEIPT: Type = Type {
    name: "Receipt",
    inside: Inside::Fields(&[
        member("version", INTEGER, &ANY),
        member("contentType", OID, &ANY),
        member("signedContentIdentifier", OCTET_STRING, &HEX),
        member("originatorSignatureValue", OCTET_STRING, &SIZE),
    ]),
    meaning: |_| None,
};
