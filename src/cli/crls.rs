//! `sealscope crls`: revocation lists by hand.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::common::Common;
use super::console::Console;
use super::error::{CliError, Exit};
use super::session::{Keys, Session};
use super::store::{self, Listed, passphrase};
use crate::agent::timestamp;
use crate::finding::counted;
use crate::pki::Passphrase;
use crate::workspace::NamedCrl;

const SCHEMA: &str = "sealscope.crls/1";

const AFTER: &str = "\
Revocation lists lie in crls/. A list counts only while its issuer's signature and its dates hold; otherwise revocation \
is unknown, which is neither revoked nor good.

Examples:
  sealscope crls list
  sealscope crls import ca.crl
  sealscope crls remove demo-ca-2026-01-01

Exit status: 0 done, 1 could not run, 2 wrong use.";

/// List, import and remove revocation lists
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct CrlsArgs {
    #[command(subcommand)]
    command: CrlsCommand,
}

#[derive(Debug, Subcommand)]
enum CrlsCommand {
    /// Show the revocation lists there are
    List,
    /// Keep the revocation lists of PEM or DER files
    Import {
        /// Files that hold revocation lists
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// The passphrase of the files, where they have one
        #[arg(long, value_name = "P", value_parser = passphrase)]
        file_passphrase: Option<Passphrase>,
    },
    /// Remove a revocation list
    Remove {
        /// Its name in the list
        #[arg(value_name = "NAME")]
        name: String,
    },
}

pub(super) fn run(args: &CrlsArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    match &args.command {
        CrlsCommand::List => {
            let session = Session::load(Keys::Locked, common, console)?;
            let listed = session.contents.crls.iter().map(listed).collect();
            store::list(SCHEMA, "crls", "revocation list", session.now, listed, console)
        }
        CrlsCommand::Import { files, file_passphrase } => {
            let items = store::items_of_files(files, file_passphrase.as_ref(), console)?;
            let imported = store::writer(common, console)?.import_crls(&items);
            let imported = imported.map_err(|error| store::refused(files, &error))?;
            store::report_imported(SCHEMA, &imported, console)
        }
        CrlsCommand::Remove { name } => {
            let removed = store::writer(common, console)?.remove_crl(name).map_err(CliError::failed)?;
            store::report_removed(SCHEMA, &[removed], console)
        }
    }
}

fn listed(known: &NamedCrl) -> Listed {
    let next = known.crl.next_update();
    let until = next.map_or_else(|| "no next update".to_owned(), |next| format!("next update {}", next.date()));
    Listed {
        columns: vec![
            known.name.clone(),
            known.crl.issuer().to_owned(),
            counted(known.crl.entries(), "revoked certificate"),
            until,
        ],
        certificate: None,
        object: json!({
            "name": known.name,
            "issuer": known.crl.issuer(),
            "this_update": timestamp(known.crl.this_update()),
            "next_update": next.map(timestamp),
            "revoked": known.crl.entries(),
        }),
    }
}
