//! A lab certification authority: it makes certificates and revocation lists to try things with.
//!
//! For the demo workspace and for tests, which also need certificates that are wrong in one chosen way. Not a real
//! authority: keys lie in memory and nobody is vetted. Dates come in as parameters; randomness is OpenSSL's.

mod crl;

pub use crl::CrlBuilder;

use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage as KeyUsageExtension, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name};
use time::OffsetDateTime;

use crate::asn1::der;
use crate::pki::certificate::{Certificate, CertificateError};
use crate::pki::digest::SignatureDigest;
use crate::pki::extension::{AUTHORITY_INFO_ACCESS, CA_ISSUERS, SMTP_UTF8_MAILBOX};
use crate::pki::key::{KeyMismatch, NewKey, PrivateKeyEntry};
use crate::pki::key_usage::KeyUsage;
use crate::pki::revocation::CrlError;

/// What a certificate to be made shall say.
#[derive(Clone, Debug)]
pub struct CertificateBuilder {
    subject: Vec<(Nid, String)>,
    emails: Vec<String>,
    domains: Vec<String>,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    role: Role,
    key_usage: Option<KeyUsage>,
    extended_key_usage: Vec<String>,
    key: NewKey,
    digest: SignatureDigest,
    serial: Option<Vec<u8>>,
    subject_key_id: Option<Vec<u8>>,
    extensions: Vec<RawExtension>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Authority { path_len: Option<u32> },
    EndEntity,
}

#[derive(Clone, Debug)]
struct RawExtension {
    oid: String,
    critical: Criticality,
    value: Vec<u8>,
}

/// Whether a reader that does not know an extension may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criticality {
    /// It may not.
    Critical,
    /// It may.
    NonCritical,
}

impl CertificateBuilder {
    /// A certification authority's certificate, valid from `not_before` to `not_after`.
    #[must_use]
    pub fn authority(common_name: &str, not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        let usage = KeyUsage::KEY_CERT_SIGN.union(KeyUsage::CRL_SIGN);
        Self {
            key_usage: Some(usage),
            ..Self::with(common_name, Role::Authority { path_len: None }, not_before, not_after)
        }
    }

    /// A certificate for whoever signs and receives messages; bind it with [`Self::email`] or [`Self::domain`].
    #[must_use]
    pub fn end_entity(common_name: &str, not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        let usage = KeyUsage::DIGITAL_SIGNATURE.union(KeyUsage::KEY_ENCIPHERMENT).union(KeyUsage::KEY_AGREEMENT);
        Self { key_usage: Some(usage), ..Self::with(common_name, Role::EndEntity, not_before, not_after) }
    }

    /// An address-bound certificate.
    #[must_use]
    pub fn for_address(address: &str, not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        Self::end_entity(address, not_before, not_after).email(address)
    }

    /// A domain-bound certificate.
    #[must_use]
    pub fn for_domain(domain: &str, not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        Self::end_entity(domain, not_before, not_after).domain(domain)
    }

    fn with(common_name: &str, role: Role, not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        let subject = if common_name.is_empty() { vec![] } else { vec![(Nid::COMMONNAME, common_name.to_owned())] };
        Self {
            subject,
            emails: vec![],
            domains: vec![],
            not_before,
            not_after,
            role,
            key_usage: None,
            extended_key_usage: vec![],
            key: NewKey::default(),
            digest: SignatureDigest::Sha256,
            serial: None,
            subject_key_id: None,
            extensions: vec![],
        }
    }

    /// Adds an address as subject alternative name: rfc822Name, or SmtpUTF8Mailbox where it is not ASCII.
    #[must_use]
    pub fn email(mut self, address: &str) -> Self {
        self.emails.push(address.to_owned());
        self
    }

    /// Adds a dNSName.
    #[must_use]
    pub fn domain(mut self, domain: &str) -> Self {
        self.domains.push(domain.to_owned());
        self
    }

    /// Adds an organisation to the subject.
    #[must_use]
    pub fn organization(self, name: &str) -> Self {
        self.subject_attribute(Nid::ORGANIZATIONNAME, name)
    }

    /// Adds an `emailAddress` to the subject: the older practice.
    #[must_use]
    pub fn subject_email(self, address: &str) -> Self {
        self.subject_attribute(Nid::PKCS9_EMAILADDRESS, address)
    }

    fn subject_attribute(mut self, attribute: Nid, value: &str) -> Self {
        self.subject.push((attribute, value.to_owned()));
        self
    }

    /// How many intermediate authorities may follow; without effect on an end entity.
    #[must_use]
    pub fn path_len(mut self, intermediates: u32) -> Self {
        if let Role::Authority { path_len } = &mut self.role {
            *path_len = Some(intermediates);
        }
        self
    }

    /// The key usages to state; `None` leaves the extension out.
    #[must_use]
    pub fn key_usage(mut self, usage: Option<KeyUsage>) -> Self {
        self.key_usage = usage;
        self
    }

    /// Adds an extended key usage by its dotted object identifier.
    #[must_use]
    pub fn extended_key_usage(mut self, oid: &str) -> Self {
        self.extended_key_usage.push(oid.to_owned());
        self
    }

    /// The kind of key to make.
    #[must_use]
    pub fn key(mut self, key: NewKey) -> Self {
        self.key = key;
        self
    }

    /// The digest the issuer signs; for certificates that are weak on purpose.
    #[must_use]
    pub fn signature_digest(mut self, digest: SignatureDigest) -> Self {
        self.digest = digest;
        self
    }

    /// A serial number instead of a random one, as octets, highest first.
    #[must_use]
    pub fn serial(mut self, octets: &[u8]) -> Self {
        self.serial = Some(octets.to_vec());
        self
    }

    /// A subject key identifier instead of the key's hash; for certificates that lie.
    #[must_use]
    pub fn subject_key_id(mut self, octets: &[u8]) -> Self {
        self.subject_key_id = Some(octets.to_vec());
        self
    }

    /// Says at which URL the issuer's certificate is (RFC 5280 §4.2.2.1, caIssuers), which is not critical; to be said once.
    #[must_use]
    pub fn issuer_url(self, url: &str) -> Self {
        let method = der::oid(CA_ISSUERS).unwrap_or_default();
        let access = der::sequence(&[&method, &der::value(0x86, url.as_bytes())]);
        self.extension(AUTHORITY_INFO_ACCESS, Criticality::NonCritical, &der::sequence(&[&access]))
    }

    /// Adds any extension by its dotted object identifier and DER value.
    #[must_use]
    pub fn extension(mut self, oid: &str, critical: Criticality, value: &[u8]) -> Self {
        self.extensions.push(RawExtension { oid: oid.to_owned(), critical, value: value.to_vec() });
        self
    }

    fn build<T: HasPublic>(
        &self,
        public: &PKeyRef<T>,
        issuer: Option<&Authority>,
        signer: &PKeyRef<Private>,
    ) -> Result<Certificate, IssueError> {
        let mut builder = X509::builder()?;
        builder.set_version(2)?;
        let serial = self.serial.as_deref().map_or_else(random_serial, BigNum::from_slice)?;
        builder.set_serial_number(&*Asn1Integer::from_bn(&serial)?)?;
        builder.set_not_before(&*asn1_time(self.not_before)?)?;
        builder.set_not_after(&*asn1_time(self.not_after)?)?;
        let subject = self.subject_name()?;
        builder.set_subject_name(&subject)?;
        builder.set_issuer_name(issuer.map_or(&*subject, |issuer| issuer.certificate.x509().subject_name()))?;
        builder.set_pubkey(public)?;
        self.add_extensions(&mut builder, issuer)?;
        builder.sign(signer, message_digest(self.digest, signer))?;
        Ok(Certificate::from_x509(builder.build())?)
    }

    fn subject_name(&self) -> Result<X509Name, ErrorStack> {
        let mut builder = X509Name::builder()?;
        for (attribute, value) in self.subject.iter().rev() {
            builder.append_entry_by_nid(*attribute, value)?;
        }
        Ok(builder.build())
    }

    fn add_extensions(&self, builder: &mut X509Builder, issuer: Option<&Authority>) -> Result<(), IssueError> {
        if let Role::Authority { path_len } = self.role {
            let mut constraints = BasicConstraints::new();
            constraints.critical().ca();
            if let Some(path_len) = path_len {
                constraints.pathlen(path_len);
            }
            builder.append_extension(constraints.build()?)?;
        }
        if let Some(usage) = self.key_usage {
            builder.append_extension(key_usage_extension(usage)?)?;
        }
        if !self.extended_key_usage.is_empty() {
            let mut purposes = ExtendedKeyUsage::new();
            for oid in &self.extended_key_usage {
                purposes.other(oid);
            }
            builder.append_extension(purposes.build()?)?;
        }
        self.add_names_and_identifiers(builder, issuer)?;
        for extension in &self.extensions {
            builder.append_extension(extension.build()?)?;
        }
        Ok(())
    }

    fn add_names_and_identifiers(
        &self,
        builder: &mut X509Builder,
        issuer: Option<&Authority>,
    ) -> Result<(), IssueError> {
        if !self.emails.is_empty() || !self.domains.is_empty() {
            let names = self.alternative_names(builder)?;
            builder.append_extension(names)?;
        }
        let subject_key_id = match &self.subject_key_id {
            Some(octets) => raw_key_id(octets)?,
            None => SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?,
        };
        builder.append_extension(subject_key_id)?;
        if let Some(issuer) = issuer {
            let context = builder.x509v3_context(Some(issuer.certificate.x509()), None);
            let authority_key_id = AuthorityKeyIdentifier::new().keyid(false).build(&context)?;
            builder.append_extension(authority_key_id)?;
        }
        Ok(())
    }

    /// Critical where the subject is empty (RFC 5280 §4.2.1.6).
    fn alternative_names(&self, builder: &X509Builder) -> Result<X509Extension, ErrorStack> {
        let mut names = SubjectAlternativeName::new();
        if self.subject.is_empty() {
            names.critical();
        }
        for address in &self.emails {
            if address.is_ascii() {
                names.email(address);
            } else {
                names.other_name2(Asn1Object::from_str(SMTP_UTF8_MAILBOX)?, &der::value(0x0c, address.as_bytes()));
            }
        }
        for domain in &self.domains {
            names.dns(domain);
        }
        names.build(&builder.x509v3_context(None, None))
    }
}

impl RawExtension {
    fn build(&self) -> Result<X509Extension, ErrorStack> {
        let value = Asn1OctetString::new_from_bytes(&self.value)?;
        X509Extension::new_from_der(&*Asn1Object::from_str(&self.oid)?, self.critical == Criticality::Critical, &value)
    }
}

/// A certification authority with its key.
#[derive(Clone, Debug)]
pub struct Authority {
    certificate: Certificate,
    key: PKey<Private>,
    chain: Vec<Certificate>,
}

impl Authority {
    /// A root: it signs its own certificate.
    ///
    /// # Errors
    /// [`IssueError`] when OpenSSL refuses what the builder says.
    pub fn self_signed(builder: &CertificateBuilder) -> Result<Self, IssueError> {
        let key = builder.key.generate()?;
        Ok(Self { certificate: builder.build(&key, None, &key)?, key, chain: vec![] })
    }

    /// An authority from a key and its certificate, for instance out of a container.
    #[must_use]
    pub fn from_entry(entry: &PrivateKeyEntry) -> Self {
        Self { certificate: entry.certificate().clone(), key: entry.key().to_owned(), chain: entry.chain().to_vec() }
    }

    /// The authority's own certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The authority's key and certificate, to be kept in a container.
    ///
    /// # Errors
    /// [`IssueError::Mismatch`] never, unless OpenSSL cannot compare keys.
    pub fn entry(&self) -> Result<PrivateKeyEntry, IssueError> {
        Ok(PrivateKeyEntry::new(self.certificate.clone(), self.chain.clone(), self.key.clone())?)
    }

    /// Makes a key and certifies it.
    ///
    /// # Errors
    /// [`IssueError`] when OpenSSL refuses what the builder says.
    pub fn issue(&self, builder: &CertificateBuilder) -> Result<PrivateKeyEntry, IssueError> {
        let key = builder.key.generate()?;
        let certificate = self.certify(builder, &key)?;
        Ok(PrivateKeyEntry::new(certificate, self.chain_below(), key)?)
    }

    /// Makes an authority below this one.
    ///
    /// # Errors
    /// [`IssueError`] when OpenSSL refuses what the builder says.
    pub fn issue_authority(&self, builder: &CertificateBuilder) -> Result<Self, IssueError> {
        let key = builder.key.generate()?;
        Ok(Self { certificate: self.certify(builder, &key)?, key, chain: self.chain_below() })
    }

    /// Certifies a key that exists: for renewed certificates and cross-certification.
    ///
    /// # Errors
    /// [`IssueError`] when OpenSSL refuses what the builder says.
    pub fn certify<T: HasPublic>(
        &self,
        builder: &CertificateBuilder,
        key: &PKeyRef<T>,
    ) -> Result<Certificate, IssueError> {
        builder.build(key, Some(self), &self.key)
    }

    /// Signs a certificate with its own key instead of this authority's, yet names this authority as issuer: a forgery,
    /// for tests of those who check.
    ///
    /// # Errors
    /// [`IssueError`] when OpenSSL refuses what the builder says.
    pub fn forge(&self, builder: &CertificateBuilder) -> Result<PrivateKeyEntry, IssueError> {
        let key = builder.key.generate()?;
        let certificate = builder.build(&key, Some(self), &key)?;
        Ok(PrivateKeyEntry::new(certificate, self.chain_below(), key)?)
    }

    /// The authority's key.
    #[must_use]
    pub fn key(&self) -> &PKeyRef<Private> {
        &self.key
    }

    /// What goes with a certificate made here: the authority itself and those above it, the root left out.
    fn chain_below(&self) -> Vec<Certificate> {
        if self.certificate.is_self_issued() {
            return vec![];
        }
        std::iter::once(self.certificate.clone()).chain(self.chain.iter().cloned()).collect()
    }
}

/// Why a certificate or list could not be made.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// What was made cannot be read back.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The list that was made cannot be read back.
    #[error(transparent)]
    Crl(#[from] CrlError),
    /// The key is another's.
    #[error(transparent)]
    Mismatch(#[from] KeyMismatch),
    /// OpenSSL refused.
    #[error("the certificate could not be made: {0}")]
    OpenSsl(#[from] ErrorStack),
}

/// 127 random bits: positive, and at most 20 octets (RFC 5280 §4.1.2.2).
fn random_serial() -> Result<BigNum, ErrorStack> {
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::ONE, false)?;
    Ok(serial)
}

fn asn1_time(moment: OffsetDateTime) -> Result<Asn1Time, ErrorStack> {
    Asn1Time::from_unix(moment.unix_timestamp())
}

/// Ed25519 and Ed448 bring their own digest.
fn message_digest(digest: SignatureDigest, signer: &PKeyRef<Private>) -> MessageDigest {
    if matches!(signer.id(), Id::ED25519 | Id::ED448) {
        return MessageDigest::null();
    }
    match digest {
        SignatureDigest::Md5 => MessageDigest::md5(),
        SignatureDigest::Sha1 => MessageDigest::sha1(),
        SignatureDigest::Sha224 => MessageDigest::sha224(),
        SignatureDigest::Sha384 => MessageDigest::sha384(),
        SignatureDigest::Sha512 => MessageDigest::sha512(),
        SignatureDigest::Sha3 => MessageDigest::sha3_256(),
        SignatureDigest::Sha256 | SignatureDigest::Intrinsic | SignatureDigest::Unknown => MessageDigest::sha256(),
    }
}

fn raw_key_id(octets: &[u8]) -> Result<X509Extension, ErrorStack> {
    let value = Asn1OctetString::new_from_bytes(&der::value(0x04, octets))?;
    X509Extension::new_from_der(&*Asn1Object::from_str("2.5.29.14")?, false, &value)
}

type KeyUsageSetter = fn(&mut KeyUsageExtension) -> &mut KeyUsageExtension;

fn key_usage_extension(usage: KeyUsage) -> Result<X509Extension, ErrorStack> {
    let mut extension = KeyUsageExtension::new();
    extension.critical();
    let setters: [(KeyUsage, KeyUsageSetter); 9] = [
        (KeyUsage::DIGITAL_SIGNATURE, KeyUsageExtension::digital_signature),
        (KeyUsage::NON_REPUDIATION, KeyUsageExtension::non_repudiation),
        (KeyUsage::KEY_ENCIPHERMENT, KeyUsageExtension::key_encipherment),
        (KeyUsage::DATA_ENCIPHERMENT, KeyUsageExtension::data_encipherment),
        (KeyUsage::KEY_AGREEMENT, KeyUsageExtension::key_agreement),
        (KeyUsage::KEY_CERT_SIGN, KeyUsageExtension::key_cert_sign),
        (KeyUsage::CRL_SIGN, KeyUsageExtension::crl_sign),
        (KeyUsage::ENCIPHER_ONLY, KeyUsageExtension::encipher_only),
        (KeyUsage::DECIPHER_ONLY, KeyUsageExtension::decipher_only),
    ];
    for (bit, set) in setters {
        if usage.contains(bit) {
            set(&mut extension);
        }
    }
    extension.build()
}

#[cfg(test)]
mod tests;
