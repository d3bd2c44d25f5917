//! The fields that transport and forwarding add: Return-Path, Received, Resent-* (RFC 5321 §4.4, RFC 5322 §3.6.6, §3.6.7).

use super::headers::{address_list, field, formed, one_mailbox, optional_field};
use super::subject::Message;
use super::syntax::{self, Form};
use super::{Check, Judged, Place, Row, Suite};
use crate::mail::{HeaderField, decode_text};

/// What may follow `with` (RFC 5321 §4.4 and the registry of mail transmission types).
const PROTOCOLS: [&str; 16] = [
    "smtp",
    "esmtp",
    "esmtpa",
    "esmtps",
    "esmtpsa",
    "lmtp",
    "lmtpa",
    "lmtps",
    "lmtpsa",
    "mms",
    "utf8smtp",
    "utf8smtpa",
    "utf8smtps",
    "utf8smtpsa",
    "utf8lmtp",
    "http",
];

const fn row(id: &'static str, rule: &'static str, clause: &'static str, check: fn(&Message) -> Judged) -> Row {
    Row::error(id, Suite::Ett, rule, clause, Check::Messages(check))
}

pub(super) static ROWS: &[Row] = &[
    row(
        "DTS-103-105",
        "Return-Path is there and has the form <mailbox>",
        "RFC 5321 §4.4; RFC 5322 §3.6.7",
        return_path,
    )
    .expects("<mailbox> or <>"),
    row("DTS-104-106", "Received says from, by, with and when", "RFC 5321 §4.4; RFC 5322 §3.6.7", received)
        .expects("from … by … with (E)SMTP … ; date")
        .note("The ETT cites RFC 5322 §3.3, which is about dates"),
    row("DTS-197", "Resent fields stand together, each group with date and author", "RFC 5322 §3.6.6", resent)
        .expects("no field, or groups with nothing else between their fields"),
    row("DTS-107", "Resent-Date is a date with time and zone", "RFC 5322 §3.6.6", resent_date)
        .expects("a date such as Mon, 1 Jun 2026 11:59:00 +0000, or no field"),
    row("DTS-108", "Resent-From names mailboxes", "RFC 5322 §3.6.6", resent_from)
        .expects("a list of mailboxes, or no field"),
    row("DTS-109", "Resent-Sender is one mailbox and differs from Resent-From", "RFC 5322 §3.6.6", resent_sender)
        .expects("one mailbox that differs from Resent-From, or no field"),
    row("DTS-110", "Resent-To names mailboxes", "RFC 5322 §3.6.6", resent_to)
        .expects("a list of addresses, or no field"),
    row("DTS-111", "Resent-Cc names mailboxes", "RFC 5322 §3.6.6", resent_cc)
        .expects("a list of addresses, or no field"),
    row("DTS-112", "Resent-Bcc names mailboxes", "RFC 5322 §3.6.6", resent_bcc)
        .expects("a list of addresses, or no field"),
    row("DTS-113", "Resent-Message-ID has the form <left@right>", "RFC 5322 §3.6.6", resent_message_id)
        .expects("<left@right>, or no field"),
];

fn return_path(message: &Message) -> Judged {
    let missing = || {
        let found = "No Return-Path field";
        // The last transport adds it, to the message that travels.
        if message.relaxed || message.place == Place::Wrapped { Judged::info(found) } else { Judged::warn(found) }
    };
    field(message, "Return-Path", missing, |value| Judged::when(syntax::is_path(value), decode_text(value)))
}

fn received(message: &Message) -> Judged {
    let fields = message.all("Received");
    let Some(first) = fields.first() else { return Judged::info("No Received field") };
    let mut worst =
        Judged::pass(crate::finding::counted(fields.len(), "Received field") + " in order").at(message.place_of(first));
    for field in &fields {
        let judged = stamp(&message.value(field));
        if judged.result > worst.result {
            worst = judged.at(message.place_of(field));
        }
    }
    worst
}

fn stamp(value: &[u8]) -> Judged {
    let text = syntax::text(value);
    let Some(plain) = syntax::without_comments(&text) else {
        return Judged::fail(format!("A comment is not closed: {text}"));
    };
    let (clauses, date) = match plain.rsplit_once(';') {
        Some((clauses, date)) => (clauses, Some(date)),
        None => (plain.as_str(), None),
    };
    let words: Vec<&str> = clauses.split_ascii_whitespace().collect();
    let after = |name: &str| {
        let at = words.iter().position(|word| word.eq_ignore_ascii_case(name))?;
        words.get(at.saturating_add(1)).copied()
    };
    let mut missing: Vec<String> =
        ["from", "by"].iter().filter(|name| after(name).is_none()).map(ToString::to_string).collect();
    if !date.is_some_and(|date| !matches!(syntax::date_time(date.as_bytes()), Form::Bad(_))) {
        missing.push("the date after ;".to_owned());
    }
    if missing.len() == 3 {
        return Judged::fail(format!("None of from, by and date: {text}"));
    }
    if let Some(other) = after("with").filter(|with| !PROTOCOLS.contains(&with.to_ascii_lowercase().as_str())) {
        return Judged::warn(format!("with {other} is no registered protocol"));
    }
    if missing.is_empty() {
        Judged::pass(text)
    } else {
        Judged::warn(format!("Without {}: {text}", missing.join(", ")))
    }
}

fn is_resent(message: &Message, field: &HeaderField) -> bool {
    field.name(message.entity.buffer.octets()).to_ascii_lowercase().starts_with("resent-")
}

fn resent(message: &Message) -> Judged {
    let fields = &message.entity.header.fields;
    let octets = message.entity.buffer.octets();
    let groups: Vec<&[HeaderField]> = fields
        .chunk_by(|left, right| is_resent(message, left) == is_resent(message, right))
        .filter(|group| group.first().is_some_and(|field| is_resent(message, field)))
        .collect();
    if groups.is_empty() {
        return Judged::info("No Resent field");
    }
    let lacks = |group: &&&[HeaderField], name: &str| !group.iter().any(|field| field.is_named(octets, name));
    let broken = groups.iter().find(|group| lacks(group, "Resent-Date") || lacks(group, "Resent-From"));
    let counted = crate::finding::counted(groups.len(), "group") + " of Resent fields";
    match broken.and_then(|group| group.first()) {
        Some(first) => Judged::fail(format!("{counted}; one is torn apart or lacks Resent-Date or Resent-From"))
            .at(message.place_of(first)),
        None => Judged::pass(counted),
    }
}

fn resent_date(message: &Message) -> Judged {
    first_of(message, "Resent-Date", |value| formed(value, syntax::date_time(value)))
}

fn resent_from(message: &Message) -> Judged {
    first_of(message, "Resent-From", address_list)
}

fn resent_sender(message: &Message) -> Judged {
    let from = message.field("Resent-From").and_then(|from| syntax::mailboxes(&message.value(from)).ok());
    first_of(message, "Resent-Sender", |value| {
        let same = syntax::mailboxes(value).ok().is_some_and(|sender| Some(sender) == from);
        if same { Judged::fail(format!("{}: the same as Resent-From", decode_text(value))) } else { one_mailbox(value) }
    })
}

fn resent_to(message: &Message) -> Judged {
    first_of(message, "Resent-To", address_list)
}

fn resent_cc(message: &Message) -> Judged {
    first_of(message, "Resent-Cc", address_list)
}

fn resent_bcc(message: &Message) -> Judged {
    first_of(message, "Resent-Bcc", |value| {
        if value.trim_ascii().is_empty() { Judged::pass("empty") } else { address_list(value) }
    })
}

fn resent_message_id(message: &Message) -> Judged {
    first_of(message, "Resent-Message-ID", |value| formed(value, syntax::message_id(value)))
}

/// A message may be resent more than once: the gravest of its fields of that name counts.
fn first_of(message: &Message, name: &str, check: impl Fn(&[u8]) -> Judged) -> Judged {
    let fields = message.all(name);
    let judged = fields.iter().map(|field| check(&message.value(field)).at(message.place_of(field)));
    match judged.max_by_key(|judged| judged.result) {
        Some(worst) => worst,
        None => optional_field(message, name, |_| Judged::info("")),
    }
}
