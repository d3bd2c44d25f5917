//! The keys of `tests/vectors/interop/keys`, made by the OpenSSL program and known to every peer.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use sealscope::pki::container::{Item, read};
use sealscope::pki::{Certificate, Passphrase, PrivateKeyEntry};

use super::vectors;

pub(crate) const PASSPHRASE: &str = "interop";

/// Everybody, by the names that their files have.
pub(crate) struct Keys {
    pub(crate) root: Certificate,
    pub(crate) intermediate: Certificate,
    entries: BTreeMap<String, PrivateKeyEntry>,
}

impl Keys {
    pub(crate) fn load() -> Self {
        let mut entries = BTreeMap::new();
        for file in fs::read_dir(folder()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "p12") {
                entries.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), entry(&path));
            }
        }
        Self { root: certificate("root"), intermediate: certificate("intermediate"), entries }
    }

    pub(crate) fn entry(&self, name: &str) -> &PrivateKeyEntry {
        self.entries.get(name).unwrap_or_else(|| panic!("no key is named {name}"))
    }

    /// Those whose names begin so: `bob-`.
    pub(crate) fn of(&self, person: &str) -> impl Iterator<Item = (&str, &PrivateKeyEntry)> {
        self.entries
            .iter()
            .filter(move |(name, _)| name.starts_with(person))
            .map(|(name, entry)| (name.as_str(), entry))
    }
}

/// The folder of the keys.
pub(crate) fn folder() -> PathBuf {
    vectors().join("keys")
}

fn entry(path: &PathBuf) -> PrivateKeyEntry {
    let items = read(&fs::read(path).unwrap(), Some(&Passphrase::new(PASSPHRASE))).unwrap();
    let key = items.into_iter().find_map(|item| match item {
        Item::Key(entry) => Some(entry),
        _ => None,
    });
    key.unwrap_or_else(|| panic!("{} holds no key", path.display()))
}

fn certificate(name: &str) -> Certificate {
    let path = folder().join(format!("{name}.pem"));
    match read(&fs::read(&path).unwrap(), None).unwrap().pop() {
        Some(Item::Certificate(certificate)) => certificate,
        other => panic!("{}: {other:?}", path.display()),
    }
}
