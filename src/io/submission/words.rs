//! Commands and replies, in the words of `lettre`.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr as _;

use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;

use crate::mail::{Address, escape_controls};
use crate::workspace::submission::SubmissionReply;

/// What a server says it can do; keywords in any case (RFC 5321 §2.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub(super) eight_bit: bool,
    pub(super) size: bool,
    pub(super) starttls: bool,
    pub(super) utf8: bool,
    /// Mechanisms of AUTH.
    pub(super) mechanisms: Vec<String>,
}

impl Extensions {
    /// Reads the lines after the first of a reply to EHLO. Lettre's own reader panics on a blank line.
    pub(super) fn of(reply: &Response) -> Self {
        let mut extensions = Self::default();
        for line in reply.message().skip(1) {
            let mut words = line.split_ascii_whitespace().map(str::to_ascii_uppercase);
            match words.next().as_deref() {
                Some("8BITMIME") => extensions.eight_bit = true,
                Some("SIZE") => extensions.size = true,
                Some("SMTPUTF8") => extensions.utf8 = true,
                Some("STARTTLS") => extensions.starttls = true,
                Some("AUTH") => extensions.mechanisms.extend(words),
                _ => {}
            }
        }
        extensions
    }

    /// The parameters of MAIL FROM for a message.
    pub(super) fn parameters(&self, octets: usize, is_ascii: bool, utf8: bool) -> Vec<MailParameter> {
        let mut parameters = Vec::new();
        if self.size {
            parameters.push(MailParameter::Size(octets));
        }
        if !is_ascii {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        if utf8 {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        parameters
    }
}

/// How this side names itself: it knows no name of its own that others could look up, so by address (RFC 5321 §4.1.4).
pub(super) const fn client_id(local: SocketAddr) -> ClientId {
    match local.ip() {
        IpAddr::V4(address) => ClientId::Ipv4(address),
        IpAddr::V6(address) => ClientId::Ipv6(address),
    }
}

/// An address as lettre takes it. Ours has been parsed by the stricter rules.
pub(super) fn path(address: &Address) -> lettre::Address {
    lettre::Address::new_dangerous(address.local_part(), address.domain().as_str())
}

/// Reads a reply; `None` where it is none. A code without text, and a line that ends in a bare LF, are taken: nothing is
/// executed that a reply says.
pub(super) fn reply(octets: &[u8]) -> Option<Response> {
    let text = String::from_utf8_lossy(octets);
    let mut lines = String::with_capacity(text.len());
    for line in text.lines() {
        lines.push_str(line);
        if line.len() == 3 {
            lines.push(' ');
        }
        lines.push_str("\r\n");
    }
    Response::from_str(&lines).ok()
}

/// A reply as it is reported.
pub(super) fn reported(reply: &Response) -> SubmissionReply {
    let lines: Vec<String> = reply.message().map(|line| escape_controls(line.trim())).collect();
    SubmissionReply { code: reply.code().into(), text: lines.join(" ").trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported_of(octets: &[u8]) -> Option<String> {
        reply(octets).map(|reply| reported(&reply).to_string())
    }

    #[test]
    fn a_reply_is_read_with_one_line_or_several_and_with_or_without_text() {
        for (octets, text) in [
            (b"250 ok\r\n".as_slice(), Some("250 ok")),
            (b"250\r\n", Some("250 ")),
            (b"550-5.1.1 no\r\n550 5.1.1 such user\r\n", Some("550 5.1.1 no 5.1.1 such user")),
            (b"250 ok\n", Some("250 ok")),
            (b"250 \x1b[2J\xff\r\n", Some("250 \\u{1b}[2J\u{fffd}")),
            (b"250-a\r\n251 b\r\n", None),
            (b"650 a\r\n", None),
            (b"hello\r\n", None),
            (b"\r\n", None),
        ] {
            assert_eq!(reported_of(octets).as_deref(), text, "{octets:?}");
        }
    }

    #[test]
    fn extensions_are_known_in_any_case_and_a_blank_line_is_none() {
        let extensions = Extensions::of(
            &reply(b"250-mx.example STARTTLS\r\n250-   \r\n250-size 1\r\n250 auth plain LOGIN\r\n").unwrap(),
        );
        let expected =
            Extensions { size: true, mechanisms: vec!["PLAIN".into(), "LOGIN".into()], ..Default::default() };
        assert_eq!(extensions, expected);
    }
}
