//! Another way of judging a message: at another time, under another profile, with one anchor more, without somebody's
//! keys. It lives in this window alone, is never written down, and every answer that it gave says so.

use std::borrow::Cow;

use time::OffsetDateTime;

use super::text;
use crate::agent::ProfileName;
use crate::pki::Certificate;
use crate::trust::{AnchorSet, Parties, Party, PartyName, TrustAnchor};

/// What is supposed; nothing where a field is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// Certificates are judged at this time.
    pub at: Option<OffsetDateTime>,
    /// These rules apply.
    pub profile: Option<ProfileName>,
    /// Everybody trusts this too, in both directions.
    pub anchor: Option<Certificate>,
    /// The private keys of this party are not held.
    pub without_keys_of: Option<PartyName>,
}

impl WhatIf {
    /// Whether nothing is supposed.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What is supposed, one phrase each.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let at = self.at.map(|at| format!("evaluated at {}", text::minute(at)));
        let profile = self.profile.map(|profile| format!("under the profile {profile}"));
        let anchor = self
            .anchor
            .as_ref()
            .map(|anchor| format!("with “{}” as an anchor for everybody", text::plain(&anchor.common_name())));
        let keys = self
            .without_keys_of
            .as_ref()
            .map(|party| format!("without the private keys of {}", text::plain(&party.to_string())));
        [at, profile, anchor, keys].into_iter().flatten().collect()
    }

    /// The parties as they would be.
    #[must_use]
    pub fn parties<'a>(&self, parties: &'a Parties) -> Cow<'a, Parties> {
        if self.anchor.is_none() && self.without_keys_of.is_none() {
            return Cow::Borrowed(parties);
        }
        Cow::Owned(Parties::new(parties.all().iter().map(|party| self.party(party, parties)).collect()))
    }

    fn party(&self, party: &Party, all: &Parties) -> Party {
        let mut party = party.clone();
        if self.without_keys_of.as_ref() == Some(&party.name) {
            party.keys.clear();
            party.locked.clear();
        }
        if let Some(certificate) = &self.anchor {
            let anchor = TrustAnchor { name: "what-if".to_owned(), certificate: certificate.clone() };
            // A set of its own would hide the domain's from an address that has none.
            let domain = match &party.name {
                PartyName::Address(address) => all.named(&PartyName::Domain(address.domain().clone())),
                PartyName::Domain(_) => None,
            };
            if party.incoming.is_set_up() || !domain.is_some_and(|domain| domain.incoming.is_set_up()) {
                party.incoming = with(&party.incoming, &anchor);
            }
            if party.outgoing.is_set_up() || !domain.is_some_and(|domain| domain.outgoing.is_set_up()) {
                party.outgoing = with(&party.outgoing, &anchor);
            }
        }
        party
    }
}

fn with<Direction>(anchors: &AnchorSet<Direction>, more: &TrustAnchor) -> AnchorSet<Direction> {
    AnchorSet::new(anchors.anchors().iter().chain([more]).cloned().collect()).with_unread(anchors.unread())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::mail::Address;
    use crate::pki::NewKey;
    use crate::pki::issue::{Authority, CertificateBuilder};

    #[test]
    fn an_anchor_and_missing_keys_are_supposed_without_touching_the_parties() {
        let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
        let root = CertificateBuilder::authority("Lab root", begin, end).key(NewKey::P256);
        let root = Authority::self_signed(&root).unwrap();
        let name = PartyName::Address(Address::parse("bob@b.example").unwrap());
        let parties = Parties::new(vec![Party::new(name.clone())]);
        let what_if =
            WhatIf { anchor: Some(root.certificate().clone()), without_keys_of: Some(name), ..WhatIf::default() };
        let supposed = what_if.parties(&parties);
        assert_eq!(supposed.all().iter().map(|party| party.incoming.anchors().len()).collect::<Vec<_>>(), [1]);
        assert!(parties.all().iter().all(|party| party.incoming.anchors().is_empty()));
        assert_eq!(what_if.words().len(), 2);
        assert!(WhatIf::default().is_nothing());
    }
}
