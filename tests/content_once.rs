//! The content costs one operation, however many recipients there are: of them each costs a key.
//!
//! What that saves in time is told by the benches; here it is counted, so that it holds on every machine.
#![cfg(test)]

#[path = "support/allocations.rs"]
mod allocations;
mod support;

use allocations::counted;
use sealscope::agent::{IncomingMessage, OutgoingMessage};
use sealscope::limits::Limits;
use sealscope::mail::Envelope;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::{NewKey, PrivateKeyEntry};
use sealscope::smime::{ContentKey, EnvelopedData, decrypt_content, unwrap_key};
use sealscope::span::BufferName;
use support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, World, alice_and_bob, arrived, envelope, message};

const CONTENT: usize = 1 << 20;
/// What a recipient may cost in octets allocated: certificate, path, findings, and their place in the envelope.
const RECIPIENT: usize = 64 << 10;

/// Alice, Bob and nine more of Bob's domain, each with a key of their own.
struct Ten {
    world: World,
    names: Vec<String>,
    keys: Vec<PrivateKeyEntry>,
}

impl Ten {
    fn new() -> Self {
        let circle = Circle::new("ten");
        let mut ten = Self { world: alice_and_bob(&circle), names: vec![BOB.to_owned()], keys: Vec::new() };
        for number in 1..10 {
            let name = format!("member{number}@b.example");
            let builder = CertificateBuilder::for_address(&name, NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
            let key = circle.intermediate.issue(&builder).unwrap();
            ten.world.key(&name, &key).trusts(&name, &circle.root);
            ten.names.push(name);
            ten.keys.push(key);
        }
        ten
    }

    fn draft(&self, recipients: usize) -> Envelope {
        let names: Vec<&str> = self.names.iter().take(recipients).map(String::as_str).collect();
        let mut text = message(ALICE, &[BOB]);
        text.extend_from_slice(&b"All is well.\r\n".repeat(CONTENT / 14));
        envelope(ALICE, &names, &text)
    }

    fn sent(&self, recipients: usize) -> (OutgoingMessage, usize) {
        let draft = self.draft(recipients);
        // Certificates and paths are known the second time.
        let _ = self.world.outgoing(&draft);
        let (sent, taken) = self.world.with_agent(|agent| counted(|| agent.process_outgoing(&draft).unwrap()));
        (sent, taken.taken)
    }

    fn opened(&self, received: &Envelope) -> (IncomingMessage, usize) {
        let _ = self.world.incoming(received);
        let (opened, taken) = self.world.with_agent(|agent| counted(|| agent.process_incoming(received).unwrap()));
        (opened, taken.taken)
    }
}

fn envelope_in(sent: &OutgoingMessage) -> EnvelopedData {
    EnvelopedData::read(sent.report.buffer(BufferName::EncryptedCms).unwrap(), &Limits::DEFAULT).unwrap()
}

#[test]
fn ten_recipients_share_one_ciphertext_and_one_content_key() {
    let ten = Ten::new();
    let (sent, _) = ten.sent(10);
    let data = envelope_in(&sent);
    let cms = sent.report.buffer(BufferName::EncryptedCms).unwrap().octets().len();
    let content = sent.report.buffer(BufferName::Signed).unwrap().octets().len();
    assert!(cms < content + 10 * 1_024, "{cms} octets for {content}");
    assert_eq!(data.recipients.len(), 10);
    let content_keys: Vec<ContentKey> = ten.keys.iter().map(|key| unwrap_key(&data, key).unwrap().unwrap()).collect();
    assert_eq!(content_keys.len(), 9);
    assert!(content_keys.windows(2).all(|pair| pair[0] == pair[1]));
    let plaintext = decrypt_content(&data, &content_keys[0]).unwrap();
    assert_eq!(plaintext.octets(), sent.report.buffer(BufferName::Signed).unwrap().octets());
}

#[test]
fn to_send_to_ten_costs_the_content_once() {
    let ten = Ten::new();
    let ((_, to_one), (_, to_ten)) = (ten.sent(1), ten.sent(10));
    assert!(to_one > CONTENT, "{to_one}");
    assert!(to_ten < to_one + 9 * RECIPIENT, "{to_one} octets for one, {to_ten} for ten");
}

#[test]
fn to_open_for_ten_costs_the_content_once() {
    let ten = Ten::new();
    let received = arrived(&ten.sent(10).0);
    let for_bob = Envelope { forward_paths: received.forward_paths[..1].to_vec(), ..received.clone() };
    let ((opened, for_ten), (_, for_one)) = (ten.opened(&received), ten.opened(&for_bob));
    assert_eq!(opened.envelope.forward_paths.len(), 10);
    assert!(for_one > CONTENT, "{for_one}");
    assert!(for_ten < for_one + 9 * RECIPIENT, "{for_one} octets for one, {for_ten} for ten");
}
