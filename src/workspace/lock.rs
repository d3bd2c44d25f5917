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
    file: File,
    interrupted: bool,
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        // An empty file says that nothing was cut short. Where it cannot be emptied the next writer only looks in vain.
        let _ = self.file.set_len(0);
        // Closing the file is not enough: a process that another thread is just starting has it open too for a moment.
        let _ = self.file.unlock();
    }
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
                let interrupted = file.metadata().is_ok_and(|found| found.len() > 0);
                // Only the other program's sentence depends on this note, so a full disk must not stop us here.
                let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                Ok(Self { file, interrupted })
            }
            Err(TryLockError::WouldBlock) => {
                Err(WorkspaceError::Locked { root: root.to_owned(), holder: holder(&mut file) })
            }
            Err(TryLockError::Error(error)) => Err(FileError::new(path, Action::Lock, error).into()),
        }
    }

    /// Whether the writer before this one went away in the middle of its work.
    #[must_use]
    pub const fn follows_interruption(&self) -> bool {
        self.interrupted
    }
}

/// The process that writes to the workspace at `root` now; nothing where none does, or where it cannot be told.
#[must_use]
pub fn holder_of(root: &Path) -> Option<String> {
    let mut file = OpenOptions::new().read(true).write(true).open(root.join(LOCK_FILE)).ok()?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Some(holder(&mut file)),
        _ => None,
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
    fn a_writer_that_finished_leaves_nothing_to_clear_up_and_one_that_was_killed_does() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!WriteLock::take(folder.path()).unwrap().follows_interruption());
        assert!(!WriteLock::take(folder.path()).unwrap().follows_interruption());
        // What a killed process leaves: its number, and no lock.
        std::fs::write(folder.path().join(LOCK_FILE), "4711").unwrap();
        assert!(WriteLock::take(folder.path()).unwrap().follows_interruption());
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
