//! `sealscope keys`: the private keys of addresses and domains.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::common::Common;
use super::console::{Console, shown};
use super::error::{CliError, Exit};
use super::output;
use super::session::{self, Keys, Session};
use super::store::{self, Listed, party, passphrase};
use crate::pki::container::Item;
use crate::pki::issue::{Authority, CertificateBuilder};
use crate::pki::{Certificate, NewKey, Passphrase, PrivateKeyEntry};
use crate::trust::{Party, PartyName};
use crate::workspace::{Settings, Workspace};

const SCHEMA: &str = "sealscope.keys/1";

const AFTER: &str = "\
Keys lie in parties/<address or domain>/keys/ as PKCS#12 under the workspace's passphrase, which the first key fixes. \
An address without keys of its own uses those of its domain.

Examples:
  sealscope keys list
  sealscope keys import bob.p12 --for bob@b.example
  sealscope keys import org.pem --for b.example --file-passphrase secret
  sealscope keys generate --for carol@b.example --days 365
  sealscope keys export bob --for bob@b.example -o bob.p12
  sealscope keys remove bob --for bob@b.example

Exit status: 0 done, 1 could not run, 2 wrong use.";

/// List, import, make, export and remove private keys
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Show the keys there are; locked ones too, no passphrase needed
    List {
        /// Only those of this address or domain
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: Option<PartyName>,
    },
    /// Keep the keys of PKCS#12 or PEM files, with their certificates
    Import {
        /// Files that hold a private key and its certificate
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// Whose keys they are: an address or a domain
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: PartyName,
        /// The passphrase of the files; asked for where it is needed and not given
        #[arg(long, value_name = "P", value_parser = passphrase)]
        file_passphrase: Option<Passphrase>,
    },
    /// Write a key with its chain as PKCS#12
    Export {
        /// The key's name in the list, or the SHA-256 of its certificate
        #[arg(value_name = "NAME")]
        name: String,
        /// Whose key it is
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: PartyName,
        /// Where to; - is standard output
        #[arg(short, long, value_name = "OUT")]
        out: PathBuf,
        /// The passphrase of the new file; the workspace's where none is given
        #[arg(long, value_name = "P", value_parser = passphrase)]
        file_passphrase: Option<Passphrase>,
    },
    /// Make a key and a certificate bound to the address or domain, to try things with
    Generate {
        /// Whose key it will be: an address or a domain
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: PartyName,
        /// The kind of key
        #[arg(long, value_enum, default_value_t = Kind::Rsa2048)]
        key: Kind,
        /// How many days the certificate is valid
        #[arg(long, value_name = "N", default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..))]
        days: u16,
        /// A CA's key and certificate that issue the certificate; without it the certificate signs itself
        #[arg(long, value_name = "FILE")]
        issuer: Option<PathBuf>,
        /// The passphrase of that file
        #[arg(long, value_name = "P", requires = "issuer", value_parser = passphrase)]
        issuer_passphrase: Option<Passphrase>,
    },
    /// Keep the workspace's passphrase in the system's keyring, for --keyring
    Remember,
    /// Remove the workspace's passphrase from the system's keyring
    Forget,
    /// Remove a key; its certificate stays
    Remove {
        /// The key's name in the list, or the SHA-256 of its certificate
        #[arg(value_name = "NAME")]
        name: String,
        /// Whose key it is
        #[arg(long = "for", value_name = "PARTY", value_parser = party)]
        party: PartyName,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    #[value(name = "rsa-2048")]
    Rsa2048,
    #[value(name = "rsa-3072")]
    Rsa3072,
    #[value(name = "rsa-4096")]
    Rsa4096,
    #[value(name = "p-256")]
    P256,
    #[value(name = "p-384")]
    P384,
}

impl Kind {
    const fn new_key(self) -> NewKey {
        match self {
            Self::Rsa2048 => NewKey::Rsa2048,
            Self::Rsa3072 => NewKey::Rsa(3072),
            Self::Rsa4096 => NewKey::Rsa(4096),
            Self::P256 => NewKey::P256,
            Self::P384 => NewKey::P384,
        }
    }
}

pub(super) fn run(args: &KeysArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    match &args.command {
        KeysCommand::List { party } => list(party.as_ref(), common, console),
        KeysCommand::Import { files, party, file_passphrase } => {
            let passphrase = file_passphrase.clone();
            let mut items = Vec::new();
            for file in files {
                let found = store::items(file, passphrase.as_ref(), console)?;
                if !found.iter().any(|item| matches!(item, Item::Key(_))) {
                    return Err(CliError::Failed(format!(
                        "{} holds no private key: certificates alone are kept with `sealscope certs import`",
                        shown(file)
                    )));
                }
                items.extend(found);
            }
            keep(items, party, common, console)
        }
        KeysCommand::Export { name, party, out, file_passphrase } => {
            let new = file_passphrase.clone();
            export(name, party, out, new, common, console)
        }
        KeysCommand::Generate { party, key, days, issuer, issuer_passphrase } => {
            let issuer = match issuer {
                Some(file) => Some(authority(file, issuer_passphrase.clone(), console)?),
                None => None,
            };
            let now = common.at.unwrap_or(console.program.now);
            let entry = generate(party, key.new_key(), *days, issuer.as_ref(), now)?;
            keep(vec![Item::Key(entry)], party, common, console)
        }
        KeysCommand::Remember => remember(common, console),
        KeysCommand::Forget => forget(common, console),
        KeysCommand::Remove { name, party } => {
            let removed = store::writer(common, console)?.remove_key(party, name).map_err(CliError::failed)?;
            store::report_removed(SCHEMA, &[removed], console)
        }
    }
}

fn remember(common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    if common.keyring {
        return Err(CliError::usage(
            "--keyring takes from the keyring what is to be kept there: leave it out".to_owned(),
        ));
    }
    let workspace = Workspace::open(session::folder(common)?).map_err(CliError::failed)?;
    if !workspace.has_keys() {
        return Err(CliError::Failed("the workspace has no private key, and so no passphrase to keep".to_owned()));
    }
    let (keyring, place) = session::keyring(common, console)?;
    let settings = workspace.settings().map_err(CliError::failed)?;
    let passphrase = session::passphrase(&settings, common, console)?;
    workspace.check_passphrase(&passphrase).map_err(CliError::failed)?;
    keyring.remember(&place, &passphrase).map_err(CliError::failed)?;
    told(console, "remembered", true, &format!("the keyring keeps the passphrase of {}", shown(&place)))
}

fn forget(common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let (keyring, place) = session::keyring(common, console)?;
    let was_there = keyring.forget(&place).map_err(CliError::failed)?;
    let words = if was_there { "keeps no more the passphrase" } else { "kept no passphrase" };
    told(console, "forgotten", was_there, &format!("the keyring {words} of {}", shown(&place)))
}

fn told(console: &mut Console<'_, '_>, member: &str, value: bool, sentence: &str) -> Result<Exit, CliError> {
    if console.wants_json() {
        console.object(&json!({ "schema": SCHEMA, member: value }))?;
    } else {
        console.line(sentence)?;
    }
    Ok(Exit::Success)
}

fn list(only: Option<&PartyName>, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let session = Session::load(Keys::Locked, common, console)?;
    let listed = session.parties(only).into_iter().flat_map(listed).collect();
    store::list(SCHEMA, "keys", "private key", session.now, listed, console)
}

fn listed(party: &Party) -> Vec<Listed> {
    // A locked key is told by the certificate that was kept beside it under the same name.
    let beside = |name: &str| party.certificates.iter().find(|kept| kept.name == name).map(|kept| &kept.certificate);
    let open = party.keys.iter().map(|key| (key.name.as_str(), "open", Some(key.entry.certificate())));
    let locked = party.locked.iter().map(|key| (key.name.as_str(), "locked", beside(&key.name)));
    open.chain(locked).map(|(name, state, certificate)| one(party, name, state, certificate)).collect()
}

fn one(party: &Party, name: &str, state: &str, certificate: Option<&Certificate>) -> Listed {
    let members = json!({ "party": party.name.to_string(), "name": name, "state": state });
    Listed {
        columns: vec![party.name.to_string(), name.to_owned(), state.to_owned()],
        certificate: certificate.cloned(),
        object: store::with_certificate(members, certificate),
    }
}

fn keep(items: Vec<Item>, party: &PartyName, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let workspace = session::created(common)?;
    let settings = workspace.settings().map_err(CliError::failed)?;
    let passphrase = storing_passphrase(&workspace, &settings, common, console)?;
    let writer = store::writer_of(&workspace, console)?;
    let imported = writer.import(items, party, Some(&passphrase)).map_err(CliError::failed)?;
    store::report_imported(SCHEMA, &imported, console)
}

// The first key fixes the workspace's passphrase: whoever types it sees nothing, so it is asked for twice.
fn storing_passphrase(
    workspace: &Workspace,
    settings: &Settings,
    common: &Common,
    console: &mut Console<'_, '_>,
) -> Result<Passphrase, CliError> {
    let given =
        common.passphrase_file.is_some() || common.keyring || console.program.passphrase.is_some() || settings.demo;
    if given || workspace.has_keys() {
        return session::passphrase(settings, common, console);
    }
    let first = (console.program.ask)("New passphrase for this workspace's keys: ").map_err(CliError::failed)?;
    let Some(first) = first else { return session::passphrase(settings, common, console) };
    let again = (console.program.ask)("The same again: ").map_err(CliError::failed)?;
    if again.as_ref() != Some(&first) {
        return Err(CliError::Failed("the two passphrases differ: nothing was stored".to_owned()));
    }
    Ok(first)
}

fn export(
    name: &str,
    party: &PartyName,
    out: &std::path::Path,
    new: Option<Passphrase>,
    common: &Common,
    console: &mut Console<'_, '_>,
) -> Result<Exit, CliError> {
    if out == std::path::Path::new("-") {
        console.take_stdout()?;
    }
    let workspace = Workspace::open(session::folder(common)?).map_err(CliError::failed)?;
    let settings = workspace.settings().map_err(CliError::failed)?;
    let passphrase = session::passphrase(&settings, common, console)?;
    let new = new.unwrap_or_else(|| passphrase.clone());
    let octets = workspace.export_key(party, name, &passphrase, &new).map_err(CliError::failed)?;
    output::write_private(out, &octets, console)?;
    if console.wants_json() {
        console.object(&json!({ "schema": SCHEMA, "exported": out.display().to_string() }))?;
    } else {
        console.line(&format!("exported: key “{name}” of {party}, {}", shown(out)))?;
    }
    Ok(Exit::Success)
}

fn authority(
    file: &std::path::Path,
    passphrase: Option<Passphrase>,
    console: &mut Console<'_, '_>,
) -> Result<Authority, CliError> {
    let items = store::items(file, passphrase.as_ref(), console)?;
    let entry = items.into_iter().find_map(|item| match item {
        Item::Key(entry) => Some(entry),
        _ => None,
    });
    match entry {
        Some(entry) if entry.certificate().is_ca() => Ok(Authority::from_entry(&entry)),
        _ => Err(CliError::Failed(format!(
            "{} holds no CA's private key with its certificate: it cannot issue",
            shown(file)
        ))),
    }
}

fn generate(
    party: &PartyName,
    key: NewKey,
    days: u16,
    issuer: Option<&Authority>,
    now: OffsetDateTime,
) -> Result<PrivateKeyEntry, CliError> {
    // Clocks differ: a certificate that starts now is not yet valid elsewhere.
    let (from, to) = (now - Duration::hours(1), now + Duration::days(i64::from(days)));
    let builder = match party {
        PartyName::Address(address) => CertificateBuilder::for_address(address.as_str(), from, to),
        PartyName::Domain(domain) => CertificateBuilder::for_domain(domain.ascii(), from, to),
    };
    let builder = builder.key(key);
    let entry = match issuer {
        Some(issuer) => issuer.issue(&builder),
        None => Authority::self_signed(&builder).and_then(|made| made.entry()),
    };
    entry.map_err(CliError::failed)
}
