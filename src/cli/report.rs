//! `sealscope report`: a report that may leave the house.

use std::path::{Path, PathBuf};

use clap::Args;

use super::common::Common;
use super::console::{Console, Detail, shown};
use super::error::{CliError, Exit};
use super::input::MessageArgs;
use super::output;
use super::resolvers;
use super::session::{Keys, Session};
use crate::agent::{MakingOptions, Operation, Report};
use crate::mail::Envelope;
use crate::report::{Document, Evidence, Format, Redaction, compose, render, report_json};

const AFTER: &str = "\
Judges the message as `incoming` does, or as `outgoing` with --outgoing, and writes one document: the verdict with the \
codes of the reference agents, the diagnosis with its proof, recipients, steps, signers, certificates, lookups, \
conformance rows, and how to see it again. Sends nothing.

The report is redacted, so that it can be attached to a ticket: no octet of the message inside and no digest of it, no \
header value, no name of its file or of a private key; the part of an address before the @ is a pseudonym, its domain stays. Certificates \
stay, because they are public and the other side has to know which one is meant; --mask-names masks their names as well, \
and domains. Private keys and passphrases are in no report.

Without -o it goes to standard output as Markdown. The ending of OUT chooses the format: .html, .md or .json.

Examples:
  sealscope report refused.eml > ticket.md
  sealscope report refused.eml -o ticket.html
  sealscope report refused.eml --from alice@a.example --to bob@b.example --mask-names -o ticket.html
  sealscope report letter.eml --outgoing --format json | jq '.parts[].code'
  sealscope report refused.eml --unredacted -o for-ourselves.html

Exit status: 0 accepted for at least one recipient, 3 rejected, 1 could not run, 2 wrong use.";

/// Write a report that can be sent to the other side: verdict, cause and evidence, redacted by default
///
/// As one HTML file, as Markdown or as JSON. Several messages in a file make one report with a part for each.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    message: MessageArgs,
    /// Take the message for one that is to be sent, not for one that arrives
    #[arg(long)]
    outgoing: bool,
    /// Write the report here, in the format of its ending; - is standard output
    #[arg(short, long, value_name = "OUT")]
    out: Option<PathBuf>,
    /// html, markdown or json [default: by the ending of OUT, else markdown]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Write over OUT if it exists
    #[arg(long)]
    force: bool,
    /// Mask the names in certificates and all domains as well
    #[arg(long)]
    mask_names: bool,
    /// Mask nothing: the report quotes header values, addresses and the content of the message
    #[arg(long, conflicts_with = "mask_names")]
    unredacted: bool,
}

impl ReportArgs {
    const fn redaction(&self) -> Redaction {
        match (self.unredacted, self.mask_names) {
            (true, _) => Redaction::Full,
            (false, true) => Redaction::WithoutNames,
            (false, false) => Redaction::Redacted,
        }
    }

    fn format(&self) -> Result<Format, CliError> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        let Some(out) = self.out.as_deref().filter(|out| *out != Path::new("-")) else { return Ok(Format::default()) };
        let ending = out.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        Format::of_ending(ending).ok_or_else(|| {
            let out = shown(out);
            CliError::usage(format!("{out} ends in neither .html, .md nor .json: name it so, or choose with --format"))
        })
    }

    /// Refuses, before any work is done, an OUT that is there already.
    fn check_out(&self) -> Result<(), CliError> {
        output::keep_apart(&self.message.file, self.out.as_deref())?;
        match &self.out {
            Some(out) if !self.force && out.is_file() => Err(CliError::Failed(format!(
                "{} exists already: name another file, or give --force to write over it",
                shown(out)
            ))),
            _ => Ok(()),
        }
    }
}

pub(super) fn run(args: &ReportArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let format = args.format()?;
    args.check_out()?;
    if args.out.as_deref() == Some(Path::new("-")) {
        console.take_stdout()?;
    } else if console.wants_json() && args.out.is_none() && args.format.is_some_and(|format| format != Format::Json) {
        let sentence = "--json prints JSON on standard output: leave out --format, or name a file with -o";
        return Err(CliError::usage(sentence.to_owned()));
    }
    let envelopes = args.message.envelopes(console)?;
    let session = Session::load(Keys::Opened, common, console)?;
    let (document, accepted) = judged(args, &session, &envelopes, common)?;
    write(&document, format, args, console)?;
    Ok(if accepted { Exit::Success } else { Exit::Rejected })
}

/// The document, and whether every message was accepted for somebody.
fn judged(
    args: &ReportArgs,
    session: &Session,
    envelopes: &[Envelope],
    common: &Common,
) -> Result<(Document, bool), CliError> {
    let operation = if args.outgoing { Operation::Outgoing } else { Operation::Incoming };
    resolvers::with_agent(session, common, MakingOptions::default(), |agent| {
        let reports = envelopes.iter().map(|envelope| agent.account(envelope, operation).map_err(CliError::failed));
        let reports = reports.collect::<Result<Vec<Report>, CliError>>()?;
        let source = shown(&args.message.file);
        let runs: Vec<Evidence<'_>> = envelopes
            .iter()
            .zip(&reports)
            .map(|(envelope, report)| Evidence::gather(agent, envelope, report, Some(&source)))
            .collect();
        Ok((compose(&runs, args.redaction()), reports.iter().all(Report::is_accepted)))
    })
}

fn write(
    document: &Document,
    format: Format,
    args: &ReportArgs,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    match &args.out {
        None if console.wants_json() => return console.object(&report_json(document)),
        None => return console.octets(render(document, format).as_bytes()),
        Some(out) => output::write_octets(out, render(document, format).as_bytes(), console)?,
    }
    if console.wants_json() {
        return console.object(&report_json(document));
    }
    summary(document, console)
}

/// What was written, and what whoever gets it will not see.
fn summary(document: &Document, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for part in &document.parts {
        let code = part.code.map(|code| format!(" ({code})")).unwrap_or_default();
        console.line(&format!("{}: {}{code}", part.word, part.sentence.as_str()))?;
    }
    if console.detail == Detail::Verdict {
        return Ok(());
    }
    console.line(&format!("  {}", document.redaction.sentence()))?;
    document.masked.iter().try_for_each(|(kind, count)| console.line(&format!("  Masked    {}", kind.words(*count))))
}
