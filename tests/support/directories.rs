//! The names of directories in a lab zone, and the certificates in them.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sealscope::discovery::dns_cert::domain_owner;
use sealscope::discovery::reach::Reach;
use sealscope::discovery::records::Srv;
use sealscope::discovery::{Resolution, Subject};
use sealscope::io::dns::DnsClient;
use sealscope::io::ldap::{LdapOptions, LdapResolver};
use sealscope::lab::dns::{LabDns, Query, Zone};
use sealscope::lab::ldap::Slapd;
use sealscope::mail::{Address, Domain};
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{Certificate, NewKey, PrivateKeyEntry};

use super::{NOT_AFTER, NOT_BEFORE};

pub(crate) fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

pub(crate) fn address_subject(text: &str) -> Subject {
    Subject::Address(Address::parse(text).unwrap())
}

pub(crate) fn domain_subject(text: &str) -> Subject {
    Subject::Domain(domain(text))
}

/// The authority of every certificate here.
pub(crate) fn root() -> &'static Authority {
    static ROOT: LazyLock<Authority> = LazyLock::new(|| {
        let builder = CertificateBuilder::authority("Directories", NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
        Authority::self_signed(&builder).unwrap()
    });
    &ROOT
}

/// The certificate of an address or a domain: the same each time.
pub(crate) fn certificate(name: &str) -> Certificate {
    static MADE: LazyLock<std::sync::Mutex<std::collections::HashMap<String, Certificate>>> =
        LazyLock::new(std::sync::Mutex::default);
    let mut made = MADE.lock().unwrap();
    let issue = || {
        let builder = if name.contains('@') {
            CertificateBuilder::for_address(name, NOT_BEFORE, NOT_AFTER)
        } else {
            CertificateBuilder::for_domain(name, NOT_BEFORE, NOT_AFTER)
        };
        root().issue(&builder.key(NewKey::P256)).unwrap().certificate().clone()
    };
    made.entry(name.to_owned()).or_insert_with(issue).clone()
}

/// A server's key and certificate.
pub(crate) fn identity(host: &str) -> PrivateKeyEntry {
    root().issue(&CertificateBuilder::for_domain(host, NOT_BEFORE, NOT_AFTER).key(NewKey::P256)).unwrap()
}

/// A zone that names directories.
#[derive(Default)]
pub(crate) struct Names {
    zone: Zone,
    servers: u16,
}

impl Names {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a directory of `domain` at an address of this machine, as `ldap0.DOMAIN`, `ldap1.DOMAIN`, …
    pub(crate) fn server(&mut self, domain: &str, priority: u16, weight: u16, at: SocketAddr) {
        let target = format!("ldap{}.{domain}.", self.servers);
        self.zone.publish_host(&domain_owner(&target).unwrap(), Ipv4Addr::LOCALHOST).unwrap();
        self.publish(domain, &Srv { priority, weight, port: at.port(), target });
        self.servers += 1;
    }

    /// Adds a directory whose name has no address.
    pub(crate) fn nameless_server(&mut self, domain: &str, priority: u16, port: u16) {
        let target = format!("nowhere.{domain}.");
        self.publish(domain, &Srv { priority, weight: 0, port, target });
    }

    /// Says that `domain` has no directory.
    pub(crate) fn no_server(&mut self, domain: &str) {
        self.publish(domain, &Srv { priority: 0, weight: 0, port: 0, target: ".".to_owned() });
    }

    fn publish(&mut self, domain: &str, server: &Srv) {
        self.zone.publish_server(&domain_owner(&format!("_ldap._tcp.{domain}")).unwrap(), server).unwrap();
    }

    /// A resolver that may go to this machine.
    pub(crate) fn resolver(&self, options: LdapOptions) -> Lookups {
        self.resolver_within(options, Reach::Anywhere)
    }

    pub(crate) fn resolver_within(&self, options: LdapOptions, reach: Reach) -> Lookups {
        let server = LabDns::start(self.zone.clone(), 0, Arc::new(|_: &Query| {})).unwrap();
        let client = Arc::new(DnsClient::new(server.address(), Duration::from_secs(5)).unwrap());
        let resolver = LdapResolver::new(client, LdapOptions { reach, ..options }).unwrap();
        Lookups { resolver, _server: server }
    }
}

/// A resolver with its name server.
pub(crate) struct Lookups {
    resolver: LdapResolver,
    _server: LabDns,
}

impl std::ops::Deref for Lookups {
    type Target = LdapResolver;

    fn deref(&self) -> &LdapResolver {
        &self.resolver
    }
}

/// The steps as lines: question → answer.
pub(crate) fn story(resolution: &Resolution) -> Vec<String> {
    resolution.tried.iter().map(|step| format!("{} → {}", step.query, step.answer)).collect()
}

/// Whether slapd can be run. Says so past the test harness where it cannot, and fails where every peer has to be there.
pub(crate) fn slapd_is_installed(test: &str) -> bool {
    let installed = Slapd::is_installed();
    if !installed {
        let words = format!("{test}: slapd is not installed (Debian package slapd)");
        assert!(std::env::var_os("SEALSCOPE_REQUIRE_PEERS").is_none_or(|value| value != "1"), "{words}");
        let _ = writeln!(std::io::stderr(), "\n!! SKIPPED {words}\n");
    }
    installed
}
