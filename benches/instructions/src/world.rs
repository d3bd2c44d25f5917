//! Alice sends, Bob receives: with the same private keys in every run.

use std::fs;
use std::path::Path;

use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use sealscope::agent::{Agent, MakingOptions, NoProgress, Profile};
use sealscope::discovery::local::LocalResolver;
use sealscope::limits::Limits;
use sealscope::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{Certificate, NewKey, PrivateKeyEntry};
use sealscope::span::{Buffer, BufferName};
use sealscope::trust::{AnchorSet, NamedCertificate, NamedKey, Parties, Party, PartyName, TrustAnchor};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const ALICE: &str = "alice@a.example";
pub(crate) const BOB: &str = "bob@b.example";
pub(crate) const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

const NOT_BEFORE: OffsetDateTime = datetime!(2020-01-01 00:00 UTC);
const NOT_AFTER: OffsetDateTime = datetime!(2049-01-01 00:00 UTC);

/// Alice and Bob, below one authority.
pub(crate) struct People {
    pub(crate) root: Authority,
    pub(crate) intermediate: Authority,
    pub(crate) alice: PrivateKeyEntry,
    pub(crate) bob: PrivateKeyEntry,
}

impl People {
    pub(crate) fn new() -> Self {
        let root = root("bench root");
        let builder = CertificateBuilder::authority("bench intermediate", NOT_BEFORE, NOT_AFTER);
        let key_of_intermediate = key("carol-rsa");
        let certificate = root.certify(&builder, &key_of_intermediate).unwrap();
        let entry = PrivateKeyEntry::new(certificate, Vec::new(), key_of_intermediate).unwrap();
        let intermediate = Authority::from_entry(&entry);
        let person = |address, key: PKey<Private>| {
            let builder = CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER);
            let certificate = intermediate.certify(&builder, &key).unwrap();
            PrivateKeyEntry::new(certificate, vec![intermediate.certificate().clone()], key).unwrap()
        };
        let (alice, bob) = (person(ALICE, key("alice-rsa")), person(BOB, key("bob-rsa")));
        Self { root, intermediate, alice, bob }
    }

    /// Alice and Bob as each other's correspondents, with others elsewhere whose certificates are kept; and the
    /// addresses of Bob and the others.
    pub(crate) fn parties(&self, recipients: usize) -> (Parties, Vec<String>) {
        let mut parties = vec![holder(ALICE, &self.alice, &self.root), holder(BOB, &self.bob, &self.root)];
        let mut names = vec![BOB.to_owned()];
        for number in 1..recipients {
            let name = format!("recipient{number}@elsewhere{number}.example");
            let mut party = named(&name);
            let certificate = self.certificate(&name);
            party.certificates.push(NamedCertificate { name: "certificate".to_owned(), certificate });
            parties.push(party);
            names.push(name);
        }
        (Parties::new(parties), names)
    }

    /// A certificate of that address, for Bob's key.
    pub(crate) fn certificate(&self, address: &str) -> Certificate {
        let builder = CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER);
        self.intermediate.certify(&builder, self.bob.key()).unwrap()
    }
}

/// An authority whose key is made quickly.
pub(crate) fn root(name: &str) -> Authority {
    Authority::self_signed(&CertificateBuilder::authority(name, NOT_BEFORE, NOT_AFTER).key(NewKey::P256)).unwrap()
}

/// Somebody who holds a private key and trusts that authority.
pub(crate) fn holder(address: &str, entry: &PrivateKeyEntry, trusted: &Authority) -> Party {
    let anchors = vec![TrustAnchor { name: "anchor".to_owned(), certificate: trusted.certificate().clone() }];
    let mut party = named(address);
    party.keys.push(NamedKey { name: "key".to_owned(), entry: entry.clone() });
    party.incoming = AnchorSet::new(anchors.clone());
    party.outgoing = AnchorSet::new(anchors);
    party
}

fn named(address: &str) -> Party {
    Party::new(PartyName::Address(Address::parse(address).unwrap()))
}

/// A key that the interoperability tests have.
fn key(name: &str) -> PKey<Private> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/interop/keys");
    let file = fs::read(folder.join(format!("{name}.p12"))).unwrap();
    Pkcs12::from_der(&file).unwrap().parse2("interop").unwrap().pkey.unwrap()
}

pub(crate) fn with_agent<T>(parties: &Parties, run: impl FnOnce(Agent<'_>) -> T) -> T {
    let resolver = LocalResolver::new(parties);
    run(Agent {
        parties,
        authorities: &[],
        crls: &[],
        local_domains: &[],
        profile: Profile::default(),
        now: NOW,
        limits: Limits::DEFAULT,
        resolvers: &[&resolver],
        online: None,
        making: MakingOptions::default(),
        seed: [7; 16],
        progress: &NoProgress,
    })
}

/// A message from Alice.
pub(crate) fn envelope(to: &[&str], message: &[u8]) -> Envelope {
    Envelope {
        reverse_path: ReversePath::Mailbox(Address::parse(ALICE).unwrap()),
        forward_paths: to.iter().map(|address| Address::parse(address).unwrap()).collect(),
        message: Buffer::new(BufferName::Received, message),
        origin: EnvelopeOrigin::Explicit,
    }
}

/// A message to Bob of so many octets, in lines as they tend to be.
pub(crate) fn text(octets: usize) -> Vec<u8> {
    let mut text = format!(
        "From: {ALICE}\r\nTo: {BOB}\r\nSubject: Results\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\n\
         Message-ID: <1@a.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    )
    .into_bytes();
    while text.len() < octets {
        text.extend_from_slice(b"All is well, and this line is as long as a line of a letter tends to be.\r\n");
    }
    text
}
