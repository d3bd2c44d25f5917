//! Undoing what was done to the characters of texts.
//!
//! A text that is encoded for transfer is decoded, changed and encoded again: base64 in lines of the length that it had,
//! quoted-printable in each of the ways in which common programs write it.

use std::ops::Range;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::super::base::Base;
use super::super::probe::{Edit, Flow, ON, Probe};
use super::encoded::letters;
use super::encoders::{QuotedPrintable, base64, line_end_of, wrapped};
use super::parameters;
use super::reencoded::WRITTEN;
use crate::mail::lines::lines;
use crate::mime::{Entity, TransferEncoding};

/// `charset-recoded`: texts are converted between UTF-8 and ISO-8859-1, ISO-8859-15 and Windows-1252, in both directions,
/// or stay; the charset parameter stays, or names one of these or US-ASCII, in either case; in all texts and in each.
pub(super) fn charset_recoded(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    const LABELS: [&[u8]; 10] = [
        b"utf-8",
        b"UTF-8",
        b"iso-8859-1",
        b"ISO-8859-1",
        b"windows-1252",
        b"Windows-1252",
        b"us-ascii",
        b"US-ASCII",
        b"iso-8859-15",
        b"ISO-8859-15",
    ];
    for group in base.leaf_groups(base.texts()) {
        for way in ways(base, probe) {
            for conversion in Conversion::ALL {
                let changed = |leaf: &&Entity| changed_text(base, leaf, way, |text| conversion.convert(text));
                let bodies: Vec<Edit> = group.iter().filter_map(changed).collect();
                if bodies.is_empty() {
                    continue;
                }
                probe.attempt(bodies.clone())?;
                for label in LABELS {
                    probe.attempt([bodies.as_slice(), &labels(base, &group, label)].concat())?;
                }
            }
        }
        for label in LABELS {
            probe.attempt(labels(base, &group, label))?;
        }
    }
    ON
}

/// `unicode-normalised`: texts in UTF-8, or everything, are put into the forms NFC, NFD, NFKC and NFKD; all texts and each.
pub(super) fn unicode_normalised(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    for form in Form::ALL {
        if let Some(whole) = form.of(base.octets()) {
            probe.attempt(vec![Edit::replace(0..base.octets().len(), whole)])?;
        }
        for group in base.leaf_groups(base.texts()) {
            for way in ways(base, probe) {
                let changed = |leaf: &&Entity| changed_text(base, leaf, way, |text| form.of(text));
                probe.attempt(group.iter().filter_map(changed).collect())?;
            }
        }
    }
    ON
}

/// How quoted-printable may have been written; where there is none, that does not matter.
fn ways(base: &Base<'_>, probe: &Probe<'_>) -> Vec<QuotedPrintable> {
    /// Ways that are tried: those of the usual width.
    const TRIED: usize = 18;
    let any = base.texts().iter().any(|text| text.transfer_encoding == TransferEncoding::QuotedPrintable);
    let ways = QuotedPrintable::ways().into_iter();
    ways.take(if any && probe.is_thorough() { TRIED } else { 1 }).collect()
}

/// A text's body with its characters changed; `None` where there is nothing to change.
pub(super) fn changed_text(
    base: &Base<'_>,
    leaf: &Entity,
    way: QuotedPrintable,
    change: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> Option<Edit> {
    let body = base.slice(leaf.body.clone());
    let decoded = leaf.decoded_body().octets;
    let changed = change(&decoded).filter(|changed| *changed != decoded)?;
    let encoded = match &leaf.transfer_encoding {
        TransferEncoding::QuotedPrintable if changed.len() > WRITTEN => return None,
        TransferEncoding::Base64 => {
            let width = lines(body, 0..body.len()).next().map_or(76, |line| line.content.len());
            wrapped(&letters(&base64(&changed)), width, line_end_of(body), body.ends_with(b"\n"))
        }
        TransferEncoding::QuotedPrintable => way.encode(&changed),
        _ => changed,
    };
    Some(Edit::replace(leaf.body.clone(), encoded))
}

fn labels(base: &Base<'_>, group: &[&Entity], label: &'static [u8]) -> Vec<Edit> {
    group.iter().filter_map(|leaf| charset(base, leaf)).map(|range| Edit::replace(range, label)).collect()
}

/// Where the character set is named.
fn charset(base: &Base<'_>, leaf: &Entity) -> Option<Range<usize>> {
    let parameters = parameters::of(base.octets(), leaf.field("Content-Type")?);
    let charset = parameters.into_iter().find(|one| base.slice(one.name.clone()).eq_ignore_ascii_case(b"charset"));
    charset.map(|one| one.value)
}

/// Character sets of one octet a character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Single {
    Latin1,
    Latin9,
    Windows1252,
}

/// What Windows-1252 has in 0x80..0xA0; five places are empty.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Where ISO-8859-15 differs from ISO-8859-1.
const LATIN9: [(u8, char); 8] =
    [(0xa4, '€'), (0xa6, 'Š'), (0xa8, 'š'), (0xb4, 'Ž'), (0xb8, 'ž'), (0xbc, 'Œ'), (0xbd, 'œ'), (0xbe, 'Ÿ')];

impl Single {
    fn character(self, octet: u8) -> char {
        let special = match self {
            Self::Latin1 => None,
            Self::Latin9 => LATIN9.iter().find(|(known, _)| *known == octet).map(|(_, character)| *character),
            Self::Windows1252 => octet.checked_sub(0x80).and_then(|place| WINDOWS.get(usize::from(place))).copied(),
        };
        special.unwrap_or_else(|| char::from(octet))
    }

    fn octet(self, character: char) -> Option<u8> {
        if character.is_ascii() {
            return u8::try_from(u32::from(character)).ok();
        }
        (0x80..=0xff_u8).find(|octet| self.character(*octet) == character)
    }
}

/// What was done to a text, the other way round.
#[derive(Clone, Copy)]
enum Conversion {
    /// It is UTF-8 and was that.
    FromUtf8(Single),
    /// It is that and was UTF-8.
    ToUtf8(Single),
    /// It was UTF-8 already when it was taken for something else and converted.
    Twice(Single),
}

impl Conversion {
    const ALL: [Self; 8] = [
        Self::FromUtf8(Single::Latin1),
        Self::ToUtf8(Single::Latin1),
        Self::FromUtf8(Single::Windows1252),
        Self::ToUtf8(Single::Windows1252),
        Self::FromUtf8(Single::Latin9),
        Self::ToUtf8(Single::Latin9),
        Self::Twice(Single::Latin1),
        Self::Twice(Single::Windows1252),
    ];

    fn convert(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            _ if text.is_ascii() => None,
            Self::ToUtf8(set) => Some(text.iter().map(|octet| set.character(*octet)).collect::<String>().into_bytes()),
            Self::FromUtf8(set) => from_utf8(text, set),
            Self::Twice(set) => from_utf8(text, set).filter(|once| std::str::from_utf8(once).is_ok()),
        }
    }
}

fn from_utf8(text: &[u8], set: Single) -> Option<Vec<u8>> {
    std::str::from_utf8(text).ok()?.chars().map(|character| set.octet(character)).collect()
}

/// Unicode's normal forms (UAX #15).
#[derive(Clone, Copy)]
enum Form {
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

impl Form {
    const ALL: [Self; 4] = [Self::Nfc, Self::Nfd, Self::Nfkc, Self::Nfkd];

    fn of(self, text: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(text).ok().filter(|text| !text.is_ascii())?;
        let normal = match self {
            Self::Nfc => ComposingNormalizerBorrowed::new_nfc().normalize(text),
            Self::Nfd => DecomposingNormalizerBorrowed::new_nfd().normalize(text),
            Self::Nfkc => ComposingNormalizerBorrowed::new_nfkc().normalize(text),
            Self::Nfkd => DecomposingNormalizerBorrowed::new_nfkd().normalize(text),
        };
        Some(normal.into_owned().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sets_of_one_octet_are_told_apart() {
        for (set, octet, character) in [
            (Single::Latin1, 0xe9, 'é'),
            (Single::Latin1, 0x80, '\u{80}'),
            (Single::Latin9, 0xa4, '€'),
            (Single::Windows1252, 0x80, '€'),
            (Single::Windows1252, 0x9f, 'Ÿ'),
            (Single::Windows1252, 0xe9, 'é'),
        ] {
            assert_eq!((set.character(octet), set.octet(character)), (character, Some(octet)));
        }
        assert_eq!(Single::Latin1.octet('€'), None);
        assert_eq!(Single::Windows1252.octet('я'), None);
    }

    #[test]
    fn conversions_go_both_ways_and_leave_ascii_alone() {
        let utf8 = "Grüße — Zoë".as_bytes();
        let windows = Conversion::FromUtf8(Single::Windows1252).convert(utf8).unwrap();
        assert_eq!(windows, b"Gr\xfc\xdfe \x97 Zo\xeb");
        assert_eq!(Conversion::ToUtf8(Single::Windows1252).convert(&windows).unwrap(), utf8);
        assert_eq!(Conversion::FromUtf8(Single::Latin1).convert(utf8), None);
        let twice = Conversion::ToUtf8(Single::Latin1).convert("é".as_bytes()).unwrap();
        assert_eq!(Conversion::Twice(Single::Latin1).convert(&twice).unwrap(), "é".as_bytes());
        assert_eq!(Conversion::ToUtf8(Single::Latin1).convert(b"plain"), None);
    }

    #[test]
    fn letters_are_put_together_and_taken_apart() {
        assert_eq!(Form::Nfd.of("é".as_bytes()).unwrap(), "e\u{301}".as_bytes());
        assert_eq!(Form::Nfc.of("e\u{301}".as_bytes()).unwrap(), "é".as_bytes());
        assert_eq!(Form::Nfc.of(b"\xe9"), None);
    }
}
