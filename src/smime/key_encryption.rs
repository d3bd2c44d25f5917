//! How content keys are encrypted for recipients, as types (RFC 3370, 3560, 5753, 8418).

use std::fmt;

use super::algorithm::{DigestAlgorithm, digest_parameter, mask_parameter, parameter};
use crate::asn1::{Element, Oid, oid, tag};

/// How the content key is encrypted for a recipient.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyEncryption {
    /// Elliptic curve Diffie-Hellman, a key derivation and a key wrap (RFC 5753, 8418).
    Ecdh {
        /// Which Diffie-Hellman.
        scheme: DhScheme,
        /// How the key of the wrap is derived from the shared secret.
        derivation: KeyDerivation,
        /// How the content key is wrapped.
        wrap: KeyWrap,
    },
    /// RSAES-OAEP with its parameters (RFC 3560).
    RsaOaep {
        /// The digest of the encoding.
        digest: DigestAlgorithm,
        /// The digest of the mask generation function.
        mask_digest: DigestAlgorithm,
        /// The label, nearly always empty.
        label: Vec<u8>,
    },
    /// RSAES-PKCS1-v1_5 (RFC 3370 §4.2.1).
    RsaPkcs1V15,
    /// One that cannot be computed here.
    Unknown(Oid),
}

/// The two primitives of RFC 5753 §7.1; they differ on curves whose cofactor is not 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DhScheme {
    /// `dhSinglePass-cofactorDH`
    Cofactor,
    /// `dhSinglePass-stdDH`
    Standard,
}

/// How a key is derived from a shared secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyDerivation {
    /// HKDF with this digest (RFC 8418 §2.2).
    Hkdf(DigestAlgorithm),
    /// The key derivation of ANSI X9.63 with this digest (SEC 1 §3.6.1).
    X963(DigestAlgorithm),
}

impl fmt::Display for KeyDerivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hkdf(digest) => write!(f, "HKDF-{digest}"),
            Self::X963(digest) => digest.fmt(f),
        }
    }
}

/// How a content key is wrapped under another symmetric key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyWrap {
    /// AES key wrap (RFC 3394).
    Aes128,
    /// AES key wrap (RFC 3394).
    Aes192,
    /// AES key wrap (RFC 3394).
    Aes256,
    /// Triple DES key wrap (RFC 3217).
    TripleDes,
    /// One that cannot be computed here.
    Unknown(Oid),
}

impl KeyWrap {
    /// The wrap of that identifier.
    #[must_use]
    pub fn from_oid(oid: &Oid) -> Self {
        match oid.as_str() {
            "2.16.840.1.101.3.4.1.5" => Self::Aes128,
            "2.16.840.1.101.3.4.1.25" => Self::Aes192,
            "2.16.840.1.101.3.4.1.45" => Self::Aes256,
            "1.2.840.113549.1.9.16.3.6" => Self::TripleDes,
            _ => Self::Unknown(oid.clone()),
        }
    }

    /// Octets of the wrap's own key.
    #[must_use]
    pub const fn key_length(&self) -> Option<usize> {
        match self {
            Self::Aes128 => Some(16),
            Self::Aes192 | Self::TripleDes => Some(24),
            Self::Aes256 => Some(32),
            Self::Unknown(_) => None,
        }
    }

    /// Bits of security; a content key is no safer than what it is wrapped under.
    #[must_use]
    pub const fn strength_bits(&self) -> Option<u16> {
        match self {
            Self::Aes128 => Some(128),
            Self::Aes192 => Some(192),
            Self::Aes256 => Some(256),
            Self::TripleDes => Some(112),
            Self::Unknown(_) => None,
        }
    }
}

impl fmt::Display for KeyWrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aes128 => "AES-128-wrap",
            Self::Aes192 => "AES-192-wrap",
            Self::Aes256 => "AES-256-wrap",
            Self::TripleDes => "Triple DES wrap",
            Self::Unknown(oid) => return oid.fmt(f),
        })
    }
}

impl KeyEncryption {
    /// Reads an AlgorithmIdentifier; one whose parameters cannot be read is unknown.
    pub(super) fn read(identifier: &Element<'_, '_>) -> Option<Self> {
        let oid = identifier.child(0)?.oid()?;
        Some(match oid.as_str() {
            "1.2.840.113549.1.1.1" => Self::RsaPkcs1V15,
            "1.2.840.113549.1.1.7" => read_oaep(identifier.child(1).as_ref()).unwrap_or(Self::Unknown(oid)),
            scheme => match diffie_hellman(scheme) {
                Some((scheme, derivation)) => {
                    read_wrap(identifier).map_or(Self::Unknown(oid), |wrap| Self::Ecdh { scheme, derivation, wrap })
                }
                None => Self::Unknown(oid),
            },
        })
    }
}

/// RFC 5753 §7.1.4 and RFC 8418 §6.
fn diffie_hellman(oid: &str) -> Option<(DhScheme, KeyDerivation)> {
    use DigestAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};
    let (standard, cofactor) = (DhScheme::Standard, DhScheme::Cofactor);
    Some(match oid {
        "1.3.133.16.840.63.0.2" => (standard, KeyDerivation::X963(Sha1)),
        "1.3.132.1.11.0" => (standard, KeyDerivation::X963(Sha224)),
        "1.3.132.1.11.1" => (standard, KeyDerivation::X963(Sha256)),
        "1.3.132.1.11.2" => (standard, KeyDerivation::X963(Sha384)),
        "1.3.132.1.11.3" => (standard, KeyDerivation::X963(Sha512)),
        "1.3.133.16.840.63.0.3" => (cofactor, KeyDerivation::X963(Sha1)),
        "1.3.132.1.14.0" => (cofactor, KeyDerivation::X963(Sha224)),
        "1.3.132.1.14.1" => (cofactor, KeyDerivation::X963(Sha256)),
        "1.3.132.1.14.2" => (cofactor, KeyDerivation::X963(Sha384)),
        "1.3.132.1.14.3" => (cofactor, KeyDerivation::X963(Sha512)),
        "1.2.840.113549.1.9.16.3.19" => (standard, KeyDerivation::Hkdf(Sha256)),
        "1.2.840.113549.1.9.16.3.20" => (standard, KeyDerivation::Hkdf(Sha384)),
        "1.2.840.113549.1.9.16.3.21" => (standard, KeyDerivation::Hkdf(Sha512)),
        _ => return None,
    })
}

fn read_wrap(identifier: &Element<'_, '_>) -> Option<KeyWrap> {
    let wrap = identifier.child(1).filter(|wrap| wrap.is(tag::SEQUENCE))?.child(0)?.oid()?;
    Some(KeyWrap::from_oid(&wrap))
}

/// RFC 4055 §4.1; the defaults are SHA-1 and no label.
fn read_oaep(parameters: Option<&Element<'_, '_>>) -> Option<KeyEncryption> {
    let label = match parameter(parameters, 2) {
        Some(source) if source.child(0)?.oid()? == oid::P_SPECIFIED => source.child(1)?.octet_string()?.into_owned(),
        Some(_) => return None,
        None => Vec::new(),
    };
    let (digest, mask_digest) = (digest_parameter(parameters)?, mask_parameter(parameters)?);
    Some(KeyEncryption::RsaOaep { digest, mask_digest, label })
}

impl fmt::Display for KeyEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdh { scheme: DhScheme::Standard, derivation, wrap } => {
                write!(f, "ECDH with {derivation} and {wrap}")
            }
            Self::Ecdh { scheme: DhScheme::Cofactor, derivation, wrap } => {
                write!(f, "cofactor ECDH with {derivation} and {wrap}")
            }
            Self::RsaOaep { digest, mask_digest, .. } if digest == mask_digest => write!(f, "RSA-OAEP with {digest}"),
            Self::RsaOaep { digest, mask_digest, .. } => {
                write!(f, "RSA-OAEP with {digest}, MGF1 with {mask_digest}")
            }
            Self::RsaPkcs1V15 => f.write_str("RSA PKCS #1 v1.5"),
            Self::Unknown(oid) => oid.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{Tree, der};
    use crate::limits::Limits;

    fn identifier(dotted: &str, parameters: &[u8]) -> Vec<u8> {
        der::sequence(&[&der::oid(dotted).unwrap(), parameters])
    }

    fn read(octets: &[u8]) -> KeyEncryption {
        Tree::parse(octets, &Limits::DEFAULT).root().and_then(|root| KeyEncryption::read(&root)).unwrap()
    }

    #[test]
    fn oaep_digest_and_mask_digest_are_read_apart() {
        let sha256 = der::value(0xa0, &identifier("2.16.840.1.101.3.4.2.1", &[]));
        let octets = identifier("1.2.840.113549.1.1.7", &der::sequence(&[&sha256]));
        let expected = KeyEncryption::RsaOaep {
            digest: DigestAlgorithm::Sha256,
            mask_digest: DigestAlgorithm::Sha1,
            label: Vec::new(),
        };
        assert_eq!(read(&octets), expected);
    }

    #[test]
    fn schemes_of_diffie_hellman_are_told_apart() {
        let named = |dotted: &str| read(&identifier(dotted, &identifier("2.16.840.1.101.3.4.1.45", &[]))).to_string();
        assert_eq!(named("1.3.132.1.11.1"), "ECDH with SHA-256 and AES-256-wrap");
        assert_eq!(named("1.3.132.1.14.3"), "cofactor ECDH with SHA-512 and AES-256-wrap");
        assert_eq!(named("1.2.840.113549.1.9.16.3.20"), "ECDH with HKDF-SHA-384 and AES-256-wrap");
    }

    #[test]
    fn a_diffie_hellman_without_its_wrap_is_unknown() {
        let octets = identifier("1.3.132.1.11.1", &[]);
        assert!(matches!(read(&octets), KeyEncryption::Unknown(_)));
    }
}
