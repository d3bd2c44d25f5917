//! `sealscope lab`: servers on loopback over this workspace, one file per server.

mod dcdt;
mod dns;
mod ldap;
mod smtp;

use std::sync::{Arc, mpsc};

use clap::{Args, Subcommand};

use super::common::Common;
use super::console::Console;
use super::error::{CliError, Exit};
use crate::io::signal;

const AFTER: &str = "\
The servers listen on 127.0.0.1 only, print what they are asked, and run until Ctrl+C.

Examples:
  sealscope lab dns
  sealscope lab dns --port 0 --json
  sealscope lab ldap b.example
  sealscope lab smtp
  sealscope lab dcdt

Exit status: 0 ended by Ctrl+C, 1 could not run, 2 wrong use.";

/// Run servers on loopback, to try things without touching the real network
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct LabArgs {
    #[command(subcommand)]
    command: LabCommand,
}

#[derive(Debug, Subcommand)]
enum LabCommand {
    Dcdt(dcdt::DcdtArgs),
    Dns(dns::DnsArgs),
    Ldap(ldap::LdapArgs),
    Smtp(smtp::SmtpArgs),
}

pub(super) fn run(args: &LabArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    match &args.command {
        LabCommand::Dcdt(args) => dcdt::run(args, common, console),
        LabCommand::Dns(args) => dns::run(args, common, console),
        LabCommand::Ldap(args) => ldap::run(args, common, console),
        LabCommand::Smtp(args) => smtp::run(args, common, console),
    }
}

/// What a server that only answers is asked, until Ctrl+C.
enum Event<Q> {
    Asked(Q),
    Interrupted,
}

/// What a server tells its questions to.
type Log<Q> = Arc<dyn Fn(&Q) + Send + Sync>;

/// A log for a server, and what comes out of it; Ctrl+C comes out of it too.
fn log<Q: Clone + Send + 'static>() -> Result<(Log<Q>, mpsc::Receiver<Event<Q>>), CliError> {
    let (events, happened) = mpsc::channel();
    let interrupted = events.clone();
    // A send fails only once nobody follows any more.
    signal::on_interrupt(move || drop(interrupted.send(Event::Interrupted))).map_err(CliError::failed)?;
    Ok((Arc::new(move |asked: &Q| drop(events.send(Event::Asked(asked.clone())))), happened))
}

/// Prints each question as it comes, until Ctrl+C.
fn follow<Q>(
    happened: &mpsc::Receiver<Event<Q>>,
    console: &mut Console<'_, '_>,
    line: fn(&Q) -> String,
) -> Result<(), CliError> {
    console.flush()?;
    while let Ok(Event::Asked(asked)) = happened.recv() {
        console.line(&line(&asked))?;
        console.flush()?;
    }
    Ok(())
}
