//! What the recipient gets is what the sender had, octet for octet.
#![cfg(test)]

mod support;

use proptest::prelude::*;
use sealscope::agent::LineEndPolicy;
use std::sync::LazyLock;
use support::{ALICE, BOB, Circle, World, alice_and_bob, arrived, envelope};

const HEADER: &str = "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Octets\r\n";

static WORLD: LazyLock<World> = LazyLock::new(|| alice_and_bob(&Circle::new("Good")));
static KEEPING: LazyLock<World> = LazyLock::new(|| {
    let mut world = alice_and_bob(&Circle::new("Good"));
    world.making.line_ends = LineEndPolicy::Keep;
    world
});

/// What Bob reads when Alice sends `original`.
fn through(world: &World, original: &[u8]) -> Vec<u8> {
    let sent = world.outgoing(&envelope(ALICE, &[BOB], original)).unwrap_or_else(|report| {
        panic!("not sent: {:?}", report.rejection);
    });
    let received = world.incoming(&arrived(&sent)).unwrap_or_else(|report| {
        panic!("not received: {:?}", report.rejection);
    });
    received.envelope.message.octets().to_vec()
}

fn unchanged(original: &[u8]) {
    let delivered = through(&WORLD, original);
    let first = delivered.iter().zip(original).position(|(left, right)| left != right);
    assert!(
        delivered == original,
        "{} octets became {}, the first difference is at {first:?}",
        original.len(),
        delivered.len()
    );
}

fn with_body(body: &[u8]) -> Vec<u8> {
    [HEADER.as_bytes(), b"\r\n", body].concat()
}

fn to_crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

#[test]
fn crlf_line_ends_arrive_unchanged() {
    unchanged(&with_body(b"one\r\ntwo\r\n\r\n\r\n"));
}

#[test]
fn mixed_line_ends_arrive_unchanged() {
    unchanged(&with_body(b"CRLF\r\nLF\nCR\rboth\n\r\r\nend\r\n"));
    unchanged(b"From: alice@a.example\nTo: bob@b.example\r\n\nLF in the header, CRLF in the body\r\n");
}

#[test]
fn a_file_of_the_local_form_arrives_in_its_crlf_form() {
    let local = "From: alice@a.example\nTo: bob@b.example\nSubject: LF\n\none\n\ntwo\n";
    assert_eq!(through(&WORLD, local.as_bytes()), to_crlf(local).as_bytes());
    let unfinished = "From: alice@a.example\nTo: bob@b.example\n\nno final newline";
    assert_eq!(through(&WORLD, unfinished.as_bytes()), to_crlf(unfinished).as_bytes());
}

#[test]
fn a_file_of_the_local_form_arrives_unchanged_where_line_ends_are_kept() {
    let local = b"From: alice@a.example\nTo: bob@b.example\nSubject: LF\n\none\n\ntwo\n";
    assert_eq!(through(&KEEPING, local), local);
}

#[test]
fn a_missing_final_newline_stays_missing() {
    unchanged(&with_body(b"the last line"));
    unchanged(&with_body(b""));
    unchanged(HEADER.as_bytes());
    unchanged(&with_body(b"ends with CR\r"));
}

#[test]
fn trailing_empty_lines_and_blanks_arrive_unchanged() {
    unchanged(&with_body(b"text  \t\r\n \r\n\r\n\r\n"));
}

#[test]
fn eight_bit_text_arrives_unchanged() {
    unchanged(&with_body("Grüße, 医生\r\n".as_bytes()));
    unchanged(&with_body(b"latin: \xe9\xff\xfe\r\n"));
    unchanged("From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Gr\u{fc}\u{df}e\r\n\r\ntext\r\n".as_bytes());
}

#[test]
fn binary_content_with_nul_arrives_unchanged() {
    let octets: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    unchanged(&with_body(&octets));
    unchanged(&with_body(b"\0\0\r\0\n\0"));
}

#[test]
fn binary_content_without_cr_is_not_taken_for_the_local_form() {
    let octets = [b"From: alice@a.example\nTo: bob@b.example\n\n".as_slice(), &[0, 1, 10, 255, 10, 0]].concat();
    unchanged(&octets);
}

#[test]
fn lines_of_five_thousand_octets_arrive_unchanged() {
    let line = "x".repeat(5_000);
    unchanged(&with_body(format!("{line}\r\n{line}").as_bytes()));
    unchanged(format!("From: alice@a.example\r\nTo: bob@b.example\r\nX-Long: {line}\r\n\r\ntext\r\n").as_bytes());
}

#[test]
fn preamble_and_epilogue_arrive_unchanged() {
    let body =
        "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\npreamble\r\n--b\r\n\r\none\r\n--b--\r\nepilogue\r\n\r\n";
    unchanged(format!("{HEADER}{body}").as_bytes());
}

#[test]
fn delimiters_that_look_like_ours_arrive_unchanged() {
    unchanged(&with_body(b"--\r\n----\r\n--=_\r\n--=_sealscope--\r\n.\r\n..\r\nFrom here on\r\n"));
}

#[test]
fn odd_folding_arrives_unchanged() {
    let header =
        "From:\r\n alice@a.example\r\nTo: bob@b.example\r\nSubject: one\r\n\t two \r\n   \r\n three\r\nX-Empty:\r\n";
    unchanged(format!("{header}\r\ntext\r\n").as_bytes());
}

#[test]
fn three_hundred_kilobytes_of_base64_arrive_unchanged() {
    let line = format!("{}\r\n", "QUJDREVGR0g".repeat(7).get(..76).unwrap());
    let text = line.repeat(300 * 1024 / line.len());
    unchanged(format!("{HEADER}Content-Transfer-Encoding: base64\r\n\r\n{text}").as_bytes());
}

#[test]
fn a_message_that_is_secured_already_arrives_unchanged() {
    let inner = WORLD.outgoing(&envelope(ALICE, &[BOB], &with_body(b"twice\r\n"))).unwrap();
    unchanged(inner.envelope.message.octets());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_arrive_as_they_left(body in proptest::collection::vec(any::<u8>(), 0..600)) {
        let original = with_body(&body);
        prop_assert_eq!(through(&KEEPING, &original), original);
    }

    #[test]
    fn any_mixture_of_line_ends_and_dashes_arrives_as_it_left(
        pieces in proptest::collection::vec(prop_oneof!["\r", "\n", "\r\n", "-", "--", " ", "a", "\\.", "="], 0..80)
    ) {
        let original = with_body(pieces.concat().as_bytes());
        prop_assert_eq!(through(&KEEPING, &original), original);
    }
}
