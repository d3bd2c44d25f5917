//! The message as it goes over the wire: CRLF throughout, transparency added (RFC 5321 §2.3.8, §4.5.2).

use memchr::{memchr, memchr2_iter};

use crate::finding::{Finding, Ledger, Rule};
use crate::limits::Limits;
use crate::mail::Envelope;
use crate::mime::canonical;

const LINE_ENDS: Rule = Rule::new("submission.line-ends", "RFC 5321 §2.3.8");
const LAST_LINE: Rule = Rule::new("submission.last-line-end", "RFC 5321 §4.1.1.4");
const LINE_LENGTH: Rule = Rule::new("submission.line-length", "RFC 5321 §4.5.3.1.6");
const NUL: Rule = Rule::new("submission.nul", "RFC 2045 §2.8");
const SIZE: Rule = Rule::new("submission.size", "RFC 5321 §4.5.3.1.7");

/// Octets of a line with its CRLF that every server takes.
const TEXT_LINE_OCTETS: usize = 1_000;

/// What is sent after DATA, and what is to be said of it.
pub(super) struct Prepared {
    /// The octets after 354, the line with the single dot included.
    pub(super) wire: Vec<u8>,
    /// Octets of the message without transparency, for SIZE.
    pub(super) octets: usize,
    pub(super) is_ascii: bool,
    pub(super) findings: Vec<Finding>,
}

/// Why a message cannot travel over SMTP: what is said of it, and the cause as a sentence.
pub(super) struct Unfit {
    pub(super) findings: Vec<Finding>,
    pub(super) cause: String,
}

/// Makes a message ready; nothing is changed without a finding.
pub(super) fn prepare(envelope: &Envelope) -> Result<Prepared, Unfit> {
    let message = envelope.message.octets();
    let mut ledger = Ledger::new();
    let canonical = canonical::local_to_crlf(message);
    if canonical.is_some() {
        ledger.info(LINE_ENDS, "The message has bare LF throughout; its lines are sent with CRLF, as SMTP has them");
    }
    let message = canonical.as_deref().unwrap_or(message);
    if let Err(cause) = fits(message, &mut ledger) {
        return Err(Unfit { findings: ledger.into_findings(), cause });
    }
    if canonical.is_none() {
        ledger.pass(LINE_ENDS, "All lines end in CRLF");
    }
    let whole = message.is_empty() || message.ends_with(b"\r\n");
    if !whole {
        ledger.warn(LAST_LINE, "The message does not end in a line end, and cannot travel so: CRLF is added");
    }
    let longest = longest_line(message);
    if longest > TEXT_LINE_OCTETS {
        let detail = format!("A line has {longest} octets; a server may refuse or break what exceeds 998 and CRLF");
        ledger.warn(LINE_LENGTH, detail);
    }
    let octets = if whole { message.len() } else { message.len().saturating_add(2) };
    let is_ascii = message.is_ascii();
    Ok(Prepared { wire: on_the_wire(message, whole), octets, is_ascii, findings: ledger.into_findings() })
}

fn fits(message: &[u8], ledger: &mut Ledger) -> Result<(), String> {
    if let Err(exceeded) = Limits::check("message size in octets", message.len(), Limits::DEFAULT.message_octets) {
        ledger.fail(SIZE, exceeded.to_string());
        return Err(format!("The message is too large: {exceeded}"));
    }
    if let Some(at) = bare_line_end(message) {
        let detail = format!("Octet {at} of the message is a CR or LF of its own, which SMTP does not carry");
        ledger.fail(LINE_ENDS, detail);
        return Err(format!(
            "The message cannot travel over SMTP: octet {at} is a CR or LF of its own; give its lines CRLF, or encode \
             that part in Base64"
        ));
    }
    if let Some(at) = memchr(0, message) {
        ledger.fail(NUL, format!("Octet {at} of the message is a NUL, which SMTP does not carry"));
        return Err(format!("The message cannot travel over SMTP: octet {at} is a NUL; encode that part in Base64"));
    }
    Ok(())
}

// Where the first CR without LF, or LF without CR, stands.
fn bare_line_end(message: &[u8]) -> Option<usize> {
    memchr2_iter(b'\r', b'\n', message).find(|&at| match message.get(at) {
        Some(b'\r') => message.get(at.saturating_add(1)) != Some(&b'\n'),
        _ => at.checked_sub(1).and_then(|before| message.get(before)) != Some(&b'\r'),
    })
}

fn longest_line(message: &[u8]) -> usize {
    message.split_inclusive(|octet| *octet == b'\n').map(<[u8]>::len).max().unwrap_or_default()
}

fn on_the_wire(message: &[u8], whole: bool) -> Vec<u8> {
    let mut wire = Vec::with_capacity(message.len().saturating_add(64));
    for line in message.split_inclusive(|octet| *octet == b'\n') {
        if line.starts_with(b".") {
            wire.push(b'.');
        }
        wire.extend_from_slice(line);
    }
    if !whole {
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{EnvelopeOrigin, ReversePath};
    use crate::span::{Buffer, BufferName};

    fn prepared(message: &[u8]) -> Result<Prepared, Unfit> {
        prepare(&Envelope {
            reverse_path: ReversePath::Null,
            forward_paths: Vec::new(),
            message: Buffer::new(BufferName::Received, message),
            origin: EnvelopeOrigin::Explicit,
        })
    }

    #[test]
    fn what_goes_over_the_wire_is_the_message_and_its_end() {
        for (message, wire) in [
            (b"".as_slice(), b".\r\n".as_slice()),
            (b"a\r\n", b"a\r\n.\r\n"),
            (b".\r\n..a\r\nb.\r\n\r\n", b"..\r\n...a\r\nb.\r\n\r\n.\r\n"),
            (b"a", b"a\r\n.\r\n"),
            (b"\xff\n.b\n", b"\xff\r\n..b\r\n.\r\n"),
        ] {
            assert_eq!(prepared(message).ok().unwrap().wire, wire, "{message:?}");
        }
    }

    #[test]
    fn a_message_that_cannot_travel_is_not_sent_and_the_place_is_told() {
        for (message, at) in [
            (b"a\r\nb\nc\r\n".as_slice(), "octet 4 "),
            (b"a\rb\r\n", "octet 1 "),
            (b"a\r\n\0\r\n", "octet 3 "),
            (b"a\r\n\r", "octet 3 "),
            (b"a\0\n", "octet 2 "),
        ] {
            let cause = prepared(message).err().unwrap().cause;
            assert!(cause.contains(at), "{message:?}: {cause}");
        }
    }

    #[test]
    fn what_is_added_or_may_be_refused_is_told() {
        let told = |message: &[u8]| -> Vec<&'static str> {
            prepared(message).ok().unwrap().findings.iter().map(|finding| finding.rule.id).collect()
        };
        assert_eq!(told(b"a"), ["submission.line-ends", "submission.last-line-end"]);
        let long = |octets: usize| [vec![b'x'; octets - 2], b"\r\n".to_vec()].concat();
        assert_eq!(told(&long(1_000)), ["submission.line-ends"]);
        assert_eq!(told(&long(1_001)), ["submission.line-ends", "submission.line-length"]);
    }
}
