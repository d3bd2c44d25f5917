//! Finding recipient certificates, with an account of every lookup.
//!
//! A [`Resolver`] answers one question, "which certificates are published for this address, or for this domain?", and
//! always says how it asked and what came back. Finding is not trusting: whether a certificate is used is the agent's
//! decision. The order (address before domain, one method after another) is the agent's too (RFC 4398, Direct
//! Applicability Statement §5.3).

pub mod dns_cert;
pub mod local;

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
    /// A directory found by SRV record.
    Ldap,
    /// The workspace's own folders.
    Local,
}

impl Method {
    /// The name on the command line, in settings and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
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
        [Self::Dns, Self::Ldap, Self::Local]
            .into_iter()
            .find(|method| method.as_str() == name)
            .ok_or_else(|| UnknownMethod(name.to_owned()))
    }
}

/// A lookup method that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a lookup method; the methods are dns, ldap and local")]
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
        }
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
    /// Further facts: records passed over and why.
    pub notes: Vec<String>,
}

/// Certificates found, and the queries that found them or did not.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    /// What was found, in the order of the answers.
    pub found: Vec<Certificate>,
    /// Every query made, in order.
    pub tried: Vec<Lookup>,
}

/// One way to look for certificates. Implementations that use a network live in `io`.
pub trait Resolver: Send + Sync {
    /// Which way this is.
    fn method(&self) -> Method;

    /// Looks for the certificates of `subject`. A failure to ask is part of the account, not an error.
    fn resolve(&self, subject: &Subject) -> Resolution;
}
