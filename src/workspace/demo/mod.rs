//! The demo workspace: made-up people, keys made here and now, and fifteen messages that each show one outcome.
//!
//! Nothing in it is a secret and nothing in it is real: every certificate says DEMO, every address ends in `.example`
//! (RFC 2606), and the passphrase of the keys stands in the workspace's hint. Dates are relative to the moment of
//! making, so the demo does not wear out in a week.

mod cases;
mod cast;
mod messages;

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

pub use cases::{CASES, DemoCase, ExpectedRecipient, OPENS_ON, case};

use self::cast::Cast;
use super::error::{Action, FileError, WorkspaceError, path_text};
use super::settings::Settings;
use super::store::Workspace;
use crate::mail::AddressError;
use crate::mail::Domain;
use crate::pki::Passphrase;
use crate::pki::issue::IssueError;
use crate::smime::{EncryptError, SignError};

/// The passphrase of the demo's keys; no secret.
pub const PASSPHRASE: &str = "demo";

const LOCAL_DOMAINS: [&str; 2] = ["a.example", "b.example"];

/// Why there is no demo workspace.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// A made-up address is not one: a fault in this program.
    #[error("The demo names an address that is none: {0}")]
    Address(#[from] AddressError),
    /// A certificate or key could not be made.
    #[error("The demo's certificates could not be made: {0}")]
    Issue(#[from] IssueError),
    /// Something else lies there.
    #[error("{} is not empty; name a folder that does not exist yet with --workspace", path_text(.0))]
    Occupied(PathBuf),
    /// A message could not be encrypted.
    #[error("The demo's messages could not be made: {0}")]
    Encrypt(#[from] EncryptError),
    /// A message could not be signed.
    #[error("The demo's messages could not be made: {0}")]
    Sign(#[from] SignError),
    /// The workspace could not be written.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// The passphrase, as the store wants it.
#[must_use]
pub fn passphrase() -> Passphrase {
    Passphrase::published(PASSPHRASE)
}

/// Makes the demo workspace in a folder that does not exist or is empty; `now` is the moment its dates refer to.
///
/// It is made beside the folder and moved there whole, so that a failure leaves nothing behind.
///
/// # Errors
/// [`DemoError`].
pub fn create(root: &Path, now: OffsetDateTime) -> Result<Workspace, DemoError> {
    if fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) || root.is_file() {
        return Err(DemoError::Occupied(root.to_owned()));
    }
    let parent = root.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let refused = |path: &Path, error| WorkspaceError::from(FileError::new(path, Action::CreateFolder, error));
    super::durable::create_folder(parent).map_err(WorkspaceError::from)?;
    let making =
        tempfile::Builder::new().prefix(".demo-").tempdir_in(parent).map_err(|error| refused(parent, error))?;
    let inside = making.path().join("workspace");
    fill(&Workspace::open_or_create(&inside)?, now)?;
    fs::rename(&inside, root).map_err(|error| refused(root, error))?;
    Ok(Workspace::open(root)?)
}

/// The demo workspace at `root`, made if it is absent.
///
/// # Errors
/// [`DemoError::Occupied`] where something else lies there, and those of [`create`].
pub fn open_or_create(root: &Path, now: OffsetDateTime) -> Result<Workspace, DemoError> {
    if !Workspace::is_at(root) {
        return create(root, now);
    }
    let workspace = Workspace::open(root)?;
    if workspace.settings()?.demo { Ok(workspace) } else { Err(DemoError::Occupied(root.to_owned())) }
}

fn fill(workspace: &Workspace, now: OffsetDateTime) -> Result<(), DemoError> {
    let cast = Cast::make(now)?;
    let writer = workspace.writer()?;
    writer.save_settings(&settings()?)?;
    cast.store(&writer)?;
    for (id, envelope) in messages::make(&cast, now)? {
        writer.save_message(id, &envelope)?;
    }
    Ok(())
}

fn settings() -> Result<Settings, AddressError> {
    Ok(Settings {
        local_domains: LOCAL_DOMAINS.iter().map(|name| Domain::parse(name)).collect::<Result<_, _>>()?,
        passphrase_hint: Some(PASSPHRASE.to_owned()),
        demo: true,
        ..Settings::default()
    })
}
