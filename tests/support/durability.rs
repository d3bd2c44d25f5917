//! What the tests of durability share: things to store, and what must be true of a workspace after anything.
#![allow(dead_code, reason = "each file of tests uses a part of it")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use openssl::sha::sha256;
use sealscope::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use sealscope::pki::container::Item;
use sealscope::pki::issue::{Authority, CertificateBuilder, CrlBuilder};
use sealscope::pki::{Crl, NewKey, Passphrase, PrivateKeyEntry};
use sealscope::span::{Buffer, BufferName};
use sealscope::workspace::storage::TEMPORARY_PREFIX;
use sealscope::workspace::undo::{Change, Way};
use sealscope::workspace::{AnchorDirection, Settings, Workspace, WorkspaceError, Writer, party_name, path_text};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);
const UNTIL: OffsetDateTime = datetime!(2040-01-01 00:00 UTC);

/// Closed to others, as a home is: keys in it are no reason to warn.
pub(crate) fn private_folder() -> tempfile::TempDir {
    closed(tempfile::tempdir().unwrap())
}

/// The same for thousands of small files: in memory where the system has such a place.
pub(crate) fn in_memory() -> tempfile::TempDir {
    closed(tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap())
}

fn closed(folder: tempfile::TempDir) -> tempfile::TempDir {
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

pub(crate) fn secret() -> Passphrase {
    Passphrase::new("of the workspace")
}

/// Things to store, made once.
pub(crate) struct Goods {
    pub(crate) keys: Vec<PrivateKeyEntry>,
    pub(crate) authority: Authority,
    pub(crate) crl: Crl,
}

impl Goods {
    pub(crate) fn make() -> Self {
        let authority = CertificateBuilder::authority("Durable CA", NOW, UNTIL).key(NewKey::P256);
        let authority = Authority::self_signed(&authority).unwrap();
        let keys = (0..6).map(|number| {
            let builder = CertificateBuilder::for_address(&format!("user{number}@d.example"), NOW, UNTIL);
            authority.issue(&builder.key(NewKey::P256)).unwrap()
        });
        let crl = authority.crl(&CrlBuilder::new(NOW, UNTIL)).unwrap();
        Self { keys: keys.collect(), crl, authority }
    }

    pub(crate) fn certificate(&self, number: usize) -> Item {
        Item::Certificate(self.keys[number % self.keys.len()].certificate().clone())
    }

    pub(crate) fn anchor(&self) -> Item {
        Item::Certificate(self.authority.certificate().clone())
    }
}

pub(crate) fn envelope(number: usize, octets: usize) -> Envelope {
    let mut message = format!("From: a@a.example\r\nTo: b@b.example\r\nSubject: {number}\r\n\r\n").into_bytes();
    while message.len() < octets {
        message.extend_from_slice(format!("Line {} of message {number}\r\n", message.len()).as_bytes());
    }
    Envelope {
        reverse_path: ReversePath::Mailbox(Address::parse("a@a.example").unwrap()),
        forward_paths: vec![Address::parse("b@b.example").unwrap()],
        message: Buffer::new(BufferName::Received, message),
        origin: EnvelopeOrigin::Explicit,
    }
}

/// Every file below a folder, to any depth.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found
}

fn begins_with(path: &Path, start: &str) -> bool {
    path.file_name().unwrap().to_string_lossy().starts_with(start)
}

/// Everything that is stored, by path below the workspace; what was being written and the lock left out.
pub(crate) fn stored(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let kept = files(root).into_iter().filter(|path| !begins_with(path, "."));
    kept.map(|path| (path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap())).collect()
}

/// The SHA-256 of everything that is stored.
pub(crate) fn digests(root: &Path) -> BTreeMap<String, String> {
    let hex = |octets: &[u8]| sha256(octets).iter().map(|octet| format!("{octet:02x}")).collect();
    stored(root).into_iter().map(|(path, octets)| (path.to_str().unwrap().to_owned(), hex(&octets))).collect()
}

/// The files that were being written, wherever they lie.
pub(crate) fn temporaries(root: &Path) -> Vec<PathBuf> {
    files(root).into_iter().filter(|path| begins_with(path, TEMPORARY_PREFIX)).collect()
}

/// Opens the workspace and reads everything in it: nothing is damaged. With a passphrase every key opens.
pub(crate) fn whole(root: &Path, passphrase: Option<&Passphrase>) -> Workspace {
    let workspace = Workspace::open(root).unwrap();
    workspace.settings().unwrap();
    let contents = workspace.load(passphrase);
    assert!(contents.problems.is_empty(), "{:?}", contents.problems);
    if passphrase.is_some() {
        assert_eq!(contents.locked_keys(), 0, "a key does not open");
    }
    let (messages, problems) = workspace.messages();
    assert!(problems.is_empty(), "{problems:?}");
    for message in messages {
        assert_eq!(workspace.message(&message.id).unwrap().len(), 1, "{}", path_text(&message.path));
        workspace.outcome(&message.id).unwrap();
    }
    workspace
}

/// No file holds a private key that is not encrypted, half written ones included.
pub(crate) fn no_key_in_the_clear(root: &Path, keys: &[PrivateKeyEntry]) {
    let secrets: Vec<Vec<u8>> = keys.iter().map(private_octets).collect();
    let files = stored(root).into_iter().map(|(path, octets)| (root.join(path), octets));
    let halves = temporaries(root).into_iter().map(|path| (path.clone(), fs::read(&path).unwrap()));
    for (path, octets) in files.chain(halves) {
        for secret in &secrets {
            let found = octets.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{} holds a private key in the clear", path_text(&path));
        }
    }
}

// The private number of an EC key, as it would stand in any unencrypted encoding.
fn private_octets(key: &PrivateKeyEntry) -> Vec<u8> {
    key.key().ec_key().unwrap().private_key().to_vec()
}

/// What a change may do to files that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum May {
    /// Nothing: it only adds.
    Add,
    /// Put another content in their place.
    Replace,
    /// Take them away.
    Remove,
}

/// One change, and what it may touch: the beginnings of paths below the workspace.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) touches: &'static [&'static str],
    pub(crate) may: May,
    run: fn(&Script, &Writer) -> Result<(), WorkspaceError>,
}

/// A round of changes of every kind, after which the next can begin.
pub(crate) struct Script {
    pub(crate) goods: Goods,
    change: RefCell<Option<Change>>,
}

const LONG: &str =
    concat!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "@long.long.long.long.d.example");
const USER: &str = "user0@d.example";

pub(crate) const STEPS: [Step; 20] = [
    Step {
        name: "settings",
        may: May::Replace,
        touches: &["workspace.toml"],
        run: |script, writer| script.settings(writer, "strict"),
    },
    Step {
        name: "long name",
        may: May::Add,
        touches: &["parties/%41"],
        run: |_, writer| writer.add_party(&party(LONG)).map(drop),
    },
    Step {
        name: "certificate of it",
        may: May::Add,
        touches: &["parties/%41"],
        run: |script, writer| script.certificates(writer, LONG, &[1]),
    },
    Step {
        name: "key",
        may: May::Add,
        touches: &["parties/user0@d.example/keys", "parties/user0@d.example/certificates"],
        run: Script::key,
    },
    Step {
        name: "certificates",
        may: May::Add,
        touches: &["parties/user0@d.example/certificates"],
        run: |script, writer| script.certificates(writer, USER, &[2, 3]),
    },
    Step { name: "anchors", may: May::Add, touches: &["parties/user0@d.example/anchors"], run: Script::anchors },
    Step {
        name: "authority",
        may: May::Add,
        touches: &["authorities"],
        run: |script, writer| writer.import_authorities(&[script.goods.anchor()]).map(drop),
    },
    Step { name: "authority key", may: May::Add, touches: &["authorities"], run: Script::authority_key },
    Step {
        name: "list",
        may: May::Add,
        touches: &["crls"],
        run: |script, writer| writer.import_crls(&[Item::Crl(script.goods.crl.clone())]).map(drop),
    },
    Step {
        name: "message",
        may: May::Add,
        touches: &["messages"],
        run: |_, writer| writer.save_message("one", &envelope(1, 2_000)).map(drop),
    },
    Step {
        name: "result",
        may: May::Replace,
        touches: &["outcomes"],
        run: |_, writer| writer.save_outcome("one", &serde_json::json!({"verdict": "accepted"})).map(drop),
    },
    Step {
        name: "large message",
        may: May::Add,
        touches: &["messages"],
        run: |_, writer| writer.save_message("two", &envelope(2, 70_000)).map(drop),
    },
    Step {
        name: "another result",
        may: May::Replace,
        touches: &["outcomes"],
        run: |_, writer| writer.save_outcome("one", &serde_json::json!({"verdict": "rejected"})).map(drop),
    },
    Step {
        name: "settings again",
        may: May::Replace,
        touches: &["workspace.toml"],
        run: |script, writer| script.settings(writer, "direct-1.3"),
    },
    Step { name: "undoable", may: May::Remove, touches: &["parties"], run: Script::undoable },
    Step {
        name: "undo",
        may: May::Remove,
        touches: &["parties"],
        run: |script, writer| script.apply(writer, Way::Undo),
    },
    Step {
        name: "redo",
        may: May::Remove,
        touches: &["parties"],
        run: |script, writer| script.apply(writer, Way::Redo),
    },
    Step {
        name: "message removed",
        may: May::Remove,
        touches: &["messages", "outcomes"],
        run: |_, writer| gone(writer.remove_message("one")),
    },
    Step { name: "key removed", may: May::Remove, touches: &["parties/user0@d.example/keys"], run: Script::remove_key },
    Step {
        name: "all removed",
        may: May::Remove,
        touches: &["parties", "authorities", "crls", "messages"],
        run: Script::remove_all,
    },
];

impl Step {
    pub(crate) fn run(&self, script: &Script, writer: &Writer) -> Result<(), WorkspaceError> {
        (self.run)(script, writer)
    }
}

fn party(name: &str) -> sealscope::trust::PartyName {
    party_name(name).unwrap()
}

// What is to be removed may have been removed before a kill.
fn gone<T>(removed: Result<T, WorkspaceError>) -> Result<(), WorkspaceError> {
    match removed {
        Err(WorkspaceError::NotFound { .. }) | Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

impl Script {
    pub(crate) fn new() -> Self {
        Self { goods: Goods::make(), change: RefCell::new(None) }
    }

    fn settings(&self, writer: &Writer, profile: &str) -> Result<(), WorkspaceError> {
        writer.change_settings(|settings| Settings { profile: profile.to_owned(), ..settings.clone() })
    }

    fn certificates(&self, writer: &Writer, party_name: &str, numbers: &[usize]) -> Result<(), WorkspaceError> {
        let items: Vec<Item> = numbers.iter().map(|number| self.goods.certificate(*number)).collect();
        writer.import_certificates(&items, &party(party_name)).map(drop)
    }

    fn key(&self, writer: &Writer) -> Result<(), WorkspaceError> {
        writer.import(vec![Item::Key(self.goods.keys[0].clone())], &party(USER), Some(&secret())).map(drop)
    }

    fn anchors(&self, writer: &Writer) -> Result<(), WorkspaceError> {
        writer.add_anchors(&[self.goods.anchor()], &party(USER), AnchorDirection::Both).map(drop)
    }

    fn authority_key(&self, writer: &Writer) -> Result<(), WorkspaceError> {
        writer.import_authority_keys(&[self.goods.authority.entry().unwrap()], Some(&secret())).map(drop)
    }

    fn undoable(&self, writer: &Writer) -> Result<(), WorkspaceError> {
        let before = writer.snapshot()?;
        self.certificates(writer, "new@d.example", &[4])?;
        gone(writer.remove_certificate(&party(USER), self.goods.keys[3].certificate().sha256()))?;
        self.change.replace(before.change_to(writer.snapshot()?));
        Ok(())
    }

    fn apply(&self, writer: &Writer, way: Way) -> Result<(), WorkspaceError> {
        self.change.borrow().as_ref().map_or(Ok(()), |change| writer.apply(change, way))
    }

    fn remove_key(&self, writer: &Writer) -> Result<(), WorkspaceError> {
        gone(writer.remove_key(&party(USER), self.goods.keys[0].certificate().sha256()))
    }

    fn remove_all(&self, writer: &Writer) -> Result<(), WorkspaceError> {
        for name in [USER, LONG, "new@d.example"] {
            for key in &self.goods.keys {
                gone(writer.remove_certificate(&party(name), key.certificate().sha256()))?;
            }
            gone(writer.remove_anchor(
                &party(name),
                self.goods.authority.certificate().sha256(),
                AnchorDirection::Both,
            ))?;
        }
        gone(writer.remove_authority_and_key("durable-ca"))?;
        for list in writer.load(None).crls {
            gone(writer.remove_crl(&list.name))?;
        }
        for message in writer.messages().0 {
            gone(writer.remove_message(&message.id))?;
        }
        Ok(())
    }
}

/// What differs in `found` from both of two states; nothing where every file is as in one of them.
pub(crate) fn neither(
    found: &BTreeMap<PathBuf, Vec<u8>>,
    before: &BTreeMap<PathBuf, Vec<u8>>,
    after: &BTreeMap<PathBuf, Vec<u8>>,
) -> Option<String> {
    let paths = found.keys().chain(before.keys()).chain(after.keys());
    let wrong = paths.into_iter().find(|path| {
        let here = found.get(*path);
        here != before.get(*path) && here != after.get(*path)
    })?;
    let size = |state: &BTreeMap<PathBuf, Vec<u8>>| state.get(wrong).map(Vec::len);
    let (here, old, new) = (size(found), size(before), size(after));
    Some(format!("{}: {here:?} octets, before {old:?}, after {new:?}", path_text(wrong)))
}
