//! What messages give away: demo messages, agent-made ones, and hand-made ones with one leak each.
#![cfg(test)]

mod support;

use std::path::Path;
use std::sync::OnceLock;

use sealscope::agent::{Profile, ProfileName, Report};
use sealscope::exposure::{Exposure, Fact, Layer, ObserverKind, Protection, Sight, Stage, expose, exposure_json};
use sealscope::finding::{Finding, Severity};
use sealscope::limits::Limits;
use sealscope::mail::{Envelope, bsmtp};
use support::handmade::{detached, enveloped, multipart_signed, wrapped};
use support::receiver::Receiver;
use support::{ALICE, BOB, CAROL, Circle, World, alice_and_bob, arrived, envelope, message};

const DORA: &str = "dora@c.example";

fn run(world: &World, envelope: &Envelope) -> Report {
    match world.incoming(envelope) {
        Ok(accepted) => accepted.report,
        Err(report) => *report,
    }
}

fn exposed(envelope: &Envelope, report: Option<&Report>) -> Exposure {
    expose(envelope, report, &Limits::DEFAULT)
}

/// `severity rule` of every leak.
fn leaks(exposure: &Exposure) -> Vec<String> {
    let tell = |finding: &Finding| format!("{} {}", finding.severity, finding.rule.id.trim_start_matches("exposure."));
    exposure.leaks.iter().map(|leak| tell(&leak.finding)).collect()
}

fn details(exposure: &Exposure) -> String {
    exposure.leaks.iter().map(|leak| format!("{}\n", leak.finding.detail)).collect()
}

fn notes(exposure: &Exposure, address: &str) -> Vec<String> {
    exposure.names.iter().find(|named| named.address == address).map(|named| named.notes.clone()).unwrap_or_default()
}

fn sight(exposure: &Exposure, kind: ObserverKind, fact: Fact) -> Sight {
    let observer = exposure.observers.iter().find(|observer| observer.kind == kind).expect("an observer of that kind");
    observer.seen.iter().find(|seen| seen.fact == fact).expect("every fact").sight
}

/// The octets of a span, looked up where the window looks them up.
fn octets(envelope: &Envelope, report: Option<&Report>, span: sealscope::span::Span) -> String {
    let kept = report.and_then(|report| report.buffer(span.buffer)).unwrap_or(&envelope.message);
    String::from_utf8_lossy(kept.slice(span.range())).into_owned()
}

/// Bob's agent, and a message from Alice that it opens: `outer` header lines, `letter` inside, for these recipients.
struct Case {
    receiver: Receiver,
    alice: sealscope::pki::PrivateKeyEntry,
}

impl Case {
    fn new() -> Self {
        let receiver = Receiver::new();
        let alice = receiver.circle.address(ALICE);
        Self { receiver, alice }
    }

    fn signed(&self, letter: &[u8]) -> Vec<u8> {
        let content = wrapped(letter);
        multipart_signed(&content, &detached(&content, &self.alice))
    }

    fn secured(&self, letter: &[u8]) -> String {
        let entity = self.signed(letter);
        String::from_utf8(enveloped(ALICE, BOB, &entity, &[self.receiver.bob.certificate()])).unwrap()
    }

    fn exposed(&self, to: &[&str], message: &str) -> (Envelope, Report, Exposure) {
        let envelope = envelope(ALICE, to, message.as_bytes());
        let report = run(&self.receiver.world, &envelope);
        assert_eq!(support::verdict(&report), "accepted", "{message}");
        let exposure = exposed(&envelope, Some(&report));
        assert_eq!(exposure.protection, Protection::Opened);
        (envelope, report, exposure)
    }

    /// A good message whose outer header has these lines more.
    fn with_outer(&self, lines: &str) -> Exposure {
        let secured = self.secured(&message(ALICE, &[BOB]));
        self.exposed(&[BOB], &format!("{lines}{secured}")).2
    }

    /// A good message with these header lines inside.
    fn with_inner(&self, to: &[&str], lines: &str) -> Exposure {
        let letter = [lines.as_bytes(), &message(ALICE, &[BOB])].concat();
        self.exposed(to, &self.secured(&letter)).2
    }
}

struct Demo {
    _folder: tempfile::TempDir,
    workspace: sealscope::workspace::Workspace,
}

fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("demo");
        sealscope::workspace::demo::create(&root, time::OffsetDateTime::now_utc()).unwrap();
        let workspace = sealscope::workspace::Workspace::open(root).unwrap();
        Demo { _folder: folder, workspace }
    })
}

fn demo_envelope(id: &str) -> Envelope {
    let path = Path::new(demo().workspace.root()).join(format!("messages/{id}.bsmtp"));
    bsmtp::parse(&std::fs::read(path).unwrap(), &Limits::DEFAULT).unwrap().remove(0)
}

fn demo_exposure(id: &str) -> Exposure {
    let envelope = demo_envelope(id);
    let settings = demo().workspace.settings().unwrap();
    let words = sealscope::pki::Passphrase::new(settings.passphrase_hint.clone().unwrap());
    let contents = demo().workspace.load(Some(&words));
    let authorities: Vec<_> = contents.authorities.iter().map(|known| known.certificate.clone()).collect();
    let resolver = sealscope::discovery::local::LocalResolver::new(&contents.parties);
    let agent = sealscope::agent::Agent {
        parties: &contents.parties,
        authorities: &authorities,
        crls: &[],
        local_domains: &settings.local_domains,
        profile: Profile::default(),
        now: time::OffsetDateTime::now_utc(),
        limits: Limits::DEFAULT,
        resolvers: &[&resolver],
        online: None,
        making: sealscope::agent::MakingOptions::default(),
        seed: [7; 16],
        progress: &sealscope::agent::NoProgress,
    };
    let case = sealscope::workspace::demo::case(id).unwrap();
    let stopped = |stopped| match stopped {
        sealscope::agent::Stopped::Rejected(rejected) => rejected.report,
        sealscope::agent::Stopped::Failed(error) => panic!("{error}"),
    };
    let report = match case.operation {
        sealscope::agent::Operation::Incoming => {
            agent.process_incoming(&envelope).map(|done| done.report).unwrap_or_else(stopped)
        }
        sealscope::agent::Operation::Outgoing => {
            agent.process_outgoing(&envelope).map(|done| done.report).unwrap_or_else(stopped)
        }
    };
    exposed(&envelope, Some(&report))
}

#[test]
fn the_good_demo_message_leaks_nothing_and_names_agree() {
    let exposure = demo_exposure("01-good");
    assert!(exposure.leaks.is_empty(), "{}", details(&exposure));
    assert!(exposure.mismatches.is_empty(), "{:?}", exposure.mismatches);
    assert!(exposure.routing.holds && exposure.routing.judged_by == Layer::Inner);
    assert_eq!(exposure.routing.finding.severity, Severity::Pass);
    let rows: Vec<&str> = exposure.names.iter().map(|named| named.address.as_str()).collect();
    assert_eq!(rows, [ALICE, BOB, CAROL]);
    for named in &exposure.names {
        assert!(Layer::ALL.iter().all(|layer| named.within(*layer).count() == 1), "{named:?}");
    }
}

#[test]
fn of_a_good_message_a_relay_learns_people_and_sizes_and_nothing_that_is_inside() {
    let exposure = demo_exposure("01-good");
    for fact in [
        Fact::Sender,
        Fact::Recipients,
        Fact::Date,
        Fact::MessageId,
        Fact::Size,
        Fact::RecipientCount,
        Fact::RecipientCertificates,
    ] {
        assert_eq!(sight(&exposure, ObserverKind::Relay, fact), Sight::Sees, "{fact:?}");
    }
    for fact in [Fact::Subject, Fact::Body, Fact::SignerCertificate] {
        assert_eq!(sight(&exposure, ObserverKind::Relay, fact), Sight::Hidden, "{fact:?}");
        assert_ne!(sight(&exposure, ObserverKind::Agent, fact), Sight::Hidden, "{fact:?}");
    }
    assert_eq!(sight(&exposure, ObserverKind::Recipient, Fact::Subject), Sight::Sees);
    assert_eq!(sight(&exposure, ObserverKind::Recipient, Fact::RecipientCertificates), Sight::Partly);
    assert_eq!(sight(&exposure, ObserverKind::Relay, Fact::Software), Sight::Absent);
}

#[test]
fn a_relay_sees_for_which_certificates_a_message_is_encrypted() {
    let case = Case::new();
    let (envelope, report, exposure) = case.exposed(&[BOB], &case.secured(&message(ALICE, &[BOB])));
    let relay = &exposure.observers[0];
    let seen = relay.seen.iter().find(|seen| seen.fact == Fact::RecipientCertificates).unwrap();
    let serial = case.receiver.bob.certificate().serial();
    assert!(seen.detail.to_lowercase().contains(&serial.replace(':', "").to_lowercase()), "{} {serial}", seen.detail);
    assert!(seen.span.is_some_and(|span| !octets(&envelope, Some(&report), span).is_empty()));
}

#[test]
fn no_demo_message_shows_a_false_failure() {
    for case in &sealscope::workspace::demo::CASES {
        let exposure = demo_exposure(case.id);
        let failed: Vec<String> = leaks(&exposure).into_iter().filter(|leak| leak.starts_with("fail")).collect();
        assert!(failed.is_empty(), "{}: {failed:?}", case.id);
    }
    // What differs there is the outer From.
    let exposure = demo_exposure("15-outer-from-differs");
    assert_eq!(notes(&exposure, "office@a.example"), ["Outer From only"]);
    assert_eq!(notes(&exposure, ALICE), ["Inner From only"]);
    assert!(exposure.mismatches.iter().all(|finding| finding.severity == Severity::Warning));
    assert!(exposure.routing.holds, "the inner From is the sender");
}

#[test]
fn a_message_that_the_senders_agent_refuses_tells_nobody_anything() {
    let exposure = demo_exposure("03-no-trusted-recipients");
    assert_eq!(exposure.stage, Stage::Stopped);
    assert!(exposure.leaks.is_empty());
    for observer in &exposure.observers {
        assert!(observer.seen.iter().all(|seen| seen.sight == Sight::Hidden), "{observer:?}");
    }
    assert!(exposure.names.iter().any(|named| named.within(Layer::Inner).count() > 0));
}

#[test]
fn a_removed_recipient_is_still_named_inside_what_leaves_and_in_what_arrives() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let letter = envelope(ALICE, &[BOB, DORA], &message(ALICE, &[BOB, DORA]));
    let sent = world.outgoing(&letter).unwrap();
    let leaving = exposed(&letter, Some(&sent.report));
    assert_eq!((leaving.stage, leaving.protection), (Stage::Leaving, Protection::Opened));
    assert_eq!(leaks(&leaving), ["warning removed-recipient-inside"]);
    assert_eq!(notes(&leaving, DORA), ["Removed"]);
    let span = leaving.leaks[0].finding.span.unwrap();
    assert_eq!(octets(&letter, Some(&sent.report), span), DORA);
    assert_eq!(sight(&leaving, ObserverKind::Removed, Fact::Subject), Sight::Hidden);
    assert_eq!(sight(&leaving, ObserverKind::Recipient, Fact::OtherRecipients), Sight::Sees);

    let there = arrived(&sent);
    let report = run(&world, &there);
    let exposure = exposed(&there, Some(&report));
    assert_eq!(leaks(&exposure), ["warning removed-recipient-inside"]);
    assert_eq!(notes(&exposure, DORA), ["Left out outside"]);
    assert_eq!(octets(&there, Some(&report), exposure.leaks[0].finding.span.unwrap()), DORA);
    assert!(exposure.routing.holds);
}

#[test]
fn a_blind_copy_is_seen_in_the_recipient_infos_and_breaks_the_rule_of_1_3_alone() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    world.key(CAROL, &circle.address(CAROL)).trusts(CAROL, &circle.root);
    let letter = envelope(ALICE, &[BOB, CAROL], &message(ALICE, &[BOB]));
    let sent = world.outgoing(&letter).unwrap();
    for (envelope, report) in [(letter, sent.report.clone()), (arrived(&sent), run(&world, &arrived(&sent)))] {
        let exposure = exposed(&envelope, Some(&report));
        assert_eq!(leaks(&exposure), ["warning blind-recipient-in-envelope"]);
        assert!(details(&exposure).starts_with(CAROL), "{}", details(&exposure));
        assert_eq!(notes(&exposure, CAROL), ["Blind copy or forwarded"]);
        assert!(!exposure.routing.holds);
        assert_eq!(exposure.routing.finding.severity, Severity::Warning, "1.2 reports it");
        let rejecting: Vec<ProfileName> =
            exposure.routing.consequences.iter().filter(|one| one.demands).map(|one| one.profile).collect();
        assert_eq!(rejecting, [ProfileName::Direct13, ProfileName::Strict]);
        assert_eq!(sight(&exposure, ObserverKind::Recipient, Fact::OtherRecipients), Sight::Hidden);
        assert_eq!(sight(&exposure, ObserverKind::Relay, Fact::OtherRecipients), Sight::Sees);
    }
}

#[test]
fn the_routing_rule_and_the_agent_under_1_3_agree() {
    let case = Case::new();
    let secured = case.secured(&message(ALICE, &[BOB]));
    for (from, to) in [(ALICE, vec![BOB]), (ALICE, vec![BOB, CAROL]), ("bounce@a.example", vec![BOB])] {
        let envelope = envelope(from, &to, secured.as_bytes());
        let mut world = World::default();
        world.profile = Profile::named(ProfileName::Direct13);
        world.key(BOB, &case.receiver.bob).trusts(BOB, &case.receiver.circle.root);
        let report = run(&world, &envelope);
        let exposure = exposed(&envelope, Some(&report));
        let refused = report.findings().any(|finding| finding.rule.id == "message.routing");
        // The agent asks about routing after trust, which a foreign sender does not pass.
        if from == ALICE {
            assert_eq!(exposure.routing.holds, !refused, "{from} {to:?}");
        }
        let severity = if exposure.routing.holds { Severity::Pass } else { Severity::Fail };
        assert_eq!(exposure.routing.finding.severity, severity);
    }
}

#[test]
fn a_certificate_that_openly_named_people_share_betrays_no_blind_copy() {
    let circle = Circle::new("Good");
    let mut world = World::default();
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
    world.key("b.example", &circle.domain("b.example")).trusts("b.example", &circle.root);
    let letter = envelope(ALICE, &[BOB, CAROL], &message(ALICE, &[BOB]));
    let sent = world.outgoing(&letter).unwrap();
    assert!(leaks(&exposed(&letter, Some(&sent.report))).is_empty());
    let there = arrived(&sent);
    assert!(leaks(&exposed(&there, Some(&run(&world, &there)))).is_empty());
}

#[test]
fn each_leak_of_the_outer_header_is_found_and_placed() {
    let case = Case::new();
    for (lines, expected) in [
        ("Subject: Results\r\n", "fail subject-outside"),
        ("Subject: RE: results\r\n", "fail subject-outside"),
        ("Subject: =?utf-8?Q?Results?=\r\n", "fail subject-outside"),
        ("Subject: Encrypted message\r\n", "info subject-outside"),
        ("Thread-Topic: Results\r\n", "fail subject-outside"),
        ("Bcc: eve@c.example\r\n", "fail bcc-outside"),
        ("Bcc:\r\n", "info bcc-outside"),
        ("Comments: for the ward\r\n", "warning field-outside"),
        ("Keywords: oncology\r\n", "warning field-outside"),
        ("X-Department: oncology\r\n", "info field-outside"),
        ("User-Agent: Letters 3.1\r\n", "warning software-outside"),
        ("X-Mailer: Letters 3.1\r\n", "warning software-outside"),
        (
            "Received: from ws.ward.local ([10.1.2.3]) by mx.a.example; Mon, 1 Jun 2026 12:00:00 +0000\r\n",
            "info internal-host",
        ),
    ] {
        let exposure = case.with_outer(lines);
        assert_eq!(leaks(&exposure), [expected], "{lines} {}", details(&exposure));
        let span = exposure.leaks[0].finding.span.expect("a place");
        assert_eq!((span.start, span.end), (0, lines.len()), "{lines}");
        assert!(!exposure.leaks[0].remedy.is_empty());
    }
}

#[test]
fn what_has_to_be_outside_and_what_transport_adds_is_no_leak() {
    let case = Case::new();
    let added = "Return-Path: <alice@a.example>\r\nDelivered-To: bob@b.example\r\n\
        Received: from mx.a.example (mx.a.example [192.0.2.1]) by mx.b.example with ESMTPS id 1 for <bob@b.example>; \
        Mon, 1 Jun 2026 12:00:00 +0000\r\nReceived: from localhost (localhost [127.0.0.1]) by mx.a.example; Mon, 1 Jun \
        2026 12:00:00 +0000\r\nDKIM-Signature: v=1; a=rsa-sha256\r\nAuthentication-Results: mx.b.example; dkim=pass\r\n\
        X-Spam-Status: No\r\nIn-Reply-To: <0@b.example>\r\nReferences: <0@b.example>\r\n\
        Disposition-Notification-To: alice@a.example\r\nSubject: [...]\r\n";
    let exposure = case.with_outer(added);
    assert!(exposure.leaks.is_empty(), "{}", details(&exposure));
    let bob = exposure.names.iter().find(|named| named.address == BOB).unwrap();
    let fields: Vec<&str> = bob.within(Layer::Outer).map(|mention| mention.field).collect();
    assert_eq!(fields, ["To", "Delivered-To", "Received"]);
    assert_eq!(sight(&exposure, ObserverKind::Relay, Fact::Hosts), Sight::Sees);
}

#[test]
fn a_message_id_that_names_an_inner_host_is_a_leak_and_any_other_is_none() {
    let case = Case::new();
    let secured = case.secured(&message(ALICE, &[BOB]));
    for (host, expected) in [("ws-12.ward.local", 1), ("[10.1.2.3]", 1), ("mail.a.example", 0), ("a.example", 0)] {
        let changed = secured.replace("<2@a.example>", &format!("<2@{host}>"));
        let exposure = case.exposed(&[BOB], &changed).2;
        assert_eq!(leaks(&exposure), vec!["warning internal-host"; expected], "{host}");
    }
}

#[test]
fn each_leak_of_the_encrypted_parts_labels_is_found() {
    let case = Case::new();
    let secured = case.secured(&message(ALICE, &[BOB]));
    for (from, to, expected) in [
        ("name=smime.p7m", "name=doe-john-1961.p7m", "warning file-name"),
        ("name=smime.p7m", "name=smime.p7m; micalg=sha-256", "info content-type-parameter"),
        ("name=smime.p7m", "name=smime.p7m; x-ward=oncology", "warning content-type-parameter"),
        (
            "Content-Transfer-Encoding",
            "Content-Description: Oncology report\r\nContent-Transfer-Encoding",
            "warning description",
        ),
        (
            "Content-Transfer-Encoding",
            "Content-Disposition: attachment; filename=\"doe.p7m\"\r\nContent-Transfer-Encoding",
            "warning file-name",
        ),
    ] {
        let changed = secured.replacen(from, to, 1);
        let exposure = case.exposed(&[BOB], &changed).2;
        assert_eq!(leaks(&exposure), [expected], "{to}");
    }
    let kept = secured.replacen(
        "Content-Transfer-Encoding",
        "Content-Description: S/MIME Encrypted Message\r\nContent-Disposition: attachment; filename=smime.p7m\r\nContent-Transfer-Encoding",
        1,
    );
    assert!(leaks(&case.exposed(&[BOB], &kept).2).is_empty());
}

#[test]
fn a_file_name_outside_that_is_an_attachments_inside_is_a_failure() {
    let case = Case::new();
    let letter = b"From: alice@a.example\r\nTo: bob@b.example\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\n\
        Message-ID: <1@a.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nText\r\n\
        --m\r\nContent-Type: application/pdf; name=\"Doe-John.pdf\"\r\n\r\nPDF\r\n--m--\r\n";
    let secured = case.secured(letter).replacen("name=smime.p7m", "name=Doe-John.pdf.p7m", 1);
    let exposure = case.exposed(&[BOB], &secured).2;
    assert_eq!(leaks(&exposure), ["fail file-name"]);
    assert_eq!(sight(&exposure, ObserverKind::Recipient, Fact::AttachmentNames), Sight::Sees);
    let good = case.exposed(&[BOB], &case.secured(letter)).2;
    assert!(leaks(&good).is_empty());
    assert_eq!(sight(&good, ObserverKind::Relay, Fact::AttachmentNames), Sight::Hidden);
}

#[test]
fn what_stands_beside_or_around_the_encrypted_part_is_found_without_a_key() {
    let case = Case::new();
    let secured = case.secured(&message(ALICE, &[BOB]));
    let (_, part) = secured.split_once("MIME-Version: 1.0\r\n").unwrap();
    let outer = "From: alice@a.example\r\nTo: bob@b.example\r\nMIME-Version: 1.0\r\n";
    let mixed = |preamble: &str, more: &str, epilogue: &str| {
        let message = format!(
            "{outer}Content-Type: multipart/mixed; boundary=o\r\n\r\n{preamble}--o\r\n{part}--o\r\n{more}--o--\r\n{epilogue}"
        );
        exposed(&envelope(ALICE, &[BOB], message.as_bytes()), None)
    };
    let beside = mixed("", "Content-Type: text/plain\r\n\r\nCall about J. Doe\r\n", "");
    assert_eq!(beside.protection, Protection::Sealed);
    assert_eq!(leaks(&beside), ["fail beside-encrypted"]);
    assert_eq!(sight(&beside, ObserverKind::Relay, Fact::Body), Sight::Partly);
    let empty = "Content-Type: text/plain\r\n\r\n\r\n";
    assert_eq!(leaks(&mixed("", empty, "")), Vec::<String>::new());
    assert_eq!(leaks(&mixed("", empty, "Scanned by the gateway of the ward\r\n")), ["warning around-parts"]);
    assert_eq!(leaks(&mixed("This is a multi-part message in MIME format.\r\n", empty, "")), ["info around-parts"]);
    let footer = format!("{secured}-- this mail was scanned --\r\n");
    let exposure = exposed(&envelope(ALICE, &[BOB], footer.as_bytes()), None);
    assert_eq!(leaks(&exposure), ["warning around-cms"]);
    let span = exposure.leaks[0].finding.span.unwrap();
    assert_eq!(&footer.as_bytes()[span.range()], b"-- this mail was scanned --");
}

#[test]
fn bcc_inside_is_seen_by_other_readers_and_not_counted_against_the_one_who_got_it() {
    let case = Case::new();
    let exposure = case.with_inner(&[BOB], "Bcc: dora@c.example\r\n");
    assert_eq!(leaks(&exposure), ["fail bcc-inside"]);
    assert_eq!(sight(&exposure, ObserverKind::Recipient, Fact::OtherRecipients), Sight::Sees);
    let own = case.with_inner(&[BOB], "Bcc: bob@b.example\r\n");
    assert_eq!(leaks(&own), ["info bcc-inside"]);
}

#[test]
fn an_unwrapped_message_has_its_subject_outside() {
    let case = Case::new();
    let content = b"Content-Type: text/plain\r\n\r\nHello\r\n".as_slice();
    let entity = multipart_signed(content, &detached(content, &case.alice));
    let secured = enveloped(ALICE, BOB, &entity, &[case.receiver.bob.certificate()]);
    let secured = [b"Subject: Results\r\n".as_slice(), &secured].concat();
    let exposure = case.exposed(&[BOB], std::str::from_utf8(&secured).unwrap()).2;
    assert!(!exposure.has_inner);
    assert_eq!(leaks(&exposure), ["fail subject-outside"]);
    assert!(details(&exposure).contains("not wrapped"), "{}", details(&exposure));
    assert_eq!(exposure.routing.judged_by, Layer::Outer);
}

#[test]
fn a_message_that_is_not_encrypted_is_told_once_and_a_draft_is_only_warned_of() {
    let case = Case::new();
    let plain = envelope(ALICE, &[BOB], &message(ALICE, &[BOB]));
    let draft = exposed(&plain, None);
    assert_eq!((draft.stage, draft.protection), (Stage::AsItStands, Protection::Plain));
    assert_eq!(leaks(&draft), ["warning not-encrypted"]);
    assert_eq!(sight(&draft, ObserverKind::Relay, Fact::Subject), Sight::Sees);
    assert_eq!(sight(&draft, ObserverKind::Relay, Fact::Body), Sight::Sees);
    let arrived = exposed(&plain, Some(&run(&case.receiver.world, &plain)));
    assert_eq!(leaks(&arrived), ["fail not-encrypted"]);
    let signed = [
        b"From: alice@a.example\r\nTo: bob@b.example\r\nMIME-Version: 1.0\r\n".as_slice(),
        &case.signed(&message(ALICE, &[BOB])),
    ]
    .concat();
    let signed = exposed(&envelope(ALICE, &[BOB], &signed), None);
    assert_eq!(signed.protection, Protection::SignedOnly);
    assert_eq!(leaks(&signed), ["fail not-encrypted"]);
    assert!(signed.has_inner);
    assert_eq!(sight(&signed, ObserverKind::Relay, Fact::Subject), Sight::Sees);
}

#[test]
fn without_a_key_what_is_inside_is_not_known_and_relays_are_told_of_all_the_same() {
    let case = Case::new();
    let secured = case.secured(&message(ALICE, &[BOB]));
    let exposure = exposed(&envelope(ALICE, &[BOB], secured.as_bytes()), None);
    assert_eq!(exposure.protection, Protection::Sealed);
    assert!(!exposure.has_inner && exposure.leaks.is_empty());
    assert_eq!(sight(&exposure, ObserverKind::Relay, Fact::Subject), Sight::Hidden);
    assert_eq!(sight(&exposure, ObserverKind::Agent, Fact::Subject), Sight::Unknown);
    assert_eq!(sight(&exposure, ObserverKind::Relay, Fact::RecipientCertificates), Sight::Sees);
    assert!(exposure.routing.holds && exposure.routing.finding.detail.contains("by the outer headers"));
    let subject = format!("Subject: Results\r\n{secured}");
    assert_eq!(leaks(&exposed(&envelope(ALICE, &[BOB], subject.as_bytes()), None)), ["warning subject-outside"]);
}

#[test]
fn each_reading_of_a_recipient_whom_no_header_names_is_told() {
    let case = Case::new();
    for (lines, note) in [
        ("List-Id: Ward <ward.a.example>\r\n", "Through a list"),
        ("Bcc: bob+x@b.example\r\n", "Blind copy"),
        ("Resent-To: bob+x@b.example\r\nResent-From: alice@a.example\r\n", "Resent"),
        ("Auto-Submitted: auto-replied\r\n", "Notification"),
        ("X-Nothing: y\r\n", "With a suffix"),
    ] {
        let exposure = case.with_inner(&["bob+x@b.example"], lines);
        assert_eq!(notes(&exposure, "bob+x@b.example"), [note], "{lines}");
        assert_eq!(notes(&exposure, BOB), ["Not in the envelope"]);
    }
}

#[test]
fn each_reading_of_a_sender_who_is_no_author_is_told() {
    let case = Case::new();
    let secured = |lines: &str| case.secured(&[lines.as_bytes(), &message(ALICE, &[BOB])].concat());
    for (from, lines, severity, words) in [
        ("ward-bounces@lists.example", "List-Id: Ward <ward.a.example>\r\n", Severity::Info, "mailing list"),
        ("alice+b1@a.example", "", Severity::Info, "suffix"),
        ("bounce@a.example", "", Severity::Warning, "author's domain"),
        ("eve@c.example", "", Severity::Warning, "another name"),
        ("alice@A.EXAMPLE", "", Severity::Pass, ""),
    ] {
        let envelope = envelope(from, &[BOB], secured(lines).as_bytes());
        let report = run(&case.receiver.world, &envelope);
        let exposure = exposed(&envelope, Some(&report));
        let found = exposure.mismatches.iter().find(|finding| finding.rule.id == "exposure.sender-named");
        assert_eq!(found.map_or(Severity::Pass, |finding| finding.severity), severity, "{from}");
        assert!(found.is_none_or(|finding| finding.detail.contains(words)), "{found:?}");
    }
}

#[test]
fn more_certificates_than_named_recipients_are_told_as_a_fact() {
    let case = Case::new();
    let other = case.receiver.circle.address(DORA);
    let entity = case.signed(&message(ALICE, &[BOB]));
    let secured = enveloped(ALICE, BOB, &entity, &[case.receiver.bob.certificate(), other.certificate()]);
    let exposure = case.exposed(&[BOB], std::str::from_utf8(&secured).unwrap()).2;
    assert_eq!(leaks(&exposure), ["info blind-recipient-in-envelope"]);
    assert!(details(&exposure).contains("for 2 certificates"), "{}", details(&exposure));
}

#[test]
fn the_account_never_holds_the_text_of_the_message() {
    let case = Case::new();
    let exposure = case.with_outer("Subject: Results\r\n");
    let json = exposure_json(&exposure).to_string();
    assert!(json.contains("Results") && !json.contains("All is well"), "{json}");
    assert!(!format!("{exposure:?}").contains("All is well"));
}

#[test]
fn what_a_message_could_steer_a_terminal_with_is_escaped() {
    let case = Case::new();
    let exposure = case.with_outer("Comments: a\u{1b}[2Jb\u{202e}\r\nReply-To: \"x\u{1b}\" y\r\nX-\u{7f}: 1\r\n");
    let told = exposure_json(&exposure);
    let steers = |text: &str| text.chars().any(|found| found.is_control() || found == '\u{202e}');
    fn texts(value: &serde_json::Value, all: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => all.push(text.clone()),
            serde_json::Value::Array(list) => list.iter().for_each(|one| texts(one, all)),
            serde_json::Value::Object(object) => object.values().for_each(|one| texts(one, all)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    texts(&told, &mut all);
    assert!(all.iter().all(|text| !steers(text)), "{all:?}");
}

#[test]
fn a_header_that_is_too_large_to_read_is_said_to_be_and_not_called_open() {
    let message = format!("X: {}\r\n\r\n", "a".repeat(Limits::DEFAULT.header_octets));
    let exposure = exposed(&envelope(ALICE, &[BOB], message.as_bytes()), None);
    assert!(exposure.leaks.is_empty(), "{}", details(&exposure));
    assert_eq!(exposure.mismatches[0].severity, Severity::NotChecked);
    assert_eq!(exposure.names.len(), 2);
}

#[test]
fn a_header_full_of_addresses_is_told_of_in_bounded_time_and_length() {
    let many: String = (0..30_000).map(|number| format!("a{number}@d.example,")).collect();
    let message = format!("From: alice@a.example\r\nTo: {many}\r\nTo: {many}\r\n\r\n");
    let to: Vec<String> = (0..1_000).map(|number| format!("b{number}+x@d.example")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let before = std::time::Instant::now();
    let exposure = exposed(&envelope(ALICE, &to, message.as_bytes()), None);
    assert_eq!(exposure.names.len(), Limits::DEFAULT.exposure_addresses);
    assert!(exposure.names_left_out > 10_000);
    assert!(before.elapsed().as_secs() < 20, "{:?}", before.elapsed());
}
