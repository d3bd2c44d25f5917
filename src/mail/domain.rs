//! Domain names of mailboxes (RFC 5321 §2.3.5, §4.1.2), also internationalised (RFC 5890, RFC 6531 §3.3).
//!
//! The text is kept as it was written; comparison is by the lower-case A-label form. An address literal such as
//! `[192.0.2.1]` is a domain only inside an address.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{Ipv4Addr, Ipv6Addr};

use super::address::AddressError;

/// RFC 5321 §4.5.3.1.2.
const DOMAIN_OCTETS: usize = 255;
/// RFC 1035 §2.3.4.
const LABEL_OCTETS: usize = 63;

/// A domain name, or inside an address an address literal.
#[derive(Clone, Debug)]
pub struct Domain {
    text: String,
    ascii: String,
}

impl Domain {
    /// Reads a domain name: letters, digits and hyphens in labels, or U-labels.
    ///
    /// # Errors
    /// [`AddressError`] when the text is no domain name; an address literal is none.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::DomainMissing);
        }
        AddressError::check_length("domain", text.len(), DOMAIN_OCTETS)?;
        let ascii = if text.is_ascii() {
            text.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii_cow(text.as_bytes(), idna::AsciiDenyList::STD3)
                .map_err(|_| AddressError::DomainLabel { label: text.to_owned() })?
                .into_owned()
        };
        AddressError::check_length("domain", ascii.len(), DOMAIN_OCTETS)?;
        if ascii.split('.').any(str::is_empty) {
            return Err(AddressError::DomainLabel { label: text.to_owned() });
        }
        ascii.split('.').try_for_each(check_label)?;
        Ok(Self { text: text.to_owned(), ascii })
    }

    /// Reads what may stand after the `@` of an address: a domain name or an address literal.
    ///
    /// # Errors
    /// [`AddressError`] when the text is neither.
    pub(super) fn parse_or_literal(text: &str) -> Result<Self, AddressError> {
        if !text.starts_with('[') {
            return Self::parse(text);
        }
        AddressError::check_length("domain", text.len(), DOMAIN_OCTETS)?;
        let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if !inner.is_some_and(is_address_literal) {
            return Err(AddressError::Literal { literal: text.to_owned() });
        }
        Ok(Self { text: text.to_owned(), ascii: text.to_ascii_lowercase() })
    }

    /// The domain as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The lower-case A-label form, by which domains are compared.
    #[must_use]
    pub fn ascii(&self) -> &str {
        &self.ascii
    }

    /// Whether this is an address literal such as `[192.0.2.1]`.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.text.starts_with('[')
    }
}

fn check_label(label: &str) -> Result<(), AddressError> {
    AddressError::check_length("label of the domain", label.len(), LABEL_OCTETS)?;
    let plain = label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    if !plain || label.starts_with('-') || label.ends_with('-') {
        return Err(AddressError::DomainLabel { label: label.to_owned() });
    }
    Ok(())
}

/// RFC 5321 §4.1.3: IPv4, `IPv6:` or a tagged general literal.
fn is_address_literal(inner: &str) -> bool {
    if inner.parse::<Ipv4Addr>().is_ok() {
        return true;
    }
    let Some((tag, rest)) = inner.split_once(':') else { return false };
    if tag.eq_ignore_ascii_case("IPv6") {
        return rest.parse::<Ipv6Addr>().is_ok();
    }
    let is_dcontent = |octet: u8| matches!(octet, 33..=90 | 94..=126);
    check_label(tag).is_ok() && !rest.is_empty() && rest.bytes().all(is_dcontent)
}

impl PartialEq for Domain {
    fn eq(&self, other: &Self) -> bool {
        self.ascii == other.ascii
    }
}

impl Eq for Domain {}

impl Hash for Domain {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ascii.hash(state);
    }
}

impl PartialOrd for Domain {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Domain {
    fn cmp(&self, other: &Self) -> Ordering {
        self.ascii.cmp(&other.ascii)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_compare_without_case_and_keep_their_text() {
        let domain = Domain::parse("Direct.EXAMPLE.org").unwrap();
        assert_eq!(domain, Domain::parse("direct.example.ORG").unwrap());
        assert_eq!(domain.to_string(), "Direct.EXAMPLE.org");
        assert_eq!(domain.ascii(), "direct.example.org");
    }

    #[test]
    fn a_u_label_equals_its_a_label() {
        let domain = Domain::parse("Bücher.example").unwrap();
        assert_eq!(domain.ascii(), "xn--bcher-kva.example");
        assert_eq!(domain, Domain::parse("XN--bcher-kva.example").unwrap());
        assert_eq!(domain.as_str(), "Bücher.example");
    }

    #[test]
    fn what_is_no_domain_name_is_refused() {
        let long_label = format!("{}.example", "a".repeat(64));
        let long_name = ["a".repeat(60).as_str(); 5].join(".");
        for text in [
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "-a.b",
            "a-.b",
            "a b",
            "a_b.c",
            "a@b",
            "a\0b",
            "*.b",
            "[192.0.2.1]",
            "a\r\nb",
            &long_label,
            &long_name,
        ] {
            assert!(Domain::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn address_literals_are_read_only_inside_addresses() {
        for text in ["[192.0.2.1]", "[IPv6:2001:db8::1]", "[x-tag:abc]"] {
            assert!(Domain::parse_or_literal(text).unwrap().is_literal(), "{text}");
        }
        for text in ["[192.0.2]", "[IPv6:zz]", "[]", "[192.0.2.1", "[192.0.2.1]x", "[abc]", "[t:a b]"] {
            assert!(Domain::parse_or_literal(text).is_err(), "{text}");
        }
    }
}
