//! Disposition notifications (RFC 8098, which replaces RFC 3798), where the message is one.

use super::headers::formed;
use super::subject::Subject;
use super::syntax::{self, Form};
use super::{Check, Judged, Row, Suite};
use crate::mail::{HeaderField, HeaderSection, decode_text};
use crate::mime::Entity;
use crate::span::{Buffer, BufferName, Span};

const NOT_ONE: &str = "The message is no disposition notification";
const OPTIONS: &str = "Disposition-Notification-Options";
/// The fields of RFC 8098 §3.2; others are extensions.
const OWN_FIELDS: [&str; 9] = [
    "reporting-ua",
    "mdn-gateway",
    "original-recipient",
    "final-recipient",
    "original-message-id",
    "disposition",
    "failure",
    "error",
    "warning",
];

const fn row(id: &'static str, rule: &'static str, clause: &'static str, check: fn(&Subject<'_>) -> Judged) -> Row {
    Row::error(id, Suite::Ett, rule, clause, Check::Once(check))
}

pub(super) static ROWS: &[Row] = &[
    row("DTS-450", "The notification is signed and encrypted", "Direct AS 1.2, notifications", secured)
        .expects("enveloped-data around multipart/signed"),
    row("DTS-451", "Disposition-Notification-To of the message is shown", "RFC 8098 §2.1", requested).info(),
    row("DTS-452", "The notification asks for no notification itself", "RFC 8098 §2.1", no_request)
        .expects("no Disposition-Notification-To"),
    row("DTS-453", "The options of the request are shown", "RFC 8098 §2.2", options).info(),
    row("DTS-454", "Original-Recipient in the header is an address with its type", "RFC 8098 §2.3", header_recipient)
        .expects("rfc822; address"),
    row("DTS-455", "The parts of the report are shown", "RFC 8098 §3", parts).info(),
    row("DTS-456", "The report has a part that a program can read", "RFC 8098 §3.1", content)
        .expects("message/disposition-notification with fields"),
    row("DTS-457", "Reporting-UA says which program reports", "RFC 8098 §3.2.1", reporting_ua)
        .expects("a name; a product"),
    row("DTS-458", "MDN-Gateway has a type and a name", "RFC 8098 §3.2.2", gateway).expects("type; name, or no field"),
    row("DTS-459", "Original-Recipient is an address with its type", "RFC 8098 §3.2.3", original_recipient)
        .expects("rfc822; address, or no field"),
    row("DTS-460", "Final-Recipient is an address with its type", "RFC 8098 §3.2.4", final_recipient)
        .expects("rfc822; address")
        .note("The ETT only warns where the field is absent, which RFC 8098 demands"),
    row("DTS-461", "Original-Message-ID names the message", "RFC 8098 §3.2.5", original_message_id)
        .expects("<left@right>"),
    row("DTS-462", "Disposition says how and what", "RFC 8098 §3.2.6", disposition)
        .expects("manual-action/MDN-sent-manually; displayed, or automatic-action/MDN-sent-automatically; processed …")
        .note("The ETT only warns where the field is absent, which RFC 8098 demands"),
    row("DTS-463", "Failure is text", "RFC 8098 §3.2.7", failure).expects("text, or no field"),
    row("DTS-464", "Error is text", "RFC 8098 §3.2.7", error).expects("text, or no field"),
    row("DTS-465", "Warning is text", "RFC 3798 §3.2.7", warning).expects("text, or no field"),
    row("DTS-466", "Extension fields are text", "RFC 8098 §3.3", extensions).expects("text, or no field"),
];

/// The entity whose type says what the message is.
fn root<'s>(subject: &'s Subject<'_>) -> Option<&'s Entity> {
    let wrapped = subject.message().filter(|message| message.place == super::Place::Wrapped);
    let content = subject.signed.as_ref().and_then(|signed| signed.content.as_ref());
    wrapped.map(|message| &message.entity).or(content).or(subject.inner.as_ref())
}

/// Whether the message is a disposition notification.
pub(super) fn is_notification(subject: &Subject<'_>) -> bool {
    root(subject).is_some_and(|root| {
        let kind = &root.content_type;
        let report =
            kind.param("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("disposition-notification"));
        kind.is("multipart", "report") && report
    })
}

/// The fields of the part that a program reads.
pub(super) struct Fields {
    buffer: Buffer,
    header: HeaderSection,
    /// Whether the octets are those of a buffer that others know.
    in_place: bool,
}

impl Fields {
    pub(super) fn of(subject: &Subject<'_>) -> Option<Self> {
        let part = subject.inside().iter().find(|part| part.content_type.is("message", "disposition-notification"))?;
        if part.transfer_encoding.is_identity() {
            let header = HeaderSection::scan(part.buffer.octets(), part.body.clone(), &subject.limits);
            return Some(Self { buffer: part.buffer.clone(), header, in_place: true });
        }
        let buffer = Buffer::new(BufferName::Received, part.decoded_body().octets);
        let header = HeaderSection::scan(buffer.octets(), 0..buffer.octets().len(), &subject.limits);
        Some(Self { buffer, header, in_place: false })
    }

    fn first(&self, name: &str) -> Option<&HeaderField> {
        self.header.first(self.buffer.octets(), name)
    }

    pub(super) fn value(&self, name: &str) -> Option<&[u8]> {
        self.first(name).map(|field| field.value(self.buffer.octets()))
    }

    fn place(&self, field: &HeaderField) -> Option<Span> {
        self.in_place.then(|| self.buffer.span(field.whole.clone()))
    }
}

/// Judges a notification; there is nothing to say of another message.
pub(super) fn notification(subject: &Subject<'_>, check: impl FnOnce(&Subject<'_>) -> Judged) -> Judged {
    if subject.inner.is_none() {
        return Judged::not_checked(subject.why_closed());
    }
    if is_notification(subject) { check(subject) } else { Judged::info(NOT_ONE) }
}

/// One field of the report: absent, or judged by its text.
fn field(subject: &Subject<'_>, name: &str, missing: Judged, check: impl FnOnce(&[u8]) -> Judged) -> Judged {
    notification(subject, |subject| {
        let Some(fields) = Fields::of(subject) else { return Judged::fail("No message/disposition-notification") };
        match fields.first(name) {
            None => missing,
            Some(field) => check(field.value(fields.buffer.octets())).at(fields.place(field)),
        }
    })
}

fn absent(name: &str) -> Judged {
    Judged::info(format!("No {name} field"))
}

fn secured(subject: &Subject<'_>) -> Judged {
    notification(subject, |subject| {
        let signed = subject.data().is_some();
        let found = match (subject.is_encrypted(), signed) {
            (true, true) => "signed and encrypted",
            (true, false) => "encrypted, not signed",
            (false, true) => "signed, not encrypted",
            (false, false) => "neither signed nor encrypted",
        };
        Judged::when(subject.is_encrypted() && signed, found)
    })
}

/// A field of the message's own header.
fn of_message(subject: &Subject<'_>, name: &str, check: impl FnOnce(Option<&[u8]>) -> Judged) -> Judged {
    let Some(message) = subject.message() else { return Judged::not_checked(subject.why_closed()) };
    match message.field(name) {
        None => check(None),
        Some(field) => check(Some(&message.value(field))).at(message.place_of(field)),
    }
}

fn requested(subject: &Subject<'_>) -> Judged {
    shown(subject, "Disposition-Notification-To")
}

fn options(subject: &Subject<'_>) -> Judged {
    shown(subject, OPTIONS)
}

fn shown(subject: &Subject<'_>, name: &str) -> Judged {
    of_message(subject, name, |value| value.map_or_else(|| absent(name), |value| Judged::info(decode_text(value))))
}

fn no_request(subject: &Subject<'_>) -> Judged {
    notification(subject, |subject| {
        of_message(subject, "Disposition-Notification-To", |value| match value {
            None => Judged::pass("No Disposition-Notification-To field"),
            Some(value) => Judged::fail(decode_text(value)),
        })
    })
}

fn header_recipient(subject: &Subject<'_>) -> Judged {
    of_message(subject, "Original-Recipient", |value| match value {
        None => absent("Original-Recipient"),
        Some(value) => formed(value, syntax::typed_address(value)),
    })
}

fn parts(subject: &Subject<'_>) -> Judged {
    notification(subject, |subject| {
        let kinds: Vec<String> = subject.inside().iter().map(|part| part.content_type.essence()).collect();
        Judged::info(kinds.join(", "))
    })
}

fn content(subject: &Subject<'_>) -> Judged {
    notification(subject, |subject| match Fields::of(subject) {
        None => Judged::fail("No message/disposition-notification part"),
        Some(fields) => {
            let broken = fields.header.fields.iter().find(|field| field.name.is_empty());
            match broken {
                Some(line) => Judged::fail("A line is no field").at(fields.place(line)),
                None if fields.header.fields.is_empty() => Judged::fail("The part has no fields"),
                None => Judged::pass(crate::finding::counted(fields.header.fields.len(), "field")),
            }
        }
    })
}

fn is_text(value: &[u8]) -> Judged {
    let text = decode_text(value);
    Judged::when(!text.is_empty(), text)
}

fn reporting_ua(subject: &Subject<'_>) -> Judged {
    field(subject, "Reporting-UA", Judged::warn("No Reporting-UA field"), is_text)
}

fn gateway(subject: &Subject<'_>) -> Judged {
    field(subject, "MDN-Gateway", absent("MDN-Gateway"), |value| {
        let text = syntax::text(value);
        let split = text.split_once(';');
        let whole = split.is_some_and(|(kind, name)| !kind.trim().is_empty() && !name.trim().is_empty());
        Judged::when(whole, decode_text(value))
    })
}

fn original_recipient(subject: &Subject<'_>) -> Judged {
    field(subject, "Original-Recipient", absent("Original-Recipient"), |value| {
        formed(value, syntax::typed_address(value))
    })
}

fn final_recipient(subject: &Subject<'_>) -> Judged {
    field(subject, "Final-Recipient", Judged::fail("No Final-Recipient field"), |value| {
        match syntax::typed_address(value) {
            Form::Loose(why) => Judged::fail(format!("{}: {why}", decode_text(value))),
            form => formed(value, form),
        }
    })
}

fn original_message_id(subject: &Subject<'_>) -> Judged {
    field(subject, "Original-Message-ID", Judged::warn("No Original-Message-ID field"), |value| {
        formed(value, syntax::message_id(value))
    })
}

fn disposition(subject: &Subject<'_>) -> Judged {
    field(subject, "Disposition", Judged::fail("No Disposition field"), |value| {
        Judged::when(is_disposition(&syntax::text(value)), decode_text(value))
    })
}

/// `action-mode/sending-mode; type[/modifier, …]` (RFC 8098 §3.2.6), with the types of RFC 3798 that Direct uses.
pub(super) fn is_disposition(text: &str) -> bool {
    let Some((modes, kind)) = text.split_once(';') else { return false };
    let Some((action, sending)) = modes.trim().split_once('/') else { return false };
    let actions = ["manual-action", "automatic-action"];
    let sendings = ["mdn-sent-manually", "mdn-sent-automatically"];
    let kinds = ["displayed", "deleted", "dispatched", "processed", "denied", "failed"];
    let among = |known: &[&str], word: &str| known.contains(&word.trim().to_ascii_lowercase().as_str());
    let kind = kind.split('/').next().unwrap_or_default();
    among(&actions, action) && among(&sendings, sending) && among(&kinds, kind)
}

fn failure(subject: &Subject<'_>) -> Judged {
    field(subject, "Failure", absent("Failure"), is_text)
}

fn error(subject: &Subject<'_>) -> Judged {
    field(subject, "Error", absent("Error"), is_text)
}

fn warning(subject: &Subject<'_>) -> Judged {
    field(subject, "Warning", absent("Warning"), is_text)
}

fn extensions(subject: &Subject<'_>) -> Judged {
    notification(subject, |subject| {
        let Some(fields) = Fields::of(subject) else { return Judged::fail("No message/disposition-notification") };
        let octets = fields.buffer.octets();
        let mut names = Vec::new();
        for field in &fields.header.fields {
            let name = field.name(octets);
            if name.is_empty() || OWN_FIELDS.contains(&name.to_ascii_lowercase().as_str()) {
                continue;
            }
            if field.value(octets).trim_ascii().is_empty() {
                return Judged::fail(format!("{name} says nothing")).at(fields.place(field));
            }
            names.push(name.into_owned());
        }
        if names.is_empty() { Judged::info("No extension field") } else { Judged::pass(names.join(", ")) }
    })
}
