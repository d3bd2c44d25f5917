//! The workspace folder: opening, creating, settings, and the right to write.

use std::fs;
use std::io::{self, Read};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use super::durable::{Disk, Existing, Readers};
use super::error::{Action, FileError, Problem, WorkspaceError};
use super::format::{self, Migration};
use super::layout::{self, SETTINGS_FILE};
use super::lock::WriteLock;
use super::settings::{Settings, SettingsError};
use crate::mail::{Address, AddressError, Domain};
use crate::trust::PartyName;

/// Octets of one stored key or certificate file. 1 MiB: a bundle of several hundred certificates.
pub(super) const STORED_OCTETS: u64 = 1 << 20;

/// A folder of parties, messages and settings. Holding one reads nothing and locks nothing.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
    disk: Disk,
}

impl PartialEq for Workspace {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}

impl Eq for Workspace {}

/// The right to write to a workspace; one program at a time has it. Keep it no longer than the change takes.
#[derive(Debug)]
pub struct Writer {
    workspace: Workspace,
    migration: Option<Migration>,
    _lock: WriteLock,
}

/// Where the default workspace lies on this system; `None` where there is no home folder.
#[must_use]
pub fn default_dir() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "sealscope")?;
    Some(folders.data_dir().join("workspace"))
}

/// The party that a name on the command line or of a folder stands for: an address if it has an `@`, else a domain.
///
/// # Errors
/// [`AddressError`] where it is neither.
pub fn party_name(text: &str) -> Result<PartyName, AddressError> {
    if text.contains('@') {
        Address::parse(text).map(PartyName::Address)
    } else {
        Domain::parse(text).map(PartyName::Domain)
    }
}

impl Workspace {
    /// Names a workspace that exists.
    ///
    /// # Errors
    /// [`WorkspaceError::Missing`], [`WorkspaceError::NotAFolder`], [`WorkspaceError::Newer`], or the system's refusal to
    /// list the folder.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, WorkspaceError> {
        let root = root.into();
        match fs::metadata(&root) {
            Ok(found) if !found.is_dir() => Err(WorkspaceError::NotAFolder(root)),
            Ok(_) => {
                fs::read_dir(&root).map_err(|error| FileError::new(&root, Action::List, error))?;
                let workspace = Self { root, disk: Disk::system() };
                workspace.refuse_newer()?;
                Ok(workspace)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(WorkspaceError::Missing(root)),
            Err(error) => Err(FileError::new(root, Action::List, error).into()),
        }
    }

    /// Names a workspace, and makes the folder with default settings where there is none.
    ///
    /// # Errors
    /// Those of [`Workspace::open`], and the system's refusal to write.
    pub fn open_or_create(root: impl Into<PathBuf>) -> Result<Self, WorkspaceError> {
        let root = root.into();
        match Self::open(&root) {
            Err(WorkspaceError::Missing(_)) => {}
            other => return other,
        }
        let workspace = Self { root, disk: Disk::system() };
        workspace.disk.create_folder(&workspace.root)?;
        workspace.writer()?.save_settings(&Settings::default())?;
        Ok(workspace)
    }

    /// The same workspace, changed through another kind of storage.
    #[must_use]
    pub fn on(self, disk: Disk) -> Self {
        Self { disk, ..self }
    }

    pub(super) const fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Whether a folder looks like a workspace: it holds settings or parties.
    #[must_use]
    pub fn is_at(root: &Path) -> bool {
        root.join(SETTINGS_FILE).is_file() || root.join(layout::PARTIES).is_dir()
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The settings; the defaults where there is no `workspace.toml`.
    ///
    /// # Errors
    /// [`SettingsError::Damaged`] and the system's refusal to read. There is no silent default then: a wrong profile or
    /// clock would change verdicts.
    pub fn settings(&self) -> Result<Settings, WorkspaceError> {
        let path = self.root.join(SETTINGS_FILE);
        let octets = match read_capped(&path, STORED_OCTETS) {
            Ok(octets) => octets,
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => return Ok(Settings::default()),
            Err(error) => return Err(error.into()),
        };
        let text = String::from_utf8(octets).map_err(|_| SettingsError::Damaged {
            path: path.clone(),
            line: None,
            why: "it is not UTF-8 text".to_owned(),
        })?;
        Ok(Settings::parse(&text, &path)?)
    }

    /// Takes the right to write. What a killed writer left half written is cleared away, and a workspace of an older
    /// format is brought to this one, with a backup: see [`Writer::migration`].
    ///
    /// # Errors
    /// [`WorkspaceError::Locked`] where another program writes, [`WorkspaceError::Newer`], or the system's refusal.
    pub fn writer(&self) -> Result<Writer, WorkspaceError> {
        let lock = WriteLock::take(&self.root)?;
        // Another program may have brought it to a newer format since it was opened.
        self.refuse_newer()?;
        if lock.follows_interruption() {
            self.clear_leftovers();
        }
        let mut writer = Writer { workspace: self.clone(), migration: None, _lock: lock };
        writer.migration = format::migrate(&writer)?;
        Ok(writer)
    }

    /// Where the parties' folders lie.
    #[must_use]
    pub fn parties_folder(&self) -> PathBuf {
        self.root.join(layout::PARTIES)
    }

    /// The folder of a party: the one there is, also under a name given by hand, or the one it would get.
    pub(super) fn party_folder(&self, party: &PartyName) -> PathBuf {
        let parties = self.root.join(layout::PARTIES);
        let usual = parties.join(layout::encode_name(&canonical(party)));
        if usual.is_dir() {
            return usual;
        }
        let (folders, _) = self.party_folders();
        folders.into_iter().find(|(name, _)| same_party(name, party)).map_or(usual, |(_, folder)| folder)
    }

    /// Every folder in `parties/` with the party it is for, and those that are for none.
    pub(super) fn party_folders(&self) -> (Vec<(PartyName, PathBuf)>, Vec<Problem>) {
        let mut folders = Vec::new();
        let mut problems = Vec::new();
        let root = self.root.join(layout::PARTIES);
        for path in list(&root, &mut problems) {
            if !path.is_dir() {
                continue;
            }
            if was_never_filled(&path) {
                continue;
            }
            match party_of(&path) {
                Ok(party) => folders.push((party, path)),
                Err(why) => problems.push(Problem::new(path, &why)),
            }
        }
        (folders, problems)
    }
}

impl Deref for Writer {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.workspace
    }
}

impl Writer {
    /// Stores settings. A damaged `workspace.toml` is not written over.
    ///
    /// # Errors
    /// [`SettingsError`], or the system's refusal to write; the stored settings are unchanged.
    pub fn save_settings(&self, settings: &Settings) -> Result<(), WorkspaceError> {
        self.settings()?;
        self.put_settings(&settings.to_toml()?)
    }

    /// Changes settings from what they are now, not from what they were when a program read them.
    ///
    /// # Errors
    /// Those of [`Writer::save_settings`].
    pub fn change_settings(&self, change: impl FnOnce(&Settings) -> Settings) -> Result<(), WorkspaceError> {
        self.put_settings(&change(&self.settings()?).to_toml()?)
    }

    pub(super) fn put_settings(&self, text: &str) -> Result<(), WorkspaceError> {
        let path = self.root().join(SETTINGS_FILE);
        // What could not be read again must not be stored.
        Settings::parse(text, &path)?;
        Ok(self.disk().write(&path, text.as_bytes(), Readers::Owner, Existing::Replace)?)
    }

    /// What taking this right changed in a workspace of an older format, if it was one.
    #[must_use]
    pub const fn migration(&self) -> Option<&Migration> {
        self.migration.as_ref()
    }

    /// Makes the folder of a party and gives it back. Importing does this by itself.
    ///
    /// # Errors
    /// The system's refusal to write.
    pub fn add_party(&self, party: &PartyName) -> Result<PathBuf, WorkspaceError> {
        let folder = self.party_folder(party);
        self.disk().create_folder(&folder)?;
        let full = folder.join(layout::FULL_NAME_FILE);
        // Also where the folder was there: whoever made it may have been stopped before this.
        if is_cut(&folder) && !full.exists() {
            self.disk().write(&full, canonical(party).as_bytes(), Readers::Owner, Existing::Replace)?;
        }
        Ok(folder)
    }
}

/// The local part as written, the domain in its one ASCII form.
fn canonical(party: &PartyName) -> String {
    match party {
        PartyName::Address(address) => format!("{}@{}", address.local_part(), address.domain().ascii()),
        PartyName::Domain(domain) => domain.ascii().to_owned(),
    }
}

// RFC 8550 §3: mailboxes are looked up without regard to the case of the local part.
fn same_party(one: &PartyName, other: &PartyName) -> bool {
    match (one, other) {
        (PartyName::Address(one), PartyName::Address(other)) => one.same_mailbox(other),
        (PartyName::Domain(one), PartyName::Domain(other)) => one == other,
        _ => false,
    }
}

fn is_cut(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| layout::is_cut(&name.to_string_lossy()))
}

// The name is the first thing that is put into a folder whose own is cut: without it nothing was stored there.
fn was_never_filled(folder: &Path) -> bool {
    let mut problems = Vec::new();
    is_cut(folder) && list(folder, &mut problems).is_empty() && problems.is_empty()
}

fn party_of(folder: &Path) -> Result<PartyName, String> {
    let file_name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = if layout::is_cut(&file_name) {
        let full =
            read_capped(&folder.join(layout::FULL_NAME_FILE), STORED_OCTETS).map_err(|error| error.to_string())?;
        String::from_utf8_lossy(&full).trim().to_owned()
    } else {
        layout::decode_name(&file_name).ok_or("the folder's name is not an encoded address or domain; rename it")?
    };
    party_name(&name).map_err(|error| format!("the folder's name is neither an address nor a domain: {error}"))
}

/// The entries of a folder in order of name, without hidden ones; nothing where there is no folder.
pub(super) fn list(folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            problems.push(problem_of(FileError::new(folder, Action::List, error)));
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')));
    paths.sort();
    paths
}

pub(super) fn problem_of(error: FileError) -> Problem {
    let sentence = error.to_string();
    Problem { path: error.path, sentence }
}

/// Reads a regular file of at most `cap` octets. Pipes and devices are refused before they can block.
pub(super) fn read_capped(path: &Path, cap: u64) -> Result<Vec<u8>, FileError> {
    read_file(path, cap).map_err(|error| FileError::new(path, Action::Read, error))
}

fn read_file(path: &Path, cap: u64) -> io::Result<Vec<u8>> {
    let found = fs::metadata(path)?;
    if found.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !found.is_file() {
        return Err(io::Error::other("it is a pipe or a device; name a regular file"));
    }
    let mut octets = Vec::with_capacity(usize::try_from(found.len().min(cap)).unwrap_or_default().saturating_add(1));
    fs::File::open(path)?.take(cap.saturating_add(1)).read_to_end(&mut octets)?;
    if found.len() > cap || u64::try_from(octets.len()).unwrap_or(u64::MAX) > cap {
        let size = found.len();
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, too_large(size, cap)));
    }
    Ok(octets)
}

fn too_large(size: u64, cap: u64) -> String {
    let unit =
        |octets: u64| if octets >= 1 << 20 { format!("{} MiB", octets >> 20) } else { format!("{octets} octets") };
    format!("it has {}, more than the {} that are read; give a smaller file", unit(size), unit(cap))
}
