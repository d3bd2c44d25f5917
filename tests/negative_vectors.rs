//! Messages that are wrong in one way each, made here from good ones, and the answer that each must get.
//!
//! In the manner of Wycheproof: a vector has a name that says what is wrong, and the code expected. `accepted` stands only
//! where the specifications allow what is odd, with the reason beside it. `cargo test --test negative_vectors --
//! --nocapture` prints the table.
#![cfg(test)]
#![allow(
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "the vectors are tables, and a row is a change of octets"
)]

mod support;

#[path = "negative_vectors/certificates.rs"]
mod certificates;
#[path = "negative_vectors/encoding.rs"]
mod encoding;
#[path = "negative_vectors/envelopes.rs"]
mod envelopes;
#[path = "negative_vectors/forge.rs"]
mod forge;
#[path = "negative_vectors/keys.rs"]
mod keys;
#[path = "negative_vectors/signatures.rs"]
mod signatures;

use std::collections::{BTreeMap, BTreeSet};

use forge::Lab;
use sealscope::finding::Severity;
use support::account::check_account;
use support::receiver::answer;
use support::{ALICE, BOB, envelope};

/// One message, and the answer it must get.
pub(crate) struct Vector {
    /// What is wrong.
    name: String,
    /// The whole message.
    message: Vec<u8>,
    /// The code, or `accepted`.
    expected: &'static str,
    /// Why it may be accepted, where it is.
    acceptable: Option<&'static str>,
    /// A finding that must be there as a warning, where it is accepted.
    told: Option<&'static str>,
}

/// A group of vectors: those of one structure or algorithm.
pub(crate) struct Group {
    name: &'static str,
    vectors: Vec<Vector>,
}

impl Group {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, vectors: Vec::new() }
    }

    /// A message that must be refused with this code.
    pub(crate) fn refused(&mut self, expected: &'static str, name: impl Into<String>, message: Vec<u8>) {
        self.vectors.push(Vector { name: name.into(), message, expected, acceptable: None, told: None });
    }

    /// A message that is odd and allowed, and why.
    pub(crate) fn acceptable(&mut self, why: &'static str, name: impl Into<String>, message: Vec<u8>) {
        self.vectors.push(Vector {
            name: name.into(),
            message,
            expected: "accepted",
            acceptable: Some(why),
            told: None,
        });
    }

    /// A message that is odd, allowed, and told of under this rule.
    pub(crate) fn told(&mut self, rule: &'static str, why: &'static str, name: impl Into<String>, message: Vec<u8>) {
        self.acceptable(why, name, message);
        if let Some(last) = self.vectors.last_mut() {
            last.told = Some(rule);
        }
    }
}

#[test]
fn nothing_that_is_wrong_is_accepted_and_each_fault_has_its_code() {
    let lab = Lab::new();
    let groups: Vec<Group> = [
        encoding::groups(&lab),
        signatures::groups(&lab),
        keys::groups(&lab),
        envelopes::groups(&lab),
        certificates::groups(&lab),
    ]
    .into_iter()
    .flatten()
    .collect();
    let (mut wrong, mut names) = (Vec::new(), BTreeSet::new());
    println!("{:<34} {:>7} {:>10}  answers", "group", "vectors", "acceptable");
    for group in &groups {
        let mut answers: BTreeMap<&str, usize> = BTreeMap::new();
        for vector in &group.vectors {
            assert!(names.insert((group.name, &vector.name)), "{}: {} is there twice", group.name, vector.name);
            assert_eq!(vector.expected == "accepted", vector.acceptable.is_some(), "{}", vector.name);
            let arrived = lab.world.incoming(&envelope(ALICE, &[BOB], &vector.message));
            let report = arrived.map_or_else(|report| *report, |accepted| accepted.report);
            check_account(&report);
            let found = answer(&report);
            *answers.entry(found).or_default() += 1;
            if found != vector.expected {
                let reason = report.recipients[0].reason().map(|reason| reason.detail.clone());
                wrong.push(format!("{}: {}: {found}, not {}: {reason:?}", group.name, vector.name, vector.expected));
            }
            let warned = |rule: &str| {
                let findings = report.findings().chain(report.signers.iter().flat_map(|signer| &signer.findings));
                findings
                    .into_iter()
                    .any(|f| f.rule.id == rule && matches!(f.severity, Severity::Warning | Severity::Info))
            };
            if let Some(rule) = vector.told.filter(|rule| !warned(rule)) {
                wrong.push(format!("{}: {}: nothing is told under {rule}", group.name, vector.name));
            }
        }
        let acceptable = group.vectors.iter().filter(|vector| vector.acceptable.is_some()).count();
        let answers: Vec<String> = answers.iter().map(|(code, count)| format!("{code} {count}")).collect();
        println!("{:<34} {:>7} {acceptable:>10}  {}", group.name, group.vectors.len(), answers.join(", "));
    }
    println!("{:<34} {:>7}", "all", names.len());
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), names.len());
    assert!(names.len() >= 150, "only {} vectors", names.len());
}

#[test]
fn every_way_to_fail_at_a_content_key_reads_the_same() {
    let lab = Lab::new();
    let groups = envelopes::groups(&lab);
    let pkcs1 = groups.iter().find(|group| group.name == "RSA PKCS #1 v1.5 encryption").unwrap();
    let mut details = BTreeSet::new();
    for vector in pkcs1.vectors.iter().filter(|vector| vector.expected == "not-decryptable") {
        let report = lab.world.incoming(&envelope(ALICE, &[BOB], &vector.message)).unwrap_err();
        details.insert(report.recipients[0].reason().unwrap().detail.clone());
    }
    // What differs must not be the padding: a wrong content key is another matter, and tells nothing of the RSA block.
    assert_eq!(details.len(), 1, "{details:#?}");
}

/// A segment of a string.
fn forge_element(octets: &[u8]) -> Vec<u8> {
    support::der::element(4, octets)
}

/// The signingTime attribute.
fn forge_time(text: &str) -> Vec<u8> {
    forge::attribute(forge::SIGNING_TIME, &[support::der::element(0x17, text.as_bytes())])
}
