//! How much memory a message takes at its peak, as a multiple of the message; and that a batch of five times as many
//! messages takes no more.
//!
//! `cargo bench --bench memory --no-default-features` prints a table. An allocator counts what the program asks for; what
//! OpenSSL asks for on its own, which is little, is not in it. The message itself is there before the agent begins and is
//! told apart; what is left when the agent has ended are the buffers of the report, which the window shows.
#![allow(clippy::unwrap_used, clippy::as_conversions, reason = "a bench stops where it cannot go on")]

mod common;

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use common::Scene;
use peak_alloc::PeakAlloc;
use sealscope::agent::Operation;
use sealscope::batch::Batch;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The largest is what the limits take once it is secured: 64 MiB on the wire.
const SIZES: [(&str, usize); 3] = [("100 KB", 100 << 10), ("10 MB", 10 << 20), ("46 MB", 46 << 20)];

fn main() {
    let mut out = std::io::stdout().lock();
    writeln!(out, "octets allocated at the peak beside the message, and kept in the end, as a multiple of the message")
        .unwrap();
    writeln!(out, "message     outgoing: peak  kept     incoming: peak  kept   (of the message as it arrives)")
        .unwrap();
    for (name, octets) in SIZES {
        let Scene { world, draft, received, .. } = Scene::new(octets, 1);
        let [outgoing, incoming] = world.with_agent(|agent| {
            let size = draft.message.octets().len();
            let outgoing = measured(size, || agent.process_outgoing(&draft).unwrap());
            let size = received.message.octets().len();
            [outgoing, measured(size, || agent.process_incoming(&received).unwrap())]
        });
        writeln!(out, "{name:<8} {:>17.2} {:>5.2} {:>18.2} {:>5.2}", outgoing.0, outgoing.1, incoming.0, incoming.1)
            .unwrap();
    }
    writeln!(out, "\na batch of messages of 20 KB by two jobs").unwrap();
    let (scene, home) = (Scene::new(10 << 10, 1), tempfile::tempdir().unwrap());
    for messages in [2_000, 10_000] {
        let source = common::folder(home.path(), scene.received.message.octets(), messages);
        let (peak, _) = scene.world.with_agent(|agent| {
            let batch = Batch::new(agent, Operation::Incoming, NonZeroUsize::new(2).unwrap());
            let mut each = |_, _| ControlFlow::Continue(());
            measured(1 << 20, || batch.judge(&source, &AtomicBool::new(false), &mut each).unwrap())
        });
        writeln!(out, "{messages:>6} messages: {peak:.1} MiB at the peak").unwrap();
    }
}

/// At the peak and in the end, as multiples of `size`.
fn measured<T>(size: usize, work: impl FnOnce() -> T) -> (f64, f64) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = work();
    let (peak, after) = (MEMORY.peak_usage(), MEMORY.current_usage());
    drop(result);
    let times = |octets: usize| octets.saturating_sub(before) as f64 / size as f64;
    (times(peak), times(after))
}
