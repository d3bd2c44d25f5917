//! `sealscope anchors`: whom an address or domain trusts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::common::Common;
use super::console::Console;
use super::error::{CliError, Exit};
use super::session::{Keys, Session};
use super::store::{self, Listed, party, passphrase};
use crate::pki::Passphrase;
use crate::trust::{Party, PartyName, TrustAnchor};
use crate::workspace::AnchorDirection;

const SCHEMA: &str = "sealscope.anchors/1";

const AFTER: &str = "\
An anchor is a name and a key that end a path: a CA, or one certificate of somebody. Incoming anchors judge who signed \
mail that arrives; outgoing ones judge whose certificates mail is encrypted for. An address without anchors of its own \
uses those of its domain.

Examples:
  sealscope anchors list
  sealscope anchors add root.pem --for b.example
  sealscope anchors add partner-ca.cer --for bob@b.example --direction incoming
  sealscope anchors remove partner-ca --for bob@b.example

Exit status: 0 done, 1 could not run, 2 wrong use.";

/// List, add and remove trust anchors of addresses and domains
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct AnchorsArgs {
    #[command(subcommand)]
    command: AnchorsCommand,
}

#[derive(Debug, Subcommand)]
enum AnchorsCommand {
    /// Show who trusts whom
    List {
        /// Only those of this address or domain
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: Option<PartyName>,
    },
    /// Trust the certificates of PEM, DER, p7b or PKCS#12 files
    Add {
        /// Files that hold the anchors' certificates
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// Who trusts them: an address or a domain
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: PartyName,
        /// Which mail they judge
        #[arg(long, value_enum, default_value_t = Direction::Both)]
        direction: Direction,
        /// The passphrase of the files, where they have one
        #[arg(long, value_name = "P", value_parser = passphrase)]
        file_passphrase: Option<Passphrase>,
    },
    /// Trust an anchor no longer
    Remove {
        /// Its name in the list, or its SHA-256
        #[arg(value_name = "NAME")]
        name: String,
        /// Who trusted it
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: PartyName,
        /// For which mail
        #[arg(long, value_enum, default_value_t = Direction::Both)]
        direction: Direction,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Direction {
    Incoming,
    Outgoing,
    Both,
}

impl From<Direction> for AnchorDirection {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Incoming => Self::Incoming,
            Direction::Outgoing => Self::Outgoing,
            Direction::Both => Self::Both,
        }
    }
}

pub(super) fn run(args: &AnchorsArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    match &args.command {
        AnchorsCommand::List { party } => list(party.as_ref(), common, console),
        AnchorsCommand::Add { files, party, direction, file_passphrase } => {
            let items = store::items_of_files(files, file_passphrase.as_ref(), console)?;
            let direction = AnchorDirection::from(*direction);
            let added = store::writer(common, console)?.add_anchors(&items, party, direction);
            let added = added.map_err(|error| store::refused(files, &error))?;
            store::report_imported(SCHEMA, &added, console)
        }
        AnchorsCommand::Remove { name, party, direction } => {
            let direction = AnchorDirection::from(*direction);
            let removed =
                store::writer(common, console)?.remove_anchor(party, name, direction).map_err(CliError::failed)?;
            store::report_removed(SCHEMA, &removed, console)
        }
    }
}

fn list(only: Option<&PartyName>, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let session = Session::load(Keys::Locked, common, console)?;
    let listed = session.parties(only).into_iter().flat_map(listed).collect();
    store::list(SCHEMA, "anchors", "trust anchor", session.now, listed, console)
}

fn listed(party: &Party) -> Vec<Listed> {
    let incoming = party.incoming.anchors().iter().map(|anchor| one(party, "incoming", anchor));
    incoming.chain(party.outgoing.anchors().iter().map(|anchor| one(party, "outgoing", anchor))).collect()
}

fn one(party: &Party, direction: &str, anchor: &TrustAnchor) -> Listed {
    let members = json!({ "party": party.name.to_string(), "direction": direction, "name": anchor.name });
    Listed {
        columns: vec![party.name.to_string(), direction.to_owned(), anchor.name.clone()],
        certificate: Some(anchor.certificate.clone()),
        object: store::with_certificate(members, Some(&anchor.certificate)),
    }
}
