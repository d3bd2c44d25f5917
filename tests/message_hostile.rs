//! Everything that reads a message, one reader after the other, on a small stack: bounded time, and a finding.
//!
//! The time allowed is far above what a linear pass takes in a debug build on a busy machine, and far below what a
//! quadratic one takes on these sizes.
#![cfg(test)]

use std::time::{Duration, Instant};

use sealscope::finding::{Ledger, Severity};
use sealscope::limits::Limits;
use sealscope::mail::{Envelope, HeaderSection};
use sealscope::mime::{Entity, MimeTree, SignedEntity, multipart};
use sealscope::span::{Buffer, BufferName};

const ALLOWED: Duration = Duration::from_secs(30);

fn buffer(octets: Vec<u8>) -> Buffer {
    Buffer::new(BufferName::Received, octets)
}

/// Everything that reads a message, on a stack far smaller than that of a main thread.
fn read_everything(octets: Vec<u8>, limits: Limits) -> (usize, Ledger) {
    let start = Instant::now();
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(move || {
        let message = buffer(octets);
        let (tree, mut ledger) = MimeTree::parse(&message, &limits);
        for node in tree.nodes() {
            let _ = node.entity.decoded_body();
            let _ = multipart::split(&node.entity, &limits, &mut ledger);
            let _ = SignedEntity::open(node.entity.clone(), &limits, &mut ledger);
        }
        let _ = Envelope::derive_within(message, &limits, &mut ledger);
        (tree.nodes().len(), ledger)
    });
    let result = thread.expect("a thread starts").join().expect("no panic");
    assert!(start.elapsed() < ALLOWED, "took {:?}", start.elapsed());
    result
}

fn has_warning(ledger: &Ledger, rule: &str) -> bool {
    ledger.findings().iter().any(|finding| finding.rule.id == rule && finding.severity == Severity::Warning)
}

#[test]
fn a_thousand_nested_multiparts_are_cut_at_the_depth_limit() {
    let mut octets = Vec::new();
    for depth in 0..1_000 {
        octets.extend(format!("Content-Type: multipart/mixed; boundary=b{depth}x\r\n\r\n--b{depth}x\r\n").into_bytes());
    }
    octets.extend(b"\r\ninnermost\r\n");
    let (nodes, ledger) = read_everything(octets.clone(), Limits::DEFAULT);
    assert_eq!(nodes, 33);
    assert!(has_warning(&ledger, "mime.limit"));
    let (nodes, _) = read_everything(octets, Limits { mime_depth: 2_000, mime_parts: 2_000, ..Limits::DEFAULT });
    assert_eq!(nodes, 1_001);
}

#[test]
fn the_depth_limit_is_no_recursion_in_disguise() {
    let octets = b"Content-Type: message/rfc822\n\n".repeat(100_000);
    let limits = Limits { mime_depth: 200_000, mime_parts: 200_000, ..Limits::DEFAULT };
    let (tree, _) = MimeTree::parse(&buffer(octets), &limits);
    assert_eq!(tree.nodes().len(), 100_001);
    assert_eq!(tree.label(100_000), "");
}

#[test]
fn a_hundred_thousand_fields_are_counted_and_a_thousand_kept() {
    let octets = [b"X: y\r\n".repeat(100_000), b"From: a@b.example\r\n\r\nbody".to_vec()].concat();
    let section = HeaderSection::scan(&octets, 0..octets.len(), &Limits::DEFAULT);
    assert_eq!((section.fields.len(), section.field_count), (1_000, 100_001));
    assert_eq!(&octets[section.body_start..], b"body");
    let (nodes, ledger) = read_everything(octets, Limits::DEFAULT);
    assert_eq!(nodes, 1);
    assert!(has_warning(&ledger, "header.limit"));
    assert!(ledger.findings().iter().any(|finding| finding.detail.contains("trust depends on")));
}

#[test]
fn twenty_thousand_siblings_with_absent_boundaries_are_not_quadratic() {
    let part = b"--b\r\nContent-Type: multipart/mixed; boundary=absent\r\n\r\nx\r\n";
    let octets = [b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec(), part.repeat(20_000)].concat();
    let (nodes, ledger) = read_everything(octets.clone(), Limits::DEFAULT);
    assert!(nodes <= Limits::DEFAULT.mime_parts);
    assert!(has_warning(&ledger, "mime.limit"));
    let (nodes, _) = read_everything(octets, Limits { mime_parts: 50_000, ..Limits::DEFAULT });
    assert_eq!(nodes, 20_001);
}

#[test]
fn runs_of_one_octet_take_linear_time() {
    for octet in [b'-', b'\r', b'\n', b' ', b':', b'(', b'"', b'\\', b'<', b',', b'=', 0, 0xff] {
        let run = vec![octet; 300_000];
        let header =
            [b"Content-Type: ".to_vec(), run.clone(), b"\r\nFrom: ".to_vec(), run.clone(), b"\r\n\r\n".to_vec()];
        let _ = read_everything(header.concat(), Limits::DEFAULT);
        let body = [b"Content-Type: multipart/mixed; boundary=\"-\"\r\n\r\n".to_vec(), run].concat();
        let _ = read_everything(body, Limits::DEFAULT);
    }
}

#[test]
fn many_lines_that_almost_delimit_give_one_finding() {
    let octets = [b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec(), b"--bb\r\n".repeat(200_000)].concat();
    let message = buffer(octets);
    let mut ledger = Ledger::new();
    let entity = Entity::parse_whole(&message, &Limits::DEFAULT, &mut ledger).expect("within the limits");
    assert!(multipart::split(&entity, &Limits::DEFAULT, &mut ledger).expect("a boundary").parts.is_empty());
    assert_eq!(ledger.findings().len(), 2);
}

#[test]
fn a_line_of_fifty_million_octets_is_one_line() {
    let head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n".to_vec();
    let (nodes, _) = read_everything([head, vec![b'-'; 50_000_000]].concat(), Limits::DEFAULT);
    assert_eq!(nodes, 2);
}

#[test]
fn bare_line_ends_nul_and_eight_bit_octets_are_kept_and_told() {
    let message = buffer(b"Subject: a\0b\rc\xff\nTo: x\r\n\n\r\0\xffbody".to_vec());
    let (tree, ledger) = MimeTree::parse(&message, &Limits::DEFAULT);
    let entity = &tree.root().expect("within the limits").entity;
    assert_eq!(entity.header.fields.len(), 2);
    assert_eq!(entity.body_octets(), b"\r\0\xffbody");
    assert!(has_warning(&ledger, "header.nul"));
    assert!(has_warning(&ledger, "header.bare-cr"));
}

#[test]
fn every_prefix_of_a_message_can_be_read() {
    let octets: Vec<u8> = (0..5)
        .flat_map(|depth| {
            format!("Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n").into_bytes()
        })
        .chain((0..5).rev().flat_map(|depth| format!("\r\n--b{depth}--\r\n").into_bytes()))
        .collect();
    for length in 0..=octets.len() {
        let (nodes, _) = read_everything(octets[..length].to_vec(), Limits::DEFAULT);
        assert!(nodes >= 1, "{length}");
    }
}
