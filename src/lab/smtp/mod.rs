//! A mail server on loopback that takes what it is given and delivers nothing (RFC 5321).
//!
//! Each transaction becomes an [`Envelope`], octets untouched: no trace field is added, no line end repaired. What the
//! specification forbids is refused and leaves a [`Finding`]: bare CR or LF in a message above all, which some servers
//! take for its end. It binds 127.0.0.1 and nothing else, because it accepts mail for every domain. Sizes, counts and
//! times are bounded by [`SmtpConfig`]. CHUNKING is neither announced nor taken.

mod auth;
mod certificate;
mod command;
mod config;
mod data;
mod reply;
mod rules;
mod session;
mod state;
mod store;
mod transaction;
mod wire;

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use time::OffsetDateTime;

pub use config::{Authentication, Security, SmtpConfig};
pub use store::keep_in;

use crate::finding::{Finding, system_words};
use crate::mail::{Envelope, TranscriptLine};
use certificate::Identity;
use session::{Server, Session};
use state::{Phase, State};

/// The server's name in its greeting (RFC 2606 §2: no host has it).
const NAME: &str = "lab.sealscope.invalid";
/// How long accepting rests after the system refused a connection, as it does when there are no more descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Something that happened in a session.
#[derive(Clone, Debug)]
pub struct SessionEvent {
    /// The session, counted from 1.
    pub session: u64,
    /// Who is connected.
    pub client: SocketAddr,
    /// What happened.
    pub kind: EventKind,
}

/// What happened in a session.
#[derive(Clone, Debug)]
pub enum EventKind {
    /// It is over; why, as a sentence.
    Closed(String),
    /// A message was stored under this name.
    Kept {
        /// The name it was stored under.
        id: String,
        /// The transaction.
        received: Arc<Received>,
    },
    /// Something was checked and did not hold.
    Noted(Finding),
    /// A client has connected.
    Opened,
    /// A line went over the wire; passwords and messages have a remark in their place.
    Said(TranscriptLine),
}

/// One transaction that was accepted.
#[derive(Clone, Debug)]
pub struct Received {
    /// The session, counted from 1.
    pub session: u64,
    /// Who sent it.
    pub client: SocketAddr,
    /// When its last octet came.
    pub at: OffsetDateTime,
    /// What the client calls itself in EHLO or HELO; anybody can say anything.
    pub hello: String,
    /// Version and cipher of TLS; none in the clear.
    pub encryption: Option<String>,
    /// The user of AUTH; the password was checked only if the sink was told one.
    pub user: Option<String>,
    /// MAIL FROM, RCPT TO and the message as it came.
    pub envelope: Envelope,
    /// What was checked, and how it came out.
    pub findings: Vec<Finding>,
}

/// Receives everything that happens; called on the threads of the sessions.
pub type SessionLog = Arc<dyn Fn(&SessionEvent) + Send + Sync>;

/// Stores a transaction and gives the name it has then. Only after that the client is told that it was accepted. The
/// error is a sentence, which the client gets with a request to try again.
pub type Keep = Arc<dyn Fn(&Received) -> Result<String, String> + Send + Sync>;

/// A running sink. Dropping it shuts it down.
pub struct LabSmtp {
    state: Arc<State>,
    address: SocketAddr,
    certificate: Option<Vec<u8>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// Why the sink did not start.
#[derive(Debug, thiserror::Error)]
pub enum LabSmtpError {
    /// The address or port is not to be had.
    #[error("cannot listen on {address}: {}; choose another port with --port, or 0 for a free one", system_words(.source))]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate for TLS could not be made.
    #[error("cannot make the lab's certificate for TLS: {0}; start without TLS")]
    Certificate(#[from] openssl::error::ErrorStack),
    /// The thread could not be had.
    #[error("cannot start the lab SMTP server: {}; close other programs and try again", system_words(.0))]
    Start(io::Error),
}

impl LabSmtp {
    /// Starts a sink on `port` of 127.0.0.1; port 0 takes a free one.
    ///
    /// # Errors
    /// [`LabSmtpError`] when the port is taken, or a certificate or thread cannot be had.
    pub fn start(config: SmtpConfig, port: u16, log: SessionLog, keep: Keep) -> Result<Self, LabSmtpError> {
        let identity = match config.security {
            Security::None => None,
            Security::StartTls | Security::Wrapped => Some(Identity::new((config.clock)())?),
        };
        let asked = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        let bound = TcpListener::bind(asked).and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = bound.map_err(|source| LabSmtpError::Bind { address: asked, source })?;
        let state = Arc::new(State::new(address, config.count));
        let certificate = identity.as_ref().map(|identity| identity.certificate.clone());
        let acceptor = identity.map(|identity| identity.acceptor);
        let server = Arc::new(Server { config, acceptor, state: Arc::clone(&state), log, keep });
        let serve = move || accept(&listener, &server);
        let thread = thread::Builder::new().name("lab-smtp".to_owned()).spawn(serve).map_err(LabSmtpError::Start)?;
        Ok(Self { state, address, certificate, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate it shows under TLS, in DER; none where it has no TLS.
    #[must_use]
    pub fn certificate(&self) -> Option<&[u8]> {
        self.certificate.as_deref()
    }

    /// Whether it has ended, which without [`LabSmtp::shut_down`] it does once it has stored as many messages as it was
    /// told to.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(thread::JoinHandle::is_finished)
    }

    /// Stops listening, ends open sessions with a reply that says so, and waits for them.
    pub fn shut_down(mut self) {
        self.finish();
    }

    fn finish(&mut self) {
        self.state.advance(Phase::Stopping);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl Drop for LabSmtp {
    fn drop(&mut self) {
        self.finish();
    }
}

fn accept(listener: &TcpListener, server: &Arc<Server>) {
    let mut sessions: Vec<thread::JoinHandle<()>> = Vec::new();
    let mut number = 0_u64;
    loop {
        let accepted = listener.accept();
        if server.state.phase() != Phase::Running {
            break;
        }
        sessions.retain(|session| !session.is_finished());
        let Ok((stream, client)) = accepted else {
            thread::sleep(ACCEPT_PAUSE);
            continue;
        };
        if sessions.len() >= server.config.connections {
            turn_away(stream);
            continue;
        }
        number = number.saturating_add(1);
        let of_session = Arc::clone(server);
        let serve = move || Session::serve(&of_session, stream, number, client);
        // Without a thread the connection is closed: the client will try again.
        sessions.extend(thread::Builder::new().name("lab-smtp-session".to_owned()).spawn(serve));
    }
    for session in sessions {
        let _ = session.join();
    }
}

// A reply of one line fits the buffer of a new connection: this does not wait.
fn turn_away(mut stream: TcpStream) {
    let line = format!("421 4.3.2 {NAME} has too many connections: close one, or try again later\r\n");
    let _ = stream.write_all(line.as_bytes());
}
