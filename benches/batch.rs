//! How much faster two jobs judge a folder than one, and how many messages a second.
//!
//! `cargo bench --bench batch --no-default-features` prints it. One job and two take turns; the fastest round of each
//! counts, by the clock on the wall. On a machine with other work that is lower than it could be, so what does not depend
//! on other work is printed as well: how much processor time two jobs take of what one does, and how much of the time
//! both had work, be it that they ran or that they waited for a processor (Linux alone tells). What two free processors
//! would make of it follows from both. What a batch takes in memory is told by `--bench memory`: an allocator that counts
//! for both would hold them up.
#![allow(clippy::unwrap_used, clippy::as_conversions, reason = "a bench stops where it cannot go on")]

mod common;

use std::fs;
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use common::Scene;
use cpu_time::ProcessTime;
use sealscope::agent::{Agent, Operation};
use sealscope::batch::{Batch, Source, Summary, Verdict};

/// As the program has it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 2] = [10 << 10, 100 << 10];
const MESSAGES: usize = 2_000;
/// Rounds of which the fastest counts.
const ROUNDS: usize = 5;

fn main() {
    let mut out = std::io::stdout().lock();
    for octets in SIZES {
        let scene = Scene::new(octets, 1);
        let home = tempfile::tempdir().unwrap();
        let few = common::folder(home.path(), scene.received.message.octets(), MESSAGES);
        writeln!(out, "{MESSAGES} messages of {} octets", scene.received.message.octets().len()).unwrap();
        scene.world.with_agent(|agent| speed(&mut out, agent, &few));
    }
}

fn speed(out: &mut impl std::io::Write, agent: Agent<'_>, source: &Source) {
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one.push(judge(agent, source, 1));
        two.push(judge(agent, source, 2));
    }
    let shortest = |rounds: &[Round]| rounds.iter().map(|round| round.took).min().unwrap().as_secs_f64();
    let processor = |rounds: &[Round]| median(rounds.iter().map(|round| round.processor.as_secs_f64()));
    let (one_took, two_took) = (shortest(&one), shortest(&two));
    let rate = |took: f64| MESSAGES as f64 / took;
    writeln!(out, "  1 job   {:>8.0} a second, {:.2} s of processor time", rate(one_took), processor(&one)).unwrap();
    writeln!(out, "  2 jobs  {:>8.0} a second, {:.2} s of processor time", rate(two_took), processor(&two)).unwrap();
    writeln!(out, "  {:.2} times as fast with two jobs", one_took / two_took).unwrap();
    let efficiency = processor(&one) / processor(&two);
    writeln!(out, "  {:.0} % processor time of one job to that of two", efficiency * 100.0).unwrap();
    if let Some(busy) = two.iter().map(|round| round.busy).collect::<Option<Vec<f64>>>() {
        let busy = median(busy.into_iter());
        writeln!(out, "  {:.0} % of the time with work for both", busy * 100.0).unwrap();
        writeln!(out, "  {:.2} times as fast as one processor, on two free ones", 2.0 * efficiency * busy).unwrap();
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// What judging a folder took.
struct Round {
    took: Duration,
    /// Of all threads together.
    processor: Duration,
    /// The share of the time in which a job ran or would have; `None` where the system does not tell.
    busy: Option<f64>,
}

fn judge(agent: Agent<'_>, source: &Source, jobs: usize) -> Round {
    let (started, processor) = (Instant::now(), ProcessTime::now());
    let batch = Batch::new(agent, Operation::Incoming, NonZeroUsize::new(jobs).unwrap());
    let mut summary = Summary::default();
    let mut wanted = None;
    let mut each = |outcome, _| {
        summary.add(&outcome);
        if summary.count(Verdict::Accepted) == MESSAGES {
            // The threads end with the run.
            wanted = processor_wanted().map(|wanted| (wanted, started.elapsed()));
        }
        ControlFlow::Continue(())
    };
    batch.judge(source, &AtomicBool::new(false), &mut each).unwrap();
    assert_eq!(summary.count(Verdict::Accepted), MESSAGES);
    let busy = wanted.map(|(wanted, took)| wanted.as_secs_f64() / took.as_secs_f64() / jobs as f64);
    Round { took: started.elapsed(), processor: processor.elapsed(), busy }
}

/// How long the threads of a run have been on a processor or waiting for one: the first two numbers of `schedstat`.
fn processor_wanted() -> Option<Duration> {
    let mut wanted = 0;
    for task in fs::read_dir("/proc/self/task").ok()? {
        let task = task.ok()?.path();
        if fs::read_to_string(task.join("comm")).ok()?.starts_with("batch-") {
            let told = fs::read_to_string(task.join("schedstat")).ok()?;
            wanted += told.split_ascii_whitespace().take(2).map(|number| number.parse().unwrap_or(0)).sum::<u64>();
        }
    }
    Some(Duration::from_nanos(wanted))
}
