//! Taking back changes to keys, certificates, anchors and lists, octet for octet.
//!
//! A [`Change`] holds the files that differ before and after, keys in their encrypted form. Messages and settings are
//! left out: they are not what one undoes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::durable::{Existing, Readers};
use super::error::{Action, FileError, WorkspaceError, path_text};
use super::layout;
use super::storage::TEMPORARY_PREFIX;
use super::store::{STORED_OCTETS, Workspace, Writer, read_capped};
use crate::limits::Limits;

/// Folders as `None`, files with their octets, by their path below the workspace.
type Entries = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// What lay in the workspace at one moment.
pub struct Snapshot(Entries);

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snapshot({} entries)", self.0.len())
    }
}

/// What one change added, removed or replaced.
pub struct Change {
    before: Entries,
    after: Entries,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Change({} entries before, {} after)", self.before.len(), self.after.len())
    }
}

/// Which way a change is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Back to what was before.
    Undo,
    /// Forward to what was after.
    Redo,
}

impl Snapshot {
    /// What is different in `after`; nothing where they are the same.
    #[must_use]
    pub fn change_to(self, after: Self) -> Option<Change> {
        let (mut before, mut after) = (self.0, after.0);
        let same: BTreeSet<PathBuf> = before
            .iter()
            .filter(|(path, entry)| after.get(*path) == Some(entry))
            .map(|(path, _)| path.clone())
            .collect();
        before.retain(|path, _| !same.contains(path));
        after.retain(|path, _| !same.contains(path));
        (!before.is_empty() || !after.is_empty()).then_some(Change { before, after })
    }
}

impl Workspace {
    /// Reads the files that a change can be taken back for.
    ///
    /// # Errors
    /// The system's refusal to read.
    pub fn snapshot(&self) -> Result<Snapshot, WorkspaceError> {
        let mut entries = Entries::new();
        let lists = largest();
        for (folder, most) in
            [(layout::PARTIES, STORED_OCTETS), (layout::AUTHORITIES, STORED_OCTETS), (layout::CRLS, lists)]
        {
            let mut open = vec![PathBuf::from(folder)];
            while let Some(relative) = open.pop() {
                let whole = self.root().join(&relative);
                if !whole.is_dir() {
                    continue;
                }
                for path in children(&whole)? {
                    let Some(name) = path.file_name() else { continue };
                    let relative = relative.join(name);
                    if path.is_dir() {
                        entries.insert(relative.clone(), None);
                        open.push(relative);
                    } else {
                        entries.insert(relative, Some(read_capped(&path, most)?));
                    }
                }
            }
        }
        Ok(Snapshot(entries))
    }
}

impl Writer {
    /// Applies a change forwards or backwards, as far as it is not yet applied.
    ///
    /// # Errors
    /// [`WorkspaceError::ChangedSince`] where another program has changed one of its files since, and nothing is done;
    /// the system's refusal to write, where each file is whole and the same call can be repeated.
    pub fn apply(&self, change: &Change, way: Way) -> Result<(), WorkspaceError> {
        let (from, to) = match way {
            Way::Undo => (&change.after, &change.before),
            Way::Redo => (&change.before, &change.after),
        };
        self.refuse_changed(from, to)?;
        for (relative, entry) in to {
            let path = self.root().join(relative);
            match entry {
                None => self.disk().create_folder(&path)?,
                Some(octets) => self.disk().write(&path, octets, Readers::Owner, Existing::Replace)?,
            }
        }
        // Backwards, so that a folder is empty by the time it is its turn.
        for (relative, entry) in from.iter().rev().filter(|(relative, _)| !to.contains_key(*relative)) {
            let path = self.root().join(relative);
            match entry {
                Some(_) if path.exists() => self.disk().remove(&path)?,
                Some(_) => {}
                None => self.disk().remove_empty_folder(&path)?,
            }
        }
        Ok(())
    }

    // What neither this change left nor its opposite is somebody else's, and is not written over.
    fn refuse_changed(&self, from: &Entries, to: &Entries) -> Result<(), WorkspaceError> {
        let files: BTreeSet<&PathBuf> = from.keys().chain(to.keys()).collect();
        for relative in files {
            let path = self.root().join(relative);
            let is_folder = [from, to].iter().any(|side| matches!(side.get(relative), Some(None)));
            let expected = [from, to].map(|side| side.get(relative).and_then(Option::as_deref));
            let found = if is_folder || !path.exists() { None } else { Some(read_capped(&path, largest())?) };
            if !is_folder && !expected.contains(&found.as_deref()) {
                return Err(WorkspaceError::ChangedSince { what: path_text(&path) });
            }
        }
        Ok(())
    }
}

// Revocation lists are the largest files that are undone.
fn largest() -> u64 {
    u64::try_from(Limits::DEFAULT.crl_octets).unwrap_or(u64::MAX).max(STORED_OCTETS)
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, WorkspaceError> {
    let failed = |error| FileError::new(folder, Action::Read, error);
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX) {
            paths.push(entry.path());
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::party_name;

    #[test]
    fn fifty_changes_come_back_octet_for_octet() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open_or_create(folder.path().join("w")).unwrap();
        let start = workspace.snapshot().unwrap();
        let mut changes = Vec::new();
        for number in 0..50 {
            let before = workspace.snapshot().unwrap();
            let writer = workspace.writer().unwrap();
            let party = writer.add_party(&party_name(&format!("user{number}@a.example")).unwrap()).unwrap();
            fs::create_dir_all(party.join("certificates")).unwrap();
            fs::write(party.join("certificates/one.pem"), format!("{number}")).unwrap();
            changes.push(before.change_to(workspace.snapshot().unwrap()).unwrap());
        }
        let end = workspace.snapshot().unwrap();
        for change in changes.iter().rev() {
            workspace.writer().unwrap().apply(change, Way::Undo).unwrap();
        }
        assert_eq!(workspace.snapshot().unwrap().0, start.0);
        for change in &changes {
            workspace.writer().unwrap().apply(change, Way::Redo).unwrap();
        }
        assert_eq!(workspace.snapshot().unwrap().0, end.0);
    }

    #[test]
    fn what_another_program_changed_since_is_not_undone_and_half_an_undo_can_be_finished() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open_or_create(folder.path().join("w")).unwrap();
        let before = workspace.snapshot().unwrap();
        let party = workspace.writer().unwrap().add_party(&party_name("a@a.example").unwrap()).unwrap();
        fs::create_dir_all(party.join("certificates")).unwrap();
        let [one, two] = ["certificates/one.pem", "certificates/two.pem"].map(|name| party.join(name));
        fs::write(&one, "1").unwrap();
        fs::write(&two, "2").unwrap();
        let change = before.change_to(workspace.snapshot().unwrap()).unwrap();
        fs::write(&two, "mine").unwrap();
        let sentence = workspace.writer().unwrap().apply(&change, Way::Undo).unwrap_err().to_string();
        assert!(sentence.contains("two.pem was changed by another program"), "{sentence}");
        assert_eq!(fs::read(&one).unwrap(), b"1", "nothing was done");
        // Stopped in the middle: one of two is gone already, and another program has put something beside them.
        fs::write(&two, "2").unwrap();
        fs::remove_file(&two).unwrap();
        fs::write(party.join("certificates/theirs.pem"), "3").unwrap();
        workspace.writer().unwrap().apply(&change, Way::Undo).unwrap();
        assert!(!one.exists() && party.join("certificates/theirs.pem").exists());
    }

    #[test]
    fn no_change_is_nothing_to_undo() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open_or_create(folder.path().join("w")).unwrap();
        assert!(workspace.snapshot().unwrap().change_to(workspace.snapshot().unwrap()).is_none());
    }
}
