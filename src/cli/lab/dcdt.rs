//! `sealscope lab dcdt`: the cases of the Direct Certificate Discovery Tool.

use std::cell::{Cell, RefCell};

use clap::Args;
use serde_json::{Value, json};

use crate::agent::{fetch_json, finding_json, lookup_json};
use crate::cli::common::Common;
use crate::cli::console::{Console, Detail};
use crate::cli::error::{CliError, Exit};
use crate::cli::resolvers::{self, Asking};
use crate::cli::session::{Keys, Session};
use crate::cli::verdict::{fetch_line, lookup_line};
use crate::discovery::dcdt::hosting::{self, Fetching};
use crate::discovery::dcdt::{CASES, Case, CaseResult, Ending, Expected, Watch};
use crate::discovery::fetch::Consent;
use crate::discovery::{Judgement, Lookup, Resolver};
use crate::finding::{counted, sentence_case};
use crate::io::dcdt::LoopbackClients;
use crate::lab::dcdt::{DirectoryMaker, LabDirectories, SlapdDirectories, Suite};
use crate::mail::Address;
use crate::pki::Certificate;

const AFTER: &str = "\
Runs the real agent against name servers and directories on 127.0.0.1, with certificates made for the run: D1 to D18 are \
about an agent that sends, H1 to H4 about what an organisation publishes. Nothing leaves this machine, and no workspace \
is read. With --for, H1 to H4 look at what is really published for an address, through the workspace's or the system's \
name server, and fetch the revocation lists that the certificates name where --online or the workspace allows it for any \
certificate. One case alone is printed with its steps.

Examples:
  sealscope lab dcdt
  sealscope lab dcdt D10
  sealscope lab dcdt --slapd --json
  sealscope lab dcdt H1 --for bob@b.example --dns-server 192.0.2.1:53

Exit status: 0 every case passed, 3 one failed, 1 one could not be run, 2 wrong use.";

/// Run the cases of the Direct Certificate Discovery Tool
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct DcdtArgs {
    /// The cases to run, such as D10; all where none is named
    #[arg(value_name = "CASE", value_parser = case)]
    cases: Vec<&'static Case>,
    /// Let OpenLDAP's slapd serve the directories, where it is installed
    #[arg(long, conflicts_with = "address")]
    slapd: bool,
    /// Look at what is really published for this address (H1 to H4)
    #[arg(long = "for", value_name = "ADDRESS", value_parser = address)]
    address: Option<Address>,
}

fn case(id: &str) -> Result<&'static Case, String> {
    Case::named(id).ok_or_else(|| "the cases are D1 to D18 and H1 to H4".to_owned())
}

fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|error| error.to_string())
}

pub(super) fn run(args: &DcdtArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let results = match &args.address {
        Some(address) => published(address, args, common, console)?,
        None => played(args, common, console)?,
    };
    if console.wants_json() {
        console.object(&object(&results))?;
    } else {
        if let ([result], true) = (results.as_slice(), console.detail > Detail::Verdict) {
            steps(result, console)?;
        }
        summary(&results, console)?;
    }
    Ok(exit(&results))
}

fn played(args: &DcdtArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Vec<CaseResult>, CliError> {
    let directories: &dyn DirectoryMaker = if args.slapd { &SlapdDirectories } else { &LabDirectories };
    let cases = if args.cases.is_empty() { CASES.iter().collect() } else { args.cases.clone() };
    let now = common.at.unwrap_or(console.program.now);
    let seed = console.program.seed;
    let rows = Rows { console: RefCell::new(console), failure: Cell::new(None) };
    let results = Suite { now, seed, clients: &LoopbackClients, directories }.run(&cases, &rows);
    rows.failure.take().map_or(Ok(results), Err)
}

fn published(
    address: &Address,
    args: &DcdtArgs,
    common: &Common,
    console: &mut Console<'_, '_>,
) -> Result<Vec<CaseResult>, CliError> {
    if let Some(case) = args.cases.iter().find(|case| !matches!(case.expected, Expected::Hosted(_))) {
        return Err(CliError::usage(format!(
            "{} is about an agent that sends: --for goes with H1 to H4, which are about what is published",
            case.id
        )));
    }
    let session = Session::load(Keys::Locked, common, console)?;
    let resolvers = resolvers::build(&session, Asking::Allowed, common)?;
    let arranged = resolvers.arranged();
    let available: Vec<&dyn Resolver> = arranged.iter().map(|scoped| -> &dyn Resolver { scoped }).collect();
    let fetcher = session.fetching(common).filter(|(_, consent)| *consent == Consent::AnyChain);
    let issuers = issuers(&session);
    let fetching = fetcher.as_ref().map(|(fetcher, _)| Fetching { fetcher, issuers: &issuers });
    let results = hosting::check(address, &available, fetching, session.now).results();
    let wanted = |result: &CaseResult| args.cases.is_empty() || args.cases.contains(&result.case);
    let results: Vec<CaseResult> = results.into_iter().filter(wanted).collect();
    if !console.wants_json() {
        results.iter().try_for_each(|result| row(result, console))?;
    }
    Ok(results)
}

fn issuers(session: &Session) -> Vec<Certificate> {
    let parties = session.contents.parties.all().iter();
    let anchors = parties.flat_map(|party| [party.incoming.certificates(), party.outgoing.certificates()]).flatten();
    session.authorities.iter().cloned().chain(anchors).collect()
}

/// Prints each case when it has ended, and ends the run when nobody reads on.
struct Rows<'c, 'p, 'a> {
    console: RefCell<&'c mut Console<'p, 'a>>,
    failure: Cell<Option<CliError>>,
}

impl Watch for Rows<'_, '_, '_> {
    fn ended(&self, result: &CaseResult) {
        let Ok(mut console) = self.console.try_borrow_mut() else { return };
        if console.wants_json() {
            return;
        }
        if let Err(error) = row(result, &mut console).and_then(|()| console.flush()) {
            self.failure.set(Some(error));
        }
    }

    fn is_cancelled(&self) -> bool {
        let failure = self.failure.take();
        let failed = failure.is_some();
        self.failure.set(failure);
        failed
    }
}

fn row(result: &CaseResult, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let CaseResult { case, ending, .. } = result;
    console.line(&format!("{:4} {:8} {}: {}", case.id, ending.as_str(), case.title, ending.words()))
}

fn steps(result: &CaseResult, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    console.line("")?;
    console.line(&format!("{} ({})", result.case.setup, result.case.clause))?;
    console.line(&format!("Expected: {}", result.case.expected))?;
    for (place, lookup) in result.lookups.iter().enumerate() {
        console.line(&format!("  {:2}. {}", place + 1, lookup_line(lookup)))?;
        judged(lookup).try_for_each(|line| console.line(&format!("      {line}")))?;
    }
    for (place, fetch) in result.fetches.iter().enumerate() {
        console.line(&format!("  {:2}. {}", result.lookups.len() + place + 1, fetch_line(fetch)))?;
    }
    for finding in &result.findings {
        console.line(&format!("  {}: {} ({})", finding.severity, finding.detail, finding.rule.clause))?;
    }
    console.line("")
}

fn judged(lookup: &Lookup) -> impl Iterator<Item = String> {
    lookup.certificates.iter().map(|brought| {
        let name = brought.certificate.common_name();
        match &brought.judgement {
            Judgement::Unjudged => format!("{name}: not judged"),
            Judgement::Taken => format!("{name}: taken"),
            Judgement::PassedOver(why) => format!("{name}: passed over, {}", crate::finding::after_colon(why)),
        }
    })
}

fn summary(results: &[CaseResult], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let count = |name: &str| results.iter().filter(|result| result.ending.as_str() == name).count();
    let (passed, failed, not_run) = (count("passed"), count("failed"), count("not-run"));
    let mut words = format!("{} run, {passed} passed, {failed} failed", counted(results.len(), "case"));
    if not_run > 0 {
        words = format!("{words}, {not_run} could not be run");
    }
    console.line(&sentence_case(&words))
}

fn exit(results: &[CaseResult]) -> Exit {
    let any = |wanted: fn(&Ending) -> bool| results.iter().any(|result| wanted(&result.ending));
    if any(|ending| matches!(ending, Ending::Failed(_))) {
        return Exit::Rejected;
    }
    if any(|ending| matches!(ending, Ending::NotRun(_))) { Exit::Failed } else { Exit::Success }
}

fn object(results: &[CaseResult]) -> Value {
    let cases = results.iter().map(|result| {
        json!({
            "id": result.case.id,
            "title": result.case.title,
            "clause": result.case.clause,
            "setup": result.case.setup,
            "expected": result.case.expected.to_string(),
            "result": result.ending.as_str(),
            "outcome": result.ending.words(),
            "lookups": result.lookups.iter().map(lookup_json).collect::<Vec<_>>(),
            "fetches": result.fetches.iter().map(fetch_json).collect::<Vec<_>>(),
            "findings": result.findings.iter().map(finding_json).collect::<Vec<_>>(),
            "milliseconds": u64::try_from(result.duration.as_millis()).unwrap_or(u64::MAX),
        })
    });
    json!({ "schema": "sealscope.lab-dcdt/1", "cases": cases.collect::<Vec<_>>() })
}
