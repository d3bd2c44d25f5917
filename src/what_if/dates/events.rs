//! The dates that can matter for a run: of every certificate and revocation list that a run came upon.

use std::collections::{BTreeMap, HashMap, HashSet};

use time::{Duration, OffsetDateTime};

use crate::agent::{Agent, Operation, Report};
use crate::finding::escape_controls;
use crate::pki::{Certificate, Crl, PathGraph};
use crate::smime::SignedData;
use crate::span::BufferName;
use crate::what_if::supposition::moment;

/// A certificate or a revocation list with its dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What it has to do with the message.
    pub kind: BarKind,
    /// The certificate's name, or the list's issuer.
    pub name: String,
    /// The certificate's fingerprint; nothing of a list.
    pub sha256: Option<String>,
    /// Its first second.
    pub from: OffsetDateTime,
    /// Its last second; nothing of a list that does not say when the next one comes.
    pub until: Option<OffsetDateTime>,
    /// Since when a list that is known here has the certificate as revoked.
    pub revoked: Option<OffsetDateTime>,
}

/// What a certificate or a list has to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarKind {
    /// It ends a path; its dates do not count.
    Anchor,
    /// It may be part of a path, or signs a revocation list.
    Authority,
    /// The certificate of a private key that is used here: it opens the message, or signs it.
    Key,
    /// A revocation list.
    List,
    /// A message that leaves is encrypted for it.
    Recipient,
    /// It signed the message.
    Signer,
}

impl BarKind {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anchor => "anchor",
            Self::Authority => "authority",
            Self::Key => "key",
            Self::List => "revocation-list",
            Self::Recipient => "recipient",
            Self::Signer => "signer",
        }
    }
}

/// Something that begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The first second at which it is so.
    pub at: OffsetDateTime,
    /// What begins or ends.
    pub kind: EventKind,
    /// The certificate's name, or the list's issuer.
    pub name: String,
    /// The certificate's fingerprint; nothing of a list.
    pub sha256: Option<String>,
}

/// What begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A certificate's first second.
    CertificateBegins,
    /// The second after a certificate's last.
    CertificateEnds,
    /// A revocation list's first second.
    ListBegins,
    /// The second after a revocation list's last.
    ListEnds,
    /// The date under which a list has a certificate.
    Revoked,
}

impl EventKind {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CertificateBegins => "certificate-begins",
            Self::CertificateEnds => "certificate-ends",
            Self::ListBegins => "revocation-list-begins",
            Self::ListEnds => "revocation-list-ends",
            Self::Revoked => "revoked",
        }
    }
}

impl Event {
    /// What happens, as part of a sentence.
    #[must_use]
    pub fn phrase(&self) -> String {
        let name = escape_controls(&self.name);
        let last = moment(self.at.saturating_sub(Duration::SECOND));
        match self.kind {
            EventKind::CertificateBegins => format!("the certificate “{name}” becomes valid"),
            EventKind::CertificateEnds => format!("the certificate “{name}” has expired; its last second was {last}"),
            EventKind::ListBegins => format!("the revocation list of “{name}” begins to count"),
            EventKind::ListEnds => format!("the revocation list of “{name}” is out of date since {last}"),
            EventKind::Revoked => format!("the certificate “{name}” is revoked"),
        }
    }
}

/// Everything that runs came upon so far.
#[derive(Default)]
pub(super) struct Events {
    bars: Vec<Bar>,
    /// The places of certificates among the bars.
    places: HashMap<Certificate, usize>,
    lists: Vec<Crl>,
    revoked: HashSet<(usize, usize)>,
    by_second: BTreeMap<i64, Vec<Event>>,
    sent: Option<Sent>,
}

/// What the message's signature carries.
struct Sent {
    certificates: Vec<Certificate>,
    crls: Vec<Crl>,
}

impl Events {
    /// The seconds at which something begins or has ended.
    pub(super) fn seconds(&self) -> impl Iterator<Item = i64> {
        self.by_second.keys().copied()
    }

    /// What begins or ends at a second.
    pub(super) fn at(&self, second: i64) -> &[Event] {
        self.by_second.get(&second).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn into_bars(self) -> Vec<Bar> {
        self.bars
    }

    /// Adds what a run came upon.
    pub(super) fn add(&mut self, agent: &Agent<'_>, report: &Report) {
        for signer in &report.signers {
            signer.certificate.iter().for_each(|certificate| self.certificate(certificate, BarKind::Signer));
            signer.trust.iter().for_each(|trust| self.graph(&trust.graph));
        }
        for candidate in report.recipients.iter().flat_map(|recipient| &recipient.candidates) {
            self.certificate(&candidate.certificate, BarKind::Recipient);
            candidate.graph.iter().for_each(|graph| self.graph(graph));
        }
        self.keys(agent, report);
        self.lists(agent, report);
    }

    /// The leaf of a graph is in play for itself, and has been added.
    fn graph(&mut self, graph: &PathGraph) {
        for node in graph.nodes.iter().skip(1) {
            let kind = if node.is_anchor() { BarKind::Anchor } else { BarKind::Authority };
            self.certificate(&node.certificate, kind);
        }
    }

    fn keys(&mut self, agent: &Agent<'_>, report: &Report) {
        if report.operation == Operation::Outgoing {
            let holder = report.sender.address().and_then(|sender| agent.parties.key_holder(sender));
            let keys = holder.iter().flat_map(|party| &party.keys);
            keys.for_each(|key| self.certificate(key.entry.certificate(), BarKind::Key));
            return;
        }
        for recipient in report.judged_recipients() {
            let holder = agent.parties.key_holder(&recipient.address);
            let keys = holder.iter().flat_map(|party| &party.keys);
            let used = keys.filter(|key| recipient.opened_with.as_ref() == Some(&key.name));
            used.for_each(|key| self.certificate(key.entry.certificate(), BarKind::Key));
        }
    }

    /// The lists about certificates in play, and who may have signed them.
    fn lists(&mut self, agent: &Agent<'_>, report: &Report) {
        if self.sent.is_none() {
            self.sent = sent(agent, report);
        }
        let of_message = self.sent.iter().flat_map(|sent| &sent.crls);
        let known: Vec<Crl> = agent.crls.iter().chain(of_message).cloned().collect();
        for list in known {
            let judged = |(certificate, place): (&Certificate, &usize)| {
                let counts = self.bars.get(*place).is_some_and(|bar| bar.kind != BarKind::Anchor);
                (counts && list.concerns(certificate)).then_some(*place)
            };
            let about: Vec<usize> = self.places.iter().filter_map(judged).collect();
            if about.is_empty() {
                continue;
            }
            self.list(&list);
            self.revocations(&list, &about);
            for signer in self.possible_signers(agent, &list) {
                self.certificate(&signer, BarKind::Authority);
            }
        }
    }

    fn possible_signers(&self, agent: &Agent<'_>, list: &Crl) -> Vec<Certificate> {
        let of_message = self.sent.iter().flat_map(|sent| &sent.certificates);
        let pool = of_message.chain(agent.authorities).chain(agent.parties.authorities());
        let named = |certificate: &&Certificate| {
            certificate.subject() == list.issuer() && !self.places.contains_key(*certificate)
        };
        pool.filter(named).cloned().collect()
    }

    /// A certificate in play. One that ends a path for one recipient may be part of another's, where its dates count.
    fn certificate(&mut self, certificate: &Certificate, kind: BarKind) {
        if let Some(place) = self.places.get(certificate).copied() {
            let Some(bar) = self.bars.get_mut(place) else { return };
            if bar.kind != BarKind::Anchor || kind == BarKind::Anchor {
                return;
            }
            bar.kind = kind;
        } else {
            self.places.insert(certificate.clone(), self.bars.len());
            self.bars.push(Bar {
                kind,
                name: certificate.common_name(),
                sha256: Some(certificate.sha256().to_owned()),
                from: certificate.not_before(),
                until: Some(certificate.not_after()),
                revoked: None,
            });
        }
        if kind == BarKind::Anchor {
            return;
        }
        let sha256 = || Some(certificate.sha256().to_owned());
        self.event(Some(certificate.not_before()), EventKind::CertificateBegins, certificate.common_name(), sha256());
        let ended = certificate.not_after().checked_add(Duration::SECOND);
        self.event(ended, EventKind::CertificateEnds, certificate.common_name(), sha256());
    }

    fn list(&mut self, list: &Crl) {
        if self.lists.contains(list) {
            return;
        }
        let name = issuer_name(list);
        self.lists.push(list.clone());
        self.bars.push(Bar {
            kind: BarKind::List,
            name: name.clone(),
            sha256: None,
            from: list.this_update(),
            until: list.next_update(),
            revoked: None,
        });
        self.event(Some(list.this_update()), EventKind::ListBegins, name.clone(), None);
        let stale = list.next_update().and_then(|last| last.checked_add(Duration::SECOND));
        self.event(stale, EventKind::ListEnds, name, None);
    }

    fn revocations(&mut self, list: &Crl, about: &[usize]) {
        let Some(number) = self.lists.iter().position(|known| known == list) else { return };
        let found: Vec<(usize, Certificate, OffsetDateTime)> = self
            .places
            .iter()
            .filter(|(_, place)| about.contains(place))
            .filter_map(|(certificate, place)| Some((*place, certificate.clone(), list.revoked_at(certificate)?)))
            .collect();
        for (place, certificate, at) in found {
            if !self.revoked.insert((place, number)) {
                continue;
            }
            if let Some(bar) = self.bars.get_mut(place) {
                bar.revoked = Some(bar.revoked.map_or(at, |earlier| earlier.min(at)));
            }
            let sha256 = Some(certificate.sha256().to_owned());
            self.event(Some(at), EventKind::Revoked, certificate.common_name(), sha256);
        }
    }

    /// A date beyond the years that a calendar holds never comes.
    fn event(&mut self, at: Option<OffsetDateTime>, kind: EventKind, name: String, sha256: Option<String>) {
        let Some(at) = at else { return };
        self.by_second.entry(at.unix_timestamp()).or_default().push(Event { at, kind, name, sha256 });
    }
}

/// The certificates and lists of the message's signature; nothing where the run did not come to it.
fn sent(agent: &Agent<'_>, report: &Report) -> Option<Sent> {
    let buffer = report.buffer(BufferName::SignatureCms)?;
    let data = SignedData::read(buffer, &agent.limits).ok()?;
    let lists = data.crls.iter().filter_map(|span| Crl::from_der(data.buffer().slice(span.start..span.end)).ok());
    Some(Sent { crls: lists.collect(), certificates: data.certificates })
}

/// The common name of a list's issuer; the whole name where it has none.
fn issuer_name(list: &Crl) -> String {
    let name = list.issuer();
    let common = name.split(',').find_map(|part| part.trim().strip_prefix("CN="));
    common.unwrap_or(name).to_owned()
}
