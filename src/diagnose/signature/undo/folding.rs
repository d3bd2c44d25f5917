//! Undoing what was done to the folding of header fields, and to the quotation marks of parameters.
//!
//! A field can be folded at its blanks, so it is looked at as words with gaps between them. A form says what each gap
//! was: the blank that is there, a line end and blanks, or nothing.

use std::borrow::Cow;
use std::ops::Range;

use super::super::base::Base;
use super::super::probe::{Edit, Flow, ON, Probe, few_of, selections};
use super::header::{Form, each_form};
use super::parameters;
use crate::mail::HeaderField;

/// Gaps of one field that are looked at.
const MOST_GAPS: usize = 100;
/// Fields of one header that are looked at two by two.
const MOST_FIELDS: usize = 100;

/// A run of blanks, with or without a line end in it.
struct Gap {
    range: Range<usize>,
    folded: bool,
    /// The blanks after the line end, or all.
    blanks: Range<usize>,
    /// The octet before.
    after: Option<u8>,
    /// Octets up to the next gap.
    next_word: usize,
}

/// `fold-whitespace`: the blanks after each fold become a tab, one, two, four or eight blanks; in all headers, in each, in
/// each selection of fields, and of the folds of one header.
pub(super) fn fold_whitespace(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let to = |with: &'static [u8]| {
        move |field: &HeaderField| {
            let folds = gaps(base, field).into_iter().filter(|gap| gap.folded);
            folds.map(|gap| Edit::replace(gap.blanks, with)).collect::<Vec<_>>()
        }
    };
    let (tab, one, two, four, eight) = (to(b"\t"), to(b" "), to(b"  "), to(b"    "), to(b"        "));
    let forms: [&Form<'_>; 5] = [&tab, &one, &two, &four, &eight];
    each_form(base, &forms, probe)?;
    if !probe.is_thorough() {
        return ON;
    }
    for header in base.headers() {
        let (tab, one): (&Form<'_>, &Form<'_>) = (&tab, &one);
        for form in [tab, one] {
            let folds =
                header.fields.iter().flat_map(form).filter(|edit| base.slice(edit.range.clone()) != edit.with.as_ref());
            selections(&folds.map(|edit| vec![edit]).collect::<Vec<_>>(), probe)?;
        }
    }
    ON
}

/// `header-refolded`: fields are unfolded (the blanks stay, become one, or go), also only where they are folded with a tab,
/// with a blank, or after a semicolon; one, two or three gaps of a header are folded, one or two unfolded; fields are folded after each semicolon, or comma,
/// with a tab, one, four or eight blanks; folded as late as possible at 76, 78, 72, 75, 77, 998 characters with a blank or
/// a tab; folded after the colon; in all headers, in each, in each selection of fields; each selection of the gaps of one
/// field is folded; parameters get quotation marks, or lose them; of two fields each has its own form.
pub(super) fn header_refolded(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let ways = ways();
    let forms: Vec<_> = ways.iter().map(|way| move |field: &HeaderField| refolded(base, field, way)).collect();
    let forms: Vec<&Form<'_>> = forms.iter().map(|form| -> &Form<'_> { form }).collect();
    let (quoted, bare) =
        (|field: &HeaderField| quotation(base, field, true), |field: &HeaderField| quotation(base, field, false));
    each_form(base, &forms, probe)?;
    let marks: [&Form<'_>; 2] = [&quoted, &bare];
    each_form(base, &marks, probe)?;
    if !probe.is_thorough() {
        return ON;
    }
    few_gaps(base, probe)?;
    for field in base.headers().iter().flat_map(|header| &header.fields) {
        selected_gaps(base, field, probe)?;
        for form in marks {
            // Both marks of a parameter go together.
            let each: Vec<Vec<Edit>> = form(field).chunks(2).map(<[Edit]>::to_vec).collect();
            selections(&each, probe)?;
        }
    }
    for group in base.header_groups() {
        for way in &forms {
            for marks in marks {
                let both = group.iter().flat_map(|header| &header.fields);
                probe.attempt(both.flat_map(|field| [way(field), marks(field)].concat()).collect())?;
            }
        }
    }
    two_forms(base, &forms, probe)
}

/// One, two or three gaps of a header are folded as they are; one or two unfolded.
fn few_gaps(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    for header in base.headers() {
        let gaps: Vec<Gap> = header.fields.iter().flat_map(|field| gaps(base, field)).collect();
        let open = gaps.iter().filter(|gap| !gap.folded && !gap.range.is_empty());
        let folded: Vec<Edit> = open.map(|gap| Edit::insert(gap.range.start, base.line_end())).collect();
        let line_ends = gaps.iter().filter(|gap| gap.folded);
        let unfolded: Vec<Edit> = line_ends.map(|gap| Edit::remove(gap.range.start..gap.blanks.start)).collect();
        few_of(&unfolded, 2, probe)?;
        few_of(&folded, 3, probe)?;
    }
    ON
}

/// Two fields of one header, each with a form of its own.
fn two_forms(base: &Base<'_>, forms: &[&Form<'_>], probe: &mut Probe<'_>) -> Flow {
    let changes = |edit: &Edit| base.slice(edit.range.clone()) != edit.with.as_ref();
    for header in base.headers() {
        let effects = |field: &HeaderField| {
            let mut distinct: Vec<Vec<Edit>> = Vec::new();
            for form in forms {
                let edits: Vec<Edit> = form(field).into_iter().filter(changes).collect();
                if !edits.is_empty() && !distinct.contains(&edits) {
                    distinct.push(edits);
                }
            }
            distinct
        };
        let fields: Vec<Vec<Vec<Edit>>> = header.fields.iter().take(MOST_FIELDS).map(effects).collect();
        for (place, one) in fields.iter().enumerate() {
            for two in fields.iter().skip(place.saturating_add(1)) {
                for first in one {
                    two.iter().try_for_each(|second| probe.attempt([first.as_slice(), second].concat()))?;
                }
            }
        }
    }
    ON
}

/// What a gap was.
enum Way {
    /// Folded with these blanks after each of the octets, otherwise one blank.
    After(&'static [u8], &'static [u8]),
    /// Folded with these blanks right after the colon, otherwise as it is.
    AfterColon(&'static [u8]),
    /// Folded with these blanks before the line becomes longer than this.
    Late(usize, &'static [u8]),
    /// Not folded; these blanks, or its own.
    Unfolded(Option<&'static [u8]>),
    /// Not folded where the blanks are these; one blank in their place.
    UnfoldedFrom(&'static [u8]),
    /// Not folded after a semicolon; one blank.
    UnfoldedParameters,
}

fn ways() -> Vec<Way> {
    let mut ways = vec![Way::Unfolded(Some(b" ")), Way::Unfolded(None), Way::Unfolded(Some(b""))];
    ways.extend([Way::UnfoldedFrom(b"\t"), Way::UnfoldedFrom(b" "), Way::UnfoldedParameters]);
    for octets in [b";".as_slice(), b";,"] {
        ways.extend([b"\t".as_slice(), b" ", b"    ", b"        "].map(|blanks| Way::After(octets, blanks)));
    }
    for width in [76, 78, 72, 75, 77, 998] {
        ways.extend([b" ".as_slice(), b"\t"].map(|blanks| Way::Late(width, blanks)));
    }
    ways.extend([b" ".as_slice(), b"\t"].map(Way::AfterColon));
    ways
}

fn refolded(base: &Base<'_>, field: &HeaderField, way: &Way) -> Vec<Edit> {
    let fold = |blanks: &[u8]| Cow::Owned([base.line_end(), blanks].concat());
    let mut column = field.value.start.saturating_sub(field.name.start);
    let gaps = gaps(base, field);
    if let Some(first) = gaps.first() {
        column = column.saturating_add(first.range.start.saturating_sub(field.value.start));
    }
    let mut edits = Vec::with_capacity(gaps.len());
    for gap in gaps {
        let own = base.slice(gap.blanks.clone());
        let at_colon = gap.range.start == field.value.start;
        let with: Cow<'static, [u8]> = match way {
            Way::Unfolded(Some(blanks)) if gap.folded => Cow::Borrowed(blanks),
            Way::Unfolded(None) if gap.folded => Cow::Owned(own.to_vec()),
            Way::UnfoldedFrom(blanks) if gap.folded && own == *blanks => Cow::Borrowed(b" "),
            Way::UnfoldedParameters if gap.folded && gap.after == Some(b';') => Cow::Borrowed(b" "),
            Way::After(octets, blanks) if gap.after.is_some_and(|after| octets.contains(&after)) => fold(blanks),
            Way::After(..) if gap.folded => Cow::Borrowed(b" "),
            Way::AfterColon(blanks) if at_colon => fold(blanks),
            Way::Late(width, blanks)
                if !at_colon && column.saturating_add(1).saturating_add(gap.next_word) > *width =>
            {
                column = 0;
                fold(blanks)
            }
            Way::Late(..) if gap.folded => Cow::Borrowed(b" "),
            _ => Cow::Owned(base.slice(gap.range.clone()).to_vec()),
        };
        column = column.saturating_add(1).saturating_add(gap.next_word);
        edits.push(Edit::replace(gap.range, with));
    }
    edits
}

/// Each selection of a field's gaps is folded with a blank, a tab, or its own blanks; the others are not.
fn selected_gaps(base: &Base<'_>, field: &HeaderField, probe: &mut Probe<'_>) -> Flow {
    /// 2 to the power of this many candidates.
    const FULLY: usize = 8;
    let gaps = gaps(base, field);
    let masks: Vec<u64> = if gaps.len() <= FULLY {
        (0..1_u64 << gaps.len()).collect()
    } else {
        let ones = (0..gaps.len().min(63)).map(|place| 1_u64 << place);
        let twos = ones.clone().flat_map(|one| ones.clone().filter(move |two| *two > one).map(move |two| one | two));
        ones.clone().chain(twos).collect()
    };
    for blanks in [Some(b" ".as_slice()), Some(b"\t"), None] {
        for mask in &masks {
            let chosen = |place: usize| place < 64 && mask >> place & 1 == 1;
            let edits = gaps.iter().enumerate().map(|(place, gap)| {
                let own = base.slice(gap.blanks.clone());
                let with = match (chosen(place), blanks) {
                    (true, Some(blanks)) => [base.line_end(), blanks].concat(),
                    (true, None) => [base.line_end(), own].concat(),
                    (false, Some(_)) if gap.folded => b" ".to_vec(),
                    (false, _) => own.to_vec(),
                };
                Edit::replace(gap.range.clone(), with)
            });
            probe.attempt(edits.collect())?;
        }
    }
    ON
}

/// Quotation marks put around, or taken from, every parameter that needs none.
fn quotation(base: &Base<'_>, field: &HeaderField, quoted: bool) -> Vec<Edit> {
    let is_token = |value: &[u8]| {
        !value.is_empty() && value.iter().all(|octet| octet.is_ascii_graphic() && !b"\"\\".contains(octet))
    };
    let other = parameters::of(base.octets(), field).into_iter();
    let other = other.filter(|one| one.quoted != quoted && is_token(base.slice(one.value.clone())));
    other
        .flat_map(|one| {
            let Range { start, end } = one.value;
            if quoted {
                return [Edit::insert(start, b"\"".as_slice()), Edit::insert(end, b"\"".as_slice())];
            }
            [Edit::remove(start.saturating_sub(1)..start), Edit::remove(end..end.saturating_add(1))]
        })
        .collect()
}

/// The gaps of a field's value; the first may be right after the colon.
fn gaps(base: &Base<'_>, field: &HeaderField) -> Vec<Gap> {
    let value = base.slice(field.value.clone());
    let mut gaps: Vec<Gap> = Vec::new();
    let mut place = 0_usize;
    while let Some(octet) = value.get(place) {
        if !matches!(octet, b' ' | b'\t' | b'\r' | b'\n') {
            place = place.saturating_add(1);
            continue;
        }
        let run = value.get(place..).unwrap_or_default();
        let length = run.iter().take_while(|octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n')).count();
        let run = run.get(..length).unwrap_or_default();
        let line_end = run.iter().rposition(|octet| *octet == b'\n').map_or(0, |place| place.saturating_add(1));
        let end = place.saturating_add(length);
        let at = |place: usize| field.value.start.saturating_add(place);
        let rest = value.get(end..).unwrap_or_default();
        let next_word =
            rest.iter().position(|octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(rest.len());
        if gaps.len() >= MOST_GAPS {
            break;
        }
        // Blanks at the end of a value are no place to fold.
        if next_word > 0 {
            gaps.push(Gap {
                range: at(place)..at(end),
                folded: line_end > 0,
                blanks: at(place.saturating_add(line_end))..at(end),
                after: place.checked_sub(1).and_then(|before| value.get(before)).copied(),
                next_word,
            });
        }
        place = end;
    }
    gaps
}
