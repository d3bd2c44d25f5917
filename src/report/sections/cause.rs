//! Why: the diagnosis, with its proof and the places that were changed.

use super::super::document::{Block, Row, Section, Table, Tone};
use super::super::evidence::Evidence;
use super::super::mask::{Mask, Redaction};
use super::super::octets;
use super::super::shown::Shown;
use super::place;
use crate::diagnose::{Change, Diagnosis};

/// The cause and the explanation; of a message that nobody was refused there is nothing to explain.
pub(super) fn section(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let diagnosis = &run.diagnosis;
    let cause = diagnosis.cause?;
    let mut facts = vec![("Cause", Shown::fixed(cause.as_str())), ("Proven", Shown::fixed(proof(diagnosis)))];
    if !diagnosis.transformations.is_empty() {
        let names: Vec<Shown> = diagnosis.transformations.iter().map(|one| Shown::fixed(one.as_str())).collect();
        facts.push(("What happened on the way", Shown::list(&names, " and ")));
    }
    let mut blocks = vec![Block::Facts(facts)];
    blocks.extend(explanation(diagnosis, mask));
    blocks.extend(advice(diagnosis));
    blocks.extend(changes(diagnosis, mask));
    blocks.extend(tried(diagnosis));
    Section::of("cause", "Why", blocks)
}

const fn proof(diagnosis: &Diagnosis) -> &'static str {
    match (diagnosis.proven, diagnosis.effort.is_some()) {
        (true, _) => "yes: the signed octets were found again, and the signature over them is valid",
        (false, true) => "no: the octets that were signed were not found again",
        (false, false) => "not in question: the agent's own reason is the cause",
    }
}

fn explanation(diagnosis: &Diagnosis, mask: &Mask) -> Option<Block> {
    let told: Vec<Shown> = match mask.redaction() {
        Redaction::WithoutNames => {
            let happened = diagnosis.transformations.iter().flat_map(|one| [one.happened(), one.who()]);
            happened.map(Shown::fixed).collect()
        }
        Redaction::Full | Redaction::Redacted => {
            diagnosis.explanation.iter().map(|sentence| mask.sentence(sentence)).collect()
        }
    };
    (!told.is_empty()).then_some(Block::List(told))
}

fn advice(diagnosis: &Diagnosis) -> Option<Block> {
    let remedies = diagnosis.transformations.iter().map(|one| one.remedy());
    let own = diagnosis.cause.filter(|_| diagnosis.transformations.is_empty()).map(|code| code.advice());
    let told: Vec<(&'static str, Shown)> =
        remedies.chain(own).map(|words| ("What would change it", Shown::fixed(words))).collect();
    (!told.is_empty()).then_some(Block::Facts(told))
}

fn changes(diagnosis: &Diagnosis, mask: &Mask) -> Option<Block> {
    let changed = &diagnosis.changed;
    let rows = changed.places.iter().map(|change| {
        let [signed, arrived] = excerpts(change, mask);
        let cells = vec![Shown::number(change.line), place(Some(change.span)), signed, arrived];
        Row::new(Tone::Plain, cells)
    });
    let rows: Vec<Row> = rows.collect();
    let rest = changed.count.saturating_sub(rows.len());
    let mut caption = vec!["Changed in ".into(), Shown::counted(changed.count, "place")];
    if rest > 0 {
        caption.extend([", of which the first ".into(), Shown::number(rows.len()), " are listed".into()]);
    }
    Table::of(Shown::joined(&caption), &["Line", "Place", "Was signed", "Arrived"], rows)
}

fn excerpts(change: &Change, mask: &Mask) -> [Shown; 2] {
    match mask.redaction() {
        Redaction::Full => [
            mask.content(&change.signed_excerpt(), change.signed_octets),
            mask.content(&change.received_excerpt(), change.span.len()),
        ],
        Redaction::Redacted | Redaction::WithoutNames => {
            [octets::kinds(&change.signed, change.signed_octets), octets::kinds(&change.received, change.span.len())]
        }
    }
}

fn tried(diagnosis: &Diagnosis) -> Option<Block> {
    let effort = diagnosis.effort?;
    let (alone, pairs): (Vec<_>, Vec<_>) =
        diagnosis.tried.iter().partition(|attempt| attempt.transformations.len() == 1);
    let names: Vec<Shown> =
        alone.iter().flat_map(|attempt| &attempt.transformations).map(|one| Shown::fixed(one.as_str())).collect();
    let mut facts = vec![
        ("Undone alone", if names.is_empty() { "none".into() } else { Shown::list(&names, ", ") }),
        ("Undone in pairs", Shown::counted(pairs.len(), "pair")),
        ("Digests computed", Shown::number(effort.candidates)),
    ];
    if effort.exhausted {
        facts.push(("Search", "ended with its budget: not everything was tried".into()));
    }
    Some(Block::Facts(facts))
}
