//! The few messages of RFC 4511 that a search takes.

use url::Url;

use crate::asn1::{Class, Element, Tree, der, tag};
use crate::discovery::fetch::FetchKind;
use crate::limits::Limits;

/// Values that are told apart in one message: an entry of a directory has a few dozen.
const NODES: usize = 10_000;
/// `[APPLICATION 3]`, constructed.
const SEARCH_REQUEST: u8 = 0x63;
/// Entries that the directory may send.
const SIZE_LIMIT: u8 = 8;
/// Seconds that the directory may take.
const TIME_LIMIT: u8 = 10;

/// What an LDAP URL asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Search {
    base: String,
    scope: u8,
    filter: Filter,
    attributes: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Filter {
    Equals(String, String),
    Present(String),
}

/// What a directory says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The values of an entry's attributes, in order.
    Entry(Vec<Vec<u8>>),
    /// The search has ended, with this result code.
    Done(u32),
    /// Somebody else may know more.
    Reference,
    /// Anything that a search does not need.
    Other,
}

impl Search {
    /// Reads `ldap://host/base?attributes?scope?filter?extensions` (RFC 4516 §2).
    pub(super) fn of_url(url: &Url, kind: FetchKind) -> Result<Self, String> {
        let mut parts = url.query().unwrap_or_default().split('?').map(decoded);
        let mut part = || parts.next().unwrap_or_else(|| Some(String::new())).ok_or("the URL is not UTF-8");
        let (attributes, scope, filter, extensions) = (part()?, part()?, part()?, part()?);
        if extensions.split(',').any(|extension| extension.starts_with('!')) {
            return Err("the URL demands an extension of LDAP that is not known here".to_owned());
        }
        let scope = match scope.to_ascii_lowercase().as_str() {
            "" | "base" => 0,
            "one" => 1,
            "sub" => 2,
            other => return Err(format!("the URL names the unknown scope “{}”", crate::mail::escape_controls(other))),
        };
        let usual = match kind {
            FetchKind::RevocationList => "certificateRevocationList;binary",
            FetchKind::Issuer => "cACertificate;binary",
            FetchKind::Ocsp => return Err("OCSP is not spoken over LDAP".to_owned()),
        };
        let named = attributes.split(',').filter(|name| !name.is_empty()).map(str::to_owned);
        let mut attributes: Vec<String> = named.collect();
        if attributes.is_empty() {
            attributes.push(usual.to_owned());
        }
        let path = url.path();
        let base = decoded(path.strip_prefix('/').unwrap_or(path)).ok_or("the URL is not UTF-8")?;
        Ok(Self { base, scope, filter: Filter::read(&filter)?, attributes })
    }

    /// The whole LDAPMessage (RFC 4511 §4.5.1).
    pub(super) fn message(&self) -> Vec<u8> {
        let names: Vec<Vec<u8>> = self.attributes.iter().map(|name| der::value(0x04, name.as_bytes())).collect();
        let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        let request = [
            der::value(0x04, self.base.as_bytes()),
            der::value(0x0a, &[self.scope]),
            // neverDerefAliases
            der::value(0x0a, &[0]),
            der::value(0x02, &[SIZE_LIMIT]),
            der::value(0x02, &[TIME_LIMIT]),
            // typesOnly
            der::value(0x01, &[0]),
            self.filter.der(),
            der::sequence(&names),
        ];
        der::sequence(&[&der::value(0x02, &[1]), &der::value(SEARCH_REQUEST, &request.concat())])
    }
}

/// What ends a conversation (RFC 4511 §4.3).
pub(super) fn unbind() -> Vec<u8> {
    der::sequence(&[&der::value(0x02, &[2]), &der::value(0x42, &[])])
}

impl Filter {
    /// `(name=value)`, with or without the parentheses; `*` alone asks whether there is one. Certificates need no more.
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::Present("objectClass".to_owned()));
        }
        let refused = || format!("the URL's filter “{}” is not a simple one", crate::mail::escape_controls(text));
        let bare = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
        let (name, value) = bare.split_once('=').ok_or_else(refused)?;
        let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | ';');
        if name.is_empty() || !name.chars().all(plain) || value.contains(['(', ')', '\\']) {
            return Err(refused());
        }
        match value {
            "*" => Ok(Self::Present(name.to_owned())),
            value if value.contains('*') => Err(refused()),
            value => Ok(Self::Equals(name.to_owned(), value.to_owned())),
        }
    }

    fn der(&self) -> Vec<u8> {
        match self {
            Self::Present(name) => der::value(0x87, name.as_bytes()),
            Self::Equals(name, value) => {
                let (name, value) = (der::value(0x04, name.as_bytes()), der::value(0x04, value.as_bytes()));
                der::value(0xa3, &[name, value].concat())
            }
        }
    }
}

/// Reads one LDAPMessage; `None` where it is none.
pub(super) fn read(octets: &[u8]) -> Option<Answer> {
    let tree = Tree::parse(octets, &Limits { asn1_depth: 8, asn1_nodes: NODES, ..Limits::DEFAULT });
    let root = tree.root().filter(|root| tree.error.is_none() && root.is(tag::SEQUENCE))?;
    let operation = root.child(1).filter(|operation| operation.class() == Class::Application)?;
    Some(match operation.tag() {
        4 => {
            let attributes = operation.child(1)?.children();
            let values = attributes.filter_map(|attribute| attribute.child(1)).flat_map(|values| values.children());
            Answer::Entry(values.filter_map(|value| value.octet_string()).map(|value| value.into_owned()).collect())
        }
        5 => Answer::Done(operation.child(0).and_then(|code| enumerated(&code))?),
        19 => Answer::Reference,
        _ => Answer::Other,
    })
}

fn enumerated(element: &Element<'_, '_>) -> Option<u32> {
    let octets = element.content();
    (element.is(tag::ENUMERATED) && octets.len() <= 4)
        .then(|| octets.iter().fold(0, |value, octet| (value << 8) | u32::from(*octet)))
}

/// Percent-encoded UTF-8 (RFC 3986 §2.1); a stray percent sign stands for itself.
fn decoded(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(octet) => {
                octets.push(octet);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                octets.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(octets).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::ldap::result_code;

    fn search(url: &str) -> Result<Search, String> {
        Search::of_url(&Url::parse(url).unwrap(), FetchKind::RevocationList)
    }

    #[test]
    fn a_url_says_where_what_how_deep_and_which() {
        let all =
            search("ldap://h/cn=A%20B,o=%C3%A9?certificateRevocationList;binary?base?objectClass=cRLDistributionPoint");
        let expected = Search {
            base: "cn=A B,o=é".to_owned(),
            scope: 0,
            filter: Filter::Equals("objectClass".to_owned(), "cRLDistributionPoint".to_owned()),
            attributes: vec!["certificateRevocationList;binary".to_owned()],
        };
        assert_eq!(all, Ok(expected));
        let least = search("ldap://h").unwrap();
        assert_eq!((least.base.as_str(), least.scope), ("", 0));
        assert_eq!(least.filter, Filter::Present("objectClass".to_owned()));
        assert_eq!(least.attributes, ["certificateRevocationList;binary"]);
        assert_eq!(search("ldap://h/o=x?a,b?SUB?(cn=*)").unwrap().scope, 2);
    }

    #[test]
    fn what_is_not_understood_is_refused_and_said() {
        for (url, why) in [
            ("ldap://h/?a?tree", "scope"),
            ("ldap://h/????!x=1", "extension"),
            ("ldap://h/?a?base?(%26(a=b)(c=d))", "filter"),
            ("ldap://h/?a?base?(a=b*c)", "filter"),
            ("ldap://h/%ff", "UTF-8"),
        ] {
            let told = search(url);
            assert!(told.as_ref().is_err_and(|told| told.contains(why)), "{url}: {told:?}");
        }
        let ocsp = Search::of_url(&Url::parse("ldap://h/").unwrap(), FetchKind::Ocsp);
        assert!(ocsp.is_err());
    }

    #[test]
    fn entries_and_ends_are_read_and_nonsense_is_not() {
        let values = der::set(&[&der::value(4, b"one"), &der::value(4, b"two")]);
        let attribute = der::sequence(&[&der::value(4, b"name"), &values]);
        let entry = der::value(0x64, &[der::value(4, b"cn=x"), der::sequence(&[&attribute])].concat());
        let message = |operation: &[u8]| der::sequence(&[&der::value(2, &[1]), operation]);
        assert_eq!(read(&message(&entry)), Some(Answer::Entry(vec![b"one".to_vec(), b"two".to_vec()])));
        let done = der::value(0x65, &[der::value(10, &[32]), der::value(4, b""), der::value(4, b"")].concat());
        assert_eq!(read(&message(&done)), Some(Answer::Done(32)));
        assert!(result_code(32).contains("noSuchObject"));
        assert_eq!(read(&message(&der::value(0x73, &[]))), Some(Answer::Reference));
        assert_eq!(read(&message(&der::value(0x78, &[]))), Some(Answer::Other));
        for bad in [&b""[..], b"\x30\x00", b"GET / HTTP/1.1", &message(&der::value(0x04, b"x"))] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn nesting_without_end_is_read_without_recursion() {
        let mut nested = Vec::new();
        for _ in 0..20_000 {
            nested = [&[0x30, 0x83, 0, 0, 0][..], &nested].concat();
            let length = nested.len() - 5;
            let octets = u32::try_from(length).unwrap().to_be_bytes();
            nested[2..5].copy_from_slice(&octets[1..]);
        }
        assert_eq!(read(&nested), None);
    }
}
