//! Each recipient is judged on their own: for what they hold, and for whom they trust.
#![cfg(test)]

mod support;

use sealscope::finding::Severity;
use sealscope::pki::issue::CertificateBuilder;
use support::handmade::{detached, enveloped, joined, multipart_signed, wrapped};
use support::{
    ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, alice_and_bob, arrived, envelope, message, outcomes,
    verdict,
};
use time::Duration;

const DAVE: &str = "dave@b.example";

#[test]
fn of_two_recipients_the_one_without_a_key_is_removed() {
    let circle = Circle::new("Good");
    let (bob, carol) = (circle.address(BOB), circle.address(CAROL));
    let mut world = World::default();
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
    world.key(BOB, &bob).trusts(BOB, &circle.root);
    world.certificate(CAROL, carol.certificate()).trusts(CAROL, &circle.root);
    let sent = world.outgoing(&envelope(ALICE, &[BOB, CAROL], &message(ALICE, &[BOB, CAROL]))).unwrap();
    assert_eq!(outcomes(&sent.report), ["bob@b.example accepted", "carol@b.example accepted"]);

    let received = world.incoming(&arrived(&sent)).unwrap();
    assert_eq!(outcomes(&received.report), ["bob@b.example accepted", "carol@b.example removed no-private-key"]);
}

#[test]
fn of_two_recipients_the_one_who_does_not_trust_the_signer_is_removed() {
    let (good, other) = (Circle::new("Good"), Circle::new("Other"));
    let mut world = World::default();
    world.key(ALICE, &good.address(ALICE)).trusts(ALICE, &good.root);
    world.key(BOB, &good.address(BOB)).trusts(BOB, &good.root);
    world.key(CAROL, &good.address(CAROL)).trusts(CAROL, &other.root);
    let sent = world.outgoing(&envelope(ALICE, &[BOB, CAROL], &message(ALICE, &[BOB, CAROL]))).unwrap();

    let received = world.incoming(&arrived(&sent)).unwrap();
    assert_eq!(outcomes(&received.report), ["bob@b.example accepted", "carol@b.example removed no-path-to-anchor"]);
    assert_eq!(received.envelope.forward_paths.len(), 1);
}

#[test]
fn a_recipient_who_trusts_nobody_is_told_so() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    world.key(CAROL, &circle.address(CAROL));
    let sent = world.outgoing(&envelope(ALICE, &[BOB, CAROL], &message(ALICE, &[BOB, CAROL]))).unwrap();
    let received = world.incoming(&arrived(&sent)).unwrap();
    assert_eq!(outcomes(&received.report), ["bob@b.example accepted", "carol@b.example removed no-anchors"]);
}

#[test]
fn two_signers_in_different_circles_each_convince_their_own_recipient() {
    let (north, south, east) = (Circle::new("North"), Circle::new("South"), Circle::new("East"));
    let mut world = World::default();
    world.key(ALICE, &north.address(ALICE)).key(ALICE, &south.address(ALICE));
    world.trusts(ALICE, &north.root).trusts(ALICE, &south.root).trusts(ALICE, &east.root);
    world.key(BOB, &north.address(BOB)).trusts(BOB, &north.root);
    world.key(CAROL, &south.address(CAROL)).trusts(CAROL, &south.root);
    world.key(DAVE, &east.address(DAVE)).trusts(DAVE, &east.root);
    let to = [BOB, CAROL, DAVE];
    let sent = world.outgoing(&envelope(ALICE, &to, &message(ALICE, &to))).unwrap();
    assert_eq!(sent.report.signers.len(), 2);

    let received = world.incoming(&arrived(&sent)).unwrap();
    assert_eq!(
        outcomes(&received.report),
        ["bob@b.example accepted", "carol@b.example accepted", "dave@b.example removed no-path-to-anchor"]
    );
    let convinced = |signer: &sealscope::agent::SignerOutcome| {
        let trusting = signer.trust.iter().filter(|trust| trust.path.is_ok());
        trusting.map(|trust| trust.recipient.to_string()).collect::<Vec<_>>()
    };
    let mut convinced: Vec<_> = received.report.signers.iter().map(convinced).collect();
    convinced.sort();
    assert_eq!(convinced, [[BOB], [CAROL]]);
}

#[test]
fn a_broken_signature_beside_a_good_one_does_not_reject_the_message() {
    let circle = Circle::new("Good");
    let bob = circle.address(BOB);
    let mut world = World::default();
    world.key(BOB, &bob).trusts(BOB, &circle.root);
    let content = wrapped(&message(ALICE, &[BOB]));
    let good = detached(&content, &circle.address(ALICE));
    let broken = detached(b"something else", &circle.address(ALICE));
    let entity = multipart_signed(&content, &joined(&broken, &good));
    let sealed = enveloped(ALICE, BOB, &entity, &[bob.certificate()]);

    let received = world.incoming(&envelope(ALICE, &[BOB], &sealed)).unwrap();
    let good: Vec<bool> = received.report.signers.iter().map(|signer| signer.is_good()).collect();
    assert_eq!(good.len(), 2);
    assert_eq!(good.iter().filter(|good| **good).count(), 1);
    assert_eq!(outcomes(&received.report), ["bob@b.example accepted"]);
}

#[test]
fn recipients_elsewhere_are_left_alone() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    let eve = "eve@elsewhere.example";
    world.certificate(eve, circle.address(eve).certificate());
    let sent = world.outgoing(&envelope(ALICE, &[eve, BOB], &message(ALICE, &[eve, BOB]))).unwrap();
    let received = world.incoming(&arrived(&sent)).unwrap();
    assert_eq!(outcomes(&received.report), ["eve@elsewhere.example not-local", "bob@b.example accepted"]);
}

#[test]
fn mail_for_nobody_here_is_rejected_as_such() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let sent = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap();
    let mut elsewhere = World::default();
    elsewhere.key("dave@d.example", &circle.address("dave@d.example"));
    let report = elsewhere.incoming(&arrived(&sent)).unwrap_err();
    assert_eq!(verdict(&report), "no-local-recipients");
    assert_eq!(outcomes(&report), ["bob@b.example not-local"]);
}

#[test]
fn settings_fall_back_to_the_address_without_suffix_and_then_to_the_domain() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world.key("a.example", &circle.domain("a.example")).trusts("a.example", &circle.root);
    world.key("b.example", &circle.domain("b.example")).trusts("b.example", &circle.root);
    world.key(CAROL, &circle.address(CAROL));
    let to = ["dave+lab@b.example", CAROL];
    let sent = world.outgoing(&envelope("alice+ward@a.example", &to, &message("alice+ward@a.example", &to))).unwrap();
    let received = world.incoming(&arrived(&sent)).unwrap();
    assert_eq!(outcomes(&received.report), ["dave+lab@b.example accepted", "carol@b.example accepted"]);
}

#[test]
fn who_is_not_trusted_is_not_sent_to() {
    let (good, other) = (Circle::new("Good"), Circle::new("Other"));
    let mut world = alice_and_bob(&good);
    let (stranger, unknown) = ("carol@c.example", "dave@d.example");
    world.certificate(stranger, other.address(stranger).certificate());
    let to = [BOB, stranger, unknown];
    let sent = world.outgoing(&envelope(ALICE, &to, &message(ALICE, &to))).unwrap();
    assert_eq!(
        outcomes(&sent.report),
        [
            "bob@b.example accepted",
            "carol@c.example removed no-path-to-anchor",
            "dave@d.example removed certificate-not-found"
        ]
    );
    assert_eq!(sent.envelope.forward_paths.len(), 1);
    let text = String::from_utf8_lossy(sent.envelope.message.octets()).into_owned();
    let header = text.split("\r\n\r\n").next().unwrap();
    assert!(header.contains(BOB) && !header.contains(stranger) && !header.contains(unknown), "{header}");
    let leak = sent.report.findings().any(|finding| {
        finding.severity == Severity::Warning
            && finding.detail.contains(stranger)
            && finding.rule.id == "outgoing.removed-recipient-inside"
    });
    assert!(leak, "the removed recipient is still named inside: {:#?}", sent.report.findings().collect::<Vec<_>>());
}

#[test]
fn with_nobody_left_nothing_is_sent() {
    let (good, other) = (Circle::new("Good"), Circle::new("Other"));
    let mut world = World::default();
    world.key(ALICE, &good.address(ALICE)).trusts(ALICE, &good.root);
    world.certificate(BOB, other.address(BOB).certificate());
    let report = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap_err();
    assert_eq!(verdict(&report), "no-trusted-recipients");
    assert_eq!(outcomes(&report), ["bob@b.example removed no-path-to-anchor"]);
}

#[test]
fn a_sender_without_a_private_key_sends_nothing() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world.trusts(ALICE, &circle.root).certificate(BOB, circle.address(BOB).certificate());
    let report = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap_err();
    assert_eq!(verdict(&report), "no-private-key");
}

#[test]
fn a_certificate_of_another_name_is_not_used_for_the_recipient() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
    world.certificate(BOB, circle.address(CAROL).certificate());
    let report = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap_err();
    assert_eq!(outcomes(&report), ["bob@b.example removed certificate-not-bound"]);
}

#[test]
fn a_key_whose_certificate_has_expired_still_decrypts_but_never_signs() {
    let circle = Circle::new("Good");
    let past = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOW - Duration::days(1));
    let bob = circle.intermediate.issue(&past).unwrap();
    let mut world = World::default();
    world.key(BOB, &bob).trusts(BOB, &circle.root);
    let content = wrapped(&message(ALICE, &[BOB]));
    let entity = multipart_signed(&content, &detached(&content, &circle.address(ALICE)));
    let sealed = enveloped(ALICE, BOB, &entity, &[bob.certificate()]);
    let received = world.incoming(&envelope(ALICE, &[BOB], &sealed)).unwrap();
    assert_eq!(outcomes(&received.report), ["bob@b.example accepted"]);
    let told = received.report.findings().any(|finding| finding.severity == Severity::Warning);
    assert!(told, "the expired certificate is not mentioned");

    world.certificate(ALICE, circle.address(ALICE).certificate());
    let report = world.outgoing(&envelope(BOB, &[ALICE], &message(BOB, &[ALICE]))).unwrap_err();
    assert_ne!(verdict(&report), "accepted");
}

#[test]
fn the_most_specific_fault_of_a_path_is_the_reason() {
    let circle = Circle::new("Good");
    let expired = CertificateBuilder::authority("Expired intermediate", NOT_BEFORE, NOW - Duration::days(1));
    let expired = circle.root.issue_authority(&expired).unwrap();
    let alice = expired.issue(&CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)).unwrap();
    let bob = circle.address(BOB);
    let mut world = World::default();
    world.key(BOB, &bob).trusts(BOB, &circle.root);
    let content = wrapped(&message(ALICE, &[BOB]));
    let entity = multipart_signed(&content, &detached(&content, &alice));
    let sealed = enveloped(ALICE, BOB, &entity, &[bob.certificate()]);
    let report = world.incoming(&envelope(ALICE, &[BOB], &sealed)).unwrap_err();
    assert_eq!(outcomes(&report), ["bob@b.example removed expired"]);
}
