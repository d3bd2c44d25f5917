//! The words of the window, one file for each area: sentence case, no colon after labels, no full stop after a single
//! sentence, `…` where a question follows.
//!
//! Whatever comes out of a message or a certificate passes [`plain`] before it is shown: control characters and
//! characters that reorder text are escaped, so that no sender can rearrange a verdict.

pub mod addresses;
pub mod agents;
pub mod breaking;
pub mod cause;
pub mod chains;
pub mod changes;
pub mod checks;
pub mod common;
pub mod conformance;
pub mod dates;
pub mod dcdt;
pub mod document;
pub mod examining;
pub mod explain;
pub mod exposure;
pub mod facts;
pub mod fault;
pub mod files;
pub mod headers;
pub mod importing;
pub mod inspector;
pub mod jobs;
pub mod keyring;
pub mod keys;
pub mod lab;
pub mod log;
pub mod lookups;
pub mod making;
pub mod messages;
pub mod network;
pub mod octets;
pub(crate) mod outcome;
pub mod published;
pub mod reference;
pub mod report;
mod rules;
pub mod secrets;
pub mod sending;
pub mod shell;
pub mod structure;
pub mod triage;
pub mod trust;
pub mod welcome;
pub mod what_happened;
pub mod what_if;

use std::time::Duration;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::finding::Severity;
use crate::span::BufferName;

/// The program's name.
pub const NAME: &str = "Sealscope";

/// `text` with control and reordering characters escaped.
#[must_use]
pub fn plain(text: &str) -> String {
    crate::mail::escape_controls(text)
}

/// `text` cut after `most` characters, with an ellipsis where something is missing.
#[must_use]
pub fn elided(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The common name within a distinguished name as text; the whole of it where there is none.
#[must_use]
pub fn common_name_of(name: &str) -> String {
    let common = name.split(',').find_map(|part| part.trim().strip_prefix("CN="));
    common.unwrap_or(name).to_owned()
}

/// `1 key`, `2 keys`.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(number)) }
}

/// `1,984`.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `9 octets at offset 6`.
#[must_use]
pub fn place(start: usize, len: usize) -> String {
    // Not in hexadecimal: the font would set the x of 0x06 as a multiplication sign.
    format!("{} at offset {}", count(len, "octet", "octets"), grouped(start))
}

/// `412 B`, `1.9 kB`.
#[must_use]
pub fn size(octets: usize) -> String {
    const KILO: usize = 1_000;
    const MEGA: usize = 1_000_000;
    match octets {
        0..KILO => format!("{octets} B"),
        KILO..MEGA => format!("{}.{} kB", octets / KILO, octets % KILO / 100),
        _ => format!("{}.{} MB", octets / MEGA, octets % MEGA / 100_000),
    }
}

/// `3 ms`, `1.2 s`.
#[must_use]
pub fn took(duration: Duration) -> String {
    match duration.as_millis() {
        0 => "<1 ms".to_owned(),
        millis @ 1..1000 => format!("{millis} ms"),
        millis => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
    }
}

/// `2026-03-01`.
#[must_use]
pub fn date(at: OffsetDateTime) -> String {
    at.format(format_description!("[year]-[month]-[day]")).unwrap_or_else(|_| at.date().to_string())
}

/// `2026-03-01 14:05 UTC`.
#[must_use]
pub fn minute(at: OffsetDateTime) -> String {
    at.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_else(|_| at.to_string())
}

/// The word for a severity.
#[must_use]
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Pass => "Passed",
        Severity::Info => "Note",
        Severity::NotChecked => "Not checked",
        Severity::Warning => "Warning",
        Severity::Fail => "Failed",
    }
}

/// The title of a buffer's tab.
#[must_use]
pub const fn buffer(name: BufferName) -> &'static str {
    match name {
        BufferName::Received => "As received",
        BufferName::EncryptedCms => "Encrypted CMS",
        BufferName::Decrypted => "Decrypted",
        BufferName::SignatureCms => "Signature CMS",
        BufferName::SignedContent => "Signed content",
        BufferName::CompressedCms => "Compressed CMS",
        BufferName::Expanded => "Expanded",
        BufferName::Nested(_) => "Nested layer",
        BufferName::Unwrapped => "Unwrapped",
        BufferName::Wrapped => "Wrapped",
        BufferName::Signed => "Signed",
        BufferName::Secured => "Secured",
    }
}

/// What a buffer holds, for its tooltip.
#[must_use]
pub const fn buffer_purpose(name: BufferName) -> &'static str {
    match name {
        BufferName::Received => "The message exactly as it was read",
        BufferName::EncryptedCms => "The encrypted layer with its transfer encoding undone",
        BufferName::Decrypted => "What decryption gave: the signed message with its headers",
        BufferName::SignatureCms => "The detached signature with its transfer encoding undone",
        BufferName::SignedContent => "The content inside an opaque signature",
        BufferName::CompressedCms => "The compressed layer with its transfer encoding undone",
        BufferName::Expanded => "What the compressed content expanded to",
        BufferName::Nested(_) => "A layer beyond the usual two: its structure, or what was inside",
        BufferName::Unwrapped => "The message as its sender wrote it",
        BufferName::Wrapped => "The original inside message/rfc822",
        BufferName::Signed => "Content and signature, before encryption",
        BufferName::Secured => "The new message as it leaves",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_counts_read_as_people_write_them() {
        assert_eq!(size(412), "412 B");
        assert_eq!(size(1_984), "1.9 kB");
        assert_eq!(size(25_300_000), "25.3 MB");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(count(1, "key", "keys"), "1 key");
        assert_eq!(count(0, "key", "keys"), "0 keys");
    }

    #[test]
    fn a_long_name_is_elided_and_a_short_one_is_not() {
        assert_eq!(elided("abcdef", 4), "abc…");
        assert_eq!(elided("abcd", 4), "abcd");
    }
}
