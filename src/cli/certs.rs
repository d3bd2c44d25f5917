//! `sealscope certs`: the certificates kept for addresses and domains.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::common::Common;
use super::console::Console;
use super::error::{CliError, Exit};
use super::session::{Keys, Session};
use super::store::{self, Listed, party, passphrase};
use crate::pki::Passphrase;
use crate::trust::PartyName;

const SCHEMA: &str = "sealscope.certs/1";

const AFTER: &str = "\
Certificates lie in parties/<address or domain>/certificates/. They are what the lookup method `local` finds, and what \
`sealscope lab dns` publishes. Keeping a certificate does not mean trusting it: `sealscope anchors` says whom to trust.

Examples:
  sealscope certs list --for b.example
  sealscope certs import bob.pem --for bob@b.example
  sealscope certs import partner.p7b --for partner.example
  sealscope certs remove bob --for bob@b.example

Exit status: 0 done, 1 could not run, 2 wrong use.";

/// List, import and remove certificates of addresses and domains
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct CertsArgs {
    #[command(subcommand)]
    command: CertsCommand,
}

#[derive(Debug, Subcommand)]
enum CertsCommand {
    /// Show the certificates there are
    List {
        /// Only those of this address or domain
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: Option<PartyName>,
    },
    /// Keep the certificates of PEM, DER, p7b or PKCS#12 files
    Import {
        /// Files that hold certificates; private keys in them are left out
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// Whose certificates they are: an address or a domain
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: PartyName,
        /// The passphrase of the files, where they have one
        #[arg(long, value_name = "P", value_parser = passphrase)]
        file_passphrase: Option<Passphrase>,
    },
    /// Remove a certificate
    Remove {
        /// Its name in the list, or its SHA-256
        #[arg(value_name = "NAME")]
        name: String,
        /// Whose certificate it is
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: PartyName,
    },
}

pub(super) fn run(args: &CertsArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    match &args.command {
        CertsCommand::List { party } => list(party.as_ref(), common, console),
        CertsCommand::Import { files, party, file_passphrase } => {
            let items = store::items_of_files(files, file_passphrase.as_ref(), console)?;
            let imported = store::writer(common, console)?.import_certificates(&items, party);
            let imported = imported.map_err(|error| store::refused(files, &error))?;
            store::report_imported(SCHEMA, &imported, console)
        }
        CertsCommand::Remove { name, party } => {
            let removed = store::writer(common, console)?.remove_certificate(party, name).map_err(CliError::failed)?;
            store::report_removed(SCHEMA, &[removed], console)
        }
    }
}

fn list(only: Option<&PartyName>, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let session = Session::load(Keys::Locked, common, console)?;
    let listed = session.parties(only).into_iter().flat_map(|party| {
        party.certificates.iter().map(|kept| Listed {
            columns: vec![party.name.to_string(), kept.name.clone()],
            certificate: Some(kept.certificate.clone()),
            object: store::with_certificate(
                json!({ "party": party.name.to_string(), "name": kept.name }),
                Some(&kept.certificate),
            ),
        })
    });
    let listed = listed.collect();
    store::list(SCHEMA, "certificates", "certificate", session.now, listed, console)
}
