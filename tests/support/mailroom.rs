//! A running sink with what it kept and logged, and clients of its own: raw sockets, octet for octet.
#![allow(dead_code, reason = "each file of tests uses a part of it")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sealscope::finding::Finding;
use sealscope::lab::smtp::{EventKind, LabSmtp, Received, SessionEvent, SmtpConfig};

/// Long enough for a loaded machine; nothing waits for it where all goes well.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// A sink that keeps in memory.
pub(crate) struct Mailroom {
    pub(crate) sink: LabSmtp,
    kept: Arc<Mutex<Vec<Received>>>,
    events: Arc<Mutex<Vec<SessionEvent>>>,
}

impl Mailroom {
    pub(crate) fn open(config: SmtpConfig) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let events = Arc::new(Mutex::new(Vec::new()));
        let (log, store) = (Arc::clone(&events), Arc::clone(&kept));
        let sink = LabSmtp::start(
            config,
            0,
            Arc::new(move |event: &SessionEvent| log.lock().unwrap().push(event.clone())),
            Arc::new(move |received: &Received| {
                let mut kept = store.lock().unwrap();
                kept.push(received.clone());
                Ok(format!("message-{}", kept.len()))
            }),
        )
        .unwrap();
        Self { sink, kept, events }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.sink.address()
    }

    pub(crate) fn kept(&self) -> Vec<Received> {
        self.kept.lock().unwrap().clone()
    }

    /// The messages alone.
    pub(crate) fn messages(&self) -> Vec<Vec<u8>> {
        self.kept().iter().map(|received| received.envelope.message.octets().to_vec()).collect()
    }

    pub(crate) fn findings(&self) -> Vec<Finding> {
        let events = self.events.lock().unwrap();
        events
            .iter()
            .filter_map(|event| match &event.kind {
                EventKind::Noted(finding) => Some(finding.clone()),
                _ => None,
            })
            .collect()
    }

    /// The rules of everything that did not hold.
    pub(crate) fn rules(&self) -> Vec<&'static str> {
        self.findings().iter().map(|finding| finding.rule.id).collect()
    }

    /// What was said, a line each.
    pub(crate) fn transcript(&self) -> Vec<String> {
        let events = self.events.lock().unwrap();
        events
            .iter()
            .filter_map(|event| match &event.kind {
                EventKind::Said(line) => Some(line.to_string()),
                _ => None,
            })
            .collect()
    }

    /// Why the sessions ended, once so many have.
    pub(crate) fn closed(&self, sessions: usize) -> Vec<String> {
        wait_for("the sessions to end", || self.closed_now() >= sessions);
        let events = self.events.lock().unwrap();
        let why = events.iter().filter_map(|event| match &event.kind {
            EventKind::Closed(why) => Some(why.clone()),
            _ => None,
        });
        why.collect()
    }

    /// Sessions that have ended.
    pub(crate) fn closed_now(&self) -> usize {
        let events = self.events.lock().unwrap();
        events.iter().filter(|event| matches!(event.kind, EventKind::Closed(_))).count()
    }

    pub(crate) fn client(&self) -> Client<TcpStream> {
        let mut client = self.silent_client();
        assert_eq!(client.reply().code, 220);
        client
    }

    /// A client that has not read the greeting.
    pub(crate) fn silent_client(&self) -> Client<TcpStream> {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream.set_write_timeout(Some(SOON)).unwrap();
        Client { stream, read: Vec::new() }
    }

    /// A client that has greeted, named sender and recipient, and may send the message.
    pub(crate) fn client_in_data(&self) -> Client<TcpStream> {
        let mut client = self.client();
        client.greet();
        assert_eq!(client.say("MAIL FROM:<alice@a.example>").code, 250);
        assert_eq!(client.say("RCPT TO:<bob@b.example>").code, 250);
        assert_eq!(client.say("DATA").code, 354);
        client
    }

    /// Fails unless a new client is served as if nothing had been.
    #[track_caller]
    pub(crate) fn survives(&self) {
        let before = self.kept().len();
        let mut client = self.client_in_data();
        assert_eq!(client.send(b"still here\r\n.\r\n").code, 250);
        assert_eq!(client.say("QUIT").code, 221);
        assert_eq!(self.messages()[before..], [b"still here\r\n".to_vec()]);
    }
}

pub(crate) fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < SOON, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A reply of one or several lines.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) code: u16,
    pub(crate) lines: Vec<String>,
}

/// A client that sends what it is told to.
pub(crate) struct Client<S> {
    pub(crate) stream: S,
    read: Vec<u8>,
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, read: Vec::new() }
    }

    pub(crate) fn greet(&mut self) -> Reply {
        let reply = self.say("EHLO client.example");
        assert_eq!(reply.code, 250);
        reply
    }

    pub(crate) fn say(&mut self, command: &str) -> Reply {
        self.send(format!("{command}\r\n").as_bytes())
    }

    pub(crate) fn send(&mut self, octets: &[u8]) -> Reply {
        self.write(octets);
        self.reply()
    }

    pub(crate) fn write(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).unwrap();
    }

    #[track_caller]
    pub(crate) fn reply(&mut self) -> Reply {
        let mut lines = Vec::new();
        loop {
            let line = self.line().expect("the server closed the connection before its reply");
            let code = line[..3].parse().unwrap();
            let last = line.as_bytes().get(3) != Some(&b'-');
            lines.push(line);
            if last {
                return Reply { code, lines };
            }
        }
    }

    /// Nothing more comes: the server has closed the connection.
    #[track_caller]
    pub(crate) fn is_closed(&mut self) {
        assert_eq!(self.line(), None);
    }

    fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.read.windows(2).position(|pair| pair == b"\r\n") {
                let line: Vec<u8> = self.read.drain(..end + 2).collect();
                return Some(String::from_utf8(line[..end].to_vec()).unwrap());
            }
            let mut chunk = [0; 4_096];
            match self.stream.read(&mut chunk) {
                Ok(0) => return None,
                Ok(read) => self.read.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("no reply: {error}"),
            }
        }
    }
}
