//! The agent and the bare operations one by one, with criterion's statistics, in processor time of the thread.
//!
//! `cargo bench --bench statistics --no-default-features`. For the ratio of the two see the bench `agent`, where they
//! take turns.

mod common;

use std::time::Duration;

use common::{SIZES, Scene};
use cpu_time::ThreadTime;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BenchmarkId, Criterion, Throughput};

/// Other load on the machine is not counted.
struct ProcessorTime;

impl Measurement for ProcessorTime {
    type Intermediate = ThreadTime;
    type Value = Duration;

    fn start(&self) -> ThreadTime {
        ThreadTime::now()
    }

    fn end(&self, started: ThreadTime) -> Duration {
        started.elapsed()
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        static WALL: WallTime = WallTime;
        WALL.formatter()
    }
}

/// As the program has it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut criterion = Criterion::default().with_measurement(ProcessorTime).sample_size(20).configure_from_args();
    for (name, octets) in SIZES {
        for recipients in [1, 10, 100] {
            measure(&mut criterion, name, octets, recipients);
        }
    }
    criterion.final_summary();
}

fn measure(criterion: &mut Criterion<ProcessorTime>, name: &str, octets: usize, recipients: usize) {
    let Scene { world, draft, received, mut bare, .. } = Scene::new(octets, recipients);
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(u64::try_from(octets).unwrap_or_default()));
    let id = |what: &str| BenchmarkId::new(what, recipients);
    world.with_agent(|agent| {
        group.bench_function(id("outgoing"), |bencher| bencher.iter(|| agent.process_outgoing(&draft).is_ok()));
        group.bench_function(id("incoming"), |bencher| bencher.iter(|| agent.process_incoming(&received).is_ok()));
    });
    group.bench_function(id("bare outgoing"), |bencher| bencher.iter(|| bare.outgoing()));
    group.bench_function(id("bare incoming"), |bencher| bencher.iter(|| bare.incoming()));
    group.finish();
}
