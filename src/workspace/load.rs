//! Reading what a workspace holds. A damaged file is reported by name and the rest loads.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::error::{FileError, Problem};
use super::layout;
use super::store::{STORED_OCTETS, Workspace, list, problem_of, read_capped};
use crate::limits::Limits;
use crate::pki::container::{self, ContainerError, Item};
use crate::pki::{Certificate, Crl, Passphrase};
use crate::trust::{AnchorSet, LockedKey, NamedCertificate, NamedKey, Parties, Party, PartyName, TrustAnchor};

/// Endings of stored PKCS#12 files.
pub(super) const KEY_ENDINGS: [&str; 2] = ["p12", "pfx"];
/// Endings of stored certificates; PEM is what is written.
pub(super) const CERTIFICATE_ENDINGS: [&str; 4] = ["pem", "cer", "crt", "der"];
/// Endings of stored revocation lists.
pub(super) const CRL_ENDINGS: [&str; 2] = ["crl", "pem"];

/// A revocation list under the name its file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCrl {
    /// The file's name without the ending.
    pub name: String,
    /// The list.
    pub crl: Crl,
}

/// What became of the private keys while loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlocking {
    /// There are none.
    NoKeys,
    /// No passphrase was given; all are locked.
    NotTried,
    /// The passphrase opened at least one.
    Opened,
    /// The passphrase opened none, and it was wrong for at least one.
    WrongPassphrase,
    /// There are keys, and each is damaged.
    Damaged,
}

/// What a workspace holds.
#[derive(Clone, Debug)]
pub struct Contents {
    /// Addresses and domains with their keys, certificates and anchors.
    pub parties: Parties,
    /// CA certificates that may complete a path and never end one.
    pub authorities: Vec<NamedCertificate>,
    /// Private keys of authorities that can issue here, open.
    pub authority_keys: Vec<NamedKey>,
    /// Those that are not.
    pub locked_authority_keys: Vec<LockedKey>,
    /// Revocation lists.
    pub crls: Vec<NamedCrl>,
    /// What became of the private keys.
    pub unlocking: Unlocking,
    /// Files that could not be used.
    pub problems: Vec<Problem>,
}

impl Contents {
    /// How many private keys could not be opened.
    #[must_use]
    pub fn locked_keys(&self) -> usize {
        let of_parties: usize = self.parties.all().iter().map(|party| party.locked.len()).sum();
        of_parties.saturating_add(self.locked_authority_keys.len())
    }
}

impl Workspace {
    /// Reads everything but messages. Without a passphrase the keys are listed as locked and the rest loads.
    #[must_use]
    pub fn load(&self, passphrase: Option<&Passphrase>) -> Contents {
        let (folders, problems) = self.party_folders();
        let mut loading = Loading { passphrase, opened: 0, refused: 0, damaged: 0, untried: 0, problems };
        let mut parties: BTreeMap<PartyName, Party> = BTreeMap::new();
        for (name, folder) in folders {
            let party = loading.party(name.clone(), &folder);
            match parties.remove(&name) {
                Some(known) => parties.insert(name, merge(known, party)),
                None => parties.insert(name, party),
            };
        }
        let folder = self.root().join(layout::AUTHORITIES);
        let authorities = loading.certificates(&folder);
        let (authority_keys, locked_authority_keys) = loading.keys(&folder);
        // A folder that cannot be listed is said once.
        loading.problems.dedup();
        let crls = loading.crls(&self.root().join(layout::CRLS));
        loading.problems.extend(super::modes::exposed(self.root()));
        Contents {
            parties: Parties::new(parties.into_values().collect()),
            authorities,
            authority_keys,
            locked_authority_keys,
            crls,
            unlocking: loading.unlocking(),
            problems: loading.problems,
        }
    }
}

struct Loading<'a> {
    passphrase: Option<&'a Passphrase>,
    opened: usize,
    refused: usize,
    damaged: usize,
    untried: usize,
    problems: Vec<Problem>,
}

impl Loading<'_> {
    fn party(&mut self, name: PartyName, folder: &Path) -> Party {
        let mut party = Party::new(name);
        (party.keys, party.locked) = self.keys(&folder.join(layout::KEYS));
        party.certificates = self.certificates(&folder.join(layout::CERTIFICATES));
        party.incoming = self.anchors(&folder.join(layout::ANCHORS_INCOMING));
        party.outgoing = self.anchors(&folder.join(layout::ANCHORS_OUTGOING));
        party
    }

    fn keys(&mut self, folder: &Path) -> (Vec<NamedKey>, Vec<LockedKey>) {
        let (mut open, mut locked) = (Vec::new(), Vec::new());
        let before = self.problems.len();
        let paths = files(folder, &KEY_ENDINGS, &mut self.problems);
        // Keys that cannot be seen are still this party's: the domain's do not take their place.
        let hidden = self.problems.iter().skip(before).map(|problem| problem.sentence.clone());
        locked.extend(hidden.map(|reason| LockedKey { name: "unreadable".to_owned(), reason }));
        for path in paths {
            let name = stem(&path);
            match self.key(&path) {
                Ok(entries) => open.extend(numbered(&name, entries).map(|(name, entry)| NamedKey { name, entry })),
                Err(reason) => locked.push(LockedKey { name, reason }),
            }
        }
        (open, locked)
    }

    fn key(&mut self, path: &Path) -> Result<Vec<crate::pki::PrivateKeyEntry>, String> {
        let octets = read_capped(path, STORED_OCTETS).map_err(|error| self.damaged_key(problem_of(error)))?;
        let Some(passphrase) = self.passphrase else {
            self.untried += 1;
            return Err("Locked: give the workspace's passphrase to use this key".to_owned());
        };
        match container::read(&octets, Some(passphrase)) {
            Ok(items) => {
                let entries: Vec<_> = items.into_iter().filter_map(into_key).collect();
                if entries.is_empty() {
                    return Err(self.damaged_key(Problem::new(path, "it holds no private key; import the key again")));
                }
                self.opened += 1;
                Ok(entries)
            }
            Err(error) if is_wrong_passphrase(&error) => {
                self.refused += 1;
                Err("Locked: this passphrase does not open it".to_owned())
            }
            Err(error) => Err(self.damaged_key(Problem::new(path, &error.to_string()))),
        }
    }

    fn damaged_key(&mut self, problem: Problem) -> String {
        self.damaged += 1;
        let sentence = problem.sentence.clone();
        self.problems.push(problem);
        sentence
    }

    fn anchors<Direction>(&mut self, folder: &Path) -> AnchorSet<Direction> {
        let before = self.problems.len();
        let kept = self.certificates(folder).into_iter();
        let anchors = kept.map(|kept| TrustAnchor { name: kept.name, certificate: kept.certificate }).collect();
        AnchorSet::new(anchors).with_unread(self.problems.len().saturating_sub(before))
    }

    fn certificates(&mut self, folder: &Path) -> Vec<NamedCertificate> {
        let mut kept = Vec::new();
        for path in files(folder, &CERTIFICATE_ENDINGS, &mut self.problems) {
            match read_certificates(&path) {
                Ok(certificates) => kept.extend(
                    numbered(&stem(&path), certificates)
                        .map(|(name, certificate)| NamedCertificate { name, certificate }),
                ),
                Err(problem) => self.problems.push(problem),
            }
        }
        kept
    }

    fn crls(&mut self, folder: &Path) -> Vec<NamedCrl> {
        let mut kept = Vec::new();
        for path in files(folder, &CRL_ENDINGS, &mut self.problems) {
            match read_crls(&path) {
                Ok(crls) => kept.extend(numbered(&stem(&path), crls).map(|(name, crl)| NamedCrl { name, crl })),
                Err(problem) => self.problems.push(problem),
            }
        }
        kept
    }

    const fn unlocking(&self) -> Unlocking {
        match (self.opened, self.refused, self.untried, self.damaged) {
            (0, 0, 0, 0) => Unlocking::NoKeys,
            (0, 0, 0, _) => Unlocking::Damaged,
            (0, 0, _, _) => Unlocking::NotTried,
            (0, _, _, _) => Unlocking::WrongPassphrase,
            _ => Unlocking::Opened,
        }
    }
}

fn merge(mut known: Party, more: Party) -> Party {
    known.keys.extend(more.keys);
    known.locked.extend(more.locked);
    known.certificates.extend(more.certificates);
    known.incoming = joined(&known.incoming, &more.incoming);
    known.outgoing = joined(&known.outgoing, &more.outgoing);
    known
}

fn joined<Direction>(known: &AnchorSet<Direction>, more: &AnchorSet<Direction>) -> AnchorSet<Direction> {
    let unread = known.unread().saturating_add(more.unread());
    AnchorSet::new([known.anchors(), more.anchors()].concat()).with_unread(unread)
}

/// The regular files of a folder that have one of these endings; whatever else lies there is left alone.
pub(super) fn files(folder: &Path, endings: &[&str], problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut paths = list(folder, problems);
    paths.retain(|path| has_ending(path, endings) && !path.is_dir());
    paths
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// The name that a file stands for.
pub(super) fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    layout::decode_name(&stem).unwrap_or_else(|| stem.into_owned())
}

/// The first of several things in one file has the file's name, the others a number after it.
pub(super) fn numbered<T>(name: &str, things: Vec<T>) -> impl Iterator<Item = (String, T)> {
    things.into_iter().enumerate().map(move |(at, thing)| match at {
        0 => (name.to_owned(), thing),
        _ => (format!("{name}#{}", at.saturating_add(1)), thing),
    })
}

fn into_key(item: Item) -> Option<crate::pki::PrivateKeyEntry> {
    match item {
        Item::Key(entry) => Some(entry),
        _ => None,
    }
}

/// Reads the certificates of one stored file.
pub(super) fn read_certificates(path: &Path) -> Result<Vec<Certificate>, Problem> {
    let items = read_items(path, STORED_OCTETS)?;
    let certificates: Vec<_> = items
        .into_iter()
        .filter_map(|item| match item {
            Item::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Problem::new(path, "it holds no certificate; replace or remove it"));
    }
    Ok(certificates)
}

/// Reads the revocation lists of one stored file.
pub(super) fn read_crls(path: &Path) -> Result<Vec<Crl>, Problem> {
    let items = read_items(path, u64::try_from(Limits::DEFAULT.crl_octets).unwrap_or(u64::MAX))?;
    let crls: Vec<_> = items
        .into_iter()
        .filter_map(|item| match item {
            Item::Crl(crl) => Some(crl),
            _ => None,
        })
        .collect();
    if crls.is_empty() {
        return Err(Problem::new(path, "it holds no revocation list; replace or remove it"));
    }
    Ok(crls)
}

fn read_items(path: &Path, cap: u64) -> Result<Vec<Item>, Problem> {
    let octets = read_capped(path, cap).map_err(|error: FileError| problem_of(error))?;
    container::read(&octets, None).map_err(|error| Problem::new(path, &error.to_string()))
}

/// Whether a container refused because of its passphrase, and not because it is damaged.
pub(super) const fn is_wrong_passphrase(error: &ContainerError) -> bool {
    matches!(error, ContainerError::WrongPassphrase { .. } | ContainerError::PassphraseNeeded { .. })
}
