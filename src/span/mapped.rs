//! Files that are mapped into memory, so that a message of a gigabyte is shown without being copied.
//!
//! A mapping shows what the file holds now, not what it held when it was opened, and what another program cuts off is no
//! longer there to be read: touching it would end this one (SIGBUS). So each time the octets are asked for, length and
//! time of change are looked at first; once they differ from what they were, there are no octets any more, for good, and
//! [`MappedFile::is_intact`] says so. What remains is a file that is cut off in the very moment in which it is gone
//! through. Therefore only what is shown is mapped: whatever is judged is read (`Limits::message_octets`), and no verdict
//! rests on octets that somebody else can change.

#![expect(unsafe_code, reason = "no crate maps a file safely: what other programs do to it is in nobody's hand here")]

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use memmap2::Mmap;

/// A regular file, mapped for reading.
#[derive(Debug)]
pub struct MappedFile {
    file: File,
    map: Mmap,
    modified: Option<SystemTime>,
    changed: AtomicBool,
}

impl MappedFile {
    /// Maps a file.
    ///
    /// # Errors
    /// The system's refusal; what is no regular file, and one that is larger than the address space.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let found = file.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other("it is a pipe or a device; name a regular file"));
        }
        // SAFETY: the mapping is read-only and private. That nobody else writes to the file cannot be promised, by this
        // program or any other; `octets` gives nothing once the file has changed, so that no reference is made to pages
        // that are known to differ or to be gone.
        let map = unsafe { Mmap::map(&file) }?;
        Ok(Self { file, map, modified: found.modified().ok(), changed: AtomicBool::new(false) })
    }

    /// What the file holds; nothing once it has changed.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        if self.is_intact() { &self.map } else { &[] }
    }

    /// Octets that the file had when it was mapped.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether it had none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Whether the file still is as it was mapped, by its length and its time of change. One that was removed is.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        if self.changed.load(Ordering::Acquire) {
            return false;
        }
        let intact = self.file.metadata().is_ok_and(|found| self.is_as_it_was(&found));
        if !intact {
            self.changed.store(true, Ordering::Release);
        }
        intact
    }

    fn is_as_it_was(&self, found: &Metadata) -> bool {
        usize::try_from(found.len()).is_ok_and(|octets| octets == self.map.len())
            && found.modified().ok() == self.modified
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(octets: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(octets).unwrap();
        file
    }

    #[test]
    fn a_file_that_is_cut_off_has_no_octets_any_more() {
        let file = file(&[b'x'; 10_000]);
        let mapped = MappedFile::open(file.path()).unwrap();
        assert_eq!(mapped.octets().len(), 10_000);
        file.as_file().set_len(100).unwrap();
        assert_eq!((mapped.octets(), mapped.is_intact()), (b"".as_slice(), false));
        file.as_file().set_len(10_000).unwrap();
        assert!(mapped.octets().is_empty(), "what was cut off once is not trusted again");
    }

    #[test]
    fn a_file_that_is_written_to_has_no_octets_any_more() {
        let file = file(b"before");
        let mapped = MappedFile::open(file.path()).unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        file.as_file().set_modified(later).unwrap();
        assert!(!mapped.is_intact());
    }

    #[test]
    fn a_file_that_is_removed_is_still_there_for_whoever_has_it_open() {
        let file = file(b"before");
        let mapped = MappedFile::open(file.path()).unwrap();
        std::fs::remove_file(file.path()).unwrap();
        assert_eq!(mapped.octets(), b"before");
    }

    #[test]
    fn a_folder_is_not_mapped() {
        assert!(MappedFile::open(tempfile::tempdir().unwrap().path()).is_err());
    }
}
