//! The pieces of work: with the same keys and the same messages in every run.

use std::io::Write as _;

use sealscope::agent::{Operation, Profile};
use sealscope::diagnose::diagnose;
use sealscope::limits::Limits;
use sealscope::mail::Envelope;
use sealscope::mime::MimeTree;
use sealscope::pki::Certificate;
use sealscope::pki::path::{self, Pool};
use sealscope::smime::{self, EncryptionOptions};
use sealscope::span::{Buffer, BufferName};
use sealscope::trust::Parties;
use serde::{Deserialize, Serialize};

use super::allocations::counted;
use super::world::{ALICE, BOB, NOW, People, envelope, holder, root, text, with_agent};

/// What the work tells those who count its instructions.
#[derive(Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) openssl: String,
    pub(crate) vectors: String,
    pub(crate) work: Vec<Done>,
}

/// One piece of work.
#[derive(Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) name: String,
    pub(crate) allocations: usize,
    pub(crate) octets: usize,
}

/// Whether something was done before it is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    Never,
    Once,
}

#[derive(Default)]
struct Ledger(Vec<Done>);

impl Ledger {
    fn count(&mut self, name: &str, again: Again, work: &mut dyn FnMut()) {
        if again == Again::Once {
            work();
        }
        let ((), taken) = counted(|| written_down(work));
        self.0.push(Done { name: name.to_owned(), allocations: taken.times, octets: taken.taken });
    }
}

/// Callgrind writes a file at the end of it.
#[inline(never)]
fn written_down(work: &mut dyn FnMut()) {
    during(work);
    std::hint::black_box(());
}

/// Callgrind counts from here to the end of it.
#[inline(never)]
fn during(work: &mut dyn FnMut()) {
    work();
    std::hint::black_box(());
}

/// Does all the work, and tells what was done.
pub(crate) fn run() {
    let people = People::new();
    let mut ledger = Ledger::default();
    certificates(&people, &mut ledger);
    for (size, octets, recipients) in [
        ("2 KB to 1", 2 << 10, 1),
        ("2 KB to 10", 2 << 10, 10),
        ("2 KB to 100", 2 << 10, 100),
        ("1 MB to 1", 1 << 20, 1),
    ] {
        messages(&people, size, octets, recipients, &mut ledger);
    }
    explanations(&people, &mut ledger);
    let vectors = if wide() { "with AVX2" } else { "without AVX2" };
    let told = Told { openssl: openssl::version::version().to_owned(), vectors: vectors.to_owned(), work: ledger.0 };
    serde_json::to_writer(std::io::stdout().lock(), &told).unwrap();
    std::io::stdout().flush().unwrap();
}

#[cfg(target_arch = "x86_64")]
fn wide() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

#[cfg(not(target_arch = "x86_64"))]
fn wide() -> bool {
    false
}

fn certificates(people: &People, ledger: &mut Ledger) {
    let der = people.certificate("somebody@elsewhere.example").der().to_vec();
    ledger.count("read a certificate again", Again::Once, &mut || {
        assert!(Certificate::from_der(&der).is_ok());
    });
    let pool = Pool::new([people.intermediate.certificate().clone()]);
    let anchors = [people.root.certificate().clone()];
    let policy = Profile::default().path_policy();
    let mut find = || {
        let leaf = people.bob.certificate();
        let report = path::explain(leaf, &pool, &anchors, &[], NOW, &policy, &Limits::DEFAULT);
        assert!(report.outcome.is_ok());
    };
    ledger.count("find a path, the first time", Again::Never, &mut find);
    ledger.count("find a path again", Again::Never, &mut find);
}

fn messages(people: &People, size: &str, octets: usize, recipients: usize, ledger: &mut Ledger) {
    let (parties, names) = people.parties(recipients);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let draft = envelope(&names, &text(octets));
    with_agent(&parties, |agent| {
        let sent = agent.process_outgoing(&draft).unwrap();
        let message = sent.envelope.message.renamed(BufferName::Received);
        let received = Envelope { message, ..sent.envelope.clone() };
        ledger.count(&format!("outgoing, {size}"), Again::Once, &mut || {
            assert!(agent.process_outgoing(&draft).is_ok());
        });
        ledger.count(&format!("incoming, {size}"), Again::Once, &mut || {
            assert!(agent.process_incoming(&received).is_ok());
        });
        if recipients == 1 {
            structure(size, &received.message, sent.report.buffer(BufferName::Signed).unwrap(), ledger);
        }
    });
}

fn structure(size: &str, received: &Buffer, signed: &Buffer, ledger: &mut Ledger) {
    for (what, message) in [("encrypted", received), ("signed", signed)] {
        ledger.count(&format!("inspect {what}, {size}"), Again::Once, &mut || {
            assert!(!smime::inspect(message, &Limits::DEFAULT).layers.is_empty());
        });
    }
    ledger.count(&format!("parse, {size}"), Again::Once, &mut || {
        assert!(MimeTree::parse(signed, &Limits::DEFAULT).0.nodes().len() > 1);
    });
}

fn explanations(people: &People, ledger: &mut Ledger) {
    let (parties, _) = people.parties(1);
    let draft = envelope(&[BOB], &text(2 << 10));
    let sent = with_agent(&parties, |agent| agent.process_outgoing(&draft).unwrap());
    let altered = altered(people, sent.report.buffer(BufferName::Signed).unwrap());
    explain(&parties, "an altered word", &altered, ledger);
    let parties = Parties::new(vec![holder(BOB, &people.bob, &root("bench stranger"))]);
    let received = envelope(&[BOB], sent.envelope.message.octets());
    explain(&parties, "no anchor", &received, ledger);
}

/// The signed entity with another word in it, for Bob.
fn altered(people: &People, signed: &Buffer) -> Envelope {
    let text = String::from_utf8(signed.octets().to_vec()).unwrap().replacen("All is well,", "All was well,", 1);
    let certificates = [people.bob.certificate().clone()];
    let cms = smime::encrypt(text.as_bytes(), &certificates, &EncryptionOptions::default()).unwrap();
    let mut octets = format!("From: {ALICE}\r\nTo: {BOB}\r\nMIME-Version: 1.0\r\n").into_bytes();
    octets.extend(smime::enveloped_entity(&cms));
    envelope(&[BOB], &octets)
}

fn explain(parties: &Parties, why: &str, received: &Envelope, ledger: &mut Ledger) {
    with_agent(parties, |agent| {
        let report = agent.account(received, Operation::Incoming).unwrap();
        assert!(report.rejection.is_some());
        ledger.count(&format!("diagnose, {why}"), Again::Once, &mut || {
            assert!(!diagnose(&agent, &report).explanation.is_empty());
        });
    });
}
