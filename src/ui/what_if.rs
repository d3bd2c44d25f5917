//! Suppositions in the window: what is supposed is the core's [`WhatIf`]; here is how people write and step through times.
//! It is never written down, and every answer that it gave says so.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime};

use std::path::PathBuf;

use super::selection::DocumentId;
use super::tasks::{self, ImportState, OpenedPath};
use super::text::{self, what_if as words};
use crate::mail::Domain;
use crate::pki::container::Item;
use crate::pki::{Passphrase, PrivateKeyEntry};
use crate::trust::PartyName;
use crate::what_if::SupposedKey;
pub use crate::what_if::WhatIf;

/// A supposition that wants the keys of a file.
#[derive(Debug)]
pub struct KeysFromFile {
    /// The message that it is about.
    pub document: DocumentId,
    /// What is supposed besides.
    pub what_if: WhatIf,
    /// The file.
    pub path: PathBuf,
    /// Its passphrase, where one was typed.
    pub passphrase: Option<Passphrase>,
}

impl KeysFromFile {
    /// Reads the file's keys; each is held by those whom its certificate names.
    ///
    /// # Errors
    ///
    /// A sentence, where there are none or the file cannot be read.
    pub fn read(&self) -> Result<Vec<SupposedKey>, String> {
        let items = match tasks::open_path(&self.path, self.passphrase.as_ref()) {
            OpenedPath::Import(pending) => match pending.state {
                ImportState::Ready(items) => items,
                ImportState::Locked(None) if self.passphrase.is_none() => return Err(words::KEYS_LOCKED.to_owned()),
                ImportState::Locked(why) => return Err(why.unwrap_or_else(|| text::files::WRONG_PASSPHRASE.to_owned())),
            },
            OpenedPath::Failed(why) => return Err(why),
            OpenedPath::Documents(_) | OpenedPath::Folder(_) | OpenedPath::Listed(_) | OpenedPath::Workspace(_) => {
                return Err(words::NO_KEYS.to_owned());
            }
        };
        let entries: Vec<PrivateKeyEntry> = items
            .into_iter()
            .filter_map(|item| match item {
                Item::Key(entry) => Some(entry),
                Item::Certificate(_) | Item::Crl(_) => None,
            })
            .collect();
        if entries.is_empty() {
            return Err(words::NO_KEYS.to_owned());
        }
        let held = |entry: &PrivateKeyEntry| -> Vec<SupposedKey> {
            let parties: Vec<PartyName> = SupposedKey::parties_of(entry.certificate());
            parties.into_iter().map(|party| SupposedKey { party, entry: entry.clone() }).collect()
        };
        let keys: Vec<SupposedKey> = entries.iter().flat_map(held).collect();
        if keys.is_empty() { Err(words::NAMES_NOBODY.to_owned()) } else { Ok(keys) }
    }
}

/// Domains as people write them: with commas or blanks between. Nothing where one of them is none.
#[must_use]
pub fn domains_of(typed: &str) -> Option<Vec<Domain>> {
    let words = typed.split([',', ';', ' ']).map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| Domain::parse(word).ok()).collect()
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

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_may_be_written_in_three_ways_and_is_utc_without_an_offset() {
        assert_eq!(time_of("2026-01-30"), Some(datetime!(2026-01-30 0:00 UTC)));
        assert_eq!(time_of(" 2026-01-30 12:05 UTC "), Some(datetime!(2026-01-30 12:05 UTC)));
        assert_eq!(time_of("2026-01-30T12:00:00+02:00"), Some(datetime!(2026-01-30 10:00 UTC)));
        assert_eq!(time_of("yesterday"), None);
    }

    #[test]
    fn domains_are_written_with_commas_or_blanks_between_them() {
        let names = |typed| domains_of(typed).map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(
            names("a.example, b.example c.example"),
            Some(["a", "b", "c"].map(|n| format!("{n}.example")).into())
        );
        assert_eq!(names("  "), Some(Vec::new()));
        assert_eq!(names("a.example, not a domain!"), None);
    }

    #[test]
    fn a_month_on_is_the_last_day_of_a_shorter_month() {
        assert_eq!(months_on(datetime!(2026-01-31 9:30 UTC), 1), datetime!(2026-02-28 9:30 UTC));
        assert_eq!(months_on(datetime!(2026-01-05 9:30 UTC), -1), datetime!(2025-12-05 9:30 UTC));
    }
}
