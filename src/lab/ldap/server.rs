//! Connections of the lab directory.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_native_tls::TlsAcceptor;

use super::directory::{Directory, Entry, Found, selected};
use super::protocol::{Message, Request as Asked, START_TLS, Scope, SearchRequest, entry, response, result};
use super::{LabLdapError, Protection, Request, RequestLog};
use crate::asn1::der;
use crate::pki::PrivateKeyEntry;

/// Connections at a time; more are closed at once.
const CONNECTIONS: usize = 64;
/// Octets of one request: a filter and a handful of names.
const REQUEST_OCTETS: usize = 64 << 10;
/// A connection that stays silent this long is closed.
const IDLE: Duration = Duration::from_secs(30);
/// Entries of one answer.
const ENTRIES: usize = 100;
/// After a failed `accept`, as when no descriptor is left, the next try waits.
const PAUSE: Duration = Duration::from_millis(50);

const SUCCESS: u8 = 0;
const PROTOCOL_ERROR: u8 = 2;
const SIZE_LIMIT_EXCEEDED: u8 = 4;
const REFERRAL: u8 = 10;
const NO_SUCH_OBJECT: u8 = 32;
const INVALID_CREDENTIALS: u8 = 49;
const UNWILLING_TO_PERFORM: u8 = 53;

const BIND_RESPONSE: u8 = 0x61;
const SEARCH_ENTRY: u8 = 0x64;
const SEARCH_DONE: u8 = 0x65;
const SEARCH_REFERENCE: u8 = 0x73;
const EXTENDED_RESPONSE: u8 = 0x78;

pub(super) struct Server {
    directory: Directory,
    tls: Option<TlsAcceptor>,
    begins: Begins,
    log: RequestLog,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    InTheOpen,
    WithTls,
}

/// What follows a request.
enum Next {
    Answered,
    BeginTls,
    Close,
}

impl Server {
    pub(super) fn new(directory: Directory, protection: &Protection, log: RequestLog) -> Result<Self, LabLdapError> {
        let (begins, identity) = match protection {
            Protection::Plain => (Begins::InTheOpen, None),
            Protection::StartTls(identity) => (Begins::InTheOpen, Some(identity)),
            Protection::Ldaps(identity) => (Begins::WithTls, Some(identity)),
        };
        let tls = identity.map(|identity| acceptor(identity)).transpose().map_err(LabLdapError::Identity)?;
        Ok(Self { directory, tls, begins, log })
    }

    pub(super) async fn accept(self: Arc<Self>, listener: &TcpListener) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok((stream, client)) = listener.accept().await else {
                sleep(PAUSE).await;
                continue;
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
            let server = Arc::clone(&self);
            tokio::spawn(async move {
                server.connection(stream, client).await;
                drop(place);
            });
        }
    }

    async fn connection(&self, mut stream: TcpStream, client: SocketAddr) {
        if self.begins == Begins::InTheOpen && !self.session(&mut stream, client, false).await {
            return;
        }
        let Some(tls) = &self.tls else { return };
        if let Ok(Ok(mut secured)) = timeout(IDLE, tls.accept(stream)).await {
            self.session(&mut secured, client, true).await;
        }
    }

    // Whether TLS is to begin now.
    async fn session<S>(&self, stream: &mut S, client: SocketAddr, secured: bool) -> bool
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        while let Ok(Some(octets)) = timeout(IDLE, request(stream)).await {
            let Some(message) = Message::read(&octets) else { return false };
            let (answer, next) = self.answer(&message, client, secured);
            if stream.write_all(&answer).await.is_err() || stream.flush().await.is_err() {
                return false;
            }
            match next {
                Next::Answered => {}
                Next::BeginTls => return true,
                Next::Close => return false,
            }
        }
        false
    }

    fn answer(&self, message: &Message, client: SocketAddr, secured: bool) -> (Vec<u8>, Next) {
        let id = message.id.as_slice();
        let mut line = Request { client, secured, operation: "", detail: String::new(), result: 0, entries: 0 };
        let (answer, next) = match &message.request {
            Asked::Bind { anonymous } => {
                line.operation = "bind";
                (line.result, line.detail) = match anonymous {
                    true => (SUCCESS, "as nobody".to_owned()),
                    false => (INVALID_CREDENTIALS, "with a name or a password".to_owned()),
                };
                (response(id, BIND_RESPONSE, &result(line.result, "", None)), Next::Answered)
            }
            Asked::Search(request) => (self.search(id, request, &mut line), Next::Answered),
            Asked::StartTls => {
                line.operation = "StartTLS";
                let possible = self.tls.is_some() && !secured;
                line.result = if possible { SUCCESS } else { PROTOCOL_ERROR };
                let mut content = result(line.result, "", None);
                content.extend(der::value(0x8a, START_TLS));
                (response(id, EXTENDED_RESPONSE, &content), if possible { Next::BeginTls } else { Next::Answered })
            }
            Asked::Unbind => {
                line.operation = "unbind";
                (Vec::new(), Next::Close)
            }
            Asked::Abandon => {
                line.operation = "abandon";
                (Vec::new(), Next::Answered)
            }
            Asked::Other(operation) => {
                (line.operation, line.result) = ("other", UNWILLING_TO_PERFORM);
                line.detail = format!("operation {operation}");
                (refusal(id, *operation), Next::Answered)
            }
        };
        (self.log)(&line);
        (answer, next)
    }

    fn search(&self, id: &[u8], request: &SearchRequest, line: &mut Request) -> Vec<u8> {
        line.operation = "search";
        line.detail = format!("{} below “{}”", request.filter, request.base);
        let root;
        let mut referral = None;
        let mut found: Vec<&Entry> = Vec::new();
        let mut references = Vec::new();
        if request.base.is_empty() && request.scope == Scope::Base {
            root = self.directory.root();
            found.push(&root);
        } else {
            match self.directory.search(request) {
                Found::Entries(entries, uris) => (found, references) = (entries, uris),
                Found::NoSuchObject => line.result = NO_SUCH_OBJECT,
                Found::Referral(uri) => (line.result, referral) = (REFERRAL, Some(uri)),
            }
        }
        let limit = if request.size_limit == 0 { ENTRIES } else { request.size_limit.min(ENTRIES) };
        if found.len() > limit {
            found.truncate(limit);
            line.result = SIZE_LIMIT_EXCEEDED;
        }
        line.entries = found.len();
        let mut answer = Vec::new();
        for one in found {
            let content = entry(&one.name, &selected(one, &request.attributes));
            answer.extend(response(id, SEARCH_ENTRY, &content));
        }
        for uri in references {
            answer.extend(response(id, SEARCH_REFERENCE, &der::value(4, uri.as_bytes())));
        }
        answer.extend(response(id, SEARCH_DONE, &result(line.result, "", referral)));
        answer
    }
}

// The response to an operation is the next one in number, but for extended ones (RFC 4511 appendix B).
fn refusal(id: &[u8], operation: u32) -> Vec<u8> {
    let tag = match operation {
        23 => EXTENDED_RESPONSE,
        other => u8::try_from(other).map_or(EXTENDED_RESPONSE, |number| 0x60 | (number.wrapping_add(1) & 0x1f)),
    };
    response(id, tag, &result(UNWILLING_TO_PERFORM, "this directory answers searches and nothing else", None))
}

// One message, whole; `None` at the end of the stream and for what is none or too long.
async fn request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Vec<u8>> {
    let mut header = [0_u8; 2];
    stream.read_exact(&mut header).await.ok()?;
    let [0x30, first] = header else { return None };
    let length = match first {
        0..=0x7f => usize::from(first),
        0x81..=0x84 => {
            let mut octets = [0_u8; 4];
            stream.read_exact(octets.get_mut(4 - usize::from(first & 0x7f)..)?).await.ok()?;
            usize::try_from(u32::from_be_bytes(octets)).ok()?
        }
        _ => return None,
    };
    if length > REQUEST_OCTETS {
        return None;
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content).await.ok()?;
    Some(der::value(0x30, &content))
}

fn acceptor(identity: &PrivateKeyEntry) -> Result<TlsAcceptor, String> {
    let mut chain = identity.certificate().pem();
    identity.chain().iter().for_each(|above| chain.push_str(&above.pem()));
    let key = identity.key().private_key_to_pem_pkcs8().map_err(|error| error.to_string())?;
    let identity = native_tls::Identity::from_pkcs8(chain.as_bytes(), &key).map_err(|error| error.to_string())?;
    let acceptor = native_tls::TlsAcceptor::new(identity).map_err(|error| error.to_string())?;
    Ok(TlsAcceptor::from(acceptor))
}
