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
                let Ok(number) = certificate.x509().serial_number().to_bn() else { return false };
                if (number.is_negative(), number.to_vec()) != sign_and_magnitude(serial) {
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
