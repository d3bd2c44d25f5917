//! Debian's `swaks` delivers to the lab's mail server: what arrives is what it sent, and abuses are refused.
#![cfg(test)]

#[path = "support/mailers.rs"]
mod mailers;
#[path = "support/mailroom.rs"]
mod mailroom;

use std::fs;
use std::process::{Command, Output};

use mailroom::Mailroom;
use sealscope::finding::Severity;
use sealscope::lab::smtp::{Received, SmtpConfig};
use tempfile::TempDir;

/// It has dots at line starts, a line of a dot alone, octets above 127 and blank lines at its end.
const MESSAGE: &[u8] = b"Subject: t\xe9st\r\nX-Y: z\r\n\r\n..two\r\n.\r\n.one\r\n\r\n\xff\xfe\r\n\r\n";

fn is_missing(test: &str) -> bool {
    mailers::is_missing("swaks", "swaks", test)
}

fn has_tls(test: &str) -> bool {
    let has =
        Command::new("perl").args(["-MNet::SSLeay", "-e", "1"]).output().is_ok_and(|output| output.status.success());
    if !has {
        mailers::skip("swaks has no TLS (Debian package libnet-ssleay-perl)", test);
    }
    has
}

struct Delivery {
    room: Mailroom,
    folder: TempDir,
}

impl Delivery {
    fn new() -> Self {
        Self { room: Mailroom::open(SmtpConfig::default()), folder: tempfile::tempdir().unwrap() }
    }

    /// Runs swaks with a message. It puts a line end after whatever it is given.
    fn swaks(&self, message: &[u8], arguments: &[&str]) -> Output {
        let path = self.folder.path().join("message");
        fs::write(&path, message.strip_suffix(b"\r\n").unwrap_or(message)).unwrap();
        let data = format!("@{}", path.display());
        let mut command = Command::new("swaks");
        command.current_dir(self.folder.path()).env("HOME", self.folder.path());
        command.args(["--server", &self.room.address().to_string(), "--data", &data, "--helo", "client.example"]);
        command.args(["--timeout", "60"]).args(arguments).output().unwrap()
    }

    #[track_caller]
    fn delivered(&self, message: &[u8], arguments: &[&str]) -> Received {
        let done = self.swaks(message, arguments);
        assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
        let kept = self.room.kept();
        assert_eq!(kept.len(), 1);
        assert!(kept[0].envelope.message.octets() == message, "the octets differ");
        kept[0].clone()
    }
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).chars().take(4_000).collect()
}

fn recipients(received: &Received) -> Vec<String> {
    received.envelope.forward_paths.iter().map(|address| address.as_str().to_owned()).collect()
}

#[test]
fn swaks_delivers_in_the_clear_octet_for_octet() {
    if is_missing("swaks_delivers_in_the_clear_octet_for_octet") {
        return;
    }
    let delivery = Delivery::new();
    let received = delivery.delivered(MESSAGE, &["--from", "alice@a.example", "--to", "bob@b.example"]);
    assert_eq!(received.envelope.reverse_path.to_string(), "alice@a.example");
    assert_eq!(recipients(&received), ["bob@b.example"]);
    assert_eq!((received.hello.as_str(), received.encryption), ("client.example", None));
}

#[test]
fn swaks_delivers_under_starttls_and_logs_in() {
    let test = "swaks_delivers_under_starttls_and_logs_in";
    if is_missing(test) || !has_tls(test) {
        return;
    }
    let delivery = Delivery::new();
    let login = ["--auth", "PLAIN", "--auth-user", "alice", "--auth-password", "open-sesame"];
    let envelope = ["--from", "alice@a.example", "--to", "bob@b.example", "-tls"];
    let received = delivery.delivered(MESSAGE, &[envelope.as_slice(), &login].concat());
    assert!(received.encryption.is_some_and(|words| words.starts_with("TLSv1.")));
    assert_eq!(received.user.as_deref(), Some("alice"));
    let told = delivery.room.transcript().join("\n");
    assert!(told.contains("C: AUTH PLAIN [not shown]"), "{told}");
    assert!(!told.contains("AGFsaWNl"), "{told}");
}

#[test]
fn swaks_delivers_to_a_hundred_recipients_pipelined_and_not() {
    if is_missing("swaks_delivers_to_a_hundred_recipients_pipelined_and_not") {
        return;
    }
    let hundred: Vec<String> = (1..=100).map(|number| format!("r{number}@b.example")).collect();
    let list = hundred.join(",");
    for more in [[].as_slice(), &["--pipeline"]] {
        let delivery = Delivery::new();
        let arguments = [["--from", "alice@a.example", "--to", &list].as_slice(), more].concat();
        let received = delivery.delivered(MESSAGE, &arguments);
        assert_eq!(recipients(&received), hundred, "{more:?}");
        assert!(!delivery.room.rules().contains(&"smtp.pipelining"), "{:?}", delivery.room.rules());
    }
}

#[test]
fn swaks_delivers_with_a_null_sender() {
    if is_missing("swaks_delivers_with_a_null_sender") {
        return;
    }
    let delivery = Delivery::new();
    let received = delivery.delivered(MESSAGE, &["--from", "<>", "--to", "bob@b.example"]);
    assert_eq!(received.envelope.reverse_path.address(), None);
}

#[test]
fn swaks_delivers_twenty_five_megabytes() {
    if is_missing("swaks_delivers_twenty_five_megabytes") {
        return;
    }
    let line = [b"0123456789".repeat(7).as_slice(), b"\r\n"].concat();
    let large = [b"Subject: large\r\n\r\n".as_slice(), &line.repeat(25_000_000 / line.len() + 1)].concat();
    assert!(large.len() > 25_000_000);
    let delivery = Delivery::new();
    delivery.delivered(&large, &["--from", "alice@a.example", "--to", "bob@b.example"]);
}

// `-ndf` leaves the data alone: what stands in the file goes over the wire.
#[test]
fn what_swaks_smuggles_is_refused_with_a_finding_and_the_server_survives() {
    if is_missing("what_swaks_smuggles_is_refused_with_a_finding_and_the_server_survives") {
        return;
    }
    let smuggled = "MAIL FROM:<admin@b.example>\r\nRCPT TO:<victim@c.example>\r\nDATA\r\nsmuggled\r\n.";
    for false_end in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r"] {
        let delivery = Delivery::new();
        let data = format!("Subject: x\r\n\r\nfirst{false_end}{smuggled}");
        let done = delivery.swaks(data.as_bytes(), &["-ndf", "--from", "alice@a.example", "--to", "bob@b.example"]);
        let said = text(&done.stdout);
        assert!(!done.status.success() && said.contains("<** 554 5.6.0"), "{false_end:?}: {said}");
        let findings = delivery.room.findings();
        for rule in ["smtp.bare-line-end", "smtp.end-of-data"] {
            let told = findings.iter().any(|finding| finding.rule.id == rule && finding.severity == Severity::Fail);
            assert!(told, "{false_end:?}: {findings:?}");
        }
        assert!(!delivery.room.transcript().iter().any(|line| line.contains("admin@b.example")), "{false_end:?}");
        assert_eq!(delivery.room.kept().len(), 0, "{false_end:?}");
        delivery.room.survives();
    }
}

#[test]
fn the_command_line_keeps_what_swaks_delivers_and_ends_after_the_count() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;
    if is_missing("the_command_line_keeps_what_swaks_delivers_and_ends_after_the_count") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path().join("workspace");
    let mut lab = Command::new(env!("CARGO_BIN_EXE_sealscope"))
        .args(["lab", "smtp", "--port", "0", "--count", "1", "--max-size", "1000000", "--workspace"])
        .arg(&workspace)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(lab.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    let address = first.split([' ', ',']).nth(2).unwrap().to_owned();
    let done = Command::new("swaks")
        .args(["--server", &address, "--from", "alice@a.example", "--to", "bob@b.example", "--body", "x"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", text(&done.stdout));
    let mut account = String::new();
    out.read_to_string(&mut account).unwrap();
    assert!(lab.wait().unwrap().success(), "{account}");
    for words in ["C: RCPT TO:<bob@b.example>", "S: 354", "C: [the message, ", "Stored 2", "says goodbye"] {
        assert!(account.contains(words), "no “{words}” in: {account}");
    }
    let (stored, _) = sealscope::workspace::Workspace::open(&workspace).unwrap().messages();
    assert_eq!(stored.len(), 1);
    assert!(stored[0].id.ends_with("-alice@a.example"), "{}", stored[0].id);
}
