//! Other circumstances for one run. They are laid over the workspace's, which is not touched, and are never written down.

use std::borrow::Cow;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::agent::{Operation, ProfileName};
use crate::finding::escape_controls;
use crate::mail::Domain;
use crate::pki::{Certificate, PrivateKeyEntry};
use crate::trust::{AnchorSet, NamedKey, Parties, Party, PartyName, TrustAnchor};

/// What is supposed; nothing where a field is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// Certificates are judged at this time.
    pub at: Option<OffsetDateTime>,
    /// These rules apply.
    pub profile: Option<ProfileName>,
    /// Mail is received for these domains and no others; where empty, as it is.
    pub local_domains: Vec<Domain>,
    /// Anchors that are trusted besides.
    pub anchors: Vec<SupposedAnchor>,
    /// Private keys that are held besides.
    pub keys: Vec<SupposedKey>,
    /// The private keys of these parties are not held.
    pub without_keys_of: Vec<PartyName>,
    /// These certificates are not known here: as anchors, as authorities, with parties, or with a key. What a message
    /// carries stays in it.
    pub without: Vec<Certificate>,
}

/// An anchor that is supposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupposedAnchor {
    /// Its name and key.
    pub certificate: Certificate,
    /// Who trusts it.
    pub whose: Whose,
    /// For which mail; for both where nothing is said.
    pub direction: Option<Operation>,
}

/// Who trusts an anchor that is supposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Every party that is known.
    Everybody,
    /// One address or domain.
    Party(PartyName),
}

/// A private key that is supposed to be held.
#[derive(Clone, Debug)]
pub struct SupposedKey {
    /// By whom.
    pub party: PartyName,
    /// The key with its certificate.
    pub entry: PrivateKeyEntry,
}

impl PartialEq for SupposedKey {
    fn eq(&self, other: &Self) -> bool {
        self.party == other.party && self.entry.certificate() == other.entry.certificate()
    }
}

impl Eq for SupposedKey {}

impl SupposedKey {
    /// The parties that a key's certificate names: its addresses, and where it has none its domains.
    #[must_use]
    pub fn parties_of(certificate: &Certificate) -> Vec<PartyName> {
        let addresses = certificate.email_addresses().iter();
        let addresses: Vec<PartyName> =
            addresses.filter_map(|name| crate::mail::Address::parse(name).ok()).map(PartyName::Address).collect();
        if !addresses.is_empty() {
            return addresses;
        }
        certificate.dns_names().iter().filter_map(|name| Domain::parse(name).ok()).map(PartyName::Domain).collect()
    }
}

impl WhatIf {
    /// Whether nothing is supposed.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What is supposed, one phrase each, as they follow one another in a sentence.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let at = self.at.map(|at| format!("evaluated at {}", moment(at)));
        let profile = self.profile.map(|profile| format!("under the profile {profile}"));
        let domains: Vec<String> = self.local_domains.iter().map(ToString::to_string).collect();
        let domains = (!domains.is_empty()).then(|| format!("with mail received for {}", listed(&domains)));
        let anchors = self.anchors.iter().map(SupposedAnchor::words);
        let keys = self
            .keys
            .iter()
            .map(|key| format!("with the private key of {} held by {}", quoted(key.entry.certificate()), key.party));
        let without_keys = self.without_keys_of.iter().map(|party| format!("without the private keys of {party}"));
        let without = self.without.iter().map(|certificate| format!("without the certificate {}", quoted(certificate)));
        let all = [at, profile, domains].into_iter().flatten();
        let all = all.chain(anchors).chain(keys).chain(without_keys).chain(without);
        all.map(|phrase| escape_controls(&phrase)).collect()
    }

    /// The parties as they would be. What is taken away goes first, as if its files were removed; keys and anchors are
    /// added as if they had been imported, except that an anchor beside those of a domain does not hide them.
    #[must_use]
    pub fn parties<'a>(&self, known: &'a Parties) -> Cow<'a, Parties> {
        let untouched = self.anchors.is_empty()
            && self.keys.is_empty()
            && self.without_keys_of.is_empty()
            && self.without.is_empty();
        if untouched {
            return Cow::Borrowed(known);
        }
        let mut parties: Vec<Party> = known.all().iter().map(|party| self.reduced(party)).collect();
        for key in &self.keys {
            let name = format!("{} (supposed)", key.entry.certificate().common_name());
            let named = NamedKey { name, entry: key.entry.clone() };
            change(&mut parties, &key.party, |party| party.keys.push(named));
        }
        for anchor in &self.anchors {
            anchor.trust(&mut parties);
        }
        Cow::Owned(Parties::new(parties))
    }

    /// The certificates that may complete a path, without those that are taken away.
    #[must_use]
    pub fn authorities(&self, known: &[Certificate]) -> Vec<Certificate> {
        known.iter().filter(|certificate| !self.without.contains(certificate)).cloned().collect()
    }

    /// The domains that mail is received for.
    #[must_use]
    pub fn local_domains<'a>(&'a self, known: &'a [Domain]) -> &'a [Domain] {
        if self.local_domains.is_empty() { known } else { &self.local_domains }
    }

    fn reduced(&self, party: &Party) -> Party {
        let mut party = party.clone();
        if self.without_keys_of.contains(&party.name) {
            party.keys.clear();
            party.locked.clear();
        }
        if self.without.is_empty() {
            return party;
        }
        let gone = |certificate: &Certificate| self.without.contains(certificate);
        party.certificates.retain(|kept| !gone(&kept.certificate));
        party.keys.retain(|key| !gone(key.entry.certificate()));
        for key in &mut party.keys {
            key.entry = without_issuers(&key.entry, gone);
        }
        party.incoming = kept(&party.incoming, gone);
        party.outgoing = kept(&party.outgoing, gone);
        party
    }
}

impl SupposedAnchor {
    fn words(&self) -> String {
        let kind = match self.direction {
            None => "an anchor",
            Some(Operation::Incoming) => "an incoming anchor",
            Some(Operation::Outgoing) => "an outgoing anchor",
        };
        let whom = match &self.whose {
            Whose::Everybody => "everybody".to_owned(),
            Whose::Party(party) => party.to_string(),
        };
        format!("with {} as {kind} for {whom}", quoted(&self.certificate))
    }

    /// Adds the anchor to the sets that serve those who are to trust it.
    fn trust(&self, parties: &mut Vec<Party>) {
        if let Whose::Party(name) = &self.whose {
            change(parties, name, |_| {});
        }
        let before = Parties::new(parties.clone());
        for party in parties {
            let named = match &self.whose {
                Whose::Everybody => false,
                Whose::Party(name) if *name == party.name => true,
                Whose::Party(_) => continue,
            };
            let serves = Serving::of(&before, &party.name);
            let anchor = || TrustAnchor {
                name: format!("{} (supposed)", self.certificate.common_name()),
                certificate: self.certificate.clone(),
            };
            // Whoever has no set of their own falls back to one that gets the anchor itself; a set of their own would
            // hide it.
            if self.direction != Some(Operation::Outgoing)
                && let Some(set) = widened(&party.incoming, serves.incoming, named, anchor())
            {
                party.incoming = set;
            }
            if self.direction != Some(Operation::Incoming)
                && let Some(set) = widened(&party.outgoing, serves.outgoing, named, anchor())
            {
                party.outgoing = set;
            }
        }
    }
}

/// The sets that serve a party, its own or those that it falls back to.
struct Serving<'a> {
    incoming: Option<&'a AnchorSet<crate::trust::Incoming>>,
    outgoing: Option<&'a AnchorSet<crate::trust::Outgoing>>,
}

impl<'a> Serving<'a> {
    fn of(parties: &'a Parties, name: &PartyName) -> Self {
        match name {
            PartyName::Address(address) => Self {
                incoming: parties.incoming_anchors(address).map(|(_, set)| set),
                outgoing: parties.outgoing_anchors(address).map(|(_, set)| set),
            },
            PartyName::Domain(_) => Self { incoming: None, outgoing: None },
        }
    }
}

/// A party's set with one anchor more; nothing where the set that serves it instead gets the anchor.
fn widened<Direction>(
    own: &AnchorSet<Direction>,
    serving: Option<&AnchorSet<Direction>>,
    named: bool,
    anchor: TrustAnchor,
) -> Option<AnchorSet<Direction>> {
    let base = match serving {
        _ if own.is_set_up() => own,
        Some(serving) if named => serving,
        Some(_) => return None,
        None => own,
    };
    Some(AnchorSet::new(base.anchors().iter().cloned().chain([anchor]).collect()).with_unread(base.unread()))
}

fn change(parties: &mut Vec<Party>, name: &PartyName, change: impl FnOnce(&mut Party)) {
    if let Some(party) = parties.iter_mut().find(|party| party.name == *name) {
        return change(party);
    }
    let mut party = Party::new(name.clone());
    change(&mut party);
    parties.push(party);
}

fn kept<Direction>(anchors: &AnchorSet<Direction>, gone: impl Fn(&Certificate) -> bool) -> AnchorSet<Direction> {
    let kept = anchors.anchors().iter().filter(|anchor| !gone(&anchor.certificate)).cloned().collect();
    AnchorSet::new(kept).with_unread(anchors.unread())
}

fn without_issuers(entry: &PrivateKeyEntry, gone: impl Fn(&Certificate) -> bool) -> PrivateKeyEntry {
    let chain = entry.chain().iter().filter(|certificate| !gone(certificate)).cloned().collect();
    // The key fits its certificate, as it did before.
    PrivateKeyEntry::new(entry.certificate().clone(), chain, entry.key().to_owned()).unwrap_or_else(|_| entry.clone())
}

fn quoted(certificate: &Certificate) -> String {
    format!("“{}”", certificate.common_name())
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// `2026-03-01 14:05 UTC`; with seconds where there are any.
pub(super) fn moment(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let minute = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let second = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    let written = if at.second() == 0 { at.format(minute) } else { at.format(second) };
    written.unwrap_or_else(|_| at.to_string())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::mail::Address;
    use crate::pki::NewKey;
    use crate::pki::issue::{Authority, CertificateBuilder};

    const BEGIN: OffsetDateTime = datetime!(2020-01-01 0:00 UTC);
    const END: OffsetDateTime = datetime!(2040-01-01 0:00 UTC);

    fn root(name: &str) -> Authority {
        Authority::self_signed(&CertificateBuilder::authority(name, BEGIN, END).key(NewKey::P256)).unwrap()
    }

    fn address(text: &str) -> PartyName {
        PartyName::Address(Address::parse(text).unwrap())
    }

    fn anchors_for(parties: &Parties, text: &str) -> Vec<String> {
        let address = Address::parse(text).unwrap();
        let set = parties.incoming_anchors(&address).map(|(_, set)| set.anchors().to_vec()).unwrap_or_default();
        set.iter().map(|anchor| anchor.certificate.common_name()).collect()
    }

    fn domain_that_trusts(authority: &Authority) -> Party {
        let anchor = TrustAnchor { name: "own".to_owned(), certificate: authority.certificate().clone() };
        let mut domain = Party::new(PartyName::Domain(Domain::parse("b.example").unwrap()));
        domain.incoming = AnchorSet::new(vec![anchor]);
        domain
    }

    #[test]
    fn an_anchor_and_missing_keys_are_supposed_without_touching_the_parties() {
        let parties = Parties::new(vec![Party::new(address("bob@b.example"))]);
        let anchor =
            SupposedAnchor { certificate: root("Lab").certificate().clone(), whose: Whose::Everybody, direction: None };
        let what_if =
            WhatIf { anchors: vec![anchor], without_keys_of: vec![address("bob@b.example")], ..WhatIf::default() };
        assert_eq!(anchors_for(&what_if.parties(&parties), "bob@b.example"), ["Lab"]);
        assert!(anchors_for(&parties, "bob@b.example").is_empty());
        assert_eq!(what_if.words().len(), 2);
        assert!(WhatIf::default().is_nothing() && !what_if.is_nothing());
    }

    #[test]
    fn an_anchor_for_one_address_joins_those_of_its_domain_and_serves_nobody_else() {
        let (own, lab) = (root("Own"), root("Lab"));
        let parties = Parties::new(vec![domain_that_trusts(&own)]);
        let whose = Whose::Party(address("bob@b.example"));
        let anchor =
            SupposedAnchor { certificate: lab.certificate().clone(), whose, direction: Some(Operation::Incoming) };
        let supposed = WhatIf { anchors: vec![anchor], ..WhatIf::default() };
        let supposed = supposed.parties(&parties);
        assert_eq!(anchors_for(&supposed, "bob@b.example"), ["Own", "Lab"]);
        assert_eq!(anchors_for(&supposed, "carol@b.example"), ["Own"]);
        let bob = Address::parse("bob@b.example").unwrap();
        assert!(supposed.outgoing_anchors(&bob).is_none());
    }

    #[test]
    fn an_anchor_for_everybody_joins_the_set_that_an_address_falls_back_to() {
        let (own, lab) = (root("Own"), root("Lab"));
        let parties = Parties::new(vec![Party::new(address("bob@b.example")), domain_that_trusts(&own)]);
        let anchor =
            SupposedAnchor { certificate: lab.certificate().clone(), whose: Whose::Everybody, direction: None };
        let supposed = WhatIf { anchors: vec![anchor], ..WhatIf::default() };
        assert_eq!(anchors_for(&supposed.parties(&parties), "bob@b.example"), ["Own", "Lab"]);
    }

    #[test]
    fn a_certificate_that_is_taken_away_is_neither_anchor_nor_authority() {
        let own = root("Own");
        let parties = Parties::new(vec![domain_that_trusts(&own)]);
        let without = WhatIf { without: vec![own.certificate().clone()], ..WhatIf::default() };
        assert!(anchors_for(&without.parties(&parties), "bob@b.example").is_empty());
        assert!(without.authorities(&[own.certificate().clone()]).is_empty());
    }

    #[test]
    fn a_key_that_is_supposed_belongs_to_whom_its_certificate_names() {
        let own = root("Own");
        let entry = own.issue(&CertificateBuilder::for_address("bob@b.example", BEGIN, END).key(NewKey::P256)).unwrap();
        assert_eq!(SupposedKey::parties_of(entry.certificate()), [address("bob@b.example")]);
        let key = SupposedKey { party: address("bob@b.example"), entry };
        let what_if = WhatIf { keys: vec![key], ..WhatIf::default() };
        let supposed = what_if.parties(&Parties::default()).into_owned();
        let bob = Address::parse("bob@b.example").unwrap();
        assert_eq!(supposed.key_holder(&bob).map(|party| party.keys.len()), Some(1));
    }

    #[test]
    fn what_is_supposed_reads_as_part_of_a_sentence() {
        let what_if = WhatIf {
            at: Some(datetime!(2026-01-02 3:04:05 UTC)),
            profile: Some(ProfileName::Strict),
            local_domains: ["a.example", "b.example"].map(|name| Domain::parse(name).unwrap()).to_vec(),
            ..WhatIf::default()
        };
        let words = ["evaluated at 2026-01-02 03:04:05 UTC", "under the profile strict"];
        assert_eq!(what_if.words()[..2], words);
        assert_eq!(what_if.words()[2], "with mail received for a.example and b.example");
    }
}
