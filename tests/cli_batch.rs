//! `sealscope batch`, as operators and scripts call it.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use command::{Scratch, demo_folder, one_sentence, run};
use sealscope::workspace::demo;
use serde_json::Value;

const WRITTEN: &str = include_str!("../docs/json.md");

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn batch(arguments: &[&str]) -> command::Done {
    run(&[&["batch"], arguments, &["--workspace", demo_folder()]].concat())
}

/// A folder of the demo's messages and of files that are none or cannot be read.
fn corpus(scratch: &Scratch) -> String {
    let folder = scratch.path("corpus");
    fs::create_dir_all(format!("{folder}/in")).unwrap();
    for case in demo::CASES.iter().filter(|case| case.operation == sealscope::agent::Operation::Incoming) {
        fs::copy(command::message(case.id), format!("{folder}/in/{}.bsmtp", case.id)).unwrap();
    }
    fs::write(format!("{folder}/notes.txt"), "no message at all").unwrap();
    fs::write(format!("{folder}/broken.bsmtp"), "EHLO x\r\nMAIL FROM:<a@a.example>\r\nnonsense\r\n").unwrap();
    folder
}

#[test]
fn a_folder_is_summed_up_by_cause() {
    let scratch = Scratch::new();
    let done = batch(&[&corpus(&scratch)]);
    let text = done.text();
    assert_eq!(done.exit, 3, "{text} {}", done.stderr);
    for line in [
        "13 messages: 3 accepted, 1 accepted with recipients left out, 8 rejected, 1 not judged",
        "1 file is no message and was passed over",
        "      1  rejected  digest-mismatch",
        "  such as  in/06-tampered-body.bsmtp",
        "renew the certificate that ended on",
        "  in/08-wrong-key.bsmtp: rejected, no-trusted-recipients; not-decryptable",
        "broken.bsmtp",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let quiet = batch(&[&corpus(&scratch), "--quiet"]);
    assert_eq!(quiet.text().lines().count(), 1, "{}", quiet.text());
}

#[test]
fn the_demo_is_as_it_is_made_to_be() {
    let done = batch(&["--expect", "demo"]);
    assert_eq!(done.exit, 0, "{} {}", done.text(), done.stderr);
    assert!(done.text().contains("As expected: all 15 messages"), "{}", done.text());
}

#[test]
fn json_is_a_line_for_each_message_and_one_for_the_whole_each_member_written_down() {
    let scratch = Scratch::new();
    let done = batch(&[&corpus(&scratch), "--json"]);
    let lines = lines(&done.text());
    assert_eq!(lines.len(), 15);
    let (whole, messages) = lines.split_last().unwrap();
    assert_eq!(whole["schema"], "sealscope.batch/1");
    assert_eq!((&whole["messages"], &whole["rejected"], &whole["complete"]), (&13.into(), &8.into(), &true.into()));
    for (index, message) in messages.iter().enumerate() {
        assert_eq!((&message["schema"], &message["index"]), (&"sealscope.batch-message/1".into(), &index.into()));
    }
    let mut known = BTreeSet::new();
    lines
        .iter()
        .chain(&self::lines(&batch(&["--expect", "demo", "--json"]).text()))
        .for_each(|one| members(one, &mut known));
    let missing: Vec<&String> = known.iter().filter(|name| !WRITTEN.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/json.md does not name {missing:?}");
}

fn members(value: &Value, known: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, inner)| {
            known.insert(name.clone());
            members(inner, known);
        }),
        Value::Array(list) => list.iter().for_each(|inner| members(inner, known)),
        _ => {}
    }
}

#[test]
fn a_baseline_holds_until_something_comes_out_otherwise() {
    let scratch = Scratch::new();
    let folder = corpus(&scratch);
    // Inside the folder: what was expected is no message of it.
    let (baseline, junit) = (format!("{folder}/expected.jsonl"), scratch.path("results.xml"));
    assert_eq!(batch(&[&folder, "--write-expected", &baseline]).exit, 3);
    let held = batch(&[&folder, "--expect", &baseline, "--junit", &junit]);
    assert_eq!(held.exit, 0, "{} {}", held.text(), held.stderr);
    assert!(held.text().contains("As expected: all 13 messages"));
    assert!(fs::read_to_string(&junit).unwrap().contains("failures=\"0\""));

    fs::copy(command::message("01-good"), format!("{folder}/in/06-tampered-body.bsmtp")).unwrap();
    fs::rename(format!("{folder}/in/01-good.bsmtp"), format!("{folder}/in/renamed.bsmtp")).unwrap();
    let broken = batch(&[&folder, "--expect", &baseline, "--junit", &junit]);
    assert_eq!(broken.exit, 3);
    let text = broken.text();
    for line in [
        "Not as expected: 11 as expected, 1 otherwise, 1 missing, 1 of which nothing is expected",
        "in/06-tampered-body.bsmtp: verdict should be rejected and is accepted; code should be digest-mismatch and is none",
        "  in/01-good.bsmtp",
        "  in/renamed.bsmtp",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let xml = fs::read_to_string(&junit).unwrap();
    for part in ["type=\"mismatch\"", "type=\"missing\"", "type=\"unexpected\"", "expected rejected, found accepted"] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
    assert!(!xml.contains("b.example") && !xml.contains("alice"), "{xml}");
}

// The schema that Jenkins and Surefire readers go by, as far as xmllint can hold a document against a grammar.
#[test]
fn the_junit_report_is_well_formed_for_another_reader() {
    let scratch = Scratch::new();
    let junit = scratch.path("results.xml");
    batch(&[&corpus(&scratch), "--junit", &junit]);
    let checked = Command::new("xmllint").arg("--noout").arg(&junit).stderr(Stdio::piped()).output();
    match checked {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            assert!(std::env::var_os("SEALSCOPE_REQUIRE_PEERS").is_none(), "xmllint is not installed");
            eprintln!("!! SKIPPED the_junit_report_is_well_formed_for_another_reader: xmllint is not installed");
        }
    }
    let xml = fs::read_to_string(&junit).unwrap();
    for part in
        ["<testsuite name=\"in\"", "tests=\"14\"", "classname=\"in\"", "<skipped", "<error ", "type=\"expired\""]
    {
        assert!(xml.contains(part), "{part}: {xml}");
    }
}

#[test]
fn what_cannot_be_used_is_one_sentence() {
    let scratch = Scratch::new();
    one_sentence(&batch(&["no-such-folder"]), 1, &["no-such-folder", "there is no such file or folder"]);
    let wrong = scratch.file("wrong.jsonl", "{\"file\":\"a\",\"verdict\":\"fine\"}\n");
    one_sentence(&batch(&["--expect", &wrong]), 1, &["wrong.jsonl", "line 1", "fine"]);
    one_sentence(&batch(&["-"]), 2, &["batch is read from files"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_what_is_known() {
    let scratch = Scratch::new();
    let from = "From alice@a.example Mon Jun  1 12:00:00 2026\n";
    let letter = "From: alice@a.example\nTo: bob@b.example\nSubject: x\n\nIn the clear.\n\n";
    let many = scratch.file("many.mbox", format!("{from}{letter}").repeat(200_000));
    let arguments = ["batch", &many, "--json", "--jobs", "1", "--workspace", demo_folder()];
    let mut child = command::command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut reader = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    std::io::BufRead::read_line(&mut reader, &mut first).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut reader, &mut rest).unwrap();
    let lines = lines(&rest);
    let whole = lines.last().unwrap();
    assert_eq!((&whole["schema"], &whole["complete"]), (&"sealscope.batch/1".into(), &false.into()));
    // The first line was read before.
    assert_eq!(whole["messages"], lines.len());
    assert_eq!(child.wait().unwrap().code(), Some(3), "messages were rejected before it ended");
}
