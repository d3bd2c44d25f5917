//! Addresses, headers, envelope files, mailboxes, header text (RFC 5321, 5322, 2047, 4155).

use sealscope::finding::Ledger;
use sealscope::mail::{
    Address, Domain, Envelope, HeaderSection, bsmtp, decode_text, escape_controls, mailbox_list, mbox, message, unfold,
};
use sealscope::span::BufferName;
use std::path::Path;

use sealscope::workspace::document::{Opened, open_octets};

use crate::{LIMITS, buffer, ledger_holds, printable, within};

/// Fields lie one after the other in the section, each name and value inside its field.
pub fn header(octets: &[u8]) {
    let section = HeaderSection::scan(octets, 0..octets.len(), &LIMITS);
    within(&section.range, octets.len());
    assert!(section.range.end <= section.body_start && section.body_start <= octets.len());
    assert!(section.fields.len() <= section.field_count);
    let mut next = section.range.start;
    for field in &section.fields {
        within(&field.whole, section.range.end);
        assert!(field.whole.start >= next, "fields overlap at {next}");
        assert!(field.whole.start <= field.name.start && field.name.end <= field.value.start);
        assert!(field.value.end <= field.whole.end);
        next = field.whole.end;
        let _ = field.name(octets);
        printable(&decode_text(field.value(octets)));
    }
    let message = buffer(BufferName::Received, octets);
    let mut ledger = Ledger::new();
    section.note_faults(&message, &mut ledger);
    message::check_fields(&message, &section, &mut ledger);
    message::check_line_ends(&message, &mut ledger);
    ledger_holds(&ledger, &[&message]);
}

/// What is read as an address or a domain is printed and read again as the same.
pub fn address(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    match Address::parse(text) {
        Ok(address) => {
            assert_eq!(address.as_str(), text);
            assert_eq!(Address::parse(&address.to_string()).as_ref(), Ok(&address));
            assert_eq!(Address::parse_path(&format!("<{address}>")).as_ref(), Ok(&address));
            assert_eq!(format!("{}@{}", address.local_part(), address.domain().as_str()), text);
            assert!(address.same_mailbox(&address));
            if let Some(base) = address.without_suffix() {
                assert_eq!(base.domain(), address.domain());
                assert!(base.unquoted_local_part().len() < address.unquoted_local_part().len());
            }
        }
        Err(error) => printable(&error.to_string()),
    }
    if let Ok(address) = Address::parse_path(text) {
        assert_eq!(Address::parse_path(&format!("<{address}>")).as_ref(), Ok(&address));
    }
    if let Ok(domain) = Domain::parse(text) {
        assert_eq!(Domain::parse(&domain.to_string()).as_ref(), Ok(&domain));
        assert_eq!(Domain::parse(domain.ascii()).as_ref(), Ok(&domain), "the A-label form is another domain");
        assert!(domain.ascii().is_ascii() && !domain.is_literal());
    }
}

/// Each mailbox stands in the value, after the one before it; an envelope is made from it within the caps.
pub fn mailboxes(octets: &[u8]) {
    let mut next = 0;
    for entry in mailbox_list(octets) {
        within(&entry.range, octets.len());
        assert!(entry.range.start >= next, "mailboxes overlap");
        next = entry.range.end;
        match entry.address {
            Ok(address) => assert_eq!(Address::parse(&address.to_string()).as_ref(), Ok(&address)),
            Err(error) => printable(&error.to_string()),
        }
    }
    let header: Vec<u8> = [b"From: ".as_slice(), &folded(octets), b"\r\nTo: ", &folded(octets), b"\r\n\r\nx"].concat();
    let message = buffer(BufferName::Received, &header);
    let mut ledger = Ledger::new();
    if let Ok(envelope) = Envelope::derive_within(message.clone(), &LIMITS, &mut ledger) {
        assert!(envelope.forward_paths.len() <= LIMITS.recipients);
        let _ = envelope.doubts();
    }
    ledger_holds(&ledger, &[&message]);
}

/// Without line ends that would end the field.
fn folded(octets: &[u8]) -> Vec<u8> {
    octets.iter().map(|&octet| if matches!(octet, b'\r' | b'\n') { b' ' } else { octet }).collect()
}

/// An envelope file that is read, then written, is read as the same.
pub fn envelope_file(octets: &[u8]) {
    let _ = bsmtp::looks_like(octets);
    match bsmtp::parse(octets, &LIMITS) {
        Ok(envelopes) => {
            assert!(!envelopes.is_empty());
            for envelope in envelopes {
                assert!(envelope.forward_paths.len() <= LIMITS.recipients);
                let file = bsmtp::write(&envelope);
                let again = bsmtp::parse(&file, &LIMITS).expect("what was written can be read");
                let [again] = again.as_slice() else { panic!("{} envelopes from one", again.len()) };
                assert_eq!(again.reverse_path, envelope.reverse_path);
                assert_eq!(again.forward_paths, envelope.forward_paths);
                let message = envelope.message.octets();
                match bsmtp::fidelity(message) {
                    bsmtp::Fidelity::Exact => assert_eq!(again.message.octets(), message),
                    bsmtp::Fidelity::LineEndAdded => assert!(again.message.octets().starts_with(message)),
                }
            }
        }
        Err(error) => printable(&error.to_string()),
    }
}

/// A whole file of any kind: messages lie in it one after the other; what cannot be opened is one printable sentence.
pub fn document(octets: &[u8]) {
    let mut next = 0;
    for range in mbox::split(octets) {
        within(&range, octets.len());
        assert!(range.start >= next, "messages overlap");
        next = range.end;
    }
    // Containers have their own target, with a cap on what a passphrase costs.
    if sealscope::pki::container::Kind::of(octets).is_some() {
        return;
    }
    match open_octets(Path::new("file"), octets.to_vec(), None, &LIMITS) {
        Ok(Opened::Messages(messages)) => assert!(!messages.is_empty()),
        Ok(_) => {}
        Err(error) => printable(&error.to_string()),
    }
}

/// Read one after the other, the messages of an mbox are those that are read at once.
pub fn mbox(octets: &[u8]) {
    let ranges = mbox::split(octets);
    let mut streamed = mbox::Messages::new(std::io::BufReader::with_capacity(7, octets), octets.len().max(1));
    for range in &ranges {
        within(range, octets.len());
        match streamed.next() {
            Some(Ok(mbox::MboxMessage::Whole(message))) => assert_eq!(message, octets[range.clone()]),
            other => panic!("{other:?} in place of {range:?}"),
        }
    }
    assert!(streamed.next().is_none());
    // A From line that is longer than a message may be is no From line.
    assert!(mbox::Messages::new(octets, 128).count() <= ranges.len());
    let _ = mbox::looks_like(octets);
}

/// Header text comes out printable, and unfolding twice changes nothing more.
pub fn text(octets: &[u8]) {
    let text = decode_text(octets);
    printable(&text);
    assert_eq!(escape_controls(&text), text);
    let unfolded = unfold(octets);
    assert!(unfolded.len() <= octets.len());
    let removed = octets.len() - unfolded.len();
    let ends = octets.iter().filter(|octet| matches!(octet, b'\r' | b'\n')).count();
    assert!(removed <= ends);
}
