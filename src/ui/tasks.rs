//! The slow work of the window, as functions for threads: opening, loading, running the agent, importing, saving.
//!
//! Each takes all that it needs and gives back a value; none touches the window's state.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::brief::Brief;
use super::changes::{Changed, Truster};
use super::document::{Ran, Source};
use super::examining::{Examination, Examined};
use super::keyring::{KeyringAnswer, PassphraseOrigin};
use super::lab::{LabServer, RunningServer};
use super::network::Reachable;
use super::reporting::Prepared;
use super::selection::DocumentId;
use super::structure::Structure;
use super::text::files;
use super::trust_map::TrustMap;
use super::what_if::{KeysFromFile, WhatIf};
use crate::agent::{MakingOptions, Operation};
use crate::discovery::dcdt::Case;
use crate::discovery::survey::Survey;
use crate::limits::Limits;
use crate::mail::Envelope;
use crate::pki::container::Item;
use crate::pki::{Certificate, Passphrase};
use crate::span::Buffer;
use crate::trust::PartyName;
use crate::what_if::SupposedKey;
use crate::workspace::breaking::Breakage;
use crate::workspace::listing::Listing;
use crate::workspace::stamp::Stamp;
use crate::workspace::submission::Submission;
use crate::workspace::{
    Contents, DocumentError, MessageAt, Network, Opened, Settings, Unlocking, Workspace, demo, durable,
};

pub use super::dialogs::{DialogPurpose, FileDialog, NO_DIALOG_WITHIN, SystemDialog};

/// More messages than this are judged in the mass, and of each only what it comes to is kept until it is looked at.
pub const MANY: usize = 200;

/// A workspace as it was read.
pub struct Loaded {
    /// The folder.
    pub workspace: Workspace,
    /// Tells whether another program has changed it since.
    pub stamp: Stamp,
    /// What `workspace.toml` says.
    pub settings: Settings,
    /// Parties, authorities, revocation lists, problems.
    pub contents: Contents,
    /// The words that opened its keys.
    pub passphrase: Option<Passphrase>,
}

// Contents hold private keys: they are counted, not shown.
impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Loaded({})", self.workspace.root().display())
    }
}

impl Loaded {
    /// Reads a workspace; with a passphrase its keys are opened.
    ///
    /// # Errors
    ///
    /// A sentence, where the folder or its settings cannot be read.
    pub fn read(root: &Path, passphrase: Option<Passphrase>) -> Result<Self, String> {
        let workspace = Workspace::open(root).map_err(|error| error.to_string())?;
        // Before anything is read: what changes meanwhile is seen the next time.
        let stamp = workspace.stamp();
        let settings = workspace.settings().map_err(|error| error.to_string())?;
        // The demo's keys protect nothing: its passphrase is its own hint.
        let passphrase = passphrase
            .or_else(|| settings.passphrase_hint.as_deref().filter(|_| settings.demo).map(Passphrase::published));
        let contents = workspace.load(passphrase.as_ref());
        let passphrase = passphrase.filter(|_| contents.unlocking == Unlocking::Opened);
        Ok(Self { workspace, stamp, settings, contents, passphrase })
    }

    /// The same with every private key locked and the passphrase forgotten.
    #[must_use]
    pub fn locked(&self) -> Self {
        let contents = self.workspace.load(None);
        Self {
            workspace: self.workspace.clone(),
            stamp: self.stamp,
            settings: self.settings.clone(),
            contents,
            passphrase: None,
        }
    }

    /// The workspace as it is now, if another program has changed it since it was read.
    ///
    /// # Errors
    ///
    /// A sentence, where it cannot be read any more.
    pub fn changed_outside(&self) -> Result<Option<Box<Self>>, String> {
        if self.workspace.stamp() == self.stamp {
            return Ok(None);
        }
        Self::read(self.workspace.root(), self.passphrase.clone()).map(|loaded| Some(Box::new(loaded)))
    }

    /// Whether lookups may leave this computer.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.settings.network == Network::Online
    }

    /// What the workspace is called.
    #[must_use]
    pub fn title(&self) -> String {
        if self.settings.demo {
            return files::DEMO.to_owned();
        }
        let root = self.workspace.root();
        root.file_name().map_or_else(|| root.display().to_string(), |name| name.to_string_lossy().into_owned())
    }
}

/// A message that is to be added to the list.
#[derive(Debug)]
pub struct NewDocument {
    /// What it is called.
    pub name: String,
    /// What it shows.
    pub about: Option<String>,
    /// Where it came from.
    pub source: Source,
    /// The message.
    pub envelope: Envelope,
    /// Where it is read when it is needed; nothing for a message that is held in memory.
    pub at: Option<MessageAt>,
    /// Which way it goes.
    pub operation: Operation,
    /// Its parts.
    pub structure: Structure,
    /// Supposed for it alone.
    pub what_if: Option<WhatIf>,
}

impl NewDocument {
    /// A message as it was opened.
    #[must_use]
    pub fn new(name: String, source: Source, envelope: Envelope) -> Self {
        let structure = Structure::of([&envelope.message], &Limits::DEFAULT);
        Self { structure, ..Self::of_many(name, source, envelope) }
    }

    /// One of very many messages: its parts are looked at when somebody looks at it.
    #[must_use]
    pub fn of_many(name: String, source: Source, envelope: Envelope) -> Self {
        let structure = Structure::default();
        Self { name, about: None, source, envelope, at: None, operation: Operation::Incoming, structure, what_if: None }
    }
}

/// A workspace with the messages that it holds.
#[derive(Debug)]
pub struct OpenedWorkspace {
    /// The workspace.
    pub loaded: Loaded,
    /// Its messages.
    pub documents: Vec<NewDocument>,
}

/// Reads a workspace and its messages.
///
/// # Errors
///
/// A sentence, where the folder or its settings cannot be read.
pub fn open_workspace(root: &Path, passphrase: Option<Passphrase>) -> Result<OpenedWorkspace, String> {
    let mut loaded = Loaded::read(root, passphrase)?;
    let (stored, problems) = loaded.workspace.messages();
    loaded.contents.problems.extend(problems);
    let mut documents = Vec::new();
    for message in stored {
        match loaded.workspace.message(&message.id) {
            Ok(envelopes) => {
                for envelope in envelopes {
                    let source = Source::Workspace(message.path.clone());
                    let mut document = NewDocument::new(message.id.clone(), source, envelope);
                    if loaded.settings.demo
                        && let Some(case) = demo::case(&message.id)
                    {
                        document.name = case.title.to_owned();
                        document.about = Some(case.lesson.to_owned());
                        document.operation = case.operation;
                    }
                    documents.push(document);
                }
            }
            Err(error) => loaded
                .contents
                .problems
                .push(crate::workspace::Problem { path: message.path, sentence: error.to_string() }),
        }
    }
    Ok(OpenedWorkspace { loaded, documents })
}

/// Opens a workspace, and makes the folder where there is none.
///
/// # Errors
///
/// A sentence, where it cannot be made or read.
pub fn open_own(root: &Path) -> Result<OpenedWorkspace, String> {
    Workspace::open_or_create(root).map_err(|error| error.to_string())?;
    open_workspace(root, None)
}

/// Makes the demo workspace if it is not there yet, and opens it.
///
/// # Errors
///
/// A sentence, where it cannot be made or read.
pub fn open_demo(root: &Path, now: OffsetDateTime) -> Result<OpenedWorkspace, String> {
    if !Workspace::is_at(root) {
        demo::create(root, now).map_err(|error| error.to_string())?;
    }
    open_workspace(root, None)
}

/// What opening one path gave.
#[derive(Debug)]
pub enum OpenedPath {
    /// Messages for the list.
    Documents(Vec<NewDocument>),
    /// Keys, certificates or lists that may be taken into the workspace.
    Import(PendingImport),
    /// A folder of messages, or an mbox, of which it is still to be told what it holds.
    Folder(PathBuf),
    /// Very many messages, which were handed over while they were found.
    Listed(Listing),
    /// A workspace.
    Workspace(PathBuf),
    /// Nothing, and why.
    Failed(String),
}

/// A file of keys or certificates that waits to be taken in.
#[derive(Debug)]
pub struct PendingImport {
    /// The file.
    pub path: PathBuf,
    /// The octets, where there is no file to read again.
    pub octets: Option<Arc<[u8]>>,
    /// How far it is.
    pub state: ImportState,
}

/// How far an import is.
pub enum ImportState {
    /// It is locked; the sentence says that the last passphrase was wrong.
    Locked(Option<String>),
    /// Its contents.
    Ready(Vec<Item>),
}

impl ImportState {
    /// Whether a private key is in it; what is locked has one.
    #[must_use]
    pub fn holds_a_key(&self) -> bool {
        match self {
            Self::Locked(_) => true,
            Self::Ready(items) => items.iter().any(|item| matches!(item, Item::Key(_))),
        }
    }
}

impl std::fmt::Debug for ImportState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Locked(_) => f.write_str("Locked"),
            Self::Ready(items) => write!(f, "Ready({} items)", items.len()),
        }
    }
}

/// Opens a file or folder by its content.
#[must_use]
pub fn open_path(path: &Path, passphrase: Option<&Passphrase>) -> OpenedPath {
    let opened = match passphrase {
        Some(words) => crate::workspace::open_with(path, Some(words), &Limits::DEFAULT),
        None => crate::workspace::open_file(path, &Limits::DEFAULT),
    };
    sort_opened(path, opened, Source::File(path.to_owned()), None)
}

/// Opens octets that came by drop or clipboard.
#[must_use]
pub fn open_octets(name: &str, octets: Arc<[u8]>, passphrase: Option<&Passphrase>) -> OpenedPath {
    let path = Path::new(name);
    let opened = crate::workspace::open_octets(path, octets.to_vec(), passphrase, &Limits::DEFAULT);
    sort_opened(path, opened, Source::Clipboard, Some(octets))
}

fn sort_opened(
    path: &Path,
    opened: Result<Opened, DocumentError>,
    source: Source,
    octets: Option<Arc<[u8]>>,
) -> OpenedPath {
    match opened {
        Ok(Opened::Messages(messages)) => {
            let several = messages.len() > 1;
            let many = messages.len() > MANY;
            // Going through a gigabyte takes a moment, in which its header and octets can be seen already.
            let large = |envelope: &Envelope| envelope.message.len() > Limits::DEFAULT.message_octets;
            let document = |message: crate::workspace::OpenedMessage| {
                let source = if several { Source::File(message.source) } else { source.clone() };
                if many || large(&message.envelope) {
                    NewDocument::of_many(message.name, source, message.envelope)
                } else {
                    NewDocument::new(message.name, source, message.envelope)
                }
            };
            OpenedPath::Documents(messages.into_iter().map(document).collect())
        }
        Ok(Opened::Items(items)) => {
            OpenedPath::Import(PendingImport { path: path.to_owned(), octets, state: ImportState::Ready(items) })
        }
        Ok(Opened::Folder(root)) => OpenedPath::Folder(root),
        Ok(Opened::Workspace(root)) => OpenedPath::Workspace(root),
        Err(DocumentError::PassphraseNeeded(path)) => {
            OpenedPath::Import(PendingImport { path, octets, state: ImportState::Locked(None) })
        }
        Err(DocumentError::PassphraseWrong(path)) => OpenedPath::Import(PendingImport {
            path,
            octets,
            state: ImportState::Locked(Some(files::WRONG_PASSPHRASE.to_owned())),
        }),
        Err(error) => OpenedPath::Failed(error.to_string()),
    }
}

/// What a run needs beside the message.
#[derive(Clone)]
pub struct Setting {
    /// The workspace; without one nobody holds keys and nobody is trusted.
    pub loaded: Option<Arc<Loaded>>,
    /// What may be asked beyond this machine.
    pub network: Reachable,
    /// The real time.
    pub now: OffsetDateTime,
    /// Randomness for MIME boundaries.
    pub seed: [u8; 16],
    /// How messages are made.
    pub making: MakingOptions,
    /// What is supposed.
    pub what_if: WhatIf,
    /// The sender's keys that sign; all that may where nothing is chosen.
    pub signers: Option<Vec<String>>,
}

/// Reads the file of a message that is to be sent.
///
/// # Errors
///
/// A sentence, where it holds no message.
pub fn load_to_send(path: &Path) -> Result<Envelope, String> {
    let name = crate::workspace::path_text(path);
    match open_path(path, None) {
        OpenedPath::Documents(documents) => {
            documents.into_iter().next().map(|first| first.envelope).ok_or_else(|| files::holds_no_message(&name))
        }
        OpenedPath::Import(_) => Err(files::holds_keys(&name)),
        OpenedPath::Folder(_) | OpenedPath::Listed(_) => Err(files::is_a_folder(&name)),
        OpenedPath::Workspace(_) => Err(files::is_a_workspace(&name)),
        OpenedPath::Failed(why) => Err(why),
    }
}

/// Writes a message: with its envelope where the path ends in `.bsmtp`, else the message alone.
///
/// # Errors
///
/// A sentence that names the file.
pub fn save(envelope: &Envelope, path: &Path) -> Result<(PathBuf, usize), String> {
    let with_envelope = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("bsmtp"));
    // A mapped message is written as it lies, without a copy of it in memory.
    let octets = match with_envelope {
        true => Cow::Owned(crate::mail::bsmtp::write(envelope)),
        false => Cow::Borrowed(envelope.message.octets()),
    };
    durable::write(path, &octets, durable::Readers::Owner, durable::Existing::Replace)
        .map_err(|error| error.to_string())?;
    let written = fs::metadata(path).map(|data| data.len()).unwrap_or_default();
    Ok((path.to_owned(), usize::try_from(written).unwrap_or(usize::MAX)))
}

/// What a job gives back.
#[derive(Debug)]
pub enum Done {
    /// A workspace was read.
    Workspace(Result<Box<OpenedWorkspace>, String>),
    /// Its keys were tried with a passphrase.
    Unlocked(PassphraseOrigin, Result<Box<Loaded>, String>),
    /// The system's keyring did something, or did not.
    Keyring(KeyringAnswer),
    /// The workspace's settings were changed, and it was read again.
    Settled(Result<Box<Loaded>, String>),
    /// It was looked whether another program has changed the workspace.
    Outside(Result<Option<Box<Loaded>>, String>),
    /// Paths were opened.
    Opened(Vec<(PathBuf, OpenedPath)>),
    /// Messages of a folder, while it is listed.
    Listed(Vec<NewDocument>),
    /// The octets of a message that is going to be judged.
    Read(DocumentId, Buffer),
    /// The agent is done.
    Ran(DocumentId, Result<Box<Ran>, String>),
    /// The agent is done with some of many messages; the number is their slot's.
    Told(u64, Vec<(DocumentId, Result<Arc<Brief>, String>)>),
    /// The file of a message to send was read.
    LoadedToSend(PathBuf, Result<Box<Envelope>, String>),
    /// A message was secured.
    Sent(Box<Envelope>, Result<Box<Ran>, String>),
    /// A copy was broken, or could not be.
    Broken(Breakage, Result<Box<NewDocument>, String>),
    /// The workspace was changed.
    Changed(Result<Box<Changed>, String>),
    /// A key or an authority was made.
    Generated(Result<Box<Changed>, String>),
    /// Keys or certificates were written to a file.
    Exported(Result<String, String>),
    /// Who trusts a certificate.
    Trusters(Certificate, Vec<Truster>),
    /// What is published for a party.
    Surveyed(PartyName, Box<Survey>),
    /// Who accepts whom.
    TrustMap(Box<TrustMap>),
    /// A file was written.
    Saved(Result<(PathBuf, usize), String>),
    /// Which recent files are no longer there.
    Missing(HashSet<PathBuf>),
    /// A server of the laboratory was started, or could not be.
    LabStarted(LabServer, Result<RunningServer, String>),
    /// A server of the laboratory has ended.
    LabStopped(LabServer),
    /// Messages arrived at the lab's mail server.
    Arrived(Vec<NewDocument>),
    /// A message was handed to that server, or could not be.
    Submitted(String, Box<Submission>),
    /// Discovery cases were run.
    CasesRun(Vec<&'static Case>),
    /// Something was found out about a run, or could not be.
    Examined(DocumentId, Examination, Result<Examined, String>),
    /// Keys that are supposed to be held were read, or could not be.
    Supposed(Box<KeysFromFile>, Result<Vec<SupposedKey>, String>),
    /// A report was prepared, or could not be.
    Reported(DocumentId, Box<Result<Prepared, String>>),
    /// A file dialog was answered, and how soon.
    Dialog(DialogPurpose, Option<Vec<PathBuf>>, Duration),
}
