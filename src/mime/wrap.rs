//! A message as one entity: the `message/rfc822` wrapper that keeps the header under the signature (RFC 8551 §3.1).
//!
//! Wrapping puts a header in front and leaves the original alone, octet for octet: its line ends, its length of lines
//! and a missing line end at its end all survive, since inside `multipart/signed` the line end before a delimiter is
//! the delimiter's. Unwrapping is a slice.

use super::canonical::is_binary;
use super::entity::Entity;
use super::transfer::TransferEncoding;
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::span::{Buffer, BufferName, Span};

const WRAPPER_ENCODING: Rule = Rule::new("mime.wrapper-encoding", "RFC 2046 §5.2.1");
const WRAPPER_ONCE: Rule = Rule::new("mime.wrapper-content-type", "RFC 2045 §5.1");

/// Why a wrapper could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// The wrapper can be read as another type.
    #[error("the wrapper's Content-Type can be read in more than one way: give it once")]
    Ambiguous,
    /// A transfer encoding that cannot be undone.
    #[error("the wrapper is encoded as {0}, which is not known: only 7bit, 8bit and binary are allowed")]
    Encoding(TransferEncoding),
    /// The message inside is larger than its cap.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

/// The message that was inside.
#[derive(Clone, Debug)]
pub struct Unwrapped {
    /// Its octets, as the sender had them.
    pub message: Buffer,
    /// Where they were in the wrapper; the encoded text where the wrapper was encoded.
    pub source: Span,
}

/// Whether the entity holds a whole message: `message/rfc822`, or `message/global` (RFC 6532 §3.7).
#[must_use]
pub fn is_wrapped(entity: &Entity) -> bool {
    entity.content_type.stated && entity.content_type.is_message()
}

/// Wraps a message. `outer_fields` are whole header lines for the wrapper, or nothing.
///
/// The transfer encoding is stated where RFC 2045 §6.2 asks for it: 8bit for octets above 127, binary for NUL.
#[must_use]
pub fn wrap(original: &[u8], outer_fields: &[u8]) -> Vec<u8> {
    let mut wrapped = Vec::with_capacity(original.len().saturating_add(outer_fields.len()).saturating_add(128));
    wrapped.extend_from_slice(b"Content-Type: message/rfc822\r\n");
    if is_binary(original) {
        wrapped.extend_from_slice(b"Content-Transfer-Encoding: binary\r\n");
    } else if !original.is_ascii() {
        wrapped.extend_from_slice(b"Content-Transfer-Encoding: 8bit\r\n");
    }
    let fields = outer_fields.trim_ascii_end();
    if !fields.is_empty() {
        wrapped.extend_from_slice(fields);
        wrapped.extend_from_slice(b"\r\n");
    }
    wrapped.extend_from_slice(b"\r\n");
    wrapped.extend_from_slice(original);
    wrapped
}

/// Takes a wrapped message out; `None` where the entity is no wrapper.
///
/// A wrapper that is quoted-printable or base64, which RFC 2046 forbids and programs make, is opened with a finding.
///
/// # Errors
/// [`UnwrapError`] when it is a wrapper that cannot be opened.
pub fn unwrap(entity: &Entity, limits: &Limits, ledger: &mut Ledger) -> Result<Option<Unwrapped>, UnwrapError> {
    if !is_wrapped(entity) {
        return Ok(None);
    }
    if entity.content_type.ambiguous {
        ledger.fail(WRAPPER_ONCE, "The wrapper's Content-Type can be read in more than one way");
        return Err(UnwrapError::Ambiguous);
    }
    let source = entity.body_span();
    let octets = match &entity.transfer_encoding {
        TransferEncoding::Other(_) => return Err(UnwrapError::Encoding(entity.transfer_encoding.clone())),
        TransferEncoding::QuotedPrintable | TransferEncoding::Base64 => decode_wrapper(entity, source, ledger),
        TransferEncoding::SevenBit | TransferEncoding::EightBit | TransferEncoding::Binary => {
            ledger.pass(WRAPPER_ENCODING, "The wrapped message is not encoded");
            entity.body_octets().to_vec()
        }
    };
    Limits::check("message size in octets", octets.len(), limits.message_octets)?;
    Ok(Some(Unwrapped { message: Buffer::new(BufferName::Unwrapped, octets), source }))
}

fn decode_wrapper(entity: &Entity, source: Span, ledger: &mut Ledger) -> Vec<u8> {
    let encoding = &entity.transfer_encoding;
    let finding = Finding::new(WRAPPER_ENCODING, Severity::Warning, format!("The wrapped message is {encoding}"));
    ledger.note(finding.at(source).values(encoding.to_string(), "7bit, 8bit or binary"));
    let decoded = entity.decoded_body();
    for note in &decoded.notes {
        ledger.note(Finding::new(WRAPPER_ENCODING, Severity::Warning, note.to_string()).at(source));
    }
    decoded.octets
}
