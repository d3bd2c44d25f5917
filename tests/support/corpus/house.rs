//! The houses that messages arrive at: keys, certificates, anchors, and the messages that are there to begin with.

use std::fs;
use std::path::{Path, PathBuf};

use sealscope::agent::{Agent, MakingOptions, NoProgress, Profile};
use sealscope::discovery::local::LocalResolver;
use sealscope::finding::Ledger;
use sealscope::limits::Limits;
use sealscope::mail::{Domain, Envelope};
use sealscope::pki::container::{self, Item};
use sealscope::pki::{Certificate, Crl, Passphrase, PrivateKeyEntry};
use sealscope::span::{Buffer, BufferName};
use sealscope::trust::{Parties, Party};
use sealscope::workspace::demo::{self, CASES};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::support::handmade::{enveloped_data, multipart_signed, opaque_entity, sealed, wrapped};
use crate::support::{ALICE, BOB, CAROL, World, envelope, message};

/// Everything that a message is judged with.
pub(crate) struct House {
    pub(crate) name: &'static str,
    pub(crate) parties: Parties,
    authorities: Vec<Certificate>,
    crls: Vec<Crl>,
    local_domains: Vec<Domain>,
    now: OffsetDateTime,
}

/// A message with its envelope, and where it comes from.
pub(crate) struct Letter {
    pub(crate) name: String,
    pub(crate) envelope: Envelope,
}

impl House {
    pub(crate) fn with_agent<T>(&self, profile: Profile, run: impl FnOnce(&Agent<'_>) -> T) -> T {
        let resolver = LocalResolver::new(&self.parties);
        run(&Agent {
            parties: &self.parties,
            authorities: &self.authorities,
            crls: &self.crls,
            local_domains: &self.local_domains,
            profile,
            now: self.now,
            limits: Limits::DEFAULT,
            resolvers: &[&resolver],
            online: None,
            making: MakingOptions::default(),
            seed: [7; 16],
            progress: &NoProgress,
        })
    }
}

pub(crate) fn all() -> Vec<(House, Vec<Letter>)> {
    vec![demo(), interop(), hostile()]
}

/// The certificates of NIST's suite of paths.
pub(crate) fn strangers() -> Vec<Vec<u8>> {
    files(&vectors().join("pkits/certs")).iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The workspace that the program itself makes.
fn demo() -> (House, Vec<Letter>) {
    let now = datetime!(2026-06-01 12:00 UTC);
    let folder = tempfile::tempdir().unwrap();
    let workspace = demo::create(&folder.path().join("demo"), now).unwrap();
    let contents = workspace.load(Some(&demo::passphrase()));
    let letters = CASES.iter().flat_map(|case| {
        let envelopes = workspace.message(case.id).unwrap();
        envelopes.into_iter().map(|envelope| Letter { name: format!("demo {}", case.id), envelope })
    });
    let letters = letters.collect();
    let house = House {
        name: "demo",
        authorities: contents.authorities.into_iter().map(|kept| kept.certificate).collect(),
        crls: contents.crls.into_iter().map(|kept| kept.crl).collect(),
        local_domains: workspace.settings().unwrap().local_domains,
        parties: contents.parties,
        now,
    };
    (house, letters)
}

/// What five other programs made.
fn interop() -> (House, Vec<Letter>) {
    let folder = vectors().join("interop");
    let mut world = World::default();
    let root = certificate(&folder.join("keys/root.pem"));
    for path in files(&folder.join("keys")).iter().filter(|path| path.extension().is_some_and(|end| end == "p12")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let owner = [ALICE, BOB, CAROL].into_iter().find(|owner| name.split('-').next() == owner.split('@').next());
        world.key(owner.unwrap(), &entry(path, Some(&Passphrase::new("interop"))));
    }
    for owner in [ALICE, BOB, CAROL] {
        world.trusts_certificate(owner, &root);
    }
    let mut letters = Vec::new();
    for peer in ["bouncycastle", "gpgsm", "nss", "openssl", "pyca"] {
        for path in files(&folder.join(peer)).iter().filter(|path| path.extension().is_some_and(|end| end == "eml")) {
            letters.push(letter(
                format!("{peer} {}", path.file_name().unwrap().to_str().unwrap()),
                fs::read(path).unwrap(),
            ));
        }
    }
    let intermediate = certificate(&folder.join("keys/intermediate.pem"));
    (of_world("interop", &world, vec![intermediate], datetime!(2027-06-01 12:00 UTC)), letters)
}

/// The CMS files that are damaged octet by octet elsewhere, in messages.
fn hostile() -> (House, Vec<Letter>) {
    let folder = vectors().join("hostile");
    let key = |name: &str| entry(&folder.join("keys").join(name), None);
    let (alice, rsa, ec) = (key("alice.pem"), key("bob-rsa.pem"), key("bob-ec.pem"));
    let root = certificate(&folder.join("keys/root.pem"));
    let intermediate = certificate(&folder.join("keys/intermediate.pem"));
    let mut world = World::default();
    let alice = PrivateKeyEntry::new(alice.certificate().clone(), vec![intermediate.clone()], alice.key().to_owned());
    world.key(ALICE, &alice.unwrap()).key(BOB, &ec).key(BOB, &rsa);
    world.trusts_certificate(ALICE, &root).trusts_certificate(BOB, &root);
    let content = wrapped(&message(ALICE, &[BOB]));
    let recipients = [ec.certificate()];
    let mut letters = Vec::new();
    for path in files(&folder).iter().filter(|path| path.extension().is_some_and(|end| end == "der")) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let cms = fs::read(path).unwrap();
        let entity = match name {
            _ if name.contains("enveloped") => None,
            _ if name.starts_with("signed-detached") => Some(multipart_signed(&content, &cms)),
            "compressed" => {
                let entity = String::from_utf8(opaque_entity(&cms)).unwrap();
                Some(entity.replace("signed-data", "compressed-data").into_bytes())
            }
            _ => Some(opaque_entity(&cms)),
        };
        let cms = match entity {
            Some(entity) => enveloped_data(&entity, &recipients, openssl::symm::Cipher::aes_128_cbc()),
            None => cms,
        };
        let envelope = envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &cms));
        letters.push(Letter { name: format!("hostile {name}"), envelope });
    }
    (of_world("hostile", &world, vec![intermediate], datetime!(2026-06-01 12:00 UTC)), letters)
}

fn of_world(name: &'static str, world: &World, authorities: Vec<Certificate>, now: OffsetDateTime) -> House {
    let parties: Vec<Party> = world.with_agent(|agent| agent.parties.all().to_vec());
    House { name, parties: Parties::new(parties), authorities, crls: Vec::new(), local_domains: Vec::new(), now }
}

fn letter(name: String, octets: Vec<u8>) -> Letter {
    let message = Buffer::new(BufferName::Received, octets);
    let envelope = Envelope::derive_within(message, &Limits::DEFAULT, &mut Ledger::new()).unwrap();
    Letter { name, envelope }
}

fn vectors() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "vectors"].iter().collect()
}

/// In the order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn certificate(path: &Path) -> Certificate {
    match container::read(&fs::read(path).unwrap(), None).unwrap().remove(0) {
        Item::Certificate(certificate) => certificate,
        other => panic!("{}: {other:?}", path.display()),
    }
}

fn entry(path: &Path, passphrase: Option<&Passphrase>) -> PrivateKeyEntry {
    let items = container::read(&fs::read(path).unwrap(), passphrase).unwrap();
    let key = items.into_iter().find_map(|item| match item {
        Item::Key(entry) => Some(entry),
        _ => None,
    });
    key.unwrap_or_else(|| panic!("{} holds no key", path.display()))
}
