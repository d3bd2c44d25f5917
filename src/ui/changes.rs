//! Changes to the workspace as functions for threads: each gives back the workspace as it is then, and what it takes to
//! undo the change. Beside them, what only reads: exports, and who trusts a certificate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::OffsetDateTime;

use super::command::ImportRole;
use super::selection::{Direction, Item as Selected};
use super::tasks::Loaded;
use super::text::{self, changes as words};
use crate::agent::{Profile, ProfileName};
use crate::limits::Limits;
use crate::pki::container::Item;
use crate::pki::{Certificate, Crl, Passphrase, PathPolicy, Pool, PrivateKeyEntry, find_path, write_pkcs12};
use crate::trust::{Party, PartyName};
use crate::workspace::export::{chain_pem, issuer_chain};
use crate::workspace::undo::{Change, Way};
use crate::workspace::{AnchorDirection, ImportState, Imported, WorkspaceError, Writer, durable, path_text};

/// A change that was made.
#[derive(Debug)]
pub struct Changed {
    /// What was done, as a sentence.
    pub sentence: String,
    /// What kind of change it is.
    pub kind: ChangeKind,
    /// What undoes it; nothing where nothing was different.
    pub change: Option<Change>,
    /// The workspace as it is now.
    pub loaded: Loaded,
}

/// What the window does besides, once a change was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Something was imported: the waiting file is done with.
    Imported,
    /// Something was removed: it cannot stay selected.
    Removed,
    /// A party was added: it is shown.
    Added(PartyName),
    /// An authority was made: those of the workspace are shown.
    AuthorityMade,
    /// A change was undone.
    Undone,
    /// A change was done again.
    Redone,
}

/// Makes one change with the right to write, and reads the workspace again.
///
/// # Errors
///
/// A sentence, where nothing was changed.
pub fn change(
    loaded: &Loaded,
    kind: ChangeKind,
    passphrase: Option<Passphrase>,
    work: impl FnOnce(&Writer) -> Result<String, WorkspaceError>,
) -> Result<Box<Changed>, String> {
    let done = || -> Result<(String, Option<Change>), WorkspaceError> {
        let writer = loaded.workspace.writer()?;
        let before = writer.snapshot()?;
        let mut sentence = work(&writer)?;
        if let Some(migration) = writer.migration() {
            sentence = format!("{sentence}. {}", text::plain(&migration.to_string()));
        }
        Ok((sentence, before.change_to(writer.snapshot()?)))
    };
    let (sentence, change) = done().map_err(|error| error.to_string())?;
    let loaded = Loaded::read(loaded.workspace.root(), passphrase)?;
    Ok(Box::new(Changed { sentence, kind, change, loaded }))
}

/// Takes items into the workspace: keys and certificates as `role` says, revocation lists for everybody.
///
/// # Errors
///
/// A sentence; nothing was stored then.
pub fn import(
    loaded: &Loaded,
    items: Vec<Item>,
    party: Option<&PartyName>,
    role: ImportRole,
    passphrase: Option<Passphrase>,
) -> Result<Box<Changed>, String> {
    change(loaded, ChangeKind::Imported, passphrase.clone(), |writer| {
        let imported = match (role, party) {
            (ImportRole::Certificate, Some(party)) => writer.import(items, party, passphrase.as_ref())?,
            (ImportRole::Authority, _) | (_, None) => import_for_all(writer, items, passphrase.as_ref())?,
            (ImportRole::IncomingAnchor, Some(party)) => anchors(writer, items, party, AnchorDirection::Incoming)?,
            (ImportRole::OutgoingAnchor, Some(party)) => anchors(writer, items, party, AnchorDirection::Outgoing)?,
            (ImportRole::BothAnchors, Some(party)) => anchors(writer, items, party, AnchorDirection::Both)?,
        };
        let owner = party.filter(|_| role != ImportRole::Authority);
        Ok(imported_sentence(&imported, owner))
    })
}

fn anchors(
    writer: &Writer,
    items: Vec<Item>,
    party: &PartyName,
    direction: AnchorDirection,
) -> Result<Vec<Imported>, WorkspaceError> {
    let mut imported = writer.add_anchors(&items, party, direction)?;
    imported.extend(lists_of(writer, &items)?);
    Ok(imported)
}

fn import_for_all(
    writer: &Writer,
    items: Vec<Item>,
    passphrase: Option<&Passphrase>,
) -> Result<Vec<Imported>, WorkspaceError> {
    let keys: Vec<PrivateKeyEntry> = items
        .iter()
        .filter_map(|item| match item {
            Item::Key(entry) => Some(entry.clone()),
            _ => None,
        })
        .collect();
    let mut imported = Vec::new();
    if !keys.is_empty() {
        imported.extend(writer.import_authority_keys(&keys, passphrase)?);
    }
    if items.iter().any(|item| matches!(item, Item::Certificate(_))) {
        imported.extend(writer.import_authorities(&items)?);
    }
    imported.extend(lists_of(writer, &items)?);
    Ok(imported)
}

fn lists_of(writer: &Writer, items: &[Item]) -> Result<Vec<Imported>, WorkspaceError> {
    if items.iter().any(|item| matches!(item, Item::Crl(_))) { writer.import_crls(items) } else { Ok(Vec::new()) }
}

fn imported_sentence(imported: &[Imported], party: Option<&PartyName>) -> String {
    let party = party.map_or_else(|| text::keys::EVERYBODY_HERE.to_owned(), |party| text::plain(&party.to_string()));
    match imported.split_first() {
        Some((first, rest)) if imported.iter().any(|one| one.state == ImportState::Stored) => {
            words::imported(&text::plain(&first.subject), rest.len(), &party)
        }
        _ => words::NOTHING_NEW.to_owned(),
    }
}

/// Adds an address or a domain.
///
/// # Errors
///
/// A sentence; nothing was added then.
pub fn add_party(loaded: &Loaded, party: &PartyName) -> Result<Box<Changed>, String> {
    change(loaded, ChangeKind::Added(party.clone()), loaded.passphrase.clone(), |writer| {
        writer.add_party(party)?;
        Ok(words::added(party))
    })
}

/// Removes things from the workspace and says what.
///
/// # Errors
///
/// A sentence.
pub fn remove(loaded: &Loaded, items: &[Selected]) -> Result<Box<Changed>, String> {
    change(loaded, ChangeKind::Removed, loaded.passphrase.clone(), |writer| {
        // Names may stand for other things by now.
        if writer.migration().is_none() && writer.stamp() != loaded.stamp {
            return Err(WorkspaceError::ChangedSince { what: path_text(writer.root()) });
        }
        let mut sentence = words::NOT_REMOVABLE.to_owned();
        for item in items {
            if let Some(done) = remove_one(writer, item)? {
                sentence = done;
            }
        }
        Ok(sentence)
    })
}

fn remove_one(writer: &Writer, item: &Selected) -> Result<Option<String>, WorkspaceError> {
    let sentence = match item {
        Selected::Key(party, name) => {
            writer.remove_key(party, name)?;
            words::removed_key(name, party)
        }
        Selected::Anchor(party, direction, name) => {
            let way = match direction {
                Direction::Incoming => AnchorDirection::Incoming,
                Direction::Outgoing => AnchorDirection::Outgoing,
            };
            writer.remove_anchor(party, name, way)?;
            words::removed_anchor(name, party)
        }
        Selected::PartyCertificate(party, certificate) => {
            writer.remove_certificate(party, certificate.sha256())?;
            words::removed_certificate(&certificate.common_name(), party)
        }
        Selected::Authority(name) => {
            writer.remove_authority_and_key(name)?;
            text::keys::removed_authority(name)
        }
        Selected::RevocationList(name) => {
            writer.remove_crl(name)?;
            text::keys::removed_list(name)
        }
        _ => return Ok(None),
    };
    Ok(Some(sentence))
}

/// Takes a change back, or does it again.
///
/// # Errors
///
/// A sentence.
pub fn apply(loaded: &Loaded, undone: &Change, way: Way, what: &str) -> Result<Box<Changed>, String> {
    let (kind, sentence) = match way {
        Way::Undo => (ChangeKind::Undone, words::undone(what)),
        Way::Redo => (ChangeKind::Redone, words::redone(what)),
    };
    let mut changed = change(loaded, kind, loaded.passphrase.clone(), |writer| {
        writer.apply(undone, way)?;
        Ok(sentence)
    })?;
    changed.change = None;
    Ok(changed)
}

/// What is written to a file.
#[derive(Clone, Debug)]
pub enum Export {
    /// A certificate as PEM.
    Certificate(Certificate),
    /// A certificate as DER.
    Der(Certificate),
    /// A certificate and its issuers as PEM.
    Chain(Vec<Certificate>),
    /// An authority's private key as PKCS#12, under a passphrase of its own.
    AuthorityKey(String, Passphrase),
    /// A private key with its chain as PKCS#12, under a passphrase of its own.
    Key(PartyName, String, Passphrase),
    /// Octets as they are.
    Octets(Arc<[u8]>),
}

/// Writes a key or certificate to a file and says how large it became.
///
/// # Errors
///
/// A sentence.
pub fn export(loaded: Option<&Loaded>, what: &Export, path: &Path) -> Result<String, String> {
    let octets = match (what, loaded) {
        (Export::Certificate(certificate), _) => certificate.pem().into_bytes(),
        (Export::Der(certificate), _) => certificate.der().to_vec(),
        (Export::Chain(certificates), _) => chain_pem(certificates).into_bytes(),
        (Export::AuthorityKey(name, chosen), Some(loaded)) => {
            let key = loaded.contents.authority_keys.iter().find(|key| key.name == *name);
            let entry = &key.ok_or(text::importing::KEY_IS_LOCKED)?.entry;
            write_pkcs12(entry, chosen).map_err(|error| error.to_string())?
        }
        (Export::Octets(octets), _) => octets.to_vec(),
        (Export::Key(party, name, chosen), Some(loaded)) => {
            let passphrase = loaded.passphrase.as_ref().ok_or(text::importing::KEY_IS_LOCKED)?;
            loaded.workspace.export_key(party, name, passphrase, chosen).map_err(|error| error.to_string())?
        }
        (Export::Key(..) | Export::AuthorityKey(..), None) => return Err(words::NO_WORKSPACE.to_owned()),
    };
    durable::write(path, &octets, durable::Readers::Owner, durable::Existing::Keep)
        .map_err(|error| error.to_string())?;
    Ok(text::files::saved(octets.len(), &path_text(path)))
}

/// One party's trust in a certificate, for each direction in which it has anchors: the anchor that a path leads to, or
/// why there is none.
#[derive(Clone, Debug)]
pub struct Truster {
    /// Whose anchors were used.
    pub party: PartyName,
    /// As the signer of mail that arrives: by the anchors for receiving.
    pub as_signer: Option<Result<String, String>>,
    /// As the recipient of mail that leaves: by the anchors for sending.
    pub as_recipient: Option<Result<String, String>>,
}

/// A certificate with its issuers, as far as the workspace knows them.
#[must_use]
pub fn chain_of(loaded: &Loaded, certificate: &Certificate) -> Vec<Certificate> {
    issuer_chain(certificate, known_certificates(loaded))
}

/// Every certificate that the workspace could continue a chain with.
pub fn known_certificates(loaded: &Loaded) -> impl Iterator<Item = &Certificate> {
    let contents = &loaded.contents;
    let of_parties = contents.parties.all().iter().flat_map(certificates_of);
    contents.authorities.iter().map(|named| &named.certificate).chain(of_parties)
}

fn certificates_of(party: &Party) -> impl Iterator<Item = &Certificate> {
    let kept = party.certificates.iter().map(|named| &named.certificate);
    let anchors = party.incoming.anchors().iter().chain(party.outgoing.anchors()).map(|anchor| &anchor.certificate);
    kept.chain(anchors).chain(party.keys.iter().flat_map(|key| key.entry.chain()))
}

impl Truster {
    /// Whether it does, in either direction.
    #[must_use]
    pub fn trusts(&self) -> bool {
        [&self.as_signer, &self.as_recipient].into_iter().any(|path| matches!(path, Some(Ok(_))))
    }
}

/// Which parties' anchors a path from `certificate` leads to, judged at that time.
#[must_use]
pub fn who_trusts(loaded: &Loaded, certificate: &Certificate, at: OffsetDateTime) -> Vec<Truster> {
    let judge = Judge::new(loaded, at);
    let parties = &loaded.contents.parties;
    let judged = parties.all().iter().filter_map(|party| {
        let (incoming, outgoing) = match &party.name {
            PartyName::Address(address) => (
                parties.incoming_anchors(address).map(|(_, anchors)| anchors),
                parties.outgoing_anchors(address).map(|(_, anchors)| anchors),
            ),
            PartyName::Domain(_) => (Some(&party.incoming), Some(&party.outgoing)),
        };
        let as_signer = incoming.and_then(|anchors| judge.path(certificate, &anchors.certificates()));
        let as_recipient = outgoing.and_then(|anchors| judge.path(certificate, &anchors.certificates()));
        let any = as_signer.is_some() || as_recipient.is_some();
        any.then(|| Truster { party: party.name.clone(), as_signer, as_recipient })
    });
    judged.collect()
}

/// Finds paths with all that a workspace knows, collected once.
pub(super) struct Judge {
    policy: PathPolicy,
    pool: Pool,
    crls: Vec<Crl>,
    at: OffsetDateTime,
}

impl Judge {
    pub(super) fn new(loaded: &Loaded, at: OffsetDateTime) -> Self {
        let profile = Profile::named(loaded.settings.profile.parse::<ProfileName>().unwrap_or_default());
        let contents = &loaded.contents;
        let authorities = contents.authorities.iter().map(|named| named.certificate.clone());
        let pool = Pool::new(authorities.chain(contents.parties.authorities().cloned()));
        let crls = contents.crls.iter().map(|named| named.crl.clone()).collect();
        Self { policy: profile.path_policy(), pool, crls, at }
    }

    /// The anchor that a path leads to, or why none does; nothing where there are no anchors to lead to.
    pub(super) fn path(&self, certificate: &Certificate, anchors: &[Certificate]) -> Option<Result<String, String>> {
        if anchors.is_empty() {
            return None;
        }
        let path = find_path(certificate, &self.pool, anchors, &self.crls, self.at, &self.policy, &Limits::DEFAULT);
        Some(path.map(|path| path.anchor().common_name()).map_err(|error| error.to_string()))
    }
}

/// The path of a file that `name` would be exported to: at home, else in `folder`.
#[must_use]
pub fn export_path(folder: Option<&Path>, name: &str, ending: &str) -> PathBuf {
    let stem: String =
        name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '@' | '.') { c } else { '-' }).collect();
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let folder = home.or_else(|| folder.map(Path::to_owned)).unwrap_or_default();
    folder.join(format!("{stem}.{ending}"))
}
