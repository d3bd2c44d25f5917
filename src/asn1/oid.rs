//! Object identifiers and the names people know them by.

use std::fmt;

/// An OBJECT IDENTIFIER, dotted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(Box<str>);

impl Oid {
    /// Reads the content octets (X.690 §8.19); `None` where they break off or an arc has more than 64 bits.
    #[must_use]
    pub fn from_content(content: &[u8]) -> Option<Self> {
        let mut dotted = String::new();
        let mut arc = 0_u64;
        let mut complete = false;
        for octet in content {
            if arc >> 57 != 0 {
                return None;
            }
            arc = (arc << 7) | u64::from(octet & 0x7f);
            complete = octet & 0x80 == 0;
            if complete {
                push_arc(&mut dotted, arc);
                arc = 0;
            }
        }
        complete.then(|| Self(dotted.into_boxed_str()))
    }

    /// The dotted text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, if it has one here.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        name(&self.0)
    }
}

impl From<&str> for Oid {
    fn from(dotted: &str) -> Self {
        Self(dotted.into())
    }
}

impl PartialEq<str> for Oid {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Oid {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

/// The name with the number, or the number alone.
impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => f.write_str(&self.0),
        }
    }
}

fn push_arc(dotted: &mut String, arc: u64) {
    if dotted.is_empty() {
        let (first, second) = match arc {
            0..40 => (0, arc),
            40..80 => (1, arc.saturating_sub(40)),
            _ => (2, arc.saturating_sub(80)),
        };
        dotted.push_str(&format!("{first}.{second}"));
    } else {
        dotted.push('.');
        dotted.push_str(&arc.to_string());
    }
}

/// `id-data`
pub const DATA: &str = "1.2.840.113549.1.7.1";
/// `id-signedData`
pub const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
/// `id-envelopedData`
pub const ENVELOPED_DATA: &str = "1.2.840.113549.1.7.3";
/// `id-ct-authEnvelopedData`
pub const AUTH_ENVELOPED_DATA: &str = "1.2.840.113549.1.9.16.1.23";
/// `id-contentType`
pub const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
/// `id-messageDigest`
pub const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
/// `id-signingTime`
pub const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
/// `id-aa-CMSAlgorithmProtect`
pub const ALGORITHM_PROTECTION: &str = "1.2.840.113549.1.9.52";
/// `id-aa-signingCertificate`
pub const SIGNING_CERTIFICATE: &str = "1.2.840.113549.1.9.16.2.12";
/// `id-aa-signingCertificateV2`
pub const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
/// `id-smimeCapabilities`
pub const SMIME_CAPABILITIES: &str = "1.2.840.113549.1.9.15";
/// `id-aa-encrypKeyPref`
pub const ENCRYPTION_KEY_PREFERENCE: &str = "1.2.840.113549.1.9.16.2.11";
/// `id-mgf1`
pub const MGF1: &str = "1.2.840.113549.1.1.8";
/// `id-pSpecified`
pub const P_SPECIFIED: &str = "1.2.840.113549.1.1.9";
/// `id-countersignature`
pub const COUNTERSIGNATURE: &str = "1.2.840.113549.1.9.6";
/// `id-ct-compressedData`
pub const COMPRESSED_DATA: &str = "1.2.840.113549.1.9.16.1.9";
/// `id-alg-zlibCompress`
pub const ZLIB_COMPRESS: &str = "1.2.840.113549.1.9.16.3.8";
/// `id-alg-cek-hkdf-sha256`
pub const CEK_HKDF_SHA256: &str = "1.2.840.113549.1.9.16.3.31";
/// `id-ori-kem`
pub const ORI_KEM: &str = "1.2.840.113549.1.9.16.13.3";
/// `id-ecPublicKey`
pub const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";

/// The name of a dotted object identifier, as its standard writes it.
#[must_use]
pub fn name(dotted: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == dotted).map(|(_, name)| *name)
}

const NAMES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.7.1", "id-data"),
    ("1.2.840.113549.1.7.2", "id-signedData"),
    ("1.2.840.113549.1.7.3", "id-envelopedData"),
    ("1.2.840.113549.1.7.5", "id-digestedData"),
    ("1.2.840.113549.1.7.6", "id-encryptedData"),
    ("1.2.840.113549.1.9.16.1.2", "id-ct-authData"),
    ("1.2.840.113549.1.9.16.1.4", "id-ct-TSTInfo"),
    ("1.2.840.113549.1.9.16.1.9", "id-ct-compressedData"),
    ("1.2.840.113549.1.9.16.1.23", "id-ct-authEnvelopedData"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.2.840.113549.1.9.3", "contentType"),
    ("1.2.840.113549.1.9.4", "messageDigest"),
    ("1.2.840.113549.1.9.5", "signingTime"),
    ("1.2.840.113549.1.9.6", "countersignature"),
    ("1.2.840.113549.1.9.15", "SMIMECapabilities"),
    ("1.2.840.113549.1.9.52", "CMSAlgorithmProtection"),
    ("1.2.840.113549.1.9.16.2.11", "SMIMEEncryptionKeyPreference"),
    ("1.2.840.113549.1.9.16.2.12", "signingCertificate"),
    ("1.2.840.113549.1.9.16.2.14", "signatureTimeStampToken"),
    ("1.2.840.113549.1.9.16.2.47", "signingCertificateV2"),
    ("1.3.6.1.4.1.311.16.4", "microsoftRecipientInfo"),
    ("1.2.840.113549.2.5", "MD5"),
    ("1.2.840.113549.2.4", "MD4"),
    ("1.3.14.3.2.26", "SHA-1"),
    ("2.16.840.1.101.3.4.2.1", "SHA-256"),
    ("2.16.840.1.101.3.4.2.2", "SHA-384"),
    ("2.16.840.1.101.3.4.2.3", "SHA-512"),
    ("2.16.840.1.101.3.4.2.4", "SHA-224"),
    ("2.16.840.1.101.3.4.2.8", "SHA3-256"),
    ("2.16.840.1.101.3.4.2.9", "SHA3-384"),
    ("2.16.840.1.101.3.4.2.10", "SHA3-512"),
    ("1.2.840.113549.1.1.1", "rsaEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.7", "RSAES-OAEP"),
    ("1.2.840.113549.1.1.8", "MGF1"),
    ("1.2.840.113549.1.1.9", "pSpecified"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.2.840.10040.4.1", "id-dsa"),
    ("1.2.840.10040.4.3", "dsa-with-sha1"),
    ("1.2.840.10045.2.1", "id-ecPublicKey"),
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.3.133.16.840.63.0.2", "dhSinglePass-stdDH-sha1kdf"),
    ("1.3.132.1.11.0", "dhSinglePass-stdDH-sha224kdf"),
    ("1.3.132.1.11.1", "dhSinglePass-stdDH-sha256kdf"),
    ("1.3.132.1.11.2", "dhSinglePass-stdDH-sha384kdf"),
    ("1.3.132.1.11.3", "dhSinglePass-stdDH-sha512kdf"),
    ("2.16.840.1.101.3.4.1.2", "AES-128-CBC"),
    ("2.16.840.1.101.3.4.1.22", "AES-192-CBC"),
    ("2.16.840.1.101.3.4.1.42", "AES-256-CBC"),
    ("2.16.840.1.101.3.4.1.6", "AES-128-GCM"),
    ("2.16.840.1.101.3.4.1.26", "AES-192-GCM"),
    ("2.16.840.1.101.3.4.1.46", "AES-256-GCM"),
    ("2.16.840.1.101.3.4.1.5", "AES-128-wrap"),
    ("2.16.840.1.101.3.4.1.25", "AES-192-wrap"),
    ("2.16.840.1.101.3.4.1.45", "AES-256-wrap"),
    ("1.2.840.113549.3.2", "RC2-CBC"),
    ("1.2.840.113549.3.4", "RC4"),
    ("1.2.840.113549.3.7", "DES-EDE3-CBC"),
    ("1.3.14.3.2.7", "DES-CBC"),
    ("1.2.840.113549.1.9.16.3.6", "CMS3DESwrap"),
    ("1.2.840.113549.1.9.16.3.18", "ChaCha20-Poly1305"),
    ("1.2.840.113549.1.9.16.3.8", "zlibCompress"),
    ("1.2.840.113549.1.9.16.13.3", "id-ori-kem"),
    ("1.2.840.113549.2.2", "MD2"),
    ("2.16.840.1.101.3.4.2.5", "SHA-512/224"),
    ("2.16.840.1.101.3.4.2.6", "SHA-512/256"),
    ("2.16.840.1.101.3.4.2.7", "SHA3-224"),
    ("2.16.840.1.101.3.4.2.11", "SHAKE128"),
    ("2.16.840.1.101.3.4.2.12", "SHAKE256"),
    ("2.16.840.1.101.3.4.2.17", "SHAKE128-len"),
    ("2.16.840.1.101.3.4.2.18", "SHAKE256-len"),
    ("1.3.36.3.2.1", "RIPEMD-160"),
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.3", "md4WithRSAEncryption"),
    ("2.16.840.1.101.3.4.3.13", "rsa-with-sha3-224"),
    ("2.16.840.1.101.3.4.3.14", "rsa-with-sha3-256"),
    ("2.16.840.1.101.3.4.3.15", "rsa-with-sha3-384"),
    ("2.16.840.1.101.3.4.3.16", "rsa-with-sha3-512"),
    ("2.16.840.1.101.3.4.3.9", "ecdsa-with-sha3-224"),
    ("2.16.840.1.101.3.4.3.10", "ecdsa-with-sha3-256"),
    ("2.16.840.1.101.3.4.3.11", "ecdsa-with-sha3-384"),
    ("2.16.840.1.101.3.4.3.12", "ecdsa-with-sha3-512"),
    ("2.16.840.1.101.3.4.3.1", "dsa-with-sha224"),
    ("2.16.840.1.101.3.4.3.2", "dsa-with-sha256"),
    ("1.3.133.16.840.63.0.3", "dhSinglePass-cofactorDH-sha1kdf"),
    ("1.3.133.16.840.63.0.16", "mqvSinglePass-sha1kdf"),
    ("1.3.132.1.14.0", "dhSinglePass-cofactorDH-sha224kdf"),
    ("1.3.132.1.14.1", "dhSinglePass-cofactorDH-sha256kdf"),
    ("1.3.132.1.14.2", "dhSinglePass-cofactorDH-sha384kdf"),
    ("1.3.132.1.14.3", "dhSinglePass-cofactorDH-sha512kdf"),
    ("1.3.132.1.15.0", "mqvSinglePass-sha224kdf"),
    ("1.3.132.1.15.1", "mqvSinglePass-sha256kdf"),
    ("1.3.132.1.15.2", "mqvSinglePass-sha384kdf"),
    ("1.3.132.1.15.3", "mqvSinglePass-sha512kdf"),
    ("1.2.840.113549.1.9.16.3.19", "dhSinglePass-stdDH-hkdf-sha256"),
    ("1.2.840.113549.1.9.16.3.20", "dhSinglePass-stdDH-hkdf-sha384"),
    ("1.2.840.113549.1.9.16.3.21", "dhSinglePass-stdDH-hkdf-sha512"),
    ("1.2.840.113549.1.9.16.3.5", "id-alg-ESDH"),
    ("1.2.840.113549.1.9.16.3.10", "id-alg-SSDH"),
    ("1.2.840.113549.1.9.16.3.7", "CMSRC2wrap"),
    ("1.2.840.113549.1.9.16.3.9", "PWRI-KEK"),
    ("1.2.840.113549.1.9.16.3.14", "RSA-KEM"),
    ("1.2.840.113549.1.9.16.3.28", "HKDF-SHA-256"),
    ("1.2.840.113549.1.9.16.3.29", "HKDF-SHA-384"),
    ("1.2.840.113549.1.9.16.3.30", "HKDF-SHA-512"),
    ("1.2.840.113549.1.9.16.3.31", "CEK-HKDF-SHA256"),
    ("1.2.840.113549.1.5.12", "PBKDF2"),
    ("2.16.840.1.101.3.4.1.7", "AES-128-CCM"),
    ("2.16.840.1.101.3.4.1.27", "AES-192-CCM"),
    ("2.16.840.1.101.3.4.1.47", "AES-256-CCM"),
    ("1.2.392.200011.61.1.1.1.2", "Camellia-128-CBC"),
    ("1.2.392.200011.61.1.1.1.3", "Camellia-192-CBC"),
    ("1.2.392.200011.61.1.1.1.4", "Camellia-256-CBC"),
    ("1.2.410.200004.1.4", "SEED-CBC"),
    ("1.2.840.113533.7.66.10", "CAST5-CBC"),
    ("1.3.6.1.4.1.188.7.1.1.2", "IDEA-CBC"),
    ("2.16.840.1.101.3.4.3.20", "SLH-DSA-SHA2-128s"),
    ("2.16.840.1.101.3.4.3.26", "SLH-DSA-SHAKE-128s"),
    ("2.16.840.1.101.3.4.3.21", "SLH-DSA-SHA2-128f"),
    ("2.16.840.1.101.3.4.3.27", "SLH-DSA-SHAKE-128f"),
    ("2.16.840.1.101.3.4.3.22", "SLH-DSA-SHA2-192s"),
    ("2.16.840.1.101.3.4.3.28", "SLH-DSA-SHAKE-192s"),
    ("2.16.840.1.101.3.4.3.23", "SLH-DSA-SHA2-192f"),
    ("2.16.840.1.101.3.4.3.29", "SLH-DSA-SHAKE-192f"),
    ("2.16.840.1.101.3.4.3.24", "SLH-DSA-SHA2-256s"),
    ("2.16.840.1.101.3.4.3.30", "SLH-DSA-SHAKE-256s"),
    ("2.16.840.1.101.3.4.3.25", "SLH-DSA-SHA2-256f"),
    ("2.16.840.1.101.3.4.3.31", "SLH-DSA-SHAKE-256f"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
    ("2.16.840.1.101.3.4.4.1", "ML-KEM-512"),
    ("2.16.840.1.101.3.4.4.2", "ML-KEM-768"),
    ("2.16.840.1.101.3.4.4.3", "ML-KEM-1024"),
    ("2.5.4.3", "commonName"),
    ("2.5.4.4", "surname"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "countryName"),
    ("2.5.4.7", "localityName"),
    ("2.5.4.8", "stateOrProvinceName"),
    ("2.5.4.9", "streetAddress"),
    ("2.5.4.10", "organizationName"),
    ("2.5.4.11", "organizationalUnitName"),
    ("2.5.4.12", "title"),
    ("2.5.4.42", "givenName"),
    ("0.9.2342.19200300.100.1.1", "userId"),
    ("0.9.2342.19200300.100.1.25", "domainComponent"),
    ("2.5.29.14", "subjectKeyIdentifier"),
    ("2.5.29.15", "keyUsage"),
    ("2.5.29.17", "subjectAltName"),
    ("2.5.29.18", "issuerAltName"),
    ("2.5.29.19", "basicConstraints"),
    ("2.5.29.30", "nameConstraints"),
    ("2.5.29.31", "cRLDistributionPoints"),
    ("2.5.29.32", "certificatePolicies"),
    ("2.5.29.32.0", "anyPolicy"),
    ("2.5.29.33", "policyMappings"),
    ("2.5.29.35", "authorityKeyIdentifier"),
    ("2.5.29.36", "policyConstraints"),
    ("2.5.29.37", "extKeyUsage"),
    ("2.5.29.54", "inhibitAnyPolicy"),
    ("1.3.6.1.5.5.7.1.1", "authorityInfoAccess"),
    ("1.3.6.1.5.5.7.3.1", "serverAuth"),
    ("1.3.6.1.5.5.7.3.2", "clientAuth"),
    ("1.3.6.1.5.5.7.3.4", "emailProtection"),
    ("1.3.6.1.5.5.7.8.9", "SmtpUTF8Mailbox"),
    ("2.5.29.37.0", "anyExtendedKeyUsage"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_octets_hold_two_arcs() {
        assert_eq!(Oid::from_content(&[0x2a, 0x86, 0x48]).as_ref().map(Oid::as_str), Some("1.2.840"));
        assert_eq!(Oid::from_content(&[0x88, 0x37, 0x03]).as_ref().map(Oid::as_str), Some("2.999.3"));
    }

    #[test]
    fn an_identifier_that_breaks_off_or_overflows_is_none() {
        assert_eq!(Oid::from_content(&[]), None);
        assert_eq!(Oid::from_content(&[0x2a, 0x86]), None);
        assert_eq!(Oid::from_content(&[0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), None);
    }

    #[test]
    fn every_named_identifier_is_written_and_read_back() {
        for (dotted, name) in NAMES {
            let der = super::super::der::oid(dotted).unwrap();
            assert_eq!(Oid::from_content(&der[2..]).as_ref().map(Oid::as_str), Some(*dotted), "{name}");
        }
    }
}
