//! The textual armour of RFC 7468.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Octets of one line of armour: 64 digits.
const LINE: usize = 64;

/// Wraps octets in the armour of that label.
#[must_use]
pub fn encode(label: &str, octets: &[u8]) -> String {
    let digits = STANDARD.encode(octets);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}
