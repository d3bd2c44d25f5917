//! The one deadline of a fetch.

use std::time::{Duration, Instant};

use crate::discovery::fetch::FetchOutcome;

/// When a fetch has to end, and since when it runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    started: Instant,
    whole: Duration,
}

impl Deadline {
    pub(super) fn after(whole: Duration) -> Self {
        Self { started: Instant::now(), whole }
    }

    pub(super) fn elapsed(self) -> Duration {
        self.started.elapsed()
    }

    /// The time that is left; there is none once the deadline has passed.
    pub(super) fn left(self) -> Result<Duration, FetchOutcome> {
        let left = self.whole.saturating_sub(self.elapsed());
        if left.is_zero() { Err(FetchOutcome::TimedOut) } else { Ok(left) }
    }

    /// An equal share of what is left, for one of `places` tries.
    pub(super) fn share(self, places: usize) -> Result<Duration, FetchOutcome> {
        let places = u32::try_from(places.max(1)).unwrap_or(u32::MAX);
        // A share of nothing would mean no limit to some callers.
        Ok((self.left()? / places).max(Duration::from_millis(1)))
    }
}
