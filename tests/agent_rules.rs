//! Rules that are easy to get wrong: codes, caps, and who may influence whom.
#![cfg(test)]

mod support;

use openssl::cms::CMSOptions;
use openssl::symm::Cipher;
use sealscope::agent::{Profile, ProfileName};
use sealscope::finding::Severity;
use sealscope::limits::Limits;
use sealscope::mail::ReversePath;
use sealscope::smime::{EncryptionOptions, MakingCipher, encrypt};
use support::account::{check_account, finding, received, sent};
use support::der::{constructed, content, element, members};
use support::handmade::{
    detached, enveloped, enveloped_data, joined, multipart_signed, opaque, opaque_entity, sealed, signature, wrapped,
};
use support::receiver::{Receiver, answer, signed};
use support::{ALICE, BOB, CAROL, Circle, World, alice_and_bob, arrived, envelope, message, outcomes, verdict};

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
    let vector = element(4, &[1, 2, 3, 4, 5, 6, 7, 8]);
    let parameters = constructed(0x30, &[element(2, &[0, 0xa0]), vector.clone()]);
    let rc2 = constructed(0x30, &[element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 2]), parameters]);
    let des = constructed(0x30, &[element(6, &[0x2b, 0x0e, 3, 2, 7]), vector]);
    for profile in [ProfileName::Direct12, ProfileName::Legacy] {
        receiver.world.profile = Profile::named(profile);
        for (name, algorithm) in [("RC2 CBC (40 bits)", &rc2), ("DES CBC", &des)] {
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
    let arriving = arrived(&alice_and_bob(&circle).outgoing(&large).unwrap());
    // What leaves is as long as what the next agent gets to read.
    let secured = arriving.message.octets().len();
    for (octets, expected) in
        [(secured, "accepted"), (secured - 1, "limit-exceeded"), (original.len() - 1, "limit-exceeded")]
    {
        world.limits = Limits { message_octets: octets, ..Limits::DEFAULT };
        assert_eq!(verdict(&sent(&world, &large)), expected, "{octets} octets");
    }
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

#[test]
fn authenticated_content_that_is_no_message_is_told_from_a_wrong_key() {
    let receiver = Receiver::new();
    let to_bob = |content: &[u8]| {
        let options = EncryptionOptions { content: MakingCipher::Aes256Gcm, ..EncryptionOptions::default() };
        let cms = encrypt(content, &[receiver.bob.certificate().clone()], &options).unwrap();
        let message = sealed(ALICE, BOB, &cms);
        (received(&receiver.world, &envelope(ALICE, &[BOB], &message)), message)
    };
    assert_eq!(verdict(&to_bob(b"no header at all").0), "malformed-mime");
    assert_eq!(verdict(&to_bob(b"Subject: no type\r\n\r\ntext\r\n").0), "unsigned");
    let (report, message) = to_bob(&signed(&receiver.circle.address(ALICE)));
    assert_eq!(verdict(&report), "accepted");
    // One octet of the tag, which comes last.
    let end = message.len() - 8;
    let altered = [&message[..end], &[if message[end] == b'A' { b'B' } else { b'A' }], &message[end + 1..]].concat();
    assert_eq!(answer(&received(&receiver.world, &envelope(ALICE, &[BOB], &altered))), "not-decryptable");
}

#[test]
fn a_cipher_under_a_type_it_does_not_go_with_is_refused_for_everybody() {
    let receiver = Receiver::new();
    let cms =
        enveloped_data(&signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()], Cipher::aes_256_cbc());
    let parameters = constructed(0x30, &[element(4, &[7; 12]), element(2, &[16])]);
    let gcm = constructed(0x30, &[element(6, &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 0x2e]), parameters]);
    let report = received(&receiver.world, &envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &with_cipher(&cms, &gcm))));
    assert_eq!(verdict(&report), "unsupported-algorithm", "{:?}", report.rejection);
    assert!(finding(&report, "cms.cipher-fits-type", Severity::Fail).is_some());
}
