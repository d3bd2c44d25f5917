//! Folders and mbox files in the window: what is found in them comes to the list while the rest is still looked for.
//!
//! Of very many messages none is held: each is read when it is judged or looked at. A few are read at once, since there
//! is nothing to be saved.

use std::path::Path;

use super::document::{Source, unread};
use super::tasks::{Done, MANY, NewDocument, OpenedPath};
use super::text::{files, jobs};
use crate::limits::Limits;
use crate::mail::Envelope;
use crate::workspace::index::Index;
use crate::workspace::jobs::JobContext;
use crate::workspace::listing::{Account, ListedMessage, list};
use crate::workspace::{Problem, path_text};

struct Teller<'j> {
    job: &'j JobContext<Done>,
    doing: String,
    /// Those that are not told of yet: too few to be very many.
    held: Vec<ListedMessage>,
    is_many: bool,
}

impl Account for Teller<'_> {
    fn found(&mut self, messages: Vec<ListedMessage>, done: usize, of: usize) {
        self.held.extend(messages);
        self.is_many = self.is_many || self.held.len() > MANY;
        if self.is_many {
            self.job.hand_over(Done::Listed(self.held.drain(..).map(NewDocument::listed).collect()));
        }
        self.job.report(self.doing.as_str(), done, Some(of));
    }

    fn is_stopped(&self) -> bool {
        self.job.is_cancelled()
    }
}

impl NewDocument {
    /// A message that is read when it is needed.
    fn listed(message: ListedMessage) -> Self {
        let ListedMessage { name, at, reverse_path, forward_paths, origin } = message;
        let source = Source::File(at.file.to_path_buf());
        let envelope = Envelope { reverse_path, forward_paths, message: unread(), origin };
        Self { at: Some(at), ..Self::of_many(name, source, envelope) }
    }

    /// The same, read.
    fn read(message: ListedMessage) -> Result<Self, Problem> {
        let file = message.at.file.to_path_buf();
        let octets = message.at.read(&Limits::DEFAULT);
        let octets = octets.map_err(|error| Problem { path: file.clone(), sentence: error.to_string() })?;
        let ListedMessage { name, reverse_path, forward_paths, origin, .. } = message;
        let envelope = Envelope { reverse_path, forward_paths, message: octets, origin };
        Ok(Self::new(name, Source::File(file), envelope))
    }
}

/// Lists what lies at `root`; very many messages are handed over by the job as they are found. What is learnt is kept in
/// the folder `indexes`.
pub(super) fn open(root: &Path, indexes: Option<&Path>, job: &JobContext<Done>) -> OpenedPath {
    let mut index = indexes.map_or_else(Index::none, |indexes| Index::open(indexes, root));
    let mut teller = Teller { job, doing: jobs::listing(&path_text(root)), held: Vec::new(), is_many: false };
    let mut listing = match list(root, &Limits::DEFAULT, &mut index, &mut teller) {
        Ok(listing) => listing,
        Err(error) => return OpenedPath::Failed(error.to_string()),
    };
    let Teller { held, is_many, .. } = teller;
    if !is_many {
        return a_few(held);
    }
    if !job.is_cancelled()
        && let Err(error) = index.save()
    {
        listing.problems.push(Problem { path: root.to_owned(), sentence: files::not_remembered(&error.to_string()) });
    }
    OpenedPath::Listed(listing)
}

fn a_few(messages: Vec<ListedMessage>) -> OpenedPath {
    let octets: u64 = messages.iter().map(|message| message.at.octets()).sum();
    if usize::try_from(octets).is_ok_and(|octets| octets <= Limits::DEFAULT.message_octets) {
        let (mut documents, mut failed) = (Vec::new(), None);
        for message in messages {
            match NewDocument::read(message) {
                Ok(document) => documents.push(document),
                Err(problem) => failed = Some(problem.sentence),
            }
        }
        return match failed {
            Some(why) if documents.is_empty() => OpenedPath::Failed(why),
            _ => OpenedPath::Documents(documents),
        };
    }
    OpenedPath::Documents(messages.into_iter().map(NewDocument::listed).collect())
}
