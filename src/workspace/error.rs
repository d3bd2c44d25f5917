//! What can go wrong with files and the workspace, each as one sentence with the place and the remedy.

use std::io;
use std::path::{Path, PathBuf};

use super::settings::SettingsError;
use crate::finding::system_words;
use crate::mail::escape_controls;
use crate::pki::container::ContainerError;
use crate::pki::issue::IssueError;

/// What was being done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Making a folder.
    CreateFolder,
    /// Reading a folder's entries.
    List,
    /// Taking the write lock.
    Lock,
    /// Reading a file.
    Read,
    /// Deleting a file.
    Remove,
    /// Writing a file.
    Write,
}

impl Action {
    const fn words(self) -> &'static str {
        match self {
            Self::CreateFolder => "create the folder",
            Self::List => "list the folder",
            Self::Lock => "lock",
            Self::Read => "read",
            Self::Remove => "remove",
            Self::Write => "write",
        }
    }
}

/// The system refused an operation on a file or folder.
#[derive(Debug, thiserror::Error)]
#[error("Cannot {} {}: {}", .action.words(), path_text(.path), reason(.source))]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// What was tried.
    pub action: Action,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// Binds the system's answer to the file and the attempt.
    pub fn new(path: impl Into<PathBuf>, action: Action, source: io::Error) -> Self {
        Self { path: path.into(), action, source }
    }
}

/// A path for people: control and direction characters escaped, so that a name cannot rewrite the terminal or the line.
#[must_use]
pub fn path_text(path: &Path) -> String {
    escape_controls(&path.display().to_string())
}

fn reason(error: &io::Error) -> String {
    let known = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder; check the path",
        io::ErrorKind::PermissionDenied => "permission denied; check who owns it and its access rights",
        io::ErrorKind::IsADirectory => "it is a folder where a file was expected",
        io::ErrorKind::NotADirectory => "a part of the path is a file where a folder was expected",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full; free some space and try again, nothing stored was changed"
        }
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only; choose another folder",
        io::ErrorKind::InvalidFilename => "the file name is not allowed here; choose a shorter or simpler one",
        _ => return system_words(error),
    };
    known.to_owned()
}

/// One file or folder of the workspace that could not be used; the rest loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it and what to do, one sentence that names it.
    pub sentence: String,
}

impl Problem {
    pub(crate) fn new(path: impl Into<PathBuf>, why: &str) -> Self {
        let path = path.into();
        let sentence = format!("{}: {why}", path_text(&path));
        Self { path, sentence }
    }
}

/// A workspace operation could not be done; what is stored is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// The system refused a file operation.
    #[error(transparent)]
    File(#[from] FileError),
    /// The message could not be written as batch SMTP or read back.
    #[error("{}: {why}", path_text(.path))]
    Message {
        /// The message's file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The workspace folder does not exist.
    #[error("There is no workspace at {}; a command that writes creates it, or name another with --workspace", path_text(.0))]
    Missing(PathBuf),
    /// Something else lies where the workspace folder should be.
    #[error("{} is a file, not a workspace folder; name a folder with --workspace", path_text(.0))]
    NotAFolder(PathBuf),
    /// Nothing stored matches.
    #[error("Nothing in {place} is named \"{wanted}\" or has that fingerprint; `list` shows what there is")]
    NotFound {
        /// Where it was looked for.
        place: String,
        /// The name or SHA-256 asked for.
        wanted: String,
    },
    /// The file to be imported holds nothing of the kind asked for.
    #[error("The file holds no {expected}; it holds {found}")]
    NothingToImport {
        /// What was looked for.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// Private keys are encrypted under the workspace's passphrase, and none was given.
    #[error(
        "Private keys are kept under the workspace's passphrase, and none was given; pass --passphrase-file or set SEALSCOPE_PASSPHRASE"
    )]
    PassphraseNeeded,
    /// The passphrase is not the one that the stored keys are under.
    #[error(
        "The passphrase does not open {}, so nothing was imported; use the passphrase that this workspace's keys were stored under", path_text(.0)
    )]
    PassphraseWrong(PathBuf),
    /// A certificate could not be made.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// Another program changed what was to be changed, after it was read.
    #[error(
        "{what} was changed by another program since it was read, so nothing was done; read the workspace again and repeat what is still wanted"
    )]
    ChangedSince {
        /// The file or the workspace.
        what: String,
    },
    /// A later version of the program made or changed the workspace.
    #[error(
        "{} has format {format}{}, and this version ({}) knows formats up to {}: update Sealscope, or name another workspace; nothing was changed",
        path_text(.root), written_by(.by.as_deref()), env!("CARGO_PKG_VERSION"), super::format::FORMAT
    )]
    Newer {
        /// The workspace folder.
        root: PathBuf,
        /// Its format.
        format: u32,
        /// The version that wrote it, where it says so.
        by: Option<String>,
    },
    /// Two programs wanted to write.
    #[error("{} is being written by another program{holder}; let it finish or close it, then try again", path_text(.root))]
    Locked {
        /// The workspace folder.
        root: PathBuf,
        /// ` (process 123)` where the lock file says so, else empty.
        holder: String,
    },
    /// Several stored things match the name.
    #[error("\"{wanted}\" in {place} matches {count} entries; give the SHA-256 fingerprint instead")]
    Ambiguous {
        /// Where it was looked for.
        place: String,
        /// What was asked for.
        wanted: String,
        /// How many match.
        count: usize,
    },
    /// Keys or certificates could not be read or written.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// `workspace.toml` cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

fn written_by(version: Option<&str>) -> String {
    version.map(|version| format!(", written by Sealscope {}", escape_controls(version))).unwrap_or_default()
}
