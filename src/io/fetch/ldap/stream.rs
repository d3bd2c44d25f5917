//! A connection on which every wait ends at the deadline, and messages are read up to a cap.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use native_tls::{HandshakeError, TlsConnector, TlsStream};

use super::message;
use crate::discovery::fetch::{FetchOutcome, Refusal, Target};
use crate::finding::system_words;
use crate::io::fetch::deadline::Deadline;

/// What every message begins with.
const SEQUENCE: u8 = 0x30;
/// Octets read at a time.
const PIECE: usize = 64 << 10;

/// A socket whose reads and writes end at the deadline.
#[derive(Debug)]
pub(super) struct Timed {
    stream: TcpStream,
    deadline: Deadline,
}

impl Timed {
    fn left(&self) -> io::Result<Duration> {
        self.deadline.left().map_err(|_| io::ErrorKind::TimedOut.into())
    }
}

impl Read for Timed {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(to)
    }
}

impl Write for Timed {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A connection to a directory.
pub(super) enum Connection {
    Open(Timed),
    Protected(Box<TlsStream<Timed>>),
}

impl Connection {
    /// Connects, with TLS where the URL says so.
    pub(super) fn open(
        target: &Target,
        address: SocketAddr,
        patience: Duration,
        deadline: Deadline,
    ) -> Result<Self, FetchOutcome> {
        let stream = TcpStream::connect_timeout(&address, patience).map_err(|error| failed(&error))?;
        let timed = Timed { stream, deadline };
        if !target.is_protected() {
            return Ok(Self::Open(timed));
        }
        let refused = |error: &native_tls::Error| {
            FetchOutcome::Failed(format!("TLS failed: {}", crate::mail::escape_controls(&error.to_string())))
        };
        let connector = TlsConnector::new().map_err(|error| refused(&error))?;
        match connector.connect(target.host(), timed) {
            Ok(stream) => Ok(Self::Protected(Box::new(stream))),
            Err(HandshakeError::Failure(error)) if deadline.left().is_ok() => Err(refused(&error)),
            Err(HandshakeError::Failure(_) | HandshakeError::WouldBlock(_)) => Err(FetchOutcome::TimedOut),
        }
    }

    pub(super) fn send(&mut self, octets: &[u8]) -> Result<(), FetchOutcome> {
        let written = match self {
            Self::Open(stream) => stream.write_all(octets).and_then(|()| stream.flush()),
            Self::Protected(stream) => stream.write_all(octets).and_then(|()| stream.flush()),
        };
        written.map_err(|error| failed(&error))
    }

    /// Says goodbye; whether it is heard does not matter.
    pub(super) fn part(mut self) {
        let _ = self.send(&message::unbind());
    }

    /// One message of at most `most` octets; `limit` is the cap that is told.
    pub(super) fn receive(&mut self, most: usize, limit: usize) -> Result<Vec<u8>, FetchOutcome> {
        let mut octets = Vec::new();
        self.read_on(&mut octets, 2)?;
        let not_ldap = || FetchOutcome::Failed("what the directory answered is not LDAP".to_owned());
        if octets.first() != Some(&SEQUENCE) {
            return Err(not_ldap());
        }
        let length = match octets.get(1).copied().unwrap_or_default() {
            short @ 0..=0x7f => usize::from(short),
            long @ 0x81..=0x84 => {
                self.read_on(&mut octets, usize::from(long & 0x7f))?;
                let length = octets.get(2..).unwrap_or_default();
                length.iter().fold(0_usize, |value, octet| (value << 8) | usize::from(*octet))
            }
            _ => return Err(not_ldap()),
        };
        if octets.len().saturating_add(length) > most {
            let announced = u64::try_from(length).ok();
            return Err(FetchOutcome::Refused(Refusal::Size { announced, limit }));
        }
        self.read_on(&mut octets, length)?;
        Ok(octets)
    }

    fn read_on(&mut self, octets: &mut Vec<u8>, count: usize) -> Result<(), FetchOutcome> {
        let mut piece = vec![0; PIECE.min(count)];
        let mut missing = count;
        while missing > 0 {
            let wanted = piece.get_mut(..missing.min(PIECE)).unwrap_or_default();
            let read = match self {
                Self::Open(stream) => stream.read(wanted),
                Self::Protected(stream) => stream.read(wanted),
            };
            match read {
                Ok(0) => {
                    let got = octets.len();
                    return Err(FetchOutcome::Failed(format!("the directory ended the connection after {got} octets")));
                }
                Ok(read) => {
                    octets.extend_from_slice(wanted.get(..read).unwrap_or_default());
                    missing = missing.saturating_sub(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(())
    }
}

fn failed(error: &io::Error) -> FetchOutcome {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => FetchOutcome::TimedOut,
        io::ErrorKind::ConnectionRefused => FetchOutcome::Failed("nothing listens there".to_owned()),
        _ => FetchOutcome::Failed(system_words(error)),
    }
}
