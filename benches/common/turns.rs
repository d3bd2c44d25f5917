//! Two ways of doing the same, measured in turns, so that what disturbs one disturbs the other.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// How often and how long the two take turns.
pub(crate) struct Turns {
    pub(crate) fewest: usize,
    pub(crate) most: usize,
    pub(crate) time: Duration,
}

impl Default for Turns {
    fn default() -> Self {
        Self { fewest: 11, most: 501, time: Duration::from_secs(3) }
    }
}

impl Turns {
    /// What each takes: the median of the processor time of this thread, after one turn that does not count.
    pub(crate) fn median(&self, mut first: impl FnMut(), mut second: impl FnMut()) -> (Duration, Duration) {
        let middle = |mut times: Vec<Duration>| {
            times.sort_unstable();
            times.get(times.len() / 2).copied().unwrap_or_default()
        };
        let (first, second) = self.times(|| in_processor_time(&mut first), || in_processor_time(&mut second));
        (middle(first), middle(second))
    }

    /// What each takes: the shortest by the clock on the wall, which is what processes are waited for.
    pub(crate) fn shortest(&self, mut first: impl FnMut(), mut second: impl FnMut()) -> (Duration, Duration) {
        let (first, second) = self.times(|| on_the_wall(&mut first), || on_the_wall(&mut second));
        let shortest = |times: Vec<Duration>| times.into_iter().min().unwrap_or_default();
        (shortest(first), shortest(second))
    }

    fn times(
        &self,
        mut first: impl FnMut() -> Duration,
        mut second: impl FnMut() -> Duration,
    ) -> (Vec<Duration>, Vec<Duration>) {
        first();
        second();
        let (mut of_first, mut of_second) = (Vec::new(), Vec::new());
        let begun = Instant::now();
        while of_first.len() < self.fewest || (begun.elapsed() < self.time && of_first.len() < self.most) {
            of_first.push(first());
            of_second.push(second());
        }
        (of_first, of_second)
    }
}

fn in_processor_time(work: &mut impl FnMut()) -> Duration {
    let started = ThreadTime::now();
    work();
    started.elapsed()
}

fn on_the_wall(work: &mut impl FnMut()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
