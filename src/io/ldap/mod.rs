//! Directories as this machine reaches them: servers by SRV records, one after the other, a full account.
//!
//! Each step stands in the account: the question for servers, the address of each, the connection, the bases, the search
//! below each base. A server that is down, silent or speaks nonsense hands over to the next; one that answers ends the
//! search, also with nothing, because the servers of a domain serve the same directory. No referral is followed.

mod connection;
mod message;
mod relay;
mod resolver;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

pub use crate::discovery::ldap::TlsMode;

use crate::discovery::reach::Reach;
use crate::io::dns::DnsClient;
use crate::pki::Certificate;

/// A directory's message as it is handed to the LDAP library: one of a shape that was looked at, without controls.
///
/// # Errors
/// Why it is not let through, as a sentence.
pub fn screened(message: &[u8]) -> Result<Vec<u8>, String> {
    message::Response::of(message).map(|response| response.octets).map_err(|fault| fault.to_string())
}

/// By which authorities a server's certificate has to be issued.
#[derive(Clone, Debug, Default)]
pub enum ServerTrust {
    /// Those that the system trusts.
    #[default]
    System,
    /// These and no other, as in a lab.
    Only(Vec<Certificate>),
}

/// Gives a random number from 0 up to and including its argument.
pub type Draw = Arc<dyn Fn(u32) -> u32 + Send + Sync>;

/// How directories are asked.
#[derive(Clone)]
pub struct LdapOptions {
    /// How connections are protected.
    pub tls: TlsMode,
    /// Whose certificates servers may show.
    pub trust: ServerTrust,
    /// Where servers may be.
    pub reach: Reach,
    /// How long a connection may take to come about, TLS included. 3 s, as the DNS client gives a transport.
    pub connect: Duration,
    /// How long one operation may take. 5 s, as the Java reference agent allows.
    pub operation: Duration,
    /// How long one server may take in all.
    pub server: Duration,
    /// Draws the lots among servers of equal priority.
    pub draw: Draw,
}

impl Default for LdapOptions {
    fn default() -> Self {
        Self {
            tls: TlsMode::default(),
            trust: ServerTrust::default(),
            reach: Reach::Public,
            connect: Duration::from_secs(3),
            operation: Duration::from_secs(5),
            server: Duration::from_secs(10),
            draw: Arc::new(random),
        }
    }
}

impl fmt::Debug for LdapOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tls, trust, reach, connect, operation, server, draw: _ } = self;
        let mut shown = f.debug_struct("LdapOptions");
        shown.field("tls", tls).field("trust", trust).field("reach", reach).field("connect", connect);
        shown.field("operation", operation).field("server", server).finish_non_exhaustive()
    }
}

/// Looks for certificates in the directories of a domain.
pub struct LdapResolver {
    dns: Arc<DnsClient>,
    options: LdapOptions,
    runtime: Runtime,
    // Servers that did not answer: how often in a row, and when last.
    silent: Mutex<HashMap<SocketAddr, (usize, Instant)>>,
}

impl LdapResolver {
    /// A resolver that asks for servers through `dns`.
    ///
    /// # Errors
    /// The system's refusal to grant an event queue.
    pub fn new(dns: Arc<DnsClient>, options: LdapOptions) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { dns, options, runtime, silent: Mutex::new(HashMap::new()) })
    }
}

// Where the system has no randomness, the first server of the answer is as good as any.
fn random(most: u32) -> u32 {
    let mut octets = [0; 8];
    if openssl::rand::rand_bytes(&mut octets).is_err() {
        return most;
    }
    u32::try_from(u64::from_be_bytes(octets) % (u64::from(most) + 1)).unwrap_or(most)
}
