//! The search: each transformation alone, in the order of the list, then pairs.
//!
//! Of a pair, the first few candidates of one transformation become bases from which the other one is undone. Which of two
//! happened first cannot be told from the octets; they are named in the order of the list.

use std::collections::HashSet;

use super::base::Base;
use super::located::Surroundings;
use super::probe::{Goal, Meter, Probe, States, Tested};
use super::transformation::Transformation;
use super::undo::undo;
use crate::limits::Limits;

/// A message is hashed this many times at least, however large it is, by a digest of the usual price.
const TIMES: usize = 16;
/// The part of the budget that one transformation may use alone.
const ALONE: usize = 6;
/// The part that a transformation may use after another one.
const PAIRED: usize = 400;
/// Candidates of one transformation from which others are undone: the likeliest of every one, then more of them.
const ROUNDS: [usize; 2] = [2, 12];

/// Octets of a base that a family looks through for nothing.
const SMALL: usize = 256 << 10;
/// Octets of such candidates that are held at once.
const HELD: usize = 64 << 20;

/// The transformations that others are undone after, likeliest first. Those that are left out come second: their
/// candidates are many, and each of them only fits where the rest is as it was signed.
const FIRST_OF_PAIR: [Transformation; 23] = [
    Transformation::LineEndsLf,
    Transformation::LineEndsCrlf,
    Transformation::FinalLineEndAdded,
    Transformation::FinalLineEndRemoved,
    Transformation::TransferEncodingChanged,
    Transformation::HeaderSpace,
    Transformation::HeaderRefolded,
    Transformation::FoldWhitespace,
    Transformation::HeaderCase,
    Transformation::HeaderOrder,
    Transformation::FromEscaped,
    Transformation::DotStuffed,
    Transformation::BomAdded,
    Transformation::CharsetRecoded,
    Transformation::UnicodeNormalised,
    Transformation::SoftBreaks,
    Transformation::Base64Rewrapped,
    Transformation::TrailingBlanksStripped,
    Transformation::BareCr,
    Transformation::DotUnstuffed,
    Transformation::PreambleIncluded,
    Transformation::EpilogueIncluded,
    Transformation::BoundaryIncluded,
];

/// One transformation, or two, that were undone in every way that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// In the order of the list.
    pub transformations: Vec<Transformation>,
    /// Candidates whose digest was computed.
    pub candidates: usize,
    /// Whether all candidates were tried; else the allowance ended the attempt.
    pub complete: bool,
}

impl Attempt {
    /// The names, joined with `+`.
    #[must_use]
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.transformations.iter().map(|one| one.as_str()).collect();
        names.join("+")
    }
}

/// What a search found.
pub(super) struct Outcome {
    /// What happened, and the octets that were signed.
    pub(super) proven: Option<(Vec<Transformation>, Vec<u8>)>,
    /// What was tried, in this order.
    pub(super) tried: Vec<Attempt>,
    /// Candidates whose digest was computed.
    pub(super) candidates: usize,
    /// Octets hashed.
    pub(super) octets: usize,
    /// The budget ended the search before everything was tried.
    pub(super) exhausted: bool,
}

/// Looks for the octets with the digest of `goal`.
pub(super) fn search(octets: &[u8], surroundings: Option<&Surroundings>, goal: &Goal, limits: &Limits) -> Outcome {
    let budget = limits
        .diagnosis_octets
        .max(octets.len().saturating_mul(TIMES).min(limits.message_octets.saturating_mul(TIMES)))
        / price(goal);
    let mut search = Search {
        goal,
        limits,
        budget,
        meter: Meter { left: budget, candidates: 0, octets: 0 },
        tried: Vec::new(),
        exhausted: false,
    };
    let proven = search.run(octets, surroundings);
    Outcome {
        proven,
        tried: search.tried,
        candidates: search.meter.candidates,
        octets: search.meter.octets,
        exhausted: search.exhausted,
    }
}

/// How many octets of the budget one costs. Processors have instructions for SHA-1 and SHA-256; SHA-384 and SHA-512, with
/// blocks of 128 octets, take more than twice as long.
fn price(goal: &Goal) -> usize {
    if goal.algorithm.block_size() > 64 { 2 } else { 1 }
}

struct Search<'g> {
    goal: &'g Goal,
    limits: &'g Limits,
    budget: usize,
    meter: Meter,
    tried: Vec<Attempt>,
    exhausted: bool,
}

impl Search<'_> {
    fn run(&mut self, octets: &[u8], surroundings: Option<&Surroundings>) -> Option<(Vec<Transformation>, Vec<u8>)> {
        let base = Base::new(octets.to_vec(), self.limits, surroundings);
        let states = States::of(octets, self.goal.algorithm)?;
        for one in Transformation::ALL {
            let found = self.attempt(*one, None, &base, &states, self.budget / ALONE);
            if let Some(signed) = found {
                return Some((vec![*one], signed));
            }
        }
        let mut seen = HashSet::new();
        seen.insert(self.digest(octets)?);
        for most in ROUNDS {
            for first in FIRST_OF_PAIR {
                let room = HELD / base.octets().len().max(1);
                let mut probe = Probe::gather(base.octets(), most.min(room.max(1)));
                let _ = undo(first, &base, &mut probe);
                for before in probe.into_gathered() {
                    if !seen.insert(self.digest(&before)?) {
                        continue;
                    }
                    if let Some(found) = self.after(first, before) {
                        return Some(found);
                    }
                    if self.exhausted {
                        return None;
                    }
                }
            }
        }
        None
    }

    /// Undoes every other transformation from octets as they were before `first`.
    fn after(&mut self, first: Transformation, before: Vec<u8>) -> Option<(Vec<Transformation>, Vec<u8>)> {
        let base = Base::new(before, self.limits, None);
        let states = States::of(base.octets(), self.goal.algorithm)?;
        self.charge(base.octets().len());
        for second in Transformation::ALL {
            if *second == first || !first.pairs_with(*second) {
                continue;
            }
            let found = self.attempt(*second, Some(first), &base, &states, self.budget / PAIRED);
            if let Some(signed) = found {
                return Some((in_order(Some(first), *second), signed));
            }
            if self.exhausted {
                return None;
            }
        }
        None
    }

    fn attempt(
        &mut self,
        one: Transformation,
        after: Option<Transformation>,
        base: &Base<'_>,
        states: &States,
        allowance: usize,
    ) -> Option<Vec<u8>> {
        let before = self.meter.candidates;
        // A family looks at the whole base before its first candidate; that only counts where the base is large.
        self.meter.left = self.meter.left.saturating_sub(base.octets().len().saturating_sub(SMALL).saturating_mul(2));
        let mut probe = Probe::test(base.octets(), self.goal, states, &mut self.meter, allowance);
        let _ = undo(one, base, &mut probe);
        let Tested { found, cut_short } = probe.into_tested();
        let candidates = self.meter.candidates.saturating_sub(before);
        // What is left does not pay for another candidate of this size.
        self.exhausted |= cut_short && self.meter.left < base.octets().len();
        self.record(in_order(after, one), candidates, !cut_short);
        found
    }

    /// A pair is tried from several bases, and both ways round: one entry.
    fn record(&mut self, transformations: Vec<Transformation>, candidates: usize, complete: bool) {
        match self.tried.iter_mut().find(|attempt| attempt.transformations == transformations) {
            Some(attempt) => {
                attempt.candidates = attempt.candidates.saturating_add(candidates);
                attempt.complete &= complete;
            }
            None if candidates > 0 || transformations.len() == 1 => {
                self.tried.push(Attempt { transformations, candidates, complete });
            }
            None => {}
        }
    }

    fn charge(&mut self, octets: usize) {
        self.meter.left = self.meter.left.saturating_sub(octets);
        self.exhausted |= self.meter.left == 0;
    }

    fn digest(&mut self, octets: &[u8]) -> Option<Vec<u8>> {
        self.charge(octets.len());
        openssl::hash::hash(self.goal.algorithm, octets).ok().map(|digest| digest.to_vec())
    }
}

fn in_order(first: Option<Transformation>, second: Transformation) -> Vec<Transformation> {
    let mut both: Vec<Transformation> = first.into_iter().chain([second]).collect();
    both.sort_unstable();
    both
}
