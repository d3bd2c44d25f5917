//! How much faster two jobs judge a folder than one, how many messages a second, and what ten times as many cost in memory.
//!
//! `cargo bench --bench batch --no-default-features` prints it. Time is by the clock on the wall, since it is about
//! processors working at once: on a machine with other work the figures are lower. An allocator counts the memory.
#![allow(clippy::unwrap_used, clippy::as_conversions, reason = "a bench stops where it cannot go on")]

mod common;

use std::fs;
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use common::Scene;
use peak_alloc::PeakAlloc;
use sealscope::agent::{Agent, Operation};
use sealscope::batch::{Batch, Source, Summary, Verdict};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const OCTETS: usize = 10 << 10;
const MESSAGES: usize = 2_000;
/// Rounds of which the fastest counts.
const ROUNDS: usize = 3;

fn main() {
    let mut out = std::io::stdout().lock();
    let scene = Scene::new(OCTETS, 1);
    let message = scene.received.message.octets();
    let home = tempfile::tempdir().unwrap();
    let (few, many) = (folder(home.path(), "few", message, MESSAGES), folder(home.path(), "many", message, 10_000));
    scene.world.with_agent(|agent| {
        let [one, two] = [1, 2].map(|jobs| (0..ROUNDS).map(|_| judge(agent, &few, jobs, MESSAGES).0).min().unwrap());
        let rate = |took: Duration| MESSAGES as f64 / took.as_secs_f64();
        writeln!(out, "{MESSAGES} messages of {} octets", message.len()).unwrap();
        writeln!(out, "1 job   {:>8.0} a second", rate(one)).unwrap();
        writeln!(
            out,
            "2 jobs  {:>8.0} a second, {:.2} times as fast",
            rate(two),
            one.as_secs_f64() / two.as_secs_f64()
        )
        .unwrap();
        for (source, messages) in [(&few, MESSAGES), (&many, 10_000)] {
            let peak = judge(agent, source, 2, messages).1;
            writeln!(out, "{messages:>6} messages: {:.1} MiB at the peak", peak as f64 / f64::from(1 << 20)).unwrap();
        }
    });
}

fn folder(home: &Path, name: &str, message: &[u8], messages: usize) -> Source {
    let folder = home.join(name);
    fs::create_dir(&folder).unwrap();
    (0..messages).for_each(|number| fs::write(folder.join(format!("{number:05}.eml")), message).unwrap());
    Source::of(&[folder], []).unwrap()
}

/// How long it took, and the octets allocated at the peak beside what was there before.
fn judge(agent: Agent<'_>, source: &Source, jobs: usize, messages: usize) -> (Duration, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let started = Instant::now();
    let batch = Batch::new(agent, Operation::Incoming, NonZeroUsize::new(jobs).unwrap());
    let mut summary = Summary::default();
    let mut each = |outcome, _| {
        summary.add(&outcome);
        ControlFlow::Continue(())
    };
    batch.judge(source, &AtomicBool::new(false), &mut each).unwrap();
    assert_eq!(summary.count(Verdict::Accepted), messages);
    (started.elapsed(), MEMORY.peak_usage().saturating_sub(before))
}
