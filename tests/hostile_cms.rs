//! Ten CMS files of other programs, cut off at every octet, and with every bit of their first 512 octets turned round:
//! each gets a code or a finding, never a panic, and takes bounded memory.
//!
//! The readers and `inspect` see every damaged file. The agent sees every one in a release build, and every thirteenth
//! in a debug build, where all would take minutes. Memory is counted, not timed; the slowest case is printed.
#![cfg(test)]

#[path = "support/allocations.rs"]
mod allocations;
mod support;

use std::time::{Duration, Instant};

use allocations::counted;
use openssl::symm::Cipher;
use sealscope::agent::{Profile, ProfileName};
use sealscope::finding::{Finding, Severity};
use sealscope::limits::Limits;
use sealscope::pki::PrivateKeyEntry;
use sealscope::pki::container::{self, Item};
use sealscope::smime::{
    CmsLayer, EnvelopedData, SignedData, decrypt, inspect, verify_embedded_signers, verify_signers,
};
use sealscope::span::{Buffer, BufferName};
use support::handmade::{enveloped_data, multipart_signed, opaque_entity, sealed, wrapped};
use support::{ALICE, BOB, World, envelope, message, verdict};

const LIMITS: Limits = Limits::DEFAULT;

/// What the agent is spared in a debug build; a prime, so that no field of a structure is always passed over.
const AGENT_STRIDE: usize = if cfg!(debug_assertions) { 13 } else { 1 };

/// Octets in which every bit is turned round.
const FLIPPED: usize = 512;

/// What reading takes whatever the size: names, findings, sentences. The rest is in proportion to the octets.
const FIXED: usize = 64 << 10;
const TIMES_INPUT: usize = 10;

macro_rules! samples {
    ($($name:ident: $file:literal as $place:expr;)*) => {$(
        #[test]
        fn $name() {
            damage($file, include_bytes!(concat!("vectors/hostile/", $file)), $place);
        }
    )*};
}

samples! {
    certificates_alone: "certs-only.der" as Place::Opaque;
    a_compressed_message: "compressed.der" as Place::Compressed;
    a_message_encrypted_with_a_tag: "auth-enveloped-gcm.der" as Place::Sealed;
    a_message_encrypted_for_an_rsa_key: "enveloped-ktri.der" as Place::Sealed;
    a_message_encrypted_in_segments: "enveloped-ber-streamed.der" as Place::Sealed;
    a_message_encrypted_with_an_agreed_key: "enveloped-kari.der" as Place::Sealed;
    a_message_encrypted_with_oaep: "enveloped-oaep.der" as Place::Sealed;
    a_detached_signature: "signed-detached.der" as Place::Detached;
    a_detached_signature_with_pss: "signed-detached-pss.der" as Place::Detached;
    an_opaque_signature_of_two: "signed-opaque-two-signers.der" as Place::Opaque;
}

/// Where in a message to Bob the file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Compressed,
    Detached,
    Opaque,
    Sealed,
}

/// Bob, with the keys beside the samples.
struct Receiver {
    world: World,
    keys: Vec<PrivateKeyEntry>,
    content: Vec<u8>,
    delivered: Vec<u8>,
}

impl Receiver {
    fn new() -> Self {
        let keys = [
            &include_bytes!("vectors/hostile/keys/bob-rsa.pem")[..],
            include_bytes!("vectors/hostile/keys/bob-ec.pem"),
        ];
        let keys: Vec<PrivateKeyEntry> = keys
            .iter()
            .map(|pem| match container::read(pem, None).unwrap().remove(0) {
                Item::Key(entry) => entry,
                other => panic!("{other:?}"),
            })
            .collect();
        let Item::Certificate(root) =
            container::read(include_bytes!("vectors/hostile/keys/root.pem"), None).unwrap().remove(0)
        else {
            panic!("root.pem is no certificate")
        };
        // The profile that takes opaque signatures too.
        let mut world = World::default();
        world.profile = Profile::named(ProfileName::Legacy);
        for key in &keys {
            world.key(BOB, key);
        }
        world.trusts_certificate(BOB, &root);
        let delivered = message(ALICE, &[BOB]);
        Self { world, keys, content: wrapped(&delivered), delivered }
    }

    /// A message to Bob that holds the file.
    fn message(&self, cms: &[u8], place: Place) -> Vec<u8> {
        let entity = match place {
            Place::Sealed => return sealed(ALICE, BOB, cms),
            Place::Detached => multipart_signed(&self.content, cms),
            Place::Opaque => opaque_entity(cms),
            Place::Compressed => {
                let entity = String::from_utf8(opaque_entity(cms)).unwrap();
                entity.replace("signed-data", "compressed-data").into_bytes()
            }
        };
        let ec = self.keys.last().unwrap().certificate();
        sealed(ALICE, BOB, &enveloped_data(&entity, &[ec], Cipher::aes_128_cbc()))
    }

    /// The verdict, after it was found to be one: what is delivered is what Alice wrote, or there is a reason.
    fn judge(&self, cms: &[u8], place: Place) -> &'static str {
        match self.world.incoming(&envelope(ALICE, &[BOB], &self.message(cms, place))) {
            Ok(accepted) => {
                assert_eq!(accepted.envelope.message.octets(), self.delivered);
                verdict(&accepted.report)
            }
            Err(report) => {
                let rejection = report.rejection.as_ref().unwrap();
                assert!(!rejection.detail.is_empty());
                verdict(&report)
            }
        }
    }
}

/// What reading one file took at most.
#[derive(Default)]
struct Worst {
    peak: usize,
    slowest: Duration,
    at: String,
}

impl Worst {
    #[track_caller]
    fn measure<T>(&mut self, what: impl Fn() -> String, octets: usize, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let (result, taken) = counted(work);
        if began.elapsed() > self.slowest {
            (self.slowest, self.at) = (began.elapsed(), what());
        }
        self.peak = self.peak.max(taken.peak);
        assert!(taken.peak <= TIMES_INPUT * octets + FIXED, "{}: {taken:?} for {octets} octets", what());
        result
    }
}

fn damage(file: &str, whole: &[u8], place: Place) {
    let receiver = Receiver::new();
    let mut worst = Worst::default();
    let intact = receiver.judge(whole, place);
    let mut verdicts = vec![intact];
    let mut one = |damaged: &[u8], what: &dyn Fn() -> String, agent: bool| {
        let told = worst.measure(what, damaged.len(), || read(damaged, &receiver));
        let wire = receiver.message(damaged, place);
        let inspected = worst.measure(what, wire.len(), || look(wire));
        if agent {
            let verdict = worst.measure(what, 3 * damaged.len(), || receiver.judge(damaged, place));
            verdicts.push(verdict);
        }
        told || inspected
    };
    for length in 0..whole.len() {
        let told = one(&whole[..length], &|| format!("{file} cut off at {length}"), length % AGENT_STRIDE == 0);
        assert!(told, "{file} cut off at {length}: neither an error nor a finding");
    }
    let mut flipped = whole.to_vec();
    for place in 0..8 * whole.len().min(FLIPPED) {
        let (octet, bit) = (place / 8, place % 8);
        flipped[octet] ^= 1 << bit;
        one(&flipped, &|| format!("{file} with bit {bit} of octet {octet} turned"), place % AGENT_STRIDE == 0);
        flipped[octet] ^= 1 << bit;
    }
    verdicts.sort_unstable();
    let accepted = verdicts.iter().filter(|verdict| **verdict == "accepted").count();
    let damaged = verdicts.len();
    verdicts.dedup();
    eprintln!(
        "{file}: intact {intact}; of {damaged} for the agent {accepted} accepted, codes {}; at most {} KiB, slowest {:?} ({})",
        verdicts.join(" "),
        worst.peak >> 10,
        worst.slowest,
        worst.at,
    );
}

/// Every reader of CMS; whether one that reads it whole has nothing to say against it.
fn read(octets: &[u8], receiver: &Receiver) -> bool {
    let keys: Vec<&PrivateKeyEntry> = receiver.keys.iter().collect();
    let envelope = EnvelopedData::read(&Buffer::new(BufferName::EncryptedCms, octets), &LIMITS);
    let opened = envelope
        .as_ref()
        .is_ok_and(|envelope| decrypt(envelope, &keys).is_ok() && envelope.findings.iter().all(is_quiet));
    let signed = SignedData::read(&Buffer::new(BufferName::SignatureCms, octets), &LIMITS);
    let verified = signed.as_ref().is_ok_and(|signed| {
        let detached = verify_signers(signed, &receiver.content, &LIMITS);
        let embedded = verify_embedded_signers(signed, &LIMITS);
        signed.signers.is_empty() || detached.iter().chain(&embedded).any(|check| check.signature.is_ok())
    });
    let _ = container::read(octets, None);
    !opened && !verified
}

fn is_quiet(finding: &Finding) -> bool {
    finding.severity < Severity::Warning
}

/// The message without keys; whether something is said against it.
fn look(message: Vec<u8>) -> bool {
    let inspection = inspect(&Buffer::new(BufferName::Received, message), &LIMITS);
    let unreadable = |cms: &CmsLayer| matches!(cms, CmsLayer::Unreadable(_));
    inspection.layers.iter().filter_map(|layer| layer.cms.as_ref()).any(unreadable)
        || !inspection.findings.iter().all(is_quiet)
}
