//! `sealscope what-if`, as operators and scripts call it.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeSet;

use command::{Done, Scratch, content, demo_folder, message, one_sentence, run};
use sealscope::workspace::{Workspace, demo};
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

const WRITTEN: &str = include_str!("../docs/json.md");

fn what_if(id: &str, arguments: &[&str]) -> Done {
    let file = message(id);
    run(&[&["what-if", &file, "--workspace", demo_folder()], arguments].concat())
}

fn object(id: &str, arguments: &[&str]) -> Value {
    what_if(id, &[arguments, &["--json"]].concat()).object()
}

fn days_ago(days: i64) -> String {
    let at = OffsetDateTime::now_utc() - Duration::days(days);
    at.replace_nanosecond(0).unwrap().format(&Rfc3339).unwrap()
}

/// A certificate of the demo as a file, by its common name.
fn certificate(scratch: &Scratch, name: &str) -> (String, String) {
    let contents = Workspace::open(demo_folder()).unwrap().load(None);
    let parties = contents.parties.all().iter();
    let anchors = parties.flat_map(|party| party.anchors().map(|anchor| &anchor.certificate));
    let all = contents.authorities.iter().map(|named| &named.certificate).chain(anchors);
    let found = all.into_iter().find(|certificate| certificate.common_name() == name).unwrap();
    (scratch.file("certificate.pem", found.pem()), found.sha256().to_owned())
}

#[test]
fn an_earlier_time_is_compared_step_by_step() {
    let done = what_if("09-expired-signer", &["--suppose-at", &days_ago(60)]);
    let text = done.text();
    assert_eq!(done.exit, 0, "accepted under what is supposed\n{text}");
    for line in [
        "As it is   Rejected: The signer's certificate DEMO alice@a.example expired",
        "What if    Accepted for 1 recipient",
        "           evaluated at ",
        "Difference: The message is accepted for 1 recipient; before, it was rejected (expired)",
        "  bob@b.example  removed (expired) → accepted",
        "  DEMO alice@a.example  not good (expired) → good and trusted by 1 of 1 recipient",
        "  2  Decrypt              the same",
        "  4  Verify signature     failed → passed",
        "       fail → pass  The certificate is valid from ",
        "  5  Enforce trust        not reached → ",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn what_is_supposed_writes_nothing_and_trusts_nobody_for_real() {
    let before = content(demo_folder());
    let scratch = Scratch::new();
    let (root, _) = certificate(&scratch, "DEMO Outsider Root CA");
    let with = what_if("02-one-of-two-untrusted", &["--suppose-anchor", &root, "--for", "carol@b.example"]);
    assert!(with.text().contains("carol@b.example  removed (no-path-to-anchor) → accepted"), "{}", with.text());
    what_if("09-expired-signer", &["--when"]);
    what_if("01-good", &["--suppose-profile", "strict", "--without-keys-of", "bob@b.example"]);
    assert!(before == content(demo_folder()), "the workspace changed");
    let real = run(&["incoming", &message("02-one-of-two-untrusted"), "--workspace", demo_folder(), "--json"]).object();
    assert_eq!(real["untrusted_recipients"], serde_json::json!(["carol@b.example"]));
}

#[test]
fn an_anchor_of_one_direction_for_one_party_changes_nothing_for_the_rest() {
    let scratch = Scratch::new();
    let (root, _) = certificate(&scratch, "DEMO Outsider Root CA");
    let outgoing = ["--suppose-anchor", &root, "--for", "carol@b.example", "--direction", "outgoing"];
    let found = object("02-one-of-two-untrusted", &outgoing);
    assert_eq!(found["difference"]["same_result"], true, "an outgoing anchor judges no mail that arrives");
    let sending = ["--outgoing", "--suppose-anchor", &root, "--for", "alice@a.example"];
    let found = object("03-no-trusted-recipients", &sending);
    assert_eq!(found["after"]["verdict"], "accepted", "{}", found["difference"]["sentences"]);
}

#[test]
fn a_certificate_is_taken_away_by_its_file_or_its_fingerprint() {
    let scratch = Scratch::new();
    let (file, sha256) = certificate(&scratch, "DEMO Root CA");
    for named in [file, sha256] {
        let found = object("01-good", &["--without", &named]);
        assert_eq!(found["after"]["verdict"], "rejected", "{named}");
        assert_eq!(found["difference"]["verdict"], serde_json::json!({ "before": "accepted", "after": "rejected" }));
        assert_eq!(what_if("01-good", &["--without", &named]).exit, 3);
    }
    one_sentence(&what_if("01-good", &["--without", "00ff"]), 1, &["--without 00ff", "SHA-256"]);
}

#[test]
fn keys_of_a_file_belong_to_whom_their_certificate_names() {
    let scratch = Scratch::new();
    let (p12, _) = command::key_files(&scratch, "bob@b.example", "secret");
    let with = ["--suppose-keys", &p12, "--file-passphrase", "secret"];
    let found = object("08-wrong-key", &with);
    let supposed = found["supposed"][0].as_str().unwrap();
    assert!(supposed.ends_with("held by bob@b.example"), "{supposed}");
    assert!(!found.to_string().contains("secret"));
    let wrong = what_if("08-wrong-key", &["--suppose-keys", &p12, "--file-passphrase", "other"]);
    assert_eq!(wrong.exit, 1, "{}", wrong.stderr);
}

#[test]
fn the_dates_are_a_table_with_a_mark_at_the_time_of_evaluation() {
    let done = what_if("09-expired-signer", &["--when"]);
    let text = done.text();
    assert_eq!(done.exit, 0, "{text}");
    assert!(text.starts_with("Rejected (expired) as of "), "{text}");
    let marked: Vec<&str> = text.lines().filter(|line| line.starts_with('>')).collect();
    assert!(matches!(marked.as_slice(), [line] if line.contains("rejected (expired)")), "{text}");
    assert!(text.contains("The certificate “DEMO alice@a.example” has expired; its last second was "), "{text}");
    assert!(text.contains("  always") && text.contains("for ever"), "{text}");
    let earlier = what_if("09-expired-signer", &["--when", "--suppose-at", &days_ago(60)]).text();
    assert!(earlier.starts_with("Accepted for 1 recipient as of "), "{earlier}");
}

#[test]
fn of_every_demo_message_the_timeline_agrees_with_the_verdict() {
    for case in &demo::CASES {
        let direction: &[&str] =
            if case.operation == sealscope::agent::Operation::Outgoing { &["--outgoing"] } else { &[] };
        let found = object(case.id, &[&["--when", "--via", "local"], direction].concat());
        let now: Vec<&Value> =
            found["intervals"].as_array().unwrap().iter().filter(|interval| interval["now"] == true).collect();
        let expected = case.rejection.map(|code| code.as_str());
        assert_eq!((now.len(), now[0]["code"].as_str()), (1, expected), "{}", case.id);
    }
}

#[test]
fn every_member_is_written_down() {
    let scratch = Scratch::new();
    let (root, _) = certificate(&scratch, "DEMO Outsider Root CA");
    let objects = [
        object("02-one-of-two-untrusted", &["--suppose-anchor", &root]),
        object("09-expired-signer", &["--suppose-at", &days_ago(60)]),
        object("09-expired-signer", &["--when"]),
        object("05-recipient-certificate-missing", &["--outgoing", "--when", "--via", "local"]),
    ];
    let mut known = BTreeSet::new();
    objects.iter().for_each(|object| members(object, &mut known));
    let missing: Vec<&String> = known.iter().filter(|name| !WRITTEN.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/json.md does not name {missing:?}");
}

fn members(value: &Value, known: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                known.insert(name.clone());
                members(inner, known);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| members(inner, known)),
        Value::String(text) if text.starts_with("sealscope.") => {
            known.insert(text.clone());
        }
        _ => {}
    }
}

#[test]
fn wrong_use_is_said_in_a_sentence() {
    one_sentence(&what_if("01-good", &[]), 2, &["--suppose-at", "--when"]);
    one_sentence(&what_if("01-good", &["--for", "bob@b.example"]), 2, &["--for", "--suppose-anchor"]);
    one_sentence(
        &what_if("01-good", &["--without-keys-of", "nobody@c.example"]),
        1,
        &["nobody@c.example", "keys list"],
    );
    let scratch = Scratch::new();
    let (pem, _) = certificate(&scratch, "DEMO Root CA");
    one_sentence(&what_if("01-good", &["--suppose-keys", &pem]), 1, &["holds no private key"]);
}
