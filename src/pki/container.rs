//! The files that certificates, keys and revocation lists come in.
//!
//! What a file is, its content says; the extension of its name does not matter. PKCS#12 (RFC 7292), PEM (RFC 7468) with
//! any mixture inside, DER certificates, lists and keys (RFC 5958), certs-only PKCS#7 (RFC 5652), and base64 of these
//! without armour. A private key is given out only together with its certificate.

use std::borrow::Cow;

use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use zeroize::Zeroizing;

use super::certificate::{Certificate, CertificateError};
use super::key::PrivateKeyEntry;
use super::passphrase::Passphrase;
use super::pem;
use super::pkcs12;
use super::revocation::{Crl, CrlError};
use crate::asn1::{Element, Tree, tag};
use crate::limits::{LimitExceeded, Limits};
use crate::mail::escape_controls;

pub use super::pkcs12::write_pkcs12;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const DATA: &str = "1.2.840.113549.1.7.1";

/// Octet strings looked into for more of the same; a keystore has three or four.
const LAYERS: usize = 16;

/// One thing out of a container.
#[derive(Clone, Debug)]
pub enum Item {
    /// A certificate without its key.
    Certificate(Certificate),
    /// A revocation list.
    Crl(Crl),
    /// A private key with its certificate.
    Key(PrivateKeyEntry),
}

/// What the content of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Base64 of something else, without armour.
    Base64,
    /// One certificate or revocation list in DER.
    Certificate,
    /// An encrypted private key in DER.
    EncryptedKey,
    /// A private key in DER.
    Key,
    /// Armoured text.
    Pem,
    /// A keystore.
    Pkcs12,
    /// A signed-data, of which the certificates and lists are taken.
    Pkcs7,
}

impl Kind {
    /// Looks at the content; `None` for what is no container.
    #[must_use]
    pub fn of(octets: &[u8]) -> Option<Self> {
        if pem::is_armoured(octets) {
            return Some(Self::Pem);
        }
        match octets.first() {
            Some(0x30) => Self::of_der(octets),
            Some(_) => pem::decode_bare(octets).filter(|inner| inner.first() == Some(&0x30)).map(|_| Self::Base64),
            None => None,
        }
    }

    fn of_der(octets: &[u8]) -> Option<Self> {
        let tree = Tree::parse(octets, &Limits { asn1_depth: 3, ..Limits::DEFAULT });
        let root = tree.root()?;
        let unopened = Tree::parse(octets, &Limits { asn1_depth: 0, ..Limits::DEFAULT });
        if unopened.error.is_some() {
            return Self::of_cut_off(root.content());
        }
        let first = root.child(0)?;
        let second = root.child(1);
        if first.oid().is_some_and(|oid| oid == SIGNED_DATA) {
            return Some(Self::Pkcs7);
        }
        if first.is(tag::INTEGER) {
            let content_info = second.and_then(|second| second.child(0)).and_then(|id| id.oid());
            let is_pkcs12 = content_info.is_some_and(|oid| oid == DATA || oid == SIGNED_DATA);
            let is_key = second.is_some_and(|second| {
                second.is(tag::SEQUENCE) || second.is(tag::INTEGER) || second.is(tag::OCTET_STRING)
            });
            return if is_pkcs12 { Some(Self::Pkcs12) } else { is_key.then_some(Self::Key) };
        }
        if !first.is(tag::SEQUENCE) {
            return None;
        }
        match second {
            Some(second) if second.is(tag::OCTET_STRING) => Some(Self::EncryptedKey),
            Some(second) if second.is(tag::SEQUENCE) => Some(Self::Certificate),
            _ => None,
        }
    }

    /// Of a file whose end is missing only the beginning tells anything.
    fn of_cut_off(content: &[u8]) -> Option<Self> {
        let tree = Tree::parse(content, &Limits { asn1_depth: 0, ..Limits::DEFAULT });
        let first = tree.root()?;
        match first.tag() {
            tag::INTEGER => Some(Self::Pkcs12),
            tag::OBJECT_IDENTIFIER if first.oid().is_some_and(|oid| oid == SIGNED_DATA) => Some(Self::Pkcs7),
            tag::SEQUENCE => Some(Self::Certificate),
            _ => None,
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64 text",
            Self::Certificate => "certificate file",
            Self::EncryptedKey | Self::Key => "private key file",
            Self::Pem => "PEM file",
            Self::Pkcs12 => "PKCS#12 file",
            Self::Pkcs7 => "PKCS#7 file",
        }
    }
}

/// The one encoding that a file holds: as it is, in base64, or under PEM armour; `None` for text, and for several blocks.
#[must_use]
pub fn encoding(octets: &[u8]) -> Option<Cow<'_, [u8]>> {
    if octets.first() == Some(&0x30) && octets.len() > 1 && !octets.iter().all(u8::is_ascii_graphic) {
        return Some(Cow::Borrowed(octets));
    }
    if pem::is_armoured(octets) {
        let blocks = pem::blocks(octets);
        let [Ok(only)] = blocks.as_slice() else { return None };
        return only.decode().map(|octets| Cow::Owned(octets.to_vec()));
    }
    pem::decode_bare(octets).filter(|inner| inner.first() == Some(&0x30)).map(|inner| Cow::Owned(inner.to_vec()))
}

/// Reads everything out of a container. Keys come with their certificates and what else may complete a path.
///
/// # Errors
/// [`ContainerError`] when the octets are no container, are damaged, or the passphrase does not open them.
pub fn read(octets: &[u8], passphrase: Option<&Passphrase>) -> Result<Vec<Item>, ContainerError> {
    read_within(octets, passphrase, &Limits::DEFAULT)
}

/// [`read`] within given limits.
///
/// # Errors
/// [`ContainerError`], as for [`read`].
pub fn read_within(
    octets: &[u8],
    passphrase: Option<&Passphrase>,
    limits: &Limits,
) -> Result<Vec<Item>, ContainerError> {
    if octets.is_empty() {
        return Err(ContainerError::Empty);
    }
    Limits::check("file size in octets", octets.len(), limits.message_octets)?;
    let kind = Kind::of(octets).ok_or(ContainerError::NotRecognised)?;
    let mut found = Found::within(*limits);
    if kind == Kind::Pem {
        found.read_pem(octets, passphrase)?;
    } else if kind == Kind::Base64 {
        let inner = pem::decode_bare(octets).ok_or(ContainerError::NotRecognised)?;
        found.read_der(Kind::of_der(&inner).ok_or(ContainerError::NotRecognised)?, &inner, passphrase)?;
    } else {
        found.read_der(kind, octets, passphrase)?;
    }
    found.into_items()
}

/// What has been found so far, keys and certificates not yet joined.
pub(super) struct Found {
    pub(super) certificates: Vec<Certificate>,
    pub(super) keys: Vec<PKey<Private>>,
    pub(super) crls: Vec<Crl>,
    limits: Limits,
    /// Iterations that passphrases have cost so far.
    iterations: u64,
}

impl Found {
    const fn within(limits: Limits) -> Self {
        Self { certificates: Vec::new(), keys: Vec::new(), crls: Vec::new(), limits, iterations: 0 }
    }

    /// Refuses a file that would keep the processor busy for minutes, before a passphrase is tried on these octets.
    /// What all blocks of one file cost is counted together.
    pub(super) fn spend_iterations(&mut self, octets: &[u8]) -> Result<(), ContainerError> {
        self.iterations = self.iterations.saturating_add(iterations(octets));
        let limit = self.limits.passphrase_iterations;
        if self.iterations <= limit {
            return Ok(());
        }
        Err(LimitExceeded { what: "iterations of the passphrase", found: self.iterations, limit }.into())
    }

    pub(super) fn add_certificate(&mut self, certificate: Certificate) -> Result<(), ContainerError> {
        if !self.certificates.contains(&certificate) {
            Limits::check("certificates in one file", self.certificates.len() + 1, self.limits.certificates)?;
            self.certificates.push(certificate);
        }
        Ok(())
    }

    pub(super) fn add_key(&mut self, key: PKey<Private>) {
        if !self.keys.iter().any(|known| known.public_eq(&key)) {
            self.keys.push(key);
        }
    }

    fn read_der(&mut self, kind: Kind, octets: &[u8], passphrase: Option<&Passphrase>) -> Result<(), ContainerError> {
        let tree = Tree::parse(octets, &Limits::DEFAULT);
        if let Some(error) = tree.error {
            return Err(ContainerError::Damaged { kind, detail: error.to_string() });
        }
        match kind {
            Kind::Certificate => self.read_certificate_or_crl(octets),
            Kind::EncryptedKey => {
                self.spend_iterations(octets)?;
                self.add_key(decrypt_key(octets, passphrase)?);
                Ok(())
            }
            Kind::Key => {
                let key = PKey::private_key_from_der(octets).map_err(|error| damaged(kind, &error))?;
                self.add_key(key);
                Ok(())
            }
            Kind::Pkcs12 => pkcs12::read(octets, passphrase, self),
            Kind::Pkcs7 => self.read_pkcs7(octets),
            Kind::Base64 | Kind::Pem => Err(ContainerError::NotRecognised),
        }
    }

    fn read_certificate_or_crl(&mut self, octets: &[u8]) -> Result<(), ContainerError> {
        match Certificate::from_der(octets) {
            Ok(certificate) => self.add_certificate(certificate),
            Err(error) => match Crl::from_der(octets) {
                Ok(crl) => {
                    self.crls.push(crl);
                    Ok(())
                }
                Err(CrlError::Malformed) => Err(error.into()),
                Err(error) => Err(error.into()),
            },
        }
    }

    fn read_pkcs7(&mut self, octets: &[u8]) -> Result<(), ContainerError> {
        let tree = Tree::parse(octets, &Limits::DEFAULT);
        let signed_data = tree.root().and_then(|root| root.child(1)).and_then(|tagged| tagged.child(0));
        let Some(signed_data) = signed_data else {
            let detail = "it has no content".to_owned();
            return Err(ContainerError::Damaged { kind: Kind::Pkcs7, detail });
        };
        for field in signed_data.children() {
            // Attribute certificates and other formats are tagged; only X.509 itself is a SEQUENCE.
            for entry in field.children().filter(|entry| entry.is(tag::SEQUENCE)) {
                if field.is_context(0) {
                    self.add_certificate(Certificate::from_der(entry.whole())?)?;
                } else if field.is_context(1) {
                    self.crls.push(Crl::from_der(entry.whole())?);
                }
            }
        }
        Ok(())
    }

    fn read_pem(&mut self, octets: &[u8], passphrase: Option<&Passphrase>) -> Result<(), ContainerError> {
        let damaged = |detail: String| ContainerError::Damaged { kind: Kind::Pem, detail };
        for block in pem::blocks(octets) {
            let block = block.map_err(|error| damaged(error.to_string()))?;
            let broken = || damaged(format!("the base64 of {} is broken", escape_controls(&block.label)));
            let content = || block.decode().ok_or_else(broken);
            match block.label.as_str() {
                "CERTIFICATE" | "X509 CERTIFICATE" => self.add_certificate(Certificate::from_der(&content()?)?)?,
                "TRUSTED CERTIFICATE" => {
                    // OpenSSL's own format: settings follow the certificate.
                    let x509 = X509::from_der(&content()?).map_err(|_| CertificateError::Malformed)?;
                    self.add_certificate(Certificate::from_x509(x509)?)?;
                }
                "X509 CRL" => self.crls.push(Crl::from_der(&content()?)?),
                "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA" => self.read_pkcs7(&content()?)?,
                "ENCRYPTED PRIVATE KEY" => {
                    let content = content()?;
                    self.spend_iterations(&content)?;
                    self.add_key(decrypt_key(&content, passphrase)?);
                }
                label if label.ends_with("PRIVATE KEY") => self.add_key(read_pem_key(&block, passphrase)?),
                _ => {}
            }
        }
        Ok(())
    }

    /// Joins keys and certificates: what belongs to no key completes the chain of each.
    fn into_items(self) -> Result<Vec<Item>, ContainerError> {
        let mut items: Vec<Item> = self.crls.into_iter().map(Item::Crl).collect();
        let fits = |certificate: &Certificate, key: &PKey<Private>| {
            certificate.x509().public_key().is_ok_and(|public| public.public_eq(key))
        };
        let (own, others): (Vec<Certificate>, Vec<Certificate>) =
            self.certificates.into_iter().partition(|certificate| self.keys.iter().any(|key| fits(certificate, key)));
        for key in &self.keys {
            let mut matching = own.iter().filter(|certificate| fits(certificate, key));
            // Several certificates of one key: the one that lasts longest.
            let Some(first) = matching.next() else { return Err(ContainerError::KeyWithoutCertificate) };
            let newest = matching.fold(
                first,
                |newest, other| {
                    if other.not_after() > newest.not_after() { other } else { newest }
                },
            );
            let entry = PrivateKeyEntry::new(newest.clone(), others.clone(), key.clone());
            items.push(Item::Key(entry.map_err(|_| ContainerError::KeyWithoutCertificate)?));
        }
        if self.keys.is_empty() {
            items.extend(others.into_iter().map(Item::Certificate));
        }
        if items.is_empty() { Err(ContainerError::NothingInside) } else { Ok(items) }
    }
}

/// Why a container gave nothing. Each is one sentence with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// A certificate inside.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A revocation list inside.
    #[error(transparent)]
    Crl(#[from] CrlError),
    /// Cut off or changed.
    #[error("the {} is damaged ({detail}): copy it again from where it came from", kind.as_str())]
    Damaged {
        /// What the file is.
        kind: Kind,
        /// What is wrong, and where.
        detail: String,
    },
    /// No octets.
    #[error("the file is empty: copy it again from where it came from")]
    Empty,
    /// A private key whose certificate is not there.
    #[error(
        "the file has a private key without its certificate: put both into one PEM or PKCS#12 file, for instance with openssl pkcs12 -export"
    )]
    KeyWithoutCertificate,
    /// A cap was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// None of the formats.
    #[error(
        "this is not a certificate, key or revocation list: give a PEM, DER, PKCS#7 (.p7b) or PKCS#12 (.p12, .pfx) file"
    )]
    NotRecognised,
    /// Armour or structure with nothing of ours in it.
    #[error("the file holds no certificate, key or revocation list: export it again with the certificate included")]
    NothingInside,
    /// OpenSSL could not write.
    #[error("the PKCS#12 file could not be made: {0}")]
    OpenSsl(#[from] ErrorStack),
    /// A private key is never written without encryption.
    #[error("a private key is kept only under a passphrase: give one")]
    PassphraseEmpty,
    /// OpenSSL would cut it off there.
    #[error("the passphrase has a NUL character in it: choose another")]
    PassphraseHasNul,
    /// Encrypted, and no passphrase was given.
    #[error("the {} is protected: give its passphrase", kind.as_str())]
    PassphraseNeeded {
        /// What the file is.
        kind: Kind,
    },
    /// Encrypted in a way this build does not know.
    #[error(
        "the {} is encrypted in a way that is not supported here ({detail}): convert it with openssl pkcs12 -legacy -in FILE -nodes | openssl pkcs12 -export -out NEW",
        kind.as_str()
    )]
    UnsupportedEncryption {
        /// What the file is.
        kind: Kind,
        /// OpenSSL's words.
        detail: String,
    },
    /// The passphrase does not open it.
    #[error("the passphrase does not open the {}: check it; if it is right, the file was changed", kind.as_str())]
    WrongPassphrase {
        /// What the file is.
        kind: Kind,
    },
}

/// The passphrase as OpenSSL can take it.
pub(super) fn checked(passphrase: Option<&Passphrase>) -> Result<&str, ContainerError> {
    match passphrase.map_or("", Passphrase::expose) {
        words if words.contains('\0') => Err(ContainerError::PassphraseHasNul),
        words => Ok(words),
    }
}

pub(super) fn damaged(kind: Kind, error: &ErrorStack) -> ContainerError {
    let detail = error.errors().first().and_then(|error| error.reason()).unwrap_or("it cannot be read").to_owned();
    ContainerError::Damaged { kind, detail }
}

/// Opens a PKCS#8 EncryptedPrivateKeyInfo.
fn decrypt_key(octets: &[u8], passphrase: Option<&Passphrase>) -> Result<PKey<Private>, ContainerError> {
    let kind = Kind::EncryptedKey;
    let words = checked(passphrase)?;
    if words.is_empty() {
        return Err(ContainerError::PassphraseNeeded { kind });
    }
    pkcs12::with_legacy(|| PKey::private_key_from_pkcs8_passphrase(octets, words.as_bytes())).map_err(|error| {
        if pkcs12::is_unsupported(&error) {
            return ContainerError::UnsupportedEncryption { kind, detail: error.to_string() };
        }
        ContainerError::WrongPassphrase { kind }
    })
}

/// A key in armour; OpenSSL must never be asked to read an encrypted one without words, or it asks on the terminal.
fn read_pem_key(block: &pem::Block, passphrase: Option<&Passphrase>) -> Result<PKey<Private>, ContainerError> {
    let words = checked(passphrase)?;
    let encrypted = block.is_encrypted();
    if encrypted && words.is_empty() {
        return Err(ContainerError::PassphraseNeeded { kind: Kind::EncryptedKey });
    }
    let words = if words.is_empty() { "none" } else { words };
    PKey::private_key_from_pem_passphrase(block.text.as_bytes(), words.as_bytes()).map_err(|error| {
        if encrypted {
            ContainerError::WrongPassphrase { kind: Kind::EncryptedKey }
        } else {
            damaged(Kind::Key, &error)
        }
    })
}

/// What the passphrase's stretching costs: in all password-based schemes the number of iterations is the INTEGER after
/// the salt, an OCTET STRING.
fn iterations(octets: &[u8]) -> u64 {
    let mut work = 0_u64;
    let mut layers = vec![Zeroizing::new(octets.to_vec())];
    let mut opened = 0;
    while let Some(layer) = layers.pop() {
        let tree = Tree::parse(&layer, &Limits::DEFAULT);
        let mut pending: Vec<Element<'_, '_>> = tree.root().into_iter().collect();
        while let Some(element) = pending.pop() {
            work = work.saturating_add(iterations_in(element));
            for child in element.children() {
                // Safe contents are octet strings with another layer inside.
                if let Some(inner) =
                    child.octet_string().filter(|inner| inner.first() == Some(&0x30) && opened < LAYERS)
                {
                    opened += 1;
                    layers.push(Zeroizing::new(inner.into_owned()));
                }
                pending.push(child);
            }
        }
    }
    work
}

fn iterations_in(element: Element<'_, '_>) -> u64 {
    let mut after_salt = element.children().skip_while(|value| !value.is(tag::OCTET_STRING)).skip(1);
    let mut counts = Vec::new();
    while let Some(count) = after_salt.next().filter(|value| value.is(tag::INTEGER)) {
        counts.push(count.small_integer().and_then(|count| u64::try_from(count).ok()).unwrap_or(u64::MAX));
    }
    match counts.as_slice() {
        [] => 0,
        // PBKDF2 (RFC 8018 §A.2) has a key length beside the count, which has to be the cipher's.
        [count] | [count, _] => *count,
        // scrypt (RFC 7914 §7): cost, block size and parallelism multiply.
        [cost, block, parallel, ..] => cost.saturating_mul(*block).saturating_mul(*parallel),
    }
}

#[cfg(test)]
mod tests;
