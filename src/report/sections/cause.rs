//! Why: the diagnosis, with its proof and the places that were changed.

use super::super::document::{Block, Row, Section, Table, Tone};
use super::super::evidence::Evidence;
use super::super::mask::{Mask, Redaction};
use super::super::octets;
use super::super::quoting;
use super::super::shown::Shown;
use super::place;
use crate::agent::ReasonCode;
use crate::diagnose::{Change, Diagnosis};

/// The cause and the explanation; of a message that nobody was refused there is nothing to explain.
pub(super) fn section(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let diagnosis = &run.diagnosis;
    let cause = diagnosis.cause?;
    let mut facts = vec![("Cause", Shown::fixed(cause.as_str())), ("Proven", Shown::fixed(proven(diagnosis)))];
    if let Some(proof) = &diagnosis.proof {
        facts.push(("Proof", mask.sentence(proof)));
    }
    if !diagnosis.transformations.is_empty() {
        let names: Vec<Shown> = diagnosis.transformations.iter().map(|one| Shown::fixed(one.as_str())).collect();
        facts.push(("What happened on the way", Shown::list(&names, " and ")));
    }
    let mut blocks = vec![Block::Facts(facts)];
    blocks.extend(explanation(diagnosis, cause, mask));
    blocks.extend(advice(diagnosis, mask));
    blocks.extend(changes(diagnosis, mask));
    blocks.extend(tried(diagnosis));
    Section::of("cause", "Why", blocks)
}

// What is proven of anything but a changed content has a proof of its own.
const fn proven(diagnosis: &Diagnosis) -> &'static str {
    match (diagnosis.proven, diagnosis.proof.is_some(), diagnosis.effort.is_some()) {
        (true, true, _) => "yes",
        (true, false, _) => "yes: the signed octets were found again, and the signature over them is valid",
        (false, _, true) => "no: the octets that were signed were not found again",
        (false, _, false) => "no",
    }
}

fn explanation(diagnosis: &Diagnosis, cause: ReasonCode, mask: &Mask) -> Option<Block> {
    let tell = |sentence: &String| {
        if quoting::is_quoting(cause) { mask.quotation(sentence) } else { mask.sentence(sentence) }
    };
    let told: Vec<Shown> = match mask.redaction() {
        Redaction::WithoutNames => {
            let happened = diagnosis.transformations.iter().flat_map(|one| [one.happened(), one.who()]);
            happened.map(Shown::fixed).collect()
        }
        Redaction::Full | Redaction::Redacted => diagnosis.explanation.iter().map(tell).collect(),
    };
    (!told.is_empty()).then_some(Block::List(told))
}

fn advice(diagnosis: &Diagnosis, mask: &Mask) -> Option<Block> {
    let told: Vec<Shown> = match mask.redaction() {
        // That of the code and of the change names nobody.
        Redaction::WithoutNames => {
            let remedies = diagnosis.transformations.iter().map(|one| one.remedy());
            let own = diagnosis.cause.filter(|_| diagnosis.transformations.is_empty()).map(ReasonCode::advice);
            remedies.chain(own).map(Shown::fixed).collect()
        }
        Redaction::Full | Redaction::Redacted => diagnosis.advice.iter().map(|words| mask.sentence(words)).collect(),
    };
    let facts: Vec<(&'static str, Shown)> = told.into_iter().map(|words| ("What would change it", words)).collect();
    (!facts.is_empty()).then_some(Block::Facts(facts))
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
