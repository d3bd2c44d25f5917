//! Every reason code, each produced by the agent itself, and which of several wins.
#![cfg(test)]

mod support;

use std::collections::BTreeSet;

use openssl::cms::CMSOptions;
use sealscope::agent::{ProfileName, ReasonCode};
use sealscope::finding::Severity;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::{KeyUsage, NewKey};
use support::command::run;
use support::handmade::{detached, enveloped, joined, multipart_signed, signature, wrapped};
use support::program::House;
use support::reason_cases::{
    CASES, Case, DAY, alice, altered, below, case, code, constrained, content, detached_then, expired, issued, leave,
    receive, revoke, send, under, unknown_extension, with_attribute_twice, with_broken_signature,
};
use support::receiver::{Receiver, signed};
use support::{ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, message};

const COMBINATIONS: &[Case] = &[
    case("digest-mismatch", "changed content, expired certificate", |receiver| {
        receive(receiver, &altered(&receiver.circle.intermediate.issue(&expired()).unwrap()))
    }),
    case("digest-mismatch", "changed content, stranger's certificate", |receiver| {
        receive(receiver, &altered(&Circle::new("Stranger").address(ALICE)))
    }),
    case("signature-invalid", "broken signature, expired certificate", |receiver| {
        let signer = receiver.circle.intermediate.issue(&expired()).unwrap();
        receive(receiver, &detached_then(&signer, with_broken_signature))
    }),
    case("signature-invalid", "broken signature, revoked certificate of somebody else", |receiver| {
        let signer = receiver.circle.address(CAROL);
        revoke(receiver, signer.certificate());
        receive(receiver, &detached_then(&signer, with_broken_signature))
    }),
    case("signature-invalid", "broken signature and changed content: the numbers first", |receiver| {
        let changed = String::from_utf8(content()).unwrap().replace("well", "lost");
        let cms = with_broken_signature(&detached(&content(), &receiver.circle.address(ALICE)));
        receive(receiver, &multipart_signed(changed.as_bytes(), &cms))
    }),
    case("signed-attributes-invalid", "repeated attribute, weak key", |receiver| {
        let signer = receiver.circle.intermediate.issue(&alice().key(NewKey::Rsa(1024))).unwrap();
        receive(receiver, &detached_then(&signer, with_attribute_twice))
    }),
    case("signer-certificate-missing", "no certificate, changed content", |receiver| {
        let options = CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::CMS_NOCERTS;
        let cms = signature(&content(), &receiver.circle.address(ALICE), options);
        receive(receiver, &multipart_signed(&wrapped(&message(CAROL, &[BOB])), &cms))
    }),
    case("certificate-signature-invalid", "a forged certificate that has expired", |receiver| {
        receive(receiver, &signed(&receiver.circle.intermediate.forge(&expired()).unwrap()))
    }),
    case("certificate-signature-invalid", "a forged certificate with an unknown critical extension", |receiver| {
        receive(receiver, &signed(&receiver.circle.intermediate.forge(&unknown_extension(alice())).unwrap()))
    }),
    case("signer-not-bound", "somebody else's certificate, expired", |receiver| {
        issued(receiver, &CertificateBuilder::for_address(CAROL, NOT_BEFORE, NOW - DAY))
    }),
    case("expired", "an expired intermediate is no missing path", |receiver| {
        let old = CertificateBuilder::authority("Other intermediate", NOT_BEFORE, NOW - DAY);
        below(receiver, &old, &alice())
    }),
    case("expired", "an expired intermediate to the anchor, and a second way that leads nowhere", |receiver| {
        let old = CertificateBuilder::authority("Twice", NOT_BEFORE, NOW - DAY);
        let old = receiver.circle.root.issue_authority(&old).unwrap();
        let builder = CertificateBuilder::authority("Twice", NOT_BEFORE, NOT_AFTER);
        let other = Circle::new("Stranger").root.certify(&builder, old.key()).unwrap();
        receiver.world.authorities.push(other);
        receive(receiver, &signed(&old.issue(&alice()).unwrap()))
    }),
    case("expired", "expired and of an unknown authority", |receiver| {
        receive(receiver, &signed(&Circle::new("Stranger").intermediate.issue(&expired()).unwrap()))
    }),
    case("expired", "expired and revoked: dates come before lists (RFC 5280 §6.1.3)", |receiver| {
        let signer = receiver.circle.intermediate.issue(&expired()).unwrap();
        revoke(receiver, signer.certificate());
        receive(receiver, &signed(&signer))
    }),
    case("expired", "expired, short and not for signing", |receiver| {
        issued(receiver, &expired().key(NewKey::Rsa(1024)).key_usage(Some(KeyUsage::KEY_ENCIPHERMENT)))
    }),
    case("revoked", "revoked and short", |receiver| {
        let signer = receiver.circle.intermediate.issue(&alice().key(NewKey::Rsa(1024))).unwrap();
        revoke(receiver, signer.certificate());
        receive(receiver, &signed(&signer))
    }),
    case("name-constraints", "a name out of bounds and an unknown critical extension", |receiver| {
        below(receiver, &constrained("b.example"), &unknown_extension(alice()))
    }),
    case("key-usage", "not for signing, and short", |receiver| {
        issued(receiver, &alice().key(NewKey::Rsa(1024)).key_usage(Some(KeyUsage::KEY_ENCIPHERMENT)))
    }),
    case("weak-key", "short, and of an unknown authority", |receiver| {
        let signer = Circle::new("Stranger").intermediate.issue(&alice().key(NewKey::Rsa(1024))).unwrap();
        receive(receiver, &signed(&signer))
    }),
    case("unknown-critical-extension", "an unknown critical extension and unknown revocation", |receiver| {
        under(receiver, ProfileName::Strict);
        issued(receiver, &unknown_extension(alice()))
    }),
    case("malformed-cms", "half a signature over changed content", |receiver| {
        let cms = detached(&content(), &receiver.circle.address(ALICE));
        receive(receiver, &multipart_signed(b"Content-Type: text/plain\r\n\r\nx", &cms[..cms.len() / 2]))
    }),
    case(
        "expired",
        "two signers: a stranger with a broken signature, and one whose certificate has expired",
        |receiver| {
            let old = receiver.circle.intermediate.issue(&expired()).unwrap();
            let stranger = Circle::new("Stranger").address(CAROL);
            let cms = joined(&with_broken_signature(&detached(&content(), &stranger)), &detached(&content(), &old));
            receive(receiver, &multipart_signed(&content(), &cms))
        },
    ),
    case("accepted", "two signers: one whose certificate has expired, and a good one", |receiver| {
        let old = receiver.circle.intermediate.issue(&expired()).unwrap();
        let cms = joined(&detached(&content(), &old), &detached(&content(), &receiver.circle.address(ALICE)));
        receive(receiver, &multipart_signed(&content(), &cms))
    }),
    case("certificate-not-bound", "sending: somebody else's certificate, expired", |receiver| {
        let other = CertificateBuilder::for_address(CAROL, NOT_BEFORE, NOW - DAY);
        send(receiver, Some(receiver.circle.intermediate.issue(&other).unwrap().certificate()))
    }),
    case("expired", "sending: expired, short and of an unknown authority", |receiver| {
        let old = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOW - DAY).key(NewKey::Rsa(1024));
        send(receiver, Some(Circle::new("Stranger").intermediate.issue(&old).unwrap().certificate()))
    }),
    case("certificate-signature-invalid", "sending: forged and expired", |receiver| {
        let old = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOW - DAY);
        let forged = receiver.circle.intermediate.forge(&old).unwrap();
        let mut world = World::default();
        world.authorities.push(receiver.circle.intermediate.certificate().clone());
        world.key(ALICE, &receiver.circle.address(ALICE)).trusts(ALICE, &receiver.circle.root);
        world.certificate(BOB, forged.certificate());
        leave(&world)
    }),
    case("revoked", "sending: revoked and not for encryption", |receiver| {
        let builder = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER);
        let bob = receiver.circle.intermediate.issue(&builder.key_usage(Some(KeyUsage::DIGITAL_SIGNATURE))).unwrap();
        revoke(receiver, bob.certificate());
        let mut world = World::default();
        world.crls.clone_from(&receiver.world.crls);
        world.authorities.push(receiver.circle.intermediate.certificate().clone());
        world.key(ALICE, &receiver.circle.address(ALICE)).trusts(ALICE, &receiver.circle.root);
        world.certificate(BOB, bob.certificate());
        leave(&world)
    }),
];

/// What differs from the tables.
fn wrong(cases: &[Case]) -> Vec<String> {
    let (circle, bob) = {
        let receiver = Receiver::new();
        (receiver.circle, receiver.bob)
    };
    let mut receiver = Receiver { circle, bob, world: World::default() };
    let mut wrong = Vec::new();
    for case in cases {
        receiver.world = World::default();
        receiver.world.key(BOB, &receiver.bob).trusts(BOB, &receiver.circle.root);
        let report = (case.run)(&mut receiver).report;
        if code(&report) != case.code {
            wrong.push(format!("{}: {}, not {}: {:?}", case.what, code(&report), case.code, report.rejection));
        }
        if case.code != "accepted" && !report.findings().any(|finding| finding.severity == Severity::Fail) {
            wrong.push(format!("{}: no check failed", case.what));
        }
    }
    wrong
}

#[test]
fn every_reason_code_is_what_some_message_gets() {
    let wrong = wrong(CASES);
    assert!(wrong.is_empty(), "{wrong:#?}");
    let shown: BTreeSet<&str> = CASES.iter().map(|case| case.code).collect();
    let missing: Vec<_> = ReasonCode::ALL.iter().filter(|code| !shown.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "no message gets {missing:?}");
}

#[test]
fn of_several_faults_the_one_that_says_most_is_told() {
    let wrong = wrong(COMBINATIONS);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_code_comes_with_advice_that_reads_as_one_sentence_without_jargon() {
    for code in ReasonCode::ALL {
        let advice = code.advice();
        assert!(advice.chars().next().is_some_and(char::is_uppercase) && !advice.ends_with('.'), "{code}: {advice}");
        assert!(advice.len() > 30, "{code}: {advice}");
        for jargon in ["RFC ", "SignerInfo", "RecipientInfo", "eContent", "OID", " CA ", "CA's", "PKITS"] {
            assert!(!advice.contains(jargon), "{code} says {jargon}: {advice}");
        }
    }
}

#[test]
fn the_program_prints_the_code_with_its_advice_and_the_octets_that_show_it() {
    let house = House::new();
    let circle = Circle::new("Good");
    let bob = circle.address(BOB);
    house.key(BOB, &bob).trusts(BOB, circle.root.certificate());
    let at = "2026-06-01T12:00:00Z";
    let stray = circle.intermediate.issue(&expired()).unwrap();
    for (code, entity, place) in [
        ("digest-mismatch", altered(&circle.address(ALICE)), Some("cms.message-digest-equal")),
        ("malformed-mime", b"Content-Type: multipart/signed; boundary=x\r\n\r\n--x\r\n\r\n--x--\r\n".to_vec(), None),
        ("unsigned", content(), Some("smime.signed-form")),
        ("expired", signed(&stray), None),
    ] {
        let file = house.put(&format!("{code}.eml"), &enveloped(ALICE, BOB, &entity, &[bob.certificate()]));
        let file = file.to_str().unwrap();
        let done = house.sealscope(&["incoming", file, "--from", ALICE, "--to", BOB, "--at", at, "--json"]);
        let object = done.object();
        assert_eq!((done.exit, object["verdict"].as_str()), (3, Some("rejected")), "{code}: {object}");
        assert_eq!(object["rejection"]["code"], code);
        let known = ReasonCode::ALL.iter().find(|known| known.as_str() == code).unwrap();
        assert_eq!(object["rejection"]["advice"], known.advice());
        assert_eq!(object["recipients"][0]["reason"]["code"], code);
        let failed = object["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "fail");
        let rules: Vec<_> = failed.clone().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
        assert!(!rules.is_empty(), "{code}");
        if let Some(rule) = place {
            let finding = failed.clone().find(|finding| finding["rule"] == rule).unwrap_or_else(|| panic!("{rules:?}"));
            let [start, end] = ["start", "end"].map(|name| finding["span"][name].as_u64().unwrap());
            assert!(start < end && finding["span"]["buffer"].is_string(), "{code}: {finding}");
        }
    }
    let help = run(&["incoming", "--help"]).text();
    assert!(help.contains("3 rejected"));
}
