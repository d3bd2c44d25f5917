//! Trying candidates: each is a list of edits to the base, hashed without being put together.
//!
//! The hash of what stands before the first edit is not computed again: its state is kept at some thirty places of the
//! base. What was hashed is charged to the family's allowance, and to the budget of the whole search.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use openssl::hash::{Hasher, MessageDigest};

/// Kept states of the hash for one base.
const CHECKPOINTS: usize = 32;
/// No states closer than this, in octets.
const CLOSEST: usize = 2048;
/// What a candidate costs beside its octets, in octets: finishing a hash and preparing edits are not free.
const OVERHEAD: usize = 768;

/// Edits that do nothing cost this part of the base.
const NOTHING: usize = 128;

/// The octets of `range` of the base become `with`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) with: Cow<'static, [u8]>,
}

impl Edit {
    pub(super) fn replace(range: Range<usize>, with: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { range, with: with.into() }
    }

    pub(super) fn insert(place: usize, with: impl Into<Cow<'static, [u8]>>) -> Self {
        Self::replace(place..place, with)
    }

    pub(super) const fn remove(range: Range<usize>) -> Self {
        Self { range, with: Cow::Borrowed(&[]) }
    }
}

/// Why no more candidates of a family are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The family's allowance or the budget is used up, or enough were gathered.
    Enough,
    /// The signed octets were found.
    Proven,
}

/// Whether a family goes on.
pub(super) type Flow = ControlFlow<Stop>;

/// A family goes on.
pub(super) const ON: Flow = ControlFlow::Continue(());

/// The digest that was signed.
#[derive(Clone)]
pub(super) struct Goal {
    pub(super) algorithm: MessageDigest,
    pub(super) expected: Vec<u8>,
}

/// What the whole search may still do, and what it did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter {
    pub(super) left: usize,
    pub(super) candidates: usize,
    pub(super) octets: usize,
}

/// What is done with candidates.
enum Purpose<'m> {
    /// They are put together and kept, this many at most.
    Gather(Vec<Vec<u8>>, usize),
    /// They are hashed and compared.
    Test(Box<Tester<'m>>),
}

struct Tester<'m> {
    goal: &'m Goal,
    states: &'m States,
    meter: &'m mut Meter,
    allowance: usize,
    cut_short: bool,
    found: Option<Vec<u8>>,
}

/// The hash's states at some places of a base.
pub(super) struct States {
    kept: Vec<(usize, Hasher)>,
}

impl States {
    /// Hashes a base once; `None` where OpenSSL refuses.
    pub(super) fn of(octets: &[u8], algorithm: MessageDigest) -> Option<Self> {
        let step = (octets.len() / CHECKPOINTS).max(CLOSEST);
        let mut hasher = Hasher::new(algorithm).ok()?;
        let mut kept = vec![(0, hasher.clone())];
        let mut place = 0_usize;
        for chunk in octets.chunks(step) {
            hasher.update(chunk).ok()?;
            place = place.saturating_add(chunk.len());
            kept.push((place, hasher.clone()));
        }
        Some(Self { kept })
    }

    /// The last state that is not behind `place`.
    fn before(&self, place: usize) -> Option<(usize, Hasher)> {
        let behind = self.kept.partition_point(|(kept, _)| *kept <= place);
        self.kept.get(behind.checked_sub(1)?).map(|(kept, state)| (*kept, state.clone()))
    }
}

/// Takes the candidates of a family.
pub(super) struct Probe<'m> {
    base: &'m [u8],
    purpose: Purpose<'m>,
}

/// What came of a family's candidates.
pub(super) struct Tested {
    /// The octets that were signed, if they were among the candidates.
    pub(super) found: Option<Vec<u8>>,
    /// Not all candidates were tried.
    pub(super) cut_short: bool,
}

impl<'m> Probe<'m> {
    /// Candidates are compared with `goal`, as far as `allowance` octets and the meter go.
    pub(super) fn test(
        base: &'m [u8],
        goal: &'m Goal,
        states: &'m States,
        meter: &'m mut Meter,
        allowance: usize,
    ) -> Self {
        let tester = Tester { goal, states, meter, allowance, cut_short: false, found: None };
        Self { base, purpose: Purpose::Test(Box::new(tester)) }
    }

    /// Candidates are put together.
    pub(super) const fn gather(base: &'m [u8], most: usize) -> Self {
        Self { base, purpose: Purpose::Gather(Vec::new(), most) }
    }

    pub(super) fn into_gathered(self) -> Vec<Vec<u8>> {
        match self.purpose {
            Purpose::Gather(gathered, _) => gathered,
            Purpose::Test(_) => Vec::new(),
        }
    }

    pub(super) fn into_tested(self) -> Tested {
        match self.purpose {
            Purpose::Gather(..) => Tested { found: None, cut_short: false },
            Purpose::Test(tester) => Tested { found: tester.found, cut_short: tester.cut_short },
        }
    }

    /// Whether single places are worth trying: not where candidates are gathered for pairs, which are to be few.
    pub(super) const fn is_thorough(&self) -> bool {
        matches!(self.purpose, Purpose::Test(_))
    }

    /// What turned out to be no candidate was looked for all the same.
    fn nothing(&mut self) -> Flow {
        let cost = self.base.len() / NOTHING;
        match &mut self.purpose {
            Purpose::Gather(..) => ON,
            Purpose::Test(tester) => tester.charge(cost),
        }
    }

    /// Tries the base with these edits; edits that do nothing, or fall over one another, are no candidate.
    pub(super) fn attempt(&mut self, mut edits: Vec<Edit>) -> Flow {
        let base = self.base;
        edits.retain(|edit| base.get(edit.range.clone()).is_some_and(|old| old != edit.with.as_ref()));
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let overlap = edits.iter().zip(edits.iter().skip(1)).any(|(one, next)| next.range.start < one.range.end);
        if edits.is_empty() || overlap {
            return self.nothing();
        }
        match &mut self.purpose {
            Purpose::Gather(gathered, most) => {
                if gathered.len() >= *most {
                    return ControlFlow::Break(Stop::Enough);
                }
                gathered.push(apply(base, &edits));
                ON
            }
            Purpose::Test(tester) => tester.attempt(base, &edits),
        }
    }
}

impl Tester<'_> {
    /// Takes so much from the allowance, if there is as much.
    fn charge(&mut self, cost: usize) -> Flow {
        if cost > self.allowance || cost > self.meter.left {
            self.cut_short = true;
            return ControlFlow::Break(Stop::Enough);
        }
        self.allowance = self.allowance.saturating_sub(cost);
        self.meter.left = self.meter.left.saturating_sub(cost);
        ON
    }

    fn attempt(&mut self, base: &[u8], edits: &[Edit]) -> Flow {
        let first = edits.first().map_or(0, |edit| edit.range.start);
        let Some((kept, mut hasher)) = self.states.before(first) else { return ON };
        let added: usize = edits.iter().map(|edit| edit.with.len()).sum();
        let octets = base.len().saturating_sub(kept).saturating_add(added);
        self.charge(octets.saturating_add(OVERHEAD))?;
        self.meter.candidates = self.meter.candidates.saturating_add(1);
        self.meter.octets = self.meter.octets.saturating_add(octets);
        let mut place = kept;
        for edit in edits {
            let kept = base.get(place..edit.range.start).unwrap_or_default();
            if hasher.update(kept).and_then(|()| hasher.update(&edit.with)).is_err() {
                return ON;
            }
            place = edit.range.end;
        }
        if hasher.update(base.get(place..).unwrap_or_default()).is_err() {
            return ON;
        }
        let equal = hasher.finish().is_ok_and(|digest| digest.as_ref() == self.goal.expected.as_slice());
        if !equal {
            return ON;
        }
        self.found = Some(apply(base, edits));
        ControlFlow::Break(Stop::Proven)
    }
}

/// The base with edits that are in order and do not overlap.
fn apply(base: &[u8], edits: &[Edit]) -> Vec<u8> {
    let added: usize = edits.iter().map(|edit| edit.with.len()).sum();
    let mut octets = Vec::with_capacity(base.len().saturating_add(added));
    let mut place = 0;
    for edit in edits {
        octets.extend_from_slice(base.get(place..edit.range.start).unwrap_or_default());
        octets.extend_from_slice(&edit.with);
        place = edit.range.end;
    }
    octets.extend_from_slice(base.get(place..).unwrap_or_default());
    octets
}

/// Tries each of the edits alone, then two, then three at once: what was taken away from a few places is found so.
pub(super) fn few_of(edits: &[Edit], most: usize, probe: &mut Probe<'_>) -> Flow {
    edits.iter().try_for_each(|one| probe.attempt(vec![one.clone()]))?;
    if most >= 2 {
        for (place, one) in edits.iter().enumerate() {
            for two in edits.iter().skip(place.saturating_add(1)) {
                probe.attempt(vec![one.clone(), two.clone()])?;
            }
        }
    }
    if most >= 3 {
        for (first, one) in edits.iter().enumerate() {
            for (second, two) in edits.iter().enumerate().skip(first.saturating_add(1)) {
                for three in edits.iter().skip(second.saturating_add(1)) {
                    probe.attempt(vec![one.clone(), two.clone(), three.clone()])?;
                }
            }
        }
    }
    ON
}

/// Tries every selection of up to so many groups of edits, the full one first; of more groups, one, two, and all but one.
pub(super) fn selections(groups: &[Vec<Edit>], probe: &mut Probe<'_>) -> Flow {
    /// 2 to the power of this many candidates.
    const FULLY: usize = 8;
    if groups.len() > FULLY {
        groups.iter().try_for_each(|group| probe.attempt(group.clone()))?;
        for (place, one) in groups.iter().enumerate() {
            for two in groups.iter().skip(place.saturating_add(1)) {
                probe.attempt([one.as_slice(), two].concat())?;
            }
        }
        for but in 0..groups.len() {
            let others = groups.iter().enumerate().filter(|(place, _)| *place != but);
            probe.attempt(others.flat_map(|(_, group)| group.clone()).collect())?;
        }
        return ON;
    }
    for mask in (1..1_u32 << groups.len()).rev() {
        let chosen = groups.iter().enumerate().filter(|(place, _)| mask >> place & 1 == 1);
        probe.attempt(chosen.flat_map(|(_, group)| group.clone()).collect())?;
    }
    ON
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(octets: &[u8]) -> Goal {
        let algorithm = MessageDigest::sha256();
        Goal { algorithm, expected: openssl::hash::hash(algorithm, octets).unwrap().to_vec() }
    }

    fn meter(left: usize) -> Meter {
        Meter { left, candidates: 0, octets: 0 }
    }

    #[test]
    fn edits_are_hashed_as_if_they_had_been_made() {
        let base: Vec<u8> = (0..60_000_u32).flat_map(|number| number.to_string().into_bytes()).collect();
        for (start, end) in [(0, 0), (1, 5), (2047, 2049), (4096, 4096), (100_000, 100_003), (base.len(), base.len())] {
            let edits = vec![Edit::replace(start..end, b"changed".as_slice())];
            let goal = goal(&apply(&base, &edits));
            let states = States::of(&base, goal.algorithm).unwrap();
            let mut meter = meter(usize::MAX);
            let mut probe = Probe::test(&base, &goal, &states, &mut meter, usize::MAX);
            assert_eq!(probe.attempt(edits.clone()), ControlFlow::Break(Stop::Proven), "{start}..{end}");
            assert_eq!(probe.into_tested().found, Some(apply(&base, &edits)));
        }
    }

    #[test]
    fn a_family_ends_with_its_allowance_and_says_so() {
        let (base, goal) = (b"abc".as_slice(), goal(b"x"));
        let states = States::of(base, goal.algorithm).unwrap();
        let mut meter = meter(10_000);
        let mut probe = Probe::test(base, &goal, &states, &mut meter, 1600);
        let tried = (0..9).take_while(|_| probe.attempt(vec![Edit::insert(1, b"-".as_slice())]).is_continue()).count();
        assert_eq!(tried, 2);
        assert!(probe.into_tested().cut_short);
        assert_eq!(meter.candidates, 2);
    }

    #[test]
    fn edits_that_do_nothing_or_overlap_are_no_candidates() {
        let mut probe = Probe::gather(b"abc", 9);
        assert!(probe.attempt(vec![Edit::replace(0..1, b"a".as_slice())]).is_continue());
        assert!(probe.attempt(vec![Edit::remove(0..2), Edit::remove(1..3)]).is_continue());
        assert!(probe.attempt(vec![Edit::remove(7..9)]).is_continue());
        assert!(probe.attempt(vec![Edit::remove(1..2), Edit::insert(0, b"-".as_slice())]).is_continue());
        assert_eq!(probe.into_gathered(), [b"-ac".to_vec()]);
    }
}
