//! The fields that the author of a message writes (RFC 5322 §3.6), as the ETT checks them.

use super::subject::{Message, Wrapping};
use super::syntax::{self, Form};
use super::{Check, Judged, Row, Suite};
use crate::finding::counted;
use crate::mail::header::HeaderFaultKind;
use crate::mail::{HeaderField, decode_text};
use crate::mime::Entity;

/// Fields that have a row of their own; every other one is an optional field.
const KNOWN: [&str; 30] = [
    "return-path",
    "received",
    "resent-date",
    "resent-from",
    "resent-sender",
    "resent-to",
    "resent-cc",
    "resent-bcc",
    "resent-message-id",
    "date",
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "comments",
    "keywords",
    "mime-version",
    "disposition-notification-to",
    "disposition-notification-options",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-id",
    "content-description",
];

/// Every row about a field that is not MIME's.
const NOT_MIME: &[&str] = &[
    "DTS-196",
    "DTS-114",
    "DTS-115",
    "DTS-116",
    "DTS-117",
    "DTS-118",
    "DTS-119",
    "DTS-120",
    "DTS-121",
    "DTS-122",
    "DTS-123",
    "DTS-124",
    "DTS-128",
    "DTS-103-105",
    "DTS-104-106",
    "DTS-197",
    "DTS-107",
    "DTS-108",
    "DTS-109",
    "DTS-110",
    "DTS-111",
    "DTS-112",
    "DTS-113",
];

const fn row(id: &'static str, rule: &'static str, clause: &'static str, check: fn(&Message) -> Judged) -> Row {
    Row::error(id, Suite::Ett, rule, clause, Check::Messages(check))
}

pub(super) static ROWS: &[Row] = &[
    row("DTS-196", "Header names and values are ASCII", "RFC 5322 §3.6; RFC 5321 §2.3.1", ascii)
        .expects("octets below 128")
        .note("RFC 6532 allows UTF-8 in headers, which the ETT does not know"),
    row("DTS-114", "Date is there and is a date with time and zone", "RFC 5322 §3.6.1", date)
        .expects("a date such as Mon, 1 Jun 2026 11:59:00 +0000"),
    row("DTS-115", "From is there and names its authors", "RFC 5322 §3.6.2", from).expects("a list of mailboxes"),
    row("DTS-116", "Sender is one mailbox, and is there where From names several", "RFC 5322 §3.6.2", sender)
        .expects("one mailbox that differs from From; no field where From names one author"),
    row("DTS-117", "Reply-To is a list of addresses", "RFC 5322 §3.6.2", reply_to)
        .expects("a list of addresses")
        .note("RFC 5322 does not ask for the field; the ETT warns where it is absent"),
    row("DTS-118", "To is there and is a list of addresses", "RFC 5322 §3.6.3", to).expects("a list of addresses"),
    row("DTS-119", "Cc is a list of addresses", "RFC 5322 §3.6.3", cc).expects("a list of addresses, or no field"),
    row("DTS-120", "Bcc is a list of addresses, and had better be absent", "RFC 5322 §3.6.3", bcc)
        .expects("no field")
        .note("The ETT passes a well-formed Bcc although its text says that it should not be there; here it is shown"),
    row("DTS-121", "Message-ID is there and has the form <left@right>", "RFC 5322 §3.6.4", message_id)
        .expects("<left@right> without blanks")
        .note("The ETT fails an outer message without Message-ID also where it wraps one; here that is a warning"),
    row("DTS-122", "In-Reply-To names messages by their identifiers", "RFC 5322 §3.6.4", in_reply_to)
        .expects("<left@right> …, or no field"),
    row("DTS-123", "References names messages by their identifiers", "RFC 5322 §3.6.4", references)
        .expects("<left@right> …, or no field"),
    row("DTS-124", "Subject is there, and says XDM where a zip file is attached", "RFC 5322 §3.6.5", subject)
        .expects("a subject; XDM/1.0/DDM in it beside a zip file"),
    row("DTS-125", "Comments is shown", "RFC 5322 §3.6.5", comments).info(),
    row("DTS-126", "Keywords is shown", "RFC 5322 §3.6.5", keywords).info(),
    row("DTS-127", "Other fields are shown", "RFC 5322 §3.6.8", optional).info(),
    row("DTS-128", "Disposition-Notification-To names mailboxes", "IHE ITI Vol 2b 3.32.4.1.3", notification_to)
        .expects("a list of mailboxes, or no field"),
    row("DTS-102b", "MIME-Version is 1.0", "RFC 2045 §4", mime_version).expects("1.0"),
    Row::error(
        "DTS-199",
        Suite::Ett,
        "Every field that is not about MIME is in order",
        "RFC 5322 §3.6",
        Check::RollUp(NOT_MIME),
    )
    .expects("no failed row"),
];

/// What an absent field is: no fault outside a wrapper's message.
fn absent(message: &Message, name: &str) -> Judged {
    let found = format!("No {name} field");
    if message.relaxed {
        Judged::info(found + "; the wrapped message has the one that counts")
    } else {
        Judged::fail(found)
    }
}

/// The fields of one name: absent, one, or several where there may be one.
fn once<'m>(message: &'m Message, name: &str) -> Result<Option<&'m HeaderField>, Judged> {
    let fields = message.all(name);
    match fields.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        [_, second, ..] => {
            let found = counted(fields.len(), &format!("{name} field"));
            Err(Judged::fail(found).at(message.place_of(second)))
        }
    }
}

/// Judges the one field of a name by `check`, or says what its absence is.
pub(super) fn field(
    message: &Message,
    name: &str,
    missing: impl FnOnce() -> Judged,
    check: impl FnOnce(&[u8]) -> Judged,
) -> Judged {
    match once(message, name) {
        Err(judged) => judged,
        Ok(None) => missing(),
        Ok(Some(found)) => check(&message.value(found)).at(message.place_of(found)),
    }
}

pub(super) fn optional_field(message: &Message, name: &str, check: impl FnOnce(&[u8]) -> Judged) -> Judged {
    field(message, name, || Judged::info(format!("No {name} field")), check)
}

/// A value of a syntax that has degrees.
pub(super) fn formed(value: &[u8], form: Form) -> Judged {
    let text = decode_text(value);
    match form {
        Form::Good => Judged::pass(text),
        Form::Loose(why) => Judged::warn(format!("{text}: {why}")),
        Form::Bad(why) => Judged::fail(format!("{text}: {why}")),
    }
}

pub(super) fn address_list(value: &[u8]) -> Judged {
    match syntax::mailboxes(value) {
        Err(why) => Judged::fail(format!("{}: {why}", decode_text(value))),
        Ok(addresses) if addresses.is_empty() && !value.contains(&b':') => Judged::fail("No address"),
        Ok(_) => Judged::pass(decode_text(value)),
    }
}

pub(super) fn one_mailbox(value: &[u8]) -> Judged {
    match syntax::mailboxes(value) {
        Ok(addresses) if addresses.len() == 1 => Judged::pass(decode_text(value)),
        Ok(addresses) => Judged::fail(counted(addresses.len(), "mailbox").replace("mailboxs", "mailboxes")),
        Err(why) => Judged::fail(format!("{}: {why}", decode_text(value))),
    }
}

fn ascii(message: &Message) -> Judged {
    let place =
        [HeaderFaultKind::NotUtf8, HeaderFaultKind::EightBit].into_iter().find_map(|kind| message.has_fault(kind));
    let Some(place) = place else { return Judged::pass("ASCII") };
    let judged = Judged::fail("Octets above 127 in the header").at(Some(place));
    if message.wrapping == Wrapping::Unwrapped { judged.softened() } else { judged }
}

fn date(message: &Message) -> Judged {
    field(message, "Date", || absent(message, "Date"), |value| formed(value, syntax::date_time(value)))
}

fn from(message: &Message) -> Judged {
    field(message, "From", || absent(message, "From"), address_list)
}

fn sender(message: &Message) -> Judged {
    let authors =
        message.field("From").and_then(|from| syntax::mailboxes(&message.value(from)).ok()).unwrap_or_default();
    let missing = || match authors.len() {
        0 | 1 => Judged::info("No Sender field; From names one author at most"),
        several => Judged::fail(format!("No Sender field; From names {several} authors")),
    };
    field(message, "Sender", missing, |value| {
        let judged = one_mailbox(value);
        let same = syntax::mailboxes(value).is_ok_and(|sender| sender == authors);
        if same { Judged::warn(format!("{}: the same as From", decode_text(value))) } else { judged }
    })
}

fn reply_to(message: &Message) -> Judged {
    let missing =
        || if message.relaxed { Judged::info("No Reply-To field") } else { Judged::warn("No Reply-To field") };
    field(message, "Reply-To", missing, address_list)
}

fn to(message: &Message) -> Judged {
    field(message, "To", || absent(message, "To"), address_list)
}

fn cc(message: &Message) -> Judged {
    optional_field(message, "Cc", address_list)
}

fn bcc(message: &Message) -> Judged {
    let missing = || Judged::pass("No Bcc field");
    field(message, "Bcc", missing, |value| {
        if value.trim_ascii().is_empty() {
            return Judged::info("An empty Bcc field");
        }
        let judged = address_list(value);
        match judged.result {
            super::RowResult::Pass => Judged::info(judged.found + ": well formed, and should not be there"),
            _ => judged,
        }
    })
}

fn message_id(message: &Message) -> Judged {
    let missing = || if message.relaxed { Judged::warn("No Message-ID field") } else { absent(message, "Message-ID") };
    field(message, "Message-ID", missing, |value| formed(value, syntax::message_id(value)))
}

fn in_reply_to(message: &Message) -> Judged {
    optional_field(message, "In-Reply-To", |value| formed(value, syntax::message_ids(value)))
}

fn references(message: &Message) -> Judged {
    optional_field(message, "References", |value| formed(value, syntax::message_ids(value)))
}

fn is_zip(part: &Entity) -> bool {
    let named = part.safe_file_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".zip"));
    named || ["zip", "x-zip-compressed"].iter().any(|subtype| part.content_type.is("application", subtype))
}

fn subject(message: &Message) -> Judged {
    let zipped = message.parts().iter().any(is_zip);
    field(
        message,
        "Subject",
        || absent(message, "Subject"),
        |value| {
            let text = decode_text(value);
            if zipped && !text.contains("XDM/1.0/DDM") {
                return Judged::fail(format!("A zip file is attached, and the subject is: {text}"));
            }
            Judged::pass(text)
        },
    )
}

fn shown(message: &Message, name: &str) -> Judged {
    let fields = message.all(name);
    let values: Vec<String> = fields.iter().map(|field| decode_text(&message.value(field))).collect();
    match fields.first() {
        None => Judged::info(format!("No {name} field")),
        Some(first) => Judged::info(values.join("; ")).at(message.place_of(first)),
    }
}

fn comments(message: &Message) -> Judged {
    shown(message, "Comments")
}

fn keywords(message: &Message) -> Judged {
    shown(message, "Keywords")
}

fn optional(message: &Message) -> Judged {
    let octets = message.entity.buffer.octets();
    let names = message.entity.header.fields.iter().map(|field| field.name(octets));
    let others: Vec<String> = names
        .filter(|name| !name.is_empty() && !KNOWN.contains(&name.to_ascii_lowercase().as_str()))
        .map(|name| name.into_owned())
        .collect();
    if others.is_empty() { Judged::info("No other field") } else { Judged::info(others.join(", ")) }
}

fn notification_to(message: &Message) -> Judged {
    optional_field(message, "Disposition-Notification-To", address_list)
}

fn mime_version(message: &Message) -> Judged {
    let missing = || absent_version(message);
    field(message, "MIME-Version", missing, |value| {
        let text = syntax::text(value);
        let plain = syntax::without_comments(&text).unwrap_or_default();
        match (plain.trim(), text.trim()) {
            ("1.0", "1.0") => Judged::pass("1.0"),
            ("1.0", _) => Judged::warn(format!("{text}: with a comment")),
            _ => Judged::fail(text),
        }
    })
}

// Without the field no reader has to take the rest for MIME, also outside.
fn absent_version(message: &Message) -> Judged {
    let judged = Judged::fail("No MIME-Version field");
    if message.relaxed { judged.softened() } else { judged }
}
