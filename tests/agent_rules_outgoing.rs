//! Rules of sending that are easy to get wrong: whose key, whose certificate, and what is told.
#![cfg(test)]

mod support;

use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::x509::X509;
use openssl::x509::extension::SubjectAlternativeName;
use sealscope::agent::{Profile, ProfileName};
use sealscope::finding::Severity;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{Certificate, KeyUsage, NewKey, PrivateKeyEntry};
use support::account::{finding, octets_of, received, sent};
use support::handmade::enveloped;
use support::receiver::{answer, signed};
use support::{
    ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, alice_and_bob, arrived, envelope, message, outcomes,
    verdict,
};
use time::Duration;

fn issued(circle: &Circle, builder: &CertificateBuilder) -> PrivateKeyEntry {
    circle.intermediate.issue(builder).unwrap()
}

fn for_bob() -> CertificateBuilder {
    CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER)
}

#[test]
fn a_certificate_nothing_can_be_encrypted_for_removes_its_owner_and_nobody_else() {
    let circle = Circle::new("Good");
    let serves = "1.3.6.1.5.5.7.3.1";
    let cases = [
        ("key-usage", for_bob().key_usage(Some(KeyUsage::DIGITAL_SIGNATURE))),
        ("key-usage", for_bob().key_usage(Some(KeyUsage::KEY_AGREEMENT))),
        ("key-usage", for_bob().extended_key_usage(serves)),
        ("accepted", for_bob().key_usage(Some(KeyUsage::KEY_ENCIPHERMENT))),
        ("accepted", for_bob().key(NewKey::P256).key_usage(Some(KeyUsage::KEY_AGREEMENT))),
    ];
    for (row, (expected, builder)) in cases.into_iter().enumerate() {
        let mut world = World::default();
        world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
        world.certificate(BOB, issued(&circle, &builder).certificate());
        world.certificate(CAROL, circle.address(CAROL).certificate());
        let report = sent(&world, &envelope(ALICE, &[BOB, CAROL], &message(ALICE, &[BOB, CAROL])));
        assert_eq!(verdict(&report), "accepted", "row {row}: {:?}", report.rejection);
        assert_eq!(answer(&report), expected, "row {row}");
    }
}

/// A certificate of a key that signs and can do nothing else.
fn ed25519(address: &str) -> Certificate {
    let key = PKey::generate_ed25519().unwrap();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(NOT_BEFORE.unix_timestamp()).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(NOT_AFTER.unix_timestamp()).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    let name = SubjectAlternativeName::new().email(address).build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(name).unwrap();
    builder.sign(&key, MessageDigest::null()).unwrap();
    Certificate::from_der(&builder.build().to_der().unwrap()).unwrap()
}

#[test]
fn a_key_that_only_signs_gets_no_content_key_and_stops_nobody() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
    world.certificate(BOB, &ed25519(BOB)).certificate(CAROL, circle.address(CAROL).certificate());
    let report = sent(&world, &envelope(ALICE, &[BOB, CAROL], &message(ALICE, &[BOB, CAROL])));
    assert_eq!(outcomes(&report), ["bob@b.example removed unsupported-algorithm", "carol@b.example accepted"]);
}

#[test]
fn of_several_certificates_the_one_that_came_closest_tells_why() {
    let (good, other) = (Circle::new("Good"), Circle::new("Other"));
    let expired = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOW - Duration::DAY);
    let mut world = World::default();
    world.key(ALICE, &good.address(ALICE)).trusts(ALICE, &good.root);
    world.certificate(BOB, good.address(CAROL).certificate());
    world.certificate(BOB, other.address(BOB).certificate());
    world.certificate(BOB, issued(&good, &expired).certificate());
    let report = sent(&world, &envelope(ALICE, &[BOB], &message(ALICE, &[BOB])));
    assert_eq!(answer(&report), "expired", "{:?}", report.rejection);
}

#[test]
fn an_address_bound_certificate_comes_before_a_domain_bound_one() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
    let own = circle.address(BOB);
    world.certificate(BOB, circle.domain("b.example").certificate()).certificate(BOB, own.certificate());
    let report = sent(&world, &envelope(ALICE, &[BOB], &message(ALICE, &[BOB])));
    let infos: Vec<&str> = report.recipient_infos.iter().map(|info| info.identifier.as_str()).collect();
    assert!(infos.len() == 1 && infos[0].ends_with(&own.certificate().serial()), "{infos:?}");
}

#[test]
fn an_address_with_a_suffix_is_served_with_the_certificate_of_the_address_without() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let to = ["bob+lab@b.example"];
    let report = sent(&world, &envelope(ALICE, &to, &message(ALICE, &to)));
    assert_eq!(outcomes(&report), ["bob+lab@b.example accepted"]);
}

#[test]
fn a_key_that_may_not_sign_mail_does_not_sign() {
    let circle = Circle::new("Good");
    let alice = || CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER);
    for builder in [
        alice().extended_key_usage("1.3.6.1.5.5.7.3.1"),
        alice().key_usage(Some(KeyUsage::KEY_ENCIPHERMENT)),
        alice().key(NewKey::Rsa(1024)),
        CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOW - Duration::DAY),
        CertificateBuilder::for_address(ALICE, NOW + Duration::DAY, NOT_AFTER),
    ] {
        let mut world = World::default();
        world.key(ALICE, &issued(&circle, &builder)).trusts(ALICE, &circle.root);
        world.certificate(BOB, circle.address(BOB).certificate());
        let bob = envelope(ALICE, &[BOB], &message(ALICE, &[BOB]));
        assert_eq!(verdict(&sent(&world, &bob)), "no-private-key");
        world.key(ALICE, &circle.address(ALICE));
        let report = sent(&world, &bob);
        assert_eq!((verdict(&report), report.signers.len()), ("accepted", 1));
    }
}

#[test]
fn the_account_of_what_was_signed_is_read_back_from_it() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world.key(ALICE, &circle.address(CAROL)).trusts(ALICE, &circle.root);
    world.certificate(BOB, circle.address(BOB).certificate());
    let report = sent(&world, &envelope(ALICE, &[BOB], &message(ALICE, &[BOB])));
    let signer = &report.signers[0];
    assert!(!signer.bound_to_sender, "the key is somebody else's");
    assert!(signer.signature_algorithm.contains("RSA PKCS"), "{}", signer.signature_algorithm);
    assert!(finding(&report, "outgoing.sender-bound", Severity::Warning).is_some());
}

#[test]
fn leaks_are_shown_in_the_octets_that_leave_whatever_the_line_ends_were() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let stranger = "eve@elsewhere.example";
    let crlf = format!(
        "From: {ALICE}\r\nTo: {BOB}\r\nCc: {stranger}\r\nBcc: dave@d.example\r\nDate: x\r\nMessage-ID: <1@a>\r\n\r\nhi\r\n"
    );
    for original in [crlf.clone(), crlf.replace("\r\n", "\n")] {
        let report = sent(&world, &envelope(ALICE, &[BOB, stranger], original.as_bytes()));
        let leak = finding(&report, "outgoing.removed-recipient-inside", Severity::Warning).unwrap();
        assert_eq!(octets_of(&report, leak.span.unwrap()), format!("Cc: {stranger}\r\n").as_bytes());
        let bcc = finding(&report, "outgoing.bcc-inside", Severity::Warning).unwrap();
        assert_eq!(octets_of(&report, bcc.span.unwrap()), b"Bcc: dave@d.example\r\n");
    }
}

#[test]
fn a_header_that_names_others_is_told_and_refused_where_the_profile_wants_it() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    world.key(CAROL, &circle.address(CAROL)).trusts(CAROL, &circle.root);
    let cases: [(&[&str], Vec<u8>, _); 3] = [
        (&[BOB, CAROL], message(ALICE, &[BOB]), "message.recipients-agree"),
        (&[BOB], message("ceo@a.example", &[BOB]), "message.sender-agrees"),
        (&[BOB], message(&format!("{ALICE}\r\nFrom: ceo@a.example"), &[BOB]), "header.field-count"),
    ];
    for (to, original, rule) in cases {
        let expected = if rule == "message.recipients-agree" { Severity::Info } else { Severity::Warning };
        world.profile = Profile::default();
        let outgoing = world.outgoing(&envelope(ALICE, to, &original)).unwrap();
        assert!(finding(&outgoing.report, rule, expected).is_some(), "{rule}, sent");
        let arriving = arrived(&outgoing);
        let report = received(&world, &arriving);
        assert_eq!(verdict(&report), "accepted");
        assert!(finding(&report, rule, expected).is_some(), "{rule}, received");
        if rule != "header.field-count" {
            world.profile = Profile::named(ProfileName::Direct13);
            assert_eq!(verdict(&sent(&world, &envelope(ALICE, to, &original))), "routing-mismatch");
            assert_eq!(verdict(&received(&world, &arriving)), "routing-mismatch");
        }
    }
}

#[test]
fn what_legacy_tolerates_is_told() {
    let root = CertificateBuilder::authority("Old root", NOT_BEFORE, NOT_AFTER).key(NewKey::Rsa(1024));
    let root = Authority::self_signed(&root).unwrap();
    let bob = root.issue(&for_bob().key(NewKey::Rsa(1024))).unwrap();
    let alice =
        root.issue(&CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).key(NewKey::Rsa(1024))).unwrap();
    let mut world = World::default();
    world.key(BOB, &bob).trusts(BOB, &root);
    let message = enveloped(ALICE, BOB, &signed(&alice), &[bob.certificate()]);
    for (profile, expected) in [(ProfileName::Direct12, "weak-key"), (ProfileName::Legacy, "accepted")] {
        world.profile = Profile::named(profile);
        assert_eq!(answer(&received(&world, &envelope(ALICE, &[BOB], &message))), expected);
    }
    let report = received(&world, &envelope(ALICE, &[BOB], &message));
    for rule in ["signer.key-size", "path.key-size"] {
        assert!(finding(&report, rule, Severity::Warning).is_some(), "{rule}");
    }
}

#[test]
fn an_address_beyond_ascii_is_sent_to_and_received_for() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    let doctor = "médecin@b.example";
    world.key(doctor, &circle.address(doctor)).trusts(doctor, &circle.root);
    let to = [doctor, "me\u{301}decin@b.example"];
    let outgoing = world.outgoing(&envelope(ALICE, &to, &message(ALICE, &to))).unwrap();
    // The other spelling looks the same and is another mailbox (RFC 9598 §5).
    let code = |report: &sealscope::agent::Report| {
        report.recipients.iter().map(|recipient| recipient.state.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(code(&outgoing.report), ["accepted", "removed"]);
    let report = received(&world, &arrived(&outgoing));
    assert_eq!(code(&report), ["accepted"]);
}
