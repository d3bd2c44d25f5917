//! How long the agent takes, as a ratio to what the RSA, hash, cipher and base64 operations alone allow.
//!
//! `cargo bench --bench agent --no-default-features` prints a table. Agent and bare operations take turns in one run,
//! and what counts is the processor time of the thread, so that other load on the machine disturbs the ratio little.
//! What the bare operations are is told at `Bare::outgoing` and `Bare::incoming` of `common`. Nothing here passes or
//! fails: machines differ, ratios hold.
#![allow(clippy::unwrap_used, clippy::as_conversions, reason = "a bench stops where it cannot go on")]

mod common;

use std::io::Write as _;
use std::time::{Duration, Instant};

use common::turns::{Turns, milliseconds};
use common::{SIZES, Scene};
use cpu_time::ThreadTime;

/// As the program has it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let mut out = std::io::stdout().lock();
    writeln!(out, "processor time of one thread, median; ratio: bare operations / agent, in percent").unwrap();
    writeln!(out, "message  recipients    outgoing    bare  ratio     incoming    bare  ratio").unwrap();
    for (name, octets) in
        SIZES.into_iter().filter(|(name, _)| only.is_empty() || only.iter().any(|o| name.contains(o.as_str())))
    {
        for recipients in [1, 10, 100] {
            let mut scene = Scene::new(octets, recipients);
            let (outgoing, incoming) = measure(&mut scene);
            writeln!(out, "{name:<8} {recipients:>10} {} {}", row(outgoing), row(incoming)).unwrap();
            out.flush().unwrap();
        }
    }
    writeln!(out, "\nmessages per second in a batch of 2 KB messages to one recipient").unwrap();
    writeln!(out, "threads    outgoing   incoming   (per second of processor time and thread: outgoing   incoming)")
        .unwrap();
    let scene = Scene::new(2 << 10, 1);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for threads in [1, cores] {
        let [outgoing, incoming] = [batch(&scene, threads, Way::Out), batch(&scene, threads, Way::In)];
        let ((sent, of_sending), (received, of_receiving)) = (outgoing, incoming);
        writeln!(out, "{threads:>7} {sent:>11.0} {received:>10.0} {of_sending:>43.0} {of_receiving:>10.0}").unwrap();
    }
}

fn row((agent, bare): (Duration, Duration)) -> String {
    let ratio = bare.as_secs_f64() / agent.as_secs_f64() * 100.0;
    format!("{:>8.3} ms {:>7.3} {ratio:>4.0} %", milliseconds(agent), milliseconds(bare))
}

/// Each way the agent and the bare operations in turns.
fn measure(scene: &mut Scene) -> ((Duration, Duration), (Duration, Duration)) {
    let Scene { world, draft, received, bare, .. } = scene;
    world.with_agent(|agent| {
        let turns = Turns::default();
        let outgoing = turns.median(|| assert!(agent.process_outgoing(draft).is_ok()), || bare.outgoing());
        let incoming = turns.median(|| assert!(agent.process_incoming(received).is_ok()), || bare.incoming());
        (outgoing, incoming)
    })
}

#[derive(Clone, Copy)]
enum Way {
    Out,
    In,
}

/// Messages per second on the clock, and per second of processor time and thread.
fn batch(scene: &Scene, threads: usize, way: Way) -> (f64, f64) {
    const EACH: usize = 1_000;
    scene.world.with_agent(|agent| {
        let agent = &agent;
        let begun = Instant::now();
        let spent: Vec<Duration> = std::thread::scope(|scope| {
            let work = move || {
                let started = ThreadTime::now();
                for _ in 0..EACH {
                    match way {
                        Way::Out => assert!(agent.process_outgoing(&scene.draft).is_ok()),
                        Way::In => assert!(agent.process_incoming(&scene.received).is_ok()),
                    }
                }
                started.elapsed()
            };
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).collect()
        });
        let total = (threads * EACH) as f64;
        (total / begun.elapsed().as_secs_f64(), total / spent.iter().sum::<Duration>().as_secs_f64())
    })
}
