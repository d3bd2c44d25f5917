//! Every message of the demo comes out as its case says.

#![cfg(test)]

use sealscope::agent::{
    Agent, MakingOptions, NoProgress, Operation, Profile, ReasonCode, RecipientState, Report, Stopped,
};
use sealscope::discovery::Resolver;
use sealscope::discovery::local::LocalResolver;
use sealscope::limits::Limits;
use sealscope::workspace::demo::{self, CASES, DemoCase, ExpectedRecipient};
use sealscope::workspace::{Contents, Unlocking, Workspace};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-03-01 9:30 UTC);

fn run(case: &DemoCase, workspace: &Workspace, contents: &Contents, now: OffsetDateTime) -> Report {
    let settings = workspace.settings().unwrap();
    let authorities: Vec<_> = contents.authorities.iter().map(|kept| kept.certificate.clone()).collect();
    let crls: Vec<_> = contents.crls.iter().map(|kept| kept.crl.clone()).collect();
    let local = LocalResolver::new(&contents.parties);
    let resolvers: [&dyn Resolver; 1] = [&local];
    let agent = Agent {
        parties: &contents.parties,
        authorities: &authorities,
        crls: &crls,
        local_domains: &settings.local_domains,
        profile: Profile::default(),
        now,
        limits: Limits::DEFAULT,
        resolvers: &resolvers,
        online: None,
        making: MakingOptions::default(),
        seed: [7; 16],
        progress: &NoProgress,
    };
    let envelope = workspace.message(case.id).unwrap().remove(0);
    let stopped = match case.operation {
        Operation::Incoming => agent.process_incoming(&envelope).map(|message| message.report),
        Operation::Outgoing => agent.process_outgoing(&envelope).map(|message| message.report),
    };
    match stopped {
        Ok(report) => report,
        Err(Stopped::Rejected(rejected)) => rejected.report,
        Err(Stopped::Failed(error)) => panic!("{}: {error}", case.id),
    }
}

fn check(case: &DemoCase, report: &Report) {
    let rejection = report.rejection.as_ref();
    assert_eq!(rejection.map(|reason| reason.code), case.rejection, "{}: {rejection:?}", case.id);
    for (address, expected) in case.recipients {
        let outcome = report.recipients.iter().find(|outcome| outcome.address.as_str() == *address).unwrap();
        let as_expected = match (&outcome.state, expected) {
            (RecipientState::Accepted, ExpectedRecipient::Accepted) => true,
            (RecipientState::Removed(reason), ExpectedRecipient::Removed(code)) => reason.code == *code,
            _ => false,
        };
        assert!(as_expected, "{}: {address} is {:?}", case.id, outcome.state);
    }
}

#[test]
fn each_of_the_fifteen_messages_comes_out_as_its_case_says() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = demo::create(&folder.path().join("demo"), NOW).unwrap();
    let contents = workspace.load(Some(&demo::passphrase()));
    assert!(contents.problems.is_empty(), "{:?}", contents.problems);
    assert_eq!(contents.unlocking, Unlocking::Opened);
    let stored: Vec<String> = workspace.messages().0.into_iter().map(|message| message.id).collect();
    assert_eq!(stored, CASES.map(|case| case.id));
    for case in &CASES {
        check(case, &run(case, &workspace, &contents, NOW));
    }
}

#[test]
fn the_expired_signer_passes_when_evaluated_before_the_certificate_ran_out() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = demo::create(&folder.path().join("demo"), NOW).unwrap();
    let contents = workspace.load(Some(&demo::passphrase()));
    let case = demo::case("09-expired-signer").unwrap();
    let report = run(case, &workspace, &contents, NOW - time::Duration::days(40));
    assert!(report.is_accepted(), "{:?}", report.rejection);
}

#[test]
fn bobs_revoked_certificate_is_passed_over_for_his_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = demo::create(&folder.path().join("demo"), NOW).unwrap();
    let contents = workspace.load(Some(&demo::passphrase()));
    let case = demo::case("05-recipient-certificate-missing").unwrap();
    let report = run(case, &workspace, &contents, NOW);
    let bob = report.recipients.first().unwrap();
    let codes: Vec<_> = bob.candidates.iter().map(|one| one.trust.as_ref().err().map(|reason| reason.code)).collect();
    assert!(codes.contains(&Some(ReasonCode::Revoked)) && codes.contains(&None), "{codes:?}");
}

#[test]
fn every_certificate_of_the_demo_says_demo() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = demo::create(&folder.path().join("demo"), NOW).unwrap();
    assert!(workspace.settings().unwrap().demo);
    let contents = workspace.load(Some(&demo::passphrase()));
    let kept = contents.parties.all().iter().flat_map(|party| &party.certificates).chain(&contents.authorities);
    let names: Vec<String> = kept.map(|kept| kept.certificate.common_name()).collect();
    assert!(names.len() >= 8 && names.iter().all(|name| name.starts_with("DEMO ")), "{names:?}");
}

#[test]
fn a_folder_with_something_in_it_does_not_become_a_demo() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.txt"), b"mine").unwrap();
    let sentence = demo::create(folder.path(), NOW).unwrap_err().to_string();
    assert!(sentence.contains("is not empty"), "{sentence}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
