//! The program as scripts and people use it: verdicts, exit statuses, JSON, standard input and output.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use sealscope::workspace::demo;
use time::{Duration, OffsetDateTime};

use command::{Scratch, command, content, demo_folder, message, one_sentence, run, run_with_input};

#[test]
fn the_demo_sends_and_receives_over_dns_and_exits_0() {
    let scratch = Scratch::new();
    let done = run(&["demo", "--workspace", &scratch.path("demo")]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    let text = done.text();
    assert_eq!(text.matches("Accepted for").count(), 2, "{text}");
    assert_eq!(text.matches("\nSteps\n").count(), 2, "{text}");
    assert!(
        text.contains("asked dns at 127.0.0.1:") && text.contains("over tcp") && text.contains("over udp"),
        "{text}"
    );
    assert!(text.contains("eve@elsewhere.example  removed"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colour in a pipe");

    let again = run(&["demo", "--workspace", &scratch.path("demo"), "--json"]).object();
    assert_eq!(again["schema"], "sealscope.demo/1");
    assert_eq!(again["outgoing"]["recipients"][1]["reason"]["code"], "certificate-not-found");
    assert_eq!(again["incoming"]["verdict"], "accepted");
}

#[test]
fn the_demo_is_not_made_in_a_workspace_of_ones_own() {
    let scratch = Scratch::new();
    let own = scratch.path("own");
    fs::create_dir(&own).unwrap();
    fs::write(format!("{own}/letter.txt"), "mine").unwrap();
    one_sentence(&run(&["demo", "--workspace", &own]), 1, &["own", "--workspace"]);
    assert_eq!(content(&own).len(), 1);
}

#[test]
fn an_accepted_message_exits_0_also_when_a_recipient_was_removed() {
    let done = run(&["incoming", &message("02-one-of-two-untrusted"), "--workspace", demo_folder()]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    let text = done.text();
    assert!(text.starts_with("Accepted for 1 of 2 recipients; carol@b.example removed"), "{text}");
    for word in ["Because", "Try", "Found", "Expected", "Steps", "Findings", "no-path-to-anchor"] {
        assert!(text.contains(word), "no “{word}” in: {text}");
    }
}

#[test]
fn a_rejected_message_exits_3_and_writes_nothing() {
    let scratch = Scratch::new();
    let out = scratch.path("out.eml");
    let done = run(&["incoming", &message("06-tampered-body"), "--workspace", demo_folder(), "-o", &out]);
    assert_eq!(done.exit, 3, "{}", done.stderr);
    assert!(done.text().starts_with("Rejected: "), "{}", done.text());
    assert!(!Path::new(&out).exists());
}

#[test]
fn every_demo_message_comes_out_as_its_case_says() {
    for case in &demo::CASES {
        let verb = case.operation.as_str();
        let done = run(&[verb, &message(case.id), "--workspace", demo_folder(), "--via", "local", "--json"]);
        let object = done.object();
        let code = case.rejection.map(|code| code.as_str());
        assert_eq!(object["rejection"]["code"].as_str(), code, "{}", case.id);
        assert_eq!(done.exit, if code.is_some() { 3 } else { 0 }, "{}", case.id);
    }
}

#[test]
fn json_has_the_members_that_scripts_depend_on() {
    let done = run(&["incoming", &message("02-one-of-two-untrusted"), "--workspace", demo_folder(), "--json"]);
    let object = done.object();
    assert_eq!(done.stderr, "");
    for member in [
        "schema",
        "operation",
        "profile",
        "evaluated_at",
        "verdict",
        "rejection",
        "sender",
        "recipients",
        "domain_recipients",
        "untrusted_recipients",
        "signers",
        "recipient_infos",
        "content_encryption",
        "steps",
        "findings",
    ] {
        assert!(object.get(member).is_some(), "no {member}");
    }
    assert_eq!(object["schema"], "sealscope.outcome/1");
    for member in ["address", "local", "outcome", "reason"] {
        assert!(object["recipients"][1].get(member).is_some(), "no {member}");
    }
    for member in [
        "subject",
        "issuer",
        "serial",
        "sha256",
        "digest",
        "signature_algorithm",
        "signature",
        "bound_to_sender",
        "path",
        "reasons",
    ] {
        assert!(object["signers"][0].get(member).is_some(), "no {member}");
    }
    for member in ["kind", "identifier", "key_encryption", "key_held_by"] {
        assert!(object["recipient_infos"][0].get(member).is_some(), "no {member}");
    }
    for member in ["rule", "clause", "severity", "detail", "span"] {
        assert!(object["findings"][0].get(member).is_some(), "no {member}");
    }
    for member in ["step", "outcome", "findings"] {
        assert!(object["steps"][0].get(member).is_some(), "no {member}");
    }
}

#[test]
fn what_is_sent_is_received_octet_for_octet_through_pipes() {
    let scratch = Scratch::new();
    let letter = b"From: alice@a.example\r\nTo: bob@b.example\r\nSubject: x\r\n\r\nno final line end".to_vec();
    let file = scratch.file("letter.eml", &letter);
    let (workspace, out) = (demo_folder(), scratch.path("inside.eml"));
    let sent = run(&["outgoing", &file, "--workspace", workspace, "--via", "local", "-o", "-"]);
    assert_eq!(sent.exit, 0, "{}", sent.stderr);
    assert!(sent.stderr.contains("Accepted for 1 recipient"), "the account goes to standard error: {}", sent.stderr);
    assert!(!sent.text().contains("Subject"), "{}", sent.text());

    let envelope = ["--from", "alice@a.example", "--to", "bob@b.example"];
    let mut arguments = vec!["incoming", "-", "--workspace", workspace, "-o", out.as_str()];
    arguments.extend(envelope);
    let received = run_with_input(&arguments, &sent.stdout);
    assert_eq!(received.exit, 0, "{}{}", received.text(), received.stderr);
    assert_eq!(fs::read(&out).unwrap(), letter);

    let piped = run_with_input(&["incoming", "-", "--workspace", workspace, "-o", "-", "-q"], &sent.stdout);
    assert_eq!(piped.stdout, letter);
}

#[test]
fn an_output_ending_in_bsmtp_is_an_envelope_that_incoming_reads() {
    let scratch = Scratch::new();
    let out = scratch.path("out.bsmtp");
    let case = message("05-recipient-certificate-missing");
    let sent = run(&["outgoing", &case, "--workspace", demo_folder(), "--via", "local", "-o", &out]);
    assert_eq!(sent.exit, 0, "{}", sent.stderr);
    let envelope = fs::read_to_string(&out).unwrap();
    assert!(envelope.contains("RCPT TO:<bob@b.example>") && !envelope.contains("eve@"), "{envelope}");
    assert_eq!(run(&["incoming", &out, "--workspace", demo_folder()]).exit, 0);
}

#[test]
fn an_offline_run_says_that_the_dns_was_not_asked() {
    let case = message("05-recipient-certificate-missing");
    let object = run(&["outgoing", &case, "--workspace", demo_folder(), "--json"]).object();
    let findings = object["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["rule"] == "outgoing.dns-method"), "{findings:?}");
    let methods: Vec<_> = object["recipients"][0]["lookups"].as_array().unwrap().iter().map(|l| &l["method"]).collect();
    assert!(methods.iter().all(|method| **method == "local"), "{methods:?}");
}

#[test]
fn several_messages_of_a_file_are_each_judged_and_the_worst_is_the_exit_status() {
    let scratch = Scratch::new();
    let both = [fs::read(message("01-good")).unwrap(), fs::read(message("06-tampered-body")).unwrap()].concat();
    let file = scratch.file("both.bsmtp", both);
    let done = run(&["incoming", &file, "--workspace", demo_folder(), "--json"]);
    assert_eq!(done.exit, 3, "{}", done.stderr);
    let object = done.object();
    assert_eq!(object["schema"], "sealscope.outcomes/1");
    assert_eq!(object["outcomes"].as_array().unwrap().len(), 2);

    let first = run(&["incoming", &file, "--workspace", demo_folder(), "--transaction", "1", "--json"]);
    assert_eq!(
        (first.exit, first.object()["schema"].as_str().unwrap().to_owned()),
        (0, "sealscope.outcome/1".to_owned())
    );
    let neither = run(&["incoming", &file, "--workspace", demo_folder(), "-o", &scratch.path("one.eml")]);
    one_sentence(&neither, 2, &["--transaction"]);
    one_sentence(&run(&["incoming", &file, "--workspace", demo_folder(), "--transaction", "3"]), 2, &["2 messages"]);
}

#[test]
fn evaluating_at_an_earlier_time_changes_the_verdict() {
    let expired = message("09-expired-signer");
    let then = OffsetDateTime::now_utc() - Duration::days(100);
    let then = then.format(&time::format_description::well_known::Rfc3339).unwrap();
    assert_eq!(run(&["incoming", &expired, "--workspace", demo_folder()]).exit, 3);
    let done = run(&["incoming", &expired, "--workspace", demo_folder(), "--at", &then]);
    assert_eq!(done.exit, 0, "{}", done.text());
    let code =
        run(&["incoming", &expired, "--workspace", demo_folder(), "--json"]).object()["rejection"]["code"].clone();
    assert_eq!(code, "expired");
}

#[test]
fn inspect_needs_no_workspace_and_no_key() {
    let done = run(&["inspect", &message("01-good"), "--json"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    let object = done.object();
    assert_eq!(object["messages"][0]["envelope"]["from"], "alice@a.example");
    let cms = &object["messages"][0]["layers"][0]["cms"];
    assert_eq!(cms["kind"], "enveloped-data");
    assert_eq!(cms["recipient_infos"].as_array().unwrap().len(), 2);
    let text = run(&["inspect", &message("01-good")]).text();
    assert!(text.contains("Encrypted (enveloped-data)"), "{text}");
}

#[test]
fn lookup_finds_what_the_workspace_keeps_and_says_where_it_looked() {
    let done = run(&["lookup", "bob@b.example", "--via", "local", "--workspace", demo_folder(), "--json"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    let object = done.object();
    assert_eq!(object["certificates"][0]["bound_by"], "address");
    assert_eq!(object["lookups"].as_array().unwrap().len(), 2);
    let nobody = run(&["lookup", "nobody@nowhere.example", "--via", "local", "--workspace", demo_folder()]);
    assert_eq!(nobody.exit, 3, "{}", nobody.text());
}

#[test]
fn a_name_server_that_nobody_runs_is_an_error_and_not_an_empty_answer() {
    let closed = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = closed.local_addr().unwrap().to_string();
    let done = run(&["lookup", "x.example", "--via", "dns", "--dns-server", &server]);
    assert_eq!(done.exit, 1, "{}", done.text());
    assert!(done.text().contains("cannot be reached"), "{}", done.text());
}

#[test]
fn wrong_use_exits_2() {
    for arguments in [
        vec!["incoming"],
        vec!["incoming", "x.eml", "--profile", "none-such"],
        vec!["incoming", "x.eml", "--at", "yesterday"],
        vec!["incoming", "x.eml", "--to", "not an address"],
        vec!["lookup", "x.example", "--dns-server", "nowhere"],
        vec!["keys", "import", "x.p12"],
        vec!["--no-such-option"],
        vec!["inspct"],
    ] {
        let done = run(&arguments);
        assert_eq!(done.exit, 2, "{arguments:?}: {}", done.stderr);
        assert!(done.stdout.is_empty() && !done.stderr.is_empty(), "{arguments:?}");
    }
    let both = run(&["incoming", &message("01-good"), "--workspace", demo_folder(), "--json", "-o", "-"]);
    assert_eq!(both.exit, 2);
    assert_eq!(both.object()["schema"], "sealscope.error/1");
    assert_eq!(run(&["--json"]).exit, 2);
}

#[test]
fn help_and_version_exit_0() {
    let help = run(&["--help"]);
    assert_eq!(help.exit, 0);
    assert!(help.text().contains("Exit status:"), "{}", help.text());
    assert_eq!(run(&["incoming", "--help"]).exit, 0);
    assert_eq!(run(&["--version"]).exit, 0);
}

#[cfg(unix)]
#[test]
fn an_error_under_json_is_one_object_too() {
    let done = run(&["incoming", "missing.eml", "--json"]);
    assert_eq!(done.exit, 1);
    assert_eq!(done.object()["schema"], "sealscope.error/1");
    assert!(done.stderr.contains("missing.eml"));
}

#[test]
fn control_characters_out_of_a_message_do_not_reach_the_terminal() {
    let scratch = Scratch::new();
    let hostile = "From: a@b.example\r\nTo: c@d.example\r\nSubject: \u{1b}]0;owned\u{7}\u{202e}x\r\n\
                   Content-Type: text/\u{1b}[2J\r\n\r\nx\r\n";
    let file = scratch.file("hostile\u{1b}[31m.eml", hostile);
    for verb in ["inspect", "incoming", "outgoing"] {
        let done = run(&[verb, &file, "--verbose"]);
        let all = format!("{}{}", done.text(), done.stderr);
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{all:?}");
    }
    let missing = run(&["inspect", "no\u{1b}[2Jsuch\u{202e}file.eml"]);
    assert!(!missing.stderr.contains(['\u{1b}', '\u{202e}']), "{:?}", missing.stderr);
}

#[test]
fn without_a_display_the_window_names_the_demo() {
    let done = run(&[]);
    one_sentence(&done, 1, &["sealscope demo"]);
}

#[test]
fn the_lab_name_server_publishes_the_workspace_and_ends_when_asked() {
    use std::io::{BufRead, BufReader};
    let mut server = command(&["lab", "dns", "--port", "0", "--workspace", demo_folder()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let address = first.split([' ', ',']).nth(2).unwrap().to_owned();
    let done = run(&["lookup", "bob@b.example", "--via", "dns", "--dns-server", &address, "--json"]);
    assert_eq!(done.exit, 0, "{first}: {}{}", done.text(), done.stderr);
    assert!(lines.next().unwrap().unwrap().contains("bob.b.example."));
    #[cfg(unix)]
    {
        // The shell's own `kill`: a small system has no program of that name.
        let ended = Command::new("sh").args(["-c", &format!("kill -TERM {}", server.id())]).status().unwrap();
        assert!(ended.success());
        assert_eq!(server.wait().unwrap().code(), Some(0));
    }
    #[cfg(not(unix))]
    server.kill().unwrap();
}

#[test]
fn verbose_tells_each_candidate_path_and_what_did_not_hold() {
    let file = message("02-one-of-two-untrusted");
    let short = run(&["incoming", &file, "--workspace", demo_folder()]).text();
    assert!(!short.contains("Candidate paths for"), "{short}");
    let text = run(&["incoming", &file, "--workspace", demo_folder(), "--verbose"]).text();
    for words in [
        "Candidate paths for bob@b.example",
        ": good, ",
        ": refused, ",
        "issuer-known failed",
        "(from authorities, anchors)",
    ] {
        assert!(text.contains(words), "no “{words}” in: {text}");
    }
}
