//! Every reason code, each produced by the agent itself, and which of several wins.
#![cfg(test)]

mod support;

use std::collections::BTreeSet;

use openssl::cms::CMSOptions;
use openssl::symm::Cipher;
use sealscope::agent::{Profile, ProfileName, ReasonCode, Report};
use sealscope::finding::Severity;
use sealscope::limits::Limits;
use sealscope::mail::{Envelope, ReversePath};
use sealscope::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
use sealscope::pki::{Certificate, KeyUsage, NewKey, PrivateKeyEntry, RevocationReason};
use support::account::check_account;
use support::command::run;
use support::der::{constructed, element, members};
use support::handmade::{
    content_info, detached, enveloped, enveloped_data, joined, multipart_signed, sealed, signature, signed_data,
    wrapped,
};
use support::program::House;
use support::receiver::{Receiver, answer, signed};
use support::{ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, envelope, message, verdict};
use time::Duration;

const DAY: Duration = Duration::DAY;

/// One fault, or several at once, and the code that tells it.
struct Case {
    what: &'static str,
    code: &'static str,
    run: fn(&mut Receiver) -> Report,
}

const fn case(code: &'static str, what: &'static str, run: fn(&mut Receiver) -> Report) -> Case {
    Case { what, code, run }
}

/// The code of Bob's removal; where there is no Bob, that of the rejection.
fn code(report: &Report) -> &'static str {
    if report.recipients.is_empty() { verdict(report) } else { answer(report) }
}

fn alice() -> CertificateBuilder {
    CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)
}

fn expired() -> CertificateBuilder {
    CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOW - DAY)
}

fn authority() -> CertificateBuilder {
    CertificateBuilder::authority("Other intermediate", NOT_BEFORE, NOT_AFTER)
}

fn content() -> Vec<u8> {
    wrapped(&message(ALICE, &[BOB]))
}

fn issued(receiver: &Receiver, builder: &CertificateBuilder) -> Report {
    receive(receiver, &signed(&receiver.circle.intermediate.issue(builder).unwrap()))
}

fn below(receiver: &Receiver, intermediate: &CertificateBuilder, leaf: &CertificateBuilder) -> Report {
    let issuer = receiver.circle.root.issue_authority(intermediate).unwrap();
    receive(receiver, &signed(&issuer.issue(leaf).unwrap()))
}

fn receive(receiver: &Receiver, entity: &[u8]) -> Report {
    arrive(receiver, &envelope(ALICE, &[BOB], &enveloped(ALICE, BOB, entity, &[receiver.bob.certificate()])))
}

fn arrive(receiver: &Receiver, envelope: &Envelope) -> Report {
    let report = receiver.world.incoming(envelope).map_or_else(|report| *report, |accepted| accepted.report);
    check_account(&report);
    report
}

/// Alice sends to Bob in a world where she has a key, and Bob this certificate.
fn send(receiver: &Receiver, bob: Option<&Certificate>) -> Report {
    let mut world = World::default();
    world.profile = receiver.world.profile;
    world.crls.clone_from(&receiver.world.crls);
    world.key(ALICE, &receiver.circle.address(ALICE)).trusts(ALICE, &receiver.circle.root);
    if let Some(certificate) = bob {
        world.certificate(BOB, certificate);
    }
    leave(&world)
}

fn leave(world: &World) -> Report {
    let sent = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB])));
    let report = sent.map_or_else(|report| *report, |accepted| accepted.report);
    check_account(&report);
    report
}

fn under(receiver: &mut Receiver, profile: ProfileName) {
    receiver.world.profile = Profile::named(profile);
}

/// The intermediate's list of revoked certificates, with this one on it.
fn revoke(receiver: &mut Receiver, certificate: &Certificate) {
    let list =
        CrlBuilder::new(NOW - DAY, NOW + DAY).revoke(certificate, NOW - DAY * 2, RevocationReason::KeyCompromise);
    receiver.world.crls = vec![receiver.circle.intermediate.crl(&list).unwrap()];
}

/// An intermediate that may vouch for nobody but `domain`.
fn constrained(domain: &str) -> CertificateBuilder {
    let subtree = constructed(0x30, &[element(0x81, domain.as_bytes())]);
    authority().extension("2.5.29.30", Criticality::Critical, &constructed(0x30, &[constructed(0xa0, &[subtree])]))
}

fn unknown_extension(builder: CertificateBuilder) -> CertificateBuilder {
    builder.extension("1.2.3.4.5", Criticality::Critical, &[5, 0])
}

/// One part of the only SignerInfo replaced.
fn with_signer(cms: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut parts = signed_data(cms);
    let mut info = members(&members(parts.last().unwrap())[0]);
    change(&mut info);
    *parts.last_mut().unwrap() = constructed(0x31, &[constructed(0x30, &info)]);
    content_info(cms, &parts)
}

fn with_broken_signature(cms: &[u8]) -> Vec<u8> {
    with_signer(cms, |info| *info.last_mut().unwrap().last_mut().unwrap() ^= 1)
}

fn with_attribute_twice(cms: &[u8]) -> Vec<u8> {
    with_signer(cms, |info| {
        let mut attributes = members(&info[3]);
        attributes.push(attributes[0].clone());
        info[3] = constructed(0xa0, &attributes);
    })
}

fn detached_then(signer: &PrivateKeyEntry, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    multipart_signed(&content(), &change(&detached(&content(), signer)))
}

/// The content is changed after the signature was made.
fn altered(signer: &PrivateKeyEntry) -> Vec<u8> {
    let changed = String::from_utf8(content()).unwrap().replace("All is well", "All is lost");
    multipart_signed(changed.as_bytes(), &detached(&content(), signer))
}

const CASES: &[Case] = &[
    case("no-sender", "a notification, which has no sender", |receiver| {
        let mut bounce = envelope(ALICE, &[], b"");
        bounce.reverse_path = ReversePath::Null;
        arrive(receiver, &bounce)
    }),
    case("no-recipients", "an envelope without recipients", |receiver| arrive(receiver, &envelope(ALICE, &[], b""))),
    case("no-local-recipients", "a message for somebody elsewhere", |receiver| {
        let mut report = arrive(receiver, &envelope(ALICE, &["dora@d.example"], b""));
        report.recipients.clear();
        report
    }),
    case("no-private-key", "a sender without a key", |receiver| {
        let mut world = World::default();
        world.certificate(BOB, receiver.bob.certificate()).trusts(ALICE, &receiver.circle.root);
        leave(&world)
    }),
    case("no-trusted-recipients", "mail to nobody who is trusted", |receiver| {
        let mut report = send(receiver, None);
        report.recipients.clear();
        report
    }),
    case("certificate-not-found", "a recipient without a certificate", |receiver| send(receiver, None)),
    case("certificate-not-bound", "a recipient with somebody else's certificate", |receiver| {
        send(receiver, Some(receiver.circle.address(CAROL).certificate()))
    }),
    case("no-path-to-anchor", "a chain with a gap", |receiver| {
        let whole = receiver.circle.root.issue_authority(&authority()).unwrap().issue(&alice()).unwrap();
        let bare = PrivateKeyEntry::new(whole.certificate().clone(), vec![], whole.key().to_owned()).unwrap();
        receive(receiver, &signed(&bare))
    }),
    case("no-anchors", "a recipient who trusts nobody", |receiver| {
        receiver.world = World::default();
        receiver.world.key(BOB, &receiver.bob);
        issued(receiver, &alice())
    }),
    case("not-a-ca", "a certificate issued by a person", |receiver| {
        let mallory = Authority::from_entry(&receiver.circle.address("mallory@m.example"));
        receive(receiver, &signed(&mallory.issue(&alice()).unwrap()))
    }),
    case("path-length", "an authority below one that allows none", |receiver| {
        let narrow = receiver.circle.root.issue_authority(&authority().path_len(0)).unwrap();
        let third = CertificateBuilder::authority("Third", NOT_BEFORE, NOT_AFTER);
        receive(receiver, &signed(&narrow.issue_authority(&third).unwrap().issue(&alice()).unwrap()))
    }),
    case("name-constraints", "an authority that may vouch for another domain alone", |receiver| {
        below(receiver, &constrained("b.example"), &alice())
    }),
    case("certificate-policy", "an authority that demands a policy which nobody has", |receiver| {
        // requireExplicitPolicy: 0
        let demand = constructed(0x30, &[element(0x80, &[0])]);
        below(receiver, &authority().extension("2.5.29.36", Criticality::Critical, &demand), &alice())
    }),
    case("malformed-certificate", "a certificate with an extension that is there twice", |receiver| {
        let twice = alice().extension("1.2.3.4.5", Criticality::NonCritical, &[5, 0]);
        issued(receiver, &twice.extension("1.2.3.4.5", Criticality::NonCritical, &[5, 0]))
    }),
    case("unknown-critical-extension", "an extension that must be understood and is not", |receiver| {
        issued(receiver, &unknown_extension(alice()))
    }),
    case("certificate-signature-invalid", "a forged certificate", |receiver| {
        receive(receiver, &signed(&receiver.circle.intermediate.forge(&alice()).unwrap()))
    }),
    case("expired", "an expired certificate", |receiver| issued(receiver, &expired())),
    case("not-yet-valid", "a certificate of tomorrow", |receiver| {
        issued(receiver, &CertificateBuilder::for_address(ALICE, NOW + DAY, NOT_AFTER))
    }),
    case("revoked", "a revoked certificate", |receiver| {
        let signer = receiver.circle.address(ALICE);
        revoke(receiver, signer.certificate());
        receive(receiver, &signed(&signer))
    }),
    case("revocation-unknown", "no revocation list where one is demanded", |receiver| {
        under(receiver, ProfileName::Strict);
        issued(receiver, &alice())
    }),
    case("key-usage", "a key that may not sign", |receiver| {
        issued(receiver, &alice().key_usage(Some(KeyUsage::KEY_ENCIPHERMENT)))
    }),
    case("weak-key", "an RSA key of 1024 bits", |receiver| issued(receiver, &alice().key(NewKey::Rsa(1024)))),
    case("weak-algorithm", "content in Triple DES", |receiver| {
        let entity = signed(&receiver.circle.address(ALICE));
        let cms = enveloped_data(&entity, &[receiver.bob.certificate()], Cipher::des_ede3_cbc());
        arrive(receiver, &envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &cms)))
    }),
    case("not-encrypted", "plain text", |receiver| arrive(receiver, &envelope(ALICE, &[BOB], &message(ALICE, &[BOB])))),
    case("not-decryptable", "a message for an older key", |receiver| {
        let older = receiver.circle.address(BOB);
        let entity = signed(&receiver.circle.address(ALICE));
        arrive(receiver, &envelope(ALICE, &[BOB], &enveloped(ALICE, BOB, &entity, &[older.certificate()])))
    }),
    case("unsupported-algorithm", "a cipher that nobody knows", |receiver| {
        let entity = signed(&receiver.circle.address(ALICE));
        let cms = enveloped_data(&entity, &[receiver.bob.certificate()], Cipher::aes_256_cbc());
        let mut parts = signed_data(&cms);
        let mut encrypted = members(&parts[2]);
        encrypted[1] = constructed(0x30, &[element(6, &[0x2a, 3, 4, 5])]);
        parts[2] = constructed(0x30, &encrypted);
        arrive(receiver, &envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &content_info(&cms, &parts))))
    }),
    case("malformed-mime", "a signed message of one part", |receiver| {
        let entity = String::from_utf8(signed(&receiver.circle.address(ALICE))).unwrap();
        let end = entity.rfind("--=_hand\r\nContent-Type: application/pkcs7-signature").unwrap();
        receive(receiver, format!("{}--=_hand--\r\n", &entity[..end]).as_bytes())
    }),
    case("malformed-cms", "half a signature", |receiver| {
        let signer = receiver.circle.address(ALICE);
        receive(receiver, &detached_then(&signer, |cms| cms[..cms.len() / 2].to_vec()))
    }),
    case("unsigned", "encrypted text that nobody signed", |receiver| receive(receiver, &content())),
    case("digest-mismatch", "content that was changed", |receiver| {
        receive(receiver, &altered(&receiver.circle.address(ALICE)))
    }),
    case("signature-invalid", "a flipped bit in the signature", |receiver| {
        receive(receiver, &detached_then(&receiver.circle.address(ALICE), with_broken_signature))
    }),
    case("signed-attributes-invalid", "a signed attribute that is there twice", |receiver| {
        receive(receiver, &detached_then(&receiver.circle.address(ALICE), with_attribute_twice))
    }),
    case("signer-certificate-missing", "a signature without certificates", |receiver| {
        let options = CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::CMS_NOCERTS;
        let cms = signature(&content(), &receiver.circle.address(ALICE), options);
        receive(receiver, &multipart_signed(&content(), &cms))
    }),
    case("signer-not-bound", "a signer who is not the sender", |receiver| {
        receive(receiver, &signed(&receiver.circle.address(CAROL)))
    }),
    case("sender-untrusted", "a whole chain of a stranger, with its root", |receiver| {
        let stranger = Circle::new("Stranger");
        let chain = [&stranger.intermediate, &stranger.root].map(|known| known.certificate().clone());
        let signer = stranger.address(ALICE);
        let signer = PrivateKeyEntry::new(signer.certificate().clone(), chain.into(), signer.key().to_owned()).unwrap();
        receive(receiver, &signed(&signer))
    }),
    case("routing-mismatch", "a blind copy under 1.3", |receiver| {
        under(receiver, ProfileName::Direct13);
        let content = wrapped(&message(ALICE, &[CAROL]));
        receive(receiver, &multipart_signed(&content, &detached(&content, &receiver.circle.address(ALICE))))
    }),
    case("not-wrapped", "signed text under 1.3", |receiver| {
        under(receiver, ProfileName::Direct13);
        let content = b"Content-Type: text/plain\r\n\r\nNot wrapped.\r\n";
        receive(receiver, &multipart_signed(content, &detached(content, &receiver.circle.address(ALICE))))
    }),
    case("limit-exceeded", "more signers than are judged", |receiver| {
        receiver.world.limits = Limits { signers: 0, ..Limits::DEFAULT };
        issued(receiver, &alice())
    }),
];

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
        let report = (case.run)(&mut receiver);
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
