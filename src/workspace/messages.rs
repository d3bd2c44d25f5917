//! Saved envelopes and kept results.
//!
//! An envelope file holds whole lines, so a message that does not end in a line end gets one there; saving says so.

use std::io;
use std::path::PathBuf;

use super::durable::{Existing, Readers};
use super::error::{Problem, WorkspaceError};
use super::import::{first_free, is_taken};
use super::layout::{self, MESSAGES, OUTCOMES};
use super::load::{files, stem};
use super::store::{Workspace, Writer, read_capped};
use crate::limits::Limits;
use crate::mail::Envelope;
use crate::mail::bsmtp::{self, Fidelity};

const ENVELOPE_ENDING: &str = "bsmtp";
const OUTCOME_ENDING: &str = "json";
/// Octets of an envelope beyond its message: a thousand recipients of the longest kind.
const ENVELOPE_OCTETS: u64 = 1 << 20;

/// A message in `messages/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its name; the kept result has the same.
    pub id: String,
    /// Its file.
    pub path: PathBuf,
}

/// Where a message was saved, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedMessage {
    /// Its name.
    pub id: String,
    /// Its file.
    pub path: PathBuf,
    /// Whether the file keeps the message octet for octet.
    pub fidelity: Fidelity,
}

impl Workspace {
    /// The saved messages in order of name, and what stood in the way of listing them.
    #[must_use]
    pub fn messages(&self) -> (Vec<StoredMessage>, Vec<Problem>) {
        let mut problems = Vec::new();
        let paths = files(&self.root().join(MESSAGES), &[ENVELOPE_ENDING], &mut problems);
        (paths.into_iter().map(|path| StoredMessage { id: stem(&path), path }).collect(), problems)
    }

    /// Reads a saved message; by hand a file may hold several transactions.
    ///
    /// # Errors
    /// [`WorkspaceError::NotFound`], [`WorkspaceError::Message`], or the system's refusal to read.
    pub fn message(&self, id: &str) -> Result<Vec<Envelope>, WorkspaceError> {
        let path = self.message_file(id)?;
        let limits = Limits::DEFAULT;
        let cap = u64::try_from(limits.message_octets).unwrap_or(u64::MAX).saturating_add(ENVELOPE_OCTETS);
        let octets = read_capped(&path, cap)?;
        bsmtp::parse(&octets, &limits).map_err(|error| WorkspaceError::Message { path, why: error.to_string() })
    }

    /// The kept result of a message, if there is one.
    ///
    /// # Errors
    /// [`WorkspaceError::Message`] where the file is not JSON, or the system's refusal to read.
    pub fn outcome(&self, id: &str) -> Result<Option<serde_json::Value>, WorkspaceError> {
        let path = layout::file_in(&self.root().join(OUTCOMES), id, OUTCOME_ENDING);
        let cap = u64::try_from(Limits::DEFAULT.message_octets).unwrap_or(u64::MAX);
        match read_capped(&path, cap) {
            Ok(octets) => serde_json::from_slice(&octets).map(Some).map_err(|error| WorkspaceError::Message {
                path,
                why: format!("it is not a kept result ({error}); run the message again"),
            }),
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Kept results whose message is not there, in order of name.
    pub(super) fn results_without_message(&self) -> Vec<PathBuf> {
        let messages = self.root().join(MESSAGES);
        let mut paths = files(&self.root().join(OUTCOMES), &[OUTCOME_ENDING], &mut Vec::new());
        paths.retain(|path| !is_taken(&messages, &stem(path), &[ENVELOPE_ENDING]));
        paths
    }

    fn message_file(&self, id: &str) -> Result<PathBuf, WorkspaceError> {
        let (stored, _) = self.messages();
        let found = stored.into_iter().find(|stored| stored.id == id);
        found
            .map(|stored| stored.path)
            .ok_or_else(|| WorkspaceError::NotFound { place: MESSAGES.to_owned(), wanted: id.to_owned() })
    }
}

impl Writer {
    /// Saves an envelope under a name made of `hint`; what is stored under that name already stays.
    ///
    /// # Errors
    /// The system's refusal to write.
    pub fn save_message(&self, hint: &str, envelope: &Envelope) -> Result<SavedMessage, WorkspaceError> {
        let folder = self.root().join(MESSAGES);
        self.disk().create_folder(&folder)?;
        // A result without its message would be taken for this one's.
        let outcomes = self.root().join(OUTCOMES);
        let id = first_free(&layout::slug(hint), "", |name| {
            is_taken(&folder, name, &[ENVELOPE_ENDING]) || is_taken(&outcomes, name, &[OUTCOME_ENDING])
        });
        let path = layout::file_in(&folder, &id, ENVELOPE_ENDING);
        let fidelity = bsmtp::fidelity(envelope.message.octets());
        self.disk().write(&path, &bsmtp::write(envelope), Readers::Owner, Existing::Keep)?;
        Ok(SavedMessage { id, path, fidelity })
    }

    /// Removes a message and its kept result.
    ///
    /// # Errors
    /// [`WorkspaceError::NotFound`] or the system's refusal.
    pub fn remove_message(&self, id: &str) -> Result<(), WorkspaceError> {
        let message = self.message_file(id)?;
        let outcome = layout::file_in(&self.root().join(OUTCOMES), id, OUTCOME_ENDING);
        // First the result: one that outlived its message in a crash would be shown for the next of that name.
        if outcome.exists() {
            self.disk().remove(&outcome)?;
        }
        Ok(self.disk().remove(&message)?)
    }

    /// Keeps the result of a message, in place of an earlier one.
    ///
    /// # Errors
    /// The system's refusal to write.
    pub fn save_outcome(&self, id: &str, outcome: &serde_json::Value) -> Result<PathBuf, WorkspaceError> {
        let folder = self.root().join(OUTCOMES);
        self.disk().create_folder(&folder)?;
        let path = layout::file_in(&folder, id, OUTCOME_ENDING);
        let text = format!("{outcome:#}\n");
        self.disk().write(&path, text.as_bytes(), Readers::Owner, Existing::Replace)?;
        Ok(path)
    }
}
