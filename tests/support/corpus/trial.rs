//! One message through everything that reads messages, with what it took.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use cpu_time::ThreadTime;
use sealscope::agent::{Operation, Report, SignatureState, outcome_json};
use sealscope::diagnose::{diagnose, diagnosis_json};
use sealscope::limits::Limits;
use sealscope::mime::MimeTree;
use sealscope::smime::{Dissection, inspect};
use sealscope::span::{Buffer, BufferName};

use super::{Corpus, Mutant};
use crate::allocations::counted;
use crate::support::account::check_account;
use crate::support::verdict;

/// Longer than this is a hang: processor time of the thread, which no other load on the machine adds to. Whoever waits
/// for something that never comes is the watchdog's. Without optimisation everything takes ten times as long.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

/// Octets that may be held for each octet of the message.
const TIMES_INPUT: usize = 20;

/// And beside them: findings, sentences and JSON, which a message of a few hundred octets has as well, and what compressed
/// content may expand to whatever its size ([`Limits::expansion_free`]).
const FIXED: usize = 1 << 20;

/// What is done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// `inspect`, and the trees that the window shows.
    Inspect,
    /// The agent, and its answer as JSON.
    Incoming,
    /// Why, and the answer to that as JSON.
    Diagnose,
}

/// How far a message got.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reached {
    /// The agent read an envelope.
    pub(crate) envelope: bool,
    pub(crate) decrypted: bool,
    /// A signer was looked at.
    pub(crate) signature: bool,
    /// The signature is valid.
    pub(crate) valid: bool,
    /// A path was looked for.
    pub(crate) trust: bool,
    pub(crate) accepted: bool,
}

/// What one piece of work took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) work: Work,
    pub(crate) elapsed: Duration,
    pub(crate) peak: usize,
}

/// What came of a message.
pub(crate) struct Told {
    pub(crate) code: &'static str,
    pub(crate) cause: &'static str,
    pub(crate) reached: Reached,
    pub(crate) octets: usize,
    pub(crate) costs: Vec<Cost>,
}

/// What no message may do.
#[derive(Clone, Debug)]
pub(crate) enum Excess {
    Memory(Work, usize),
    Panic(String),
    Time(Work, Duration),
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(work, octets) => write!(f, "{work:?} held {octets} octets"),
            Self::Panic(text) => write!(f, "a panic: {text}"),
            Self::Time(work, elapsed) => write!(f, "{work:?} took {elapsed:.1?}"),
        }
    }
}

/// Everything that reads messages reads this one.
pub(crate) fn judge(corpus: &Corpus, mutant: &Mutant) -> Result<Told, Excess> {
    match catch_unwind(AssertUnwindSafe(|| run(corpus, mutant))) {
        Ok(told) => within(&told).map_or(Ok(told), Err),
        Err(payload) => {
            let text = payload.downcast_ref::<&str>().map(ToString::to_string);
            Err(Excess::Panic(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()))
        }
    }
}

fn within(told: &Told) -> Option<Excess> {
    told.costs.iter().find_map(|cost| {
        if cost.elapsed > LONGEST {
            Some(Excess::Time(cost.work, cost.elapsed))
        } else if cost.peak > TIMES_INPUT * told.octets + FIXED {
            Some(Excess::Memory(cost.work, cost.peak))
        } else {
            None
        }
    })
}

fn run(corpus: &Corpus, mutant: &Mutant) -> Told {
    let mut costs = Vec::new();
    let letter = corpus.seeds[mutant.seed].letter(&mutant.message);
    measured(Work::Inspect, &mut costs, || look(&letter.message));
    corpus.house(mutant).with_agent(mutant.profile, |agent| {
        let report = measured(Work::Incoming, &mut costs, || {
            let report = agent.account(&letter, Operation::Incoming).expect("receiving does not fail");
            let _ = outcome_json(&report).to_string();
            report
        });
        check_account(&report);
        let diagnosis = measured(Work::Diagnose, &mut costs, || {
            let diagnosis = diagnose(agent, &report);
            let _ = diagnosis_json(&diagnosis).to_string();
            diagnosis
        });
        // The window's trees of what the run opened.
        measured(Work::Inspect, &mut costs, || report.buffers.iter().for_each(structure));
        Told {
            code: verdict(&report),
            cause: diagnosis.cause.map_or("none", |cause| cause.as_str()),
            reached: reached(&report),
            octets: mutant.message.len(),
            costs,
        }
    })
}

fn measured<T>(work: Work, costs: &mut Vec<Cost>, run: impl FnOnce() -> T) -> T {
    let began = ThreadTime::now();
    let (result, taken) = counted(run);
    costs.push(Cost { work, elapsed: began.elapsed(), peak: taken.peak });
    result
}

fn look(message: &Buffer) {
    let inspection = inspect(message, &Limits::DEFAULT);
    assert!(inspection.layers.len() <= Limits::DEFAULT.mime_parts);
    structure(message);
}

/// What the tree of parts and values is made of.
fn structure(buffer: &Buffer) {
    match buffer.name() {
        BufferName::EncryptedCms | BufferName::SignatureCms | BufferName::CompressedCms => {
            let fields = Dissection::of(buffer.octets(), &Limits::DEFAULT).fields;
            assert!(fields.iter().all(|field| field.line.range().end <= buffer.octets().len()));
        }
        _ => {
            let (tree, _) = MimeTree::parse(buffer, &Limits::DEFAULT);
            assert!(tree.nodes().iter().all(|node| node.entity.range.end <= buffer.octets().len()));
        }
    }
    #[cfg(feature = "gui")]
    let _ = sealscope::ui::structure::Structure::of([buffer], &Limits::DEFAULT).nodes().len();
}

fn reached(report: &Report) -> Reached {
    Reached {
        envelope: report.buffer(BufferName::EncryptedCms).is_some(),
        decrypted: report.buffer(BufferName::Decrypted).is_some(),
        signature: !report.signers.is_empty(),
        valid: report.signers.iter().any(|signer| signer.signature == SignatureState::Valid),
        trust: report.signers.iter().any(|signer| !signer.trust.is_empty()),
        accepted: report.is_accepted(),
    }
}
