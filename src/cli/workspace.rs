//! `sealscope workspace`: whether everything that was stored is there and whole.

use clap::{Args, Subcommand};
use serde_json::json;

use super::common::Common;
use super::console::{Console, shown};
use super::error::{CliError, Exit};
use super::{output, session};
use crate::finding::counted;
use crate::workspace::format::FORMAT;
use crate::workspace::{Contents, Workspace, lock};

const SCHEMA: &str = "sealscope.workspace/1";

const AFTER: &str = "\
Reads everything that lies in the workspace and says what is damaged, file by file. Nothing is changed: what a program \
that was killed left half written is named here and removed by the next command that writes, and an older format is \
brought up to date by it, with a backup.

Examples:
  sealscope workspace check
  sealscope workspace check --workspace clinic --json

Exit status: 0 everything is whole, 1 something is damaged or could not be read, 2 wrong use.";

/// Check that everything in the workspace is whole
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct WorkspaceArgs {
    #[command(subcommand)]
    command: WorkspaceCommand,
}

#[derive(Debug, Subcommand)]
enum WorkspaceCommand {
    /// Read everything, and say the format, how much there is, and what is damaged
    Check,
}

pub(super) fn run(args: &WorkspaceArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    match args.command {
        WorkspaceCommand::Check => check(common, console),
    }
}

/// What was found, in the order in which it is printed.
struct Checked {
    counts: [(&'static str, usize); 8],
    problems: Vec<String>,
}

fn check(common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let workspace = Workspace::open(session::folder(common)?).map_err(CliError::failed)?;
    let checked = Checked::read(&workspace);
    let whole = checked.problems.is_empty();
    if console.wants_json() {
        print_object(&workspace, &checked, console)?;
    } else {
        print_lines(&workspace, &checked, console)?;
    }
    Ok(if whole { Exit::Success } else { Exit::Failed })
}

impl Checked {
    fn read(workspace: &Workspace) -> Self {
        // Keys stay locked: their files are read here and opened where they are used.
        let contents = workspace.load(None);
        let (messages, unlisted) = workspace.messages();
        let mut problems: Vec<String> = workspace.settings().err().map(|error| error.to_string()).into_iter().collect();
        problems.extend(contents.problems.iter().chain(&unlisted).map(|problem| problem.sentence.clone()));
        let mut outcomes: usize = 0;
        for message in &messages {
            problems.extend(workspace.message(&message.id).err().map(|error| error.to_string()));
            match workspace.outcome(&message.id) {
                Ok(found) => outcomes = outcomes.saturating_add(usize::from(found.is_some())),
                Err(error) => problems.push(error.to_string()),
            }
        }
        Self { counts: counts(&contents, messages.len(), outcomes), problems }
    }
}

fn counts(contents: &Contents, messages: usize, outcomes: usize) -> [(&'static str, usize); 8] {
    let parties = contents.parties.all();
    let certificates = parties.iter().map(|party| party.certificates.len()).sum();
    let anchors = parties.iter().map(|party| party.incoming.anchors().len() + party.outgoing.anchors().len()).sum();
    [
        ("parties", parties.len()),
        ("keys", contents.locked_keys()),
        ("certificates", certificates),
        ("anchors", anchors),
        ("authorities", contents.authorities.len()),
        ("crls", contents.crls.len()),
        ("messages", messages),
        ("outcomes", outcomes),
    ]
}

fn print_object(workspace: &Workspace, checked: &Checked, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let stated = workspace.stated_format();
    let leftovers = workspace.leftovers();
    let leftovers: Vec<String> = leftovers.iter().map(|path| path.display().to_string()).collect();
    let mut object = json!({
        "schema": SCHEMA,
        "path": workspace.root().display().to_string(),
        "format": stated.as_ref().map(|stated| stated.format),
        "written_by": stated.and_then(|stated| stated.written_by),
        "writing": lock::holder_of(workspace.root()).is_some(),
        "leftovers": leftovers,
        "problems": checked.problems,
    });
    if let Some(members) = object.as_object_mut() {
        members.extend(checked.counts.iter().map(|(member, count)| ((*member).to_owned(), json!(count))));
    }
    console.object(&object)?;
    Ok(())
}

fn print_lines(workspace: &Workspace, checked: &Checked, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    console.line(&match checked.problems.len() {
        0 => format!("whole: {}", shown(workspace.root())),
        count => format!("damaged: {}, {}", shown(workspace.root()), counted(count, "problem")),
    })?;
    for problem in &checked.problems {
        console.line(&format!("  {problem}"))?;
    }
    let format = match workspace.stated_format() {
        Some(stated) if stated.format < FORMAT => {
            format!("{}; the next change brings it to {FORMAT}, with a backup", stated.format)
        }
        Some(stated) => stated.format.to_string(),
        None => "unknown".to_owned(),
    };
    let mut rows = vec![vec!["format".to_owned(), format]];
    rows.extend(checked.counts.iter().map(|(member, count)| vec![(*member).to_owned(), count.to_string()]));
    output::table(&rows, console)?;
    if let Some(holder) = lock::holder_of(workspace.root()) {
        console.remark(&format!("another program{holder} is writing to it now"));
    }
    for path in workspace.leftovers() {
        console.remark(&format!(
            "{}: left half written by a program that was stopped; the next change removes it",
            shown(&path)
        ));
    }
    Ok(())
}
