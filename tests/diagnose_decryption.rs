//! Why an envelope stays shut: every RecipientInfo against every key and certificate that is held.
#![cfg(test)]

mod support;

use openssl::symm::Cipher;
use sealscope::agent::{ReasonCode, Report, Stopped};
use sealscope::diagnose::{Addressed, Diagnosis, Opens, Relation, diagnose};
use sealscope::limits::Limits;
use sealscope::mail::Envelope;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::{NewKey, PrivateKeyEntry};
use sealscope::smime::{EncryptionOptions, IdentifierForm, encrypt};
use support::der::{constructed, element, members};
use support::handmade::{content_info, enveloped, enveloped_data, sealed, signed_data};
use support::receiver::signed;
use support::{ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, envelope};
use time::Duration;

const YEAR: Duration = Duration::days(365);

/// Bob with the key of his present certificate.
struct Scene {
    circle: Circle,
    bob: PrivateKeyEntry,
    world: World,
}

impl Scene {
    fn new() -> Self {
        let circle = Circle::new("Good");
        let bob = circle.intermediate.issue(&CertificateBuilder::for_address(BOB, NOW - YEAR, NOT_AFTER)).unwrap();
        let mut world = World::default();
        world.key(BOB, &bob).trusts(BOB, &circle.root);
        Self { circle, bob, world }
    }

    /// What Alice signed, encrypted for these, arrives for Bob.
    fn arrives_for(&self, recipients: &[&PrivateKeyEntry]) -> Diagnosis {
        let certificates: Vec<_> = recipients.iter().map(|entry| entry.certificate()).collect();
        self.arrives(&enveloped(ALICE, BOB, &signed(&self.circle.address(ALICE)), &certificates))
    }

    fn arrives(&self, message: &[u8]) -> Diagnosis {
        self.judged(&envelope(ALICE, &[BOB], message))
    }

    fn judged(&self, envelope: &Envelope) -> Diagnosis {
        self.world.with_agent(|agent| {
            let report: Report = match agent.process_incoming(envelope) {
                Ok(accepted) => accepted.report,
                Err(Stopped::Rejected(rejected)) => rejected.report,
                Err(Stopped::Failed(error)) => panic!("{error}"),
            };
            diagnose(&agent, &report)
        })
    }
}

fn only(diagnosis: &Diagnosis) -> &Addressed {
    match diagnosis.recipient_infos.as_slice() {
        [only] => only,
        several => panic!("{} RecipientInfos", several.len()),
    }
}

fn relations(addressed: &Addressed) -> Vec<(Relation, Opens)> {
    addressed.holdings.iter().map(|holding| (holding.relation, holding.opens)).collect()
}

fn told(diagnosis: &Diagnosis, words: &[&str]) {
    let text = format!("{} | {}", diagnosis.text(), diagnosis.advice.join(" | "));
    for word in words {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
}

#[test]
fn a_former_certificate_is_told_by_its_dates_and_its_successor_by_its_serial_number() {
    let mut scene = Scene::new();
    let old = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOW - YEAR);
    let old = scene.circle.intermediate.issue(&old).unwrap();
    scene.world.certificate(BOB, old.certificate());
    let diagnosis = scene.arrives_for(&[&old]);
    assert_eq!(diagnosis.cause, Some(ReasonCode::NotDecryptable));
    let found = relations(only(&diagnosis));
    assert_eq!(found, [(Relation::Successor, Opens::NotTried), (Relation::CertificateOnly, Opens::NotTried)]);
    told(
        &diagnosis,
        &["successor", "old certificate", old.certificate().serial(), scene.bob.certificate().serial(), "2025-06-01"],
    );
    assert!(diagnosis.proven, "which certificates are named is plain: {}", diagnosis.text());
}

#[test]
fn a_newer_certificate_than_the_one_held_is_told_as_such() {
    let mut scene = Scene::new();
    let new = CertificateBuilder::for_address(BOB, NOW - Duration::DAY, NOT_AFTER);
    let new = scene.circle.intermediate.issue(&new).unwrap();
    scene.world.certificate(BOB, new.certificate());
    let diagnosis = scene.arrives_for(&[&new]);
    assert_eq!(relations(only(&diagnosis))[0].0, Relation::Predecessor);
    told(&diagnosis, &["newer certificate", "Import the private key", new.certificate().serial()]);
}

#[test]
fn a_key_under_another_certificate_is_proven_by_opening_the_message() {
    for kept in [true, false] {
        let mut scene = Scene::new();
        let renewed = scene
            .circle
            .intermediate
            .certify(&CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER), scene.bob.key())
            .unwrap();
        if kept {
            scene.world.certificate(BOB, &renewed);
        }
        let twin = PrivateKeyEntry::new(renewed, vec![], scene.bob.key().to_owned()).unwrap();
        let diagnosis = scene.arrives_for(&[&twin]);
        assert_eq!(relations(only(&diagnosis))[0], (Relation::Twin, Opens::Yes), "kept: {kept}");
        assert!(
            diagnosis.proven && diagnosis.proof.as_ref().is_some_and(|proof| proof.contains("decrypts to a message"))
        );
        told(&diagnosis, &["the same private key under another certificate", "opens the message"]);
    }
}

#[test]
fn a_message_for_another_party_of_this_workspace_is_told_to_be_theirs() {
    let mut scene = Scene::new();
    let carol = scene.circle.address(CAROL);
    scene.world.key(CAROL, &carol);
    let diagnosis = scene.arrives_for(&[&carol]);
    assert_eq!(relations(only(&diagnosis)), [(Relation::KeyOfAnother, Opens::Yes)]);
    told(&diagnosis, &["that of carol@b.example", "--to carol@b.example"]);
    assert!(diagnosis.proven);
}

#[test]
fn a_stranger_s_envelope_has_nothing_here_and_that_is_plain() {
    let scene = Scene::new();
    let diagnosis = scene.arrives_for(&[&Circle::new("Stranger").address("eve@e.example")]);
    assert!(relations(only(&diagnosis)).is_empty());
    told(
        &diagnosis,
        &["a certificate that is not known here", "nothing here belongs to it", scene.bob.certificate().serial()],
    );
    assert!(diagnosis.proven);
}

#[test]
fn of_an_envelope_for_a_multitude_those_are_listed_of_which_something_is_held() {
    let scene = Scene::new();
    // The set is in DER order: with a shorter issuer's name the stranger's come first.
    let stranger = Circle::new("X").address("eve@e.example");
    let former =
        scene.circle.intermediate.issue(&CertificateBuilder::for_address(BOB, NOT_BEFORE, NOW - YEAR * 2)).unwrap();
    let recipients: Vec<_> = std::iter::repeat_n(&stranger, 69).chain([&former]).collect();
    let diagnosis = scene.arrives_for(&recipients);
    assert_eq!((diagnosis.recipient_infos.len(), diagnosis.recipient_infos_omitted), (50, 20));
    let numbers: Vec<usize> = diagnosis.recipient_infos.iter().map(|addressed| addressed.number).collect();
    assert!(numbers.is_sorted() && numbers.last() == Some(&70), "{numbers:?}");
    told(&diagnosis, &["RecipientInfo 70 is for", "has 65 RecipientInfos more; 50 of all are listed"]);
}

#[test]
fn a_key_identifier_names_a_certificate_as_a_serial_number_does() {
    let mut scene = Scene::new();
    let old = scene.circle.intermediate.issue(&CertificateBuilder::for_address(BOB, NOT_BEFORE, NOW)).unwrap();
    scene.world.certificate(BOB, old.certificate());
    let options = EncryptionOptions { identifier: IdentifierForm::SubjectKeyId, ..EncryptionOptions::default() };
    let cms = encrypt(&signed(&scene.circle.address(ALICE)), &[old.certificate().clone()], &options).unwrap();
    let diagnosis = scene.arrives(&sealed(ALICE, BOB, &cms));
    assert!(only(&diagnosis).identifier.starts_with("key identifier "), "{:?}", only(&diagnosis).identifier);
    assert_eq!(relations(only(&diagnosis))[0].0, Relation::Successor);
}

#[test]
fn an_agreed_key_is_compared_like_a_transported_one() {
    let mut scene = Scene::new();
    let elliptic = |from, until| CertificateBuilder::for_address(BOB, from, until).key(NewKey::P256);
    let old = scene.circle.intermediate.issue(&elliptic(NOT_BEFORE, NOW)).unwrap();
    let new = scene.circle.intermediate.certify(&elliptic(NOW - YEAR, NOT_AFTER), old.key()).unwrap();
    let new = PrivateKeyEntry::new(new, vec![], old.key().to_owned()).unwrap();
    scene.world.key(BOB, &new);
    let cms =
        encrypt(&signed(&scene.circle.address(ALICE)), &[old.certificate().clone()], &EncryptionOptions::default());
    let diagnosis = scene.arrives(&sealed(ALICE, BOB, &cms.unwrap()));
    assert_eq!(only(&diagnosis).kind, "key-agreement");
    assert_eq!(relations(only(&diagnosis))[0], (Relation::Twin, Opens::Yes), "{}", diagnosis.text());
    assert!(diagnosis.proven);
}

/// The octets of the only KeyTransRecipientInfo's encrypted key, replaced.
fn with_encrypted_key(cms: &[u8], change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut parts = signed_data(cms);
    let mut info = members(&members(&parts[1])[0]);
    let mut key = info[3][4..].to_vec();
    change(&mut key);
    info[3] = element(4, &key);
    parts[1] = constructed(0x31, &[constructed(0x30, &info)]);
    content_info(cms, &parts)
}

#[test]
fn whatever_ails_an_encrypted_key_is_told_in_the_same_words() {
    use openssl::rsa::Padding;
    let scene = Scene::new();
    let entity = signed(&scene.circle.address(ALICE));
    let cms = enveloped_data(&entity, &[scene.bob.certificate()], Cipher::aes_256_cbc());
    let rsa = scene.bob.certificate().x509().public_key().unwrap().rsa().unwrap();
    let sealed_key = |octets: &[u8], padding| {
        let mut out = vec![0; usize::try_from(rsa.size()).unwrap()];
        rsa.public_encrypt(octets, &mut out, padding).unwrap();
        out
    };
    let size = usize::try_from(rsa.size()).unwrap();
    let mut block = vec![1; size];
    block[0] = 0;
    // Another length than the cipher's; a block of the wrong type; no zero octet at all; altered octets.
    let faults = [
        sealed_key(&[7; 16], Padding::PKCS1),
        sealed_key(&block, Padding::NONE),
        sealed_key(&[&[0, 2][..], &vec![9; size - 2]].concat(), Padding::NONE),
        vec![3; size],
    ];
    let told: Vec<(String, Vec<String>)> = faults
        .iter()
        .map(|fault| {
            let cms = with_encrypted_key(&cms, |key| key.clone_from(fault));
            let diagnosis = scene.arrives(&sealed(ALICE, BOB, &cms));
            assert_eq!(relations(only(&diagnosis)), [(Relation::Key, Opens::No)]);
            assert!(!diagnosis.proven && diagnosis.proof.is_none());
            (diagnosis.text(), diagnosis.advice)
        })
        .collect();
    assert!(told.iter().all(|one| *one == told[0]), "{told:#?}");
    assert!(told[0].0.contains("does not decrypt with this private key"), "{}", told[0].0);
}

#[test]
fn a_cut_ciphertext_is_told_by_its_length_and_an_altered_one_by_what_follows() {
    let scene = Scene::new();
    let entity = signed(&scene.circle.address(ALICE));
    let cms = enveloped_data(&entity, &[scene.bob.certificate()], Cipher::aes_256_cbc());
    let with_ciphertext = |change: fn(&mut Vec<u8>)| {
        let mut parts = signed_data(&cms);
        let mut encrypted = members(&parts[2]);
        let header = if encrypted[2][1] == 0x82 { 4 } else { 2 };
        let mut content = encrypted[2][header..].to_vec();
        change(&mut content);
        encrypted[2] = element(0x80, &content);
        parts[2] = constructed(0x30, &encrypted);
        scene.arrives(&sealed(ALICE, BOB, &content_info(&cms, &parts)))
    };
    let cut = with_ciphertext(|content| content.truncate(content.len() - 5));
    told(&cut, &["no whole number of blocks of 16", "was recovered"]);
    assert!(cut.proven);
    let middle = with_ciphertext(|content| content[160] ^= 1);
    assert!(middle.text().contains("octets 160 to 176, which look like noise"), "{}", middle.text());
    // The padding of one is wrong, of the other the first line: nobody is told which.
    let end = with_ciphertext(|content| *content.last_mut().unwrap() ^= 1);
    let begin = with_ciphertext(|content| content[0] ^= 0x80);
    assert_eq!(end.text(), begin.text());
    assert!(!end.proven && end.cause == Some(ReasonCode::NotDecryptable), "{}", end.text());
}

#[test]
fn an_expired_key_that_opens_is_no_cause() {
    let mut scene = Scene::new();
    let old = scene.circle.intermediate.issue(&CertificateBuilder::for_address(BOB, NOT_BEFORE, NOW - YEAR)).unwrap();
    scene.world = World::default();
    scene.world.key(BOB, &old).trusts(BOB, &scene.circle.root);
    let diagnosis = scene.arrives_for(&[&old]);
    assert_eq!(diagnosis.cause, None, "{}", diagnosis.text());
    assert!(only(&diagnosis).sentence.contains("no hindrance for decrypting"), "{}", only(&diagnosis).sentence);
}

#[test]
fn keys_are_tried_up_to_a_cap_and_reaching_it_is_told_and_proves_nothing() {
    let mut scene = Scene::new();
    let stranger = Circle::new("Stranger").address("eve@e.example");
    scene.world.limits = Limits { diagnosis_unwraps: 1, ..Limits::DEFAULT };
    assert!(scene.arrives_for(&[&stranger]).text().contains("operations that a diagnosis makes (1)"));
    scene.world.limits = Limits { diagnosis_unwraps: 2, ..Limits::DEFAULT };
    let within = scene.arrives_for(&[&stranger]);
    assert!(within.proven && !within.text().contains("operations that a diagnosis makes"), "{}", within.text());
}
