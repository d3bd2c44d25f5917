//! Messages that an attacker would send, made right in every way but one. None is delivered.
#![cfg(test)]

mod support;

use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{Certificate, PrivateKeyEntry};
use support::handmade::{attributes_as_content, detached, multipart_signed, opaque, without_signers, wrapped};
use support::receiver::Receiver;
use support::{
    ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, World, alice_and_bob, arrived, envelope, message, outcomes,
    verdict,
};

#[test]
fn the_same_message_made_right_is_delivered() {
    let receiver = Receiver::new();
    let report = receiver.receive_from(&receiver.circle.address(ALICE));
    assert_eq!(verdict(&report), "accepted", "{:?}", report.rejection);
}

#[test]
fn leaf_with_anchor_key_id_is_not_trusted() {
    let receiver = Receiver::new();
    let anchor = receiver.circle.root.certificate();
    let key_id = anchor.subject_key_id().unwrap();
    let leaf = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).subject_key_id(key_id);
    let rogue = |name: &str| {
        let root = CertificateBuilder::authority(name, NOT_BEFORE, NOT_AFTER).subject_key_id(key_id);
        Authority::self_signed(&root).unwrap()
    };
    let cases = [
        ("issued by a stranger", rogue("Rogue root").issue(&leaf).unwrap()),
        ("issued by a stranger of the anchor's name", rogue(&anchor.common_name()).issue(&leaf).unwrap()),
        ("names the anchor as issuer, signed by itself", receiver.circle.root.forge(&leaf).unwrap()),
        ("signed by itself", Authority::self_signed(&leaf).unwrap().entry().unwrap()),
    ];
    for (case, signer) in cases {
        assert_eq!(signer.certificate().subject_key_id(), Some(key_id), "{case}");
        let report = receiver.receive_from(&signer);
        assert_eq!(verdict(&report), "no-trusted-recipients", "{case}: {:?}", report.rejection);
        assert!(outcomes(&report)[0].starts_with("bob@b.example removed"), "{case}: {:?}", outcomes(&report));
    }
}

#[test]
fn one_recipients_key_does_not_deliver_to_another() {
    let circle = Circle::new("Good");
    let (bob, carol) = (circle.address(BOB), circle.address(CAROL));
    let mut world = World::default();
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
    world.key(BOB, &bob).trusts(BOB, &circle.root);
    world.key(CAROL, &carol).trusts(CAROL, &circle.root);
    let sent = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap();

    let mut redirected = arrived(&sent);
    redirected.forward_paths.extend(envelope(ALICE, &[CAROL], b"").forward_paths);
    let received = world.incoming(&redirected).unwrap();

    assert_eq!(outcomes(&received.report), ["bob@b.example accepted", "carol@b.example removed not-decryptable"]);
    assert_eq!(received.envelope.forward_paths, sent.envelope.forward_paths);
}

#[test]
fn detached_signature_with_embedded_content_is_refused() {
    let receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let signed = wrapped(&message(ALICE, &[BOB]));
    let shown = wrapped(b"From: alice@a.example\r\nSubject: Pay now\r\n\r\nTo this account.\r\n");
    for (case, shown) in [("other content", &shown), ("the same content", &signed)] {
        let report = receiver.receive(&multipart_signed(shown, &opaque(&signed, &alice)));
        assert_ne!(verdict(&report), "accepted", "{case}");
        assert!(report.signers.iter().all(|signer| !signer.is_good()), "{case}");
    }
}

#[test]
fn zero_signers_is_never_signed() {
    let receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let content = wrapped(&message(ALICE, &[BOB]));
    let report = receiver.receive(&multipart_signed(&content, &without_signers(&detached(&content, &alice))));
    assert_eq!(verdict(&report), "unsigned", "{:?}", report.rejection);
    assert!(report.signers.is_empty());
}

#[test]
fn content_that_parses_as_attributes_is_refused() {
    let receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let genuine = wrapped(&message(ALICE, &[BOB]));
    let (content, cms) = attributes_as_content(&detached(&genuine, &alice));
    let report = receiver.receive(&multipart_signed(&content, &cms));
    assert_eq!(verdict(&report), "signed-attributes-invalid", "{:?}", report.rejection);
}

#[test]
fn a_signer_bound_to_somebody_else_does_not_speak_for_the_sender() {
    let receiver = Receiver::new();
    let report = receiver.receive_from(&receiver.circle.address("mallory@a.example"));
    assert_eq!(verdict(&report), "signer-not-bound", "{:?}", report.rejection);
}

#[test]
fn an_end_entity_may_not_issue_certificates() {
    let receiver = Receiver::new();
    let mallory = Authority::from_entry(&receiver.circle.address("mallory@m.example"));
    let alice = mallory.issue(&CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)).unwrap();
    let report = receiver.receive_from(&alice);
    assert_eq!(outcomes(&report), ["bob@b.example removed not-a-ca"]);
}

#[test]
fn an_anchor_in_the_message_is_no_anchor() {
    let receiver = Receiver::new();
    let stranger = Circle::new("Stranger");
    let alice = stranger.address(ALICE);
    let chain: Vec<Certificate> =
        [stranger.intermediate.certificate(), stranger.root.certificate()].map(Clone::clone).into();
    let alice = PrivateKeyEntry::new(alice.certificate().clone(), chain, alice.key().to_owned()).unwrap();
    let report = receiver.receive_from(&alice);
    assert_eq!(outcomes(&report), ["bob@b.example removed sender-untrusted"]);
}

#[test]
fn text_beside_the_signed_part_is_not_delivered() {
    let receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let content = wrapped(&message(ALICE, &[BOB]));
    let signed = multipart_signed(&content, &detached(&content, &alice));
    let mut entity =
        b"Content-Type: multipart/mixed; boundary=mixed\r\n\r\n--mixed\r\n\r\nPay now.\r\n--mixed\r\n".to_vec();
    entity.extend(signed);
    entity.extend_from_slice(b"--mixed--\r\n");
    assert_eq!(verdict(&receiver.receive(&entity)), "unsigned");
}

#[test]
fn a_changed_octet_anywhere_in_the_signed_part_is_noticed() {
    let receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let content = wrapped(&message(ALICE, &[BOB]));
    let cms = detached(&content, &alice);
    for place in [0, content.len() / 2, content.len() - 3] {
        let mut changed = content.clone();
        changed[place] ^= 1;
        assert_ne!(verdict(&receiver.receive(&multipart_signed(&changed, &cms))), "accepted", "octet {place}");
    }
}

#[test]
fn a_run_that_is_rejected_still_tells_every_step() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let report = world.incoming(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap_err();
    assert_eq!(verdict(&report), "not-encrypted");
    assert_eq!(report.trace.steps.len(), sealscope::agent::StepName::INCOMING.len());
}
