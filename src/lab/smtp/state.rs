//! What the sessions of one sink share: whether it is to end, what it may still take, and how much is in memory.

use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

/// How far the sink is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Running,
    /// No new session and no new transaction; open sessions may say goodbye.
    Draining,
    /// Sessions end at once.
    Stopping,
}

/// Shared by the sessions and whoever started the sink.
#[derive(Debug)]
pub(super) struct State {
    phase: AtomicU8,
    address: SocketAddr,
    memory: AtomicUsize,
    // Transactions that are stored, or are being stored.
    taken: Mutex<usize>,
    limit: Option<usize>,
}

/// Memory set aside for one message; given back when dropped.
#[derive(Debug)]
pub(super) struct Reserved<'s> {
    state: &'s State,
    octets: usize,
    cap: usize,
}

impl State {
    pub(super) const fn new(address: SocketAddr, limit: Option<usize>) -> Self {
        Self { phase: AtomicU8::new(0), address, memory: AtomicUsize::new(0), taken: Mutex::new(0), limit }
    }

    pub(super) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Running,
            1 => Phase::Draining,
            _ => Phase::Stopping,
        }
    }

    /// Goes on to a later phase, never back, and wakes the one who waits for connections.
    pub(super) fn advance(&self, phase: Phase) {
        let number = match phase {
            Phase::Running => 0,
            Phase::Draining => 1,
            Phase::Stopping => 2,
        };
        self.phase.fetch_max(number, Ordering::AcqRel);
        // Where this fails, nobody waits any more.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }

    /// Runs `keep` if one more transaction may be stored, and counts it if it was. None where there were enough.
    pub(super) fn take<T, E>(&self, keep: impl FnOnce() -> Result<T, E>) -> Option<Result<T, E>> {
        // One at a time: the store has one writer. A panic in `keep` leaves the count as it was.
        let mut taken = self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.limit.is_some_and(|limit| *taken >= limit) {
            return None;
        }
        let outcome = keep();
        if outcome.is_ok() {
            *taken = taken.saturating_add(1);
        }
        Some(outcome)
    }

    /// Whether no further transaction may be stored.
    pub(super) fn has_enough(&self) -> bool {
        let taken = self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.limit.is_some_and(|limit| *taken >= limit)
    }

    /// Sets nothing aside yet; all messages together may have `cap` octets.
    pub(super) const fn reserve(&self, cap: usize) -> Reserved<'_> {
        Reserved { state: self, octets: 0, cap }
    }
}

impl Reserved<'_> {
    /// Whether there is room for so many octets in all, which are then set aside.
    pub(super) fn grow_to(&mut self, octets: usize) -> bool {
        let more = octets.saturating_sub(self.octets);
        let before = self.state.memory.fetch_add(more, Ordering::AcqRel);
        self.octets = self.octets.saturating_add(more);
        before.saturating_add(more) <= self.cap
    }

    /// Gives everything back.
    pub(super) fn release(&mut self) {
        self.state.memory.fetch_sub(std::mem::take(&mut self.octets), Ordering::AcqRel);
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.release();
    }
}
