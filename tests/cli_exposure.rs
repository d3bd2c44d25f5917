//! `sealscope exposure` as people and scripts call it.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeSet;

use serde_json::Value;

use command::{Done, Scratch, demo_folder, message, run};

const WRITTEN: &str = include_str!("../docs/json.md");

fn exposure(arguments: &[&str]) -> Done {
    run(&[&["exposure", "--workspace", demo_folder(), "--via", "local"], arguments].concat())
}

fn object(arguments: &[&str]) -> Value {
    exposure(&[arguments, &["--json"]].concat()).object()
}

#[test]
fn a_good_message_exits_with_0_and_shows_its_names_its_rule_and_who_learns_what() {
    let done = exposure(&[&message("01-good")]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    let text = done.text();
    for words in [
        "Nothing leaks",
        "alice@a.example",
        "MAIL FROM",
        "Routing rule of 1.3 holds",
        "who learns what",
        "any relay",
        "hidden",
    ] {
        assert!(text.contains(words), "no “{words}” in: {text}");
    }
    assert!(!text.contains("J. Doe"), "the text of the message is printed: {text}");
    assert_eq!(object(&[&message("01-good")])["worst"], "pass");
}

#[test]
fn what_leaves_is_looked_at_with_outgoing_and_names_who_was_left_out() {
    let file = message("05-recipient-certificate-missing");
    let done = exposure(&[&file, "--outgoing"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    for words in ["Gives something away", "was left out", "removed-recipient-inside", "RCPT TO, removed", "(left out)"]
    {
        assert!(done.text().contains(words), "no “{words}” in: {}", done.text());
    }
    let json = object(&[&file, "--outgoing"]);
    assert_eq!((&json["stage"], &json["protection"]), (&Value::from("leaving"), &Value::from("opened")));
    // Without --outgoing the same file is a letter that lies open.
    assert_eq!(exposure(&[&file]).exit, 3);
}

#[test]
fn a_subject_outside_exits_with_3_and_says_what_keeps_it_in() {
    let scratch = Scratch::new();
    let envelope = std::fs::read_to_string(message("01-good")).unwrap();
    let (_, eml) = envelope.split_once("DATA\r\n").unwrap();
    let eml = eml.split("\r\n.\r\n").next().unwrap();
    let file = scratch.file("open.eml", format!("Subject: DEMO referral\r\n{eml}\r\n"));
    let done = exposure(&[&file]);
    assert_eq!(done.exit, 3, "{}", done.text());
    let text = done.text();
    for words in
        ["Leaks: 1 failure", "Subject stands outside as it is inside", "Because", "Try", "exposure.subject-outside"]
    {
        assert!(text.contains(words), "no “{words}” in: {text}");
    }
    assert_eq!(exposure(&[&file, "--without-keys"]).exit, 0, "whether it is the one inside is not known without a key");
    let quiet = exposure(&[&file, "--quiet"]).text();
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
    let verbose = exposure(&[&file, "--verbose"]).text();
    assert!(verbose.contains("It lies inside the encryption"), "{verbose}");
}

#[test]
fn without_keys_no_passphrase_is_needed_and_the_inside_stays_unknown() {
    let json = object(&[&message("01-good"), "--without-keys"]);
    assert_eq!(json["protection"], "sealed");
    assert!(!json.to_string().contains("referral"));
    assert_eq!(exposure(&[&message("01-good"), "--without-keys", "--outgoing"]).exit, 2);
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
fn every_member_of_the_json_is_written_down() {
    let mut known = BTreeSet::new();
    for case in &sealscope::workspace::demo::CASES {
        members(&object(&[&message(case.id)]), &mut known);
        members(&object(&[&message(case.id), "--outgoing"]), &mut known);
    }
    let missing: Vec<&String> = known.iter().filter(|name| !WRITTEN.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/json.md does not name {missing:?}");
}
