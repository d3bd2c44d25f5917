//! `sealscope emulate`: our answer beside those of the reference agents.

use clap::Args;
use serde_json::json;

use super::common::Common;
use super::console::{Console, Detail, Tone};
use super::error::{CliError, Exit};
use super::input::MessageArgs;
use super::output;
use super::resolvers::{self, Asking};
use super::session::{Keys, Session};
use crate::agent::{MakingOptions, Operation, RecipientState, Report};
use crate::discovery::Resolver;
use crate::emulate::{Emulated, EmulatedAgent, emulate_incoming, emulate_outgoing, emulation_json};
use crate::mail::Envelope;

const AFTER: &str = "\
Three columns: what Sealscope answers, and what the Java reference agent 8.1.0 and the C# reference agent (2025-07) \
would have answered for the same envelope with the same keys, anchors and time, under their own code names. Below, \
every point in which they depart from ours, with the rule behind it and whether it was measured, read in the source, or \
is a guess. \
Their rules have known faults; their answer is no reason to trust a message.

Examples:
  sealscope emulate secured.eml
  sealscope emulate secured.eml --from alice@a.example --to bob@b.example --to carol@b.example
  sealscope emulate letter.eml --outgoing
  sealscope emulate secured.eml --json | jq '.agents[] | {agent, code, deviations}'

Exit status: 0 done, whatever the answers are, 1 could not run, 2 wrong use.";

/// Show what the Java and the C# reference agent would have answered, beside our answer
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct EmulateArgs {
    #[command(flatten)]
    message: MessageArgs,
    /// Take the message for one that is to be sent, not for one that arrives
    #[arg(long)]
    outgoing: bool,
}

/// Our answer, and theirs.
struct Answers {
    ours: Report,
    theirs: Vec<Emulated>,
}

pub(super) fn run(args: &EmulateArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let envelopes = args.message.envelopes(console)?;
    let session = Session::load(Keys::Opened, common, console)?;
    let operation = if args.outgoing { Operation::Outgoing } else { Operation::Incoming };
    let all = envelopes
        .iter()
        .map(|envelope| answers(&session, operation, envelope, common))
        .collect::<Result<Vec<_>, _>>()?;
    if console.wants_json() {
        console.object(&object(&all))?;
        return Ok(Exit::Success);
    }
    for (number, answers) in all.iter().enumerate() {
        if all.len() > 1 {
            console.line(&format!("Message {} of {}", number.saturating_add(1), all.len()))?;
        }
        print(answers, console)?;
        if number.saturating_add(1) < all.len() {
            console.line("")?;
        }
    }
    Ok(Exit::Success)
}

fn answers(session: &Session, operation: Operation, envelope: &Envelope, common: &Common) -> Result<Answers, CliError> {
    let asking = if session.is_online(common) { Asking::Allowed } else { Asking::Forbidden };
    let resolvers = resolvers::build(session, asking, common)?;
    let arranged = resolvers.arranged();
    let asked: Vec<&dyn Resolver> = match operation {
        Operation::Outgoing => arranged.iter().map(|scoped| -> &dyn Resolver { scoped }).collect(),
        Operation::Incoming => Vec::new(),
    };
    let agent = session.agent(&asked, MakingOptions::default());
    let ours = agent.account(envelope, operation).map_err(CliError::failed)?;
    let emulate = |kind| match operation {
        Operation::Incoming => emulate_incoming(kind, envelope, &agent, &ours),
        Operation::Outgoing => emulate_outgoing(kind, envelope, &agent, &ours),
    };
    let theirs = EmulatedAgent::ALL.map(emulate).into();
    Ok(Answers { ours, theirs })
}

// One message gives its object, several a list of them, as outcomes do.
fn object(all: &[Answers]) -> serde_json::Value {
    match all {
        [answers] => emulation_json(&answers.ours, &answers.theirs),
        several => {
            let emulations = several.iter().map(|answers| emulation_json(&answers.ours, &answers.theirs));
            json!({ "schema": "sealscope.emulations/1", "emulations": emulations.collect::<Vec<_>>() })
        }
    }
}

fn print(answers: &Answers, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    output::table(&columns(answers), console)?;
    if console.detail == Detail::Verdict {
        return Ok(());
    }
    if let Some(reason) = &answers.ours.rejection {
        console.line("")?;
        console.line(&format!("Sealscope: {} ({})", reason.detail, reason.code))?;
    }
    for emulated in &answers.theirs {
        console.line("")?;
        let code = emulated.code.map(|code| format!(" ({code})")).unwrap_or_default();
        console.toned("", Tone::Strong, emulated.agent.title(), &format!(": {}{code}", emulated.why))?;
        if emulated.deviations.is_empty() {
            console.line("  It decides as we do")?;
        }
        for deviation in &emulated.deviations {
            console.line(&format!("  {}", deviation.what))?;
            console.line(&format!("    {}", deviation.why))?;
            let guess = if deviation.evidence.is_guess() { "A guess: " } else { "" };
            console.line(&format!("    {guess}{}", deviation.reference))?;
        }
    }
    Ok(())
}

/// The head, the message as a whole, and each recipient.
fn columns(answers: &Answers) -> Vec<Vec<String>> {
    let ours = &answers.ours;
    let mut head = vec![ours.operation.as_str().to_owned(), format!("Sealscope ({})", ours.profile)];
    head.extend(answers.theirs.iter().map(|emulated| emulated.agent.title().to_owned()));
    let mut message = vec!["the message".to_owned(), own_verdict(ours)];
    message.extend(answers.theirs.iter().map(|emulated| match emulated.code {
        None => "accepted".to_owned(),
        Some(code) => format!("rejected: {code}"),
    }));
    let mut rows = vec![head, message];
    for (place, recipient) in ours.recipients.iter().enumerate() {
        let own = match &recipient.state {
            RecipientState::Removed(reason) => format!("removed: {}", reason.code),
            RecipientState::Accepted if !ours.is_accepted() => "rejected with the message".to_owned(),
            state => state.as_str().to_owned(),
        };
        let mut row = vec![recipient.address.to_string(), own];
        for emulated in &answers.theirs {
            let one = emulated.recipients.get(place);
            row.push(one.map_or_else(String::new, |one| match one.status {
                Some(status) => format!("{}: {status}", one.outcome.as_str()),
                None => one.outcome.as_str().to_owned(),
            }));
        }
        rows.push(row);
    }
    rows
}

fn own_verdict(ours: &Report) -> String {
    match &ours.rejection {
        None => "accepted".to_owned(),
        Some(reason) => format!("rejected: {}", reason.code),
    }
}
