//! Writes that are either done or not done: temporary file in the same folder, fsync, rename, fsync of the folder.
//!
//! A crash or a full disk in the middle leaves the old file as it was. Workspace files are 0600 and folders 0700.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::error::{Action, FileError};

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

/// Writes `octets` to `path` so that a reader sees the old file or the whole new one.
///
/// # Errors
/// [`FileError`]; the file that was there is unchanged.
pub fn write(path: &Path, octets: &[u8], readers: Readers, existing: Existing) -> Result<(), FileError> {
    try_write(path, octets, readers, existing).map_err(|error| FileError::new(path, Action::Write, error))
}

fn try_write(path: &Path, octets: &[u8], readers: Readers, existing: Existing) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let folder = folder_of(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    permit(&mut builder, readers);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(octets)?;
    file.as_file().sync_all()?;
    match existing {
        Existing::Keep => file.persist_noclobber(path)?,
        Existing::Replace => file.persist(path)?,
    };
    sync_folder(folder)
}

/// Removes one file and makes the removal last.
///
/// # Errors
/// [`FileError`]; the file is still there.
pub fn remove(path: &Path) -> Result<(), FileError> {
    fs::remove_file(path)
        .and_then(|()| sync_folder(folder_of(path)))
        .map_err(|error| FileError::new(path, Action::Remove, error))
}

/// Makes a folder, and those above it that are missing, for the owner alone.
///
/// # Errors
/// [`FileError`].
pub fn create_folder(path: &Path) -> Result<(), FileError> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .and_then(|()| sync_folder(folder_of(path)))
        .map_err(|error| FileError::new(path, Action::CreateFolder, error))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

#[cfg(unix)]
fn permit(builder: &mut tempfile::Builder<'_, '_>, readers: Readers) {
    use std::os::unix::fs::PermissionsExt;
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Umask => 0o666,
    };
    builder.permissions(fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn permit(_: &mut tempfile::Builder<'_, '_>, _: Readers) {}

// Windows has no fsync of a folder; the rename is journalled there.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
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
