//! What a certificate's extensions say (RFC 5280 §4.2), read by the octet walker.
//!
//! Reading never fails: what cannot be read is listed as such. Paths are validated by OpenSSL besides, which refuses
//! malformed extensions on its own account.

use std::collections::HashSet;

use super::distribution_point::DistributionPoint;
use super::key_usage::KeyUsage;
use super::name::printable;
use crate::asn1::{Class, Element, Oid, Tree, tag};
use crate::limits::Limits;

/// id-on-SmtpUTF8Mailbox (RFC 9598 §3).
pub(super) const SMTP_UTF8_MAILBOX: &str = "1.3.6.1.5.5.7.8.9";

/// id-kp-emailProtection (RFC 8550 §4.4.4).
const EMAIL_PROTECTION: &str = "1.3.6.1.5.5.7.3.4";
const ANY_EXTENDED_KEY_USAGE: &str = "2.5.29.37.0";

/// authorityInfoAccess (RFC 5280 §4.2.2.1) and its two methods.
pub(super) const AUTHORITY_INFO_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
pub(super) const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";
const OCSP: &str = "1.3.6.1.5.5.7.48.1";

/// URLs of one kind that are kept; who names more wants to be asked often.
const MOST_URLS: usize = 4;

/// The extensions that path validation processes, by us or by OpenSSL; any other critical one ends it.
const PROCESSED: [&str; 14] = [
    "2.5.29.14",            // subjectKeyIdentifier
    "2.5.29.15",            // keyUsage
    "2.5.29.17",            // subjectAltName
    "2.5.29.19",            // basicConstraints
    "2.5.29.30",            // nameConstraints
    "2.5.29.31",            // cRLDistributionPoints
    "2.5.29.32",            // certificatePolicies
    "2.5.29.33",            // policyMappings
    "2.5.29.35",            // authorityKeyIdentifier
    "2.5.29.36",            // policyConstraints
    "2.5.29.37",            // extKeyUsage
    "2.5.29.54",            // inhibitAnyPolicy
    "2.5.29.56",            // noRevAvail
    "1.3.6.1.5.5.7.48.1.5", // id-pkix-ocsp-nocheck
];

/// The extensions that decisions are made of.
#[derive(Clone, Debug, Default)]
pub struct Extensions {
    /// rfc822Name and SmtpUTF8Mailbox subject alternative names, as written.
    pub email_addresses: Vec<String>,
    /// dNSName subject alternative names, as written.
    pub dns_names: Vec<String>,
    /// Subject alternative names that cannot be what they claim to be (a NUL, not ASCII); they bind nothing.
    pub malformed_names: Vec<String>,
    /// Number of subject alternative names of any kind.
    pub name_count: usize,
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
    /// How many there are.
    pub count: usize,
    /// Extensions that occur more than once, dotted.
    pub duplicates: Vec<String>,
    /// Whether the issuer says that it publishes no revocation (noRevAvail).
    pub revocation: RevocationInformation,
    /// How many subtrees nameConstraints permits and excludes.
    pub constrained_names: usize,
    /// id-ad-caIssuers of authorityInfoAccess (RFC 5280 §4.2.2.1), as written: where its issuer's certificate is.
    pub issuer_urls: Vec<String>,
    /// id-ad-ocsp of authorityInfoAccess, as written: who can be asked about it (RFC 6960 §3.1).
    pub responder_urls: Vec<String>,
    /// The URLs of cRLDistributionPoints (RFC 5280 §4.2.1.13), as written.
    pub list_urls: Vec<String>,
    /// nameConstraints of rfc822Name.
    pub(super) mailbox_constraints: MailboxConstraints,
    /// Whether subjectAltName is critical; nothing where there is none.
    pub(super) names: Option<NamesCriticality>,
    /// cRLDistributionPoints.
    pub(super) distribution_points: Vec<DistributionPoint>,
}

/// The subtrees of nameConstraints that are about addresses (RFC 5280 §4.2.1.10).
#[derive(Clone, Debug, Default)]
pub(super) struct MailboxConstraints {
    pub(super) permitted: Vec<String>,
    pub(super) excluded: Vec<String>,
}

impl MailboxConstraints {
    fn read(value: Element<'_, '_>) -> Self {
        let of = |number| -> Vec<String> {
            let subtrees = value.children().find(|subtrees| subtrees.is_context(number));
            let bases = subtrees.iter().flat_map(Element::children).filter_map(|subtree| subtree.child(0));
            let mailboxes = bases.filter(|base| base.is_context(1));
            mailboxes.map(|base| String::from_utf8_lossy(base.content()).into_owned()).collect()
        };
        Self { permitted: of(0), excluded: of(1) }
    }
}

/// Whether a reader has to know the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamesCriticality {
    Critical,
    NonCritical,
}

/// Whether an issuer publishes revocation for a certificate (RFC 9608).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RevocationInformation {
    /// It says that there is none.
    NotAvailable,
    /// It says nothing.
    #[default]
    Unstated,
}

/// One extension: its name, whether a reader must know it, and its value.
pub(super) struct Extension<'o> {
    pub(super) oid: Oid,
    pub(super) critical: bool,
    pub(super) value: std::borrow::Cow<'o, [u8]>,
}

/// Reads the `Extensions` inside an explicit tag.
pub(super) fn list<'o>(tagged: Element<'_, 'o>) -> Vec<Extension<'o>> {
    tagged.child(0).map(each).unwrap_or_default()
}

/// Every extension of a certificate, dotted.
pub(super) fn oids(certificate: &[u8]) -> Vec<String> {
    let tree = Tree::parse(certificate, &Limits::DEFAULT);
    let tbs = tree.root().and_then(|root| root.child(0));
    let tagged = tbs.and_then(|tbs| tbs.children().find(|field| field.is_context(3)));
    tagged.map(list).unwrap_or_default().into_iter().map(|extension| extension.oid.as_str().to_owned()).collect()
}

/// Reads an `Extensions`.
pub(super) fn each<'o>(sequence: Element<'_, 'o>) -> Vec<Extension<'o>> {
    sequence.children().filter_map(extension).collect()
}

fn extension<'o>(element: Element<'_, 'o>) -> Option<Extension<'o>> {
    let oid = element.child(0)?.oid()?;
    let second = element.child(1)?;
    let (critical, value) = match second.boolean() {
        Some(critical) => (critical, element.child(2)?),
        None => (false, second),
    };
    Some(Extension { oid, critical, value: value.octet_string()? })
}

impl Extensions {
    pub(super) fn read(certificate: &[u8]) -> Self {
        let tree = Tree::parse(certificate, &Limits::DEFAULT);
        let mut all = Self::default();
        let tbs = tree.root().and_then(|root| root.child(0));
        let Some(tagged) = tbs.and_then(|tbs| tbs.children().find(|field| field.is_context(3))) else { return all };
        let mut seen = HashSet::new();
        for extension in list(tagged) {
            all.count += 1;
            if !seen.insert(extension.oid.clone()) {
                all.duplicates.push(extension.oid.as_str().to_owned());
                continue;
            }
            if extension.critical && !PROCESSED.contains(&extension.oid.as_str()) {
                all.unknown_critical.push(extension.oid.as_str().to_owned());
            }
            all.take(&extension);
        }
        all
    }

    fn take(&mut self, extension: &Extension<'_>) {
        let tree = Tree::parse(&extension.value, &Limits::DEFAULT);
        let Some(value) = tree.root() else { return };
        match extension.oid.as_str() {
            "2.5.29.15" => self.key_usage = Some(KeyUsage::from_bit_string(value.content())),
            "2.5.29.17" => {
                let critical = NamesCriticality::Critical;
                self.names = Some(if extension.critical { critical } else { NamesCriticality::NonCritical });
                self.take_names(value);
            }
            "2.5.29.19" => {
                self.is_ca = value.children().find_map(|part| part.boolean()).unwrap_or(false);
                let path_len = value.children().find_map(|part| part.small_integer());
                self.path_len = path_len.map(|length| u32::try_from(length).unwrap_or(0));
            }
            "2.5.29.37" => {
                let purposes = value.children().filter_map(|part| part.oid());
                self.extended_key_usage = Some(purposes.map(|oid| oid.as_str().to_owned()).collect());
            }
            "2.5.29.30" => {
                self.constrained_names = value.children().map(|subtrees| subtrees.children().count()).sum();
                self.mailbox_constraints = MailboxConstraints::read(value);
            }
            "2.5.29.31" => {
                self.distribution_points = DistributionPoint::list(value);
                let urls = self.distribution_points.iter().flat_map(DistributionPoint::urls);
                self.list_urls = urls.take(MOST_URLS).collect();
            }
            AUTHORITY_INFO_ACCESS => self.take_access(value),
            "2.5.29.56" => self.revocation = RevocationInformation::NotAvailable,
            _ => {}
        }
    }

    fn take_access(&mut self, descriptions: Element<'_, '_>) {
        for description in descriptions.children() {
            let (Some(method), Some(place)) = (description.child(0).and_then(|id| id.oid()), description.child(1))
            else {
                continue;
            };
            let urls = if method == CA_ISSUERS {
                &mut self.issuer_urls
            } else if method == OCSP {
                &mut self.responder_urls
            } else {
                continue;
            };
            if let Some(url) = ascii(place.content()).filter(|_| place.is_context(6) && urls.len() < MOST_URLS) {
                urls.push(url);
            }
        }
    }

    fn take_names(&mut self, names: Element<'_, '_>) {
        for name in names.children().filter(|name| name.class() == Class::ContextSpecific) {
            self.name_count += 1;
            match name.tag() {
                0 => self.take_other_name(name),
                1 => match ascii(name.content()) {
                    Some(address) => self.email_addresses.push(address),
                    None => self.malformed_names.push(shown(name.content())),
                },
                2 => match ascii(name.content()) {
                    Some(domain) => self.dns_names.push(domain),
                    None => self.malformed_names.push(shown(name.content())),
                },
                _ => {}
            }
        }
    }

    /// A SmtpUTF8Mailbox whose local part is ASCII should have been an rfc822Name (RFC 9598 §3), and would otherwise be
    /// a second way to write one that name constraints may miss.
    fn take_other_name(&mut self, name: Element<'_, '_>) {
        if name.child(0).and_then(|id| id.oid()).is_none_or(|oid| oid != SMTP_UTF8_MAILBOX) {
            return;
        }
        let Some(value) = name.child(1).and_then(|tagged| tagged.child(0)).filter(|value| value.is(tag::UTF8_STRING))
        else {
            self.malformed_names.push("SmtpUTF8Mailbox".to_owned());
            return;
        };
        match std::str::from_utf8(value.content()) {
            Ok(text) if is_smtp_utf8(text) => self.email_addresses.push(text.to_owned()),
            _ => self.malformed_names.push(shown(value.content())),
        }
    }

    /// Whether the extended key usage, if there is one, allows mail (RFC 8550 §4.4.4).
    #[must_use]
    pub fn allows_email_protection(&self) -> bool {
        self.extended_key_usage.as_ref().is_none_or(|purposes| {
            purposes.iter().any(|purpose| purpose == EMAIL_PROTECTION || purpose == ANY_EXTENDED_KEY_USAGE)
        })
    }
}

/// The digest in the parameters of an RSASSA-PSS signature (RFC 4055 §3.1), dotted; SHA-1 where none is named.
pub(super) fn pss_digest(certificate: &[u8]) -> Option<String> {
    let tree = Tree::parse(certificate, &Limits::DEFAULT);
    let parameters = tree.root()?.child(1)?.child(1)?;
    let Some(digest) = parameters.children().find(|part| part.is_context(0)) else {
        return Some("1.3.14.3.2.26".to_owned());
    };
    digest.child(0)?.child(0)?.oid().map(|oid| oid.as_str().to_owned())
}

fn ascii(octets: &[u8]) -> Option<String> {
    let clean = !octets.is_empty() && octets.iter().all(|octet| (0x20..0x7f).contains(octet));
    clean.then(|| String::from_utf8_lossy(octets).into_owned())
}

fn is_smtp_utf8(text: &str) -> bool {
    let local_part = text.rsplit_once('@').map_or("", |(local_part, _)| local_part);
    !local_part.is_ascii() && !text.chars().any(char::is_control) && !text.starts_with('\u{feff}')
}

fn shown(octets: &[u8]) -> String {
    printable(&String::from_utf8_lossy(octets))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::asn1::der;
    use crate::pki::certificate::Certificate;
    use crate::pki::issue::{Authority, CertificateBuilder, Criticality};
    use crate::pki::key::NewKey;

    fn with_names(names: &[&[u8]]) -> Certificate {
        let (from, until) = (datetime!(2026-01-01 0:00 UTC), datetime!(2030-01-01 0:00 UTC));
        let builder = CertificateBuilder::end_entity("x", from, until).key(NewKey::P256);
        let builder = builder.extension("2.5.29.17", Criticality::NonCritical, &der::sequence(names));
        Authority::self_signed(&builder).unwrap().certificate().clone()
    }

    fn smtp_utf8(mailbox: &str) -> Vec<u8> {
        let value = der::value(0xa0, &der::value(0x0c, mailbox.as_bytes()));
        der::value(0xa0, &[der::oid(SMTP_UTF8_MAILBOX).unwrap(), value].concat())
    }

    #[test]
    fn a_smtp_utf8_mailbox_with_an_ascii_local_part_binds_nothing() {
        let certificate = with_names(&[&smtp_utf8("bob@a.example"), &smtp_utf8("b\u{f6}b@a.example")]);
        assert_eq!(certificate.email_addresses(), ["b\u{f6}b@a.example"]);
        assert_eq!(certificate.extensions().malformed_names, ["bob@a.example"]);
    }

    #[test]
    fn names_of_other_kinds_are_counted_and_bind_nothing() {
        let address = der::value(0x87, &[192, 0, 2, 1]);
        let certificate = with_names(&[&address, &der::value(0x81, b"bob@a.example")]);
        assert_eq!(certificate.name_count(), 2);
        assert_eq!(certificate.email_addresses(), ["bob@a.example"]);
    }

    #[test]
    fn octets_beyond_ascii_make_an_rfc822_name_malformed() {
        let certificate = with_names(&[&der::value(0x81, "b\u{f6}b@a.example".as_bytes()), &der::value(0x82, b"")]);
        assert!(certificate.email_addresses().is_empty() && certificate.dns_names().is_empty());
        assert_eq!(certificate.extensions().malformed_names.len(), 2);
    }

    #[test]
    fn urls_are_read_by_their_kind_and_only_a_few_of_each() {
        let url = |text: &str| der::value(0x86, text.as_bytes());
        let access = |method, text: &str| der::sequence(&[&der::oid(method).unwrap(), &url(text)]);
        let point = |name: &[u8]| der::sequence(&[&der::value(0xa0, &der::value(0xa0, name))]);
        let many: Vec<Vec<u8>> = (0..9).map(|number| access(OCSP, &format!("http://o/{number}"))).collect();
        let odd = der::sequence(&[&der::oid(CA_ISSUERS).unwrap(), &der::value(0x82, b"not.a.url")]);
        let mut values = vec![access(CA_ISSUERS, "http://a/ca.cer"), odd, access("1.2.3", "http://x/")];
        values.extend(many);
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let points = [point(&[url("http://a/1.crl"), url("ldap://a/cn=x")].concat()), point(&url("http://b/2.crl"))];
        let (from, until) = (datetime!(2026-01-01 0:00 UTC), datetime!(2030-01-01 0:00 UTC));
        let builder = CertificateBuilder::end_entity("x", from, until).key(NewKey::P256);
        let builder = builder
            .extension(AUTHORITY_INFO_ACCESS, Criticality::NonCritical, &der::sequence(&values))
            .extension("2.5.29.31", Criticality::NonCritical, &der::sequence(&[&points[0], &points[1]]));
        let certificate = Authority::self_signed(&builder).unwrap().certificate().clone();
        let extensions = certificate.extensions();
        assert_eq!(extensions.issuer_urls, ["http://a/ca.cer"]);
        assert_eq!(extensions.responder_urls, ["http://o/0", "http://o/1", "http://o/2", "http://o/3"]);
        assert_eq!(extensions.list_urls, ["http://a/1.crl", "ldap://a/cn=x", "http://b/2.crl"]);
    }

    #[test]
    fn no_flipped_octet_of_a_certificate_makes_us_panic() {
        let certificate = with_names(&[&smtp_utf8("b\u{f6}b@a.example"), &der::value(0x81, b"bob@a.example")]);
        for place in 0..certificate.der().len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut octets = certificate.der().to_vec();
                octets[place] ^= flip;
                if let Ok(changed) = Certificate::from_der(&octets) {
                    assert!(!changed.common_name().contains(char::is_control));
                }
            }
        }
    }
}
