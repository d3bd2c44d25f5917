//! Addresses and domains with what was set up for them.

use std::collections::HashSet;
use std::fmt;

use super::anchors::{AnchorSet, Incoming, Outgoing, TrustAnchor};
use crate::mail::{Address, Domain};
use crate::pki::{Certificate, PrivateKeyEntry};

/// Whose settings these are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartyName {
    /// One address.
    Address(Address),
    /// Every address of a domain that has no settings of its own.
    Domain(Domain),
}

impl PartyName {
    /// The domain of the address, or the domain itself.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        match self {
            Self::Address(address) => address.domain(),
            Self::Domain(domain) => domain,
        }
    }

    // RFC 8550 §3: mailboxes are looked up without regard to the case of the local part.
    fn matches(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Address(mine), Self::Address(theirs)) => mine.same_mailbox(theirs),
            (Self::Domain(mine), Self::Domain(theirs)) => mine == theirs,
            _ => false,
        }
    }
}

impl fmt::Display for PartyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Domain(domain) => write!(f, "{domain}"),
        }
    }
}

/// A certificate under the name its file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCertificate {
    /// The file's name without the ending.
    pub name: String,
    /// The certificate.
    pub certificate: Certificate,
}

/// An unlocked private key under the name its file has.
#[derive(Clone, Debug)]
pub struct NamedKey {
    /// The file's name without the ending.
    pub name: String,
    /// Key, certificate and chain.
    pub entry: PrivateKeyEntry,
}

/// A private key that could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedKey {
    /// The file's name without the ending.
    pub name: String,
    /// Why it is locked, as a sentence.
    pub reason: String,
}

/// An address or a domain with its keys, certificates and anchors.
#[derive(Clone, Debug)]
pub struct Party {
    /// Whose settings these are.
    pub name: PartyName,
    /// Private keys that are open.
    pub keys: Vec<NamedKey>,
    /// Private keys that are not.
    pub locked: Vec<LockedKey>,
    /// Certificates kept for this party.
    pub certificates: Vec<NamedCertificate>,
    /// Anchors that judge signers of mail that arrives for this party.
    pub incoming: AnchorSet<Incoming>,
    /// Anchors that judge the recipients of mail that this party sends.
    pub outgoing: AnchorSet<Outgoing>,
}

impl Party {
    /// CA certificates kept with the party: they may complete a path, never end one.
    pub fn authorities(&self) -> impl Iterator<Item = &Certificate> {
        let kept = self.certificates.iter().map(|kept| &kept.certificate);
        let chains = self.keys.iter().flat_map(|key| key.entry.chain().iter());
        kept.chain(chains).filter(|certificate| certificate.is_ca())
    }

    /// The certificates that others may have of the party: those kept for it and those of its open keys, no authority's.
    pub fn published(&self) -> impl Iterator<Item = &Certificate> {
        let kept = self.certificates.iter().map(|kept| &kept.certificate);
        let own = self.keys.iter().map(|key| key.entry.certificate());
        kept.chain(own).filter(|certificate| !certificate.is_ca())
    }

    /// A party with nothing set up.
    #[must_use]
    pub const fn new(name: PartyName) -> Self {
        Self {
            name,
            keys: Vec::new(),
            locked: Vec::new(),
            certificates: Vec::new(),
            incoming: AnchorSet::new(Vec::new()),
            outgoing: AnchorSet::new(Vec::new()),
        }
    }

    /// Every anchor of either direction.
    pub fn anchors(&self) -> impl Iterator<Item = &TrustAnchor> {
        self.incoming.anchors().iter().chain(self.outgoing.anchors())
    }
}

/// All parties that are known.
#[derive(Clone, Debug, Default)]
pub struct Parties {
    parties: Vec<Party>,
}

impl Parties {
    /// These parties.
    #[must_use]
    pub const fn new(parties: Vec<Party>) -> Self {
        Self { parties }
    }

    /// All of them, in the order they were given.
    #[must_use]
    pub fn all(&self) -> &[Party] {
        &self.parties
    }

    /// The party of exactly this name, without fallback.
    #[must_use]
    pub fn named(&self, name: &PartyName) -> Option<&Party> {
        self.parties.iter().find(|party| party.name == *name || party.name.matches(name))
    }

    /// The party whose private keys serve `address`: the first of address, address without suffix and domain that has
    /// any, open or locked.
    #[must_use]
    pub fn key_holder(&self, address: &Address) -> Option<&Party> {
        self.settings_for(address).find(|party| !party.keys.is_empty() || !party.locked.is_empty())
    }

    /// The anchors that judge signers of mail for `address`, and the party they were set up for.
    #[must_use]
    pub fn incoming_anchors(&self, address: &Address) -> Option<(&Party, &AnchorSet<Incoming>)> {
        self.settings_for(address).find(|party| party.incoming.is_set_up()).map(|party| (party, &party.incoming))
    }

    /// The anchors that judge recipients of mail from `address`, and the party they were set up for.
    #[must_use]
    pub fn outgoing_anchors(&self, address: &Address) -> Option<(&Party, &AnchorSet<Outgoing>)> {
        self.settings_for(address).find(|party| party.outgoing.is_set_up()).map(|party| (party, &party.outgoing))
    }

    /// Domains of the parties that hold keys: the local ones where no others are set.
    #[must_use]
    pub fn key_domains(&self) -> Vec<Domain> {
        let mut known = HashSet::new();
        let holders = self.parties.iter().filter(|party| !party.keys.is_empty() || !party.locked.is_empty());
        holders.map(|party| party.name.domain()).filter(|domain| known.insert(*domain)).cloned().collect()
    }

    /// CA certificates kept with any party: they may complete a path, never end one.
    pub fn authorities(&self) -> impl Iterator<Item = &Certificate> {
        self.parties.iter().flat_map(Party::authorities)
    }

    fn settings_for<'a>(&'a self, address: &Address) -> impl Iterator<Item = &'a Party> {
        let whole = PartyName::Address(address.clone());
        let without_suffix = address.without_suffix().map(PartyName::Address);
        let domain = PartyName::Domain(address.domain().clone());
        [Some(whole), without_suffix, Some(domain)].into_iter().flatten().filter_map(|name| self.named(&name))
    }
}
