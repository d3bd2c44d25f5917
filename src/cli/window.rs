//! No command: the window.

use std::path::{Path, PathBuf};

use clap::CommandFactory;

use super::Cli;
use super::common::Common;
use super::console::Console;
use super::error::{CliError, Exit};

pub(super) fn run(files: &[PathBuf], common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    if common.json {
        return Err(CliError::usage("--json needs a command, such as `sealscope incoming FILE --json`".to_owned()));
    }
    if let Some(word) = files.iter().find(|file| is_a_command(file)) {
        return Err(CliError::usage(format!("name files after the command: sealscope {} FILE", word.display())));
    }
    if let Some(word) = files.iter().find(|file| looks_like_a_command(file)) {
        return Err(CliError::usage(format!(
            "there is no command and no file “{}”: `sealscope --help` lists the commands",
            word.display()
        )));
    }
    (console.program.open_window)(files.to_vec(), common.workspace.clone()).map_err(CliError::Failed)?;
    Ok(Exit::Success)
}

fn is_a_command(file: &Path) -> bool {
    let known = |word: &str| Cli::command().get_subcommands().any(|command| command.get_name() == word);
    !file.exists() && file.to_str().is_some_and(known)
}

// A word without dot or separator that is no file is a mistyped command, not something to open.
fn looks_like_a_command(file: &Path) -> bool {
    let text = file.to_string_lossy();
    !text.is_empty()
        && text.chars().all(|character| character.is_ascii_alphabetic() || character == '-')
        && !file.exists()
}
