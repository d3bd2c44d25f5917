//! Putting keys, certificates, anchors and revocation lists into the workspace.
//!
//! Everything is checked and re-encrypted before the first file is written, and what an import wrote is taken back if a
//! later write fails: an import is done or not done. Importing the same thing twice stores it once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::durable::{Disk, Existing, Readers};
use super::error::WorkspaceError;
use super::layout;
use super::load::{
    CERTIFICATE_ENDINGS, CRL_ENDINGS, KEY_ENDINGS, files, is_wrong_passphrase, read_certificates, read_crls, stem,
};
use super::store::{STORED_OCTETS, Workspace, Writer, list, read_capped};
use crate::pki::container::{self, Item};
use crate::pki::{Certificate, Crl, Passphrase, PrivateKeyEntry};
use crate::trust::PartyName;

/// Which mail an anchor judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnchorDirection {
    /// Signers of mail that comes in.
    Incoming,
    /// Recipients of mail that goes out.
    Outgoing,
    /// Both.
    #[default]
    Both,
}

impl AnchorDirection {
    /// The folders of a party's anchors that this means.
    pub(super) const fn folders(self) -> &'static [&'static str] {
        match self {
            Self::Incoming => &[layout::ANCHORS_INCOMING],
            Self::Outgoing => &[layout::ANCHORS_OUTGOING],
            Self::Both => &[layout::ANCHORS_INCOMING, layout::ANCHORS_OUTGOING],
        }
    }
}

/// What kind of thing was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportedKind {
    /// A trust anchor.
    Anchor,
    /// A CA certificate that is known and not trusted.
    Authority,
    /// A party's certificate.
    Certificate,
    /// A revocation list.
    Crl,
    /// A private key.
    Key,
}

/// Whether an import changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// It lay there already; nothing was written.
    AlreadyThere,
    /// It was written.
    Stored,
}

/// One thing that is now in the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What it is.
    pub kind: ImportedKind,
    /// Its name there.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// The certificate's subject, or the list's issuer.
    pub subject: String,
    /// Whether it is new.
    pub state: ImportState,
}

/// Files written by one import, taken back unless it is completed.
struct Batch {
    disk: Disk,
    written: Vec<PathBuf>,
    imported: Vec<Imported>,
    /// Folders that were looked through, with the file of each certificate by its SHA-256: once per import, or a bundle
    /// of many would read the folder as often.
    known: BTreeMap<PathBuf, BTreeMap<String, PathBuf>>,
}

impl Batch {
    fn new(disk: &Disk) -> Self {
        Self { disk: disk.clone(), written: Vec::new(), imported: Vec::new(), known: BTreeMap::new() }
    }

    fn certificates_in(&mut self, folder: &Path) -> &mut BTreeMap<String, PathBuf> {
        self.known.entry(folder.to_owned()).or_insert_with(|| {
            let mut known = BTreeMap::new();
            for path in files(folder, &CERTIFICATE_ENDINGS, &mut Vec::new()) {
                for certificate in read_certificates(&path).unwrap_or_default() {
                    known.entry(certificate.sha256().to_owned()).or_insert_with(|| path.clone());
                }
            }
            known
        })
    }

    fn put_certificate(
        &mut self,
        folder: &Path,
        name: Option<&str>,
        certificate: &Certificate,
        kind: ImportedKind,
    ) -> Result<(), WorkspaceError> {
        let subject = certificate.subject().to_owned();
        if let Some(path) = self.certificates_in(folder).get(certificate.sha256()).cloned() {
            let name = stem(&path);
            self.imported.push(Imported { kind, name, path, subject, state: ImportState::AlreadyThere });
            return Ok(());
        }
        let name = name.map_or_else(|| free_name(certificate, &[(folder, &CERTIFICATE_ENDINGS)]), ToOwned::to_owned);
        let path = layout::file_in(folder, &name, "pem");
        self.put(&path, certificate.pem().as_bytes())?;
        self.certificates_in(folder).insert(certificate.sha256().to_owned(), path.clone());
        self.imported.push(Imported { kind, name, path, subject, state: ImportState::Stored });
        Ok(())
    }

    fn put(&mut self, path: &Path, octets: &[u8]) -> Result<(), WorkspaceError> {
        if let Some(folder) = path.parent() {
            self.disk.create_folder(folder)?;
        }
        self.disk.write(path, octets, Readers::Owner, Existing::Keep)?;
        self.written.push(path.to_owned());
        Ok(())
    }

    fn complete(mut self) -> Vec<Imported> {
        self.written.clear();
        std::mem::take(&mut self.imported)
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        for path in &self.written {
            // The failure that led here is what the user hears; a file that stays is whole, and is found by the next import.
            let _ = self.disk.remove(path);
        }
    }
}

impl Workspace {
    /// Checks a passphrase against the keys that are stored. Where there are none, any will do, and the first key that
    /// is imported fixes it.
    ///
    /// # Errors
    /// [`WorkspaceError::PassphraseWrong`] where it opens none of the keys that can be read.
    pub fn check_passphrase(&self, passphrase: &Passphrase) -> Result<(), WorkspaceError> {
        let mut refused = None;
        for path in self.key_files() {
            let Ok(octets) = read_capped(&path, STORED_OCTETS) else { continue };
            match container::read(&octets, Some(passphrase)) {
                Ok(_) => return Ok(()),
                Err(error) if is_wrong_passphrase(&error) => refused = refused.or(Some(path)),
                Err(_) => {}
            }
        }
        refused.map_or(Ok(()), |path| Err(WorkspaceError::PassphraseWrong(path)))
    }

    /// Whether any private key is stored.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        !self.key_files().is_empty()
    }

    fn key_files(&self) -> Vec<PathBuf> {
        let mut ignored = Vec::new();
        let parties = list(&self.root().join(layout::PARTIES), &mut ignored);
        let folders = parties.iter().map(|party| party.join(layout::KEYS));
        let folders = folders.chain([self.root().join(layout::AUTHORITIES)]);
        folders.flat_map(|folder| files(&folder, &KEY_ENDINGS, &mut Vec::new())).collect()
    }
}

impl Writer {
    /// Reads a file's content and stores its keys, certificates and revocation lists for a party.
    ///
    /// # Errors
    /// The container's error where it cannot be read, else those of [`Writer::import`].
    pub fn import_file(
        &self,
        octets: &[u8],
        party: &PartyName,
        file_passphrase: Option<&Passphrase>,
        passphrase: Option<&Passphrase>,
    ) -> Result<Vec<Imported>, WorkspaceError> {
        self.import(container::read(octets, file_passphrase)?, party, passphrase)
    }

    /// Stores keys with their certificates, certificates and revocation lists for a party. Keys are encrypted anew under
    /// the workspace's passphrase; their certificates are also stored apart, where they are readable while keys are
    /// locked.
    ///
    /// # Errors
    /// [`WorkspaceError::PassphraseNeeded`], [`WorkspaceError::PassphraseWrong`], [`WorkspaceError::NothingToImport`],
    /// or the system's refusal to write; nothing was stored then.
    pub fn import(
        &self,
        items: Vec<Item>,
        party: &PartyName,
        passphrase: Option<&Passphrase>,
    ) -> Result<Vec<Imported>, WorkspaceError> {
        if items.is_empty() {
            let expected = "key, certificate or revocation list";
            return Err(WorkspaceError::NothingToImport { expected, found: found_in(&items) });
        }
        if items.iter().any(|item| matches!(item, Item::Key(_))) {
            self.check_passphrase(passphrase.ok_or(WorkspaceError::PassphraseNeeded)?)?;
        }
        let folder = self.add_party(party)?;
        let mut batch = Batch::new(self.disk());
        for item in items {
            match item {
                Item::Key(entry) => {
                    let passphrase = passphrase.ok_or(WorkspaceError::PassphraseNeeded)?;
                    let (keys, certificates) = (folder.join(layout::KEYS), folder.join(layout::CERTIFICATES));
                    put_key(&mut batch, &keys, &certificates, &entry, passphrase)?;
                }
                Item::Certificate(certificate) => {
                    let certificates = folder.join(layout::CERTIFICATES);
                    batch.put_certificate(&certificates, None, &certificate, ImportedKind::Certificate)?;
                }
                Item::Crl(crl) => put_crl(&mut batch, &self.root().join(layout::CRLS), &crl)?,
            }
        }
        Ok(batch.complete())
    }

    /// Stores the certificates among `items` for a party, those of keys too, and no private key.
    ///
    /// # Errors
    /// [`WorkspaceError::NothingToImport`] or the system's refusal to write; nothing was stored then.
    pub fn import_certificates(&self, items: &[Item], party: &PartyName) -> Result<Vec<Imported>, WorkspaceError> {
        let certificates: Vec<Certificate> = items
            .iter()
            .filter_map(|item| match item {
                Item::Certificate(certificate) => Some(certificate.clone()),
                Item::Key(entry) => Some(entry.certificate().clone()),
                Item::Crl(_) => None,
            })
            .collect();
        if certificates.is_empty() {
            return Err(WorkspaceError::NothingToImport { expected: "certificate", found: found_in(items) });
        }
        let folder = self.add_party(party)?.join(layout::CERTIFICATES);
        put_certificates(self.disk(), &[folder], &certificates, ImportedKind::Certificate)
    }

    /// Makes the certificates among `items` trust anchors of a party.
    ///
    /// # Errors
    /// [`WorkspaceError::NothingToImport`] or the system's refusal to write; nothing was stored then.
    pub fn add_anchors(
        &self,
        items: &[Item],
        party: &PartyName,
        direction: AnchorDirection,
    ) -> Result<Vec<Imported>, WorkspaceError> {
        let certificates = certificates_of(items, "certificate that could be an anchor")?;
        let party = self.add_party(party)?;
        let folders: Vec<PathBuf> = direction.folders().iter().map(|folder| party.join(folder)).collect();
        put_certificates(self.disk(), &folders, &certificates, ImportedKind::Anchor)
    }

    /// Stores the certificates among `items` as CA certificates that may complete a path and never end one.
    ///
    /// # Errors
    /// [`WorkspaceError::NothingToImport`] or the system's refusal to write; nothing was stored then.
    pub fn import_authorities(&self, items: &[Item]) -> Result<Vec<Imported>, WorkspaceError> {
        let certificates = certificates_of(items, "certificate")?;
        put_certificates(self.disk(), &[self.root().join(layout::AUTHORITIES)], &certificates, ImportedKind::Authority)
    }

    /// Stores CA keys with their certificates beside the authorities, encrypted under the workspace's passphrase: with
    /// them certificates can be issued here.
    ///
    /// # Errors
    /// Those of [`Writer::import`].
    pub fn import_authority_keys(
        &self,
        entries: &[PrivateKeyEntry],
        passphrase: Option<&Passphrase>,
    ) -> Result<Vec<Imported>, WorkspaceError> {
        let passphrase = passphrase.ok_or(WorkspaceError::PassphraseNeeded)?;
        self.check_passphrase(passphrase)?;
        let folder = self.root().join(layout::AUTHORITIES);
        let mut batch = Batch::new(self.disk());
        for entry in entries {
            put_key(&mut batch, &folder, &folder, entry, passphrase)?;
        }
        Ok(batch.complete())
    }

    /// Stores the revocation lists among `items`.
    ///
    /// # Errors
    /// [`WorkspaceError::NothingToImport`] or the system's refusal to write; nothing was stored then.
    pub fn import_crls(&self, items: &[Item]) -> Result<Vec<Imported>, WorkspaceError> {
        let mut batch = Batch::new(self.disk());
        for item in items {
            if let Item::Crl(crl) = item {
                put_crl(&mut batch, &self.root().join(layout::CRLS), crl)?;
            }
        }
        if batch.imported.is_empty() {
            return Err(WorkspaceError::NothingToImport { expected: "revocation list", found: found_in(items) });
        }
        Ok(batch.complete())
    }
}

fn certificates_of(items: &[Item], expected: &'static str) -> Result<Vec<Certificate>, WorkspaceError> {
    let certificates: Vec<Certificate> = items
        .iter()
        .filter_map(|item| match item {
            Item::Certificate(certificate) => Some(certificate.clone()),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(WorkspaceError::NothingToImport { expected, found: found_in(items) });
    }
    Ok(certificates)
}

fn found_in(items: &[Item]) -> String {
    let count = |matches: fn(&Item) -> bool| items.iter().filter(|item| matches(item)).count();
    let parts = [
        (count(|item| matches!(item, Item::Key(_))), "private key with its certificate", "private keys with theirs"),
        (count(|item| matches!(item, Item::Certificate(_))), "certificate", "certificates"),
        (count(|item| matches!(item, Item::Crl(_))), "revocation list", "revocation lists"),
    ];
    let words: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| if count == 1 { format!("one {one}") } else { format!("{count} {many}") })
        .collect();
    if words.is_empty() { "none of the things this program stores".to_owned() } else { words.join(" and ") }
}

fn put_certificates(
    disk: &Disk,
    folders: &[PathBuf],
    certificates: &[Certificate],
    kind: ImportedKind,
) -> Result<Vec<Imported>, WorkspaceError> {
    let mut batch = Batch::new(disk);
    for certificate in certificates {
        for folder in folders {
            batch.put_certificate(folder, None, certificate, kind)?;
        }
    }
    Ok(batch.complete())
}

fn put_crl(batch: &mut Batch, folder: &Path, crl: &Crl) -> Result<(), WorkspaceError> {
    let kind = ImportedKind::Crl;
    let subject = crl.issuer().to_owned();
    let known = files(folder, &CRL_ENDINGS, &mut Vec::new())
        .into_iter()
        .find(|path| read_crls(path).is_ok_and(|kept| kept.contains(crl)));
    if let Some(path) = known {
        batch.imported.push(Imported { kind, name: stem(&path), path, subject, state: ImportState::AlreadyThere });
        return Ok(());
    }
    let date = crl.this_update().date();
    let base = layout::slug(&format!("{} {date}", common_name_of(crl.issuer())));
    let name = first_free(&base, "", |name| is_taken(folder, name, &CRL_ENDINGS));
    let path = layout::file_in(folder, &name, "crl");
    batch.put(&path, crl.pem().as_bytes())?;
    batch.imported.push(Imported { kind, name, path, subject, state: ImportState::Stored });
    Ok(())
}

fn put_key(
    batch: &mut Batch,
    keys: &Path,
    certificates: &Path,
    entry: &PrivateKeyEntry,
    passphrase: &Passphrase,
) -> Result<(), WorkspaceError> {
    let certificate = entry.certificate();
    let kind = ImportedKind::Key;
    let subject = certificate.subject().to_owned();
    if let Some(path) = stored_key(keys, certificate, passphrase) {
        batch.imported.push(Imported { kind, name: stem(&path), path, subject, state: ImportState::AlreadyThere });
        return batch.put_certificate(certificates, None, certificate, ImportedKind::Certificate);
    }
    let octets = container::write_pkcs12(entry, passphrase)?;
    // What cannot be read back must not take the place of the file it came from.
    container::read(&octets, Some(passphrase))?;
    let name = key_name(batch, keys, certificates, certificate);
    let path = layout::file_in(keys, &name, "p12");
    batch.put(&path, &octets)?;
    batch.imported.push(Imported { kind, name: name.clone(), path, subject, state: ImportState::Stored });
    batch.put_certificate(certificates, Some(&name), certificate, ImportedKind::Certificate)
}

/// The file in which the key of this certificate already lies, if this passphrase opens it.
fn stored_key(keys: &Path, certificate: &Certificate, passphrase: &Passphrase) -> Option<PathBuf> {
    files(keys, &KEY_ENDINGS, &mut Vec::new()).into_iter().find(|path| {
        let items =
            read_capped(path, STORED_OCTETS).ok().and_then(|octets| container::read(&octets, Some(passphrase)).ok());
        items.is_some_and(|items| {
            items.iter().any(|item| matches!(item, Item::Key(stored) if stored.certificate() == certificate))
        })
    })
}

/// A key and its certificate have one name where that is free, so that a locked key can be told by its certificate.
fn key_name(batch: &mut Batch, keys: &Path, certificates: &Path, certificate: &Certificate) -> String {
    let beside = batch.certificates_in(certificates).get(certificate.sha256()).map(|path| stem(path));
    beside
        .filter(|name| !is_taken(keys, name, &KEY_ENDINGS))
        .unwrap_or_else(|| free_name(certificate, &[(keys, &KEY_ENDINGS), (certificates, &CERTIFICATE_ENDINGS)]))
}

/// The common name, then with the end of the serial number, then with a number.
fn free_name(certificate: &Certificate, folders: &[(&Path, &[&str])]) -> String {
    let base = layout::slug(&certificate.common_name());
    let serial = certificate.serial();
    let tail = serial.get(serial.len().saturating_sub(8)..).unwrap_or(serial).to_ascii_lowercase();
    first_free(&base, &tail, |name| folders.iter().any(|(folder, endings)| is_taken(folder, name, endings)))
}

pub(super) fn first_free(base: &str, tail: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(base) {
        return base.to_owned();
    }
    let longer = if tail.is_empty() { base.to_owned() } else { format!("{base}-{tail}") };
    if longer != base && !taken(&longer) {
        return longer;
    }
    // Ends: a folder holds finitely many names.
    (2_u64..).map(|number| format!("{longer}-{number}")).find(|name| !taken(name)).unwrap_or(longer)
}

pub(super) fn is_taken(folder: &Path, name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| layout::file_in(folder, name, ending).exists())
}

fn common_name_of(issuer: &str) -> &str {
    let from = issuer.find("CN=").map_or(0, |at| at.saturating_add(3));
    issuer.get(from..).and_then(|rest| rest.split(',').next()).unwrap_or(issuer)
}
