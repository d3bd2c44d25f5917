//! The encrypted layer: what the outer message says that it is, and whether it could be opened.

use super::subject::{NOT_DECRYPTED, Subject, Wrapping};
use super::{Check, Judged, Row, Suite};
use crate::agent::{ReasonCode, RecipientState};
use crate::mime::Entity;
use crate::smime::EnvelopeKind;
use crate::span::Span;

const NAME: &str = "smime.p7m";

const fn row(id: &'static str, rule: &'static str, clause: &'static str, check: fn(&Subject<'_>) -> Judged) -> Row {
    Row::error(id, Suite::Ett, rule, clause, Check::Once(check))
}

pub(super) static ROWS: &[Row] = &[
    row("DTS-133a", "The outer message is application/pkcs7-mime", "RFC 8551 §3.2", media_type)
        .expects("application/pkcs7-mime"),
    row("DTS-201", "The name parameter is smime.p7m", "RFC 8551 §3.2.1", name).expects("name=smime.p7m"),
    row("DTS-202", "The smime-type parameter says what is inside", "RFC 8551 §3.2.2, §3.3", smime_type)
        .expects("smime-type=enveloped-data")
        .note("The ETT knows enveloped-data alone; for AES-GCM and its like RFC 8551 §3.2.2 has authEnveloped-data"),
    row("DTS-203", "Content-Disposition names the file smime.p7m", "RFC 8551 §3.2.1", file_name)
        .expects("filename=smime.p7m"),
    row("DTS-129", "The body could be decrypted", "RFC 5652 §6", decrypted).expects("a key held here opens it"),
    row("DTS-GATE-ENCRYPTED", "The message is encrypted", "RFC 8551 §3.3", encrypted).expects("enveloped-data"),
    row("DTS-GATE-SIGNED", "What was decrypted is signed", "Direct AS 1.2, incoming", signed).expects("a signature"),
    row("DTS-GATE-WRAPPED", "The signed content is a whole message", "ONC 170.315(h)(1)", wrapped)
        .expects("message/rfc822"),
];

fn content_type_place(entity: &Entity) -> Option<Span> {
    entity.field("Content-Type").map(|field| entity.buffer.span(field.whole.clone()))
}

/// Applies to the outer message alone, whatever it is.
fn outer(subject: &Subject<'_>, check: impl FnOnce(&Entity) -> Judged) -> Judged {
    match &subject.outer {
        Some(outer) => check(outer).at(content_type_place(outer)),
        None => Judged::not_checked("The header is larger than is read"),
    }
}

fn media_type(subject: &Subject<'_>) -> Judged {
    outer(subject, |outer| {
        Judged::when(outer.content_type.is("application", "pkcs7-mime"), outer.content_type.essence())
    })
}

fn name(subject: &Subject<'_>) -> Judged {
    outer(subject, |outer| named(outer.content_type.param("name"), "name"))
}

fn named(found: Option<&str>, parameter: &str) -> Judged {
    match found {
        None => Judged::fail(format!("No {parameter} parameter")),
        Some(name) if name.eq_ignore_ascii_case(NAME) => Judged::pass(name),
        Some(other) => Judged::warn(other),
    }
}

fn smime_type(subject: &Subject<'_>) -> Judged {
    let wanted = match subject.enveloped.as_ref().map(|data| data.kind) {
        Some(EnvelopeKind::AuthEnveloped) => "authEnveloped-data",
        _ => "enveloped-data",
    };
    let mut judged = outer(subject, |outer| match outer.content_type.param("smime-type") {
        None => Judged::warn("No smime-type parameter"),
        Some(found) => Judged::when(found.eq_ignore_ascii_case(wanted), found),
    });
    judged.expected = Some(format!("smime-type={wanted}"));
    judged
}

fn file_name(subject: &Subject<'_>) -> Judged {
    outer(subject, |outer| {
        named(outer.disposition.as_ref().and_then(|disposition| disposition.file_name.as_deref()), "filename")
    })
}

fn decrypted(subject: &Subject<'_>) -> Judged {
    if !subject.is_encrypted() {
        return Judged::fail("The message is not encrypted");
    }
    if subject.inner.is_some() {
        return Judged::pass("Decrypted");
    }
    let Some(report) = subject.report else { return Judged::not_checked(NOT_DECRYPTED) };
    // Keys that are not held say nothing of the message; keys that are held and do not open it do.
    let no_key = report.recipients.iter().all(|recipient| match &recipient.state {
        RecipientState::Removed(reason) => reason.code == ReasonCode::NoPrivateKey,
        _ => !recipient.local,
    });
    match &report.rejection {
        Some(reason) if !no_key => Judged::fail(reason.detail.clone()),
        _ => Judged::not_checked(NOT_DECRYPTED),
    }
}

fn encrypted(subject: &Subject<'_>) -> Judged {
    match &subject.enveloped {
        Some(data) => Judged::pass(data.kind.smime_type()).at(Some(data.buffer().whole())),
        None => outer(subject, |outer| Judged::fail(format!("{}: no envelope", outer.content_type.essence()))),
    }
}

fn signed(subject: &Subject<'_>) -> Judged {
    match (&subject.inner, &subject.signed) {
        (None, _) => Judged::not_checked(subject.why_closed()),
        (Some(inner), Some(_)) => Judged::pass(inner.content_type.essence()).at(Some(inner.span())),
        (Some(inner), None) => {
            Judged::fail(format!("{} without a signature", inner.content_type.essence())).at(Some(inner.span()))
        }
    }
}

fn wrapped(subject: &Subject<'_>) -> Judged {
    let content = subject.signed.as_ref().and_then(|signed| signed.content.as_ref());
    match (subject.wrapping, content) {
        (Wrapping::Unknown, _) => Judged::not_checked(subject.why_closed()),
        (_, None) => Judged::fail("There is no signed content"),
        (Wrapping::Wrapped, Some(content)) => Judged::pass("message/rfc822").at(Some(content.span())),
        (Wrapping::Unwrapped, Some(content)) => Judged::fail(content.content_type.essence()).at(Some(content.span())),
    }
}
