//! What the commands over the workspace's store share: reading what is imported, and saying what changed.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::common::Common;
use super::console::{Console, Detail, shown};
use super::error::{CliError, Exit};
use super::input;
use super::output::table;
use super::session;
use super::verdict::short;
use crate::finding::counted;
use crate::pki::container::{self, ContainerError, Item};
use crate::pki::{Certificate, Passphrase, Validity};
use crate::trust::PartyName;
use crate::workspace::{ImportState, Imported, ImportedKind, Workspace, WorkspaceError, Writer, party_name};

/// Reads a party argument: an address or a domain.
pub(super) fn party(text: &str) -> Result<PartyName, String> {
    party_name(text).map_err(|error| error.to_string())
}

/// Takes a passphrase argument out of sight: its `Debug` shows nothing.
pub(super) fn passphrase(text: &str) -> Result<Passphrase, std::convert::Infallible> {
    Ok(Passphrase::new(text))
}

/// Reads keys, certificates and revocation lists of a file; asks for its passphrase where it needs one and none is given.
pub(super) fn items(
    file: &Path,
    passphrase: Option<&Passphrase>,
    console: &mut Console<'_, '_>,
) -> Result<Vec<Item>, CliError> {
    let octets = zeroize::Zeroizing::new(input::read(file, console)?);
    let items = items_of(file, &octets, passphrase, console)?;
    if items.iter().any(|item| matches!(item, Item::Key(_))) {
        input::warn_if_exposed(file, console);
    }
    Ok(items)
}

/// The same for octets that have been read; `file` is for the sentences.
pub(super) fn items_of(
    file: &Path,
    octets: &[u8],
    passphrase: Option<&Passphrase>,
    console: &mut Console<'_, '_>,
) -> Result<Vec<Item>, CliError> {
    let named = |error: ContainerError| CliError::Failed(format!("{}: {error}", shown(file)));
    match container::read(octets, passphrase) {
        Err(ContainerError::PassphraseNeeded { .. }) if passphrase.is_none() => {
            let asked = (console.program.ask)(&format!("Passphrase of {}: ", shown(file))).map_err(CliError::failed)?;
            let Some(passphrase) = asked else {
                return Err(CliError::Failed(format!(
                    "{} is locked, and there is no terminal to ask for its passphrase: give --file-passphrase",
                    shown(file)
                )));
            };
            container::read(octets, Some(&passphrase)).map_err(named)
        }
        outcome => outcome.map_err(named),
    }
}

/// Reads all the files of an import. The container's passphrase serves those that have one.
pub(super) fn items_of_files(
    files: &[PathBuf],
    passphrase: Option<&Passphrase>,
    console: &mut Console<'_, '_>,
) -> Result<Vec<Item>, CliError> {
    let mut items = Vec::new();
    for file in files {
        items.extend(self::items(file, passphrase, console)?);
    }
    Ok(items)
}

/// An import's error; one about what the files hold names them.
pub(super) fn refused(files: &[PathBuf], error: &WorkspaceError) -> CliError {
    let WorkspaceError::NothingToImport { expected, found } = error else { return CliError::failed(error) };
    let names: Vec<String> = files.iter().map(|file| shown(file)).collect();
    let (holds, it) = if files.len() > 1 { ("hold", "they hold") } else { ("holds", "it holds") };
    CliError::Failed(format!("{} {holds} no {expected}; {it} {found}", names.join(", ")))
}

/// Takes the right to write to the workspace, which is made if absent.
pub(super) fn writer(common: &Common, console: &mut Console<'_, '_>) -> Result<Writer, CliError> {
    writer_of(&session::created(common)?, console)
}

/// Takes the right to write to a workspace, and says so where an older format was brought up to date.
pub(super) fn writer_of(workspace: &Workspace, console: &mut Console<'_, '_>) -> Result<Writer, CliError> {
    let writer = workspace.writer().map_err(CliError::failed)?;
    if let Some(migration) = writer.migration() {
        console.remark(&migration.to_string());
    }
    Ok(writer)
}

/// Says what an import stored.
pub(super) fn report_imported(
    schema: &str,
    imported: &[Imported],
    console: &mut Console<'_, '_>,
) -> Result<Exit, CliError> {
    if console.wants_json() {
        let list: Vec<Value> = imported.iter().map(imported_json).collect();
        console.object(&json!({ "schema": schema, "imported": list }))?;
        return Ok(Exit::Success);
    }
    if console.detail == Detail::Verdict {
        return Ok(Exit::Success);
    }
    for one in imported {
        let state = match one.state {
            ImportState::Stored => "stored",
            ImportState::AlreadyThere => "already there",
        };
        console.line(&format!("{state}: {} “{}” ({}), {}", kind(one.kind), one.name, one.subject, shown(&one.path)))?;
    }
    Ok(Exit::Success)
}

/// Says what a removal took away.
pub(super) fn report_removed(
    schema: &str,
    removed: &[PathBuf],
    console: &mut Console<'_, '_>,
) -> Result<Exit, CliError> {
    if console.wants_json() {
        let list: Vec<String> = removed.iter().map(|path| path.display().to_string()).collect();
        console.object(&json!({ "schema": schema, "removed": list }))?;
        return Ok(Exit::Success);
    }
    if console.detail == Detail::Verdict {
        return Ok(Exit::Success);
    }
    for path in removed {
        console.line(&format!("removed: {}", shown(path)))?;
    }
    Ok(Exit::Success)
}

fn imported_json(imported: &Imported) -> Value {
    json!({
        "kind": kind(imported.kind),
        "name": imported.name,
        "path": imported.path.display().to_string(),
        "subject": imported.subject,
        "state": match imported.state {
            ImportState::Stored => "stored",
            ImportState::AlreadyThere => "already-there",
        },
    })
}

const fn kind(kind: ImportedKind) -> &'static str {
    match kind {
        ImportedKind::Anchor => "anchor",
        ImportedKind::Authority => "authority",
        ImportedKind::Certificate => "certificate",
        ImportedKind::Crl => "crl",
        ImportedKind::Key => "key",
    }
}

/// A listed thing: its leading columns, its certificate, and the object of `--json`.
pub(super) struct Listed {
    pub(super) columns: Vec<String>,
    pub(super) certificate: Option<Certificate>,
    pub(super) object: Value,
}

/// Prints a list as a table, or as the object `{ schema, <member>: […] }`.
pub(super) fn list(
    schema: &str,
    member: &str,
    noun: &str,
    now: OffsetDateTime,
    listed: Vec<Listed>,
    console: &mut Console<'_, '_>,
) -> Result<Exit, CliError> {
    if console.wants_json() {
        let objects: Vec<Value> = listed.into_iter().map(|one| one.object).collect();
        console.object(&json!({ "schema": schema, member: objects }))?;
        return Ok(Exit::Success);
    }
    let rows: Vec<Vec<String>> = listed
        .into_iter()
        .map(|one| {
            let mut row = one.columns;
            if let Some(certificate) = &one.certificate {
                row.extend([certificate.common_name(), validity(certificate, now), short(certificate.sha256())]);
            }
            row
        })
        .collect();
    table(&rows, console)?;
    if rows.is_empty() {
        let command = schema.trim_start_matches("sealscope.").trim_end_matches("/1");
        console.remark(&format!("no {noun} yet: `sealscope {command} --help` says how to keep one"));
    } else {
        console.remark(&counted(rows.len(), noun));
    }
    Ok(Exit::Success)
}

/// Until when, or since when not.
pub(super) fn validity(certificate: &Certificate, now: OffsetDateTime) -> String {
    match certificate.validity_at(now) {
        Validity::Valid => format!("valid to {}", certificate.not_after().date()),
        Validity::Expired => format!("expired {}", certificate.not_after().date()),
        Validity::NotYetValid => format!("not valid before {}", certificate.not_before().date()),
    }
}

/// A certificate's object with more members before it.
pub(super) fn with_certificate(members: Value, certificate: Option<&Certificate>) -> Value {
    let mut object = members;
    if let Some(members) = object.as_object_mut() {
        members.insert("certificate".to_owned(), certificate.map_or(Value::Null, crate::agent::certificate_json));
    }
    object
}
