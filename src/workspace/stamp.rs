//! Whether a workspace is still as it was when it was read.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, Metadata};
use std::hash::{Hash, Hasher};
use std::path::PathBuf;

use super::layout;
use super::store::Workspace;

/// Tells one state of a workspace's settings, keys, certificates, anchors and lists from another, by what the file
/// system says of the files. Messages and results do not count: every program may add to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(u64);

impl Workspace {
    /// The stamp of what is stored now. No file is read.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        let mut hasher = DefaultHasher::new();
        let mut open: Vec<PathBuf> = [layout::CRLS, layout::AUTHORITIES, layout::PARTIES, layout::SETTINGS_FILE]
            .map(|name| self.root().join(name))
            .into();
        while let Some(path) = open.pop() {
            let Ok(found) = fs::metadata(&path) else { continue };
            path.hash(&mut hasher);
            if found.is_dir() {
                // A folder's own time changes with temporaries that come and go.
                let entries = fs::read_dir(&path).into_iter().flatten().flatten();
                let mut inside: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
                inside.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
                inside.sort();
                open.append(&mut inside);
            } else {
                hash_file(&found, &mut hasher);
            }
        }
        Stamp(hasher.finish())
    }
}

fn hash_file(found: &Metadata, hasher: &mut DefaultHasher) {
    found.len().hash(hasher);
    found.modified().ok().hash(hasher);
    // A file that was replaced is another one, even in the same tick of the clock.
    #[cfg(unix)]
    std::os::unix::fs::MetadataExt::ino(found).hash(hasher);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Settings, party_name};

    #[test]
    fn a_change_of_settings_or_parties_is_seen_and_reading_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open_or_create(folder.path().join("w")).unwrap();
        let first = workspace.stamp();
        let _ = workspace.load(None);
        assert_eq!(workspace.stamp(), first);
        workspace.writer().unwrap().save_settings(&Settings::default()).unwrap();
        let second = workspace.stamp();
        assert_ne!(second, first, "the same octets in another file");
        workspace.writer().unwrap().add_party(&party_name("a@a.example").unwrap()).unwrap();
        assert_ne!(workspace.stamp(), second);
    }
}
