//! A written message as octets.

use std::fmt::Write as _;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::mail::Address;
use crate::mime::seven_bit;

/// The message that is written: headers as RFC 5322 has them, CRLF line ends.
pub(super) fn compose(from: &Address, to: &[Address], subject: &str, body: &str, now: OffsetDateTime) -> String {
    let to: Vec<String> = to.iter().map(ToString::to_string).collect();
    let date = now.format(&Rfc2822).unwrap_or_default();
    let subject = encoded(&subject.replace(['\r', '\n'], " "));
    let mut message = String::new();
    // Writing into a String does not fail.
    let _ = write!(message, "From: {from}\r\nTo: {}\r\nSubject: {subject}\r\nDate: {date}\r\n", to.join(",\r\n "));
    let _ = write!(message, "Message-ID: <{:x}@{}>\r\n", now.unix_timestamp_nanos(), from.domain().ascii());
    let mut text = String::with_capacity(body.len());
    for line in body.lines() {
        text.push_str(line);
        text.push_str("\r\n");
    }
    // What is signed has to arrive as it left (RFC 8551 §3.1.3).
    let safe = seven_bit::is_safe_text(&text);
    let encoding = if safe { "7bit" } else { "quoted-printable" };
    let _ = write!(
        message,
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    );
    message.push_str(&if safe { text } else { seven_bit::quoted_printable(&text) });
    message
}

// RFC 2047 §2: words of at most 75 characters, cut between characters.
fn encoded(subject: &str) -> String {
    use base64::Engine as _;
    if subject.is_ascii() {
        return subject.to_owned();
    }
    let mut words: Vec<String> = vec![String::new()];
    for character in subject.chars() {
        if let Some(last) = words.last_mut() {
            if last.len() + character.len_utf8() > 42 {
                words.push(character.to_string());
            } else {
                last.push(character);
            }
        }
    }
    let word = |word: &String| format!("=?utf-8?B?{}?=", base64::engine::general_purpose::STANDARD.encode(word));
    words.iter().map(word).collect::<Vec<_>>().join("\r\n ")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_written_message_has_crlf_lines_and_the_headers_that_mail_needs() {
        let from = Address::parse("alice@a.example").unwrap();
        let to = [Address::parse("bob@b.example").unwrap()];
        let message = compose(&from, &to, "Grüße", "one\ntwo", datetime!(2026-03-01 12:00 UTC));
        assert!(message.contains("Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n"), "{message}");
        assert!(message.ends_with("\r\n\r\none\r\ntwo\r\n"));
        assert!(!message.replace("\r\n", "").contains(['\r', '\n']));
    }

    #[test]
    fn what_a_transport_could_alter_is_encoded() {
        let from = Address::parse("alice@a.example").unwrap();
        let to = [Address::parse("bob@b.example").unwrap()];
        let long = "x".repeat(2_000);
        for body in ["Grüße", "From here on", "blank at the end ", ".", &long] {
            let message = compose(&from, &to, "Results", body, datetime!(2026-03-01 12:00 UTC));
            assert!(message.contains("Content-Transfer-Encoding: quoted-printable\r\n"), "{message}");
            assert_eq!(seven_bit::hazards(message.as_bytes()), []);
            assert!(message.lines().all(|line| line.len() <= 76), "{message}");
        }
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let from = Address::parse("alice@a.example").unwrap();
        let message = compose(&from, &[], "x\r\nBcc: eve@e.example", "", datetime!(2026-03-01 12:00 UTC));
        assert!(!message.contains("\nBcc:"), "{message}");
    }
}
