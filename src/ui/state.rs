//! Everything that is true in the window at one moment. Panes read it; only [`super::app`] and the functions here
//! change it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::OffsetDateTime;

use super::changes::Truster;
use super::dcdt::DiscoveryCases;
use super::document::Document;
use super::documents::Documents;
use super::examining::{Examination, Examinations};
use super::icons::Status;
use super::import_queue::ImportQueue;
use super::keyring::{KeyringTask, KeyringView};
use super::lab::{Lab, LabServer};
use super::network::Surveyed;
use super::recent::{self, Recent};
use super::selection::{DocumentId, Item, Selection};
use super::settings::{Settings, View};
use super::submitting::submittable;
use super::tasks::{Loaded, PendingImport};
use super::trust_map;
use super::what_if::WhatIf;
use crate::finding::Severity;
use crate::trust::{Party, PartyName};
use crate::workspace::jobs::Running;
use crate::workspace::undo::Change;

/// What a job's result is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The workspace.
    Workspace,
    /// Files being opened.
    Open,
    /// The run of one message.
    Run(DocumentId),
    /// The runs of some of many messages.
    Many(u64),
    /// The message being secured.
    Send,
    /// An import into the workspace.
    Import,
    /// A file being saved.
    Save,
    /// Finding out who trusts a certificate.
    Trust(usize),
    /// Finding out what is published for a party.
    Survey,
    /// Finding out who accepts whom.
    TrustMap,
    /// A file dialog.
    Dialog,
    /// Finding out which recent files are still there.
    Recent,
    /// A broken copy of a message.
    Break(DocumentId),
    /// A server of the laboratory.
    Lab(LabServer),
    /// Messages that arrived at the lab's mail server.
    Arrived,
    /// A message that is handed to a mail server.
    Submit,
    /// The discovery cases.
    Cases,
    /// A report that may be sent away.
    Report,
    /// Finding out whether another program has changed the workspace.
    Outside,
    /// What can be found out about a run.
    Examine(DocumentId, Examination),
    /// Keys that are supposed to be held are read.
    Suppose,
    /// The system's keyring.
    Keyring(KeyringTask),
}

/// A line of the log.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// When.
    pub at: OffsetDateTime,
    /// How grave.
    pub severity: Severity,
    /// What.
    pub message: String,
}

/// Something to say once, in a line under the top bar.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How it came out.
    pub status: Status,
    /// One sentence.
    pub sentence: String,
}

/// What lies over the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The list of commands.
    Palette,
    /// The sheet of shortcuts.
    Shortcuts,
    /// The field for a path.
    OpenByPath,
    /// The field for the path to save to.
    SaveByPath(DocumentId),
    /// The workspace's passphrase.
    Unlock,
    /// The preferences.
    Settings,
    /// What of the network may be asked.
    Network,
    /// The time at which every message is judged.
    EvaluationTime,
    /// The forms in which the selection can be copied.
    CopyAs,
    /// The ways to break a copy of a message.
    BreakIt(DocumentId),
    /// To which mail server a message is handed.
    Submit(DocumentId),
    /// The form for a report.
    Report(DocumentId),
}

/// What the Send view made last.
#[derive(Clone, Debug)]
pub enum Sent {
    /// Nothing yet.
    Nothing,
    /// At work.
    Running,
    /// A document of the list holds the outcome.
    Done(DocumentId),
    /// It could not run.
    Failed(String),
}

/// Changes to the open workspace, the latest last.
#[derive(Debug, Default)]
pub struct History {
    done: Vec<(String, Arc<Change>)>,
    undone: Vec<(String, Arc<Change>)>,
}

impl History {
    const MOST: usize = 100;

    /// Whether there is a change to take back.
    #[must_use]
    pub const fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is a change to do again.
    #[must_use]
    pub const fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// A change was made; what was undone before is lost.
    pub fn push(&mut self, sentence: String, change: Change) {
        self.done.push((sentence, Arc::new(change)));
        self.undone.clear();
        if self.done.len() > Self::MOST {
            self.done.remove(0);
        }
    }

    /// The change to take back next.
    #[must_use]
    pub fn last_done(&self) -> Option<&(String, Arc<Change>)> {
        self.done.last()
    }

    /// The change to do again next.
    #[must_use]
    pub fn last_undone(&self) -> Option<&(String, Arc<Change>)> {
        self.undone.last()
    }

    /// The last change was taken back.
    pub fn undone(&mut self) {
        self.undone.extend(self.done.pop());
    }

    /// The last change taken back was done again.
    pub fn redone(&mut self) {
        self.done.extend(self.undone.pop());
    }
}

/// The state of the window.
#[derive(Debug)]
pub struct State {
    /// What is remembered from start to start.
    pub settings: Settings,
    /// The open workspace.
    pub workspace: Option<Arc<Loaded>>,
    /// Why the last passphrase did not open anything.
    pub passphrase_error: Option<String>,
    /// The system's keyring.
    pub keyring: KeyringView,
    /// The messages of the list.
    pub documents: Documents,
    /// The message that is shown.
    pub current: Option<DocumentId>,
    /// Supposed for every message that supposes nothing of its own.
    pub what_if: WhatIf,
    /// What is selected.
    pub selection: Selection,
    /// What has not finished.
    pub running: Vec<Running<Slot>>,
    /// How far it is with many messages: how many are done, of how many.
    pub batch: Option<(usize, usize)>,
    /// Recent files and folders that are no longer there.
    pub missing: HashSet<PathBuf>,
    /// What happened.
    pub log: Vec<LogLine>,
    /// What is said once.
    pub notice: Option<Notice>,
    /// Since when private keys are open.
    pub keys_open_since: Option<OffsetDateTime>,
    /// What lies over the window.
    pub overlay: Option<Overlay>,
    /// Why the typed path did not open.
    pub path_error: Option<String>,
    /// A file of keys or certificates that waits to be taken in.
    pub import: Option<PendingImport>,
    /// Those that came with it.
    pub import_queue: ImportQueue,
    /// Whether the welcome view is shown.
    pub welcome: bool,
    /// What the Send view made.
    pub sent: Sent,
    /// The changes to the workspace that can be taken back.
    pub history: History,
    /// Who trusts a certificate, by its SHA-256; nothing while it is being found out.
    pub trusters: HashMap<String, Option<Vec<Truster>>>,
    /// Who accepts whom, shown in place of an address.
    pub trust_map: trust_map::Shown,
    /// What is known to be published, by party.
    pub surveys: HashMap<PartyName, Surveyed>,
    /// The laboratory's servers, and what was submitted.
    pub lab: Lab,
    /// The discovery cases, and what came of them.
    pub cases: DiscoveryCases,
    /// What was found out about runs.
    pub examinations: Examinations,
    /// Why the keys of a file could not be supposed, of which message.
    pub keys_refused: Option<(DocumentId, String)>,
    /// The time at the start of the frame.
    pub now: OffsetDateTime,
    next_document: u64,
}

impl State {
    /// Nothing is open.
    #[must_use]
    pub fn new(settings: Settings, now: OffsetDateTime) -> Self {
        Self {
            settings,
            workspace: None,
            passphrase_error: None,
            keyring: KeyringView::default(),
            documents: Documents::default(),
            current: None,
            what_if: WhatIf::default(),
            selection: Selection::default(),
            running: Vec::new(),
            batch: None,
            missing: HashSet::new(),
            log: Vec::new(),
            notice: None,
            keys_open_since: None,
            overlay: None,
            path_error: None,
            import: None,
            import_queue: ImportQueue::default(),
            welcome: true,
            sent: Sent::Nothing,
            history: History::default(),
            trusters: HashMap::new(),
            trust_map: trust_map::Shown::Closed,
            surveys: HashMap::new(),
            lab: Lab::default(),
            cases: DiscoveryCases::default(),
            examinations: Examinations::default(),
            keys_refused: None,
            now,
            next_document: 0,
        }
    }

    /// A number that no document has had.
    pub fn next_id(&mut self) -> DocumentId {
        self.next_document = self.next_document.saturating_add(1);
        DocumentId(self.next_document)
    }

    /// The document of that identity.
    #[must_use]
    pub fn document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.of(id)
    }

    /// The time at which certificates are judged: as is supposed, else as the workspace has it, else now.
    #[must_use]
    pub fn evaluated_at(&self) -> OffsetDateTime {
        let clock = self.workspace.as_ref().map_or(self.now, |loaded| loaded.settings.clock.at(self.now));
        self.what_if.at.unwrap_or(clock)
    }

    /// The message that is shown.
    #[must_use]
    pub fn current(&self) -> Option<&Document> {
        self.document(self.current?)
    }

    /// The message that the view is about: in the Send view the one that was made last, else the one that is shown.
    #[must_use]
    pub fn subject(&self) -> Option<&Document> {
        match (self.settings.view, &self.sent) {
            (View::Send, Sent::Done(id)) => self.document(*id),
            (View::Send, _) => None,
            _ => self.current(),
        }
    }

    /// The message that the view is about, if it can be handed to a mail server.
    #[must_use]
    pub fn submittable(&self) -> Option<&Document> {
        self.subject().filter(|document| submittable(document).is_some())
    }

    /// Whether the workspace asks the lab's name server.
    #[must_use]
    pub fn lab_is_asked(&self) -> bool {
        let asked = self.workspace.as_ref().and_then(|loaded| loaded.settings.dns_server);
        asked.is_some() && asked == self.lab.dns.address()
    }

    /// The parties of the workspace.
    #[must_use]
    pub fn parties(&self) -> &[Party] {
        self.workspace.as_ref().map(|loaded| loaded.contents.parties.all()).unwrap_or_default()
    }

    /// The party of that name.
    #[must_use]
    pub fn party(&self, name: &PartyName) -> Option<&Party> {
        self.parties().iter().find(|party| party.name == *name)
    }

    /// Offers a file of keys or certificates, after those that wait already.
    pub fn offer_import(&mut self, pending: PendingImport) {
        self.import_queue.offer(&mut self.import, pending);
    }

    /// Is done with the file that is offered.
    pub fn next_import(&mut self) {
        self.import_queue.next(&mut self.import);
    }

    /// Whether the trust map is in sight.
    #[must_use]
    pub fn shows_trust_map(&self) -> bool {
        self.trust_map.is_open() && self.settings.view == View::Addresses && !self.welcome
    }

    /// Number of private keys that are locked.
    #[must_use]
    pub fn locked_keys(&self) -> usize {
        self.workspace.as_ref().map_or(0, |loaded| loaded.contents.locked_keys())
    }

    /// Whether there are private keys and all of them are locked.
    #[must_use]
    pub fn keys_are_locked(&self) -> bool {
        self.locked_keys() > 0 && self.open_keys() == 0
    }

    /// Number of private keys that are open.
    #[must_use]
    pub fn open_keys(&self) -> usize {
        let of_parties: usize = self.parties().iter().map(|party| party.keys.len()).sum();
        of_parties + self.workspace.as_ref().map_or(0, |loaded| loaded.contents.authority_keys.len())
    }

    /// Whether the open workspace is the demo.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.workspace.as_ref().is_some_and(|loaded| loaded.settings.demo)
    }

    /// Selects `item` and shows the message it belongs to.
    pub fn select(&mut self, item: Item) {
        if let Some(id) = item.document()
            && self.document(id).is_some()
        {
            self.current = Some(id);
        }
        self.selection.select(item);
    }

    /// Shows `view` and leaves the welcome view.
    pub fn show(&mut self, view: View) {
        self.settings.view = view;
        self.welcome = false;
        self.select_for(view);
    }

    // What the Inspector explains belongs to what the view shows.
    fn select_for(&mut self, view: View) {
        let current = self.selection.current();
        let of_message = current.and_then(Item::document);
        let next = match view {
            View::Messages | View::Structure if of_message.is_none() => self.current.map(Item::Message),
            View::Send => match self.sent {
                Sent::Done(id) if of_message != Some(id) => Some(Item::Message(id)),
                Sent::Nothing if of_message.is_some() => {
                    let sender = self.parties().iter().find(|party| !party.keys.is_empty());
                    sender.map(|party| Item::Party(party.name.clone()))
                }
                _ => None,
            },
            View::Addresses if of_message.is_some() || current.is_none() => {
                self.parties().first().map(|party| Item::Party(party.name.clone()))
            }
            _ => None,
        };
        if let Some(item) = next {
            self.select(item);
        }
    }

    /// Adds a line to the log.
    pub fn log(&mut self, severity: Severity, message: impl Into<String>) {
        const MOST: usize = 1_000;
        self.log.push(LogLine { at: self.now, severity, message: message.into() });
        if self.log.len() > MOST {
            self.log.remove(0);
        }
    }

    /// Says something under the top bar, and in the log.
    pub fn say(&mut self, status: Status, sentence: impl Into<String>) {
        let sentence = sentence.into();
        let severity = match status {
            Status::Failed => Severity::Fail,
            Status::Warning => Severity::Warning,
            _ => Severity::Info,
        };
        self.log(severity, sentence.clone());
        self.notice = Some(Notice { status, sentence });
    }

    /// Number of things that went wrong and have not been looked at: files of the workspace that could not be used.
    #[must_use]
    pub fn workspace_problems(&self) -> usize {
        self.workspace.as_ref().map_or(0, |loaded| loaded.contents.problems.len())
    }

    /// The messages that were rejected, or accepted for some only.
    #[must_use]
    pub const fn messages_with_problems(&self) -> usize {
        self.documents.problems()
    }

    /// Remembers that a file or folder was opened, and what it held.
    pub fn remember(&mut self, path: &Path, contents: String) {
        recent::remember(&mut self.settings.recent, Recent::new(path, contents, self.now));
    }
}
