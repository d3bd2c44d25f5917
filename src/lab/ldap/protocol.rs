//! Requests read and responses written (RFC 4511).

use crate::asn1::{Class, Element, Tree, der};
use crate::discovery::ldap::escaped;
use crate::limits::Limits;

/// Filters are nested less than this.
const DEPTH: usize = 24;

/// The object identifier of the operation that begins TLS (RFC 4511 §4.14).
pub(super) const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

/// A request with its message identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) id: Vec<u8>,
    pub(super) request: Request,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// As nobody, or with a name.
    Bind {
        anonymous: bool,
    },
    Unbind,
    Abandon,
    Search(SearchRequest),
    StartTls,
    /// Any other, by the number of its operation.
    Other(u32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SearchRequest {
    pub(super) base: String,
    pub(super) scope: Scope,
    /// 0 is none.
    pub(super) size_limit: usize,
    pub(super) filter: Filter,
    pub(super) attributes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Base,
    OneLevel,
    Subtree,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Equal(String, Vec<u8>),
    Present(String),
    /// One that this directory does not evaluate; its kind.
    Other(String),
}

impl Message {
    /// Reads a message; `None` for what is none, upon which the connection ends (RFC 4511 §5.2).
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        let tree = Tree::parse(octets, &Limits { asn1_depth: DEPTH, ..Limits::DEFAULT });
        if tree.error.is_some() || tree.nodes.iter().any(|node| node.indefinite || node.depth() >= DEPTH) {
            return None;
        }
        let root = tree.root()?;
        let (id, operation) = (root.child(0)?, root.child(1)?);
        id.small_integer().filter(|number| *number > 0)?;
        if operation.class() != Class::Application {
            return None;
        }
        let request = match operation.tag() {
            0 => bind(&operation)?,
            2 => Request::Unbind,
            3 => Request::Search(search(&operation)?),
            16 => Request::Abandon,
            23 if operation.child(0)?.content() == START_TLS => Request::StartTls,
            other => Request::Other(other),
        };
        Some(Self { id: id.whole().to_vec(), request })
    }
}

fn bind(operation: &Element<'_, '_>) -> Option<Request> {
    let (name, credentials) = (operation.child(1)?, operation.child(2)?);
    let simple = credentials.is_context(0) && credentials.content().is_empty();
    Some(Request::Bind { anonymous: simple && name.content().is_empty() })
}

fn search(operation: &Element<'_, '_>) -> Option<SearchRequest> {
    let mut parts = operation.children();
    let base = text(&parts.next()?)?;
    let scope = match parts.next()?.content() {
        [0] => Scope::Base,
        [1] => Scope::OneLevel,
        [2] => Scope::Subtree,
        _ => return None,
    };
    let _aliases = parts.next()?;
    let size_limit = usize::try_from(parts.next()?.small_integer()?).ok()?;
    let (_time_limit, _types_only) = (parts.next()?, parts.next()?);
    let filter = filter(&parts.next()?)?;
    let attributes = parts.next()?.children().map(|name| text(&name)).collect::<Option<_>>()?;
    Some(SearchRequest { base, scope, size_limit, filter, attributes })
}

// No deeper than the tree, which has a limit.
fn filter(element: &Element<'_, '_>) -> Option<Filter> {
    if element.class() != Class::ContextSpecific {
        return None;
    }
    let parts = || element.children().map(|part| filter(&part)).collect::<Option<Vec<_>>>();
    Some(match element.tag() {
        0 => Filter::And(parts()?),
        1 => Filter::Or(parts()?),
        2 => Filter::Not(Box::new(filter(&element.child(0)?)?)),
        3 => Filter::Equal(text(&element.child(0)?)?, element.child(1)?.content().to_vec()),
        7 => Filter::Present(text(element)?),
        4 => Filter::Other("substrings".to_owned()),
        other => Filter::Other(format!("filter {other}")),
    })
}

fn text(element: &Element<'_, '_>) -> Option<String> {
    String::from_utf8(element.content().to_vec()).ok()
}

// As RFC 4515 writes it, so that the log shows what was a value and what was not.
impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::And(parts) => several(f, '&', parts),
            Self::Or(parts) => several(f, '|', parts),
            Self::Not(inner) => write!(f, "(!{inner})"),
            Self::Equal(attribute, value) => {
                write!(f, "({}={})", escaped(attribute), escaped(&String::from_utf8_lossy(value)))
            }
            Self::Present(attribute) => write!(f, "({}=*)", escaped(attribute)),
            Self::Other(kind) => write!(f, "(not evaluated: {kind})"),
        }
    }
}

fn several(f: &mut std::fmt::Formatter<'_>, operator: char, parts: &[Filter]) -> std::fmt::Result {
    write!(f, "({operator}")?;
    parts.iter().try_for_each(|part| part.fmt_in(f))?;
    f.write_str(")")
}

impl Filter {
    fn fmt_in(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A response of an operation; `tag` is its identifier octet, `content` what it holds.
pub(super) fn response(id: &[u8], tag: u8, content: &[u8]) -> Vec<u8> {
    der::sequence(&[id, &der::value(tag, content)])
}

/// The content of an LDAPResult (RFC 4511 §4.1.9).
pub(super) fn result(code: u8, words: &str, referral: Option<&str>) -> Vec<u8> {
    let mut content = [&[0x0a, 1, code][..], &[4, 0], &der::value(4, words.as_bytes())].concat();
    if let Some(uri) = referral {
        content.extend(der::value(0xa3, &der::value(4, uri.as_bytes())));
    }
    content
}

/// The content of a SearchResultEntry (RFC 4511 §4.5.2).
pub(super) fn entry(name: &str, attributes: &[(String, &[Vec<u8>])]) -> Vec<u8> {
    let attributes: Vec<u8> = attributes
        .iter()
        .flat_map(|(name, values)| {
            let values: Vec<u8> = values.iter().flat_map(|value| der::value(4, value)).collect();
            der::sequence(&[&der::value(4, name.as_bytes()), &der::set(&[&values])])
        })
        .collect();
    [der::value(4, name.as_bytes()), der::sequence(&[&attributes])].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search_for(filter: &[u8]) -> Vec<u8> {
        let content = [
            &der::value(4, b"dc=b")[..],
            &[10, 1, 2, 10, 1, 0, 2, 1, 5, 2, 1, 0, 1, 1, 0],
            filter,
            &[0x30, 3, 4, 1, b'*'],
        ];
        der::sequence(&[&[2, 1, 9], &der::value(0x63, &content.concat())])
    }

    #[test]
    fn a_search_is_read_with_its_filter() {
        let equal = der::value(0xa3, &[der::value(4, b"mail"), der::value(4, b"*)(x=*")].concat());
        let both = der::value(0xa0, &[der::value(0x87, b"cn"), der::value(0xa2, &equal)].concat());
        let Some(Message { id, request: Request::Search(request) }) = Message::read(&search_for(&both)) else {
            panic!("no search");
        };
        assert_eq!((id.as_slice(), request.size_limit, request.scope), ([2, 1, 9].as_slice(), 5, Scope::Subtree));
        assert_eq!(request.filter.to_string(), r"(&(cn=*)(!(mail=\2a\29\28x=\2a)))");
        assert_eq!(request.attributes, ["*"]);
    }

    #[test]
    fn what_is_no_request_is_none() {
        let deep = (0..1_000).fold(der::value(0x87, b"cn"), |inner, _| der::value(0xa2, &inner));
        for bad in
            [search_for(&deep), search_for(b""), vec![], vec![0x30, 0], b"GET / HTTP/1.1".to_vec(), vec![0x30, 0x80]]
        {
            assert_eq!(Message::read(&bad), None, "{:02x?}", &bad[..bad.len().min(20)]);
        }
    }
}
