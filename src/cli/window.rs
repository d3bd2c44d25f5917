//! No command: the window.

use std::path::PathBuf;

use super::common::Common;
use super::console::Console;
use super::error::{CliError, Exit};

pub(super) fn run(files: &[PathBuf], common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    if common.json {
        return Err(CliError::usage("--json needs a command, such as `sealscope incoming FILE --json`".to_owned()));
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

// A word without dot or separator that is no file is a mistyped command, not something to open.
fn looks_like_a_command(file: &std::path::Path) -> bool {
    let text = file.to_string_lossy();
    !text.is_empty()
        && text.chars().all(|character| character.is_ascii_alphabetic() || character == '-')
        && !file.exists()
}
