//! The little DER that has to be written: values to compare with, to hash and to send.

use super::{Element, tag};

/// The bit of an identifier octet that says "constructed".
const CONSTRUCTED: u8 = 0x20;

/// One value; `tag` is the identifier octet.
#[must_use]
pub fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(header_length(content.len()).saturating_add(content.len()));
    push_header(&mut octets, tag, content.len());
    octets.extend_from_slice(content);
    octets
}

/// The identifier octet and the length of a value whose content follows, in the fewest octets (X.690 §10.1).
pub fn push_header(octets: &mut Vec<u8>, tag: u8, length: usize) {
    octets.push(tag);
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => octets.push(short),
        _ => {
            let length = length.to_be_bytes();
            let leading = length.iter().take_while(|octet| **octet == 0).count();
            let significant = length.get(leading..).unwrap_or_default();
            octets.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
            octets.extend_from_slice(significant);
        }
    }
}

/// How many octets [`push_header`] writes for a content of that length.
#[must_use]
pub fn header_length(length: usize) -> usize {
    if length < 0x80 {
        return 2;
    }
    let significant = length.to_be_bytes().iter().skip_while(|octet| **octet == 0).count();
    significant.saturating_add(2)
}

/// An INTEGER from the octets of a number that is not negative.
#[must_use]
pub fn unsigned_integer(magnitude: &[u8]) -> Vec<u8> {
    let zeros = magnitude.iter().take_while(|octet| **octet == 0).count();
    let significant = magnitude.get(zeros..).unwrap_or_default();
    // The highest bit is the sign.
    let padding: &[u8] = if significant.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    value(0x02, &[padding, significant].concat())
}

/// A SEQUENCE of encoded values.
#[must_use]
pub fn sequence(values: &[&[u8]]) -> Vec<u8> {
    value(0x30, &values.concat())
}

/// A SET of encoded values, in the order given.
#[must_use]
pub fn set(values: &[&[u8]]) -> Vec<u8> {
    value(0x31, &values.concat())
}

/// A SET OF encoded values, sorted (X.690 §11.6).
#[must_use]
pub fn sorted_set(values: &[&[u8]]) -> Vec<u8> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    set(&sorted)
}

/// A value again in DER: the shortest lengths, strings in one piece, sets in order (X.690 §10, §11.6).
///
/// What BER leaves open beside those is kept as it is.
#[must_use]
pub fn reencoded(element: &Element<'_, '_>) -> Vec<u8> {
    let whole = element.whole();
    // A tag above 30 takes several octets; nothing that is hashed here has one.
    let Some(identifier) = whole.first().filter(|identifier| **identifier & 0x1f != 0x1f) else {
        return whole.to_vec();
    };
    if !element.node().constructed {
        return value(*identifier, element.content());
    }
    if let Some(octets) = element.octet_string() {
        return value(*identifier & !CONSTRUCTED, &octets);
    }
    let members: Vec<Vec<u8>> = element.children().map(|member| reencoded(&member)).collect();
    let members: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
    if element.is(tag::SET) { sorted_set(&members) } else { value(*identifier, &members.concat()) }
}

/// Whether encoded values are in the order that DER demands of a SET OF.
#[must_use]
pub fn is_sorted(values: &[&[u8]]) -> bool {
    values.is_sorted()
}

/// An OBJECT IDENTIFIER from its dotted text; `None` if the text is not one.
#[must_use]
pub fn oid(dotted: &str) -> Option<Vec<u8>> {
    let mut arcs = dotted.split('.').map(|arc| arc.parse::<u64>().ok());
    let (first, second) = (arcs.next()??, arcs.next()??);
    let mut content = Vec::new();
    push_arc(&mut content, first.checked_mul(40)?.checked_add(second)?);
    for arc in arcs {
        push_arc(&mut content, arc?);
    }
    Some(value(0x06, &content))
}

fn push_arc(content: &mut Vec<u8>, arc: u64) {
    let groups = (1..10).take_while(|group| arc >> (7 * group) != 0).count();
    for group in (0..=groups).rev() {
        let low = arc.checked_shr(u32::try_from(group * 7).unwrap_or(u32::MAX)).unwrap_or_default() & 0x7f;
        let more = if group == 0 { 0 } else { 0x80 };
        content.push(u8::try_from(low).unwrap_or_default() | more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_fewest_octets() {
        assert_eq!(value(4, &[0; 127]).get(..2), Some([4, 127].as_slice()));
        assert_eq!(value(4, &[0; 128]).get(..3), Some([4, 0x81, 128].as_slice()));
        assert_eq!(value(4, &[0; 256]).get(..4), Some([4, 0x82, 1, 0].as_slice()));
    }

    #[test]
    fn a_header_is_as_long_as_is_said_beforehand() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536, 1 << 24, 1 << 32] {
            let mut header = Vec::new();
            push_header(&mut header, 4, length);
            assert_eq!(header.len(), header_length(length), "{length}");
        }
    }

    #[test]
    fn integers_take_the_fewest_octets_and_stay_positive() {
        assert_eq!(unsigned_integer(&[]), [2, 1, 0]);
        assert_eq!(unsigned_integer(&[0, 0, 5]), [2, 1, 5]);
        assert_eq!(unsigned_integer(&[0x80, 1]), [2, 3, 0, 0x80, 1]);
    }

    #[test]
    fn what_ber_spells_differently_is_der_again() {
        // A set of indefinite length: an INTEGER, then an OCTET STRING in two segments, its length in two octets.
        let ber = [0x31, 0x80, 0x02, 0x81, 1, 7, 0x24, 0x80, 4, 1, 1, 4, 1, 2, 0, 0, 1, 1, 0, 0, 0];
        let tree = super::super::Tree::parse(&ber, &crate::limits::Limits::DEFAULT);
        let root = tree.root().unwrap();
        assert_eq!(reencoded(&root), [0x31, 10, 1, 1, 0, 2, 1, 7, 4, 2, 1, 2]);
    }

    #[test]
    fn object_identifiers_are_written_as_they_are_read() {
        assert_eq!(
            oid("1.2.840.113549.1.7.2").as_deref(),
            Some(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02".as_slice())
        );
        assert_eq!(oid("2.999.18446744073709551615").map(|o| o.len()), Some(14));
        assert_eq!(oid("x"), None);
    }
}
