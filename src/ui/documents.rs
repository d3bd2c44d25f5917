//! The messages of the list, found by their identity in constant time however many there are.
//!
//! Whatever is derived from all of them (a filtered list, a count) is kept beside [`Documents::revision`] and made anew
//! only when that number has changed: a hundred thousand messages cost a frame no more than fifteen.

use std::collections::HashMap;
use std::ops::Deref;

use super::document::Document;
use super::icons::Status;
use super::selection::DocumentId;

/// All messages, in the order in which they came.
#[derive(Debug, Default)]
pub struct Documents {
    list: Vec<Document>,
    places: HashMap<DocumentId, usize>,
    revision: u64,
    problems: usize,
}

impl Deref for Documents {
    type Target = [Document];

    fn deref(&self) -> &[Document] {
        &self.list
    }
}

impl<'a> IntoIterator for &'a Documents {
    type Item = &'a Document;
    type IntoIter = std::slice::Iter<'a, Document>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

fn is_problem(document: &Document) -> bool {
    matches!(document.status(), Status::Failed | Status::Warning)
}

impl Documents {
    /// Changes with every change of any message.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Number of messages that were rejected, or accepted for some only.
    #[must_use]
    pub const fn problems(&self) -> usize {
        self.problems
    }

    /// The message of that identity.
    #[must_use]
    pub fn of(&self, id: DocumentId) -> Option<&Document> {
        self.list.get(*self.places.get(&id)?)
    }

    /// Where in the list the message of that identity stands.
    #[must_use]
    pub fn place_of(&self, id: DocumentId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// Adds a message at the end.
    pub fn push(&mut self, document: Document) {
        self.problems += usize::from(is_problem(&document));
        self.places.insert(document.id, self.list.len());
        self.list.push(document);
        self.revision += 1;
    }

    /// Changes the message of that identity.
    pub fn change<T>(&mut self, id: DocumentId, change: impl FnOnce(&mut Document) -> T) -> Option<T> {
        let document = self.list.get_mut(*self.places.get(&id)?)?;
        self.problems -= usize::from(is_problem(document));
        let given = change(document);
        self.problems += usize::from(is_problem(document));
        self.revision += 1;
        Some(given)
    }

    /// Keeps only the messages that `wanted` says.
    pub fn retain(&mut self, wanted: impl FnMut(&Document) -> bool) {
        self.list.retain(wanted);
        self.places = self.list.iter().enumerate().map(|(place, document)| (document.id, place)).collect();
        self.problems = self.list.iter().filter(|document| is_problem(document)).count();
        self.revision += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::agent::Operation;
    use crate::mail::{Envelope, EnvelopeOrigin, ReversePath};
    use crate::span::{Buffer, BufferName};
    use crate::ui::document::{Run, Source};

    fn document(id: u64) -> Document {
        let message = Buffer::new(BufferName::Received, b"Subject: x\r\n\r\n".as_slice());
        Document {
            id: DocumentId(id),
            name: id.to_string(),
            about: None,
            source: Source::Clipboard,
            envelope: Envelope {
                reverse_path: ReversePath::Null,
                forward_paths: Vec::new(),
                message,
                origin: EnvelopeOrigin::Explicit,
            },
            at: None,
            operation: Operation::Incoming,
            structure: Arc::default(),
            what_if: None,
            run: Run::NotRun,
            brief: None,
        }
    }

    #[test]
    fn a_message_is_found_after_others_were_taken_out() {
        let mut documents = Documents::default();
        (1..=3).for_each(|id| documents.push(document(id)));
        documents.retain(|document| document.id != DocumentId(1));
        assert_eq!(documents.of(DocumentId(3)).map(|found| found.name.as_str()), Some("3"));
        assert!(documents.of(DocumentId(1)).is_none());
    }

    #[test]
    fn problems_are_counted_as_runs_end() {
        let mut documents = Documents::default();
        documents.push(document(1));
        let before = documents.revision();
        documents.change(DocumentId(1), |document| document.run = Run::Failed("broken".to_owned()));
        assert_eq!(documents.problems(), 1);
        assert_ne!(documents.revision(), before);
        documents.change(DocumentId(1), |document| document.run = Run::NotRun);
        assert_eq!(documents.problems(), 0);
    }
}
