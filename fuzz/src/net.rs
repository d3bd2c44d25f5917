//! What comes over a network: OCSP responses, LDAP messages, zone files, SMTP sessions.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use sealscope::io::ldap::screened;
use sealscope::lab::dns::Zone;
use sealscope::lab::smtp::{EventKind, LabSmtp, SessionEvent, SmtpConfig};
use sealscope::mail::{Speaker, TranscriptLine};
use sealscope::pki::ocsp::AnswerAge;
use sealscope::pki::{OcspQuestion, RevocationStatus};

use crate::printable;
use crate::world::{NOW, WORLD};

static QUESTION: LazyLock<OcspQuestion> = LazyLock::new(|| {
    OcspQuestion::new(&WORLD.alice_certificate, &WORLD.intermediate, b"fuzz").expect("Alice can be asked about")
});

/// An answer counts only where the intermediate or whom it named signed it, and nobody did: the seeds hold none of theirs
/// about this nonce.
pub fn ocsp(octets: &[u8]) {
    let answer = QUESTION.judge(octets, "http://a.example/", AnswerAge::Fresh, NOW);
    assert!(!answer.counts(), "an answer that nobody signed counts");
    assert!(matches!(answer.status, RevocationStatus::Unknown(_)));
    answer.notes.iter().for_each(|note| printable(note));
}

/// What is handed on of a directory's message is read as the same, and is no longer than what came.
pub fn ldap(octets: &[u8]) {
    match screened(octets) {
        Ok(message) => {
            assert!(message.len() <= octets.len() + 8);
            assert_eq!(screened(&message).as_ref(), Ok(&message));
        }
        Err(why) => printable(&why),
    }
}

/// A zone file gives records, or one sentence.
pub fn zone_file(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    let mut zone = Zone::new();
    match zone.publish_file(text, Some("a.example")) {
        Ok(_) => assert!(zone.len() <= octets.len() + 1),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Messages that a sink kept, and what it said.
static KEPT: LazyLock<Arc<Mutex<Vec<Vec<u8>>>>> = LazyLock::new(Arc::default);

static SINK: LazyLock<LabSmtp> = LazyLock::new(|| {
    let config = SmtpConfig { idle: Duration::from_secs(2), total: Duration::from_secs(4), ..SmtpConfig::default() };
    let log = |event: &SessionEvent| match &event.kind {
        EventKind::Closed(why) => printable(why),
        EventKind::Noted(finding) => printable(&finding.detail),
        EventKind::Said(line) => printable(&line.text),
        _ => {}
    };
    let keep = |received: &sealscope::lab::smtp::Received| {
        let mut kept = KEPT.lock().unwrap();
        kept.push(received.envelope.message.octets().to_vec());
        Ok(format!("message-{}", kept.len()))
    };
    LabSmtp::start(config, 0, Arc::new(log), Arc::new(keep)).expect("the sink starts")
});

/// A session over loopback: whatever a client says, what is kept has CRLF line ends and no NUL, and every answer is a reply.
pub fn smtp(octets: &[u8]) {
    let mut stream = TcpStream::connect(SINK.address()).expect("the sink takes connections");
    stream.set_read_timeout(Some(Duration::from_secs(4))).expect("a stream has timeouts");
    // The sink may have closed already.
    let _ = stream.write_all(b"EHLO fuzz\r\n").and_then(|()| stream.write_all(octets));
    let _ = stream.shutdown(Shutdown::Write);
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    let said = String::from_utf8(said).expect("replies are text");
    for line in said.lines() {
        printable(line);
        assert!(line.len() >= 3 && line.as_bytes()[..3].iter().all(u8::is_ascii_digit), "no reply: {line}");
    }
    for message in KEPT.lock().unwrap().drain(..) {
        assert!(message.is_empty() || message.ends_with(b"\r\n"));
        assert!(!message.contains(&0));
        let text: Vec<u8> = message.iter().copied().filter(|octet| matches!(octet, b'\r' | b'\n')).collect();
        assert!(text.chunks(2).all(|pair| pair == b"\r\n"), "a bare line end was kept");
    }
}

/// What is shown of a session steers nothing.
pub fn transcript(octets: &[u8]) {
    let line = TranscriptLine::new(Speaker::Server, octets);
    printable(&line.text);
    printable(&line.to_string());
}
