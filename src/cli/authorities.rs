//! `sealscope authorities`: CA certificates that are known and not trusted.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::common::Common;
use super::console::Console;
use super::error::{CliError, Exit};
use super::session::{Keys, Session};
use super::store::{self, Listed, passphrase};
use crate::pki::Passphrase;
use crate::pki::container::Item;

const SCHEMA: &str = "sealscope.authorities/1";

const AFTER: &str = "\
Intermediate CA certificates lie in authorities/. They may complete a path to an anchor and never end one: importing an \
authority makes nobody trusted.

Examples:
  sealscope authorities list
  sealscope authorities import intermediate.cer other.p7b
  sealscope authorities remove intermediate

Exit status: 0 done, 1 could not run, 2 wrong use.";

/// List, import and remove CA certificates that may complete a path
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct AuthoritiesArgs {
    #[command(subcommand)]
    command: AuthoritiesCommand,
}

#[derive(Debug, Subcommand)]
enum AuthoritiesCommand {
    /// Show the CA certificates there are
    List,
    /// Keep the CA certificates of PEM, DER, p7b or PKCS#12 files
    Import {
        /// Files that hold CA certificates
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// The passphrase of the files, where they have one
        #[arg(long, value_name = "P", value_parser = passphrase)]
        file_passphrase: Option<Passphrase>,
    },
    /// Remove a CA certificate
    Remove {
        /// Its name in the list, or its SHA-256
        #[arg(value_name = "NAME")]
        name: String,
    },
}

pub(super) fn run(args: &AuthoritiesArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    match &args.command {
        AuthoritiesCommand::List => list(common, console),
        AuthoritiesCommand::Import { files, file_passphrase } => {
            let items = store::items_of_files(files, file_passphrase.as_ref(), console)?;
            warn_of_others(&items, console);
            let imported = store::writer(common, console)?.import_authorities(&items);
            let imported = imported.map_err(|error| store::refused(files, &error))?;
            store::report_imported(SCHEMA, &imported, console)
        }
        AuthoritiesCommand::Remove { name } => {
            let removed = store::writer(common, console)?.remove_authority(name).map_err(CliError::failed)?;
            store::report_removed(SCHEMA, &[removed], console)
        }
    }
}

// It is kept, for it was asked for, and helps nobody: a path goes through CA certificates alone.
fn warn_of_others(items: &[Item], console: &mut Console<'_, '_>) {
    for item in items {
        if let Item::Certificate(certificate) = item
            && !certificate.is_ca()
        {
            let name = certificate.common_name();
            console.remark(&format!("“{name}” is no CA certificate: it completes no path"));
        }
    }
}

fn list(common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let session = Session::load(Keys::Locked, common, console)?;
    let listed = session.contents.authorities.iter().map(|known| Listed {
        columns: vec![known.name.clone()],
        certificate: Some(known.certificate.clone()),
        object: store::with_certificate(json!({ "name": known.name }), Some(&known.certificate)),
    });
    let listed = listed.collect();
    store::list(SCHEMA, "authorities", "CA certificate", session.now, listed, console)
}
