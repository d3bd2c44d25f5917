//! Asking a name server for CERT records: the resolver that `discovery` calls for the DNS method.
//!
//! One server, asked over UDP with EDNS and again over TCP where the answer was truncated or none came (RFC 1035
//! §4.2.1, RFC 7766).
//! Every exchange comes back as an account: which server, which transport, how many octets, how long, and how it ended,
//! because "there is no certificate" and "nobody answered" must not look alike. There is no cache and no search list:
//! what is shown is what was asked. Runs on a runtime of its own, so that the callers stay synchronous.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::tcp::TcpClientStream;
use hickory_resolver::net::udp::UdpClientStream;
use hickory_resolver::net::xfer::{DnsHandle, FirstAnswer};
use hickory_resolver::net::{NetError, xfer::DnsExchange};
use hickory_resolver::proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::system_conf::read_system_conf;
use tokio::runtime::Runtime;

use crate::discovery::dns_cert::{CertContent, OwnerName, OwnerNameError, address_owners, domain_owner};
use crate::discovery::{Lookup, LookupAnswer, Method, Resolution, Resolver, Subject};
use crate::limits::Limits;
use crate::pki::Certificate;

/// The largest UDP answer that is asked for: it passes everywhere unfragmented (RFC 9715).
const UDP_OCTETS: u16 = 1232;

/// How long each transport may take. 3 s, as the Java reference agent allows.
pub const TIMEOUT: Duration = Duration::from_secs(3);

/// So many queries in a row without an answer, and the resolver asks no more: a message to a thousand recipients must
/// not wait for a dead server a thousand times.
const PATIENCE: usize = 2;

/// A client of one name server.
pub struct DnsClient {
    server: SocketAddr,
    timeout: Duration,
    runtime: Runtime,
    // Queries without an answer since the last one with an answer.
    unanswered: AtomicUsize,
}

/// What one question gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The transport that brought the answer, or was tried last.
    pub transport: Transport,
    /// Octets of the answer; 0 without one.
    pub octets: usize,
    /// From the first question to the end, truncated tries included.
    pub duration: Duration,
    /// The name that the one asked for is an alias of, where that had to be asked for too.
    pub alias: Option<String>,
    /// How it ended.
    pub ending: Ending,
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
pub enum Ending {
    /// The name exists; these are its CERT records, which may be none.
    Answered(Vec<CertContent>),
    /// The name does not exist (NXDOMAIN).
    NoSuchName,
    /// The server answered with another response code, such as `Server Failure`.
    ServerSaid(String),
    /// No answer within the time.
    TimedOut,
    /// Nobody listens there, or the system refused to send.
    Unreachable(String),
    /// An answer that cannot be read.
    Malformed(String),
}

type Answered = (Transport, Result<DnsResponse, NetError>);

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

/// Reads `IP`, `IP:PORT` or `[IPv6]:PORT`; port 53 where none is given.
#[must_use]
pub fn server_address(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 53)))
}

impl DnsClient {
    /// A client of `server` that gives each transport `timeout`.
    ///
    /// # Errors
    /// [`DnsError::Runtime`] when the system grants no event queue.
    pub fn new(server: SocketAddr, timeout: Duration) -> Result<Self, DnsError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { server, timeout, runtime, unanswered: AtomicUsize::new(0) })
    }

    /// The server that is asked.
    #[must_use]
    pub const fn server(&self) -> SocketAddr {
        self.server
    }

    /// Asks for the CERT records of `owner`.
    #[must_use]
    pub fn query(&self, owner: &OwnerName) -> Exchange {
        let started = Instant::now();
        let ((transport, outcome), alias) = self.runtime.block_on(self.follow(owner));
        let (octets, ending) = match outcome {
            Ok(response) => (response.as_buffer().len(), read(&response)),
            Err(error) => (0, failure(&error)),
        };
        Exchange { transport, octets, duration: started.elapsed(), alias: alias.map(|name| name.to_string()), ending }
    }

    // A recursive server follows aliases itself; one that is only the authority does not, and is asked again, once.
    async fn follow(&self, owner: &OwnerName) -> (Answered, Option<Name>) {
        let labels = owner.labels().iter().map(Vec::as_slice);
        let name = match Name::from_labels(labels) {
            Ok(name) => name,
            Err(error) => return ((Transport::Udp, Err(error.into())), None),
        };
        let answered = self.exchange(&name).await;
        match answered.1.as_ref().ok().and_then(open_alias).cloned() {
            Some(target) => (self.exchange(&target).await, Some(target)),
            None => (answered, None),
        }
    }

    async fn exchange(&self, name: &Name) -> Answered {
        match self.within(self.over_udp(name)).await {
            Ok(response) if !response.metadata.truncation => (Transport::Udp, Ok(response)),
            // Silence may be a filter against UDP; and only TCP can tell that nobody listens.
            Ok(_) | Err(NetError::Timeout) => (Transport::Tcp, self.within(self.over_tcp(name)).await),
            Err(error) => (Transport::Udp, Err(error)),
        }
    }

    // The bound that holds whatever the layers below do with theirs.
    async fn within<F>(&self, exchange: F) -> Result<DnsResponse, NetError>
    where
        F: Future<Output = Result<DnsResponse, NetError>>,
    {
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or(Err(NetError::Timeout))
    }

    // The provider owns the tasks behind an exchange: it has to live until the answer is there.
    async fn over_udp(&self, name: &Name) -> Result<DnsResponse, NetError> {
        let provider = TokioRuntimeProvider::default();
        let stream = UdpClientStream::builder(self.server, provider.clone());
        ask(stream.with_timeout(Some(self.timeout)).exchange(), name).await
    }

    async fn over_tcp(&self, name: &Name) -> Result<DnsResponse, NetError> {
        let provider = TokioRuntimeProvider::default();
        ask(TcpClientStream::exchange(self.server, None, self.timeout, None, provider.clone()).await?, name).await
    }
}

impl Resolver for DnsClient {
    fn method(&self) -> Method {
        Method::Dns
    }

    fn resolve(&self, subject: &Subject) -> Resolution {
        let mut resolution = Resolution::default();
        if self.unanswered.load(Ordering::Relaxed) >= PATIENCE {
            resolution.tried.push(Lookup {
                query: subject.to_string(),
                answer: LookupAnswer::Skipped(format!("the server left the last {PATIENCE} queries unanswered")),
                ..self.account_of(subject)
            });
            return resolution;
        }
        match owners(subject) {
            Ok(owners) => {
                for owner in owners {
                    let exchange = self.query(&owner);
                    let silent = matches!(exchange.ending, Ending::TimedOut | Ending::Unreachable(_));
                    let unanswered = if silent { self.unanswered.load(Ordering::Relaxed) + 1 } else { 0 };
                    self.unanswered.store(unanswered, Ordering::Relaxed);
                    self.account(subject, &owner, exchange, &mut resolution);
                    // The other reading of the same address waits for nobody either.
                    if silent || !resolution.found.is_empty() {
                        break;
                    }
                }
            }
            Err(error) => resolution.tried.push(Lookup {
                query: subject.to_string(),
                answer: LookupAnswer::Skipped(error.to_string()),
                ..self.account_of(subject)
            }),
        }
        resolution
    }
}

impl DnsClient {
    fn account_of(&self, subject: &Subject) -> Lookup {
        Lookup {
            method: Method::Dns,
            subject: subject.clone(),
            query: String::new(),
            server: Some(self.server.to_string()),
            transport: None,
            answer: LookupAnswer::Empty,
            octets: 0,
            duration: Duration::ZERO,
            notes: Vec::new(),
        }
    }

    fn account(&self, subject: &Subject, owner: &OwnerName, exchange: Exchange, resolution: &mut Resolution) {
        let mut notes: Vec<String> = exchange.alias.iter().map(|name| format!("an alias of {name}")).collect();
        let answer = match exchange.ending {
            Ending::Answered(contents) => {
                let found = certificates(contents, &mut notes);
                let count = found.len();
                for certificate in found {
                    if !resolution.found.contains(&certificate) {
                        resolution.found.push(certificate);
                    }
                }
                if count == 0 { LookupAnswer::Empty } else { LookupAnswer::Found(count) }
            }
            Ending::NoSuchName => LookupAnswer::NoSuchName,
            Ending::TimedOut => LookupAnswer::TimedOut,
            Ending::ServerSaid(code) => LookupAnswer::Failed(format!("the server answered “{code}”")),
            Ending::Unreachable(why) => LookupAnswer::Failed(format!("the server cannot be reached: {why}")),
            Ending::Malformed(why) => LookupAnswer::Failed(format!("the answer cannot be read: {why}")),
        };
        resolution.tried.push(Lookup {
            query: format!("{owner} CERT"),
            transport: Some(exchange.transport.as_str()),
            answer,
            octets: exchange.octets,
            duration: exchange.duration,
            notes,
            ..self.account_of(subject)
        });
    }
}

fn owners(subject: &Subject) -> Result<Vec<OwnerName>, OwnerNameError> {
    match subject {
        Subject::Address(address) => address_owners(address.unquoted_local_part(), address.domain().ascii())
            .map(|owners| owners.into_iter().map(|(_, owner)| owner).collect()),
        Subject::Domain(domain) => domain_owner(domain.ascii()).map(|owner| vec![owner]),
    }
}

// Records that are no certificate, and those past the cap, are passed over and said to be.
fn certificates(contents: Vec<CertContent>, notes: &mut Vec<String>) -> Vec<Certificate> {
    let limit = Limits::DEFAULT.dns_records;
    if contents.len() > limit {
        notes.push(format!("{} records; only the first {limit} were looked at", contents.len()));
    }
    let mut found = Vec::new();
    for content in contents.into_iter().take(limit) {
        match (content.skipped(), content) {
            (Some(why), _) => notes.push(format!("record passed over: {why}")),
            (None, CertContent::Pkix(der)) => match Certificate::from_der(&der) {
                Ok(certificate) => found.push(certificate),
                Err(error) => notes.push(format!("record passed over: {error}")),
            },
            (None, _) => {}
        }
    }
    found
}

async fn ask(exchange: DnsExchange<TokioRuntimeProvider>, name: &Name) -> Result<DnsResponse, NetError> {
    let mut options = DnsRequestOptions::default();
    options.use_edns = true;
    options.edns_payload_len = UDP_OCTETS;
    let question = Query::query(name.clone(), RecordType::CERT);
    exchange.send(DnsRequest::from_query(question, options)).first_answer().await
}

fn read(response: &DnsResponse) -> Ending {
    match response.metadata.response_code {
        ResponseCode::NoError => Ending::Answered(records(response)),
        ResponseCode::NXDomain => Ending::NoSuchName,
        other => Ending::ServerSaid(other.to_string()),
    }
}

// The records of the name that was asked for, or of the name that it is an alias of. Others do not belong.
fn records(response: &DnsResponse) -> Vec<CertContent> {
    let Some(name) = canonical_name(response) else { return Vec::new() };
    let certificates = response.answers.iter().filter(|record| record.name == *name);
    certificates
        .filter_map(|record| match &record.data {
            RData::CERT(cert) => Some(CertContent::read(cert.cert_type.into(), &cert.cert_data)),
            _ => None,
        })
        .collect()
}

// Where the answer's chain of aliases ends: a server puts the chain into its answer, in any order.
fn canonical_name(response: &DnsResponse) -> Option<&Name> {
    let mut name = response.queries.first()?.name();
    for _ in 0..MAX_ALIASES {
        let alias = response.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == *name => Some(&target.0),
            _ => None,
        });
        match alias {
            Some(target) => name = target,
            None => break,
        }
    }
    Some(name)
}

// The name that has to be asked for because the answer is an alias and no more.
fn open_alias(response: &DnsResponse) -> Option<&Name> {
    let asked = response.queries.first()?.name();
    let name = canonical_name(response)?;
    let bare = response.metadata.response_code == ResponseCode::NoError
        && !response.answers.iter().any(|record| record.name == *name);
    (bare && name != asked).then_some(name)
}

/// Links of a chain of aliases that are followed: longer ones are loops or mistakes.
const MAX_ALIASES: usize = 8;

fn failure(error: &NetError) -> Ending {
    match error {
        NetError::Timeout => Ending::TimedOut,
        NetError::Io(error) if error.kind() == io::ErrorKind::TimedOut => Ending::TimedOut,
        NetError::Io(error) => Ending::Unreachable(error.kind().to_string()),
        other => Ending::Malformed(other.to_string()),
    }
}
