//! A name server on loopback that publishes certificates as CERT records (RFC 4398).
//!
//! It answers over UDP and TCP on one port, truncates what does not fit (RFC 1035 §4.2.1, RFC 6891), and tells a name
//! that does not exist from one that has no such record. It serves only what it was given: no recursion, no transfer. It
//! binds loopback addresses and nothing else, because it answers for every domain as if it were the
//! authority.

mod parties;
mod zone;
mod zone_file;

pub use zone::Zone;
pub use zone_file::ZoneFileError;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::net::xfer::Protocol;
use hickory_server::proto::op::{Edns, Metadata, ResponseCode};
use hickory_server::proto::rr::Record;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::oneshot;

use super::background::{Background, Started, listen, loopback};
use crate::finding::system_words;

/// A TCP connection that stays silent this long is closed.
const TCP_IDLE: Duration = Duration::from_secs(5);
/// Answers queued for one TCP connection.
const TCP_ANSWERS: usize = 32;
/// The largest UDP answer sent, whatever the client offers: what passes everywhere unfragmented (RFC 9715).
const UDP_OCTETS: u16 = 1232;

/// One question and its answer, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Who asked.
    pub client: SocketAddr,
    /// `udp` or `tcp`.
    pub transport: &'static str,
    /// The name, in presentation format.
    pub name: String,
    /// The record type's mnemonic.
    pub record_type: String,
    /// The response code's name.
    pub response: String,
    /// Records in the answer.
    pub records: usize,
}

/// Receives every query; called on the server's thread.
pub type QueryLog = Arc<dyn Fn(&Query) + Send + Sync>;

/// A running server. Dropping it shuts it down.
pub struct LabDns {
    running: Background,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum LabDnsError {
    /// The address or port is not to be had.
    #[error("cannot listen on {address}: {}; choose another port with --port, or 0 for a free one", system_words(.source))]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The server's thread or its runtime could not be made.
    #[error("cannot start the lab DNS server: {0}")]
    Start(io::Error),
}

impl LabDns {
    /// Starts a server for `zone` on `port` of 127.0.0.1; port 0 takes a free one.
    ///
    /// # Errors
    /// [`LabDnsError`] when the port is taken or the thread cannot be had.
    pub fn start(zone: Zone, port: u16, log: QueryLog) -> Result<Self, LabDnsError> {
        let serve = move |started, stopped| serve(Handler { zone, log }, port, started, stopped);
        let running = Background::start("lab-dns", LabDnsError::Start, serve)?;
        Ok(Self { running })
    }

    /// Where it listens, UDP and TCP.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Stops listening and waits until open questions are answered.
    pub fn shut_down(self) {
        drop(self);
    }
}

async fn serve(handler: Handler, port: u16, started: Started<LabDnsError>, stopped: oneshot::Receiver<()>) {
    let (tcp, udp, address) = match bind(port).await {
        Ok(bound) => bound,
        Err(error) => return drop(started.send(Err(error))),
    };
    let mut server = Server::new(handler);
    server.register_socket(udp);
    server.register_listener(tcp, TCP_IDLE, TCP_ANSWERS);
    if started.send(Ok(address)).is_ok() {
        let _ = stopped.await;
    }
    let _ = server.shutdown_gracefully().await;
}

// A free TCP port may be taken in UDP: with port 0 another is tried, a few times.
async fn bind(port: u16) -> Result<(TcpListener, UdpSocket, SocketAddr), LabDnsError> {
    let asked = loopback(port);
    let mut tries = if port == 0 { 16 } else { 1 };
    loop {
        tries -= 1;
        match bind_once(asked).await {
            Err(_) if tries > 0 => {}
            outcome => return outcome.map_err(|source| LabDnsError::Bind { address: asked, source }),
        }
    }
}

async fn bind_once(asked: SocketAddr) -> io::Result<(TcpListener, UdpSocket, SocketAddr)> {
    let (tcp, address) = listen(asked).await?;
    let udp = UdpSocket::bind(address).await?;
    Ok((tcp, udp, address))
}

struct Handler {
    zone: Zone,
    log: QueryLog,
}

// `RequestHandler` is declared with `async_trait`; this is what that macro makes of an `async fn`.
impl RequestHandler for Handler {
    fn handle_request<'life0, 'life1, 'async_trait, R, T>(
        &'life0 self,
        request: &'life1 Request,
        response_handle: R,
    ) -> Pin<Box<dyn Future<Output = ResponseInfo> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        R: ResponseHandler + 'async_trait,
        T: Time + 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(self.respond(request, response_handle))
    }
}

impl Handler {
    async fn respond<R: ResponseHandler>(&self, request: &Request, mut handle: R) -> ResponseInfo {
        let mut metadata = Metadata::response_from_request(&request.metadata);
        let mut records: Vec<&Record> = Vec::new();
        let mut start = None;
        match request.request_info() {
            Ok(info) => {
                (metadata.response_code, records) = self.zone.answer(info.query.name(), info.query.query_type());
                start = if records.is_empty() { self.zone.start_above(info.query.name()) } else { None };
                metadata.authoritative = true;
                (self.log)(&Query {
                    client: request.src(),
                    transport: if request.protocol() == Protocol::Tcp { "tcp" } else { "udp" },
                    name: info.query.original().name().to_string(),
                    record_type: info.query.query_type().to_string(),
                    response: metadata.response_code.to_string(),
                    records: records.len(),
                });
            }
            Err(_) => metadata.response_code = ResponseCode::FormErr,
        }
        let edns = request.edns.as_ref().map(|offered| {
            let mut edns = Edns::new();
            edns.set_max_payload(offered.max_payload().clamp(512, UDP_OCTETS));
            edns
        });
        let mut builder = MessageResponseBuilder::from_message_request(request);
        if let Some(edns) = &edns {
            builder.edns(edns);
        }
        let info = ResponseInfo::from(hickory_server::proto::op::Header { metadata, counts: Default::default() });
        handle.send_response(builder.build(metadata, records, [], start.iter(), [])).await.unwrap_or(info)
    }
}
