//! A private key with the certificate it belongs to, and the algorithms keys have.

use std::fmt;

use openssl::ec::EcGroup;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private};
use openssl::rsa::Rsa;

use super::certificate::Certificate;

/// A private key, its certificate, and the certificates that lead towards an anchor.
///
/// There is no way to hold one whose key does not fit its certificate.
#[derive(Clone)]
pub struct PrivateKeyEntry {
    certificate: Certificate,
    chain: Vec<Certificate>,
    key: PKey<Private>,
}

impl PrivateKeyEntry {
    /// Joins the three.
    ///
    /// # Errors
    /// [`KeyMismatch`] when the key is not the one that `certificate` certifies.
    pub fn new(certificate: Certificate, chain: Vec<Certificate>, key: PKey<Private>) -> Result<Self, KeyMismatch> {
        let fits = certificate.x509().public_key().is_ok_and(|public| public.public_eq(&key));
        if !fits {
            return Err(KeyMismatch { certificate: certificate.common_name() });
        }
        Ok(Self { certificate, chain, key })
    }

    /// The certificate of the key.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Further certificates that came with it, in no particular order.
    #[must_use]
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The private key itself.
    #[must_use]
    pub fn key(&self) -> &PKeyRef<Private> {
        &self.key
    }
}

// Nothing of the key, on purpose.
impl fmt::Debug for PrivateKeyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKeyEntry")
            .field("certificate", &self.certificate)
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}

/// The private key belongs to another certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the private key does not belong to the certificate “{certificate}”: put the key and its own certificate together"
)]
pub struct KeyMismatch {
    /// Short name of the certificate.
    pub certificate: String,
}

/// What kind of key, and how large.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// DSA: signs, does not encrypt.
    Dsa {
        /// Size of the prime.
        bits: u32,
    },
    /// An elliptic-curve key (RFC 5480).
    Ec {
        /// Name of the curve: `P-256`, or OpenSSL's short name.
        curve: String,
        /// Size of the field.
        bits: u32,
    },
    /// RFC 8410.
    Ed25519,
    /// RFC 8410.
    Ed448,
    /// A kind we have no name for; OpenSSL may not know it either.
    Other(String),
    /// RSA (RFC 8017).
    Rsa {
        /// Size of the modulus.
        bits: u32,
    },
    /// An RSA key that its certificate restricts to PSS signatures (RFC 4055).
    RsaPss {
        /// Size of the modulus.
        bits: u32,
    },
    /// RFC 8410; agrees keys only.
    X25519,
    /// RFC 8410; agrees keys only.
    X448,
}

impl KeyAlgorithm {
    /// The algorithm of a key.
    #[must_use]
    pub fn of<T: HasPublic>(key: &PKeyRef<T>) -> Self {
        let bits = key.bits();
        match key.id() {
            Id::RSA => Self::Rsa { bits },
            Id::RSA_PSS => Self::RsaPss { bits },
            Id::DSA => Self::Dsa { bits },
            Id::EC => {
                let curve = key.ec_key().ok().and_then(|ec| ec.group().curve_name());
                Self::Ec { curve: curve.map_or_else(|| "explicit parameters".to_owned(), curve_name), bits }
            }
            Id::ED25519 => Self::Ed25519,
            Id::ED448 => Self::Ed448,
            Id::X25519 => Self::X25519,
            Id::X448 => Self::X448,
            other => Self::Other(Nid::from_raw(other.as_raw()).long_name().unwrap_or("unknown").to_owned()),
        }
    }

    /// Size of the curve's field, if it is an elliptic curve with a choice of sizes; the Edwards and Montgomery curves
    /// have none to choose.
    #[must_use]
    pub const fn ec_bits(&self) -> Option<u32> {
        match self {
            Self::Ec { bits, .. } => Some(*bits),
            _ => None,
        }
    }

    /// Size of an RSA modulus, if it is RSA.
    #[must_use]
    pub const fn rsa_bits(&self) -> Option<u32> {
        match self {
            Self::Rsa { bits } | Self::RsaPss { bits } => Some(*bits),
            _ => None,
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dsa { bits } => write!(f, "DSA {bits} bit"),
            Self::Ec { curve, .. } => write!(f, "EC {curve}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed448 => f.write_str("Ed448"),
            Self::Other(name) => f.write_str(name),
            Self::Rsa { bits } => write!(f, "RSA {bits} bit"),
            Self::RsaPss { bits } => write!(f, "RSA-PSS {bits} bit"),
            Self::X25519 => f.write_str("X25519"),
            Self::X448 => f.write_str("X448"),
        }
    }
}

fn curve_name(nid: Nid) -> String {
    match nid {
        Nid::X9_62_PRIME256V1 => "P-256".to_owned(),
        Nid::SECP384R1 => "P-384".to_owned(),
        Nid::SECP521R1 => "P-521".to_owned(),
        other => other.short_name().unwrap_or("unknown").to_owned(),
    }
}

/// A key to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NewKey {
    /// Ed25519: signs only.
    Ed25519,
    /// Elliptic curve P-256.
    P256,
    /// Elliptic curve P-384.
    P384,
    /// Elliptic curve P-521.
    P521,
    /// RSA of that many bits.
    Rsa(u32),
    /// RSA of 2048 bits, which every agent takes.
    #[default]
    Rsa2048,
    /// X25519: agrees on keys only.
    X25519,
}

impl NewKey {
    /// Makes the key.
    ///
    /// # Errors
    /// OpenSSL's, when it has no randomness or refuses the size.
    pub fn generate(self) -> Result<PKey<Private>, ErrorStack> {
        match self {
            Self::Ed25519 => PKey::generate_ed25519(),
            Self::X25519 => PKey::generate_x25519(),
            Self::P521 => generate_ec(Nid::SECP521R1),
            Self::P256 => generate_ec(Nid::X9_62_PRIME256V1),
            Self::P384 => generate_ec(Nid::SECP384R1),
            Self::Rsa(bits) => PKey::from_rsa(Rsa::generate(bits)?),
            Self::Rsa2048 => PKey::from_rsa(Rsa::generate(2048)?),
        }
    }
}

fn generate_ec(curve: Nid) -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(curve)?;
    PKey::from_ec_key(openssl::ec::EcKey::generate(&group)?)
}
