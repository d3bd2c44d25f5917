//! What a lab directory holds, and which of it a search finds (RFC 4511 §4.5.1).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::protocol::{Filter, Scope, SearchRequest};
use crate::discovery::ldap::{NAMING_CONTEXTS, base_of, is, name_value};
use crate::mail::{Address, Domain};

/// The attribute whose values go over the wire under the option `;binary` (RFC 4523 §2.1). RFC 2798 §2.8 wants it for
/// `userSMIMECertificate` too, which OpenLDAP refuses.
const BINARY: &str = "userCertificate";

/// The class of entries that stand for another server (RFC 3296 §2.1).
const REFERRAL: &str = "referral";

/// An entry: its name and its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The distinguished name, as RFC 4514 writes it.
    pub name: String,
    /// Attributes and their values.
    pub attributes: Vec<(String, Vec<Vec<u8>>)>,
}

/// The entries below one base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    base: String,
    entries: Vec<Entry>,
    referral: Option<String>,
}

/// What a search finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'d> {
    /// Entries, and URIs of servers that are said to know more (RFC 4511 §4.5.3).
    Entries(Vec<&'d Entry>, Vec<String>),
    NoSuchObject,
    Referral(&'d str),
}

impl Entry {
    /// An entry of the name `cn=VALUE,BASE` for whoever has mail under `mail`.
    fn of_mail(mail: &str, base: &str) -> Self {
        let mut entry = Self { name: format!("cn={},{base}", name_value(mail)), attributes: Vec::new() };
        for (attribute, value) in [("objectClass", "inetOrgPerson"), ("cn", mail), ("sn", mail), ("mail", mail)] {
            entry.add(attribute, value.as_bytes());
        }
        entry
    }

    /// Adds a value to an attribute.
    pub fn add(&mut self, attribute: &str, value: &[u8]) {
        match self.attributes.iter_mut().find(|(name, _)| name == attribute) {
            Some((_, values)) => values.push(value.to_vec()),
            None => self.attributes.push((attribute.to_owned(), vec![value.to_vec()])),
        }
    }

    fn is_referral(&self) -> bool {
        self.values("objectClass").any(|class| class.eq_ignore_ascii_case(REFERRAL.as_bytes()))
    }

    fn values(&self, attribute: &str) -> impl Iterator<Item = &[u8]> {
        let named = self.attributes.iter().filter(move |(name, _)| is(name, attribute));
        named.flat_map(|(_, values)| values.iter().map(Vec::as_slice))
    }
}

impl Directory {
    /// The directory of a domain, which holds the domain's own entry and no certificate.
    #[must_use]
    pub fn of_domain(domain: &Domain) -> Self {
        let base = base_of(domain.ascii());
        let mut root = Entry { name: base.clone(), attributes: Vec::new() };
        let label = domain.ascii().split('.').next().unwrap_or_default();
        let own = [("objectClass", "dcObject"), ("objectClass", "organization"), ("dc", label), ("o", domain.as_str())];
        for (attribute, value) in own {
            root.add(attribute, value.as_bytes());
        }
        Self { base, entries: vec![root], referral: None }
    }

    /// Makes the directory answer every search with a referral to another server and nothing else.
    #[must_use]
    pub fn referring_to(mut self, uri: &str) -> Self {
        self.referral = Some(uri.to_owned());
        self
    }

    /// Publishes a certificate, in DER, for an address.
    pub fn publish_address(&mut self, address: &Address, certificate: &[u8]) {
        let mail = format!("{}@{}", address.local_part(), address.domain().ascii());
        self.publish(&mail, "userCertificate", certificate);
    }

    /// Publishes a certificate, in DER, for a domain.
    pub fn publish_domain(&mut self, domain: &Domain, certificate: &[u8]) {
        self.publish(domain.ascii(), "userCertificate", certificate);
    }

    /// Publishes any value of any attribute in the entry of whoever has mail under `mail`, which is made if need be.
    pub fn publish(&mut self, mail: &str, attribute: &str, value: &[u8]) {
        let fresh = Entry::of_mail(mail, &self.base);
        match self.entries.iter_mut().find(|entry| entry.name == fresh.name) {
            Some(entry) => entry.add(attribute, value),
            None => {
                self.entries.push(fresh);
                self.publish(mail, attribute, value);
            }
        }
    }

    /// Adds an entry that says that another server knows what lies below it (RFC 3296).
    pub fn publish_referral(&mut self, unit: &str, uri: &str) {
        let mut entry = Entry { name: format!("ou={},{}", name_value(unit), self.base), attributes: Vec::new() };
        for (attribute, value) in
            [("objectClass", REFERRAL), ("objectClass", "extensibleObject"), ("ou", unit), ("ref", uri)]
        {
            entry.add(attribute, value.as_bytes());
        }
        self.entries.push(entry);
    }

    /// The base that the root entry names.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The entries, the domain's own first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries as LDIF (RFC 2849), which other directory servers load.
    #[must_use]
    pub fn ldif(&self) -> String {
        // Without the version number of RFC 2849 §2: slapadd takes it for an entry of its own.
        let mut text = String::new();
        for entry in &self.entries {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "\ndn:: {}", STANDARD.encode(&entry.name));
            for (name, values) in &entry.attributes {
                for value in values {
                    let _ = writeln!(text, "{}:: {}", described(name), STANDARD.encode(value));
                }
            }
        }
        text
    }

    pub(super) fn search(&self, request: &SearchRequest) -> Found<'_> {
        if let Some(uri) = &self.referral {
            return Found::Referral(uri);
        }
        let base = normal(&request.base);
        if !self.entries.iter().any(|entry| normal(&entry.name) == base) {
            return Found::NoSuchObject;
        }
        let within = |entry: &&Entry| {
            let name = normal(&entry.name);
            let above = name.strip_suffix(&base).and_then(|rest| rest.strip_suffix(','));
            match request.scope {
                Scope::Base => name == base,
                Scope::OneLevel => above.is_some_and(|rest| !rest.contains(',')),
                Scope::Subtree => name == base || above.is_some(),
            }
        };
        let (referrals, entries): (Vec<_>, Vec<_>) = self.entries.iter().filter(within).partition(|e| e.is_referral());
        let found = entries.into_iter().filter(|entry| matches(&request.filter, entry) == Some(true));
        let uris = referrals.into_iter().flat_map(|entry| entry.values("ref"));
        Found::Entries(found.collect(), uris.map(|uri| String::from_utf8_lossy(uri).into_owned()).collect())
    }

    /// The root entry (RFC 4512 §5.1).
    pub(super) fn root(&self) -> Entry {
        let mut root = Entry { name: String::new(), attributes: Vec::new() };
        for (attribute, value) in [("objectClass", "top"), (NAMING_CONTEXTS, &self.base), ("supportedLDAPVersion", "3")]
        {
            root.add(attribute, value.as_bytes());
        }
        root
    }
}

/// The attributes of an entry that were asked for (RFC 4511 §4.5.1.8), under the names they have on the wire.
pub(super) fn selected<'e>(entry: &'e Entry, asked: &[String]) -> Vec<(String, &'e [Vec<u8>])> {
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == "*" || is(asked, name));
    let chosen = entry.attributes.iter().filter(|(name, _)| wanted(name));
    chosen.map(|(name, values)| (described(name), values.as_slice())).collect()
}

fn described(name: &str) -> String {
    if name == BINARY { format!("{name};binary") } else { name.to_owned() }
}

// RFC 4511 §4.5.1.7: true, false or undefined.
fn matches(filter: &Filter, entry: &Entry) -> Option<bool> {
    match filter {
        Filter::And(parts) => fold(parts, entry, false),
        Filter::Or(parts) => fold(parts, entry, true),
        Filter::Not(inner) => matches(inner, entry).map(|matched| !matched),
        Filter::Present(attribute) => {
            Some(attribute.eq_ignore_ascii_case("objectClass") || entry.values(attribute).next().is_some())
        }
        Filter::Equal(attribute, value) => Some(entry.values(attribute).any(|held| held.eq_ignore_ascii_case(value))),
        Filter::Other(_) => None,
    }
}

// `decisive` is the answer of one part that settles the whole: false for "and", true for "or".
fn fold(parts: &[Filter], entry: &Entry, decisive: bool) -> Option<bool> {
    let mut undefined = false;
    for part in parts {
        match matches(part, entry) {
            Some(answer) if answer == decisive => return Some(decisive),
            Some(_) => {}
            None => undefined = true,
        }
    }
    (!undefined).then_some(!decisive)
}

// Enough for the names of a lab: case and blanks around commas do not matter.
fn normal(name: &str) -> String {
    let parts: Vec<String> = name.split(',').map(|part| part.trim().to_ascii_lowercase()).collect();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let mut directory = Directory::of_domain(&Domain::parse("b.example").unwrap());
        directory.publish_address(&Address::parse("bob@b.example").unwrap(), b"one");
        directory.publish_address(&Address::parse("bob@b.example").unwrap(), b"two");
        directory.publish_domain(&Domain::parse("b.example").unwrap(), b"three");
        directory
    }

    fn search(scope: Scope, base: &str, filter: Filter) -> Vec<String> {
        let request = SearchRequest { base: base.to_owned(), scope, size_limit: 0, filter, attributes: Vec::new() };
        match directory().search(&request) {
            Found::Entries(entries, _) => entries.into_iter().map(|entry| entry.name.clone()).collect(),
            _ => vec!["none".to_owned()],
        }
    }

    fn mail(value: &str) -> Filter {
        Filter::Equal("mail".to_owned(), value.as_bytes().to_vec())
    }

    #[test]
    fn an_entry_is_found_by_equality_whatever_its_case() {
        assert_eq!(
            search(Scope::Subtree, "DC=b, dc=Example", mail("BOB@b.example")),
            ["cn=bob@b.example,dc=b,dc=example"]
        );
        assert_eq!(search(Scope::Subtree, "dc=b,dc=example", mail("*")), Vec::<String>::new());
        assert_eq!(search(Scope::Subtree, "dc=c,dc=example", mail("bob@b.example")), ["none"]);
    }

    #[test]
    fn scopes_reach_as_far_as_they_say() {
        let all = || Filter::Present("objectClass".to_owned());
        assert_eq!(search(Scope::Base, "dc=b,dc=example", all()).len(), 1);
        assert_eq!(search(Scope::OneLevel, "dc=b,dc=example", all()).len(), 2);
        assert_eq!(search(Scope::Subtree, "dc=b,dc=example", all()).len(), 3);
    }

    #[test]
    fn what_is_undefined_neither_matches_nor_does_its_opposite() {
        let undefined = || Filter::Other("substrings".to_owned());
        for (filter, found) in [
            (undefined(), 0),
            (Filter::Not(Box::new(undefined())), 0),
            (Filter::Or(vec![undefined(), mail("bob@b.example")]), 1),
            (Filter::And(vec![undefined(), mail("bob@b.example")]), 0),
            (Filter::And(vec![]), 3),
            (Filter::Not(Box::new(mail("bob@b.example"))), 2),
        ] {
            assert_eq!(search(Scope::Subtree, "dc=b,dc=example", filter.clone()).len(), found, "{filter:?}");
        }
    }

    #[test]
    fn certificates_of_one_address_are_values_of_one_entry_under_the_binary_option() {
        let directory = directory();
        let bob = &directory.entries()[1];
        let values = [b"one".to_vec(), b"two".to_vec()];
        assert_eq!(
            selected(bob, &["usercertificate".to_owned()]),
            [("userCertificate;binary".to_owned(), values.as_slice())]
        );
        assert!(directory.ldif().contains("userCertificate;binary:: b25l\n"), "{}", directory.ldif());
    }
}
