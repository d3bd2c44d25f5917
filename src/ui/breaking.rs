//! Broken copies of the messages in the window: which ways there are for one, and the copy as a new message.

use super::document::{Document, Source};
use super::tasks::NewDocument;
use super::text::breaking as words;
use super::what_if::WhatIf;
use crate::agent::Operation;
use crate::finding::sentence_case;
use crate::mail::Envelope;
use crate::span::BufferName;
use crate::trust::Parties;
use crate::workspace::breaking::{Breakage, Broken, Change, Specimen};

/// The message as it arrives: of one that was sent, what left.
fn arriving(document: &Document) -> Option<Envelope> {
    match document.report()?.operation {
        Operation::Incoming => Some(document.envelope.clone()),
        Operation::Outgoing => document.ran()?.result.clone(),
    }
}

fn with<T>(document: &Document, parties: &Parties, ask: impl FnOnce(&Specimen<'_>) -> T) -> Result<T, String> {
    let not_run = || words::NOT_RUN.to_owned();
    let report = document.report().ok_or_else(not_run)?;
    let envelope = arriving(document).ok_or_else(|| words::NOT_SENT.to_owned())?;
    Ok(ask(&Specimen { envelope: &envelope, report, parties }))
}

/// Why a copy cannot be broken in that way; nothing where it can.
#[must_use]
pub fn why_not(document: &Document, parties: &Parties, breakage: Breakage) -> Option<String> {
    let checked = with(document, parties, |specimen| specimen.check(breakage));
    checked.and_then(|checked| checked.map_err(|error| sentence_case(&error.to_string()))).err()
}

/// The copy, as a message for the list.
///
/// # Errors
///
/// A sentence, where it cannot be made.
pub fn copy(document: &Document, parties: &Parties, breakage: Breakage, base: WhatIf) -> Result<NewDocument, String> {
    let made = with(document, parties, |specimen| specimen.broken(breakage))?;
    let Broken { mut envelope, change, left_out } = made.map_err(|error| sentence_case(&error.to_string()))?;
    envelope.message = envelope.message.renamed(BufferName::Received);
    let mut what_if = base;
    match &change {
        Change::Time(at) => what_if.at = Some(*at),
        Change::Keys(party) => what_if.without_keys_of.push(party.clone()),
        _ => {}
    }
    let mut new = NewDocument::new(words::copy_name(&document.name, breakage), Source::Made, envelope);
    new.about = Some(words::about(&document.name, breakage, &change, left_out));
    new.what_if = Some(what_if).filter(|what_if| !what_if.is_nothing());
    Ok(new)
}
