//! Undoing what was done to line ends.

use std::ops::Range;

use memchr::{memchr_iter, memmem};

use super::super::base::Base;
use super::super::probe::{Edit, Flow, ON, Probe, few_of};
use crate::mail::lines::LineEnd;
use crate::mime::canonical::to_crlf;

/// `line-ends-lf`: every bare LF becomes CRLF, everywhere, in the bodies, in each body, in the headers, in each header.
pub(super) fn line_ends_lf(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    per_scope(base, probe, to_crlf)
}

/// `line-ends-crlf`: every CRLF becomes LF, in the same places; then one or two of the line ends alone, for content that
/// had a few bare LF among its CRLF.
pub(super) fn line_ends_crlf(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    per_scope(base, probe, |octets| each_crlf(octets, b"\n"))?;
    if !probe.is_thorough() {
        return ON;
    }
    let all: Vec<Edit> = single_crlf(base).map(|place| Edit::remove(place..place.saturating_add(1))).collect();
    few_of(&all, 2, probe)
}

/// Octets of a content into which a CR is put anywhere. 8 KiB: on average half of it is hashed for each, 32 MiB together.
const SHORT: usize = 8 << 10;

/// `bare-cr`: the CRs before CR LF are removed; bare CR becomes CRLF, nothing, or LF, everywhere, in the bodies, in each
/// body; every CRLF or LF becomes CR in the same places; one or two CRLF become CR; a CR is put anywhere
/// into a short content.
pub(super) fn bare_cr(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    per_scope(base, probe, without_doubled)?;
    for with in [b"\r\n".as_slice(), b"", b"\n"] {
        per_scope(base, probe, |octets| each_bare_cr(octets, with))?;
    }
    per_scope(base, probe, |octets| each_crlf(octets, b"\r"))?;
    per_scope(base, probe, |octets| each_bare_lf(octets, b"\r"))?;
    if !probe.is_thorough() {
        return ON;
    }
    let feed = |place: usize| place.saturating_add(1)..place.saturating_add(2);
    let all: Vec<Edit> = single_crlf(base).map(|place| Edit::remove(feed(place))).collect();
    few_of(&all, 2, probe)?;
    let anywhere = if base.octets().len() <= SHORT { 0..base.octets().len() } else { 0..0 };
    anywhere.into_iter().try_for_each(|place| probe.attempt(vec![Edit::insert(place, b"\r".as_slice())]))
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

/// Writes each scope of the base anew.
fn per_scope(base: &Base<'_>, probe: &mut Probe<'_>, write: impl Fn(&[u8]) -> Vec<u8>) -> Flow {
    base.scopes().into_iter().try_for_each(|scope| {
        let rewritten = |range: Range<usize>| Edit::replace(range.clone(), write(base.slice(range)));
        probe.attempt(scope.into_iter().map(rewritten).collect())
    })
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

/// The octets with what stands at some places written anew.
fn rewritten(octets: &[u8], places: impl Iterator<Item = Range<usize>>, with: &[u8]) -> Vec<u8> {
    let mut rewritten = Vec::with_capacity(octets.len());
    let mut copied = 0;
    for place in places {
        rewritten.extend_from_slice(octets.get(copied..place.start).unwrap_or_default());
        rewritten.extend_from_slice(with);
        copied = place.end;
    }
    rewritten.extend_from_slice(octets.get(copied..).unwrap_or_default());
    rewritten
}

fn one(place: usize) -> Range<usize> {
    place..place.saturating_add(1)
}

fn is_after_cr(octets: &[u8], place: usize) -> bool {
    place.checked_sub(1).and_then(|before| octets.get(before)) == Some(&b'\r')
}

fn each_bare_lf(octets: &[u8], with: &[u8]) -> Vec<u8> {
    rewritten(octets, memchr_iter(b'\n', octets).filter(|feed| !is_after_cr(octets, *feed)).map(one), with)
}

/// CR CR LF is another matter.
fn each_crlf(octets: &[u8], with: &[u8]) -> Vec<u8> {
    let pairs = memmem::find_iter(octets, b"\r\n").filter(|place| !is_after_cr(octets, *place));
    rewritten(octets, pairs.map(|place| place..place.saturating_add(2)), with)
}

fn each_bare_cr(octets: &[u8], with: &[u8]) -> Vec<u8> {
    let bare = |place: &usize| octets.get(place.saturating_add(1)) != Some(&b'\n');
    rewritten(octets, memchr_iter(b'\r', octets).filter(bare).map(one), with)
}

/// One CR is left of those before each LF.
fn without_doubled(octets: &[u8]) -> Vec<u8> {
    let doubled = memmem::find_iter(octets, b"\r\r\n").map(|place| {
        let before = octets.get(..place).unwrap_or_default();
        let more = before.iter().rev().take_while(|octet| **octet == b'\r').count();
        place.saturating_sub(more)..place.saturating_add(1)
    });
    rewritten(octets, doubled, b"")
}

/// Where CRLF starts in the lines that a system may have changed one by one.
fn single_crlf<'b>(base: &'b Base<'_>) -> impl Iterator<Item = usize> + 'b {
    let ends = base.own_lines().into_iter().filter(|line| line.end == LineEnd::Crlf).map(|line| line.content.end);
    ends.filter(|place| !is_after_cr(base.octets(), *place))
}
