//! The parse: one pass, no recursion, linear in the octets (X.690 §8).

use std::fmt;
use std::ops::Range;

use super::Element;
use crate::limits::Limits;

/// The class of a tag (X.690 §8.1.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Types of X.680 itself.
    Universal,
    /// Types of an application.
    Application,
    /// `[n]` in the module at hand.
    ContextSpecific,
    /// Types of an enterprise.
    Private,
}

/// What is wrong with an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformation {
    /// The input ends within a tag or a length.
    HeaderCutOff,
    /// The value reaches past what contains it, or past the end.
    LengthBeyondContainer,
    /// A length of more octets than can be counted, or the reserved form.
    LengthUnreadable,
    /// An indefinite length on a primitive value (X.690 §8.1.3.2).
    IndefinitePrimitive,
    /// An indefinite length without its end-of-contents octets.
    EndOfContentsMissing,
    /// A tag number beyond 28 bits.
    TagTooLarge,
    /// Nested deeper than the limit, where the depth cannot be skipped.
    TooDeep,
    /// More values than the limit.
    TooManyNodes,
}

impl fmt::Display for Malformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HeaderCutOff => "the input ends within a tag or a length",
            Self::LengthBeyondContainer => "a value is longer than what contains it",
            Self::LengthUnreadable => "a length cannot be read",
            Self::IndefinitePrimitive => "a primitive value has an indefinite length",
            Self::EndOfContentsMissing => "the end-of-contents octets are missing",
            Self::TagTooLarge => "a tag number is too large",
            Self::TooDeep => "values are nested too deep",
            Self::TooManyNodes => "there are too many values",
        })
    }
}

/// Where and why a parse ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not BER at octet {offset}: {malformation}")]
pub struct Asn1Error {
    /// The first octet of the value that could not be read.
    pub offset: usize,
    /// What is wrong with it.
    pub malformation: Malformation,
}

/// An offset or a number, below 4 GiB: a hostile encoding has a value in every two octets, and what is known of each is
/// kept small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u32);

impl Place {
    /// One that is too large becomes the largest.
    pub(crate) fn of(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }

    pub(crate) fn get(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// One value: its tag and its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// The tag's class.
    pub class: Class,
    /// The tag's number.
    pub tag: u32,
    /// Whether the content is itself values.
    pub constructed: bool,
    /// Whether the length was indefinite.
    pub indefinite: bool,
    /// Whether tag and length are in the shortest form, as DER demands.
    pub minimal: bool,
    depth: Place,
    start: Place,
    content_start: Place,
    content_end: Place,
    end: Place,
    next: Place,
}

impl Node {
    /// The octets of the whole value, with header and end-of-contents.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start.get()..self.end.get()
    }

    /// The octets of the content.
    #[must_use]
    pub fn content_range(&self) -> Range<usize> {
        self.content_start.get()..self.content_end.get()
    }

    /// Number of values around this one.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth.get()
    }

    /// The index after the last node inside this one.
    pub(super) fn next(&self) -> usize {
        self.next.get()
    }
}

/// The values of one encoding, in the order of their octets.
#[derive(Clone, Debug)]
pub struct Tree<'o> {
    pub(super) octets: &'o [u8],
    /// The values, each before what is inside it.
    pub nodes: Vec<Node>,
    /// Why the parse ended early, if it did; then the last values may be cut off.
    pub error: Option<Asn1Error>,
}

impl<'o> Tree<'o> {
    /// Parses the first value of `octets` and all that is inside it; what lies beyond 4 GiB is cut off.
    #[must_use]
    pub fn parse(octets: &'o [u8], limits: &Limits) -> Self {
        let octets = octets.get(..Place(u32::MAX).get()).unwrap_or(octets);
        let mut parser = Parser { octets, limits, nodes: Vec::new(), open: Vec::new(), position: 0, cut_off: None };
        let error = parser.run().err().or(parser.cut_off);
        let nodes = parser.nodes;
        Self { octets, nodes, error }
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Option<Element<'_, 'o>> {
        Element::new(self, 0)
    }

    /// What follows the outermost value.
    #[must_use]
    pub fn trailing(&self) -> Range<usize> {
        let end = self.nodes.first().map_or(0, |root| root.end.get());
        end..self.octets.len()
    }
}

struct Header {
    class: Class,
    tag: u32,
    constructed: bool,
    minimal: bool,
    /// `None` is the indefinite form.
    length: Option<usize>,
    content_start: usize,
}

/// A value whose content is being read. The limit travels along, so that indefinite lengths cost nothing to look up.
struct Open {
    node: usize,
    definite: bool,
    limit: usize,
}

struct Parser<'o, 'l> {
    octets: &'o [u8],
    limits: &'l Limits,
    nodes: Vec<Node>,
    open: Vec<Open>,
    position: usize,
    /// The innermost value that was opened although the input ends before it does.
    cut_off: Option<Asn1Error>,
}

impl Parser<'_, '_> {
    fn run(&mut self) -> Result<(), Asn1Error> {
        loop {
            let outcome = self.step();
            match outcome {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(malformation) => {
                    let error = Asn1Error { offset: self.position, malformation };
                    self.close_all();
                    return Err(error);
                }
            }
        }
    }

    /// Reads or closes one value; `false` when the outermost is complete.
    fn step(&mut self) -> Result<bool, Malformation> {
        let (definite, limit) = match self.open.last() {
            Some(open) => (open.definite, open.limit),
            None if self.nodes.is_empty() => (true, self.octets.len()),
            None => return Ok(false),
        };
        if definite && self.position == limit && !self.open.is_empty() {
            self.close(self.position, self.position);
            return Ok(true);
        }
        if !definite {
            if self.octets.get(self.position..limit).is_some_and(|rest| rest.starts_with(&[0, 0])) {
                self.position = self.position.saturating_add(2);
                self.close(self.position.saturating_sub(2), self.position);
                return Ok(true);
            }
            if self.position >= limit {
                return Err(Malformation::EndOfContentsMissing);
            }
        }
        self.read_value(limit).map(|()| true)
    }

    fn read_value(&mut self, limit: usize) -> Result<(), Malformation> {
        if self.nodes.len() >= self.limits.asn1_nodes {
            return Err(Malformation::TooManyNodes);
        }
        let header = read_header(self.octets, self.position, limit)?;
        let depth = self.open.len();
        let end = header.length.and_then(|length| header.content_start.checked_add(length));
        let fits = header.length.is_none() || end.is_some_and(|end| end <= limit);
        let shown_end = end.unwrap_or(limit).min(limit);
        let index = self.nodes.len();
        // By a quarter, not to twice its size: hostile encodings have a value in every two octets.
        if index == self.nodes.capacity() {
            self.nodes.reserve_exact((index / 4).max(16));
        }
        self.nodes.push(Node {
            class: header.class,
            tag: header.tag,
            constructed: header.constructed,
            indefinite: header.length.is_none(),
            minimal: header.minimal,
            depth: Place::of(depth),
            start: Place::of(self.position),
            content_start: Place::of(header.content_start),
            content_end: Place::of(shown_end),
            end: Place::of(shown_end),
            next: Place::of(index.saturating_add(1)),
        });
        // What reaches past the end of the input, and not merely past what contains it, was cut off: what is there of
        // it is still read.
        if !fits && header.constructed && limit == self.octets.len() && depth < self.limits.asn1_depth {
            let malformation = Malformation::LengthBeyondContainer;
            self.cut_off = Some(Asn1Error { offset: self.position, malformation });
        } else if !fits {
            return Err(Malformation::LengthBeyondContainer);
        }
        if !header.constructed {
            self.position = shown_end;
        } else if depth < self.limits.asn1_depth {
            self.open.push(Open { node: index, definite: end.is_some(), limit: shown_end });
            self.position = header.content_start;
        } else if end.is_some() {
            self.position = shown_end;
        } else {
            return Err(Malformation::TooDeep);
        }
        Ok(())
    }

    fn close(&mut self, content_end: usize, end: usize) {
        let next = self.nodes.len();
        if let Some(node) = self.open.pop().and_then(|open| self.nodes.get_mut(open.node)) {
            node.content_end = Place::of(content_end);
            node.end = Place::of(end);
            node.next = Place::of(next);
        }
    }

    fn close_all(&mut self) {
        let next = self.nodes.len();
        for open in self.open.drain(..) {
            if let Some(node) = self.nodes.get_mut(open.node) {
                node.next = Place::of(next);
            }
        }
    }
}

fn read_header(octets: &[u8], start: usize, limit: usize) -> Result<Header, Malformation> {
    let mut rest = octets.get(start..limit).unwrap_or_default().iter().copied();
    let mut read = 0_usize;
    let mut take = || {
        read = read.saturating_add(1);
        rest.next().ok_or(Malformation::HeaderCutOff)
    };
    let first = take()?;
    let class = match first >> 6 {
        0 => Class::Universal,
        1 => Class::Application,
        2 => Class::ContextSpecific,
        _ => Class::Private,
    };
    let constructed = first & 0x20 != 0;
    let mut minimal = true;
    let mut tag = u32::from(first & 0x1f);
    if tag == 0x1f {
        tag = 0;
        loop {
            let octet = take()?;
            minimal &= !(tag == 0 && octet == 0x80);
            if tag >= 1 << 21 {
                return Err(Malformation::TagTooLarge);
            }
            tag = (tag << 7) | u32::from(octet & 0x7f);
            if octet & 0x80 == 0 {
                break;
            }
        }
        minimal &= tag >= 0x1f;
    }
    let octet = take()?;
    let length = match octet {
        0x80 if constructed => None,
        0x80 => return Err(Malformation::IndefinitePrimitive),
        0xff => return Err(Malformation::LengthUnreadable),
        0..0x80 => Some(usize::from(octet)),
        _ => {
            let mut length = 0_usize;
            for index in 0..octet & 0x7f {
                let octet = take()?;
                minimal &= !(index == 0 && octet == 0);
                let shifted = length.checked_mul(256).ok_or(Malformation::LengthUnreadable)?;
                length = shifted | usize::from(octet);
            }
            minimal &= length >= 0x80;
            Some(length)
        }
    };
    Ok(Header { class, tag, constructed, minimal, length, content_start: start.saturating_add(read) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(octets: &[u8]) -> Vec<(usize, u32, Range<usize>)> {
        Tree::parse(octets, &Limits::DEFAULT).nodes.iter().map(|n| (n.depth(), n.tag, n.content_range())).collect()
    }

    fn malformation(octets: &[u8]) -> Option<Malformation> {
        Tree::parse(octets, &Limits::DEFAULT).error.map(|error| error.malformation)
    }

    #[test]
    fn definite_and_indefinite_lengths_give_the_same_tree() {
        assert_eq!(shape(b"\x30\x06\x04\x01a\x02\x01\x05"), [(0, 16, 2..8), (1, 4, 4..5), (1, 2, 7..8)]);
        assert_eq!(shape(b"\x30\x80\x04\x01a\x02\x01\x05\0\0"), [(0, 16, 2..8), (1, 4, 4..5), (1, 2, 7..8)]);
    }

    #[test]
    fn what_follows_the_outermost_value_is_left_alone() {
        let tree = Tree::parse(b"\x05\x00rest", &Limits::DEFAULT);
        assert_eq!((tree.nodes.len(), tree.error, tree.trailing()), (1, None, 2..6));
    }

    #[test]
    fn broken_input_gives_the_part_that_was_there_and_the_place() {
        let tree = Tree::parse(b"\x30\x06\x04\x01a\x02\x05\x05", &Limits::DEFAULT);
        assert_eq!(tree.nodes.len(), 3);
        assert_eq!(tree.error, Some(Asn1Error { offset: 5, malformation: Malformation::LengthBeyondContainer }));
        for (octets, expected) in [
            (b"".as_slice(), Malformation::HeaderCutOff),
            (b"\x30", Malformation::HeaderCutOff),
            (b"\x04\x80\0\0", Malformation::IndefinitePrimitive),
            (b"\x30\x80\x05\0", Malformation::EndOfContentsMissing),
            (b"\x30\xff", Malformation::LengthUnreadable),
            (b"\x04\x89\x01\0\0\0\0\0\0\0\0", Malformation::LengthUnreadable),
            (b"\x3f\xff\xff\xff\xff\x7f\0", Malformation::TagTooLarge),
        ] {
            assert_eq!(malformation(octets), Some(expected), "{octets:x?}");
        }
    }

    #[test]
    fn what_was_cut_off_is_read_to_where_it_ends() {
        let whole = b"\x30\x0a\x04\x01a\x30\x05\x02\x01\x05\x05\x00";
        let places = |end: usize| {
            let tree = Tree::parse(&whole[..end], &Limits::DEFAULT);
            (tree.nodes.len(), tree.error.map(|error| error.offset))
        };
        let expected = [(12, (5, None)), (11, (4, Some(10))), (10, (4, Some(5))), (9, (4, Some(7))), (5, (2, Some(0)))];
        for (end, expected) in expected {
            assert_eq!(places(end), expected, "{end} octets");
        }
        // A value longer than what contains it is no end of the input: nothing after it can be trusted.
        assert_eq!(shape(b"\x30\x04\x30\x09\x05\x00\x05\x00").len(), 2);
    }

    #[test]
    fn a_million_open_values_end_at_the_depth_limit() {
        let octets = b"\x30\x80".repeat(1_000_000);
        let tree = Tree::parse(&octets, &Limits::DEFAULT);
        assert_eq!(tree.error.map(|error| error.malformation), Some(Malformation::TooDeep));
        assert_eq!(tree.nodes.len(), Limits::DEFAULT.asn1_depth + 1);
    }

    #[test]
    fn at_the_caps_passes_and_one_above_fails() {
        let octets = b"\x30\x06\x30\x04\x05\x00\x05\x00";
        let with = |asn1_nodes, asn1_depth| Tree::parse(octets, &Limits { asn1_nodes, asn1_depth, ..Limits::DEFAULT });
        assert_eq!(with(4, 2).error, None);
        assert_eq!(with(3, 2).error.map(|error| error.malformation), Some(Malformation::TooManyNodes));
        assert_eq!(with(4, 1).nodes.len(), 2, "what is deeper is opaque");
    }
}
