//! The agent, in both directions.

use openssl::symm::Cipher;
use sealscope::agent::{Report, Stopped, outcome_json};
use sealscope::span::Buffer;

use crate::support::handmade::{detached, enveloped_data, multipart_signed, opaque_entity, sealed, wrapped};
use crate::world::{ALICE, BOB, MESSAGE, WORLD, envelope};
use crate::{findings_hold, printable};

/// What of a message is the fuzzer's; the rest is right. The first octet of an input chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The message as it arrives.
    Message,
    /// The envelope in it.
    Envelope,
    /// The entity in the envelope.
    Entity,
    /// The signature in the entity.
    Signature,
    /// The signature in an entity that is nothing else.
    Opaque,
    /// What Alice signs: everything below the signature.
    Signed,
}

impl Place {
    pub const ALL: [Self; 6] =
        [Self::Message, Self::Envelope, Self::Entity, Self::Signature, Self::Opaque, Self::Signed];

    fn message(self, octets: &[u8]) -> Vec<u8> {
        let seal = |entity: &[u8]| {
            let recipients = [WORLD.bob[0].certificate()];
            sealed(ALICE, BOB, &enveloped_data(entity, &recipients, Cipher::aes_128_cbc()))
        };
        match self {
            Self::Message => octets.to_vec(),
            Self::Envelope => sealed(ALICE, BOB, octets),
            Self::Entity => seal(octets),
            Self::Signature => seal(&multipart_signed(&WORLD.content, octets)),
            Self::Opaque => seal(&opaque_entity(octets)),
            Self::Signed => seal(&multipart_signed(octets, &detached(octets, &WORLD.alice))),
        }
    }
}

/// Nothing is delivered but what Alice signed.
pub fn incoming(input: &[u8]) {
    let Some((choice, octets)) = input.split_first() else { return };
    let place = Place::ALL[usize::from(*choice) % Place::ALL.len()];
    let message = place.message(octets);
    let arrived = envelope(ALICE, BOB, &message);
    match WORLD.with_agent(|agent| agent.process_incoming(&arrived)) {
        Ok(accepted) => {
            let delivered = accepted.envelope.message.octets();
            report_holds(&accepted.report);
            assert_eq!(accepted.envelope.forward_paths, arrived.forward_paths);
            match place {
                Place::Signed => assert!(
                    contains(octets, delivered) || delivered.ends_with(octets) || is_encoded(octets),
                    "Alice did not sign this"
                ),
                _ => assert_eq!(delivered, MESSAGE, "Alice did not sign this ({place:?})"),
            }
        }
        Err(Stopped::Rejected(rejected)) => {
            assert!(rejected.report.rejection.is_some());
            printable(&rejected.reason.detail);
            report_holds(&rejected.report);
        }
        Err(Stopped::Failed(error)) => panic!("receiving does not fail: {error}"),
    }
}

fn contains(octets: &[u8], run: &[u8]) -> bool {
    run.is_empty() || octets.windows(run.len()).any(|found| found == run)
}

/// A wrapper may be encoded; then the message is not a run of its octets.
fn is_encoded(octets: &[u8]) -> bool {
    let text = String::from_utf8_lossy(octets).to_lowercase();
    text.contains("base64") || text.contains("quoted-printable")
}

/// What is sent arrives octet for octet, or with the line ends that mail has.
pub fn outgoing(octets: &[u8]) {
    match WORLD.with_agent(|agent| agent.process_outgoing(&envelope(ALICE, BOB, octets))) {
        Ok(sent) => {
            report_holds(&sent.report);
            let arrived = envelope(ALICE, BOB, sent.envelope.message.octets());
            match WORLD.with_agent(|agent| agent.process_incoming(&arrived)) {
                Ok(received) => {
                    let canonical = sealscope::mime::canonical::local_to_crlf(octets);
                    let expected = canonical.as_deref().unwrap_or(octets);
                    assert_eq!(received.envelope.message.octets(), expected);
                    report_holds(&received.report);
                }
                Err(Stopped::Rejected(rejected)) => {
                    let code = rejected.reason.code.as_str();
                    assert!(
                        code == "limit-exceeded",
                        "what was sent does not arrive: {code}, {}",
                        rejected.reason.detail
                    );
                }
                Err(Stopped::Failed(error)) => panic!("receiving does not fail: {error}"),
            }
        }
        Err(Stopped::Rejected(rejected)) => report_holds(&rejected.report),
        Err(Stopped::Failed(error)) => printable(&error.to_string()),
    }
}

fn report_holds(report: &Report) {
    let buffers: Vec<&Buffer> = report.buffers.iter().collect();
    let findings: Vec<_> = report.findings().cloned().collect();
    findings_hold(&findings, &buffers);
    assert_eq!(report.is_accepted(), report.recipients.iter().any(|recipient| recipient.is_accepted()));
    let json = outcome_json(report).to_string();
    assert!(json.starts_with('{') && !json.contains("PRIVATE KEY"));
}

/// A message that goes through, for each place.
pub fn good(place: Place) -> Vec<u8> {
    let entity = multipart_signed(&WORLD.content, &WORLD.signature);
    let envelope = enveloped_data(&entity, &[WORLD.bob[0].certificate()], Cipher::aes_128_cbc());
    match place {
        Place::Message => sealed(ALICE, BOB, &envelope),
        Place::Envelope => envelope,
        Place::Entity => entity,
        Place::Signature => WORLD.signature.clone(),
        Place::Opaque => crate::support::handmade::opaque(&WORLD.content, &WORLD.alice),
        Place::Signed => wrapped(MESSAGE),
    }
}
