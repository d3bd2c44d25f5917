//! `sealscope lab`: servers on loopback over this workspace, one file per server.

mod dcdt;
mod dns;
mod ldap;
mod smtp;

use clap::{Args, Subcommand};

use super::common::Common;
use super::console::Console;
use super::error::{CliError, Exit};

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
