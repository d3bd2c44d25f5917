//! The `multipart/signed` entity around a content and its signature (RFC 8551 §3.5.3, RFC 1847 §2.1).
//!
//! Of a large message each copy costs what a digest of it does: a content that was appended to what [`room_for`] gives becomes
//! a part of the entity where it lies.

use std::ops::Range;

use crate::mime::transfer::{base64_lines_length, push_base64_lines};

/// Octets before a content: header fields and delimiter are fewer.
const BEFORE: usize = 512;
/// Octets after it: most signatures with their certificates are fewer, in base64.
const AFTER: usize = 6 << 10;

/// An entity, and what is in it.
#[derive(Clone, Debug)]
pub struct SignedEntity {
    /// The octets, and before the entity perhaps others.
    pub octets: Vec<u8>,
    /// Where in them the entity lies.
    pub entity: Range<usize>,
    /// Where in them its content lies.
    pub content: Range<usize>,
}

/// A vector that a content of so many octets can be appended to, with room around it.
#[must_use]
pub fn room_for(octets: usize) -> Vec<u8> {
    let mut room = Vec::with_capacity(octets.saturating_add(BEFORE).saturating_add(AFTER));
    room.resize(BEFORE, 0);
    room
}

/// The `multipart/signed` entity over the signed entity `content` and its signature; it ends with the last delimiter.
#[must_use]
pub fn multipart_signed(content: &[u8], cms: &[u8], micalg: &str, boundary: &str) -> Vec<u8> {
    let mut octets = room_for(content.len());
    octets.extend_from_slice(content);
    let content = BEFORE..octets.len();
    let SignedEntity { mut octets, entity, .. } = multipart_signed_around(octets, content, cms, micalg, boundary);
    octets.drain(..entity.start);
    octets
}

/// The same around a content that lies in `octets` already; where there is room before it, it stays in its place. What
/// follows it is cut off.
#[must_use]
pub fn multipart_signed_around(
    mut octets: Vec<u8>,
    content: Range<usize>,
    cms: &[u8],
    micalg: &str,
    boundary: &str,
) -> SignedEntity {
    octets.truncate(content.end);
    octets.reserve(base64_lines_length(cms.len()).saturating_add(BEFORE));
    let header = multipart_header(micalg, boundary).into_bytes();
    let start = content.start.saturating_sub(header.len());
    let content_start = start.saturating_add(header.len());
    octets.splice(start..content.start, header);
    let content = content_start..octets.len();
    let between = format!(
        "\r\n--{boundary}\r\n\
         Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\
         \r\n"
    );
    octets.extend_from_slice(between.as_bytes());
    // The last line end of the base64 is the delimiter's.
    push_base64_lines(cms, &mut octets);
    octets.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let entity = start..octets.len();
    SignedEntity { octets, entity, content }
}

/// Header fields, an empty line and the first delimiter.
fn multipart_header(micalg: &str, boundary: &str) -> String {
    format!(
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\
         \tmicalg=\"{micalg}\";\r\n\
         \tboundary=\"{boundary}\"\r\n\
         \r\n\
         --{boundary}\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_with_room_stays_where_it_is_and_one_without_is_moved() {
        let content = b"Content-Type: text/plain\r\n\r\nHi\r\n".as_slice();
        let expected = multipart_signed(content, b"signature", "sha-256", "edge");
        for before in [0, 10, BEFORE, BEFORE * 2] {
            let octets = [vec![0; before].as_slice(), content, b"more"].concat();
            let made = multipart_signed_around(octets, before..before + content.len(), b"signature", "sha-256", "edge");
            assert_eq!(made.octets.get(made.entity).unwrap(), expected);
            assert_eq!(made.octets.get(made.content.clone()).unwrap(), content);
            assert_eq!(made.content.start == before, before >= BEFORE);
        }
        assert!(expected.starts_with(b"Content-Type: multipart/signed"));
        assert!(expected.ends_with(b"--edge--\r\n"));
    }
}
