//! Taking things out again, by the name they have in the workspace or by SHA-256.

use std::path::{Path, PathBuf};

use super::durable::{Disk, Existing, Readers};
use super::error::{WorkspaceError, path_text};
use super::import::AnchorDirection;
use super::layout;
use super::load::{CERTIFICATE_ENDINGS, CRL_ENDINGS, KEY_ENDINGS, files, numbered, read_certificates, read_crls, stem};
use super::store::Writer;
use crate::pki::Certificate;
use crate::trust::PartyName;

/// One certificate in one file.
struct Kept {
    path: PathBuf,
    at: usize,
    name: String,
    certificate: Certificate,
}

impl Writer {
    /// Removes a private key; its certificate stays, since others may need it.
    ///
    /// # Errors
    /// [`WorkspaceError::NotFound`], [`WorkspaceError::Ambiguous`], or the system's refusal.
    pub fn remove_key(&self, party: &PartyName, wanted: &str) -> Result<PathBuf, WorkspaceError> {
        let folder = self.party_folder(party);
        let keys = folder.join(layout::KEYS);
        let certificates = kept_in(&folder.join(layout::CERTIFICATES));
        let named: Vec<&str> = certificates
            .iter()
            .filter(|kept| is_fingerprint_of(wanted, &kept.certificate))
            .map(|kept| &*kept.name)
            .collect();
        let mut found: Vec<PathBuf> = files(&keys, &KEY_ENDINGS, &mut Vec::new());
        found.retain(|path| stem(path) == wanted || named.contains(&&*stem(path)));
        let path = the_one(found, &keys, wanted)?;
        self.disk().remove(&path)?;
        Ok(path)
    }

    /// Removes a party's certificate.
    ///
    /// # Errors
    /// Those of [`Writer::remove_key`].
    pub fn remove_certificate(&self, party: &PartyName, wanted: &str) -> Result<PathBuf, WorkspaceError> {
        remove_from(self.disk(), &self.party_folder(party).join(layout::CERTIFICATES), wanted)
    }

    /// Removes a party's anchor from one direction or both; it need not be in each.
    ///
    /// # Errors
    /// Those of [`Writer::remove_key`].
    pub fn remove_anchor(
        &self,
        party: &PartyName,
        wanted: &str,
        direction: AnchorDirection,
    ) -> Result<Vec<PathBuf>, WorkspaceError> {
        let folder = self.party_folder(party);
        let mut removed = Vec::new();
        let mut missing = None;
        for anchors in direction.folders() {
            match remove_from(self.disk(), &folder.join(anchors), wanted) {
                Ok(path) => removed.push(path),
                Err(error @ WorkspaceError::NotFound { .. }) => missing = Some(error),
                Err(error) => return Err(error),
            }
        }
        match missing {
            Some(error) if removed.is_empty() => Err(error),
            _ => Ok(removed),
        }
    }

    /// Removes a CA certificate that was known and not trusted.
    ///
    /// # Errors
    /// Those of [`Writer::remove_key`].
    pub fn remove_authority(&self, wanted: &str) -> Result<PathBuf, WorkspaceError> {
        remove_from(self.disk(), &self.root().join(layout::AUTHORITIES), wanted)
    }

    /// Removes a CA certificate and the private key that is kept beside it; either may be missing.
    ///
    /// # Errors
    /// Those of [`Writer::remove_key`].
    pub fn remove_authority_and_key(&self, name: &str) -> Result<Vec<PathBuf>, WorkspaceError> {
        let folder = self.root().join(layout::AUTHORITIES);
        let mut keys = files(&folder, &KEY_ENDINGS, &mut Vec::new());
        keys.retain(|path| stem(path) == name);
        let mut removed = match self.remove_authority(name) {
            Ok(path) => vec![path],
            Err(WorkspaceError::NotFound { .. }) if !keys.is_empty() => Vec::new(),
            Err(error) => return Err(error),
        };
        for path in keys {
            self.disk().remove(&path)?;
            removed.push(path);
        }
        Ok(removed)
    }

    /// Removes a revocation list, by name.
    ///
    /// # Errors
    /// Those of [`Writer::remove_key`].
    pub fn remove_crl(&self, wanted: &str) -> Result<PathBuf, WorkspaceError> {
        let folder = self.root().join(layout::CRLS);
        let mut found = files(&folder, &CRL_ENDINGS, &mut Vec::new());
        // A damaged list goes by its name too, and a file of another kind does not go at all.
        found.retain(|path| stem(path) == wanted && (has_crl_ending(path) || read_crls(path).is_ok()));
        let path = the_one(found, &folder, wanted)?;
        self.disk().remove(&path)?;
        Ok(path)
    }
}

fn has_crl_ending(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("crl"))
}

fn kept_in(folder: &Path) -> Vec<Kept> {
    let mut kept = Vec::new();
    for path in files(folder, &CERTIFICATE_ENDINGS, &mut Vec::new()) {
        let certificates = read_certificates(&path).unwrap_or_default();
        kept.extend(numbered(&stem(&path), certificates).enumerate().map(|(at, (name, certificate))| Kept {
            path: path.clone(),
            at,
            name,
            certificate,
        }));
    }
    kept
}

fn remove_from(disk: &Disk, folder: &Path, wanted: &str) -> Result<PathBuf, WorkspaceError> {
    let mut found = kept_in(folder);
    found.retain(|kept| kept.name == wanted || is_fingerprint_of(wanted, &kept.certificate));
    if found.is_empty() {
        return remove_damaged(disk, folder, wanted);
    }
    let Kept { path, at, .. } = the_one(found, folder, wanted)?;
    let mut rest = read_certificates(&path).unwrap_or_default();
    if at < rest.len() {
        rest.remove(at);
    }
    if rest.is_empty() {
        disk.remove(&path)?;
    } else {
        let bundle: String = rest.iter().map(Certificate::pem).collect();
        disk.write(&path, bundle.as_bytes(), Readers::Owner, Existing::Replace)?;
    }
    Ok(path)
}

/// A file that cannot be read can still be removed by its name.
fn remove_damaged(disk: &Disk, folder: &Path, wanted: &str) -> Result<PathBuf, WorkspaceError> {
    let mut found = files(folder, &CERTIFICATE_ENDINGS, &mut Vec::new());
    found.retain(|path| stem(path) == wanted && read_certificates(path).is_err());
    let path = the_one(found, folder, wanted)?;
    disk.remove(&path)?;
    Ok(path)
}

fn the_one<T>(mut found: Vec<T>, place: &Path, wanted: &str) -> Result<T, WorkspaceError> {
    let (place, wanted) = (path_text(place), wanted.to_owned());
    match found.len() {
        1 => found.pop().ok_or(WorkspaceError::NotFound { place, wanted }),
        0 => Err(WorkspaceError::NotFound { place, wanted }),
        count => Err(WorkspaceError::Ambiguous { place, wanted, count }),
    }
}

/// Whether `wanted` is the certificate's SHA-256, in any of the usual spellings.
pub(super) fn is_fingerprint_of(wanted: &str, certificate: &Certificate) -> bool {
    let plain: String = wanted.chars().filter(|character| !matches!(character, ':' | ' ')).collect();
    plain.eq_ignore_ascii_case(certificate.sha256())
}
