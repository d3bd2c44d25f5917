//! The forms that octets can take in the clipboard.

use std::fmt::Write as _;

use super::{Copyable, chain};
use crate::pki::{Certificate, pem};
use crate::ui::state::State;
use crate::ui::text::octets as text;
use crate::ui::widgets::bytes::{PER_ROW, hex_of, text_of};

/// What PEM calls a certificate (RFC 7468 §5).
pub(crate) const CERTIFICATE: &str = "CERTIFICATE";

/// More than any program takes from a clipboard in reasonable time.
pub(crate) const LIMIT: usize = 4 << 20;

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// Digits without blanks.
    Hex,
    /// Offset, digits and text, sixteen octets to a line.
    HexDump,
    /// RFC 4648 §4.
    Base64,
    /// RFC 7468.
    Pem,
    /// A certificate with those that issued it, as PEM.
    ChainPem,
    /// SHA-256 of a certificate.
    Fingerprint,
    /// As characters; of a certificate what openssl prints.
    Text,
    /// As source code has it.
    Array,
}

impl Form {
    const ALL: [Self; 8] =
        [Self::Pem, Self::ChainPem, Self::Fingerprint, Self::Text, Self::Hex, Self::HexDump, Self::Base64, Self::Array];

    /// Its name.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hex => text::HEX,
            Self::HexDump => text::HEX_DUMP,
            Self::Base64 => text::BASE64,
            Self::Pem => text::PEM,
            Self::ChainPem => text::CHAIN_PEM,
            Self::Fingerprint => text::FINGERPRINT,
            Self::Text => text::TEXT,
            Self::Array => text::ARRAY,
        }
    }

    /// The forms that something has.
    pub(crate) fn of(thing: &Copyable<'_>) -> impl Iterator<Item = Self> {
        let pem = thing.pem;
        Self::ALL.into_iter().filter(move |form| match form {
            Self::Pem => pem.is_some(),
            Self::ChainPem | Self::Fingerprint => pem == Some(CERTIFICATE),
            _ => true,
        })
    }

    /// Something in this form.
    pub(crate) fn write(self, state: &State, thing: &Copyable<'_>) -> String {
        let octets = thing.octets.as_ref();
        match self {
            Self::Hex => hex(octets),
            Self::HexDump => dump(octets),
            Self::Base64 => base64(octets),
            Self::Pem => pem::encode(thing.pem.unwrap_or_default(), octets),
            Self::ChainPem => {
                let links = thing.as_certificate().map(|leaf| chain::of(state, &leaf)).unwrap_or_default();
                links.iter().map(Certificate::pem).collect()
            }
            Self::Fingerprint => thing.as_certificate().map(|leaf| leaf.fingerprint_colons()).unwrap_or_default(),
            Self::Text => readable(thing),
            Self::Array => array(octets),
        }
    }
}

fn readable(thing: &Copyable<'_>) -> String {
    let printed = thing.as_certificate().and_then(|certificate| certificate.x509().to_text().ok());
    let octets = printed.as_deref().unwrap_or(&thing.octets);
    String::from_utf8_lossy(octets).into_owned()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut digits, octet| {
        // Writing into a String does not fail.
        let _ = write!(digits, "{octet:02x}");
        digits
    })
}

fn dump(octets: &[u8]) -> String {
    let lines = octets.chunks(PER_ROW).enumerate().map(|(line, row)| {
        let width = PER_ROW * 3 + 1;
        format!("{:08x}  {:width$} {}\n", line * PER_ROW, hex_of(row), text_of(row))
    });
    lines.collect()
}

fn base64(octets: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(octets)
}

fn array(octets: &[u8]) -> String {
    let words: Vec<String> = octets.iter().map(|octet| format!("0x{octet:02x}")).collect();
    format!("[{}]", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_written_in_the_form_that_is_asked_for() {
        let octets = b"\x30\x03abc";
        assert_eq!(hex(octets), "3003616263");
        assert_eq!(array(&octets[..2]), "[0x30, 0x03]");
        assert_eq!(base64(octets), "MANhYmM=");
    }

    #[test]
    fn a_dump_has_a_line_for_every_sixteen_octets() {
        let dumped = dump(b"0123456789abcdefg");
        let expected = "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n\
                        00000010  67                                                g\n";
        assert_eq!(dumped, expected);
    }
}
