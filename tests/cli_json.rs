//! What `--json` prints is written down, member for member.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeSet;

use sealscope::workspace::demo;
use serde_json::Value;

use command::{Scratch, demo_folder, key_files, message, run};

const WRITTEN: &str = include_str!("../docs/json.md");

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

fn written(objects: &[Value]) {
    let mut known = BTreeSet::new();
    objects.iter().for_each(|object| members(object, &mut known));
    let missing: Vec<&String> = known.iter().filter(|name| !WRITTEN.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/json.md does not name {missing:?}");
}

fn object(arguments: &[&str]) -> Value {
    run(&[arguments, &["--json"]].concat()).object()
}

#[test]
fn every_member_of_an_outcome_and_an_inspection_is_written_down() {
    let mut objects = Vec::new();
    for case in &demo::CASES {
        let file = message(case.id);
        objects.push(object(&[case.operation.as_str(), &file, "--workspace", demo_folder(), "--via", "local"]));
        objects.push(object(&["inspect", &file]));
    }
    objects.push(object(&["incoming", "missing.eml", "--workspace", demo_folder()]));
    objects.push(object(&["demo", "--workspace", demo_folder()]));
    objects.push(object(&["profiles"]));
    objects.push(object(&["workspace", "check", "--workspace", demo_folder()]));
    written(&objects);
}

#[test]
fn every_member_that_the_store_prints_is_written_down() {
    let scratch = Scratch::new();
    let (p12, pem) = key_files(&scratch, "dora@d.example", "secret");
    let (store, words) = (scratch.path("store"), scratch.file("words.txt", "right"));
    let with =
        |arguments: &[&str]| object(&[arguments, &["--workspace", &store, "--passphrase-file", &words]].concat());
    let dora = ["--for", "dora@d.example"];
    let mut objects: Vec<Value> = ["keys", "certs", "anchors", "authorities", "crls"]
        .map(|store| object(&[store, "list", "--workspace", demo_folder()]))
        .into();
    objects.push(with(&[&["keys", "import", &p12, "--file-passphrase", "secret"], &dora[..]].concat()));
    let name = objects.last().unwrap()["imported"][0]["name"].as_str().unwrap().to_owned();
    objects.push(with(&[&["keys", "export", &name, "-o", &scratch.path("out.p12")], &dora[..]].concat()));
    objects.push(with(&[&["keys", "remove", &name], &dora[..]].concat()));
    objects.push(with(&["anchors", "add", &pem, "--for", "d.example"]));
    objects.push(with(&["lookup", "dora@d.example", "--via", "local"]));
    objects.push(object(&["inspect", &p12, "--file-passphrase", "secret"]));
    objects.push(object(&["inspect", &pem]));
    written(&objects);
}

#[test]
fn every_member_of_a_report_is_written_down() {
    let mut objects = Vec::new();
    for case in &demo::CASES {
        let direction: &[&str] = if case.operation.as_str() == "outgoing" { &["--outgoing"] } else { &[] };
        for masking in [&[][..], &["--mask-names"], &["--unredacted"]] {
            let file = message(case.id);
            let arguments = ["report", &file, "--workspace", demo_folder(), "--via", "local"];
            objects.push(object(&[&arguments[..], direction, masking].concat()));
        }
    }
    written(&objects);
}
