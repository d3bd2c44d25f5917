//! The emulated agents against what the Java reference agent 8.1.0 was measured to answer, and what the C# agent's source
//! says.
//!
//! Each case is one that was measured (v…, f…: messages that arrived; E…: with several recipients, or sent), made anew
//! here, with the Java agent's answer. `cargo test --test emulations -- --nocapture` prints the table.
#![cfg(test)]
#![allow(clippy::too_many_lines, reason = "the cases are tables")]

mod support;

#[path = "emulations/bench.rs"]
mod bench;
#[path = "emulations/encrypted.rs"]
mod encrypted;
#[path = "emulations/outgoing.rs"]
mod outgoing;
#[path = "emulations/signed.rs"]
mod signed;
#[path = "emulations/trusted.rs"]
mod trusted;

use sealscope::agent::Report;
use sealscope::emulate::{Emulated, EmulatedAgent, EmulatedOutcome, emulate_incoming};

use bench::{Bench, Case};
use support::command::{Scratch, demo_folder, message as demo_message, run};
use support::{ALICE, BOB, Circle, alice_and_bob, envelope, message};

/// What each agent answers, ours first.
fn answers(case: &Case) -> (Box<Report>, [Emulated; 2]) {
    case.world.with_agent(|agent| {
        let ours = match agent.process_incoming(&case.envelope) {
            Ok(message) => message.report,
            Err(sealscope::agent::Stopped::Rejected(rejected)) => rejected.report,
            Err(sealscope::agent::Stopped::Failed(error)) => panic!("{error}"),
        };
        let theirs = EmulatedAgent::ALL.map(|kind| emulate_incoming(kind, &case.envelope, &agent, &ours));
        (Box::new(ours), theirs)
    })
}

fn code(emulated: &Emulated) -> &'static str {
    emulated.code.unwrap_or("accepted")
}

/// `accepted`, or the addresses that are left out.
fn removed(emulated: &Emulated) -> Vec<String> {
    let removed = emulated.recipients.iter().filter(|one| one.outcome == EmulatedOutcome::Removed);
    removed.map(|one| one.address.to_string()).collect()
}

fn cases() -> Vec<Case> {
    let bench = Bench::new();
    let mut cases = encrypted::cases(&bench);
    cases.extend(signed::cases(&bench));
    cases.extend(trusted::cases(&bench));
    cases
}

/// Where an agent lets a recipient have what we do not, or the reverse.
fn differs(ours: &Report, theirs: &Emulated) -> bool {
    ours.recipients.iter().zip(&theirs.recipients).any(|(ours_one, theirs_one)| {
        (ours.is_accepted() && ours_one.is_accepted()) != (theirs_one.outcome == EmulatedOutcome::Accepted)
    })
}

#[test]
fn the_java_agent_answers_as_it_was_measured_and_the_csharp_agent_as_it_was_read() {
    let mut wrong = Vec::new();
    for case in cases() {
        let (ours, [java, csharp]) = answers(&case);
        let verdict = support::verdict(&ours);
        println!("{:5} {:58} {verdict:24} {:26} {}", case.id, case.what, code(&java), code(&csharp));
        let told =
            |emulated: &Emulated| format!("{} because {}; {:?}", code(emulated), emulated.why, emulated.deviations);
        if code(&java) != case.java {
            wrong.push(format!("{} ({}): java-ri {}, measured {}", case.id, case.what, told(&java), case.java));
        }
        if case.csharp.is_some_and(|expected| code(&csharp) != expected) {
            wrong.push(format!("{} ({}): csharp-ri {}, read {:?}", case.id, case.what, told(&csharp), case.csharp));
        }
        if let Some(left_out) = case.java_removes
            && removed(&java) != left_out
        {
            wrong.push(format!("{}: java-ri leaves out {:?}, measured {left_out:?}", case.id, removed(&java)));
        }
        if let Some(cited) = case.cites
            && !java.deviations.iter().any(|deviation| deviation.reference.contains(cited))
        {
            wrong.push(format!("{} ({}): no deviation cites {cited}: {:?}", case.id, case.what, java.deviations));
        }
        for emulated in [&java, &csharp] {
            if differs(&ours, emulated) && emulated.deviations.is_empty() {
                wrong.push(format!(
                    "{} ({}): {} differs from {verdict}, unexplained",
                    case.id, case.what, emulated.agent
                ));
            }
            for deviation in &emulated.deviations {
                assert!(!deviation.what.is_empty() && deviation.reference.contains("reference agent"), "{deviation:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_java_gives_a_message_to_somebody_whose_key_does_not_open_it() {
    let bench = Bench::new();
    let case = encrypted::cases(&bench).into_iter().find(|case| case.id == "E1").unwrap();
    let (ours, [java, csharp]) = answers(&case);
    assert_eq!(support::outcomes(&ours), ["bob@b.example accepted", "carol@b.example removed not-decryptable"]);
    assert!(java.recipients.iter().all(|one| one.status == Some("Success_ThumbprintMismatch")));
    assert_eq!((csharp.code, removed(&csharp).len()), (Some("InvalidEncryption"), 2));
    assert!(java.deviations.iter().any(|deviation| deviation.what.starts_with("carol@b.example gets the message")));
}

#[test]
fn a_good_message_is_good_for_all_three_and_nothing_deviates() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    // What is anchored issues itself, so that no intermediate is missed.
    world.trusts(BOB, &circle.intermediate);
    let sent = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap();
    let case = Case::new("", "good", world, support::arrived(&sent), "accepted");
    let (ours, [java, csharp]) = answers(&case);
    assert!(ours.is_accepted() && java.is_accepted() && csharp.is_accepted());
    assert!(java.deviations.is_empty() && csharp.deviations.is_empty(), "{java:?} {csharp:?}");
}

// The demo says where its intermediate is; without that the Java agent trusts nobody in it.
#[test]
fn the_demos_good_message_is_good_for_all_three() {
    let done = run(&["emulate", &demo_message("01-good"), "--workspace", demo_folder(), "--json"]);
    let object = done.object();
    assert_eq!(object["ours"]["verdict"], "accepted");
    for agent in object["agents"].as_array().unwrap() {
        assert_eq!(agent["verdict"], "accepted", "{agent}");
        let removed = agent["recipients"].as_array().unwrap().iter().filter(|one| one["outcome"] != "accepted").count();
        assert_eq!(removed, 0, "{agent}");
    }
}

#[test]
fn cut_and_broken_messages_get_an_answer_and_no_panic() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let sent = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap();
    let good = sent.envelope.message.octets();
    for end in (0..good.len()).step_by(317) {
        let mut octets = good[..end].to_vec();
        for cut in [octets.clone(), {
            octets.extend_from_slice(&good[(end + 1).min(good.len())..]);
            octets
        }] {
            let case = Case::new("", "cut", alice_and_bob(&circle), envelope(ALICE, &[BOB], &cut), "");
            let (_, theirs) = answers(&case);
            assert!(theirs.iter().all(|emulated| !emulated.why.is_empty()));
        }
    }
}

#[test]
fn a_thousand_recipients_of_one_circle_cost_what_a_few_do() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    world.key("b.example", &circle.domain("b.example")).trusts("b.example", &circle.root);
    let many: Vec<String> = (0..1_000).map(|number| format!("user{number}@b.example")).collect();
    let to: Vec<&str> = many.iter().map(String::as_str).collect();
    let sent = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap();
    let arrived = envelope(ALICE, &to, sent.envelope.message.octets());
    let case = Case::new("", "many", world, arrived, "");
    let started = std::time::Instant::now();
    let (_, [java, _]) = answers(&case);
    assert_eq!(java.recipients.len(), 1_000);
    assert!(java.deviations.len() <= 20, "{}", java.deviations.len());
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn what_is_sent_is_answered_as_measured_too() {
    outgoing::check();
}

#[test]
fn the_command_shows_three_columns_with_the_reasons() {
    let file = demo_message("13-two-signers-one-trusted");
    let done = run(&["emulate", &file, "--workspace", demo_folder()]);
    let text = done.text();
    assert_eq!(done.exit, 0, "{}", done.stderr);
    let head = text.lines().next().unwrap();
    for column in ["incoming", "Sealscope (direct-1.2)", "Java reference agent 8.1.0", "C# reference agent (2025-07)"] {
        assert!(head.contains(column), "{head}");
    }
    assert!(text.contains("assumed that the address answers"), "{text}");
    let plain = demo_message("03-no-trusted-recipients");
    let done = run(&["emulate", &plain, "--outgoing", "--workspace", demo_folder(), "--json"]);
    let object = done.object();
    assert_eq!((done.exit, object["operation"].as_str()), (0, Some("outgoing")));
    assert_eq!(object["agents"][0]["code"], "NoTrustedRecipients");
}

#[test]
fn every_member_of_an_emulation_is_written_down() {
    let written = include_str!("../docs/json.md");
    let scratch = Scratch::new();
    let two = [demo_message("01-good"), demo_message("08-wrong-key")].map(|file| std::fs::read(file).unwrap()).concat();
    let file = scratch.file("two.bsmtp", two);
    let object = run(&["emulate", &file, "--workspace", demo_folder(), "--json"]).object();
    let one = &object["emulations"][0];
    let parts = [
        &object,
        one,
        &one["ours"],
        &one["ours"]["recipients"][0],
        &one["agents"][0],
        &one["agents"][0]["recipients"][0],
        &one["agents"][0]["deviations"][0],
    ];
    for name in parts.iter().flat_map(|part| part.as_object().unwrap().keys()) {
        assert!(written.contains(&format!("`{name}`")), "docs/json.md does not name {name}");
    }
    for schema in ["sealscope.emulation/1", "sealscope.emulations/1"] {
        assert!(written.contains(&format!("`{schema}`")));
    }
}

#[test]
fn whoever_takes_an_agent_for_a_profile_is_told_where_it_is() {
    for name in ["java-ri", "csharp-ri"] {
        let done = run(&["incoming", &demo_message("01-good"), "--profile", name]);
        assert_eq!(done.exit, 2);
        assert!(done.stderr.contains("sealscope emulate FILE"), "{}", done.stderr);
    }
}
