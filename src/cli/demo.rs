//! `sealscope demo`: a message leaves and arrives, with certificates looked up over real DNS on loopback.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::common::Common;
use super::console::{Console, Detail, Tone, shown};
use super::error::{CliError, Exit};
use super::session::{Keys, Session};
use super::verdict;
use crate::agent::{IncomingMessage, MakingOptions, OutgoingMessage, Stopped, outcome_json};
use crate::discovery::Resolver;
use crate::finding::counted;
use crate::io::dns::{DnsClient, TIMEOUT};
use crate::lab::dns::{LabDns, Query, Zone};
use crate::mail::Envelope;
use crate::workspace::{Workspace, default_dir, demo};

const AFTER: &str = "\
Makes the demo workspace where it is absent: made-up people of two mail domains and an outsider, their keys, and fifteen \
messages that each come out differently. The default place is `demo` beside the default workspace. Nothing leaves this \
machine: the name server that is asked listens on loopback and publishes the demo's certificates.

Examples:
  sealscope demo
  sealscope demo --workspace /tmp/demo
  sealscope incoming /tmp/demo/messages/06-tampered-body.bsmtp --workspace /tmp/demo
  sealscope --workspace /tmp/demo                                      the same in the window

Exit status: 0 both runs accepted, 3 one was rejected, 1 could not run, 2 wrong use.";

/// The message that is sent: one of its two recipients publishes no certificate.
const MESSAGE: &str = "05-recipient-certificate-missing";

/// Make a demo workspace, send one of its messages out, take it back in, and show both traces
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct DemoArgs {}

pub(super) fn run(common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let folder = folder(common)?;
    let made = !Workspace::is_at(&folder);
    let workspace = demo::open_or_create(&folder, console.program.now).map_err(CliError::failed)?;
    let common = Common { workspace: Some(folder.clone()), ..common.clone() };
    let session = Session::load(Keys::Opened, &common, console)?;
    let envelope = message(&workspace)?;

    let (zone, _) = Zone::of_parties(&session.contents.parties);
    let published = counted(zone.len(), "CERT record");
    let server = LabDns::start(zone, 0, Arc::new(|_: &Query| {})).map_err(CliError::failed)?;
    if console.detail > Detail::Verdict {
        let state = if made { "made" } else { "found" };
        console.line(&format!("Demo workspace {state}: {}", shown(&folder)))?;
        console.line(&format!("Name server on {}, UDP and TCP, with {published}", server.address()))?;
        console.line("")?;
    }
    let exit = there_and_back(&envelope, &session, &server, console)?;
    server.shut_down();
    if console.detail > Detail::Verdict {
        let place = shown(&folder);
        console.line("")?;
        console
            .line(&format!("Next: sealscope incoming {place}/messages/06-tampered-body.bsmtp --workspace {place}"))?;
        console.line(&format!("  or: sealscope --workspace {place}  (the same in the window)"))?;
    }
    Ok(exit)
}

fn folder(common: &Common) -> Result<PathBuf, CliError> {
    common.workspace.clone().or_else(|| default_dir().map(|folder| folder.with_file_name("demo"))).ok_or_else(|| {
        CliError::Failed("this account has no home folder to keep the demo in: name one with --workspace".to_owned())
    })
}

fn message(workspace: &Workspace) -> Result<Envelope, CliError> {
    let envelopes = workspace.message(MESSAGE).map_err(CliError::failed)?;
    envelopes.into_iter().next().ok_or_else(|| {
        let place = shown(workspace.root());
        CliError::Failed(format!("the demo message {MESSAGE} is empty: remove {place} and run the demo again"))
    })
}

fn there_and_back(
    envelope: &Envelope,
    session: &Session,
    server: &LabDns,
    console: &mut Console<'_, '_>,
) -> Result<Exit, CliError> {
    let client = DnsClient::new(server.address(), TIMEOUT).map_err(CliError::failed)?;
    let resolvers: [&dyn Resolver; 1] = [&client];
    let agent = session.agent(&resolvers, MakingOptions::default());
    let (sent, outgoing) = match agent.process_outgoing(envelope) {
        Ok(OutgoingMessage { envelope, report }) => (Some(envelope), report),
        Err(Stopped::Rejected(rejected)) => (None, rejected.report),
        Err(Stopped::Failed(error)) => return Err(CliError::failed(error)),
    };
    let incoming = match sent.map(|envelope| agent.process_incoming(&envelope)) {
        Some(Ok(IncomingMessage { report, .. })) => Some(report),
        Some(Err(Stopped::Rejected(rejected))) => Some(rejected.report),
        Some(Err(Stopped::Failed(error))) => return Err(CliError::failed(error)),
        None => None,
    };
    if console.wants_json() {
        console.object(&json!({
            "schema": "sealscope.demo/1",
            "dns_server": server.address().to_string(),
            "outgoing": outcome_json(&outgoing),
            "incoming": incoming.as_ref().map(outcome_json),
        }))?;
    } else {
        heading("The sender's agent", console)?;
        verdict::print(&outgoing, console)?;
        if let Some(incoming) = &incoming {
            if console.detail > Detail::Verdict {
                console.line("")?;
            }
            heading("The recipients' agent", console)?;
            verdict::print(incoming, console)?;
        }
    }
    let accepted = incoming.is_some_and(|report| report.is_accepted());
    Ok(if accepted { Exit::Success } else { Exit::Rejected })
}

fn heading(title: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    if console.detail > Detail::Verdict {
        console.toned("", Tone::Strong, title, "")?;
        let rule: String = title.chars().map(|_| '─').collect();
        console.toned("", Tone::Dim, &rule, "")?;
    }
    Ok(())
}
