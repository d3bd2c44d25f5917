//! Leaks of the outer header: the subject, blind recipients, and what it says beyond what has to be outside.

use super::super::hosts;
use super::super::sources::{Header, Sources};
use super::super::{Protection, Stage};
use super::{Leak, LeakRule};
use crate::finding::Severity;
use crate::mail::HeaderField;
use crate::span::Span;

const SUBJECT: LeakRule = LeakRule::new(
    "exposure.subject-outside",
    "RFC 8551 §3.1",
    "Everybody on the way can read what the message is about",
    "Wrap the whole message in message/rfc822 and leave Subject out of the outer header",
);
const BCC: LeakRule = LeakRule::new(
    "exposure.bcc-outside",
    "RFC 5322 §3.6.3",
    "Everybody on the way and every recipient can read who was to get a blind copy",
    "Take the Bcc field out before the message leaves",
);
const COPY: LeakRule = LeakRule::new(
    "exposure.field-outside",
    "RFC 8551 §3.1",
    "It is text of the message, and everybody on the way can read it",
    "Leave the field to the wrapped message: outside only From, To, Cc, Date, Message-ID and the reference fields are needed",
);
const SOFTWARE: LeakRule = LeakRule::new(
    "exposure.software-outside",
    "RFC 8551 §3.1",
    "It tells everybody on the way which program the sender uses, and so which faults it may have",
    "Leave the field to the wrapped message, or have the program not write it",
);
const HOST: LeakRule = LeakRule::new(
    "exposure.internal-host",
    "RFC 5321 §7.6",
    "It tells strangers about the machines inside somebody's network",
    "Have the mail server at the edge of the network write names that are known outside, and no inner addresses",
);

/// What an outer header may have: what the specification wants there, MIME's fields, and what transport, lists and
/// authentication add (RFC 5321 §4.4, RFC 2369, RFC 3834, RFC 6376, RFC 8098, RFC 8601, RFC 8617).
const EXPECTED: [&str; 31] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "date",
    "orig-date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "return-path",
    "received",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "auto-submitted",
    "precedence",
    "disposition-notification-to",
    "disposition-notification-options",
    "dkim-signature",
    "authentication-results",
    "received-spf",
    "bcc",
    "subject",
    "user-agent",
    "x-mailer",
    "x-mimeole",
    "lines",
    "status",
    "x-status",
];
/// Beginnings of fields that transports and filters add.
const ADDED: [&str; 9] =
    ["content-", "resent-", "list-", "arc-", "x-spam", "x-virus", "x-received", "x-google-", "x-ms-exchange-"];
/// Fields that tell which program wrote the message.
pub(in super::super) const PROGRAMS: [&str; 3] = ["User-Agent", "X-Mailer", "X-MimeOLE"];
/// Fields whose content is text of the author.
const AUTHORED: [&str; 4] = ["comments", "keywords", "thread-topic", "x-subject"];
/// What agents write in place of a subject.
const PLACEHOLDERS: [&str; 4] = ["...", "[...]", "\u{2026}", "[\u{2026}]"];

pub(super) fn find(sources: &Sources<'_>) -> Vec<Leak> {
    let mut leaks = Vec::new();
    if let Some(outer) = &sources.outer {
        bcc(sources, outer, &mut leaks);
        // What lies open as a whole is told once, as that.
        if !sources.lies_open() {
            leaks.extend(subject(sources, outer));
            software(outer, &mut leaks);
            others(sources, outer, &mut leaks);
        }
        leaks.extend(message_id(outer));
        leaks.extend(received(outer, "outside"));
    }
    if let Some(inner) = sources.inner.as_ref().filter(|_| sources.stage != Stage::Stopped) {
        leaks.extend(received(inner, "inside, for every reader to see,"));
    }
    leaks
}

fn bcc(sources: &Sources<'_>, outer: &Header, leaks: &mut Vec<Leak>) {
    for field in outer.all("Bcc") {
        let text = outer.text(field);
        let span = Some(outer.span(field));
        let is_draft = sources.stage == Stage::AsItStands && sources.protection == Protection::Plain;
        leaks.push(match (text.is_empty(), is_draft) {
            (true, _) => {
                BCC.leak(Severity::Info, "An empty Bcc field outside tells that somebody got a blind copy", span)
            }
            (false, true) => {
                BCC.leak(Severity::Warning, format!("As it stands Bcc names {text}, for all to read"), span)
            }
            (false, false) => BCC.leak(Severity::Fail, format!("Bcc outside names {text}"), span),
        });
    }
}

fn subject(sources: &Sources<'_>, outer: &Header) -> Option<Leak> {
    let field = outer.all("Subject").find(|field| !outer.text(field).is_empty())?;
    let (text, span) = (outer.text(field), Some(outer.span(field)));
    let inside = sources.inner.as_ref().and_then(|inner| inner.text_of("Subject"));
    let (severity, detail) = match (inside, &sources.inner) {
        _ if PLACEHOLDERS.contains(&text.as_str()) => return None,
        (Some(inside), _) if repeats(&text, &inside) => {
            (Severity::Fail, format!("Subject stands outside as it is inside: “{text}”"))
        }
        (Some(_), _) => (Severity::Info, format!("Subject outside says “{text}”, and the one inside something else")),
        (None, Some(_)) => (Severity::Warning, format!("Subject stands outside only: “{text}”")),
        (None, None) if sources.knows_inside() => {
            (Severity::Fail, format!("The message is not wrapped, so its subject travels outside: “{text}”"))
        }
        (None, None) => (
            Severity::Warning,
            format!("Subject stands outside: “{text}”; whether it is the one inside is not known without a key"),
        ),
    };
    Some(SUBJECT.leak(severity, detail, span))
}

/// Whether one says what the other does; `Re:` and the like do not count.
fn repeats(outside: &str, inside: &str) -> bool {
    let [outside, inside] = [outside, inside].map(|text| {
        let text = text.to_lowercase();
        let bare = text.trim_start_matches(|found: char| !found.is_alphanumeric());
        let bare =
            ["re:", "fwd:", "fw:", "aw:", "wg:"].iter().find_map(|prefix| bare.strip_prefix(prefix)).unwrap_or(bare);
        bare.trim().to_owned()
    });
    !outside.is_empty() && !inside.is_empty() && (outside.contains(&inside) || inside.contains(&outside))
}

fn software(outer: &Header, leaks: &mut Vec<Leak>) {
    for name in PROGRAMS {
        for field in outer.all(name) {
            let detail = format!("{name} outside says “{}”", outer.text(field));
            leaks.push(SOFTWARE.leak(Severity::Warning, detail, Some(outer.span(field))));
        }
    }
}

/// Fields that nobody needs outside.
fn others(sources: &Sources<'_>, outer: &Header, leaks: &mut Vec<Leak>) {
    let subject = sources.inner.as_ref().and_then(|inner| inner.text_of("Subject"));
    for field in &outer.section.fields {
        let name = outer.name(field);
        let key = name.to_ascii_lowercase();
        if EXPECTED.contains(&key.as_str()) || ADDED.iter().any(|start| key.starts_with(start)) || key.is_empty() {
            continue;
        }
        let text = outer.text(field);
        if text.is_empty() {
            continue;
        }
        let span = Some(outer.span(field));
        leaks.push(if subject.as_deref().is_some_and(|subject| subject.len() > 3 && repeats(&text, subject)) {
            SUBJECT.leak(Severity::Fail, format!("{name} outside repeats the subject: “{text}”"), span)
        } else if AUTHORED.contains(&key.as_str()) {
            COPY.leak(Severity::Warning, format!("{name} outside says “{text}”"), span)
        } else if is_inside(sources, field, outer) {
            COPY.leak(Severity::Warning, format!("{name} of the message inside stands outside as well: “{text}”"), span)
        } else {
            COPY.leak(Severity::Info, format!("{name} stands outside, where nothing needs it: “{text}”"), span)
        });
    }
}

fn is_inside(sources: &Sources<'_>, field: &HeaderField, outer: &Header) -> bool {
    let Some(inner) = &sources.inner else { return false };
    let (name, text) = (outer.name(field), outer.text(field));
    inner.all(&name).any(|twin| inner.text(twin) == text)
}

fn message_id(outer: &Header) -> Option<Leak> {
    let field = outer.first("Message-ID")?;
    let text = outer.text(field);
    let host = hosts::of_message_id(&text).filter(|host| hosts::is_internal(host))?;
    Some(HOST.leak(
        Severity::Warning,
        format!("Message-ID outside names the inner host {host}"),
        Some(outer.span(field)),
    ))
}

/// One leak for all Received fields of a header: where the first inner host stands, and which there are.
fn received(header: &Header, place: &str) -> Option<Leak> {
    let mut told: Vec<String> = Vec::new();
    let mut first: Option<Span> = None;
    for field in header.all("Received") {
        let found = hosts::of_received(&header.text(field));
        for host in found.into_iter().filter(|host| hosts::is_internal(host)) {
            first = first.or_else(|| Some(header.span(field)));
            if !told.contains(&host) && told.len() < TOLD {
                told.push(host);
            }
        }
    }
    let span = first?;
    let many = if told.len() == 1 { "the inner host" } else { "the inner hosts" };
    Some(HOST.leak(Severity::Info, format!("Received {place} names {many} {}", told.join(", ")), Some(span)))
}

/// Inner hosts that are told by name.
const TOLD: usize = 10;
