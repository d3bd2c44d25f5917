//! Undoing what was done to the lines of encoded bodies.

use super::super::base::Base;
use super::super::probe::{Edit, Flow, ON, Probe, few_of};
use super::encoders::{line_end_of, wrapped};
use crate::mail::lines::lines;
use crate::mime::{Entity, TransferEncoding};

/// `soft-breaks`: all soft breaks are taken out, and the lines broken anew at every width from 30 to 78 (and not at all),
/// anywhere or after a blank; one of them is taken out; in all quoted-printable bodies and in each.
pub(super) fn soft_breaks(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let bodies = encoded(base, &TransferEncoding::QuotedPrintable);
    if bodies.is_empty() {
        return ON;
    }
    let widths = [usize::MAX, 76, 73, 72, 75]
        .into_iter()
        .chain((30..=78).rev().filter(|width| ![76, 73, 72, 75].contains(width)));
    for width in widths {
        for style in Soft::ALL {
            for group in base.leaf_groups(bodies.clone()) {
                let edit = |leaf: &&Entity| {
                    Edit::replace(leaf.body.clone(), rebroken(base.slice(leaf.body.clone()), width, style))
                };
                probe.attempt(group.iter().map(edit).collect())?;
            }
        }
    }
    if !probe.is_thorough() {
        return ON;
    }
    let breaks: Vec<Edit> = bodies.iter().flat_map(|leaf| soft_line_ends(base, leaf)).collect();
    few_of(&breaks, 2, probe)
}

/// `base64-rewrapped`: lines of 76, 64, 72, 60, 73, 74, 80, 998 characters, one line, then every other length from 4 to
/// 128, each with and without a last line end, with an empty line after it, and with bare LF; in all base64 bodies and in
/// each.
pub(super) fn base64_rewrapped(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    const USUAL: [usize; 9] = [76, 64, 72, usize::MAX, 60, 73, 74, 80, 998];
    let bodies = encoded(base, &TransferEncoding::Base64);
    if bodies.is_empty() {
        return ON;
    }
    for width in USUAL.into_iter().chain((4..=128).rev().filter(|width| !USUAL.contains(width))) {
        for end in LastLine::ALL {
            for group in base.leaf_groups(bodies.clone()) {
                let edit = |leaf: &&Entity| {
                    let text = base.slice(leaf.body.clone());
                    Edit::replace(leaf.body.clone(), end.wrapped(&letters(text), width, line_end_of(text)))
                };
                probe.attempt(group.iter().map(edit).collect())?;
            }
        }
    }
    ON
}

/// The leaves that are encoded so.
pub(super) fn encoded<'b>(base: &'b Base<'_>, encoding: &TransferEncoding) -> Vec<&'b Entity> {
    base.leaves().into_iter().filter(|leaf| leaf.transfer_encoding == *encoding).collect()
}

/// Base64 without its line ends and blanks.
pub(super) fn letters(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect()
}

/// How the last line of base64 ends.
#[derive(Clone, Copy)]
pub(super) enum LastLine {
    Ended,
    Open,
    /// An empty line follows.
    Doubled,
}

impl LastLine {
    pub(super) const ALL: [Self; 3] = [Self::Ended, Self::Open, Self::Doubled];

    pub(super) fn wrapped(self, text: &[u8], width: usize, line_end: &[u8]) -> Vec<u8> {
        let mut lines = wrapped(text, width.min(text.len().max(1)), line_end, !matches!(self, Self::Open));
        if matches!(self, Self::Doubled) {
            lines.extend_from_slice(line_end);
        }
        lines
    }
}

/// Where soft breaks are made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Soft {
    /// As late as possible; the last piece of a line may fill the width.
    Anywhere,
    /// As late as possible; no piece may.
    Narrow,
    /// After a blank where there is one.
    Blank,
}

impl Soft {
    const ALL: [Self; 3] = [Self::Anywhere, Self::Narrow, Self::Blank];
}

/// Quoted-printable text with its soft breaks at other places; escapes stay as they are.
fn rebroken(text: &[u8], width: usize, style: Soft) -> Vec<u8> {
    let line_end = line_end_of(text);
    let mut rebroken = Vec::with_capacity(text.len());
    let mut joined: Vec<u8> = Vec::new();
    for line in lines(text, 0..text.len()) {
        let content = text.get(line.content.clone()).unwrap_or_default();
        if let Some(soft) = content.trim_ascii_end().strip_suffix(b"=") {
            joined.extend_from_slice(soft);
            continue;
        }
        joined.extend_from_slice(content);
        break_line(&joined, width, style, line_end, &mut rebroken);
        rebroken.extend_from_slice(text.get(line.content.end..line.next()).unwrap_or_default());
        joined.clear();
    }
    break_line(&joined, width, style, line_end, &mut rebroken);
    rebroken
}

fn break_line(line: &[u8], width: usize, style: Soft, line_end: &[u8], rebroken: &mut Vec<u8>) {
    let mut rest = line;
    let most = width.saturating_sub(1);
    while rest.len() > if style == Soft::Narrow { most } else { width } {
        let mut place = most;
        // An escape stays in one piece.
        for back in [1, 2] {
            if place.checked_sub(back).and_then(|at| rest.get(at)) == Some(&b'=') {
                place = place.saturating_sub(back);
                break;
            }
        }
        if style == Soft::Blank {
            let blank = rest.get(..place).unwrap_or_default().iter().rposition(|octet| *octet == b' ');
            place = blank.map_or(place, |blank| blank.saturating_add(1));
        }
        let Some((piece, after)) = rest.split_at_checked(place.max(1)) else { break };
        rebroken.extend_from_slice(piece);
        rebroken.push(b'=');
        rebroken.extend_from_slice(line_end);
        rest = after;
    }
    rebroken.extend_from_slice(rest);
}

fn soft_line_ends(base: &Base<'_>, leaf: &Entity) -> Vec<Edit> {
    let soft = lines(base.octets(), leaf.body.clone()).filter(|line| base.slice(line.content.clone()).ends_with(b"="));
    soft.map(|line| Edit::remove(line.content.end.saturating_sub(1)..line.next())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_breaks_move_and_escapes_stay_whole() {
        let text = b"abc=C3=\r\n=A9def ghi\r\nshort\r\n";
        assert_eq!(rebroken(text, usize::MAX, Soft::Anywhere), b"abc=C3=A9def ghi\r\nshort\r\n");
        assert_eq!(rebroken(text, 6, Soft::Anywhere), b"abc=\r\n=C3=\r\n=A9de=\r\nf ghi\r\nshort\r\n");
        assert_eq!(rebroken(text, 12, Soft::Blank), b"abc=C3=A9de=\r\nf ghi\r\nshort\r\n");
    }
}
