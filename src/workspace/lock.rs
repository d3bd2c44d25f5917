//! One writer at a time. Reading needs no lock, because every write is one rename.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::error::{Action, FileError, WorkspaceError};

/// The lock file's name in the workspace folder.
pub const LOCK_FILE: &str = ".lock";

/// A number of a process has at most twenty digits; whatever else lies in the file is not quoted.
const HOLDER_OCTETS: u64 = 20;

/// Held while something is written; the system gives it up when the value or the process goes away.
#[derive(Debug)]
pub struct WriteLock {
    _file: File,
}

impl WriteLock {
    /// Takes the lock of the workspace at `root`, or says at once who has it.
    ///
    /// # Errors
    /// [`WorkspaceError::Locked`], or [`WorkspaceError::File`] where the lock file cannot be made.
    pub fn take(root: &Path) -> Result<Self, WorkspaceError> {
        let path = root.join(LOCK_FILE);
        let mut file = open(&path)?;
        match file.try_lock() {
            Ok(()) => {
                // Only the other program's sentence depends on this note, so a full disk must not stop us here.
                let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                Err(WorkspaceError::Locked { root: root.to_owned(), holder: holder(&mut file) })
            }
            Err(TryLockError::Error(error)) => Err(FileError::new(path, Action::Lock, error).into()),
        }
    }
}

fn open(path: &PathBuf) -> Result<File, FileError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| FileError::new(path, Action::Lock, error))
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(HOLDER_OCTETS).read_to_string(&mut text);
    match read.ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(process) => format!(" (process {process})"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_writer_learns_who_writes_and_the_third_may_write() {
        let folder = tempfile::tempdir().unwrap();
        let first = WriteLock::take(folder.path()).unwrap();
        let sentence = WriteLock::take(folder.path()).unwrap_err().to_string();
        assert!(sentence.contains(&format!("(process {})", std::process::id())), "{sentence}");
        assert!(sentence.contains(&folder.path().display().to_string()), "{sentence}");
        drop(first);
        assert!(WriteLock::take(folder.path()).is_ok());
    }

    #[test]
    fn rubbish_in_the_lock_file_is_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let mut rubbish = open(&folder.path().join(LOCK_FILE)).unwrap();
        rubbish.try_lock().unwrap();
        rubbish.write_all(b"\x1b[2Jnot a process").unwrap();
        let sentence = WriteLock::take(folder.path()).unwrap_err().to_string();
        assert!(sentence.contains("another program; let it finish"), "{sentence}");
    }
}
