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

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use time::macros::datetime;

    use super::*;
    use crate::pki::issue::{Authority, CertificateBuilder};
    use crate::pki::key::NewKey;

    const FROM: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
    const UNTIL: OffsetDateTime = datetime!(2030-12-31 23:59:59 UTC);

    fn end_entity(common_name: &str) -> CertificateBuilder {
        CertificateBuilder::end_entity(common_name, FROM, UNTIL).key(NewKey::P256)
    }

    fn bound(builder: &CertificateBuilder, address: &str, subject_names: SubjectDnNames) -> Option<Binding> {
        let certificate = Authority::self_signed(builder).unwrap().certificate().clone();
        bind(&certificate, &Address::parse(address).unwrap(), subject_names)
    }

    fn address(text: &str) -> Option<Binding> {
        Some(Binding::Address(text.to_owned()))
    }

    #[test]
    fn an_address_binds_itself_whatever_the_case_and_its_suffixes() {
        let certificate = end_entity("x").email("Bob@A.example");
        for (wanted, expected) in [
            ("bob@a.EXAMPLE", address("Bob@A.example")),
            ("bob+urgent@a.example", address("Bob@A.example")),
            ("bobby@a.example", None),
            ("bob@b.a.example", None),
        ] {
            assert_eq!(bound(&certificate, wanted, SubjectDnNames::Ignore), expected, "{wanted}");
        }
    }

    #[test]
    fn a_domain_binds_its_addresses_and_not_those_below_it() {
        let certificate = end_entity("x").domain("A.example");
        let domain = Some(Binding::Domain("A.example".to_owned()));
        assert_eq!(bound(&certificate, "bob@a.example", SubjectDnNames::Ignore), domain);
        assert_eq!(bound(&certificate, "bob@sub.a.example", SubjectDnNames::Ignore), None);
    }

    #[test]
    fn a_wildcard_binds_nothing() {
        let certificate = end_entity("x").domain("*.a.example");
        for wanted in ["bob@b.a.example", "bob@a.example"] {
            assert_eq!(bound(&certificate, wanted, SubjectDnNames::Accept), None);
        }
    }

    // The Java reference agent keeps one name of several.
    #[test]
    fn every_alternative_name_counts() {
        let certificate = end_entity("x").email("alice@a.example").email("bob@a.example").domain("b.example");
        assert_eq!(bound(&certificate, "bob@a.example", SubjectDnNames::Ignore), address("bob@a.example"));
        assert!(matches!(bound(&certificate, "x@b.example", SubjectDnNames::Ignore), Some(Binding::Domain(_))));
    }

    #[test]
    fn the_address_comes_before_the_domain() {
        let certificate = end_entity("x").domain("a.example").email("bob@a.example");
        assert_eq!(bound(&certificate, "bob@a.example", SubjectDnNames::Ignore), address("bob@a.example"));
    }

    #[test]
    fn names_in_the_subject_bind_only_where_accepted_and_no_alternative_name_is_there() {
        let old = end_entity("bob@a.example").subject_email("carol@a.example");
        for wanted in ["bob@a.example", "carol@a.example"] {
            assert_eq!(bound(&old, wanted, SubjectDnNames::Ignore), None);
            let expected = address(&format!("{wanted} in the subject"));
            assert_eq!(bound(&old, wanted, SubjectDnNames::Accept), expected);
        }
        let both = old.email("dave@a.example");
        assert_eq!(bound(&both, "bob@a.example", SubjectDnNames::Accept), None);
        let domain = end_entity("a.example");
        assert!(matches!(bound(&domain, "x@a.example", SubjectDnNames::Accept), Some(Binding::Domain(_))));
    }

    #[test]
    fn a_smtp_utf8_mailbox_is_compared_octet_for_octet() {
        let composed = end_entity("x").email("m\u{e9}decin@a.example");
        assert!(bound(&composed, "m\u{e9}decin@a.example", SubjectDnNames::Ignore).is_some());
        assert_eq!(bound(&composed, "me\u{301}decin@a.example", SubjectDnNames::Ignore), None);
    }

    #[test]
    fn a_nul_in_a_name_does_not_cut_it_short() {
        let certificate = end_entity("x").email("bob@a.example\0.evil.example").domain("a.example\0.evil.example");
        assert_eq!(bound(&certificate, "bob@a.example", SubjectDnNames::Accept), None);
        let read = Authority::self_signed(&certificate).unwrap().certificate().clone();
        assert_eq!(read.extensions().malformed_names.len(), 2);
        assert_eq!(names(&read), "no name");
    }
}
