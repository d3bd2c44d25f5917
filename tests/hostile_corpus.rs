//! Messages that were changed on the way, at any depth: none breaks a reader, takes two seconds, or takes more memory
//! than twenty times its octets and a megabyte.
//!
//! Each goes through `inspect`, the agent, the diagnosis, and what the window's trees are made of. A few hundred in plain
//! `cargo test`; as many as are wanted, and the tables of what came of them, with
//!
//! ```text
//! SEALSCOPE_MUTANTS=100000 cargo test --release --no-default-features --test hostile_corpus -- --nocapture
//! ```
//!
//! `SEALSCOPE_MUTANTS_RUN=7` makes other mutants. One that does what none may is written to a file, with the line that
//! judges it once more: `SEALSCOPE_MUTANT=<number>` takes one alone. Memory is what Rust allocates on the thread of the
//! message; OpenSSL's own is in what the whole process held at its peak, which is printed as well.
#![cfg(test)]

#[path = "support/allocations.rs"]
mod allocations;
#[path = "support/corpus/mod.rs"]
mod corpus;
mod support;

use std::env;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use corpus::{Corpus, Excess, Mutant, Tally, judge};

/// In plain `cargo test`, without optimisation.
const SHARE: u64 = 200;

/// A message that is not done by then will never be.
const NEVER: Duration = Duration::from_secs(60);

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// What several threads do together.
struct Run {
    corpus: Corpus,
    run: u64,
    next: AtomicU64,
    end: u64,
    tally: Mutex<Tally>,
    excesses: Mutex<Vec<String>>,
    over: AtomicBool,
}

impl Run {
    fn new(corpus: Corpus, run: u64, numbers: std::ops::Range<u64>) -> Self {
        Self {
            corpus,
            run,
            next: AtomicU64::new(numbers.start),
            end: numbers.end,
            tally: Mutex::default(),
            excesses: Mutex::default(),
            over: AtomicBool::new(false),
        }
    }

    /// Judges until there are none left; `begun` tells the watchdog which one since when.
    fn work(&self, begun: &Mutex<Option<(u64, Instant)>>) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.end {
                return;
            }
            let mutant = self.corpus.mutant(self.run, number);
            *begun.lock().unwrap() = Some((number, Instant::now()));
            let judged = judge(&self.corpus, &mutant);
            *begun.lock().unwrap() = None;
            match judged {
                Ok(told) => self.tally.lock().unwrap().add(number, &mutant, &told),
                Err(excess) => self.keep(number, &mutant, &excess),
            }
        }
    }

    fn keep(&self, number: u64, mutant: &Mutant, excess: &Excess) {
        let seed = &self.corpus.seeds[mutant.seed];
        let file = env::temp_dir().join(format!("sealscope-mutant-{}-{number}.eml", self.run));
        fs::write(&file, &mutant.message).unwrap();
        self.excesses.lock().unwrap().push(format!(
            "{excess}\n  no. {number}: {} of the house {}, {:?} at {:?}, {} octets, {}, in {}\n  once more: \
             SEALSCOPE_MUTANTS_RUN={} SEALSCOPE_MUTANT={number} cargo test --test hostile_corpus -- --nocapture",
            seed.name,
            self.corpus.house(mutant).name,
            mutant.mutator,
            mutant.place,
            mutant.message.len(),
            mutant.profile.name,
            file.display(),
            self.run
        ));
    }

    /// Ends the process where a message never ends: nothing else can stop a thread.
    fn watch(&self, all: &[Mutex<Option<(u64, Instant)>>]) {
        while !self.over.load(Ordering::Relaxed) {
            thread::park_timeout(Duration::from_millis(200));
            for begun in all {
                let Some((number, since)) = *begun.lock().unwrap() else { continue };
                if since.elapsed() > NEVER {
                    let mutant = self.corpus.mutant(self.run, number);
                    self.keep(number, &mutant, &Excess::Panic(format!("not done after {:?}", since.elapsed())));
                    eprintln!("{}", self.excesses.lock().unwrap().join("\n"));
                    std::process::exit(101);
                }
            }
        }
    }
}

/// Judges the mutants of these numbers on all processors, and gives the tables.
fn judged(corpus: Corpus, run: u64, numbers: std::ops::Range<u64>) -> Run {
    let run = Run::new(corpus, run, numbers);
    let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let begun: Vec<Mutex<Option<(u64, Instant)>>> = (0..workers).map(|_| Mutex::new(None)).collect();
    thread::scope(|scope| {
        let watchdog = scope.spawn(|| run.watch(&begun));
        let workers: Vec<_> = begun.iter().map(|begun| scope.spawn(|| run.work(begun))).collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        run.over.store(true, Ordering::Relaxed);
        watchdog.thread().unpark();
    });
    run
}

/// What the system says that the process held at most.
fn process_peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known here".to_owned(), |text| text.trim().to_owned())
}

/// The mutants that are asked for, judged once for every test.
static JUDGED: LazyLock<Run> = LazyLock::new(|| {
    let (run, count) = (number("SEALSCOPE_MUTANTS_RUN").unwrap_or(1), number("SEALSCOPE_MUTANTS").unwrap_or(SHARE));
    let numbers = number("SEALSCOPE_MUTANT").map_or(0..count, |one| one..one + 1);
    let corpus = Corpus::gather();
    let (seeds, begun) = (corpus.seeds.len(), Instant::now());
    let judged = judged(corpus, run, numbers);
    println!("run {run}, {seeds} seeds, {:.1?}, the process held at most {}", begun.elapsed(), process_peak());
    println!("{}", judged.tally.lock().unwrap().tables());
    judged
});

#[test]
fn a_message_that_was_changed_anywhere_breaks_nothing_and_takes_bounded_time_and_memory() {
    let excesses = JUDGED.excesses.lock().unwrap();
    assert!(excesses.is_empty(), "{} messages do what none may:\n{}", excesses.len(), excesses.join("\n"));
    assert!(JUDGED.tally.lock().unwrap().messages > 0);
}

/// Mutants that are all refused at the door would prove little.
#[test]
fn many_mutants_get_as_far_as_the_decryption_the_signature_and_the_search_for_a_path() {
    if number("SEALSCOPE_MUTANT").is_some() {
        return;
    }
    let tally = JUDGED.tally.lock().unwrap();
    let [envelope, decrypted, signature, valid, trust, accepted] = tally.reached();
    let share = |count: usize| 100 * count / tally.messages;
    assert!(share(envelope) >= 60, "{envelope} reach the envelope");
    assert!(share(decrypted) >= 40, "{decrypted} are decrypted");
    assert!(share(signature) >= 20, "{signature} have a signer");
    assert!(share(valid) >= 15, "{valid} are signed validly");
    assert!(share(trust) >= 10 && accepted > 0, "{trust} are judged for trust, {accepted} accepted");
    assert!(tally.codes() >= 10, "{} codes", tally.codes());
}
