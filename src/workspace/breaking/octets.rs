//! Octets put in the place of others, with everything around them left as it was.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{BreakError, Change};
use crate::mime::Entity;
use crate::mime::transfer::{TransferEncoding, encode_base64_lines};

/// Another value for the octet at `at`: the lowest bit is turned, so that text stays text.
pub(super) fn flip(octets: &mut [u8], at: usize) -> Result<Change, BreakError> {
    let octet = octets.get_mut(at).ok_or(BreakError::Nothing)?;
    let was = *octet;
    *octet ^= 1;
    Ok(Change::Octet { at, was, is: *octet })
}

/// `whole` with `inside` in the place of `range`.
pub(super) fn splice(whole: &[u8], range: Range<usize>, inside: &[u8]) -> Vec<u8> {
    let before = whole.get(..range.start).unwrap_or_default();
    let after = whole.get(range.end..).unwrap_or_default();
    [before, inside, after].concat()
}

/// The octets of the buffer that holds `entity`, with `decoded` for its body.
pub(super) fn with_body(entity: &Entity, decoded: &[u8]) -> Result<Vec<u8>, BreakError> {
    let body = entity.body_octets();
    let encoded = match &entity.transfer_encoding {
        TransferEncoding::Base64 => overlaid(body, decoded).unwrap_or_else(|| new_lines(body, decoded)),
        identity if identity.is_identity() => decoded.to_vec(),
        other => return Err(BreakError::TransferEncoding(other.to_string())),
    };
    Ok(splice(entity.buffer.octets(), entity.body.clone(), &encoded))
}

/// The base64 of `decoded` in the lines that `body` has; `None` where it takes more or fewer characters.
fn overlaid(body: &[u8], decoded: &[u8]) -> Option<Vec<u8>> {
    let written = STANDARD.encode(decoded);
    let is_base64 = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=');
    if body.iter().filter(|octet| is_base64(octet)).count() != written.len() {
        return None;
    }
    let mut next = written.bytes();
    let place = |octet: &u8| if is_base64(octet) { next.next().unwrap_or(*octet) } else { *octet };
    Some(body.iter().map(place).collect())
}

// In a multipart the last line end is the delimiter's.
fn new_lines(body: &[u8], decoded: &[u8]) -> Vec<u8> {
    let mut lines = encode_base64_lines(decoded);
    if !body.ends_with(b"\n") {
        lines.truncate(lines.trim_ascii_end().len());
    }
    lines
}

/// An octet of the text that a person would look at: a letter or digit in the middle of the innermost body.
pub(super) fn octet_of_text(content: &[u8]) -> Option<usize> {
    let start = body_start(content);
    let middle = start.saturating_add(content.len().saturating_sub(start) / 2);
    let is_text = |at: &usize| content.get(*at).is_some_and(u8::is_ascii_alphanumeric);
    let onwards = (middle..content.len()).find(is_text);
    onwards.or_else(|| (0..middle).rev().find(is_text)).or_else(|| content.len().checked_sub(1))
}

// Behind the header of the wrapper, if there is one, and the header of the message in it.
fn body_start(content: &[u8]) -> usize {
    let after_header = |from: usize| {
        let rest = content.get(from..)?;
        let crlf = rest.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at.saturating_add(4));
        let at =
            crlf.or_else(|| rest.windows(2).position(|window| window == b"\n\n").map(|at| at.saturating_add(2)))?;
        Some(from.saturating_add(at))
    };
    let outer = after_header(0).unwrap_or(0);
    let is_wrapper =
        content.get(..outer).is_some_and(|header| header.to_ascii_lowercase().starts_with(b"content-type: message/"));
    if is_wrapper { after_header(outer).unwrap_or(outer) } else { outer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_octet_changes_the_base64_where_it_stands_and_nowhere_else() {
        let octets: Vec<u8> = (0..=255).collect();
        let body = encode_base64_lines(&octets);
        let mut changed = octets.clone();
        flip(&mut changed, 100).unwrap();
        let written = overlaid(&body, &changed).unwrap();
        assert_eq!(written.len(), body.len());
        assert!(written.iter().zip(&body).filter(|(is, was)| is != was).count() <= 2);
        assert_eq!(overlaid(&body, &octets), Some(body));
    }

    #[test]
    fn the_octet_that_is_changed_is_one_of_the_innermost_text() {
        let content = b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ntake 1 tablet\r\n";
        let at = octet_of_text(content).unwrap();
        assert!(content[at].is_ascii_alphanumeric());
        assert!(at >= content.len() - b"take 1 tablet\r\n".len());
        assert_eq!(octet_of_text(b""), None);
        assert_eq!(octet_of_text(b"Subject: x\r\n\r\n"), Some(9));
    }
}
