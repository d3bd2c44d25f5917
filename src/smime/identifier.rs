//! How a CMS names a certificate (RFC 5652 §5.3, §6.2.1).

use std::fmt;

use openssl::x509::X509Name;

use crate::asn1::{Element, tag};
use crate::pki::{Certificate, name};

/// Which of the two forms is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdentifierForm {
    /// Issuer and serial number: read by every program.
    #[default]
    IssuerSerial,
    /// The subjectKeyIdentifier of the certificate, which must have one.
    SubjectKeyId,
}

/// SignerIdentifier, RecipientIdentifier or KeyAgreeRecipientIdentifier.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CertificateIdentifier {
    /// Issuer and serial number.
    IssuerSerial {
        /// The issuer's name, as it was encoded.
        issuer: Vec<u8>,
        /// The content octets of the serial number.
        serial: Vec<u8>,
    },
    /// A key identifier; several certificates may have it.
    SubjectKeyId(Vec<u8>),
}

impl CertificateIdentifier {
    /// Reads either form; the key identifier is `[0]`, or a sequence under `[0]` in key agreement.
    pub(super) fn read(element: &Element<'_, '_>) -> Option<Self> {
        if element.is(tag::SEQUENCE) {
            let (issuer, serial) = (element.child(0)?, element.child(1)?);
            let issuer = issuer.is(tag::SEQUENCE).then(|| issuer.whole().to_vec())?;
            return Some(Self::IssuerSerial { issuer, serial: serial.integer()?.to_vec() });
        }
        if !element.is_context(0) {
            return None;
        }
        // In key agreement a date may follow the identifier, which then is the first of a sequence.
        let id = element.implicit_octet_string().or_else(|| element.child(0)?.octet_string())?;
        Some(Self::SubjectKeyId(id.into_owned()))
    }

    /// Whether this names the certificate. Names are compared as encoded and, failing that, as RFC 5280 §7.1 wants it.
    #[must_use]
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::SubjectKeyId(id) => certificate.subject_key_id() == Some(id.as_slice()),
            Self::IssuerSerial { issuer, serial } => {
                // Asked of every recipient and every certificate there is: nearly all differ here.
                if !is_serial_of(serial, certificate) {
                    return false;
                }
                let own = certificate.x509().issuer_name();
                if own.to_der().is_ok_and(|own| own == *issuer) {
                    return true;
                }
                X509Name::from_der(issuer).is_ok_and(|named| own.try_cmp(&named).is_ok_and(|order| order.is_eq()))
            }
        }
    }
}

/// Whether `serial`, in two's complement, is the serial number of that certificate.
fn is_serial_of(serial: &[u8], certificate: &Certificate) -> bool {
    if serial.first().is_none_or(|first| first & 0x80 != 0) {
        let Ok(number) = certificate.x509().serial_number().to_bn() else { return false };
        return (number.is_negative(), number.to_vec()) == sign_and_magnitude(serial);
    }
    let zeros = serial.iter().take_while(|octet| **octet == 0).count().min(serial.len().saturating_sub(1));
    let digits = serial.iter().skip(zeros).flat_map(|octet| [octet >> 4, octet & 0xf]);
    digits.map(hexadecimal_digit).eq(certificate.serial().bytes())
}

/// Upper-case, of a number below 16.
const fn hexadecimal_digit(number: u8) -> u8 {
    if number < 10 { b'0'.wrapping_add(number) } else { b'A'.wrapping_sub(10).wrapping_add(number) }
}

/// Two's complement taken apart; there are certificates with negative serial numbers.
fn sign_and_magnitude(serial: &[u8]) -> (bool, Vec<u8>) {
    let negative = serial.first().is_some_and(|first| first & 0x80 != 0);
    let mut magnitude = serial.to_vec();
    if negative {
        let mut carry = true;
        for octet in magnitude.iter_mut().rev() {
            (*octet, carry) = (!*octet).overflowing_add(u8::from(carry));
        }
    }
    let zeros = magnitude.iter().take_while(|octet| **octet == 0).count();
    (negative, magnitude.split_off(zeros))
}

impl fmt::Display for CertificateIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hexadecimal = |f: &mut fmt::Formatter<'_>, octets: &[u8]| {
            octets.iter().take(64).try_for_each(|octet| write!(f, "{octet:02X}"))
        };
        match self {
            Self::IssuerSerial { issuer, serial } => {
                match name::rfc4514_of(issuer) {
                    Some(issuer) => write!(f, "issuer {issuer}, serial number ")?,
                    None => f.write_str("unreadable issuer, serial number ")?,
                }
                let (negative, magnitude) = sign_and_magnitude(serial);
                f.write_str(if negative { "-" } else { "" })?;
                hexadecimal(f, &magnitude)
            }
            Self::SubjectKeyId(id) => {
                f.write_str("key identifier ")?;
                hexadecimal(f, id)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::pki::NewKey;
    use crate::pki::issue::{Authority, CertificateBuilder};

    #[test]
    fn a_serial_number_is_known_by_its_value_however_it_is_written() {
        let (from, until) = (datetime!(2026-01-01 0:00 UTC), datetime!(2026-12-31 0:00 UTC));
        let numbers = [&[0][..], &[7], &[0x10], &[0x7f, 0, 0xab], &[0x80], &[0xff; 20]];
        let certificates = numbers.map(|number| {
            let builder = CertificateBuilder::authority("x", from, until).key(NewKey::P256).serial(number);
            Authority::self_signed(&builder).unwrap().certificate().clone()
        });
        for (place, number) in numbers.iter().enumerate() {
            for zeros in 1..4 {
                let written = [&[0; 3][..zeros], number].concat();
                let named: Vec<usize> =
                    (0..numbers.len()).filter(|other| is_serial_of(&written, &certificates[*other])).collect();
                assert_eq!(named, [place], "{written:?}");
            }
        }
        assert!(certificates.iter().all(|certificate| !is_serial_of(&[0x80], certificate)));
    }
}
