//! The headers that leave in the clear.
//!
//! Fields are copied as they are written, folding included. `To` and `Cc` lose the recipients who were removed; a
//! field with nobody left is left out. Never `Subject`, never `Bcc`.

use super::super::routing::Mailboxes;
use crate::mail::{Address, HeaderSection, mailbox_list};
use crate::span::Buffer;

/// Copied in this order of the original; the list of both reference agents without `Bcc`.
const COPIED: [&str; 8] = ["from", "to", "cc", "orig-date", "date", "message-id", "in-reply-to", "references"];

/// A line this long is folded before the next address (RFC 5322 §2.1.1).
const FOLD_AT: usize = 78;

/// The outer fields of the new message, each ended by CRLF, with `MIME-Version` last.
pub(super) fn fields(buffer: &Buffer, header: &HeaderSection, removed: &Mailboxes) -> Vec<u8> {
    let octets = buffer.octets();
    let mut out = Vec::new();
    for field in &header.fields {
        let name = field.name(octets).into_owned();
        let key = name.to_ascii_lowercase();
        if !COPIED.contains(&key.as_str()) {
            continue;
        }
        let value = field.value(octets);
        if matches!(key.as_str(), "to" | "cc") && names_any(value, removed) {
            push_without(&mut out, &name, value, removed);
        } else {
            push_as_written(&mut out, octets.get(field.whole.clone()).unwrap_or_default());
        }
    }
    out.extend_from_slice(b"MIME-Version: 1.0\r\n");
    out
}

fn names_any(value: &[u8], removed: &Mailboxes) -> bool {
    mailbox_list(value).iter().any(|entry| is_removed(entry.address.as_ref().ok(), removed))
}

fn is_removed(address: Option<&Address>, removed: &Mailboxes) -> bool {
    address.is_some_and(|address| removed.contains(address))
}

fn push_without(out: &mut Vec<u8>, name: &str, value: &[u8], removed: &Mailboxes) {
    let entries = mailbox_list(value);
    let kept: Vec<&[u8]> = entries
        .iter()
        .filter(|entry| !is_removed(entry.address.as_ref().ok(), removed))
        .filter_map(|entry| value.get(entry.range.clone()))
        .map(<[u8]>::trim_ascii)
        .collect();
    if kept.is_empty() {
        return;
    }
    let mut line = format!("{name}:").into_bytes();
    for (index, mailbox) in kept.iter().enumerate() {
        if index > 0 {
            line.push(b',');
        }
        if index > 0 && line.len() + mailbox.len() + 1 > FOLD_AT {
            push_as_written(out, &line);
            line.clear();
        }
        line.push(b' ');
        line.extend_from_slice(mailbox);
    }
    push_as_written(out, &line);
}

// A field that was written with another line end gets CRLF: these are the headers of a new message.
fn push_as_written(out: &mut Vec<u8>, field: &[u8]) {
    for line in field.split_inclusive(|octet| *octet == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::span::BufferName;

    fn outer(original: &str, removed: &[&str]) -> String {
        let buffer = Buffer::new(BufferName::Received, original.as_bytes());
        let header = HeaderSection::scan(buffer.octets(), 0..original.len(), &Limits::DEFAULT);
        let removed: Vec<Address> = removed.iter().map(|address| Address::parse(address).unwrap()).collect();
        String::from_utf8(fields(&buffer, &header, &Mailboxes::of(&removed))).unwrap()
    }

    #[test]
    fn subject_and_bcc_never_leave_in_the_clear() {
        let fields = outer("Subject: secret\r\nBcc: x@x.example\r\nFrom: a@a.example\r\n\r\n", &[]);
        assert_eq!(fields, "From: a@a.example\r\nMIME-Version: 1.0\r\n");
    }

    #[test]
    fn folding_is_kept_as_it_was_written() {
        let fields = outer("To: a@a.example,\r\n\tb@b.example\r\n\r\n", &[]);
        assert_eq!(fields, "To: a@a.example,\r\n\tb@b.example\r\nMIME-Version: 1.0\r\n");
    }

    #[test]
    fn a_removed_recipient_leaves_the_outer_fields() {
        let fields = outer("To: A <a@a.example>, b@b.example\r\nCc: B@b.example\r\n\r\n", &["b@b.example"]);
        assert_eq!(fields, "To: A <a@a.example>\r\nMIME-Version: 1.0\r\n");
    }

    #[test]
    fn bare_line_feeds_of_the_original_do_not_reach_the_new_headers() {
        let fields = outer("From: a@a.example\nTo: b@b.example\n\n", &[]);
        assert_eq!(fields, "From: a@a.example\r\nTo: b@b.example\r\nMIME-Version: 1.0\r\n");
    }
}
