//! Writes that are either done or not done: temporary file in the same folder, fsync, rename, fsync of the folder.
//!
//! A crash or a full disk in the middle leaves the old file as it was. Workspace files are 0600 and folders 0700.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::error::{Action, FileError};
use super::storage::{Storage, System};

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// The owner alone: whatever lies in a workspace, and exported keys.
    Owner,
    /// Whoever the user's umask lets: exported certificates and messages.
    Umask,
}

/// Whether a file that is already there may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and the write fails.
    Keep,
    /// It is replaced in one step.
    Replace,
}

/// Makes changes that last, each done or not done, on one kind of [`Storage`].
#[derive(Clone, Debug)]
pub struct Disk(Arc<dyn Storage>);

impl Disk {
    /// The disk of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self::on(Arc::new(System))
    }

    /// Another kind of storage, to record what is done or to refuse it.
    #[must_use]
    pub fn on(storage: Arc<dyn Storage>) -> Self {
        Self(storage)
    }

    /// Writes `octets` to `path` so that a reader sees the old file or the whole new one.
    ///
    /// # Errors
    /// [`FileError`]; the file that was there is unchanged.
    pub fn write(&self, path: &Path, octets: &[u8], readers: Readers, existing: Existing) -> Result<(), FileError> {
        self.try_write(path, octets, readers, existing).map_err(|error| FileError::new(path, Action::Write, error))
    }

    fn try_write(&self, path: &Path, octets: &[u8], readers: Readers, existing: Existing) -> io::Result<()> {
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let folder = folder_of(path);
        let mut file = self.0.begin(folder, readers)?;
        self.0.fill(&mut file, octets)?;
        self.0.sync_file(&file)?;
        self.0.place(file, path, existing)?;
        self.0.sync_folder(folder)
    }

    /// Removes one file and makes the removal last.
    ///
    /// # Errors
    /// [`FileError`]; where the file itself could not be removed it is still there.
    pub fn remove(&self, path: &Path) -> Result<(), FileError> {
        self.0
            .remove_file(path)
            .and_then(|()| self.0.sync_folder(folder_of(path)))
            .map_err(|error| FileError::new(path, Action::Remove, error))
    }

    /// Makes a folder, and those above it that are missing, for the owner alone. Each is made to last in the one above
    /// it, or a loss of power could take a folder with all that was stored in it since.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn create_folder(&self, path: &Path) -> Result<(), FileError> {
        if path.is_dir() {
            return Ok(());
        }
        let above = folder_of(path);
        if above != path {
            self.create_folder(above)?;
        }
        let made = match self.0.create_folder(path) {
            // Another program was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            made => made,
        };
        made.and_then(|()| self.0.sync_folder(above)).map_err(|error| FileError::new(path, Action::CreateFolder, error))
    }

    /// Removes a folder if nothing is in it. One that holds something stays, whoever put it there.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn remove_empty_folder(&self, path: &Path) -> Result<(), FileError> {
        match self.0.remove_folder(path).and_then(|()| self.0.sync_folder(folder_of(path))) {
            Err(error) if !matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotFound) => {
                Err(FileError::new(path, Action::Remove, error))
            }
            _ => Ok(()),
        }
    }
}

/// [`Disk::write`] on the disk of this machine.
///
/// # Errors
/// [`FileError`]; the file that was there is unchanged.
pub fn write(path: &Path, octets: &[u8], readers: Readers, existing: Existing) -> Result<(), FileError> {
    Disk::system().write(path, octets, readers, existing)
}

/// [`Disk::create_folder`] on the disk of this machine.
///
/// # Errors
/// [`FileError`].
pub fn create_folder(path: &Path) -> Result<(), FileError> {
    Disk::system().create_folder(path)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_replaced_file_holds_the_new_octets_and_no_temporary_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"one", Readers::Owner, Existing::Keep).unwrap();
        write(&path, b"two", Readers::Owner, Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_must_stay_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"one", Readers::Owner, Existing::Keep).unwrap();
        let error = write(&path, b"two", Readers::Owner, Existing::Keep).unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_in_place_of_the_file_is_named_in_the_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let sentence = write(folder.path(), b"x", Readers::Owner, Existing::Replace).unwrap_err().to_string();
        assert!(sentence.contains("it is a folder where a file was expected"), "{sentence}");
    }

    #[cfg(unix)]
    #[test]
    fn files_are_for_the_owner_alone_and_so_are_folders() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("deep/inner");
        create_folder(&inner).unwrap();
        let path = inner.join("key");
        write(&path, b"k", Readers::Owner, Existing::Keep).unwrap();
        assert_eq!(fs::metadata(&inner).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
