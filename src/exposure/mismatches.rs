//! Where envelope, outer and inner headers name different people, and which reading fits.
//!
//! None of it is a fault by itself: blind copies, lists, notifications and forwarding all make the layers differ. What
//! readers of the message are shown without cover weighs as a warning, the rest as a fact.

use super::names::{MAIL_FROM, Named, RCPT_REMOVED, RCPT_TO};
use super::sources::{Header, Sources};
use super::{Layer, Stage};
use crate::finding::{Finding, Rule, Severity};
use crate::mail::Address;

const SENDER: Rule = Rule::new("exposure.sender-named", "RFC 8550 §3");
const RECIPIENT: Rule = Rule::new("exposure.recipient-named", "RFC 5321 §3.3");
const SERVED: Rule = Rule::new("exposure.named-is-served", "RFC 5321 §3.3");
const FROM: Rule = Rule::new("exposure.from-agrees", "RFC 8551 §3.1");
const READ: Rule = Rule::new("exposure.header-read", "Sealscope limits");
const READABLE: Rule = Rule::new("exposure.address-readable", "RFC 5322 §3.4");

const AUTHORS: [&str; 2] = ["From", "Sender"];
pub(super) const READERS: [&str; 2] = ["To", "Cc"];
pub(super) const BLIND: [&str; 2] = ["Bcc", "Resent-Bcc"];
const RESENT: [&str; 3] = ["Resent-To", "Resent-Cc", "Resent-Bcc"];

/// What explains that names differ: what the message is, and whom the header names that readers go by.
struct Context {
    is_list: bool,
    is_notification: bool,
    /// The layer of that header.
    layer: Layer,
    authors: Vec<Address>,
    readers: Vec<Address>,
}

impl Context {
    fn of(sources: &Sources<'_>, names: &[Named]) -> Self {
        let layer = if sources.inner.is_some() { Layer::Inner } else { Layer::Outer };
        let named = |fields: &[&str]| {
            names.iter().filter(|named| named.stands(layer, fields)).filter_map(|named| named.mailbox.clone()).collect()
        };
        Self {
            is_list: is_list(sources),
            is_notification: is_notification(sources),
            layer,
            authors: named(&AUTHORS),
            readers: named(&READERS),
        }
    }
}

/// A mismatch in short, and whether it is out of the ordinary.
struct Note {
    short: &'static str,
    finding: Finding,
}

/// Finds them, and notes them on the rows that they are about.
pub(super) fn find(sources: &Sources<'_>, names: &mut [Named]) -> Vec<Finding> {
    let context = Context::of(sources, names);
    let mut found = Vec::new();
    if sources.outer.is_none() && sources.stage != Stage::Stopped {
        let detail = "The header of the message is larger than is read, so nothing in it was looked at";
        found.push(Finding::new(READ, Severity::NotChecked, detail));
    }
    for named in names {
        let notes = [
            unreadable(named),
            sender(named, sources, &context),
            recipient(named, &context),
            unserved(named, sources),
            author(named, sources),
        ];
        for note in notes.into_iter().flatten() {
            named.notes.push(note.short.to_owned());
            named.is_doubtful |= note.finding.severity > Severity::NotChecked;
            found.push(note.finding);
        }
    }
    found
}

fn unreadable(named: &Named) -> Option<Note> {
    if named.mailbox.is_some() {
        return None;
    }
    let detail =
        format!("“{}” is no address: mail cannot be sent to it, and no certificate can be bound to it", named.address);
    let finding = Finding::new(READABLE, Severity::Warning, detail);
    let span = named.mentions.iter().find_map(|mention| mention.span);
    Some(Note { short: "Not an address", finding: placed(finding, span) })
}

fn sender(named: &Named, sources: &Sources<'_>, context: &Context) -> Option<Note> {
    let layer = context.layer;
    if !named.stands(Layer::Envelope, &[MAIL_FROM]) || named.stands(layer, &AUTHORS) {
        return None;
    }
    let address = named.mailbox.as_ref()?;
    let (severity, reading) = if context.is_list {
        (Severity::Info, "a mailing list puts its own address there, so that bounces come to it")
    } else if named.stands(layer, &["Resent-From", "Resent-Sender"]) {
        (Severity::Info, "who resent the message is its sender now")
    } else if is_suffixed(address, &context.authors) {
        (Severity::Info, "the suffix after + tells bounces apart; the mailbox is the author's")
    } else if context.authors.iter().any(|author| author.domain() == address.domain()) {
        (
            Severity::Warning,
            "it is of the author's domain, as a bounce address is; readers see another name all the same",
        )
    } else {
        (Severity::Warning, "readers see another name than the one that signatures are checked for")
    };
    let detail = format!("MAIL FROM {address} is neither From nor Sender: {reading}");
    let from = sources.read().and_then(|header| Some(header.span(header.first("From")?)));
    Some(Note { short: "Not From or Sender", finding: placed(Finding::new(SENDER, severity, detail), from) })
}

fn recipient(named: &Named, context: &Context) -> Option<Note> {
    let layer = context.layer;
    let is_removed = named.stands(Layer::Envelope, &[RCPT_REMOVED]);
    if is_removed {
        let detail =
            format!("{} was in RCPT TO and is left out by the sender's agent: they get nothing", named.address);
        return Some(Note { short: "Removed", finding: Finding::new(RECIPIENT, Severity::Warning, detail) });
    }
    if !named.stands(Layer::Envelope, &[RCPT_TO]) || named.stands(layer, &READERS) {
        return None;
    }
    let address = named.mailbox.as_ref()?;
    let is_blind = named.mentions.iter().any(|mention| BLIND.contains(&mention.field));
    let (severity, short, reading) = if is_blind {
        (Severity::Info, "Blind copy", "a blind copy, for Bcc names them")
    } else if RESENT.iter().any(|field| named.stands(layer, &[field])) {
        (Severity::Info, "Resent", "the message was resent to them")
    } else if layer == Layer::Inner && named.stands(Layer::Outer, &READERS) {
        (Severity::Warning, "Outer headers only", "only the outer headers name them, which nothing protects")
    } else if context.is_list {
        (Severity::Info, "Through a list", "they get it through a mailing list, whose header fields are there")
    } else if context.is_notification {
        (Severity::Info, "Notification", "notifications go to who asked for them, whomever they name")
    } else if is_suffixed(address, &context.readers) {
        (Severity::Info, "With a suffix", "the suffix after + sorts mail; the mailbox is named")
    } else {
        (
            Severity::Info,
            "Blind copy or forwarded",
            "most likely a blind copy, whose Bcc field is taken out before sending; forwarding looks the same",
        )
    };
    let detail = format!("RCPT TO {address} is in neither To nor Cc: {reading}");
    let finding = Finding::new(RECIPIENT, severity, detail);
    let place = named.mentions.iter().find_map(|mention| mention.span);
    Some(Note { short, finding: placed(finding, place) })
}

/// Named to readers, and the envelope does not serve them.
fn unserved(named: &Named, sources: &Sources<'_>) -> Option<Note> {
    if !named.within(Layer::Outer).chain(named.within(Layer::Inner)).any(|mention| READERS.contains(&mention.field)) {
        return None;
    }
    if named.stands(Layer::Envelope, &[RCPT_TO, RCPT_REMOVED]) {
        return None;
    }
    named.mailbox.as_ref()?;
    let is_inside_only = sources.outer.is_some() && sources.inner.is_some() && !named.stands(Layer::Outer, &READERS);
    let (severity, short, reading) = match (is_inside_only, sources.stage) {
        (true, _) => (
            Severity::Warning,
            "Left out outside",
            "the outer headers leave them out, as an agent does with somebody whom it removed",
        ),
        (false, Stage::Leaving | Stage::Stopped) => {
            (Severity::Info, "Not in the envelope", "this message does not go to them, whatever its readers are shown")
        }
        (false, _) => (
            Severity::Info,
            "Not in the envelope",
            "another transaction serves them, as mail is handed over host by host, or they got nothing",
        ),
    };
    let detail = format!("{} is in To or Cc and not in RCPT TO: {reading}", named.address);
    let span = named.place(Layer::Inner, &READERS).or_else(|| named.place(Layer::Outer, &READERS));
    Some(Note { short, finding: placed(Finding::new(SERVED, severity, detail), span) })
}

fn author(named: &Named, sources: &Sources<'_>) -> Option<Note> {
    sources.inner.as_ref()?;
    sources.outer.as_ref()?;
    let (short, detail, layer) = match (named.stands(Layer::Outer, &["From"]), named.stands(Layer::Inner, &["From"])) {
        (true, false) => (
            "Outer From only",
            "From outside and not inside: nothing protects the outer one, the inner one counts",
            Layer::Outer,
        ),
        (false, true) => (
            "Inner From only",
            "From inside and not outside: the signed message says so, and that counts",
            Layer::Inner,
        ),
        _ => return None,
    };
    let finding = Finding::new(FROM, Severity::Warning, format!("{} is {detail}", named.address));
    Some(Note { short, finding: placed(finding, named.place(layer, &["From"])) })
}

fn placed(finding: Finding, span: Option<crate::span::Span>) -> Finding {
    match span {
        Some(span) => finding.at(span),
        None => finding,
    }
}

/// Whether one of these is the address without its `+suffix`.
fn is_suffixed(address: &Address, plain: &[Address]) -> bool {
    address.without_suffix().is_some_and(|base| plain.iter().any(|known| base.same_mailbox(known)))
}

fn headers<'s>(sources: &'s Sources<'_>) -> impl Iterator<Item = &'s Header> {
    [&sources.outer, &sources.inner].into_iter().flatten()
}

/// RFC 2919, RFC 2369, and what lists had before.
pub(super) fn is_list(sources: &Sources<'_>) -> bool {
    headers(sources).any(|header| {
        ["List-Id", "List-Post", "List-Unsubscribe"].iter().any(|name| header.first(name).is_some())
            || header.text_of("Precedence").is_some_and(|value| value.eq_ignore_ascii_case("list"))
    })
}

/// RFC 3834 §5, RFC 6522.
fn is_notification(sources: &Sources<'_>) -> bool {
    let automatic = |value: String| !value.to_ascii_lowercase().starts_with("no");
    let reports = |tree: &crate::mime::MimeTree| {
        tree.root().is_some_and(|root| root.entity.content_type.is("multipart", "report"))
    };
    headers(sources).any(|header| header.text_of("Auto-Submitted").is_some_and(automatic))
        || reports(&sources.inside)
        || reports(&sources.outer_tree)
}
