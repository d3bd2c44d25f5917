//! The conformance rows, one by one: for each a message that passes it and one that does not.
//!
//! A row that only shows, or that nobody can check with one message, is exempt and named below. `cargo test --test
//! conformance -- --nocapture` prints how each row came out over its messages.
#![cfg(test)]
#![allow(clippy::too_many_lines, reason = "the cases are tables, and a row is a change of octets")]

mod support;

#[path = "conformance/fields.rs"]
mod fields;
#[path = "conformance/parts.rs"]
mod parts;
#[path = "conformance/sealed.rs"]
mod sealed;
#[path = "conformance/signed.rs"]
mod signed;

use std::collections::{BTreeMap, BTreeSet};

use sealscope::agent::Report;
use sealscope::conformance::{Checked, Place, RowResult, RowSeverity, Suite, check, count, rows};
use sealscope::mail::Envelope;
use sealscope::span::Span;
use sealscope::workspace::demo;
use serde_json::Value;

use support::command::{Scratch, demo_folder, message as demo_message, run};
use support::{ALICE, BOB, CAROL, Circle, alice_and_bob, arrived, envelope, message};

/// A message, and what one row must say of it.
pub(crate) struct Case {
    pub(crate) id: &'static str,
    pub(crate) place: Place,
    pub(crate) expected: RowResult,
    pub(crate) what: String,
    pub(crate) envelope: Envelope,
    pub(crate) report: Option<Report>,
}

/// Rows that accuse nobody, or that one message cannot show.
const NEVER_FAIL: [&str; 1] = ["DT-MDN-UNREQUESTED"];

fn is_stub(id: &str) -> bool {
    let number = id.strip_prefix("DTS-").and_then(|number| number.parse::<u32>().ok());
    number.is_some_and(|number| number == 163 || ((168..=183).contains(&number) && number != 182))
}

fn cases() -> Vec<Case> {
    let mut cases = fields::cases();
    cases.extend(parts::cases());
    cases.extend(signed::cases());
    cases.extend(sealed::cases());
    cases
}

fn of<'c>(checked: &'c [Checked], id: &str, place: Place) -> &'c Checked {
    let found = checked.iter().find(|row| row.row.id == id && row.place == place);
    found.unwrap_or_else(|| panic!("no row {id} of {place}"))
}

/// That a span lies in a buffer of the message or of the account.
fn lies_inside(span: Span, envelope: &Envelope, report: Option<&Report>) -> bool {
    let known = report.and_then(|report| report.buffer(span.buffer)).map(|buffer| buffer.octets().len());
    let length = known.unwrap_or_else(|| envelope.message.octets().len());
    span.start <= span.end && (known.is_none() && report.is_none() || span.end <= length)
}

#[test]
fn each_row_passes_one_message_and_refuses_another() {
    let mut seen: BTreeMap<&str, BTreeSet<RowResult>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases() {
        let checked = check(&case.envelope, case.report.as_ref());
        let row = of(&checked, case.id, case.place);
        if row.result != case.expected {
            wrong.push(format!(
                "{} of {}: {}: {} instead of {} (found {:?})",
                case.id, case.place, case.what, row.result, case.expected, row.found
            ));
        }
        if let Some(span) = row.span {
            assert!(lies_inside(span, &case.envelope, case.report.as_ref()), "{}: {span:?}", case.id);
        }
        seen.entry(case.id).or_default().insert(row.result);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut lacking = Vec::new();
    for row in
        rows().filter(|row| !is_stub(row.id) && row.severity != RowSeverity::Info && !NEVER_FAIL.contains(&row.id))
    {
        let results = seen.get(row.id).cloned().unwrap_or_default();
        let fails = if row.severity == RowSeverity::Warning { RowResult::Warning } else { RowResult::Fail };
        // The transport of keys is in force, and the tool forgives it.
        let fails = if row.id == "DT-KEY-TRANSPORT" { RowResult::Warning } else { fails };
        if !results.contains(&RowResult::Pass) || !results.contains(&fails) {
            lacking.push(format!("{}: only {results:?}", row.id));
        }
        println!("{:28}{results:?}", row.id);
    }
    assert!(lacking.is_empty(), "rows without a message for each answer:\n{}", lacking.join("\n"));
}

#[test]
fn the_table_has_every_row_once_and_says_what_it_wants() {
    let mut ids = BTreeSet::new();
    for row in rows() {
        assert!(ids.insert(row.id), "{} is there twice", row.id);
        assert!(!row.rule.is_empty() && !row.clause.is_empty() && !row.rule.ends_with('.'), "{}", row.id);
        assert!(row.severity == RowSeverity::Info || is_stub(row.id) || !row.expected.is_empty(), "{}", row.id);
        let prefix = match row.suite {
            Suite::Ett => "DTS-",
            Suite::DirectTrust => "DT-",
            Suite::Statement12 => "AS12-",
            Suite::Statement13 => "AS13-",
        };
        assert!(row.id.starts_with(prefix), "{}", row.id);
    }
    // The identifiers of the Edge Testing Tool's own table.
    for id in "196 103-105 104-106 197 107 108 109 110 111 112 113 114 115 116 117 118 119 120 121 122 123 124 125 126 127 128 \
               102b 199 200 204 133a 201 202 203 129 133b 160 205 206 207 139 151 152 155 158 182 190 133-145-146 191 192 \
               137-140 156 161-194 134-143 135-142-144 136-148-157 138-149 195 164 166 167 165 225 240 C4 C5 C7 C1 163 168 169 \
               170 171 172 173 174 175 176 177 178 179 180 181 183 450 451 452 453 454 455 456 457 458 459 460 461 462 463 \
               464 465 466"
        .split_whitespace()
    {
        assert!(ids.contains(format!("DTS-{id}").as_str()), "DTS-{id} is missing");
    }
}

#[test]
fn a_row_that_sums_others_up_comes_after_them() {
    let ids: Vec<&str> = rows().map(|row| row.id).collect();
    let place = |id: &str| ids.iter().position(|known| *known == id).unwrap();
    for (sum, parts) in
        [("DTS-199", ["DTS-113", "DTS-128"]), ("DTS-200", ["DTS-102b", "DTS-190"]), ("DTS-204", ["DTS-200", "DTS-195"])]
    {
        assert!(parts.iter().all(|part| place(part) < place(sum)), "{sum}");
    }
}

#[test]
fn what_the_tool_does_not_check_is_said_not_to_be_checked() {
    let checked = check(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB])), None);
    let stubs: Vec<&Checked> = checked.iter().filter(|row| is_stub(row.row.id)).collect();
    assert_eq!(stubs.len(), 16);
    assert!(stubs.iter().all(|row| row.result == RowResult::NotChecked && row.row.note.is_some()));
}

#[test]
fn what_our_agent_makes_fails_no_row() {
    let circle = Circle::new("Good");
    let mut world = alice_and_bob(&circle);
    for profile in sealscope::agent::ProfileName::ALL {
        world.profile = sealscope::agent::Profile::named(profile);
        // Nothing is published about revocation here, which is strict's business and not this test's.
        world.profile.revocation = sealscope::pki::RevocationPolicy::Report;
        let sent = world.outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap();
        // What was made, with what was sealed in it.
        let made = check(&sent.envelope, Some(&sent.report));
        let failed: Vec<&str> = made.iter().filter(|row| row.result == RowResult::Fail).map(|row| row.row.id).collect();
        assert!(failed.is_empty(), "made under {profile}: {failed:?}");
        assert_eq!(of(&made, "DT-RECIPIENT-KEY-USAGE", Place::Whole).result, RowResult::Pass);
        // What arrives, opened.
        let envelope = arrived(&sent);
        let received = world.incoming(&envelope).unwrap();
        let checked = check(&envelope, Some(&received.report));
        let failed: Vec<String> = checked
            .iter()
            .filter(|row| row.result == RowResult::Fail)
            .map(|row| format!("{} of {}: {}", row.row.id, row.place, row.found))
            .collect();
        assert!(failed.is_empty(), "received under {profile}: {failed:?}");
        assert!(count(&checked, RowResult::Pass) > 100);
    }
}

#[test]
fn without_a_key_the_outside_is_checked_and_the_inside_is_not() {
    let circle = Circle::new("Good");
    let sent = alice_and_bob(&circle).outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap();
    let checked = check(&arrived(&sent), None);
    assert_eq!(of(&checked, "DTS-133a", Place::Whole).result, RowResult::Pass);
    assert_eq!(of(&checked, "DTS-114", Place::Outer).result, RowResult::Pass);
    assert_eq!(of(&checked, "DT-CONTENT-CIPHER", Place::Whole).result, RowResult::Pass);
    for id in ["DTS-129", "DTS-133b", "DTS-GATE-SIGNED", "DTS-C1", "AS13-WRAPPED", "AS12-TRUSTED", "DTS-450"] {
        let row = of(&checked, id, Place::Whole);
        assert_eq!(row.result, RowResult::NotChecked, "{id}: {}", row.found);
    }
    assert!(checked.iter().all(|row| row.place != Place::Wrapped && row.place != Place::Inner));
    assert_eq!(count(&checked, RowResult::Fail), 0);
}

#[test]
fn octets_of_any_kind_give_rows_and_no_panic() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let sent = world.outgoing(&envelope(ALICE, &[BOB, CAROL], &message(ALICE, &[BOB]))).unwrap();
    let good = sent.envelope.message.octets().to_vec();
    let mut broken = vec![
        Vec::new(),
        b"\r\n\r\n".to_vec(),
        vec![0xff; 300],
        b"Content-Type: multipart/signed\r\n\r\n--\r\n".to_vec(),
    ];
    broken.extend((0..good.len()).step_by(211).map(|end| good[..end].to_vec()));
    for octets in broken {
        let envelope = envelope(ALICE, &[BOB], &octets);
        let report = match world.incoming(&envelope) {
            Ok(message) => message.report,
            Err(report) => *report,
        };
        assert!(check(&envelope, Some(&report)).len() > 100);
        assert!(check(&envelope, None).len() > 100);
    }
}

#[test]
fn many_parts_with_many_fields_are_checked_in_bounded_time() {
    let fields: String = (0..200).map(|number| format!("Content-X{number}: y\r\n")).collect();
    let part = format!("--b\r\n{fields}\r\nx\r\n");
    let list = vec!["a@b.example"; 5_000].join(",\r\n ");
    let header =
        format!("From: {list}\r\nTo: {list}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n");
    let message = format!("{header}{}--b--\r\n", part.repeat(1_200));
    let to: Vec<String> = (0..1_000).map(|number| format!("user{number}@b.example")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let started = std::time::Instant::now();
    let checked = check(&envelope(ALICE, &to, message.as_bytes()), None);
    assert_eq!(of(&checked, "AS13-RCPT-TO", Place::Whole).result, RowResult::Fail);
    assert!(started.elapsed() < std::time::Duration::from_secs(30), "{:?}", started.elapsed());
}

#[test]
fn what_a_message_says_cannot_steer_a_terminal() {
    let message =
        b"From: a\x1b[2J@a.example\r\nTo: \xe2\x80\xaeb@b.example\r\nX-\x1b: y\r\nMessage-ID: <\x1b@\x07>\r\n\r\n";
    for row in check(&envelope(ALICE, &[BOB], message), None) {
        assert!(!row.found.contains(['\x1b', '\x07', '\u{202e}']), "{}: {:?}", row.row.id, row.found);
    }
}

#[test]
fn the_demos_messages_conform_where_they_are_good() {
    for (id, fails) in [
        ("01-good", None),
        ("02-one-of-two-untrusted", None),
        ("13-two-signers-one-trusted", None),
        ("06-tampered-body", Some("DTS-C1")),
        ("09-expired-signer", Some("AS12-CURRENT")),
        ("12-signer-not-bound-to-sender", Some("AS13-BOUND")),
        ("14-unsigned-inside", Some("DTS-GATE-SIGNED")),
        ("08-wrong-key", Some("DTS-129")),
        ("11-missing-intermediate", Some("DT-TRUSTED-SIGNER")),
    ] {
        assert!(demo::CASES.iter().any(|case| case.id == id), "{id}");
        let done = run(&["check", &demo_message(id), "--workspace", demo_folder(), "--json"]);
        let object = done.object();
        assert_eq!(object["schema"], "sealscope.check/1");
        let failed: Vec<&str> = object["rows"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["result"] == "fail")
            .map(|row| row["id"].as_str().unwrap())
            .collect();
        match fails {
            None => assert_eq!((done.exit, failed), (0, Vec::new()), "{id}"),
            Some(row) => assert!(done.exit == 3 && failed.contains(&row), "{id}: {failed:?}"),
        }
    }
}

#[test]
fn a_message_that_was_encrypted_without_a_signature_is_read_all_the_same() {
    let done = run(&["check", &demo_message("14-unsigned-inside"), "--workspace", demo_folder(), "--json"]);
    let object = done.object();
    let rows = object["rows"].as_array().unwrap();
    let of = |id: &str, place: &str| rows.iter().find(|row| row["id"] == id && row["place"] == place).unwrap();
    assert_eq!(of("DTS-124", "wrapped")["found"], "DEMO unsigned");
    assert_eq!(of("DTS-124", "outer")["result"], "info");
    assert_eq!(of("DTS-GATE-WRAPPED", "whole")["result"], "fail");
}

#[test]
fn a_broken_signature_is_no_missing_path() {
    let done = run(&["check", &demo_message("06-tampered-body"), "--workspace", demo_folder(), "--json"]);
    let object = done.object();
    let result = |id: &str| {
        let rows = object["rows"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).map(|row| row["result"].clone()).unwrap()
    };
    assert_eq!(result("AS12-SIGNATURE"), "fail");
    for id in ["DT-TRUSTED-SIGNER", "AS12-TRUSTED", "AS13-TRUSTED", "AS13-UNREVOKED"] {
        assert_eq!(result(id), "not-checked", "{id}");
    }
}

#[test]
fn a_suite_can_be_chosen_and_the_summary_stands_alone() {
    let file = demo_message("01-good");
    let done = run(&["check", &file, "--workspace", demo_folder(), "--suite", "as-1.3", "--json"]);
    let object = done.object();
    let rows = object["rows"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["suite"] == "as-1.3"));
    let done = run(&["check", &file, "--workspace", demo_folder(), "-q"]);
    assert!(done.text().starts_with("Conforms: 0 rows fail") && done.text().lines().count() == 1, "{}", done.text());
    let done = run(&["check", &file, "--workspace", demo_folder(), "--suite", "ett,other"]);
    assert_eq!(done.exit, 2);
    assert!(done.stderr.contains("the suites are ett, directtrust, as-1.2 and as-1.3"), "{}", done.stderr);
}

#[test]
fn keys_can_be_left_locked() {
    let done = run(&["check", &demo_message("01-good"), "--workspace", demo_folder(), "--without-keys", "--json"]);
    let object = done.object();
    let result = |id: &str| {
        let rows = object["rows"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).map(|row| row["result"].clone()).unwrap()
    };
    assert_eq!((result("DTS-133a"), result("DTS-133b")), (Value::from("pass"), Value::from("not-checked")));
}

#[test]
fn every_member_of_the_rows_is_written_down() {
    let written = include_str!("../docs/json.md");
    let scratch = Scratch::new();
    let two = [demo_message("01-good"), demo_message("08-wrong-key")].map(|file| std::fs::read(file).unwrap()).concat();
    let file = scratch.file("two.bsmtp", two);
    let object = run(&["check", &file, "--workspace", demo_folder(), "--json"]).object();
    assert_eq!(object["checks"].as_array().unwrap().len(), 2);
    let one = &object["checks"][0];
    let names = object.as_object().unwrap().keys().chain(one.as_object().unwrap().keys());
    for name in names.chain(one["rows"][0].as_object().unwrap().keys()) {
        assert!(written.contains(&format!("`{name}`")), "docs/json.md does not name {name}");
    }
    for schema in ["sealscope.check/1", "sealscope.checks/1"] {
        assert!(written.contains(&format!("`{schema}`")));
    }
}
