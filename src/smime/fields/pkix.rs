//! Certificates and revocation lists (RFC 5280), with the extensions that decisions are made of.

use super::algorithms::ALGORITHM;
use super::cms::{HEX, SIZE, TIME};
use super::grammar::{
    ANY, BIT_STRING, BOOLEAN, INTEGER, Inside, Is, Member, OCTET_STRING, OID, SEQUENCE, Type, member,
};
use super::meaning::{self, count};
use super::meaning_pkix;

const fn fields(name: &'static str, members: &'static [Member]) -> Type {
    Type::new(name, Inside::Fields(members))
}

const fn each(name: &'static str, of: &'static Type) -> Type {
    Type { name, inside: Inside::Each(of), meaning: count }
}

const fn explicit(of: &'static Type) -> Type {
    Type::new("", Inside::Explicit(of))
}

pub(super) static CERTIFICATE: Type = fields(
    "Certificate",
    &[
        member("tbsCertificate", SEQUENCE, &TBS_CERTIFICATE),
        member("signatureAlgorithm", SEQUENCE, &ALGORITHM),
        member("signatureValue", BIT_STRING, &SIZE),
    ],
)
.meaning(meaning_pkix::subject);
static TBS_CERTIFICATE: Type = fields(
    "TBSCertificate",
    &[
        member("version", Is::C(0), &VERSION),
        member("serialNumber", INTEGER, &HEX),
        member("signature", SEQUENCE, &ALGORITHM),
        member("issuer", SEQUENCE, &NAME),
        member("validity", SEQUENCE, &VALIDITY),
        member("subject", SEQUENCE, &NAME),
        member("subjectPublicKeyInfo", SEQUENCE, &PUBLIC_KEY_INFO),
        member("issuerUniqueID", Is::C(1), &ANY),
        member("subjectUniqueID", Is::C(2), &ANY),
        member("extensions", Is::C(3), &EXPLICIT_EXTENSIONS),
    ],
);
static VERSION: Type = explicit(&VERSION_NUMBER);
static VERSION_NUMBER: Type = Type::leaf("Version", meaning_pkix::x509_version);
static VALIDITY: Type = fields("Validity", &[member("notBefore", Is::Any, &TIME), member("notAfter", Is::Any, &TIME)])
    .meaning(meaning_pkix::validity);
static PUBLIC_KEY_INFO: Type = fields(
    "SubjectPublicKeyInfo",
    &[member("algorithm", SEQUENCE, &ALGORITHM), member("subjectPublicKey", BIT_STRING, &PUBLIC_KEY)],
)
.meaning(meaning::public_key);
// Only RSA's key is an encoding of its own, and the algorithm is not beside it; a point of a curve never parses as one.
static PUBLIC_KEY: Type = Type { name: "", inside: Inside::Encapsulates(&RSA_PUBLIC_KEY), meaning: meaning::size };
static RSA_PUBLIC_KEY: Type =
    fields("RSAPublicKey", &[member("modulus", INTEGER, &SIZE), member("publicExponent", INTEGER, &ANY)]);

pub(super) static NAME: Type = Type { name: "Name", inside: Inside::Each(&RELATIVE_NAME), meaning: meaning_pkix::name };
static RELATIVE_NAME: Type = Type::new("RelativeDistinguishedName", Inside::Each(&NAME_PART));
static NAME_PART: Type = fields("AttributeTypeAndValue", &[member("type", OID, &ANY), member("value", Is::Any, &ANY)])
    .meaning(meaning_pkix::name_part);

pub(super) static CRL: Type = fields(
    "CertificateList",
    &[
        member("tbsCertList", SEQUENCE, &TBS_CERT_LIST),
        member("signatureAlgorithm", SEQUENCE, &ALGORITHM),
        member("signatureValue", BIT_STRING, &SIZE),
    ],
)
.meaning(meaning_pkix::crl);
static TBS_CERT_LIST: Type = fields(
    "TBSCertList",
    &[
        member("version", INTEGER, &VERSION_NUMBER),
        member("signature", SEQUENCE, &ALGORITHM),
        member("issuer", SEQUENCE, &NAME),
        member("thisUpdate", Is::Time, &TIME),
        member("nextUpdate", Is::Time, &TIME),
        member("revokedCertificates", SEQUENCE, &REVOKED),
        member("crlExtensions", Is::C(0), &EXPLICIT_EXTENSIONS),
    ],
);
static REVOKED: Type = each("", &REVOKED_CERTIFICATE);
static REVOKED_CERTIFICATE: Type = fields(
    "revoked certificate",
    &[
        member("userCertificate", INTEGER, &HEX),
        member("revocationDate", Is::Time, &TIME),
        member("crlEntryExtensions", SEQUENCE, &EXTENSIONS),
    ],
)
.meaning(meaning_pkix::revoked);

static EXPLICIT_EXTENSIONS: Type = explicit(&EXTENSIONS);
pub(super) static EXTENSIONS: Type = each("Extensions", &EXTENSION);
static EXTENSION: Type = fields(
    "Extension",
    &[
        member("extnID", OID, &ANY),
        member("critical", BOOLEAN, &ANY),
        member("extnValue", OCTET_STRING, &EXTENSION_VALUE),
    ],
)
.meaning(meaning_pkix::extension);
static EXTENSION_VALUE: Type = Type::new("", Inside::EncapsulatesOpen(extension));

/// The type of an extension's value.
pub(super) fn extension(oid: &str) -> Option<&'static Type> {
    Some(match oid {
        "2.5.29.14" => &KEY_IDENTIFIER,
        "2.5.29.15" => &KEY_USAGE,
        "2.5.29.17" | "2.5.29.18" | "2.5.29.29" => &GENERAL_NAMES,
        "2.5.29.19" => &BASIC_CONSTRAINTS,
        "2.5.29.20" | "2.5.29.27" | "2.5.29.54" => &NUMBER,
        "2.5.29.21" => &REASON,
        "2.5.29.24" => &TIME,
        "2.5.29.28" => &ISSUING_POINT,
        "2.5.29.30" => &NAME_CONSTRAINTS,
        "2.5.29.31" | "2.5.29.46" => &DISTRIBUTION_POINTS,
        "2.5.29.32" => &POLICIES,
        "2.5.29.33" => &POLICY_MAPPINGS,
        "2.5.29.35" => &AUTHORITY_KEY_ID,
        "2.5.29.36" => &POLICY_CONSTRAINTS,
        "2.5.29.37" => &EXTENDED_USAGE,
        "1.3.6.1.5.5.7.1.1" | "1.3.6.1.5.5.7.1.11" => &ACCESS,
        _ => &ANY,
    })
}

static KEY_IDENTIFIER: Type = Type::leaf("KeyIdentifier", meaning::hex);
static KEY_USAGE: Type = Type::leaf("KeyUsage", meaning_pkix::key_usage);
static NUMBER: Type = Type::leaf("", meaning::hex_or_number);
static REASON: Type = Type::leaf("CRLReason", meaning_pkix::crl_reason);
static BASIC_CONSTRAINTS: Type =
    fields("BasicConstraints", &[member("cA", BOOLEAN, &ANY), member("pathLenConstraint", INTEGER, &ANY)])
        .meaning(meaning_pkix::basic_constraints);
static EXTENDED_USAGE: Type =
    Type { name: "ExtKeyUsageSyntax", inside: Inside::Each(&PURPOSE), meaning: meaning::each_value };
static PURPOSE: Type = Type::leaf("KeyPurposeId", |_| None);

pub(super) static GENERAL_NAMES: Type =
    Type { name: "GeneralNames", inside: Inside::Each(&GENERAL_NAME), meaning: meaning_pkix::general_names };
pub(super) static GENERAL_NAME: Type = Type {
    name: "GeneralName",
    inside: Inside::Choice(&[
        member("otherName", Is::C(0), &OTHER_NAME),
        member("rfc822Name", Is::C(1), &NAME_TEXT),
        member("dNSName", Is::C(2), &NAME_TEXT),
        member("x400Address", Is::C(3), &ANY),
        member("directoryName", Is::C(4), &DIRECTORY_NAME),
        member("ediPartyName", Is::C(5), &ANY),
        member("uniformResourceIdentifier", Is::C(6), &NAME_TEXT),
        member("iPAddress", Is::C(7), &NAME_TEXT),
        member("registeredID", Is::C(8), &NAME_TEXT),
    ]),
    meaning: meaning_pkix::general_name,
};
static NAME_TEXT: Type = Type::leaf("GeneralName", meaning_pkix::general_name);
static DIRECTORY_NAME: Type =
    Type { name: "GeneralName", inside: Inside::Explicit(&NAME), meaning: meaning_pkix::general_name };
static OTHER_NAME: Type = fields("GeneralName", &[member("type-id", OID, &ANY), member("value", Is::C(0), &ANY)])
    .meaning(meaning_pkix::general_name);

static NAME_CONSTRAINTS: Type = fields(
    "NameConstraints",
    &[member("permittedSubtrees", Is::C(0), &SUBTREES), member("excludedSubtrees", Is::C(1), &SUBTREES)],
);
static SUBTREES: Type = each("GeneralSubtrees", &SUBTREE);
static SUBTREE: Type = fields(
    "GeneralSubtree",
    &[member("base", Is::Any, &GENERAL_NAME), member("minimum", Is::C(0), &ANY), member("maximum", Is::C(1), &ANY)],
);
static DISTRIBUTION_POINTS: Type = each("CRLDistributionPoints", &DISTRIBUTION_POINT);
static DISTRIBUTION_POINT: Type = fields(
    "DistributionPoint",
    &[
        member("distributionPoint", Is::C(0), &POINT_NAME),
        member("reasons", Is::C(1), &ANY),
        member("cRLIssuer", Is::C(2), &GENERAL_NAMES),
    ],
);
static POINT_NAME: Type = explicit(&POINT_NAME_CHOICES);
static POINT_NAME_CHOICES: Type = Type::new(
    "",
    Inside::Choice(&[
        member("fullName", Is::C(0), &GENERAL_NAMES),
        member("nameRelativeToCRLIssuer", Is::C(1), &RELATIVE_NAME),
    ]),
);
static ISSUING_POINT: Type = fields(
    "IssuingDistributionPoint",
    &[
        member("distributionPoint", Is::C(0), &POINT_NAME),
        member("onlyContainsUserCerts", Is::C(1), &ANY),
        member("onlyContainsCACerts", Is::C(2), &ANY),
        member("onlySomeReasons", Is::C(3), &ANY),
        member("indirectCRL", Is::C(4), &ANY),
        member("onlyContainsAttributeCerts", Is::C(5), &ANY),
    ],
);
static POLICIES: Type =
    Type { name: "CertificatePolicies", inside: Inside::Each(&POLICY), meaning: meaning::first_oids };
static POLICY: Type =
    fields("PolicyInformation", &[member("policyIdentifier", OID, &ANY), member("policyQualifiers", SEQUENCE, &ANY)])
        .meaning(meaning::first_oid);
static POLICY_MAPPINGS: Type = each("PolicyMappings", &POLICY_MAPPING);
static POLICY_MAPPING: Type =
    fields("", &[member("issuerDomainPolicy", OID, &ANY), member("subjectDomainPolicy", OID, &ANY)]);
static POLICY_CONSTRAINTS: Type = fields(
    "PolicyConstraints",
    &[member("requireExplicitPolicy", Is::C(0), &ANY), member("inhibitPolicyMapping", Is::C(1), &ANY)],
);
static AUTHORITY_KEY_ID: Type = fields(
    "AuthorityKeyIdentifier",
    &[
        member("keyIdentifier", Is::C(0), &HEX),
        member("authorityCertIssuer", Is::C(1), &GENERAL_NAMES),
        member("authorityCertSerialNumber", Is::C(2), &HEX),
    ],
)
.meaning(|id| meaning::hex(&id.child(0).filter(|key| key.is_context(0))?));
static ACCESS: Type = each("AuthorityInfoAccessSyntax", &ACCESS_DESCRIPTION);
static ACCESS_DESCRIPTION: Type =
    fields("AccessDescription", &[member("accessMethod", OID, &ANY), member("accessLocation", Is::Any, &GENERAL_NAME)])
        .meaning(meaning_pkix::access);
