//! The DNS method: where a certificate lies in the DNS, and what a CERT record holds (RFC 4398).
//!
//! Pure logic, no socket: an address becomes the owner names to ask for (§3), and the fields of a record become a
//! certificate or a reason why not (§2.1). Asking is `io::dns`'s work, and answering `lab::dns`'s.
//!
//! RFC 4398 §3 turns `@` into a dot. For dots in the local part it and the agents in use disagree: RFC 1035 §8 makes the
//! local part one label with its dots escaped, the Direct agents make it several labels. Both are asked for, the
//! agents' form first because it is what is published. A URL in a record (IPKIX) is named and never followed: a DNS
//! answer must not send this program anywhere.

use std::fmt;

/// A DNS name as its labels, root not included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OwnerName {
    labels: Vec<Vec<u8>>,
}

/// Which of the two readings of RFC 4398 §3 an owner name follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerForm {
    /// The domain alone, or an address whose local part has no dot: both readings agree.
    Only,
    /// Dots of the local part separate labels, as the Direct agents do it.
    PlainLabels,
    /// The local part is one label, its dots escaped (RFC 1035 §8).
    EscapedLabel,
}

/// Why a subject has no owner name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnerNameError {
    /// A label is empty or longer than 63 octets.
    #[error("`{label}` cannot be a DNS label: a label has 1 to 63 octets (RFC 1035 §2.3.4)")]
    Label {
        /// The label, printable.
        label: String,
    },
    /// The whole is longer than 255 octets.
    #[error("the name would have {octets} octets; a DNS name has at most 255 (RFC 1035 §2.3.4)")]
    Name {
        /// Its length on the wire.
        octets: usize,
    },
}

impl OwnerName {
    /// Makes a name of labels given as octets.
    ///
    /// # Errors
    /// [`OwnerNameError`] where a label or the whole does not fit RFC 1035 §2.3.4.
    pub fn new(labels: Vec<Vec<u8>>) -> Result<Self, OwnerNameError> {
        if let Some(bad) = labels.iter().find(|label| label.is_empty() || label.len() > 63) {
            return Err(OwnerNameError::Label { label: presentation(bad) });
        }
        let octets = labels.iter().map(|label| label.len() + 1).sum::<usize>() + 1;
        if octets > 255 {
            return Err(OwnerNameError::Name { octets });
        }
        Ok(Self { labels })
    }

    /// The labels, left to right.
    #[must_use]
    pub fn labels(&self) -> &[Vec<u8>] {
        &self.labels
    }
}

// Presentation format of RFC 1035 §5.1 with the closing dot, as `dig` prints it: safe on a terminal.
impl fmt::Display for OwnerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for label in &self.labels {
            write!(f, "{}.", presentation(label))?;
        }
        if self.labels.is_empty() { f.write_str(".") } else { Ok(()) }
    }
}

/// The owner name of a domain-bound certificate: the domain itself. `domain` is in its A-label form.
///
/// # Errors
/// [`OwnerNameError`] where the domain does not fit the DNS, as an address literal does not.
pub fn domain_owner(domain: &str) -> Result<OwnerName, OwnerNameError> {
    OwnerName::new(domain_labels(domain))
}

/// The owner names of an address-bound certificate, in the order in which they are asked for (RFC 4398 §3).
///
/// A name that one reading cannot form is left out. `local_part` is the content, without the quotes of a quoted string.
///
/// # Errors
/// [`OwnerNameError`] where neither reading gives a name that fits the DNS.
pub fn address_owners(local_part: &str, domain: &str) -> Result<Vec<(OwnerForm, OwnerName)>, OwnerNameError> {
    let form = |form, mut labels: Vec<Vec<u8>>| {
        labels.extend(domain_labels(domain));
        OwnerName::new(labels).map(|name| (form, name))
    };
    let whole = vec![local_part.as_bytes().to_vec()];
    if !local_part.contains('.') {
        return form(OwnerForm::Only, whole).map(|name| vec![name]);
    }
    let split = local_part.split('.').map(|label| label.as_bytes().to_vec()).collect();
    match (form(OwnerForm::PlainLabels, split), form(OwnerForm::EscapedLabel, whole)) {
        (Err(error), Err(_)) => Err(error),
        (plain, escaped) => Ok([plain, escaped].into_iter().flatten().collect()),
    }
}

/// What a CERT record holds, by its type (RFC 4398 §2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertContent {
    /// PKIX (1): an X.509 certificate in DER.
    Pkix(Vec<u8>),
    /// IPKIX (4): where a certificate is to be had. Named, not followed.
    Ipkix(String),
    /// URI (253): a private format named by a URI.
    Uri(String),
    /// OID (254): a private format named by an object identifier.
    Oid(String),
    /// Another registered type by its mnemonic, such as PGP: not of use for S/MIME.
    Other(&'static str),
    /// An unregistered type by its number.
    Unknown(u16),
}

impl CertContent {
    /// Reads the data field of a record of type `cert_type`.
    #[must_use]
    pub fn read(cert_type: u16, data: &[u8]) -> Self {
        match cert_type {
            1 => Self::Pkix(data.to_vec()),
            4 => Self::Ipkix(printable(data)),
            253 => Self::Uri(printable(data.split(|octet| *octet == 0).next().unwrap_or_default())),
            254 => Self::Oid(private_oid(data).unwrap_or_else(|| "unreadable object identifier".to_owned())),
            2 => Self::Other("SPKI"),
            3 => Self::Other("PGP"),
            5 => Self::Other("ISPKI"),
            6 => Self::Other("IPGP"),
            7 => Self::Other("ACPKIX"),
            8 => Self::Other("IACPKIX"),
            other => Self::Unknown(other),
        }
    }

    /// Why the record is left out; `None` for a certificate.
    #[must_use]
    pub fn skipped(&self) -> Option<String> {
        match self {
            Self::Pkix(_) => None,
            Self::Ipkix(url) => Some(format!("type IPKIX (4) names a place, not followed: {url}")),
            Self::Uri(uri) => Some(format!("type URI (253), private format {uri}")),
            Self::Oid(oid) => Some(format!("type OID (254), private format {oid}")),
            Self::Other(mnemonic) => Some(format!("type {mnemonic}, not an X.509 certificate")),
            Self::Unknown(number) => Some(format!("unknown type {number}")),
        }
    }
}

fn domain_labels(domain: &str) -> Vec<Vec<u8>> {
    domain.trim_end_matches('.').split('.').map(|label| label.as_bytes().to_vec()).collect()
}

fn presentation(label: &[u8]) -> String {
    label.iter().fold(String::with_capacity(label.len()), |mut text, &octet| {
        match octet {
            b'.' | b'\\' | b'"' | b';' | b'(' | b')' | b'@' | b'$' => text.extend(['\\', char::from(octet)]),
            0x21..=0x7e => text.push(char::from(octet)),
            _ => text.push_str(&format!("\\{octet:03}")),
        }
        text
    })
}

// URLs are short; what is longer is cut so that a record cannot flood the account.
fn printable(data: &[u8]) -> String {
    data.iter().take(253).map(|&octet| if (0x20..0x7f).contains(&octet) { char::from(octet) } else { '?' }).collect()
}

// RFC 4398 §2.1: one octet of length, then the BER-encoded object identifier. A bare identifier is met too and taken.
fn private_oid(data: &[u8]) -> Option<String> {
    let prefixed = match data {
        [length, rest @ ..] => rest.get(..usize::from(*length)).and_then(oid_content),
        [] => None,
    };
    let content = prefixed.or_else(|| oid_content(data))?;
    let mut arcs = Vec::new();
    let mut value: u64 = 0;
    for &octet in content {
        value = value.checked_mul(128)?.checked_add(u64::from(octet & 0x7f))?;
        if octet & 0x80 == 0 {
            arcs.push(value);
            value = 0;
        }
    }
    let (first, rest) = arcs.split_first()?;
    let root = (first / 40).min(2);
    let mut text = format!("{root}.{}", first - root * 40);
    rest.iter().for_each(|arc| text.push_str(&format!(".{arc}")));
    Some(text)
}

fn oid_content(encoded: &[u8]) -> Option<&[u8]> {
    match encoded {
        [0x06, length, content @ ..] => content.get(..usize::from(*length)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(local_part: &str) -> Vec<(OwnerForm, String)> {
        let names = address_owners(local_part, "x.example").unwrap();
        names.into_iter().map(|(form, name)| (form, name.to_string())).collect()
    }

    #[test]
    fn an_address_without_dots_has_one_owner_name() {
        assert_eq!(owners("bob"), [(OwnerForm::Only, "bob.x.example.".to_owned())]);
    }

    #[test]
    fn a_dotted_local_part_is_asked_for_as_labels_then_as_one_escaped_label() {
        assert_eq!(
            owners("a.b"),
            [
                (OwnerForm::PlainLabels, "a.b.x.example.".to_owned()),
                (OwnerForm::EscapedLabel, r"a\.b.x.example.".to_owned()),
            ]
        );
    }

    #[test]
    fn characters_that_need_it_are_escaped_when_shown() {
        assert_eq!(owners("bob\"s"), [(OwnerForm::Only, r#"bob\"s.x.example."#.to_owned())]);
        assert_eq!(owners("a b"), [(OwnerForm::Only, r"a\032b.x.example.".to_owned())]);
    }

    #[test]
    fn empty_labels_leave_the_escaped_form_only() {
        assert_eq!(owners("a..b"), [(OwnerForm::EscapedLabel, r"a\.\.b.x.example.".to_owned())]);
    }

    #[test]
    fn a_local_part_of_64_octets_has_no_owner_name() {
        let error = address_owners(&"a".repeat(64), "x.example").unwrap_err();
        assert!(matches!(error, OwnerNameError::Label { .. }), "{error}");
    }

    #[test]
    fn a_name_above_255_octets_is_refused() {
        let domain = ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(63)].join(".");
        assert_eq!(domain_owner(&domain), Err(OwnerNameError::Name { octets: 257 }));
    }

    #[test]
    fn a_domain_is_its_own_owner_name_with_or_without_the_closing_dot() {
        assert_eq!(domain_owner("x.example").unwrap().to_string(), "x.example.");
        assert_eq!(domain_owner("x.example.").unwrap().to_string(), "x.example.");
    }

    #[test]
    fn only_pkix_records_are_certificates() {
        for (cert_type, data, skipped) in [
            (1, b"\x30\x03".as_slice(), None),
            (3, b"key".as_slice(), Some("type PGP, not an X.509 certificate")),
            (
                4,
                b"http://x.example/a\n".as_slice(),
                Some("type IPKIX (4) names a place, not followed: http://x.example/a?"),
            ),
            (254, b"\x06\x03\x2a\x03\x04".as_slice(), Some("type OID (254), private format 1.2.3.4")),
            (254, b"\x05\x06\x03\x2a\x03\x04rest".as_slice(), Some("type OID (254), private format 1.2.3.4")),
            (254, b"\x09\x06".as_slice(), Some("type OID (254), private format unreadable object identifier")),
            (300, b"".as_slice(), Some("unknown type 300")),
        ] {
            assert_eq!(CertContent::read(cert_type, data).skipped().as_deref(), skipped, "type {cert_type}");
        }
    }
}
