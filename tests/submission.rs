//! Submission against the lab's mail server and against servers that follow a script of faults.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;
#[path = "support/mailroom.rs"]
mod mailroom;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use command::{Scratch, run};
use mailroom::Mailroom;
use openssl::x509::X509;
use sealscope::io::submission::SmtpSubmitter;
use sealscope::lab::smtp::{Authentication, Security, SmtpConfig};
use sealscope::mail::{Address, Envelope, EnvelopeOrigin, ReversePath, TranscriptLine};
use sealscope::pki::Passphrase;
use sealscope::span::{Buffer, BufferName};
use sealscope::workspace::submission::{
    ServerTrust, Submission, SubmissionLogin, SubmissionOptions, SubmissionOutcome, SubmissionSecurity, SubmissionStep,
    SubmissionWatch, Submitter,
};

const MESSAGE: &[u8] = b"From: alice@a.example\r\n\r\n.\r\n..dots\r\n.\r\n\xff 8-bit\r\n\r\n";

fn envelope(to: &[&str], message: &[u8]) -> Envelope {
    Envelope {
        reverse_path: ReversePath::Mailbox(Address::parse("alice@a.example").unwrap()),
        forward_paths: to.iter().map(|address| Address::parse(address).unwrap()).collect(),
        message: Buffer::new(BufferName::Received, message),
        origin: EnvelopeOrigin::Explicit,
    }
}

fn options(address: SocketAddr) -> SubmissionOptions {
    SubmissionOptions {
        host: address.ip().to_string(),
        port: address.port(),
        security: SubmissionSecurity::None,
        login: None,
        trust: ServerTrust::SystemRoots,
        timeout: Duration::from_secs(20),
    }
}

fn lab(address: SocketAddr, security: SubmissionSecurity) -> SubmissionOptions {
    SubmissionOptions { security, trust: ServerTrust::Anyone, ..options(address) }
}

fn login(password: &str) -> Option<SubmissionLogin> {
    Some(SubmissionLogin { user: "alice".to_owned(), password: Passphrase::new(password) })
}

fn submit(envelope: &Envelope, options: &SubmissionOptions) -> Submission {
    let cancelled = AtomicBool::new(false);
    let said = Mutex::new(Vec::new());
    let tell = |line: &TranscriptLine| said.lock().unwrap().push(line.clone());
    let submission = SmtpSubmitter.submit(envelope, options, &SubmissionWatch { cancelled: &cancelled, said: &tell });
    assert_eq!(submission.transcript, *said.lock().unwrap(), "what was told is not what is kept");
    submission
}

fn failure(submission: &Submission) -> (SubmissionStep, &str) {
    match &submission.outcome {
        SubmissionOutcome::Failed { step, cause } => (*step, cause),
        other => panic!("{other:?}: {:#?}", submission.transcript),
    }
}

fn addresses(list: &[(Address, sealscope::workspace::submission::SubmissionReply)]) -> Vec<String> {
    list.iter().map(|(address, reply)| format!("{address} {}", reply.code)).collect()
}

#[track_caller]
fn accepted(submission: &Submission) {
    assert!(submission.is_complete(), "{:?}: {:#?}", submission.outcome, submission.transcript);
}

/// A server that greets and then answers each line as the script says.
struct Scripted {
    address: SocketAddr,
    thread: Option<thread::JoinHandle<Vec<String>>>,
}

enum Answer {
    /// Sends this and goes on.
    Say(&'static [u8]),
    /// Sends this and closes.
    SayAndClose(&'static [u8]),
    /// Says nothing until the client goes.
    Silence,
    /// Sends this again and again until the client goes.
    Endless(&'static [u8]),
}

impl Scripted {
    fn start(greeting: Answer, answer: impl Fn(&str) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(mailroom::SOON)).unwrap();
            let mut heard = Vec::new();
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            let mut goes_on = act(&stream, &greeting);
            let mut in_data = false;
            while goes_on {
                let mut line = Vec::new();
                if !matches!(lines.read_until(b'\n', &mut line), Ok(octets) if octets > 0) {
                    break;
                }
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                if in_data && line != "." {
                    continue;
                }
                let asked = if in_data { "END".to_owned() } else { line.clone() };
                heard.push(asked.clone());
                let next = answer(&asked);
                in_data = matches!(next, Answer::Say(said) if said.starts_with(b"354"));
                goes_on = act(&stream, &next);
            }
            heard
        });
        Self { address, thread: Some(thread) }
    }

    /// What the server heard, once the client has gone.
    fn heard(mut self) -> Vec<String> {
        self.thread.take().unwrap().join().unwrap()
    }
}

fn act(mut stream: &TcpStream, answer: &Answer) -> bool {
    match answer {
        Answer::Say(octets) => stream.write_all(octets).is_ok(),
        Answer::SayAndClose(octets) => {
            stream.write_all(octets).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            false
        }
        Answer::Silence => {
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
            false
        }
        Answer::Endless(octets) => {
            while stream.write_all(octets).is_ok() {}
            false
        }
    }
}

/// Everything is fine.
fn willing(line: &str) -> Answer {
    match line.split([' ', ':']).next().unwrap() {
        "EHLO" => Answer::Say(b"250-mx.example\r\n250-8BITMIME\r\n250 SIZE 1000000\r\n"),
        "DATA" => Answer::Say(b"354 go on\r\n"),
        "QUIT" => Answer::SayAndClose(b"221 bye\r\n"),
        _ => Answer::Say(b"250 ok\r\n"),
    }
}

const GREETING: Answer = Answer::Say(b"220 mx.example\r\n");

#[test]
fn the_octets_that_arrive_are_those_that_were_handed_in() {
    let room = Mailroom::open(SmtpConfig::default());
    let line = [vec![b'x'; 70], b"\r\n".to_vec()].concat();
    let large = [MESSAGE, line.repeat(20_000).as_slice()].concat();
    for message in [MESSAGE, b"", b"\r\n", b".", b"..\r\n", b"no line end", large.as_slice()] {
        let before = room.messages().len();
        accepted(&submit(&envelope(&["bob@b.example"], message), &options(room.address())));
        let added: &[u8] = if message.is_empty() || message.ends_with(b"\r\n") { b"" } else { b"\r\n" };
        assert!(room.messages()[before..] == [[message, added].concat()], "{} octets", message.len());
    }
    assert_eq!(room.rules(), Vec::<&str>::new());
}

#[test]
fn the_envelope_arrives_as_it_is_and_the_null_sender_too() {
    let room = Mailroom::open(SmtpConfig::default());
    let to = ["bob@b.example", "\"c >\"@[192.0.2.1]", "jörg@d.example"];
    let mut sent = envelope(&to, MESSAGE);
    accepted(&submit(&sent, &options(room.address())));
    sent.reverse_path = ReversePath::Null;
    accepted(&submit(&sent, &options(room.address())));
    let kept = room.kept();
    let senders: Vec<_> = kept.iter().map(|received| received.envelope.reverse_path.to_string()).collect();
    assert_eq!(senders, ["alice@a.example", "<>"]);
    for received in kept {
        let arrived: Vec<_> =
            received.envelope.forward_paths.iter().map(|address| address.as_str().to_owned()).collect();
        assert_eq!(arrived, to);
    }
}

#[test]
fn a_message_of_bare_line_feeds_goes_with_crlf_and_a_mixed_one_does_not_go() {
    let room = Mailroom::open(SmtpConfig::default());
    accepted(&submit(&envelope(&["bob@b.example"], b"A: b\n\n.c\n"), &options(room.address())));
    assert_eq!(room.messages(), [b"A: b\r\n\r\n.c\r\n"]);
    for message in [b"A: b\r\n\nc\r\n".as_slice(), b"A: b\r\n\r\nc\rd\r\n", b"A: b\r\n\r\n\0\r\n"] {
        let submission = submit(&envelope(&["bob@b.example"], message), &options(room.address()));
        assert_eq!(failure(&submission).0, SubmissionStep::Prepare, "{message:?}");
        assert!(submission.transcript.is_empty(), "something was said");
    }
    assert_eq!(room.messages().len(), 1);
}

#[test]
fn a_message_goes_under_starttls_and_under_tls_from_the_start() {
    for (offered, asked) in
        [(Security::StartTls, SubmissionSecurity::StartTls), (Security::Wrapped, SubmissionSecurity::Tls)]
    {
        let room = Mailroom::open(SmtpConfig { security: offered, ..SmtpConfig::default() });
        let submission = submit(&envelope(&["bob@b.example"], MESSAGE), &lab(room.address(), asked));
        accepted(&submission);
        let kept = room.kept();
        assert_eq!(kept[0].envelope.message.octets(), MESSAGE);
        assert!(kept[0].encryption.is_some());
        let warned = submission.findings.iter().any(|finding| finding.rule.id == "submission.server-certificate");
        assert!(warned, "{:?}", submission.findings);
        let told = submission.transcript.iter().any(|line| line.text.contains("Any certificate was accepted"));
        assert!(told, "{:?}", submission.transcript);
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_stops_the_submission_before_anything_is_said() {
    let room = Mailroom::open(SmtpConfig::default());
    let strict =
        SubmissionOptions { trust: ServerTrust::SystemRoots, ..lab(room.address(), SubmissionSecurity::StartTls) };
    let submission = submit(&envelope(&["bob@b.example"], MESSAGE), &strict);
    let (step, cause) = failure(&submission);
    assert_eq!(step, SubmissionStep::Tls);
    assert!(cause.contains("leads to no root of this system"), "{cause}");
    assert_eq!(submission.undecided.len(), 1);
    assert!(!room.transcript().iter().any(|line| line.contains("MAIL FROM")), "{:?}", room.transcript());
}

#[test]
fn a_server_without_starttls_gets_nothing_that_was_to_be_secret() {
    let room = Mailroom::open(SmtpConfig { security: Security::None, ..SmtpConfig::default() });
    let options = SubmissionOptions { login: login("x"), ..lab(room.address(), SubmissionSecurity::StartTls) };
    let submission = submit(&envelope(&["bob@b.example"], MESSAGE), &options);
    let (step, cause) = failure(&submission);
    assert_eq!(step, SubmissionStep::Tls);
    assert!(cause.contains("does not offer STARTTLS"), "{cause}");
    assert!(!room.transcript().iter().any(|line| line.contains("AUTH PLAIN [")), "{:?}", room.transcript());
}

#[test]
fn a_user_logs_in_and_the_password_is_nowhere() {
    let only = Authentication::Only { user: "alice".to_owned(), password: Passphrase::new("open sesame") };
    let room = Mailroom::open(SmtpConfig { authentication: only, ..SmtpConfig::default() });
    let with = |password: &str| SubmissionOptions {
        login: login(password),
        ..lab(room.address(), SubmissionSecurity::StartTls)
    };
    let submission = submit(&envelope(&["bob@b.example"], MESSAGE), &with("open sesame"));
    accepted(&submission);
    assert_eq!(room.kept()[0].user.as_deref(), Some("alice"));
    let told = format!("{submission:?}{:?}{:?}", with("open sesame"), room.transcript());
    for secret in ["open sesame", "b3BlbiBzZXNhbWU", "AGFsaWNlAG9wZW4gc2VzYW1l"] {
        assert!(!told.contains(secret), "{told}");
    }
    let refused = submit(&envelope(&["bob@b.example"], MESSAGE), &with("wrong"));
    let SubmissionOutcome::Refused { step, reply } = &refused.outcome else { panic!("{:?}", refused.outcome) };
    assert_eq!((*step, reply.code), (SubmissionStep::Login, 535));
    let anonymous = submit(&envelope(&["bob@b.example"], MESSAGE), &lab(room.address(), SubmissionSecurity::StartTls));
    assert_eq!(addresses(&anonymous.refused), ["bob@b.example 530"]);
}

#[test]
fn login_is_used_where_plain_is_not_offered() {
    let server = Scripted::start(GREETING, |line| match line {
        "AUTH LOGIN" => Answer::Say(b"334 VXNlcm5hbWU6\r\n"),
        "YWxpY2U=" => Answer::Say(b"334 UGFzc3dvcmQ6\r\n"),
        "b3BlbiBzZXNhbWU=" => Answer::Say(b"235 welcome\r\n"),
        line if line.starts_with("EHLO") => {
            Answer::Say(b"250-mx\r\n250-   \r\n250-8bitmime\r\n250 auth cram-md5 login\r\n")
        }
        line => willing(line),
    });
    let options = SubmissionOptions { login: login("open sesame"), ..options(server.address) };
    accepted(&submit(&envelope(&["bob@b.example"], MESSAGE), &options));
    assert_eq!(server.heard().last().unwrap(), "QUIT");
}

#[test]
fn a_server_that_takes_some_and_refuses_others_is_reported_recipient_by_recipient() {
    let server = Scripted::start(GREETING, |line| match line {
        "RCPT TO:<b@b.example>" => Answer::Say(b"550-5.1.1 no such\r\n550 5.1.1 user\r\n"),
        "RCPT TO:<c@c.example>" => Answer::Say(b"451 4.7.1 later\r\n"),
        line => willing(line),
    });
    let to = ["a@a.example", "b@b.example", "c@c.example", "d@d.example"];
    let submission = submit(&envelope(&to, MESSAGE), &options(server.address));
    assert_eq!(addresses(&submission.accepted), ["a@a.example 250", "d@d.example 250"]);
    assert_eq!(addresses(&submission.refused), ["b@b.example 550", "c@c.example 451"]);
    assert_eq!(submission.refused[0].1.text, "5.1.1 no such 5.1.1 user");
    assert!(submission.refused[1].1.is_transient());
    assert!(!submission.is_complete());
    assert!(matches!(submission.outcome, SubmissionOutcome::Accepted(_)));
}

#[test]
fn what_the_server_refuses_for_everybody_is_refused_with_its_words() {
    for (command, step) in [
        ("MAIL FROM:<alice@a.example> SIZE=", SubmissionStep::Sender),
        ("RCPT", SubmissionStep::Recipients),
        ("DATA", SubmissionStep::Message),
        ("END", SubmissionStep::Message),
    ] {
        let server = Scripted::start(GREETING, move |line| match line.starts_with(command) {
            true => Answer::Say(b"554 5.7.1 no\r\n"),
            false => willing(line),
        });
        let submission = submit(&envelope(&["a@a.example", "b@b.example"], MESSAGE), &options(server.address));
        let SubmissionOutcome::Refused { step: at, reply } = &submission.outcome else {
            panic!("{command}: {:?}", submission.outcome)
        };
        assert_eq!((*at, reply.code), (step, 554), "{command}");
        assert_eq!(addresses(&submission.refused), ["a@a.example 554", "b@b.example 554"], "{command}");
        assert!(submission.accepted.is_empty() && submission.undecided.is_empty(), "{command}");
        assert_eq!(server.heard().last().unwrap(), "QUIT", "{command}");
    }
}

#[test]
fn a_server_that_dies_in_the_middle_of_an_answer_is_a_step_with_its_cause() {
    for (command, step) in [
        ("EHLO", SubmissionStep::Hello),
        ("MAIL", SubmissionStep::Sender),
        ("RCPT", SubmissionStep::Recipients),
        ("DATA", SubmissionStep::Message),
        ("END", SubmissionStep::Message),
    ] {
        for (said, words) in [
            (b"250-half\r\n25".as_slice(), "in the middle of its answer, after 12 octets"),
            (b"".as_slice(), "closed the connection without an answer"),
        ] {
            let server = Scripted::start(GREETING, move |line| match line.starts_with(command) {
                true => Answer::SayAndClose(said),
                false => willing(line),
            });
            let submission = submit(&envelope(&["a@a.example"], MESSAGE), &options(server.address));
            let (at, cause) = failure(&submission);
            assert_eq!(at, step, "{command}");
            assert!(cause.contains(words), "{command}: {cause}");
            assert_eq!(submission.undecided.len(), 1, "{command}");
            assert!(submission.transcript.last().unwrap().text.contains(words), "{:?}", submission.transcript);
        }
    }
    let server = Scripted::start(Answer::SayAndClose(b""), willing);
    let submission = submit(&envelope(&["a@a.example"], MESSAGE), &options(server.address));
    assert_eq!(failure(&submission).0, SubmissionStep::Greeting);
}

#[test]
fn a_server_that_goes_away_while_the_message_is_sent_is_heard_to_the_last() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        stream.write_all(b"220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go on\r\n552 5.3.4 too large\r\n").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    });
    let large = b"0123456789\r\n".repeat(500_000);
    let submission = submit(&envelope(&["a@a.example"], &large), &options(address));
    assert_eq!(addresses(&submission.refused), ["a@a.example 552"]);
    serving.join().unwrap();
}

#[test]
fn an_answer_without_an_end_is_not_read_without_an_end() {
    for endless in [b"250-again and again\r\n".as_slice(), b"250 no line end "] {
        let server = Scripted::start(GREETING, move |line| match line.starts_with("EHLO") {
            true => Answer::Endless(endless),
            false => willing(line),
        });
        let submission = submit(&envelope(&["a@a.example"], MESSAGE), &options(server.address));
        let (step, cause) = failure(&submission);
        assert_eq!(step, SubmissionStep::Hello);
        assert!(cause.contains("longer than"), "{cause}");
    }
}

#[test]
fn a_server_that_is_silent_or_speaks_otherwise_is_given_up() {
    let silent = Scripted::start(GREETING, |line| if line == "DATA" { Answer::Silence } else { willing(line) });
    let options_ = SubmissionOptions { timeout: Duration::from_millis(300), ..options(silent.address) };
    let submission = submit(&envelope(&["a@a.example"], MESSAGE), &options_);
    assert_eq!(failure(&submission), (SubmissionStep::Message, "The server did not answer within 0.3 s"));
    let web = Scripted::start(Answer::Say(b"HTTP/1.1 400 Bad Request\r\n"), willing);
    let submission = submit(&envelope(&["a@a.example"], MESSAGE), &options(web.address));
    let (step, cause) = failure(&submission);
    assert_eq!(step, SubmissionStep::Greeting);
    assert!(cause.contains("is it a mail server?"), "{cause}");
}

#[test]
fn a_submission_that_is_cancelled_ends_at_once() {
    let silent = Scripted::start(GREETING, |line| if line == "DATA" { Answer::Silence } else { willing(line) });
    let cancelled = AtomicBool::new(false);
    let said = |line: &TranscriptLine| {
        if line.text == "DATA" {
            cancelled.store(true, Ordering::Release);
        }
    };
    let started = Instant::now();
    let watch = SubmissionWatch { cancelled: &cancelled, said: &said };
    let submission = SmtpSubmitter.submit(&envelope(&["a@a.example"], MESSAGE), &options(silent.address), &watch);
    assert_eq!(failure(&submission), (SubmissionStep::Message, "It was cancelled"));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_port_where_nobody_listens_and_a_name_that_is_none_are_told_as_such() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let submission = submit(&envelope(&["a@a.example"], MESSAGE), &options(address));
    let (step, cause) = failure(&submission);
    assert_eq!(step, SubmissionStep::Connect);
    assert!(cause.contains(&address.to_string()), "{cause}");
    // Never looked up: an address that cannot be one.
    let nowhere = SubmissionOptions { host: "256.256.256.256".to_owned(), ..options(address) };
    assert_eq!(failure(&submit(&envelope(&["a@a.example"], MESSAGE), &nowhere)).0, SubmissionStep::Connect);
}

#[test]
fn octets_in_the_clear_after_the_answer_to_starttls_are_not_believed() {
    let server = Scripted::start(GREETING, |line| match line {
        "STARTTLS" => Answer::Say(b"220 go on\r\n250 AUTH PLAIN\r\n"),
        line if line.starts_with("EHLO") => Answer::Say(b"250-mx\r\n250 STARTTLS\r\n"),
        line => willing(line),
    });
    let submission = submit(&envelope(&["a@a.example"], MESSAGE), &lab(server.address, SubmissionSecurity::StartTls));
    let (step, cause) = failure(&submission);
    assert_eq!(step, SubmissionStep::Tls);
    assert!(cause.contains("in the clear after"), "{cause}");
}

#[test]
fn what_a_server_cannot_take_is_not_sent_to_it() {
    let plain = |line: &str| match line.starts_with("EHLO") {
        true => Answer::Say(b"250 mx.example\r\n"),
        false => willing(line),
    };
    let server = Scripted::start(GREETING, plain);
    let submission = submit(&envelope(&["a@a.example"], MESSAGE), &options(server.address));
    assert!(failure(&submission).1.contains("8BITMIME"), "{:?}", submission.outcome);
    let server = Scripted::start(GREETING, plain);
    let submission = submit(&envelope(&["jörg@a.example"], b"x\r\n"), &options(server.address));
    assert!(failure(&submission).1.contains("SMTPUTF8"), "{:?}", submission.outcome);
}

#[test]
fn the_command_line_submits_and_tells_what_became_of_it() {
    let room = Mailroom::open(SmtpConfig::default());
    let scratch = Scratch::new();
    let letter = scratch.file("letter.eml", "From: alice@a.example\r\nTo: bob@b.example\r\n\r\nHi\r\n");
    let address = room.address().to_string();
    let plain = ["submit", &letter, "--server", &address, "--tls", "none"];
    let done = run(&[plain.as_slice(), &["--to", "carol@c.example"]].concat());
    assert_eq!(done.exit, 0, "{}{}", done.text(), done.stderr);
    assert!(done.text().contains("carol@c.example: accepted, 250"), "{}", done.text());
    assert!(done.text().contains("C: RCPT TO:<carol@c.example>"), "{}", done.text());
    assert_eq!(room.messages(), [b"From: alice@a.example\r\nTo: bob@b.example\r\n\r\nHi\r\n"]);

    let object = run(&[plain.as_slice(), &["--json"]].concat()).object();
    assert_eq!(
        (object["schema"].as_str(), object["outcome"].as_str()),
        (Some("sealscope.submission/1"), Some("accepted"))
    );
    assert_eq!(object["accepted"][0]["address"], "bob@b.example");
    let written = include_str!("../docs/json.md");
    for name in object.as_object().unwrap().keys() {
        assert!(written.contains(&format!("`{name}`")), "docs/json.md does not name {name}");
    }

    let strict = run(&["submit", &letter, "--server", &address]);
    assert_eq!(strict.exit, 1, "{}", strict.text());
    assert!(strict.text().contains("accept any certificate if this is a lab"), "{}", strict.text());
    let lenient = run(&["submit", &letter, "--server", &address, "--accept-any-certificate", "--quiet"]);
    assert_eq!(lenient.exit, 0, "{}{}", lenient.text(), lenient.stderr);
}

#[test]
fn a_certificate_that_the_system_knows_is_accepted_by_its_name_and_no_other() {
    let room = Mailroom::open(SmtpConfig::default());
    let scratch = Scratch::new();
    let letter = scratch.file("letter.eml", "From: alice@a.example\r\nTo: bob@b.example\r\n\r\nHi\r\n");
    let pem = X509::from_der(room.sink.certificate().unwrap()).unwrap().to_pem().unwrap();
    let roots = scratch.file("roots.pem", std::str::from_utf8(&pem).unwrap());
    let submit = |host: &str| {
        let server = format!("{host}:{}", room.address().port());
        let mut command = command::command(&["submit", &letter, "--server", &server]);
        command::Done::from(command.env("SSL_CERT_FILE", &roots).output().unwrap())
    };
    for host in ["127.0.0.1", "localhost"] {
        let done = submit(host);
        assert_eq!(done.exit, 0, "{host}: {}{}", done.text(), done.stderr);
    }
    // Another way to write 127.0.0.1, which the certificate does not name.
    let done = submit("127.1");
    assert_eq!(done.exit, 1, "{}", done.text());
    assert!(done.text().contains("certificate is not for its name"), "{}", done.text());
}

#[test]
fn the_command_line_exits_with_three_where_a_recipient_was_refused_and_keeps_the_password_to_itself() {
    let server = Scripted::start(GREETING, |line| match line {
        "RCPT TO:<b@b.example>" => Answer::Say(b"550 no\r\n"),
        line if line.starts_with("AUTH") => Answer::Say(b"235 welcome\r\n"),
        line if line.starts_with("EHLO") => Answer::Say(b"250-mx\r\n250 AUTH PLAIN\r\n"),
        line => willing(line),
    });
    let scratch = Scratch::new();
    let letter = scratch.file("letter.eml", "From: alice@a.example\r\n\r\nHi\r\n");
    let password = scratch.file("password", "open sesame\n");
    let address = server.address.to_string();
    let arguments = ["submit", &letter, "--server", &address, "--tls", "none", "--user", "alice", "--password-file"];
    let to = ["--to", "a@a.example", "--to", "b@b.example", "--verbose"];
    let done = run(&[arguments.as_slice(), &[&password], &to].concat());
    assert_eq!(done.exit, 3, "{}{}", done.text(), done.stderr);
    assert!(done.text().contains("b@b.example: refused, 550 no"), "{}", done.text());
    let told = format!("{}{}", done.text(), done.stderr);
    assert!(!told.contains("sesame") && !told.contains("AGFsaWNl"), "{told}");
    let heard = server.heard();
    assert!(heard.contains(&"AUTH PLAIN AGFsaWNlAG9wZW4gc2VzYW1l".to_owned()), "{heard:?}");
}
