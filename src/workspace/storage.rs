//! The steps that a durable write is made of, one by one, so that tests can record them, refuse one, or lose power.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::durable::{Existing, Readers};

/// How the name of a file that is being written begins. After a crash such a file is nothing that was stored.
pub const TEMPORARY_PREFIX: &str = ".writing-";

/// Where the octets go. Each step by itself is the system's; their order is [`Disk`](super::durable::Disk)'s.
pub trait Storage: fmt::Debug + Send + Sync {
    /// Makes an empty file under a name of its own in `folder`, which goes away with the value.
    ///
    /// # Errors
    /// The system's refusal.
    fn begin(&self, folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY_PREFIX);
        permit(&mut builder, readers);
        builder.tempfile_in(folder)
    }

    /// Writes the content of a file that was begun.
    ///
    /// # Errors
    /// The system's refusal; some of the octets may have been written.
    fn fill(&self, file: &mut NamedTempFile, octets: &[u8]) -> io::Result<()> {
        file.write_all(octets)
    }

    /// Waits until the content would survive a loss of power.
    ///
    /// # Errors
    /// The system's refusal.
    fn sync_file(&self, file: &NamedTempFile) -> io::Result<()> {
        file.as_file().sync_all()
    }

    /// Gives the file its name, in one step.
    ///
    /// # Errors
    /// The system's refusal, or that the name is taken where what is there must stay.
    fn place(&self, file: NamedTempFile, path: &Path, existing: Existing) -> io::Result<()> {
        match existing {
            Existing::Keep => file.persist_noclobber(path)?,
            Existing::Replace => file.persist(path)?,
        };
        Ok(())
    }

    /// Waits until the names in a folder would survive a loss of power.
    ///
    /// # Errors
    /// The system's refusal.
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        // Windows has no fsync of a folder; the rename is journalled there.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }

    /// Removes a file's name.
    ///
    /// # Errors
    /// The system's refusal.
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// Makes one folder, whose parent is there, for the owner alone.
    ///
    /// # Errors
    /// The system's refusal.
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        #[cfg(unix)]
        return std::os::unix::fs::DirBuilderExt::mode(&mut fs::DirBuilder::new(), 0o700).create(path);
        #[cfg(not(unix))]
        fs::create_dir(path)
    }

    /// Removes an empty folder.
    ///
    /// # Errors
    /// The system's refusal.
    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
}

/// The file system of this machine.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Storage for System {}

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
