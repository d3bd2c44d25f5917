//! Values read from a tree; each reader answers `None` where the type or the content is not what it reads.

use std::borrow::Cow;
use std::ops::Range;

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::{Class, Node, Oid, Tree, tag};

/// One value in its tree.
#[derive(Clone, Copy, Debug)]
pub struct Element<'t, 'o> {
    tree: &'t Tree<'o>,
    node: &'t Node,
    index: usize,
}

impl<'t, 'o> Element<'t, 'o> {
    pub(super) fn new(tree: &'t Tree<'o>, index: usize) -> Option<Self> {
        tree.nodes.get(index).map(|node| Self { tree, node, index })
    }

    /// Tag and places.
    #[must_use]
    pub const fn node(&self) -> &'t Node {
        self.node
    }

    /// The tag's number.
    #[must_use]
    pub const fn tag(&self) -> u32 {
        self.node.tag
    }

    /// The tag's class.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.node.class
    }

    /// Whether this is a universal type with that number.
    #[must_use]
    pub fn is(&self, tag: u32) -> bool {
        self.node.class == Class::Universal && self.node.tag == tag
    }

    /// Whether this is tagged `[number]`.
    #[must_use]
    pub fn is_context(&self, number: u32) -> bool {
        self.node.class == Class::ContextSpecific && self.node.tag == number
    }

    /// The values inside.
    #[must_use]
    pub fn children(&self) -> Children<'t, 'o> {
        Children { tree: self.tree, index: self.index.saturating_add(1), end: self.node.next() }
    }

    /// The value inside at that place, counted from 0.
    #[must_use]
    pub fn child(&self, place: usize) -> Option<Self> {
        self.children().nth(place)
    }

    /// Where the whole value is.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.node.range()
    }

    /// Where the content is.
    #[must_use]
    pub fn content_range(&self) -> Range<usize> {
        self.node.content_range()
    }

    /// The octets of the whole value.
    #[must_use]
    pub fn whole(&self) -> &'o [u8] {
        self.tree.octets.get(self.range()).unwrap_or_default()
    }

    /// The octets of the content.
    #[must_use]
    pub fn content(&self) -> &'o [u8] {
        self.tree.octets.get(self.content_range()).unwrap_or_default()
    }

    /// The octets of an OCTET STRING; the segments of a constructed one are joined.
    #[must_use]
    pub fn octet_string(&self) -> Option<Cow<'o, [u8]>> {
        if self.is(tag::OCTET_STRING) { self.implicit_octet_string() } else { None }
    }

    /// The octets of an OCTET STRING under an implicit tag.
    #[must_use]
    pub fn implicit_octet_string(&self) -> Option<Cow<'o, [u8]>> {
        let segments = self.octet_string_segments()?;
        if let [only] = segments.as_slice() {
            return self.tree.octets.get(only.clone()).map(Cow::Borrowed);
        }
        let mut joined = Vec::with_capacity(segments.iter().map(ExactSizeIterator::len).sum());
        for segment in segments {
            joined.extend_from_slice(self.tree.octets.get(segment)?);
        }
        Some(Cow::Owned(joined))
    }

    /// Where the octets of an OCTET STRING are, whatever its own tag; several ranges for a constructed one.
    #[must_use]
    pub fn octet_string_segments(&self) -> Option<Vec<Range<usize>>> {
        if !self.node.constructed {
            return Some(vec![self.content_range()]);
        }
        let inside = self.tree.nodes.get(self.index.saturating_add(1)..self.node.next())?;
        if inside.iter().any(|node| node.class != Class::Universal || node.tag != tag::OCTET_STRING) {
            return None;
        }
        // A constructed segment at the depth limit is opaque: its octets are headers too.
        let opaque = |(place, node): (usize, &Node)| {
            node.constructed
                && node.next() == self.index.saturating_add(place).saturating_add(2)
                && !node.content_range().is_empty()
        };
        if inside.iter().enumerate().any(opaque) {
            return None;
        }
        Some(inside.iter().filter(|node| !node.constructed).map(Node::content_range).collect())
    }

    /// The content octets of an INTEGER, in two's complement, first octet first.
    #[must_use]
    pub fn integer(&self) -> Option<&'o [u8]> {
        (self.is(tag::INTEGER) && !self.node.constructed && !self.content().is_empty()).then(|| self.content())
    }

    /// An INTEGER that fits.
    #[must_use]
    pub fn small_integer(&self) -> Option<i64> {
        let octets = self.integer()?;
        if octets.len() > 8 {
            return None;
        }
        let negative = octets.first().is_some_and(|first| first & 0x80 != 0);
        let start = if negative { -1_i64 } else { 0 };
        Some(octets.iter().fold(start, |value, octet| (value << 8) | i64::from(*octet)))
    }

    /// A BOOLEAN.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match self.content() {
            [value] if self.is(tag::BOOLEAN) => Some(*value != 0),
            _ => None,
        }
    }

    /// An OBJECT IDENTIFIER.
    #[must_use]
    pub fn oid(&self) -> Option<Oid> {
        if self.is(tag::OBJECT_IDENTIFIER) && !self.node.constructed { Oid::from_content(self.content()) } else { None }
    }

    /// The octets of a primitive BIT STRING that uses whole octets.
    #[must_use]
    pub fn bit_string(&self) -> Option<&'o [u8]> {
        match self.content().split_first() {
            Some((0, octets)) if self.is(tag::BIT_STRING) && !self.node.constructed => Some(octets),
            _ => None,
        }
    }

    /// A character string; octets that its type does not allow become U+FFFD.
    #[must_use]
    pub fn string(&self) -> Option<String> {
        if self.class() != Class::Universal || self.node.constructed {
            return None;
        }
        let octets = self.content();
        match self.tag() {
            tag::UTF8_STRING | tag::PRINTABLE_STRING | tag::IA5_STRING | 18 | 26 | 27 => {
                Some(String::from_utf8_lossy(octets).into_owned())
            }
            tag::TELETEX_STRING => Some(octets.iter().copied().map(char::from).collect()),
            tag::BMP_STRING => {
                let units = octets.chunks(2).map(|pair| pair.iter().fold(0_u16, |unit, o| (unit << 8) | u16::from(*o)));
                Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
            }
            tag::UNIVERSAL_STRING => {
                let units = octets.chunks(4).map(|four| four.iter().fold(0_u32, |unit, o| (unit << 8) | u32::from(*o)));
                Some(units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
            }
            _ => None,
        }
    }

    /// A UTCTime (years 1950 to 2049) or GeneralizedTime.
    #[must_use]
    pub fn time(&self) -> Option<OffsetDateTime> {
        let text = std::str::from_utf8(self.content()).ok().filter(|text| text.is_ascii())?;
        if self.is(tag::UTC_TIME) {
            let year = text.get(..2)?.parse::<i32>().ok()?;
            let century = if year >= 50 { 1900 } else { 2000 };
            read_time(year.checked_add(century)?, text.get(2..)?)
        } else if self.is(tag::GENERALIZED_TIME) {
            read_time(text.get(..4)?.parse().ok()?, text.get(4..)?)
        } else {
            None
        }
    }
}

/// Month to second, a fraction that is left out, and the zone.
fn read_time(year: i32, text: &str) -> Option<OffsetDateTime> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, zone) = text.split_at(end);
    if digits.len() != 10 && digits.len() != 8 {
        return None;
    }
    let pair = |place: usize| digits.get(place..place.checked_add(2)?)?.parse::<u8>().ok();
    let second = if digits.len() == 10 { pair(8)? } else { 0 };
    let date = Date::from_calendar_date(year, Month::try_from(pair(0)?).ok()?, pair(2)?).ok()?;
    let time = Time::from_hms(pair(4)?, pair(6)?, second).ok()?;
    let zone = match zone.strip_prefix(['.', ',']) {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => zone,
    };
    let offset = match (zone.as_bytes(), zone.get(1..3), zone.get(3..)) {
        (b"Z", ..) => UtcOffset::UTC,
        ([sign @ (b'+' | b'-'), ..], Some(hours), Some(minutes)) if minutes.len() == 2 => {
            let (hours, minutes) = (hours.parse::<i8>().ok()?, minutes.parse::<i8>().ok()?);
            if *sign == b'-' {
                UtcOffset::from_hms(-hours, -minutes, 0)
            } else {
                UtcOffset::from_hms(hours, minutes, 0)
            }
            .ok()?
        }
        _ => return None,
    };
    PrimitiveDateTime::new(date, time).assume_offset(offset).checked_to_offset(UtcOffset::UTC)
}

/// The values directly inside another.
#[derive(Clone, Debug)]
pub struct Children<'t, 'o> {
    tree: &'t Tree<'o>,
    index: usize,
    end: usize,
}

impl<'t, 'o> Iterator for Children<'t, 'o> {
    type Item = Element<'t, 'o>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.end {
            return None;
        }
        let element = Element::new(self.tree, self.index)?;
        self.index = element.node.next();
        Some(element)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::limits::Limits;

    fn read<T>(octets: &[u8], reader: impl Fn(Element<'_, '_>) -> Option<T>) -> Option<T> {
        Tree::parse(octets, &Limits::DEFAULT).root().and_then(reader)
    }

    #[test]
    fn segments_of_a_constructed_octet_string_are_joined_whatever_their_nesting() {
        let octets = b"\x24\x80\x04\x02ab\x24\x80\x04\x01c\x04\x00\0\0\x04\x01d\0\0";
        assert_eq!(read(octets, |e| e.octet_string().map(Cow::into_owned)), Some(b"abcd".to_vec()));
        assert_eq!(read(b"\x24\x03\x02\x01\x05", |e| e.octet_string().map(Cow::into_owned)), None);
    }

    #[test]
    fn a_segment_deeper_than_the_limit_is_not_read_as_content() {
        let limits = Limits { asn1_depth: 1, ..Limits::DEFAULT };
        let tree = Tree::parse(b"\x24\x05\x24\x03\x04\x01a", &limits);
        assert_eq!(tree.root().and_then(|e| e.octet_string().map(Cow::into_owned)), None);
    }

    #[test]
    fn utc_time_ends_in_2049_and_begins_in_1950() {
        for (text, expected) in [
            ("500101000000Z", Some(datetime!(1950-01-01 0:00 UTC))),
            ("491231235959Z", Some(datetime!(2049-12-31 23:59:59 UTC))),
            ("2601021030Z", Some(datetime!(2026-01-02 10:30 UTC))),
            ("260102103000+0100", Some(datetime!(2026-01-02 9:30 UTC))),
            ("260102103000", None),
            ("261302103000Z", None),
            ("2\u{e9}0102103000Z", None),
        ] {
            let octets = super::super::der::value(0x17, text.as_bytes());
            assert_eq!(read(&octets, |e| e.time()), expected, "{text}");
        }
    }

    #[test]
    fn generalized_time_may_have_a_fraction() {
        let octets = super::super::der::value(0x18, b"20500102103000.25Z");
        assert_eq!(read(&octets, |e| e.time()), Some(datetime!(2050-01-02 10:30 UTC)));
    }

    #[test]
    fn integers_keep_their_sign() {
        for (octets, expected) in
            [(b"\x02\x01\x80".as_slice(), Some(-128)), (b"\x02\x02\x00\x80", Some(128)), (b"\x02\x00", None)]
        {
            assert_eq!(read(octets, |e| e.small_integer()), expected);
        }
    }
}
