//! Alice sends, Bob receives, and both trust one authority: the same keys in every run, so that a corpus stays of use.
//!
//! The keys lie in `tests/vectors/hostile/keys/`; they are worth nothing, and nothing needs them to be secret.

use std::sync::LazyLock;

use sealscope::agent::{Agent, MakingOptions, NoProgress, Profile};
use sealscope::discovery::local::LocalResolver;
use sealscope::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use sealscope::pki::container::{self, Item};
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{Certificate, NewKey, PrivateKeyEntry};
use sealscope::span::{Buffer, BufferName};
use sealscope::trust::{AnchorSet, NamedCertificate, NamedKey, Parties, Party, PartyName, TrustAnchor};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::LIMITS;
use crate::support::handmade::{detached, wrapped};

pub const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);
pub const ALICE: &str = "alice@a.example";
pub const BOB: &str = "bob@b.example";

/// What Alice wrote, once, to Bob.
pub const MESSAGE: &[u8] = b"From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Results\r\n\
    Date: Mon, 1 Jun 2026 11:59:00 +0000\r\nMessage-ID: <1@a.example>\r\nMIME-Version: 1.0\r\n\
    Content-Type: text/plain\r\n\r\nAll is well.\r\n";

pub static WORLD: LazyLock<World> = LazyLock::new(World::open);

/// Everybody and their keys.
pub struct World {
    pub alice: PrivateKeyEntry,
    pub alice_address: Address,
    pub alice_certificate: Certificate,
    /// Bob's keys: RSA, P-256.
    pub bob: Vec<PrivateKeyEntry>,
    pub intermediate: Certificate,
    /// Every certificate that the authority made.
    pub issued: Vec<Certificate>,
    pub parties: Parties,
    pub root: Certificate,
    /// What Alice signs, and her signature.
    pub content: Vec<u8>,
    pub signature: Vec<u8>,
}

const FILES: [(&str, &str); 5] = [
    ("root", include_str!("../../tests/vectors/hostile/keys/root.pem")),
    ("intermediate", include_str!("../../tests/vectors/hostile/keys/intermediate.pem")),
    ("alice", include_str!("../../tests/vectors/hostile/keys/alice.pem")),
    ("bob-rsa", include_str!("../../tests/vectors/hostile/keys/bob-rsa.pem")),
    ("bob-ec", include_str!("../../tests/vectors/hostile/keys/bob-ec.pem")),
];

impl World {
    fn open() -> Self {
        let root = certificate("root");
        let intermediate = certificate("intermediate");
        let alice = with_chain(&entry("alice"), &intermediate);
        let bob = vec![entry("bob-rsa"), entry("bob-ec")];
        let content = wrapped(MESSAGE);
        let signature = detached(&content, &alice);
        let issued = std::iter::once(&alice).chain(&bob).map(|entry| entry.certificate().clone());
        Self {
            alice_address: Address::parse(ALICE).unwrap(),
            alice_certificate: alice.certificate().clone(),
            issued: issued.chain([intermediate.clone()]).collect(),
            parties: Parties::new(vec![party(ALICE, std::slice::from_ref(&alice), &root), party(BOB, &bob, &root)]),
            alice,
            bob,
            intermediate,
            root,
            content,
            signature,
        }
    }

    /// The agent of both, as of [`NOW`].
    pub fn with_agent<T>(&self, run: impl FnOnce(Agent<'_>) -> T) -> T {
        let resolver = LocalResolver::new(&self.parties);
        run(Agent {
            parties: &self.parties,
            authorities: std::slice::from_ref(&self.intermediate),
            crls: &[],
            local_domains: &[],
            profile: Profile::default(),
            now: NOW,
            limits: LIMITS,
            resolvers: &[&resolver],
            online: None,
            making: MakingOptions::default(),
            seed: [7; 16],
            progress: &NoProgress,
        })
    }
}

/// A message from `from` to `to`, as it arrives or is sent.
pub fn envelope(from: &str, to: &str, message: &[u8]) -> Envelope {
    Envelope {
        reverse_path: ReversePath::Mailbox(Address::parse(from).unwrap()),
        forward_paths: vec![Address::parse(to).unwrap()],
        message: Buffer::new(BufferName::Received, message),
        origin: EnvelopeOrigin::Explicit,
    }
}

/// Makes the files of the world anew; every corpus that has signatures in it is worth less afterwards.
pub fn make() -> Vec<(String, String)> {
    let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2049-01-01 0:00 UTC));
    let root = CertificateBuilder::authority("Fuzz root", begin, end).key(NewKey::P256);
    let root = Authority::self_signed(&root).unwrap();
    let intermediate = CertificateBuilder::authority("Fuzz intermediate", begin, end).key(NewKey::P256);
    let intermediate = root.issue_authority(&intermediate).unwrap();
    let issue = |address: &str, key| {
        let entry = intermediate.issue(&CertificateBuilder::for_address(address, begin, end).key(key)).unwrap();
        let key = String::from_utf8(entry.key().private_key_to_pem_pkcs8().unwrap()).unwrap();
        entry.certificate().pem() + &key
    };
    let files = [
        ("root", root.certificate().pem()),
        ("intermediate", intermediate.certificate().pem()),
        ("alice", issue(ALICE, NewKey::P256)),
        ("bob-rsa", issue(BOB, NewKey::Rsa2048)),
        ("bob-ec", issue(BOB, NewKey::P256)),
    ];
    files.map(|(name, pem)| (format!("{name}.pem"), pem)).into()
}

fn item(name: &str) -> Item {
    let (_, pem) = FILES.iter().find(|(known, _)| *known == name).unwrap();
    container::read(pem.as_bytes(), None).unwrap().remove(0)
}

fn certificate(name: &str) -> Certificate {
    match item(name) {
        Item::Certificate(certificate) => certificate,
        other => panic!("{other:?}"),
    }
}

fn entry(name: &str) -> PrivateKeyEntry {
    match item(name) {
        Item::Key(entry) => entry,
        other => panic!("{other:?}"),
    }
}

fn with_chain(entry: &PrivateKeyEntry, issuer: &Certificate) -> PrivateKeyEntry {
    PrivateKeyEntry::new(entry.certificate().clone(), vec![issuer.clone()], entry.key().to_owned()).unwrap()
}

fn party(name: &str, keys: &[PrivateKeyEntry], root: &Certificate) -> Party {
    let mut party = Party::new(PartyName::Address(Address::parse(name).unwrap()));
    for (place, entry) in keys.iter().enumerate() {
        party.keys.push(NamedKey { name: format!("key{place}"), entry: entry.clone() });
        let certificate = entry.certificate().clone();
        party.certificates.push(NamedCertificate { name: format!("certificate{place}"), certificate });
    }
    let anchors = vec![TrustAnchor { name: "root".to_owned(), certificate: root.clone() }];
    party.incoming = AnchorSet::new(anchors.clone());
    party.outgoing = AnchorSet::new(anchors);
    party
}
