//! Undoing a quarrel about what belongs to the content, and what was put before, after and around texts.

use super::super::base::Base;
use super::super::probe::{Edit, Flow, ON, Probe};
use super::encoders::QuotedPrintable;
use super::text::changed_text;
use crate::finding::Ledger;
use crate::limits::Limits;
use crate::mail::lines::lines;
use crate::mime::{Entity, Multipart, TransferEncoding, multipart};

/// `boundary-included`: the delimiter line before the content, the one after it, or both are counted as content, with and
/// without their line ends.
pub(super) fn boundary_included(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let Some(around) = base.surroundings() else { return ON };
    let end = base.octets().len();
    let before = |octets: &[u8]| Edit::insert(0, octets.to_vec());
    let after = |octets: &[u8]| Edit::insert(end, octets.to_vec());
    let (open, close) = (around.delimiter.as_slice(), around.next_delimiter.as_slice());
    let unended = close.trim_ascii_end();
    probe.attempt(vec![before(open)])?;
    for tail in [close, unended] {
        probe.attempt(vec![after(tail)])?;
        probe.attempt(vec![before(open), after(tail)])?;
    }
    probe.attempt(vec![before(open), after(base.line_end())])?;
    probe.attempt(vec![before(&[base.line_end(), open].concat())])
}

/// The texts that programs put before the first part.
const PREAMBLES: [&[u8]; 5] = [
    b"This is a multi-part message in MIME format.",
    b"This is a cryptographically signed message in MIME format.",
    b"This is an S/MIME signed message",
    b"This is a MIME-encapsulated message",
    b"This message is in MIME format. Since your mail reader does not understand\r\nthis format, some or all of this message may not be legible.",
];

/// `preamble-included`: everything from the start of the multipart's body, the preamble with or without the delimiter, is
/// counted as content; the preamble of a multipart inside is taken away, or becomes an empty line, or one of the usual
/// sentences.
pub(super) fn preamble_included(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    if let Some(around) = base.surroundings() {
        for before in [[around.preamble.as_slice(), &around.delimiter].concat(), around.preamble.clone()] {
            probe.attempt(vec![Edit::insert(0, before)])?;
        }
    }
    for (entity, parts) in taken_apart(base) {
        let Some(first) = parts.parts.first() else { continue };
        let text = base.slice(entity.body.start..first.start);
        let delimiter = text.len().saturating_sub(last_line(text));
        let preamble = entity.body.start..entity.body.start.saturating_add(delimiter);
        probe.attempt(vec![Edit::remove(preamble.clone())])?;
        let line_end = base.line_end();
        probe.attempt(vec![Edit::replace(preamble.clone(), line_end)])?;
        for sentence in PREAMBLES {
            for ends in [1, 2] {
                let preamble_text = [sentence, &line_end.repeat(ends)].concat();
                probe.attempt(vec![Edit::replace(preamble.clone(), preamble_text)])?;
            }
        }
    }
    ON
}

/// `epilogue-included`: everything to the end of the multipart, or the epilogue alone, is counted as content; the epilogue
/// of a multipart inside is taken away, with or without the line end of its closing delimiter, of the innermost first.
pub(super) fn epilogue_included(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let end = base.octets().len();
    if let Some(around) = base.surroundings() {
        for after in [around.rest.clone(), around.epilogue.clone(), [base.line_end(), &around.epilogue].concat()] {
            probe.attempt(vec![Edit::insert(end, after)])?;
        }
    }
    let inner = taken_apart(base);
    for (_, parts) in inner.iter().rev().filter(|(_, parts)| parts.closed) {
        let start = parts.epilogue.start;
        let closing = base.octets().get(..start).unwrap_or_default();
        let line = closing.strip_suffix(b"\n").map_or(closing, |line| line.strip_suffix(b"\r").unwrap_or(line));
        probe.attempt(vec![Edit::remove(start..parts.epilogue.end)])?;
        probe.attempt(vec![Edit::remove(line.len()..parts.epilogue.end)])?;
    }
    ON
}

/// Lines of one text at which a footer may start, or a banner end.
const MOST_CUTS: usize = 4000;

/// `footer-added`: from the last line to the first, the end of the content and of each text is cut off, with and without
/// the line end before it; the start of each text is cut off; the last part, or the first, of a multipart inside is taken
/// out; lines in the midst of a text are taken out (a footer before `</body>`); two texts are cut at once (plain and HTML);
/// a base64 text is cut after decoding.
pub(super) fn footer_added(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let texts = base.texts();
    for text in &texts {
        cuts(base, text).into_iter().rev().try_for_each(|edit| probe.attempt(vec![edit]))?;
        starts(base, text).try_for_each(|edit| probe.attempt(vec![edit]))?;
    }
    for edit in parts_taken_out(base) {
        probe.attempt(vec![edit])?;
    }
    let whole = 0..base.octets().len();
    if !probe.is_thorough() {
        return ON;
    }
    for text in texts.iter().filter(|text| text.transfer_encoding == TransferEncoding::Base64) {
        let decoded = text.decoded_body().octets;
        for cut in places(&decoded, 0..decoded.len()).into_iter().rev() {
            probe.attempt(
                changed_text(base, text, QuotedPrintable::USUAL, |octets| octets.get(..cut).map(<[u8]>::to_vec))
                    .into_iter()
                    .collect(),
            )?;
        }
    }
    if texts.is_empty() {
        let cut = |place: usize| Edit::remove(place..whole.end);
        places(base.octets(), whole.clone()).into_iter().rev().try_for_each(|place| probe.attempt(vec![cut(place)]))?;
    }
    for text in &texts {
        midst(base, text).try_for_each(|edit| probe.attempt(vec![edit]))?;
    }
    for (place, one) in texts.iter().enumerate() {
        for two in texts.iter().skip(place.saturating_add(1)) {
            let (first, second) = (cuts(base, one), likely(base, two));
            for cut in first.iter().rev().take(40) {
                second.iter().try_for_each(|other| probe.attempt(vec![cut.clone(), other.clone()]))?;
            }
        }
    }
    ON
}

/// Everything that the end of a text may have been, longest footer last.
fn cuts(base: &Base<'_>, text: &Entity) -> Vec<Edit> {
    places(base.octets(), text.body.clone()).into_iter().map(|place| Edit::remove(place..text.body.end)).collect()
}

/// Where lines start and end, from the first to the last.
fn places(octets: &[u8], range: std::ops::Range<usize>) -> Vec<usize> {
    let mut places: Vec<usize> =
        lines(octets, range.clone()).flat_map(|line| [line.content.start, line.content.end]).collect();
    places.dedup();
    places.retain(|place| *place < range.end);
    let surplus = places.len().saturating_sub(MOST_CUTS);
    places.split_off(surplus)
}

/// A banner at the start of a text, shortest first.
fn starts<'b>(base: &'b Base<'_>, text: &Entity) -> impl Iterator<Item = Edit> + 'b {
    let start = text.body.start;
    lines(base.octets(), text.body.clone()).take(100).map(move |line| Edit::remove(start..line.next()))
}

/// Lines that were put into a text, and anything up to the end of its HTML, shortest first.
fn midst<'b>(base: &'b Base<'_>, text: &Entity) -> impl Iterator<Item = Edit> + 'b {
    let all: Vec<_> = lines(base.octets(), text.body.clone()).take(MOST_CUTS).collect();
    let close = close_of_body(base, text);
    let to_close = all.clone().into_iter().rev().filter_map(move |line| {
        let close = close?;
        (line.content.start < close).then(|| Edit::remove(line.content.start..close))
    });
    let count = all.len();
    let inside = (1..count).flat_map(move |length| {
        let windows: Vec<Edit> = all
            .windows(length)
            .filter_map(|lines| Some(Edit::remove(lines.first()?.content.start..lines.last()?.next())))
            .collect();
        windows
    });
    to_close.chain(inside)
}

/// The likeliest cuts of a second text: before the end of its HTML, and at its end.
fn likely(base: &Base<'_>, text: &Entity) -> Vec<Edit> {
    let close = close_of_body(base, text);
    let before_close = close.into_iter().flat_map(|close| {
        let cut = move |place: &usize| *place < close;
        let places =
            places(base.octets(), text.body.clone()).into_iter().rev().filter(cut).take(20).collect::<Vec<_>>();
        places.into_iter().map(move |place| Edit::remove(place..close))
    });
    before_close.chain(cuts(base, text).into_iter().rev().take(20)).collect()
}

/// Where `</body>`, or `</html>`, is.
fn close_of_body(base: &Base<'_>, text: &Entity) -> Option<usize> {
    let body = base.slice(text.body.clone()).to_ascii_lowercase();
    let place =
        [b"</body>".as_slice(), b"</html>"].into_iter().find_map(|close| memchr::memmem::rfind(&body, close))?;
    Some(text.body.start.saturating_add(place))
}

/// One part less in a multipart inside: the last, or the first.
fn parts_taken_out(base: &Base<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (_, multipart) in taken_apart(base) {
        let parts = &multipart.parts;
        if let ([.., before, last], true) = (parts.as_slice(), multipart.closed) {
            edits.push(Edit::remove(before.end..last.end));
        }
        if let [first, second, ..] = parts.as_slice() {
            edits.push(Edit::remove(first.start..second.start));
        }
    }
    edits
}

/// The multiparts inside, taken apart.
fn taken_apart<'b>(base: &'b Base<'_>) -> Vec<(&'b Entity, Multipart)> {
    let split =
        |entity: &'b Entity| Some((entity, multipart::split(entity, &Limits::DEFAULT, &mut Ledger::new()).ok()?));
    base.multiparts().filter_map(split).collect()
}

/// The octets of the last line, its line end included.
fn last_line(text: &[u8]) -> usize {
    lines(text, 0..text.len()).last().map_or(0, |line| line.whole().len())
}
