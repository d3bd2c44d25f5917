//! Undoing what was done to single lines: blanks at their ends, escapes at their starts, breaks.

use std::ops::Range;

use super::super::base::Base;
use super::super::probe::{Edit, Flow, ON, Probe, few_of, selections};
use crate::mail::lines::{Line, LineEnd};

/// `trailing-blanks-stripped`: cannot be undone in general, since nobody knows where the blanks were. Tried: one blank on
/// the signature separator `--`, on every line of the bodies, on every line that is not empty, on every empty one, on
/// every line of a paragraph but its last (format=flowed), of all lengths or from 40, 41 … octets on, with and without the
/// separator, on header lines that end in a semicolon or a colon; then a blank, two, or a tab on each line alone; then a
/// blank on two and on three lines, two or a tab on two.
pub(super) fn trailing_blanks_stripped(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let (body, all) = (base.body_lines(), base.own_lines());
    let ending = |ends: &'static [u8]| {
        move |line: &&Line| base.slice(line.content.clone()).last().is_some_and(|last| ends.contains(last))
    };
    let blank = |line: &Line| Edit::insert(line.content.end, b" ".as_slice());
    let is_empty = |line: &&Line| line.content.is_empty();
    let headers: Vec<Range<usize>> = base.headers().iter().map(|header| header.range.clone()).collect();
    let in_header = |line: &&Line| headers.iter().any(|header| header.contains(&line.content.start));
    let separator: Vec<Edit> =
        body.iter().filter(|line| base.slice(line.content.clone()) == b"--").map(blank).collect();
    probe.attempt(separator.clone())?;
    probe.attempt(body.iter().map(blank).collect())?;
    probe.attempt(body.iter().filter(|line| !is_empty(line)).map(blank).collect())?;
    probe.attempt(body.iter().filter(is_empty).map(blank).collect())?;
    for least in [1].into_iter().chain(if probe.is_thorough() { 40..80 } else { 0..0 }) {
        let inside = body.iter().zip(body.iter().skip(1)).filter(|(line, next)| {
            line.content.len() >= least && !next.content.is_empty() && base.slice(line.content.clone()) != b"--"
        });
        let flowed: Vec<Edit> = inside.map(|(line, _)| blank(line)).collect();
        probe.attempt(flowed.clone())?;
        probe.attempt([flowed, separator.clone()].concat())?;
    }
    for ends in [b";".as_slice(), b":", b";:,"] {
        probe.attempt(all.iter().filter(in_header).filter(ending(ends)).map(blank).collect())?;
    }
    if !probe.is_thorough() {
        return ON;
    }
    let each =
        |with: &'static [u8]| all.iter().map(move |line| Edit::insert(line.content.end, with)).collect::<Vec<_>>();
    for with in [b" ".as_slice(), b"  ", b"\t"] {
        few_of(&each(with), 1, probe)?;
    }
    few_of(&each(b" "), 3, probe)?;
    few_of(&each(b"  "), 2, probe)?;
    few_of(&each(b"\t"), 2, probe)
}

/// `from-escaped`: one `>` is removed before every `From `, also where several stand there, or only where one does; the
/// blank before ` From `; `=46rom` becomes `From` in quoted-printable; the same for a selection of the lines.
pub(super) fn from_escaped(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let all = base.lines();
    let starting =
        |start: &'static [u8]| all.iter().filter(move |line| base.slice(line.content.clone()).starts_with(start));
    let quoted = |line: &&Line| {
        let rest = base.slice(line.content.clone());
        let kept = rest.iter().position(|octet| *octet != b'>').unwrap_or_default();
        kept > 0 && rest.get(kept..).is_some_and(|rest| rest.starts_with(b"From "))
    };
    let first = |line: &Line| Edit::remove(line.content.start..line.content.start.saturating_add(1));
    let escaped: Vec<Edit> = all.iter().filter(quoted).map(first).collect();
    probe.attempt(escaped.clone())?;
    probe.attempt(starting(b">From ").map(first).collect())?;
    probe.attempt(starting(b" From ").map(first).collect())?;
    let escape = |line: &Line| Edit::replace(line.content.start..line.content.start.saturating_add(3), b"F".as_slice());
    probe.attempt(starting(b"=46rom ").map(escape).collect())?;
    if !probe.is_thorough() {
        return ON;
    }
    selections(&escaped.into_iter().map(|edit| vec![edit]).collect::<Vec<_>>(), probe)
}

/// `dot-stuffed`: one dot is removed from every line that starts with two; from a selection of them.
pub(super) fn dot_stuffed(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let doubled: Vec<Edit> = starting(base, b"..").map(|place| Edit::remove(place..place.saturating_add(1))).collect();
    probe.attempt(doubled.clone())?;
    if !probe.is_thorough() {
        return ON;
    }
    selections(&doubled.into_iter().map(|edit| vec![edit]).collect::<Vec<_>>(), probe)
}

/// `dot-unstuffed`: a dot is put before every line that starts with one; nobody knows which other lines had one, so it is
/// put before every empty line, and before one, two and three of the lines.
pub(super) fn dot_unstuffed(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let dot = |place| Edit::insert(place, b".".as_slice());
    let dotted: Vec<Edit> = starting(base, b".").map(dot).collect();
    probe.attempt(dotted)?;
    let body = base.body_lines();
    probe.attempt(body.iter().filter(|line| line.content.is_empty()).map(|line| dot(line.content.start)).collect())?;
    if !probe.is_thorough() {
        return ON;
    }
    let all: Vec<Edit> = body.iter().map(|line| dot(line.content.start)).collect();
    few_of(&all, 3, probe)
}

/// `bom-added`: U+FEFF is removed from the start of the content, of all bodies, of each, also where it is encoded.
pub(super) fn bom_added(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let marked = |place: usize| {
        let rest = base.octets().get(place..).unwrap_or_default();
        let mark = [b"\xef\xbb\xbf".as_slice(), b"=EF=BB=BF", b"=ef=bb=bf", b"77u/"]
            .into_iter()
            .find(|mark| rest.starts_with(mark))?;
        Some(Edit::remove(place..place.saturating_add(mark.len())))
    };
    probe.attempt(marked(0).into_iter().collect())?;
    let bodies: Vec<Edit> = base.leaves().iter().filter_map(|leaf| marked(leaf.body.start)).collect();
    probe.attempt(bodies.clone())?;
    bodies.into_iter().try_for_each(|edit| probe.attempt(vec![edit]))
}

/// Lengths at which programs break lines, beside those seen in the message.
const BROKEN_AT: [usize; 8] = [998, 990, 1000, 999, 996, 78, 76, 80];

/// `lines-broken`: lines of one length (998, 990, … and every length that occurs, the longest first) are joined with the
/// next one, over a line end alone, with a blank, a `!` before it or a blank after it; lines that are full at some width,
/// so that the next word would not have fitted, are joined with a blank; then one, two or three single joints.
pub(super) fn lines_broken(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let all = base.own_lines();
    let joints: Vec<(usize, Joint)> =
        all.iter().zip(all.iter().skip(1)).filter_map(|(line, next)| Joint::between(base, line, next)).collect();
    let mut lengths: Vec<usize> = joints.iter().map(|(length, _)| *length).filter(|length| *length >= 40).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let lengths: Vec<usize> = lengths.into_iter().rev().take(40).collect();
    for length in BROKEN_AT.iter().chain(&lengths) {
        for way in Way::ALL {
            let full = joints.iter().filter(|(found, _)| found == length);
            probe.attempt(full.filter_map(|(_, joint)| joint.undone(way)).collect())?;
        }
    }
    // The blank that is put in makes the next piece longer, so lengths do not tell here.
    for way in [Way::Marked, Way::Indented] {
        probe.attempt(joints.iter().filter_map(|(_, joint)| joint.undone(way)).collect())?;
        for length in BROKEN_AT.iter().chain(&lengths) {
            let full = joints.iter().filter(|(found, _)| found == length || *found == length.saturating_add(1));
            probe.attempt(full.filter_map(|(_, joint)| joint.undone(way)).collect())?;
        }
    }
    for width in (60..=100).chain([998, 990]).rev() {
        for way in Way::ALL {
            let full = joints.iter().filter(|(length, joint)| {
                *length <= width && length.saturating_add(joint.next_word).saturating_add(1) > width && *length > 0
            });
            probe.attempt(full.filter_map(|(_, joint)| joint.undone(way)).collect())?;
        }
    }
    if !probe.is_thorough() {
        return ON;
    }
    for way in Way::ALL {
        let each: Vec<Edit> = joints.iter().filter_map(|(_, joint)| joint.undone(way)).collect();
        few_of(&each, if way == Way::Cut { 3 } else { 1 }, probe)?;
    }
    ON
}

/// How a line was broken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// A line end was put in.
    Cut,
    /// A line end took a blank's place.
    Blank,
    /// A line end and a blank were put in.
    Indented,
    /// `!`, a line end and a blank were put in.
    Marked,
}

impl Way {
    const ALL: [Self; 4] = [Self::Cut, Self::Blank, Self::Indented, Self::Marked];
}

/// The place between two lines of a body.
struct Joint {
    line_end: Range<usize>,
    /// Octets of the next line up to its first blank.
    next_word: usize,
    indented: bool,
    marked: bool,
}

impl Joint {
    fn between(base: &Base<'_>, line: &Line, next: &Line) -> Option<(usize, Self)> {
        if line.end == LineEnd::Missing || line.content.is_empty() || next.content.is_empty() {
            return None;
        }
        let (before, after) = (base.slice(line.content.clone()), base.slice(next.content.clone()));
        let joint = Self {
            line_end: line.content.end..line.next(),
            next_word: after.iter().position(|octet| *octet == b' ').unwrap_or(after.len()),
            indented: after.first() == Some(&b' '),
            marked: before.last() == Some(&b'!'),
        };
        Some((line.content.len(), joint))
    }

    fn undone(&self, way: Way) -> Option<Edit> {
        let Range { start, end } = self.line_end;
        match way {
            Way::Cut => Some(Edit::remove(start..end)),
            Way::Blank => Some(Edit::replace(start..end, b" ".as_slice())),
            Way::Indented => self.indented.then(|| Edit::remove(start..end.saturating_add(1))),
            Way::Marked => {
                (self.indented && self.marked).then(|| Edit::remove(start.saturating_sub(1)..end.saturating_add(1)))
            }
        }
    }
}

/// The lines that start so.
fn starting<'b>(base: &'b Base<'_>, start: &'static [u8]) -> impl Iterator<Item = usize> + 'b {
    let lines = base.lines().into_iter();
    lines.filter(move |line| base.slice(line.content.clone()).starts_with(start)).map(|line| line.content.start)
}
