//! What of each fact stands outside, and what inside.

use super::hosts;
use super::leaks::PROGRAMS;
use super::mismatches::{BLIND, READERS};
use super::names::{MAIL_FROM, Named, Names, RCPT_TO};
use super::sources::{Header, Sources};
use super::vocabulary::Fact;
use super::{Layer, Protection};
use crate::finding::counted;
use crate::mime::MimeTree;
use crate::smime::RecipientInfo;
use crate::span::Span;

/// Things of a kind that are told one by one.
const TOLD: usize = 6;

/// Something that can be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) text: String,
    pub(super) span: Option<Span>,
}

impl Evidence {
    fn at(text: impl Into<String>, span: Option<Span>) -> Self {
        Self { text: text.into(), span }
    }
}

/// A fact with what is known of it on either side.
pub(super) struct Sheet {
    pub(super) fact: Fact,
    /// What whoever carries the message can read.
    pub(super) outside: Option<Evidence>,
    /// What whoever opens it can read as well; nothing where there is no such thing, or where it is closed.
    pub(super) inside: Option<Evidence>,
}

/// One sheet for each fact.
pub(super) fn sheets(sources: &Sources<'_>, names: &Names) -> Vec<Sheet> {
    let lies_open = sources.lies_open();
    Fact::ALL
        .into_iter()
        .map(|fact| {
            let (outside, inside) = both(fact, sources, names);
            // What is not encrypted is outside, wherever it stands.
            let outside = if lies_open { outside.or_else(|| inside.clone()) } else { outside };
            Sheet { fact, outside, inside }
        })
        .collect()
}

fn both(fact: Fact, sources: &Sources<'_>, names: &Names) -> (Option<Evidence>, Option<Evidence>) {
    let field = |name: &str| (first_field(sources.outer.as_ref(), name), first_field(sources.inner.as_ref(), name));
    match fact {
        Fact::Sender => {
            (people(names, &[MAIL_FROM, "From", "Sender"], true), people(names, &["From", "Sender"], false))
        }
        Fact::Recipients => {
            // A header that names nobody leaves those whom the envelope names.
            let outside = people(names, &READERS, true).or_else(|| people(names, &[RCPT_TO], true));
            (outside, people(names, &READERS, false))
        }
        Fact::OtherRecipients => (others_outside(names), others_inside(names)),
        Fact::Subject => field("Subject"),
        Fact::Date => field("Date"),
        Fact::MessageId => field("Message-ID"),
        Fact::Body => (body_outside(sources), body_inside(sources)),
        Fact::AttachmentNames => (attachments(&sources.outer_tree, Some), attachments(&sources.inside, |_| None)),
        Fact::Size => (size(sources), None),
        Fact::RecipientCount => (recipient_count(sources), None),
        Fact::RecipientCertificates => (recipient_certificates(sources), None),
        Fact::SignerCertificate => (None, signers(sources)),
        Fact::Software => (software(sources.outer.as_ref()), software(sources.inner.as_ref())),
        Fact::Hosts => (machines(sources.outer.as_ref()), machines(sources.inner.as_ref())),
    }
}

fn first_field(header: Option<&Header>, name: &str) -> Option<Evidence> {
    let header = header?;
    let field = header.all(name).find(|field| !header.text(field).is_empty())?;
    Some(Evidence::at(header.text(field), Some(header.span(field))))
}

/// So many by name, the rest by number.
pub(super) fn listed(all: impl IntoIterator<Item = String>) -> String {
    let mut told = Vec::new();
    let mut others = 0_usize;
    for one in all {
        if told.len() < TOLD {
            told.push(one);
        } else {
            others = others.saturating_add(1);
        }
    }
    if others > 0 {
        told.push(format!("and {}", counted(others, "other")));
    }
    told.join(", ")
}

/// Who stands under these names, outside (envelope and outer header) or inside.
fn people(names: &Names, fields: &[&str], is_outside: bool) -> Option<Evidence> {
    let layers: &[Layer] = if is_outside { &[Layer::Envelope, Layer::Outer] } else { &[Layer::Inner] };
    let stands = |named: &&Named| layers.iter().any(|layer| named.stands(*layer, fields));
    let found: Vec<&Named> = names.list.iter().filter(stands).collect();
    let span = found.iter().find_map(|named| layers.iter().find_map(|layer| named.place(*layer, fields)));
    let text = listed(found.into_iter().map(|named| named.address.clone()));
    (!text.is_empty()).then(|| Evidence::at(text, span))
}

/// Who gets it and stands in no To or Cc outside: the envelope tells each host of those it serves.
fn others_outside(names: &Names) -> Option<Evidence> {
    let blind = |named: &&Named| named.stands(Layer::Envelope, &[RCPT_TO]) && !named.stands(Layer::Outer, &READERS);
    let blind = listed(names.list.iter().filter(blind).map(|named| named.address.clone()));
    let bcc = people(names, &BLIND, true);
    if blind.is_empty() { bcc } else { Some(Evidence::at(blind, bcc.and_then(|bcc| bcc.span))) }
}

/// Who was named to readers and got nothing, and whom Bcc inside names.
fn others_inside(names: &Names) -> Option<Evidence> {
    let unexpected = |named: &&Named| {
        let is_read = named.within(Layer::Inner).any(|mention| READERS.contains(&mention.field));
        let is_blind = named.within(Layer::Inner).any(|mention| BLIND.contains(&mention.field));
        is_blind || is_read && !named.stands(Layer::Outer, &READERS) && !named.stands(Layer::Envelope, &[RCPT_TO])
    };
    let found: Vec<&Named> = names.list.iter().filter(unexpected).collect();
    let fields = ["Bcc", "Resent-Bcc", "To", "Cc"];
    let span = found.iter().find_map(|named| named.place(Layer::Inner, &fields));
    let text = listed(found.into_iter().map(|named| named.address.clone()));
    (!text.is_empty()).then(|| Evidence::at(text, span))
}

/// Text that stands beside the encrypted part, or the whole where nothing is encrypted.
fn body_outside(sources: &Sources<'_>) -> Option<Evidence> {
    let root = &sources.outer_tree.root()?.entity;
    if sources.lies_open() {
        return Some(Evidence::at("All of it, in the clear", Some(root.body_span())));
    }
    let sealed = sources.sealed.as_ref()?;
    let is_text = |entity: &&crate::mime::Entity| {
        entity.content_type.media_type == "text" && !entity.body_octets().trim_ascii().is_empty()
    };
    let beside = sources.outer_tree.nodes().iter().map(|node| &node.entity).filter(is_text);
    let beside = beside.filter(|entity| entity.range != sealed.part.range).map(|entity| entity.body_span()).next()?;
    Some(Evidence::at("A text that stands beside the encrypted part", Some(beside)))
}

fn body_inside(sources: &Sources<'_>) -> Option<Evidence> {
    let words = match sources.protection {
        Protection::Sealed => "The text inside, once their key opens it",
        Protection::Opened | Protection::Plain | Protection::SignedOnly => "The text of the message",
    };
    Some(Evidence::at(words, None))
}

fn attachments(tree: &MimeTree, place: impl Fn(Span) -> Option<Span>) -> Option<Evidence> {
    let is_smime =
        |name: &str| [".p7m", ".p7s", ".p7z", ".p7c"].iter().any(|ending| name.to_lowercase().ends_with(ending));
    let named = tree.nodes().iter().filter_map(|node| {
        let name = node.entity.safe_file_name()?;
        (!is_smime(&name) || !name.to_lowercase().starts_with("smime")).then(|| (name, node.entity.span()))
    });
    let named: Vec<(String, Span)> = named.collect();
    let span = named.first().and_then(|(_, span)| place(*span));
    let text = listed(named.into_iter().map(|(name, _)| name));
    (!text.is_empty()).then(|| Evidence::at(text, span))
}

fn size(sources: &Sources<'_>) -> Option<Evidence> {
    let whole = sources.outer_tree.root()?.entity.buffer.whole();
    let text = match &sources.sealed {
        Some(sealed) => format!("{}, of which {} are the encrypted part", counted(whole.len(), "octet"), sealed.octets),
        None => counted(whole.len(), "octet"),
    };
    Some(Evidence::at(text, Some(whole)))
}

fn recipient_count(sources: &Sources<'_>) -> Option<Evidence> {
    sources.outer.as_ref()?;
    let envelope = counted(sources.envelope.forward_paths.len(), "RCPT TO address");
    match &sources.sealed {
        Some(sealed) => {
            let keys = counted(sealed.data.recipients.len(), "certificate");
            Some(Evidence::at(
                format!("The encryption is for {keys}"),
                sealed.data.recipients.first().map(|info| info.span),
            ))
        }
        None => Some(Evidence::at(envelope, None)),
    }
}

fn recipient_certificates(sources: &Sources<'_>) -> Option<Evidence> {
    let infos = &sources.sealed.as_ref()?.data.recipients;
    let text = listed(infos.iter().filter_map(RecipientInfo::recipient_name));
    (!text.is_empty()).then(|| Evidence::at(text, infos.first().map(|info| info.span)))
}

fn signers(sources: &Sources<'_>) -> Option<Evidence> {
    let signers = &sources.report?.signers;
    let named = signers.iter().map(|signer| match &signer.certificate {
        Some(certificate) => certificate.subject().to_owned(),
        None => signer.identifier.clone(),
    });
    let text = listed(named);
    (!text.is_empty()).then(|| Evidence::at(crate::mail::escape_controls(&text), None))
}

fn software(header: Option<&Header>) -> Option<Evidence> {
    PROGRAMS.iter().find_map(|name| first_field(header, name))
}

/// The machines that Received and Message-ID tell of.
fn machines(header: Option<&Header>) -> Option<Evidence> {
    let header = header?;
    let mut found: Vec<String> = Vec::new();
    let mut first = None;
    for field in header.all("Received") {
        first = first.or(Some(field));
        for host in hosts::of_received(&header.text(field)) {
            if !found.contains(&host) && found.len() < TOLD.saturating_mul(4) {
                found.push(host);
            }
        }
    }
    if let Some(field) = header.first("Message-ID") {
        let text = header.text(field);
        let host = hosts::of_message_id(&text).filter(|host| !found.iter().any(|known| known == host));
        if let Some(host) = host {
            first = first.or(Some(field));
            found.push(host.to_owned());
        }
    }
    let span = first.map(|field| header.span(field));
    (!found.is_empty()).then(|| Evidence::at(listed(found), span))
}
