//! Where the messages of a batch come from.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::walk::{Met, Walk};
use crate::workspace::layout::MESSAGES;
use crate::workspace::{Action, FileError, Workspace};

/// Files and folders whose messages are judged together: message files, envelope files, mbox files, Maildirs, and folders
/// of these to any depth. Of a workspace its messages are meant.
#[derive(Clone, Debug)]
pub struct Source {
    roots: Vec<(PathBuf, String)>,
    left_out: HashSet<PathBuf>,
}

/// How much there is, as far as that can be told without reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Files; an mbox is one.
    pub files: usize,
    /// Their octets.
    pub octets: u64,
}

impl Source {
    /// These files and folders, in this order. Names of messages begin below a folder that stands alone, else with the
    /// folder's own name. The files `left_out` are no messages, wherever they lie: results of an earlier run.
    ///
    /// # Errors
    /// [`FileError`] for a path at which there is nothing.
    pub fn of<'p>(paths: &[PathBuf], left_out: impl IntoIterator<Item = &'p Path>) -> Result<Self, FileError> {
        let mut roots = Vec::new();
        for path in paths {
            let found = fs::metadata(path).map_err(|error| FileError::new(path, Action::Read, error))?;
            let alone = paths.len() == 1 && found.is_dir();
            let name = if alone { String::new() } else { own_name(path) };
            let root = if found.is_dir() && Workspace::is_at(path) { path.join(MESSAGES) } else { path.clone() };
            roots.push((root, name));
        }
        let left_out = left_out.into_iter().filter_map(|path| path.canonicalize().ok()).collect();
        Ok(Self { roots, left_out })
    }

    /// Counts the files. Folders are listed for it, nothing is read.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.walk().fold(Extent::default(), |extent, met| match met {
            Met::File { octets, .. } => {
                Extent { files: extent.files.saturating_add(1), octets: extent.octets.saturating_add(octets) }
            }
            Met::Fault { .. } | Met::Passed { .. } => extent,
        })
    }

    pub(super) fn walk(&self) -> Walk<'_> {
        Walk::new(&self.roots, &self.left_out)
    }
}

/// The last part of a path; of `.` and `..` that of the folder meant.
fn own_name(path: &Path) -> String {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    name(path).or_else(|| name(&path.canonicalize().ok()?)).unwrap_or_default()
}
