//! Writing results: `-o OUT`, and tables.

use std::path::Path;

use super::console::{Console, shown};
use super::error::CliError;
use super::input::reason;
use crate::mail::Envelope;
use crate::mail::bsmtp::{self, Fidelity};
use crate::workspace::durable::{Existing, Readers};
use crate::workspace::storage::{Storage as _, System};

/// Whether `-o OUT` asks for envelopes; else for the message alone.
pub(super) fn takes_envelopes(out: &Path) -> bool {
    out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("bsmtp"))
}

/// Refuses, before any work is done, an OUT that cannot take this many messages.
pub(super) fn prepare(out: Option<&Path>, messages: usize, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let Some(out) = out else { return Ok(()) };
    if messages > 1 && !takes_envelopes(out) {
        return Err(CliError::usage(format!(
            "the file holds {messages} messages: choose one with --transaction N, or name an output ending in .bsmtp"
        )));
    }
    if out == Path::new("-") { console.take_stdout() } else { Ok(()) }
}

/// Refuses an OUT that is the very file the message comes from: the message is the evidence of its verdict.
pub(super) fn keep_apart(input: &Path, out: Option<&Path>) -> Result<(), CliError> {
    let Some(out) = out else { return Ok(()) };
    let [from, to] = [input, out].map(|path| path.canonicalize().ok().filter(|path| path.is_file()));
    if from.is_some() && from == to {
        return Err(CliError::usage(format!(
            "-o {} would write over the message itself: name another file",
            shown(out)
        )));
    }
    Ok(())
}

/// Writes what was accepted: an envelope file for `.bsmtp`, else the one message, octet for octet.
pub(super) fn write(out: &Path, envelopes: &[Envelope], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let added = |envelope: &Envelope| bsmtp::fidelity(envelope.message.octets()) == Fidelity::LineEndAdded;
    if takes_envelopes(out) && envelopes.iter().any(added) {
        console.remark("the message does not end in a line end, and the envelope file adds one, as SMTP does");
    }
    let octets = if takes_envelopes(out) {
        envelopes.iter().flat_map(bsmtp::write).collect()
    } else {
        envelopes.first().map(|envelope| envelope.message.octets().to_vec()).unwrap_or_default()
    };
    write_octets(out, &octets, console)
}

/// Writes a file whole or not at all; `-` is standard output.
pub(super) fn write_octets(out: &Path, octets: &[u8], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    if out == Path::new("-") {
        return console.octets(octets);
    }
    replace_file(out, octets, Readers::Umask)
        .map_err(|error| CliError::Failed(format!("cannot write {}: {}", shown(out), refusal(&error))))
}

/// The same for a private key: nobody but the owner can read the file.
pub(super) fn write_private(out: &Path, octets: &[u8], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    if out == Path::new("-") {
        return console.octets(octets);
    }
    replace_file(out, octets, Readers::Owner)
        .map_err(|error| CliError::Failed(format!("cannot write {}: {}", shown(out), refusal(&error))))
}

fn refusal(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "its folder does not exist".to_owned(),
        _ => reason(error),
    }
}

// A new file beside the old one takes its place: a full disk leaves what was there.
fn replace_file(out: &Path, octets: &[u8], readers: Readers) -> std::io::Result<()> {
    let existing = out.metadata().ok();
    if existing.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        return std::fs::write(out, octets);
    }
    // A link stays a link: what it points to gets the new content.
    let target = out.canonicalize().ok().filter(|_| existing.is_some());
    let out = target.as_deref().unwrap_or(out);
    let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut file = System.begin(folder, readers)?;
    System.fill(&mut file, octets)?;
    // Who made a file for his eyes only gets it back so.
    if let (Readers::Umask, Some(existing)) = (readers, existing) {
        file.as_file().set_permissions(existing.permissions())?;
    }
    System.sync_file(&file)?;
    System.place(file, out, Existing::Replace)?;
    System.sync_folder(folder)
}

/// Prints rows in aligned columns, with two spaces between; the last column is not padded.
pub(super) fn table(rows: &[Vec<String>], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or_default())
        .collect();
    for row in rows {
        let mut line = String::new();
        for (cell, wide) in row.iter().zip(&widths) {
            let cell = crate::mail::escape_controls(cell);
            line.push_str(&cell);
            line.extend(std::iter::repeat_n(' ', wide.saturating_sub(cell.chars().count()) + 2));
        }
        console.line(&line)?;
    }
    Ok(())
}

fn width(cell: &str) -> usize {
    crate::mail::escape_controls(cell).chars().count()
}
