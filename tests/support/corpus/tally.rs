//! What came of many messages, as tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use super::trial::{Cost, Reached, Told, Work};
use super::{Mutant, Mutator, Place};

#[derive(Default)]
struct Row {
    messages: usize,
    reached: [usize; 6],
    codes: BTreeMap<&'static str, usize>,
}

/// The most that one kind of work took.
#[derive(Default)]
struct Worst {
    slowest: (Duration, u64),
    /// Octets held beyond those of the message, for each of them, above the fixed part.
    peak: (usize, usize, u64),
    ratio: (f64, u64),
    total: Duration,
}

#[derive(Default)]
pub(crate) struct Tally {
    by_mutator: BTreeMap<Mutator, Row>,
    by_place: BTreeMap<Place, Row>,
    causes: BTreeMap<&'static str, usize>,
    worst: BTreeMap<Work, Worst>,
    pub(crate) messages: usize,
    octets: usize,
}

/// What a ratio is told of: smaller messages cost what their sentences cost.
const TELLING_OCTETS: usize = 4 << 10;

impl Tally {
    pub(crate) fn add(&mut self, number: u64, mutant: &Mutant, told: &Told) {
        self.messages += 1;
        self.octets += told.octets;
        self.by_mutator.entry(mutant.mutator).or_default().add(told);
        self.by_place.entry(mutant.place).or_default().add(told);
        *self.causes.entry(told.cause).or_default() += 1;
        for cost in &told.costs {
            self.worst.entry(cost.work).or_default().add(number, told.octets, *cost);
        }
    }

    /// How many messages got so far, by place: envelope, decrypted, signature, valid, trust, accepted.
    pub(crate) fn reached(&self) -> [usize; 6] {
        let mut all = [0; 6];
        for row in self.by_place.values() {
            all.iter_mut().zip(row.reached).for_each(|(sum, more)| *sum += more);
        }
        all
    }

    pub(crate) fn codes(&self) -> usize {
        let mut codes: Vec<_> = self.by_mutator.values().flat_map(|row| row.codes.keys()).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.len()
    }

    pub(crate) fn tables(&self) -> String {
        let mut out = format!("{} messages, {} octets\n\n", self.messages, self.octets);
        let head = "messages envelope decrypted signature   valid   trust accepted  codes";
        let _ = writeln!(out, "{:<14}{head}", "changed at");
        self.by_place.iter().for_each(|(place, row)| row.write(&format!("{place:?}"), &mut out));
        let _ = writeln!(out, "\n{:<14}{head}", "first change");
        self.by_mutator.iter().for_each(|(mutator, row)| row.write(&format!("{mutator:?}"), &mut out));
        let causes: Vec<String> = self.causes.iter().map(|(cause, count)| format!("{cause} {count}")).collect();
        let _ = writeln!(out, "\ncauses that the diagnosis names: {}\n", causes.join(", "));
        for (work, worst) in &self.worst {
            worst.write(*work, self.messages, &mut out);
        }
        out
    }
}

impl Row {
    fn add(&mut self, told: &Told) {
        let Reached { envelope, decrypted, signature, valid, trust, accepted } = told.reached;
        self.messages += 1;
        let steps = [envelope, decrypted, signature, valid, trust, accepted];
        self.reached.iter_mut().zip(steps).for_each(|(count, reached)| *count += usize::from(reached));
        *self.codes.entry(told.code).or_default() += 1;
    }

    fn write(&self, name: &str, out: &mut String) {
        let [envelope, decrypted, signature, valid, trust, accepted] = self.reached;
        let mut codes: Vec<_> = self.codes.iter().collect();
        codes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let told: Vec<String> = codes.iter().take(4).map(|(code, count)| format!("{code} {count}")).collect();
        let _ = writeln!(
            out,
            "{name:<14}{:>8}{envelope:>9}{decrypted:>10}{signature:>10}{valid:>8}{trust:>8}{accepted:>9}  {}: {}",
            self.messages,
            codes.len(),
            told.join(", ")
        );
    }
}

impl Worst {
    fn add(&mut self, number: u64, octets: usize, cost: Cost) {
        self.total += cost.elapsed;
        if cost.elapsed > self.slowest.0 {
            self.slowest = (cost.elapsed, number);
        }
        if cost.peak > self.peak.0 {
            self.peak = (cost.peak, octets, number);
        }
        let ratio = as_float(cost.peak) / as_float(octets);
        if octets >= TELLING_OCTETS && ratio > self.ratio.0 {
            self.ratio = (ratio, number);
        }
    }

    fn write(&self, work: Work, messages: usize, out: &mut String) {
        let mean = self.total / u32::try_from(messages.max(1)).unwrap_or(u32::MAX);
        let _ = writeln!(
            out,
            "{:<9} mean {mean:.1?}, slowest {:.1?} (no. {}); at most {} KiB held, for {} octets (no. {}); of messages from \
             4 KiB at most × {:.1} (no. {})",
            format!("{work:?}"),
            self.slowest.0,
            self.slowest.1,
            self.peak.0 >> 10,
            self.peak.1,
            self.peak.2,
            self.ratio.0,
            self.ratio.1
        );
    }
}

fn as_float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
