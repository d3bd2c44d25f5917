//! The pieces of work that a source falls into: a file that is read when its turn comes, or one message of an mbox.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::PathBuf;

use super::outcome::Place;
use super::source::Source;
use super::walk::{Met, Walk};
use crate::limits::{LimitExceeded, Limits};
use crate::mail::mbox::{self, MboxMessage, Messages};
use crate::workspace::{Action, FileError};

/// Octets of a file by which an mbox is known.
const SNIFFED: usize = 4 << 10;

/// One piece of work.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) place: Place,
    pub(super) content: Content,
    /// Octets of the source that are done with once this is.
    pub(super) passed: u64,
}

/// What of it is in memory.
#[derive(Debug)]
pub(super) enum Content {
    /// Nothing: the file is to be read.
    File,
    /// A message.
    Message(Vec<u8>),
    /// A message that is too large.
    TooLarge(LimitExceeded),
    /// Nothing, and why.
    Fault(String),
    /// Nothing that is judged, and why.
    Passed(String),
}

impl Unit {
    /// Octets that it holds in memory while it waits.
    pub(super) const fn weight(&self) -> usize {
        match &self.content {
            Content::Message(octets) => octets.len(),
            _ => 0,
        }
    }
}

/// The units of a source, one after the other.
#[derive(Debug)]
pub(super) struct Units<'s> {
    walk: Walk<'s>,
    limits: Limits,
    mbox: Option<OpenMbox>,
}

#[derive(Debug)]
struct OpenMbox {
    messages: Messages<BufReader<File>>,
    path: PathBuf,
    name: String,
    number: usize,
    position: u64,
}

impl<'s> Units<'s> {
    pub(super) fn of(source: &'s Source, limits: Limits) -> Self {
        Self { walk: source.walk(), limits, mbox: None }
    }

    /// The next message of the mbox that is being read.
    fn of_mbox(&mut self) -> Option<Unit> {
        let open = self.mbox.as_mut()?;
        let Some(next) = open.messages.next() else {
            self.mbox = None;
            return None;
        };
        open.number = open.number.saturating_add(1);
        let passed = open.messages.position().saturating_sub(open.position);
        open.position = open.messages.position();
        let content = match next {
            Ok(MboxMessage::Whole(octets)) => Content::Message(octets),
            Ok(MboxMessage::TooLarge(octets)) => {
                match Limits::check("message size in octets", octets, self.limits.message_octets) {
                    Err(limit) => Content::TooLarge(limit),
                    Ok(()) => Content::Message(Vec::new()),
                }
            }
            Err(error) => Content::Fault(FileError::new(&open.path, Action::Read, error).to_string()),
        };
        let place = Place { file: open.path.clone(), path: open.name.clone(), number: Some(open.number) };
        Some(Unit { place, content, passed })
    }

    fn of_file(&mut self, path: PathBuf, name: String, octets: u64) -> Option<Unit> {
        // Whatever is wrong with the file is told where it is read.
        if let Ok(Some(messages)) = open_mbox(&path, self.limits.message_octets) {
            self.mbox = Some(OpenMbox { messages, path, name, number: 0, position: 0 });
            return self.of_mbox();
        }
        Some(Unit { place: Place { file: path, path: name, number: None }, content: Content::File, passed: octets })
    }
}

impl Iterator for Units<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        loop {
            if let Some(unit) = self.of_mbox() {
                return Some(unit);
            }
            let whole = |file, path, content| Unit { place: Place { file, path, number: None }, content, passed: 0 };
            let unit = match self.walk.next()? {
                Met::File { path, name, octets } => self.of_file(path, name, octets),
                Met::Fault { path, name, why } => Some(whole(path, name, Content::Fault(why))),
                Met::Passed { path, name, why } => Some(whole(path, name, Content::Passed(why))),
            };
            if unit.is_some() {
                return unit;
            }
        }
    }
}

fn open_mbox(path: &std::path::Path, limit: usize) -> io::Result<Option<Messages<BufReader<File>>>> {
    let mut file = BufReader::with_capacity(SNIFFED, File::open(path)?);
    let is_mbox = mbox::looks_like(file.fill_buf()?);
    Ok(is_mbox.then(|| Messages::new(file, limit)))
}
