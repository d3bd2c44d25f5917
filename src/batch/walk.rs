//! Going through folders: every regular file below them, in order of name, each folder once however many links lead to it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::{Action, FileError};

/// The folders of a Maildir; while mail is being delivered, half-written files lie in the last of them.
const MAILDIR: [&str; 3] = ["cur", "new", "tmp"];

/// What was met on the way.
#[derive(Debug)]
pub(super) enum Met {
    /// A regular file, or a link to one.
    File { path: PathBuf, name: String, octets: u64 },
    /// Nothing that can be gone through or read.
    Fault { path: PathBuf, name: String, why: String },
    /// Something that is passed over on purpose.
    Passed { path: PathBuf, name: String, why: String },
}

/// A walk that lists one folder at a time.
#[derive(Debug)]
pub(super) struct Walk<'s> {
    /// What is still to be looked at, the next one last.
    waiting: Vec<(PathBuf, String)>,
    /// Folders that were listed, by the path that no link leads to.
    listed: HashSet<PathBuf>,
    left_out: &'s HashSet<PathBuf>,
}

impl<'s> Walk<'s> {
    /// Starts at these files and folders, each with the name under which it is told of.
    pub(super) fn new(roots: &[(PathBuf, String)], left_out: &'s HashSet<PathBuf>) -> Self {
        Self { waiting: roots.iter().rev().cloned().collect(), listed: HashSet::new(), left_out }
    }

    fn look(&mut self, path: PathBuf, name: String) -> Option<Met> {
        let fault = |path: PathBuf, name: String, error| {
            let why = FileError::new(&path, Action::Read, error).to_string();
            Some(Met::Fault { path, name, why })
        };
        let found = match fs::metadata(&path) {
            Ok(found) => found,
            Err(error) => return fault(path, name, error),
        };
        if found.is_dir() {
            return self.enter(path, name);
        }
        if !self.left_out.is_empty() && path.canonicalize().is_ok_and(|real| self.left_out.contains(&real)) {
            return None;
        }
        if found.is_file() {
            return Some(Met::File { path, name, octets: found.len() });
        }
        let why = "It is a pipe or a device, which is not read".to_owned();
        Some(Met::Passed { path, name, why })
    }

    fn enter(&mut self, path: PathBuf, name: String) -> Option<Met> {
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(error) => return Some(unlisted(path, name, error)),
        };
        if !self.listed.insert(real) {
            let why = "It leads to a folder that is looked into elsewhere".to_owned();
            return Some(Met::Passed { path, name, why });
        }
        match entries(&path) {
            Ok(entries) => {
                let below = |entry: String| if name.is_empty() { entry } else { format!("{name}/{entry}") };
                // Taken from the end: reversed, the first name comes first.
                self.waiting.extend(entries.into_iter().rev().map(|(path, entry)| (path, below(entry))));
                None
            }
            Err(error) => Some(unlisted(path, name, error)),
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Met;

    fn next(&mut self) -> Option<Met> {
        while let Some((path, name)) = self.waiting.pop() {
            if let Some(met) = self.look(path, name) {
                return Some(met);
            }
        }
        None
    }
}

fn unlisted(path: PathBuf, name: String, error: std::io::Error) -> Met {
    let why = FileError::new(&path, Action::List, error).to_string();
    Met::Fault { path, name, why }
}

/// The entries of a folder with their names, in order; of a Maildir without what is being delivered.
fn entries(folder: &Path) -> std::io::Result<Vec<(PathBuf, String)>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    let named = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (path, name)
    };
    let mut entries: Vec<(PathBuf, String)> = paths.into_iter().map(named).collect();
    let [.., unfinished] = MAILDIR;
    if MAILDIR.iter().all(|part| entries.iter().any(|(path, name)| name == part && path.is_dir())) {
        entries.retain(|(_, name)| name != unfinished);
    }
    Ok(entries)
}
