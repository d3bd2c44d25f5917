//! `sealscope completions`: what a shell needs to complete commands, options and their values.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::console::Console;
use super::error::{CliError, Exit};
use super::{Cli, PROGRAM};

const AFTER: &str = "\
Prints a script for the shell to standard output; where it belongs depends on the shell. Packages install it.

Examples:
  sealscope completions bash > ~/.local/share/bash-completion/completions/sealscope
  sealscope completions zsh > ~/.zfunc/_sealscope
  sealscope completions fish > ~/.config/fish/completions/sealscope.fish

Exit status: 0 done, 1 could not run, 2 wrong use.";

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct CompletionsArgs {
    /// The shell that is to complete
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), PROGRAM, &mut script);
    console.octets(&script)?;
    Ok(Exit::Success)
}
