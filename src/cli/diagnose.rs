//! `sealscope diagnose`: why a message is rejected, with proof.

mod evidence;

use clap::Args;
use serde_json::json;

use super::common::Common;
use super::console::{Console, Detail, Tone};
use super::error::{CliError, Exit};
use super::input::MessageArgs;
use super::session::{Keys, Session};
use crate::agent::{MakingOptions, Operation};
use crate::diagnose::{Change, Diagnosis, diagnose, diagnosis_json};
use crate::finding::counted;

const AFTER: &str = "\
Reads the message, and the workspace's keys, certificates and anchors; a signature that is not encrypted is explained \
without any. Writes nothing and fetches nothing. What a changed content was before is found by undoing, alone and in pairs, \
what mail systems are known to do; it is called proven only where the signature then verifies. Of each change the line of \
the message is shown, with the octets that were signed and those that arrived. A message that cannot be opened is compared \
with every key held here; for a chain that is not trusted it is said what is missing and where it could come from. \
--verbose lists every RecipientInfo with what is held of its key, and every candidate path with its checks. --json shows \
places only, no content.

Examples:
  sealscope diagnose refused.eml
  sealscope diagnose refused.eml --from alice@a.example --to bob@b.example
  sealscope diagnose old.bsmtp --at 2021-03-01T00:00:00Z
  sealscope diagnose - --json < refused.eml | jq .transformations

Exit status: 0 the agent accepts the message, 3 it rejects it, 1 could not run, 2 wrong use.";

/// Places that are printed; --verbose prints all that are kept.
const SHOWN: usize = 6;

/// Say why a message is rejected, with proof: what changed it, where, and which kind of system does that
///
/// Judges the message as `incoming` does. Where a signature does not hold, looks for the octets that were signed, and so
/// proves what happened to the message on its way.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct DiagnoseArgs {
    #[command(flatten)]
    message: MessageArgs,
}

pub(super) fn run(args: &DiagnoseArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let envelopes = args.message.envelopes(console)?;
    let session = Session::load(Keys::Opened, common, console)?;
    let agent = session.agent(&[], MakingOptions::default());
    let diagnoses: Vec<Diagnosis> = envelopes
        .iter()
        .map(|envelope| Ok(diagnose(&agent, &agent.account(envelope, Operation::Incoming).map_err(CliError::failed)?)))
        .collect::<Result<_, CliError>>()?;
    if console.wants_json() {
        // One message gives the object itself; several are listed in one object, so that there is always one.
        console.object(&match diagnoses.as_slice() {
            [only] => diagnosis_json(only),
            all => json!({
                "schema": "sealscope.diagnoses/1",
                "diagnoses": all.iter().map(diagnosis_json).collect::<Vec<_>>(),
            }),
        })?;
    }
    for (number, diagnosis) in diagnoses.iter().enumerate() {
        if diagnoses.len() > 1 {
            console.line(&format!("Message {} of {}", number.saturating_add(1), diagnoses.len()))?;
        }
        print(diagnosis, console)?;
    }
    let accepted = diagnoses.iter().all(|diagnosis| diagnosis.rejection.is_none());
    Ok(if accepted { Exit::Success } else { Exit::Rejected })
}

fn print(diagnosis: &Diagnosis, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    heading(diagnosis, console)?;
    if console.detail == Detail::Verdict {
        return Ok(());
    }
    for sentence in &diagnosis.explanation {
        console.line(&format!("  {sentence}."))?;
    }
    if let Some(proof) = &diagnosis.proof {
        console.line(&format!("  Proof     {proof}."))?;
    }
    changes(diagnosis, console)?;
    evidence::sources(diagnosis, console)?;
    for advice in &diagnosis.advice {
        console.line(&format!("  Try       {advice}"))?;
    }
    tried(diagnosis, console)?;
    if console.detail == Detail::Everything {
        evidence::recipient_infos(diagnosis, console)?;
        evidence::candidates(diagnosis, console)?;
    }
    Ok(())
}

/// The cause, and what is proven of it.
fn heading(diagnosis: &Diagnosis, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let names: Vec<&str> = diagnosis.transformations.iter().map(|one| one.as_str()).collect();
    let what = if names.is_empty() { String::new() } else { format!(": {}", names.join(" and ")) };
    let cause = diagnosis.cause.map_or("", |cause| cause.as_str());
    match (diagnosis.cause, diagnosis.proven) {
        (None, _) => console.toned("", Tone::Good, "Accepted", ": no cause to look for"),
        (Some(_), true) => console.toned("", Tone::Strong, "Proven", &format!(": {cause}{what}")),
        (Some(_), false) => console.toned("", Tone::Strong, "Cause", &format!(": {cause}{what}, not proven")),
    }
}

fn changes(diagnosis: &Diagnosis, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let changed = &diagnosis.changed;
    if changed.places.is_empty() {
        return Ok(());
    }
    console.line("")?;
    console.toned("", Tone::Strong, "Changed", &format!(" in {}", counted(changed.count, "place")))?;
    let shown = if console.detail == Detail::Everything { usize::MAX } else { SHOWN };
    changed.places.iter().take(shown).try_for_each(|change| place(change, console))?;
    let rest = changed.count.saturating_sub(changed.places.len().min(shown));
    if rest > 0 {
        console.line(&format!("  and in {}", counted(rest, "other place")))?;
    }
    console.line("")
}

fn place(change: &Change, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let span = change.span;
    console.line(&format!("  line {} of {}, octets {}..{}", change.line, span.buffer, span.start, span.end))?;
    console.line(&format!("    signed    {}", change.signed_excerpt()))?;
    console.line(&format!("    arrived   {}", change.received_excerpt()))
}

fn tried(diagnosis: &Diagnosis, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let Some(effort) = diagnosis.effort else { return Ok(()) };
    let alone: Vec<String> =
        diagnosis.tried.iter().filter(|one| one.transformations.len() == 1).map(|one| one.name()).collect();
    let pairs = diagnosis.tried.len().saturating_sub(alone.len());
    if !diagnosis.transformations.is_empty() && console.detail != Detail::Everything {
        return Ok(());
    }
    console.line(&format!("  Tried     {}; {}", alone.join(", "), counted(pairs, "pair")))?;
    let ended = if effort.exhausted { "; the budget ended the search" } else { "" };
    console.line(&format!(
        "            {}, {} hashed{ended}",
        counted(effort.candidates, "digest"),
        octets(effort.octets)
    ))
}

fn octets(count: usize) -> String {
    if count < 1 << 20 { counted(count, "octet") } else { format!("{} MiB", count >> 20) }
}
