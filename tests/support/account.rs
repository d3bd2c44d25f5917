//! Reports, and what holds of every one of them.

use sealscope::agent::Report;
use sealscope::finding::{Finding, Severity};
use sealscope::mail::Envelope;
use sealscope::span::Span;

use super::World;

pub(crate) fn received(world: &World, envelope: &Envelope) -> Report {
    let report = world.incoming(envelope).map_or_else(|report| *report, |accepted| accepted.report);
    check_account(&report);
    report
}

pub(crate) fn sent(world: &World, envelope: &Envelope) -> Report {
    let report = world.outgoing(envelope).map_or_else(|report| *report, |accepted| accepted.report);
    check_account(&report);
    report
}

/// What holds of every report: a rejection leaves a check that failed, spans lie in buffers, sentences read well.
pub(crate) fn check_account(report: &Report) {
    let findings = || report.findings().chain(report.signers.iter().flat_map(|signer| &signer.findings));
    if !report.is_accepted() {
        assert!(
            findings().any(|finding| finding.severity == Severity::Fail),
            "no check failed: {:?}",
            report.rejection
        );
    }
    let steps = report.trace.steps.iter().flat_map(|step| [step.before, step.after]).flatten();
    for span in steps.chain(findings().filter_map(|finding| finding.span)) {
        octets_of(report, span);
    }
    let reasons = report.rejection.iter().chain(report.recipients.iter().filter_map(|recipient| recipient.reason()));
    let sentences = reasons.map(|reason| &reason.detail).chain(findings().map(|finding| &finding.detail));
    for sentence in sentences.chain(report.trace.steps.iter().map(|step| &step.summary)) {
        assert!(!sentence.contains("(s)") && !sentence.ends_with('.'), "{sentence}");
    }
}

pub(crate) fn octets_of(report: &Report, span: Span) -> &[u8] {
    let buffer = report.buffer(span.buffer).unwrap_or_else(|| panic!("no buffer {}", span.buffer));
    buffer.octets().get(span.range()).unwrap_or_else(|| panic!("{span:?} of {} octets", buffer.octets().len()))
}

pub(crate) fn finding<'r>(report: &'r Report, rule: &str, severity: Severity) -> Option<&'r Finding> {
    report.findings().find(|finding| finding.rule.id == rule && finding.severity == severity)
}
