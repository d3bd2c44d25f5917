//! Taking copies out: PKCS#12 under a passphrase of the user's choice, PEM for everything public.

use super::error::{WorkspaceError, path_text};
use super::layout;
use super::load::{KEY_ENDINGS, files, stem};
use super::remove::is_fingerprint_of;
use super::store::{STORED_OCTETS, Workspace, read_capped};
use crate::pki::container::{self, Item};
use crate::pki::{Certificate, Passphrase, PrivateKeyEntry};
use crate::trust::PartyName;

impl Workspace {
    /// Opens one stored key, by name or SHA-256 of its certificate.
    ///
    /// # Errors
    /// [`WorkspaceError::NotFound`], [`WorkspaceError::PassphraseWrong`], the container's error, or the system's refusal.
    pub fn key(
        &self,
        party: &PartyName,
        wanted: &str,
        passphrase: &Passphrase,
    ) -> Result<PrivateKeyEntry, WorkspaceError> {
        let keys = self.party_folder(party).join(layout::KEYS);
        let mut wrong = None;
        for path in files(&keys, &KEY_ENDINGS, &mut Vec::new()) {
            let is_named = stem(&path) == wanted;
            let items = match container::read(&read_capped(&path, STORED_OCTETS)?, Some(passphrase)) {
                Ok(items) => items,
                Err(error) if super::load::is_wrong_passphrase(&error) => {
                    wrong = wrong.or(Some(path));
                    continue;
                }
                Err(error) if is_named => return Err(error.into()),
                Err(_) => continue,
            };
            let found = items.into_iter().find_map(|item| match item {
                Item::Key(entry) if is_named || is_fingerprint_of(wanted, entry.certificate()) => Some(entry),
                _ => None,
            });
            if let Some(entry) = found {
                return Ok(entry);
            }
        }
        Err(wrong.map_or_else(
            || WorkspaceError::NotFound { place: path_text(&keys), wanted: wanted.to_owned() },
            WorkspaceError::PassphraseWrong,
        ))
    }

    /// A stored key with its chain as PKCS#12 under `file_passphrase`.
    ///
    /// # Errors
    /// Those of [`Workspace::key`], or OpenSSL's refusal.
    pub fn export_key(
        &self,
        party: &PartyName,
        wanted: &str,
        passphrase: &Passphrase,
        file_passphrase: &Passphrase,
    ) -> Result<Vec<u8>, WorkspaceError> {
        let entry = self.key(party, wanted, passphrase)?;
        Ok(container::write_pkcs12(&entry, file_passphrase)?)
    }
}

/// Certificates as one PEM text, in the order given: a chain.
#[must_use]
pub fn chain_pem<'a>(certificates: impl IntoIterator<Item = &'a Certificate>) -> String {
    certificates.into_iter().map(Certificate::pem).collect()
}

// As long as any chain that a path is looked for in.
const LONGEST_CHAIN: usize = 10;

/// The certificate with its issuers among `known`, leaf first, the signatures checked, as far as they are known here. An
/// authority that signs itself ends it.
#[must_use]
pub fn issuer_chain<'a>(certificate: &Certificate, known: impl Iterator<Item = &'a Certificate>) -> Vec<Certificate> {
    let known: Vec<&Certificate> = known.collect();
    let mut chain = vec![certificate.clone()];
    while let Some(last) = chain.last().filter(|last| !last.is_self_issued())
        && chain.len() < LONGEST_CHAIN
    {
        let issues = |one: &&&Certificate| !chain.contains(one) && last.names_as_issuer(one) && last.is_issued_by(one);
        let Some(issuer) = known.iter().find(issues) else { break };
        chain.push((*issuer).clone());
    }
    chain
}
