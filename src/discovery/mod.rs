//! Finding recipient certificates, with an account of every lookup.
//!
//! A [`Resolver`] answers one question, "which certificates are published for this address, or for this domain?", and
//! always says how it asked and what came back. Finding is not trusting: whether a certificate is used is the agent's
//! decision. Where is looked first is a list of [`order::Stage`]s (RFC 4398, Direct Applicability Statement §5.3).

pub mod dcdt;
pub mod dns_cert;
pub mod fetch;
pub mod ldap;
pub mod local;
pub mod order;
pub mod reach;
pub mod records;
pub mod screen;
pub mod smimea;
pub mod survey;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::mail::{Address, Domain};
use crate::pki::Certificate;

/// The ways to look for a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// CERT records in the DNS (RFC 4398).
    Dns,
    /// SMIMEA records in the DNS (RFC 8162), which count only where DNSSEC vouches for them.
    Smimea,
    /// A directory found by SRV record.
    Ldap,
    /// The workspace's own folders.
    Local,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Dns, Self::Smimea, Self::Ldap, Self::Local];

    /// The name on the command line, in settings and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Smimea => "smimea",
            Self::Ldap => "ldap",
            Self::Local => "local",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(name: &str) -> Result<Self, UnknownMethod> {
        Self::ALL.into_iter().find(|method| method.as_str() == name).ok_or_else(|| UnknownMethod(name.to_owned()))
    }
}

/// A lookup method that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a lookup method; the methods are dns, smimea, ldap and local")]
pub struct UnknownMethod(pub String);

/// What is asked for: the certificates of an address, or of a whole domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Certificates bound to this address.
    Address(Address),
    /// Certificates bound to this domain.
    Domain(Domain),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Domain(domain) => write!(f, "{domain}"),
        }
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookupAnswer {
    /// So many certificates.
    Found(usize),
    /// The name exists or the place was looked at, and there is no certificate.
    Empty,
    /// The name does not exist (NXDOMAIN).
    NoSuchName,
    /// No answer within the time allowed.
    TimedOut,
    /// The server answered that it could not or would not, or could not be reached.
    Failed(String),
    /// The lookup was not made; the reason.
    Skipped(String),
    /// Something that leads on and is no certificate itself: the servers of a domain, the base of a directory.
    Told(String),
}

impl fmt::Display for LookupAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(1) => f.write_str("1 certificate"),
            Self::Found(count) => write!(f, "{count} certificates"),
            Self::Empty => f.write_str("no certificate"),
            Self::NoSuchName => f.write_str("no such name"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Failed(why) => write!(f, "failed: {why}"),
            Self::Skipped(why) => write!(f, "not asked: {why}"),
            Self::Told(what) => f.write_str(what),
        }
    }
}

/// What became of a certificate that a lookup brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Nobody has judged it yet.
    Unjudged,
    /// It may be used.
    Taken,
    /// It is passed over; why.
    PassedOver(String),
}

/// A certificate that a lookup brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The certificate.
    pub certificate: Certificate,
    /// What became of it.
    pub judgement: Judgement,
}

/// What DNSSEC says of an answer, as the name server that was asked tells it; nothing is validated here (RFC 4035 §3.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dnssec {
    /// The server says that it has validated the answer (AD).
    Validated,
    /// The answer carries signatures, and the server does not say that they hold.
    Signed,
    /// No signatures.
    Unsigned,
}

impl Dnssec {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validated => "validated-by-server",
            Self::Signed => "signed",
            Self::Unsigned => "unsigned",
        }
    }
}

impl fmt::Display for Dnssec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Validated => "DNSSEC: validated by the server",
            Self::Signed => "DNSSEC: signed, not validated",
            Self::Unsigned => "DNSSEC: not signed",
        })
    }
}

/// The account of one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Which way.
    pub method: Method,
    /// For whom.
    pub subject: Subject,
    /// The question as sent: an owner name and type, a filter, a folder.
    pub query: String,
    /// Who was asked, where that is known.
    pub server: Option<String>,
    /// `udp`, `tcp`, …; none for local lookups.
    pub transport: Option<&'static str>,
    /// What came back.
    pub answer: LookupAnswer,
    /// Octets of the answer; 0 where it has none.
    pub octets: usize,
    /// How long it took.
    pub duration: Duration,
    /// What DNSSEC says of the answer; none where it did not come from the DNS.
    pub dnssec: Option<Dnssec>,
    /// Seconds for which a kept answer is still good; none where the answer is fresh.
    pub from_cache: Option<u32>,
    /// The certificates of the answer, each with what became of it.
    pub certificates: Vec<Brought>,
    /// Further facts: records passed over and why.
    pub notes: Vec<String>,
}

impl Lookup {
    /// A query of which nothing is known but what it asks.
    #[must_use]
    pub fn new(method: Method, subject: &Subject, query: impl Into<String>) -> Self {
        Self {
            method,
            subject: subject.clone(),
            query: query.into(),
            server: None,
            transport: None,
            answer: LookupAnswer::Empty,
            octets: 0,
            duration: Duration::ZERO,
            dnssec: None,
            from_cache: None,
            certificates: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The same with the certificates that came, which are its answer.
    #[must_use]
    pub fn brought<'c>(mut self, certificates: impl IntoIterator<Item = &'c Certificate>) -> Self {
        let brought =
            |certificate: &Certificate| Brought { certificate: certificate.clone(), judgement: Judgement::Unjudged };
        self.certificates = certificates.into_iter().map(brought).collect();
        self.answer = match self.certificates.len() {
            0 => LookupAnswer::Empty,
            count => LookupAnswer::Found(count),
        };
        self
    }
}

/// Certificates found, and the queries that found them or did not.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    /// What was found, in the order of the answers.
    pub found: Vec<Certificate>,
    /// Every query made, in order.
    pub tried: Vec<Lookup>,
}

impl Resolution {
    /// Writes into the account what became of a certificate.
    pub fn judge(&mut self, certificate: &Certificate, judgement: &Judgement) {
        let brought = self.tried.iter_mut().flat_map(|lookup| &mut lookup.certificates);
        for known in brought.filter(|brought| brought.certificate == *certificate) {
            known.judgement.clone_from(judgement);
        }
    }
}

/// One way to look for certificates. Implementations that use a network live in `io`.
pub trait Resolver: Send + Sync {
    /// Which way this is.
    fn method(&self) -> Method;

    /// What it is asked for.
    fn scope(&self) -> order::Scope {
        order::Scope::Both
    }

    /// Looks for the certificates of `subject`. A failure to ask is part of the account, not an error.
    fn resolve(&self, subject: &Subject) -> Resolution;
}

impl<R: Resolver + ?Sized> Resolver for std::sync::Arc<R> {
    fn method(&self) -> Method {
        (**self).method()
    }

    fn scope(&self) -> order::Scope {
        (**self).scope()
    }

    fn resolve(&self, subject: &Subject) -> Resolution {
        (**self).resolve(subject)
    }
}
