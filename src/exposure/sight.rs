//! Who learns what: those on the way, those who get the message, and those who are asked about it.

use super::evidence::{Evidence, Sheet, listed, sheets};
use super::names::{Names, RCPT_REMOVED};
use super::sources::Sources;
use super::vocabulary::{Fact, ObserverKind, Sight};
use super::{Layer, Protection, Stage};
use crate::agent::{RecipientState, Report};
use crate::discovery::fetch::FetchKind;
use crate::discovery::{Lookup, LookupAnswer, Method};
use crate::finding::counted;
use crate::span::Span;

/// Recipients that have a column of their own; the others share one.
const COLUMNS: usize = 12;

/// What one observer learns of one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which fact.
    pub fact: Fact,
    /// How much.
    pub sight: Sight,
    /// What, or why not. Controls are escaped.
    pub detail: String,
    /// The octets that tell it, where it has some.
    pub span: Option<Span>,
}

/// Somebody, and what they learn of each fact.
#[derive(Clone, Debug)]
pub struct Observer {
    /// Who.
    pub kind: ObserverKind,
    /// Their address, or which servers; nothing for a relay or an agent, of whom there may be any.
    pub name: Option<String>,
    /// One for each fact, in the order of [`Fact::ALL`].
    pub seen: Vec<Seen>,
}

/// Everybody who could learn something, from the way to the recipients, then those who were asked.
pub(super) fn observers(sources: &Sources<'_>, names: &Names) -> Vec<Observer> {
    let sheets = sheets(sources, names);
    let observer = |kind, name: Option<String>, see: &dyn Fn(&Sheet) -> Seen| Observer {
        kind,
        name,
        seen: sheets.iter().map(see).collect(),
    };
    let mut all = vec![
        observer(ObserverKind::Relay, None, &|sheet| relay(sheet, sources)),
        observer(ObserverKind::Agent, None, &|sheet| agent(sheet, sources)),
    ];
    let people = people(sources, names);
    for (kind, name) in people.shown {
        all.push(match kind {
            ObserverKind::Removed => observer(kind, Some(name), &removed),
            _ => observer(kind, Some(name), &|sheet| recipient(sheet, sources)),
        });
    }
    if people.others > 0 {
        let name = counted(people.others, "other recipient");
        all.push(observer(ObserverKind::Recipient, Some(name), &|sheet| recipient(sheet, sources)));
    }
    if let Some(report) = sources.report {
        asked(report, &mut |kind, name, sight, detail: &dyn Fn(Fact) -> Option<String>| {
            all.push(observer(kind, Some(name), &|sheet| told(sheet, sight, detail(sheet.fact))));
        });
    }
    all
}

struct People {
    shown: Vec<(ObserverKind, String)>,
    others: usize,
}

/// Recipients, each as what they are; of many, those who were left out come first, for there is more to say of them.
fn people(sources: &Sources<'_>, names: &Names) -> People {
    let is_removed = |address: &crate::mail::Address| {
        names.of(address).is_some_and(|named| named.stands(Layer::Envelope, &[RCPT_REMOVED]))
            || sources.report.is_some_and(|report| {
                let outcome = report.recipients.iter().find(|recipient| recipient.address == *address);
                outcome.is_some_and(|recipient| matches!(recipient.state, RecipientState::Removed(_)))
            })
    };
    let kind = |removed: bool| if removed { ObserverKind::Removed } else { ObserverKind::Recipient };
    let mut all: Vec<(ObserverKind, String)> = Vec::new();
    for address in &sources.envelope.forward_paths {
        let one = (kind(is_removed(address)), crate::mail::escape_controls(address.as_str()));
        if !all.contains(&one) {
            all.push(one);
        }
    }
    if all.len() > COLUMNS {
        all.sort_by_key(|(kind, _)| *kind != ObserverKind::Removed);
    }
    let others = all.len().saturating_sub(COLUMNS);
    all.truncate(COLUMNS);
    People { shown: all, others }
}

fn seen(sheet: &Sheet, sight: Sight, detail: impl Into<String>) -> Seen {
    Seen { fact: sheet.fact, sight, detail: detail.into(), span: None }
}

fn shown(sheet: &Sheet, sight: Sight, evidence: &Evidence) -> Seen {
    Seen { span: evidence.span, ..seen(sheet, sight, evidence.text.clone()) }
}

/// What is not there, or not known to be.
fn missing(sheet: &Sheet, sources: &Sources<'_>) -> Seen {
    match sheet.fact {
        Fact::OtherRecipients => seen(sheet, Sight::Absent, "Nobody beyond To and Cc is known of"),
        Fact::RecipientCertificates => seen(sheet, Sight::Absent, "The message is encrypted for nobody"),
        Fact::SignerCertificate if sources.stage != Stage::AsItStands => {
            seen(sheet, Sight::Absent, "No signer was found")
        }
        _ if sources.protection == Protection::Sealed => {
            seen(sheet, Sight::Unknown, "It lies inside, if there is one; nothing here opened it")
        }
        _ => seen(sheet, Sight::Absent, "There is none in this message"),
    }
}

/// Sees what stands outside.
fn relay(sheet: &Sheet, sources: &Sources<'_>) -> Seen {
    match (&sheet.outside, &sheet.inside) {
        _ if sources.stage == Stage::Stopped => seen(sheet, Sight::Hidden, "Nothing left the sender's agent"),
        (Some(outside), _) if sheet.fact == Fact::Body && !sources.lies_open() => shown(sheet, Sight::Partly, outside),
        (Some(outside), _) => shown(sheet, Sight::Sees, outside),
        (None, Some(_)) => seen(sheet, Sight::Hidden, "It lies inside the encryption"),
        (None, None) if sources.protection == Protection::Sealed && is_inside(sheet.fact) => {
            seen(sheet, Sight::Hidden, "If there is one, it lies inside the encryption")
        }
        (None, None) => missing(sheet, sources),
    }
}

/// Whether the fact, where there is one, is the message's own and so encrypted with it.
const fn is_inside(fact: Fact) -> bool {
    matches!(
        fact,
        Fact::Subject | Fact::Body | Fact::AttachmentNames | Fact::SignerCertificate | Fact::Software | Fact::Hosts
    )
}

/// Opens the message, and so sees both sides.
fn agent(sheet: &Sheet, sources: &Sources<'_>) -> Seen {
    match (&sheet.inside, &sheet.outside) {
        _ if sources.stage == Stage::Stopped => seen(sheet, Sight::Hidden, "Nothing left the sender's agent"),
        (Some(inside), _) => shown(sheet, Sight::Sees, inside),
        (None, Some(outside)) => shown(sheet, Sight::Sees, outside),
        (None, None) => missing(sheet, sources),
    }
}

/// Gets the message that was inside; what the encryption told, their agent saw in their place.
fn recipient(sheet: &Sheet, sources: &Sources<'_>) -> Seen {
    let handed = "Their agent saw it and hands on the message alone; who keeps the secured message sees it too";
    match sheet.fact {
        _ if sources.stage == Stage::Stopped => seen(sheet, Sight::Hidden, "Nothing left the sender's agent"),
        Fact::RecipientCount | Fact::RecipientCertificates | Fact::SignerCertificate
            if sources.sealed.is_some() && (sheet.outside.is_some() || sheet.inside.is_some()) =>
        {
            let place = sheet.outside.as_ref().or(sheet.inside.as_ref()).and_then(|evidence| evidence.span);
            Seen { span: place, ..seen(sheet, Sight::Partly, handed) }
        }
        Fact::OtherRecipients => match (&sheet.inside, &sheet.outside) {
            (Some(inside), _) => shown(sheet, Sight::Sees, inside),
            (None, Some(_)) => seen(sheet, Sight::Hidden, "Their message names no blind recipient"),
            (None, None) => missing(sheet, sources),
        },
        _ => agent(sheet, sources),
    }
}

fn removed(sheet: &Sheet) -> Seen {
    seen(sheet, Sight::Hidden, "Nothing is delivered to them; they learn of it only if somebody passes it on")
}

/// A server that was asked.
fn told(sheet: &Sheet, sight: Sight, detail: Option<String>) -> Seen {
    match detail {
        Some(detail) => seen(sheet, sight, detail),
        None => seen(sheet, Sight::Hidden, "The question does not tell it"),
    }
}

type Ask<'f> = dyn FnMut(ObserverKind, String, Sight, &dyn Fn(Fact) -> Option<String>) + 'f;

/// The servers that were asked in this run.
fn asked(report: &Report, add: &mut Ask<'_>) {
    let lookups: Vec<&Lookup> = report.recipients.iter().flat_map(|recipient| &recipient.lookups).collect();
    let groups: [(ObserverKind, &[Method]); 2] =
        [(ObserverKind::NameServer, &[Method::Dns, Method::Smimea]), (ObserverKind::Directory, &[Method::Ldap])];
    for (kind, methods) in groups {
        let made =
            |lookup: &&&Lookup| methods.contains(&lookup.method) && !matches!(lookup.answer, LookupAnswer::Skipped(_));
        let made: Vec<&&Lookup> = lookups.iter().filter(made).collect();
        if made.is_empty() {
            continue;
        }
        let servers = listed(distinct(made.iter().filter_map(|lookup| lookup.server.clone())));
        let subjects = listed(distinct(made.iter().map(|lookup| lookup.subject.to_string())));
        add(kind, servers, Sight::Partly, &|fact| match fact {
            Fact::Recipients => Some(format!("Somebody here is about to write to {subjects}")),
            Fact::Sender => Some("The address of the machine that asks, not who writes".to_owned()),
            _ => None,
        });
    }
    let fetched = |kinds: &[FetchKind]| -> Vec<String> {
        let made = report.fetches.iter().filter(|fetch| kinds.contains(&fetch.kind) && fetch.address.is_some());
        distinct(made.map(|fetch| fetch.url.clone()))
    };
    let urls = fetched(&[FetchKind::Ocsp, FetchKind::RevocationList, FetchKind::Issuer]);
    if urls.is_empty() {
        return;
    }
    let asks_by_number = !fetched(&[FetchKind::Ocsp]).is_empty();
    let subject = match report.operation {
        crate::agent::Operation::Incoming => Fact::SignerCertificate,
        crate::agent::Operation::Outgoing => Fact::RecipientCertificates,
    };
    add(ObserverKind::Authority, listed(urls), Sight::Partly, &|fact| {
        let learns = if asks_by_number {
            "Which certificate is used, by its serial number, when, and from which machine"
        } else {
            "That a certificate of theirs is used, when, and from which machine"
        };
        (fact == subject).then(|| learns.to_owned())
    });
}

fn distinct(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut known = std::collections::HashSet::new();
    all.map(|one| crate::mail::escape_controls(&one)).filter(|one| known.insert(one.clone())).collect()
}
