//! Another way of judging a message: at another time, under another profile, with one anchor more, without somebody's
//! keys. It lives in this window alone, is never written down, and every answer that it gave says so.

use std::borrow::Cow;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime};

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

/// A time as people write it: a date, a date with hour and minute, or RFC 3339. Without an offset it is UTC.
#[must_use]
pub fn time_of(typed: &str) -> Option<OffsetDateTime> {
    let typed = typed.trim().trim_end_matches("UTC").trim_end();
    let date = format_description!("[year]-[month]-[day]");
    let minute = format_description!("[year]-[month]-[day] [hour]:[minute]");
    let second = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let at_midnight = || Date::parse(typed, date).ok().map(|date| date.midnight().assume_utc());
    let spelled = || {
        let parsed = PrimitiveDateTime::parse(typed, minute).or_else(|_| PrimitiveDateTime::parse(typed, second));
        parsed.ok().map(PrimitiveDateTime::assume_utc)
    };
    OffsetDateTime::parse(typed, &Rfc3339).ok().or_else(spelled).or_else(at_midnight)
}

/// The same day and hour of the month before (−1) or after (1); the last day of a shorter month.
#[must_use]
pub fn months_on(at: OffsetDateTime, months: i8) -> OffsetDateTime {
    let (month, year) = match (months, at.month()) {
        (..0, time::Month::January) => (time::Month::December, at.year() - 1),
        (..0, month) => (month.previous(), at.year()),
        (_, time::Month::December) => (time::Month::January, at.year() + 1),
        (_, month) => (month.next(), at.year()),
    };
    let day = at.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).map_or(at, |date| at.replace_date(date))
}

/// So many days later, or earlier.
#[must_use]
pub fn days_on(at: OffsetDateTime, days: i64) -> OffsetDateTime {
    at.saturating_add(Duration::days(days))
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
    fn a_time_may_be_written_in_three_ways_and_is_utc_without_an_offset() {
        assert_eq!(time_of("2026-01-30"), Some(datetime!(2026-01-30 0:00 UTC)));
        assert_eq!(time_of(" 2026-01-30 12:05 UTC "), Some(datetime!(2026-01-30 12:05 UTC)));
        assert_eq!(time_of("2026-01-30T12:00:00+02:00"), Some(datetime!(2026-01-30 10:00 UTC)));
        assert_eq!(time_of("yesterday"), None);
    }

    #[test]
    fn a_month_on_is_the_last_day_of_a_shorter_month() {
        assert_eq!(months_on(datetime!(2026-01-31 9:30 UTC), 1), datetime!(2026-02-28 9:30 UTC));
        assert_eq!(months_on(datetime!(2026-01-05 9:30 UTC), -1), datetime!(2025-12-05 9:30 UTC));
    }

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
