//! Looking up hosts: once, within the deadline, and only addresses that may be connected to.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, mpsc};
use std::thread;

use super::deadline::Deadline;
use crate::discovery::fetch::{FetchOutcome, Reach, Refusal, Target};
use crate::finding::system_words;

/// Looks up the addresses of a host and port.
pub type Names = Arc<dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync>;

/// Addresses of one host that are tried.
const ADDRESSES: usize = 4;

/// The system's name service.
#[must_use]
pub fn system_names() -> Names {
    Arc::new(|host, port| (host, port).to_socket_addrs().map(Iterator::collect))
}

/// The addresses of a target that may be connected to.
pub(super) fn addresses(
    names: &Names,
    reach: Reach,
    target: &Target,
    deadline: Deadline,
) -> Result<Vec<SocketAddr>, FetchOutcome> {
    let found = match target.host().parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, target.port())],
        Err(_) => look_up(names, target, deadline)?,
    };
    let mut refusal = Refusal::NotAUrl(target.url().to_string());
    let mut admitted = Vec::new();
    for address in found {
        match reach.check(address.ip()) {
            Ok(()) if admitted.len() < ADDRESSES => admitted.push(address),
            Ok(()) => {}
            Err(why) => refusal = why,
        }
    }
    if admitted.is_empty() { Err(FetchOutcome::Refused(refusal)) } else { Ok(admitted) }
}

// The system's resolver cannot be told how long it may take: it is left behind when the time is up.
fn look_up(names: &Names, target: &Target, deadline: Deadline) -> Result<Vec<SocketAddr>, FetchOutcome> {
    let (done, outcome) = mpsc::channel();
    let (names, host, port) = (Arc::clone(names), target.host().to_owned(), target.port());
    let asked = host.clone();
    thread::Builder::new()
        .name("look-up".to_owned())
        .spawn(move || drop(done.send(names(&host, port))))
        .map_err(|error| FetchOutcome::Failed(system_words(&error)))?;
    match outcome.recv_timeout(deadline.left()?) {
        Ok(Ok(found)) if found.is_empty() => Err(FetchOutcome::Failed(format!("the host {asked} has no address"))),
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => {
            Err(FetchOutcome::Failed(format!("the host {asked} cannot be found: {}", system_words(&error))))
        }
        Err(_) => Err(FetchOutcome::TimedOut),
    }
}
