//! Every address of the three layers, one row an address.

use std::collections::HashMap;

use super::sources::{Header, Sources};
use super::{Layer, Stage};
use crate::agent::mailbox_key;
use crate::mail::{Address, Domain, HeaderField, ReversePath, decode_text, escape_controls, mailbox_list};
use crate::span::Span;

/// MAIL FROM.
pub(super) const MAIL_FROM: &str = "MAIL FROM";
/// RCPT TO of somebody whom the message goes to.
pub(super) const RCPT_TO: &str = "RCPT TO";
/// RCPT TO of somebody whom the agent left out.
pub(super) const RCPT_REMOVED: &str = "RCPT TO, removed";
/// The path of a bounce that the last transport writes down (RFC 5321 §4.4).
const RETURN_PATH: &str = "Return-Path";

/// The fields that hold lists of mailboxes: those of RFC 5322, of RFC 8098, and two that mailers add.
const LISTS: [&str; 14] = [
    "From",
    "Sender",
    "To",
    "Cc",
    "Bcc",
    "Reply-To",
    "Resent-From",
    "Resent-Sender",
    "Resent-To",
    "Resent-Cc",
    "Resent-Bcc",
    "Disposition-Notification-To",
    "Return-Receipt-To",
    "Errors-To",
];

/// The fields that hold one path, which transports and delivery add.
const PATHS: [&str; 4] = [RETURN_PATH, "Delivered-To", "X-Original-To", "Envelope-To"];

/// One place where an address stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// In which layer.
    pub layer: Layer,
    /// Under which name: a field's, `MAIL FROM`, `RCPT TO`, or `RCPT TO, removed`.
    pub field: &'static str,
    /// Its octets; nothing for the envelope.
    pub span: Option<Span>,
}

/// One address, with every place where it stands.
#[derive(Clone, Debug)]
pub struct Named {
    /// As it is written first, controls escaped; the text itself where it is no address.
    pub address: String,
    /// The address, where it is one.
    pub mailbox: Option<Address>,
    /// Where it stands, from the outside.
    pub mentions: Vec<Mention>,
    /// What does not agree about it, in short, for its row; the sentences are the mismatches.
    pub notes: Vec<String>,
    /// Whether one of the notes is out of the ordinary.
    pub is_doubtful: bool,
}

impl Named {
    /// The places in one layer.
    pub fn within(&self, layer: Layer) -> impl Iterator<Item = &Mention> {
        self.mentions.iter().filter(move |mention| mention.layer == layer)
    }

    /// Whether it stands in that layer under one of these names.
    #[must_use]
    pub fn stands(&self, layer: Layer, fields: &[&str]) -> bool {
        self.within(layer).any(|mention| fields.contains(&mention.field))
    }

    /// The first of these places that has octets.
    #[must_use]
    pub fn place(&self, layer: Layer, fields: &[&str]) -> Option<Span> {
        self.within(layer).filter(|mention| fields.contains(&mention.field)).find_map(|mention| mention.span)
    }
}

/// The rows, in the order of the layers: sender, recipients, and whom the headers name beyond.
#[derive(Default)]
pub(super) struct Names {
    pub(super) list: Vec<Named>,
    pub(super) left_out: usize,
    rows: HashMap<(String, Domain), usize>,
    unreadable: HashMap<String, usize>,
    cap: usize,
}

/// Collects them.
pub(super) fn gather(sources: &Sources<'_>) -> Names {
    let mut names = Names { cap: sources.limits.exposure_addresses, ..Names::default() };
    names.envelope(sources);
    // Layer by layer within a field, so that who is named first stands first.
    let layers = [(Layer::Outer, &sources.outer), (Layer::Inner, &sources.inner)];
    for field in LISTS {
        for (layer, header) in layers.iter().filter_map(|(layer, header)| Some((*layer, header.as_ref()?))) {
            names.list_field(layer, field, header);
        }
    }
    for (layer, header) in layers.iter().filter_map(|(layer, header)| Some((*layer, header.as_ref()?))) {
        for field in PATHS {
            names.path_field(layer, field, header);
        }
        names.received(layer, header);
    }
    names.list.iter_mut().for_each(|named| named.mentions.sort_by_key(|mention| mention.layer));
    names
}

impl Names {
    /// The row of that address.
    pub(super) fn of(&self, address: &Address) -> Option<&Named> {
        self.list.get(*self.rows.get(&mailbox_key(address))?)
    }

    fn envelope(&mut self, sources: &Sources<'_>) {
        let mention = |field| Mention { layer: Layer::Envelope, field, span: None };
        if let ReversePath::Mailbox(sender) = &sources.envelope.reverse_path {
            self.add(sender, mention(MAIL_FROM));
        }
        let is_removed = |address: &Address| {
            matches!(sources.stage, Stage::Leaving | Stage::Stopped)
                && sources.report.is_some_and(|report| {
                    report.recipients.iter().any(|recipient| recipient.address == *address && !recipient.is_accepted())
                })
        };
        for address in &sources.envelope.forward_paths {
            self.add(address, mention(if is_removed(address) { RCPT_REMOVED } else { RCPT_TO }));
        }
    }

    fn list_field(&mut self, layer: Layer, name: &'static str, header: &Header) {
        for field in header.all(name) {
            let value = header.value(field);
            for entry in mailbox_list(value) {
                let start = field.value.start;
                let range = start.saturating_add(entry.range.start)..start.saturating_add(entry.range.end);
                let mention = Mention { layer, field: name, span: Some(header.buffer.span(range)) };
                match entry.address {
                    Ok(address) => self.add(&address, mention),
                    Err(_) => self.add_text(value.get(entry.range).unwrap_or_default(), mention),
                }
            }
        }
    }

    fn path_field(&mut self, layer: Layer, name: &'static str, header: &Header) {
        for field in header.all(name) {
            let text = header.text(field);
            // `<>` is nobody.
            if let Ok(address) = Address::parse_path(&text) {
                self.add(&address, Mention { layer, field: name, span: Some(header.span(field)) });
            }
        }
    }

    // `for` names the one recipient of a transaction (RFC 5321 §4.4).
    fn received(&mut self, layer: Layer, header: &Header) {
        for field in header.all("Received") {
            if let Some(address) = served(header, field) {
                self.add(&address, Mention { layer, field: "Received", span: Some(header.span(field)) });
            }
        }
    }

    fn add(&mut self, address: &Address, mention: Mention) {
        let key = mailbox_key(address);
        if let Some(named) = self.rows.get(&key).and_then(|row| self.list.get_mut(*row)) {
            named.mentions.push(mention);
        } else if self.has_room() {
            self.rows.insert(key, self.list.len());
            self.push(escape_controls(address.as_str()), Some(address.clone()), mention);
        }
    }

    fn add_text(&mut self, written: &[u8], mention: Mention) {
        let text = decode_text(written);
        if text.is_empty() {
            return;
        }
        if let Some(named) = self.unreadable.get(&text).and_then(|row| self.list.get_mut(*row)) {
            named.mentions.push(mention);
        } else if self.has_room() {
            self.unreadable.insert(text.clone(), self.list.len());
            self.push(text, None, mention);
        }
    }

    fn has_room(&mut self) -> bool {
        let has_room = self.list.len() < self.cap;
        if !has_room {
            self.left_out = self.left_out.saturating_add(1);
        }
        has_room
    }

    fn push(&mut self, address: String, mailbox: Option<Address>, mention: Mention) {
        self.list.push(Named { address, mailbox, mentions: vec![mention], notes: Vec::new(), is_doubtful: false });
    }
}

fn served(header: &Header, field: &HeaderField) -> Option<Address> {
    let text = header.text(field);
    let mut words = text.split_ascii_whitespace().skip_while(|word| !word.eq_ignore_ascii_case("for"));
    words.next();
    Address::parse_path(words.next()?.trim_end_matches(';')).ok()
}
