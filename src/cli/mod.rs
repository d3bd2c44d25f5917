//! The command line: one file per subcommand, the same core as the window.
//!
//! [`run`] takes the arguments and a [`Program`], which holds everything that differs between a terminal and a test:
//! streams, clock, passphrase, randomness, and how the window is opened. Scripts depend on the exit status
//! ([`Exit`]) and on the JSON; both are stable. What a command decides is decided by the core; here it is only asked
//! for and printed.

mod anchors;
mod authorities;
mod batch;
mod certs;
mod check;
mod common;
mod completions;
mod console;
mod crls;
mod demo;
mod diagnose;
mod emulate;
mod error;
mod exposure;
mod incoming;
mod input;
mod inspect;
mod inspect_asn1;
mod inspect_cms;
mod inspect_json;
mod keys;
mod lab;
mod lookup;
mod making;
mod man;
mod outgoing;
mod output;
mod path_graph;
mod process;
mod profiles;
mod report;
mod resolvers;
mod session;
mod store;
mod submit;
mod verdict;
mod what_if;
mod window;
mod workspace;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Parser, Subcommand};

pub use common::Common;
pub use console::{Colour, Program};
pub use error::{CliError, Exit};

use console::Console;

use crate::VERSION;
use crate::pki::library_version;

/// What the program is called on the command line.
const PROGRAM: &str = "sealscope";

const ABOUT: &str = "Opens secured mail, decides as a security agent would, and shows why";

const LONG_ABOUT: &str = "\
Sealscope is a workbench for mail secured the way the Direct Project secures it: S/MIME, signed then encrypted, trust \
decided per address. It runs the security agent in both directions and shows why the answer is what it is.

Without a command it opens the window with the files named. With one it works in the terminal; every command that \
judges a message prints the verdict first, then the reasons, then the steps.";

const EXAMPLES: &str = "\
Examples:
  sealscope demo                                      see a message leave and arrive, step by step
  sealscope message.eml                               open a message in the window
  sealscope incoming message.eml --to bob@b.example   would bob get this message? if not, why?
  sealscope diagnose message.eml                      which system on the way broke its signature? with proof
  sealscope batch maildir/                            judge a whole folder, and sum up by cause
  sealscope inspect message.eml                       what is it made of? needs no key
  sealscope keys import bob.p12 --for bob@b.example   keep a private key

Exit status:
  0  accepted, also when some recipients were removed
  1  could not run: an unreadable file, a locked workspace, a wrong passphrase
  2  wrong use of the command line
  3  rejected by the agent

Passphrases come from --passphrase-file, from the environment variable SEALSCOPE_PASSPHRASE, or are asked for on the \
terminal. Nothing touches the network unless --online, --dns-server or the workspace's settings allow it; only `lookup` \
and `submit` use it on their own, because that is what they are for.";

// What a report of a fault should name, since each of them can differ between two programs of the same version.
fn long_version() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let window = if cfg!(feature = "gui") { "with the window" } else { "without the window" };
        format!("{VERSION}\n{}\n{window}", library_version())
    });
    &TEXT
}

/// The arguments.
#[derive(Debug, Parser)]
#[command(name = PROGRAM, version = VERSION, long_version = long_version(), about = ABOUT, long_about = LONG_ABOUT, after_help = EXAMPLES)]
#[command(max_term_width = 110)]
pub struct Cli {
    /// Messages, keys, certificates or workspace folders to open in the window
    #[arg(value_name = "FILES")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

impl Cli {
    /// Whether a log is wanted on standard error.
    #[must_use]
    pub const fn verbose(&self) -> bool {
        self.common.verbose()
    }

    /// Whether the window is opened, and no command run.
    #[must_use]
    pub const fn opens_window(&self) -> bool {
        self.command.is_none()
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Outgoing(outgoing::OutgoingArgs),
    Incoming(incoming::IncomingArgs),
    Inspect(inspect::InspectArgs),
    Batch(batch::BatchArgs),
    Check(check::CheckArgs),
    Emulate(emulate::EmulateArgs),
    Exposure(exposure::ExposureArgs),
    Keys(keys::KeysArgs),
    Certs(certs::CertsArgs),
    Anchors(anchors::AnchorsArgs),
    Authorities(authorities::AuthoritiesArgs),
    Crls(crls::CrlsArgs),
    Workspace(workspace::WorkspaceArgs),
    Lookup(lookup::LookupArgs),
    Diagnose(diagnose::DiagnoseArgs),
    WhatIf(what_if::WhatIfArgs),
    Profiles(profiles::ProfilesArgs),
    Report(report::ReportArgs),
    Submit(submit::SubmitArgs),
    Lab(lab::LabArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Does what the arguments say and gives the status to exit with. Errors have been reported when it returns.
pub fn run(cli: &Cli, program: &mut Program<'_>) -> Exit {
    let mut console = Console::new(program, &cli.common);
    match dispatch(cli, &mut console) {
        Ok(exit) => exit,
        Err(error) => console.report(&error),
    }
}

fn dispatch(cli: &Cli, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let common = &cli.common;
    match &cli.command {
        None => window::run(&cli.files, common, console),
        Some(_) if !cli.files.is_empty() => Err(CliError::usage(
            "name files after the command: a file before it is one to open in the window".to_owned(),
        )),
        Some(Command::Demo(_)) => demo::run(common, console),
        Some(Command::Outgoing(args)) => outgoing::run(args, common, console),
        Some(Command::Incoming(args)) => incoming::run(args, common, console),
        Some(Command::Inspect(args)) => inspect::run(args, common, console),
        Some(Command::Batch(args)) => batch::run(args, common, console),
        Some(Command::Check(args)) => check::run(args, common, console),
        Some(Command::Emulate(args)) => emulate::run(args, common, console),
        Some(Command::Exposure(args)) => exposure::run(args, common, console),
        Some(Command::Keys(args)) => keys::run(args, common, console),
        Some(Command::Certs(args)) => certs::run(args, common, console),
        Some(Command::Anchors(args)) => anchors::run(args, common, console),
        Some(Command::Authorities(args)) => authorities::run(args, common, console),
        Some(Command::Crls(args)) => crls::run(args, common, console),
        Some(Command::Workspace(args)) => workspace::run(args, common, console),
        Some(Command::Lookup(args)) => lookup::run(args, common, console),
        Some(Command::Diagnose(args)) => diagnose::run(args, common, console),
        Some(Command::WhatIf(args)) => what_if::run(args, common, console),
        Some(Command::Profiles(args)) => profiles::run(args, common, console),
        Some(Command::Report(args)) => report::run(args, common, console),
        Some(Command::Submit(args)) => submit::run(args, common, console),
        Some(Command::Lab(args)) => lab::run(args, common, console),
        Some(Command::Completions(args)) => completions::run(args, console),
        Some(Command::Man(args)) => man::run(args, console),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_of_the_arguments_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_examples_and_what_it_exits_with() {
        let mut root = Cli::command();
        root.build();
        for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("Examples:"), "{} has no examples", command.get_name());
            assert!(help.contains("Exit status:"), "{} does not say what it exits with", command.get_name());
        }
    }
}
