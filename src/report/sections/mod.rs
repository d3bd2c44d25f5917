//! The sections of a part, each made of what one module of the core found out.

mod agents;
mod cause;
mod encryption;
mod exposure;
mod fields;
mod judged;
mod signers;
mod steps;

use super::document::{Part, Section, Tone};
use super::evidence::Evidence;
use super::mask::Mask;
use super::shown::Shown;
use crate::finding::Severity;

/// The part of one run.
pub(super) fn part(run: &Evidence<'_>, mask: &Mask) -> Part {
    let judged = run.report.judged_recipients().count();
    let accepted = run.report.judged_recipients().filter(|recipient| recipient.is_accepted()).count();
    let (tone, word, sentence) = match &run.report.rejection {
        Some(reason) => (Tone::Bad, "Rejected", mask.verdict(reason)),
        None if accepted == judged => (Tone::Good, "Accepted", for_all(judged)),
        None => (Tone::Warning, "Accepted for some", for_some(accepted, judged)),
    };
    Part {
        tone,
        word,
        code: run.report.rejection.as_ref().map(|reason| reason.code.as_str()),
        sentence,
        sections: sections(run, mask),
    }
}

fn for_all(judged: usize) -> Shown {
    Shown::joined(&["For ".into(), Shown::counted(judged, "recipient")])
}

fn for_some(accepted: usize, judged: usize) -> Shown {
    Shown::joined(&["For ".into(), Shown::number(accepted), " of ".into(), Shown::counted(judged, "recipient")])
}

fn sections(run: &Evidence<'_>, mask: &Mask) -> Vec<Section> {
    let all = [
        judged::verdict(run, mask),
        cause::section(run, mask),
        judged::message(run, mask),
        judged::recipients(run, mask),
        steps::steps(run, mask),
        signers::section(run, mask),
        encryption::section(run, mask),
        encryption::lookups(run, mask),
        agents::section(run, mask),
        agents::rows(run, mask),
        exposure::section(run, mask),
        fields::section(run, mask),
        steps::findings(run, mask),
        fields::octets(run, mask),
        judged::reproduce(run, mask),
    ];
    all.into_iter().flatten().collect()
}

const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Pass => Tone::Good,
        Severity::Info | Severity::NotChecked => Tone::Plain,
        Severity::Warning => Tone::Warning,
        Severity::Fail => Tone::Bad,
    }
}

/// `octets 12 to 40 of received`, or nothing.
fn place(span: Option<crate::span::Span>) -> Shown {
    let Some(span) = span else { return Shown::default() };
    let buffer = Shown::fixed(span.buffer.as_str());
    Shown::joined(&[
        "octets ".into(),
        Shown::number(span.start),
        " to ".into(),
        Shown::number(span.end),
        " of ".into(),
        buffer,
    ])
}

const fn yes_or_no(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}
