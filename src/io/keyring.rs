//! The keyring of the desktop: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.

use std::path::Path;

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use crate::pki::Passphrase;
use crate::workspace::keyring::{Keyring, KeyringError};

/// Under which the keyring lists what is ours.
const SERVICE: &str = "sealscope";

/// The keyring of whoever runs the program. Making one asks nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemKeyring;

impl Keyring for SystemKeyring {
    fn recall(&self, workspace: &Path) -> Result<Option<Passphrase>, KeyringError> {
        match entry(workspace)?.get_secret().map(Zeroizing::new) {
            Ok(words) => std::str::from_utf8(&words)
                .map(|words| Some(Passphrase::new(words)))
                .map_err(|_| KeyringError::Refused("what it keeps is no text".to_owned())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failure(&error)),
        }
    }

    fn remember(&self, workspace: &Path, passphrase: &Passphrase) -> Result<(), KeyringError> {
        entry(workspace)?.set_secret(passphrase.expose().as_bytes()).map_err(|error| failure(&error))
    }

    fn forget(&self, workspace: &Path) -> Result<bool, KeyringError> {
        match entry(workspace)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(failure(&error)),
        }
    }
}

fn entry(workspace: &Path) -> Result<Entry, KeyringError> {
    Entry::new(SERVICE, &workspace.to_string_lossy()).map_err(|error| failure(&error))
}

// The crate's own words may quote what was kept: only the kind of the fault is told.
fn failure(error: &Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(_) => KeyringError::Refused("it is locked".to_owned()),
        Error::NoDefaultStore | Error::PlatformFailure(_) => KeyringError::Absent("it cannot be reached".to_owned()),
        _ => KeyringError::Refused("it answered in a way that is not understood".to_owned()),
    }
}
