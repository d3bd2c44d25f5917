//! `sealscope diagnose`, as operators and scripts call it.

#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeSet;

use command::{demo_folder, message, run, run_with_input};
use sealscope::agent::Operation;
use sealscope::pki::NewKey;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::smime::{SigningOptions, multipart_signed, sign_detached};
use sealscope::workspace::demo;
use serde_json::Value;
use time::macros::datetime;

const WRITTEN: &str = include_str!("../docs/json.md");

/// A signed message whose text got a footer after it was signed.
fn with_footer() -> Vec<u8> {
    let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
    let root = Authority::self_signed(&CertificateBuilder::authority("root", begin, end).key(NewKey::P256)).unwrap();
    let alice = root.issue(&CertificateBuilder::for_address("alice@a.example", begin, end).key(NewKey::P256)).unwrap();
    let entity = b"Content-Type: text/plain\r\n\r\nAll is well.\r\n";
    let cms = sign_detached(entity, &[alice], &SigningOptions::at(datetime!(2026-01-01 0:00 UTC))).unwrap();
    let arrived = [entity.as_slice(), b"-- \r\ncare mailing list\r\n"].concat();
    let signed = multipart_signed(&arrived, &cms, "sha-256", "=_signed");
    [b"From: alice@a.example\r\nTo: bob@b.example\r\nMIME-Version: 1.0\r\n", signed.as_slice()].concat()
}

#[test]
fn a_signed_message_is_diagnosed_without_a_workspace() {
    let done = run_with_input(&["diagnose", "-"], &with_footer());
    let text = done.text();
    assert_eq!(done.exit, 3, "{text}");
    for line in [
        "Proven: digest-mismatch: footer-added",
        "  Text was put before or after the message, or a part was added.",
        "  Mailing lists, virus scanners and systems that put a disclaimer",
        "  line 12 of received, octets ",
        "    signed    nothing",
        "    arrived   “-- ␍␊care mailing list␍␊”",
        "  Try       Exempt signed and encrypted mail from the footer",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn json_has_the_members_that_are_written_down_and_no_content() {
    let done = run_with_input(&["diagnose", "-", "--json"], &with_footer());
    let object = done.object();
    assert_eq!(object["schema"], "sealscope.diagnosis/1");
    assert_eq!(object["cause"], "digest-mismatch");
    assert_eq!(object["proven"], true);
    assert_eq!(object["transformations"], serde_json::json!(["footer-added"]));
    assert!(object["explanation"].as_str().unwrap().ends_with('.'));
    assert_eq!(object["changed"][0]["line"], 12);
    assert!(object["tried"].as_array().unwrap().iter().any(|name| name == "line-ends-lf"));
    assert!(!done.text().contains("care mailing list"));
    let mut known = BTreeSet::new();
    members(&object, &mut known);
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
        _ => {}
    }
}

#[test]
fn every_message_of_the_demo_has_its_cause_and_an_explanation() {
    for case in demo::CASES.iter().filter(|case| case.operation == Operation::Incoming) {
        let (file, folder) = (message(case.id), demo_folder());
        let judged = run(&["incoming", &file, "--workspace", folder, "--json"]);
        let done = run(&["diagnose", &file, "--workspace", folder, "--json"]);
        let (outcome, object) = (judged.object(), done.object());
        assert_eq!(done.exit, judged.exit, "{}", case.id);
        assert_eq!(object["verdict"], outcome["verdict"], "{}", case.id);
        assert!(!object["explanation"].as_str().unwrap().is_empty(), "{}", case.id);
        let rejection = &outcome["rejection"]["code"];
        if !rejection.is_null() && rejection != "no-trusted-recipients" {
            assert_eq!(object["cause"], *rejection, "{}: {object}", case.id);
        }
        assert_ne!(object["cause"], "no-trusted-recipients", "{}: the recipients have reasons of their own", case.id);
    }
}

#[test]
fn several_messages_give_one_object_with_a_list() {
    let mbox = ["From a@b.example Mon Jun  1 12:00:00 2026\n", "From: a@a.example\nTo: b@b.example\n\nx\n\n"].concat();
    let done = run_with_input(&["diagnose", "-", "--json"], mbox.repeat(2).as_bytes());
    let object = done.object();
    assert_eq!(object["schema"], "sealscope.diagnoses/1");
    assert_eq!(object["diagnoses"].as_array().unwrap().len(), 2);
    assert_eq!(done.exit, 3);
}
