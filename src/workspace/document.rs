//! Opening whatever a user points at, by content and not by name: messages with and without an envelope, mbox, Maildir,
//! folders of these, containers of keys and certificates, and workspaces.
//!
//! What cannot be opened is one sentence that names the path and the remedy. Nothing is opened in part; of a folder it is
//! only told that it is one. A message that is too large to be judged is mapped (`large`).

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::error::{Action, FileError, Problem, path_text};
use super::large;
use super::load::is_wrong_passphrase;
use super::store::{Workspace, read_capped};
use crate::asn1::oid;
use crate::finding::{Finding, Ledger};
use crate::limits::Limits;
use crate::mail::{Envelope, EnvelopeOrigin, HeaderSection, ReversePath, bsmtp, mbox};
use crate::pki::Passphrase;
use crate::pki::container::{self, ContainerError, Item};
use crate::smime;
use crate::span::{Buffer, BufferName};

/// Fields of which a message has at least one, and the text before a PEM block has none.
const MAIL_FIELDS: [&str; 10] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Received",
    "Return-Path",
    "Delivered-To",
];

/// A message with where it came from.
#[derive(Clone, Debug)]
pub struct OpenedMessage {
    /// A short name for lists: the file's, with a number where the file holds several.
    pub name: String,
    /// The file; `-` for standard input.
    pub source: PathBuf,
    /// The message with its envelope, which may be derived from the header.
    pub envelope: Envelope,
    /// What was noticed while the envelope was made.
    pub findings: Vec<Finding>,
}

/// What a path held.
#[derive(Debug)]
pub enum Opened {
    /// One message or more, in the order of the file; never none.
    Messages(Vec<OpenedMessage>),
    /// A folder of messages, or an mbox that is too large to be read whole: [`super::listing`] tells what is in it.
    Folder(PathBuf),
    /// Keys, certificates, revocation lists; never none.
    Items(Vec<Item>),
    /// A workspace folder.
    Workspace(PathBuf),
}

/// Why nothing was opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Keys or certificates that cannot be read.
    #[error("{}: {source}", path_text(.path))]
    Container {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ContainerError,
    },
    /// No octets.
    #[error("{} is empty; save or download it again", path_text(.0))]
    Empty(PathBuf),
    /// The file is not what it was when it was listed.
    #[error("{} has changed since it was listed; open it again", path_text(.0))]
    Changed(PathBuf),
    /// A folder in which nothing could be opened.
    #[error("{} holds no message that could be opened{}; open a message file, an mbox or a Maildir", path_text(.path), first_problem(.problems))]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
        /// What stood in the way.
        problems: Vec<Problem>,
    },
    /// The system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// An envelope file or a header that cannot be used.
    #[error("{}: {why}", path_text(.path))]
    Message {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The container is encrypted and no passphrase was given.
    #[error("{} is locked with a passphrase; give it with --file-passphrase or in the window", path_text(.0))]
    PassphraseNeeded(PathBuf),
    /// The passphrase does not open the container.
    #[error("The passphrase does not open {}; check it and try again", path_text(.0))]
    PassphraseWrong(PathBuf),
    /// More octets than are read.
    #[error("{} has {} MiB, more than the {} MiB that are read; open a smaller file", path_text(.path), .octets >> 20, .limit >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        octets: u64,
        /// The cap.
        limit: u64,
    },
    /// Octets of no known kind.
    #[error(
        "{} is neither a message nor a key, certificate or revocation list; check that it is the right file", path_text(.0)
    )]
    Unknown(PathBuf),
}

impl DocumentError {
    pub(super) fn too_large(path: &Path, octets: u64, limit: u64) -> Self {
        Self::TooLarge { path: path.to_owned(), octets, limit }
    }
}

fn first_problem(problems: &[Problem]) -> String {
    problems.first().map(|problem| format!(" ({})", problem.sentence)).unwrap_or_default()
}

/// Opens a file or folder without a passphrase.
///
/// # Errors
/// [`DocumentError`]; [`DocumentError::PassphraseNeeded`] means that [`open_with`] may succeed.
pub fn open_file(path: &Path, limits: &Limits) -> Result<Opened, DocumentError> {
    open_with(path, None, limits)
}

/// Opens a file or folder, a container of keys with its passphrase.
///
/// # Errors
/// [`DocumentError`].
pub fn open_with(path: &Path, passphrase: Option<&Passphrase>, limits: &Limits) -> Result<Opened, DocumentError> {
    let found = fs::metadata(path).map_err(|error| FileError::new(path, Action::Read, error))?;
    if found.is_dir() {
        let path = path.to_owned();
        return Ok(if Workspace::is_at(&path) { Opened::Workspace(path) } else { Opened::Folder(path) });
    }
    let limit = u64::try_from(limits.message_octets).unwrap_or(u64::MAX);
    if found.is_file() && found.len() > limit {
        return large::open(path, found.len(), limits);
    }
    open_octets(path, read_capped(path, limit)?, passphrase, limits)
}

/// Opens octets that are in memory: standard input, the clipboard, a dropped file. `source` is for names and sentences.
///
/// # Errors
/// [`DocumentError`].
pub fn open_octets(
    source: &Path,
    octets: Vec<u8>,
    passphrase: Option<&Passphrase>,
    limits: &Limits,
) -> Result<Opened, DocumentError> {
    if let Some(message) = bare_cms(&octets) {
        return Ok(Opened::Messages(vec![carried(source, message)]));
    }
    match kind_of(&octets, limits) {
        Kind::Container => items(source, &octets, passphrase).map(Opened::Items),
        Kind::Empty => Err(DocumentError::Empty(source.to_owned())),
        Kind::Unknown => Err(DocumentError::Unknown(source.to_owned())),
        kind => messages(source, octets, &kind, limits).map(Opened::Messages),
    }
}

/// A CMS that somebody signs or that hides something, as the message that would carry it; mere certificates are none.
fn bare_cms(octets: &[u8]) -> Option<Vec<u8>> {
    let cms = container::encoding(octets)?;
    let kind = smime::content_type(&cms)?;
    if kind == oid::SIGNED_DATA {
        let buffer = Buffer::new(BufferName::SignatureCms, cms.to_vec());
        let read = smime::SignedData::read(&buffer, &Limits::DEFAULT);
        if read.is_ok_and(|signed| signed.signers.is_empty()) {
            return None;
        }
    } else if container::Kind::of(octets) == Some(container::Kind::Pkcs12) {
        return None;
    }
    let mut message = b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n"
        .to_vec();
    for line in STANDARD.encode(&cms).as_bytes().chunks(76) {
        message.extend_from_slice(line);
        message.extend_from_slice(b"\r\n");
    }
    Some(message)
}

/// A message that nobody sent to anybody: who it is for has to be said before it can be judged.
fn carried(source: &Path, message: Vec<u8>) -> OpenedMessage {
    OpenedMessage {
        name: source.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        source: source.to_owned(),
        envelope: Envelope {
            reverse_path: ReversePath::Null,
            forward_paths: Vec::new(),
            message: Buffer::new(BufferName::Received, message),
            origin: EnvelopeOrigin::Edited,
        },
        findings: Vec::new(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    BatchSmtp,
    Container,
    Empty,
    Mbox,
    Message,
    Unknown,
}

/// What begins with these octets.
pub(super) fn kind_of(octets: &[u8], limits: &Limits) -> Kind {
    if octets.is_empty() {
        return Kind::Empty;
    }
    if bsmtp::looks_like(octets) {
        return Kind::BatchSmtp;
    }
    if mbox::looks_like(octets) {
        return Kind::Mbox;
    }
    let header = HeaderSection::scan(octets, 0..octets.len(), limits);
    if names_mail(octets, &header) {
        Kind::Message
    } else if container::Kind::of(octets).is_some() {
        Kind::Container
    } else if header.fields.iter().all(|field| field.name.is_empty()) {
        Kind::Unknown
    } else {
        Kind::Message
    }
}

/// Whether a header has a field that only mail has.
pub(super) fn names_mail(octets: &[u8], header: &HeaderSection) -> bool {
    MAIL_FIELDS.iter().any(|name| header.first(octets, name).is_some())
}

fn items(source: &Path, octets: &[u8], passphrase: Option<&Passphrase>) -> Result<Vec<Item>, DocumentError> {
    let path = source.to_owned();
    match container::read(octets, passphrase) {
        Ok(items) if items.is_empty() => Err(DocumentError::Unknown(path)),
        Ok(items) => Ok(items),
        Err(error) if is_wrong_passphrase(&error) && passphrase.is_none() => Err(DocumentError::PassphraseNeeded(path)),
        Err(error) if is_wrong_passphrase(&error) => Err(DocumentError::PassphraseWrong(path)),
        Err(source) => Err(DocumentError::Container { path, source }),
    }
}

fn messages(source: &Path, octets: Vec<u8>, kind: &Kind, limits: &Limits) -> Result<Vec<OpenedMessage>, DocumentError> {
    let wrong = |why: String| DocumentError::Message { path: source.to_owned(), why };
    let envelopes: Vec<(Envelope, Ledger)> = match kind {
        Kind::BatchSmtp => {
            let envelopes = bsmtp::parse(&octets, limits).map_err(|error| wrong(error.to_string()))?;
            envelopes.into_iter().map(|envelope| (envelope, Ledger::new())).collect()
        }
        Kind::Mbox => {
            let ranges = mbox::split(&octets);
            let parts = ranges.into_iter().filter_map(|range| octets.get(range));
            parts.map(|part| derive(part.to_vec(), limits)).collect::<Result<_, _>>().map_err(wrong)?
        }
        _ => vec![derive(octets, limits).map_err(wrong)?],
    };
    let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let several = envelopes.len() > 1;
    let named = envelopes.into_iter().enumerate().map(|(at, (envelope, ledger))| OpenedMessage {
        name: if several { format!("{name} ({})", at.saturating_add(1)) } else { name.clone() },
        source: source.to_owned(),
        envelope,
        findings: ledger.into_findings(),
    });
    Ok(named.collect())
}

fn derive(octets: Vec<u8>, limits: &Limits) -> Result<(Envelope, Ledger), String> {
    let mut ledger = Ledger::new();
    let message = Buffer::new(BufferName::Received, octets);
    let envelope = Envelope::derive_within(message, limits, &mut ledger).map_err(|error| error.to_string())?;
    Ok((envelope, ledger))
}
