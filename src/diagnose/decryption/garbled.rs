//! Ciphertext without a tag that was altered in its middle: it decrypts, and one block of the text is noise.
//!
//! In cipher block chaining an altered block of ciphertext turns one block of the text into noise and changes single
//! bits of the next, and everything else is as it was. Where all of a text is text but one block, that is what happened;
//! it is a likelihood and no proof. It needs no key beyond the one that opened the message, and says nothing that the
//! content does not show.

use crate::finding::counted;
use crate::smime::EnvelopedData;
use crate::span::{Buffer, BufferName, Span};

/// Octets of noise in a block that make it one: of sixteen octets by chance ten are no text.
const NOISE: usize = 3;

/// The block of noise in what was decrypted, if there is exactly one and the cipher is one that leaves such.
pub(super) fn find(data: &EnvelopedData, decrypted: &Buffer) -> Option<Span> {
    let block = super::content::block(&data.cipher)?;
    if decrypted.name() != BufferName::Decrypted {
        return None;
    }
    let octets = decrypted.octets();
    let first = octets.iter().position(|octet| is_noise(*octet))?;
    let start = first.checked_div(block)?.checked_mul(block)?;
    let end = start.checked_add(block)?.min(octets.len());
    let noise = octets.get(start..end)?.iter().filter(|octet| is_noise(**octet)).count();
    // The next block may have a bit changed.
    let rest = octets.get(end.checked_add(block)?.min(octets.len())..)?;
    (noise >= NOISE && !rest.iter().any(|octet| is_noise(*octet))).then(|| decrypted.span(start..end))
}

const fn is_noise(octet: u8) -> bool {
    !matches!(octet, b'\t' | b'\r' | b'\n' | 0x20..=0x7e)
}

/// What is said of it.
pub(super) fn sentence(data: &EnvelopedData, span: Span) -> String {
    format!(
        "Of the decrypted content all is text but {}, octets {} to {}, which look like noise: an octet of the {} ciphertext \
         that was altered on the way leaves just that behind, and such a cipher does not notice it",
        counted(span.len(), "octet"),
        span.start,
        span.end,
        data.cipher,
    )
}
