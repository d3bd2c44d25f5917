//! The connection to a mail server: replies and octets within their time and size, in the clear or under TLS.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use native_tls::{HandshakeError, TlsConnector, TlsStream};

use crate::finding::system_words;

/// How often is looked whether somebody still waits.
const POLL: Duration = Duration::from_millis(50);
/// How long a submission may take in all. 15 minutes: 64 MiB at 600 kbit/s.
const TOTAL: Duration = Duration::from_secs(900);
/// Octets read at a time.
const CHUNK: usize = 4 << 10;
/// Octets of one line of a reply. 4 KiB: eight times RFC 5321 §4.5.3.1.5.
const LINE_OCTETS: usize = 4 << 10;
/// Octets of one reply. 100 000: Postfix's `smtp_response_limit`… that is, two hundred lines of the longest.
const REPLY_OCTETS: usize = 100_000;

/// Why nothing more can be said or heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Cancelled,
    /// The server closed the connection, in the middle of an answer where octets of one had come.
    Closed {
        octets: usize,
    },
    Failed(String),
    ReplyTooLong,
    TimedOut(Duration),
    TookTooLong,
}

impl Broken {
    /// The cause, as a sentence without a full stop.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Cancelled => "It was cancelled".to_owned(),
            Self::Closed { octets: 0 } => "The server closed the connection without an answer".to_owned(),
            Self::Closed { octets } => {
                format!("The server closed the connection in the middle of its answer, after {octets} octets of it")
            }
            Self::Failed(words) => format!("The connection failed: {words}"),
            Self::ReplyTooLong => format!("The server's answer is longer than the {REPLY_OCTETS} octets that are read"),
            Self::TimedOut(timeout) => format!("The server did not answer within {} s", seconds(*timeout)),
            Self::TookTooLong => format!("It took longer than {} s", seconds(TOTAL)),
        }
    }
}

fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if duration.subsec_nanos() == 0 { format!("{seconds:.0}") } else { format!("{seconds:.1}") }
}

// A socket that gives up in time. Why it did so outlives it, since a failed handshake swallows the socket.
struct Timed<'c> {
    stream: TcpStream,
    timeout: Duration,
    until: Instant,
    cancelled: &'c AtomicBool,
    broken: Rc<RefCell<Option<Broken>>>,
}

enum Channel<'c> {
    Plain(Timed<'c>),
    Tls(TlsStream<Timed<'c>>),
    // Only while TLS begins, and after that failed.
    Gone,
}

/// A connection, and what has been read from it and not been used.
pub(super) struct Link<'c> {
    channel: Channel<'c>,
    buffer: Vec<u8>,
    local: SocketAddr,
    broken: Rc<RefCell<Option<Broken>>>,
}

impl<'c> Link<'c> {
    /// Finds the server and connects to it.
    pub(super) fn connect(
        host: &str,
        port: u16,
        timeout: Duration,
        cancelled: &'c AtomicBool,
    ) -> Result<(Self, SocketAddr), Broken> {
        let stream = reach(host, port, timeout, cancelled)?;
        let prepared = stream
            .set_read_timeout(Some(POLL))
            .and_then(|()| stream.set_write_timeout(Some(POLL)))
            .and_then(|()| stream.set_nodelay(true))
            .and_then(|()| Ok((stream.local_addr()?, stream.peer_addr()?)));
        let (local, peer) = prepared.map_err(|error| Broken::Failed(system_words(&error)))?;
        let broken = Rc::new(RefCell::new(None));
        let now = Instant::now();
        let until = now.checked_add(TOTAL).unwrap_or(now);
        let timed = Timed { stream, timeout, until, cancelled, broken: Rc::clone(&broken) };
        Ok((Self { channel: Channel::Plain(timed), buffer: Vec::new(), local, broken }, peer))
    }

    /// This side's address.
    pub(super) const fn local(&self) -> SocketAddr {
        self.local
    }

    /// Whether more has come than was used.
    pub(super) fn has_more(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// One reply, all its lines with their line ends.
    pub(super) fn reply(&mut self) -> Result<Vec<u8>, Broken> {
        let mut reply = Vec::new();
        loop {
            let line = self.line(reply.len())?;
            let goes_on = line.get(3) == Some(&b'-');
            reply.extend_from_slice(&line);
            if !goes_on {
                return Ok(reply);
            }
            if reply.len() > REPLY_OCTETS {
                return Err(Broken::ReplyTooLong);
            }
        }
    }

    fn line(&mut self, before: usize) -> Result<Vec<u8>, Broken> {
        loop {
            if let Some(feed) = memchr::memchr(b'\n', &self.buffer) {
                return Ok(self.buffer.drain(..=feed).collect());
            }
            if self.buffer.len() > LINE_OCTETS {
                return Err(Broken::ReplyTooLong);
            }
            let mut chunk = [0; CHUNK];
            match self.read(&mut chunk)? {
                0 => return Err(Broken::Closed { octets: before.saturating_add(self.buffer.len()) }),
                octets => self.buffer.extend_from_slice(chunk.get(..octets).unwrap_or_default()),
            }
        }
    }

    fn read(&mut self, into: &mut [u8]) -> Result<usize, Broken> {
        let read = match &mut self.channel {
            Channel::Plain(timed) => timed.read(into),
            Channel::Tls(stream) => stream.read(into),
            Channel::Gone => Ok(0),
        };
        match read {
            // How a peer goes away that has still to read what was sent to it.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(0),
            outcome => outcome.map_err(|error| self.why(&error)),
        }
    }

    /// Sends octets.
    pub(super) fn send(&mut self, octets: &[u8]) -> Result<(), Broken> {
        let sent = match &mut self.channel {
            Channel::Plain(timed) => timed.write_all(octets),
            Channel::Tls(stream) => stream.write_all(octets),
            Channel::Gone => Err(io::ErrorKind::NotConnected.into()),
        };
        sent.map_err(|error| self.why(&error))
    }

    /// Begins TLS with the server `name`; gives its certificate in DER, if it showed one.
    pub(super) fn start_tls(&mut self, connector: &TlsConnector, name: &str) -> Result<Option<Vec<u8>>, Broken> {
        let Channel::Plain(timed) = std::mem::replace(&mut self.channel, Channel::Gone) else {
            return Err(Broken::Failed("TLS is on already".to_owned()));
        };
        match connector.connect(name, timed) {
            Ok(stream) => {
                let certificate = stream.peer_certificate().ok().flatten().and_then(|found| found.to_der().ok());
                self.channel = Channel::Tls(stream);
                Ok(certificate)
            }
            Err(HandshakeError::Failure(error)) => Err(self.known().unwrap_or(Broken::Failed(error.to_string()))),
            Err(HandshakeError::WouldBlock(_)) => {
                Err(self.known().unwrap_or(Broken::Failed("the handshake stopped half-way".to_owned())))
            }
        }
    }

    /// Says goodbye to TLS and closes.
    pub(super) fn close(mut self) {
        // The server may be gone already.
        match &mut self.channel {
            Channel::Plain(timed) => drop(timed.stream.shutdown(Shutdown::Both)),
            Channel::Tls(stream) => drop(stream.shutdown()),
            Channel::Gone => {}
        }
    }

    fn known(&self) -> Option<Broken> {
        self.broken.borrow().clone()
    }

    fn why(&self, error: &io::Error) -> Broken {
        if let Some(known) = self.known() {
            return known;
        }
        match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted | io::ErrorKind::UnexpectedEof => {
                Broken::Closed { octets: self.buffer.len() }
            }
            _ => Broken::Failed(system_words(error)),
        }
    }
}

impl Timed<'_> {
    fn over(&self, waiting: Duration) -> Option<Broken> {
        if self.cancelled.load(Ordering::Acquire) {
            Some(Broken::Cancelled)
        } else if Instant::now() >= self.until {
            Some(Broken::TookTooLong)
        } else if waiting >= self.timeout {
            Some(Broken::TimedOut(self.timeout))
        } else {
            None
        }
    }

    fn until_done(&mut self, mut attempt: impl FnMut(&mut TcpStream) -> io::Result<usize>) -> io::Result<usize> {
        let started = Instant::now();
        loop {
            if let Some(broken) = self.over(started.elapsed()) {
                *self.broken.borrow_mut() = Some(broken);
                return Err(io::ErrorKind::TimedOut.into());
            }
            match attempt(&mut self.stream) {
                Err(error) if is_pause(&error) => {}
                outcome => return outcome,
            }
        }
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.until_done(|stream| stream.read(into))
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.until_done(|stream| stream.write(octets))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

// The system's look-up of a name and its connecting cannot be broken off: they are left to a thread of their own, which
// ends by itself.
fn reach(host: &str, port: u16, timeout: Duration, cancelled: &AtomicBool) -> Result<TcpStream, Broken> {
    let (reached, outcome) = mpsc::channel();
    let host = host.to_owned();
    let connect = move || drop(reached.send(connect(&host, port, timeout)));
    thread::Builder::new()
        .name("submission-connect".to_owned())
        .spawn(connect)
        .map_err(|error| Broken::Failed(system_words(&error)))?;
    let started = Instant::now();
    loop {
        match outcome.recv_timeout(POLL) {
            Ok(reached) => return reached.map_err(Broken::Failed),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Broken::Failed("its thread ended".to_owned())),
            Err(mpsc::RecvTimeoutError::Timeout) if cancelled.load(Ordering::Acquire) => return Err(Broken::Cancelled),
            Err(mpsc::RecvTimeoutError::Timeout) if started.elapsed() >= timeout => {
                return Err(Broken::TimedOut(timeout));
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
    }
}

fn connect(host: &str, port: u16, timeout: Duration) -> Result<TcpStream, String> {
    let addresses = (host, port).to_socket_addrs().map_err(|error| {
        format!("{host} is not a name that this system can look up ({}): check its spelling", system_words(&error))
    })?;
    let mut last = format!("{host} has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = format!("{address}: {}", system_words(&error)),
        }
    }
    Err(last)
}
