//! Undoing what was done to line ends.

use std::ops::Range;

use memchr::{memchr_iter, memmem};

use super::super::base::Base;
use super::super::probe::{Edit, Flow, ON, Probe, few_of};
use crate::mail::lines::LineEnd;

/// `line-ends-lf`: every bare LF becomes CRLF, everywhere, in the bodies, in each body, in the headers, in each header.
pub(super) fn line_ends_lf(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    per_scope(base, probe, |octets, range| {
        bare_feeds(octets, range).map(|feed| Edit::insert(feed, b"\r".as_slice())).collect()
    })
}

/// `line-ends-crlf`: every CRLF becomes LF, in the same places; then one, two or three of the line ends alone, for content
/// that had a few bare LF among its CRLF.
pub(super) fn line_ends_crlf(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let make = |octets: &[u8], range| pairs(octets, range).map(|place| Edit::remove(place..place + 1)).collect();
    per_scope(base, probe, make)?;
    if !probe.is_thorough() {
        return ON;
    }
    let all: Vec<Edit> = single_pairs(base).into_iter().map(|place| Edit::remove(place..place + 1)).collect();
    few_of(&all, 2, probe)
}

/// `bare-cr`: the CRs before CR LF are removed; bare CR becomes CRLF, nothing, or LF, everywhere, in the bodies, in each
/// body; every CRLF or LF becomes CR in the same places; one or two CRLF become CR.
pub(super) fn bare_cr(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    per_scope(base, probe, |octets, range| {
        let doubled = |place: &usize| octets.get(place.saturating_add(1)) == Some(&b'\r');
        let run = |place: usize| {
            let rest = octets.get(place..).unwrap_or_default();
            rest.iter().find(|octet| **octet != b'\r') == Some(&b'\n')
        };
        returns(octets, range)
            .filter(doubled)
            .filter(|place| run(*place))
            .map(|place| Edit::remove(place..place + 1))
            .collect()
    })?;
    for with in [b"\r\n".as_slice(), b"", b"\n"] {
        per_scope(base, probe, |octets, range| {
            let bare = returns(octets, range).filter(|place| octets.get(place.saturating_add(1)) != Some(&b'\n'));
            bare.map(|place| Edit::replace(place..place + 1, with)).collect()
        })?;
    }
    let to_return = |octets: &[u8], range| -> Vec<Edit> {
        pairs(octets, range).map(|place| Edit::remove(place + 1..place + 2)).collect()
    };
    per_scope(base, probe, to_return)?;
    per_scope(base, probe, |octets, range| {
        bare_feeds(octets, range).map(|feed| Edit::replace(feed..feed + 1, b"\r".as_slice())).collect()
    })?;
    if !probe.is_thorough() {
        return ON;
    }
    let all: Vec<Edit> = single_pairs(base).into_iter().map(|place| Edit::remove(place + 1..place + 2)).collect();
    few_of(&all, 2, probe)
}

/// `final-line-end-added`: the last line end is removed, then the last two, then all, at the end of the content, of each
/// leaf, of all leaves.
pub(super) fn final_line_end_added(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    for count in [1, 2, usize::MAX] {
        per_end(base, probe, |end| {
            let kept = without_line_ends(base.octets().get(..end).unwrap_or_default(), count);
            Edit::remove(kept..end)
        })?;
    }
    ON
}

/// `final-line-end-removed`: CRLF, LF or two CRLF are put at the end of the content, of each leaf, of all leaves.
pub(super) fn final_line_end_removed(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    for with in [base.line_end(), b"\r\n", b"\n", b"\r\n\r\n"] {
        per_end(base, probe, |end| Edit::insert(end, with))?;
    }
    ON
}

/// Makes edits in each scope of the base.
fn per_scope(base: &Base<'_>, probe: &mut Probe<'_>, make: impl Fn(&[u8], Range<usize>) -> Vec<Edit>) -> Flow {
    base.scopes()
        .into_iter()
        .try_for_each(|scope| probe.attempt(scope.into_iter().flat_map(|range| make(base.octets(), range)).collect()))
}

/// Makes an edit at the end of the content, of each leaf, of all leaves.
fn per_end(base: &Base<'_>, probe: &mut Probe<'_>, make: impl Fn(usize) -> Edit) -> Flow {
    let ends: Vec<usize> = base.leaves().iter().map(|leaf| leaf.range.end).collect();
    probe.attempt(vec![make(base.octets().len())])?;
    ends.iter().try_for_each(|end| probe.attempt(vec![make(*end)]))?;
    probe.attempt(ends.into_iter().map(make).collect())
}

/// Where the octets end without their last line ends.
fn without_line_ends(octets: &[u8], count: usize) -> usize {
    let mut kept = octets;
    for _ in 0..count {
        let Some(line) = kept.strip_suffix(b"\n") else { break };
        kept = line.strip_suffix(b"\r").unwrap_or(line);
    }
    kept.len()
}

fn bare_feeds(octets: &[u8], range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
    let start = range.start;
    let feeds = memchr_iter(b'\n', octets.get(range).unwrap_or_default()).map(move |place| start + place);
    feeds.filter(|feed| feed.checked_sub(1).and_then(|before| octets.get(before)) != Some(&b'\r'))
}

/// Where CRLF starts; CR CR LF is another matter.
fn pairs(octets: &[u8], range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
    let start = range.start;
    let pairs = memmem::find_iter(octets.get(range).unwrap_or_default(), b"\r\n").map(move |place| start + place);
    pairs.filter(|place| place.checked_sub(1).and_then(|before| octets.get(before)) != Some(&b'\r'))
}

/// CRLF in the lines that a system may have changed one by one.
fn single_pairs(base: &Base<'_>) -> Vec<usize> {
    let ends = base.own_lines().into_iter().filter(|line| line.end == LineEnd::Crlf);
    ends.map(|line| line.content.end).collect()
}

fn returns(octets: &[u8], range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
    let start = range.start;
    memchr_iter(b'\r', octets.get(range).unwrap_or_default()).map(move |place| start + place)
}
