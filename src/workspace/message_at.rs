//! Where a message lies, so that very many of them need not lie in memory: each is read when it is judged or looked at.
//!
//! A file that has changed since it was listed is not read: what was told of it may not be so any more.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::document::DocumentError;
use super::error::{Action, FileError};
use crate::limits::Limits;
use crate::mail::bsmtp;
use crate::span::{Buffer, BufferName, MappedFile};

/// What a file was like: once one of these differs it is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    /// Its length.
    pub octets: u64,
    /// When it was changed last, where the file system knows.
    pub modified: Option<SystemTime>,
}

impl FileStamp {
    /// What the system says of a file.
    #[must_use]
    pub fn of(found: &Metadata) -> Self {
        Self { octets: found.len(), modified: found.modified().ok() }
    }
}

/// Which part of a file a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These octets: one message of an mbox.
    Range(Range<u64>),
    /// The transaction of that number, counted from 0, of an envelope file.
    Transaction(usize),
    /// All of it.
    Whole,
}

/// A message in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageAt {
    /// The file.
    pub file: Arc<Path>,
    /// What the file was like when the message was found in it.
    pub stamp: FileStamp,
    /// Where in it the message is.
    pub piece: Piece,
}

impl MessageAt {
    /// Octets of the message; of a transaction those of the whole file, which holds no more.
    #[must_use]
    pub fn octets(&self) -> u64 {
        match &self.piece {
            Piece::Range(range) => range.end.saturating_sub(range.start),
            Piece::Transaction(_) | Piece::Whole => self.stamp.octets,
        }
    }

    /// Reads the message; one that is too large to be judged is mapped.
    ///
    /// # Errors
    /// [`DocumentError::Changed`], [`DocumentError::TooLarge`], or the system's refusal.
    pub fn read(&self, limits: &Limits) -> Result<Buffer, DocumentError> {
        let failed = |error| FileError::new(&*self.file, Action::Read, error);
        // A pipe that took the file's place would block where it is opened.
        self.check(&fs::metadata(&self.file).map_err(failed)?)?;
        if self.octets() > limits.opened_octets {
            return Err(DocumentError::too_large(&self.file, self.octets(), limits.opened_octets));
        }
        if usize::try_from(self.octets()).map_or(true, |octets| octets > limits.message_octets) {
            return self.map();
        }
        let mut file = File::open(&self.file).map_err(failed)?;
        let octets = self.take_from(&mut file).map_err(failed)?;
        self.check(&file.metadata().map_err(failed)?)?;
        if u64::try_from(octets.len()) != Ok(self.octets()) {
            return Err(DocumentError::Changed(self.file.to_path_buf()));
        }
        match self.piece {
            Piece::Transaction(number) => self.transaction(&octets, number, limits),
            Piece::Range(_) | Piece::Whole => Ok(Buffer::new(BufferName::Received, octets)),
        }
    }

    fn check(&self, found: &Metadata) -> Result<(), DocumentError> {
        if found.is_file() && FileStamp::of(found) == self.stamp {
            return Ok(());
        }
        Err(DocumentError::Changed(self.file.to_path_buf()))
    }

    fn take_from(&self, file: &mut File) -> io::Result<Vec<u8>> {
        if let Piece::Range(range) = &self.piece {
            file.seek(SeekFrom::Start(range.start))?;
        }
        let mut octets = Vec::with_capacity(usize::try_from(self.octets()).unwrap_or_default());
        file.take(self.octets()).read_to_end(&mut octets)?;
        Ok(octets)
    }

    fn map(&self) -> Result<Buffer, DocumentError> {
        let mapped = MappedFile::open(&self.file).map_err(|error| FileError::new(&*self.file, Action::Read, error))?;
        let whole = Buffer::new(BufferName::Received, mapped);
        if u64::try_from(whole.len()) != Ok(self.stamp.octets) {
            return Err(DocumentError::Changed(self.file.to_path_buf()));
        }
        let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(match &self.piece {
            Piece::Range(range) => whole.part(BufferName::Received, at(range.start)..at(range.end)),
            Piece::Transaction(_) | Piece::Whole => whole,
        })
    }

    fn transaction(&self, octets: &[u8], number: usize, limits: &Limits) -> Result<Buffer, DocumentError> {
        let path = self.file.to_path_buf();
        match bsmtp::parse(octets, limits) {
            Ok(envelopes) => {
                envelopes.into_iter().nth(number).map(|envelope| envelope.message).ok_or(DocumentError::Changed(path))
            }
            Err(error) => Err(DocumentError::Message { path, why: error.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &Path, piece: Piece) -> MessageAt {
        MessageAt { file: path.into(), stamp: FileStamp::of(&fs::metadata(path).unwrap()), piece }
    }

    #[test]
    fn a_piece_of_a_file_is_read_and_a_large_one_is_mapped() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), b"0123456789").unwrap();
        let read = |piece, most| {
            let limits = Limits { message_octets: most, ..Limits::DEFAULT };
            at(file.path(), piece).read(&limits).unwrap().octets().to_vec()
        };
        for most in [3, 100] {
            assert_eq!(read(Piece::Whole, most), b"0123456789");
            assert_eq!(read(Piece::Range(2..6), most), b"2345");
        }
    }

    #[test]
    fn a_file_that_changed_or_vanished_is_told_of_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.eml");
        fs::write(&path, b"From: a@a.example\r\n\r\n").unwrap();
        let message = at(&path, Piece::Whole);
        fs::write(&path, b"From: a@a.example\r\n").unwrap();
        let said = message.read(&Limits::DEFAULT).unwrap_err().to_string();
        assert!(said.contains("a.eml has changed since it was listed"), "{said}");
        fs::remove_file(&path).unwrap();
        let said = message.read(&Limits::DEFAULT).unwrap_err().to_string();
        assert!(said.contains("there is no such file"), "{said}");
    }
}
