//! Certificates, keys, paths and revocation (RFC 5280, 7292).

pub mod certificate;
pub mod extension;
pub mod issue;
pub mod key;
pub mod key_usage;
pub mod name;
pub mod passphrase;
pub mod pem;
pub mod revocation;

pub use certificate::{Certificate, CertificateError, SignatureDigest, Validity};
pub use extension::Extensions;
pub use key::{KeyAlgorithm, KeyMismatch, NewKey, PrivateKeyEntry};
pub use key_usage::KeyUsage;
pub use passphrase::{Passphrase, PassphraseError};
pub use revocation::Crl;
