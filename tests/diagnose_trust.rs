//! What is missing for trust, in one sentence, and where it could come from.
#![cfg(test)]

mod support;

use sealscope::agent::{Report, Stopped};
use sealscope::asn1::der;
use sealscope::diagnose::{Diagnosis, Missing, MissingKind, PathEnd, Place, diagnose};
use sealscope::limits::Limits;
use sealscope::mail::Envelope;
use sealscope::pki::issue::{Authority, CertificateBuilder, Criticality};
use sealscope::pki::{Certificate, PrivateKeyEntry};
use support::handmade::enveloped;
use support::receiver::{Receiver, signed};
use support::{ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, envelope, message};
use time::Duration;

const YEAR: Duration = Duration::days(365);

fn of(stopped: Stopped) -> Report {
    match stopped {
        Stopped::Rejected(rejected) => rejected.report,
        Stopped::Failed(error) => panic!("{error}"),
    }
}

fn arrives(world: &World, to: &[&str], entity: &[u8], certificates: &[&Certificate]) -> Diagnosis {
    let arriving: Envelope = envelope(ALICE, to, &enveloped(ALICE, BOB, entity, certificates));
    world.with_agent(|agent| {
        let report = agent.process_incoming(&arriving).map_or_else(of, |accepted| accepted.report);
        diagnose(&agent, &report)
    })
}

fn leaves(world: &World) -> Diagnosis {
    world.with_agent(|agent| {
        let sent = agent.process_outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB])));
        diagnose(&agent, &sent.map_or_else(of, |accepted| accepted.report))
    })
}

/// What Bob gets when this signer signs as Alice.
fn from(receiver: &Receiver, signer: &PrivateKeyEntry) -> Diagnosis {
    arrives(&receiver.world, &[BOB], &signed(signer), &[receiver.bob.certificate()])
}

fn bare(entry: &PrivateKeyEntry) -> PrivateKeyEntry {
    PrivateKeyEntry::new(entry.certificate().clone(), vec![], entry.key().to_owned()).unwrap()
}

fn first(diagnosis: &Diagnosis) -> &Missing {
    diagnosis.missing.first().unwrap_or_else(|| panic!("nothing is missing: {}", diagnosis.text()))
}

fn told(diagnosis: &Diagnosis, kind: MissingKind, words: &[&str]) {
    let missing = first(diagnosis);
    assert_eq!(missing.kind, kind, "{}", missing.sentence);
    assert!(diagnosis.text().contains(&missing.sentence), "{}", diagnosis.text());
    for word in words {
        let text = format!("{} | {}", missing.sentence, missing.advice.join(" | "));
        assert!(text.contains(word), "{word} is not in: {text}");
    }
}

fn authority(root: &Authority, name: &str) -> Authority {
    root.issue_authority(&CertificateBuilder::authority(name, NOT_BEFORE, NOT_AFTER)).unwrap()
}

#[test]
fn a_missing_intermediate_is_named_with_the_address_that_the_certificate_gives() {
    let receiver = Receiver::new();
    let url = b"http://ca.example/other.cer";
    let access = der::sequence(&[&der::sequence(&[&der::oid("1.3.6.1.5.5.7.48.2").unwrap(), &der::value(0x86, url)])]);
    let other = authority(&receiver.circle.root, "Other intermediate");
    let builder = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER);
    let builder = builder.extension("1.3.6.1.5.5.7.1.1", Criticality::NonCritical, &access);
    let diagnosis = from(&receiver, &bare(&other.issue(&builder).unwrap()));
    told(
        &diagnosis,
        MissingKind::Intermediate,
        &["CN=Other intermediate", "key identifier", "--online", "http://ca.example/other.cer"],
    );
    assert_eq!(first(&diagnosis).sources[0].place, Place::Url("http://ca.example/other.cer".to_owned()));
    assert!(!diagnosis.proven, "nobody knows whether it leads to an anchor");
    assert!(matches!(diagnosis.candidates[0].paths[0].end, PathEnd::Gap(_)));
}

#[test]
fn an_intermediate_that_is_somebody_s_anchor_here_is_no_gap_but_an_anchor_that_bob_lacks() {
    let mut receiver = Receiver::new();
    let other = authority(&receiver.circle.root, "Other intermediate");
    receiver.world.trusts(CAROL, &other);
    let diagnosis =
        from(&receiver, &bare(&other.issue(&CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)).unwrap()));
    told(&diagnosis, MissingKind::Anchor, &["“Other intermediate”", "carol@b.example trusts it", "bob@b.example"]);
    assert!(
        matches!(&first(&diagnosis).sources[0].place, Place::IncomingAnchors(party, _) if party.to_string() == CAROL)
    );
    assert!(diagnosis.proven, "the path holds with it: {:?}", diagnosis.proof);
}

#[test]
fn an_end_entity_s_gap_is_closed_by_a_certificate_kept_under_another_party() {
    let mut receiver = Receiver::new();
    let other = authority(&receiver.circle.root, "Other intermediate");
    let below = authority(&other, "Below");
    // Carol has it as an anchor of other mail, whose own path it does not end.
    receiver.world.trusts(CAROL, &other);
    receiver.world.authorities.push(below.certificate().clone());
    let leaf = below.issue(&CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)).unwrap();
    let diagnosis = from(&receiver, &bare(&leaf));
    assert!(diagnosis.proven && first(&diagnosis).sentence.contains(CAROL), "{}", diagnosis.text());
}

#[test]
fn an_anchor_for_the_other_direction_is_told_as_a_direction() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    let stranger = Circle::new("Stranger");
    world
        .key(ALICE, &circle.address(ALICE))
        .trusts_incoming(ALICE, &stranger.root)
        .certificate(BOB, stranger.address(BOB).certificate());
    world.authorities.push(stranger.intermediate.certificate().clone());
    let diagnosis = leaves(&world);
    told(
        &diagnosis,
        MissingKind::Direction,
        &["“Stranger root”", "trusts for incoming mail and not for outgoing mail", "--direction outgoing"],
    );
    assert!(diagnosis.proven);
}

#[test]
fn a_whole_chain_of_a_stranger_lacks_its_root_as_an_anchor_which_the_message_brings() {
    let receiver = Receiver::new();
    let stranger = Circle::new("Stranger");
    let chain = [&stranger.intermediate, &stranger.root].map(|known| known.certificate().clone());
    let signer = stranger.address(ALICE);
    let signer = PrivateKeyEntry::new(signer.certificate().clone(), chain.into(), signer.key().to_owned()).unwrap();
    let diagnosis = from(&receiver, &signer);
    told(&diagnosis, MissingKind::Anchor, &["“Stranger root”", "“Good root” alone", "SHA-256"]);
    assert_eq!(first(&diagnosis).sources[0].place, Place::Message);
    assert_eq!(diagnosis.candidates[0].paths[0].end, PathEnd::Untrusted);
    assert!(diagnosis.proven);
}

#[test]
fn dates_are_told_with_the_time_at_which_the_whole_chain_was_valid_and_that_is_tried() {
    let receiver = Receiver::new();
    let old = CertificateBuilder::authority("Other intermediate", NOT_BEFORE, NOW - YEAR);
    let old = receiver.circle.root.issue_authority(&old).unwrap();
    let leaf = old.issue(&CertificateBuilder::for_address(ALICE, NOW - YEAR * 2, NOW + YEAR)).unwrap();
    let diagnosis = from(&receiver, &leaf);
    told(
        &diagnosis,
        MissingKind::Date,
        &["expired on 2025-06-01", "valid together from 2024-06-01 until 2025-06-01", "--at"],
    );
    assert_eq!(first(&diagnosis).window, Some((NOW - YEAR * 2, NOW - YEAR)));
    assert!(
        diagnosis.proof.as_ref().is_some_and(|proof| proof.starts_with("Judged as of 2025-06-01")),
        "{:?}",
        diagnosis.proof
    );
    // Another year is no remedy where the anchor is not trusted either.
    let stranger =
        Circle::new("Stranger").intermediate.issue(&CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOW - YEAR));
    let both = from(&receiver, &stranger.unwrap());
    assert!(first(&both).shown.is_none(), "{:?}", first(&both).shown);
    assert!(both.text().contains("Besides, that alone would not do"), "{}", both.text());
}

#[test]
fn a_name_is_told_with_whom_the_certificate_is_bound_to_and_whom_the_message_is_from() {
    let receiver = Receiver::new();
    let diagnosis = from(&receiver, &receiver.circle.address(CAROL));
    told(&diagnosis, MissingKind::Name, &["is bound to carol@b.example", "alice@a.example (MAIL FROM)"]);
    assert!(diagnosis.proven);
}

#[test]
fn each_recipient_s_cause_is_told_worst_first_with_whose_it_is() {
    let mut receiver = Receiver::new();
    let carol = receiver.circle.address(CAROL);
    let old = receiver.circle.address("dora@b.example");
    receiver
        .world
        .key(CAROL, &carol)
        .trusts(CAROL, &Circle::new("Other").root)
        .key("dora@b.example", &old)
        .trusts("dora@b.example", &receiver.circle.root);
    let recipients = [receiver.bob.certificate(), carol.certificate()];
    let signer = receiver.circle.address(ALICE);
    let diagnosis = arrives(&receiver.world, &[BOB, CAROL, "dora@b.example"], &signed(&signer), &recipients);
    let causes: Vec<_> =
        diagnosis.causes.iter().map(|cause| (cause.reason.code.as_str(), cause.recipients.len())).collect();
    assert_eq!(causes, [("no-path-to-anchor", 1), ("not-decryptable", 1)]);
    let text = diagnosis.text();
    assert!(text.contains("but left 2 recipients out"), "{text}");
    assert!(text.contains("For carol@b.example: ") && text.contains("For dora@b.example: "), "{text}");
}

#[test]
fn a_recipient_s_certificate_that_nobody_looks_for_is_found_where_it_is_kept() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
    world.certificate(CAROL, circle.address(BOB).certificate());
    let diagnosis = leaves(&world);
    told(
        &diagnosis,
        MissingKind::Certificate,
        &["No certificate of bob@b.example", "the certificates of carol@b.example"],
    );
}

#[test]
fn the_searches_are_capped_and_reaching_the_cap_is_told() {
    let mut receiver = Receiver::new();
    let stranger = Circle::new("Stranger").address(ALICE);
    receiver.world.limits = Limits { diagnosis_searches: 0, ..Limits::DEFAULT };
    assert!(from(&receiver, &stranger).text().contains("searches for a path that a diagnosis makes (0)"));
    receiver.world.limits = Limits { diagnosis_searches: 20, ..Limits::DEFAULT };
    assert!(!from(&receiver, &stranger).text().contains("searches for a path"));
}
