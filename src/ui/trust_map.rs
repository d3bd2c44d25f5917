//! The trust map: of every two parties, whether one accepts the certificate of the other as a signer.
//!
//! Addresses of one domain mostly share their anchors, so each certificate is judged once for each set of anchors and
//! not once for each party.

use time::OffsetDateTime;

use super::changes::Judge;
use super::tasks::Loaded;
use crate::pki::Certificate;
use crate::trust::{Parties, Party, PartyName};

/// Whether the map is shown, and how far it is.
#[derive(Debug, Default)]
pub enum Shown {
    /// It is not.
    #[default]
    Closed,
    /// It is, and what it says is not known or no longer true.
    Wanted,
    /// It is being found out.
    Asked,
    /// It is known.
    Known(Box<TrustMap>),
}

impl Shown {
    /// Whether it is shown, be it known or not.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self, Self::Closed)
    }

    /// What it said may no longer be true.
    pub fn forget(&mut self) {
        if self.is_open() {
            *self = Self::Wanted;
        }
    }
}

/// What one party thinks of the certificate of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement<'a> {
    /// It is accepted, through this anchor.
    Accepted(&'a str),
    /// It is not, for this reason.
    Refused(&'a str),
    /// There is no certificate to judge.
    NoCertificate,
    /// There is nobody whom the party trusts for receiving.
    NoAnchors,
}

/// The anchor that a path leads to, or why none does.
type Path = Result<String, String>;

/// Who accepts whose certificate as a signer.
#[derive(Debug)]
pub struct TrustMap {
    /// The parties, as rows and as columns.
    pub parties: Vec<PartyName>,
    /// How many more there are.
    pub left_out: usize,
    /// The time of which all this is true.
    pub at: OffsetDateTime,
    // For each party the number of its set of anchors.
    sets: Vec<Option<usize>>,
    // For each party with a certificate, what each set of anchors says of it.
    paths: Vec<Option<Vec<Path>>>,
}

impl TrustMap {
    /// How many parties it shows: a grid of 40,000 answers is as much as anybody looks through.
    pub const MOST: usize = 200;

    /// Finds it out; stops early, with what it has by then, once `cancelled` says that nobody waits for it.
    #[must_use]
    pub fn of(loaded: &Loaded, at: OffsetDateTime, cancelled: impl Fn() -> bool) -> Self {
        let known = &loaded.contents.parties;
        let shown: Vec<&Party> = known.all().iter().take(Self::MOST).collect();
        let mut anchors: Vec<Vec<Certificate>> = Vec::new();
        let sets = shown
            .iter()
            .map(|party| {
                let of_party = anchors_of(known, party);
                let same = anchors.iter().position(|set| same_set(set, &of_party));
                let number = (!of_party.is_empty()).then(|| same.unwrap_or(anchors.len()))?;
                if number == anchors.len() {
                    anchors.push(of_party);
                }
                Some(number)
            })
            .collect();
        let judge = Judge::new(loaded, at);
        let judged =
            |certificate: &Certificate| anchors.iter().filter_map(|set| judge.path(certificate, set)).collect();
        let paths =
            shown.iter().take_while(|_| !cancelled()).map(|party| met_certificate(known, party).map(judged)).collect();
        let parties: Vec<PartyName> = shown.iter().map(|party| party.name.clone()).collect();
        Self { left_out: known.all().len().saturating_sub(parties.len()), parties, at, sets, paths }
    }

    /// What the party of a column thinks of the certificate of the party of a row.
    #[must_use]
    pub fn judgement(&self, row: usize, column: usize) -> Judgement<'_> {
        let Some(Some(paths)) = self.paths.get(row) else { return Judgement::NoCertificate };
        let set = self.sets.get(column).copied().flatten();
        match set.and_then(|set| paths.get(set)) {
            Some(Ok(anchor)) => Judgement::Accepted(anchor),
            Some(Err(why)) => Judgement::Refused(why),
            None => Judgement::NoAnchors,
        }
    }
}

// Those that judge signers of mail for the party: an address without any uses those of its domain.
fn anchors_of(known: &Parties, party: &Party) -> Vec<Certificate> {
    match &party.name {
        PartyName::Address(address) => known.incoming_anchors(address).map(|(_, anchors)| anchors.certificates()),
        PartyName::Domain(_) => Some(party.incoming.certificates()),
    }
    .unwrap_or_default()
}

fn same_set(one: &[Certificate], other: &[Certificate]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.sha256() == other.sha256())
}

/// The certificate that others meet when this party signs: its own, else that of its domain.
#[must_use]
pub fn met_certificate<'a>(known: &'a Parties, party: &'a Party) -> Option<&'a Certificate> {
    let of_domain = || match &party.name {
        PartyName::Address(address) => {
            known.named(&PartyName::Domain(address.domain().clone())).and_then(own_certificate)
        }
        PartyName::Domain(_) => None,
    };
    own_certificate(party).or_else(of_domain)
}

// That of a key, open or locked, or the one kept for a correspondent.
fn own_certificate(party: &Party) -> Option<&Certificate> {
    let kept = || party.certificates.iter();
    let of_key = party.keys.first().map(|key| key.entry.certificate());
    let of_locked = || {
        let named = party.locked.iter().find_map(|locked| kept().find(|named| named.name == locked.name));
        named.map(|named| &named.certificate)
    };
    let of_others = || kept().map(|named| &named.certificate).find(|certificate| !certificate.is_ca());
    of_key.or_else(of_locked).or_else(of_others)
}
