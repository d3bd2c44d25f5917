//! Object identifiers and the names people know them by.

use std::fmt;

use super::oid_names::NAMES;

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
/// `id-digestedData`
pub const DIGESTED_DATA: &str = "1.2.840.113549.1.7.5";
/// `id-encryptedData`
pub const ENCRYPTED_DATA: &str = "1.2.840.113549.1.7.6";
/// `id-ct-authData`
pub const AUTHENTICATED_DATA: &str = "1.2.840.113549.1.9.16.1.2";
/// `id-ct-TSTInfo`
pub const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
/// `id-ct-compressedData`
pub const COMPRESSED_DATA: &str = "1.2.840.113549.1.9.16.1.9";
/// `id-contentType`
pub const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
/// `id-messageDigest`
pub const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
/// `id-signingTime`
pub const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
/// `id-countersignature`
pub const COUNTERSIGNATURE: &str = "1.2.840.113549.1.9.6";
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
    let place = NAMES.binary_search_by(|(known, _)| (*known).cmp(dotted)).ok()?;
    NAMES.get(place).map(|(_, name)| *name)
}

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
    fn names_are_found_and_each_number_has_one() {
        assert!(NAMES.is_sorted_by(|(one, _), (next, _)| one < next));
        for (dotted, known) in NAMES {
            assert_eq!(name(dotted), Some(*known));
        }
        assert_eq!(name("1.2.3.4"), None);
    }

    #[test]
    fn every_named_identifier_is_written_and_read_back() {
        for (dotted, name) in NAMES {
            let der = super::super::der::oid(dotted).unwrap();
            assert_eq!(Oid::from_content(&der[2..]).as_ref().map(Oid::as_str), Some(*dotted), "{name}");
        }
    }
}
