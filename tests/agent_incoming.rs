//! What the agent makes of messages that arrive: what it refuses and under which code, and what it tolerates.
#![cfg(test)]

mod support;

use openssl::cms::CMSOptions;
use sealscope::agent::{Profile, ProfileName, Report};
use sealscope::finding::Severity;
use sealscope::mail::ReversePath;
use sealscope::pki::issue::{CertificateBuilder, Criticality, CrlBuilder};
use sealscope::pki::{KeyUsage, NewKey, PrivateKeyEntry, RevocationReason};
use support::handmade::{detached, enveloped, multipart_signed, opaque, opaque_entity, signature, wrapped};
use support::receiver::{Receiver, answer, signed};
use support::{ALICE, BOB, CAROL, NOT_AFTER, NOT_BEFORE, NOW, envelope, message, verdict};
use time::Duration;

const DAY: Duration = Duration::DAY;

fn alice() -> CertificateBuilder {
    CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)
}

fn told(report: &Report, rule: &str, severity: Severity) -> bool {
    report.findings().any(|finding| finding.rule.id == rule && finding.severity == severity)
}

fn under(profile: ProfileName) -> Receiver {
    let mut receiver = Receiver::new();
    receiver.world.profile = Profile::named(profile);
    receiver
}

#[test]
fn a_certificate_that_is_wrong_in_one_way_is_refused_for_that_reason() {
    let receiver = Receiver::new();
    let serves = "1.3.6.1.5.5.7.3.1";
    let cases = [
        ("expired", CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOW - DAY)),
        ("not-yet-valid", CertificateBuilder::for_address(ALICE, NOW + DAY, NOT_AFTER)),
        ("key-usage", alice().key_usage(Some(KeyUsage::KEY_ENCIPHERMENT))),
        ("key-usage", alice().extended_key_usage(serves)),
        ("weak-key", alice().key(NewKey::Rsa(1024))),
        ("unknown-critical-extension", alice().extension("1.2.3.4.5", Criticality::Critical, &[5, 0])),
        ("signer-not-bound", CertificateBuilder::for_address(CAROL, NOT_BEFORE, NOT_AFTER)),
        ("signer-not-bound", CertificateBuilder::for_domain("sub.a.example", NOT_BEFORE, NOT_AFTER)),
        ("signer-not-bound", CertificateBuilder::end_entity("Alice", NOT_BEFORE, NOT_AFTER).subject_email(ALICE)),
        ("accepted", alice().key_usage(None)),
        ("accepted", alice().key_usage(Some(KeyUsage::NON_REPUDIATION))),
        ("accepted", alice().extension("1.2.3.4.5", Criticality::NonCritical, &[5, 0])),
        ("accepted", CertificateBuilder::for_domain("A.Example", NOT_BEFORE, NOT_AFTER)),
        ("accepted", CertificateBuilder::for_address(CAROL, NOT_BEFORE, NOT_AFTER).email("Alice@A.example")),
    ];
    for (row, (expected, builder)) in cases.into_iter().enumerate() {
        let signer = receiver.circle.intermediate.issue(&builder).unwrap();
        let report = receiver.receive_from(&signer);
        assert_eq!(answer(&report), expected, "row {row}: {:?}", report.rejection);
    }
}

#[test]
fn a_path_that_is_wrong_in_one_way_is_refused_for_that_reason() {
    let receiver = Receiver::new();
    let root = &receiver.circle.root;
    let authority = || CertificateBuilder::authority("Other intermediate", NOT_BEFORE, NOT_AFTER);
    let below = |builder: &CertificateBuilder| root.issue_authority(builder).unwrap();
    let narrow = below(&authority().path_len(0));
    let cases = [
        (
            "path-length",
            narrow.issue_authority(&CertificateBuilder::authority("Third", NOT_BEFORE, NOT_AFTER)).unwrap(),
        ),
        ("expired", below(&CertificateBuilder::authority("Other intermediate", NOT_BEFORE, NOW - DAY))),
        ("not-yet-valid", below(&CertificateBuilder::authority("Other intermediate", NOW + DAY, NOT_AFTER))),
        ("accepted", narrow),
        ("accepted", below(&authority().key(NewKey::P256))),
    ];
    for (row, (expected, issuer)) in cases.into_iter().enumerate() {
        let report = receiver.receive_from(&issuer.issue(&alice()).unwrap());
        assert_eq!(answer(&report), expected, "row {row}: {:?}", report.rejection);
    }
}

#[test]
fn a_certificate_whose_signature_is_forged_is_told_from_one_that_is_unknown() {
    let receiver = Receiver::new();
    let forged = receiver.circle.intermediate.forge(&alice()).unwrap();
    assert_eq!(answer(&receiver.receive_from(&forged)), "certificate-signature-invalid");
}

#[test]
fn authorities_complete_a_path_that_the_message_leaves_open() {
    let mut receiver = Receiver::new();
    let other = CertificateBuilder::authority("Other intermediate", NOT_BEFORE, NOT_AFTER);
    let other = receiver.circle.root.issue_authority(&other).unwrap();
    let whole = other.issue(&alice()).unwrap();
    let bare = PrivateKeyEntry::new(whole.certificate().clone(), vec![], whole.key().to_owned()).unwrap();
    assert_eq!(answer(&receiver.receive_from(&bare)), "no-path-to-anchor");
    receiver.world.authorities.push(other.certificate().clone());
    assert_eq!(answer(&receiver.receive_from(&bare)), "accepted");
}

#[test]
fn an_anchored_intermediate_ends_the_path() {
    let mut receiver = Receiver::new();
    receiver.world = support::World::default();
    receiver.world.key(BOB, &receiver.bob).trusts_incoming(BOB, &receiver.circle.intermediate);
    assert_eq!(answer(&receiver.receive_from(&receiver.circle.address(ALICE))), "accepted");
}

#[test]
fn only_a_list_that_holds_revokes() {
    let mut receiver = Receiver::new();
    let signer = receiver.circle.address(ALICE);
    let stranger = support::Circle::new("Good");
    let list = |updated, next| {
        CrlBuilder::new(updated, next).revoke(signer.certificate(), NOW - DAY, RevocationReason::KeyCompromise)
    };
    let issuer = &receiver.circle.intermediate;
    let cases = [
        ("revoked", issuer.crl(&list(NOW - DAY, NOW + DAY)).unwrap()),
        ("accepted", issuer.crl(&list(NOW - DAY * 3, NOW - DAY * 2)).unwrap()),
        ("accepted", stranger.intermediate.crl(&list(NOW - DAY, NOW + DAY)).unwrap()),
        ("accepted", issuer.crl(&CrlBuilder::new(NOW - DAY, NOW + DAY)).unwrap()),
    ];
    for (row, (expected, crl)) in cases.into_iter().enumerate() {
        receiver.world.crls = vec![crl];
        let report = receiver.receive_from(&signer);
        assert_eq!(answer(&report), expected, "row {row}: {:?}", report.rejection);
    }
}

#[test]
fn a_revoked_intermediate_revokes_what_is_below_it() {
    let mut receiver = Receiver::new();
    let intermediate = receiver.circle.intermediate.certificate().clone();
    let list = CrlBuilder::new(NOW - DAY, NOW + DAY).revoke(&intermediate, NOW - DAY, RevocationReason::CaCompromise);
    receiver.world.crls = vec![receiver.circle.root.crl(&list).unwrap()];
    assert_eq!(answer(&receiver.receive_from(&receiver.circle.address(ALICE))), "revoked");
}

#[test]
fn a_signature_without_its_certificate_says_so() {
    let receiver = Receiver::new();
    let content = wrapped(&message(ALICE, &[BOB]));
    let options = CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::CMS_NOCERTS;
    let cms = signature(&content, &receiver.circle.address(ALICE), options);
    let report = receiver.receive(&multipart_signed(&content, &cms));
    assert_eq!(verdict(&report), "signer-certificate-missing", "{:?}", report.rejection);
}

#[test]
fn a_signature_without_attributes_is_tolerated_and_told() {
    let content = wrapped(&message(ALICE, &[BOB]));
    let options = CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::NOATTR;
    for (profile, accepted) in [(ProfileName::Direct12, true), (ProfileName::Strict, false)] {
        let receiver = under(profile);
        let cms = signature(&content, &receiver.circle.address(ALICE), options);
        let report = receiver.receive(&multipart_signed(&content, &cms));
        assert_eq!(report.is_accepted(), accepted, "{profile}: {:?}", report.rejection);
        if accepted {
            assert!(report.signers.iter().flat_map(|signer| &signer.findings).chain(report.findings()).any(
                |finding| { finding.rule.id == "signer.signed-attributes" && finding.severity == Severity::Warning }
            ));
        }
    }
}

#[test]
fn line_ends_changed_on_the_way_are_tolerated_and_told() {
    let receiver = Receiver::new();
    let changed: Vec<u8> =
        signed(&receiver.circle.address(ALICE)).into_iter().filter(|octet| *octet != b'\r').collect();
    let report = receiver.receive(&changed);
    assert_eq!(verdict(&report), "accepted", "{:?}", report.rejection);
    assert!(told(&report, "smime.canonical-line-ends", Severity::Warning), "{:#?}", report.trace);
    let strict = under(ProfileName::Strict);
    let changed: Vec<u8> = signed(&strict.circle.address(ALICE)).into_iter().filter(|octet| *octet != b'\r').collect();
    assert_eq!(verdict(&strict.receive(&changed)), "digest-mismatch");
}

#[test]
fn a_message_that_is_not_wrapped_is_tolerated_under_1_2_alone() {
    let content = b"Content-Type: text/plain\r\n\r\nNot wrapped.\r\n";
    for (profile, expected) in [(ProfileName::Direct12, "accepted"), (ProfileName::Direct13, "not-wrapped")] {
        let receiver = under(profile);
        let entity = multipart_signed(content, &detached(content, &receiver.circle.address(ALICE)));
        let report = receiver.receive(&entity);
        assert_eq!(verdict(&report), expected, "{profile}: {:?}", report.rejection);
    }
}

#[test]
fn an_opaque_signature_is_a_matter_of_the_profile() {
    let content = wrapped(&message(ALICE, &[BOB]));
    for (profile, expected) in [(ProfileName::Direct12, "unsigned"), (ProfileName::Legacy, "accepted")] {
        let receiver = under(profile);
        let report = receiver.receive(&opaque_entity(&opaque(&content, &receiver.circle.address(ALICE))));
        assert_eq!(verdict(&report), expected, "{profile}: {:?}", report.rejection);
    }
}

#[test]
fn headers_that_differ_outside_are_told() {
    let receiver = Receiver::new();
    let entity = signed(&receiver.circle.address(ALICE));
    let sealed = enveloped("mallory@m.example", BOB, &entity, &[receiver.bob.certificate()]);
    let received = receiver.world.incoming(&envelope(ALICE, &[BOB], &sealed)).unwrap();
    assert!(told(&received.report, "incoming.headers-agree", Severity::Warning));
    let delivered = String::from_utf8_lossy(received.envelope.message.octets()).into_owned();
    assert!(!delivered.contains("mallory"), "{delivered}");
}

#[test]
fn a_message_for_another_key_is_not_decryptable() {
    let receiver = Receiver::new();
    let entity = signed(&receiver.circle.address(ALICE));
    let renewed = receiver.circle.address(BOB);
    let sealed = enveloped(ALICE, BOB, &entity, &[renewed.certificate()]);
    let report = receiver.world.incoming(&envelope(ALICE, &[BOB], &sealed)).unwrap_err();
    assert_eq!(answer(&report), "not-decryptable");
}

#[test]
fn signed_text_that_was_never_encrypted_is_not_delivered() {
    let receiver = Receiver::new();
    let entity = signed(&receiver.circle.address(ALICE));
    let plain = [b"From: alice@a.example\r\nTo: bob@b.example\r\nMIME-Version: 1.0\r\n".as_slice(), &entity].concat();
    let report = receiver.world.incoming(&envelope(ALICE, &[BOB], &plain)).unwrap_err();
    assert_eq!(verdict(&report), "not-encrypted");
}

#[test]
fn encrypted_text_that_was_never_signed_is_not_delivered() {
    let receiver = Receiver::new();
    assert_eq!(verdict(&receiver.receive(&wrapped(&message(ALICE, &[BOB])))), "unsigned");
    assert_eq!(verdict(&receiver.receive(b"Content-Type: text/plain\r\n\r\nhello\r\n")), "unsigned");
}

#[test]
fn mail_from_nobody_is_not_judged() {
    let receiver = Receiver::new();
    let entity = signed(&receiver.circle.address(ALICE));
    let sealed = enveloped(ALICE, BOB, &entity, &[receiver.bob.certificate()]);
    let mut bounce = envelope(ALICE, &[BOB], &sealed);
    bounce.reverse_path = ReversePath::Null;
    assert_eq!(verdict(&receiver.world.incoming(&bounce).unwrap_err()), "no-sender");
    let mut nobody = envelope(ALICE, &[BOB], &sealed);
    nobody.forward_paths.clear();
    assert_eq!(verdict(&receiver.world.incoming(&nobody).unwrap_err()), "no-recipients");
}

#[test]
fn cut_messages_are_rejected_and_never_break_the_program() {
    let receiver = Receiver::new();
    let entity = signed(&receiver.circle.address(ALICE));
    let whole = enveloped(ALICE, BOB, &entity, &[receiver.bob.certificate()]);
    for length in (0..whole.len() - 80).step_by(97) {
        let cut = envelope(ALICE, &[BOB], &whole[..length]);
        assert!(receiver.world.incoming(&cut).is_err(), "{length} octets were accepted");
    }
    for length in (0..entity.len() - 80).step_by(61) {
        let report = receiver.receive(&entity[..length]);
        assert!(!report.is_accepted(), "{length} octets of the signed entity were accepted");
    }
}
