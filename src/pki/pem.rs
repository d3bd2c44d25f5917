//! The textual armour of RFC 7468, and base64 without it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use zeroize::Zeroizing;

use crate::mail::escape_controls;

/// Digits of one line of armour.
const LINE: usize = 64;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// Padding may be there or not; programs that paste base64 into directories drop it.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::with_decode_padding_mode(GeneralPurposeConfig::new(), DecodePaddingMode::Indifferent),
);

/// Wraps octets in the armour of that label.
#[must_use]
pub fn encode(label: &str, octets: &[u8]) -> String {
    let digits = STANDARD.encode(octets);
    let mut text = format!("{BEGIN}{label}{DASHES}\n");
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(END);
    text.push_str(label);
    text.push_str(DASHES);
    text.push('\n');
    text
}

/// One armoured block, which may be a private key without encryption: it never moves, and is wiped.
pub(super) struct Block {
    pub(super) label: String,
    /// The whole block, with its armour.
    pub(super) text: Zeroizing<String>,
    digits: Zeroizing<String>,
    encrypted: bool,
}

impl Block {
    /// The octets; `None` where the base64 is broken.
    pub(super) fn decode(&self) -> Option<Zeroizing<Vec<u8>>> {
        decoded(self.digits.as_bytes())
    }

    /// Whether the headers of RFC 1421 say that the content is encrypted.
    pub(super) const fn is_encrypted(&self) -> bool {
        self.encrypted
    }
}

/// A block that begins and does not end.
#[derive(Debug, thiserror::Error)]
#[error("the line that ends “{label}” is missing")]
pub(super) struct Unclosed {
    label: String,
}

/// Whether there is any armour.
pub(super) fn is_armoured(octets: &[u8]) -> bool {
    octets.split(|octet| *octet == b'\n').any(|line| line.trim_ascii_start().starts_with(BEGIN.as_bytes()))
}

/// The blocks of a text, in order; what is between them is commentary.
pub(super) fn blocks(octets: &[u8]) -> Vec<Result<Block, Unclosed>> {
    let text = Zeroizing::new(String::from_utf8_lossy(octets).into_owned());
    let mut blocks = vec![];
    let mut open: Option<Block> = None;
    let mut read = 0_usize;
    for line in text.split_inclusive('\n') {
        let rest = text.get(read..).unwrap_or_default();
        read = read.saturating_add(line.len());
        let line = line.trim();
        let Some(mut block) = open.take() else {
            open = label(line, BEGIN).map(|label| begin(label, line, rest));
            continue;
        };
        block.text.push_str(line);
        block.text.push('\n');
        if label(line, END).is_some_and(|label| label == block.label) {
            blocks.push(Ok(block));
            continue;
        }
        if line.contains(':') {
            block.encrypted |= line.starts_with("Proc-Type:") && line.contains("ENCRYPTED");
        } else {
            block.digits.push_str(line);
        }
        open = Some(block);
    }
    blocks.extend(open.map(|block| Err(Unclosed { label: escape_controls(&block.label) })));
    blocks
}

/// Base64 without armour; `None` for anything else.
pub(super) fn decode_bare(octets: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut digits = Zeroizing::new(Vec::with_capacity(octets.len()));
    digits.extend(octets.iter().copied().filter(|octet| !octet.is_ascii_whitespace()));
    decoded(&digits)
}

// Into room that is there beforehand: growing would leave copies behind.
fn decoded(digits: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut octets = Zeroizing::new(Vec::with_capacity(base64::decoded_len_estimate(digits.len())));
    TOLERANT.decode_vec(digits, &mut octets).ok()?;
    Some(octets)
}

// `rest` is the text from the block's first line on.
fn begin(label: &str, line: &str, rest: &str) -> Block {
    let end = format!("{END}{label}{DASHES}");
    let inside = rest.find(&end).unwrap_or(rest.len());
    // And the line that ends it.
    let mut text = Zeroizing::new(String::with_capacity(inside.saturating_add(end.len()).saturating_add(1)));
    text.push_str(line);
    text.push('\n');
    Block { label: label.to_owned(), text, digits: Zeroizing::new(String::with_capacity(inside)), encrypted: false }
}

fn label<'l>(line: &'l str, edge: &str) -> Option<&'l str> {
    line.strip_prefix(edge)?.strip_suffix(DASHES)
}
