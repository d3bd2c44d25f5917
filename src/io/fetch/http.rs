//! One request over HTTP (RFC 9110) to one address that was checked.

use std::io::Read;
use std::net::SocketAddr;

use ureq::http::{Response, StatusCode, Uri, header};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body};

use super::deadline::Deadline;
use super::{FetchOptions, body, judge_media_type, names};
use crate::discovery::fetch::{Fetch, FetchOutcome, FetchRequest, Refusal, Target};
use crate::finding::system_words;
use crate::mail::escape_controls;

/// Octets read at a time.
const PIECE: usize = 64 << 10;
/// Octets of an answer's head.
const HEAD_OCTETS: usize = 32 << 10;

/// What a request gave.
pub(super) enum Answer {
    Content(Vec<u8>),
    Redirect(String),
}

/// Gives the address that was checked, whatever is asked: nothing is looked up a second time.
#[derive(Debug)]
struct Pinned(SocketAddr);

impl Resolver for Pinned {
    fn resolve(
        &self,
        _uri: &Uri,
        _config: &ureq::config::Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        addresses.push(self.0);
        Ok(addresses)
    }
}

/// Asks the target's host, at each of its addresses in turn until one can be connected to.
pub(super) fn ask(
    options: &FetchOptions,
    request: &FetchRequest,
    target: &Target,
    deadline: Deadline,
    account: &mut Fetch,
) -> Result<Answer, FetchOutcome> {
    let addresses = names::addresses(&options.names, options.reach, target, deadline)?;
    let count = addresses.len();
    let mut last = FetchOutcome::TimedOut;
    for (place, address) in addresses.into_iter().enumerate() {
        account.address = Some(address);
        match send(request, target, address, deadline, count.saturating_sub(place)) {
            Ok(response) => return receive(options, request, response, deadline, account),
            Err(error) if is_unreached(&error) => last = outcome_of(&error),
            Err(error) => return Err(outcome_of(&error)),
        }
    }
    Err(last)
}

fn send(
    request: &FetchRequest,
    target: &Target,
    address: SocketAddr,
    deadline: Deadline,
    places: usize,
) -> Result<Response<Body>, ureq::Error> {
    let timed_out = |_| ureq::Error::Timeout(ureq::Timeout::Global);
    let tls = TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        // A proxy would choose the address.
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_response_header_size(HEAD_OCTETS)
        .max_idle_connections(0)
        .user_agent("sealscope")
        .accept("*/*")
        .accept_encoding("identity")
        .timeout_global(Some(deadline.left().map_err(timed_out)?))
        .timeout_connect(Some(deadline.share(places).map_err(timed_out)?))
        .build();
    let agent = Agent::with_parts(config, DefaultConnector::default(), Pinned(address));
    let url = target.url().as_str();
    match body(&request.purpose) {
        Some(octets) => agent.post(url).content_type("application/ocsp-request").send(octets),
        None => agent.get(url).call(),
    }
}

fn receive(
    options: &FetchOptions,
    request: &FetchRequest,
    response: Response<Body>,
    deadline: Deadline,
    account: &mut Fetch,
) -> Result<Answer, FetchOutcome> {
    let field = |name: header::HeaderName| {
        response.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let status = response.status();
    if let (true, Some(location)) = (is_followed(status, request), field(header::LOCATION)) {
        return Ok(Answer::Redirect(location));
    }
    if status != StatusCode::OK {
        return Err(FetchOutcome::Status(status.as_u16()));
    }
    let media_type = field(header::CONTENT_TYPE);
    account.media_type = media_type.as_deref().map(escape_controls);
    let noted = judge_media_type(request.kind(), media_type.as_deref().unwrap_or_default());
    account.notes.extend(noted.map_err(FetchOutcome::Refused)?);
    if let Some(encoding) = field(header::CONTENT_ENCODING).filter(|name| !name.eq_ignore_ascii_case("identity")) {
        // Not asked for, and what it expands to is not bounded by what is sent.
        let kind = format!("{} encoding", escape_controls(&encoding));
        return Err(FetchOutcome::Refused(Refusal::MediaType(kind)));
    }
    let limit = request.kind().octets(&options.limits);
    let announced = response.body().content_length();
    if announced.is_some_and(|octets| octets > u64::try_from(limit).unwrap_or(u64::MAX)) {
        return Err(FetchOutcome::Refused(Refusal::Size { announced, limit }));
    }
    read_up_to(response.into_body().into_reader(), limit, deadline, account).map(Answer::Content)
}

/// Reads to the end, and never more than one piece beyond the cap.
fn read_up_to(
    mut reader: impl Read,
    limit: usize,
    deadline: Deadline,
    account: &mut Fetch,
) -> Result<Vec<u8>, FetchOutcome> {
    let mut octets = Vec::new();
    let mut piece = vec![0; PIECE.min(limit.saturating_add(1))];
    loop {
        deadline.left()?;
        let count = match reader.read(&mut piece) {
            Ok(0) => return Ok(octets),
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(interrupted(&error, octets.len())),
        };
        account.octets = octets.len().saturating_add(count);
        if account.octets > limit {
            return Err(FetchOutcome::Refused(Refusal::Size { announced: None, limit }));
        }
        octets.extend_from_slice(piece.get(..count).unwrap_or_default());
    }
}

// RFC 9110 §15.4: 303 turns every request into a GET, which an OCSP request cannot become.
fn is_followed(status: StatusCode, request: &FetchRequest) -> bool {
    match status.as_u16() {
        301 | 302 | 307 | 308 => true,
        303 => body(&request.purpose).is_none(),
        _ => false,
    }
}

fn is_unreached(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::ConnectionFailed | ureq::Error::Timeout(ureq::Timeout::Connect) => true,
        ureq::Error::Io(error) => matches!(
            error.kind(),
            std::io::ErrorKind::ConnectionRefused
                | std::io::ErrorKind::HostUnreachable
                | std::io::ErrorKind::NetworkUnreachable
                | std::io::ErrorKind::AddrNotAvailable
        ),
        _ => false,
    }
}

fn outcome_of(error: &ureq::Error) -> FetchOutcome {
    match error {
        ureq::Error::Timeout(_) => FetchOutcome::TimedOut,
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => FetchOutcome::TimedOut,
        ureq::Error::Io(error) => FetchOutcome::Failed(match error.kind() {
            std::io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
            std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset => {
                "the server ended the connection before it had answered".to_owned()
            }
            _ => system_words(error),
        }),
        ureq::Error::ConnectionFailed => FetchOutcome::Failed("the server cannot be reached".to_owned()),
        ureq::Error::LargeResponseHeader(..) => {
            FetchOutcome::Failed(format!("the head of the answer has more than {HEAD_OCTETS} octets"))
        }
        other => FetchOutcome::Failed(escape_controls(&other.to_string())),
    }
}

fn interrupted(error: &std::io::Error, received: usize) -> FetchOutcome {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    if matches!(inner, Some(ureq::Error::Timeout(_))) || error.kind() == std::io::ErrorKind::TimedOut {
        return FetchOutcome::TimedOut;
    }
    FetchOutcome::Failed(format!("the answer broke off after {received} octets"))
}
