//! The digests that certificates are signed over.

use std::fmt;

use openssl::nid::Nid;

use super::extension::pss_digest;

/// The digest of a certificate's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureDigest {
    /// The signature scheme has its own (Ed25519, Ed448).
    Intrinsic,
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
    /// FIPS 202, any size.
    Sha3,
    /// None that we have a name for.
    Unknown,
}

impl SignatureDigest {
    pub(super) fn of(signature: Nid, certificate: &[u8]) -> Self {
        if matches!(signature.short_name(), Ok("ED25519" | "ED448")) {
            return Self::Intrinsic;
        }
        if signature == Nid::RSASSAPSS {
            return pss_digest(certificate).map_or(Self::Unknown, |oid| Self::by_oid(&oid));
        }
        signature.signature_algorithms().map_or(Self::Unknown, |algorithms| Self::by_nid(algorithms.digest))
    }

    fn by_nid(nid: Nid) -> Self {
        match nid {
            Nid::MD5 => Self::Md5,
            Nid::SHA1 => Self::Sha1,
            Nid::SHA224 => Self::Sha224,
            Nid::SHA256 => Self::Sha256,
            Nid::SHA384 => Self::Sha384,
            Nid::SHA512 => Self::Sha512,
            Nid::SHA3_224 | Nid::SHA3_256 | Nid::SHA3_384 | Nid::SHA3_512 => Self::Sha3,
            _ => Self::Unknown,
        }
    }

    fn by_oid(oid: &str) -> Self {
        match oid {
            "1.3.14.3.2.26" => Self::Sha1,
            "2.16.840.1.101.3.4.2.4" => Self::Sha224,
            "2.16.840.1.101.3.4.2.1" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" => Self::Sha512,
            _ => Self::Unknown,
        }
    }

    /// Whether forging a signature over this digest is within reach.
    #[must_use]
    pub const fn is_weak(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1 | Self::Unknown)
    }

    /// The name people use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intrinsic => "intrinsic",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha3 => "SHA-3",
            Self::Unknown => "unknown digest",
        }
    }
}

impl fmt::Display for SignatureDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
