//! The way between the LDAP library and a server: requests pass as they are, responses after they have been looked at.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::message::{self, Fault, Response, operation};
use crate::limits::Limits;

/// What both directions know.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Octets of the responses so far.
    octets: AtomicUsize,
    /// The operation that each open request asked for.
    open: Mutex<HashMap<i64, u32>>,
}

impl Tally {
    /// Octets that have come from the server.
    pub(super) fn octets(&self) -> usize {
        self.octets.load(Ordering::Relaxed)
    }

    // A panic while the lock is held leaves at worst a request too many.
    fn open(&self) -> MutexGuard<'_, HashMap<i64, u32>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Relays between the library (`near`) and the server (`far`) until one of them ends; why.
pub(super) async fn relay<N, F>(near: N, far: F, tally: Arc<Tally>) -> Fault
where
    N: AsyncRead + AsyncWrite,
    F: AsyncRead + AsyncWrite,
{
    let (near_read, near_write) = tokio::io::split(near);
    let (far_read, far_write) = tokio::io::split(far);
    tokio::select! {
        fault = requests(near_read, far_write, &tally) => fault,
        fault = responses(far_read, near_write, &tally) => fault,
    }
}

async fn requests<R, W>(mut near: R, mut far: W, tally: &Tally) -> Fault
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut unbounded = usize::MAX;
    loop {
        let message = match message::read(&mut near, &mut unbounded).await {
            Ok(message) => message,
            // After a farewell as it should be; else the library did not understand what was passed on to it.
            Err(_) => return Fault::Failed("this side ended it".to_owned()),
        };
        if let Some((id, operation)) = message::head(&message) {
            tally.open().insert(id, operation);
        }
        if let Err(error) = pass(&mut far, &message).await {
            return error;
        }
    }
}

async fn responses<R, W>(mut far: R, mut near: W, tally: &Tally) -> Fault
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let limit = Limits::DEFAULT.ldap_octets;
    let mut budget = limit.saturating_sub(tally.octets());
    loop {
        let message = match message::read(&mut far, &mut budget).await {
            Ok(message) => message,
            Err(fault) => return fault,
        };
        tally.octets.store(limit.saturating_sub(budget), Ordering::Relaxed);
        let passed = match Response::of(&message).and_then(|response| expected(response, tally)) {
            Ok(octets) => pass(&mut near, &octets).await,
            Err(fault) => return fault,
        };
        if let Err(fault) = passed {
            return fault;
        }
    }
}

async fn pass<W: AsyncWrite + Unpin>(stream: &mut W, message: &[u8]) -> Result<(), Fault> {
    stream.write_all(message).await?;
    Ok(stream.flush().await?)
}

// RFC 4511 §4.1.1.1: a response carries the identifier of its request, and 0 where nobody asked (§4.4).
fn expected(response: Response, tally: &Tally) -> Result<Vec<u8>, Fault> {
    if response.id == 0 {
        let words = response.result.map(|result| result.in_words()).unwrap_or_default();
        return Err(Fault::Disconnected(words));
    }
    let mut open = tally.open();
    let answers = match open.get(&response.id) {
        Some(0) => response.operation == operation::BIND_RESPONSE,
        Some(3) => {
            matches!(response.operation, operation::SEARCH_ENTRY | operation::SEARCH_DONE | operation::SEARCH_REFERENCE)
        }
        Some(23) => response.operation == operation::EXTENDED_RESPONSE,
        _ => false,
    };
    if !answers {
        let what = format!("message {} with operation {} answers nothing", response.id, response.operation);
        return Err(Fault::NotLdap(what));
    }
    if response.result.is_some() {
        open.remove(&response.id);
    }
    Ok(response.octets)
}
