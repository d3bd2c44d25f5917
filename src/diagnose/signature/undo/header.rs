//! Undoing what was done to header fields, other than folding: blanks after the colon, case, order.

use std::ops::Range;

use super::super::base::Base;
use super::super::probe::{Edit, Flow, ON, Probe, selections};
use super::parameters::{self, Parameter};
use crate::mail::{HeaderField, HeaderSection};

/// What a system may have done to each field of a header.
pub(super) type Form<'f> = dyn Fn(&HeaderField) -> Vec<Edit> + 'f;

/// `header-space`: after the colon one blank, none, two, or a tab; a blank before the colon; in all headers, in each, in
/// every selection of the fields of one.
pub(super) fn header_space(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let after = |with: &'static [u8]| move |field: &HeaderField| vec![Edit::replace(leading(base, field), with)];
    let before = |field: &HeaderField| vec![Edit::insert(field.name.end, b" ".as_slice())];
    let (one, none, two, tab) = (after(b" "), after(b""), after(b"  "), after(b"\t"));
    each_form(base, &[&one, &none, &two, &tab, &before], probe)
}

/// `header-case`: names as in RFC 5322 and 2045, with a capital after each hyphen, lower case, upper case, one capital; together with
/// the media type, the character set and the transfer encoding in lower case, upper case, and with capitals; in all
/// headers, in each, in every selection of the fields of one.
pub(super) fn header_case(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let name = |case: Case| move |field: &HeaderField| vec![recased(base, field.name.clone(), case)];
    let names = [Case::Known, Case::Capitals, Case::Lower, Case::Upper, Case::First].map(name);
    let values = [Case::Lower, Case::Upper, Case::Capitals];
    let value = |case: Case| {
        move |field: &HeaderField| tokens(base, field).into_iter().map(|token| recased(base, token, case)).collect()
    };
    let values = values.map(value);
    let forms: Vec<&Form<'_>> =
        names.iter().map(|form| -> &Form<'_> { form }).chain(values.iter().map(|form| -> &Form<'_> { form })).collect();
    each_form(base, &forms, probe)?;
    for group in base.header_groups() {
        for name in &names {
            for value in &values {
                let both = group.iter().flat_map(|header| &header.fields);
                probe.attempt(both.flat_map(|field| [name(field), value(field)].concat()).collect())?;
            }
        }
    }
    if !probe.is_thorough() {
        return ON;
    }
    // One token in one case, the next in another: each on its own.
    for header in base.headers() {
        for case in [Case::Lower, Case::Upper, Case::Capitals] {
            let all = header.fields.iter().flat_map(|field| tokens(base, field));
            selections(&all.map(|token| vec![recased(base, token, case)]).collect::<Vec<_>>(), probe)?;
        }
    }
    ON
}

/// Orders of up to so many fields are all tried: 40 320, as far as the allowance goes.
const ALL_ORDERS: usize = 8;

/// `header-order`: fields in the orders in which common programs write them, in that of their names, backwards, with one of
/// them at another place, in every order if they are eight or fewer; parameters in every order; in one header at a time, or all backwards or
/// sorted together.
pub(super) fn header_order(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let headers = base.headers();
    let usual = USUAL.into_iter().map(Order::Usual);
    for order in [Order::Usual(MIME), Order::Sorted, Order::Reverse].into_iter().chain(usual) {
        probe.attempt(headers.iter().flat_map(|header| reordered(base, header, &order.of(base, header))).collect())?;
        for header in &headers {
            probe.attempt(reordered(base, header, &order.of(base, header)))?;
        }
    }
    for header in &headers {
        for field in &header.fields {
            let parameters = parameters::of(base.octets(), field);
            orders(parameters.len(), |order| probe.attempt(reordered_parameters(base, &parameters, order)))?;
        }
    }
    if !probe.is_thorough() {
        return ON;
    }
    for header in headers {
        orders(header.fields.len(), |order| probe.attempt(reordered(base, header, order)))?;
    }
    ON
}

/// The blanks after a field's colon, up to a fold.
pub(super) fn leading(base: &Base<'_>, field: &HeaderField) -> Range<usize> {
    let value = base.slice(field.value.clone());
    let blanks = value.iter().take_while(|octet| matches!(octet, b' ' | b'\t')).count();
    field.value.start..field.value.start.saturating_add(blanks)
}

/// Each form on all headers, on each, and on every selection of the fields of one.
pub(super) fn each_form(base: &Base<'_>, forms: &[&Form<'_>], probe: &mut Probe<'_>) -> Flow {
    for form in forms {
        for group in base.header_groups() {
            probe.attempt(group.iter().flat_map(|header| &header.fields).flat_map(form).collect())?;
        }
    }
    if !probe.is_thorough() {
        return ON;
    }
    for header in base.headers() {
        for form in forms {
            let changed =
                |edits: &Vec<Edit>| edits.iter().any(|edit| base.slice(edit.range.clone()) != edit.with.as_ref());
            let fields: Vec<Vec<Edit>> = header.fields.iter().map(form).filter(changed).collect();
            selections(&fields, probe)?;
        }
    }
    ON
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Capitals,
    /// A capital at the start only.
    First,
    /// As the RFCs spell it.
    Known,
    Lower,
    Upper,
}

/// Names that are not spelt with capitals alone.
const KNOWN: [&str; 6] = ["MIME-Version", "Content-ID", "Message-ID", "DKIM-Signature", "ARC-Seal", "List-ID"];

fn recased(base: &Base<'_>, range: Range<usize>, case: Case) -> Edit {
    let old = base.slice(range.clone());
    let known = KNOWN.iter().find(|known| case == Case::Known && known.as_bytes().eq_ignore_ascii_case(old));
    let new = match (case, known) {
        (_, Some(known)) => known.as_bytes().to_vec(),
        (Case::Lower, None) => old.to_ascii_lowercase(),
        (Case::Upper, None) => old.to_ascii_uppercase(),
        (Case::First, None) => {
            let mut word = old.to_ascii_lowercase();
            word.iter_mut().take(1).for_each(|first| first.make_ascii_uppercase());
            word
        }
        (Case::Capitals | Case::Known, None) => capitals(old),
    };
    Edit::replace(range, new)
}

fn capitals(text: &[u8]) -> Vec<u8> {
    let mut starts = true;
    let letter = |octet: &u8| {
        let written = if starts { octet.to_ascii_uppercase() } else { octet.to_ascii_lowercase() };
        starts = !octet.is_ascii_alphanumeric();
        written
    };
    text.iter().map(letter).collect()
}

/// The words of a field whose case means nothing: media type, transfer encoding, disposition, charset, parameter names.
fn tokens(base: &Base<'_>, field: &HeaderField) -> Vec<Range<usize>> {
    let names = ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"];
    if !names.iter().any(|name| field.is_named(base.octets(), name)) {
        return Vec::new();
    }
    let value = base.slice(field.value.clone());
    let start = value.iter().position(|octet| !octet.is_ascii_whitespace()).unwrap_or(value.len());
    let end = value.iter().position(|octet| *octet == b';').unwrap_or(value.len()).max(start);
    let at = |place: usize| field.value.start.saturating_add(place);
    let media_type = at(start)..at(end);
    let mut tokens = vec![media_type];
    for Parameter { name, value, .. } in parameters::of(base.octets(), field) {
        if base.slice(name.clone()).eq_ignore_ascii_case(b"charset") {
            tokens.push(value);
        }
        tokens.push(name);
    }
    tokens
}

/// The fields in the order given, as an edit of the header.
fn reordered(base: &Base<'_>, header: &HeaderSection, order: &[usize]) -> Vec<Edit> {
    let fields: Vec<&[u8]> = order
        .iter()
        .filter_map(|place| header.fields.get(*place))
        .map(|field| base.slice(field.whole.clone()))
        .collect();
    let (Some(first), Some(last)) = (header.fields.first(), header.fields.last()) else { return Vec::new() };
    let whole = first.whole.start..last.whole.end;
    let ended = fields.iter().all(|field| field.ends_with(b"\n"));
    if fields.len() != header.fields.len() || !ended { Vec::new() } else { vec![Edit::replace(whole, fields.concat())] }
}

fn reordered_parameters(base: &Base<'_>, parameters: &[Parameter], order: &[usize]) -> Vec<Edit> {
    let text = |parameter: &Parameter| base.slice(parameter.whole.clone()).to_vec();
    let places = parameters.iter().zip(order.iter().filter_map(|place| parameters.get(*place)));
    places.map(|(place, moved)| Edit::replace(place.whole.clone(), text(moved))).collect()
}

/// The fields of a part, as most programs write them.
const MIME: &str =
    "MIME-Version Content-Type Content-Transfer-Encoding Content-Disposition Content-ID Content-Description";

/// The fields of a message in the orders of common programs; what servers put on top comes first in each.
const USUAL: [&str; 7] = [
    "From To Cc Subject Date Message-ID MIME-Version Content-Type Content-Transfer-Encoding",
    "Date From To Cc Subject Message-ID MIME-Version Content-Type Content-Transfer-Encoding",
    "Date From To Cc Message-ID Subject MIME-Version Content-Type Content-Transfer-Encoding",
    "Message-ID Date MIME-Version User-Agent Subject To Cc From Content-Type Content-Transfer-Encoding",
    "MIME-Version Date Message-ID Subject From To Cc Content-Type Content-Transfer-Encoding",
    "Content-Type MIME-Version Content-Transfer-Encoding Subject From To Date Message-ID",
    "From To Subject Date Message-ID Content-Type Content-Transfer-Encoding MIME-Version",
];

/// What servers put on top of a message.
const TRACE: [&str; 4] = ["Return-Path", "Received", "Delivered-To", "DKIM-Signature"];

/// An order of fields.
#[derive(Clone, Copy)]
enum Order {
    Reverse,
    /// By name.
    Sorted,
    /// As these come, the others behind them.
    Usual(&'static str),
}

impl Order {
    fn of(self, base: &Base<'_>, header: &HeaderSection) -> Vec<usize> {
        let mut order: Vec<usize> = (0..header.fields.len()).collect();
        let field = |place: &usize| header.fields.get(*place);
        match self {
            Self::Reverse => order.reverse(),
            Self::Sorted => {
                order
                    .sort_by_key(|place| field(place).map(|field| base.slice(field.name.clone()).to_ascii_lowercase()));
            }
            Self::Usual(names) => {
                let ranked: Vec<&str> = TRACE.into_iter().chain(names.split(' ')).collect();
                let rank = |field: &HeaderField| ranked.iter().position(|name| field.is_named(base.octets(), name));
                order.sort_by_key(|place| field(place).and_then(rank).unwrap_or(ranked.len()));
            }
        }
        order
    }
}

/// One of so many at another place; then every order, of few.
fn orders(count: usize, mut take: impl FnMut(&[usize]) -> Flow) -> Flow {
    let mut order: Vec<usize> = (0..count).collect();
    for from in 0..count {
        for to in (0..count).filter(|to| *to != from) {
            let mut moved = order.clone();
            let one = moved.remove(from);
            moved.insert(to, one);
            take(&moved)?;
        }
    }
    if count <= ALL_ORDERS { permute(&mut order, count, &mut take) } else { ON }
}

/// Heap's algorithm.
pub(in super::super) fn permute(order: &mut [usize], count: usize, take: &mut impl FnMut(&[usize]) -> Flow) -> Flow {
    let Some(last) = count.checked_sub(1).filter(|last| *last > 0) else { return take(order) };
    for place in 0..count {
        permute(order, last, take)?;
        if place < last {
            order.swap(if count.is_multiple_of(2) { place } else { 0 }, last);
        }
    }
    ON
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn candidates(octets: &[u8], family: fn(&Base<'_>, &mut Probe<'_>) -> Flow) -> Vec<String> {
        let base = Base::new(octets.to_vec(), &Limits::DEFAULT, None);
        let mut probe = Probe::gather(octets, 99);
        let _ = family(&base, &mut probe);
        probe.into_gathered().into_iter().map(|octets| String::from_utf8(octets).unwrap()).collect()
    }

    #[test]
    fn every_order_comes() {
        let mut seen = std::collections::BTreeSet::new();
        let _ = orders(4, |order| {
            seen.insert(order.to_vec());
            ON
        });
        assert_eq!(seen.len(), 24);
    }

    #[test]
    fn names_and_words_are_written_in_other_cases() {
        let found = candidates(b"mime-version: 1.0\r\nContent-type: TEXT/Plain; charset=UTF-8\r\n\r\nx", header_case);
        for expected in
            ["MIME-Version: 1.0\r\nContent-Type: TEXT", "mime-version: 1.0\r\nContent-type: text/plain; charset=utf-8"]
        {
            assert!(found.iter().any(|one| one.contains(expected)), "{expected}: {found:?}");
        }
    }

    #[test]
    fn parameters_change_places_with_their_values() {
        let found = candidates(b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n\r\nx", header_order);
        assert!(
            found.contains(&"Content-Type: text/plain; format=flowed; charset=utf-8\r\n\r\nx".to_owned()),
            "{found:?}"
        );
    }
}
