//! Entities, parameters, transfer encodings (RFC 2045, 2046, 1847, 2231).

use sealscope::finding::Ledger;
use sealscope::mime::parameters::ParameterList;
use sealscope::mime::{
    ContentType, Entity, MimeTree, SignedEntity, TransferEncoding, canonical, multipart, transfer, wrap,
};
use sealscope::span::BufferName;

use crate::{LIMITS, buffer, ledger_holds, printable, within};

/// Names are unique and in lower case, and a plain rendering of what was read is read as the same.
pub fn content_type(octets: &[u8]) {
    let list = ParameterList::parse(octets);
    for (place, (name, _)) in list.params.iter().enumerate() {
        assert!(list.params[..place].iter().all(|(other, _)| other != name), "{name} is there twice");
        assert!(!name.bytes().any(|octet| octet.is_ascii_uppercase()));
    }
    for problem in &list.problems {
        printable(&problem.to_string());
    }
    let found = ContentType::parse(octets);
    if !found.stated {
        assert!(found.is("text", "plain"));
        return;
    }
    let mut text = found.essence();
    for (name, value) in &found.params {
        if !value.bytes().all(|octet| octet.is_ascii_graphic() || octet == b' ') || name.contains(['*', '%']) {
            return;
        }
        let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(&format!("; {name}=\"{quoted}\""));
    }
    let again = ContentType::parse(text.as_bytes());
    assert_eq!((&again.media_type, &again.subtype), (&found.media_type, &found.subtype), "{text}");
    assert_eq!(again.params, found.params, "{text}");
}

/// Each entity lies in the one around it, body within entity, parts one after the other.
pub fn entities(octets: &[u8]) {
    let message = buffer(BufferName::Received, octets);
    let (tree, mut ledger) = MimeTree::parse(&message, &LIMITS);
    assert!(tree.nodes().len() <= LIMITS.mime_parts);
    for (index, node) in tree.nodes().iter().enumerate() {
        let entity = &node.entity;
        within(&entity.range, octets.len());
        assert!(entity.range.start <= entity.body.start && entity.body.end == entity.range.end);
        assert!(node.depth <= LIMITS.mime_depth);
        if let Some(parent) = node.parent {
            assert!(parent < index, "a part stands before what it is in");
            let around = &tree.nodes()[parent];
            assert!(around.children.contains(&index) && around.depth + 1 == node.depth);
            assert!(around.entity.body.start <= entity.range.start && entity.range.end <= around.entity.body.end);
        }
        let _ = tree.label(index);
        let _ = entity.safe_file_name().map(|name| printable(&name));
        assert!(entity.decoded_body().octets.len() <= entity.body.len());
        take_apart(entity, &mut ledger);
    }
    ledger_holds(&ledger, &[&message]);
}

fn take_apart(entity: &Entity, ledger: &mut Ledger) {
    if let Ok(found) = multipart::split(entity, &LIMITS, ledger) {
        let mut next = found.preamble.end;
        for part in &found.parts {
            assert!(part.start >= next && part.start <= part.end, "parts overlap");
            next = part.end;
        }
        assert!(found.epilogue.start >= next && found.epilogue.end <= entity.body.end);
    }
    if let Ok(signed) = SignedEntity::open(entity.clone(), &LIMITS, ledger) {
        assert!(signed.content().range.end <= signed.signature().range.start);
        assert!(entity.body.start <= signed.content().range.start);
    }
    if let Ok(Some(inside)) = wrap::unwrap(entity, &LIMITS, ledger) {
        assert!(inside.message.octets().len() <= entity.body.len());
    }
}

/// Decoding is total, never makes more of it, and undoes encoding; canonical line ends stay canonical.
pub fn transfer(octets: &[u8]) {
    for encoding in [TransferEncoding::Base64, TransferEncoding::QuotedPrintable, TransferEncoding::EightBit] {
        let decoded = transfer::decode(&encoding, octets);
        assert!(decoded.octets.len() <= octets.len(), "{encoding} makes more of it");
        for (place, note) in decoded.notes.iter().enumerate() {
            assert!(!decoded.notes[..place].contains(note), "{note:?} twice");
        }
    }
    let encoded = transfer::encode_base64_lines(octets);
    let decoded = transfer::decode(&TransferEncoding::Base64, &encoded);
    assert_eq!((decoded.octets.as_slice(), decoded.is_exact()), (octets, true));
    let quoted: String = octets.iter().map(|octet| format!("={octet:02X}")).collect();
    let decoded = transfer::decode(&TransferEncoding::QuotedPrintable, quoted.as_bytes());
    assert_eq!((decoded.octets.as_slice(), decoded.is_exact()), (octets, true));
    let named = TransferEncoding::parse(octets);
    printable(&named.to_string());
    let crlf = canonical::to_crlf(octets);
    assert_eq!(canonical::to_crlf(&crlf), crlf);
    let noise: Vec<u8> = encoded.iter().flat_map(|octet| [*octet, b'\n']).collect();
    assert_eq!(transfer::decode(&TransferEncoding::Base64, &noise).octets, octets);
}

/// A message that is wrapped is taken out again octet for octet.
pub fn wrapping(octets: &[u8]) {
    let wrapped = buffer(BufferName::Decrypted, &wrap::wrap(octets, b""));
    let mut ledger = Ledger::new();
    let entity = Entity::parse_whole(&wrapped, &LIMITS, &mut ledger).expect("the wrapper is within the caps");
    let inside = wrap::unwrap(&entity, &LIMITS, &mut ledger).expect("the wrapper can be opened");
    assert_eq!(inside.expect("it is a wrapper").message.octets(), octets);
}
