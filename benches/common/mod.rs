//! What the benches share: scenes for the agent to work in, and the bare operations on the same octets.
#![allow(dead_code, clippy::unwrap_used, reason = "each bench uses its own part, and stops where it cannot go on")]

#[path = "../../tests/support/mod.rs"]
pub(crate) mod support;
pub(crate) mod turns;

use std::fs;
use std::path::Path;

use openssl::encrypt::{Decrypter, Encrypter};
use openssl::md::Md;
use openssl::pkey::{PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::symm::{Cipher, Crypter, Mode};
use sealscope::agent::Report;
use sealscope::batch::Source;
use sealscope::mail::Envelope;
use sealscope::pki::PrivateKeyEntry;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::key::NewKey;
use sealscope::span::BufferName;
use support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, World, arrived, envelope};

/// Octets of the bodies.
pub(crate) const SIZES: [(&str, usize); 3] = [("2 KB", 2 << 10), ("100 KB", 100 << 10), ("10 MB", 10 << 20)];

/// Alice's message to Bob and to others elsewhere, as it leaves and as it arrives for Bob.
pub(crate) struct Scene {
    pub(crate) circle: Circle,
    pub(crate) alice: PrivateKeyEntry,
    pub(crate) bob: PrivateKeyEntry,
    pub(crate) world: World,
    pub(crate) draft: Envelope,
    /// The account of how the message left.
    pub(crate) sent: Report,
    pub(crate) received: Envelope,
    pub(crate) bare: Bare,
}

impl Scene {
    /// `octets` of text for `recipients`, each of whom has a certificate; all issued by one intermediate under one root.
    pub(crate) fn new(octets: usize, recipients: usize) -> Self {
        let circle = Circle::new("bench");
        let [alice, bob] = [ALICE, BOB].map(|name| circle.address(name));
        let mut world = World::default();
        for (name, entry) in [(ALICE, &alice), (BOB, &bob)] {
            world.key(name, entry).trusts(name, &circle.root);
        }
        let key = Rsa::generate(2048).unwrap();
        let key = PKey::from_rsa(key).unwrap();
        let mut names = vec![BOB.to_owned()];
        for number in 1..recipients {
            let name = format!("recipient{number}@elsewhere{number}.example");
            let builder = CertificateBuilder::for_address(&name, NOT_BEFORE, NOT_AFTER).key(NewKey::Rsa2048);
            world.certificate(&name, &circle.intermediate.certify(&builder, &key).unwrap());
            names.push(name);
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let draft = envelope(ALICE, &names, &text(octets));
        let sent = world.outgoing(&draft).unwrap();
        let received = arrived(&sent);
        let bare = Bare::new(&sent.report, recipients);
        Self { circle, alice, bob, world, draft, received, bare, sent: sent.report }
    }
}

/// A message of so many octets in lines as they tend to be.
pub(crate) fn text(octets: usize) -> Vec<u8> {
    let mut message = support::message(ALICE, &[BOB]);
    while message.len() < octets {
        message.extend_from_slice(b"All is well, and this line is as long as a line of a letter tends to be.\r\n");
    }
    message
}

/// A folder with so many copies of a message.
pub(crate) fn folder(home: &Path, message: &[u8], messages: usize) -> Source {
    let folder = home.join(messages.to_string());
    fs::create_dir(&folder).unwrap();
    (0..messages).for_each(|number| fs::write(folder.join(format!("{number:05}.eml")), message).unwrap());
    Source::of(&[folder], []).unwrap()
}

/// The operations that no agent can do without, on octets of the same number and in memory that is there already.
pub(crate) struct Bare {
    key: PKey<Private>,
    wrapped_key: Vec<u8>,
    signature: Vec<u8>,
    recipients: usize,
    content: Vec<u8>,
    signed: Vec<u8>,
    signature_cms: Vec<u8>,
    encrypted_cms: Vec<u8>,
    ciphertext: Vec<u8>,
    base64: [Vec<u8>; 2],
    room: Vec<u8>,
}

const SECRET: [u8; 32] = [1; 32];
const VECTOR: [u8; 16] = [2; 16];

impl Bare {
    fn new(report: &Report, recipients: usize) -> Self {
        let buffer = |name| report.buffers.iter().find(|buffer| buffer.name() == name).unwrap().octets().to_vec();
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut bare = Self {
            wrapped_key: vec![0; 256],
            signature: vec![0; 256],
            recipients,
            content: buffer(BufferName::Wrapped),
            signed: buffer(BufferName::Signed),
            signature_cms: buffer(BufferName::SignatureCms),
            encrypted_cms: buffer(BufferName::EncryptedCms),
            ciphertext: Vec::new(),
            base64: [Vec::new(), Vec::new()],
            room: Vec::new(),
            key,
        };
        bare.base64 = [&bare.signature_cms, &bare.encrypted_cms].map(|cms| base64_simd::STANDARD.encode_type(cms));
        bare.room = vec![1; bare.encrypted_cms.len() * 2];
        let mut room = bare.room.clone();
        bare.signature = bare.sign();
        bare.wrapped_key = bare.wrap();
        let length = cipher(Mode::Encrypt, &bare.signed, &mut room);
        bare.ciphertext = room.get(..length).unwrap().to_vec();
        bare
    }

    /// One digest and one encryption of the content, one RSA private operation; for each recipient an RSA encryption and
    /// the signature check of their certificate, one more of the intermediate's; base64 of both CMS.
    pub(crate) fn outgoing(&mut self) {
        assert_eq!(openssl::sha::sha256(&self.content).len(), 32);
        assert_eq!(self.sign().len(), 256);
        for _ in 0..self.recipients {
            assert_eq!(self.wrap().len(), 256);
        }
        for _ in 0..=self.recipients {
            self.verify();
        }
        cipher(Mode::Encrypt, &self.signed, &mut self.room);
        for cms in [&self.signature_cms, &self.encrypted_cms] {
            let text = base64_simd::STANDARD.encode(cms, base64_simd::Out::from_slice(&mut self.room));
            assert!(text.len() > cms.len());
        }
    }

    /// One RSA private operation, one decryption and one digest of the content; the signature checks of the signer, of
    /// its certificate and of the intermediate's; base64 of both CMS.
    pub(crate) fn incoming(&mut self) {
        self.unwrap();
        cipher(Mode::Decrypt, &self.ciphertext, &mut self.room);
        assert_eq!(openssl::sha::sha256(&self.content).len(), 32);
        for _ in 0..3 {
            self.verify();
        }
        for text in &self.base64 {
            let cms = base64_simd::STANDARD.decode(text, base64_simd::Out::from_slice(&mut self.room));
            assert!(cms.unwrap().len() < text.len());
        }
    }

    fn sign(&self) -> Vec<u8> {
        let mut context = PkeyCtx::new(&self.key).unwrap();
        context.sign_init().unwrap();
        context.set_rsa_padding(Padding::PKCS1).unwrap();
        context.set_signature_md(Md::sha256()).unwrap();
        let mut signature = Vec::new();
        context.sign_to_vec(&[7; 32], &mut signature).unwrap();
        signature
    }

    fn verify(&self) {
        let mut context = PkeyCtx::new(&self.key).unwrap();
        context.verify_init().unwrap();
        context.set_rsa_padding(Padding::PKCS1).unwrap();
        context.set_signature_md(Md::sha256()).unwrap();
        assert!(context.verify(&[7; 32], &self.signature).unwrap());
    }

    fn wrap(&self) -> Vec<u8> {
        let mut encrypter = Encrypter::new(&self.key).unwrap();
        encrypter.set_rsa_padding(Padding::PKCS1).unwrap();
        let mut wrapped = vec![0; 256];
        encrypter.encrypt(&SECRET, &mut wrapped).unwrap();
        wrapped
    }

    fn unwrap(&self) {
        let mut decrypter = Decrypter::new(&self.key).unwrap();
        decrypter.set_rsa_padding(Padding::PKCS1).unwrap();
        let mut secret = [0; 256];
        assert_eq!(decrypter.decrypt(&self.wrapped_key, &mut secret).unwrap(), SECRET.len());
    }
}

fn cipher(mode: Mode, input: &[u8], output: &mut [u8]) -> usize {
    let mut crypter = Crypter::new(Cipher::aes_256_cbc(), mode, &SECRET, Some(&VECTOR)).unwrap();
    let written = crypter.update(input, output).unwrap();
    written + crypter.finalize(output.get_mut(written..).unwrap()).unwrap()
}
