//! One connection to a directory server: TCP, TLS or StartTLS, and the LDAP library behind the relay.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ldap3::result::Result as LibraryResult;
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, ResultEntry, Scope, SearchOptions, StdStream};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::message::{self, Fault, Response, operation};
use super::relay::{Tally, relay};
use super::{LdapOptions, ServerTrust, TlsMode};
use crate::asn1::der;
use crate::discovery::ldap::{ATTRIBUTES, NAMING_CONTEXTS, is, result_code};
use crate::finding::{escape_controls, system_words};
use crate::limits::Limits;

/// The extended operation that begins TLS (RFC 4511 §4.14).
const START_TLS: &str = "1.3.6.1.4.1.1466.20037";
/// How long the farewell may take: it is a courtesy.
const FAREWELL: Duration = Duration::from_millis(200);

/// What a connection needs of a stream, whatever lies below.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Why an operation gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No answer within the time.
    TimedOut,
    /// The connection ended.
    Ended(Fault),
    /// The server answered that it will not.
    Refused(String),
    /// TCP, TLS or the library failed.
    Failed(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("no answer within the time"),
            Self::Ended(fault) => fault.fmt(f),
            Self::Refused(why) | Self::Failed(why) => f.write_str(why),
        }
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Ended(fault)
    }
}

/// An entry of a directory as far as it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    /// Descriptions of attributes and their values.
    pub(super) attributes: Vec<(String, Vec<Vec<u8>>)>,
}

/// What a search gave.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) entries: Vec<Entry>,
    /// Other servers that the server names and that are not asked.
    pub(super) references: Vec<String>,
    /// The result code; 0 also where the answer was cut at the cap.
    pub(super) code: u32,
    pub(super) text: String,
    /// Whether more entries came than are looked at.
    pub(super) cut: bool,
}

pub(super) struct Connection {
    ldap: Ldap,
    tally: Arc<Tally>,
    // None once its end has been heard of.
    relay: Option<JoinHandle<Fault>>,
    library: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.library.abort();
        if let Some(relay) = &self.relay {
            relay.abort();
        }
    }
}

impl Connection {
    /// Connects, begins TLS where that is wanted, and binds as nobody.
    pub(super) async fn open(host: &str, address: SocketAddr, options: &LdapOptions) -> Result<Self, Trouble> {
        let stream = timeout(options.connect, reach(host, address, options)).await.unwrap_or(Err(Trouble::TimedOut))?;
        let mut connection = Self::over(stream).await.map_err(|error| Trouble::Failed(error.to_string()))?;
        connection.bind(options.operation).await?;
        Ok(connection)
    }

    async fn over(stream: Box<dyn Stream>) -> LibraryResult<Self> {
        let (library_side, relay_side, url) = pair()?;
        let settings = LdapConnSettings::new().set_std_stream(library_side);
        let (connection, ldap) = LdapConnAsync::with_settings(settings, url).await?;
        let tally = Arc::new(Tally::default());
        let relay = tokio::spawn(relay(relay_side, stream, Arc::clone(&tally)));
        // Its failure is that of the operation under way, which tells it.
        let library = tokio::spawn(async move { drop(connection.drive().await) });
        Ok(Self { ldap, tally, relay: Some(relay), library })
    }

    /// Octets that have come from the server.
    pub(super) fn octets(&self) -> usize {
        self.tally.octets()
    }

    async fn bind(&mut self, within: Duration) -> Result<(), Trouble> {
        let mut ldap = self.ldap.clone();
        let result = self.finish(within, async move { ldap.simple_bind("", "").await }).await?;
        if result.rc == 0 {
            return Ok(());
        }
        let why = with_words(result_code(result.rc), &result.text);
        Err(Trouble::Refused(format!("the server does not let itself be asked without a name and a password: {why}")))
    }

    /// The bases that the root entry names.
    pub(super) async fn bases(&mut self, within: Duration) -> Result<Vec<String>, Trouble> {
        let answer = self.search(Scope::Base, "", "(objectClass=*)", &[NAMING_CONTEXTS], within).await?;
        let values = answer.entries.into_iter().flat_map(|entry| entry.attributes);
        let contexts =
            values.filter(|(description, _)| is(description, NAMING_CONTEXTS)).flat_map(|(_, values)| values);
        Ok(contexts.filter_map(|value| String::from_utf8(value).ok()).collect())
    }

    /// The entries at and below a base that a filter finds.
    pub(super) async fn find(&mut self, base: &str, filter: &str, within: Duration) -> Result<Answer, Trouble> {
        self.search(Scope::Subtree, base, filter, &ATTRIBUTES, within).await
    }

    async fn search(
        &mut self,
        scope: Scope,
        base: &str,
        filter: &str,
        attributes: &[&str],
        within: Duration,
    ) -> Result<Answer, Trouble> {
        let limit = Limits::DEFAULT.ldap_entries;
        let seconds = i32::try_from(within.as_secs().max(1)).unwrap_or(i32::MAX);
        let entries = i32::try_from(limit).unwrap_or(i32::MAX);
        let options = SearchOptions::new().sizelimit(entries).timelimit(seconds);
        let mut ldap = self.ldap.clone();
        let work = async move {
            let mut answer = Answer::default();
            let mut stream =
                ldap.with_search_options(options).streaming_search(base, scope, filter, attributes).await?;
            while let Some(item) = stream.next().await? {
                if item.is_ref() {
                    answer.references.extend(references(item));
                } else if answer.entries.len() < limit {
                    answer.entries.extend(entry(item));
                } else {
                    answer.cut = true;
                    return Ok(answer);
                }
            }
            let result = stream.finish().await;
            answer.code = result.rc;
            answer.text = result.text;
            answer.references.extend(result.refs);
            Ok(answer)
        };
        self.finish(within, work).await
    }

    async fn finish<T>(
        &mut self,
        within: Duration,
        work: impl Future<Output = LibraryResult<T>>,
    ) -> Result<T, Trouble> {
        match timeout(within, work).await {
            Err(_) => Err(Trouble::TimedOut),
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.why(&error).await),
        }
    }

    // The library knows only that its stream has ended; the relay knows why.
    async fn why(&mut self, error: &LdapError) -> Trouble {
        let Some(relay) = self.relay.take() else { return Trouble::Failed(error.to_string()) };
        match timeout(FAREWELL, relay).await {
            Ok(Ok(fault)) => Trouble::Ended(fault),
            _ => Trouble::Failed(error.to_string()),
        }
    }

    /// Says farewell, as RFC 4511 §4.3 wants it.
    pub(super) async fn close(mut self) {
        let _ = timeout(FAREWELL, self.ldap.unbind()).await;
        if let Some(relay) = self.relay.take() {
            let _ = timeout(FAREWELL, relay).await;
        }
    }
}

/// A result with what the server says about it.
pub(super) fn with_words(result: String, words: &str) -> String {
    if words.trim().is_empty() { result } else { format!("{result}, “{}”", escape_controls(words.trim())) }
}

// The library takes nothing but sockets, so it gets one end of a pair.
#[cfg(unix)]
fn pair() -> io::Result<(StdStream, tokio::net::UnixStream, &'static str)> {
    let (library, relay) = std::os::unix::net::UnixStream::pair()?;
    relay.set_nonblocking(true)?;
    Ok((StdStream::Unix(library), tokio::net::UnixStream::from_std(relay)?, "ldapi:///"))
}

#[cfg(not(unix))]
fn pair() -> io::Result<(StdStream, TcpStream, &'static str)> {
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    let library = std::net::TcpStream::connect(listener.local_addr()?)?;
    let (relay, peer) = listener.accept()?;
    if peer != library.local_addr()? {
        return Err(io::Error::other("another program connected in between"));
    }
    relay.set_nonblocking(true)?;
    Ok((StdStream::Tcp(library), TcpStream::from_std(relay)?, "ldap:///"))
}

async fn reach(host: &str, address: SocketAddr, options: &LdapOptions) -> Result<Box<dyn Stream>, Trouble> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::ConnectionRefused => Trouble::Failed("nobody listens at that address and port".to_owned()),
        _ => Trouble::Failed(format!("the server cannot be reached: {}", system_words(&error))),
    };
    let mut stream = TcpStream::connect(address).await.map_err(failed)?;
    match options.tls {
        TlsMode::Plain => return Ok(Box::new(stream)),
        TlsMode::Ldaps => {}
        TlsMode::StartTls => start_tls(&mut stream).await?,
    }
    let connector = connector(&options.trust).map_err(|error| Trouble::Failed(error.to_string()))?;
    match tokio_native_tls::TlsConnector::from(connector).connect(host, stream).await {
        Ok(secured) => Ok(Box::new(secured)),
        Err(error) => Err(Trouble::Failed(tls_words(&error))),
    }
}

// Before TLS nothing but this answer is read, so nothing that was said in the open counts as said within TLS.
async fn start_tls(stream: &mut TcpStream) -> Result<(), Trouble> {
    const IDENTIFIER: i64 = 1;
    let name = der::value(0x80, START_TLS.as_bytes());
    let request = der::sequence(&[&[2, 1, 1], &der::value(0x77, &name)]);
    stream.write_all(&request).await.map_err(Fault::from)?;
    let mut budget = Limits::DEFAULT.ldap_message_octets;
    let response = Response::of(&message::read(stream, &mut budget).await?)?;
    let answers = response.id == IDENTIFIER && response.operation == operation::EXTENDED_RESPONSE;
    match response.result {
        Some(result) if answers && result.code == 0 => Ok(()),
        Some(result) if answers => {
            Err(Trouble::Refused(format!("the server does not begin TLS: {}", result.in_words())))
        }
        _ => Err(Fault::NotLdap("it does not answer the request to begin TLS".to_owned()).into()),
    }
}

fn connector(trust: &ServerTrust) -> native_tls::Result<native_tls::TlsConnector> {
    let mut builder = native_tls::TlsConnector::builder();
    if let ServerTrust::Only(roots) = trust {
        builder.disable_built_in_roots(true);
        for root in roots {
            builder.add_root_certificate(native_tls::Certificate::from_der(root.der())?);
        }
    }
    builder.build()
}

// OpenSSL puts what it found into brackets after a row of codes.
fn tls_words(error: &native_tls::Error) -> String {
    let text = error.to_string();
    let cause =
        text.rsplit_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or(text.as_str(), |(words, _)| words);
    format!("no TLS connection came about: {}", escape_controls(cause))
}

// The relay has looked at the shape; what is not of it is left out here.
fn entry(item: ResultEntry) -> Option<Entry> {
    let mut parts = item.0.expect_constructed()?.into_iter();
    let name = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
    let mut attributes = Vec::new();
    for attribute in parts.next()?.expect_constructed()? {
        let mut parts = attribute.expect_constructed()?.into_iter();
        let description = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
        let values = parts.next()?.expect_constructed()?;
        attributes.push((description, values.into_iter().filter_map(|value| value.expect_primitive()).collect()));
    }
    Some(Entry { name, attributes })
}

fn references(item: ResultEntry) -> Vec<String> {
    let uris = item.0.expect_constructed().unwrap_or_default().into_iter();
    uris.filter_map(|uri| String::from_utf8(uri.expect_primitive()?).ok()).collect()
}
