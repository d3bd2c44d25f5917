//! An X.509 certificate (RFC 5280 §4) and the facts about it that a decision or a reader needs.
//!
//! Read once, shared cheaply, compared by its octets. Reading is lenient where showing a bad certificate is better than
//! not showing it: a malformed extension is recorded, not fatal. Whether a certificate is any good is
//! [`super::path`]'s question, whom it speaks for is [`super::binding`]'s.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::x509::{X509, X509NameRef, X509Ref};
use time::OffsetDateTime;

use super::digest::SignatureDigest;
use super::distribution_point::DistributionPoint;
use super::extension::{Extensions, NamesCriticality};
use super::key::KeyAlgorithm;
use super::key_usage::KeyUsage;
use super::memo;
use super::name;
use crate::asn1::Tree;
use crate::limits::Limits;

/// A certificate. Cloning shares it; equality is equality of octets.
#[derive(Clone)]
pub struct Certificate(Arc<Inner>);

struct Inner {
    x509: X509,
    der: Vec<u8>,
    subject: String,
    issuer: String,
    serial: String,
    sha256: String,
    fingerprint: [u8; 32],
    /// Of subject and issuer.
    name_hashes: OnceLock<[u32; 2]>,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    subject_email_addresses: Vec<String>,
    key_algorithm: KeyAlgorithm,
    signature_algorithm: String,
    signature_digest: SignatureDigest,
    extensions: Extensions,
}

impl Certificate {
    /// Reads one certificate; nothing may follow it. Its octets are kept as they are, also where OpenSSL reads what
    /// DER does not allow: a fingerprint is one of the octets that arrived.
    ///
    /// # Errors
    /// [`CertificateError`] when the octets are no certificate, or more than one.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if let Some(known) = memo::certificate(der) {
            return Ok(known);
        }
        let x509 = X509::from_der(der).map_err(|_| CertificateError::Malformed)?;
        let written = x509.to_der().map_err(|_| CertificateError::Malformed)?;
        let octets = if der.starts_with(&written) {
            written
        } else {
            let tree = Tree::parse(der, &Limits::DEFAULT);
            let root = tree.root().filter(|_| tree.error.is_none()).ok_or(CertificateError::Malformed)?;
            root.whole().to_vec()
        };
        if der.len() > octets.len() {
            return Err(CertificateError::TrailingOctets { count: der.len() - octets.len() });
        }
        let certificate = Self::from_parts(x509, octets)?;
        memo::keep_certificate(&certificate);
        Ok(certificate)
    }

    /// Takes a certificate that OpenSSL has read.
    ///
    /// # Errors
    /// [`CertificateError`] when it cannot be encoded or its dates cannot be read.
    pub fn from_x509(x509: X509) -> Result<Self, CertificateError> {
        let der = x509.to_der().map_err(|_| CertificateError::Malformed)?;
        Self::from_parts(x509, der)
    }

    fn from_parts(x509: X509, der: Vec<u8>) -> Result<Self, CertificateError> {
        let fingerprint = openssl::sha::sha256(&der);
        let key_algorithm = x509
            .public_key()
            .map_or_else(|_| KeyAlgorithm::Other("unreadable".to_owned()), |key| KeyAlgorithm::of(&key));
        let signature_nid = x509.signature_algorithm().object().nid();
        let inner = Inner {
            subject: name::rfc4514(x509.subject_name()),
            issuer: name::rfc4514(x509.issuer_name()),
            serial: serial_text(&x509),
            sha256: lower_hex(&fingerprint),
            fingerprint,
            name_hashes: OnceLock::new(),
            not_before: moment(x509.not_before()).ok_or(CertificateError::DatesUnreadable)?,
            not_after: moment(x509.not_after()).ok_or(CertificateError::DatesUnreadable)?,
            subject_email_addresses: name::values(x509.subject_name(), Nid::PKCS9_EMAILADDRESS),
            key_algorithm,
            signature_algorithm: x509.signature_algorithm().object().to_string(),
            signature_digest: SignatureDigest::of(signature_nid, &der),
            extensions: Extensions::read(&der),
            der,
            x509,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// The certificate's DER octets.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// OpenSSL's view of it.
    #[must_use]
    pub fn x509(&self) -> &X509Ref {
        &self.0.x509
    }

    /// The certificate as PEM text.
    #[must_use]
    pub fn pem(&self) -> String {
        super::pem::encode("CERTIFICATE", self.der())
    }

    /// Subject as RFC 4514 text; empty for an empty name. Control characters are escaped.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Issuer as RFC 4514 text. Control characters are escaped.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// A short name to show: the common name, else the first name it is bound to, else the subject, else the serial.
    #[must_use]
    pub fn common_name(&self) -> String {
        let common_name = name::values(self.x509().subject_name(), Nid::COMMONNAME).into_iter().next();
        let short = common_name
            .or_else(|| self.email_addresses().first().cloned())
            .or_else(|| self.dns_names().first().cloned())
            .filter(|text| !text.is_empty());
        match short {
            Some(text) => name::printable(&text),
            None if self.subject().is_empty() => format!("serial {}", self.serial()),
            None => self.subject().to_owned(),
        }
    }

    /// Serial number in upper-case hexadecimal, as `openssl x509 -serial` prints it.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.0.serial
    }

    /// SHA-256 of the octets, lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// SHA-256 of the octets.
    #[must_use]
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.0.fingerprint
    }

    /// OpenSSL's hashes of the canonical subject and issuer: equal names have equal hashes, not the reverse.
    pub(super) fn name_hashes(&self) -> [u32; 2] {
        *self.0.name_hashes.get_or_init(|| [self.x509().subject_name_hash(), self.x509().issuer_name_hash()])
    }

    /// SHA-256 of the octets as people compare it: upper case, colons between octets.
    #[must_use]
    pub fn fingerprint_colons(&self) -> String {
        let mut text = String::with_capacity(self.0.sha256.len() * 3 / 2);
        for (index, digit) in self.0.sha256.chars().enumerate() {
            if index > 0 && index % 2 == 0 {
                text.push(':');
            }
            text.push(digit.to_ascii_uppercase());
        }
        text
    }

    /// First second of validity.
    #[must_use]
    pub fn not_before(&self) -> OffsetDateTime {
        self.0.not_before
    }

    /// Last second of validity.
    #[must_use]
    pub fn not_after(&self) -> OffsetDateTime {
        self.0.not_after
    }

    /// How `now` lies to the validity period; both ends belong to it (RFC 5280 §4.1.2.5).
    #[must_use]
    pub fn validity_at(&self, now: OffsetDateTime) -> Validity {
        if now.unix_timestamp() < self.not_before().unix_timestamp() {
            Validity::NotYetValid
        } else if now.unix_timestamp() > self.not_after().unix_timestamp() {
            Validity::Expired
        } else {
            Validity::Valid
        }
    }

    /// Every address among the subject alternative names: rfc822Name and SmtpUTF8Mailbox (RFC 9598), as written.
    #[must_use]
    pub fn email_addresses(&self) -> &[String] {
        &self.0.extensions.email_addresses
    }

    /// Every dNSName among the subject alternative names, as written.
    #[must_use]
    pub fn dns_names(&self) -> &[String] {
        &self.0.extensions.dns_names
    }

    /// `emailAddress` attributes of the subject: an older practice, which binds only where a profile says so.
    #[must_use]
    pub fn subject_email_addresses(&self) -> &[String] {
        &self.0.subject_email_addresses
    }

    /// Number of subject alternative names of any kind.
    #[must_use]
    pub fn name_count(&self) -> usize {
        self.0.extensions.name_count
    }

    /// Where its issuer says that revocation lists are (RFC 5280 §4.2.1.13).
    pub(super) fn distribution_points(&self) -> &[DistributionPoint] {
        &self.0.extensions.distribution_points
    }

    /// Whether `name` is this certificate's subject.
    pub(super) fn has_subject(&self, name: &X509NameRef) -> bool {
        name::same(self.x509().subject_name(), name)
    }

    /// What the extensions say, the unusual ones included.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }

    /// Whether basicConstraints says that this is a certification authority.
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.0.extensions.is_ca
    }

    /// How many intermediate certificates may follow this one (RFC 5280 §4.2.1.9).
    #[must_use]
    pub fn path_len(&self) -> Option<u32> {
        self.0.extensions.path_len
    }

    /// What the key may be used for; absent means that nothing is said.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.key_usage
    }

    /// Object identifiers of the extended key usage; absent means that nothing is said.
    #[must_use]
    pub fn extended_key_usage(&self) -> Option<&[String]> {
        self.0.extensions.extended_key_usage.as_deref()
    }

    /// Whether the extended key usage, if there is one, allows mail (RFC 8550 §4.4.4).
    #[must_use]
    pub fn allows_email_protection(&self) -> bool {
        self.0.extensions.allows_email_protection()
    }

    /// The subject key identifier's octets. It guides a search and proves nothing.
    #[must_use]
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.x509().subject_key_id().map(|id| id.as_slice())
    }

    /// The authority key identifier's octets. It guides a search and proves nothing.
    #[must_use]
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.x509().authority_key_id().map(|id| id.as_slice())
    }

    /// Kind and size of the key.
    #[must_use]
    pub fn key_algorithm(&self) -> &KeyAlgorithm {
        &self.0.key_algorithm
    }

    /// Name of the algorithm the issuer signed with.
    #[must_use]
    pub fn signature_algorithm(&self) -> &str {
        &self.0.signature_algorithm
    }

    /// The digest the issuer signed.
    #[must_use]
    pub fn signature_digest(&self) -> SignatureDigest {
        self.0.signature_digest
    }

    /// Critical extensions that nothing here processes (RFC 5280 §4.2), as dotted object identifiers.
    #[must_use]
    pub fn unknown_critical_extensions(&self) -> &[String] {
        &self.0.extensions.unknown_critical
    }

    /// Whether subject and issuer are the same name; it may still be signed by another key.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        name::same(self.x509().subject_name(), self.x509().issuer_name())
    }

    /// What is odd about the serial number, which has to be positive and of at most 20 octets (RFC 5280 §4.1.2.2).
    #[must_use]
    pub fn odd_serial(&self) -> Option<&'static str> {
        let number = self.x509().serial_number().to_bn().ok()?;
        match number.num_bytes() {
            0 => Some("zero, which is not positive"),
            _ if number.is_negative() => Some("negative"),
            // The first bit is the sign.
            octets if octets > 20 || number.num_bits() >= 160 => Some("longer than 20 octets"),
            _ => None,
        }
    }

    /// Whether the subject is empty and subjectAltName, the only name then, is not critical (RFC 5280 §4.1.2.6).
    #[must_use]
    pub fn hides_its_names(&self) -> bool {
        self.x509().subject_name().entries().next().is_none()
            && self.0.extensions.names != Some(NamesCriticality::Critical)
    }

    /// Whether the authority key identifier is not the key identifier of `issuer`; silence differs from nothing.
    #[must_use]
    pub fn differs_from_key_of(&self, issuer: &Self) -> bool {
        match (self.authority_key_id(), issuer.subject_key_id()) {
            (Some(wanted), Some(found)) => wanted != found,
            _ => false,
        }
    }

    /// Whether `issuer` has the name of this certificate's issuer.
    #[must_use]
    pub fn names_as_issuer(&self, issuer: &Self) -> bool {
        name::same(self.x509().issuer_name(), issuer.x509().subject_name())
    }

    /// Whether `issuer` has the right name and its key made this certificate's signature. Whether it was allowed to is
    /// not asked here.
    #[must_use]
    pub fn is_issued_by(&self, issuer: &Self) -> bool {
        self.names_as_issuer(issuer) && self.is_signed_by(issuer)
    }

    /// Whether the key of `issuer` made this certificate's signature.
    pub(super) fn is_signed_by(&self, issuer: &Self) -> bool {
        memo::is_signed(self, issuer, || {
            let verified = issuer.x509().public_key().and_then(|key| self.x509().verify(&key));
            // A key of another kind leaves errors behind; they are not the next caller's.
            drop(ErrorStack::get());
            verified.unwrap_or(false)
        })
    }

    /// Whether `self` has the name and the key of `other`, which is all that an anchor is (RFC 5280 §6.1.1 (d)).
    #[must_use]
    pub fn same_name_and_key(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        if !name::same(self.x509().subject_name(), other.x509().subject_name()) {
            return false;
        }
        match (self.x509().public_key(), other.x509().public_key()) {
            (Ok(ours), Ok(theirs)) => ours.public_eq(&theirs),
            _ => false,
        }
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.fingerprint() == other.fingerprint() && self.der() == other.der())
    }
}

impl Eq for Certificate {}

impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint().hash(state);
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, sha256 {})", self.subject(), self.sha256())
    }
}

/// How a moment lies to a validity period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// After the last second.
    Expired,
    /// Before the first second.
    NotYetValid,
    /// Inside.
    Valid,
}

/// Why octets are no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// A date outside what a calendar holds.
    #[error("the certificate's validity dates cannot be read: ask its issuer for a correct one")]
    DatesUnreadable,
    /// Not the structure of RFC 5280.
    #[error("these octets are not an X.509 certificate, or a damaged one: export the certificate again as PEM or DER")]
    Malformed,
    /// A certificate, then more.
    #[error("{count} octets follow the certificate: export the certificate alone")]
    TrailingOctets {
        /// How many.
        count: usize,
    },
}

/// A date of OpenSSL's as ours; `None` outside what a calendar holds.
pub(crate) fn moment(value: &Asn1TimeRef) -> Option<OffsetDateTime> {
    let epoch = Asn1Time::from_unix(0).ok()?;
    let since = epoch.diff(value).ok()?;
    let seconds = i64::from(since.days) * 86_400 + i64::from(since.secs);
    OffsetDateTime::from_unix_timestamp(seconds).ok()
}

/// Octets as lower-case hexadecimal.
pub(crate) fn lower_hex(octets: &[u8]) -> String {
    use fmt::Write as _;
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// A serial number as `openssl x509 -serial` prints it.
fn serial_text(x509: &X509Ref) -> String {
    let digits = x509.serial_number().to_bn().and_then(|number| number.to_hex_str().map(|text| text.to_string()));
    match digits.as_deref() {
        Ok("" | "0") | Err(_) => "00".to_owned(),
        Ok(text) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
