//! Whatever the octets, the parse ends, keeps its order, and neither it nor its readers panic.
#![cfg(test)]

use proptest::prelude::*;
use sealscope::asn1::{Tree, outline};
use sealscope::limits::Limits;
use sealscope::smime::{CmsError, EnvelopedData, SignedData, content_type};
use sealscope::span::{Buffer, BufferName};

const LIMITS: Limits = Limits::DEFAULT;

/// Octets that often are tags and lengths.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let likely = prop::sample::select(b"\x30\x31\x80\x00\xa0\xa1\x02\x04\x06\x24\x05\x01\x81\x82\x84\xff\x1f".to_vec());
    prop::collection::vec(prop_oneof![4 => likely, 1 => any::<u8>()], 0..200)
}

proptest! {
    #[test]
    fn values_lie_within_what_contains_them_and_in_order(octets in hostile()) {
        let tree = Tree::parse(&octets, &LIMITS);
        let mut start = 0;
        for node in &tree.nodes {
            prop_assert!(node.range().start >= start);
            prop_assert!(node.range().start <= node.content_range().start);
            prop_assert!(node.content_range().end <= node.range().end);
            prop_assert!(node.range().end <= octets.len());
            start = node.range().start;
        }
        prop_assert_eq!(outline(&tree).count(), tree.nodes.len());
        if let Some(root) = tree.root() {
            let descendants = root.children().map(|child| child.range().len()).sum::<usize>();
            prop_assert!(tree.error.is_some() || descendants <= root.content_range().len());
            let _ = (root.octet_string(), root.string(), root.time(), root.oid(), root.small_integer());
        }
    }

    #[test]
    fn readers_of_cms_answer_every_input(octets in hostile()) {
        let _ = content_type(&octets);
        let buffer = Buffer::new(BufferName::SignatureCms, octets);
        prop_assert!(SignedData::read(&buffer, &LIMITS).is_err());
        prop_assert!(EnvelopedData::read(&buffer, &LIMITS).is_err());
    }
}

#[test]
fn a_million_values_and_a_million_openings_take_no_time() {
    let flat = [b"\x30\x83\x1e\x84\x80".as_slice(), &b"\x05\x00".repeat(1_000_000)].concat();
    let began = std::time::Instant::now();
    let tree = Tree::parse(&flat, &Limits { asn1_nodes: 1_000_001, ..LIMITS });
    assert_eq!((tree.nodes.len(), tree.error), (1_000_001, None));
    let nested = b"\x30\x80".repeat(500_000);
    let deep = Limits { asn1_depth: usize::MAX, ..LIMITS };
    assert_eq!(Tree::parse(&nested, &deep).nodes.len(), 500_000);
    let buffer = Buffer::new(BufferName::EncryptedCms, flat);
    assert!(matches!(EnvelopedData::read(&buffer, &LIMITS), Err(CmsError::Limit(_))));
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}
