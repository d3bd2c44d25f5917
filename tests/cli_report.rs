//! `sealscope report`, as operators and scripts call it.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::fs;

use command::{Scratch, demo_folder, message, one_sentence, run};

const CASE: &str = "11-missing-intermediate";

fn report(arguments: &[&str]) -> command::Done {
    let file = message(CASE);
    run(&[&["report", &file, "--workspace", demo_folder()], arguments].concat())
}

#[test]
fn markdown_goes_to_standard_output_and_the_exit_status_is_the_verdict() {
    let done = report(&[]);
    assert_eq!((done.exit, done.stderr.as_str()), (3, ""));
    let text = done.text();
    assert!(text.starts_with("# Rejected\n\nNo local recipient trusts the sender"), "{text}");
    assert!(text.contains("(`no-trusted-recipients`)") && text.ends_with('\n'), "{text}");
    let accepted = run(&["report", &message("01-good"), "--workspace", demo_folder()]);
    assert_eq!(accepted.exit, 0, "{}", accepted.stderr);
    assert!(accepted.text().starts_with("# Accepted\n"), "{}", accepted.text());
}

#[test]
fn the_ending_of_the_file_chooses_the_format_and_what_is_masked_is_told() {
    let scratch = Scratch::new();
    for (name, start) in
        [("a.html", "<!DOCTYPE html>"), ("a.md", "# Rejected"), ("a.json", "{"), ("b.HTM", "<!DOCTYPE")]
    {
        let out = scratch.path(name);
        let done = report(&["-o", &out]);
        assert_eq!(done.exit, 3, "{}", done.stderr);
        assert!(fs::read_to_string(&out).unwrap().starts_with(start), "{name}");
        let text = done.text();
        assert!(
            text.starts_with("Rejected: ") && text.contains("  Redacted: ") && text.contains("header values"),
            "{text}"
        );
    }
    let quiet = report(&["-o", &scratch.path("c.md"), "--quiet"]);
    assert_eq!(quiet.text().lines().count(), 1, "{}", quiet.text());
    one_sentence(&report(&["-o", &scratch.path("a.txt")]), 2, &["a.txt", ".html", "--format"]);
    let chosen = report(&["-o", &scratch.path("a.txt"), "--format", "markdown"]);
    assert_eq!(chosen.exit, 3, "{}", chosen.stderr);
}

#[test]
fn a_file_that_exists_is_kept_unless_force_is_given_and_the_message_always() {
    let scratch = Scratch::new();
    let out = scratch.file("ticket.md", "mine");
    one_sentence(&report(&["-o", &out]), 1, &["ticket.md", "exists already", "--force"]);
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    assert_eq!(report(&["-o", &out, "--force"]).exit, 3);
    assert!(fs::read_to_string(&out).unwrap().starts_with("# Rejected"));
    let copy = scratch.file("letter.md", fs::read(message(CASE)).unwrap());
    let done = run(&["report", &copy, "--workspace", demo_folder(), "-o", &copy, "--force"]);
    one_sentence(&done, 2, &["letter.md", "message itself"]);
}

#[test]
fn json_is_one_object_however_it_is_asked_for() {
    for arguments in [&["--json"][..], &["--format", "json"], &["-o", "-", "--format", "json"]] {
        let object = report(arguments).object();
        assert_eq!(object["schema"], "sealscope.report/1");
        assert_eq!(object["redaction"], "redacted");
        assert_eq!(object["parts"][0]["code"], "no-trusted-recipients");
    }
    let both = report(&["--json", "--format", "html"]);
    assert!(both.exit == 2 && both.stderr.contains("leave out --format"), "{}", both.stderr);
}

#[test]
fn how_much_is_masked_is_chosen_and_stands_in_the_report() {
    let of = |arguments: &[&str]| report(arguments).text();
    let full = of(&["--unredacted"]);
    assert!(full.contains("alice\\@a.example") && full.contains("Do not send this report"), "{full}");
    let [redacted, nameless] = [of(&[]), of(&["--mask-names"])];
    for text in [&redacted, &nameless] {
        assert!(!text.contains("broken chain") && !text.contains("alice@"), "{text}");
    }
    assert!(redacted.contains("b.example") && !nameless.contains("b.example"), "{nameless}");
    assert!(nameless.contains("Redacted without names"), "{nameless}");
    assert_eq!(report(&["--unredacted", "--mask-names"]).exit, 2);
}

#[test]
fn a_message_that_is_to_be_sent_is_reported_on_with_its_lookups() {
    let file = message("05-recipient-certificate-missing");
    let done = run(&["report", &file, "--outgoing", "--workspace", demo_folder(), "--via", "local"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    let text = done.text();
    for told in ["# Accepted for some", "## Lookups", "certificate-not-found", "sealscope outgoing message.eml"] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    assert!(!text.contains("eve@") && !text.contains("eve.elsewhere"), "{text}");
}

#[test]
fn several_messages_of_a_file_are_parts_of_one_report() {
    let scratch = Scratch::new();
    let both = [fs::read(message("01-good")).unwrap(), fs::read(message(CASE)).unwrap()].concat();
    let file = scratch.file("both.bsmtp", both);
    let done = run(&["report", &file, "--workspace", demo_folder(), "--json"]);
    assert_eq!(done.exit, 3, "{}", done.stderr);
    let object = done.object();
    let verdicts: Vec<&str> =
        object["parts"].as_array().unwrap().iter().map(|part| part["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["accepted", "rejected"]);
}
