//! The wrapped message beside the original, line by line, with the octets marked in which they differ.

use std::ops::Range;

use egui::{Rect, TextStyle, Ui};

use crate::agent::Report;
use crate::mime::canonical;
use crate::span::{Buffer, BufferName, Span};
use crate::ui::icons::Status;
use crate::ui::text;
use crate::ui::text::sending as words;
use crate::ui::tokens::{ROW, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::paint;

/// The wrapped message against the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Same,
    CrlfForm,
    Differs,
}

impl Verdict {
    pub(super) const fn words(self) -> (Status, &'static str) {
        match self {
            Self::Same => (Status::Passed, words::SAME),
            Self::CrlfForm => (Status::Info, words::CRLF_FORM),
            Self::Differs => (Status::Warning, words::DIFFERS),
        }
    }
}

/// One line of both; the ranges lie in the buffers and include the line end.
#[derive(Clone, Debug)]
struct Pair {
    original: Option<Range<usize>>,
    wrapped: Option<Range<usize>>,
    equal: bool,
}

/// Both messages, compared once.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    pub(super) verdict: Verdict,
    /// The original inside the wrapper.
    pub(super) inside: Span,
    lines: Vec<Pair>,
    differing: usize,
}

impl Comparison {
    /// `None` where the run came not as far as wrapping.
    pub(super) fn of(report: &Report) -> Option<Self> {
        let (original, wrapped) = buffers(report)?;
        let octets = wrapped.octets();
        let start = octets.windows(4).position(|window| window == b"\r\n\r\n").map_or(octets.len(), |at| at + 4);
        let inside = octets.get(start..).unwrap_or_default();
        let verdict = if inside == original.octets() {
            Verdict::Same
        } else if canonical::local_to_crlf(original.octets()).is_some_and(|crlf| crlf == inside) {
            Verdict::CrlfForm
        } else {
            Verdict::Differs
        };
        let lines = pairs(original.octets(), octets, start);
        let differing = lines.iter().filter(|pair| !pair.equal).count();
        Some(Self { verdict, inside: wrapped.span(start..octets.len()), lines, differing })
    }

    /// Both columns.
    pub(super) fn ui(&self, ui: &mut Ui, report: &Report) {
        const MOST_ROWS: f32 = 12.0;
        let Some((original, wrapped)) = buffers(report) else { return };
        let look = tokens(ui);
        ui.label(words::lines_differ(self.differing, self.lines.len()));
        let (head, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 18.0), egui::Sense::hover());
        let [left, right] = halves(head);
        paint::line(ui, left, words::ORIGINAL, TextStyle::Small, look.dim);
        paint::line(ui, right, words::WRAPPED, TextStyle::Small, look.dim);
        let info = |row: usize| RowInfo { name: self.name_of(row, original, wrapped), ..RowInfo::default() };
        let rows = Rows::new("compared", words::TABLE, Kind::Table, self.lines.len()).row_height(20.0);
        rows.max_height(MOST_ROWS * 20.0).show(ui, info, |ui, row, rect| {
            let Some(pair) = self.lines.get(row) else { return };
            let sides = [line_of(original, pair.original.as_ref()), line_of(wrapped, pair.wrapped.as_ref())];
            let differing = if pair.equal { None } else { Some(differing(sides)) };
            for (side, (half, octets)) in halves(rect).into_iter().zip(sides).enumerate() {
                let marked = differing.as_ref().and_then(|ranges| ranges.get(side)).cloned();
                line_ui(ui, half, octets, marked);
            }
        });
    }

    fn name_of(&self, row: usize, original: &Buffer, wrapped: &Buffer) -> String {
        let Some(pair) = self.lines.get(row) else { return String::new() };
        let said = |buffer, range: &Option<Range<usize>>| match line_of(buffer, range.as_ref()) {
            None => words::NO_LINE.to_owned(),
            Some(octets) => format!("{} {}", shown(octets), line_end(octets)),
        };
        let (was, is) = (said(original, &pair.original), said(wrapped, &pair.wrapped));
        if pair.equal { words::equal_line(row + 1, &was) } else { words::differing_line(row + 1, &was, &is) }
    }
}

fn buffers(report: &Report) -> Option<(&Buffer, &Buffer)> {
    report.buffer(BufferName::Received).zip(report.buffer(BufferName::Wrapped))
}

fn pairs(original: &[u8], wrapped: &[u8], start: usize) -> Vec<Pair> {
    let mut others = lines(wrapped, start);
    let mut pairs: Vec<Pair> = lines(original, 0)
        .map(|own| {
            let other = others.next();
            let equal = other.as_ref().is_some_and(|other| wrapped.get(other.clone()) == original.get(own.clone()));
            Pair { original: Some(own), wrapped: other, equal }
        })
        .collect();
    pairs.extend(others.map(|other| Pair { original: None, wrapped: Some(other), equal: false }));
    pairs
}

/// The lines from `start` on, each with its end.
fn lines(octets: &[u8], start: usize) -> impl Iterator<Item = Range<usize>> {
    let mut at = start;
    std::iter::from_fn(move || {
        let rest = octets.get(at..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|octet| *octet == b'\n').map_or(rest.len(), |end| end + 1);
        let line = at..at + length;
        at = line.end;
        Some(line)
    })
}

fn line_of<'b>(buffer: &'b Buffer, range: Option<&Range<usize>>) -> Option<&'b [u8]> {
    range.map(|range| buffer.slice(range.clone()))
}

/// Between what both begin with and what both end with.
fn differing(sides: [Option<&[u8]>; 2]) -> [Range<usize>; 2] {
    let [one, other] = sides.map(Option::unwrap_or_default);
    let shorter = one.len().min(other.len());
    let begin = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    let end = end.min(shorter.saturating_sub(begin));
    [begin..one.len().saturating_sub(end), begin..other.len().saturating_sub(end)]
}

fn text_of(octets: &[u8]) -> &[u8] {
    let line = octets.strip_suffix(b"\n").unwrap_or(octets);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn shown(octets: &[u8]) -> String {
    text::plain(&String::from_utf8_lossy(text_of(octets)))
}

fn line_end(octets: &[u8]) -> &'static str {
    if octets.ends_with(b"\r\n") {
        words::CRLF
    } else if octets.ends_with(b"\n") {
        words::LF
    } else {
        words::NO_LINE_END
    }
}

fn halves(rect: Rect) -> [Rect; 2] {
    let (left, right) = rect.shrink2(egui::vec2(SPACE_XS, 0.0)).split_left_right_at_fraction(0.5);
    [left, Rect::from_min_max(right.min + egui::vec2(SPACE_S, 0.0), right.max)]
}

fn line_ui(ui: &Ui, rect: Rect, octets: Option<&[u8]>, marked: Option<Range<usize>>) {
    let look = tokens(ui);
    let Some(octets) = octets else {
        paint::line(ui, rect, words::NO_LINE, TextStyle::Small, look.dim);
        return;
    };
    let end_room = paint::between(rect, rect.right() - ROW - SPACE_S, rect.right());
    let length = text_of(octets).len();
    if marked.as_ref().is_some_and(|range| range.end > length) {
        ui.painter().rect_filled(end_room, 3.0, look.octet_mark);
    }
    paint::line_right(ui, end_room, line_end(octets), TextStyle::Small, look.dim);
    let room = paint::between(rect, rect.left(), end_room.left() - SPACE_XS);
    let range = marked.map_or(length..length, |range| range.start.min(length)..range.end.min(length));
    let part = |range: Range<usize>| shown(octets.get(range).unwrap_or_default());
    let (before, inside) = (part(0..range.start), part(range.clone()));
    let style = TextStyle::Monospace;
    let left = room.left() + paint::width(ui, &before, style.clone());
    let right = left + paint::width(ui, &inside, style.clone());
    if !range.is_empty() && left < room.right() {
        ui.painter().rect_filled(paint::between(room, left, right.min(room.right())), 3.0, look.octet_mark);
    }
    paint::line(ui, room, &shown(octets), style, look.text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_lies_between_a_common_begin_and_a_common_end() {
        assert_eq!(differing([Some(b"take 1 tablet\r\n"), Some(b"take 9 tablet\r\n")]), [5..6, 5..6]);
        assert_eq!(differing([Some(b"x\n"), Some(b"x\r\n")]), [1..1, 1..2]);
        assert_eq!(differing([None, Some(b"x")]), [0..0, 0..1]);
    }

    #[test]
    fn lines_are_paired_in_order_and_one_that_is_missing_differs() {
        let pairs = pairs(b"a\r\nb\r\n", b"Content-Type: message/rfc822\r\n\r\na\r\nb\r\nc", 32);
        assert_eq!(pairs.iter().map(|pair| pair.equal).collect::<Vec<_>>(), [true, true, false]);
    }
}
