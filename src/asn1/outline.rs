//! The tree as lines for people: places, types, values.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use super::{Class, Element, Place, Tree, tag};

/// How many octets of an opaque value are spelled out.
const OCTETS_SHOWN: usize = 32;

/// How many characters of a string are spelled out.
const CHARACTERS_SHOWN: usize = 120;

/// One value of an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineLine {
    depth: Place,
    start: Place,
    end: Place,
    header_length: Place,
    class: Class,
    tag: u32,
    /// Whether the content is itself values.
    pub constructed: bool,
    /// Whether the length was indefinite.
    pub indefinite: bool,
    /// The value of a primitive, control characters escaped.
    pub value: Option<Box<str>>,
}

/// The lines of a tree, in the order of the octets.
pub fn outline<'t>(tree: &'t Tree<'_>) -> impl Iterator<Item = OutlineLine> + 't {
    (0..tree.nodes.len()).filter_map(|index| Element::new(tree, index)).map(|element| OutlineLine::of(&element))
}

impl OutlineLine {
    /// The line of one value.
    #[must_use]
    pub fn of(element: &Element<'_, '_>) -> Self {
        let node = element.node();
        let range = element.range();
        Self {
            depth: Place::of(node.depth()),
            header_length: Place::of(element.content_range().start.saturating_sub(range.start)),
            start: Place::of(range.start),
            end: Place::of(range.end),
            class: element.class(),
            tag: element.tag(),
            constructed: node.constructed,
            indefinite: node.indefinite,
            value: if node.constructed { None } else { Some(value(element).into_boxed_str()) },
        }
    }

    /// The same as a part of an encoding that begins at `base` and has `depth` values around this one.
    pub(crate) fn within(mut self, base: usize, depth: usize) -> Self {
        let moved = |place: Place| Place::of(place.get().saturating_add(base));
        (self.start, self.end, self.depth) = (moved(self.start), moved(self.end), Place::of(depth));
        self
    }

    /// Number of values around it.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth.get()
    }

    /// Its octets, header included.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start.get()..self.end.get()
    }

    /// Number of octets of tag and length.
    #[must_use]
    pub fn header_length(&self) -> usize {
        self.header_length.get()
    }

    /// The type: `SEQUENCE`, `[0]`.
    #[must_use]
    pub fn kind(&self) -> Cow<'static, str> {
        let number = self.tag;
        match self.class {
            Class::Universal => universal(number).map_or_else(|| format!("UNIVERSAL {number}").into(), Cow::Borrowed),
            Class::Application => format!("APPLICATION {number}").into(),
            Class::ContextSpecific => format!("[{number}]").into(),
            Class::Private => format!("PRIVATE {number}").into(),
        }
    }
}

const fn universal(number: u32) -> Option<&'static str> {
    Some(match number {
        0 => "end-of-contents",
        tag::BOOLEAN => "BOOLEAN",
        tag::INTEGER => "INTEGER",
        tag::BIT_STRING => "BIT STRING",
        tag::OCTET_STRING => "OCTET STRING",
        tag::NULL => "NULL",
        tag::OBJECT_IDENTIFIER => "OBJECT IDENTIFIER",
        tag::ENUMERATED => "ENUMERATED",
        tag::UTF8_STRING => "UTF8String",
        tag::SEQUENCE => "SEQUENCE",
        tag::SET => "SET",
        18 => "NumericString",
        tag::PRINTABLE_STRING => "PrintableString",
        tag::TELETEX_STRING => "TeletexString",
        tag::IA5_STRING => "IA5String",
        tag::UTC_TIME => "UTCTime",
        tag::GENERALIZED_TIME => "GeneralizedTime",
        26 => "VisibleString",
        27 => "GeneralString",
        tag::UNIVERSAL_STRING => "UniversalString",
        tag::BMP_STRING => "BMPString",
        _ => return None,
    })
}

fn value(element: &Element<'_, '_>) -> String {
    if let Some(oid) = element.oid() {
        return oid.to_string();
    }
    if let Some(text) = element.string() {
        return escaped(&text);
    }
    if let Some(small) = element.small_integer() {
        return small.to_string();
    }
    if let Some(boolean) = element.boolean() {
        return boolean.to_string();
    }
    if element.is(tag::UTC_TIME) || element.is(tag::GENERALIZED_TIME) {
        return escaped(&String::from_utf8_lossy(element.content()));
    }
    hexadecimal(element.content())
}

/// Octets as upper-case digits; of many only the first, and how many there are.
#[must_use]
pub fn hexadecimal(octets: &[u8]) -> String {
    let mut text = String::new();
    for octet in octets.iter().take(OCTETS_SHOWN) {
        let _ = write!(text, "{octet:02X}");
    }
    if octets.len() > OCTETS_SHOWN {
        let _ = write!(text, "… ({} octets)", octets.len());
    }
    text
}

/// The text with control and direction-changing characters escaped, cut off where it is long.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars().take(CHARACTERS_SHOWN) {
        let turns_the_line =
            matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if character.is_control() || turns_the_line {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if text.chars().nth(CHARACTERS_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn values_are_named_and_control_characters_escaped() {
        let octets = b"\x30\x0f\x06\x03\x55\x04\x03\x0c\x03a\x1bb\x04\x01\xff\xa0\x00";
        let tree = Tree::parse(octets, &Limits::DEFAULT);
        let lines: Vec<_> =
            outline(&tree).map(|line| (line.depth(), line.kind().into_owned(), line.value.map(String::from))).collect();
        assert_eq!(lines.first(), Some(&(0, "SEQUENCE".to_owned(), None)));
        let expected = (1, "OBJECT IDENTIFIER".to_owned(), Some("commonName (2.5.4.3)".to_owned()));
        assert_eq!(lines.get(1), Some(&expected));
        assert_eq!(lines.get(2), Some(&(1, "UTF8String".to_owned(), Some("a\\u{1b}b".to_owned()))));
        assert_eq!(lines.get(3), Some(&(1, "OCTET STRING".to_owned(), Some("FF".to_owned()))));
        assert_eq!(lines.get(4), Some(&(1, "[0]".to_owned(), None)));
    }
}
