//! SMTP smuggling by name, at every door that mail comes through or leaves by: the lab's server, submission, envelope
//! files, mbox files.
//!
//! Longin, "SMTP Smuggling", SEC Consult 2023; CVE-2023-51764, -51765, -51766. One side takes `<LF>.<LF>` or the like for
//! the end of a message, the other does not, and what follows becomes a message that nobody sent (RFC 5321 §2.3.8,
//! §4.1.1.4).
#![cfg(test)]

#[path = "support/mailroom.rs"]
mod mailroom;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use mailroom::Mailroom;
use sealscope::io::submission::SmtpSubmitter;
use sealscope::lab::smtp::SmtpConfig;
use sealscope::limits::Limits;
use sealscope::mail::{Address, Envelope, EnvelopeOrigin, ReversePath, TranscriptLine, bsmtp, mbox};
use sealscope::span::{Buffer, BufferName};
use sealscope::workspace::submission::{
    ServerTrust, SubmissionOptions, SubmissionOutcome, SubmissionSecurity, SubmissionStep, SubmissionWatch, Submitter,
};

/// What one server or another takes for the end of a message, and RFC 5321 does not.
const FALSE_ENDS: [&str; 12] = [
    "\n.\n",
    "\n.\r\n",
    "\n.\r",
    "\r.\n",
    "\r.\r",
    "\r.\r\n",
    "\r\n.\n",
    "\r\n.\r",
    "\r\n\n.\r\n",
    "\r\n.\r\r\n",
    "\r\n.\0\r\n",
    "\r\n\0.\r\n",
];

const SMUGGLED: &str =
    "MAIL FROM:<admin@a.example>\r\nRCPT TO:<victim@c.example>\r\nDATA\r\nFrom: admin@a.example\r\n\r\nsmuggled\r\n";

fn message(false_end: &str) -> Vec<u8> {
    format!("From: mallory@m.example\r\n\r\nfirst{false_end}{SMUGGLED}").into_bytes()
}

fn envelope(octets: &[u8]) -> Envelope {
    Envelope {
        reverse_path: ReversePath::Mailbox(Address::parse("mallory@m.example").unwrap()),
        forward_paths: vec![Address::parse("bob@b.example").unwrap()],
        message: Buffer::new(BufferName::Received, octets),
        origin: EnvelopeOrigin::Explicit,
    }
}

#[test]
fn smuggling_into_the_lab_server_is_refused_and_no_second_message_is_taken() {
    for false_end in FALSE_ENDS {
        let room = Mailroom::open(SmtpConfig::default());
        let mut client = room.client_in_data();
        let reply = client.send(&[message(false_end).as_slice(), b".\r\n"].concat());
        assert_eq!(reply.code, 554, "{false_end:?}: {reply:?}");
        assert_eq!(client.say("NOOP").code, 250, "{false_end:?}: the session is out of step");
        assert!(room.kept().is_empty(), "{false_end:?}");
        let run = room.transcript().iter().any(|line| line.contains("admin@a.example"));
        assert!(!run, "{false_end:?}: {:?}", room.transcript());
    }
}

#[test]
fn smuggling_out_by_submission_stops_before_anything_is_said() {
    let room = Mailroom::open(SmtpConfig::default());
    let options = SubmissionOptions {
        host: room.address().ip().to_string(),
        port: room.address().port(),
        security: SubmissionSecurity::None,
        login: None,
        trust: ServerTrust::SystemRoots,
        timeout: Duration::from_secs(20),
    };
    for false_end in FALSE_ENDS {
        let cancelled = AtomicBool::new(false);
        let tell = |_: &TranscriptLine| ();
        let watch = SubmissionWatch { cancelled: &cancelled, said: &tell };
        let submission = SmtpSubmitter.submit(&envelope(&message(false_end)), &options, &watch);
        match &submission.outcome {
            SubmissionOutcome::Failed { step: SubmissionStep::Prepare, cause } => {
                assert!(cause.contains("cannot travel over SMTP"), "{false_end:?}: {cause}");
            }
            other => panic!("{false_end:?}: {other:?}"),
        }
        assert!(submission.transcript.is_empty(), "{false_end:?}: something was said");
    }
    // The true end, and a message of bare LF throughout, are made safe: each line with a dot gets another.
    for octets in [message("\r\n.\r\n"), message("\n.\n").into_iter().filter(|octet| *octet != b'\r').collect()] {
        let cancelled = AtomicBool::new(false);
        let tell = |_: &TranscriptLine| ();
        let watch = SubmissionWatch { cancelled: &cancelled, said: &tell };
        let _ = SmtpSubmitter.submit(&envelope(&octets), &options, &watch);
    }
    let kept = room.messages();
    assert_eq!(kept, [message("\r\n.\r\n"), message("\r\n.\r\n")]);
}

#[test]
fn smuggling_in_an_envelope_file_gives_one_message_with_its_octets() {
    for false_end in FALSE_ENDS {
        let octets = message(false_end);
        let file = bsmtp::write(&envelope(&octets));
        let read = bsmtp::parse(&file, &Limits::DEFAULT).unwrap();
        assert_eq!(read.len(), 1, "{false_end:?}");
        assert_eq!(read[0].message.octets(), octets, "{false_end:?}");
        assert_eq!(read[0].reverse_path.to_string(), "mallory@m.example", "{false_end:?}");
        // As Mallory would write the file, without transparency.
        let raw = [
            b"MAIL FROM:<mallory@m.example>\r\nRCPT TO:<bob@b.example>\r\nDATA\r\n",
            octets.as_slice(),
            b".\r\nQUIT\r\n",
        ];
        let read = bsmtp::parse(&raw.concat(), &Limits::DEFAULT).unwrap();
        assert_eq!(read.len(), 1, "{false_end:?}: a second message");
        assert!(read[0].message.octets().ends_with(b"smuggled\r\n"), "{false_end:?}");
    }
}

// A From line begins a message behind an empty line only, and a dot ends none.
#[test]
fn smuggling_in_an_mbox_takes_a_from_line_behind_an_empty_line() {
    let head = "From mallory@m.example Mon Jan  1 00:00:00 2024\n";
    for false_end in FALSE_ENDS {
        let file = [head.as_bytes(), &message(false_end)].concat();
        assert_eq!(mbox::split(&file).len(), 1, "{false_end:?}");
    }
    let inner = "From admin@a.example Mon Jan  1 00:00:00 2024";
    for (between, messages) in [("x\n", 1), ("x\n.\n", 1), ("x\n\n>", 1), ("x\n ", 1), ("x\n\n", 2)] {
        let file = format!("{head}Subject: 1\n\n{between}{inner}\nSubject: 2\n\ny\n");
        assert_eq!(mbox::split(file.as_bytes()).len(), messages, "{between:?}");
    }
}
