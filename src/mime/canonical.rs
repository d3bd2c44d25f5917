//! Line ends as RFC 8551 §3.1.1 asks for them: CRLF.
//!
//! A file with bare LF throughout is the local form of a CRLF message. Mixed and binary content is left alone: nobody
//! can say what it was.

use memchr::memchr_iter;

pub use crate::mail::lines::{LineEnds, TextForm};

/// Makes every bare LF a CRLF; bare CR and CRLF stay.
#[must_use]
pub fn to_crlf(octets: &[u8]) -> Vec<u8> {
    // As much room as is needed, since the octets may be many.
    let bare = |feed: &usize| feed.checked_sub(1).and_then(|before| octets.get(before)) != Some(&b'\r');
    let count = memchr_iter(b'\n', octets).filter(bare).count();
    let mut canonical = Vec::with_capacity(octets.len().saturating_add(count));
    let mut copied = 0;
    for feed in memchr_iter(b'\n', octets).filter(bare) {
        canonical.extend_from_slice(octets.get(copied..feed).unwrap_or_default());
        canonical.push(b'\r');
        copied = feed;
    }
    canonical.extend_from_slice(octets.get(copied..).unwrap_or_default());
    canonical
}

/// The canonical form of a file in local form; `None` where the octets are to be left alone.
#[must_use]
pub fn local_to_crlf(octets: &[u8]) -> Option<Vec<u8>> {
    is_local(TextForm::of(octets)).then(|| to_crlf(octets))
}

/// Whether octets of that form are those of a file in local form.
#[must_use]
pub fn is_local(form: TextForm) -> bool {
    form.line_ends == LineEnds::Lf && !form.has_nul
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_local_form_is_made_canonical() {
        for (octets, expected) in [
            (b"a\nb\n".as_slice(), Some(b"a\r\nb\r\n".as_slice())),
            (b"a\n\n\nb", Some(b"a\r\n\r\n\r\nb")),
            ("é\n".as_bytes(), Some("é\r\n".as_bytes())),
            (b"a\r\nb\r\n", None),
            (b"a\r\nb\n", None),
            (b"a\rb\n", None),
            (b"a\nb\0", None),
            (b"a", None),
            (b"", None),
        ] {
            assert_eq!(local_to_crlf(octets).as_deref(), expected, "{octets:?}");
        }
    }

    #[test]
    fn to_crlf_touches_bare_lf_only() {
        assert_eq!(to_crlf(b"\na\r\nb\nc\rd\r\r\n\n"), b"\r\na\r\nb\r\nc\rd\r\r\n\r\n");
    }
}
