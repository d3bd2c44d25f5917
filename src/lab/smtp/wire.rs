//! The connection as the session sees it: lines and octets, each within its time, in the clear or under TLS.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use openssl::ssl::{HandshakeError, SslAcceptor, SslStream};

use super::state::{Phase, State};
use crate::finding::system_words;

/// How often a session that waits looks whether the server is to end.
const POLL: Duration = Duration::from_millis(50);
/// How long a client may be silent once the server is about to end.
const DRAIN_IDLE: Duration = Duration::from_secs(2);
/// How long the last reply may take, and what the client still sends is read away, so that it can read that reply.
const LINGER: Duration = Duration::from_secs(1);
/// Octets read away at most.
const LINGER_OCTETS: usize = 1 << 20;
/// Octets read at a time.
const CHUNK: usize = 16 << 10;
/// Octets of an over-long line that are read away before the session is ended.
const LONGEST_LINE: usize = 64 << 10;

/// Why a session is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The connection or the handshake failed.
    Failed(String),
    /// The client closed the connection.
    Gone,
    /// The client was silent for too long.
    Idle,
    /// A line that does not end.
    LineWithoutEnd,
    /// The server is to end.
    Stopping,
    /// The session took too long.
    TooLong,
}

/// A line of the client's.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It ended in a bare LF; what is after it is not to be read.
    BareLf(Vec<u8>),
    /// A line that ended in CRLF, without it. It may hold a bare CR.
    Ended(Vec<u8>),
    /// Longer than the cap; it has been read away.
    TooLong,
}

/// A socket that gives up in time.
#[derive(Debug)]
struct Timed {
    stream: TcpStream,
    idle: Duration,
    until: Instant,
    state: Arc<State>,
    ended: Option<Ended>,
}

enum Channel {
    Plain(Timed),
    Tls(Box<SslStream<Timed>>),
    // Only while TLS begins, and after that failed.
    Gone,
}

/// A connection with what has been read from it and not been used.
pub(super) struct Wire {
    channel: Channel,
    buffer: Vec<u8>,
}

impl Wire {
    /// Takes a connection whose session ends after `total` at the latest.
    pub(super) fn new(stream: TcpStream, total: Duration, state: Arc<State>) -> io::Result<Self> {
        stream.set_read_timeout(Some(POLL))?;
        stream.set_write_timeout(Some(POLL))?;
        // Replies are short and waited for.
        stream.set_nodelay(true)?;
        let now = Instant::now();
        let until = now.checked_add(total).unwrap_or(now);
        let timed = Timed { stream, idle: total, until, state, ended: None };
        Ok(Self { channel: Channel::Plain(timed), buffer: Vec::new() })
    }

    /// What has been read and not been used.
    pub(super) fn buffered(&self) -> &[u8] {
        &self.buffer
    }

    /// Marks octets at the start of [`Wire::buffered`] as used.
    pub(super) fn consume(&mut self, octets: usize) {
        self.buffer.drain(..octets.min(self.buffer.len()));
    }

    /// Forgets what has been read.
    pub(super) fn discard(&mut self) {
        self.buffer.clear();
    }

    /// Reads what comes next, within `idle`.
    pub(super) fn fill(&mut self, idle: Duration) -> Result<(), Ended> {
        let mut chunk = [0; CHUNK];
        let read = match &mut self.channel {
            Channel::Plain(timed) => timed.reading(idle).read(&mut chunk),
            Channel::Tls(stream) => {
                stream.get_mut().reading(idle);
                stream.read(&mut chunk)
            }
            Channel::Gone => Ok(0),
        };
        match read {
            Ok(0) => Err(Ended::Gone),
            Ok(octets) => {
                self.buffer.extend_from_slice(chunk.get(..octets).unwrap_or_default());
                Ok(())
            }
            Err(error) => Err(self.ended(&error)),
        }
    }

    /// The next line; `cap` counts its CRLF.
    pub(super) fn line(&mut self, cap: usize, idle: Duration) -> Result<Line, Ended> {
        loop {
            if let Some(feed) = memchr::memchr(b'\n', &self.buffer) {
                let mut line: Vec<u8> = self.buffer.drain(..=feed).collect();
                line.pop();
                if line.pop_if(|last| *last == b'\r').is_none() {
                    return Ok(Line::BareLf(line));
                }
                return Ok(if feed < cap { Line::Ended(line) } else { Line::TooLong });
            }
            if self.buffer.len() > cap {
                return self.read_away(idle);
            }
            self.fill(idle)?;
        }
    }

    // The rest of a line that is too long already.
    fn read_away(&mut self, idle: Duration) -> Result<Line, Ended> {
        let mut octets = 0_usize;
        loop {
            let end = self.buffer.windows(2).position(|pair| pair == b"\r\n");
            if let Some(end) = end {
                self.consume(end.saturating_add(2));
                return Ok(Line::TooLong);
            }
            // A CR at the end may be the first half of what is looked for.
            let kept = usize::from(self.buffer.ends_with(b"\r"));
            let used = self.buffer.len().saturating_sub(kept);
            octets = octets.saturating_add(used);
            self.consume(used);
            if octets > LONGEST_LINE {
                return Err(Ended::LineWithoutEnd);
            }
            self.fill(idle)?;
        }
    }

    /// Sends octets.
    pub(super) fn send(&mut self, octets: &[u8]) -> Result<(), Ended> {
        let sent = match &mut self.channel {
            Channel::Plain(timed) => timed.write_all(octets),
            Channel::Tls(stream) => stream.write_all(octets),
            Channel::Gone => Err(io::ErrorKind::NotConnected.into()),
        };
        sent.map_err(|error| self.ended(&error))
    }

    /// Begins TLS; gives its version and cipher. What was read before is gone.
    pub(super) fn start_tls(&mut self, acceptor: &SslAcceptor, idle: Duration) -> Result<String, Ended> {
        self.discard();
        let Channel::Plain(mut timed) = std::mem::replace(&mut self.channel, Channel::Gone) else {
            return Err(Ended::Failed("TLS is on already".to_owned()));
        };
        timed.reading(idle);
        match acceptor.accept(timed) {
            Ok(stream) => {
                let cipher = stream.ssl().current_cipher().map(|cipher| cipher.name()).unwrap_or_default();
                let words = format!("{} with {cipher}", stream.ssl().version_str());
                self.channel = Channel::Tls(Box::new(stream));
                Ok(words)
            }
            Err(HandshakeError::Failure(failed) | HandshakeError::WouldBlock(failed)) => {
                let words = failed.error().to_string();
                Err(failed.get_ref().ended.clone().unwrap_or(Ended::Failed(words)))
            }
            Err(HandshakeError::SetupFailure(error)) => Err(Ended::Failed(error.to_string())),
        }
    }

    /// Closes the connection so that the client can still read what was sent last.
    pub(super) fn close(mut self) {
        let stream = match &mut self.channel {
            Channel::Plain(timed) => Some(&timed.stream),
            Channel::Tls(stream) => {
                // The client may be gone.
                let _ = stream.shutdown();
                Some(&stream.get_ref().stream)
            }
            Channel::Gone => None,
        };
        let Some(mut stream) = stream else { return };
        if stream.shutdown(Shutdown::Write).is_err() {
            return;
        }
        let started = Instant::now();
        let mut chunk = [0; CHUNK];
        let mut octets = 0_usize;
        while started.elapsed() < LINGER && octets < LINGER_OCTETS {
            match stream.read(&mut chunk) {
                Ok(0) => return,
                Ok(read) => octets = octets.saturating_add(read),
                Err(error) if is_pause(&error) => {}
                Err(_) => return,
            }
        }
    }

    fn ended(&self, error: &io::Error) -> Ended {
        let timed = match &self.channel {
            Channel::Plain(timed) => Some(timed),
            Channel::Tls(stream) => Some(stream.get_ref()),
            Channel::Gone => None,
        };
        if let Some(ended) = timed.and_then(|timed| timed.ended.clone()) {
            return ended;
        }
        match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => Ended::Gone,
            _ => Ended::Failed(system_words(error)),
        }
    }
}

impl Timed {
    fn reading(&mut self, idle: Duration) -> &mut Self {
        self.idle = idle;
        self
    }

    fn over(&self, waiting: Duration) -> Option<Ended> {
        match self.state.phase() {
            Phase::Stopping => Some(Ended::Stopping),
            Phase::Draining if waiting >= DRAIN_IDLE => Some(Ended::Stopping),
            _ if Instant::now() >= self.until => Some(Ended::TooLong),
            _ if waiting >= self.idle => Some(Ended::Idle),
            _ => None,
        }
    }

    fn give_up(&mut self, ended: Ended) -> io::Error {
        self.ended = Some(ended);
        io::ErrorKind::TimedOut.into()
    }
}

impl Read for Timed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let started = Instant::now();
        loop {
            if let Some(ended) = self.over(started.elapsed()) {
                return Err(self.give_up(ended));
            }
            match self.stream.read(into) {
                Err(error) if is_pause(&error) => {}
                outcome => return outcome,
            }
        }
    }
}

impl Write for Timed {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let started = Instant::now();
        loop {
            match self.stream.write(octets) {
                Err(error) if is_pause(&error) => {}
                outcome => return outcome,
            }
            // The last reply goes out even when the server is to end.
            let waiting = started.elapsed();
            if let Some(ended) = self.over(waiting).filter(|_| waiting >= LINGER) {
                return Err(self.give_up(ended));
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
