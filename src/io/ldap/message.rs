//! What is let through from a directory: whole LDAP messages of the shape that was asked for, within the caps.
//!
//! The LDAP library takes a server's messages on trust: it ends in a panic or without stack where they have another
//! shape than RFC 4511 says, and it keeps whatever comes. So every message is read here first, with a reader that knows
//! no recursion and no unbounded length, and what is passed on is made of the parts that were looked at.

use std::fmt;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::asn1::{Class, Element, Tree, der};
use crate::discovery::ldap::result_code;
use crate::finding::{escape_controls, system_words};
use crate::limits::Limits;

/// An entry's value is the deepest: message, entry, attributes, attribute, values, value.
const DEPTH: usize = 6;
/// Values of one message, of whatever kind: certificates are few and large. Small ones would take the library a
/// hundred times the memory of their octets.
const NODES: usize = 10_000;
/// Messages are a SEQUENCE.
const SEQUENCE: u8 = 0x30;
const ENUMERATED: u32 = 10;

/// The operations in use, by the number of their protocolOp (RFC 4511 §4.2 to §4.12).
pub(super) mod operation {
    pub(in super::super) const BIND_RESPONSE: u32 = 1;
    pub(in super::super) const SEARCH_ENTRY: u32 = 4;
    pub(in super::super) const SEARCH_DONE: u32 = 5;
    pub(in super::super) const SEARCH_REFERENCE: u32 = 19;
    pub(in super::super) const EXTENDED_RESPONSE: u32 = 24;
}

/// Why nothing more is read from a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The server closed the connection between messages.
    Closed,
    /// The server closed the connection within a message.
    ClosedWithin,
    /// The server said that it closes the connection (RFC 4511 §4.4.1); its words.
    Disconnected(String),
    /// The system reported a failure.
    Failed(String),
    /// A message that is no LDAP, or not what was asked for.
    NotLdap(String),
    /// More than is read from one server.
    TooMuch { limit: usize },
    /// A message longer than is read.
    TooLong { octets: usize, limit: usize },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the server closed the connection before it had answered"),
            Self::ClosedWithin => f.write_str("the server closed the connection in the middle of a message"),
            Self::Disconnected(why) => write!(f, "the server ended the connection and said: {why}"),
            Self::Failed(why) => write!(f, "the connection failed: {why}"),
            Self::NotLdap(what) => write!(f, "what the server sent is not the LDAP that was asked for: {what}"),
            Self::TooMuch { limit } => {
                write!(f, "the server sent more than the {limit} octets that are read from one server")
            }
            Self::TooLong { octets, limit } => write!(
                f,
                "the server announced a message of {octets} octets, and more than {limit} are not read in one message"
            ),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::ClosedWithin,
            _ => Self::Failed(system_words(&error)),
        }
    }
}

fn not_ldap(what: impl Into<String>) -> Fault {
    Fault::NotLdap(what.into())
}

/// Reads one message. `budget` is what may still be read, and is reduced by what the message takes, before it is read.
pub(super) async fn read<R: AsyncRead + Unpin>(stream: &mut R, budget: &mut usize) -> Result<Vec<u8>, Fault> {
    let mut header = [0_u8; 2];
    if stream.read(header.get_mut(..1).unwrap_or_default()).await? == 0 {
        return Err(Fault::Closed);
    }
    stream.read_exact(header.get_mut(1..).unwrap_or_default()).await?;
    let [tag, first] = header;
    if tag != SEQUENCE {
        return Err(not_ldap(format!("a message begins with octet {tag:02x} and not with 30")));
    }
    let length = match first {
        0..=0x7f => usize::from(first),
        0x81..=0x84 => {
            let mut octets = [0_u8; 4];
            let significant = octets.get_mut(4 - usize::from(first & 0x7f)..).unwrap_or_default();
            stream.read_exact(significant).await?;
            usize::try_from(u32::from_be_bytes(octets)).unwrap_or(usize::MAX)
        }
        _ => return Err(not_ldap("the length of a message is in a form that LDAP forbids (RFC 4511 §5.1)")),
    };
    let limit = Limits::DEFAULT.ldap_message_octets;
    if length > limit {
        return Err(Fault::TooLong { octets: length, limit });
    }
    let mut message = Vec::new();
    der::push_header(&mut message, SEQUENCE, length);
    let whole = message.len().saturating_add(length);
    *budget = budget.checked_sub(whole).ok_or(Fault::TooMuch { limit: Limits::DEFAULT.ldap_octets })?;
    let announced = u64::try_from(length).unwrap_or(u64::MAX);
    // Room is made as octets come, not as they are announced.
    let came = stream.take(announced).read_to_end(&mut message).await?;
    if came < length { Err(Fault::ClosedWithin) } else { Ok(message) }
}

/// The identifier of a message and the number of its operation.
pub(super) fn head(message: &[u8]) -> Option<(i64, u32)> {
    let tree = Tree::parse(message, &Limits { asn1_depth: 1, ..Limits::DEFAULT });
    let root = tree.root()?;
    let operation = root.child(1).filter(|operation| operation.class() == Class::Application)?;
    Some((root.child(0)?.small_integer()?, operation.tag()))
}

/// A response whose shape has been looked at.
#[derive(Debug)]
pub(super) struct Response {
    /// The request that it answers.
    pub(super) id: i64,
    /// The number of its protocolOp.
    pub(super) operation: u32,
    /// The message again, without controls: none is asked for.
    pub(super) octets: Vec<u8>,
    /// The result, where the operation ends with one.
    pub(super) result: Option<ResultCode>,
}

/// What the server says of an operation (RFC 4511 §4.1.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResultCode {
    pub(super) code: u32,
    pub(super) text: String,
}

impl ResultCode {
    /// The code by its name, with what the server says about it.
    pub(super) fn in_words(&self) -> String {
        super::connection::with_words(result_code(self.code), &self.text)
    }
}

impl Response {
    /// Looks at a message.
    pub(super) fn of(message: &[u8]) -> Result<Self, Fault> {
        let limits = Limits { asn1_depth: DEPTH + 1, asn1_nodes: NODES, ..Limits::DEFAULT };
        let tree = Tree::parse(message, &limits);
        if let Some(error) = tree.error {
            return Err(not_ldap(error.to_string()));
        }
        if tree.nodes.iter().any(|node| node.indefinite || node.tag > 30 || node.depth() > DEPTH) {
            return Err(not_ldap(
                "a message is encoded in a way that LDAP forbids, or nested too deep (RFC 4511 §5.1)",
            ));
        }
        let root = tree.root().ok_or_else(|| not_ldap("a message is empty"))?;
        let (Some(id), Some(operation)) = (root.child(0), root.child(1)) else {
            return Err(not_ldap("a message has no identifier or no operation"));
        };
        let number = id.small_integer().filter(|number| (0..=i64::from(i32::MAX)).contains(number));
        let number = number.ok_or_else(|| not_ldap("a message has no identifier"))?;
        if operation.class() != Class::Application || !operation.node().constructed {
            return Err(not_ldap("a message holds no operation"));
        }
        let result = check(&operation)?;
        let octets = der::sequence(&[id.whole(), operation.whole()]);
        Ok(Self { id: number, operation: operation.tag(), octets, result })
    }
}

fn check(operation: &Element<'_, '_>) -> Result<Option<ResultCode>, Fault> {
    match operation.tag() {
        operation::SEARCH_ENTRY => check_entry(operation).map(|()| None),
        operation::SEARCH_REFERENCE => {
            let texts = operation.children().all(|uri| text(&uri).is_some());
            if texts { Ok(None) } else { Err(not_ldap("a reference to another server is no text")) }
        }
        operation::BIND_RESPONSE | operation::SEARCH_DONE | operation::EXTENDED_RESPONSE => {
            check_result(operation).map(Some)
        }
        other => Err(not_ldap(format!("operation {other} was not asked for"))),
    }
}

// SearchResultEntry of RFC 4511 §4.5.2: a name, and attributes each with a description and a set of values.
fn check_entry(entry: &Element<'_, '_>) -> Result<(), Fault> {
    let well = |attribute: Element<'_, '_>| {
        let mut parts = attribute.children();
        let (description, values, more) = (parts.next(), parts.next(), parts.next());
        let primitive = |value: Element<'_, '_>| !value.node().constructed;
        description.is_some_and(|description| text(&description).is_some())
            && values.is_some_and(|values| values.node().constructed && values.children().all(primitive))
            && more.is_none()
            && attribute.node().constructed
    };
    let mut parts = entry.children();
    let name = parts.next().is_some_and(|name| text(&name).is_some());
    let attributes = parts.next().is_some_and(|list| list.node().constructed && list.children().all(well));
    if name && attributes && parts.next().is_none() { Ok(()) } else { Err(not_ldap("an entry is malformed")) }
}

// LDAPResult of RFC 4511 §4.1.9 with what a bind or an extended response adds.
fn check_result(operation: &Element<'_, '_>) -> Result<ResultCode, Fault> {
    let malformed = || not_ldap("a result is malformed");
    let mut parts = operation.children();
    let code = parts.next().filter(|code| code.is(ENUMERATED) && !code.node().constructed).ok_or_else(malformed)?;
    if code.content().is_empty() || code.content().len() > 4 {
        return Err(malformed());
    }
    let code = code.content().iter().fold(0_u32, |number, octet| (number << 8) | u32::from(*octet));
    let matched = parts.next().and_then(|name| text(&name));
    let words = parts.next().and_then(|words| text(&words));
    let (Some(_), Some(words)) = (matched, words) else { return Err(malformed()) };
    for more in parts {
        let well = match more.tag() {
            3 => more.node().constructed && more.children().all(|uri| text(&uri).is_some()),
            10 => text(&more).is_some(),
            _ => !more.node().constructed,
        };
        if !well {
            return Err(malformed());
        }
    }
    Ok(ResultCode { code, text: words })
}

fn text(element: &Element<'_, '_>) -> Option<String> {
    let octets = (!element.node().constructed).then(|| element.content())?;
    std::str::from_utf8(octets).ok().map(escape_controls)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(parts: &[&[u8]]) -> Vec<u8> {
        der::sequence(parts)
    }

    fn read_all(octets: &[u8], mut budget: usize) -> Result<Vec<u8>, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut stream = octets;
        runtime.block_on(read(&mut stream, &mut budget))
    }

    fn done(code: u8) -> Vec<u8> {
        let operation = der::value(0x65, &[&[10, 1, code][..], &[4, 0], &[4, 0]].concat());
        message(&[&[2, 1, 7], &operation])
    }

    #[test]
    fn a_message_is_read_whole_and_the_rest_left() {
        let two = [done(0), done(32)].concat();
        assert_eq!(read_all(&two, 1_000), Ok(done(0)));
    }

    #[test]
    fn lengths_are_judged_before_anything_is_read() {
        let limit = Limits::DEFAULT.ldap_message_octets;
        let gigabyte = [0x30, 0x84, 0x40, 0, 0, 0];
        assert_eq!(read_all(&gigabyte, usize::MAX), Err(Fault::TooLong { octets: 1 << 30, limit }));
        assert_eq!(read_all(&done(0), 3), Err(Fault::TooMuch { limit: Limits::DEFAULT.ldap_octets }));
        assert_eq!(read_all(&done(0)[..5], 1_000), Err(Fault::ClosedWithin));
        assert_eq!(read_all(b"", 1_000), Err(Fault::Closed));
        for bad in [b"HTTP/1.1 400".as_slice(), &[0x30, 0x80, 0, 0], &[0x30, 0x85, 0, 0, 0, 0, 1, 0]] {
            assert!(matches!(read_all(bad, 1_000), Err(Fault::NotLdap(_))), "{bad:?}");
        }
    }

    #[test]
    fn a_result_is_read_and_its_controls_are_left_out() {
        let mut parts = done(32);
        parts.extend_from_slice(&[0xa0, 2, 0x30, 0]);
        let with_controls = der::value(0x30, &parts[2..]);
        let response = Response::of(&with_controls).unwrap();
        assert_eq!((response.id, response.operation), (7, operation::SEARCH_DONE));
        assert_eq!(response.result, Some(ResultCode { code: 32, text: String::new() }));
        assert_eq!(response.octets, done(32));
    }

    #[test]
    fn messages_of_another_shape_are_refused() {
        let nested = (0..2_000).fold(vec![4, 0], |inner, _| der::value(0x24, &inner));
        let entry = |content: &[u8]| message(&[&[2, 1, 1], &der::value(0x64, content)]);
        for bad in [
            message(&[]),
            message(&[&[2, 1, 1]]),
            message(&[&[4, 1, 1], &[0x65, 0]]),
            message(&[&[2, 1, 0xff], &[0x65, 0]]),
            message(&[&[2, 1, 1], &[0x65, 0]]),
            message(&[&[2, 1, 1], &[0x45, 0]]),
            message(&[&[2, 1, 1], &[0x79, 0]]),
            message(&[&[2, 1, 1], &[0x30, 0]]),
            message(&[&[2, 1, 1], &der::value(0x65, &[10, 1, 0, 0x24, 0, 4, 0])]),
            message(&[&[2, 1, 1], &der::value(0x65, &[10, 1, 0, 4, 1, 0xff, 4, 0])]),
            message(&[&[2, 1, 1], &der::value(0x65, &[10, 1, 0, 4, 0, 4, 0, 0x83, 0])]),
            entry(&nested),
            entry(&[&[4, 1, b'x'][..], &der::value(0x30, &[4, 0].repeat(NODES))].concat()),
            entry(&[4, 1, b'x']),
            entry(&[4, 1, b'x', 0x30, 2, 0x30, 0]),
            entry(&[4, 1, b'x', 0x30, 6, 0x30, 4, 4, 1, b'a', 4]),
            entry(&[4, 1, b'x', 0x30, 9, 0x30, 7, 4, 1, b'a', 0x31, 2, 0x24, 0]),
        ] {
            assert!(matches!(Response::of(&bad), Err(Fault::NotLdap(_))), "{:02x?}", &bad[..bad.len().min(30)]);
        }
        let good = entry(&[4, 1, b'x', 0x30, 10, 0x30, 8, 4, 1, b'a', 0x31, 3, 4, 1, 0xff]);
        assert!(Response::of(&good).is_ok());
    }
}
