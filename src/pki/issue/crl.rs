//! Revocation lists of the lab authority.

use openssl::asn1::{Asn1Object, Asn1OctetString};
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::x509::extension::CrlNumber;
use openssl::x509::{X509CrlBuilder, X509Extension, X509Revoked};
use time::{OffsetDateTime, UtcOffset};

use super::{Authority, Criticality, IssueError, RawExtension, asn1_time, message_digest};
use crate::asn1::der;
use crate::pki::certificate::Certificate;
use crate::pki::digest::SignatureDigest;
use crate::pki::revocation::{Crl, RevocationReason};

/// removeFromCRL (RFC 5280 §5.3.1).
const REMOVE_FROM_CRL: u8 = 8;

/// What a revocation list to be made shall say.
#[derive(Clone, Debug)]
pub struct CrlBuilder {
    this_update: OffsetDateTime,
    next_update: OffsetDateTime,
    number: u32,
    revoked: Vec<Entry>,
    extensions: Vec<RawExtension>,
}

#[derive(Clone, Debug)]
struct Entry {
    certificate: Certificate,
    at: OffsetDateTime,
    /// `None` for a removal from the list.
    reason: Option<RevocationReason>,
    extension: Option<RawExtension>,
}

impl CrlBuilder {
    /// A list made at `this_update`, with the next one promised for `next_update`.
    #[must_use]
    pub fn new(this_update: OffsetDateTime, next_update: OffsetDateTime) -> Self {
        Self { this_update, next_update, number: 1, revoked: vec![], extensions: vec![] }
    }

    /// The list's number; later lists have higher ones.
    #[must_use]
    pub fn number(mut self, number: u32) -> Self {
        self.number = number;
        self
    }

    /// Revokes a certificate.
    #[must_use]
    pub fn revoke(mut self, certificate: &Certificate, at: OffsetDateTime, reason: RevocationReason) -> Self {
        self.revoked.push(Entry { certificate: certificate.clone(), at, reason: Some(reason), extension: None });
        self
    }

    /// Takes a certificate off the list: only in a list of changes (RFC 5280 §5.3.1).
    #[must_use]
    pub fn release(mut self, certificate: &Certificate, at: OffsetDateTime) -> Self {
        self.revoked.push(Entry { certificate: certificate.clone(), at, reason: None, extension: None });
        self
    }

    /// Revokes a certificate, with a critical extension of the entry by its dotted object identifier and DER value.
    #[must_use]
    pub fn revoke_with(mut self, certificate: &Certificate, at: OffsetDateTime, oid: &str, value: &[u8]) -> Self {
        let (certificate, reason) = (certificate.clone(), Some(RevocationReason::Unspecified));
        let extension = RawExtension { oid: oid.to_owned(), critical: Criticality::Critical, value: value.to_vec() };
        self.revoked.push(Entry { certificate, at, reason, extension: Some(extension) });
        self
    }

    /// Adds any extension by its dotted object identifier and DER value.
    #[must_use]
    pub fn extension(mut self, oid: &str, critical: Criticality, value: &[u8]) -> Self {
        self.extensions.push(RawExtension { oid: oid.to_owned(), critical, value: value.to_vec() });
        self
    }
}

impl Authority {
    /// Signs a revocation list.
    ///
    /// # Errors
    /// [`IssueError`] when OpenSSL refuses what the builder says.
    pub fn crl(&self, builder: &CrlBuilder) -> Result<Crl, IssueError> {
        let mut list = X509CrlBuilder::new()?;
        list.set_issuer_name(self.certificate().x509().subject_name())?;
        list.set_last_update(&*asn1_time(builder.this_update)?)?;
        list.set_next_update(&*asn1_time(builder.next_update)?)?;
        for entry in &builder.revoked {
            list.add_revoked(X509Revoked::from_der(&entry.der())?)?;
        }
        list.append_extension(self.authority_key_id()?)?;
        list.append_extension(CrlNumber::new(BigNum::from_u32(builder.number)?)?.build()?)?;
        for extension in &builder.extensions {
            list.append_extension(extension.build()?)?;
        }
        list.sort()?;
        list.sign(self.key(), message_digest(SignatureDigest::Sha256, self.key()))?;
        Ok(Crl::from_der(&list.build()?.to_der()?)?)
    }

    fn authority_key_id(&self) -> Result<X509Extension, ErrorStack> {
        let key_id = der::value(0x80, self.certificate().subject_key_id().unwrap_or_default());
        let value = Asn1OctetString::new_from_bytes(&der::sequence(&[&key_id]))?;
        X509Extension::new_from_der(&*Asn1Object::from_str("2.5.29.35")?, false, &value)
    }
}

impl Entry {
    /// RFC 5280 §5.1.2.6; the reason is left out where it is unspecified (§5.3.1).
    fn der(&self) -> Vec<u8> {
        let serial = self.certificate.x509().serial_number().to_bn().map(|serial| serial.to_vec()).unwrap_or_default();
        let padded = serial.first().is_none_or(|first| first & 0x80 != 0);
        let serial = der::value(0x02, &if padded { [&[0], serial.as_slice()].concat() } else { serial });
        let at = time_der(self.at);
        let mut extensions = vec![];
        if self.reason != Some(RevocationReason::Unspecified) {
            let code = self.reason.map_or(REMOVE_FROM_CRL, RevocationReason::code);
            let reason = der::value(0x04, &der::value(0x0a, &[code]));
            extensions.extend(der::sequence(&[&der::oid("2.5.29.21").unwrap_or_default(), &reason]));
        }
        if let Some(extension) = &self.extension {
            let (oid, value) = (der::oid(&extension.oid).unwrap_or_default(), der::value(0x04, &extension.value));
            extensions.extend(der::sequence(&[&oid, &der::value(0x01, &[0xff]), &value]));
        }
        if extensions.is_empty() {
            return der::sequence(&[&serial, &at]);
        }
        der::sequence(&[&serial, &at, &der::value(0x30, &extensions)])
    }
}

/// UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5).
fn time_der(moment: OffsetDateTime) -> Vec<u8> {
    let moment = moment.to_offset(UtcOffset::UTC);
    let (year, month) = (moment.year(), u8::from(moment.month()));
    let rest =
        format!("{month:02}{:02}{:02}{:02}{:02}Z", moment.day(), moment.hour(), moment.minute(), moment.second());
    if (1950..2050).contains(&year) {
        der::value(0x17, format!("{:02}{rest}", year % 100).as_bytes())
    } else {
        der::value(0x18, format!("{year:04}{rest}").as_bytes())
    }
}
