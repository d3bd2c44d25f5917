//! Leaks of people: who was left out, who got a blind copy, and whom the encryption names.

use std::collections::HashMap;

use super::super::mismatches::{BLIND, READERS};
use super::super::names::{Named, Names, RCPT_REMOVED, RCPT_TO};
use super::super::sources::Sources;
use super::super::{Layer, Stage};
use super::{Leak, LeakRule};
use crate::agent::mailbox_key;
use crate::finding::{Severity, counted};
use crate::mail::{Address, Domain};
use crate::span::Span;

const REMOVED: LeakRule = LeakRule::new(
    "exposure.removed-recipient-inside",
    "Direct AS 1.2, outgoing",
    "Every reader sees who else was to get the message, and an answer to all goes to them",
    "Tell the sender who was left out, so that the next message is addressed without them",
);
const BCC: LeakRule = LeakRule::new(
    "exposure.bcc-inside",
    "RFC 5322 §3.6.3",
    "Every reader who opens the message sees who got a blind copy",
    "Take the Bcc field out before the message is wrapped and signed",
);
const INFOS: LeakRule = LeakRule::new(
    "exposure.blind-recipient-in-envelope",
    "RFC 5322 §5, RFC 5652 §6.2",
    "The encryption lists a certificate for each who can open it, in the clear: everybody who gets the message can look up whose it is",
    "Send blind copies as messages of their own, encrypted for one recipient each",
);

pub(super) fn find(sources: &Sources<'_>, names: &Names) -> Vec<Leak> {
    if sources.stage == Stage::Stopped {
        return Vec::new();
    }
    let mut leaks = Vec::new();
    for named in &names.list {
        leaks.extend(removed(named, sources));
        leaks.extend(bcc(named, sources, names));
    }
    recipient_infos(sources, names, &mut leaks);
    leaks
}

/// Where readers of the message inside see the name.
fn seen_inside(named: &Named) -> Option<(&'static str, Option<Span>)> {
    let mut inside = named.within(Layer::Inner);
    let seen = inside.find(|mention| READERS.contains(&mention.field) || mention.field == "Bcc")?;
    Some((seen.field, seen.span))
}

fn removed(named: &Named, sources: &Sources<'_>) -> Option<Leak> {
    let (field, span) = seen_inside(named)?;
    if named.stands(Layer::Envelope, &[RCPT_REMOVED]) {
        let detail = format!("{} was left out, and the message inside still names them in {field}", named.address);
        return Some(REMOVED.leak(Severity::Warning, detail, span));
    }
    let is_shown_outside = named.stands(Layer::Outer, &READERS);
    let is_served = named.stands(Layer::Envelope, &[RCPT_TO]);
    // Outside nobody is named where the outer header was cut down as a whole.
    let has_outer_readers =
        sources.outer.as_ref().is_some_and(|outer| READERS.iter().any(|name| outer.first(name).is_some()));
    if sources.stage == Stage::Leaving || is_shown_outside || is_served || field == "Bcc" || !has_outer_readers {
        return None;
    }
    let detail = format!(
        "{field} inside names {}, whom the outer headers and the envelope leave out: the sender's agent removed them, it seems",
        named.address
    );
    Some(REMOVED.leak(Severity::Warning, detail, span))
}

fn bcc(named: &Named, sources: &Sources<'_>, names: &Names) -> Option<Leak> {
    if sources.lies_open() || !named.stands(Layer::Inner, &BLIND) {
        return None;
    }
    let span = named.place(Layer::Inner, &BLIND);
    let own = named.mailbox.as_ref();
    let others = sources.envelope.forward_paths.iter().filter(|address| {
        let is_left_out = names.of(address).is_some_and(|row| row.stands(Layer::Envelope, &[RCPT_REMOVED]));
        !is_left_out && own.is_none_or(|own| !own.same_mailbox(address))
    });
    let count = others.count();
    if count == 0 {
        let detail = format!("Bcc inside names {}, who is the only reader of this copy", named.address);
        return Some(BCC.leak(Severity::Info, detail, span));
    }
    let readers = counted(count, "other reader");
    let see = if count == 1 { "sees" } else { "see" };
    Some(BCC.leak(Severity::Fail, format!("Bcc inside names {}, and {readers} {see} it", named.address), span))
}

/// Blind recipients whose certificates the envelope names, and keys of people whom no header names.
fn recipient_infos(sources: &Sources<'_>, names: &Names, leaks: &mut Vec<Leak>) {
    let Some(sealed) = &sources.sealed else { return };
    let infos = sources.report.map(|report| report.recipient_infos.as_slice()).unwrap_or_default();
    let (open, blind) = served(sources, names);
    let (open, blind) = (Group::of(&open), Group::of(&blind));
    let mut is_told = false;
    for (info, place) in infos.iter().zip(&sealed.data.recipients) {
        // A certificate that somebody shares who is named openly tells of nobody else.
        if info.held_by.iter().any(|holder| !open.held(holder).is_empty()) {
            continue;
        }
        for address in info.held_by.iter().flat_map(|holder| blind.held(holder)) {
            let detail = format!(
                "{address} is named in no header, and the envelope names their certificate: {}",
                info.identifier
            );
            leaks.push(INFOS.leak(Severity::Warning, detail, Some(place.span)));
            is_told = true;
        }
    }
    let keys = sealed.data.recipients.len();
    let shown = named_outside(names);
    let all_known = infos.len() >= keys && infos.iter().all(|info| !info.held_by.is_empty());
    if !is_told && !all_known && shown > 0 && keys > shown {
        let detail = format!(
            "The envelope is for {}, and the outer To and Cc name {}: a blind copy, the sender's own copy, or somebody with two keys",
            counted(keys, "certificate"),
            counted(shown, "recipient")
        );
        leaks.push(INFOS.leak(Severity::Info, detail, sealed.data.recipients.last().map(|info| info.span)));
    }
}

/// The recipients whom the message goes to: those whom its headers name openly, and the others.
fn served<'a>(sources: &'a Sources<'_>, names: &Names) -> (Vec<&'a Address>, Vec<&'a Address>) {
    let goes_to = sources
        .envelope
        .forward_paths
        .iter()
        .filter(|address| names.of(address).is_some_and(|named| named.stands(Layer::Envelope, &[RCPT_TO])));
    goes_to.partition(|address| names.of(address).is_some_and(is_open))
}

fn is_open(named: &Named) -> bool {
    [Layer::Outer, Layer::Inner].iter().any(|layer| named.stands(*layer, &READERS))
}

fn named_outside(names: &Names) -> usize {
    names.list.iter().filter(|named| named.stands(Layer::Outer, &READERS)).count()
}

/// Addresses that are looked up by who holds a key: an address or a domain as it is written.
struct Group<'a> {
    mailboxes: HashMap<(String, Domain), &'a Address>,
    domains: HashMap<Domain, Vec<&'a Address>>,
}

impl<'a> Group<'a> {
    fn of(addresses: &[&'a Address]) -> Self {
        let mut domains: HashMap<Domain, Vec<&'a Address>> = HashMap::new();
        for address in addresses {
            domains.entry(address.domain().clone()).or_default().push(address);
        }
        Self { mailboxes: addresses.iter().map(|address| (mailbox_key(address), *address)).collect(), domains }
    }

    fn held(&self, holder: &str) -> Vec<&'a Address> {
        match (Address::parse(holder), Domain::parse(holder)) {
            (Ok(address), _) => self.mailboxes.get(&mailbox_key(&address)).copied().into_iter().collect(),
            (Err(_), Ok(domain)) => self.domains.get(&domain).cloned().unwrap_or_default(),
            (Err(_), Err(_)) => Vec::new(),
        }
    }
}
