//! What each parser must hold whatever it is given, and the small world that messages are judged in.
//!
//! A fuzz target is one of these functions. Each states more than "no panic": places lie within the octets that were
//! read, what is printed is read again as the same, what is inside lies within what is around it, and nothing is
//! delivered that the one sender of the world did not sign.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a target fails by panicking"
)]
#![cfg_attr(test, allow(dead_code, missing_docs, reason = "as a test of the package above nobody calls all of it"))]

pub mod agent;
pub mod asn1;
pub mod mail;
pub mod mime;
pub mod net;
pub mod pki;
pub mod seeds;
pub mod settings;
pub mod smime;
mod support;
#[cfg(test)]
mod tests;
pub mod why;
pub mod world;

use std::ops::Range;

use sealscope::finding::{Finding, Ledger};
use sealscope::limits::Limits;
use sealscope::span::{Buffer, BufferName, Span};

/// Small enough that each is passed now and then, and that an input costs little.
pub const LIMITS: Limits = Limits {
    mime_parts: 64,
    mime_depth: 8,
    smime_layers: 3,
    signers: 8,
    recipients: 32,
    certificates: 16,
    ..Limits::DEFAULT
};

pub(crate) fn buffer(name: BufferName, octets: &[u8]) -> Buffer {
    Buffer::new(name, octets)
}

/// A range has its ends in order and lies within `octets` octets.
#[track_caller]
pub(crate) fn within(range: &Range<usize>, octets: usize) {
    assert!(range.start <= range.end && range.end <= octets, "{range:?} does not lie within {octets} octets");
}

/// A span lies within the buffer that it names, if that is one of these.
#[track_caller]
pub(crate) fn span_within(span: Span, buffers: &[&Buffer]) {
    if let Some(buffer) = buffers.iter().find(|buffer| buffer.name() == span.buffer) {
        within(&span.range(), buffer.octets().len());
    }
}

/// Findings point into their buffers, and say nothing that could steer a terminal.
#[track_caller]
pub(crate) fn findings_hold(findings: &[Finding], buffers: &[&Buffer]) {
    for finding in findings {
        if let Some(span) = finding.span {
            span_within(span, buffers);
        }
        printable(&finding.detail);
        assert!(!finding.rule.clause.is_empty(), "{}", finding.rule.id);
    }
}

#[track_caller]
pub(crate) fn ledger_holds(ledger: &Ledger, buffers: &[&Buffer]) {
    findings_hold(ledger.findings(), buffers);
}

/// No control character: neither a terminal nor a log can be steered by it.
#[track_caller]
pub(crate) fn printable(text: &str) {
    let steering =
        |found: char| found.is_control() || matches!(found, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!text.contains(steering), "control characters in {text:?}");
}
