//! A web server on loopback for what certificates point at: revocation lists, issuers' certificates, OCSP responders.
//!
//! It serves what it was given under the path it was given for, and nothing else: no file, no folder. GET and HEAD get
//! octets, POST goes to a handler (RFC 6960 Appendix A). Every answer closes its connection. What may be sent to it is
//! bounded in size, time and number, and it binds loopback addresses only.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};

use super::background::{Background, Started, listen, loopback};
use crate::finding::system_words;

/// Octets of a request's head.
const HEAD_OCTETS: usize = 16 << 10;
/// Octets of a request's body: an OCSP request has a few hundred.
const BODY_OCTETS: usize = 64 << 10;
/// A connection may last this long, whatever happens on it.
const CONNECTION: Duration = Duration::from_secs(30);
/// Connections at a time; further ones wait.
const CONNECTIONS: usize = 64;

/// Answers a POST: the body of the request in, the body of the answer out.
pub type Handler = Arc<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// What lies under a path.
#[derive(Clone)]
pub enum Page {
    /// Octets, for GET and HEAD.
    Octets {
        /// The Content-Type of the answer.
        media_type: String,
        /// The body.
        octets: Arc<[u8]>,
    },
    /// A redirect (status 302) to another URL, for every method.
    Redirect(String),
    /// Whatever the handler makes of the body of a POST.
    Responder {
        /// The Content-Type of the answer.
        media_type: String,
        /// Makes the answer.
        handler: Handler,
    },
}

impl Page {
    /// Octets of a media type, such as `application/pkix-crl`.
    #[must_use]
    pub fn octets(media_type: &str, octets: &[u8]) -> Self {
        Self::Octets { media_type: media_type.to_owned(), octets: Arc::from(octets) }
    }

    /// A responder to POST, such as one of `application/ocsp-response`.
    pub fn responder(media_type: &str, handler: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::Responder { media_type: media_type.to_owned(), handler: Arc::new(handler) }
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Octets { media_type, octets } => write!(f, "{} octets of {media_type}", octets.len()),
            Self::Redirect(target) => write!(f, "redirect to {target}"),
            Self::Responder { media_type, .. } => write!(f, "responder of {media_type}"),
        }
    }
}

/// One request and its answer, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asked.
    pub client: SocketAddr,
    /// `GET`, `HEAD`, `POST`, …
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// Octets of the request's body.
    pub body: usize,
    /// The status of the answer.
    pub status: u16,
    /// Octets of the answer's body.
    pub octets: usize,
}

/// Receives every request; called on the server's thread.
pub type RequestLog = Arc<dyn Fn(&Request) + Send + Sync>;

/// A running server. Dropping it shuts it down.
pub struct LabHttp {
    running: Background,
    site: Site,
}

type Site = Arc<RwLock<HashMap<String, Page>>>;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum LabHttpError {
    /// The address or port is not to be had.
    #[error("cannot listen on {address}: {}; choose another port, or 0 for a free one", system_words(.source))]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The server's thread or its runtime could not be made.
    #[error("cannot start the lab web server: {0}")]
    Start(io::Error),
}

impl LabHttp {
    /// Starts an empty server on `port` of 127.0.0.1; port 0 takes a free one. Pages are put there afterwards, because
    /// certificates name the port.
    ///
    /// # Errors
    /// [`LabHttpError`] when the port is taken or the thread cannot be had.
    pub fn start(port: u16, log: RequestLog) -> Result<Self, LabHttpError> {
        let site = Site::default();
        let shown = Arc::clone(&site);
        let serve = move |started, stopped| serve(shown, port, log, started, stopped);
        let running = Background::start("lab-http", LabHttpError::Start, serve)?;
        Ok(Self { running, site })
    }

    /// Puts a page under a path, which starts with `/`; what was there is replaced.
    pub fn publish(&self, path: &str, page: Page) {
        self.site.write().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), page);
    }

    /// Takes the page of a path away; whether there was one.
    pub fn withdraw(&self, path: &str) -> bool {
        self.site.write().unwrap_or_else(PoisonError::into_inner).remove(path).is_some()
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// Stops listening and closes what is open.
    pub fn shut_down(self) {
        drop(self);
    }
}

async fn serve(
    site: Site,
    port: u16,
    log: RequestLog,
    started: Started<LabHttpError>,
    mut stopped: oneshot::Receiver<()>,
) {
    let asked = loopback(port);
    let (listener, address) = match listen(asked).await {
        Ok(bound) => bound,
        Err(source) => return drop(started.send(Err(LabHttpError::Bind { address: asked, source }))),
    };
    if started.send(Ok(address)).is_err() {
        return;
    }
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => accepted,
        };
        // A connection that is gone before it is accepted is nobody's loss.
        let Ok((stream, client)) = accepted else { continue };
        let (site, log) = (Arc::clone(&site), Arc::clone(&log));
        tokio::spawn(async move {
            let _ = tokio::time::timeout(CONNECTION, converse(&stream, client, &site, &log)).await;
            drop(place);
        });
    }
}

/// What was asked for.
struct Asked {
    method: String,
    path: String,
    body: Vec<u8>,
}

/// What is answered.
struct Answer {
    status: u16,
    headers: String,
    body: Arc<[u8]>,
}

async fn converse(stream: &TcpStream, client: SocketAddr, site: &Site, log: &RequestLog) -> io::Result<()> {
    let (asked, answer) = match receive(stream).await? {
        Ok(asked) => {
            let page = site.read().unwrap_or_else(PoisonError::into_inner).get(&asked.path).cloned();
            let answer = answer(&asked, page);
            (asked, answer)
        }
        Err(status) => {
            let nothing = Asked { method: String::new(), path: String::new(), body: Vec::new() };
            (nothing, Answer::empty(status))
        }
    };
    let head = format!(
        "HTTP/1.1 {} {}\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n",
        answer.status,
        phrase(answer.status),
        answer.headers,
        answer.body.len()
    );
    let sent = if asked.method == "HEAD" { 0 } else { answer.body.len() };
    log(&Request {
        client,
        method: asked.method,
        path: asked.path,
        body: asked.body.len(),
        status: answer.status,
        octets: sent,
    });
    send(stream, head.as_bytes()).await?;
    send(stream, answer.body.get(..sent).unwrap_or_default()).await
}

impl Answer {
    fn empty(status: u16) -> Self {
        Self { status, headers: String::new(), body: Arc::from([]) }
    }

    fn of(media_type: &str, body: Arc<[u8]>) -> Self {
        Self { status: 200, headers: format!("Content-Type: {media_type}\r\n"), body }
    }
}

fn answer(asked: &Asked, page: Option<Page>) -> Answer {
    match (asked.method.as_str(), page) {
        (_, None) => Answer::empty(404),
        (_, Some(Page::Redirect(target))) => {
            Answer { headers: format!("Location: {target}\r\n"), ..Answer::empty(302) }
        }
        ("GET" | "HEAD", Some(Page::Octets { media_type, octets })) => Answer::of(&media_type, octets),
        ("POST", Some(Page::Responder { media_type, handler })) => {
            Answer::of(&media_type, Arc::from(handler(&asked.body)))
        }
        _ => Answer::empty(405),
    }
}

const fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        _ => "Bad Request",
    }
}

/// Reads a request; the inner error is the status that refuses it.
async fn receive(stream: &TcpStream) -> io::Result<Result<Asked, u16>> {
    let mut received = Vec::new();
    let end = loop {
        if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if received.len() > HEAD_OCTETS {
            return Ok(Err(431));
        }
        if read_more(stream, &mut received).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let mut body = received.split_off(end.saturating_add(4));
    let head = String::from_utf8_lossy(&received).into_owned();
    let Some((method, path, length)) = read_head(&head) else { return Ok(Err(400)) };
    if length > BODY_OCTETS {
        return Ok(Err(413));
    }
    while body.len() < length {
        if read_more(stream, &mut body).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    body.truncate(length);
    Ok(Ok(Asked { method, path, body }))
}

/// Method, path without query, and length of the body.
fn read_head(head: &str) -> Option<(String, String, usize)> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let path = target.split('?').next()?;
    if !version.starts_with("HTTP/1.") || !path.starts_with('/') {
        return None;
    }
    let mut length = 0;
    for line in lines.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            return None;
        }
    }
    Some((method.to_owned(), path.to_owned(), length))
}

async fn read_more(stream: &TcpStream, to: &mut Vec<u8>) -> io::Result<usize> {
    let mut piece = [0; 4096];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut piece) {
            Ok(count) => {
                to.extend_from_slice(piece.get(..count).unwrap_or_default());
                return Ok(count);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

async fn send(stream: &TcpStream, mut octets: &[u8]) -> io::Result<()> {
    while !octets.is_empty() {
        stream.writable().await?;
        match stream.try_write(octets) {
            Ok(count) => octets = octets.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::sync::Mutex;

    use super::*;

    fn ask(server: &LabHttp, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    }

    #[test]
    fn pages_are_served_by_path_and_method_and_every_request_is_logged() {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let server = LabHttp::start(0, Arc::new(move |request| log.lock().unwrap().push(request.clone()))).unwrap();
        server.publish("/a.crl", Page::octets("application/pkix-crl", b"list"));
        server.publish("/ocsp", Page::responder("application/ocsp-response", |body| [b"re: ", body].concat()));
        server.publish("/old", Page::Redirect(server.url("/a.crl")));
        let answer = ask(&server, b"GET /a.crl?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\n"), "{answer}");
        assert!(answer.ends_with("Content-Length: 4\r\nConnection: close\r\n\r\nlist"), "{answer}");
        assert!(
            ask(&server, b"HEAD /a.crl HTTP/1.1\r\n\r\n").ends_with("Content-Length: 4\r\nConnection: close\r\n\r\n")
        );
        assert!(ask(&server, b"POST /ocsp HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi").ends_with("\r\n\r\nre: hi"));
        let location = format!("302 Found\r\nLocation: {}\r\n", server.url("/a.crl"));
        assert!(ask(&server, b"GET /old HTTP/1.1\r\n\r\n").contains(&location));
        assert!(ask(&server, b"POST /a.crl HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
        assert!(ask(&server, b"GET /b HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        let asked = asked.lock().unwrap();
        let told: Vec<(&str, u16)> = asked.iter().map(|request| (request.path.as_str(), request.status)).collect();
        let expected = [("/a.crl", 200), ("/a.crl", 200), ("/ocsp", 200), ("/old", 302), ("/a.crl", 405), ("/b", 404)];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_page_can_be_taken_away_while_the_server_runs() {
        let server = LabHttp::start(0, Arc::new(|_| ())).unwrap();
        server.publish("/a", Page::octets("text/plain", b"a"));
        assert!(server.withdraw("/a") && !server.withdraw("/a"));
        assert!(ask(&server, b"GET /a HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        server.shut_down();
    }

    #[test]
    fn what_is_no_request_or_too_large_is_refused() {
        let server = LabHttp::start(0, Arc::new(|_| ())).unwrap();
        for (request, status) in [
            (b"nonsense\r\n\r\n".to_vec(), "400"),
            (b"GET http://x/ HTTP/1.1\r\n\r\n".to_vec(), "400"),
            (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n".to_vec(), "413"),
            (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(), "400"),
            (vec![b'a'; HEAD_OCTETS + 1], "431"),
        ] {
            let answer = ask(&server, &request);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        }
    }
}
