//! BER and object identifiers (X.690).

use sealscope::asn1::{Element, Oid, Tree, der, outline};
use sealscope::limits::Limits;
use sealscope::smime::{Dissection, content_type};

use crate::printable;

/// Values lie within what contains them and in order; every reader answers every value.
pub fn tree(octets: &[u8]) {
    let limits = Limits { asn1_nodes: 20_000, ..Limits::DEFAULT };
    let tree = Tree::parse(octets, &limits);
    assert!(tree.nodes.len() <= limits.asn1_nodes);
    let mut start = 0;
    for node in &tree.nodes {
        assert!(node.range().start >= start);
        assert!(node.range().start <= node.content_range().start);
        assert!(node.content_range().end <= node.range().end && node.range().end <= octets.len());
        assert!(node.depth() <= limits.asn1_depth);
        start = node.range().start;
    }
    if let Some(error) = &tree.error {
        assert!(error.offset <= octets.len());
        printable(&error.to_string());
    }
    assert_eq!(
        outline(&tree).inspect(|line| line.value.iter().for_each(|value| printable(value))).count(),
        tree.nodes.len()
    );
    let mut pending: Vec<Element<'_, '_>> = tree.root().into_iter().collect();
    while let Some(element) = pending.pop() {
        readers(&element);
        for child in element.children() {
            assert!(element.content_range().start <= child.range().start);
            assert!(tree.error.is_some() || child.range().end <= element.content_range().end);
            pending.push(child);
        }
    }
    let dissection = Dissection::of(octets, &limits);
    for (index, field) in dissection.fields.iter().enumerate() {
        assert!(field.line.range().end <= octets.len());
        field.meaning.iter().for_each(|meaning| printable(meaning));
        printable(&dissection.path(index));
    }
    let _ = content_type(octets);
}

fn readers(element: &Element<'_, '_>) {
    let whole = element.whole().len();
    assert!(element.octet_string().is_none_or(|octets| octets.len() <= whole));
    assert!(element.implicit_octet_string().is_none_or(|octets| octets.len() <= whole));
    assert!(element.bit_string().is_none_or(|octets| octets.len() <= whole));
    let _ = (element.integer(), element.small_integer(), element.boolean(), element.string(), element.time());
    if let Some(oid) = element.oid() {
        identifier(element.content(), &oid);
    }
}

/// An identifier that is read is written as it was, where it was written in the shortest form.
pub fn oid(octets: &[u8]) {
    if let Some(oid) = Oid::from_content(octets) {
        identifier(octets, &oid);
    }
    if let Ok(text) = std::str::from_utf8(octets)
        && let Some(written) = der::oid(text)
    {
        let tree = Tree::parse(&written, &Limits::DEFAULT);
        let read = tree.root().and_then(|root| root.oid()).expect("what is written can be read");
        assert_eq!(der::oid(read.as_str()), Some(written));
    }
}

fn identifier(content: &[u8], oid: &Oid) {
    let _ = (oid.name(), oid.to_string());
    let padded = content
        .iter()
        .enumerate()
        .any(|(place, octet)| *octet == 0x80 && (place == 0 || content[place - 1] & 0x80 == 0));
    if let (false, Some(written)) = (padded, der::oid(oid.as_str())) {
        assert_eq!(written, der::value(6, content), "{oid}");
    }
}
