//! Changes that know tags and lengths: the lengths around a change are made right again, so that it is reached.

use super::random::Random;

/// Identifiers that mean something at another place.
const IDENTIFIERS: [&[u8]; 10] = [
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a",
    b"\x60\x86\x48\x01\x65\x03\x04\x01\x2e",
    b"\x60\x86\x48\x01\x65\x03\x04\x02\x01",
    b"\x2b\x65\x70",
    b"\x55\x1d\x11",
];

/// Deeper than this nothing is taken apart; it is copied.
const DEPTH: usize = 24;

/// One value.
#[derive(Clone)]
enum Value {
    Constructed {
        tag: u8,
        members: Vec<Value>,
    },
    Primitive {
        tag: u8,
        content: Vec<u8>,
    },
    /// What is written as it stands.
    Raw(Vec<u8>),
}

impl Value {
    /// The values of these octets; what is no definite BER with one-octet tags stays as it is.
    fn read(octets: &[u8], depth: usize) -> Vec<Self> {
        let mut rest = octets;
        let mut values = Vec::new();
        while !rest.is_empty() {
            let Some((tag, content, after)) = split(rest) else {
                values.push(Self::Raw(rest.to_vec()));
                break;
            };
            values.push(if tag & 0x20 != 0 && depth > 0 {
                Self::Constructed { tag, members: Self::read(content, depth - 1) }
            } else {
                Self::Primitive { tag, content: content.to_vec() }
            });
            rest = after;
        }
        values
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Raw(octets) => out.extend_from_slice(octets),
            Self::Primitive { tag, content } => element(*tag, content, out),
            Self::Constructed { tag, members } => element(*tag, &written(members), out),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Constructed { members, .. } => 1 + members.iter().map(Self::count).sum::<usize>(),
            _ => 1,
        }
    }
}

/// Something else in place of one value, anywhere.
pub(crate) fn value(octets: &[u8], random: &mut Random) -> Vec<u8> {
    changed(octets, random, |siblings, place, random| {
        let value = siblings[place].clone();
        match random.below(9) {
            0 => drop(siblings.remove(place)),
            1 => siblings.insert(place, value),
            2 => {
                let other = random.below(siblings.len());
                siblings.swap(place, other);
            }
            3 => siblings[place] = Value::Constructed { tag: 0x30, members: vec![value] },
            4 => siblings[place] = Value::Primitive { tag: 5, content: Vec::new() },
            5 => {
                let other = siblings[random.below(siblings.len())].clone();
                siblings[place] = other;
            }
            6 => {
                let most = if random.once_in(6) { 1_200 } else { 20 };
                let times = random.below(most);
                siblings.splice(place..place, std::iter::repeat_n(value, times));
            }
            7 => {
                let most = if random.once_in(4) { 200 } else { 8 };
                let deep = random.below(most);
                siblings[place] =
                    (0..deep).fold(value, |inner, _| Value::Constructed { tag: 0x30, members: vec![inner] });
            }
            _ => match &mut siblings[place] {
                Value::Primitive { tag: 6, content } => *content = random.one_of(&IDENTIFIERS).to_vec(),
                Value::Primitive { content, .. } => *content = content_of(content, random),
                other => *other = Value::Raw(Vec::new()),
            },
        }
    })
}

/// Another tag, or a length that is wrong or written in another way.
pub(crate) fn tag_or_length(octets: &[u8], random: &mut Random) -> Vec<u8> {
    changed(octets, random, |siblings, place, random| {
        let mut written = Vec::new();
        siblings[place].write(&mut written);
        let Some((tag, content, _)) = split(&written) else { return };
        let (content, octet) = (content.to_vec(), random.octet());
        let length = u32::try_from(content.len()).unwrap();
        let head: Vec<u8> = match random.below(8) {
            0 => [&[octet], &written[1..written.len() - content.len()]].concat(),
            1 => [&[tag ^ 0x20], &written[1..written.len() - content.len()]].concat(),
            2 => [&[tag, 0x84][..], &length.to_be_bytes()].concat(),
            3 => [&[tag, 0x88, 0, 0, 0, 0][..], &length.to_be_bytes()].concat(),
            4 => vec![tag | 0x20, 0x80],
            5 => [&[tag, 0x84][..], &length.wrapping_add(1 + u32::from(octet)).to_be_bytes()].concat(),
            6 => [&[tag, 0x84][..], &length.saturating_sub(1 + u32::from(octet)).to_be_bytes()].concat(),
            _ => vec![tag, 0x84, 0xff, 0xff, 0xff, octet],
        };
        let end: &[u8] = if head.last() == Some(&0x80) && random.once_in(2) { b"\0\0" } else { b"" };
        siblings[place] = Value::Raw([&head, content.as_slice(), end].concat());
    })
}

/// The members of the first value of that tag and of many strangers.
pub(crate) fn crowd(octets: &[u8], tag: u8, strangers: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut values = Value::read(octets, DEPTH);
    let most = if random.once_in(8) { 520 } else { 24 };
    let added: Vec<Value> = (0..=random.below(most))
        .map(|_| {
            let stranger = random.one_of(strangers);
            Value::Raw(if random.once_in(3) { value(stranger, random) } else { stranger.clone() })
        })
        .collect();
    if let Some(members) = signed_data(&mut values).and_then(|parts| bag(parts, tag)) {
        let place = random.below(members.len() + 1);
        members.splice(place..place, added);
        if random.once_in(4) {
            members.reverse();
        }
    }
    written(&values)
}

/// The fields of the SignedData in a ContentInfo.
fn signed_data(values: &mut [Value]) -> Option<&mut Vec<Value>> {
    let Some(Value::Constructed { members: info, .. }) = values.first_mut() else { return None };
    let Some(Value::Constructed { members: explicit, .. }) = info.get_mut(1) else { return None };
    match explicit.first_mut() {
        Some(Value::Constructed { members, .. }) => Some(members),
        _ => None,
    }
}

fn bag(parts: &mut [Value], wanted: u8) -> Option<&mut Vec<Value>> {
    parts.iter_mut().find_map(|part| match part {
        Value::Constructed { tag, members } if *tag == wanted => Some(members),
        _ => None,
    })
}

/// Changes the siblings of one value, chosen among all.
fn changed(octets: &[u8], random: &mut Random, change: impl FnOnce(&mut Vec<Value>, usize, &mut Random)) -> Vec<u8> {
    let mut values = Value::read(octets, DEPTH);
    let count: usize = values.iter().map(Value::count).sum();
    let mut wanted = random.below(count);
    if let Some((siblings, place)) = find(&mut values, &mut wanted) {
        change(siblings, place, random);
    }
    written(&values)
}

/// The siblings and the place of the value of that number, before those in it.
fn find<'v>(values: &'v mut Vec<Value>, wanted: &mut usize) -> Option<(&'v mut Vec<Value>, usize)> {
    let place = values.iter().position(|value| match value.count() {
        count if *wanted < count => true,
        count => {
            *wanted -= count;
            false
        }
    })?;
    if *wanted == 0 {
        return Some((values, place));
    }
    *wanted -= 1;
    match &mut values[place] {
        Value::Constructed { members, .. } => find(members, wanted),
        _ => None,
    }
}

fn content_of(content: &[u8], random: &mut Random) -> Vec<u8> {
    match random.below(5) {
        0 => Vec::new(),
        1 => vec![random.octet(); 1 + random.below(64)],
        2 => super::octets::flip(content, random),
        3 => [content, &[0xff; 8]].concat(),
        _ => vec![0xff; if random.once_in(10) { 9_000 } else { 20 }],
    }
}

fn written(values: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    values.iter().for_each(|value| value.write(&mut out));
    out
}

fn element(tag: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    match content.len() {
        short @ 0..0x80 => out.push(u8::try_from(short).unwrap()),
        long => {
            let length: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
            out.push(0x80 | u8::try_from(length.len()).unwrap());
            out.extend(length);
        }
    }
    out.extend_from_slice(content);
}

/// Tag, content, and what comes after.
fn split(octets: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = octets.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..0x80 => (usize::from(*short), rest),
        0x80 | 0x85.. => return None,
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), rest)
        }
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((*tag, content, after))
}
