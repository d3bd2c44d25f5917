//! Our delimiter scanner beside `mail-parser`'s: they agree on sane messages, and where they do not, ours holds to
//! RFC 2046 §5.1.1. The second half records the faults for which `mail-parser` may not find signed octets; a fault that
//! a new version mends fails its test, and can then be struck out.
#![cfg(test)]

use mail_parser::{MessageParser, PartType};
use proptest::prelude::*;
use sealscope::finding::Ledger;
use sealscope::limits::Limits;
use sealscope::mime::{Entity, multipart};
use sealscope::span::{Buffer, BufferName};

fn message(content_type: &str, body: &str) -> Vec<u8> {
    format!("From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n{body}").into_bytes()
}

fn our_parts(octets: &[u8]) -> Option<Vec<Vec<u8>>> {
    let buffer = Buffer::new(BufferName::Received, octets);
    let mut ledger = Ledger::new();
    let entity = Entity::parse_whole(&buffer, &Limits::DEFAULT, &mut ledger).ok()?;
    let multipart = multipart::split(&entity, &Limits::DEFAULT, &mut ledger).ok()?;
    Some(multipart.parts.into_iter().map(|range| buffer.slice(range).to_vec()).collect())
}

fn their_parts(octets: &[u8]) -> Option<Vec<Vec<u8>>> {
    let parsed = MessageParser::default().parse(octets)?;
    let PartType::Multipart(children) = &parsed.parts.first()?.body else { return None };
    let part = |id: &u32| {
        let part = parsed.parts.get(usize::try_from(*id).ok()?)?;
        let start = usize::try_from(part.offset_header).ok()?;
        octets.get(start..usize::try_from(part.offset_end).ok()?).map(<[u8]>::to_vec)
    };
    children.iter().map(part).collect()
}

#[test]
fn on_sane_messages_both_find_the_same_octets() {
    let two = "--b\r\nContent-Type: text/plain\r\n\r\none\r\n\r\n--b\r\n\r\ntwo\r\n--b--\r\n";
    for (name, octets) in [
        ("two parts", message("multipart/mixed; boundary=b", two)),
        ("quoted boundary", message("multipart/mixed; boundary=\"b\"", two)),
        ("bare lf", message("multipart/mixed; boundary=b", &two.replace("\r\n", "\n"))),
        ("preamble and epilogue", message("multipart/mixed; boundary=b", &format!("pre\r\n{two}epi\r\n"))),
        ("blanks after the delimiter", message("multipart/mixed; boundary=b", &two.replace("--b\r\n", "--b \t\r\n"))),
        (
            "segments of the boundary",
            message("multipart/mixed; boundary*1=d; boundary*0=c", &two.replace("--b", "--cd")),
        ),
        (
            "nested",
            message(
                "multipart/mixed; boundary=a",
                &format!("--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{two}\r\n--a\r\n\r\nx\r\n--a--\r\n"),
            ),
        ),
        (
            "signed wrapper without a final line end",
            message(
                "multipart/signed; boundary=b",
                "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nend\r\n--b\r\n\
                 Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\nMA==\r\n--b--\r\n",
            ),
        ),
        ("eight bit", message("multipart/mixed; boundary=b", &two.replace("one", "é\0"))),
        ("missing close", message("multipart/mixed; boundary=b", two.trim_end_matches("--b--\r\n"))),
    ] {
        let ours = our_parts(&octets);
        assert!(ours.as_ref().is_some_and(|parts| !parts.is_empty()), "{name}");
        assert_eq!(ours, their_parts(&octets), "{name}");
    }
}

fn assert_only_ours(octets: &[u8], expected: &[&str]) {
    let expected: Vec<Vec<u8>> = expected.iter().map(|part| part.as_bytes().to_vec()).collect();
    assert_eq!(our_parts(octets).as_ref(), Some(&expected));
    assert_ne!(their_parts(octets).as_ref(), Some(&expected), "mail-parser has mended this: strike it out");
}

#[test]
fn a_boundary_in_mid_line_does_not_cut_the_part() {
    let octets = message("multipart/mixed; boundary=b", "--b\r\n\r\none x--b\r\ntwo\r\n--b--\r\n");
    assert_only_ours(&octets, &["\r\none x--b\r\ntwo"]);
}

#[test]
fn a_longer_boundary_does_not_cut_the_part() {
    let octets = message("multipart/mixed; boundary=b", "--b\r\n\r\none\r\n--bXYZ\r\ntwo\r\n--b--\r\n");
    assert_only_ours(&octets, &["\r\none\r\n--bXYZ\r\ntwo"]);
}

#[test]
fn a_boundary_folded_after_its_equals_sign_is_one() {
    let octets = message("multipart/mixed; boundary=\r\n \"b\"", "--b\r\n\r\none\r\n--b--\r\n");
    assert_only_ours(&octets, &["\r\none"]);
}

#[test]
fn an_unclosed_inner_multipart_does_not_swallow_the_outer_delimiter() {
    let octets = message(
        "multipart/mixed; boundary=a",
        "--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--a\r\n\r\ntwo\r\n--a--\r\n",
    );
    let inner = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none";
    assert_only_ours(&octets, &[inner, "\r\ntwo"]);
}

#[test]
fn a_part_without_an_empty_line_does_not_swallow_the_next() {
    let octets = message("multipart/mixed; boundary=b", "--b\r\nX: y\r\n--b\r\n\r\ntwo\r\n--b--\r\n");
    assert_only_ours(&octets, &["X: y", "\r\ntwo"]);
}

fn part() -> impl Strategy<Value = String> {
    let fixed = ["", "-- ", "------", "From me", "=_b", "--=", "=_b1--"].map(|line| Just(line.to_owned()));
    let line = prop_oneof!["[ -,.-~]{0,40}", proptest::sample::select(Vec::from(fixed)).prop_flat_map(|line| line)];
    let header = prop_oneof![Just("Content-Type: text/plain\r\n"), Just("X-A: b\r\n\tfolded\r\n"), Just("")];
    let lines = proptest::collection::vec(line, 1..8);
    (header, lines).prop_map(|(header, lines)| format!("{header}\r\n{}", lines.join("\r\n")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_of_any_text_are_found_by_both(parts in proptest::collection::vec(part(), 1..5)) {
        let body: String = parts.iter().map(|part| format!("--=_b1\r\n{part}\r\n")).collect();
        let octets = message("multipart/mixed; boundary=\"=_b1\"", &format!("{body}--=_b1--\r\n"));
        let expected: Option<Vec<Vec<u8>>> = Some(parts.into_iter().map(String::into_bytes).collect());
        prop_assert_eq!(&our_parts(&octets), &expected);
        prop_assert_eq!(&their_parts(&octets), &expected);
    }
}
