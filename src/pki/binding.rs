//! Whom a certificate speaks for (RFC 8550 §3, Direct AS 1.3 §1.4).
//!
//! All subject alternative names count. An address matches an rfc822Name without regard to the case of ASCII letters,
//! and a SmtpUTF8Mailbox octet for octet (RFC 9598 §5); a domain matches a dNSName as a whole, never by wildcard or
//! suffix. Names in the subject bind only where a profile says so.

use super::certificate::Certificate;
use super::name;
use crate::mail::{Address, Domain};
use openssl::nid::Nid;

/// What ties a certificate to an address. The text is the name that matched, as the certificate has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The certificate names the address.
    Address(String),
    /// The certificate names the address's domain.
    Domain(String),
}

/// Whether names in the subject's distinguished name bind, where there is no subject alternative name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectDnNames {
    /// The practice of the 2010s: `emailAddress` and common name bind.
    Accept,
    /// They do not.
    Ignore,
}

/// Looks for the name that ties `certificate` to `address`: the address itself, the address without its `+suffix`, then
/// the domain.
#[must_use]
pub fn bind(certificate: &Certificate, address: &Address, subject_names: SubjectDnNames) -> Option<Binding> {
    bind_by(certificate.email_addresses(), certificate.dns_names(), address).or_else(|| {
        let unnamed = certificate.email_addresses().is_empty() && certificate.dns_names().is_empty();
        match subject_names {
            SubjectDnNames::Accept if unnamed => bind_by_subject(certificate, address),
            _ => None,
        }
    })
}

/// The names a certificate is bound by, for people: `alice@a.example, b.example`, or `no name`.
#[must_use]
pub fn names(certificate: &Certificate) -> String {
    let names = certificate.email_addresses().iter().chain(certificate.dns_names());
    let names: Vec<String> = names.map(|text| name::printable(text)).collect();
    if names.is_empty() { "no name".to_owned() } else { names.join(", ") }
}

fn bind_by(addresses: &[String], domains: &[String], address: &Address) -> Option<Binding> {
    let without_suffix = address.without_suffix();
    let by_address = |wanted: &Address| addresses.iter().find(|text| names_address(text, wanted)).cloned();
    by_address(address)
        .or_else(|| without_suffix.as_ref().and_then(by_address))
        .map(Binding::Address)
        .or_else(|| domains.iter().find(|text| names_domain(text, address)).cloned().map(Binding::Domain))
}

fn bind_by_subject(certificate: &Certificate, address: &Address) -> Option<Binding> {
    let subject = certificate.x509().subject_name();
    let common_names = name::values(subject, Nid::COMMONNAME);
    let mut addresses = certificate.subject_email_addresses().to_vec();
    addresses.extend_from_slice(&common_names);
    bind_by(&addresses, &common_names, address).map(|binding| match binding {
        Binding::Address(text) => Binding::Address(format!("{text} in the subject")),
        Binding::Domain(text) => Binding::Domain(format!("{text} in the subject")),
    })
}

fn names_address(text: &str, address: &Address) -> bool {
    Address::parse(text)
        .is_ok_and(|named| if named.local_part().is_ascii() { named.same_mailbox(address) } else { named == *address })
}

fn names_domain(text: &str, address: &Address) -> bool {
    Domain::parse(text).is_ok_and(|named| named == *address.domain())
}
