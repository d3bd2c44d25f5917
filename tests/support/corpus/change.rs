//! Which change is made where.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::random::Random;
use super::{Corpus, Place, ber, mail, octets};

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mutator {
    Amplify,
    Boundary,
    Certificates,
    Cut,
    Flip,
    Header,
    Insert,
    LineEnds,
    Nest,
    Parameter,
    Splice,
    Swap,
    TagOrLength,
    Truncate,
    Value,
}

impl Mutator {
    const ANY: [Self; 7] =
        [Self::Amplify, Self::Cut, Self::Flip, Self::Insert, Self::Splice, Self::Swap, Self::Truncate];
    const OF_TEXT: [Self; 7] =
        [Self::Boundary, Self::Header, Self::LineEnds, Self::Nest, Self::Parameter, Self::TagOrLength, Self::Value];
    const OF_VALUES: [Self; 2] = [Self::TagOrLength, Self::Value];

    /// One that fits the place: of three, one that knows nothing of it.
    pub(crate) fn choose(place: Place, random: &mut Random) -> Self {
        if random.once_in(3) {
            return *random.one_of(&Self::ANY);
        }
        match place {
            Place::Message | Place::Entity | Place::Content => *random.one_of(&Self::OF_TEXT),
            Place::Signature if random.once_in(4) => Self::Certificates,
            Place::Envelope | Place::Signature => *random.one_of(&Self::OF_VALUES),
        }
    }
}

pub(crate) fn change(
    mutator: Mutator,
    whole: &[u8],
    place: Place,
    corpus: &Corpus,
    house: usize,
    random: &mut Random,
) -> Vec<u8> {
    match mutator {
        Mutator::Amplify => octets::amplify(whole, random),
        Mutator::Boundary => mail::boundary(whole, random),
        // certificates [0], and now and then crls [1] (RFC 5652 §5.1).
        Mutator::Certificates => {
            ber::crowd(whole, if random.once_in(5) { 0xa1 } else { 0xa0 }, &corpus.strangers, random)
        }
        Mutator::Cut => octets::cut(whole, random),
        Mutator::Flip => octets::flip(whole, random),
        Mutator::Header => mail::header(whole, random),
        Mutator::Insert => octets::insert(whole, random),
        Mutator::LineEnds => mail::line_ends(whole, random),
        Mutator::Nest => mail::nest(whole, random),
        Mutator::Parameter => mail::parameter(whole, random),
        Mutator::Splice => {
            let others: Vec<_> = corpus.seeds.iter().filter(|seed| seed.house == house).collect();
            let other = random.one_of(&others);
            let from = if other.places().contains(&place) { other.octets(place) } else { &other.message };
            octets::splice(whole, from, random)
        }
        Mutator::Swap => octets::swap(whole, random),
        Mutator::TagOrLength => within_text(whole, place, random, ber::tag_or_length),
        Mutator::Truncate => octets::truncate(whole, random),
        Mutator::Value => within_text(whole, place, random, ber::value),
    }
}

/// In a text, the values are those of a base64 body in it.
fn within_text(
    whole: &[u8],
    place: Place,
    random: &mut Random,
    change: impl Fn(&[u8], &mut Random) -> Vec<u8>,
) -> Vec<u8> {
    if matches!(place, Place::Envelope | Place::Signature) {
        return change(whole, random);
    }
    match base64_run(whole) {
        Some(run) => {
            let letters: Vec<u8> =
                whole[run.clone()].iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
            match STANDARD.decode(letters) {
                Ok(decoded) => {
                    let text = STANDARD.encode(change(&decoded, random));
                    let lines: Vec<&[u8]> = text.as_bytes().chunks(76).collect();
                    [&whole[..run.start], &lines.join(b"\r\n".as_slice()), b"\r\n", &whole[run.end..]].concat()
                }
                Err(_) => octets::flip(whole, random),
            }
        }
        None => mail::header(whole, random),
    }
}

/// The last run of lines that begins as a base64 of a SEQUENCE does, `M`.
fn base64_run(whole: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = whole.windows(5).rposition(|window| window == b"\r\n\r\nM")? + 4;
    let is_letter = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=' | b'\r' | b'\n');
    let end = start + whole[start..].iter().take_while(|octet| is_letter(octet)).count();
    Some(start..end)
}
