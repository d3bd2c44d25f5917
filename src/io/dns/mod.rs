//! The DNS as this machine reaches it: one server, any record, a full account.
//!
//! Questions go over UDP with EDNS and DNSSEC OK, and over TCP when the answer is truncated or does not come. Each
//! transport has its time, an answer is kept as long as its records say, and nothing is written anywhere. A client owns
//! its event loop, so callers stay synchronous.

mod cache;
mod resolver;
mod smimea;
mod wire;

pub use smimea::SmimeaResolver;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::system_conf::read_system_conf;
use tokio::runtime::Runtime;

use crate::discovery::dns_cert::{CertContent, OwnerName};
use crate::discovery::records::{Mx, Srv};
use crate::discovery::smimea::Association;
use crate::discovery::{Dnssec, Lookup, LookupAnswer, Method, Subject};
use cache::Cache;

/// How long each transport may take. 3 s, as the Java reference agent allows.
pub const TIMEOUT: Duration = Duration::from_secs(3);

/// A client of one name server.
pub struct DnsClient {
    server: SocketAddr,
    timeout: Duration,
    runtime: Runtime,
    cache: Mutex<Cache>,
    // Queries without an answer since the last one with an answer.
    unanswered: AtomicUsize,
}

/// What one question gave; `R` is what its records hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange<R = CertContent> {
    /// The transport that brought the answer, or was tried last.
    pub transport: Transport,
    /// Octets of the answer; 0 without one.
    pub octets: usize,
    /// From the first question to the end, truncated tries included.
    pub duration: Duration,
    /// The name that the one asked for is an alias of.
    pub alias: Option<String>,
    /// What DNSSEC says; none without an answer.
    pub dnssec: Option<Dnssec>,
    /// Seconds for which a kept answer is still good; none where the answer is fresh.
    pub from_cache: Option<u32>,
    /// How it ended.
    pub ending: Ending<R>,
}

/// Over what a question was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// TCP, because the answer over UDP was truncated or did not come.
    Tcp,
    /// UDP.
    Udp,
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending<R = CertContent> {
    /// The name exists; these are its records of the type, which may be none.
    Answered(Vec<R>),
    /// The name does not exist (NXDOMAIN).
    NoSuchName,
    /// The server neither knows nor asks others: it names these instead. What a lame delegation looks like.
    Referral(Vec<String>),
    /// The server answered with another response code, such as `Server Failure`.
    ServerSaid(String),
    /// No answer within the time.
    TimedOut,
    /// Nobody listens there, or the system refused to send.
    Unreachable(String),
    /// An answer that cannot be read.
    Malformed(String),
}

impl<R> Ending<R> {
    /// The records, none where there is no answer.
    #[must_use]
    pub fn records(&self) -> &[R] {
        match self {
            Self::Answered(records) => records,
            _ => &[],
        }
    }

    /// How it ended, as the account of a lookup has it; none where there are records to tell of.
    #[must_use]
    pub fn failure(&self) -> Option<LookupAnswer> {
        Some(match self {
            Self::Answered(records) if records.is_empty() => LookupAnswer::Empty,
            Self::Answered(_) => return None,
            Self::NoSuchName => LookupAnswer::NoSuchName,
            Self::TimedOut => LookupAnswer::TimedOut,
            Self::Referral(servers) => LookupAnswer::Failed(format!(
                "the server is not responsible for the name and refers to {}",
                servers.join(", ")
            )),
            Self::ServerSaid(code) => LookupAnswer::Failed(format!("the server answered “{code}”")),
            Self::Unreachable(why) => LookupAnswer::Failed(format!("the server cannot be reached: {why}")),
            Self::Malformed(why) => LookupAnswer::Failed(format!("the answer cannot be read: {why}")),
        })
    }
}

/// Why a client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum DnsError {
    /// The system names no name server.
    #[error("this system names no DNS server ({0}); name one with --dns-server IP:PORT")]
    NoSystemServer(String),
    /// The runtime cannot be had.
    #[error("cannot start the DNS client: {0}")]
    Runtime(#[from] io::Error),
}

impl Transport {
    /// The name in accounts and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// The first name server that the system is set to use.
///
/// # Errors
/// [`DnsError::NoSystemServer`] where there is none.
pub fn system_server() -> Result<SocketAddr, DnsError> {
    let (configuration, _) = read_system_conf().map_err(|error| DnsError::NoSystemServer(error.to_string()))?;
    let first = configuration.name_servers().first().map(|server| {
        let port = server.connections.first().map_or(53, |connection| connection.port);
        SocketAddr::new(server.ip, port)
    });
    first.ok_or_else(|| DnsError::NoSystemServer("its list is empty".to_owned()))
}

impl DnsClient {
    /// A client of `server` that gives each transport `timeout`.
    ///
    /// # Errors
    /// [`DnsError::Runtime`] when the system grants no event queue.
    pub fn new(server: SocketAddr, timeout: Duration) -> Result<Self, DnsError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let cache = Mutex::new(Cache::default());
        Ok(Self { server, timeout, runtime, cache, unanswered: AtomicUsize::new(0) })
    }

    /// The server that is asked.
    #[must_use]
    pub const fn server(&self) -> SocketAddr {
        self.server
    }

    /// Forgets every kept answer.
    pub fn forget(&self) {
        self.kept().clear();
    }

    /// Asks for the CERT records of `owner` (RFC 4398).
    #[must_use]
    pub fn query(&self, owner: &OwnerName) -> Exchange {
        self.ask(owner, RecordType::CERT, |data| match data {
            RData::CERT(cert) => Some(CertContent::read(cert.cert_type.into(), &cert.cert_data)),
            _ => None,
        })
    }

    /// Asks for the SMIMEA records of `owner` (RFC 8162).
    #[must_use]
    pub fn associations(&self, owner: &OwnerName) -> Exchange<Association> {
        self.ask(owner, RecordType::SMIMEA, |data| match data {
            RData::SMIMEA(record) => {
                let fields = &record.0;
                let (usage, selector) = (fields.cert_usage.into(), fields.selector.into());
                Some(Association::read(usage, selector, fields.matching.into(), &fields.cert_data))
            }
            _ => None,
        })
    }

    /// Asks for the servers of a service (RFC 2782): `owner` is such as `_ldap._tcp.b.example`.
    #[must_use]
    pub fn servers(&self, owner: &OwnerName) -> Exchange<Srv> {
        self.ask(owner, RecordType::SRV, |data| match data {
            RData::SRV(record) => Some(Srv {
                priority: record.priority,
                weight: record.weight,
                port: record.port,
                target: record.target.to_ascii(),
            }),
            _ => None,
        })
    }

    /// Asks for the IPv4 addresses of a host, and where it has none for its IPv6 addresses.
    #[must_use]
    pub fn addresses(&self, host: &OwnerName) -> Exchange<IpAddr> {
        let read = |data: &RData| match data {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        };
        let exchange = self.ask(host, RecordType::A, read);
        if matches!(&exchange.ending, Ending::Answered(found) if found.is_empty()) {
            return self.ask(host, RecordType::AAAA, read);
        }
        exchange
    }

    /// Asks where the mail of a domain goes.
    #[must_use]
    pub fn mail_exchangers(&self, domain: &OwnerName) -> Exchange<Mx> {
        self.ask(domain, RecordType::MX, |data| match data {
            RData::MX(record) => Some(Mx { preference: record.preference, exchange: record.exchange.to_ascii() }),
            _ => None,
        })
    }

    /// The account of an exchange. What its records say is left to the caller, and `Empty` until then.
    #[must_use]
    pub fn account<R>(&self, method: Method, subject: &Subject, query: String, exchange: &Exchange<R>) -> Lookup {
        Lookup {
            server: Some(self.server.to_string()),
            transport: Some(exchange.transport.as_str()),
            answer: exchange.ending.failure().unwrap_or(LookupAnswer::Empty),
            octets: exchange.octets,
            duration: exchange.duration,
            dnssec: exchange.dnssec,
            from_cache: exchange.from_cache,
            notes: exchange.alias.iter().map(|name| format!("an alias of {name}")).collect(),
            ..Lookup::new(method, subject, query)
        }
    }

    fn ask<R>(&self, owner: &OwnerName, record_type: RecordType, read: fn(&RData) -> Option<R>) -> Exchange<R> {
        let started = Instant::now();
        let labels = owner.labels().iter().map(Vec::as_slice);
        let name = match Name::from_labels(labels) {
            Ok(name) => name,
            Err(error) => return Exchange::without_answer(Ending::Malformed(error.to_string())),
        };
        let kept = self.kept().get(&name, record_type, started);
        if let Some((answer, left)) = kept {
            return Exchange { from_cache: Some(left), ..Exchange::of(&answer, read) };
        }
        let (transport, outcome) = self.runtime.block_on(self.follow(name.clone(), record_type));
        let exchange = match outcome {
            Ok(answer) => {
                let exchange = Exchange::of(&answer, read);
                self.kept().put(name, record_type, answer, Instant::now());
                exchange
            }
            Err(error) => Exchange { transport, ..Exchange::without_answer(wire::failure(&error)) },
        };
        Exchange { duration: started.elapsed(), ..exchange }
    }

    // A panic while the lock is held leaves at worst an answer too many or too few.
    fn kept(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<R> Exchange<R> {
    fn without_answer(ending: Ending<R>) -> Self {
        Self {
            transport: Transport::Udp,
            octets: 0,
            duration: Duration::ZERO,
            alias: None,
            dnssec: None,
            from_cache: None,
            ending,
        }
    }
}
