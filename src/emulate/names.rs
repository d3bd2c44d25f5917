//! Whom a certificate names, in the eyes of either agent.

use std::collections::HashSet;

use openssl::nid::Nid;

use crate::limits::Limits;
use crate::mail::{Address, HeaderSection, mailbox_list};
use crate::pki::Certificate;
use crate::span::Buffer;

/// The one name that the Java agent keeps: the last rfc822Name, else the first dNSName.
pub(super) fn java_name(certificate: &Certificate) -> Option<&str> {
    certificate.email_addresses().last().or_else(|| certificate.dns_names().first()).map(String::as_str)
}

/// The address that .NET gives for a certificate: the first rfc822Name, else `E=` of the subject.
fn dotnet_address(certificate: &Certificate) -> Option<&str> {
    certificate.email_addresses().first().or_else(|| certificate.subject_email_addresses().first()).map(String::as_str)
}

fn common_names(certificate: &Certificate) -> Vec<String> {
    let entries = certificate.x509().subject_name().entries_by_nid(Nid::COMMONNAME);
    entries.filter_map(|entry| entry.data().to_string().ok()).collect()
}

/// Whether .NET finds the address in a certificate: as its e-mail name, or as its common name.
pub(super) fn dotnet_names_address(certificate: &Certificate, address: &Address) -> bool {
    let same = |name: &str| name.eq_ignore_ascii_case(address.as_str());
    dotnet_address(certificate).is_some_and(same) || common_names(certificate).iter().any(|name| same(name))
}

/// Whether .NET finds the host in a certificate: as its first dNSName, or else as its common name.
pub(super) fn dotnet_names_host(certificate: &Certificate, address: &Address) -> bool {
    let same = |name: &str| name.eq_ignore_ascii_case(address.domain().as_str());
    match certificate.dns_names().first() {
        Some(name) => same(name),
        None => common_names(certificate).iter().any(|name| same(name)),
    }
}

/// The addresses in fields of the message that is delivered.
pub(super) struct Named(HashSet<String>);

impl Named {
    pub(super) fn in_fields(message: &Buffer, names: &[&str]) -> Self {
        let octets = message.octets();
        let header = HeaderSection::scan(octets, 0..octets.len(), &Limits::DEFAULT);
        let fields = names.iter().flat_map(|name| header.all(octets, name));
        let entries = fields.flat_map(|field| mailbox_list(field.value(octets)));
        Self(entries.filter_map(|entry| entry.address.ok()).map(|address| key(&address)).collect())
    }

    /// Without regard to case.
    pub(super) fn contains(&self, address: &Address) -> bool {
        self.0.contains(&key(address))
    }
}

fn key(address: &Address) -> String {
    address.as_str().to_ascii_lowercase()
}
