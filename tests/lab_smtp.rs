//! The lab's mail server over raw sockets: exact octets, every abuse by name, every limit.
#![cfg(test)]

#[path = "support/mailroom.rs"]
mod mailroom;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use mailroom::{Client, Mailroom, SOON, wait_for};
use openssl::ssl::{SslConnector, SslMethod, SslStream};
use openssl::x509::X509;
use sealscope::finding::Severity;
use sealscope::lab::smtp::{
    Authentication, LabSmtp, LabSmtpError, Received, Security, SessionEvent, SmtpConfig, keep_in,
};
use sealscope::mail::EnvelopeOrigin;
use sealscope::pki::Passphrase;
use sealscope::workspace::Workspace;
use serde_json::Value;

fn mailroom() -> Mailroom {
    Mailroom::open(SmtpConfig::default())
}

/// Begins TLS as a client that knows the lab's certificate and checks the name.
fn over_tls(room: &Mailroom, stream: TcpStream) -> Client<SslStream<TcpStream>> {
    let mut connector = SslConnector::builder(SslMethod::tls_client()).unwrap();
    let certificate = X509::from_der(room.sink.certificate().unwrap()).unwrap();
    connector.cert_store_mut().add_cert(certificate).unwrap();
    Client::over(connector.build().connect("localhost", stream).unwrap())
}

fn starttls(room: &Mailroom) -> Client<SslStream<TcpStream>> {
    let mut client = room.client();
    client.greet();
    assert_eq!(client.say("STARTTLS").code, 220);
    over_tls(room, client.stream)
}

fn worst(room: &Mailroom, rule: &str) -> Option<Severity> {
    room.findings().iter().filter(|finding| finding.rule.id == rule).map(|finding| finding.severity).max()
}

#[test]
fn a_message_is_kept_octet_for_octet_with_its_envelope() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    client.say("MAIL FROM:<alice@a.example> SIZE=100 BODY=8BITMIME");
    client.say("RCPT TO:<bob@b.example>");
    client.say("rcpt to:<\"carol >\"@c.example>");
    client.say("DATA");
    client.send(b"..dots\r\n...\r\n8-bit \xff\xfe\x80\r\n\ttab \x7f\r\n\r\n\r\n.\r\n");
    client.say("QUIT");
    let kept = room.kept();
    assert_eq!(kept.len(), 1);
    let envelope = &kept[0].envelope;
    assert_eq!(envelope.message.octets(), b".dots\r\n..\r\n8-bit \xff\xfe\x80\r\n\ttab \x7f\r\n\r\n\r\n");
    assert_eq!(envelope.reverse_path.to_string(), "alice@a.example");
    let recipients: Vec<_> = envelope.forward_paths.iter().map(|address| address.as_str()).collect();
    assert_eq!(recipients, ["bob@b.example", "\"carol >\"@c.example"]);
    assert_eq!(envelope.origin, EnvelopeOrigin::Explicit);
    assert_eq!((kept[0].hello.as_str(), kept[0].encryption.as_deref()), ("client.example", None));
    assert_eq!(room.rules(), Vec::<&str>::new());
    assert!(kept[0].findings.iter().all(|finding| finding.severity == Severity::Pass), "{:?}", kept[0].findings);
}

#[test]
fn an_empty_message_and_a_null_sender_are_taken() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    client.say("MAIL FROM:<>");
    client.say("RCPT TO:<bob@b.example>");
    client.say("DATA");
    assert_eq!(client.send(b".\r\n").code, 250);
    let kept = room.kept();
    assert_eq!(kept[0].envelope.message.octets(), b"");
    assert_eq!(kept[0].envelope.reverse_path.address(), None);
}

#[test]
fn octets_that_come_one_by_one_are_the_same_message() {
    let room = mailroom();
    let mut client = room.client();
    for octet in b"EHLO c.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n..a\r\n\r\n.\r\n" {
        client.write(&[*octet]);
    }
    for code in [250, 250, 250, 354, 250] {
        assert_eq!(client.reply().code, code);
    }
    assert_eq!(room.messages(), [b".a\r\n\r\n"]);
}

#[test]
fn a_pipelining_client_gets_its_replies_in_order_and_several_transactions() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    client.write(b"MAIL FROM:<a@a.example>\r\nRCPT TO:<no address>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n");
    for code in [250, 553, 250, 354] {
        assert_eq!(client.reply().code, code);
    }
    client.write(b"one\r\n.\r\nMAIL FROM:<c@c.example>\r\nRCPT TO:<d@d.example>\r\nDATA\r\n");
    for code in [250, 250, 250, 354] {
        assert_eq!(client.reply().code, code);
    }
    client.write(b"two\r\n.\r\nQUIT\r\n");
    assert_eq!((client.reply().code, client.reply().code), (250, 221));
    client.is_closed();
    assert_eq!(room.messages(), [b"one\r\n", b"two\r\n"]);
    assert!(!room.rules().contains(&"smtp.pipelining"), "{:?}", room.rules());
}

#[test]
fn a_client_that_does_not_wait_for_the_go_ahead_is_served_and_told_of() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    client.write(b"MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\none\r\n.\r\nQUIT\r\n");
    for code in [250, 250, 354, 250, 221] {
        assert_eq!(client.reply().code, code);
    }
    assert_eq!(worst(&room, "smtp.pipelining"), Some(Severity::Warning));
    assert_eq!(room.messages(), [b"one\r\n"]);
}

// RFC 5321 §2.3.8 and §4.1.1.4; "SMTP smuggling", CVE-2023-51764 to -51766.
#[test]
fn no_false_end_of_data_ends_a_message_or_lets_what_follows_run() {
    let false_ends =
        ["\n.\n", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r.\r", "\r.\r\n", "\r.\n", "\n.\r", "\r\n\n.\r\n", "\r\n.\r\r\n"];
    for false_end in false_ends {
        let room = mailroom();
        let mut client = room.client_in_data();
        let smuggled = "MAIL FROM:<admin@b.example>\r\nRCPT TO:<victim@c.example>\r\nDATA\r\nsmuggled\r\n.\r\n";
        let reply = client.send(format!("first{false_end}{smuggled}").as_bytes());
        assert_eq!(reply.code, 554, "{false_end:?}: {reply:?}");
        assert_eq!(client.say("NOOP").code, 250, "{false_end:?}: the session is out of step");
        assert_eq!(worst(&room, "smtp.bare-line-end"), Some(Severity::Fail), "{false_end:?}");
        assert_eq!(worst(&room, "smtp.end-of-data"), Some(Severity::Fail), "{false_end:?}");
        let run = room.transcript().iter().any(|line| line.contains("admin@b.example"));
        assert!(!run, "{false_end:?}: {:?}", room.transcript());
        assert_eq!(room.kept().len(), 0, "{false_end:?}");
        client.say("QUIT");
        room.survives();
    }
}

#[test]
fn a_client_that_believes_in_a_false_end_is_not_left_waiting() {
    let room = Mailroom::open(SmtpConfig { idle: Duration::from_millis(300), ..SmtpConfig::default() });
    let mut client = room.client_in_data();
    let reply = client.send(b"first\n.\n");
    assert_eq!(reply.code, 554, "{reply:?}");
    client.is_closed();
    assert_eq!(worst(&room, "smtp.end-of-data"), Some(Severity::Fail));
    assert_eq!(room.kept().len(), 0);
}

#[test]
fn a_message_with_a_bare_line_end_or_a_nul_is_refused_as_a_whole() {
    for (message, rule) in [
        (b"a\nb\r\n".as_slice(), "smtp.bare-line-end"),
        (b"a\rb\r\n", "smtp.bare-line-end"),
        (b"a\r\r\n", "smtp.bare-line-end"),
        (b"a\0b\r\n", "smtp.nul"),
    ] {
        let room = mailroom();
        let mut client = room.client_in_data();
        assert_eq!(client.send(&[message, b".\r\n"].concat()).code, 554, "{message:?}");
        assert_eq!(worst(&room, rule), Some(Severity::Fail), "{message:?}");
        assert_eq!(client.say("NOOP").code, 250);
        room.survives();
    }
}

#[test]
fn commands_out_of_order_are_refused_and_the_session_goes_on() {
    let room = mailroom();
    let mut client = room.client();
    for command in ["MAIL FROM:<a@a.example>", "RCPT TO:<b@b.example>", "DATA", "AUTH PLAIN AGEAYg=="] {
        assert_eq!(client.say(command).code, 503, "{command}");
    }
    client.greet();
    assert_eq!(client.say("RCPT TO:<b@b.example>").code, 503);
    assert_eq!(client.say("MAIL FROM:<a@a.example>").code, 250);
    assert_eq!(client.say("MAIL FROM:<a@a.example>").code, 503);
    assert_eq!(client.say("DATA").code, 503);
    assert!(room.rules().iter().all(|rule| *rule == "smtp.command-order"), "{:?}", room.rules());
    assert_eq!(room.rules().len(), 7);
    assert_eq!(client.say("RSET").code, 250);
    assert_eq!(client.say("RCPT TO:<b@b.example>").code, 503);
    room.survives();
}

#[test]
fn a_new_greeting_forgets_the_transaction() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    client.say("MAIL FROM:<a@a.example>");
    client.say("RCPT TO:<b@b.example>");
    client.greet();
    assert_eq!(client.say("DATA").code, 503);
}

#[test]
fn a_command_line_is_taken_at_the_cap_and_refused_one_above() {
    let config = SmtpConfig::default();
    let cap = config.command_octets;
    let room = Mailroom::open(config);
    let mut client = room.client();
    let noop = |octets: usize| format!("NOOP {}", "x".repeat(octets - "NOOP \r\n".len()));
    assert_eq!(client.say(&noop(cap)).code, 250);
    for octets in [cap + 1, 3 * cap, 40 * cap] {
        assert_eq!(client.say(&noop(octets)).code, 500, "{octets}");
        assert_eq!(client.say("NOOP").code, 250, "{octets}");
    }
    assert_eq!(room.rules(), ["smtp.command-length"; 3]);
    room.survives();
}

#[test]
fn a_command_line_without_an_end_ends_the_session() {
    let room = mailroom();
    let mut client = room.client();
    client.write(&vec![b'x'; 200_000]);
    assert_eq!(client.reply().code, 421);
    client.is_closed();
    room.survives();
}

#[test]
fn a_command_that_ends_in_a_bare_line_feed_is_not_run_and_nothing_after_it() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    client.write(b"NOOP\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nx\r\n.\r\n");
    assert_eq!(client.reply().code, 500);
    client.is_closed();
    assert_eq!(room.rules(), ["smtp.bare-line-end"]);
    assert_eq!(room.kept().len(), 0);
    room.survives();
}

#[test]
fn a_bare_carriage_return_in_a_command_is_refused() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    assert_eq!(client.say("MAIL FROM:<a@a.example>\rRCPT TO:<b@b.example>").code, 500);
    assert_eq!(client.say("RCPT TO:<b@b.example>").code, 503);
}

#[test]
fn lines_of_a_message_are_kept_above_a_thousand_octets_with_a_finding_and_refused_above_the_cap() {
    let config = SmtpConfig::default();
    let cap = config.line_octets;
    let room = Mailroom::open(config);
    let line = |octets: usize| [vec![b'x'; octets - 2], b"\r\n".to_vec()].concat();
    for (octets, code, findings) in [(1_000, 250, 0), (1_001, 250, 1), (cap, 250, 2), (cap + 1, 554, 4)] {
        let mut client = room.client_in_data();
        assert_eq!(client.send(&[line(octets), b".\r\n".to_vec()].concat()).code, code, "{octets}");
        let told = room.rules().iter().filter(|rule| **rule == "smtp.text-line-length").count();
        assert_eq!(told, findings, "{octets}");
    }
    assert_eq!(room.messages().iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1_001, cap]);
}

#[test]
fn a_message_is_taken_at_the_cap_and_refused_one_octet_above() {
    let room = Mailroom::open(SmtpConfig { message_octets: 10_000, ..SmtpConfig::default() });
    let message = |octets: usize| {
        let lines = b"01234567\r\n".repeat(octets / 10 - 1);
        [lines, vec![b'x'; 8 + octets % 10], b"\r\n".to_vec()].concat()
    };
    for (octets, code) in [(10_000, 250), (10_001, 552), (200_000, 552)] {
        let mut client = room.client_in_data();
        let sent = message(octets);
        assert_eq!(sent.len(), octets);
        assert_eq!(client.send(&[sent, b".\r\n".to_vec()].concat()).code, code, "{octets}");
        assert_eq!(client.say("NOOP").code, 250, "{octets}");
    }
    assert_eq!(room.messages().len(), 1);
    let mut client = room.client();
    assert!(client.greet().lines.contains(&"250-SIZE 10000".to_owned()));
    assert_eq!(client.say("MAIL FROM:<a@a.example> SIZE=10001").code, 552);
    assert_eq!(client.say("MAIL FROM:<a@a.example> SIZE=99999999999999999999").code, 552);
    assert_eq!(client.say("MAIL FROM:<a@a.example> SIZE=10000").code, 250);
    assert_eq!(worst(&room, "smtp.message-size"), Some(Severity::Fail));
}

#[test]
fn recipients_are_taken_up_to_the_cap_and_the_message_goes_to_those() {
    let room = Mailroom::open(SmtpConfig { recipients: 3, ..SmtpConfig::default() });
    let mut client = room.client();
    client.greet();
    client.say("MAIL FROM:<a@a.example>");
    let codes: Vec<_> = (0..5).map(|number| client.say(&format!("RCPT TO:<b{number}@b.example>")).code).collect();
    assert_eq!(codes, [250, 250, 250, 452, 452]);
    client.say("DATA");
    assert_eq!(client.send(b"x\r\n.\r\n").code, 250);
    let kept = room.kept();
    assert_eq!(kept[0].envelope.forward_paths.len(), 3);
    assert!(kept[0].findings.iter().any(|finding| finding.rule.id == "smtp.recipients"), "{:?}", kept[0].findings);
}

#[test]
fn messages_that_are_received_together_share_a_room() {
    let room = Mailroom::open(SmtpConfig { memory_octets: 100_000, ..SmtpConfig::default() });
    let lines = b"0123456789abcdef\r\n".repeat(4_000);
    let mut first = room.client_in_data();
    assert_eq!(first.send(&[lines.as_slice(), b".\r\n"].concat()).code, 250);
    let mut large = room.client_in_data();
    assert_eq!(large.send(&[lines.repeat(2).as_slice(), b".\r\n"].concat()).code, 452);
    room.survives();
}

#[test]
fn connections_transactions_and_commands_have_their_limits() {
    let room = Mailroom::open(SmtpConfig {
        connections: 2,
        transactions_per_session: 1,
        commands_per_session: 8,
        mistakes: 3,
        ..SmtpConfig::default()
    });
    let (mut first, mut second) = (room.client(), room.client());
    let mut third = room.silent_client();
    assert_eq!(third.reply().code, 421);
    third.is_closed();
    first.greet();
    assert_eq!(first.say("MAIL FROM:<a@a.example>").code, 250);
    assert_eq!(first.say("RSET").code, 250);
    assert_eq!(first.say("MAIL FROM:<a@a.example>").code, 421);
    first.is_closed();
    let codes: Vec<_> = (0..3).map(|_| second.say("NONSENSE").code).collect();
    assert_eq!((codes, second.reply().code), (vec![500; 3], 421));
    second.is_closed();
    drop((first, second));
    let mut busy = room.silent_client();
    wait_for("a place", || {
        busy = room.silent_client();
        busy.reply().code == 220
    });
    let codes: Vec<_> = (0..8).map(|_| busy.say("NOOP").code).collect();
    assert_eq!((codes, busy.reply().code), (vec![250; 8], 421));
    assert!(room.rules().contains(&"smtp.session"), "{:?}", room.rules());
}

#[test]
fn a_silent_client_and_a_slow_one_are_sent_away_in_time() {
    let room = Mailroom::open(SmtpConfig { idle: Duration::from_millis(200), ..SmtpConfig::default() });
    let mut client = room.client();
    assert_eq!(client.reply().code, 421);
    let mut client = room.client_in_data();
    client.write(b"half a message\r\n");
    assert_eq!(client.reply().code, 421);
    let room = Mailroom::open(SmtpConfig { total: Duration::from_millis(500), ..SmtpConfig::default() });
    let mut client = room.client_in_data();
    let mut written = Ok(());
    // One octet at a time keeps a client from being silent, not from being slow.
    while written.is_ok() && room.closed_now() == 0 {
        written = client.stream.write_all(b"x\r\n");
    }
    assert_eq!(room.closed(1), ["The session took too long in the middle of a message, which is not stored"]);
    assert_eq!(room.kept().len(), 0);
}

#[test]
fn a_client_that_leaves_in_the_middle_of_a_message_leaves_nothing() {
    let room = mailroom();
    let mut client = room.client_in_data();
    client.write(b"half\r\n.");
    drop(client);
    assert_eq!(room.closed(1), ["The client left without a goodbye in the middle of a message, which is not stored"]);
    assert_eq!(room.kept().len(), 0);
    room.survives();
}

#[test]
fn a_message_comes_under_tls_as_in_the_clear() {
    let room = mailroom();
    let mut client = starttls(&room);
    let greeting = client.greet();
    assert!(!greeting.lines.iter().any(|line| line.contains("STARTTLS")), "{greeting:?}");
    client.say("MAIL FROM:<a@a.example>");
    client.say("RCPT TO:<b@b.example>");
    client.say("DATA");
    assert_eq!(client.send(b"..secret\r\n.\r\n").code, 250);
    assert_eq!(client.say("STARTTLS").code, 503);
    assert_eq!(client.say("QUIT").code, 221);
    assert_eq!(room.messages(), [b".secret\r\n"]);
    let encryption = room.kept()[0].encryption.clone().unwrap();
    assert!(encryption.starts_with("TLSv1.") && encryption.contains(" with "), "{encryption}");
}

// RFC 3207 §4.2.
#[test]
fn what_was_said_before_tls_counts_no_longer() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    client.say("MAIL FROM:<a@a.example>");
    client.say("RCPT TO:<b@b.example>");
    assert_eq!(client.say("STARTTLS").code, 220);
    let mut client = over_tls(&room, client.stream);
    assert_eq!(client.say("DATA").code, 503);
    assert_eq!(client.say("MAIL FROM:<a@a.example>").code, 503);
}

// CVE-2011-0411.
#[test]
fn what_follows_starttls_in_the_clear_is_thrown_away_and_ends_the_session() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    client.write(b"STARTTLS\r\nMAIL FROM:<evil@e.example>\r\nRCPT TO:<b@b.example>\r\n");
    assert_eq!(client.reply().code, 554);
    client.is_closed();
    assert_eq!(worst(&room, "smtp.starttls"), Some(Severity::Fail));
    assert!(!room.transcript().iter().any(|line| line.contains("evil@e.example")), "{:?}", room.transcript());
    room.survives();
}

#[test]
fn a_handshake_that_is_none_ends_the_session_and_no_other() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    assert_eq!(client.say("STARTTLS").code, 220);
    client.write(b"MAIL FROM:<evil@e.example>\r\n");
    assert!(room.closed(1)[0].contains("the TLS handshake failed"), "{:?}", room.closed(1));
    room.survives();
}

#[test]
fn a_sink_without_tls_does_not_announce_it_and_a_wrapped_one_begins_with_it() {
    let room = Mailroom::open(SmtpConfig { security: Security::None, ..SmtpConfig::default() });
    let mut client = room.client();
    assert!(!client.greet().lines.iter().any(|line| line.contains("STARTTLS")));
    assert_eq!(client.say("STARTTLS").code, 502);
    assert!(room.sink.certificate().is_none());
    let room = Mailroom::open(SmtpConfig { security: Security::Wrapped, ..SmtpConfig::default() });
    let stream = room.silent_client().stream;
    let mut client = over_tls(&room, stream);
    assert_eq!(client.reply().code, 220);
    client.greet();
    assert_eq!(client.say("NOOP").code, 250);
}

#[test]
fn a_password_is_in_no_transcript_and_no_account() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    // alice, open sesame
    assert_eq!(client.say("AUTH PLAIN AGFsaWNlAG9wZW4gc2VzYW1l").code, 235);
    let mut client = room.client();
    client.greet();
    assert_eq!(client.say("AUTH LOGIN").code, 334);
    assert_eq!(client.say("YWxpY2U=").code, 334);
    assert_eq!(client.say("b3BlbiBzZXNhbWU=").code, 235);
    let told = format!("{:?}{:?}", room.transcript(), room.findings());
    for secret in ["b3BlbiBzZXNhbWU", "AGFsaWNlAG9wZW4gc2VzYW1l", "open sesame"] {
        assert!(!told.contains(secret), "{told}");
    }
    assert_eq!(worst(&room, "smtp.auth-in-clear"), Some(Severity::Warning));
}

#[test]
fn mail_is_taken_from_the_one_user_who_may_send() {
    let only = Authentication::Only { user: "alice".to_owned(), password: Passphrase::new("open sesame") };
    assert!(!format!("{only:?}").contains("sesame"));
    let room = Mailroom::open(SmtpConfig { authentication: only, ..SmtpConfig::default() });
    let mut client = starttls(&room);
    client.greet();
    assert_eq!(client.say("MAIL FROM:<a@a.example>").code, 530);
    // alice, wrong; bob, open sesame; no Base64; broken off; an unknown mechanism.
    for (command, code) in [
        ("AUTH PLAIN AGFsaWNlAHdyb25n", 535),
        ("AUTH PLAIN AGJvYgBvcGVuIHNlc2FtZQ==", 535),
        ("AUTH PLAIN !", 501),
        ("AUTH CRAM-MD5", 504),
    ] {
        assert_eq!(client.say(command).code, code, "{command}");
    }
    assert_eq!(client.say("AUTH LOGIN").code, 334);
    assert_eq!(client.say("*").code, 501);
    assert_eq!(client.say("AUTH PLAIN").code, 334);
    assert_eq!(client.say("AGFsaWNlAG9wZW4gc2VzYW1l").code, 235);
    assert_eq!(client.say("MAIL FROM:<a@a.example> AUTH=<>").code, 250);
    assert_eq!(worst(&room, "smtp.auth-in-clear"), None);
}

#[test]
fn an_address_outside_ascii_needs_smtputf8() {
    let room = mailroom();
    let mut client = room.client();
    client.greet();
    assert_eq!(client.say("MAIL FROM:<jörg@a.example>").code, 553);
    assert_eq!(client.say("MAIL FROM:<a@a.example>").code, 250);
    assert_eq!(client.say("RCPT TO:<jörg@b.example>").code, 553);
    client.say("RSET");
    assert_eq!(client.say("MAIL FROM:<jörg@a.example> SMTPUTF8").code, 250);
    assert_eq!(client.say("RCPT TO:<jörg@b.example>").code, 250);
    client.say("DATA");
    assert_eq!(client.send(b"x\r\n.\r\n").code, 250);
    assert_eq!(room.kept()[0].envelope.forward_paths[0].as_str(), "jörg@b.example");
}

#[test]
fn eight_bit_octets_that_were_not_announced_are_kept_with_a_finding() {
    let room = mailroom();
    let mut client = room.client_in_data();
    assert_eq!(client.send(b"\xe9\r\n.\r\n").code, 250);
    let findings = &room.kept()[0].findings;
    assert!(findings.iter().any(|found| found.rule.id == "smtp.eight-bit" && found.severity == Severity::Warning));
    assert_eq!(room.messages(), [b"\xe9\r\n"]);
}

#[test]
fn a_sink_that_is_to_take_two_takes_two_and_ends() {
    let room = Mailroom::open(SmtpConfig { count: Some(2), ..SmtpConfig::default() });
    let mut client = room.client_in_data();
    let mut late = room.client_in_data();
    assert_eq!(client.send(b"one\r\n.\r\n").code, 250);
    assert!(!room.sink.is_finished());
    client.say("MAIL FROM:<a@a.example>");
    client.say("RCPT TO:<b@b.example>");
    client.say("DATA");
    assert_eq!(client.send(b"two\r\n.\r\n").code, 250);
    assert_eq!(late.send(b"three\r\n.\r\n").code, 451);
    assert_eq!(late.say("MAIL FROM:<a@a.example>").code, 421);
    assert_eq!(client.say("QUIT").code, 221);
    wait_for("the sink to end", || room.sink.is_finished());
    assert!(TcpStream::connect(room.address()).is_err());
    assert_eq!(room.messages(), [b"one\r\n", b"two\r\n"]);
}

#[test]
fn a_sink_that_is_shut_down_says_so_to_its_clients_and_frees_its_port() {
    let room = mailroom();
    let address = room.address();
    let mut client = room.client_in_data();
    client.write(b"half\r\n");
    room.sink.shut_down();
    assert_eq!(client.reply().code, 421);
    client.is_closed();
    assert!(TcpListener::bind(address).is_ok());
}

#[test]
fn a_port_in_use_is_refused_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let started = LabSmtp::start(
        SmtpConfig::default(),
        port,
        Arc::new(|_: &SessionEvent| {}),
        Arc::new(|_: &Received| Ok(String::new())),
    );
    let error = started.err().unwrap();
    assert!(matches!(error, LabSmtpError::Bind { .. }));
    assert!(error.to_string().contains("--port"), "{error}");
}

#[test]
fn what_cannot_be_stored_is_not_accepted_and_the_client_may_try_again() {
    let sink = LabSmtp::start(
        SmtpConfig::default(),
        0,
        Arc::new(|_: &SessionEvent| {}),
        Arc::new(|_: &Received| Err("the disk is full".to_owned())),
    )
    .unwrap();
    let stream = TcpStream::connect(sink.address()).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let mut client = Client::over(stream);
    client.reply();
    client.greet();
    client.say("MAIL FROM:<a@a.example>");
    client.say("RCPT TO:<b@b.example>");
    client.say("DATA");
    let reply = client.send(b"x\r\n.\r\n");
    assert_eq!((reply.code, reply.lines[0].contains("the disk is full")), (451, true), "{reply:?}");
}

#[test]
fn each_transaction_becomes_a_file_of_the_workspace_and_none_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::open_or_create(folder.path().join("workspace")).unwrap();
    let store = workspace.clone();
    let config = SmtpConfig { clock: || time::macros::datetime!(2026-02-03 04:05:06 UTC), ..SmtpConfig::default() };
    let sink = LabSmtp::start(
        config,
        0,
        Arc::new(|_: &SessionEvent| {}),
        Arc::new(move |received: &Received| {
            keep_in(&store, received).map(|saved| saved.id).map_err(|error| error.to_string())
        }),
    )
    .unwrap();
    let stream = TcpStream::connect(sink.address()).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let mut client = Client::over(stream);
    client.reply();
    client.greet();
    for message in [b"..one\r\n.\r\n".as_slice(), b"two\r\n.\r\n"] {
        client.say("MAIL FROM:<alice@a.example>");
        client.say("RCPT TO:<b@b.example>");
        client.say("DATA");
        assert_eq!(client.send(message).code, 250);
    }
    let (stored, problems) = workspace.messages();
    assert_eq!(problems.len(), 0);
    let mut ids: Vec<_> = stored.iter().map(|stored| stored.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["20260203-040506-alice@a.example", "20260203-040506-alice@a.example-2"]);
    let messages: Vec<_> = ids.iter().map(|id| workspace.message(id).unwrap()[0].message.octets().to_vec()).collect();
    assert_eq!(messages, [b".one\r\n".to_vec(), b"two\r\n".to_vec()]);
}

#[test]
fn with_json_the_command_line_prints_an_object_for_itself_and_one_for_each_message() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path().join("workspace");
    let mut lab = Command::new(env!("CARGO_BIN_EXE_sealscope"))
        .args(["lab", "smtp", "--port", "0", "--count", "1", "--no-tls", "--json", "--workspace"])
        .arg(&workspace)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut objects = serde_json::Deserializer::from_reader(lab.stdout.take().unwrap()).into_iter::<Value>();
    let first = objects.next().unwrap().unwrap();
    let stream = TcpStream::connect(first["address"].as_str().unwrap()).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let mut client = Client::over(stream);
    client.reply();
    client.greet();
    client.say("MAIL FROM:<alice@a.example>");
    client.say("RCPT TO:<b@b.example>");
    client.say("DATA");
    assert_eq!(client.send(b"one\r\n.\r\n").code, 250);
    client.say("QUIT");
    let second = objects.next().unwrap().unwrap();
    assert!(objects.next().is_none());
    assert!(lab.wait().unwrap().success());
    assert_eq!(second["schema"], "sealscope.lab-smtp-message/1");
    assert_eq!((&second["from"], &second["to"][0]), (&Value::from("alice@a.example"), &Value::from("b@b.example")));
    let written = include_str!("../docs/json.md");
    for name in first.as_object().unwrap().keys().chain(second.as_object().unwrap().keys()) {
        assert!(written.contains(&format!("`{name}`")), "docs/json.md does not name {name}");
    }
    let file = workspace.join("messages").join(format!("{}.bsmtp", second["id"].as_str().unwrap()));
    assert!(file.is_file(), "{}", file.display());
}
