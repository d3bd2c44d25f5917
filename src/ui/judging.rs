//! What is told of a run besides the agent's record: what is derived from it once, so that no frame derives it again, and
//! the answer that counts beside one that rests on a supposition.

use super::document::{Ran, RealAnswer};
use super::outlook;
use super::structure::Structure;
use super::tasks::{self, Setting};
use super::what_if::WhatIf;
use crate::agent::{HeaderComparison, Operation, Progress, Report, compare_headers};
use crate::limits::Limits;
use crate::mail::Envelope;
use crate::span::BufferName;
use crate::trust::Parties;

/// Runs the agent on a message of the list; where something is supposed, the answer without it is kept beside.
///
/// # Errors
///
/// A sentence, where it could not run.
pub fn judge(
    setting: &Setting,
    envelope: &Envelope,
    operation: Operation,
    progress: &dyn Progress,
) -> Result<Ran, String> {
    let mut ran = tasks::run(setting, envelope, operation, progress)?;
    if !setting.what_if.is_nothing() {
        let as_it_is = Setting { what_if: WhatIf::default(), ..setting.clone() };
        let real = tasks::run(&as_it_is, envelope, operation, progress)?;
        ran.real = Some(RealAnswer::of(&real.report));
    }
    Ok(ran)
}

/// A finished run with all that is derived from it; `parties` are those that it was made with.
pub(super) fn told(setting: &Setting, parties: &Parties, report: Report, result: Option<Envelope>) -> Ran {
    Ran {
        headers: headers_of(&report),
        structure: Structure::of(&report.buffers, &Limits::DEFAULT),
        chains: outlook::all(&report, setting, parties),
        supposed: setting.what_if.clone(),
        finished: setting.now,
        real: None,
        report,
        result,
    }
}

fn headers_of(report: &Report) -> Vec<HeaderComparison> {
    let (outer, inner) = match report.operation {
        Operation::Incoming => (BufferName::Received, BufferName::Unwrapped),
        Operation::Outgoing => (BufferName::Secured, BufferName::Received),
    };
    match (report.buffer(outer), report.buffer(inner)) {
        (Some(outer), Some(inner)) => compare_headers(outer, inner, &Limits::DEFAULT),
        _ => Vec::new(),
    }
}
