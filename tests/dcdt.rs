//! The cases of the Direct Certificate Discovery Tool, against real servers on loopback.
#![cfg(test)]

mod support;

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use sealscope::discovery::dcdt::{CASES, Case, CaseResult, Clients, Ending, Lots, NoWatch, Watch};
use sealscope::discovery::fetch::{FetchKind, FetchOutcome, Fetcher};
use sealscope::discovery::{Judgement, LookupAnswer, Resolver};
use sealscope::io::dcdt::LoopbackClients;
use sealscope::lab::dcdt::{DirectoryMaker, LabDirectories, SlapdDirectories, Suite};
use support::NOW;
use support::directories::slapd_is_installed;

/// Finds nothing, whatever is asked: an agent that cannot look anything up.
struct Blind;

impl Clients for Blind {
    fn resolvers(&self, _: SocketAddr, _: Lots) -> Result<Vec<Box<dyn Resolver>>, String> {
        Ok(Vec::new())
    }

    fn fetcher(&self) -> Option<Box<dyn Fetcher>> {
        None
    }
}

/// Looks certificates up and fetches nothing that they point at.
struct Offline;

impl Clients for Offline {
    fn resolvers(&self, name_server: SocketAddr, lots: Lots) -> Result<Vec<Box<dyn Resolver>>, String> {
        LoopbackClients.resolvers(name_server, lots)
    }

    fn fetcher(&self) -> Option<Box<dyn Fetcher>> {
        None
    }
}

fn run(
    clients: &dyn Clients,
    directories: &dyn DirectoryMaker,
    cases: &[&'static Case],
    watch: &dyn Watch,
) -> Vec<CaseResult> {
    Suite { now: NOW, seed: [7; 16], clients, directories }.run(cases, watch)
}

fn cases(ids: &[&str]) -> Vec<&'static Case> {
    ids.iter().map(|id| Case::named(id).unwrap()).collect()
}

fn all() -> Vec<&'static Case> {
    CASES.iter().collect()
}

fn table(program: &str, results: &[CaseResult]) {
    let mut text = format!("\nWith {program}:\n");
    for result in results {
        let (case, ending) = (result.case, &result.ending);
        text.push_str(&format!("{:4} {:8} {}: {}\n", case.id, ending.as_str(), case.title, ending.words()));
    }
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn assert_passed(results: &[CaseResult]) {
    assert_eq!(results.len(), 22);
    let bad: Vec<_> = results.iter().filter(|result| !matches!(result.ending, Ending::Passed(_))).collect();
    let told: Vec<_> = bad.iter().map(|result| (result.case.id, &result.ending, steps(result))).collect();
    assert!(told.is_empty(), "{told:#?}");
}

fn steps(result: &CaseResult) -> Vec<String> {
    let lookups = result.lookups.iter().map(|step| format!("{} → {}", step.query, step.answer));
    lookups.chain(result.fetches.iter().map(|step| format!("{} → {}", step.url, step.outcome))).collect()
}

#[test]
fn every_case_has_its_expected_outcome_with_the_labs_own_directories() {
    let results = run(&LoopbackClients, &LabDirectories, &all(), &NoWatch);
    table(LabDirectories.name(), &results);
    assert_passed(&results);
}

#[test]
fn every_case_has_its_expected_outcome_with_slapd() {
    if !slapd_is_installed("every_case_has_its_expected_outcome_with_slapd") {
        return;
    }
    let results = run(&LoopbackClients, &SlapdDirectories, &all(), &NoWatch);
    table(SlapdDirectories.name(), &results);
    assert_passed(&results);
}

#[test]
fn an_agent_that_finds_nothing_fails_every_case_that_wants_something_found() {
    let results = run(&Blind, &LabDirectories, &cases(&["D1", "D4", "D5", "D12", "D13", "H1"]), &NoWatch);
    for result in &results {
        assert!(matches!(result.ending, Ending::Failed(_)), "{}: {:?}", result.case.id, result.ending);
    }
}

#[test]
fn a_case_reports_its_steps_in_order_with_what_became_of_each_certificate() {
    let results = run(&LoopbackClients, &LabDirectories, &cases(&["D10", "D9"]), &NoWatch);
    let down = steps(&results[0]);
    assert!(down[0].starts_with("d10.d10.example. CERT"), "{down:#?}");
    let order =
        ["_ldap._tcp.d10.example. SRV", "ldap1.d10.example. A", "ldap2.d10.example. A", "(mail=d10@d10.example)"];
    let places: Vec<_> =
        order.iter().map(|query| down.iter().position(|step| step.starts_with(query)).unwrap()).collect();
    assert!(places.is_sorted(), "{down:#?}");
    let [step] = results[1].lookups.as_slice() else { panic!("{:#?}", steps(&results[1])) };
    assert_eq!(step.answer, LookupAnswer::Found(2));
    let judged: Vec<_> = step.certificates.iter().map(|brought| &brought.judgement).collect();
    assert!(judged.contains(&&Judgement::Taken), "{judged:?}");
    assert!(
        judged.iter().any(|one| matches!(one, Judgement::PassedOver(why) if why.contains("expired"))),
        "{judged:?}"
    );
}

#[test]
fn an_agent_that_fetches_nothing_fails_the_cases_of_revocation_and_of_a_missing_issuer() {
    let results = run(&Offline, &LabDirectories, &cases(&["D17", "D18"]), &NoWatch);
    for result in &results {
        assert!(matches!(result.ending, Ending::Failed(_)), "{}: {:?}", result.case.id, result.ending);
        assert!(result.fetches.is_empty());
    }
}

#[test]
fn a_case_reports_what_it_fetched_and_which_certificates_the_list_withdraws() {
    let results = run(&LoopbackClients, &LabDirectories, &cases(&["D17", "D18", "H1"]), &NoWatch);
    for (result, kind, path) in [
        (&results[0], FetchKind::RevocationList, "/root.crl"),
        (&results[1], FetchKind::Issuer, "/intermediate.cer"),
        (&results[2], FetchKind::RevocationList, "/root.crl"),
    ] {
        let [fetch] = result.fetches.as_slice() else { panic!("{:#?}", steps(result)) };
        assert_eq!((fetch.kind, &fetch.outcome), (kind, &FetchOutcome::Fetched), "{}", result.case.id);
        assert!(fetch.url.ends_with(path), "{}", fetch.url);
    }
    let brought: Vec<_> = results[0].lookups.iter().flat_map(|lookup| &lookup.certificates).collect();
    let taken = brought.iter().filter(|brought| brought.judgement == Judgement::Taken).count();
    let revoked = |brought: &&&sealscope::discovery::Brought| matches!(&brought.judgement, Judgement::PassedOver(why) if why.contains("keyCompromise"));
    assert_eq!((taken, brought.iter().filter(revoked).count()), (1, 2), "{brought:#?}");
    let listed = results[2].findings.iter().find(|finding| finding.rule.id == "hosting.revocation-list").unwrap();
    assert!(listed.detail.contains("not revoked"), "{}", listed.detail);
}

#[test]
fn a_run_tells_how_it_goes_on_and_ends_between_two_cases_when_asked() {
    #[derive(Default)]
    struct Counter(AtomicUsize, AtomicUsize);
    impl Watch for Counter {
        fn begins(&self, _: &'static Case) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        fn ended(&self, _: &CaseResult) {
            self.1.fetch_add(1, Ordering::Relaxed);
        }
        fn is_cancelled(&self) -> bool {
            self.1.load(Ordering::Relaxed) == 2
        }
    }
    let counter = Counter::default();
    let results = run(&LoopbackClients, &LabDirectories, &cases(&["D11", "D5", "D6"]), &counter);
    assert_eq!(results.len(), 2);
    assert_eq!((counter.0.into_inner(), counter.1.into_inner()), (2, 2));
}

#[test]
fn a_directory_that_cannot_be_started_is_no_verdict_about_the_agent() {
    struct Broken;
    impl DirectoryMaker for Broken {
        fn name(&self) -> &'static str {
            "nothing"
        }
        fn start(
            &self,
            _: &sealscope::lab::ldap::Directory,
        ) -> Result<Box<dyn sealscope::lab::dcdt::RunningDirectory>, String> {
            Err("no such program".to_owned())
        }
    }
    let results = run(&LoopbackClients, &Broken, &cases(&["D3"]), &NoWatch);
    assert_eq!(results[0].ending, Ending::NotRun("a directory could not be started: no such program".to_owned()));
}
