//! For whom the message is encrypted, and what was looked up or fetched.

use super::super::document::{Block, Row, Section, Table, Tone};
use super::super::evidence::Evidence;
use super::super::mask::Mask;
use super::super::shown::Shown;
use crate::discovery::fetch::{Fetch, FetchOutcome};
use crate::discovery::{Lookup, LookupAnswer};

pub(super) fn section(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let report = run.report;
    let mut blocks = Vec::new();
    if let Some(cipher) = &report.content_encryption {
        blocks.push(Block::Facts(vec![("Content encryption", mask.fact(cipher))]));
    }
    let rows = report.recipient_infos.iter().map(|info| {
        let holders: Vec<Shown> = info.held_by.iter().map(|party| mask.name(party)).collect();
        let (tone, held) = match holders.as_slice() {
            [] => (Tone::Plain, Shown::fixed("nobody here")),
            some => (Tone::Good, Shown::list(some, ", ")),
        };
        Row::new(tone, vec![held, mask.name(&info.identifier), mask.fact(&info.key_encryption), mask.fact(&info.kind)])
    });
    let table = Table::of(
        "Keys that the message is encrypted for (RecipientInfo)",
        &["Held by", "Named by", "Key encryption", "Kind"],
        rows.collect(),
    );
    blocks.extend(table);
    Section::of("encryption", "Encryption", blocks)
}

pub(super) fn lookups(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let asked = run.report.recipients.iter().flat_map(|recipient| &recipient.lookups);
    let lookups = Table::of(
        "Where certificates were looked for",
        &["Answer", "Method", "For", "Question", "Asked"],
        asked.map(|lookup| lookup_row(lookup, mask)).collect(),
    );
    let fetches = Table::of(
        "What was fetched of what certificates point at",
        &["Outcome", "What", "Where", "Octets"],
        run.report.fetches.iter().map(|fetch| fetch_row(fetch, mask)).collect(),
    );
    Section::of("lookups", "Lookups", lookups.into_iter().chain(fetches).collect())
}

fn lookup_row(lookup: &Lookup, mask: &Mask) -> Row {
    let tone = match &lookup.answer {
        LookupAnswer::Found(_) => Tone::Good,
        LookupAnswer::TimedOut | LookupAnswer::Failed(_) => Tone::Warning,
        LookupAnswer::Empty | LookupAnswer::NoSuchName | LookupAnswer::Skipped(_) | LookupAnswer::Told(_) => {
            Tone::Plain
        }
    };
    let cells = vec![
        mask.sentence(&lookup.answer.to_string()),
        Shown::fixed(lookup.method.as_str()),
        mask.name(&lookup.subject.to_string()),
        mask.sentence(&lookup.query),
        lookup.server.as_ref().map(|server| mask.sentence(server)).unwrap_or_default(),
    ];
    Row::new(tone, cells)
}

fn fetch_row(fetch: &Fetch, mask: &Mask) -> Row {
    let tone = if fetch.outcome == FetchOutcome::Fetched { Tone::Good } else { Tone::Warning };
    let cells = vec![
        mask.sentence(&fetch.outcome.to_string()),
        mask.fact(&fetch.kind.to_string()),
        mask.name(&fetch.url),
        Shown::number(fetch.octets),
    ];
    Row::new(tone, cells)
}
