//! Certificates, keys, paths and revocation (RFC 5280, 7292).
//!
//! [`Certificate`] is read once and shared; [`binding`] says whom it speaks for, [`path`] whether it leads to an anchor,
//! [`revocation`] what lists say of it. [`container`] reads the files these come in, [`issue`] is a lab authority that
//! makes them. No I/O and no clock: octets and the moment come in as parameters.

pub mod binding;
pub mod certificate;
pub mod container;
pub mod digest;
mod distribution_point;
pub mod extension;
pub mod issue;
pub mod key;
pub mod key_usage;
mod memo;
pub mod name;
pub mod ocsp;
pub mod passphrase;
pub mod path;
pub mod pem;
mod pkcs12;
pub mod published;
pub mod revocation;
mod rsa_size;

pub use binding::{Binding, SubjectDnNames};
pub use certificate::{Certificate, CertificateError, Validity};
pub use container::{ContainerError, Item, Kind, write_pkcs12};
pub use digest::SignatureDigest;
pub use extension::Extensions;
pub use key::{KeyAlgorithm, KeyMismatch, NewKey, PrivateKeyEntry};
pub use key_usage::KeyUsage;
pub use ocsp::{OcspAnswer, OcspCause, OcspQuestion};
pub use passphrase::{Passphrase, PassphraseError};
pub use path::{
    CertificateSource, DigestPolicy, PathError, PathGraph, PathPolicy, PathReport, Pool, RevocationPolicy, TriedPath,
    ValidatedPath, find_path,
};
pub use revocation::{
    Crl, CrlError, RevocationEvidence, RevocationReason, RevocationStatus, RevocationWitness, UnknownCause,
};

/// Which OpenSSL does the cryptography, as it names itself: `OpenSSL 3.6.3 9 Jun 2026`.
#[must_use]
pub fn library_version() -> &'static str {
    openssl::version::version()
}
