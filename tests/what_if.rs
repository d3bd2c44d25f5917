//! Suppositions, the difference between two runs, and the dates at which a result changes: exact to the second.
#![cfg(test)]

mod support;

use std::time::Instant;

use sealscope::agent::{Agent, Operation, Profile, ProfileName, ReasonCode, Report, StepName, StepOutcome, Stopped};
use sealscope::finding::Severity;
use sealscope::limits::Limits;
use sealscope::mail::{Address, Envelope};
use sealscope::pki::issue::{Authority, CertificateBuilder, CrlBuilder};
use sealscope::pki::{NewKey, PrivateKeyEntry, RevocationReason};
use sealscope::trust::PartyName;
use sealscope::what_if::{
    BarKind, EventKind, FindingChangeKind, SupposedAnchor, SupposedKey, Timeline, TimelineError, WhatIf, Whose,
    difference, timeline,
};
use support::handmade::enveloped;
use support::receiver::{Receiver, answer, signed};
use support::{ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, envelope, message};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const SECOND: Duration = Duration::SECOND;
const FROM: OffsetDateTime = datetime!(2025-01-01 00:00 UTC);
const UNTIL: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);

fn alice(issuer: &Authority, from: OffsetDateTime, until: OffsetDateTime) -> PrivateKeyEntry {
    issuer.issue(&CertificateBuilder::for_address(ALICE, from, until).key(NewKey::P256)).unwrap()
}

/// What `signer` signed as Alice, for Bob.
fn from(receiver: &Receiver, signer: &PrivateKeyEntry) -> Envelope {
    envelope(ALICE, &[BOB], &enveloped(ALICE, BOB, &signed(signer), &[receiver.bob.certificate()]))
}

fn over_time(world: &World, envelope: &Envelope) -> Timeline {
    world.with_agent(|agent| timeline(&agent, envelope, Operation::Incoming, &|| false).unwrap())
}

fn judged(agent: &Agent<'_>, envelope: &Envelope) -> Report {
    match agent.process_incoming(envelope) {
        Ok(message) => message.report,
        Err(Stopped::Rejected(rejected)) => rejected.report,
        Err(Stopped::Failed(error)) => panic!("{error}"),
    }
}

/// As it is, and as it would be.
fn both(world: &World, what_if: &WhatIf, envelope: &Envelope) -> [Report; 2] {
    world.with_agent(|agent| {
        let parties = what_if.parties(agent.parties);
        let authorities = what_if.authorities(agent.authorities);
        let supposed = Agent {
            parties: &parties,
            authorities: &authorities,
            local_domains: what_if.local_domains(agent.local_domains),
            profile: what_if.profile.map_or(agent.profile, Profile::named),
            now: what_if.at.unwrap_or(agent.now),
            ..agent
        };
        [judged(&agent, envelope), judged(&supposed, envelope)]
    })
}

/// From when on which answer holds.
fn told(timeline: &Timeline) -> Vec<(Option<OffsetDateTime>, String)> {
    timeline.intervals.iter().map(|interval| (interval.from, interval.answer.words())).collect()
}

fn rejected(code: &str) -> String {
    format!("rejected ({code})")
}

const ACCEPTED: &str = "accepted for 1 recipient";

#[test]
fn an_expired_signer_counts_until_the_last_second_of_its_certificate() {
    let receiver = Receiver::new();
    let found = over_time(&receiver.world, &from(&receiver, &alice(&receiver.circle.intermediate, FROM, UNTIL)));
    let expected = [
        (None, rejected("not-yet-valid")),
        (Some(FROM), ACCEPTED.to_owned()),
        (Some(UNTIL + SECOND), rejected("expired")),
    ];
    assert_eq!(told(&found), expected);
    assert_eq!(found.now, 2);
    assert_eq!(found.intervals[1].until, Some(UNTIL));
    assert_eq!(found.intervals[2].until, None);
    let because: Vec<EventKind> =
        found.changes().flat_map(|interval| &interval.because).map(|event| event.kind).collect();
    assert_eq!(because, [EventKind::CertificateBegins, EventKind::CertificateEnds]);
    assert!(found.intervals[2].because[0].name.contains("alice"), "{:?}", found.intervals[2].because);
}

#[test]
fn the_agent_itself_answers_so_on_either_side_of_every_change() {
    let receiver = Receiver::new();
    let envelope = from(&receiver, &alice(&receiver.circle.intermediate, FROM, UNTIL));
    let found = over_time(&receiver.world, &envelope);
    for (before, after) in found.intervals.iter().zip(found.changes()) {
        let at = after.from.unwrap();
        for (now, interval) in [(at - SECOND, before), (at, after)] {
            let report = receiver.world.with_agent(|agent| judged(&Agent { now, ..agent }, &envelope));
            let code = report.rejection.as_ref().map(|reason| reason.code);
            assert_eq!(code, interval.answer.rejection.as_ref().map(|reason| reason.code), "{now}");
        }
    }
}

#[test]
fn a_signer_of_the_future_counts_from_its_first_second() {
    let receiver = Receiver::new();
    let begin = NOW + Duration::days(100);
    let found = over_time(&receiver.world, &from(&receiver, &alice(&receiver.circle.intermediate, begin, NOT_AFTER)));
    assert_eq!(found.now, 0);
    let next = found.changes().next().unwrap();
    assert_eq!((next.from, next.answer.words().as_str()), (Some(begin), ACCEPTED));
    assert!(next.reason().unwrap().starts_with("The certificate “"), "{:?}", next.reason());
}

#[test]
fn an_intermediate_that_ends_first_is_found_although_the_run_today_stops_before_it() {
    let receiver = Receiver::new();
    let (begin, end) = (datetime!(2024-01-01 00:00 UTC), datetime!(2025-06-30 23:59:59 UTC));
    let short = CertificateBuilder::authority("Short CA", begin, end).key(NewKey::P256);
    let short = receiver.circle.root.issue_authority(&short).unwrap();
    let found = over_time(&receiver.world, &from(&receiver, &alice(&short, FROM, UNTIL)));
    let accepted = found.intervals.iter().find(|interval| interval.answer.is_accepted()).unwrap();
    assert_eq!((accepted.from, accepted.until), (Some(FROM), Some(end)));
    let after = found.changes().find(|interval| interval.from == Some(end + SECOND)).unwrap();
    assert_eq!(after.because[0].name, "Short CA");
    let codes: Vec<&str> = after.answer.distinct_codes().iter().map(|code| code.as_str()).collect();
    assert_eq!(codes, ["no-trusted-recipients", "expired"]);
    assert!(
        found.bars.iter().any(|bar| bar.kind == BarKind::Anchor),
        "the anchor is in play, without dates that count"
    );
}

#[test]
fn a_revocation_counts_while_its_list_does() {
    let mut receiver = Receiver::new();
    let signer = alice(&receiver.circle.intermediate, NOT_BEFORE, NOT_AFTER);
    let (this, next) = (datetime!(2026-05-01 08:00 UTC), datetime!(2026-07-01 08:00 UTC));
    let since = datetime!(2026-04-15 00:00 UTC);
    let list = CrlBuilder::new(this, next).revoke(signer.certificate(), since, RevocationReason::KeyCompromise);
    receiver.world.crls.push(receiver.circle.intermediate.crl(&list).unwrap());
    let found = over_time(&receiver.world, &from(&receiver, &signer));
    let expected = [
        (None, rejected("not-yet-valid")),
        (Some(NOT_BEFORE), ACCEPTED.to_owned()),
        (Some(this), rejected("revoked")),
        (Some(next + SECOND), ACCEPTED.to_owned()),
        (Some(NOT_AFTER + SECOND), rejected("expired")),
    ];
    assert_eq!(told(&found), expected);
    let bar = found.bars.iter().find(|bar| bar.kind == BarKind::Signer).unwrap();
    assert_eq!(bar.revoked, Some(since));
    assert_eq!(found.intervals[2].because[0].kind, EventKind::ListBegins);
    assert_eq!(found.intervals[3].because[0].kind, EventKind::ListEnds);
}

#[test]
fn of_several_things_that_end_in_one_second_the_one_that_the_result_speaks_of_is_named() {
    let receiver = Receiver::new();
    // The receiver's own certificate and those of the authorities end in the same second.
    let found = over_time(&receiver.world, &from(&receiver, &alice(&receiver.circle.intermediate, FROM, NOT_AFTER)));
    let last = found.intervals.last().unwrap();
    let names: Vec<&str> = last.because.iter().map(|event| event.name.as_str()).collect();
    assert_eq!((last.from, names), (Some(NOT_AFTER + SECOND), vec![ALICE]));
}

#[test]
fn a_sender_s_key_decides_when_a_message_can_leave() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world
        .key(ALICE, &alice(&circle.intermediate, FROM, NOW + Duration::days(30)))
        .trusts(ALICE, &circle.root)
        .certificate(BOB, circle.address(BOB).certificate());
    let written = envelope(ALICE, &[BOB], &message(ALICE, &[BOB]));
    let found = world.with_agent(|agent| timeline(&agent, &written, Operation::Outgoing, &|| false).unwrap());
    let current = found.current().unwrap();
    assert_eq!((current.from, current.until), (Some(FROM), Some(NOW + Duration::days(30))));
    assert!(current.answer.is_accepted());
    assert!(
        found
            .intervals
            .iter()
            .enumerate()
            .all(|(place, interval)| place == found.now || !interval.answer.is_accepted())
    );
}

#[test]
fn where_nothing_ever_counts_there_is_one_interval() {
    let receiver = Receiver::new();
    let other = Circle::new("Other");
    let stranger = alice(&other.intermediate, NOT_BEFORE, NOT_AFTER);
    let message =
        enveloped(ALICE, BOB, b"Content-Type: text/plain\r\n\r\nUnsigned.\r\n", &[receiver.bob.certificate()]);
    let found = over_time(&receiver.world, &envelope(ALICE, &[BOB], &message));
    assert_eq!(told(&found), [(None, rejected("unsigned"))]);
    assert_eq!((found.now, found.left_out), (0, 0));
    let found = over_time(&receiver.world, &from(&receiver, &stranger));
    assert!(found.intervals.iter().all(|interval| !interval.answer.is_accepted()));
}

#[test]
fn at_the_cap_the_farthest_dates_are_left_out_and_counted() {
    let mut receiver = Receiver::new();
    let envelope = from(&receiver, &alice(&receiver.circle.intermediate, FROM, UNTIL));
    let whole = over_time(&receiver.world, &envelope);
    receiver.world.limits = Limits { timeline_runs: 4, ..Limits::DEFAULT };
    let found = over_time(&receiver.world, &envelope);
    assert_eq!(found.runs, 4);
    assert!(found.left_out > 0 && whole.left_out == 0, "{} {}", found.left_out, whole.left_out);
    assert!(told(&found).contains(&(Some(UNTIL + SECOND), rejected("expired"))), "the nearest date is kept");
    receiver.world.limits = Limits { timeline_runs: whole.runs, ..Limits::DEFAULT };
    assert_eq!(told(&over_time(&receiver.world, &envelope)), told(&whole));
}

#[test]
fn a_search_for_dates_can_be_given_up() {
    let receiver = Receiver::new();
    let envelope = from(&receiver, &receiver.circle.address(ALICE));
    let ended = receiver.world.with_agent(|agent| timeline(&agent, &envelope, Operation::Incoming, &|| true));
    assert!(matches!(ended, Err(TimelineError::Stopped)));
}

#[test]
fn a_chain_of_three_with_its_lists_takes_at_most_two_runs_for_each_of_its_dates() {
    let mut receiver = Receiver::new();
    let list = CrlBuilder::new(NOW - Duration::days(1), NOW + Duration::days(30));
    let lists = [&receiver.circle.root, &receiver.circle.intermediate].map(|issuer| issuer.crl(&list).unwrap());
    receiver.world.crls.extend(lists);
    let envelope = from(&receiver, &alice(&receiver.circle.intermediate, FROM, NOW + Duration::days(90)));
    let started = Instant::now();
    let one = receiver.world.with_agent(|agent| judged(&agent, &envelope));
    let of_one = started.elapsed();
    let started = Instant::now();
    let found = over_time(&receiver.world, &envelope);
    eprintln!("one run {of_one:?}, {} runs {:?}", found.runs, started.elapsed());
    assert!(one.is_accepted());
    assert!((8..=21).contains(&found.runs), "{}", found.runs);
}

#[test]
fn of_an_earlier_time_the_difference_names_the_check_that_changed_and_no_step_before_it() {
    let receiver = Receiver::new();
    let envelope = from(&receiver, &alice(&receiver.circle.intermediate, FROM, UNTIL));
    let earlier = WhatIf { at: Some(UNTIL), ..WhatIf::default() };
    let [before, after] = both(&receiver.world, &earlier, &envelope);
    let found = difference(&before, &after);
    let changed: Vec<StepName> = found.changed_steps().map(|step| step.name).collect();
    assert_eq!(changed, [StepName::VerifySignature, StepName::EnforceTrust, StepName::Unwrap]);
    let verify = found.changed_steps().next().unwrap();
    assert_eq!(verify.outcome.before, Some(StepOutcome::Failed));
    assert_eq!(verify.outcome.after, Some(StepOutcome::Passed));
    let turned: Vec<&str> = verify
        .findings
        .iter()
        .filter(|change| change.kind() == FindingChangeKind::Severity)
        .map(|change| change.before.as_ref().unwrap().rule.id)
        .collect();
    assert_eq!(turned, ["signer.validity", "incoming.good-signer"]);
    assert!(verify.same > 5, "the other checks of the signer are the same");
    let recipient = &found.recipients[0];
    assert_eq!(recipient.words().before, "removed (expired)");
    assert_eq!(recipient.words().after, "accepted");
    assert!(!found.is_same_result() && !found.signers[0].is_same());
    let sentences = found.sentences();
    assert_eq!(sentences[0], "The message is accepted for 1 recipient; before, it was rejected (expired)");
    assert_eq!(sentences[1], format!("{BOB} is accepted instead of removed (expired)"));
    assert!(sentences.last().unwrap().starts_with("Nothing changes in “Find recipient keys”"), "{sentences:?}");
}

#[test]
fn the_same_run_again_is_no_difference() {
    let receiver = Receiver::new();
    let envelope = from(&receiver, &receiver.circle.address(ALICE));
    let [before, after] = both(&receiver.world, &WhatIf::default(), &envelope);
    let found = difference(&before, &after);
    assert!(found.is_nothing() && found.is_same_result());
    assert_eq!(found.sentences(), ["The message is accepted for 1 recipient, and every check comes out as before"]);
}

#[test]
fn a_check_is_paired_with_that_of_the_same_recipient_whatever_comes_before_it() {
    let mut receiver = Receiver::new();
    let carol = receiver.circle.address(CAROL);
    let other = Circle::new("Other");
    receiver.world.key(CAROL, &carol).trusts(CAROL, &other.root);
    let certificates = [receiver.bob.certificate(), carol.certificate()];
    let sealed = enveloped(ALICE, BOB, &signed(&receiver.circle.address(ALICE)), &certificates);
    let envelope = envelope(ALICE, &[BOB, CAROL], &sealed);
    let anchor = SupposedAnchor {
        certificate: receiver.circle.root.certificate().clone(),
        whose: Whose::Party(PartyName::Address(Address::parse(CAROL).unwrap())),
        direction: Some(Operation::Incoming),
    };
    let [before, after] = both(&receiver.world, &WhatIf { anchors: vec![anchor], ..WhatIf::default() }, &envelope);
    let found = difference(&before, &after);
    assert_eq!((found.accepted.before, found.accepted.after), (1, 2));
    let changed: Vec<StepName> = found.changed_steps().map(|step| step.name).collect();
    assert_eq!(changed, [StepName::EnforceTrust], "trust alone changes, and for Carol alone");
    let step = found.changed_steps().next().unwrap();
    assert!(step.findings.iter().all(|change| change.subject != BOB), "{:#?}", step.findings);
    let trust =
        step.findings.iter().find(|change| change.subject == CAROL && change.kind() == FindingChangeKind::Severity);
    let trust = trust.unwrap();
    assert_eq!(trust.before.as_ref().unwrap().severity, Severity::Fail);
    assert_eq!(trust.after.as_ref().unwrap().severity, Severity::Pass);
    assert!(found.recipients[0].is_same() && !found.recipients[1].is_same());
}

#[test]
fn with_the_missing_intermediate_as_an_anchor_the_message_passes() {
    let receiver = Receiver::new();
    let hidden = CertificateBuilder::authority("Hidden CA", NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
    let hidden = receiver.circle.root.issue_authority(&hidden).unwrap();
    let signer = alice(&hidden, NOT_BEFORE, NOT_AFTER);
    let bare = PrivateKeyEntry::new(signer.certificate().clone(), vec![], signer.key().to_owned()).unwrap();
    let envelope = from(&receiver, &bare);
    let anchor = SupposedAnchor { certificate: hidden.certificate().clone(), whose: Whose::Everybody, direction: None };
    let [before, after] = both(&receiver.world, &WhatIf { anchors: vec![anchor], ..WhatIf::default() }, &envelope);
    assert_eq!(answer(&before), ReasonCode::NoPathToAnchor.as_str());
    assert_eq!(answer(&after), "accepted");
    let found = difference(&before, &after);
    assert_eq!(
        found.changed_steps().map(|step| step.name).collect::<Vec<_>>(),
        [StepName::EnforceTrust, StepName::Unwrap]
    );
}

#[test]
fn with_a_key_that_is_supposed_the_message_opens_and_without_it_nothing_does() {
    let receiver = Receiver::new();
    let former = receiver.circle.address(BOB);
    let sealed = enveloped(ALICE, BOB, &signed(&receiver.circle.address(ALICE)), &[former.certificate()]);
    let sealed = envelope(ALICE, &[BOB], &sealed);
    let bob = PartyName::Address(Address::parse(BOB).unwrap());
    let key = SupposedKey { party: bob.clone(), entry: former };
    let [before, after] = both(&receiver.world, &WhatIf { keys: vec![key], ..WhatIf::default() }, &sealed);
    assert_eq!((answer(&before), answer(&after)), ("not-decryptable", "accepted"));
    let good = from(&receiver, &receiver.circle.address(ALICE));
    let none = WhatIf { without_keys_of: vec![bob], ..WhatIf::default() };
    let [before, after] = both(&receiver.world, &none, &good);
    assert!(before.is_accepted() && !after.is_accepted());
}

#[test]
fn without_its_anchor_and_for_other_domains_a_message_goes_to_nobody() {
    let receiver = Receiver::new();
    let good = from(&receiver, &receiver.circle.address(ALICE));
    let root = receiver.circle.root.certificate().clone();
    let [_, after] = both(&receiver.world, &WhatIf { without: vec![root], ..WhatIf::default() }, &good);
    assert_eq!(answer(&after), "no-anchors");
    let domains = vec![sealscope::mail::Domain::parse("elsewhere.example").unwrap()];
    let [_, after] = both(&receiver.world, &WhatIf { local_domains: domains, ..WhatIf::default() }, &good);
    assert_eq!(after.rejection.map(|reason| reason.code), Some(ReasonCode::NoLocalRecipients));
    let strict = WhatIf { profile: Some(ProfileName::Strict), ..WhatIf::default() };
    let [_, after] = both(&receiver.world, &strict, &good);
    assert_eq!(answer(&after), "revocation-unknown");
}
