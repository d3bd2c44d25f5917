//! Rules that are easy to get wrong: codes, caps, and who may influence whom.
#![cfg(test)]

mod support;

use openssl::asn1::Asn1Time;
use openssl::cms::CMSOptions;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::symm::Cipher;
use openssl::x509::X509;
use openssl::x509::extension::SubjectAlternativeName;
use sealscope::agent::{Profile, ProfileName, Report};
use sealscope::finding::{Finding, Severity};
use sealscope::limits::Limits;
use sealscope::mail::{Envelope, ReversePath};
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{Certificate, KeyUsage, NewKey, PrivateKeyEntry};
use sealscope::span::Span;
use support::der::{constructed, content, members};
use support::handmade::{
    detached, enveloped, enveloped_data, joined, multipart_signed, opaque, opaque_entity, sealed, signature, wrapped,
};
use support::receiver::{Receiver, answer, signed};
use support::{
    ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, alice_and_bob, arrived, envelope, message, outcomes,
    verdict,
};
use time::Duration;

fn received(world: &World, envelope: &Envelope) -> Report {
    let report = world.incoming(envelope).map_or_else(|report| *report, |accepted| accepted.report);
    check_account(&report);
    report
}

fn sent(world: &World, envelope: &Envelope) -> Report {
    let report = world.outgoing(envelope).map_or_else(|report| *report, |accepted| accepted.report);
    check_account(&report);
    report
}

/// What holds of every report: a rejection leaves a check that failed, spans lie in buffers, sentences read well.
fn check_account(report: &Report) {
    let findings = || report.findings().chain(report.signers.iter().flat_map(|signer| &signer.findings));
    if !report.is_accepted() {
        assert!(
            findings().any(|finding| finding.severity == Severity::Fail),
            "no check failed: {:?}",
            report.rejection
        );
    }
    let steps = report.trace.steps.iter().flat_map(|step| [step.before, step.after]).flatten();
    for span in steps.chain(findings().filter_map(|finding| finding.span)) {
        octets_of(report, span);
    }
    let reasons = report.rejection.iter().chain(report.recipients.iter().filter_map(|recipient| recipient.reason()));
    let sentences = reasons.map(|reason| &reason.detail).chain(findings().map(|finding| &finding.detail));
    for sentence in sentences.chain(report.trace.steps.iter().map(|step| &step.summary)) {
        assert!(!sentence.contains("(s)") && !sentence.ends_with('.'), "{sentence}");
    }
}

fn octets_of(report: &Report, span: Span) -> &[u8] {
    let buffer = report.buffer(span.buffer).unwrap_or_else(|| panic!("no buffer {}", span.buffer));
    buffer.octets().get(span.range()).unwrap_or_else(|| panic!("{span:?} of {} octets", buffer.octets().len()))
}

fn finding<'r>(report: &'r Report, rule: &str, severity: Severity) -> Option<&'r Finding> {
    report.findings().find(|finding| finding.rule.id == rule && finding.severity == severity)
}

/// An envelope whose content cipher has these octets as its identifier.
fn with_cipher(cms: &[u8], algorithm: &[u8]) -> Vec<u8> {
    let mut info = members(cms);
    let mut data = members(content(&info[1]));
    let mut encrypted = members(&data[2]);
    encrypted[1] = algorithm.to_vec();
    data[2] = constructed(0x30, &encrypted);
    info[1] = constructed(0xa0, &[constructed(0x30, &data)]);
    constructed(0x30, &info)
}

#[test]
fn broken_ciphers_are_named_and_refused_as_weak_under_every_profile() {
    let mut receiver = Receiver::new();
    let cms =
        enveloped_data(&signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()], Cipher::aes_256_cbc());
    let rc2 = [
        &[0x30, 0x1a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x02, 0x30, 0x0e][..],
        &[0x02, 0x02, 0x00, 0xa0, 0x04, 0x08, 1, 2, 3, 4, 5, 6, 7, 8],
    ]
    .concat();
    let des =
        [&[0x30, 0x11, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x07][..], &[0x04, 0x08, 1, 2, 3, 4, 5, 6, 7, 8]].concat();
    for profile in [ProfileName::Direct12, ProfileName::Legacy] {
        receiver.world.profile = Profile::named(profile);
        for (name, algorithm) in [("RC2 CBC", &rc2), ("DES CBC", &des)] {
            let message = sealed(ALICE, BOB, &with_cipher(&cms, algorithm));
            let report = received(&receiver.world, &envelope(ALICE, &[BOB], &message));
            assert_eq!((verdict(&report), report.content_encryption.as_deref()), ("weak-algorithm", Some(name)));
        }
    }
}

#[test]
fn triple_des_is_weak_and_the_profile_legacy_alone_reads_it() {
    let mut receiver = Receiver::new();
    let cms =
        enveloped_data(&signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()], Cipher::des_ede3_cbc());
    let message = envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &cms));
    for (profile, expected) in [
        (ProfileName::Direct12, "weak-algorithm"),
        (ProfileName::Direct13, "weak-algorithm"),
        (ProfileName::Strict, "weak-algorithm"),
        (ProfileName::Legacy, "accepted"),
    ] {
        receiver.world.profile = Profile::named(profile);
        assert_eq!(verdict(&received(&receiver.world, &message)), expected, "{profile}");
    }
}

#[test]
fn an_algorithm_for_the_content_key_that_is_not_known_is_told_as_such() {
    let receiver = Receiver::new();
    let cms =
        enveloped_data(&signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()], Cipher::aes_256_cbc());
    // rsaEncryption becomes an identifier beside it that nobody has.
    let known = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let mut cms = cms;
    let place = cms.windows(known.len()).position(|octets| octets == known).unwrap();
    cms[place + 8] = 0x7f;
    let report = received(&receiver.world, &envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &cms)));
    assert_eq!(answer(&report), "unsupported-algorithm", "{:?}", report.rejection);
}

#[test]
fn more_than_the_caps_allow_is_not_judged() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    world.limits = Limits { recipients: 2, ..Limits::DEFAULT };
    let addresses: Vec<String> = (0..3).map(|number| format!("user{number}@b.example")).collect();
    let to: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let many = envelope(ALICE, &to, &message(ALICE, &[BOB]));
    assert_eq!(verdict(&sent(&world, &many)), "limit-exceeded");
    assert_eq!(verdict(&received(&world, &many)), "limit-exceeded");

    let original = message(ALICE, &[BOB]);
    let large = envelope(ALICE, &[BOB], &original);
    for (octets, expected) in [(original.len(), "accepted"), (original.len() - 1, "limit-exceeded")] {
        world.limits = Limits { message_octets: octets, ..Limits::DEFAULT };
        assert_eq!(verdict(&sent(&world, &large)), expected);
    }
    let arriving = alice_and_bob(&circle).outgoing(&large).unwrap();
    let arriving = arrived(&arriving);
    world.limits = Limits { message_octets: arriving.message.octets().len() - 1, ..Limits::DEFAULT };
    assert_eq!(verdict(&received(&world, &arriving)), "limit-exceeded");
}

#[test]
fn a_cap_passed_inside_the_encryption_is_the_rejection_too() {
    let mut receiver = Receiver::new();
    let entity = [b"X: ".as_slice(), &b"x".repeat(4000), b"\r\nContent-Type: text/plain\r\n\r\n"].concat();
    let message = enveloped(ALICE, BOB, &entity, &[receiver.bob.certificate()]);
    receiver.world.limits = Limits { header_octets: 2000, ..Limits::DEFAULT };
    let report = received(&receiver.world, &envelope(ALICE, &[BOB], &message));
    assert_eq!(verdict(&report), "limit-exceeded", "{:?}", report.rejection);
}

#[test]
fn more_signers_than_are_judged_are_a_limit_and_no_distrust() {
    let mut receiver = Receiver::new();
    receiver.world.limits = Limits { signers: 0, ..Limits::DEFAULT };
    let message = enveloped(ALICE, BOB, &signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()]);
    assert_eq!(verdict(&received(&receiver.world, &envelope(ALICE, &[BOB], &message))), "limit-exceeded");
}

#[test]
fn an_envelope_without_sender_or_recipient_leaves_a_check_that_failed() {
    let world = alice_and_bob(&Circle::new("Good"));
    let mut bounce = envelope(ALICE, &[BOB], &message(ALICE, &[BOB]));
    bounce.reverse_path = ReversePath::Null;
    let mut nobody = envelope(ALICE, &[BOB], &message(ALICE, &[BOB]));
    nobody.forward_paths.clear();
    for (envelope, expected) in [(bounce, "no-sender"), (nobody, "no-recipients")] {
        assert_eq!(verdict(&sent(&world, &envelope)), expected);
        assert_eq!(verdict(&received(&world, &envelope)), expected);
    }
}

#[test]
fn a_recipient_named_twice_is_served_once() {
    let world = alice_and_bob(&Circle::new("Good"));
    let twice = envelope(ALICE, &[BOB, "bob@B.example", BOB], &message(ALICE, &[BOB]));
    let sent = world.outgoing(&twice).unwrap();
    assert_eq!(sent.envelope.forward_paths.len(), 1);
    assert!(finding(&sent.report, "envelope.recipient-once", Severity::Info).is_some());
    // Whether the case of a local part matters is for the receiving host alone to say (RFC 5321 §2.4).
    let cases = world.outgoing(&envelope(ALICE, &[BOB, "BOB@b.example"], &message(ALICE, &[BOB]))).unwrap();
    assert_eq!(outcomes(&cases.report), ["bob@b.example accepted", "BOB@b.example accepted"]);
    assert_eq!(cases.report.recipient_infos.len(), 1);
}

#[test]
fn two_types_at_once_are_refused_and_a_repeated_one_is_told() {
    let receiver = Receiver::new();
    let sealed = enveloped(ALICE, BOB, &signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()]);
    let sealed = String::from_utf8(sealed).unwrap();
    for (added, expected) in [("text/plain", "malformed-mime"), ("application/pkcs7-mime", "accepted")] {
        let message = sealed.replacen("\r\n\r\n", &format!("\r\nContent-Type: {added}\r\n\r\n"), 1);
        let report = received(&receiver.world, &envelope(ALICE, &[BOB], message.as_bytes()));
        assert_eq!(verdict(&report), expected);
        assert!(finding(&report, "mime.content-type-once", Severity::Warning).is_some());
    }
}

#[test]
fn what_is_odd_about_the_structures_reaches_the_account() {
    let receiver = Receiver::new();
    let mut cms =
        enveloped_data(&signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()], Cipher::aes_256_cbc());
    cms.extend_from_slice(b"more");
    let report = received(&receiver.world, &envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &cms)));
    assert_eq!(verdict(&report), "accepted");
    assert!(finding(&report, "cms.no-trailing-octets", Severity::Warning).is_some());
    assert!(finding(&report, "cms.no-trailing-octets", Severity::Pass).is_some(), "of the signature");
}

#[test]
fn line_ends_changed_under_a_signature_without_attributes_are_tolerated_too() {
    let receiver = Receiver::new();
    let content = wrapped(&message(ALICE, &[BOB]));
    let options = CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::NOATTR;
    let entity = multipart_signed(&content, &signature(&content, &receiver.circle.address(ALICE), options));
    let changed: Vec<u8> = entity.into_iter().filter(|octet| *octet != b'\r').collect();
    let report = receiver.receive(&changed);
    assert_eq!(verdict(&report), "accepted", "{:?}", report.rejection);
    assert!(finding(&report, "smime.canonical-line-ends", Severity::Warning).is_some());
}

#[test]
fn a_second_key_of_the_recipient_opens_what_the_first_does_not() {
    let mut receiver = Receiver::new();
    let other = receiver.circle.address(BOB);
    receiver.world.key(BOB, &other);
    let message = enveloped(ALICE, BOB, &signed(&receiver.circle.address(ALICE)), &[other.certificate()]);
    let report = received(&receiver.world, &envelope(ALICE, &[BOB], &message));
    assert_eq!(outcomes(&report), ["bob@b.example accepted"]);
    assert_eq!(report.recipients[0].opened_with.as_deref(), Some("key2"));
}

#[test]
fn one_recipients_content_key_does_not_open_the_message_for_another() {
    let mut receiver = Receiver::new();
    let carol = receiver.circle.address(CAROL);
    receiver.world.key(CAROL, &carol).trusts(CAROL, &receiver.circle.root);
    let entity = signed(&receiver.circle.address(ALICE));
    let [mine, hers] = [receiver.bob.certificate(), carol.certificate()]
        .map(|certificate| enveloped_data(&entity, &[certificate], Cipher::aes_256_cbc()));
    // Both RecipientInfos, and the content that only the first one's key opens.
    let mut info = members(&mine);
    let mut data = members(content(&info[1]));
    let others = members(content(&members(&hers)[1]));
    data[1] = constructed(0x31, &[members(&data[1]), members(&others[1])].concat());
    info[1] = constructed(0xa0, &[constructed(0x30, &data)]);
    let message = sealed(ALICE, BOB, &constructed(0x30, &info));
    for to in [[BOB, CAROL], [CAROL, BOB]] {
        let report = received(&receiver.world, &envelope(ALICE, &to, &message));
        let mut outcomes = outcomes(&report);
        outcomes.sort();
        assert_eq!(outcomes, ["bob@b.example accepted", "carol@b.example removed not-decryptable"]);
    }
}

#[test]
fn opaque_signatures_are_not_asked_for_a_micalg() {
    let mut receiver = Receiver::new();
    receiver.world.profile = Profile::named(ProfileName::Legacy);
    let content = wrapped(&message(ALICE, &[BOB]));
    let report = receiver.receive(&opaque_entity(&opaque(&content, &receiver.circle.address(ALICE))));
    check_account(&report);
    assert!(!report.findings().any(|finding| finding.rule.id == "smime.micalg-agrees"));
    let report = receiver.receive(&multipart_signed(&content, &detached(&content, &receiver.circle.address(ALICE))));
    assert!(finding(&report, "smime.micalg-agrees", Severity::Pass).is_some());
}

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
fn what_is_signed_counts_before_the_outer_fields_of_a_message_that_is_not_wrapped() {
    let receiver = Receiver::new();
    let content = b"From: alice@a.example\r\nSubject: Signed\r\nContent-Type: text/plain\r\n\r\nhi\r\n";
    let entity = multipart_signed(content, &detached(content, &receiver.circle.address(ALICE)));
    let sealed = enveloped("mallory@m.example", BOB, &entity, &[receiver.bob.certificate()]);
    let accepted = receiver.world.incoming(&envelope(ALICE, &[BOB], &sealed)).unwrap();
    let delivered = String::from_utf8_lossy(accepted.envelope.message.octets()).into_owned();
    assert!(delivered.contains("From: alice@a.example") && !delivered.contains("mallory"), "{delivered}");
    assert!(finding(&accepted.report, "incoming.headers-agree", Severity::Pass).is_none());
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
fn recipients_who_share_anchors_share_the_search_for_a_path() {
    let mut receiver = Receiver::new();
    let domain = receiver.circle.domain("b.example");
    receiver.world.key("b.example", &domain).trusts("b.example", &receiver.circle.root);
    let addresses: Vec<String> = (0..200).map(|number| format!("user{number}@b.example")).collect();
    let to: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let message = enveloped(ALICE, BOB, &signed(&receiver.circle.address(ALICE)), &[domain.certificate()]);
    let report = received(&receiver.world, &envelope(ALICE, &to, &message));
    assert!(report.recipients.iter().all(|recipient| recipient.is_accepted()));
    assert_eq!(report.signers[0].trust.len(), 200);
    assert_eq!(report.findings().filter(|finding| finding.rule.id == "path.revocation").count(), 2);
}

#[test]
fn keys_and_anchors_fall_back_each_on_their_own() {
    let (good, other) = (Circle::new("Good"), Circle::new("Other"));
    let mut world = World::default();
    let domain = good.domain("b.example");
    world.key("b.example", &domain).trusts("b.example", &good.root);
    // Bob has anchors of his own and no key; Carol a key of her own and no anchors.
    world.trusts(BOB, &other.root).key(CAROL, &good.address(CAROL));
    let carol = good.address(CAROL);
    let message = enveloped(ALICE, BOB, &signed(&good.address(ALICE)), &[domain.certificate(), carol.certificate()]);
    let to = [BOB, "bob+ward@b.example", CAROL, "dave@b.example"];
    let report = received(&world, &envelope(ALICE, &to, &message));
    assert_eq!(
        outcomes(&report),
        [
            "bob@b.example removed no-path-to-anchor",
            "bob+ward@b.example removed no-path-to-anchor",
            // Her own key is the only one that is tried, and this is another.
            "carol@b.example removed not-decryptable",
            "dave@b.example accepted",
        ]
    );
}

#[test]
fn one_signers_certificate_does_not_vouch_for_anothers_signature() {
    let receiver = Receiver::new();
    let content = wrapped(&message(ALICE, &[BOB]));
    // Alice's signature is over something else; Carol's is good and hers is not the sender's name.
    let broken = detached(b"something else", &receiver.circle.address(ALICE));
    let foreign = detached(&content, &receiver.circle.address(CAROL));
    let report = receiver.receive(&multipart_signed(&content, &joined(&broken, &foreign)));
    check_account(&report);
    assert!(!report.is_accepted() && report.signers.iter().all(|signer| !signer.is_good()));
}
