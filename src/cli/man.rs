//! `sealscope man`: the manual pages, made from the same definition as `--help`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::Cli;
use super::console::{Console, shown};
use super::error::{CliError, Exit};
use super::input::reason;

const AFTER: &str = "\
Without a folder, prints the page of the program to standard output. With one, writes a page for the program and one \
for each command: sealscope.1, sealscope-incoming.1, … Packages install them.

Examples:
  sealscope man | man -l -
  sealscope man ~/.local/share/man/man1

Exit status: 0 done, 1 could not run, 2 wrong use.";

/// Write the manual pages
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct ManArgs {
    /// The folder to write all pages to; it is made if it is missing
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    match &args.folder {
        None => console.octets(&page(built())?)?,
        Some(folder) => {
            write_pages(folder).map_err(|error| {
                CliError::failed(format!("cannot write the manual pages to {}: {}", shown(folder), reason(&error)))
            })?;
            console.line(&format!("manual pages are in {}", shown(folder)))?;
        }
    }
    Ok(Exit::Success)
}

fn write_pages(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut waiting = vec![built()];
    while let Some(command) = waiting.pop() {
        waiting.extend(command.get_subcommands().cloned());
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        fs::write(folder.join(format!("{name}.1")), page(command)?)?;
    }
    Ok(())
}

fn built() -> Command {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    root
}

// The renderer would fill the lines of examples and tables, so what comes after the options is set here.
fn page(command: Command) -> io::Result<Vec<u8>> {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let has_commands = command.get_subcommands().next().is_some();
    let man = Man::new(command);
    let mut octets = Vec::new();
    man.render_title(&mut octets)?;
    man.render_name_section(&mut octets)?;
    man.render_synopsis_section(&mut octets)?;
    man.render_description_section(&mut octets)?;
    man.render_options_section(&mut octets)?;
    if has_commands {
        man.render_subcommands_section(&mut octets)?;
    }
    sections(&after).to_writer(&mut octets)?;
    Ok(octets)
}

fn sections(after: &str) -> Roff {
    const EXAMPLES: &str = "EXAMPLES";
    const EXIT_STATUS: &str = "EXIT STATUS";
    const NOTES: &str = "NOTES";
    let mut roff = Roff::new();
    let mut current = "";
    let mut begin = |roff: &mut Roff, section| {
        roff.control(if current == section { "PP" } else { "SH" }, (current != section).then_some(section));
        current = section;
    };
    for paragraph in after.split("\n\n") {
        if let Some(lines) = paragraph.strip_prefix("Examples:\n") {
            begin(&mut roff, EXAMPLES);
            as_they_are(lines, &mut roff);
        } else if let Some(lines) = paragraph.strip_prefix("Exit status:\n") {
            begin(&mut roff, EXIT_STATUS);
            as_they_are(lines, &mut roff);
        } else if let Some(text) = paragraph.strip_prefix("Exit status: ") {
            begin(&mut roff, EXIT_STATUS);
            roff.text([roman(text)]);
        } else {
            begin(&mut roff, NOTES);
            roff.text([roman(paragraph)]);
        }
    }
    roff
}

fn as_they_are(lines: &str, roff: &mut Roff) {
    roff.control("nf", []);
    lines.lines().for_each(|line| {
        roff.text([roman(line)]);
    });
    roff.control("fi", []);
}
