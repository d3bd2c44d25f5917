//! AlgorithmIdentifiers and the parameters they carry (RFC 4055, 5084, 5753, 8018, 3211, 9709).

use super::cms::{HEX, SIZE};
use super::grammar::{ANY, INTEGER, Inside, Is, OCTET_STRING, OID, SEQUENCE, Type, member};
use super::meaning;

pub(super) static ALGORITHM: Type = Type {
    name: "AlgorithmIdentifier",
    inside: Inside::Fields(&[member("algorithm", OID, &ANY), member("parameters", Is::Any, &PARAMETERS)]),
    meaning: meaning::algorithm,
};
static PARAMETERS: Type = Type::new("", Inside::Open(parameters));

fn parameters(oid: &str) -> Option<&'static Type> {
    Some(match oid {
        "1.2.840.113549.1.1.7" => &OAEP,
        "1.2.840.113549.1.1.10" => &PSS,
        "1.2.840.113549.1.5.12" => &PBKDF2,
        "1.2.840.113549.1.5.13" => &PBES2,
        "1.3.6.1.4.1.11591.4.11" => &SCRYPT,
        "1.2.840.113549.3.2" => &RC2,
        "2.16.840.1.101.3.4.1.6" | "2.16.840.1.101.3.4.1.26" | "2.16.840.1.101.3.4.1.46" => &GCM,
        "2.16.840.1.101.3.4.1.7" | "2.16.840.1.101.3.4.1.27" | "2.16.840.1.101.3.4.1.47" => &CCM,
        "2.16.840.1.101.3.4.1.2"
        | "2.16.840.1.101.3.4.1.22"
        | "2.16.840.1.101.3.4.1.42"
        | "1.2.840.113549.3.7"
        | "1.3.14.3.2.7" => &HEX,
        // MGF1 over a digest, PWRI-KEK over a cipher, key agreement over a key wrap, CEK-HKDF over a cipher.
        "1.2.840.113549.1.1.8"
        | "1.2.840.113549.1.9.16.3.9"
        | "1.2.840.113549.1.9.16.3.5"
        | "1.2.840.113549.1.9.16.3.31" => &ALGORITHM,
        agreement if meaning::is_agreement(agreement) => &ALGORITHM,
        _ => return None,
    })
}

static EXPLICIT_ALGORITHM: Type = Type::new("", Inside::Explicit(&ALGORITHM));
static EXPLICIT: Type = Type::new("", Inside::Explicit(&ANY));

static PSS: Type = Type {
    name: "RSASSA-PSS-params",
    inside: Inside::Fields(&[
        member("hashAlgorithm", Is::C(0), &EXPLICIT_ALGORITHM),
        member("maskGenAlgorithm", Is::C(1), &EXPLICIT_ALGORITHM),
        member("saltLength", Is::C(2), &EXPLICIT),
        member("trailerField", Is::C(3), &EXPLICIT),
    ]),
    meaning: |_| None,
};
static OAEP: Type = Type {
    name: "RSAES-OAEP-params",
    inside: Inside::Fields(&[
        member("hashAlgorithm", Is::C(0), &EXPLICIT_ALGORITHM),
        member("maskGenAlgorithm", Is::C(1), &EXPLICIT_ALGORITHM),
        member("pSourceAlgorithm", Is::C(2), &EXPLICIT_ALGORITHM),
    ]),
    meaning: |_| None,
};
static GCM: Type = Type {
    name: "GCMParameters",
    inside: Inside::Fields(&[member("aes-nonce", OCTET_STRING, &HEX), member("aes-ICVlen", INTEGER, &ANY)]),
    meaning: |_| None,
};
static CCM: Type = Type {
    name: "CCMParameters",
    inside: Inside::Fields(&[member("aes-nonce", OCTET_STRING, &HEX), member("aes-ICVlen", INTEGER, &ANY)]),
    meaning: |_| None,
};
static RC2: Type = Type {
    name: "RC2CBCParameter",
    inside: Inside::Fields(&[member("rc2ParameterVersion", INTEGER, &ANY), member("iv", OCTET_STRING, &HEX)]),
    meaning: |_| None,
};
static PBKDF2: Type = Type {
    name: "PBKDF2-params",
    inside: Inside::Fields(&[
        member("salt", OCTET_STRING, &SIZE),
        member("iterationCount", INTEGER, &ANY),
        member("keyLength", INTEGER, &ANY),
        member("prf", SEQUENCE, &ALGORITHM),
    ]),
    meaning: |_| None,
};
static PBES2: Type = Type {
    name: "PBES2-params",
    inside: Inside::Fields(&[
        member("keyDerivationFunc", SEQUENCE, &ALGORITHM),
        member("encryptionScheme", SEQUENCE, &ALGORITHM),
    ]),
    meaning: |_| None,
};
static SCRYPT: Type = Type {
    name: "scrypt-params",
    inside: Inside::Fields(&[
        member("salt", OCTET_STRING, &SIZE),
        member("costParameter", INTEGER, &ANY),
        member("blockSize", INTEGER, &ANY),
        member("parallelizationParameter", INTEGER, &ANY),
        member("keyLength", INTEGER, &ANY),
    ]),
    meaning: |_| None,
};
