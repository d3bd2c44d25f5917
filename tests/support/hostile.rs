//! Servers on loopback that behave badly on purpose.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// A TCP server that does the same to everybody; it ends, and lets everybody go, when it is dropped.
pub(crate) struct Hostile {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    sent: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    threads: Vec<JoinHandle<()>>,
}

/// One connection of it.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    sent: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
}

impl Client {
    /// Whether the other side still took it.
    pub(crate) fn send(&mut self, octets: &[u8]) -> bool {
        let went = self.stream.write_all(octets).is_ok();
        self.sent.fetch_add(octets.len(), Ordering::SeqCst);
        went && !self.ended.load(Ordering::SeqCst)
    }

    /// Reads the head of a request over HTTP.
    pub(crate) fn request(&mut self) -> String {
        let mut head = Vec::new();
        let mut octet = [0];
        while !head.ends_with(b"\r\n\r\n") && self.stream.read(&mut octet).is_ok_and(|count| count == 1) {
            head.push(octet[0]);
        }
        String::from_utf8_lossy(&head).into_owned()
    }

    /// Waits until the other side goes away.
    pub(crate) fn wait(&mut self) {
        let mut rest = [0; 64];
        while self.stream.read(&mut rest).is_ok_and(|count| count > 0) {}
    }
}

impl Hostile {
    pub(crate) fn start(behave: impl Fn(&mut Client) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, sent) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let ended = Arc::new(AtomicBool::new(false));
        let open = Arc::new(Mutex::new(Vec::new()));
        let behave = Arc::new(behave);
        let (counted, written, over, held) =
            (Arc::clone(&connections), Arc::clone(&sent), Arc::clone(&ended), Arc::clone(&open));
        let accept = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                counted.fetch_add(1, Ordering::SeqCst);
                stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                held.lock().unwrap().push(stream.try_clone().unwrap());
                let mut client = Client { stream, sent: Arc::clone(&written), ended: Arc::clone(&over) };
                let behave = Arc::clone(&behave);
                std::thread::spawn(move || {
                    behave(&mut client);
                    let _ = client.stream.shutdown(Shutdown::Both);
                });
            }
        });
        Self { address, connections, sent, ended, open, threads: vec![accept] }
    }

    /// A server that answers every request over HTTP with these octets and then closes.
    pub(crate) fn answering(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::start(move |client| {
            let request = client.request();
            client.send(&answer(&request));
        })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Octets that were handed to the system to be sent.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // The listener has to wake to see that it is over.
        let _ = TcpStream::connect(self.address);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

pub(crate) fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

pub(crate) fn ok(media_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
