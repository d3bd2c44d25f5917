//! Enough DER to take a structure apart and put it together wrongly. Definite lengths only.

/// One element: tag, then length, then content.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut octets = vec![tag];
    match content.len() {
        short @ 0..0x80 => octets.push(u8::try_from(short).unwrap()),
        long => {
            let length: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
            octets.push(0x80 | u8::try_from(length.len()).unwrap());
            octets.extend(length);
        }
    }
    octets.extend_from_slice(content);
    octets
}

/// A constructed element of these members.
pub(crate) fn constructed(tag: u8, members: &[Vec<u8>]) -> Vec<u8> {
    element(tag, &members.concat())
}

/// The members of a constructed element, each whole.
pub(crate) fn members(element: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = content(element);
    let mut members = Vec::new();
    while !rest.is_empty() {
        let (header, length) = header(rest);
        members.push(rest[..header + length].to_vec());
        rest = &rest[header + length..];
    }
    members
}

pub(crate) fn content(element: &[u8]) -> &[u8] {
    let (header, length) = header(element);
    &element[header..header + length]
}

/// Lengths of header and content.
fn header(element: &[u8]) -> (usize, usize) {
    match element[1] {
        short @ 0..0x80 => (2, usize::from(short)),
        long => {
            let octets = usize::from(long & 0x7f);
            let length = element[2..2 + octets].iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
            (2 + octets, length)
        }
    }
}
