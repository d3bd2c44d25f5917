//! What a key may be used for (RFC 5280 §4.2.1.3).

use std::fmt;

/// A set of key usages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Bit 0.
    pub const DIGITAL_SIGNATURE: Self = Self(1);
    /// Bit 1; also called contentCommitment.
    pub const NON_REPUDIATION: Self = Self(1 << 1);
    /// Bit 2.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// Bit 3.
    pub const DATA_ENCIPHERMENT: Self = Self(1 << 3);
    /// Bit 4.
    pub const KEY_AGREEMENT: Self = Self(1 << 4);
    /// Bit 5.
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// Bit 6.
    pub const CRL_SIGN: Self = Self(1 << 6);
    /// Bit 7.
    pub const ENCIPHER_ONLY: Self = Self(1 << 7);
    /// Bit 8.
    pub const DECIPHER_ONLY: Self = Self(1 << 8);
    /// Nothing at all.
    pub const NONE: Self = Self(0);

    const NAMED: [(Self, &'static str); 9] = [
        (Self::DIGITAL_SIGNATURE, "digitalSignature"),
        (Self::NON_REPUDIATION, "nonRepudiation"),
        (Self::KEY_ENCIPHERMENT, "keyEncipherment"),
        (Self::DATA_ENCIPHERMENT, "dataEncipherment"),
        (Self::KEY_AGREEMENT, "keyAgreement"),
        (Self::KEY_CERT_SIGN, "keyCertSign"),
        (Self::CRL_SIGN, "cRLSign"),
        (Self::ENCIPHER_ONLY, "encipherOnly"),
        (Self::DECIPHER_ONLY, "decipherOnly"),
    ];

    /// Either's usages.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every usage of `other` is in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any usage of `other` is in it.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether a signature on a message may be made with the key (RFC 8550 §4.4.2).
    #[must_use]
    pub const fn allows_signing(self) -> bool {
        self.intersects(Self::DIGITAL_SIGNATURE.union(Self::NON_REPUDIATION))
    }

    /// Whether a content key may be encrypted for, or agreed with, the key.
    #[must_use]
    pub const fn allows_encryption(self) -> bool {
        self.intersects(Self::KEY_ENCIPHERMENT.union(Self::KEY_AGREEMENT))
    }

    /// The names of RFC 5280, in the order of their bits.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMED.into_iter().filter(move |(usage, _)| self.contains(*usage)).map(|(_, name)| name)
    }

    /// Reads the content of the extension's BIT STRING, its first octet (unused bits) included.
    pub(crate) fn from_bit_string(content: &[u8]) -> Self {
        let bits = content.get(1..).unwrap_or_default();
        let set = Self::NAMED
            .into_iter()
            .enumerate()
            .filter(|(index, _)| bits.get(index / 8).is_some_and(|octet| octet & (0x80_u8 >> (index % 8)) != 0));
        set.fold(Self::NONE, |all, (_, (usage, _))| all.union(usage))
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for name in self.names() {
            write!(f, "{separator}{name}")?;
            separator = ", ";
        }
        if separator.is_empty() { f.write_str("none") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_left() {
        let usage = KeyUsage::from_bit_string(&[5, 0b1010_0000]);
        assert_eq!(usage.to_string(), "digitalSignature, keyEncipherment");
        let last = KeyUsage::from_bit_string(&[7, 0, 0x80]);
        assert_eq!(last, KeyUsage::DECIPHER_ONLY);
    }

    #[test]
    fn an_empty_bit_string_allows_nothing() {
        assert_eq!(KeyUsage::from_bit_string(&[]), KeyUsage::NONE);
        assert!(!KeyUsage::NONE.allows_signing());
    }
}
