//! How the agent makes a message: with which keys, for which certificates, in which form, and never one that it would
//! refuse itself.
#![cfg(test)]

mod support;

use std::collections::BTreeSet;

use sealscope::agent::{MakingOptions, OutgoingMessage, Report};
use sealscope::finding::{Finding, Severity};
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{KeyUsage, NewKey, PrivateKeyEntry};
use sealscope::smime::{
    AttributeSet, Choice, EmbedChain, Encoding, IdentifierForm, KeyTransport, MakingCipher, MakingDigest,
    OptionalAttribute, RsaSignature, SignatureLayout,
};
use sealscope::span::BufferName;
use support::{
    ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, World, alice_and_bob, arrived, envelope, message, outcomes, verdict,
};

const SIGNING: KeyUsage = KeyUsage::DIGITAL_SIGNATURE;

fn issue(circle: &Circle, address: &str, key: NewKey, usage: Option<KeyUsage>) -> PrivateKeyEntry {
    let builder = CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER).key(key).key_usage(usage);
    circle.intermediate.issue(&builder).unwrap()
}

fn send(world: &World) -> Result<OutgoingMessage, Box<Report>> {
    world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB])))
}

fn sent(world: &World) -> OutgoingMessage {
    send(world).unwrap_or_else(|report| panic!("{:?}: {:?}", world.making, report.rejection))
}

fn findings<'r>(report: &'r Report, rule: &str) -> Vec<&'r Finding> {
    report.trace.steps.iter().flat_map(|step| &step.findings).filter(|finding| finding.rule.id == rule).collect()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn buffer(report: &Report, name: BufferName) -> String {
    text(report.buffers.iter().find(|buffer| buffer.name() == name).unwrap().octets())
}

#[test]
fn every_choice_arrives_with_what_was_written() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    let default = MakingOptions::default();
    let choices = [
        MakingOptions { recipient_id: IdentifierForm::SubjectKeyId, ..default },
        MakingOptions { signer_id: IdentifierForm::SubjectKeyId, ..default },
        MakingOptions { rsa_signature: RsaSignature::Pss, digest: MakingDigest::Sha384, ..default },
        MakingOptions { attributes: AttributeSet::NONE, ..default },
        MakingOptions { attributes: AttributeSet::of(OptionalAttribute::CHOICES), ..default },
        MakingOptions { encoding: Encoding::StreamedBer, ..default },
        MakingOptions { encoding: Encoding::StreamedBer, content: MakingCipher::Aes192Gcm, ..default },
    ];
    for making in choices {
        world.making = making;
        let received =
            world.incoming(&arrived(&sent(&world))).unwrap_or_else(|report| panic!("{making:?}: {report:?}"));
        assert_eq!(received.envelope.message.octets(), message(ALICE, &[BOB]), "{making:?}");
    }
}

#[test]
fn single_use_keys_sign_with_the_one_and_open_with_the_other() {
    let circle = Circle::new("Good");
    let sets = [
        (NewKey::Rsa2048, SIGNING, NewKey::Rsa2048, KeyUsage::KEY_ENCIPHERMENT),
        (NewKey::P256, KeyUsage::NON_REPUDIATION, NewKey::P256, KeyUsage::KEY_AGREEMENT),
        (NewKey::Ed25519, SIGNING, NewKey::X25519, KeyUsage::KEY_AGREEMENT),
    ];
    for (signing_key, signing, encryption_key, encryption) in sets {
        let mut world = World::default();
        for address in [ALICE, BOB] {
            world.key(address, &issue(&circle, address, signing_key, Some(signing)));
            world.key(address, &issue(&circle, address, encryption_key, Some(encryption)));
            world.trusts(address, &circle.root);
        }
        for (from, to) in [(ALICE, BOB), (BOB, ALICE)] {
            let original = message(from, &[to]);
            let made = world.outgoing(&envelope(from, &[to], &original)).unwrap();
            assert_eq!(made.report.signers.len(), 1, "{signing_key:?}");
            assert_eq!(made.report.signers[0].certificate.as_ref().unwrap().key_usage(), Some(signing));
            assert_eq!(made.report.recipient_infos.len(), 1, "{signing_key:?}");
            let passed = findings(&made.report, "outgoing.sender-key");
            assert!(
                passed.iter().any(|f| f.detail.contains("does not sign") && f.detail.contains("key usage")),
                "{passed:?}"
            );
            let passed = findings(&made.report, "outgoing.certificate-passed-over");
            assert!(passed.iter().any(|f| f.detail.contains("encrypt")), "{passed:?}");
            let received = world.incoming(&arrived(&made)).unwrap_or_else(|report| panic!("{:?}", report.rejection));
            assert_eq!(received.envelope.message.octets(), original);
        }
    }
}

#[test]
fn keys_for_both_uses_and_without_key_usage_do_both() {
    let circle = Circle::new("Good");
    for usage in [Some(SIGNING.union(KeyUsage::KEY_ENCIPHERMENT)), None] {
        let mut world = World::default();
        for address in [ALICE, BOB] {
            world.key(address, &issue(&circle, address, NewKey::Rsa2048, usage)).trusts(address, &circle.root);
        }
        assert!(world.incoming(&arrived(&sent(&world))).is_ok(), "{usage:?}");
    }
}

#[test]
fn a_usage_of_the_other_kind_of_key_is_not_enough() {
    let circle = Circle::new("Good");
    for (key, usage) in [(NewKey::Rsa2048, KeyUsage::KEY_AGREEMENT), (NewKey::P256, KeyUsage::KEY_ENCIPHERMENT)] {
        let mut world = World::default();
        world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
        world.key(BOB, &issue(&circle, BOB, key, Some(usage)));
        let report = send(&world).unwrap_err();
        assert_eq!(outcomes(&report), ["bob@b.example removed key-usage"], "{key:?}");
    }
}

#[test]
fn a_sender_with_only_an_encryption_key_cannot_send() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    world.key("dave@a.example", &issue(&circle, "dave@a.example", NewKey::X25519, Some(KeyUsage::KEY_AGREEMENT)));
    world.trusts("dave@a.example", &circle.root);
    let report = world.outgoing(&envelope("dave@a.example", &[BOB], &message("dave@a.example", &[BOB]))).unwrap_err();
    assert_eq!(verdict(&report), "no-private-key");
}

#[test]
fn no_more_keys_sign_than_a_receiver_looks_at() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world.key(BOB, &circle.address(BOB)).trusts(BOB, &circle.root).trusts(ALICE, &circle.root);
    // One that does not name the sender stands first, and is the first to go.
    world.key(ALICE, &issue(&circle, "other@a.example", NewKey::P256, None));
    for _ in 0..17 {
        world.key(ALICE, &issue(&circle, ALICE, NewKey::P256, None));
    }
    let made = sent(&world);
    assert_eq!(made.report.signers.len(), 16);
    assert!(made.report.signers.iter().all(|signer| signer.bound_to_sender));
    let told = findings(&made.report, "outgoing.signer-count");
    assert_eq!(told.len(), 1);
    assert!(told[0].detail.contains("passed over"), "{}", told[0].detail);
    let again = sent(&world);
    // Which ones, not in which order: that is of the encoding, and ECDSA signatures differ in length.
    let who = |made: &OutgoingMessage| {
        made.report.signers.iter().map(|signer| signer.identifier.clone()).collect::<BTreeSet<_>>()
    };
    assert_eq!(who(&again), who(&made));
    assert!(world.incoming(&arrived(&made)).is_ok());
}

#[test]
fn a_message_that_grows_past_the_limit_does_not_leave() {
    let mut world = alice_and_bob(&Circle::new("Good"));
    world.limits.message_octets = 2_000;
    let report = send(&world).unwrap_err();
    assert_eq!(verdict(&report), "limit-exceeded");
}

#[test]
fn a_certificate_without_a_key_identifier_is_named_by_issuer_and_serial() {
    let circle = Circle::new("Good");
    // Whatever makes certificates today puts a key identifier into them, so this one is made by hand.
    let bare = support_without_key_identifier(&circle.intermediate);
    let mut world = World::default();
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
    world.key(BOB, &bare).trusts(BOB, &circle.root);
    world.making = MakingOptions { recipient_id: IdentifierForm::SubjectKeyId, ..MakingOptions::default() };
    let made = sent(&world);
    let told = findings(&made.report, "outgoing.identifier-form");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(world.incoming(&arrived(&made)).is_ok());
}

fn support_without_key_identifier(issuer: &Authority) -> PrivateKeyEntry {
    use openssl::asn1::Asn1Time;
    use openssl::bn::BigNum;
    use openssl::hash::MessageDigest;
    use openssl::x509::extension::SubjectAlternativeName;
    use openssl::x509::{X509, X509NameBuilder};
    let key = NewKey::Rsa2048.generate().unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", BOB).unwrap();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(77).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_not_before(&Asn1Time::from_str("20200101000000Z").unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str("20490101000000Z").unwrap()).unwrap();
    builder.set_subject_name(&name.build()).unwrap();
    builder.set_issuer_name(issuer.certificate().x509().subject_name()).unwrap();
    builder.set_pubkey(&key).unwrap();
    let context = builder.x509v3_context(None, None);
    let names = SubjectAlternativeName::new().email(BOB).build(&context).unwrap();
    builder.append_extension(names).unwrap();
    builder.sign(issuer.key(), MessageDigest::sha256()).unwrap();
    let certificate = sealscope::pki::Certificate::from_x509(builder.build()).unwrap();
    PrivateKeyEntry::new(certificate, vec![issuer.certificate().clone()], key).unwrap()
}

#[test]
fn an_rsa_key_too_short_for_the_key_transport_is_passed_over() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world.profile = sealscope::agent::Profile::named(sealscope::agent::ProfileName::Legacy);
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
    world.key(BOB, &issue(&circle, BOB, NewKey::Rsa(1024), None));
    assert!(send(&world).is_ok());
    let oaep = KeyTransport::ALL.into_iter().find(|transport| transport.described().name == "oaep-sha512");
    world.making = MakingOptions { key_transport: oaep, ..MakingOptions::default() };
    let report = send(&world).unwrap_err();
    assert_eq!(outcomes(&report), ["bob@b.example removed weak-key"]);
}

#[test]
fn media_types_names_and_parameters_are_those_of_the_standard() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    for (cipher, smime_type) in
        [(MakingCipher::Aes256Cbc, "enveloped-data"), (MakingCipher::Aes256Gcm, "authEnveloped-data")]
    {
        world.making = MakingOptions { content: cipher, ..MakingOptions::default() };
        let made = sent(&world);
        let sealed = text(made.envelope.message.octets());
        let (header, body) = sealed.split_once("\r\n\r\n").unwrap();
        let expected = format!(
            "Content-Type: application/pkcs7-mime; smime-type={smime_type};\r\n\tname=\"smime.p7m\"\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7m\""
        );
        assert!(header.ends_with(&expected), "{header}");
        assert!(body.lines().all(|line| line.len() <= 76 && !line.is_empty()));
        let signed = buffer(&made.report, BufferName::Signed);
        let boundary = signed.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
        let start = format!(
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\tmicalg=\"sha-256\";\r\n\
             \tboundary=\"{boundary}\"\r\n\r\n--{boundary}\r\nContent-Type: message/rfc822\r\n\r\n"
        );
        assert!(signed.starts_with(&start), "{signed}");
        let middle = format!(
            "\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n"
        );
        assert!(signed.contains(&middle) && signed.ends_with(&format!("\r\n--{boundary}--\r\n")), "{signed}");
        assert!(signed.is_ascii() && signed.lines().all(|line| line.len() <= 76), "{signed}");
    }
}

#[test]
fn an_opaque_signature_carries_the_wrapped_message_and_says_who_refuses_it() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    world.making = MakingOptions { layout: SignatureLayout::Opaque, ..MakingOptions::default() };
    let made = sent(&world);
    let signed = buffer(&made.report, BufferName::Signed);
    assert!(
        signed.starts_with("Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n\tname=\"smime.p7m\"\r\n")
    );
    assert_eq!(findings(&made.report, "outgoing.signature-form")[0].severity, Severity::Warning);
    world.profile = sealscope::agent::Profile::named(sealscope::agent::ProfileName::Legacy);
    let received = world.incoming(&arrived(&made)).unwrap_or_else(|report| panic!("{:?}", report.rejection));
    assert_eq!(received.envelope.message.octets(), message(ALICE, &[BOB]));
}

#[test]
fn certificates_that_are_left_out_are_still_told_of() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    world.making = MakingOptions { certificates: EmbedChain::Nothing, ..MakingOptions::default() };
    let made = sent(&world);
    assert!(made.report.signers[0].bound_to_sender);
    let report = world.incoming(&arrived(&made)).unwrap_err();
    assert_eq!(verdict(&report), "signer-certificate-missing");
}

#[test]
fn what_a_transport_may_alter_in_the_signed_part_is_told() {
    let world = alice_and_bob(&Circle::new("Good"));
    let told = |body: &str| {
        let original = [&message(ALICE, &[BOB]), body.as_bytes()].concat();
        let made = world.outgoing(&envelope(ALICE, &[BOB], &original)).unwrap();
        let [finding] = findings(&made.report, "outgoing.transport-safe")[..] else { panic!("{body}") };
        (finding.severity, finding.detail.clone())
    };
    assert_eq!(told("plain\r\n").0, Severity::Pass);
    let (severity, detail) = told("é\r\nFrom here\r\n");
    assert!(severity == Severity::Info && detail.contains("above 127") && detail.contains("From"), "{detail}");
    assert_eq!(told(&format!("{}\r\n", "x".repeat(999))).0, Severity::Warning);
}
