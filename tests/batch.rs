//! Many messages at once: what becomes of each, in which order, and what stands in the way of none of the others.
#![cfg(test)]

mod support;

use std::fs;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use sealscope::agent::{Agent, Operation, Progress, ReasonCode, StepName};
use sealscope::batch::{
    Batch, Comparison, Ended, Expectations, Judgement, JunitReport, MessageOutcome, Source, Summary, Verdict,
    expectation_line, message_json,
};
use sealscope::diagnose::Transformation;
use sealscope::limits::Limits;
use sealscope::mail::bsmtp;
use support::handmade::{detached, enveloped, multipart_signed, wrapped};
use support::receiver::{Receiver, signed};
use support::{ALICE, BOB, envelope, message};

struct Folder {
    scratch: tempfile::TempDir,
    receiver: Receiver,
    good: Vec<u8>,
    footer: Vec<u8>,
    clear: Vec<u8>,
}

impl Folder {
    fn new() -> Self {
        let receiver = Receiver::new();
        let alice = receiver.circle.address(ALICE);
        let secured = |entity: &[u8]| enveloped(ALICE, BOB, entity, &[receiver.bob.certificate()]);
        let content = wrapped(&message(ALICE, &[BOB]));
        let altered = [content.as_slice(), b"-- \r\ncare mailing list\r\n"].concat();
        let footer = secured(&multipart_signed(&altered, &detached(&content, &alice)));
        let good = secured(&signed(&alice));
        let clear = message(ALICE, &[BOB]);
        Self { scratch: tempfile::tempdir().unwrap(), receiver, good, footer, clear }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn put(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, octets).unwrap();
        path
    }

    fn source(&self) -> Source {
        Source::of(&[self.scratch.path().to_owned()], []).unwrap()
    }

    fn judge(&self) -> Vec<MessageOutcome> {
        self.judge_with(2, |agent| agent).0
    }

    fn judge_with(&self, jobs: usize, change: impl FnOnce(Agent<'_>) -> Agent<'_>) -> (Vec<MessageOutcome>, Ended) {
        self.receiver.world.with_agent(|agent| {
            let batch = Batch::new(change(agent), Operation::Incoming, NonZeroUsize::new(jobs).unwrap());
            judge(&batch, &self.source(), usize::MAX)
        })
    }
}

/// The outcomes, of which the run is broken off after `most`.
fn judge(batch: &Batch<'_>, source: &Source, most: usize) -> (Vec<MessageOutcome>, Ended) {
    let mut outcomes = Vec::new();
    let mut each = |outcome, _| {
        outcomes.push(outcome);
        if outcomes.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let ended = batch.judge(source, &AtomicBool::new(false), &mut each).unwrap();
    assert!(outcomes.iter().enumerate().all(|(place, outcome)| outcome.index == place));
    (outcomes, ended)
}

fn told(outcomes: &[MessageOutcome]) -> Vec<String> {
    let tell = |outcome: &MessageOutcome| {
        let cause = outcome.cause().map_or("", ReasonCode::as_str);
        format!("{} {} {cause}", outcome.place, outcome.verdict().as_str()).trim_end().to_owned()
    };
    outcomes.iter().map(tell).collect()
}

fn mbox(messages: &[&[u8]]) -> Vec<u8> {
    let from = b"From alice@a.example Mon Jun  1 12:00:00 2026\n".as_slice();
    messages.iter().flat_map(|message| [from, message, b"\n"].concat()).collect()
}

#[test]
fn every_file_of_a_folder_has_its_outcome_in_the_order_of_names() {
    let folder = Folder::new();
    folder.put("b/good.eml", &folder.good);
    folder.put("b/altered.eml", &folder.footer);
    folder.put("a/clear.eml", &folder.clear);
    folder.put("notes.txt", b"no message at all");
    folder.put("empty", b"");
    let outcomes = folder.judge();
    let expected = [
        "a/clear.eml rejected not-encrypted",
        "b/altered.eml rejected digest-mismatch",
        "b/good.eml accepted",
        "empty no-message",
        "notes.txt no-message",
    ];
    assert_eq!(told(&outcomes), expected);
    let altered = outcomes[1].judged().unwrap();
    assert!(altered.proven && altered.transformations == [Transformation::FooterAdded], "{altered:?}");
    assert_eq!(outcomes[1].octets, folder.footer.len());
}

#[test]
fn an_mbox_a_maildir_and_an_envelope_file_with_several_transactions_are_gone_through() {
    let folder = Folder::new();
    folder.put("archive.mbox", &mbox(&[&folder.good, &folder.clear, &folder.footer]));
    for (name, octets) in [("cur/1:2,S", &folder.good), ("new/2", &folder.clear), ("tmp/3", &folder.good)] {
        folder.put(&format!("box/{name}"), octets);
    }
    let transactions = [&folder.good, &folder.clear].map(|octets| bsmtp::write(&envelope(ALICE, &[BOB], octets)));
    folder.put("two.bsmtp", &transactions.concat());
    let expected = [
        "archive.mbox#1 accepted",
        "archive.mbox#2 rejected not-encrypted",
        "archive.mbox#3 rejected digest-mismatch",
        "box/cur/1:2,S accepted",
        "box/new/2 rejected not-encrypted",
        "two.bsmtp#1 accepted",
        "two.bsmtp#2 rejected not-encrypted",
    ];
    assert_eq!(told(&folder.judge()), expected);
}

#[test]
fn one_job_and_many_give_the_same() {
    let folder = Folder::new();
    let kinds = [&folder.good, &folder.footer, &folder.clear];
    for number in 0..60 {
        folder.put(&format!("{}/{number:03}.eml", number % 4), kinds[number % 3]);
    }
    let [one, many] = [1, 5].map(|jobs| told(&folder.judge_with(jobs, |agent| agent).0));
    assert_eq!(one, many);
    assert_eq!(one.len(), 60);
}

#[cfg(unix)]
#[test]
fn links_that_lead_round_and_folders_without_end_are_gone_through_once() {
    let folder = Folder::new();
    let mut deep = PathBuf::from("deep");
    for _ in 0..120 {
        deep.push("and-deeper");
    }
    folder.put(deep.join("good.eml").to_str().unwrap(), &folder.good);
    std::os::unix::fs::symlink(folder.path(""), folder.path("deep/round")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("lost.eml")).unwrap();
    std::os::unix::fs::symlink("turning", folder.path("turning")).unwrap();
    let outcomes = folder.judge();
    let found: Vec<Verdict> = outcomes.iter().map(MessageOutcome::verdict).collect();
    assert_eq!(found, [Verdict::Accepted, Verdict::NoMessage, Verdict::NotJudged, Verdict::NotJudged]);
    assert!(outcomes[2].explanation().contains("lost.eml: there is no such file"), "{}", outcomes[2].explanation());
}

#[test]
fn a_message_that_passes_a_limit_is_told_and_the_next_one_judged() {
    let folder = Folder::new();
    let large = [folder.clear.as_slice(), &b"x".repeat(folder.good.len() + 3_000), b"\n"].concat();
    folder.put("1.eml", &large);
    folder.put("2.mbox", &mbox(&[&large, &folder.good]));
    let most = folder.good.len() + 1_000;
    let (outcomes, _) =
        folder.judge_with(2, |agent| Agent { limits: Limits { message_octets: most, ..agent.limits }, ..agent });
    let expected = ["1.eml not-judged limit-exceeded", "2.mbox#1 not-judged limit-exceeded", "2.mbox#2 accepted"];
    assert_eq!(told(&outcomes), expected);
}

/// Does something to the world when the first message begins.
struct AtFirst<'f> {
    begun: AtomicUsize,
    act: &'f (dyn Fn(usize) + Send + Sync),
}

impl Progress for AtFirst<'_> {
    fn begins(&self, step: StepName) {
        if Some(&step) == StepName::INCOMING.first() {
            (self.act)(self.begun.fetch_add(1, Ordering::SeqCst));
        }
    }
}

#[test]
fn a_file_that_vanishes_during_the_run_is_an_outcome_of_its_own() {
    let folder = Folder::new();
    folder.put("1.eml", &folder.good);
    let lost = folder.put("2.eml", &folder.good);
    folder.put("3.eml", &folder.good);
    let remove = |number: usize| {
        if number == 0 {
            fs::remove_file(&lost).unwrap();
        }
    };
    let progress = AtFirst { begun: AtomicUsize::new(0), act: &remove };
    let (outcomes, ended) = folder.receiver.world.with_agent(|agent| {
        let batch = Batch::new(Agent { progress: &progress, ..agent }, Operation::Incoming, NonZeroUsize::MIN);
        judge(&batch, &folder.source(), usize::MAX)
    });
    assert_eq!(told(&outcomes), ["1.eml accepted", "2.eml not-judged", "3.eml accepted"]);
    assert!(outcomes[1].explanation().contains("there is no such file"));
    assert_eq!(ended, Ended::Whole);
}

#[test]
fn a_fault_of_this_program_costs_the_one_message_in_which_it_shows() {
    let folder = Folder::new();
    (1..=4).for_each(|number| drop(folder.put(&format!("{number}.eml"), &folder.good)));
    let progress = AtFirst { begun: AtomicUsize::new(0), act: &|number| assert_ne!(number, 1, "a made-up fault") };
    let (outcomes, _) = folder.receiver.world.with_agent(|agent| {
        let batch = Batch::new(Agent { progress: &progress, ..agent }, Operation::Incoming, NonZeroUsize::MIN);
        judge(&batch, &folder.source(), usize::MAX)
    });
    assert_eq!(told(&outcomes), ["1.eml accepted", "2.eml not-judged", "3.eml accepted", "4.eml accepted"]);
    let Judgement::NotJudged { why, .. } = &outcomes[1].judgement else { panic!("{:?}", outcomes[1]) };
    assert!(why.starts_with("2.eml was not judged because of a fault in this program"), "{why}");
}

#[test]
fn what_is_broken_off_is_a_beginning_of_the_whole() {
    let folder = Folder::new();
    (0..400).for_each(|number| drop(folder.put(&format!("{number:03}.eml"), &folder.clear)));
    let (outcomes, ended) = folder
        .receiver
        .world
        .with_agent(|agent| judge(&Batch::new(agent, Operation::Incoming, NonZeroUsize::MIN), &folder.source(), 7));
    assert_eq!((outcomes.len(), ended), (7, Ended::Stopped));
    assert_eq!(outcomes[6].place.name(), "006.eml");
}

#[test]
fn a_summary_groups_by_cause_and_names_what_would_mend_most() {
    let folder = Folder::new();
    (0..5).for_each(|number| drop(folder.put(&format!("altered/{number}.eml"), &folder.footer)));
    (0..3).for_each(|number| drop(folder.put(&format!("clear/{number}.eml"), &folder.clear)));
    folder.put("good.eml", &folder.good);
    folder.put("notes.txt", b"no message at all");
    let mut summary = Summary::default();
    folder.judge().iter().for_each(|outcome| summary.add(outcome));
    assert_eq!((summary.messages(), summary.troubles(), summary.count(Verdict::NoMessage)), (9, 8, 1));
    let groups: Vec<(String, usize, usize)> =
        summary.groups().iter().map(|group| (group.cause.names(), group.count, group.proven)).collect();
    let named = |name: &str, count, proven| (name.to_owned(), count, proven);
    let altered = named("digest-mismatch: footer-added", 5, 5);
    assert_eq!(groups, [altered, named("not-encrypted", 3, 3), named("", 1, 0), named("", 1, 0)]);
    let most = summary.mends_most().unwrap();
    assert_eq!(most.examples, ["altered/0.eml", "altered/1.eml", "altered/2.eml"]);
    assert_eq!(most.most_concerned(), Some(("a.example", 5)));
    assert!(most.issuers.ranked()[0].0.contains("Good intermediate"));
}

#[test]
fn what_came_once_is_expected_the_next_time_and_every_deviation_is_found() {
    let folder = Folder::new();
    folder.put("1.eml", &folder.good);
    folder.put("2.eml", &folder.footer);
    folder.put("notes.txt", b"no message at all");
    let outcomes = folder.judge();
    let lines: Vec<String> = outcomes.iter().filter_map(expectation_line).map(|line| line.to_string()).collect();
    assert_eq!(lines.len(), 2);
    let baseline = Expectations::parse(&lines.join("\n")).unwrap();
    let mut comparison = Comparison::new(&baseline);
    outcomes.iter().for_each(|outcome| drop(comparison.compare(outcome)));
    assert!(comparison.holds());

    folder.put("2.eml", &folder.clear);
    folder.put("3.eml", &folder.good);
    fs::remove_file(folder.path("1.eml")).unwrap();
    let mut comparison = Comparison::new(&baseline);
    let differences: Vec<_> = folder.judge().iter().map(|outcome| comparison.compare(outcome)).collect();
    let members: Vec<&str> = differences[0].as_ref().unwrap().iter().map(|one| one.member.as_str()).collect();
    assert_eq!(members, ["code", "cause", "transformations", BOB]);
    assert_eq!((comparison.matched(), comparison.mismatched()), (0, 1));
    assert_eq!((comparison.missing(), comparison.unexpected()), (vec!["1.eml"], ["3.eml".to_owned()].as_slice()));
    assert!(!comparison.holds());
}

#[test]
fn a_junit_report_reads_back_and_quotes_nothing() {
    let folder = Folder::new();
    folder.put("in/good.eml", &folder.good);
    folder.put("in/altered.eml", &folder.footer);
    folder.put("lost.mbox", &mbox(&[&folder.clear]));
    folder.put("notes.txt", b"no message at all");
    let mut report = JunitReport::new();
    folder.judge().iter().for_each(|outcome| report.add(outcome));
    report.add_missing("in/never\u{1b}[31m.eml");
    let xml = report.into_xml(std::time::Duration::from_secs(1)).unwrap();
    for quoted in ["a.example", "b.example", "Good intermediate", "Results", "All is well", "\u{1b}"] {
        assert!(!xml.contains(quoted), "{quoted}: {xml}");
    }
    let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    assert_eq!((read.tests, read.failures, read.errors), (5, 2, 1));
    let suites: Vec<&str> = read.test_suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(suites, [".", "in"]);
    assert!(xml.contains("type=\"digest-mismatch\"") && xml.contains("(footer-added)"), "{xml}");
}

#[test]
fn a_line_of_json_tells_of_no_content() {
    let folder = Folder::new();
    folder.put("altered.eml", &folder.footer);
    let line = message_json(&folder.judge()[0], None);
    assert_eq!(line["schema"], "sealscope.batch-message/1");
    assert_eq!(line["recipients"][0]["code"], "digest-mismatch");
    let text = line.to_string();
    assert!(!text.contains("All is well") && !text.contains("mailing list\\r") && !text.contains("Results"), "{text}");
}

#[test]
fn the_demo_comes_out_as_it_is_made_to() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path().join("demo");
    let now = time::macros::datetime!(2026-06-01 12:00 UTC);
    let workspace = sealscope::workspace::demo::create(&root, now).unwrap();
    let contents = workspace.load(Some(&sealscope::workspace::demo::passphrase()));
    let authorities: Vec<_> = contents.authorities.iter().map(|known| known.certificate.clone()).collect();
    let crls: Vec<_> = contents.crls.iter().map(|known| known.crl.clone()).collect();
    let resolver = sealscope::discovery::local::LocalResolver::new(&contents.parties);
    let domains = workspace.settings().unwrap().local_domains;
    let expectations = Expectations::of_demo();
    Receiver::new().world.with_agent(|agent| {
        let agent = Agent {
            parties: &contents.parties,
            authorities: &authorities,
            crls: &crls,
            local_domains: &domains,
            resolvers: &[&resolver],
            now,
            ..agent
        };
        let batch = Batch::new(agent, Operation::Incoming, NonZeroUsize::MIN).expecting(&expectations);
        // Of a workspace its messages are meant.
        let source = Source::of(std::slice::from_ref(&root), std::iter::empty::<&Path>()).unwrap();
        let mut comparison = Comparison::new(&expectations);
        let (outcomes, _) = judge(&batch, &source, usize::MAX);
        let wrong: Vec<_> =
            outcomes.iter().filter_map(|one| comparison.compare(one).filter(|all| !all.is_empty())).collect();
        assert!(comparison.holds(), "{wrong:?} {:?} {:?}", comparison.missing(), comparison.unexpected());
    });
}
