//! What leaves: sealed for those who are trusted, readable by them, and silent about everything else.
#![cfg(test)]

mod support;

use openssl::cms::CmsContentInfo;
use sealscope::agent::{MakingOptions, OutgoingMessage, StepName};
use sealscope::pki::NewKey;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::smime::{KeyTransport, MakingCipher, MakingDigest};
use support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, World, alice_and_bob, arrived, envelope, message};

fn sent(world: &World, original: &[u8]) -> OutgoingMessage {
    world.outgoing(&envelope(ALICE, &[BOB], original)).unwrap_or_else(|report| panic!("{:?}", report.rejection))
}

fn header(message: &OutgoingMessage) -> String {
    let text = String::from_utf8_lossy(message.envelope.message.octets()).into_owned();
    text.split_once("\r\n\r\n").unwrap().0.to_owned()
}

#[test]
fn every_choice_of_algorithms_arrives() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    let original = message(ALICE, &[BOB]);
    for content in MakingCipher::ALL {
        for digest in MakingDigest::ALL {
            for transport in KeyTransport::ALL {
                world.making =
                    MakingOptions { content, key_transport: Some(transport), digest, ..MakingOptions::default() };
                let received = world.incoming(&arrived(&sent(&world, &original)));
                let received = received.unwrap_or_else(|report| panic!("{:?}: {:?}", world.making, report.rejection));
                assert_eq!(received.envelope.message.octets(), original, "{:?}", world.making);
            }
        }
    }
}

#[test]
fn elliptic_curve_keys_send_and_receive() {
    let circle = Circle::new("Good");
    for key in [NewKey::P256, NewKey::P384] {
        let of = |address: &str| {
            let builder = CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER).key(key);
            circle.intermediate.issue(&builder).unwrap()
        };
        let mut world = World::default();
        world.key(ALICE, &of(ALICE)).trusts(ALICE, &circle.root).key(BOB, &of(BOB)).trusts(BOB, &circle.root);
        let original = message(ALICE, &[BOB]);
        let received = world.incoming(&arrived(&sent(&world, &original))).unwrap();
        assert_eq!(received.envelope.message.octets(), original);
    }
}

#[test]
fn another_program_finds_the_wrapped_message_inside_octet_for_octet() {
    let circle = Circle::new("Good");
    let bob = circle.address(BOB);
    let mut world = World::default();
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root).certificate(BOB, bob.certificate());
    let original = message(ALICE, &[BOB]);
    let cms = CmsContentInfo::smime_read_cms(sent(&world, &original).envelope.message.octets()).unwrap();
    let signed = cms.decrypt(bob.key(), &bob.certificate().x509().to_owned()).unwrap();
    assert!(signed.starts_with(b"Content-Type: multipart/signed;"));
    let wrapped = support::handmade::wrapped(&original);
    let found = signed.windows(wrapped.len()).any(|octets| octets == wrapped);
    assert!(found, "{}", String::from_utf8_lossy(&signed));
}

#[test]
fn subject_and_blind_copies_do_not_leave_in_the_clear() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let original = b"From: alice@a.example\r\nTo: bob@b.example\r\nBcc: dave@d.example\r\nSubject: Secret\r\n\
        Comments: hidden\r\nReceived: from here\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\n\r\nbody\r\n";
    let header = header(&sent(&world, original));
    for hidden in ["Secret", "Subject", "dave@", "Bcc", "hidden", "from here"] {
        assert!(!header.contains(hidden), "{hidden} leaves in the clear:\n{header}");
    }
    for shown in ["From: alice@a.example", "To: bob@b.example", "Date: ", "MIME-Version: 1.0", "enveloped-data"] {
        assert!(header.contains(shown), "{shown} is missing:\n{header}");
    }
}

#[test]
fn the_new_message_is_seven_bit_text_of_short_lines() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let original = [b"From: alice@a.example\r\n\r\n".as_slice(), &[0xff; 3000], b"\n\r\0"].concat();
    let sent = sent(&world, &original);
    let octets = sent.envelope.message.octets();
    assert!(octets.is_ascii() && octets.ends_with(b"\r\n"));
    assert!(
        String::from_utf8_lossy(octets)
            .split("\r\n")
            .all(|line| line.len() <= 76 || line.starts_with("From:") || line.starts_with("Content-")),
        "a line is too long"
    );
}

#[test]
fn keys_of_every_kind_of_binding_serve_the_sender() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    world.key("a.example", &circle.domain("a.example"));
    let outgoing = world.outgoing(&envelope("dave@a.example", &[BOB], &message("dave@a.example", &[BOB])));
    let report = outgoing.unwrap_err();
    assert_eq!(support::outcomes(&report), ["bob@b.example removed no-anchors"], "dave has no anchors of his own");
    world.trusts("a.example", &circle.root);
    let sent = world.outgoing(&envelope("dave@a.example", &[BOB], &message("dave@a.example", &[BOB]))).unwrap();
    assert!(world.incoming(&arrived(&sent)).is_ok());
}

#[test]
fn an_offline_run_says_that_the_dns_was_not_asked() {
    let world = alice_and_bob(&Circle::new("Good"));
    let sent = sent(&world, &message(ALICE, &[BOB]));
    assert!(sent.report.findings().any(|finding| finding.rule.id == "outgoing.dns-method"));
    assert_eq!(sent.report.trace.steps.len(), StepName::OUTGOING.len());
}

#[test]
fn a_stranger_cannot_open_what_was_sent() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let sent = sent(&world, &message(ALICE, &[BOB]));
    let stranger = circle.address("eve@e.example");
    let cms = CmsContentInfo::smime_read_cms(sent.envelope.message.octets()).unwrap();
    let opened = cms.decrypt(stranger.key(), &stranger.certificate().x509().to_owned());
    assert!(opened.is_err(), "opened with a stranger's key");
}
