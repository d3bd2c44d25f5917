//! `sealscope profiles`: what each profile demands and tolerates.

use clap::Args;
use serde_json::json;

use super::common::Common;
use super::console::Console;
use super::error::{CliError, Exit};
use super::output;
use crate::agent::{COMMON, Profile, ProfileName, ROWS, profiles_markdown};

const AFTER: &str = "\
Prints the table that messages are judged by: one row for each rule in which profiles can differ, with the clause it \
comes from, then the rules on which all agree. --profile NAME prints that profile alone.

Examples:
  sealscope profiles
  sealscope profiles --profile strict
  sealscope profiles --json | jq '.rules[] | select(.name == \"rsa_bits\")'
  sealscope profiles --markdown > profiles.md

Exit status: 0 done, 1 could not run, 2 wrong use.";

/// Show what each profile demands and tolerates
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct ProfilesArgs {
    /// Print the table in Markdown, as the documentation has it
    #[arg(long, conflicts_with_all = ["json", "profile"])]
    markdown: bool,
}

pub(super) fn run(args: &ProfilesArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    if args.markdown {
        console.octets(profiles_markdown().as_bytes())?;
        return Ok(Exit::Success);
    }
    let names = common.profile.map_or_else(|| ProfileName::ALL.to_vec(), |name| vec![name]);
    let profiles: Vec<Profile> = names.into_iter().map(Profile::named).collect();
    if common.json {
        print_object(&profiles, console)?;
    } else {
        print_table(&profiles, console)?;
    }
    Ok(Exit::Success)
}

fn print_table(profiles: &[Profile], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let mut rows = vec![vec!["rule".to_owned(), "clause".to_owned()]];
    if let Some(head) = rows.first_mut() {
        head.extend(profiles.iter().map(|profile| profile.name.to_string()));
    }
    for row in ROWS {
        let mut cells = vec![row.name.to_owned(), row.clause.to_owned()];
        cells.extend(profiles.iter().map(|profile| row.value(profile)));
        rows.push(cells);
    }
    output::table(&rows, console)?;
    console.line("")?;
    for row in ROWS {
        console.line(&format!("{}: {}", row.name, row.about))?;
    }
    console.line("")?;
    console.line("The same under every profile:")?;
    for rule in COMMON {
        console.line(&format!("  {} ({})", rule.about, rule.clause))?;
    }
    Ok(())
}

fn print_object(profiles: &[Profile], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let rules: Vec<_> = ROWS
        .iter()
        .map(|row| {
            let values: Vec<_> = profiles
                .iter()
                .map(|profile| json!({ "profile": profile.name.as_str(), "value": row.value(profile) }))
                .collect();
            json!({ "name": row.name, "about": row.about, "clause": row.clause, "values": values })
        })
        .collect();
    let common: Vec<_> = COMMON.iter().map(|rule| json!({ "about": rule.about, "clause": rule.clause })).collect();
    let default = ProfileName::default().as_str();
    console.object(&json!({ "schema": "sealscope.profiles/1", "default": default, "rules": rules, "common": common }))
}
