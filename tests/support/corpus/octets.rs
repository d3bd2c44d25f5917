//! Changes that know nothing of what they change.

use super::random::Random;

/// What means something to one reader or another.
const TELLING: [&[u8]; 26] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\n.\n",
    b"\r\n.\r\n",
    b"\0",
    b"--",
    b"=",
    b"=?utf-8?B?",
    b"From ",
    b";",
    b"\"",
    b"(",
    b"\\",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"\x1b[2J",
    b"\x30\x80",
    b"\0\0",
    b"\x24\x80\x04\x01",
    b"\x30\x84\xff\xff\xff\xff",
    b"\x06\x09",
    b"\x02\x01\xff",
    b"\xa0\x80",
];

pub(crate) fn flip(octets: &[u8], random: &mut Random) -> Vec<u8> {
    let mut changed = octets.to_vec();
    for _ in 0..=random.below(4) {
        let place = random.below(changed.len());
        if let Some(octet) = changed.get_mut(place) {
            *octet ^= 1 << random.below(8);
        }
    }
    changed
}

pub(crate) fn cut(octets: &[u8], random: &mut Random) -> Vec<u8> {
    let run = random.run(octets.len(), 400);
    [&octets[..run.start], &octets[run.end..]].concat()
}

pub(crate) fn truncate(octets: &[u8], random: &mut Random) -> Vec<u8> {
    octets[..random.below(octets.len() + 1)].to_vec()
}

pub(crate) fn insert(octets: &[u8], random: &mut Random) -> Vec<u8> {
    let place = random.below(octets.len() + 1);
    let inserted = if random.once_in(2) {
        random.one_of(&TELLING).to_vec()
    } else {
        (0..=random.below(24)).map(|_| random.octet()).collect()
    };
    [&octets[..place], &inserted, &octets[place..]].concat()
}

/// A run once more, or very many times.
pub(crate) fn amplify(octets: &[u8], random: &mut Random) -> Vec<u8> {
    let run = random.run(octets.len(), 300);
    let most = if random.once_in(8) { 4_000 } else { 40 };
    let times = random.below(most).min(super::MOST_OCTETS / run.len().max(1));
    [&octets[..run.start], &octets[run.clone()].repeat(times + 1), &octets[run.end..]].concat()
}

/// Two runs change places.
pub(crate) fn swap(octets: &[u8], random: &mut Random) -> Vec<u8> {
    let (one, other) = (random.run(octets.len(), 200), random.run(octets.len(), 200));
    let (first, second) = if one.start <= other.start { (one, other) } else { (other, one) };
    let second = second.start.max(first.end)..second.end.max(first.end);
    let parts = [&octets[..first.start], &octets[second.clone()], &octets[first.end..second.start]];
    [&parts.concat(), &octets[first], &octets[second.end..]].concat()
}

/// The beginning of one and the end of another.
pub(crate) fn splice(octets: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let (cut, from) = (random.below(octets.len() + 1), random.below(other.len() + 1));
    if random.once_in(3) {
        return [&octets[..cut], &other[from..]].concat();
    }
    let run = from..(from + random.below(600)).min(other.len());
    let rest = (cut + random.below(600)).min(octets.len());
    [&octets[..cut], &other[run], &octets[rest..]].concat()
}
