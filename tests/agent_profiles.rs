//! Each row of the profiles' table, under each profile that answers differently.
#![cfg(test)]

mod support;

use openssl::cms::CMSOptions;
use openssl::hash::MessageDigest;
use openssl::sign::Signer;
use sealscope::agent::{Profile, ProfileName, Report};
use sealscope::finding::Severity;
use sealscope::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
use sealscope::pki::{PrivateKeyEntry, SignatureDigest};
use support::der::{constructed, element, members};
use support::handmade::{content_info, multipart_signed, signature, signed_data, wrapped};
use support::receiver::{Receiver, answer};
use support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, envelope, message, verdict};
use time::Duration;

fn under(profile: ProfileName) -> Receiver {
    let mut receiver = Receiver::new();
    receiver.world.profile = Profile::named(profile);
    receiver
}

fn alice() -> CertificateBuilder {
    CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)
}

fn told(report: &Report, rule: &str) -> bool {
    report.findings().any(|finding| finding.rule.id == rule && finding.severity == Severity::Warning)
}

/// Alice, who has this key, sends to Bob, who has this certificate.
fn send(profile: ProfileName, circle: &Circle, bob: &PrivateKeyEntry, world: World) -> Report {
    let mut world = world;
    world.profile = Profile::named(profile);
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root).certificate(BOB, bob.certificate());
    let sent = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB])));
    sent.map_or_else(|report| *report, |accepted| accepted.report)
}

#[test]
fn two_names_in_a_certificate_are_one_too_many_under_1_3() {
    for (profile, received, sent) in [
        (ProfileName::Direct12, "accepted", "accepted"),
        (ProfileName::Direct13, "signer-not-bound", "certificate-not-bound"),
        (ProfileName::Strict, "signer-not-bound", "certificate-not-bound"),
        (ProfileName::Legacy, "accepted", "accepted"),
    ] {
        let receiver = under(profile);
        let signer = receiver.circle.intermediate.issue(&alice().domain("a.example")).unwrap();
        assert_eq!(answer(&receiver.receive_from(&signer)), received, "{profile}");
        let bob = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER).domain("b.example");
        let bob = receiver.circle.intermediate.issue(&bob).unwrap();
        let report = send(profile, &receiver.circle, &bob, with_good_crls(&receiver.circle));
        assert_eq!(answer(&report), sent, "{profile}");
    }
}

fn with_good_crls(circle: &Circle) -> World {
    let list = CrlBuilder::new(NOW - Duration::DAY, NOW + Duration::DAY);
    let mut world = World::default();
    world.crls = vec![circle.root.crl(&list).unwrap(), circle.intermediate.crl(&list).unwrap()];
    world
}

#[test]
fn a_name_in_the_subject_binds_under_legacy_alone() {
    for (profile, expected) in [
        (ProfileName::Direct12, "signer-not-bound"),
        (ProfileName::Direct13, "signer-not-bound"),
        (ProfileName::Legacy, "accepted"),
    ] {
        let receiver = under(profile);
        let builder = CertificateBuilder::end_entity("Alice", NOT_BEFORE, NOT_AFTER).subject_email(ALICE);
        let signer = receiver.circle.intermediate.issue(&builder).unwrap();
        assert_eq!(answer(&receiver.receive_from(&signer)), expected, "{profile}");
    }
}

#[test]
fn revocation_must_be_known_under_strict_alone() {
    for (profile, unknown) in [(ProfileName::Direct13, "accepted"), (ProfileName::Strict, "revocation-unknown")] {
        let mut receiver = under(profile);
        let signer = receiver.circle.address(ALICE);
        assert_eq!(answer(&receiver.receive_from(&signer)), unknown, "{profile}");
        let bob = receiver.circle.address(BOB);
        assert_eq!(answer(&send(profile, &receiver.circle, &bob, World::default())), unknown, "{profile}");
        receiver.world.crls = with_good_crls(&receiver.circle).crls;
        assert_eq!(answer(&receiver.receive_from(&signer)), "accepted", "{profile}");
        assert_eq!(answer(&send(profile, &receiver.circle, &bob, with_good_crls(&receiver.circle))), "accepted");
        // A list that has run out is as good as none.
        let stale = CrlBuilder::new(NOW - Duration::DAY * 9, NOW - Duration::DAY);
        receiver.world.crls[1] = receiver.circle.intermediate.crl(&stale).unwrap();
        assert_eq!(answer(&receiver.receive_from(&signer)), unknown, "{profile}");
    }
}

#[test]
fn a_certificate_that_promises_no_revocation_needs_no_list() {
    let mut receiver = under(ProfileName::Strict);
    receiver.world.crls =
        vec![receiver.circle.root.crl(&CrlBuilder::new(NOW - Duration::DAY, NOW + Duration::DAY)).unwrap()];
    let no_rev_avail = alice().extension("2.5.29.56", Criticality::NonCritical, &[5, 0]);
    let signer = receiver.circle.intermediate.issue(&no_rev_avail).unwrap();
    assert_eq!(answer(&receiver.receive_from(&signer)), "accepted");
}

/// A signature without attributes over SHA-1, which OpenSSL's CMS does not make unless asked in another way.
fn sha1_signature(content: &[u8], signer: &PrivateKeyEntry) -> Vec<u8> {
    let options = CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::NOATTR;
    let cms = signature(content, signer, options);
    let mut parts = signed_data(&cms);
    let mut info = members(&members(parts.last().unwrap())[0]);
    let mut sign = Signer::new(MessageDigest::sha1(), signer.key()).unwrap();
    sign.update(content).unwrap();
    let place = info.len() - 1;
    info[place] = element(4, &sign.sign_to_vec().unwrap());
    info[2] = constructed(0x30, &[vec![6, 5, 0x2b, 0x0e, 3, 2, 0x1a], vec![5, 0]]);
    *parts.last_mut().unwrap() = constructed(0x31, &[constructed(0x30, &info)]);
    content_info(&cms, &parts)
}

#[test]
fn a_signature_over_sha_1_is_weak_and_legacy_alone_takes_it() {
    for (profile, expected) in [
        (ProfileName::Direct12, "weak-algorithm"),
        (ProfileName::Direct13, "weak-algorithm"),
        (ProfileName::Legacy, "accepted"),
    ] {
        let receiver = under(profile);
        let content = wrapped(&message(ALICE, &[BOB]));
        let cms = sha1_signature(&content, &receiver.circle.address(ALICE));
        let report = receiver.receive(&multipart_signed(&content, &cms));
        assert_eq!(answer(&report), expected, "{profile}: {:?}", report.rejection);
        assert_eq!(report.signers[0].signature.as_str(), "valid", "the mathematics hold");
        assert_eq!(told(&report, "signer.digest-algorithm"), expected == "accepted");
    }
}

#[test]
fn a_certificate_signed_over_sha_1_is_weak_and_legacy_takes_and_tells_it() {
    for (profile, expected) in [(ProfileName::Direct12, "weak-algorithm"), (ProfileName::Legacy, "accepted")] {
        let mut receiver = under(profile);
        let root =
            CertificateBuilder::authority("Old root", NOT_BEFORE, NOT_AFTER).signature_digest(SignatureDigest::Sha1);
        let root = Authority::self_signed(&root).unwrap();
        let signer = root.issue(&alice().signature_digest(SignatureDigest::Sha1)).unwrap();
        receiver.world.trusts_incoming(BOB, &root);
        let report = receiver.receive_from(&signer);
        assert_eq!(answer(&report), expected, "{profile}: {:?}", report.rejection);
        assert_eq!(told(&report, "path.digest"), expected == "accepted");
    }
}

#[test]
fn content_keys_are_encrypted_as_the_profile_says() {
    for (profile, expected) in [
        (ProfileName::Direct12, "RSA PKCS #1 v1.5"),
        (ProfileName::Direct13, "RSA-OAEP with SHA-256"),
        (ProfileName::Strict, "RSA-OAEP with SHA-256"),
        (ProfileName::Legacy, "RSA PKCS #1 v1.5"),
    ] {
        let circle = Circle::new("Good");
        let report = send(profile, &circle, &circle.address(BOB), with_good_crls(&circle));
        assert_eq!(verdict(&report), "accepted", "{profile}: {:?}", report.rejection);
        assert_eq!(report.recipient_infos[0].key_encryption, expected, "{profile}");
    }
}
