//! What messages a folder or an mbox holds, without holding them: of each its name, its place and its envelope.
//!
//! A hundred thousand files are listed in portions, the first of them at once; of each only the header is read, and
//! nothing where an [index](super::index) knows the file. Files that hold no message are counted, and the first of them
//! named. Symbolic links to folders are followed no deeper than folders are.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::document::{DocumentError, Kind, kind_of};
use super::error::{Action, FileError, Problem};
use super::index::{Index, KnownFile, LinePlace};
use super::message_at::{FileStamp, MessageAt, Piece};
use super::store::read_capped;
use crate::finding::Ledger;
use crate::limits::Limits;
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath, bsmtp, mbox};
use crate::span::{Buffer, BufferName, MappedFile};

/// Files of one folder that are listed: with a hundred thousand messages a window takes some hundred megabytes.
const FILES: usize = 250_000;
/// Messages of one folder or mbox that are listed.
const MESSAGES: usize = 250_000;
/// Folders inside one another that are looked into; ends loops of links too.
const DEPTH: usize = 8;
/// Octets of a file that are read at first: nearly every header is shorter.
const HEAD: usize = 16 << 10;
/// Files that are looked at together.
const PORTION: usize = 2_048;
/// Files without a message that are named; more are counted.
const NAMED: usize = 20;

/// A message that was found.
#[derive(Clone, Debug)]
pub struct ListedMessage {
    /// A short name: the file's, with a number where the file holds several.
    pub name: String,
    /// Where it lies.
    pub at: MessageAt,
    /// MAIL FROM.
    pub reverse_path: ReversePath,
    /// RCPT TO.
    pub forward_paths: Vec<Address>,
    /// Where these come from.
    pub origin: EnvelopeOrigin,
}

/// Whoever is told what is found.
pub trait Account {
    /// So many files of so many were looked at, and these messages were found in them.
    fn found(&mut self, messages: Vec<ListedMessage>, done: usize, of: usize);
    /// Whether nobody wants to know any more.
    fn is_stopped(&self) -> bool;
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Listing {
    /// Messages.
    pub messages: usize,
    /// The first files and folders that hold none, and why.
    pub problems: Vec<Problem>,
    /// How many there are of those.
    pub passed_over: usize,
    /// Files that the index knew.
    pub known: usize,
}

impl Listing {
    fn problem(&mut self, problem: Problem) {
        self.passed_over = self.passed_over.saturating_add(1);
        if self.problems.len() < NAMED {
            self.problems.push(problem);
        }
    }
}

/// Lists what lies at `root`; what is learnt is kept in `index`.
///
/// # Errors
/// [`DocumentError::EmptyFolder`], or the system's refusal to list the folder.
pub fn list(
    root: &Path,
    limits: &Limits,
    index: &mut Index,
    account: &mut dyn Account,
) -> Result<Listing, DocumentError> {
    let mut listing = Listing::default();
    let files = if root.is_dir() { files_below(root, &mut listing)? } else { vec![root.to_owned()] };
    let mut done = 0_usize;
    for portion in files.chunks(PORTION) {
        if account.is_stopped() {
            return Ok(listing);
        }
        let seen: Vec<Seen> = portion.par_iter().map(|path| look(root, path, limits, index)).collect();
        let mut found = Vec::new();
        for (path, seen) in portion.iter().zip(seen) {
            take_in(path, seen, index, &mut found, &mut listing);
        }
        found.truncate(MESSAGES.saturating_sub(listing.messages));
        listing.messages = listing.messages.saturating_add(found.len());
        done = done.saturating_add(portion.len());
        account.found(found, done, files.len());
        if listing.messages >= MESSAGES {
            listing.problem(Problem::new(root, "it holds more messages than are listed; open its folders one by one"));
            return Ok(listing);
        }
    }
    if listing.messages == 0 {
        return Err(DocumentError::EmptyFolder { path: root.to_owned(), problems: listing.problems });
    }
    Ok(listing)
}

/// Whether a file is an mbox, by its beginning.
#[must_use]
pub fn is_mbox(path: &Path) -> bool {
    // A pipe would block.
    let is_file = fs::metadata(path).is_ok_and(|found| found.is_file());
    let mut head = Vec::new();
    let read = is_file && File::open(path).is_ok_and(|file| file.take(1 << 10).read_to_end(&mut head).is_ok());
    read && mbox::looks_like(&head)
}

/// What a look at one file gave.
struct Seen {
    relative: Option<String>,
    known: Option<LinePlace>,
    file: Result<KnownFile, String>,
}

fn take_in(path: &Path, seen: Seen, index: &mut Index, found: &mut Vec<ListedMessage>, listing: &mut Listing) {
    listing.known = listing.known.saturating_add(usize::from(seen.known.is_some()));
    let file = match seen.file {
        Ok(file) => file,
        Err(sentence) => return listing.problem(Problem { path: path.to_owned(), sentence }),
    };
    if let Some(why) = &file.why {
        listing.problem(Problem::new(path, why));
    }
    if let Some(relative) = seen.relative {
        index.keep(&relative, &file, seen.known);
    }
    found.extend(file.into_messages(path));
}

fn look(root: &Path, path: &Path, limits: &Limits, index: &Index) -> Seen {
    let relative = path.strip_prefix(root).ok().and_then(Path::to_str).map(ToOwned::to_owned);
    let failed = |error| FileError::new(path, Action::Read, error).to_string();
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) => return Seen { relative: None, known: None, file: Err(failed(error)) },
    };
    let stamp = FileStamp::of(&found);
    if let Some((place, file)) = relative.as_deref().and_then(|relative| index.of(relative, stamp)) {
        return Seen { relative, known: Some(place), file: Ok(file) };
    }
    if !found.is_file() {
        let why = Problem::new(path, "it is a pipe or a device, which is not read").sentence;
        return Seen { relative: None, known: None, file: Err(why) };
    }
    let file = read(path, stamp, limits).map_err(|error| error.to_string());
    Seen { relative, known: None, file }
}

fn read(path: &Path, stamp: FileStamp, limits: &Limits) -> Result<KnownFile, DocumentError> {
    if stamp.octets > limits.opened_octets {
        return Err(DocumentError::too_large(path, stamp.octets, limits.opened_octets));
    }
    let head = head_of(path, limits).map_err(|error| FileError::new(path, Action::Read, error))?;
    let wrong = |why: String| DocumentError::Message { path: path.to_owned(), why };
    let none = |why: &str| Ok(KnownFile::without(stamp, why));
    match kind_of(&head, limits) {
        Kind::Empty => none("it is empty"),
        Kind::Container => none("it is no message; open it by itself"),
        Kind::Unknown => none("it is no message"),
        Kind::BatchSmtp => {
            let cap = u64::try_from(limits.message_octets).unwrap_or(u64::MAX);
            let envelopes = bsmtp::parse(&read_capped(path, cap)?, limits).map_err(|error| wrong(error.to_string()))?;
            let pieces = envelopes.iter().enumerate().map(|(number, one)| (Piece::Transaction(number), one));
            Ok(KnownFile::with(stamp, pieces))
        }
        Kind::Mbox => of_mbox(path, stamp, limits),
        Kind::Message => {
            let envelope = derive(&head, limits).map_err(wrong)?;
            Ok(KnownFile::with(stamp, [(Piece::Whole, &envelope)].into_iter()))
        }
    }
}

/// The beginning of a file, with the whole header where that is no larger than a header may be.
fn head_of(path: &Path, limits: &Limits) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    let most = u64::try_from(HEAD).unwrap_or(u64::MAX);
    if file.by_ref().take(most).read_to_end(&mut head)? >= HEAD && !ends_header(&head) {
        let most = u64::try_from(limits.header_octets).unwrap_or(u64::MAX).saturating_add(1);
        file.take(most).read_to_end(&mut head)?;
    }
    Ok(head)
}

fn ends_header(octets: &[u8]) -> bool {
    memchr::memmem::find(octets, b"\n\r\n").or_else(|| memchr::memmem::find(octets, b"\n\n")).is_some()
}

fn derive(head: &[u8], limits: &Limits) -> Result<Envelope, String> {
    let message = Buffer::new(BufferName::Received, head);
    Envelope::derive_within(message, limits, &mut Ledger::new()).map_err(|error| error.to_string())
}

fn of_mbox(path: &Path, stamp: FileStamp, limits: &Limits) -> Result<KnownFile, DocumentError> {
    let failed = |error| FileError::new(path, Action::Read, error);
    let octets = match usize::try_from(stamp.octets) {
        Ok(octets) if octets <= limits.message_octets => {
            Buffer::new(BufferName::Received, fs::read(path).map_err(failed)?)
        }
        _ => Buffer::new(BufferName::Received, MappedFile::open(path).map_err(failed)?),
    };
    let ranges = mbox::split(octets.octets());
    let envelopes: Vec<(Piece, Envelope)> = ranges
        .get(..ranges.len().min(MESSAGES))
        .unwrap_or_default()
        .par_iter()
        .filter_map(|range| {
            let start = range.start;
            let first = octets.slice(start..range.end.min(start.saturating_add(HEAD)));
            let most = range.end.min(start.saturating_add(limits.header_octets).saturating_add(1));
            let head = if ends_header(first) { first } else { octets.slice(start..most) };
            let at = |offset: usize| u64::try_from(offset).unwrap_or(u64::MAX);
            Some((Piece::Range(at(start)..at(range.end)), derive(head, limits).ok()?))
        })
        .collect();
    if !octets.is_intact() {
        return Err(DocumentError::Changed(path.to_owned()));
    }
    Ok(KnownFile::with(stamp, envelopes.iter().map(|(piece, envelope)| (piece.clone(), envelope))))
}

/// The files below a folder, in order of name.
fn files_below(root: &Path, listing: &mut Listing) -> Result<Vec<PathBuf>, DocumentError> {
    let mut files = Vec::new();
    // Taken from the end: reversed, the first name comes first.
    let below = |entries: Vec<(PathBuf, bool)>, depth: usize| {
        entries.into_iter().rev().map(move |(path, is_folder)| (path, is_folder.then(|| depth.saturating_add(1))))
    };
    let first = entries(root).map_err(|error| FileError::new(root, Action::List, error))?;
    let mut waiting: Vec<(PathBuf, Option<usize>)> = below(first, 0).collect();
    while let Some((path, folder)) = waiting.pop() {
        let Some(depth) = folder else {
            if files.len() >= FILES {
                listing.problem(Problem::new(root, "it holds more files than are listed; open its folders one by one"));
                break;
            }
            files.push(path);
            continue;
        };
        if depth > DEPTH {
            listing.problem(Problem::new(path, "it lies too deep; open this folder by itself"));
            continue;
        }
        match entries(&path) {
            Ok(entries) => waiting.extend(below(entries, depth)),
            Err(error) => {
                let sentence = FileError::new(&path, Action::List, error).to_string();
                listing.problem(Problem { path, sentence });
            }
        }
    }
    Ok(files)
}

/// The entries of a folder in order of name, hidden ones left out, each with whether it is a folder.
fn entries(folder: &Path) -> std::io::Result<Vec<(PathBuf, bool)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let Ok(entry) = entry else { continue };
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        // Asked of the folder, which knows it without a look at the file.
        let is_folder =
            entry.file_type().is_ok_and(|kind| if kind.is_symlink() { entry.path().is_dir() } else { kind.is_dir() });
        entries.push((entry.path(), is_folder));
    }
    entries.sort_unstable();
    Ok(entries)
}

impl KnownFile {
    fn into_messages(self, path: &Path) -> impl Iterator<Item = ListedMessage> {
        let file: Arc<Path> = path.into();
        let stem = path.file_stem().map(OsStr::to_string_lossy).unwrap_or_default().into_owned();
        let several = self.pieces.len() > 1;
        self.pieces.into_iter().enumerate().map(move |(number, piece)| ListedMessage {
            name: if several { format!("{stem} ({})", number.saturating_add(1)) } else { stem.clone() },
            at: MessageAt { file: Arc::clone(&file), stamp: self.stamp, piece: piece.piece },
            reverse_path: piece.reverse_path,
            forward_paths: piece.forward_paths,
            origin: piece.origin,
        })
    }
}

#[cfg(test)]
mod tests;
