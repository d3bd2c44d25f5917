//! A directory server on loopback that publishes certificates as attributes of entries (RFC 4511, RFC 4523).
//!
//! For labs without a directory of their own, and for tests. It answers a bind as nobody, the root entry, and searches
//! with equality, presence, "and", "or" and "not" over a small set of entries; it changes nothing and knows no password.
//! Sizes, connections and idle times have caps, and each request stands in a log.

mod directory;
mod protocol;
mod server;
mod slapd;

pub use directory::{Directory, Entry};
pub use slapd::{Slapd, SlapdError};

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::background::{Background, Started, listen, loopback};
use crate::finding::system_words;
use crate::pki::PrivateKeyEntry;

/// How a server protects its connections.
#[derive(Clone, Debug, Default)]
pub enum Protection {
    /// Not at all.
    #[default]
    Plain,
    /// By TLS when the client asks for it, with this key and certificate.
    StartTls(Box<PrivateKeyEntry>),
    /// By TLS from the first octet, with this key and certificate.
    Ldaps(Box<PrivateKeyEntry>),
}

/// One request and its answer, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asked.
    pub client: SocketAddr,
    /// Whether the request came within TLS.
    pub secured: bool,
    /// The operation: `bind`, `search`, …
    pub operation: &'static str,
    /// What it asks for, such as base and filter.
    pub detail: String,
    /// The result code.
    pub result: u8,
    /// Entries in the answer.
    pub entries: usize,
}

/// Receives every request; called on the server's thread.
pub type RequestLog = Arc<dyn Fn(&Request) + Send + Sync>;

/// A running server. Dropping it shuts it down.
pub struct LabLdap {
    running: Background,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum LabLdapError {
    /// The address or port is not to be had.
    #[error("cannot listen on {address}: {}; choose another port with --port, or 0 for a free one", system_words(.source))]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The key and certificate for TLS cannot be used.
    #[error("the lab directory cannot use the key and certificate for TLS: {0}")]
    Identity(String),
    /// The server's thread or its runtime could not be made.
    #[error("cannot start the lab directory: {0}")]
    Start(io::Error),
}

impl LabLdap {
    /// Starts a server for `directory` on `port` of 127.0.0.1; port 0 takes a free one.
    ///
    /// # Errors
    /// [`LabLdapError`] when the port is taken, TLS cannot be had, or the thread cannot.
    pub fn start(
        directory: Directory,
        port: u16,
        protection: Protection,
        log: RequestLog,
    ) -> Result<Self, LabLdapError> {
        let server = server::Server::new(directory, &protection, log)?;
        let serve = move |started, stopped| serve(server, port, started, stopped);
        let running = Background::start("lab-ldap", LabLdapError::Start, serve)?;
        Ok(Self { running })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Stops listening, closes what is open and waits until that is done.
    pub fn shut_down(self) {
        drop(self);
    }
}

// What is open when the server stops ends with its runtime.
async fn serve(server: server::Server, port: u16, started: Started<LabLdapError>, stopped: oneshot::Receiver<()>) {
    let asked = loopback(port);
    let (listener, address) = match listen(asked).await {
        Ok(bound) => bound,
        Err(source) => return drop(started.send(Err(LabLdapError::Bind { address: asked, source }))),
    };
    if started.send(Ok(address)).is_ok() {
        tokio::select! {
            () = Arc::new(server).accept(&listener) => {}
            _ = stopped => {}
        }
    }
}
