//! `sealscope batch`: many messages, judged on all processors, summed up by cause, compared with what was expected.

mod bar;
mod print;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;

use super::common::Common;
use super::console::{Console, Detail, shown};
use super::error::{CliError, Exit};
use super::resolvers;
use super::session::{self, Keys, Session};
use super::{input, output};
use crate::agent::Operation;
use crate::batch::{
    Batch, Comparison, Ended, Expectations, JunitReport, MessageOutcome, Source, Summary, Verdict, expectation_line,
    message_json, summary_json,
};
use crate::io::signal;
use bar::Bar;

const AFTER: &str = "\
Reads folders to any depth, Maildirs, mbox files, envelope files and single messages; without FILE, the workspace's own \
messages. Files that are no messages are passed over and counted. Each message is read when its turn comes, so that the \
number of messages costs no memory. Judges as `incoming` does, or with --outgoing as `outgoing` does, and explains what \
is rejected as `diagnose` does. Writes nothing but the files of --junit and --write-expected. Ctrl+C ends it with what is \
known so far.

--expect FILE compares with a file of JSON Lines, one object a message: file (its path below the folder named, with #N \
for the Nth message of an mbox), and any of operation, verdict, code, cause, transformations, recipients. Messages that \
came otherwise, are missing, or are not named there are told. --write-expected FILE writes what came in this form: a \
baseline for the next run. --expect demo is what the demo's messages are made to show.

--junit FILE is redacted: it has codes and file names, and no address, header value or content. --json prints a line for \
each message as it comes, and at last one for the whole.

Examples:
  sealscope batch maildir/
  sealscope batch archive.mbox --jobs 4 --json > outcomes.jsonl
  sealscope batch corpus/ --write-expected corpus.jsonl      the outcomes of today ...
  sealscope batch corpus/ --expect corpus.jsonl              ... are they those of tomorrow?
  sealscope batch corpus/ --expect corpus.jsonl --junit results.xml
  sealscope batch --workspace demo --expect demo

Exit status: 0 all accepted, or all as expected; 3 some rejected, or not as expected; 1 could not run, or some could not \
be read; 2 wrong use.";

/// The word that stands for what the demo's messages are made to show.
const DEMO: &str = "demo";

/// Judge many messages: folders, Maildirs, mbox files; sum up by cause, compare with what was expected
///
/// Says of all together how many were accepted and rejected, groups those that were not by cause, and names the one change
/// that would mend most.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct BatchArgs {
    /// Folders, mbox files, envelope files and messages
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Compare with what this file expects, or with what the demo is made to show: `demo`
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Write what came as expectations for the next run
    #[arg(long, value_name = "FILE")]
    write_expected: Option<PathBuf>,
    /// Write a JUnit XML report, redacted
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Messages judged at a time; default: as many as there are processors
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Judge as the sender's agent does
    #[arg(long)]
    outgoing: bool,
}

pub(super) fn run(args: &BatchArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let expectations = args.expect.as_deref().map(|path| expectations(path, console)).transpose()?;
    let source = source(args, common)?;
    let session = Session::load(Keys::Opened, common, console)?;
    let operation = if args.outgoing { Operation::Outgoing } else { Operation::Incoming };
    resolvers::with_agent(&session, common, session.settings.making, |agent| {
        let batch = Batch::new(*agent, operation, args.jobs.unwrap_or_else(Batch::processors));
        let batch = match &expectations {
            Some(expectations) => batch.expecting(expectations),
            None => batch,
        };
        let mut account = Account::new(args, expectations.as_ref(), console);
        let started = Instant::now();
        let ended = account.judge(&batch, &source, console)?;
        account.conclude(args, ended, started.elapsed(), console)
    })
}

fn expectations(path: &Path, console: &mut Console<'_, '_>) -> Result<Expectations, CliError> {
    if path == Path::new(DEMO) && !path.exists() {
        return Ok(Expectations::of_demo());
    }
    let octets = input::read(path, console)?;
    let text = String::from_utf8(octets)
        .map_err(|_| CliError::Failed(format!("{} is no text in UTF-8, so it holds no expectations", shown(path))))?;
    Expectations::parse(&text).map_err(|error| CliError::Failed(format!("{}: {error}", shown(path))))
}

fn source(args: &BatchArgs, common: &Common) -> Result<Source, CliError> {
    if args.files.iter().any(|path| path == Path::new("-")) {
        return Err(CliError::usage(
            "a batch is read from files: save standard input as an mbox and name it".to_owned(),
        ));
    }
    let own = args.files.is_empty().then(|| session::folder(common)).transpose()?;
    let files = own.map_or_else(|| args.files.clone(), |folder| vec![folder]);
    let results = [&args.expect, &args.write_expected, &args.junit].into_iter().flatten().map(PathBuf::as_path);
    Source::of(&files, results).map_err(CliError::failed)
}

/// What is kept while the outcomes come.
struct Account<'e> {
    summary: Summary,
    comparison: Option<Comparison<'e>>,
    junit: Option<JunitReport>,
    baseline: Option<Vec<u8>>,
    told: print::Told,
    json: bool,
}

impl<'e> Account<'e> {
    fn new(args: &BatchArgs, expectations: Option<&'e Expectations>, console: &Console<'_, '_>) -> Self {
        Self {
            summary: Summary::default(),
            comparison: expectations.map(Comparison::new),
            junit: args.junit.is_some().then(JunitReport::new),
            baseline: args.write_expected.is_some().then(Vec::new),
            told: print::Told::new(console.detail),
            json: console.wants_json(),
        }
    }

    fn judge(&mut self, batch: &Batch<'_>, source: &Source, console: &mut Console<'_, '_>) -> Result<Ended, CliError> {
        let stop = Arc::new(AtomicBool::new(false));
        let interrupted = Arc::clone(&stop);
        signal::on_interrupt(move || interrupted.store(true, Ordering::Release)).map_err(CliError::failed)?;
        let shows = console.program.progress && console.detail > Detail::Verdict;
        let mut bar = shows.then(|| Bar::new(source.extent()));
        let mut failed = Ok(());
        let ended = batch.judge(source, &stop, &mut |outcome, done| {
            if let Some(bar) = &mut bar {
                bar.advance(&outcome, done);
            }
            failed = self.take(&outcome, bar.as_ref(), console);
            if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        drop(bar);
        failed?;
        ended.map_err(CliError::failed)
    }

    fn take(
        &mut self,
        outcome: &MessageOutcome,
        bar: Option<&Bar>,
        console: &mut Console<'_, '_>,
    ) -> Result<(), CliError> {
        self.summary.add(outcome);
        let compared = self.comparison.as_mut().map(|comparison| comparison.compare(outcome));
        let differences = compared.as_ref().and_then(Option::as_deref);
        if let Some(junit) = &mut self.junit {
            match &compared {
                Some(_) => junit.add_compared(outcome, differences),
                None => junit.add(outcome),
            }
        }
        if let Some(baseline) = &mut self.baseline
            && let Some(line) = expectation_line(outcome)
        {
            baseline.extend_from_slice(line.to_string().as_bytes());
            baseline.push(b'\n');
        }
        if self.json {
            let line = message_json(outcome, differences);
            return bar::aside(bar, || console.json_line(&line));
        }
        self.told.take(outcome, compared.as_ref().map(Option::as_deref), bar, console)
    }

    fn conclude(
        mut self,
        args: &BatchArgs,
        ended: Ended,
        took: Duration,
        console: &mut Console<'_, '_>,
    ) -> Result<Exit, CliError> {
        if let Some(path) = &args.write_expected {
            output::write_octets(path, &self.baseline.take().unwrap_or_default(), console)?;
        }
        if let (Some(path), Some(mut junit)) = (&args.junit, self.junit.take()) {
            let missing = self.comparison.iter().filter(|_| ended == Ended::Whole).flat_map(Comparison::missing);
            missing.for_each(|name| junit.add_missing(name));
            let xml = junit.into_xml(took).map_err(CliError::failed)?;
            output::write_octets(path, xml.as_bytes(), console)?;
        }
        if self.json {
            console.json_line(&summary_json(&self.summary, self.comparison.as_ref(), ended, took))?;
        } else {
            print::summary(&self.summary, &self.told, took, console)?;
            if let Some(comparison) = &self.comparison {
                print::comparison(comparison, &self.told, ended, console)?;
            }
        }
        if ended == Ended::Stopped {
            console.remark("it was interrupted: the messages that were not reached are not in this account");
        }
        Ok(self.exit(ended))
    }

    fn exit(&self, ended: Ended) -> Exit {
        let wrong = match &self.comparison {
            Some(comparison) if ended == Ended::Whole => !comparison.holds(),
            Some(comparison) => comparison.mismatched() > 0 || !comparison.unexpected().is_empty(),
            None => self.summary.count(Verdict::Rejected) > 0,
        };
        let unread = self.comparison.is_none() && self.summary.count(Verdict::NotJudged) > 0;
        match (wrong, unread || ended == Ended::Stopped) {
            (true, _) => Exit::Rejected,
            (false, true) => Exit::Failed,
            (false, false) => Exit::Success,
        }
    }
}
