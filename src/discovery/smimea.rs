//! The SMIMEA method (RFC 8162): where a certificate lies in the DNS under the hash of a local part, and what a record
//! holds. Pure logic, no socket.
//!
//! A record counts only in an answer that DNSSEC vouches for (§1, RFC 6698 §4.1); that is the asker's to see to.

use std::fmt::Write as _;

use super::dns_cert::{OwnerName, OwnerNameError};

/// Octets of the hash of a local part that make its label (§3).
const HASH_OCTETS: usize = 28;

/// The owner name of an address: the hash of the local part as it is written, no case guessed (§3, §4), then
/// `_smimecert`. `local_part` is the content, without the quotes of a quoted string.
///
/// # Errors
/// [`OwnerNameError`] where the domain does not fit the DNS.
pub fn owner(local_part: &str, domain: &str) -> Result<OwnerName, OwnerNameError> {
    let hash = openssl::sha::sha256(local_part.as_bytes());
    let label = hash.iter().take(HASH_OCTETS).fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    });
    let mut labels = vec![label.into_bytes(), b"_smimecert".to_vec()];
    labels.extend(domain.trim_end_matches('.').split('.').map(|label| label.as_bytes().to_vec()));
    OwnerName::new(labels)
}

/// What an SMIMEA record holds (RFC 6698 §2.1, as RFC 8162 §2 takes it over).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Association {
    /// A whole certificate of the address itself (usage 1 or 3, selector 0, matching 0).
    Certificate(Vec<u8>),
    /// Something that helps to check a certificate, and is none that could be encrypted for; what, in words.
    NoCertificate(String),
}

impl Association {
    /// Reads the fields of a record.
    #[must_use]
    pub fn read(usage: u8, selector: u8, matching: u8, data: &[u8]) -> Self {
        match (usage, selector, matching) {
            (1 | 3, 0, 0) => Self::Certificate(data.to_vec()),
            (0 | 2, ..) => Self::NoCertificate(format!("usage {usage} names an authority, not the address's own")),
            (_, 1, _) => Self::NoCertificate("selector 1 gives a key and no certificate".to_owned()),
            (.., 1 | 2) => Self::NoCertificate(format!("matching type {matching} gives a hash and no certificate")),
            _ => Self::NoCertificate(format!("usage {usage}, selector {selector}, matching type {matching}: unknown")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_name_of_rfc_8162_section_3_comes_out() {
        let name = owner("hugh", "example.com").unwrap().to_string();
        assert_eq!(name, "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.example.com.");
    }

    #[test]
    fn no_case_is_guessed() {
        assert_ne!(owner("Hugh", "example.com").unwrap(), owner("hugh", "example.com").unwrap());
    }

    #[test]
    fn only_a_whole_certificate_of_the_address_is_one() {
        assert_eq!(Association::read(3, 0, 0, b"der"), Association::Certificate(b"der".to_vec()));
        for fields in [(2, 0, 0), (3, 1, 0), (3, 0, 1), (3, 0, 9), (9, 0, 0)] {
            let read = Association::read(fields.0, fields.1, fields.2, b"der");
            assert!(matches!(read, Association::NoCertificate(_)), "{fields:?}");
        }
    }
}
