//! Alice's and Bob's keys as the measured cases had them: issued by the anchor itself, so that nothing has to be fetched.

use openssl::symm::Cipher;
use sealscope::mail::Envelope;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{Certificate, PrivateKeyEntry};

use super::support::handmade::{detached, enveloped_data, multipart_signed, sealed, wrapped};
use super::support::{ALICE, BOB, CAROL, NOT_AFTER, NOT_BEFORE, World, envelope, message};

/// One message with the world that it arrives in, and what was answered.
pub(crate) struct Case {
    /// The measured case.
    pub(crate) id: &'static str,
    pub(crate) what: &'static str,
    pub(crate) world: World,
    pub(crate) envelope: Envelope,
    /// The Java agent's code, or `accepted`.
    pub(crate) java: &'static str,
    /// The C# agent's, where its source says it.
    pub(crate) csharp: Option<&'static str>,
    /// Whom the Java agent leaves out, where that is the point.
    pub(crate) java_removes: Option<&'static [&'static str]>,
    /// The measured case that a deviation of the Java agent has to cite.
    pub(crate) cites: Option<&'static str>,
}

impl Case {
    pub(crate) fn new(
        id: &'static str,
        what: &'static str,
        world: World,
        envelope: Envelope,
        java: &'static str,
    ) -> Self {
        Self { id, what, world, envelope, java, csharp: None, java_removes: None, cites: None }
    }

    pub(crate) fn csharp(self, code: &'static str) -> Self {
        Self { csharp: Some(code), ..self }
    }

    pub(crate) fn removes(self, left_out: &'static [&'static str]) -> Self {
        Self { java_removes: Some(left_out), ..self }
    }

    pub(crate) fn cites(self, case: &'static str) -> Self {
        Self { cites: Some(case), ..self }
    }
}

pub(crate) struct Bench {
    pub(crate) root: Authority,
    pub(crate) alice: PrivateKeyEntry,
    pub(crate) bob: PrivateKeyEntry,
    pub(crate) carol: PrivateKeyEntry,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let root = CertificateBuilder::authority("Measured root", NOT_BEFORE, NOT_AFTER);
        let root = Authority::self_signed(&root).unwrap();
        let entry = |address| root.issue(&CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER)).unwrap();
        let (alice, bob, carol) = (entry(ALICE), entry(BOB), entry(CAROL));
        Self { root, alice, bob, carol }
    }

    /// Bob with his key and the root as his anchor.
    pub(crate) fn world(&self) -> World {
        let mut world = World::default();
        world.key(BOB, &self.bob).trusts(BOB, &self.root);
        world
    }

    pub(crate) fn issued(&self, builder: &CertificateBuilder) -> PrivateKeyEntry {
        self.root.issue(builder).unwrap()
    }

    pub(crate) fn content(&self) -> Vec<u8> {
        wrapped(&message(ALICE, &[BOB]))
    }

    pub(crate) fn entity(&self) -> Vec<u8> {
        let content = self.content();
        multipart_signed(&content, &detached(&content, &self.alice))
    }

    /// An entity encrypted for Bob, from Alice.
    pub(crate) fn to_bob(&self, entity: &[u8]) -> Envelope {
        self.to(&[self.bob.certificate()], &[BOB], entity)
    }

    pub(crate) fn to(&self, certificates: &[&Certificate], recipients: &[&str], entity: &[u8]) -> Envelope {
        let cms = enveloped_data(entity, certificates, Cipher::aes_256_cbc());
        envelope(ALICE, recipients, &sealed(ALICE, BOB, &cms))
    }

    /// What Bob gets from somebody who signs with this key as Alice.
    pub(crate) fn from(&self, signer: &PrivateKeyEntry) -> Envelope {
        let content = self.content();
        self.to_bob(&multipart_signed(&content, &detached(&content, signer)))
    }
}
