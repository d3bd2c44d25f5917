//! What a writer that was killed left half written.

use std::fs;
use std::path::PathBuf;

use super::layout;
use super::storage::TEMPORARY_PREFIX;
use super::store::Workspace;

impl Workspace {
    /// Files that were being written when a program was killed. They are nothing that was stored: no list names them,
    /// and the next writer removes them.
    #[must_use]
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let root = self.root();
        let mut folders = vec![root.to_owned()];
        folders.extend(
            [layout::AUTHORITIES, layout::CRLS, layout::MESSAGES, layout::OUTCOMES].map(|name| root.join(name)),
        );
        let (parties, _) = self.party_folders();
        for (_, folder) in parties {
            let inside = [layout::KEYS, layout::CERTIFICATES, layout::ANCHORS_INCOMING, layout::ANCHORS_OUTGOING];
            folders.extend(inside.map(|name| folder.join(name)));
            folders.push(folder);
        }
        let mut found: Vec<PathBuf> = folders.into_iter().flat_map(|folder| temporaries(&folder)).collect();
        found.sort();
        found
    }

    /// Removes them. Only for the holder of the lock: another writer's file would look the same.
    pub(super) fn clear_leftovers(&self) {
        for path in self.leftovers() {
            // One that stays does no harm; the next writer after an interruption tries again.
            let _ = self.disk().remove(&path);
        }
    }
}

fn temporaries(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX));
    ours.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())).map(|entry| entry.path()).collect()
}
