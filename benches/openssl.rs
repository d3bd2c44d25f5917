//! How long the agent takes beside OpenSSL's own CMS: the program, as a script calls it, and its functions in a loop.
//!
//! `cargo bench --bench openssl --no-default-features` prints two tables. Each way is sign and encrypt, or decrypt and
//! verify: RSA-2048, SHA-256, AES-256-CBC, a detached signature with its intermediate, one recipient. OpenSSL is given
//! less to do: it makes no outer header fields, searches no boundary, gets the signed part without parsing, checks no
//! address, no trust per recipient and no revocation, and gives no account. The agent remembers certificates, their
//! signatures and good paths; OpenSSL checks them each time.
#![allow(clippy::unwrap_used, reason = "a bench stops where it cannot go on")]

mod common;

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use common::support::program::{House, openssl_is_installed};
use common::support::{ALICE, BOB};
use common::turns::{Turns, milliseconds};
use common::{SIZES, Scene};
use openssl::base64::{decode_block, encode_block};
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::pkey::PKeyRef;
use openssl::stack::Stack;
use openssl::symm::Cipher;
use openssl::x509::X509;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use sealscope::span::BufferName;

/// Words before and after the signature in what the functions are given to encrypt.
const HEADER: &str = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256;\r\n\
                      \tboundary=b\r\n\r\n--b\r\n";
const BETWEEN: &str = "\r\n--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\
                       Content-Transfer-Encoding: base64\r\n\r\n";
const END: &str = "\r\n--b--\r\n";

/// As the program has it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut out = std::io::stdout().lock();
    let scenes = SIZES.map(|(name, octets)| (name, Scene::new(octets, 1)));
    writeln!(out, "in a loop in one process, processor time, median; CMS functions of {}", openssl::version::version())
        .unwrap();
    heading(&mut out, "functions");
    for (name, scene) in &scenes {
        let library = Library::new(scene);
        row(&mut out, name, "agent", in_a_loop(scene, &library));
    }
    if !openssl_is_installed("bench openssl") {
        return;
    }
    let version = Command::new("openssl").arg("version").output().unwrap();
    let version = String::from_utf8_lossy(&version.stdout);
    writeln!(out, "\na script for each message, on the wall, shortest; program {}", version.trim()).unwrap();
    heading(&mut out, "script");
    for (name, scene) in &scenes {
        let scripts = Scripts::new(scene);
        row(&mut out, name, "agent in a loop", scripts.beside_agent(scene));
        row(&mut out, name, "sealscope, a process", scripts.beside_program());
    }
}

fn heading(out: &mut impl std::io::Write, theirs: &str) {
    writeln!(out, "{:32}outgoing   {theirs:>10}   faster     incoming   {theirs:>10}   faster", "message").unwrap();
}

fn row(out: &mut impl std::io::Write, size: &str, ours: &str, ways: [(Duration, Duration); 2]) {
    write!(out, "{:27}", format!("{size}, {ours}")).unwrap();
    for (ours, theirs) in ways {
        let faster = theirs.as_secs_f64() / ours.as_secs_f64();
        write!(out, "{:>10.3} ms {:>9.3} ms {faster:>6.2} x", milliseconds(ours), milliseconds(theirs)).unwrap();
    }
    writeln!(out).unwrap();
    out.flush().unwrap();
}

fn in_a_loop(scene: &Scene, library: &Library<'_>) -> [(Duration, Duration); 2] {
    let turns = Turns::default();
    let outgoing = |library: &Library<'_>| assert!(!library.outgoing().is_empty());
    scene.world.with_agent(|agent| {
        [
            turns.median(|| assert!(agent.process_outgoing(&scene.draft).is_ok()), || outgoing(library)),
            turns.median(|| assert!(agent.process_incoming(&scene.received).is_ok()), || library.incoming()),
        ]
    })
}

/// OpenSSL's CMS functions, with everything read and at hand.
struct Library<'s> {
    scene: &'s Scene,
    content: Vec<u8>,
    chain: Stack<X509>,
    recipients: Stack<X509>,
    anchors: X509Store,
    /// What [`Library::outgoing`] made, for [`Library::incoming`].
    arrived: String,
}

impl<'s> Library<'s> {
    fn new(scene: &'s Scene) -> Self {
        let wrapped = scene.sent.buffer(BufferName::Wrapped).unwrap();
        let (mut chain, mut recipients) = (Stack::new().unwrap(), Stack::new().unwrap());
        scene.alice.chain().iter().for_each(|link| chain.push(link.x509().to_owned()).unwrap());
        recipients.push(scene.bob.certificate().x509().to_owned()).unwrap();
        let mut anchors = X509StoreBuilder::new().unwrap();
        anchors.add_cert(scene.circle.root.certificate().x509().to_owned()).unwrap();
        let mut library = Self {
            scene,
            content: wrapped.octets().to_vec(),
            chain,
            recipients,
            anchors: anchors.build(),
            arrived: String::new(),
        };
        library.arrived = library.outgoing();
        library
    }

    fn outgoing(&self) -> String {
        let (certificate, key): (_, &PKeyRef<_>) = (self.scene.alice.certificate().x509(), self.scene.alice.key());
        let options = CMSOptions::DETACHED | CMSOptions::BINARY;
        let signature =
            CmsContentInfo::sign(Some(certificate), Some(key), Some(&self.chain), Some(&self.content), options);
        let signature = encode_block(&signature.unwrap().to_der().unwrap());
        let parts = [HEADER.as_bytes(), &self.content, BETWEEN.as_bytes(), signature.as_bytes(), END.as_bytes()];
        let envelope =
            CmsContentInfo::encrypt(&self.recipients, &parts.concat(), Cipher::aes_256_cbc(), CMSOptions::BINARY);
        encode_block(&envelope.unwrap().to_der().unwrap())
    }

    fn incoming(&self) {
        let envelope = CmsContentInfo::from_der(&decode_block(&self.arrived).unwrap()).unwrap();
        let entity = envelope.decrypt(self.scene.bob.key(), &self.scene.bob.certificate().x509().to_owned()).unwrap();
        let content = entity.get(HEADER.len()..HEADER.len() + self.content.len()).unwrap();
        let signature =
            entity.get(HEADER.len() + self.content.len() + BETWEEN.len()..entity.len() - END.len()).unwrap();
        let signature = decode_block(str::from_utf8(signature).unwrap()).unwrap();
        let mut signature = CmsContentInfo::from_der(&signature).unwrap();
        signature.verify(None, Some(&self.anchors), Some(content), None, CMSOptions::BINARY).unwrap();
    }
}

const OUTGOING: &[u8] = b"set -e
openssl cms -sign -binary -md sha256 -signer alice.crt -inkey alice.key -certfile alice.chain -in content |
openssl cms -encrypt -binary -aes256 -out secured bob.crt
";
const INCOMING: &[u8] = b"set -e
openssl cms -decrypt -inkey bob.key -recip bob.crt -in secured |
openssl cms -verify -binary -CAfile root.pem -purpose smimesign -out opened 2>/dev/null
";

/// What an operator would write, beside a workspace with the same keys.
struct Scripts(House);

impl Scripts {
    fn new(scene: &Scene) -> Self {
        let house = House::new();
        for (name, entry) in [(ALICE, &scene.alice), (BOB, &scene.bob)] {
            house.key(name, entry).trusts(name, scene.circle.root.certificate());
        }
        house.for_openssl("alice", &scene.alice);
        house.for_openssl("bob", &scene.bob);
        house.put("root.pem", scene.circle.root.certificate().pem().as_bytes());
        house.put("content", scene.sent.buffer(BufferName::Wrapped).unwrap().octets());
        house.put("draft.eml", scene.draft.message.octets());
        house.put("received.eml", scene.received.message.octets());
        house.put("outgoing.sh", OUTGOING);
        house.put("incoming.sh", INCOMING);
        Self(house)
    }

    fn run(&self, script: &str) {
        assert!(Command::new("sh").arg(script).current_dir(self.0.path("")).status().unwrap().success());
    }

    fn sealscope(&self, arguments: &[&str]) {
        let done = self.0.sealscope(arguments);
        assert_eq!(done.exit, 0, "{}", done.stderr);
    }

    fn beside_agent(&self, scene: &Scene) -> [(Duration, Duration); 2] {
        let turns = Turns { fewest: 5, most: 41, ..Turns::default() };
        scene.world.with_agent(|agent| {
            let outgoing = || assert!(agent.process_outgoing(&scene.draft).is_ok());
            let incoming = || assert!(agent.process_incoming(&scene.received).is_ok());
            [turns.shortest(outgoing, || self.run("outgoing.sh")), turns.shortest(incoming, || self.run("incoming.sh"))]
        })
    }

    fn beside_program(&self) -> [(Duration, Duration); 2] {
        let turns = Turns { fewest: 5, most: 41, ..Turns::default() };
        let outgoing = ["outgoing", "draft.eml", "--via", "local", "-o", "ours"];
        let incoming = ["incoming", "received.eml", "-o", "ours"];
        [
            turns.shortest(|| self.sealscope(&outgoing), || self.run("outgoing.sh")),
            turns.shortest(|| self.sealscope(&incoming), || self.run("incoming.sh")),
        ]
    }
}
