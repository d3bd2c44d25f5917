//! The digests and signature algorithms a CMS names, as types (RFC 3370, 4056, 5754, 8419, 8702).
//!
//! What is not known keeps its object identifier, so that it can be named to the user. Whether a known one is strong
//! enough is not decided here.

use std::fmt;

use openssl::hash::{MessageDigest, hash, hash_xof};

use crate::asn1::{Element, Oid, oid};

/// A message digest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DigestAlgorithm {
    /// Broken, and not computed here.
    Md2,
    /// Broken, and not computed here.
    Md4,
    /// Broken.
    Md5,
    /// Broken.
    Sha1,
    /// FIPS 180-4.
    Sha224,
    /// FIPS 180-4.
    Sha256,
    /// FIPS 180-4.
    Sha384,
    /// FIPS 180-4.
    Sha512,
    /// FIPS 202.
    Sha3_224,
    /// FIPS 202.
    Sha3_256,
    /// FIPS 202.
    Sha3_384,
    /// FIPS 202.
    Sha3_512,
    /// FIPS 202, with the 512 bits of output that Ed448 goes with (RFC 8419 §2.3, 8702 §3.1).
    Shake256,
    /// One that cannot be computed here.
    Unknown(Oid),
}

impl DigestAlgorithm {
    /// The algorithm of that identifier.
    #[must_use]
    pub fn from_oid(oid: &Oid) -> Self {
        match oid.as_str() {
            "1.2.840.113549.2.2" => Self::Md2,
            "1.2.840.113549.2.4" => Self::Md4,
            "1.2.840.113549.2.5" => Self::Md5,
            "1.3.14.3.2.26" => Self::Sha1,
            "2.16.840.1.101.3.4.2.4" => Self::Sha224,
            "2.16.840.1.101.3.4.2.1" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" => Self::Sha512,
            "2.16.840.1.101.3.4.2.7" => Self::Sha3_224,
            "2.16.840.1.101.3.4.2.8" => Self::Sha3_256,
            "2.16.840.1.101.3.4.2.9" => Self::Sha3_384,
            "2.16.840.1.101.3.4.2.10" => Self::Sha3_512,
            "2.16.840.1.101.3.4.2.12" | "2.16.840.1.101.3.4.2.18" => Self::Shake256,
            _ => Self::Unknown(oid.clone()),
        }
    }

    /// Reads an AlgorithmIdentifier; parameters may be absent or NULL (RFC 5754 §2).
    pub(super) fn read(identifier: &Element<'_, '_>) -> Option<Self> {
        identifier.child(0)?.oid().map(|oid| Self::from_oid(&oid))
    }

    /// The digest of `octets`; `None` for an algorithm that is not computed here.
    #[must_use]
    pub fn digest(&self, octets: &[u8]) -> Option<Vec<u8>> {
        if *self == Self::Shake256 {
            let mut digest = vec![0; 64];
            hash_xof(MessageDigest::shake_256(), octets, &mut digest).ok()?;
            return Some(digest);
        }
        hash(self.message_digest()?, octets).ok().map(|digest| digest.to_vec())
    }

    /// OpenSSL's implementation of those whose output has one length.
    #[must_use]
    pub fn message_digest(&self) -> Option<MessageDigest> {
        Some(match self {
            Self::Md5 => MessageDigest::md5(),
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha224 => MessageDigest::sha224(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
            Self::Sha3_224 => MessageDigest::sha3_224(),
            Self::Sha3_256 => MessageDigest::sha3_256(),
            Self::Sha3_384 => MessageDigest::sha3_384(),
            Self::Sha3_512 => MessageDigest::sha3_512(),
            Self::Md2 | Self::Md4 | Self::Shake256 | Self::Unknown(_) => return None,
        })
    }

    /// Whether collisions are within reach.
    #[must_use]
    pub const fn is_weak(&self) -> bool {
        matches!(self, Self::Md2 | Self::Md4 | Self::Md5 | Self::Sha1)
    }

    /// The token of the `micalg` parameter (RFC 8551 §3.5.3.2).
    #[must_use]
    pub const fn micalg(&self) -> &'static str {
        match self {
            Self::Md2 => "md2",
            Self::Md4 => "md4",
            Self::Md5 => "md5",
            Self::Sha1 => "sha-1",
            Self::Sha224 => "sha-224",
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
            Self::Sha3_224 => "sha3-224",
            Self::Sha3_256 => "sha3-256",
            Self::Sha3_384 => "sha3-384",
            Self::Sha3_512 => "sha3-512",
            Self::Shake256 => "shake256",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md2 => "MD2",
            Self::Md4 => "MD4",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha3_224 => "SHA3-224",
            Self::Sha3_256 => "SHA3-256",
            Self::Sha3_384 => "SHA3-384",
            Self::Sha3_512 => "SHA3-512",
            Self::Shake256 => "SHAKE256",
            Self::Unknown(oid) => return oid.fmt(f),
        })
    }
}

/// A signature algorithm; `None` for a digest means that the identifier leaves it to the digest algorithm.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ECDSA (RFC 5754 §3.3).
    Ecdsa(Option<DigestAlgorithm>),
    /// Ed25519 (RFC 8419).
    Ed25519,
    /// Ed448 (RFC 8419).
    Ed448,
    /// RSASSA-PKCS1-v1_5 (RFC 3370 §3.2, 5754 §3.2).
    RsaPkcs1V15(Option<DigestAlgorithm>),
    /// RSASSA-PSS with its parameters (RFC 4056 §2.2).
    RsaPss {
        /// The digest of the message.
        digest: DigestAlgorithm,
        /// The digest of the mask generation function.
        mask_digest: DigestAlgorithm,
        /// Octets of salt.
        salt_length: u16,
    },
    /// One that cannot be checked here.
    Unknown(Oid),
}

impl SignatureAlgorithm {
    /// Reads an AlgorithmIdentifier; one whose parameters cannot be read is unknown.
    pub(super) fn read(identifier: &Element<'_, '_>) -> Option<Self> {
        let oid = identifier.child(0)?.oid()?;
        Some(match oid.as_str() {
            "1.2.840.113549.1.1.1" => Self::RsaPkcs1V15(None),
            "1.2.840.113549.1.1.2" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Md2)),
            "1.2.840.113549.1.1.3" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Md4)),
            "1.2.840.113549.1.1.4" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Md5)),
            "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha1)),
            "1.2.840.113549.1.1.14" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha224)),
            "1.2.840.113549.1.1.11" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha256)),
            "1.2.840.113549.1.1.12" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha384)),
            "1.2.840.113549.1.1.13" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha512)),
            "2.16.840.1.101.3.4.3.13" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha3_224)),
            "2.16.840.1.101.3.4.3.14" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha3_256)),
            "2.16.840.1.101.3.4.3.15" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha3_384)),
            "2.16.840.1.101.3.4.3.16" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha3_512)),
            "1.2.840.113549.1.1.10" => read_pss(identifier.child(1).as_ref()).unwrap_or(Self::Unknown(oid)),
            "1.2.840.10045.2.1" => Self::Ecdsa(None),
            "1.2.840.10045.4.1" => Self::Ecdsa(Some(DigestAlgorithm::Sha1)),
            "1.2.840.10045.4.3.1" => Self::Ecdsa(Some(DigestAlgorithm::Sha224)),
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Some(DigestAlgorithm::Sha256)),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Some(DigestAlgorithm::Sha384)),
            "1.2.840.10045.4.3.4" => Self::Ecdsa(Some(DigestAlgorithm::Sha512)),
            "2.16.840.1.101.3.4.3.9" => Self::Ecdsa(Some(DigestAlgorithm::Sha3_224)),
            "2.16.840.1.101.3.4.3.10" => Self::Ecdsa(Some(DigestAlgorithm::Sha3_256)),
            "2.16.840.1.101.3.4.3.11" => Self::Ecdsa(Some(DigestAlgorithm::Sha3_384)),
            "2.16.840.1.101.3.4.3.12" => Self::Ecdsa(Some(DigestAlgorithm::Sha3_512)),
            "1.3.101.112" => Self::Ed25519,
            "1.3.101.113" => Self::Ed448,
            _ => Self::Unknown(oid),
        })
    }

    /// The digest that the identifier itself names.
    #[must_use]
    pub const fn digest(&self) -> Option<&DigestAlgorithm> {
        match self {
            Self::Ecdsa(digest) | Self::RsaPkcs1V15(digest) => digest.as_ref(),
            Self::RsaPss { digest, .. } => Some(digest),
            Self::Ed25519 | Self::Ed448 | Self::Unknown(_) => None,
        }
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdsa(None) => f.write_str("ECDSA"),
            Self::Ecdsa(Some(digest)) => write!(f, "ECDSA with {digest}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed448 => f.write_str("Ed448"),
            Self::RsaPkcs1V15(None) => f.write_str("RSA PKCS #1 v1.5"),
            Self::RsaPkcs1V15(Some(digest)) => write!(f, "RSA PKCS #1 v1.5 with {digest}"),
            Self::RsaPss { digest, mask_digest, salt_length } if digest == mask_digest => {
                write!(f, "RSA-PSS with {digest}, salt of {salt_length} octets")
            }
            Self::RsaPss { digest, mask_digest, salt_length } => {
                write!(f, "RSA-PSS with {digest}, MGF1 with {mask_digest}, salt of {salt_length} octets")
            }
            Self::Unknown(oid) => oid.fmt(f),
        }
    }
}

/// The value tagged `[number]` among parameters; `None` within stands for "left out".
pub(super) fn parameter<'t, 'o>(parameters: Option<&Element<'t, 'o>>, number: u32) -> Option<Element<'t, 'o>> {
    parameters?.children().find(|field| field.is_context(number))?.child(0)
}

pub(super) fn digest_parameter(parameters: Option<&Element<'_, '_>>) -> Option<DigestAlgorithm> {
    parameter(parameters, 0).map_or(Some(DigestAlgorithm::Sha1), |field| DigestAlgorithm::read(&field))
}

pub(super) fn mask_parameter(parameters: Option<&Element<'_, '_>>) -> Option<DigestAlgorithm> {
    let Some(field) = parameter(parameters, 1) else { return Some(DigestAlgorithm::Sha1) };
    let function = field.child(0)?.oid()?;
    if function != oid::MGF1 {
        return Some(DigestAlgorithm::Unknown(function));
    }
    DigestAlgorithm::read(&field.child(1)?)
}

/// RFC 4055 §3.1; the defaults are SHA-1 and 20 octets.
fn read_pss(parameters: Option<&Element<'_, '_>>) -> Option<SignatureAlgorithm> {
    let salt_length = match parameter(parameters, 2) {
        Some(field) => u16::try_from(field.small_integer()?).ok()?,
        None => 20,
    };
    let trailer = parameter(parameters, 3).map_or(Some(1), |field| field.small_integer())?;
    let (digest, mask_digest) = (digest_parameter(parameters)?, mask_parameter(parameters)?);
    (trailer == 1).then_some(SignatureAlgorithm::RsaPss { digest, mask_digest, salt_length })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{Tree, der};
    use crate::limits::Limits;

    fn identifier(dotted: &str, parameters: &[u8]) -> Vec<u8> {
        der::sequence(&[&der::oid(dotted).unwrap(), parameters])
    }

    fn read<T>(octets: &[u8], reader: impl Fn(&Element<'_, '_>) -> Option<T>) -> Option<T> {
        Tree::parse(octets, &Limits::DEFAULT).root().and_then(|root| reader(&root))
    }

    #[test]
    fn pss_parameters_that_are_left_out_mean_sha1() {
        let algorithm = read(&identifier("1.2.840.113549.1.1.10", &der::sequence(&[])), SignatureAlgorithm::read);
        let sha1 = || DigestAlgorithm::Sha1;
        let expected = SignatureAlgorithm::RsaPss { digest: sha1(), mask_digest: sha1(), salt_length: 20 };
        assert_eq!(algorithm, Some(expected));
    }

    #[test]
    fn what_is_unknown_keeps_its_identifier() {
        let dotted = "2.16.840.1.101.3.4.3.18";
        let algorithm = read(&identifier(dotted, &[]), SignatureAlgorithm::read).unwrap();
        assert_eq!(algorithm.to_string(), format!("ML-DSA-65 ({dotted})"));
    }
}
