//! The algorithms a CMS names, as types (RFC 3370, 3560, 4056, 5084, 5753, 5754, 8419).
//!
//! What is not known keeps its object identifier, so that it can be named to the user. Whether a known one is strong
//! enough is not decided here.

use std::fmt;

use openssl::hash::MessageDigest;
use openssl::symm::Cipher;

use crate::asn1::{Element, Oid, oid, tag};

/// A message digest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DigestAlgorithm {
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
    Sha3_256,
    /// FIPS 202.
    Sha3_384,
    /// FIPS 202.
    Sha3_512,
    /// One that cannot be computed here.
    Unknown(Oid),
}

impl DigestAlgorithm {
    /// The algorithm of that identifier.
    #[must_use]
    pub fn from_oid(oid: &Oid) -> Self {
        match oid.as_str() {
            "1.2.840.113549.2.5" => Self::Md5,
            "1.3.14.3.2.26" => Self::Sha1,
            "2.16.840.1.101.3.4.2.4" => Self::Sha224,
            "2.16.840.1.101.3.4.2.1" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" => Self::Sha512,
            "2.16.840.1.101.3.4.2.8" => Self::Sha3_256,
            "2.16.840.1.101.3.4.2.9" => Self::Sha3_384,
            "2.16.840.1.101.3.4.2.10" => Self::Sha3_512,
            _ => Self::Unknown(oid.clone()),
        }
    }

    /// Reads an AlgorithmIdentifier; parameters may be absent or NULL (RFC 5754 §2).
    pub(super) fn read(identifier: &Element<'_, '_>) -> Option<Self> {
        identifier.child(0)?.oid().map(|oid| Self::from_oid(&oid))
    }

    /// OpenSSL's implementation.
    #[must_use]
    pub fn message_digest(&self) -> Option<MessageDigest> {
        Some(match self {
            Self::Md5 => MessageDigest::md5(),
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha224 => MessageDigest::sha224(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
            Self::Sha3_256 => MessageDigest::sha3_256(),
            Self::Sha3_384 => MessageDigest::sha3_384(),
            Self::Sha3_512 => MessageDigest::sha3_512(),
            Self::Unknown(_) => return None,
        })
    }

    /// Whether collisions are within reach.
    #[must_use]
    pub const fn is_weak(&self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1)
    }

    /// The token of the `micalg` parameter (RFC 8551 §3.5.3.2).
    #[must_use]
    pub const fn micalg(&self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha-1",
            Self::Sha224 => "sha-224",
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
            Self::Sha3_256 => "sha3-256",
            Self::Sha3_384 => "sha3-384",
            Self::Sha3_512 => "sha3-512",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha3_256 => "SHA3-256",
            Self::Sha3_384 => "SHA3-384",
            Self::Sha3_512 => "SHA3-512",
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
            "1.2.840.113549.1.1.4" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Md5)),
            "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha1)),
            "1.2.840.113549.1.1.14" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha224)),
            "1.2.840.113549.1.1.11" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha256)),
            "1.2.840.113549.1.1.12" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha384)),
            "1.2.840.113549.1.1.13" => Self::RsaPkcs1V15(Some(DigestAlgorithm::Sha512)),
            "1.2.840.113549.1.1.10" => read_pss(identifier.child(1).as_ref()).unwrap_or(Self::Unknown(oid)),
            "1.2.840.10045.2.1" => Self::Ecdsa(None),
            "1.2.840.10045.4.1" => Self::Ecdsa(Some(DigestAlgorithm::Sha1)),
            "1.2.840.10045.4.3.1" => Self::Ecdsa(Some(DigestAlgorithm::Sha224)),
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Some(DigestAlgorithm::Sha256)),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Some(DigestAlgorithm::Sha384)),
            "1.2.840.10045.4.3.4" => Self::Ecdsa(Some(DigestAlgorithm::Sha512)),
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

/// The symmetric cipher of the content.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ContentCipher {
    /// AES, cipher block chaining (RFC 3565).
    Aes128Cbc,
    /// AES, cipher block chaining (RFC 3565).
    Aes192Cbc,
    /// AES, cipher block chaining (RFC 3565).
    Aes256Cbc,
    /// AES, Galois/counter mode (RFC 5084).
    Aes128Gcm,
    /// AES, Galois/counter mode (RFC 5084).
    Aes192Gcm,
    /// AES, Galois/counter mode (RFC 5084).
    Aes256Gcm,
    /// DES; broken, and not computed here.
    DesCbc,
    /// RC2; broken, and not computed here (RFC 3370 §5.2).
    Rc2Cbc,
    /// Triple DES; to read old mail only (RFC 3370 §5.1).
    TripleDesCbc,
    /// One that cannot be computed here.
    Unknown(Oid),
}

impl ContentCipher {
    /// The cipher of that identifier.
    #[must_use]
    pub fn from_oid(oid: &Oid) -> Self {
        match oid.as_str() {
            "2.16.840.1.101.3.4.1.2" => Self::Aes128Cbc,
            "2.16.840.1.101.3.4.1.22" => Self::Aes192Cbc,
            "2.16.840.1.101.3.4.1.42" => Self::Aes256Cbc,
            "2.16.840.1.101.3.4.1.6" => Self::Aes128Gcm,
            "2.16.840.1.101.3.4.1.26" => Self::Aes192Gcm,
            "2.16.840.1.101.3.4.1.46" => Self::Aes256Gcm,
            "1.2.840.113549.3.2" => Self::Rc2Cbc,
            "1.2.840.113549.3.7" => Self::TripleDesCbc,
            "1.3.14.3.2.7" => Self::DesCbc,
            _ => Self::Unknown(oid.clone()),
        }
    }

    /// OpenSSL's implementation.
    #[must_use]
    pub fn cipher(&self) -> Option<Cipher> {
        Some(match self {
            Self::Aes128Cbc => Cipher::aes_128_cbc(),
            Self::Aes192Cbc => Cipher::aes_192_cbc(),
            Self::Aes256Cbc => Cipher::aes_256_cbc(),
            Self::Aes128Gcm => Cipher::aes_128_gcm(),
            Self::Aes192Gcm => Cipher::aes_192_gcm(),
            Self::Aes256Gcm => Cipher::aes_256_gcm(),
            Self::TripleDesCbc => Cipher::des_ede3_cbc(),
            Self::DesCbc | Self::Rc2Cbc | Self::Unknown(_) => return None,
        })
    }

    /// Whether a change of the ciphertext is always noticed.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        matches!(self, Self::Aes128Gcm | Self::Aes192Gcm | Self::Aes256Gcm)
    }

    /// Whether it protects no more than old mail that is there already.
    #[must_use]
    pub const fn is_weak(&self) -> bool {
        matches!(self, Self::DesCbc | Self::Rc2Cbc | Self::TripleDesCbc)
    }
}

impl fmt::Display for ContentCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aes128Cbc => "AES-128-CBC",
            Self::Aes192Cbc => "AES-192-CBC",
            Self::Aes256Cbc => "AES-256-CBC",
            Self::Aes128Gcm => "AES-128-GCM",
            Self::Aes192Gcm => "AES-192-GCM",
            Self::Aes256Gcm => "AES-256-GCM",
            Self::DesCbc => "DES CBC",
            Self::Rc2Cbc => "RC2 CBC",
            Self::TripleDesCbc => "Triple DES CBC",
            Self::Unknown(oid) => return oid.fmt(f),
        })
    }
}

/// How the content key is encrypted for a recipient.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyEncryption {
    /// Ephemeral-static ECDH, a key derivation and a key wrap (RFC 5753).
    Ecdh {
        /// The digest of the X9.63 key derivation.
        derivation: DigestAlgorithm,
        /// The key wrap algorithm.
        wrap: Oid,
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

impl KeyEncryption {
    /// Reads an AlgorithmIdentifier; one whose parameters cannot be read is unknown.
    pub(super) fn read(identifier: &Element<'_, '_>) -> Option<Self> {
        let oid = identifier.child(0)?.oid()?;
        Some(match oid.as_str() {
            "1.2.840.113549.1.1.1" => Self::RsaPkcs1V15,
            "1.2.840.113549.1.1.7" => read_oaep(identifier.child(1).as_ref()).unwrap_or(Self::Unknown(oid)),
            // Cofactor Diffie-Hellman is the same mathematics on curves of prime order, which all those known here are.
            "1.3.133.16.840.63.0.2" | "1.3.133.16.840.63.0.3" => {
                read_ecdh(identifier, DigestAlgorithm::Sha1).unwrap_or(Self::Unknown(oid))
            }
            "1.3.132.1.11.0" | "1.3.132.1.14.0" => {
                read_ecdh(identifier, DigestAlgorithm::Sha224).unwrap_or(Self::Unknown(oid))
            }
            "1.3.132.1.11.1" | "1.3.132.1.14.1" => {
                read_ecdh(identifier, DigestAlgorithm::Sha256).unwrap_or(Self::Unknown(oid))
            }
            "1.3.132.1.11.2" | "1.3.132.1.14.2" => {
                read_ecdh(identifier, DigestAlgorithm::Sha384).unwrap_or(Self::Unknown(oid))
            }
            "1.3.132.1.11.3" | "1.3.132.1.14.3" => {
                read_ecdh(identifier, DigestAlgorithm::Sha512).unwrap_or(Self::Unknown(oid))
            }
            _ => Self::Unknown(oid),
        })
    }
}

impl fmt::Display for KeyEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdh { derivation, wrap } => {
                write!(f, "ECDH with {derivation} and {}", wrap.name().unwrap_or_else(|| wrap.as_str()))
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

/// The value tagged `[number]` among parameters; `None` within stands for "left out".
fn parameter<'t, 'o>(parameters: Option<&Element<'t, 'o>>, number: u32) -> Option<Element<'t, 'o>> {
    parameters?.children().find(|field| field.is_context(number))?.child(0)
}

fn digest_parameter(parameters: Option<&Element<'_, '_>>) -> Option<DigestAlgorithm> {
    parameter(parameters, 0).map_or(Some(DigestAlgorithm::Sha1), |field| DigestAlgorithm::read(&field))
}

fn mask_parameter(parameters: Option<&Element<'_, '_>>) -> Option<DigestAlgorithm> {
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

fn read_ecdh(identifier: &Element<'_, '_>, derivation: DigestAlgorithm) -> Option<KeyEncryption> {
    let wrap = identifier.child(1).filter(|wrap| wrap.is(tag::SEQUENCE))?.child(0)?.oid()?;
    Some(KeyEncryption::Ecdh { derivation, wrap })
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
    fn oaep_digest_and_mask_digest_are_read_apart() {
        let sha256 = der::value(0xa0, &identifier("2.16.840.1.101.3.4.2.1", &[]));
        let octets = identifier("1.2.840.113549.1.1.7", &der::sequence(&[&sha256]));
        let expected = KeyEncryption::RsaOaep {
            digest: DigestAlgorithm::Sha256,
            mask_digest: DigestAlgorithm::Sha1,
            label: Vec::new(),
        };
        assert_eq!(read(&octets, KeyEncryption::read), Some(expected));
    }

    #[test]
    fn what_is_unknown_keeps_its_identifier() {
        let dotted = "2.16.840.1.101.3.4.3.18";
        let algorithm = read(&identifier(dotted, &[]), SignatureAlgorithm::read).unwrap();
        assert_eq!(algorithm.to_string(), format!("ML-DSA-65 ({dotted})"));
    }
}
