//! What was learnt of a folder or an mbox when it was listed, kept so that it is listed at once the next time.
//!
//! Of each file its name, length and time of change, and of each message in it the place, MAIL FROM and RCPT TO: what is
//! in the outer header, readable for whoever may read the message. Neither a subject nor a text, and no verdict, since
//! that depends on keys, anchors and the day. The file lies in the user's cache folder, readable by its owner alone,
//! under a name that is a digest of the folder's path; it may be deleted at any time.
//!
//! An index is a hint: an entry counts only for a file of that very length and time of change. One that is damaged, cut
//! off or of another version is not used, and the folder is read again. Opening one reads no more of its lines than the
//! names; the rest when a file is asked for, on whichever processor asks.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openssl::sha::sha256;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::{Deserialize, Serialize};

use super::durable::{self, Disk, Existing, Readers};
use super::error::FileError;
use super::message_at::{FileStamp, Piece};
use super::store::read_capped;
use crate::mail::lines::lines;
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};

/// What the first line says; another version is another word.
const FORMAT: &str = "sealscope folder index 1";
const ENDING: &str = "index";
/// Octets of one index. A hundred thousand messages take some twelve megabytes.
const OCTETS: usize = 128 << 20;
/// Indexes that are kept; of more the oldest are deleted.
const FOLDERS: usize = 32;
/// Recipients of a message that is kept; one with more is read each time.
const RECIPIENTS: usize = 50;

/// One message of a file.
#[derive(Debug)]
pub(super) struct KnownPiece {
    pub(super) piece: Piece,
    pub(super) reverse_path: ReversePath,
    pub(super) forward_paths: Vec<Address>,
    pub(super) origin: EnvelopeOrigin,
}

/// What is known of a file.
#[derive(Debug)]
pub(super) struct KnownFile {
    pub(super) stamp: FileStamp,
    pub(super) pieces: Vec<KnownPiece>,
    /// Why it holds no message.
    pub(super) why: Option<String>,
}

impl KnownFile {
    pub(super) fn without(stamp: FileStamp, why: &str) -> Self {
        Self { stamp, pieces: Vec::new(), why: Some(why.to_owned()) }
    }

    pub(super) fn with<'e>(stamp: FileStamp, pieces: impl Iterator<Item = (Piece, &'e Envelope)>) -> Self {
        let piece = |(piece, envelope): (Piece, &Envelope)| KnownPiece {
            piece,
            reverse_path: envelope.reverse_path.clone(),
            forward_paths: envelope.forward_paths.clone(),
            origin: envelope.origin,
        };
        Self { stamp, pieces: pieces.map(piece).collect(), why: None }
    }
}

/// What is known of the files of one folder, and what will be known of them the next time.
#[derive(Debug, Default)]
pub struct Index {
    place: Option<PathBuf>,
    known: Known,
    kept: Vec<Kept>,
    /// Whether something was learnt that the file does not say.
    is_new: bool,
}

/// Where the line of a file is in what was read.
#[derive(Clone, Debug)]
pub(super) struct LinePlace(Range<usize>);

/// A line of the next index. What was there already is copied only where a new index is written.
#[derive(Debug)]
enum Kept {
    There(LinePlace),
    New(Vec<u8>),
}

/// What was read: where the line of a file is.
#[derive(Debug, Default)]
struct Known {
    octets: Vec<u8>,
    lines: HashMap<Box<str>, LinePlace>,
}

impl Known {
    fn line(&self, place: &LinePlace) -> Option<&[u8]> {
        self.octets.get(place.0.clone())
    }
}

/// What is read of each line first.
#[derive(Deserialize)]
struct LineName<'l> {
    #[serde(borrow)]
    name: Cow<'l, str>,
}

/// A file as a line of the index.
#[derive(Serialize, Deserialize)]
struct Line {
    name: String,
    octets: u64,
    /// Time of change: seconds and nanoseconds since 1970.
    modified: (u64, u32),
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    messages: Vec<LineMessage>,
}

#[derive(Serialize, Deserialize)]
struct LineMessage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<(u64, u64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction: Option<usize>,
    from: String,
    to: Vec<String>,
}

impl Index {
    /// An index that knows nothing and is kept nowhere.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The index of what lies at `root`, from the folder of all indexes; empty where there is none that can be used.
    #[must_use]
    pub fn open(indexes: &Path, root: &Path) -> Self {
        let Ok(real) = root.canonicalize() else { return Self::none() };
        let place = place_of(indexes, &real);
        let cap = u64::try_from(OCTETS).unwrap_or(u64::MAX);
        let known = read_capped(&place, cap).ok().and_then(read);
        let is_new = known.is_none();
        Self { place: Some(place), known: known.unwrap_or_default(), kept: Vec::new(), is_new }
    }

    /// What is known of a file that still is what it was, and where that stands.
    pub(super) fn of(&self, name: &str, stamp: FileStamp) -> Option<(LinePlace, KnownFile)> {
        let place = self.known.lines.get(name)?;
        let file = file_of(self.known.line(place)?).filter(|file| file.stamp == stamp)?;
        Some((place.clone(), file))
    }

    /// Keeps what was learnt of a file; `known` tells where it stood in the index already.
    pub(super) fn keep(&mut self, name: &str, file: &KnownFile, known: Option<LinePlace>) {
        if self.place.is_none() {
            return;
        }
        let Some(kept) = known.map(Kept::There).or_else(|| line_of(name, file).map(Kept::New)) else { return };
        self.is_new = self.is_new || matches!(kept, Kept::New(_));
        self.kept.push(kept);
    }

    /// Writes it, where it says anything new.
    ///
    /// # Errors
    /// The system's refusal. Nothing is lost but time.
    pub fn save(self) -> Result<(), FileError> {
        let Some(place) = &self.place else { return Ok(()) };
        if !self.is_new && self.kept.len() == self.known.lines.len() {
            return Ok(());
        }
        let lines = self.lines();
        if lines.len() > OCTETS {
            return Ok(());
        }
        if let Some(folder) = place.parent() {
            durable::create_folder(folder)?;
            make_room(folder);
        }
        let head = format!("{FORMAT} {} {}\n", self.kept.len(), digest(&lines));
        let whole = [head.as_bytes(), &lines].concat();
        durable::write(place, &whole, Readers::Owner, Existing::Replace)
    }

    fn lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for kept in &self.kept {
            lines.extend_from_slice(match kept {
                Kept::There(place) => self.known.line(place).unwrap_or_default(),
                Kept::New(line) => line,
            });
            lines.push(b'\n');
        }
        lines
    }
}

/// The folder of all indexes: in the user's cache, where the system names one.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "sealscope").map(|dirs| dirs.cache_dir().join("folders"))
}

/// Deletes every index in the folder of all indexes: how many there were.
///
/// # Errors
/// The system's refusal.
pub fn clear(indexes: &Path) -> Result<usize, FileError> {
    let files = files(indexes);
    files.iter().try_for_each(|(_, path)| Disk::system().remove(path))?;
    Ok(files.len())
}

fn place_of(indexes: &Path, real: &Path) -> PathBuf {
    let name = digest(real.as_os_str().as_encoded_bytes());
    indexes.join(format!("{name}.{ENDING}"))
}

fn digest(octets: &[u8]) -> String {
    sha256(octets).iter().map(|octet| format!("{octet:02x}")).collect()
}

fn read(octets: Vec<u8>) -> Option<Known> {
    let end = memchr::memchr(b'\n', &octets)?;
    let head = std::str::from_utf8(octets.get(..end)?).ok()?;
    let (count, stated) = head.strip_prefix(FORMAT)?.trim_start().split_once(' ')?;
    let first = end.saturating_add(1);
    if digest(octets.get(first..)?) != stated {
        return None;
    }
    let ranges: Vec<Range<usize>> = lines(&octets, first..octets.len()).map(|line| line.content).collect();
    let named = |range: Range<usize>| {
        let line: LineName<'_> = serde_json::from_slice(octets.get(range.clone())?).ok()?;
        Some((line.name.into(), LinePlace(range)))
    };
    let lines: Option<HashMap<Box<str>, LinePlace>> = ranges.into_par_iter().map(named).collect();
    let lines = lines.filter(|lines| count.parse() == Ok(lines.len()))?;
    Some(Known { octets, lines })
}

fn line_of(name: &str, file: &KnownFile) -> Option<Vec<u8>> {
    // Without a time of change nothing tells whether a file is the same.
    let since = file.stamp.modified?.duration_since(UNIX_EPOCH).ok()?;
    let message = |known: &KnownPiece| {
        (known.forward_paths.len() <= RECIPIENTS).then(|| LineMessage {
            range: match &known.piece {
                Piece::Range(range) => Some((range.start, range.end)),
                Piece::Transaction(_) | Piece::Whole => None,
            },
            transaction: match known.piece {
                Piece::Transaction(number) => Some(number),
                Piece::Range(_) | Piece::Whole => None,
            },
            from: known.reverse_path.address().map(ToString::to_string).unwrap_or_default(),
            to: known.forward_paths.iter().map(ToString::to_string).collect(),
        })
    };
    let line = Line {
        name: name.to_owned(),
        octets: file.stamp.octets,
        modified: (since.as_secs(), since.subsec_nanos()),
        why: file.why.clone(),
        messages: file.pieces.iter().map(message).collect::<Option<_>>()?,
    };
    serde_json::to_vec(&line).ok()
}

fn file_of(line: &[u8]) -> Option<KnownFile> {
    let line: Line = serde_json::from_slice(line).ok()?;
    let (seconds, nanoseconds) = line.modified;
    let modified: SystemTime = UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))?;
    let stamp = FileStamp { octets: line.octets, modified: Some(modified) };
    let pieces = line.messages.into_iter().map(piece_of).collect::<Option<_>>()?;
    Some(KnownFile { stamp, pieces, why: line.why })
}

fn piece_of(message: LineMessage) -> Option<KnownPiece> {
    let (piece, origin) = match (message.range, message.transaction) {
        (Some((start, end)), _) => (Piece::Range(start..end), EnvelopeOrigin::Derived),
        (None, Some(number)) => (Piece::Transaction(number), EnvelopeOrigin::Explicit),
        (None, None) => (Piece::Whole, EnvelopeOrigin::Derived),
    };
    let reverse_path = match message.from.as_str() {
        "" => ReversePath::Null,
        from => ReversePath::Mailbox(Address::parse(from).ok()?),
    };
    let forward_paths = message.to.iter().map(|to| Address::parse(to).ok()).collect::<Option<_>>()?;
    Some(KnownPiece { piece, reverse_path, forward_paths, origin })
}

/// The indexes of a folder with their ages, the oldest first.
fn files(indexes: &Path) -> Vec<(Option<SystemTime>, PathBuf)> {
    let entries = fs::read_dir(indexes).into_iter().flatten().flatten().map(|entry| entry.path());
    let ours = entries.filter(|path| path.extension().is_some_and(|ending| ending == ENDING));
    let aged = |path: PathBuf| (fs::metadata(&path).and_then(|found| found.modified()).ok(), path);
    let mut files: Vec<_> = ours.map(aged).collect();
    files.sort_unstable();
    files
}

fn make_room(indexes: &Path) {
    let files = files(indexes);
    let too_many = files.len().saturating_sub(FOLDERS.saturating_sub(1));
    for (_, path) in files.iter().take(too_many) {
        // One that stays is in nobody's way.
        let _ = Disk::system().remove(path);
    }
}
