//! What a certificate's extensions say.

use openssl::x509::{X509KeyUsage, X509Ref};

use super::key_usage::KeyUsage;

/// The extensions that decisions are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// rfc822Name and SmtpUTF8Mailbox subject alternative names, as written.
    pub email_addresses: Vec<String>,
    /// dNSName subject alternative names, as written.
    pub dns_names: Vec<String>,
    /// Subject alternative names that cannot be what they claim to be (a NUL, not ASCII); they bind nothing.
    pub malformed_names: Vec<String>,
    /// basicConstraints' cA.
    pub is_ca: bool,
    /// basicConstraints' pathLenConstraint.
    pub path_len: Option<u32>,
    /// keyUsage.
    pub key_usage: Option<KeyUsage>,
    /// extKeyUsage, dotted.
    pub extended_key_usage: Option<Vec<String>>,
    /// Critical extensions that nothing here processes, dotted.
    pub unknown_critical: Vec<String>,
}

impl Extensions {
    pub(super) fn read(x509: &X509Ref) -> Self {
        let mut all = Self { path_len: x509.pathlen(), key_usage: x509.key_usage().map(usage), ..Self::default() };
        all.is_ca =
            all.path_len.is_some() || all.key_usage.is_some_and(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN));
        for name in x509.subject_alt_names().iter().flatten() {
            all.email_addresses.extend(name.email().map(str::to_owned));
            all.dns_names.extend(name.dnsname().map(str::to_owned));
        }
        all
    }
}

fn usage(bits: X509KeyUsage) -> KeyUsage {
    [
        (X509KeyUsage::DIGITAL_SIGNATURE, KeyUsage::DIGITAL_SIGNATURE),
        (X509KeyUsage::NON_REPUDIATION, KeyUsage::NON_REPUDIATION),
        (X509KeyUsage::KEY_ENCIPHERMENT, KeyUsage::KEY_ENCIPHERMENT),
        (X509KeyUsage::DATA_ENCIPHERMENT, KeyUsage::DATA_ENCIPHERMENT),
        (X509KeyUsage::KEY_AGREEMENT, KeyUsage::KEY_AGREEMENT),
        (X509KeyUsage::KEY_CERT_SIGN, KeyUsage::KEY_CERT_SIGN),
        (X509KeyUsage::CRL_SIGN, KeyUsage::CRL_SIGN),
    ]
    .into_iter()
    .filter(|(theirs, _)| bits.contains(*theirs))
    .fold(KeyUsage::NONE, |all, (_, ours)| all.union(ours))
}
