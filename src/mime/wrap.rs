//! A message as one entity: the `message/rfc822` wrapper that keeps the header under the signature (RFC 8551 §3.1).
//!
//! Wrapping puts a header in front and leaves the original alone, octet for octet: its line ends, its length of lines
//! and a missing line end at its end all survive, since inside `multipart/signed` the line end before a delimiter is
//! the delimiter's. Unwrapping is a slice.

use super::canonical::TextForm;
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
    push_wrapped(&mut wrapped, original, TextForm::of(original), outer_fields);
    wrapped
}

/// Appends the same for a message of which `form` is known to tell.
pub fn push_wrapped(wrapped: &mut Vec<u8>, original: &[u8], form: TextForm, outer_fields: &[u8]) {
    wrapped.extend_from_slice(b"Content-Type: message/rfc822\r\n");
    if form.has_nul {
        wrapped.extend_from_slice(b"Content-Transfer-Encoding: binary\r\n");
    } else if !form.is_ascii {
        wrapped.extend_from_slice(b"Content-Transfer-Encoding: 8bit\r\n");
    }
    let fields = outer_fields.trim_ascii_end();
    if !fields.is_empty() {
        wrapped.extend_from_slice(fields);
        wrapped.extend_from_slice(b"\r\n");
    }
    wrapped.extend_from_slice(b"\r\n");
    wrapped.extend_from_slice(original);
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
    let message = match &entity.transfer_encoding {
        TransferEncoding::Other(_) => return Err(UnwrapError::Encoding(entity.transfer_encoding.clone())),
        TransferEncoding::QuotedPrintable | TransferEncoding::Base64 => {
            Buffer::new(BufferName::Unwrapped, decode_wrapper(entity, source, ledger))
        }
        TransferEncoding::SevenBit | TransferEncoding::EightBit | TransferEncoding::Binary => {
            ledger.pass(WRAPPER_ENCODING, "The wrapped message is not encoded");
            entity.buffer.part(BufferName::Unwrapped, entity.body.clone())
        }
    };
    Limits::check("message size in octets", message.octets().len(), limits.message_octets)?;
    Ok(Some(Unwrapped { message, source }))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample;

    use super::super::multipart::unused_boundary;
    use super::super::signed::SignedEntity;
    use super::super::transfer::encode_base64_lines;
    use super::*;

    fn entity(octets: &[u8]) -> Entity {
        let buffer = Buffer::new(BufferName::Decrypted, octets);
        Entity::parse_whole(&buffer, &Limits::DEFAULT, &mut Ledger::new()).unwrap()
    }

    fn originals() -> Vec<(&'static str, Vec<u8>)> {
        let message = |body: &[u8]| [b"From: a@b\r\nSubject: x\r\n\r\n".as_slice(), body].concat();
        vec![
            ("crlf", message(b"text\r\n")),
            ("mixed line ends", b"From: a@b\nSubject: x\r\n\r\na\nb\rc\r\n\n".to_vec()),
            ("bare lf", b"From: a@b\n\ntext\n".to_vec()),
            ("no final line end", message(b"text")),
            ("ends in a bare cr", message(b"text\r")),
            ("many final line ends", message(b"text\r\n\r\n\r\n")),
            ("header only", b"From: a@b\r\n".to_vec()),
            ("empty", Vec::new()),
            ("eight bit", message("é\r\n".as_bytes())),
            ("binary", message(b"a\0\xff\r\r\n\n\0")),
            ("long lines", message(&b"x".repeat(5_000))),
            (
                "preamble and epilogue",
                b"Content-Type: multipart/mixed; boundary=i\r\n\r\npre\r\n--i\r\n\r\n1\r\n--i--\r\nepi".to_vec(),
            ),
            ("odd folding", b"Subject:\r\n \r\n\t x\r\n  y \t\r\nTo:a@b\r\n\r\n".to_vec()),
            ("base64", message(&encode_base64_lines(&vec![0xa5; 300 << 10]))),
            ("delimiters", message(b"--b\r\n--b--\r\n--sealscope_0000_00000000\r\n")),
        ]
    }

    /// Wraps, puts into `multipart/signed`, and takes out again.
    fn there_and_back(original: &[u8]) -> (Vec<u8>, Entity, Buffer) {
        let wrapped = wrap(original, b"");
        let boundary = unused_boundary(&wrapped, &[0; 2]);
        let content_type = format!("Content-Type: multipart/signed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n");
        let signature = "Content-Type: application/pkcs7-signature\r\n\r\nMA==";
        let after = format!("\r\n--{boundary}\r\n{signature}\r\n--{boundary}--\r\n");
        let signed = [content_type.as_bytes(), &wrapped, after.as_bytes()].concat();
        let mut ledger = Ledger::new();
        let opened = SignedEntity::open(entity(&signed), &Limits::DEFAULT, &mut ledger).unwrap();
        let unwrapped = unwrap(opened.content(), &Limits::DEFAULT, &mut ledger).unwrap().unwrap();
        (wrapped, opened.content().clone(), unwrapped.message)
    }

    #[test]
    fn a_wrapped_and_signed_message_comes_back_octet_for_octet() {
        for (name, original) in originals() {
            let (wrapped, content, message) = there_and_back(&original);
            assert_eq!(content.octets(), wrapped, "{name}");
            assert_eq!(message.octets(), original, "{name}");
            assert_eq!(message.name(), BufferName::Unwrapped);
        }
    }

    proptest! {
        #[test]
        fn any_octets_come_back(original in proptest::collection::vec(
            prop_oneof![sample::select(b"\r\n-:a".to_vec()), any::<u8>()], 0..200)) {
            let (_, _, message) = there_and_back(&original);
            prop_assert_eq!(message.octets(), original);
        }
    }

    #[test]
    fn the_wrapper_is_one_field_and_states_an_encoding_only_where_it_must() {
        assert_eq!(wrap(b"A: b\r\n\r\n", b""), b"Content-Type: message/rfc822\r\n\r\nA: b\r\n\r\n");
        assert!(
            wrap(b"\xff", b"").starts_with(b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
        );
        assert!(
            wrap(b"\0", b"").starts_with(b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\n")
        );
        assert_eq!(wrap(b"x", b"To: a@b\r\n"), b"Content-Type: message/rfc822\r\nTo: a@b\r\n\r\nx");
        assert!(is_wrapped(&entity(&wrap(b"x", b""))));
    }

    #[test]
    fn what_is_no_wrapper_is_not_unwrapped() {
        let mut ledger = Ledger::new();
        assert!(unwrap(&entity(b"Subject: x\r\n\r\n"), &Limits::DEFAULT, &mut ledger).unwrap().is_none());
        assert!(ledger.findings().is_empty());
    }

    #[test]
    fn an_encoded_wrapper_is_opened_with_a_finding() {
        for (encoding, body) in [("quoted-printable", "Subject: x=3D\r\n\r\n"), ("base64", "U3ViamVjdDogeD0NCg0K\r\n")]
        {
            let octets = format!("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}");
            let mut ledger = Ledger::new();
            let unwrapped = unwrap(&entity(octets.as_bytes()), &Limits::DEFAULT, &mut ledger).unwrap().unwrap();
            assert_eq!(unwrapped.message.octets(), b"Subject: x=\r\n\r\n", "{encoding}");
            assert_eq!(ledger.worst(), Severity::Warning);
        }
        let octets = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: x-y\r\n\r\n";
        assert!(matches!(unwrap(&entity(octets), &Limits::DEFAULT, &mut Ledger::new()), Err(UnwrapError::Encoding(_))));
    }

    #[test]
    fn a_wrapper_with_two_content_types_is_refused() {
        let octets = b"Content-Type: message/rfc822\r\nContent-Type: text/plain\r\n\r\nx";
        assert!(matches!(unwrap(&entity(octets), &Limits::DEFAULT, &mut Ledger::new()), Err(UnwrapError::Ambiguous)));
    }
}
