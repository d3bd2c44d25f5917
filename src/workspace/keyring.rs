//! The system's keyring, as somebody else's safe for a workspace's passphrase: whoever is logged in need not type it.
//!
//! Asked only where the user says so. What lies there is as safe as the login: every program of the same user can ask for
//! it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::pki::Passphrase;

/// A keyring that keeps one passphrase for each workspace.
pub trait Keyring {
    /// The passphrase that is kept for a workspace; `None` where there is none.
    ///
    /// # Errors
    /// [`KeyringError`].
    fn recall(&self, workspace: &Path) -> Result<Option<Passphrase>, KeyringError>;

    /// Keeps a passphrase, in place of one that was there.
    ///
    /// # Errors
    /// [`KeyringError`]; what was there stays.
    fn remember(&self, workspace: &Path, passphrase: &Passphrase) -> Result<(), KeyringError>;

    /// Removes what is kept for a workspace, and says whether there was anything.
    ///
    /// # Errors
    /// [`KeyringError`]; what was there stays.
    fn forget(&self, workspace: &Path) -> Result<bool, KeyringError>;
}

/// A keyring that several threads may ask: it blocks for as long as it asks the user something.
pub type SharedKeyring = Arc<dyn Keyring + Send + Sync>;

/// Under what a keyring keeps the passphrase of a workspace: the same workspace, however its folder is named.
#[must_use]
pub fn place(workspace: &Path) -> PathBuf {
    workspace.canonicalize().unwrap_or_else(|_| workspace.to_owned())
}

/// The keyring did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// There is none, or it is not running.
    #[error("the system has no keyring that answers ({0}): start it, or give --passphrase-file")]
    Absent(String),
    /// It said no.
    #[error("the system's keyring refused ({0}): unlock it and try again, or give --passphrase-file")]
    Refused(String),
}
