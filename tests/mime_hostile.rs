//! Hostile MIME costs bounded time, leaves findings, and never ends the program.

use std::time::{Duration, Instant};

use sealscope::finding::{Ledger, Severity};
use sealscope::limits::Limits;
use sealscope::mime::{Entity, MimeTree, multipart};
use sealscope::span::{Buffer, BufferName};

/// Generous for a slow machine; anything quadratic takes many times as long.
const BOUND: Duration = Duration::from_secs(10);

fn parsed(octets: impl Into<Vec<u8>>) -> (MimeTree, Ledger) {
    let started = Instant::now();
    let result = MimeTree::parse(&Buffer::new(BufferName::Received, octets.into()), &Limits::DEFAULT);
    assert!(started.elapsed() < BOUND, "{:?}", started.elapsed());
    result
}

fn complains(ledger: &Ledger) -> bool {
    ledger.worst() >= Severity::Warning
}

fn nested_multiparts(depth: usize) -> String {
    let open = |level: usize| format!("Content-Type: multipart/mixed; boundary=\"b{level}\"\r\n\r\n--b{level}\r\n");
    let opened: String = (0..depth).map(open).collect();
    let closed: String = (0..depth).rev().map(|level| format!("\r\n--b{level}--\r\n")).collect();
    format!("{opened}\r\ninnermost{closed}")
}

#[test]
fn a_thousand_nested_multiparts_are_read_as_deep_as_the_cap() {
    let (tree, ledger) = parsed(nested_multiparts(1_000));
    let deepest = tree.nodes().iter().map(|node| node.depth).max();
    assert_eq!(deepest, Some(Limits::DEFAULT.mime_depth));
    assert!(complains(&ledger));
}

#[test]
fn a_million_nested_messages_do_not_exhaust_the_stack() {
    let (tree, ledger) = parsed("Content-Type: message/rfc822\r\n\r\n".repeat(1_000_000));
    assert!(tree.nodes().len() <= Limits::DEFAULT.mime_depth + 1);
    assert!(complains(&ledger));
}

#[test]
fn a_hundred_thousand_fields_are_counted_and_not_all_kept() {
    let mut message = "X-Field: value\r\n".repeat(100_000);
    message.truncate(Limits::DEFAULT.header_octets - 100);
    message.push_str("\r\n\r\nbody\r\n");
    let (tree, ledger) = parsed(message);
    let header = &tree.root().unwrap().entity.header;
    assert_eq!(header.fields.len(), Limits::DEFAULT.header_fields);
    assert!(header.field_count > 60_000);
    assert!(complains(&ledger));
    assert!(complains(&parsed("X-Field: value\r\n".repeat(200_000)).1));
}

#[test]
fn twenty_thousand_multiparts_without_delimiters_take_linear_time() {
    let sibling =
        |number: usize| format!("--outer\r\nContent-Type: multipart/mixed; boundary=absent{number}\r\n\r\ntext\r\n");
    let siblings: String = (0..20_000).map(sibling).collect();
    let (tree, ledger) =
        parsed(format!("Content-Type: multipart/mixed; boundary=outer\r\n\r\n{siblings}--outer--\r\n"));
    assert!(tree.nodes().len() <= Limits::DEFAULT.mime_parts);
    assert!(complains(&ledger));
}

#[test]
fn a_boundary_that_every_line_begins_with_takes_linear_time() {
    let lines = "--b\u{20}\u{20}x\r\n--bb\r\n--b-\r\n".repeat(500_000);
    let (tree, _) = parsed(format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{lines}"));
    assert!(tree.nodes().len() <= Limits::DEFAULT.mime_parts);
}

#[test]
fn a_line_of_fifty_million_octets_is_one_line() {
    let body = vec![b'-'; 50_000_000];
    let (tree, _) = parsed([b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n".to_vec(), body].concat());
    assert_eq!(tree.nodes().len(), 2);
}

#[test]
fn a_missing_closing_delimiter_loses_no_part_and_is_told() {
    let (tree, ledger) =
        parsed("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n");
    assert_eq!(tree.nodes().len(), 3);
    assert!(complains(&ledger));
}

#[test]
fn bare_line_ends_nul_and_eight_bit_octets_are_kept_and_told() {
    let (tree, ledger) = parsed(b"Subject: a\0b\rc\xff\nTo: x\r\n\n\r\0\xffbody".to_vec());
    let root = tree.root().unwrap();
    assert_eq!(root.entity.header.fields.len(), 2);
    assert_eq!(root.entity.body_octets(), b"\r\0\xffbody");
    assert!(complains(&ledger));
}

#[test]
fn every_prefix_of_a_message_can_be_read() {
    let message = nested_multiparts(5);
    for length in 0..=message.len() {
        let (tree, _) = parsed(&message.as_bytes()[..length]);
        assert!(tree.root().is_some());
    }
}

/// The octets of the parts that our scanner finds.
fn parts_of(message: &[u8]) -> Vec<Vec<u8>> {
    let buffer = Buffer::new(BufferName::Received, message);
    let mut ledger = Ledger::new();
    let entity = Entity::parse_whole(&buffer, &Limits::DEFAULT, &mut ledger).unwrap();
    let found = multipart::split(&entity, &Limits::DEFAULT, &mut ledger).unwrap();
    found.parts.into_iter().map(|part| buffer.slice(part).to_vec()).collect()
}

/// The octets of the parts that mail-parser finds.
fn parts_by_mail_parser(message: &[u8]) -> Vec<Vec<u8>> {
    let parsed = mail_parser::MessageParser::new().parse(message).unwrap();
    let mail_parser::PartType::Multipart(parts) = &parsed.parts[0].body else { return Vec::new() };
    let octets = |index: &u32| {
        let part = &parsed.parts[usize::try_from(*index).unwrap()];
        let start = usize::try_from(part.offset_header).unwrap();
        message[start..usize::try_from(part.offset_end).unwrap()].to_vec()
    };
    parts.iter().map(octets).collect()
}

mod compared_with_mail_parser {
    use proptest::prelude::*;

    use super::{parts_by_mail_parser, parts_of};

    fn part() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            "[ -,.-~]{0,40}",
            Just(String::new()),
            Just("-- ".to_owned()),
            Just("------".to_owned()),
            Just("From me".to_owned()),
        ];
        let header = prop_oneof![Just("Content-Type: text/plain\r\n"), Just("X-A: b\r\n\tfolded\r\n"), Just("")];
        (header, proptest::collection::vec(line, 1..8))
            .prop_map(|(header, lines)| format!("{header}\r\n{}", lines.join("\r\n")))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn ordinary_multiparts_have_the_same_parts(parts in proptest::collection::vec(part(), 1..5)) {
            let body: String = parts.iter().map(|part| format!("--=_b1\r\n{part}\r\n")).collect();
            let message = format!("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_b1\"\r\n\r\n{body}--=_b1--\r\n");
            let expected: Vec<Vec<u8>> = parts.iter().map(|part| part.clone().into_bytes()).collect();
            prop_assert_eq!(parts_of(message.as_bytes()), &expected[..]);
            prop_assert_eq!(parts_by_mail_parser(message.as_bytes()), &expected[..]);
        }
    }

    /// Where the two differ, ours is the reading of RFC 2046 §5.1.1; an attacker could use the difference.
    #[test]
    fn delimiters_in_mid_line_and_longer_ones_are_content_to_us_alone() {
        for line in ["x--b", "--bXYZ"] {
            let message = format!(
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n{line}\r\ntwo\r\n--b--\r\n"
            );
            let expected = format!("\r\none\r\n{line}\r\ntwo").into_bytes();
            assert_eq!(parts_of(message.as_bytes()), [expected.clone()], "{line}");
            assert_ne!(parts_by_mail_parser(message.as_bytes()), [expected], "{line}");
        }
    }
}
