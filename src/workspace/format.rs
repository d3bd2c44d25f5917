//! The version of the workspace's own layout, and how an older one is brought to this one.
//!
//! `workspace.toml` says `format = 2` and which version wrote it. A workspace that says nothing is of format 1. Reading
//! takes any older format as it is; the first change brings it to this one, step by step. Each step may be done again, and
//! the number is written last, so that a crash in the middle is continued by the next change. What a step changes is kept
//! as it was in `backup/format-<number>/` first. A newer format is refused before anything is written.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::durable::{Existing, Readers};
use super::error::{WorkspaceError, path_text};
use super::layout::{BACKUP, SETTINGS_FILE};
use super::store::{Workspace, Writer, read_capped};
use crate::finding::counted;
use crate::limits::Limits;

/// The format that this version writes.
pub const FORMAT: u32 = 2;
/// The format of a workspace that does not say: what version 0.1.0 wrote first.
pub const UNSTATED: u32 = 1;

/// What a workspace says of its own layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The number.
    pub format: u32,
    /// The version of the program that wrote it, where it says so.
    pub written_by: Option<String>,
}

#[derive(Deserialize)]
struct Keys {
    format: Option<u32>,
    written_by: Option<String>,
}

/// What was done to bring a workspace to this format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The format that it had.
    pub from: u32,
    /// The folder in which everything that was changed is kept as it was.
    pub backup: PathBuf,
    /// Kept results whose message is gone, which now lie in the backup alone.
    pub results_set_aside: usize,
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The workspace was brought from format {} to {FORMAT}", self.from)?;
        if self.results_set_aside > 0 {
            let results = counted(self.results_set_aside, "result");
            write!(f, ", and {results} without a message set aside")?;
        }
        write!(f, "; what was changed is kept as it was in {}", path_text(&self.backup))
    }
}

impl Workspace {
    /// What the workspace says of its layout; nothing where its settings cannot be read, which [`Workspace::settings`]
    /// explains.
    #[must_use]
    pub fn stated_format(&self) -> Option<Stated> {
        let path = self.root().join(SETTINGS_FILE);
        if !path.exists() {
            return Some(Stated { format: UNSTATED, written_by: None });
        }
        let text = String::from_utf8(read_capped(&path, super::store::STORED_OCTETS).ok()?).ok()?;
        let keys: Keys = toml::from_str(&text).ok()?;
        Some(Stated { format: keys.format.unwrap_or(UNSTATED), written_by: keys.written_by })
    }

    pub(super) fn refuse_newer(&self) -> Result<(), WorkspaceError> {
        match self.stated_format() {
            Some(stated) if stated.format > FORMAT => Err(WorkspaceError::Newer {
                root: self.root().to_owned(),
                format: stated.format,
                by: stated.written_by,
            }),
            _ => Ok(()),
        }
    }
}

/// Brings a workspace to the next format. It may be called again after it was stopped anywhere.
type Step = fn(&Writer, &mut Migration) -> Result<(), WorkspaceError>;

/// From which format each step leads to the next.
const STEPS: [(u32, Step); 1] = [(1, set_results_without_message_aside)];

/// Brings a workspace to [`FORMAT`], with a backup; nothing where it has it, holds nothing yet, or its settings are
/// damaged, which must be mended by hand first.
pub(super) fn migrate(writer: &Writer) -> Result<Option<Migration>, WorkspaceError> {
    let Some(stated) = writer.stated_format().filter(|stated| stated.format < FORMAT) else { return Ok(None) };
    if !Workspace::is_at(writer.root()) || writer.settings().is_err() {
        return Ok(None);
    }
    let backup = writer.root().join(BACKUP).join(format!("format-{}", stated.format));
    let mut migration = Migration { from: stated.format, backup, results_set_aside: 0 };
    let settings = writer.root().join(SETTINGS_FILE);
    if settings.exists() {
        keep_copy(writer, &migration.backup, &settings)?;
    }
    for (_, step) in STEPS.iter().filter(|(from, _)| *from >= stated.format) {
        step(writer, &mut migration)?;
    }
    state_format(writer, &settings)?;
    Ok(Some(migration))
}

// A removal that was cut short left the result, and the next message of that name would have been shown with it.
fn set_results_without_message_aside(writer: &Writer, migration: &mut Migration) -> Result<(), WorkspaceError> {
    for path in writer.results_without_message() {
        keep_copy(writer, &migration.backup, &path)?;
        writer.disk().remove(&path)?;
        migration.results_set_aside = migration.results_set_aside.saturating_add(1);
    }
    Ok(())
}

// The lines of the user stay as they are, comments too, where nothing says a format yet.
fn state_format(writer: &Writer, path: &Path) -> Result<(), WorkspaceError> {
    let text = if path.exists() { read_capped(path, super::store::STORED_OCTETS)? } else { Vec::new() };
    let text = String::from_utf8_lossy(&text);
    let stated = format!("format = {FORMAT}\nwritten_by = \"{}\"\n{text}", env!("CARGO_PKG_VERSION"));
    if writer.put_settings(&stated).is_ok() {
        return Ok(());
    }
    writer.put_settings(&writer.settings()?.to_toml()?)
}

fn keep_copy(writer: &Writer, backup: &Path, path: &Path) -> Result<(), WorkspaceError> {
    let octets = read_capped(path, u64::try_from(Limits::DEFAULT.message_octets).unwrap_or(u64::MAX))?;
    let relative = path.strip_prefix(writer.root()).unwrap_or(path);
    let first = backup.join(relative);
    let mut copy = first.clone();
    // Other octets of that name are of an earlier migration: both are kept.
    for number in 2_u64.. {
        match std::fs::read(&copy) {
            Ok(kept) if kept == octets => return Ok(()),
            Ok(_) => copy = first.with_extension(format!("{number}")),
            Err(_) => break,
        }
    }
    if let Some(folder) = copy.parent() {
        writer.disk().create_folder(folder)?;
    }
    Ok(writer.disk().write(&copy, &octets, Readers::Owner, Existing::Keep)?)
}
