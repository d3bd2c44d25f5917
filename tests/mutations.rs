//! Whatever is changed on the way: the program does not break, and nothing but what was signed is delivered.
#![cfg(test)]

mod support;

use std::sync::LazyLock;

use openssl::symm::Cipher;
use proptest::prelude::*;
use sealscope::mail::Envelope;
use support::handmade::{self, detached, enveloped, enveloped_data, multipart_signed, wrapped};
use support::receiver::{Receiver, signed};
use support::{ALICE, BOB, World, alice_and_bob, arrived, envelope, message};

static RECEIVER: LazyLock<Receiver> = LazyLock::new(Receiver::new);
static SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| signed(&RECEIVER.circle.address(ALICE)));
static CONTENT: LazyLock<Vec<u8>> = LazyLock::new(|| wrapped(&message(ALICE, &[BOB])));
static SIGNATURE: LazyLock<Vec<u8>> = LazyLock::new(|| detached(&CONTENT, &RECEIVER.circle.address(ALICE)));
static SEALED: LazyLock<Vec<u8>> =
    LazyLock::new(|| enveloped_data(&SIGNED, &[RECEIVER.bob.certificate()], Cipher::aes_256_cbc()));
static SENDER: LazyLock<World> = LazyLock::new(|| alice_and_bob(&support::Circle::new("Other")));
static SENT: LazyLock<Envelope> = LazyLock::new(|| {
    let original = message(ALICE, &[BOB]);
    arrived(&SENDER.outgoing(&envelope(ALICE, &[BOB], &original)).unwrap())
});

/// One change to a run of octets.
#[derive(Clone, Debug)]
enum Change {
    Cut { from: usize, octets: usize },
    Flip { at: usize, mask: u8 },
    Insert { at: usize, octets: Vec<u8> },
    Repeat { from: usize, octets: usize },
}

impl Change {
    fn apply(&self, octets: &mut Vec<u8>) {
        let place = |at: usize| at % (octets.len() + 1);
        match self {
            Self::Cut { from, octets: count } => {
                let start = place(*from);
                octets.drain(start..(start + count).min(octets.len()));
            }
            Self::Flip { at, mask } => {
                let at = place(*at);
                if let Some(octet) = octets.get_mut(at) {
                    *octet ^= mask;
                }
            }
            Self::Insert { at, octets: inserted } => {
                let at = place(*at);
                octets.splice(at..at, inserted.iter().copied());
            }
            Self::Repeat { from, octets: count } => {
                let start = place(*from);
                let run = octets[start..(start + count).min(octets.len())].to_vec();
                octets.splice(start..start, run);
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let telling = ["\r\n", "\n", "--", "--=_hand\r\n", "Content-Type: text/plain\r\n", "\r\n\r\n", "=", "\0"];
    let inserted = prop_oneof![
        proptest::sample::select(Vec::from(telling)).prop_map(|text| text.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 1..20),
    ];
    prop_oneof![
        (any::<usize>(), 1..200_usize).prop_map(|(from, octets)| Change::Cut { from, octets }),
        (any::<usize>(), 1..=255_u8).prop_map(|(at, mask)| Change::Flip { at, mask }),
        (any::<usize>(), inserted).prop_map(|(at, octets)| Change::Insert { at, octets }),
        (any::<usize>(), 1..200_usize).prop_map(|(from, octets)| Change::Repeat { from, octets }),
    ]
}

fn changed(original: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut octets = original.to_vec();
    changes.iter().for_each(|change| change.apply(&mut octets));
    octets
}

/// What is delivered, if anything is.
fn delivered(world: &World, envelope: &Envelope) -> Option<Vec<u8>> {
    world.incoming(envelope).ok().map(|received| received.envelope.message.octets().to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_to_the_signed_entity_deliver_nothing_else(changes in proptest::collection::vec(change(), 1..4)) {
        let entity = changed(&SIGNED, &changes);
        let sealed = enveloped(ALICE, BOB, &entity, &[RECEIVER.bob.certificate()]);
        if let Some(octets) = delivered(&RECEIVER.world, &envelope(ALICE, &[BOB], &sealed)) {
            prop_assert_eq!(octets, message(ALICE, &[BOB]));
        }
    }

    #[test]
    fn changes_to_the_signature_deliver_nothing_else(changes in proptest::collection::vec(change(), 1..3)) {
        let entity = multipart_signed(&CONTENT, &changed(&SIGNATURE, &changes));
        let sealed = enveloped(ALICE, BOB, &entity, &[RECEIVER.bob.certificate()]);
        if let Some(octets) = delivered(&RECEIVER.world, &envelope(ALICE, &[BOB], &sealed)) {
            prop_assert_eq!(octets, message(ALICE, &[BOB]));
        }
    }

    #[test]
    fn changes_to_the_envelope_deliver_nothing_else(changes in proptest::collection::vec(change(), 1..3)) {
        let sealed = handmade::sealed(ALICE, BOB, &changed(&SEALED, &changes));
        if let Some(octets) = delivered(&RECEIVER.world, &envelope(ALICE, &[BOB], &sealed)) {
            prop_assert_eq!(octets, message(ALICE, &[BOB]));
        }
    }

    #[test]
    fn changes_to_the_encrypted_message_deliver_nothing_else(changes in proptest::collection::vec(change(), 1..4)) {
        let message_octets = changed(SENT.message.octets(), &changes);
        if let Some(octets) = delivered(&SENDER, &envelope(ALICE, &[BOB], &message_octets)) {
            prop_assert_eq!(octets, message(ALICE, &[BOB]));
        }
    }
}
