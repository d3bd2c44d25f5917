//! Shapes that tempt a reader to go through the same octets again and again: twice the input takes about twice the
//! memory and twice the number of allocations, and no more is held at once than a small multiple of the input.
//!
//! Counted, not timed; the ratio of the times is printed for people.
#![cfg(test)]

#[path = "support/allocations.rs"]
mod allocations;
mod support;

use std::time::Instant;

use allocations::{Allocations, counted};
use sealscope::asn1::{Tree, der, oid, outline};
use sealscope::finding::Ledger;
use sealscope::limits::Limits;
use sealscope::mail::{Envelope, HeaderSection, bsmtp, decode_text, mailbox_list, mbox};
use sealscope::mime::parameters::ParameterList;
use sealscope::mime::{MimeTree, TransferEncoding, multipart, transfer};
use sealscope::pki::container;
use sealscope::smime::{CmsLayer, Dissection, EnvelopedData, SignedData, inspect, verify_signers};
use sealscope::span::{Buffer, BufferName};
use support::handmade::{
    content_info, detached, multipart_signed, opaque, opaque_entity, sealed, signed_data, wrapped,
};
use support::{ALICE, BOB, Circle, message};

/// No cap stops a shape before it has grown.
const WIDE: Limits = Limits {
    header_fields: usize::MAX,
    mime_parts: usize::MAX,
    mime_depth: usize::MAX,
    asn1_depth: usize::MAX,
    asn1_nodes: usize::MAX,
    signers: usize::MAX,
    recipients: usize::MAX,
    certificates: usize::MAX,
    ..Limits::DEFAULT
};

/// Doubling takes a growing vector at most one step further, which is twice its last size.
const GROWTH: f64 = 2.6;

fn buffer(octets: &[u8]) -> Buffer {
    Buffer::new(BufferName::Received, octets)
}

/// Everything that reads a message or a CMS.
fn read(octets: &[u8]) {
    let message = buffer(octets);
    let (tree, mut ledger) = MimeTree::parse(&message, &WIDE);
    for node in tree.nodes().iter().take(8) {
        let _ = node.entity.decoded_body();
        let _ = multipart::split(&node.entity, &WIDE, &mut ledger);
    }
    let _ = Envelope::derive_within(message.clone(), &WIDE, &mut ledger);
    let _ = inspect(&message, &WIDE);
}

fn read_cms(octets: &[u8]) {
    let tree = Tree::parse(octets, &WIDE);
    let _ = (outline(&tree).count(), Dissection::of(octets, &WIDE).fields.len());
    if let Ok(signed) = SignedData::read(&buffer(octets), &WIDE) {
        let _ = verify_signers(&signed, b"content", &WIDE);
    }
    let _ = EnvelopedData::read(&buffer(octets), &WIDE);
    let _ = container::read(octets, None);
}

/// Reads a shape of two sizes, and compares.
#[track_caller]
fn grows_in_proportion(name: &str, size: usize, shape: impl Fn(usize) -> Vec<u8>, read: impl Fn(&[u8])) {
    let measure = |octets: &[u8]| {
        let began = Instant::now();
        let ((), taken) = counted(|| read(octets));
        (taken, began.elapsed().as_secs_f64())
    };
    let (small, large) = (shape(size), shape(2 * size));
    // What is set up once is not counted with the small one.
    read(&shape(1));
    let ((once, seconds), (twice, more_seconds)) = (measure(&small), measure(&large));
    let octets = as_float(large.len()) / as_float(small.len());
    let held = as_float(twice.peak) / as_float(large.len());
    eprintln!(
        "{name}: {} octets, time × {:.1} for octets × {octets:.1}, allocations × {:.1}, {:.1} octets held for one",
        large.len(),
        more_seconds / seconds.max(1e-9),
        as_float(twice.times) / as_float(once.times.max(1)),
        held,
    );
    let (few, limit) = (1_000, GROWTH * octets / 2.0);
    let within =
        |figure: fn(&Allocations) -> usize| as_float(figure(&twice)) <= limit * as_float(figure(&once)) + as_float(few);
    assert!(within(|taken| taken.times), "{name}: {once:?}, then {twice:?}");
    assert!(within(|taken| taken.taken / 64), "{name}: {once:?}, then {twice:?}");
}

fn as_float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn head(content_type: &str) -> Vec<u8> {
    format!("Content-Type: {content_type}\r\n\r\n").into_bytes()
}

#[test]
fn nested_values() {
    grows_in_proportion("indefinite lengths", 20_000, |n| b"\x30\x80".repeat(n), read_cms);
    grows_in_proportion(
        "indefinite and closed",
        20_000,
        |n| [b"\x30\x80".repeat(n), b"\0\0".repeat(n)].concat(),
        read_cms,
    );
    let definite = |n| (0..n).fold(Vec::new(), |inner, _| der::value(0x30, &inner));
    grows_in_proportion("definite lengths", 1_000, definite, read_cms);
}

#[test]
fn many_values() {
    grows_in_proportion("siblings", 50_000, |n| der::value(0x30, &b"\x05\x00".repeat(n)), read_cms);
    let segments = |n| [b"\x24\x80".as_slice(), &b"\x04\x01x".repeat(n), b"\0\0"].concat();
    grows_in_proportion("segments", 50_000, segments, |octets| {
        read_cms(octets);
        let tree = Tree::parse(octets, &WIDE);
        assert!(tree.root().unwrap().octet_string().is_some());
    });
}

#[test]
fn many_signers() {
    let alice = Circle::new("Good").address(ALICE);
    let parts = signed_data(&detached(b"content", &alice));
    let (signer, first) = (support::der::members(parts.last().unwrap())[0].clone(), detached(b"content", &alice));
    let shape = |n| {
        let mut parts = parts.clone();
        *parts.last_mut().unwrap() = support::der::constructed(0x31, &vec![signer.clone(); n]);
        content_info(&first, &parts)
    };
    grows_in_proportion("signers", 100, shape, read_cms);
}

#[test]
fn many_certificates() {
    let alice = Circle::new("Good").address(ALICE);
    let cms = detached(b"content", &alice);
    let parts = signed_data(&cms);
    let place = parts.iter().position(|part| part[0] == 0xa0).unwrap();
    let certificate = support::der::members(&parts[place])[0].clone();
    let shape = |n| {
        let mut parts = parts.clone();
        parts[place] = support::der::constructed(0xa0, &vec![certificate.clone(); n]);
        content_info(&cms, &parts)
    };
    grows_in_proportion("certificates", 200, shape, read_cms);
}

#[test]
fn many_recipients() {
    let bob = Circle::new("Good").address(BOB);
    let cms =
        support::handmade::enveloped_data(b"x: y\r\n\r\n", &[bob.certificate()], openssl::symm::Cipher::aes_128_cbc());
    let parts = signed_data(&cms);
    let recipient = support::der::members(&parts[1])[0].clone();
    let shape = |n| {
        let mut parts = parts.clone();
        parts[1] = support::der::constructed(0x31, &vec![recipient.clone(); n]);
        content_info(&cms, &parts)
    };
    grows_in_proportion("recipients", 2_000, shape, read_cms);
    grows_in_proportion("recipients of a message", 2_000, |n| sealed(ALICE, BOB, &shape(n)), read);
}

#[test]
fn many_parts() {
    let parts = |n| [head("multipart/mixed; boundary=b"), b"--b\r\nX: y\r\n\r\nz\r\n".repeat(n)].concat();
    grows_in_proportion("parts", 3_000, parts, read);
    let empty = b"--b\r\nContent-Type: multipart/mixed; boundary=absent\r\n\r\nx\r\n";
    let multiparts = |n| [head("multipart/mixed; boundary=b"), empty.repeat(n)].concat();
    grows_in_proportion("multiparts without parts", 3_000, multiparts, read);
    let near = |n| [head("multipart/mixed; boundary=b"), b"--bb\r\n".repeat(n)].concat();
    grows_in_proportion("near misses", 20_000, near, read);
    let long = "x".repeat(69);
    let near = |n| {
        [head(&format!("multipart/mixed; boundary={long}y")), format!("--{long}\r\n").repeat(n).into_bytes()].concat()
    };
    grows_in_proportion("long near misses", 5_000, near, read);
    let dashes = |n| [head("multipart/mixed; boundary=\"-\""), b"-".repeat(n)].concat();
    grows_in_proportion("dashes", 200_000, dashes, read);
}

#[test]
fn parts_in_parts() {
    let messages = |n| b"Content-Type: message/rfc822\r\n\r\n".repeat(n);
    grows_in_proportion("messages in messages", 2_000, messages, |octets| {
        drop(MimeTree::parse(&buffer(octets), &WIDE))
    });
    let capped = |octets: &[u8]| drop(inspect(&buffer(octets), &Limits::DEFAULT));
    grows_in_proportion("messages in messages, capped", 20_000, messages, capped);
    let nested = |n| {
        (0..n)
            .flat_map(|depth| {
                [head(&format!("multipart/mixed; boundary=b{depth}x")), format!("--b{depth}x\r\n").into()].concat()
            })
            .collect()
    };
    grows_in_proportion("multiparts in multiparts, capped", 10_000, nested, capped);
}

#[test]
fn many_fields() {
    grows_in_proportion("fields", 20_000, |n| [b"X: y\r\n".repeat(n), b"\r\n".to_vec()].concat(), read);
    grows_in_proportion(
        "content types",
        5_000,
        |n| [b"Content-Type: a/b; c=d\r\n".repeat(n), b"\r\n".to_vec()].concat(),
        read,
    );
    grows_in_proportion(
        "folds",
        50_000,
        |n| [b"To: a".to_vec(), b"\r\n a".repeat(n), b"\r\n\r\n".to_vec()].concat(),
        read,
    );
    let names = |n: usize| (0..n).map(|name| format!("X-{name}: y\r\n")).collect::<String>().into_bytes();
    grows_in_proportion("names", 20_000, names, |octets| {
        let section = HeaderSection::scan(octets, 0..octets.len(), &WIDE);
        let mut ledger = Ledger::new();
        sealscope::mail::message::check_fields(&buffer(octets), &section, &mut ledger);
    });
}

#[test]
fn address_lists() {
    for (name, unit) in [
        ("comments in comments", "("),
        ("comments", "(x)"),
        ("quotes", "\"a\" "),
        ("mailboxes", "A <a@b.example>, "),
        ("groups", "g: a@b.example; "),
        ("angles", "<"),
        ("routes", "<@a.example,@b.example:c@d.example>,"),
        ("backslashes", "\\"),
    ] {
        grows_in_proportion(name, 20_000, |n| unit.repeat(n).into_bytes(), |octets| drop(mailbox_list(octets)));
    }
    let header =
        |n| ["To: ".to_owned(), "a@b.example, ".repeat(n), "x@b.example\r\n\r\n".to_owned()].concat().into_bytes();
    grows_in_proportion("recipients of a header", 5_000, header, read);
}

#[test]
fn parameters_and_words() {
    for (name, unit) in [("parameters", "; a=b"), ("comments", "(("), ("quotes", "; a=\"b"), ("semicolons", ";")] {
        grows_in_proportion(
            name,
            20_000,
            |n| format!("a/b{}", unit.repeat(n)).into_bytes(),
            |octets| drop(ParameterList::parse(octets)),
        );
    }
    let numbered = |n: usize| (0..n).map(|number| format!("; a*{number}=b")).collect::<String>().into_bytes();
    grows_in_proportion("continuations", 5_000, numbered, |octets| drop(ParameterList::parse(octets)));
    let named = |n: usize| (0..n).map(|number| format!("; a{number}=b")).collect::<String>().into_bytes();
    grows_in_proportion("names of parameters", 5_000, named, |octets| drop(ParameterList::parse(octets)));
    grows_in_proportion("encoded words", 1_000, |n| b"=?utf-8?Q?a?= ".repeat(n), |octets| drop(decode_text(octets)));
}

#[test]
fn bodies() {
    for (name, unit) in
        [("base64", "QUJD"), ("noise", "Q*\u{e9}"), ("padding", "QQ=="), ("escapes", "=4"), ("soft breaks", "=\r\n")]
    {
        for encoding in [TransferEncoding::Base64, TransferEncoding::QuotedPrintable] {
            let shape = |n| unit.repeat(n).into_bytes();
            grows_in_proportion(name, 50_000, shape, |octets| drop(transfer::decode(&encoding, octets)));
        }
    }
}

#[test]
fn files() {
    let session = |n| {
        ["MAIL FROM:<>\n".to_owned(), "RCPT TO:<a@b.example>\n".repeat(n), "DATA\nX: y\n\n.\n".to_owned()]
            .concat()
            .into_bytes()
    };
    grows_in_proportion("RCPT TO", 5_000, session, |octets| drop(bsmtp::parse(octets, &WIDE)));
    let sessions = |n| "MAIL FROM:<>\nRCPT TO:<a@b.example>\nDATA\nX: y\n\n.\n".repeat(n).into_bytes();
    grows_in_proportion("transactions", 2_000, sessions, |octets| drop(bsmtp::parse(octets, &WIDE)));
    let mailbox = |n| "From a@b Mon Jan  1 00:00:00 2024\nX: y\n\nz\n\n".repeat(n).into_bytes();
    grows_in_proportion("mbox", 5_000, mailbox, |octets| drop(mbox::split(octets)));
    let armour = |n| "-----BEGIN X-----\nAAAA\n-----END X-----\n".repeat(n).into_bytes();
    grows_in_proportion("PEM blocks", 5_000, armour, |octets| drop(container::read(octets, None)));
    let opened = |n| "-----BEGIN X-----\n".repeat(n).into_bytes();
    grows_in_proportion("PEM blocks that do not end", 5_000, opened, |octets| drop(container::read(octets, None)));
}

#[test]
fn signed_bodies() {
    let alice = Circle::new("Good").address(ALICE);
    let shape = |n| {
        let content = [wrapped(&message(ALICE, &[BOB])), b"line\r\n".repeat(n)].concat();
        multipart_signed(&content, &detached(&content, &alice))
    };
    grows_in_proportion("signed lines", 50_000, shape, read);
}

/// Messages that hold `copies` of the next one each, compressed: a few kilobytes that would become `copies` to the power
/// of `levels`.
fn bomb(levels: usize, copies: usize) -> Vec<u8> {
    let compressed = |content: &[u8]| {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(content, 9);
        let content = der::sequence(&[&der::oid(oid::DATA).unwrap(), &der::value(0xa0, &der::value(4, &packed))]);
        let algorithm = der::sequence(&[&der::oid(oid::ZLIB_COMPRESS).unwrap()]);
        let data = der::sequence(&[&der::value(2, &[0]), &algorithm, &content]);
        der::sequence(&[&der::oid(oid::COMPRESSED_DATA).unwrap(), &der::value(0xa0, &data)])
    };
    (0..levels).fold(b"X: y\r\n\r\nz".to_vec(), |inner, _| {
        let part = [b"--b\r\n".to_vec(), opaque_entity(&compressed(&inner))].concat();
        [head("multipart/mixed; boundary=b"), part.repeat(copies)].concat()
    })
}

// Each layer is within its own cap; only all of them together are not.
#[test]
fn layers_that_multiply_are_counted_together() {
    let octets = bomb(8, 30);
    let (inspection, taken) = counted(|| inspect(&buffer(&octets), &Limits::DEFAULT));
    eprintln!("{} octets: {} layers, {} KiB held", octets.len(), inspection.layers.len(), taken.peak >> 10);
    assert!(inspection.layers.len() <= Limits::DEFAULT.mime_parts);
    assert!(inspection.findings.iter().any(|finding| finding.rule.id == "smime.layers-within-limit"));
}

#[test]
fn signers_of_all_layers_are_counted_together() {
    let alice = Circle::new("Good").address(ALICE);
    let part = [b"--b\r\n".to_vec(), opaque_entity(&opaque(b"X: y\r\n\r\nz", &alice))].concat();
    let octets = [head("multipart/mixed; boundary=b"), part.repeat(400)].concat();
    let layers = inspect(&buffer(&octets), &Limits::DEFAULT).layers;
    let checked =
        layers.iter().filter(|layer| matches!(&layer.cms, Some(CmsLayer::Signed { checks, .. }) if !checks.is_empty()));
    assert_eq!(checked.count(), Limits::DEFAULT.signers * (Limits::DEFAULT.smime_layers + 1));
    assert!(layers.len() > 400, "each is shown all the same");
}

/// Octets of the tree of as many values as are kept, whatever the input is.
const TREE: usize = 80 << 20;

/// As it is run: whatever a message is, no more is held than ten times its octets, and one full tree of values.
#[test]
fn within_the_caps_no_more_is_held_than_ten_times_the_input() {
    let flat = der::value(0x30, &b"\x05\x00".repeat(2_000_000));
    let header = |unit: &str| format!("To: {}\r\n\r\n", unit.repeat((1 << 20) / unit.len() - 8)).into_bytes();
    let shapes = [
        ("values", sealed(ALICE, BOB, &flat), TREE),
        ("values of a file", flat, TREE),
        ("openings", b"\x30\x80".repeat(2_000_000), 0),
        ("fields", b"X:y\n".repeat(1_000_000), 0),
        ("parts", [head("multipart/mixed; boundary=b"), b"--b\n\n".repeat(800_000)].concat(), 0),
        ("lines", b"\n".repeat(4_000_000), 0),
        ("backslashes", header("\\"), 0),
        ("small mailboxes", header("a,"), 0),
        ("mailboxes", header("a@b.example,"), 0),
    ];
    for (name, octets, fixed) in shapes {
        let began = Instant::now();
        let ((), taken) = counted(|| {
            let _ = inspect(&buffer(&octets), &Limits::DEFAULT);
            let _ = SignedData::read(&buffer(&octets), &Limits::DEFAULT);
            let _ = Envelope::derive(buffer(&octets), &mut Ledger::new());
            let _ = container::read(&octets, None);
        });
        let times = as_float(taken.peak) / as_float(octets.len());
        eprintln!("{name}: {} octets, {times:.1} held for one, {:?}", octets.len(), began.elapsed());
        assert!(taken.peak <= 10 * octets.len() + fixed, "{name}: {taken:?} for {} octets", octets.len());
    }
}
