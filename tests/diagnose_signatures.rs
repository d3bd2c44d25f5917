//! A signature that does not fit: wrong key, altered attributes, and a certificate that is missing, told apart.

#![cfg(test)]

mod support;

use openssl::hash::MessageDigest;
use openssl::sign::Signer;
use sealscope::agent::{ReasonCode, Stopped};
use sealscope::diagnose::{Diagnosis, diagnose};
use sealscope::limits::Limits;
use sealscope::pki::PrivateKeyEntry;
use sealscope::smime::{SigningOptions, multipart_signed, sign_detached};
use support::der::{constructed, element, members};
use support::{ALICE, BOB, Circle, NOW, World, alice_and_bob, envelope, handmade};

const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nTake one tablet.\r\n";
const SET: u8 = 0x31;
const SEQUENCE: u8 = 0x30;
const ATTRIBUTES: u8 = 0xa0;

fn signature(entry: &PrivateKeyEntry, content: &[u8]) -> Vec<u8> {
    sign_detached(content, std::slice::from_ref(entry), &SigningOptions::at(NOW)).unwrap()
}

fn message(content: &[u8], cms: &[u8]) -> Vec<u8> {
    let entity = multipart_signed(content, cms, "sha-256", "=_signed");
    [b"From: alice@a.example\r\nTo: bob@b.example\r\n", entity.as_slice()].concat()
}

fn diagnosed(world: &World, message: &[u8]) -> Diagnosis {
    world.with_agent(|agent| {
        let report = match agent.process_incoming(&envelope(ALICE, &[BOB], message)) {
            Ok(message) => message.report,
            Err(Stopped::Rejected(rejected)) => rejected.report,
            Err(Stopped::Failed(error)) => panic!("{error}"),
        };
        diagnose(&agent, &report)
    })
}

/// The parts of the only SignerInfo, changed.
fn with_signer(cms: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut parts = handmade::signed_data(cms);
    let last = parts.len() - 1;
    let mut signer = members(&members(&parts[last])[0]);
    change(&mut signer);
    parts[last] = constructed(SET, &[constructed(SEQUENCE, &signer)]);
    handmade::content_info(cms, &parts)
}

fn attributes(signer: &[Vec<u8>]) -> usize {
    signer.iter().position(|part| part[0] == ATTRIBUTES).unwrap()
}

/// The same attributes with a signature over what `octets` makes of them.
fn resigned(cms: &[u8], key: &PrivateKeyEntry, octets: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    with_signer(cms, |signer| {
        let signed = octets(&signer[attributes(signer)]);
        let mut maker = Signer::new(MessageDigest::sha256(), key.key()).unwrap();
        let made = maker.sign_oneshot_to_vec(&signed).unwrap();
        let place = signer.iter().rposition(|part| part[0] == 0x04).unwrap();
        signer[place] = element(0x04, &made);
    })
}

fn as_set(attributes: &[u8]) -> Vec<u8> {
    [&[SET], &attributes[1..]].concat()
}

fn told(diagnosis: &Diagnosis, code: ReasonCode, proven: bool, words: &str) {
    assert_eq!((diagnosis.cause, diagnosis.proven), (Some(code), proven), "{}", diagnosis.text());
    assert!(diagnosis.text().contains(words), "{words}: {}", diagnosis.text());
    assert!(diagnosis.transformations.is_empty());
    assert!(!diagnosis.advice.is_empty());
}

#[test]
fn a_signature_over_attributes_in_another_order_is_told() {
    let circle = Circle::new("circle");
    let alice = circle.address(ALICE);
    let reversed = |attributes: &[u8]| {
        let mut all = members(attributes);
        all.reverse();
        constructed(SET, &all)
    };
    let cms = resigned(&signature(&alice, ENTITY), &alice, reversed);
    let diagnosis = diagnosed(&alice_and_bob(&circle), &message(ENTITY, &cms));
    told(&diagnosis, ReasonCode::SignedAttributesInvalid, true, "in another order");
}

#[test]
fn a_signature_over_the_attributes_with_their_own_tag_is_told() {
    let circle = Circle::new("circle");
    let alice = circle.address(ALICE);
    let cms = resigned(&signature(&alice, ENTITY), &alice, <[u8]>::to_vec);
    let diagnosis = diagnosed(&alice_and_bob(&circle), &message(ENTITY, &cms));
    told(&diagnosis, ReasonCode::SignedAttributesInvalid, true, "their tag [0]");
}

#[test]
fn a_signature_over_the_content_in_place_of_the_attributes_is_told() {
    let circle = Circle::new("circle");
    let alice = circle.address(ALICE);
    let cms = resigned(&signature(&alice, ENTITY), &alice, |_| ENTITY.to_vec());
    let diagnosis = diagnosed(&alice_and_bob(&circle), &message(ENTITY, &cms));
    told(&diagnosis, ReasonCode::SignedAttributesInvalid, true, "the content itself");
}

#[test]
fn altered_attributes_are_told_from_a_wrong_key() {
    let circle = Circle::new("circle");
    let alice = circle.address(ALICE);
    let other_time =
        sign_detached(ENTITY, std::slice::from_ref(&alice), &SigningOptions::at(NOW + time::Duration::hours(1)))
            .unwrap();
    let mut later = Vec::new();
    let _ = with_signer(&other_time, |signer| later = signer[attributes(signer)].clone());
    let cms = with_signer(&signature(&alice, ENTITY), |signer| {
        let place = attributes(signer);
        signer[place] = later;
    });
    let diagnosis = diagnosed(&alice_and_bob(&circle), &message(ENTITY, &cms));
    told(&diagnosis, ReasonCode::SignedAttributesInvalid, false, "over other signed attributes");
    assert!(diagnosis.text().contains("the content was not changed"));

    let stranger = circle.address("stranger@c.example");
    let cms = resigned(&signature(&alice, ENTITY), &stranger, as_set);
    let diagnosis = diagnosed(&alice_and_bob(&circle), &message(ENTITY, &cms));
    told(&diagnosis, ReasonCode::SignatureInvalid, false, "was not made by the key of the signer's certificate");
}

#[test]
fn the_certificate_that_the_signature_does_fit_is_named() {
    let circle = Circle::new("circle");
    let (alice, old) = (circle.address(ALICE), circle.address(ALICE));
    let cms = resigned(&signature(&alice, ENTITY), &old, as_set);
    let mut world = alice_and_bob(&circle);
    world.certificate(ALICE, old.certificate());
    let diagnosis = diagnosed(&world, &message(ENTITY, &cms));
    told(&diagnosis, ReasonCode::SignatureInvalid, true, old.certificate().serial());
    assert!(diagnosis.text().contains("the certificates of alice@a.example"), "{}", diagnosis.text());

    // With a changed content there is no proof of anything.
    let changed = b"Content-Type: text/plain\r\n\r\nTake two tablets.\r\n";
    let diagnosis = diagnosed(&world, &message(changed, &cms));
    told(&diagnosis, ReasonCode::SignatureInvalid, false, "so the content does not fit either");
}

fn without_certificates(cms: &[u8]) -> Vec<u8> {
    let mut parts = handmade::signed_data(cms);
    parts.retain(|part| part[0] != 0xa0);
    handmade::content_info(cms, &parts)
}

#[test]
fn a_missing_certificate_that_is_known_here_settles_the_rest() {
    let circle = Circle::new("circle");
    let alice = circle.address(ALICE);
    let bare = without_certificates(&signature(&alice, ENTITY));
    let mut world = alice_and_bob(&circle);
    let diagnosis = diagnosed(&world, &message(ENTITY, &bare));
    told(&diagnosis, ReasonCode::SignerCertificateMissing, false, "not known here either");

    world.certificate(ALICE, alice.certificate());
    let diagnosis = diagnosed(&world, &message(ENTITY, &bare));
    told(&diagnosis, ReasonCode::SignerCertificateMissing, true, "with it the signature is valid");
}

#[test]
fn without_a_certificate_nothing_is_proven_even_if_the_digest_is_restored() {
    let circle = Circle::new("circle");
    let alice = circle.address(ALICE);
    let bare = without_certificates(&signature(&alice, ENTITY));
    let arrived = [ENTITY, b"\r\n"].concat();
    let mut world = alice_and_bob(&circle);
    let diagnosis = diagnosed(&world, &message(&arrived, &bare));
    let names = |diagnosis: &Diagnosis| diagnosis.transformations.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!((names(&diagnosis), diagnosis.proven), (vec!["final-line-end-added".to_owned()], false));
    assert!(diagnosis.text().contains("that is no proof"), "{}", diagnosis.text());

    world.certificate(ALICE, alice.certificate());
    let diagnosis = diagnosed(&world, &message(&arrived, &bare));
    assert_eq!((names(&diagnosis), diagnosis.proven), (vec!["final-line-end-added".to_owned()], true));
    assert_eq!(diagnosis.cause, Some(ReasonCode::SignerCertificateMissing));
}

#[test]
fn a_forged_digest_in_the_attributes_proves_nothing() {
    let circle = Circle::new("circle");
    let alice = circle.address(ALICE);
    // The attacker states the digest of a content that a transformation would restore, but cannot sign it.
    let wanted = signature(&alice, &[ENTITY, b"\r\n"].concat());
    let mut stated = Vec::new();
    let _ = with_signer(&wanted, |signer| stated = signer[attributes(signer)].clone());
    let cms = with_signer(&signature(&alice, b"something else"), |signer| {
        let place = attributes(signer);
        signer[place] = stated;
    });
    let diagnosis = diagnosed(&alice_and_bob(&circle), &message(ENTITY, &cms));
    assert!(!diagnosis.proven && diagnosis.transformations.is_empty(), "{}", diagnosis.text());
}

#[test]
fn without_attributes_the_digest_is_taken_from_the_signature() {
    let circle = Circle::new("circle");
    let alice = circle.address(ALICE);
    let cms = resigned(&signature(&alice, ENTITY), &alice, |_| ENTITY.to_vec());
    let bare = with_signer(&cms, |signer| {
        let place = attributes(signer);
        signer.remove(place);
    });
    let world = alice_and_bob(&circle);
    let diagnosis = diagnosed(&world, &message(ENTITY, &bare));
    assert_eq!(diagnosis.cause, Some(ReasonCode::NotEncrypted), "{}", diagnosis.text());
    let diagnosis = diagnosed(&world, &message(&[ENTITY, b"-- \r\nlist\r\n"].concat(), &bare));
    assert_eq!(diagnosis.transformations.iter().map(ToString::to_string).collect::<Vec<_>>(), ["footer-added"]);
    assert!(diagnosis.proven, "{}", diagnosis.text());
}

#[test]
fn what_has_another_cause_keeps_it() {
    let circle = Circle::new("circle");
    let world = alice_and_bob(&circle);
    let cases: [(&[u8], ReasonCode); 2] =
        [(b"From: alice@a.example\r\n\r\nplain", ReasonCode::NotEncrypted), (b"", ReasonCode::NotEncrypted)];
    for (octets, code) in cases {
        let diagnosis = diagnosed(&world, octets);
        // That nothing is encrypted is plain from the octets.
        assert_eq!((diagnosis.cause, diagnosis.proven), (Some(code), true), "{}", diagnosis.text());
        assert!(!diagnosis.explanation.is_empty() && diagnosis.effort.is_none());
    }
    let stranger = Circle::new("stranger");
    let eve = stranger.address(ALICE);
    let entity = multipart_signed(ENTITY, &signature(&eve, ENTITY), "sha-256", "=_signed");
    let bob = circle.address(BOB);
    let mut world = alice_and_bob(&circle);
    world.key(BOB, &bob);
    let diagnosis = diagnosed(&world, &handmade::enveloped(ALICE, BOB, &entity, &[bob.certificate()]));
    assert_eq!(diagnosis.cause, Some(ReasonCode::NoPathToAnchor), "{}", diagnosis.text());
}

#[test]
fn mutated_messages_are_diagnosed_within_the_budget() {
    let circle = Circle::new("circle");
    let alice = circle.address(ALICE);
    let entity = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe, Bob=\r\n!\r\n--b\r\n\
        Content-Type: application/pdf; name=\"a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjcKAAAA\r\n--b--\r\n";
    let whole = message(entity, &signature(&alice, entity));
    let mut world = alice_and_bob(&circle);
    world.limits = Limits { diagnosis_octets: 1 << 20, ..Limits::DEFAULT };
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let end = whole.windows(10).position(|octets| octets == b"--=_signed").unwrap() + entity.len();
    for _ in 0..150 {
        let mut mutated = whole.clone();
        for _ in 0..=next(3) {
            let place = next(end);
            match next(5) {
                0 => mutated[place] = [0, b'\r', b'\n', b' ', b'=', b';', b'"', 0xff][next(8)],
                1 => drop(mutated.drain(place..(place + next(40)).min(mutated.len()))),
                2 => mutated.insert(place, [b'\r', b'\n', b'-', b'='][next(4)]),
                3 => mutated.truncate(mutated.len() - next(60)),
                _ => {
                    let copy = mutated[place..(place + next(80)).min(mutated.len())].to_vec();
                    mutated.splice(place..place, copy);
                }
            }
        }
        let diagnosis = diagnosed(&world, &mutated);
        assert!(diagnosis.effort.unwrap_or_default().octets <= 1 << 20);
        assert!(diagnosis.cause.is_some() || diagnosis.rejection.is_none());
    }
}

#[test]
fn hostile_contents_are_diagnosed_within_the_budget() {
    let circle = Circle::new("circle");
    let alice = circle.address(ALICE);
    let cms = signature(&alice, ENTITY);
    let mut world = alice_and_bob(&circle);
    // A twelfth of the budget: a debug build takes seconds for all of it.
    world.limits.diagnosis_octets = 32 << 20;
    let text = b"Content-Type: text/plain; charset=utf-8\r\n\r\n".as_slice();
    let fields: Vec<u8> = (0..900).flat_map(|field| format!("X-{field}: a b c\r\n d; e=f\r\n").into_bytes()).collect();
    let parts = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(900);
    for (what, content) in [
        ("empty lines", [text, &b"\n".repeat(1 << 18)].concat()),
        ("carriage returns", [text, &b"\r".repeat(1 << 16), b"\n"].concat()),
        ("dots", [text, &b".\r\n".repeat(1 << 16)].concat()),
        ("many fields", [fields.as_slice(), text, b"x"].concat()),
        ("blanks", [b"Subject: ".as_slice(), &b"a ".repeat(50_000), b"\r\n", text].concat()),
        ("many parts", [b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".as_slice(), &parts, b"--b--"].concat()),
        (
            "soft breaks",
            [b"Content-Transfer-Encoding: quoted-printable\r\n".as_slice(), text, &b"=\r\n".repeat(1 << 16)].concat(),
        ),
    ] {
        let started = std::time::Instant::now();
        let diagnosis = diagnosed(&world, &message(&content, &cms));
        println!("{what:<20} {:?} {:?}", started.elapsed(), diagnosis.effort);
        assert!(!diagnosis.proven, "{what}");
        assert!(diagnosis.effort.unwrap().octets <= 32 << 20, "{what}");
    }
}
