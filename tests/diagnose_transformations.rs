//! What mail systems do to signed mail is found again, named and proven; nothing else is.
//!
//! The forward side is `support/mangle.rs`, which knows nothing of the diagnosis. Where a system finds nothing to change
//! in a shape, the case does not apply. Where two names stand for the same octets, [`ALIKE`] says so: nobody could tell.

#![cfg(test)]

#[path = "support/mangle.rs"]
mod mangle;
#[path = "support/mangle_shapes.rs"]
mod mangle_shapes;
mod support;

use std::collections::BTreeMap;
use std::time::Instant;

use mangle::{MANGLERS, find, replace};
use mangle_shapes::shapes;
use sealscope::agent::{Agent, ReasonCode, Stopped};
use sealscope::diagnose::{Diagnosis, Transformation, diagnose, diagnosis_json};
use sealscope::limits::Limits;
use sealscope::pki::PrivateKeyEntry;
use sealscope::smime::{SigningOptions, multipart_signed, sign_detached};
use support::{ALICE, BOB, Circle, NOW, World, alice_and_bob, envelope, handmade};

const BOUNDARY: &str = "=_signed";

struct Bench {
    world: World,
    alice: PrivateKeyEntry,
    bob: PrivateKeyEntry,
}

impl Bench {
    fn new() -> Self {
        let circle = Circle::new("circle");
        let (alice, bob) = (circle.address(ALICE), circle.address(BOB));
        let mut world = alice_and_bob(&circle);
        world.key(BOB, &bob);
        Self { world, alice, bob }
    }

    fn signature(&self, signed: &[u8]) -> Vec<u8> {
        sign_detached(signed, std::slice::from_ref(&self.alice), &SigningOptions::at(NOW)).unwrap()
    }

    /// A message in the clear: what was signed, and what arrived in its place.
    fn message(&self, signed: &[u8], arrived: &[u8]) -> Vec<u8> {
        in_the_clear(&multipart_signed(arrived, &self.signature(signed), "sha-256", BOUNDARY))
    }

    fn diagnose(&self, message: &[u8]) -> Diagnosis {
        self.world.with_agent(|agent| diagnosed(&agent, message))
    }

    fn case(&self, signed: &[u8], arrived: &[u8]) -> Diagnosis {
        self.diagnose(&self.message(signed, arrived))
    }
}

fn in_the_clear(entity: &[u8]) -> Vec<u8> {
    [b"From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Results\r\nMIME-Version: 1.0\r\n", entity].concat()
}

fn diagnosed(agent: &Agent<'_>, message: &[u8]) -> Diagnosis {
    let report = match agent.process_incoming(&envelope(ALICE, &[BOB], message)) {
        Ok(message) => message.report,
        Err(Stopped::Rejected(rejected)) => rejected.report,
        Err(Stopped::Failed(error)) => panic!("{error}"),
    };
    diagnose(agent, &report)
}

fn names(diagnosis: &Diagnosis) -> String {
    let names: Vec<&str> = diagnosis.transformations.iter().map(|one| one.as_str()).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join("+") }
}

/// Names that stand for the same octets, with the reason. The name on the left is the one done, that on the right found.
const ALIKE: &[(&str, &str, &str)] = &[];

fn is_right(done: &str, found: &str) -> bool {
    done == found || ALIKE.iter().any(|(name, alike, _)| *name == done && *alike == found)
}

/// Those of the list that are no change of the part, but a quarrel about where it ends: signed octets and surroundings.
fn quarrels(bench: &Bench, entity: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let plain = |signed: &[u8]| bench.message(signed, entity);
    let open = format!("--{BOUNDARY}\r\n").into_bytes();
    let next = format!("\r\n--{BOUNDARY}\r\n").into_bytes();
    let preamble = b"This is an S/MIME signed message.\r\n\r\n".as_slice();
    let with_preamble = |signed: &[u8]| {
        let message = bench.message(signed, entity);
        let place = find(&message, &[b"\r\n".as_slice(), &open].concat()).unwrap() + 2;
        [&message[..place], preamble, &message[place..]].concat()
    };
    let epilogue = b"\r\nsent by a phone\r\n".as_slice();
    let with_epilogue = |signed: &[u8]| [plain(signed), epilogue.to_vec()].concat();
    vec![
        ("line-ends-crlf", plain(&replace(entity, b"\r\n", b"\n"))),
        ("boundary-included", plain(&[open.as_slice(), entity].concat())),
        ("boundary-included", plain(&[entity, &next].concat())),
        ("preamble-included", with_preamble(&[preamble, &open, entity].concat())),
        ("epilogue-included", with_epilogue(&[entity, epilogue].concat())),
    ]
}

#[test]
fn every_transformation_is_found_in_every_shape_that_it_changes() {
    let bench = Bench::new();
    let mut table: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut applied: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut judge = |name: &'static str, what: &str, shape: &str, message: &[u8]| {
        let started = Instant::now();
        let diagnosis = bench.diagnose(message);
        let found = names(&diagnosis);
        *table.entry((name, found.clone())).or_default() += 1;
        *applied.entry(name).or_default() += 1;
        if !is_right(name, &found) || !diagnosis.proven || diagnosis.cause != Some(ReasonCode::DigestMismatch) {
            wrong.push(format!(
                "{name} ({what}) in {shape}: found {found}, proven {}, cause {:?}, {:?}, {:?}",
                diagnosis.proven,
                diagnosis.cause,
                diagnosis.effort,
                started.elapsed()
            ));
        }
        if diagnosis.changed.count == 0 {
            wrong.push(format!("{name} ({what}) in {shape}: no place is told"));
        }
    };
    for (shape, entity) in shapes() {
        for mangler in MANGLERS {
            let arrived = (mangler.change)(&entity);
            if arrived != entity {
                judge(mangler.name, mangler.variant, shape, &bench.message(&entity, &arrived));
            }
        }
        for (name, message) in quarrels(&bench, &entity) {
            judge(name, "bounds", shape, &message);
        }
    }
    println!("{:<28} {:<28} times", "done", "found");
    for ((done, found), count) in &table {
        println!("{done:<28} {found:<28} {count}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<&str> =
        Transformation::ALL.iter().map(|one| one.as_str()).filter(|name| !applied.contains_key(name)).collect();
    assert!(missing.is_empty(), "never applied: {missing:?}");
}

#[test]
fn a_change_inside_an_encrypted_message_is_found_as_well() {
    let bench = Bench::new();
    for (shape, entity) in shapes() {
        for mangler in
            MANGLERS.iter().filter(|mangler| ["header-space", "final-line-end-added"].contains(&mangler.name))
        {
            let arrived = (mangler.change)(&entity);
            let signed = multipart_signed(&arrived, &bench.signature(&entity), "sha-256", BOUNDARY);
            let message = handmade::enveloped(ALICE, BOB, &signed, &[bench.bob.certificate()]);
            let diagnosis = bench.diagnose(&message);
            assert_eq!(
                (names(&diagnosis).as_str(), diagnosis.proven),
                (mangler.name, true),
                "{shape}: {}",
                diagnosis.text()
            );
            assert_eq!(diagnosis.rejection.map(|reason| reason.code), Some(ReasonCode::DigestMismatch));
            assert_eq!(diagnosis.changed.places[0].span.buffer.as_str(), "decrypted");
        }
    }
}

#[test]
fn what_the_profile_tolerates_is_explained_all_the_same() {
    let bench = Bench::new();
    let (_, entity) = shapes().remove(0);
    let signed = multipart_signed(&replace(&entity, b"\r\n", b"\n"), &bench.signature(&entity), "sha-256", BOUNDARY);
    let diagnosis = bench.diagnose(&handmade::enveloped(ALICE, BOB, &signed, &[bench.bob.certificate()]));
    assert!(diagnosis.rejection.is_none());
    assert_eq!((names(&diagnosis).as_str(), diagnosis.proven), ("line-ends-lf", true));
    assert!(diagnosis.text().contains("accepted the message all the same"), "{}", diagnosis.text());
}

/// Two systems on one way, as they follow one another in the field.
const PAIRS: &[(&str, &str, &str, &str)] = &[
    // shape, first, second, expected
    ("text", "final-line-end-added", "line-ends-lf", "line-ends-lf+final-line-end-added"),
    ("text", "final-line-end-removed", "line-ends-lf", "line-ends-lf+final-line-end-removed"),
    ("text", "footer-added", "line-ends-lf", "line-ends-lf+footer-added"),
    ("nested multipart", "footer-added", "line-ends-lf", "line-ends-lf+footer-added"),
    ("text", "header-refolded", "header-case", "header-refolded+header-case"),
    ("text", "header-space", "header-case", "header-space+header-case"),
    ("wrapped", "header-refolded", "header-space", "header-space+header-refolded"),
    ("wrapped", "from-escaped", "line-ends-lf", "line-ends-lf+from-escaped"),
    ("text", "from-escaped", "final-line-end-added", "final-line-end-added+from-escaped"),
    ("8-bit", "transfer-encoding-changed", "line-ends-lf", "line-ends-lf+transfer-encoding-changed"),
    ("8-bit", "charset-recoded", "line-ends-lf", "line-ends-lf+charset-recoded"),
    ("8-bit", "charset-recoded", "footer-added", "footer-added+charset-recoded"),
    ("8-bit", "bom-added", "line-ends-lf", "line-ends-lf+bom-added"),
    ("8-bit", "unicode-normalised", "final-line-end-added", "final-line-end-added+unicode-normalised"),
    ("base64 PDF", "base64-rewrapped", "line-ends-lf", "line-ends-lf+base64-rewrapped"),
    ("base64 PDF", "base64-rewrapped", "header-refolded", "header-refolded+base64-rewrapped"),
    ("base64 PDF", "base64-rewrapped", "header-order", "header-order+base64-rewrapped"),
    ("nested multipart", "soft-breaks", "header-space", "header-space+soft-breaks"),
    ("nested multipart", "dot-stuffed", "final-line-end-added", "final-line-end-added+dot-stuffed"),
    ("wrapped", "header-order", "final-line-end-removed", "final-line-end-removed+header-order"),
];

#[test]
fn two_transformations_are_found_together() {
    let bench = Bench::new();
    let change = |name: &str, entity: &[u8]| {
        let changed = MANGLERS.iter().filter(|mangler| mangler.name == name).map(|mangler| (mangler.change)(entity));
        changed.into_iter().find(|changed| changed != entity).unwrap_or_else(|| panic!("{name} changes nothing"))
    };
    let mut wrong = Vec::new();
    for (shape, first, second, expected) in PAIRS {
        let (_, entity) = shapes().into_iter().find(|(name, _)| name == shape).unwrap();
        let arrived = change(second, &change(first, &entity));
        let diagnosis = bench.case(&entity, &arrived);
        println!("{shape:<18} {expected:<50} {}", names(&diagnosis));
        if names(&diagnosis) != *expected || !diagnosis.proven {
            wrong.push(format!("{shape}, {expected}: found {} {:?}", names(&diagnosis), diagnosis.effort));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_no_mail_system_does_is_never_proven() {
    let mut bench = Bench::new();
    // A sixth of the budget: a debug build takes seconds for all of it.
    bench.world.limits.diagnosis_octets = 64 << 20;
    let mut decoys: Vec<(String, Vec<u8>, Vec<u8>)> = Vec::new();
    for (shape, entity) in shapes() {
        let middle = entity.len() * 2 / 3;
        let mut octet = entity.clone();
        octet[middle] = if octet[middle] == b'x' { b'y' } else { b'x' };
        decoys.push((format!("{shape}, one octet"), entity.clone(), octet));
        let half = [&entity[..middle], b"\r\n"].concat();
        decoys.push((format!("{shape}, cut off"), entity.clone(), half));
        let garbage: Vec<u8> = (0..entity.len()).map(|place| u8::try_from(place * 131 % 251).unwrap()).collect();
        decoys.push((format!("{shape}, garbage"), entity.clone(), garbage));
    }
    let (_, text) = shapes().remove(0);
    decoys.push(("a changed word".to_owned(), text.clone(), replace(&text, b"are well", b"are ill")));
    let (_, nested) = shapes().remove(1);
    decoys.push(("a changed number".to_owned(), nested.clone(), replace(&nested, b"1,17", b"1,71")));
    for (what, signed, arrived) in decoys {
        let started = Instant::now();
        let diagnosis = bench.case(&signed, &arrived);
        println!("{what:<28} {:?} {:?}", started.elapsed(), diagnosis.effort.unwrap());
        assert_eq!((names(&diagnosis).as_str(), diagnosis.proven), ("nothing", false), "{what}");
        assert_eq!(diagnosis.cause, Some(ReasonCode::DigestMismatch), "{what}");
        assert!(diagnosis.text().contains("None of the 25 changes"), "{what}: {}", diagnosis.text());
        assert!(diagnosis.tried.len() > 25, "{what}: {:?}", diagnosis.tried);
    }
}

#[test]
fn a_message_of_a_hundred_kilobytes_takes_this_long() {
    let bench = Bench::new();
    let lines: String = (0..1400)
        .map(|line| format!("{line:04} the quick brown fox jumps over the lazy dog, and so on and on.\r\n"))
        .collect();
    let entity = [b"Content-Type: text/plain; charset=utf-8\r\n\r\n", lines.as_bytes()].concat();
    let changed = replace(&entity, b"0700 the", b"0700 The");
    let started = Instant::now();
    let diagnosis = bench.case(&entity, &changed);
    println!("{} octets, nothing to be found: {:?}, {:?}", entity.len(), started.elapsed(), diagnosis.effort);
    assert!(!diagnosis.proven);
    let effort = diagnosis.effort.unwrap();
    assert!(effort.octets <= Limits::DEFAULT.diagnosis_octets);
    let started = Instant::now();
    let diagnosis = bench.case(&entity, &replace(&[entity.as_slice(), b"-- \r\nlist\r\n"].concat(), b"\r\n", b"\n"));
    println!("{} octets, {}: {:?}, {:?}", entity.len(), names(&diagnosis), started.elapsed(), diagnosis.effort);
    assert!(diagnosis.proven);
}

#[test]
fn the_json_tells_places_and_no_content() {
    let bench = Bench::new();
    let (_, entity) = shapes().remove(0);
    let diagnosis = bench.case(&entity, &replace(&entity, b"\r\nFrom Monday", b"\r\n>From Monday"));
    let object = diagnosis_json(&diagnosis);
    assert_eq!(object["schema"], "sealscope.diagnosis/1");
    assert_eq!(object["cause"], "digest-mismatch");
    assert_eq!(object["proven"], true);
    assert_eq!(object["transformations"], serde_json::json!(["from-escaped"]));
    assert_eq!(object["changed"][0]["buffer"], "received");
    let text = object.to_string();
    assert!(!text.contains("Monday") && !text.contains("Alice"), "{text}");
    let place = &diagnosis.changed.places[0];
    let message = bench.message(&entity, &replace(&entity, b"\r\nFrom Monday", b"\r\n>From Monday"));
    assert_eq!(&message[place.span.range()], b">");
    assert_eq!(message[..place.span.start].iter().filter(|octet| **octet == b'\n').count() + 1, place.line);
}
